# Modules of losses: a functional each, and its options as fields.
#' @include nn-functional.R nnf-loss.R
NULL

# A module around a functional. `reductions`: those that the functional knows.
loss_module <- function(classname, functional, formals, data = c("input", "target"),
                        reductions = c("mean", "sum", "none")) {
  complete <- bquote(complete_loss(self, .(names(formals)), .(reductions)))
  functional_module(classname, functional, formals, data, check = complete)
}

complete_loss <- function(self, options, reductions) {
  if ("reduction" %in% options) self$reduction <- choice_of(self$reduction, reductions, "reduction")
  for (name in intersect(options, c("weight", "pos_weight"))) self$register_buffer(name, self[[name]])
  # one that has parameters is a part of the loss
  if (is_nn_module(self$distance_function)) self$register_module("distance_function", self$distance_function)
}

#' Losses between an input and a target of the same shape
#'
#' Modules of the functions [nnf_mse_loss()] and its like: called with an input and a target they return the loss.
#'
#' @param weight A tensor that each element of the loss is multiplied with, or `NULL`; a buffer of the module.
#' @param pos_weight A tensor with the weight of positive targets for each class, or `NULL`; a buffer of the module.
#' @param margin A number: how large the input may become where the target is -1.
#' @param log_input Whether the input is the logarithm of the expected count: `TRUE` or `FALSE`.
#' @param full Whether Stirling's approximation of the constant term is added: `TRUE` or `FALSE`.
#' @param eps A small number that keeps from the logarithm of zero.
#' @param reduction `"mean"`, `"sum"`, or `"none"` for every element of the loss; `nn_kl_div_loss()` also has
#'   `"batchmean"`: the sum divided by the size of the batch.
#' @return A module. Its `forward(input, target)` returns a tensor: one number, or without reduction as many as there are
#'   elements. `nn_bce_loss()` takes probabilities, `nn_bce_with_logits_loss()` scores before the sigmoid,
#'   `nn_kl_div_loss()` logarithms of probabilities as input and probabilities as target.
#' @section Errors: a `torchscript_value_error` for options that can't be, such as an unknown `reduction`.
#' @seealso [nnf_mse_loss()], [nn_cross_entropy_loss()] for classes,
#'   [PyTorch's page](https://docs.pytorch.org/docs/stable/nn.html#loss-functions)
#' @export
#' @examples
#' loss <- nn_mse_loss()
#' x <- torch_tensor(c(1, 2, 3), requires_grad = TRUE)
#' y <- torch_tensor(c(1, 2, 5))
#' loss(x, y)
#' nn_bce_with_logits_loss(pos_weight = torch_tensor(2))(x, torch_tensor(c(0, 1, 1)))
nn_mse_loss <- loss_module("nn_mse_loss", "nnf_mse_loss", alist(reduction = "mean"))

#' @rdname nn_mse_loss
#' @export
nn_l1_loss <- loss_module("nn_l1_loss", "nnf_l1_loss", alist(reduction = "mean"))

#' @rdname nn_mse_loss
#' @export
nn_smooth_l1_loss <- loss_module("nn_smooth_l1_loss", "nnf_smooth_l1_loss", alist(reduction = "mean"))

#' @rdname nn_mse_loss
#' @export
nn_soft_margin_loss <- loss_module("nn_soft_margin_loss", "nnf_soft_margin_loss", alist(reduction = "mean"))

#' @rdname nn_mse_loss
#' @export
nn_hinge_embedding_loss <- loss_module(
  "nn_hinge_embedding_loss", "nnf_hinge_embedding_loss", alist(margin = 1, reduction = "mean")
)

#' @rdname nn_mse_loss
#' @export
nn_bce_loss <- loss_module("nn_bce_loss", "nnf_binary_cross_entropy", alist(weight = NULL, reduction = "mean"))

#' @rdname nn_mse_loss
#' @export
nn_bce_with_logits_loss <- loss_module(
  "nn_bce_with_logits_loss", "nnf_binary_cross_entropy_with_logits",
  alist(weight = NULL, reduction = "mean", pos_weight = NULL)
)

#' @rdname nn_mse_loss
#' @export
nn_poisson_nll_loss <- loss_module(
  "nn_poisson_nll_loss", "nnf_poisson_nll_loss",
  alist(log_input = TRUE, full = FALSE, eps = 1e-08, reduction = "mean")
)

#' @rdname nn_mse_loss
#' @export
nn_kl_div_loss <- loss_module(
  "nn_kl_div_loss", "nnf_kl_div", alist(reduction = "mean"),
  reductions = c("mean", "sum", "none", "batchmean")
)

#' @rdname nn_mse_loss
#' @export
nn_multilabel_soft_margin_loss <- loss_module(
  "nn_multilabel_soft_margin_loss", "nnf_multilabel_soft_margin_loss", alist(weight = NULL, reduction = "mean")
)

#' Losses of classes
#'
#' Modules of the functions [nnf_cross_entropy()] and its like. `nn_cross_entropy_loss()` takes the scores of each class,
#' `nn_nll_loss()` the logarithms of their probabilities. `nn_multi_margin_loss()` and `nn_multilabel_margin_loss()` are
#' hinge losses.
#'
#' @param weight A tensor with a weight for each class, or `NULL`; a buffer of the module.
#' @param ignore_index A whole number: the class that does not count; a negative number for none.
#' @param p The exponent: 1 or 2.
#' @param margin A number: by how much the right class should be ahead.
#' @param reduction `"mean"` (weighted by the classes' weights for the first two), `"sum"` or `"none"`.
#' @return A module. Its `forward(input, target)` takes an input of batch, classes and any further dimensions, and targets
#'   counted from one without the dimension of the classes (see [nnf_cross_entropy()]), and returns a tensor: one number,
#'   or without reduction one for each member of the batch.
#' @section Errors: a `torchscript_value_error` for options that can't be; when called, a `torchscript_index_error` or
#'   `torchscript_runtime_error` for classes that do not exist.
#' @seealso [nnf_cross_entropy()], [PyTorch's
#'   page](https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html)
#' @export
#' @examples
#' loss <- nn_cross_entropy_loss(weight = torch_tensor(c(1, 1, 2)))
#' scores <- torch_tensor(rbind(c(2, 1, 0), c(0, 0, 3)))
#' loss(scores, torch_tensor(c(1L, 3L)))
nn_cross_entropy_loss <- loss_module(
  "nn_cross_entropy_loss", "nnf_cross_entropy", alist(weight = NULL, ignore_index = -100, reduction = "mean")
)

#' @rdname nn_cross_entropy_loss
#' @export
nn_nll_loss <- loss_module(
  "nn_nll_loss", "nnf_nll_loss", alist(weight = NULL, ignore_index = -100, reduction = "mean")
)

#' @rdname nn_cross_entropy_loss
#' @export
nn_multi_margin_loss <- loss_module(
  "nn_multi_margin_loss", "nnf_multi_margin_loss", alist(p = 1, margin = 1, weight = NULL, reduction = "mean")
)

#' @rdname nn_cross_entropy_loss
#' @export
nn_multilabel_margin_loss <- loss_module(
  "nn_multilabel_margin_loss", "nnf_multilabel_margin_loss", alist(reduction = "mean")
)

#' Losses that compare inputs with each other
#'
#' Modules of the functions [nnf_cosine_embedding_loss()] and its like.
#'
#' @param margin A number: by how much.
#' @param p A number: the exponent of the distance.
#' @param eps A small number that keeps from dividing by zero.
#' @param swap Whether the distance between positive and negative counts where it is the smaller one: `TRUE` or `FALSE`.
#' @param distance_function A function of two tensors, which may be a module; `NULL`: [nnf_pairwise_distance()].
#' @param reduction `"mean"`, `"sum"` or `"none"`.
#' @return A module. The `forward(input1, input2, target)` of `nn_cosine_embedding_loss()` and `nn_margin_ranking_loss()`,
#'   and the `forward(anchor, positive, negative)` of the triplet losses return a tensor: one number, or without reduction
#'   one for each member of the batch.
#' @section Errors: a `torchscript_value_error` for options that can't be, such as an unknown `reduction`.
#' @seealso [nnf_cosine_embedding_loss()], [PyTorch's
#'   page](https://docs.pytorch.org/docs/stable/generated/torch.nn.TripletMarginLoss.html)
#' @export
#' @examples
#' x <- torch_tensor(rbind(c(1, 0), c(0, 1)))
#' nn_cosine_embedding_loss()(x, x + 1, torch_tensor(c(1, -1)))
#' nn_triplet_margin_loss(margin = 2)(x, x + 1, x + 2)
nn_cosine_embedding_loss <- loss_module(
  "nn_cosine_embedding_loss", "nnf_cosine_embedding_loss", alist(margin = 0, reduction = "mean"),
  c("input1", "input2", "target")
)

#' @rdname nn_cosine_embedding_loss
#' @export
nn_margin_ranking_loss <- loss_module(
  "nn_margin_ranking_loss", "nnf_margin_ranking_loss", alist(margin = 0, reduction = "mean"),
  c("input1", "input2", "target")
)

#' @rdname nn_cosine_embedding_loss
#' @export
nn_triplet_margin_loss <- loss_module(
  "nn_triplet_margin_loss", "nnf_triplet_margin_loss",
  alist(margin = 1, p = 2, eps = 1e-06, swap = FALSE, reduction = "mean"), c("anchor", "positive", "negative")
)

#' @rdname nn_cosine_embedding_loss
#' @export
nn_triplet_margin_with_distance_loss <- loss_module(
  "nn_triplet_margin_with_distance_loss", "nnf_triplet_margin_with_distance_loss",
  alist(distance_function = NULL, margin = 1, swap = FALSE, reduction = "mean"), c("anchor", "positive", "negative")
)

#' Connectionist temporal classification
#'
#' The loss of a sequence of labels whose places in a longer input are not known: [nnf_ctc_loss()] as a module.
#'
#' @param blank A whole number: the label of the blank, counted from zero.
#' @param reduction `"mean"` (each loss divided by the length of its target first), `"sum"` or `"none"`.
#' @param zero_infinity Whether infinite losses become zero: `TRUE` or `FALSE`.
#' @return A module. Its `forward(log_probs, targets, input_lengths, target_lengths)` takes what [nnf_ctc_loss()] does and
#'   returns a tensor: one number, or without reduction one for each sequence.
#' @section Errors: a `torchscript_value_error` for options that can't be, such as an unknown `reduction`.
#' @seealso [nnf_ctc_loss()], [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.nn.CTCLoss.html)
#' @export
#' @examples
#' log_probs <- nnf_log_softmax(torch_zeros(5, 1, 3), dim = 3)
#' nn_ctc_loss()(log_probs, torch_tensor(matrix(1:2, 1)), 5, 2)
nn_ctc_loss <- loss_module(
  "nn_ctc_loss", "nnf_ctc_loss", alist(blank = 0, reduction = "mean", zero_infinity = FALSE),
  c("log_probs", "targets", "input_lengths", "target_lengths")
)

#' Area under the minimum of false positive and false negative rate
#'
#' A loss for two classes: [nnf_area_under_min_fpr_fnr()] as a module. It is piecewise linear in the predictions, and zero
#' when every positive has a larger prediction than every negative.
#'
#' @return A module. Its `forward(input, target)` takes predictions and labels of two values, of which the larger one is
#'   positive, and returns a tensor with one number.
#' @section Errors: a `torchscript_type_error` when it is called with anything that is no tensor.
#' @references Hillman and Hocking (2023), *Optimizing ROC Curves with a Sort-Based Surrogate Loss for Binary
#'   Classification and Changepoint Detection*, <https://jmlr.org/papers/v24/21-0751.html>
#' @seealso [nnf_area_under_min_fpr_fnr()]
#' @export
#' @examples
#' x <- torch_tensor(c(0.1, 0.4, 0.35, 0.8), requires_grad = TRUE)
#' loss <- nn_aum_loss()(x, torch_tensor(c(0, 0, 1, 1)))
#' loss$backward()
#' x$grad
nn_aum_loss <- loss_module("nn_aum_loss", "nnf_area_under_min_fpr_fnr", NULL)

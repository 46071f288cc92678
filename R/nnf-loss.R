# Losses.
#' @include nnf.R
NULL

# A loss of one operator: its `reduction` becomes a number first.
loss_functional <- function(formals, operator, ..., arguments = names(formals)) {
  functional(formals, operator, ..., before = quote(reduction <- reduction_number(reduction)), arguments = arguments)
}

#' Losses between an input and a target of the same shape
#'
#' @param input A tensor: what the model says; probabilities for `nnf_binary_cross_entropy()`, logarithms of
#'   probabilities for `nnf_kl_div()`.
#' @param target A tensor of the same shape; of 1 and -1 for `nnf_soft_margin_loss()` and `nnf_hinge_embedding_loss()`,
#'   of 0 and 1 for `nnf_multilabel_soft_margin_loss()`.
#' @param weight A tensor that each element of the loss is multiplied with, or `NULL`.
#' @param pos_weight A tensor with the weight of positive targets for each class, or `NULL`.
#' @param margin How large the input may become where the target is -1.
#' @param log_input Whether `input` is the logarithm of the expected count.
#' @param full Whether Stirling's approximation of the constant term is added.
#' @param eps A small number that keeps from the logarithm of zero.
#' @param reduction `"mean"`, `"sum"`, or `"none"` for every element of the loss; `nnf_kl_div()` also has `"batchmean"`:
#'   the sum divided by the size of the batch.
#' @return A tensor: one number, or without reduction as many as there are elements.
#' @section Errors: a `torchscript_value_error` for an unknown `reduction`.
#' @seealso [nnf_cross_entropy()] for classes,
#'   [PyTorch's page](https://docs.pytorch.org/docs/stable/nn.functional.html#loss-functions)
#' @export
#' @examples
#' x <- torch_tensor(c(1, 2, 3))
#' y <- torch_tensor(c(1, 2, 5))
#' nnf_mse_loss(x, y)
#' nnf_l1_loss(x, y, reduction = "none")
nnf_mse_loss <- loss_functional(alist(input = , target = , reduction = "mean"), "mse_loss", self = "input")

#' @rdname nnf_mse_loss
#' @export
nnf_l1_loss <- loss_functional(alist(input = , target = , reduction = "mean"), "l1_loss", self = "input")

#' @rdname nnf_mse_loss
#' @export
nnf_smooth_l1_loss <- loss_functional(
  alist(input = , target = , reduction = "mean"), "smooth_l1_loss",
  self = "input"
)

#' @rdname nnf_mse_loss
#' @export
nnf_soft_margin_loss <- loss_functional(
  alist(input = , target = , reduction = "mean"), "soft_margin_loss",
  self = "input"
)

#' @rdname nnf_mse_loss
#' @export
nnf_hinge_embedding_loss <- loss_functional(
  alist(input = , target = , margin = 1, reduction = "mean"), "hinge_embedding_loss",
  self = "input"
)

#' @rdname nnf_mse_loss
#' @export
nnf_binary_cross_entropy <- loss_functional(
  alist(input = , target = , weight = NULL, reduction = c("mean", "sum", "none")), "binary_cross_entropy",
  self = "input"
)

#' @rdname nnf_mse_loss
#' @export
nnf_binary_cross_entropy_with_logits <- loss_functional(
  alist(input = , target = , weight = NULL, reduction = c("mean", "sum", "none"), pos_weight = NULL),
  "binary_cross_entropy_with_logits",
  self = "input"
)

#' @rdname nnf_mse_loss
#' @export
nnf_poisson_nll_loss <- loss_functional(
  alist(input = , target = , log_input = TRUE, full = FALSE, eps = 1e-08, reduction = "mean"), "poisson_nll_loss"
)

#' @rdname nnf_mse_loss
#' @export
nnf_kl_div <- function(input, target, reduction = "mean") {
  if (!identical(reduction, "batchmean")) {
    return(kl_divergence(input, target, reduction_number(reduction)))
  }
  sum <- kl_divergence(input, target, 2L)
  if (length(dim(input)) == 0) sum else torch_div(sum, dim(input)[[1]])
}
kl_divergence <- operator_function(
  alist(input = , target = , reduction = ), "aten::kl_div",
  c(self = "input", target = "target", reduction = "reduction")
)

#' @rdname nnf_mse_loss
#' @export
nnf_multilabel_soft_margin_loss <- function(input, target, weight = NULL, reduction = "mean") {
  check_is_tensors(input = input, target = target)
  losses <- torch_binary_cross_entropy_with_logits(input, target, reduction = 0L)
  if (!is.null(weight)) losses <- torch_mul(losses, weight)
  reduced(torch_mean(losses, -1L), reduction)
}

#' Losses of classes
#'
#' `nnf_cross_entropy()` takes the scores of each class, `nnf_nll_loss()` the logarithms of their probabilities
#' ([nnf_log_softmax()]). `nnf_multi_margin_loss()` and `nnf_multilabel_margin_loss()` are hinge losses.
#'
#' @param input A tensor: batch, classes, and any further dimensions; the batch may be left out.
#' @param target A tensor of classes, counted from one, without the dimension of the classes. For `nnf_cross_entropy()`
#'   also a floating tensor of probabilities with the shape of `input`. For `nnf_multilabel_margin_loss()` a tensor with
#'   the shape of `input`: the classes that apply, up to the first -1.
#' @param weight A tensor with a weight for each class, or `NULL`.
#' @param ignore_index The class that does not count; a negative number for none.
#' @param p The exponent: 1 or 2.
#' @param margin By how much the right class should be ahead.
#' @param reduction `"mean"` (weighted by the classes' weights for the first two), `"sum"` or `"none"`.
#' @return A tensor: one number, or without reduction one for each member of the batch.
#' @section Errors: a `torchscript_index_error` or `torchscript_runtime_error` for classes that do not exist.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/nn.functional.html#loss-functions)
#' @export
#' @examples
#' scores <- torch_tensor(rbind(c(2, 1, 0), c(0, 0, 3)))
#' nnf_cross_entropy(scores, torch_tensor(c(1L, 3L)))
nnf_cross_entropy <- loss_functional(
  alist(input = , target = , weight = NULL, ignore_index = -100, reduction = c("mean", "sum", "none")),
  "cross_entropy_loss",
  self = "input"
)

#' @rdname nnf_cross_entropy
#' @export
nnf_nll_loss <- loss_functional(
  alist(input = , target = , weight = NULL, ignore_index = -100, reduction = "mean"), "nll_loss_nd",
  self = "input"
)

#' @rdname nnf_cross_entropy
#' @export
nnf_multi_margin_loss <- loss_functional(
  alist(input = , target = , p = 1, margin = 1, weight = NULL, reduction = "mean"), "multi_margin_loss",
  self = "input"
)

#' @rdname nnf_cross_entropy
#' @export
nnf_multilabel_margin_loss <- loss_functional(
  alist(input = , target = , reduction = "mean"), "multilabel_margin_loss",
  self = "input"
)

#' Losses that compare inputs with each other
#'
#' `nnf_cosine_embedding_loss()` wants pairs alike (target 1) or not (-1); `nnf_margin_ranking_loss()` wants the first
#' larger (1) or smaller (-1); the triplet losses want an anchor nearer to the positive than to the negative.
#'
#' @param input1,input2,anchor,positive,negative Tensors: batch, then features.
#' @param target A tensor of 1 and -1.
#' @param margin By how much.
#' @param p The exponent of the distance.
#' @param eps A small number that keeps from dividing by zero.
#' @param swap Whether the distance between positive and negative counts where it is the smaller one.
#' @param distance_function A function of two tensors; `NULL`: [nnf_pairwise_distance()].
#' @param reduction `"mean"`, `"sum"` or `"none"`.
#' @return A tensor: one number, or without reduction one for each member of the batch.
#' @section Errors: a `torchscript_value_error` for an unknown `reduction`.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/nn.functional.html#loss-functions)
#' @export
#' @examples
#' x <- torch_tensor(rbind(c(1, 0), c(0, 1)))
#' nnf_cosine_embedding_loss(x, x + 1, torch_tensor(c(1, -1)))
#' nnf_triplet_margin_loss(x, x + 1, x + 2)
nnf_cosine_embedding_loss <- loss_functional(
  alist(input1 = , input2 = , target = , margin = 0, reduction = c("mean", "sum", "none")), "cosine_embedding_loss"
)

#' @rdname nnf_cosine_embedding_loss
#' @export
nnf_margin_ranking_loss <- loss_functional(
  alist(input1 = , input2 = , target = , margin = 0, reduction = "mean"), "margin_ranking_loss"
)

#' @rdname nnf_cosine_embedding_loss
#' @export
nnf_triplet_margin_loss <- loss_functional(
  alist(
    anchor = , positive = , negative = , margin = 1, p = 2, eps = 1e-06, swap = FALSE, reduction = "mean"
  ),
  "triplet_margin_loss"
)

#' @rdname nnf_cosine_embedding_loss
#' @export
nnf_triplet_margin_with_distance_loss <- function(anchor, positive, negative, distance_function = NULL, margin = 1,
                                                  swap = FALSE, reduction = "mean") {
  check_is_tensors(anchor = anchor, positive = positive, negative = negative)
  distance <- distance_function %||% nnf_pairwise_distance
  to_positive <- distance(anchor, positive)
  to_negative <- distance(anchor, negative)
  if (swap) to_negative <- torch_minimum(to_negative, distance(positive, negative))
  reduced(torch_clamp_min(torch_add(torch_sub(to_positive, to_negative), margin), 0), reduction)
}

#' Connectionist temporal classification
#'
#' The loss of a sequence of labels whose places in a longer input are not known.
#'
#' @param log_probs A tensor: time, batch, labels; logarithms of probabilities.
#' @param targets A tensor of labels, counted from zero as the blank is: batch and length, or all one after another.
#' @param input_lengths,target_lengths How long each sequence is: whole numbers or a tensor.
#' @param blank The label of the blank, counted from zero.
#' @param reduction `"mean"` (each loss divided by the length of its target first), `"sum"` or `"none"`.
#' @param zero_infinity Whether infinite losses become zero.
#' @return A tensor: one number, or without reduction one for each sequence.
#' @section Errors: a `torchscript_runtime_error` for lengths that do not go together.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.ctc_loss.html)
#' @export
#' @examples
#' log_probs <- nnf_log_softmax(torch_zeros(5, 1, 3), dim = 3)
#' nnf_ctc_loss(log_probs, torch_tensor(matrix(1:2, 1)), 5, 2)
nnf_ctc_loss <- loss_functional(
  alist(
    log_probs = , targets = , input_lengths = , target_lengths = , blank = 0, reduction = c("mean", "sum", "none"),
    zero_infinity = FALSE
  ),
  "ctc_loss"
)

#' Area under the minimum of false positive and false negative rate
#'
#' A loss for two classes that grows with the area under `min(FPR, FNR)` as a function of the threshold: it is zero when
#' every positive has a larger prediction than every negative.
#'
#' @param input A tensor of predictions.
#' @param target A tensor of labels of the same length, of two values: the larger one is positive.
#' @return A tensor with one number.
#' @section Errors: a `torchscript_type_error` for anything that is no tensor.
#' @references Hillman and Hocking (2023), *Optimizing ROC Curves with a Sort-Based Surrogate Loss for Binary
#'   Classification and Changepoint Detection*, <https://jmlr.org/papers/v24/21-0751.html>
#' @export
#' @examples
#' nnf_area_under_min_fpr_fnr(torch_tensor(c(0.1, 0.4, 0.35, 0.8)), torch_tensor(c(0, 0, 1, 1)))
nnf_area_under_min_fpr_fnr <- function(input, target) {
  check_is_tensors(input = input, target = target)
  thresholds <- torch_sort(torch_neg(torch_flatten(input)))
  target <- torch_flatten(target)
  positive <- torch_eq(target, torch_max(target))$index_select(1L, thresholds$indices)$to(dtype = input$dtype)
  negative <- torch_rsub(positive, 1)
  # behind each threshold, what was predicted above it is called positive
  false_positive <- torch_div(torch_cumsum(negative, 1L), torch_clamp_min(torch_sum(negative), 1))
  positives <- torch_sum(positive)
  false_negative <- torch_div(torch_sub(positives, torch_cumsum(positive, 1L)), torch_clamp_min(positives, 1))
  smaller <- torch_minimum(false_positive, false_negative)
  n <- smaller$size(1L)
  torch_sum(torch_mul(torch_narrow(smaller, 1L, 1L, n - 1L), torch_diff(thresholds$values)))
}

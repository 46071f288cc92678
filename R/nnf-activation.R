# Activations.
#' @include nnf.R
NULL

#' Activation functions
#'
#' Functions of each element alone, as layers of networks use them.
#'
#' @param input A tensor.
#' @param inplace Whether `input` itself is changed and returned. The functions whose names end in `_` always do.
#' @param alpha The value that large negative inputs approach is `-alpha`.
#' @param min_val,max_val The ends of the linear region.
#' @param negative_slope The slope for negative inputs.
#' @param lower,upper The range of the random slope of negative inputs; without `training` its middle is used.
#' @param training Whether the slopes are random.
#' @param threshold `nnf_threshold()`: inputs at most as large are replaced. `nnf_softplus()`: where `input * beta` is
#'   larger, the function is linear.
#' @param value What they are replaced with.
#' @param beta The sharpness of the bend.
#' @param lambd Values between `-lambd` and `lambd` become zero.
#' @param approximate `"none"`, or `"tanh"` for the faster formula.
#' @param weight A tensor: the slope of negative inputs, one for all or one for each channel.
#' @return A tensor with the shape of `input`.
#' @section Errors: a `torchscript_type_error` when an argument is of the wrong kind.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/nn.functional.html#non-linear-activation-functions)
#' @name nnf_relu
#' @examples
#' x <- torch_tensor(c(-2, 0, 2))
#' nnf_relu(x)
#' nnf_gelu(x)
#' nnf_leaky_relu(x, negative_slope = 0.1)
#' nnf_relu(x, inplace = TRUE)
#' x
NULL

#' @rdname nnf_relu
#' @export
nnf_relu <- functional_inplace(alist(input = , inplace = FALSE), "relu", self = "input")

#' @rdname nnf_relu
#' @export
nnf_relu_ <- functional(alist(input = ), "relu_", self = "input")

#' @rdname nnf_relu
#' @export
nnf_relu6 <- functional_inplace(alist(input = , inplace = FALSE), "relu6", self = "input")

#' @rdname nnf_relu
#' @export
nnf_elu <- functional_inplace(alist(input = , alpha = 1, inplace = FALSE), "elu", self = "input")

#' @rdname nnf_relu
#' @export
nnf_elu_ <- functional(alist(input = , alpha = 1), "elu_", self = "input")

#' @rdname nnf_relu
#' @export
nnf_celu <- functional_inplace(alist(input = , alpha = 1, inplace = FALSE), "celu", self = "input")

#' @rdname nnf_relu
#' @export
nnf_celu_ <- functional(alist(input = , alpha = 1), "celu_", self = "input")

#' @rdname nnf_relu
#' @export
nnf_selu <- functional_inplace(alist(input = , inplace = FALSE), "selu", self = "input")

#' @rdname nnf_relu
#' @export
nnf_selu_ <- functional(alist(input = ), "selu_", self = "input")

#' @rdname nnf_relu
#' @export
nnf_hardtanh <- functional_inplace(alist(input = , min_val = -1, max_val = 1, inplace = FALSE), "hardtanh",
  self = "input"
)

#' @rdname nnf_relu
#' @export
nnf_hardtanh_ <- functional(alist(input = , min_val = -1, max_val = 1), "hardtanh_", self = "input")

#' @rdname nnf_relu
#' @export
nnf_leaky_relu <- functional_inplace(alist(input = , negative_slope = 0.01, inplace = FALSE), "leaky_relu",
  self = "input"
)

#' @rdname nnf_relu
#' @export
nnf_rrelu <- functional_inplace(
  alist(input = , lower = 1 / 8, upper = 1 / 3, training = FALSE, inplace = FALSE), "rrelu",
  self = "input"
)

#' @rdname nnf_relu
#' @export
nnf_rrelu_ <- functional(alist(input = , lower = 1 / 8, upper = 1 / 3, training = FALSE), "rrelu_", self = "input")

#' @rdname nnf_relu
#' @export
nnf_threshold <- functional_inplace(alist(input = , threshold = , value = , inplace = FALSE), "threshold",
  self = "input"
)

#' @rdname nnf_relu
#' @export
nnf_threshold_ <- functional(alist(input = , threshold = , value = ), "threshold_", self = "input")

#' @rdname nnf_relu
#' @export
nnf_prelu <- functional(alist(input = , weight = ), "prelu", self = "input")

#' @rdname nnf_relu
#' @export
nnf_gelu <- functional(alist(input = , approximate = "none"), "gelu", self = "input")

#' @rdname nnf_relu
#' @export
nnf_silu <- functional_inplace(alist(input = , inplace = FALSE), "silu", self = "input")

#' @rdname nnf_relu
#' @export
nnf_sigmoid <- functional(alist(input = ), "sigmoid", self = "input")

#' @rdname nnf_relu
#' @export
nnf_logsigmoid <- functional(alist(input = ), "log_sigmoid", self = "input")

#' @rdname nnf_relu
#' @export
nnf_hardsigmoid <- functional_inplace(alist(input = , inplace = FALSE), "hardsigmoid", self = "input")

#' @rdname nnf_relu
#' @export
nnf_hardswish <- functional_inplace(alist(input = , inplace = FALSE), "hardswish", self = "input")

#' @rdname nnf_relu
#' @export
nnf_hardshrink <- functional(alist(input = , lambd = 0.5), "hardshrink", self = "input")

#' @rdname nnf_relu
#' @export
nnf_softshrink <- functional(alist(input = , lambd = 0.5), "softshrink", self = "input")

#' @rdname nnf_relu
#' @export
nnf_softplus <- functional(alist(input = , beta = 1, threshold = 20), "softplus", self = "input")

#' @rdname nnf_relu
#' @export
nnf_softsign <- function(input) {
  check_tensor(input, "input")
  torch_div(input, torch_add(torch_abs(input), 1))
}

#' @rdname nnf_relu
#' @export
nnf_tanhshrink <- function(input) {
  check_tensor(input, "input")
  torch_sub(input, torch_tanh(input))
}

#' Activation functions over a dimension
#'
#' `nnf_softmax()` turns numbers into probabilities, `nnf_log_softmax()` into their logarithms; `nnf_softmin()` is the
#' softmax of the negated input. `nnf_gumbel_softmax()` draws from the distribution, differentiably. `nnf_glu()` gates
#' the first half of a dimension with the second. `nnf_contrib_sparsemax()` projects onto the probabilities, so that
#' many become exactly zero.
#'
#' @param input,logits A tensor.
#' @param dim The dimension, counted from one. `NULL` for `nnf_log_softmax()`: the first of a tensor with one or three
#'   dimensions, else the second.
#' @param dtype The dtype that `input` is converted to first.
#' @param tau The temperature: the smaller, the nearer to one-hot.
#' @param hard Whether the result is one-hot; its gradient stays that of the soft one.
#' @return A tensor with the shape of `input`, half as long in `dim` for `nnf_glu()`.
#' @section Errors: a `torchscript_index_error` for a dimension that does not exist.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/nn.functional.html#non-linear-activation-functions)
#' @export
#' @examples
#' nnf_softmax(torch_tensor(c(1, 2, 3)), dim = 1)
#' nnf_contrib_sparsemax(torch_tensor(c(1, 2, 3)))
nnf_softmax <- functional(alist(input = , dim = , dtype = NULL), "softmax", self = "input")

#' @rdname nnf_softmax
#' @export
nnf_log_softmax <- functional(
  alist(input = , dim = NULL, dtype = NULL), "log_softmax",
  self = "input",
  before = quote(if (is.null(dim)) dim <- implicit_dim(input))
)

implicit_dim <- function(input) {
  check_tensor(input, "input")
  if (length(base::dim(input)) %in% c(0L, 1L, 3L)) 1L else 2L
}

#' @rdname nnf_softmax
#' @export
nnf_softmin <- functional(
  alist(input = , dim = , dtype = NULL), "softmax",
  self = "input",
  before = quote(input <- torch_neg(input))
)

#' @rdname nnf_softmax
#' @export
nnf_glu <- functional(alist(input = , dim = -1), "glu", self = "input")

#' @rdname nnf_softmax
#' @export
nnf_gumbel_softmax <- function(logits, tau = 1, hard = FALSE, dim = -1) {
  check_tensor(logits, "logits")
  gumbels <- torch_neg(torch_log(torch_empty_like(logits)$exponential_()))
  soft <- torch_softmax(torch_div(torch_add(logits, gumbels), tau), dim)
  if (!hard) {
    return(soft)
  }
  one_hot <- torch_zeros_like(soft)$scatter_(dim, torch_argmax(soft, dim, keepdim = TRUE), 1)
  torch_add(torch_sub(one_hot, soft$detach()), soft)
}

#' @rdname nnf_softmax
#' @export
nnf_contrib_sparsemax <- function(input, dim = -1) {
  check_tensor(input, "input")
  # the threshold is what makes the k largest sum to one, for the largest k at which the k-th lies above it
  sorted <- torch_sort(input, dim = dim, descending = TRUE)$values
  n <- input$size(dim)
  shape <- rep(1L, length(base::dim(input)))
  shape[if (dim < 0) length(shape) + 1L + dim else dim] <- n
  k <- torch_arange(1, n, dtype = input$dtype, device = input$device)$view(shape)
  excess <- torch_sub(torch_cumsum(sorted, dim), 1)
  support <- torch_sum(torch_gt(torch_mul(sorted, k), excess), dim, keepdim = TRUE)
  threshold <- torch_div(torch_gather(excess, dim, support), support)
  torch_clamp(torch_sub(input, threshold), min = 0)
}

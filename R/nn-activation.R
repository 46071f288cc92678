# Activations.
#' @include nn-functional.R nn-linear.R nnf-activation.R
NULL

#' Activation layers
#'
#' Modules of the functions that [nnf_relu()] and its like compute, element by element. `nn_prelu()` learns the slope for
#' negative inputs, for all channels or for each; `nn_rrelu()` draws it while training.
#'
#' @param inplace Whether the input itself is changed: `TRUE` or `FALSE`.
#' @param alpha For `nn_elu()` and `nn_celu()`: the scale of negative outputs, a number.
#' @param negative_slope The slope for negative inputs, a number.
#' @param min_val,max_val The ends of the linear range, numbers.
#' @param lower,upper The range that the slope for negative inputs is drawn from; in eval mode it is the mean.
#' @param num_parameters One slope for all channels, or as many as there are channels.
#' @param init The value that slopes begin with.
#' @param approximate `"none"`, or `"tanh"` for a faster formula.
#' @param lambd The half width of the range that becomes zero, a number from zero up.
#' @param beta The steepness, a number.
#' @param threshold A number: above it the function is linear; for `nn_threshold()`: what is not above it becomes `value`.
#' @param value A number.
#' @return A module whose `forward(input)` returns a tensor of the input's shape. `nn_prelu()` has the parameter `weight`.
#' @section Errors: a `torchscript_value_error` for options of the wrong kind.
#' @seealso [nnf_relu()],
#'   [PyTorch's page](https://docs.pytorch.org/docs/stable/nn.html#non-linear-activations-weighted-sum-nonlinearity)
#' @export
#' @examples
#' x <- torch_tensor(c(-2, -0.5, 0.5, 2))
#' nn_relu()(x)
#' nn_leaky_relu(0.1)(x)
#' nn_prelu()(x)
nn_relu <- functional_module("nn_relu", "nnf_relu", alist(inplace = FALSE))

#' @rdname nn_relu
#' @export
nn_relu6 <- functional_module("nn_relu6", "nnf_relu6", alist(inplace = FALSE))

#' @rdname nn_relu
#' @export
nn_elu <- functional_module("nn_elu", "nnf_elu", alist(alpha = 1, inplace = FALSE))

#' @rdname nn_relu
#' @export
nn_celu <- functional_module("nn_celu", "nnf_celu", alist(alpha = 1, inplace = FALSE))

#' @rdname nn_relu
#' @export
nn_selu <- functional_module("nn_selu", "nnf_selu", alist(inplace = FALSE))

#' @rdname nn_relu
#' @export
nn_leaky_relu <- functional_module("nn_leaky_relu", "nnf_leaky_relu", alist(negative_slope = 0.01, inplace = FALSE))

#' @rdname nn_relu
#' @export
nn_rrelu <- functional_module(
  "nn_rrelu", "nnf_rrelu", alist(lower = 1 / 8, upper = 1 / 3, inplace = FALSE), mode = TRUE
)

#' @rdname nn_relu
#' @export
nn_hardtanh <- functional_module("nn_hardtanh", "nnf_hardtanh", alist(min_val = -1, max_val = 1, inplace = FALSE))

#' @rdname nn_relu
#' @export
nn_threshold <- functional_module("nn_threshold", "nnf_threshold", alist(threshold = , value = , inplace = FALSE))

#' @rdname nn_relu
#' @export
nn_gelu <- functional_module(
  "nn_gelu", "nnf_gelu", alist(approximate = "none"), check = quote(choice_of(approximate, c("none", "tanh"), "approximate"))
)

#' @rdname nn_relu
#' @export
nn_silu <- functional_module("nn_silu", "nnf_silu", alist(inplace = FALSE))

#' @rdname nn_relu
#' @export
nn_sigmoid <- functional_module("nn_sigmoid", "torch_sigmoid")

#' @rdname nn_relu
#' @export
nn_tanh <- functional_module("nn_tanh", "torch_tanh")

#' @rdname nn_relu
#' @export
nn_log_sigmoid <- functional_module("nn_log_sigmoid", "nnf_logsigmoid")

#' @rdname nn_relu
#' @export
nn_hardsigmoid <- functional_module("nn_hardsigmoid", "nnf_hardsigmoid")

#' @rdname nn_relu
#' @export
nn_hardswish <- functional_module("nn_hardswish", "nnf_hardswish")

#' @rdname nn_relu
#' @export
nn_softplus <- functional_module("nn_softplus", "nnf_softplus", alist(beta = 1, threshold = 20))

#' @rdname nn_relu
#' @export
nn_hardshrink <- functional_module("nn_hardshrink", "nnf_hardshrink", alist(lambd = 0.5))

#' @rdname nn_relu
#' @export
nn_softshrink <- functional_module("nn_softshrink", "nnf_softshrink", alist(lambd = 0.5))

#' @rdname nn_relu
#' @export
nn_softsign <- functional_module("nn_softsign", "nnf_softsign")

#' @rdname nn_relu
#' @export
nn_tanhshrink <- functional_module("nn_tanhshrink", "nnf_tanhshrink")

#' @rdname nn_relu
#' @export
nn_prelu <- nn_module(
  "nn_prelu",
  initialize = function(num_parameters = 1, init = 0.25) {
    check_layer_options(num_parameters = num_parameters, init = init)
    self$num_parameters <- num_parameters
    self$weight <- nn_parameter(torch_full(num_parameters, init))
  },
  forward = function(input) nnf_prelu(input, .subset2(self, "weight"))
)

#' Layers that normalize to probabilities, and gates
#'
#' Modules of [nnf_softmax()] and its like. `nn_softmax2d()` normalizes over the channels of images,
#' `nn_contrib_sparsemax()` gives probabilities many of which are zero, `nn_glu()` multiplies one half of the input with the
#' sigmoid of the other.
#'
#' @param dim The dimension, counted from one; negative numbers count from the end.
#' @return A module whose `forward(input)` returns a tensor of the input's shape; that of `nn_glu()` has half as many
#'   elements along `dim`.
#' @section Errors: a `torchscript_value_error` for a `dim` that is none; a `torchscript_index_error` for one that the input
#'   does not have.
#' @references Martins and Astudillo (2016), From Softmax to Sparsemax, <https://arxiv.org/abs/1602.02068>
#' @seealso [nnf_softmax()], [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.nn.Softmax.html)
#' @export
#' @examples
#' nn_softmax(dim = 1)(torch_tensor(c(1, 2, 3)))
#' nn_glu()(torch_ones(4))
nn_softmax <- functional_module("nn_softmax", "nnf_softmax", alist(dim = ))

#' @rdname nn_softmax
#' @export
nn_log_softmax <- functional_module("nn_log_softmax", "nnf_log_softmax", alist(dim = ))

#' @rdname nn_softmax
#' @export
nn_softmin <- functional_module("nn_softmin", "nnf_softmin", alist(dim = ))

#' @rdname nn_softmax
#' @export
nn_contrib_sparsemax <- functional_module("nn_contrib_sparsemax", "nnf_contrib_sparsemax", alist(dim = -1))

#' @rdname nn_softmax
#' @export
nn_glu <- functional_module("nn_glu", "nnf_glu", alist(dim = -1))

#' @rdname nn_softmax
#' @export
nn_softmax2d <- nn_module(
  "nn_softmax2d",
  forward = function(input) {
    check_dims(input, 3:4)
    nnf_softmax(input, dim = -3)
  }
)

# Linear layers, and those that only change shapes.
#' @include nn-functional.R nnf-conv.R nn-init.R
NULL

# As PyTorch begins: numbers in a range that keeps the variance of what flows through.
reset_uniform <- function(weight, bias) {
  nn_init_kaiming_uniform_(weight, a = sqrt(5))
  if (!is.null(bias)) {
    # what one output is a sum of
    fan_in <- prod(dim(weight)[-1])
    if (fan_in > 0) nn_init_uniform_(bias, -1 / sqrt(fan_in), 1 / sqrt(fan_in))
  }
}

#' Linear layers
#'
#' `nn_linear()` multiplies the last dimension of its input with a matrix and adds a bias; `nn_bilinear()` does so with the
#' products of two inputs; `nn_identity()` returns its input.
#'
#' @param in_features,in1_features,in2_features The size of the last dimension of the input, of either input.
#' @param out_features The size of the last dimension of the result.
#' @param bias Whether a bias is added: `TRUE` or `FALSE`.
#' @param ... For `nn_identity()`: anything, which is not used.
#' @return A module with the parameters `weight`, of shape `(out_features, in_features)` or
#'   `(out_features, in1_features, in2_features)`, and `bias`. `forward(input)`, of `nn_bilinear()`
#'   `forward(input1, input2)`, returns a tensor. Parameters begin uniformly distributed between plus and minus
#'   `1 / sqrt(in_features)`, with the values that PyTorch gives for the same [torch_manual_seed()].
#' @section Errors: a `torchscript_value_error` for sizes that are no whole numbers from one up; a
#'   `torchscript_runtime_error` for an input whose last dimension is of another size.
#' @seealso [nnf_linear()], [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html)
#' @export
#' @examples
#' layer <- nn_linear(3, 2)
#' layer(torch_randn(4, 3))
nn_linear <- nn_module(
  "nn_linear",
  initialize = function(in_features, out_features, bias = TRUE) {
    check_layer_options(in_features = in_features, out_features = out_features, bias = bias)
    self$in_features <- in_features
    self$out_features <- out_features
    self$weight <- nn_parameter(torch_empty(out_features, in_features))
    self$register_parameter("bias", if (bias) torch_empty(out_features))
    self$reset_parameters()
  },
  reset_parameters = function() reset_uniform(self$weight, self$bias),
  forward = function(input) nnf_linear(input, .subset2(self, "weight"), .subset2(self, "bias"))
)

#' @rdname nn_linear
#' @export
nn_bilinear <- nn_module(
  "nn_bilinear",
  initialize = function(in1_features, in2_features, out_features, bias = TRUE) {
    check_layer_options(in1_features = in1_features, in2_features = in2_features, out_features = out_features, bias = bias)
    self$in1_features <- in1_features
    self$in2_features <- in2_features
    self$out_features <- out_features
    self$weight <- nn_parameter(torch_empty(out_features, in1_features, in2_features))
    self$register_parameter("bias", if (bias) torch_empty(out_features))
    self$reset_parameters()
  },
  reset_parameters = function() {
    bound <- 1 / sqrt(self$in1_features)
    nn_init_uniform_(self$weight, -bound, bound)
    if (!is.null(self$bias)) nn_init_uniform_(self$bias, -bound, bound)
  },
  forward = function(input1, input2) nnf_bilinear(input1, input2, .subset2(self, "weight"), .subset2(self, "bias"))
)

#' @rdname nn_linear
#' @export
nn_identity <- nn_module("nn_identity", initialize = function(...) NULL, forward = function(input) input)

#' Dimensions joined and split
#'
#' `nn_flatten()` joins the dimensions from `start_dim` to `end_dim`, by default all behind the batch; `nn_unflatten()` splits
#' one.
#'
#' @param start_dim,end_dim,dim Dimensions, counted from one; negative numbers count from the end.
#' @param unflattened_size The sizes that the dimension is split into; one of them may be -1.
#' @return A module whose `forward(input)` returns a tensor with the same elements.
#' @section Errors: a `torchscript_value_error` for dimensions that are none.
#' @seealso [torch_flatten()], [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.nn.Flatten.html)
#' @export
#' @examples
#' nn_flatten()(torch_randn(2, 3, 4))$shape
#' nn_unflatten(2, c(3, 4))(torch_randn(2, 12))$shape
nn_flatten <- functional_module("nn_flatten", "torch_flatten", alist(start_dim = 2, end_dim = -1))

#' @rdname nn_flatten
#' @export
nn_unflatten <- nn_module(
  "nn_unflatten",
  initialize = function(dim, unflattened_size) {
    check_layer_options(dim = dim)
    if (!rlang::is_integerish(unflattened_size, finite = TRUE)) {
      abort_torchscript(
        sprintf("`unflattened_size` must be whole numbers, not %s.", describe(unflattened_size)), "type",
        argument = "unflattened_size"
      )
    }
    self$dim <- dim
    self$unflattened_size <- unflattened_size
  },
  forward = function(input) torch_unflatten(input, self$dim, self$unflattened_size)
)

#' The distance between vectors
#'
#' The norm of the differences along the last dimension.
#'
#' @param p The norm's exponent: a number.
#' @param eps A small number added to the differences, which keeps gradients finite.
#' @param keepdim Whether the last dimension stays, with size one: `TRUE` or `FALSE`.
#' @return A module whose `forward(x1, x2)` returns a tensor.
#' @section Errors: a `torchscript_value_error` for options of the wrong kind.
#' @seealso [nnf_pairwise_distance()],
#'   [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.nn.PairwiseDistance.html)
#' @export
#' @examples
#' nn_pairwise_distance()(torch_zeros(2, 2), torch_tensor(rbind(c(3, 4), c(0, 1))))
nn_pairwise_distance <- functional_module(
  "nn_pairwise_distance", "nnf_pairwise_distance", alist(p = 2, eps = 1e-06, keepdim = FALSE), c("x1", "x2")
)

#' Larger or smaller images
#'
#' @param size The size of the result: a whole number, or one for each spatial dimension; or `NULL`.
#' @param scale_factor How many times larger it becomes, where `size` is `NULL`.
#' @param mode `"nearest"`, `"linear"` (one dimension), `"bilinear"` or `"bicubic"` (two), `"trilinear"` (three), `"area"`.
#' @param align_corners Whether the corners keep their values: `TRUE`, `FALSE` or `NULL`.
#' @return A module whose `forward(input)` returns a tensor: batch, channels, and the new size.
#' @section Errors: a `torchscript_value_error` when not one of `size` and `scale_factor` is given.
#' @seealso [nnf_interpolate()], [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.nn.Upsample.html)
#' @export
#' @examples
#' nn_upsample(scale_factor = 2)(torch_ones(1, 1, 2, 2))
nn_upsample <- functional_module(
  "nn_upsample", "nnf_interpolate",
  alist(size = NULL, scale_factor = NULL, mode = "nearest", align_corners = NULL),
  check = quote(if (is.null(size) == is.null(scale_factor)) {
    abort_torchscript("One of `size` and `scale_factor` must be given.", "value", argument = "size")
  })
)

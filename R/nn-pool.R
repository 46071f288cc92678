# Poolings.
#' @include nn-functional.R nnf-pool.R
NULL

max_unpool_module <- function(n) {
  functional <- as.name(sprintf("nnf_max_unpool%dd", n))
  nn_module(
    sprintf("nn_max_unpool%dd", n),
    initialize = as.function(alist(kernel_size = , stride = NULL, padding = 0, store_options(self, mget(c("kernel_size", "stride", "padding"))))),
    forward = as.function(c(alist(input = , indices = , output_size = NULL), bquote(
      .(functional)(input, indices, self$kernel_size, self$stride, self$padding, output_size)
    ))),
    private = list(script_types = list(output_size = "Optional[List[int]]")),
    parent_env = topenv()
  )
}

one_size_check <- quote(if (is.null(output_size) == is.null(output_ratio)) {
  abort_torchscript("One of `output_size` and `output_ratio` must be given.", "value", argument = "output_size")
})

#' Pooling layers
#'
#' The largest value (`max`), the mean (`avg`) or a norm (`lp`) of each window that slides over the input. `nn_max_unpool*d()`
#' puts the largest values back where they came from.
#'
#' @param kernel_size The size of the window: a whole number, or one for each spatial dimension.
#' @param stride The window's step; `NULL`: `kernel_size`.
#' @param padding What is added on either side: zeros for means, nothing that could win for maxima.
#' @param dilation The distance between the elements of a window.
#' @param return_indices Whether the positions of the maxima are returned too, as `nn_max_unpool*d()` wants them.
#' @param ceil_mode Whether a window that reaches over the end counts: `TRUE` or `FALSE`.
#' @param count_include_pad Whether the padding counts in the mean: `TRUE` or `FALSE`.
#' @param divisor_override What sums are divided by instead of the window's size: a number or `NULL`.
#' @param norm_type The exponent of the norm; `Inf` is the maximum.
#' @return A module whose `forward(input)` returns a tensor, with `return_indices` a list of two;
#'   that of `nn_max_unpool*d()` is `forward(input, indices, output_size = NULL)`.
#' @section Errors: a `torchscript_value_error` for sizes that are no whole numbers.
#' @seealso [nnf_max_pool1d()], [PyTorch's page](https://docs.pytorch.org/docs/stable/nn.html#pooling-layers)
#' @export
#' @examples
#' x <- torch_randn(1, 1, 6)
#' nn_max_pool1d(2)(x)
#' nn_avg_pool1d(3, stride = 1)(x)
#' pooled <- nn_max_pool1d(2, return_indices = TRUE)(x)
#' nn_max_unpool1d(2)(pooled[[1]], pooled[[2]])
nn_max_pool1d <- functional_module(
  "nn_max_pool1d", "nnf_max_pool1d",
  alist(kernel_size = , stride = NULL, padding = 0, dilation = 1, return_indices = FALSE, ceil_mode = FALSE)
)

#' @rdname nn_max_pool1d
#' @export
nn_max_pool2d <- functional_module(
  "nn_max_pool2d", "nnf_max_pool2d",
  alist(kernel_size = , stride = NULL, padding = 0, dilation = 1, return_indices = FALSE, ceil_mode = FALSE)
)

#' @rdname nn_max_pool1d
#' @export
nn_max_pool3d <- functional_module(
  "nn_max_pool3d", "nnf_max_pool3d",
  alist(kernel_size = , stride = NULL, padding = 0, dilation = 1, return_indices = FALSE, ceil_mode = FALSE)
)

#' @rdname nn_max_pool1d
#' @export
nn_avg_pool1d <- functional_module(
  "nn_avg_pool1d", "nnf_avg_pool1d",
  alist(kernel_size = , stride = NULL, padding = 0, ceil_mode = FALSE, count_include_pad = TRUE)
)

#' @rdname nn_max_pool1d
#' @export
nn_avg_pool2d <- functional_module(
  "nn_avg_pool2d", "nnf_avg_pool2d",
  c(formals(nn_avg_pool1d), list(divisor_override = NULL))
)

#' @rdname nn_max_pool1d
#' @export
nn_avg_pool3d <- functional_module(
  "nn_avg_pool3d", "nnf_avg_pool3d",
  c(formals(nn_avg_pool1d), list(divisor_override = NULL))
)

#' @rdname nn_max_pool1d
#' @export
nn_lp_pool1d <- functional_module(
  "nn_lp_pool1d", "nnf_lp_pool1d",
  alist(norm_type = , kernel_size = , stride = NULL, ceil_mode = FALSE)
)

#' @rdname nn_max_pool1d
#' @export
nn_lp_pool2d <- functional_module(
  "nn_lp_pool2d", "nnf_lp_pool2d",
  alist(norm_type = , kernel_size = , stride = NULL, ceil_mode = FALSE)
)

#' @rdname nn_max_pool1d
#' @export
nn_max_unpool1d <- max_unpool_module(1L)

#' @rdname nn_max_pool1d
#' @export
nn_max_unpool2d <- max_unpool_module(2L)

#' @rdname nn_max_pool1d
#' @export
nn_max_unpool3d <- max_unpool_module(3L)

#' Adaptive and fractional pooling layers
#'
#' Poolings whose windows are chosen to give a result of a wanted size. Those of `nn_fractional_max_pool*d()` are drawn at
#' random.
#'
#' @param output_size The size of the result: a whole number, or one for each spatial dimension; `NULL` or `NA` in its place
#'   keeps the input's own.
#' @param kernel_size The size of the window: a whole number, or one for each spatial dimension.
#' @param output_ratio The size of the result as a share of the input's, where `output_size` is `NULL`.
#' @param return_indices Whether the positions of the maxima are returned too: `TRUE` or `FALSE`.
#' @return A module whose `forward(input)` returns a tensor, with `return_indices` a list of two.
#' @section Errors: a `torchscript_value_error` for sizes that are no whole numbers, and when not one of `output_size` and
#'   `output_ratio` is given.
#' @references Graham (2014), Fractional Max-Pooling, <https://arxiv.org/abs/1412.6071>
#' @seealso [nnf_adaptive_avg_pool1d()],
#'   [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool2d.html)
#' @export
#' @examples
#' nn_adaptive_avg_pool2d(c(1, 1))(torch_randn(1, 2, 5, 7))$shape
#' nn_fractional_max_pool2d(2, output_ratio = c(0.5, 0.5))(torch_randn(1, 2, 8, 8))$shape
nn_adaptive_avg_pool1d <- functional_module(
  "nn_adaptive_avg_pool1d", "nnf_adaptive_avg_pool1d",
  alist(output_size = )
)

#' @rdname nn_adaptive_avg_pool1d
#' @export
nn_adaptive_avg_pool2d <- functional_module(
  "nn_adaptive_avg_pool2d", "nnf_adaptive_avg_pool2d",
  alist(output_size = )
)

#' @rdname nn_adaptive_avg_pool1d
#' @export
nn_adaptive_avg_pool3d <- functional_module(
  "nn_adaptive_avg_pool3d", "nnf_adaptive_avg_pool3d",
  alist(output_size = )
)

#' @rdname nn_adaptive_avg_pool1d
#' @export
nn_adaptive_max_pool1d <- functional_module(
  "nn_adaptive_max_pool1d", "nnf_adaptive_max_pool1d",
  alist(output_size = , return_indices = FALSE)
)

#' @rdname nn_adaptive_avg_pool1d
#' @export
nn_adaptive_max_pool2d <- functional_module(
  "nn_adaptive_max_pool2d", "nnf_adaptive_max_pool2d",
  alist(output_size = , return_indices = FALSE)
)

#' @rdname nn_adaptive_avg_pool1d
#' @export
nn_adaptive_max_pool3d <- functional_module(
  "nn_adaptive_max_pool3d", "nnf_adaptive_max_pool3d",
  alist(output_size = , return_indices = FALSE)
)

#' @rdname nn_adaptive_avg_pool1d
#' @export
nn_fractional_max_pool2d <- functional_module(
  "nn_fractional_max_pool2d", "nnf_fractional_max_pool2d",
  alist(kernel_size = , output_size = NULL, output_ratio = NULL, return_indices = FALSE),
  check = one_size_check
)

#' @rdname nn_adaptive_avg_pool1d
#' @export
nn_fractional_max_pool3d <- functional_module(
  "nn_fractional_max_pool3d", "nnf_fractional_max_pool3d",
  alist(kernel_size = , output_size = NULL, output_ratio = NULL, return_indices = FALSE),
  check = one_size_check
)

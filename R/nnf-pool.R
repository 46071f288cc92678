# Poolings.
#' @include nnf.R
NULL

# One operator gives the maxima alone, the other their positions too.
max_pool_functional <- function(n, stride = NULL) {
  formals <- as.pairlist(c(
    alist(input = , kernel_size = ), list(stride = stride),
    alist(padding = 0, dilation = 1, ceil_mode = FALSE, return_indices = FALSE)
  ))
  arguments <- setdiff(names(formals), "return_indices")
  name <- sprintf("max_pool%dd", n)
  body <- bquote({
    if (is.null(stride)) stride <- kernel_size
    if (return_indices) .(with_indices) else .(alone)
  }, list(
    with_indices = operator_call_of(arguments, paste0(name, "_with_indices"), c(self = "input"), formals),
    alone = operator_call_of(arguments, name, c(self = "input"), formals)
  ))
  as.function(c(formals, body), envir = topenv())
}

#' Pooling
#'
#' The largest (`max`), the mean (`avg`) or a power mean (`lp`) of the elements in each window that slides over the
#' spatial dimensions.
#'
#' @param input A tensor: batch, channels, then the spatial dimensions; the batch may be left out.
#' @param kernel_size,stride,padding,dilation Whole numbers, one for all or one for each spatial dimension. `stride`
#'   `NULL`: `kernel_size`.
#' @param ceil_mode Whether a last window may hang over the edge.
#' @param return_indices Whether to return also where each maximum lies: its position in the channel, counted from one
#'   in row-major order.
#' @param count_include_pad Whether padding counts in the mean.
#' @param divisor_override What sums are divided by, or `NULL` for the size of the window.
#' @param norm_type The exponent of the power mean: sums of powers, then the root.
#' @return A tensor; with `return_indices` a list of two tensors, the maxima and their positions.
#' @section Errors: a `torchscript_runtime_error` for windows that do not fit.
#' @seealso [nnf_adaptive_avg_pool1d()], [nnf_max_unpool1d()],
#'   [PyTorch's page](https://docs.pytorch.org/docs/stable/nn.functional.html#pooling-functions)
#' @export
#' @examples
#' x <- torch_arange(1, 16)$reshape(c(1, 1, 4, 4))
#' nnf_max_pool2d(x, 2)
#' nnf_avg_pool2d(x, 2)
nnf_max_pool1d <- max_pool_functional(1L)

#' @rdname nnf_max_pool1d
#' @export
nnf_max_pool2d <- max_pool_functional(2L, quote(kernel_size))

#' @rdname nnf_max_pool1d
#' @export
nnf_max_pool3d <- max_pool_functional(3L)

own_stride <- quote(if (is.null(stride)) stride <- kernel_size)

#' @rdname nnf_max_pool1d
#' @export
nnf_avg_pool1d <- functional(
  alist(input = , kernel_size = , stride = NULL, padding = 0, ceil_mode = FALSE, count_include_pad = TRUE),
  "avg_pool1d",
  self = "input", before = own_stride
)

#' @rdname nnf_max_pool1d
#' @export
nnf_avg_pool2d <- functional(c(formals(nnf_avg_pool1d), list(divisor_override = NULL)), "avg_pool2d",
  self = "input", before = own_stride
)

#' @rdname nnf_max_pool1d
#' @export
nnf_avg_pool3d <- functional(formals(nnf_avg_pool2d), "avg_pool3d", self = "input", before = own_stride)

#' @rdname nnf_max_pool1d
#' @export
nnf_lp_pool1d <- function(input, norm_type, kernel_size, stride = NULL, ceil_mode = FALSE) {
  check_tensor(input, "input")
  power_pool(input, norm_type, for_each_dim(kernel_size, 1L, "kernel_size"), stride, ceil_mode)
}

#' @rdname nnf_max_pool1d
#' @export
nnf_lp_pool2d <- function(input, norm_type, kernel_size, stride = NULL, ceil_mode = FALSE) {
  check_tensor(input, "input")
  power_pool(input, norm_type, for_each_dim(kernel_size, 2L, "kernel_size"), stride, ceil_mode)
}

power_pool <- function(input, norm_type, kernel_size, stride, ceil_mode) {
  two <- length(kernel_size) == 2
  if (is.infinite(norm_type)) {
    # the limit: the largest or the smallest magnitude
    sign <- if (norm_type > 0) 1 else -1
    max_pool <- if (two) nnf_max_pool2d else nnf_max_pool1d
    magnitude <- torch_mul(torch_abs(input), sign)
    return(torch_mul(max_pool(magnitude, kernel_size, stride, ceil_mode = ceil_mode), sign))
  }
  avg_pool <- if (two) nnf_avg_pool2d else nnf_avg_pool1d
  means <- avg_pool(torch_pow(input, norm_type), kernel_size, stride, ceil_mode = ceil_mode)
  # the way through sign and relu gives PyTorch's gradient where the mean is zero
  sums <- torch_mul(torch_mul(torch_sign(means), torch_relu(torch_abs(means))), prod(kernel_size))
  torch_pow(sums, 1 / norm_type)
}

#' Pooling to a given size
#'
#' As many windows as the output needs, as equal as they can be; `fractional` pooling draws their places at random.
#'
#' @param input A tensor: batch, channels, then the spatial dimensions; the batch may be left out.
#' @param output_size Whole numbers, one for all or one for each spatial dimension. With `NA` for one of them, or `NULL`
#'   in a list, that dimension keeps its size.
#' @param output_ratio Instead of `output_size`: numbers below one that the sizes are multiplied with.
#' @param kernel_size The size of the windows.
#' @param random_samples A tensor of numbers between 0 and 1 that places the windows: batch, channels, spatial
#'   dimensions; `NULL`: drawn.
#' @param return_indices Whether to return also where each maximum lies, counted from one.
#' @return A tensor; with `return_indices` a list of two tensors, the maxima and their positions.
#' @section Errors: a `torchscript_value_error` when neither `output_size` nor `output_ratio` is given.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/nn.functional.html#pooling-functions)
#' @export
#' @examples
#' x <- torch_arange(1, 16)$reshape(c(1, 1, 4, 4))
#' nnf_adaptive_avg_pool2d(x, c(2, NA))
nnf_adaptive_avg_pool1d <- functional(alist(input = , output_size = ), "adaptive_avg_pool1d", self = "input")

#' @rdname nnf_adaptive_avg_pool1d
#' @export
nnf_adaptive_avg_pool2d <- functional(
  alist(input = , output_size = ), "adaptive_avg_pool2d",
  self = "input", before = quote(output_size <- adaptive_size(output_size, input, 2L))
)

#' @rdname nnf_adaptive_avg_pool1d
#' @export
nnf_adaptive_avg_pool3d <- functional(
  alist(input = , output_size = ), "adaptive_avg_pool3d",
  self = "input", before = quote(output_size <- adaptive_size(output_size, input, 3L))
)

# Where nothing is wanted, the input's own size.
adaptive_size <- function(output_size, input, n) {
  if (is.list(output_size)) {
    output_size <- vapply(output_size, function(size) if (is.null(size)) NA_real_ else as.double(size), 0)
  }
  if (anyNA(output_size)) {
    check_tensor(input, "input")
    output_size <- rep_len(output_size, n)
    own <- utils::tail(dim(input), n)
    output_size[is.na(output_size)] <- own[is.na(output_size)]
  }
  output_size
}

#' @rdname nnf_adaptive_avg_pool1d
#' @export
nnf_adaptive_max_pool1d <- function(input, output_size, return_indices = FALSE) {
  maxima <- torch_adaptive_max_pool1d(input, output_size)
  if (return_indices) maxima else maxima[[1]]
}

#' @rdname nnf_adaptive_avg_pool1d
#' @export
nnf_adaptive_max_pool2d <- function(input, output_size, return_indices = FALSE) {
  maxima <- torch_adaptive_max_pool2d(input, adaptive_size(output_size, input, 2L))
  if (return_indices) maxima else maxima[[1]]
}

#' @rdname nnf_adaptive_avg_pool1d
#' @export
nnf_adaptive_max_pool3d <- function(input, output_size, return_indices = FALSE) {
  maxima <- torch_adaptive_max_pool3d(input, adaptive_size(output_size, input, 3L))
  if (return_indices) maxima else maxima[[1]]
}

#' @rdname nnf_adaptive_avg_pool1d
#' @export
nnf_fractional_max_pool2d <- function(input, kernel_size, output_size = NULL, output_ratio = NULL,
                                      return_indices = FALSE, random_samples = NULL) {
  check_tensor(input, "input")
  output_size <- output_size %||% fractional_size(output_ratio, input, 2L)
  samples <- random_samples %||% fractional_samples(input, 2L)
  maxima <- torch_fractional_max_pool2d(input, kernel_size, output_size, samples)
  if (return_indices) maxima else maxima[[1]]
}

#' @rdname nnf_adaptive_avg_pool1d
#' @export
nnf_fractional_max_pool3d <- function(input, kernel_size, output_size = NULL, output_ratio = NULL,
                                      return_indices = FALSE, random_samples = NULL) {
  check_tensor(input, "input")
  output_size <- output_size %||% fractional_size(output_ratio, input, 3L)
  samples <- random_samples %||% fractional_samples(input, 3L)
  maxima <- torch_fractional_max_pool3d(input, kernel_size, output_size, samples)
  if (return_indices) maxima else maxima[[1]]
}

fractional_size <- function(output_ratio, input, n) {
  if (is.null(output_ratio)) {
    abort_torchscript("`output_size` or `output_ratio` must be given.", "value", argument = "output_size")
  }
  as.integer(utils::tail(dim(input), n) * unlist(output_ratio))
}

fractional_samples <- function(input, n) {
  sizes <- dim(input)
  batch <- if (length(sizes) == n + 1) 1L else sizes[[1]]
  torch_rand(c(batch, sizes[[length(sizes) - n]], n), dtype = input$dtype, device = input$device)
}

#' Undo a max pooling
#'
#' Each maximum goes back to its place; everything else is zero.
#'
#' @param input,indices The tensors that a max pooling with `return_indices = TRUE` returned.
#' @param kernel_size,stride,padding Those of the pooling.
#' @param output_size The sizes before the pooling, when the windows did not fit evenly: the spatial dimensions, or the
#'   whole shape.
#' @return A tensor.
#' @section Errors: a `torchscript_value_error` for an `output_size` that the pooling can't have started from.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxUnpool2d.html)
#' @export
#' @examples
#' x <- torch_arange(1, 16)$reshape(c(1, 1, 4, 4))
#' pooled <- nnf_max_pool2d(x, 2, return_indices = TRUE)
#' nnf_max_unpool2d(pooled[[1]], pooled[[2]], 2)
nnf_max_unpool1d <- function(input, indices, kernel_size, stride = NULL, padding = 0, output_size = NULL) {
  check_is_tensors(input = input, indices = indices)
  size <- unpooled_size(input, kernel_size, stride, padding, output_size, 1L)
  unpooled <- torch_max_unpool2d(torch_unsqueeze(input, -1L), torch_unsqueeze(indices, -1L), c(size, 1L))
  torch_squeeze(unpooled, -1L)
}

#' @rdname nnf_max_unpool1d
#' @export
nnf_max_unpool2d <- function(input, indices, kernel_size, stride = NULL, padding = 0, output_size = NULL) {
  check_is_tensors(input = input, indices = indices)
  torch_max_unpool2d(input, indices, unpooled_size(input, kernel_size, stride, padding, output_size, 2L))
}

#' @rdname nnf_max_unpool1d
#' @export
nnf_max_unpool3d <- function(input, indices, kernel_size, stride = NULL, padding = 0, output_size = NULL) {
  check_is_tensors(input = input, indices = indices)
  size <- unpooled_size(input, kernel_size, stride, padding, output_size, 3L)
  torch_max_unpool3d(input, indices, size, stride %||% kernel_size, padding)
}

unpooled_size <- function(input, kernel_size, stride, padding, output_size, n) {
  kernel_size <- for_each_dim(kernel_size, n, "kernel_size")
  stride <- if (is.null(stride)) kernel_size else for_each_dim(stride, n, "stride")
  padding <- for_each_dim(padding, n, "padding")
  usual <- (utils::tail(dim(input), n) - 1L) * stride + kernel_size - 2L * padding
  if (is.null(output_size)) {
    return(usual)
  }
  output_size <- unlist(output_size)
  if (length(output_size) == n + 2) output_size <- utils::tail(output_size, n)
  if (length(output_size) != n || any(abs(output_size - usual) >= stride)) {
    abort_torchscript(
      sprintf(
        "`output_size` must have %d numbers from %s to %s, not %s.", n, toString(usual - stride + 1L),
        toString(usual + stride - 1L), toString(output_size)
      ), "value",
      argument = "output_size"
    )
  }
  as.integer(output_size)
}

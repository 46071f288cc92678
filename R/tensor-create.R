# Tensors from sizes: `torch_zeros(2, 3)` as well as `torch_zeros(c(2, 3))`. The rest of the creators is in the table.
#' @include operator.R
NULL

sizes_of <- function(...) {
  sizes <- list(...)
  if (length(sizes) == 1) sizes[[1]] else sizes
}

creator <- function(operator, more = NULL) {
  options <- c(alist(names = NULL, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE), more)
  inner <- operator_function(c(alist(size = ), options), paste0("aten::", operator))
  body <- bquote({
    size <- sizes_of(...)
    .(body(inner))
  })
  as.function(c(alist(... = ), options, body), envir = topenv())
}

#' Tensors of a given size
#'
#' `torch_zeros()` and `torch_ones()` are filled with a constant, `torch_rand()` with numbers from the uniform
#' distribution on \[0, 1), `torch_randn()` from the standard normal one, `torch_empty()` with whatever was in memory.
#'
#' @param ... The sizes of the dimensions: numbers, or one vector or list of them. None: a tensor without dimensions.
#' @param names Must be `NULL`: libtorch's named dimensions are not kept.
#' @param dtype A dtype such as [torch_float()]; `NULL` for the default one.
#' @param layout A layout such as [torch_strided()], or `NULL`.
#' @param device A [torch_device()], its name, or `NULL` for the CPU.
#' @param requires_grad Whether operations on the tensor are recorded.
#' @param generator A [torch_generator()], or `NULL` for the default one.
#' @return A tensor.
#' @section Errors: a `torchscript_value_error` for a size that is no whole number.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/torch.html#creation-ops)
#' @export
#' @examples
#' torch_zeros(2, 3)
#' torch_ones(c(2, 2), dtype = torch_int64())
#' torch_manual_seed(1)
#' torch_randn(3)
torch_zeros <- creator("zeros")
#' @rdname torch_zeros
#' @export
torch_ones <- creator("ones")
#' @rdname torch_zeros
#' @export
torch_empty <- creator("empty")
#' @rdname torch_zeros
#' @export
torch_rand <- creator("rand", alist(generator = NULL))
#' @rdname torch_zeros
#' @export
torch_randn <- creator("randn", alist(generator = NULL))

#' Numbers at equal steps
#'
#' `torch_arange()` includes `end` when the steps reach it, as [seq()] does; so does `torch_range()`, its older name.
#'
#' @param start,end,step Numbers.
#' @inheritParams torch_zeros
#' @return A tensor with one dimension: int64 when `start`, `end` and `step` are integers, else the default dtype.
#' @export
#' @examples
#' torch_arange(1, 5)
#' torch_arange(1L, 10L, 3L)
torch_arange <- function(start, end, step = 1L, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE) {
  if (missing(end)) {
    end <- start
    start <- 1L
  }
  check_finite_number(start, "start")
  check_finite_number(end, "end")
  check_finite_number(step, "step")
  if (is.null(dtype) && !(is.integer(start) && is.integer(end) && is.integer(step))) {
    dtype <- torch_get_default_dtype()
  }
  # libtorch leaves the end out; half a step beyond it lets it in and nothing else, unless the dtype has whole numbers only
  n <- floor((end - start) / step + 1e-10)
  if (is.integer(start) && is.integer(step)) n <- as.integer(n)
  half_open_range(
    start, if (start == trunc(start) && step == trunc(step)) start + (n + 1L) * step else start + (n + 0.5) * step,
    step, dtype, layout, device, requires_grad
  )
}
check_finite_number <- function(x, name) {
  if (!is.numeric(x) || length(x) != 1 || !is.finite(x)) {
    abort_torchscript(sprintf("`%s` must be a finite number, not %s.", name, describe(x)), "type", argument = name)
  }
}
half_open_range <- operator_function(
  alist(start = , end = , step = , dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE), "aten::arange"
)

#' A tensor without dimensions
#'
#' @param value A number, `TRUE` or `FALSE`.
#' @inheritParams torch_zeros
#' @return A tensor.
#' @export
#' @examples
#' torch_scalar_tensor(3.5)
torch_scalar_tensor <- function(value, dtype = NULL, device = NULL, requires_grad = FALSE) {
  if (length(value) != 1) {
    abort_torchscript(sprintf("`value` must be one number, not %s.", describe(value)), "type")
  }
  torch_squeeze(torch_tensor(value, dtype, device))$requires_grad_(requires_grad)
}

#' Numbers from normal distributions
#'
#' @param mean,std Tensors, one of them may be a number: each element is drawn with its own mean and standard deviation. Or
#'   two numbers, with `size`.
#' @param size The sizes of the result's dimensions, for two numbers.
#' @param generator A [torch_generator()], or `NULL` for the default one.
#' @param ... For two numbers: `dtype`, `layout`, `device` and `requires_grad`, as in [torch_zeros()].
#' @return A tensor.
#' @section Errors: a `torchscript_type_error` for two numbers without `size`.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.normal.html)
#' @export
#' @examples
#' torch_normal(0, 1, c(2, 3))
#' torch_normal(torch_zeros(2), torch_tensor(c(1, 100)))
torch_normal <- function(mean, std, size = NULL, generator = NULL, ...) {
  if (!is.null(size) || ...length() > 0) {
    return(normal_of_size(mean, std, size, generator, ...))
  }
  if (!is_torch_tensor(mean) && !is_torch_tensor(std)) {
    abort_torchscript("`size` is missing: it must be a vector of whole numbers, for two numbers `mean` and `std`.", "type")
  }
  normal_elements(mean, std, generator)
}
normal_elements <- operator_function(alist(mean = , std = , generator = NULL), "aten::normal")
normal_of_size <- operator_function(
  alist(
    mean = , std = , size = , generator = NULL, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE
  ), "aten::normal"
)

#' Make a tensor from R data
#'
#' Copies the values of an R object into a tensor. R keeps matrices and arrays by columns and libtorch by rows; the
#' dimensions stay as they are, so `x[i, j]` is the same number on both sides.
#'
#' @param data A numeric, integer, logical, complex, raw or `integer64` vector, matrix or array; a list of such (nested
#'   to any depth, all elements of one shape), or of tensors; or a tensor, which is copied.
#' @param dtype A dtype such as [torch_float()], or its name (`"float32"`). By default double becomes the default dtype
#'   (float32), integer and `integer64` int64, logical bool, complex cfloat and raw uint8.
#' @param device A [torch_device()], or its name. Default: `"cpu"`.
#' @param requires_grad Whether operations on the tensor are recorded for [`$backward()`][autograd_backward].
#' @param pin_memory Ignored; for code written for torch for R.
#' @param copy `FALSE` makes a tensor over R's own memory: see below. Default: `TRUE`.
#' @return A `torch_tensor`. `NA_real_` becomes `NaN`.
#' @section Errors: a `torchscript_value_error` for `NA` in integer, logical or `integer64` data, which have no place for
#'   it; a `torchscript_type_error` for data that no tensor can hold.
#' @section Without a copy: with `copy = FALSE` the tensor stands over R's own memory, with the dtype that R's numbers have:
#'   float64 for double, int32 for integer, int64 for `integer64`, uint8 for raw. Its strides run by columns. Before either
#'   side writes it makes a copy of its own, so that neither sees what the other writes: R before `x[1] <- 0`, libtorch before
#'   the first in-place change of the tensor. The vector stays in memory as long as the tensor does. This is safe, except for
#'   packages that change vectors behind R's back, such as `data.table::set()`. A tensor as `data` gives one that shares its
#'   memory, and there writes are seen in both. What would need a copy is a `torchscript_value_error`.
#' @seealso [as_array()] for the way back.
#' @export
#' @examples
#' torch_tensor(c(1, 2, 3))
#' torch_tensor(matrix(1:6, 2), dtype = torch_double())
#' torch_tensor(list(list(1, 2), list(3, 4)))
torch_tensor <- function(data, dtype = NULL, device = NULL, requires_grad = FALSE, pin_memory = FALSE, copy = TRUE) {
  if (!check_copy(copy)) {
    return(tensor_without_copy(data, dtype, device, requires_grad))
  }
  if (is_torch_tensor(data)) {
    copy <- data$detach()$clone()
    if (!is.null(dtype) || !is.null(device)) {
      copy <- copy$to(dtype = dtype %||% copy$dtype, device = device %||% copy$device)
    }
    return(if (requires_grad) copy$requires_grad_() else copy)
  }
  if (is.list(data) && !is.object(data)) {
    data <- nested_data(data)
    if (is_torch_tensor(data)) {
      return(torch_tensor(data, dtype, device, requires_grad))
    }
  }
  .Call(C_tensor, data, dtype, device, requires_grad)
}

`%||%` <- rlang::`%||%`

# A nested list as an array: the outermost level is the first dimension.
nested_data <- function(data) {
  if (length(data) == 0) {
    return(numeric())
  }
  parts <- lapply(data, function(part) if (is.list(part) && !is.object(part)) nested_data(part) else part)
  if (all(vapply(parts, is_torch_tensor, NA))) {
    return(torch_stack(unname(parts), dim = 1L))
  }
  plain <- vapply(parts, function(part) is.atomic(part) && !is.null(part) && !is.character(part), NA)
  if (!all(plain)) {
    abort_torchscript(
      sprintf("`data[[%d]]` must be numbers, not %s.", which(!plain)[[1]], describe(parts[!plain][[1]])), "type"
    )
  }
  shapes <- lapply(parts, function(part) dim(part) %||% length(part))
  differs <- which(!vapply(shapes, identical, NA, shapes[[1]]))
  if (length(differs) > 0) {
    abort_torchscript(
      c(
        "All elements of a nested list must have one shape.",
        x = sprintf(
          "`data[[1]]` has shape (%s), `data[[%d]]` has (%s).",
          toString(shapes[[1]]), differs[[1]], toString(shapes[[differs[[1]]]])
        )
      ), "value"
    )
  }
  shape <- shapes[[1]]
  flat <- do.call(c, lapply(parts, as.vector_keeping_class))
  is_scalar <- identical(shape, 1L) && all(vapply(parts, function(part) is.null(dim(part)), NA)) &&
    !any(vapply(data, is.list, NA))
  if (is_scalar) {
    return(flat)
  }
  n <- length(shape) + 1
  # by columns the elements of the list vary slowest: they come last, and go first
  attributes_kept <- class(flat)
  result <- aperm(array(unclass(flat), c(shape, length(parts))), c(n, seq_len(n - 1)))
  if (identical(attributes_kept, "integer64")) class(result) <- "integer64"
  result
}

as.vector_keeping_class <- function(x) {
  dim(x) <- NULL
  x
}

#' Test for a tensor
#'
#' @param x Any object.
#' @return `TRUE` or `FALSE`.
#' @export
#' @examples
#' is_torch_tensor(torch_tensor(1))
is_torch_tensor <- function(x) inherits(x, "torch_tensor")

#' R values of a tensor
#'
#' `as_array()` and `as.array()` give the values with the tensor's dimensions: a vector for none or one, a matrix for
#' two, an array for more. The other functions give a plain vector of one R type.
#'
#' @param x A tensor.
#' @param mode The type of the vector, as in [as.vector()].
#' @param ... Not used.
#' @return Logical for bool; integer for whole numbers that fit it, double for those up to 2^53, and `integer64` (bit64)
#'   beyond, so that no number is ever changed; double for every float type; complex for complex ones.
#' @section While tracing: the values are baked into the program as constants, with a `torchscript_trace_warning`.
#' @export
#' @examples
#' x <- torch_tensor(matrix(1:6, 2))
#' as_array(x)
#' as.numeric(x)
as_array <- function(x) UseMethod("as_array")

#' @export
as_array.default <- function(x) as.array(x)

#' @export
as_array.torch_tensor <- function(x) {
  warn_if_tracing("as_array()")
  .Call(C_tensor_array, x)
}

#' @rdname as_array
#' @export
as.array.torch_tensor <- function(x, ...) {
  warn_if_tracing("as.array()")
  .Call(C_tensor_array, x)
}

#' @rdname as_array
#' @export
as.matrix.torch_tensor <- function(x, ...) {
  warn_if_tracing("as.matrix()")
  as.matrix(.Call(C_tensor_array, x))
}

#' @rdname as_array
#' @export
as.vector.torch_tensor <- function(x, mode = "any") {
  warn_if_tracing("as.vector()")
  as.vector(.Call(C_tensor_array, x), mode)
}

#' @rdname as_array
#' @export
as.double.torch_tensor <- function(x, ...) {
  warn_if_tracing("as.numeric()")
  as.double(.Call(C_tensor_array, x))
}

#' @rdname as_array
#' @export
as.integer.torch_tensor <- function(x, ...) {
  warn_if_tracing("as.integer()")
  values <- .Call(C_tensor_array, x)
  if (inherits(values, "integer64") || (is.double(values) && any(abs(values) > .Machine$integer.max, na.rm = TRUE))) {
    abort_torchscript("The tensor holds numbers that an R integer can't.", "value", "Use as.numeric() or bit64::as.integer64().")
  }
  as.integer(values)
}

#' @rdname as_array
#' @export
as.logical.torch_tensor <- function(x, ...) {
  warn_if_tracing("as.logical()")
  as.logical(.Call(C_tensor_array, x))
}

#' @rdname as_array
#' @export
as.complex.torch_tensor <- function(x, ...) {
  warn_if_tracing("as.complex()")
  as.complex(.Call(C_tensor_array, x))
}

#' @exportS3Method bit64::as.integer64
as.integer64.torch_tensor <- function(x, ...) {
  warn_if_tracing("as.integer64()")
  values <- .Call(C_tensor_array, x)
  dim(values) <- NULL
  bit64::as.integer64(values)
}

#' @export
as.list.torch_tensor <- function(x, ...) {
  if (length(dim(x)) == 0) list(x) else torch_unbind(x, dim = 1L)
}

#' @export
dim.torch_tensor <- function(x) .Call(C_tensor_shape, x)

#' @export
length.torch_tensor <- function(x) .Call(C_tensor_count, x)

# Without bit64 R would print integer64 as meaningless doubles.
load_bit64 <- function(ignored) loadNamespace("bit64")

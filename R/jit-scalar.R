#' Mark R values for programs
#'
#' R values are converted by the type that the program's signature asks for, so these marks are needed only where there
#' is none: `Any` arguments, and the inputs of [jit_trace()]. `jit_scalar()` marks one number, flag or string, not a list
#' of length one; `jit_tuple()` marks a list as a tuple, and a named list as a named tuple.
#'
#' @param x For `jit_scalar()` a vector of length one; for `jit_tuple()` a list.
#' @return `x`, with the class `jit_scalar` or `jit_tuple`.
#' @section Errors: a `torchscript_type_error` for other values.
#' @export
#' @examples
#' tr <- jit_compile("
#' def fn (x: Tuple[Tensor, int]):
#'   return x[0] * x[1]
#' ")
#' tr$fn(jit_tuple(list(torch_tensor(2), jit_scalar(3L))))
jit_scalar <- function(x) {
  if (!is.atomic(x) || length(x) != 1) {
    abort_torchscript(sprintf("`x` must be a vector of length one, not %s.", describe(x)), "type")
  }
  class(x) <- c("jit_scalar", setdiff(oldClass(x), "jit_scalar"))
  x
}

#' @rdname jit_scalar
#' @export
jit_tuple <- function(x) {
  if (!is.list(x)) {
    abort_torchscript(sprintf("`x` must be a list, not %s.", describe(x)), "type", "jit_tuple(list(...)).")
  }
  class(x) <- "jit_tuple"
  x
}

#' @export
print.jit_scalar <- function(x, ...) {
  cat("<jit_scalar> ", format(unclass(x)), "\n", sep = "")
  invisible(x)
}

#' @export
print.jit_tuple <- function(x, ...) {
  cat("<jit_tuple>\n")
  print(unclass(x))
  invisible(x)
}

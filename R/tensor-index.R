# `x[...]` and `x[...] <- value`; index.rs reads what stands between the brackets.
#' @include dtype.R
NULL

#' Select and replace elements of a tensor
#'
#' `x[i, j, ...]` has an index for each dimension; those at the end may be left out. Positions count from one, and from
#' the end when negative: `x[-1]` is the last element, and nothing is left out as it would be in base R.
#'
#' | index | selects |
#' |---|---|
#' | `2`, `-1`, `N` | one position; the dimension goes, unless `drop = FALSE` |
#' | `2:5`, `2:-2`, `2:N` | a range, as typed between the brackets: a view |
#' | `1:9:2`, `slc(1, 9, 2)` | every second position of a range: a view |
#' | `3:1` | the positions in falling order |
#' | `c(1, 3, 3)`, a tensor of whole numbers | these positions, in this order |
#' | `c(TRUE, FALSE)`, `x > 0` | where it is true; a mask of several dimensions takes as many |
#' | nothing: `x[, 1]` | all of the dimension |
#' | `..` | all of as many dimensions as are left |
#' | `newaxis`, `NULL` | a new dimension of size one |
#'
#' Several vectors select all combinations of their positions, as in base R, not pairs as in PyTorch: for pairs there is
#' [torch_index()]. Views share the memory of `x`: what is assigned to one shows in the other.
#'
#' `N` is the last position of the dimension, and `N - 1` the one before. A range may end behind the last element; it
#' ends there then, as in PyTorch.
#'
#' @param x A tensor.
#' @param ... Indices, as above.
#' @param drop Whether a dimension selected by one position goes. Default: `TRUE`.
#' @param value A number, an R vector or array, or a tensor; it is broadcast to the selection. R values take the dtype of
#'   `x`.
#' @param start,end The first and the last position; negative ones count from the end. `Inf` and `N` are the last.
#' @param step The distance of the positions, from 1 on.
#' @return A tensor; `slc()` an object of class `torch_slice`. Assignment changes `x` itself, and with it every name that
#'   it has, as R's environments do.
#' @section Errors: a `torchscript_index_error` for positions out of range, zero, or too many indices; a
#'   `torchscript_type_error` for what can't be an index; a `torchscript_value_error` for `NA`, fractions, and values of
#'   the wrong shape.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/tensor_view.html) on views.
#' @name indexing
#' @examples
#' x <- torch_arange(1, 12)$view(c(3, 4))
#' x[1, 2]
#' x[-1]
#' x[, 2:3]
#' x[c(1, 3), c(TRUE, FALSE, FALSE, TRUE)]
#' x[.., newaxis]$shape
#' x[x > 6] <- 0
#' x[1, ] <- c(10, 20, 30, 40)
#' x
NULL

#' @rdname indexing
#' @export
`[.torch_tensor` <- function(x, ..., drop = TRUE) .External2(C_index)

#' @rdname indexing
#' @export
`[<-.torch_tensor` <- function(x, ..., value) .External2(C_index_assign)

#' @rdname indexing
#' @export
slc <- function(start, end, step = 1) {
  structure(
    list(start = slice_end(start, "start"), end = slice_end(end, "end"), step = slice_end(step, "step")),
    class = "torch_slice"
  )
}

slice_end <- function(x, argument) {
  if (!inherits(x, "torch_index_end") && !(is.numeric(x) && length(x) == 1 && !is.na(x))) {
    abort_torchscript(sprintf("`%s` must be a position, not %s.", argument, describe(x)), "type")
  }
  x
}

#' @rdname indexing
#' @format NULL
#' @export
N <- structure(0, class = "torch_index_end")

#' @rdname indexing
#' @format NULL
#' @export
newaxis <- structure(list(), class = "torch_newaxis")

#' @rdname indexing
#' @format NULL
#' @export
.. <- structure(list(), class = "torch_ellipsis")

#' @export
Ops.torch_index_end <- function(e1, e2) {
  if (!.Generic %in% c("+", "-") || missing(e2) || !inherits(e1, "torch_index_end") || !rlang::is_integerish(e2, 1)) {
    abort_torchscript("Only a whole number can be added to `N` or taken from it: `N - 1`.", "type")
  }
  structure(get(.Generic, baseenv())(unclass(e1), e2), class = "torch_index_end")
}

#' @export
format.torch_index_end <- function(x, ...) {
  behind <- unclass(x)
  if (behind == 0) "N" else sprintf("N %s %s", if (behind < 0) "-" else "+", format(abs(behind)))
}
#' @export
format.torch_slice <- function(x, ...) sprintf("slc(%s)", toString(vapply(unclass(x), format, "")))
#' @export
format.torch_newaxis <- function(x, ...) "newaxis"
#' @export
format.torch_ellipsis <- function(x, ...) ".."

#' @export
print.torch_index_end <- print_format
#' @export
print.torch_slice <- print_format
#' @export
print.torch_newaxis <- print_format
#' @export
print.torch_ellipsis <- print_format

#' @export
`[[.torch_tensor` <- function(x, ...) {
  if (...length() == 1 && is.character(..1)) {
    return(do.call("$", list(x, ..1)))
  }
  x[...]
}

#' @export
`[[<-.torch_tensor` <- function(x, ..., value) {
  if (...length() == 1 && is.character(..1)) {
    return(do.call("$<-", list(x, ..1, value)))
  }
  x[...] <- value
  x
}

#' First and last elements, and the reverse
#'
#' Along the first dimension: the elements of a vector, the rows of a matrix.
#'
#' @param x A tensor with one dimension or more; for `rev()` with just one.
#' @param n How many; a negative number leaves out so many at the other end.
#' @param ... Not used.
#' @return A tensor: a view of `x` for `head()` and `tail()`.
#' @section Errors: `rev()` raises a `torchscript_value_error` for more than one dimension, where [torch_flip()] says which to
#'   turn round.
#' @name head.torch_tensor
#' @examples
#' x <- torch_arange(1, 10)
#' head(x, 3)
#' tail(x, -8)
#' rev(x)
NULL

#' @rdname head.torch_tensor
head.torch_tensor <- function(x, n = 6L, ...) {
  first_rows(x, 0L, rows_wanted(x, n))
}

#' @rdname head.torch_tensor
tail.torch_tensor <- function(x, n = 6L, ...) {
  rows <- rows_wanted(x, n)
  first_rows(x, dim(x)[[1]] - rows, rows)
}

rows_wanted <- function(x, n) {
  if (!rlang::is_integerish(n, 1, finite = TRUE)) {
    abort_torchscript(sprintf("`n` must be a whole number, not %s.", describe(n)), "type")
  }
  if (length(dim(x)) == 0) {
    abort_torchscript("A tensor without dimensions has no first or last elements.", "value")
  }
  rows <- dim(x)[[1]]
  if (n < 0) max(rows + n, 0) else min(n, rows)
}

first_rows <- function(x, skipped, rows) torch_narrow(x, 1L, skipped + 1L, rows)

#' @rdname head.torch_tensor
#' @export
rev.torch_tensor <- function(x) {
  if (length(dim(x)) > 1) {
    abort_torchscript("`rev()` needs a tensor with one dimension.", "value", "torch_flip(x, dims) turns any round.")
  }
  if (length(dim(x)) == 0) x else torch_flip(x, 1L)
}

#' Change a tensor's dimensions in place
#'
#' R fills dimensions by columns and libtorch by rows, so `dim(x) <-` is only taken where both agree: when dimensions of
#' size one come or go. [torch_reshape()] does the rest, by rows.
#'
#' @param x A tensor.
#' @param value Whole numbers: the new sizes.
#' @return A tensor that shares the memory of `x`.
#' @section Errors: a `torchscript_value_error` where rows and columns would have to be told apart.
#' @export
#' @examples
#' x <- torch_tensor(c(1, 2, 3))
#' dim(x) <- c(1, 3)
#' x$shape
`dim<-.torch_tensor` <- function(x, value) {
  longer <- function(sizes) sizes[sizes != 1]
  if (!rlang::is_integerish(value, finite = TRUE)) {
    abort_torchscript(sprintf("`dim(x)` must be whole numbers, not %s.", describe(value)), "type")
  }
  if (!identical(as.double(longer(dim(x))), as.double(longer(value)))) {
    abort_torchscript(
      sprintf("`dim(x) <-` can't make shape (%s) of (%s).", toString(value), toString(dim(x))), "value",
      "torch_reshape(x, shape) fills by rows; for R's order go by as.array()."
    )
  }
  torch_reshape(x, value)
}

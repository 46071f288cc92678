# The help page of `x$name`, written when roxygen2 runs: every property and method there is.
#' @include tensor-members.R tensor-shape.R tensor-split.R legacy.R
NULL

# Members are made at their first use, so what is there before is what was written by hand.
members_help <- function() {
  by_hand <- ls(tensor_members)
  operators <- setdiff(tensor_member_names(), by_hand)
  x <- torch_ones(1, 1)
  values <- lapply(stats::setNames(nm = by_hand), function(name) tryCatch(do.call("$", list(x, name)), error = identity))
  there <- values[!vapply(values, inherits, NA, "error")]
  methods <- there[vapply(there, is.function, NA)]
  c(
    code_block("Properties", setdiff(names(there), names(methods))),
    code_block("Methods written by hand", mapply(signature_of, names(methods), methods)),
    code_block("Operators", paste0(operators, "()"))
  )
}

signature_of <- function(name, method) {
  head <- paste(deparse(args(method), width.cutoff = 500), collapse = " ")
  paste0(name, sub("^function ", "", sub(" *NULL$", "", head)))
}

code_block <- function(title, items) {
  wrapped <- strwrap(paste(gsub(" ", "\u00a0", items), collapse = ", "), width = 100)
  wrapped <- gsub("%", "\\\\%", gsub("\u00a0", " ", wrapped))
  paste0("@section ", title, ": \\preformatted{\n", paste(wrapped, collapse = "\n"), "\n}")
}

#' Properties and methods of tensors
#'
#' `x$name` is a property, or a method: every operator with an argument `self` is one, with its other arguments. A method
#' whose name ends in `_` changes the tensor in place and returns that very object. Sizes and dimensions may be given as
#' several numbers to `view()`, `reshape()`, `permute()`, `expand()`, `repeat()`, `tile()`, `flip()`, `broadcast_to()`,
#' `sum_to_size()`, `resize_()` and `new_zeros()` and its like: `x$view(2, 3)` is `x$view(c(2, 3))`.
#'
#' `grad` and `requires_grad` can be assigned. `print(x$scatter)` shows the arguments of a method, and `torch_scatter()` and
#' its like have help of their own: see [operators].
#'
#' @param x A tensor.
#' @param name The name of a property or a method; editors complete it.
#' @param value A tensor or `NULL` for `$grad`, `TRUE` or `FALSE` for `$requires_grad`.
#' @return The property's value, or the method as a function.
#' @eval members_help()
#' @section Errors: a `torchscript_type_error` for a name that does not exist, with the nearest ones; a
#'   `torchscript_not_implemented_error` for the names of dimensions (`$rename()`, `$align_to()`, ...), which are not kept,
#'   and for the insides of torch for R (`$ptr`, `$private`).
#' @name torch_tensor-methods
#' @aliases $.torch_tensor $<-.torch_tensor
#' @seealso [operators], [PyTorch's page](https://docs.pytorch.org/docs/stable/tensors.html)
#' @examples
#' x <- torch_ones(2, 3)
#' x$shape
#' x$sum(dim = 1)
#' x$view(3, 2)
#' x$add_(1)
NULL

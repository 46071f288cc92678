#' Every operator of libtorch, by namespace
#'
#' `jit_ops$aten$relu(x)` calls the operator `aten::relu` as its schema says: arguments by position or name, dimensions
#' and positions counted from zero. Printing an operator shows the schemas of its overloads. R values convert by the
#' schema, as everywhere; the overload is chosen by what was given. Lists and dictionaries are copied: an operator that
#' does nothing but change one, such as `aten::clear`, returns NULL and leaves R's as it was. What only stands in graphs,
#' such as `prim::If`, is no operator.
#'
#' @return `jit_ops$<namespace>`: the operators of that namespace; `jit_ops$<namespace>$<operator>`: a function.
#' @section Errors: a `torchscript_value_error` for a name that does not exist, with the nearest ones; a
#'   `torchscript_type_error` with the schemas when no overload takes the arguments.
#' @export
#' @examples
#' x <- torch_tensor(c(-1, 0, 1))
#' jit_ops$aten$relu(x)
#' jit_ops$aten$sum
jit_ops <- structure(list(), class = "jit_ops")

operators_made <- new.env(parent = emptyenv())

#' @export
`$.jit_ops` <- function(x, name) {
  known <- .Call(C_operator_names, NULL)
  if (!name %in% known) {
    abort_torchscript(sprintf("libtorch has no namespace `%s`.", name), "value", sprintf("Its namespaces: %s.", toString(known)))
  }
  structure(list(name), class = "jit_ops_namespace")
}
#' @export
`[[.jit_ops` <- `$.jit_ops`

#' @export
`$.jit_ops_namespace` <- function(x, name) {
  qualified <- paste0(unclass(x)[[1]], "::", name)
  made <- operators_made[[qualified]]
  if (is.null(made)) {
    made <- jit_operator(qualified)
    assign(qualified, made, envir = operators_made)
  }
  made
}
#' @export
`[[.jit_ops_namespace` <- `$.jit_ops_namespace`

jit_operator <- function(qualified) {
  parts <- strsplit(qualified, "::", fixed = TRUE)[[1]]
  known <- .Call(C_operator_names, parts[[1]])
  if (!parts[[2]] %in% known) {
    nearest <- nearest_names(parts[[2]], known)
    abort_torchscript(
      sprintf("libtorch has no operator `%s`.", qualified), "value",
      if (length(nearest) > 0) sprintf("Did you mean %s?", paste0("`", nearest, "`", collapse = " or "))
    )
  }
  plan <- operator_plan(qualified, character(), list(), r_conventions = FALSE)
  f <- as.function(alist(... = , .External(C_call_operator_directly, plan, ...)), envir = topenv())
  body(f)[[3]] <- plan
  structure(f, class = "jit_operator", operator = qualified)
}

.DollarNames.jit_ops <- function(x, pattern = "") grep(pattern, .Call(C_operator_names, NULL), value = TRUE)

.DollarNames.jit_ops_namespace <- function(x, pattern = "") {
  grep(pattern, .Call(C_operator_names, unclass(x)[[1]]), value = TRUE)
}

#' @export
names.jit_ops <- function(x) .Call(C_operator_names, NULL)
#' @export
names.jit_ops_namespace <- function(x) .Call(C_operator_names, unclass(x)[[1]])

#' @export
print.jit_ops <- function(x, ...) {
  cat("<jit_ops> namespaces:\n", paste0("  ", names(x), "\n"), sep = "")
  invisible(x)
}
#' @export
print.jit_ops_namespace <- function(x, ...) {
  operators <- names(x)
  cat(sprintf("<jit_ops$%s> %d operators: %s, ...\n", unclass(x)[[1]], length(operators), toString(utils::head(operators, 8))))
  invisible(x)
}
#' @export
print.jit_operator <- function(x, ...) {
  cat("<operator>\n", paste0(.Call(C_operator_schemas, attr(x, "operator")), "\n"), sep = "")
  invisible(x)
}

#' Make TorchScript programs by compiling source
#'
#' TorchScript is a typed subset of Python. The source may define functions, which may call each other in any order but not
#' themselves; script classes with typed fields, methods, magic and static methods; classes that are a `NamedTuple` or an
#' `Enum`; and constants (`N = 3`). It may use `torch`, `torch.nn.functional` (also as `F`), `torch.linalg`, `torch.fft`,
#' `torch.special`, `torch.jit.fork` and its like, `with torch.no_grad():`, `math` and f-strings without format
#' specifications. Lines with `import` are skipped, decorators of `torch.jit` too.
#'
#' @param source A string with the definitions.
#' @return A list of class `script_unit`: each function, a [script_function], under its name; a class as the function
#'   that makes its objects ([script_object]); an enum as the list of its members.
#' @section Errors: a `torchscript_compile_error` that shows the line of the source which is wrong.
#' @seealso [The language](https://docs.pytorch.org/docs/stable/jit_language_reference.html)
#' @export
#' @examples
#' tr <- jit_compile("
#' def fn (x: Tensor, times: int = 2):
#'   y = x
#'   for i in range(times):
#'     y = torch.relu(y) + 1
#'   return y
#' ")
#' tr$fn(torch_tensor(c(-1, 0, 1)))
#' tr$fn(torch_tensor(c(-1, 0, 1)), times = 3L)
jit_compile <- function(source) {
  if (!rlang::is_string(source)) {
    abort_torchscript(sprintf("`source` must be a string, not %s.", describe(source)), "type")
  }
  # the parser wants the last line ended
  handles <- .Call(C_compile, paste0(source, "\n"), NULL)
  if (length(handles) == 0) {
    abort_torchscript("`source` defines no function.", "compile", "A definition begins with `def name(argument: Tensor):`.")
  }
  made <- lapply(handles, new_script_function, origin = "compiled from source")
  # a sign before the name: the function gives the members of an enum
  is_enum <- startsWith(names(made), "=")
  names(made) <- sub("^=", "", names(made))
  made[is_enum] <- lapply(made[is_enum], enum_members)
  structure(made, class = "script_unit")
}

enum_members <- function(list_members) {
  members <- list_members()
  names(members) <- vapply(members, as.character, "")
  members
}

#' @export
`$.script_unit` <- function(x, name) {
  found <- .subset2(x, name)
  if (is.null(found)) {
    abort_torchscript(sprintf("The source defines no function `%s`.", name), "type", sprintf("It defines: %s.", toString(names(x))))
  }
  found
}

#' @export
print.script_unit <- function(x, ...) {
  cat("<script_unit>\n")
  for (name in names(x)) {
    part <- unclass(x)[[name]]
    if (!is.function(part)) {
      cat("  $", name, ": enum of ", toString(names(part)), "\n", sep = "")
      next
    }
    cat("  $", name, signature_text(.Call(C_function_signature, environment(part)$handle)), "\n", sep = "")
  }
  invisible(x)
}

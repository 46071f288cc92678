#' Make TorchScript programs by compiling source
#'
#' TorchScript is a typed subset of Python. The source may hold, in any order:
#' - functions, which may call each other but not themselves, with typed arguments, default values and keyword-only
#'   arguments; an argument without a type is a Tensor; types may stand in `# type:` comments;
#' - classes with methods, magic methods, `@staticmethod` and `@property`, and interfaces (`@torch.jit.interface`); classes
#'   that are a `NamedTuple`, an `Enum` or an exception; `namedtuple("Pair", ["a", "b"])` of tensors;
#' - constants (`N = 3`) that are numbers, strings, `True`, `False` or `None`.
#'
#' Expressions mean what they mean in Python: precedence, chained comparisons (`1 < x < 3`), conditional expressions, slices,
#' comprehensions of lists and dictionaries (one `for`, no `if`), f-strings without format specifications, the escapes of
#' strings. Statements are assignments (also to several targets), `if`, `for`, `while`, `break`, `continue`, `return`,
#' `raise`, `assert`, `del`, `with` and `print()`.
#'
#' Known modules are `torch` with its dtypes, layouts and memory formats, `torch.nn.functional` (also as `F` and
#' `nn.functional`), `torch.linalg`, `torch.fft`, `torch.special`, `torch.ops.<namespace>.<operator>`, `torch.jit` (`fork`,
#' `wait`, `annotate`, `isinstance`, `is_scripting`), `math` and `warnings.warn()`. Contexts are `torch.no_grad()`,
#' `torch.enable_grad()`, `torch.profiler.record_function()` and classes of the source. Types are those of
#' [TorchScript][torchscript_types], also as `torch.Tensor`, `torch.device`, `torch.Generator`, `list[int]` and `int | None`.
#' Lines with `import` are skipped, and so are `@torch.jit.script` and `@torch.jit.export`; a function that is
#' `@torch.jit.unused` raises when it is called.
#'
#' What needs Python itself is refused: `try`, `lambda`, `yield`, sets, functions within functions, inheritance, data classes,
#' class methods, `@torch.jit.ignore`, other decorators, modules such as numpy.
#'
#' @param source A string with the definitions.
#' @return A list of class `script_unit`: each function, a [script_function], under its name; a class as the function
#'   that makes its objects ([script_object]); an enum as the list of its members.
#' @section Errors: a `torchscript_compile_error`. The reason is its first line, and the line of the source which is wrong
#'   comes after it.
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

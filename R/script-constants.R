# Fields that no method changes: constants of the program's module.

# What the program does not look up again can't be changed behind its back.
make_constant <- function(handle, name, value) {
  stays <- is_torch_tensor(value) || holds_names(value) || holds_tensors(value) || is_misread(value)
  if (!stays && .Call(C_module_kind, handle, name) == "attribute") {
    .Call(C_module_remove, handle, name)
    tryCatch(.Call(C_module_register, handle, name, "c", value, NULL), torchscript_error = function(e) NULL)
  }
}
# These are shared with R, and a file's constants are shared with nothing.
holds_tensors <- function(value) is_torch_tensor(value) || is.list(value) && !is.object(value) && any(vapply(value, holds_tensors, NA))
# Files can't hold these as constants,
holds_names <- function(value) is.list(value) && (!is.null(names(value)) || any(vapply(value, holds_names, NA)))
# and write these as what is read as something else: whole doubles as integers.
is_misread <- function(value) {
  if (is.list(value)) {
    return(any(vapply(value, is_misread, NA)))
  }
  if (is.character(value)) {
    return(any(grepl("\r", value, fixed = TRUE)))
  }
  size <- if (is.double(value)) abs(value[is.finite(value)]) else 0
  any(size >= 1e10 & size < 1e17 & size == trunc(size) | size > 0 & size < .Machine$double.xmin)
}

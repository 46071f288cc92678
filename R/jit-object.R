# Objects of script classes, enums, and other values of programs that R has no type for.
#' @include jit-module.R
NULL

# Called by native code. The handle itself carries the class, so that it can be handed back as it is.
new_script_object <- function(handle) {
  class(handle) <- "script_object"
  handle
}
new_script_enum <- function(handle) {
  class(handle) <- c("script_enum", "script_object")
  handle
}
new_script_value <- function(handle) {
  class(handle) <- c("script_value", "script_object")
  handle
}

#' Objects of TorchScript programs
#'
#' What a program returns and R has no type for is a `script_object`: an object of a script class with its fields and methods
#' under `$`; a member of an enum (`script_enum`) with `$name` and `$value`; or something that can only be handed back
#' to a program (`script_value`), such as the packed weights of a quantised layer. Fields are changed with `$<-`, and
#' like in Python the object itself changes.
#'
#' Where a program wants an enum, the name of a member will do; where it wants an object of a script class, a named list of
#' its fields.
#'
#' @param x,e1,e2 A TorchScript object.
#' @param name The name of a field or method.
#' @param value A value of the field's type.
#' @param ... Not used.
#' @return What the field is, or a [script_function] for a method.
#' @section Errors: a `torchscript_type_error` for a name that the object does not have, and for a value that its field can't
#'   hold.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/jit_language_reference.html)
#' @name script_object
#' @examples
#' unit <- jit_compile("
#' class Point:
#'   def __init__(self, x: float, y: float):
#'     self.x = x
#'     self.y = y
#'   def norm(self) -> float:
#'     return math.sqrt(self.x * self.x + self.y * self.y)
#'
#' def make(x: float, y: float):
#'   return Point(x, y)
#' ")
#' point <- unit$make(3, 4)
#' point$norm()
#' point$x <- 0
#' point
NULL

#' @rdname script_object
#' @export
`$.script_object` <- function(x, name) {
  switch(.Call(C_module_kind, x, name),
    method = new_script_function(.Call(C_module_method, x, name), sprintf("method of %s", .Call(C_module_type, x))),
    attribute = ,
    child = ,
    parameter = ,
    buffer = ,
    constant = .Call(C_module_attribute, x, name),
    abort_torchscript(
      sprintf("The object has no member `%s`.", name), "type", sprintf("Its members: %s.", toString(names.script_object(x)))
    )
  )
}

#' @rdname script_object
#' @export
`$<-.script_object` <- function(x, name, value) {
  if (.Call(C_module_kind, x, name) != "attribute") {
    abort_torchscript(
      sprintf("The object has no field `%s`.", name), "type",
      sprintf("Its fields: %s.", toString(.Call(C_module_members, x)$attributes))
    )
  }
  .Call(C_module_register, x, name, "a", value, NULL)
  invisible(x)
}

#' @rdname script_object
#' @export
`[[.script_object` <- function(x, name) `$.script_object`(x, name)

#' @export
`[[<-.script_object` <- function(x, name, value) `$<-.script_object`(x, name, value)

#' @export
names.script_object <- function(x) {
  members <- .Call(C_module_members, x)
  c(members$attributes, setdiff(members$methods, "__init__"))
}

.DollarNames.script_object <- function(x, pattern = "") grep(pattern, names(x), value = TRUE)

short_class <- function(type) sub(".*[.]", "", type)

#' @rdname script_object
#' @export
print.script_object <- function(x, ...) {
  cat("<script_object> ", short_class(.Call(C_module_type, x)), "\n", sep = "")
  for (name in .Call(C_module_members, x)$attributes) {
    value <- .Call(C_module_attribute, x, name)
    cat("  $", name, ": ", if (is.atomic(value) && length(value) == 1) format(value) else describe(value), "\n", sep = "")
  }
  for (method in setdiff(.Call(C_module_members, x)$methods, "__init__")) {
    cat("  $", method, signature_text(.Call(C_function_signature, .Call(C_module_method, x, method))), "\n", sep = "")
  }
  invisible(x)
}

#' @export
`$.script_enum` <- function(x, name) {
  member <- .Call(C_enum_value, x)
  if (!name %in% c("name", "value")) {
    abort_torchscript(sprintf("A member of an enum has no field `%s`.", name), "type", "Its fields: name, value.")
  }
  member[[name]]
}

#' @export
`$<-.script_enum` <- function(x, name, value) abort_torchscript("A member of an enum can't be changed.", "type")

#' @export
names.script_enum <- function(x) c("name", "value")

#' @rdname script_object
#' @export
format.script_enum <- function(x, ...) {
  member <- .Call(C_enum_value, x)
  paste0(member$class, ".", member$name)
}

#' @export
as.character.script_enum <- function(x, ...) .Call(C_enum_value, x)$name

#' @export
print.script_enum <- function(x, ...) {
  value <- x$value
  cat("<", format(x), ": ", if (is.character(value)) dQuote(value, FALSE) else format(value), ">\n", sep = "")
  invisible(x)
}

#' @rdname script_object
#' @export
Ops.script_enum <- function(e1, e2) {
  text <- function(e) if (inherits(e, "script_enum")) if (is.character(e1) || is.character(e2)) as.character(e) else format(e) else e
  switch(.Generic,
    `==` = text(e1) == text(e2),
    `!=` = text(e1) != text(e2),
    abort_torchscript(sprintf("Members of an enum can't be used with `%s`.", .Generic), "type", "== and != compare them.")
  )
}

#' @export
`$.script_value` <- function(x, name) {
  abort_torchscript("This value has no members: a program made it, and can be given it back.", "type")
}
#' @export
names.script_value <- function(x) character()

#' @export
print.script_value <- function(x, ...) {
  cat("<script_value> ", .Call(C_object_text, x), "\n", sep = "")
  invisible(x)
}

# What jit_trace(), jit_compile() and jit_load() return for a function: an R function with the program behind it.

new_script_function <- function(handle, origin) {
  f <- function(...) .External2(C_call_function, handle)
  class(f) <- "script_function"
  f
}

# The handle of a program, or an error in the name of the caller.
script_handle <- function(x, argument = "obj") {
  if (!inherits(x, c("script_function", "script_module"))) {
    abort_torchscript(
      sprintf("`%s` must be a TorchScript function or module, not %s.", argument, describe(x)), "type",
      "jit_trace(), jit_compile() and jit_load() make them."
    )
  }
  environment(x)$handle
}

#' TorchScript functions
#'
#' A TorchScript function is called like any R function, with its arguments by position or by name. R values are
#' converted to the types in its signature. What else it knows is reached with `$`:
#'
#' * `$graph`: its intermediate representation, as text, to be printed or drawn: see [as_dot()];
#' * `$inlined_graph`: the same with everything that it calls put in;
#' * `$graph_for(...)`: the graph that the optimiser made for these arguments;
#' * `$code`: its source in TorchScript, as text;
#' * `$schema`: its name, argument types and return type;
#' * `$name`.
#'
#' @param x A TorchScript function.
#' @param name One of the names above.
#' @param ... Not used.
#' @return A string of class `script_text`, which prints as it is; for `$graph_for` a function.
#' @section Errors: a `torchscript_type_error` when an argument does not fit its type, a `torchscript_program_error` when
#'   the program raises one.
#' @name script_function
#' @examples
#' f <- jit_trace(function(x) torch_relu(x), torch_tensor(c(-1, 0, 1)))
#' f
#' f$graph
#' f$code
NULL

script_text <- function(text) structure(sub("\n+$", "", text), class = "script_text")

#' @export
print.script_text <- function(x, ...) {
  cat(x, "\n", sep = "")
  invisible(x)
}

#' @export
as.character.script_text <- function(x, ...) as.character(unclass(x))

#' @export
format.script_text <- function(x, ...) as.character(x)

script_function_fields <- c("graph", "inlined_graph", "graph_for", "code", "schema", "name")

#' @rdname script_function
#' @export
`$.script_function` <- function(x, name) {
  handle <- environment(x)$handle
  switch(name,
    graph = script_graph(handle, inlined = FALSE),
    inlined_graph = script_graph(handle, inlined = TRUE),
    graph_for = function(...) {
      x(...)
      script_text(.Call(C_last_graph))
    },
    code = script_text(.Call(C_function_code, handle)),
    schema = script_text(.Call(C_function_signature, handle)$schema),
    name = .Call(C_function_signature, handle)$name,
    abort_torchscript(
      sprintf("A TorchScript function has no field `%s`.", name), "type",
      sprintf("Its fields: %s.", toString(script_function_fields))
    )
  )
}

.DollarNames.script_function <- function(x, pattern = "") grep(pattern, script_function_fields, value = TRUE)

signature_text <- function(signature) {
  arguments <- sprintf("%s: %s", signature$arguments, signature$types)
  given <- !signature$required
  arguments[given] <- paste(arguments[given], "=", signature$defaults[given])
  sprintf("(%s) -> %s", paste(arguments, collapse = ", "), signature$returns)
}

#' @rdname script_function
#' @export
print.script_function <- function(x, ...) {
  signature <- .Call(C_function_signature, environment(x)$handle)
  cat("<script_function> ", signature$name, signature_text(signature), "\n", sep = "")
  cat("  ", environment(x)$origin, "\n", sep = "")
  invisible(x)
}

str.script_function <- function(object, ...) {
  signature <- .Call(C_function_signature, environment(object)$handle)
  cat(" script_function ", signature$name, signature_text(signature), "\n", sep = "")
}

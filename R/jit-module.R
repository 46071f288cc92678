# TorchScript modules, as files hold them: callable, with methods, parameters, buffers and sub-modules behind `$`.

# Called by native code as well, for a module inside a value.
new_script_module <- function(handle, origin = "part of a TorchScript module") {
  f <- function(...) .External(C_call_module, handle, ...)
  class(f) <- "script_module"
  f
}

# Anything else that a program returns and R has no type for: it can be handed back to a program.
new_script_object <- function(handle) handle

#' TorchScript modules
#'
#' A module is called like a function: that runs its `forward` method. Its methods, parameters, buffers, sub-modules and
#' other attributes are reached with `$`, and so are `$graph`, `$code`, `$train()`, `$eval()`, `$parameters`, `$buffers`
#' and `$children`.
#'
#' @param x A TorchScript module.
#' @param name The name of a member.
#' @param ... Not used.
#' @return What the member is: a function for a method, a tensor, a module, or an R value.
#' @section Errors: a `torchscript_type_error` for a name that the module does not have, with the nearest ones.
#' @name script_module
#' @examples
#' model <- jit_load(system.file("extdata", "iris_classifier.pt", package = "torchscript"))
#' model
#' model(torch_tensor(as.matrix(iris[1:2, 1:4])))
NULL

module_own_members <- c("graph", "code", "schema", "train", "eval", "parameters", "buffers", "children")

#' @rdname script_module
#' @export
`$.script_module` <- function(x, name) {
  handle <- environment(x)$handle
  members <- .Call(C_module_members, handle)
  values <- function(names) {
    stats::setNames(lapply(names, function(name) .Call(C_module_attribute, handle, name)), names)
  }
  forward <- function() new_script_function(.Call(C_module_method, handle, "forward"), "method forward")
  if (name %in% members$methods) {
    return(new_script_function(.Call(C_module_method, handle, name), sprintf("method of %s", .Call(C_module_type, handle))))
  }
  if (name %in% unlist(members[c("parameters", "buffers", "children", "attributes")])) {
    return(.Call(C_module_attribute, handle, name))
  }
  switch(name,
    graph = forward()$graph,
    code = forward()$code,
    schema = forward()$schema,
    train = function(mode = TRUE) set_module_mode(x, mode),
    eval = function() set_module_mode(x, FALSE),
    parameters = values(members$parameters),
    buffers = values(members$buffers),
    children = values(members$children),
    {
      nearest <- nearest_names(name, c(unlist(members), module_own_members))
      abort_torchscript(
        sprintf("The module has no member `%s`.", name), "type",
        if (length(nearest) > 0) sprintf("Did you mean %s?", paste0("`", nearest, "`", collapse = " or "))
      )
    }
  )
}

set_module_mode <- function(x, mode) {
  .Call(C_module_train, environment(x)$handle, mode)
  invisible(x)
}

.DollarNames.script_module <- function(x, pattern = "") {
  members <- .Call(C_module_members, environment(x)$handle)
  grep(pattern, unique(c(unlist(members), module_own_members)), value = TRUE)
}

#' @rdname script_module
#' @export
print.script_module <- function(x, ...) {
  handle <- environment(x)$handle
  members <- .Call(C_module_members, handle)
  cat("<script_module> ", .Call(C_module_type, handle), "\n", sep = "")
  cat("  ", environment(x)$origin, "\n", sep = "")
  for (method in members$methods) {
    signature <- .Call(C_function_signature, .Call(C_module_method, handle, method))
    cat("  $", method, signature_text(signature), "\n", sep = "")
  }
  for (kind in c("parameters", "buffers", "children", "attributes")) {
    if (length(members[[kind]]) > 0) cat("  ", kind, ": ", toString(members[[kind]]), "\n", sep = "")
  }
  invisible(x)
}

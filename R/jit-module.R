# TorchScript modules, as files hold them: callable, and modules in every other way too.
#' @include nn-module.R
NULL

# Called by native code as well, for a module inside a value.
new_script_module <- function(handle, origin = "part of a TorchScript module") {
  cache <- NULL
  f <- function(...) .External2(C_call_module, handle)
  class(f) <- c("script_module", "nn_module")
  f
}

# Anything else that a program returns and R has no type for: it can be handed back to a program.
new_script_object <- function(handle) handle

#' TorchScript modules
#'
#' What [jit_trace()] makes of a module and [jit_load()] finds in a file. Such a module is called like a function: that
#' runs its `forward` method. Its methods, parameters, buffers, sub-modules, other attributes and constants are reached
#' with `$`; attributes are changed with `$<-` and take what their type allows. Everything that an [nn_module()] can do it
#' can do too: `$parameters`, `$state_dict()`, `$train()`, `$to()`, `$apply()`, `$clone()` and the others. Its parameters
#' can be trained.
#'
#' Besides, it has
#' - `$graph`, `$inlined_graph`, `$code`, `$schema`: those of `forward`, see [script_function];
#' - `$find_method(name)`: a method as a [script_function], or `NULL`;
#' - `$add_constant(name, value)`, `$find_constant(name)`: constants, which are saved and can't be changed;
#' - `$save(path)`: [jit_save()].
#'
#' A sub-module has the methods that were compiled or traced for it alone: in a traced module that is none, because tracing
#' follows the calls from `forward` into the sub-modules, and what they do becomes part of `forward`.
#'
#' @param x A TorchScript module.
#' @param name,i The name of a member; for `[[` also the position of a sub-module.
#' @param value A tensor, a TorchScript module, or a value of the attribute's type.
#' @param ... Not used.
#' @return What the member is: a [script_function] for a method, a tensor, a module, or an R value.
#' @section Errors: a `torchscript_type_error` for a name that the module does not have, with the nearest ones, and for a
#'   value that its attribute can't hold.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.jit.ScriptModule.html)
#' @name script_module
#' @examples
#' model <- jit_load(system.file("extdata", "iris_classifier.pt", package = "torchscript"))
#' model
#' model(torch_tensor(as.matrix(iris[1:2, 1:4])))
#' names(model$parameters)
NULL

script_module_fields <- c("graph", "inlined_graph", "code", "schema")

# What is made once for a module and not written with it: a weak reference comes back empty from a file.
script_cache <- function(x) {
  env <- environment(x)
  if (is.null(env$cache) || is.null(rlang::wref_value(env$cache))) {
    env$cache <- rlang::new_weakref(env$handle, new.env(parent = emptyenv()))
  }
  rlang::wref_value(env$cache)
}

script_method <- function(x, name) {
  cache <- script_cache(x)
  key <- paste0("$", name)
  if (is.null(cache[[key]])) {
    handle <- environment(x)$handle
    cache[[key]] <- new_script_function(.Call(C_module_method, handle, name), sprintf("method of %s", .Call(C_module_type, handle)))
  }
  cache[[key]]
}

#' @rdname script_module
#' @export
`$.script_module` <- function(x, name) {
  handle <- environment(x)$handle
  kind <- .Call(C_module_kind, handle, name)
  if (kind == "method") {
    return(script_method(x, name))
  }
  if (kind != "") {
    return(script_member(handle, name, kind))
  }
  if (name %in% script_module_fields) {
    return(`$.script_function`(script_forward(x), name))
  }
  if (name %in% script_module_methods()) {
    return(if (name == "clone") function(deep = TRUE, ...) clone_module(x, deep, ...) else .subset2(script_self(x), name))
  }
  nearest <- nearest_names(name, names.script_module(x))
  abort_torchscript(
    sprintf("The module has no member `%s`.", name), "type",
    if (length(nearest) > 0) sprintf("Did you mean %s?", paste0("`", nearest, "`", collapse = " or "))
  )
}

script_forward <- function(x) {
  if (.Call(C_module_kind, environment(x)$handle, "forward") != "method") {
    abort_torchscript("This module has no method `forward`.", "type", "A part of a traced module has only the methods traced for it.")
  }
  script_method(x, "forward")
}

script_member <- function(handle, name, kind) {
  value <- .Call(C_module_attribute, handle, name)
  if (!is_torch_tensor(value)) {
    return(value)
  }
  switch(kind,
    parameter = named_tensor(value, "nn_parameter"),
    buffer = named_tensor(value, "nn_buffer"),
    value
  )
}

script_module_methods <- function() {
  methods <- c(names(nn_ScriptModule$public_methods), names(nn_Module$public_methods), names(nn_Module$active), "clone")
  setdiff(unique(methods), "forward")
}

#' @rdname script_module
#' @export
`[[.script_module` <- function(x, i) if (is.character(i)) `$.script_module`(x, i) else child_at(x, i)

#' @rdname script_module
#' @export
`$<-.script_module` <- function(x, name, value) {
  set_script_member(environment(x)$handle, name, value)
  invisible(x)
}

#' @rdname script_module
#' @export
`[[<-.script_module` <- function(x, i, value) {
  if (!is.character(i)) {
    child_at(x, i)
    i <- .Call(C_module_members, environment(x)$handle)$children[[i]]
  }
  `$<-.script_module`(x, i, value)
}

set_script_member <- function(handle, name, value) {
  if (!rlang::is_string(name) || name == "") {
    abort_torchscript(sprintf("A name is needed, not %s.", describe(name)), "type")
  }
  known <- .Call(C_module_kind, handle, name)
  if (is_nn_module(value)) {
    if (!inherits(value, "script_module")) {
      abort_torchscript("Only TorchScript modules can be part of a TorchScript module.", "type", "Trace it first: jit_trace().")
    }
    value <- environment(value)$handle
    kind <- "a"
  } else if (is_nn_parameter(value) || is_nn_buffer(value)) {
    kind <- if (is_nn_parameter(value)) "p" else "b"
  } else if (known == "parameter") {
    abort_torchscript(
      sprintf("`%s` is a parameter: %s can't take its place.", name, describe(value)), "type",
      sprintf("Use nn_parameter(), or change its values: with_no_grad(model$%s$copy_(x)).", name)
    )
  } else {
    kind <- "a"
  }
  .Call(C_module_register, handle, name, kind, value, NULL)
}

#' @export
names.script_module <- function(x) {
  c(unlist(.Call(C_module_members, environment(x)$handle), use.names = FALSE), script_module_fields, script_module_methods())
}

.DollarNames.script_module <- function(x, pattern = "") grep(pattern, unique(names.script_module(x)), value = TRUE)

#' @rdname script_module
#' @export
print.script_module <- function(x, ...) {
  handle <- environment(x)$handle
  members <- .Call(C_module_members, handle)
  parameters <- sum(vapply(x$parameters, length, 0))
  cat("<script_module> ", .Call(C_module_type, handle), ", ", format(parameters, big.mark = ","), " parameters\n", sep = "")
  cat("  ", environment(x)$origin, "\n", sep = "")
  for (method in members$methods) {
    cat("  $", method, signature_text(.Call(C_function_signature, environment(script_method(x, method))$handle)), "\n", sep = "")
  }
  for (kind in c("parameters", "buffers", "children", "attributes", "constants")) {
    if (length(members[[kind]]) > 0) cat("  ", kind, ": ", toString(members[[kind]]), "\n", sep = "")
  }
  invisible(x)
}

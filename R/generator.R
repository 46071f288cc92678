# Generators: functions that make objects of an R6 class. Optimisers, schedulers and data sets are defined by them.
#' @include nn-module.R
NULL

# A function with the arguments of `initialize`; what is not given stays missing there. `kind`: "optimizer", "dataset".
define_class <- function(kind, name, inherit, members, private, active, parent_env) {
  if (!is.null(name) && !rlang::is_string(name)) {
    abort_torchscript(sprintf("The name of the class must be a string, not %s.", describe(name)), "type")
  }
  if (length(members) > 0 && (is.null(names(members)) || any(names(members) == ""))) {
    abort_torchscript(sprintf("Every member of a %s must have a name.", kind), "type")
  }
  class <- rlang::inject(R6::R6Class(
    classname = name, inherit = !!class_of_generator(inherit, kind), public = members, private = private,
    active = active, parent_env = parent_env, lock_objects = FALSE
  ))
  class_generator(class, kind)
}

class_of_generator <- function(generator, kind) {
  if (inherits(generator, "R6ClassGenerator")) {
    return(generator)
  }
  if (!inherits(generator, "class_generator")) {
    abort_torchscript(
      sprintf("`inherit` must be a generator, not %s.", describe(generator)), "type", sprintf("%s() makes them.", kind)
    )
  }
  attr(generator, "Class")
}

class_generator <- function(class, kind) {
  env <- new.env(parent = topenv())
  env$.class <- class
  generator <- as.function(
    c(formals(initializer(class)), quote(new_instance(.class, match.call(), parent.frame()))),
    envir = env
  )
  structure(generator, class = c(paste0(kind, "_generator"), "class_generator"), Class = class)
}

new_instance <- function(class, call, env) {
  if (identical(class$parent_env, topenv())) check_required(formals(initializer(class)), call)
  call[[1]] <- quote(.new_instance)
  eval(call, list(.new_instance = class$new), env)
}

#' @export
print.class_generator <- function(x, ...) {
  name <- attr(x, "Class")$classname
  kind <- sub("_generator$", "", class(x)[[1]])
  cat("<", if (is.null(name)) kind else name, "> object generator\n", sep = "")
  invisible(x)
}

#' @export
`$.class_generator` <- function(x, name) {
  if (name == "new") unclass(x) else attr(x, "Class")[[name]]
}

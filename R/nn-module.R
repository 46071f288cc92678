# Modules: R6 objects that can be called, and know their parameters, buffers and children by name.
#' @include nn-parameter.R
NULL

#' Define a module
#'
#' A module is a function with state: parameters that are trained, buffers, and other modules. `nn_module()` defines a
#' kind of module and returns its generator; calling the generator makes a module; calling the module runs `forward`.
#'
#' Inside the methods `self` is the module. What is assigned to `self$name` is registered by what it is: an
#' [nn_parameter()], an [nn_buffer()], another module (a child), or a plain field. `private` and `super` are as in
#' [R6::R6Class()].
#'
#' @section Members of every module:
#' - `$parameters`, `$buffers`: named lists of tensors, those of the children included (`fc.weight`);
#'   `$named_parameters(recursive = TRUE)`, `$named_buffers(recursive = TRUE)` leave the children out on demand.
#' - `$children`, `$modules`: the modules inside, and all at any depth with the module itself first.
#' - `$state_dict(prefix = "", keepvars = FALSE)`, `$load_state_dict(state_dict, strict = TRUE)`: parameters and persistent
#'   buffers by name; with `strict` the names must be the same.
#' - `$training`, `$train(mode = TRUE)`, `$eval()`: the mode of the module and of all inside.
#' - `$to(dtype, device, tensor, non_blocking)`, `$cpu()`, `$cuda()`, `$float()`, `$double()`, `$half()`: moves parameters
#'   and buffers in place.
#' - `$apply(fn)`: calls `fn` with every child, and with the module last.
#' - `$.apply(fn)`: puts in place of every parameter, buffer and gradient what `fn` makes of it; other holders of it see it too.
#' - `$zero_grad()`, `$requires_grad_(requires_grad = TRUE)`.
#' - `$register_parameter(name, param)`, `$register_buffer(name, tensor, persistent = TRUE)`,
#'   `$register_module(name, module)`, `$add_module(name, module)`.
#' - `$clone(deep = FALSE)`: see [clone_module()].
#'
#' @param classname The class that the modules get, before `nn_module`; `NULL` for none.
#' @param inherit A generator whose members are inherited.
#' @param ... Methods and fields by name; `initialize` and `forward` among them.
#' @param private,active Lists of private members and of active bindings.
#' @param parent_env The environment in which the methods look up what is not theirs.
#' @return A generator: a function with the arguments of `initialize` that returns a module.
#' @section Errors: a `torchscript_type_error` for members without names, and when a parameter is overwritten with a plain
#'   tensor; a `torchscript_not_implemented_error` when a module without `forward` is called.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html)
#' @export
#' @examples
#' scale <- nn_module(
#'   "scale",
#'   initialize = function(n) {
#'     self$weight <- nn_parameter(torch_ones(n))
#'   },
#'   forward = function(x) x * self$weight
#' )
#' model <- scale(3)
#' model(torch_tensor(c(1, 2, 3)))
#' model
nn_module <- function(classname = NULL, inherit = nn_Module, ..., private = NULL, active = NULL,
                      parent_env = parent.frame()) {
  members <- list(...)
  if (length(members) > 0 && (is.null(names(members)) || any(names(members) == ""))) {
    abort_torchscript("Every member of a module must have a name.", "type", "forward = function(x) ...")
  }
  class <- rlang::inject(R6::R6Class(
    classname = classname, inherit = !!module_class(inherit), public = members, private = private, active = active,
    parent_env = parent_env, lock_objects = FALSE
  ))
  module_generator(class)
}

# The R6 class behind a generator.
module_class <- function(generator) {
  if (inherits(generator, "R6ClassGenerator")) {
    return(generator)
  }
  if (!inherits(generator, "nn_module_generator")) {
    abort_torchscript(
      sprintf("`inherit` must be a module's generator, not %s.", describe(generator)), "type", "nn_module() makes them."
    )
  }
  attr(generator, "Module")
}

# A function with the arguments of `initialize`; what is not given stays missing there.
module_generator <- function(class) {
  env <- new.env(parent = topenv())
  env$.class <- class
  generator <- as.function(
    c(formals(initializer(class)), quote(new_module(.class, match.call(), parent.frame()))),
    envir = env
  )
  structure(generator, class = c(class$classname, "nn_module_generator"), Module = class)
}

initializer <- function(class) {
  while (!is.null(class)) {
    if (is.function(class$public_methods$initialize)) {
      return(class$public_methods$initialize)
    }
    class <- class$get_inherit()
  }
  function() NULL
}

new_module <- function(class, call, env) {
  # of modules that others define, only they know what may be missing
  if (identical(class$parent_env, topenv())) check_required(formals(initializer(class)), call)
  call[[1]] <- quote(.new_module)
  callable(eval(call, list(.new_module = class$new), env))
}

check_required <- function(formals, call) {
  for (name in names(formals)) {
    if (identical(formals[[name]], quote(expr = )) && name != "..." && !name %in% names(call)) {
      abort_torchscript(sprintf("`%s` is missing.", name), "type", argument = name)
    }
  }
}

#' @export
print.nn_module_generator <- function(x, ...) {
  name <- attr(x, "Module")$classname
  cat("<", if (is.null(name)) "nn_module" else name, "> object generator\n", sep = "")
  invisible(x)
}

#' @export
`$.nn_module_generator` <- function(x, name) {
  if (name == "new") unclass(x) else attr(x, "Module")[[name]]
}

# The module as users hold it: a function around the R6 object. Made once, so that it stays the same object.
callable <- function(self) {
  private <- private_of(self)
  if (is.null(private$.callable)) {
    module <- function(...) .subset2(self, "forward")(...)
    private$.callable <- structure(
      module,
      class = c(setdiff(class(self), c("nn_Module", "R6")), "nn_module"), module = self
    )
  }
  private$.callable
}

private_of <- function(self) .subset2(.subset2(self, ".__enclos_env__"), "private")
self_of <- function(module) attr(module, "module", exact = TRUE) %||% script_self(module)

#' Test for a module
#'
#' @param x Any object.
#' @return `TRUE` or `FALSE`.
#' @export
#' @examples
#' is_nn_module(nn_sequential())
is_nn_module <- function(x) inherits(x, "nn_module")

# What every module inherits.
nn_Module <- R6::R6Class(
  "nn_Module",
  lock_objects = FALSE,
  public = list(
    training = TRUE,
    forward = function(...) {
      abort_torchscript("This module has no `forward` method.", "not_implemented", "nn_module(forward = function(x) ...)")
    },
    register_parameter = function(name, param) {
      register(self, name, "parameter", if (is.null(param) || is_nn_parameter(param)) param else nn_parameter(param))
    },
    register_buffer = function(name, tensor, persistent = TRUE) {
      register(self, name, "buffer", if (is.null(tensor)) tensor else nn_buffer(tensor, persistent), persistent)
    },
    register_module = function(name, module) {
      check_module(module)
      register(self, name, "child", module)
    },
    add_module = function(name, module) self$register_module(name, module),
    named_parameters = function(recursive = TRUE) unique_tensors(module_tensors(self, "parameter", recursive)),
    named_buffers = function(recursive = TRUE) unique_tensors(module_tensors(self, "buffer", recursive)),
    state_dict = function(prefix = "", keepvars = FALSE) module_state(self, prefix, keepvars),
    load_state_dict = function(state_dict, ..., strict = TRUE, .refer_to_state_dict = FALSE) {
      load_module_state(self, state_dict, strict, .refer_to_state_dict)
      invisible(callable(self))
    },
    train = function(mode = TRUE) {
      if (!rlang::is_bool(mode)) abort_torchscript(sprintf("`mode` must be TRUE or FALSE, not %s.", describe(mode)), "type")
      for (module in all_modules(self)) set_mode(module, mode)
      invisible(callable(self))
    },
    eval = function() self$train(FALSE),
    apply = function(fn) {
      for (child in registered(self, "child")) child$apply(fn)
      fn(callable(self))
      invisible(callable(self))
    },
    .apply = function(fn) {
      change_tensors(self, fn)
      invisible(callable(self))
    },
    zero_grad = function() {
      for (parameter in self$parameters) {
        if (!is.null(parameter$grad)) parameter$grad$detach()$zero_()
      }
      invisible(callable(self))
    },
    requires_grad_ = function(requires_grad = TRUE) {
      for (parameter in self$parameters) parameter$requires_grad_(requires_grad)
      invisible(callable(self))
    },
    to = function(dtype = NULL, device = NULL, tensor = NULL, non_blocking = FALSE) {
      move_module(self, dtype, device, tensor, non_blocking)
      invisible(callable(self))
    },
    cpu = function() self$to(device = "cpu"),
    cuda = function(device = NULL) self$to(device = torch_device("cuda", device)),
    float = function() self$to(dtype = torch_float()),
    double = function() self$to(dtype = torch_double()),
    half = function() self$to(dtype = torch_half()),
    print = function() print_module(self)
  ),
  active = list(
    parameters = function(value) read_only(value, "parameters", self$named_parameters()),
    buffers = function(value) read_only(value, "buffers", self$named_buffers()),
    children = function(value) read_only(value, "children", registered(self, "child")),
    modules = function(value) read_only(value, "modules", all_modules(self))
  ),
  private = list(.registry = list(parameter = character(), buffer = character(), child = character()), .callable = NULL)
)

set_mode <- function(module, mode) {
  if (inherits(module, "script_module")) module$train(mode) else assign("training", mode, envir = self_of(module))
}

read_only <- function(value, name, result) {
  if (!missing(value)) abort_torchscript(sprintf("`$%s` can't be assigned: assign its elements by name.", name), "type")
  result
}

check_module <- function(x) {
  if (!is_nn_module(x)) {
    abort_torchscript(sprintf("A module is needed, not %s.", describe(x)), "type", "Call the generator first: nn_relu().")
  }
}

# Puts a member under its name, in the register of its kind and in no other.
register <- function(self, name, kind, value, persistent = TRUE) {
  if (!rlang::is_string(name) || name == "") {
    abort_torchscript(sprintf("A name is needed, not %s.", describe(name)), "type")
  }
  private <- private_of(self)
  registry <- lapply(private$.registry, setdiff, y = if (name %in% private$.registry[[kind]]) character() else name)
  registry[[kind]] <- union(registry[[kind]], name)
  private$.registry <- registry
  base::assign(name, value, envir = self)
  invisible(callable(self))
}

# The kind under which a member is registered; "" for plain fields.
kind_of <- function(self, name) {
  registry <- private_of(self)$.registry
  for (kind in names(registry)) {
    if (name %in% registry[[kind]]) {
      return(kind)
    }
  }
  ""
}

#' @export
`$<-.nn_Module` <- function(x, name, value) {
  known <- kind_of(x, name)
  kind <- if (is_nn_parameter(value)) {
    "parameter"
  } else if (is_nn_buffer(value)) {
    "buffer"
  } else if (is_nn_module(value)) {
    "child"
  } else if (is_torch_tensor(value) && known == "parameter") {
    abort_torchscript(
      sprintf("`%s` is a parameter: a plain tensor can't take its place.", name), "type",
      sprintf("Use nn_parameter(), or change its values: with_no_grad(self$%s$copy_(x)).", name)
    )
  } else if ((is.null(value) && known != "child") || is_torch_tensor(value)) {
    known
  } else {
    ""
  }
  if (kind == "") {
    if (known != "") unregister(x, name)
    base::assign(name, value, envir = x)
  } else {
    # a tensor assigned to a buffer's name is the buffer from now on
    if (kind == "buffer" && !is.null(value) && !is_nn_buffer(value)) value <- nn_buffer(value, is_persistent(x[[name]]))
    register(x, name, kind, value)
  }
  x
}
#' @export
`[[<-.nn_Module` <- `$<-.nn_Module`

unregister <- function(self, name) {
  private <- private_of(self)
  private$.registry <- lapply(private$.registry, setdiff, y = name)
}

is_persistent <- function(buffer) !isFALSE(attr(buffer, "persistent"))

#' @export
`$.nn_module` <- function(x, name) {
  if (name == "clone") {
    return(function(deep = FALSE, ..., replace_values = TRUE) clone_module(x, deep, ..., replace_values = replace_values))
  }
  .subset2(attr(x, "module", exact = TRUE), name)
}

#' @export
`[[.nn_module` <- function(x, i) {
  if (is.character(i)) {
    return(.subset2(self_of(x), i))
  }
  child_at(x, i)
}

#' @export
`$<-.nn_module` <- function(x, name, value) {
  `$<-.nn_Module`(self_of(x), name, value)
  invisible(x)
}

#' @export
`[[<-.nn_module` <- function(x, i, value) {
  if (!is.character(i)) {
    child_at(x, i)
    i <- private_of(self_of(x))$.registry$child[[i]]
  }
  `$<-.nn_Module`(self_of(x), i, value)
  invisible(x)
}

#' @export
names.nn_module <- function(x) {
  self <- self_of(x)
  c(unlist(private_of(self)$.registry, use.names = FALSE), setdiff(ls(self), unlist(private_of(self)$.registry)))
}

.DollarNames.nn_module <- function(x, pattern = "") grep(pattern, names.nn_module(x), value = TRUE)

child_at <- function(x, i) {
  children <- registered(self_of(x), "child")
  if (!rlang::is_integerish(i, 1, finite = TRUE) || i < 1 || i > length(children)) {
    abort_torchscript(
      sprintf("There is no module %s: this one has %d.", if (is.numeric(i)) toString(i) else describe(i), length(children)),
      "index"
    )
  }
  children[[i]]
}

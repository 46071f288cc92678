# What a TorchScript module shares with every other module: the same methods, over the members that libtorch keeps.
#' @include nn-module-state.R jit-module.R
NULL

nn_ScriptModule <- R6::R6Class(
  "nn_ScriptModule",
  inherit = nn_Module,
  lock_objects = FALSE,
  cloneable = FALSE,
  public = list(
    handle = NULL,
    initialize = function(module) {
      self$handle <- environment(module)$handle
      private$.callable <- module
    },
    register_parameter = function(name, param) {
      private$.set(name, if (is_nn_parameter(param)) param else nn_parameter(param))
    },
    register_buffer = function(name, tensor, persistent = TRUE) {
      private$.set(name, if (is_nn_buffer(tensor)) tensor else nn_buffer(tensor, persistent))
    },
    register_module = function(name, module) {
      check_module(module)
      private$.set(name, module)
    },
    register_attribute = function(name, value, type = NULL) {
      .Call(C_module_register, self$handle, name, "a", value, type)
      invisible(private$.callable)
    },
    add_constant = function(name, value) {
      .Call(C_module_register, self$handle, name, "c", value, NULL)
      invisible(private$.callable)
    },
    find_constant = function(name) {
      if (.Call(C_module_kind, self$handle, name) == "constant") .Call(C_module_attribute, self$handle, name)
    },
    find_method = function(name) {
      if (.Call(C_module_kind, self$handle, name) == "method") script_method(private$.callable, name)
    },
    graph_for = function(...) script_forward(private$.callable)$graph_for(...),
    save = function(path, ...) jit_save(private$.callable, path, ...),
    train = function(mode = TRUE) {
      if (!rlang::is_bool(mode)) abort_torchscript(sprintf("`mode` must be TRUE or FALSE, not %s.", describe(mode)), "type")
      .Call(C_module_train, self$handle, mode)
      invisible(private$.callable)
    },
    print = function() print.script_module(private$.callable)
  ),
  private = list(
    .set = function(name, value) {
      set_script_member(self$handle, name, value)
      invisible(private$.callable)
    }
  )
)

script_self <- function(module) {
  cache <- script_cache(module)
  if (is.null(cache$self)) cache$self <- nn_ScriptModule$new(module)
  cache$self
}

is_script_self <- function(self) inherits(self, "nn_ScriptModule")

# The members of one kind, as registered() of other modules.
script_registered <- function(self, kind) {
  members <- .Call(C_module_members, self$handle)
  names <- members[[switch(kind, parameter = "parameters", buffer = "buffers", child = "children")]]
  passing <- if (kind == "buffer" && .Call(C_module_kind, self$handle, "non_persistent_buffers_") == "attribute") {
    .Call(C_module_attribute, self$handle, "non_persistent_buffers_")
  }
  stats::setNames(lapply(names, function(name) {
    member <- script_member(self$handle, name, kind)
    if (name %in% passing) attr(member, "persistent") <- FALSE
    member
  }), names)
}

# Parts of a program have their types from it and can't be replaced one by one: a copy has its own of everything.
copied_script_module <- function(module) new_script_module(.Call(C_module_clone, environment(module)$handle), environment(module)$origin)

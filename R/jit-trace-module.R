# Modules of R as TorchScript modules: built with everything that TorchScript can hold, then traced method by method.
#' @include jit-trace.R nn-module.R
NULL

#' Trace several methods of a module
#'
#' As [jit_trace()] of a module, for any of its methods. Both modes are traced: the method `forward` of the result runs
#' `trainforward` or `evalforward`, as its `training` says, and other methods likewise.
#'
#' @param mod An [nn_module()].
#' @param ... For each method, by its name, the list of its example inputs; one tensor needs no list.
#' @inheritParams jit_trace
#' @return A [script_module].
#' @section Errors: those of [jit_trace()]; a `torchscript_type_error` for a method that `mod` does not have.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.jit.trace_module.html)
#' @export
#' @examples
#' scale <- nn_module(
#'   initialize = function() self$by <- nn_parameter(torch_tensor(2)),
#'   forward = function(x) x * self$by,
#'   invert = function(x) x / self$by
#' )
#' traced <- jit_trace_module(scale(), forward = torch_tensor(1), invert = torch_tensor(1))
#' traced$invert(torch_tensor(4))
jit_trace_module <- function(mod, ..., strict = TRUE, respect_mode = TRUE) {
  if (!is_nn_module(mod)) {
    abort_torchscript(sprintf("`mod` must be a module, not %s.", describe(mod)), "type", "jit_trace() traces functions.")
  }
  inputs <- list(...)
  if (length(inputs) == 0 || any(rlang::names2(inputs) == "")) {
    abort_torchscript("Example inputs must be given by the name of their method.", "type", "forward = list(torch_randn(1, 3))")
  }
  trace_methods(mod, lapply(inputs, function(given) if (is_torch_tensor(given)) list(given) else given), strict, respect_mode)
}

trace_methods <- function(module, inputs, strict, respect_mode) {
  if (inherits(module, "script_module")) {
    abort_torchscript("This module is a TorchScript program already.", "type", "jit_save() writes it to a file.")
  }
  self <- self_of(module)
  for (method in names(inputs)) {
    if (!is.function(self[[method]])) {
      abort_torchscript(sprintf("The module has no method `%s`.", method), "type")
    }
  }
  local_untouched(module)
  handle <- native_module(module, NULL, new.env())
  trace_in_mode <- function(method, label) {
    func <- self[[method]]
    given <- inputs[[method]]
    arguments <- trace_arguments(func, rlang::names2(given))
    caller <- trace_caller(func, given, arguments)
    .Call(C_trace, handle, caller, unname(given), identifier(arguments$labels), isTRUE(strict), c(label, method))
  }
  for (method in names(inputs)) {
    if (isTRUE(respect_mode)) {
      trace_both_modes(module, handle, method, trace_in_mode)
    } else {
      trace_in_mode(method, method)
    }
  }
  new_script_module(handle, "traced from an R module")
}

trace_both_modes <- function(module, handle, method, trace_in_mode) {
  labels <- paste0(c("train", "eval"), method)
  warned <- character()
  for (label in labels) {
    module$train(label == labels[[1]])
    # what both modes warn about is said once
    withCallingHandlers(trace_in_mode(method, label), torchscript_trace_warning = function(w) {
      if (conditionMessage(w) %in% warned) rlang::cnd_muffle(w)
      warned <<- c(warned, conditionMessage(w))
    })
  }
  .Call(C_module_branch, handle, method, labels[[1]], labels[[2]])
}

# Modes and fields of the module and of all inside it are at the end of the caller what they are now. (Buffers and random
# numbers are put back by native code, for functions that close over modules too.)
local_untouched <- function(module, env = parent.frame()) {
  modules <- Filter(function(module) !inherits(module, "script_module"), all_modules(self_of(module)))
  before <- lapply(modules, function(module) {
    self <- self_of(module)
    list(self = self, registry = private_of(self)$.registry, fields = module_fields(self, registered = TRUE))
  })
  withr::defer(
    for (state in before) {
      added <- setdiff(names(module_fields(state$self, registered = TRUE)), names(state$fields))
      rm(list = added, envir = state$self)
      private <- private_of(state$self)
      private$.registry <- state$registry
      list2env(state$fields, state$self)
    },
    envir = env
  )
}

# What a module holds besides methods: fields, `training` among them, and on demand what it has registered.
module_fields <- function(self, registered = FALSE) {
  known <- c(names(nn_Module$public_methods), names(nn_Module$active))
  if (!registered) known <- c(known, unlist(private_of(self)$.registry))
  # R6 has members of its own
  names <- grep("^[.]__", setdiff(ls(self, all.names = TRUE, sorted = FALSE), known), value = TRUE, invert = TRUE)
  fields <- mget(names[!vapply(names, bindingIsActive, NA, env = self)], envir = self)
  fields[!vapply(fields, is.function, NA) | vapply(fields, is_nn_module, NA)]
}

# Names that are one in TorchScript would be one member.
check_member_names <- function(self, name_of = without_dots, methods = character()) {
  members <- unique(c(unlist(private_of(self)$.registry), names(module_fields(self)), methods))
  labels <- vapply(members, name_of, "")
  if (anyDuplicated(labels)) {
    twice <- members[labels == labels[duplicated(labels)][[1]]]
    abort_torchscript(
      sprintf("The members `%s` and `%s` of the module have one name in TorchScript: `%s`.", twice[[1]], twice[[2]], name_of(twice[[1]])), "compile",
      "Give one of them another name."
    )
  }
}
# A dot stands between the names of a module and its member.
without_dots <- function(name) gsub(".", "_", name, fixed = TRUE)

# The handle of a TorchScript module with the parameters, buffers, children and fields of an R module, which it shares.
native_module <- function(module, beside, done) {
  if (inherits(module, "script_module")) {
    return(environment(module)$handle)
  }
  self <- self_of(module)
  address <- rlang::obj_address(self)
  if (!is.null(done[[address]])) {
    return(done[[address]])
  }
  check_member_names(self)
  handle <- .Call(C_module_new, script_name(identifier(class(module)[[1]])), beside)
  done[[address]] <- handle
  put <- function(name, kind, value) {
    .Call(C_module_register, handle, without_dots(name), kind, value, list_type(value))
  }
  for (kind in c("parameter", "buffer")) {
    for (name in private_of(self)$.registry[[kind]]) {
      value <- self[[name]]
      put(name, if (is.null(value)) "a" else substr(kind, 1, 1), value)
    }
  }
  # what $state_dict() leaves out: TorchScript does not tell buffers apart
  passing <- names(Filter(Negate(is_persistent), registered(self, "buffer")))
  if (length(passing) > 0) .Call(C_module_register, handle, "non_persistent_buffers_", "a", without_dots(passing), "List[str]")
  children <- registered(self, "child")
  for (name in names(children)) put(name, "a", native_module(children[[name]], handle, done))
  fields <- module_fields(self)
  for (name in names(fields)) {
    # TorchScript can't hold everything: what it can't stays R's
    if (is_holdable(fields[[name]])) {
      tryCatch(put(name, "a", fields[[name]]), torchscript_error = function(e) NULL)
    }
  }
  handle
}

# A vector's type, where its length does not make it one value.
list_type <- function(x) {
  if (is.atomic(x) && !is.null(x) && length(x) != 1) {
    switch(typeof(x), character = "List[str]", logical = "List[bool]", integer = "List[int]", double = "List[float]")
  }
}

is_holdable <- function(x) {
  is_torch_tensor(x) || (is.atomic(x) && !is.null(x) && !is.raw(x) && !is.object(x)) || (is.list(x) && !is.object(x))
}

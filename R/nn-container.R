# Modules that hold others in an order.
#' @include nn-module-state.R
NULL

#' Containers of modules
#'
#' `nn_sequential()` calls its modules one after the other, each with what the one before returned. `nn_module_list()` and
#' `nn_module_dict()` only hold theirs, by position and by name, so that they are registered; `forward` is yours to write.
#'
#' @param ... Modules, with or without names. Those without are named by their position, counted from 0, as in PyTorch's
#'   files.
#' @param modules A list of modules.
#' @param dict A named list of modules.
#' @param x A sequential module, or another whose children are called in order.
#' @param head_size How many modules to leave out at the end.
#' @return A module. Lists have `$append(module)`, `$extend(modules)`, `$insert(index, module)`, `[[i]]` and `length()`;
#'   dicts have `[["name"]]`, `$keys()`, `$values()`, `$items()`, `$contains(name)`, `$update(dict)`, `$pop(name)`,
#'   `$clear()` and `length()`. `nn_prune_head()`: a sequential module of those that are left.
#' @section Errors: a `torchscript_type_error` for anything that is no module.
#' @seealso PyTorch's pages on [Sequential](https://docs.pytorch.org/docs/stable/generated/torch.nn.Sequential.html),
#'   [ModuleList](https://docs.pytorch.org/docs/stable/generated/torch.nn.ModuleList.html) and
#'   [ModuleDict](https://docs.pytorch.org/docs/stable/generated/torch.nn.ModuleDict.html)
#' @name nn_sequential
#' @examples
#' double <- nn_module("double", forward = function(x) x * 2)
#' model <- nn_sequential(double(), double(), last = double())
#' model(torch_tensor(1))
#' nn_prune_head(model, 1)(torch_tensor(1))
NULL

#' @rdname nn_sequential
#' @export
nn_sequential <- nn_module(
  "nn_sequential",
  initialize = function(...) add_children(self, list(...)),
  forward = function(...) {
    names <- private$.registry$child
    if (length(names) == 0) {
      return(..1)
    }
    value <- .subset2(self, names[[1]])(...)
    for (name in names[-1]) value <- .subset2(self, name)(value)
    value
  },
  append = function(module) add_children(self, list(module))
)

#' @rdname nn_sequential
#' @export
nn_module_list <- nn_module(
  "nn_module_list",
  initialize = function(modules = list()) add_children(self, unname(modules)),
  append = function(module) add_children(self, list(module)),
  extend = function(modules) add_children(self, unname(modules)),
  insert = function(index, module) {
    check_module(module)
    children <- unname(registered(self, "child"))
    n <- length(children)
    if (!rlang::is_integerish(index, 1, finite = TRUE) || index < 1 || index > n + 1) {
      abort_torchscript(sprintf("`index` must be between 1 and %d, not %s.", n + 1, describe(index)), "index")
    }
    clear_children(self)
    add_children(self, append(children, list(module), index - 1))
  }
)

#' @rdname nn_sequential
#' @export
nn_module_dict <- nn_module(
  "nn_module_dict",
  initialize = function(dict) self$update(dict),
  keys = function() names(self$children),
  values = function() unname(self$children),
  items = function() self$children,
  contains = function(name) name %in% names(self$children),
  update = function(dict) {
    if (length(dict) > 0 && (is.null(names(dict)) || any(names(dict) == ""))) {
      abort_torchscript("Every module of `dict` must have a name.", "type")
    }
    add_children(self, dict)
  },
  pop = function(name) {
    child <- self$children[[name]]
    if (is.null(child)) {
      abort_torchscript(sprintf("There is no module `%s`.", name), "index", sprintf("There are: %s.", toString(self$keys())))
    }
    self[[name]] <- NULL
    child
  },
  clear = function() clear_children(self)
)

add_children <- function(self, modules) {
  count <- length(registered(self, "child"))
  labels <- rlang::names2(modules)
  for (i in seq_along(modules)) {
    if (!is_nn_module(modules[[i]])) {
      abort_torchscript(
        sprintf("Element %d must be a module, not %s.", i, describe(modules[[i]])), "type",
        if (inherits(modules[[i]], "nn_module_generator")) "Call the generator first: nn_relu()."
      )
    }
    register(self, if (labels[[i]] == "") as.character(count + i - 1) else labels[[i]], "child", modules[[i]])
  }
  invisible(callable(self))
}

clear_children <- function(self) {
  for (name in names(registered(self, "child"))) self[[name]] <- NULL
  invisible(callable(self))
}

#' @export
length.nn_sequential <- function(x) length(registered(self_of(x), "child"))
#' @export
length.nn_module_list <- length.nn_sequential
#' @export
length.nn_module_dict <- length.nn_sequential
#' @export
as.list.nn_module <- function(x, ...) registered(self_of(x), "child")

#' @rdname nn_sequential
#' @export
nn_prune_head <- function(x, head_size) {
  check_module(x)
  children <- registered(self_of(x), "child")
  if (!rlang::is_integerish(head_size, 1, finite = TRUE) || head_size < 0 || head_size > length(children)) {
    abort_torchscript(
      sprintf("`head_size` must be between 0 and %d, not %s.", length(children), describe(head_size)), "value"
    )
  }
  do.call(nn_sequential, utils::head(children, length(children) - head_size))
}

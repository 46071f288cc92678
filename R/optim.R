# Optimisers: R6 objects that hold parameters in groups, each group with its own options.
#' @include generator.R
#' @include optim-state.R
NULL

#' Define an optimiser
#'
#' An optimiser changes parameters by their gradients. `optimizer()` defines a kind of optimiser and returns its
#' generator; [optim_sgd()], [optim_adam()] and the others are generators made by it.
#'
#' @section Members of every optimiser:
#' - `$step(closure = NULL)`: one step. `closure`, a function without arguments, computes the loss and its gradients anew;
#'   its value is returned.
#' - `$zero_grad(set_to_none = FALSE)`: sets the gradients to zero, or removes them.
#' - `$param_groups`: a list of groups, each a list of `params` and of options, which may be changed:
#'   `opt$param_groups[[1]]$lr <- 0.01`.
#' - `$add_param_group(param_group)`: adds a group; options that it lacks have the optimiser's defaults.
#' - `$state`: what is remembered of each parameter, as `$state$get(param)` and `$state$set(param, value)`.
#' - `$state_dict()`, `$load_state_dict(state_dict, ..., .refer_to_state_dict = FALSE)`: everything as plain lists and
#'   tensors, which [torch_save()] saves. Loading copies the tensors unless `.refer_to_state_dict`.
#'
#' @section Writing one:
#' `initialize` calls `super$initialize(params, defaults)`, where `defaults` is a list of options by name. `step` may call
#' `private$step_helper(closure, loop_fun)`: it runs the closure and then, without recording gradients,
#' `loop_fun(group, param, g, p)` for each parameter that has a gradient; `g` and `p` are its positions.
#'
#' @param name The class that the optimisers get, before `torch_optimizer`; `NULL` for none.
#' @param inherit A generator whose members are inherited.
#' @param ... Methods and fields by name; `initialize` and `step` among them.
#' @param private,active Lists of private members and of active bindings.
#' @param parent_env The environment in which the methods look up what is not theirs.
#' @return `optimizer()`, `optimizer_ignite()`: a generator, a function with the arguments of `initialize` that returns an
#'   optimiser. `optim_required()`: a mark. `is_optimizer()`: `TRUE` or `FALSE`.
#' @section Errors: a `torchscript_type_error` for parameters that are no tensors; a `torchscript_value_error` for no
#'   parameters, for those that are the result of a computation, for the same one twice, and for a required option that
#'   is missing.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/optim.html)
#' @export
#' @examples
#' optim_plain <- optimizer(
#'   "optim_plain",
#'   initialize = function(params, lr = optim_required()) super$initialize(params, list(lr = lr)),
#'   step = function(closure = NULL) {
#'     private$step_helper(closure, function(group, param, g, p) {
#'       param$sub_(param$grad, alpha = group$lr)
#'     })
#'   }
#' )
#' w <- torch_tensor(c(1, 2), requires_grad = TRUE)
#' opt <- optim_plain(w, lr = 0.1)
#' torch_sum(w^2)$backward()
#' opt$step()
#' w
optimizer <- function(name = NULL, inherit = Optimizer, ..., private = NULL, active = NULL, parent_env = parent.frame()) {
  define_class("optimizer", name, inherit, list(...), private, active, parent_env)
}

#' @rdname optimizer
#' @details In torch for R the optimisers `optim_ignite_*()` are a second, compiled implementation. Here every optimiser
#'   runs in libtorch, and `optimizer_ignite()` is `optimizer()`.
#' @export
optimizer_ignite <- function(name = NULL, ..., private = NULL, active = NULL, parent_env = parent.frame()) {
  define_class("optimizer", name, Optimizer, list(...), private, active, parent_env)
}

#' @rdname optimizer
#' @details `optim_required()` is the default of an option that has none: each group must give it.
#' @export
optim_required <- function() structure(list(), class = "optim_required")

#' @rdname optimizer
#' @param x Any object.
#' @export
is_optimizer <- function(x) inherits(x, "torch_optimizer")

Optimizer <- R6::R6Class(
  "torch_optimizer",
  lock_objects = FALSE,
  public = list(
    defaults = NULL, param_groups = NULL, state = NULL,
    initialize = function(params, defaults = list()) {
      self$defaults <- defaults
      self$param_groups <- list()
      self$state <- OptimizerState$new()
      for (group in groups_of(params)) self$add_param_group(group)
    },
    add_param_group = function(param_group) {
      known <- unlist(lapply(self$param_groups, function(group) group$params), recursive = FALSE)
      group <- complete_group(param_group, self$defaults, known)
      self$param_groups <- c(self$param_groups, list(group))
      invisible(self)
    },
    step = function(closure = NULL) {
      abort_torchscript("This optimizer has no `step` method.", "not_implemented", "optimizer(step = function(closure = NULL) ...)")
    },
    zero_grad = function(set_to_none = FALSE) {
      for (group in self$param_groups) clear_gradients(group$params, set_to_none)
      invisible(NULL)
    },
    state_dict = function() optimizer_state_dict(self$param_groups, self$state),
    load_state_dict = function(state_dict, ..., .refer_to_state_dict = FALSE) {
      self$param_groups <- load_optimizer_state(self$param_groups, self$state, state_dict, .refer_to_state_dict)
      invisible(self)
    },
    print = function(...) {
      cat("<", class(self)[[1]], ">\n", sep = "")
      for (i in seq_along(self$param_groups)) cat(describe_group(self$param_groups[[i]], i), "\n", sep = "")
      invisible(self)
    }
  ),
  private = list(
    step_helper = function(closure, loop_fun) {
      loss <- loss_of(closure)
      local_no_grad()
      for (g in seq_along(self$param_groups)) {
        group <- self$param_groups[[g]]
        for (p in seq_along(group$params)) {
          if (!is.null(.Call(C_grad, group$params[[p]]))) loop_fun(group, group$params[[p]], g, p)
        }
      }
      invisible(loss)
    }
  )
)

loss_of <- function(closure) {
  if (is.null(closure)) {
    return(NULL)
  }
  if (!is.function(closure)) {
    abort_torchscript(sprintf("`closure` must be a function, not %s.", describe(closure)), "type", argument = "closure")
  }
  with_enable_grad(closure())
}

# A tensor, a list of tensors, or a list of groups.
groups_of <- function(params) {
  if (is_torch_tensor(params)) params <- list(params)
  if (!is.list(params)) {
    abort_torchscript(
      sprintf("`params` must be a list of tensors or of groups, not %s.", describe(params)), "type",
      "Those of a module are model$parameters.", argument = "params"
    )
  }
  if (length(params) == 0) {
    abort_torchscript("`params` must not be empty: there is nothing to optimize.", "value", argument = "params")
  }
  if (is_torch_tensor(params[[1]])) list(list(params = params)) else params
}

complete_group <- function(group, defaults, known) {
  if (!is.list(group) || is.null(group[["params"]])) {
    abort_torchscript(
      sprintf("A group must be a list with `params`, not %s.", describe(group)), "type", "list(params = list(w, b), lr = 0.1)"
    )
  }
  group$params <- unname(tensor_list(group$params))
  for (param in group$params) {
    check_tensor(param, "params")
    if (!.Call(C_is_leaf, param)) {
      abort_torchscript(
        "`params` must be leaves: one of these tensors is the result of a computation.", "value", "x$detach()$requires_grad_() is a leaf.",
        argument = "params"
      )
    }
    for (other in known) {
      if (.Call(C_same_tensor, param, other)) {
        abort_torchscript("A parameter appears more than once in `params`.", "value", argument = "params")
      }
    }
    known[[length(known) + 1L]] <- param
  }
  for (name in setdiff(names(defaults), names(group))) group[name] <- list(defaults[[name]])
  for (name in names(group)) {
    if (inherits(group[[name]], "optim_required")) {
      abort_torchscript(sprintf("`%s` must be given: it has no default.", name), "value", argument = name)
    }
  }
  group
}

clear_gradients <- function(params, set_to_none) {
  if (set_to_none) {
    for (param in params) .Call(C_set_grad, param, NULL)
    return(invisible())
  }
  grads <- lapply(params, function(param) .Call(C_grad, param))
  grads <- grads[!vapply(grads, is.null, NA)]
  if (length(grads) > 0) {
    # a gradient that was itself differentiated has a history, which ends here
    traced <- vapply(grads, function(grad) .Call(C_requires_grad, grad), NA)
    if (any(traced)) grads[traced] <- lapply(grads[traced], function(grad) grad$detach())
    with_no_grad(foreach_zero_(grads))
  }
}

describe_group <- function(group, i) {
  options <- group[names(group) != "params"]
  values <- vapply(options, function(x) paste(format(x), collapse = ", "), "")
  paste0("  group ", i, ": ", length(group$params), " parameters; ", paste(names(options), values, sep = " = ", collapse = "; "))
}

# A number within limits, as options are.
check_option <- function(x, name, least = 0, below = Inf) {
  if (inherits(x, "optim_required")) {
    return(invisible())
  }
  if (!is.numeric(x) || length(x) != 1 || is.na(x) || x < least || x >= below) {
    wanted <- if (is.finite(below)) sprintf("at least %s and less than %s", least, below) else sprintf("of at least %s", least)
    abort_torchscript(sprintf("`%s` must be a number %s, not %s.", name, wanted, describe(x)), "value", argument = name)
  }
}

check_betas <- function(betas) {
  if (!is.numeric(unlist(betas)) || length(betas) != 2) {
    abort_torchscript(sprintf("`betas` must be two numbers, not %s.", describe(betas)), "value", argument = "betas")
  }
  for (beta in betas) check_option(beta, "betas", below = 1)
}

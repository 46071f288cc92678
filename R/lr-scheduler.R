# Schedulers: objects that change the learning rates of an optimiser from step to step.
#' @include optim.R
NULL

#' Define a scheduler of learning rates
#'
#' A scheduler changes the learning rate of each group of an optimiser's parameters. `lr_scheduler()` defines a kind of
#' scheduler and returns its generator. `initialize` sets its fields and then calls
#' `super$initialize(optimizer, last_epoch, verbose)`; `get_lr` returns the rates of the groups at `self$last_epoch`,
#' which is 0 at first and counts the calls of `$step()`.
#'
#' @section Members of every scheduler:
#' - `$step()`: goes on by one and sets the rates.
#' - `$get_last_lr()`: the rates as they were set last, one for each group.
#' - `$base_lrs`, `$last_epoch`, `$optimizer`.
#' - `$state_dict()`, `$load_state_dict(state_dict)`: its fields as a list.
#'
#' @param classname The class that the schedulers get; `NULL` for none.
#' @param inherit A generator whose members are inherited.
#' @param ... Methods and fields by name; `initialize` and `get_lr` among them.
#' @param parent_env The environment in which the methods look up what is not theirs.
#' @return A generator: a function with the arguments of `initialize` that returns a scheduler.
#' @section Errors: a `torchscript_type_error` when there is no optimiser to schedule.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate), [lr_step()]
#' @export
#' @examples
#' lr_halving <- lr_scheduler(
#'   "lr_halving",
#'   initialize = function(optimizer, last_epoch = -1, verbose = FALSE) super$initialize(optimizer, last_epoch, verbose),
#'   get_lr = function() self$base_lrs * 0.5^self$last_epoch
#' )
#' opt <- optim_sgd(torch_zeros(1, requires_grad = TRUE), lr = 1)
#' scheduler <- lr_halving(opt)
#' scheduler$step()
#' opt$param_groups[[1]]$lr
lr_scheduler <- function(classname = NULL, inherit = LRScheduler, ..., parent_env = parent.frame()) {
  define_class("scheduler", classname, inherit, list(...), NULL, NULL, parent_env)
}

LRScheduler <- R6::R6Class(
  "lr_scheduler",
  lock_objects = FALSE,
  public = list(
    optimizer = NULL, base_lrs = NULL, last_epoch = NULL, verbose = FALSE,
    initialize = function(optimizer, last_epoch = -1, verbose = FALSE) {
      check_optimizer(optimizer)
      self$optimizer <- optimizer
      self$verbose <- verbose
      if (last_epoch == -1) {
        for (i in seq_along(optimizer$param_groups)) optimizer$param_groups[[i]]$initial_lr <- optimizer$param_groups[[i]]$lr
      }
      rates <- lapply(optimizer$param_groups, function(group) group$initial_lr)
      if (any(vapply(rates, is.null, NA))) {
        abort_torchscript(
          "To go on from `last_epoch` every group of parameters must have an `initial_lr`.", "value", argument = "last_epoch"
        )
      }
      self$base_lrs <- unlist(rates)
      self$last_epoch <- last_epoch
      self$step()
    },
    get_lr = function() {
      abort_torchscript("This scheduler has no `get_lr` method.", "not_implemented", "lr_scheduler(get_lr = function() ...)")
    },
    get_last_lr = function() group_rates(self$optimizer),
    step = function(epoch = NULL) {
      self$last_epoch <- if (is.null(epoch)) self$last_epoch + 1 else epoch
      set_rates(self$optimizer, self$get_lr(), self$verbose)
      invisible(self)
    },
    state_dict = function() {
      fields <- setdiff(ls(self, all.names = TRUE), c("optimizer", ".__enclos_env__"))
      values <- mget(fields, envir = self)
      values[!vapply(values, function(x) is.function(x) || is.environment(x) || is_list_of_functions(x), NA)]
    },
    load_state_dict = function(state_dict) {
      if (!is.list(state_dict)) {
        abort_torchscript(sprintf("`state_dict` must be a list, not %s.", describe(state_dict)), "type", "scheduler$state_dict() makes it.")
      }
      for (name in names(state_dict)) assign(name, state_dict[[name]], envir = self)
      invisible(self)
    },
    print = function(...) {
      cat(sprintf("<%s> at %s: lr = %s\n", class(self)[[1]], format(self$last_epoch), toString(format(self$get_last_lr()))))
      invisible(self)
    }
  )
)

is_list_of_functions <- function(x) is.list(x) && length(x) > 0 && all(vapply(x, is.function, NA))

check_optimizer <- function(x) {
  if (!is_optimizer(x)) {
    abort_torchscript(sprintf("`optimizer` must be an optimizer, not %s.", describe(x)), "type", argument = "optimizer")
  }
}

group_rates <- function(optimizer, name = "lr") vapply(optimizer$param_groups, function(group) group[[name]], 0)

set_rates <- function(optimizer, rates, verbose = FALSE, name = "lr") {
  groups <- optimizer$param_groups
  if (length(rates) != length(groups)) {
    abort_torchscript(
      sprintf("A scheduler gave %d learning rates for %d groups of parameters.", length(rates), length(groups)), "value"
    )
  }
  for (i in seq_along(groups)) {
    optimizer$param_groups[[i]][[name]] <- rates[[i]]
    if (verbose) message(sprintf("Group %d: %s = %s", i, name, format(rates[[i]])))
  }
}

#' Schedulers of learning rates
#'
#' `lr_step()` multiplies the rates by `gamma` every `step_size` steps, `lr_lambda()` sets them to the first rate times a
#' function of the step, `lr_multiplicative()` multiplies them by a function of the step, `lr_cosine_annealing()` lowers
#' them along a cosine and raises them again, `lr_one_cycle()` raises them once and then lowers them, a step after each
#' batch, and `lr_reduce_on_plateau()` lowers them when a measure, `$step(metrics)`, no longer improves.
#'
#' @param optimizer The optimiser whose rates are set.
#' @param step_size After how many steps the rates fall.
#' @param gamma By what they are multiplied then.
#' @param lr_lambda A function of the number of steps, 0 at first, or a list of functions, one for each group.
#' @param T_max The number of steps from the largest rate to the smallest.
#' @param eta_min The smallest rate.
#' @param max_lr The largest rate: a number, or one for each group.
#' @param total_steps The number of steps; or `epochs` times `steps_per_epoch`.
#' @param epochs,steps_per_epoch See `total_steps`.
#' @param pct_start Which part of the steps the rate rises.
#' @param anneal_strategy `"cos"` or `"linear"`.
#' @param cycle_momentum Whether the momentum, or the first of `betas`, falls while the rate rises, and rises then.
#' @param base_momentum,max_momentum The smallest and the largest momentum: a number, or one for each group.
#' @param div_factor `max_lr` divided by this is the first rate.
#' @param final_div_factor The first rate divided by this is the last.
#' @param mode `"min"` for a measure that should fall, `"max"` for one that should rise.
#' @param factor By what the rates are multiplied.
#' @param patience How many steps without improvement are allowed.
#' @param threshold How much an improvement is at least.
#' @param threshold_mode `"rel"`: `threshold` is a part of the best value; `"abs"`: it is an amount.
#' @param cooldown How many steps are not counted after a reduction.
#' @param min_lr The smallest rate: a number, or one for each group.
#' @param eps A rate that would change by no more than this stays.
#' @param last_epoch The step to go on from; -1 to begin.
#' @param verbose Whether a message says what is set.
#' @return A scheduler: see [lr_scheduler()].
#' @section Errors: a `torchscript_type_error` when there is no optimiser to schedule; a `torchscript_value_error` for
#'   arguments out of range, and for more steps of `lr_one_cycle()` than there are.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate)
#' @export
#' @examples
#' opt <- optim_sgd(torch_zeros(1, requires_grad = TRUE), lr = 1)
#' scheduler <- lr_step(opt, step_size = 2)
#' for (epoch in 1:4) {
#'   opt$step()
#'   scheduler$step()
#' }
#' scheduler$get_last_lr()
lr_step <- lr_scheduler(
  "lr_step",
  initialize = function(optimizer, step_size, gamma = 0.1, last_epoch = -1) {
    self$step_size <- step_size
    self$gamma <- gamma
    super$initialize(optimizer, last_epoch)
  },
  get_lr = function() {
    rates <- group_rates(self$optimizer)
    falls <- self$last_epoch > 0 && self$last_epoch %% self$step_size == 0
    if (falls) rates * self$gamma else rates
  },
  parent_env = topenv()
)

# A function for each group.
functions_for <- function(lr_lambda, optimizer) {
  check_optimizer(optimizer)
  n <- length(optimizer$param_groups)
  functions <- if (is.function(lr_lambda)) rep(list(lr_lambda), n) else lr_lambda
  if (!is.list(functions) || !all(vapply(functions, is.function, NA)) || length(functions) != n) {
    abort_torchscript(
      sprintf("`lr_lambda` must be a function or a list of %d functions, one for each group.", n), "type", argument = "lr_lambda"
    )
  }
  functions
}
factors_at <- function(functions, step) vapply(functions, function(f) as.numeric(f(step)), 0)

#' @rdname lr_step
#' @export
lr_lambda <- lr_scheduler(
  "lr_lambda",
  initialize = function(optimizer, lr_lambda, last_epoch = -1, verbose = FALSE) {
    self$lr_lambdas <- functions_for(lr_lambda, optimizer)
    super$initialize(optimizer, last_epoch, verbose)
  },
  get_lr = function() self$base_lrs * factors_at(self$lr_lambdas, self$last_epoch),
  parent_env = topenv()
)

#' @rdname lr_step
#' @export
lr_multiplicative <- lr_scheduler(
  "lr_multiplicative",
  initialize = function(optimizer, lr_lambda, last_epoch = -1, verbose = FALSE) {
    self$lr_lambdas <- functions_for(lr_lambda, optimizer)
    super$initialize(optimizer, last_epoch, verbose)
  },
  get_lr = function() {
    rates <- group_rates(self$optimizer)
    if (self$last_epoch > 0) rates * factors_at(self$lr_lambdas, self$last_epoch) else rates
  },
  parent_env = topenv()
)

#' @rdname lr_step
#' @export
lr_cosine_annealing <- lr_scheduler(
  "lr_cosine_annealing",
  initialize = function(optimizer, T_max, eta_min = 0, last_epoch = -1, verbose = FALSE) {
    self$T_max <- T_max
    self$eta_min <- eta_min
    super$initialize(optimizer, last_epoch, verbose)
  },
  # from one rate to the next, so that other schedulers may change the rates as well
  get_lr = function() {
    rates <- group_rates(self$optimizer)
    t <- self$last_epoch
    if (t == 0) {
      rates
    } else if ((t - 1 - self$T_max) %% (2 * self$T_max) == 0) {
      rates + (self$base_lrs - self$eta_min) * (1 - cos(pi / self$T_max)) / 2
    } else {
      (1 + cos(pi * t / self$T_max)) / (1 + cos(pi * (t - 1) / self$T_max)) * (rates - self$eta_min) + self$eta_min
    }
  },
  parent_env = topenv()
)

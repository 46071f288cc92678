# Schedulers with a course of their own: one cycle, and plateaus.
#' @include lr-scheduler.R
NULL

#' @rdname lr_step
#' @export
lr_one_cycle <- lr_scheduler(
  "lr_one_cycle",
  initialize = function(optimizer, max_lr, total_steps = NULL, epochs = NULL, steps_per_epoch = NULL, pct_start = 0.3,
                        anneal_strategy = "cos", cycle_momentum = TRUE, base_momentum = 0.85, max_momentum = 0.95,
                        div_factor = 25, final_div_factor = 10000, last_epoch = -1, verbose = FALSE) {
    check_optimizer(optimizer)
    self$total_steps <- steps_of_cycle(total_steps, epochs, steps_per_epoch)
    check_option(pct_start, "pct_start", below = 1 + 1e-12)
    if (!rlang::is_string(anneal_strategy, c("cos", "linear"))) {
      abort_torchscript(
        sprintf("`anneal_strategy` must be \"cos\" or \"linear\", not %s.", describe(anneal_strategy)), "value",
        argument = "anneal_strategy"
      )
    }
    self$anneal <- anneal_strategy
    # where the first phase ends, and the second
    self$turn <- pct_start * self$total_steps - 1
    self$end <- self$total_steps - 1
    n <- length(optimizer$param_groups)
    highest <- one_for_each(max_lr, n, "max_lr")
    self$lrs <- list(start = highest / div_factor, top = highest, end = highest / div_factor / final_div_factor)
    self$cycle_momentum <- cycle_momentum
    if (cycle_momentum) {
      if (!all(vapply(optimizer$param_groups, function(group) !is.null(momentum_of(group)), NA))) {
        abort_torchscript(
          "`cycle_momentum` needs an optimizer with `momentum` or `betas`.", "value", "Use cycle_momentum = FALSE.",
          argument = "cycle_momentum"
        )
      }
      most <- one_for_each(max_momentum, n, "max_momentum")
      self$momenta <- list(start = most, top = one_for_each(base_momentum, n, "base_momentum"), end = most)
    }
    if (last_epoch == -1) set_rates(optimizer, self$lrs$start)
    super$initialize(optimizer, last_epoch, verbose)
  },
  get_lr = function() {
    if (self$last_epoch >= self$total_steps) {
      abort_torchscript(
        sprintf("A step too many: the cycle has %s.", format(self$total_steps)), "value", "It is as long as `total_steps` says."
      )
    }
    if (self$cycle_momentum) set_momenta(self$optimizer, at_step(self, self$momenta))
    at_step(self, self$lrs)
  },
  parent_env = topenv()
)
# The value at a step of a course from `start` to `top` to `end`.
at_step <- function(cycle, course) {
  t <- cycle$last_epoch
  rising <- t <= cycle$turn
  part <- if (rising) t / cycle$turn else (t - cycle$turn) / (cycle$end - cycle$turn)
  from <- if (rising) course$start else course$top
  to <- if (rising) course$top else course$end
  if (cycle$anneal == "cos") to + (from - to) / 2 * (1 + cos(pi * part)) else from + (to - from) * part
}

steps_of_cycle <- function(total_steps, epochs, steps_per_epoch) {
  if (is.null(total_steps)) {
    if (is.null(epochs) || is.null(steps_per_epoch)) {
      abort_torchscript("`total_steps` must be given, or both `epochs` and `steps_per_epoch`.", "value", argument = "total_steps")
    }
    total_steps <- epochs * steps_per_epoch
  }
  check_option(total_steps, "total_steps", least = 1)
  total_steps
}

one_for_each <- function(x, n, name) {
  x <- unlist(x)
  if (!is.numeric(x) || !length(x) %in% c(1, n)) {
    abort_torchscript(
      sprintf("`%s` must be a number, or %d numbers, one for each group.", name, n), "value", argument = name
    )
  }
  rep_len(x, n)
}

momentum_of <- function(group) if (is.null(group$betas)) group$momentum else group$betas[[1]]

set_momenta <- function(optimizer, momenta) {
  for (i in seq_along(optimizer$param_groups)) {
    if (is.null(optimizer$param_groups[[i]]$betas)) {
      optimizer$param_groups[[i]]$momentum <- momenta[[i]]
    } else {
      optimizer$param_groups[[i]]$betas[[1]] <- momenta[[i]]
    }
  }
}

#' @rdname lr_step
#' @export
lr_reduce_on_plateau <- lr_scheduler(
  "lr_reduce_on_plateau",
  initialize = function(optimizer, mode = "min", factor = 0.1, patience = 10, threshold = 1e-4, threshold_mode = "rel",
                        cooldown = 0, min_lr = 0, eps = 1e-8, verbose = FALSE) {
    check_optimizer(optimizer)
    check_option(factor, "factor", below = 1)
    if (!rlang::is_string(mode, c("min", "max"))) {
      abort_torchscript(sprintf("`mode` must be \"min\" or \"max\", not %s.", describe(mode)), "value", argument = "mode")
    }
    if (!rlang::is_string(threshold_mode, c("rel", "abs"))) {
      abort_torchscript(
        sprintf("`threshold_mode` must be \"rel\" or \"abs\", not %s.", describe(threshold_mode)), "value",
        argument = "threshold_mode"
      )
    }
    options <- list(
      optimizer = optimizer, mode = mode, factor = factor, patience = patience, threshold = threshold,
      threshold_mode = threshold_mode, cooldown = cooldown, eps = eps, verbose = verbose,
      min_lrs = one_for_each(min_lr, length(optimizer$param_groups), "min_lr"),
      best = if (mode == "min") Inf else -Inf, num_bad_epochs = 0, cooldown_counter = 0, last_epoch = 0
    )
    list2env(options, envir = self)
  },
  step = function(metrics) {
    current <- as.numeric(metrics)
    self$last_epoch <- self$last_epoch + 1
    if (self$is_better(current, self$best)) {
      self$best <- current
      self$num_bad_epochs <- 0
    } else {
      self$num_bad_epochs <- self$num_bad_epochs + 1
    }
    if (self$cooldown_counter > 0) {
      self$cooldown_counter <- self$cooldown_counter - 1
      self$num_bad_epochs <- 0
    }
    if (self$num_bad_epochs > self$patience) {
      before <- group_rates(self$optimizer)
      rates <- pmax(before * self$factor, self$min_lrs)
      rates <- ifelse(before - rates > self$eps, rates, before)
      set_rates(self$optimizer, rates, self$verbose)
      self$cooldown_counter <- self$cooldown
      self$num_bad_epochs <- 0
    }
    invisible(self)
  },
  is_better = function(a, best) {
    sign <- if (self$mode == "min") -1 else 1
    if (is.infinite(best)) {
      return(isTRUE(sign * a > sign * best))
    }
    needed <- if (self$threshold_mode == "rel") best * (1 + sign * self$threshold) else best + sign * self$threshold
    isTRUE(sign * a > sign * needed)
  },
  parent_env = topenv()
)

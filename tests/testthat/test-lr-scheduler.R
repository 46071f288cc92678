# Rates against PyTorch's: fixtures/lr-scheduler.R, written by dev/fixtures_optim.py.

sgd_of <- function(groups, momentum = 0.9) {
  optim_sgd(lapply(seq_len(groups), function(i) {
    list(params = list(torch_zeros(1, requires_grad = TRUE)), lr = 0.5 / i)
  }), lr = 0.5, momentum = momentum)
}
rates_of <- function(optimizer, name = "lr") vapply(optimizer$param_groups, function(group) group[[name]], 0)
cases <- recorded("lr-scheduler.R")

test_that("rates and momenta are PyTorch's", {
  for (case in Filter(function(case) is.null(case$metrics), cases)) {
    optimizer <- sgd_of(case$groups)
    scheduler <- do.call(getExportedValue("torchscript", case$name), c(list(optimizer), case$options))
    label <- paste(case$name, deparse1(case$options))
    for (i in 1:12) {
      expect_equal(rates_of(optimizer), case$rates[[i]], label = paste(label, "at", i), tolerance = 1e-10)
      expect_equal(rates_of(optimizer, "momentum"), case$momenta[[i]], label = paste(label, "momentum at", i))
      expect_equal(scheduler$get_last_lr(), case$rates[[i]])
      if (i < 12) scheduler$step()
    }
  }
})

test_that("plateaus are found where PyTorch finds them", {
  for (case in Filter(function(case) !is.null(case$metrics), cases)) {
    optimizer <- sgd_of(1)
    scheduler <- do.call(lr_reduce_on_plateau, c(list(optimizer), case$options))
    for (i in seq_along(case$metrics)) {
      scheduler$step(torch_tensor(case$metrics[[i]], dtype = torch_double()))
      expect_equal(rates_of(optimizer), case$rates[[i]], label = paste(deparse1(case$options), "at", i))
    }
  }
})

test_that("lambdas give factors of the first rate, multiplicative ones of the rate before", {
  optimizer <- sgd_of(2)
  scheduler <- lr_lambda(optimizer, list(function(t) 1 / (t + 1), function(t) 0.5^t))
  expect_equal(rates_of(optimizer), c(0.5, 0.25))
  for (i in 1:3) scheduler$step()
  expect_equal(rates_of(optimizer), c(0.5 / 4, 0.25 / 8))

  optimizer <- sgd_of(2)
  scheduler <- lr_multiplicative(optimizer, function(t) 1 / (t + 1))
  for (i in 1:3) scheduler$step()
  expect_equal(rates_of(optimizer), c(0.5, 0.25) / 24)
})

test_that("momentum cycles in betas as well", {
  optimizer <- optim_adam(torch_zeros(1, requires_grad = TRUE))
  scheduler <- lr_one_cycle(optimizer, max_lr = 0.1, total_steps = 10)
  expect_equal(optimizer$param_groups[[1]]$betas, c(0.95, 0.999))
  for (i in 1:9) scheduler$step()
  expect_equal(optimizer$param_groups[[1]]$lr, 0.1 / 25 / 1e4)
  expect_failure_of(scheduler$step(), "value", "A step too many")
})

test_that("a scheduler goes on from a saved state", {
  optimizer <- sgd_of(1)
  scheduler <- lr_step(optimizer, 2)
  for (i in 1:3) scheduler$step()
  again <- sgd_of(1)
  restored <- lr_step(again, 5, gamma = 0.3)
  restored$load_state_dict(scheduler$state_dict())
  again$load_state_dict(optimizer$state_dict())
  restored$step()
  expect_equal(rates_of(again), 0.5 * 0.1^2)
  expect_equal(restored$last_epoch, 4)
  expect_failure_of(restored$load_state_dict("a"), "type", "state_dict")
})

test_that("users write schedulers", {
  halving <- lr_scheduler("halving",
    initialize = function(optimizer, by = 2) {
      self$by <- by
      super$initialize(optimizer, verbose = TRUE)
    },
    get_lr = function() self$base_lrs / self$by^self$last_epoch
  )
  optimizer <- sgd_of(1)
  expect_message(scheduler <- halving(optimizer, by = 4), "lr = 0.5")
  expect_s3_class(scheduler, "halving")
  expect_message(scheduler$step(), "lr = 0.125")
  expect_equal(rates_of(optimizer), 0.125)
  expect_failure_of(lr_scheduler("none")(optimizer), "not_implemented", "get_lr")
})

test_that("arguments that make no schedule are refused", {
  expect_failure_of(lr_step(3, 1), "type", "`optimizer` must be an optimizer", "lr_step")
  expect_failure_of(lr_lambda(sgd_of(2), list(identity)), "type", "2 functions", "lr_lambda")
  expect_failure_of(lr_one_cycle(sgd_of(1), 0.1), "value", "total_steps", "lr_one_cycle")
  expect_failure_of(lr_one_cycle(sgd_of(1), 0.1, 10, anneal_strategy = "poly"), "value", "anneal_strategy", "lr_one_cycle")
  expect_failure_of(lr_one_cycle(optim_rprop(torch_zeros(1)), 0.1, 10), "value", "cycle_momentum", "lr_one_cycle")
  expect_failure_of(lr_reduce_on_plateau(sgd_of(1), mode = "least"), "value", "mode", "lr_reduce_on_plateau")
  expect_failure_of(lr_reduce_on_plateau(sgd_of(1), factor = 1), "value", "factor", "lr_reduce_on_plateau")
  expect_failure_of(lr_reduce_on_plateau(sgd_of(2), min_lr = 1:3), "value", "min_lr", "lr_reduce_on_plateau")
})

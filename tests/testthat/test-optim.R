# Trajectories against PyTorch's own: fixtures/optim.R, written by dev/fixtures_optim.py.

problem <- function(layout = identity) {
  w <- layout(double_tensor(matrix(c(0.5, 1.5, -1, 0.25, 2, -0.75), 2)))$requires_grad_()
  b <- double_tensor(c(0.1, -0.2), requires_grad = TRUE)
  x <- double_tensor(c(1, -2, 0.5))
  target <- double_tensor(c(1, -1))
  list(
    params = list(w, b),
    loss = function() torch_sum((torch_mv(w, x) + b - target)^2) + 0.1 * torch_sum(w^4)
  )
}

# The same values in memory column by column: fused operators can't be used.
by_columns <- function(x) x$t()$contiguous()$t()

closure_of <- function(optimizer, loss) {
  force(optimizer)
  function() {
    optimizer$zero_grad()
    value <- loss()
    value$backward()
    value
  }
}

expect_trajectory <- function(case, layout = identity, prefix = "optim_") {
  problem <- problem(layout)
  generator <- getExportedValue("torchscript", paste0(prefix, case$name))
  optimizer <- do.call(generator, c(list(problem$params), case$options))
  closure <- closure_of(optimizer, problem$loss)
  label <- paste(case$name, deparse1(case$options))
  for (step in 1:20) {
    optimizer$step(closure)
    expected <- case$params[[as.character(step)]]
    if (!is.null(expected)) {
      for (p in 1:2) {
        # PyTorch's loop takes its bias corrections in another order
        expect_recorded(problem$params[[p]]$detach(), expected[[p]], sprintf("%s, step %d", label, step), 1e-7)
      }
    }
  }
}

cases <- recorded("optim.R")

test_that("parameters go where PyTorch's go", {
  for (case in cases) expect_trajectory(case)
})

test_that("and so without fused operators", {
  for (case in Filter(function(case) case$name %in% c("sgd", "adam", "adamw", "adagrad"), cases)) {
    expect_trajectory(case, by_columns)
  }
})

test_that("the ignite optimisers are the same", {
  for (case in Filter(function(case) case$name %in% c("sgd", "adam", "adamw", "adagrad", "rmsprop"), cases)) {
    expect_trajectory(case, prefix = "optim_ignite_")
  }
  expect_s3_class(optim_ignite_adam(problem()$params), "torch_optimizer")
})

test_that("a step returns the loss, and passes over parameters without gradients", {
  p <- problem()
  unused <- double_tensor(c(1, 2), requires_grad = TRUE)
  optimizer <- optim_adam(c(p$params, unused), lr = 0.1)
  expect_equal(as.numeric(optimizer$step(closure_of(optimizer, p$loss))), as.numeric(problem()$loss()))
  expect_tensor_values(unused$detach(), c(1, 2))
  expect_null(optimizer$state$get(unused))
  # it is fresh when its first gradient comes
  unused$grad <- double_tensor(c(1, -1))
  optimizer$step()
  expect_tensor_values(unused$detach(), c(0.9, 2.1), tolerance = 1e-6)
  expect_equal(optimizer$state$get(unused)$step$item(), 1)
  expect_equal(optimizer$state$get(p$params[[1]])$step$item(), 2)
})

test_that("groups have options of their own, which can be changed", {
  a <- double_tensor(1, requires_grad = TRUE)
  b <- double_tensor(1, requires_grad = TRUE)
  optimizer <- optim_sgd(list(list(params = a), list(params = list(b), lr = 0.01)), lr = 0.1)
  step <- function() {
    optimizer$zero_grad()
    (a + b)$backward()
    optimizer$step()
  }
  step()
  expect_tensor_values(a$detach(), 0.9)
  expect_tensor_values(b$detach(), 0.99)
  optimizer$param_groups[[1]]$lr <- 0.5
  step()
  expect_tensor_values(a$detach(), 0.4)
  c <- double_tensor(1, requires_grad = TRUE)
  optimizer$add_param_group(list(params = c))
  expect_equal(optimizer$param_groups[[3]]$lr, 0.1)
  expect_length(optimizer$param_groups, 3)
})

test_that("momentum may be switched on later", {
  a <- double_tensor(1, requires_grad = TRUE)
  optimizer <- optim_sgd(a, lr = 0.1)
  a$grad <- double_tensor(1)
  optimizer$step()
  optimizer$param_groups[[1]]$momentum <- 0.9
  optimizer$step()
  optimizer$step()
  expect_tensor_values(a$detach(), 1 - 0.1 - 0.1 - 0.19)
})

test_that("zero_grad() sets to zero or to nothing", {
  a <- double_tensor(c(1, 2), requires_grad = TRUE)
  optimizer <- optim_sgd(a, lr = 0.1)
  optimizer$zero_grad()
  expect_null(a$grad)
  torch_sum(a^2)$backward()
  optimizer$zero_grad()
  expect_tensor_values(a$grad, c(0, 0))
  optimizer$zero_grad(set_to_none = TRUE)
  expect_null(a$grad)
})

test_that("a gradient of another layout is used as it is", {
  a <- double_tensor(matrix(1:6, 2), requires_grad = TRUE)
  a$grad <- by_columns(double_tensor(matrix(1:6, 2)))
  optim_sgd(a, lr = 1)$step()
  expect_tensor_values(a$detach(), matrix(0, 2, 3))
})

test_that("an optimiser goes on from a saved state", {
  path <- withr::local_tempfile()
  for (name in c("sgd", "adam", "rmsprop", "lbfgs")) {
    case <- Filter(function(case) case$name == name, cases)[[2]]
    make <- function(params) do.call(getExportedValue("torchscript", paste0("optim_", name)), c(list(params), case$options))
    p <- problem()
    optimizer <- make(p$params)
    for (i in 1:2) optimizer$step(closure_of(optimizer, p$loss))
    torch_save(list(optimizer$state_dict(), lapply(p$params, function(x) x$detach())), path)
    saved <- torch_load(path)

    q <- problem()
    with_no_grad(for (i in 1:2) q$params[[i]]$copy_(saved[[2]][[i]]))
    restored <- make(q$params)
    restored$load_state_dict(saved[[1]])
    for (i in 3:5) restored$step(closure_of(restored, q$loss))
    for (i in 1:2) expect_recorded(q$params[[i]]$detach(), case$params[["5"]][[i]], name, 1e-7)
  }
})

test_that("state that does not fit is refused", {
  a <- double_tensor(1, requires_grad = TRUE)
  b <- double_tensor(1, requires_grad = TRUE)
  one <- optim_sgd(a, lr = 0.1)
  expect_failure_of(one$load_state_dict(3), "type", "state_dict")
  expect_failure_of(one$load_state_dict(optim_sgd(list(a, b), lr = 1)$state_dict()), "value", "has 2 parameters")
  two <- optim_sgd(list(list(params = a), list(params = b)), lr = 1)
  expect_failure_of(one$load_state_dict(two$state_dict()), "value", "2 groups")
})

test_that("users write optimisers", {
  optim_plain <- optimizer(
    "optim_plain",
    initialize = function(params, lr = optim_required()) super$initialize(params, list(lr = lr)),
    step = function(closure = NULL) {
      private$step_helper(closure, function(group, param, g, p) {
        seen <- self$state$get(param)
        self$state$set(param, list(n = if (is.null(seen)) 1 else seen$n + 1))
        param$sub_(param$grad, alpha = group$lr)
      })
    }
  )
  expect_s3_class(optim_plain, "optimizer_generator")
  p <- problem()
  optimizer <- optim_plain(p$params, lr = 0.05)
  expect_s3_class(optimizer, "optim_plain")
  expect_true(is_optimizer(optimizer))
  for (i in 1:2) optimizer$step(closure_of(optimizer, p$loss))
  for (i in 1:2) expect_recorded(p$params[[i]]$detach(), cases[[1]]$params[["2"]][[i]], "optim_plain", 1e-7)
  expect_equal(optimizer$state$get(p$params[[2]])$n, 2)
  inherited <- optimizer_ignite("optim_ignored", step = function(closure = NULL) "stepped")
  expect_equal(inherited(p$params)$step(), "stepped")
  expect_failure_of(optimizer(function() 1), "type", "name", "optimizer")
})

test_that("what can't be optimised is refused in words", {
  a <- double_tensor(1, requires_grad = TRUE)
  expect_failure_of(optim_sgd(a), "value", "`lr` must be given", "optim_sgd")
  expect_failure_of(optim_sgd(list(), lr = 1), "value", "empty", "optim_sgd")
  expect_failure_of(optim_sgd("a", lr = 1), "type", "list of tensors", "optim_sgd")
  expect_failure_of(optim_sgd(list(a, 2), lr = 1), "type", "must be a tensor", "optim_sgd")
  expect_failure_of(optim_sgd(list(a, a), lr = 1), "value", "more than once", "optim_sgd")
  expect_failure_of(optim_sgd(a * 2, lr = 1), "value", "leaves", "optim_sgd")
  expect_failure_of(optim_sgd(a, lr = -1), "value", "`lr` must be a number", "optim_sgd")
  expect_failure_of(optim_sgd(a, lr = 1, nesterov = TRUE), "value", "nesterov", "optim_sgd")
  expect_failure_of(optim_adam(a, betas = c(0.9, 1)), "value", "betas", "optim_adam")
  expect_failure_of(optim_lbfgs(a, line_search_fn = "wolfe"), "value", "strong_wolfe", "optim_lbfgs")
  expect_failure_of(optim_lbfgs(a)$step(), "type", "closure")
  expect_failure_of(optim_lbfgs(list(list(params = a), list(params = double_tensor(1)))), "value", "one group")
  a$grad <- torch_sparse_coo_tensor(torch_tensor(matrix(1L, 1, 1)), double_tensor(1), size = 1)
  expect_failure_of(optim_adam(a)$step(), "value", "sparse")
  optim_sgd(a, lr = 0.5)$step()
  expect_tensor_values(a$detach(), 0.5)
})

optimizer_of <- function(parameter) {
  optimizer <- new.env()
  optimizer$param_groups <- list(list(params = list(parameter)))
  optimizer$steps <- 0
  optimizer$step <- function() optimizer$steps <- optimizer$steps + 1
  optimizer
}
scaler_on_cpu <- function(init_scale = 8, growth_interval = 2) {
  torchscript:::grad_scaler(init_scale, 2, 0.5, growth_interval, TRUE, "cpu")
}

test_that("without CUDA nothing is scaled, and a warning says so", {
  skip_if(cuda_is_available(), "there is CUDA")
  expect_warning(scaler <- cuda_amp_grad_scaler(), "no CUDA", class = "torchscript_warning")
  expect_false(scaler$is_enabled())
  x <- torch_tensor(3)
  expect_identical(scaler$scale(x), x)
  optimizer <- optimizer_of(x)
  scaler$step(optimizer)
  scaler$update()
  expect_identical(optimizer$steps, 1)
  expect_identical(scaler$get_scale(), 1)
  expect_output(print(scaler), "not enabled")
})

test_that("gradients come back as they were, and the factor grows", {
  w <- torch_tensor(c(2, 3), requires_grad = TRUE)
  scaler <- scaler_on_cpu()
  optimizer <- optimizer_of(w)
  for (i in 1:2) {
    w$grad <- NULL
    loss <- (w * w)$sum()
    scaler$scale(loss)$backward()
    expect_identical(as_array(w$grad), 8 * c(4, 6))
    scaler$unscale_(optimizer)
    expect_identical(as_array(w$grad), c(4, 6))
    expect_failure_of(scaler$unscale_(optimizer), "value", "twice")
    scaler$step(optimizer)
    expect_failure_of(scaler$step(optimizer), "value", "twice")
    scaler$update()
  }
  expect_identical(optimizer$steps, 2)
  expect_identical(scaler$get_scale(), 16)
})

test_that("an infinite gradient skips the step, and the factor shrinks", {
  w <- torch_tensor(1, requires_grad = TRUE)
  w$grad <- torch_tensor(Inf)
  scaler <- scaler_on_cpu()
  optimizer <- optimizer_of(w)
  expect_failure_of(scaler$update(), "value", "nothing to go by")
  scaler$step(optimizer)
  scaler$update()
  expect_identical(optimizer$steps, 0)
  expect_identical(scaler$get_scale(), 4)
  scaler$update(32)
  state <- scaler$state_dict()
  other <- scaler_on_cpu(1)
  other$load_state_dict(state)
  expect_identical(other$state_dict(), state)
  expect_identical(other$get_scale(), 32)
})

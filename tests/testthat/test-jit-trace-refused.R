# What tracing warns of, or refuses.

test_that("a value that leaves the trace is warned of, in the name of the call", {
  x <- torch_tensor(c(4, 5))
  leaving <- list(
    `$item()` = function(x) x * x$sum()$item(), `as_array()` = function(x) x * as_array(x$sum()),
    `as.array()` = function(x) x * as.array(x$sum()), `as.numeric()` = function(x) x * as.numeric(x)[[1]],
    `as.integer()` = function(x) x * as.integer(x)[[1]], `as.logical()` = function(x) if (as.logical(x$sum())) x else -x,
    `as.matrix()` = function(x) x * as.matrix(x)[[1]], `as.vector()` = function(x) x * as.vector(x)[[1]]
  )
  for (what in names(leaving)) {
    warning <- tryCatch(jit_trace(leaving[[what]], x), warning = identity)
    expect_s3_class(warning, "torchscript_trace_warning")
    expect_s3_class(warning, "torchscript_warning")
    expect_match(conditionMessage(warning), what, fixed = TRUE, info = what)
    expect_match(conditionMessage(warning), "baked in")
    expect_no_warning(leaving[[what]](x))
  }
})

test_that("the value is a constant of the program", {
  x <- torch_tensor(c(4, 5))
  suppressWarnings(traced <- jit_trace(function(x) x + x$sum()$item(), x), classes = "torchscript_trace_warning")
  expect_identical(as_array(traced(torch_zeros(2))), c(9, 9))
})

test_that("R can't branch on a tensor, and says so", {
  x <- torch_tensor(1)
  expect_error(jit_trace(function(x) if (x > 0) x else -x, x))
  expect_identical(as_array(jit_trace(function(x) -x, x)(x)), -1)
})

test_that("inputs must be tensors, and the message names the argument", {
  x <- torch_ones(1)
  error <- expect_failure_of(jit_trace(function(x, y) x, x, 1), "type", "`y` must be a tensor.*number 1", "jit_trace")
  expect_identical(error$argument, "y")
  expect_failure_of(jit_trace(function(x) x, "text"), "type", "`x`.*the string \"text\"")
  expect_failure_of(jit_trace(function(x) x, list(a = x, b = 2)), "type", "`x\\$b`|`x\\[\\[2\\]\\]`")
  expect_failure_of(jit_trace(function(x) x, NULL), "type", "`x`.*NULL")
  expect_failure_of(jit_trace(function(x) x, mean), "type", "`x`.*function")
})

test_that("results must be tensors", {
  x <- torch_ones(1)
  for (result in list(1, "a", NULL, TRUE, mean, list(x, 1))) {
    expect_failure_of(jit_trace(function(x) result, x), "trace", "must return tensors", "jit_trace")
  }
  expect_identical(as_array(jit_trace(function(x) x * 2, x)(x)), 2)
})

test_that("the arguments must be those of the function", {
  x <- torch_ones(1)
  expect_failure_of(jit_trace(1, x), "type", "`func` must be a function, not the number 1", "jit_trace")
  expect_failure_of(jit_trace(function(x) x, x, x), "type", "takes 1 argument")
  expect_failure_of(jit_trace(function(x) x, y = x), "type", "no argument `y`")
  expect_error(jit_trace(function(x, y) x + y, x), "y.*missing")
  optional <- jit_trace(function(x, n = 3) x * n, x)
  expect_identical(as_array(optional(x)), 3)
})

test_that("calls of traced functions are checked", {
  f <- jit_trace(function(x, y) x + y, torch_ones(1), torch_ones(1))
  x <- torch_ones(1)
  expect_failure_of(f(x), "type", "`y`", "f")
  expect_failure_of(f(x, "a"), "type", "`y`.*the string", "f")
  expect_failure_of(f(x, x, x), "type", NULL, "f")
  expect_failure_of(f(x, z = x), "type", "no argument `z`", "f")
  expect_failure_of(f(x, x = x, y = x), "type", NULL, "f")
  expect_failure_of(f(torch_ones(2), torch_ones(3)), "program", "size", "f")
})

test_that("strict refuses containers that a program would change", {
  x <- torch_ones(1)
  f <- function(x) list(a = x, b = x * 2)
  strict <- jit_trace(f, x, strict = TRUE)
  loose <- jit_trace(f, x, strict = FALSE)
  expect_identical(lapply(strict(x), as_array), lapply(loose(x), as_array))
  expect_named(loose(x), c("a", "b"))
})

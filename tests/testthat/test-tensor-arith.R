x_values <- c(-7.5, -2, 3, 4.25)
y_values <- c(2, -3, 5, 0.5)
wide <- function(values) torch_tensor(values, dtype = torch_double())

test_that("signs do what R does", {
  for (sign in c("+", "-", "*", "/", "^", "%%", "%/%", "==", "!=", "<", "<=", ">", ">=")) {
    f <- match.fun(sign)
    left <- if (sign == "^") abs(x_values) else x_values
    expect_equal(as_array(f(wide(left), wide(y_values))), f(left, y_values), info = sign)
    expect_equal(as_array(f(wide(left), 2)), f(left, 2), info = sign)
    expect_equal(as_array(f(2, wide(y_values))), f(2, y_values), info = sign)
  }
  expect_equal(as_array(-wide(x_values)), -x_values)
  expect_equal(as_array(+wide(x_values)), x_values)
})

test_that("numbers take no part in promotion, vectors become tensors", {
  expect_true((torch_tensor(1L) + 1L)$dtype == torch_int64())
  expect_true((torch_tensor(1L) + 1.5)$dtype == torch_float32())
  expect_true((2 * torch_tensor(1, dtype = torch_float16()))$dtype == torch_float16())
  expect_equal(as_array(wide(c(1, 2)) + c(10, 20)), c(11, 22))
})

test_that("logic is element by element", {
  a <- torch_tensor(c(TRUE, TRUE, FALSE)); b <- torch_tensor(c(TRUE, FALSE, FALSE))
  expect_identical(as_array(a & b), c(TRUE, FALSE, FALSE))
  expect_identical(as_array(a | b), c(TRUE, TRUE, FALSE))
  expect_identical(as_array(!a), c(FALSE, FALSE, TRUE))
})

test_that("the matrix product multiplies matrices, and stays R's own for R's", {
  a <- matrix(c(1, 2, 3, 4, 5, 6), 2); b <- matrix(c(1, 0, 2, 1, 1, 3), 3)
  expect_equal(as_array(wide(a) %*% wide(b)), a %*% b)
  expect_identical(a %*% b, base::`%*%`(a, b))
})

test_that("R's mathematics and summaries work on tensors", {
  values <- c(0.1, 0.5, 0.9)
  for (name in c("abs", "sign", "sqrt", "floor", "ceiling", "trunc", "exp", "expm1", "log1p", "log2", "log10", "cos",
                 "sin", "tan", "acos", "asin", "atan", "cosh", "sinh", "tanh", "asinh", "atanh", "lgamma", "digamma",
                 "gamma", "trigamma", "cospi", "sinpi", "cumsum", "cumprod", "cummax", "cummin", "log")) {
    f <- match.fun(name)
    expect_equal(as_array(f(wide(values))), f(values), tolerance = 1e-6, info = name)
  }
  expect_equal(as_array(round(wide(3.14159), 2)), 3.14)
  expect_equal(as_array(log(wide(8), base = 2)), 3)
  for (name in c("sum", "prod", "max", "min", "range")) {
    f <- match.fun(name)
    expect_equal(as_array(f(wide(values))), f(values), info = name)
  }
  expect_true(as_array(any(torch_tensor(c(FALSE, TRUE)))))
  expect_false(as_array(all(torch_tensor(c(FALSE, TRUE)))))
  expect_equal(as_array(mean(wide(values))), 0.5)
  expect_failure_of(cumsum(torch_ones(2, 2)), "value", "one dimension")
})

test_that("what is no number is refused in the sign's name", {
  x <- torch_ones(2)
  expect_failure_of(x + NULL, "type", "NULL", "+")
  expect_failure_of("a" * x, "type", "the string", "*")
  expect_failure_of(x + torch_ones(3), "runtime", "size")
})

test_that("whole numbers stay whole, and divide as R divides", {
  a <- c(-7L, -1L, 0L, 5L, 9L)
  x <- torch_tensor(a)
  for (by in c(-3L, 2L, 4L)) {
    expect_identical(as_array(x %% by), a %% by, info = by)
    expect_identical(as_array(x %/% by), a %/% by, info = by)
    expect_identical(as_array(x * by), a * by, info = by)
    expect_equal(as_array(x / by), a / by, tolerance = 1e-6, info = by)
  }
  expect_identical(as_array(20L %% torch_tensor(c(3L, -3L))), 20L %% c(3L, -3L))
  expect_identical(as_array(1L - x), 1L - a)
  expect_true((x + 1L)$dtype == torch_long())
})

test_that("shapes are broadcast from the last dimension", {
  m <- matrix(1:6, 2)
  x <- torch_tensor(m)
  expect_identical(as_array(x + torch_tensor(c(10L, 20L, 30L))), m + rep(c(10L, 20L, 30L), each = 2))
  expect_identical(as_array(x + torch_tensor(matrix(c(100L, 200L)))), m + c(100L, 200L))
})

test_that("the matrix product takes R's matrices on either side", {
  a <- matrix(c(1, 2, 3, 4), 2)
  b <- matrix(c(0, 1, 1, 5), 2)
  expect_equal(as_array(wide(a) %*% b), a %*% b)
  expect_equal(as_array(a %*% wide(b)), a %*% b)
  expect_equal(as_array(t(wide(a))), t(a))
})

test_that("a number on the left takes part as one on the right does", {
  x <- torch_tensor(c(1, 2), dtype = torch_half())
  suppressWarnings(expect_true(((1 + 2i) * x)$dtype == (x * (1 + 2i))$dtype))
  expect_identical(dim((1 + 2i) * torch_scalar_tensor(1)), integer())
  expect_equal(as_array((1 + 2i) - torch_tensor(1 + 1i)), 0 + 1i)
})

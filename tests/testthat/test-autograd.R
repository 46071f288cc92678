test_that("backward adds the gradients to the leaves", {
  x <- double_tensor(c(1, 2, 3), requires_grad = TRUE)
  (x^2)$sum()$backward()
  expect_identical(as_array(x$grad), c(2, 4, 6))
  (x^2)$sum()$backward()
  expect_identical(as_array(x$grad), c(4, 8, 12))
})

test_that("gradients are those of calculus", {
  at <- c(0.3, 0.7, 1.2)
  cases <- list(
    list(function(x) torch_sin(x), cos), list(function(x) torch_exp(-x), function(x) -exp(-x)),
    list(function(x) 1 / x, function(x) -1 / x^2), list(function(x) torch_sigmoid(x), function(x) plogis(x) * plogis(-x)),
    list(function(x) x * torch_log(x), function(x) log(x) + 1), list(function(x) sqrt(x), function(x) 0.5 / sqrt(x))
  )
  for (case in cases) {
    x <- double_tensor(at, requires_grad = TRUE)
    case[[1]](x)$sum()$backward()
    expect_equal(as_array(x$grad), case[[2]](at))
  }
})

test_that("the gradient of a matrix product", {
  a <- matrix(c(1, 2, 3, 4, 5, 6), 2)
  b <- matrix(c(1, -1, 2, 0, 3, 1), 3)
  g <- matrix(c(1, 2, 3, 4), 2)
  x <- double_tensor(a, requires_grad = TRUE)
  y <- double_tensor(b, requires_grad = TRUE)
  torch_matmul(x, y)$backward(gradient = double_tensor(g))
  expect_equal(as_array(x$grad), g %*% t(b))
  expect_equal(as_array(y$grad), t(a) %*% g)
})

test_that("autograd_grad returns gradients and leaves $grad alone", {
  x <- double_tensor(3, requires_grad = TRUE)
  y <- double_tensor(2, requires_grad = TRUE)
  grads <- autograd_grad(x^2 * y, list(x, y))
  expect_identical(lapply(grads, as_array), list(12, 9))
  expect_null(x$grad)
  grads <- autograd_grad(x * c(1, 2), x, grad_outputs = double_tensor(c(10, 100)))
  expect_identical(as_array(grads[[1]]), 210)
})

test_that("an unused input is an error, or NULL where that is allowed", {
  x <- double_tensor(1, requires_grad = TRUE)
  z <- double_tensor(1, requires_grad = TRUE)
  expect_failure_of(autograd_grad(x * 2, z), "runtime", "not have been used|allow_unused", "autograd_grad")
  grads <- autograd_grad(x * 2, list(x, z), allow_unused = TRUE)
  expect_identical(as_array(grads[[1]]), 2)
  expect_length(grads, 2)
  expect_null(grads[[2]])
})

test_that("derivatives can be differentiated again", {
  x <- double_tensor(2, requires_grad = TRUE)
  first <- autograd_grad(x^3, x, create_graph = TRUE)[[1]]
  expect_identical(as_array(first), 12)
  second <- autograd_grad(first, x, create_graph = TRUE)[[1]]
  expect_identical(as_array(second), 12)
  expect_identical(as_array(autograd_grad(second, x)[[1]]), 6)
})

test_that("a graph serves once unless it is kept", {
  x <- double_tensor(2, requires_grad = TRUE)
  y <- x^2
  y$backward(retain_graph = TRUE)
  y$backward()
  expect_identical(as_array(x$grad), 8)
  expect_failure_of(y$backward(), "runtime", "second time")
})

test_that("what can't be differentiated says so", {
  expect_failure_of(double_tensor(1)$backward(), "runtime", "does not require grad")
  x <- double_tensor(c(1, 2), requires_grad = TRUE)
  expect_failure_of((x * 2)$backward(), "runtime", "scalar outputs")
  expect_failure_of(torch_tensor(1L, requires_grad = TRUE), "runtime", "floating")
})

test_that("autograd_backward takes several tensors", {
  x <- double_tensor(c(1, 2), requires_grad = TRUE)
  autograd_backward(list(x$sum(), (x^2)$sum()))
  expect_identical(as_array(x$grad), c(3, 5))
  autograd_backward(x * 2, double_tensor(c(1, 10)))
  expect_identical(as_array(x$grad), c(5, 25))
})

test_that("gradients of inner tensors are kept on demand", {
  x <- double_tensor(3, requires_grad = TRUE)
  y <- x * 2
  y$retain_grad()
  (y^2)$backward()
  expect_identical(as_array(y$grad), 12)
  expect_identical(as_array(x$grad), 24)
})

recording <- function() (double_tensor(1, requires_grad = TRUE) * 2)$requires_grad

test_that("recording is switched off and on again", {
  expect_false(with_no_grad(recording()))
  expect_true(recording())
  with_no_grad({
    expect_false(recording())
    expect_true(with_enable_grad(recording()))
    expect_false(recording())
  })
  silent <- function() {
    local_no_grad()
    inner <- function() {
      local_enable_grad()
      recording()
    }
    c(recording(), inner(), recording())
  }
  expect_identical(silent(), c(FALSE, TRUE, FALSE))
  expect_true(recording())
})

test_that("an error or a jump ends the switch as well", {
  expect_error(with_no_grad(stop("out")), "out")
  expect_true(recording())
  callCC(function(leave) with_no_grad(leave(NULL)))
  expect_true(recording())
  before <- autograd_set_grad_mode(FALSE)
  expect_true(before)
  expect_false(recording())
  autograd_set_grad_mode(before)
  expect_true(recording())
})

test_that("gradient descent finds the least squares that lm() finds", {
  x <- cbind(1, scale(mtcars$wt))
  weights <- double_tensor(matrix(0, 2), requires_grad = TRUE)
  target <- double_tensor(matrix(mtcars$mpg))
  inputs <- double_tensor(x)
  for (i in 1:200) {
    grad <- autograd_grad(torch_mean((inputs %*% weights - target)^2), weights)[[1]]
    with_no_grad(weights$sub_(grad * 0.2))
  }
  expect_equal(c(as_array(weights)), unname(coef(lm(mtcars$mpg ~ scale(mtcars$wt)))), tolerance = 1e-6)
})

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

test_that("wrong arguments say what was wanted", {
  x <- double_tensor(c(1, 2), requires_grad = TRUE)
  plain <- double_tensor(c(1, 2))
  expect_failure_of(autograd_backward(5), "type", "`tensors` must be a tensor or a list.*number 5", "autograd_backward")
  expect_failure_of(autograd_backward(list()), "value", "`tensors` must be at least one tensor")
  expect_failure_of(autograd_backward(list(x, NULL)), "type", "`tensors` .*not NULL")
  expect_failure_of((x * 2)$backward(5), "type", "`gradient` must be a tensor.*number 5")
  expect_failure_of((x * 2)$backward(double_tensor(1:3)), "runtime", "invalid gradient 1 - got \\[3\\]")
  expect_failure_of(x$sum()$backward(retain_graph = NA), "type", "`retain_graph` must be TRUE or FALSE, not NA")
  expect_failure_of(x$sum()$backward(create_graph = "a"), "type", "`create_graph` must be TRUE or FALSE")
  expect_failure_of(x$sum()$backward(inputs = list()), "value", "`inputs` must be at least one")
  expect_failure_of(x$sum()$backward(inputs = plain), "runtime", "one of `inputs` does not require grad")
  expect_failure_of(autograd_grad(x$sum(), plain), "runtime", "one of `inputs` does not require grad", "autograd_grad")
  expect_failure_of(autograd_grad(x$sum(), "a"), "type", "`inputs` must be a tensor.*\"a\"")
  expect_failure_of(autograd_grad(x$sum(), list()), "value", "`inputs` must be at least one")
  expect_failure_of(autograd_grad(x$sum(), x, allow_unused = 1), "type", "`allow_unused` must be TRUE or FALSE")
  expect_failure_of(
    autograd_grad(list(x$sum(), x$sum()), x, grad_outputs = double_tensor(1)), "value",
    "`grad_outputs` must be one gradient for each of `outputs`: 2, not 1"
  )
  expect_failure_of(autograd_backward(list(x$sum(), plain$sum())), "runtime", "tensor 2 does not require grad")
  expect_null(x$grad)
})

test_that("errors speak of R's arguments", {
  x <- double_tensor(c(1, 2), requires_grad = TRUE)
  y <- (x^2)$sum()
  y$backward()
  error <- expect_failure_of(y$backward(), "runtime", "retain_graph = TRUE")
  expect_no_match(conditionMessage(error), "=True|None|\\.backward\\(\\)|torch\\.")
  other <- double_tensor(1, requires_grad = TRUE)
  error <- expect_failure_of(autograd_grad(x$sum(), other), "runtime", "allow_unused = TRUE")
  expect_no_match(conditionMessage(error), "=True")
  y <- x * 1
  z <- y^2
  y$mul_(2)
  error <- expect_failure_of(z$sum()$backward(), "runtime", "which is output 1 of")
  expect_no_match(conditionMessage(error), "set_detect_anomaly|torch\\.")
  expect_warning(x$sum()$backward(create_graph = TRUE), "autograd_grad\\(\\), or set `\\$grad` to NULL")
})

test_that("inputs limits where gradients are added", {
  x <- double_tensor(2, requires_grad = TRUE)
  y <- double_tensor(3, requires_grad = TRUE)
  (x * y)$backward(inputs = list(y))
  expect_null(x$grad)
  expect_identical(as_array(y$grad), 2)
  # an inner tensor gets its gradient as well
  z <- x * y
  (z^2)$backward(inputs = z)
  expect_identical(as_array(z$grad), 12)
})

test_that("detaching leaves the graph, with the same memory or in place", {
  x <- double_tensor(c(1, 2), requires_grad = TRUE)
  y <- x * 2
  z <- y$detach()
  expect_false(z$requires_grad)
  expect_true(z$is_leaf)
  z$mul_(10)
  expect_identical(as_array(y), c(20, 40))
  y <- x * 2
  expect_false(y$is_leaf)
  expect_identical(withVisible(y$detach_())$visible, FALSE)
  expect_true(y$is_leaf)
  expect_null(y$grad_fn)
  expect_failure_of((x * 2)[1]$detach_(), "runtime", "a view can't be detached in place")
})

test_that("$grad is set, replaced and removed", {
  x <- double_tensor(c(1, 2), requires_grad = TRUE)
  x$grad <- double_tensor(c(5, 6))
  x$sum()$backward()
  expect_identical(as_array(x$grad), c(6, 7))
  x$grad <- NULL
  expect_null(x$grad)
  expect_failure_of(x$grad <- 5, "type", "must be a tensor or NULL, not the number 5")
  expect_failure_of(x$grad <- double_tensor(1), "runtime", "sizes")
  expect_failure_of(x$grad <- torch_tensor(c(1, 2)), "runtime", "dtype Float, but its tensor has Double")
  expect_failure_of(x$grad <- x, "runtime", "its own gradient")
})

test_that("$retains_grad() says whether an inner tensor keeps its gradient", {
  y <- double_tensor(1, requires_grad = TRUE) * 2
  expect_false(y$retains_grad())
  y$retain_grad()
  expect_true(y$retains_grad())
  expect_failure_of(double_tensor(1)$retain_grad(), "runtime", "none to retain")
})

test_that("the functions of a graph can be followed", {
  x <- double_tensor(1, requires_grad = TRUE)
  y <- x * 2 + torch_exp(x)
  expect_identical(y$grad_fn$name, "AddBackward0")
  expect_output(print(y$grad_fn), "<AddBackward0>", fixed = TRUE)
  parents <- y$grad_fn$next_functions
  expect_match(vapply(parents, format, ""), "^<(Mul|Exp)Backward[01]>$")
  expect_identical(format(parents[[2]]$next_functions[[1]]), "<AccumulateGrad>")
  expect_length(parents[[2]]$next_functions[[1]]$next_functions, 0)
  expect_null((y + double_tensor(1))$grad_fn$next_functions[[2]])
  expect_failure_of(y$grad_fn$nonsense, "type", "no property `nonsense`")
})

test_that("gradients agree with finite differences", {
  set.seed(1)
  functions <- list(
    function(x) torch_logsumexp(x$reshape(c(2, 3)), dim = 2), function(x) torch_cumprod(x, dim = 1),
    function(x) torch_softmax(x, dim = 1) * c(1, -2, 3, 0.5, 2, 1), function(x) linalg_norm(x$reshape(c(3, 2))),
    function(x) torch_sort(x)[[1]] * 1:6, function(x) x$reshape(c(2, 3))$mm(x$reshape(c(3, 2)))$tanh()
  )
  at <- runif(6, 0.5, 1.5)
  by <- 1e-6
  for (f in functions) {
    x <- double_tensor(at, requires_grad = TRUE)
    value <- function(values) sum(as_array(f(double_tensor(values))))
    expected <- vapply(1:6, function(i) {
      (value(replace(at, i, at[[i]] + by)) - value(replace(at, i, at[[i]] - by))) / (2 * by)
    }, 0)
    expect_equal(as_array(autograd_grad(f(x)$sum(), x)[[1]]), expected, tolerance = 1e-6)
  }
})

test_that("a Hessian comes from two passes", {
  # of x1^2 * x2 + x2^3
  x <- double_tensor(c(2, 3), requires_grad = TRUE)
  y <- x[1]^2 * x[2] + x[2]^3
  gradient <- autograd_grad(y, x, create_graph = TRUE)[[1]]
  hessian <- vapply(1:2, function(i) as_array(autograd_grad(gradient[i], x, retain_graph = TRUE)[[1]]), c(0, 0))
  expect_identical(hessian, matrix(c(2 * 3, 2 * 2, 2 * 2, 6 * 3), 2))
})

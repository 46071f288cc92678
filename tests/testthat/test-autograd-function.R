leaf <- function(values) double_tensor(values, requires_grad = TRUE)

exp2 <- autograd_function(
  forward = function(ctx, i) {
    result <- i$exp()
    ctx$save_for_backward(result = result)
    result
  },
  backward = function(ctx, grad_output) list(i = grad_output * ctx$saved_variables$result)
)

linear <- autograd_function(
  forward = function(ctx, input, weight, bias = NULL) {
    ctx$save_for_backward(input = input, weight = weight, bias = bias)
    output <- input$mm(weight$t())
    if (!is.null(bias)) output <- output + bias
    output
  },
  backward = function(ctx, grad_output) {
    s <- ctx$saved_variables
    grads <- list(input = NULL, weight = NULL, bias = NULL)
    if (ctx$needs_input_grad$input) grads$input <- grad_output$mm(s$weight)
    if (ctx$needs_input_grad$weight) grads$weight <- grad_output$t()$mm(s$input)
    if (!is.null(s$bias) && ctx$needs_input_grad$bias) grads$bias <- grad_output$sum(dim = 1)
    grads
  }
)

# The derivative of a sum of `f`, by finite differences.
numeric_gradient <- function(f, values, by = 1e-6) {
  vapply(seq_along(values), function(i) {
    shifted <- function(h) sum(as_array(f(double_tensor(replace(values, i, values[[i]] + h)))))
    (shifted(by) - shifted(-by)) / (2 * by)
  }, 0)
}

test_that("forward and backward are called, and saved tensors come back", {
  x <- leaf(c(0, 1, 2))
  y <- exp2(x)
  expect_equal(as_array(y), exp(0:2))
  expect_identical(format(y$grad_fn), "<exp2Backward>")
  y$sum()$backward()
  expect_equal(as_array(x$grad), exp(0:2))
  expect_equal(as_array(x$grad), numeric_gradient(exp2, c(0, 1, 2)), tolerance = 1e-6)
})

test_that("gradients are matched by name, and defaults count as arguments", {
  input <- matrix(c(1, 2, 3, 4, 5, 6), 2)
  weight <- matrix(c(1, 0, 2, -1, 1, 3), 2)
  bias <- c(10, 20)
  own <- list(leaf(input), leaf(weight), leaf(bias))
  builtin <- list(leaf(input), leaf(weight), leaf(bias))
  (do.call(linear, own)^2)$sum()$backward()
  ((builtin[[1]]$mm(builtin[[2]]$t()) + builtin[[3]])^2)$sum()$backward()
  for (i in 1:3) expect_equal(as_array(own[[i]]$grad), as_array(builtin[[i]]$grad))
  # what wants no gradient gets none, and is not asked for one
  weight <- leaf(weight)
  linear(weight = weight, input = double_tensor(input))$sum()$backward()
  expect_equal(as_array(weight$grad), rbind(colSums(input), colSums(input)))
})

test_that("backward may be differentiated", {
  x <- leaf(0.5)
  first <- autograd_grad(exp2(x^2), x, create_graph = TRUE)[[1]]
  second <- autograd_grad(first, x, create_graph = TRUE)[[1]]
  third <- autograd_grad(second, x)[[1]]
  e <- exp(0.25)
  expect_equal(as_array(first), 2 * 0.5 * e)
  expect_equal(as_array(second), (2 + 4 * 0.25) * e)
  expect_equal(as_array(third), (12 * 0.5 + 8 * 0.125) * e)
})

test_that("gradients are off in forward, and on in backward only when they are to be differentiated", {
  modes <- list()
  probe <- autograd_function(
    function(ctx, x) {
      modes$forward <<- (x * 2)$requires_grad
      x * 2
    },
    function(ctx, grad) {
      modes$backward <<- c(modes$backward, .Call(torchscript:::C_grad_mode))
      grad * 2
    }
  )
  x <- leaf(1)
  probe(x)$backward()
  autograd_grad(probe(x), x, create_graph = TRUE)
  expect_identical(modes, list(forward = FALSE, backward = c(FALSE, TRUE)))
  expect_true(.Call(torchscript:::C_grad_mode))
})

test_that("several results, in a named list", {
  halves <- autograd_function(
    function(ctx, x) list(low = x * 2, high = x * 3),
    function(ctx, low, high) list(x = low * 2 + high * 3)
  )
  x <- leaf(c(1, 2))
  parts <- halves(x)
  expect_named(parts, c("low", "high"))
  (parts$low * 10 + parts$high * 100)$sum()$backward()
  expect_identical(as_array(x$grad), c(320, 320))
  x$grad <- NULL
  # zeros for the one that was not used
  halves(x)$high$sum()$backward()
  expect_identical(as_array(x$grad), c(3, 3))
})

test_that("what was not used comes as NULL when that is asked for", {
  seen <- NULL
  f <- autograd_function(
    function(ctx, x) {
      ctx$set_materialize_grads(FALSE)
      list(x * 2, x * 3)
    },
    function(ctx, ...) {
      seen <<- vapply(list(...), is.null, NA)
      list(...)[[2]] * 3
    }
  )
  x <- leaf(1)
  f(x)[[2]]$backward()
  expect_identical(seen, c(TRUE, FALSE))
  expect_identical(as_array(x$grad), 3)
})

test_that("arguments that are no tensors, and the context's own values", {
  scale <- autograd_function(
    function(ctx, x, by, ..., note = "none") {
      ctx$by <- by
      ctx$note <- note
      expect_identical(ctx$needs_input_grad, list(x = TRUE, by = FALSE, note = FALSE))
      x * by
    },
    function(ctx, grad) {
      expect_identical(ctx$note, "here")
      list(grad * ctx$by, NULL, NULL)
    }
  )
  x <- leaf(c(1, 2))
  scale(x, note = "here", by = 4)$sum()$backward()
  expect_identical(as_array(x$grad), c(4, 4))
  total <- autograd_function(function(ctx, ...) Reduce(`+`, list(...)), function(ctx, grad) list(grad, grad * 2, NULL))
  y <- leaf(c(1, 2))
  total(x, y, 5)$sum()$backward()
  expect_identical(as_array(x$grad), c(5, 5))
  expect_identical(as_array(y$grad), c(2, 2))
})

test_that("results without a gradient, and arguments changed in place", {
  f <- autograd_function(
    function(ctx, x) {
      largest <- x$max()
      ctx$mark_non_differentiable(largest)
      list(x * 2, largest)
    },
    function(ctx, grad, ignored) grad * 2
  )
  x <- leaf(c(1, 5))
  parts <- f(x)
  expect_true(parts[[1]]$requires_grad)
  expect_false(parts[[2]]$requires_grad)

  double_ <- autograd_function(
    function(ctx, x) {
      ctx$mark_dirty(x)
      x$mul_(2)
    },
    function(ctx, grad) grad * 2
  )
  y <- x * 1
  z <- double_(y)
  expect_identical(as_array(y), c(2, 10))
  expect_identical(format(y$grad_fn), "<double_Backward>")
  y$sum()$backward()
  expect_identical(as_array(x$grad), c(2, 2))
  expect_failure_of(double_(leaf(1)), "runtime", "leaf")
})

test_that("an argument may be returned as it is", {
  reverse <- autograd_function(function(ctx, x) x, function(ctx, grad) -grad)
  x <- leaf(c(1, 2))
  y <- reverse(x)
  expect_false(identical(x, y))
  (y * 3)$sum()$backward()
  expect_identical(as_array(x$grad), c(-3, -3))
})

test_that("without gradients it is a plain function", {
  x <- leaf(1)
  y <- with_no_grad(exp2(x))
  expect_false(y$requires_grad)
  expect_null(y$grad_fn)
  expect_false(exp2(double_tensor(1))$requires_grad)
})

test_that("a saved tensor may not change, and goes with the graph", {
  x <- leaf(1)
  y <- exp2(x)
  with_no_grad(y$add_(1))
  error <- expect_failure_of(y$backward(), "runtime", "modified by an inplace operation.*output 1 of exp2,")
  expect_match(conditionMessage(error), "with_detect_anomaly()", fixed = TRUE)
  expect_no_match(conditionMessage(error), "torch.autograd|True")
  y <- exp2(x)
  y$backward(retain_graph = TRUE)
  y$backward()
  error <- expect_failure_of(y$backward(), "runtime", "a second time")
  expect_match(conditionMessage(error), "retain_graph = TRUE", fixed = TRUE)
})

test_that("wrong gradients say what was wanted", {
  x <- leaf(c(1, 2))
  with_backward <- function(value, n = 1) {
    f <- autograd_function(
      function(ctx, x, k = 2) if (n == 1) x * 2 else list(x, x * 2),
      function(ctx, grad) if (is.function(value)) value(grad) else value
    )
    y <- f(x, 2)
    (if (n == 1) y else y[[1]])$sum()$backward()
  }
  expect_failure_of(with_backward(list(x, x, x)), "value", "must return 2 gradients, one for each argument.*, not 3")
  expect_failure_of(with_backward(list(z = x)), "value", "`z`, which is no argument.*`x`, `k`")
  expect_failure_of(with_backward(list(x = x, x)), "value", "name all of its gradients or none")
  expect_failure_of(with_backward(list(x = 5)), "value", "gradient of `x`, not the number 5")
  expect_failure_of(with_backward(list(k = x)), "value", "NULL as the gradient of `k`, which is no tensor")
  expect_failure_of(with_backward("a"), "value", "a list of tensors and NULLs, not the string \"a\"")
  expect_failure_of(with_backward(function(grad) grad$new_zeros(3)), "runtime", "invalid gradient 1")
  expect_failure_of(with_backward(x, n = 2), "value", "takes 1 gradient, but forward returned 2")
  expect_silent(with_backward(NULL))
})

test_that("wrong functions and results are refused", {
  expect_failure_of(autograd_function(1, identity), "type", "`forward` must be a function", "autograd_function")
  expect_failure_of(autograd_function(function(ctx) 1, sum), "type", "`backward` must be a function")
  expect_failure_of(autograd_function(function() 1, identity), "type", "`ctx` as its first argument")
  f <- autograd_function(function(ctx, x) 5, function(ctx, grad) grad)
  expect_failure_of(f(leaf(1)), "value", "tensor or a list of tensors, not the number 5", "f")
  f <- autograd_function(function(ctx, x) list(x, "a"), function(ctx, grad) grad)
  expect_failure_of(f(leaf(1)), "value", "not a list with the string")
  expect_error(exp2(leaf(1), 2), "unused argument")
  expect_true(.Call(torchscript:::C_grad_mode))
})

test_that("conditions of both functions keep their class and call", {
  custom <- structure(class = c("my_error", "error", "condition"), list(message = "mine", call = NULL))
  f <- autograd_function(function(ctx, x) stop(custom), function(ctx, grad) grad)
  expect_identical(tryCatch(f(leaf(1)), error = identity), custom)
  f <- autograd_function(function(ctx, x) x * 2, function(ctx, grad) stop(custom))
  expect_identical(tryCatch(f(leaf(1))$backward(), error = identity), custom)
  f <- autograd_function(function(ctx, x) x * 2, function(ctx, grad) stop("plain"))
  expect_identical(conditionCall(tryCatch(f(leaf(1))$backward(), error = identity)), quote(backward(ctx, ...)))
  expect_identical(callCC(function(leave) {
    f <- autograd_function(function(ctx, x) x * 2, function(ctx, grad) leave(7))
    f(leaf(1))$backward()
  }), 7)
  f <- autograd_function(function(ctx, x) x * 2, function(ctx, grad) {
    warning("careful")
    grad
  })
  expect_warning(f(leaf(1))$backward(), "careful")
})

test_that("a backward function may run a backward pass", {
  f <- autograd_function(
    function(ctx, x) {
      ctx$save_for_backward(x = x)
      x^3
    },
    function(ctx, grad) {
      local_enable_grad()
      x <- ctx$saved_variables$x$detach()$requires_grad_()
      grad * autograd_grad(x^3, x)[[1]]
    }
  )
  x <- leaf(2)
  (f(x) * 5)$backward()
  expect_identical(as_array(x$grad), 60)
})

test_that("a trace records what forward does, and says that backward is left out", {
  f <- function(x) exp2(x) * 2
  traced <- jit_trace(f, double_tensor(c(1, 2)))
  expect_equal(as_array(traced(double_tensor(c(3, 4)))), 2 * exp(3:4))
  expect_match(traced$graph, "aten::exp")
  expect_warning(traced <- jit_trace(f, leaf(c(1, 2))), class = "torchscript_trace_warning")
  x <- leaf(1)
  traced(x)$backward()
  expect_equal(as_array(x$grad), 2 * exp(1))
})

test_that("the functions go with the graph", {
  kept <- function() {
    for (i in 1:3) gc()
    .Call(torchscript:::C_callback_count)
  }
  before <- kept()
  x <- leaf(1)
  for (i in 1:100) exp2(x)$backward()
  y <- exp2(x)
  expect_identical(kept(), before + 1)
  rm(y)
  expect_identical(kept(), before)
})

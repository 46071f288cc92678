dense <- nn_module(
  "dense",
  initialize = function(from, to) {
    self$weight <- nn_parameter(torch_randn(to, from))
    self$bias <- nn_parameter(torch_randn(to))
  },
  forward = function(x) nnf_linear(x, self$weight, self$bias)
)
standardize <- nn_module(
  "standardize",
  initialize = function(n) {
    self$mean <- nn_buffer(torch_zeros(n))
    self$var <- nn_buffer(torch_ones(n))
    self$batches <- nn_buffer(torch_tensor(0L))
  },
  forward = function(x) {
    if (self$training) self$batches$add_(1L)
    nnf_batch_norm(x, self$mean, self$var, training = self$training)
  }
)
network <- nn_module(
  "network",
  initialize = function() {
    self$first <- dense(3, 4)
    self$norm <- standardize(4)
    self$rest <- nn_sequential(dense(4, 4), last = dense(4, 2))
    self$rate <- 0.5
    self$labels <- c("a", "b")
    self$note <- function() "not for TorchScript"
  },
  forward = function(x) {
    x <- nnf_dropout(self$norm(self$first(x)), self$rate, self$training)
    list(out = self$rest(x), hidden = x)
  },
  scaled = function(x, by) self$forward(x)$out * by
)

test_that("a module keeps its structure, and computes the same in both modes", {
  model <- network()
  x <- torch_randn(6, 3)
  traced <- jit_trace(model, x)
  expect_s3_class(traced, c("script_module", "nn_module"), exact = TRUE)
  expect_named(traced$children, c("first", "norm", "rest"))
  expect_named(traced$parameters, names(model$parameters))
  expect_named(traced$state_dict(), names(model$state_dict()), ignore.order = TRUE)
  expect_named(traced$rest$children, c("0", "last"))
  expect_identical(traced$rate, 0.5)
  expect_identical(traced$labels, c("a", "b"))
  expect_false("note" %in% names(traced))
  expect_true(all(c("trainforward", "evalforward", "forward") %in% names(traced)))

  x <- torch_randn(8, 3)
  for (mode in c(TRUE, FALSE)) {
    model$train(mode)
    traced$train(mode)
    torch_manual_seed(7)
    wanted <- model(x)
    torch_manual_seed(7)
    given <- traced(x)
    expect_named(given, c("out", "hidden"))
    expect_equal(lapply(given, as_array), lapply(wanted, as_array))
  }
  # the buffers are the model's: it ran once, the program once
  expect_identical(as_array(traced$norm$batches), as_array(model$norm$batches))
  expect_equal(as_array(model$norm$batches), 2)
})

test_that("tracing leaves the module, its buffers and the random numbers as they were", {
  lazy <- nn_module(
    initialize = function() {
      self$norm <- standardize(3)
      self$calls <- 0
    },
    forward = function(x) {
      self$calls <- self$calls + 1
      self$seen <- TRUE
      nnf_dropout(self$norm(x), 0.5, self$training)
    }
  )
  model <- lazy()$eval()
  model$norm$train()
  before <- lapply(model$state_dict(), function(x) as_array(x$clone()))
  torch_manual_seed(1)
  wanted <- as_array(torch_rand(3))
  torch_manual_seed(1)
  jit_trace(model, torch_randn(5, 3)$fill_(2))
  # the example's own numbers come before
  torch_manual_seed(1)
  jit_trace(model, torch_ones(5, 3))
  expect_identical(as_array(torch_rand(3)), wanted)
  expect_identical(lapply(model$state_dict(), as_array), before)
  expect_false(model$training)
  expect_true(model$norm$training)
  expect_identical(model$calls, 0)
  expect_null(model$seen)

  f <- function(x) model$norm(x)
  model$norm$train()
  traced <- jit_trace(f, torch_randn(5, 3))
  expect_identical(lapply(model$state_dict(), as_array), before)
  # a failing trace too
  broken <- nn_module(
    initialize = function() self$norm <- standardize(3),
    forward = function(x) {
      self$norm(x)
      stop("no further")
    }
  )()
  expect_error(jit_trace(broken, torch_randn(5, 3)), "no further")
  expect_identical(as_array(broken$norm$batches), 0L)
})

test_that("respect_mode = FALSE traces the mode that the module is in", {
  dropout <- nn_module(forward = function(x) nnf_dropout(x, 0.5, self$training))()
  x <- torch_ones(100)
  traced <- jit_trace(dropout, x, respect_mode = FALSE)
  expect_null(traced$find_method("trainforward"))
  traced$eval()
  expect_true(any(as_array(traced(x)) == 0))
  both <- jit_trace(dropout, x)
  both$eval()
  expect_identical(as_array(both(x)), rep(1, 100))
  dropout$eval()
  expect_identical(as_array(jit_trace(dropout, x, respect_mode = FALSE)$train()(x)), rep(1, 100))
})

test_that("other methods are traced by their names", {
  model <- network()$eval()
  x <- torch_randn(5, 3)
  traced <- jit_trace_module(model, forward = x, scaled = list(x, by = torch_tensor(2)))
  expect_false(traced$training)
  expect_identical(as_array(traced$scaled(x, torch_tensor(3))), as_array(model$scaled(x, torch_tensor(3))))
  expect_identical(as_array(traced$scaled(by = torch_tensor(3), x)), as_array(model$scaled(x, torch_tensor(3))))
  only <- jit_trace_module(model, scaled = list(x, torch_tensor(2)))
  expect_failure_of(only(x), "type", "no method `forward`", "only")
  expect_failure_of(traced$first(x), "type", "no method `forward`")
})

test_that("parameters are shared with the module, and lifted out of functions that close over modules", {
  model <- network()$eval()
  x <- torch_randn(5, 3)
  traced <- jit_trace(model, x)
  traced(x)$out$sum()$backward()
  expect_identical(as_array(model$first$weight$grad), as_array(traced$first$weight$grad))
  with_no_grad(model$first$weight$zero_())
  expect_equal(sum(abs(as_array(traced$first$weight))), 0)

  f <- function(x) model(x)$out * 2
  program <- jit_trace(f, x)
  wanted <- as_array(f(x))
  expect_identical(as_array(program(x)), wanted)
  path <- withr::local_tempfile(fileext = ".pt")
  jit_save(program, path)
  expect_identical(as_array(jit_load(path)(x)), wanted)
})

test_that("programs inside a trace keep their control flow", {
  source <- jit_compile("
def grow(x: Tensor, times: int):
  while bool(x.sum() < 100):
    x = x * times
  return x, [x + 1, x + 2]
")
  x <- torch_tensor(c(1, 2))
  f <- function(x) {
    grown <- source$grow(x, 2L)
    grown[[1]] + grown[[2]][[2]]
  }
  traced <- jit_trace(f, x)
  for (start in list(c(1, 2), c(70, 90), c(0.5, 0.1))) {
    start <- torch_tensor(start)
    expect_identical(as_array(traced(start)), as_array(f(start)))
  }

  # a traced module in a module in a function
  inner <- jit_trace(network(), torch_randn(5, 3))
  outer <- nn_module(
    initialize = function(inner) self$inner <- inner,
    forward = function(x) torch_relu(self$inner(x)$out)
  )(inner)
  expect_true(is_nn_module(outer$inner))
  expect_true("inner.first.weight" %in% names(outer$parameters))
  traced <- jit_trace(outer, torch_randn(5, 3))
  x <- torch_randn(4, 3)
  outer$eval()
  traced$eval()
  expect_identical(as_array(traced(x)), as_array(outer(x)))
  path <- withr::local_tempfile(fileext = ".pt")
  jit_save(traced, path)
  expect_identical(as_array(jit_load(path)(x)), as_array(outer(x)))
  by_function <- jit_trace(function(x) inner(x)$out + 1, x)
  expect_identical(as_array(by_function(x)), as_array(inner(x)$out + 1))
})

test_that("a module under two names, and tied weights, stay shared", {
  layer <- dense(3, 3)
  tied <- nn_module(
    initialize = function() {
      self$a <- layer
      self$b <- layer
      self$c <- dense(3, 3)
      self$c$weight <- layer$weight
    },
    forward = function(x) self$c(self$b(self$a(x)))
  )()
  traced <- jit_trace(tied, torch_randn(2, 3))
  expect_length(traced$parameters, 3)
  path <- withr::local_tempfile(fileext = ".pt")
  jit_save(traced, path)
  loaded <- jit_load(path)
  expect_length(loaded$parameters, 3)
  with_no_grad(loaded$a$weight$zero_())
  expect_equal(sum(abs(as_array(loaded$c$weight))), 0)
})

test_that("what can't be traced says why", {
  model <- network()
  expect_failure_of(
    jit_trace(model, 1), "type", "`x` must be a tensor or a list of tensors to be an input of a trace, not the number 1",
    "jit_trace"
  )
  expect_failure_of(jit_trace_module(model, torch_ones(1)), "type", "by the name of their method", "jit_trace_module")
  expect_failure_of(jit_trace_module(model, fit = torch_ones(1)), "type", "no method `fit`", "jit_trace_module")
  expect_failure_of(jit_trace_module(sqrt, forward = 1), "type", "`mod` must be a module", "jit_trace_module")
  traced <- jit_trace(model, torch_randn(3, 3))
  expect_failure_of(jit_trace(traced, torch_randn(3, 3)), "type", "a TorchScript program already", "jit_trace")
  changing <- nn_module(forward = function(x) if (self$training) list(a = x + 1) else x * 2)()
  expect_failure_of(
    jit_trace(changing, torch_ones(1)), "type", "returns .* in train mode and Tensor in eval mode", "jit_trace"
  )
  # said once, although both modes are traced
  branching <- nn_module(forward = function(x) if (x$sum()$item() > 0) x else -x)()
  warnings <- testthat::capture_warnings(jit_trace(branching, torch_ones(1)))
  expect_length(warnings, 1)
})

test_that("PyTorch runs the file in both modes, and agrees", {
  skip_without_python()
  model <- network()
  path <- withr::local_tempfile(fileext = ".pt")
  traced <- jit_trace(model, torch_randn(6, 3))
  model$rate <- 0
  jit_save(traced, path)
  x <- torch_arange(1, 18)$reshape(c(6, 3))$sin()
  output <- run_python(c(
    "m = torch.jit.load(args[0])", "x = torch.arange(1., 19.).reshape(6, 3).sin()",
    "m.eval(); show(m(x).out); show(m.evalforward(x)[1])", "m.train(); torch.manual_seed(3); show(m(x).out)",
    "print(sorted(n for n, _ in m.named_parameters()))", "m.eval(); m(x).out.sum().backward(); show(m.first.weight.grad)"
  ), path)
  traced$eval()
  expect_shown(output[[1]], traced(x)$out)
  expect_shown(output[[2]], traced$evalforward(x)$hidden)
  traced$train()
  # torch_manual_seed() seeds as PyTorch does
  torch_manual_seed(3)
  expect_shown(output[[3]], traced(x)$out)
  expect_match(output[[4]], "rest.0.weight", fixed = TRUE)
  traced$eval()
  traced(x)$out$sum()$backward()
  expect_shown(output[[5]], model$first$weight$grad)
})

test_that("what works in place leaves the example inputs alone", {
  x <- torch_tensor(c(-1, 2))
  traced <- jit_trace(function(x, l) x$mul_(2)$add_(l[[1]]$neg_()), x, list(x))
  expect_identical(as_array(x), c(-1, 2))
  expect_identical(as_array(traced(torch_ones(2), list(torch_ones(2)))), c(1, 1))
})

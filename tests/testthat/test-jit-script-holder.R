# Modules and tensors that want gradients, taken from around a function.

test_that("a captured tensor that wants gradients is shared and trainable", {
  w <- torch_tensor(c(1, 2), requires_grad = TRUE)
  f <- jit_script(function(x, times = 2L) {
    for (i in seq_len(times)) x <- x * w
    x
  })
  f(torch_tensor(c(3, 4)))$sum()$backward()
  # the derivative of w^2 x
  expect_identical(as_array(w$grad), c(6, 16))
  with_no_grad(w$copy_(torch_tensor(c(0, 1))))
  expect_identical(as_array(f(torch_tensor(c(3, 4)), 1L)), c(0, 4))
  expect_match(f$schema, "forward(Tensor x, int times=2) -> Tensor", fixed = TRUE)
})

test_that("captured modules are called, looked into and looped over as in R", {
  withr::local_seed(1)
  torch_manual_seed(1)
  model <- nn_sequential(nn_linear(2, 3), nn_relu(), nn_linear(3, 2))
  x <- torch_randn(4, 2)
  expect_same_as_eager(function(x) if (x$sum()$item() > 0) model(x) else model(-x) + 1, x)
  expect_same_as_eager(function(x) x + model[[1]]$bias$sum(), x)
  expect_same_as_eager(function(x) nnf_linear(x, model[[1]]$weight), x)
  layers <- list(nn_linear(2, 2), nn_tanh(), nn_linear(2, 2))
  expect_same_as_eager(function(x) {
    for (layer in layers) x <- layer(x)
    x
  }, x)
  expect_same_as_eager(function(x) Reduce(function(x, layer) layer(x), layers, x), x)
  listed <- nn_module_list(layers)
  expect_same_as_eager(function(x) {
    for (i in seq_along(listed)) x <- listed[[i]](x)
    x
  }, x)
  expect_same_as_eager(function(x) torch_stack(lapply(torch_unbind(x), function(row) model(row))), x)
  expect_same_as_eager(function(x) x %>% model() %>% nnf_relu(), x)
  counted <- nn_module(
    initialize = function() self$linear <- nn_linear(2, 2),
    forward = function(x) self$scaled(x, 2),
    scaled = function(x, by = 3) self$linear(x) * by
  )()
  expect_same_as_eager(function(x) counted(x) + counted$scaled(x), x)
  method <- counted$scaled
  expect_same_as_eager(function(x) method(x), x)
})

test_that("functions that use a captured module call each other", {
  torch_manual_seed(2)
  cell <- nn_linear(3, 3)
  step <- function(h, k = 0.5) torch_tanh(cell(h)) * k
  twice <- function(h) step(step(h), k = 2)
  plain <- function(h) h + 1
  run <- function(h, n = 3L) {
    for (i in seq_len(n)) h <- plain(twice(h))
    if (h$sum()$item() > 100) step(h) else h
  }
  program <- expect_same_as_eager(run, torch_ones(3))
  h <- run(torch_ones(3))
  h$sum()$backward()
  expected <- as_array(cell$weight$grad)
  cell$zero_grad()
  program(torch_ones(3))$sum()$backward()
  expect_equal(as_array(cell$weight$grad), expected, tolerance = 1e-6)
})

test_that("the mode of a captured module is the one that it is in when compiled", {
  dropout <- nn_dropout(0.5)
  dropout$eval()
  f <- jit_script(function(x) dropout(x))
  expect_identical(as_array(f(torch_ones(100))), rep(1, 100))
  dropout$train()
  g <- jit_script(function(x) dropout(x))
  expect_gt(sum(as_array(g(torch_ones(100))) == 0), 10)
})

test_that("captured programs and modules nest with traces", {
  traced <- jit_trace(nn_relu(), torch_ones(2))
  f <- jit_script(function(x) if (x$sum()$item() > 0) traced(x) else x)
  expect_identical(as_array(f(torch_tensor(c(-1, 3)))), c(0, 3))
  expect_identical(as_array(f(torch_tensor(c(-3, 1)))), c(-3, 1))
  outer <- jit_trace(function(x) f(x) * 2, torch_ones(2))
  expect_identical(as_array(outer(torch_tensor(c(-1, 3)))), c(0, 6))
  expect_identical(as_array(outer(torch_tensor(c(-3, 1)))), c(-6, 2))
})

test_that("they are saved with the program, for R and for PyTorch", {
  torch_manual_seed(3)
  model <- nn_linear(2, 2)
  shift <- torch_tensor(c(1, 2), requires_grad = TRUE)
  f <- jit_script(function(x, n = 2L) {
    for (i in seq_len(n)) x <- model(x) + shift
    x
  })
  x <- torch_tensor(rbind(c(1, 2), c(3, 4)))
  path <- withr::local_tempfile(fileext = ".pt")
  jit_save(f, path)
  expect_identical(as_array(jit_load(path)(x)), as_array(f(x)))
  copy <- withr::local_tempfile(fileext = ".rds")
  saveRDS(f, copy)
  expect_identical(as_array(readRDS(copy)(x, 3L)), as_array(f(x, 3L)))
  skip_without_python()
  output <- run_python(c(
    "f = torch.jit.load(args[0])", "x = torch.tensor([[1., 2.], [3., 4.]])", "show(f(x))", "show(f(x, 5))"
  ), path)
  expect_shown(output[[1]], f(x))
  expect_shown(output[[2]], f(x, 5L))
})

test_that("a module's methods say where such things belong", {
  model <- nn_linear(2, 2)
  outside <- nn_module("outside", forward = function(x) model(x))
  expect_failure_of(jit_script(outside()), "compile", "`model`.*A module from outside.*Make it a member", "jit_script")
  w <- torch_ones(2, requires_grad = TRUE)
  weighted <- nn_module("weighted", forward = function(x) x * w)
  expect_failure_of(jit_script(weighted()), "compile", "`w`.*requires gradients.*Make it a member", "jit_script")
})

test_that("programs with loops, and loaded ones, are called in others", {
  looped <- jit_script(function(x, n = 2L) {
    for (i in seq_len(n)) x <- x + i
    x
  })
  source <- "def f(x, n: int = 3):\n  while n > 0:\n    x = x * 2\n    n -= 1\n  return x\n"
  compiled <- jit_compile(sub("x, n", "x: Tensor, n", source))$f
  path <- withr::local_tempfile(fileext = ".pt")
  jit_save(looped, path)
  loaded <- jit_load(path)
  x <- torch_ones(2)
  for (f in list(looped, compiled, loaded)) {
    program <- jit_script(function(x, n = 3L) f(x, n = n) + f(x))
    expect_equal(as_array(program(x)), as_array(f(x, n = 3L) + f(x)))
    again <- withr::local_tempfile(fileext = ".pt")
    jit_save(program, again)
    expect_equal(as_array(jit_load(again)(x)), as_array(program(x)))
    module <- nn_module(initialize = function() self$f <- f, forward = function(x) self$f(x) * 2)
    expect_equal(as_array(jit_script(module())(x)), as_array(f(x) * 2))
  }
})

test_that("modules with named lists as fields are saved and loaded", {
  module <- nn_module(
    initialize = function() self$options <- list(a = 1.5, inner = list(b = "s", c = 2L)),
    forward = function(x) if (self$options$inner$b == "s") x * self$options$a else x
  )
  program <- jit_script(module())
  path <- withr::local_tempfile(fileext = ".pt")
  jit_save(program, path)
  expect_equal(as_array(jit_load(path)(torch_ones(2))), c(1.5, 1.5))
  expect_identical(program$options$inner$c, 2L)
})

test_that("a program that changes captured tensors shares them with R", {
  x <- torch_tensor(c(1, 2, 3))
  makers <- list(
    function() {
      count <- torch_zeros(3)
      function(x) {
        count$add_(1)
        x + count
      }
    },
    function() {
      buffer <- torch_zeros(3)
      function(x) {
        for (i in 1:3) buffer[i] <- x[i] * i
        buffer * 1
      }
    },
    function() {
      w <- torch_ones(3)
      double <- function(z) z$mul_(2)
      function(x) {
        double(w)
        x + w
      }
    },
    function() {
      several <- list(torch_ones(3), torch_ones(3))
      function(x) {
        for (one in several) one$add_(1)
        alias <- several[[2]]
        alias$view(-1)$sub_(x)
        x + several[[1]] + several[[2]]
      }
    }
  )
  for (make in makers) {
    eager <- make()
    scripted <- jit_script(make())
    for (i in 1:3) expect_equal(as_array(scripted(x)), as_array(eager(x)))
  }
  count <- torch_zeros(1)
  counting <- jit_script(function(x) {
    count$add_(1)
    x * count
  })
  counting(x)
  counting(x)
  expect_equal(as_array(count), 2)
  path <- withr::local_tempfile(fileext = ".pt")
  jit_save(counting, path)
  expect_equal(as_array(jit_load(path)(x)), c(3, 6, 9))
})

test_that("tensors in a module's lists that are changed in place are shared with R", {
  x <- torch_tensor(c(1, 2, 3))
  inplace <- function(z) z$add_(1)
  steps <- list(
    function(x) {
      self$parts[[1]]$add_(1)
      x + self$parts[[1]]
    },
    function(x) {
      y <- self$parts[[1]]
      y$mul_(2)
      x + self$parts[[1]]
    },
    function(x) {
      self$parts[[2]][1:2]$add_(1)
      x + self$parts[[2]]
    },
    function(x) {
      y <- self$named$a$view(3)
      y[1] <- y[1] + 9
      x + self$named[["a"]]
    },
    function(x) {
      for (y in self$parts) y$sub_(1)
      inplace(self$parts[[2]])
      x + self$parts[[1]]
    }
  )
  for (step in steps) {
    module <- nn_module(
      "module",
      initialize = function() {
        self$parts <- list(torch_ones(3), torch_zeros(3))
        self$named <- list(a = torch_ones(3))
      }, forward = step
    )
    eager <- module()
    shared <- module()
    program <- jit_script(shared)
    for (i in 1:3) expect_equal(as_array(program(x)), as_array(eager(x)))
    expect_equal(lapply(c(shared$parts, shared$named), as_array), lapply(c(eager$parts, eager$named), as_array))
    path <- withr::local_tempfile(fileext = ".pt")
    jit_save(program, path)
    expect_equal(as_array(jit_load(path)(x)), as_array(eager(x)))
  }
})

# lapply() and its like.

test_that("what a function gives is what it was in its turn, also where the loop is written out", {
  x <- torch_tensor(c(1, 2))
  for (use in alist(
    { n <- 0L; sapply(list(torch_relu, torch_neg), function(f) { n <<- n + 1L; n }) }, { n <- 0; sapply(list(1L, 2.5), function(e) { n <<- n + e; n }) },
    { n <- 0L; lapply(list(a = 1, b = x, c = "s"), function(e) { n <<- n + 1L; n }) }, { n <- 0L; Map(function(f, k) { n <<- n + 1L; f(x) * n * k }, list(torch_relu, torch_neg), c(1, 2)) },
    { n <- 0L; vapply(list(torch_relu, torch_neg), function(f) { n <<- n + 1L; n }, 1L) }, { v <- c(1, 2); lapply(list(torch_relu, torch_neg), function(f) { v[1] <<- v[1] + 1; v }) },
    { l <- list(x, x); r <- lapply(list(torch_relu, torch_neg), function(f) { l[[1]] <<- f(l[[1]]); l }); l[[2]] <- x * 3; list(r, l) },
    { l <- list(x, x); n <- 0; lapply(list(torch_relu, torch_neg, torch_abs), function(f) { n <<- n + 1; if (n > 2) l[[1]] <<- f(x) * 7; l }) },
    { n <- 0; Reduce(function(a, f) { n <<- n + 1; f(a) * n }, list(torch_relu, torch_neg), x, accumulate = TRUE) }
  )) {
    expect_same_as_eager(eval(bquote(function(x) .(use))), x)
  }
  module <- nn_module(
    initialize = function() { self$n <- 0L; self$b <- nn_buffer(torch_zeros(1)); self$layers <- nn_module_list(list(nn_tanh(), nn_identity())) },
    forward = function(x) {
      outputs <- lapply(seq_along(self$layers), function(i) { x <<- self$layers[[i]](x) + 1; x })
      scaled <- lapply(1:2, function(i) { self$n <- self$n + 1L; self$layers[[i]](x) * self$n })
      counted <- lapply(1:2, function(i) { self$b$add_(1); self$layers[[i]](x) * self$b })
      list(outputs, scaled, counted)
    }
  )
  own <- module()
  program <- jit_script(module())
  for (i in 1:2) expect_equal(plain_values(program(x)), plain_values(own(x)), tolerance = 1e-6)
})

test_that("functions of several statements are written out where modules are chosen by a counter", {
  x <- torch_tensor(c(1, 2))
  layers <- function(forward) nn_module(initialize = function() self$layers <- nn_module_list(list(nn_tanh(), nn_identity())), forward = forward)
  for (forward in list(
    function(x) lapply(1:2, function(i) { y <- self$layers[[i]](x); y }), function(x) lapply(seq_len(2), function(i) { y <- self$layers[[i]](x); y * i }),
    function(x) vapply(1:2, function(i) { y <- self$layers[[i]](x); y$sum()$item() }, 0), function(x) Map(function(i, k) { y <- self$layers[[i]](x); y * k }, 1:2, c(3, 4))
  )) {
    module <- layers(forward)()
    expect_equal(plain_values(jit_script(module)(x)), plain_values(module(x)), tolerance = 1e-6)
  }
})

test_that("Map() repeats the shorter of lists whose elements are known, and says which it can't go through", {
  x <- torch_tensor(c(1, 2))
  for (use in alist(
    Map(function(a, b) b + a, list(x, x * 2, x * 3, x), list(1, 2)), Map(function(a, b) b + a, list(a = x, b = n), 1),
    Map(function(a, b) b + a, list(a = x, b = n), list(1, 2L)), Map(function(a, b) b, c("u", "v"), list(x, n)), mapply(function(a, b) a * b, list(1, n, 3.5, 2), 2:1)
  )) {
    expect_same_as_eager(eval(bquote(function(x, n = 2L) .(use))), x)
  }
  refused <- function(fn, pattern) expect_failure_of(jit_script(fn), "compile", pattern)
  refused(function(x, n = 2L) Map(function(a, b) b + a, list(x, n, 3), list(a = 1, b = 2)), "The lists of `Map\\(\\)` have 3 and 2 elements")
  refused(function(x, n = 2L) Map(function(a, b) b, list(a = x), list(x, n)), "names its result by its first list: that must be the longest")
  refused(function(x, s = "a") Map(function(a, b) b, c(s, "b"), list(x, 2)), "with names that are known")
  refused(function(x, n = 2L) { l <- list(); for (i in 1:n) l[[i]] <- x; Map(function(a, b) b, list(x, n), l) }, "through a list of 2 here, whose elements are known, and through what only the program knows")
})

test_that("lapply() goes through the modules of a list, whatever becomes of what it gives", {
  x <- torch_tensor(matrix(c(1, -2, 3, 4), 2))
  for (forward in list(
    function(x) torch_stack(lapply(self$layers, function(l) l(x))), function(x) { outputs <- lapply(self$layers, function(l) { x <<- torch_relu(l(x)); x }); x + length(outputs) },
    function(x) unname(vapply(lapply(self$layers, function(l) l(x)), function(y) y$norm()$item(), 0))
  )) {
    module <- nn_module(initialize = function() self$layers <- nn_module_list(list(nn_linear(2, 2), nn_tanh())), forward = forward)()
    expect_equal(plain_values(jit_script(module)(x)), plain_values(module(x)), tolerance = 1e-6)
  }
})

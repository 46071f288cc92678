# Functions that a call runs through modules, lists, other names, and functions that take functions.

does <- "An argument that does something can't be translated"
told <- function(fn, pattern) expect_failure_of(jit_script(fn), "compile", pattern)
x <- torch_tensor(c(1, 2, 3))
draw <- torch_rand
seed <- torch_manual_seed
says <- function(i) { cat("g", i, "\n"); i }
draws <- function(i) torch_rand(1)
adds <- function(t) { t$add_(1); t }
held <- list(n = draws, c = says)
prints <- function(b) { cat("in it\n"); b }

test_that("a function of a package is itself under any name", {
  expect_same_as_eager(function(x) x * draw(1), x)
  expect_same_as_eager(function(x) { seed(3); torch_rand(1) }, x)
  expect_same_as_eager(function(x) draw(1), x)
  program <- jit_script(function(x) draw(1))
  expect_false(identical(as_array(program(x)), as_array(program(x))))
})

test_that("what an argument does is seen through all that it calls", {
  for (argument in list(
    quote(sapply(1:2, says)), quote(Map(says, 1:2)), quote(held$c(3)), quote(held[[2]](3)), quote(do.call(draws, list(1))), quote(do.call("draws", list(1))),
    quote(torchscript::torch_rand(1)), quote(base::cat("a\n")), quote(do.call(cat, list("a\n"))), quote(lapply(1:2, print)), quote(x$multinomial(1L)),
    quote(lapply(list(x), adds)[[1]]), quote(nnf_relu(x, inplace = TRUE))
  )) {
    told(eval(bquote(function(x) { f <- function(b) { r <- torch_rand(1); b }; f(.(argument)) })), does)
  }
  told(function(x) { r <- torch_rand; f <- function(b) { r <- torch_rand(1); b * 10 + r }; f(r(1)) }, does)
  told(function(x) { pp <- cat; f <- function(k) 0; f(pp("hi\n")) }, does)
})

test_that("what a function changes is seen through all that it calls", {
  changes <- "The function changes"
  told(function(x) { f <- function(k) { lapply(list(x), adds); k }; f(x$sum()) }, changes)
  told(function(x) { f <- function(k) { do.call(adds, list(x)); k }; f(x$sum()) }, changes)
  told(function(x) { l <- list(adds); f <- function(k) { l[[1]](x); k }; f(x$sum()) }, changes)
  told(function(x) { f <- function(k, g) { g$h(x); k }; f(x$sum(), list(h = adds)) }, changes)
  told(function(x) { f <- function(k) { nnf_relu(x, inplace = TRUE); k }; f(x$sum()) }, changes)
  # members have names of their own
  told(function(x) { f <- function(sum) { z <- x$sum(); x$add_(1); sum }; f(x + 0) }, changes)
  told(function(x) { f <- function(k) { l <- list(k = 3); z <- l$k; x$add_(1); k }; f(x + 0) }, changes)
  sets <- function(m, v) { m[, 1] <- v; m }
  expect_same_as_eager(function(x) sets(x$clone(), x[1, 1]), torch_ones(2, 3))
  expect_same_as_eager(function(x) sets(x * 2, x[1, 1] * 2), torch_ones(2, 3))
})

test_that("the state of sub-modules is seen", {
  counts <- nn_module(
    initialize = function() self$c <- 0, forward = function(x) { self$c <- self$c + 1; x * self$c },
    both = function(a, b) { self$c <- self$c + 1; a + b }, getc = function() self$c
  )
  of <- function(forward) nn_module(initialize = function() { self$s <- counts(); self$d <- nn_dropout(0.5) }, forward = forward)
  told <- function(pattern, forward) expect_failure_of(jit_script(of(forward)()), "compile", pattern)
  changes <- "The function changes `c`"
  told(changes, function(x) { f <- function(k) { self$s(x); k }; x * f(self$s$c) })
  told(changes, function(x) { f <- function(k) { self$s(x); k }; x * f(self$s$getc()) })
  told(changes, function(x) x * self$s$both(self$s$c, 1))
  told(changes, function(x) lapply(list(x, x), function(t, k) { self$s(t); k }, k = self$s$c))
  told(does, function(x) { f <- function(a) x; f(self$s(x)) })
  told(does, function(x) { f <- function(a) { k <- self$s$c; a + k }; f(self$s(x)) })
  told(does, function(x) { f <- function(a) { r <- torch_rand(3); a * r }; f(self$d(x)) })
  same <- function(forward) {
    module <- of(forward)()
    program <- jit_script(of(forward)())
    for (i in 1:3) expect_equal(as_array(program(torch_ones(2))), as_array(module(torch_ones(2))))
  }
  same(function(x) { f <- function(a) a * 2; f(self$s(x)) })
  same(function(x) { k <- self$s$c; f <- function(k) { self$s(x); k }; x * f(k) })
})

test_that("blocks with layers that draw go into each other", {
  block <- nn_module(
    initialize = function() { self$fc <- nn_linear(2, 2); self$drop <- nn_dropout(0.2); self$norm <- nn_batch_norm1d(2) },
    forward = function(x) torch_relu(self$drop(self$norm(self$fc(x))))
  )
  model <- nn_module(
    initialize = function() { self$a <- block(); self$b <- block(); self$layers <- nn_module_list(list(block(), block())); self$out <- nn_linear(2, 2) },
    mix = function(p, q) { h <- torch_relu(p); h + q },
    forward = function(x) {
      x <- self$b(self$a(x))
      for (i in seq_along(self$layers)) x <- x + self$layers[[i]](x)
      self$mix(self$out(x), self$out(x * 2))
    }
  )
  torch_manual_seed(3)
  module <- model()
  program <- jit_script(module)
  x <- torch_randn(4, 2)
  run <- function(f) { torch_manual_seed(1); as_array(f(x)$detach()) }
  expect_equal(run(program), run(module), tolerance = 1e-5)
})

test_that("functions that ask for their arguments in an order of their own are told", {
  own <- "the function asks for its arguments in an order of its own"
  of_calls <- function(use) eval(bquote(function(a = 1) { n <- 0; k <- function() { n <<- n + 1; n }; .(use) }))
  for (use in list(
    quote(seq(k(), k() + 8, length.out = k())), quote(sort(c(k(), 9), decreasing = k() > 1)), quote(gsub(toString(k()), "z", toString(k()), fixed = TRUE)),
    quote(trimws(paste0(" ", k()), if (k() > 1) "left" else "both")), quote(toString(c(1, 2), collapse = k()))
  )) {
    told(of_calls(use), own)
  }
  for (use in list(quote(paste("a", k(), k())), quote(append(c(k(), 1), k())), quote(sort(c(k(), k(), 0))), quote(seq(1, k() + 4)))) expect_same_as_eager(of_calls(use))
  told(of_calls(quote(sapply(1:2, function(z) z, USE.NAMES = k() > 5))), does)
  told(function(a = 1) { f <- function(v) { cat("f\n"); v[1] }; vapply(list(1, 2), f, f(1)) }, does)
  told(function(x) nnf_embedding(torch_randint(1, 4, c(2L), dtype = torch_long()), torch_randn(4, 2)), own)
  told(function(x) nnf_dropout(x$add_(1), x[1]$item() / 10), own)
  told(function(m) { m$flatten(1L, { m$add_(1); 2L }); m }, own)
  expect_same_as_eager(function(x) nnf_relu(x$add_(1)), x)
  expect_same_as_eager(function(x) nnf_log_softmax(x$add_(1), 1L), x)
})

picks <- function(a) a[, 3]
test_that("a place that is left empty is no argument", {
  expect_same_as_eager(function(b) picks(b[1:2, ]), torch_ones(3, 4))
  expect_same_as_eager(function(b) { f <- function(a, i) a[i, ]; f(b$t(), 2) }, torch_ones(3, 4))
})

test_that("functions are followed through variables, defaults, loops and what functions give", {
  lists <- list(adds, adds)
  nested <- list(a = list(b = adds, c = says), d = list(adds))
  changes <- "The function changes"
  for (body in list(
    quote({ h <- adds; h(x) }), quote({ h <- lists[[1]]; h(x) }), quote({ h <- nested$a; h$b(x) }), quote({ l <- list(adds); l[[1]](x) }), quote({ h <- list(list(adds)); h[[1]][[1]](x) }),
    quote({ h <- list(); h$a <- adds; h$a(x) }), quote({ l <- c(lists, list(adds)); for (h in l) h(x) }), quote(for (i in 1:2) lists[[i]](x)), quote(lapply(seq_along(lists), function(i) lists[[i]](x))),
    quote({ g <- nested$d[[1]]; do.call(g, list(x)) }), quote({ a <- function(g) g(x); b <- adds; a(b) }), quote({ y <- torch_zeros(3); for (y in list(x)) y$add_(1) }),
    quote({ y <- torch_zeros(3); g <- function(y) y$add_(1); g(x) }), quote({ clone <- function(t) t; y <- clone(x); y$add_(1) }), quote({ o <- list(clone = function() x); y <- o$clone(); y$add_(1) })
  )) {
    told(eval(bquote(function(x) { f <- function(k) { .(body); k }; f(x$sum()) })), changes)
  }
  told(function(x) { f <- function(k, h = adds) { h(x); k }; f(x$sum()) }, changes)
  told(function(x) { f <- function(k) { sum <- function(z) 0; sum(k); x$add_(1); k }; f(x * 2) }, changes)
  told(function(x) { f <- function(k) { l <- list(sum = function(z) 0); l$sum(k); x$add_(1); k }; f(x * 2) }, changes)
  for (make in list(quote(function(g = says) g(2)), quote(function() { h <- says; h(2) }), quote(function() { h <- nested$a; h$c(2) }))) {
    told(eval(bquote(function(x) { f <- function(k) { cat("in\n"); k }; mk <- .(make); f(mk()) })), does)
  }
  told(function(x) { mk <- function(e = stop) { e("no"); 1 }; f <- function(k) 0; f(mk()) }, does)
  told(function(x) { f <- function(k) { y <- torch_rand(1); k - y }; f(torch_binomial(x * 10, x * 0 + 0.5)) }, does)
  w <- torch_tensor(c(1, 2), requires_grad = TRUE)
  told(function(x) { ng <- function(e, h = function(z) with_no_grad(z)) h(e); ng(w * 2) }, "lets it out")
  told(function(x) { nn <- function(z) { function() z }; g <- nn(w * 2); with_no_grad(u <- g()); list(u, g()) }, "or does without gradients. force\\(z\\)")
  # what is known to do nothing is no obstacle
  make <- function(k) function(z) z + k
  expect_same_as_eager(function(x) { both <- function(f, g) function(z) g(f(z)); h <- both(make(1), make(3)); h(x) }, x)
})

test_that("the state of modules is seen through variables and names in brackets", {
  counts <- nn_module(initialize = function() { self$c <- 0; self$w <- nn_buffer(torch_ones(2)) }, forward = function(x) { self$c <- self$c + 1; self$w$add_(1); x * self$c }, inc = function() { self$c <- self$c + 1; 0 })
  of <- function(forward) {
    nn_module(
      initialize = function() { self$n <- 0; self$s <- counts(); self$ml <- nn_module_list(list(counts(), counts())) },
      bump = function() { self$n <- self$n + 1; 0 }, forward = forward
    )
  }
  for (body in list(quote({ s <- self$s; s(x) }), quote({ s <- self$s; s$inc() }), quote({ h <- self$s$inc; h() }))) {
    expect_failure_of(jit_script(of(eval(bquote(function(x) { f <- function(k) { .(body); k }; x * f(self$s$c + 0) })))()), "compile", "The function changes `c`")
  }
  expect_failure_of(jit_script(of(function(x) { f <- function(k) { for (i in 1:2) self$ml[[i]](x); k }; x * f(self$ml[[1]]$w$sum()) })()), "compile", "The function changes")
  for (argument in list(quote(self$n + 0), quote(self[["n"]] + 0))) for (body in list(quote(self$bump()), quote({ h <- self$bump; h() }), quote({ me <- self; me$bump() }))) {
    expect_failure_of(jit_script(of(eval(bquote(function(x) { f <- function(k) { .(body); k }; x * f(.(argument)) })))()), "compile", "The function changes `n`")
  }
})

test_that("layers count in buffers of their own, which nothing else sees", {
  parts <- function() { self$a <- nn_linear(2, 2); self$drop <- nn_dropout(0.3); self$norm <- nn_batch_norm1d(2); self$other <- nn_batch_norm1d(2) }
  same <- function(forward, ...) {
    torch_manual_seed(3)
    module <- nn_module(initialize = parts, forward = forward, ...)()
    program <- jit_script(module)
    x <- torch_randn(4, 2)
    run <- function(f) { torch_manual_seed(1); as_array(f(x)$detach()) }
    expect_equal(run(program), run(module), tolerance = 1e-5)
  }
  same(function(x) nnf_mse_loss(self$norm(x), torch_zeros_like(x)))
  same(function(x) nnf_dropout(self$norm(x), 0.2, self$training))
  same(function(x) self$mixed(self$norm(x), self$other(x)), mixed = function(a, b) 0.5 * a + 0.5 * b)
  same(function(x) self$mixed(self$norm(x), NULL), mixed = function(h, mask = NULL) if (is.null(mask)) h else h * mask)
  same(function(x) self$mixed(x, self$drop(self$a(x))), mixed = function(x, y, scale = 1) { if (scale == 1) x + y else x + y * scale })
  same(function(x) self$run(self$a, self$drop(x)), run = function(layer, h) layer(h))
})

test_that("elements of a list are computed in its order", {
  module <- function(forward) nn_module(initialize = function() self$b <- c(1, 2), more = function() { self$b <- self$b + 1; 5 }, forward = forward)
  for (forward in list(function(x) list(self$more(), self$b), function(x) { l <- list(self$b, self$more() + 1, self$b * 2); l })) {
    eager <- module(forward)()
    program <- jit_script(module(forward)())
    for (i in 1:2) expect_equal(program(x), eager(x))
  }
})

test_that("a default is what it is when it is first asked for", {
  told(function(x) { f <- function(n = 1, b = n * 10) { y <- 0; if (x[1]$item() > 0) y <- b; n <- n + 5; y + b }; f() }, "only one branch asks for it")
  told(function(x) { f <- function(a, b = a * 1) { y <- a * 0; if (a[1]$item() > 0) y <- b; adds(a); b + y }; f(x) }, "only one branch asks for it")
  told(function(x) { f <- function(a, b = a * 1) { y <- a * 0; for (i in 1:2) { y <- y + b; adds(a) }; y }; f(x) }, "first asked for in a loop")
  expect_same_as_eager(function(x) { f <- function(a, b = a * 1) { y <- b; for (i in 1:2) { y <- y + b; adds(a) }; y }; f(x) }, x)
})

gives <- function(t) t
named <- list(a = gives, b = adds)
test_that("defaults, shadowed names, strings and early returns are looked through", {
  changes <- "The function changes"
  for (body in list(
    quote({ f <- function(k, d = x$add_(1)) { d; k }; f(x$sum()) }), quote({ f <- function(k) { g <- function(a = x$add_(1)) a; g(); k }; f(x$sum()) }),
    quote({ h <- gives; f <- function(k) { h <- adds; h(x); k }; f(x$sum()) }), quote({ h <- gives; f <- function(k, h) { h(x); k }; f(x$sum(), adds) }),
    quote({ fs <- list(a = gives); f <- function(k) { fs <- list(a = adds); fs$a(x); k }; f(x$sum()) }),
    quote({ g <- function(t) t$add_(1); f <- function(k) { do.call("g", list(x)); k }; f(x$sum()) }), quote({ f <- function(k) { n <- "adds"; do.call(n, list(x)); k }; f(x$sum()) }),
    quote({ mk <- function(i) { if (i > 1) return(adds); gives }; f <- function(k) { mk(2)(x); k }; f(x$sum()) }),
    quote({ f <- function(k, ...) { hs <- list(...); hs$u(x); k }; f(x$sum(), u = adds) }), quote({ f <- function(k) { h <- named["b"]; h$b(x); k }; f(x$sum()) }),
    quote({ f <- function(k) { h <- gives; s <- function() h <<- adds; s(); h(x); k }; f(x$sum()) }), quote({ f <- function(k) { y <- x + 1; for (y in list(x)) y[1] <- 7; k }; f(x$sum()) })
  )) {
    told(eval(bquote(function(x) .(body))), changes)
  }
  told(function(x) { f <- function(k, d = says(1)) { d + k }; f(says(2)) }, does)
  told(function(x) { mk <- function(a = says(1)) a; f <- function(k) { cat("in\n"); k }; f(mk()) }, does)
  told(function(x) { mk <- function() { y <- list(x); y[[1]][1] <- 5; 1 }; f <- function(k) { z <- x$sum()$item(); z + k }; f(mk()) }, does)
  told(function(x) { n <- 1; inc <- function() { n <<- n + 1; n }; f <- function(a, b) b - a; f(n, inc()) }, "R computes `n` after `inc\\(\\)`")
  expect_same_as_eager(function(x) { n <- 1; inc <- function() { n <<- n + 1; n }; f <- function(a, b) a - b; f(n, inc()) }, x)
  # its own copy
  expect_same_as_eager(function(x) { f <- function(k, s) { k <- k$clone(); k[2] <- 0; k + s }; f(x, x$sum()) }, x)
  told(function(x) { f <- function(k, s) { k[2] <- 0; k <- k$clone(); k + s }; f(x, x$sum()) }, changes)
})

test_that("methods in variables, and defaults of methods, are looked through", {
  of <- function(forward, ...) {
    module <- nn_module(
      initialize = function() { self$n <- 0; self$w <- nn_parameter(torch_ones(2)); self$bu <- nn_buffer(torch_ones(2)) },
      inc = function() { self$n <- self$n + 1; self$n }, forward = forward, ...
    )
    jit_script(module())
  }
  refused <- function(...) expect_failure_of(of(...), "compile", "does something can't be translated|The function changes|lets it out")
  refused(function(x) { f <- function(k, d = self$inc()) { d; k }; x + f(self$n + 0) })
  refused(function(x) x + self$m2(self$n), m2 = function(a, b = self$inc()) b * 10 + a)
  refused(function(x) x + self$m2(self$inc()), m2 = function(a, b = self$n) b * 10 + a)
  refused(function(x) { g <- self$inc; f <- function(k) { g(); k }; x + f(self$n) })
  refused(function(x) { g <- self$inc; f <- function(k) { z <- self$n; z + k }; x + f(g()) })
  refused(function(x) { f <- function(a, b) b * 10 + a; x + f(b = self$inc(), a = self$n) })
  refused(function(x) self$norm(x * self$w), norm = function(v) { h <- function() v; m <- with_no_grad({ h() }); m + 1 })
  refused(function(x) self$norm(x * self$w), norm = function(v) { h <- function(u) with_no_grad(u$sum()); m <- h(v); v + m })
  refused(function(x) self$norm(x * self$w), norm = function(...) { h <- function(u) with_no_grad(u); h(...) })
})

test_that("defaults are seen through inner functions, and `inplace` through what calls for it", {
  told(function(x) { f <- function(k, d = says(1)) { g <- function() d; g() + k }; f(says(2)) }, does)
  told(function(x) { f <- function(k, d = says(1)) { g <- function(z = d) z; g() + k }; f(says(2)) }, does)
  told(function(x) { f <- function(k, d = x$add_(1)) { g <- function() { d }; g(); k }; f(x$sum()) }, "The function changes")
  told(function(x) { g <- function(d = says(1)) { h <- function() d; function(k) h() + k }; g()(says(2)) }, does)
  for (body in list(
    quote(do.call(nnf_relu, list(x, inplace = TRUE))), quote(lapply(list(x), nnf_relu, TRUE)), quote(Map(nnf_relu, list(x), TRUE)),
    quote(for (g in list(nnf_relu)) g(x, inplace = TRUE))
  )) {
    told(eval(bquote(function(x) { f <- function(k) { .(body); k }; f(x$sum()) })), "The function changes")
  }
  told(function(x) { f <- function(k, ...) { nnf_relu(x, ...); k }; f(x$sum(), inplace = TRUE) }, "The function changes")
  # a function that is a default is made of nothing
  expect_same_as_eager(function(x) { f <- function(y, step = function(y) y + 1) { for (i in 1:2) y <- step(y); y }; f(x) }, x)
  expect_same_as_eager(function(x) { f <- function(q, m) { w <- q$cumsum(1); w[1] <- 0; w * m }; f(x, x$sum()) }, x)
  expect_same_as_eager(function(x) { f <- function(p, t) { m <- torch_zeros(3, 3)$fill_diagonal_(1); m + t }; f(3, x$exp()) }, x)
  expect_same_as_eager(function(x) { f <- function(h, g) g(h) * torch_rand(3); f(torch_rand(3), torch_tanh) }, x)
})

test_that("what all branches look at is looked at, and constant fields change nothing", {
  of <- function(act, forward = function(x) self$act(self$drop(x))) {
    nn_module(initialize = function() { self$kind <- "a"; self$n <- 0; self$drop <- nn_dropout(0.5); self$bn <- nn_batch_norm1d(3) }, forward = forward, act = act, up = function(x) { self$n <- self$n + 1; x })
  }
  same <- function(generator) {
    run <- function(module) { torch_manual_seed(1); as_array(module(torch_ones(2, 3)))}
    expect_equal(run(jit_script(generator())), run(generator()))
  }
  same(of(function(x) if (self$kind == "a") x * 2 else x * 3))
  same(of(function(x) switch(self$kind, a = x * 2, b = x * 3, x)))
  same(of(function(x) switch(self$kind, b = x * 3, x + 1), function(x) self$act(self$bn(x))))
  refused <- function(generator) expect_failure_of(jit_script(generator()), "compile", does)
  refused(of(function(x) if (self$kind == "a") torch_rand(1) else x * 3))
  refused(of(function(x) switch(self$kind, a = torch_rand(1), x)))
  refused(of(function(x) if (self$n > 1) x else x * 100, function(x) self$act(self$up(x))))
  told(function(x) { f <- function(k, y) switch(k, a = y); f("b", { print("a"); x }); x }, does)
  expect_same_as_eager(function(x) { f <- function(k, y) switch(k, a = y, y * 2); f("b", { print("a"); x }) }, x)
})

# Arguments are computed at the call: what R computes later is told where it shows.

does <- "An argument that does something can't be translated"
changes <- function(name) sprintf("The function changes `%s`, which an argument of it uses. Give the argument a name", name)
told <- function(fn, pattern) expect_failure_of(jit_script(fn), "compile", pattern)

test_that("arguments that do something are told, however they call", {
  for (argument in list(
    quote(o$inc()), quote((function() { n <<- n + 1; n })()), quote(sapply(1:3, function(i) { n <<- n + 1; i })), quote(sapply(1:3, inc)),
    quote(do.call(inc, list(1))), quote(Reduce(function(x, y) inc(y), c(1, 2, 3)))
  )) {
    told(eval(bquote(function(a = 3) {
      n <- 0
      inc <- function(i) { n <<- n + i; n }
      o <- list(inc = function() { n <<- n + 1; n })
      f <- function(p, b) b
      r <- f(.(argument), 2)
      c(r, n)
    })), does)
  }
  told(function(v) { f <- function(t) { t[1] <- 9; t$sum() }; g <- function(a, b) 1; g(1, f(v)); v }, does)
  told(function(v) { g <- function(a, b) b - a; g(torch_rand(2), torch_randn(2)) + v }, does)
  # the first thing that the function does is to look at it
  expect_same_as_eager(function(a = 3) { n <- 0; bump <- function() { n <<- n + 1; n }; f <- function(k) k * 2; f(bump()) + n })
  expect_same_as_eager(function(a = 3) { n <- 0; bump <- function() { n <<- n + 1; n }; f <- function(k, m) { r <- k + m; r * 2 }; f(bump(), 3) + n })
})

test_that("tensors that a function changes in place, and its arguments read, are told", {
  outside <- function(z, s) { z$add_(1); s }
  told(function(x) { f <- function(z, s) { z$add_(1); s }; f(x, x$sum()) }, changes("x"))
  told(function(x) outside(x, x$sum()), changes("x"))
  told(function(x) { f <- function(s) { x$add_(1); s }; f(x$sum()) }, changes("x"))
  told(function(x) { f <- function(z, s) { z[1] <- 50; s }; f(x, x$sum()) }, changes("x"))
  expect_same_as_eager(function(x) { f <- function(z, s) { z$add_(1); s }; total <- x$sum(); f(x, total) + x }, torch_tensor(c(1, 2)))
  further <- "uses what the function changes, or does something"
  told(function(x) { f <- function(z, s = z$sum()$item()) { r <- 0; for (i in 1:3) { z$add_(1); r <- r + s }; r }; f(x) }, further)
  told(function(a = 3) { n <- 1; g <- function() n; f <- function(y = g()) { s <- 0; for (i in 1:3) { s <- s + y; n <<- n + 1 }; s }; f() }, further)
  later <- "when the function that is given back is first called. force\\(k\\)"
  told(function(x) { mk <- function(k) function(y) y + k; g <- mk(x$sum()); x$add_(1); g(1) }, later)
  told(function(a = 3) { mk <- function(k) function(x) x + k; n <- 1; h <- function() n; g <- mk(h()); n <- 100; g(1) }, later)
})

test_that("methods are looked at as functions are", {
  of <- function(forward, ...) {
    nn_module("Lazy",
      initialize = function() { self$n <- 1; self$i <- 0; self$h <- c(0, 0); self$b <- nn_buffer(torch_zeros(2)) }, forward = forward, ...
    )()
  }
  told <- function(pattern, ...) expect_failure_of(jit_script(of(...)), "compile", pattern)
  told(changes("n"), forward = function(x) x * self$f(self$n), f = function(p) { self$n <- 5; p })
  told(changes("b"), forward = function(x) self$g(self$b * 1), g = function(z) { self$b$add_(1); z })
  told(changes("i"), forward = function(x) { f <- function(p) { self$i <- 10; p }; x * f(self$i + 1) })
  told(does, forward = function(x) x * self$f(self$nx(), 2) + self$i, f = function(p, q) 50, nx = function() { self$i <- self$i + 1; self$i })
  same <- function(...) {
    module <- of(...)
    program <- jit_script(of(...))
    x <- torch_tensor(c(1, 2))
    for (i in 1:3) expect_equal(as_array(program(x)), as_array(module(x)))
  }
  same(forward = function(x) { k <- self$n; x * self$f(k) }, f = function(p) { self$n <- 5; p })
  same(forward = function(x) self$step(x * 2), step = function(z) { self$b$add_(z); z * 2 + self$b })
  same(forward = function(x) self$step(self$b$sum() + x), step = function(z) z * 2)
  same(forward = function(x) { v <- c(1, 2); self$h <- v; v[2] <- 50; x + self$h[2] })
})

test_that("arguments that do something stand in the function's own order", {
  told <- function(f) jit_script(f)
  order <- "must stand in the function's own order"
  expect_failure_of(told(function(x) torch_sub(other = torch_randn(2), self = torch_randn(2))), "compile", order)
  expect_failure_of(told(function(x) x$where(other = torch_randn(2), condition = torch_randn(2) > 0)), "compile", order)
  expect_failure_of(told(function(x) nnf_linear(weight = torch_randn(3, 2), input = torch_randn(2))), "compile", order)
  expect_failure_of(told(function(x) torch_sub(other = x$add_(1), self = x$sum())), "compile", order)
  expect_failure_of(told(function(n = 3) { f <- function() { cat("a\n"); 2 }; append(values = f(), x = c(f(), 1)) }), "compile", order)
  expect_failure_of(told(function(n = 3) { f <- function() { cat("a\n"); "b" }; paste(sep = f(), f()) }), "compile", order)
  x <- torch_ones(2)
  expect_same_as_eager(function(x) torch_sub(self = torch_randn(2), other = torch_randn(2)), x)
  expect_same_as_eager(function(x) torch_sub(other = x$sum(), self = torch_randn(2)), x)
  expect_same_as_eager(function(n = 3) { f <- function(k) { cat(k, "\n"); k }; rep(times = f(2L), x = f(3)) })
  expect_same_as_eager(function(n = 3) { f <- function(k) { cat(k, "\n"); k }; paste(f(1), f(2), sep = { cat("c\n"); "-" }) })
})

test_that("the names of R's grammar are no functions of a program", {
  expect_failure_of(jit_script(function(x) { `if` <- function(a, b, c) 7; if (x[1]$item() > 2) 1 else 2 }), "compile", "`if` is a part of R's grammar")
  expect_failure_of(jit_script(function(x) { `[<-` <- function(x, i, value) x; x[1] <- 5; x }), "compile", "grammar")
  expect_same_as_eager(function(x) { `+` <- function(a, b) 7; x + 1 }, torch_ones(2))
})

test_that("an argument that is set before it is asked for, or that a function given beside it changes, is not computed early", {
  lazy <- "An argument that does something"
  expect_failure_of(jit_script(function(x) { f <- function(a) { a <- 3; a }; f(x$add_(1)) }), "compile", lazy)
  expect_failure_of(jit_script(function(x) { f <- function(a, b) { b <- a; b }; f(x, x$add_(1)) }), "compile", lazy)
  changes <- "The function changes `x`, which an argument of it uses"
  expect_failure_of(jit_script(function(x) { f <- function(g, b) { g(); b }; f(function() x$add_(1), x * 2) }), "compile", changes)
  expect_failure_of(jit_script(function(x) { f <- function(g, b) { g(); b }; g <- function() x$add_(1); f(g, x * 2) }), "compile", changes)
  expect_same_as_eager(function(x) { f <- function(g, b) { b; g(); b }; f(function() x$add_(1), x * 2) }, torch_ones(2))
  expect_same_as_eager(function(x) { f <- function(a) { a <- 3; a }; f(x + 1) }, torch_ones(2))
})

pass_on <- function(x, ...) sets_it(x, ...)
sets_it <- function(x, k) { k <- 3; x * k }
changes_first <- function(x, ...) { x$add_(1); sets_it(x, ...) }
test_that("what stands in dots, goes to lapply() or comes after something computed is asked for later", {
  lazy <- "An argument that does something"
  expect_failure_of(jit_script(function(x) pass_on(x, x$add_(1))), "compile", "the function looks at each of them by itself")
  expect_failure_of(jit_script(function(x) { f <- function(x, y) { z <- x * 2; z + y }; f(x, x$add_(1)) }), "compile", lazy)
  expect_failure_of(jit_script(function(x) lapply(1:2, function(i, k) i, k = { cat("hey\n"); 1 })), "compile", lazy)
  expect_failure_of(jit_script(function(x) changes_first(x, x$sum())), "compile", "The function changes `x`")
  expect_same_as_eager(function(x) changes_first(x, 2), torch_ones(2))
  expect_same_as_eager(function(x) lapply(1:2, function(i, k) i * k, k = 3), torch_ones(2))
})

scaled_by <- function(a, s) { a$mul_(3); s }
test_that("an argument is not asked for after tensors were changed that it may have been computed from", {
  later <- "The function changes tensors, and looks at `x\\$sum\\(\\)` after that"
  told(function(x) { f <- function(l, s) { l$t$mul_(3); s }; l <- list(t = x); f(l, x$sum()) }, later)
  told(function(x) { v <- x$view(c(3, 1)); scaled_by(v, x$sum()) }, later)
  told(function(x) lapply(list(x, x), scaled_by, x$sum()), later)
  told(function(x) { l <- list(t = x); sapply(1:2, function(i, s) { l$t$add_(1); s$item() }, s = x$sum()) }, later)
  told(function(x) { n <- 1; h <- function() n * 2; f <- function(a) { n <<- 5; a }; f(h()) + n }, changes("n"))
  x <- torch_tensor(c(1, 2, 3))
  expect_same_as_eager(function(x) { v <- x$view(c(3, 1)); s <- x$sum(); scaled_by(v, s) }, x)
  expect_same_as_eager(function(x) { step <- function(w, g) { w$sub_(g); w }; step(x, 0.1 * x) }, x)
  expect_same_as_eager(function(x) { step <- function(w, g) with_no_grad({ w$sub_(g) }); step(x, 0.1 * x); x }, x)
  expect_same_as_eager(function(x) { f <- function(w, g) { w[1] <- g$sum(); w }; f(x, 0.1 * x) }, x)
  expect_same_as_eager(function(x) { f <- function(w, g) { out <- torch_zeros(3); for (i in 1:3) out[i] <- w[i] + g[i]; out }; f(x, 0.1 * x) }, x)
  expect_same_as_eager(function(x) { f <- function(w, g) { out <- list(); for (i in 1:3) out[[i]] <- w[i] + g[i]; torch_stack(out) }; f(x, 0.1 * x) }, x)
})

adds_second <- function(p, q) q + p
test_that("an argument that changes something is computed in its turn", {
  x <- torch_tensor(c(1, 2, 3))
  told(function(x) { f <- function(a, b) b + a; f(x$sum(), x$add_(1)) }, "R computes `x\\$sum\\(\\)` after `x\\$add_\\(1\\)`")
  told(function(x) { f <- function(a, b) adds_second(a, b); f(x$sum(), x$add_(1)) }, "after `x\\$add_\\(1\\)`")
  told(function(x) { f <- function(a, b) { b + a }; f(x$add_(1), x$sum()) }, "R computes `x\\$sum\\(\\)` before")
  told(function(x) { f <- function(a, b) a + b; f(b = x$sum(), a = x$add_(1)) }, does)
  expect_same_as_eager(function(x) { f <- function(a, b) a + b; f(x$sum(), x$add_(1)) }, x)
  expect_same_as_eager(function(x) { f <- function(a, b) { a; b }; f(x$add_(1), x$sum()) }, x)
})

test_that("what is asked for within with_no_grad() has no gradient in R", {
  w <- torch_tensor(c(1, 2), requires_grad = TRUE)
  out <- "within with_no_grad\\(\\), and lets it out"
  told(function(x) { f <- function(code) with_no_grad(code); f(w * 2) }, out)
  told(function(x) { g <- function(z) with_no_grad(z); f <- function(code) g(code); f(w * 2) }, out)
  told(function(x) { f <- function(code) { with_no_grad({ z <- code * 2 }); code }; f(w * 2) }, out)
  has_gradient <- function(f) expect_identical(jit_script(f)(w)$requires_grad, f(w)$requires_grad)
  has_gradient(function(x) { f <- function(code) with_no_grad({ code * 2 }); f(x * 2) })
  has_gradient(function(x) { f <- function(code) { with_no_grad({ z <- code$sum() }); z }; f(x * 2) })
  has_gradient(function(x) { f <- function(code) { y <- code * 2; with_no_grad({ z <- code$sum() }); y }; f(x * 2) })
})

test_that("what shares memory with an argument lets it out of with_no_grad() as well", {
  w <- torch_tensor(c(1, 2), requires_grad = TRUE)
  out <- "within with_no_grad\\(\\), and lets it out"
  told(function(x) { f <- function(k) with_no_grad(k$view(c(2, 1))); f(w * 2) }, out)
  told(function(x) { f <- function(...) with_no_grad(..1); f(w * 2) }, out)
  told(function(x) { f <- function(...) with_no_grad(list(...)[[1]]); f(w * 2) }, out)
  told(function(x) { f <- function(l) with_no_grad(l$k); f(list(k = w * 2)) }, out)
})

test_that("what norm layers count in is seen by its other names", {
  scripted <- function(forward, initialize = function() self$bn <- nn_batch_norm1d(2)) jit_script(nn_module("Norm", initialize = initialize, forward = forward)())
  add <- function(a, b) { z <- b$sum(); a + z }
  expect_failure_of(scripted(function(x) { m <- self$bn$running_mean; add(m * 2, self$bn(x)) }), "compile", "after `self\\$bn\\(x\\)`")
  expect_failure_of(scripted(function(x) add(self$held[[1]] * 2, self$bn(x)), function() { self$bn <- nn_batch_norm1d(2); self$held <- list(self$bn$running_mean) }), "compile", "after `self\\$bn\\(x\\)`")
  expect_s3_class(scripted(function(x) add(x * 2, self$bn(x))), "script_module")
})

test_that("a default that goes on by its name is computed when it is asked for", {
  x <- torch_tensor(c(1, 2))
  refuses <- function(fn) expect_failure_of(jit_script(fn), "compile", "when the function first asks for it")
  refuses(function(x) { f <- function(a, b = k * 2) { k <- 1; g <- function(q) a; g(b); k <- 100; a * b }; f(x) })
  refuses(function(x, k = 1) { g <- function(q) { k <<- 5; q }; f <- function(a, b = k + 1) g(b) * a; f(x) })
  refuses(function(x) { g <- function(y, q) { y$add_(5); q }; f <- function(y, b = y * 1) g(y, b); f(x$clone()) })
  refuses(function(x) { f <- function(a, b = a * 2) { mk <- function(q) function() q; h <- mk(b); a <- a + 100; h() }; f(x) })
  refuses(function(x) { f <- function(a, b = a * 2, ...) { g <- function(...) a; g(b); a <- a + 100; b }; f(x) })
  expect_failure_of(jit_script(function(x) { f <- function(a, b = k * 2) { k <- a + 1; h <- lapply(1:2, function(i, q) a, q = b); k <- a + 100; b }; f(x) }), "compile", "R may not compute the default of `b`")
  refuses(function(x) { f <- function(a, b = torch_rand(2)) { g <- function(q) { z <- torch_rand(2); z * 2 + q }; g(b) }; f(x) })
  refuses(function(x) { f <- function(z, k = z * 2) { g <- function(q) with_no_grad(q$sum()$item()); w <- g(k); k + w }; f(x * 3) })
  refuses(function(x) { f <- function(a, b = stop("need b")) { g <- function(q) 1; a * g(b) }; f(x) })
  module <- nn_module(
    initialize = function() self$n <- 0L, forward = function(x) self$two() * x,
    two = function(a = self$n) self$three(a), three = function(a) { self$n <- self$n + 1L; a * 10L }
  )
  expect_failure_of(jit_script(module()), "compile", "when the function first asks for it")
  expect_failure_of(jit_script(function(x) { f <- function(b = { cat("d\n"); 1 }) ifelse(x$sum()$item() > 100, b, 3); x * f() }), "compile", "R may not compute the default of `b`")
  expect_same_as_eager(function(x) { f <- function(a, b = a$sum()) { g <- function(q) q * 2; a * g(b) }; f(x) }, x)
  expect_same_as_eager(function(x) { f <- function(a, s = 1 / sqrt(2)) { g <- function(q, s) q * s; g(a, s) }; f(x) }, x)
  expect_same_as_eager(function(x) { f <- function(a, b = { cat("d\n"); 2 }) { force(b); g <- function(q) { cat("g\n"); q * 2 }; a * g(b) }; f(x) }, x)
})

test_that("arguments are computed once", {
  x <- torch_tensor(c(1, 2))
  count <- function(z) { cat("count\n"); length(z) }
  name <- function(z) { cat("name\n"); "abc" }
  expect_same_as_eager(function(x) x * (count(x) %% 3L), x)
  expect_same_as_eager(function(x) (count(x) %% 5L) %% 3L, x)
  expect_same_as_eager(function(x) (-count(x) + 1L) %% 3L, x)
  expect_same_as_eager(function(x) toupper(name(x)), x)
  expect_same_as_eager(function(x) strrep(name(x), count(x)), x)
  expect_same_as_eager(function(x) substr(trimws(name(x)), count(x), 2), x)
})

test_that("what compiled functions and modules do is seen", {
  x <- torch_tensor(c(1, 2))
  adds <- jit_script(function(x) x$add_(1))
  writes <- jit_script(function(x) { cat("written\n"); x * 1 })
  doubles <- jit_script(function(x) x * 2)
  told <- function(fn, pattern) expect_failure_of(jit_script(fn), "compile", pattern)
  told(function(x) { g <- function(y, b) { adds(y); b }; y <- x$clone(); g(y, y * 1) }, "looks at `y \\* 1` after that|changes")
  told(function(x) { g <- function(a, b) { cat("g\n"); a + b }; g(x, writes(x)) }, "An argument that does something")
  expect_same_as_eager(function(x) { g <- function(a, b) { z <- a * 2; z * 2 + b }; g(x, doubles(x)) }, x)
  expect_same_as_eager(function(x) { y <- x$clone(); adds(y); doubles(adds(y)) }, x)
  counts <- nn_module(initialize = function() self$n <- 0L, forward = function(x) { self$n <- self$n + 1L; x })
  holds <- nn_module(initialize = function() self$c <- jit_script(counts()), forward = function(x) self$two(self$c$n), two = function(k) { self$c(torch_ones(1)); k })
  expect_failure_of(jit_script(holds()), "compile", "calls a compiled one that changes something")
  holds <- nn_module(initialize = function() self$c <- jit_script(counts()), forward = function(x) self$c(x) + self$c$n)
  program <- jit_script(holds())
  for (i in 1:3) expect_equal(as_array(program(x)), c(1, 2) + i)
})

test_that("fields of compiled modules have the types that they were given", {
  made <- function() {
    jit_script(nn_module(
      initialize = function() { self$last <- NULL; self$l <- list(); self$s <- character(); self$one <- 1 },
      forward = function(x) { self$last <- x; self$l <- c(self$l, list(x)); self$s <- c(self$s, "a"); x }
    )())
  }
  asks <- function(m) { force(m); function(x) { m(x); list(is.null(m$last), length(m$l), length(m$s), m$one) } }
  x <- torch_ones(2)
  expect_identical(jit_script(asks(made()))(x), asks(made())(x))
})

test_that("an argument that sets a variable is seen by what reads it", {
  x <- torch_tensor(c(1, 2))
  told <- function(fn, pattern) expect_failure_of(jit_script(fn), "compile", pattern)
  told(function(x) { m <- function() { x <<- x * 2; 1 }; x$add(m()) }, "An argument sets `x`")
  told(function(x) x$add(x <- x * 2), "An argument sets `x`")
  told(function(x) { y <- 1; f <- function(a, b) b - a; f({ y <- 5; 1 }, y) }, "does something")
  told(function(x) { f <- function(a, b) { b; a }; f(x$sum(), x <- x * 2) }, "does something")
  told(function(x) { i <- 9L; f <- function(a) 1; f(for (i in 1:3) {}); i }, "does something")
  told(function(x) { y <- 1; m <- function() { y <<- 3; 3 }; torch_add(x, alpha = y, other = m()) }, "function's own order")
  told(function(x) { v <- c(1, 2); append(v, { cat("v\n"); 3 }, after = { cat("a\n"); 1L }) }, "order of its own")
  told(function(x) { v <- c(1, 2); m <- function() { v <<- c(5, 6); 1 }; Reduce(function(a, b) a + b, v, m()) }, "order of its own")
  expect_same_as_eager(function(x) { y <- x$clone(); y$add_(1)$mul_(2); y$copy_(y * 2); y }, x)
})

test_that("what arguments in dots do, R does when it looks at them", {
  refused <- function(fn, pattern) expect_failure_of(jit_script(fn), "compile", pattern)
  after <- function(p, ...) { s <- sum(...); s - p }
  before <- function(p, ...) p - sum(...)
  listed <- function(...) { l <- list(...); l[[2]] - l[[1]] }
  one <- function(...) ..1
  handed <- function(...) { k <- function(a, b) a; k(...) }
  refused(function(y = 2) after(y, y <- 5), "R computes `y` after `y <- 5` here")
  refused(function(y = 2) after(y * 2, { y <- 5; 1 }), "R computes `y \\* 2` after")
  expect_same_as_eager(function(y = 2) c(before(y, y <- 5), y))
  expect_same_as_eager(function(y = 2) c(listed(y, y <- y + 1), y))
  expect_same_as_eager(function(y = 2) c(listed(y <- 5, y), y))
  expect_same_as_eager(function(y = 2) after(p = 2, (y <- 5), 2) + y)
  for (fn in list(function(y = 2) one(y, cat("hi\n")), function(y = 2) handed(y, cat("hi\n")), function(y = 2) handed(y, b = { y <- 3; y }))) {
    refused(fn, "looks at each of them by itself")
  }
  # what is not known to be a function is none
  expect_same_as_eager(function(x) { f <- function(...) sum(sapply(list(...), function(z) z$sum()$item())); f(x, x * 2, x) }, torch_ones(2))
})

test_that("a pipe is as lazy as magrittr's", {
  x <- torch_tensor(c(1, 2, 3))
  refused <- function(fn, pattern) expect_failure_of(jit_script(fn), "compile", pattern)
  says <- function(a, b = 1) { cat("in it\n"); a + b }
  ignores <- function(a, b = 1) b
  does <- "An argument that does something can't be translated"
  refused(function(x) { cat("a\n"); x } %>% says(2), does)
  refused(function(x) x %>% says() %>% says(), does)
  refused(function(x) x$add_(1) %>% ignores(), does)
  refused(function(x) x$add_(1) %>% ignores(x$sum()), does)
  refused(function(x) { n <- 1; y <- x %>% torch_add({ n <- n + 1; n }); y * n }, "runs by itself")
  refused(function(x) { x %>% return(); x * 2 }, "runs by itself")
  refused(function(x) torch_rand(1) %>% { . + . }, "stands in several places")
  refused(function(x) { g <- function(a) with_no_grad(a); (x * 2) %>% g() }, "within with_no_grad")
  expect_same_as_eager(function(x) torch_rand(2) %>% torch_sub(torch_rand(2), .), x)
  expect_same_as_eager(function(x) (x + 1) %>% torch_add(., .), x)
  expect_same_as_eager(function(x) x$sum()$item() %>% max(2, .), x)
})

test_that("what is asked for on some ways alone has no default that changes", {
  refused <- function(fn) expect_failure_of(jit_script(fn), "compile", "R may not compute the default of `b` here")
  refused(function(fl = FALSE) { f <- function(a, b = k) { k <- 1; r <- ifelse(a, b, 0); k <- 2; b + r }; f(fl) })
  refused(function(fl = FALSE) { f <- function(a, b = k) { k <- 1; v <- c(1, 2); r <- ifelse(v > 5, b, 0); k <- 2; b + r }; f(fl) })
  refused(function(x) { f <- function(b = x$sum()$item()) { r <- ifelse(FALSE, b, 0); x$add_(1); b + r }; f() })
  refused(function(n = 0L) { f <- function(b = k) { k <- 1; lapply(seq_len(n), function(i, q) q, b); k <- 2; b }; f() })
  expect_same_as_eager(function(fl = FALSE) { f <- function(a, b = a * 2) { r <- ifelse(fl, b, 0); b + r }; f(3) })
})

test_that("a function asks for what comes after its loops", {
  two <- function(fn) expect_same_as_eager(fn, 3L, types = list(n = "int"))
  for (fn in list(
    function(n) { f <- function(i, j) { s <- 0; for (q in 1:i) s <- s + q; s + j }; f({ cat("i\n"); n }, { cat("j\n"); 2 }) },
    function(n) { f <- function(i, j) { while (i > 1) { i <- i - 1; if (i == 2) break }; i + j }; f({ cat("i\n"); n }, { cat("j\n"); 2 }) },
    function(n) {
      roots <- seq_len(n)
      root <- function(roots, i) { while (roots[i] != i) i <- roots[i]; i }
      join <- function(i, j) { a <- root(roots, i); b <- root(roots, j); if (a != b) roots[a] <<- b }
      join(1L, 2L)
      join(roots[2], roots[3])
      roots
    },
    function(n) { f <- function(i) { force(i); n <<- n + 1L; i }; f(n * 2L) + f(n + 1L) }
  )) two(fn)
  refused <- function(fn, pattern) expect_failure_of(jit_script(fn, n = "int"), "compile", pattern)
  refused(function(n) { f <- function(i, j) { for (q in 1:i) cat("q\n"); j }; f(n, { cat("j\n"); 2 }) }, "when the function first asks for it")
  refused(function(n) { f <- function(i, j) { i > 1 && return(0); i + j }; f(n, { cat("j\n"); 2 }) }, "when the function first asks for it")
  refused(function(n) { f <- function(i, j) { while (i > 1) { i <- i - 1; j <- 5 }; i + j }; f(n, { cat("j\n"); 2 }) }, "when the function first asks for it")
  refused(function(n) { f <- function(i, j) { for (q in 1:i) n <<- n + 1L; j }; f(n, n * 2L) }, "which an argument of it uses")
})

test_that("nn_sequential() looks at its arguments when its first module does", {
  x <- torch_tensor(c(1, 2))
  counts <- nn_module(initialize = function() self$n <- 0, forward = function(x) { self$n <- self$n + 1; x * self$n })
  writes <- nn_module(forward = function(x) { print("in"); x })
  looks <- nn_module(forward = function(x) { x <- x + 1; print("in"); x })
  draws <- nn_module(forward = function(x) { noise <- torch_randn(2); x + noise })
  of <- function(..., forward) nn_module(initialize = function() self$s <- nn_sequential(...), forward = forward)()
  refused <- function(module, pattern = "when the function first asks for it") expect_failure_of(jit_script(module), "compile", pattern)
  refused(of(counts(), forward = function(x) self$s(self$s(x))))
  refused(of(counts(), forward = function(x) self$s$forward(self$s(x))))
  refused(of(counts(), forward = function(x) self$s(x * self$s[[1]]$n)), "which an argument of it uses")
  refused(of(draws(), forward = function(x) self$s(nnf_dropout(x, 0.5))))
  refused(of(nn_sequential(writes()), forward = function(x) self$s({ print("arg"); x })))
  refused(of(writes(), forward = function(x) { f <- function(i) self$s(i); f({ print("arg"); x }) }))
  refused(of(looks(), writes(), forward = function(x) { f <- function(i, j) { self$s(i); j }; f(x, { print("arg"); x }) }))
  captured <- nn_sequential(writes())
  refused(function(x) captured({ print("arg"); x }))
  same <- function(module) expect_same_as_eager(module, x)
  same(of(looks(), writes(), forward = function(x) self$s({ print("arg"); x })))
  same(of(nn_sequential(looks(), writes()), forward = function(x) { f <- function(i) self$s(i); f({ print("arg"); x }) }))
  same(of(nn_identity(), nn_relu(), forward = function(x) { f <- function(i, j) { self$s(i); j }; f(x, { print("arg"); x }) }))
  same(of(nn_linear(2, 2), draws(), forward = function(x) self$s(nnf_dropout(x, 0.5))))
  same(of(forward = function(x) self$s(self$s(x))))
})

test_that("an argument is what it was at its first use, also one out of a list that is changed then", {
  x <- torch_tensor(c(1, 2))
  for (use in alist(
    { l <- list(a = n, b = 3L); f <- function(a) { force(a); l$b <<- l$b + 1L; a }; list(f(l$b), l) }, { l <- list(h = x, c = x + 1); f <- function(h) { y <- torch_tanh(h); l$h <<- y; list(h, y) }; f(l$h) },
    { l <- list(a = 1, b = 2); f <- function(a) { r <- a; l$b <<- 9; c(r, a) }; f(l$b + 0) }, { l <- list(p = list(a = 1, b = "z")); f <- function(a) { r <- a; l$p$b <<- "q"; paste(r, a) }; f(l$p$b) },
    { l <- list(n, "z"); f <- function(a) { r <- a; l[[1]] <<- 7L; c(r, a) }; f(l[[1]]) }, { l <- list(a = 1, b = 2); f <- function(a) { r <- a; l <<- list(a = 5, b = 6); c(r, a) }; f(l[["b"]]) },
    { l <- list(a = 1, b = 2); f <- function(a = l$b) { force(a); l$b <<- 7; a }; f() }, { l <- list(k = n, m = 3L); f <- function(k, m) { l$m <<- 70L; c(k, m) }; do.call(f, l) },
    { l <- list(a = x, b = 2); f <- function(...) { r <- list(...); l$a <<- l$a * 2; list(r, list(...)) }; f(l$a, l$b) }, { l <- list(a = 1, b = 2); f <- function(a) list(a, { l$a <<- l$b; 1L }, a); f(l$a) },
    { f <- function(a) { r <- a; n <<- 9L; c(r, a) }; f(n + 0L) }, { f <- function(a = x[1]$item()) { force(a); x$mul_(3); a }; f() },
    { f <- function(a = x[n]$item()) { r <- a; u <- x$view(-1); u$mul_(3); list(r, a) }; f() }, { f <- function(...) { r <- list(...); x$mul_(3); list(r, list(...), ..1) }; f(x[1]$item()) }
  )) {
    expect_same_as_eager(eval(bquote(function(x, n = 2L) .(use))), x)
  }
  # what stands behind `$` is no argument
  of <- function(forward) nn_module(initialize = function() self$p <- list(a = 1, b = 2), forward = forward, f = function(a) { self$p$a <- self$p$a + 1; a })()
  for (forward in list(
    function(x) { f <- function(a) { self$p$a <- 9; a }; f(self$p$a) }, function(x) self$f(self$p$a), function(x) { f <- function(a) { g <- function(b) { self$p$b <- 9; b }; g(a) }; f(self$p[["b"]]) }
  )) {
    expect_failure_of(jit_script(of(forward)), "compile", changes("p"))
  }
})

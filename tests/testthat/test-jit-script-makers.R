# Functions from around that give functions are put in where they are called.

make_adder <- function(k) function(x) x + k
make_forced <- function(k) { force(k); function(x) x + k }
make_counter <- function() { n <- 0; function() { n <<- n + 1; n } }
compose <- function(f, g) function(x) g(f(x))
activation_of <- function(name) if (name == "relu") torch_relu else torch_tanh
same <- function(fn) expect_same_as_eager(fn, torch_tensor(c(-1, 2)))
refused <- function(fn, pattern) expect_failure_of(jit_script(fn), "compile", pattern)

test_that("what they give is called", {
  same(function(x) { add <- make_adder(2); add(x) })
  same(function(x) make_adder(x)(x))
  same(function(x) { k <- 2; add <- make_forced(k); k <- 3; add(x) })
  same(function(x) { h <- compose(make_adder(1), make_adder(3)); h(x) })
  same(function(x) { a <- make_counter(); for (i in 1:3) a(); b <- make_counter(); x + a() + b() })
  same(function(x) { h <- Reduce(compose, list(make_adder(1), torch_relu)); lapply(list(x, x), h) })
  same(function(x) { act <- activation_of("relu"); other <- activation_of("tanh"); act(x) + other(x) })
  refused(function(x, name = "relu") { act <- activation_of(name); act(x) }, "What only R has can't be chosen")
  refused(function(x) make_adder(2), "can't return a function")
})

test_that("an argument that R computes later is not changed before", {
  refused(function(x) { k <- 2; add <- make_adder(k); k <- 3; add(x) }, "whose result may not have looked at it yet")
  refused(function(x) { l <- list(1, 2); add <- make_adder(l[[1]]); l[[1]] <- 5; add(x) }, "whose result may not have looked at it yet")
  refused(function(x) { y <- x * 1; add <- make_adder(y + 1); y$add_(1); add(x) }, "the program changes tensors in place, or does without gradients. force\\(k\\)")
  same(function(x) { y <- x * 1; add <- make_adder(y); y$add_(1); add(x) })
  # of functions made within, too
  refused(function(x) { make <- function(k) function(x) x + k; k <- 2; add <- make(k); k <- 3; add(x) }, "whose result may not have looked at it yet")
  refused(function(x) { make <- function(k) function(x) x + k; y <- x * 1; add <- make(y + 1); y$add_(1); add(x) }, "the program changes tensors in place")
})

test_that("a function made in a loop may be called after it", {
  x <- torch_tensor(c(1, 2))
  for (fn in list(
    function(x) { mk <- function(k) function(z) z * k; for (i in 1:2) { m <- mk(i); x <- m(x) }; m(x) }, function(x) { mk <- function(k) function(z) z * k; for (i in 1:2) { m <- mk(i + 1L); x <- m(x) }; m(x) },
    function(x) { mk <- function(k) function(z) z * k; for (i in 1:3) { m <- mk(i); if (x[1]$item() > 1) break; x <- m(x) }; m(x) },
    function(x) { mk <- function(k) function(z) z * k; a <- x$sum()$item(); repeat { m <- mk(a); x <- m(x); if (x[1]$item() > 5) break }; m(x) }
  )) {
    expect_same_as_eager(fn, x)
  }
})

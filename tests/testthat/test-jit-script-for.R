# What `for` sets is a variable as any other.

refused <- function(fn, pattern) expect_failure_of(jit_script(fn), "compile", pattern)
x <- torch_tensor(c(1, 2, 3))
adds_one <- function(z) z + 1
relu <- nn_relu()
maker <- function(n) function(z) z * n
composed <- function(f) function(z) f(z)

test_that("a counter is no longer what a function was made with", {
  lent <- "went into `.*`, whose result may not have looked at it yet"
  refused(function(x) { n <- 1; g <- maker(n); for (n in 1:3) x <- x + 1; g(x) }, lent)
  refused(function(x) { mk <- function(...) function(z) z * ..1; n <- 1; g <- mk(n); for (n in 1:3) x <- x + 1; g(x) }, lent)
  refused(function(x) { m <- adds_one; g <- composed(m); for (m in list(relu, relu)) x <- m(x); g(x) }, lent)
  refused(function(x) { for (i in 1:2) { g <- maker(i); for (i in 4:5) x <- x + 1; x <- g(x) }; x }, lent)
  refused(function(x) { g <- adds_one; for (m in list(adds_one, relu)) { x <- g(x); g <- composed(m) }; g(x) }, lent)
  expect_exactly_eager(function(x) { for (m in list(adds_one, relu)) { g <- composed(m); x <- g(x) }; x }, x)
})

test_that("a loop within a loop sets what the next round looks at", {
  refused(function(x) { g <- adds_one; for (i in 1:2) { x <- g(x); for (g in list(relu)) x <- x + 0 }; x }, "is set anew in a loop")
  refused(function(x) { for (i in 1:2) { x <- adds_one(x); for (adds_one in list(relu)) x <- x + 0 }; x }, "is set anew in a loop")
  refused(function(x) { k <- 5; for (i in 1:2) { x <- x + k; for (k in list(7, x)) x <- x * 1 }; x }, "`k` is a number before the loop")
  expect_exactly_eager(function(x) { k <- 5; for (i in 1:2) { x <- x + k; for (k in list(7, 8)) x <- x * 1 }; x }, x)
  expect_exactly_eager(function(x) { n <- 4; f <- function() { for (i in 1:2) { x <- x + n; for (n in 7:8) x <- x * 1 }; x }; f() + n }, x)
  expect_exactly_eager(function(x) { n <- 4; f <- function() { g <- function() n; for (i in 1:2) { x <- x + g(); for (n in 7:8) x <- x * 1 }; x }; f() + n }, x)
})

test_that("what a function makes of a counter is not taken for its last element", {
  after <- "`n` is not known after its loop"
  refused(function(x) { f <- function() { n <<- n * 10; n }; r <- c(); for (n in c(1, 2)) { f(); r <- c(r, n) }; list(r, n) }, after)
  refused(function(x) { n <- 1; f <- function() { n <<- n + 1; n }; for (n in 5:6) x <- x + f(); list(x, n) }, after)
  expect_exactly_eager(function(x) { n <- 1; f <- function() { n <<- n + 1; n }; for (n in 5:6) x <- x + f() + n; x }, x)
})

test_that("what a loop or a branch puts something else in the place of is computed", {
  expect_same_as_eager(function(x) { y <- torch_rand(2); for (y in 1:3) x <- x + y; x + torch_rand(1) }, x)
  expect_same_as_eager(function(x) { y <- torch_rand(2); for (y in list(x, x)) x <- x + y; x + torch_rand(1) }, x)
  expect_same_as_eager(function(x) { y <- torch_rand(2); for (y in list(adds_one, relu)) x <- y(x); x + torch_rand(1) }, x)
  expect_same_as_eager(function(x) { y <- torch_rand(2); if (x$sum()$item() > 3) y <- 3; x + torch_rand(1) }, x)
  expect_same_as_eager(function(x) { y <- torch_rand(2); if (x$sum()$item() > 30) y <- 3; x + torch_rand(1) }, x)
  for (fn in list(
    function(x) { y <- x[7]; for (y in 1:3) x <- x + y; x }, function(x) { y <- x[7]; if (x$sum()$item() > 3) y <- x; x },
    function(x) { y <- x[7]; while (x$sum()$item() < 10) { x <- x + 1; y <- x }; x }
  )) {
    expect_error(fn(x), "out of range")
    expect_failure_of(jit_script(fn)(x), "program", "out of range")
  }
})

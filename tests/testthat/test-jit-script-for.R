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

test_that("a loop over nothing sets its counter to NULL", {
  nothing <- "is NULL after a loop over nothing"
  refused(function(x) { i <- 4; for (i in NULL) x <- x + 1; i }, nothing)
  refused(function(x) { i <- 4; f <- function(...) { for (i in list(...)) x <- x + i; i }; f(2) + f() }, nothing)
  refused(function(x) { i <- 3; if (x$sum()$item() > 3) for (i in NULL) x <- x + 1; is.null(i) }, nothing)
  refused(function(x) { i <- 3; for (j in 1:2) { print(is.null(i)); for (i in NULL) x <- x + 1 }; x }, nothing)
  refused(function(x) { i <- adds_one; for (i in list()) x <- x + 1; i(x) }, "There is no function `i\\(\\)`")
  expect_exactly_eager(function(x) { i <- 4; for (i in NULL) x <- x + 1; x }, x)
})

test_that("a function leaves its own loops alone", {
  outside <- "stands outside a loop. A function can't leave the loop that calls it"
  refused(function(x) { f <- function(i) { if (i == 2) next; i }; for (i in 1:4) x <- x + f(i); x }, outside)
  refused(function(x) { for (i in 1:4) { f <- function() { break }; f(); x <- x + i }; x }, outside)
  refused(function(x) sapply(1:3, function(i) { if (i > 1) next; i }), outside)
  refused(function(x) Reduce(function(a, b) { if (b > 2) break; a + b }, 1:4), outside)
  refused(function(x) { break; x }, "`break` stands outside a loop")
  expect_exactly_eager(function(x) { f <- function(z) { for (i in 1:5) { if (i == 3) break; z <- z + i }; z }; for (k in 1:2) x <- f(x); x }, x)
})

test_that("a default that a loop sets is not computed before it", {
  default <- "`b` is set here, whose default R may compute later, or never"
  refused(function(x, n = 2L) { f <- function(z, b = length(z)) { for (i in seq_len(n)) { z <- torch_cat(list(z, z)); b <- b + 1L }; b }; f(x) }, default)
  refused(function(x) { f <- function(z, b = z) { repeat { z <- z * 2; b <- b + z; if (b$sum()$item() > 100) break }; b }; f(x) }, default)
  refused(function(x, n = 2L) { f <- function(b = x$sum()) { for (i in seq_len(n)) { x$add_(1); if (i > 5L) b <- x }; b }; f() }, default)
  refused(function(x, n = 1L) { f <- function(b = { print("d"); 2 }) { for (i in seq_len(n)) b <- i; print("later"); b }; f() }, default)
  refused(function(x) { f <- function(b = k) { k <- 2; h <- function() { for (i in 1:2) b <- 7; 3 }; k <- h(); b }; f() }, default)
  expect_exactly_eager(function(x, n = 2L) { f <- function(z, k = 0) { for (i in seq_len(n)) k <- k + 1; z * k }; f(x) }, x)
  expect_exactly_eager(function(x, n = 2L) { f <- function(z, b = length(z)) { force(b); for (i in seq_len(n)) { z <- torch_cat(list(z, z)); b <- b + 1L }; b }; f(x) }, x)
})

test_that("a loop's own variable and one of the function around are not mixed up", {
  both <- "`<-` sets `.` of the function here, and `<<-` the `.` around it"
  refused(function(x, n = 0L) { b <- 1; f <- function() { for (i in seq_len(n)) b <- 100; b <<- 5; b }; c(f(), b) }, both)
  refused(function(x, n = 2L) { b <- 1; g <- function() b <<- b + 1; f <- function() { for (i in seq_len(n)) { g(); b <- b * 10 }; b }; c(f(), b) }, both)
  refused(function(x) { l <- list(a = 1); g <- function() l$a <<- l$a + 1; f <- function() { for (i in 1:2) { g(); l$a <- l$a * 10 }; l$a }; f() }, both)
  refused(function(x) { k <- 0; nx <- function() { k <<- k + 1; k }; f <- function() { while (nx() < 3) { x <- x + k; if (k > 1) k <- 50 }; x }; f() }, both)
  refused(function(x, n = 2L) { mk <- function(k) function() { for (i in seq_len(n - 2L)) k <- 3; k <<- k + 7; k }; f <- mk(1); c(f(), f()) }, both)
  expect_exactly_eager(function(x, n = 2L) { k <- 1; f <- function(z) { for (i in seq_len(n)) k <- k + 1; z * k }; f(x) * k }, x)
})

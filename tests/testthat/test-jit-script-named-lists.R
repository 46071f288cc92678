# Lists with names, joined and named anew.

x <- torch_tensor(c(1, 2, 3))
refused <- function(fn, pattern) expect_failure_of(jit_script(fn), "compile", pattern)

test_that("c() joins lists with names", {
  expect_same_as_eager(function(x) c(list(a = 1), list(b = 2)), x)
  expect_same_as_eager(function(x) { l <- list(a = 1, b = x); q <- c(l, list(c = "z")); q$b <- x + 1; list(q, l) }, x)
  expect_same_as_eager(function(x) { l <- list(a = 1); l <- c(l, d = 5L, e = x); list(l, names(l)) }, x)
  expect_same_as_eager(function(x) { l <- list(a = c(1, 2), b = x); q <- c(l, list(c = list(1, 2))); q$a[1] <- 9; list(q, l) }, x)
  expect_same_as_eager(function(x) c(list(), list(a = 1), NULL), x)
  expect_same_as_eager(function(x) { f <- function(...) { o <- c(list(scale = 2), list(...)); o$scale * o$k }; f(k = 3) }, x)
  refused(function(x) c(list(a = 1), list(a = 2)), "`a` would be in the list twice")
  refused(function(x) c(list(a = 1), list(2)), "can't join a list with names and a list")
})

test_that("lists get other names", {
  expect_same_as_eager(function(x) setNames(list(x, 2), c("a", "b")), x)
  expect_same_as_eager(function(x) { l <- list(a = 1, b = 2L); names(l) <- c("p", "q"); l }, x)
  expect_same_as_eager(function(x) { l <- list(a = 1, b = 2L); names(l) <- NULL; l }, x)
  expect_same_as_eager(function(x) { l <- lapply(1:3, function(i) x * i); names(l) <- c("p", "q", "r"); l }, x)
  expect_same_as_eager(function(x) { l <- list(c(1, 2), x); m <- l; names(m) <- c("a", "b"); m$a[1] <- 7; list(l, m) }, x)
  halves <- jit_script(function(x, n = 2L) { l <- lapply(seq_len(n), function(i) x / i); names(l) <- c("p", "q"); l$q })
  expect_equal(as_array(halves(x)), c(0.5, 1, 1.5))
  expect_failure_of(halves(x, 3L), "program", "there are 2 names, and the list has another length")
  refused(function(x) { v <- c(1, 2); names(v) <- c("p", "q"); v }, "A vector with names is no value of a program")
  refused(function(x, s = "z") { l <- list(1, 2); names(l) <- c("b", s); l }, "Names must be known")
  refused(function(x) { l <- list(1, x); names(l) <- "b"; l }, "There must be 2 names")
})

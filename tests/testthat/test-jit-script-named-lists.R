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

test_that("an empty list has nothing to remove", {
  begun <- list()
  for (use in alist(
    { l <- begun; l[["a"]] <- NULL; length(l) }, { l <- list(); l$a <- NULL; l$b <- x; l }, { l <- list(); for (i in 1:3) { l[["a"]] <- NULL; l[[paste0("k", i)]] <- x }; l },
    { l <- list(k = list()); l$k$a <- NULL; l$k$b <- x; l }, { f <- function(o = list()) { o$a <- NULL; o$n <- 3; names(o) }; f() }, { l <- c(); l$a <- NULL; is.null(l) },
    { f <- function(...) { l <- list(...); l$k <- NULL; length(l) }; f() + f(k = 1) + f(a = 1) }, { l <- list(); l[[1]] <- NULL; length(l) }, { l <- list(); l[[{ cat("i\n"); "a" }]] <- NULL; length(l) }
  )) {
    expect_same_as_eager(eval(bquote(function(x) .(use))), torch_ones(2))
  }
})

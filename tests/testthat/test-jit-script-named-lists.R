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

test_that("a list from around the function may be changed in the program", {
  x <- torch_ones(2)
  config <- list(lr = 0.1, depth = 3L, opts = list(a = 1, b = "z"))
  partly <- list(f = torch_relu, n = 2L)
  absent <- list(lr = 0.1, depth = NULL)
  numbers <- list(1, 2, 3)
  for (use in alist(
    { k <- config; k$depth <- 5L; x * k$depth }, { k <- config; k$depth <- x; k$depth + k$lr }, { k <- absent; k$depth <- "b"; if (is.null(k$depth)) x else -x }, { k <- config; k$opts$c <- x; k$opts$b <- "n"; k$opts },
    { k <- config; for (i in 1:3) k$depth <- k$depth + 1L; k$depth }, { k <- config; m <- k; m$lr <- 6; list(k$lr, m$lr, config$lr) }, { k <- config; k$lr <- NULL; names(k) }, { k <- config; f <- function() k$lr <<- 5; f(); k$lr },
    { f <- function(o = config) { o$lr <- o$lr * 2; o }; list(f()$lr, f(config)$opts$b, config$lr) }, { k <- numbers; k[[2]] <- 5; k[[4]] <- 0.5; k },
    { k <- partly; k$n <- 5L; k$f(x) * k$n }, { k <- partly; k$f <- torch_tanh; k$f(x) }, { k <- partly; f <- function() k$n <<- 5; f(); k$n }, { f <- function(o) { o$n <- o$n * 2L; o }; a <- f(partly); a$f(x) * a$n * partly$n }
  )) {
    expect_same_as_eager(eval(bquote(function(x) .(use))), x)
  }
  fn <- function(x, b = TRUE) { k <- config; if (b) k$lr <- 5; x * k$lr }
  for (b in c(TRUE, FALSE)) expect_same_as_eager(fn, x, b)
  refused <- function(fn, pattern) expect_failure_of(jit_script(fn), "compile", pattern)
  refused(function(x) { k <- partly; if (x[1]$item() > 0) k$n <- 3L; k$f(x) * k$n }, "one thing or another that only R has")
  refused(function(x) { k <- partly; for (i in 1:3) k$n <- k$n + 1L; k$n }, "is set anew in a loop")
  refused(function(x) { k <- partly; k$n <- x; k$n }, "can't be changed by a program")
})

test_that("modifyList() puts elements in the place of others", {
  x <- torch_ones(2)
  config <- list(lr = 0.1, depth = 3L, opts = list(a = 1, b = "z"))
  partly <- list(f = torch_relu, n = 2L)
  for (use in alist(
    { k <- modifyList(config, list(lr = x, opts = list(a = 5))); list(k$lr, k$opts$a, k$opts$b, names(k)) }, { k <- modifyList(config, list(lr = NULL, new = "q")); list(names(k), k$new) }, modifyList(list(a = 1, b = x), list(b = 2, c = x)),
    modifyList(list(a = 1, b = x), list()), modifyList(list(), list(a = 1)), modifyList(list(a = list(1, 2)), list(a = 3)), modifyList(list(a = 3), list(a = list(1))), modifyList(list(a = 3, b = 2), list(b = NULL)),
    { k <- modifyList(partly, list(n = 5L)); k$f(x) * k$n }, { k <- modifyList(partly, partly); k$f(x) * k$n }, { f <- function(...) { o <- modifyList(list(a = 1, b = 2), list(...)); o$a + o$b }; f(b = 5) + f() + f(a = 7, b = 1) },
    { k <- list(a = 1, b = x); m <- modifyList(k, list(a = 2)); list(k, m) }
  )) {
    expect_same_as_eager(eval(bquote(function(x) .(use))), x)
  }
  expect_failure_of(jit_script(function(x) modifyList(list(a = list(1, 2)), list(a = list(3)))), "compile", "takes lists with known names here")
  expect_failure_of(jit_script(function(x) modifyList(list(a = 1), list(a = 2), keep.null = TRUE)), "compile", "takes two lists here")
})

test_that("lists within lists from around the function are changed in the program, and not outside it", {
  x <- torch_tensor(c(1, 2))
  options <- list(rate = 0.1, steps = 3L, name = "sgd", layers = list(a = 1, b = 2))
  before <- options
  for (use in alist(
    { options$rate <- options$rate * n; options$rate + options$steps }, { for (i in seq_len(n)) options$rate <- options$rate / 2; options },
    { options$layers$a <- x; options$layers }, { if (n > 2L) options$layers$a <- 5; options$layers$a }, { options$name <- NULL; options$new <- x; names(options) },
    { f <- function() { options$layers$a <- 5; options$layers$a }; f() + options$layers$a }, { options$layers[["a"]] <- options$layers[["b"]] + n; options }
  )) {
    expect_same_as_eager(eval(bquote(function(x, n = 2L) .(use))), x)
  }
  expect_identical(options, before)
})

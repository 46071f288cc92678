# R's values are held by one name alone, and computed once, when R computes them.

of_a <- list(a = "float")
same <- function(fn) expect_same_as_eager(fn, 3, types = of_a)
refused <- function(fn, pattern) expect_failure_of(jit_script(fn, a = "float"), "compile", pattern)

test_that("a list that a branch chooses, or that stands alone in c(), is shared", {
  same(function(a) { x <- c(a, 1); z <- c(a, 2); y <- if (a > 1) x else z; x[1] <- 9; y })
  same(function(a) { x <- c(a, 1); g <- function(v) { if (v[1] > 1) return(v); c(0, 0) }; y <- g(x); x[1] <- 9; y })
  same(function(a) { x <- c(a, 1); l <- list(); for (i in 1:3) { l[[i]] <- if (i > 1) x else c(0, 0); x[1] <- 9 * i }; unlist(lapply(l, function(e) e[1])) })
  same(function(a) { v <- c(1, 2, 3); s <- 0; for (e in if (a > 0) v else v) { v[3] <- 100; s <- s + e }; s })
  same(function(a) { x <- c(a, 1); y <- switch(if (a > 1) "p" else "q", p = x, q = c(1, 2)); x[1] <- 9; y })
  same(function(a) { x <- c(a, 1); y <- c(NULL, x); x[1] <- 9; y })
  same(function(a) { x <- c(a, 1); d <- list(); for (i in 1:3) { d[[i]] <- c(x); x[1] <- i }; unlist(lapply(d, function(e) e[1])) })
  same(function(a) { x <- c(a, 1); s <- 0; for (e in c(x)) { x[2] <- 100; s <- s + e }; s })
  same(function(a) { v <- c(a, 1, 2); sapply(c(v), function(x) { v[3] <<- 100; x }) })
})

test_that("functions that are given back have the arguments that R has looked at", {
  same(function(a) { mk <- function(v) { n <- length(v); function(i) v[i] + n }; w <- c(a, 1); g <- mk(w); w[1] <- 99; g(1) })
  same(function(a) { mk <- function(start) { n <- start; list(inc = function() { n <<- n + 1; n - start }) }; k <- a; o <- mk(k); k <- 100; o$inc() })
  same(function(a) sapply(1:3, function(i) { j <- i; g <- (function(k) { force(k); function() k })(j); j <- 50; g() }))
  lent <- "whose result may not have looked at it yet"
  refused(function(a) { mk <- function(...) function() ..1; k <- a; o <- mk(k); k <- 100; o() }, lent)
  refused(function(a) { mk <- function(v) function() v[1]; w <- c(a, 1); g <- mk(w); w[1] <- 99; g() }, lent)
  refused(function(a) { mk <- function(k) function(x) x + k; y <- 0; for (i in 1:3) { g <- mk(i * 10); i <- 100; y <- g(y) }; y }, lent)
  refused(function(a) { comp <- function(f, g) function(x) g(f(x)); h <- comp(function(x) x + 1, function(x) x * 2); h <- comp(h, h); h(a) }, lent)
})

test_that("what is gone through is what it was at first", {
  same(function(a) { v1 <- c(1, 2); v2 <- c(5, 6); s <- 0; for (e in list(v1, v2)) { s <- s + e[1]; v2[1] <- 100 }; s })
  same(function(a) { x <- 3; a <- 0; for (e in list("s", x)) { x <- x + 1; if (is.numeric(e)) a <- e }; a })
  same(function(a) { x <- list(p = a, q = 2); for (e in x) x$q <- x$q + e; x$q })
  same(function(a) { x <- 1; l <- lapply(list("s", x), function(e) { x <<- x + 1; e }); l[[2]] })
  same(function(a) { v <- c(1, 2); unlist(lapply(list(v, v), function(e) { v[1] <<- 100; e[1] })) })
  same(function(a) { v <- c(1, 2, 3); w <- c(1, 1, 1); mapply(function(x, y) { v[3] <<- 100; x + y }, v, w) })
  same(function(a) { r <- list(p = a, q = 2); l <- lapply(r, function(e) { r$q <<- 100; e }); l$q })
  # through three loops, of which libtorch's interpreter loses the innermost one's list
  same(function(a) { v <- c(3, a); n <- a; for (i in 1:2) for (j in 1:2) { v[1] <- 4; for (x in v) n <- n + x }; n })
  same(function(a) { y <- 0; z <- 0; for (i in 1:3) { y <- y + 1; for (j in 1:3) z <- z + y }; for (j in 1:3) { y <- y + 1; z <- z * 2 }; y + z + a })
  same(function(a) { y <- 1; z <- 0; if (a > 1) { y <- y + 1; for (j in 1:3) z <- z + y }; y + z })
})

test_that("conditions and tests compute what they ask once", {
  same(function(a) { k <- 1; f <- function() { k <<- 7; TRUE }; r <- a < 0 || f(); stopifnot(a > 0 && f()); k })
  same(function(a) { x <- c(a, 1); y <- c(0, 0); if (a > 0 && { y <- x; TRUE }) y[1] <- 50; x[2] <- 7; c(x, y) })
  same(function(a) { n <- a; b <- function() { n <<- n + 1; n > 3 }; if (!b()) 1; if (!!b()) 2; while (!b()) {}; n })
  same(function(a) { n <- a; g <- function() { n <<- n + 1; list(p = n, q = 2) }; r <- is.null(g()$p) || is.null(g()[["q"]]); list(n, r) })
  same(function(a) { n <- 7; stopifnot({ n <- n + 1; n > 2 }); n + 1 })
  expect_same_as_eager(function(x) { if (!(x$add_(1)$sum()$item() > 100)) y <- 1 else y <- 2; x + y }, torch_tensor(c(1, 2)))
})

test_that("what is computed for nothing but its type or length is computed", {
  large <- function(z) { z$add_(1); z$sum()$item() > 4 }
  more <- function(z) { z$add_(1); z }
  told <- function(z) { cat("called\n"); z$sum()$item() }
  on_x <- function(fn) {
    expected <- {
      x <- torch_tensor(c(1, 2))
      output <- utils::capture.output(value <- fn(x))
      list(plain_values(value), plain_values(x), output)
    }
    program <- jit_script(fn)
    for (i in 1:3) {
      x <- torch_tensor(c(1, 2))
      output <- utils::capture.output(value <- program(x))
      expect_equal(list(plain_values(value), plain_values(x), output), expected)
    }
  }
  on_x(function(x) { if (large(x)) {}; if (!large(x)) 1; if (large(x)) invisible(); x })
  on_x(function(x) if (told(x) > 0) 5 else 5)
  on_x(function(x) { stopifnot(is_torch_tensor(x$add_(1))); x })
  on_x(function(x) { r <- c(is.null(x$add_(1)), is.numeric(told(x)), is.integer(length(more(x)))); x * sum(r) })
  on_x(function(x) list(p = x$add_(1), q = 2)$q + length(list(x$add_(1), 2)) + c(told(x), 2)[[2]])
  on_x(function(x) { s <- 0; for (i in seq_along(c(told(x), 1))) s <- s + i; s })
  on_x(function(x) { f <- function() list(s = x$add_(1), k = 7); f()$k })
  same(function(a) { n <- 1; b <- function() { n <<- n + 1; 3 }; v <- 1:b(); w <- seq_len({ n <- n + 1; n }); c(n, v, w) })
  same(function(a) { n <- 1L; b <- function() { n <<- n + 1L; n }; v <- seq(1L, 4L, by = b()); c(n, v) })
  lazy <- "An argument that does something can't be translated"
  expect_failure_of(jit_script(function(x) { f <- function(p, b) b; f(x$add_(1), 2) }), "compile", lazy)
  expect_failure_of(jit_script(function(x) { f <- function(p, b) b; f(told(x), 2) }), "compile", lazy)
  refused(function(a) { n <- 0; f <- function() { n <<- n + 1; n }; ifelse(f() == 1, f(), f() * 10) }, "looks at one side only")
})

test_that("functions and defaults are what they are in each round of a loop", {
  anew <- "is set anew in a loop, and what it is must be known"
  refused(function(a) { f <- function(x) x + 1; y <- a; for (i in 1:3) { y <- f(y); f <- function(x) x * 2 }; y }, anew)
  refused(function(a) { f <- function(x) x + 1; y <- a; sapply(1:3, function(i) { y <<- f(y); f <<- function(x) x * 2; y }) }, anew)
  same(function(a) { mk <- function(k) { force(k); function(x) x + k }; y <- a; for (i in 1:3) { g <- mk(i * 10); y <- g(y) }; y })
  same(function(a) { n <- 0; bump <- function() { n <<- n + 1; n }; sapply(1:3, function(i, g) g(), bump) })
  same(function(a) { n <- 0; f <- function() { n <<- n + 1; n }; lapply(1:3, function(i, g) { g(); 1 }, g = f); n })
  same(function(a) { n <- 0; f <- function() { n <<- n + 1; n }; Filter(function(p, g = f) g() > 2, c(1, 2, 3)) })
  does <- "uses what the function changes, or does something"
  refused(function(a) { n <- 0; f <- function() { n <<- n + 1; n }; g <- function(x, y = f()) { if (x > 2) s <- y else s <- 0; s + y }; g(a) }, does)
  refused(function(a) { n <- 0; f <- function() { n <<- n + 1; n }; g <- function(x, y = f()) { s <- 0; for (i in 1:3) s <- s + y; s }; g(a) }, does)
})

test_that("types are asked of what may be NULL, and of vectors of one", {
  for (o in list(5, NULL)) expect_same_as_eager(function(o) c(is.numeric(o), is.character(o), is.list(o)), o, types = list(o = "Optional[float]"))
  same(function(a) { x <- NULL; for (i in 1:3) { if (is.numeric(x)) a <- a + x; x <- 5 }; a })
  for (x in list(torch_ones(2), NULL)) expect_same_as_eager(function(x = NULL) if (is_torch_tensor(x)) x + 1 else torch_tensor(0), x)
  for (v in list(3, 1, c(3, 3))) expect_same_as_eager(function(v) c(isTRUE(v > 2), isFALSE(v > 2), isTRUE(c(v[1] > 2, TRUE))), v, types = list(v = "List[float]"))
})

test_that("numbers that were elements of tensors keep their kind in variables", {
  for (x in list(torch_tensor(TRUE), torch_tensor(100000L), torch_tensor(0.5))) {
    expect_same_as_eager(function(x) { n <- x$item(); x$mul_(0); list(paste(n), torch_tensor(n)) }, x$clone())
  }
  expect_same_as_eager(function(x) { s <- 0; for (i in 1:2) s <- (x * i)$mean()$item(); paste(s) }, torch_tensor(c(1, 2)))
  times <- jit_script(function(x, y) { n <- x$item(); y * n })
  expect_equal(as_array(times(torch_tensor(3L), torch_tensor(c(1, 2)))), c(3, 6))
  expect_identical(as_array(times(torch_tensor(3L), torch_tensor(1:2))), c(3L, 6L))
})

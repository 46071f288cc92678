# What loops leave behind, and jumps out of blocks.

test_that("a loop's variable has its last value after the loop", {
  x <- torch_tensor(c(1, 2, 3, 4))
  expect_same_as_eager(function(x) {
    for (i in 1:3) x <- x + i
    x * i
  }, x)
  # early exit
  expect_same_as_eager(function(a = 2, tolerance = 1e-9) {
    x <- a
    for (i in seq_len(100)) {
      new <- (x + a / x) / 2
      if (abs(new - x) < tolerance) break
      x <- new
    }
    list(x, i)
  }, 10)
  expect_same_as_eager(function(x) {
    y <- x
    for (v in c(1.5, 2, 3)) y <- y + v
    for (s in c("a", "bc")) y <- y + 1
    for (row in torch_unbind(x)) if (row$item() > 2) break
    for (k in 5:2) if (k < 4) break else next
    list(y, v, s, row, k, x[k])
  }, x)
  counted <- function(n = 3L) {
    for (i in seq_len(n)) if (i * i > 10) break
    i
  }
  expect_same_as_eager(function() counted(3L) + counted(20L))
  expect_same_as_eager(function(n = 4L) {
    s <- 0L
    for (k in 1:2) {
      for (i in seq_len(n)) if (i > k) break
      s <- s + i
    }
    s * 10L + k
  })
  expect_same_as_eager(function(x, n = 0L) {
    i <- 5L
    for (i in seq_len(n)) x <- x + i
    x
  }, x)
  expect_same_as_eager(function(x) {
    if (x$sum()$item() > 100) i <- 7L else for (i in 1:3) x <- x + i
    i
  }, x)
  # R goes on with NULL
  none <- jit_script(function(n = 0L) {
    for (i in seq_len(n)) NULL
    i
  })
  expect_error(none(), "the loop over `i` did not run", class = "torchscript_error")
  expect_identical(none(3L), 3L)
  expect_error(
    jit_script(function(n = 3L) {
      for (i in seq_len(n)) i <- i * 2L
      i
    }), "not known after its loop", class = "torchscript_compile_error"
  )
})

test_that("with_no_grad() may return, and no jump leaves it", {
  x <- torch_tensor(c(1, 2))
  expect_same_as_eager(function(x) with_no_grad(return(x * 2)), x)
  expect_same_as_eager(function(x) with_no_grad({
    y <- x * 2
    return(y + 1)
  }), x)
  for (limit in c(1, 10)) {
    expect_same_as_eager(function(x, limit) with_no_grad({
      if (x$sum()$item() > limit) return(x * 3)
      x + 1
    }), x, limit, types = list(limit = "float"))
  }
  doubled <- function(x) with_no_grad(return(x * 2))
  expect_same_as_eager(function(x) doubled(x) + 1, x)
  expect_same_as_eager(function(x) {
    with_no_grad(for (i in 1:3) {
      if (i == 2) break
      x <- x + 1
    })
    x
  }, x)
  expect_error(jit_script(function(x) {
    for (i in 1:3) with_no_grad({
      if (i == 2) break
      x <- x + 1
    })
    x
  }), "can't leave `with_no_grad", class = "torchscript_compile_error")
  expect_error(jit_script(function(x) {
    with_no_grad({
      if (x$sum()$item() > 1) return(x)
    })
    x + 1
  }), "on some ways", class = "torchscript_compile_error")
})

test_that("what a round of a loop makes anew is new in the next round", {
  a <- list(a = "float")
  same <- function(fn) expect_same_as_eager(fn, 3, types = a)
  same(function(a) { w <- c(3, a); for (i in 1:2) { w[2] <- 9; w <- c(1, 2) }; w })
  same(function(a) { b <- list(); out <- list(); for (i in 1:4) { b[[length(b) + 1]] <- i; if (length(b) == 2) { out[[length(out) + 1]] <- b; b <- list() } }; length(b) * 10 + length(out) })
  same(function(a) { w <- c(0, 0); tot <- 0; for (i in 1:3) { w[1] <- w[1] + i; tot <- tot + w[1]; w <- c(0, 0) }; c(tot, w) })
  same(function(a) { w <- numeric(2); for (i in 1:3) { w[1] <- w[1] + 1; if (i == 2) w <- numeric(2) }; w })
  same(function(a) { w <- 1:3; for (i in 1:3) { w[i] <- 0L; if (i == 2) w <- 1:3 }; w })
  same(function(a) { w <- c(0, 0); for (i in 1:3) { if (i == 2) { w <- c(5, 5); next }; w[1] <- w[1] + 1 }; w })
  same(function(a) { mk <- function() c(0, 0); w <- mk(); for (i in 1:3) { w[1] <- w[1] + 1; if (i == 2) w <- mk() }; w })
  same(function(a) { w <- c(0, 0); sapply(1:3, function(i) { w[1] <<- w[1] + 1; if (i == 2) w <<- c(0, 0); w[1] }) })
  x <- torch_tensor(c(1, 2))
  expect_same_as_eager(function(x) { z <- torch_zeros(2); for (i in 1:3) { z$add_(i); if (i == 1) z <- torch_zeros(2) }; z + x }, x)
  expect_same_as_eager(function(x) { z <- torch_zeros(2); for (i in 1:3) { z[1] <- i; x <- x + z; z <- torch_zeros(2) }; x }, x)
  expect_same_as_eager(function(x) { b <- list(); out <- list(); for (i in 1:4) { b[[length(b) + 1]] <- x * i; if (length(b) == 2) { out[[length(out) + 1]] <- torch_stack(b); b <- list() } }; torch_stack(out) }, x)
})

test_that("a variable that the next round would see with another type is told", {
  told <- function(fn) expect_failure_of(jit_script(fn, a = "float"), "compile", "The next round of the loop uses it")
  told(function(a) { x <- 1; s <- ""; for (i in 1:3) { s <- paste0(s, x); if (i == 1) x <- "b" }; s })
  told(function(a) { x <- list(p = 1); s <- 0; for (i in 1:3) { s <- s + x$p; if (i == 1) x <- list(p = 5, q = "b") }; s })
  told(function(a) { x <- c(1, 2); s <- 0; i <- 0; while (i < 3) { i <- i + 1; s <- s + x[1]; if (i == 1) x <- list(p = 5) }; s })
  same <- function(fn) expect_same_as_eager(fn, 3, types = list(a = "float"))
  same(function(a) { x <- list(p = 1); s <- 0; for (i in 1:3) { s <- s + x$p; if (i == 1) x <- list(p = 5, q = 2) }; s })
  same(function(a) { x <- 1; s <- 0; for (i in 1:3) { s <- s + length(x); if (i == 1) x <- c(1, 2) }; s })
  same(function(a) { q <- c("a"); n <- 0; for (i in 1:4) { q <- c(q, "b"); n <- n + length(q); if (i == 2) q <- c("a") }; n })
  same(function(a) { x <- 1; s <- ""; for (i in 1:3) { x <- "k"; s <- paste0(s, x); if (i == 1) x <- 5 }; s })
  same(function(a) { x <- c(1, 2); if (a > 1) x <- 5; length(x) })
})

test_that("functions that a loop calls by a string or a default change what is around them", {
  same <- function(fn) expect_same_as_eager(fn, 3, types = list(a = "float"))
  same(function(a) { n <- 0; inc <- function(...) { n <<- n + 1; n }; for (i in 1:3) do.call("inc", list()); n })
  same(function(a) { n <- 0; f <- function() n <<- n + 2; while (n < 5) do.call("f", list()); n })
  same(function(a) { n <- 0; id <- function(z = function() n <<- n + 1) z; for (i in 1:3) id()(); n })
  same(function(a) { n <- 0; inc <- function(...) { n <<- n + 1; n }; h <- function(...) { for (i in 1:3) do.call(..1, list(1)); n }; h(inc) })
})

small <- function() torch_tensor(c(0.1, 0.2, 0.3))
of_v <- list(v = "List[float]")

test_that("what was asked for NULL before a loop is no more NULL in it, unless the loop sets it to NULL", {
  expect_same_as_eager(function(x, h = NULL) { if (is.null(h)) h <- torch_zeros(3); for (t in 1:2) h <- torch_tanh(h) + x; h }, small())
  expect_same_as_eager(function(x, h = NULL) { if (is.null(h)) h <- torch_zeros(3); for (t in 1:2) h <- torch_tanh(h) + x; h }, small(), torch_ones(3))
  expect_same_as_eager(function(x, h = NULL) { h <- h %||% torch_zeros(3); for (t in 1:2) h <- torch_tanh(h) + x; h }, small())
  expect_same_as_eager(function(x, h = NULL) { if (is.null(h)) h <- torch_zeros(3); i <- 0; while (i < 3) { h <- h * 2; i <- i + 1; if (i == 2) h <- NULL; if (is.null(h)) h <- x }; h }, small())
  expect_same_as_eager(function(x, h = NULL) { if (is.null(h)) h <- torch_zeros(3); for (i in 1:3) { if (i == 2) h <- NULL else h <- x }; is.null(h) }, small())
  expect_same_as_eager(function(x, y = NULL) { if (is.null(y)) stop("need y"); for (i in 1:2) y <- y + x; y }, small(), small())
  expect_same_as_eager(function(x, y = NULL) { if (is.null(y)) y <- x; repeat { y <- y * 2; if (y$sum()$item() > 10) break }; y }, small())
  expect_failure_of(jit_script(function(x, h = NULL) { if (is.null(h)) h <- torch_zeros(3); for (i in 1:3) { h <- h + x; if (i == 3) h <- NULL }; is.null(h) }), "compile", "may be NULL")
})

test_that("what a loop sets that surely runs is there after it, and c() gets elements", {
  expect_same_as_eager(function(v) { out <- c(); for (i in seq_along(v)) out[i] <- v[i]^2; out }, c(3, 1, 2), types = of_v)
  expect_same_as_eager(function(v) { out <- c(); for (i in seq_along(v)) out[i] <- i; out }, c(3, 1, 2), types = of_v)
  expect_same_as_eager(function(v) { out <- list(); for (i in seq_along(v)) out[i] <- v[i]^2; out }, c(3, 1, 2), types = of_v)
  expect_same_as_eager(function(v) { out <- c(); for (i in seq_along(v)) out[[i]] <- v[i]^2; out }, c(3, 1, 2), types = of_v)
  expect_same_as_eager(function(r, cap = 2L) { q <- c(); for (x in r) { if (length(q) >= cap) q <- q[-1]; q <- c(q, small()) }; q }, c(3, 1, 2), types = list(r = "List[float]"))
  expect_same_as_eager(function(x) { for (i in 1:3) loss <- x$sum()$item() / i; loss }, small())
  expect_same_as_eager(function(x, n = 3L) { for (i in 1:n) loss <- x * i; loss }, small())
  expect_same_as_eager(function(x, n = 3L) { for (i in 1:n) { for (j in 1:2) { z <- x * j }; w <- z + i }; w + z }, small())
  expect_same_as_eager(function(x, n = 3L) { for (i in 1:n) { l <- list(x, x * i) }; l }, small())
  expect_same_as_eager(function(x, n = 3L) { for (i in 1:n) { l <- c(i, n) ; l[1] <- 7L }; l }, small())
  expect_same_as_eager(function(x) { l <- list(1, 2); l[2] <- 5; l }, small())
  expect_failure_of(jit_script(function(x, n = 3L) { for (i in 1:n) { if (i == 2) next; loss <- x * i }; loss }), "compile", "`loss` is set only in the loop")
  expect_failure_of(jit_script(function(x, n = 3L) { for (i in seq_len(n)) if (i == 1) h <- x else h <- h * 2; h }), "compile", "`h` has no value yet")
})

test_that("what can't be translated is told with what can", {
  expect_failure_of(jit_script(function(x, n = 3L) { m <- matrix(0, n, n); x }), "compile", "torch_zeros\\(n, m\\)")
  expect_failure_of(jit_script(function(x) { best <- NA; x }), "compile", "has no NA. NaN among numbers")
  expect_failure_of(jit_script(function(x) x[sample(3)]), "compile", "torch_randperm")
})

test_that("what began as c() is NULL or a vector, which a program does not tell apart", {
  some <- jit_script(function(x, least = 2L) { q <- c(); for (i in 1:3) if (i > least) q <- c(q, i); q })
  expect_identical(some(small()), 3L)
  expect_failure_of(some(small(), 5L), "program", "began as c\\(\\) has no elements.*begin with numeric")
  expect_same_as_eager(function(x) { q <- integer(); for (i in 1:3) if (i > 5) q <- c(q, i); q }, small())
  expect_same_as_eager(function(x, h = NULL, c = NULL) { h <- h %||% x; c <- c %||% h; while (h$sum()$item() < 50) { h <- h + c; c <- if (c$sum()$item() > 20) NULL else c * 2; c <- c %||% x }; list(h, c) }, small() * 20)
})

test_that("what a loop sets that may not run is there after it if it did", {
  for (n in c(3L, 0L)) {
    same <- function(fn) expect_same_as_eager(fn, small(), n)
    same(function(x, n = 3L) { for (i in seq_len(n)) last <- x * i; last })
    same(function(x, n = 3L) { for (i in seq_len(n)) last <- x * i; if (n > 0L) last else x })
    same(function(x, n = 3L) { k <- 0L; while (k < n) { k <- k + 1L; y <- k * 2 }; y })
    same(function(x, n = 3L) { for (i in seq_len(n)) { last <- i; if (i == 2L) break }; last })
    same(function(x, n = 3L) { for (i in seq_len(n)) { v <- c(i, 2); l <- list(a = i, b = "z") }; list(v, l) })
    same(function(x, n = 3L) { for (i in seq_len(n)) last <- i; if (n > 1L) last <- 100L; last })
    same(function(x, n = 3L) { y <- NULL; for (i in seq_len(n)) { y <- x; z <- i }; if (is.null(y)) 0L else z })
    same(function(x, n = 3L) { f <- function() last * 2; for (i in seq_len(n)) last <- i; f() })
    same(function(x, n = 3L) { for (i in seq_len(n)) v <- c(1, i); v[1] <- 9; v })
    same(function(x, n = 3L) { err <- 10; k <- 0L; while (err > 1 && k < n) { k <- k + 1L; old <- x; x <- x / 2; err <- (old - x)$sum()$item() }; list(old, k) })
  }
  expect_failure_of(jit_script(function(x, n = 3L) { for (i in seq_len(n)) { if (i == 2L) break; last <- i }; last }), "compile", "`last` is set only in the loop")
  # within another loop it may be there from a round before
  expect_failure_of(jit_script(function(x, n = 3L) { for (i in seq_len(n)) for (j in seq_len(n - i)) m <- i * j; m }), "compile", "`m` is set only in the loop")
  for (n in c(0L, 3L)) {
    expect_same_as_eager(function(x, n = 3L) { for (i in seq_len(n)) a <- 1; for (i in 1:2) a <- 2; a }, small(), n)
    expect_same_as_eager(function(x, n = 3L) { for (i in seq_len(n)) a <- 1L; if (n < 1L) a <- 2L; a }, small(), n)
    expect_same_as_eager(function(x, n = 3L) { for (i in seq_len(2L)) a <- 1L; for (i in seq_len(n)) a <- 2L; a }, small(), n)
  }
  program <- jit_script(function(x, n = 3L) { for (i in seq_len(n)) last <- x * i; last })
  expect_failure_of(program(small(), 0L), "program", "object 'last' not found: the loop that sets it did not run")
})

rate <- 5
slope <- torch_tensor(c(10, 10))
pair <- list(1, 2)
ten <- function(z) z * 10
test_that("the first round of a loop sees what is around the function under the name of what the loop sets", {
  x <- torch_tensor(c(1, 2))
  for (fn in list(
    function(x) { for (k in 1:3) { x <- x * rate; rate <- rate / 2 }; x },
    function(x) { for (k in 1:3) { rate <- rate + 1; x <- x * rate }; x },
    function(x) { for (k in 1:3) { if (k > 1L) x <- x * rate; rate <- 7 }; x },
    function(x) { for (k in 1:4) { if (k == 2L) next; x <- x * rate; rate <- k }; x },
    function(x) { for (k in 1:3) { x <- x * rate; for (rate in 1:2) x <- x + rate }; x },
    function(x) { rate <- 5L; for (k in 1:3) { x <- x * rate; for (rate in 1:2) x <- x + rate }; x },
    function(x) { for (k in 1:3) { for (j in 1:2) { x <- x * rate; rate <- 1 }; rate <- 2 }; x },
    function(x) { repeat { x <- x * rate; rate <- 2; if (x$sum()$item() > 50) break }; x },
    function(x) { k <- 6L; while (k > 0L && { rate <- rate - 1; rate > 2 }) k <- k - 1L; x * k },
    function(x) { while (rate > 3) { x <- x * 2; rate <- rate - 1 }; x },
    function(x) { s <- 0; g <- function() rate; for (k in 1:3) { s <- s + g(); rate <- 2 }; x * s },
    function(x) { for (k in 1:3) { f <- function() x <<- x * rate; f(); rate <- 2 }; x },
    function(x) lapply(1:3, function(k) { a <- rate; for (j in 1:2) { a <- a + rate; rate <- 1 }; a }),
    function(x) { for (k in 1:3) { if (T) x <- x * 2; T <- FALSE }; x },
    function(x) { for (k in 1:3) { x <- x * slope; slope <- x }; x },
    function(x) { s <- 0; for (k in 1:3) { s <- s + pair[[1]]; pair <- list(7, 8) }; x * s }
  )) {
    expect_same_as_eager(fn, x)
  }
  expect_failure_of(jit_script(function(x) { for (k in 1:3) { x <- ten(x); ten <- function(z) z + 1 }; x }), "compile", "set anew in a loop")
})

test_that("what a loop gives to a function is there after it", {
  total <- jit_compile("def f(v: List[float]) -> float:\n  s = 0.\n  for z in v:\n    s = s + z\n  return s")$f
  expect_exactly_eager(function(n = 3L) { v <- c(1, 2); for (i in seq_len(n)) v <- c(v, mean(v)); v })
  expect_exactly_eager(function(n = 3L) { v <- c(1L, 2L); for (i in seq_len(n)) v <- c(v, as.integer(mean(v))); v })
  expect_exactly_eager(function(n = 3L) { v <- c(1, 2); for (i in seq_len(n)) { m <- mean(v); v <- append(v, m + 1) }; v })
  expect_exactly_eager(function(n = 3L) { v <- c(1, 2); for (i in seq_len(n)) v <- c(v, total(v)); v })
})

test_that("variables have the names of functions", {
  twice <- function(z) z * 2
  expect_exactly_eager(function(n = 3L) { a <- 0L; for (k in seq_len(n)) { if (k > 2) { t <- a; a <- t + 5L }; a <- a + 1L }; a })
  expect_exactly_eager(function(n = 3L) { a <- c(1, 2); b <- c(5, 7); for (i in seq_len(n)) { m <- mean(a) + mean(b); if (m > 2) { t <- a; a <- b; b <- t } }; list(a, b) })
  expect_exactly_eager(function(n = 3L) { new <- c(1, 2); for (i in seq_len(n)) { if (i > 1L) { c <- i * 2; new[1] <- c }; new <- c(new, 5) }; new })
  expect_exactly_eager(function(n = 3L) { new <- c(1, 2); for (p in new) { c <- p * 2; n <- n + 1L }; new <- c(new, 5); new })
  expect_exactly_eager(function(x, b = TRUE) { if (b) twice <- 5; twice(x) }, torch_ones(2))
  expect_failure_of(jit_script(function(x, b = TRUE) { g <- twice; if (b) g <- 2; g(x) }), "compile", "something that only R has")
})

v <- torch_tensor(c(-1, 2, 3))
m <- torch_tensor(matrix(c(1, -2, 3, 4, 5, -6), 2))

test_that("numbers are R's: 1 of 6", {
  expect_same_as_eager(function(n = 5L, d = 2L) c(n %/% d, n %% d), -7L, 3L)
  expect_same_as_eager(function(n = 5L, d = 2L) c(n %/% d, n %% d), 7L, -3L)
  expect_same_as_eager(function(n = 5L, d = 2L) c(n %/% d, n %% d), -7L, -3L)
  expect_same_as_eager(function(n = 5L, d = 2L) n/d, 7L, 0L)
  expect_same_as_eager(function(x = 1.5, d = 2.5) c(x %/% d, x %% d), -7.5, 2)
  expect_same_as_eager(function(x = 1.5, d = 2.5) c(x %/% d, x %% d), 7.5, -2)
  expect_same_as_eager(function(x = 1.5, d = 2.5) c(x %/% d), 7.5, 0)
  expect_same_as_eager(function(x = 1.5, d = 2.5) c(x %% d), 7.5, 0)
  expect_same_as_eager(function(x = 1.5, d = 2.5) c(x %% d), 5.5, Inf)
  expect_same_as_eager(function(x = 1.5, d = 2.5) c(x %% d), -5.5, Inf)
  expect_same_as_eager(function(x = 1.5, d = 2.5) c(x %/% d), -5.5, Inf)
  expect_same_as_eager(function(x = 1.5) x %% 1, -0.3)
  expect_same_as_eager(function(x = 1.5) x %/% 0.1, 1)
  expect_same_as_eager(function(x = 1.5) x %% 0.1, 1)
  expect_same_as_eager(function(n = 5L) n^2L, 5L)
  expect_same_as_eager(function(n = 5L) n^-1L, 5L)
  expect_same_as_eager(function(n = 5L) 2L^n, 70L)
  expect_same_as_eager(function(n = 5L) (-8)^(1/3))
  expect_same_as_eager(function(x = 1.5) x^(1/3), -8)
  expect_same_as_eager(function(x = 1.5) -x^2, 3)
  expect_same_as_eager(function(x = 1.5) 0^x, 0)
  expect_same_as_eager(function(x = 1.5) x^0, NaN)
  expect_same_as_eager(function(x = 1.5) 1^x, NaN)
  expect_same_as_eager(function(n = 5L) n * 0.5, 5L)
  expect_same_as_eager(function(n = 5L) n * 2, 5L)
})

test_that("numbers are R's: 2 of 6", {
  expect_same_as_eager(function(n = 5L) n - 2, 5L)
  expect_same_as_eager(function(n = 5L) -n %/% 2L, 5L)
  expect_same_as_eager(function(n = 5L) n %/% 2, 5L)
  expect_same_as_eager(function(n = 5L) n %% 2.5, 5L)
  expect_same_as_eager(function(n = 5L) 7 %/% n, 2L)
  expect_same_as_eager(function(n = 5L) 7L %% n, -2L)
  expect_same_as_eager(function(f = TRUE) f + f + 1L, TRUE)
  expect_same_as_eager(function(f = TRUE) f * 2.5, TRUE)
  expect_same_as_eager(function(f = TRUE) sum(f, TRUE, 3L), TRUE)
  expect_same_as_eager(function(f = TRUE) -f, TRUE)
  expect_same_as_eager(function(x = 1.5) {
    y <- 0
    if (x > 1) 
      y <- 0.5
    y
  }, 0.5)
  expect_same_as_eager(function(x = 1.5) {
    y <- 0L
    if (x > 1) 
      y <- 0.5
    y
  }, 0.5)
  expect_same_as_eager(function(n = 3L) {
    y <- 1L
    for (i in seq_len(n)) y <- y/2L
    y
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    y <- 1
    for (i in seq_len(n)) y <- y * 3 %/% 2
    y
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    y <- 0
    y <- y + 1L
    y %/% 2L
  }, 3L)
  expect_same_as_eager(function(x = 1.5) c(round(x), round(-x), floor(-x), ceiling(-x), trunc(-x), sign(-x)), 2.5)
  expect_same_as_eager(function(x = 1.5) c(round(x), round(-x)), 0.5)
  expect_same_as_eager(function(x = 1.5) c(round(x), floor(x), ceiling(x), trunc(x), sign(x)), Inf)
  expect_same_as_eager(function(x = 1.5) c(round(x), floor(x)), 1e+300)
  expect_same_as_eager(function(x = 1.5) c(log(x), log(x, 2), log2(x), log10(x), log1p(x), expm1(x), exp(x)), 8)
  expect_same_as_eager(function(x = 1.5) c(log(x), log2(x)), 0)
  expect_same_as_eager(function(x = 1.5) log(x, base = 10), 1000)
  expect_same_as_eager(function(x = 1.5) log(base = 2, x), 8)
  expect_same_as_eager(function(x = 1.5) exp(x), 1000)
  expect_same_as_eager(function(x = 1.5) c(sin(x), cos(x), tan(x), asin(x/10), acos(x/10), atan(x), sinh(x), cosh(x), tanh(x)), 0.7)
})

test_that("numbers are R's: 3 of 6", {
  expect_same_as_eager(function(x = 1.5) c(is.nan(x), is.finite(x), is.na(x)), NaN)
  expect_same_as_eager(function(x = 1.5) c(is.nan(x), is.finite(x), is.na(x)), Inf)
  expect_same_as_eager(function(n = 3L) c(is.nan(n), is.finite(n)), 3L)
  expect_same_as_eager(function(x = 1.5) as.integer(x), -2.7)
  expect_same_as_eager(function(f = TRUE) c(as.integer(f), as.numeric(f)), TRUE)
  expect_same_as_eager(function(n = 3L) as.logical(n), 0L)
  expect_same_as_eager(function(n = 3L) as.double(n)/2, 3L)
  expect_same_as_eager(function(x = 1.5) as.logical(x), 0.2)
  expect_same_as_eager(function(n = 3L) c(n, 1.5), 3L)
  expect_same_as_eager(function(n = 3L) min(n, 2.5), 3L)
  expect_same_as_eager(function(n = 3L) max(n, 2), 3L)
  expect_same_as_eager(function(n = 3L) max(n, 2L, 7L, -1L), 3L)
  expect_same_as_eager(function(x = 1.5) max(x, 2), NaN)
  expect_same_as_eager(function(x = 1.5) min(2, x), NaN)
  expect_same_as_eager(function(n = 3L) sum(n, 2L), 3L)
  expect_same_as_eager(function(n = 3L) prod(n, 2L, 3L), 3L)
  expect_same_as_eager(function(n = 3L) prod(seq_len(n)), 0L)
  expect_same_as_eager(function(n = 3L) sum(seq_len(n)), 0L)
  expect_same_as_eager(function(n = 3L) sum(numeric(n)), 0L)
  expect_same_as_eager(function(n = 3L) c(sum(1:n), prod(1:n), min(1:n), max(1:n)), 5L)
  expect_same_as_eager(function(n = 3L) abs(-n), 3L)
  expect_same_as_eager(function(n = 3L) abs(n - 5), 3L)
  expect_same_as_eager(function(n = 3L) sign(n), -3L)
  expect_same_as_eager(function(n = 3L) sqrt(n), 16L)
  expect_same_as_eager(function(n = 3L) floor(n/2L), 5L)
})

test_that("numbers are R's: 4 of 6", {
  expect_same_as_eager(function(n = 3L) round(n), 5L)
  expect_same_as_eager(function(n = 3L) {
    x <- n %/% 2L
    y <- n/2L
    c(x, y)
  }, 5L)
  expect_same_as_eager(function(n = 3L) n == 3, 3L)
  expect_same_as_eager(function(n = 3L) n == 3.5, 3L)
  expect_same_as_eager(function(n = 3L) identical(n, 3L), 3L)
  expect_same_as_eager(function(n = 3L) identical(n, 3), 3L)
  expect_same_as_eager(function(x = 3) identical(x, 3), 3)
  expect_same_as_eager(function(n = 3L) identical(c(n, 2L), c(3L, 2L)), 3L)
  expect_same_as_eager(function(n = 3L) isTRUE(n > 2), 3L)
  expect_same_as_eager(function(n = 3L) isFALSE(n > 2), 3L)
  expect_same_as_eager(function(n = 3L) isTRUE(n), 1L)
  expect_same_as_eager(function(n = 3L) xor(n > 2, n > 5), 3L)
  expect_same_as_eager(function(n = 3L) (n > 2) & (n > 5) | (n == 3), 3L)
  expect_same_as_eager(function(n = 3L) !(n > 2), 3L)
  expect_same_as_eager(function(n = 3L) !n, 0L)
  expect_same_as_eager(function(n = 3L) any(n > 2, n > 5), 3L)
  expect_same_as_eager(function(n = 3L) all(n > 2, n > 5), 3L)
  expect_same_as_eager(function(n = 3L) any(c(n > 2, n > 5)), 3L)
  expect_same_as_eager(function(n = 3L) all(logical(n)), 0L)
  expect_same_as_eager(function(n = 3L) n %in% c(1.5, 3), 3L)
  expect_same_as_eager(function(n = 3L) n %in% 1:2, 3L)
  expect_same_as_eager(function(n = 3L) n > 2 && n/0 > 1, 3L)
  expect_same_as_eager(function(n = 3L) if (n) "yes" else "no", 3L)
  expect_same_as_eager(function(x = 1.5) if (x) "yes" else "no", 0)
  expect_same_as_eager(function(x = 1.5) while (x < 10) x <- x * 2)
})

test_that("numbers are R's: 5 of 6", {
  expect_same_as_eager(function(x = 1.5) {
    while (x < 10) x <- x * 2
    x
  })
  expect_same_as_eager(function(n = 3L) 1e+15 + n, 3L)
  expect_same_as_eager(function(n = 3L) n * 0.001, 3L)
  expect_same_as_eager(function(n = 3L) 1e+05 * n, 3L)
  expect_same_as_eager(function(n = 3L) c(0.5, 1e-300, 1e+300, 123456789.123) * 1, 3L)
  expect_same_as_eager(function(n = 3L) pi * n, 3L)
  expect_same_as_eager(function(n = 3L) {
    k <- -1L
    k * n
  }, 3L)
  expect_same_as_eager(function(n = 3L) 5 %/% 2 * n, 3L)
  expect_same_as_eager(function(n = 3L) 5L/2L * n, 3L)
  expect_same_as_eager(function(n = 3L) 5 %/% 0 + n, 3L)
  expect_same_as_eager(function(n = 3L) is.numeric(n) && !is.character(n) && !is.logical(n), 3L)
  expect_same_as_eager(function(n = 3L) c(is.numeric(n > 1), is.logical(n > 1), is.list(list(n)), is.function(sum)), 3L)
  expect_same_as_eager(function(n = 3L) length(n) + length(c(n, n)), 3L)
  expect_same_as_eager(function(n = 3L) rev(seq(n, 10L, by = 3L)), 1L)
  expect_same_as_eager(function(x = 1.5) c(x < Inf, x > -Inf), 1)
  expect_same_as_eager(function(n = 3L) {
    x <- y <- n
    x <- x + 1L
    c(x, y)
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    x <- (y <- n + 1L) * 2L
    c(x, y)
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    n <- n/2
    n <- n * 3
    n
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    n <- n/2
    if (n > 1) 
      n <- 1L
    n
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    n = n + 1L
    k <- n
    k
  }, 3L)
  expect_same_as_eager(function(a = 0.1, b = 0.2) a + b == 0.3)
  expect_same_as_eager(function(x = 1.5) c(x > 1, x >= 1.5, x < 1.5, x <= 1.5, x != 1.5, x == 1.5))
  expect_same_as_eager(function(n = 3L) -2:n, 3L)
  expect_same_as_eager(function(n = 3L) -(2:n), 3L)
  expect_same_as_eager(function(n = 3L) n:1, 3L)
})

test_that("numbers are R's: 6 of 6", {
  expect_same_as_eager(function(n = 3L) 2 * n:1, 3L)
  expect_same_as_eager(function(x = 2) seq_len(x))
  expect_same_as_eager(function(x = 2) 1:(x + 1))
  expect_same_as_eager(function(x = 2) 1:x + 1)
})

test_that("integers and doubles stay what they are to R, wherever both are joined", {
  expect_same_as_eager(function(n = 100000L) paste(floor(n), round(n), ceiling(n), trunc(n), prod(n, 1L), abs(n), -n))
  expect_same_as_eager(function(n = 3L) c(is.integer(floor(n)), is.integer(abs(n)), is.integer(max(n, 1L)), is.integer(max(n, 1)), is.integer(prod(n, n))))
  expect_same_as_eager(function(n = 3L) { x <- 1L; a <- is.integer(x); x <- 0.5; c(a, is.integer(x)) })
  expect_same_as_eager(function(n = 100000L) { x <- 1; a <- is.integer(x); x <- n; paste(a, is.integer(x), x) })
  expect_same_as_eager(function(n = 100000L) { x <- n; a <- paste(x); x <- 0.5; paste(a, x) })
  expect_same_as_eager(function(n = 3L) { s <- 0; for (i in seq_len(n)) s <- s + i; paste(s * 100000, is.integer(s)) })
  expect_same_as_eager(function(n = 3L) { s <- 0L; for (i in seq_len(n)) s <- s + 0.5; s })
  expect_same_as_eager(function(x, n = 3L) { s <- 1L; for (i in seq_len(n)) s <- s * 0.5; x * s }, torch_tensor(c(1, 2)))
  expect_same_as_eager(function(n = 3L) { x <- if (n > 1L) 5L else 2.5; is.integer(x) })
  expect_same_as_eager(function(n = 3L) { s <- 0L; for (i in seq_len(n)) s <- s + 0.5; paste(s) })
  expect_exactly_eager(function(n = 3L) { x <- if (n > 1L) 5L else 2.5; torch_tensor(x + 1L) })
  times <- jit_script(function(x, n = 3L) { s <- if (n > 1L) 2L else 0.5; x * s })
  expect_identical(as_array(times(torch_tensor(c(1, 2)))), c(2, 4))
  expect_identical(as_array(times(torch_tensor(1:2))), c(2L, 4L))
  expect_equal(as_array(times(torch_tensor(1:2), 1L)), c(0.5, 1))
})

test_that("powers, and numbers among numbers, are R's where C's or Python's differ", {
  expect_same_as_eager(function(a = -1, n = Inf) c(a^n, a^2, a^0.5, a^Inf, (-a)^Inf, (-1)^n, 1^n))
  expect_same_as_eager(function(a = -Inf) c(a^2, a^3, a^0.5, a^-1, a^0))
  expect_same_as_eager(function(a = 0.1, b = 2) c(a^2, a^b, a^3, a^-b, 0^-b))
  expect_same_as_eager(function(n = NaN) c(n %in% c(1, NaN), NaN %in% c(NaN), NaN %in% c(n), n %in% NaN, n %in% NULL, 1 %in% n))
  expect_same_as_eager(function(b = FALSE) c(TRUE %in% c(b, FALSE), b %in% c(TRUE), b %in% TRUE, FALSE %in% b))
  expect_same_as_eager(function(n = 4L) c(n, 3L) %in% c(3, 8))
  expect_same_as_eager(function(s = "b") c(s %in% "b", "a" %in% c(s, "c"), s %in% c("a", "b")))
  expect_failure_of(jit_script(function(x) x %in% c(1)), "compile", "not tensors. torch_isin")
  out <- jit_script(function(v, i) length(v[i]), v = "List[float]", i = "int")
  expect_identical(out(c(1, 2), 2L), 1L)
  expect_failure_of(out(c(1, 2), 0L), "program", "out of bounds")
})

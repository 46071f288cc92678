# Where a program could give a nearby value instead of R's own.

a <- torch_tensor(c(-1, 2, 3, 0.5, -4))
square <- torch_tensor(matrix(c(.5, 2, -3, 1, 2, 3, 9, 8, 7), 3))
whole <- torch_tensor(c(1L, 5L, 3L))

test_that("elements of elements are set in the tensor itself", {
  expect_same_as_eager(function(x) { x <- x$clone(); x[c(1, 2)][1] <- 0; x }, a)
  expect_same_as_eager(function(x) { x <- x$clone(); x[x > 0][1] <- 0; x }, a)
  expect_same_as_eager(function(x, i) { x <- x$clone(); x[i][1] <- 0; x }, a, torch_tensor(c(1L, 3L)))
  expect_same_as_eager(function(x) { x <- x$clone(); x[, c(1, 2)][1, ] <- 0; x }, square)
  expect_same_as_eager(function(x) { l <- list(x$clone()); l[[1]][c(1, 2)][1] <- 0; l[[1]] }, a)
  expect_same_as_eager(function(x) { x <- x$clone(); x[1:2][1] <- 0; x }, a)
  expect_same_as_eager(function(x) x[..], a)
  expect_failure_of(jit_script(function(x) { x$t()[1] <- 0; x }), "compile", "`x\\$t\\(\\)` can't be set")
  expect_failure_of(jit_script(function(x) { x$a <- 3; x }), "compile", "`\\$a <-` of a tensor")
})

test_that("what a tensor holds decides what its item is", {
  yes <- torch_tensor(TRUE)
  for (x in list(yes, !yes, torch_tensor(1))) {
    expect_same_as_eager(function(x) isTRUE(x$item()), x)
    expect_same_as_eager(function(x) isFALSE(x$item()), x)
  }
  for (x in list(yes, torch_tensor(100000L), torch_tensor(0.25))) {
    expect_same_as_eager(function(x) paste0("v", x$item()), x)
    expect_same_as_eager(function(x) torch_tensor(x$item()), x)
  }
  for (x in list(whole, a)) {
    expect_same_as_eager(function(x) x * x$sum()$item(), x)
    expect_same_as_eager(function(x) torch_full(c(2), x$max()$item()), x)
    expect_same_as_eager(function(x) c(as.integer(x$max()$item()), as.integer(x[1])), x)
    expect_same_as_eager(function(x) as.numeric(x$max()$item()), x)
  }
  for (fn in list(
    function(x) { v <- x$item(); isTRUE(v) }, function(x) identical(x$item(), 3L)
  )) {
    expect_failure_of(jit_script(fn), "compile", "is in the tensor alone")
  }
})

test_that("TRUE stays TRUE in tensors", {
  expect_same_as_eager(function(x) torch_where(x > 0, TRUE, FALSE), a)
  expect_same_as_eager(function(x, b = TRUE) torch_where(x > 0, b, FALSE), a)
  expect_same_as_eager(function(x) torch_full(c(2, 2), TRUE), a)
  expect_same_as_eager(function(x, b = TRUE) torch_full(2, b), a)
  expect_same_as_eager(function(x) (x > 0) * TRUE, a)
  expect_same_as_eager(function(x) x + TRUE, whole)
})

test_that("fractions do not go into whole numbers", {
  for (x in list(whole, a)) {
    expect_same_as_eager(function(x) { x <- x$clone(); x[1] <- 2.5; x }, x)
    expect_same_as_eager(function(x, k = 1.5) { x <- x$clone(); x[1] <- k; x }, x)
    expect_same_as_eager(function(x, k = 2) { x <- x$clone(); x[1] <- k; x }, x)
  }
})

test_that("`drop` and the end of torch_arange() are what R makes of them", {
  expect_same_as_eager(function(x) x[, 1, drop = T], square)
  expect_same_as_eager(function(x) x[, 1, drop = F], square)
  expect_failure_of(jit_script(function(x, d = TRUE) x[, 1, drop = d]), "compile", "`drop` must be known")
  for (to in 2:5) expect_same_as_eager(function(to) torch_arange(1, to, dtype = torch_long()), to, types = list(to = "int"))
  expect_identical(as_array(torch_arange(1, 3, dtype = torch_long())), 1:3)
  expect_identical(as_array(torch_arange(0, 1, 0.25)), c(0, 0.25, 0.5, 0.75, 1))
  program <- jit_script(function(x) torch_arange(1, 3, requires_grad = TRUE))
  expect_true(program(a)$requires_grad)
})

test_that("names that TorchScript can't have are refused", {
  for (fn in list(function(x) list(a.b = x), function(x) list(class = x), function(x) list(.x = x), function(x) list(lambda = x))) {
    expect_failure_of(jit_script(fn), "compile", "can't have an element named")
  }
  expect_same_as_eager(function(x) list(count = x, index = x), a)
})

test_that("numbers are R's", {
  expect_same_as_eager(function(n = 0L) n^-1)
  expect_same_as_eager(function(a = -2, b = -3) a^b)
  expect_same_as_eager(function(a = 0, b = -3) (-a)^b)
  expect_same_as_eager(function(x = 1.25) round(digits = 1, x))
  expect_same_as_eager(function(n = 2L) rep_len(length.out = 4, x = c(n, 1L)))
  expect_same_as_eager(function(n = 3L) seq(n, by = 2, length.out = 4))
  expect_same_as_eager(function(n = 7L) seq(2, n, 2))
  expect_same_as_eager(function(n = 6L) seq(1L, n, 2L))
  expect_same_as_eager(function(x) { s <- x[1]; for (i in seq(1, 5, by = 2)) s <- s + x[i]; s }, a)
  expect_same_as_eager(function(n = -2L) numeric(n))
  expect_same_as_eager(function(n = 3L) c(any(), all()))
  expect_failure_of(jit_script(function(x = 1) max(x, 2, na.rm = TRUE)), "compile", "`na.rm` can't be translated")
  expect_failure_of(jit_script(function(n = 3L) { stopifnot(n); n }), "compile", "`stopifnot\\(\\)` takes TRUE or FALSE")
})

test_that("what is NULL is known to be", {
  dictionary <- list(d = "Dict[str, Tensor]")
  expect_same_as_eager(function(d) is.null(d$zz), list(a = a), types = dictionary)
  expect_same_as_eager(function(d) if (is.null(d$zz)) d$a else d$zz, list(a = a), types = dictionary)
  expect_same_as_eager(function(x) { l <- list(a = x); if (is.null(l$b)) l$a else x * 2 }, a)
  expect_same_as_eager(function(n = 3L) { a <- c(); for (i in 1:3) a <- c(a, i); a })
  expect_same_as_eager(function(n = 3L) { a <- c(); if (is.null(a)) n else 1L }, 3L)
  for (n in c(0L, 3L)) expect_same_as_eager(function(n = 3L) { a <- c(); for (i in seq_len(n)) { print(is.null(a)); a <- c(a, i) }; if (is.null(a)) 0L else sum(a) }, n)
  expect_failure_of(jit_script(function(n = 3L) { a <- c(); for (i in seq_len(n)) a <- c(a, i); a <- a[a > 1]; if (is.null(a)) n else 1L }), "compile", "does not know `c\\(\\)` from")
  expect_failure_of(jit_script(function(o = NULL) { l <- list(1); l[[2]] <- o; length(l) }, o = "Optional[float]"), "compile", "may be NULL, which would remove")
})

test_that("dictionaries that are arguments are copied before they change", {
  types <- list(d = "Dict[str, Tensor]")
  expect_same_as_eager(function(d) { d$c <- d$a; d }, list(a = a, b = a), types = types)
  expect_same_as_eager(function(d) { for (k in names(d)) d[[k]] <- d[[k]] + 1; d }, list(a = a), types = types)
  expect_same_as_eager(function(d) { e <- d; e$a <- e$b; list(d, e) }, list(a = 1L, b = 2L), types = list(d = "Dict[str, int]"))
})

test_that("Reduce() goes from either side, and keeps what it passes", {
  expect_same_as_eager(function(n = 3L) { keep <- TRUE; Reduce(`+`, 1:3, accumulate = keep) })
  expect_same_as_eager(function(n = 3L) Reduce(`+`, 1:3, n, accumulate = TRUE))
  expect_same_as_eager(function(x) Reduce(`+`, list(x, x, x), accumulate = TRUE), a)
  expect_same_as_eager(function(n = 3) Reduce(function(a, b) a - b, c(1, n, 4), right = TRUE))
  expect_same_as_eager(function(n = 3) Reduce(function(a, b) a - b, c(1, n, 4), 10, right = TRUE))
})

test_that("cat() takes lines that are made, and vectors", {
  expect_same_as_eager(function(x, l = 2.5) { cat(sprintf("loss %.4f\n", l)); cat(paste0("a", l, "\n")); x }, a)
  expect_same_as_eager(function(x) { cat("shape", x$shape, "\n"); x }, square)
  unfinished <- jit_script(function(s = "a") { cat(paste0(s, "b")); s })
  expect_failure_of(unfinished(), "program", "writes whole lines")
})

test_that("logarithms, rounding and zeros are R's to the last bit", {
  exact <- function(fn, a = 3) {
    program <- jit_script(fn, a = "float")
    for (i in 1:3) expect_identical(program(a), fn(a))
  }
  exact(function(a) c(log2(2.2872471613405239 * a), log(a, 2), log2(a * 1e-50), log2(a * 1e40), log(8, 2)))
  exact(function(a) c(round(407671411.41 + a, -5), round(a * 1e4 + 55, -1), round(-a * 1e4 + 55, -2)))
  exact(function(a) { z <- a - 3; 1 / c(ceiling(z - 0.5), trunc(z - 0.3), floor(-z), -z, (z - 4) %% 2, sign(-z), round(z - 0.4)) })
  expect_same_as_eager(function(n = 2147483645L) sum(c(n, 2L)) / 2)
  expect_failure_of(jit_script(function(n = 2147483647L) sum(c(n, 2L)))(), "program", "is a double in R")
  expect_same_as_eager(function(n = 1L) { s <- 0; for (i in seq(100000L, 300000L, by = 100000L)) s <- s + i; s * n })
  expect_same_as_eager(function(s = "a") print(paste0(s, "\tb")))
})

test_that("sums and means of vectors are R's to the last bit", {
  for (v in list(rep(0.1, 10), c(1, NaN, 2), c(Inf, 1), 10^(-8:8) / 3)) {
    expect_exactly_eager(function(v = c(1, 2)) c(sum(v), mean(v), sum(v, 0.1)), v)
  }
  expect_exactly_eager(function(a = 0.1) c(sum(a, 0.2, 1) == 1.3, sum(rep(a, 10)) == 1, mean(rep(a, 10)) == a), 0.1)
})

test_that("seq() and median() are of the kind that R gives them", {
  for (n in c(1L, 5L)) {
    expect_exactly_eager(function(n = 1L) { k <- 0L; for (i in seq(1L, n, by = 2)) k <- if (is.integer(i)) k + 1L else k; k }, n)
    expect_exactly_eager(function(n = 1L) c(is.integer(median(c(n, 1L, 5L))), is.integer(median(c(n, 1L)))), n)
  }
  one <- jit_script(function(n = 1L) seq(1L, n, by = 2))
  expect_identical(one(5L), c(1, 3, 5))
  expect_failure_of(one(1L), "program", "as.numeric\\(\\) makes it one")
  none <- jit_script(function(n = 0L) seq(2, by = 3, length.out = n))
  expect_identical(none(2L), c(2, 5))
  expect_failure_of(none(0L), "program", "of no doubles is a vector of integers")
  expect_failure_of(jit_script(function(v = c(1, 2)) unlist(lapply(v, function(k) k)))(numeric()), "program", "unlist\\(\\) of no elements is NULL")
})

test_that("sums, products, means and variances are R's to the last bit, and pass the largest double on their way", {
  most <- .Machine$double.xmax
  least <- 5e-324
  given <- list(
    c(1e308, 1e308, -1e308), c(1e200, 1e200, 1e-200), c(most, most), c(-most, -most, most, most), c(most, 1, -most), c(Inf, 1), c(Inf, -Inf), c(least, least, 2),
    c(most, most, least, -most, -most), c(1.3e154, -1.3e154, 1.3e154, 1e150), c(0, Inf), c(-0, 5), c(0.1, 0.2, 0.3), c(1e-200, 1e-200, 1e200, 1e200), c(-2, most, most),
    c(1e-308, 1e-308, 1e-10), rep(most, 50), rep(1e300, 30), c(-Inf, 2)
  )
  withr::with_seed(2, for (i in 1:60) given <- c(given, list(rnorm(sample(2:30, 1)) * 10^sample(-3:3, 1) + sample(c(0, 5, 1e6), 1))))
  for (name in c("sum", "prod", "mean", "var", "sd", "cumsum", "cumprod")) {
    f <- eval(bquote(function(v) .(as.name(name))(as.numeric(v))))
    program <- jit_script(f, v = "List[float]")
    for (v in given) {
      expected <- f(v)
      if (!all(is.na(expected) & !is.nan(expected))) expect_identical(program(v), expected, label = paste(name, deparse(v)[[1]]))
    }
  }
})

test_that("an integer that R has no room for stops the program", {
  most <- .Machine$integer.max
  beyond <- function(use) {
    f <- eval(bquote(function(n = 1L) .(use)))
    program <- expect_same_as_eager(f, 5L)
    expect_true(anyNA(suppressWarnings(f(most))))
    expect_failure_of(program(most), "program", "NA in R")
  }
  for (use in list(
    quote(n + 1L), quote(n * 2L), quote(-n - 2L), quote(n + n), quote(n * n), quote(cumsum(c(n, 1L))), quote(diff(c(-n, n))), quote(as.integer(n * 2)),
    quote(abs(n) + 1L), quote(max(n, 1L) + 1L), quote({ m <- max(n, 0L); m + 1L }), quote({ m <- abs(n); l <- m + 1L; l }), quote(as.integer(n + 1)), quote({ s <- 0L; for (i in 1:3) s <- s + n; s }), quote(c(n, 1L) + 1L), quote(-n - 1L + 1L)
  )) {
    beyond(use)
  }
  for (always in list(
    function(n = 1L) as.integer(n + 3e9), function() { s <- 0L; for (i in 2147483646:2147483647) s <- i + 1L; s },
    function(n = 3L) { s <- 0L; for (i in seq_len(n)) s <- i + 1000000000L + 1000000000L + 1000000000L; s }
  )) {
    expect_failure_of(jit_script(always)(), "program", "is NA in R")
  }
  for (use in list(quote(n - 1L), quote(n %/% 2L), quote(n / 2L), quote(n + 1), quote(n^2L), quote(prod(n, 2L)))) {
    expect_same_as_eager(eval(bquote(function(n = 1L) .(use))), most)
  }
})

test_that("of two zeros the first is the greatest and the least", {
  expect_same_as_eager(function(zero = 0) 1 / c(max(-zero, zero), max(zero, -zero), min(zero, -zero), min(-zero, zero), max(zero, -zero, -zero)))
})

test_that("remainders, quotients, powers and sums of several numbers are R's", {
  special <- c(0, -0, 1, -1, 2.5, -2.5, 1e-20, -1e-20, 7, 0.1, 1e5, Inf, -Inf, NaN, 1e16, 3, 2^53)
  divide <- jit_script(function(a = 1.5, b = 1.5) c(a %% b, a %/% b))
  power <- jit_script(function(a = 1.5, b = 1.5) c(a^b, a^3, a^1, a^-1))
  same <- function(found, expected) expect_identical(c(found, 1 / found), c(expected, 1 / expected))
  for (a in special) for (b in c(special, 5, -3, 0.5)) {
    if (is.nan(a / b) || is.infinite(a / b) || abs(a / b) < 1e18) same(divide(a, b), suppressWarnings(c(a %% b, a %/% b)))
    same(power(a, b), suppressWarnings(c(a^b, a^3, a^1, a^-1)))
  }
  withr::with_seed(1, for (i in 1:100) {
    a <- rnorm(1) * 10^sample(-5:12, 1)
    b <- rnorm(1) * 10^sample(-3:3, 1)
    same(divide(a, b), suppressWarnings(c(a %% b, a %/% b)))
  })
  exact <- function(fn, a) expect_identical(jit_script(fn, a = "float")(a), fn(a))
  exact(function(a) sum(a, 0.1, 0.2), 2.5)
  exact(function(a) sum(a / 7, 0.1, 0.2, 1e16, -1e16), 2.5)
  exact(function(a) sum(1, c(a / 7.5, -1, 0), 2), 2.5)
  exact(function(a) prod(0.1, 3L, a), 2.5)
  exact(function(a) 1 / sum(a), -0)
  exact(function(a) 1 / c(if (a > 2) 0 else -0, 0, -0), 1)
  exact(function(a) a * 5e-324, 1)
  mean_of <- function(v) mean(v)
  for (v in list(c(-100000L, -5L, -5L, 2L, 100000L), c(1L, -2L, 2L, -2147483647L, 2L, -1L, 2147483647L))) expect_identical(jit_script(mean_of, v = "List[int]")(v), mean(v))
})

test_that("an element of a tensor that R has no integer for is a double", {
  i <- torch_tensor(c(3L, 1L))
  for (t in list(torch_tensor(3e9, dtype = torch_long()), torch_tensor(2^40, dtype = torch_long()), torch_tensor(5L), torch_tensor(2.5))) {
    expect_same_as_eager(function(t, i) i * t$item(), t, i)
    expect_same_as_eager(function(t) list(is.integer(t$item()), t$item(), torch_tensor(t$item()), torch_full(2, t$item()), paste(t$item()), t$item() %% 2L), t)
    expect_same_as_eager(function(t) { cat(t$item(), "\n"); t$item() + 1L }, t)
  }
  most <- torch_tensor(.Machine$integer.max)
  for (fn in list(function(t) t$item() + 1L, function(t) { y <- 0L; for (k in 1:2) y <- y + t$item(); y }, function(t) { y <- 1L; if (t$item() > 5) y <- t$item(); y * 2L })) {
    expect_failure_of(jit_script(fn)(most), "program", "NA in R")
  }
})

test_that("minus zero is a double", {
  for (zero in list(quote(n - 1), quote(round(n - 1L)), quote(n %% 1), quote(floor(n - 1)), quote(c(n - 1, 2)[1]), quote(length(n) - 1), quote({ m <- n - 1; m }))) {
    expect_exactly_eager(eval(bquote(function(n = 1L) 1 / -.(zero))))
  }
  expect_exactly_eager(function(n = 1L) list(sprintf("%f", -(n - 1)), atan2(-(n - 1), -1)))
  expect_exactly_eager(function(n = 1L) list(-(n - 1L), -(n - 2), -n))
  expect_same_as_eager(function(x, n = 2L) list(torch_roll(x, -(n - 1)), x[-(n - 1)]), torch_arange(1, 5), 3L)
})

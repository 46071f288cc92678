# Vectors that began as c(), while they have no elements.

# `use` of a vector `a` of the first n elements of x, which began as c().
grown <- function(use) eval(bquote(function(x, n = 0L) { a <- c(); for (i in seq_len(n)) a <- c(a, x[i]$item()); .(use) }))

test_that("c() that is still empty is what NULL is in R, or stops the program", {
  x <- torch_tensor(c(1, 2, 3))
  for (use in list(
    quote(length(a)), quote(sum(a)), quote(prod(a)), quote(max(a, 1)), quote(a > 1), quote(any(a > 1)), quote(c(a, 1)), quote(append(a, 2)), quote(a + 1),
    quote(as.integer(a)), quote(1 %in% a), quote(seq_along(a)), quote(vapply(a, function(v) v * 2, 0)), quote(for (v in a) cat(v, "\n")),
    quote(paste(a)), quote(sprintf("%f", a)), quote({ d <- c(a, 2, 3); rev(d) }), quote(torch_tensor(a)), quote(sqrt(a)), quote(-a), quote(order(a))
  )) {
    expect_same_as_eager(grown(use), x, 0L)
    expect_same_as_eager(grown(use), x, 2L)
  }
  for (use in list(
    quote(a), quote(cat("a", a, "b\n")), quote(c(a, 2L)), quote(x[a]), quote(mean(a)), quote(sort(a)), quote(list(a, 1)), quote(list(k = a)), quote(rev(a)), quote(unique(a)), quote(a[a > 0]), quote(head(a, 1)),
    quote(is.numeric(a)), quote(rep(a, 2)), quote({ b <- a; b }), quote({ l <- list(); l[[1]] <- a; l }), quote(Filter(function(v) v > 1, a)),
    quote({ f <- function() a; f() }), quote({ d <- if (n > 5L) c(2, 3) else a; rev(d) }), quote({ b <- c(); d <- c(a, b); rev(d) }), quote({ f <- function(v) rev(v); f(a) })
  )) {
    program <- expect_same_as_eager(grown(use), x, 3L)
    expect_failure_of(program(x, 0L), "program", "what began as c\\(\\) has no elements, and may be NULL in R")
  }
})

found <- function(x, n) { a <- c(); for (i in seq_len(n)) a <- c(a, x[i]$item()); a }
found_by <- function(x, n) { a <- found(x, n); if (length(a) > 1) a else a }
test_that("functions hand on that what they give began as c()", {
  x <- torch_tensor(c(1, 2, 3))
  expect_same_as_eager(function(x, n = 0L) length(found_by(x, n)), x, 0L)
  expect_same_as_eager(function(x, n = 0L) rev(found_by(x, n)), x, 2L)
  program <- jit_script(function(x, n = 0L) rev(found_by(x, n)))
  expect_failure_of(program(x, 0L), "program", "begin with numeric\\(\\)")
})

test_that("c() of tensors and of integers is NULL as well", {
  x <- torch_tensor(c(1, 2, 3))
  program <- expect_same_as_eager(function(x, n = 2L) { y <- c(); for (q in seq_len(n)) y <- c(y, x[q]); y }, x, 2L)
  expect_failure_of(program(x, 0L), "program", "may be NULL in R: begin with list")
  expect_same_as_eager(function(x, n = 2L) { y <- c(); for (q in seq_len(n)) y <- c(y, x[q]); length(y) }, x, 0L)
  expect_same_as_eager(function(x, n = 2L) { y <- c(); for (q in seq_len(n)) y <- c(y, q); c(y, 2L) }, x, 0L)
})

test_that("what is empty and began as c() stops where that shows", {
  began <- function(n) { z <- c(); for (i in seq_len(n)) z <- c(z, 1); z }
  expect_failure_of(jit_script(function(n = 0L) is.null(began(n))), "compile", "does not know `c\\(\\)` from a vector of no length")
  each <- jit_script(function(n = 0L) lapply(1:n, function(k) began(k)))
  expect_identical(each(2L), list(1, c(1, 1)))
  expect_failure_of(jit_script(function(n = 0L) lapply(0:n, function(k) began(k)))(2L), "program", "what began as c\\(\\) has no elements")
})

test_that("the sum of NULL is an integer", {
  for (n in c(0L, 2L)) {
    expect_same_as_eager(function(n = 0L) { z <- c(); for (i in seq_len(n)) z <- c(z, 1); list(sum(z), sum(z) + 1L, sum(z) / 2) }, n)
    expect_same_as_eager(function(n = 0L) { z <- c(); for (i in seq_len(n)) z <- c(z, 1.5); sum(z) }, n)
  }
})

test_that("beside NULL it stops where it is empty, and is NULL where nothing is ever put into it", {
  grown <- function(use) {
    fn <- function(x, n = 3L) NULL
    body(fn) <- bquote({ z <- c(); for (i in seq_len(n)) z <- c(z, i + 0.5); .(use) })
    fn
  }
  x <- torch_ones(2)
  for (use in list(
    quote({ y <- NULL; if (n < 5L) y <- z; y }), quote({ y <- z; if (n > 5L) y <- NULL; is.null(y) }), quote(if (n < 5L) z else NULL),
    quote({ f <- function(k) { if (k > 5L) return(NULL); z }; is.null(f(n)) }), quote(max(z, 1L)), quote(min(1L, z))
  )) {
    program <- expect_same_as_eager(grown(use), x, 3L)
    expect_failure_of(program(x, 0L), "program", "what began as c\\(\\) has no elements, and may be NULL in R")
  }
  expect_same_as_eager(grown(quote(if (length(z) > 0) z else NULL)), x, 0L)
  expect_same_as_eager(grown(quote(max(z, 0))), x, 0L)
  never <- function(use) {
    fn <- function(x, n = 3L) NULL
    body(fn) <- bquote({ v <- c(); .(use) })
    fn
  }
  for (use in list(
    quote({ y <- NULL; if (n > 1L) y <- v; is.null(y) }), quote({ y <- NULL; if (n > 1L) y <- v; y }), quote({ y <- if (n > 1L) v else NULL; is.null(y) }),
    quote({ f <- function(k) { if (k > 1L) return(v); NULL }; f(n) }), quote({ f <- function(k) { if (k > 1L) return(v); x }; f(n) }),
    quote(is.list(v)), quote(is.null(v)), quote(list(v, 1)), quote({ w <- v; w <- c(w, 1); w })
  )) {
    expect_exactly_eager(never(use), x, 3L)
  }
})

test_that("c() is of the kind that its arguments say, where they may be NULL", {
  undecided <- "what may be NULL is NULL|what began as c\\(\\) has no elements"
  for (use in alist(c(y, 3), append(y, 3), c(3L, y))) {
    fn <- eval(bquote(function(n = 0L) { y <- c(); for (i in seq_len(n)) y <- c(y, list(i)); .(use) }))
    expect_failure_of(expect_same_as_eager(fn, 2L)(0L), "program", undecided)
  }
  for (use in alist(c(y, TRUE), c(y, z), c(y, z, 1L))) {
    fn <- eval(bquote(function(n = 0L) { y <- c(); z <- c(); for (i in seq_len(n)) { y <- c(y, i); z <- c(z, i + 0.5) }; .(use) }))
    expect_failure_of(expect_same_as_eager(fn, 2L)(0L), "program", undecided)
  }
  either <- function(b = TRUE, k = 1.5) c(if (b) k, if (!b) list(k))
  expect_failure_of(expect_same_as_eager(either, FALSE, 1.5)(TRUE, 1.5), "program", undecided)
  types <- list(a = "Optional[int]", b = "Optional[float]")
  both <- jit_script(function(a, b) c(a, b), a = types$a, b = types$b)
  for (a in list(NULL, 3L)) {
    expect_identical(both(a, 2.5), c(a, 2.5))
    expect_failure_of(both(a, NULL), "program", undecided)
    for (b in list(NULL, 2.5)) expect_same_as_eager(function(a, b) list(c(a, b, 1), c(a, list(b)), length(c(a, b, 0))), a, b, types = types)
  }
  expect_same_as_eager(function(x) list(is.list(c()), is.list(identity(c())), is.list(append(c(), c())), is.null(c(c()))), torch_ones(1))
  expect_same_as_eager(function(x) { y <- if (any(integer(0) > 1)) c(1, 2) else c(); is.list(y) }, torch_ones(1))
})

test_that("the sum of a vector that has lost its elements is none of NULL", {
  for (use in alist({ w <- w[w > 5]; sum(w) }, { w <- Filter(function(v) v > 5, w); sum(w) }, { while (length(w) > 0) w <- w[-1]; sum(w) }, { w <- c(w, 1.5); w <- w[w > 5]; f <- function(v) sum(v); f(w) })) {
    fn <- eval(bquote(function(xs) { w <- c(); for (x in xs) w <- c(w, x); .(use) }))
    program <- jit_script(fn, xs = "List[float]")
    expect_failure_of(program(c(1, 2)), "program", "what began as c\\(\\) has no elements, and may be NULL")
    if (!identical(use[[2]][[1]], quote(`while`))) expect_identical(program(c(1, 10)), fn(c(1, 10)))
  }
  rounds <- function(xs) { w <- c(); for (x in xs) { print(is.integer(sum(w))); w <- c(w, x) }; sum(w) }
  expect_same_as_eager(rounds, c(1, 2), types = list(xs = "List[float]"))
  expect_same_as_eager(function(xs) { w <- c(); for (x in xs) w[length(w) + 1] <- x; is.integer(sum(w)) }, numeric(0), types = list(xs = "List[float]"))
})

test_that("what begins as c() is filled by numbers out of tensors", {
  x <- torch_tensor(c(1, 2.5))
  for (use in alist(
    { v <- c(); for (i in seq_len(n)) v[i] <- torch_log(x)$sum()$item(); v }, { v <- c(); for (i in seq_len(n)) v[length(v) + 1] <- x[1]$item() * i; v },
    { v <- c(); for (i in seq_len(n)) { v[i] <- x$sum()$item() / i; if (i > 1 && v[i - 1] - v[i] < 1) break }; v }
  )) {
    expect_same_as_eager(eval(bquote(function(x, n = 3L) .(use))), x)
  }
  program <- jit_script(function(x, n = 3L) { v <- c(); for (i in seq_len(n)) v[i] <- x[i]$item(); v })
  expect_failure_of(program(torch_tensor(1:3)), "program", "an integer.*comes where a program has doubles: as.numeric\\(\\) makes it one")
})

# Functions made within functions, and what they change.

test_that("a function that changes what is around it does so in every round of a loop", {
  expect_same_as_eager(function(n = 3L) { i <- 0L; f <- function() { i <<- i + 1L; i }; for (k in 1:3) f(); i })
  expect_same_as_eager(function(x) { k <- 0; step <- function(t) { k <<- k + 1; t * k }; for (j in 1:3) x <- step(x); x }, torch_ones(2))
  expect_same_as_eager(function(n = 3L) { i <- 0L; f <- function() { i <<- i + 1L; i }; while (f() < n) {}; i })
  expect_same_as_eager(function(n = 3L) { i <- 0; f <- function(v) { i <<- v; i }; while (i < 3) { j <- i + 1; f(j) }; i })
  expect_same_as_eager(function(n = 1L) { flag <- 0L; f <- function() flag <<- 1L - flag; s <- 0L; for (k in 1:4) { f(); s <- s * 10L + flag }; s })
  expect_same_as_eager(function(n = 1L) { x <- NULL; f <- function() x <<- 5; s <- 0; for (j in 1:3) { if (is.null(x)) s <- s + 1; f() }; s })
  expect_same_as_eager(function(n = 3L) { k <- 3L; a <- c(1L, 2L, 3L); f <- function() k <<- k - 1L; s <- 0L; for (j in 1:n) { s <- s * 10L + a[[k]]; f() }; s })
  expect_same_as_eager(function(n = 3L) { x <- "a"; f <- function() { x <<- paste0(x, "b"); x }; s <- ""; for (k in 1:3) s <- paste0(s, f()); s })
  expect_same_as_eager(function(n = 3L) { i <- 0; g <- function() i <<- i + 1; f <- function() g(); for (k in 1:n) f(); i })
  expect_same_as_eager(function(n = 3L) { i <- 0; h <- list(f = function() i <<- i + 1); for (k in 1:n) h$f(); i })
  expect_same_as_eager(function(n = 3L) {
    make <- function() { i <- 0L; function() { i <<- i + 1L; i } }
    f <- make()
    g <- make()
    for (k in 1:3) f()
    g() + f() * 10L
  })
})

test_that("it does so too where R's functions call it", {
  expect_same_as_eager(function(n = 3L) { i <- 0; f <- function() { i <<- i + 1; i }; vapply(1:3, function(k) f(), 0) })
  expect_same_as_eager(function(n = 3L) { i <- 0; g <- function() i <<- i + 1; f <- function(k) { g(); i }; sapply(1:3, f) })
  expect_same_as_eager(function(n = 3L) { i <- 0; r <- Filter(function(a) { i <<- i + 1; i > 2 }, c(1, 2, 3, 4)); c(r, i) })
  expect_same_as_eager(function(n = 3L) { i <- 0; r <- Reduce(function(a, b) { i <<- i + 1; a + b }, c(1, 2, 3, 4)); c(r, i) })
})

test_that("lists that it changes are held by one name alone", {
  expect_same_as_eager(function(n = 3L) { a <- c(5L, 6L); lapply(1:3, function(k) { a[1] <<- a[1] + 1L; a }) })
  expect_same_as_eager(function(n = 3L) { a <- c(5L, 6L); b <- c(0L, 0L); f <- function() a[1] <<- a[1] + 1L; for (k in 1:3) { f(); if (k == 1) b <- a }; c(a, b) })
  expect_same_as_eager(function(n = 3L) { a <- c(5L, 6L); b <- list(); f <- function() a[1] <<- a[1] + 1L; for (k in 1:3) { f(); b[[k]] <- a }; b })
})

test_that("return() leaves the function that it stands in", {
  x <- torch_tensor(c(-1, 2, 3))
  expect_same_as_eager(function(n = 3L) { x <- if (n > 2) return(5) else 1; x + 1 })
  for (given in list(x, -x)) expect_same_as_eager(function(x) { y <- if (x$sum()$item() > 0) return(x) else x * 2; y + 100 }, given)
  expect_same_as_eager(function(n = 3L) { x <- { if (n > 2) return(5); 1 }; x + 1 })
  for (n in 3:4) expect_same_as_eager(function(n) { x <- switch(as.character(n), "3" = return(10L), 20L); x + 1L }, n, types = list(n = "int"))
  expect_same_as_eager(function(n = 3L) { s <- 0L; for (i in 1:4) { x <- if (i == n) return(-1L) else i; s <- s + x }; s })
  expect_same_as_eager(function(n = 3L) -(if (n > 2) return(77L) else 1L))
  expect_same_as_eager(function(n = 3L) { print(if (n > 2) return(77L) else 1L); 5L })
  expect_same_as_eager(function(n = 1L) { f <- function(k) { if (k > 2) return(1L); x <- 2L; x + 10L }; f(n) })
  expect_same_as_eager(function(n = 1L) { g <- function(k) { switch(k, return("a"), "b"); "after" }; g(n) })
  inner <- function(n = 3L) { f <- function(k) { x <- if (k > 2) return(1L) else 2L; x + 10L }; f(n) }
  expect_failure_of(jit_script(inner), "compile", "`return\\(\\)` inside a loop or an expression")
})

test_that("a jump may be one side of a value, and of an `if` that sets a variable", {
  expect_same_as_eager(function(n = 3L) { s <- 0L; for (i in 1:4) { x <- if (i == n) next else i; s <- s + x }; s })
  expect_same_as_eager(function(n = 3L) { while (TRUE) { x <- if (n > 10) break else n + 1L; n <- x * 2L }; n })
  expect_same_as_eager(function(n = 3L) { s <- 0L; for (i in 1:4) { if (i == n) next else y <- i; s <- s + y }; s })
  for (n in c(3L, 7L)) expect_same_as_eager(function(n) { n < 5 || stop("too big"); n }, n, types = list(n = "int"))
  expect_same_as_eager(function(n = 1L) { n > 2 || return(5L); n })
  expect_same_as_eager(function(n = 3L) { s <- 0L; for (i in 1:5) { i == n && next; s <- s + i }; s })
})

test_that("arguments are computed at the call, and what would show that is refused", {
  expect_failure_of(jit_script(function(n = 3L) { g <- function(a, b) a; g(n, stop("lazy")) }), "compile", "An argument that does something")
  expect_failure_of(jit_script(function(n = 3L) { g <- function(a, b) a; i <- 0L; g(n, { i <- 5L; i }); i }), "compile", "An argument that does something")
  expect_failure_of(jit_script(function(n = 3L) { x <- 1L; g <- function(b) { x <<- 50L; b }; g(x + n) }), "compile", "changes `x`, which an argument")
  expect_same_as_eager(function(n = 3L) { i <- 0L; f <- function() { i <<- i + 1L; i }; c(i, f(), i) })
})

test_that("lists made in a loop within a loop are all there", {
  expect_same_as_eager(function(x, n = 3L) {
    s <- 0.5
    xs <- list(x, x * 2)
    ys <- list(x)
    for (i in seq_len(n)) {
      ys <- lapply(xs, function(e) {
        s <<- s + 1
        e * s
      })
    }
    list(s, torch_stack(ys))
  }, torch_ones(2))
  expect_same_as_eager(function(x, n = 3L) {
    s <- 0.5
    out <- list(x)
    for (i in seq_len(n)) {
      out <- list()
      for (e in list(x, x * 2)) {
        s <- s + 1
        out[[length(out) + 1]] <- e * s
      }
    }
    list(torch_stack(out), s)
  }, torch_ones(2))
})

test_that("a list keeps what it was when it was read, whatever comes later in the expression", {
  expect_same_as_eager(function() {
    a <- c(1, 2)
    f <- function() {
      a[1] <<- a[1] + 50
      1
    }
    both <- c(a, f(), a)
    parts <- list(a, f(), a)
    sums <- a + c(f(), 0)
    joined <- append(a, f())
    list(both, parts[[1]], parts[[3]], sums, joined, c(a, a[2] <- 7, a))
  })
  expect_same_as_eager(function(x) {
    l <- list(x, x)
    f <- function() {
      l[[1]] <<- x * 9
      list(x)
    }
    c(l, f())
  }, torch_tensor(c(1, 2)))
})

test_that("&&, || and is.null() go where functions go", {
  expect_same_as_eager(function(a = TRUE) c(Reduce(`&&`, list(a, TRUE)), Reduce(`||`, c(a, FALSE)), do.call(`&&`, list(a, FALSE))))
  expect_same_as_eager(function(n = 2L) c(unlist(lapply(1:n, is.null)), do.call(is.null, list(n))))
  for (k in c("a", "zz")) {
    expect_same_as_eager(function(k = "a") {
      d <- list(a = 1, b = 2)
      c(is.null(d[[k]]), if (!is.null(d[[k]])) d[[k]] > 0 else FALSE)
    }, k)
  }
})

test_that("functions are found by their names, as match.fun() finds them", {
  expect_same_as_eager(function(n = 2L) { f <- function(a) a + 1; c(do.call("f", list(n)), unlist(lapply(1:n, "f")), sapply(1:n, "f"), Reduce("f", n)) })
  expect_same_as_eager(function(n = 2L) { sum <- 5; c(do.call("sum", list(n, 1L)), sum) })
})

test_that("`...` goes on into apply functions", {
  v <- c(1, 2)
  types <- list(v = "List[float]")
  expect_same_as_eager(function(v) { f <- function(w, ...) sapply(w, function(e, k = 1) e * k, ...); f(v, k = 2) }, v, types = types)
  expect_same_as_eager(function(v) { f <- function(w, ...) mapply(function(e, k) e * k, w, ...); f(v, v) }, v, types = types)
  expect_same_as_eager(function(v) { f <- function(...) vapply(...); f(v, function(e) e * 2, 0) }, v, types = types)
})

test_that("a function that ends in stop() everywhere ends the program", {
  expect_same_as_eager(function(n = 2L) { lapply(1:n, function(i) stop("bad")); 5 })
  expect_same_as_eager(function(n = 0L) { x <- lapply(seq_len(n), function(i) stop("bad")); length(x) })
  expect_same_as_eager(function(n = 2L) { Reduce(function(a, b) stop("bad"), 1:n); 5 })
  expect_same_as_eager(function(n = 2L) { Filter(function(a) stop("bad"), 1:n); 5 })
  expect_same_as_eager(function(n = 0L) vapply(seq_len(n), function(i) stop("bad"), 0))
  fail <- function(a, b = stop("b is needed")) stop("failed")
  expect_same_as_eager(function(n = 2L) if (n > 1) fail(n) else 3)
  expect_same_as_eager(function(n = 2L) if (n > 5) fail(n) else 3)
  needs <- function(a, b = stop("b is needed")) if (a > 2) a + b else a
  for (n in 2:3) expect_same_as_eager(function(n) needs(n), n, types = list(n = "int"))
  expect_same_as_eager(function(n = 3L) { f <- function(a, b = stop("b is needed")) a + b; c(f(n, 1L), f(n)) })
  for (n in 2:3) {
    expect_same_as_eager(function(n) { x <- n > 2 || stop("small"); if (x) 1 else 2 }, n, types = list(n = "int"))
    expect_same_as_eager(function(n) if (n > 2 && stop("large")) 1 else 2, n, types = list(n = "int"))
  }
})

test_that("a function that gives NULL is called where its value is used", {
  show <- function(a) {
    print(a)
    NULL
  }
  expect_same_as_eager(function(n = 2L) { x <- show(n); if (is.null(show(n + 1L))) 3 else 4 })
  expect_same_as_eager(function(n = 2L) if (n > 1) show(n) else 3)
})

test_that("a condition's second side may change variables, where it is looked at", {
  for (n in c(1L, 9L)) {
    types <- list(n = "int")
    expect_same_as_eager(function(n) { k <- 0; f <- function() { k <<- k + 1; k > 1 }; if (n > 5 && f()) k else -k }, n, types = types)
    expect_same_as_eager(function(n) { k <- 0; f <- function() { k <<- k + 1; k > 1 }; if (n > 5 || f()) k else -k }, n, types = types)
    expect_same_as_eager(function(n) { k <- 0; f <- function() { k <<- k + 1; k > 1 }; while (n > 5 && !f()) n <- n - 1L; c(k, n) }, n, types = types)
    expect_same_as_eager(function(n) { x <- NULL; f <- function() { x <<- 5; TRUE }; if (n > 5 && f()) x else 1 }, n, types = types)
    expect_same_as_eager(function(n) { x <- NULL; if (n > 5) x <- 4; f <- function() { x <<- 5; TRUE }; if (is.null(x) && f()) if (is.null(x)) 0 else x + 1 else 1 }, n, types = types)
    expect_same_as_eager(function(n) { x <- NULL; if (n > 5) x <- 4; if (!is.null(x) && (x <- x + 1) > 3) x else 0 }, n, types = types)
  }
  expect_same_as_eager(function(n = 1L) { f <- function() { cat("f\n"); n > 0 }; list(!f(), if (!f()) 1 else 2) })
  expect_failure_of(jit_script(function(n = 1L) if (n > 5 && { m <- n; m > 6 }) m else 1L), "compile", "`m` is set only where `n > 5` holds")
})

test_that("what apply functions go through is what it was when they began", {
  expect_same_as_eager(function() { a <- c(1, 2, 3); r <- Map(function(e, f) { a[3] <<- 10; e + f }, a, a); c(r[[3]], a) })
  expect_same_as_eager(function() { d <- list(k = 1, l = 2); r <- lapply(d, function(e) { d[["l"]] <<- 0; e + 1 }); list(r, d) })
  expect_same_as_eager(function() { d <- list(k = 1, l = 2); r <- Reduce(function(a, e) { d[["l"]] <<- 0; e + a }, d); list(r, d) })
  expect_same_as_eager(function() { d <- list(); for (k in c("a", "b")) d[[k]] <- 2; r <- lapply(d, function(e) { d[["b"]] <<- 0; e + 1 }); list(r, d) })
  expect_same_as_eager(function() { d <- list(); for (k in c("a", "b")) d[[k]] <- 2; r <- Filter(function(e) { d[["b"]] <<- 0; e > 1 }, d); list(r, d) })
  expect_same_as_eager(function(n = 1L) { a <- list(c(1, 2), "a"); for (e in a) { a <- list(c(5, 6), "b"); cat(e, "\n") }; a })
})

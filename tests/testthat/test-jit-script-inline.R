# Functions put in where they are called: their arguments, defaults and returns.

test_that("an argument that the call changes is refused: R looks at it when the function first asks", {
  changed <- function(fn) expect_failure_of(jit_script(fn), "compile", "changes `a`, which an argument of it uses. Give the argument a name")
  changed(function(n = 1) { a <- c(1, 2); f <- function(b) { force(b); a[1] <<- 50; b }; f(a) })
  changed(function(n = 1) { a <- 1; f <- function(b) { a <<- 10; b }; f(a) })
  changed(function(n = 1) { a <- 1; f <- function(b) { g <- function() a <<- 50; g(); b }; f(a) })
  changed(function(n = 1) { a <- 1; f <- function(h, z) { h(); z }; f(function() a <<- 50, a) })
  changed(function(n = 1) { a <- c(1, 2); f <- function(z) { a[1] <<- 50; z[1] }; do.call(f, list(a)) })
  changed(function(n = 1) { a <- c(1, 2); vapply(1:2, function(i, z) { a[i] <<- 100; sum(z) }, 0, a) })
  expect_same_as_eager(function(n = 1) { a <- c(1, 2); f <- function(b) { a[1] <<- 50; b[1] }; b <- a; f(b) + a[1] })
  expect_same_as_eager(function(n = 1) { a <- c(1, 2); unlist(Map(function(e, f) { a[2] <<- 100; e + f }, a, a)) })
})

test_that("a default is what it was when it was first asked for", {
  expect_same_as_eager(function(n = 3) { f <- function(m, b = m) { b; m <- m + 1; b }; f(n) })
  expect_same_as_eager(function(n = 3) { f <- function(m, b = m) { m <- m + 1; b }; f(n) })
  expect_same_as_eager(function(n = 3) { f <- function(m, b = c(m, 2)) { force(b); for (i in 1:2) { m <- m + 1; b[1] <- b[1] + m }; b }; f(n) })
  expect_same_as_eager(function(n = 3) { f <- function(v = c(1, n), b = v) { v[1] <- 9; w <- b; v[1] <- 8; c(b, w, v) }; f() })
  expect_failure_of(
    jit_script(function(n = 3) { f <- function(m, b = m * 2) { s <- 0; for (i in 1:3) { m <- m + 1; s <- s + b }; s }; f(n) }),
    "compile", "The default of `b` uses what the function changes, or does something, and is first asked for in a loop. force\\(b\\) before the loop"
  )
  expect_failure_of(
    jit_script(function(n = 3) { f <- function(m, b = m) { s <- if (m > 2) b else 0; m <- m + 1; s + b }; f(n) }),
    "compile", "only one branch asks for it. force\\(b\\) before the branches"
  )
})

test_that("a function that is given back keeps the arguments of the one that made it", {
  expect_same_as_eager(function(n = 3) { make <- function(k) { force(k); function() k }; f <- make(n); n <- n + 1; f() + n })
  expect_same_as_eager(function(n = 3) { make <- function(k) { k; function() k }; f <- make(n); n <- n + 1; g <- make(n); n <- 0; c(f(), g(), n) })
  expect_same_as_eager(function(n = 3) { make <- function(k) function() k; f <- make(n); f() })
  expect_failure_of(
    jit_script(function(n = 3) { make <- function(k) function() k; f <- make(n); n <- n + 1; f() }),
    "compile", "`n` went into `make\\(n\\)`, whose result may not have looked at it yet. force\\(k\\)"
  )
})

test_that("functions made here that use their arguments alone return from their loops", {
  expect_same_as_eager(function(n = 20L) {
    is_prime <- function(k) {
      if (k < 2) return(FALSE)
      i <- 2
      while (i * i <= k) {
        if (k %% i == 0) return(FALSE)
        i <- i + 1
      }
      TRUE
    }
    Filter(is_prime, 1:n)
  })
  expect_same_as_eager(function(a = 3) {
    find <- function(v, x) { for (i in seq_along(v)) if (v[i] == x) return(i); -1L }
    c(find(c(1, a, 2), a), find(c(1, 2), 7), vapply(c(1, 2), function(e) find(c(1, a), e), 0L))
  })
  expect_failure_of(
    jit_script(function(a = 3) { find <- function(v) { for (e in v) if (e > a) return(e); 0 }; find(c(1, 4)) }),
    "compile", "let the function use nothing but its arguments"
  )
})

test_that("functions that call each other without end are told", {
  deep <- function(f, n) deep(function(x) f(x) + 1, n)
  expect_failure_of(jit_script(function(n = 1) deep(function(x) x, n)), "compile", "`deep\\(\\)` calls itself")
  expect_failure_of(jit_script(function(n = 1) if (n > 2) rlang::abort("a") else n), "compile", "`abort\\(\\)` can't be translated. stop\\(\\)")
})

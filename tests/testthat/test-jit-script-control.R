v <- torch_tensor(c(-1, 2, 3))
m <- torch_tensor(matrix(c(1, -2, 3, 4, 5, -6), 2))

test_that("loops, branches and functions are R's: 1 of 3", {
  expect_same_as_eager(function(n = 3L) {
    if (n > 100) 
      5
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    x <- if (n > 100) 
      5
    is.null(x)
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    x <- 1
    if (n > 1) 
      x <- 2
    x
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    s <- 0
    for (i in 1:n) for (j in 1:n) {
      if (j > i) 
        break
      if (j == 2) 
        next
      s <- s + i * 10 + j
    }
    s
  }, 4L)
  expect_same_as_eager(function(n = 3L) {
    s <- 0
    i <- 0
    while (TRUE) {
      i <- i + 1
      if (i > n) 
        break
      if (i %% 2 == 0) 
        next
      s <- s + i
    }
    s
  }, 5L)
  expect_same_as_eager(function(n = 3L) {
    i <- 0
    repeat {
      i <- i + 1
      if (i == 2) 
        next
      if (i > n) 
        return(i * 100)
    }
  }, 5L)
  expect_same_as_eager(function(n = 3L) {
    for (i in 1:10) {
      if (i * i > n) 
        return(i)
    }
    -1
  }, 30L)
  expect_same_as_eager(function(n = 3L) {
    for (i in 1:10) {
      if (i * i > n) 
        return(i)
    }
    -1
  }, 300L)
  expect_same_as_eager(function(n = 3L) {
    for (i in 1:n) {
      for (j in 1:n) if (i * j == 6) 
        return(c(i, j))
    }
    c(0L, 0L)
  }, 4L)
  expect_same_as_eager(function(n = 3L) {
    x <- 5
    for (i in seq_len(n)) x <- i
    x
  }, 0L)
  expect_same_as_eager(function(n = 3L) {
    s <- 0L
    for (i in 1:3) {
      i <- i * 2L
      s <- s + i
    }
    s
  }, 0L)
  expect_same_as_eager(function(n = 3L) {
    k <- n
    for (i in 1:k) {
      k <- 1L
      n <- n + 1L
    }
    n
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    s <- 0
    for (x in c(1.5, 2.5)) s <- s + x * n
    s
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    s <- 0
    for (x in list(1, 2L, 2.5)) s <- s + x * n
    s
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    s <- ""
    for (x in c("a", "b")) s <- paste0(s, x)
    s
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    s <- 0
    for (x in n) s <- s + x
    s
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    s <- 0
    for (x in NULL) s <- s + 1
    s
  }, 3L)
  expect_same_as_eager(function(x) {
    s <- torch_zeros(3)
    for (i in seq_len(nrow(x))) s <- s + x[i, ]
    s
  }, m)
  expect_same_as_eager(function(x) {
    s <- torch_zeros(2)
    for (i in seq_len(ncol(x))) s <- s + x[, i]
    s
  }, m)
  expect_same_as_eager(function(n = 3L) {
    while (n > 0) {
      n <- n - 2L
      if (n == 1L) 
        break
    }
    n
  }, 7L)
  expect_same_as_eager(function(n = 3L) {
    while (FALSE) n <- 100L
    n
  }, 7L)
  expect_same_as_eager(function(n = 3L) {
    z <- n
    while ({
      z <- z - 1L
      z > 2
    }) n <- n + 10L
    n
  }, 5L)
  expect_same_as_eager(function(n = 3L) {
    (function(a, b = a * 2) a + b)(n)
  }, 5L)
  expect_same_as_eager(function(n = 3L) {
    f <- function(a, b = a * 2) {
      a <- 100
      a + b
    }
    f(n)
  }, 5L)
  expect_same_as_eager(function(n = 3L) {
    f <- function(a, ...) g(...)
    g <- function(x, y = 1) x - y
    f(1, n, y = 7)
  }, 5L)
})

test_that("loops, branches and functions are R's: 2 of 3", {
  expect_same_as_eager(function(n = 3L) {
    f <- function(...) sum(...)
    f(1, n, 2)
  }, 5L)
  expect_same_as_eager(function(n = 3L) {
    f <- function(...) ...length()
    f(1, n, 2)
  }, 5L)
  expect_same_as_eager(function(n = 3L) {
    f <- function(...) ..2
    f(1, n, 2)
  }, 5L)
  expect_same_as_eager(function(n = 3L) {
    f <- function(...) {
      a <- list(...)
      a[[2]]
    }
    f(1, n, 2)
  }, 5L)
  expect_same_as_eager(function(n = 3L) {
    f <- function(a, b) if (missing(b)) 
      a
    else a + b
    c(f(n), f(n, 1))
  }, 5L)
  expect_same_as_eager(function(n = 3L) {
    f <- function(x) {
      if (x > 2) 
        return("big")
      "small"
    }
    paste0(f(n), f(1))
  }, 5L)
  expect_same_as_eager(function(n = 3L) {
    counter <- 0
    inc <- function() {
      counter <<- counter + 1
      counter
    }
    inc()
    inc() + counter * 10
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    make <- function(k) function(x) x * k
    double <- make(2)
    double(n) + make(3)(n)
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    compose <- function(f, g) function(x) g(f(x))
    h <- compose(sqrt, function(y) y + n)
    h(16)
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    x <- 1
    f <- function() x
    g <- function() {
      x <- 2
      f()
    }
    g()
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    x <- 1
    f <- function() x + n
    x <- 10
    f()
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    x <- 1
    f <- function(a = x) {
      x <- 5
      a
    }
    f()
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    f <- function(x) {
      x <- x + 1
      x
    }
    y <- f(n)
    c(n, y)
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    floor(sqrt(n))
  }, 17L)
  expect_same_as_eager(function(x) (function(y) y * 2)(torch_abs(x)), v)
  expect_same_as_eager(function(n = 3L) switch(n, "a", "b", "c"), 2L)
  expect_same_as_eager(function(n = 3L) {
    x <- switch(n, "a", "b")
    is.null(x)
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    x <- switch(n, 1, 2)
    if (is.null(x)) 
      -1
    else x
  }, 3L)
  expect_same_as_eager(function(k = "a") switch(k, a = , b = 1, c = {
    x <- 5
    x * 2
  }, 99), "a")
  expect_same_as_eager(function(k = "a") switch(k, a = , b = 1, c = {
    x <- 5
    x * 2
  }, 99), "c")
  expect_same_as_eager(function(k = "a") switch(k, a = , b = 1, c = {
    x <- 5
    x * 2
  }, 99), "zzz")
  expect_same_as_eager(function(k = "a") switch(k, a = 1, stop("bad ", k)), "zzz")
  expect_same_as_eager(function(k = "a") {
    r <- 0
    switch(k, a = {
      r <- 1
    }, b = {
      r <- 2
    })
    r
  }, "b")
  expect_same_as_eager(function(k = "a") {
    switch(k, a = return(1), b = return(2))
    3
  }, "b")
  expect_same_as_eager(function(k = "a") {
    switch(k, a = return(1), b = return(2))
    3
  }, "q")
})

test_that("loops, branches and functions are R's: 3 of 3", {
  expect_same_as_eager(function(k = "a") {
    for (i in 1:5) {
      switch(k, a = next, b = break)
      k <- "b"
    }
    i <- 0
    k
  }, "q")
  expect_same_as_eager(function(k = "a") if (k == "a") 1 else if (k == "b") 2 else 3, "b")
  expect_same_as_eager(function(n = 3L) if (n > 2) {
    if (n > 10) 
      "huge"
    else "mid"
  } else "small", 5L)
  expect_same_as_eager(function(n = 3L) {
    y <- if (n > 2) {
      z <- n * 2
      z + 1
    }
    else 0
    y
  }, 5L)
  expect_same_as_eager(function(n = 3L) {
    if (n > 2) 
      z <- 1
    else z <- 2L
    z
  }, 1L)
  expect_same_as_eager(function(n = 3L) {
    if (n > 2) 
      z <- 1
    else z <- "a"
    n
  }, 1L)
  expect_same_as_eager(function(n = 3L) {
    z <- "a"
    z <- 1
    z + n
  }, 1L)
  expect_same_as_eager(function(n = 3L) {
    if (n > 2) 
      return(NULL)
    1
  }, 1L)
  expect_same_as_eager(function(n = 3L) {
    if (n > 2) 
      return(NULL)
    1
  }, 5L)
})

test_that("an index that changes what it is an index of is refused", {
  changes <- function(fn) expect_failure_of(jit_script(fn), "compile", "The index changes what it is an index of. Compute the index before")
  changes(function(n = 1) { a <- c(n, 2); a[{ a[1] <- 7; 1 }] })
  changes(function(n = 1) { a <- c(n, 2); f <- function() { a[1] <<- 7; 1 }; a[[f()]] })
  changes(function(n = 1) { a <- c(n, 2); f <- function() { a <<- c(5, 6); 1 }; a[f()] })
  changes(function(x) { f <- function() { x <<- x * 2; 1 }; x[f()] })
  changes(function(n = 1) { a <- c(n, 2); f <- function() { a <<- c(5, 6); 1 }; a[f()] <- 3; a })
  expect_same_as_eager(function(n = 1) { a <- c(n, 2); i <- 0; f <- function() { i <<- i + 1; i }; a[f()] - a[f()] })
  # the element is there before the list is another
  expect_same_as_eager(function(n = 1) { a <- list(x = c(n, 2)); f <- function() { a$x[1] <<- 5; 1 }; c(a$x[f()], a$x) })
})

test_that("what one branch alone sets is otherwise what is around, or the default", {
  x <- torch_tensor(c(1, 2, 3))
  y <- 3
  words <- list("a", "b")
  for (b in c(TRUE, FALSE)) {
    expect_same_as_eager(function(x, b = TRUE) { if (b) y <- 2; x * y }, x, b)
    expect_same_as_eager(function(x, b = TRUE) { if (b) { y <- 2; y <- y + 1 }; z <- y; if (!b) y <- 10; z + y }, x, b)
    expect_same_as_eager(function(x, b = TRUE) { if (b) words[[1]] <- "c"; words }, x, b)
    expect_same_as_eager(function(x, b = TRUE) { for (i in 1:3) { if (i > 1 && b) y <- i; x <- x * y }; x }, x, b)
    expect_same_as_eager(function(x, b = TRUE) { k <- 1; f <- function() { if (b) k <- 3; k }; f() + k }, x, b)
    expect_same_as_eager(function(x, b = TRUE) { f <- function(k, m = k * 2) { if (b) m <- 1; m + k }; f(3) + f(4, 5) }, x, b)
    expect_same_as_eager(function(x, b = TRUE) { f <- function(k = NULL) { if (b) k <- x; is.null(k) }; f() }, x, b)
    expect_same_as_eager(function(x, b = TRUE) { f <- function(k = 1) { if (missing(k)) k <- 5; k * 2 }; f() + f(3) }, x, b)
  }
  refused <- function(fn, pattern) expect_failure_of(jit_script(fn), "compile", pattern)
  refused(function(x, b = TRUE) { k <- 1; f <- function() { if (b) k <- x; k }; f() }, "`k` is a tensor where `b` holds and a number where")
  refused(function(x, b = TRUE) { sd <- 1; f <- function() { if (b) var <- function(z) z; var(x) }; f() }, "`var` is set only where")
  refused(function(x, b = TRUE) { f <- function(k = x$sum()) { if (b) k <- x; x$add_(1); k }; f() }, "whose default R may compute later")
  refused(function(x, b = TRUE) { k <- 1; g <- function() k <<- 5; f <- function() { if (b) k <- 3; g(); k }; f() + k }, "`<-` sets `k` of the function here, and `<<-`")
  refused(function(x, b = TRUE) { f <- function(k = 1) { if (b) k <- 2; if (missing(k)) 10 else k }; f() }, "set only where|only some ways")
})

test_that("the second side of `&&` is TRUE or FALSE where nothing reads it, or leaves", {
  for (use in alist(b && s, b && cat("x\n"), b && NULL, b || "a", { x <- torch_ones(1); b && x })) {
    expect_failure_of(jit_script(eval(bquote(function(b = TRUE, s = "a") { .(use); 1 }))), "compile", "must be TRUE or FALSE|TRUE or FALSE is needed")
  }
  for (b in c(TRUE, FALSE)) for (use in alist(
    { b && (k <- 2); k }, { b && { k <- 2; TRUE }; k }, { b || stop("no"); 1 }, { b && stop("no"); 1 }, { b && return(3); 1 }, { for (i in 1:3) { b && next; k <- k + 1 }; k },
    { for (i in 1:3) { i == 2 && b && break; k <- k + 1 }; k }, { f <- function() { k <<- k + 1; TRUE }; b && f(); b || f(); k }, { b && (if (k > 3) return(2) else TRUE); 5 }
  )) {
    expect_exactly_eager(eval(bquote(function(b = TRUE) { k <- 1; .(use) })), b)
  }
})

v <- torch_tensor(c(-1, 2, 3))
m <- torch_tensor(matrix(c(1, -2, 3, 4, 5, -6), 2))

test_that("corners: 1 of 2", {
  expect_same_as_eager(function(x) {
    y <- torch_zeros(2)
    y[1] <- torch_rand(1)[1]
    y[2] <- torch_rand(1)[1]
    y
  }, v)
  expect_same_as_eager(function(x) {
    y <- list(x)
    y[[1]] <- torch_rand(1)
    y[[2]] <- torch_rand(1)
    y
  }, v)
  expect_same_as_eager(function(x) {
    z <- (x[1] <- torch_rand(1)[1])
    list(x, z)
  }, v$clone())
  expect_same_as_eager(function(x) {
    a <- list(x)
    b <- lapply(1:2, function(i) a[[i + 1]] <<- x * i)
    torch_stack(c(a, b))
  }, v)
  expect_same_as_eager(function(n = 3L) {
    s <- 0
    f <- function() {
      for (i in 1:3) {
        s <- s + i
        cat(s, "\n")
      }
      s
    }
    f() * 100 + s
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    s <- 0
    f <- function() {
      for (i in 1:3) s <- s + i
      s
    }
    f() * 100 + s
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    a <- c(0, 0, 0)
    f <- function() {
      for (i in 1:3) a[i] <- a[i] + i
      a
    }
    c(f(), a)
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    a <- c(0, 0, 0)
    f <- function() {
      i <- 0
      while (i < 3) {
        i <- i + 1
        a[i] <- i * 2
      }
      a
    }
    c(f(), a, f())
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    a <- c(0, 0, 0)
    f <- function() {
      for (i in 1:3) a[i] <<- i
      sum(a)
    }
    c(f(), a)
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    d <- list(p = c(1, 2))
    f <- function() {
      d$p[1] <- 50
      d$p
    }
    c(f(), d$p)
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    d <- list(p = c(1, 2))
    f <- function() {
      d$p[1] <<- 50
      d$p
    }
    c(f(), d$p)
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    d <- list(p = c(1, 2))
    f <- function(i) {
      d$p[i] <<- 50
      d$p
    }
    c(f(2L), d$p)
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    i <- 1L
    d <- c(1, 2)
    f <- function() {
      i <- 2L
      d[i] <<- 50
      d
    }
    c(f(), d)
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    x <- 1
    f <- function() {
      x <- x + 1
      g <- function() {
        x <<- x * 10
        x
      }
      g() + x
    }
    c(f(), x)
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    x <- 1
    f <- function(x) {
      x <- x + 1
      x
    }
    c(f(x), f(f(x)), x)
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    acc <- c()
    add <- function(v) acc <<- c(acc, v)
    for (i in 1:n) add(i * 2)
    acc
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    total <- 0
    vapply(1:n, function(i) {
      total <<- total + i
      total
    }, 0)
  }, 4L)
  expect_same_as_eager(function(n = 3L) {
    m <- c(1, 2, 3)
    vapply(seq_along(m), function(i) {
      m[i] <- m[i] * 10
      sum(m)
    }, 0)
  }, 4L)
  expect_same_as_eager(function(n = 3L) sapply(1:n, function(i, k) i * k, 2), 4L)
  expect_same_as_eager(function(n = 3L) sapply(1:n, function(i, k) i * k, k = 2), 4L)
  expect_same_as_eager(function(n = 3L) vapply(1:n, function(i, k) i * k, 0, 2), 4L)
  expect_same_as_eager(function(n = 3L) vapply(1:n, function(i) i > 2, 0), 4L)
  expect_same_as_eager(function(n = 3L) vapply(1:n, function(i) i > 2, 0L), 4L)
  expect_same_as_eager(function(n = 3L) {
    d <- list()
    for (k in c("a", "b")) d[[k]] <- n
    vapply(d, function(i) i * 2, 0, USE.NAMES = FALSE)
  }, 4L)
  expect_same_as_eager(function(n = 3L) {
    d <- list()
    for (k in c("a", "b")) d[[k]] <- n
    Map(function(x, y) x + y, d, c(1, 2))
  }, 4L)
})

test_that("corners: 2 of 2", {
  expect_same_as_eager(function(n = 3L, s = "z") {
    Map(function(x, y) paste0(x, y), c("a", s), c(1L, n))
  }, 4L)
  expect_same_as_eager(function(x) Map(function(k, y) y, c("p", "q"), list(x, x * 2)), v)
  expect_same_as_eager(function(x) torch_zeros(2, 2, dtype = "int64"), v)
  expect_same_as_eager(function(x) x$to(dtype = "float64"), v)
  expect_same_as_eager(function(x) torch_tensor(c(1, 2), dtype = "float64"), v)
  expect_same_as_eager(function(x) x$to(device = "cpu"), v)
  expect_same_as_eager(function(x) x$to(device = torch_device("cpu")), v)
  expect_same_as_eager(function(x) torch_adaptive_avg_pool1d(x$unsqueeze(1)$unsqueeze(1), 2), v)
  expect_same_as_eager(function(x) x[slc(1, N)], v)
  expect_same_as_eager(function(n = 3L) {
    a <- 1:3
    a[-n]
  }, 7L)
  expect_same_as_eager(function(x) {
    l <- list(x, x * 2)
    l[-length(l)]
  }, v)
  expect_same_as_eager(function(x, s = "a\"b\\c\nd\te") {
    print(s)
    1
  }, v)
  expect_same_as_eager(function(x, k = 2) ifelse(k > 1, yes = "a", no = "b"), v)
  expect_same_as_eager(function(x, k = 2) identical(k, 2L), v)
  expect_same_as_eager(function(x, k = 2) identical(k, "a"), v)
  expect_same_as_eager(function(x, k = 2) identical(k, NaN), v, NaN)
  expect_same_as_eager(function(x, k = 2L) {
    f <- function(g, y) g(g(y))
    h <- function(z) f(function(w) w + k, z)
    f(h, x)
  }, v)
})

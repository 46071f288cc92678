# Indices of tensors: the same elements as in eager code, and an error where that has one.

v <- function() torch_tensor(c(1, 2, 3))
m <- function() torch_tensor(matrix(1:6 + 0, 2))

# the error's text, for those that a program words as R does
message_of <- function(code) tryCatch(code, error = conditionMessage)

test_that("ranges rise from one on, and are cut at the end", {
  expect_same_as_eager(function(x) list(x[2:7], x[4:N], x[1:-3], x[-3:2], x[-1:1], x[2:(N + 2)], x[2:(N - 1)]), v())
  for (n in c(-3L, -1L, 1L, 3L, 4L)) {
    expect_same_as_eager(function(x, n) list(x[n:N], x[n:7], x[n:-1]), v(), n, types = list(n = "int"))
  }
  for (n in c(-3L, -1L, 1L, 3L, 9L)) expect_same_as_eager(function(x, n) x[1:n], v(), n, types = list(n = "int"))
  expect_same_as_eager(function(x, n = -2L, last = -1L) x[n:last], v())
  expect_same_as_eager(function(x, n = 2L, last = -1L) x[n:last], v())
  expect_same_as_eager(function(x, n = 2L) list(x[, 1:N:n], x[, n:3:2], x[n, .., 2:3]), m())
  expect_same_as_eager(function(x) {
    s <- x[1]
    for (i in 1:3) s <- s + x[i:3]$sum() * i
    s
  }, v())
})

test_that("a range that begins outside the tensor stops the program, as it stops R", {
  outside <- list(
    function(x) x[5:N], function(x) x[5:7], function(x) x[slc(5, 7)], function(x) x[-5:-1], function(x) x[1:-5],
    function(x, n = 5L) x[n:N], function(x, n = 5L) x[n:7], function(x, n = -5L) x[n:N], function(x, n = -5L) x[1:n],
    function(x, n = 0L) x[n:2], function(x, n = 0L) x[1:n], function(x, n = 5L, last = 7L) x[n:last],
    function(x, n = 5L) {
      x <- x$clone()
      x[n:N] <- 0
      x
    },
    function(x) {
      for (i in 1:5) x <- x[i:N]
      x
    }
  )
  for (f in outside) {
    program <- expect_same_as_eager(f, v())
    expect_identical(message_of(program(v())), message_of(f(v())))
    expect_match(message_of(f(v())), "out of range|0 is none")
  }
  # a falling one is the positions in eager code
  expect_error(jit_script(function(x, n = 3L) x[n:2])(v()), "must rise", class = "torchscript_error")
  expect_error(jit_script(function(x) x[N + 1]), "no position `N \\+ 1`", class = "torchscript_compile_error")
})

test_that("positions are counted from N by what the program computes", {
  for (k in 0:3) {
    program <- expect_same_as_eager(function(x, k) list(x[1:(N - k)], x[(N - k):N]), v(), k, types = list(k = "int"))
    expect_same_as_eager(function(x, k) {
      last <- N - k
      list(x[last], x[last, drop = FALSE])
    }, v(), k, types = list(k = "int"))
  }
  expect_same_as_eager(function(x, k = -2L) x[1:(N - k)], v())
  expect_same_as_eager(function(x, k = -1L) x[N - k], v())
  expect_same_as_eager(function(x, k = 1L) x[, 1:(N - k - 1)], m())
  expect_error(jit_script(function(x, k = 1L) N - k), "can't return a position counted from `N`", class = "torchscript_compile_error")
  expect_error(jit_script(function(x, k = 1L) x * (N - k)), "is a position counted from `N`", class = "torchscript_compile_error")
})

test_that("the dimension of a range is counted past all that stands before it", {
  for (n in c(3L, 5L)) {
    number <- list(n = "int")
    expect_same_as_eager(function(x, n) x[.., n:N], m(), n, types = number)
    expect_same_as_eager(function(x, n) x[newaxis, , n:N], m(), n, types = number)
    expect_same_as_eager(function(x, n) x[newaxis, n:N], m(), n, types = number)
    expect_same_as_eager(function(x, n) x[1, n:N], m(), n, types = number)
    expect_same_as_eager(function(x, n) x[x[, 1] > 1, n:N], m(), n, types = number)
    expect_same_as_eager(function(x, n) x[c(1, 2), n:N], m(), n, types = number)
    expect_same_as_eager(function(x, n) x[c(TRUE, FALSE), n:N], m(), n, types = number)
    expect_same_as_eager(function(x, i, n) x[i, n:N], m(), torch_tensor(c(2L, 1L)), n, types = number)
    expect_same_as_eager(function(x, i, n) x[n, i], torch_ones(4, 2, 3), torch_ones(2, 3) > 0, n, types = number)
    expect_same_as_eager(function(x, n) x[n:N, .., 2:5], torch_ones(3, 2, 2, 4), n, types = number)
  }
})

test_that("masks of several dimensions are the last index, and `..` stands behind tensors", {
  program <- jit_script(function(x, i) x[i, 2:N])
  expect_identical(program(m(), torch_tensor(c(TRUE, FALSE)))$shape, c(1L, 2L))
  expect_error(program(torch_ones(2, 3, 4), torch_ones(2, 3) > 0), "mask of 2 dimensions", class = "torchscript_error")
  expect_error(jit_script(function(x, i) x[.., i]), "Behind `..`", class = "torchscript_compile_error")
  expect_same_as_eager(function(x, i) x[i, ..], m(), torch_tensor(2L))
})

test_that("drop = FALSE keeps the dimension, and its limits", {
  for (n in c(-5L, -3L, -1L, 0L, 1L, 3L, 4L)) {
    program <- expect_same_as_eager(function(x, n) x[n, drop = FALSE], v(), n, types = list(n = "int"))
    expect_same_as_eager(function(x, n) x[, n, drop = FALSE], m(), n, types = list(n = "int"))
    if (n %in% c(-5L, 0L, 4L)) expect_match(message_of(program(v(), n)), "position -5 is out|0 is none|position 4 is out")
  }
  expect_same_as_eager(function(x) x[5, drop = FALSE], v())
  expect_same_as_eager(function(x) x[-1, drop = FALSE], v())
})

test_that("assignment to ranges changes what eager code changes", {
  for (n in c(2L, 3L)) {
    expect_same_as_eager(function(x, n) {
      x <- x$clone()
      x[n:N] <- 0
      x[, 1:n] <- -1
      x
    }, m(), n, types = list(n = "int"))
  }
  expect_same_as_eager(function(x) {
    x <- x$clone()
    for (i in 1:2) x[i:(i + 1)] <- x[i] * 2
    x
  }, v())
})

test_that("an empty index is the tensor, and what is no position is refused", {
  x <- torch_tensor(c(1, 2, 3))
  for (given in list(x, x[1], torch_ones(2, 3))) {
    expect_same_as_eager(function(x) x[], given)
    expect_same_as_eager(function(x) {
      y <- x$clone()
      y[] <- 0
      y
    }, given)
  }
  expect_same_as_eager(function(x) list(x[1:Inf], x[integer(0)], x[sapply(1:2, function(i) i)]), x)
  expect_failure_of(jit_script(function(x) x[NaN]), "compile", "must be a whole number")
  expect_failure_of(jit_script(function(x) x[Inf]), "compile", "must be a whole number")
  expect_failure_of(jit_script(function(x) x[list(1, 2)]), "compile", "can't be an index[.] c\\(\\) makes")
  expect_failure_of(jit_script(function(x) x[NA]), "compile", "`x\\[NA\\]`: NA can't be an index")
  expect_failure_of(jit_script(function(x) x[mean]), "compile", "a function can't be an index")
  expect_failure_of(jit_script(function(x, i = NULL) x[i]), "compile", "is.null")
})

test_that("what R refuses as a mask stops the program", {
  no_dimensions <- jit_script(function(x) x[x$sum() > 2])
  expect_failure_of(no_dimensions(torch_tensor(c(1, 2))), "program", "a mask without dimensions selects nothing")
})

test_that("a tensor of TRUE and FALSE takes numbers", {
  flags <- torch_tensor(c(TRUE, FALSE))
  expect_same_as_eager(function(x) { x[1] <- 0; x[2] <- 2.5; x }, flags)
  expect_same_as_eager(function(x) { x[1:2] <- c(2.5, 0); x }, flags)
  expect_same_as_eager(function(x) { x[x == 1] <- 0.5; x }, flags)
  expect_same_as_eager(function(x) { x[1] <- NaN; x }, flags)
})

test_that("a vector that turns out to be of one drops its dimension, and what it selects is a view", {
  rows <- torch_arange(1, 6)$view(c(3, 2))
  cube <- torch_arange(1, 24)$view(c(2, 3, 4))
  of_i <- list(i = "List[int]")
  for (i in list(2L, c(1L, 3L), integer())) {
    among_two <- i[i < 3]
    for (fn in list(
      function(x, i) x[i, ], function(x, i) x[i], function(x, i) x[i, , drop = FALSE], function(x, i) x[i, 1], function(x, i) x[c(i, 1L), ],
      function(x, i) x[rev(i), ], function(x, i) { x[i, ] <- 0; x }, function(x, i) { x[i, ] <- torch_ones(2); x }, function(x, i) { x[i, ]$mul_(10); x }
    )) expect_same_as_eager(fn, rows, i, types = of_i)
    for (fn in list(function(x, i) x[1:2, i], function(x, i) x[newaxis, i])) expect_same_as_eager(fn, rows, among_two, types = of_i)
    expect_same_as_eager(function(x, i) x[1, , i], cube, i, types = of_i)
  }
  for (i in list(2L, c(2L, 1L))) {
    expect_same_as_eager(function(x, i) { x[i, ][1] <- 7; x }, rows, i, types = of_i)
    expect_same_as_eager(function(x, i) { y <- x[i, ]; y[1] <- 100; x }, rows, i, types = of_i)
  }
  expect_same_as_eager(function(x, k = 1L) list(x[seq_len(k), ], x[c(k), ]), rows, 1L)
  expect_same_as_eager(function(x, lo = 2L, hi = 2L) { r <- lo:hi; x[r, ] }, rows, 2L, 2L)
  expect_same_as_eager(function(x) x[which(c(x[1, 1]$item() > 0, FALSE, FALSE)), ], rows)
  expect_same_as_eager(function(x, v) x[v > 1, ], torch_ones(1, 3), 2, types = list(v = "List[float]"))
  expect_same_as_eager(function(x) { r <- c(1L); for (i in 1:2) r <- c(r, 1L); x[r, ] }, rows)
})

test_that("one position is a view without drop as well, and integers are set into tensors of doubles", {
  rows <- torch_ones(3, 4)
  for (n in 1:2) expect_same_as_eager(function(x, n = 1L) { v <- seq_len(n); y <- x[v, , drop = FALSE]; y$add_(1); list(x, y) }, rows, n)
  x <- torch_tensor(c(1, 2, 3))
  expect_same_as_eager(function(x) { x[c(1, 2)] <- c(5L, 6L); x }, x)
  expect_same_as_eager(function(x) { x[x > 1] <- c(5L, 6L); x }, x)
  expect_same_as_eager(function(x, n = 2L) { i <- seq_len(n); x[i] <- i; x }, x, 2L)
})

test_that("all of a tensor is set at once", {
  x <- torch_ones(2, 3)
  expect_same_as_eager(function(x) { x[..] <- x * 2; x }, x)
  expect_same_as_eager(function(x) { x[] <- x * 2; x }, x)
  expect_same_as_eager(function(x) { x[] <- x[1]$clone(); x }, x)
  expect_same_as_eager(function(x) { x[..] <- 3; x }, x)
  expect_same_as_eager(function(x) { x[] <- c(1, 2, 3); x }, x)
})

test_that("a vector of doubles at run time has whole positions", {
  x <- torch_tensor(c(1.5, -2, 3))
  for (fn in list(function(x, v) x[v], function(x, v) x[v, drop = FALSE], function(x, v) { x[v] <- 0; x })) {
    program <- jit_script(fn, v = "List[float]")
    for (v in list(2, c(1, 3))) expect_identical(plain_values(program(x$clone(), v)), plain_values(fn(x$clone(), v)))
    expect_error(fn(x$clone(), 2.5), "whole number")
    expect_failure_of(program(x, 2.5), "program", "whole number")
  }
})

test_that("TRUE out of a tensor is neither a position nor a size", {
  flags <- torch_tensor(c(TRUE, FALSE, TRUE))
  numbers <- torch_tensor(c(3L, 1L, 2L))
  at <- function(x, b = TRUE) { k <- 2; if (b) k <- x[1]$item(); x[k] }
  expect_same_as_eager(at, numbers)
  expect_failure_of(jit_script(at)(flags), "program", "TRUE or FALSE comes where a number is needed")
  for (fn in list(function(x) torch_zeros(x[1]$item()), function(x) torch_zeros(x[1]$item(), 2))) {
    expect_same_as_eager(fn, numbers)
    expect_error(fn(flags))
    expect_failure_of(jit_script(fn)(flags), "program", "TRUE or FALSE comes where a number is needed")
  }
})

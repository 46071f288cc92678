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

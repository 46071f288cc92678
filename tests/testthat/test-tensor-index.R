# Base R's own subsetting of the same array is the answer wherever the two agree on what an index means.
values <- array(1:24, c(2, 3, 4))
x <- torch_tensor(values)

expect_same_values <- function(tensor, expected) {
  expect_identical(as.array(tensor), expected)
}

test_that("positions, ranges and masks select as base R does", {
  m <- matrix(1:12, 3)
  t <- torch_tensor(m)
  expect_same_values(t[1, 2], m[1, 2])
  expect_same_values(t[2], m[2, ])
  expect_same_values(t[, 3], m[, 3])
  expect_same_values(t[2:3, ], m[2:3, ])
  expect_same_values(t[3:1, 2:1], m[3:1, 2:1])
  expect_same_values(t[c(3, 1, 1), ], m[c(3, 1, 1), ])
  expect_same_values(t[c(1, 3), c(2, 4)], m[c(1, 3), c(2, 4)])
  expect_same_values(t[c(TRUE, FALSE, TRUE), c(FALSE, TRUE, TRUE, FALSE)], m[c(1, 3), 2:3])
  expect_same_values(t[integer(), ], m[integer(), ])
  expect_same_values(t[1, , drop = FALSE], m[1, , drop = FALSE])
  expect_same_values(t[], m)
  rows <- 1:2
  expect_same_values(t[rows, -1], m[rows, 4])
})

test_that("every combination of kinds of indices agrees with base R in three dimensions", {
  kinds <- list(
    function(n) quote(expr = ), function(n) 2, function(n) quote(1:2), function(n) c(2, 1), function(n) rep_len(c(TRUE, FALSE), n)
  )
  for (i in kinds) {
    for (j in kinds) {
      for (k in kinds) {
        indices <- list(i(2), j(3), k(4))
        call <- as.call(c(list(quote(`[`), quote(values)), indices))
        expected <- eval(call)
        call[[2]] <- quote(x)
        result <- as.array(eval(call))
        # base R drops every dimension of size one, a tensor those selected by one position
        expect_identical(as.vector(result), as.vector(expected), info = deparse(call))
        expect_identical(dim(drop(result)), dim(drop(expected)), info = deparse(call))
      }
    }
  }
})

test_that("negative positions count from the end", {
  v <- torch_tensor(1:5)
  expect_same_values(v[-1], 5L)
  expect_same_values(v[c(-1, -5)], c(5L, 1L))
  expect_same_values(v[-2:-1], 4:5)
  expect_same_values(v[-1:-2], 5:4)
  expect_same_values(v[2:-2], 2:4)
  expect_same_values(v[-3:5], 3:5)
})

test_that("N, slc() and steps say where a range ends and how it goes on", {
  v <- torch_tensor(1:5)
  expect_same_values(v[N], 5L)
  expect_same_values(v[N - 1], 4L)
  expect_same_values(v[2:N], 2:5)
  expect_same_values(v[(N - 1):N], 4:5)
  expect_same_values(v[1:N:2], c(1L, 3L, 5L))
  expect_same_values(v[2:5:3], c(2L, 5L))
  expect_same_values(v[slc(2, 4)], 2:4)
  expect_same_values(v[slc(1, Inf, 2)], c(1L, 3L, 5L))
  expect_same_values(v[slc(2, N - 1)], 2:4)
  expect_same_values(v[4:100], 4:5)
  expect_same_values(v[6:N], integer())
  expect_output(print(slc(1, N)), "slc(1, N, 1)", fixed = TRUE)
  N <- 3
  expect_same_values(v[1:N], 1:3)
})

test_that("`..` and newaxis place dimensions", {
  expect_same_values(x[.., 2], values[, , 2])
  expect_same_values(x[1, ..], values[1, , ])
  expect_same_values(x[2, .., 3], values[2, , 3])
  expect_same_values(x[1, 2, .., 3], values[1, 2, 3])
  expect_identical(dim(x[newaxis, ..]), c(1L, 2L, 3L, 4L))
  expect_identical(dim(x[.., NULL]), c(2L, 3L, 4L, 1L))
  expect_identical(dim(x[, newaxis, c(1, 2), , newaxis]), c(2L, 1L, 2L, 4L, 1L))
})

test_that("tensors select as vectors do", {
  expect_same_values(x[torch_tensor(2L)[1]], values[2, , ])
  expect_same_values(x[, torch_tensor(c(3L, 1L)), torch_tensor(c(1L, -1L))], values[, c(3, 1), c(1, 4)])
  expect_same_values(x[, torch_tensor(c(TRUE, FALSE, TRUE)), ], values[, c(1, 3), ])
  # a tensor of positions gives its own shape
  expect_same_values(x[1, 1, torch_tensor(matrix(c(1L, 2L, 4L, 3L), 2))], matrix(values[1, 1, c(1, 2, 4, 3)], 2))
  expect_same_values(x[1, 1, matrix(c(1, 2, 4, 3), 2)], matrix(values[1, 1, c(1, 2, 4, 3)], 2))
})

test_that("a mask of several dimensions takes as many, by rows", {
  expect_same_values(x[x > 20], aperm(values)[aperm(values) > 20])
  expect_same_values(x[values > 20], aperm(values)[aperm(values) > 20])
  mask <- values[1, , ] > 10
  expect_same_values(x[2, torch_tensor(mask)], t(values[2, , ])[t(mask)])
  expect_identical(dim(x[, mask]), c(2L, sum(mask)))
})

test_that("assignment changes what the same index selects", {
  kinds <- list(function(n) quote(expr = ), function(n) 2, function(n) quote(1:2), function(n) c(2, 1), function(n) rep_len(c(TRUE, FALSE), n))
  for (i in kinds) {
    for (j in kinds) {
      for (k in kinds) {
        call <- as.call(c(list(quote(`[`), quote(changed)), list(i(2), j(3), k(4))))
        changed <- values
        expected <- eval(bquote({
          .(call) <- 100L + seq_along(.(call))
          changed
        }))
        selected <- as.array(eval(as.call(c(list(quote(`[`), quote(x)), list(i(2), j(3), k(4))))))
        changed <- x$clone()
        value <- if (is.null(dim(selected))) 100L + seq_along(selected) else array(100L + seq_along(selected), dim(selected))
        eval(bquote(.(call) <- .(value)))
        expect_identical(as.array(changed), expected, info = deparse(call))
      }
    }
  }
})

test_that("assignment broadcasts, and R values take the dtype", {
  t <- torch_zeros(2, 3, dtype = torch_double())
  t[1, ] <- 0.1
  t[, 3] <- c(1, 2)
  expect_identical(as.array(t), rbind(c(0.1, 0.1, 1), c(0, 0, 2)))
  t[t > 0.5] <- -1
  t[] <- torch_tensor(c(7, 8, 9))
  expect_identical(as.array(t), rbind(c(7, 8, 9), c(7, 8, 9)))
  v <- torch_tensor(1:3)
  v[2] <- 2^40
  expect_identical(as.numeric(v), c(1, 2^40, 3))
  v[[1]] <- 5
  expect_identical(as.numeric(v[[1]]), 5)
  b <- torch_tensor(c(TRUE, FALSE))
  b[2] <- TRUE
  expect_identical(as.array(b), c(TRUE, TRUE))
})

test_that("ranges are views, vectors are copies, and assignment has no copy of its own", {
  v <- torch_tensor(1:5)
  same <- v
  view <- v[2:3]
  copy <- v[c(2, 3)]
  v[2] <- 99L
  expect_same_values(view, c(99L, 3L))
  expect_same_values(copy, 2:3)
  expect_same_values(same, c(1L, 99L, 3L, 4L, 5L))
  view[1] <- 0L
  expect_same_values(v, c(1L, 0L, 3L, 4L, 5L))
})

test_that("gradients flow through selections", {
  w <- torch_tensor(c(1, 2, 3), requires_grad = TRUE)
  (w[2:3]$sum() + w[c(1, 1)]$sum() * 10 + w[w > 2]$sum() * 100)$backward()
  expect_identical(as.numeric(w$grad), c(20, 1, 101))
  w <- torch_tensor(c(1, 2, 3), requires_grad = TRUE)
  y <- w * 2
  y[2] <- 0
  y$sum()$backward()
  expect_identical(as.numeric(w$grad), c(2, 0, 2))
})

test_that("traced selections are part of the program", {
  f <- jit_trace(function(x) x[2:N, 1] + x[c(2, 3), -1], torch_tensor(values[1, , ] + 0))
  other <- torch_tensor(matrix(1:18 + 0, 3))
  expect_identical(as.numeric(f(other)), c(2, 3) + c(17, 18))
  masked <- jit_trace(function(x) x[x > 0], torch_tensor(c(-1, 1)))
  expect_identical(as.numeric(masked(torch_tensor(c(1, -1, 2)))), c(1, 2))
  g <- jit_trace(function(x) {
    y <- x$clone()
    y[1] <- 0
    y
  }, torch_tensor(c(1, 2)))
  expect_identical(as.numeric(g(torch_tensor(c(5, 6)))), c(0, 6))
})

test_that("head, tail, rev and dim<- work along the first dimension", {
  m <- matrix(1:30, 10)
  t <- torch_tensor(m)
  expect_same_values(head(t), head(m))
  expect_same_values(head(t, 2), head(m, 2))
  expect_same_values(head(t, -7), head(m, -7))
  expect_same_values(tail(t, 2), m[9:10, ])
  expect_same_values(tail(t, 100), m)
  expect_same_values(head(t, 0), m[0, ])
  expect_same_values(rev(torch_tensor(1:4)), 4:1)
  expect_failure_of(rev(t), "value", "one dimension")
  v <- torch_tensor(1:3)
  dim(v) <- c(1, 3)
  expect_same_values(v, matrix(1:3, 1))
  expect_failure_of(dim(t) <- c(3, 10), "value", "can't make shape .3, 10. of .10, 3.")
})

test_that("what can't be an index is refused in the user's terms", {
  v <- torch_tensor(1:4)
  expect_failure_of(v[5], "index", "position 5 is out of range: dimension 1 has 4 elements", "[")
  expect_failure_of(v[-5], "index", "position -5 is out of range")
  expect_failure_of(v[0], "index", "0 is none")
  expect_failure_of(v[1:0], "index", "0 is none")
  expect_failure_of(v[c(1, 9)], "index", "position 9 is out of range")
  expect_failure_of(v[6:7], "index", "position 6 is out of range")
  expect_failure_of(v[1, 2], "index", "the tensor has 1 dimension, and 2 indices were given")
  expect_failure_of(x[.., ..], "index", "only once")
  expect_failure_of(v[torch_tensor(5L)], "index", "position 5 is out of range: dimension 1 has 4 elements")
  expect_failure_of(v[torch_tensor(0L)], "index", "0 is none")
  expect_failure_of(v[c(TRUE, FALSE)], "index", "dimension 1 has 4, the mask 2")
  expect_failure_of(v[torch_tensor(c(TRUE, FALSE))], "index", "dimension 1 has 4, the mask 2")
  expect_failure_of(v[1.5], "value", "whole number, not 1.5")
  expect_failure_of(v[NA], "value", "NA")
  expect_failure_of(v[NA_integer_], "value", "NA")
  expect_failure_of(v["a"], "type", "the string \"a\"")
  expect_failure_of(v[list(1)], "type", "a list of length 1")
  expect_failure_of(v[factor("a")], "type", "factor")
  expect_failure_of(v[torch_tensor(1.5)], "type", "whole numbers")
  expect_failure_of(v[1:4:0], "value", "step")
  expect_failure_of(v[slc(1, 4, -1)], "value", "step")
  expect_failure_of(v[, drop = NA], "type", "`drop` must be TRUE or FALSE")
  expect_failure_of(slc("a", 2), "type", "`start` must be a position")
  expect_failure_of(torch_tensor(1)[1][1], "index", "has 0 dimensions, and 1 index was given")
  expect_error(v[stop("from the index")], "from the index")
})

test_that("what can't be assigned is refused, and nothing changes", {
  v <- torch_tensor(1:4)
  expect_failure_of(v[1] <- 1.5, "value", "1.5 can't be assigned to a tensor of whole numbers", "<-")
  expect_failure_of(v[1:2] <- 1:3, "value", "a value of shape .3. can't be assigned to a selection of shape .2.")
  expect_failure_of(v[c(1, 2)] <- 1:3, "value", "a value of shape .3. can't be assigned to a selection of shape .2.")
  expect_failure_of(v[1] <- "a", "type", "the string \"a\"")
  expect_failure_of(v[1] <- NULL, "type", "NULL")
  expect_failure_of(v[1] <- NA, "value", "NA")
  expect_failure_of(v[1] <- 1i, "value", "complex")
  expect_failure_of(v[9] <- 1L, "index", "position 9")
  expect_identical(as.array(v), 1:4)
})

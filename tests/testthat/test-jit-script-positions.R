# Several elements of a vector at once.

test_that("several elements are taken, left out and set at once", {
  of_x <- list(x = "List[float]", i = "int")
  expect_same_as_eager(function(x, i) c(x[-(1:i)], x[-c(1, 3)], x[-seq_len(i)], x[-i], x[c(i, 1)]), c(1, 2, 3), 2L, types = of_x)
  expect_same_as_eager(function(x, i) length(x[-seq_len(i)]), c(1, 2, 3), 0L, types = of_x)
  expect_same_as_eager(function(n = 3) { d <- c(1, 2, 3, n); d[2:3] <- c(5, 6); d[-1] <- d[-1] * 2; d[d > 11] <- 0; d })
  expect_same_as_eager(function(n = 3L) { d <- c(1L, 2L, n); d[c(1, 3)] <- 0.5; d })
  expect_same_as_eager(function(n = 3) { d <- c(n, 2); e <- d; d[1:2] <- e[2:1]; c(d, e) })
  expect_same_as_eager(function(n = 3) { d <- c(n, 2); for (k in 1:3) { d[1:2] <- d[2:1] + k; d[d > 4] <- 1 }; d })
  expect_same_as_eager(function(n = 3) { d <- list(v = c(n, 2, 1)); e <- d; d$v[2:3] <- 0; c(d$v, e$v) })
  expect_same_as_eager(function(n = 3L) c(sum(1:n, 0.5), max(1:n, 10), min(c(n, 5L), 2L)))
  expect_same_as_eager(function(n = 3) { v <- NULL; if (n > 5) v <- c(1, 2); length(v) })
  set <- jit_script(function(x, v) { x[1:2] <- v; x }, x = "List[float]", v = "List[float]")
  expect_identical(set(c(1, 2, 3), c(8, 9)), c(8, 9, 3))
  expect_failure_of(set(c(1, 2, 3), c(8, 9, 10)), "program", "one value for all positions, or one for each")
  expect_failure_of(set(1, c(8, 9)), "program", "out of bounds")
  expect_failure_of(jit_script(function(n = 3) { d <- c(n, 2); d[c(-1, 1)] }), "compile", "to take, or to leave out, not both")
})

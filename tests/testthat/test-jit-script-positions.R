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

test_that("a vector within a list takes doubles where it began with whole numbers", {
  types <- list(n = "int", f = "float")
  same <- function(fn) expect_same_as_eager(fn, 3L, 2.5, types = types)
  same(function(n, f) { m <- list(rep(0, n), rep(0, n)); m[[1]][1] <- f; m })
  same(function(n, f) { m <- list(list(1, 2), list(3, 4)); m[[1]][[1]] <- f; sum(unlist(m[[1]])) + m[[2]][[1]] })
  same(function(n, f) { m <- list(); for (i in 1:n) m[[i]] <- rep(0, n); for (i in 1:n) for (j in 1:n) m[[i]][j] <- i * 10 + j; m })
  same(function(n, f) { m <- list(a = rep(0, n)); m$a[2] <- f; o <- m; o$a[1] <- -1; list(m, o) })
  same(function(n, f) { m <- list(a = rep(0, n)); m$a[m$a == 0] <- f; m$a[length(m$a) + 1] <- f; m })
  same(function(n, f) { m <- list(rep(0, n), rep(1, n)); m[[2]][1:2] <- c(f, f); m })
})

test_that("a range of positions may fall", {
  for (n in 1:3) {
    expect_same_as_eager(function(n = 1L) { v <- c(3, 2, 1); list(v[n:1], v[n:2], v[3:n], c("a", "b", "c")[n:1]) }, n)
    expect_same_as_eager(function(x, n = 1L) { l <- list(x, x * 2, x * 3); l[n:2] }, torch_ones(1), n)
  }
  for (ends in list(quote(n:4), quote(4:n), quote(0:n))) {
    expect_failure_of(jit_script(eval(bquote(function(n = 1L) { v <- c(3, 2, 1); v[.(ends)] })))(2L), "program", "subscript out of bounds")
  }
})

number <- 5
several <- c(1, 2, 3)
pair <- list(1, 2)
named <- list(a = 1, b = 2)
test_that("changing a part of what is around a function makes a variable of its own", {
  x <- torch_tensor(1)
  for (fn in list(
    function(x) { number[2] <- 1; number }, function(x) { several[2] <- 10; several }, function(x) { pair[[2]] <- 10; pair },
    function(x) { named$b <- 10; named }, function(x) { named$c <- x; named }
  )) {
    expect_same_as_eager(fn, x)
  }
  expect_identical(list(number, several, pair, named), list(5, c(1, 2, 3), list(1, 2), list(a = 1, b = 2)))
})

test_that("one position takes a vector of one element", {
  for (set in alist(
    { v <- c(n); x[1] <- v }, { v <- c(n); x[[2]] <- v }, x[n] <- c(n, 2)[-n], x[[n]] <- c(n, 2)[-n], { v <- integer(0); v <- c(v, n); x[2] <- v }, for (i in 1:2) { v <- c(n); x[i] <- v * i }
  )) {
    expect_exactly_eager(eval(bquote(function(n = 1L) { x <- c(0.5, 1.5); .(set); x })), 1L)
  }
  expect_exactly_eager(function(n = 1L) { l <- list(c(1, 2)); v <- c(n, 2)[-n]; l[[1]][n] <- v; l }, 1L)
  two <- jit_script(function(n = 1L) { x <- c(1, 2); v <- c(n, 2); x[n] <- v; x })
  expect_failure_of(two(1L), "program", "one value for all positions, or one for each")
})

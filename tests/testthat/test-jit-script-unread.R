# What nothing reads is computed, as R computes it: its errors and its random draws are seen.
x <- function() torch_tensor(c(3, 1, 2))
fails <- function(fn) {
  expect_error(fn(x()), "invalid for input|can't be assigned|must match|out of range|out of bounds|between")
  program <- jit_script(fn)
  for (i in 1:2) expect_error(program(x()), "invalid for input|must match|out of range|out of bounds|expanded size", class = "torchscript_error", label = squeeze_text(body(fn)))
}

test_that("statements and variables that nothing reads fail as in R", {
  fails(function(x) { x$view(c(7, 7)); x })
  fails(function(x) { y <- x$view(c(7, 7)); x })
  fails(function(x) { y <- x$view(c(7, 7)); y <- x; y })
  fails(function(x) { y <- z <- x$view(c(7, 7)); x })
  fails(function(x) { invisible(x$view(c(7, 7))); x })
  fails(function(x) { with_no_grad({ y <- x$view(c(7, 7)) }); x })
  fails(function(x) { with_no_grad(x$view(c(7, 7))); x })
  fails(function(x) { n <- x$size(5); x })
  fails(function(x) { n <- x$size(5) + 1L; x })
  fails(function(x) { v <- c(x$size(5), 2L); x })
  fails(function(x) { ok <- torch_allclose(x, torch_ones(2)); x })
  fails(function(x) { y <- torch_zeros(3); y[1:2] <- torch_ones(7); x })
  fails(function(x) { y <- torch_zeros(3); y$add_(torch_ones(7)); x })
  fails(function(x) { p <- torch_split(x, 1)[[7]]; x })
})

test_that("what only a list holds, or is asked for its type or length alone, fails as in R", {
  fails(function(x) { l <- list(x$view(c(7, 7)), x); x })
  fails(function(x) { l <- list(); l[[1]] <- x$view(c(7, 7)); x })
  fails(function(x) { l <- list(a = x$view(c(7, 7)), b = 1); x })
  fails(function(x) { d <- list(); for (k in c("a", "b")) d[[k]] <- x$view(c(7, 7)); x })
  fails(function(x) { r <- lapply(1:3, function(i) x$view(c(7, 7))); x })
  fails(function(x) lapply(1:3, function(i) { y <- x$view(c(7, 7)); x }))
  fails(function(x) length(list(x$view(c(7, 7)), x)))
  fails(function(x) { y <- x$view(c(7, 7)); is.null(y) })
  fails(function(x) { y <- x$view(c(7, 7)); length(list(y, y)) })
})

test_that("branches, loops and functions compute what nothing reads after them", {
  fails(function(x) { if (x[1]$item() > 1) y <- x$view(c(7, 7)); x })
  fails(function(x) { if (x[1]$item() > 1) y <- x$view(c(7, 7)) else y <- x; x })
  fails(function(x) { y <- if (x[1]$item() > 1) x$view(c(7, 7)) else x; x })
  fails(function(x) { s <- NULL; if (x[1]$item() > 1) s <- x$view(c(7, 7)); x })
  fails(function(x) { for (i in 1:3) y <- x$view(c(7, 7)); x })
  fails(function(x) { y <- x; for (i in 1:3) { z <- y + 1; y <- x$view(c(7, 7)); y <- x }; x })
  fails(function(x) { repeat { y <- x$view(c(7, 7)); if (x[1]$item() > 0) break }; x })
  fails(function(x) { while (x[1]$item() > 0) { y <- x$view(c(7, 7)); x <- x - 1 }; x })
  fails(function(x) { f <- function(a) { y <- a$view(c(7, 7)); a }; f(x) })
  fails(function(x) { f <- function(a) { a; 1 }; f(x$view(c(7, 7))) })
})

test_that("an argument that R never computes is not computed", {
  expect_same_as_eager(function(x) { f <- function(a, b) a; f(x, x$view(c(7, 7))) }, x())
  expect_same_as_eager(function(x) { f <- function(a, b) { if (a[1]$item() > 1) b <- 1; a }; f(x, x$view(c(7, 7))) }, x())
  expect_same_as_eager(function(x) { if (x[1]$item() > 1) return(x); y <- x$view(c(7, 7)); x }, x())
})

test_that("random numbers are drawn though nothing reads them", {
  expect_same_as_eager(function(x) { torch_randn(3); torch_randn(2) }, x())
  expect_same_as_eager(function(x) { z <- torch_randn(3); torch_randn(2) }, x())
  expect_same_as_eager(function(x) { for (i in 1:2) z <- torch_randn(2); torch_randn(2) }, x())
  expect_same_as_eager(function(x) { nnf_dropout(x, 0.5); torch_randn(2) }, x())
  expect_same_as_eager(function(x) { y <- torch_randn(2); if (x[1]$item() > 1) return(torch_randn(2)); x }, x())
})

test_that("a tensor is transposed twice if it can be once", {
  expect_same_as_eager(function(x) x$t()$t(), torch_ones(2, 3))
  expect_same_as_eager(function(x) t(t(x)) + torch_t(x$t()), torch_ones(2, 3))
  expect_error(jit_script(function(x) x$t()$t())(torch_ones(2, 2, 2)), "<= 2 dimensions", class = "torchscript_error")
})

with_logits <- function(x) list(loss = x$sum(), logits = torch_matmul(x, torch_ones(7, 2)))
first_of <- function(t, n) t
one_of <- function(n) 1L
b_of <- function(p) p$b

test_that("what is beside the part of a list that is read, and what is given to functions, is computed if R computes it", {
  expect_same_as_eager(function(x) { f <- function(x) list(loss = x$sum(), logits = torch_matmul(x, torch_ones(7, 2))); f(x)$loss }, x())
  expect_same_as_eager(function(x) with_logits(x)$loss, x())
  expect_same_as_eager(function(x) { l <- list(x$view(c(5)), 2); l[[2]] }, x())
  expect_same_as_eager(function(x) { l <- list(a = x[9]$item(), b = 2); l$b }, x())
  expect_same_as_eager(function(x) { l <- list(a = list(b = x$view(c(5)), c = 1)); l$a$c }, x())
  expect_same_as_eager(function(x) { u <- torch_rand(3); v <- list(u, x); v[[2]] + torch_rand(3) }, x())
  expect_same_as_eager(function(x) { list(torch_rand(2), 2.5)[[2]] + torch_rand(1) }, x())
  expect_same_as_eager(function(x) { c(list(torch_rand(1)), list(x))[[2]] + torch_rand(3) }, x())
  expect_same_as_eager(function(x) { f <- function(x) list(x, torch_rand(2)); x <- f(x)[[1]]; x + torch_rand(3) }, x())
  expect_same_as_eager(function(x) { d <- list(a = torch_rand(1)); d$a <- x; d$a + torch_rand(3) }, x())
  expect_same_as_eager(function(x) { u <- list(a = torch_rand(2)); u$a <- NULL; torch_rand(3) }, x())
  expect_same_as_eager(function(x) { d <- list(a = x, b = torch_rand(1)); e <- d; e$b <- x; e$b + torch_rand(3) }, x())
  expect_same_as_eager(function(x) { d <- list(a = x); d$a <- torch_rand(1); d$a <- x; d$a + torch_rand(3) }, x())
  expect_same_as_eager(function(x) { repeat { u <- torch_matmul(x, torch_ones(5)); break }; x }, x())
  expect_same_as_eager(function(x) { while (TRUE) { u <- torch_rand(1); break }; torch_rand(2) }, x())
  expect_same_as_eager(function(x) { for (i in 1:2) { u <- torch_rand(1); next }; torch_rand(2) }, x())
  expect_same_as_eager(function(x) { i <- 0L; repeat { i <- i + 1L; u <- torch_rand(1); if (i < 3L) next; break }; torch_rand(2) }, x())
  expect_same_as_eager(function(x) { u <- x; for (i in 1:3) { u <- torch_rand(3); if (i > 1) break }; torch_rand(2) }, x())
  expect_same_as_eager(function(x) { f <- function(t, n) t; u <- torch_rand(1); f(x, u) + torch_rand(3) }, x())
  expect_same_as_eager(function(x) { u <- torch_rand(1); first_of(x, u) + torch_rand(3) }, x())
  expect_same_as_eager(function(x) { u <- torch_rand(1); one_of(u); torch_rand(3) }, x())
  expect_same_as_eager(function(x) { f <- function(n) 1L; u <- torch_rand(1); f(u); torch_rand(2) }, x())
  expect_same_as_eager(function(x) { f <- function(p) p$b; f(list(a = torch_rand(1), b = x)) + torch_rand(3) }, x())
  expect_same_as_eager(function(x) { b_of(list(a = torch_rand(1), b = x)) + torch_rand(3) }, x())
  expect_same_as_eager(function(x) { f <- function(p) p$b; f(list(a = x$view(c(5)), b = 2)) }, x())
  expect_same_as_eager(function(x) { f <- function(t, n) t; f(x, list(x$view(c(5)), x)) }, x())
  expect_same_as_eager(function(x) { first_of(x, list(x$view(c(5)), x)) }, x())
  expect_same_as_eager(function(x) { first_of(x, x$view(c(5))) }, x())
  expect_same_as_eager(function(x) { n <- 0L; for (t in list(torch_rand(1), torch_rand(1))) n <- n + 1L; torch_rand(2) + n }, x())
  expect_same_as_eager(function(x) { for (t in torch_unbind(torch_rand(2, 2))) {}; torch_rand(2) }, x())
  expect_same_as_eager(function(x) list(x, x + 1, torch_rand(2)), x())
  expect_same_as_eager(function(x) { h <- list(h = x, c = x); for (i in 1:3) h <- list(h = torch_tanh(h$h), c = h$c + 1); h }, x())
})

forced <- function(a) { force(a); 5 }

test_that("elements beside others that do something, and arguments that a function asks for, are computed", {
  expect_same_as_eager(function(x) { l <- list(loss = x$view(7L), acc = x$mean()$item()); l$acc }, x())
  expect_same_as_eager(function(x) { l <- list(a = torch_rand(2), b = torch_rand(2)); l$b }, x())
  expect_same_as_eager(function(x) { f <- function(x) list(out = x$view(7L), y = x$add_(1)); f(x)$y }, x())
  expect_same_as_eager(function(x) lapply(list(torch_rand(1), torch_rand(1)), function(e) 1L), x())
  expect_same_as_eager(function(x) { Reduce(function(a, b) a, list(x, torch_rand(1), torch_rand(1))) + torch_rand(3) }, x())
  expect_same_as_eager(function(x) { l <- list(a = x, b = lapply(1:2, function(i) x$view(7L))); l$a }, x())
  expect_same_as_eager(function(x) { l <- list(a = x, b = torch_topk(x, 9)); l$a }, x())
  expect_same_as_eager(function(x) { l <- list(a = x, b = dim(x$view(7L))); l$a }, x())
  expect_same_as_eager(function(x) { l <- list(a = x, b = if (x[1]$item() > 0) torch_rand(1) else x); l$a + torch_rand(3) }, x())
  expect_same_as_eager(function(x) { l <- list(a = x, b = torch_sort(torch_rand(3))); l$a + torch_rand(3) }, x())
  expect_same_as_eager(function(x) { f <- function(a) { force(a); 5 }; f(x$view(7L)) }, x())
  expect_same_as_eager(function(x) { f <- function(a) { a; 5 }; f(x$view(7L)) }, x())
  expect_same_as_eager(function(x) forced(x$view(7L)), x())
  expect_same_as_eager(function(x) { forced(torch_rand(1)); torch_rand(2) }, x())
  expect_same_as_eager(function(x) { f <- function(a, b) { l <- list(a, b); l[[1]] }; f(x, torch_rand(1)) + torch_rand(3) }, x())
  expect_same_as_eager(function(x) { f <- function(a, b = torch_rand(1)) { l <- list(a, b); l[[1]] }; f(x) + torch_rand(3) }, x())
  expect_same_as_eager(function(x) { f <- function(a) is.null(a); f(torch_rand(1)); torch_rand(3) }, x())
  expect_same_as_eager(function(x) { f <- function(...) { l <- list(...); length(l) }; f(x, torch_rand(1)); torch_rand(3) }, x())
  expect_same_as_eager(function(x) { f <- function(a) { a <- 3; a }; f(x + 1) }, x())
  expect_same_as_eager(function(x) { f <- function(t, n) t; f(x, list(x$view(c(5)), x)) }, x())
  expect_same_as_eager(function(x) { h <- list(h = x, c = x); for (i in 1:3) h <- list(h = torch_tanh(h$h), c = h$c + 1); h }, x())
})

test_that("what is asked for its kind or shape alone is drawn, and fails as in R", {
  for (ask in alist(is.list(torch_rand(1)$item()), is.character(torch_rand(1)$item()), is.function(torch_rand(1)$item()), is_torch_tensor(torch_rand(1)$item()), torch_rand(2)$dtype == torch_float(), torch_rand(2)$device$type == "cpu")) {
    expect_same_as_eager(eval(bquote(function(x) { y <- if (.(ask)) 1 else 2; x * y + torch_rand(1) })), x())
  }
  expect_same_as_eager(function(x) { torch_rand(2)$dtype; torch_rand(2)$device; torch_rand(2)$shape; torch_rand(2)$ndim; torch_rand(1) }, x())
  expect_same_as_eager(function(x) c(c(torch_rand(1)$numel(), 2)[2], torch_rand(1)$item()), x())
  expect_same_as_eager(function(x) { y <- if (torch_rand(1)$numel() == 1L || TRUE) x else x * 2; y + torch_rand(1) }, x())
  for (ask in alist(is.integer(x$item()), is.list(x$item()), is.logical(x$view(c(7, 7))), isTRUE(x$item()), is.null(x$view(c(7, 7))), is.integer(x$item() * 2L), paste("a", x$item()), nchar(paste(x$item())))) {
    fn <- eval(bquote(function(x) { .(ask); x }))
    expect_error(fn(x()), "one element|invalid for input")
    expect_failure_of(jit_script(fn)(x()), "program", "one element|invalid for input")
  }
})

test_that("an element that is not there stops the program where nothing reads it", {
  absent <- alist(
    list(n, w[[5]])[[1]], { y <- list(a = n, b = w[[5]]); y$a }, { y <- list(a = n, b = w[[5]]); length(y) }, c(n, w[[5]])[1], { y <- c(w[[5]], 1L); y[2] },
    { y <- list(a = 1L); y$z <- w[[9]]; y$a }, { f <- function(a, q) { force(q); a }; f(n, w[[9]]) }, { f <- function(a, q) { z <- q; a }; f(n, w[[9]]) },
    { y <- if (b) 1L else w[[5]]; n }, { y <- if (b) NULL else w[[5]]; n }, { y <- ifelse(b, 1L, w[[5]]); n }, rep(w[[5]], 0), { y <- w[[5]]; n }
  )
  for (use in absent) {
    fn <- eval(bquote(function(n = 3L, b = FALSE, w = c(1L, 2L)) .(use)))
    expect_error(fn(), "out of bounds")
    expect_failure_of(jit_script(fn)(), "program", "out of range|out of bounds")
  }
  expect_same_as_eager(function(n = 3L, w = c(1L, 2L)) { f <- function(a, q) a; f(n, w[[9]]) }, 3L, c(1L, 2L))
  for (position in alist(w[[1 / 0]], w[1 / 0])) expect_failure_of(jit_script(eval(bquote(function(w = c(1L, 2L)) .(position)))), "compile", "A position is a whole number")
})

test_that("c() and do.call() compute all that they are given", {
  for (use in alist(length(head(c(x[k], x[k]), 0)), do.call(function(q) 1, list(x[k])))) {
    fn <- eval(bquote(function(x, k = 1L) .(use)))
    program <- expect_same_as_eager(fn, torch_tensor(c(1, 2)), 1L)
    expect_failure_of(program(torch_tensor(c(1, 2)), 5L), "program", "out of range")
  }
  expect_same_as_eager(function(x, k = 1L) do.call(function(q, r) q + r, list(x, r = k)), torch_tensor(c(1, 2)), 2L)
  expect_same_as_eager(function(x) { o <- c(); for (i in 1:3) o <- c(o, torch_tanh(x * i)); torch_stack(o) }, torch_tensor(c(1, 2)))
})

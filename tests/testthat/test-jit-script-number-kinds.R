# Whether a number is an integer, a double, or TRUE or FALSE, is what it is in R, also where only the tensor that it is from knows.
whole <- function() torch_tensor(c(3L, 1L, 2L))
broken <- function() torch_tensor(c(0.5, 2, 1))
kinds_as_in_r <- function(fn) for (x in list(whole(), broken())) expect_exactly_eager(fn, x)

integer_or_double <- function(a) if (a > 1) 1L else 2.5
add_one <- function(a) a + 1L

test_that("numbers of tensors and of branches keep their kind", {
  kinds_as_in_r(function(x) { v <- integer(0); for (i in 1:2) v <- c(v, i); torch_tensor(v) })
  kinds_as_in_r(function(x) { best <- x[1]$item(); for (i in 1:3) { v <- x[i]$item(); if (v > best) best <- v }; torch_tensor(best) })
  kinds_as_in_r(function(x) { best <- x[1]$item(); for (i in 1:3) { v <- x[i]$item(); if (v > best) best <- v }; best })
  kinds_as_in_r(function(x) { n <- 0L; for (i in 1:3) n <- n + x[i]$item(); torch_tensor(n) })
  kinds_as_in_r(function(x) { n <- 0L; for (i in 1:3) n <- n + x[i]$item(); n })
  kinds_as_in_r(function(x) { n <- if (x[1]$item() > 1) 1L else 2.5; n })
  kinds_as_in_r(function(x) { if (x[1]$item() > 1) return(1L); 2.5 })
  kinds_as_in_r(function(x) { f <- function(a) if (a > 1) 1L else 2.5; torch_tensor(f(x[1]$item())) })
  kinds_as_in_r(function(x) { torch_tensor(integer_or_double(x[1]$item())) })
  kinds_as_in_r(function(x) { torch_tensor(add_one(x[1]$item())) })
  kinds_as_in_r(function(x) { y <- x$clamp(min = x[2]$item()); y })
  kinds_as_in_r(function(x) { m <- x[2]$item(); y <- x$clamp(min = m); y })
  kinds_as_in_r(function(x) { m <- x[2]$item(); m2 <- -m; torch_tensor(abs(m2)) })
  kinds_as_in_r(function(x) { m <- max(x[1]$item(), x[2]$item()); torch_tensor(m) })
  kinds_as_in_r(function(x) { m <- max(x[1]$item(), 2L); m })
  kinds_as_in_r(function(x) { m <- max(x[1]$item(), 0.5); m })
  kinds_as_in_r(function(x) { paste(x[1]$item() + 1L, x[2]$item()) })
  kinds_as_in_r(function(x) { n <- x[1]$item(); n <- n + 1L; paste(n) })
  kinds_as_in_r(function(x) { is.integer(x[1]$item()) })
  kinds_as_in_r(function(x) { n <- x[1]$item(); c(is.numeric(n), is.double(n), is.integer(n + 1L), is.logical(n)) })
  kinds_as_in_r(function(x) { c(x[1]$item(), 0.5) })
  kinds_as_in_r(function(x) { (x > 1)$any()$item() })
  kinds_as_in_r(function(x) { y <- x > 1; y[1]$item() })
  kinds_as_in_r(function(x) { s <- 0; for (i in seq_len(3)) { k <- x[i]$item(); s <- s + k * 2L }; s })
  kinds_as_in_r(function(x) { a <- x[1]$item(); x <- x$to(dtype = torch_double()); torch_tensor(a) })
})

test_that("lists and records keep the kind of each number", {
  kinds_as_in_r(function(x) { v <- 1:3; a <- torch_tensor(v); v <- v / 2; list(a, torch_tensor(v)) })
  kinds_as_in_r(function(x) { v <- c(0L,0L); a <- torch_tensor(v); v[2] <- 0.5; list(a, torch_tensor(v)) })
  kinds_as_in_r(function(x) { l <- list(); for (i in 1:3) l[[i]] <- x[i]$item(); l })
  kinds_as_in_r(function(x) { l <- list(); for (i in 1:3) l[[i]] <- x[i]$item(); torch_tensor(l[[2]]) })
  kinds_as_in_r(function(x) { l <- list(1L, 2L); l[[1]] <- 0.5; list(torch_tensor(l[[2]]), torch_tensor(l[[1]])) })
  kinds_as_in_r(function(x) { l <- lapply(1:3, function(i) x[i]$item()); torch_tensor(l[[2]]) })
  kinds_as_in_r(function(x) { l <- lapply(1:3, function(i) x[i]$item()); s <- 0; for (e in l) s <- s + e; s })
  kinds_as_in_r(function(x) { d <- list(); for (k in c("a","b")) d[[k]] <- x[1]$item(); torch_tensor(d[["a"]]) })
  kinds_as_in_r(function(x) { d <- list(a = 1L, b = 0.5); s <- 0; for (k in names(d)) s <- s + d[[k]]; list(s, torch_tensor(d[["a"]])) })
  kinds_as_in_r(function(x) { d <- list(a = 1L, b = 0.5); k <- if (x[1]$item() > 1) "a" else "b"; torch_tensor(d[[k]]) })
  kinds_as_in_r(function(x) { r <- list(n = 0L, m = 1); for (i in 1:2) r$n <- r$n + 0.5; torch_tensor(r$n) })
  kinds_as_in_r(function(x) { best <- x[1]$item(); k <- 1L; for (i in 1:3) { v <- x[i]$item(); if (v > best) { best <- v; k <- i } }; list(best, k, x) })
  kinds_as_in_r(function(x) { list(ok = (x > 1)[1]$item(), n = x$sum()$item()) })
  kinds_as_in_r(function(x) { xs <- list(x[1]$item(), x[2]$item()); xs[[3]] <- 7; for (i in 1:3) xs[[i]] <- xs[[i]] * 2L; xs })
  kinds_as_in_r(function(x) { st <- list(best = x[1]$item(), at = 1L); for (i in 2:3) if (x[i]$item() > st$best) st <- list(best = x[i]$item(), at = i); st })
  kinds_as_in_r(function(x) { a <- x[1]$item(); b <- a; a <- a + 1L; list(a, b, torch_tensor(b)) })
  kinds_as_in_r(function(x) { swap <- function(p) list(p[[2]], p[[1]]); r <- swap(list(x[1]$item(), x[2]$item())); torch_tensor(r[[1]]) })
})

test_that("a vector is of integers or of doubles, or the program stops", {
  expect_exactly_eager(function(x) { v <- numeric(0); for (i in 1:3) v <- c(v, x[i]$item()); torch_tensor(v) }, broken())
  expect_failure_of(jit_script(function(x) { v <- numeric(0); for (i in 1:3) v <- c(v, x[i]$item()); torch_tensor(v) })(whole()), "program", "as.numeric\\(\\) makes it one")
  expect_exactly_eager(function(x) { v <- c(); for (i in 1:3) v <- c(v, x[i]$item()); torch_tensor(v) }, broken())
  expect_failure_of(jit_script(function(x) { v <- c(); for (i in 1:3) v <- c(v, x[i]$item()); torch_tensor(v) })(whole()), "program", "as.numeric\\(\\) makes it one")
  expect_exactly_eager(function(x) { l <- lapply(1:3, function(i) x[i]$item()); sum(unlist(l)) }, broken())
  expect_failure_of(jit_script(function(x) { l <- lapply(1:3, function(i) x[i]$item()); sum(unlist(l)) })(whole()), "program", "as.numeric\\(\\) makes it one")
  expect_exactly_eager(function(x) { c(x[1]$item(), 2L) }, broken())
  expect_failure_of(jit_script(function(x) { c(x[1]$item(), 2L) })(whole()), "program", "as.numeric\\(\\) makes it one")
  expect_exactly_eager(function(x) { s <- sapply(1:3, function(i) x[i]$item()); s }, broken())
  expect_failure_of(jit_script(function(x) { s <- sapply(1:3, function(i) x[i]$item()); s })(whole()), "program", "as.numeric\\(\\) makes it one")
  expect_exactly_eager(function(x) { v <- integer(0); for (i in 1:3) v <- c(v, x[i]$item()); torch_tensor(v) }, whole())
  expect_failure_of(jit_script(function(x) { v <- integer(0); for (i in 1:3) v <- c(v, x[i]$item()); torch_tensor(v) })(broken()), "program", "as.integer\\(\\) makes it one")
  expect_exactly_eager(function(x) { v <- c(1L); for (i in 1:3) v <- c(v, x[i]$item()); torch_tensor(v) }, whole())
  expect_failure_of(jit_script(function(x) { v <- c(1L); for (i in 1:3) v <- c(v, x[i]$item()); torch_tensor(v) })(broken()), "program", "as.integer\\(\\) makes it one")
  expect_exactly_eager(function(x) { v <- integer(3); for (i in 1:3) v[i] <- x[i]$item(); torch_tensor(v) }, whole())
  expect_failure_of(jit_script(function(x) { v <- integer(3); for (i in 1:3) v[i] <- x[i]$item(); torch_tensor(v) })(broken()), "program", "as.integer\\(\\) makes it one")
  kinds_as_in_r(function(x) c(0.5, x[1]$item()))
  kinds_as_in_r(function(x) { v <- numeric(3); for (i in 1:3) v[i] <- x[i]$item(); torch_tensor(v) })
  kinds_as_in_r(function(x) torch_tensor(vapply(1:3, function(i) x[i]$item(), 1)))
  kinds_as_in_r(function(x) as.integer(c(x[1]$item(), 0.5)))
})

test_that("vectors of integers and of doubles are not one", {
  both <- "a vector of integers"
  expect_failure_of(jit_script(function(x) { v <- 1:3; if (x[1]$item() > 1) v <- v * 0.5; v }), "compile", both)
  expect_failure_of(jit_script(function(x) if (x[1]$item() > 1) 1:3 else c(0.5, 1)), "compile", both)
  expect_failure_of(jit_script(function(x) { v <- c(0L, 0L); for (i in 1:2) v[i] <- 0.5; v }), "compile", both)
  expect_failure_of(jit_script(function(x) { v <- integer(0); for (i in 1:2) v <- c(v, 0.5); v }), "compile", both)
  expect_failure_of(jit_script(function(x) { if (x[1]$item() > 1) return(1:2); c(2.5, 1) }), "compile", both)
})

ones_up <- function() torch_tensor(c(1, 2, 3))
flags <- function() torch_tensor(c(TRUE, FALSE, TRUE))
zero <- function() torch_tensor(c(0L, 5L))
pick <- function(v, alt = NULL) if (is.null(alt)) v else alt

test_that("lists, their parts and what is beside NULL keep the kind of each number", {
  expect_exactly_eager(function(x) { l <- list(a = x[1]$item(), b = 2); l$b }, ones_up())
  expect_exactly_eager(function(x) { l <- list(list(s = x[1]$item(), lr = 1), list(s = x[2]$item(), lr = 2)); torch_tensor(l[[2]]$lr) }, ones_up())
  expect_exactly_eager(function(x) { a <- if (x[1]$item() > 0) 1L else 2; l <- list(q = a, r = 2); l$r }, ones_up())
  expect_exactly_eager(function(x) { a <- list(); for (i in 1:3) a <- c(a, i); a }, ones_up())
  expect_exactly_eager(function(x) { a <- list(); for (i in 1:3) a <- c(a, "s"); a }, ones_up())
  expect_exactly_eager(function(x) { a <- list(); for (i in 1:3) a <- append(a, i); a }, ones_up())
  expect_exactly_eager(function(x) { a <- list(); for (i in 1:3) a <- c(a, x[i]$item()); a }, whole())
  expect_exactly_eager(function(x) c(list(), 1), ones_up())
  expect_exactly_eager(function(x) { r <- list(l = list()); for (i in 1:3) r$l <- c(r$l, i * 0.5); r }, ones_up())
  expect_exactly_eager(function(x) { a <- list(); for (i in 1:3) a <- c(a, if (i > 1) i else 0.5); a }, ones_up())
  expect_exactly_eager(function(x) { a <- c(); for (i in 1:3) a <- c(a, i); a }, ones_up())
  expect_exactly_eager(function(x) { l <- c(list(nrow(x)), list(0.5)); torch_tensor(l[[1]]) }, ones_up())
  expect_exactly_eager(function(x) c(list(1L), 0.5), ones_up())
  expect_exactly_eager(function(x) c(lapply(1:2, function(i) i), lapply(1:2, function(i) i / 2L)), ones_up())
  expect_exactly_eager(function(x) { l <- vector("list", 3); for (i in 1:3) l[[i]] <- x[i]$item(); l }, whole())
  expect_exactly_eager(function(x) { l <- vector("list", 3); for (i in 1:3) l[[i]] <- x[i]$item(); torch_tensor(l[[1]]) }, flags())
  expect_exactly_eager(function(x) { l <- vector("list", 2); l[[1]] <- 2.5; l[[2]] <- 1L; l[[2]] }, ones_up())
  expect_exactly_eager(function(x) { f <- function(a) if (a > 1) a; r <- f(x[1]$item()); if (is.null(r)) 0L else r }, whole())
  expect_exactly_eager(function(x) pick(1L, if (x[1]$item() > 1) x[2]$item()), whole())
  expect_exactly_eager(function(x) x[2]$item() %/% x[1]$item(), ones_up())
  expect_exactly_eager(function(x) x[2]$item() %/% x[1]$item(), whole())
  expect_exactly_eager(function(x) { a <- x[1]$item(); if (a == 0) a <- -a; list(1 / a) }, zero())
  expect_exactly_eager(function(x) { a <- x[1]$item() * -5L; list(1 / a) }, zero())
  expect_exactly_eager(function(x) { a <- x[1]$item() * -5L; list(1 / a) }, ones_up() - 1)
  expect_exactly_eager(function(x) sum(x[1]$item()), flags())
  expect_exactly_eager(function(x) +x[1]$item(), flags())
  expect_exactly_eager(function(x) { a <- if (x[1]$item() > 0) 1L else 2; cat(a, "\n"); a }, ones_up())
  expect_exactly_eager(function(x) { a <- -1; for (i in 1:3) if (x[i]$item() > 1) { a <- i; break }; paste("found", a) }, ones_up())
  expect_exactly_eager(function(x) { a <- 0; for (i in 1:3) { if (x[i]$item() > 1) a <- i }; cat("at", a, "\n"); torch_tensor(a) }, ones_up())
  expect_exactly_eager(function(n = 3L) torch_tensor(if (n > 1) n else 2), 3L)
  expect_exactly_eager(function(x) { l <- lapply(1:2, function(i) x[i]$item()); l[[1]] + 1L }, flags())
  expect_exactly_eager(function(x) { r <- list(a = x[1]$item(), b = 2.5); r$a + 1L }, flags())
  expect_exactly_eager(function(x) { n <- NULL; n <- x[1]$item(); n }, flags())
  expect_exactly_eager(function(x) if (x[1]$item() > 1) list(1L, 2.5) else list(1.5, 2L), ones_up())
  expect_exactly_eager(function(x) if (x[1]$item() > 1) list(1L, 2.5) else list(1.5, 2L), whole())
  expect_exactly_eager(function(x) { l <- if (x[1]$item() > 0) list(1L, "a") else list(0.5, "b"); l }, whole())
})

test_that("a number of a tensor is a size, and stands beside tensors", {
  expect_exactly_eager(function(x) { r <- x[1]$item(); list(torch_zeros(r), torch_ones(r, 2), x == r, x * r) }, whole())
  expect_exactly_eager(function(x) { r <- x[1]$item(); list(x == r, x != r) }, flags())
})

test_that("an integer that is divided by zero stops the program", {
  for (fn in list(function(x) x[2]$item() %/% x[1]$item(), function(x) x[2]$item() %% x[1]$item())) {
    expect_failure_of(jit_script(fn)(zero()), "program", "divided by zero is NA in R")
    expect_exactly_eager(fn, zero() + 0.5)
  }
})

test_that("fields of modules keep the kind that they begin with, or stop the program", {
  made <- function(init, forward) nn_module(initialize = init, forward = forward)
  same <- function(init, forward, x) {
    eager <- made(init, forward)()
    program <- jit_script(made(init, forward)())
    for (i in 1:2) expect_identical(program(x), eager(x), label = squeeze_text(body(forward)))
  }
  same(function() self$n <- 0, function(x) { self$n <- self$n + nrow(x); self$n }, whole())
  same(function() self$n <- 0, function(x) { self$n <- x$sum()$item(); self$n }, ones_up())
  same(function() self$last <- NULL, function(x) { old <- self$last; self$last <- x$sum()$item(); old }, ones_up())
  same(function() self$d <- list(), function(x, k = "a") { self$d[[k]] <- x$sum()$item(); self$d }, ones_up())
  same(function() self$q <- list(), function(x) { self$q <- c(self$q, list(x$sum()$item())); self$q }, whole())
  same(function() self$q <- list(), function(x) { self$q <- c(self$q, nrow(x)); self$q }, whole())
  same(function() self$q <- list(), function(x) { self$q[[length(self$q) + 1]] <- x$sum()$item(); self$q }, whole())
  for (x in list(whole(), ones_up(), flags())) {
    same(function() self$last <- NULL, function(x) { old <- self$last; self$last <- x[1]$item(); old }, x)
    same(function() self$h <- NULL, function(x) { old <- self$h; self$h <- x[1]$item(); if (is.null(old)) "none" else paste(old) }, x)
    same(function() self$best <- NULL, function(x) { v <- x[1]$item(); if (is.null(self$best) || v > self$best) self$best <- v; self$best }, x)
    same(function() self$s <- NULL, function(x) { self$s <- (self$s %||% 0L) + x[1]$item(); self$s / 2L }, x)
  }
  doubles <- "holds doubles before the program runs"
  expect_failure_of(jit_script(made(function() self$n <- 0, function(x) { self$n <- nrow(x); self$n })()), "compile", doubles)
  expect_failure_of(jit_script(made(function() self$q <- list(x = 1, y = 2), function(x) { self$q$x <- nrow(x); x })()), "compile", doubles)
  expect_failure_of(jit_script(made(function() self$v <- c(0, 0), function(x) { self$v <- c(nrow(x), 2L); x })()), "compile", doubles)
  set <- jit_script(made(function() self$n <- 0, function(x) { self$n <- x$sum()$item(); self$n })())
  expect_failure_of(set(whole()), "program", "as.numeric\\(\\) makes it one")
})

test_that("PyTorch runs programs whose numbers are of any kind", {
  skip_without_python()
  program <- jit_script(function(x) list(n = x$sum()$item(), best = if (x[1]$item() > 1) 1L else 2.5, all = lapply(1:2, function(i) x[i]$item())))
  path <- withr::local_tempfile(fileext = ".pt")
  jit_save(program, path)
  loaded <- jit_load(path)
  for (x in list(whole(), broken())) expect_identical(loaded(x), program(x))
  told <- run_python(c(
    "import torch", sprintf("f = torch.jit.load(%s)", deparse(path)),
    "for x in [torch.tensor([3, 1, 2]), torch.tensor([0.5, 2, 1])]:", "  r = f(x)", "  print(r.n, r.best, r.all)"
  ))
  expect_equal(told, c("6 1 [3, 1]", "3.5 2.5 [0.5, 2.0]"))
})

test_that("methods take and give numbers of every kind, and seq() counts in them", {
  made <- function(forward, h) nn_module(initialize = function() self$k <- NULL, forward = forward, h = h)
  same <- function(forward, h, x) {
    eager <- made(forward, h)()
    program <- jit_script(made(forward, h)())
    for (i in 1:2) expect_identical(plain_values(program(x)), plain_values(eager(x)), label = squeeze_text(body(h)))
  }
  for (x in list(whole(), ones_up(), flags())) {
    same(function(x) self$h(x, x[1]$item()), function(x, n) x * n, x)
    same(function(x) self$h(x[1]$item()), function(n) n, x)
    same(function(x) self$h(x[1]$item()), function(v) list(v = v, s = "a"), x)
    same(function(x) { self$h(x[1]$item()); self$k }, function(v) { self$k <- v; 1L }, x)
  }
  expect_exactly_eager(function(x) { r <- 0L; for (i in seq(1L, x[1]$item(), by = 1L)) r <- r + i; r }, whole())
  expect_exactly_eager(function(x) { m <- list(loss = c(), n = c()); for (e in 1:2) { m$loss <- c(m$loss, x[e]$item()); m$n <- c(m$n, e) }; m }, ones_up())
})

test_that("TRUE of a tensor is no position and no size", {
  flag <- "TRUE or FALSE comes where a number is needed: as.integer\\(\\) makes it one"
  b <- torch_tensor(c(TRUE, FALSE))
  k <- torch_tensor(c(2L, 1L))
  for (use in list(
    quote(v[b[1]$item()]), quote({ v[b[1]$item()] <- 9; v }), quote(x$unsqueeze(b[1]$item())), quote(x$size(b[1]$item())), quote(x$roll(b[1]$item())),
    quote(torch_arange(0, b[1]$item())), quote(numeric(b[1]$item())), quote(x$softmax(b[1]$item()))
  )) {
    program <- jit_script(eval(bquote(function(x, b, v = c(5, 6, 7)) .(use))))
    expect_failure_of(program(torch_ones(2, 3), b), "program", flag)
    expect_same_as_eager(eval(bquote(function(x, b) { v <- c(5, 6, 7); .(use) })), torch_ones(2, 3), k)
  }
  # here TRUE is one in R
  for (use in list(quote(v[[b[1]$item()]]), quote(seq_len(b[1]$item())), quote(rep(2, b[1]$item())), quote(x$view(c(6, b[1]$item()))), quote(v[c(b[1]$item(), 2)]))) {
    expect_same_as_eager(eval(bquote(function(x, b) { v <- c(5, 6, 7); .(use) })), torch_ones(2, 3), b)
  }
})

test_that("the kind of a number that may be NULL is not asked at once", {
  told <- function(fn) expect_failure_of(jit_script(fn), "compile", "is not asked at once")
  told(function(x) { y <- NULL; for (i in 1:2) y <- x[i]$item(); is.integer(y) })
  told(function(n = 1L) { y <- switch(n, 1L, 2.5, 3L); is.integer(y) })
  expect_failure_of(jit_script(function(n = 2L) { y <- NULL; if (n > 1L) y <- n; rlang::is_integerish(y) }), "compile", "is not asked here")
  expect_same_as_eager(function(x) { y <- NULL; for (i in 1:2) y <- x[i]$item(); if (is.null(y)) "no" else paste(is.integer(y)) }, torch_tensor(c(4L, 5L)))
})

test_that("numbers that are integers or doubles by the way taken keep their kind", {
  w <- c(3L, 1L, 2L)
  last <- list(w = "List[int]")
  expect_same_as_eager(function(w) { k <- 0; for (i in w) k <- i; -k }, w, types = last)
  expect_same_as_eager(function(w) { k <- 0; for (i in w) k <- i; torch_tensor(-k) }, w, types = last)
  for (b in c(TRUE, FALSE)) {
    expect_same_as_eager(function(n = 3L, b = TRUE) { k <- 0; if (b) k <- n; -k }, 3L, b)
    expect_same_as_eager(function(n = 3L, b = TRUE) { k <- 0; if (b) k <- n; list(-(-k), 1 / -k) }, 3L, b)
    expect_same_as_eager(function(n = 3L, b = TRUE) { k <- if (b) n else 3; list(abs(k), abs(k) + 1L) }, 3L, b)
    expect_same_as_eager(function(n = 3L, b = TRUE) { k <- 0.5; if (b) k <- n; list(abs(k), -k) }, 3L, b)
  }
  x <- torch_tensor(3L)
  expect_same_as_eager(function(x) lapply(x$item(), function(z) z), x)
  expect_same_as_eager(function(x) lapply(x$item(), function(z) z), torch_tensor(TRUE))
  expect_same_as_eager(function(x) { q <- 0L; for (k in x$item()) q <- k; q }, x)
  # a vector is of doubles from its beginning
  for (fn in list(
    function(x, n = 2L) rep(x$item(), n), function(x, n = 2L) rep_len(x$item(), n), function(x, n = 2L) rep(x$item(), each = n),
    function(x) sapply(x$item(), function(z) z + 1L), function(x, n = 2L) seq(x$item(), by = n, length.out = 3),
    function(x) mapply(function(p, q) p + q, x$item(), c(1L, 2L))
  )) {
    expect_failure_of(jit_script(fn)(x), "program", "comes where a program has doubles")
    expect_same_as_eager(fn, torch_tensor(2.5))
  }
  expect_failure_of(jit_script(function(n = 3L, b = TRUE) torch_tensor(list(n, if (b) n else 2))), "compile", "known only when it runs")
  expect_same_as_eager(function(n = 3L, b = TRUE) torch_tensor(list(1.5, if (b) n else 2)))
})

test_that("a number of open kind is no vector of one beside doubles", {
  told <- function(fn) expect_failure_of(jit_script(fn), "compile", "known only when it runs|number or TRUE|different things|here and .* elsewhere|gives what")
  told(function(x, b = TRUE) { y <- if (b) c(1.5, 2) else x[1]$item(); torch_tensor(y) })
  told(function(n = 2L, b = TRUE) { k <- 0; if (b) k <- n; f <- function(a) { if (a > 5L) return(c(1.5, 2)); k }; f(n) })
  told(function(n = 2L, b = TRUE) { k <- 0; if (b) k <- n; lapply(1:2, function(i) if (i == 1L) c(1.5, 2) else k) })
})

test_that("one double among numbers of which the program knows the kind makes doubles of all", {
  for (x in list(torch_tensor(c(1L, 5L)), torch_tensor(c(1.5, 2)), torch_tensor(c(TRUE, FALSE)))) {
    for (use in alist(
      c(x[1]$item(), y$item()), { v <- c(y$item(), x[1]$item()); v <- c(v, x[2]$item()); v }, c(x[1]$item(), 0.5), c(x[1]$item(), x[2]$item(), y$item()),
      sapply(1:3, function(i) if (i > 1) x[1]$item() else 0.5), vapply(1:3, function(i) if (i > 1) x[1]$item() else 0.5, 0),
      unlist(lapply(1:3, function(i) if (i > 1) x[1]$item() else 0.5))
    )) {
      expect_exactly_eager(eval(bquote(function(x, y) .(use))), x, torch_tensor(0.5))
    }
  }
  for (n in c(1L, 5L)) expect_exactly_eager(function(n = 5L) sapply(1:n, function(i) if (i %% 2 == 0) i else 0), n)
  whole <- jit_script(function(x) c(x[1]$item(), x[2]$item()))
  expect_failure_of(whole(torch_tensor(1:2)), "program", "comes where a program has doubles")
  expect_failure_of(jit_script(function(n = 5L) sapply(2:n, function(i) if (i %% 2 == 0) i else 0))(2L), "program", "comes where a program has doubles")
})

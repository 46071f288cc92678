# R's numbers, strings and flags are vectors of one, in lists too.

same <- function(fn, ...) expect_same_as_eager(fn, ..., types = lapply(formals(fn), function(default) if (is.integer(default)) "int" else "float"))

test_that("a list holds vectors and single values", {
  for (u in 1:2) {
    same(function(u = 1L) list(c(2L, 3L), c(4L))[[u]], u)
    same(function(u = 1L) list(4, c(2.5, 3))[[u]], u)
    same(function(u = 1L) { l <- list(1L, c(1L, 3L)); m <- l; m[[u]] <- c(m[[u]], 1L); list(l, m) }, u)
    same(function(u = 1L) list(1L, 2.5)[[u]] + 1, u)
  }
  same(function(n = 1L) { l <- list(c(1L, 2L), c(2L, 4L)); l[[1]] <- n; l }, 3L)
  same(function(n = 1L) { l <- list(n); for (i in seq_len(n)) l[[length(l) + 1]] <- c(i, i); l }, 3L)
  same(function(n = 1L) { l <- lapply(1:3, function(i) i); k <- l; l[[2]] <- c(l[[2]], n); list(k, l) }, 3L)
  same(function(n = 1L) { l <- list(list(1L), list(2L)); k <- l; l[[2]][[1]] <- c(l[[2]][[1]], n); list(k, l) }, 3L)
  same(function(n = 1L) { l <- list(1L, c(1L, 3L)); s <- n; for (i in seq_along(l)) s <- s + if (length(l[[i]]) == 1) l[[i]] else l[[i]][2]; s }, 3L)
})

test_that("an element with a name becomes longer", {
  for (n in c(0L, 3L)) {
    same(function(n = 1L) { b <- list(seq = c(1L), score = 0.5); a <- b; for (i in seq_len(n)) b$seq <- c(b$seq, i); list(a, b) }, n)
    same(function(n = 1L) { b <- list(seq = 1L, score = 0.5); if (n > 2) b$seq <- c(b$seq, n); b$seq }, n)
    same(function(n = 1L) { b <- list(seq = 1L, score = 0.5); a <- list(b, b); for (i in seq_len(n)) a[[1]]$seq <- c(a[[1]]$seq, 4L); list(a, b) }, n)
    same(function(n = 1L) if (n > 1) list(a = 1L) else list(a = c(1L, 2L)), n)
    same(function(n = 1L) { if (n > 1) return(3L); c(1L, 2L) }, n)
  }
  same(function(n = 1L) { d <- list(); for (k in c("a", "b")) d[[k]] <- n; for (k in c("a", "b")) d[[k]] <- c(d[[k]], 3L); d }, 3L)
})

test_that("a beam search keeps its sequences", {
  same(function(n = 1L, width = 1L) {
    beams <- list(list(seq = c(1L), score = 0))
    for (t in seq_len(n)) {
      found <- list()
      for (beam in beams) {
        for (j in 1:3) {
          longer <- beam
          longer$seq <- c(longer$seq, j)
          longer$score <- longer$score + j * 0.5 - t
          found[[length(found) + 1]] <- longer
        }
      }
      beams <- list()
      for (k in seq_len(width)) {
        best <- found[[k]]
        for (other in found) if (other$score > best$score) best <- other
        beams[[k]] <- best
      }
    }
    beams
  }, 3L, 2L)
})

test_that("what differs between two lists is told", {
  expect_failure_of(
    jit_script(function(u = 1L) { b <- list(seq = 1L, s = 2); if (u > 1) b <- list(seq = "a", s = 2); b }), "compile",
    "`b` is a list whose `seq` is a string where `u > 1` holds and a list whose `seq` is a whole number"
  )
  expect_failure_of(jit_script(function(u = 1L) { l <- list(c(1L, 2L), c(1.5, 2)); l[[u]] }), "compile", "list of different things")
  for (u in 1:2) expect_same_as_eager(function(u = 1L) paste(list(100000L, 2.5)[[u]]), u)
})

test_that("as.numeric() of a tensor is a vector where its elements are asked for", {
  x <- torch_tensor(c(3, 1, 2))
  for (fn in list(
    function(x) { v <- as.numeric(x); v[2] },
    function(x) { v <- as.numeric(x); s <- 0; for (i in seq_along(v)) s <- s + v[i]; s },
    function(x) { v <- as.integer(x); v[2] <- 5L; v },
    function(x) { v <- as.logical(x > 1); if (v[1] && !v[2]) 1 else 2 },
    function(x) { v <- as.numeric(x); v <- v / sum(v); v[1] },
    function(x) { v <- as.numeric(x); length(v) },
    function(x) { f <- function(y) { v <- as.numeric(y); v[2] + length(v) }; f(x) + f(x * 2) }
  )) {
    expect_same_as_eager(fn, x)
  }
  expect_same_as_eager(function(x) { best <- 0; for (i in 1:3) { l <- as.numeric(x[i]); best <- max(best, l); if (l > 2) break }; best }, x)
})

test_that("beside a tensor a vector that turns out to be of one is a number", {
  tensors <- list(torch_tensor(c(1.5, -2)), torch_tensor(c(1L, 2L)), torch_tensor(c(TRUE, FALSE)), torch_tensor(1.5)$squeeze(), torch_tensor(2L)$squeeze(), torch_tensor(TRUE)$squeeze())
  for (x in tensors) {
    for (w in list(4L, c(1L, 3L), integer())) {
      expect_exactly_eager(function(x, w = c(1L, 2L)) list(x + w, x * w, w - x, x == w, x / w), x, w)
    }
    for (n in 1:2) expect_exactly_eager(function(x, n = 1L) list(x > 1:n, x * seq_len(n), x + rep(TRUE, n)), x, n)
    expect_exactly_eager(function(x, n = 3L) x * c(n), x, 3L)
  }
  expect_exactly_eager(function(x) x$mean() * x$shape, tensors[[1]])
  expect_exactly_eager(function(x, w = c(1L, 5L)) torch_stack(lapply(w, function(i) x[1] * c(i))), tensors[[1]], c(1L, 5L, 2L))
  expect_exactly_eager(function(x, w = c(TRUE, FALSE)) list(x[1] | w, x & w), tensors[[3]], TRUE)
})

test_that("c() takes all that as.numeric() of a tensor has", {
  for (x in list(torch_tensor(c(1.5, 2)), torch_tensor(c(1L, 2L)), torch_tensor(3), torch_tensor(c(TRUE, FALSE)))) {
    for (use in alist(c(0, as.numeric(x)), c(as.integer(x), 1L), c(as.logical(x)), append(as.numeric(x), 3), { v <- c(as.numeric(x)); v * 2 }, paste(c(as.numeric(x)), collapse = " "))) {
      expect_exactly_eager(eval(bquote(function(x) .(use))), x)
    }
  }
  expect_failure_of(jit_script(function(x) as.numeric(x) * 2)(torch_ones(2)), "program", "this one has 2: c\\(as.numeric\\(x\\)\\) takes them all")
})

test_that("a vector that turns out to be of one is a condition", {
  for (use in alist(if (v > 0) 1 else 2, if (v > 0 & v < 2) 1 else 2, { f <- function(u) if (u > 0) 1 else 2; f(v) }, { k <- 0; repeat { k <- k + 1; if (k > v) break }; k }, switch(if (v > 0) "a" else "b", a = 1, b = 2))) {
    fn <- eval(bquote(function(v = c(1, 2)) .(use)))
    for (v in list(1, -1)) expect_exactly_eager(fn, v)
    for (v in list(c(1, 2), numeric())) {
      expect_error(fn(v), "length")
      expect_failure_of(jit_script(fn)(v), "program", "a condition has one element, and this one has (2|0): all\\(\\) and any\\(\\)")
    }
  }
  expect_exactly_eager(function(s = c("(", "[")) { top <- tail(s, 1); if (top != "(") 1 else 2 }, c("a", "("))
  expect_exactly_eager(function(v = c(1, 2)) { while (tail(v, 1) > 0) v <- c(v, tail(v, 1) - 1); v }, c(1, 2))
})

test_that("switch() takes a double for the whole number in it", {
  for (i in c(1, 2.9, 3)) expect_exactly_eager(function(i = 2) switch(i, "a", "b", "c"), i)
  expect_exactly_eager(function(x) switch(x$item(), 1.5, 2.5, 3.5), torch_tensor(2))
})

test_that("head() and tail() take a number for a vector of one", {
  for (k in c(1L, 0L, -1L, 3L)) expect_exactly_eager(function(x = 2.5, k = 2L) list(head(x, k), tail(x, k)), 2.5, k)
  expect_exactly_eager(function(n = 3L) { v <- c(1); for (i in seq_len(n)) v <- c(v, head(v, 1) + i); v }, 3L)
  expect_exactly_eager(function(n = 3L) { rows <- list(c(1)); for (i in seq_len(n)) { prev <- rows[[i]]; rows[[i + 1]] <- c(1, head(prev, -1) + tail(prev, -1), 1) }; rows }, 3L)
})

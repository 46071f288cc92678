# A list is no vector: where one and the other meet, a program has no type for both.

x <- torch_tensor(c(1, 2, 3))
refused <- function(fn, ...) expect_failure_of(jit_script(fn, ...), "compile", " vector | list ")

test_that("branches, returns and loops give lists or vectors", {
  refused(function(x, n = 1L) if (n > 1L) list(1, 2) else c(1, 2))
  refused(function(x, n = 1L) { v <- if (n > 0L) c(1, 2) else list(3, 4); v[1] })
  refused(function(x, n = 1L) { if (n > 1L) return(list(1, 2)); c(1, 2) })
  refused(function(x, n = 1L) { p <- c("a", "b"); if (n > 1L) p <- list("c"); p })
  refused(function(x, n = 1L) switch(n, "1" = c(1, 2), list(1, 2)))
  refused(function(x, n = 1L) { p <- list(1, 2); for (i in seq_len(n)) p <- sapply(p, function(v) v + 1); p })
  refused(function(x, n = 1L) { p <- list(1, 2); while (n > 0L) { p <- unlist(p); n <- n - 1L }; p })
  refused(function(x, p = c(1, 2), n = 1L) { if (n > 4L) p <- list(3, 4); p })
  refused(function(x, n = 1L) if (n > 1L) list(2L) else x$shape)
  refused(function(x, n = 1L) { f <- function(a) if (a > 1L) list(1, 2) else c(1, 2); f(n) })
  refused(function(x, n = 1L) lapply(1:3, function(i) if (i > n) list(1, 2) else c(1, 2)))
  expect_same_as_eager(function(x, n = 1L) if (n > 1L) list(1, 2) else list(3), x)
  expect_same_as_eager(function(x, n = 1L) if (n > 1L) c(1, 2) else numeric(), x)
})

test_that("list() is no vector of no length", {
  refused(function(x, n = 1L) if (n > 0L) list() else c(1, 2))
  refused(function(x, n = 1L) if (n > 0L) numeric() else list(1, 2))
  refused(function(x, n = 1L) { p <- list(); if (n > 3L) p <- c(1, 2); p })
  refused(function(x, n = 1L) { p <- c(1, 2); if (n > 0L) p <- list(); p })
  refused(function(x, n = 1L) { if (n > 1L) return(list()); c(1, 2) })
  refused(function(x, n = 1L) { p <- list(); p[[1]] <- list(); p[[2]] <- c(1, 2); p })
  refused(function(x, n = 1L) { p <- list(list(), c(1, 2)); p[[n]] })
  expect_same_as_eager(function(x, n = 1L) { p <- list(); for (i in 1:2) p <- c(p, i); p }, x)
  expect_same_as_eager(function(x, n = 1L) { p <- c(); for (i in 1:2) p <- c(p, i); p }, x)
  expect_same_as_eager(function(x, n = 1L) { p <- list(); if (n > 0L) p <- list(1, 2); p }, x)
})

test_that("elements of lists are lists or vectors", {
  refused(function(x, n = 1L) { p <- list(list(1, 2), list(3)); p[[1]] <- c(7, 8); p })
  refused(function(x, n = 1L) { p <- list(c(1, 2), c(3, 3)); p[[1]] <- list(7, 8); p })
  refused(function(x, n = 1L) { d <- list(c(1, 2), list(1, 2)); d[[n]] })
  refused(function(x, n = 1L, k = "a") { d <- list(a = c(1, 2), b = list(1, 2)); d[[k]] })
  refused(function(x, n = 1L) { p <- list(list(1, 2)); c(p, list(c(3, 4))) })
  refused(function(x, n = 1L) { d <- list(); d[[1]] <- c(1, 2); d[[2]] <- list(3, 4); d })
  refused(function(x, n = 1L) { p <- list(list(1L), list(2L)); for (i in 1:2) p[[i]] <- unlist(p[[i]]); p })
  expect_same_as_eager(function(x, n = 1L) { p <- list(a = list(1, 2)); p$a <- c(3, 4); p }, x)
  expect_same_as_eager(function(x, n = 1L) list(list(), c(1, 2), list(1)), x)
})

test_that("as.list() gives a list, and sums are of vectors", {
  expect_same_as_eager(function(n = 3L) as.list(n))
  expect_same_as_eager(function(s = "ab") list(as.list(s), is.list(as.list(s)), as.list("a")))
  expect_same_as_eager(function(n = 3L) c(as.list(n), 1L))
  expect_same_as_eager(function(x) as.list(x$item()), torch_tensor(2L))
  for (fn in list(
    function(n = 3L) max(list(n, 2L)), function(n = 3L) sum(as.list(n)), function(n = 3L) prod(lapply(1:3, function(i) i)),
    function(n = 3L) min((function(...) list(...))(n, 2L)), function(n = 3L) sum(list())
  )) expect_failure_of(jit_script(fn), "compile", "does not apply to a list. unlist\\(\\) makes a vector")
  expect_same_as_eager(function(n = 3L) sum(unlist(lapply(1:3, function(i) i * n))))
})

test_that("c() tells what it makes of flags, and of what may be NULL", {
  told <- function(fn, pattern) expect_failure_of(jit_script(fn), "compile", pattern)
  told(function(b = TRUE) c(list(1), b), "`c\\(\\)` can't join")
  told(function(b = TRUE, n = 2L) c(list(b), n), "`c\\(\\)` can't join")
  for (fn in list(
    function(b = TRUE, n = 2L) c(if (b) 1.5, n), function(b = TRUE) { y <- NULL; if (b) y <- c(1, 2); c(y, 3L) }, function(b = TRUE) c(c(1, 2), if (b) list(1, 2)),
    function(b = TRUE) c(if (b) 1.5), function(b = TRUE, n = 2L) { h <- NULL; for (i in 1:n) h <- c(h, if (b) 0.5); h }
  )) {
    expect_same_as_eager(fn, TRUE)
    expect_failure_of(jit_script(fn)(FALSE), "program", "what may be NULL is NULL, and c\\(\\) gives something else")
  }
  told(function(b = TRUE) as.list(if (b) c(1, 2)), "may be NULL")
  told(function(x, b = TRUE) is.numeric(if (b) x), "may be NULL")
  told(function(n = 2L) { y <- list(n, "a"); y$a <- 1; y }, "The list has no names")
  told(function(n = 2L) list(1, 2) %in% list(), "compares numbers and strings")
  told(function(x) as.numeric(as.list(x)), "does not take a list")
  told(function(b = TRUE) torch_zeros(if (b) 2L), "A size must be a whole number, and not NULL")
  for (b in c(TRUE, FALSE)) {
    expect_same_as_eager(function(b = TRUE) c(list(3), if (b) list(1, 2)), b)
    expect_same_as_eager(function(b = TRUE) { y <- NULL; if (b) y <- c(1, 2); c(y, 3) }, b)
    expect_same_as_eager(function(b = TRUE) if (b) c(1, 2) else c(), b)
    expect_same_as_eager(function(b = TRUE) if (b) list(1, 2) else c(), b)
    expect_same_as_eager(function(b = TRUE) { l <- list(if (b) 1.5, 2); l[[1]] }, b)
  }
  expect_same_as_eager(function(b = TRUE, n = 2L) list(c(b, n), as.list(NULL)))
  expect_null(jit_script(function(n = 3L) c())())
  expect_same_as_eager(function(n = 2L) { l <- list(list(1), list(2)); l[[2]] <- c(); l })
  expect_same_as_eager(function(n = 2L) { r <- list(a = c(1, 2), b = 3); r$a <- c(); length(r) })
})

test_that("as.list() of constants is a list for what it is handed to", {
  for (use in alist(
    rev(as.list(1:3)), as.list(1:3)[1], append(as.list(1:2), 5L), is.list(rev(as.list(1:3))), { l <- rev(as.list(1:3)); l[[2]] <- 2.5; l }, c(as.list(1:3), 1),
    as.list(1:3)[2:3], head(as.list(1:3), 2), rep(as.list(1:2), 2), length(as.list(1:3)), Reduce(`+`, as.list(1:3)), as.list(c("a", "b")), as.list(integer(0)), list(as.list(1:2), 3)
  )) {
    expect_exactly_eager(eval(bquote(function(n = 1L) .(use))), 1L)
  }
  for (use in alist(sum(as.list(c(2, 3))), as.list(c(2, 3)) + 1, sort(as.list(c(3, 2))), identical(as.list(c(2, 3)), c(2, 3)), unique(as.list(1:3)))) {
    expect_failure_of(jit_script(eval(bquote(function(n = 1L) .(use)))), "compile", "(not|to|is|compare) a list")
  }
  layers <- nn_module(initialize = function() self$layers <- nn_module_list(list(nn_relu(), nn_tanh())), forward = function(x) { for (i in as.list(1:2)) x <- self$layers[[i]](x); x })
  expect_equal(as_array(jit_script(layers())(torch_ones(2))), rep(tanh(1), 2), tolerance = 1e-6)
})

test_that("lists of different things are joined, turned round and cut", {
  x <- torch_ones(2)
  for (use in alist(
    rev(list(1, z)), rev(list(a = 1, b = "b")), tail(list(1.5, 2), 1), head(list(1.5, "a", x), 2), head(list(1.5, "a", x), -1), tail(list(1.5, "a", x), -1), tail(list(a = 1.5, b = "a", c = x), 2),
    c(list(z), list(1.5, 2)), c(list(1, z), 2), c(list(1, "a"), list(x)), append(list(1, "a"), list(x)), c(list(1, "a"), list()), length(rev(list())), length(tail(list(), 1)),
    for (e in rev(list(1, "a"))) print(e), { l <- list(1, "a"); l <- rev(l); l[[1]] }, { l <- list(1, "a"); m <- c(l, list(x)); m[[1]] <- 5; list(l, m) }, { l <- list(x, 1); rev(l)[[2]]$add_(1); l },
    { l <- c(list({ cat("a\n"); 1 }, "b"), { cat("c\n"); 2 }); l[[3]] }
  )) {
    expect_same_as_eager(eval(bquote(function(x, z = 1.5) .(use))), x)
  }
  expect_failure_of(jit_script(function(xs) c(list(1, "a"), xs), xs = "List[Tensor]"), "compile", "can't join a list of different things and")
  expect_failure_of(jit_script(function(n = 1L) head(list(1, "a"), n)), "compile", "does not apply to a list of 2")
})

test_that("constants that are nothing, or of a class, are gone through as in R", {
  empty <- list()
  config <- list(b = 1:2, none = NULL)
  classed <- structure(list(a = 1, b = 2), class = "thing")
  for (use in alist(
    length(Filter(is.numeric, empty)), Filter(is.numeric, config$none), { z <- list(q = 1); z$q <- Filter(is.numeric, config$none); length(z) }, { z <- list(q = 1); z$q <- Filter(function(a) TRUE, c()); length(z) },
    lapply(classed, function(z) z + 1), Map(function(a, b) b, classed, seq_along(classed)), Filter(function(z) z > 1, classed), names(lapply(classed, identity))
  )) {
    expect_exactly_eager(eval(bquote(function(n = 1L) .(use))), 1L)
  }
  expect_failure_of(jit_script(function(n = 1L) sapply(classed, function(z) z)), "compile", "A vector with names is no value of a program")
  named <- classed[0]
  expect_same_as_eager(function(n = 1L) list(is.null(names(lapply(named, length))), length(Map(length, named)), length(Filter(is.list, named))))
  expect_failure_of(jit_script(function(n = 1L) { r <- lapply(named, length); r[[1]] <- 2; r }), "compile", "can't return a list of different things that R made")
  expect_failure_of(jit_script(function(n = 1L) names(classed["k"])), "compile", "A name is NA here")
  expect_failure_of(jit_script(function(n = 1L) ncol(list())), "compile", "is an empty list, and a tensor is needed")
})

test_that("the elements of a list are what they were in their turn", {
  for (use in alist(
    { n <- 0L; f <- function() { n <<- n + 1L; n }; list(list(n), f()) }, { n <- 0L; f <- function() { n <<- n + 1L; n }; list(list(f(), f()), f()) }, { n <- "a"; list(a = list(n), b = { n <- "b"; n }) },
    { n <- 0L; list(list(n), { if (b) n <- 4L; n }) }, { l <- list(1, 2); list(l, { cat("q\n"); 2 }, { l[[1]] <- 5; 3 }, { l[[2]] <- 7; 4 }, l) }, { l <- c(1, 2); c(l, { cat("q\n"); 1 }, { l[[1]] <- 5; 3 }) },
    { l <- list(1, 2); for (i in 1:3) { r <- list(l, { cat("q\n"); 2 }, { if (b) l[[1]] <- l[[1]] + 5; 3 }, { l[[2]] <- 7; 4 }, l); l[[1]] <- i * 2 }; r },
    { d <- list(); d[["k"]] <- 1; list(d, { if (b) cat("q\n"); 2 }, { if (b) d[["k"]] <- 5; 3 }, { d[["l"]] <- 7; 4 }, d) }
  )) {
    fn <- eval(bquote(function(b) .(use)))
    for (b in c(TRUE, FALSE)) expect_same_as_eager(fn, b, types = list(b = "bool"))
  }
})

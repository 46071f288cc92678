# Fields of modules that begin with NULL or list(), or are lists with names, and are changed by methods.

# One module in R, one as a program, and the program from a file, called one after another.
expect_same_fields <- function(generator, methods = NULL, calls = rep(list(function(m, x) m(x)), 3)) {
  program <- jit_script(generator(), methods = methods)
  path <- withr::local_tempfile(fileext = ".pt")
  jit_save(program, path)
  run <- function(module) lapply(seq_along(calls), function(i) plain_values(calls[[i]](module, torch_tensor(c(1, 2 * i)))))
  expected <- run(generator())
  expect_equal(run(program), expected, tolerance = 1e-6)
  expect_equal(run(jit_load(path)), expected, tolerance = 1e-6)
}
refused <- function(generator, pattern) expect_failure_of(jit_script(generator()), "compile", pattern)
begins <- function(h, forward, ...) {
  start <- h
  nn_module(initialize = function() self$h <- start, forward = forward, ...)
}

test_that("a field that begins with NULL gets the type of what is set", {
  expect_same_fields(begins(NULL, function(x) { if (is.null(self$h)) self$h <- torch_zeros(2); self$h <- self$h * 0.5 + x; self$h }))
  expect_same_fields(begins(NULL, function(x) { if (is.null(self$h)) self$h <- torch_zeros(2); for (i in 1:3) self$h <- self$h * 0.5 + x; self$h }))
  expect_same_fields(begins(NULL, function(x) { h <- self$h %||% torch_zeros(2); self$h <- h + x; self$h }))
  expect_same_fields(begins(NULL, function(x) { y <- if (!is.null(self$h)) torch_cat(list(self$h, x)) else x; self$h <- y; y }))
  expect_same_fields(begins(NULL, function(x) { if (is.null(self$h)) self$h <- 0L; self$h <- self$h + 1L; x * self$h }))
  expect_same_fields(begins(NULL, function(x) { self$h <- c(self$h, x$sum()$item()); self$h }))
  expect_same_fields(begins(NULL, function(x) { if (is.null(self$h)) self$h <- list(x, x); self$h <- list(self$h[[2]], x); self$h[[1]] <- self$h[[1]] * 2; self$h }))
  expect_same_fields(begins(NULL, function(x) { if (!is.null(self$h)) x <- self$h; self$h <- NULL; x }))
})

test_that("a field may become NULL again", {
  reset <- function() { self$h <- NULL; invisible(self) }
  forward <- function(x) { if (is.null(self$h)) self$h <- torch_zeros(2); self$h <- self$h + x; self$h }
  calls <- list(function(m, x) m(x), function(m, x) m(x), function(m, x) { m$reset(); 0 }, function(m, x) m(x))
  expect_same_fields(begins(NULL, forward, reset = reset), "reset", calls)
  expect_same_fields(begins(torch_ones(2), forward, reset = reset), "reset", calls)
  refused(begins(NULL, function(x) { if (is.null(self$h)) self$h <- x; self$reset(); self$h + x }, reset = reset), "may be NULL")
  refused(begins(NULL, function(x) { if (is.null(self$h)) self$h <- x; for (i in 1:3) { x <- self$h + x; if (i == 2) self$h <- NULL }; x }), "may be NULL")
  refused(begins(NULL, function(x) { if (is.null(self$h)) self$h <- x; y <- lapply(1:2, function(i) { y <- self$h + x; self$h <- NULL; y }); y[[1]] }), "may be NULL")
  expect_same_fields(begins(NULL, function(x) { if (is.null(self$h)) self$h <- 0L else self$h <- 0.5; self$h }))
})

test_that("a field that begins with list() is filled", {
  expect_same_fields(begins(list(), function(x) { self$h[[length(self$h) + 1]] <- x; torch_stack(self$h) }))
  expect_same_fields(begins(list(), function(x) { for (i in 1:2) self$h <- c(self$h, x * i); s <- torch_zeros(2); for (y in self$h) s <- s + y; list(s, length(self$h)) }))
  expect_same_fields(begins(list(), function(x) { if (length(self$h) > 1) self$h <- list(); self$h[[length(self$h) + 1]] <- x; length(self$h) }))
  expect_same_fields(begins(list(), function(x) { self$h[[length(self$h) + 1]] <- list(x, x * 2); self$h }))
  expect_same_fields(begins(list(), function(x) { for (k in c("a", "b")) self$h[[k]] <- if (is.null(self$h[[k]])) x else self$h[[k]] + 1; self$h }))
  expect_same_fields(begins(list(), function(x) { if (is.null(self$h$a)) self$h$a <- x else self$h$a <- self$h$a + 1; self$h$a }))
  refused(begins(list(), function(x) { self$h[[length(self$h) + 1]] <- list(k = x, v = 1); x }), "begins with nothing, and can't become.*a list of its own")
})

test_that("elements of a field with names are set", {
  expect_same_fields(begins(list(n = 0L, total = 0), function(x) { self$h$n <- self$h$n + 1L; self$h$total <- self$h$total + x$sum()$item(); self$h }))
  expect_same_fields(begins(list(n = 0L, t = torch_zeros(2)), function(x) { old <- self$h; self$h$t <- self$h$t + x; list(old, self$h$t) }))
  expect_same_fields(begins(list(n = 0L, t = list(a = 1, b = 2), v = c(1, 2)), function(x) {
    old <- self$h
    if (x$sum()$item() > 4) old <- list(n = 7L, t = list(a = 3, b = 4), v = c(3, 4))
    self$h$t$a <- self$h$t$a + 1
    self$h$v[2] <- 7
    list(old, self$h)
  }))
  refused(begins(list(n = 0L), function(x) { self$h$n <- 0.5; x }), "`self\\$h` holds integers before the program runs, and gets a double")
})

test_that("elements of lists of numbers, strings and lists in fields are set", {
  expect_same_fields(begins(list(1.5, 2.5), function(x) { self$h[[1]] <- self$h[[1]] + 1; list(x * self$h[[1]], self$h) }))
  expect_same_fields(begins(list(1L, 2L), function(x) { self$h[[2]] <- self$h[[2]] + 1L; list(x * self$h[[2]], self$h) }))
  expect_same_fields(begins(list("a", "b"), function(x) { self$h[[1]] <- paste0(self$h[[2]], self$h[[1]]); self$h }))
  expect_same_fields(begins(list(list(1, 2), list(3, 4)), function(x) { self$h[[1]][[2]] <- 5; list(x, self$h) }))
  expect_same_fields(begins(list(c(1, 2), c(3, 4)), function(x) { self$h[[1]][2] <- sum(self$h[[1]]); list(x, self$h) }))
})

test_that("lists of fields are no one else's", {
  expect_same_fields(begins(list(), function(x) {
    self$h[[length(self$h) + 1]] <- x
    before <- self$h
    own <- self$h
    own[[1]] <- x * 7
    self$h[[1]] <- x * 3
    list(before, own, self$h)
  }))
})

test_that("fields of sub-modules, and those that private and active methods set, are the program's", {
  inner <- begins(NULL, function(x) { if (is.null(self$h)) self$h <- x; self$h <- self$h + x; self$h })
  expect_same_fields(nn_module(
    initialize = function() { self$a <- inner(); self$b <- inner() },
    forward = function(x) { y <- self$a(x) + self$b(x * 2); if (!is.null(self$a$h)) y <- y + self$a$h; y }
  ))
  expect_same_fields(begins(0, function(x) { private$bump(); x * self$h }, private = list(bump = function() self$h <- self$h + 1)))
  expect_same_fields(begins(0, function(x) x * self$up, active = list(up = function() { self$h <- self$h + 1; self$h })))
  expect_same_fields(begins(2, function(x) { f <- self$make(3); f(x) }, make = function(a) function(x) x * self$h + a))
})

test_that("a buffer has no gradient, whatever it is set to", {
  module <- nn_module(
    initialize = function() { self$w <- nn_parameter(torch_ones(2)); self$v <- nn_buffer(torch_zeros(2)) },
    forward = function(x) { self$v <- self$v + x * self$w; self$v * 2 }
  )
  program <- jit_script(module())
  eager <- module()
  for (i in 1:3) {
    given <- program(torch_ones(2))
    expect_equal(as_array(given), as_array(eager(torch_ones(2))))
    expect_false(given$requires_grad)
  }
  begins_null <- nn_module(initialize = function() self$register_buffer("v", NULL), forward = function(x) { self$v <- x; x })
  expect_failure_of(jit_script(begins_null()), "compile", "The buffer `v` is NULL before the program runs")
})

test_that("a field of integers gets no double", {
  gets <- "holds integers before the program runs, and gets a double"
  refused(begins(0L, function(x) { self$h <- self$h + 1; x * self$h }), gets)
  refused(begins(0L, function(x) { self$h <- 5; x * self$h }), gets)
  refused(begins(c(1L, 2L), function(x) { self$h <- self$h + 1; x * sum(self$h) }), gets)
  refused(begins(list(a = 1L), function(x) { self$h$a <- self$h$a + 1; x * self$h$a }), gets)
  expect_same_fields(begins(0L, function(x) { self$h <- self$h + 1L; list(x, self$h) }))
  expect_same_fields(begins(list(a = 1L, b = 2), function(x) { self$h$b <- self$h$b + 1; self$h$a <- self$h$a + 1L; list(x, self$h) }))
})

test_that("fields that other code than the module's own methods changes are fields", {
  counts <- nn_module("Counts", initialize = function() { self$k <- 1L; self$cfg <- list(n = 1); self$seen <- list() }, forward = function(x) {
    self$k <- self$k + 1L
    self$cfg$n <- self$cfg$n * 2
    self$seen[[length(self$seen) + 1]] <- x
    x * self$k * self$cfg$n * length(self$seen)
  })
  expect_same_fields(nn_module(inherit = counts, forward = function(x) super$forward(x) + self$k))
  bump <- function(self) { self$k <- self$k + 1L; self$k }
  expect_same_fields(nn_module(initialize = function() self$k <- 1L, forward = function(x) x * bump(self) + self$k))
  expect_same_fields(nn_module(
    initialize = function() { self$cfg <- list(n = 1); self$fs <- list(function() self$cfg <- list(n = self$cfg$n + 5)) },
    forward = function(x) { self$fs[[1]](); x * self$cfg$n }
  ))
  active <- nn_module(initialize = function() self$k <- 1, active = list(nxt = function() { self$k <- self$k + 1; self$k }), forward = function(x) x * self$nxt)
  expect_same_fields(nn_module(inherit = active, active = list(nxt = function() super$nxt * 10)))
})

test_that("methods that give the module itself go on with it", {
  steps <- function(forward) nn_module(
    initialize = function() { self$n <- 0; self$fc <- nn_linear(2, 2) }, forward = forward,
    tick = function(k = 1) { self$n <- self$n + k; invisible(self) }
  )
  expect_same_fields(steps(function(x) if (is.null(self$tick())) x else x * 3))
  expect_same_fields(steps(function(x) { self$tick(2)$tick(3); x * self$n }))
  expect_same_fields(steps(function(x) { y <- self$tick(); list(identical(self$tick(), NULL), length(c(1, 2, self$tick())), x * self$n) }))
  refused(steps(function(x) self), "can't return a module")
  refused(steps(function(x) length(self$tick())), "does not apply to a module")
  refused(steps(function(x) list(self$tick(), x)), "can't hold what only R has")
})

test_that("members whose names are one in TorchScript are told", {
  refused(nn_module(initialize = function() { self$a.b <- nn_parameter(torch_ones(2)); self$a_b <- nn_parameter(torch_zeros(2)) }, forward = function(x) x * self$a.b), "`a.b` and `a_b` of the module have one name")
  refused(nn_module(initialize = function() { self$lambda <- 2; self$lambda_ <- 7 }, forward = function(x) x * self$lambda), "have one name in TorchScript")
  refused(nn_module(initialize = function() self$a.b <- 1, forward = function(x) x * self$a_b(), a_b = function() self$a.b), "have one name in TorchScript")
  expect_same_fields(nn_module(initialize = function() self$f_2 <- 2, forward = function(x) self$f(x) * self$f(2L) * self$f_2, f = function(x) x * 2))
  expect_same_fields(nn_module(initialize = function() self$k <- 2, forward = function(x) self$f(x) * self$f(2L) * self$f_2(), f = function(x) x * 2, f_2 = function() 3))
})

test_that("a tensor in two places is one parameter", {
  expect_same_fields(nn_module(
    initialize = function() { torch_manual_seed(1); self$a <- nn_linear(2, 2); self$b <- nn_linear(2, 2); self$b$weight <- self$a$weight },
    forward = function(x) { l <- torch_zeros(1); for (p in self$parameters) l <- l + p$pow(2)$sum(); list(l, length(self$parameters)) }
  ))
})

test_that("what a field would lose is told", {
  changes <- function(v, forward = function(x) { self$v <- self$v; x }, ...) { start <- v; nn_module(initialize = function() self$v <- start, forward = forward, ...) }
  refused(changes(matrix(1, 2, 2)), "A matrix or an array would be a vector")
  refused(changes(list(a = matrix(1, 1, 2), n = 1L), function(x) { self$v$n <- self$v$n + 1L; x }), "A matrix or an array would be a vector")
  refused(changes(c(a = 1)), "would lose them. list\\(\\) has names")
  refused(changes(structure(1, foo = "a")), "with attributes would lose them")
  refused(changes(NA, function(x) { if (is.na(self$v)) self$v <- x$sum()$item(); x }), "A program has no NA. NULL can stand for")
  expect_same_fields(changes(NA_real_, function(x) { if (is.na(self$v)) self$v <- x$sum()$item(); x * self$v }))
})

test_that("what an active binding does counts where it is read", {
  counts <- function(forward, prop, ...) nn_module(initialize = function() { self$n <- 1; self$t <- nn_buffer(torch_ones(2)) }, forward = forward, active = list(prop = prop), ...)
  gives <- function() self$n * 2
  refused(counts(function(x) { f <- function(a) { self$n <- self$n + 1; a }; x * f(self$prop) }, function() self$n * 2), "The function changes `n`")
  refused(counts(function(x) x * self$g(self$prop), function() self$n, g = function(a) { self$n <- self$n + 1; a }), "The function changes `n`")
  refused(counts(function(x) x * self$g(self$prop), function() { cat("hi\n"); 2 }, g = function(a) { cat("g\n"); a }), "An argument that does something")
  refused(counts(function(x) { f <- function(a, b) b + a; x * f(self$n, self$prop) }, function() { self$n <- self$n + 1; 2 }), "R computes `self\\$n` after `self\\$prop`")
  refused(counts(function(x) { f <- function(a) { self$t$add_(1); a$sum() }; x * f(self$prop * 2) }, function() self$t), "The function changes")
  refused(counts(function(x) { self$prop <- 5; x }, function(v) if (missing(v)) self$n else self$n <- v), "is an active binding, and a program can't set it")
  expect_same_fields(counts(function(x) { s <- self$n + self$prop; s * x }, function() { self$n <- self$n + 1; 2 }))
})

test_that("a field stays a list or a vector, and lists of numbers stand within lists with names", {
  starts <- function(p, forward, ...) { start <- p; nn_module(initialize = function() self$p <- start, forward = forward, ...) }
  kinds <- "before the program runs, and gets|needed|elsewhere|different|begins"
  refused(starts(list(1, 2), function(x) { self$p <- c(7, 8); list(x, self$p) }), kinds)
  refused(starts(c(1, 2), function(x) { self$p <- list(3, 4); list(x, self$p) }), kinds)
  refused(starts(c(1, 2), function(x) { self$p <- list(); list(x, self$p) }), kinds)
  refused(starts(list(list(1, 2), list(3)), function(x) { v <- c(7, 8); self$p <- list(v, v); list(x, self$p) }), kinds)
  refused(starts(list(a = c(1, 2), b = 2), function(x) { self$p$a <- list(3, 4); list(x, self$p) }), kinds)
  refused(starts(NULL, function(x) { if (is.null(self$p)) self$p <- c(1, 2) else self$p <- list(3, 4); list(x, self$p) }), kinds)
  record <- list(a = list(1, 2), b = 2)
  expect_same_fields(starts(record, function(x) { self$p$b <- self$p$b + 1; list(x, self$p) }))
  expect_same_fields(starts(record, function(x) { self$p$a[[1]] <- self$p$b; list(x, self$p) }))
  expect_same_fields(starts(record, function(x) { self$p$a <- list(3, 4); list(x, self$p) }))
  expect_same_fields(starts(record, function(x) { self$p <- list(a = list(3, 4), b = 1); list(x, self$p) }))
  expect_same_fields(starts(list(list(1, 2)), function(x) { self$p <- list(list(3, 4)); list(x, self$p) }))
  expect_same_fields(starts(list(), function(x) { self$p[["a"]] <- list(1, 2); self$p[["b"]] <- list(3, 4); list(x, self$p) }))
})

test_that("NULL, list() and what is no list are fields of their own", {
  starts <- function(p, forward, ...) { start <- p; nn_module(initialize = function() self$h <- start, forward = forward, ...) }
  refused(starts(NULL, function(x) { if (is.null(self$h)) self$h <- list() else self$h[[length(self$h) + 1]] <- x; self$h }), "It is not known what `self\\$h` will hold")
  refused(starts(NULL, function(x) { self$h <- list(); is.null(self$h) }), "Begin with list\\(\\)")
  refused(starts(list(), function(x) { self$h <- NULL; if (is.null(self$h)) x else -x }), "can't become NULL")
  refused(starts(list(), function(x) { if (is.null(self$h)) self$h <- list(x) else self$h <- NULL; length(self$h) }), "can't become NULL")
  for (value in alist(x, 1, "a", c(1, 2))) refused(starts(list(), eval(bquote(function(x) { self$h <- .(value); x }))), "begins with list\\(\\), and gets")
  refused(starts(1, function(x) { self$h <- list(); x }), "can't become list\\(\\)")
  refused(starts(torch_ones(1), function(x) { self$h <- list(); x }), "can't become list\\(\\)")
  refused(starts(NULL, function(x) { if (is.null(self$h)) self$h <- list() else self$h <- 1; x }), "can't become list\\(\\)")
  expect_same_fields(starts(c(1, 2), function(x) { self$h <- c(); if (is.null(self$h)) x else -x }))
  expect_same_fields(starts(list(torch_ones(1)), function(x) { self$h <- c(); list(x, self$h) }))
  expect_same_fields(starts(list(), function(x) { self$h <- list(x); self$h <- list(); length(self$h) }))
  expect_same_fields(starts(NULL, function(x) { if (is.null(self$h)) self$h <- list(x) else self$h <- c(self$h, list(x)); length(self$h) }))
})

test_that("elements of fields stay doubles, or the program stops", {
  starts <- function(p, forward) { start <- p; nn_module(initialize = function() self$m <- start, forward = forward) }
  for (generator in list(
    starts(list(a = 0), function(x) { self$m$a <- x$sum()$item(); x * self$m$a }), starts(list(0, 0), function(x) { self$m[[1]] <- x$sum()$item(); x * self$m[[1]] }),
    starts(list(a = 0, b = list(c = 1)), function(x) { self$m$b$c <- x$sum()$item(); x * self$m$b$c })
  )) {
    expect_same_fields(generator)
    expect_failure_of(jit_script(generator())(torch_tensor(1:2)), "program", "comes where a program has doubles")
  }
  refused(starts(list(a = 0, b = 2), function(x) { self$m <- list(a = x$sum()$item(), b = 2); x }), "holds numbers of one kind")
})

test_that("a parameter or buffer that goes to a field would become another one", {
  module <- function(forward) nn_module(
    initialize = function() { self$w <- nn_parameter(torch_ones(2)); self$bf <- nn_buffer(torch_full(2, 0.5)); self$tt <- torch_zeros(2); self$bn <- nn_batch_norm1d(2); self$n <- NULL },
    forward = forward
  )
  registers <- "a parameter or buffer from here on, and a program can't"
  refused(module(function(x) { self$tt <- self$bf; self$tt <- x * self$w; self$tt }), registers)
  refused(module(function(x) { z <- self$bf; self$tt <- z; self$tt }), registers)
  refused(module(function(x) { self$tt <- self$bn$running_mean; x }), registers)
  refused(module(function(x) { if (is.null(self$n)) self$n <- self$w else self$n <- x; self$n * x }), registers)
  refused(module(function(x) { self$bf <- if (self$training) self$w else x; x }), registers)
  for (given in alist(self$bf$add_(x), self$bf$contiguous(), self$bf$to(dtype = torch_float()), { l <- list(self$w); l[[1]] }, self$same(self$w), self$bn$weight$to(dtype = torch_float()))) {
    generator <- nn_module(
      initialize = function() { self$w <- nn_parameter(torch_ones(2)); self$bf <- nn_buffer(torch_full(2, 0.5)); self$bn <- nn_batch_norm1d(2); self$h <- NULL },
      same = function(a) a, forward = eval(bquote(function(x) { self$h <- .(given); x }))
    )
    expect_failure_of(jit_script(generator())(torch_ones(2)), "program", registers)
  }
  expect_failure_of(jit_script(module(function(x) { l <- list(self$w); self$bf <- l[[1]]; x })())(torch_ones(2)), "program", registers)
  for (given in alist(x, x * 2, self$bf$clone(), self$bf$add(x), self$bf[1:2], self$w$detach(), { y <- x; y })) {
    expect_same_fields(module(eval(bquote(function(x) { self$tt <- .(given); self$tt * self$w }))))
  }
  expect_same_fields(module(function(x) { self$bf <- self$bf$add_(x); x * self$bf }))
  expect_same_fields(module(function(x) { self$bf <- self$bf * 0.9 + x; self$tt <- self$w$detach() * 1; x * self$bf + self$tt }))
})

test_that("names that begin as Python's `in` are negated", {
  module <- nn_module(initialize = function() self$k <- 1, forward = function(x, inverse = FALSE) { init <- TRUE; stopifnot(init); while (!init) init <- TRUE; if (!inverse) x else x * 3 })
  program <- jit_script(module())
  expect_equal(as_array(program(torch_ones(1))), 1)
  expect_equal(as_array(program(torch_ones(1), TRUE)), 3)
})

test_that("fields may begin with a dot, and members of containers be set", {
  for (start in list(1, "a", c(1, 2), torch_ones(2), nn_buffer(torch_ones(2)))) {
    change <- if (is.character(start)) quote(paste0(self$.n, "b")) else quote(self$.n * 2)
    forward <- eval(bquote(function(x) { self$.n <- .(change); list(x, self$.n) }))
    expect_same_fields(nn_module(initialize = function() self$.n <- start, forward = forward))
  }
  counting <- nn_module(
    "counting", initialize = function() self$c <- 0L, forward = function(x) { self$c <- self$c + 1L; x * self$c },
    clear = function() { self$c <- 0L; invisible(self) }
  )
  for (container in list(function(...) nn_module_list(list(...)), nn_sequential)) {
    expect_same_fields(nn_module(initialize = function() self$ml <- container(counting(), counting()), forward = function(x) {
      for (i in seq_along(self$ml)) x <- self$ml[[i]](x)
      if (x[1]$item() > 3) for (i in seq_along(self$ml)) self$ml[[i]]$clear()
      x
    }), calls = rep(list(function(m, x) m(x)), 6))
  }
})

test_that("what goes over an nn_module_dict() has its names", {
  over <- function(forward) nn_module(initialize = function() { self$md <- nn_module_dict(list(b = nn_relu(), a = nn_tanh())); self$ml <- nn_module_list(list(nn_relu())) }, forward = forward)
  expect_same_fields(over(function(x) lapply(self$md, function(m) m(x))))
  expect_same_fields(over(function(x) { o <- lapply(self$md, function(m) m(x)); o$a + o[["b"]] }))
  expect_same_fields(over(function(x) torch_stack(lapply(self$md, function(m) m(x)))))
  expect_same_fields(over(function(x) vapply(self$md, function(m) m(x)$sum()$item(), 0, USE.NAMES = FALSE)))
  refused(over(function(x) vapply(self$md, function(m) m(x)$sum()$item(), 0)), "A vector with names is no value of a program")
  refused(over(function(x) Map(function(m, k) m(x) * k, self$ml, 1)), "`Map\\(\\)` asks for the names of a module")
  refused(over(function(x) self$ml[[1.5]](x)), "There is no module 1.5")
})

test_that("a module keeps no parameter of the one around it", {
  keeper <- nn_module("keeper", initialize = function() self$h <- NULL, set = function(a) { self$h <- a; invisible(NULL) }, forward = function(x) x)
  around <- function(forward) nn_module(initialize = function() { self$w <- nn_parameter(torch_ones(2)); self$inner <- keeper() }, forward = forward)
  refused(around(function(x) { self$inner$set(self$w); x }), "R makes `h` a parameter or buffer from here on")
  expect_same_fields(around(function(x) { self$inner$set(self$w * 1); x }))
  expect_same_fields(around(function(x) { self$inner$set(x); x + self$w }))
})

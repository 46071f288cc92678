# What must be known while compiling, and loops that are written out for it.

x <- torch_tensor(rbind(c(1, -2, 3), c(0.5, 4, -1)))

stack <- nn_module(
  "stack",
  initialize = function() {
    self$n <- 2L
    self$l <- nn_module_list(list(nn_linear(3, 3), nn_linear(3, 3)))
    self$d <- nn_module_dict(list(a = nn_linear(3, 3), b = nn_tanh()))
    self$l1 <- nn_linear(3, 3)
    self$l2 <- nn_relu()
  },
  forward = function(x) x,
  up_to = function(x) { for (i in seq_len(self$n)) x <- self$l[[i]](x); x },
  range = function(x) { for (i in 1:length(self$l)) x <- self$l[[i]](x); x },
  backwards = function(x) { for (i in rev(seq_along(self$l))) x <- self$l[[i]](x); x },
  falling = function(x) { for (i in length(self$l):1) { y <- x; x <- self$l[[i]](x) + y }; x },
  applied = function(x) torch_stack(lapply(1:2, function(i) self$l[[i]](x))),
  nested = function(x) { for (i in 1:3) for (j in seq_len(self$n)) x <- self$l[[j]](x) * i; x },
  keys = function(x) { for (k in self$d$keys()) x <- self$d[[k]](x); x },
  items = function(x) { for (layer in self$d$items()) x <- layer(x); x },
  values = function(x) torch_stack(lapply(self$d$values(), function(layer) layer(x))),
  names = function(x) { for (name in c("l1", "l2")) x <- self[[name]](x); x },
  pasted = function(x) { for (i in 1:2) x <- self[[paste0("l", i)]](x); x },
  offspring = function(x) { y <- self$l1(x); for (child in self$l$children) y <- child(y); y },
  weights = function(x) { s <- x$sum(); for (p in self$parameters) s <- s + p$pow(2)$sum(); s * length(self$parameters) }
)

test_that("members of modules are taken by what a loop goes through", {
  torch_manual_seed(1)
  module <- stack()
  for (method in c(
    "up_to", "range", "backwards", "falling", "applied", "nested", "keys", "items", "values", "names", "pasted", "offspring", "weights"
  )) {
    program <- jit_script(module, methods = method)
    expect_equal(plain_values(program[[method]](x)), plain_values(module[[method]](x)), tolerance = 1e-6, info = method)
  }
})

test_that("what is not known is refused, with a way out", {
  pick <- nn_module("pick", initialize = function() self$l <- nn_module_list(list(nn_relu())), forward = function(x, i = 1L) self$l[[i]](x))
  expect_failure_of(jit_script(pick()), "compile", "must be known before the program runs.*written out")
  named <- nn_module("named", initialize = function() self$d <- nn_module_dict(list(a = nn_relu())), forward = function(x) x * length(names(self$d)))
  expect_failure_of(jit_script(named()), "compile", "\\$keys\\(\\)")
})

test_that("active bindings are asked in every call", {
  scaled <- nn_module(
    "scaled",
    initialize = function() {
      self$l <- nn_linear(3, 3)
      self$calls <- 1L
    },
    active = list(
      total = function() self$l$weight$sum(),
      width = function() if (self$training) 2 else 5,
      twice = function() self$calls * 2L
    ),
    forward = function(x) {
      self$calls <- self$calls + 1L
      x * self$total + self$width + self$twice
    }
  )
  module <- scaled()
  program <- jit_script(module)
  for (i in 1:3) expect_equal(plain_values(program(x)), plain_values(module(x)), tolerance = 1e-6)
  with_no_grad(module$l$weight$fill_(1))
  module$eval()
  program$eval()
  expect_equal(plain_values(program(x)), plain_values(module(x)), tolerance = 1e-6)
})

test_that("a tensor that is a plain field can be changed", {
  counter <- nn_module("counter", initialize = function() self$w <- torch_ones(3), forward = function(x) {
    self$w <- self$w + 1
    x * self$w
  })
  module <- counter()
  program <- jit_script(module)
  for (i in 1:3) expect_equal(plain_values(program(x)), plain_values(module(x)))
})

test_that("captured lists, named vectors and matrices are constants", {
  listed <- list(torch_ones(3), torch_zeros(3))
  expect_same_as_eager(function(x) torch_stack(listed)$sum() + x, x)
  expect_same_as_eager(function(x, i = 2L) x + listed[[i]], x)
  expect_same_as_eager(function(x) { for (t in listed) x <- x + t; x }, x)
  labelled <- c(a = 1, b = 2)
  expect_same_as_eager(function(x) x * labelled[["b"]], x)
  numbers <- c(1, 2, 6)
  expect_same_as_eager(function(x) x * mean(numbers) + max(numbers), x)
  grid <- matrix(as.numeric(1:6), 2)
  expect_same_as_eager(function(x) x * nrow(grid) + dim(grid)[2] + grid[1, 2], x)
  expect_same_as_eager(function(x) x + grid, x)
  expect_same_as_eager(function(x) x * torch_finfo(torch_float())$eps, x)
})

test_that("functions of R on tensors are as in R, or refused with what to write instead", {
  for (given in list(torch_tensor(c(3, -1, NaN, 2)), torch_tensor(c(3L, 1L, 3L)))) {
    expect_same_as_eager(function(x) list(sort(x), sort(x, decreasing = TRUE), range(x), range(x, 9L)), given)
    expect_same_as_eager(function(x) c(anyNA(x), anyNA(c(1, x$size(1)))), given)
    expect_same_as_eager(function(x, k = FALSE) list(xor(x, TRUE), xor(k, x)), given)
  }
  instead <- list(
    "torch_argsort" = function(x) order(x), "torch_isin\\(elements" = function(x) x %in% 2, "x\\$var\\(\\)" = function(x) var(x),
    "torch_outer" = function(x) outer(x, x), "x\\$sum\\(2\\)" = function(x) rowSums(x), "torch_tile" = function(x) rep(x, 2),
    "torch_unique_consecutive" = function(x) unique(x), "torch_allclose" = function(x) all.equal(x, x), "torch_clamp" = function(x) pmax(x, 0),
    "with_no_grad" = function(x) local_no_grad(), "within it" = function(x) with_autocast(x, device_type = "cpu"),
    "x\\$std\\(\\)" = function(x) stats::sd(x), "can't be a list" = function(x) {
      x[1] <- list(1)
      x
    }, "outside of the program" = function(x) nn_utils_clip_grad_norm_(x, 1), "brackets" = function(x) x$real
  )
  for (pattern in names(instead)) {
    error <- expect_failure_of(jit_script(instead[[pattern]]), "compile", pattern)
    expect_no_match(conditionMessage(error), "C_|[.]Call|UseMethod|ffi_|parent.frame|places")
  }
  expect_failure_of(jit_script(function(x) as.numeric(x))(x), "program", "one element is needed here, and this one has 6")
  expect_failure_of(jit_script(function(x) ncol(x))(x[1]), "program", "has no dimension 2")
})

test_that("what a program computes decides sizes, and classes are those of R", {
  image <- torch_randn(1, 2, 4, 4)
  expect_same_as_eager(function(x) nnf_interpolate(x, size = c(x$size(3) * 2, x$size(4) * 2)), image)
  expect_same_as_eager(function(x, s = 2) nnf_interpolate(x, scale_factor = s) + 1, image)
  expect_same_as_eager(function(x) torch_cat(list(x, nnf_interpolate(x, size = c(4, 4), mode = "area"))), image)
  expect_same_as_eager(function(x, n = 2L) nnf_adaptive_avg_pool2d(x, n), image)
  expect_same_as_eager(function(x, flag = TRUE) torch_tensor(c(flag, 1.5, flag)) * torch_tensor(c(flag, 2L, flag)), image)
  expect_same_as_eager(function(x) torch_normal(0, 1, c(2, 2)) + c(is_torch_dtype(x$dtype), is_torch_device(x$device)), image)
  asking <- nn_module(
    "asking",
    initialize = function() self$inner <- nn_relu(), forward = function(x) if (is_nn_module(self$inner) && inherits(self$inner, "nn_module")) x else -x
  )
  expect_equal(as_array(jit_script(asking())(x)), as_array(x))
  setting <- nn_module("setting", initialize = function() self$inner <- nn_dropout(0.5), forward = function(x) {
    self$inner$p <- 0.1
    x
  })
  expect_failure_of(jit_script(setting()), "compile", "a method that sets it")
  chosen <- function(x, act = "relu") switch(act, relu = nnf_relu, tanh = torch_tanh)(x)
  expect_no_match(conditionMessage(expect_failure_of(jit_script(chosen), "compile", "`switch\\(act, relu")), ".switch", fixed = TRUE)
})

test_that("buffers that are not persistent are no part of a program's state", {
  holding <- nn_module("holding", initialize = function() {
    self$register_buffer("kept", torch_ones(3))
    self$register_buffer("passing", torch_ones(3), persistent = FALSE)
  }, forward = function(x) x + self$kept + self$passing)
  program <- jit_script(holding())
  expect_named(program$state_dict(), "kept")
  expect_named(program$buffers, c("kept", "passing"))
  path <- withr::local_tempfile(fileext = ".pt")
  jit_save(program, path)
  expect_named(jit_load(path)$state_dict(), "kept")
})

test_that("loops over modules and lists of different things are left, and rounds skipped", {
  layers <- function(forward) nn_module(initialize = function() self$layers <- nn_module_list(list(nn_relu(), nn_tanh(), nn_sigmoid())), forward = forward)
  inputs <- list(c(1, 2), c(-1, 0.5), c(-1, -2), c(0.5, -2))
  for (forward in list(
    function(x) { for (i in seq_along(self$layers)) { if (self$training && torch_rand(1)$item() < 0.5) next; x <- self$layers[[i]](x) }; x },
    function(x) { for (i in seq_along(self$layers)) { if (x[1]$item() < 0) { x <- x + 1; next } else x <- x * 2; x <- self$layers[[i]](x) }; x },
    function(x) { for (i in seq_along(self$layers)) { if (x[1]$item() < 0) next; if (x[2]$item() > 1.5) next; x <- self$layers[[i]](x); for (k in 1:3) { if (k == 2) next; x <- x + k } }; x },
    function(x) { for (i in seq_along(self$layers)) { if (x[1]$item() < 0) break; x <- self$layers[[i]](x) - 0.5 }; x },
    function(x) { k <- 0; for (i in seq_along(self$layers)) { k <- k + 1; if (x[1]$item() < 0) { x <- x * 3; break }; if (x[2]$item() < 0) { x <- x + 1; next }; x <- self$layers[[i]](x) - 0.5; for (j in 1:3) if (j == 2) break }; list(x, k) },
    function(x) { for (l in self$layers$children) { for (m in self$layers$children) { if (x[1]$item() < -0.2) break; x <- m(x) - 0.3 }; if (x[2]$item() < 0.1) break; x <- l(x) }; x },
    function(x) { for (t in 1:2) { for (l in self$layers$children) { if (x[1]$item() < 0.3) break; x <- l(x) - 0.2 }; if (x[2]$item() > 5) break; x <- x + 1 }; x },
    function(x) { for (i in 1:3) { { if (i == 2) next }; x <- self$layers[[i]](x); next }; x },
    function(x) { for (l in self$layers$children) { if (x[1]$item() < 0) { if (x[2]$item() > 0) next; x <- x + 1 }; x <- l(x) }; x },
    function(x) {
      k <- 0
      for (l in self$layers$children) {
        if (x[1]$item() < 0) { if (x[2]$item() > 0) { k <- k + 10; break }; x <- x + 1 } else if (x[2]$item() < 0) { k <- k + 3; if (k > 5) next; x <- x * 2 }
        x <- l(x)
        k <- k + 1
      }
      list(x, k)
    },
    function(x) { for (l in self$layers$children) { x[1]$item() < 0 && break; x[2]$item() < 5 || next; x <- l(x) - 0.5 }; x }
  )) {
    module <- layers(forward)
    program <- jit_script(module())
    for (values in inputs) {
      run <- function(m) { torch_manual_seed(1); plain_values(m(torch_tensor(values))) }
      expect_equal(run(program), run(module()), tolerance = 1e-6)
    }
  }
  x <- torch_zeros(2)
  expect_same_as_eager(function(x) { for (e in list(1, "a", 3)) { if (is.character(e)) next; x <- x + e }; x }, x)
  expect_same_as_eager(function(x) { for (e in list(1, "a", 3)) { if (is.character(e)) break; x <- x + e }; x }, x)
  expect_same_as_eager(function(x) { for (f in list(torch_tanh, torch_relu)) { y <- f(x); if (y$sum()$item() > 1) next; x <- y + 0.6 }; list(x, y) }, x)
  for (forward in list(
    function(x) { for (l in self$layers$children) { switch(length(x), next, x <- x + 1); x <- l(x) }; x },
    function(x) { for (l in self$layers$children) { with_no_grad({ if (x[1]$item() < 0) next }); x <- l(x) }; x }
  )) {
    expect_failure_of(jit_script(layers(forward)()), "compile", "stand in branches alone, in few that do not end with them")
  }
})

test_that("after a loop that is written out its variable is what it was", {
  for (x in list(torch_tensor(c(1, 2)), torch_tensor(c(-1, -2)))) {
    for (fn in list(
      function(x) { fs <- list(torch_sin, torch_cos); for (i in 1:2) x <- fs[[i]](x); x / i },
      function(x) { l <- list(1, "a", 2L); for (i in 1:3) print(l[[i]]); i },
      function(x) { fs <- list(a = torch_sin, b = torch_cos); for (n in names(fs)) x <- fs[[n]](x); n },
      function(x) { fs <- list(torch_sin, torch_cos); for (i in c(2, 1)) x <- fs[[i]](x); list(x, i) },
      function(x) { fs <- list(torch_sin, torch_cos); for (i in 1:2) { if (x[1]$item() > 0) next; x <- fs[[i]](x) }; x / i },
      function(x) { fs <- list(torch_sin, torch_cos); i <- 0L; for (i in seq_along(fs)) { x <- fs[[i]](x); if (x[1]$item() > 0) break }; x + i },
      function(x) { fs <- list(torch_sin, torch_cos); n <- 0L; for (j in 1:3) { for (i in 1:2) { x <- fs[[i]](x); if (x[1]$item() > 0) break }; n <- n + i }; n },
      function(x) { for (e in list(1, 2, 3)) { if (x[1]$item() > 0) break }; x + e },
      function(x) { fs <- list(torch_sin, torch_cos); g <- function() i; for (i in 1:2) { x <- fs[[i]](x) }; x / g() },
      function(x) { fs <- list(torch_sin, torch_cos); for (i in 1:2) { x <- fs[[i]](x); i <- i + 10L }; x / i }
    )) {
      expect_same_as_eager(fn, x)
    }
  }
  refused <- function(fn, pattern) expect_failure_of(jit_script(fn), "compile", pattern)
  refused(function(x) { fs <- list(torch_sin, torch_cos); for (f in fs) { x <- f(x); if (x[1]$item() > 0) break }; f(x) }, "one thing or another that only R has")
  refused(function(x) { for (e in list(1L, 2.5, TRUE)) { if (x[1]$item() > 0) break }; e }, "where the loop goes on and a number where it was left")
})

test_that("of values that only R has R gives the answer", {
  names <- c(a = 1, b = 2)
  matrix <- matrix(c(1.5, 2, 3, 4), 2)
  strings <- c(lo = "x", hi = "y")
  flag <- c(a = TRUE)
  vectors <- list(c(1, 2), c(3, 4))
  named <- list(p = c(1, 2), q = c(3, 4))
  one <- matrix(2)
  nothing <- list()
  frame <- data.frame(a = 1:2, b = c(2.5, 3))
  x <- torch_ones(2)
  for (use in alist(
    if (is.numeric(matrix)) x else -x, is.numeric(names), is.numeric(names[1]), is.integer(matrix), is.character(strings), is.logical(flag), is.logical(matrix > 2), is.logical(NA),
    { v <- c(a = 1, b = 2); if (is.numeric(v)) sum(v) else 0 }, isTRUE(flag), isFALSE(flag), isTRUE(c(a = TRUE)), if (!flag) x else -x,
    length(unlist(vectors)), unlist(vectors)[[2]], { for (n in unlist(vectors)) x <- x + n; x }, Reduce(`+`, unlist(vectors)), names(unlist(named)), is.list(unlist(named)),
    x + one, x * one, one * x, x > one, x^one, x + matrix, NROW(names), NROW(matrix), nrow(matrix), ncol(matrix), is.null(NROW(names)),
    seq_along(nothing), list(seq_along(nothing), 1L), is.null(seq_along(nothing)), list(1i), sum(matrix), mean(matrix), lapply(frame, function(e) e + 1)
  )) {
    fn <- eval(bquote(function(x) .(use)))
    expect_identical(plain_values(jit_script(fn)(x)), plain_values(fn(x)), label = deparse(use))
  }
  days <- as.Date("2020-01-01")
  marked <- structure(1:3, k = "z")
  long <- as.numeric(1:70000) + 0.5
  refused <- function(pattern, ...) {
    for (use in list(...)) expect_failure_of(suppressWarnings(jit_script(eval(bquote(function(x) .(use))))), "compile", pattern)
  }
  refused("can't return a vector with names", quote(!flag))
  refused("object of class <Date>", quote(cat(days, "\n")))
  refused("not through a numeric vector", quote(Filter(function(e) e > 2, matrix)))
  refused("can't return a", quote(marked), quote(log(marked)), quote(long))
  refused("is NA in R", quote(as.character(2147483647L + 1L)))
  expect_identical(jit_script(function(x) sum(long))(x), sum(long))
})

test_that("recursion through the calls of an inner function is told at once", {
  sorted <- function(x = c(3, 1, 2)) {
    qs <- function(v = c(1, 2)) { if (length(v) <= 1) return(v); p <- v[1]; c(qs(v[v < p]), v[v == p], qs(v[v > p])) }
    qs(x)
  }
  expect_failure_of(jit_script(sorted), "compile", "`qs\\(\\)` calls itself")
  known <- function(n = 5L) { f <- function(k) if (k < 2) k else f(k - 1) + f(k - 2); f(5) + n }
  expect_exactly_eager(known, 5L)
})

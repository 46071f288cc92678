# The arguments of a program and their defaults.

a <- torch_tensor(c(-1, 2, 3))

test_that("a default is of the type that is declared", {
  expect_same_as_eager(function(x, n = 2) x * n, a, types = list(n = "int"))
  expect_same_as_eager(function(x, n = 2L) x * n, a, types = list(n = "float"))
  expect_match(jit_script(function(x, n = 2) x * n, n = "int")$schema, "int n=2", fixed = TRUE)
  optional <- jit_script(function(x, n = 3) if (is.null(n)) x else x * n, n = "Optional[int]")
  expect_identical(as_array(optional(a)), c(-3, 6, 9))
  expect_identical(as_array(optional(a, NULL)), c(-1, 2, 3))
  expect_failure_of(jit_script(function(x, n = 2) x, n = "Tensor"), "compile", "default of `n` is the number 2, and its type is a tensor", "jit_script")
  expect_failure_of(jit_script(function(x, n = NULL) x, n = "float"), "compile", "Optional\\[float\\]")
  expect_failure_of(jit_script(function(x, n = NA) x), "compile", "NA, which programs do not have")
})

test_that("what comes to the same at each call is computed now", {
  expect_same_as_eager(function(x, scale = 1 / sqrt(2)) x * scale, a)
  expect_same_as_eager(function(x, n = pi, m = (2), k = -2.5, l = 2^3) x * n * m * k * l, a)
  expect_same_as_eager(function(x, flag = T, other = !TRUE) if (flag && !other) x else -x, a)
  expect_same_as_eager(function(x, s = "a(b)", t = "") paste0(s, t), a)
  expect_same_as_eager(function(x, sizes = c(3L, 1L)) x$view(sizes), a)
  expect_same_as_eager(function(x, s = c(1, 2.5)) s, a)
  expect_same_as_eager(function(x, s = c("a", "b")) length(s), a)
  expect_same_as_eager(function(x, s = c(1, 2)) s, a, types = list(s = "List[int]"))
  listed <- jit_script(function(x, more = list()) length(more), more = "List[Tensor]")
  expect_identical(listed(a), 0L)
  expect_identical(listed(a, list(a, a)), 2L)
  constant <- 4
  expect_same_as_eager(function(x, k = constant + 1) x * k, a)
})

test_that("functions and dtypes are known while compiling, and no arguments", {
  expect_same_as_eager(function(x, act = torch_relu) act(x), a)
  expect_same_as_eager(function(x, dtype = torch_double()) x$to(dtype = dtype), a)
  expect_match(jit_script(function(x, act = torch_relu) act(x))$schema, "(Tensor x) -> Tensor", fixed = TRUE)
})

test_that("other defaults are refused, with what to write instead", {
  expect_failure_of(jit_script(function(x, n = x$size(1)) x * n), "compile", "`n`, `x\\$size\\(1\\)`, can't be part of a program: it depends on `x`", "jit_script")
  expect_failure_of(jit_script(function(x, w = torch_ones(3)) x * w), "compile", "`w`, `torch_ones\\(3\\)`, can't be part")
  expect_failure_of(jit_script(function(x, w = nowhere) x), "compile", "default of `w` can't be computed")
  expect_failure_of(jit_script(function(x, k) if (missing(k)) x else x * k), "compile", "does not know whether `k` was given")
})

test_that("match.arg() makes its argument a string among the choices", {
  reduce <- function(x, reduction = c("mean", "sum")) {
    reduction <- match.arg(reduction)
    if (reduction == "mean") torch_mean(x) else torch_sum(x)
  }
  x <- torch_tensor(c(1, 2, 3))
  program <- expect_same_as_eager(reduce, x)
  expect_match(capture.output(print(program)), "reduction: str = \"mean\"", fixed = TRUE, all = FALSE)
  # by the beginning too, as in R
  for (reduction in c("mean", "sum", "s", "m", "median", "")) expect_same_as_eager(reduce, x, reduction)
  expect_error(program(x, "median"), "should be one of \"mean\", \"sum\"", class = "torchscript_error")
  expect_same_as_eager(function(x) reduce(x) + reduce(x, "sum"), x)
  expect_same_as_eager(function(x, how = "s") reduce(x, how), x)
  expect_same_as_eager(function(how = "b") match.arg(how, c("alpha", "beta")))
  expect_error(jit_script(function(x) reduce(x, "median"))(x), "should be one of", class = "torchscript_error")
  expect_error(jit_script(function() match.arg("gamma", c("alpha", "beta"))), "should be one of", class = "torchscript_compile_error")
})

test_that("an argument may be called f", {
  expect_output(print(jit_script(function(x, f) x * f, f = "float")), "fn(x: Tensor, f: float)", fixed = TRUE)
  expect_output(print(jit_script(f = "int", function(f, x) x * f)), "fn(f: int, x: Tensor)", fixed = TRUE)
  expect_error(jit_script("a", f = "float"), "must be an R function", class = "torchscript_type_error")
})

test_that("arguments are given by R's names, whatever TorchScript calls them", {
  program <- jit_script(function(x, lambda = 2, learning.rate = 0.5, .k = 3) x * lambda * learning.rate * .k)
  x <- torch_tensor(1)
  path <- withr::local_tempfile(fileext = ".pt")
  jit_save(program, path)
  for (f in list(program, jit_load(path))) {
    expect_equal(as_array(f(x, lambda = 3)), 4.5)
    expect_equal(as_array(f(learning.rate = 3, x = x, lambda = 1)), 9)
    expect_equal(as_array(f(.k = 1, x)), 1)
    expect_equal(as_array(f(x, v_lambda = 4, learning_rate = 1)), 12)
    expect_failure_of(f(x, lamda = 3), "type", "has no argument `lamda`")
  }
  module <- nn_module(initialize = function() self$w <- 1, forward = function(x, lambda = 1) x * lambda)()
  expect_equal(as_array(jit_script(module)(x, lambda = 4)), 4)
})

test_that("missing() is asked where R's answer is known", {
  x <- torch_tensor(c(1, 2))
  refused <- function(fn, pattern) expect_failure_of(jit_script(fn), "compile", pattern)
  expect_same_as_eager(function(x) { g <- function(...) missing(...); list(g(), g(1)) }, x)
  expect_same_as_eager(function(x) { f <- function(a, ...) if (!missing(...)) ..1 else a * 2; f(x) + f(x, 1) }, x)
  expect_same_as_eager(function(x) { f <- function(b) { if (missing(b)) b <- 2; for (i in 1:2) x <- x + b; x }; f() + f(3) }, x)
  expect_same_as_eager(function(x) { f <- function(b) { s <- x; for (i in 1:2) s <- s + (if (missing(b)) 1 else b); s }; f() + f(3) }, x)
  refused(function(x) { f <- function(b) { if (x$sum()$item() > 100) b <- 3; missing(b) }; f() }, "`b` is set only where")
  refused(function(x) { f <- function(b = 1) { for (i in 1:2) { if (missing(b)) x <- x + 100; b <- 2 }; x }; f() }, "The loop sets `b`")
  refused(function(x) { f <- function(b = 1) { while (missing(b)) { b <- 2; x <- x + 1 }; x }; f() }, "The loop sets `b`")
  refused(function(x) { f <- function(b) { g <- function() missing(b); g() }; f() }, "is for the function's own arguments")
})

test_that("an argument that was not given has no default where it goes on by its name", {
  x <- torch_tensor(c(1, 2))
  refused <- function(fn, pattern) expect_failure_of(jit_script(fn), "compile", pattern)
  inner <- function(b = 2) b * 3
  asks <- function(a, b = 2) if (missing(b)) a else a * b
  expect_same_as_eager(function(x) { f <- function(a, b) asks(a, b); f(x) + f(x, 5) }, x)
  expect_same_as_eager(function(x) { f <- function(a, b = 3) asks(a, b); f(x) }, x)
  refused(function(x) { f <- function(a, b) a + inner(b); f(x) }, "Argument 1 of `\\*\\(\\)` is missing")
  refused(function(x) { f <- function(a, b) torch_sum(a, b); f(x) }, "Argument `b` is missing, with no default")
  refused(function(x) { f <- function(a, b) a$sum(b); f(x) }, "Argument `b` is missing, with no default")
  refused(function(x) ...length(), "There is no `...` here")
  refused(function(x) { f <- function(...) ...elt(3); f(x) }, "takes a constant from 1 to 1 here")
  expect_same_as_eager(function(x) { f <- function(...) ...elt(2) * ...length(); f(x, 3) }, x)
})

test_that("arguments are told by names that are clear, and defaults do not ask for themselves", {
  x <- torch_tensor(c(1, 2))
  refused <- function(fn, pattern) expect_failure_of(jit_script(fn), "compile", pattern)
  refused(function(x) { f <- function(val, value) val * 10 + value; f(va = 1, 2) }, "`va` is short for several arguments")
  expect_same_as_eager(function(x) { f <- function(val, valx) val * 10 + valx; f(valx = 1, 2) }, x)
  expect_same_as_eager(function(x) { f <- function(value, ...) value * 10; f(val = 1, 2) }, x)
  refused(function(x) { k <- 1; f <- function(k = k) k; f() }, "The default of `k` asks for itself")
  refused(function(x) { f <- function(a = b, b = a) a; f() }, "asks for itself")
})

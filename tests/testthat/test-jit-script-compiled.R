# Compiled functions and modules called in programs: R gives them copies of its lists, and so does a program.

unit <- jit_compile("
def app(xs: List[Tensor], x: Tensor):
  xs.append(x)
  return len(xs)
def first(xs: List[float]):
  xs[0] = 99.
  return xs, 1
def same(xs: List[Tensor]):
  return xs
def inner(xs: List[List[int]]):
  xs[0].append(1)
  return len(xs[0])
def keyed(xs: Dict[str, List[int]]):
  xs['a'].append(1)
  return len(xs['a'])
def maybe(xs: Optional[List[int]]):
  if xs is not None:
    xs.append(1)
    return len(xs)
  return 0
def counts(xs: List[int] = [1, 2]):
  xs[0] = xs[0] + 1
  return xs
def into(x: Tensor, o: Tensor):
  torch.add(x, 1, out=o)
  return x
def gamma(x: Tensor):
  return torch._standard_gamma(x)
")
app <- unit$app
x <- torch_tensor(c(1, 2))

test_that("what a compiled function does to a list is not seen outside", {
  expect_same_as_eager(function(x) { l <- list(x); n <- app(l, x); list(n, length(l)) }, x)
  expect_same_as_eager(function(x) { l <- list(x); m <- l; n <- unit$app(l, x); list(n, length(l), length(m)) }, x)
  expect_same_as_eager(function(l, x) list(app(l, x), app(l, x), length(l)), list(x, x), x, types = list(l = "List[Tensor]"))
  expect_same_as_eager(function(x) { v <- c(1, 2); u <- unit$first(v); list(v, u) }, x)
  expect_same_as_eager(function(x) { l <- list(c(1L, 2L), 3:4); list(unit$inner(l), l) }, x)
  expect_same_as_eager(function(x) { l <- list(a = c(1L, 2L), b = 3:4); list(unit$keyed(l), l$a) }, x)
  expect_same_as_eager(function(x) { l <- c(1L, 2L); list(unit$maybe(l), unit$maybe(NULL), length(l)) }, x)
  a <- function(x) { a <- unit$counts(); b <- unit$counts(); b[1] - a[1] }
  expect_identical(jit_script(a)(x), 1L)
})

test_that("what it gives is another list than what it was given", {
  expect_same_as_eager(function(x) { v <- list(x); u <- unit$same(v); v[[1]] <- x * 100; u }, x)
  expect_same_as_eager(function(x) { v <- list(x); u <- unit$same(v); u[[1]] <- x * 100; v }, x)
  expect_same_as_eager(function(x) { v <- list(x); us <- lapply(1:2, function(i) unit$same(v)); v[[1]] <- x * 100; us }, x)
  same <- jit_script(function(v = c(1, 2)) v)
  expect_same_as_eager(function(x) { v <- c(5, 6); u <- same(v); v[1] <- 100; list(v, u) }, x)
})

test_that("a module keeps its own list", {
  keeps <- nn_module(
    initialize = function() self$l <- list(torch_tensor(1)), forward = function(xs) { self$l <- xs; length(xs) }, get = function() self$l
  )
  scripted <- jit_script(keeps(), xs = "List[Tensor]", methods = "get")
  expect_same_as_eager(function(x) { xs <- list(x); scripted(xs); xs[[1]] <- x * 100; scripted$get() }, x)
  expect_same_as_eager(function(x) { xs <- list(x); scripted(xs); l <- scripted$get(); l[[1]] <- x * 100; scripted$get() }, x)
  holds <- nn_module(
    initialize = function() self$a <- jit_script(keeps(), xs = "List[Tensor]"),
    forward = function(x) { xs <- list(x); self$a(xs); l <- self$a$l; xs[[2]] <- x; self$a(xs); length(l) }
  )
  expect_identical(jit_script(holds())(x), 1L)
  grows <- nn_module(initialize = function() self$l <- list(torch_zeros(1)), forward = function(x) { k <- app(self$l, x); self$l[[1]] <- x; length(self$l) })
  program <- jit_script(grows())
  for (i in 1:3) expect_identical(program(x), 1L)
  expect_length(program$l, 1)
})

test_that("its graph tells what it does", {
  refused <- function(fn, pattern) expect_failure_of(jit_script(fn), "compile", pattern)
  refused(function(x) { y <- x * 0; g <- function(a) { unit$into(x, y); a }; g(y$sum()$item()) }, "The function changes tensors")
  refused(function(x) { y <- x * 0; g <- function(a, b) { unit$into(x, y); a + b }; g(y * 1, 3) }, "The function changes tensors")
  refused(function(x) { g <- function(a) { r <- torch_rand(1); a - r }; g(unit$gamma(x)) }, "An argument that does something")
})

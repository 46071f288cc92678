# Every name that TorchScript allows reaches the program, whatever the name means to R or to this package.

# `PACKAGE` and `NAME` belong to R's own .External(), the others to R's language, or to functions and objects here.
awkward <- c(
  "PACKAGE", "PACK", "NAME", "next", "function", "repeat", "T", "F", "x", "i", "f", "n", "name", "names", "value", "handle",
  "graph", "code", "schema", "save", "call", "drop", "env", "fn", "args", "object", "module", "obj", "type", "what",
  "forward", "training"
)

test_that("an argument of any name is passed by name", {
  for (name in awkward) {
    f <- jit_compile(sprintf("def f(%s: int, other: int = 1):\n  return %s * 10 + other\n", name, name))$f
    expect_identical(f(5L), 51L)
    for (program in list(f, jit_unserialize(jit_serialize(f)), unserialize(serialize(f, NULL)))) {
      expect_identical(do.call(program, rlang::set_names(list(5L, 3L), c(name, "other"))), 53L, info = name)
      expect_identical(do.call(program, rlang::set_names(list(3L, 5L), c("other", name))), 53L, info = name)
    }
  }
})

test_that("`self` is a name like others, but a file holds a method, where PyTorch renames it", {
  f <- jit_compile("def f(self: int, other: int = 1):\n  return self * 10 + other\n")$f
  expect_identical(f(other = 3L, self = 5L), 53L)
  expect_identical(jit_unserialize(jit_serialize(f))(self0 = 5L, other = 3L), 53L)
})

test_that("a traced function and a module's method take such names", {
  zero <- torch_tensor(0)
  traced <- jit_trace(
    function(PACKAGE, x, `function`, `next`, handle) PACKAGE + 2 * x + 3 * `function` + 4 * `next` + 5 * handle,
    zero, zero, zero, zero, zero
  )
  for (f in list(traced, jit_unserialize(jit_serialize(traced)))) {
    one <- torch_tensor(1)
    expect_identical(as.numeric(f(handle = one, `next` = zero, `function` = zero, x = zero, PACKAGE = torch_tensor(7))), 12)
    expect_identical(as.numeric(f(`function` = one, handle = zero, PACKAGE = zero, x = one, `next` = zero)), 5)
  }
  plus <- nn_module("plus", forward = function(PACKAGE, name) PACKAGE - name)
  m <- jit_trace(plus(), zero, zero)
  expect_identical(as.numeric(m(name = torch_tensor(2), PACKAGE = torch_tensor(5))), 3)
  expect_identical(as.numeric(m$forward(name = torch_tensor(2), PACKAGE = torch_tensor(5))), 3)
})

test_that("names match whole, and arguments are evaluated as everywhere in R", {
  f <- jit_compile("def f(PACKAGE: int, size: int = 1):\n  return PACKAGE * 10 + size\n")$f
  expect_failure_of(f(3L, PACK = 2L), "type", "no argument `PACK`")
  expect_failure_of(f(3L, si = 2L), "type", "no argument `si`")
  expect_failure_of(f(size = 3L), "type", "`PACKAGE` is missing")
  expect_failure_of(f(3L, ), "type", "`size` must be a whole number, not an empty argument")
  pass <- function(...) f(...)
  expect_identical(pass(size = 2L, PACKAGE = 4L), 42L)
  expect_identical(f(PACKAGE = (function() 2L)()), 21L)
  lacks <- function(given) f(given)
  expect_error(lacks(), "argument \"given\" is missing")
  expect_error(f(stop("my own")), "my own", class = "simpleError")
  # an argument may call the program itself
  expect_identical(f(f(f(1L))), 1111L)
  expect_identical(callCC(function(leave) f(leave(7))), 7)
})

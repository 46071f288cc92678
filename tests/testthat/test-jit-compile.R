test_that("functions of one source call each other", {
  unit <- jit_compile("
def helper(x: Tensor) -> Tensor:
  return x + 1

def twice(x: Tensor):
  return helper(helper(x))
")
  expect_s3_class(unit, "script_unit")
  expect_setequal(names(unit), c("helper", "twice"))
  expect_identical(as_array(unit$twice(torch_zeros(2))), c(2, 2))
  expect_identical(as_array(unit$helper(torch_zeros(2))), c(1, 1))
  expect_output(print(unit), "$twice(x: Tensor) -> Tensor", fixed = TRUE)
  expect_failure_of(unit$nonsense, "type", "no function `nonsense`.*helper", "$")
})

test_that("a source needs no newline at its end", {
  unit <- jit_compile("def f(x: Tensor):\n  return x * 2")
  expect_identical(as_array(unit$f(torch_ones(1))), 2)
})

test_that("defaults apply, and arguments are given by name in any order", {
  f <- jit_compile("
def f(x: Tensor, n: int = 3, scale: float = 0.5, negate: bool = False):
  y = x * n * scale
  if negate:
    y = -y
  return y
")$f
  x <- torch_ones(1)
  expect_identical(f(x)$item(), 1.5)
  expect_identical(f(x, 4)$item(), 2)
  expect_identical(f(x, negate = TRUE)$item(), -1.5)
  expect_identical(f(scale = 2, x = x, n = 1L)$item(), 2)
})

test_that("control flow depends on the values", {
  unit <- jit_compile("
def collatz(n: int) -> int:
  steps = 0
  while n != 1:
    if n % 2 == 0:
      n = n // 2
    else:
      n = 3 * n + 1
    steps += 1
  return steps

def sign(x: Tensor) -> str:
  if bool(x.sum() > 0):
    return 'positive'
  return 'other'

def total(x: Tensor) -> Tensor:
  s = torch.zeros([])
  for i in range(x.size(0)):
    s = s + x[i]
  return s
")
  expect_identical(unit$collatz(27), 111L)
  expect_identical(unit$sign(torch_tensor(c(1, 2))), "positive")
  expect_identical(unit$sign(torch_tensor(-1)), "other")
  expect_identical(unit$total(torch_arange(1, 10))$item(), 55)
})

# the table of types: what goes in comes back
echo <- function(type) jit_compile(sprintf("def f(x: %s) -> %s:\n  return x\n", type, type))$f

test_that("every type goes in as a plain R value and comes back", {
  cases <- list(
    list("int", 3L), list("float", 2.5), list("bool", TRUE), list("str", "text"), list("str", "h\u00e4 %s \u4e2d"),
    list("int", 2^40), list("complex", 1 + 2i), list("Optional[int]", NULL), list("Optional[int]", 5L),
    list("Optional[str]", "a"), list("List[int]", 1:3), list("List[int]", 7L), list("List[float]", c(0.5, 1)),
    list("List[bool]", c(TRUE, FALSE)), list("List[str]", c("a", "b")), list("Tuple[int, str]", list(1L, "a")),
    list("Tuple[int, Tuple[float, bool]]", list(1L, list(0.5, FALSE))), list("Dict[str, int]", list(a = 1L, b = 2L)),
    list("Dict[str, List[int]]", list(a = 1:2, b = 3L)), list("List[List[int]]", list(1:2, 3L)),
    list("Optional[List[int]]", 1:2), list("List[Optional[int]]", list(1L, NULL)), list("float", Inf), list("float", -0.0),
    list("List[float]", c(NaN, Inf)), list("Dict[int, str]", jit_dict(1L, "x"))
  )
  for (case in cases) {
    expect_identical(echo(case[[1]])(case[[2]]), case[[2]], info = case[[1]])
  }
})

test_that("R's other forms of a value will do", {
  expect_identical(echo("int")(3), 3L)
  expect_identical(echo("float")(3L), 3)
  expect_identical(echo("List[int]")(c(1, 2)), 1:2)
  expect_identical(echo("List[int]")(list(1, 2L)), 1:2)
  expect_identical(echo("List[float]")(1:2), c(1, 2))
  expect_identical(echo("List[int]")(integer()), integer())
  expect_identical(echo("List[str]")(list("a", "b")), c("a", "b"))
  expect_identical(echo("int")(jit_scalar(4L)), 4L)
  expect_identical(echo("Tuple[int, str]")(jit_tuple(list(1L, "a"))), list(1L, "a"))
  expect_identical(echo("int")(bit64::as.integer64("9007199254740993")), bit64::as.integer64("9007199254740993"))
})

test_that("tensors inside other types come back as tensors", {
  x <- torch_tensor(c(1, 2))
  expect_same_tensor(echo("Tensor")(x), x)
  expect_same_tensor(echo("Optional[Tensor]")(x), x)
  expect_null(echo("Optional[Tensor]")(NULL))
  expect_same_tensor(echo("List[Tensor]")(list(x, x * 2))[[2]], x * 2)
  expect_same_tensor(echo("Dict[str, Tensor]")(list(k = x))$k, x)
  expect_same_tensor(echo("Tuple[Tensor, int]")(list(x, 1L))[[1]], x)
})

test_that("what does not fit the type is refused, with the argument's name", {
  bad <- list(
    list("int", 2.5, "value", "2.5"), list("int", "a", "type", "string"), list("int", NA_integer_, "value", "NA"),
    list("bool", NA, "value", "NA"), list("bool", 1L, "type", "integer"), list("str", 1, "type", "number"),
    list("str", NA_character_, "value", "NA"), list("float", "a", "type", "string"), list("int", NULL, "type", "NULL"),
    list("Tensor", NULL, "type", "NULL"), list("Tensor", 1, "type", "number"), list("int", 2^60, "value", "whole|large|2\\^53"),
    list("List[int]", c(1, 2.5), "value", "2.5"), list("List[int]", c(1L, NA), "value", "NA"),
    list("List[str]", 1:2, "type", "x"), list("Tuple[int, int]", list(1L), "value", "1"),
    list("Dict[str, int]", list(1L), "type", "x"), list("int", 1:2, "type", "x")
  )
  for (case in bad) {
    f <- echo(case[[1]])
    error <- tryCatch(f(case[[2]]), error = identity)
    expect_s3_class(error, "torchscript_error")
    expect_true(any(grepl(sprintf("^torchscript_%s_error$", case[[3]]), class(error))), info = case[[1]])
    expect_match(conditionMessage(error), case[[4]], info = case[[1]])
    expect_match(conditionMessage(error), "`x", fixed = TRUE, info = case[[1]])
    expect_identical(deparse(conditionCall(error)), "f(case[[2]])")
  }
})

test_that("Any takes what jit_scalar marks, and plain values of length one", {
  f <- jit_compile("
def f(x: Any) -> str:
  if isinstance(x, int):
    return 'int'
  if isinstance(x, float):
    return 'float'
  if isinstance(x, str):
    return 'str'
  if isinstance(x, Tensor):
    return 'Tensor'
  if isinstance(x, List[int]):
    return 'List[int]'
  if isinstance(x, Tuple[int, str]):
    return 'Tuple[int, str]'
  return 'other'
")$f
  expect_identical(f(jit_scalar(1L)), "int")
  expect_identical(f(1L), "int")
  expect_identical(f(jit_scalar(1.5)), "float")
  expect_identical(f(jit_scalar("a")), "str")
  expect_identical(f(torch_ones(1)), "Tensor")
  expect_identical(f(1:3), "List[int]")
  expect_identical(f(jit_tuple(list(1L, "a"))), "Tuple[int, str]")
  expect_identical(f(NULL), "other")
})

test_that("several results are a list, no result is NULL", {
  unit <- jit_compile("
def two(x: Tensor):
  return x, x.size(0)

def none(x: Tensor) -> None:
  pass
")
  result <- unit$two(torch_zeros(3))
  expect_identical(result[[2]], 3L)
  expect_s3_class(result[[1]], "torch_tensor")
  expect_null(unit$none(torch_zeros(1)))
})

test_that("errors of the source show the line they point at", {
  error <- expect_failure_of(jit_compile("def f(x: Tensor):\n  return torch.foo(x)\n"), "compile", "Unknown builtin op", "jit_compile")
  expect_match(conditionMessage(error), "return torch.foo(x)\n         ~~~~~~~~~ <--- HERE", fixed = TRUE)
  error <- expect_failure_of(jit_compile("def f(x: Tensor):\n  y = 1\n  return y +* 2\n"), "compile")
  expect_match(conditionMessage(error), "return y +* 2", fixed = TRUE)
  expect_match(conditionMessage(error), "line 3")
  error <- expect_failure_of(jit_compile("def f(x: Tensor) -> str:\n  return x\n"), "compile", "str")
  expect_match(conditionMessage(error), "return x", fixed = TRUE)
  expect_failure_of(jit_compile("def f(x: Tensor):\n  return undefined_name\n"), "compile", "undefined_name")
  expect_failure_of(jit_compile("def f(x: Nonsense):\n  return x\n"), "compile", "Nonsense")
})

test_that("what is no source is refused", {
  expect_failure_of(jit_compile(1), "type", "`source` must be a string, not the number 1", "jit_compile")
  expect_failure_of(jit_compile(c("a", "b")), "type", "`source`")
  expect_failure_of(jit_compile(NA_character_), "type", "`source`")
  expect_failure_of(jit_compile(""), "compile", "no function")
})

test_that("an exception of the program is an R error with its text and line", {
  f <- jit_compile("def f(x: Tensor):\n  if bool(x.sum() > 0):\n    raise ValueError('100% wrong: %s')\n  return x\n")$f
  error <- expect_failure_of(f(torch_ones(1)), "program", "100% wrong: %s", "f")
  expect_match(error$traceback, "raise ValueError", fixed = TRUE)
  expect_identical(f(torch_zeros(1))$item(), 0)
})

test_that("compiled functions outlive the unit, and are differentiable", {
  f <- jit_compile("def g(x: Tensor):\n  return x * 2\n\ndef f(x: Tensor):\n  return g(x) * x\n")$f
  gc()
  x <- torch_tensor(3, requires_grad = TRUE)
  f(x)$backward()
  expect_identical(x$grad$item(), 12)
})

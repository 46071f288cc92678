# Each feature with the value that Python gives for the same source.
features <- list(
  list("script class, magic methods", "
class Vec:
  def __init__(self, x: int, y: int = 2):
    self.x = x
    self.y = y
  def __add__(self, other: Vec) -> Vec:
    return Vec(self.x + other.x, self.y + other.y)
  def __len__(self) -> int:
    return self.x
  def __contains__(self, n: int) -> bool:
    return n == self.x
def f() -> Tuple[int, int, int, bool]:
  v = Vec(1) + Vec(3, 4)
  return v.x, v.y, len(v), 4 in v
", list(4L, 6L, 4L, TRUE)),
  list("class used before its definition, in containers", "
def f() -> int:
  total = 0
  boxes: List[Box] = [Box(1), Box(2)]
  for b in boxes:
    total += double(b)
  return total
def double(b: Box) -> int:
  return 2 * b.get()
class Box:
  n: int
  def __init__(self, n: int):
    self.n = n
  def get(self) -> int:
    return plus(self.n)
def plus(n: int) -> int:
  return n + 10
", 46L),
  list("static method", "
class Maths:
  def __init__(self):
    self.n = 1
  @staticmethod
  def twice(x: int) -> int:
    return 2 * x
def f() -> int:
  return Maths.twice(4)
", 8L),
  list("NamedTuple with a default", "
from typing import NamedTuple
class Pair(NamedTuple):
  a: int
  b: float = 2
def f() -> float:
  p = Pair(3)
  return p.a * p.b
", 6),
  list("Enum", "
class Color(Enum):
  RED = 1
  GREEN = 2
def f() -> Tuple[str, int, bool]:
  c = Color.GREEN
  return c.name, c.value, c == Color.RED
", list("GREEN", 2L, FALSE)),
  list("no_grad", "
def f() -> Tuple[bool, bool]:
  x = torch.ones([1]).requires_grad_(True)
  with torch.no_grad():
    y = x * 2
  return y.requires_grad, (x * 2).requires_grad
", list(FALSE, TRUE)),
  list("fork and wait", "
def g(x: int) -> int:
  return x + 1
def f() -> int:
  future = torch.jit.fork(g, 2)
  return torch.jit.wait(future)
", 3L),
  list("dtypes, layouts", "
def f() -> bool:
  return torch.zeros([2], dtype=torch.float64).dtype == torch.float64
", TRUE),
  list("math", "def f() -> float:\n  return math.floor(math.pi) + math.sqrt(4.0)\n", 5),
  list("functional, linalg", "
import torch.nn.functional as F
def f() -> float:
  return float(F.relu(torch.full([1], -2.0))) + float(torch.nn.functional.relu(torch.ones([1]))) + float(torch.linalg.norm(torch.ones([4])))
", 3),
  list("f-string", "def f() -> str:\n  x = 2\n  return f'a {x} {{b}} {x + 1}'\n", "a 2 {b} 3"),
  list("constant", "N = -3\ndef f() -> int:\n  return N * 2\n", -6L),
  list("comprehension, enumerate, zip", "
def f() -> List[int]:
  out = [x * x for x in [1, 2, 3]]
  for i, (a, b) in enumerate(zip([1, 2], [3, 4])):
    out.append(i + a * b)
  return out
", c(1L, 4L, 9L, 3L, 9L)),
  list("slices, ternary, chained comparison", "
def f() -> Tuple[List[int], str]:
  x = [1, 2, 3, 4, 5]
  return x[::2], 'in' if 1 < x[1] < 3 else 'out'
", list(c(1L, 3L, 5L), "in")),
  list("refinement", "
def f() -> int:
  x: Optional[int] = torch.jit.annotate(Optional[int], 4)
  if x is None:
    return 0
  return x + 1
", 5L)
)

test_that("every feature gives Python's value", {
  for (feature in features) {
    value <- tryCatch(jit_compile(feature[[2]])$f(), error = conditionMessage)
    expect_identical(value, feature[[3]], info = feature[[1]])
  }
})

test_that("classes are constructors, enums lists of members", {
  unit <- jit_compile("
class Point:
  def __init__(self, x: float, y: float = 4.0):
    self.x = x
    self.y = y
  def norm(self) -> float:
    return math.sqrt(self.x * self.x + self.y * self.y)
class Color(Enum):
  RED = 'r'
  GREEN = 'g'
")
  expect_s3_class(unit$Point(3), "script_object")
  expect_identical(unit$Point(3)$norm(), 5)
  expect_identical(names(unit$Color), c("RED", "GREEN"))
  expect_identical(unit$Color$RED$value, "r")
  expect_output(print(unit), "$Color: enum of RED, GREEN", fixed = TRUE)
})

test_that("what can't be compiled is refused in words", {
  expect_failure_of(jit_compile("class M(nn.Module):\n  pass\n"), "compile", "nn_module")
  expect_failure_of(jit_compile("def f(n: int) -> int:\n  return f(n - 1)\n"), "compile", "recursive")
  expect_failure_of(jit_compile("def f(x: float) -> str:\n  return f'{x:.2f}'\n"), "compile", "line 2.*f-string")
  expect_failure_of(jit_compile("@torch.no_grad()\ndef f(x: int):\n  return x\n"), "compile", "decorator")
})

test_that("programs with classes, named tuples, enums and contexts are saved, and load in PyTorch", {
  skip_without_python()
  f <- jit_compile("
class Vec:
  def __init__(self, x: int):
    self.x = x
  def __add__(self, other: Vec) -> Vec:
    return Vec(self.x + other.x)
class Pair(NamedTuple):
  a: int
  b: float = 2.5
class Color(Enum):
  RED = 1
def f() -> Tuple[int, float, int, bool]:
  x = torch.ones([1]).requires_grad_(True)
  with torch.no_grad():
    y = x * 2
  return (Vec(1) + Vec(3)).x, Pair(3).b, Color.RED.value, y.requires_grad
")$f
  file <- withr::local_tempfile(fileext = ".pt")
  jit_save(f, file)
  expect_identical(jit_load(file)(), list(4L, 2.5, 1L, FALSE))
  expect_identical(run_python("print(torch.jit.load(args[0])())", file), "(4, 2.5, 1, False)")
})

# TorchScript's language reference, feature by feature: what PyTorch made of the same source is in the fixture, written by
# dev/fixtures_language.py.
features <- recorded("language.R")
names(features) <- vapply(features, function(feature) feature[[1]], "")

# PyTorch refuses or breaks these; here they have Python's own value.
here_alone <- c(
  "f'{{}}{1}'", "with no_grad and enable_grad", "with enable_grad", "keyword-only arguments", "type comments of variables",
  "constants of the source", "Final constants", "classes that refer to each other"
)
# These need Python itself: refused for this reason.
python_alone <- c(
  "'\\N{BULLET}'" = "names of letters are not known",
  "torch.tensordot(torch.ones(2, 2), torch.ones(2, 2), dims=1)" = "torch.tensordot is Python's own.*torch.einsum",
  "torch.tensordot(torch.ones(2, 2), torch.ones(2, 2), dims=([1], [0]))" = "torch.tensordot is Python's own.*torch.einsum",
  "torch.norm(torch.ones(4), p='fro')" = "Arguments for call are not valid",
  "torch.lu(torch.eye(2))[0]" = "torch.lu is Python's own.*torch.linalg.lu_factor",
  "torch.nn.init.ones_(torch.ones(1))" = "torch.nn.init is Python's own",
  "torch.backends.cudnn.enabled" = "torch.backends is Python's own",
  "torch.__version__" = "torch.__version__ is Python's own",
  "ignored functions" = "a function that is ignored runs in Python",
  "other decorators" = "the decorator `@torch.no_grad` can't be compiled"
)

run_feature <- function(feature) {
  f <- suppressWarnings(jit_compile(feature[[2]])$f)
  utils::capture.output(value <- suppressWarnings(do.call(f, alive(feature$args))))
  value
}
first_line <- function(error) sub("\n.*", "", conditionMessage(error))

test_that("the lists of exceptions name features", {
  expect_length(setdiff(c(here_alone, names(python_alone)), names(features)), 0)
})

test_that("every feature that PyTorch runs gives its value", {
  for (feature in features) {
    name <- feature[[1]]
    is_recorded <- is.null(feature$refused) && is.null(feature$raised) && !name %in% names(python_alone)
    if (!is_recorded && !name %in% here_alone) next
    value <- tryCatch(run_feature(feature), error = identity)
    if (inherits(value, "error")) {
      fail(paste0(name, ": ", conditionMessage(value)))
    } else {
      expect_recorded(value, feature$value, name)
    }
  }
})

test_that("every feature that PyTorch refuses is refused, for a reason in the first line", {
  for (feature in features) {
    name <- feature[[1]]
    if (name %in% here_alone || (is.null(feature$refused) && !name %in% names(python_alone))) next
    error <- tryCatch(suppressWarnings(jit_compile(feature[[2]])), error = identity)
    expect_s3_class(error, "torchscript_compile_error")
    expect_no_match(conditionMessage(error), "Exception raised from|frame #|c10::", info = name)
    expect_gt(nchar(first_line(error)), 9)
    if (name %in% names(python_alone)) expect_match(first_line(error), python_alone[[name]], info = name)
  }
})

test_that("every feature that raises in PyTorch raises the same here", {
  for (feature in features) {
    if (is.null(feature$raised) || feature[[1]] %in% here_alone) next
    error <- tryCatch(run_feature(feature), error = identity)
    expect_s3_class(error, "torchscript_error")
    expect_match(conditionMessage(error), feature$raised, fixed = TRUE, info = feature[[1]])
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
  expect_failure_of(jit_compile("def f(x: float) -> str:\n  return f'{x:.2f}'\n"), "compile", "^TorchScript can't format within an f-string")
  expect_failure_of(jit_compile("@torch.no_grad()\ndef f(x: int):\n  return x\n"), "compile", "decorator")
})

test_that("a long source does not push the reason out of the 1000 bytes that R shows", {
  lines <- paste0("  y = x + ", strrep("1 + ", 300), "1\n")
  error <- expect_failure_of(
    jit_compile(paste0("def f(x: int) -> int:\n", strrep(lines, 3), "  return undefined_name + ", strrep("x + ", 300), "x\n")),
    "compile", "^undefined value undefined_name"
  )
  expect_match(substr(conditionMessage(error), 1, 100), "undefined_name", fixed = TRUE)
  error <- expect_failure_of(jit_compile(paste0("def f():\n  return [", strrep("1, ", 2000), "lambda x: x]\n")), "compile", "^TorchScript has no lambda")
  expect_failure_of(jit_compile(paste0("def f() -> int:\n  return ", strrep("(", 5000), "1", strrep(")", 5000), "\n")), "compile", "nested too deeply")
  expect_failure_of(jit_compile(paste0("def f() -> int:\n  return ", strrep("not ", 5000), "1\n")), "compile", "nested too deeply")
  expect_failure_of(jit_compile(paste0("def f() -> int:\n  return 1", strrep(" + 1", 20000), "\n")), "compile", "nested too deeply")
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

# Both ways between R and PyTorch in Python, live.

test_that("Python runs what R traced", {
  skip_without_python()
  path <- withr::local_tempfile(fileext = ".pt")
  f <- jit_trace(function(x) torch_relu(x) * 2 + 1, torch_tensor(c(-1, 0, 1)))
  jit_save(f, path)

  output <- run_python("show(torch.jit.load(args[0])(torch.tensor([-2.0, 0.5, 3.0, 4.0])))", path)
  expect_shown(output, f(torch_tensor(c(-2, 0.5, 3, 4))))
  expect_equal(shown(output), c(1, 2, 7, 9))
})

test_that("row-major and column-major agree for a matrix", {
  skip_without_python()
  path <- withr::local_tempfile(fileext = ".pt")
  m <- matrix(c(1, 2, 3, 4, 5, 6), nrow = 2)
  jit_save(jit_trace(function(x, y) torch_matmul(x, y)$t(), torch_tensor(m), torch_tensor(t(m))), path)

  output <- run_python(
    c("x = torch.tensor([[1., 3., 5.], [2., 4., 6.]])", "show(torch.jit.load(args[0])(x, x.t()))"), path
  )
  expect_equal(matrix(shown(output), 2, byrow = TRUE), t(m %*% t(m)))
})

test_that("arguments have R's names in Python", {
  skip_without_python()
  path <- withr::local_tempfile(fileext = ".pt")
  jit_save(jit_trace(function(left, right) left - right, torch_tensor(1), torch_tensor(2)), path)

  output <- run_python("show(torch.jit.load(args[0])(right=torch.tensor([1.0]), left=torch.tensor([5.0])))", path)
  expect_identical(shown(output), 4)
})

test_that("lists, tuples and named lists go to Python", {
  skip_without_python()
  path <- withr::local_tempfile(fileext = ".pt")
  one <- torch_tensor(c(1, 2))

  jit_save(jit_trace(function(xs) xs[[1]] + 10 * xs[[2]], list(one, one)), path)
  output <- run_python("a = torch.tensor([1., 2.]); show(torch.jit.load(args[0])([a, a * 2]))", path)
  expect_equal(shown(output), c(21, 42))

  jit_save(jit_trace(function(xs) xs[[1]] - xs[[2]], jit_tuple(list(one, one))), path)
  output <- run_python("a = torch.tensor([1., 2.]); show(torch.jit.load(args[0])((a, a * 3)))", path)
  expect_equal(shown(output), c(-2, -4))

  jit_save(jit_trace(function(xs) xs$a * xs$b, list(a = one, b = one)), path)
  output <- run_python("a = torch.tensor([1., 2.]); show(torch.jit.load(args[0])({'b': a, 'a': a + 1}))", path)
  expect_equal(shown(output), c(2, 6))
})

test_that("several results come out in Python in R's order", {
  skip_without_python()
  path <- withr::local_tempfile(fileext = ".pt")

  jit_save(jit_trace(function(x) list(x + 1, x + 2), torch_tensor(c(1, 2))), path)
  output <- run_python("for y in torch.jit.load(args[0])(torch.zeros(2)): show(y)", path)
  expect_equal(lapply(output, shown), list(c(1, 1), c(2, 2)))

  jit_save(jit_trace(function(x) jit_tuple(list(x + 1, x$sum())), torch_tensor(c(1, 2))), path)
  output <- run_python("for y in torch.jit.load(args[0])(torch.ones(2)): show(y)", path)
  expect_equal(lapply(output, shown), list(c(2, 2), 2))
})

test_that("closed-over tensors travel with the program", {
  skip_without_python()
  path <- withr::local_tempfile(fileext = ".pt")
  weight <- torch_tensor(matrix(c(1, 2, 3, 4), 2), requires_grad = TRUE)
  offset <- torch_tensor(c(0.5, -0.5))
  f <- jit_trace(function(x) torch_matmul(x, weight) + offset, torch_tensor(matrix(0, 1, 2)))
  jit_save(f, path)

  x <- torch_tensor(matrix(c(1, -1, 2, 0), 2))
  output <- run_python("show(torch.jit.load(args[0])(torch.tensor([[1., 2.], [-1., 0.]])))", path)
  expect_shown(output, f(x))
})

test_that("Python runs what R compiled, with its defaults", {
  skip_without_python()
  path <- withr::local_tempfile(fileext = ".pt")
  unit <- jit_compile("
def affine(x: Tensor, scale: float = 2.0, times: int = 3):
  for i in range(times):
    x = x * scale + i
  return x
")
  jit_save(unit$affine, path)

  output <- run_python(c(
    "f = torch.jit.load(args[0])", "x = torch.tensor([1.0, -1.0])",
    "show(f(x))", "show(f(x, 0.5))", "show(f(x, times=1, scale=-1.0))"
  ), path)
  x <- torch_tensor(c(1, -1))
  expect_shown(output[[1]], unit$affine(x))
  expect_shown(output[[2]], unit$affine(x, 0.5))
  expect_shown(output[[3]], unit$affine(x, times = 1L, scale = -1))

  loaded <- jit_load(path)
  expect_equal(as_array(loaded(x)), as_array(unit$affine(x)))
})

test_that("R runs what Python scripted", {
  skip_without_python()
  path <- withr::local_tempfile(fileext = ".pt")
  output <- run_python(c(
    "from typing import Dict, List",
    "class M(torch.nn.Module):",
    "    def __init__(self):",
    "        super().__init__()",
    "        self.linear = torch.nn.Linear(3, 2)",
    "    def forward(self, x: torch.Tensor, n: int = 2) -> torch.Tensor:",
    "        for i in range(n):",
    "            x = torch.tanh(self.linear(x)) @ self.linear.weight",
    "        return x",
    "    @torch.jit.export",
    "    def split(self, x: torch.Tensor) -> Dict[str, List[torch.Tensor]]:",
    "        return {'rows': list(x.unbind(0)), 'columns': list(x.unbind(1))}",
    "torch.manual_seed(3)",
    "m = torch.jit.script(M())",
    "torch.jit.save(m, args[0])",
    "x = torch.arange(6.0).reshape(2, 3)",
    "show(m(x))", "show(m(x, 5))"
  ), path)
  m <- jit_load(path)
  x <- torch_tensor(matrix(c(0, 1, 2, 3, 4, 5), 2, byrow = TRUE))
  expect_shown(output[[1]], m(x))
  expect_shown(output[[2]], m(x, 5L))
  parts <- m$split(x)
  expect_named(parts, c("rows", "columns"))
  expect_equal(as.numeric(parts$rows[[2]]), c(3, 4, 5))
  expect_length(parts$columns, 3)
})

test_that("R runs what Python traced", {
  skip_without_python()
  path <- withr::local_tempfile(fileext = ".pt")
  output <- run_python(c(
    "def f(x, y): return torch.cat([x, y.t()], 0).cumsum(1), (x.mean(), y)",
    "x, y = torch.arange(6.0).reshape(2, 3), torch.ones(3, 1)",
    "f = torch.jit.trace(f, (x, y)); f.save(args[0])",
    "a, (b, c) = f(x, y); show(a); show(b); show(c)"
  ), path)
  x <- torch_tensor(matrix(c(0, 1, 2, 3, 4, 5), 2, byrow = TRUE))
  answer <- jit_load(path)(x, torch_ones(3, 1))
  expect_shown(output[[1]], answer[[1]])
  expect_shown(output[[2]], answer[[2]][[1]])
  expect_shown(output[[3]], answer[[2]][[2]])
})

test_that("a file goes from Python through R to Python", {
  skip_without_python()
  first <- withr::local_tempfile(fileext = ".pt")
  second <- withr::local_tempfile(fileext = ".pt")
  before <- run_python(c(
    "torch.manual_seed(1)",
    "m = torch.jit.script(torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3)).eval())",
    "torch.jit.save(m, args[0]); show(m(torch.ones(2, 4)))"
  ), first)
  jit_save(jit_load(first), second)
  after <- run_python("m = torch.jit.load(args[0]); assert not m.training; show(m(torch.ones(2, 4)))", second)
  expect_identical(after, before)
})

test_that("Python's dtypes are R's", {
  skip_without_python()
  path <- withr::local_tempfile(fileext = ".pt")
  run_python(c(
    "class M(torch.nn.Module):",
    "    def forward(self, x: torch.Tensor, dtype: int) -> torch.Tensor: return x.to(dtype)",
    "torch.jit.script(M()).save(args[0])"
  ), path)
  m <- jit_load(path)
  types <- list(torch_float64(), torch_int32(), torch_int64(), torch_bool(), torch_float16(), torch_uint8())
  for (type in types) {
    expect_true(m(torch_tensor(c(0, 1)), type)$dtype == type)
  }
})

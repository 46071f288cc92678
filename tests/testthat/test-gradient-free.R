# Programs run below autograd where no tensor can want gradients. Nothing may tell them from others.

square_sum <- "
def f(x: Tensor, n: int) -> Tensor:
  y = x
  for i in range(n):
    y = y * x
  return y.sum()
"

test_that("calls without and with gradients follow each other in any order", {
  for (order in list(c(FALSE, TRUE, FALSE, TRUE), c(TRUE, FALSE, FALSE, FALSE, TRUE))) {
    f <- jit_compile(square_sum)$f
    for (wanted in order) {
      x <- torch_tensor(c(1, 2, 3), requires_grad = wanted)
      y <- f(x, 2L)
      expect_identical(y$requires_grad, wanted)
      expect_identical(as_array(y), 36)
      if (wanted) {
        y$backward()
        expect_identical(as_array(x$grad), 3 * c(1, 2, 3)^2)
      }
    }
  }
})

test_that("a tensor that wants gradients is seen wherever it comes from", {
  w <- torch_tensor(3, requires_grad = TRUE)
  x <- torch_tensor(2)
  listed <- jit_compile("def f(xs: List[Tensor]) -> Tensor:\n  return xs[0] * xs[1]\n")$f
  expect_false(listed(list(x, x))$requires_grad)
  expect_true(listed(list(x, w))$requires_grad)
  nested <- jit_compile("def f(xs: Tuple[int, Tuple[Tensor, Optional[Tensor]]]) -> Tensor:\n  return xs[1][0] * xs[0]\n")$f
  expect_false(nested(jit_tuple(list(2L, jit_tuple(list(x, NULL)))))$requires_grad)
  expect_true(nested(jit_tuple(list(2L, jit_tuple(list(w, NULL)))))$requires_grad)
  dictionary <- jit_compile("def f(xs: Dict[str, Tensor]) -> Tensor:\n  return xs['a'] * 2\n")$f
  expect_false(dictionary(list(a = x))$requires_grad)
  expect_true(dictionary(list(a = w))$requires_grad)
  captured <- jit_script(function(x) x * w)
  expect_true(captured(x)$requires_grad)
  # a view that came to want gradients after it was made
  base <- torch_zeros(2)
  view <- base[1:1]
  base$add_(w)
  double <- jit_compile("def f(x: Tensor) -> Tensor:\n  return x * 2\n")$f
  expect_false(double(x)$requires_grad)
  expect_true(double(view)$requires_grad)
})

test_that("programs that begin gradients themselves have them", {
  source <- "
def make() -> Tensor:
  x = torch.tensor([1., 2.], requires_grad=True)
  return x * 3

def turned(x: Tensor) -> Tensor:
  y = x.detach()
  y.requires_grad_(True)
  return y * y

def calls(x: Tensor) -> Tensor:
  return turned(x) + 1

def within(x: Tensor, again: bool) -> Tensor:
  y = x.clone()
  if again:
    y = y.requires_grad_()
  return y * 2
"
  unit <- jit_compile(source)
  x <- torch_tensor(c(1, 5))
  for (i in 1:3) {
    expect_true(unit$make()$requires_grad)
    expect_true(unit$turned(x)$requires_grad)
    expect_true(unit$calls(x)$requires_grad)
    expect_true(unit$within(x, TRUE)$requires_grad)
    expect_false(unit$within(x, FALSE)$requires_grad)
  }
})

test_that("views and changes in place are noted as they are with autograd", {
  unit <- jit_compile("
def first(x: Tensor) -> Tensor:
  return x[0]

def add_one(x: Tensor) -> Tensor:
  return x.add_(1)
")
  # autograd outside notices what a program changed
  x <- torch_tensor(c(1, 2))
  w <- torch_tensor(c(3, 4), requires_grad = TRUE)
  y <- (x * w)$sum()
  unit$add_one(x)
  expect_error(y$backward(), "modified by an inplace operation", class = "torchscript_error")
  # a view made by a program is a view of its base
  base <- torch_zeros(2)
  view <- unit$first(base)
  view$add_(w[1])
  expect_true(base$requires_grad)
  base$sum()$backward()
  expect_identical(as_array(w$grad), c(1, 0))
})

test_that("autograd is back after a program that stops", {
  f <- jit_compile("def f(x: Tensor) -> Tensor:\n  y = x * 2\n  raise ValueError('no')\n  return y\n")$f
  expect_error(f(torch_tensor(1)), "no")
  x <- torch_tensor(2, requires_grad = TRUE)
  (x * x)$backward()
  expect_identical(as_array(x$grad), 4)
})

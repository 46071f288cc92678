# In a process of its own: libtorch leaves these to the processor, whose trap ends it.
test_that("whole numbers are divided by zero with an error, also while a program is optimised", {
  answers <- in_fresh_r(function() {
    library(torchscript)
    unit <- jit_compile("
def modulo(a: int, b: int) -> int:
  return a % b
def quotient(a: int, b: int) -> int:
  return a // b
def both(a: int, b: int) -> Tuple[int, int]:
  return divmod(a, b)
def truncated(a: int, b: int) -> int:
  return torch.ops.aten.__round_to_zero_floordiv(a, b)
def divisor(a: int, b: int) -> int:
  return math.gcd(a, b)
def number(a: number, b: number) -> float:
  return float(a % b)
def folded(a: int, b: int) -> int:
  return (a + 1) % 0
")
    lowest <- -2^63
    ask <- function(name, a, b) tryCatch(unit[[name]](a, b), error = function(e) paste(class(e)[[1]], conditionMessage(e)))
    lapply(stats::setNames(nm = names(unit)), function(name) {
      # three times: the second and third run are optimised
      lapply(1:3, function(i) list(ask(name, 7L, 2L), ask(name, -7L, 2L), ask(name, 7L, 0L), ask(name, lowest, -1L)))
    })
  })
  zero <- "ZeroDivisionError division by 0"
  large <- "OverflowError the quotient is 2^63, which no int holds"
  expected <- list(
    modulo = list(1L, 1L, zero, 0L), quotient = list(3L, -4L, zero, large),
    both = list(list(3L, 1L), list(-4L, 1L), zero, large), truncated = list(3L, -3L, zero, large),
    divisor = list(1L, 1L, 7L, 1L), number = list(1, 1, zero, 0), folded = rep(list(zero), 4)
  )
  expect_setequal(names(answers), names(expected))
  for (name in names(expected)) expect_identical(answers[[name]], rep(list(expected[[name]]), 3), label = name)
})

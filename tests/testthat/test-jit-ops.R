test_that("operators are called as their schemas say", {
  x <- torch_tensor(matrix(1:6, 2))
  expect_identical(as_array(jit_ops$aten$sum(x, 0L)), c(3L, 7L, 11L))
  expect_identical(as_array(jit_ops$aten$sum(x, dim = 1L, keepdim = TRUE)), matrix(c(9L, 12L)))
  expect_identical(as_array(jit_ops$aten$argmax(torch_tensor(c(1, 3)))), 1L)
  expect_identical(jit_ops$aten$len(list(1L, 2L, 3L)), 3L)
  expect_identical(jit_ops$aten$upper("abc"), "ABC")
  expect_identical(jit_ops[["aten"]][["relu"]](torch_tensor(-1))$item(), 0)
})

test_that("printing shows the schema of every overload", {
  expect_output(print(jit_ops$aten$relu), "aten::relu(Tensor self) -> Tensor", fixed = TRUE)
  expect_output(print(jit_ops$aten$add), "aten::add.Scalar(Tensor self, Scalar other", fixed = TRUE)
  expect_output(print(jit_ops), "aten")
  expect_output(print(jit_ops$aten), "operators")
})

test_that("names complete and typos are answered", {
  expect_true(all(c("aten", "prim") %in% utils::.DollarNames(jit_ops, "")))
  expect_true("relu" %in% utils::.DollarNames(jit_ops$aten, "^rel"))
  expect_failure_of(jit_ops$aten$rellu, "value", "relu")
  expect_failure_of(jit_ops$nonsense, "value", "aten")
  expect_failure_of(jit_ops$aten$relu("a"), "type", "tensor")
})

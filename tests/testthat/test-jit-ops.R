test_that("namespaces and operators are listed and complete", {
  expect_true(all(c("aten", "prim", "quantized") %in% names(jit_ops)))
  expect_true(all(c("relu", "add", "conv2d") %in% names(jit_ops$aten)))
  expect_gt(length(names(jit_ops$aten)), 1200)
  expect_identical(utils::.DollarNames(jit_ops, "^pri"), "prim")
  expect_true(all(grepl("^conv2", utils::.DollarNames(jit_ops$aten, "^conv2"))))
  expect_true("conv2d" %in% utils::.DollarNames(jit_ops$aten, "^conv2"))
  expect_output(print(jit_ops), "aten")
  expect_output(print(jit_ops$aten), "operators")
})

test_that("an operator prints the schema of each overload", {
  lines <- capture.output(print(jit_ops$aten$relu))
  expect_identical(lines[1:2], c("<operator>", "aten::relu(Tensor self) -> Tensor"))
  expect_output(print(jit_ops$aten$add), "aten::add.Scalar(Tensor self, Scalar other, Scalar alpha=1)", fixed = TRUE)
})

test_that("dimensions and positions count from zero here", {
  m <- matrix(c(1, 5, 3, 2, 9, 4), 2)
  x <- double_tensor(m)
  expect_identical(as_array(jit_ops$aten$sum(x, 0L)), colSums(m))
  expect_identical(as_array(jit_ops$aten$sum(x, 1L)), rowSums(m))
  expect_identical(as_array(jit_ops$aten$argmax(x, 1L)), max.col(m) - 1L)
  expect_identical(as_array(jit_ops$aten$select(x, 1L, 0L)), m[, 1])
  expect_identical(as_array(jit_ops$aten$select(x, -1, -1)), m[, 3])
})

test_that("arguments are matched by name, and overloads by type", {
  x <- double_tensor(c(1, 2))
  expect_identical(as_array(jit_ops$aten$add(x, 10, alpha = 2)), c(21, 22))
  expect_identical(as_array(jit_ops$aten$add(x, x, alpha = 2)), c(3, 6))
  expect_identical(as_array(jit_ops$aten$add(other = x, self = x)), c(2, 4))
  expect_identical(jit_ops$aten$max(double_tensor(c(1, 7)))$item(), 7)
  expect_identical(as_array(jit_ops$aten$max(double_tensor(c(1, 7)), 0L)[[2]]), 1L)
})

test_that("operators without tensors work on plain values", {
  expect_identical(jit_ops$aten$len("four"), 4L)
  expect_identical(jit_ops$aten$add(2L, 3L), 5L)
  expect_identical(jit_ops$aten$mul(2.5, 2), 5)
  expect_identical(jit_ops$aten$size(torch_zeros(2, 3)), c(2L, 3L))
})

test_that("typing mistakes suggest the nearest name", {
  expect_failure_of(jit_ops$aten$rellu, "value", "no operator `aten::rellu`.*relu", "$")
  expect_failure_of(jit_ops$attn, "value", "no namespace `attn`.*aten")
})

test_that("wrong arguments are refused", {
  x <- torch_ones(2)
  expect_failure_of(jit_ops$aten$relu(), "type", "self")
  expect_failure_of(jit_ops$aten$relu(1), "type", "self")
  expect_failure_of(jit_ops$aten$relu(x, x, x), "type")
  expect_failure_of(jit_ops$aten$relu(x, nonsense = 1), "type", "nonsense")
  expect_failure_of(jit_ops$aten$relu(NULL), "type", "NULL")
  expect_failure_of(jit_ops$aten$sum(x, 5L), "index", "out of range")
})

test_that("a namespace and an operator are found by [[ as well", {
  expect_identical(as_array(jit_ops[["aten"]][["neg"]](double_tensor(2))), -2)
})

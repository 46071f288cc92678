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

test_that("type variables stand for what the arguments are", {
  aten <- jit_ops$aten
  expect_identical(aten$append(1:3, 4L), 1:4)
  expect_identical(aten$append(c(1, 2.5), 3L), c(1, 2.5, 3))
  # a whole R number is an int beside ints
  expect_identical(aten$append(1:2, 3), 1:3)
  expect_identical(aten$append("a", "b"), c("a", "b"))
  expect_identical(aten$append(integer(), 7L), 7L)
  expect_identical(aten$append(list(), TRUE), TRUE)
  expect_identical(aten$append(jit_list(list(), "List[str]"), "x"), "x")
  expect_identical(aten$append(list(1:2, 3:4), 5:6), list(1:2, 3:4, 5:6))
  expect_identical(aten$add(c(TRUE, FALSE), TRUE[0]), c(TRUE, FALSE))
  expect_identical(aten$add(1:2, 3:4), 1:4)
  expect_identical(aten$mul(c("a", "b"), 2L), c("a", "b", "a", "b"))
  expect_identical(aten$slice(letters, 1L, 6L, 2L), letters[c(2, 4, 6)])
  expect_identical(aten$list(c(2.5, 1)), c(2.5, 1))
  expect_identical(aten$`_set_item`(1:3, 0L, 9L), c(9L, 2L, 3L))
  expect_identical(aten$`__getitem__`(c("a", "b"), -1L), "b")
  expect_identical(aten$`__getitem__`(list(1:2, 3:4), 1L), 3:4)
  expect_identical(aten$pop(1:3, 0L), 1L)
  expect_identical(aten$sorted(c(3L, 1L, 2L)), 1:3)
  expect_identical(aten$index(c("a", "b"), "b"), 1L)
  expect_identical(aten$count(c(1, 2, 1), 1), 2L)
  expect_identical(aten$len(c("a", "b")), 2L)
  expect_identical(aten$len(list(1:2, 3:5, 1L[0])), 3L)
  x <- torch_tensor(c(1, 2))
  both <- aten$append(list(x), x)
  expect_identical(both[[2]]$data_ptr(), x$data_ptr())
})

test_that("operators on dictionaries take named lists and jit_dict()s", {
  aten <- jit_ops$aten
  expect_identical(aten$keys(list(b = 1L, a = 2L)), c("b", "a"))
  expect_identical(aten$values(list(b = 1L, a = 2L)), 1:2)
  expect_identical(aten$items(list(b = 1.5)), list(list("b", 1.5)))
  expect_identical(aten$keys(jit_dict(c(3L, 1L), list("x", "y"))), c(3L, 1L))
  expect_identical(aten$get(list(a = 1L), "a"), 1L)
  expect_null(aten$get(list(a = 1L), "z"))
  expect_identical(aten$get(list(a = 1L), "z", 7L), 7L)
  expect_identical(aten$`__contains__`(list(a = 1L), "z"), FALSE)
  expect_identical(aten$`__getitem__`(list(a = 1:2, b = 3:4), "b"), 3:4)
  expect_identical(aten$setdefault(list(a = 1L), "b", 3L), 3L)
  expect_identical(aten$copy(list(a = 1L, b = 2L)), list(a = 1L, b = 2L))
  expect_identical(aten$len(list(a = 1L, b = 2L)), 2L)
})

test_that("a type that can't be told, or does not go with the others, is an error", {
  aten <- jit_ops$aten
  expect_identical(aten$len(list()), 0L)
  error <- expect_failure_of(aten$copy(list()), "type", "elements of `self` can't be told, because it is empty")
  expect_match(conditionMessage(error), "jit_list(list(), type = \"List[int]\")", fixed = TRUE)
  expect_identical(aten$copy(jit_list(list(), "List[int]")), integer())
  expect_failure_of(aten$append(1:2, "a"), "type", "`el` is of type str, which does not go with")
  expect_failure_of(aten$append(1:2, 2.5), "type", "`el` is of type float")
})

test_that("operators that take any number of arguments are told how many, and marks of graphs are not called", {
  expect_identical(jit_ops$aten$format("{} is {}", "x", 3L), "x is 3")
  expect_identical(jit_ops$aten$format("nothing"), "nothing")
  expect_false("FusionGroup" %in% names(jit_ops$prim))
  expect_failure_of(jit_ops$prim$FusionGroup(1), "value", "no operator `prim::FusionGroup`")
})

test_that("texts are compared, also where they are no devices", {
  expect_true(jit_ops$aten$eq("a", "a"))
  expect_false(jit_ops$aten$eq("a", "b"))
  expect_failure_of(jit_ops$aten$zeros(2, device = "nowhere"), "value", "`device` must be a device")
})

printed <- function(x, ...) capture.output(print(x, ...))

test_that("tensors print in libtorch's format with header and footer", {
  expect_identical(printed(torch_tensor(c(-1, 0, 1))), c("torch_tensor", "-1", " 0", " 1", "[ CPUFloatType{3} ]"))
  expect_identical(
    printed(torch_tensor(matrix(1:6, 2))), c("torch_tensor", " 1  3  5", " 2  4  6", "[ CPULongType{2,3} ]")
  )
  x <- torch_tensor(3, requires_grad = TRUE)
  expect_identical(printed(x), c("torch_tensor", " 3", "[ CPUFloatType{1} ][ requires_grad = TRUE ]"))
  expect_identical(printed(x^2), c("torch_tensor", " 9", "[ CPUFloatType{1} ][ grad_fn = <PowBackward0> ]"))
  affine <- torch_addmm(torch_zeros(1), torch_ones(2, 2), torch_ones(2, 1, requires_grad = TRUE))
  expect_identical(printed(affine)[[4]], "[ CPUFloatType{2,1} ][ grad_fn = <AddmmBackward0> ]")
})

test_that("complex numbers print with both parts", {
  expect_identical(printed(torch_tensor(c(1 + 2i, 3 - 1i))), c("torch_tensor", " 1+2i", " 3-1i", "[ CPUComplexFloatType{2} ]"))
})

test_that("long prints are cut, and say how to see the rest", {
  lines <- printed(torch_arange(1, 100))
  expect_length(lines, 33)
  expect_match(lines[[32]], "70 more lines: use n = -1")
  expect_length(printed(torch_arange(1, 100), n = -1), 102)
})

test_that("str and format are short", {
  x <- torch_ones(2, 3)
  expect_identical(format(x), "<Float [2 x 3]>")
  expect_output(str(x), "torch_tensor <Float \\[2 x 3\\]>")
})

test_that("printing tells emptiness, scalars and flags", {
  expect_identical(printed(torch_zeros(0))[[1]], "torch_tensor")
  expect_match(paste(printed(torch_zeros(0, 3)), collapse = " "), "[ CPUFloatType{0,3} ]", fixed = TRUE)
  expect_identical(printed(torch_scalar_tensor(2)), c("torch_tensor", "2", "[ CPUFloatType{} ]"))
  expect_identical(printed(torch_tensor(c(TRUE, FALSE))), c("torch_tensor", " 1", " 0", "[ CPUBoolType{2} ]"))
  expect_match(paste(printed(torch_tensor(c(NaN, Inf))), collapse = " "), "nan.*inf")
})

test_that("an array prints slice by slice", {
  lines <- printed(torch_tensor(array(1:8, c(2, 2, 2))))
  expect_identical(lines[[1]], "torch_tensor")
  expect_match(lines[[2]], "(1,.,.)", fixed = TRUE)
  expect_true(any(grepl("(2,.,.)", lines, fixed = TRUE)))
  expect_identical(lines[[length(lines)]], "[ CPULongType{2,2,2} ]")
})

test_that("print returns the tensor, invisibly", {
  x <- torch_ones(1)
  capture.output(shown <- withVisible(print(x)))
  expect_identical(shown$value, x)
  expect_false(shown$visible)
  expect_output(x$print(), "CPUFloatType")
})

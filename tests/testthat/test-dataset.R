squares <- dataset("squares",
  initialize = function(n) self$n <- n,
  .getitem = function(i) list(x = i, y = c(i, i^2)),
  .length = function() self$n
)

test_that("a data set gives items and its length", {
  ds <- squares(4)
  expect_s3_class(ds, c("squares", "dataset"))
  expect_identical(length(ds), 4L)
  expect_identical(ds[3], list(x = 3, y = c(3, 9)))
  cubes <- dataset("cubes", inherit = squares, .getitem = function(i) super$.getitem(i)$x^3)
  expect_identical(cubes(2)[2], 8)
  expect_output(print(squares), "<squares> object generator")
})

test_that("private members and active bindings work as in R6", {
  ds <- dataset(
    private = list(secret = 5), active = list(twice = function() 2 * private$secret), .getitem = function(i) self$twice * i
  )()
  expect_identical(ds[2], 20)
})

test_that("a data set of tensors gives their slices", {
  x <- double_tensor(matrix(1:6, 3))
  ds <- tensor_dataset(x = x, y = double_tensor(1:3))
  expect_identical(length(ds), 3L)
  expect_named(ds[2], c("x", "y"))
  expect_tensor_values(ds[2]$x, c(2, 5))
  expect_identical(ds[2]$y$shape, torch_tensor(1)$sum()$shape)
  expect_tensor_values(ds[c(3, 1)]$x, matrix(c(3, 1, 6, 4), 2))
  expect_null(names(tensor_dataset(x)[1]))
  expect_failure_of(tensor_dataset(x, double_tensor(1:2)), "value", "same first size, not 3, 2", "tensor_dataset")
  expect_failure_of(tensor_dataset(1), "type", "tensor", "tensor_dataset")
  expect_failure_of(tensor_dataset(), "value", "at least one", "tensor_dataset")
})

test_that("a subset renumbers", {
  part <- dataset_subset(squares(9), c(7, 2))
  expect_identical(length(part), 2L)
  expect_identical(part[1]$x, 7)
  tensors <- dataset_subset(tensor_dataset(double_tensor(11:15)), c(5, 1, 2))
  expect_tensor_values(tensors[1:2][[1]], c(15, 11))
  expect_failure_of(dataset_subset(squares(3), 4), "value", "from 1 to 3", "dataset_subset")
  expect_failure_of(dataset_subset(1:3, 1), "type", "data set", "dataset_subset")
})

test_that("missing methods are named", {
  expect_failure_of(dataset("none")()[1], "not_implemented", "[.]getitem")
  expect_failure_of(length(dataset("none")()), "not_implemented", "[.]length")
  expect_failure_of(sampler("none")()$.iter(), "not_implemented", "[.]iter")
  expect_failure_of(iterable_dataset("none")()$.iter(), "not_implemented", "[.]iter")
  expect_failure_of(dataset("none", inherit = 1), "type", "inherit")
})

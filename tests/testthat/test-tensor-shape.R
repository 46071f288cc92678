test_that("sizes may be given as several numbers or as one vector", {
  x <- torch_arange(1, 6)
  m <- torch_tensor(matrix(1:6, 2))
  pairs <- list(
    list(x$view(2, 3), x$view(c(2, 3))), list(x$reshape(3, -1), x$reshape(list(3, -1))),
    list(m$permute(2, 1), m$permute(c(2, 1))), list(m$flip(1, 2), m$flip(c(1, 2))),
    list(x$expand(2, 6), x$expand(c(2, 6))), list(x$`repeat`(2, 1), x$`repeat`(c(2, 1))),
    list(x$tile(2, 1), x$tile(c(2, 1))), list(x$broadcast_to(2, 6), x$broadcast_to(c(2, 6))),
    list(m$sum_to_size(1, 3), m$sum_to_size(c(1, 3))), list(x$new_zeros(2, 3), x$new_zeros(c(2, 3))),
    list(x$new_ones(2, 3), x$new_ones(c(2, 3)))
  )
  for (pair in pairs) {
    expect_same_tensor(pair[[1]], pair[[2]])
  }
  expect_identical(as_array(m$permute(2, 1)), t(matrix(1:6, 2)))
  expect_identical(x$new_empty(4, 5)$shape, c(4L, 5L))
  expect_identical(torch_ones(4)$resize_(2, 2)$shape, c(2L, 2L))
  expect_identical(x$view(-1, 1, 2)$shape, c(3L, 1L, 2L))
  expect_true(x$new_zeros(2, 2, dtype = torch_int64())$dtype == torch_int64())
  expect_true(x$new_zeros(2, requires_grad = TRUE)$requires_grad)
  expect_identical(as_array(x$new_full(c(1, 2), 7)), matrix(7, 1, 2))
  expect_identical(torch_ones(2)$view(dtype = torch_int32())$shape, 2L)
})

test_that("what follows the numbers must be named", {
  x <- torch_arange(1, 6)
  expect_failure_of(x$new_zeros(2, torch_int64()), "type", "`size` must be whole numbers.*must be named")
  expect_failure_of(x$view(2, "a"), "type", "`size` must be whole numbers, not")
  expect_failure_of(x$reshape(torch_float(), 2), "type", "`shape` must be whole numbers")
  expect_failure_of(x$view(2, 2.5), "value", "2.5")
  expect_failure_of(x$new_zeros(2, 3, dtipe = 4), "type", "no argument `dtipe`")
  expect_failure_of(x$permute(2, 0), "index", "must not be 0")
})

test_that("flatten takes a first and a last dimension, or several that follow each other", {
  x <- torch_zeros(2, 3, 4, 5)
  expect_identical(torch_flatten(x)$shape, 120L)
  expect_identical(torch_flatten(x, 2)$shape, c(2L, 60L))
  expect_identical(x$flatten(start_dim = 2, end_dim = 3)$shape, c(2L, 12L, 5L))
  expect_identical(torch_flatten(x, c(2, 3))$shape, c(2L, 12L, 5L))
  expect_identical(torch_flatten(x, -2)$shape, c(2L, 3L, 20L))
  expect_failure_of(torch_flatten(x, c(1, 3)), "value", "follow each other", "torch_flatten")
  expect_failure_of(torch_flatten(x, "a"), "not_implemented", "named dimensions", "torch_flatten")
  expect_failure_of(torch_flatten(x, out_dim = "a"), "not_implemented", "out_dim", "torch_flatten")
})

test_that("dimensions have no names, and the methods say so", {
  x <- torch_ones(2, 2)
  expect_null(x$names)
  expect_false(x$has_names())
  for (method in c("align_as", "align_to", "refine_names", "rename", "rename_")) {
    expect_failure_of(do.call("$", list(x, method))("a"), "not_implemented", "named dimensions")
  }
})

test_that("strides are whole, or of one dimension", {
  x <- torch_zeros(2, 3, 4)
  expect_identical(x$stride(), c(12L, 4L, 1L))
  expect_identical(x$stride(1), 12L)
  expect_identical(x$stride(-1), 1L)
  expect_failure_of(x$stride(4), "index", "between 1 and 3")
})

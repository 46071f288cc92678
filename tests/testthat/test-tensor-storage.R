# Storages: what is shared can be seen.

test_that("views have the storage of their tensor", {
  x <- torch_tensor(matrix(1:6 + 0, 2))
  row <- torch_select(x, 1, 2)
  expect_identical(row$storage()$data_ptr(), x$storage()$data_ptr())
  expect_match(x$data_ptr(), "^0x[0-9a-f]+$")
  expect_identical(x$data_ptr(), x$storage()$data_ptr())
  expect_identical(as.numeric(row$data_ptr()) - as.numeric(x$data_ptr()), 12)
  expect_identical(row$storage_offset(), 3L)
  expect_identical(row$storage()$size(), 6)
  expect_identical(row$storage()$nbytes(), 24)
  expect_identical(x$double()$storage()$nbytes(), 48)
  expect_false(identical(x$clone()$storage()$data_ptr(), x$storage()$data_ptr()))
  row$zero_()
  expect_identical(as_array(x)[2, ], c(0, 0, 0))
})

test_that("strides count elements", {
  x <- torch_zeros(2, 3, 4)
  expect_identical(x$stride(), c(12L, 4L, 1L))
  expect_identical(torch_transpose(x, 1, 3)$stride(), c(1L, 4L, 12L))
  expect_identical(x$stride(1), 12L)
  expect_identical(x$stride(-1), 1L)
  expect_identical(torch_scalar_tensor(1)$stride(), integer())
  expect_identical(x$storage_offset(), 0L)
  expect_failure_of(x$stride(4), "index", "between 1 and 3")
  expect_failure_of(x$stride(0), "index", "between 1 and 3")
})

test_that("a tensor can be without storage, or its storage without memory", {
  x <- torch_ones(2)
  expect_true(x$has_storage())
  expect_false(x$to_sparse()$has_storage())
  expect_failure_of(x$to_sparse()$storage(), "type", "no storage")
  expect_failure_of(x$to_sparse()$data_ptr(), "type", "no storage")
  expect_identical(torch_ones(2, device = "meta")$storage()$device()$type, "meta")
  expect_identical(torch_zeros(0)$storage()$nbytes(), 0)
  expect_output(print(x$storage()), "<torch_storage> 8 bytes at 0x")
})

test_that("a storage lives as long as something needs it", {
  row <- local({
    x <- torch_tensor(matrix(1:6 + 0, 2))
    torch_select(x, 1, 2)
  })
  storage <- row$storage()
  for (i in 1:3) gc()
  expect_identical(as_array(row), c(2, 4, 6))
  rm(row)
  gc()
  expect_identical(storage$size(), 6)
})

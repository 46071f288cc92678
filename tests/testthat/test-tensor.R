test_that("every kind of R data becomes a tensor of its dtype and comes back", {
  cases <- list(
    list(c(1.5, NaN, -2), torch_float64()), list(1:3, torch_int64()), list(c(TRUE, FALSE), torch_bool()),
    list(c(1 + 2i, -1i), torch_cdouble()), list(bit64::as.integer64(c("1", "-9007199254740993")), torch_int64())
  )
  for (case in cases) {
    x <- torch_tensor(case[[1]], dtype = case[[2]])
    expect_true(x$dtype == case[[2]])
    expect_identical(as_array(x), case[[1]])
  }
  expect_identical(as_array(torch_tensor(as.raw(c(0, 255)))), c(0L, 255L))
})

test_that("R's defaults decide the dtype", {
  expect_true(torch_tensor(1)$dtype == torch_float32())
  expect_true(torch_tensor(1L)$dtype == torch_int64())
  expect_true(torch_tensor(TRUE)$dtype == torch_bool())
  expect_true(torch_tensor(1i)$dtype == torch_cfloat())
  expect_true(torch_tensor(as.raw(1))$dtype == torch_uint8())
  expect_true(torch_tensor(bit64::as.integer64(1))$dtype == torch_int64())
  expect_true(torch_tensor(1, dtype = "float64")$dtype == torch_double())
})

test_that("arrays of every rank keep their values in place", {
  for (shape in list(3L, c(2L, 3L), c(2L, 3L, 4L), c(2L, 1L, 3L, 2L), c(1L, 2L, 2L, 3L, 2L), c(0L, 3L), c(2L, 0L, 1L))) {
    values <- array(as.double(seq_len(prod(shape))), shape)
    x <- torch_tensor(values, dtype = torch_double())
    expect_identical(x$shape, shape)
    expect_identical(as_array(x), if (length(shape) == 1) c(values) else values)
  }
  m <- matrix(1:6, 2)
  expect_identical(as_array(torch_tensor(m)$sum(dim = 1)), as.integer(colSums(m)))
  expect_identical(as_array(torch_tensor(m)$sum(dim = 2)), as.integer(rowSums(m)))
  expect_identical(as_array(torch_tensor(m)$flatten()), as.vector(t(m)))
})

test_that("nested lists are arrays with the outermost level first", {
  expect_identical(as_array(torch_tensor(list(1L, 2L, 3L))), 1:3)
  expect_identical(as_array(torch_tensor(list(1:2, 3:4))), rbind(1:2, 3:4))
  deep <- torch_tensor(list(list(c(1, 2), c(3, 4)), list(c(5, 6), c(7, 8)), list(c(9, 10), c(11, 12))))
  expect_identical(deep$shape, c(3L, 2L, 2L))
  expect_identical(as_array(deep)[2, 1, ], c(5, 6))
  expect_identical(as_array(torch_tensor(list(torch_tensor(1:2), torch_tensor(3:4)))), rbind(1:2, 3:4))
  expect_failure_of(torch_tensor(list(1:2, 1:3)), "value", "one shape")
  expect_failure_of(torch_tensor(list(1, "a")), "type", "data\\[\\[2\\]\\]")
})

test_that("NA has no place in whole numbers and flags, and becomes NaN in floats", {
  expect_failure_of(torch_tensor(c(1L, NA)), "value", "NA", "torch_tensor")
  expect_failure_of(torch_tensor(c(TRUE, NA)), "value", "NA")
  expect_failure_of(torch_tensor(bit64::as.integer64(c(1, NA))), "value", "NA")
  expect_failure_of(torch_tensor(c(1, NA), dtype = torch_int64()), "value", "NA")
  expect_identical(as_array(torch_tensor(c(1, NA))), c(1, NaN))
})

test_that("large whole numbers are never changed", {
  expect_identical(as_array(torch_tensor(2^40, dtype = torch_int64())), 2^40)
  big <- bit64::as.integer64("9007199254740993")
  expect_identical(as_array(torch_tensor(big)), big)
  expect_identical(bit64::as.integer64(torch_tensor(c(1L, 2L))), bit64::as.integer64(1:2))
  expect_failure_of(as.integer(torch_tensor(2^40, dtype = torch_int64())), "value", "integer")
})

test_that("conversions give plain vectors of one type", {
  x <- torch_tensor(matrix(c(0, 1, 2, 3), 2))
  expect_identical(as.numeric(x), c(0, 1, 2, 3))
  expect_identical(as.integer(x), 0:3)
  expect_identical(as.logical(x), c(FALSE, TRUE, TRUE, TRUE))
  expect_identical(as.matrix(torch_tensor(c(1, 2))), as.matrix(c(1, 2)))
  expect_identical(as.array(x), matrix(c(0, 1, 2, 3), 2))
  expect_identical(length(x), 4L)
  expect_identical(dim(x), c(2L, 2L))
  expect_length(as.list(x), 2)
})

test_that("what no tensor can hold is refused in words", {
  expect_failure_of(torch_tensor("a"), "type", "the string \"a\"", "torch_tensor")
  expect_failure_of(torch_tensor(NULL), "type", "NULL")
  expect_failure_of(torch_tensor(mean), "type", "a function")
  expect_failure_of(torch_tensor(factor("a")), "type", "factor")
  expect_failure_of(torch_tensor(data.frame(a = 1)), "type", "data frame")
  expect_failure_of(torch_tensor(1, dtype = "nonsense"), "type", "dtype")
})

test_that("large vectors survive the collector", {
  x <- torch_tensor(as.double(1:200000), dtype = torch_double())
  kept <- lapply(1:5, function(i) as_array(x))
  gc()
  for (values in kept) expect_identical(values, as.double(1:200000))
})

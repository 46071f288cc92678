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
  expect_failure_of(torch_tensor(1, dtype = "nonsense"), "value", "`dtype` must be a dtype")
})

test_that("large vectors survive the collector", {
  x <- torch_tensor(as.double(1:200000), dtype = torch_double())
  kept <- lapply(1:5, function(i) as_array(x))
  gc()
  for (values in kept) expect_identical(values, as.double(1:200000))
})

test_that("whole numbers up to 2^62 make the trip in the type that holds them", {
  trip <- function(text) as_array(torch_tensor(bit64::as.integer64(text)))
  expect_identical(trip("2147483647"), .Machine$integer.max)
  expect_identical(trip("2147483648"), 2^31)
  expect_identical(trip("-2147483648"), -2^31)
  expect_identical(trip("9007199254740992"), 2^53)
  for (text in c("9007199254740993", "-9007199254740993", "4611686018427387904", "9223372036854775807")) {
    expect_identical(trip(text), bit64::as.integer64(text))
    expect_identical(torch_tensor(bit64::as.integer64(text))$item(), bit64::as.integer64(text))
  }
  sum <- torch_tensor(bit64::as.integer64(c("9007199254740992", "1")))$sum()
  expect_identical(as.character(sum$item()), "9007199254740993")
})

test_that("integer64 arrays keep their shape", {
  big <- bit64::as.integer64(c("9007199254740993", "2", "3", "4", "5", "6"))
  dim(big) <- c(2L, 3L)
  x <- torch_tensor(big)
  expect_identical(x$shape, c(2L, 3L))
  expect_identical(as_array(torch_select(x, 1, 2)), c(2L, 4L, 6L))
  expect_identical(dim(as_array(x)), c(2L, 3L))
})

test_that("special doubles survive", {
  values <- c(NaN, Inf, -Inf, -0, .Machine$double.xmin, .Machine$double.xmax)
  back <- as_array(torch_tensor(values, dtype = torch_double()))
  expect_identical(back, values)
  expect_identical(1 / back[[4]], -Inf)
})

test_that("sums over a dimension are those of apply()", {
  a <- array(as.double(1:24)^2, 2:4)
  x <- torch_tensor(a, dtype = torch_double())
  for (dim in 1:3) {
    expect_identical(as_array(torch_sum(x, dim = dim)), apply(a, setdiff(1:3, dim), sum), info = dim)
  }
  expect_identical(as_array(x$permute(c(3, 1, 2))), aperm(a, c(3, 1, 2)))
  expect_identical(as_array(x$select(2, 3)), a[, 3, ])
})

test_that("a tensor is copied, not shared", {
  x <- torch_tensor(c(1, 2))
  y <- torch_tensor(x)
  y$add_(1)
  expect_identical(as_array(x), c(1, 2))
  values <- c(1, 2)
  z <- torch_tensor(values, dtype = torch_double())
  z$zero_()
  expect_identical(values, c(1, 2))
  back <- as_array(z)
  z$add_(5)
  expect_identical(back, c(0, 0))
  expect_true(torch_tensor(x, dtype = torch_long())$dtype == torch_long())
  expect_true(torch_tensor(x, requires_grad = TRUE)$requires_grad)
})

test_that("device and requires_grad are taken", {
  x <- torch_tensor(c(1, 2), device = torch_device("cpu"), requires_grad = TRUE)
  expect_true(x$requires_grad)
  expect_identical(x$device$type, "cpu")
  expect_failure_of(torch_tensor(1, device = "nonsense"), "value", "nonsense|device", "torch_tensor")
  expect_failure_of(torch_tensor(1, requires_grad = "a"), "type", "requires_grad")
})

test_that("numbers that a narrow dtype can't hold exactly are rounded as libtorch rounds", {
  expect_equal(as_array(torch_tensor(0.1)), 0.1, tolerance = 1e-7)
  expect_false(identical(as_array(torch_tensor(0.1)), 0.1))
  expect_identical(as_array(torch_tensor(c(0, 1, 2), dtype = torch_bool())), c(FALSE, TRUE, TRUE))
  expect_identical(as_array(torch_tensor(c(1.9, -1.9), dtype = torch_long())), c(1L, -1L))
})

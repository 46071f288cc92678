# Tensors over R's memory and over files.

is_borrowed <- function(x) x$storage()$is_borrowed()

test_that("R's numbers become tensors without a copy, by columns", {
  data <- list(
    c(1.5, NA, Inf), 1:3, matrix(1:6 + 0, 2), array(1:24, c(2, 3, 4)), as.raw(1:3), bit64::as.integer64(c(1, -2)),
    array(as.raw(1:8), c(2, 2, 2)), 5, seq(2L, 20L)
  )
  dtypes <- c("float64", "int32", "float64", "int32", "uint8", "int64", "uint8", "float64", "int32")
  for (i in seq_along(data)) {
    x <- torch_tensor(data[[i]], copy = FALSE)
    expect_true(is_borrowed(x))
    expect_true(x$dtype == getExportedValue("torchscript", paste0("torch_", dtypes[[i]]))())
    copied <- torch_tensor(data[[i]], dtype = dtypes[[i]])
    expect_same_tensor(x, copied)
    expect_identical(x$stride(), as.integer(cumprod(c(1, x$shape))[seq_along(x$shape)]))
    expect_same_tensor(torch_tensor(data[[i]], dtype = dtypes[[i]], device = "cpu", copy = FALSE), copied)
  }
  wants <- torch_tensor(c(1, 2), requires_grad = TRUE, copy = FALSE)
  (wants * wants)$sum()$backward()
  expect_identical(as_array(wants$grad), c(2, 4))
  empty <- torch_tensor(numeric(), copy = FALSE)
  expect_identical(empty$shape, 0L)
})

test_that("operators read R's memory where it is, and neither side sees what the other writes", {
  values <- c(4, 3, 2, 1)
  x <- torch_tensor(values, copy = FALSE)
  address <- x$data_ptr()
  expect_identical(as_array(x + 1), c(5, 4, 3, 2))
  expect_identical(as_array(x$sum()), 10)
  expect_identical(as_array(torch_sort(x)$values), c(1, 2, 3, 4))
  expect_identical(as_array(torch_outer(x, x))[2, 3], 6)
  expect_identical(as_array(torch_matmul(x, x)), 30)
  expect_identical(x$data_ptr(), address)
  expect_true(is_borrowed(x))

  # R's side
  values[[1]] <- 100
  expect_identical(as_array(x), c(4, 3, 2, 1))
  # libtorch's side
  kept <- values
  y <- torch_tensor(kept, copy = FALSE)
  view <- torch_narrow(y, 1, 1, 2)
  y$add_(1)
  expect_false(is_borrowed(y))
  expect_identical(as_array(y), c(101, 4, 3, 2))
  expect_identical(as_array(view), c(101, 4))
  expect_identical(kept, c(100, 3, 2, 1))

  # a constant of a function stays a constant
  f <- function() torch_tensor(7, copy = FALSE)$mul_(2)$item()
  expect_identical(c(f(), f()), c(14, 14))
  numbers <- 1:3
  torch_tensor(numbers, copy = FALSE)$zero_()
  expect_identical(numbers, 1:3)
  writes <- list(
    function(x) x$copy_(torch_zeros(4)), function(x) x$fill_(9), function(x) x$index_fill_(1, torch_tensor(1L), 9),
    function(x) x$resize_(8), function(x) torch_narrow(x, 1, 1, 1)$zero_(), function(x) x$random_(),
    function(x) x$set_(torch_ones(4, dtype = "float64")),
    function(x) x$t_(), function(x) x$sort()$values$zero_()
  )
  for (write in writes) {
    tryCatch(write(torch_tensor(kept, copy = FALSE)), torchscript_error = function(e) NULL)
    expect_identical(kept, c(100, 3, 2, 1))
  }
})

test_that("the vector lives as long as a tensor needs it, and no longer", {
  alive <- new.env()
  alive$x <- NULL
  views <- lapply(1:200, function(i) torch_tensor(rep(i, 5000) + 0, copy = FALSE))
  gc()
  expect_identical(vapply(views, function(x) x$sum()$item(), 0), 1:200 * 5000)
  rows <- lapply(views[1:5], function(x) torch_narrow(x, 1, 2, 1))
  rm(views)
  gc()
  expect_identical(vapply(rows, function(x) x$item(), 0), 1:5 + 0)

  # 40 MB each: they would fill the memory if they were kept
  before <- sum(gc()[, 2])
  for (i in 1:15) {
    x <- torch_tensor(numeric(5e6), copy = FALSE)
    stopifnot(x$sum()$item() == 0)
  }
  rm(x)
  gc()
  torch_ones(1) + 1
  expect_lt(sum(gc()[, 2]) - before, 100)
})

test_that("tensors over R's memory go into programs and files", {
  values <- c(1, 2)
  f <- jit_trace(function(x) x * torch_tensor(values, copy = FALSE), torch_tensor(c(0, 0), dtype = "float64"))
  values[[1]] <- 50
  gc()
  path <- withr::local_tempfile()
  jit_save(f, path)
  x <- double_tensor(c(3, 4))
  for (g in list(f, jit_load(path))) expect_identical(as_array(g(x)), c(3, 8))

  m <- torch_tensor(matrix(1:6, 2), copy = FALSE)
  saveRDS(m, path)
  expect_identical(as_array(readRDS(path)), matrix(1:6, 2))
  torch_save(m, path)
  expect_same_tensor(torch_load(path), m)
  expect_true(is_borrowed(m))
  expect_identical(in_fresh_r(function(x) torchscript::as_array(x), m), matrix(1:6, 2))
})

test_that("R's collector may run at any time", {
  withr::defer(gctorture2(0))
  # with each tenth allocation
  gctorture2(10)
  x <- torch_tensor(c(1, 2, 3), copy = FALSE)
  y <- torch_tensor_from_buffer(as.raw(1:4), 4, "uint8")
  z <- x * 2
  x$add_(1)
  for (i in 1:3) torch_tensor(c(1, 2), copy = FALSE)
  back <- torch_load(torch_serialize(list(a = x, b = list(y, "text"))))
  gctorture2(0)
  expect_identical(as_array(z), c(2, 4, 6))
  expect_identical(as_array(back$a), c(2, 3, 4))
  expect_identical(as_array(back$b[[1]]), 1:4)
})

test_that("what would need a copy says so", {
  cases <- list(
    list(list(1, dtype = "float32"), "float64, not of the one asked for"),
    list(list(1L, dtype = torch_long()), "int32"), list(list(TRUE), "TRUE"),
    list(list(1i), "complex"), list(list("a"), "string"), list(list(list(1, 2)), "list"), list(list(NULL), "NULL"),
    list(list(factor("a")), "factor"),
    list(list(1, device = "meta"), "CPU"), list(list(torch_ones(1), dtype = "float64"), "another dtype")
  )
  for (case in cases) {
    expect_failure_of(do.call(torch_tensor, c(case[[1]], copy = FALSE)), "value",
      paste0("`copy` can't be FALSE.*", case[[2]]))
  }
  expect_failure_of(torch_tensor(c(1L, NA), copy = FALSE), "value", "NA", "torch_tensor")
  expect_failure_of(torch_tensor(1, copy = NA), "type", "`copy`", "torch_tensor")
  expect_failure_of(torch_tensor(1, requires_grad = 2, copy = FALSE), "type", "`requires_grad`", "torch_tensor")
  expect_failure_of(torch_tensor(1L, requires_grad = TRUE, copy = FALSE), "runtime", "floating", "torch_tensor")
  x <- torch_ones(2)
  shared <- torch_tensor(x, copy = FALSE)
  shared$zero_()
  expect_identical(as_array(x), c(0, 0))
})

test_that("buffers become tensors and back", {
  buffer <- writeBin(1:6 + 0, raw(), size = 4)
  x <- torch_tensor_from_buffer(buffer, c(2, 3))
  expect_same_tensor(x, torch_tensor(matrix(1:6 + 0, 2, byrow = TRUE)))
  expect_true(is_borrowed(x))
  expect_identical(x$stride(), c(3L, 1L))
  expect_identical(buffer_from_torch_tensor(x), buffer)
  expect_identical(buffer_from_torch_tensor(torch_transpose(x, 1, 2)), buffer[c(1:4, 13:16, 5:8, 17:20, 9:12, 21:24)])
  x$zero_()
  expect_identical(buffer, writeBin(1:6 + 0, raw(), size = 4))
  buffer[1:4] <- as.raw(0)
  expect_identical(as_array(torch_tensor_from_buffer(buffer, 6, torch_float())), c(0, 2:6))
  expect_identical(torch_tensor_from_buffer(as.raw(c(1, 0, 0, 0)), integer(), "int32")$shape, integer())
  expect_identical(as_array(torch_tensor_from_buffer(writeBin(c(1, 2), raw()), 1, torch_cdouble())), 1 + 2i)
  expect_identical(as_array(torch_tensor_from_buffer(as.raw(0:1), 2, "bool")), c(FALSE, TRUE))
  expect_identical(torch_tensor_from_buffer(raw(), c(0, 3))$shape, c(0L, 3L))

  cases <- list(
    list(list(1:3, 3), "type", "`buffer` must be a raw vector"),
    list(list(raw(4), 2), "value", "`buffer` has 4 bytes, and `shape` needs 8"),
    list(list(raw(4), c(2^40, 2^40)), "value", "more than there can be"), list(list(raw(4), -1), "value", "`shape`"),
    list(list(raw(4), 1.5), "value", "`shape`"),
    list(list(raw(4), "a"), "value", "`shape`"), list(list(raw(4), 1, "float31"), "type", "`dtype`"),
    list(list(raw(4), 4, "qint8"), "type", "quantized"),
    list(list(as.raw(2), 1, "bool"), "value", "only 0 and 1")
  )
  for (case in cases) {
    expect_failure_of(do.call("torch_tensor_from_buffer", case[[1]]), case[[2]], case[[3]], "torch_tensor_from_buffer")
  }
  expect_failure_of(buffer_from_torch_tensor(1), "type", "`tensor`", "buffer_from_torch_tensor")
})

test_that("a file is a tensor's memory", {
  path <- withr::local_tempfile()
  writeBin(c(1, 2, 3), path, size = 4)
  x <- torch_from_file(path, shared = FALSE, size = 3)
  expect_identical(as_array(x), c(1, 2, 3))
  x$zero_()
  expect_identical(readBin(path, "double", 3, size = 4), c(1, 2, 3))

  shared <- torch_from_file(path, shared = TRUE, size = 3, dtype = torch_float())
  shared$mul_(10)
  expect_identical(readBin(path, "double", 3, size = 4), c(10, 20, 30))
  other <- torch_from_file(path, shared = TRUE, size = 2)
  other$fill_(5)
  expect_identical(as_array(shared), c(5, 5, 30))
  made <- withr::local_tempfile()
  torch_from_file(made, shared = TRUE, size = 4, dtype = "uint8")$fill_(7)
  expect_identical(readBin(made, "raw", 9), as.raw(c(7, 7, 7, 7)))
  expect_identical(torch_from_file(path)$shape, 0L)

  cases <- list(
    list(list(file.path(tempdir(), "none"), FALSE, 1), "file", "no such file"),
    list(list(tempdir(), NULL, 1), "file", "folder"),
    list(list(tempdir(), TRUE, 1), "file", "folder"),
    list(list(file.path(tempdir(), "no", "x"), TRUE, 1), "file", "no folder"),
    list(list(path, FALSE, 100), "file", "has 12 bytes, and `size` needs 400"),
    list(list(path, FALSE, -1), "value", "`size`"),
    list(list(path, FALSE, 1.5), "value", "`size`"), list(list(1), "type", "`filename` must be a string"),
    list(list(path, NA, 1), "value", "`shared`"),
    list(list(path, FALSE, 1, "float31"), "value", "dtype")
  )
  for (case in cases) expect_failure_of(do.call("torch_from_file", case[[1]]), case[[2]], case[[3]])
})

test_that("a dtype is told apart from others and printed by libtorch's name", {
  expect_true(torch_float() == torch_float32())
  expect_true(torch_long() == torch_int64())
  expect_true(torch_float() != torch_double())
  expect_false(torch_float() == "float32")
  expect_output(print(torch_float()), "^torch_Float$")
  expect_identical(format(torch_bool()), "torch_Bool")
  expect_failure_of(torch_float() < torch_double(), "type", "does not apply")
})

test_that("every dtype's function makes a tensor of that dtype", {
  names <- c("uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64", "bool",
             "cfloat64", "cfloat128", "short", "int", "long", "half", "float", "double", "cfloat", "cdouble")
  for (name in names) {
    dtype <- getExportedValue("torchscript", paste0("torch_", name))()
    expect_s3_class(dtype, "torch_dtype")
    expect_true(torch_zeros(2, dtype = dtype)$dtype == dtype, info = name)
    expect_true(torch_zeros(2, dtype = name)$dtype == dtype, info = name)
  }
})

test_that("a dtype knows its kind", {
  expect_true(torch_half()$is_floating_point)
  expect_false(torch_long()$is_floating_point)
  expect_true(torch_cdouble()$is_complex)
  expect_false(torch_double()$is_complex)
  expect_failure_of(torch_half()$nonsense, "type", "nonsense")
})

test_that("a device is a type and perhaps an index", {
  expect_identical(torch_device("cuda", 1)$index, 1L)
  expect_identical(torch_device("cuda:1"), torch_device("cuda", 1))
  expect_null(torch_device("cpu")$index)
  expect_true(torch_device("cpu") == torch_ones(1)$device)
  expect_true(torch_device("cpu") != torch_device("cuda"))
  expect_output(print(torch_device("cuda:1")), "torch_device(type='cuda', index=1)", fixed = TRUE)
  expect_failure_of(torch_device("nonsense"), "value", "Valid types: cpu", "torch_device")
  expect_failure_of(torch_device("cpu:x"), "value", "cpu:x")
  expect_failure_of(torch_device(1), "type", "string")
})

test_that("the classes have tests", {
  expect_true(is_torch_dtype(torch_int()))
  expect_true(is_torch_device(torch_device("cpu")))
  expect_true(is_torch_layout(torch_strided()))
  expect_true(is_torch_memory_format(torch_contiguous_format()))
  expect_true(is_torch_qscheme(torch_per_tensor_affine()))
  expect_false(is_torch_dtype("float"))
  expect_false(is_torch_layout(torch_contiguous_format()))
  expect_output(print(torch_strided()), "torch_strided")
  expect_output(print(torch_channels_last_format()), "torch_channels_last_format")
})

test_that("the default dtype decides what doubles become", {
  before <- torch_set_default_dtype(torch_double())
  withr::defer(torch_set_default_dtype(before))
  expect_true(before == torch_float())
  expect_true(torch_get_default_dtype() == torch_double())
  expect_true(torch_tensor(1)$dtype == torch_double())
  expect_true(torch_ones(1)$dtype == torch_double())
  torch_set_default_dtype(before)
  expect_true(torch_tensor(1)$dtype == torch_float())
  expect_failure_of(torch_set_default_dtype(torch_long()), "type", "floating")
})

whole_dtypes <- c("uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64")
real_dtypes <- c("float16", "bfloat16", "float32", "float64", "float8_e4m3fn", "float8_e5m2")

test_that("values come back from every dtype", {
  for (name in c(whole_dtypes, real_dtypes)) {
    x <- torch_tensor(matrix(c(0, 1, 2, 4), 2), dtype = name)
    expect_equal(as_array(x), matrix(c(0, 1, 2, 4), 2), info = name)
    expect_type(as_array(x), if (name %in% whole_dtypes) "integer" else "double")
    expect_match(capture.output(print(x))[[4]], "Type{2,2} ]", fixed = TRUE, info = name)
    expect_identical(format(x$dtype), format(torch_zeros(1, dtype = name)$dtype))
  }
  expect_identical(as_array(torch_tensor(c(1, 0), dtype = "bool")), c(TRUE, FALSE))
  for (name in c("cfloat64", "cfloat128")) {
    expect_equal(as_array(torch_tensor(c(1 + 2i, -1i), dtype = name)), c(1 + 2i, -1i), info = name)
  }
  expect_identical(as.character(as_array(torch_tensor(bit64::as.integer64("9007199254740993")))), "9007199254740993")
  expect_identical(as_array(torch_tensor(2^40, dtype = "uint64")), 2^40)
})

test_that("arithmetic works where libtorch has it, and says so where not", {
  has <- c("uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64", "cfloat64", "cfloat128")
  for (name in has) {
    x <- torch_tensor(c(1, 2, 3), dtype = name)
    expect_equal(Re(as_array(x * x + x)), c(2, 6, 12), info = name)
    expect_true((x * x + x)$dtype == x$dtype, info = name)
  }
  for (name in c("uint16", "uint32", "uint64", "float8_e4m3fn", "float8_e5m2")) {
    x <- torch_tensor(c(1, 2, 3), dtype = name)
    expect_failure_of(x + x, "not_implemented", "no implementation of this for dtype.*convert first", "+")
    expect_equal(as_array(x$to(dtype = "float32") + 1), c(2, 3, 4), info = name)
  }
})

test_that("numbers that a dtype can't hold are refused, not wrapped around", {
  expect_failure_of(torch_tensor(300, dtype = "uint8"), "value", "hold 300, which uint8 can't hold.*from 0 to 255")
  expect_failure_of(torch_tensor(-1, dtype = "uint8"), "value", "-1")
  expect_failure_of(torch_tensor(c(1L, 40000L), dtype = "int16"), "value", "40000")
  expect_failure_of(torch_tensor(2^31, dtype = "int32"), "value", "2147483648")
  expect_failure_of(torch_tensor(2^63, dtype = "int64"), "value", "int64")
  expect_failure_of(torch_tensor(Inf, dtype = "int64"), "value", "inf")
  expect_failure_of(torch_tensor(bit64::as.integer64("4294967296"), dtype = "uint32"), "value", "4294967296")
  expect_failure_of(torch_tensor(NaN, dtype = "int64"), "value", "NA")
  expect_identical(as_array(torch_tensor(255.9, dtype = "uint8")), 255L)
  expect_identical(as_array(torch_tensor(-128L, dtype = "int8")), -128L)
  expect_identical(as_array(torch_tensor(-2^31, dtype = "int64")), -2^31)
  expect_failure_of(torch_tensor(1, dtype = "qint8"), "type", "torch_quantize_per_tensor")
})

test_that("a misspelt dtype suggests the nearest, any other lists all", {
  for (call in alist(
    torch_zeros(2, dtype = "flaot32"), torch_tensor(1, dtype = "flaot32"), torch_ones(1)$to(dtype = "flaot32"),
    torch_ones_like(torch_ones(1), dtype = "flaot32"), torch_set_default_dtype("flaot32"), torch_sum(torch_ones(1), dtype = "flaot32")
  )) {
    expect_failure_of(eval(call), "value", "not the string \"flaot32\".*did you mean \"float32\"")
  }
  expect_failure_of(torch_zeros(2, dtype = "flot"), "value", "did you mean \"float\"")
  expect_failure_of(torch_zeros(2, dtype = "nonsense"), "value", "valid dtypes: uint8, int8, .*bfloat16")
  expect_failure_of(torch_zeros(2, dtype = 6), "type", "the number 6")
  expect_failure_of(torch_zeros(2, dtype = c("float", "double")), "type", "a character vector")
})

test_that("a dtype tells its fields", {
  expect_true(torch_bfloat16()$is_floating_point)
  expect_true(torch_float8_e5m2()$is_floating_point)
  expect_false(torch_cfloat()$is_floating_point)
  expect_false(torch_uint16()$is_signed)
  expect_true(torch_int()$is_signed)
  expect_equal(torch_cdouble()$itemsize, 16)
  expect_equal(torch_half()$itemsize, 2)
})

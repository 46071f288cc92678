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

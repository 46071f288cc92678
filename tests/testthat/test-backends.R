test_that("what libtorch was built with is what it says itself", {
  expect_type(backends_mkl_is_available(), "logical")
  # libtorch's own account, printed by its configuration
  expect_true(backends_openmp_is_available())
  expect_false(backends_mps_is_available())
  expect_identical(backends_cudnn_is_available(), !is.null(backends_cudnn_version()))
  if (!cuda_is_available()) expect_null(backends_cudnn_version())
  x <- torch_rand(3, 3)
  if (backends_mkldnn_is_available()) expect_identical(as_array(x$to_mkldnn()$to_dense()), as_array(x))
  expect_failure_of(backends_mps_synchronize(), "value", "MPS", "backends_mps_synchronize")
})

test_that("libtorch is where torch_install_path() says", {
  expect_true(torch_is_installed())
  expect_true(file.exists(file.path(torch_install_path(), "lib", "libtorch_cpu.so")))
  if (file.access(torch_install_path(), 2) == 0) {
    expect_identical(torch_install_path(check_writable = TRUE), torch_install_path())
  }
})

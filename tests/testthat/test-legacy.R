test_that("torch_lu gives the factors, and what failed where it is asked", {
  a <- double_tensor(matrix(c(2, 4, 1, 3), 2))
  factors <- torch_lu(a)
  expect_named(factors, c("LU", "pivots"))
  parts <- torch_lu_unpack(factors[[1]], factors[[2]])
  expect_equal(as_array(parts[[1]]$matmul(parts[[2]])$matmul(parts[[3]])), as_array(a))
  singular <- torch_lu(torch_zeros(2, 2), get_infos = TRUE)
  expect_named(singular, c("LU", "pivots", "infos"))
  expect_gt(singular$infos$item(), 0)
  expect_failure_of(torch_lu(torch_zeros(2, 2)), "runtime", "is zero", "torch_lu")
  expect_failure_of(torch_lu(a, out = a), "value", "`out` must be NULL", "torch_lu")
})

test_that("reductions are the numbers that losses take", {
  x <- torch_tensor(c(1, 3))
  zero <- torch_zeros(2)
  expect_identical(torch_mse_loss(x, zero, torch_reduction_mean())$item(), 5)
  expect_identical(torch_mse_loss(x, zero, torch_reduction_sum())$item(), 10)
  expect_identical(as_array(torch_mse_loss(x, zero, torch_reduction_none())), c(1, 9))
})

test_that("an undefined tensor is NULL", {
  nothing <- jit_ops$aten$convolution_backward(
    torch_ones(1, 1, 1), torch_ones(1, 1, 1), torch_ones(1, 1, 1), NULL, 1L, 0L, 1L, FALSE, 0L, 1L, c(TRUE, FALSE, FALSE)
  )
  expect_false(is_undefined_tensor(nothing[[1]]))
  expect_true(is_undefined_tensor(nothing[[2]]))
  expect_false(is_undefined_tensor(torch_zeros(0)))
})

test_that("what tensors of torch for R have inside is not there, and what has a place is", {
  x <- torch_ones(2)
  expect_failure_of(x$ptr, "not_implemented", "inside of torch for R")
  expect_failure_of(x$private, "not_implemented", "inside of torch for R")
  expect_failure_of(x$initialize, "not_implemented", "inside of torch for R")
  expect_true(suppressWarnings(torch_eye(2)$to_sparse_csr())$is_sparse_csr)
  expect_false(x$is_sparse_csr)
  expect_identical(x$set_grad_(torch_ones(2)), x)
  expect_identical(as_array(x$grad), c(1, 1))
})

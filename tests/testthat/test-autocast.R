product_dtype <- function() {
  x <- torch_ones(2, 2)
  format(torch_mm(x, x)$dtype)
}

test_that("a region ends, whatever happens in it", {
  expect_identical(with_autocast(product_dtype(), device_type = "cpu"), "torch_BFloat16")
  expect_identical(product_dtype(), "torch_Float")
  try(with_autocast(stop("out"), device_type = "cpu"), silent = TRUE)
  expect_identical(product_dtype(), "torch_Float")
  inside <- function() {
    local_autocast("cpu", dtype = "float16")
    product_dtype()
  }
  expect_identical(inside(), "torch_Half")
  expect_identical(product_dtype(), "torch_Float")
})

test_that("regions nest, and make exceptions", {
  seen <- with_autocast(device_type = "cpu", code = {
    c(
      product_dtype(), with_autocast(product_dtype(), device_type = "cpu", enabled = FALSE),
      with_autocast(product_dtype(), device_type = torch_device("cpu"), dtype = torch_half()), product_dtype()
    )
  })
  expect_identical(seen, paste0("torch_", c("BFloat16", "Float", "Half", "BFloat16")))
})

test_that("a region can be begun and ended by hand", {
  context <- set_autocast("cpu")
  expect_identical(product_dtype(), "torch_BFloat16")
  unset_autocast(context)
  expect_identical(product_dtype(), "torch_Float")
  expect_failure_of(unset_autocast(1), "type", "set_autocast", "unset_autocast")
})

test_that("gradients come back in the parameters' own dtype", {
  w <- torch_ones(2, 2, requires_grad = TRUE)
  loss <- with_autocast(torch_mm(torch_ones(2, 2), w)$sum(), device_type = "cpu")
  loss$backward()
  expect_identical(format(w$grad$dtype), "torch_Float")
  expect_equal(as_array(w$grad), matrix(2, 2, 2))
})

test_that("what can't be is refused", {
  expect_failure_of(with_autocast(1, device_type = "cpu", dtype = torch_double()), "value", "bfloat16", "with_autocast")
  expect_failure_of(with_autocast(1, device_type = "nonsense"), "value", "nonsense")
  expect_failure_of(with_autocast(1, device_type = 1), "type", "device_type")
  expect_failure_of(with_autocast(1, device_type = "cpu", enabled = NA), "type", "enabled")
  expect_error(with_autocast(1, "cpu"), class = "rlib_error_dots_nonempty")
  skip_if(cuda_is_available())
  expect_warning(
    seen <- with_autocast(product_dtype(), device_type = "cuda"), "nothing is cast", class = "torchscript_warning"
  )
  expect_identical(seen, "torch_Float")
})

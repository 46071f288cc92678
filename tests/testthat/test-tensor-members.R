test_that("properties tell what the tensor is", {
  x <- torch_ones(2, 3, requires_grad = TRUE)
  expect_identical(x$shape, c(2L, 3L))
  expect_identical(x$size(), c(2L, 3L))
  expect_identical(x$size(2), 3L)
  expect_identical(x$size(-1), 3L)
  expect_identical(x$dim(), 2L)
  expect_identical(x$numel(), 6L)
  expect_identical(x$device$type, "cpu")
  expect_true(x$requires_grad)
  expect_true(x$is_leaf)
  expect_null(x$grad)
  expect_null(x$grad_fn)
  expect_identical(format((x * 2)$grad_fn), "<MulBackward1>")
  expect_failure_of(x$size(3), "index", "between 1 and 2")
})

test_that("item gives the one element", {
  expect_identical(torch_tensor(5L)$item(), 5L)
  expect_identical(torch_tensor(TRUE)$item(), TRUE)
  expect_identical(torch_tensor(2.5)$sum()$item(), 2.5)
  expect_failure_of(torch_ones(2)$item(), "value", "one element")
})

test_that("a name that does not exist suggests the nearest", {
  x <- torch_ones(2)
  expect_failure_of(x$squeze(), "type", "`\\$squeeze`", "$")
  expect_failure_of(x$nothing_like_it_at_all, "type", "no property or method")
  expect_failure_of(x$shape <- 1, "type", "can't be assigned")
})

test_that("completion lists properties and operators", {
  names <- utils::.DollarNames(torch_ones(1), "^sq")
  expect_true(all(c("squeeze", "sqrt", "square") %in% names))
})

test_that("in-place methods return the very object", {
  x <- torch_zeros(2)
  expect_identical(x$add_(1), x)
  expect_identical(as_array(x), c(1, 1))
  expect_identical(x$contiguous(), x)
})

test_that("methods for dtypes and devices convert", {
  x <- torch_tensor(c(1.5, 2.5))
  expect_true(x$double()$dtype == torch_double())
  expect_true(x$to(dtype = torch_int64())$dtype == torch_int64())
  expect_identical(as_array(x$long()), 1:2)
  expect_true(x$to(other = torch_tensor(1L))$dtype == torch_int64())
  expect_identical(x$to("cpu")$device$type, "cpu")
})

test_that("gradients can be set and removed", {
  x <- torch_ones(2, requires_grad = TRUE)
  x$grad <- torch_tensor(c(3, 4))
  expect_identical(as_array(x$grad), c(3, 4))
  x$grad <- NULL
  expect_null(x$grad)
  expect_failure_of(x$grad <- torch_ones(3), "runtime", "sizes")
})

test_that("a tensor may be looked at as R looks at arrays", {
  x <- torch_tensor(matrix(1:6, 2))
  expect_identical(dim(x), c(2L, 3L))
  expect_identical(nrow(x), 2L)
  expect_identical(ncol(x), 3L)
  expect_length(x, 6)
  expect_identical(lapply(as.list(x), as_array), list(c(1L, 3L, 5L), c(2L, 4L, 6L)))
  expect_identical(as_array(x[[2]]), c(2L, 4L, 6L))
  expect_identical(dim(torch_scalar_tensor(1)), integer())
})

test_that("requires_grad can be switched by assignment", {
  x <- torch_ones(2)
  x$requires_grad <- TRUE
  expect_true(x$requires_grad)
  x$requires_grad_(FALSE)
  expect_false(x$requires_grad)
  expect_false(torch_ones(2, requires_grad = TRUE)$detach()$requires_grad)
  x <- torch_ones(1, requires_grad = TRUE)
  expect_output(print((x * x)$grad_fn), "<MulBackward0>")
})

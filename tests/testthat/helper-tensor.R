# A tensor of the dtype that R's numbers come back from unchanged.
double_tensor <- function(values, ...) torch_tensor(values, dtype = torch_double(), ...)

expect_same_tensor <- function(x, y) {
  testthat::expect_s3_class(x, "torch_tensor")
  testthat::expect_identical(x$shape, y$shape)
  testthat::expect_identical(format(x$dtype), format(y$dtype))
  testthat::expect_identical(as_array(x), as_array(y))
}

# What `f` returns in an R process that has nothing but the package installed.
in_fresh_r <- function(f, ...) {
  testthat::skip_if_not_installed("callr")
  callr::r(f, list(...))
}

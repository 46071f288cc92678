# Expectations that name what is compared.

expect_tensor_values <- function(x, values, tolerance = 1e-6) {
  testthat::expect_s3_class(x, "torch_tensor")
  testthat::expect_equal(as_array(x), values, tolerance = tolerance)
}

# An error of ours: of this subclass, with this text, in the name of this function, without any of libtorch's insides.
expect_failure_of <- function(code, subclass, pattern = NULL, call = NULL) {
  error <- tryCatch(code, error = identity)
  testthat::expect_s3_class(error, paste0("torchscript_", subclass, "_error"))
  testthat::expect_s3_class(error, "torchscript_error")
  if (!is.null(pattern)) testthat::expect_match(conditionMessage(error), pattern)
  if (!is.null(call)) testthat::expect_identical(as.character(conditionCall(error)[[1]]), call)
  testthat::expect_no_match(conditionMessage(error), "Exception raised from|frame #|c10::")
  testthat::expect_true(validUTF8(conditionMessage(error)))
  invisible(error)
}

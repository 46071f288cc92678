# Recorded answers of PyTorch: tests/testthat/fixtures, written by dev/fixtures.py.

fixture <- function(name) testthat::test_path("fixtures", name)

# The words that the recorded files are written in.
recorded_words <- function() {
  list(
    tensor = recorded_tensor,
    dtype = function(name) {
      name <- switch(name, complex64 = "cfloat", complex128 = "cdouble", name)
      getExportedValue("torchscript", paste0("torch_", name))()
    }
  )
}

recorded <- function(name) {
  eval(parse(fixture(name), keep.source = FALSE), recorded_words(), baseenv())
}

recorded_tensor <- function(dtype, dim, values) {
  # c() of nothing is NULL
  values <- if (is.null(values)) numeric() else values
  if (length(dim) > 1) {
    values <- aperm(array(values, rev(dim)))
  }
  structure(list(dtype = dtype, dim = dim, values = values), class = "recorded_tensor")
}

# Arguments: tensors come alive, everything else is what a user would type.
alive <- function(x) {
  if (inherits(x, "recorded_tensor")) {
    type <- recorded_words()$dtype(x$dtype)
    tensor <- torch_tensor(x$values, dtype = type)
    # R has no scalars: say the shape.
    return(torch_reshape(tensor, x$dim))
  }
  if (is.list(x)) {
    return(lapply(x, alive))
  }
  x
}

#' Expect what PyTorch answered: values, shapes, dtypes and names
expect_recorded <- function(actual, expected, label, tolerance = 1e-5) {
  if (inherits(expected, "recorded_tensor")) {
    testthat::expect_s3_class(actual, "torch_tensor")
    testthat::expect_identical(
      format(actual$dtype), format(recorded_words()$dtype(expected$dtype)), label = paste("dtype of", label)
    )
    testthat::expect_identical(as.integer(dim(actual)), as.integer(expected$dim), label = paste("shape of", label))
    testthat::expect_equal(
      plain(as_array(actual)), plain(expected$values), tolerance = tolerance, label = label, expected.label = "PyTorch's"
    )
  } else if (is.list(expected) && any(vapply(expected, is_composite, NA))) {
    testthat::expect_length(actual, length(expected))
    testthat::expect_identical(names(actual), names(expected), label = paste("names of", label))
    for (i in seq_along(expected)) {
      expect_recorded(actual[[i]], expected[[i]], sprintf("%s[[%d]]", label, i), tolerance)
    }
  } else if (inherits(actual, "torch_device")) {
    testthat::expect_true(actual == torch_device(expected), label = label)
  } else {
    testthat::expect_equal(
      plain(actual), plain(expected), tolerance = tolerance, label = label, expected.label = "PyTorch's"
    )
    testthat::expect_identical(names(actual), names(expected), label = paste("names of", label))
  }
}

is_composite <- function(x) is.list(x)

# Lists of scalars and vectors compare alike, as do integers of all widths.
plain <- function(x) {
  if (inherits(x, "integer64")) x <- as.double(x)
  if (length(x) == 0) return(NULL)
  x <- unlist(x, use.names = FALSE)
  dim(x) <- NULL
  if (is.integer(x)) as.double(x) else x
}

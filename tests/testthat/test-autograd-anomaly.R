test_that("NaN in a backward pass stops it, and the warning names the call", {
  x <- double_tensor(0, requires_grad = TRUE)
  warned <- NULL
  error <- expect_failure_of(
    withCallingHandlers(
      with_detect_anomaly({
        y <- torch_sqrt(x) * 0
        y$backward()
      }),
      warning = function(w) {
        warned <<- w
        invokeRestart("muffleWarning")
      }
    ),
    "runtime", "MulBackward0 returned NaN|SqrtBackward0 returned NaN"
  )
  expect_s3_class(warned, "torchscript_warning")
  expect_match(conditionMessage(warned), "the call that made it: torch_sqrt(x)", fixed = TRUE)
  expect_no_match(conditionMessage(warned), "frame #|0x|\\.so")
})

test_that("without it NaN goes on, and afterwards it is off again", {
  x <- double_tensor(0, requires_grad = TRUE)
  pass <- function() {
    y <- torch_sqrt(x) * 0
    y$backward()
  }
  expect_silent(pass())
  expect_true(is.nan(as_array(x$grad)))
  try(suppressWarnings(with_detect_anomaly(pass())), silent = TRUE)
  expect_silent(pass())
  expect_identical(with_detect_anomaly(3), 3)
  expect_error(with_detect_anomaly(stop("out")), "out")
  expect_false(.Call(torchscript:::C_anomaly_mode))
})

test_that("a failure in a hook is reported with the call, and stays itself", {
  x <- double_tensor(2, requires_grad = TRUE)
  f <- autograd_function(function(ctx, x) x * 2, function(ctx, grad) stop("mine"))
  expect_error(suppressWarnings(with_detect_anomaly(f(x)$backward())), "^mine$")
  expect_silent((x * 2)$backward())
})

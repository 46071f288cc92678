# What a program raises is told whole and first, however long and however deep.

deep <- function() {
  callers <- sprintf("def f%d(x: str) -> int:\n  return f%d(x)\n", 1:30, 0:29)
  jit_compile(paste(c("def f0(x: str) -> int:\n  raise ValueError(x)\n  return 1\n", callers), collapse = "\n"))$f30
}

test_that("a long reason from thirty calls down is whole, and stands first in what R prints", {
  f <- deep()
  long <- paste0("the reason ", strrep("x", 6000), " end")
  # the optimising executor differs from the first call
  for (i in 1:3) {
    error <- expect_failure_of(f(long), "program", "^the reason x")
    expect_s3_class(error, "ValueError")
    expect_identical(conditionMessage(error), long)
  }
  # R cuts what it prints at 1,000 bytes
  printed <- paste(capture.output(try(f(long)), type = "message"), collapse = " ")
  expect_match(printed, "^Error in f[(]long[)] : *the reason x")
})

test_that("a reason of bytes that are no text is made valid", {
  bytes <- rawToChar(as.raw(c(0x41, 0xff, 0x42)))
  Encoding(bytes) <- "bytes"
  message <- conditionMessage(tryCatch(deep()(bytes), error = identity))
  expect_true(validUTF8(message))
  expect_identical(message, "A\ufffdB")
})

test_that("integer64's NA is refused, and its neighbours are numbers", {
  f <- jit_compile("def f(x: int) -> int:\n  return x\n\ndef g(x: List[int]) -> List[int]:\n  return x\n")
  expect_failure_of(f$f(bit64::NA_integer64_), "value", "`x` must not be NA")
  expect_failure_of(f$g(c(bit64::as.integer64(1), bit64::NA_integer64_)), "value", "must not")
  for (text in c("9223372036854775807", "-9223372036854775807")) {
    expect_identical(f$f(bit64::as.integer64(text)), bit64::as.integer64(text))
  }
})

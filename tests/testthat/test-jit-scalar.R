test_that("scalars keep their value and say what they are", {
  expect_s3_class(jit_scalar(1L), "jit_scalar")
  expect_output(print(jit_scalar(2.5)), "<jit_scalar> 2.5", fixed = TRUE)
  expect_s3_class(jit_scalar(jit_scalar("a")), c("jit_scalar"), exact = TRUE)
  expect_failure_of(jit_scalar(1:2), "type", "length one", "jit_scalar")
  expect_failure_of(jit_scalar(list(1)), "type", "length one")
  expect_failure_of(jit_scalar(NULL), "type", "NULL")
})

test_that("tuples are lists that are marked", {
  x <- jit_tuple(list(a = 1, b = "z"))
  expect_s3_class(x, "jit_tuple")
  expect_named(x, c("a", "b"))
  expect_output(print(x), "<jit_tuple>")
  expect_failure_of(jit_tuple(1:2), "type", "must be a list", "jit_tuple")
})

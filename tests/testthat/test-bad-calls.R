# What bad input says. A message that changes is looked at here: testthat::snapshot_review("bad-calls").

message_of <- function(call) {
  x <- torch_tensor(c(-1, 0, 1))
  l <- torch_tensor(1:4)
  m <- torch_tensor(matrix(1:6 / 2, 2))
  b <- torch_tensor(c(TRUE, FALSE))
  # everything a call does not catch itself ends here, warnings too
  condition <- tryCatch(
    {
      eval(call)
      NULL
    },
    condition = identity
  )
  if (is.null(condition)) {
    return("NO ERROR")
  }
  paste0("<", class(condition)[[1]], "> ", gsub(getwd(), "tests", conditionMessage(condition), fixed = TRUE))
}

calls <- parse(test_path("bad-calls.R"), keep.source = FALSE)

test_that("there are bad calls enough", {
  expect_gte(length(calls), 200)
})

test_that("every bad call says what is wrong", {
  texts <- vapply(as.list(calls), message_of, "")
  expect_snapshot(cat(paste0(vapply(as.list(calls), deparse1, ""), "\n  ", gsub("\n", "\n  ", texts), "\n"), sep = "\n"))
})

test_that("no bad call shows libtorch's insides, or passes", {
  texts <- vapply(as.list(calls), message_of, "")
  expect_identical(texts[texts == "NO ERROR"], character())
  expect_no_match(texts, "Exception raised from|frame #|c10::|at::|std::|panicked")
  expect_true(all(validUTF8(texts)))
  expect_true(all(nchar(texts) < 2500))
})

test_that("the session is whole afterwards", {
  expect_identical(as.numeric(torch_relu(torch_tensor(c(-1, 2)))), c(0, 2))
})

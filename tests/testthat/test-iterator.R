numbers <- function(n, size = 1) dataloader(tensor_dataset(x = double_tensor(seq_len(n))), batch_size = size)

test_that("loop() is a loop in the caller's frame", {
  seen <- c()
  loop(for (batch in numbers(5)) {
    value <- as.numeric(batch$x)
    if (value == 2) next
    if (value == 4) break
    seen <- c(seen, value)
  })
  expect_identical(seen, c(1, 3))
  expect_equal(as.numeric(batch$x), 4)
  first <- function() {
    loop(for (batch in numbers(3)) return(as.numeric(batch$x)))
    "not reached"
  }
  expect_identical(first(), 1)
  total <- 0
  loop(for (i in list(1, 2)) loop(for (j in 1:2) total <- total + i * j))
  expect_identical(total, 9)
  expect_failure_of(loop(3), "type", "`for` loop", "loop")
  expect_failure_of(as_iterator(quote(a)), "type", "gone through")
})

test_that("enumerate() gives batches to R's own loop, one at a time", {
  seen <- list()
  for (batch in enumerate(numbers(5, 2))) {
    expect_named(batch, "x")
    expect_identical(batch$x, batch[[1]])
    seen <- c(seen, list(as_array(batch$x)))
  }
  expect_equal(lapply(seen, as.numeric), list(c(1, 2), c(3, 4), 5))
  batches <- enumerate(numbers(3))
  expect_equal(as.numeric(batches[[2]]$x), 2)
  expect_failure_of(batches[[1]]$x, "value", "Batch 1 is no longer there")
  expect_failure_of(enumerate(1:3), "type", "dataloader")
})

test_that("coro's generic takes loaders when coro is there", {
  # a package of that name with coro's generic: coro itself need not be installed
  source <- withr::local_tempdir()
  library <- withr::local_tempdir()
  dir.create(file.path(source, "coro", "R"), recursive = TRUE)
  writeLines(c("Package: coro", "Version: 0.0.1"), file.path(source, "coro", "DESCRIPTION"))
  writeLines("export(as_iterator)", file.path(source, "coro", "NAMESPACE"))
  writeLines("as_iterator <- function(x) UseMethod('as_iterator')", file.path(source, "coro", "R", "coro.R"))
  utils::install.packages(file.path(source, "coro"), library, repos = NULL, type = "source", quiet = TRUE)
  for (coro_first in c(TRUE, FALSE)) {
    result <- in_fresh_r(function(library, coro_first) {
      if (coro_first) loadNamespace("coro", lib.loc = library)
      ds <- torchscript::tensor_dataset(torchscript::torch_tensor(1:2))
      dl <- torchscript::dataloader(ds)
      loadNamespace("coro", lib.loc = library)
      advance <- getExportedValue("coro", "as_iterator")(dl)
      c(as.numeric(advance()[[1]]), as.numeric(advance()[[1]]), identical(advance(), as.symbol(".__exhausted__.")))
    }, library, coro_first)
    expect_identical(result, c(1, 2, 1))
  }
})

live <- function() .Call(torchscript:::C_memory)$live

test_that("the collector is told of tensors that nobody holds", {
  gc()
  y <- torch_zeros(1e6)
  before <- live()
  for (i in 1:400) y + y
  # 1.6 GB were made; a third of that may wait for the collector
  expect_lt(live() - before, 6e8)
  gc()
  expect_lt(live() - before, 1e7)
})

test_that("R vectors made from tensors are counted as well", {
  y <- torch_zeros(1e6)
  gc()
  before <- live()
  for (i in 1:200) as_array(y)
  expect_lt(live() - before, 6e8)
  gc()
  expect_lt(live() - before, 1e7)
})

test_that("a forked process computes, with one thread", {
  skip_on_os("windows")
  torch_matmul(torch_randn(200, 200), torch_randn(200, 200))
  job <- parallel::mcparallel(list(
    sum = as_array(torch_matmul(torch_ones(200, 200), torch_ones(200, 200))$sum()),
    threads = torch_get_num_threads(),
    refused = tryCatch(torch_set_num_threads(2), torchscript_error = function(e) "refused")
  ))
  result <- parallel::mccollect(job)[[1]]
  expect_identical(result, list(sum = 200^3, threads = 1L, refused = "refused"))
})

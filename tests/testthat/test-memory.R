live <- function() .Call(torchscript:::C_memory)$live
megabytes <- 2^20

test_that("bytes of live tensors are counted", {
  gc()
  before <- live()
  x <- torch_zeros(1024, 1024)
  expect_gte(live() - before, 4 * megabytes)
  expect_lt(live() - before, 6 * megabytes)
  rm(x)
  gc()
  expect_lt(live() - before, megabytes)
})

test_that("a loop that makes garbage stays within bounds without gc()", {
  gc()
  before <- live()
  y <- torch_ones(1024, 1024)
  most <- 0
  for (i in 1:300) {
    z <- y + y
    most <- max(most, live())
  }
  # 300 x 4 MB are 1.2 GB
  expect_lt(most - before, 700 * megabytes)
  rm(y, z)
  gc()
  expect_lt(live() - before, megabytes)
})

test_that("programs, gradients and errors leave nothing behind", {
  f <- jit_trace(function(x) (x * x)$sum(), torch_ones(512, 512))
  once <- function() {
    x <- torch_ones(512, 512, requires_grad = TRUE)
    f(x)$backward()
    try(torch_matmul(x, torch_ones(3)), silent = TRUE)
    try(jit_trace(function(y) stop("out"), x), silent = TRUE)
    tryCatch(jit_trace(function(y) list(y * 2, 1), x), error = identity)
    NULL
  }
  once()
  gc()
  before <- live()
  for (i in 1:20) once()
  for (i in 1:2) gc()
  expect_lt(live() - before, 2 * megabytes)
})

test_that("an impossible size is an error, and the session goes on", {
  expect_error(torch_empty(2^40, 2^10), class = "torchscript_memory_error")
  expect_identical(as_array(torch_ones(2) + 1), c(2, 2))
})

test_that("a forked child computes, and can't raise its threads", {
  skip_on_os("windows")
  before <- torch_get_num_threads()
  withr::defer(torch_set_num_threads(before))
  torch_set_num_threads(2)
  x <- torch_ones(300, 300)
  x %*% x
  f <- jit_trace(function(x) x %*% x, x)
  job <- parallel::mcparallel(list(
    product = (x %*% x)[[1]][[1]]$item(), program = f(x)[[1]][[1]]$item(), threads = torch_get_num_threads(),
    raised = tryCatch(
      {
        torch_set_num_threads(2)
        "raised"
      },
      torchscript_error = function(e) "refused"
    )
  ))
  result <- NULL
  for (i in 1:60) {
    result <- parallel::mccollect(job, wait = FALSE, timeout = 1)
    if (!is.null(result)) break
  }
  if (is.null(result)) tools::pskill(job$pid, tools::SIGKILL)
  expect_identical(result[[1]], list(product = 300, program = 300, threads = 1L, raised = "refused"))
  expect_identical(torch_get_num_threads(), 2L)
  expect_identical((x %*% x)[[1]][[1]]$item(), 300)
})

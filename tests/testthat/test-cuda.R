test_that("without CUDA everything that needs a device says so in one sentence", {
  skip_if(cuda_is_available(), "there is CUDA")
  expect_false(cuda_is_available())
  expect_identical(cuda_device_count(), 0L)
  expect_null(cuda_empty_cache())
  needs <- list(
    cuda_current_device = quote(cuda_current_device()),
    cuda_get_device_capability = quote(cuda_get_device_capability(0)),
    cuda_get_rng_state = quote(cuda_get_rng_state()),
    cuda_memory_stats = quote(cuda_memory_stats(torch_device("cuda"))),
    cuda_memory_summary = quote(cuda_memory_summary("cuda:0")),
    cuda_memory_snapshot = quote(cuda_memory_snapshot()),
    cuda_record_memory_history = quote(cuda_record_memory_history(NULL)),
    cuda_dump_memory_snapshot = quote(cuda_dump_memory_snapshot("a")),
    cuda_runtime_version = quote(cuda_runtime_version()),
    cuda_set_rng_state = quote(cuda_set_rng_state(torch_get_rng_state())),
    cuda_synchronize = quote(cuda_synchronize())
  )
  for (name in names(needs)) {
    expect_failure_of(eval(needs[[name]]), "value", "CUDA is asked for, but there is none", name)
  }
})

test_that("devices are CUDA's, or their numbers", {
  index <- torchscript:::cuda_index
  expect_identical(index(NULL), -1L)
  expect_identical(index("cuda"), -1L)
  expect_identical(index("cuda:1"), 1L)
  expect_identical(index(torch_device("cuda", 2)), 2L)
  expect_identical(index(3), 3)
  expect_failure_of(index("cpu"), "value", "must be a CUDA device")
})

test_that("the numbers of the allocator become a list by name", {
  stats <- torchscript:::cuda_stats_list(1:99)
  expect_identical(stats$allocation$all, list(current = 1L, peak = 2L, allocated = 3L, freed = 4L))
  expect_identical(stats$allocation$small_pool$current, 5L)
  expect_identical(stats$segment$all$current, 13L)
  expect_identical(stats$inactive_split_bytes$large_pool$freed, 96L)
  expect_identical(stats[c("num_alloc_retries", "num_ooms", "max_split_size")], list(
    num_alloc_retries = 97L, num_ooms = 98L, max_split_size = 99L
  ))
})

test_that("tensors are made on the device of the region", {
  made <- list(
    quote(torch_zeros(2)), quote(torch_ones(2)), quote(torch_empty(2)), quote(torch_rand(2)), quote(torch_randn(2)),
    quote(torch_arange(1, 3)), quote(torch_full(2, 1)), quote(torch_eye(2)), quote(torch_linspace(0, 1, 3)),
    quote(torch_randint(1, 3, 2)), quote(torch_tensor(c(1, 2))),
    quote(torch_hann_window(4)), quote(torch_scalar_tensor(1))
  )
  for (call in made) {
    expect_identical(with_device(eval(call), device = "meta")$device$type, "meta", info = deparse1(call))
    expect_identical(eval(call)$device$type, "cpu", info = deparse1(call))
  }
  # what is told, or follows another tensor
  x <- torch_ones(2)
  local_device("meta")
  expect_identical(torch_zeros(2, device = "cpu")$device$type, "cpu")
  expect_identical(torch_tensor(1, device = "cpu")$device$type, "cpu")
  expect_identical(torch_zeros_like(x)$device$type, "cpu")
  expect_identical(x$new_zeros(2)$device$type, "cpu")
  expect_identical((x + 1)$device$type, "cpu")
  # PyTorch's own operators know of no default
  expect_identical(jit_ops$aten$zeros(2L)$device$type, "cpu")
})

test_that("the device returns to what it was", {
  expect_identical(with_device(with_device(torch_ones(1), device = "cpu")$device$type, device = "meta"), "cpu")
  try(with_device(stop("out"), device = "meta"), silent = TRUE)
  expect_identical(torch_ones(1)$device$type, "cpu")
  f <- function() {
    expect_null(local_device("meta"))
    before <- local_device(torch_device("cpu"))
    expect_identical(before, torch_device("meta"))
  }
  f()
  expect_identical(torch_ones(1)$device$type, "cpu")
  expect_failure_of(with_device(1, device = "nonsense"), "value", "nonsense", "with_device")
  expect_failure_of(with_device(1, device = 1), "type", "device")
  expect_identical(with_device(torch_ones(1)$device$type, device = NULL), "cpu")
})

test_that("CUDA asked for without CUDA is one clear sentence", {
  skip_if(cuda_is_available())
  x <- torch_ones(1)
  calls <- alist(
    torch_tensor(1, device = "cuda"), x$cuda(), x$to(device = "cuda"), x$to("cuda"), torch_zeros(2, device = "cuda"),
    torch_zeros(2, device = torch_device("cuda", 0)), torch_zeros(2, device = "cuda:0"), torch_rand_like(x, device = "cuda"),
    torch_tensor(x, device = "cuda"), cuda_get_rng_state(), cuda_set_rng_state(torch_get_rng_state()),
    cuda_get_rng_state(0), cuda_get_rng_state("cuda:0"), with_device(torch_ones(1), device = "cuda")
  )
  for (call in calls) {
    error <- tryCatch(eval(call), error = identity)
    expect_s3_class(error, "torchscript_value_error")
    expect_match(conditionMessage(error), "^CUDA is asked for, but there is none[.]?\n", info = deparse1(call))
  }
})

test_that("names of devices and their indices are checked", {
  expect_failure_of(torch_device("cuda", -1), "value", "index", "torch_device")
  expect_failure_of(torch_device("cuda", 1.5), "value", "index")
  expect_failure_of(torch_zeros(2, device = "gpu"), "value", "valid types: cpu, cuda", "torch_zeros")
  expect_failure_of(torch_ones(1)$to(device = "cdua"), "value", "cdua")
  expect_failure_of(torch_device("cpu") < torch_device("cpu"), "type", "does not apply")
})

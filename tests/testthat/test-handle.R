x <- torch_tensor(c(-1, 0, 1))
f <- jit_trace(function(x) list(a = torch_relu(x)), x)
via_rds <- function(object) {
  path <- withr::local_tempfile()
  saveRDS(object, path)
  readRDS(path)
}

test_that("tensors of every dtype live through saveRDS()", {
  for (name in c("uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64", "bool", "cfloat64")) {
    before <- torch_tensor(matrix(c(0, 1, 2, 3), 2), dtype = get(paste0("torch_", name))())
    after <- via_rds(before)
    expect_identical(as_array(after), as_array(before), info = name)
    expect_true(after$dtype == before$dtype, info = name)
  }
  expect_true(via_rds(torch_ones(1, requires_grad = TRUE))$requires_grad)
  expect_identical(via_rds(torch_zeros(0, 3))$shape, c(0L, 3L))
  expect_identical(as_array(via_rds(torch_tensor(matrix(1:6, 2))$t())), t(matrix(1:6, 2)))
})

test_that("functions, modules and generators live through it too", {
  expect_identical(as_array(via_rds(f)(x)$a), c(0, 0, 1))
  tr <- jit_compile("def h(x: Tensor, n: int = 2):\n  return x * n\n")
  expect_identical(as_array(via_rds(tr)$h(x)), c(-2, 0, 2))
  model <- jit_load(system.file("extdata", "iris_classifier.pt", package = "torchscript"))
  flowers <- torch_tensor(as.matrix(iris[, 1:4]))
  restored <- via_rds(model)
  expect_equal(as_array(restored(flowers)), as_array(model(flowers)))
  g <- torch_generator(); g$set_current_seed(5)
  h <- via_rds(g)
  expect_identical(as_array(torch_randint(0, 100, 4, generator = g)), as_array(torch_randint(0, 100, 4, generator = h)))
})

test_that("what is shared stays shared", {
  restored <- via_rds(list(x, x))
  restored[[1]]$add_(1)
  expect_identical(as_array(restored[[2]]), c(0, 1, 2))
})

test_that("a worker and a fresh process see live objects", {
  cluster <- parallel::makePSOCKcluster(1)
  withr::defer(parallel::stopCluster(cluster))
  doubled <- parallel::clusterApply(cluster, list(x), function(x) x * 2)[[1]]
  expect_identical(as_array(doubled), c(-2, 0, 2))
  run <- parallel::clusterApply(cluster, list(f), function(f) f(torchscript::torch_ones(2)))[[1]]
  expect_identical(as_array(run$a), c(1, 1))
  skip_if_not_installed("callr")
  expect_identical(as_array(callr::r(function(f, x) f(x)$a, list(f, x))), c(0, 0, 1))
})

test_that("views outlive their owners", {
  make <- function() { owner <- torch_arange(1, 1000); owner$select(1, 1000) }
  last <- make()
  for (i in 1:3) { gc(); torch_randn(1000) }
  expect_identical(as_array(last), 1000)
})

test_that("nothing is lost under a collector that runs all the time", {
  gctorture(TRUE)
  y <- torch_tensor(c(1, 2)) + 1
  z <- torch_sort(y, descending = TRUE)
  gctorture(FALSE)
  expect_identical(as_array(z$values), c(3, 2))
  expect_identical(as_array(z$indices), c(2L, 1L))
})

test_that("foreign pointers are refused", {
  pointer <- methods::new("externalptr")
  expect_failure_of(torch_relu(pointer), "type", "an external pointer")
  fake <- structure(pointer, class = "torch_tensor")
  expect_error(torch_relu(fake), class = "torchscript_error")
})

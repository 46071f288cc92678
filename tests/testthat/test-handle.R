round_trip <- function(x) {
  file <- withr::local_tempfile(fileext = ".rds")
  saveRDS(x, file)
  readRDS(file)
}

test_that("tensors of every dtype survive saveRDS", {
  for (dtype in c("uint8", "int8", "int16", "int32", "int64", "bool", "float16", "bfloat16", "float32", "float64")) {
    x <- torch_tensor(matrix(c(0, 1, 1, 0, 1, 0), 2), dtype = dtype)
    expect_same_tensor(round_trip(x), x)
  }
  z <- torch_tensor(c(1 + 2i, -1i), dtype = torch_cdouble())
  expect_same_tensor(round_trip(z), z)
  big <- torch_tensor(bit64::as.integer64("9007199254740993"))
  expect_same_tensor(round_trip(big), big)
})

test_that("shapes of any kind survive: none, empty, transposed, cut out", {
  x <- torch_tensor(matrix(1:6, 2))
  for (y in list(torch_scalar_tensor(3), torch_zeros(0, 3), torch_t(x), torch_select(x, 2, 3), torch_zeros(1)$expand(c(3, 2)))) {
    expect_same_tensor(round_trip(y), y)
  }
  # a part is saved without the whole that it is cut from
  whole <- torch_zeros(1000, 1000)
  file <- withr::local_tempfile()
  saveRDS(torch_select(whole, 1, 1), file, compress = FALSE)
  expect_lt(file.size(file), 1e5)
})

test_that("requires_grad survives, and the tensor can be trained", {
  x <- round_trip(torch_tensor(c(1, 2), requires_grad = TRUE))
  expect_true(x$requires_grad)
  expect_true(x$is_leaf)
  (x^2)$sum()$backward()
  expect_identical(as_array(x$grad), c(2, 4))
  expect_false(round_trip(torch_ones(1))$requires_grad)
})

test_that("programs survive: traced, compiled, modules and methods", {
  x <- torch_tensor(c(-1, 2))
  weight <- torch_tensor(c(3, 4))
  f <- jit_trace(function(x) list(r = torch_relu(x) * weight), x)
  g <- round_trip(f)
  expect_s3_class(g, "script_function")
  expect_identical(as_array(g(x)$r), c(0, 8))
  expect_match(as.character(g$schema), "(Tensor x) -> ", fixed = TRUE)
  h <- round_trip(jit_compile("def h(x: Tensor, n: int = 2):\n  return x * n\n"))
  expect_identical(as_array(h$h(x)), c(-2, 4))
  m <- jit_load(system.file("extdata", "iris_classifier.pt", package = "torchscript"))
  y <- torch_tensor(as.matrix(iris[c(1, 60), 1:4]))
  expect_identical(as_array(round_trip(m)(y)), as_array(m(y)))
  expect_identical(round_trip(m$classify)(y), m$classify(y))
})

test_that("generators survive with their state", {
  g <- torch_generator()
  g$set_current_seed(3)
  draw <- function(g) as_array(torch_bernoulli(torch_full(40, 0.5), generator = g))
  draw(g)
  copy <- round_trip(g)
  expect_identical(draw(copy), draw(g))
  expect_identical(draw(copy), draw(g))
})

test_that("references that are shared in one file stay shared", {
  x <- torch_zeros(2)
  both <- round_trip(list(a = x, b = x, env = list2env(list(x = x))))
  both$a$add_(1)
  expect_identical(as_array(both$b), c(1, 1))
  expect_identical(as_array(both$env$x), c(1, 1))
  expect_identical(as_array(x), c(0, 0))
})

test_that("serialize, dput-like copies and save/load work", {
  x <- torch_tensor(c(1, 2))
  expect_same_tensor(unserialize(serialize(x, NULL)), x)
  expect_same_tensor(unserialize(serialize(x, NULL, ascii = TRUE)), x)
  file <- withr::local_tempfile()
  save(x, file = file)
  loaded <- new.env()
  load(file, loaded)
  expect_same_tensor(loaded$x, x)
  # twice over, without use in between
  expect_same_tensor(unserialize(serialize(unserialize(serialize(x, NULL)), NULL)), x)
})

test_that("a fresh R process reads tensors and programs back without library()", {
  file <- withr::local_tempfile()
  saveRDS(list(f = jit_trace(function(x) x * 2, torch_ones(1)), x = torch_tensor(c(1, 2))), file)
  answer <- in_fresh_r(function(file) {
    both <- readRDS(file)
    as.array(both$f(both$x))
  }, file)
  expect_identical(answer, c(2, 4))
  # tensors and programs cross to the process and back
  back <- in_fresh_r(function(f, x) f(x), jit_trace(function(x) x * 2, torch_ones(1)), torch_tensor(c(1, 2)))
  expect_identical(as_array(back), c(2, 4))
})

test_that("workers of a cluster see tensors, programs and closures over them", {
  cluster <- parallel::makePSOCKcluster(1)
  withr::defer(parallel::stopCluster(cluster))
  f <- jit_trace(function(x) x * 2, torch_ones(1))
  results <- parallel::clusterApply(cluster, list(torch_tensor(1), torch_tensor(c(3, 4))), f)
  expect_identical(lapply(results, as_array), list(2, c(6, 8)))
  offset <- torch_tensor(10)
  closure <- local({
    offset <- offset
    function(x) f(x) + offset
  })
  environment(closure)$f <- f
  expect_identical(as_array(parallel::clusterCall(cluster, closure, torch_tensor(5))[[1]]), 20)
})

test_that("parts live on when their owner is gone", {
  x <- torch_tensor(matrix(1:6, 2))
  row <- torch_select(x, 1, 2)
  parts <- torch_unbind(torch_tensor(c(5, 6)), dim = 1)
  y <- torch_tensor(2, requires_grad = TRUE)
  z <- y^2
  grad <- local({
    z$backward()
    y$grad
  })
  plus <- torch_ones(1)$add
  rm(x, y, z)
  for (i in 1:3) gc()
  torch_randn(1000)
  expect_identical(as_array(row), c(2L, 4L, 6L))
  expect_identical(as_array(parts[[2]]), 6)
  expect_identical(as_array(grad), 4)
  expect_identical(as_array(plus(2)), 3)
})

test_that("calls survive collections at any allocation", {
  x <- torch_tensor(matrix(c(1, 2, 3, 4), 2))
  f <- jit_compile("
def f(x: Dict[str, Tensor], names: List[str]) -> Dict[str, Tuple[Tensor, str]]:
  return {names[0]: (x['a'] + 1, names[1])}
")$f
  warm <- f(list(a = x), c("k", "v"))
  x$sum(dim = 1)
  # at every 97th: at each it would take minutes
  gctorture2(97)
  withr::defer(gctorture2(0))
  sum <- x$sum(dim = 1)
  answer <- f(list(a = x), c("k", "v"))
  parts <- torch_max(x, dim = 1)
  product <- x %*% x + 1
  made <- torch_tensor(list(c(1, 2), c(3, 4)))
  error <- tryCatch(torch_relu("a"), error = conditionMessage)
  copy <- unserialize(serialize(x, NULL))
  gctorture2(0)
  expect_identical(as_array(sum), c(3, 7))
  expect_named(answer, "k")
  expect_identical(answer$k[[2]], "v")
  expect_identical(as_array(answer$k[[1]]), matrix(c(2, 3, 4, 5), 2))
  expect_identical(as_array(parts$values), c(2, 4))
  expect_identical(as_array(product), matrix(c(1, 2, 3, 4), 2) %*% matrix(c(1, 2, 3, 4), 2) + 1)
  expect_identical(as_array(made), rbind(c(1, 2), c(3, 4)))
  expect_match(error, "must be a tensor")
  expect_same_tensor(copy, x)
})

test_that("a pointer that was never ours is refused", {
  fake <- structure(new.env(), class = "torch_tensor")
  expect_error(torch_relu(fake), class = "torchscript_error")
  expect_error(fake + 1, class = "torchscript_error")
  expect_error(torch_relu(structure(list(), class = "torch_tensor")), class = "torchscript_error")
  expect_error(torch_relu(structure(1, class = "torch_tensor")), class = "torchscript_error")
})

test_that("a seed makes numbers come again", {
  torch_manual_seed(42)
  first <- as_array(torch_randn(10))
  expect_false(identical(as_array(torch_randn(10)), first))
  torch_manual_seed(42)
  expect_identical(as_array(torch_randn(10)), first)
  torch_manual_seed(43)
  expect_false(identical(as_array(torch_randn(10)), first))
})

test_that("the state can be kept and set", {
  state <- torch_get_rng_state()
  expect_s3_class(state, "torch_tensor")
  first <- as_array(torch_rand(5))
  torch_set_rng_state(state)
  expect_identical(as_array(torch_rand(5)), first)
  expect_failure_of(torch_set_rng_state(1), "type")
  expect_failure_of(torch_set_rng_state(torch_zeros(3, dtype = "uint8")), "runtime")
})

test_that("a seed for a while leaves the generator where it was", {
  torch_manual_seed(1)
  expected <- as_array(torch_rand(3))
  torch_manual_seed(1)
  inside <- with_torch_manual_seed(as_array(torch_rand(3)), seed = 99)
  local({
    local_torch_manual_seed(99)
    expect_identical(as_array(torch_rand(3)), inside)
  })
  try(with_torch_manual_seed(stop("out"), seed = 5), silent = TRUE)
  expect_identical(as_array(torch_rand(3)), expected)
  expect_false(identical(inside, expected))
})

test_that("generators are independent of the default one", {
  g <- torch_generator()
  g$set_current_seed(7)
  expect_equal(g$current_seed(), 7)
  torch_manual_seed(1)
  draw <- function() as_array(torch_bernoulli(torch_full(30, 0.5), generator = g))
  first <- draw()
  state <- g$get_state()
  second <- draw()
  expect_false(identical(first, second))
  g$set_state(state)
  expect_identical(draw(), second)
  expected <- as_array(torch_rand(2))
  torch_manual_seed(1)
  expect_identical(as_array(torch_rand(2)), expected)
  expect_output(print(g), "torch_generator(seed = 7)", fixed = TRUE)
  expect_failure_of(g$nonsense, "type", "no method `nonsense`")
})

test_that("threads are counted and set", {
  before <- torch_get_num_threads()
  withr::defer(torch_set_num_threads(before))
  expect_gte(before, 1)
  torch_set_num_threads(2)
  expect_equal(torch_get_num_threads(), 2)
  torch_set_num_threads(1)
  expect_equal(torch_get_num_threads(), 1)
  expect_gte(torch_get_num_interop_threads(), 1)
  expect_failure_of(torch_set_num_threads(0), "value")
  expect_failure_of(torch_set_num_threads("a"), "type")
  expect_equal(torch_get_num_threads(), 1)
})

test_that("functions and methods draw PyTorch's numbers, positions counted from one", {
  seed <- NULL
  for (case in recorded("random-functions.R")) {
    # one stream for all the calls of a seed: what draws once too often is found by the next call
    if (!identical(seed, case$seed)) {
      seed <- case$seed
      torch_manual_seed(seed)
      g <- torch_generator()
      g$set_current_seed(seed + 100)
      p <- torch_tensor(c(0.1, 0.5, 0.9, 0.25, 0.75))
    }
    expect_recorded(eval(case$call), case$result, sprintf("%s, seed %s", deparse1(case$call), format(seed)))
  }
})

test_that("a generator takes a seed from the system", {
  g <- torch_generator()
  seed <- g$seed()
  expect_identical(g$current_seed(), seed)
  expect_identical(g$initial_seed(), seed)
  expect_false(identical(g$seed(), seed))
  expect_true(g$device == torch_device("cpu"))
  g$manual_seed(3)
  expect_identical(format(g), "torch_generator(seed = 3)")
  expect_failure_of(g$set_current_seed(1.5), "value", "seed")
  expect_failure_of(torch_manual_seed("a"), "value", "seed")
  expect_failure_of(torch_bernoulli(torch_ones(2), generator = 1), "type", "generator")
})

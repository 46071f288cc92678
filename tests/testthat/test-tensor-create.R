test_that("sizes come as numbers or as one vector", {
  for (x in list(torch_zeros(2, 3), torch_zeros(c(2, 3)), torch_zeros(2L, 3L), torch_zeros(list(2, 3)))) {
    expect_identical(as_array(x), matrix(0, 2, 3))
  }
  expect_identical(as_array(torch_ones(3, dtype = torch_int())), c(1L, 1L, 1L))
  expect_identical(torch_empty(4, 0)$shape, c(4L, 0L))
  expect_identical(torch_zeros(integer())$shape, integer())
  expect_failure_of(torch_zeros(-1), "runtime", "negative", "torch_zeros")
  expect_failure_of(torch_zeros(c(2L, NA)), "value", "NA")
})

test_that("random tensors keep to their ranges", {
  uniform <- as_array(torch_rand(1000))
  expect_true(all(uniform >= 0 & uniform < 1))
  expect_gt(length(unique(uniform)), 900)
  normal <- as_array(torch_randn(10000))
  expect_lt(abs(mean(normal)), 0.1)
  expect_lt(abs(stats::sd(normal) - 1), 0.1)
  expect_setequal(as_array(torch_randint(1, 4, 200)), 1:3)
  expect_identical(sort(as_array(torch_randperm(5))), 0:4)
})

test_that("ranges contain both ends, as seq() does", {
  expect_identical(as_array(torch_arange(1, 5)), c(1, 2, 3, 4, 5))
  expect_identical(as_array(torch_arange(1L, 5L)), 1:5)
  expect_identical(as_array(torch_arange(3)), c(1, 2, 3))
  expect_identical(as_array(torch_arange(5L, 1L, -2L)), c(5L, 3L, 1L))
  for (step in c(0.1, 0.25, 0.3, 1)) {
    expect_equal(as_array(torch_arange(0, 2, step, dtype = torch_double())), seq(0, 2, step), info = step)
  }
  expect_equal(as_array(torch_linspace(0, 1, 5)), seq(0, 1, length.out = 5))
  expect_equal(as_array(torch_logspace(0, 2, 3)), c(1, 10, 100))
})

test_that("matrices of one pattern", {
  expect_identical(as_array(torch_eye(3)), diag(3))
  expect_identical(as_array(torch_eye(2, 3)), cbind(diag(2), 0))
  expect_identical(as_array(torch_full(c(2, 2), 7)), matrix(7, 2, 2))
  expect_identical(as_array(torch_full(2, 7L)), c(7L, 7L))
})

test_that("like another tensor", {
  x <- torch_zeros(2, 3, dtype = torch_short())
  expect_identical(as_array(torch_ones_like(x)), matrix(1L, 2, 3))
  expect_true(torch_zeros_like(x)$dtype == torch_short())
  expect_true(torch_zeros_like(x, dtype = torch_double())$dtype == torch_double())
  expect_identical(as_array(torch_full_like(x, 4)), matrix(4L, 2, 3))
  expect_identical(torch_empty_like(x)$shape, c(2L, 3L))
})

test_that("a scalar tensor has no dimensions", {
  x <- torch_scalar_tensor(3, requires_grad = TRUE)
  expect_identical(x$shape, integer())
  expect_true(x$requires_grad)
  expect_true(x$is_leaf)
  expect_identical(x$item(), 3)
})

test_that("creators take dtype, device and requires_grad", {
  for (creator in list(torch_zeros, torch_ones, torch_empty, torch_rand, torch_randn)) {
    x <- creator(2, dtype = torch_double(), device = "cpu", requires_grad = TRUE)
    expect_true(x$dtype == torch_double())
    expect_true(x$requires_grad)
    expect_true(x$is_leaf)
  }
})

test_that("normal numbers have their means, sizes and options", {
  torch_manual_seed(1)
  x <- torch_normal(10, 2, c(50, 40), dtype = torch_double())
  expect_true(x$dtype == torch_double())
  expect_identical(x$shape, c(50L, 40L))
  expect_equal(x$mean()$item(), 10, tolerance = 0.02)
  expect_equal(x$std()$item(), 2, tolerance = 0.05)
  expect_true(torch_normal(0, 1, 3, requires_grad = TRUE)$requires_grad)
  means <- torch_tensor(c(0, 1000))
  expect_equal(as_array(torch_normal(means, 1e-3)), c(0, 1000), tolerance = 1e-4)
  expect_equal(as_array(torch_normal(5, torch_tensor(c(0, 0)))), c(5, 5))
  expect_failure_of(torch_normal(0, 1), "type", "`size` is missing", "torch_normal")
  expect_error(torch_normal(0, 1, 3, nonsense = 4), "unused argument")
})

test_that("what stands in the dots by mistake is refused", {
  eye <- torch_eye(2)
  expect_failure_of(linalg_lstsq(eye, eye, NULL, "gels"), "type", "must be empty.*named: driver", "linalg_lstsq")
  expect_failure_of(linalg_matrix_rank(eye, toll = 1), "type", "must be empty.*atol, rtol, tol", "linalg_matrix_rank")
})

test_that("initial values are PyTorch's, and leave the generator where PyTorch does", {
  cases <- recorded("nn-init.R")
  for (case in cases) {
    arguments <- case[[2]]
    tensor <- torch_empty(unlist(arguments[[1]]))
    torch_manual_seed(7)
    returned <- do.call(case[[1]], c(list(tensor), arguments[-1]))
    label <- paste(case[[1]], deparse1(arguments))
    expect_identical(returned, tensor, label = label)
    expect_identical(difference(tensor, case[[3]]), NULL, label = label)
    expect_identical(difference(torch_rand(1), case[[4]]), NULL, label = paste("the next number after", label))
  }
  initializers <- setdiff(grep("^nn_init_", getNamespaceExports("torchscript"), value = TRUE), "nn_init_calculate_gain")
  expect_setequal(unique(vapply(cases, `[[`, "", 1L)), initializers)
})

test_that("parameters are initialized without recording", {
  w <- torch_zeros(3, 4, requires_grad = TRUE)
  expect_identical(nn_init_kaiming_uniform_(w), w)
  expect_true(w$is_leaf)
  expect_true(w$requires_grad)
  expect_true((w * 2)$requires_grad)
})

test_that("ranges and spreads are those of the formulas", {
  torch_manual_seed(1)
  values <- function(init, ...) as.numeric(as_array(init(torch_empty(400, 100), ...)))
  u <- values(nn_init_xavier_uniform_, gain = 2)
  expect_lte(max(abs(u)), 2 * sqrt(6 / 500))
  expect_equal(sd(u), 2 * sqrt(2 / 500), tolerance = 0.02)
  expect_equal(sd(values(nn_init_kaiming_normal_, nonlinearity = "relu")), sqrt(2 / 100), tolerance = 0.02)
  t <- values(nn_init_trunc_normal_, a = 1, b = 3)
  expect_gte(min(t), 1)
  expect_equal(mean(t), (dnorm(1) - dnorm(3)) / (pnorm(3) - pnorm(1)), tolerance = 0.01)
  q <- nn_init_orthogonal_(torch_empty(4, 6))
  expect_tensor_values(torch_matmul(q, q$t()), diag(4), tolerance = 1e-5)
})

test_that("gains", {
  expect_identical(nn_init_calculate_gain("conv2d"), 1)
  expect_identical(nn_init_calculate_gain("tanh"), 5 / 3)
  expect_identical(nn_init_calculate_gain("leaky_relu", 1), 1)
  expect_equal(nn_init_calculate_gain("leaky_relu"), sqrt(2 / 1.0001))
  expect_failure_of(nn_init_calculate_gain("mish"), "value", "mish", "nn_init_calculate_gain")
  expect_failure_of(nn_init_calculate_gain("leaky_relu", "a"), "type", "param")
})

test_that("what can't be initialized is refused", {
  expect_failure_of(nn_init_uniform_(1), "type", "`tensor` must be a tensor", "nn_init_uniform_")
  expect_failure_of(nn_init_xavier_normal_(torch_ones(3)), "value", "at least 2", "nn_init_xavier_normal_")
  expect_failure_of(nn_init_eye_(torch_ones(3)), "value", "2 dimensions", "nn_init_eye_")
  expect_failure_of(nn_init_dirac_(torch_ones(3, 3)), "value", "3 to 5", "nn_init_dirac_")
  expect_failure_of(nn_init_dirac_(torch_ones(3, 3, 1), 2), "value", "groups", "nn_init_dirac_")
  expect_failure_of(nn_init_orthogonal_(torch_ones(3)), "value", "at least 2", "nn_init_orthogonal_")
  expect_failure_of(nn_init_kaiming_normal_(torch_ones(3, 3), mode = "fan"), "value", "fan_in")
})

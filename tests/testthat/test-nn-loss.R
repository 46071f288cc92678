test_that("losses, and their gradients, are PyTorch's", {
  expect_recorded_modules("^nn_[^a].*_loss$")
})

test_that("every loss has a recorded case, or a test of its own", {
  losses <- grep("^nn_.*_loss$", getNamespaceExports("torchscript"), value = TRUE)
  tested <- unique(vapply(recorded_modules("^nn_.*_loss$"), `[[`, "", 1L))
  expect_setequal(setdiff(losses, c(tested, "nn_adaptive_log_softmax_with_loss")), "nn_aum_loss")
})

test_that("weights are buffers, and move with the module", {
  loss <- nn_bce_with_logits_loss(weight = torch_ones(2), pos_weight = torch_tensor(c(2, 3)))
  expect_named(loss$buffers, c("weight", "pos_weight"))
  expect_length(loss$parameters, 0)
  loss$double()
  x <- torch_zeros(2, dtype = torch_double())
  expect_equal(as.numeric(loss(x, torch_ones(2, dtype = torch_double()))), 2.5 * log(2))
  expect_length(nn_bce_loss()$state_dict(), 0)
  expect_named(nn_nll_loss(weight = torch_ones(2))$state_dict(), "weight")
})

test_that("a loss is part of the module that holds it", {
  model <- nn_sequential(nn_cross_entropy_loss(torch_ones(3)))
  expect_named(model$state_dict(), "0.weight")
  model$eval()
  expect_false(model[[1]]$training)
})

test_that("any function can be the distance", {
  manhattan <- function(x, y) torch_sum(torch_abs(x - y), 2)
  loss <- nn_triplet_margin_with_distance_loss(distance_function = manhattan, margin = 2, reduction = "sum")
  anchor <- torch_tensor(rbind(c(1, 0), c(0, 1)))
  expect_identical(as.numeric(loss(anchor, anchor + 1, anchor - 1.5)), 2)
  scaled <- nn_module(
    initialize = function() self$by <- nn_parameter(torch_ones(1)),
    forward = function(x, y) manhattan(x, y) * self$by
  )
  expect_named(nn_triplet_margin_with_distance_loss(scaled())$parameters, "distance_function.by")
})

test_that("the area under the minimum of the error rates grows by what the definition says", {
  # thresholds between the predictions: FPR, FNR are (0, 1/2), (1/2, 1/2), (1/2, 0) from the largest prediction down
  prediction <- torch_tensor(c(0.1, 0.4, 0.35, 0.8), requires_grad = TRUE)
  label <- torch_tensor(c(0, 0, 1, 1))
  loss <- nn_aum_loss()(prediction, label)
  expect_equal(as.numeric(loss), 0.5 * (0.4 - 0.35), tolerance = 1e-6)
  loss$backward()
  expect_tensor_values(prediction$grad, c(0, 0.5, -0.5, 0))
  # labels of 1 and -1, all in the wrong order
  worst <- torch_tensor(c(3, 2, 1, 0), requires_grad = TRUE)
  loss <- nn_aum_loss()(worst, torch_tensor(c(-1, -1, 1, 1)))
  expect_equal(as.numeric(loss), 0.5 + 1 + 0.5)
  loss$backward()
  expect_tensor_values(worst$grad, c(0.5, 0.5, -0.5, -0.5))
  expect_identical(as.numeric(nn_aum_loss()(torch_tensor(c(1, 2)), torch_tensor(c(0, 1)))), 0)
})

test_that("gradient descent on the area puts positives before negatives", {
  torch_manual_seed(1)
  prediction <- torch_randn(20)$requires_grad_(TRUE)
  label <- torch_tensor(rep(c(0, 1), 10))
  loss <- nn_aum_loss()
  for (step in 1:200) {
    value <- loss(prediction, label)
    gradient <- autograd_grad(value, prediction)[[1]]
    with_no_grad(prediction$sub_(gradient$mul_(0.1)))
  }
  expect_lt(as.numeric(value), 0.05)
})

test_that("bad options are refused when the module is made", {
  expect_failure_of(nn_mse_loss(reduction = "x"), "value", "`reduction` must be \"mean\", \"sum\"", "nn_mse_loss")
  expect_failure_of(nn_mse_loss(reduction = "batchmean"), "value", "reduction")
  expect_failure_of(nn_kl_div_loss(reduction = NULL), "value", "batchmean")
  expect_failure_of(nn_bce_loss(weight = 2), "value", "`weight` must be a tensor or NULL, not the number 2")
  expect_failure_of(nn_bce_with_logits_loss(pos_weight = "a"), "value", "pos_weight")
  expect_failure_of(nn_ctc_loss(blank = 1.5), "value", "`blank` must be a whole number")
  expect_failure_of(nn_ctc_loss(zero_infinity = NA), "value", "`zero_infinity` must be TRUE or FALSE")
  expect_failure_of(nn_triplet_margin_loss(margin = "a"), "value", "`margin` must be a number")
  expect_failure_of(nn_triplet_margin_with_distance_loss(distance_function = 2), "value", "distance_function")
  expect_failure_of(nn_aum_loss()(1, 2), "type", "`input` must be a tensor")
})

test_that("the adaptive softmax begins, answers and learns as PyTorch's does", {
  expect_recorded_modules("^nn_adaptive_log_softmax_with_loss$")
})

made <- function(...) {
  torch_manual_seed(1)
  nn_adaptive_log_softmax_with_loss(8, 12, cutoffs = c(4, 8), div_value = 2, ...)
}

test_that("all probabilities agree with those of the targets, and with the predictions", {
  softmax <- made()
  x <- torch_randn(50, 8) * 5
  all <- softmax$log_prob(x)
  expect_identical(dim(all), c(50L, 12L))
  expect_equal(as_array(torch_sum(torch_exp(all), 2)), rep(1, 50), tolerance = 1e-5)
  classes <- rep(1:12, length.out = 50)
  out <- softmax(x, torch_tensor(classes))
  expect_named(out, c("output", "loss"))
  expect_equal(as_array(out$output), as_array(all)[cbind(1:50, classes)], tolerance = 1e-5)
  expect_equal(as.numeric(out$loss), -mean(as_array(out$output)), tolerance = 1e-5)
  best <- as.integer(as_array(softmax$predict(x)))
  # some in the head, some in each cluster; the head alone decides whether it has the best
  expect_gt(sum(best <= 4), 0)
  expect_gt(sum(best > 8), 0)
  in_clusters <- best > 4
  expect_identical(best[in_clusters], max.col(as_array(all))[in_clusters])
  expect_identical(best[!in_clusters], max.col(as_array(all)[, 1:4])[!in_clusters])
})

test_that("the parameters are named as in PyTorch's files", {
  expect_named(
    made(head_bias = TRUE)$state_dict(),
    c("head.weight", "head.bias", "tail.0.0.weight", "tail.0.1.weight", "tail.1.0.weight", "tail.1.1.weight")
  )
  expect_identical(dim(made()$tail[[2]][[1]]$weight), c(2L, 8L))
})

test_that("bad cutoffs and targets are refused", {
  expect_failure_of(nn_adaptive_log_softmax_with_loss(8, 12, c(8, 4)), "value", "`cutoffs` must be whole numbers that increase")
  expect_failure_of(nn_adaptive_log_softmax_with_loss(8, 12, 12), "value", "at most 11, not 12")
  expect_failure_of(nn_adaptive_log_softmax_with_loss(8, 12, "a"), "value", "`cutoffs` must be whole numbers")
  expect_failure_of(nn_adaptive_log_softmax_with_loss(8, 12, c(2, 4, 6)), "value", "leave none for cluster 2")
  expect_failure_of(nn_adaptive_log_softmax_with_loss(8, 12, 2, div_value = 0), "value", "leave none for cluster 1")
  softmax <- made()
  expect_failure_of(softmax(torch_ones(2, 8), torch_tensor(c(1L, 13L))), "index", "from 1 to 12, not from 1 to 13")
  expect_failure_of(softmax(torch_ones(2, 8), torch_tensor(c(0L, 1L))), "index", "from 0 to 1")
  expect_failure_of(softmax(torch_ones(2, 8), torch_tensor(1:3)), "value", "one class for each row")
})

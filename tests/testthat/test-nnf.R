recorded_cases <- local({
  cases <- NULL
  function() {
    if (is.null(cases)) cases <<- recorded("nnf.R")
    cases
  }
})

# The first tensor is what PyTorch took the gradient of.
call_recorded <- function(case, requires_grad = FALSE) {
  arguments <- alive(case[[2]])
  if (requires_grad) arguments[[1]]$requires_grad_(TRUE)
  torch_manual_seed(7)
  list(result = do.call(case[[1]], arguments), first = arguments[[1]])
}

label_of <- function(case) {
  plain <- case[[2]][!vapply(case[[2]], inherits, NA, "recorded_tensor")]
  sprintf("%s(%s)", case[[1]], paste(names(plain), vapply(plain, deparse1, ""), collapse = ", "))
}

test_that("every function answers as PyTorch does", {
  for (case in recorded_cases()) {
    expected <- case[[3]]
    actual <- call_recorded(case)$result
    differences <- if (is.null(names(actual))) difference(actual, expected) else difference(unname(actual), expected)
    expect_identical(differences, NULL, label = label_of(case))
  }
})

test_that("gradients are PyTorch's", {
  n <- 0
  for (case in recorded_cases()) {
    if (is.null(case[[4]])) next
    answer <- call_recorded(case, requires_grad = TRUE)
    out <- if (is_torch_tensor(answer$result)) answer$result else answer$result[[1]]
    gradient <- autograd_grad(torch_sum(torch_square(out)), answer$first)[[1]]
    expect_identical(difference(gradient, case[[4]]), NULL, label = label_of(case))
    n <- n + 1
  }
  expect_gt(n, 200)
})

test_that("every functional has a recorded case, or a test of its own", {
  by_hand <- c("nnf_contrib_sparsemax", "nnf_area_under_min_fpr_fnr")
  functionals <- grep("^nnf_", getNamespaceExports("torchscript"), value = TRUE)
  expect_length(functionals, 106)
  recorded <- unique(vapply(recorded_cases(), `[[`, "", 1L))
  expect_setequal(setdiff(functionals, recorded), by_hand)
})

test_that("in place means the very same tensor", {
  x <- torch_tensor(c(-1, 2))
  expect_identical(nnf_relu(x, inplace = TRUE), x)
  expect_identical(as_array(x), c(0, 2))
  expect_identical(nnf_selu_(x), x)
  expect_identical(nnf_dropout(x, 1, inplace = TRUE), x)
  expect_identical(as_array(x), c(0, 0))
})

test_that("batch norm keeps the running averages", {
  mean <- torch_zeros(2)
  var <- torch_ones(2)
  x <- torch_tensor(rbind(c(1, 2), c(3, 6)))
  nnf_batch_norm(x, mean, var, training = TRUE, momentum = 0.5)
  expect_tensor_values(mean, c(1, 2))
  expect_tensor_values(var, c(1.5, 4.5))
})

test_that("sparsemax projects onto the probabilities", {
  x <- c(0.5, 1, -2, 0.75)
  # the two or three that stay sum to one after the same shift
  expect_tensor_values(nnf_contrib_sparsemax(torch_tensor(x)), pmax(x - (0.5 + 1 + 0.75 - 1) / 3, 0))
  m <- torch_tensor(rbind(c(3, 1), c(0.1, 0.2)))
  expect_tensor_values(nnf_contrib_sparsemax(m, dim = 2), rbind(c(1, 0), c(0.45, 0.55)))
  expect_tensor_values(nnf_contrib_sparsemax(m$t(), dim = 1), t(rbind(c(1, 0), c(0.45, 0.55))))
  y <- torch_tensor(x, requires_grad = TRUE)
  weights <- torch_tensor(c(1, 2, 3, 4))
  gradient <- autograd_grad(torch_sum(nnf_contrib_sparsemax(y) * weights), y)[[1]]
  # within the support: the weights less their mean
  expect_tensor_values(gradient, c(1, 2, 0, 4) - c(7 / 3, 7 / 3, 0, 7 / 3))
})

test_that("the area under the minimum of the error rates is that of the definition", {
  by_definition <- function(prediction, positive) {
    thresholds <- sort(unique(-prediction))
    between <- (utils::head(thresholds, -1) + thresholds[-1]) / 2
    rates <- vapply(between, function(t) {
      called <- prediction > -t
      min(mean(called[!positive]), mean(!called[positive]))
    }, 0)
    sum(rates * diff(thresholds))
  }
  prediction <- c(0.1, 0.4, 0.35, 0.8, 0.35, -1)
  positive <- c(FALSE, FALSE, TRUE, TRUE, FALSE, TRUE)
  loss <- nnf_area_under_min_fpr_fnr(double_tensor(prediction), torch_tensor(as.numeric(positive)))
  expect_equal(loss$item(), by_definition(prediction, positive))
  expect_equal(nnf_area_under_min_fpr_fnr(torch_tensor(c(1, 2)), torch_tensor(c(0, 1)))$item(), 0)
})

test_that("functionals are traced", {
  f <- jit_trace(function(x) nnf_softmax(nnf_relu(nnf_linear(x, torch_eye(3))), 2), torch_ones(2, 3))
  x <- torch_randn(2, 3)
  expect_same_tensor(f(x), nnf_softmax(nnf_relu(x), 2))
})

test_that("bad input is named", {
  x <- torch_ones(2, 3)
  expect_failure_of(nnf_relu("a"), "type", "`input` must be a tensor", "nnf_relu")
  expect_failure_of(nnf_relu(), "type", "`input` is missing", "nnf_relu")
  expect_failure_of(nnf_mse_loss(x, x, "average"), "value", "reduction", "nnf_mse_loss")
  expect_failure_of(nnf_mse_loss(x, 1), "type", "target", "nnf_mse_loss")
  expect_failure_of(nnf_softmax(x), "type", "dim", "nnf_softmax")
  expect_failure_of(nnf_softmax(x, 0), "index", "must not be 0", "nnf_softmax")
  expect_failure_of(nnf_dropout(x, 2), "value", "between 0 and 1", "nnf_dropout")
  expect_failure_of(nnf_pad(x, c(1, 1), "mirror"), "value", "reflect", "nnf_pad")
  expect_failure_of(nnf_interpolate(x, mode = "area"), "value", "scale_factor", "nnf_interpolate")
  expect_failure_of(nnf_interpolate(torch_ones(1, 1, 4), 2, mode = "bicubic"), "value", "bicubic")
  expect_failure_of(nnf_local_response_norm(x, 2), "value", "three dimensions", "nnf_local_response_norm")
  expect_failure_of(nnf_fractional_max_pool2d(torch_ones(1, 4, 4), 2), "value", "output_ratio")
  expect_failure_of(nnf_embedding(torch_tensor(5L), x), "index", call = "nnf_embedding")
  expect_failure_of(nnf_embedding_bag(torch_tensor(1L), x), "value", "offsets", "nnf_embedding_bag")
  expect_failure_of(nnf_embedding_bag(torch_tensor(1L), x, mode = "median"), "value", "mode")
  pooled <- nnf_max_pool1d(torch_ones(1, 1, 6), 2, return_indices = TRUE)
  expect_failure_of(nnf_max_unpool1d(pooled[[1]], pooled[[2]], 2, output_size = 9), "value", "from 5 to 7")
  attend <- function(features, ...) {
    q <- torch_ones(2, 1, 4)
    nnf_multi_head_attention_forward(
      q, q, q, features, 2, torch_ones(12, 4), NULL, NULL, NULL, FALSE, 0, torch_eye(4), NULL, ...
    )
  }
  expect_failure_of(attend(6), "value", "features")
  expect_failure_of(attend(4, attn_mask = torch_ones(3, 3)), "value", "attn_mask")
})

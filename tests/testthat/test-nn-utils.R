linear_module <- function(weight) {
  nn_module(
    initialize = function() self$weight <- nn_parameter(weight),
    forward = function(x) nnf_linear(x, self$weight)
  )()
}

recorded_utilities <- function(kind) {
  cases <- Filter(function(case) case[[1]] == kind, recorded("nn-utils.R"))
  lapply(cases, function(case) list(given = alive(case[[2]]), expected = case[[3]]))
}

test_that("packed sequences are PyTorch's", {
  for (case in recorded_utilities("packed")) {
    packed <- do.call(nn_utils_rnn_pack_padded_sequence, case$given)
    back <- nn_utils_rnn_pad_packed_sequence(packed, case$given$batch_first, padding_value = -1, total_length = 6)
    answer <- c(unname(unclass(packed)), back)
    expect_null(unlist(Map(difference, Filter(length, answer), Filter(Negate(is.null), case$expected))))
    expect_identical(vapply(answer, is.null, NA), vapply(case$expected, is.null, NA))
  }
})

test_that("clipped gradients are PyTorch's", {
  for (case in recorded_utilities("clipped")) {
    parameters <- lapply(case$given$gradients, function(gradient) {
      parameter <- torch_zeros_like(gradient)$requires_grad_(TRUE)
      parameter$grad <- gradient$clone()
      parameter
    })
    norm <- nn_utils_clip_grad_norm_(parameters, case$given$max_norm, case$given$norm_type)
    answer <- c(list(norm), lapply(parameters, function(parameter) parameter$grad))
    expect_null(unlist(Map(difference, answer, case$expected)))
  }
})

test_that("normalized weights and their gradients are PyTorch's", {
  for (case in recorded_utilities("normalized")) {
    given <- case$given
    layer <- linear_module(given$weight)
    norm <- nn_utils_weight_norm$new("weight", dim = given$dim)
    norm$apply(layer)
    with_no_grad(layer$weight_g$mul_(2))
    norm$recompute(layer)
    torch_sum(torch_square(nnf_conv1d(given$input, layer$weight, given$bias)))$backward()
    answer <- list(layer$weight_g, layer$weight, layer$weight_g$grad, layer$weight_v$grad)
    expect_null(unlist(Map(function(x, y) difference(x$detach(), y), answer, case$expected)))
  }
})

two_gradients <- function() {
  x <- torch_tensor(c(3, 0), requires_grad = TRUE)
  y <- torch_tensor(4, requires_grad = TRUE)
  unused <- torch_tensor(1, requires_grad = TRUE)
  (torch_sum(x * x) / 2 + torch_sum(y * y) / 2)$backward()
  list(x = x, y = y, unused = unused)
}

test_that("gradients are scaled to the largest norm allowed", {
  p <- two_gradients()
  norm <- nn_utils_clip_grad_norm_(p, 1)
  expect_equal(norm$item(), 5)
  expect_tensor_values(p$x$grad, c(0.6, 0))
  expect_tensor_values(p$y$grad, 0.8)
  p <- two_gradients()
  expect_equal(nn_utils_clip_grad_norm_(p, 10)$item(), 5)
  expect_tensor_values(p$x$grad, c(3, 0))
  expect_equal(nn_utils_clip_grad_norm_(p, 2, norm_type = Inf)$item(), 4)
  expect_tensor_values(p$x$grad, c(1.5, 0))
  p <- two_gradients()
  expect_equal(nn_utils_clip_grad_norm_(p$x, 1, norm_type = 1)$item(), 3)
  expect_tensor_values(p$x$grad, c(1, 0))
  expect_equal(nn_utils_clip_grad_norm_(list(p$unused), 1)$item(), 0)
  expect_failure_of(nn_utils_clip_grad_norm_(list(1), 1), "type", "parameters\\[\\[1\\]\\]", "nn_utils_clip_grad_norm_")
})

test_that("gradients are cut off", {
  p <- two_gradients()
  expect_null(nn_utils_clip_grad_value_(p, 3.5))
  expect_tensor_values(p$x$grad, c(3, 0))
  expect_tensor_values(p$y$grad, 3.5)
})

test_that("sequences are packed and padded as PyTorch does", {
  # torch.nn.utils.rnn.pack_padded_sequence(torch.tensor([[1, 2, 0], [3, 0, 0], [4, 5, 6]]), [2, 1, 3],
  #   batch_first = True, enforce_sorted = False)
  padded <- torch_tensor(rbind(c(1, 2, 0), c(3, 0, 0), c(4, 5, 6)))
  packed <- nn_utils_rnn_pack_padded_sequence(padded, c(2, 1, 3), batch_first = TRUE, enforce_sorted = FALSE)
  expect_s3_class(packed, "packed_sequence")
  expect_tensor_values(packed$data, c(4, 1, 3, 5, 2, 6))
  expect_identical(as.integer(as_array(packed$batch_sizes)), c(3L, 2L, 1L))
  expect_identical(as.integer(as_array(packed$sorted_indices)), c(3L, 1L, 2L))
  expect_identical(as.integer(as_array(packed$unsorted_indices)), c(2L, 3L, 1L))
  expect_match(format(packed), "6 elements of 3 sequences, the longest of 3")

  back <- nn_utils_rnn_pad_packed_sequence(packed, batch_first = TRUE)
  expect_tensor_values(back[[1]], as_array(padded))
  expect_identical(as.integer(as_array(back[[2]])), c(2L, 1L, 3L))
  longer <- nn_utils_rnn_pad_packed_sequence(packed, padding_value = -1, total_length = 4)
  expect_tensor_values(longer[[1]], cbind(c(1, 2, -1, -1), c(3, -1, -1, -1), c(4, 5, 6, -1)))
})

test_that("lists of sequences", {
  sequences <- list(torch_tensor(matrix(1:6, 3)), torch_tensor(matrix(7:8, 1)))
  padded <- nn_utils_rnn_pad_sequence(sequences)
  expect_identical(padded$shape, c(3L, 2L, 2L))
  expect_identical(nn_utils_rnn_pad_sequence(sequences, TRUE, 9)$shape, c(2L, 3L, 2L))
  shorter <- nn_utils_rnn_pad_sequence(sequences, TRUE, 9)$select(1, 2)
  expect_identical(as.integer(as_array(shorter)), c(7L, 9L, 9L, 8L, 9L, 9L))
  packed <- nn_utils_rnn_pack_sequence(sequences)
  expect_null(packed$sorted_indices)
  expect_identical(as.integer(as_array(packed$data)), c(1L, 7L, 2L, 3L, 4L, 8L, 5L, 6L))
  back <- nn_utils_rnn_pad_packed_sequence(packed)
  expect_same_tensor(back[[1]], padded)
  sorted_back <- nn_utils_rnn_pad_packed_sequence(nn_utils_rnn_pack_sequence(rev(sequences), enforce_sorted = FALSE))
  expect_same_tensor(sorted_back[[1]], padded$flip(2))
  expect_failure_of(nn_utils_rnn_pack_sequence(rev(sequences)), "runtime", "sorted|decreasing")
  expect_failure_of(nn_utils_rnn_pad_packed_sequence(padded), "type", "packed sequence")
  expect_failure_of(nn_utils_rnn_pad_packed_sequence(packed, total_length = 2), "value", "at least 3")
})

test_that("weights are divided into magnitude and direction", {
  m <- rbind(c(3, 4), c(6, 8), c(0, 2))
  layer <- linear_module(torch_tensor(m))
  norm <- nn_utils_weight_norm$new("weight", dim = 1)
  expect_identical(norm$apply(layer), layer)
  expect_setequal(names(layer$parameters), c("weight_g", "weight_v"))
  expect_tensor_values(layer$weight_g, cbind(c(5, 10, 2)))
  expect_tensor_values(layer$weight, m)
  with_no_grad(layer$weight_g$mul_(2))
  norm$recompute(layer)
  expect_tensor_values(layer(torch_eye(2))$t(), 2 * m)
  torch_sum(layer(torch_ones(1, 2)))$backward()
  # the output is g * v / |v|, summed: its derivative by g is the sum of the unit vector
  expect_tensor_values(layer$weight_g$grad, cbind(c(7 / 5, 7 / 5, 1)))
  norm$remove(layer)
  expect_identical(names(layer$parameters), "weight")
  expect_tensor_values(layer$weight, 2 * m)
  expect_null(layer$weight_g)
})

test_that("one magnitude for all, and what is no parameter", {
  m <- rbind(c(1, 2), c(2, 4))
  layer <- linear_module(torch_tensor(m))
  norm <- nn_utils_weight_norm$new("weight")
  norm$apply(layer)
  expect_equal(layer$weight_g$item(), 5)
  expect_tensor_values(layer$weight, m)
  expect_failure_of(nn_utils_weight_norm$new("bias")$apply(layer), "value", "`bias`")
  expect_failure_of(norm$compute_weight(layer, "bias"), "value", "`bias_g`")
})

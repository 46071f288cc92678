test_that("recurrent layers begin, answer and learn as PyTorch's do", {
  expect_recorded_modules("^nn_(rnn|lstm|gru)$")
})

test_that("packed sequences give what PyTorch's give", {
  expect_recorded_modules("_packed$")
})

test_that("a packed sequence gives what its sequences give alone", {
  torch_manual_seed(1)
  for (layer in list(nn_rnn(2, 3), nn_lstm(2, 3, bidirectional = TRUE), nn_gru(2, 3, num_layers = 2))) {
    sequences <- list(torch_randn(2, 2), torch_randn(4, 2))
    out <- layer(nn_utils_rnn_pack_sequence(sequences, enforce_sorted = FALSE))
    expect_s3_class(out[[1]], "packed_sequence")
    padded <- nn_utils_rnn_pad_packed_sequence(out[[1]])[[1]]
    for (i in 1:2) {
      alone <- layer(sequences[[i]])
      n <- dim(sequences[[i]])[[1]]
      expect_equal(as_array(padded[1:n, i, ]), as_array(alone[[1]]), tolerance = 1e-6)
      states <- if (is.list(out[[2]])) out[[2]] else list(out[[2]])
      alone <- if (is.list(alone[[2]])) alone[[2]] else alone[2]
      for (k in seq_along(states)) {
        expect_equal(as_array(states[[k]][, i, ]), as_array(alone[[k]]), tolerance = 1e-6)
      }
    }
  }
})

test_that("batch_first moves the batch, and the state goes on from call to call", {
  torch_manual_seed(2)
  time_first <- nn_lstm(2, 3)
  batch_first <- nn_lstm(2, 3, batch_first = TRUE)
  batch_first$load_state_dict(time_first$state_dict())
  x <- torch_randn(6, 4, 2)
  whole <- time_first(x)
  expect_equal(as_array(batch_first(x$transpose(1, 2))[[1]]$transpose(1, 2)), as_array(whole[[1]]), tolerance = 1e-6)
  first <- time_first(x[1:3, , ])
  second <- time_first(x[4:6, , ], first[[2]])
  expect_equal(as_array(second[[1]]), as_array(whole[[1]][4:6, , ]), tolerance = 1e-6)
  expect_equal(as_array(second[[2]][[2]]), as_array(whole[[2]][[2]]), tolerance = 1e-6)
})

test_that("dropout acts between layers, in training only", {
  layer <- nn_gru(2, 3, num_layers = 2, dropout = 0.5)
  x <- torch_randn(4, 1, 2)
  torch_manual_seed(3)
  one <- as_array(layer(x)[[1]])
  two <- as_array(layer(x)[[1]])
  torch_manual_seed(3)
  expect_identical(as_array(layer(x)[[1]]), one)
  expect_false(identical(one, two))
  layer$eval()
  expect_identical(as_array(layer(x)[[1]]), as_array(layer(x)[[1]]))
  expect_warning(nn_gru(2, 3, dropout = 0.5), class = "torchscript_warning")
})

test_that("weights that are moved, replaced or copied are the ones that are used", {
  layer <- nn_rnn(2, 3)
  x <- torch_randn(4, 1, 2)
  before <- as_array(layer(x)[[1]])
  copy <- clone_module(layer, deep = TRUE)
  layer$weight_ih_l0 <- nn_parameter(torch_zeros(3, 2))
  layer$bias_ih_l0 <- nn_parameter(torch_zeros(3))
  with_no_grad(layer$bias_hh_l0$zero_())
  expect_identical(as_array(layer(x)[[1]]), array(0, c(4, 1, 3)))
  expect_identical(as_array(copy(x)[[1]]), before)
  copy$double()
  expect_equal(as_array(copy(x$double())[[1]]), before, tolerance = 1e-6)
})

test_that("a traced layer takes batches of every size", {
  for (layer in list(nn_lstm(2, 3, batch_first = TRUE), nn_gru(2, 3, batch_first = TRUE, bidirectional = TRUE))) {
    traced <- jit_trace(function(x) layer(x)[[1]], torch_randn(1, 4, 2))
    x <- torch_randn(5, 6, 2)
    expect_equal(as_array(traced(x)), as_array(layer(x)[[1]]), tolerance = 1e-6)
  }
})

test_that("bad sizes and options are refused when the layer is made", {
  expect_failure_of(nn_lstm(3, 0), "value", "`hidden_size` must be a whole number from 1 up, not", "nn_lstm")
  expect_failure_of(nn_lstm(2.5, 2), "value", "`input_size` must be a whole number")
  expect_failure_of(nn_gru(3, 2, num_layers = -1), "value", "num_layers")
  expect_failure_of(nn_rnn(3, 2, nonlinearity = "x"), "value", "`nonlinearity` must be \"tanh\" or \"relu\"")
  expect_failure_of(nn_rnn(3, 2, proj_size = 1), "type", "no argument `proj_size`")
  expect_failure_of(nn_lstm(3, 2, proj_size = 2), "value", "`proj_size` must be a whole number smaller than `hidden_size`, 2")
  expect_failure_of(nn_lstm(3, 2, projection = 2), "type", "no argument `projection`")
  expect_failure_of(nn_gru(3, 2, bias = "yes"), "value", "`bias` must be TRUE or FALSE")
  expect_failure_of(nn_gru(3, 2, dropout = 2), "value", "`dropout` must be a number from 0 to 1")
  expect_failure_of(nn_gru(3, 2, dropout = "a"), "value", "`dropout` must be a number")
})

test_that("inputs and states of other sizes are refused", {
  layer <- nn_lstm(3, 2)
  expect_failure_of(layer(torch_ones(5, 1, 4)), "value", "`input` must have 2 or 3 dimensions, the last of them of size 3")
  expect_failure_of(layer(torch_ones(3)), "value", "not the shape \\(3\\)")
  expect_failure_of(layer(3), "type", "`input` must be a tensor")
  x <- torch_ones(5, 1, 3)
  expect_failure_of(layer(x, torch_ones(1, 1, 2)), "type", "`hx` must be a list of two tensors")
  expect_failure_of(layer(x, list(torch_ones(1, 1, 2), torch_ones(1, 1, 3))), "value", "hx\\[\\[2\\]\\].*\\(1, 1, 2\\)")
  expect_failure_of(nn_gru(3, 2)(x, torch_ones(1, 2, 2)), "value", "`hx` must have the shape \\(1, 1, 2\\), not \\(1, 2, 2\\)")
  packed <- nn_utils_rnn_pack_sequence(list(torch_ones(2, 4)))
  expect_failure_of(layer(packed), "value", "`input` must have 2 dimensions")
})

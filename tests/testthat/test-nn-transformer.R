test_that("an encoder layer begins, answers and learns as PyTorch's does", {
  expect_recorded_modules("^nn_transformer_encoder_layer$")
})

test_that("an encoder calls copies of the layer that share nothing", {
  torch_manual_seed(1)
  layer <- nn_transformer_encoder_layer(4, 2, 6, dropout = 0)
  encoder <- nn_transformer_encoder(layer, 2, norm = nn_layer_norm(4))
  x <- torch_randn(3, 2, 4)
  expected <- encoder$norm(layer(layer(x)))
  expect_equal(as_array(encoder(x)), as_array(expected), tolerance = 1e-6)
  names <- names(encoder$state_dict())
  expect_identical(utils::tail(names, 2), c("norm.weight", "norm.bias"))
  expect_identical(utils::head(names, 1), "layers.0.self_attn.in_proj_weight")
  expect_length(names, 2 * length(layer$state_dict()) + 2)
  with_no_grad(layer$linear1$weight$zero_())
  expect_equal(as_array(encoder(x)), as_array(expected), tolerance = 1e-6)
  encoder(x)$sum()$backward()
  expect_null(layer$linear1$weight$grad)
  first <- encoder$layers[[1]]$linear1$weight
  expect_false(identical(as_array(first$grad), as_array(encoder$layers[[2]]$linear1$weight$grad)))
})

test_that("a causal mask keeps what comes later out", {
  encoder <- nn_transformer_encoder(nn_transformer_encoder_layer(4, 2, 6, batch_first = TRUE), 2)$eval()
  mask <- torch_triu(torch_ones(3, 3), 1)$to(dtype = torch_bool())
  x <- torch_randn(1, 3, 4)
  y <- x$clone()
  with_no_grad(y[1, 3, ] <- 0)
  expect_equal(as_array(encoder(x, mask)[1, 1:2, ]), as_array(encoder(y, mask)[1, 1:2, ]), tolerance = 1e-6)
  padding <- torch_tensor(matrix(c(FALSE, FALSE, TRUE), 1))
  masked <- encoder(x, src_key_padding_mask = padding)
  expect_equal(as_array(masked[1, 1:2, ]), as_array(encoder(x[, 1:2, ])[1, , ]), tolerance = 1e-5)
})

test_that("a traced encoder takes batches and sequences of every size", {
  encoder <- nn_transformer_encoder(nn_transformer_encoder_layer(4, 2, 6, batch_first = TRUE), 2)$eval()
  traced <- jit_trace(function(x) encoder(x), torch_randn(1, 3, 4))
  for (x in list(torch_randn(1, 3, 4), torch_randn(5, 2, 4))) {
    expect_equal(as_array(traced(x)), as_array(encoder(x)), tolerance = 1e-6)
  }
})

test_that("any function, and any module, can be the activation", {
  torch_manual_seed(1)
  x <- torch_randn(3, 1, 4)
  layer <- nn_transformer_encoder_layer(4, 2, 6, dropout = 0, activation = torch_tanh)
  torch_manual_seed(1)
  torch_randn(3, 1, 4)
  default <- nn_transformer_encoder_layer(4, 2, 6, dropout = 0)
  expect_false(isTRUE(all.equal(as_array(layer(x)), as_array(default(x)))))
  times <- local({
    by <- 0
    function(x) x * by
  })
  silenced <- nn_transformer_encoder_layer(4, 2, 6, dropout = 0, activation = times)
  expect_equal(as_array(nn_transformer_encoder(silenced, 1)(x)), as_array(silenced(x)), tolerance = 1e-6)
  scale <- nn_module(initialize = function() self$by <- nn_parameter(torch_ones(1)), forward = function(x) x * self$by)
  trained <- nn_transformer_encoder(nn_transformer_encoder_layer(4, 2, 6, activation = scale()), 2)
  expect_true(all(c("layers.0.activation.by", "layers.1.activation.by") %in% names(trained$parameters)))
})

test_that("bad options are refused when the module is made", {
  expect_failure_of(nn_transformer_encoder_layer(5, 2), "value", "multiple of `num_heads`")
  expect_failure_of(nn_transformer_encoder_layer(4, 2, activation = "tan"), "value", "`activation` must be \"relu\" or")
  expect_failure_of(nn_transformer_encoder_layer(4, 2, 0), "value", "`dim_feedforward` must be a whole")
  expect_failure_of(nn_transformer_encoder(nn_transformer_encoder_layer, 2), "type", "A module is needed")
  expect_failure_of(nn_transformer_encoder(nn_transformer_encoder_layer(4, 2), 0), "value", "`num_layers` must be")
})

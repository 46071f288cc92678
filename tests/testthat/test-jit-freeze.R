small_net <- function() {
  nn_sequential(nn_linear(6, 5), nn_batch_norm1d(5), nn_relu(), nn_dropout(0.5), nn_linear(5, 3))
}
traced_eval <- function(net, x) {
  traced <- jit_trace(net, x)
  traced$eval()
  traced
}

test_that("a frozen module computes the same without attributes, branches and dropout", {
  torch_manual_seed(1)
  x <- torch_randn(4, 6)
  traced <- traced_eval(small_net(), x)
  before <- traced$state_dict()
  frozen <- jit_freeze(traced)
  expect_s3_class(frozen, "script_module")
  expect_equal(as_array(frozen(x)), as_array(traced(x)), tolerance = 1e-6)
  expect_length(frozen$parameters, 0)
  expect_no_match(frozen$graph, "GetAttr|dropout|prim::If|CallMethod")
  expect_match(frozen$graph, "aten::linear")
  # the batch normalisation became part of the layer before it
  expect_no_match(frozen$graph, "batch_norm")
  expect_match(jit_freeze(traced, optimize_numerics = FALSE)$graph, "batch_norm")
  # the old one is what it was
  expect_identical(names(traced$state_dict()), names(before))
  expect_match(traced$graph, "prim::If")
  # its constants do not follow the old one's parameters
  answer <- as_array(frozen(x))
  with_no_grad(traced$parameters[[1]]$zero_())
  expect_identical(as_array(frozen(x)), answer)
})

test_that("frozen modules are saved and loaded, in R and in PyTorch", {
  x <- torch_ones(2, 6)
  frozen <- jit_freeze(traced_eval(small_net(), x))
  path <- withr::local_tempfile(fileext = ".pt")
  jit_save(frozen, path)
  expect_identical(as_array(jit_load(path)(x)), as_array(frozen(x)))
  expect_identical(as_array(unserialize(serialize(frozen, NULL))(x)), as_array(frozen(x)))
  skip_without_python()
  output <- run_python(c("m = torch.jit.load(args[0])", "show(m(torch.ones(2, 6)))", "print(len(list(m.parameters())))"), path)
  expect_shown(output[[1]], frozen(x))
  expect_identical(output[[2]], "0")
})

test_that("methods and attributes that are named stay", {
  scale <- nn_module(
    initialize = function() {
      self$by <- nn_parameter(torch_tensor(2))
      self$version <- 3L
    },
    forward = function(x) x * self$by,
    invert = function(x) x / self$by
  )
  traced <- jit_trace_module(scale(), forward = torch_ones(2), invert = torch_ones(2))
  traced$eval()
  expect_failure_of(jit_freeze(traced)$invert(torch_ones(1)), "type", "no member `invert`")
  frozen <- jit_freeze(traced, preserved_attrs = c("invert", "version"))
  expect_identical(as_array(frozen$invert(torch_tensor(c(2, 4)))), c(1, 2))
  expect_identical(frozen$version, 3L)
  expect_failure_of(jit_freeze(traced, "nothing"), "type", "no attribute or method `nothing`", "jit_freeze")
  expect_failure_of(jit_freeze(traced, 1), "type", "`preserved_attrs` must be a character vector")
  expect_failure_of(jit_freeze(traced, optimize_numerics = NA), "type", "`optimize_numerics` must be TRUE or FALSE")
})

test_that("what can't be frozen is refused in words", {
  traced <- jit_trace(small_net(), torch_randn(2, 6))
  error <- expect_failure_of(jit_freeze(traced$train()), "value", "train mode", "jit_freeze")
  expect_match(conditionMessage(error), "mod$eval()", fixed = TRUE)
  error <- expect_failure_of(jit_freeze(small_net()), "type", "`mod` must be a TorchScript module", "jit_freeze")
  expect_match(conditionMessage(error), "jit_trace")
  expect_failure_of(jit_freeze(jit_trace(function(x) x, torch_ones(1))), "type", "`mod` must be a TorchScript module")
  expect_failure_of(jit_freeze(1), "type", "not the number 1")
  traced$eval()
  expect_failure_of(jit_freeze(traced$children[[1]]), "type", "no method `forward`")
})

test_that("modules are optimised for inference, and neither they nor frozen ones change", {
  torch_manual_seed(2)
  net <- nn_sequential(nn_conv2d(1, 4, 3), nn_batch_norm2d(4), nn_relu(), nn_flatten(), nn_linear(64, 2))
  x <- torch_randn(3, 1, 6, 6)
  traced <- traced_eval(net, x)
  frozen <- jit_freeze(traced)
  graphs <- c(traced$graph, frozen$graph)
  for (module in list(traced, frozen)) {
    optimized <- jit_optimize_for_inference(module)
    expect_equal(as_array(optimized(x)), as_array(traced(x)), tolerance = 1e-5)
    expect_no_match(optimized$graph, "aten::batch_norm")
  }
  expect_identical(c(traced$graph, frozen$graph), graphs)
  # PyTorch would write a file that nobody can read
  expect_failure_of(jit_serialize(optimized), "value", "can't be saved", "jit_serialize")
  expect_failure_of(jit_optimize_for_inference(traced, "other"), "type", "no method `other`", "jit_optimize_for_inference")
  expect_failure_of(jit_optimize_for_inference(net), "type", "`mod` must be a TorchScript module")
})

test_that("other methods are optimised as well", {
  both <- nn_module(
    initialize = function() self$layer <- nn_linear(3, 2),
    forward = function(x) self$layer(x),
    twice = function(x) self$layer(x) * 2
  )
  traced <- jit_trace_module(both(), forward = torch_ones(1, 3), twice = torch_ones(1, 3))
  traced$eval()
  optimized <- jit_optimize_for_inference(traced, other_methods = "twice")
  x <- torch_randn(2, 3)
  expect_equal(as_array(optimized$twice(x)), 2 * as_array(traced(x)), tolerance = 1e-6)
})

test_that("quantised layers hold PyTorch's whole numbers and scale", {
  layer <- nn_linear(4, 3)
  weight <- matrix(c(-1.27, 0.5, 0.3, 1, 0.2, -0.4, 0.01, 0.02, -0.03, 0.9, 0, 0.7), 3)
  with_no_grad(layer$weight$copy_(torch_tensor(weight)))
  expect_message(quantized <- jit_quantize_dynamic(traced_eval(layer, torch_randn(2, 4))), "Quantised 1 linear layer to")
  expect_match(quantized$graph, "quantized::linear_dynamic")
  expect_no_match(quantized$graph, "aten::linear")
  packed <- quantized$packed_params_1
  kept <- jit_ops$quantized$linear_unpack(packed)
  scale <- 1.27 / 127.5
  expect_equal(jit_ops$aten$q_scale(kept[[1]]), scale, tolerance = 1e-6)
  # closed form: whole numbers of the scale, round half to even
  expect_equal(as_array(jit_ops$aten$int_repr(kept[[1]])$to(dtype = torch_double())), pmax(round(weight / scale), -128))
  expect_equal(as_array(kept[[2]]), as_array(layer$bias))
})

test_that("quantised modules are saved, and PyTorch's own quantisation gives the same", {
  torch_manual_seed(3)
  x <- torch_randn(5, 6)
  net <- small_net()
  net$train()
  net(torch_randn(20, 6))
  net$eval()
  traced <- traced_eval(net, x)
  expect_message(quantized <- jit_quantize_dynamic(traced), "2 linear layers")
  expect_output(print(quantized), "quantised: 2 linear layers")
  expect_identical(length(traced$parameters), 6L)
  expect_equal(as_array(quantized(x)), as_array(net(x)), tolerance = 0.05)
  path <- withr::local_tempfile(fileext = ".pt")
  jit_save(quantized, path)
  expect_identical(as_array(jit_load(path)(x)), as_array(quantized(x)))
  expect_identical(as_array(unserialize(serialize(quantized, NULL))(x)), as_array(quantized(x)))
  skip_without_python()
  weights <- withr::local_tempfile(fileext = ".pt")
  plain_net <- nn_sequential(nn_linear(6, 5), nn_relu(), nn_linear(5, 3))
  plain_net$eval()
  plain <- traced_eval(plain_net, x)
  jit_save(plain, weights)
  expect_message(jit_save(jit_quantize_dynamic(plain), path))
  output <- run_python(c(
    "x = torch.linspace(-2, 2, 30).reshape(5, 6)", "ours = torch.jit.load(args[0])",
    "state = torch.jit.load(args[1]).state_dict()",
    "net = torch.nn.Sequential(torch.nn.Linear(6, 5), torch.nn.ReLU(), torch.nn.Linear(5, 3)).eval()",
    "for mine, value in zip(net.parameters(), state.values()): mine.data.copy_(value)",
    "theirs = torch.ao.quantization.quantize_dynamic(net, {torch.nn.Linear}, dtype=torch.qint8)",
    "show(ours(x) - theirs(x))", "show(ours(x))", "print(type(ours.packed_params_1).__name__, ours.original_name)"
  ), c(path, weights))
  # the kernels are the same ones
  expect_equal(shown(output[[1]]), rep(0, 15), tolerance = 1e-6)
  expect_true(any(shown(output[[2]]) != 0))
})

test_that("weights can become half as long as well", {
  traced <- traced_eval(small_net(), torch_randn(2, 6))
  expect_message(quantized <- jit_quantize_dynamic(traced, torch_float16()), "Quantised 2 linear layers to")
  expect_match(quantized$graph, "linear_dynamic_fp16")
  x <- torch_randn(3, 6)
  expect_equal(as_array(quantized(x)), as_array(traced(x)), tolerance = 1e-2)
})

test_that("a linear layer that was written as a product is found", {
  f <- nn_module(
    initialize = function() {
      self$weight <- nn_parameter(torch_randn(3, 4))
      self$bias <- nn_parameter(torch_randn(3))
    },
    forward = function(x) torch_addmm(self$bias, x, self$weight$t())
  )
  x <- torch_randn(2, 4)
  traced <- traced_eval(f(), x)
  expect_message(quantized <- jit_quantize_dynamic(traced), "1 linear layer")
  expect_no_match(quantized$graph, "addmm")
  expect_equal(as_array(quantized(x)), as_array(traced(x)), tolerance = 0.05)
})

test_that("what can't be quantised is refused in words", {
  conv <- traced_eval(nn_conv2d(1, 2, 3), torch_randn(1, 1, 5, 5))
  expect_failure_of(jit_quantize_dynamic(conv), "value", "no linear layer", "jit_quantize_dynamic")
  net <- traced_eval(small_net(), torch_randn(2, 6))
  expect_failure_of(jit_quantize_dynamic(net, torch_int()), "value", "`dtype` must be torch_qint8")
  expect_failure_of(jit_quantize_dynamic(net, "qint8"), "value", "not the string")
  expect_failure_of(jit_quantize_dynamic(net$train()), "value", "train mode")
})

test_that("the fusion strategy is set, and the previous one comes back", {
  first <- jit_set_fusion_strategy(c(STATIC = 1, DYNAMIC = 3))
  withr::defer(jit_set_fusion_strategy(first))
  expect_identical(jit_set_fusion_strategy(c(dynamic = 4L)), c(STATIC = 1L, DYNAMIC = 3L))
  expect_identical(expect_invisible(jit_set_fusion_strategy(c(STATIC = 2))), c(DYNAMIC = 4L))
  expect_failure_of(jit_set_fusion_strategy(2), "value", "names of `strategy`", "jit_set_fusion_strategy")
  expect_failure_of(jit_set_fusion_strategy(c(STATIC = -1)), "value", "whole numbers")
  expect_failure_of(jit_set_fusion_strategy(c(STATIC = NA)), "type", "named vector")
  expect_failure_of(jit_set_fusion_strategy(list()), "type", "named vector")
})

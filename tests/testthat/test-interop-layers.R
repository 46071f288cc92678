# Every recorded layer goes through a file, in both directions and both modes, gradients included.

interop_cases <- function() {
  Filter(function(case) {
    # positions count from one in R and from zero in PyTorch: such inputs have their own tests
    !grepl("unpool|embedding|rrelu|dropout|fractional", case[[1]]) && !is.null(case[[2]]) &&
      !(grepl("batch_norm", case[[1]]) && "momentum" %in% names(case[[2]]) && is.null(case[[2]]$momentum))
  }, recorded_layers())
}

# Gradients may cancel out to nearly nothing: the difference counts against the largest of them, or against one.
expect_close <- function(actual, expected, label) {
  testthat::expect_length(actual, length(expected))
  testthat::expect_lt(max(abs(actual - expected)), 1e-5 * max(1, abs(expected)), label = label)
}

first_answer <- function(x) if (is.list(x)) x[[1]] else x

test_that("PyTorch runs what R traced, and finds the same numbers and gradients", {
  skip_without_python()
  folder <- withr::local_tempdir()
  cases <- interop_cases()
  expect_gt(length(unique(vapply(cases, `[[`, "", 1L))), 25)
  programs <- lapply(seq_along(cases), function(i) {
    inputs <- unname(alive(cases[[i]][[3]]))
    program <- do.call(jit_trace, c(list(made_layer(cases[[i]])), inputs))
    jit_save(program, file.path(folder, sprintf("%d.pt", i)))
    torch_save(list(inputs = inputs), file.path(folder, sprintf("%d-inputs.pt", i)))
    program
  })
  output <- run_python(c(
    "for i in range(1, int(args[1]) + 1):",
    "  m = torch.jit.load(f'{args[0]}/{i}.pt')",
    "  inputs = torch.load(f'{args[0]}/{i}-inputs.pt', weights_only=False)['inputs']",
    "  inputs = [x.detach() for x in inputs]",
    "  if inputs[0].is_floating_point(): inputs[0].requires_grad_(True)",
    "  for mode in (True, False):",
    "    m.train(mode)",
    "    y = m(*[inputs[0] * 1, *inputs[1:]])",
    "    y = y[0] if isinstance(y, (tuple, list)) else y",
    "    show(y)",
    "    if mode and y.requires_grad: y.square().sum().backward()",
    "  show(torch.cat([inputs[0].grad.reshape(-1), *[p.grad.reshape(-1) for _, p in sorted(m.named_parameters())]]))"
  ), c(folder, length(cases)))
  expect_length(output, 3 * length(cases))
  for (i in seq_along(cases)) {
    case <- cases[[i]]
    # made anew: the buffers of the program are those of the layer
    layer <- made_layer(case)
    inputs <- unname(alive(case[[3]]))
    inputs[[1]]$requires_grad_(TRUE)
    label <- module_label(case)
    train <- layer_answer(layer, c(inputs[[1]] * 1, inputs[-1]), TRUE)[[1]]
    expect_close(shown(output[[3 * i - 2]]), row_major(train), paste("train:", label))
    eval <- layer_answer(layer, c(inputs[[1]]$detach()$clone(), inputs[-1]), FALSE)[[1]]
    expect_close(shown(output[[3 * i - 1]]), row_major(eval), paste("eval:", label))
    torch_sum(torch_square(train))$backward()
    named <- layer$parameters
    if (length(named) > 1) named <- named[order(names(named), method = "radix")]
    gradients <- c(row_major(inputs[[1]]$grad), unlist(lapply(named, function(p) row_major(p$grad))))
    expect_close(shown(output[[3 * i]]), unname(gradients), paste("gradients:", label))
  }
})

test_that("R runs what PyTorch scripted, and finds the same numbers and gradients", {
  skip_without_python()
  folder <- withr::local_tempdir()
  layers <- c(
    "nn.Linear(3, 4)", "nn.Bilinear(3, 3, 2)", "nn.Flatten()", "nn.ReLU()", "nn.GELU()", "nn.SiLU()", "nn.PReLU()", "nn.Softplus()",
    "nn.Hardtanh()", "nn.LeakyReLU(0.1)", "nn.ELU()", "nn.Tanh()", "nn.Softmax(1)", "nn.LogSoftmax(1)", "nn.LayerNorm(3)",
    "nn.BatchNorm1d(3)", "nn.GroupNorm(1, 3)", "nn.Conv1d(4, 2, 2)", "nn.ConvTranspose1d(4, 2, 2)", "nn.MaxPool1d(2)",
    "nn.AvgPool1d(2)", "nn.AdaptiveAvgPool1d(2)", "nn.LSTM(3, 2)", "nn.GRU(3, 2)", "nn.RNN(3, 2)", "nn.MultiheadAttention(3, 1)",
    "nn.TransformerEncoderLayer(3, 1, 4, 0.0)", "nn.Sequential(nn.Linear(3, 2), nn.Sigmoid())", "nn.Upsample(scale_factor=2.0)",
    "nn.Conv2d(4, 2, 1)", "nn.BatchNorm2d(4)"
  )
  output <- run_python(c(
    "from torch import nn", "torch.manual_seed(1)",
    "class Attend(nn.Module):",
    "  def __init__(self, inner):", "    super().__init__()", "    self.inner = inner",
    "  def forward(self, x): return self.inner(x, x, x)[0]",
    "class First(nn.Module):",
    "  def __init__(self, inner):", "    super().__init__()", "    self.inner = inner",
    "  def forward(self, x): return self.inner(x)[0]",
    "class Twice(nn.Module):",
    "  def __init__(self, inner):", "    super().__init__()", "    self.inner = inner",
    "  def forward(self, x): return self.inner(x, x)",
    sprintf("layers = [%s]", paste(layers, collapse = ", ")),
    "for i, m in enumerate(layers, 1):",
    "  x = torch.arange(24.).sin()",
    "  rank = 2 if isinstance(m, (nn.BatchNorm1d, nn.GroupNorm)) else 4 if isinstance(m, (nn.Conv2d, nn.BatchNorm2d)) else 3",
    "  x = x.reshape({2: [8, 3], 3: [2, 4, 3], 4: [2, 4, 1, 3]}[rank]).requires_grad_(True)",
    "  if isinstance(m, nn.MultiheadAttention): m = Attend(m)",
    # their forward is overloaded, and has no name of its own
    "  if isinstance(m, nn.RNNBase): m = First(m)",
    "  if isinstance(m, nn.Bilinear): m = Twice(m)",
    "  s = torch.jit.script(m)",
    "  s.save(f'{args[0]}/{i}.pt')",
    "  for mode in (True, False):",
    "    s.train(mode)",
    "    y = s(x)", "    y = y[0] if isinstance(y, tuple) else y", "    show(y)",
    "    if mode: y.square().sum().backward()",
    "  show(x.grad)", "  print(*x.shape)"
  ), folder)
  expect_length(output, 4 * length(layers))
  for (i in seq_along(layers)) {
    m <- jit_load(file.path(folder, sprintf("%d.pt", i)))
    shape <- as.integer(strsplit(output[[4 * i]], " ")[[1]])
    x <- torch_arange(0, 23)$sin()$reshape(shape)$requires_grad_(TRUE)
    m$train()
    train <- first_answer(m(x))
    expect_close(shown(output[[4 * i - 3]]), row_major(train), paste("train:", layers[[i]]))
    torch_sum(torch_square(train))$backward()
    expect_close(shown(output[[4 * i - 1]]), row_major(x$grad), paste("gradients:", layers[[i]]))
    m$eval()
    expect_close(shown(output[[4 * i - 2]]), row_major(first_answer(m(x))), paste("eval:", layers[[i]]))
  }
})

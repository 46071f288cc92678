# One round of measurements of modules in R: the same lines as bench/modules.py.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "measure.R"))

torch_manual_seed(1)
mlp <- function() nn_sequential(nn_linear(10, 64), nn_relu(), nn_linear(64, 64), nn_relu(), nn_linear(64, 1))
model <- mlp()
x <- torch_randn(8, 10)
y <- torch_randn(8, 1)
traced <- jit_trace(model, x)

step <- function() {
  loss <- nnf_mse_loss(model(x), y)
  loss$backward()
}

data <- tensor_dataset(torch_randn(512, 10), torch_randn(512, 1))
optimizer <- optim_sgd(model$parameters, lr = 0.01)
epoch <- function() {
  loader <- dataloader(data, batch_size = 32)
  iterator <- dataloader_make_iter(loader)
  while (!is.null(batch <- dataloader_next(iterator))) {
    optimizer$zero_grad()
    nnf_mse_loss(model(batch[[1]]), batch[[2]])$backward()
    optimizer$step()
  }
}

deep <- do.call(nn_sequential, unlist(lapply(1:200, function(i) list(nn_linear(16, 16), nn_relu())), FALSE))
deep_x <- torch_randn(8, 16)

block <- nn_module(
  initialize = function(from, to, stride) {
    self$conv1 <- nn_conv2d(from, to, 3, stride = stride, padding = 1, bias = FALSE)
    self$bn1 <- nn_batch_norm2d(to)
    self$conv2 <- nn_conv2d(to, to, 3, padding = 1, bias = FALSE)
    self$bn2 <- nn_batch_norm2d(to)
    if (stride > 1) {
      self$shortcut <- nn_sequential(nn_conv2d(from, to, 1, stride = stride, bias = FALSE), nn_batch_norm2d(to))
    } else {
      self$shortcut <- nn_identity()
    }
  },
  forward = function(x) {
    out <- nnf_relu(self$bn1(self$conv1(x)))
    nnf_relu(self$bn2(self$conv2(out)) + self$shortcut(x))
  }
)
resnet <- nn_sequential(
  nn_conv2d(3, 64, 7, stride = 2, padding = 3, bias = FALSE), nn_batch_norm2d(64), nn_relu(),
  nn_max_pool2d(3, stride = 2, padding = 1),
  block(64, 64, 1), block(64, 64, 1), block(64, 128, 2), block(128, 128, 1),
  block(128, 256, 2), block(256, 256, 1), block(256, 512, 2), block(512, 512, 1),
  nn_adaptive_avg_pool2d(c(1, 1)), nn_flatten(), nn_linear(512, 1000)
)
resnet$eval()
image <- torch_randn(1, 3, 224, 224)

measure("mlp", function(n) for (i in seq_len(n)) model(x), 1000)
measure("mlp_traced", function(n) for (i in seq_len(n)) traced(x), 1000)
measure("mlp_step", function(n) for (i in seq_len(n)) step(), 500)
measure("epoch", function(n) for (i in seq_len(n)) epoch(), 3)
measure("mlp_trace", function(n) for (i in seq_len(n)) jit_trace(model, x, respect_mode = FALSE), 20)
measure("construct", function(n) for (i in seq_len(n)) mlp(), 50)
measure("trace_layers", function(n) for (i in seq_len(n)) jit_trace(deep, deep_x, respect_mode = FALSE), 1)
measure("resnet", function(n) with_no_grad(for (i in seq_len(n)) resnet(image)), 1)

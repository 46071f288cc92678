# One round of measurements in R: the same lines as bench/pytorch.py.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "measure.R"))
cat("load", loaded_in, "\n")

x <- torch_tensor(c(-1, 0, 1))
traced <- jit_trace(function(x) torch_relu(x), x)
unit <- jit_compile("
def fn(x: Tensor):
  return torch.relu(x)
")

deep <- function(x) {
  for (i in 1:200) x <- torch_relu(x * 1.01)
  x
}

single <- torch_tensor(2)
small <- torch_randn(3, 4)
weight <- torch_tensor(c(0.5, -0.2, 0.1), requires_grad = TRUE)

chain <- function(w) {
  y <- w
  for (i in 1:4) y <- torch_tanh(y * w + x) - 0.5
  loss <- torch_mean(y)
  loss$backward()
}

set.seed(1)
doubles <- rnorm(1e6)
columns <- matrix(doubles, 1000, 1000)
vector <- torch_tensor(doubles)
matrix <- torch_tensor(columns)

measure("traced", function(n) for (i in seq_len(n)) traced(x), 5000)
measure("relu", function(n) for (i in seq_len(n)) torch_relu(x), 5000)
measure("add", function(n) for (i in seq_len(n)) x + x, 5000)
measure("sum", function(n) for (i in seq_len(n)) x$sum(), 5000)
measure("compiled", function(n) for (i in seq_len(n)) unit$fn(x), 5000)
measure("trace", function(n) for (i in seq_len(n)) jit_trace(deep, x), 3)
measure("tensor", function(n) for (i in seq_len(n)) torch_tensor(doubles), 20)
measure("matrix", function(n) for (i in seq_len(n)) torch_tensor(columns), 20)
measure("array", function(n) for (i in seq_len(n)) as.array(vector), 20)
measure("array_matrix", function(n) for (i in seq_len(n)) as.array(matrix), 10)
measure("index_one", function(n) for (i in seq_len(n)) x[1], 5000)
measure("index_range", function(n) for (i in seq_len(n)) x[1:2], 5000)
measure("index_column", function(n) for (i in seq_len(n)) small[, 1], 5000)
measure("shape", function(n) for (i in seq_len(n)) x$shape, 5000)
measure("item", function(n) for (i in seq_len(n)) single$item(), 5000)
measure("tensor_small", function(n) for (i in seq_len(n)) torch_tensor(c(-1, 0, 1)), 5000)
measure("relu_sum", function(n) for (i in seq_len(n)) x$relu()$sum(), 5000)
measure("chain", function(n) for (i in seq_len(n)) chain(weight), 500)

# The code blocks of the article on TorchScript that need no nn_module, as they stand there.

test_that("tracing a function", {
  fn <- function(x) {
    torch_relu(x)
  }

  traced_fn <- jit_trace(fn, torch_tensor(c(-1, 0, 1)))
  graph <- capture.output(traced_fn$graph)
  expect_length(graph, 3)
  expect_match(graph[[1]], "^graph\\(%x : Float\\(3, strides=\\[1\\], requires_grad=0, device=cpu\\)\\):$")
  expect_match(
    graph[[2]], "^  %[0-9]+ : Float\\(3, strides=\\[1\\], requires_grad=0, device=cpu\\) = aten::relu\\(%x\\)"
  )
  expect_match(graph[[3]], "^  return \\(%[0-9]+\\)$")

  x <- torch_randn(3)
  expect_identical(as_array(traced_fn(x)), pmax(as_array(x), 0))
  lines <- capture.output(traced_fn(torch_tensor(c(-1, 0.2325, 1.3337))))
  expect_identical(lines, c("torch_tensor", " 0.0000", " 0.2325", " 1.3337", "[ CPUFloatType{3} ]"))
})

test_that("the first limit of tracing: loops are unrolled", {
  fn <- function(x) {
    x %>% 
      torch_unbind(dim = 1) %>%
      lapply(function(x) x$sum()) %>%
      torch_stack(dim = 1)
  }
  # we trace using as an example a tensor with size (10, 5, 5)
  traced_fn <- jit_trace(fn, torch_randn(10, 5, 5))
  expect_identical(as_array(traced_fn(torch_ones(10, 5, 5))), rep(25, 10))
  # applying it with a tensor with different size returns an error.
  expect_failure_of(traced_fn(torch_randn(11, 5, 5)), "program", "Expected 10 elements in a list but found 11", "traced_fn")
})

test_that("the third limit of tracing: inputs are tensors", {
  fn <- function(x, y) {
    x + y
  }
  expect_failure_of(jit_trace(fn, torch_tensor(1), 1), "type", "`y` must be a tensor", "jit_trace")
})

test_that("compiling", {
  tr <- jit_compile("
def fn (x: Tensor):
  return torch.relu(x)

")
  lines <- capture.output(tr$fn(torch_tensor(c(-1, 0, 1))))
  expect_identical(lines, c("torch_tensor", " 0", " 0", " 1", "[ CPUFloatType{3} ]"))
})

test_that("saving and loading", {
  withr::local_dir(withr::local_tempdir())
  fn <- function(x) {
    torch_relu(x)
  }
  tr_fn <- jit_trace(fn, torch_tensor(1))
  jit_save(tr_fn, "path.pt")
  loaded <- jit_load("path.pt")
  lines <- capture.output(loaded(torch_tensor(c(-1, 0, 1))))
  expect_identical(lines, c("torch_tensor", " 0", " 0", " 1", "[ CPUFloatType{3} ]"))
})

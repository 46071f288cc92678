# The code blocks of the TorchScript article that need no nn_module(), as they stand.

test_that("tracing", {
  fn <- function(x) {
    torch_relu(x)
  }

  traced_fn <- jit_trace(fn, torch_tensor(c(-1, 0, 1)))
  expect_output(print(traced_fn$graph), "aten::relu")
  expect_true(all(as_array(traced_fn(torch_randn(3))) >= 0))
})

test_that("limits of tracing", {
  # fn does does an operation for each dimension of a tensor
  fn <- function(x) {
    x %>% 
      torch_unbind(dim = 1) %>%
      lapply(function(x) x$sum()) %>%
      torch_stack(dim = 1)
  }
  # we trace using as an example a tensor with size (10, 5, 5)
  traced_fn <- jit_trace(fn, torch_randn(10, 5, 5))
  x <- torch_randn(10, 5, 5)
  expect_equal(as_array(traced_fn(x)), apply(as_array(x), 1, sum), tolerance = 1e-5)
  # applying it with a tensor with different size returns an error.
  expect_failure_of(traced_fn(torch_randn(11, 5, 5)), "program", "Expected 10 elements in a list but found 11", "traced_fn")

  fn <- function(x, y) {
    x + y
  }
  expect_failure_of(jit_trace(fn, torch_tensor(1), 1), "type", "`y` must be a tensor")
})

test_that("compiling", {
  tr <- jit_compile("
def fn (x: Tensor):
  return torch.relu(x)

")
  expect_identical(as_array(tr$fn(torch_tensor(c(-1, 0, 1)))), c(0, 0, 1))
})

test_that("serializing and loading", {
  withr::local_dir(withr::local_tempdir())
  fn <- function(x) {
    torch_relu(x)
  }
  tr_fn <- jit_trace(fn, torch_tensor(1))
  jit_save(tr_fn, "path.pt")
  loaded <- jit_load("path.pt")
  expect_identical(as_array(loaded(torch_tensor(c(-1, 0, 1)))), c(0, 0, 1))
})

test_that("tracing modules", {
  module <- nn_module(
    initialize = function() {
      self$linear1 <- nn_linear(10, 10)
      self$linear2 <- nn_linear(10, 1)
    },
    forward = function(x) {
      x %>%
        self$linear1() %>%
        nnf_relu() %>%
        self$linear2()
    }
  )
  model <- module()
  traced_module <- jit_trace(model, torch_randn(10, 10))
  x <- torch_randn(3, 10)
  first <- traced_module(x)
  expect_equal(as_array(first), as_array(model(x)))
  expect_output(print(first), "CPUFloatType\\{3,1\\} \\]\\[ grad_fn = <AddmmBackward0> \\]")
})

test_that("modes: what the article says of one mode is true with respect_mode = FALSE", {
  traced_dropout <- jit_trace(nn_dropout(), torch_ones(5, 5), respect_mode = FALSE)
  expect_true(all(as_array(traced_dropout(torch_ones(3, 3))) %in% c(0, 2)))
  traced_dropout$eval()
  expect_true(any(as_array(traced_dropout(torch_ones(10, 10))) == 2))
  # and by default the mode is respected
  traced_dropout <- jit_trace(nn_dropout(), torch_ones(5, 5))
  traced_dropout$eval()
  expect_identical(as_array(traced_dropout(torch_ones(3, 3))), matrix(1, 3, 3))
})

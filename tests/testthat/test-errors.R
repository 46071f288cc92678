test_that("bad calls are conditions of ours, and the session lives on", {
  x <- torch_ones(2, 3)
  calls <- alist(
    torch_relu("a"), torch_relu(NULL), torch_relu(NA), torch_relu(list()), torch_relu(mean), x + "a", x + NULL, x + list(1),
    x$sum(dim = 7), x$sum(dim = 0), x$view(c(4, 4)), x$nonsense(), x$item(), torch_cat(list()), torch_cat(x, dim = 9),
    torch_stack(list(x, 1)), torch_matmul(x, x), torch_zeros(2.5), torch_zeros(-1), torch_zeros(c(1, NA)), torch_zeros("%s%n%d"),
    torch_tensor("a"), torch_tensor(c(1L, NA)), torch_tensor(list(1, list(2, 3))), torch_device("%d"), jit_load("%s"),
    jit_compile("%s %n"), jit_ops$aten$relu(), jit_ops$aten$`%s`, torch_index_select(x, 1, torch_tensor(9L)),
    torch_full(2, "a"), torch_ones(2, dtype = "float33"), autograd_grad(x, x), x$backward(), linalg_inv(torch_zeros(2, 2)),
    torch_conv2d(x, x), x$to(dtype = 3), torch_einsum("ij,jk->ik", list(x, x)), torch_manual_seed(NA), torch_set_num_threads(-1)
  )
  for (call in calls) {
    error <- tryCatch(eval(call), error = identity)
    text <- deparse(call)[[1]]
    expect_s3_class(error, "torchscript_error")
    expect_no_match(conditionMessage(error), "Exception raised from|frame #|libtorch_cpu", info = text)
    expect_true(validUTF8(conditionMessage(error)), info = text)
    expect_lt(nchar(conditionMessage(error)), 3000, label = text)
  }
  expect_identical(as_array(torch_ones(1)), 1)
})

test_that("the call is the one that was typed", {
  call_of <- function(code) deparse(conditionCall(tryCatch(code, error = identity)))
  x <- torch_ones(2)
  expect_identical(call_of(torch_relu("a")), "torch_relu(\"a\")")
  expect_identical(call_of(x$sum(dim = 9)), "x$sum(dim = 9)")
  expect_match(call_of(x + NULL), "+", fixed = TRUE)
  wrapper <- function(y) torch_relu(y)
  expect_identical(call_of(wrapper(1)), "torch_relu(y)")
  expect_identical(call_of(with_no_grad(torch_relu(1))), "torch_relu(1)")
})

x <- torch_ones(2, 3)
program <- jit_trace(function(x) x$view(6), x)
compiled <- jit_compile("def f(x: Tensor, n: int):\n  return x * n\n")$f

# what was typed, the class it must have, and the function it must be blamed on
bad_calls <- list(
  list(quote(torch_relu("a")), "type", "torch_relu"), list(quote(torch_relu(NULL)), "type", "torch_relu"),
  list(quote(torch_relu()), "type", "torch_relu"), list(quote(x + NULL), "type", "+"), list(quote("a" - x), "type", "-"),
  list(quote(x + torch_ones(5)), "runtime", "+"), list(quote(x %*% x), "runtime", "%*%"),
  list(quote(torch_sum(x, dim = 0)), "index", "torch_sum"), list(quote(torch_sum(x, dim = 9)), "index", "torch_sum"),
  list(quote(torch_sum(x, dim = 1.5)), "value", "torch_sum"), list(quote(x$sum(dim = 9)), "index", NULL),
  list(quote(x$view(7)), "runtime", NULL), list(quote(x$nonsense), "type", "$"), list(quote(x$item()), "value", NULL),
  list(quote(torch_zeros(2.5)), "value", "torch_zeros"), list(quote(torch_zeros("a")), "type", "torch_zeros"),
  list(quote(torch_tensor("a")), "type", "torch_tensor"), list(quote(torch_tensor(NA)), "value", "torch_tensor"),
  list(quote(torch_tensor(quote(a))), "type", "torch_tensor"), list(quote(torch_tensor(1, dtype = 7)), "type", "torch_tensor"),
  list(quote(torch_device("nonsense")), "value", "torch_device"), list(quote(linalg_inv(torch_zeros(2, 2))), "linalg", "linalg_inv"),
  list(quote(torch_cat(list(x, 1))), "type", "torch_cat"), list(quote(torch_cat(list())), NULL, "torch_cat"),
  list(quote(torch_einsum("ij,%s", list(x))), "runtime", "torch_einsum"),
  list(quote(torch_matmul(torch_ones(2), torch_ones(2, dtype = "int64"))), "runtime", "torch_matmul"),
  list(quote(torch_linspace(0, 1, -1)), "runtime", "torch_linspace"), list(quote(torch_index_select(x, 1, torch_tensor(5L))), "index", "torch_index_select"),
  list(quote(program(torch_ones(7))), "program", "program"), list(quote(program("a")), "type", "program"),
  list(quote(compiled(x, "a")), "type", "compiled"), list(quote(compiled(x)), "type", "compiled"),
  list(quote(jit_compile("def f(x: Tensor): return 100 %% s\n")), "compile", "jit_compile"),
  list(quote(jit_load("no%s%nsuch.pt")), "file", "jit_load"), list(quote(jit_trace("f", x)), "type", "jit_trace"),
  list(quote(jit_ops$aten$relu("a")), "type", NULL), list(quote(torch_manual_seed("a")), NULL, "torch_manual_seed"),
  list(quote(x$backward()), "runtime", NULL), list(quote(autograd_grad(x, x)), "runtime", "autograd_grad"),
  list(quote(x$requires_grad_("a")), NULL, NULL), list(quote(torch_bernoulli(x * 5)), "runtime", "torch_bernoulli"),
  list(quote(torch_relu(new.env())), "type", "torch_relu"), list(quote(torch_relu(structure(1, class = "torch_tensor"))), NULL, "torch_relu")
)

test_that("bad calls of all kinds are errors of ours, in the user's name, and the session goes on", {
  expect_gt(length(bad_calls), 30)
  for (case in bad_calls) {
    text <- paste(deparse(case[[1]]), collapse = " ")
    error <- tryCatch(eval(case[[1]]), error = identity)
    expect_s3_class(error, "torchscript_error")
    if (!inherits(error, "torchscript_error")) {
      fail(paste("no torchscript_error:", text))
      next
    }
    if (!is.null(case[[2]])) expect_true(inherits(error, sprintf("torchscript_%s_error", case[[2]])), label = paste(text, class(error)[[1]]))
    if (!is.null(case[[3]])) expect_identical(as.character(conditionCall(error)[[1]]), case[[3]], info = text)
    expect_false(inherits(error, "torchscript_internal_error"), label = text)
    message <- conditionMessage(error)
    expect_true(validUTF8(message), label = text)
    expect_no_match(message, "Exception raised from|frame #[0-9]|c10::|libtorch_cpu", info = text)
    expect_lt(nchar(message), 2000)
  }
  expect_identical(as_array(x$sum()), 6)
  expect_identical(as_array(program(x)), rep(1, 6))
})

test_that("the call is the one that was typed", {
  call_of <- function(code) conditionCall(tryCatch(code, error = identity))
  expect_identical(call_of(torch_relu("a")), quote(torch_relu("a")))
  expect_identical(call_of(x + NULL), quote(x + NULL))
  expect_identical(call_of(x$view(7)), quote(x$view(7)))
  expect_identical(call_of(x$nonsense), quote(x$nonsense))
  expect_identical(call_of(compiled(x, "a")), quote(compiled(x, "a")))
  expect_identical(call_of(jit_ops$aten$relu("a")), quote(jit_ops$aten$relu("a")))
  f <- function(y) torch_relu(y)
  expect_identical(call_of(f("a")), quote(torch_relu(y)))
  expect_identical(call_of(sapply("a", torch_relu))[[1]], quote(FUN))
})

test_that("conditions carry what they are about", {
  error <- tryCatch(torch_relu("a"), error = identity)
  expect_identical(error$operator, "aten::relu")
  expect_identical(error$argument, "self")
  error <- tryCatch(torch_zeros(2.5), error = identity)
  expect_identical(error$argument, "size")
  error <- tryCatch(jit_load("missing.pt"), error = identity)
  expect_identical(error$path, "missing.pt")
})

test_that("every failure is caught by one handler, and by its own", {
  caught <- function(code) tryCatch(code, torchscript_value_error = function(e) "value", torchscript_error = function(e) "any")
  expect_identical(caught(torch_zeros(2.5)), "value")
  expect_identical(caught(torch_relu("a")), "any")
  expect_identical(tryCatch(torch_relu("a"), error = function(e) "base"), "base")
})

test_that("text with % and non-ASCII letters is data", {
  f <- jit_compile("def f(x: Tensor):\n  if bool(x.sum() > 0):\n    raise Exception('%s %n %d \u4e2d\u00e9')\n  return x\n")$f
  error <- expect_failure_of(f(x), "program")
  expect_match(conditionMessage(error), "%s %n %d \u4e2d\u00e9", fixed = TRUE)
  expect_failure_of(torch_relu("%s%n"), "type", "%s%n", "torch_relu")
  output <- capture.output(try(torch_relu("%s%n")), type = "message")
  expect_match(paste(output, collapse = "\n"), "%s%n", fixed = TRUE)
})

test_that("warnings of libtorch are R's conditions, and may be turned into errors", {
  # libtorch gives this warning once in a process
  answer <- in_fresh_r(function() {
    library(torchscript)
    options(warn = 2)
    error <- tryCatch(torch_tensor(1i, dtype = torch_float()), error = identity)
    c(inherits(error, "error"), torch_ones(2)$sum()$item())
  })
  expect_identical(answer, c(1, 2))
})

test_that("a warning of libtorch has our class and the call", {
  warning <- in_fresh_r(function() {
    library(torchscript)
    tryCatch(torch_tensor(1i, dtype = torch_float()), warning = function(w) list(class(w), conditionMessage(w)))
  })
  expect_true("torchscript_warning" %in% warning[[1]])
  expect_match(warning[[2]], "imaginary part")
})

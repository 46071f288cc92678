values <- c(-1, 0, 1)

test_that("a traced function computes what the R function does", {
  f <- function(x, y) torch_tanh(x %*% y)$sum(dim = 1) * 2 - x[[1]]$mean()
  x <- torch_randn(3, 4)
  y <- torch_randn(4, 2)
  traced <- jit_trace(f, x, y)
  a <- torch_randn(3, 4)
  b <- torch_randn(4, 2)
  expect_s3_class(traced, "script_function")
  expect_equal(as_array(traced(a, b)), as_array(f(a, b)))
})

test_that("arguments have the names of the R formals", {
  traced <- jit_trace(function(x, scale.by) x * scale.by, torch_ones(1), torch_ones(1))
  graph <- format(capture.output(traced$graph))
  expect_match(graph[[1]], "%x : ")
  expect_match(graph[[2]], "%scale_by : ")
  x <- torch_tensor(3)
  y <- torch_tensor(5)
  difference <- jit_trace(function(x, y) x - y, x, y)
  expect_identical(as_array(difference(x = x, y = y)), -2)
  expect_identical(as_array(difference(y = y, x = x)), -2)
  expect_identical(as_array(difference(y = y, x)), -2)
  expect_identical(as_array(difference(x, y)), -2)
  # inputs given by name while tracing find their formals
  swapped <- jit_trace(function(x, y) x - y, y = y, x = x)
  expect_identical(as_array(swapped(x = x, y = y)), -2)
})

test_that("primitives, functions with dots and programs can be traced", {
  x <- torch_tensor(c(1, 4))
  expect_identical(as_array(jit_trace(sqrt, x)(x)), c(1, 2))
  expect_identical(as_array(jit_trace(function(...) Reduce(`+`, list(...)), x, x, x)(x, x, x)), c(3, 12))
  inner <- jit_trace(function(x) x + 1, x)
  expect_identical(as_array(jit_trace(function(y) inner(y) * 2, x)(x)), c(4, 10))
})

test_that("lists, named lists and tuples go in and come out, nested, with their names", {
  x <- torch_tensor(values)
  f <- function(p) list(sum = p$a + p$b, parts = list(first = p$a, second = p$b))
  traced <- jit_trace(f, list(a = x, b = x * 2))
  result <- traced(list(a = x, b = torch_ones(3)))
  expect_named(result, c("sum", "parts"))
  expect_named(result$parts, c("first", "second"))
  expect_identical(as_array(result$sum), values + 1)
  expect_identical(as_array(result$parts$second), c(1, 1, 1))
  # a named list is found by its names, in any order
  expect_identical(as_array(traced(list(b = torch_ones(3), a = x))$sum), values + 1)

  unnamed <- jit_trace(function(l) list(l[[2]], l[[1]]), list(x, x * 2))
  expect_identical(lapply(unnamed(list(x, x + 1)), as_array), list(values + 1, values))

  tuple <- jit_trace(function(t) jit_tuple(list(t[[1]] + t[[2]]$k, t[[1]])), jit_tuple(list(x, list(k = x))))
  result <- tuple(jit_tuple(list(x, list(k = x))))
  expect_length(result, 2)
  expect_identical(as_array(result[[1]]), 2 * values)
  expect_identical(as_array(result[[2]]), values)
})

test_that("the closure gets the lists back that were given", {
  seen <- NULL
  jit_trace(function(p) {
    seen <<- p
    p[[1]]$y
  }, jit_tuple(list(list(z = torch_ones(1), y = torch_zeros(1)), torch_ones(1))))
  expect_s3_class(seen, "jit_tuple")
  expect_named(seen[[1]], c("z", "y"))
  expect_identical(as_array(seen[[1]]$y), 0)
})

test_that("a named list may hold unlike values", {
  traced <- jit_trace(
    function(p) p$a + p$b[[2]] + p$c$d, list(a = torch_ones(1), b = list(torch_ones(1), torch_ones(1)), c = list(d = torch_ones(1)))
  )
  input <- list(b = list(torch_tensor(0), torch_tensor(20)), c = list(d = torch_tensor(300)), a = torch_tensor(1))
  expect_identical(traced(input)$item(), 321)
})

test_that("tensors that are closed over, or made inside, become constants", {
  weight <- torch_tensor(c(1, 2, 3))
  traced <- jit_trace(function(x) x * weight + torch_tensor(10) + torch_ones(3) * 0.5, torch_ones(3))
  expect_identical(as_array(traced(torch_ones(3))), c(11.5, 12.5, 13.5))
  constant <- jit_trace(function(x) list(x, torch_tensor(c(7, 8))), torch_ones(1))
  expect_identical(as_array(constant(torch_ones(1))[[2]]), c(7, 8))
})

test_that("a tensor that is closed over stays shared, and can be trained", {
  weight <- torch_tensor(c(2, 3), requires_grad = TRUE)
  traced <- jit_trace(function(x) (x * weight)$sum(), torch_ones(2))
  traced(torch_tensor(c(5, 7)))$backward()
  expect_identical(as_array(weight$grad), c(5, 7))
  with_no_grad(weight$add_(1))
  expect_identical(traced(torch_ones(2))$item(), 7)
})

test_that("gradients flow through to the inputs", {
  traced <- jit_trace(function(x) (x^3)$sum(), torch_ones(2))
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  traced(x)$backward()
  expect_equal(as_array(x$grad), c(3, 12))
})

test_that("random operators stay random, and in-place ones work", {
  traced <- jit_trace(function(x) x + torch_randn_like(x), torch_zeros(20))
  expect_false(identical(as_array(traced(torch_zeros(20))), as_array(traced(torch_zeros(20)))))
  in_place <- jit_trace(function(x) x$clone()$add_(1)$mul_(2), torch_zeros(2))
  expect_identical(as_array(in_place(torch_ones(2))), c(4, 4))
})

# after whatever went wrong, tracing works and nothing is recorded outside
expect_tracing_works <- function() {
  x <- torch_tensor(values)
  expect_identical(as_array(jit_trace(function(x) x + 1, x)(x)), values + 1)
  expect_no_warning(as_array(x))
}

test_that("an R error inside is the user's own, with its class and call", {
  boom <- function() rlang::abort("50% of %s %n went wrong", class = "mine", data = 1:3)
  error <- tryCatch(jit_trace(function(x) boom(), torch_ones(1)), error = identity)
  expect_s3_class(error, "mine")
  expect_identical(error$data, 1:3)
  expect_identical(conditionMessage(error), "50% of %s %n went wrong")
  expect_identical(conditionCall(error), quote(boom()))
  expect_tracing_works()
  ours <- expect_failure_of(jit_trace(function(x) torch_ones(2) + torch_ones(3), torch_ones(1)), "runtime")
  expect_tracing_works()
})

test_that("warnings and messages pass, and tracing goes on", {
  x <- torch_tensor(values)
  expect_warning(traced <- jit_trace(function(x) {
    warning("look out")
    x * 2
  }, x), "look out")
  expect_identical(as_array(traced(x)), values * 2)
  expect_message(traced <- jit_trace(function(x) {
    message("hello")
    x * 3
  }, x), "hello")
  expect_identical(as_array(traced(x)), values * 3)
  caught <- withCallingHandlers(
    jit_trace(function(x) withRestarts({
      signalCondition(structure(class = c("go", "condition"), list(message = "", call = NULL)))
      x
    }, other = function() x * 5), x),
    go = function(c) invokeRestart("other")
  )
  expect_identical(as_array(caught(x)), values * 5)
})

test_that("jumps and interrupts leave the trace, and the next one works", {
  result <- callCC(function(leave) jit_trace(function(x) leave("out"), torch_ones(1)))
  expect_identical(result, "out")
  expect_tracing_works()
  interrupted <- tryCatch(
    jit_trace(function(x) rlang::interrupt(), torch_ones(1)), interrupt = function(i) "interrupted"
  )
  expect_identical(interrupted, "interrupted")
  expect_tracing_works()
  cleaned <- FALSE
  try(jit_trace(function(x) {
    on.exit(cleaned <<- TRUE)
    stop("out")
  }, torch_ones(1)), silent = TRUE)
  expect_true(cleaned)
  for (i in 1:50) try(jit_trace(function(x) stop("again"), torch_ones(1)), silent = TRUE)
  expect_tracing_works()
})

test_that("a trace inside a trace is refused, and the outer can go on", {
  expect_failure_of(
    jit_trace(function(x) jit_trace(function(y) y, x)(x), torch_ones(1)), "trace", "while a trace is running", "jit_trace"
  )
  expect_tracing_works()
  x <- torch_tensor(values)
  traced <- jit_trace(function(x) {
    try(jit_trace(function(y) y, x), silent = TRUE)
    x * 4
  }, x)
  expect_identical(as_array(traced(x)), values * 4)
})

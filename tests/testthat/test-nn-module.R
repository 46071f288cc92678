affine <- nn_module(
  "affine",
  initialize = function(n, bias = TRUE) {
    self$weight <- nn_parameter(torch_ones(n))
    if (bias) self$bias <- nn_parameter(torch_zeros(n)) else self$bias <- NULL
    self$calls <- 0
  },
  forward = function(x) {
    self$calls <- self$calls + 1
    y <- x * self$weight
    if (is.null(self$bias)) y else y + self$bias
  }
)
pair <- nn_module(
  "pair",
  initialize = function(n) {
    self$first <- affine(n)
    self$count <- nn_buffer(torch_tensor(0L))
    self$second <- affine(n, bias = FALSE)
  },
  forward = function(x) self$second(self$first(x))
)

test_that("a module is called, and keeps its fields", {
  m <- affine(2)
  expect_s3_class(m, c("affine", "nn_module"), exact = TRUE)
  expect_true(is_nn_module(m))
  expect_identical(as.numeric(m(torch_tensor(c(2, 3)))), c(2, 3))
  m(torch_tensor(c(2, 3)))
  expect_identical(m$calls, 2)
  expect_null(m$nothing)
  expect_identical(names(formals(affine)), c("n", "bias"))
  expect_output(print(affine), "<affine> object generator", fixed = TRUE)
})

test_that("members are registered by what they are, in their order", {
  m <- pair(3)
  expect_named(m$parameters, c("first.weight", "first.bias", "second.weight"))
  expect_named(m$buffers, "count")
  expect_named(m$children, c("first", "second"))
  expect_named(m$state_dict(), c("count", "first.weight", "first.bias", "second.weight"))
  expect_named(m$state_dict("net."), paste0("net.", names(m$state_dict())))
  expect_length(m$modules, 3)
  expect_identical(m$modules[[1]], m)
  expect_length(m$named_parameters(recursive = FALSE), 0)
  m$first <- NULL
  expect_named(m$parameters, "second.weight")
  m$extra <- nn_parameter(torch_zeros(1))
  expect_named(m$parameters, c("extra", "second.weight"))
  m$extra <- 5
  expect_named(m$parameters, "second.weight")
  expect_identical(m$extra, 5)
})

test_that("a tied parameter counts once, but is saved under both names", {
  m <- pair(2)
  m$second$weight <- m$first$weight
  expect_named(m$parameters, c("first.weight", "first.bias"))
  expect_length(m$state_dict(), 4)
  copy <- m$clone(deep = TRUE)
  with_no_grad(copy$first$weight$fill_(7))
  expect_identical(as.numeric(copy$second$weight), c(7, 7))
  expect_identical(as.numeric(m$first$weight), c(1, 1))
})

test_that("buffers keep their place when a tensor is assigned, parameters refuse it", {
  m <- pair(2)
  m$count <- m$count + 1L
  expect_named(m$buffers, "count")
  expect_identical(as.numeric(m$buffers$count), 1)
  expect_failure_of(m$first$weight <- torch_zeros(2), "type", "`weight` is a parameter")
  m$register_buffer("scratch", torch_zeros(1), persistent = FALSE)
  expect_named(m$buffers, c("count", "scratch"))
  expect_false("scratch" %in% names(m$state_dict()))
})

test_that("modes, gradients and dtypes reach every module inside", {
  m <- pair(2)
  m$eval()
  expect_false(m$second$training)
  expect_identical(m$train(), m)
  expect_true(m$second$training)
  m(torch_tensor(c(1, 2)))$sum()$backward()
  expect_identical(as.numeric(m$first$weight$grad), c(1, 2))
  m$zero_grad()
  expect_identical(as.numeric(m$first$weight$grad), c(0, 0))
  weight <- m$first$weight
  m$double()
  expect_true(weight$dtype == torch_double())
  expect_true(weight$grad$dtype == torch_double())
  expect_true(m$count$dtype == torch_int64())
  m$requires_grad_(FALSE)
  expect_false(weight$requires_grad)
  seen <- character()
  m$apply(function(module) seen <<- c(seen, class(module)[[1]]))
  expect_identical(seen, c("affine", "affine", "pair"))
})

test_that("a state goes from one module to another, or not at all", {
  from <- pair(2)
  with_no_grad(from$first$weight$copy_(torch_tensor(c(5, 6))))
  to <- pair(2)
  to$load_state_dict(from$state_dict())
  expect_identical(as.numeric(to$first$weight), c(5, 6))
  expect_failure_of(to$load_state_dict(from$state_dict()[-1]), "value", "It lacks: count")
  expect_failure_of(to$load_state_dict(c(from$state_dict(), more = torch_zeros(1))), "value", "It has besides: more")
  to$load_state_dict(list(first.bias = torch_ones(2), other = torch_zeros(1)), strict = FALSE)
  expect_identical(as.numeric(to$first$bias), c(1, 1))
  wrong <- from$state_dict()
  wrong$second.weight <- torch_zeros(3)
  wrong$first.weight <- torch_zeros(2)
  expect_failure_of(to$load_state_dict(wrong), "value", "`state_dict.second.weight` has shape .3., and the module's .2.")
  expect_identical(as.numeric(to$first$weight), c(5, 6))
})

test_that("modules inherit, with super, private and active members", {
  base <- nn_module("base", initialize = function(n) self$n <- n, forward = function(x) x + self$n)
  child <- nn_module(
    "child",
    inherit = base,
    initialize = function(n) {
      super$initialize(n * 10)
      private$secret <- 1
    },
    forward = function(x) super$forward(x) + private$secret,
    private = list(secret = 0),
    active = list(twice = function() self$n * 2)
  )
  m <- child(2)
  expect_s3_class(m, c("child", "base", "nn_module"), exact = TRUE)
  expect_identical(as.numeric(m(torch_tensor(1))), 22)
  expect_identical(m$twice, 40)
})

test_that("a module survives saveRDS, with its methods and parameters", {
  m <- pair(2)
  with_no_grad(m$first$weight$copy_(torch_tensor(c(5, 6))))
  path <- withr::local_tempfile()
  saveRDS(m, path)
  again <- readRDS(path)
  expect_identical(as.numeric(again(torch_tensor(c(1, 1)))), c(5, 6))
  expect_true(is_nn_parameter(again$first$weight))
  expect_named(again$parameters, names(m$parameters))
})

test_that("printing tells parameters by module", {
  text <- paste(capture.output(print(pair(1500))), collapse = "\n")
  expect_match(text, "An `nn_module` containing 4,500 parameters.", fixed = TRUE)
  expect_match(text, "first: <affine> #3,000 parameters", fixed = TRUE)
  expect_match(text, "count: Long [1:1]", fixed = TRUE)
})

test_that("wrong definitions and uses are refused", {
  expect_failure_of(nn_module("a", affine, function(x) x), "type", "must have a name")
  expect_failure_of(nn_module(inherit = 3), "type", "`inherit` must be a module's generator")
  expect_failure_of(nn_module()()(1), "not_implemented", "no `forward`")
  expect_failure_of(pair(1)$train(NA), "type", "`mode` must be TRUE or FALSE")
  expect_failure_of(nn_parameter(1), "type", "`x` must be a tensor")
  m <- pair(1)
  expect_failure_of(m$parameters <- list(), "type", "can't be assigned")
  expect_failure_of(m$register_module("x", 1), "type", "A module is needed")
  expect_failure_of(m$load_state_dict(3), "type", "`state_dict` must be a named list")
})

test_that("$.apply() changes every tensor in place, of traced modules too", {
  module <- nn_sequential(nn_linear(2, 2), nn_batch_norm1d(2))
  traced <- jit_trace(module, torch_randn(3, 2))
  module$zero_grad()
  for (each in list(module, traced)) {
    weight <- each$parameters[[1]]
    before <- as_array(weight)
    weight$grad <- torch_ones(2, 2)
    expect_identical(each$.apply(function(x) x * 2), each)
    expect_identical(as_array(weight), before * 2)
    expect_identical(as_array(weight$grad), matrix(2, 2, 2))
    expect_true(weight$requires_grad)
    expect_failure_of(each$.apply(function(x) NULL), "type", "`fn` must return a tensor, not NULL")
    expect_identical(as_array(weight), before * 2)
    weight$grad <- NULL
  }
})

# What must be known while compiling, and loops that are written out for it.

x <- torch_tensor(rbind(c(1, -2, 3), c(0.5, 4, -1)))

stack <- nn_module(
  "stack",
  initialize = function() {
    self$n <- 2L
    self$l <- nn_module_list(list(nn_linear(3, 3), nn_linear(3, 3)))
    self$d <- nn_module_dict(list(a = nn_linear(3, 3), b = nn_tanh()))
    self$l1 <- nn_linear(3, 3)
    self$l2 <- nn_relu()
  },
  forward = function(x) x,
  up_to = function(x) { for (i in seq_len(self$n)) x <- self$l[[i]](x); x },
  range = function(x) { for (i in 1:length(self$l)) x <- self$l[[i]](x); x },
  backwards = function(x) { for (i in rev(seq_along(self$l))) x <- self$l[[i]](x); x },
  falling = function(x) { for (i in length(self$l):1) { y <- x; x <- self$l[[i]](x) + y }; x },
  applied = function(x) torch_stack(lapply(1:2, function(i) self$l[[i]](x))),
  nested = function(x) { for (i in 1:3) for (j in seq_len(self$n)) x <- self$l[[j]](x) * i; x },
  keys = function(x) { for (k in self$d$keys()) x <- self$d[[k]](x); x },
  items = function(x) { for (layer in self$d$items()) x <- layer(x); x },
  values = function(x) torch_stack(lapply(self$d$values(), function(layer) layer(x))),
  names = function(x) { for (name in c("l1", "l2")) x <- self[[name]](x); x },
  pasted = function(x) { for (i in 1:2) x <- self[[paste0("l", i)]](x); x },
  offspring = function(x) { y <- self$l1(x); for (child in self$l$children) y <- child(y); y },
  weights = function(x) { s <- x$sum(); for (p in self$parameters) s <- s + p$pow(2)$sum(); s * length(self$parameters) }
)

test_that("members of modules are taken by what a loop goes through", {
  torch_manual_seed(1)
  module <- stack()
  for (method in c(
    "up_to", "range", "backwards", "falling", "applied", "nested", "keys", "items", "values", "names", "pasted", "offspring", "weights"
  )) {
    program <- jit_script(module, methods = method)
    expect_equal(plain_values(program[[method]](x)), plain_values(module[[method]](x)), tolerance = 1e-6, info = method)
  }
})

test_that("what is not known is refused, with a way out", {
  pick <- nn_module("pick", initialize = function() self$l <- nn_module_list(list(nn_relu())), forward = function(x, i = 1L) self$l[[i]](x))
  expect_failure_of(jit_script(pick()), "compile", "must be known before the program runs.*written out")
  named <- nn_module("named", initialize = function() self$d <- nn_module_dict(list(a = nn_relu())), forward = function(x) x * length(names(self$d)))
  expect_failure_of(jit_script(named()), "compile", "\\$keys\\(\\)")
})

test_that("active bindings are asked in every call", {
  scaled <- nn_module(
    "scaled",
    initialize = function() {
      self$l <- nn_linear(3, 3)
      self$calls <- 1L
    },
    active = list(
      total = function() self$l$weight$sum(),
      width = function() if (self$training) 2 else 5,
      twice = function() self$calls * 2L
    ),
    forward = function(x) {
      self$calls <- self$calls + 1L
      x * self$total + self$width + self$twice
    }
  )
  module <- scaled()
  program <- jit_script(module)
  for (i in 1:3) expect_equal(plain_values(program(x)), plain_values(module(x)), tolerance = 1e-6)
  with_no_grad(module$l$weight$fill_(1))
  module$eval()
  program$eval()
  expect_equal(plain_values(program(x)), plain_values(module(x)), tolerance = 1e-6)
})

test_that("a tensor that is a plain field can be changed", {
  counter <- nn_module("counter", initialize = function() self$w <- torch_ones(3), forward = function(x) {
    self$w <- self$w + 1
    x * self$w
  })
  module <- counter()
  program <- jit_script(module)
  for (i in 1:3) expect_equal(plain_values(program(x)), plain_values(module(x)))
})

test_that("captured lists, named vectors and matrices are constants", {
  listed <- list(torch_ones(3), torch_zeros(3))
  expect_same_as_eager(function(x) torch_stack(listed)$sum() + x, x)
  expect_same_as_eager(function(x, i = 2L) x + listed[[i]], x)
  expect_same_as_eager(function(x) { for (t in listed) x <- x + t; x }, x)
  labelled <- c(a = 1, b = 2)
  expect_same_as_eager(function(x) x * labelled[["b"]], x)
  numbers <- c(1, 2, 6)
  expect_same_as_eager(function(x) x * mean(numbers) + max(numbers), x)
  grid <- matrix(as.numeric(1:6), 2)
  expect_same_as_eager(function(x) x * nrow(grid) + dim(grid)[2] + grid[1, 2], x)
  expect_same_as_eager(function(x) x + grid, x)
  expect_same_as_eager(function(x) x * torch_finfo(torch_float())$eps, x)
})

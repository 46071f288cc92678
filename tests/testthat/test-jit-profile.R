test_that("operators are counted as often as the program calls them", {
  f <- jit_trace(function(x) torch_relu(torch_mm(x, x)) + torch_relu(x), torch_randn(4, 4))
  profile <- jit_profile(f, torch_randn(4, 4), .times = 7)
  expect_s3_class(profile, c("jit_profile", "data.frame"), exact = TRUE)
  expect_named(profile, c("operator", "calls", "total", "self", "share"))
  calls <- setNames(profile$calls, profile$operator)
  expect_identical(calls[c("aten::relu", "aten::mm", "aten::add")], c("aten::relu" = 14L, "aten::mm" = 7L, "aten::add" = 7L))
  expect_true(all(profile$self >= 0 & profile$total >= profile$self - 1e-9))
  expect_equal(sum(profile$share), 1)
  expect_identical(order(-profile$self, profile$operator), seq_len(nrow(profile)))
})

test_that("time in an operator is its own and that of the operators that it calls", {
  # linear is the only operator called: all that happens, happens in it
  layer <- function(x, w, b) nnf_linear(x, w, b)
  profile <- jit_profile(layer, torch_randn(5, 3), torch_randn(2, 3), torch_randn(2), .times = 3)
  row <- profile[profile$operator == "aten::linear", ]
  expect_identical(row$calls, 3L)
  expect_gt(nrow(profile), 1)
  expect_equal(row$total, sum(profile$self), tolerance = 1e-6)
  expect_lt(row$self, row$total)
})

test_that("modules and R functions are measured too, and the warm-up is not", {
  count <- 0
  f <- function(x, power) {
    count <<- count + 1
    x$pow(power)
  }
  profile <- jit_profile(f, torch_ones(3), power = 2, .times = 2, .warmup = 5)
  expect_identical(count, 7)
  expect_identical(profile$calls[profile$operator == "aten::pow"], 2L)
  # an argument is worked out once, before
  made <- jit_profile(function(x) torch_relu(x), torch_zeros(2)$add(1), .times = 2, .warmup = 0)
  expect_false(any(c("aten::zeros", "aten::add") %in% made$operator))
  net <- nn_sequential(nn_linear(3, 2), nn_relu())
  expect_true("aten::relu" %in% jit_profile(net, torch_randn(1, 3), .times = 1)$operator)
  nothing <- jit_profile(function() NULL)
  expect_identical(nrow(nothing), 0L)
  expect_output(print(nothing), "0 operators")
})

test_that("gradients and hooks in R are measured without harm", {
  w <- torch_randn(3, requires_grad = TRUE)
  f <- function() {
    y <- (w * 2)$sum()
    hook <- y$register_hook(function(g) torch_sigmoid(g))
    y$backward()
    hook$remove()
  }
  profile <- jit_profile(f, .times = 4, .warmup = 1)
  expect_identical(profile$calls[profile$operator == "aten::sigmoid"], 4L)
})

test_that("an error in the program ends the profile, and the next one starts afresh", {
  f <- jit_compile("def f(x: Tensor, stop: bool) -> Tensor:\n  if stop:\n    raise ValueError('too far')\n  return torch.relu(x)")$f
  expect_failure_of(jit_profile(f, torch_ones(1), TRUE, .warmup = 0), "program", "too far")
  after <- jit_profile(f, torch_ones(1), FALSE, .times = 2)
  expect_identical(after$calls[after$operator == "aten::relu"], 2L)
  inner <- function(x) jit_profile(torch_relu, x)
  expect_failure_of(jit_profile(inner, torch_ones(1), .warmup = 0), "value", "being taken already")
  after <- jit_profile(f, torch_ones(1), FALSE, .times = 2)
  expect_identical(after$calls[after$operator == "aten::relu"], 2L)
  expect_failure_of(jit_profile(1), "type", "`f` must be a function", "jit_profile")
  expect_failure_of(jit_profile(f, torch_ones(1), .times = 0), "value", "`.times` must be a whole number of at least 1")
  expect_failure_of(jit_profile(f, torch_ones(1), .warmup = 1.5), "value", "`.warmup`")
})

test_that("threads of a program are counted as well", {
  skip_without_python()
  path <- withr::local_tempfile(fileext = ".pt")
  run_python(c(
    "def work(x):", "  return torch.sigmoid(x)",
    "class Forks(torch.nn.Module):", "  def forward(self, x):", "    later = torch.jit.fork(work, x)",
    "    return torch.relu(x) + torch.jit.wait(later)",
    "torch.jit.save(torch.jit.trace(Forks(), torch.ones(3)), args[0])"
  ), path)
  # the threads of a process can't be set once they are there, and another test sets them
  calls <- in_fresh_r(function(path) {
    library(torchscript)
    f <- jit_load(path)
    stopifnot(grepl("fork", f$inlined_graph))
    profile <- jit_profile(f, torch_ones(10), .times = 5)
    stats::setNames(profile$calls, profile$operator)
  }, path)
  expect_identical(calls[c("aten::sigmoid", "aten::relu")], c("aten::sigmoid" = 5L, "aten::relu" = 5L))
})

test_that("a profile is printed, summarised and drawn", {
  profile <- jit_profile(function(x) torch_exp(x)$sigmoid(), torch_ones(3), .times = 2)
  expect_output(print(profile), "<jit_profile> 2 runs; each .* ms in 2 calls of 2 operators")
  expect_output(print(profile), "aten::exp")
  expect_output(print(profile, n = 1), "and 1 more")
  expect_output(print(profile[, c("operator", "calls")]), "operator calls")
  total <- summary(profile)
  expect_equal(total$self, sum(profile$self) / 2)
  expect_identical(total$calls, 2)
  expect_output(print(total), "passed in each run")
  grDevices::pdf(NULL)
  withr::defer(grDevices::dev.off())
  before <- graphics::par("mar")
  expect_identical(expect_invisible(plot(profile)), profile)
  plot(profile, n = 1, main = "one", col = "grey")
  expect_identical(graphics::par("mar"), before)
})

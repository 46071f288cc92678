leaf <- function(values) double_tensor(values, requires_grad = TRUE)

# Native code releases at a safe point what the collector found: a call of ours.
kept <- function() {
  for (i in 1:3) gc()
  .Call(torchscript:::C_callback_count)
}

test_that("a hook sees the gradient, and may replace it", {
  x <- leaf(c(1, 2))
  seen <- NULL
  x$register_hook(function(grad) {
    seen <<- as_array(grad)
    NULL
  })
  (x^2)$sum()$backward()
  expect_identical(seen, c(2, 4))
  expect_identical(as_array(x$grad), c(2, 4))

  x <- leaf(c(1, 2))
  x$register_hook(function(grad) grad * 10)
  x$register_hook(function(grad) grad + 1)
  (x^2)$sum()$backward()
  expect_identical(as_array(x$grad), c(21, 41))
})

test_that("a hook inside the graph changes what flows on", {
  x <- leaf(3)
  y <- x * 2
  y$retain_grad()
  y$register_hook(function(grad) grad * 100)
  (y^2)$backward()
  # dz/dy is 2y = 12; what the hook made of it is kept, and goes on to x
  expect_identical(as_array(y$grad), 1200)
  expect_identical(as_array(x$grad), 2400)
})

test_that("removing ends a hook, from inside too", {
  x <- leaf(1)
  calls <- 0
  hook <- x$register_hook(function(grad) {
    calls <<- calls + 1
    NULL
  })
  expect_s3_class(hook, "torch_hook")
  (x * 2)$backward()
  hook$remove()
  hook$remove()
  (x * 2)$backward()
  expect_identical(calls, 1)

  own <- x$register_hook(function(grad) {
    calls <<- calls + 1
    own$remove()
    # a place may move while libtorch walks along the list
    x$register_hook(function(grad) NULL)
    NULL
  })
  last <- x$register_hook(function(grad) grad * 0)
  x$grad <- NULL
  (x * 2)$backward()
  (x * 2)$backward()
  expect_identical(calls, 2)
  expect_identical(as_array(x$grad), 0)
})

test_that("values other than tensors are not guessed", {
  x <- leaf(c(1, 2))
  hook <- x$register_hook(function(grad) 0)
  expect_failure_of((x * 2)$sum()$backward(), "type", "must return a tensor or NULL, not the number 0")
  hook$remove()
  x$register_hook(function(grad) "done")
  (x * 2)$sum()$backward()
  expect_identical(as_array(x$grad), c(2, 2))
  x$register_hook(function(grad) grad$sum())
  expect_failure_of((x * 2)$sum()$backward(), "runtime", "shape that it was given, \\[2\\], not \\[\\]")
  expect_failure_of(x$register_hook(1), "type", "`hook` must be a function, not the number 1")
  expect_failure_of(double_tensor(1)$register_hook(identity), "runtime", "requires a gradient")
})

test_that("post-accumulate hooks see the leaf with its gradient", {
  x <- leaf(2)
  seen <- list()
  hook <- x$register_post_accumulate_grad_hook(function(leaf) {
    seen[[length(seen) + 1]] <<- as_array(leaf$grad)
    leaf$grad <- NULL
  })
  (x^2)$backward()
  (x^2)$backward()
  expect_identical(seen, list(4, 4))
  expect_null(x$grad)
  hook$remove()
  (x^2)$backward()
  expect_length(seen, 2)
  expect_failure_of((x * 2)$register_post_accumulate_grad_hook(identity), "runtime", "only a leaf")
})

test_that("conditions of a hook keep their class and call, and the next pass works", {
  x <- leaf(1)
  signal <- NULL
  x$register_hook(function(grad) {
    if (!is.null(signal)) signal()
    NULL
  })
  pass <- function() (x * 2)$backward()
  custom <- structure(class = c("my_error", "error", "condition"), list(message = "mine", call = quote(f(a))))
  signal <- function() stop(custom)
  expect_identical(tryCatch(pass(), error = identity), custom)
  signal <- function() log(-1)
  expect_warning(pass(), "NaN")
  signal <- function() message("hello")
  expect_message(pass(), "hello")
  signal <- function() torch_relu("a")
  expect_failure_of(pass(), "type", call = "torch_relu")
  signal <- function() stop("plain")
  error <- tryCatch(pass(), error = identity)
  expect_identical(conditionCall(error), quote(signal()))
  expect_identical(callCC(function(leave) {
    signal <<- function() leave("left")
    pass()
  }), "left")
  signal <- function() invokeRestart("away", 5)
  expect_identical(withRestarts(pass(), away = function(n) n), 5)
  interrupted <- structure(class = c("interrupt", "condition"), list())
  signal <- function() signalCondition(interrupted)
  expect_identical(tryCatch(pass(), interrupt = function(i) "interrupted"), "interrupted")
  signal <- NULL
  x$grad <- NULL
  pass()
  expect_identical(as_array(x$grad), 2)
})

test_that("an interrupt from outside ends the pass", {
  skip_on_os("windows")
  x <- leaf(1)
  x$register_hook(function(grad) {
    tools::pskill(Sys.getpid(), tools::SIGINT)
    Sys.sleep(5)
    NULL
  })
  expect_identical(tryCatch((x * 2)$backward(), interrupt = function(i) "interrupted"), "interrupted")
  y <- leaf(1)
  (y * 3)$backward()
  expect_identical(as_array(y$grad), 3)
})

test_that("a hook may run a backward pass, and catch its failure", {
  x <- leaf(2)
  y <- leaf(5)
  x$register_hook(function(grad) {
    # as in PyTorch, nothing is recorded here unless it is asked for
    local_enable_grad()
    (y^2)$backward()
    bad <- leaf(1)
    bad$register_hook(function(grad) stop("inner"))
    message <- tryCatch((bad * 2)$backward(), error = conditionMessage)
    expect_identical(message, "inner")
    grad * y$grad
  })
  (x * 3)$backward()
  expect_identical(as_array(x$grad), 30)

  outer <- leaf(1)
  outer$register_hook(function(grad) {
    inner <- leaf(1)
    inner$register_hook(function(grad) stop("from far inside"))
    with_enable_grad(inner * 2)$backward()
  })
  expect_error((outer * 2)$backward(), "from far inside")
  (y^2)$backward()
  expect_identical(as_array(y$grad), 20)
})

test_that("on another thread than R's a hook is an error", {
  # libtorch goes to a thread of its own when passes are nested more than 60 deep
  deepest <- 0
  nest <- function(depth) {
    x <- leaf(1)
    x$register_hook(function(grad) {
      deepest <<- max(deepest, depth)
      if (depth < 80) nest(depth + 1)
      NULL
    })
    with_enable_grad(x * 2)$backward()
  }
  expect_failure_of(nest(1), "runtime", "another thread than R's own")
  expect_gt(deepest, 40)
  expect_lt(deepest, 80)
  x <- leaf(1)
  x$register_hook(function(grad) grad * 2)
  (x * 2)$backward()
  expect_identical(as_array(x$grad), 4)
})

test_that("a closure goes with its tensor", {
  gone <- character()
  mark <- function(name) {
    # a promise would hold the frame that it comes from, and with it the tensor
    force(name)
    token <- new.env()
    reg.finalizer(token, function(e) gone <<- c(gone, name))
    function(grad) {
      token
      NULL
    }
  }
  before <- kept()
  make <- function(name) {
    x <- leaf(1)
    x$register_hook(mark(name))
    x
  }
  x <- make("leaf")
  expect_identical(kept(), before + 1)
  expect_false("leaf" %in% gone)
  rm(x)
  kept()
  expect_identical(kept(), before)
  gc()
  expect_true("leaf" %in% gone)

  # the tensor lives on in the graph, and so does its hook
  y <- make("graph") * 2
  kept()
  expect_false("graph" %in% gone)
  y$backward()
  rm(y)
  kept()
  gc()
  expect_true("graph" %in% gone)

  x <- leaf(1)
  hook <- x$register_hook(mark("removed"))
  hook$remove()
  gc()
  expect_true("removed" %in% gone)
  expect_identical(kept(), before)
})

test_that("a hook inside a graph goes when the graph is freed, whatever its environment holds", {
  before <- kept()
  step <- function(retain_graph) {
    x <- leaf(2)
    y <- x^2
    y$register_hook(function(grad) grad * 2)
    loss <- y * 3
    loss$backward(retain_graph = retain_graph)
    list(x, loss)
  }
  for (i in 1:5) step(FALSE)
  expect_identical(kept(), before)
  # kept with the graph
  parts <- step(TRUE)
  parts[[2]]$backward()
  expect_identical(as_array(parts[[1]]$grad), 48)
  rm(parts)
  expect_identical(kept(), before)
  # once freed, the graph can't be used again
  parts <- step(FALSE)
  expect_failure_of(parts[[2]]$backward(), "runtime", "a second time")
})

test_that("asking for the gradient of an inner tensor does not free what made it", {
  x <- leaf(2)
  y <- x * 3
  calls <- 0
  y$register_hook(function(grad) {
    calls <<- calls + 1
    NULL
  })
  grad <- autograd_grad(y * 5, y)[[1]]
  y$backward(grad)
  expect_identical(as_array(x$grad), 15)
  expect_identical(calls, 2)
})

test_that("1e5 hooks leave nothing behind", {
  before <- kept()
  x <- leaf(1)
  hook <- function(grad) NULL
  for (i in 1:50000) x$register_hook(hook)$remove()
  for (i in 1:50000) {
    y <- leaf(1)
    y$register_hook(hook)
  }
  rm(y)
  expect_identical(kept(), before)
  # the list of x did not grow either: a pass walks along nothing
  expect_silent((x * 2)$backward())
})

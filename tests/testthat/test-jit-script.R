v <- torch_tensor(c(-1, 2, 3))
m <- torch_tensor(matrix(c(1, -2, 3, 4, 5, -6), 2))

test_that("the first example of the article's limitations takes tensors of any size", {
  running <- function(x) {
    rows <- torch_unbind(x)
    torch_stack(lapply(rows, function(row) torch_cumsum(row, 1)))
  }
  program <- expect_same_as_eager(running, m)
  expect_equal(dim(program(torch_ones(7, 3))), c(7, 3))
})

test_that("branches decide anew for each input", {
  f <- function(x) if (x$sum()$item() > 0) x * 2 else x - 1
  expect_same_as_eager(f, v)
  expect_same_as_eager(f, -v)
  expect_same_as_eager(function(x, n = 2L) {
    if (n > 3) {
      return(x)
    } else if (n == 2) {
      x <- x + 1
    }
    x * n
  }, v)
  expect_same_as_eager(function(x) {
    y <- if (length(x) > 2) x$sum() else x$mean()
    y + 1
  }, v)
  expect_same_as_eager(function(x, mode = "sum") switch(mode, sum = x$sum(), mean = , average = x$mean(), stop("no ", mode)), v, "mean")
  expect_same_as_eager(function(x, mode = "sum") switch(mode, sum = x$sum(), mean = , average = x$mean(), stop("no ", mode)), v, "other")
  expect_same_as_eager(function(n = 2L) switch(n, 10, 20, 30), 3L)
})

test_that("loops are loops", {
  expect_same_as_eager(function(x) {
    total <- torch_zeros(1)
    for (i in seq_len(length(x))) total <- total + x[i] * i
    total
  }, v)
  expect_same_as_eager(function(n = 5L) {
    s <- 0
    for (i in seq_len(n)) {
      if (i %% 2 == 0) next
      if (i > 7) break
      s <- s + i
    }
    s
  }, 12L)
  expect_same_as_eager(function(a = 2, tolerance = 1e-9) {
    x <- a
    while (abs(x * x - a) > tolerance) x <- (x + a / x) / 2
    x
  }, 10)
  expect_same_as_eager(function(n = 3L) {
    k <- 0L
    repeat {
      k <- k + 1L
      last <- k * 2L
      if (k >= n) break
    }
    c(k, last)
  }, 4L)
  expect_same_as_eager(function(n = 0L) {
    s <- 0L
    for (i in 1:n) s <- s + i * 10L
    s
  }, 0L)
  expect_same_as_eager(function(n = 9L) {
    s <- 0L
    for (i in seq(n, 1L, by = -2L)) s <- s * 10L + i
    s
  }, 9L)
  expect_same_as_eager(function(x) {
    out <- list()
    for (row in as.list(x)) for (k in 1:2) out[[length(out) + 1]] <- row * k
    torch_stack(out)
  }, m)
})

test_that("numbers are R's", {
  expect_same_as_eager(function(n = 5L) n / 2L, 5L)
  expect_same_as_eager(function(n = 5L) c(n %/% 2L, n %% 3L, (-n) %/% 2L, (-n) %% 3L), 5L)
  expect_same_as_eager(function(x = 5.5) c(x %/% 2, x %% 2, -x %/% 2, -x %% 2, x^2, 2^-x), 5.5)
  expect_same_as_eager(function(n = 25L) {
    f <- 1
    for (i in 1:n) f <- f * i
    f
  }, 25L)
  expect_same_as_eager(function(n = 90L) {
    a <- 0
    b <- 1
    for (i in 1:n) {
      total <- a + b
      a <- b
      b <- total
    }
    a
  }, 120L)
  expect_same_as_eager(function(n = 3L) {
    x <- 0
    for (i in seq_len(n)) x <- x + 0.5
    x
  }, 3L)
  expect_same_as_eager(function(x = 1) c(sqrt(x), exp(x), log(x), floor(x), ceiling(x), round(x), abs(-x), sin(x)), 2.5)
  expect_same_as_eager(function(x = 1) c(min(x, 2), max(x, 2), sum(x, 2, 3)), 1.5)
  expect_same_as_eager(function(x = 1) 1 / (x - 1), 1)
  expect_same_as_eager(function(x = 1) if (x > 0) 1 else 2, NaN)
  expect_same_as_eager(function(n = 3) torch_zeros(n, n * 2), 3)
  expect_same_as_eager(function(n = 3) torch_zeros(n), 2.5)
  expect_same_as_eager(function(x, n = 2) x * n + 1L, torch_tensor(1:3))
  expect_same_as_eager(function(x) x + 1, torch_tensor(1:3))
})

test_that("changing a list changes one variable", {
  expect_same_as_eager(function(x) {
    a <- list(x, x * 2)
    b <- a
    b[[1]] <- x * 10
    list(a[[1]], b[[1]])
  }, v)
  expect_same_as_eager(function(n = 3L) {
    a <- c(1, 2, 3)
    b <- a
    for (i in seq_len(n)) {
      b[i] <- b[i] * 10
      a <- b
    }
    c(a, b)
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    a <- c(1, 2, 3)
    change <- function(z) {
      z[1] <- 100
      z
    }
    b <- change(a)
    c(a, b)
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    a <- c(1L, 2L, 3L)
    for (k in a) a[1] <- a[1] + k
    a
  }, 3L)
  expect_same_as_eager(function(x) {
    y <- x$clone()
    z <- y
    z[1] <- 100
    y
  }, v)
})

test_that("lists, vectors and names", {
  expect_same_as_eager(function(x) list(mean = x$mean(), n = length(x), shape = dim(x)), m)
  expect_same_as_eager(function(n = 2L) {
    d <- list()
    for (key in c("a", "b")) d[[key]] <- n
    d
  }, 2L)
  expect_same_as_eager(function(x) {
    r <- list(a = x, n = 1L)
    r$n <- r$n + 1L
    r$b <- r$a * r$n
    r
  }, v)
  expect_same_as_eager(function(n = 3L) rev(c(1L, n, 7L)))
  expect_same_as_eager(function(n = 3L) n %in% c(1L, 3L))
  expect_same_as_eager(function(x) unlist(lapply(torch_unbind(x), function(row) row$sum()$item())), m)
  expect_same_as_eager(function(x) vapply(torch_unbind(x), function(row) row$sum()$item(), 0), m)
  expect_same_as_eager(function(x) Reduce(`+`, torch_unbind(x)), m)
  expect_same_as_eager(function(x) Map(function(a, b) a * b, torch_unbind(x), torch_unbind(x + 1)), m)
  expect_same_as_eager(function(x) Filter(function(row) row$sum()$item() > 0, torch_unbind(x)), m)
  expect_same_as_eager(function(x) do.call(torch_cat, list(list(x, x), dim = 2)), m)
  expect_same_as_eager(function(n = 3L) {
    out <- c()
    for (i in seq_len(n)) out <- c(out, i^2)
    out
  }, 4L)
})

test_that("positions count from one", {
  expect_same_as_eager(function(x) x[1], v)
  expect_same_as_eager(function(x) x[-1], v)
  expect_same_as_eager(function(x) x[2:3], v)
  expect_same_as_eager(function(x) x[, 2], m)
  expect_same_as_eager(function(x) x[1, 2:N], m)
  expect_same_as_eager(function(x) x[.., 1], m)
  expect_same_as_eager(function(x) x[x > 0], m)
  expect_same_as_eager(function(x, i = 2L) x[i], v, 0L)
  expect_same_as_eager(function(x, i = 2L) x[i], v, -2L)
  expect_same_as_eager(function(x) x$max(dim = 2)[[2]], m)
  expect_same_as_eager(function(x) x$argmax(dim = 1), m)
  expect_same_as_eager(function(x) torch_gather(x, 2, torch_tensor(matrix(c(1L, 2L), 2))), m)
  expect_same_as_eager(function(x, i = 1L) list(10, 20)[[i]] + c(1, 2)[i], v, 3L)
  expect_same_as_eager(function(x) {
    x <- x$clone()
    x[1, ] <- 5
    x[, 2] <- x[, 1]
    x[x > 4] <- 0
    x
  }, m)
})

test_that("values from around the function are constants, and functions are compiled", {
  weight <- torch_tensor(c(1, 2, 3))
  k <- 2
  scale <- function(x, by = k) x * by
  expect_same_as_eager(function(x) scale(x) + scale(x, by = 3) * weight, v)
  traced <- jit_trace(function(x) torch_relu(x), v)
  expect_same_as_eager(function(x) traced(x) + 1, v)
  expect_same_as_eager(compiler::cmpfun(function(x) x |> torch_relu() |> torch_sum()), v)
  inner <- jit_script(function(x) if (x$sum()$item() > 0) x else -x)
  outer <- jit_trace(function(x) inner(x) * 2, v)
  expect_equal(as.numeric(outer(-v)), as.numeric(inner(-v) * 2))
})

test_that("NULL is asked for", {
  f <- function(x, mask = NULL) {
    if (!is.null(mask)) x <- x * mask
    x$sum()
  }
  expect_same_as_eager(f, v)
  expect_same_as_eager(f, v, v)
  expect_same_as_eager(function(x, mask = NULL) if (is.null(mask) || mask$sum()$item() > 100) x else x * mask, v, v)
  expect_same_as_eager(function(x) {
    best <- NULL
    for (row in as.list(x)) if (is.null(best) || row$sum()$item() > best$sum()$item()) best <- row
    best
  }, m)
})

test_that("text, errors and output", {
  expect_same_as_eager(function(n = 2L) paste0("a", n, "b"))
  expect_same_as_eager(function(n = 2L) sprintf("%d of %s", n, "ten"))
  expect_same_as_eager(function(n = 2L) {
    stopifnot(n > 5)
    n
  })
  program <- jit_script(function(n = 2L) {
    if (n > 2) stop("n is too large: ", n)
    cat("n is", n, "\n")
    n
  })
  expect_error(program(3L), "n is too large: 3", class = "torchscript_program_error")
  expect_output(program(1L), "n is 1")
})

test_that("functional operators compile", {
  expect_same_as_eager(function(x) nnf_softmax(x, 2), m)
  expect_same_as_eager(function(x) nnf_mse_loss(x, x * 2, reduction = "sum"), m)
  expect_same_as_eager(function(x) nnf_cross_entropy(x, torch_tensor(c(1L, 3L))), m)
  expect_same_as_eager(function(x) nnf_linear(x, torch_ones(4, 3), NULL), m)
  expect_same_as_eager(function(x) nnf_gelu(nnf_layer_norm(x, 3)), m)
  expect_same_as_eager(function(x) torch_topk(x, 2)$indices, v)
  expect_same_as_eager(function(x) max(x) + sum(x) + mean(x) + abs(x) + round(x), v)
  expect_same_as_eager(function(x) x %*% t(x), m)
  expect_same_as_eager(function(x) x$to(dtype = torch_double())$sum(1)$view(c(1, -1)), m)
  expect_same_as_eager(function(x) with_no_grad(x * 2), m)
})

test_that("modules are compiled with all that forward calls", {
  gate <- nn_module(
    initialize = function() {
      self$layers <- nn_module_list(list(nn_linear(2, 2), nn_linear(2, 2)))
      self$norm <- nn_batch_norm1d(2)
      self$scale <- 0.5
      self$calls <- 0L
    },
    forward = function(x) {
      self$calls <- self$calls + 1L
      for (layer in as.list(self$layers)) x <- torch_relu(layer(x))
      if (x$sum()$item() > 1) x <- self$shift(x)
      self$norm(x) * self$scale
    },
    shift = function(x, by = 1) x + by
  )
  module <- gate()
  program <- jit_script(module)
  module$eval()
  program$eval()
  x <- torch_randn(4, 2)
  expect_equal(as_array(program(x)), as_array(module(x)))
  expect_equal(program$calls, 1)
  expect_equal(as_array(program(-x)), as_array(module(-x)))
  # the weights are the module's own
  with_no_grad(module$layers[[1]]$weight$mul_(2))
  expect_equal(as_array(program(x)), as_array(module(x)))
  # training is looked up in each call
  program$train()
  expect_false(isTRUE(all.equal(as_array(program(x)), as_array(module(x)))))
  expect_failure_of(program$scale <- 2, "value", "constant")
  net <- nn_sequential(nn_linear(2, 3), nn_relu(), nn_linear(3, 1))
  expect_equal(as_array(jit_script(net)(x)), as_array(net(x)))
  path <- withr::local_tempfile(fileext = ".pt")
  jit_save(jit_script(net), path)
  expect_equal(as_array(jit_load(path)(x)), as_array(net(x)))
})

test_that("what is marked as unused is no part of the program", {
  shown <- jit_unused(function(x) print(dim(x)))
  program <- jit_script(function(x, verbose = FALSE) {
    if (verbose) shown(x)
    x + 1
  })
  expect_equal(as.numeric(program(v)), c(0, 3, 4))
  expect_error(program(v, verbose = TRUE), "jit_unused", class = "torchscript_program_error")
})

test_that("what can't be translated is told all at once, with its place", {
  f <- eval(parse(text = "function(x) {\n  y <- unknown_one(x)\n  z <- x + 1\n  other(z)\n}", keep.source = TRUE))
  e <- expect_error(jit_script(f), class = "torchscript_compile_error")
  expect_match(conditionMessage(e), "2 places can't be translated")
  expect_match(conditionMessage(e), "2:8, `unknown_one(x)`: There is no function `unknown_one()`.", fixed = TRUE)
  expect_match(conditionMessage(e), "4:3, `other(z)`", fixed = TRUE)
  refused <- function(f, text, ...) expect_failure_of(jit_script(f, ...), "compile", text)
  refused(function(x, n = 2L) {
    if (n > 1) y <- x
    y
  }, "`y` is set only where `n > 1` holds")
  refused(function(x) if (x > 0) x else -x, "A condition must be TRUE or FALSE, not a tensor")
  refused(function(n = 2L) {
    loss <- 0
    for (i in seq_len(n)) loss <- loss + torch_ones(1)
    loss
  }, "`loss` is a number before the loop and a tensor in it")
  refused(function(n = 2L) if (n > 1) n else torch_ones(1), "returns")
  refused(function(x) x[0], "Positions count from one")
  refused(function(x) x$nothing(), "no property or method")
  refused(function(x) lm(x), "`lm\\(\\)` can't be translated")
  calls_itself <- function(x) if (x$sum()$item() > 9) x else calls_itself(x + 1)
  refused(calls_itself, "calls itself")
  expect_failure_of(jit_script(3), "type", "must be an R function")
  expect_failure_of(jit_script(function(x) x, y = "int"), "type", "no argument `y`")
  expect_failure_of(jit_script(function(x) x, x = "integer"), "type", "no TorchScript type")
})

test_that("programs from R are like all others", {
  program <- jit_script(function(x, n = 2L) {
    for (i in seq_len(n)) x <- torch_tanh(x)
    x
  })
  path <- withr::local_tempfile(fileext = ".pt")
  jit_save(program, path)
  loaded <- jit_load(path)
  expect_equal(as.numeric(loaded(v, 3L)), as.numeric(torch_tanh(torch_tanh(torch_tanh(v)))))
  expect_match(program$code, "torch.tanh")
  copy <- unserialize(serialize(program, NULL))
  expect_equal(as.numeric(copy(v)), as.numeric(program(v)))
  expect_output(print(program), "n: int = 2", fixed = TRUE)
})

test_that("all problems of a statement are told, and only they", {
  told <- function(fn) {
    lines <- strsplit(conditionMessage(expect_failure_of(jit_script(fn), "compile", ".")), "\n")[[1]]
    sub(".*no function `(.*)[(][)]`.*", "\\1", grep("^- ", lines, value = TRUE))
  }
  expect_identical(told(function(x) {
    y <- first(x) + second(x)
    if (third(y)) y$sum() else fourth(y)$mean()
  }), c("first", "second", "third", "fourth"))
  expect_identical(told(function(x) {
    scale <- function(y) first(y) * second(y)
    torch_stack(list(scale(x), third(x)))
  }), c("first", "second", "third"))
  expect_setequal(told(function(x) {
    x[first(x)] <- second(x)
    rows <- lapply(1:3, function(i) third(x, i) + x)
    while (fourth(rows) && fifth(x)) x <- x + 1
    x
  }), c("first", "second", "third", "fourth", "fifth"))
  expect_identical(told(function(x) outer_one(inner_one(x))), c("outer_one", "inner_one"))
})

test_that("seq() takes a step from the arguments", {
  f <- function(from = 1L, to = 10L, by = 3L) {
    total <- 0
    for (i in seq(from, to, by)) total <- total * 10 + i
    total
  }
  for (ends in list(c(1L, 10L, 3L), c(10L, 1L, -4L), c(5L, 5L, 2L), c(-3L, 2L, 1L), c(1L, 10L, -1L), c(1L, 3L, 5L))) {
    expect_same_as_eager(f, ends[[1]], ends[[2]], ends[[3]])
  }
  expect_same_as_eager(function(n = 2L) sum(seq(n, 20, by = n)), 3L)
  expect_same_as_eager(function(n = 2L) seq(20, n, by = -n), 3L)
})

test_that("Map() repeats the shorter list", {
  f <- function(a, b = c(10, 20)) Map(function(x, y) x * y, a, b)
  types <- list(a = "List[Tensor]", b = "List[float]")
  expect_same_as_eager(f, list(v, m, v + 1, v), c(10, 20), types = types)
  expect_same_as_eager(f, list(v, m), c(10, 20), types = types)
  expect_same_as_eager(f, list(v), c(10, 20), types = types)
  expect_same_as_eager(f, list(), c(10, 20), types = types)
  program <- jit_script(f, a = "List[Tensor]", b = "List[float]")
  expect_warning(rows <- program(list(v, m, v), c(10, 20)), "not a multiple")
  expect_equal(plain_values(rows), plain_values(list(v * 10, m * 20, v * 10)))
})

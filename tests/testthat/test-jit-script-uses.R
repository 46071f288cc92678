# What people write loops for, in R and compiled.

test_that("an RNN over a sequence of any length", {
  torch_manual_seed(1)
  w <- torch_randn(4, 3)
  u <- torch_randn(4, 4)
  rnn <- function(x) {
    h <- torch_zeros(4)
    states <- list()
    for (t in seq_len(x$size(1))) {
      h <- torch_tanh(torch_mv(w, x[t]) + torch_mv(u, h))
      states[[t]] <- h
    }
    list(states = torch_stack(states), last = h)
  }
  program <- expect_same_as_eager(rnn, torch_randn(5, 3))
  expect_equal(dim(program(torch_randn(9, 3))$states), c(9, 4))
})

test_that("an LSTM cell in a loop with an early exit", {
  torch_manual_seed(2)
  w <- torch_randn(8, 3)
  u <- torch_randn(8, 2)
  expect_same_as_eager(function(x, limit = 0.9) {
    h <- torch_zeros(2)
    c <- torch_zeros(2)
    steps <- 0L
    for (row in as.list(x)) {
      gates <- torch_chunk(torch_mv(w, row) + torch_mv(u, h), 4)
      c <- torch_sigmoid(gates[[2]]) * c + torch_sigmoid(gates[[1]]) * torch_tanh(gates[[3]])
      h <- torch_sigmoid(gates[[4]]) * torch_tanh(c)
      steps <- steps + 1L
      if (torch_max(torch_abs(h))$item() > limit) break
    }
    list(h, c, steps)
  }, torch_randn(6, 3), 0.3)
})

test_that("greedy and beam-search decoding", {
  torch_manual_seed(3)
  table <- torch_log_softmax(torch_randn(5, 5), 2)
  expect_same_as_eager(function(start = 1L, stop_at = 5L, longest = 10L) {
    token <- start
    tokens <- c(token)
    while (token != stop_at && length(tokens) < longest) {
      token <- as.integer(torch_argmax(table[token])$item())
      tokens <- c(tokens, token)
    }
    tokens
  }, 2L)
  expect_same_as_eager(function(start = 1L, width = 3L, steps = 4L) {
    best <- torch_topk(table[start], width)
    scores <- best[[1]]
    tokens <- best[[2]]$unsqueeze(2)
    for (step in seq_len(steps)) {
      last <- tokens[, -1]
      all <- torch_index_select(table, 1, last) + scores$unsqueeze(2)
      found <- torch_topk(all$flatten(), width)
      scores <- found[[1]]
      place <- found[[2]] - 1L
      from <- torch_floor_divide(place, 5L) + 1L
      token <- torch_remainder(place, 5L) + 1L
      tokens <- torch_cat(list(torch_index_select(tokens, 1, from), token$unsqueeze(2)), dim = 2)
    }
    list(tokens = tokens, scores = scores)
  })
})

test_that("Newton's method, power iteration, and a test for convergence", {
  expect_same_as_eager(function(a = 2, tolerance = 1e-12) {
    x <- a
    steps <- 0L
    repeat {
      new <- (x + a / x) / 2
      steps <- steps + 1L
      if (abs(new - x) < tolerance || steps >= 100L) break
      x <- new
    }
    list(root = new, steps = steps)
  }, 7)
  expect_same_as_eager(function(m, steps = 50L) {
    v <- torch_ones(nrow(m))
    for (i in seq_len(steps)) {
      w <- torch_mv(m, v)
      v <- w / torch_norm(w)
    }
    list(value = torch_dot(v, torch_mv(m, v)), vector = v)
  }, torch_tensor(matrix(c(2, 1, 1, 3), 2)))
  expect_same_as_eager(function(x, tolerance = 1e-6) {
    for (i in 1:1000) {
      new <- torch_cos(x)
      if (torch_max(torch_abs(new - x))$item() < tolerance) {
        return(list(new, i))
      }
      x <- new
    }
    stop("no fixed point")
  }, torch_tensor(c(0.1, 2)))
})

test_that("non-maximum suppression", {
  boxes <- torch_tensor(matrix(c(0, 0, 2, 2, 0.1, 0, 2.1, 2, 3, 3, 4, 4, 3, 3, 4.2, 4.1), 4, byrow = TRUE))
  scores <- torch_tensor(c(0.8, 0.9, 0.6, 0.7))
  expect_same_as_eager(function(boxes, scores, threshold = 0.5) {
    order <- torch_argsort(scores, descending = TRUE)
    kept <- list()
    area <- (boxes[, 3] - boxes[, 1]) * (boxes[, 4] - boxes[, 2])
    while (length(order) > 0) {
      i <- as.integer(order[1]$item())
      kept[[length(kept) + 1]] <- order[1]
      rest <- order[order != i]
      left <- torch_clamp(boxes[rest, 1], min = boxes[i, 1]$item())
      top <- torch_clamp(boxes[rest, 2], min = boxes[i, 2]$item())
      right <- torch_clamp(boxes[rest, 3], max = boxes[i, 3]$item())
      bottom <- torch_clamp(boxes[rest, 4], max = boxes[i, 4]$item())
      inner <- torch_clamp(right - left, min = 0) * torch_clamp(bottom - top, min = 0)
      overlap <- inner / (area[i] + area[rest] - inner)
      order <- rest[overlap < threshold]
    }
    torch_stack(kept)
  }, boxes, scores)
})

test_that("a mixture of experts that branches on data", {
  experts <- nn_module(
    initialize = function() {
      self$gate <- nn_linear(3, 2)
      self$small <- nn_linear(3, 2)
      self$large <- nn_sequential(nn_linear(3, 8), nn_relu(), nn_linear(8, 2))
    },
    forward = function(x) {
      rows <- lapply(torch_unbind(x), function(row) {
        choice <- torch_argmax(self$gate(row))$item()
        if (choice == 1) self$small(row) else self$large(row)
      })
      torch_stack(rows)
    }
  )
  torch_manual_seed(4)
  module <- experts()
  program <- jit_script(module)
  x <- torch_randn(6, 3)
  expect_equal(as_array(program(x)), as_array(module(x)), tolerance = 1e-6)
})

test_that("dynamic padding of a list of tensors", {
  pad <- function(xs) {
    longest <- 0L
    for (x in xs) longest <- max(longest, x$size(1))
    rows <- lapply(xs, function(x) torch_cat(list(x, torch_zeros(longest - x$size(1)))))
    torch_stack(rows)
  }
  expect_same_as_eager(pad, list(torch_ones(2), torch_ones(4), torch_ones(1)), types = list(xs = "List[Tensor]"))
})

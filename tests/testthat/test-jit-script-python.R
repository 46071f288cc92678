# The same functions in R and in Python (dev/fixtures_script.py), each compiled on its side.
functions <- list(
  branch = list(function(x) if (x$sum()$item() > 0) x * 2 else x - 1),
  running = list(function(x) {
    total <- torch_zeros_like(x[1])
    torch_stack(lapply(torch_unbind(x), function(row) {
      total <<- total + row
      total
    }))
  }),
  newton = list(function(a) {
    x <- a
    steps <- 0L
    while (abs(x * x - a) > 1e-9) {
      x <- (x + a / x) / 2
      steps <- steps + 1L
    }
    list(x, steps)
  }, a = "float"),
  collatz = list(function(n) {
    steps <- 0L
    while (n != 1L) {
      n <- if (n %% 2L == 0L) n %/% 2L else 3L * n + 1L
      steps <- steps + 1L
    }
    steps
  }, n = "int"),
  floor_signs = list(function(a, b) c(a %/% b, a %% b, -a %/% b, -a %% b), a = "int", b = "int"),
  greedy = list(function(m, start) {
    token <- start
    tokens <- c(token)
    while (length(tokens) < 5) {
      token <- as.integer(torch_argmax(m[(token - 1L) %% 2L + 1L])$item())
      tokens <- c(tokens, token)
    }
    tokens
  }, start = "int"),
  power = list(function(m) {
    square <- torch_matmul(m, m$t())
    v <- torch_ones(2)
    for (i in 1:30) {
      w <- torch_mv(square, v)
      v <- w / torch_norm(w)
    }
    v
  }),
  pad = list(function(m) torch_stack(lapply(1:3, function(i) torch_cat(list(m[1, 1:i], torch_zeros(3L - i)))))),
  chosen = list(function(m) {
    best <- m[1]
    for (row in as.list(m)) if (torch_max(row)$item() > torch_max(best)$item()) best <- row
    list(best, torch_argmax(best))
  }),
  factorial = list(function(n) {
    f <- 1
    for (i in 1:n) f <- f * i
    f
  }, n = "int")
)

test_that("compiled from R and compiled from Python give the same", {
  cases <- recorded("script.R")
  for (name in names(cases)) {
    program <- do.call(jit_script, functions[[sub("_negative$", "", name)]])
    for (i in 1:3) {
      answer <- do.call(program, unname(alive(as.list(cases[[name]]$arguments))))
      expect_recorded(answer, cases[[name]]$answer, name)
    }
  }
})

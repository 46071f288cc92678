# Gradients within programs.

test_that("autograd_grad() gives the gradients that R computes", {
  x <- torch_tensor(c(1, 2))
  same <- function(fn) expect_same_as_eager(fn, x)
  same(function(x) { x <- x$clone()$requires_grad_(); autograd_grad((x^3)$sum(), x)[[1]] })
  same(function(x) { x <- x$clone()$requires_grad_(); autograd_grad(x^3, x, grad_outputs = list(torch_tensor(c(1, 10))))[[1]] })
  same(function(x) { x <- x$clone()$requires_grad_(); autograd_grad(x^3, list(x), torch_tensor(c(1, 10)))[[1]] })
  same(function(x) { x <- x$clone()$requires_grad_(); g <- autograd_grad((x^3)$sum(), x, create_graph = TRUE)[[1]]; autograd_grad(g$sum(), x)[[1]] })
  same(function(x) { x <- x$clone()$requires_grad_(); l <- (x^3)$sum(); a <- autograd_grad(l, x, retain_graph = TRUE)[[1]]; a + autograd_grad(l, x)[[1]] })
  same(function(x) {
    x <- x$clone()$requires_grad_()
    z <- torch_zeros(2, requires_grad = TRUE)
    g <- autograd_grad((x^3)$sum(), list(x, z), allow_unused = TRUE)
    if (is.null(g[[2]])) x else x * 2
  })
  # errors from both
  same(function(x) { x <- x$clone()$requires_grad_(); l <- (x^3)$sum(); a <- autograd_grad(l, x)[[1]]; a + autograd_grad(l, x)[[1]] })
  same(function(x) { x <- x$clone()$requires_grad_(); z <- torch_zeros(2, requires_grad = TRUE); autograd_grad((x^3)$sum(), list(x, z))[[2]] })
  same(function(x) autograd_grad(x$sum(), x)[[1]])
  expect_failure_of(jit_script(function(x, n = 2) autograd_grad(x, n)), "compile", "`inputs` must be a tensor, or a list of tensors")
})

test_that("a program learns by itself", {
  withr::local_seed(1)
  torch_manual_seed(1)
  x <- torch_randn(20, 2)
  y <- x$matmul(torch_tensor(c(2, -1))) + 0.5
  descend <- function(x, y, steps = 300L, rate = 0.1) {
    w <- torch_zeros(2, requires_grad = TRUE)
    b <- torch_zeros(1, requires_grad = TRUE)
    for (i in seq_len(steps)) {
      loss <- ((x$matmul(w) + b - y)^2)$mean()
      g <- autograd_grad(loss, list(w, b))
      with_no_grad({
        w$sub_(rate * g[[1]])
        b$sub_(rate * g[[2]])
      })
    }
    list(w$detach(), b$detach())
  }
  program <- expect_same_as_eager(descend, x, y, 20L, 0.1)
  found <- program(x, y)
  expect_equal(as_array(found[[1]]), c(2, -1), tolerance = 1e-4)
  expect_equal(as_array(found[[2]]), 0.5, tolerance = 1e-4)
  newton <- function(f, x, n) {
    for (i in seq_len(n)) {
      x <- x$detach()$requires_grad_()
      g <- autograd_grad(f(x), x, create_graph = TRUE)[[1]]
      x <- x - g / autograd_grad(g, x)[[1]]
    }
    x$detach()
  }
  expect_same_as_eager(function(x) newton(function(z) (z - 3)^2 + z^4, x, 5), torch_tensor(1))
  path <- withr::local_tempfile(fileext = ".pt")
  jit_save(program, path)
  expect_equal(as_array(jit_load(path)(x, y)[[1]]), as_array(found[[1]]))
})

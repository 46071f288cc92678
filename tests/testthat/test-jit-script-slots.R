# Lists that are made with their length, and filled.

test_that("vector(\"list\", n) is filled, and is a list when it is full", {
  x <- torch_tensor(c(1, 2, 3))
  expect_same_as_eager(function(x, n = 3L) {
    out <- vector("list", n)
    for (i in seq_len(n)) out[[i]] <- x * i
    torch_stack(out)
  }, x)
  expect_same_as_eager(function(x) {
    out <- vector("list", x$size(1))
    for (i in rev(seq_along(out))) out[[i]] <- x[i]$item()
    unlist(out)
  }, x)
  expect_same_as_eager(function(x) {
    out <- vector(mode = "list", length = 2)
    out[[1]] <- x
    asked <- list(is.null(out[[1]]), is.null(out[[2]]), length(out))
    out[[2]] <- out[[1]] + 1
    out[[3]] <- out[[2]][2] * x
    list(asked, out, length(out))
  }, x)
  expect_same_as_eager(function(x) {
    out <- vector("list", 2)
    for (k in 1:2) {
      inner <- vector("list", k)
      for (j in seq_len(k)) inner[[j]] <- x * j
      out[[k]] <- inner
    }
    total <- x
    for (part in out) total <- total + torch_stack(part)$sum()
    list(total, unlist(lapply(out, length)), Reduce(`+`, out[[2]]))
  }, x)
  expect_same_as_eager(function(x) {
    out <- if (x$sum()$item() > 0) vector("list", 2) else vector("list", 3)
    fill <- function(i) out[[i]] <<- x * i
    for (i in 1:3) fill(i)
    out
  }, x)
  expect_same_as_eager(function(n = 0L) length(vector("list", n)))
  # what is not full is no list of tensors
  partly <- jit_script(function(x) {
    out <- vector("list", 2)
    out[[1]] <- x
    torch_stack(out)
  })
  expect_error(partly(x), "is still NULL", class = "torchscript_error")
  expect_error(
    jit_script(function(x) {
      out <- vector("list", 2)
      out[[1]] <- x
      out[[2]]$sum()
    })(x), "is still NULL", class = "torchscript_error"
  )
  expect_error(jit_script(function() torch_stack(vector("list", 2))), "a variable of its own", class = "torchscript_compile_error")
  expect_error(
    jit_script(function(x) {
      a <- list()
      a[[1]] <- vector("list", 2)
      a[[1]][[1]] <- x
      a
    }), "a variable of its own", class = "torchscript_compile_error"
  )
  expect_error(jit_script(function(n = -1L) length(vector("list", n)))(), class = "torchscript_error")
  expect_error(
    jit_script(function(x) {
      out <- vector("list", 2)
      out$a <- x
      out
    }), "that is being filled", class = "torchscript_compile_error"
  )
})

# Runs `fn` in R and as a program on the same inputs, three times: the optimiser changes what it runs. Values, what is
# written, what becomes of the inputs, and whether it fails must be the same.
expect_same_as_eager <- function(fn, ..., types = list()) {
  program <- do.call(jit_script, c(list(fn), types))
  run <- function(f) {
    withr::local_seed(1)
    torch_manual_seed(1)
    inputs <- own_tensors(list(...))
    output <- utils::capture.output(value <- tryCatch(plain_values(do.call(f, inputs)), error = function(e) "an error"))
    list(value = value, output = output, inputs = plain_values(inputs))
  }
  expected <- run(fn)
  for (i in 1:3) expect_equal(run(program), expected, tolerance = 1e-6)
  invisible(program)
}

# The same dtypes, shapes and values, to the last bit, and R's kinds of numbers; or an error from both.
expect_exactly_eager <- function(fn, ...) {
  run <- function(f) {
    given <- lapply(list(...), function(x) if (is_torch_tensor(x)) x$clone() else x)
    tryCatch(plain_values(do.call(f, given)), error = function(e) "an error")
  }
  expect_identical(run(jit_script(fn)), run(fn), label = squeeze_text(body(fn)))
}

# Tensors as what can be compared: dtype, shape and values.
plain_values <- function(x) {
  if (inherits(x, "torch_tensor")) {
    return(list(dtype = format(x$dtype), shape = x$shape, values = as.vector(as_array(x$detach()$cpu()))))
  }
  if (is.list(x)) lapply(x, plain_values) else x
}

own_tensors <- function(x) {
  if (inherits(x, "torch_tensor") && !x$requires_grad) {
    return(x$clone())
  }
  if (is.list(x) && !is.object(x)) lapply(x, own_tensors) else x
}

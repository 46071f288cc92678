# Recorded modules (dev/fixtures_nn_recurrent.py): made again with the same seed, and compared with PyTorch's.

recorded_modules <- local({
  cases <- NULL
  function(pattern) {
    if (is.null(cases)) cases <<- recorded("nn-recurrent.R")
    Filter(function(case) grepl(pattern, case[[1]]), cases)
  }
})

# Nested lists as one; NULL stays.
flat_answer <- function(x) {
  if (inherits(x, "packed_sequence")) {
    return(list(x$data))
  }
  if (is.list(x)) unlist(lapply(x, flat_answer), recursive = FALSE, use.names = FALSE) else list(x)
}

sums_of <- function(tensors) lapply(tensors, function(x) if (!is.null(x)) torch_sum(x, dtype = torch_double())$item())

# In what a module differs from PyTorch's: initial values, answers, gradients; nothing where it does not.
module_differences <- function(case) {
  torch_manual_seed(7)
  module <- do.call(sub("_packed$", "", case[[1]]), alive(case[[2]]))
  module$eval()
  inputs <- alive(case[[3]])
  if (endsWith(case[[1]], "_packed")) inputs[[1]] <- nn_utils_rnn_pack_sequence(inputs[[1]], enforce_sorted = FALSE)
  if (is_torch_tensor(inputs[[1]])) inputs[[1]]$requires_grad_(TRUE)
  state <- sums_of(module$state_dict())
  # oneDNN has no projections, and says so
  answer <- flat_answer(suppressWarnings(do.call(module, inputs), classes = "torchscript_warning"))
  trained <- Filter(function(x) is_torch_tensor(x) && x$requires_grad, answer)
  Reduce(torch_add, lapply(trained, function(x) torch_sum(torch_square(x))))$backward()
  gradients <- sums_of(Filter(Negate(is.null), lapply(module$parameters, function(p) p$grad)))
  list(
    state = unlist(Map(unequal_sum, state, case[[5]])),
    state_names = if (!identical(names(state), names(case[[5]]))) c(names(state), "not", names(case[[5]])),
    answer = if (length(answer) != length(case[[4]])) "length" else unlist(Map(optional_difference, answer, case[[4]])),
    gradients = unlist(Map(unequal_sum, gradients[names(case[[6]])], case[[6]])),
    gradient_names = if (!setequal(names(gradients), names(case[[6]]))) names(gradients),
    input_gradient = if (is_torch_tensor(inputs[[1]])) optional_difference(inputs[[1]]$grad, case[[7]])
  )
}

optional_difference <- function(actual, expected) {
  if (is.null(actual) || is.null(expected)) {
    return(if (!is.null(actual) || !is.null(expected)) "is NULL for one")
  }
  difference(actual, expected)
}

# Sums of floats that cancel out are known to fewer digits.
unequal_sum <- function(actual, expected) {
  if (abs(actual - expected) > 1e-4 * (1 + abs(expected))) sprintf("%s instead of %s", format(actual), format(expected))
}

module_label <- function(case) {
  options <- Filter(function(x) !inherits(x, "recorded_tensor"), case[[2]])
  sprintf("%s(%s)", case[[1]], paste(names(options), vapply(options, deparse1, ""), sep = " = ", collapse = ", "))
}

expect_recorded_modules <- function(pattern) {
  cases <- recorded_modules(pattern)
  testthat::expect_gt(length(cases), 0)
  for (case in cases) {
    testthat::expect_null(unlist(module_differences(case)), label = module_label(case))
  }
}

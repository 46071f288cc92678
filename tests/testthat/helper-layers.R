# Recorded layers (dev/fixtures_nn_layers.py): made again with the same seed, and compared with PyTorch's in both modes.

recorded_layers <- local({
  cases <- NULL
  function(pattern = "") {
    if (is.null(cases)) cases <<- recorded("nn-layers.R")
    Filter(function(case) grepl(pattern, case[[1]]), cases)
  }
})

made_layer <- function(case) {
  torch_manual_seed(7)
  do.call(case[[1]], case[[2]])
}

layer_answer <- function(layer, inputs, mode) {
  layer$train(mode)
  torch_manual_seed(7)
  answer <- do.call(layer, inputs)
  if (is.list(answer)) answer else list(answer)
}

# In what a layer differs from PyTorch's; nothing where it does not.
layer_differences <- function(case) {
  layer <- made_layer(case)
  inputs <- unname(alive(case[[3]]))
  is_float <- inputs[[1]]$dtype$is_floating_point
  if (is_float) inputs[[1]]$requires_grad_(TRUE)
  before <- sums_of(layer$state_dict())
  # what works in place may not change a leaf
  train <- layer_answer(layer, c(if (is_float) inputs[[1]] * 1 else inputs[[1]], inputs[-1]), TRUE)
  if (train[[1]]$requires_grad) torch_sum(torch_square(train[[1]]))$backward()
  gradients <- lapply(layer$parameters, function(p) p$grad)
  if (is_float && !is.null(inputs[[1]]$grad)) gradients$input <- inputs[[1]]$grad
  after <- sums_of(layer$state_dict())
  eval <- layer_answer(layer, lapply(inputs, function(x) x$detach()$clone()), FALSE)
  list(
    before = unlist(Map(unequal_sum, before, case[[6]])),
    names = if (!identical(as.character(names(before)), as.character(names(case[[6]])))) toString(names(before)),
    train = unlist(Map(difference, train, case[[4]])),
    eval = unlist(Map(difference, eval, if (is.null(case[[5]])) case[[4]] else case[[5]])),
    after = unlist(Map(unequal_sum, after, case[[7]])),
    gradients = unlist(Map(unequal_sum, sums_of(gradients), case[[8]])),
    gradient_names = if (!identical(as.character(names(gradients)), as.character(names(case[[8]])))) toString(names(gradients))
  )
}

expect_recorded_layers <- function(pattern) {
  cases <- recorded_layers(pattern)
  testthat::expect_gt(length(cases), 0)
  for (case in cases) {
    differences <- tryCatch(unlist(layer_differences(case)), error = conditionMessage)
    testthat::expect_null(differences, label = module_label(case))
  }
}

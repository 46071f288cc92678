model <- jit_load(system.file("extdata", "iris_classifier.pt", package = "torchscript"))
flowers <- torch_tensor(as.matrix(iris[, 1:4]))

test_that("a module is called, and its methods by name", {
  probabilities <- as_array(model(flowers))
  expect_identical(dim(probabilities), c(150L, 3L))
  expect_equal(rowSums(probabilities), rep(1, 150), tolerance = 1e-5)
  expect_gt(mean(max.col(probabilities) == as.integer(iris$Species)), 0.95)
  expect_equal(as_array(model$forward(flowers)), probabilities)
  classes <- model$classify(flowers)
  expect_identical(classes, model$species[max.col(probabilities)])
})

test_that("members are reached by name", {
  expect_identical(model$species, levels(iris$Species))
  expect_false(model$training)
  model$train()
  expect_true(model$training)
  model$eval()
  expect_false(model$training)
  expect_s3_class(model$hidden, "script_module")
  expect_identical(model$hidden$weight$shape[[2]], 4L)
  expect_named(model$hidden$parameters, c("weight", "bias"), ignore.order = TRUE)
  expect_failure_of(model$clasify, "type", "classify")
  expect_output(print(model), "IrisClassifier.*\\$forward\\(x: Tensor\\) -> Tensor")
  expect_true("classify" %in% utils::.DollarNames(model, "^cl"))
})

test_that("the parameters learn from R", {
  fresh <- jit_load(system.file("extdata", "iris_classifier.pt", package = "torchscript"))
  weight <- fresh$hidden$weight
  fresh(flowers)$sum()$backward()
  expect_identical(weight$grad$shape, weight$shape)
})

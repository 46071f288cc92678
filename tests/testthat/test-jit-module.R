classifier <- function() jit_load(system.file("extdata", "iris_classifier.pt", package = "torchscript"))
flowers <- function() torch_tensor(as.matrix(iris[, 1:4]))

test_that("a module is called as a function", {
  m <- classifier()
  expect_s3_class(m, "script_module")
  p <- as_array(m(flowers()))
  expect_identical(dim(p), c(150L, 3L))
  expect_equal(rowSums(p), rep(1, 150), tolerance = 1e-6)
  expect_gt(mean(max.col(p) == as.integer(iris$Species)), 0.95)
  expect_identical(as_array(m(x = flowers())), p)
})

test_that("methods and attributes are members", {
  m <- classifier()
  expect_identical(m$species, levels(iris$Species))
  expect_identical(m$classify(flowers()), m$species[max.col(as_array(m(flowers())))])
  expect_identical(as_array(m$forward(flowers())), as_array(m(flowers())))
  expect_equal(c(as_array(m$mean)), unname(colMeans(iris[, 1:4])), tolerance = 1e-5)
})

test_that("parameters, buffers and children are lists by name", {
  m <- classifier()
  expect_setequal(names(m$children), c("hidden", "dropout", "output"))
  expect_setequal(names(m$buffers), c("mean", "std"))
  expect_true(all(c("weight", "bias") %in% names(m$hidden$parameters)))
  expect_true(m$hidden$parameters$weight$requires_grad)
  x <- torch_randn(2, 4)
  by_hand <- as_array(x) %*% t(as_array(m$hidden$weight)) + rep(as_array(m$hidden$bias), each = 2)
  expect_equal(as_array(m$hidden(x)), by_hand, tolerance = 1e-5)
})

test_that("parameters are shared with the module, and trainable", {
  m <- classifier()
  weight <- m$output$weight
  m(flowers())[[1]][[1]]$backward()
  expect_identical(weight$grad$shape, weight$shape)
  with_no_grad({
    m$output$weight$zero_()
    m$output$bias$zero_()
  })
  expect_equal(as_array(m(flowers())), matrix(1 / 3, 150, 3), tolerance = 1e-6)
})

test_that("train and eval decide what dropout does", {
  m <- classifier()
  x <- torch_ones(1000)
  m$eval()
  expect_false(m$training)
  expect_false(m$dropout$training)
  expect_identical(as_array(m$dropout(x)), rep(1, 1000))
  m$train()
  expect_true(m$training)
  expect_true(any(as_array(m$dropout(x)) == 0))
  m$train(FALSE)
  expect_false(m$dropout$training)
})

test_that("unknown members suggest the nearest", {
  m <- classifier()
  expect_failure_of(m$clasify, "type", "no member `clasify`.*`classify`", "$")
  expect_failure_of(m$qqqqqqqqqqqq, "type", "no member")
  expect_true(all(c("forward", "classify", "species", "eval") %in% utils::.DollarNames(m, "")))
  # everything that is offered is there
  for (name in utils::.DollarNames(m, "")) expect_no_error(do.call("$", list(m, name)))
})

test_that("graph, code and schema are forward's", {
  m <- classifier()
  expect_match(paste(m$graph, collapse = "\n"), "^graph\\(")
  expect_match(paste(m$code, collapse = "\n"), "def forward", fixed = TRUE)
  expect_match(as.character(m$schema), "forward\\(.*Tensor x\\) -> Tensor")
})

test_that("print tells type, methods and members", {
  lines <- capture.output(print(classifier()))
  expect_match(lines[[1]], "<script_module> IrisClassifier", fixed = TRUE)
  expect_true(any(grepl("$classify(x: Tensor)", lines, fixed = TRUE)))
  expect_true(any(grepl("buffers: mean, std", lines, fixed = TRUE)))
})

test_that("calls are checked", {
  m <- classifier()
  expect_failure_of(m("a"), "type", "`x`.*the string", "m")
  expect_failure_of(m(), "type", "`x`", "m")
  expect_failure_of(m(torch_ones(2, 5)), "program", NULL, "m")
})

test_that("methods and children outlive the module", {
  hidden <- classifier()$hidden
  classify <- classifier()$classify
  gc()
  expect_identical(hidden(torch_ones(1, 4))$shape[[1]], 1L)
  expect_length(classify(flowers()), 150)
})

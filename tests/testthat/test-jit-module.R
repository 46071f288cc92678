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

test_that("a TorchScript module does what modules do", {
  m <- classifier()
  expect_true(is_nn_module(m))
  expect_true(is_nn_parameter(m$hidden$weight))
  expect_true(is_nn_buffer(m$mean))
  expect_identical(names(m$parameters), names(m$named_parameters()))
  expect_setequal(names(m$state_dict()), c(names(m$parameters), "mean", "std"))
  expect_length(m$modules, 4)
  expect_identical(m[["species"]], m$species)
  expect_identical(as_array(m[[1]]$weight), as_array(m$hidden$weight))
  expect_length(as.list(m), 3)

  visited <- character()
  m$apply(function(module) visited <<- c(visited, class(module)[[1]]))
  expect_identical(visited, rep("script_module", 4))
  m(flowers())$sum()$backward()
  m$zero_grad()
  expect_equal(sum(abs(as_array(m$hidden$weight$grad))), 0)
  m$requires_grad_(FALSE)
  expect_false(m$hidden$weight$requires_grad)
  m$double()
  expect_identical(m$hidden$weight$dtype, torch_double())
  m$float()

  copy <- m$clone()
  state <- m$state_dict()
  with_no_grad(copy$hidden$weight$zero_())
  expect_gt(sum(abs(as_array(m$hidden$weight))), 0)
  copy$load_state_dict(state)
  expect_identical(as_array(copy$hidden$weight), as_array(m$hidden$weight))
  expect_failure_of(copy$load_state_dict(list(a = 1)), "value", "is not of this module")
})

test_that("members are set and added", {
  m <- classifier()
  m$species <- c("x", "y", "z")
  expect_true(all(m$classify(flowers()) %in% c("x", "y", "z")))
  expect_failure_of(m$species <- 1, "type", "must be a string, not the number 1")
  m$register_buffer("extra", torch_ones(2))
  m$register_parameter("more", torch_ones(3))
  m$register_attribute("sizes", list(), "List[int]")
  expect_true("extra" %in% names(m$buffers))
  expect_true("more" %in% names(m$parameters))
  m$sizes <- 3
  expect_identical(m$sizes, 3L)
  m$hidden$weight <- nn_parameter(torch_zeros_like(m$hidden$weight))
  expect_equal(sum(abs(as_array(m$hidden$weight))), 0)
  expect_failure_of(m$hidden$weight <- torch_ones(1), "type", "`weight` is a parameter")
  m$add_constant("version", 3L)
  expect_identical(m$version, 3L)
  expect_identical(m$find_constant("version"), 3L)
  expect_null(m$find_constant("mean"))
  expect_failure_of(m$version <- 4L, "value", "a method or a constant `version` already")
  m$register_module("other", classifier())
  expect_true("other.hidden.weight" %in% names(m$parameters))
  expect_failure_of(m$register_module("x", nn_sequential()), "type", "Only TorchScript modules")
  expect_null(m$find_method("nothing"))
  expect_s3_class(m$find_method("classify"), "script_function")
  path <- withr::local_tempfile(fileext = ".pt")
  m$save(path)
  loaded <- jit_load(path)
  expect_identical(loaded$sizes, 3L)
  expect_true("other.hidden.weight" %in% names(loaded$parameters))
})

test_that("a loaded module is fine-tuned as any other, and its copy in a session image stays whole", {
  m <- classifier()$eval()
  optimizer <- optim_sgd(m$parameters, lr = 0.1)
  target <- torch_tensor(as.integer(iris$Species))
  loss <- function() nnf_nll_loss(torch_log(m(flowers())), target)
  before <- loss()$item()
  for (i in 1:5) {
    optimizer$zero_grad()
    loss()$backward()
    optimizer$step()
  }
  expect_lt(loss()$item(), before)
  path <- withr::local_tempfile(fileext = ".rds")
  saveRDS(m, path)
  back <- readRDS(path)
  expect_identical(as_array(back(flowers())), as_array(m(flowers())))
  expect_named(back$parameters, names(m$parameters))
})

test_that("linear layers and changes of shape are PyTorch's", {
  expect_recorded_layers("^nn_(linear|bilinear|identity|flatten|unflatten|pairwise_distance|upsample)$")
})

test_that("activations are PyTorch's", {
  expect_recorded_layers("(elu|relu6?|hardtanh|gelu|silu|moid|swish|tanh|softplus|shrink|softsign|threshold|glu|max|max2d|min)$")
})

test_that("dropouts are PyTorch's, with its random numbers", {
  expect_recorded_layers("^nn_dropout")
})

test_that("convolutions are PyTorch's", {
  expect_recorded_layers("^nn_conv")
})

test_that("normalizations are PyTorch's, and so are their buffers", {
  expect_recorded_layers("_norm")
})

test_that("poolings are PyTorch's", {
  expect_recorded_layers("pool")
})

test_that("embeddings are PyTorch's", {
  expect_recorded_layers("^nn_embedding")
})

test_that("every name that users know has the arguments and defaults that they know", {
  for (line in readLines(test_path("module-names.txt"))) {
    name <- sub("\\(.*", "", line)
    wanted <- formals(eval(parse(text = sub("^[^(]*\\((.*)\\)$", "function(\\1) NULL", line))))
    given <- tryCatch(getExportedValue("torchscript", name), error = function(e) NULL)
    expect_false(is.null(given), label = name)
    if (is.null(given)) next
    given <- as.list(formals(if (is.primitive(given)) args(given) else unclass(given)))
    as_text <- function(arguments) vapply(arguments, deparse1, "")
    expect_identical(as_text(given[names(wanted)]), as_text(as.list(wanted)), label = name)
    expect_identical(intersect(names(given), names(wanted)), names(wanted), label = paste("the order of", name))
  }
})

test_that("every module of the list is recorded", {
  made <- Filter(
    function(name) inherits(getExportedValue("torchscript", name), "nn_module_generator"),
    grep("^nn_(?!utils|init)", getNamespaceExports("torchscript"), value = TRUE, perl = TRUE)
  )
  recorded <- unique(c(
    vapply(recorded_layers(), `[[`, "", 1L), sub("_packed$", "", vapply(recorded_modules(""), `[[`, "", 1L))
  ))
  by_hand <- c(
    "nn_sequential", "nn_module_list", "nn_module_dict", "nn_contrib_sparsemax", "nn_aum_loss", "nn_transformer_encoder"
  )
  expect_identical(setdiff(made, c(recorded, by_hand)), character())
})

test_that("sparsemax gives probabilities, the smallest of them zero", {
  x <- torch_tensor(rbind(c(1, 2, 3), c(0.5, 0.4, 0.3)))
  # Martins and Astudillo, algorithm 1, by hand
  expect_equal(as_array(nn_contrib_sparsemax()(x)), rbind(c(0, 0, 1), c(13, 10, 7) / 30), tolerance = 1e-6)
  expect_equal(as_array(nn_contrib_sparsemax(dim = 1)(x))[, 1], c(0.75, 0.25), tolerance = 1e-6)
})

test_that("a transposed convolution gives the size that is wanted", {
  x <- torch_randn(1, 2, 5, 5)
  layer <- nn_conv_transpose2d(2, 3, 3, stride = 2)
  expect_identical(dim(layer(x)), c(1L, 3L, 11L, 11L))
  expect_identical(dim(layer(x, output_size = c(12, 11))), c(1L, 3L, 12L, 11L))
  expect_failure_of(layer(x, output_size = c(13, 11)), "value", "`output_size` must be from 11, 11 to 12, 12")
})

test_that("a table of embeddings can be given", {
  table <- torch_tensor(rbind(c(1, 2), c(3, 4)))
  layer <- nn_embedding(2, 2, .weight = table)
  expect_identical(as_array(layer(torch_tensor(2L))), rbind(c(3, 4)))
  expect_failure_of(nn_embedding(3, 2, .weight = table), "value", "`.weight` must have shape \\(3, 2\\), not \\(2, 2\\)", "nn_embedding")
  expect_failure_of(nn_embedding(3, 2, padding_idx = 4), "value", "`padding_idx` must be from 1 to 3")
})

test_that("arguments are checked when a layer is made, in the name of the call", {
  expect_failure_of(nn_linear("a", 2), "value", "`in_features` must be a whole number from 1 up, not the string \"a\"", "nn_linear")
  expect_failure_of(nn_linear(), "type", "`in_features` is missing", "nn_linear")
  expect_failure_of(nn_conv2d(3, 4), "type", "`kernel_size` is missing", "nn_conv2d")
  expect_failure_of(nn_conv2d(3, 4, 3, groups = 2), "value", "`in_channels` must be divisible by `groups`", "nn_conv2d")
  expect_failure_of(nn_conv2d(3, 4, 3, padding = "some"), "value", "`padding` must be \"same\" or \"valid\"", "nn_conv2d")
  expect_failure_of(nn_conv2d(3, 4, 3, stride = 2, padding = "same"), "value", "needs `stride = 1`", "nn_conv2d")
  expect_failure_of(nn_conv1d(3, 4, 3, padding_mode = "x"), "value", "`padding_mode` must be", "nn_conv1d")
  expect_failure_of(nn_dropout(2), "value", "`p` must be a number from 0 to 1, not the number 2", "nn_dropout")
  expect_failure_of(nn_batch_norm1d(0), "value", "`num_features`", "nn_batch_norm1d")
  expect_failure_of(nn_batch_norm2d(3)(torch_ones(2, 3)), "value", "`input` must have 4 dimensions, not 2")
  expect_failure_of(nn_group_norm(2, 3), "value", "`num_channels` must be divisible", "nn_group_norm")
  expect_failure_of(nn_layer_norm("a"), "value", "`normalized_shape`", "nn_layer_norm")
  expect_failure_of(nn_embedding(0, 2), "value", "`num_embeddings`", "nn_embedding")
  expect_failure_of(nn_max_pool2d(0), "value", "`kernel_size`", "nn_max_pool2d")
  expect_failure_of(nn_softmax(0), "value", "`dim` must be a dimension", "nn_softmax")
  expect_failure_of(nn_gelu("x"), "value", "`approximate`", "nn_gelu")
  expect_failure_of(nn_upsample(), "value", "One of `size` and `scale_factor`", "nn_upsample")
  expect_failure_of(nn_fractional_max_pool2d(2), "value", "One of `output_size` and `output_ratio`", "nn_fractional_max_pool2d")
  expect_failure_of(nn_embedding_bag(3, 2, mode = "x"), "value", "`mode` must be", "nn_embedding_bag")
})

# Modules that are one functional with its options as fields: most layers without parameters.
#' @include nn-module-state.R nnf.R
NULL

# `formals`: what `initialize` takes; `data`: what `forward` takes before the options; `mode`: whether the functional wants
# to know if the module is training.
functional_module <- function(classname, functional, formals = list(), data = "input", mode = FALSE, check = NULL) {
  options <- as.character(names(formals))
  store <- bquote(store_options(self, mget(.(options))))
  initialize <- as.function(c(formals, if (is.null(check)) store else call("{", store, check)), envir = topenv())
  # `self$x` would look for S3 methods each time
  stored <- lapply(stats::setNames(options, options), function(option) call(".subset2", quote(self), option))
  if (mode) stored$training <- quote(.subset2(self, "training"))
  forward <- as.function(c(
    stats::setNames(rep(list(quote(expr = )), length(data)), data),
    as.call(c(as.name(functional), lapply(unname(data), as.name), stored))
  ), envir = topenv())
  nn_module(classname, initialize = initialize, forward = forward, parent_env = topenv())
}

# Options are checked when the module is made, so that `forward` need not.
store_options <- function(self, options) {
  for (name in names(options)) {
    value <- options[[name]]
    check_layer_option(name, value)
    base::assign(name, value, envir = self)
  }
}

is_whole <- function(x, least, n = 1:3) length(x) %in% n && rlang::is_integerish(x, finite = TRUE) && all(x >= least)
is_number <- function(x) is.numeric(x) && length(x) == 1 && !is.na(x)
is_size <- function(x) {
  is.null(x) || (length(x) %in% 1:3 && all(vapply(x, function(size) is.null(size) || is.na(size) || is_whole(size, 0, 1), NA)))
}

# What is asked of an option by its name, and how to say it.
option_kinds <- list(
  count = list("a whole number from 1 up", function(x) is_whole(x, 1, 1)),
  whole = list("a whole number", function(x) is_whole(x, -Inf, 1)),
  flag = list("TRUE or FALSE", rlang::is_bool),
  sizes = list("whole numbers from 1 up, one for all dimensions or one for each", function(x) is_whole(x, 1)),
  sizes_or_null = list(
    "whole numbers from 1 up, one for all dimensions or one for each, or NULL", function(x) is.null(x) || is_whole(x, 1)
  ),
  paddings = list("whole numbers from 0 up, one for all dimensions or one for each", function(x) is_whole(x, 0)),
  output = list("whole numbers, one for all dimensions or one for each; NULL or NA for the input's own", is_size),
  probability = list("a number from 0 to 1", function(x) is_number(x) && x >= 0 && x <= 1),
  dim = list("a dimension: a whole number other than 0", function(x) is_whole(abs(x), 1, 1)),
  dim_or_null = list("a dimension: a whole number other than 0, or NULL", function(x) is.null(x) || is_whole(abs(x), 1, 1)),
  number = list("a number", is_number),
  number_or_null = list("a number or NULL", function(x) is.null(x) || is_number(x)),
  tensor_or_null = list("a tensor or NULL", function(x) is.null(x) || is_torch_tensor(x)),
  function_or_null = list("a function or NULL", function(x) is.null(x) || is.function(x))
)
option_kind <- c(
  input_size = "count", hidden_size = "count", num_layers = "count", embed_dim = "count", num_heads = "count",
  kdim = "count", vdim = "count", d_model = "count", nhead = "count", dim_feedforward = "count", n_classes = "count",
  in_features = "count", out_features = "count", in1_features = "count", in2_features = "count",
  in_channels = "count", out_channels = "count", groups = "count", num_features = "count", num_groups = "count",
  num_channels = "count", num_embeddings = "count", embedding_dim = "count", num_parameters = "count",
  bias = "flag", inplace = "flag", ceil_mode = "flag", count_include_pad = "flag", return_indices = "flag",
  affine = "flag", track_running_stats = "flag", elementwise_affine = "flag", keepdim = "flag", sparse = "flag",
  scale_grad_by_freq = "flag", include_last_offset = "flag", batch_first = "flag", bidirectional = "flag",
  add_bias_kv = "flag", add_zero_attn = "flag", norm_first = "flag", head_bias = "flag",
  log_input = "flag", full = "flag", swap = "flag", zero_infinity = "flag", blank = "whole", ignore_index = "whole",
  weight = "tensor_or_null", pos_weight = "tensor_or_null", distance_function = "function_or_null",
  dropout = "probability", margin = "number", div_value = "number", layer_norm_eps = "number",
  kernel_size = "sizes", dilation = "sizes", stride = "sizes_or_null", padding = "paddings",
  output_padding = "paddings", output_size = "output", divisor_override = "number_or_null", p = "number",
  dim = "dim", start_dim = "dim", end_dim = "dim", eps = "number", momentum = "number_or_null",
  alpha = "number", lambd = "number", negative_slope = "number", min_val = "number", max_val = "number",
  lower = "number", upper = "number", beta = "number", threshold = "number", value = "number", norm_type = "number",
  init = "number", max_norm = "number_or_null"
)

check_layer_option <- function(name, value, kind = option_kind[name]) {
  if (is.na(kind)) {
    return(invisible())
  }
  kind <- option_kinds[[kind]]
  if (!isTRUE(kind[[2]](value))) {
    abort_torchscript(sprintf("`%s` must be %s, not %s.", name, kind[[1]], describe(value)), "value", argument = name)
  }
}

check_layer_options <- function(...) {
  options <- list(...)
  for (name in names(options)) check_layer_option(name, options[[name]])
}

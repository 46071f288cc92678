# Convolutions and transposed convolutions, of one to three dimensions.
#' @include nn-functional.R nn-linear.R nnf-conv.R nnf-vision.R
NULL

padding_modes <- c("zeros", "reflect", "replicate", "circular")

# The fields that both kinds have; sizes are written out for each dimension.
store_conv_options <- function(self, n, options) {
  check_conv_padding(options$padding, options$stride, is_transposed = !is.null(options$output_padding))
  do.call(check_layer_options, options[setdiff(names(options), c("padding", "padding_mode"))])
  self$padding_mode <- choice_of(options$padding_mode, padding_modes, "padding_mode")
  for (name in c("in_channels", "out_channels")) {
    if (options[[name]] %% options$groups != 0) {
      abort_torchscript(
        sprintf("`%s` must be divisible by `groups`, and %s is not by %s.", name, options[[name]], options$groups), "value",
        argument = name
      )
    }
  }
  for (name in c("kernel_size", "stride", "dilation", "padding", "output_padding")) {
    value <- options[[name]]
    if (!is.null(value)) self[[name]] <- if (is.character(value)) value else for_each_dim(value, n, name)
  }
  for (name in c("in_channels", "out_channels", "groups")) self[[name]] <- options[[name]]
}

check_conv_padding <- function(padding, stride, is_transposed) {
  if (!is.character(padding)) {
    return(check_layer_option("padding", padding))
  }
  if (is_transposed) check_layer_option("padding", padding)
  if (choice_of(padding, c("same", "valid"), "padding") == "same" && any(stride != 1)) {
    abort_torchscript("`padding = \"same\"` needs `stride = 1`.", "value", argument = "padding")
  }
}

reset_conv <- function(self, bias) {
  self$register_parameter("bias", if (bias) torch_empty(self$out_channels))
  reset_uniform(self$weight, self$bias)
}

# What is padded on each side, for nnf_pad(): from the last dimension to the first.
conv_pads <- function(self) {
  total <- if (identical(self$padding, "same")) {
    self$dilation * (self$kernel_size - 1L)
  } else if (identical(self$padding, "valid")) {
    0L * self$kernel_size
  } else {
    2L * self$padding
  }
  left <- total %/% 2L
  as.vector(rbind(rev(left), rev(total - left)))
}

conv_module <- function(n) {
  functional <- as.name(sprintf("nnf_conv%dd", n))
  body <- bquote({
    weight <- .subset2(self, "weight")
    bias <- .subset2(self, "bias")
    stride <- .subset2(self, "stride")
    dilation <- .subset2(self, "dilation")
    groups <- .subset2(self, "groups")
    if (.subset2(self, "padding_mode") == "zeros") {
      return(.(functional)(input, weight, bias, stride, .subset2(self, "padding"), dilation, groups))
    }
    padded <- nnf_pad(input, private$pads, mode = .subset2(self, "padding_mode"))
    .(functional)(padded, weight, bias, stride, 0L, dilation, groups)
  })
  initialize <- bquote({
    store_conv_options(self, .(n), mget(setdiff(names(formals()), "bias")))
    private$pads <- conv_pads(self)
    self$weight <- nn_parameter(torch_empty(c(out_channels, in_channels %/% groups, self$kernel_size)))
    reset_conv(self, bias)
  })
  formals <- alist(
    in_channels = , out_channels = , kernel_size = , stride = 1, padding = 0, dilation = 1, groups = 1, bias = TRUE,
    padding_mode = "zeros"
  )
  nn_module(
    sprintf("nn_conv%dd", n),
    initialize = as.function(c(formals, initialize)), forward = as.function(c(alist(input = ), body)),
    private = list(pads = NULL), parent_env = topenv()
  )
}

conv_transpose_module <- function(n) {
  functional <- as.name(sprintf("nnf_conv_transpose%dd", n))
  body <- bquote({
    output_padding <- if (is.null(output_size)) {
      .subset2(self, "output_padding")
    } else {
      wanted_output_padding(self, input, output_size)
    }
    .(functional)(
      input, .subset2(self, "weight"), .subset2(self, "bias"), .subset2(self, "stride"), .subset2(self, "padding"),
      output_padding, .subset2(self, "groups"), .subset2(self, "dilation")
    )
  })
  initialize <- bquote({
    store_conv_options(self, .(n), mget(setdiff(names(formals()), "bias")))
    if (self$padding_mode != "zeros") {
      abort_torchscript("`padding_mode` must be \"zeros\" for transposed convolutions.", "value", argument = "padding_mode")
    }
    self$weight <- nn_parameter(torch_empty(c(in_channels, out_channels %/% groups, self$kernel_size)))
    reset_conv(self, bias)
  })
  formals <- alist(
    in_channels = , out_channels = , kernel_size = , stride = 1, padding = 0, output_padding = 0, groups = 1, bias = TRUE,
    dilation = 1, padding_mode = "zeros"
  )
  nn_module(
    sprintf("nn_conv_transpose%dd", n),
    initialize = as.function(c(formals, initialize)),
    forward = as.function(c(alist(input = , output_size = NULL), body)),
    private = list(script_types = list(output_size = "Optional[List[int]]")), parent_env = topenv()
  )
}

# Several sizes give the same input when convolved: which one is wanted.
wanted_output_padding <- function(self, input, output_size) {
  n <- length(self$kernel_size)
  output_size <- utils::tail(unlist(output_size), n)
  least <- (utils::tail(dim(input), n) - 1L) * self$stride - 2L * self$padding + self$dilation * (self$kernel_size - 1L) + 1L
  most <- least + self$stride - 1L
  if (length(output_size) != n || any(output_size < least | output_size > most)) {
    abort_torchscript(
      sprintf("`output_size` must be from %s to %s, not %s.", toString(least), toString(most), toString(output_size)),
      "value",
      argument = "output_size"
    )
  }
  as.integer(output_size - least)
}

#' Convolutional layers
#'
#' Kernels slide over the input, and each output channel is a sum over all input channels of its group. The transposed
#' convolutions are the gradients of the others: they make the input larger.
#'
#' @param in_channels,out_channels How many channels the input and the result have.
#' @param kernel_size The size of the kernel: a whole number, or one for each spatial dimension.
#' @param stride The kernel's step.
#' @param padding What is added on either side: whole numbers; or `"same"` for a result of the input's size, or `"valid"`
#'   for nothing.
#' @param output_padding What is added on one side of the result.
#' @param dilation The distance between the elements of the kernel.
#' @param groups Into how many groups the channels are divided, each convolved by itself.
#' @param bias Whether a bias is added: `TRUE` or `FALSE`.
#' @param padding_mode What is added: `"zeros"`, `"reflect"`, `"replicate"` or `"circular"`; for transposed convolutions
#'   `"zeros"`.
#' @return A module with the parameters `weight` and `bias`. `forward(input)` takes and returns tensors with the dimensions
#'   batch, channels, and one to three in space; that of transposed convolutions is `forward(input, output_size = NULL)`.
#'   Parameters begin as PyTorch's do.
#' @section Errors: a `torchscript_value_error` for sizes that are no whole numbers, or do not go together; a
#'   `torchscript_runtime_error` for an input with another number of channels.
#' @seealso [nnf_conv1d()], [PyTorch's page](https://docs.pytorch.org/docs/stable/nn.html#convolution-layers)
#' @export
#' @examples
#' layer <- nn_conv2d(3, 8, kernel_size = 3, padding = "same")
#' layer(torch_randn(1, 3, 10, 10))$shape
#' nn_conv_transpose2d(8, 3, 2, stride = 2)(torch_randn(1, 8, 5, 5))$shape
nn_conv1d <- conv_module(1L)

#' @rdname nn_conv1d
#' @export
nn_conv2d <- conv_module(2L)

#' @rdname nn_conv1d
#' @export
nn_conv3d <- conv_module(3L)

#' @rdname nn_conv1d
#' @export
nn_conv_transpose1d <- conv_transpose_module(1L)

#' @rdname nn_conv1d
#' @export
nn_conv_transpose2d <- conv_transpose_module(2L)

#' @rdname nn_conv1d
#' @export
nn_conv_transpose3d <- conv_transpose_module(3L)

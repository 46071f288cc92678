# Normalization.
#' @include nn-functional.R nnf-norm.R
NULL

check_dims <- function(input, wanted) {
  check_tensor(input, "input")
  given <- length(dim(input))
  if (!given %in% wanted) {
    abort_torchscript(
      sprintf("`input` must have %s dimensions, not %d.", paste(wanted, collapse = " or "), given), "value",
      argument = "input"
    )
  }
}

batch_norm_module <- function(n, dims) {
  forward <- bquote({
    training <- .subset2(self, "training")
    mean <- .subset2(self, "running_mean")
    momentum <- .subset2(self, "momentum")
    if (is.null(mean)) {
      check_dims(input, .(dims))
      return(nnf_batch_norm(input, NULL, NULL, .subset2(self, "weight"), .subset2(self, "bias"), TRUE, momentum %||% 0, .subset2(self, "eps")))
    }
    check_dims(input, .(dims))
    if (training) {
      batches <- .subset2(self, "num_batches_tracked")
      batches$add_(1L)
      # without momentum all batches count the same
      if (is.null(momentum)) momentum <- 1 / batches$item()
    }
    nnf_batch_norm(
      input, mean, .subset2(self, "running_var"), .subset2(self, "weight"), .subset2(self, "bias"), training,
      momentum %||% 0, .subset2(self, "eps")
    )
  })
  nn_module(
    sprintf("nn_batch_norm%dd", n),
    initialize = function(num_features, eps = 1e-05, momentum = 0.1, affine = TRUE, track_running_stats = TRUE) {
      store_options(self, mget(c("num_features", "eps", "momentum", "affine", "track_running_stats")))
      self$register_parameter("weight", if (affine) torch_ones(num_features))
      self$register_parameter("bias", if (affine) torch_zeros(num_features))
      self$register_buffer("running_mean", if (track_running_stats) torch_zeros(num_features))
      self$register_buffer("running_var", if (track_running_stats) torch_ones(num_features))
      self$register_buffer("num_batches_tracked", if (track_running_stats) torch_tensor(0L, dtype = torch_long()))
    },
    reset_parameters = function() {
      if (self$track_running_stats) {
        self$running_mean$zero_()
        self$running_var$fill_(1)
        self$num_batches_tracked$zero_()
      }
      if (self$affine) {
        nn_init_ones_(self$weight)
        nn_init_zeros_(self$bias)
      }
    },
    forward = as.function(c(alist(input = ), forward)),
    parent_env = topenv()
  )
}

#' Normalization layers
#'
#' Inputs brought to mean zero and variance one: each channel over the batch (`nn_batch_norm*d()`), groups of channels of
#' each example (`nn_group_norm()`), or the last dimensions of each example (`nn_layer_norm()`); then scaled and shifted by
#' what is learned.
#'
#' @param num_features,num_channels How many channels the input has: the size of its second dimension.
#' @param num_groups How many groups the channels form.
#' @param normalized_shape The sizes of the last dimensions, over which is normalized.
#' @param eps A small number that keeps from dividing by zero.
#' @param momentum The share of a new batch in the running averages; `NULL`: all batches count the same.
#' @param affine,elementwise_affine Whether scale and shift are learned: `TRUE` or `FALSE`.
#' @param track_running_stats Whether averages over the batches are kept, and used in eval mode: `TRUE` or `FALSE`.
#' @return A module with the parameters `weight` and `bias`; batch norms have the buffers `running_mean`, `running_var` and
#'   `num_batches_tracked`. `forward(input)` returns a tensor of the input's shape.
#' @section Errors: a `torchscript_value_error` for an input with a wrong number of dimensions, and options of the wrong kind.
#' @references Ioffe and Szegedy (2015), <https://arxiv.org/abs/1502.03167>; Ba, Kiros and Hinton (2016),
#'   <https://arxiv.org/abs/1607.06450>; Wu and He (2018), <https://arxiv.org/abs/1803.08494>
#' @seealso [nnf_batch_norm()], [PyTorch's page](https://docs.pytorch.org/docs/stable/nn.html#normalization-layers)
#' @export
#' @examples
#' layer <- nn_batch_norm1d(3)
#' layer(torch_randn(10, 3))$std(dim = 1)
#' layer$running_mean
#' nn_layer_norm(3)(torch_randn(2, 3))
nn_batch_norm1d <- batch_norm_module(1L, c(2L, 3L))

#' @rdname nn_batch_norm1d
#' @export
nn_batch_norm2d <- batch_norm_module(2L, 4L)

#' @rdname nn_batch_norm1d
#' @export
nn_batch_norm3d <- batch_norm_module(3L, 5L)

#' @rdname nn_batch_norm1d
#' @export
nn_group_norm <- nn_module(
  "nn_group_norm",
  initialize = function(num_groups, num_channels, eps = 1e-05, affine = TRUE) {
    store_options(self, mget(c("num_groups", "num_channels", "eps", "affine")))
    if (num_channels %% num_groups != 0) {
      abort_torchscript(
        sprintf("`num_channels` must be divisible by `num_groups`, and %s is not by %s.", num_channels, num_groups), "value",
        argument = "num_channels"
      )
    }
    self$register_parameter("weight", if (affine) torch_ones(num_channels))
    self$register_parameter("bias", if (affine) torch_zeros(num_channels))
  },
  forward = function(input) {
    nnf_group_norm(input, .subset2(self, "num_groups"), .subset2(self, "weight"), .subset2(self, "bias"), .subset2(self, "eps"))
  }
)

#' @rdname nn_batch_norm1d
#' @export
nn_layer_norm <- nn_module(
  "nn_layer_norm",
  initialize = function(normalized_shape, eps = 1e-05, elementwise_affine = TRUE) {
    store_options(self, mget(c("eps", "elementwise_affine")))
    if (!rlang::is_integerish(normalized_shape, finite = TRUE) || length(normalized_shape) == 0 || any(normalized_shape < 1)) {
      abort_torchscript(
        sprintf("`normalized_shape` must be whole numbers from 1 up, not %s.", describe(normalized_shape)), "value",
        argument = "normalized_shape"
      )
    }
    self$normalized_shape <- as.integer(normalized_shape)
    self$register_parameter("weight", if (elementwise_affine) torch_ones(self$normalized_shape))
    self$register_parameter("bias", if (elementwise_affine) torch_zeros(self$normalized_shape))
  },
  reset_parameters = function() {
    if (self$elementwise_affine) {
      nn_init_ones_(self$weight)
      nn_init_zeros_(self$bias)
    }
  },
  forward = function(input) {
    nnf_layer_norm(
      input, .subset2(self, "normalized_shape"), .subset2(self, "weight"), .subset2(self, "bias"), .subset2(self, "eps")
    )
  }
)

# Initialization of parameters.
#' @include autograd.R tensor-members.R
NULL

#' Fill a tensor with initial values
#'
#' All change `tensor` in place, without recording gradients, and return it. With the same [torch_manual_seed()] the
#' numbers are PyTorch's.
#'
#' * `nn_init_uniform_()`, `nn_init_normal_()`, `nn_init_trunc_normal_()`: random numbers of these distributions;
#' * `nn_init_xavier_*()`, `nn_init_kaiming_*()`: random numbers whose spread keeps the variance from layer to layer;
#' * `nn_init_orthogonal_()`: a random matrix with orthogonal rows or columns;
#' * `nn_init_sparse_()`: normal numbers with a share of zeros in each column;
#' * `nn_init_eye_()`, `nn_init_dirac_()`: the identity as a matrix or as a convolution;
#' * `nn_init_constant_()`, `nn_init_ones_()`, `nn_init_zeros_()`: one number.
#'
#' @param tensor A tensor.
#' @param val The number to fill with.
#' @param mean,std Mean and standard deviation.
#' @param a,b The ends of the range. For `nn_init_kaiming_*()` `a` is the negative slope of the leaky relu that follows.
#' @param gain A number that the spread is multiplied with: see [nn_init_calculate_gain()].
#' @param mode `"fan_in"` keeps the variance on the way forward, `"fan_out"` on the way back.
#' @param nonlinearity The name of the activation that follows: see [nn_init_calculate_gain()].
#' @param groups In how many groups of channels the convolution falls apart.
#' @param sparsity The share of zeros in each column.
#' @return `tensor`, invisibly.
#' @section Errors: a `torchscript_value_error` for a tensor with too few or too many dimensions.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/nn.init.html)
#' @export
#' @examples
#' w <- torch_empty(3, 5)
#' nn_init_xavier_uniform_(w)
#' w
nn_init_uniform_ <- function(tensor, a = 0, b = 1) {
  initialize_with(tensor, tensor$uniform_(a, b))
}

# The code is a promise: it runs without gradients, and once `tensor` is known to be one.
initialize_with <- function(tensor, code) {
  check_tensor(tensor, "tensor")
  before <- .Call(C_set_grad_mode, FALSE)
  on.exit(.Call(C_set_grad_mode, before))
  force(code)
  invisible(tensor)
}

#' @rdname nn_init_uniform_
#' @export
nn_init_normal_ <- function(tensor, mean = 0, std = 1) {
  initialize_with(tensor, tensor$normal_(mean, std))
}

#' @rdname nn_init_uniform_
#' @export
nn_init_constant_ <- function(tensor, val) initialize_with(tensor, tensor$fill_(val))

#' @rdname nn_init_uniform_
#' @export
nn_init_ones_ <- function(tensor) initialize_with(tensor, tensor$fill_(1))

#' @rdname nn_init_uniform_
#' @export
nn_init_zeros_ <- function(tensor) initialize_with(tensor, tensor$zero_())

#' @rdname nn_init_uniform_
#' @export
nn_init_eye_ <- function(tensor) {
  check_rank(tensor, 2L)
  initialize_with(tensor, tensor$zero_()$fill_diagonal_(1))
}

#' @rdname nn_init_uniform_
#' @export
nn_init_dirac_ <- function(tensor, groups = 1) {
  check_rank(tensor, 3:5)
  sizes <- dim(tensor)
  if (sizes[[1]] %% groups != 0) {
    abort_torchscript(
      sprintf("The first dimension of `tensor` must be a multiple of `groups`, not %d.", sizes[[1]]), "value",
      argument = "groups"
    )
  }
  out <- sizes[[1]] %/% as.integer(groups)
  channel <- seq_len(min(out, sizes[[2]]))
  initialize_with(tensor, {
    tensor$zero_()
    for (group in seq_len(groups) - 1L) {
      for (i in channel) {
        # the middle of the kernel of this pair of channels
        middle <- tensor$select(1L, group * out + i)$select(1L, i)
        for (size in sizes[-(1:2)]) middle <- middle$select(1L, size %/% 2L + 1L)
        middle$fill_(1)
      }
    }
  })
}

check_rank <- function(tensor, ranks) {
  check_tensor(tensor, "tensor")
  rank <- length(dim(tensor))
  if (!rank %in% ranks) {
    wanted <- if (length(ranks) == 1) ranks else sprintf("%d to %d", min(ranks), max(ranks))
    abort_torchscript(
      sprintf("`tensor` must have %s dimensions, not %d.", wanted, rank), "value",
      argument = "tensor"
    )
  }
}

# How many numbers each output is made of, and each input goes into.
fans <- function(tensor) {
  check_tensor(tensor, "tensor")
  sizes <- dim(tensor)
  if (length(sizes) < 2) {
    abort_torchscript(
      sprintf("`tensor` must have at least 2 dimensions, not %d.", length(sizes)), "value",
      argument = "tensor"
    )
  }
  kernel <- prod(sizes[-(1:2)])
  c(fan_in = sizes[[2]] * kernel, fan_out = sizes[[1]] * kernel)
}

xavier_std <- function(tensor, gain) gain * sqrt(2 / sum(fans(tensor)))

#' @rdname nn_init_uniform_
#' @export
nn_init_xavier_uniform_ <- function(tensor, gain = 1) {
  bound <- sqrt(3) * xavier_std(tensor, gain)
  initialize_with(tensor, tensor$uniform_(-bound, bound))
}

#' @rdname nn_init_uniform_
#' @export
nn_init_xavier_normal_ <- function(tensor, gain = 1) {
  std <- xavier_std(tensor, gain)
  initialize_with(tensor, tensor$normal_(0, std))
}

kaiming_std <- function(tensor, a, mode, nonlinearity) {
  mode <- choice_of(mode, c("fan_in", "fan_out"), "mode")
  nn_init_calculate_gain(nonlinearity, a) / sqrt(fans(tensor)[[mode]])
}

#' @rdname nn_init_uniform_
#' @export
nn_init_kaiming_uniform_ <- function(tensor, a = 0, mode = "fan_in", nonlinearity = "leaky_relu") {
  bound <- sqrt(3) * kaiming_std(tensor, a, mode, nonlinearity)
  initialize_with(tensor, tensor$uniform_(-bound, bound))
}

#' @rdname nn_init_uniform_
#' @export
nn_init_kaiming_normal_ <- function(tensor, a = 0, mode = "fan_in", nonlinearity = "leaky_relu") {
  std <- kaiming_std(tensor, a, mode, nonlinearity)
  initialize_with(tensor, tensor$normal_(0, std))
}

#' @rdname nn_init_uniform_
#' @export
nn_init_trunc_normal_ <- function(tensor, mean = 0, std = 1, a = -2, b = 2) {
  inside <- stats::pnorm(b, mean, std) - stats::pnorm(a, mean, std)
  initialize_with(tensor, {
    if (inside > 0.3) redraw_outside(tensor, mean, std, a, b) else reject_by_density(tensor, mean, std, a, b)
  })
}

# Where most draws fall inside: the others are drawn again.
redraw_outside <- function(tensor, mean, std, a, b) {
  # the ends as the tensor's dtype has them
  ends <- torch_tensor(c(a, b), dtype = tensor$dtype)$to(dtype = torch_double())
  low <- ends$select(1L, 1L)$item()
  high <- ends$select(1L, 2L)$item()
  result <- tensor$normal_(mean, std)
  repeat {
    outside <- torch_logical_or(torch_lt(result, low), torch_gt(result, high))
    if (!torch_any(outside)$item()) break
    result <- torch_where(outside, torch_empty_like(result)$normal_(mean, std), result)
  }
  tensor$copy_(result)
}

# Where few would: uniform draws are taken with the probability that the density says, relative to its peak inside.
reject_by_density <- function(tensor, mean, std, a, b) {
  log_peak <- -0.5 * ((max(a, min(mean, b)) - mean) / std)^2
  drawn <- tensor$uniform_(a, b)
  acceptable <- torch_empty_like(tensor)
  refused <- function(drawn) {
    log_density <- drawn$clone()$sub_(mean)$div_(std)$pow_(2)$mul_(-0.5)$sub_(log_peak)
    torch_gt(acceptable$uniform_()$log_(), log_density)
  }
  pending <- refused(drawn)
  result <- drawn
  while (torch_any(pending)$item()) {
    drawn <- torch_empty_like(tensor)$uniform_(a, b)
    result <- torch_where(pending, drawn, result)
    pending <- torch_logical_and(pending, refused(drawn))
  }
  tensor$copy_(result)
}

#' @rdname nn_init_uniform_
#' @export
nn_init_orthogonal_ <- function(tensor, gain = 1) {
  check_tensor(tensor, "tensor")
  sizes <- dim(tensor)
  if (length(sizes) < 2) {
    abort_torchscript(
      sprintf("`tensor` must have at least 2 dimensions, not %d.", length(sizes)), "value",
      argument = "tensor"
    )
  }
  if (prod(sizes) == 0) {
    return(invisible(tensor))
  }
  initialize_with(tensor, {
    flat <- torch_empty(c(sizes[[1]], prod(sizes[-1])), dtype = tensor$dtype, device = tensor$device)$normal_(0, 1)
    wide <- sizes[[1]] < prod(sizes[-1])
    parts <- linalg_qr(if (wide) torch_t(flat) else flat)
    # unique, and uniform over the orthogonal matrices, once the diagonal of R is positive
    q <- torch_mul(parts[[1]], torch_sign(torch_diag(parts[[2]])))
    tensor$copy_((if (wide) torch_t(q) else q)$reshape(sizes))$mul_(gain)
  })
}

#' @rdname nn_init_uniform_
#' @export
nn_init_sparse_ <- function(tensor, sparsity, std = 0.01) {
  check_rank(tensor, 2L)
  sizes <- dim(tensor)
  zeros <- ceiling(sparsity * sizes[[1]])
  initialize_with(tensor, {
    tensor$normal_(0, std)
    for (column in seq_len(sizes[[2]])) {
      # randperm() counts from zero
      rows <- torch_add(torch_randperm(sizes[[1]], dtype = torch_int64()), 1L)
      tensor$select(2L, column)$index_fill_(1L, torch_narrow(rows, 1L, 1L, zeros), 0)
    }
  })
}

#' The gain of an activation
#'
#' By how much the spread of weights must be larger for the variance to stay the same through an activation.
#'
#' @param nonlinearity `"linear"`, `"conv1d"` and its like, `"sigmoid"`, `"tanh"`, `"relu"`, `"leaky_relu"` or `"selu"`.
#' @param param The negative slope of `"leaky_relu"`; `NULL`: 0.01.
#' @return A number.
#' @section Errors: a `torchscript_value_error` for an activation that is not known.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.calculate_gain)
#' @export
#' @examples
#' nn_init_calculate_gain("relu")
nn_init_calculate_gain <- function(nonlinearity, param = NULL) {
  linear <- c("linear", "sigmoid", sprintf("conv%dd", 1:3), sprintf("conv_transpose%dd", 1:3))
  nonlinearity <- choice_of(nonlinearity, c(linear, "tanh", "relu", "leaky_relu", "selu"), "nonlinearity")
  if (nonlinearity == "leaky_relu" && !(is.null(param) || (is.numeric(param) && length(param) == 1))) {
    abort_torchscript(sprintf("`param` must be a number, not %s.", describe(param)), "type", argument = "param")
  }
  switch(nonlinearity,
    tanh = 5 / 3,
    relu = sqrt(2),
    leaky_relu = sqrt(2 / (1 + (param %||% 0.01)^2)),
    selu = 3 / 4,
    1
  )
}

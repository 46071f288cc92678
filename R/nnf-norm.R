# Normalization.
#' @include nnf.R
NULL

#' Normalization functions
#'
#' Inputs brought to mean zero and variance one, over the batch, each instance, groups of channels or the last
#' dimensions; then scaled by `weight` and shifted by `bias`. `nnf_local_response_norm()` divides by what the
#' neighbouring channels have, `nnf_normalize()` by the norm over a dimension.
#'
#' @param input A tensor: batch first, then channels.
#' @param running_mean,running_var Tensors with the averages of batches before; changed in place while `training`
#'   (`use_input_stats`), used instead of the input's own otherwise. Or `NULL`.
#' @param weight,bias Tensors, or `NULL`.
#' @param training,use_input_stats Whether mean and variance are the input's own.
#' @param momentum The share of a new batch in the running averages.
#' @param eps A small number that keeps from dividing by zero.
#' @param num_groups How many groups the channels form.
#' @param normalized_shape The sizes of the last dimensions, over which is normalized.
#' @param size How many neighbouring channels count.
#' @param alpha,beta,k The input is divided by `(k + alpha * mean of squares)^beta`.
#' @param p The exponent of the norm.
#' @param dim The dimension, counted from one.
#' @param out A tensor that the result is written to, or `NULL`.
#' @return A tensor with the shape of `input`.
#' @section Errors: a `torchscript_runtime_error` for shapes that do not go together.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/nn.functional.html#normalization-functions)
#' @export
#' @examples
#' x <- torch_randn(4, 3)
#' nnf_layer_norm(x, 3)
#' nnf_batch_norm(x, NULL, NULL, training = TRUE)
#' nnf_normalize(x)
nnf_batch_norm <- functional(
  alist(
    input = , running_mean = , running_var = , weight = NULL, bias = NULL, training = FALSE, momentum = 0.1,
    eps = 1e-05
  ),
  "batch_norm",
  arguments = c(
    "input", "weight", "bias", "running_mean", "running_var", "training", "momentum", "eps", "cudnn_enabled"
  ),
  before = quote(cudnn_enabled <- TRUE)
)

#' @rdname nnf_batch_norm
#' @export
nnf_instance_norm <- functional(
  alist(
    input = , running_mean = NULL, running_var = NULL, weight = NULL, bias = NULL, use_input_stats = TRUE,
    momentum = 0.1, eps = 1e-05
  ),
  "instance_norm",
  arguments = c(
    "input", "weight", "bias", "running_mean", "running_var", "use_input_stats", "momentum", "eps", "cudnn_enabled"
  ),
  before = quote(cudnn_enabled <- TRUE)
)

#' @rdname nnf_batch_norm
#' @export
nnf_layer_norm <- functional(
  alist(input = , normalized_shape = , weight = NULL, bias = NULL, eps = 1e-05), "layer_norm"
)

#' @rdname nnf_batch_norm
#' @export
nnf_group_norm <- functional(alist(input = , num_groups = , weight = NULL, bias = NULL, eps = 1e-05), "group_norm")

#' @rdname nnf_batch_norm
#' @export
nnf_local_response_norm <- function(input, size, alpha = 1e-04, beta = 0.75, k = 1) {
  check_tensor(input, "input")
  sizes <- dim(input)
  if (length(sizes) < 3) {
    abort_torchscript(
      sprintf("`input` must have at least three dimensions, not %d.", length(sizes)), "value", argument = "input"
    )
  }
  size <- for_each_dim(size, 1L, "size")
  # the channels become the depth of one image, over which is averaged
  squares <- torch_square(input)$reshape(c(sizes[[1]], 1L, sizes[[2]], -1L, 1L))
  squares <- torch_pad(squares, c(0L, 0L, 0L, 0L, size %/% 2L, (size - 1L) %/% 2L))
  mean <- torch_avg_pool3d(squares, c(size, 1L, 1L), stride = 1L)$reshape(sizes)
  torch_div(input, torch_pow(torch_add(torch_mul(mean, alpha), k), beta))
}

#' @rdname nnf_batch_norm
#' @export
nnf_normalize <- function(input, p = 2, dim = 2, eps = 1e-12, out = NULL) {
  check_tensor(input, "input")
  norm <- torch_clamp_min(linalg_vector_norm(input, p, dim, keepdim = TRUE), eps)
  if (is.null(out)) torch_div(input, norm) else divide_into(input, norm, out)
}
divide_into <- operator_function(alist(self = , other = , out = ), "aten::div")

# Attention as a module.
#' @include nn-linear.R nnf-attention.R
NULL

#' Multi-head attention
#'
#' Each element of `query` becomes a mean of `value`, weighted by how well its projection matches those of `key`, in
#' several heads at once.
#'
#' The parameters are named as in PyTorch's files (`in_proj_weight`, `out_proj.weight`); with the same
#' [torch_manual_seed()] their values are PyTorch's.
#'
#' @param embed_dim A whole number: the features of `query` and of the output, a multiple of `num_heads`.
#' @param num_heads A whole number: among how many heads the features are divided.
#' @param dropout A number from 0 to 1: the probability of a weight of the attention to be dropped, in training.
#' @param bias Whether the projections have biases: `TRUE` or `FALSE`.
#' @param add_bias_kv Whether a trained key and value are appended to the others: `TRUE` or `FALSE`.
#' @param add_zero_attn Whether a key and a value of zeros are appended: `TRUE` or `FALSE`.
#' @param kdim,vdim Whole numbers: the features of `key` and of `value`; `NULL` for `embed_dim`.
#' @param batch_first Whether the batch is the first dimension, in place of the second: `TRUE` or `FALSE`.
#' @return A module. Its `forward(query, key, value, key_padding_mask = NULL, need_weights = TRUE, attn_mask = NULL,
#'   avg_weights = TRUE)` takes tensors of length, batch, features (or without the batch), and the masks described for
#'   [nnf_multi_head_attention_forward()]. It returns a list of two: the output with the shape of `query`, and the weights
#'   (averaged over the heads with `avg_weights`), or `NULL` without `need_weights`.
#' @section Errors: a `torchscript_value_error` for options that can't be, such as features that can't be divided among the
#'   heads, and for masks of wrong shapes.
#' @seealso [nnf_multi_head_attention_forward()],
#'   [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiheadAttention.html)
#' @export
#' @examples
#' attention <- nn_multihead_attention(4, num_heads = 2, batch_first = TRUE)
#' x <- torch_randn(1, 3, 4)
#' out <- attention(x, x, x)
#' out[[1]]$shape
#' out[[2]]
nn_multihead_attention <- nn_module(
  "nn_multihead_attention",
  initialize = function(embed_dim, num_heads, dropout = 0, bias = TRUE, add_bias_kv = FALSE, add_zero_attn = FALSE,
                        kdim = NULL, vdim = NULL, batch_first = FALSE) {
    kdim <- kdim %||% embed_dim
    vdim <- vdim %||% embed_dim
    check_layer_options(
      embed_dim = embed_dim, num_heads = num_heads, dropout = dropout, bias = bias, add_bias_kv = add_bias_kv,
      add_zero_attn = add_zero_attn, kdim = kdim, vdim = vdim, batch_first = batch_first
    )
    if (embed_dim %% num_heads != 0) {
      abort_torchscript(
        sprintf("`embed_dim` must be a multiple of `num_heads`, %s, not %s.", format(num_heads), format(embed_dim)),
        "value",
        argument = "embed_dim"
      )
    }
    self$embed_dim <- as.integer(embed_dim)
    self$num_heads <- as.integer(num_heads)
    self$dropout <- dropout
    self$kdim <- as.integer(kdim)
    self$vdim <- as.integer(vdim)
    self$add_zero_attn <- add_zero_attn
    self$batch_first <- batch_first
    private$add_parameters(bias, add_bias_kv)
    self$reset_parameters()
  },
  reset_parameters = function() {
    for (name in c("in_proj_weight", "q_proj_weight", "k_proj_weight", "v_proj_weight")) {
      if (!is.null(self[[name]])) nn_init_xavier_uniform_(self[[name]])
    }
    if (!is.null(self$in_proj_bias)) {
      nn_init_zeros_(self$in_proj_bias)
      nn_init_zeros_(self$out_proj$bias)
    }
    if (!is.null(self$bias_k)) {
      nn_init_xavier_normal_(self$bias_k)
      nn_init_xavier_normal_(self$bias_v)
    }
  },
  forward = function(query, key, value, key_padding_mask = NULL, need_weights = TRUE, attn_mask = NULL,
                     avg_weights = TRUE) {
    nnf_multi_head_attention_forward(
      query, key, value, self$embed_dim, self$num_heads, self$in_proj_weight, self$in_proj_bias, self$bias_k,
      self$bias_v, self$add_zero_attn, self$dropout, self$out_proj$weight, self$out_proj$bias, self$training,
      key_padding_mask, need_weights, attn_mask, avg_weights, is.null(self$in_proj_weight), self$q_proj_weight,
      self$k_proj_weight, self$v_proj_weight,
      batch_first = self$batch_first
    )
  },
  private = list(
    # Those that are not there are NULL, under the names that PyTorch gives them.
    add_parameters = function(bias, add_bias_kv) {
      n <- self$embed_dim
      one <- self$kdim == n && self$vdim == n
      shapes <- list(
        in_proj_weight = if (one) c(3L * n, n), q_proj_weight = if (!one) c(n, n),
        k_proj_weight = if (!one) c(n, self$kdim), v_proj_weight = if (!one) c(n, self$vdim),
        in_proj_bias = if (bias) 3L * n, bias_k = if (add_bias_kv) c(1L, 1L, n),
        bias_v = if (add_bias_kv) c(1L, 1L, n)
      )
      for (name in names(shapes)) {
        self$register_parameter(name, if (!is.null(shapes[[name]])) nn_parameter(torch_empty(shapes[[name]])))
      }
      self$out_proj <- nn_linear(n, n, bias = bias)
    }
  )
)

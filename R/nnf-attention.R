# Attention.
#' @include nnf.R
NULL

#' Multi-head attention
#'
#' What `nn_multihead_attention()` computes, with its parameters as arguments.
#'
#' @param query,key,value Tensors: length, batch, features; without the batch for one sequence; or batch first.
#' @param embed_dim_to_check How many features `query` must have.
#' @param num_heads How many heads the features are divided among.
#' @param in_proj_weight,in_proj_bias The weights (and biases, or `NULL`) of the projections of query, key and value,
#'   one below the other.
#' @param bias_k,bias_v Tensors of shape `c(1, 1, features)` that are appended to keys and values, or `NULL`.
#' @param add_zero_attn Whether a key and a value of zeros are appended.
#' @param dropout_p The probability of a weight to be dropped while `training`.
#' @param out_proj_weight,out_proj_bias The weight and bias of the last projection.
#' @param training Whether weights are dropped.
#' @param key_padding_mask A tensor of shape batch, length of the keys: `TRUE` where a key is not to be attended to, or
#'   numbers that are added to the scores; or `NULL`.
#' @param need_weights Whether the weights of the attention are returned.
#' @param attn_mask A tensor of shape length, length of the keys; or with one such matrix for each member of the batch
#'   and head: `TRUE` where attention is not allowed, or numbers that are added to the scores; or `NULL`.
#' @param avg_weights Whether the weights are averaged over the heads.
#' @param use_separate_proj_weight Whether `q_proj_weight`, `k_proj_weight` and `v_proj_weight` are used in place of
#'   `in_proj_weight`.
#' @param q_proj_weight,k_proj_weight,v_proj_weight Their tensors, or `NULL`.
#' @param static_k,static_v Keys and values, projected already: batch times heads, length, features of a head; or
#'   `NULL`.
#' @param batch_first Whether the batch is the first dimension of `query`, `key`, `value` and the result.
#' @return A list of two tensors: the output with the shape of `query`, and the weights: batch, length, length of the
#'   keys (with the heads behind the batch unless averaged), or `NULL`.
#' @section Errors: a `torchscript_value_error` for features that can't be divided, and for masks of wrong shapes.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiheadAttention.html)
#' @export
#' @examples
#' x <- torch_randn(3, 1, 4)
#' out <- nnf_multi_head_attention_forward(
#'   x, x, x, 4, 2, torch_randn(12, 4), NULL, NULL, NULL, FALSE, 0, torch_eye(4), NULL
#' )
#' out[[1]]$shape
nnf_multi_head_attention_forward <- function(query, key, value, embed_dim_to_check, num_heads, in_proj_weight,
                                             in_proj_bias, bias_k, bias_v, add_zero_attn, dropout_p, out_proj_weight,
                                             out_proj_bias, training = TRUE, key_padding_mask = NULL,
                                             need_weights = TRUE, attn_mask = NULL, avg_weights = TRUE,
                                             use_separate_proj_weight = FALSE, q_proj_weight = NULL,
                                             k_proj_weight = NULL, v_proj_weight = NULL, static_k = NULL,
                                             static_v = NULL, batch_first = FALSE) {
  check_is_tensors(query = query, key = key, value = value)
  batched <- length(dim(query)) == 3
  if (!batched) {
    query <- torch_unsqueeze(query, 2L)
    key <- torch_unsqueeze(key, 2L)
    value <- torch_unsqueeze(value, 2L)
    if (!is.null(key_padding_mask)) key_padding_mask <- torch_unsqueeze(key_padding_mask, 1L)
  } else if (batch_first) {
    query <- torch_transpose(query, 1L, 2L)
    key <- torch_transpose(key, 1L, 2L)
    value <- torch_transpose(value, 1L, 2L)
  }
  features <- dim(query)[[3]]
  if (features != embed_dim_to_check || features %% num_heads != 0) {
    abort_torchscript(
      sprintf(
        "`query` must have %d features, a multiple of %d heads, not %d.", as.integer(embed_dim_to_check),
        as.integer(num_heads), features
      ), "value",
      argument = "query"
    )
  }
  if (is.null(bias_k) != is.null(bias_v)) {
    abort_torchscript("`bias_k` and `bias_v` must both be tensors, or both NULL.", "value", argument = "bias_v")
  }
  attn_mask <- added_mask(attn_mask, query)
  if (!is.null(attn_mask)) attn_mask <- checked_mask(attn_mask, dim(query), dim(key)[[1]], num_heads)
  key_padding_mask <- added_mask(key_padding_mask, query)

  weights <- if (use_separate_proj_weight) {
    list(q_proj_weight, k_proj_weight, v_proj_weight)
  } else {
    torch_chunk(in_proj_weight, 3L, 1L)
  }
  biases <- if (is.null(in_proj_bias)) list(NULL, NULL, NULL) else torch_chunk(in_proj_bias, 3L, 1L)
  q <- nnf_linear(query, weights[[1]], biases[[1]])
  k <- nnf_linear(key, weights[[2]], biases[[2]])
  v <- nnf_linear(value, weights[[3]], biases[[3]])
  appended <- 0L
  if (!is.null(bias_k)) {
    one <- torch_narrow(k, 1L, 1L, 1L)
    k <- torch_cat(list(k, torch_expand_as(bias_k, one)))
    v <- torch_cat(list(v, torch_expand_as(bias_v, one)))
    appended <- 1L
  }
  # batch, heads, length, features of a head; no size of the batch or of a length, so that a trace takes all of them
  by_head <- c(as.integer(num_heads), as.integer(features %/% num_heads))
  q <- heads_of(q, by_head)
  k <- if (is.null(static_k)) heads_of(k, by_head) else split_heads(static_k, num_heads)
  v <- if (is.null(static_v)) heads_of(v, by_head) else split_heads(static_v, num_heads)
  if (add_zero_attn) {
    zeros <- torch_zeros_like(torch_narrow(k, 3L, 1L, 1L))
    k <- torch_cat(list(k, zeros), 3L)
    v <- torch_cat(list(v, zeros), 3L)
    appended <- appended + 1L
  }
  scores <- torch_matmul(torch_mul(q, sqrt(1 / by_head[[2]])), torch_transpose(k, 3L, 4L))
  if (!is.null(attn_mask)) scores <- torch_add(scores, widened_mask(attn_mask, appended))
  if (!is.null(key_padding_mask)) {
    padding <- torch_unsqueeze(torch_unsqueeze(key_padding_mask, 2L), 2L)
    scores <- torch_add(scores, widened_mask(padding, appended))
  }
  attention <- torch_softmax(scores, -1L)
  if (training && dropout_p > 0) attention <- torch_dropout(attention, dropout_p, TRUE)
  output <- torch_flatten(torch_permute(torch_matmul(attention, v), c(3L, 1L, 2L, 4L)), 3L)
  output <- nnf_linear(output, out_proj_weight, out_proj_bias)
  if (!batched) {
    output <- torch_squeeze(output, 2L)
  } else if (batch_first) {
    output <- torch_transpose(output, 1L, 2L)
  }
  if (!need_weights) {
    return(list(output, NULL))
  }
  if (avg_weights) attention <- torch_mean(attention, 2L)
  list(output, if (batched) attention else torch_squeeze(attention, 1L))
}

heads_of <- function(x, by_head) torch_permute(torch_unflatten(x, 3L, by_head), c(2L, 3L, 1L, 4L))

# Heads that stand behind each other in the first dimension.
split_heads <- function(x, num_heads) torch_unflatten(x, 1L, c(-1L, as.integer(num_heads)))

# What is added to the scores: minus infinity where a mask says TRUE.
added_mask <- function(mask, like) {
  if (is.null(mask) || mask$dtype$is_floating_point) {
    return(mask)
  }
  zeros <- torch_zeros_like(mask, dtype = like$dtype)
  torch_masked_fill(zeros, mask$to(dtype = torch_bool()), -Inf)
}

# What was appended to the keys is never masked.
widened_mask <- function(mask, appended) if (appended > 0) torch_pad(mask, c(0L, appended)) else mask

checked_mask <- function(mask, query_sizes, key_length, num_heads) {
  shape <- dim(mask)
  wanted <- as.integer(c(query_sizes[[2]] * num_heads, query_sizes[[1]], key_length))
  if (length(shape) == 2) wanted <- wanted[-1]
  if (!identical(as.integer(shape), wanted)) {
    abort_torchscript(
      sprintf("`attn_mask` must have the shape %s, not %s.", toString(wanted), toString(shape)), "value",
      argument = "attn_mask"
    )
  }
  if (length(shape) == 2) mask else split_heads(mask, num_heads)
}

# The encoder of a transformer.
#' @include nn-attention.R nn-container.R nn-dropout.R nn-norm.R
NULL

#' The encoder of a transformer
#'
#' A layer is self-attention and a network of two linear layers, each added to what it was given and normalized.
#' `nn_transformer_encoder()` calls several such layers one after the other.
#'
#' @param d_model A whole number: the features of the input, a multiple of `nhead`.
#' @param nhead A whole number: the heads of the attention.
#' @param dim_feedforward A whole number: the features between the two linear layers.
#' @param dropout A number from 0 to 1: the probability of an element to be dropped, in training.
#' @param activation `"relu"`, `"gelu"`, or a function of a tensor, which may be a module.
#' @param layer_norm_eps A number that keeps the normalization from dividing by zero.
#' @param batch_first Whether the batch is the first dimension, in place of the second: `TRUE` or `FALSE`.
#' @param norm_first Whether attention and network are given what is normalized already, in place of the sum being
#'   normalized: `TRUE` or `FALSE`.
#' @param bias Whether linear layers and normalizations have biases: `TRUE` or `FALSE`.
#' @param encoder_layer A layer: it is copied, so that all layers begin with its parameters and share none.
#' @param num_layers A whole number: how many.
#' @param norm A module that is called with the output of the last layer, or `NULL`.
#' @return A module. The `forward(src, src_mask = NULL, src_key_padding_mask = NULL)` of a layer, and the
#'   `forward(src, mask = NULL, src_key_padding_mask = NULL)` of the encoder, take a tensor of length, batch, features (or
#'   without the batch), and the masks of [nn_multihead_attention()]; they return a tensor of the same shape.
#' @section Errors: a `torchscript_value_error` for options that can't be, such as features that can't be divided among the
#'   heads; a `torchscript_type_error` for an `encoder_layer` that is no module.
#' @seealso PyTorch's pages on
#'   [TransformerEncoderLayer](https://docs.pytorch.org/docs/stable/generated/torch.nn.TransformerEncoderLayer.html) and
#'   [TransformerEncoder](https://docs.pytorch.org/docs/stable/generated/torch.nn.TransformerEncoder.html)
#' @export
#' @examples
#' layer <- nn_transformer_encoder_layer(d_model = 4, nhead = 2, dim_feedforward = 8, batch_first = TRUE)
#' encoder <- nn_transformer_encoder(layer, num_layers = 2)
#' encoder(torch_randn(1, 3, 4))$shape
nn_transformer_encoder_layer <- nn_module(
  "nn_transformer_encoder_layer",
  initialize = function(d_model, nhead, dim_feedforward = 2048, dropout = 0.1, activation = "relu",
                        layer_norm_eps = 1e-05, batch_first = FALSE, norm_first = FALSE, bias = TRUE) {
    check_layer_options(
      d_model = d_model, nhead = nhead, dim_feedforward = dim_feedforward, dropout = dropout,
      layer_norm_eps = layer_norm_eps, batch_first = batch_first, norm_first = norm_first, bias = bias
    )
    self$norm_first <- norm_first
    self$activation <- encoder_activation(activation)
    self$self_attn <- nn_multihead_attention(d_model, nhead, dropout, bias, batch_first = batch_first)
    self$linear1 <- nn_linear(d_model, dim_feedforward, bias = bias)
    self$dropout <- nn_dropout(dropout)
    self$linear2 <- nn_linear(dim_feedforward, d_model, bias = bias)
    self$norm1 <- encoder_norm(d_model, layer_norm_eps, bias)
    self$norm2 <- encoder_norm(d_model, layer_norm_eps, bias)
    self$dropout1 <- nn_dropout(dropout)
    self$dropout2 <- nn_dropout(dropout)
  },
  forward = function(src, src_mask = NULL, src_key_padding_mask = NULL) {
    if (self$norm_first) {
      x <- torch_add(src, private$attend(self$norm1(src), src_mask, src_key_padding_mask))
      return(torch_add(x, private$feed_forward(self$norm2(x))))
    }
    x <- self$norm1(torch_add(src, private$attend(src, src_mask, src_key_padding_mask)))
    self$norm2(torch_add(x, private$feed_forward(x)))
  },
  private = list(
    attend = function(x, mask, padding) {
      self$dropout1(self$self_attn(x, x, x, padding, FALSE, mask)[[1]])
    },
    feed_forward = function(x) {
      self$dropout2(self$linear2(self$dropout(self$activation(self$linear1(x)))))
    }
  )
)

encoder_activation <- function(activation) {
  if (is.function(activation)) {
    return(activation)
  }
  switch(choice_of(activation, c("relu", "gelu"), "activation"), relu = nnf_relu, gelu = nnf_gelu)
}

# nn_layer_norm() has weight and bias, or neither: the bias is taken away.
encoder_norm <- function(d_model, eps, bias) {
  norm <- nn_layer_norm(d_model, eps = eps)
  if (!bias) norm$bias <- NULL
  norm
}

#' @rdname nn_transformer_encoder_layer
#' @export
nn_transformer_encoder <- nn_module(
  "nn_transformer_encoder",
  initialize = function(encoder_layer, num_layers, norm = NULL) {
    check_module(encoder_layer)
    if (!is.null(norm)) check_module(norm)
    check_layer_options(num_layers = num_layers)
    self$num_layers <- as.integer(num_layers)
    self$layers <- nn_module_list(lapply(seq_len(num_layers), function(i) clone_module(encoder_layer, deep = TRUE)))
    self$norm <- norm
  },
  forward = function(src, mask = NULL, src_key_padding_mask = NULL) {
    for (layer in as.list(self$layers)) src <- layer(src, mask, src_key_padding_mask)
    if (is.null(self$norm)) src else self$norm(src)
  }
)

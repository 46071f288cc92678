# Embeddings.
#' @include nn-functional.R nnf-embedding.R nn-init.R
NULL

store_embedding <- function(self, options, weight) {
  store_options(self, options)
  size <- c(options$num_embeddings, options$embedding_dim)
  padding <- options$padding_idx
  if (!is.null(padding) && (!is_whole(abs(padding), 1, 1) || abs(padding) > options$num_embeddings)) {
    abort_torchscript(
      sprintf("`padding_idx` must be from 1 to %d, or NULL, not %s.", options$num_embeddings, describe(padding)), "value",
      argument = "padding_idx"
    )
  }
  if (!is.null(weight)) {
    check_tensor(weight, ".weight")
    if (!all(dim(weight) == size) || length(dim(weight)) != 2) {
      abort_torchscript(
        sprintf("`.weight` must have shape (%s), not (%s).", toString(size), toString(dim(weight))), "value",
        argument = ".weight"
      )
    }
    self$weight <- nn_parameter(weight)
  } else {
    self$weight <- nn_parameter(torch_empty(size))
    self$reset_parameters()
  }
}

reset_embedding <- function(self) {
  nn_init_normal_(self$weight)
  padding <- self$padding_idx
  if (!is.null(padding)) {
    if (padding < 0) padding <- self$num_embeddings + 1 + padding
    with_no_grad(self$weight[padding]$fill_(0))
  }
}

#' Embedding layers
#'
#' A table of vectors, one for each position. `nn_embedding()` looks them up; `nn_embedding_bag()` adds up, averages or
#' takes the largest of those of each bag of positions.
#'
#' @param num_embeddings How many vectors the table has.
#' @param embedding_dim The length of each vector.
#' @param padding_idx A position, counted from one, whose vector is zero and is not trained; negative numbers count from the
#'   end; or `NULL`.
#' @param max_norm The longest norm that a vector may have; longer ones that are looked up are scaled down, in the table; or
#'   `NULL`.
#' @param norm_type The exponent of that norm.
#' @param scale_grad_by_freq Whether gradients are divided by how often a position occurs: `TRUE` or `FALSE`.
#' @param mode `"sum"`, `"mean"` or `"max"`.
#' @param sparse Whether the gradient of the table is sparse: `TRUE` or `FALSE`.
#' @param include_last_offset Whether `offsets` has the end of the last bag too: `TRUE` or `FALSE`.
#' @param .weight The table, a tensor; `NULL`: normally distributed numbers.
#' @return A module with the parameter `weight`. `forward(input)` takes positions counted from one, and returns a tensor
#'   with one dimension more. The bag's `forward(input, offsets = NULL, per_sample_weights = NULL)` returns a row for each
#'   bag; `offsets` are the begins of the bags in a vector `input`, counted from zero as in PyTorch.
#' @section Errors: a `torchscript_value_error` for sizes that do not go together; a `torchscript_index_error` for positions
#'   that the table does not have.
#' @seealso [nnf_embedding()], [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.nn.Embedding.html)
#' @export
#' @examples
#' words <- nn_embedding(10, 3, padding_idx = 1)
#' words(torch_tensor(c(1L, 2L, 10L)))
#' nn_embedding_bag(10, 3)(torch_tensor(rbind(c(1L, 2L), c(3L, 4L))))
nn_embedding <- nn_module(
  "nn_embedding",
  initialize = function(num_embeddings, embedding_dim, padding_idx = NULL, max_norm = NULL, norm_type = 2,
                        scale_grad_by_freq = FALSE, sparse = FALSE, .weight = NULL) {
    options <- c(
      "num_embeddings", "embedding_dim", "padding_idx", "max_norm", "norm_type", "scale_grad_by_freq", "sparse"
    )
    store_embedding(self, mget(options), .weight)
  },
  reset_parameters = function() reset_embedding(self),
  forward = function(input) {
    nnf_embedding(
      input, .subset2(self, "weight"), .subset2(self, "padding_idx"), .subset2(self, "max_norm"),
      .subset2(self, "norm_type"), .subset2(self, "scale_grad_by_freq"), .subset2(self, "sparse")
    )
  }
)

#' @rdname nn_embedding
#' @export
nn_embedding_bag <- nn_module(
  "nn_embedding_bag",
  initialize = function(num_embeddings, embedding_dim, max_norm = NULL, norm_type = 2, scale_grad_by_freq = FALSE,
                        mode = "mean", sparse = FALSE, include_last_offset = FALSE, padding_idx = NULL, .weight = NULL) {
    mode <- choice_of(mode, c("sum", "mean", "max"), "mode")
    options <- c(
      "num_embeddings", "embedding_dim", "max_norm", "norm_type", "scale_grad_by_freq", "mode", "sparse",
      "include_last_offset", "padding_idx"
    )
    store_embedding(self, mget(options), .weight)
  },
  reset_parameters = function() reset_embedding(self),
  forward = function(input, offsets = NULL, per_sample_weights = NULL) {
    nnf_embedding_bag(
      input, self$weight, offsets, self$max_norm, self$norm_type, self$scale_grad_by_freq, self$mode, self$sparse,
      per_sample_weights, self$include_last_offset, self$padding_idx
    )
  }
)

# Embeddings and one-hot vectors.
#' @include nnf.R
NULL

#' Embeddings
#'
#' `nnf_embedding()` looks up rows of `weight`; `nnf_embedding_bag()` adds up or averages the rows of each bag, or takes
#' their maximum. `nnf_one_hot()` makes the vectors whose product with `weight` would be the same.
#'
#' @param input,tensor A tensor of whole numbers, counted from one. For `nnf_embedding_bag()` with two dimensions: a row
#'   for each bag; with one: bags one after another, beginning at `offsets`.
#' @param weight A tensor: a row for each possible number.
#' @param padding_idx The row that gets no gradient (and does not count in bags), or `NULL`.
#' @param max_norm Rows with a larger norm are scaled down to it, in `weight` itself; or `NULL`.
#' @param norm_type The exponent of that norm.
#' @param scale_grad_by_freq Whether gradients are divided by how often a row is looked up.
#' @param sparse Whether the gradient of `weight` is sparse.
#' @param offsets A tensor with how many elements come before each bag: 0 first.
#' @param mode `"mean"`, `"sum"` or `"max"`.
#' @param per_sample_weights A tensor with the shape of `input` that rows are multiplied with, for `"sum"`; or `NULL`.
#' @param include_last_offset Whether `offsets` has the number of all elements as its last one.
#' @param num_classes How many classes there are; -1: the largest number in `tensor`.
#' @return A tensor.
#' @section Errors: a `torchscript_index_error` for rows that do not exist.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/nn.functional.html#sparse-functions)
#' @export
#' @examples
#' weight <- torch_tensor(rbind(c(1, 2), c(3, 4), c(5, 6)))
#' nnf_embedding(torch_tensor(c(3L, 1L)), weight)
#' nnf_embedding_bag(torch_tensor(rbind(1:2, 2:3)), weight)
#' nnf_one_hot(torch_tensor(c(3L, 1L)))
nnf_embedding <- function(input, weight, padding_idx = NULL, max_norm = NULL, norm_type = 2,
                          scale_grad_by_freq = FALSE, sparse = FALSE) {
  if (!is.null(max_norm)) scale_rows_down(weight, input, max_norm, norm_type)
  if (is.null(padding_idx)) {
    return(embedding_of(weight, input, scale_grad_by_freq, sparse))
  }
  if (padding_idx < 0) padding_idx <- dim(weight)[[1]] + 1L + padding_idx
  padded_embedding_of(weight, input, padding_idx, scale_grad_by_freq, sparse)
}
embedding_of <- operator_function(
  alist(weight = , input = , scale_grad_by_freq = , sparse = ), "aten::embedding",
  c(weight = "weight", indices = "input", scale_grad_by_freq = "scale_grad_by_freq", sparse = "sparse")
)
padded_embedding_of <- operator_function(
  alist(weight = , input = , padding_idx = , scale_grad_by_freq = , sparse = ), "aten::embedding",
  c(
    weight = "weight", indices = "input", padding_idx = "padding_idx", scale_grad_by_freq = "scale_grad_by_freq",
    sparse = "sparse"
  )
)

# As PyTorch does: the rows themselves change, and no gradient knows.
scale_rows_down <- function(weight, input, max_norm, norm_type) {
  check_is_tensors(input = input, weight = weight)
  renorm_rows(weight$detach(), input, max_norm, norm_type)
}
renorm_rows <- operator_function(
  alist(weight = , input = , max_norm = , norm_type = ), "aten::embedding_renorm_",
  c(self = "weight", indices = "input", max_norm = "max_norm", norm_type = "norm_type")
)

#' @rdname nnf_embedding
#' @export
nnf_embedding_bag <- function(input, weight, offsets = NULL, max_norm = NULL, norm_type = 2,
                              scale_grad_by_freq = FALSE, mode = "mean", sparse = FALSE, per_sample_weights = NULL,
                              include_last_offset = FALSE, padding_idx = NULL) {
  check_is_tensors(input = input, weight = weight)
  mode <- match(choice_of(mode, c("sum", "mean", "max"), "mode"), c("sum", "mean", "max")) - 1L
  if (!is.null(per_sample_weights) && mode != 0L) {
    abort_torchscript("`per_sample_weights` can be given for the mode \"sum\" alone.", "value", argument = "mode")
  }
  if (!is.null(max_norm)) scale_rows_down(weight, input, max_norm, norm_type)
  sizes <- dim(input)
  if (length(sizes) == 2) {
    if (!is.null(offsets)) {
      abort_torchscript(
        "`offsets` must be NULL for an `input` with two dimensions: its rows are the bags.", "value",
        argument = "offsets"
      )
    }
    offsets <- torch_tensor(seq.int(0L, by = sizes[[2]], length.out = sizes[[1]]), dtype = input$dtype)
    offsets <- offsets$to(device = input$device)
    include_last_offset <- FALSE
    input <- torch_flatten(input)
    if (!is.null(per_sample_weights)) per_sample_weights <- torch_flatten(per_sample_weights)
  } else if (is.null(offsets)) {
    abort_torchscript(
      "`offsets` must be a tensor for an `input` with one dimension.", "value",
      argument = "offsets"
    )
  }
  bags <- torch_embedding_bag(
    weight, input, offsets, scale_grad_by_freq, mode, sparse, per_sample_weights, include_last_offset, padding_idx
  )
  bags[[1]]
}

#' @rdname nnf_embedding
#' @export
nnf_one_hot <- functional(alist(tensor = , num_classes = -1), "one_hot", self = "tensor")

# Functions that are not quite one operator.
#' @include operator.R
NULL

#' Positions of the elements that are not zero
#'
#' @param self A tensor.
#' @param as_list Whether to return a list with one tensor of positions for each dimension.
#' @return A tensor with a row for each element found, positions counted from one; or a list.
#' @export
#' @examples
#' torch_nonzero(torch_tensor(c(0, 1, 2)))
torch_nonzero <- function(self, as_list = FALSE) {
  if (as_list) nonzero_list(self) else nonzero_rows(self)
}
nonzero_rows <- operator_function(alist(self = ), "aten::nonzero")
nonzero_list <- operator_function(alist(self = ), "aten::nonzero_numpy")

#' Contract two tensors over several dimensions
#'
#' @param a,b Tensors.
#' @param dims How many dimensions to contract, the last of `a` with the first of `b`; or a list of two vectors of
#'   dimensions, of `a` and of `b`, counted from one.
#' @return A tensor.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.tensordot.html)
#' @export
#' @examples
#' torch_tensordot(torch_ones(2, 3), torch_ones(3, 4), dims = 1)
torch_tensordot <- function(a, b, dims = 2) {
  if (!is.list(dims)) {
    n <- as.integer(dims)
    rank <- length(dim(a))
    dims <- list(seq.int(rank - n + 1L, length.out = n), seq_len(n))
  }
  contract(a, b, dims[[1]], dims[[2]])
}
contract <- operator_function(alist(self = , other = , dims_self = , dims_other = ), "aten::tensordot")

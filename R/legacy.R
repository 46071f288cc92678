# Names of torch for R and of older libtorch that are no operator of this one.
#' @include tensor-shape.R
NULL

#' LU factorization
#'
#' The older name of `linalg_lu_factor_ex()`.
#'
#' @param A A tensor with matrices in its last two dimensions.
#' @param pivot Whether rows are exchanged.
#' @param get_infos Whether to return `infos` as well, and no error for a singular matrix.
#' @param out Must be `NULL`: R has assignment.
#' @return A list of `LU` and `pivots` (rows counted from one, as LAPACK does), and with `get_infos` of `infos`: zero
#'   where the factorization succeeded.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.linalg.lu_factor.html)
#' @export
#' @examples
#' torch_lu(torch_tensor(matrix(c(1, 3, 2, 4), 2)))
torch_lu <- function(A, pivot = TRUE, get_infos = FALSE, out = NULL) {
  if (!is.null(out)) {
    abort_torchscript("`out` must be NULL.", "value", "Assign the result instead.")
  }
  factors <- linalg_lu_factor_ex(A, pivot = pivot, check_errors = !get_infos)
  names(factors) <- c("LU", "pivots", "infos")
  if (get_infos) factors else factors[1:2]
}

#' How a loss is reduced
#'
#' The numbers that the `reduction` of a loss operator takes.
#'
#' @return A number.
#' @export
#' @examples
#' torch_mse_loss(torch_ones(2), torch_zeros(2), reduction = torch_reduction_sum())
torch_reduction_mean <- function() 1L
#' @rdname torch_reduction_mean
#' @export
torch_reduction_none <- function() 0L
#' @rdname torch_reduction_mean
#' @export
torch_reduction_sum <- function() 2L

#' Test for the tensor that is none
#'
#' libtorch has an undefined tensor, which stands for "no result": `NULL` in R.
#'
#' @param x Any object.
#' @return `TRUE` or `FALSE`.
#' @export
#' @examples
#' is_undefined_tensor(NULL)
#' is_undefined_tensor(torch_zeros(0))
is_undefined_tensor <- function(x) is.null(x)

insides <- function(what) {
  force(what)
  function(self) {
    abort_torchscript(
      sprintf("`$%s` is an inside of torch for R: a tensor has none here.", what), "not_implemented",
      "torch_tensor() makes tensors, and as_array() gives their values."
    )
  }
}

define_members(
  initialize = insides("initialize"),
  private = insides("private"),
  ptr = insides("ptr"),
  is_sparse_csr = function(self) .Call(C_tensor_layout, self) == 2L,
  set_grad_ = function(self) {
    function(grad) {
      .Call(C_set_grad, self, grad)
      invisible(self)
    }
  }
)

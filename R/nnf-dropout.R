# Dropout.
#' @include nnf.R
NULL

#' Dropout
#'
#' With `training`, each element (`nnf_dropout()`, `nnf_alpha_dropout()`) or each channel (`nnf_dropout2d()`,
#' `nnf_dropout3d()`) becomes zero with probability `p`, and the rest is scaled up so that the mean stays.
#' `nnf_alpha_dropout()` keeps mean and variance of what comes out of [nnf_selu()].
#'
#' @param input A tensor.
#' @param p A number between 0 and 1: the probability to be dropped.
#' @param training Whether anything is dropped at all.
#' @param inplace Whether `input` itself is changed and returned.
#' @return A tensor with the shape of `input`.
#' @section Errors: a `torchscript_value_error` when `p` is not between 0 and 1.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/nn.functional.html#dropout-functions)
#' @export
#' @examples
#' torch_manual_seed(1)
#' nnf_dropout(torch_ones(6))
nnf_dropout <- functional_inplace(
  alist(input = , p = 0.5, training = TRUE, inplace = FALSE), "dropout",
  train = "training", before = quote(check_probability(p)),
  renamed_inplace = c(self = "input", train = "training")
)

#' @rdname nnf_dropout
#' @export
nnf_dropout2d <- functional_inplace(
  alist(input = , p = 0.5, training = TRUE, inplace = FALSE), "feature_dropout",
  train = "training", before = quote(check_probability(p)),
  renamed_inplace = c(self = "input", train = "training")
)

#' @rdname nnf_dropout
#' @export
nnf_dropout3d <- nnf_dropout2d

#' @rdname nnf_dropout
#' @export
nnf_alpha_dropout <- functional_inplace(
  alist(input = , p = 0.5, training = FALSE, inplace = FALSE), "alpha_dropout",
  train = "training", before = quote(check_probability(p)),
  renamed_inplace = c(self = "input", train = "training")
)

check_probability <- function(p) {
  if (!(is.numeric(p) && length(p) == 1 && !is.na(p) && p >= 0 && p <= 1)) {
    abort_torchscript(sprintf("`p` must be a number between 0 and 1, not %s.", describe(p)), "value", argument = "p")
  }
}

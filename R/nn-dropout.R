# Dropout.
#' @include nn-functional.R nnf-dropout.R
NULL

dropout_check <- quote(check_layer_option("p", p, "probability"))

#' Dropout layers
#'
#' In training each element is made zero with probability `p`, and the others are scaled up to keep the sum; in eval mode
#' the input is returned. `nn_dropout2d()` and `nn_dropout3d()` drop whole channels.
#'
#' @param p The probability of being dropped: a number from 0 to 1.
#' @param inplace Whether the input itself is changed: `TRUE` or `FALSE`.
#' @return A module whose `forward(input)` returns a tensor of the input's shape.
#' @section Errors: a `torchscript_value_error` for a `p` that is no probability.
#' @seealso [nnf_dropout()], [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.nn.Dropout.html)
#' @export
#' @examples
#' layer <- nn_dropout(0.5)
#' layer(torch_ones(4))
#' layer$eval()
#' layer(torch_ones(4))
nn_dropout <- functional_module("nn_dropout", "nnf_dropout", alist(p = 0.5, inplace = FALSE), mode = TRUE, check = dropout_check)

#' @rdname nn_dropout
#' @export
nn_dropout2d <- functional_module("nn_dropout2d", "nnf_dropout2d", alist(p = 0.5, inplace = FALSE), mode = TRUE, check = dropout_check)

#' @rdname nn_dropout
#' @export
nn_dropout3d <- functional_module("nn_dropout3d", "nnf_dropout3d", alist(p = 0.5, inplace = FALSE), mode = TRUE, check = dropout_check)

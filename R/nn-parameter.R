# Tensors that a module knows by name.

#' Parameters and buffers
#'
#' A tensor that becomes a field of an [nn_module()] as `self$name <- nn_parameter(x)` is one of its parameters: it is
#' trained, moved with `$to()` and part of the `$state_dict()`. A buffer is kept and moved likewise, but not trained.
#'
#' @param x A tensor; for the tests any object. The parameter shares its memory.
#' @param requires_grad Whether gradients are computed for the parameter.
#' @param persistent Whether the buffer is part of the `$state_dict()`.
#' @return `nn_parameter()` and `nn_buffer()`: a tensor of class `nn_parameter` or `nn_buffer`; `is_*()`: `TRUE` or `FALSE`.
#' @section Errors: a `torchscript_type_error` for anything that is no tensor.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.nn.parameter.Parameter.html)
#' @export
#' @examples
#' w <- nn_parameter(torch_randn(2))
#' w$requires_grad
#' is_nn_parameter(w)
nn_parameter <- function(x, requires_grad = TRUE) {
  check_tensor(x, "x")
  named_tensor(x$detach()$requires_grad_(requires_grad), "nn_parameter")
}

#' @rdname nn_parameter
#' @export
nn_buffer <- function(x, persistent = TRUE) {
  check_tensor(x, "x")
  if (!rlang::is_bool(persistent)) {
    abort_torchscript(sprintf("`persistent` must be TRUE or FALSE, not %s.", describe(persistent)), "type")
  }
  buffer <- named_tensor(x$detach(), "nn_buffer")
  attr(buffer, "persistent") <- persistent
  buffer
}

#' @rdname nn_parameter
#' @export
is_nn_parameter <- function(x) inherits(x, "nn_parameter")

#' @rdname nn_parameter
#' @export
is_nn_buffer <- function(x) inherits(x, "nn_buffer")

# The new class stands last: R looks for methods of the first one first.
named_tensor <- function(x, class) {
  class(x) <- c("torch_tensor", class)
  x
}

check_tensor <- function(x, name) {
  if (!is_torch_tensor(x)) {
    abort_torchscript(sprintf("`%s` must be a tensor, not %s.", name, describe(x)), "type", argument = name)
  }
}

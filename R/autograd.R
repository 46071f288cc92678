#' Gradients
#'
#' `autograd_backward()` and `x$backward()` add the gradients to `$grad` of the leaves; `autograd_grad()` returns them.
#'
#' @param tensors,outputs A tensor or a list of tensors to differentiate.
#' @param inputs A tensor or a list of tensors with respect to which to differentiate.
#' @param grad_tensors,grad_outputs The gradients to begin with, one for each; not needed for tensors of one element.
#' @param retain_graph Whether the graph is kept for another pass. Default: the value of `create_graph`.
#' @param create_graph Whether the gradients can be differentiated again.
#' @param allow_unused Whether an input that played no part gets `NULL` rather than an error.
#' @return `autograd_grad()`: a list of tensors, one for each input. `autograd_backward()`: `NULL`, invisibly.
#' @section Errors: a `torchscript_runtime_error` when there is nothing to differentiate.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/autograd.html)
#' @export
#' @examples
#' x <- torch_tensor(3, requires_grad = TRUE)
#' y <- x^2
#' autograd_grad(y, x, retain_graph = TRUE)
#' y$backward()
#' x$grad
autograd_backward <- function(tensors, grad_tensors = NULL, retain_graph = create_graph, create_graph = FALSE) {
  autograd_backward_of(tensor_list(tensors), tensor_list(grad_tensors), retain_graph, create_graph, NULL)
}

autograd_backward_of <- function(tensors, grad_tensors, retain_graph, create_graph, inputs) {
  invisible(.Call(C_backward, tensors, grad_tensors, retain_graph, create_graph, tensor_list(inputs)))
}

#' @rdname autograd_backward
#' @export
autograd_grad <- function(outputs, inputs, grad_outputs = NULL, retain_graph = create_graph, create_graph = FALSE,
                          allow_unused = FALSE) {
  .Call(
    C_gradients, tensor_list(outputs), tensor_list(inputs), tensor_list(grad_outputs), retain_graph, create_graph,
    allow_unused
  )
}

tensor_list <- function(x) if (is_torch_tensor(x)) list(x) else as.list(x)

#' Switch the recording of gradients off or on
#'
#' @param code Code to evaluate.
#' @param .env The frame at whose end the mode returns to what it was.
#' @param enabled `TRUE` or `FALSE`.
#' @return `with_*()`: the value of `code`. `local_*()` and `autograd_set_grad_mode()`: the mode before, invisibly.
#' @export
#' @examples
#' x <- torch_tensor(1, requires_grad = TRUE)
#' with_no_grad((x * 2)$requires_grad)
with_no_grad <- function(code) {
  local_no_grad()
  force(code)
}

#' @rdname with_no_grad
#' @export
with_enable_grad <- function(code) {
  local_enable_grad()
  force(code)
}

#' @rdname with_no_grad
#' @export
local_no_grad <- function(.env = parent.frame()) local_grad_mode(FALSE, .env)

#' @rdname with_no_grad
#' @export
local_enable_grad <- function(.env = parent.frame()) local_grad_mode(TRUE, .env)

local_grad_mode <- function(enabled, env) {
  before <- .Call(C_set_grad_mode, enabled)
  withr::defer(.Call(C_set_grad_mode, before), envir = env)
  invisible(before)
}

#' @rdname with_no_grad
#' @export
autograd_set_grad_mode <- function(enabled) invisible(.Call(C_set_grad_mode, enabled))

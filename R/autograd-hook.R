#' Hooks: functions that see a gradient on its way
#'
#' `x$register_hook(hook)` has `hook` called with the gradient of `x` whenever a backward pass computes it, before it is
#' used further or added to `x$grad`. `x$register_post_accumulate_grad_hook(hook)` has `hook` called with the leaf `x`
#' itself when its `$grad` is ready.
#'
#' As in PyTorch, a hook runs with gradients switched off unless the pass creates a graph: see [with_enable_grad()].
#'
#' @param hook A function of one argument. Of `register_hook()`: it gets the gradient, and returns a tensor of the same
#'   shape to put in its place, or `NULL` to leave it. A hook that is called for its effect may return anything but a
#'   number. Of `register_post_accumulate_grad_hook()`: it gets the tensor, and its value is not used.
#' @return An object whose `$remove()` ends the hook.
#' @section Lifetime: a hook lives until it is removed, until its tensor is gone, or, for a tensor inside a graph, until
#'   a backward pass frees the graph (`retain_graph = TRUE` keeps both). An R function holds everything in the
#'   environment in which it was written. Where that includes the tensor or what was computed from it, the two hold each
#'   other: call `$remove()`, or write the hook in a function of its own.
#' @section Errors: what the hook raises ends the backward pass and comes through unchanged, with its class and call. A
#'   `torchscript_runtime_error` if `x` does not require a gradient, or if the hook returns another shape. Hooks run on
#'   R's own thread; where libtorch works on another one (backward passes nested in hooks more than 60 deep) that is an
#'   error.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.Tensor.register_hook.html)
#' @name autograd_hooks
#' @aliases register_hook register_post_accumulate_grad_hook
#' @examples
#' x <- torch_tensor(c(1, 2), requires_grad = TRUE)
#' hook <- x$register_hook(function(grad) grad * 10)
#' (x^2)$sum()$backward()
#' x$grad
#' hook$remove()
#' @include tensor-members.R
NULL

define_members(
  register_hook = function(self) function(hook) add_hook(C_hook_register, self, hook),
  register_post_accumulate_grad_hook = function(self) {
    function(hook) add_hook(C_hook_register_post_accumulate, self, hook)
  }
)

add_hook <- function(routine, self, hook) {
  if (!is.function(hook)) {
    abort_torchscript(sprintf("`hook` must be a function, not %s.", describe(hook)), "type", argument = "hook")
  }
  new_hook(.Call(routine, self, hook))
}

# In a frame of its own: the tensor must not be held.
new_hook <- function(number) {
  force(number)
  structure(list(remove = function() invisible(.Call(C_hook_remove, number))), class = "torch_hook")
}

#' @export
print.torch_hook <- function(x, ...) {
  cat("<hook>\n")
  invisible(x)
}

# Called by native code. The names are what a traceback shows.
run_hook <- function(hook, tensors) {
  grad <- tensors[[1]]
  hook(grad)
}

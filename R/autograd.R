#' @include tensor-members.R
NULL

#' Gradients
#'
#' `autograd_backward()` and `x$backward()` add the gradients to `$grad` of the leaves; `autograd_grad()` returns them.
#' A graph serves once, because what it had saved is freed on the way, unless `retain_graph` keeps it.
#'
#' @param tensors,outputs A tensor or a list of tensors to differentiate.
#' @param inputs A tensor or a list of tensors with respect to which to differentiate.
#' @param grad_tensors,grad_outputs The gradients to begin with: a tensor or a list, one for each of `tensors` or
#'   `outputs`. Default: `NULL`, which is enough for tensors of one element.
#' @param retain_graph `TRUE` to keep the graph for another pass. Default: the value of `create_graph`.
#' @param create_graph `TRUE` if the gradients are to be differentiated again. Default: `FALSE`.
#' @param allow_unused `TRUE` if an input that played no part gets `NULL` rather than an error. Default: `FALSE`.
#' @return `autograd_grad()`: a list of tensors, one for each input. `autograd_backward()`: `NULL`, invisibly.
#' @section As a method: `x$backward(gradient = NULL, retain_graph = create_graph, create_graph = FALSE, inputs = NULL)`
#'   does the same for one tensor. With `inputs`, gradients are added to these tensors alone.
#' @section Errors: a `torchscript_runtime_error` when there is nothing to differentiate, when the graph was freed, or
#'   when a tensor that the graph needs was changed in place; a `torchscript_type_error` or `torchscript_value_error`
#'   when an argument is wrong. What a hook or a backward function written in R raises comes through unchanged.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/autograd.html), [autograd_function()],
#'   [autograd_hooks].
#' @export
#' @examples
#' x <- torch_tensor(3, requires_grad = TRUE)
#' y <- x^2
#' autograd_grad(y, x, retain_graph = TRUE)
#' y$backward()
#' x$grad
#' # a second derivative
#' first <- autograd_grad(x^3, x, create_graph = TRUE)[[1]]
#' autograd_grad(first, x)
autograd_backward <- function(tensors, grad_tensors = NULL, retain_graph = create_graph, create_graph = FALSE) {
  backward_of(
    tensor_list(tensors), tensor_list(grad_tensors), retain_graph, create_graph, NULL, c("tensors", "grad_tensors")
  )
}

backward_of <- function(tensors, gradients, retain_graph, create_graph, inputs, names) {
  if (!is.null(inputs) && length(inputs) == 0) {
    abort_torchscript(
      "`inputs` must be at least one tensor.", "value", "Leave it out for all leaves.",
      argument = "inputs"
    )
  }
  if (is.null(retain_graph)) retain_graph <- create_graph
  invisible(.Call(C_backward, tensors, gradients, retain_graph, create_graph, tensor_list(inputs), names))
}

define_members(
  backward = function(self) {
    function(gradient = NULL, retain_graph = create_graph, create_graph = FALSE, inputs = NULL) {
      gradients <- if (!is.null(gradient)) list(gradient)
      backward_of(list(self), gradients, retain_graph, create_graph, inputs, c("self", "gradient"))
    }
  },
  retain_grad = function(self) function() invisible(.Call(C_retain_grad, self)),
  detach_ = function(self) function() invisible(.Call(C_detach_in_place, self)),
  grad_fn = function(self) grad_fn_at(self, integer())
)

#' @rdname autograd_backward
#' @export
autograd_grad <- function(outputs, inputs, grad_outputs = NULL, retain_graph = create_graph, create_graph = FALSE,
                          allow_unused = FALSE) {
  if (is.null(retain_graph)) retain_graph <- create_graph
  .Call(
    C_gradients, tensor_list(outputs), tensor_list(inputs), tensor_list(grad_outputs), retain_graph, create_graph,
    allow_unused
  )
}

# What is no tensor stays for native code to complain of.
tensor_list <- function(x) if (is.null(x) || identical(class(x), "list")) as.list(x) else list(x)

# The function that made a tensor, or one further back: `path` says which way, from the tensor.
grad_fn_at <- function(tensor, path) {
  found <- .Call(C_grad_fn_at, tensor, path)
  if (!is.null(found)) {
    name <- sub("^.*::", "", found$name)
    structure(list(name = name, tensor = tensor, path = path, edges = found$edges), class = "torch_grad_fn")
  }
}

#' @export
`$.torch_grad_fn` <- function(x, name) {
  if (identical(name, "next_functions")) {
    self <- unclass(x)
    return(lapply(seq_len(self$edges) - 1L, function(i) grad_fn_at(self$tensor, c(self$path, i))))
  }
  if (!identical(name, "name")) {
    abort_torchscript(sprintf("A `grad_fn` has no property `%s`.", name), "type", "`$name` and `$next_functions`.")
  }
  .subset2(x, "name")
}
#' @export
names.torch_grad_fn <- function(x) c("name", "next_functions")
#' @export
print.torch_grad_fn <- function(x, ...) {
  cat(format(x), "\n", sep = "")
  invisible(x)
}
#' @export
format.torch_grad_fn <- function(x, ...) paste0("<", x$name, ">")

# libtorch's warnings that speak of Python.
reword_warning <- function(message) {
  if (grepl("create_graph=True will create a reference cycle", message, fixed = TRUE)) {
    return(paste(
      "`$backward(create_graph = TRUE)` makes the parameter and its gradient hold each other, which keeps their",
      "memory: use autograd_grad(), or set `$grad` to NULL afterwards."
    ))
  }
  message
}

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
  # on.exit() costs a tenth of withr::defer()
  before <- .Call(C_set_grad_mode, FALSE)
  on.exit(.Call(C_set_grad_mode, before))
  force(code)
}

#' @rdname with_no_grad
#' @export
with_enable_grad <- function(code) {
  before <- .Call(C_set_grad_mode, TRUE)
  on.exit(.Call(C_set_grad_mode, before))
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

#' Find where a gradient goes wrong
#'
#' While `code` runs, every function of the graph remembers the call that made it, and a backward pass that meets NaN
#' stops with an error instead of going on. A pass that fails warns with the call that made the function that failed.
#' Forward and backward pass must both be inside. It costs time: it is for debugging.
#'
#' @param code Code to evaluate.
#' @return The value of `code`.
#' @section Errors: a `torchscript_runtime_error` that names the function that returned NaN.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/autograd.html#anomaly-detection)
#' @export
#' @examples
#' x <- torch_tensor(-1, requires_grad = TRUE)
#' try(with_detect_anomaly(torch_sqrt(x)$backward()))
with_detect_anomaly <- function(code) {
  before <- .Call(C_set_anomaly_mode, TRUE)
  on.exit(.Call(C_set_anomaly_mode, before))
  force(code)
}

# Called by libtorch, for each function that joins the graph.
describe_call <- function() {
  call <- user_call(sys.nframe() - 1L)
  if (!is.null(call)) {
    # only what was typed: values that do.call() put into a call may be long
    text <- deparse1(call, collapse = " ", control = NULL)
    if (nchar(text) > 200) paste0(substr(text, 1, 197), "...") else text
  }
}

#' Print a tensor
#'
#' In libtorch's own format, between a header and a footer that tells the device, the dtype, the shape and the gradient.
#'
#' @param x A tensor.
#' @param n The most lines to print; -1 prints all.
#' @param ... Not used.
#' @return `x`, invisibly.
#' @export
#' @examples
#' print(torch_randn(2, 3))
print.torch_tensor <- function(x, n = 30, ...) {
  cat("torch_tensor\n")
  cat(tensor_text(x, n), "\n", sep = "")
  invisible(x)
}

tensor_text <- function(x, n = -1) {
  if (!.Call(C_is_alive, x)) {
    return("<a tensor that is no longer alive>")
  }
  lines <- strsplit(.Call(C_tensor_text, x), "\n", fixed = TRUE)[[1]]
  footer <- lines[[length(lines)]]
  values <- lines[-length(lines)]
  if (n >= 0 && length(values) > n) {
    values <- c(values[seq_len(n)], sprintf("... [%d more lines: use n = -1 to print all]", length(values) - n))
  }
  grad_fn <- .Call(C_grad_fn, x)
  if (!is.null(grad_fn)) {
    footer <- sprintf("%s[ grad_fn = <%s> ]", footer, grad_fn)
  } else if (.Call(C_requires_grad, x)) {
    footer <- sprintf("%s[ requires_grad = TRUE ]", footer)
  }
  paste(c(values, footer), collapse = "\n")
}

tensor_summary <- function(x) {
  if (!.Call(C_is_alive, x)) {
    return("<dead torch_tensor>")
  }
  sprintf("<%s [%s]>", dtype_label(x$dtype), paste(x$shape, collapse = " x "))
}

#' @export
format.torch_tensor <- function(x, ...) tensor_summary(x)

#' @exportS3Method utils::str
str.torch_tensor <- function(object, ...) {
  cat(" torch_tensor", tensor_summary(object), "on", format(object$device), "\n")
  invisible()
}

#' @export
as.character.torch_tensor <- function(x, ...) as.character(.Call(C_tensor_array, x))

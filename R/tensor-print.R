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
  is_complex <- x$dtype$is_complex
  lines <- strsplit(.Call(C_tensor_text, if (is_complex) torch_real(x) else x), "\n", fixed = TRUE)[[1]]
  footer <- lines[[length(lines)]]
  values <- lines[-length(lines)]
  if (is_complex) {
    # libtorch's format has no place for imaginary parts
    values <- complex_lines(.Call(C_tensor_array, x))
    footer <- sub("(Half|Float|Double)Type", "Complex\\1Type", footer)
  }
  if (n >= 0 && length(values) > n) {
    values <- c(values[seq_len(n)], sprintf("... [%d more lines: use n = -1 to print all]", length(values) - n))
  }
  grad_fn <- .Call(C_grad_fn_at, x, integer())$name
  if (!is.null(grad_fn)) {
    footer <- sprintf("%s[ grad_fn = <%s> ]", footer, grad_fn)
  } else if (.Call(C_requires_grad, x)) {
    footer <- sprintf("%s[ requires_grad = TRUE ]", footer)
  }
  paste(c(values, footer), collapse = "\n")
}

complex_lines <- function(values) {
  texts <- format(values)
  rank <- length(dim(values))
  if (rank < 2) {
    return(paste0(" ", texts))
  }
  rows <- function(slice) apply(slice, 1, function(row) paste0(" ", paste(row, collapse = "  ")))
  dim(texts) <- dim(values)
  if (rank == 2) {
    return(rows(texts))
  }
  # slices of the last two dimensions, the first dimension slowest, as libtorch prints them
  outer <- dim(values)[seq_len(rank - 2)]
  flat <- array(texts, c(prod(outer), dim(values)[rank - 1], dim(values)[rank]))
  order <- aperm(array(seq_len(prod(outer)), outer))
  positions <- arrayInd(order, outer)
  unlist(lapply(seq_along(order), function(i) {
    slice <- matrix(flat[order[[i]], , ], dim(values)[rank - 1])
    c(sprintf("(%s,.,.) = ", paste(positions[i, ], collapse = ",")), rows(slice), "")
  }))
}

tensor_summary <- function(x) {
  if (!.Call(C_is_alive, x)) {
    return("<dead torch_tensor>")
  }
  sprintf("<%s [%s]>", dtype_label(x$dtype), paste(x$shape, collapse = " x "))
}

#' @export
format.torch_tensor <- function(x, ...) tensor_summary(x)

str.torch_tensor <- function(object, ...) {
  cat(" torch_tensor", tensor_summary(object), "on", format(object$device), "\n")
  invisible()
}

#' @export
as.character.torch_tensor <- function(x, ...) as.character(.Call(C_tensor_array, x))

#' Print a tensor
#'
#' In libtorch's own format, between a header and a footer that tells the device, the dtype, the shape and the gradient.
#' Of a tensor with more than 1000 elements the first three and the last three along each dimension are shown, with
#' `...` between them, as PyTorch does.
#'
#' @param x A tensor.
#' @param n The most lines to print; -1 prints all elements. Given, it counts for large tensors too.
#' @param ... Not used.
#' @return `x`, invisibly.
#' @export
#' @examples
#' print(torch_randn(2, 3))
#' torch_zeros(100, 100)
#' print(torch_arange(1, 2000), n = 5)
print.torch_tensor <- function(x, n = 30, ...) {
  if (!(rlang::is_integerish(n, 1) && !is.na(n) && n >= -1)) {
    abort_torchscript(sprintf("`n` must be a number of lines, or -1 for all, not %s.", describe(n)), "value")
  }
  cat("torch_tensor\n")
  cat(tensor_text(x, n, at_edges = missing(n)), "\n", sep = "")
  invisible(x)
}

tensor_text <- function(x, n = -1, at_edges = FALSE) {
  if (!.Call(C_is_alive, x)) {
    return("<a tensor that is no longer alive>")
  }
  type <- .Call(C_tensor_type_text, x)
  device <- .Call(C_tensor_device, x)
  footer <- sprintf("[ %sType{%s} ]", sub("Type$", "", type), paste(format_sizes(.Call(C_tensor_shape, x)), collapse = ","))
  if (startsWith(device, "meta")) {
    values <- "..."
  } else if (.Call(C_tensor_layout, x) != 0L || .Call(C_tensor_dtype, x) %in% 12:14) {
    # sparse and quantized tensors say more of themselves in libtorch's own footer
    values <- libtorch_lines(x)
    footer <- values[[length(values)]]
    values <- values[-length(values)]
  } else if (at_edges && .Call(C_tensor_count, x) > most_elements) {
    values <- edge_lines(x)
  } else {
    values <- value_lines(x)
  }
  if (n >= 0 && length(values) > n) {
    values <- c(values[seq_len(n)], sprintf("... [%d more lines: use n = -1 to print all]", length(values) - n))
  }
  # a view made without gradients, whose base was changed with them, can't tell what made it
  grad_fn <- tryCatch(.Call(C_grad_fn_at, x, integer())$name, torchscript_error = function(e) "Invalid")
  if (!is.null(grad_fn)) {
    footer <- sprintf("%s[ grad_fn = <%s> ]", footer, grad_fn)
  } else if (.Call(C_requires_grad, x)) {
    footer <- sprintf("%s[ requires_grad = TRUE ]", footer)
  }
  paste(c(values, footer), collapse = "\n")
}

most_elements <- 1000
edge_items <- 3L

format_sizes <- function(shape) format(shape, scientific = FALSE, trim = TRUE)

libtorch_lines <- function(x, width = 80L) {
  text <- .Call(C_tensor_text, x, width)
  # libtorch forgets to end the line above a block of columns
  text <- gsub("((?:^|\n)Columns \\d+ to \\d+)(?=[ -])", "\\1\n", text, perl = TRUE)
  strsplit(text, "\n", fixed = TRUE)[[1]]
}

# The lines between header and footer.
value_lines <- function(x, width = 80L) {
  texts <- special_texts(x)
  if (!is.null(texts)) {
    return(array_lines(texts))
  }
  lines <- libtorch_lines(x, width)
  lines[-length(lines)]
}

# libtorch's format has no place for imaginary parts, and prints whole numbers through doubles: these go through R.
special_texts <- function(x) {
  label <- dtype_label(.Call(C_tensor_dtype, x))
  if (startsWith(label, "Complex")) {
    values <- .Call(C_tensor_array, x)
    return(array(format(values), dim(values) %||% length(values)))
  }
  if (label == "Long") {
    values <- .Call(C_tensor_array, x)
    if (inherits(values, "integer64")) {
      texts <- bit64::as.character.integer64(values)
      return(array(formatC(texts, width = max(nchar(texts))), dim(values) %||% length(values)))
    }
  }
  NULL
}

array_lines <- function(texts) {
  shape <- dim(texts)
  rank <- length(shape)
  if (length(texts) == 0) {
    return(character())
  }
  if (rank < 2) {
    return(paste0(" ", texts))
  }
  rows <- function(slice) apply(slice, 1, function(row) paste0(" ", paste(row, collapse = "  ")))
  if (rank == 2) {
    return(rows(texts))
  }
  # slices of the last two dimensions, the first dimension fastest, as libtorch prints them
  outer <- shape[seq_len(rank - 2)]
  flat <- array(texts, c(prod(outer), shape[rank - 1], shape[rank]))
  positions <- arrayInd(seq_len(prod(outer)), outer)
  lines <- lapply(seq_len(prod(outer)), function(i) {
    slice <- matrix(flat[i, , ], shape[rank - 1])
    c(sprintf("(%s,.,.) = ", paste(positions[i, ], collapse = ",")), rows(slice), "")
  })
  utils::head(unlist(lines), -1)
}

# The edges of a large tensor, with "..." where something was left out.
edge_lines <- function(x) {
  shape <- .Call(C_tensor_shape, x)
  cut <- shape > 2 * edge_items
  lines <- value_lines(.Call(C_tensor_edges, x, edge_items), width = 1000L)
  rank <- length(shape)
  is_head <- grepl("^[(][0-9,]+,[.],[.][)] = $", lines)
  is_row <- !is_head & nzchar(lines) & !grepl("[*] *$", lines)
  if (rank > 1 && cut[[rank]]) {
    lines[is_row] <- sub(sprintf("^((\\s*\\S+){%d})", edge_items), "\\1  ...", lines[is_row])
  }
  # a row's place in its slice
  place <- stats::ave(seq_along(lines), cumsum(is_head), is_row, FUN = seq_along)
  if (cut[[max(rank - 1, 1)]]) {
    last <- is_row & place == edge_items
    lines[last] <- paste0(lines[last], "\n ...")
  }
  if (any(is_head)) {
    lines[is_head] <- edge_heads(lines[is_head], utils::head(shape, -2), utils::head(cut, -2))
  }
  unlist(strsplit(paste(lines, collapse = "\n"), "\n", fixed = TRUE))
}

# Slices by their places in the whole tensor, and "..." between those that are no neighbours.
edge_heads <- function(heads, shape, cut) {
  places <- do.call(rbind, lapply(strsplit(gsub("[^0-9,]", "", heads), ","), function(row) as.integer(row[nzchar(row)])))
  after_gap <- places > edge_items & rep(cut, each = nrow(places))
  first_after_gap <- places == edge_items + 1 & after_gap
  begins <- vapply(seq_along(heads), function(i) {
    i > 1 && any(first_after_gap[i, ] & places[i - 1, ] != places[i, ])
  }, NA)
  places <- places + after_gap * rep(shape - 2 * edge_items, each = nrow(places))
  texts <- apply(places, 1, function(row) sprintf("(%s,.,.) = ", paste(format_sizes(row), collapse = ",")))
  paste0(ifelse(begins, "...\n\n", ""), texts)
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

# In tibbles, in a column of tensors
#' @rawNamespace S3method(pillar::obj_sum, torch_tensor)
obj_sum.torch_tensor <- function(x) gsub("[<>]", "", tensor_summary(x))

#' @export
as.character.torch_tensor <- function(x, ...) as.character(.Call(C_tensor_array, x))

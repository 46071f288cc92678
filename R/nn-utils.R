# Gradients clipped, sequences packed, weights reparameterized.
#' @include autograd.R operator.R
NULL

#' Clip gradients
#'
#' `nn_utils_clip_grad_norm_()` scales all gradients down together when their norm is larger than `max_norm`;
#' `nn_utils_clip_grad_value_()` cuts each number off. Both change the gradients in place.
#'
#' @param parameters A tensor or a list of tensors; those without a gradient are left out.
#' @param max_norm The largest norm that all gradients together may have.
#' @param norm_type The exponent of the norm; `Inf` for the largest magnitude.
#' @param clip_value Numbers are cut off at `-clip_value` and `clip_value`.
#' @return `nn_utils_clip_grad_norm_()`: a tensor, the norm before. `nn_utils_clip_grad_value_()`: `NULL`, invisibly.
#' @section Errors: a `torchscript_type_error` for anything that is no tensor.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html)
#' @export
#' @examples
#' w <- torch_tensor(c(3, 4), requires_grad = TRUE)
#' torch_sum(w * w)$backward()
#' nn_utils_clip_grad_norm_(w, max_norm = 1)
#' w$grad
nn_utils_clip_grad_norm_ <- function(parameters, max_norm, norm_type = 2) {
  gradients <- gradients_of(parameters)
  if (length(gradients) == 0) {
    return(torch_scalar_tensor(0))
  }
  local_no_grad()
  norm <- linalg_vector_norm(torch_stack(foreach_norm(gradients, norm_type)), norm_type)
  # multiplying by one is cheaper than asking whether it is one
  scale_together(gradients, torch_clamp(torch_mul(torch_reciprocal(torch_add(norm, 1e-6)), max_norm), max = 1))
  norm
}

#' @rdname nn_utils_clip_grad_norm_
#' @export
nn_utils_clip_grad_value_ <- function(parameters, clip_value) {
  gradients <- gradients_of(parameters)
  local_no_grad()
  for (gradient in gradients) gradient$clamp_(-clip_value, clip_value)
  invisible()
}

gradients_of <- function(parameters) {
  parameters <- tensor_list(parameters)
  for (i in seq_along(parameters)) check_tensor(parameters[[i]], sprintf("parameters[[%d]]", i))
  Filter(Negate(is.null), lapply(unname(parameters), function(parameter) parameter$grad))
}
foreach_norm <- operator_function(alist(self = , ord = ), "aten::_foreach_norm")
scale_together <- operator_function(alist(self = , other = ), "aten::_foreach_mul_")

#' Sequences of different lengths
#'
#' `nn_utils_rnn_pad_sequence()` makes them one tensor by adding `padding_value` at the ends. A packed sequence, which
#' recurrent layers take, has the elements of all sequences by time, without padding:
#' `nn_utils_rnn_pack_padded_sequence()` and `nn_utils_rnn_pack_sequence()` make one,
#' `nn_utils_rnn_pad_packed_sequence()` undoes it.
#'
#' @param input A tensor: time, batch, and any further dimensions; or batch first.
#' @param lengths How long each sequence is: whole numbers or a tensor.
#' @param batch_first Whether the batch is the first dimension of the padded tensor.
#' @param enforce_sorted Whether the sequences must come by decreasing length; if not, they are sorted, and sorted back
#'   when they are unpacked.
#' @param sequences A list of tensors: time, and any further dimensions.
#' @param sequence A packed sequence.
#' @param padding_value The number that is added at the ends.
#' @param total_length The length of the padded tensor; `NULL`: of the longest sequence.
#' @return A packed sequence: a list of class `packed_sequence` with the tensors `data`, `batch_sizes` (how many
#'   sequences go on at each time), and `sorted_indices` and `unsorted_indices` (positions counted from one) or `NULL`.
#'   `nn_utils_rnn_pad_packed_sequence()`: a list of the padded tensor and a tensor of lengths.
#'   `nn_utils_rnn_pad_sequence()`: a tensor.
#' @section Errors: a `torchscript_runtime_error` for lengths that are not sorted, or too large; a
#'   `torchscript_value_error` for a `total_length` that is too small.
#' @seealso [PyTorch's
#'   page](https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pack_padded_sequence.html)
#' @export
#' @examples
#' sequences <- list(torch_tensor(c(1, 2)), torch_tensor(c(3, 4, 5)))
#' nn_utils_rnn_pad_sequence(sequences, batch_first = TRUE)
#' packed <- nn_utils_rnn_pack_sequence(sequences, enforce_sorted = FALSE)
#' packed
#' nn_utils_rnn_pad_packed_sequence(packed, batch_first = TRUE)
nn_utils_rnn_pack_padded_sequence <- function(input, lengths, batch_first = FALSE, enforce_sorted = TRUE) {
  check_tensor(input, "input")
  lengths <- lengths_tensor(lengths)
  sorted <- NULL
  if (!enforce_sorted) {
    by_length <- torch_sort(lengths, dim = 1L, descending = TRUE)
    lengths <- by_length[[1]]
    sorted <- by_length[[2]]$to(device = input$device)
    input <- torch_index_select(input, if (batch_first) 1L else 2L, sorted)
  }
  packed <- pack_padded(input, lengths, batch_first)
  new_packed_sequence(packed[[1]], packed[[2]], sorted, if (!is.null(sorted)) torch_argsort(sorted))
}
pack_padded <- operator_function(alist(input = , lengths = , batch_first = ), "aten::_pack_padded_sequence")

lengths_tensor <- function(lengths) {
  if (!is_torch_tensor(lengths)) lengths <- torch_tensor(as.integer(unlist(lengths)))
  lengths$to(dtype = torch_int64(), device = "cpu")
}

new_packed_sequence <- function(data, batch_sizes, sorted_indices = NULL, unsorted_indices = NULL) {
  fields <- list(
    data = data, batch_sizes = batch_sizes, sorted_indices = sorted_indices, unsorted_indices = unsorted_indices
  )
  structure(fields, class = "packed_sequence")
}

is_packed_sequence <- function(x) inherits(x, "packed_sequence")

#' @export
format.packed_sequence <- function(x, ...) {
  steps <- dim(x$batch_sizes)
  sprintf(
    "<packed_sequence> %d elements of %d sequences, the longest of %d", dim(x$data)[[1]],
    x$batch_sizes$select(1L, 1L)$item(), steps
  )
}

#' @export
print.packed_sequence <- print_format

#' @rdname nn_utils_rnn_pack_padded_sequence
#' @export
nn_utils_rnn_pack_sequence <- function(sequences, enforce_sorted = TRUE) {
  lengths <- vapply(sequences, function(sequence) dim(sequence)[[1]], 1L)
  nn_utils_rnn_pack_padded_sequence(
    nn_utils_rnn_pad_sequence(sequences), lengths, enforce_sorted = enforce_sorted
  )
}

#' @rdname nn_utils_rnn_pack_padded_sequence
#' @export
nn_utils_rnn_pad_packed_sequence <- function(sequence, batch_first = FALSE, padding_value = 0, total_length = NULL) {
  if (!is_packed_sequence(sequence)) {
    abort_torchscript(
      sprintf("`sequence` must be a packed sequence, not %s.", describe(sequence)), "type",
      argument = "sequence"
    )
  }
  longest <- dim(sequence$batch_sizes)
  if (!is.null(total_length) && total_length < longest) {
    abort_torchscript(
      sprintf(
        "`total_length` must be at least %d, the length of the longest sequence, not %s.", longest, format(total_length)
      ), "value",
      argument = "total_length"
    )
  }
  padded <- pad_packed(sequence$data, sequence$batch_sizes, batch_first, padding_value, total_length %||% longest)
  if (!is.null(sequence$unsorted_indices)) {
    padded[[1]] <- torch_index_select(padded[[1]], if (batch_first) 1L else 2L, sequence$unsorted_indices)
    padded[[2]] <- torch_index_select(padded[[2]], 1L, sequence$unsorted_indices$to(device = "cpu"))
  }
  unname(padded)
}
pad_packed <- operator_function(
  alist(data = , batch_sizes = , batch_first = , padding_value = , total_length = ), "aten::_pad_packed_sequence"
)

#' @rdname nn_utils_rnn_pack_padded_sequence
#' @export
nn_utils_rnn_pad_sequence <- operator_function(
  alist(sequences = , batch_first = FALSE, padding_value = 0), "aten::pad_sequence"
)

#' Tensors over bytes and over files
#'
#' `torch_tensor_from_buffer()` reads the bytes of a raw vector as the elements of a tensor, row by row, without copying
#' them; `buffer_from_torch_tensor()` is the way back, which copies.
#'
#' The tensor stands over R's own memory until either side writes: R copies the vector before it changes it, and libtorch
#' copies the memory before the first change of the tensor (an in-place method such as `$add_()`). So neither ever sees
#' what the other writes. The vector stays in memory as long as a tensor stands over it. Only code that changes vectors
#' behind R's back, such as `data.table::set()`, must not be let loose on `buffer`.
#'
#' @param buffer A raw vector. Its bytes are in the order of this machine: the lowest first.
#' @param shape A vector of sizes; `integer()` for a tensor without dimensions.
#' @param dtype A [torch_dtype] or its name. Default: `"float"`.
#' @param tensor A tensor.
#' @return `torch_tensor_from_buffer()`: a tensor. `buffer_from_torch_tensor()`: a raw vector with the bytes of the elements,
#'   row by row whatever the strides.
#' @section Errors: a `torchscript_type_error` or `torchscript_value_error` that names the argument: `buffer` is no raw vector,
#'   or has not as many bytes as `shape` and `dtype` need.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.frombuffer.html); [torch_tensor()] with
#'   `copy = FALSE` for numbers
#' @export
#' @examples
#' buffer <- writeBin(c(1, 2, 3, 4, 5, 6), raw(), size = 4)
#' x <- torch_tensor_from_buffer(buffer, c(2, 3), dtype = "float")
#' x
#' identical(buffer_from_torch_tensor(x), buffer)
torch_tensor_from_buffer <- function(buffer, shape, dtype = "float") {
  .Call(C_tensor_from_buffer, buffer, shape, dtype)
}

#' @rdname torch_tensor_from_buffer
#' @export
buffer_from_torch_tensor <- function(tensor) {
  if (!is_torch_tensor(tensor)) {
    abort_torchscript(sprintf("`tensor` must be a tensor, not %s.", describe(tensor)), "type")
  }
  .Call(C_buffer_from_tensor, tensor)
}

check_copy <- function(copy) {
  if (!rlang::is_bool(copy)) {
    abort_torchscript(sprintf("`copy` must be TRUE or FALSE, not %s.", describe(copy)), "type")
  }
  copy
}

# torch_tensor(copy = FALSE)
tensor_without_copy <- function(data, dtype, device, requires_grad) {
  if (!is_torch_tensor(data)) {
    return(.Call(C_tensor_view, data, dtype, device, requires_grad))
  }
  shared <- data$detach()
  moved <- shared$to(dtype = dtype %||% shared$dtype, device = device %||% shared$device)
  if (!identical(moved$data_ptr(), shared$data_ptr())) {
    abort_torchscript("`copy` can't be FALSE: the tensor has another dtype or is on another device.", "value")
  }
  if (requires_grad) shared$requires_grad_() else shared
}

#' Safetensors files
#'
#' Named tensors in the format of the 'safetensors' packages for Python and R, under the names of the R package. A file
#' holds nothing but tensors and texts, so it is safe to load whoever made it.
#'
#' Each tensor is written with its own elements, row by row: memory that tensors share is written for each of them, and
#' they share nothing when they are loaded. `requires_grad` is not kept.
#'
#' @param tensors A named list of tensors, of any dtype but complex128, complex32 and the quantized ones.
#' @param path The file's path or a connection, as in [torch_save()]; for `safe_load_file()` also a raw vector.
#' @param ... Not used.
#' @param metadata A named list or vector of strings that goes with the tensors, or `NULL`.
#' @param device Where the tensors go: a [torch_device()] or its name, by default `"cpu"`.
#' @param framework Only `"torch"`; for code written for the package safetensors.
#' @return `safe_save_file()`: `path`, invisibly. `safe_serialize()`: a raw vector with the bytes of the file.
#'   `safe_load_file()`: a named list of tensors in the order of the file, with the attribute `metadata`, a named list,
#'   where the file has some.
#' @section Errors: a `torchscript_file_error` when the file is missing, damaged or can't be written, a
#'   `torchscript_type_error` or `torchscript_value_error` that names the tensor which can't be saved.
#' @seealso [torch_save()]; [the format](https://huggingface.co/docs/safetensors/index)
#' @export
#' @examples
#' path <- tempfile(fileext = ".safetensors")
#' safe_save_file(list(weight = torch_ones(2, 3), bias = torch_zeros(2)), path, metadata = list(made_by = "R"))
#' safe_load_file(path)
safe_save_file <- function(tensors, path, ..., metadata = NULL) {
  metadata <- check_metadata(metadata)
  write_to(path, function(to) .Call(C_safe_save, tensors, to, metadata))
}

#' @rdname safe_save_file
#' @export
safe_serialize <- function(tensors, ..., metadata = NULL) {
  .Call(C_safe_save, tensors, NULL, check_metadata(metadata))
}

#' @rdname safe_save_file
#' @export
safe_load_file <- function(path, ..., device = "cpu", framework = "torch") {
  if (!identical(framework, "torch")) {
    abort_torchscript(sprintf("`framework` must be \"torch\", not %s.", describe(framework)), "value")
  }
  loaded <- .Call(C_safe_load, read_from(path), device)
  tensors <- loaded[[1]]
  if (length(loaded[[2]]) > 0) attr(tensors, "metadata") <- loaded[[2]]
  tensors
}

check_metadata <- function(metadata) {
  if (is.null(metadata)) {
    return(NULL)
  }
  texts <- unlist(metadata)
  if (!is.character(texts) || anyNA(texts) || length(texts) != length(metadata) || is.null(names(texts)) ||
    any(names(texts) == "") || anyDuplicated(names(texts)) > 0) {
    abort_torchscript(
      sprintf("`metadata` must be a list of strings with names that differ, or NULL, not %s.", describe(metadata)),
      "type"
    )
  }
  enc2utf8(texts)
}

#' Data types, devices, layouts and memory formats
#'
#' Small objects that say how a tensor keeps its values. Where one is wanted its name as a string will do.
#'
#' @return An object of class `torch_dtype`, `torch_layout`, `torch_memory_format` or `torch_qscheme`.
#' @name torch_dtype
#' @aliases torch_float32 torch_float torch_float64 torch_double torch_float16 torch_half torch_bfloat16
#'   torch_float8_e4m3fn torch_float8_e5m2 torch_uint8 torch_int8 torch_int16 torch_short torch_int32 torch_int
#'   torch_int64 torch_long torch_bool torch_cfloat torch_cfloat64 torch_cfloat32 torch_cfloat128 torch_cdouble
#'   torch_chalf torch_qint8 torch_quint8 torch_qint32 torch_uint16 torch_uint32 torch_uint64 torch_strided torch_sparse_coo
#'   torch_sparse_csr torch_contiguous_format
#'   torch_channels_last_format torch_preserve_format torch_per_tensor_affine torch_per_channel_affine
#'   torch_per_tensor_symmetric torch_per_channel_symmetric
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/tensor_attributes.html)
#' @examples
#' torch_float()
#' torch_tensor(1:3)$dtype == torch_long()
#' torch_tensor(1:3, dtype = "float64")
NULL

# libtorch's codes, which Rust knows as well (tensor.rs)
dtype_codes <- c(
  uint8 = 0L, int8 = 1L, int16 = 2L, int32 = 3L, int64 = 4L, float16 = 5L, float32 = 6L, float64 = 7L, cfloat32 = 8L,
  cfloat64 = 9L, cfloat128 = 10L, bool = 11L, qint8 = 12L, quint8 = 13L, qint32 = 14L, bfloat16 = 15L,
  float8_e5m2 = 23L, float8_e4m3fn = 24L, uint16 = 27L, uint32 = 28L, uint64 = 29L
)
dtype_labels <- c(
  "Byte", "Char", "Short", "Int", "Long", "Half", "Float", "Double", "ComplexHalf", "ComplexFloat", "ComplexDouble",
  "Bool", "QInt8", "QUInt8", "QInt32", "BFloat16", "Float8_e5m2", "Float8_e4m3fn", "UInt16", "UInt32", "UInt64"
)
dtype_aliases <- c(
  float = "float32", double = "float64", half = "float16", long = "int64", int = "int32", short = "int16",
  cfloat = "cfloat64", cdouble = "cfloat128", chalf = "cfloat32"
)
layout_codes <- c(strided = 0L, sparse_coo = 1L, sparse_csr = 2L)
memory_format_codes <- c(contiguous_format = 0L, preserve_format = 1L, channels_last_format = 2L)
qscheme_codes <- c(
  per_tensor_affine = 0L, per_channel_affine = 1L, per_tensor_symmetric = 2L, per_channel_symmetric = 3L
)

tagged_code <- function(code, class) structure(unname(code), class = class)
constant_function <- function(value) as.function(list(value), envir = topenv())

for (name in names(dtype_codes)) {
  assign(paste0("torch_", name), constant_function(tagged_code(dtype_codes[[name]], "torch_dtype")))
}
for (name in names(dtype_aliases)) {
  assign(paste0("torch_", name), constant_function(tagged_code(dtype_codes[[dtype_aliases[[name]]]], "torch_dtype")))
}
for (name in names(layout_codes)) {
  assign(paste0("torch_", name), constant_function(tagged_code(layout_codes[[name]], "torch_layout")))
}
for (name in names(memory_format_codes)) {
  assign(paste0("torch_", name), constant_function(tagged_code(memory_format_codes[[name]], "torch_memory_format")))
}
for (name in names(qscheme_codes)) {
  assign(paste0("torch_", name), constant_function(tagged_code(qscheme_codes[[name]], "torch_qscheme")))
}
rm(name)

dtype_label <- function(x) dtype_labels[match(unclass(x), dtype_codes)]

#' @export
format.torch_dtype <- function(x, ...) paste0("torch_", dtype_label(x))

#' @export
format.torch_layout <- function(x, ...) paste0("torch_", names(layout_codes)[match(unclass(x), layout_codes)])

#' @export
format.torch_memory_format <- function(x, ...) {
  paste0("torch_", names(memory_format_codes)[match(unclass(x), memory_format_codes)])
}

#' @export
format.torch_qscheme <- function(x, ...) paste0("torch_", names(qscheme_codes)[match(unclass(x), qscheme_codes)])

print_format <- function(x, ...) {
  cat(format(x), "\n", sep = "")
  invisible(x)
}
#' @export
print.torch_dtype <- print_format
#' @export
print.torch_layout <- print_format
#' @export
print.torch_memory_format <- print_format
#' @export
print.torch_qscheme <- print_format
#' @export
print.torch_device <- print_format

same_tag <- function(e1, e2) inherits(e2, class(e1)[[1]]) && identical(unclass(e1), unclass(e2))
compare_tags <- function(e1, e2) {
  switch(.Generic,
    "==" = same_tag(e1, e2),
    "!=" = !same_tag(e1, e2),
    abort_torchscript(sprintf("`%s` does not apply to %s.", .Generic, class(e1)[[1]]), "type")
  )
}
#' @export
Ops.torch_dtype <- compare_tags
#' @export
Ops.torch_layout <- compare_tags
#' @export
Ops.torch_memory_format <- compare_tags
#' @export
Ops.torch_qscheme <- compare_tags
#' @export
Ops.torch_device <- compare_tags

#' @export
`$.torch_dtype` <- function(x, name) {
  switch(name,
    is_floating_point = dtype_label(x) %in% c("Half", "Float", "Double", "BFloat16", "Float8_e5m2", "Float8_e4m3fn"),
    is_complex = startsWith(dtype_label(x), "Complex"),
    abort_torchscript(sprintf("A dtype has no field `%s`.", name), "type", "Its fields: is_floating_point, is_complex.")
  )
}

device_types <- c("cpu", "cuda", "mps", "meta", "xpu", "xla", "mkldnn", "hpu", "mtia", "vulkan")

#' A device
#'
#' @param type The device's type, such as `"cpu"` or `"cuda"`, with its index if you like: `"cuda:0"`.
#' @param index The device's index, counted from 0 as the hardware does; `NULL` for the current one.
#' @return An object of class `torch_device` with the fields `type` and `index`.
#' @section Errors: a `torchscript_value_error` that lists the valid types.
#' @export
#' @examples
#' torch_device("cpu")
#' torch_device("cuda", 0)
torch_device <- function(type, index = NULL) {
  if (inherits(type, "torch_device")) {
    return(type)
  }
  if (!rlang::is_string(type)) {
    abort_torchscript("`type` must be a string.", "type", sprintf("Valid types: %s.", toString(device_types)))
  }
  parts <- strsplit(type, ":", fixed = TRUE)[[1]]
  if (length(parts) == 2 && is.null(index) && grepl("^[0-9]+$", parts[[2]])) {
    index <- as.integer(parts[[2]])
  } else if (length(parts) != 1) {
    parts <- type
  }
  if (!parts[[1]] %in% device_types) {
    abort_torchscript(
      sprintf("`type` must be a device type, not \"%s\".", type), "value", sprintf("Valid types: %s.", toString(device_types))
    )
  }
  structure(list(type = parts[[1]], index = if (!is.null(index)) as.integer(index)), class = "torch_device")
}

#' @export
format.torch_device <- function(x, ...) {
  index <- if (is.null(x$index)) "" else paste0(", index=", x$index)
  sprintf("torch_device(type='%s'%s)", x$type, index)
}

#' Test for a dtype, device, layout, memory format or quantization scheme
#'
#' @param x Any object.
#' @return `TRUE` or `FALSE`.
#' @name is_torch_dtype
#' @examples
#' is_torch_dtype(torch_float())
NULL
#' @rdname is_torch_dtype
#' @export
is_torch_dtype <- function(x) inherits(x, "torch_dtype")
#' @rdname is_torch_dtype
#' @export
is_torch_device <- function(x) inherits(x, "torch_device")
#' @rdname is_torch_dtype
#' @export
is_torch_layout <- function(x) inherits(x, "torch_layout")
#' @rdname is_torch_dtype
#' @export
is_torch_memory_format <- function(x) inherits(x, "torch_memory_format")
#' @rdname is_torch_dtype
#' @export
is_torch_qscheme <- function(x) inherits(x, "torch_qscheme")

#' The dtype that doubles become
#'
#' @param d A floating dtype.
#' @return The default dtype; `torch_set_default_dtype()` returns the one before, invisibly.
#' @export
#' @examples
#' torch_get_default_dtype()
torch_get_default_dtype <- function() .Call(C_default_dtype)

#' @rdname torch_get_default_dtype
#' @export
torch_set_default_dtype <- function(d) {
  before <- .Call(C_default_dtype)
  .Call(C_set_default_dtype, d)
  invisible(before)
}

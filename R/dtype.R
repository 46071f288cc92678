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

# A dtype's fields; `x$nonsense` is an error, not NULL.
#' @export
`$.torch_dtype` <- function(x, name) {
  label <- dtype_label(x)
  switch(name,
    is_floating_point = !is.null(.Call(C_dtype_limits, x, TRUE)) && !startsWith(label, "Complex"),
    is_complex = startsWith(label, "Complex"),
    is_signed = !label %in% c("Byte", "Bool", "QUInt8", "UInt16", "UInt32", "UInt64"),
    itemsize = torch_empty(0, dtype = x)$element_size(),
    abort_torchscript(
      sprintf("A dtype has no field `%s`.", name), "type",
      "Its fields: is_floating_point, is_complex, is_signed, itemsize."
    )
  )
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

#' What a dtype can hold
#'
#' `torch_finfo()` for floating and complex dtypes, `torch_iinfo()` for dtypes of whole numbers.
#'
#' @param dtype A dtype such as [torch_float()], or its name.
#' @return A list that prints as a line. Both have `bits`, `max` and `min`. `torch_finfo()` also has `eps` (the least
#'   number that, added to 1, makes a difference), `tiny` and `smallest_normal` (the least positive number of full
#'   precision) and `resolution` (ten to the power of minus the decimal digits that are exact). Limits of int64 are
#'   `integer64` (bit64) where that can hold them: `min` is the double -2^63, because `integer64` keeps it for `NA`; `max`
#'   of uint64 is a double, the nearest to 2^64 - 1.
#' @section Errors: a `torchscript_type_error` for a dtype of the other kind.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/type_info.html)
#' @export
#' @examples
#' torch_finfo(torch_float())$eps
#' torch_iinfo("int32")$max
torch_finfo <- function(dtype) {
  dtype <- .Call(C_dtype_named, dtype)
  limits <- .Call(C_dtype_limits, dtype, TRUE)
  if (is.null(limits)) {
    abort_torchscript(
      sprintf("`dtype` must be a floating or complex dtype, not %s.", format(dtype)), "type",
      if (format(dtype) != "torch_Bool") "torch_iinfo() is for whole numbers."
    )
  }
  structure(limits, dtype = dtype, class = c("torch_finfo", "torch_limits"))
}

#' @rdname torch_finfo
#' @export
torch_iinfo <- function(dtype) {
  dtype <- .Call(C_dtype_named, dtype)
  limits <- .Call(C_dtype_limits, dtype, FALSE)
  if (is.null(limits)) {
    abort_torchscript(
      sprintf("`dtype` must be a dtype of whole numbers, not %s.", format(dtype)), "type",
      if (format(dtype) != "torch_Bool") "torch_finfo() is for floating and complex dtypes."
    )
  }
  structure(limits, dtype = dtype, class = c("torch_iinfo", "torch_limits"))
}

#' @export
format.torch_limits <- function(x, ...) {
  values <- vapply(unclass(x), function(value) format(value, digits = 6), "")
  sprintf("%s(%s)", class(x)[[1]], paste(c("dtype", names(values)), c(format(attr(x, "dtype")), values), sep = " = ", collapse = ", "))
}

#' @export
print.torch_limits <- print_format

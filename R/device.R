# Devices, and the one that is used where none is given.
#' @include dtype.R
NULL

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
#' torch_device("cuda", 0)$index
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
  if (!is.null(index) && !(rlang::is_integerish(index, 1, finite = TRUE) && index >= 0)) {
    abort_torchscript(sprintf("`index` must be a whole number from 0 on, not %s.", describe(index)), "value")
  }
  structure(list(type = parts[[1]], index = if (!is.null(index)) as.integer(index)), class = "torch_device")
}

#' @export
format.torch_device <- function(x, ...) {
  index <- if (is.null(x$index)) "" else paste0(", index=", x$index)
  sprintf("torch_device(type='%s'%s)", x$type, index)
}

#' @export
print.torch_device <- print_format
#' @export
Ops.torch_device <- compare_tags

#' The device on which tensors are made
#'
#' For a while, functions that make tensors from sizes and numbers ([torch_zeros()], [torch_rand()], [torch_tensor()],
#' ...) put them on this device where their `device` is `NULL`. Functions that follow another tensor (`torch_*_like()`,
#' `x$new_*()`) follow its device as ever.
#'
#' @param code Code to evaluate.
#' @param ... Not used; `device` must be named.
#' @param device A [torch_device()] or its name; `NULL` for libtorch's own choice, the CPU.
#' @param .env The frame at whose end the device returns to what it was.
#' @return `with_device()`: the value of `code`. `local_device()`: the device before, or `NULL`, invisibly.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.set_default_device.html)
#' @export
#' @examples
#' with_device(torch_ones(2), device = "cpu")
#' # on the device "meta" tensors have a shape and no values
#' with_device(torch_ones(1000, 1000)$shape, device = "meta")
with_device <- function(code, ..., device) {
  rlang::check_dots_empty()
  local_device(device)
  force(code)
}

#' @rdname with_device
#' @export
local_device <- function(device, ..., .env = parent.frame()) {
  rlang::check_dots_empty()
  before <- .Call(C_set_default_device, device)
  withr::defer(.Call(C_set_default_device, before), envir = .env)
  invisible(if (!is.null(before)) torch_device(before))
}

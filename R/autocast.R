#' Automatic mixed precision
#'
#' Inside such a region operators that gain by it (`torch_mm()`, linear layers, convolutions, ...) compute in a shorter
#' float type, and those that need the precision stay in float32; each casts its arguments itself.
#'
#' @param code Code to evaluate.
#' @param ... Not used; what follows must be named in `with_autocast()`.
#' @param device_type A type of device, `"cpu"` or `"cuda"`: operators there are concerned.
#' @param dtype The short type, [torch_bfloat16()] or [torch_float16()]; `NULL` for the device's usual one, which is
#'   bfloat16 on the CPU and float16 with CUDA.
#' @param enabled Whether to cast; `FALSE` makes an exception inside a region.
#' @param cache_enabled Whether casts of weights are kept until the outermost region ends; `NULL` for as it is.
#' @param .env The frame at whose end the region ends.
#' @param context What `set_autocast()` returned.
#' @return `with_autocast()`: the value of `code`. `local_autocast()` and `set_autocast()`: the context that was before,
#'   invisibly; `unset_autocast()` takes it back.
#' @section Without CUDA: autocast for `"cuda"` is a `torchscript_warning` and casts nothing, as in PyTorch, so that
#'   programs for a GPU run without one.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/amp.html)
#' @export
#' @examples
#' x <- torch_randn(2, 2)
#' with_autocast(torch_mm(x, x)$dtype, device_type = "cpu")
#' torch_mm(x, x)$dtype
local_autocast <- function(device_type, dtype = NULL, enabled = TRUE, cache_enabled = NULL, ...,
                           .env = parent.frame()) {
  rlang::check_dots_empty()
  context <- set_autocast(device_type, dtype, enabled, cache_enabled)
  withr::defer(unset_autocast(context), envir = .env)
  invisible(context)
}

#' @rdname local_autocast
#' @export
with_autocast <- function(code, ..., device_type, dtype = NULL, enabled = TRUE, cache_enabled = NULL) {
  rlang::check_dots_empty()
  local_autocast(device_type, dtype, enabled, cache_enabled)
  force(code)
}

#' @rdname local_autocast
#' @export
set_autocast <- function(device_type, dtype = NULL, enabled = TRUE, cache_enabled = NULL) {
  if (is_torch_device(device_type)) device_type <- device_type$type
  if (identical(device_type, "cuda") && isTRUE(enabled) && !cuda_is_available()) {
    signal_warning("Autocast is asked for on CUDA, but there is none: nothing is cast.")
    enabled <- FALSE
  }
  before <- .Call(C_autocast_enter, device_type, dtype, enabled, cache_enabled)
  invisible(structure(list(device_type = device_type, before = before), class = "torch_autocast"))
}

#' @rdname local_autocast
#' @export
unset_autocast <- function(context) {
  if (!inherits(context, "torch_autocast")) {
    abort_torchscript(sprintf("`context` must come from set_autocast(), not be %s.", describe(context)), "type")
  }
  invisible(.Call(C_autocast_leave, context$device_type, context$before))
}

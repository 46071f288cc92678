# CUDA. Everything beside cuda_is_available() and cuda_device_count() needs a device.
#' @include backends.R
NULL

require_cuda <- function() {
  if (!cuda_is_available()) {
    abort_torchscript(
      "CUDA is asked for, but there is none.", "value",
      "No GPU is found, or this libtorch was built without CUDA: see cuda_is_available()."
    )
  }
}

# -1 is the current device.
cuda_index <- function(device) {
  if (is.null(device)) {
    return(-1L)
  }
  if (is.character(device)) device <- torch_device(device)
  if (!is_torch_device(device)) {
    return(device)
  }
  if (device$type != "cuda") {
    abort_torchscript(sprintf("`device` must be a CUDA device, not \"%s\".", device$type), "value")
  }
  device$index %||% -1L
}

with_cuda <- function(routine, device) {
  require_cuda()
  .Call(routine, cuda_index(device))
}

#' CUDA devices
#'
#' @param device A CUDA [torch_device()], its name, or its index counted from 0; `NULL`: the current device.
#' @param state A tensor that `cuda_get_rng_state()` returned.
#' @return `cuda_device_count()`: a number, 0 without CUDA. `cuda_current_device()`: the index of the device, from 0.
#'   `cuda_get_device_capability()`: its major and minor number. `cuda_runtime_version()`: a [numeric_version()].
#'   `cuda_get_rng_state()`: a tensor. `cuda_memory_stats()`: a list of counts and bytes; `cuda_memory_summary()` prints it
#'   and returns it invisibly. `cuda_synchronize()`, which waits until the device has done what it was given,
#'   `cuda_empty_cache()` and `cuda_set_rng_state()`: `NULL`, invisibly.
#' @section Errors: a `torchscript_value_error` without CUDA, from all but `cuda_is_available()`, `cuda_device_count()` and
#'   `cuda_empty_cache()`.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/cuda.html)
#' @export
#' @examples
#' cuda_is_available()
#' if (cuda_is_available()) cuda_memory_summary()
cuda_is_available <- function() .Call(C_cuda_is_available)

#' @rdname cuda_is_available
#' @export
cuda_device_count <- function() .Call(C_cuda_device_count)

#' @rdname cuda_is_available
#' @export
cuda_current_device <- function() {
  require_cuda()
  .Call(C_cuda_current_device)
}

#' @rdname cuda_is_available
#' @export
cuda_get_device_capability <- function(device = cuda_current_device()) with_cuda(C_cuda_capability, device)

#' @rdname cuda_is_available
#' @export
cuda_runtime_version <- function() {
  require_cuda()
  version <- .Call(C_cuda_runtime_version)
  numeric_version(paste(version %/% 1000, version %% 1000 %/% 10, sep = "."))
}

#' @rdname cuda_is_available
#' @export
cuda_synchronize <- function(device = NULL) invisible(with_cuda(C_cuda_synchronize, device))

#' @rdname cuda_is_available
#' @export
cuda_empty_cache <- function() {
  # without a device there is nothing to empty
  if (cuda_is_available()) .Call(C_cuda_empty_cache)
  invisible()
}

#' @rdname cuda_is_available
#' @export
cuda_get_rng_state <- function(device = NULL) with_cuda(C_cuda_generator, device)$get_state()

#' @rdname cuda_is_available
#' @export
cuda_set_rng_state <- function(state, device = NULL) invisible(with_cuda(C_cuda_generator, device)$set_state(state))

# The order in which the shim lists them.
cuda_stat_names <- c(
  "allocation", "segment", "active", "inactive_split", "allocated_bytes", "reserved_bytes", "active_bytes",
  "inactive_split_bytes"
)
cuda_stat_pools <- c("all", "small_pool", "large_pool")
cuda_stat_values <- c("current", "peak", "allocated", "freed")

cuda_stats_list <- function(numbers) {
  counted <- length(cuda_stat_names) * length(cuda_stat_pools) * length(cuda_stat_values)
  values <- array(
    numbers[seq_len(counted)], lengths(list(cuda_stat_values, cuda_stat_pools, cuda_stat_names)),
    list(cuda_stat_values, cuda_stat_pools, cuda_stat_names)
  )
  stats <- lapply(stats::setNames(nm = cuda_stat_names), function(name) {
    lapply(stats::setNames(nm = cuda_stat_pools), function(pool) as.list(values[, pool, name]))
  })
  rest <- as.list(numbers[counted + 1:3])
  c(stats, stats::setNames(rest, c("num_alloc_retries", "num_ooms", "max_split_size")))
}

#' @rdname cuda_is_available
#' @export
cuda_memory_stats <- function(device = cuda_current_device()) cuda_stats_list(with_cuda(C_cuda_memory_stats, device))

#' @rdname cuda_is_available
#' @export
cuda_memory_summary <- function(device = cuda_current_device()) {
  stats <- cuda_memory_stats(device)
  rows <- vapply(stats[cuda_stat_names], function(stat) unlist(stat$all[cuda_stat_values]), numeric(4))
  print(t(rows))
  cat("retries:", stats$num_alloc_retries, " out of memory:", stats$num_ooms, "\n")
  invisible(stats)
}

#' Histories of CUDA memory
#'
#' PyTorch records them with libraries that are part of its Python package alone; torchscript has none of it, and says so.
#'
#' @param enabled,context,stacks,max_entries,filepath As in torch for R.
#' @return Nothing: an error of class `torchscript_not_implemented_error`, or without CUDA a `torchscript_value_error`.
#' @seealso [cuda_memory_stats()] has the numbers.
#' @export
#' @examples
#' try(cuda_memory_snapshot())
cuda_memory_snapshot <- function() no_memory_history("cuda_memory_snapshot()")

#' @rdname cuda_memory_snapshot
#' @export
cuda_record_memory_history <- function(enabled, context = "all", stacks = "all", max_entries = 1) {
  no_memory_history("cuda_record_memory_history()")
}

#' @rdname cuda_memory_snapshot
#' @export
cuda_dump_memory_snapshot <- function(filepath) no_memory_history("cuda_dump_memory_snapshot()")

no_memory_history <- function(what) {
  require_cuda()
  abort_torchscript(
    sprintf("`%s` is not there: torchscript can't record what CUDA's memory was used for.", what), "not_implemented",
    "cuda_memory_stats() and cuda_memory_summary() have the numbers."
  )
}

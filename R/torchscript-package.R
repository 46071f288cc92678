#' torchscript: TorchScript programs made, saved, loaded and run from R
#'
#' Programs are made with [jit_trace()] and [jit_compile()], saved with [jit_save()], loaded with [jit_load()], and
#' called like R functions. They are written in a tensor language: [torch_tensor()], the `torch_*` functions and the
#' methods of tensors.
#'
#' @keywords internal
#' @importFrom magrittr %>%
"_PACKAGE"

#' Pipe
#'
#' magrittr's pipe, for code written for torch for R.
#'
#' @param lhs,rhs A value and the call that takes it.
#' @return The value of the call.
#' @name %>%
#' @rawNamespace exportPattern("^(torch|linalg)_")
#' @rawNamespace S3method(utils::.DollarNames, torch_tensor)
#' @rawNamespace S3method(utils::.DollarNames, nn_module)
#' @rawNamespace S3method(utils::.DollarNames, script_function)
#' @rawNamespace S3method(utils::.DollarNames, script_module)
#' @rawNamespace S3method(utils::.DollarNames, jit_ops)
#' @rawNamespace S3method(utils::.DollarNames, jit_ops_namespace)
#' @rawNamespace S3method(utils::str, torch_tensor)
#' @rawNamespace S3method(utils::head, torch_tensor)
#' @rawNamespace S3method(utils::tail, torch_tensor)
#' @rawNamespace S3method(utils::str, script_function)
#' @importFrom magrittr %>%
#' @export %>%
#' @examples
#' torch_tensor(-1) %>% torch_relu()
NULL

.onLoad <- function(libname, pkgname) {
  refuse_second_libtorch(libname, pkgname)
  open_libtorch(libname, pkgname)
  dll <- library.dynam("torchscript", pkgname, libname)
  namespace <- topenv()
  for (routine in unlist(unclass(getDLLRegisteredRoutines(dll)), recursive = FALSE)) {
    # the address alone: R resolves it faster than the whole description
    assign(routine$name, routine$address, envir = namespace)
  }
  .Call(C_set_namespace, namespace)
  check_loaded_version()
  register_generics()
  register_iterators()
}

# With its own BLAS ahead of R's: see src/loader/deepbind.c.
open_libtorch <- function(libname, pkgname) {
  described <- file.path(libname, pkgname, "libtorch.dcf")
  # a preloaded allocator must serve libtorch as well, and would not
  if (!file.exists(described) || nzchar(Sys.getenv("LD_PRELOAD"))) {
    return(invisible())
  }
  library <- file.path(read.dcf(described)[[1, "path"]], "lib", "libtorch_cpu.so")
  opener <- library.dynam("deepbind", pkgname, libname)
  # what went wrong, if anything did, shows when the package's own library is loaded
  .Call(getDLLRegisteredRoutines(opener)$.Call$open_library, library)
  invisible()
}

.onUnload <- function(libpath) {
  # libtorch can't be unloaded: its threads and its registry live as long as the process
}

# The loader matches libraries by name: with another libtorch in the process ours would silently not be the one that
# runs, and the first call would crash.
refuse_second_libtorch <- function(libname, pkgname) {
  maps <- tryCatch(suppressWarnings(readLines("/proc/self/maps")), error = function(e) character())
  mapped <- unique(sub(".* (/.*)$", "\\1", grep("/libtorch_cpu\\.so", maps, value = TRUE)))
  described <- file.path(libname, pkgname, "libtorch.dcf")
  if (length(mapped) == 0 || !file.exists(described)) {
    return(invisible())
  }
  ours <- read.dcf(described)[1, ]
  same <- normalizePath(mapped, mustWork = FALSE) %in%
    normalizePath(file.path(ours[["path"]], "lib", "libtorch_cpu.so"), mustWork = FALSE)
  if (!all(same)) {
    rlang::abort(
      c(
        sprintf("Another libtorch is already loaded in this R process: %s.", mapped[!same][[1]]),
        i = "Only one libtorch can live in a process. It came with torch for R, or with PyTorch through reticulate.",
        i = "Restart R, and load torchscript without it."
      ),
      class = c("torchscript_library_error", "torchscript_error"), call = NULL
    )
  }
}

check_loaded_version <- function() {
  version <- .Call(C_library_version)
  built <- sub("[+].*", "", version$built)
  if (!identical(built, version$loaded)) {
    rlang::abort(
      c(
        sprintf("torchscript was built for libtorch %s, but %s is loaded (%s).", built, version$loaded, version$path),
        i = "Install torchscript again, or restart R without the package that loaded the other libtorch."
      ),
      class = c("torchscript_library_error", "torchscript_error"), call = NULL
    )
  }
}

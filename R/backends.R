#' What this libtorch was built with
#'
#' @return `backends_*_is_available()`: `TRUE` or `FALSE`. `backends_cudnn_version()`: a [numeric_version()], or `NULL`
#'   without cuDNN. `backends_mps_synchronize()`: `NULL`, invisibly.
#' @section Errors: `backends_mps_synchronize()` raises a `torchscript_value_error` where there is no MPS device.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/backends.html)
#' @name backends
#' @examples
#' backends_mkl_is_available()
#' backends_openmp_is_available()
NULL

has_backend <- function(name) .Call(C_backend, name) == 1L

#' @rdname backends
#' @export
backends_cudnn_is_available <- function() cuda_is_available() && has_backend("cudnn")

#' @rdname backends
#' @export
backends_cudnn_version <- function() {
  if (!backends_cudnn_is_available()) {
    return(NULL)
  }
  version <- .Call(C_backend, "cudnn_version")
  # 91002 is 9.10.2; before cuDNN 9 a thousand stood for a major version
  major <- if (version >= 10000) 10000 else 1000
  numeric_version(paste(version %/% major, version %% major %/% 100, version %% 100, sep = "."))
}

#' @rdname backends
#' @export
backends_mkl_is_available <- function() has_backend("mkl")

#' @rdname backends
#' @export
backends_mkldnn_is_available <- function() has_backend("mkldnn")

#' @rdname backends
#' @export
backends_mps_is_available <- function() has_backend("mps")

#' @rdname backends
#' @export
backends_mps_synchronize <- function() {
  abort_torchscript("MPS is not available: torchscript runs on Linux, and MPS is Apple's.", "value")
}

#' @rdname backends
#' @export
backends_openmp_is_available <- function() has_backend("openmp")

#' Whether torchscript has its libtorch, and where
#'
#' libtorch is found when torchscript is installed, and loaded with it: a loaded torchscript always has one.
#'
#' @param recheck Not used; for code written for torch for R.
#' @param check_writable Whether to insist that the folder can be written to.
#' @return `torch_is_installed()`: `TRUE`. `torch_install_path()`: the folder that holds `lib/libtorch_cpu.so`.
#' @section Errors: a `torchscript_file_error` for `check_writable = TRUE` and a folder that can't be written to.
#' @export
#' @examples
#' torch_is_installed()
torch_is_installed <- function(recheck = FALSE) nzchar(.Call(C_library_version)$path)

#' @rdname torch_is_installed
#' @export
torch_install_path <- function(check_writable = FALSE) {
  path <- dirname(dirname(.Call(C_library_version)$path))
  if (check_writable && file.access(path, 2) != 0) {
    abort_torchscript(sprintf("\"%s\" can't be written to.", path), "file", path = path)
  }
  path
}

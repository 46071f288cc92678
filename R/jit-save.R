#' Save and load TorchScript programs
#'
#' The file is PyTorch's own: `torch.jit.load()` reads what `jit_save()` wrote, and `jit_load()` what `torch.jit.save()`
#' wrote. A saved function comes back as a function; PyTorch sees it as a module with a `forward`, as it does its own.
#'
#' The file is written beside `path` and takes its place at the end: when saving fails or is broken off, an older file of
#' this name stays whole.
#'
#' `jit_serialize()` and `jit_unserialize()` do the same with a raw vector instead of a file. `jit_save_for_mobile()` writes
#' a file that PyTorch's mobile runtime can run, too: besides the source it holds bytecode.
#'
#' @param obj A [script_function] or a [script_module]; for `jit_unserialize()` a raw vector.
#' @param path The file's path.
#' @param ... Not used.
#' @return `jit_save()` and `jit_save_for_mobile()`: `path`, invisibly. `jit_serialize()`: a raw vector. `jit_load()` and
#'   `jit_unserialize()`: a [script_function] or a [script_module].
#' @section Errors: a `torchscript_file_error` that says which file and why: it is missing, a folder, damaged, no
#'   TorchScript file, written by a newer PyTorch; or can't be written.
#' @export
#' @examples
#' fn <- jit_trace(function(x) torch_relu(x), torch_tensor(1))
#' path <- tempfile(fileext = ".pt")
#' jit_save(fn, path)
#' loaded <- jit_load(path)
#' loaded(torch_tensor(c(-1, 0, 1)))
#'
#' bytes <- jit_serialize(fn)
#' jit_unserialize(bytes)(torch_tensor(c(-1, 0, 1)))
jit_save <- function(obj, path, ...) {
  handle <- script_handle(obj)
  path <- check_writable(path)
  .Call(C_save, handle, path, FALSE)
  invisible(path)
}

#' @rdname jit_save
#' @export
jit_save_for_mobile <- function(obj, path, ...) {
  handle <- script_handle(obj)
  path <- check_writable(path)
  .Call(C_save, handle, path, TRUE)
  invisible(path)
}

#' @rdname jit_save
#' @export
jit_serialize <- function(obj) .Call(C_serialize, script_handle(obj))

#' @rdname jit_save
#' @export
jit_unserialize <- function(obj) {
  if (!is.raw(obj)) {
    abort_torchscript(sprintf("`obj` must be a raw vector, not %s.", describe(obj)), "type", "jit_serialize() makes them.")
  }
  wrap_program(.Call(C_load, obj), "from a raw vector")
}

#' @rdname jit_save
#' @export
jit_load <- function(path, ...) {
  path <- check_readable(path)
  wrap_program(.Call(C_load, normalizePath(path)), sprintf("loaded from '%s'", path))
}

wrap_program <- function(handle, origin) {
  wrap <- if (.Call(C_is_function, handle)) new_script_function else new_script_module
  wrap(handle, origin)
}

check_path <- function(path, argument = "path") {
  if (!rlang::is_string(path) || !nzchar(path)) {
    abort_torchscript(sprintf("`%s` must be a string, not %s.", argument, describe(path)), "type")
  }
  path.expand(path)
}

# A path where a file can be put.
check_writable <- function(path) {
  path <- check_path(path)
  if (dir.exists(path)) {
    abort_torchscript(sprintf("Can't save to '%s': it is a folder.", path), "file", path = path)
  }
  if (!dir.exists(dirname(path))) {
    abort_torchscript(
      sprintf("Can't save to '%s': there is no folder '%s'.", path, dirname(path)), "file", "Make it first: dir.create().",
      path = path
    )
  }
  path
}

# A path where a file is.
check_readable <- function(path) {
  path <- check_path(path)
  if (dir.exists(path)) {
    abort_torchscript(sprintf("Can't load '%s': it is a folder.", path), "file", "Name the file in it.", path = path)
  }
  if (!file.exists(path)) {
    abort_torchscript(
      sprintf("Can't load '%s': there is no such file.", path), "file",
      sprintf("R looks from the working directory, '%s'.", getwd()), path = path
    )
  }
  path
}

#' Save and load TorchScript programs
#'
#' The file is PyTorch's own: `torch.jit.load()` reads what `jit_save()` wrote, and `jit_load()` what `torch.jit.save()`
#' wrote, of every version from 1.4 on: scripted, traced, frozen, quantised and mobile ones. A saved function comes back as a
#' function; PyTorch sees it as a module with a `forward`, as it does its own.
#'
#' The file is written beside `path` and takes its place at the end: when saving fails or is broken off, an older file of
#' this name stays whole. Before it is loaded, the checksum of each of its records is compared: a damaged weight is an
#' error, not a wrong answer.
#'
#' `jit_serialize()` and `jit_unserialize()` do the same with a raw vector instead of a file. `jit_save_for_mobile()` writes
#' a file that PyTorch's mobile runtime can run, too: besides the source it holds bytecode.
#'
#' A program of someone else's runs with your rights, and may run while it is loaded: see [jit_audit()].
#'
#' @param obj A [script_function] or a [script_module]; for `jit_unserialize()` a raw vector.
#' @param path The file's path; for `jit_save()` and `jit_load()` also a connection, and for `jit_load()` a raw vector or
#'   the paths of several files.
#' @param map_location The device that the program's tensors go to, such as `"cpu"`; `NULL`: those they were saved on where there
#'   are such, else the CPU.
#' @param extra_files For `jit_save()` a named list of strings or raw vectors that are put into the file beside the program,
#'   PyTorch's `_extra_files`. For `jit_load()` `TRUE` or names: they come back in the attribute `extra_files` of the result.
#' @param audit Risks that are refused, by their names in [jit_audit()], such as `c("files", "calls out")`, or `TRUE` for all of
#'   them. `FALSE`: the program is loaded whatever it could do.
#' @param names The names of the wanted records; `NULL` for all.
#' @param ... Not used.
#' @return `jit_save()` and `jit_save_for_mobile()`: `path`, invisibly. `jit_serialize()`: a raw vector. `jit_load()` and
#'   `jit_unserialize()`: a [script_function] or a [script_module]; of several files a list of them. `jit_extra_files()`: a
#'   named list of strings, or raw vectors where the content is no text.
#' @section Errors: a `torchscript_file_error` that says which file and why: it is missing, a folder, damaged, no
#'   TorchScript file, written by a newer PyTorch, wants an operator that is not there; or can't be written. A
#'   `torchscript_audit_error`, with the report in its field `report`, where `audit` refuses. A `torchscript_value_error` for
#'   what no file can hold: a module that was optimised for inference, or a default such as 1e10, which libtorch would read
#'   as an integer.
#' @seealso [jit_inspect()]; [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.jit.load.html)
#' @export
#' @examples
#' fn <- jit_trace(function(x) torch_relu(x), torch_tensor(1))
#' path <- tempfile(fileext = ".pt")
#' jit_save(fn, path, extra_files = list(labels = "cat\ndog"))
#' loaded <- jit_load(path, audit = TRUE)
#' loaded(torch_tensor(c(-1, 0, 1)))
#' jit_extra_files(path)
#'
#' bytes <- jit_serialize(fn)
#' jit_unserialize(bytes)(torch_tensor(c(-1, 0, 1)))
jit_save <- function(obj, path, ..., extra_files = NULL) {
  save_program(script_handle(obj), path, FALSE, check_extra_files(extra_files))
}

#' @rdname jit_save
#' @export
jit_save_for_mobile <- function(obj, path, ..., extra_files = NULL) {
  save_program(script_handle(obj), path, TRUE, check_extra_files(extra_files))
}

save_program <- function(handle, path, mobile, extra_files) {
  force(handle)
  write_to(path, function(to) {
    if (is.null(to)) .Call(C_serialize, handle, mobile, extra_files) else .Call(C_save, handle, to, mobile, extra_files)
  })
}

check_extra_files <- function(files) {
  if (is.null(files)) {
    return(NULL)
  }
  files <- as.list(files)
  is_content <- vapply(files, function(file) is.raw(file) || rlang::is_string(file), NA)
  if (!all(is_content) || any(rlang::names2(files) == "")) {
    abort_torchscript(
      "`extra_files` must be a list of strings or raw vectors, each with a name.", "type", "list(labels = \"cat\\ndog\")",
      argument = "extra_files"
    )
  }
  files
}

#' @rdname jit_save
#' @export
jit_serialize <- function(obj) .Call(C_serialize, script_handle(obj), FALSE, NULL)

#' @rdname jit_save
#' @export
jit_unserialize <- function(obj) {
  if (!is.raw(obj)) {
    abort_torchscript(sprintf("`obj` must be a raw vector, not %s.", describe(obj)), "type", "jit_serialize() makes them.")
  }
  wrap_program(.Call(C_load, obj, NULL), "from a raw vector")
}

#' @rdname jit_save
#' @export
jit_load <- function(path, ..., map_location = NULL, extra_files = NULL, audit = FALSE) {
  if (is.character(path) && length(path) > 1) {
    load_one <- function(path) jit_load(path, map_location = map_location, extra_files = extra_files, audit = audit)
    return(lapply(stats::setNames(path, basename(path)), load_one))
  }
  source <- program_source(path)
  origin <- if (is.raw(source)) "from a raw vector" else sprintf("loaded from '%s'", if (is.character(path)) path else source)
  if (!isFALSE(audit)) {
    # the very bytes that were looked at are loaded
    if (is.character(source)) source <- readBin(source, raw(), file.size(source))
    refuse_risks(audit_source(source), audit)
  }
  program <- wrap_program(.Call(C_load, source, map_location), origin)
  if (!is.null(extra_files)) {
    names <- if (is.character(extra_files)) extra_files
    attr(program, "extra_files") <- extra_files_of(source, names)
  }
  program
}

#' @rdname jit_save
#' @export
jit_extra_files <- function(path, names = NULL) extra_files_of(program_source(path), names)

# A path that was checked, or a raw vector.
program_source <- function(path) {
  source <- read_from(path)
  if (is.raw(source)) source else normalizePath(source)
}

extra_files_of <- function(source, names) {
  files <- .Call(C_extra_files, source)
  unknown <- setdiff(names, names(files))
  if (length(unknown) > 0) {
    abort_torchscript(
      sprintf("There is no extra file `%s`.", unknown[[1]]), "value",
      if (length(files) > 0) sprintf("The extra files: %s.", toString(names(files))) else "There are no extra files."
    )
  }
  lapply(files[if (is.null(names)) names(files) else names], function(bytes) {
    text <- if (any(bytes == 0)) NA else rawToChar(bytes)
    if (is.na(text) || !validUTF8(text)) {
      return(bytes)
    }
    Encoding(text) <- "UTF-8"
    text
  })
}

refuse_risks <- function(report, refused) {
  known <- names(audit_risks)
  if (isTRUE(refused)) refused <- known
  if (!is.character(refused) || !all(refused %in% known)) {
    abort_torchscript(
      sprintf("`audit` must be TRUE, FALSE or names of risks, not %s.", describe(refused)), "value",
      sprintf("The risks: %s.", toString(known)), argument = "audit"
    )
  }
  found <- report[report$risk %in% refused, ]
  if (nrow(found) > 0) {
    abort_torchscript(
      sprintf("The program was not loaded: `%s` in %s %s.", found$operator[[1]], found$method[[1]], audit_risks[[found$risk[[1]]]]),
      "audit", sprintf("%d findings of this kind: see jit_audit().", nrow(found)),
      report = report
    )
  }
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

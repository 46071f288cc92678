#' Save and load tensors
#'
#' `torch_save()` writes tensors and plain values to a file of PyTorch's own format: `torch.load()` in Python reads it, with
#' its default `weights_only=True`, and `torch_load()` reads what `torch.save()` wrote, such as the `state_dict()` of a
#' model. No Python code of the file is ever run: what is no tensor and no plain value is refused, by its name.
#'
#' What stands for what:
#'
#' | R | in the file (Python) | back in R |
#' |---|---|---|
#' | tensor, of any dtype | `torch.Tensor` | the same, with its strides and `requires_grad` |
#' | | `torch.nn.Parameter` | tensor that wants gradients |
#' | `NULL` | `None` | `NULL` |
#' | `TRUE`, integer, number, string of length one | `bool`, `int`, `float`, `str` | the same |
#' | `bit64::integer64` | `int` | the smallest of integer, double, `integer64` that holds it |
#' | complex number, raw vector | `complex`, `bytes` | the same |
#' | vector of another length than one | `list` | the same; an empty one becomes `list()` |
#' | list without names | `list`; `tuple` where all its elements are scalars of one kind | the same |
#' | list made by [jit_tuple()] | `tuple` | list |
#' | list or vector with names | `dict` | named list |
#' | | `OrderedDict`, `Counter` | named list |
#' | | `torch.Size`, `set` | integer vector, list |
#' | [torch_dtype], [torch_device()] | `torch.dtype`, `torch.device` | the same |
#'
#' Tensors that share memory share it in the file too, and again when they are loaded: a whole storage is written once,
#' however many views of it there are. To save a small view without the large tensor behind it, `$clone()` it first.
#'
#' A file is written beside `path` and takes its place at the end: when saving fails, an older file of this name stays
#' whole. Loading checks the checksum of every part.
#'
#' @param obj A tensor, a plain value, or a list of such, nested to any depth. For programs there is [jit_save()].
#' @param path The file's path, or a connection: `rawConnection()`, `file()`, `gzcon()` and others, opened in binary mode,
#'   or not yet open: then it is opened, and closed for good at the end. `torch_load()` also takes the raw vector that `torch_serialize()` made.
#' @param ... Not used.
#' @param compress Not used; for code written for torch for R. PyTorch's files are not compressed.
#' @param device Where the tensors go: a [torch_device()] or its name, by default `"cpu"`; `NULL` for where they were.
#' @return `torch_save()`: `path`, invisibly. `torch_serialize()`: a raw vector with the bytes of the file. `torch_load()`:
#'   the object.
#' @section Errors: a `torchscript_file_error` that says which file and why: it is missing, a folder, damaged, not of this
#'   format (and of which, where that can be told), from before PyTorch 1.6, or holds a Python object; or it can't be
#'   written. A `torchscript_type_error` for what can't be saved, with its place in `obj`: sparse tensors, functions, data
#'   frames, `NA`.
#' @seealso [safe_save_file()] for safetensors files, [jit_save()] for programs, [saveRDS()], which keeps tensors too;
#'   [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.save.html)
#' @export
#' @examples
#' path <- tempfile(fileext = ".pt")
#' torch_save(list(weight = torch_ones(2, 3), step = 100L), path)
#' torch_load(path)
#'
#' bytes <- torch_serialize(torch_tensor(1:3))
#' torch_load(bytes)
torch_save <- function(obj, path, ..., compress = TRUE) {
  write_to(path, function(to) .Call(C_torch_save, obj, to))
}

#' @rdname torch_save
#' @export
torch_load <- function(path, device = "cpu") {
  .Call(C_torch_load, read_from(path), device)
}

#' @rdname torch_save
#' @export
torch_serialize <- function(obj, ...) .Call(C_torch_save, obj, NULL)

# `write(path)` writes a file; `write(NULL)` gives its bytes.
write_to <- function(path, write) {
  if (!inherits(path, "connection")) {
    write(check_writable(path))
    return(invisible(path))
  }
  closed <- unopened_file(path)
  if (!is.null(closed)) {
    # as a path: then the file is replaced as a whole
    write(check_writable(closed))
  } else {
    write_connection(write(NULL), path)
  }
  invisible(path)
}

# What native code reads: a path or a raw vector.
read_from <- function(path) {
  if (is.raw(path)) {
    return(path)
  }
  if (!inherits(path, "connection")) {
    return(check_readable(path))
  }
  closed <- unopened_file(path)
  if (is.null(closed)) read_connection(path) else check_readable(closed)
}

# The path of a file() that is not open yet.
unopened_file <- function(con) {
  about <- connection_summary(con)
  if (about$class == "file" && about$opened == "closed") path.expand(about$description)
}

connection_summary <- function(con) {
  about <- tryCatch(summary(con), error = function(e) NULL)
  if (is.null(about)) {
    abort_torchscript("`path` is a connection that is closed for good.", "file", "Make a new one.")
  }
  about
}

# What `body` gives with the connection open; R's own errors and warnings become ours.
with_open <- function(con, mode, body) {
  about <- connection_summary(con)
  is_closed <- about$opened == "closed"
  result <- tryCatch(
    {
      if (is_closed) open(con, mode)
      body()
    },
    error = identity, warning = identity
  )
  if (is_closed) close(con)
  if (inherits(result, "condition")) {
    abort_torchscript(
      sprintf(
        "Can't %s the connection '%s': %s.", if (mode == "rb") "read from" else "write to", about$description,
        sub("[.]$", "", conditionMessage(result))
      ),
      "file", if (about$text == "text" && !is_closed) "It is open in text mode: open it with \"rb\" or \"wb\"."
    )
  }
  result
}

chunk_size <- 2^26

write_connection <- function(bytes, con) {
  with_open(con, "wb", function() {
    # writeBin() takes no long vectors
    for (start in seq(0, length(bytes) - 1, by = chunk_size)) {
      writeBin(bytes[seq(start + 1, min(start + chunk_size, length(bytes)))], con)
    }
    flush(con)
  })
}

read_connection <- function(con) {
  with_open(con, "rb", function() {
    chunks <- list()
    repeat {
      chunk <- readBin(con, "raw", n = chunk_size)
      if (length(chunk) == 0) break
      chunks[[length(chunks) + 1]] <- chunk
    }
    if (length(chunks) == 0) raw() else do.call(c, chunks)
  })
}

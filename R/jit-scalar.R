#' Mark R values for programs
#'
#' R values are converted by the type that the program's signature asks for, so these marks are needed only where there
#' is none: `Any` arguments, and the inputs of [jit_trace()]. `jit_scalar()` marks one number, flag or string, not a list
#' of length one; `jit_tuple()` marks a list as a tuple, and a named list as a named tuple. `jit_list()` says the type of a
#' list's elements, and `jit_dict()` has keys that are no names.
#'
#' A dictionary whose keys are strings comes back from a program as a named list, any other as a `jit_dict()`: a list of its
#' values, with the keys as names where they can be, in the dictionary's order.
#'
#' @param x For `jit_scalar()` a vector of length one; for `jit_tuple()` a list; for `jit_list()` a list or a vector; for
#'   `jit_dict_keys()` a dictionary.
#' @param keys A vector, or a list of numbers, strings or tensors: one key for each value, each once.
#' @param values A list or a vector.
#' @param type The type as TorchScript writes it, such as `"List[Optional[int]]"` or `"Dict[int, Tensor]"`; `NULL` for the
#'   type that the values look like.
#' @return `x` with the class `jit_scalar`, `jit_tuple` or `jit_list`; a list of class `jit_dict`; its keys.
#' @section Errors: a `torchscript_type_error` for other values; a `torchscript_value_error` for keys that are too many, too
#'   few or there twice. A type that can't be read, or that the values do not fit, is told when a program is called.
#' @seealso [torchscript_types()]
#' @export
#' @examples
#' tr <- jit_compile("
#' def fn (x: Tuple[Tensor, int]):
#'   return x[0] * x[1]
#' ")
#' tr$fn(jit_tuple(list(torch_tensor(2), jit_scalar(3L))))
jit_scalar <- function(x) {
  if (!is.atomic(x) || length(x) != 1) {
    abort_torchscript(sprintf("`x` must be a vector of length one, not %s.", describe(x)), "type")
  }
  class(x) <- c("jit_scalar", setdiff(oldClass(x), "jit_scalar"))
  x
}

#' @rdname jit_scalar
#' @export
jit_tuple <- function(x) {
  if (!is.list(x)) {
    abort_torchscript(sprintf("`x` must be a list, not %s.", describe(x)), "type", "jit_tuple(list(...)).")
  }
  class(x) <- "jit_tuple"
  x
}

#' @rdname jit_scalar
#' @export
#' @examples
#' jit_list(list(1L, NULL), "List[Optional[int]]")
jit_list <- function(x, type = NULL) {
  if (!is.vector(unclass(x))) {
    abort_torchscript(sprintf("`x` must be a list or a vector, not %s.", describe(x)), "type")
  }
  structure(as.list(x), class = "jit_list", jit_type = check_jit_type(type))
}

#' @rdname jit_scalar
#' @export
#' @examples
#' jit_dict(c(10L, 20L), list(torch_tensor(1), torch_tensor(2)))
jit_dict <- function(keys = names(values), values = list(), type = NULL) {
  values <- as.list(values)
  if (length(keys) != length(values)) {
    abort_torchscript(sprintf("%d keys can't be those of %d values.", length(keys), length(values)), "value")
  }
  new_jit_dict(list(keys = keys, values = unname(values)), check_jit_type(type))
}

# Called by native code as well.
new_jit_dict <- function(parts, type = NULL) {
  keys <- parts$keys
  simple <- is.atomic(keys) || all(vapply(keys, function(key) is.atomic(key) && length(key) == 1 && !is.raw(key), NA))
  if (simple && is.list(keys) && length(keys) > 0) keys <- do.call(c, keys)
  if (anyDuplicated(if (simple) as.character(keys) else keys)) abort_torchscript("A key is there twice.", "value")
  names <- if (simple) as.character(keys) else rep("", length(keys))
  structure(parts$values, names = names, keys = keys, jit_type = type, class = "jit_dict")
}

#' @rdname jit_scalar
#' @export
jit_dict_keys <- function(x) {
  if (!inherits(x, "jit_dict")) {
    abort_torchscript(sprintf("`x` must be a jit_dict, not %s.", describe(x)), "type", "names() are the keys of a named list.")
  }
  attr(x, "keys")
}

check_jit_type <- function(type) {
  if (!is.null(type) && !rlang::is_string(type)) {
    abort_torchscript(sprintf("`type` must be a string, not %s.", describe(type)), "type", "\"List[int]\"", argument = "type")
  }
  type
}

#' @export
`[.jit_dict` <- function(x, i) {
  at <- stats::setNames(seq_along(x), names(x))[i]
  if (anyNA(at)) abort_torchscript("The dictionary has no such entry.", "index")
  new_jit_dict(list(keys = attr(x, "keys")[at], values = unname(unclass(x))[at]), attr(x, "jit_type"))
}

# Assigning NULL removes an entry, as it does from a list; `x[i] <- list(NULL)` makes NULL its value.
#' @export
`[<-.jit_dict` <- function(x, i, value) {
  keys <- attr(x, "keys")
  values <- as.list(x)
  at <- if (missing(i)) seq_along(values) else if (is.character(i)) match(i, names(values)) else seq_along(values)[i]
  if (anyNA(at) && is.null(value)) at <- at[!is.na(at)]
  if (anyNA(at)) {
    if (!is.character(i) || !is.character(keys) && length(keys) > 0) {
      abort_torchscript("The dictionary has no such entry.", "index", "jit_dict() makes one with more keys.")
    }
    keys <- c(as.character(keys), unique(i[is.na(at)]))
    at <- match(i, keys)
  }
  values <- unname(values)
  if (is.null(value)) {
    kept <- setdiff(seq_along(values), at)
    return(new_jit_dict(list(keys = keys[kept], values = values[kept]), attr(x, "jit_type")))
  }
  values[at] <- value
  new_jit_dict(list(keys = keys, values = values), attr(x, "jit_type"))
}

#' @export
`[[<-.jit_dict` <- function(x, i, value) {
  if (length(i) != 1) abort_torchscript("One entry at a time can be set.", "index")
  `[<-.jit_dict`(x, i, if (!is.null(value)) list(value))
}

#' @export
`$<-.jit_dict` <- `[[<-.jit_dict`

#' @export
as.list.jit_dict <- function(x, ...) {
  attributes(x) <- list(names = names(x))
  x
}

#' @export
print.jit_dict <- function(x, ...) {
  cat("<jit_dict> of ", length(x), if (length(x) == 1) " entry" else " entries", "\n", sep = "")
  keys <- attr(x, "keys")
  for (i in seq_along(x)) {
    cat("[", if (is_torch_tensor(keys[[i]])) "a tensor" else format(keys[[i]]), "]\n", sep = "")
    print(.subset2(x, i))
  }
  invisible(x)
}

#' @export
print.jit_list <- function(x, ...) {
  cat("<jit_list>", if (!is.null(attr(x, "jit_type"))) c(" ", attr(x, "jit_type")), "\n", sep = "")
  attributes(x) <- NULL
  print(x)
}

#' @export
print.jit_scalar <- function(x, ...) {
  cat("<jit_scalar> ", format(unclass(x)), "\n", sep = "")
  invisible(x)
}

#' @export
print.jit_tuple <- function(x, ...) {
  cat("<jit_tuple>\n")
  print(unclass(x))
  invisible(x)
}

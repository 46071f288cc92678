# Going through batches, with and without package coro.
#' @include dataloader.R
NULL

#' Go through a loader
#'
#' `loop()` runs a `for` loop over a loader, an iterator or a vector, in the caller's frame: `break`, `next` and `return()` do
#' what they do in any loop. `enumerate()` gives the batches as a list for R's own `for`; each is fetched when it is
#' looked into, and only the newest can be. `as_iterator()` gives a function that returns the next value at each call, and
#' at the end the symbol `.__exhausted__.`. This is the protocol of package coro: its functions take these iterators, and
#' its `loop()` takes loaders.
#'
#' @param loop A `for` loop.
#' @param x A loader; for `as_iterator()` also an iterator, a function that is one, or a vector or list.
#' @param ... For methods of other classes.
#' @return `loop()`: `NULL`, invisibly. `as_iterator()`: a function. `enumerate()`: a list of as many batches as there are.
#' @section Errors: a `torchscript_type_error` for what is no `for` loop or can't be gone through; a
#'   `torchscript_value_error` for a batch of `enumerate()` that is no longer there.
#' @export
#' @examples
#' dl <- dataloader(tensor_dataset(x = torch_arange(1, 5)), batch_size = 2)
#' loop(for (batch in dl) {
#'   if (length(batch$x) < 2) break
#'   print(batch$x)
#' })
#' for (batch in enumerate(dl)) print(batch$x)
loop <- function(loop) {
  expression <- substitute(loop)
  env <- parent.frame()
  if (!rlang::is_call(expression, "for")) {
    abort_torchscript("`loop` must be a `for` loop.", "type", "loop(for (batch in dl) ...)", argument = "loop")
  }
  advance <- as_iterator(eval(expression[[3]], env))
  variable <- as.character(expression[[2]])
  step <- function() {
    value <- advance()
    if (is_exhausted(value)) {
      return(FALSE)
    }
    assign(variable, value, envir = env)
    TRUE
  }
  # eval_bare(): return() leaves the caller's function, as in a loop
  rlang::eval_bare(as.call(list(quote(`while`), as.call(list(step)), expression[[4]])), env)
  invisible()
}

#' @rdname loop
#' @export
as_iterator <- function(x) UseMethod("as_iterator")

#' @export
as_iterator.dataloader <- function(x) dataloader_make_iter(x)$advance
#' @export
as_iterator.dataloader_iter <- function(x) x$advance
#' @export
as_iterator.default <- function(x) {
  if (is.function(x)) {
    return(x)
  }
  if (!is.vector(x)) {
    abort_torchscript(sprintf("`x` can't be gone through: it is %s.", describe(x)), "type", argument = "x")
  }
  i <- 0L
  function() {
    if (i >= length(x)) {
      return(exhausted())
    }
    i <<- i + 1L
    x[[i]]
  }
}

#' @rdname loop
#' @export
enumerate <- function(x, ...) UseMethod("enumerate")

#' @export
enumerate.dataloader <- function(x, ...) {
  pass <- new.env(parent = emptyenv())
  pass$loader <- x
  pass$at <- 0L
  lapply(seq_len(length(x)), function(i) structure(list(i, pass), class = "enumerated_batch"))
}
#' @export
enumerate.default <- function(x, ...) {
  abort_torchscript(sprintf("`x` must be a dataloader, not %s.", describe(x)), "type", argument = "x")
}

# The batch itself; those before it are skipped.
batch_of <- function(x) {
  wanted <- .subset2(x, 1)
  pass <- .subset2(x, 2)
  if (wanted < pass$at) {
    abort_torchscript(
      sprintf("Batch %d is no longer there: batch %d has been looked into.", wanted, pass$at), "value",
      "enumerate() keeps one batch at a time."
    )
  }
  if (is.null(pass$advance)) pass$advance <- as_iterator(pass$loader)
  while (pass$at < wanted) {
    pass$batch <- pass$advance()
    pass$at <- pass$at + 1L
  }
  pass$batch
}

#' @export
`$.enumerated_batch` <- function(x, name) batch_of(x)[[name]]
#' @export
`[[.enumerated_batch` <- function(x, i) batch_of(x)[[i]]
#' @export
length.enumerated_batch <- function(x) length(batch_of(x))
#' @export
names.enumerated_batch <- function(x) names(batch_of(x))
#' @export
as.list.enumerated_batch <- function(x, ...) as.list(batch_of(x))
#' @export
print.enumerated_batch <- function(x, ...) {
  print(batch_of(x))
  invisible(x)
}

# coro's generic learns about loaders when coro is there; it need not be.
register_iterators <- function() {
  register <- function(...) {
    for (class in c("dataloader", "dataloader_iter")) {
      registerS3method("as_iterator", class, get(paste0("as_iterator.", class)), envir = asNamespace("coro"))
    }
  }
  if (isNamespaceLoaded("coro")) register()
  setHook(packageEvent("coro", "onLoad"), register)
}

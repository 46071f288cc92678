#' Errors and warnings of torchscript
#'
#' Every failure is an R condition of class `torchscript_error`, so that one handler catches them all, and of one
#' subclass that says what kind of failure it is. The message comes first, and what to do about it after it. The call is
#' the one that was typed. Where it applies the condition has the fields `operator`, `argument`, `path` and `traceback`; what
#' a program raised has the class that the exception has in Python, too, such as `ValueError`: see [jit_last_traceback()].
#'
#' | class | raised when |
#' |---|---|
#' | `torchscript_type_error` | an argument is of the wrong kind, missing or unknown |
#' | `torchscript_value_error` | an argument is of the right kind, but can't be used: `NA`, 2.5 where a whole number is needed |
#' | `torchscript_index_error` | a dimension or a position is out of range |
#' | `torchscript_runtime_error` | libtorch refused the operation: shapes that don't match, and the like |
#' | `torchscript_linalg_error` | a decomposition failed: a singular matrix |
#' | `torchscript_not_implemented_error` | libtorch has no implementation for this dtype or device |
#' | `torchscript_memory_error` | memory ran out |
#' | `torchscript_compile_error` | [jit_compile()] could not make a program of the source |
#' | `torchscript_program_error` | a TorchScript program raised an exception |
#' | `torchscript_trace_error` | [jit_trace()] was given what can't be traced |
#' | `torchscript_audit_error` | [jit_load()] refused what a program could do |
#' | `torchscript_file_error` | a file could not be read or written |
#' | `torchscript_handle_error` | an object has lost what it stood for |
#' | `torchscript_library_error` | libtorch is missing, of another version, or there twice; a package that is asked for is missing |
#' | `torchscript_internal_error` | a defect of torchscript itself |
#'
#' Warnings of libtorch become R warnings of class `torchscript_warning`. Values that leave a program while it is traced
#' raise a `torchscript_trace_warning`: see [jit_trace()].
#'
#' @name torchscript_error
#' @aliases torchscript_warning torchscript_trace_warning
#' @examples
#' tryCatch(
#'   torch_relu("a"),
#'   torchscript_type_error = function(e) conditionMessage(e)
#' )
NULL

# Called by the outermost native routine with plain data.
raise_failure <- function(failure) {
  message <- failure$message
  if (!is.null(failure$traceback)) last_failure$traceback <- failure$traceback
  if (!is.null(failure$hint)) {
    message <- c(message, i = failure$hint)
  }
  rlang::abort(
    message,
    class = c(failure$raised, failure$class, "torchscript_error"),
    call = user_call(sys.nframe() - 1L),
    operator = failure$operator, argument = failure$argument, path = failure$path, traceback = failure$traceback
  )
}

last_failure <- new.env(parent = emptyenv())

# Called by the outermost native routine with what programs print.
print_output <- function(text) cat(text)

#' Where a program failed
#'
#' The message of an error that a program raised is what the exception said. Where in the program that was, with the lines of
#' its source, is in the condition's field `traceback`; `jit_last_traceback()` shows that of the last one.
#'
#' @return A string of class `script_text`, which prints as it is; `NULL` when no program has failed yet.
#' @export
#' @examples
#' f <- jit_compile("
#' def f(x: int):
#'   if x < 0:
#'     raise ValueError('no negative numbers')
#'   return x
#' ")$f
#' tryCatch(f(-1L), ValueError = function(e) conditionMessage(e))
#' jit_last_traceback()
jit_last_traceback <- function() {
  if (!is.null(last_failure$traceback)) script_text(last_failure$traceback)
}

# What a value is, in words: "the string \"a\"", "a list of length 2".
describe <- function(x) .Call(C_describe, x)

# R's own checks raise the same conditions as native code.
abort_torchscript <- function(message, kind, hint = NULL, ...) {
  if (!is.null(hint)) {
    message <- c(message, i = hint)
  }
  rlang::abort(
    message,
    class = c(sprintf("torchscript_%s_error", kind), "torchscript_error"),
    call = user_call(sys.nframe() - 1L), ...
  )
}

# The call that the user typed: of the outermost of our functions in a row. R6 stands between a generator and `initialize`.
user_call <- function(frame) {
  parents <- sys.parents()
  namespace <- topenv()
  r6 <- asNamespace("R6")
  while (frame > 0) {
    parent <- parents[[frame]]
    if (parent == 0 || parent == frame) break
    caller <- environment(sys.function(parent))
    if (is.null(caller) || !(identical(topenv(caller), namespace) || identical(topenv(caller), r6))) break
    frame <- parent
  }
  # a generator evaluates its call where it was typed
  if (frame > 0 && list(sys.call(frame)[[1]]) %in% list(quote(.new_module), quote(.new_instance))) {
    generators <- c("nn_module_generator", "class_generator")
    while (frame > 1 && !inherits(sys.function(frame), generators)) frame <- frame - 1L
  }
  if (frame > 0) without_method(sys.call(frame), get0(".Generic", sys.frame(frame), inherits = FALSE))
}

# R calls the method `+.torch_tensor` for `x + y`, and `[<-`(`*tmp*`, 1, value = 2) for `x[1] <- 2`; the user typed neither.
without_method <- function(call, generic = NULL) {
  if (is.name(call[[1]])) {
    # of a group, `Summary.torch_tensor`, R knows which one it was
    is_group <- grepl("^(Math|Summary|Complex|Ops)[.]", call[[1]])
    name <- if (is_group && is.character(generic)) generic[[1]] else sub("(.)[.]((torch|script|jit)_[a-z_]+|default)$", "\\1", call[[1]])
    call[[1]] <- as.name(name)
    if (endsWith(name, "<-") && length(call) > 1 && identical(call[[2]], quote(`*tmp*`))) {
      call[[1]] <- as.name(sub("<-$", "", name))
      call[[2]] <- quote(x)
      call <- call("<-", call[-length(call)], quote(value))
    }
  }
  call
}

signal_warning <- function(message) {
  rlang::warn(reword_warning(message), class = "torchscript_warning", call = user_call(sys.nframe() - 1L))
}

# A value leaves the traced program: what R makes of it will be the same in every later call.
warn_if_tracing <- function(what) {
  if (.Call(C_is_tracing)) {
    rlang::warn(
      c(
        sprintf("`%s` takes a value out of the traced program: it is baked in as a constant.", what),
        i = "Use tensor operations instead, or jit_compile() where the value decides what happens."
      ),
      class = c("torchscript_trace_warning", "torchscript_warning"), call = user_call(sys.nframe() - 1L)
    )
  }
}

# jit_script(): R source to a TorchScript program.
#' @include script-table.R script-calls.R script-operators.R script-condition.R
NULL

#' Compile R functions to TorchScript
#'
#' `jit_script()` translates the source of an R function into a TorchScript program. Unlike [jit_trace()], which follows
#' one run, it keeps what the source says: `if`, `for`, `while` and `repeat` are part of the program, and decide anew for
#' each input. [script_table] lists what each construct and function of R becomes. What can't be translated is reported,
#' all of it at once; nothing becomes something that means something else.
#'
#' The types of the arguments are those in `...`, otherwise those of their defaults: `n = 3L` is an `int`, `scale = 1.5` a
#' `float`, `flag = FALSE` a `bool`, `mode = "a"` a `str`, `mask = NULL` an `Optional[Tensor]`, `sizes = c(1L, 2L)` a
#' `List[int]`. What has neither is a `Tensor`. Where [match.arg()] chooses among a default's strings it is a `str`, the
#' first of them. A default may be computed from constants, as in `scale = 1 / sqrt(2)`; one
#' that is a function, a dtype or a list, such as `act = torch_relu`, is known while compiling and no argument of the program.
#'
#' Numbers in the program are R's: `5L / 2L` is 2.5, a double that is whole stands where a whole number is wanted,
#' and one that is not stops the program there. An integer beyond R's own stops it too, where R has `NA`.
#' Positions count from one. Where R has `NA` or `NULL` for what is not there, or repeats the shorter of two vectors, the
#' program stops. A number is an integer, a double, or TRUE or FALSE as in R, also where that is known only when the program runs,
#' as of `x$item()`; such a result has the type `number`. Vectors are of integers or of doubles, and a number of the other kind
#' that would change one stops the program: `as.numeric()`, `as.integer()` and `as.logical()` say what is meant.
#'
#' Arguments of other functions are computed at the call, and not when they are first used: where that would show, because an
#' argument does something or the function changes what it uses, it is refused.
#'
#' Other functions that `fn` calls are compiled as well, tensors and other values from around it become constants, and
#' functions that are TorchScript programs already are put in. Tensors that require gradients, and modules, from around it
#' become parts of the program, shared with R and saved with it, and so do the tensors if it changes any in place; the
#' modules keep the mode that they are in. Changing a list changes one variable alone, as in R, and
#' changing a tensor in place shows under all its names, as it does outside programs.
#'
#' Of a module `forward` becomes a program, with every method that it calls, and its sub-modules likewise; those that are
#' TorchScript modules already are taken as they are. Parameters, buffers and `self$training` live on in the program; other
#' fields are constants, unless a method changes them; one that begins with `NULL` or `list()` has the type of what methods set
#' it to. A loop that picks members by a number or a name, such as
#' `for (i in seq_len(self$n)) x <- self$layers[[i]](x)`, is written out.
#'
#' @param fn A function, or an [nn_module()].
#' @param ... Types of arguments, by name, as TorchScript writes them: `n = "int"`, `xs = "List[Tensor]"`.
#' @param methods Names of methods of a module that are compiled besides `forward`; their arguments have the types of
#'   their defaults.
#' @param .returns The type of the result, as TorchScript writes it. By default it follows from the code.
#' @return A [script_function], or a [script_module].
#' @section Errors: a `torchscript_compile_error` that lists every problem with its line and column in the R code, where R
#'   kept that (`options(keep.source = TRUE)`); a `torchscript_type_error` for arguments that do not exist and types that
#'   are none.
#' @seealso [jit_trace()], [jit_compile()] for TorchScript's own source, and [PyTorch's
#'   page](https://docs.pytorch.org/docs/stable/generated/torch.jit.script.html).
#' @export
#' @examples
#' running_sum <- jit_script(function(x) {
#'   total <- torch_zeros_like(x[1])
#'   rows <- lapply(torch_unbind(x), function(row) {
#'     total <<- total + row
#'     total
#'   })
#'   torch_stack(rows)
#' })
#' running_sum(torch_ones(3, 2))
#' running_sum(torch_ones(5, 2))
#'
#' newton <- jit_script(function(a = 2, tolerance = 1e-9) {
#'   x <- a
#'   while (abs(x * x - a) > tolerance) x <- (x + a / x) / 2
#'   x
#' })
#' newton(10)
#'
#' # a module from around a function becomes part of the program
#' linear <- nn_linear(2, 2)
#' settle <- jit_script(function(x, steps = 3L) {
#'   for (i in seq_len(steps)) x <- torch_tanh(linear(x))
#'   x
#' })
#' settle(torch_ones(1, 2), steps = 10L)
#'
#' gate <- nn_module(
#'   initialize = function() self$linear <- nn_linear(2, 2),
#'   forward = function(x) if (x$sum()$item() > 0) self$linear(x) else x
#' )
#' jit_script(gate())(torch_ones(1, 2))
jit_script <- function(fn, ..., methods = NULL, .returns = NULL) {
  types <- list(...)
  # R takes the type of an argument `f` for `fn`
  if (rlang::is_string(fn) && length(types) > 0 && rlang::names2(types)[[1]] == "") {
    types <- stats::setNames(c(list(fn), types[-1]), c(intersect(names(sys.call()), c("f", "fn")), names(types)[-1]))
    fn <- ..1
  }
  if (inherits(fn, c("script_function", "script_module"))) {
    return(fn)
  }
  if (is_nn_module(fn)) {
    if (!is.null(.returns)) abort_torchscript("`.returns` is for functions.", "type")
    if (!is.null(methods) && !is.character(methods)) abort_torchscript(sprintf("`methods` must be names, not %s.", describe(methods)), "type")
    return(script_module_of(fn, types, methods))
  }
  if (!is.function(fn) || is.primitive(fn)) {
    abort_torchscript(sprintf("`fn` must be an R function, not %s.", describe(fn)), "type")
  }
  returns <- if (!is.null(.returns)) declared_script_type(.returns)
  translated <- function(holds_tensors) {
    with_settled_fields(function(fields) {
      unit <- new_script_unit("r", fn, holds_tensors, fields)
      translating(compile_with_holder(unit, fn, script_arguments(unit, fn, types), returns))
      unit
    })
  }
  unit <- translated(FALSE)
  # what changes a constant would be lost
  if (unit$writes && unit$captures) unit <- translated(TRUE)
  report_problems(unit)
  handle <- if (is.null(unit$holder)) link_unit(unit)[["fn"]] else link_holder(unit)
  new_script_function(handle, "compiled from R")
}

# `source`: the function, or the module.
new_script_unit <- function(name, source, holds_tensors = FALSE, fields = new.env()) {
  unit <- new.env(parent = emptyenv())
  unit$name <- name
  unit$source <- source
  unit$functions <- list()
  # how many functions within each other are being translated
  unit$depth <- 0L
  unit$helpers <- list()
  unit$records <- list()
  unit$known <- list()
  unit$known_names <- list()
  unit$holds_tensors <- holds_tensors
  # the types of fields that begin with nothing, or become NULL
  unit$fields <- fields
  # whether it changes tensors in place, and has some from around it
  unit$writes <- FALSE
  unit$captures <- FALSE
  unit$changed <- list()
  unit$methods <- list()
  unit$problems <- list()
  unit$settled <- list()
  unit$done <- list()
  unit$compiling <- character()
  unit
}

# Errors in programs from R count positions as R does: native knows these by the name.
source_mark <- "# source: <from R>"
script_source <- function(unit) {
  paste(c(source_mark, vapply(unit$records, function(record) record$text, ""), unlist(unit$helpers), unlist(unit$functions)), collapse = "\n\n")
}

link_unit <- function(unit) {
  source <- paste0(script_source(unit), "\n")
  tryCatch(.Call(C_compile, source, if (length(unit$known) > 0) unit$known), torchscript_compile_error = function(e) refuse_source(e))
}

# A mistake of ours is an error like all others.
translating <- function(code) {
  tryCatch(code, error = function(e) {
    if (inherits(e, "torchscript_error")) stop(e)
    abort_torchscript(
      paste0("The compiler failed: ", conditionMessage(e)), "compile", "This is a mistake of jit_script(): please report it, with the function."
    )
  })
}

refuse_source <- function(e) {
  if (grepl("has members of its own", conditionMessage(e), fixed = TRUE)) {
    abort_torchscript("A compiled function that has modules or tensors of its own can't be called in another program.", "compile", "Call the R function that it was made from.")
  }
  abort_torchscript(
    paste0("The compiler made source that libtorch refuses: ", conditionMessage(e)), "compile",
    "This is a mistake of jit_script(): please report it, with the function."
  )
}

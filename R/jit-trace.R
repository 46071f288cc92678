#' Make a TorchScript program by tracing
#'
#' Runs an R function once with example inputs, and records the operators that it applies to tensors. The recorded
#' program no longer needs R.
#'
#' @param func An [nn_module()], or a function of tensors. Tensors that it takes from its surroundings become constants of the program; those
#'   that want gradients become its parameters, shared with R; so do the parameters and buffers of modules that it uses.
#'   TorchScript functions and modules that it calls become part of the program with their control flow.
#' @param ... Example inputs: tensors, lists of tensors (`List[Tensor]`), named lists of them (`Dict[str, Tensor]`), and
#'   [jit_tuple()]s. They go to the arguments of `func` in order or by name, and the arguments' names become those of the
#'   program.
#' @param strict Whether results that share memory with lists or dicts of the program are refused.
#' @param respect_mode For modules: whether both modes are traced, so that the program goes by its `$training`; otherwise
#'   the mode is traced that the module is in.
#' @return A [script_function]; of a module a [script_module] with the same parameters, buffers, children and those fields
#'   that TorchScript can hold, and the methods `trainforward`, `evalforward` and `forward`. Lists that `func` returns come
#'   back as lists, with their names.
#' @section Side effects: buffers, random numbers, and the modes and fields of modules are afterwards as they were.
#' @section Limits: control flow of R is not recorded, only what it led to with these inputs. Values that leave the
#'   program on the way (`$item()`, `as.array()`, `if (as.logical(x))`) are baked in as constants: each raises a
#'   `torchscript_trace_warning` that names the call. [jit_compile()] makes programs with control flow.
#' @section Errors: an error, a warning, an interrupt or a `callCC()` inside `func` behaves as it does outside. A
#'   `torchscript_type_error` when an input is no tensor, a `torchscript_trace_error` when a result is none.
#' @seealso [jit_trace_module()] for other methods than `forward`;
#'   [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.jit.trace.html)
#' @export
#' @examples
#' fn <- function(x) torch_relu(x)
#' traced_fn <- jit_trace(fn, torch_tensor(c(-1, 0, 1)))
#' traced_fn$graph
#' traced_fn(torch_randn(3))
jit_trace <- function(func, ..., strict = TRUE, respect_mode = TRUE) {
  if (is_nn_module(func)) {
    return(trace_methods(func, list(forward = list(...)), strict, respect_mode))
  }
  if (!is.function(func)) {
    abort_torchscript(sprintf("`func` must be a function, not %s.", describe(func)), "type")
  }
  inputs <- list(...)
  arguments <- trace_arguments(func, names(inputs) %||% rep("", length(inputs)))
  function_name <- substitute(func)
  name <- if (is.name(function_name)) identifier(as.character(function_name)) else "traced"
  caller <- trace_caller(func, inputs, arguments)
  handle <- .Call(C_trace, NULL, caller, unname(inputs), identifier(arguments$labels), isTRUE(strict), c(name, name))
  new_script_function(handle, "traced from an R function")
}

# For each input: the argument's name in the program, and the name by which `func` is called ("" : by position).
trace_arguments <- function(func, given) {
  formal <- names(formals(args(func)))
  before_dots <- if ("..." %in% formal) formal[seq_len(match("...", formal) - 1)] else formal
  unknown <- setdiff(given[given != ""], formal)
  if (length(unknown) > 0 && !"..." %in% formal) {
    abort_torchscript(
      sprintf("`func` has no argument `%s`.", unknown[[1]]), "type",
      if (length(formal) > 0) sprintf("Its arguments: %s.", toString(formal))
    )
  }
  labels <- given
  free <- setdiff(before_dots, given)
  for (i in which(given == "")) {
    if (length(free) > 0) {
      labels[[i]] <- free[[1]]
      free <- free[-1]
    } else if ("..." %in% formal || is.primitive(func)) {
      labels[[i]] <- paste0("input_", i)
    } else {
      abort_torchscript(
        sprintf("`func` takes %d argument%s, and %d inputs were given.", length(formal), if (length(formal) == 1) "" else "s", length(given)),
        "type"
      )
    }
  }
  list(labels = labels, names = given)
}

identifier <- function(names) {
  names <- gsub("[^A-Za-z0-9_]", "_", names)
  ifelse(grepl("^[0-9]", names), paste0("_", names), names)
}

# The function that native code calls: it gives the inputs the names and classes back that TorchScript does not keep.
trace_caller <- function(func, examples, arguments) {
  variables <- make.unique(arguments$labels)
  call_arguments <- lapply(variables, as.name)
  names(call_arguments) <- arguments$names
  expression <- as.call(c(list(quote(func)), call_arguments))
  function(...) {
    frame <- new.env(parent = environment(func) %||% baseenv())
    frame$func <- func
    list2env(stats::setNames(Map(like_example, list(...), examples), variables), frame)
    eval(expression, frame)
  }
}

like_example <- function(value, example) {
  if (is.list(example) && is.list(value)) {
    keys <- names(example)
    # a dict may come back in another order
    if (!is.null(keys) && !is.null(names(value))) value <- value[keys]
    value <- Map(like_example, unname(value), unname(example))
    names(value) <- keys
    class(value) <- attr(example, "class")
  }
  value
}

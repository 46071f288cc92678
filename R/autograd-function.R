#' Functions with a gradient of their own
#'
#' Makes a function whose derivative is written by hand, for what autograd can't differentiate, or not well.
#'
#' @param forward `function(ctx, ...)`: computes the result, a tensor or a list of tensors, with gradients switched off.
#'   Its other arguments are those of the function to be made, tensors or anything else.
#' @param backward `function(ctx, ...)`: gets a gradient for each tensor that `forward` returned, and returns the
#'   gradients of forward's arguments: a list named after them, where what is left out counts as `NULL`; or an unnamed
#'   list with one element for each argument, `NULL` where there is no gradient; or a tensor, if one argument is one.
#' @return A function with the arguments of `forward`, without `ctx`.
#' @section The context: `ctx` is an environment that both functions see. You can keep your own values in it, and it has
#' - `ctx$save_for_backward(...)`: keeps tensors for backward, best by name. In-place changes to them are noticed.
#' - `ctx$saved_variables`: in backward, the list of what was saved.
#' - `ctx$needs_input_grad`: a list of `TRUE` or `FALSE`, named after the arguments.
#' - `ctx$mark_dirty(...)`: says which arguments `forward` changed in place; it must return them.
#' - `ctx$mark_non_differentiable(...)`: says which results have no gradient.
#' - `ctx$set_materialize_grads(value = TRUE)`: with `FALSE`, backward gets `NULL` rather than zeros for a result that
#'   was not used.
#' @section Higher derivatives: with `create_graph = TRUE` the operations of `backward` are recorded, so that what it
#'   computes from saved arguments and results can be differentiated again.
#' @section In programs: [jit_trace()] records the operations of `forward`. The program's gradient is theirs, not
#'   that of `backward`; there is a warning when gradients are asked for.
#' @section Errors: what the two functions raise comes through unchanged. A `torchscript_value_error` when `backward`
#'   returns the wrong number of gradients, names that `forward` does not have, or something else than tensors. As with
#'   [hooks][autograd_hooks], R functions run on R's own thread only.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/notes/extending.html)
#' @export
#' @examples
#' exp2 <- autograd_function(
#'   forward = function(ctx, i) {
#'     result <- i$exp()
#'     ctx$save_for_backward(result = result)
#'     result
#'   },
#'   backward = function(ctx, grad_output) {
#'     list(i = grad_output * ctx$saved_variables$result)
#'   }
#' )
#' x <- torch_tensor(1, requires_grad = TRUE)
#' exp2(x)$backward()
#' x$grad
autograd_function <- function(forward, backward) {
  for (name in c("forward", "backward")) {
    value <- get(name)
    if (!is.function(value) || is.primitive(value)) {
      message <- sprintf("`%s` must be a function(ctx, ...), not %s.", name, describe(value))
      abort_torchscript(message, "type", argument = name)
    }
    if (length(formals(value)) == 0) {
      abort_torchscript(sprintf("`%s` must have `ctx` as its first argument.", name), "type", argument = name)
    }
  }
  function(...) {
    called <- sys.call()[[1]]
    name <- if (is.name(called)) paste0(called, "Backward") else "RFunctionBackward"
    apply_function(forward, backward, list(...), name)
  }
}

apply_function <- function(forward, backward, arguments, name) {
  slots <- match_slots(forward, arguments)
  is_tensor <- vapply(slots, function(i) i > 0 && is_torch_tensor(arguments[[i]]), NA)
  inputs <- arguments[unlist(slots[is_tensor])]
  recording <- .Call(C_set_grad_mode, FALSE)
  on.exit(.Call(C_set_grad_mode, recording))
  wants <- vapply(slots, function(i) recording && i > 0 && wants_gradient(arguments[[i]]), NA)
  tracked <- any(wants)

  marks <- new.env(parent = emptyenv())
  ctx <- new_context(marks, as.list(wants))
  result <- do.call(call_forward, c(list(forward, ctx), arguments))
  outputs <- if (is_torch_tensor(result)) list(result) else result
  if (!is.list(outputs) || is.object(outputs) || length(outputs) == 0 || !all(vapply(outputs, is_torch_tensor, NA))) {
    abort_torchscript(
      sprintf("`forward` must return a tensor or a list of tensors, not %s.", describe_outputs(outputs)), "value"
    )
  }
  if (tracked && .Call(C_is_tracing)) warn_of_traced_function(name)

  saved <- ctx$saved_variables
  is_saved_tensor <- vapply(saved, is_torch_tensor, NA)
  # tensors are kept by the graph alone: here they would keep the graph
  ctx$saved_variables <- list()
  state <- list(
    backward = backward, ctx = ctx, name = sub("Backward$", "", name), outputs = length(outputs), labels = names(slots),
    given = unlist(slots, use.names = FALSE) > 0, is_tensor = unname(is_tensor),
    saved = replace(saved, is_saved_tensor, list(NULL)), is_saved_tensor = unname(is_saved_tensor)
  )
  parts <- list(inputs, outputs, marks$dirty, marks$non_differentiable, saved[is_saved_tensor])
  wrapped <- .Call(C_autograd_function, parts, tracked, marks$materialize, name, state)
  if (is_torch_tensor(result)) wrapped[[1]] else stats::setNames(wrapped, names(result))
}

# Frames of their own, so that a traceback and the call of a condition show `forward(ctx, ...)` and not the values.
call_forward <- function(forward, ctx, ...) forward(ctx, ...)
call_backward <- function(backward, ctx, ...) backward(ctx, ...)

wants_gradient <- function(x) is_torch_tensor(x) && x$requires_grad

# For each argument of `forward` after ctx, in its order, which of the given ones it is; 0 for one that was left out.
match_slots <- function(forward, arguments) {
  wanted <- names(formals(forward))
  ctx <- stats::setNames(list(0L), if (wanted[[1]] != "...") wanted[[1]])
  call <- as.call(c(as.name("forward"), ctx, number_each(arguments)))
  # what does not fit is R's to report when `forward` is called
  matched <- tryCatch(as.list(match.call(forward, call))[-1], error = function(e) number_each(arguments))
  matched <- matched[vapply(matched, function(i) i > 0L, NA)]
  if (is.null(names(matched))) names(matched) <- rep("", length(matched))
  left_out <- setdiff(wanted[-1], c("...", names(matched)))
  slots <- c(matched, stats::setNames(rep(list(0L), length(left_out)), left_out))
  slots[order(match_or_dots(names(slots), wanted))]
}
number_each <- function(x) stats::setNames(as.list(seq_along(x)), names(x))
match_or_dots <- function(labels, wanted) {
  places <- match(labels, wanted)
  places[is.na(places)] <- c(match("...", wanted), length(wanted))[[1]]
  places
}

describe_outputs <- function(outputs) {
  if (!is.list(outputs) || is.object(outputs)) return(describe(outputs))
  if (length(outputs) == 0) return("an empty list")
  other <- Find(function(x) !is_torch_tensor(x), outputs)
  paste("a list with", describe(other))
}

new_context <- function(marks, needs_input_grad) {
  marks$dirty <- marks$non_differentiable <- list()
  marks$materialize <- TRUE
  ctx <- new.env(parent = emptyenv())
  ctx$needs_input_grad <- needs_input_grad
  ctx$saved_variables <- list()
  ctx$save_for_backward <- function(...) {
    ctx$saved_variables <- list(...)
    invisible()
  }
  ctx$mark_dirty <- function(...) {
    marks$dirty <- list(...)
    invisible()
  }
  ctx$mark_non_differentiable <- function(...) {
    marks$non_differentiable <- list(...)
    invisible()
  }
  ctx$set_materialize_grads <- function(value = TRUE) {
    marks$materialize <- value
    invisible()
  }
  class(ctx) <- "torch_autograd_context"
  ctx
}

#' @export
print.torch_autograd_context <- function(x, ...) {
  cat("<context of an autograd_function()>\n")
  invisible(x)
}

# Called by native code: `tensors` are the gradients of the results, then what was saved. The value is a list with the
# gradients of the tensors among the arguments, or the words of an error: message and hint.
run_backward <- function(state, tensors) {
  count <- state$outputs
  grads <- tensors[seq_len(count)]
  takes <- names(formals(state$backward))[-1]
  if (!"..." %in% takes && length(takes) < count) {
    return(sprintf(
      "the backward function of %s takes %s, but forward returned %d tensors",
      state$name, how_many(length(takes)), count
    ))
  }
  ctx <- state$ctx
  before <- ctx$saved_variables
  on.exit(ctx$saved_variables <- before)
  ctx$saved_variables <- replace(state$saved, state$is_saved_tensor, tensors[-seq_len(count)])
  match_gradients(do.call(call_backward, c(list(state$backward, ctx), grads)), state)
}

how_many <- function(n) sprintf(if (n == 1) "%d gradient" else "%d gradients", n)

match_gradients <- function(value, state) {
  who <- sprintf("the backward function of %s", state$name)
  if (is_torch_tensor(value) || is.null(value)) {
    value <- list(value)
    if (sum(state$is_tensor) == 1) {
      return(value)
    }
  }
  if (!is.list(value) || is.object(value)) {
    return(sprintf("%s must return a list of tensors and NULLs, not %s", who, describe(value)))
  }
  all <- rep(list(NULL), length(state$labels))
  labels <- names(value)
  if (is.null(labels)) {
    places <- if (length(value) == length(all)) seq_along(all) else which(state$given)
    if (length(value) != length(places)) {
      wanted <- how_many(length(places))
      return(c(
        sprintf("%s must return %s, one for each argument of forward, not %d", who, wanted, length(value)),
        "NULL stands for no gradient; or return a list named after the arguments"
      ))
    }
  } else {
    places <- match(labels, state$labels)
    if (anyNA(places) || any(labels == "")) {
      unknown <- labels[is.na(places) | labels == ""][[1]]
      return(c(
        if (unknown == "") {
          sprintf("%s must name all of its gradients or none", who)
        } else {
          sprintf("%s returned a gradient for `%s`, which is no argument of forward", who, unknown)
        },
        sprintf("its arguments: %s", paste0("`", state$labels[state$labels != ""], "`", collapse = ", "))
      ))
    }
  }
  for (i in seq_along(value)) {
    gradient <- value[[i]]
    if (is.null(gradient)) next
    place <- places[[i]]
    label <- state$labels[[place]]
    label <- if (nzchar(label)) sprintf("`%s`", label) else sprintf("argument %d", place)
    if (!is_torch_tensor(gradient)) {
      return(sprintf("%s must return a tensor or NULL as the gradient of %s, not %s", who, label, describe(gradient)))
    }
    if (!state$is_tensor[[place]]) {
      return(sprintf("%s must return NULL as the gradient of %s, which is no tensor", who, label))
    }
    all[[place]] <- gradient
  }
  all[state$is_tensor]
}

warn_of_traced_function <- function(name) {
  rlang::warn(
    c(
      sprintf("The program gets what `%s()` computes, but not its backward function.", sub("Backward$", "", name)),
      i = "Gradients through the program will be those of the operations in forward."
    ),
    class = c("torchscript_trace_warning", "torchscript_warning"), call = user_call(sys.nframe() - 1L)
  )
}

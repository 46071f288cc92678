#' Measure what a program's operators cost
#'
#' Runs a program several times and counts, for each operator of libtorch, how often it was called and how long it took.
#' The first runs are not counted: a program is optimised in its second and third.
#'
#' @param f A [script_function], a [script_module], or any R function or module that calls operators.
#' @param ... The arguments of `f`.
#' @param .times How many runs are measured: a whole number, 10 by default.
#' @param .warmup How many runs come before them: a whole number, 3 by default.
#' @return A data frame of class `jit_profile` with a row for each operator, the costliest first: `operator`, `calls`,
#'   `total` (milliseconds in it), `self` (milliseconds without the operators that it calls) and `share` (of the time in all
#'   operators, by `self`); all are of all runs together. It can be printed, plotted and summarised.
#' @section Errors: a `torchscript_type_error` when `f` is no function, a `torchscript_value_error` for a bad number and for
#'   a profile inside a profile; and those of `f`.
#' @details Times include what measuring costs, well below a microsecond for each call. Operators that ran on other threads
#'   of the program count as well, so that the sum can be more than the time that passed.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/profiler.html)
#' @export
#' @examples
#' f <- jit_trace(function(x) torch_relu(torch_mm(x, x)), torch_randn(50, 50))
#' profile <- jit_profile(f, torch_randn(50, 50))
#' profile
#' summary(profile)
#' plot(profile)
jit_profile <- function(f, ..., .times = 10, .warmup = 3) {
  if (!is.function(f)) {
    abort_torchscript(sprintf("`f` must be a function or a module, not %s.", describe(f)), "type")
  }
  check_runs(.times, ".times", 1)
  check_runs(.warmup, ".warmup", 0)
  # what the arguments cost is not the program's
  list(...)
  for (i in seq_len(.warmup)) f(...)
  .Call(C_profile_start)
  on.exit(.Call(C_profile_stop))
  start <- proc.time()[["elapsed"]]
  for (i in seq_len(.times)) f(...)
  elapsed <- (proc.time()[["elapsed"]] - start) * 1000
  new_jit_profile(.Call(C_profile_stop), .times, elapsed)
}

new_jit_profile <- function(measured, times, elapsed) {
  data <- data.frame(
    operator = as.character(unlist(measured$operator)), calls = as.integer(measured$calls),
    total = as.double(measured$total), self = as.double(measured$self)
  )
  data$share <- data$self / max(sum(data$self), .Machine$double.xmin)
  structure(data, class = c("jit_profile", "data.frame"), times = times, elapsed = elapsed)
}

check_runs <- function(x, argument, least) {
  if (!is.numeric(x) || length(x) != 1 || is.na(x) || x < least || x != round(x)) {
    abort_torchscript(
      sprintf("`%s` must be a whole number of at least %d, not %s.", argument, least, describe(x)), "value"
    )
  }
}

#' @param x,object A `jit_profile`.
#' @param n How many operators are shown, the costliest: 20 when printed, 12 when plotted.
#' @rdname jit_profile
#' @export
print.jit_profile <- function(x, n = 20, ...) {
  # rows or columns that were taken out of it are a data frame
  if (is.null(attr(x, "times")) || !all(c("operator", "calls", "total", "self", "share") %in% names(x))) {
    print(plain_profile(x), ...)
    return(invisible(x))
  }
  cat(summary_line(summary.jit_profile(x)), "\n", sep = "")
  shown <- utils::head(plain_profile(x), n)
  if (nrow(shown) > 0) {
    text <- data.frame(
      operator = format(shown$operator), calls = shown$calls, "total ms" = sprintf("%.3f", shown$total),
      "self ms" = sprintf("%.3f", shown$self), share = sprintf("%.1f%%", 100 * shown$share), check.names = FALSE
    )
    print(text, row.names = FALSE)
  }
  if (nrow(x) > n) cat("  and ", nrow(x) - n, " more\n", sep = "")
  invisible(x)
}

plain_profile <- function(x) {
  attributes(x) <- attributes(x)[c("names", "row.names")]
  structure(x, class = "data.frame")
}

#' @rdname jit_profile
#' @export
summary.jit_profile <- function(object, ...) {
  times <- attr(object, "times")
  per_run <- function(x) sum(x) / times
  structure(
    list(
      runs = times, elapsed = attr(object, "elapsed") / times, operators = nrow(object),
      calls = per_run(object$calls), self = per_run(object$self)
    ),
    class = "summary.jit_profile"
  )
}

summary_line <- function(x) {
  sprintf(
    "<jit_profile> %d %s; each %.3f ms in %s calls of %d %s", as.integer(x$runs), ngettext(x$runs, "run", "runs"),
    x$self, format(x$calls), x$operators, ngettext(x$operators, "operator", "operators")
  )
}

#' @export
print.summary.jit_profile <- function(x, ...) {
  cat(summary_line(x), "\n", sep = "")
  cat(sprintf("  %.3f ms passed in each run, what is not in operators with them\n", x$elapsed))
  invisible(x)
}

#' @rdname jit_profile
#' @export
plot.jit_profile <- function(x, n = 12, ...) {
  shown <- utils::head(plain_profile(x), n)
  shown <- shown[rev(seq_len(nrow(shown))), ]
  times <- if (is.null(attr(x, "times"))) 1 else attr(x, "times")
  before <- graphics::par(mar = c(4, 1 + 0.55 * max(nchar(c(shown$operator, ""))), 2, 1))
  on.exit(graphics::par(before))
  arguments <- utils::modifyList(
    list(
      height = shown$self / times, names.arg = shown$operator, horiz = TRUE, las = 1, col = "#8fb4de", border = NA,
      xlab = "milliseconds in a run, without what the operator calls"
    ),
    list(...)
  )
  do.call(graphics::barplot, arguments)
  invisible(x)
}

# Problems told to the user: all at once, each with its place in the R code.

report_problems <- function(unit, call = NULL) {
  problems <- c(unit$settled, if (unit$writes) unit$lent)
  if (length(problems) == 0) {
    return(invisible())
  }
  lines <- unique(vapply(problems, function(problem) {
    place <- problem_place(problem)
    paste0(place, problem$message, if (!is.null(problem$hint)) paste0(" ", problem$hint))
  }, ""))
  n <- length(lines)
  if (n == 1) {
    abort_torchscript(sub("^- ", "", lines), "compile", "?script_table lists what can be translated.")
  }
  abort_torchscript(paste(c(sprintf("%d places can't be translated.", n), paste("-", lines)), collapse = "\n"), "compile", "?script_table lists what can be translated.")
}

# `file.R:3:7: `, as far as R kept the source.
problem_place <- function(problem) {
  reference <- problem$statement
  if (is.null(reference)) {
    return(sprintf("In `%s`: ", squeeze_text(problem$expr)))
  }
  at <- expression_place(problem$expr, reference) %||% c(reference[[1]], reference[[5]])
  file <- tryCatch(basename(attr(reference, "srcfile")$filename), error = function(e) "")
  sprintf("%s%d:%d, `%s`: ", if (length(file) == 1 && nzchar(file)) paste0(file, ":") else "line ", at[[1]], at[[2]], squeeze_text(problem$expr))
}

# The line and column of an expression within its statement.
expression_place <- function(expr, reference) {
  data <- tryCatch(utils::getParseData(attr(reference, "srcfile"), includeText = TRUE), error = function(e) NULL)
  if (is.null(data)) {
    return(NULL)
  }
  inside <- data$token == "expr" & data$line1 >= reference[[1]] & data$line2 <= reference[[3]]
  wanted <- deparse(expr)
  for (i in which(inside)) {
    parsed <- tryCatch(str2lang(data$text[[i]]), error = function(e) NULL)
    if (identical(deparse(parsed), wanted)) {
      return(c(data$line1[[i]], data$col1[[i]]))
    }
  }
  NULL
}

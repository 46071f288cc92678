# Functions for operators, made in loops: the table is inst/operators.txt.
#' @include dtype.R
NULL


# What `.External2(C_call_operator, plan)` finds its operator by. `variables` are the names in the calling frame, named
# by the schema's arguments where those differ; `mirrored` is the operator that takes two arguments the other way round,
# for a number before a tensor; the last element is native's, for this process.
operator_plan <- function(name, variables, defaults = rep(list(quote(expr = )), length(variables)),
                          r_conventions = TRUE, numbers_are_tensors = FALSE, mirrored = NULL) {
  list(name, variables, unname(defaults), c(r_conventions, numbers_are_tensors), mirrored, NULL)
}

# The constant that a formal defaults to; the empty symbol where it has none.
constant_default <- function(default) {
  tryCatch(if (is.call(default)) eval(default, topenv()) else default, error = function(e) quote(expr = ))
}

# `names`: the schema's name of an argument where R has another.
operator_function <- function(formals, name, variables = argument_names(formals), env = topenv()) {
  plan <- operator_plan(name, variables, lapply(formals[unname(variables)], constant_default))
  call <- as.call(list(quote(.External2), quote(C_call_operator), plan))
  # in torch for R `...` separates what must be named
  behind <- names(formals)[-seq_len(match("...", names(formals), nomatch = length(formals)))]
  body <- if ("..." %in% names(formals)) bquote({
    if (...length() > 0L) dots_not_empty(.(toString(behind)))
    .(call)
  }) else call
  as.function(c(formals, body), envir = env)
}

dots_not_empty <- function(behind) {
  abort_torchscript("`...` must be empty.", "type", sprintf("What comes behind it must be named: %s.", behind))
}

argument_names <- function(formals) setdiff(names(formals), "...")

# A line of the table is the head of a function, `torch_add(self, other, alpha = 1L)`; behind it may stand which
# arguments of the schema have other names in R: `# self = input`.
read_operator_table <- function(path) {
  lines <- readLines(path, encoding = "UTF-8")
  lines <- lines[nzchar(lines) & !startsWith(lines, "#")]
  entries <- lapply(lines, function(line) {
    head <- parse(text = line, keep.source = FALSE)[[1]]
    list(name = as.character(head[[1]]), formals = formals_of_head(head), variables = renamed_arguments(line))
  })
  stats::setNames(entries, vapply(entries, function(entry) entry$name, ""))
}

formals_of_head <- function(head) {
  arguments <- as.list(head)[-1]
  unnamed <- if (is.null(names(arguments))) rep(TRUE, length(arguments)) else names(arguments) == ""
  labels <- ifelse(unnamed, vapply(arguments, function(a) paste(deparse(a), collapse = ""), ""), names(arguments))
  arguments[unnamed] <- list(quote(expr = ))
  stats::setNames(arguments, labels)
}

# R's name of an argument, under the schema's
renamed_arguments <- function(line) {
  comment <- if (grepl(" # ", line, fixed = TRUE)) sub(".* # ", "", line) else ""
  pairs <- regmatches(comment, gregexpr("[A-Za-z0-9_]+ = [A-Za-z0-9_]+", comment))[[1]]
  stats::setNames(sub(".* = ", "", pairs), sub(" = .*", "", pairs))
}

# torch_fft_fft is aten::fft_fft, linalg_inv is aten::linalg_inv
operator_of_function <- function(name) {
  paste0("aten::", sub("^torch_", "", name))
}

function_of_entry <- function(entry) {
  variables <- argument_names(entry$formals)
  renamed <- match(variables, entry$variables)
  names(variables) <- ifelse(is.na(renamed), variables, names(entry$variables)[renamed])
  operator_function(entry$formals, operator_of_function(entry$name), variables)
}

operator_table <- read_operator_table(system.file("operators.txt", package = "torchscript", mustWork = TRUE))

for (name in names(operator_table)) {
  assign(name, function_of_entry(operator_table[[name]]))
}
rm(name)

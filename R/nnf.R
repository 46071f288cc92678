# How the functions nnf_* are made: most are one operator, with the argument names that users know.
#' @include operator.R tensor-members.R
NULL

# A function of one operator. `...` : the schema's name of an argument where R has another, `self = "input"`.
# `before`: code that runs first, in the same frame, and may change the arguments there.
functional <- function(formals, operator, ..., before = NULL, arguments = names(formals)) {
  operator_call <- operator_call_of(arguments, operator, c(...), formals)
  as.function(c(formals, if (is.null(before)) operator_call else call("{", before, operator_call)), envir = topenv())
}

# The same with `inplace`, which chooses the operator whose name ends in `_`.
functional_inplace <- function(formals, operator, ..., before = NULL, operator_inplace = paste0(operator, "_"),
                               renamed_inplace = c(...)) {
  arguments <- setdiff(names(formals), "inplace")
  choice <- call(
    "if", quote(inplace), operator_call_of(arguments, operator_inplace, renamed_inplace, formals),
    operator_call_of(arguments, operator, c(...), formals)
  )
  as.function(c(formals, if (is.null(before)) choice else call("{", before, choice)), envir = topenv())
}

# Defaults are the schema's own wherever it has one: what stands at its default need not be converted.
operator_call_of <- function(arguments, operator, renamed, formals) {
  variables <- stats::setNames(arguments, arguments)
  names(variables)[match(renamed, arguments)] <- names(renamed)
  defaults <- stats::setNames(rep(list(quote(expr = )), length(arguments)), arguments)
  known <- intersect(arguments, names(formals))
  defaults[known] <- lapply(formals[known], constant_default)
  plan <- operator_plan(paste0("aten::", operator), variables, defaults)
  as.call(list(quote(.External2), quote(C_call_operator), plan))
}

# The number of a reduction; of several names the first, as the defaults list them.
reduction_number <- function(reduction) {
  number <- if (is.character(reduction) && length(reduction) > 0) {
    switch(reduction[[1]], mean = 1L, sum = 2L, none = 0L)
  } else if (is.numeric(reduction) && length(reduction) == 1 && reduction %in% 0:2) {
    as.integer(reduction)
  }
  if (is.null(number)) {
    abort_torchscript(
      sprintf("`reduction` must be \"mean\", \"sum\" or \"none\", not %s.", describe(reduction)), "value",
      argument = "reduction"
    )
  }
  number
}

reduced <- function(loss, reduction) {
  switch(reduction_number(reduction) + 1L, loss, torch_mean(loss), torch_sum(loss))
}

# One of the values that an argument can have; of several the first, as the defaults list them.
choice_of <- function(value, choices, name) {
  if (is.character(value) && length(value) && value[[1]] %in% choices) {
    return(value[[1]])
  }
  abort_torchscript(
    sprintf("`%s` must be %s, not %s.", name, one_of(choices), describe(value)), "value", argument = name
  )
}

one_of <- function(choices) {
  quoted <- sprintf("\"%s\"", choices)
  paste(paste(quoted[-length(quoted)], collapse = ", "), "or", quoted[length(quoted)])
}

# A number for each spatial dimension.
for_each_dim <- function(x, n, name) {
  x <- unlist(x)
  if (!rlang::is_integerish(x, finite = TRUE) || !length(x) %in% c(1L, n)) {
    abort_torchscript(
      sprintf("`%s` must be a whole number, or %d of them, not %s.", name, n, describe(x)), "type", argument = name
    )
  }
  rep_len(as.integer(x), n)
}

check_is_tensors <- function(...) {
  tensors <- list(...)
  for (name in names(tensors)) check_tensor(tensors[[name]], name)
}

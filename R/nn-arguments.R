# Arguments of modules, checked when they are made: `forward` relies on them.
#' @include nn-module-state.R
NULL

module_count <- function(value, name, least = 1L) {
  if (!rlang::is_integerish(value, 1, finite = TRUE)) {
    abort_torchscript(sprintf("`%s` must be a whole number, not %s.", name, describe(value)), "type", argument = name)
  }
  if (value < least) {
    abort_torchscript(sprintf("`%s` must be at least %d, not %s.", name, least, format(value)), "value", argument = name)
  }
  as.integer(value)
}

module_switch <- function(value, name) {
  if (!rlang::is_bool(value)) {
    abort_torchscript(sprintf("`%s` must be TRUE or FALSE, not %s.", name, describe(value)), "type", argument = name)
  }
  value
}

module_number <- function(value, name) {
  if (!is.numeric(value) || length(value) != 1 || is.na(value)) {
    abort_torchscript(sprintf("`%s` must be a number, not %s.", name, describe(value)), "type", argument = name)
  }
  as.double(value)
}

module_probability <- function(value, name) {
  value <- module_number(value, name)
  if (value < 0 || value > 1) {
    abort_torchscript(sprintf("`%s` must be between 0 and 1, not %s.", name, format(value)), "value", argument = name)
  }
  value
}

# inst/names.txt: every name of the tensor language, and a call that shows it.

names_lines <- function() readLines(system.file("names.txt", package = "torchscript"), encoding = "UTF-8")

names_table <- function() {
  lines <- names_lines()
  lines <- lines[nzchar(lines) & !startsWith(lines, "#") & !startsWith(lines, "@")]
  # the last column is Python, where `|` is an operator
  fields <- regmatches(lines, regexec("^([^|]*)[|]([^|]*)[|]([^|]*)[|]([^|]*)[|]([^|]*)[|](.*)$", lines))
  columns <- lapply(2:7, function(i) trimws(vapply(fields, `[[`, "", i)))
  table <- stats::setNames(as.data.frame(columns), c("head", "kind", "how", "positions", "call", "pytorch"))
  table$name <- sub("[(].*", "", table$head)
  table
}

# The inputs as promises in a fresh environment: a call that changes them in place changes no other's.
names_inputs <- local({
  definitions <- NULL
  function() {
    if (is.null(definitions)) {
      lines <- names_lines()
      lines <- sub(" ~ .*", "", sub("^@", "", lines[startsWith(lines, "@")]))
      definitions <<- lapply(lines, function(line) parse(text = line, keep.source = FALSE)[[1]])
    }
    scope <- new.env(parent = globalenv())
    for (definition in definitions) {
      eval(call("delayedAssign", as.character(definition[[2]]), definition[[3]], scope, scope))
    }
    scope
  }
})

names_call <- function(call) {
  torch_manual_seed(1)
  # libtorch warns of what it means to remove one day
  suppressWarnings(eval(parse(text = call, keep.source = FALSE)[[1]], names_inputs()))
}

# In what an answer differs from PyTorch's; nothing where it does not. A thousand expectations would take half a minute.
difference <- function(actual, expected) {
  if (inherits(expected, "recorded_tensor")) {
    if (!is_torch_tensor(actual)) {
      return("is no tensor")
    }
    if (!actual$dtype == recorded_words()$dtype(expected$dtype)) {
      return(paste("has dtype", format(actual$dtype)))
    }
    if (!identical(as.integer(dim(actual)), as.integer(expected$dim))) {
      return(paste("has shape", toString(dim(actual))))
    }
    return(unequal(as_array(actual), expected$values))
  }
  if (is_torch_dtype(expected)) {
    return(if (!identical(actual, expected)) paste("is", format(actual)))
  }
  if (inherits(actual, "torch_device")) {
    return(if (actual != torch_device(expected)) paste("is", format(actual)))
  }
  if (!identical(names(actual), names(expected))) {
    return(paste("has names", toString(names(actual))))
  }
  if (is.list(expected) && any(vapply(expected, is.list, NA))) {
    if (length(actual) != length(expected)) {
      return(paste("has length", length(actual)))
    }
    return(unlist(Map(difference, actual, expected)))
  }
  unequal(actual, expected)
}
unequal <- function(actual, expected) {
  actual <- plain(actual)
  expected <- plain(expected)
  same <- all.equal(actual, expected, tolerance = 1e-5)
  # where floats cancel out, as in gelu(-4), the kernels of another CPU have other last digits
  if (!isTRUE(same) && !near_all(actual, expected)) same
}
near_all <- function(actual, expected) {
  is.double(actual) && is.double(expected) && length(actual) == length(expected) && isTRUE(all(abs(actual - expected) < 1e-6))
}

# inst/names.txt: every name of the tensor language, and a call that shows it.

names_path <- function() "/tmp/w/names/inst/names.txt"
names_table <- function() {
  lines <- readLines(names_path(), encoding = "UTF-8")
  lines <- lines[nzchar(lines) & !startsWith(lines, "#") & !startsWith(lines, "@")]
  # the last column is Python, where `|` is an operator
  fields <- regmatches(lines, regexec("^([^|]*)[|]([^|]*)[|]([^|]*)[|]([^|]*)[|]([^|]*)[|](.*)$", lines))
  columns <- lapply(2:7, function(i) trimws(vapply(fields, `[[`, "", i)))
  stats::setNames(as.data.frame(columns), c("name", "kind", "how", "positions", "call", "pytorch"))
}

# The inputs as promises in a fresh environment: a call that changes them in place changes no other's.
names_inputs <- local({
  definitions <- NULL
  function() {
    if (is.null(definitions)) {
      lines <- readLines(names_path(), encoding = "UTF-8")
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

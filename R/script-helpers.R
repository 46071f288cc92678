# Functions of TorchScript that scripted code calls.

# R's ways in TorchScript, in inst/script-helpers/: the text of each, and which others it calls. `r_` marks them there.
script_helpers <- local({
  known <- NULL
  function() {
    if (is.null(known)) {
      files <- list.files(system.file("script-helpers", package = "torchscript"), full.names = TRUE)
      lines <- grep("^(#|$)", unlist(lapply(files, readLines, encoding = "UTF-8")), value = TRUE, invert = TRUE)
      starts <- grepl("^def ", lines)
      texts <- vapply(split(lines, cumsum(starts)), paste, "", collapse = "\n")
      known <<- stats::setNames(texts, sub("^def r_([a-z0-9_]+).*", "\\1", lines[starts]))
    }
    known
  }
})

helper <- function(cx, name) {
  prefix <- paste0(cx$unit$name, "_")
  if (is.null(cx$unit$helpers[[name]])) {
    text <- script_helpers()[[name]]
    for (other in setdiff(called_helpers(text), name)) helper(cx, other)
    cx$unit$helpers[[name]] <- gsub("\\br_(?=[a-z0-9_]+\\()", prefix, text, perl = TRUE)
  }
  paste0(prefix, name)
}
called_helpers <- function(text) unique(sub("^r_", "", regmatches(text, gregexpr("\\br_[a-z0-9_]+(?=\\()", text, perl = TRUE))[[1]]))

# Functions of TorchScript that scripted code calls.

# R's ways in TorchScript, in inst/script-helpers/: the text of each, and which others it calls. `r_` marks them there.
# TorchScript's functions have one type each: what is written of the type `T`, with `_T` in its name, is there of each of three.
script_helpers <- local({
  known <- NULL
  function() {
    if (is.null(known)) {
      files <- list.files(system.file("script-helpers", package = "torchscript"), full.names = TRUE)
      lines <- grep("^(#|$)", unlist(lapply(files, readLines, encoding = "UTF-8")), value = TRUE, invert = TRUE)
      starts <- grepl("^def ", lines)
      texts <- vapply(split(lines, cumsum(starts)), paste, "", collapse = "\n")
      is_template <- grepl("^def r_[a-z0-9_]+_T[(]", texts)
      of_type <- function(type) gsub("(\\b|_)T\\b", paste0("\\1", type), texts[is_template])
      texts <- c(texts[!is_template], unlist(lapply(c("int", "float", "str"), of_type)))
      names(texts) <- sub("^def r_([a-z0-9_]+).*", "\\1", texts)
      # what has a text of its own for a type stands first
      known <<- texts[!duplicated(names(texts))]
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

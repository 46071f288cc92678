# Installs the package for `make`: Rscript tools/install.R <sources> <stamp>
# The stamp gets the path of the installed package.

args <- commandArgs(trailingOnly = TRUE)

# The first library where we may write; R itself only offers to create the user's when interactive.
library_path <- function() {
  paths <- .libPaths()
  writable <- paths[file.access(paths, 2) == 0]
  if (length(writable) > 0) {
    return(writable[[1]])
  }
  user <- path.expand(strsplit(Sys.getenv("R_LIBS_USER"), .Platform$path.sep)[[1]][[1]])
  dir.create(user, recursive = TRUE)
  user
}

library <- library_path()
options <- c("--no-multiarch", paste0("--library=", shQuote(library)))
r <- file.path(R.home("bin"), "R")
status <- system2(r, c("CMD", "INSTALL", options, shQuote(args[[1]])))
if (status != 0) {
  quit(status = status)
}
writeLines(file.path(library, "torchscript"), args[[2]])

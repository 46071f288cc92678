# Prints what tools/system.sh is to install with apt once R is there: the R packages that
# DESCRIPTION names, and pip if libtorch has yet to be fetched. Base R only.

source("tools/libtorch.R")

field <- read.dcf("DESCRIPTION", c("Imports", "Suggests"))
packages <- trimws(gsub("\\([^)]*\\)", "", unlist(strsplit(field[!is.na(field)], ","))))
packages <- c(packages, commandArgs(trailingOnly = TRUE))
installed <- vapply(packages, function(x) nzchar(system.file(package = x)), NA)
wanted <- sprintf("r-cran-%s", tolower(packages[!installed]))

# A wrong LIBTORCH is for tools/config.R to tell.
if (!nzchar(Sys.getenv("LIBTORCH")) && is.null(libtorch_find()) && !has_pip(python_find())) {
  wanted <- c(wanted, "python3-pip")
}
writeLines(wanted)

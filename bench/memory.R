# Memory of two loops that make garbage: small tensors, then large ones.
#
#     Rscript bench/memory.R small|large
#
# Prints `name value`, MB and fractions. One process for each: the peak is a process's.

library(torchscript, warn.conflicts = FALSE)
torch_set_num_threads(1)

status <- function(field) {
  line <- grep(field, readLines("/proc/self/status"), value = TRUE)
  as.numeric(gsub("[^0-9]", "", line)) / 1024
}

small <- function() {
  x <- torch_tensor(c(-1, 0, 1))
  loop <- compiler::cmpfun(function(n) for (i in seq_len(n)) x + x)
  loop(1e5)
  before <- status("VmRSS")
  loop(1e6)
  cat("small_growth", status("VmRSS") - before, "\n")
}

large <- function() {
  y <- torch_ones(1e6)
  loop <- compiler::cmpfun(function(n) for (i in seq_len(n)) y + y)
  invisible(gc.time(TRUE))
  collecting <- gc.time()[[3]]
  elapsed <- system.time(loop(5000), gcFirst = FALSE)[[3]]
  cat("large_peak", status("VmHWM"), "\n")
  cat("large_gc", (gc.time()[[3]] - collecting) / elapsed, "\n")
  cat("large_seconds", elapsed / 5000, "\n")
}

switch(commandArgs(TRUE)[[1]], small = small(), large = large())

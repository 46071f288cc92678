# Prints `name seconds` for every batch: seconds of one call, less those of an empty loop.

now <- function() as.numeric(Sys.time())

start <- now()
library(torchscript, warn.conflicts = FALSE)
loaded_in <- now() - start

torch_set_num_threads(1)
batches <- 15

seconds <- function(loop, n) {
  start <- now()
  loop(n)
  now() - start
}

empty <- compiler::cmpfun(function(n) for (i in seq_len(n)) NULL)

# `loop` is compiled beforehand: R would else compile it in the middle of a batch.
measure <- function(name, loop, n) {
  loop <- compiler::cmpfun(loop)
  loop(min(n, 100))
  for (i in seq_len(batches)) {
    cat(name, format((seconds(loop, n) - seconds(empty, n)) / n, digits = 8), "\n")
  }
}

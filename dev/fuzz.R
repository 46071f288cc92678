# Random R functions, run eagerly and as programs of jit_script(): `make fuzz`, or Rscript dev/fuzz.R [first] [last].
library(torchscript)
for (helper in c("helper-script.R", "helper-script-fuzz.R")) source(file.path("tests", "testthat", helper))
seeds <- as.integer(c(commandArgs(TRUE), "1001", "4000")[1:2])
if (length(commandArgs(TRUE)) < 2) seeds <- c(1001L, 4000L)
x <- torch_tensor(c(-1, 0.5, 2))
differ <- 0
for (seed in seeds[[1]]:seeds[[2]]) {
  fn <- random_script(seed)
  both <- tryCatch(run_both(fn, x, seed %% 5L, 1.5), error = function(e) list(r = "compiled", program = conditionMessage(e)))
  same <- isTRUE(all.equal(both$r, both$program, tolerance = 1e-5, check.attributes = FALSE)) && identical(kinds_of(both$r), kinds_of(both$program))
  if (!same) {
    differ <- differ + 1
    cat("seed", seed, "\n")
    print(fn)
    utils::str(both)
  }
}
cat(differ, "of", diff(seeds) + 1, "programs differ\n")
if (differ > 0) quit(status = 1)

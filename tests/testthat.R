# Runs the tests, and ends with one line that counts them.
library(testthat)
library(torchscript)

results <- test_dir(
  "testthat",
  package = "torchscript", load_package = "installed", reporter = "check", stop_on_failure = FALSE
)
counts <- as.data.frame(results)
failed <- counts$failed > 0 | counts$error
skipped <- !failed & counts$skipped
cat(sprintf(
  "%d passed, %d failed, %d skipped\n", sum(!failed & !skipped), sum(failed), sum(skipped)
))
quit(status = any(failed))

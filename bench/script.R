# One round of measurements of scripted code in R: the same lines as bench/script.py, and R alone.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "measure.R"))

torch_manual_seed(1)
w <- torch_randn(16, 16) / 4
x <- torch_randn(1000, 16)
recurrent <- function(x, w) {
  h <- torch_zeros_like(x[1])
  for (t in seq_len(x$size(1))) h <- torch_tanh(torch_mv(w, h) + x[t])
  h
}
scripted <- jit_script(recurrent)

# a function of a hundred lines
lines <- sprintf("  y <- torch_tanh(y * %d) + x[%d] - k / %d", 1:98, 1:98 %% 3 + 1, 1:98)
long <- eval(parse(text = c("function(x, k = 2) {", "  y <- x", lines, "  y", "}")))

measure("script_loop", function(n) for (i in seq_len(n)) scripted(x, w), 5)
measure("eager_loop", function(n) for (i in seq_len(n)) recurrent(x, w), 1)
measure("script_compile", function(n) for (i in seq_len(n)) jit_script(long), 1)

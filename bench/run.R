# R against PyTorch, in one run: `make bench`, or
#
#     Rscript bench/run.R [rounds]
#
# A round is a fresh R process and a fresh Python process, one after the other and each with
# one thread; their order alternates. The table gives the median and the minimum of all
# batches of all rounds, and R's time divided by PyTorch's. PyTorch is looked for in
# TORCHSCRIPT_PYTHON, then python3; without it there are R's numbers only.

targets <- read.table(header = TRUE, text = '
  name          target  what
  traced        1.0     "traced call of relu, 3 elements"
  relu          1.6     "torch_relu(x), 3 elements"
  add           2.5     "x + x, 3 elements"
  sum           2.5     "x$sum(), 3 elements"
  compiled      1.0     "f$fn(x), compiled relu"
  trace         0.8     "tracing 400 operators"
  tensor        4.0     "torch_tensor(1e6 doubles)"
  matrix        1.5     "1000 x 1000 matrix to row-major"
  array         3.0     "as.array(), 1e6 floats"
  array_matrix  3.0     "as.array(), 1000 x 1000 floats"
  index_one     2.5     "x[1]"
  index_range   2.5     "x[1:2]"
  index_column  2.5     "m[, 1]"
  shape         2.5     "x$shape"
  item          2.5     "x$item()"
  tensor_small  2.5     "torch_tensor(c(-1, 0, 1))"
  relu_sum      2.5     "x$relu()$sum()"
  chain         2.5     "17 operators, forward and backward"
  load          1.0     "library() against import"
  mlp           2.0     "MLP 10-64-64-1, batch of 8"
  mlp_traced    1.0     "the same, traced"
  mlp_step      1.5     "the same, forward and backward"
  epoch         1.3     "an epoch: 16 batches of 32, SGD"
  mlp_trace     1.0     "tracing the MLP, one mode"
  construct     NA      "making the MLP"
  trace_layers  1.0     "tracing 200 linear + relu layers"
  resnet        1.02    "ResNet-18, one image of 224 x 224"
  script_loop   1.0     "a recurrent loop of 1,000 steps, scripted"
  eager_loop    NA      "the same, eager"
')

options(width = 200)
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
rounds <- if (length(commandArgs(TRUE)) > 0) as.integer(commandArgs(TRUE)[[1]]) else 5L
rscript <- file.path(R.home("bin"), "Rscript")
one_thread <- c("OMP_NUM_THREADS=1", "MKL_NUM_THREADS=1")

run <- function(command, ...) {
  lines <- system2(command, shQuote(c(...)), stdout = TRUE, env = one_thread)
  if (!is.null(attr(lines, "status"))) stop("failed: ", paste(c(command, ...), collapse = " "), call. = FALSE)
  read.table(text = lines, col.names = c("name", "value"))
}

find_python <- function() {
  asked <- Sys.getenv("TORCHSCRIPT_PYTHON")
  python <- if (nzchar(asked)) asked else Sys.which("python3")
  if (!nzchar(python)) return(NULL)
  code <- "import numpy, torch; print(torch.__version__)"
  version <- suppressWarnings(system2(python, c("-c", shQuote(code)), stdout = TRUE, stderr = FALSE))
  if (!is.null(attr(version, "status"))) return(NULL)
  cat("PyTorch ", version, ", ", sep = "")
  python
}

time_text <- function(seconds) {
  ifelse(is.na(seconds), "", ifelse(seconds < 1e-3, sprintf("%.2f us", seconds * 1e6),
    ifelse(seconds < 1, sprintf("%.2f ms", seconds * 1e3), sprintf("%.2f s", seconds))
  ))
}

verdict <- function(value, target) ifelse(is.na(value) | is.na(target), "", ifelse(value <= target, "met", "missed"))

python <- find_python()
if (is.null(python)) cat("No PyTorch in TORCHSCRIPT_PYTHON or python3: R's numbers only. ")
cat(R.version.string, ", ", rounds, " rounds\n\n", sep = "")

# the files of both sides
parts <- list(c("torchscript", "pytorch"), c("modules", "modules"), c("script", "script"))
in_r <- in_python <- NULL
for (i in seq_len(rounds)) {
  sides <- if (i %% 2 == 1) c("r", "python") else c("python", "r")
  for (side in sides) {
    if (side == "r") {
      for (part in parts) in_r <- rbind(in_r, run(rscript, file.path(here, paste0(part[[1]], ".R"))))
    } else if (!is.null(python)) {
      for (part in parts) in_python <- rbind(in_python, run(python, file.path(here, paste0(part[[2]], ".py"))))
    }
  }
}

of <- function(measured, f) {
  vapply(targets$name, function(name) {
    values <- measured$value[measured$name == name]
    if (length(values) > 0) f(values) else NA_real_
  }, 0)
}
r <- list(median = of(in_r, median), min = of(in_r, min))
py <- list(median = of(in_python, median), min = of(in_python, min))

table <- data.frame(
  what = targets$what,
  r = time_text(r$median), pytorch = time_text(py$median), ratio = sprintf("%.2f", r$median / py$median),
  r_min = time_text(r$min), pytorch_min = time_text(py$min), ratio_min = sprintf("%.2f", r$min / py$min),
  target = targets$target, verdict = verdict(r$median / py$median, targets$target)
)
names(table) <- c("Median and minimum", "R", "PyTorch", "ratio", "R min", "PyTorch min", "ratio min", "target", "")
print(table, row.names = FALSE, right = FALSE)

memory <- rbind(
  run(rscript, file.path(here, "memory.R"), "small"), run(rscript, file.path(here, "memory.R"), "large")
)
value <- function(name) memory$value[memory$name == name]
load <- median(in_r$value[in_r$name == "load"])
absolute <- data.frame(
  what = c(
    "library(torchscript)", "1e6 x (x + x): growth of memory", "5,000 x (y + y) of 4 MB: peak memory",
    "5,000 x (y + y) of 4 MB: time in the collector"
  ),
  reached = c(
    time_text(load), sprintf("%.1f MB", value("small_growth")), sprintf("%.0f MB", value("large_peak")),
    sprintf("%.1f %%", 100 * value("large_gc"))
  ),
  # Constant but for what the allocators of R and C keep.
  target = c("1 s", "20 MB", "600 MB", "10 %"),
  verdict = verdict(c(load, value("small_growth"), value("large_peak"), value("large_gc")), c(1, 20, 600, 0.1))
)
names(absolute)[c(1, 4)] <- c("R alone", "")
cat("\n")
print(absolute, row.names = FALSE, right = FALSE)

in_script <- function(name) median(in_r$value[in_r$name == name])
cat(sprintf(
  "jit_script(): eager R takes %.1f times as long for the loop (target 5); a function of 100 lines compiles in %s (target 200 ms)\n",
  in_script("eager_loop") / in_script("script_loop"), time_text(in_script("script_compile"))
))

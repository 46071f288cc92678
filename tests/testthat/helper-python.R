# PyTorch in Python, to compare with: it need not be there (dev/python-requirements.txt says how to get it).

# The Python that has the PyTorch we are built against, or a sentence on why there is none.
find_python <- local({
  found <- NULL
  function() {
    if (is.null(found)) found <<- look_for_python()
    found
  }
})

look_for_python <- function(wanted = "2.13.0") {
  asked <- Sys.getenv("TORCHSCRIPT_PYTHON")
  python <- if (nzchar(asked)) asked else Sys.which("python3")
  if (!nzchar(python)) {
    return(list(why = "no python3 on the PATH and TORCHSCRIPT_PYTHON is not set"))
  }
  check <- tryCatch(
    suppressWarnings(system2(
      python, c("-c", shQuote("import torch, numpy; print('version', torch.__version__)")),
      stdout = TRUE, stderr = FALSE
    )),
    error = function(e) character()
  )
  version <- sub("^version ([0-9.]+).*$", "\\1", grep("^version ", check, value = TRUE))
  if (length(version) != 1) {
    return(list(why = sprintf("`%s` can't import torch and numpy", python)))
  }
  if (version != wanted) {
    return(list(why = sprintf("`%s` has PyTorch %s, and the tests need %s", python, version, wanted)))
  }
  list(path = python)
}

skip_without_python <- function() {
  python <- find_python()
  if (!is.null(python$why)) {
    testthat::skip(paste0("No PyTorch in Python: ", python$why))
  }
}

#' Run Python code; what it prints is returned
#'
#' @param code Lines of Python. `torch`, `np` and `args` (a list of strings) are there.
#' @param args Strings, such as paths.
run_python <- function(code, args = character()) {
  script <- withr::local_tempfile(fileext = ".py")
  head <- c(
    "import sys, warnings", "warnings.simplefilter('ignore')", "import numpy as np", "import torch",
    "torch.set_num_threads(1)", "args = sys.argv[1:]",
    # numbers that R reads back without loss, in row-major order
    "def show(x): print(*[repr(float(v)) for v in x.detach().reshape(-1)])"
  )
  # PyTorch may abort where it ends its own threads, after all is done
  tail <- c("import os", "sys.stdout.flush()", "os._exit(0)")
  writeLines(c(head, code, tail), script)
  errors <- withr::local_tempfile()
  output <- suppressWarnings(system2(find_python()$path, shQuote(c(script, args)), stdout = TRUE, stderr = errors))
  if (!is.null(attr(output, "status"))) {
    stop("Python failed:\n", paste(readLines(errors), collapse = "\n"), call. = FALSE)
  }
  output
}

# The numbers of one line that `show()` printed.
shown <- function(line) {
  as.numeric(strsplit(sub("^inf$", "Inf", line), " ", fixed = TRUE)[[1]])
}

# A tensor's values in row-major order, as `show()` prints them.
row_major <- function(x) {
  as.numeric(as_array(torch_flatten(x$detach()$to(dtype = torch_float64()))))
}

expect_shown <- function(line, tensor) {
  testthat::expect_equal(shown(line), row_major(tensor), tolerance = 1e-6)
}

# Every name that users of torch for R know: inst/names.txt.

test_that("every function is there, with the same arguments", {
  functions <- names_table()
  functions <- functions[functions$kind == "function", ]
  expect_identical(nrow(functions), 451L)
  here <- functions[functions$how != "elsewhere", ]
  expect_identical(setdiff(here$name, getNamespaceExports("torchscript")), character())
  differs <- character()
  for (i in seq_len(nrow(here))) {
    wanted <- torchscript:::formals_of_head(parse(text = here$head[[i]], keep.source = FALSE)[[1]])
    actual <- as.list(formals(getExportedValue("torchscript", here$name[[i]])))
    # arguments of our own come last
    actual <- utils::head(actual, length(wanted))
    same <- identical(as.character(names(actual)), as.character(names(wanted))) &&
      identical(lapply(unname(actual), deparse), lapply(unname(wanted), deparse))
    if (!same) differs <- c(differs, here$name[[i]])
  }
  # torch for R's default counts from zero, where zero is an error
  expect_identical(differs, "torch_rot90")
  expect_identical(formals(torch_rot90)$dims, quote(c(1, 2)))
})

test_that("every method is there", {
  methods <- names_table()
  methods <- methods[methods$kind == "method", ]
  expect_identical(nrow(methods), 598L)
  here <- methods$name[methods$how != "elsewhere"]
  known <- torchscript:::tensor_member_names()
  internal <- here[startsWith(here, "_")]
  expect_identical(setdiff(here, c(known, internal)), character())
  for (name in internal) expect_type(do.call("$", list(torch_ones(1), name)), "closure")
})

test_that("every name that can be called does what PyTorch does", {
  rows <- names_table()
  answers <- recorded("names.R")
  expect_identical(rows$name[!nzchar(rows$call)], rows$name[rows$how == "elsewhere"])
  rows <- rows[nzchar(rows$call), ]
  problem <- function(call, asked) {
    if (startsWith(asked, "error:")) {
      error <- tryCatch(names_call(call), error = identity)
      said <- inherits(error, "torchscript_error") &&
        grepl(sub("^error: *", "", asked), conditionMessage(error))
      return(if (!said) "does not fail as it should")
    }
    answer <- tryCatch({
      utils::capture.output(answer <- names_call(call))
      answer
    }, error = identity)
    if (inherits(answer, "error")) {
      return(conditionMessage(answer))
    }
    if (asked == "-") {
      return(NULL)
    }
    if (call %in% names(answers)) difference(answer, answers[[call]]) else "has no recorded answer"
  }
  problems <- unlist(Map(problem, rows$call, rows$pytorch))
  expect_identical(paste(names(problems), problems), character())
})

test_that("the table says which arguments and results are positions", {
  rows <- names_table()
  rows <- rows[rows$how != "elsewhere", ]
  conventions <- function(operator) {
    found <- tryCatch(.Call(torchscript:::C_operator_conventions, operator), torchscript_error = function(e) NULL)
    found <- unique(unlist(found, use.names = FALSE))
    toString(c(grep("^[0-9]", found, value = TRUE, invert = TRUE), grep("^[0-9]", found, value = TRUE)))
  }
  differs <- character()
  for (i in which(!rows$name %in% c("T", "names", "size", "data"))) {
    operator <- paste0("aten::", sub("^torch_", "", rows$name[[i]]))
    if (!identical(conventions(operator), rows$positions[[i]])) differs <- c(differs, rows$name[[i]])
  }
  expect_identical(differs, character())
  # and no operator that R reaches is left out
  operators <- .Call(torchscript:::C_operator_names, "aten")
  # gradients are called by libtorch itself
  operators <- operators[!startsWith(operators, "_") & !grepl("_backward(_jvp)?$", operators)]
  reachable <- vapply(operators, function(name) {
    paste0("torch_", name) %in% getNamespaceExports("torchscript") || name %in% getNamespaceExports("torchscript") ||
      torchscript:::is_method(name)
  }, NA)
  counted <- vapply(paste0("aten::", operators), function(operator) nzchar(conventions(operator)), NA)
  expect_identical(setdiff(operators[reachable & counted], sub("^torch_", "", rows$name)), character())
})

test_that("zero is no dimension", {
  rows <- names_table()
  calls <- unique(rows$call[grepl("dim[12]? = [0-9]", rows$call)])
  expect_gt(length(calls), 60)
  taken <- character()
  for (call in calls) {
    error <- tryCatch(names_call(sub("(dim[12]?) = [0-9]", "\\1 = 0", call)), error = identity)
    refused <- inherits(error, "torchscript_index_error") && grepl("must not be 0", conditionMessage(error))
    if (!refused) taken <- c(taken, call)
  }
  expect_identical(taken, character())
})

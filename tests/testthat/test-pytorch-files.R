# Files that PyTorch wrote, and its answers: see dev/fixtures.py

iris_file <- function() system.file("extdata", "iris_classifier.pt", package = "torchscript", mustWork = TRUE)

call_case <- function(program, case) {
  method <- if (case$method == "forward") program else do.call("$", list(program, case$method))
  do.call(method, alive(case$args), quote = TRUE)
}

case_label <- function(case) sprintf("%s$%s(%s)", case$file, case$method, toString(names(case$args)))

test_that("programs answer in R what they answer in Python", {
  programs <- list()
  for (case in recorded("programs.R")) {
    if (is.null(programs[[case$file]])) {
      programs[[case$file]] <- jit_load(fixture(case$file))
    }
    program <- programs[[case$file]]
    if (!is.null(case$error)) {
      expect_error(call_case(program, case), sub("^AssertionError: ", "", case$error),
        fixed = TRUE, class = "torchscript_program_error", label = case_label(case)
      )
    } else {
      answer <- tryCatch(call_case(program, case), error = function(e) e)
      if (inherits(answer, "error")) {
        fail(sprintf("%s failed: %s", case_label(case), conditionMessage(answer)))
      } else {
        expect_recorded(answer, case["result"][[1]], case_label(case))
      }
    }
  }
})

test_that("operators answer in R what they answer in Python", {
  for (case in recorded("operators.R")) {
    label <- sprintf("aten::%s", case[[1]])
    operator <- do.call("$", list(jit_ops$aten, case[[1]]))
    answer <- tryCatch(do.call(operator, alive(case[[2]]), quote = TRUE), error = function(e) e)
    if (inherits(answer, "error")) {
      fail(sprintf("%s failed: %s", label, conditionMessage(answer)))
    } else {
      expect_recorded(answer, case[3][[1]], label)
    }
  }
})

test_that("random numbers are PyTorch's for the same seed", {
  seed <- NULL
  for (case in recorded("random.R")) {
    # one stream for all the calls of a seed
    if (!identical(seed, case$seed)) {
      seed <- case$seed
      torch_manual_seed(seed)
    }
    operator <- do.call("$", list(jit_ops$aten, case$operator))
    answer <- do.call(operator, alive(case$args), quote = TRUE)
    expect_recorded(answer, case$result, sprintf("%s, seed %s", case$operator, format(seed)))
  }
})

test_that("a published file classifies iris", {
  classifier <- jit_load(iris_file())
  x <- torch_tensor(as.matrix(iris[1:4]))

  probabilities <- classifier(x)
  expect_identical(dim(probabilities), c(150L, 3L))
  expect_equal(rowSums(as.matrix(probabilities)), rep(1, 150), tolerance = 1e-6, ignore_attr = TRUE)

  species <- unlist(classifier$classify(x))
  expect_type(species, "character")
  expect_gt(mean(species == iris$Species), 0.95)
  expect_identical(unlist(classifier$species), levels(iris$Species))
  expect_identical(species, levels(iris$Species)[max.col(as.matrix(probabilities))])
})

test_that("files that are no programs are refused, each for its reason", {
  refused <- function(path, message) {
    expect_error(jit_load(path), basename(path), fixed = TRUE, class = "torchscript_file_error")
    error <- tryCatch(jit_load(path), error = identity)
    expect_match(conditionMessage(error), message, label = basename(path))
    expect_lt(nchar(conditionMessage(error)), 600)
    expect_identical(normalizePath(error$path, mustWork = FALSE), normalizePath(path, mustWork = FALSE))
  }
  refused(file.path(tempdir(), "there-is-none.pt"), "exist|no such|not found|no file")
  directory <- withr::local_tempdir()
  refused(directory, "directory|folder")
  refused(fixture("truncated.pt"), "truncated|cut|incomplete|damaged|corrupt")
  refused(fixture("empty.pt"), "empty|truncated|zip|archive|not a TorchScript")
  refused(fixture("text.pt"), "not a TorchScript|no TorchScript|zip|archive")
  refused(fixture("state_dict.pt"), "TorchScript")
  refused(fixture("legacy_pickle.pt"), "TorchScript|zip|archive")
  refused(fixture("newer_version.pt"), "newer|version")
})

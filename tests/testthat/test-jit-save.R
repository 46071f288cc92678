saved <- function(f, env = parent.frame()) {
  file <- withr::local_tempfile(fileext = ".pt", .local_envir = env)
  jit_save(f, file)
  file
}

test_that("a traced function comes back as a function", {
  f <- jit_trace(function(x, bias) torch_relu(x) + bias, torch_ones(2), torch_ones(2))
  loaded <- jit_load(saved(f))
  expect_s3_class(loaded, "script_function")
  x <- torch_randn(2)
  b <- torch_randn(2)
  expect_identical(as_array(loaded(bias = b, x = x)), as_array(f(x, b)))
  # a file's function is always called forward: that is what PyTorch calls
  expect_identical(as.character(loaded$schema), "forward(Tensor x, Tensor bias) -> Tensor")
})

test_that("constants and captured parameters are saved with the function", {
  weight <- torch_tensor(c(2, 3), requires_grad = TRUE)
  offset <- torch_tensor(c(10, 20))
  f <- jit_trace(function(x) x * weight + offset + torch_ones(2), torch_ones(2))
  file <- saved(f)
  loaded <- jit_load(file)
  expect_identical(as_array(loaded(torch_ones(2))), c(13, 24))
  # the file keeps what the weight was
  with_no_grad(weight$zero_())
  expect_identical(as_array(loaded(torch_ones(2))), c(13, 24))
  expect_identical(as_array(f(torch_ones(2))), c(11, 21))
  fresh <- in_fresh_r(function(file) {
    library(torchscript)
    as_array(jit_load(file)(torch_ones(2)))
  }, file)
  expect_identical(fresh, c(13, 24))
})

test_that("a compiled function keeps its defaults and its helpers", {
  f <- jit_compile("
def helper(x: Tensor, n: int) -> Tensor:
  return x * n

def f(x: Tensor, n: int = 5, shift: Optional[float] = None) -> Tensor:
  y = helper(x, n)
  if shift is not None:
    y = y + shift
  return y
")$f
  loaded <- jit_load(saved(f))
  expect_identical(loaded(torch_ones(1))$item(), 5)
  expect_identical(loaded(torch_ones(1), shift = 0.5)$item(), 5.5)
  expect_identical(loaded(torch_ones(1), n = 2)$item(), 2)
})

test_that("named results keep their names", {
  f <- jit_trace(function(x) list(plus = x + 1, minus = x - 1), torch_ones(1))
  result <- jit_load(saved(f))(torch_zeros(1))
  expect_named(result, c("plus", "minus"))
  expect_identical(result$minus$item(), -1)
})

test_that("what was loaded can be saved again, and modules can", {
  f <- jit_load(saved(jit_trace(function(x) x * 3, torch_ones(1))))
  again <- jit_load(saved(f))
  expect_identical(again(torch_ones(1))$item(), 3)
  m <- jit_load(system.file("extdata", "iris_classifier.pt", package = "torchscript"))
  x <- torch_tensor(as.matrix(iris[1:3, 1:4]))
  expect_identical(as_array(jit_load(saved(m))(x)), as_array(m(x)))
})

test_that("saving returns the path, and replaces what was there", {
  file <- withr::local_tempfile(fileext = ".pt")
  f <- jit_trace(function(x) x * 3, torch_ones(1))
  expect_invisible(jit_save(f, file))
  expect_identical(jit_save(jit_trace(function(x) x * 4, torch_ones(1)), file), file)
  expect_identical(jit_load(file)(torch_ones(1))$item(), 4)
})

test_that("names with spaces, accents and a tilde work", {
  folder <- withr::local_tempdir()
  file <- file.path(folder, "a b \u00e9%s.pt")
  f <- jit_trace(function(x) x * 3, torch_ones(1))
  jit_save(f, file)
  expect_identical(list.files(folder), basename(file))
  expect_identical(jit_load(file)(torch_ones(1))$item(), 3)
  withr::local_envvar(HOME = folder)
  jit_save(f, "~/home.pt")
  expect_true(file.exists(file.path(folder, "home.pt")))
})

test_that("a save that fails leaves the old file whole and nothing beside it", {
  skip_on_os("windows")
  # a limit on the size of files stops the writing in the middle, as a full disk would
  folder <- withr::local_tempdir()
  target <- file.path(folder, "program.pt")
  jit_save(jit_trace(function(x) x * 3, torch_ones(1)), target)
  before <- tools::md5sum(target)
  script <- withr::local_tempfile(fileext = ".R")
  writeLines(c(
    "library(torchscript)", "big <- torch_randn(500, 500)", "f <- jit_trace(function(x) x + big, torch_ones(1))",
    sprintf("e <- tryCatch(jit_save(f, '%s'), error = identity)", target),
    "cat(class(e)[[1]], e$path, file = Sys.getenv('ANSWER'))"
  ), script)
  answer <- withr::local_tempfile()
  run <- sprintf(
    "trap '' XFSZ; ulimit -f 200; ANSWER=%s exec %s --vanilla %s", shQuote(answer),
    shQuote(file.path(R.home("bin"), "Rscript")), shQuote(script)
  )
  system2("bash", c("-c", shQuote(run)), stdout = FALSE, stderr = FALSE)
  expect_true(file.exists(answer))
  expect_identical(readLines(answer, warn = FALSE), paste("torchscript_file_error", target))
  expect_identical(tools::md5sum(target), before)
  expect_identical(list.files(folder, all.files = TRUE, no.. = TRUE), "program.pt")
  expect_identical(jit_load(target)(torch_ones(1))$item(), 3)
})

test_that("places that can't be saved to are named", {
  f <- jit_trace(function(x) x, torch_ones(1))
  folder <- withr::local_tempdir()
  error <- expect_failure_of(jit_save(f, folder), "file", "folder", "jit_save")
  expect_identical(error$path, folder)
  nowhere <- file.path(folder, "no", "such.pt")
  error <- expect_failure_of(jit_save(f, nowhere), "file", "there is no folder", "jit_save")
  expect_identical(error$path, nowhere)
  expect_failure_of(jit_save(f, 1), "type", "`path` must be a string")
  expect_failure_of(jit_save(f, ""), "type", "`path`")
  expect_failure_of(jit_save(mean, nowhere), "type", "`obj` must be", "jit_save")
  expect_failure_of(jit_save(torch_ones(1), nowhere), "type", "`obj` must be.*tensor")
})

test_that("files that can't be loaded are named, with the reason", {
  folder <- withr::local_tempdir()
  f <- jit_trace(function(x) x + torch_ones(50), torch_ones(50))
  whole <- file.path(folder, "whole.pt")
  jit_save(f, whole)
  bytes <- readBin(whole, "raw", file.size(whole))
  make <- function(name, write) {
    path <- file.path(folder, name)
    write(path)
    path
  }
  files <- list(
    "no such file" = file.path(folder, "missing.pt"), "folder" = folder,
    "not a TorchScript file" = make("text.pt", function(p) writeLines("not a program %s", p)),
    "not a TorchScript file" = make("object.rds", function(p) saveRDS(mtcars, p)),
    "not a TorchScript file|truncated|damaged|incomplete" = make("half.pt", function(p) writeBin(bytes[seq_len(length(bytes) / 2)], p)),
    "empty|not a TorchScript file" = make("empty.pt", function(p) file.create(p))
  )
  for (i in seq_along(files)) {
    error <- expect_failure_of(jit_load(files[[i]]), "file", names(files)[[i]], "jit_load")
    expect_match(conditionMessage(error), files[[i]], fixed = TRUE)
    expect_identical(error$path, files[[i]])
  }
  expect_failure_of(jit_load(1), "type", "`path`")
  expect_failure_of(jit_load(NA_character_), "type", "`path`")
  expect_identical(as_array(jit_load(whole)(torch_zeros(50))), rep(1, 50))
})

test_that("a zip that is no program is refused", {
  skip_if(Sys.which("zip") == "", "there is no zip program")
  folder <- withr::local_tempdir()
  withr::local_dir(folder)
  writeLines("hello", "hello.txt")
  utils::zip("other.zip", "hello.txt", flags = "-q")
  error <- expect_failure_of(jit_load("other.zip"), "file", "other.zip", "jit_load")
})

test_that("a saved file cut at any place never loads as something else", {
  f <- jit_trace(function(x) x + torch_ones(5), torch_ones(5))
  bytes <- readBin(path <- saved(f), "raw", file.size(path))
  cut <- withr::local_tempfile(fileext = ".pt")
  for (n in floor(seq(1, length(bytes) - 1, length.out = 25))) {
    writeBin(bytes[seq_len(n)], cut)
    expect_failure_of(jit_load(cut), "file", basename(cut))
  }
})

test_that("programs become raw vectors and come back", {
  fn <- jit_trace(function(x) torch_relu(x) * 2, torch_tensor(1))
  bytes <- jit_serialize(fn)
  expect_type(bytes, "raw")
  x <- torch_tensor(c(-1, 2))
  expect_s3_class(jit_unserialize(bytes), "script_function")
  expect_identical(as_array(jit_unserialize(bytes)(x)), c(0, 4))
  layer <- nn_linear(2, 1)
  module <- jit_unserialize(jit_serialize(jit_trace(layer, torch_randn(1, 2))))
  expect_s3_class(module, "script_module")
  expect_identical(as_array(module(x)), as_array(layer(x)))
  expect_failure_of(jit_serialize(1), "type", "`obj` must be a TorchScript function or module", "jit_serialize")
  expect_failure_of(jit_unserialize("a"), "type", "`obj` must be a raw vector, not the string", "jit_unserialize")
  expect_failure_of(jit_unserialize(as.raw(1:10)), "file", "can't load this raw vector: it is not a TorchScript file", "jit_unserialize")
  expect_failure_of(jit_unserialize(bytes[1:500]), "file", "damaged or was cut off", "jit_unserialize")
})

test_that("a file for mobile holds bytecode, and is still a program", {
  path <- withr::local_tempfile(fileext = ".ptl")
  layer <- nn_linear(2, 1)
  expect_identical(expect_invisible(jit_save_for_mobile(jit_trace(layer, torch_randn(1, 2)), path)), path)
  expect_true(any(endsWith(utils::unzip(path, list = TRUE)$Name, "bytecode.pkl")))
  x <- torch_randn(3, 2)
  expect_identical(as_array(jit_load(path)(x)), as_array(layer(x)))
  skip_without_python()
  output <- run_python(c(
    "from torch.jit.mobile import _load_for_lite_interpreter",
    "m = _load_for_lite_interpreter(args[0])", "show(m(torch.ones(1, 2)))"
  ), path)
  expect_shown(output, layer(torch_ones(1, 2)))
})

test_that("doubles that libtorch would read as integers, or not at all, are what they were", {
  numbers <- c(1e10, 123456789012, 1e15, 2^53, 1e16, 99999999999999984, 1e17, 1e300, -1e12, 0.1, 5e9)
  f <- jit_compile(sprintf("
def f(x: Tensor):
  return [%s]
def g(x: Tensor):
  y = 1e10
  if bool(x > 0):
    y = 1e12
  return (1e11, 2.5), x * 1e10, y
def h(x: Tensor, big: float = 1e10):
  return x * big
def k(x: Tensor):
  return f(x)
", toString(sprintf("%.17g%s", numbers, ifelse(numbers == round(numbers) & abs(numbers) < 1e17, ".", "")))))
  expect_identical(f$f(torch_ones(1)), numbers)
  code <- f$f$code
  graph <- f$f$graph
  for (i in 1:2) expect_identical(jit_load(saved(f$f))(torch_ones(1)), numbers)
  expect_identical(jit_load(saved(f$k))(torch_ones(1)), numbers)
  # and nothing of it is left
  expect_identical(f$f$code, code)
  expect_identical(f$f$graph, graph)
  whole <- torch_tensor(3L)
  expected <- f$g(whole)
  result <- jit_load(saved(f$g))(whole)
  expect_identical(result[[1]], list(1e11, 2.5))
  expect_identical(result[[2]]$dtype, torch_float())
  expect_identical(result[[3]], 1e12)
  traced <- jit_load(saved(jit_trace(function(x) x * 1e10, torch_ones(1))))
  expect_identical(traced(whole)$dtype, torch_float())
  module <- nn_module(initialize = function() self$v <- 1e16, forward = function(x) list(x * self$v, self$v + 2))
  result <- jit_load(saved(jit_script(module())))(whole)
  expect_identical(result[[1]]$dtype, torch_float())
  expect_identical(result[[2]], 1e16 + 2)
  small <- jit_script(function(x) list(x, 1e-310, 5e-324))
  expect_identical(jit_load(saved(small))(whole)[2:3], list(1e-310, 5e-324))
  # constants of modules
  for (v in list(1e10, c(0.5, 1e16), list(1e10, 2L), 1e-310)) {
    module <- nn_module(initialize = function() self$v <- v, forward = function(x) x)
    program <- jit_script(module())
    expect_identical(jit_load(saved(program))$v, program$v)
  }
  layer <- nn_hardtanh(-1e10, 1e10)
  expect_identical(as_array(jit_load(saved(jit_script(layer)))(torch_ones(1))), 1)
  expect_failure_of(saved(f$h), "value", "the default of `big` can't be saved", "jit_save")
})

# Files of every kind that PyTorch writes: dev/fixtures_types.py.

ones <- function() torch_ones(1, 4)
answer <- function() torch_load(fixture("types/answers.pt"))$net

test_that("frozen, mobile and quantised files give PyTorch's answers", {
  for (file in c("extra.pt", "frozen.pt", "mobile.ptl")) {
    expect_equal(as.matrix(jit_load(fixture(file.path("types", file)))(ones())), as.matrix(answer()), info = file)
  }
  # libtorch says that this kind of quantising will go
  quantised <- suppressWarnings(jit_load(fixture("types/quantised.pt")))
  expect_equal(as.matrix(quantised(ones())), as.matrix(answer()), tolerance = 0.05)
  expect_output(print(suppressWarnings(jit_unserialize(jit_serialize(quantised)))), "script_module")
})

test_that("a file saved on a GPU loads where there is none", {
  skip_if(cuda_is_available(), "there is a GPU")
  m <- jit_load(fixture("types/cuda.pt"))
  expect_equal(as.matrix(m(ones())), as.matrix(answer()))
  expect_equal(as.matrix(jit_load(fixture("types/cuda.pt"), map_location = torch_device("cpu"))(ones())), as.matrix(answer()))
  expect_failure_of(jit_load(fixture("types/cuda.pt"), map_location = "cuda"), "value", "CUDA is asked for", "jit_load")
  expect_failure_of(jit_load(fixture("types/cuda.pt"), map_location = 3), "type", "`map_location`", "jit_load")
})

test_that("a missing operator is named", {
  expect_failure_of(jit_load(fixture("types/custom.pt")), "file", "my_library::linear", "jit_load")
})

test_that("files of older formats keep the meaning that they had", {
  x <- torch_tensor(c(7L, -7L))
  y <- torch_tensor(c(2L, 2L))
  # div() of whole numbers was whole before version 4
  for (version in 2:3) {
    expect_equal(as.numeric(jit_load(fixture(sprintf("types/old-%d.pt", version)))(x, y)), c(3, -3))
  }
  expect_equal(as.numeric(jit_load(fixture("types/old-5.pt"))(x, y)), c(3.5, -3.5))
})

test_that("extra files are read, written and kept from one file to the next", {
  m <- jit_load(fixture("types/extra.pt"), extra_files = TRUE)
  files <- attr(m, "extra_files")
  expect_identical(files$labels.txt, "cat\ndog")
  expect_identical(files$bytes, as.raw(0:1))
  path <- withr::local_tempfile(fileext = ".pt")
  jit_save(m, path, extra_files = c(files, list(note = "ümlaut")))
  expect_identical(jit_extra_files(path)[c("labels.txt", "bytes", "note")], c(files[c("labels.txt", "bytes")], note = "ümlaut"))
  expect_identical(names(attr(jit_load(path, extra_files = "note"), "extra_files")), "note")
  expect_failure_of(jit_load(path, extra_files = "nothing"), "value", "no extra file `nothing`", "jit_load")
  expect_failure_of(jit_save(m, path, extra_files = list(1)), "type", "`extra_files`", "jit_save")
  expect_failure_of(jit_save(m, path, extra_files = list("a")), "type", "each with a name", "jit_save")
  skip_without_python()
  out <- run_python("
import sys, torch
files = {'note': '', 'bytes': ''}
torch.jit.load(sys.argv[1], _extra_files=files)
print(files['note'].decode() if isinstance(files['note'], bytes) else files['note'], list(files['bytes']))
", path)
  expect_match(out, "mlaut \\[0, 1\\]")
})

test_that("connections, raw vectors and several files are loaded", {
  f <- jit_compile("def f(x: int):\n  return x + 1\n")$f
  path <- withr::local_tempfile(fileext = ".pt")
  jit_save(f, path)
  expect_identical(jit_load(file(path))(1L), 2L)
  expect_identical(jit_load(jit_serialize(f))(1L), 2L)
  both <- jit_load(c(path, path))
  expect_identical(both[[2]](1L), 2L)
  con <- rawConnection(raw(), "wb")
  jit_save(f, con)
  bytes <- rawConnectionValue(con)
  close(con)
  con <- rawConnection(bytes)
  expect_identical(jit_load(con)(1L), 2L)
  close(con)
})

test_that("a damaged weight is an error", {
  m <- jit_load(fixture("types/extra.pt"))
  bytes <- jit_serialize(m)
  weight <- writeBin(as.numeric(m$parameters[[1]][1, 1]), raw(), size = 4)
  at <- which(vapply(seq_len(length(bytes) - 3), function(i) identical(bytes[i + 0:3], weight), NA))
  bytes[at] <- xor(bytes[at], as.raw(1))
  expect_failure_of(jit_load(bytes), "file", "checksum", "jit_load")
  path <- withr::local_tempfile(fileext = ".pt")
  writeBin(bytes, path)
  error <- expect_failure_of(jit_load(path), "file", "checksum", "jit_load")
  expect_identical(error$path, normalizePath(path))
})

test_that("audits refuse what they are asked to", {
  loop <- jit_serialize(jit_compile("def f(x: int):\n  while x > 0:\n    x = x + 1\n  return x\n")$f)
  error <- expect_failure_of(jit_load(loop, audit = TRUE), "audit", "was not loaded", "jit_load")
  expect_s3_class(error$report, "jit_audit_report")
  expect_failure_of(jit_load(loop, audit = "endless"), "audit", "forever|for ever", "jit_load")
  expect_s3_class(jit_load(loop, audit = c("files", "calls out")), "script_function")
  expect_failure_of(jit_load(loop, audit = "nonsense"), "value", "The risks", "jit_load")
  expect_s3_class(jit_load(fixture("types/extra.pt"), audit = TRUE), "script_module")
})

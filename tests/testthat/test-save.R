# Files of torch.save(): fixtures/torch_save.pt is by PyTorch, see dev/fixtures_save.py.

numbers <- function(x) as_array(x$to(dtype = torch_double()))
same_storage <- function(x, y) identical(x$storage()$data_ptr(), y$storage()$data_ptr())
same_object <- function(x, y) .Call(torchscript:::C_same_tensor, x, y)

expect_same_value <- function(x, y) {
  if (is_torch_tensor(y)) {
    expect_same_tensor(x, y)
    expect_identical(x$stride(), y$stride())
    expect_identical(x$requires_grad, y$requires_grad)
  } else if (is.list(y) && !is.object(y)) {
    expect_identical(names(x), names(y))
    expect_identical(length(x), length(y))
    for (i in seq_along(y)) expect_same_value(x[[i]], y[[i]])
  } else {
    expect_identical(x, y)
  }
}

test_that("values come back as they were", {
  x <- torch_tensor(matrix(c(1, 2, 3, 4, 5, 6), 2))
  values <- list(
    x, list(), NULL, TRUE, FALSE, 0L, 255L, 256L, -1L, .Machine$integer.max, -.Machine$integer.max, 0.5, -Inf, NaN, "",
    "häß%s\n",
    1i, as.raw(0:255), raw(), c(1, 2), 1:3, c(TRUE, FALSE), c("a", "b"), c(1i, 2),
    bit64::as.integer64("9007199254740993"),
    -bit64::as.integer64("9223372036854775807"), torch_int8(), torch_device("cpu"), torch_device("cuda", 1L),
    list(1L, 2L), list("a", 1), list(list(x), list(NULL, list(x, 1:3))), list(a = 1, `b c.d` = list(x), c = NULL),
    stats::setNames(list(), character()), list(x, x), list(TRUE, list())
  )
  for (value in values) expect_same_value(torch_load(torch_serialize(value)), value)
  path <- withr::local_tempfile(fileext = ".pt")
  expect_identical(withVisible(torch_save(values, path)), list(value = path, visible = FALSE))
  expect_same_value(torch_load(path), values)
  expect_identical(readBin(path, "raw", file.size(path)), torch_serialize(values))
})

test_that("what R tells apart and Python does not comes back as Python has it", {
  back <- function(x) torch_load(torch_serialize(x))
  expect_identical(back(bit64::as.integer64(5)), 5L)
  expect_identical(back(2^40), 2^40)
  expect_identical(back(integer()), list())
  expect_identical(back(c(a = 1L, b = 2L)), list(a = 1L, b = 2L))
  expect_identical(back(jit_tuple(list(1, 2))), list(1, 2))
  expect_identical(back(iconv("h\xe9", "latin1", "latin1")), "h\u00e9")
})

test_that("tensors of every dtype and layout come back", {
  x <- torch_tensor(array(1:24, c(2, 3, 4)))
  for (dtype in setdiff(names(torchscript:::dtype_codes), c("qint8", "quint8", "qint32"))) {
    # libtorch warns that complex32 is new
    y <- suppressWarnings(x$to(dtype = getExportedValue("torchscript", paste0("torch_", dtype))()),
      classes = "torchscript_warning")
    back <- torch_load(torch_serialize(y))
    expect_identical(format(back$dtype), format(y$dtype), label = dtype)
    expect_identical(buffer_from_torch_tensor(back), buffer_from_torch_tensor(y), label = dtype)
  }
  layouts <- list(
    x$t, torch_permute(x, c(3, 1, 2)), torch_select(x, 2, 2), torch_zeros(0, 3), torch_scalar_tensor(3),
    torch_tensor(7)$expand(c(2, 3)), torch_tensor(1:3 + 1i)$conj(), torch_narrow(x, 3, 2, 2),
    torch_ones(2, requires_grad = TRUE)
  )
  layouts[[1]] <- torch_transpose(x, 1, 3)
  for (y in layouts) expect_same_value(torch_load(torch_serialize(y)), y)
  expect_identical(torch_load(torch_serialize(layouts[[7]]))$is_conj(), TRUE)
})

test_that("tensors that share memory share it again, and it is written once", {
  x <- torch_tensor(matrix(0, 100, 100))
  values <- list(x = x, same = x, row = torch_select(x, 1, 1), bits = x$view(dtype = torch_int32()))
  bytes <- torch_serialize(values)
  expect_lt(length(bytes), 4e4 + 3000)
  back <- torch_load(bytes)
  expect_true(same_object(back$x, back$same))
  expect_true(same_storage(back$x, back$row))
  back$row$fill_(1)
  expect_identical(sum(as_array(back$x)), 100)
  expect_identical(format(back$bits$dtype), "torch_Int")
  expect_identical(max(as_array(back$bits)), 1065353216L)
  expect_identical(sum(as_array(x)), 0)
})

test_that("what PyTorch saved is read", {
  # libtorch warns that complex32 is new
  saved <- suppressWarnings(torch_load(fixture("torch_save.pt")), classes = "torchscript_warning")
  expect_identical(saved$plain[1:9], list(NULL, TRUE, 3L, 0.5, "h\u00e9llo", 1 - 2i, as.raw(c(0, 255)), -2^40, list()))
  expect_identical(saved$plain[[10]], stats::setNames(list(), character()))
  expect_identical(saved$ints, c(1, -2, 2^31))
  expect_identical(saved$floats, c(0.5, Inf))
  expect_identical(saved$texts, list("a", "b"))
  expect_identical(saved$by_number, list(`1` = "yes", `2.5` = "more"))
  expect_identical(saved$ordered, list(b = 1L, a = 2L))
  expect_identical(saved$counted, list(a = 2L, b = 1L))
  expect_identical(saved$shape, 2:3)
  expect_identical(saved$dtype, torch_bfloat16())
  expect_true(saved$device == torch_device("cpu"))

  x <- matrix(c(0, 1, 2, 3, 4, 5), 2, byrow = TRUE)
  expect_identical(numbers(saved$x), x)
  expect_true(same_object(saved$x, saved$again))
  expect_identical(numbers(saved$row), x[2, ])
  expect_identical(numbers(saved$transposed), t(x))
  expect_true(same_storage(saved$x, saved$row) && same_storage(saved$x, saved$transposed))
  expect_identical(saved$transposed$stride(), c(1L, 3L))
  expect_identical(numbers(saved$expanded), matrix(7, 2, 3))
  expect_identical(saved$scalar$item(), 2.5)
  expect_identical(saved$empty$shape, c(0L, 4L))
  expect_identical(
    vapply(saved[c("x", "wants", "parameter", "frozen")], function(x) x$requires_grad, NA, USE.NAMES = FALSE),
    c(FALSE, TRUE, TRUE, FALSE)
  )
  expect_identical(as_array(saved$conjugate), 1 - 2i)
  expect_identical(numbers(saved$negative), -2)
  expect_named(saved$state, c(
    "0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked"
  ))
  expect_identical(numbers(saved$state[["0.weight"]]), matrix(1:6 + 0, 2, byrow = TRUE))
  for (name in names(saved$dtypes)) {
    tensor <- saved$dtypes[[name]]
    expected <- if (name == "bool") c(0, 1, 1) else c(0, 1, 2)
    expect_identical(as.numeric(Re(as_array(tensor$to(dtype = torch_cdouble())))), expected, label = name)
    dtype <- switch(name, complex32 = "cfloat32", complex64 = "cfloat64", complex128 = "cfloat128", name)
    expect_true(tensor$dtype == getExportedValue("torchscript", paste0("torch_", dtype))(), label = name)
  }
  newer <- torch_load(fixture("torch_save_protocol4.pt"))
  expect_identical(numbers(newer$x), x)
  expect_identical(newer$n, 5L)
  expect_identical(numbers(torch_load(fixture("state_dict.pt"))$weight), matrix(1, 2, 2))
})

test_that("nothing that a file names is run", {
  error <- expect_failure_of(
    torch_load(fixture("python_object.pt")), "file", "torch.nn.modules.linear.Linear", "torch_load"
  )
  expect_match(conditionMessage(error), "state_dict")
  # a pickle of `os.system("touch ...")`, in the frame of a good file
  witness <- withr::local_tempfile()
  text <- charToRaw(paste("touch", witness))
  pickle <- c(
    as.raw(c(0x80, 2)), charToRaw("cposix\nsystem\n"), charToRaw("X"),
    writeBin(length(text), raw(), endian = "little"), text,
    as.raw(0x85), charToRaw("R.")
  )
  expect_failure_of(torch_save(nn_linear(1, 1), tempfile()), "type", "a module.*state_dict", "torch_save")
  expect_failure_of(torch_load(with_pickle(pickle)), "file", "`posix.system`", "torch_load")
  expect_false(file.exists(witness))
})

test_that("pickles that make no sense are refused, whatever they do", {
  b <- function(...) do.call(c, lapply(list(...),
    function(part) if (is.character(part)) charToRaw(part) else as.raw(part)))
  doubled <- function(n) b(0x80, 2, "]", rep(as.raw(c(0x71, 1, 0x5d, 0x68, 1, 0x61, 0x68, 1, 0x61)), n), ".")
  pickles <- list(
    "makes no sense" = b(0x80, 2, "."), "ends too early" = b(0x80, 2), "ends too early" = raw(),
    "makes no sense" = b(0x80, 2, "0."),
    "ends too early" = b(0x80, 2, "X", 255, 255, 255, 255, "a."), "makes no sense" = b(0x80, 2, "t."),
    "makes no sense" = b(0x80, 2, "h", 7, "."), "makes no sense" = b(0x80, 2, "Na."),
    "makes no sense" = b(0x80, 2, "NNR."),
    "unknown opcode" = b(0x80, 2, "z."), "protocol 77" = b(0x80, 77, "N."),
    "UTF-8" = b(0x80, 2, "X", 1, 0, 0, 0, 255, "."),
    "beyond 64 bits" = b(0x80, 2, 0x8a, 9, rep(1, 9), "."), "NUL" = b(0x80, 2, "X", 1, 0, 0, 0, 0, "."),
    "holds itself" = b(0x80, 2, "]q", 0, "h", 0, "a."),
    "nested too deeply" = b(0x80, 2, strrep("]", 1e5), strrep("a", 99999), "."),
    # forty bytes that stand for 2^40 lists
    "nested too deeply" = doubled(40), "Python class" = b(0x80, 2, "ctorch\nTensor\n."),
    "keys are neither" = b(0x80, 2, "})Ns."), "as PyTorch never does" = b(0x80, 2, "c__builtin__\ncomplex\n)R."),
    "as PyTorch never does" = b(0x80, 2, "ctorch._utils\n_rebuild_tensor_v2\n)R."), "storage" = b(0x80, 2, "NQ.")
  )
  for (i in seq_along(pickles)) {
    expect_failure_of(torch_load(with_pickle(pickles[[i]])), "file", names(pickles)[[i]], "torch_load")
  }
})

test_that("a damaged or cut file never loads as something else", {
  x <- torch_tensor(c(1.5, -2))
  values <- list(x = x, n = 3L, s = "text")
  plain <- list(x = c(1.5, -2), n = 3L, s = "text")
  bytes <- torch_serialize(values)
  failures <- 0
  changed <- integer()
  for (i in seq(1, length(bytes), by = 5)) {
    flipped <- bytes
    flipped[[i]] <- xor(flipped[[i]], as.raw(16))
    back <- tryCatch(torch_load(flipped), torchscript_file_error = function(e) NULL)
    failures <- failures + is.null(back)
    # a time stamp or the padding does not matter
    same <- is.null(back) || identical(lapply(back, function(x) if (is_torch_tensor(x)) as_array(x) else x), plain)
    if (!same) changed <- c(changed, i)
  }
  expect_identical(changed, integer())
  expect_gt(failures, length(bytes) / 20)
  for (n in round(seq(0, length(bytes) - 1, length.out = 20))) {
    expect_failure_of(torch_load(bytes[seq_len(n)]), "file", "raw vector", "torch_load")
  }
  data <- which(bytes == as.raw(0xc0))[[1]]
  bytes[[data]] <- as.raw(0x40)
  expect_failure_of(torch_load(bytes), "file", "checksum of the record 'data/0' is wrong", "torch_load")
})

test_that("files that are none of torch.save() are refused, each for its reason", {
  folder <- withr::local_tempdir()
  make <- function(name, write) {
    path <- file.path(folder, name)
    write(path)
    path
  }
  program <- make("program.pt", function(path) jit_save(jit_trace(function(x) x + 1, torch_ones(1)), path))
  files <- list(
    "no such file" = file.path(folder, "missing.pt"), "folder" = folder, "is empty" = make("none.pt", file.create),
    "not a file of torch.save" = make("text.pt", function(path) writeLines("not a file %s %x", path)),
    "R data" = make("x.rds", function(path) saveRDS(1, path)), "damaged or was cut off" = fixture("truncated.pt"),
    "before version 1.6.*torch.save\\(torch.load\\(path\\), path\\)" = fixture("legacy_pickle.pt"),
    "jit_load" = program,
    "safe_load_file" = make("x.safetensors",
      function(path) writeBin(c(as.raw(c(2, rep(0, 7))), charToRaw("{}")), path)),
    "pickle of Python's own" = make("x.pkl", function(path) writeBin(as.raw(c(0x80, 4, 0x4e, 0x2e)), path))
  )
  for (i in seq_along(files)) {
    error <- expect_failure_of(torch_load(files[[i]]), "file", names(files)[[i]], "torch_load")
    expect_match(conditionMessage(error), files[[i]], fixed = TRUE)
    expect_identical(error$path, files[[i]])
  }
  expect_failure_of(torch_load(1), "type", "`path`", "torch_load")
  expect_failure_of(torch_load(NULL), "type", "`path`", "torch_load")
  expect_failure_of(torch_load(torch_serialize(1), device = "nowhere"), "value", "`device`", "torch_load")
  expect_failure_of(torch_load(torch_serialize(1), device = 1), "type", "`device`", "torch_load")
  error <- expect_failure_of(jit_load(fixture("torch_save.pt")), "file", "not torch.save", "jit_load")
})

test_that("what can't be saved is named, with its place", {
  path <- withr::local_tempfile()
  cases <- list(
    list(function(x) x, "`obj` can't be saved: it is a function"), list(iris, "a data frame"),
    list(list(a = list(globalenv())), "`obj\\$a\\[\\[1\\]\\]`.*environment"),
    list(matrix(1:4, 2), "an array.*\n.*torch_tensor"), list(list(NA), "`obj\\[\\[1\\]\\]`.*it is NA"),
    list(NA_character_, "NA"), list(c(1L, NA), "NA"),
    list(factor("a"), "a factor"), list(quote(x), "unevaluated"),
    list(jit_trace(function(x) x + 1, torch_ones(1)), "jit_save"),
    list(Sys.time(), "POSIXct"), list(torch_ones(2)$to_sparse(), "sparse.*\n.*to_dense"),
    list(torch_ones(2, device = "meta"), "meta")
  )
  for (case in cases) {
    expect_failure_of(torch_save(case[[1]], path), "type", case[[2]], "torch_save")
    expect_failure_of(torch_serialize(case[[1]]), "type", case[[2]], "torch_serialize")
  }
  expect_failure_of(torch_save(list(a = 1, 2), path), "value", "an element has none", "torch_save")
  expect_failure_of(torch_save(list(a = 1, a = 2), path), "value", "\"a\" is there twice", "torch_save")
  deep <- list()
  for (i in 1:1100) deep <- list(deep)
  expect_failure_of(torch_save(deep, path), "type", "nested too deeply", "torch_save")
  expect_false(file.exists(path))
})

test_that("a save that fails leaves the old file", {
  folder <- withr::local_tempdir()
  target <- file.path(folder, "x.pt")
  torch_save(1L, target)
  script <- withr::local_tempfile(fileext = ".R")
  writeLines(c(
    "library(torchscript)", sprintf("e <- tryCatch(torch_save(torch_randn(500, 500), '%s'), error = identity)", target),
    "cat(class(e)[[1]], e$path, file = Sys.getenv('ANSWER'))"
  ), script)
  answer <- withr::local_tempfile()
  # a limit on the size of files stops the writing in the middle, as a full disk would
  run <- sprintf(
    "trap '' XFSZ; ulimit -f 200; ANSWER=%s exec %s --vanilla %s", shQuote(answer),
    shQuote(file.path(R.home("bin"), "Rscript")), shQuote(script)
  )
  system2("bash", c("-c", shQuote(run)), stdout = FALSE, stderr = FALSE)
  expect_identical(readLines(answer, warn = FALSE), paste("torchscript_file_error", target))
  expect_identical(list.files(folder, all.files = TRUE, no.. = TRUE), "x.pt")
  expect_identical(torch_load(target), 1L)

  expect_failure_of(torch_save(1, folder), "file", "folder", "torch_save")
  expect_failure_of(torch_save(1, file.path(folder, "no", "x.pt")), "file", "there is no folder", "torch_save")
  link <- file.path(folder, "link.pt")
  file.symlink(target, link)
  torch_save(2L, link)
  expect_identical(torch_load(target), 2L)
  skip_if(!file.exists("/dev/null"))
  expect_failure_of(torch_save(1, "/dev/null"), "file", "no regular file", "torch_save")
})

test_that("connections are written and read", {
  value <- list(x = torch_randn(10), n = 1L)
  out <- rawConnection(raw(), "wb")
  expect_identical(torch_save(value, out), out)
  bytes <- rawConnectionValue(out)
  close(out)
  expect_identical(bytes, torch_serialize(value))
  into <- rawConnection(bytes)
  expect_same_value(torch_load(into), value)
  close(into)

  path <- withr::local_tempfile()
  con <- file(path)
  torch_save(value, con)
  expect_same_value(torch_load(con), value)
  close(con)
  expect_same_value(torch_load(path), value)
  # opened here, so closed here too
  torch_save(value, gzfile(path))
  expect_same_value(torch_load(gzfile(path)), value)
  expect_failure_of(torch_load(path), "file", "compressed", "torch_load")

  con <- file(path, "w")
  expect_failure_of(torch_save(1, con), "file", "text mode", "torch_save")
  close(con)
  closed <- file(path, "wb")
  close(closed)
  expect_failure_of(torch_save(1, closed), "file", "closed for good", "torch_save")
  expect_failure_of(torch_load(closed), "file", "closed for good", "torch_load")
  expect_failure_of(torch_load(pipe("exit 1")), "file", "it is empty", "torch_load")
  expect_failure_of(torch_load(gzfile(file.path(tempdir(), "none"))), "file", "Can't read from the connection",
    "torch_load")
  con <- file(file.path(tempdir(), "missing"))
  expect_failure_of(torch_load(con), "file", "no such file", "torch_load")
  close(con)
})

test_that("storages go to the device asked for", {
  x <- torch_ones(2, 3)
  moved <- torch_load(torch_serialize(list(x, torch_select(x, 1, 1))), device = "meta")
  expect_identical(moved[[1]]$device$type, "meta")
  expect_identical(moved[[2]]$shape, 3L)
  expect_identical(torch_load(torch_serialize(x), device = NULL)$device$type, "cpu")
  skip_if(cuda_is_available())
  expect_failure_of(torch_load(torch_serialize(x), device = "cuda"), "value", "CUDA is asked for", "torch_load")
})

# Safetensors files, against files built from the published format: eight bytes with the header's length, the header in
# JSON, the data.

safetensors_bytes <- function(header, data = raw()) {
  header <- charToRaw(header)
  c(writeBin(length(header), raw(), endian = "little"), raw(4), header, data)
}

test_that("a file by hand is read", {
  data <- c(
    writeBin(c(1.5, -2), raw(), size = 8), writeBin(1:6 + 0, raw(), size = 4), writeBin(c(7L, -7L), raw()),
    as.raw(c(0x80, 0x3f, 0, 0xc0)), as.raw(c(1, 0)), as.raw(200)
  )
  header <- paste0(
    '{"__metadata__": {"format": "pt", "note": "h\u00e9"}, ',
    '"flags":{"dtype":"BOOL","shape":[2],"data_offsets":[52,54]},',
    '"double":{"dtype":"F64","shape":[2],"data_offsets":[0,16]},',
    '"x y.z":{"dtype":"F32","shape":[2,3],"data_offsets":[16,40]},',
    '"int":{"dtype":"I32","shape":[2,1],"data_offsets":[40,48]},',
    '"half":{"dtype":"BF16","shape":[2],"data_offsets":[48,52]},',
    '"byte":{"dtype":"U8","shape":[],"data_offsets":[54,55]},',
    '"none":{"dtype":"F32","shape":[0,4],"data_offsets":[55,55]}}   '
  )
  bytes <- safetensors_bytes(header, data)
  path <- withr::local_tempfile(fileext = ".safetensors")
  writeBin(bytes, path)
  for (from in list(path, bytes, file(path), rawConnection(bytes))) {
    x <- safe_load_file(from)
    if (inherits(from, "connection")) close(from)
    expect_setequal(names(x), c("double", "x y.z", "int", "half", "flags", "byte", "none"))
    expect_identical(attr(x, "metadata"), list(format = "pt", note = "h\u00e9"))
    expect_same_tensor(x$double, double_tensor(c(1.5, -2)))
    expect_same_tensor(x[["x y.z"]], torch_tensor(matrix(1:6 + 0, 2, byrow = TRUE)))
    expect_same_tensor(x$int, torch_tensor(matrix(c(7L, -7L)), dtype = torch_int32()))
    expect_same_tensor(x$half, torch_tensor(c(1, -2), dtype = torch_bfloat16()))
    expect_same_tensor(x$flags, torch_tensor(c(TRUE, FALSE)))
    expect_identical(x$byte$item(), 200L)
    expect_identical(x$none$shape, c(0L, 4L))
  }
  expect_identical(safe_load_file(bytes, device = "meta")$double$device$type, "meta")
})

test_that("what is written is the format", {
  x <- list(a = torch_tensor(c(1, 2)), b = double_tensor(3), c = torch_tensor(4:5, dtype = torch_int16()))
  bytes <- safe_serialize(x, metadata = list(k = "v \"w\""))
  length <- readBin(bytes, "integer", endian = "little")
  expect_identical(length %% 8L, 0L)
  header <- rawToChar(bytes[8 + seq_len(length)])
  for (part in c(
    '"__metadata__":{"k":"v \\"w\\""}', '"b":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}',
    '"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}', '"c":{"dtype":"I16","shape":[2],"data_offsets":[16,20]}'
  )) {
    expect_match(header, part, fixed = TRUE)
  }
  data <- bytes[-seq_len(8 + length)]
  expect_identical(data, c(
    writeBin(3, raw()), writeBin(c(1, 2), raw(), size = 4), writeBin(4:5, raw(), size = 2)
  ))
})

test_that("tensors of every dtype and layout come back", {
  values <- torch_tensor(matrix(c(0, 1, 2, 3, 4, 5), 2))
  dtypes <- setdiff(names(torchscript:::dtype_codes), c("qint8", "quint8", "qint32", "cfloat32", "cfloat128"))
  x <- lapply(stats::setNames(dtypes, dtypes), function(name) {
    values$to(dtype = getExportedValue("torchscript", paste0("torch_", name))())
  })
  x$transposed <- torch_transpose(values, 1, 2)
  x$column <- torch_select(values, 2, 2)
  x$conjugate <- torch_tensor(1 + 2i)$conj()
  x$expanded <- torch_tensor(7)$expand(c(2, 2))
  x$tail <- torch_narrow(values, 1, 2, 1)
  path <- withr::local_tempfile(fileext = ".safetensors")
  expect_identical(withVisible(safe_save_file(x, path)), list(value = path, visible = FALSE))
  back <- safe_load_file(path)
  expect_setequal(names(back), names(x))
  expect_null(attr(back, "metadata"))
  for (name in names(x)) {
    expect_identical(format(back[[name]]$dtype), format(x[[name]]$dtype), label = name)
    expect_identical(back[[name]]$shape, x[[name]]$shape, label = name)
    expect_identical(buffer_from_torch_tensor(back[[name]]), buffer_from_torch_tensor(x[[name]]), label = name)
  }
  expect_identical(readBin(path, "raw", file.size(path)), safe_serialize(x))
  con <- rawConnection(raw(), "wb")
  safe_save_file(x["tail"], con, metadata = c(a = "b"))
  expect_identical(attr(safe_load_file(rawConnectionValue(con)), "metadata"), list(a = "b"))
  close(con)
  expect_identical(names(safe_load_file(safe_serialize(list(b = values, a = values)))), c("b", "a"))
  expect_length(safe_load_file(safe_serialize(list())), 0)
})

test_that("bad files are refused", {
  one <- function(...) {
    entry <- utils::modifyList(list(dtype = '"F32"', shape = "[1]", data_offsets = "[0,4]"), list(...))
    sprintf('{"x":{%s}}', paste0('"', names(entry), '":', entry, collapse = ","))
  }
  good <- safetensors_bytes(one(), raw(4))
  expect_identical(safe_load_file(good)$x$item(), 0)
  bad <- list(
    "too short" = raw(), "too short" = good[1:7], "no header" = c(as.raw(rep(255, 8)), raw(10)),
    "no header" = good[1:20],
    "announced" = good[-length(good)], "announced" = c(good, raw(1)), "no safetensors file" = safetensors_bytes("[1]"),
    "no safetensors file" = safetensors_bytes('{"x":1}'), "no safetensors file" = safetensors_bytes("{\xff}"),
    "no safetensors file" = safetensors_bytes(one(data_offsets = "[4,8]"), raw(8)),
    "no safetensors file" = safetensors_bytes(one(data_offsets = "[4,0]"), raw(4)),
    "no safetensors file" = safetensors_bytes(one(shape = "[2]"), raw(4)),
    "no safetensors file" = safetensors_bytes(one(shape = "[-1]"), raw(4)),
    "no safetensors file" = safetensors_bytes(one(shape = "[4611686018427387904,4]"), raw(4)),
    "no safetensors file" = safetensors_bytes(one(dtype = '"X9"'), raw(4)),
    "neither 0 nor 1" = safetensors_bytes(one(dtype = '"BOOL"', shape = "[4]"), as.raw(c(0, 1, 2, 0))),
    "F8_E8M0" = safetensors_bytes(one(dtype = '"F8_E8M0"', shape = "[4]"), raw(4)),
    "NUL" = safetensors_bytes('{"a\\u0000b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', raw(4)),
    "torch_load" = torch_serialize(1)
  )
  for (i in seq_along(bad)) expect_failure_of(safe_load_file(bad[[i]]), "file", names(bad)[[i]], "safe_load_file")
  for (n in seq(0, length(good) - 1, by = 7)) expect_failure_of(safe_load_file(good[seq_len(n)]), "file", "raw vector")
  missing <- file.path(tempdir(), "none.safetensors")
  error <- expect_failure_of(safe_load_file(missing), "file", "no such file", "safe_load_file")
  expect_identical(error$path, missing)
  path <- withr::local_tempfile()
  writeBin(good[1:30], path)
  error <- expect_failure_of(safe_load_file(path), "file", path, "safe_load_file")
  expect_identical(error$path, path)
  expect_failure_of(torch_load(good), "file", "safe_load_file", "torch_load")
})

test_that("what can't be saved is named", {
  x <- torch_ones(1)
  path <- withr::local_tempfile()
  cases <- list(
    list(x, "type", "named list of tensors, not a tensor"), list(list(x), "type", "named list"),
    list(list(a = 1), "type", "`tensors\\$a` must be a tensor"),
    list(list(a = x, a = x), "value", "\"a\" can't be one"), list(list(a = x, x), "value", "\"\" can't"),
    list(list(`__metadata__` = x), "value", "__metadata__"),
    list(list(a = torch_tensor(1i, dtype = torch_cdouble())), "type", "`tensors\\$a`.*no dtype complex128"),
    list(list(a = x$to_sparse()), "type", "sparse")
  )
  for (case in cases) expect_failure_of(safe_save_file(case[[1]], path), case[[2]], case[[3]], "safe_save_file")
  for (metadata in list(1, list("a"), list(a = 1), list(a = "b", a = "c"), c(a = NA_character_),
    list(a = c("b", "c")))) {
    expect_failure_of(safe_save_file(list(a = x), path, metadata = metadata), "type", "`metadata`", "safe_save_file")
  }
  expect_false(file.exists(path))
  expect_failure_of(safe_save_file(list(a = x), tempdir()), "file", "folder", "safe_save_file")
  expect_failure_of(safe_load_file(path, framework = "numpy"), "value", "`framework`", "safe_load_file")
})

# torch_save() and torch_load() with PyTorch in Python, live.

test_that("Python loads what R saved, with weights_only", {
  skip_without_python()
  path <- withr::local_tempfile(fileext = ".pt")
  x <- torch_tensor(matrix(c(1, 2, 3, 4, 5, 6), 2))
  torch_save(list(
    x = x, tied = x, row = torch_select(x, 1, 2), wants = torch_ones(2, requires_grad = TRUE), conj = torch_tensor(1 + 2i)$conj(),
    bits = x$view(dtype = torch_int32()), nested = list(list(1L, "two"), list(x, NULL)), n = 5L, big = 2^40, neg = -3L, huge = bit64::as.integer64("-9007199254740993"),
    flag = TRUE, text = "h\u00e9", bytes = as.raw(c(0, 200)), z = 1 - 1i, dtype = torch_bfloat16(), device = torch_device("cpu"),
    numbers = c(0.5, NaN), empty = torch_zeros(0, 3), `a.b c` = 1:3, nothing = list()
  ), path)
  output <- run_python(c(
    "d = torch.load(args[0])", "show(d['x']); show(d['row'])", "p = lambda x: x.untyped_storage().data_ptr()",
    "print(d['x'] is d['tied'], p(d['x']) == p(d['row']) == p(d['bits']), d['wants'].requires_grad, d['conj'].is_conj())",
    "print(d['conj'].tolist(), d['bits'].dtype, d['bits'][0, 0].item(), d['x'].stride())",
    "print(d['nested'][0], d['nested'][1][0] is d['x'], d['nested'][1][1])",
    "print(d['n'], d['big'], d['neg'], d['huge'], d['flag'], d['text'] == 'h\\u00e9', d['bytes'], d['z'], d['dtype'], d['device'])",
    "print(d['numbers'], d['empty'].shape, d['a.b c'], d['nothing'])"
  ), path)
  expect_identical(output, c(
    "1.0 3.0 5.0 2.0 4.0 6.0", "2.0 4.0 6.0", "True True True True", "[(1-2j)] torch.int32 1065353216 (3, 1)", "[1, 'two'] True None",
    "5 1099511627776.0 -3 -9007199254740993 True True b'\\x00\\xc8' (1-1j) torch.bfloat16 cpu",
    "[0.5, nan] torch.Size([0, 3]) [1, 2, 3] []"
  ))
})

test_that("Python loads every dtype that R saved", {
  skip_without_python()
  path <- withr::local_tempfile(fileext = ".pt")
  names <- setdiff(names(torchscript:::dtype_codes), c("qint8", "quint8", "qint32", "cfloat32", "cfloat64", "cfloat128"))
  x <- torch_tensor(c(0, 1, 3))
  tensors <- lapply(stats::setNames(names, names), function(name) x$to(dtype = getExportedValue("torchscript", paste0("torch_", name))()))
  tensors$complex64 <- torch_tensor(c(0, 1, 3) + 0i)
  tensors$complex128 <- torch_tensor(c(0, 1, 3) + 0i, dtype = torch_cdouble())
  torch_save(tensors, path)
  output <- run_python(c(
    "d = torch.load(args[0])", "for k, v in d.items(): print(k, v.dtype, v.to(torch.complex64).real.tolist())"
  ), path)
  expected <- ifelse(names(tensors) == "bool", "[0.0, 1.0, 1.0]", "[0.0, 1.0, 3.0]")
  expect_identical(output, sprintf("%s torch.%s %s", names(tensors), names(tensors), expected))
})

test_that("a state_dict goes from Python to R and back into the model", {
  skip_without_python()
  from <- withr::local_tempfile(fileext = ".pt")
  to <- withr::local_tempfile(fileext = ".pt")
  model <- c(
    "torch.manual_seed(0)",
    "m = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2), torch.nn.LSTM(4, 5), torch.nn.Embedding(3, 4))"
  )
  output <- run_python(c(model, "torch.save(m.state_dict(), args[0])", "for v in m.state_dict().values(): show(v)"), from)
  state <- torch_load(from)
  expect_length(state, length(output))
  for (i in seq_along(state)) expect_shown(output[[i]], state[[i]])
  torch_save(lapply(state, function(x) x * 2), to)
  output2 <- run_python(c(
    model, "m.load_state_dict(torch.load(args[0]))", "for v in m.state_dict().values(): show(v)"
  ), to)
  for (i in seq_along(state)) expect_shown(output2[[i]], state[[i]] * 2)
})

test_that("Python loads from memory, and with mmap", {
  skip_without_python()
  path <- withr::local_tempfile(fileext = ".pt")
  writeBin(torch_serialize(list(torch_arange(1L, 5L), torch_ones(3))), path)
  output <- run_python(c(
    "import io", "a, b = torch.load(io.BytesIO(open(args[0], 'rb').read())); show(a); show(b)",
    "a, b = torch.load(args[0], mmap=True); show(a); show(b)",
    "import zipfile", "archive = zipfile.ZipFile(args[0]); print(archive.testzip())"
  ), path)
  expect_identical(output, c(rep(c("1.0 2.0 3.0 4.0 5.0", "1.0 1.0 1.0"), 2), "None"))
})

test_that("R loads what C++ saved", {
  skip_without_python()
  path <- withr::local_tempfile(fileext = ".pt")
  # the pickler of torch::save, which marks the types of lists
  run_python("open(args[0], 'wb').write(torch._C._pickle_save({'x': torch.ones(2)}))", path)
  expect_identical(as_array(torch_load(path)$x), c(1, 1))
  run_python("open(args[0], 'wb').write(torch._C._pickle_save([1, 2, 3]))", path)
  expect_identical(torch_load(path), 1:3)
})

# What is told of files without running them, against what PyTorch says of the same programs (dev/fixtures_inspect.py).

inspect_file <- function(name) fixture(file.path("inspect", name))
inspect_expected <- recorded(file.path("inspect", "expected.R"))
figures <- function(rows) {
  stats::setNames(lapply(seq_len(nrow(rows)), function(i) c(rows$dtype[[i]], as.character(rows$shape[[i]]))), rows$name)
}
sorted_by_name <- function(x) if (length(x) > 0) lapply(x[order(names(x))], as.character) else list()

test_that("parameters, buffers and modules are those that PyTorch has", {
  for (name in c("net", "frozen", "traced", "mobile")) {
    expected <- inspect_expected[[name]]
    x <- jit_inspect(inspect_file(paste0(name, ".pt")))
    expect_identical(sorted_by_name(figures(x$parameters)), sorted_by_name(expected$parameters), label = name)
    expect_identical(sorted_by_name(figures(x$buffers)), sorted_by_name(expected$buffers), label = name)
    both <- c(figures(x$parameters), figures(x$buffers))
    expect_identical(sorted_by_name(both), sorted_by_name(expected$state), label = name)
    expect_setequal(x$modules$name, as.character(expected$modules))
  }
})

test_that("the operators are those that PyTorch exports", {
  # what the compiler drops for good or makes of signs is in the source alone, and the other way round
  for (name in names(inspect_expected)) {
    x <- jit_inspect(inspect_file(paste0(name, ".pt")))
    implied <- "prim::unchecked_cast"
    expect_identical(
      setdiff(inspect_expected[[name]]$operators, c(x$operators$operator, implied)), character(), label = name
    )
    expect_false(is.unsorted(-x$operators$count))
  }
  x <- jit_inspect(inspect_file("frozen.pt"))
  counts <- stats::setNames(x$operators$count, x$operators$operator)
  expect_identical(counts[["aten::add"]], 2L)
  expect_identical(counts[["aten::linear"]], 1L)
  # none at all
  same <- jit_inspect(jit_serialize(jit_compile("def same(x: Tensor) -> Tensor:\n  return x\n")$same))
  expect_identical(same$operators, data.frame(operator = character(), count = integer()))
  expect_output(print(same), "same|PlaceholderModule")
})

test_that("a module's page and data", {
  path <- inspect_file("net.pt")
  x <- jit_inspect(path)
  expect_s3_class(x, "jit_inspection")
  expect_identical(x$kind, "module")
  expect_false(x$is_mobile)
  expect_identical(x$class, "__torch__.Net")
  expect_identical(x$byteorder, "little")
  expect_match(x$serialization_id, "^[0-9]{40}$")
  expect_identical(x$producer, NA_character_)
  expect_identical(x$extra_files, data.frame(name = "note.txt", bytes = 5))
  expect_identical(x$methods$method[1:2], c("forward", "describe"))
  expect_identical(
    x$methods$schema[1:2],
    c(
      "forward(x: Tensor, n: int = 2, scale: Optional[float] = None) -> Tensor",
      "describe(words: List[str]) -> Dict[str, int]"
    )
  )
  # two names, one memory
  tied <- x$parameters$storage[x$parameters$name %in% c("tied", "fc.weight")]
  expect_identical(tied[[1]], tied[[2]])
  expect_identical(x$parameters$bytes[x$parameters$name == "fc.weight"], 24)
  expect_false(x$parameters$requires_grad[x$parameters$name == "small"])
  attributes <- x$attributes[x$attributes$name %in% c("names", "weights", "size", "mode"), ]
  expect_identical(attributes$type, c("List[str]", "Dict[str, float]", "int", "str"))
  expect_identical(attributes$value, c("a list of 2", "a dict of 1", "4", "\"mean\""))
  expect_equal(sum(x$records$bytes[x$records$name == "version"]), 2)
  page <- format(x)
  for (line in c("forward[(]x: Tensor", "Parameters: 88 bytes", "layers.0  +Conv1d", "note.txt", "cat \\(1\\)")) {
    expect_true(any(grepl(line, page)), label = line)
  }
  expect_output(expect_identical(print(x), x), "A TorchScript module in")
  expect_identical(jit_inspect(readBin(path, "raw", file.size(path)))[-1], unclass(x)[-1], ignore_attr = TRUE)
})

test_that("functions, frozen modules and files for mobile are told apart", {
  kinds <- vapply(c("function", "frozen", "mobile", "quantized"), function(name) {
    x <- jit_inspect(inspect_file(paste0(name, ".pt")))
    paste(x$kind, x$is_mobile)
  }, "")
  expect_identical(unname(kinds), c("function FALSE", "frozen module FALSE", "module TRUE", "module FALSE"))
  frozen <- jit_inspect(inspect_file("frozen.pt"))$constants
  expect_identical(frozen$name, c("c0", "c1", "c2"))
  expect_identical(unclass(frozen$shape), list(c(2L, 3L), 2L, 2L))
  expect_identical(frozen$bytes, c(24, 8, 8))
  # a text that libtorch does not write into its source
  fn <- jit_compile("def f(x):\n  return x + torch.ones([2]), 'h\u00e9llo'")$f
  texts <- jit_inspect(jit_serialize(fn))$constants
  expect_identical(texts[c("name", "type", "value")], data.frame(name = "c0", type = "str", value = "\"h\u00e9llo\""))
  quantized <- jit_inspect(inspect_file("quantized.pt"))$attributes
  expect_true(any(grepl("^Tensor$", quantized$type) & grepl("^qint8 \\[2, 3\\]$", quantized$value)))
})

test_that("what is saved here is looked into", {
  fn <- jit_trace(function(x, y) torch_relu(x) + y, torch_tensor(1), torch_tensor(2))
  x <- jit_inspect(jit_serialize(fn))
  expect_identical(x$kind, "function")
  expect_null(x$path)
  expect_identical(x$methods$schema, "forward(x: Tensor, y: Tensor) -> Tensor")
  expect_setequal(x$operators$operator, c("aten::relu", "aten::add"))

  layer <- nn_sequential(nn_linear(3, 2), nn_batch_norm1d(2))
  path <- withr::local_tempfile(fileext = ".pt")
  jit_save(jit_trace(layer, torch_ones(4, 3)), path)
  x <- jit_inspect(path)
  state <- layer$state_dict()
  expect_setequal(c(x$parameters$name, x$buffers$name), names(state))
  expect_setequal(x$parameters$name, names(layer$parameters))
  shapes <- c(figures(x$parameters), figures(x$buffers))
  for (name in names(state)) expect_identical(shapes[[name]][-1], as.character(dim(state[[name]])), label = name)
  expect_output(print(x), "0.weight")
})

test_that("older files are looked into", {
  for (name in c("control_flow.pt", "submodules.pt", "types.pt", "traced_module.pt", "traced_dict.pt")) {
    program <- jit_load(fixture(name))
    x <- jit_inspect(fixture(name))
    expect_gt(nrow(x$methods), 0)
    expect_identical(x$kind, if (inherits(program, "script_module")) "module" else "function")
    expect_s3_class(jit_audit(fixture(name)), "jit_audit_report")
  }
})

test_that("source of before version 1.5 and bytecode without source are read", {
  old <- inspect_file("hand_old.pt")
  expect_identical(jit_inspect(old)$methods$schema, "forward(x: Tensor) -> Tensor")
  expect_identical(nrow(jit_audit(old)), 0L)
  x <- jit_inspect(inspect_file("bytecode.pt"))
  expected <- inspect_expected$mobile
  expect_true(x$is_mobile)
  expect_setequal(x$operators$operator, expected$operators)
  expect_setequal(x$methods$method[x$methods$class == x$class], c("forward", "describe"))
  wanting <- jit_inspect(inspect_file("mobile.pt"))$parameters
  expect_setequal(x$parameters$name, wanting$name[wanting$requires_grad])
  expect_setequal(c(x$parameters$name, x$buffers$name), names(expected$state))
})

test_that("a compressed record is unpacked as R does it", {
  # the source of net.pt is long enough for PyTorch to pack it: the methods are read from it
  path <- inspect_file("net.pt")
  listing <- utils::unzip(path, list = TRUE)
  source <- listing$Name[grepl("code/__torch__.py$", listing$Name)]
  folder <- withr::local_tempdir()
  utils::unzip(path, source, exdir = folder)
  lines <- readLines(file.path(folder, source))
  methods <- jit_inspect(path)$methods
  own <- methods[methods$record == "code/__torch__.py", ]
  expect_identical(grep("^  def ", lines), own$line)
})

test_that("what is no program is refused in words", {
  expect_failure_of(jit_inspect(inspect_file("torch_save.pt")), "file", "no TorchScript program", "jit_inspect")
  expect_failure_of(jit_inspect(fixture("torch_save.pt")), "file", "no TorchScript program")
  expect_failure_of(jit_inspect(fixture("legacy_pickle.pt")), "file", "pickle, and no TorchScript program")
  expect_failure_of(jit_inspect(fixture("empty.pt")), "file")
  expect_failure_of(jit_inspect(fixture("truncated.pt")), "file", "damaged or was cut off")
  for (name in c("hand_cycle.pt", "hand_doubled.pt")) {
    expect_failure_of(jit_inspect(inspect_file(name)), "file", "hold each other without end")
  }
  expect_failure_of(jit_inspect(as.raw(1:40)), "file", "raw vector: it is not a TorchScript file")
  expect_failure_of(jit_inspect(raw()), "file", "it is empty")
  expect_failure_of(jit_inspect("nowhere.pt"), "file", "no such file", "jit_inspect")
  expect_failure_of(jit_inspect(3), "type", "`path` must be a string", "jit_inspect")
})

test_that("damage is found, or does no harm", {
  path <- inspect_file("net.pt")
  bytes <- readBin(path, "raw", file.size(path))
  set.seed(1)
  for (i in 1:300) {
    damaged <- bytes
    at <- sample(length(bytes), 3)
    damaged[at] <- as.raw(sample(0:255, 3))
    if (i %% 10 == 0) damaged <- damaged[seq_len(sample(length(damaged), 1))]
    outcome <- tryCatch(jit_inspect(damaged), error = identity)
    expect_true(inherits(outcome, "jit_inspection") || inherits(outcome, "torchscript_file_error"))
  }
  # a letter of the source: its checksum is wrong
  x <- jit_serialize(jit_trace(function(x) torch_relu(x), torch_tensor(1)))
  at <- grepRaw("relu", x)
  x[[at]] <- charToRaw("s")
  expect_failure_of(jit_inspect(x), "file", "checksum")
})

# What programs could do, found in their source: programs of dev/fixtures_inspect.py, among them some that are written by
# hand to hide it. Nothing of them is run: most would never end.

audited <- function(name) jit_audit(fixture(file.path("inspect", paste0(name, ".pt"))))

test_that("each risk is found, with its place", {
  expected <- list(
    loop = "endless while", long = "endless for", files = c("files aten::save", "files aten::from_file"),
    onload = c("runs on load __setstate__", "endless while"),
    memory = c("memory aten::mul", "memory aten::zeros", "memory aten::repeat", "memory aten::ljust", "process prim::Print"),
    process = c(
      "process aten::manual_seed", "unchecked aten::resize_", "unchecked aten::as_strided", "threads prim::fork"
    )
  )
  for (name in names(expected)) {
    report <- audited(name)
    expect_setequal(paste(report$risk, report$operator), expected[[name]])
    expect_match(report$where, "^code/__torch__[.]py:[0-9]+$")
  }
  report <- audited("files")
  expect_s3_class(report, c("jit_audit_report", "data.frame"), exact = TRUE)
  expect_named(report, c("risk", "operator", "method", "where", "what"))
  expect_identical(report$method, rep("Files.forward", 2))
  # nothing was run
  expect_false(file.exists("stolen"))
  # a loop of ten steps is none
  expect_identical(nrow(audited("long")), 1L)
})

test_that("no way of writing a call hides it", {
  hidden <- c(
    "alias", "module_alias", "getattr", "escaped", "joined", "constant", "annotate", "operators", "method", "broken_line",
    "comprehension"
  )
  for (name in hidden) {
    report <- audited(paste0("hand_", name))
    expect_true("files aten::save" %in% paste(report$risk, report$operator), label = name)
  }
  risks <- list(
    module_alias = "unknown", elsewhere = "calls out", custom_class = "calls out", unknown = "unknown",
    object = "calls out", internal = "unchecked", handle = "unchecked", million = "endless", multiplied = "memory"
  )
  for (name in names(risks)) expect_true(risks[[name]] %in% audited(paste0("hand_", name))$risk, label = name)
  # the name of a variable is no call
  expect_false("files" %in% audited("hand_shadowed")$risk)
})

test_that("a file that PyTorch would not write is an error", {
  for (name in c("deep", "chained")) {
    expect_failure_of(audited(paste0("hand_", name)), "file", "nested too deeply", "jit_audit")
  }
  expect_failure_of(audited("hand_no_python"), "file", "no TorchScript that can be parsed")
  expect_failure_of(audited("hand_twice"), "file", "stands twice or beside another folder")
  expect_failure_of(audited("torch_save"), "file", "no TorchScript program")
  expect_failure_of(jit_audit(NULL), "type", "`path` must be a string, not NULL", "jit_audit")
})

test_that("what PyTorch's own layers are made of is nothing to fear", {
  net <- audited("net")
  expect_identical(paste(net$risk, net$operator, net$method), "endless for Net.forward")
  expect_identical(nrow(audited("quantized")), 0L)
  layers <- list(
    nn_conv2d(1, 2, 3), nn_batch_norm2d(1), nn_layer_norm(4), nn_max_pool2d(2), nn_dropout(), nn_gelu(), nn_softmax(1),
    nn_adaptive_avg_pool2d(2), nn_group_norm(1, 1)
  )
  for (layer in layers) {
    program <- jit_trace(layer, torch_randn(1, 1, 4, 4))
    report <- jit_audit(jit_serialize(program))
    expect_identical(report$operator, character(), label = class(layer)[[1]])
  }
})

test_that("programs from here", {
  unit <- jit_compile("
def harmless(x: Tensor, names: List[str]) -> Dict[str, Tensor]:
  out: Dict[str, Tensor] = {}
  for i, name in enumerate(names):
    out[name] = torch.softmax(x, 0) * 2 + i
  return out
def short(x: Tensor, a: List[int], b: List[int]) -> Tensor:
  for i in range(100):
    x = x + i
  for i, j in zip(a, b):
    for k in range(10):
      x = x + i * j
  for i in range(len(a) - 1):
    x = x + a[i]
  return x
def nested(x: Tensor) -> Tensor:
  for i in range(1000):
    for j in range(1000):
      x = x + 1
  return x
def wait_for(x: Tensor) -> Tensor:
  while bool(torch.any(x < 1)):
    x = x + 1
  return x
def grow(n: int) -> List[int]:
  xs = [0]
  xs = xs * n
  return xs
")
  expect_identical(nrow(jit_audit(jit_serialize(unit$harmless))), 0L)
  expect_identical(nrow(jit_audit(jit_serialize(unit$short))), 0L)
  expect_identical(jit_audit(jit_serialize(unit$nested))$risk, "endless")
  expect_identical(jit_audit(jit_serialize(unit$wait_for))$risk, "endless")
  expect_identical(jit_audit(jit_serialize(unit$grow))$risk, "memory")
  # for jit_load(): the same of a path or of bytes
  path <- withr::local_tempfile(fileext = ".pt")
  jit_save(unit$wait_for, path)
  expect_identical(
    as.list(torchscript:::audit_source(path)), as.list(jit_audit(jit_serialize(unit$wait_for))),
    ignore_attr = TRUE
  )
})

test_that("reports are read by people", {
  found <- format(audited("files"))
  told <- "aten::save writes values to a file of any name: Files.forward (code/__torch__.py:8)"
  expect_true(any(grepl(told, found, fixed = TRUE)))
  nothing <- jit_audit(jit_serialize(jit_trace(function(x) torch_relu(x), torch_tensor(1))))
  expect_output(expect_identical(print(nothing), nothing), "Nothing of what was looked for was found")
  expect_output(print(nothing), "runs on load: +runs when the program is loaded")
  expect_output(print(nothing), "1 record\\(s\\) of source")
  # a part of it prints as a data frame
  expect_output(print(audited("files")["risk"]), "risk")
})

test_that("the table of risks is about operators that there are", {
  audit_rules <- torchscript:::audit_rules
  audit_risks <- torchscript:::audit_risks
  known <- paste0("aten::", names(jit_ops$aten))
  exact <- unlist(lapply(audit_rules, function(rule) rule$operators))
  exact <- exact[startsWith(exact, "aten::") & !grepl("*", exact, fixed = TRUE)]
  # methods of other versions, and words of the language
  others <- paste0("aten::", c(
    "fork", "awaitable", "print", "to_here", "owner", "owner_name", "confirmed_by_owner", "local_value", "data_ptr",
    "set_state", "swap_", "set_num_threads"
  ))
  expect_identical(setdiff(exact, c(known, others)), character())
  found_otherwise <- c("runs on load", "unknown", "endless")
  expect_setequal(unique(vapply(audit_rules, `[[`, "", "risk")), setdiff(names(audit_risks), found_otherwise))
})

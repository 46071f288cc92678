traced <- function() {
  f <- jit_trace(function(x, y) torch_relu(x) + y, torch_ones(2), torch_ones(2))
  f
}

test_that("the graph and the code show the operators", {
  f <- traced()
  graph <- paste(capture.output(print(f$graph)), collapse = "\n")
  expect_match(graph, "^graph\\(%x : Float\\(2, ")
  expect_match(graph, "aten::relu(%x)", fixed = TRUE)
  expect_match(graph, "aten::add(", fixed = TRUE)
  code <- paste(capture.output(print(f$code)), collapse = "\n")
  expect_match(code, "def traced(x: Tensor,\n    y: Tensor) -> Tensor:", fixed = TRUE)
  expect_match(code, "torch.relu(x)", fixed = TRUE)
  expect_s3_class(f$graph, "script_text")
  expect_true(is.character(f$graph))
})

test_that("the code can be compiled again, and computes the same", {
  f <- jit_trace(function(x) torch_tanh(x) * 2, torch_ones(2))
  again <- jit_compile(paste0(f$code, "\n"))
  x <- torch_randn(2)
  expect_identical(as_array(again$traced(x)), as_array(f(x)))
})

test_that("graph_for shows what runs for these inputs", {
  f <- traced()
  graph <- paste(capture.output(print(f$graph_for(torch_ones(2), torch_ones(2)))), collapse = "\n")
  expect_match(graph, "aten::relu", fixed = TRUE)
  expect_match(graph, "return", fixed = TRUE)
  expect_failure_of(f$graph_for("a"), "type")
})

test_that("the schema and the name are the program's", {
  f <- traced()
  expect_identical(as.character(f$schema), "traced(Tensor x, Tensor y) -> Tensor")
  expect_identical(f$name, "traced")
  double_it <- function(x) x * 2
  expect_identical(jit_trace(double_it, torch_ones(1))$name, "double_it")
  unit <- jit_compile("def g(x: Tensor, n: int = 3) -> Tensor:\n  return x * n\n")
  expect_identical(unit$g$name, "g")
  expect_identical(as.character(unit$g$schema), "g(Tensor x, int n=3) -> Tensor")
})

test_that("print and str show the signature and the origin", {
  f <- traced()
  expect_output(print(f), "<script_function> traced(x: Tensor, y: Tensor) -> Tensor", fixed = TRUE)
  expect_output(print(f), "traced from an R function")
  expect_output(str(f), "script_function traced(x: Tensor, y: Tensor) -> Tensor", fixed = TRUE)
  unit <- jit_compile("def g(x: Tensor, n: int = 3) -> Tensor:\n  return x * n\n")
  expect_output(print(unit$g), "g(x: Tensor, n: int = ", fixed = TRUE)
  expect_output(print(unit$g), "compiled")
  file <- withr::local_tempfile(fileext = ".pt")
  jit_save(f, file)
  expect_output(print(jit_load(file)), file, fixed = TRUE)
})

test_that("unknown fields are refused, known ones complete", {
  f <- traced()
  expect_failure_of(f$nonsense, "type", "no field `nonsense`.*graph, graph_for, code, schema", "$")
  expect_true(all(c("graph", "code", "schema") %in% utils::.DollarNames(f, "")))
  expect_identical(utils::.DollarNames(f, "^graph"), c("graph", "graph_for"))
})

test_that("a program is an R function for R", {
  f <- jit_trace(function(x) x * 2, torch_ones(1))
  expect_true(is.function(f))
  expect_identical(lapply(lapply(list(torch_ones(1), torch_zeros(1)), f), as_array), list(2, 0))
  expect_identical(as_array(do.call(f, list(x = torch_ones(1)))), 2)
  expect_identical(as_array(torch_ones(1) %>% f()), 2)
})

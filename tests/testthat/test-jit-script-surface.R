v <- torch_tensor(c(-1, 2, 3))

test_that("`.returns` says what comes back", {
  fn <- function(x, flag = TRUE) if (flag) x else NULL
  program <- jit_script(fn, .returns = "Optional[Tensor]")
  expect_match(program$schema, "-> Tensor?", fixed = TRUE)
  expect_null(program(v, FALSE))
  whole <- jit_script(function(n = 3L) n, .returns = "float")
  expect_identical(whole(2L), 2)
  expect_match(whole$schema, "-> float", fixed = TRUE)
  expect_failure_of(jit_script(function(x) x, .returns = "str"), "compile", "a tensor here and a string")
  expect_failure_of(jit_script(function(x) x, .returns = "Nonsense["), "type")
})

test_that("types are given as text, taken from defaults, and are tensors otherwise", {
  fn <- function(x, xs, d, n = 3L, s = 1.5, b = FALSE, t = "a", m = NULL) length(xs)
  program <- jit_script(fn, xs = "List[Tensor]", d = "Dict[str, int]")
  signature <- program$schema
  for (part in c("Tensor x", "Tensor[] xs", "Dict(str, int) d", "int n=3", "float s=1.5", "bool b=False", "str t=\"a\"", "Tensor? m=None")) {
    expect_match(signature, part, fixed = TRUE)
  }
  expect_identical(program(v, list(v, v), list(a = 1L)), 2L)
  expect_failure_of(jit_script(fn, y = "int"), "type")
})

test_that("other methods are compiled by name", {
  scaled <- nn_module(
    "scaled",
    initialize = function() self$w <- nn_parameter(torch_tensor(2)),
    forward = function(x) self$scale(x) + 1,
    scale = function(x, by = 1.5) x * self$w * by,
    describe = function(n = 2L) n + 1L
  )
  module <- scaled()
  program <- jit_script(module, methods = c("scale", "describe"))
  expect_equal(plain_values(program$scale(v, 2)), plain_values(v * 4))
  expect_equal(plain_values(program(v)), plain_values(module(v)))
  expect_identical(program$describe(), 3L)
  expect_failure_of(jit_script(module, methods = "nothing"), "type", "no method `nothing`")
})

test_that("jit_unused() leaves a method out, and calling it says so", {
  logged <- nn_module(
    "logged",
    forward = function(x, log = FALSE) {
      if (log) self$write(x)
      x * 2
    },
    write = jit_unused(function(x) writeLines(format(Sys.time())))
  )
  program <- jit_script(logged())
  expect_equal(plain_values(program(v)), plain_values(v * 2))
  expect_failure_of(program(v, TRUE), "program", "write\\(\\) is marked with jit_unused\\(\\)")
})

test_that("traced and scripted modules nest in each other", {
  positive <- nn_module("positive", forward = function(x) if (x$sum()$item() > 0) x else -x)
  outer <- nn_module(
    "outer",
    initialize = function(inner) self$inner <- inner,
    forward = function(x) self$inner(x) + 1
  )
  scripted <- jit_script(positive())
  # scripted within traced: the branch is kept
  traced <- jit_trace(outer(scripted), v)
  for (x in list(v, -v)) expect_equal(plain_values(traced(x)), plain_values(outer(positive())(x)))
  # traced within scripted: as it was traced
  layer <- nn_linear(3, 2)
  around <- jit_script(outer(jit_trace(layer, v)))
  expect_equal(plain_values(around(v)), plain_values(layer(v) + 1))
  # both, saved and loaded
  path <- withr::local_tempfile(fileext = ".pt")
  jit_save(jit_script(outer(traced)), path)
  expect_equal(plain_values(jit_load(path)(-v)), plain_values(traced(-v) + 1))
})

test_that("a scripted function keeps its branches inside a trace, and through saveRDS()", {
  absolute <- jit_script(function(x) if (x$sum()$item() > 0) x else -x)
  traced <- jit_trace(function(x) absolute(x) * 2, v)
  path <- withr::local_tempfile(fileext = ".rds")
  saveRDS(absolute, path)
  back <- readRDS(path)
  for (x in list(v, -v)) {
    expect_equal(plain_values(traced(x)), plain_values(absolute(x) * 2))
    expect_equal(plain_values(back(x)), plain_values(absolute(x)))
  }
})

test_that("functions compile without their source and byte-compiled, and errors name the place in R's source", {
  fn <- function(x) {
    total <- x * 2
    total + 1
  }
  for (form in list(utils::removeSource(fn), compiler::cmpfun(fn))) {
    expect_equal(plain_values(jit_script(form)(v)), plain_values(v * 2 + 1))
  }
  path <- withr::local_tempfile(fileext = ".R")
  writeLines(c("fn <- function(x) {", "  y <- x + 1", "  y + nowhere(x)", "}"), path)
  env <- new.env()
  eval(parse(path, keep.source = TRUE), env)
  error <- expect_failure_of(jit_script(env$fn), "compile", "`nowhere\\(x\\)`")
  expect_match(conditionMessage(error), paste0(basename(path), ":3:7"), fixed = TRUE)
})

test_that("recursion is refused", {
  factorial_of <- function(n = 3L) if (n < 2) 1L else n * factorial_of(n - 1L)
  expect_failure_of(jit_script(factorial_of), "compile", "calls itself")
})

test_that("warnings are R's, and messages lines of output", {
  program <- jit_script(function(n = 3L) {
    if (n > 2) warning("large: ", n)
    message("n is ", n)
    n
  })
  expect_warning(written <- capture.output(value <- program(5L)), "large: 5")
  expect_identical(list(written, value), list("n is 5", 5L))
  expect_no_warning(written <- capture.output(program(1L)))
})

test_that("arguments are forced, passed on and replaced where they are NULL", {
  `%||%` <- rlang::`%||%`
  expect_same_as_eager(function(x, by = NULL) x * (by %||% torch_ones(3)), v)
  expect_same_as_eager(function(x, by = NULL) x * (by %||% torch_ones(3)), v, v)
  expect_same_as_eager(function(n = 3L) {
    force(n)
    second <- function(...) ...elt(2)
    sum(seq.int(1L, n, by = 2L)) + second(1, n)
  }, 7L)
})

test_that("both pipes are what they are in R", {
  model <- nn_linear(3, 3)
  expect_same_as_eager(function(x) x |> torch_relu() |> torch_sum(), v)
  expect_same_as_eager(function(x) x %>% torch_relu(), v)
  expect_same_as_eager(function(x) x %>% torch_relu, v)
  expect_same_as_eager(function(x) x %>% torch_mul(2) %>% torch_sub(torch_ones(3), .), v)
  expect_same_as_eager(function(x) x %>% torch_add(torch_relu(.)), v)
  expect_same_as_eager(function(x) x %>% model() %>% nnf_relu() %>% .[2], v)
  expect_same_as_eager(function(x) x %>% { . + 1 }, v)
  expect_same_as_eager(function(x) x %>% (function(y) y * 3), v)
  expect_same_as_eager(function(x) x %>% (function(y) y * 3)(), v)
  expect_same_as_eager(function(x) x %>% torch_unbind() %>% lapply(function(y) y %>% torch_mul(2)) %>% torch_stack(), v)
  expect_same_as_eager(function(n = 9) n %>% sqrt() %>% c(1, .))
  expect_failure_of(jit_script(function(x) x %>% base::abs), "compile", "needs a call on its right side. base::abs\\(\\)")
})

test_that("arguments that are not given are told, and harmless where they are not used", {
  second <- function(x, y) if (missing(y)) x else x + y
  expect_same_as_eager(function(x) second(x) + second(x, x), v)
  sum_of <- function(x, y) x + y
  expect_failure_of(jit_script(function(x) sum_of(x)), "compile", "Argument 2 of `\\+\\(\\)` is missing")
})

test_that("torch_arange() takes whole numbers however they are computed", {
  expect_same_as_eager(function(x) torch_arange(0, 2 * x$size(1) - 1), torch_ones(3))
  expect_same_as_eager(function(n = 4L) torch_arange(0, n / 2))
  expect_same_as_eager(function(n = 5) torch_arange(1, n))
  expect_error(jit_script(function(n = 2.5) torch_arange(1, n))(), "whole number", class = "torchscript_error")
})

test_that("methods may end in invisible(self), and modules are made outside", {
  module <- nn_module(
    initialize = function() self$register_buffer("count", torch_zeros(1)),
    up = function() {
      self$count$add_(1)
      invisible(self)
    },
    forward = function(x) {
      self$up()
      x + self$count
    }
  )
  expect_equal(as_array(jit_script(module())(torch_ones(2))), c(2, 2))
  expect_error(jit_script(function(x) nn_relu()(x)), "can't make a module", class = "torchscript_compile_error")
  relu2 <- jit_compile("def relu2(x):\n  return torch.relu(x)\n")$relu2
  expect_same_as_eager(function(x) relu2(x) + 1, torch_tensor(c(-1, 1)))
})

test_that("what tensors are is asked as in R", {
  for (x in list(v, torch_ones(2, 3)$t(), torch_ones(2, 3, 4), torch_tensor(1:3))) {
    expect_same_as_eager(function(x) list(x$stride(), x$stride(1), x$stride(-1)), x)
    expect_same_as_eager(function(x) c(x[-1]$storage_offset(), x$element_size()), x)
    expect_same_as_eager(function(x) c(x$is_leaf, (x + 1)$is_leaf, x$is_sparse, x$is_quantized), x)
    expect_same_as_eager(function(x) if (x$device$type == "cpu") x + 1 else x, x)
    expect_same_as_eager(function(x) {
      torch_manual_seed(3)
      x + torch_rand(1)
    }, x)
  }
  expect_failure_of(jit_script(function(x) torch_float()$nothing), "compile", "A dtype has no field `nothing`")
})

test_that("what only R can do is refused, without a word of how R does it", {
  functions <- list(
    function(x) x$storage(), function(x) x$grad_fn, function(x) x$layout, function(x) x$retain_grad(), function(x) as.vector(x),
    function(x) format(x), function(x) with_enable_grad(x * 2), function(x) torch_load("f"), function(x) torch_serialize(x),
    function(x) cuda_is_available(), function(x) torch_get_num_threads(), function(x) torch_set_default_dtype(torch_double()),
    function(x) autograd_backward(x), function(x) x$backward(), function(x) torch_get_rng_state()
  )
  for (fn in functions) {
    error <- expect_failure_of(jit_script(fn), "compile")
    expect_no_match(conditionMessage(error), "C_|[.]Call|UseMethod|ffi_")
  }
})

test_that("what no form of an operator takes is told by what was given", {
  message <- conditionMessage(expect_failure_of(jit_script(function(x) torch_randint(5, c(2, 2))), "compile", "`high` is a vector"))
  expect_no_match(message, "NULL|generator|memory_format|pin_memory")
  expect_failure_of(jit_script(function(x) x$view("a")), "compile", "`self` is a tensor, `size` is a string[.] Its forms: view\\(self: Tensor, size: List\\[int\\]\\)")
  expect_failure_of(jit_script(function(x, m = NULL) torch_cat(list(x, m))), "compile", "is.null")
})

test_that("a string of the program's chooses the device", {
  expect_same_as_eager(function(x, on = "cpu") list(x$to(device = on), torch_zeros(2, device = on), x$to(device = on, dtype = torch_double())), v)
  expect_failure_of(jit_script(function(x, on = "cpu") x$to(device = on))(v, "nowhere"), "program")
})

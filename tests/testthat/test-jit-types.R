# Every type of TorchScript, in a module that PyTorch made: dev/fixtures_types.py.

types <- function() jit_load(fixture("types/types.pt"))

# For each method `echo_<name>`: R values that it takes, and what they come back as where that is something else.
echoed <- list(
  int = list(1L, 3, -7L, bit64::as.integer64("9223372036854775807")),
  float = list(2.5, NaN, Inf, -Inf), complex = list(1 - 2i), bool = list(TRUE, FALSE),
  str = list("naïve", "", "日本", "a\"b'c\\"), device = list(torch_device("cpu")),
  optional = list(NULL, 4L),
  ints = list(1:3, integer(), 5L), floats = list(c(1.5, 2), numeric()), bools = list(c(TRUE, FALSE), logical()),
  strs = list(c("a", "b"), character(), "x"), complexes = list(c(1 + 2i, 0i), complex()),
  optionals = list(list("a", NULL), list()),
  nested = list(list(1:2, integer()), list()), tuples = list(list(list("a", 1L), list("b", 2L))),
  single = list(list(1L)), by_str = list(), dict_of_lists = list(list(b = 1:2, a = integer())),
  union = list(3L, 1:2, "a"),
  any = list(3L, 3, NULL, "a", TRUE, 1:2, c(1.5, 2), c("a", "b"), c(TRUE, FALSE), 1i, list(1L, "a"), list(a = 1, b = "c"))
)

test_that("values of every type go in and come back the same", {
  m <- types()
  for (name in names(echoed)) {
    method <- m[[paste0("echo_", name)]]
    # the optimising executor differs from the first call
    for (value in echoed[[name]]) {
      for (i in 1:3) {
        back <- method(value)
        wanted <- if (is.numeric(value) && !is.integer(value) && name == "int" && !bit64::is.integer64(value)) as.integer(value) else value
        expect_identical(back, wanted, info = name)
      }
    }
  }
})

test_that("tensors within values are the same tensors", {
  m <- types()
  x <- torch_tensor(c(1, 2))
  expect_identical(m$echo_tensor(x)$storage(), x$storage())
  back <- m$echo_tensors(list(x, x))
  back[[1]]$add_(1)
  expect_equal(as.numeric(x), c(2, 3))
  tuple <- m$echo_tuple(list(1L, "a", x))
  expect_identical(tuple[1:2], list(1L, "a"))
  expect_equal(as.numeric(tuple[[3]]), c(2, 3))
  expect_identical(names(m$echo_by_str(list(z = x, a = x))), c("z", "a"))
})

test_that("named tuples take their fields in any order and keep their names", {
  m <- types()
  expect_identical(m$echo_named(list(labels = c("a", "b"), left = 1, corner = NULL)), list(left = 1, labels = c("a", "b"), corner = NULL))
  expect_failure_of(m$echo_named(list(left = 1, labels = "a", corner = 2)), "type", "`x[$]corner` must be a tensor or NULL, not the number 2")
  expect_failure_of(m$echo_named(list(left = 1, labels = "a", edge = NULL)), "value", "no usable element named `corner`")
})

test_that("dictionaries with keys of every kind keep their order and their keys", {
  m <- types()
  by_int <- jit_dict(c(3L, 1L), list("c", "a"))
  expect_identical(m$echo_by_int(by_int), by_int)
  expect_identical(m$echo_by_int(list(`3` = "c", `1` = "a")), by_int)
  expect_identical(m$echo_by_int(list()), jit_dict(list(), list()))
  expect_identical(jit_dict_keys(m$echo_by_float(jit_dict(0.1 + 0.2, 1L))), 0.1 + 0.2)
  expect_identical(m$echo_by_bool(jit_dict(c(TRUE, FALSE), c("yes", "no")))[["FALSE"]], "no")
  expect_identical(names(by_int[2]), "1")
  expect_failure_of(m$echo_by_int(list(a = "x")), "value", "no usable element named `a`")
  expect_failure_of(m$echo_by_str(list(torch_tensor(1))), "type", "named list")
  expect_failure_of(m$echo_dict_of_lists(list(a = 1L, a = 2L)), "value", "two elements named `a`")
  expect_failure_of(m$echo_dict_of_lists(list(a = 1L, b = 1.5)), "value", "`x[$]b` must be a whole number, not 1.5")
  expect_failure_of(jit_dict(c(1L, 1L), list(1, 2)), "value", "twice", "jit_dict")
  expect_failure_of(jit_dict(1:3, list(1, 2)), "value", "3 keys", "jit_dict")
  expect_output(print(by_int), "<jit_dict> of 2 entries")
})

test_that("enums come as objects and go in as objects or names", {
  m <- types()
  red <- m$echo_colour("RED")
  expect_identical(c(red$name, as.character(red), format(red)), c("RED", "RED", "Colour.RED"))
  expect_identical(red$value, 1L)
  expect_true(red == "RED")
  expect_true(m$echo_colour(red) == red)
  expect_false(red == m$echo_colour("GREEN"))
  expect_identical(m$echo_mode("SLOW")$value, "slow")
  expect_identical(vapply(m$echo_colours(c("GREEN", "RED")), as.character, ""), c("GREEN", "RED"))
  expect_output(print(red), "<Colour.RED: 1>", fixed = TRUE)
  expect_failure_of(m$echo_colour("BLUE"), "type", "`x` must be one of \"RED\", \"GREEN\", not the string \"BLUE\"")
  expect_failure_of(m$echo_colour(m$echo_mode("FAST")), "type", "`x` must be one of")
  expect_failure_of(red$size, "type", "no field `size`")
  x <- torch_tensor(2)
  expect_equal(as.numeric(m(x, mode = "FAST")), 4)
  expect_equal(as.numeric(m(x, times = 5L, mode = m$echo_mode("SLOW"))), 2)
  expect_failure_of(m(x, "FAST", 5L, 6L), "type", "at most 3 arguments")
})

test_that("objects of script classes have fields and methods, and are handed back", {
  m <- types()
  counter <- m$make_counter(5L)
  expect_identical(counter$add("a"), 6L)
  expect_identical(counter$seen, "a")
  counter$count <- 40L
  expect_identical(m$count_of(counter), 40L)
  expect_identical(m$count_of(list(seen = character(), count = 3L)), 3L)
  expect_setequal(names(counter), c("count", "seen", "add"))
  expect_output(print(counter), "$count: 40", fixed = TRUE)
  expect_failure_of(counter$size, "type", "no member `size`")
  expect_failure_of(counter$count <- "a", "type", "whole number")
  expect_failure_of(m$count_of(3L), "type", "Counter")
  expect_failure_of(m$count_of(list(count = 3L)), "value", "must have 2 elements")
})

test_that("futures are waited for, and go in as what they came back as", {
  # it starts libtorch's threads, whose number can't be set from then on
  values <- in_fresh_r(function(path) {
    m <- torchscript::jit_load(path)
    x <- torchscript::torch_tensor(4)
    c(as.numeric(m$forked(x)), as.numeric(m$waited(m$forked(x))))
  }, normalizePath(fixture("types/types.pt")))
  expect_identical(values, c(8, 8))
})

test_that("attributes and constants of every type are read and written", {
  m <- types()
  expect_identical(m$whole, 7L)
  expect_identical(unlist(m$names), c("x", "y"))
  expect_identical(m$int, 2^40)
  expect_identical(m$named, list(left = 1, labels = "a", corner = NULL))
  expect_identical(as.character(m$colour), "GREEN")
  expect_identical(jit_dict_keys(m$by_int), c(3L, 1L))
  expect_identical(m$nested, list(1:2, integer()))
  expect_null(m$optional)
  values <- list(
    int = 5L, float = 0.5, complex = 1i, bool = FALSE, str = "x", optional = 3L, ints = integer(), strs = "z",
    nested = list(3L), named = list(left = 2, labels = character(), corner = NULL), tuples = list(list("q", 2L)),
    dict_of_lists = list(k = 9L), optionals = list(NULL)
  )
  for (name in names(values)) {
    m[[name]] <- values[[name]]
    expect_identical(m[[name]], values[[name]], info = name)
  }
  m$colour <- "RED"
  expect_identical(as.character(m$colour), "RED")
  expect_failure_of(m$ints <- "a", "type", "vector of whole numbers")
  again <- jit_unserialize(jit_serialize(m))
  for (name in names(values)) expect_identical(again[[name]], values[[name]], info = name)
})

test_that("lists and dictionaries are copies, tensors are not", {
  m <- types()
  x <- 1:2
  t <- torch_tensor(1)
  expect_identical(m$grow(x, t), 1:3)
  expect_identical(x, 1:2)
  expect_equal(as.numeric(t), 2)
})

test_that("whole numbers of 64 bits come back exactly, the extremes too", {
  m <- types()
  expect_identical(m$least(), -2^63)
  expect_identical(m$echo_int(-2^63), -2^63)
  expect_identical(format(m$echo_int(bit64::as.integer64("9223372036854775807"))), "9223372036854775807")
  expect_identical(m$echo_int(2^53 - 1), 2^53 - 1)
  expect_failure_of(m$echo_int(2^63), "value", "too large")
  expect_failure_of(m$echo_int(NA_integer_), "value", "must not be NA")
  expect_failure_of(m$echo_int(bit64::NA_integer64_), "value", "must not be NA")
  expect_failure_of(m$echo_int(2.5), "value", "whole number, not 2.5")
  expect_failure_of(m$echo_int(TRUE), "type", "whole number")
  expect_failure_of(m$echo_int(factor("a")), "type", "factor")
})

test_that("strings that R can't hold are raw vectors, and bytes stay bytes", {
  m <- types()
  expect_identical(m$echo_str(as.raw(c(1, 0, 2))), as.raw(c(1, 0, 2)))
  bytes <- m$echo_str(as.raw(c(0xff, 0x61)))
  expect_identical(Encoding(bytes), "bytes")
  expect_identical(charToRaw(m$echo_str(bytes)), as.raw(c(0xff, 0x61)))
  latin <- iconv("é", "UTF-8", "latin1")
  expect_identical(m$echo_str(latin), "é")
  expect_failure_of(m$echo_str(NA_character_), "value", "must not be NA")
})

test_that("an error names the element", {
  m <- types()
  expect_failure_of(m$echo_tensors(list(torch_tensor(1), 2)), "type", "`x\\[\\[2\\]\\]` must be a tensor, not the number 2")
  expect_failure_of(m$echo_tuples(list(list("a", 1L), list("b", "c"))), "type", "`x\\[\\[2\\]\\]\\[\\[2\\]\\]` must be a whole number")
  expect_failure_of(m$echo_single(list(1L, 2L)), "value", "must have 1 elements, not 2")
  expect_failure_of(m$echo_union(TRUE), "type", "must be")
  expect_failure_of(m$echo_any(list(quote(a))), "type", "`x\\[\\[1\\]\\]` must be a value that TorchScript has a type for")
})

test_that("values without a schema say their type themselves", {
  m <- types()
  expect_identical(m$echo_any(jit_list(list(1L, NULL), "List[Optional[int]]")), list(1L, NULL))
  expect_identical(m$echo_any(jit_list(list("a"), "List[str]")), "a")
  expect_identical(m$echo_any(jit_dict(2L, list(1), "Dict[int, float]")), jit_dict(2L, list(1)))
  expect_failure_of(m$echo_any(jit_list(list("a"), "List[int]")), "type", "whole number")
  expect_failure_of(m$echo_any(jit_list(list("a"), "List[")), "type", "be read")
  expect_failure_of(jit_list(quote(a)), "type", "`x` must be a list", "jit_list")
  expect_failure_of(jit_list(1, type = 2), "type", "`type` must be a string", "jit_list")
})

test_that("arguments may have the names of R's words", {
  m <- types()
  expect_identical(m$odd_name(`next` = 1L, `function` = 2L), 121L)
  expect_failure_of(m$odd_name(1L, 2L, x = 1L), "type", "no argument `x`")
})

test_that("what a program prints and warns of reaches R", {
  m <- types()
  expect_identical(suppressWarnings(capture.output(m$say(3L)))[[1]], "x is 3")
  fresh <- types()
  capture.output(w <- tryCatch(fresh$say(3L), warning = identity))
  expect_s3_class(w, "torchscript_warning")
  expect_match(conditionMessage(w), "x is odd")
})

test_that("what a program raises is an R condition of the same class, the reason first", {
  m <- jit_load(fixture("types/raising.pt"))
  for (i in 1:3) {
    error <- expect_failure_of(m("ValueError"), "program", "a bad value: RuntimeError: not this")
    expect_s3_class(error, "ValueError")
    expect_match(error$traceback, "RaiseException", fixed = TRUE)
    expect_no_match(error$traceback, "a bad value", fixed = TRUE)
    expect_identical(conditionMessage(error), "a bad value: RuntimeError: not this")
  }
  for (class in c("KeyError", "NotImplementedError", "AssertionError")) {
    error <- tryCatch(m(class), error = identity)
    expect_true(inherits(error, class), info = class)
    said <- c(KeyError = "no such key", NotImplementedError = "later", AssertionError = "must be empty")[[class]]
    expect_identical(conditionMessage(error), said)
  }
  expect_failure_of(m("empty"), "program")
  expect_failure_of(m("index"), "program", "out of range")
  expect_failure_of(m("operator"), "program", "self must be a matrix")
  expect_output(print(jit_last_traceback()), "torch.mm", fixed = TRUE)
  expect_identical(m(""), 1L)
})

test_that("the table of types knows every type that is tried here", {
  table <- torchscript_types()
  expect_identical(names(table), c("type", "given", "returned"))
  expect_false(any(table == "" | is.na(table)))
  m <- types()
  methods <- grep("^echo_", names(m), value = TRUE)
  expect_length(methods, 31)
  # every kind of type that the fixture has stands in the table
  kinds <- vapply(methods, function(method) sub("^.*-> ", "", capture.output(print(m[[method]]))[[1]]), "")
  kinds <- sub("[[].*", "", kinds)
  kinds[grepl("Enum|Colour|Mode", kinds)] <- "Enum"
  kinds[grepl("Box", kinds)] <- "NamedTuple"
  expect_identical(setdiff(kinds, sub("[[].*", "", table$type)), character())
})

test_that("types survive the way to PyTorch and back", {
  skip_without_python()
  m <- types()
  m$named <- list(left = 7, labels = c("p", "q"), corner = torch_tensor(1))
  m$by_int <- jit_dict(c(9L, 2L), list("i", "b"))
  m$colour <- "RED"
  m$strs <- c("é", "")
  path <- withr::local_tempfile(fileext = ".pt")
  jit_save(m, path)
  out <- run_python("
import sys, torch
m = torch.jit.load(sys.argv[1])
print(m.by_int, list(m.strs) == ['é', ''], m.echo_int(5), m.echo_by_int({1: 'x'}))
print(m.named[0], list(m.named[1]), m.named[2].item())
", path)
  expect_identical(out, c("{9: 'i', 2: 'b'} True 5 {1: 'x'}", "7.0 ['p', 'q'] 1.0"))
})

test_that("NULL assigned into a value removes, and within a list stays", {
  unit <- jit_compile("
def holes(x: List[Optional[int]]):
  return x
def entries(x: Dict[str, Optional[int]]):
  return x
def any(x: Any):
  return x
class Pair:
  def __init__(self, a: Optional[int], b: List[Optional[int]]):
    self.a = a
    self.b = b
def pair(a: Optional[int], b: List[Optional[int]]):
  return Pair(a, b)
")
  x <- unit$holes(list(1L, NULL, 3L))
  expect_identical(x, list(1L, NULL, 3L))
  x[[2]] <- NULL
  expect_identical(unit$holes(x), list(1L, 3L))
  x[2] <- list(NULL)
  expect_identical(unit$holes(x), list(1L, NULL))

  typed <- jit_list(list(1L, 2L, NULL), "List[Optional[int]]")
  typed[[1]] <- NULL
  expect_identical(unit$any(typed), list(2L, NULL))
  pair <- jit_tuple(list(1L, NULL, "a"))
  pair[[2]] <- NULL
  expect_identical(unit$any(pair), list(1L, "a"))

  # the keys follow
  entries <- jit_dict(c("a", "b"), list(1L, 2L))
  entries[["a"]] <- NULL
  expect_identical(unit$entries(entries), list(b = 2L))
  entries$c <- 3L
  entries["b"] <- list(NULL)
  entries[["not there"]] <- NULL
  expect_identical(unit$entries(entries), list(b = NULL, c = 3L))
  numbered <- jit_dict(c(10L, 20L), list("x", "y"))
  numbered[["20"]] <- NULL
  numbered[[1]] <- "z"
  expect_identical(numbered, jit_dict(10L, list("z")))
  expect_failure_of(numbered[["30"]] <- "w", "index", "no such entry")
  expect_failure_of(numbered[[c(1, 2)]] <- "w", "index", "One entry")

  object <- unit$pair(1L, list(1L, NULL))
  object$a <- NULL
  expect_null(object[["a"]])
  object[["a"]] <- 2L
  b <- object$b
  b[[2]] <- NULL
  object[["b"]] <- b
  expect_identical(list(object$a, object$b), list(2L, list(1L)))
  expect_failure_of(object[["c"]] <- 1L, "type", "no field `c`")
})

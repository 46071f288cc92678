# What is not translated is refused, with the place and a reason: never another meaning.
refused <- list(
  function(n = 3L) 5L %/% 0L,
  function(n = 3L) format("a", width = 5),
  function(n = 3L) format(n),
  function(n = 3L) n %in% c("a"),
  function(n = 3L) n + (0+0i),
  function(n = 3L) paste0(),
  function(n = 3L) sprintf("%2$s %1$s", n, "a"),
  function(n = 3L) sprintf("%d and %d", n),
  function(n = 3L) sprintf("%x", n),
  function(n = 3L) sprintf("%x", n),
  function(n = 3L) suppressWarnings(n),
  function(n = 3L) unlist(list(a = 1, b = 2)),
  function(n = 3L) vapply(1:n, function(i) c(i, i), c(0, 0)),
  function(n = 3L) vapply(1:n, function(i) i * 1.5, 0L),
  function(n = 3L, f = "a%d") sprintf(f, n),
  function(n = 5L) Sys.time(),
  function(n = 5L) assign("x", 1),
  function(n = 5L) eval(quote(n)),
  function(n = 5L) get("n"),
  function(n = 5L) n$foo,
  function(n = 5L) n[["foo"]],
  function(n = 5L) rnorm(n),
  function(n = 5L) sapply(1:n, function(i) switch(i, 10, 20, 30)),
  function(n = 5L) tryCatch(n, error = function(e) 0),
  function(n = 5L) with(list(a = 1), a + n),
  function(s = "1") s + 1,
  function(s = "abc") s < "b",
  function(s = "x") c(s, 1),
  function(s = "x") format(s),
  function(s = "x") sapply(c("a", s), function(k) paste0(k, "!")),
  function(s = "x") vapply(c("a", s), function(k) paste0(k, "!"), ""),
  function(flag = TRUE) switch(flag, "a", "b"),
  function(x = 2.5) format(x),
  function(x) Recall(x),
  function(x) as_array(x),
  function(x) sprintf("%s", x),
  function(x) torch_sum(x, nonsense = 1),
  function(x) torch_zeros(2, ),
  function(x) torch_zeros(2, dtype = "float65"),
  function(x) x + "a",
  function(x) x == NULL,
  function(x) x$backward(),
  function(x) x$dtype,
  function(x) x$index_select(2, i),
  function(x) x$sum(0),
  function(x) x$sum(dims = 1),
  function(x) x$view("a"),
  function(x) x["a"],
  function(x) x[0:1],
  function(x) x[3:1],
  function(x, i) x[i, i],
  function(x, k = 2) identical(x, x),
  function(x, k = 2) ifelse(k > 1, c(1, 2), 3),
  function(x, k = 2) ifelse(k > 1, x, x * 2),
  function(x, k = 2L) identical(NULL, k),
  function(x, k = 2L) identical(c(k), k),
  function(x, k = 2L) x[slc(1, k)],
  function(x, mask = NULL) x * mask,
  function(x, n = 3) torch_arange(0, 1, 0.25)
)

test_that("what has no counterpart is refused with its place and a reason", {
  for (fn in refused) {
    error <- expect_failure_of(jit_script(fn), "compile", "^(In|line|[0-9]+ places)")
    expect_no_match(conditionMessage(error), "mistake of")
  }
})

# The message of the refusal.
refusal <- function(fn, ...) {
  message <- conditionMessage(expect_failure_of(jit_script(fn, ...), "compile"))
  expect_no_match(message, "mistake of|list\\(type|[.]acc|[.]f\\(|\\(function \\(")
  message
}

test_that("what a function of an apply function has is told of the user's call", {
  expect_match(refusal(function(n = 1L) sapply(c("a", "b"), rawToChar, USE.NAMES = FALSE)), "^In `sapply\\(.*`rawToChar\\(\\)` can't")
  expect_match(refusal(function(s = "a") lapply(c("a", s), charToRaw)), "^In `lapply\\(.*`charToRaw\\(\\)` can't")
  expect_match(refusal(function(s = "a") mapply(shQuote, c("a", s), USE.NAMES = FALSE)), "^In `mapply\\(.*`shQuote\\(\\)` can't")
  expect_match(refusal(function(s = "a") Filter(charToRaw, c("a", s))), "^In `Filter\\(")
  expect_match(refusal(function(s = "a") Reduce(file.path, c("a", s))), "^In `Reduce\\(.*`file.path\\(\\)` can't")
  expect_match(refusal(function(s = "a") do.call(charToRaw, list(s))), "^In `do.call\\(")
  expect_match(refusal(function(n = 1L) lapply(1:n, rnorm)), "`rnorm\\(\\)` can't")
  expect_match(refusal(function(n = 1L) lapply(1:n, function(i) shQuote(i))), "^In `shQuote\\(i\\)`")
  expect_match(refusal(function(n = 3L) Reduce(function(a, b) paste0(a, b), 1:n)), "begins with a whole number, and the function gives a string. Give it an `init`")
  expect_match(refusal(function(n = 1L) lapply(1:n, "nothing")), "There is no function `nothing\\(\\)`")
  expect_match(refusal(function(n = 1L) lapply(1:n)), "^In `lapply\\(1:n\\)`: A function is needed")
  expect_match(refusal(function(n = 1L) lapply()), "needs something to go through")
  expect_match(refusal(function(n = 1L) Filter(Negate(is.null), list(1, NULL))), "^In `Negate\\(is.null\\)`: `Negate\\(\\)` can't be translated")
  recursive <- function(n = 3L) { f <- function(k) if (n > k) sapply(1:2, f) else 1; f(1) }
  expect_match(refusal(recursive), "`f\\(\\)` calls itself")
})

test_that("what R has and a program has not is told with what a program has", {
  expect_match(refusal(function(x) local({ x + 1 })), "`local\\(\\)` can't be translated.*\\(function\\(\\) \\{ ... \\}\\)\\(\\) instead")
  expect_match(refusal(function(x) with(list(a = x), a)), "`with\\(\\)` can't be translated.*x\\$name instead")
  expect_match(refusal(function(x) tryCatch(x, error = function(e) 1)), "`tryCatch\\(\\)` can't be translated.*around the call of the program")
  expect_match(refusal(function(x) Recall(x)), "`Recall\\(\\)` can't be translated.*a loop instead")
})

test_that("a value that may be NULL is no text, and a tensor no condition", {
  for (fn in list(
    function(s) cat(s, "\n"), function(s) paste(s, "b"), function(s) message(s), function(s) stop(s), function(s) warning(s),
    function(s) print(s), function(s) sprintf("%s", s), function(s) sprintf("%5d", s)
  )) {
    expect_match(refusal(fn, s = "Optional[str]"), "A string or NULL can't become text. Ask is.null\\(\\) first")
  }
  expect_match(refusal(function(x) paste(x)), "A tensor can't become text. \\$item\\(\\)")
  expect_match(refusal(function(v) if (v) 1 else 2, v = "List[float]"), "must be TRUE or FALSE, not a vector of doubles")
  expect_match(refusal(function(n = 1L) if (list()) 1 else 2), "must be TRUE or FALSE, not an empty list")
})

test_that("what is printed and formatted is told truly", {
  expect_match(refusal(function(v) print(v), v = "List[float]"), "`print\\(\\)` of a vector .* cat\\(x")
  expect_match(refusal(function(n = 1L) print(list(n, "a"))), "Print its elements one by one")
  expect_match(refusal(function(n = 1L) print(n, n)), "takes one value")
  expect_match(refusal(function(n = 1L) cat(list(n, n), "\n")), "paste\\(x\\) makes strings")
  expect_match(refusal(function(s = "a") paste("a", s, recycle0 = TRUE)), "`recycle0`")
  expect_match(refusal(function(s = "a") paste(s, "b", collapse = 1)), "`collapse` is a number")
  expect_match(refusal(function(s = "a") nchar(s, "width")), "counts letters and bytes")
  expect_match(refusal(function(s = "a") nchar()), "needs a string")
  expect_match(refusal(function(n = 1L) sprintf("%d%", n)), "`%` that begins nothing")
  expect_match(refusal(function(n = 1L) sprintf("%5%", n)), "`%` that begins nothing")
  expect_match(refusal(function(n = 1L) sprintf("%d %d", n)), "for 2 values, and 1 is given")
  expect_match(refusal(function(n = 1L) sprintf("%d", n, n)), "for 1 value, and 2 are given")
  expect_match(refusal(function(n = 1L) sprintf("%d")), "too few arguments")
  expect_match(refusal(function(n = 1L) sprintf("%d", 3.5)), "invalid format")
  expect_match(refusal(function(n = 1L) sprintf()), "needs a format")
  expect_match(refusal(function(n = 1L) sprintf(c("%d", "%i"), n)), "one string that is known")
})

test_that("names that would be lost are refused, with what can be written", {
  expect_match(refusal(function(n = 1L) sapply(c(a = 1, b = 2), function(x) x * n)), "names is no value .* lapply\\(\\)")
  expect_match(refusal(function(n = 1L) sapply(c(a = 1, b = 2), function(x) x * n, USE.NAMES = FALSE)), "names is no value")
  expect_match(refusal(function(n = 1L) mapply(function(x, y) x * y, c(a = 1, b = 2), c(n, 2))), "`USE.NAMES = FALSE`")
  expect_match(refusal(function(n = 1L) Filter(function(x) x > n, c(a = 1, b = 2))), "unname\\(\\)")
  expect_match(refusal(function(n = 1L) Filter(is.character, list(n, "a"))), "elements of one type. A loop")
  expect_match(refusal(function(n = 1L) sapply("a", function(s) n)), "`USE.NAMES = FALSE`")
})

test_that("stopifnot() takes what R takes", {
  for (fn in list(function(n = 1L) stopifnot(n), function(n = 1L) stopifnot(1), function(n = 1L) stopifnot("a"), function(n = 1L) stopifnot(NULL))) {
    expect_match(refusal(fn), "takes TRUE or FALSE, not")
  }
  expect_match(refusal(function(n = 1L) { stopifnot(exprs = { n > 1 }); n }), "`exprs` of stopifnot")
  expect_match(refusal(function(n = 1L) { f <- function(...) stopifnot(...); f(n > 1); n }), "of `...` can't be translated")
})

test_that("one problem after a return() is one problem", {
  message <- refusal(function(xs) vapply(xs, function(e) { if (e > 0) return(1); "a" }, 0), xs = "List[float]")
  expect_match(message, "^In `if \\(e > 0\\) return\\(1\\)`: The branches give different things")
})

test_that("what TorchScript can't write is told", {
  expect_failure_of(jit_script(function(n = 3, x) x), "compile", "`n` has a default, and `x` behind it has none.*Put `n` behind `x`")
  expect_same_as_eager(function(f = sum, x) x, x = torch_ones(2))
})

test_that("a tensor is not seen as one of another dtype, and short names have no likenesses", {
  expect_failure_of(jit_script(function(x) x$view(dtype = torch_int())), "compile", "TorchScript has no such form.*converts the values")
  error <- rlang::catch_cnd(jit_script(function(x) mad(c(1, x$sum()$item()))))
  expect_match(conditionMessage(error), "`mad()` can't be translated.", fixed = TRUE)
  expect_no_match(conditionMessage(error), "Did you mean")
})

test_that("what goes wrong in a program counts positions as R does, after loading too", {
  pick <- jit_script(function(x) x[7] + x$sum(2))
  path <- withr::local_tempfile(fileext = ".pt")
  jit_save(pick, path)
  module <- jit_script(nn_module(initialize = function() self$at <- 7L, forward = function(x) x[self$at])())
  for (program in list(pick, jit_load(path), module)) {
    expect_failure_of(program(torch_ones(3)), "program", "position 7 is out of range for dimension 1")
  }
  expect_failure_of(pick(torch_ones(9)), "program", "dimension 2 is out of range")
  # PyTorch's programs count as PyTorch does
  expect_failure_of(jit_compile("def f(x):\n  return x[6]\n")$f(torch_ones(3)), "program", "index 6 out of range")
})

test_that("what an argument that is NULL by default is, is told", {
  expect_failure_of(jit_script(function(b, n = NULL) { if (is.null(n)) n <- length(b); b * n }), "compile", "jit_script\\(f, n = \"Optional\\[int\\]\"\\) says what else it is")
  expect_failure_of(jit_script(function(x, a = NULL) { k <- if (is.null(a)) 0.1 else a; x * k }), "compile", "a = \"Optional\\[float\\]\"")
  expect_failure_of(jit_script(function(x) { out <- x[1]; for (i in 2:3) out <- c(out, x[i]); out }), "compile", "Begin with a list: out <- list")
})

test_that("what can't be is said in words that fit", {
  told <- function(fn, pattern) expect_failure_of(jit_script(fn), "compile", pattern)
  told(function(x) { d <- list(a = 1); d$a[2] <- 5; d }, "`d\\$a` is a number, of which no elements can be set")
  told(function(n = 2L) { v <- c(1, 2); v[n > 1L] }, "TRUE or FALSE alone can't choose elements")
  told(function(n = 2L) { v <- c(1, 2); v[0] }, "A position is a whole number")
  told(function(v = c(1, 2)) Find(function(e) e > 1, v), "Filter\\(f, x\\)")
  told(function(x) { fs <- list(); for (i in 1:3) fs[[i]] <- function(z) z * i; fs[[1]](x) }, "can't hold functions")
  told(function(x, n = 1L) { f <- function(z) z; if (n > 1L) f <- function(z) z * 10; f(x) }, "can't be chosen while the program runs")
  layer <- nn_linear(2, 2)
  held <- jit_script(function(x) layer(x))
  told(function(x) held(x) + held(x), "has modules or tensors of its own")
})

test_that("a variable that becomes something else in a loop is told once", {
  fn <- function(n = 5L) { bits <- integer(0); while (n > 0L) { bits <- c(n %% 2, bits); if (n > 100L) break; n <- n %/% 2L }; bits }
  message <- tryCatch(jit_script(fn), error = conditionMessage)
  expect_match(message, "`bits` is a vector of integers before the loop and a vector of doubles in it. as.numeric() makes doubles of the integers.", fixed = TRUE)
  expect_no_match(message, "places")
})

test_that("lengths that are no numbers and what toString() does not take are told", {
  for (use in alist(rep(2:1, NaN), rep_len(1:2, NaN), numeric(NaN), vector("list", NaN), lapply(seq_len(NaN), identity), for (i in seq_len(NaN)) n <- i)) {
    expect_failure_of(jit_script(eval(bquote(function(n = 1L) .(use)))), "compile", "A length must be a number, not NaN|vector size cannot be")
  }
  expect_identical(suppressWarnings(jit_script(function(n = 1L) rep(c(4, 2), length.out = NULL)))(1L), c(4, 2))
  for (use in alist(toString(x, 5), toString(x, width = 8), toString(collapse = "; ", x))) {
    expect_failure_of(jit_script(eval(bquote(function(x = c(1, 2)) .(use)))), "compile", "takes a vector alone here")
  }
})

# R's vectors in programs: element by element, repeated, their ends.

vector_functions <- list(
  function(x) dim(x) * 2L,
  function(x) dim(x) + 1,
  function(x) dim(x) * c(1L, 2L, 3L),
  function(x) tail(dim(x), 2),
  function(x) tail(dim(x), -1),
  function(x) head(dim(x), 2),
  function(x) head(dim(x), -1),
  function(x) rep(1L, length(dim(x))),
  function(x) rep(dim(x), 2),
  function(x) rep_len(dim(x), 5),
  function(x) dim(x) > 3L,
  function(x) any(dim(x) > 4),
  function(x) torch_ones(c(tail(dim(x), 2), 1L)),
  function(x) { s <- dim(x); s[2] <- 7L; s },
  function(x) floor(dim(x) / 2),
  function(x) as.integer(floor(dim(x) * 0.5)),
  function(x) toString(dim(x)),
  function(x) { s <- dim(x); s[-length(s)] },
  function(x) seq(2L, by = 3L, length.out = 4L),
  function(x) { n <- dim(x)[[1]]; seq(1L, by = n, length.out = n) },
  function(x) -1L * dim(x),
  function(x) { a <- c(x$sum()$item(), 2); b <- a; b[1] <- 3; a[[2]] + b[[1]] },
  function(x) { l <- list(torch_randn(2), torch_randn(2)); l[[1]] + l[[1]] - l[[2]] },
  function(x) dim(x)[-1],
  function(x) unname(list(x, x * 2)),
  function(x) max(dim(x) * 2L),
  function(x) sum(dim(x)^2),
  function(x) { k <- list(a = x, n = 2L); k["a"][[1]] },
  function(x) if (3L %in% dim(x)) x else -x,
  function(x) paste("a", 1:2, sep="-", collapse = "+"),
  function(x) { v <- c(1, 2, 3); v[2] <- 9; v * 2 },
  function(x) prod(dim(x)),
  function(x) sqrt(dim(x)),
  function(x) { y <- rep(list(x), 2); y[[1]] <- x * 0; torch_stack(y) },
  function(x) { s <- 0; for (k in rep(2L, dim(x)[[1]])) s <- s + k; s },
  function(x) dim(x) %/% 2L,
  function(x) dim(x) %% 2L,
  function(x) { n <- dim(x)[[1]]; tail(dim(x), n - 2L) },
  function(x) { n <- dim(x)[[1]]; head(dim(x), 1L - n) },
  function(x) -dim(x)
)

test_that("vectors of numbers are what they are in R", {
  torch_manual_seed(1)
  for (fn in vector_functions) {
    for (x in list(torch_randn(3, 4, 5), torch_randn(2, 6, 3))) expect_same_as_eager(fn, x)
  }
})

test_that("lengths that do not fit are told", {
  mixed <- jit_script(function(a, b) a + b, a = "List[int]", b = "List[int]")
  expect_identical(mixed(1:3, 4:6), c(5L, 7L, 9L))
  expect_failure_of(mixed(1:3, 1:2), "program", "different lengths")
  expect_failure_of(jit_script(function(x) c(1, 2) * c(x$sum()$item(), 2, 3)), "compile", "2 and 3 elements")
  expect_same_as_eager(function(x) c(rep(dim(x), each = 2), rep(dim(x), each = 2, times = 3), rep(7L, each = 2)), torch_ones(2, 3))
  expect_failure_of(jit_script(function(n = -1L) rep(c(1, 2), each = n))(-1L), "program", "negative")
  without <- jit_script(function(x, n) x[-n], x = "List[int]", n = "int")
  expect_identical(without(5:8, 2L), c(5L, 7L, 8L))
  expect_identical(without(5:8, 4L), 5:7)
  expect_failure_of(without(5:8, -1L), "program", "leave out")
})

test_that("what a list is made of is computed once", {
  torch_manual_seed(1)
  same <- jit_script(function() {
    both <- lapply(list(torch_randn(2), torch_randn(2)), function(x) x - x)
    pair <- identity(list(torch_randn(3), torch_randn(3)))
    list(both[[1]], pair[[1]] - pair[[1]])
  })
  for (part in same()) expect_identical(sum(abs(as_array(part))), 0)
})

test_that("elements at several positions, and by a name that is not known", {
  several <- jit_script(function(a, i) a[i], a = "List[int]", i = "List[int]")
  expect_identical(several(5:8, c(4L, 1L, 1L)), c(8L, 5L, 5L))
  expect_failure_of(several(5:8, 5L), "program", "out of bounds")
  constant <- jit_script(function(a) a[c(1, 3)], a = "List[int]")
  expect_identical(constant(5:8), c(5L, 7L))
  named <- function(k) {
    d <- list(a = 1, b = 2.5)
    s <- 0
    for (name in names(d)) s <- s + d[[name]]
    c(d[[k]], s)
  }
  program <- jit_script(named, k = "str")
  for (k in c("a", "b")) expect_identical(program(k), named(k))
})

test_that("packed sequences are refused", {
  expect_failure_of(jit_script(function(x, n) nn_utils_rnn_pack_padded_sequence(x, n)), "compile", "padded tensor")
})

test_that("vectors are summed up, negated and joined", {
  floats <- list(v = "List[float]")
  for (v in list(c(1, 2, 4.5), 3)) {
    expect_same_as_eager(function(v) c(mean(v), sum(v > 1)), v, types = floats)
    expect_same_as_eager(function(v) !(v > 1), v, types = floats)
    expect_same_as_eager(function(v) paste(v, collapse = ","), v, types = floats)
  }
  expect_same_as_eager(function(v) mean(v), c(1L, 2L), types = list(v = "List[int]"))
  expect_same_as_eager(function(v) paste(v, collapse = "-"), c(TRUE, FALSE), types = list(v = "List[bool]"))
  expect_same_as_eager(function(n = 3L, y = 1.5) c(is.integer(n), is.double(n), is.double(y), is.infinite(y)))
  expect_same_as_eager(function(y = 1, x = -2) atan2(y, x))
  expect_same_as_eager(function(s = "abc") startsWith(s, "a") && endsWith(s, "c") && nzchar(s))
})

test_that("TRUE and FALSE choose elements of vectors and lists", {
  expect_same_as_eager(function(n = 3) {
    v <- c(1, 2, n, 4)
    list(v[v > 2], which(v > 2), v[which(v != n)], length(which(v > 20)), which(n > 2))
  })
  expect_same_as_eager(function(n = 3) {
    v <- c(1, 2, n, 4)
    for (i in 1:3) {
      v <- v[v > i]
      v <- c(v, n + i)
    }
    v
  })
  expect_same_as_eager(function(x, n = 3L) torch_stack(list(x, x + 1, x * n)[c(TRUE, FALSE, n > 2)]), torch_ones(2))
  # R would repeat the mask
  expect_error(jit_script(function(n = 3) c(1, 2, n)[c(n > 1, TRUE)])(), "a mask must have as many", class = "torchscript_error")
  expect_error(jit_script(function(x) which(x > 1)), "takes one vector of TRUE and FALSE", class = "torchscript_compile_error")
})

test_that("mapply() is Map(), simplified", {
  expect_same_as_eager(function(n = 3) mapply(function(a, b) a + b, c(1, 2, n), c(4, 5, 6)))
  expect_same_as_eager(function(n = 3) mapply(function(a, b) a + b, c(1, 2, n), 10))
  expect_same_as_eager(function(n = 3) mapply(function(a, b) paste0(a, b), c("a", "b"), c("c", "d"), USE.NAMES = FALSE))
  expect_same_as_eager(function(x) mapply(function(a, k) a * k, a = list(x, x), k = list(1, 2), SIMPLIFY = FALSE), torch_ones(2))
  expect_error(jit_script(function() mapply(function(a) a, c("a", "b"))), "USE.NAMES = FALSE", class = "torchscript_compile_error")
  expect_error(jit_script(function(x) mapply(function(a) a, list(x, x))), "lapply\\(\\) gives a list", class = "torchscript_compile_error")
})

test_that("a number is a vector of one: it grows, and has an element", {
  expect_same_as_eager(function() {
    tokens <- c(1L)
    for (i in 1:3) tokens <- c(tokens, tokens[length(tokens)] + 1L)
    tokens
  })
  expect_same_as_eager(function(n = 3L) {
    sums <- c(1)
    for (i in seq_len(n)) sums[i + 1] <- sums[i] + i
    sums
  })
  expect_same_as_eager(function() {
    a <- 1
    a[2] <- 5
    b <- 1L
    for (i in 1:3) b[[i + 1]] <- b[[i]] * 2L
    text <- "a"
    repeat {
      text <- c(text, paste0(text[1], length(text)))
      if (length(text) > 3) break
    }
    paste(sum(a), sum(b), paste(text, collapse = "-"))
  })
  expect_same_as_eager(function(n = 3, s = "a", i = 1L) paste(n[1], s[[1]], n[i]))
  # R has NA there
  expect_error(jit_script(function(n = 3, i = 2L) n[i])(), "out of bounds", class = "torchscript_error")
})

test_that("constant vectors with names keep them, or are refused", {
  weights <- c(a = 1.5, b = 2)
  expect_same_as_eager(function(n = 3) weights[["b"]] * n + sum(weights) + length(weights))
  expect_same_as_eager(function(n = 3) { s <- ""; for (k in names(weights)) s <- paste0(s, k, weights[[k]]); s })
  expect_same_as_eager(function(n = 3) unname(weights) * n)
  expect_same_as_eager(function(x) x * weights, torch_tensor(c(1, 2)))
  expect_same_as_eager(function(x) x$view(c(a = 2, b = 1)), torch_tensor(c(1, 2)))
  expect_failure_of(jit_script(function(n = 3) weights), "compile", "can't return a vector with names. list\\(\\) has names")
  expect_failure_of(jit_script(function(n = 3) weights + n), "compile", "a vector with names, and a number is needed. `\\[\\[` takes")
})

test_that("an element of a vector is never NULL", {
  expect_failure_of(jit_script(function(v) { v[2] <- NULL; v }, v = "List[float]"), "compile", "An element of a vector can't be NULL. v\\[-i\\] is the vector without it.")
  expect_failure_of(jit_script(function(v) { v[[2]] <- NULL; v }, v = "List[str]"), "compile", "can't be NULL")
})

test_that("a vector that turns out to have one element is repeated", {
  types <- list(v = "List[float]", w = "List[float]")
  v <- c(1, 2, 3)
  for (w in list(c(4, 5, 6), 2)) {
    expect_same_as_eager(function(v, w) list(v + w, w / v, v > w), v, w, types = types)
    expect_same_as_eager(function(v, w) v / diff(range(v, w)), v, w, types = types)
    expect_same_as_eager(function(v, w) rep(v, times = w), v, w, types = types)
    expect_same_as_eager(function(v, w) append(v, w, after = length(w)), v, w, types = types)
    expect_same_as_eager(function(v, w) identical(v, w), v, w, types = types)
  }
  expect_same_as_eager(function(v, w) identical(v, w), v, v, types = types)
  expect_failure_of(jit_script(function(v, w) v + w, v = "List[float]", w = "List[float]")(v, c(1, 2)), "program", "different lengths")
  expect_same_as_eager(function(a = 1) list(rep(c("a", "b"), times = c(2, 3)), append(list(1, 2), list(5), after = 1)))
})

test_that("as.numeric() and as.integer() of a tensor give all its elements to loops and to functions of vectors", {
  m <- torch_tensor(matrix(c(1, 2, 3, 4, 5, 6), 2))
  for (fn in list(
    function(x) { s <- 0; for (i in as.numeric(x)) s <- s * 10 + i; s }, function(x) { s <- 0; for (i in as.integer(torch_argsort(x[1]))) s <- s * 10 + i; s },
    function(x) sapply(as.numeric(x), function(v) v * 2), function(x) length(as.numeric(x)), function(x) sum(as.numeric(x)), function(x) as.numeric(x)[2],
    function(x) rev(as.integer(x)), function(x) mean(as.numeric(x)), function(x) seq_along(as.integer(x))
  )) {
    expect_same_as_eager(fn, m)
  }
})

test_that("a vector of no elements keeps its kind", {
  same <- function(fn) for (n in c(2L, 0L)) expect_same_as_eager(fn, n, types = list(n = "int"))
  for (fn in list(
    function(n) n + integer(0), function(n) n > integer(0), function(n) list(n * seq_len(0)), function(n) list(c(1, 2)[c(1, 2) > 5] * n),
    function(n) { f <- function(v) v * n; f(numeric(0)) }, function(n) if (is.null(n * numeric(0))) "null" else "vector",
    function(n) { v <- n + integer(0); is.integer(v) }, function(n) { v <- n + numeric(0); sum(v) },
    function(n) { v <- n * numeric(0); for (i in 1:2) v <- c(v, i); v }, function(n) { v <- n * numeric(0); list(a = v, b = 1) },
    function(n) list(n %/% integer(0), n^numeric(0), n == integer(0), pmax(n, integer(0))), function(n) list(integer(0) %in% n, !logical(0), nzchar(character(0))),
    function(n) list(as.character(integer(0)), xor(TRUE, logical(0)), TRUE & logical(0)), function(n) list(strrep("a", integer(0)), startsWith("a", character(0)))
  )) same(fn)
  expect_failure_of(jit_script(function(n = 1L) round(1.5, integer(0))), "compile", "invalid second argument of length 0")
  expect_failure_of(jit_script(function(n = 1L) ifelse(logical(0), n, 1L)), "compile", "is logical\\(0\\) in R")
  cuts <- function(s = "") substring(s, seq_len(nchar(s)))
  expect_same_as_eager(cuts, "abc")
  expect_failure_of(jit_script(cuts)(""), "program", "invalid substring arguments")
  for (fn in list(function(n) list(-NA), function(n) list(-(1 != NaN)), function(n) list(+(NaN > 0)))) expect_failure_of(jit_script(fn, n = "int"), "compile", "that R made")
})

test_that("elements of a vector are of its kind", {
  for (fn in list(
    function(n = 2L) c(1, n)[[2]], function(n = 2L) c(n, 2.5)[[1]], function(n = 2L) append(1, n)[[2]], function(n = 2L) unlist(list(1, n))[[2]],
    function(n = 2L) torch_tensor(c(1, n)[[2]]), function(n = 2L) is.integer(c(1, n)[[2]]), function(n = 2L) as.list(c(1, n)), function(n = 2L) c(3L, n)[[2]]
  )) expect_exactly_eager(fn)
})

# R's functions of vectors: values and kinds are R's, and where R has NA a program stops.

vectors_of <- list(
  float = list(
    c(3, 1, 2, 1), numeric(), 5, c(NaN, 1, NaN, -1), c(NaN, NaN), c(0, -0, 1, -0), c(Inf, -Inf, 1, Inf), c(0.1, 0.2, 0.3, 0.1), c(-1.5, 2.5, -2.5, 3.5)
  ),
  int = list(c(3L, 1L, 2L, 1L), integer(), 7L, c(-1L, -5L, 100L, -5L, 0L)),
  bool = list(c(TRUE, FALSE, TRUE), logical(), FALSE)
)

# The same to the last bit, -0 and the kind included; or R has NA, and the program stops.
expect_same_vectors <- function(fn, types = names(vectors_of)) {
  for (type in types) {
    program <- jit_script(fn, v = sprintf("List[%s]", type))
    for (v in vectors_of[[type]]) {
      expected <- suppressWarnings(fn(v))
      for (i in 1:2) {
        value <- tryCatch(program(v), torchscript_error = function(e) e)
        if (inherits(value, "error")) {
          expect_true(anyNA(expected) || any(is.infinite(expected)) || length(expected) == 0, info = conditionMessage(value))
          expect_match(conditionMessage(value), "in R|finds nothing|where TRUE/FALSE needed")
        } else {
          expect_identical(typeof(value), typeof(expected))
          expect_identical(value, expected)
          if (is.double(value)) expect_identical(1 / value[is.finite(value)] > 0, 1 / expected[is.finite(expected)] > 0)
        }
      }
    }
  }
}

test_that("vectors are sorted as R does", {
  for (fn in list(
    function(v) sort(v), function(v) sort(v, TRUE), function(v) sort(v, decreasing = FALSE), function(v) order(v), function(v) order(v, decreasing = TRUE),
    function(v) rev(sort(v)), function(v) v[order(v)], function(v) which.max(v), function(v) which.min(v), function(v) range(v), function(v) range(v, 2)
  )) {
    expect_same_vectors(fn)
  }
  long <- c(5, 2, 9, 2, 5, 5, -1, 0, 3, 8, 8, 1, 4, 4, 7, 6, 2)
  expect_same_as_eager(function(v) list(order(v), order(v, decreasing = TRUE), sort(v)), long, types = list(v = "List[float]"))
  expect_same_as_eager(function(v) list(order(v), order(-v), sort(v, TRUE)), as.integer(long), types = list(v = "List[int]"))
  expect_same_as_eager(function(n = 1, falls = TRUE) sort(c(n, 2, 3), decreasing = falls))
  expect_same_as_eager(function(n = 4) c(sort(n), order(n), range(n), which.max(n)))
})

test_that("sums so far and differences are R's", {
  for (fn in list(function(v) cumsum(v), function(v) cumprod(v), function(v) cummax(v), function(v) cummin(v))) expect_same_vectors(fn)
  for (fn in list(function(v) diff(v), function(v) diff(v, 2), function(v) diff(v, lag = 3L))) expect_same_vectors(fn, c("float", "int"))
  expect_same_as_eager(function(n = 1, k = 2L) diff(c(n, 2, 4), k))
  expect_error(jit_script(function(n = 1, k = 0L) diff(c(n, 2, 4), k))(), "`lag` must be 1 or more", class = "torchscript_error")
  # R adds up with more digits than a double has
  expect_identical(jit_script(function(v) cumsum(v), v = "List[float]")(rep(0.1, 10)), cumsum(rep(0.1, 10)))
})

test_that("statistics of vectors are R's", {
  for (fn in list(function(v) var(v), function(v) sd(v), function(v) sd(c(v, 1, 2)))) expect_same_vectors(fn)
  expect_same_vectors(function(v) median(v), "float")
  expect_same_vectors(function(v) as.numeric(median(v)), c("float", "int"))
  for (fn in list(function(v) tabulate(v), function(v) tabulate(v, 3))) expect_same_vectors(fn, c("float", "int"))
  expect_same_as_eager(function(v) (v - mean(v)) / stats::sd(v), c(1, 2, 4.5), types = list(v = "List[float]"))
})

test_that("elements are found in vectors, each once, as in R", {
  for (fn in list(
    function(v) unique(v), function(v) duplicated(v), function(v) anyDuplicated(v), function(v) match(v, v), function(v) match(v, rev(v)),
    function(v) union(v, v), function(v) setequal(v, rev(v)), function(v) v[!duplicated(v)], function(v) length(unique(v))
  )) {
    expect_same_vectors(fn)
  }
  for (fn in list(
    function(v) match(1, v, nomatch = 0L), function(v) match(v, c(1, 2), nomatch = -5L), function(v) is.element(1, v), function(v) setdiff(v, c(1, NaN)),
    function(v) setdiff(v, integer()), function(v) setdiff(c(1, 5, 5), v), function(v) union(v, c(1, 9)), function(v) union(1L, v),
    function(v) intersect(v, c(2, 1, NaN)), function(v) intersect(1:3, v), function(v) setequal(v, c(1, 2, 3))
  )) {
    expect_same_vectors(fn, c("float", "int"))
  }
  find <- jit_script(function(n = 1L) match(n, c(3L, 1L)))
  expect_identical(find(1L), 2L)
  expect_error(find(7L), "match\\(\\) finds no such element", class = "torchscript_error")
})

test_that("places of vectors are compared, chosen and asked", {
  for (fn in list(
    function(v) pmin(v, 1), function(v) pmax(v, 1), function(v) pmin(v, rev(v)), function(v) pmax(0, v, rev(v)), function(v) pmax(2L, v), function(v) is.na(v),
    function(v) is.nan(v), function(v) is.finite(v), function(v) is.infinite(v), function(v) as.character(v), function(v) xor(v > 1, v > 0),
    function(v) ifelse(v > 1, TRUE, v > 0), function(v) ifelse(v > 0, 2, 3), function(v) ifelse(v > 0, c("a", "b"), "c"), function(v) ifelse(v, 1L, 0L), function(v) rep(v, each = 2)
  )) {
    expect_same_vectors(fn)
  }
  for (fn in list(function(v) ifelse(v > 1, v, v), function(v) round(v), function(v) round(v, 1), function(v) log(v + 2), function(v) log(v, 2), function(v) atan2(v, 1))) {
    expect_same_vectors(fn, c("float", "int"))
  }
  expect_same_as_eager(function(x) pmax(x$sum()$item(), 1), torch_ones(3))
  expect_same_as_eager(function(s = "a") c(is.na(s), is.finite(c(s, "b")), nzchar(c(s, ""))))
})

test_that("sequences of doubles are R's to the last bit", {
  by <- jit_script(function(a, b, d) seq(a, b, by = d), a = "float", b = "float", d = "float")
  for (given in list(c(0, 1, 0.1), c(1, 0, -0.3), c(0, 0, 0.5), c(1, 1, 0), c(2, 7, 2), c(0.1, 0.5, 0.1), c(1, 1 + 1e-15, 0.1), c(-1, -3, -0.7))) {
    expect_identical(by(given[[1]], given[[2]], given[[3]]), seq(given[[1]], given[[2]], by = given[[3]]))
  }
  for (given in list(c(0, 1, 0), c(1, 0, 0.1), c(NaN, 1, 0.1), c(0, Inf, 1))) expect_error(by(given[[1]], given[[2]], given[[3]]), class = "torchscript_error")
  along <- jit_script(function(a, b, n) seq(a, b, length.out = n), a = "float", b = "float", n = "float")
  for (given in list(c(0, 1, 5), c(0, 1, 1), c(0, 1, 2), c(0, 1, 2.5), c(3, 3, 4), c(5, -2.5, 7), c(0, 0.7, 11))) {
    expect_identical(along(given[[1]], given[[2]], given[[3]]), seq(given[[1]], given[[2]], length.out = given[[3]]))
  }
  expect_error(along(0, 1, 0), "integer\\(0\\) in R", class = "torchscript_error")
  expect_same_as_eager(function(n = 3L) list(seq(0, 1, length.out = n), seq(n), seq(1.5, by = 0.25, length.out = n), seq(0L, 1, len = n)))
  expect_same_as_eager(function(dt = 0.1) {
    s <- 0
    for (t in seq(0, 1, by = dt)) s <- s + t^2 * dt
    s
  })
  expect_failure_of(jit_script(function(n = 3L) seq(0L, n, length.out = 4)), "compile", "integers or doubles")
})

test_that("what is made of a vector is another vector", {
  for (v in list(c(3, 1, 2), c(2, 2))) {
    for (fn in list(
      function(v) { a <- sort(v); b <- a; b[1] <- 99; c(a, b, v) }, function(v) { a <- pmin(v, v); a[1] <- 99; c(a, v) }, function(v) { a <- pmax(v); a[1] <- 99; c(a, v) },
      function(v) { a <- unique(v); a[1] <- 99; c(a, v) }, function(v) { a <- union(v, v); a[1] <- 99; c(a, v) }, function(v) { a <- ifelse(v > 0, v, v); a[1] <- 99; c(a, v) },
      function(v) { a <- order(v); for (i in 1:3) { a <- order(v[a]); v <- cumsum(v) }; c(a, v) }, function(v) { tot <- 0; while (tot < 20) { v <- cumsum(v); tot <- max(v) }; v },
      function(v) vapply(v, function(k) which.max(v == k), 1L), function(v) { v[order(v, decreasing = TRUE)[1]] <- 0; v }, function(v) { v[duplicated(v)] <- 0; v },
      function(v) { x <- c(); for (k in v) { x <- c(x, k); x <- unique(x) }; x }, function(v) Reduce(pmax, list(v, rev(v))), function(v) do.call(pmax, list(v, 2)),
      function(v) sapply(list(v, v + 1), sd), function(v) { f <- function(x) x[order(x)]; f(v) + f(rev(v)) },
      function(v) { best <- -Inf; out <- 0; for (k in unique(v)) { s <- sum(v[v == k]); if (s > best) { best <- s; out <- k } }; out }
    )) {
      expect_same_as_eager(fn, v, types = list(v = "List[float]"))
    }
  }
  expect_same_as_eager(function(x) x$permute(order(dim(x)))[which.max(dim(x))] + sort(dim(x))[[1]], torch_ones(4, 3, 2))
  expect_same_as_eager(function(n = 3) { x <- c(1, n); u <- unlist(list(x)); u[[1]] <- 9; c(u, x, unlist(list(c(1, n), c(2, 3)))) })
  expect_same_as_eager(function(n = 3L) unlist(lapply(seq_len(n), function(i) seq_len(i))))
})

test_that("vectors of whole doubles are doubles", {
  expect_same_as_eager(function(n = 3L) c(is.double(c(1, n)), is.double(sort(c(1, n))), is.numeric(c(1, n)), is.integer(c(1, n)), is.integer(sort(c(1L, n)))))
})

test_that("tensors keep their own functions", {
  x <- torch_tensor(c(2, -1, 3))
  expect_same_as_eager(function(x) list(sort(x), cumsum(x), range(x), median(x), diff(x), is.nan(x), round(x, 1L), log(x, 2)), x)
  expect_failure_of(jit_script(function(x) order(x)), "compile", "of a tensor can't be translated. torch_argsort")
  expect_failure_of(jit_script(function(x) pmin(1, x)), "compile", "torch_minimum")
})

test_that("what depends on more than a program knows is refused", {
  for (case in list(
    list(function(s = "a") sort(c("b", s)), "order of strings depends on the language"), list(function(n = 1) order(c(n, 2), c(1, 2)), "takes one vector here"),
    list(function(n = 1) sort(c(n, 2), na.last = TRUE), "`na.last` of `sort\\(\\)`"), list(function(n = 1) order(c(n, 2), na.last = FALSE), "`na.last` of `order\\(\\)`"),
    list(function(n = 1) duplicated(c(n, 2), fromLast = TRUE), "`fromLast`"), list(function(n = 1) sort(list(1, n)), "unlist\\(\\) makes a vector"),
    list(function(n = 1) ifelse(c(n > 0, TRUE), 1L, 2), "depends on the test"), list(function(n = 1) var(c(n, 2), c(1, 2)), "`y` of `var\\(\\)`"),
    list(function(n = 1) setdiff(c(n, 2), "a"), "numbers with numbers"), list(function(f = TRUE) diff(c(f, FALSE)), "as.integer\\(\\) makes numbers"),
    list(function(n = 1) pmin(n, 2, na.rm = TRUE), "`na.rm` can't"), list(function(n = 1) pmin("a", n), "a number is needed")
  )) {
    expect_failure_of(jit_script(case[[1]]), "compile", case[[2]])
  }
})

test_that("unlist() joins numbers of several kinds", {
  expect_same_as_eager(function(n = 3L) list(unlist(list(n, 2.5)), unlist(list(1, 2L, TRUE)), unlist(list(n, TRUE))))
})

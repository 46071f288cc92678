v <- torch_tensor(c(-1, 2, 3))
m <- torch_tensor(matrix(c(1, -2, 3, 4, 5, -6), 2))
L <- list(v, v * 2, v * 3)

test_that("lists and vectors are R's: 1 of 5", {
  expect_same_as_eager(function(n = 3L) c(c(n, 1L), 2L, c(3L, n)), 3L)
  expect_same_as_eager(function(n = 3L) c(1L, n/2L), 3L)
  expect_same_as_eager(function(n = 3L) {
    a <- c(1, 2)
    a[3] <- n
    a
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    a <- c(1L, 2L)
    a[1] <- 0.5
    a
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    a <- c(1L, 2L)
    a[[2]] <- n
    a
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    a <- numeric(n)
    for (i in seq_along(a)) a[i] <- i^2
    a
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    a <- numeric(n)
    for (i in seq_along(a)) a[[i]] <- i
    rev(a)
  }, 0L)
  expect_same_as_eager(function(n = 3L) {
    a <- integer(n)
    a[n] <- 5L
    a
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    a <- character(n)
    a[1] <- "x"
    a
  }, 2L)
  expect_same_as_eager(function(n = 3L) {
    a <- logical(n)
    a[2] <- TRUE
    a
  }, 2L)
  expect_same_as_eager(function(n = 3L) {
    a <- vector("numeric", n)
    a
  }, 2L)
  expect_same_as_eager(function(n = 3L) {
    a <- 1:n
    a[-1]
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    a <- 1:n
    a[-n]
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    a <- 1:n
    a[-length(a)]
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    a <- 1:n
    a[2:n]
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    a <- 1:n
    a[c(1, 3)]
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    a <- 1:n
    a[[n]]
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    a <- 1:3
    a[[n]]
  }, 4L)
  expect_same_as_eager(function(n = 3L) {
    a <- 1:3
    a[[n]]
  }, 0L)
  expect_same_as_eager(function(n = 3L) {
    a <- 1:3
    a[[n]]
  }, -1L)
  expect_same_as_eager(function(n = 3L) {
    a <- c(1, 2, 3)
    a[n + 1] <- 9
    a
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    a <- list(n, n + 1L)
    a[[1]] <- NULL
    length(a)
  }, 5L)
  expect_same_as_eager(function(x) {
    a <- list(x, x * 2, x * 3)
    a[[2]] <- NULL
    a
  }, v)
  expect_same_as_eager(function(x) {
    a <- list(x, x * 2, x * 3)
    a[2:3]
  }, v)
  expect_same_as_eager(function(x) {
    a <- list(x, x * 2, x * 3)
    a[2]
  }, v)
})

test_that("lists and vectors are R's: 2 of 5", {
  expect_same_as_eager(function(x) {
    a <- list(x, x * 2, x * 3)
    a[-2]
  }, v)
  expect_same_as_eager(function(x) {
    a <- list(x, x * 2, x * 3)
    a[]
  }, v)
  expect_same_as_eager(function(x) {
    a <- list(x)
    b <- a
    a[[2]] <- x * 2
    c(length(a), length(b))
  }, v)
  expect_same_as_eager(function(x) {
    a <- list(x)
    b <- list(a, a)
    a[[1]] <- x * 2
    b[[1]][[1]]
  }, v)
  expect_same_as_eager(function(x) {
    a <- list(list(x), list(x * 2))
    a[[1]][[1]] <- x * 5
    a
  }, v)
  expect_same_as_eager(function(x) {
    a <- list(list(x), list(x * 2))
    b <- a
    a[[1]][[1]] <- x * 5
    b
  }, v)
  expect_same_as_eager(function(x) {
    a <- list(list(x), list(x * 2))
    b <- a[[1]]
    b[[1]] <- x * 5
    a
  }, v)
  expect_same_as_eager(function(x) {
    a <- list(p = list(q = x))
    b <- a
    b$p$q <- x * 2
    list(a$p$q, b$p$q)
  }, v)
  expect_same_as_eager(function(x) {
    a <- list(p = x)
    a[["q"]] <- 3
    a
  }, v)
  expect_same_as_eager(function(x) {
    a <- list(p = x, q = 1)
    a$p <- NULL
    a
  }, v)
  expect_same_as_eager(function(x) {
    a <- list(p = x, q = 1)
    names(a)
  }, v)
  expect_same_as_eager(function(x) {
    a <- list(p = x, q = 1)
    length(a)
  }, v)
  expect_same_as_eager(function(x) {
    a <- list(p = x, q = x)
    lapply(a, function(y) y + 1)
  }, v)
  expect_same_as_eager(function(x) {
    a <- list(p = x, q = x * 2)
    for (k in names(a)) x <- x + a[[k]]
    x
  }, v)
  expect_same_as_eager(function(x) {
    a <- list(p = x, q = x * 2)
    for (y in a) x <- x + y
    x
  }, v)
  expect_same_as_eager(function(x, k = "p") {
    a <- list(p = x, q = x * 2)
    a[[k]]
  }, v, "q")
  expect_same_as_eager(function(x, k = "p") {
    d <- list()
    d[[k]] <- x
    d[["z"]] <- x * 2
    d
  }, v, "q")
  expect_same_as_eager(function(x, k = "p") {
    d <- list()
    d[[k]] <- 1
    e <- d
    e[[k]] <- 2
    c(d[[k]], e[[k]])
  }, v, "q")
  expect_same_as_eager(function(x, k = "p") {
    d <- list()
    d[[k]] <- 1
    is.null(d[["other"]])
  }, v, "q")
  expect_same_as_eager(function(x, k = "p") {
    d <- list()
    d[[k]] <- 1
    d$q
  }, v, "q")
  expect_same_as_eager(function(x, k = "p") {
    d <- list()
    d[[k]] <- 1
    d[[k]] <- NULL
    length(d)
  }, v, "q")
  expect_same_as_eager(function(x, k = "p") {
    d <- list()
    d[[k]] <- 1
    k %in% names(d)
  }, v, "q")
  expect_same_as_eager(function(x) {
    d <- list()
    for (k in c("b", "a", "c")) d[[k]] <- x
    lapply(d, function(y) y * 2)
  }, v)
  expect_same_as_eager(function(xs) length(xs), L, types = list(xs = "List[Tensor]"))
  expect_same_as_eager(function(xs) rev(xs), L, types = list(xs = "List[Tensor]"))
})

test_that("lists and vectors are R's: 3 of 5", {
  expect_same_as_eager(function(xs) append(xs, list(xs[[1]])), L, types = list(xs = "List[Tensor]"))
  expect_same_as_eager(function(xs) append(xs, xs[[1]]), L, types = list(xs = "List[Tensor]"))
  expect_same_as_eager(function(xs) c(xs, list(xs[[1]] * 2), xs), L, types = list(xs = "List[Tensor]"))
  expect_same_as_eager(function(xs) {
    xs[[1]] <- xs[[2]]
    xs
  }, L, types = list(xs = "List[Tensor]"))
  expect_same_as_eager(function(xs) {
    for (i in seq_along(xs)) xs[[i]] <- xs[[i]] + i
    xs
  }, L, types = list(xs = "List[Tensor]"))
  expect_same_as_eager(function(xs) {
    n <- 0
    for (x in xs) {
      xs[[1]] <- x * 0
      n <- n + x$sum()$item()
    }
    n
  }, L, types = list(xs = "List[Tensor]"))
  expect_same_as_eager(function(xs) lapply(xs, torch_sum), L, types = list(xs = "List[Tensor]"))
  expect_same_as_eager(function(xs) lapply(xs, `*`, 2), L, types = list(xs = "List[Tensor]"))
  expect_same_as_eager(function(xs) lapply(xs, "abs"), L, types = list(xs = "List[Tensor]"))
  expect_same_as_eager(function(xs) lapply(seq_along(xs), function(i) xs[[i]] * i), L, types = list(xs = "List[Tensor]"))
  expect_same_as_eager(function(xs) lapply(xs[-1], function(x) x + 1), L, types = list(xs = "List[Tensor]"))
  expect_same_as_eager(function(xs) sapply(xs, length), L, types = list(xs = "List[Tensor]"))
  expect_same_as_eager(function(xs) sapply(xs, function(x) x$sum()$item()), L, types = list(xs = "List[Tensor]"))
  expect_same_as_eager(function(xs) vapply(xs, function(x) x$sum()$item() > 5, TRUE), L, types = list(xs = "List[Tensor]"))
  expect_same_as_eager(function(xs) vapply(xs, function(x) x$size(1), 1L), L, types = list(xs = "List[Tensor]"))
  expect_same_as_eager(function(xs) vapply(xs, function(x) x$size(1), numeric(1)), L, types = list(xs = "List[Tensor]"))
  expect_same_as_eager(function(xs) vapply(xs, function(x) "a", ""), L, types = list(xs = "List[Tensor]"))
  expect_same_as_eager(function(n = 3L) lapply(seq_len(n), function(i) torch_zeros(i)), 0L)
  expect_same_as_eager(function(n = 3L) sapply(seq_len(n), function(i) i * 2), 3L)
  expect_same_as_eager(function(n = 3L) vapply(seq_len(n), function(i) i * 2, 0), 0L)
  expect_same_as_eager(function(n = 3L) unlist(lapply(1:n, function(i) i/2)), 3L)
  expect_same_as_eager(function(xs) Map(function(x, k) x * k, xs, seq_along(xs)), L, types = list(xs = "List[Tensor]"))
  expect_same_as_eager(function(xs) Map(`+`, xs, xs), L, types = list(xs = "List[Tensor]"))
  expect_same_as_eager(function(xs) Map(function(x, n) x * n, xs, c(1, 2, 3)), L, types = list(xs = "List[Tensor]"))
  expect_same_as_eager(function(n = 3L) Map(function(name, k) k * n, c("a", "b"), 1:2), 3L)
})

test_that("lists and vectors are R's: 4 of 5", {
  expect_same_as_eager(function(n = 3L) Map(function(x, y) x + y, list(a = 1, b = 2), list(n, n)), 3L)
  expect_same_as_eager(function(n = 3L) {
    d <- list()
    for (k in c("a", "b")) d[[k]] <- n
    Map(function(x, y) x + y, d, d)
  }, 3L)
  expect_same_as_eager(function(xs) Filter(function(x) x$sum()$item() > 5, xs), L, types = list(xs = "List[Tensor]"))
  expect_same_as_eager(function(n = 3L) Filter(function(x) x > 1, 1:n), 3L)
  expect_same_as_eager(function(n = 3L) Filter(function(x) x > 100, 1:n), 3L)
  expect_same_as_eager(function(xs) Reduce(function(a, b) a * b, xs), L, types = list(xs = "List[Tensor]"))
  expect_same_as_eager(function(xs) Reduce(`+`, xs, torch_zeros(3)), L, types = list(xs = "List[Tensor]"))
  expect_same_as_eager(function(xs) Reduce(`+`, xs, init = torch_zeros(3)), L, types = list(xs = "List[Tensor]"))
  expect_same_as_eager(function(n = 3L) Reduce(`+`, 1:n), 4L)
  expect_same_as_eager(function(n = 3L) Reduce(`+`, 1:n, 0.5), 4L)
  expect_same_as_eager(function(n = 3L) Reduce(function(a, b) a * 10 + b, seq_len(n), 0), 0L)
  expect_same_as_eager(function(n = 3L) Reduce(function(a, b) a/b, 1:n), 4L)
  expect_same_as_eager(function(n = 3L) Reduce(max, c(3, n, 2)), 4L)
  expect_same_as_eager(function(n = 3L) Reduce(function(a, b) if (a > b) a else b, c(3, n, 2)), 4L)
  expect_same_as_eager(function(xs) do.call(torch_stack, list(xs)), L, types = list(xs = "List[Tensor]"))
  expect_same_as_eager(function(xs) do.call("torch_stack", list(xs, dim = 2)), L, types = list(xs = "List[Tensor]"))
  expect_same_as_eager(function(xs) do.call(torch_stack, list(tensors = xs, dim = 2)), L, types = list(xs = "List[Tensor]"))
  expect_same_as_eager(function(x) do.call(sum, list(1, 2, 3)), v)
  expect_same_as_eager(function(x) {
    f <- function(a, b) a - b
    do.call(f, list(b = 1, a = x))
  }, v)
  expect_same_as_eager(function(k = "a") k %in% c("a", "b"), "b")
  expect_same_as_eager(function(k = "a") k == "b" || k != "c", "b")
  expect_same_as_eager(function(n = 3L) rev(1:n), 3L)
  expect_same_as_eager(function(n = 3L) rev(seq_len(n)), 0L)
  expect_same_as_eager(function(n = 3L) {
    x <- c(3, 1, 2)
    c(min(x), max(x), sum(x), prod(x), length(x)) + 0
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    x <- c(3, n, 2)
    c(min(x), max(x), sum(x), prod(x), length(x))
  }, 3L)
})

test_that("lists and vectors are R's: 5 of 5", {
  expect_same_as_eager(function(n = 3L) seq(1, n), 3L)
  expect_same_as_eager(function(n = 3L) seq(2, 10, by = 2), 3L)
  expect_same_as_eager(function(n = 3L) {
    s <- 0
    for (i in seq(2, 11, by = 2)) s <- s + i * n
    s
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    s <- 0
    for (i in seq(n, 11)) s <- s + i * n
    s
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    s <- 0
    for (i in seq_len(n)) for (j in i:n) s <- s + i * j
    s
  }, 3L)
  expect_same_as_eager(function(n = 3L) as.integer(c(1.7, n)), 3L)
  expect_same_as_eager(function(n = 3L) as.numeric(1:n), 3L)
  expect_same_as_eager(function(n = 3L) as.character(n), 3L)
  expect_same_as_eager(function(n = 3L) list(n, "a", TRUE, 2.5), 3L)
  expect_same_as_eager(function(n = 3L) list(a = n, b = list(c = "x", d = TRUE)), 3L)
  expect_same_as_eager(function(n = 3L) {
    l <- list(n, "a")
    l[[2]]
  }, 3L)
  expect_same_as_eager(function(n = 3L) {
    l <- list(n, "a")
    for (e in l) print(e)
    n
  }, 1L)
  expect_same_as_eager(function(n = 3L) {
    l <- list(1, 2L)
    l
  }, 1L)
  expect_same_as_eager(function(n = 3L) {
    l <- list(1, 2.5, n)
    l
  }, 1L)
})

test_that("Reduce() and Filter() go through what is known and through nothing", {
  expect_same_as_eager(function(n = 1L) c(Reduce(`+`, list(1, n, 2.5)), Reduce(`-`, list(a = 1, b = n), 5), Reduce("+", list(), 0), Reduce(`+`, n)))
  expect_same_as_eager(function(n = 1L) Reduce(function(a, b) paste0(a, b), list("a", n, TRUE)))
  expect_same_as_eager(function(n = 1L) Reduce(`-`, list(1, n, 4.5), right = TRUE))
  expect_same_as_eager(function(n = 1L) Reduce(`+`, list(1, n, 2.5), accumulate = TRUE))
  expect_same_as_eager(function(n = 1L) is.null(Reduce("+", seq_len(0))))
  expect_same_as_eager(function(n = 1L) Reduce("+", NULL, n))
  expect_same_as_eager(function(n = 1L) { d <- list(); for (k in c("a", "b")) d[[k]] <- n; Reduce(`+`, d) })
  expect_same_as_eager(function(n = 2) Filter(function(x) x > 1, list(a = 1, b = n, c = 3)))
  expect_same_as_eager(function(n = 2) { d <- list(); for (k in c("a", "b")) d[[k]] <- n; d$b <- 0; names(Filter(function(x) x > 1, d)) })
  expect_same_as_eager(function(n = 2) length(Filter(function(x) x > 1, list())))
  for (v in list(c(1, 2), numeric())) {
    expect_same_as_eager(function(v) c(Reduce(`+`, v, 1), Reduce(`+`, v, 5, accumulate = TRUE)), v, types = list(v = "List[float]"))
  }
  empty <- jit_script(function(v) Reduce(`+`, v), v = "List[float]")
  expect_failure_of(empty(numeric()), "program", "Reduce\\(\\) of no elements is NULL in R")
  expect_identical(empty(c(1, 2)), 3)
  accumulated <- jit_script(function(xs) Reduce(`+`, xs, torch_zeros(1), accumulate = TRUE), xs = "List[Tensor]")
  expect_failure_of(accumulated(list()), "program", "gives `init` itself in R")
})

test_that("the result of lapply() and Map() has the names of constants", {
  k <- c(a = 1, b = 2)
  ks <- list(a = 1, b = "x")
  expect_same_as_eager(function(n = 2L) list(lapply(c(a = 1, b = 2), function(x) x * n), lapply(k, function(x) x * n), lapply(ks, function(x) paste0(x, n))))
  expect_same_as_eager(function(n = 2L) Map(function(x, y) x + y, c(a = 1, b = 2), c(3, n)))
  expect_same_as_eager(function(n = 2L) Map(function(x) paste0(x, n), ks))
  expect_same_as_eager(function(n = 2L) sapply(k, function(x) x * n, simplify = FALSE))
  expect_same_as_eager(function(n = 2L) c(vapply(k, function(x) x * n, 0, USE.NAMES = FALSE), mapply(function(x, y) x * y, k, c(n, 2), USE.NAMES = FALSE)))
})

test_that("sapply() of nothing is not taken for a vector", {
  program <- jit_script(function(n = 2L) sapply(seq_len(n), function(i) i * 2))
  expect_failure_of(program(0L), "program", "list\\(\\) in R: vapply")
  expect_identical(program(2L), c(2, 4))
})

test_that("lists of nothing are gone through, and lists of several kinds of numbers are vectors", {
  expect_same_as_eager(function(n = 3L) { for (e in list()) n <- n + e; n })
  expect_same_as_eager(function(n = 3L) c(length(lapply(list(), function(e) e)), length(Map(function(a) a, NULL)), length(Map(function(a, b) a, 1:n, NULL))))
  expect_same_as_eager(function(n = 3L) vapply(list(), function(e) 1, 0))
  expect_same_as_eager(function(n = 3L) c(vapply(list(1, n), function(i) i * 2, 0), sapply(list(1L, n), function(i) i), vapply(list(a = n, b = 2), function(i) i * 2, 0, USE.NAMES = FALSE), unlist(list(1, n, 2.5))))
})

test_that("Map() goes through tensors as R does", {
  rows <- jit_script(function(x) Map(function(e, k) e * k, x, 1:2))
  expect_equal(length(rows(torch_ones(2))), 2)
  expect_failure_of(rows(torch_ones(2, 3)), "program", "as.list\\(\\) makes a list of the rows")
})

test_that("ranges are of whole numbers or doubles as R's are", {
  program <- function(fn) jit_script(fn)(2L)
  for (fn in list(
    function(n = 2L) seq(n, 8, by = 2L), function(n = 2L) seq(n, 8L, by = 2L), function(n = 2L) seq(n, 8L, by = 2), function(n = 2L) seq(n, length.out = 3),
    function(n = 2L) seq(n, length.out = 3L), function(n = 2L) seq(by = n, length.out = 3L), function(n = 2L) seq(n, by = 2L, length.out = 3),
    function(n = 2L) seq.int(n, by = 2, length.out = 3), function(n = 2L) seq.int(n, 8, by = 2L), function(n = 2L) seq(length.out = n)
  )) {
    expect_identical(program(fn), fn(2L))
  }
  expect_failure_of(jit_script(function(n = 2L) 1.5:n), "compile", "must be a whole number, not the number 1.5")
  error <- expect_failure_of(jit_script(function(n = 2L) seq(1.5, n)), "compile", "^In `seq\\(1.5, n\\)`")
})

test_that("a list that may be NULL is gone through as nothing then", {
  types <- list(v = "Optional[List[float]]")
  for (v in list(c(1, 2), NULL)) {
    expect_same_as_eager(function(v) vapply(v, function(e) e * 2, 0), v, types = types)
    expect_same_as_eager(function(v) c(Reduce(`+`, v, 0), length(lapply(v, function(e) e)), length(Map(function(e, f) e + f, v, v))), v, types = types)
    expect_same_as_eager(function(v) { s <- 0; for (e in v) { v <- c(v, 2); s <- s + e }; s }, v, types = types)
  }
  expect_failure_of(jit_script(function(v) Filter(function(e) e > 1, v), v = "Optional[List[float]]"), "compile", "Ask is.null\\(\\) first")
})

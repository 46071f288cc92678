# Lists with names, of which an element may be there or not.

test_that("names that may be absent are asked for, taken and removed as in R", {
  d <- list(alpha = 1, b = 2)
  of_dict <- list(d = "Dict[str, float]")
  expect_same_as_eager(function(d) c(is.null(d$zz), is.null(d[["al"]]), is.null(d$b)), d, types = of_dict)
  expect_same_as_eager(function(d) { d[["zz"]] <- NULL; d[["b"]] <- NULL; length(d) }, d, types = of_dict)
  expect_same_as_eager(function(d, s = "b") { d[[s]] <- (d[[s]] %||% 0) + 1; c(d[[s]], length(d)) }, d, types = of_dict)
  expect_same_as_eager(function(d, s = "new") { d[[s]] <- (d[[s]] %||% 0) + 1; c(d[[s]], length(d)) }, d, types = of_dict)
  expect_same_as_eager(function(n = 3) { r <- list(alpha = n, b = 2); c(r$zz %||% 7, r[["al"]] %||% 8, r$b %||% 9) })
  expect_same_as_eager(function(n = 3) { f <- function(...) { args <- list(...); args$b %||% 7 }; f(a = n) + f(b = n) })
  expect_same_as_eager(function(n = 3L) { d <- list(1, 2, 3, 4); d[[5]] <- NULL; d[[n]] <- NULL; c(length(d), d[[3]]) })
  expect_same_as_eager(function(n = 3) { d <- list(a = 1, b = 2); k <- if (n > 2) "a" else "b"; d[[k]] <- 10; d })
  short <- "may be short for `alpha`"
  expect_failure_of(jit_script(function(n = 3) { r <- list(alpha = n, b = 2); is.null(r$al) }), "compile", short)
  expect_failure_of(jit_script(function(n = 3) { r <- list(alpha = n, b = 2); r$al }), "compile", short)
  expect_failure_of(jit_script(function(d) is.null(d$al), d = "Dict[str, float]")(d), "program", short)
  expect_failure_of(jit_script(function(d) d$zz, d = "Dict[str, float]")(d), "program", "there is no element `zz`: R has NULL here")
})

test_that("lists within lists begin empty", {
  fill <- jit_script(function(n = 3L) { s <- list(i = 0, acc = list()); for (i in seq_len(n)) { s$acc[[i]] <- i * 2L; s$i <- s$i + 1 }; s })
  expect_identical(fill(2L), list(i = 2, acc = list(2L, 4L)))
  expect_identical(jit_script(function(n = 3) { s <- list(list()); s[[1]][[1]] <- n; s })(4), list(list(4)))
  expect_identical(jit_script(function(n = 3) { d <- list(); d[["a"]] <- list(); d[["a"]][[1]] <- n; d })(4), list(a = list(4)))
})

known <- list(a = 1L, b = 2.5)
words <- list("<unk>" = 1L, the = 2L)
weights <- c(a = 1.5, b = 2.5)
layers <- list(p = torch_ones(2), q = torch_zeros(2))
test_that("constant lists and vectors are asked by names that the program finds", {
  expect_same_as_eager(function(w = "a") known[[w]], "a")
  expect_same_as_eager(function(w = "a") known[[w]], "b")
  expect_same_as_eager(function(w = "a") weights[[w]], "b")
  expect_same_as_eager(function(x, w = "p") layers[[w]] + x, torch_ones(2), "q")
  expect_same_as_eager(function(w = "a") words[[if (w == "b") "<unk>" else "the"]], "b")
  expect_same_as_eager(function(w = "a") if (w %in% names(known)) known[[w]] * 2 else 0, "z")
  expect_failure_of(jit_script(function(w = "a") known[[w]])("z"), "program", "there is no element `z`")
  expect_same_as_eager(function(w = "a") if (is.null(words[[w]])) 0L else words[[w]], "z")
  expect_same_as_eager(function(w = "a") if (is.null(words[[w]])) 0L else words[[w]], "the")
  module <- nn_module(initialize = function() self$words <- words, forward = function(w = "a") self$words[[w]])
  expect_identical(jit_script(module())("<unk>"), 1L)
})

test_that("`$` of a constant list takes a name for a longer one", {
  rates <- list(adam = 0.1, sgd = list(beta = 3))
  expect_same_as_eager(function(x) x * rates$ad + rates$s$be, torch_ones(2))
  expect_same_as_eager(function(x) is.null(rates$ad) || is.null(rates$zz), torch_ones(2))
})

test_that("lists that lose all their elements keep that they had names", {
  identical_in_r <- function(fn, ...) expect_identical(jit_script(fn)(...), fn(...))
  identical_in_r(function() { y <- list(a = 1); y$a <- NULL; list(y, names(y), is.null(names(y)), length(y)) })
  identical_in_r(function() { y <- list(a = 1)[-1]; y })
  identical_in_r(function(k = "b") { y <- list(a = 1); y[[k]] <- NULL; y }, "a")
  identical_in_r(function(k = "b") { y <- list(a = 2, b = 3L); z <- y; y[[k]] <- NULL; list(names(y), length(z)) }, "b")
  identical_in_r(function(k = "b") { y <- list(a = 2, b = 3); y[[k]] <- NULL; y }, "z")
  expect_same_as_eager(function(x, m = NULL, k = "a") { y <- list(a = x, b = m); y[[k]] <- NULL; length(y) }, torch_ones(1))
  expect_failure_of(jit_script(function(x) { y <- c(); y["a"] <- 3; y }), "compile", "has no names")
})

test_that("a loop goes through the elements of a list with names, in their order", {
  x <- torch_tensor(c(1, 2))
  expect_same_as_eager(function(x, k = "z") { d <- list(); d[[k]] <- x; d[["q"]] <- x * 2; for (e in d) x <- x * 3 + e; x }, x)
  expect_same_as_eager(function(x, k = "z") { d <- list(); d[["q"]] <- 2; d[[k]] <- 1; d[["q"]] <- NULL; d[["q"]] <- 7; for (e in d) x <- x * 3 + e; x }, x)
  expect_same_as_eager(function(x, k = "z") { d <- list(); d[[k]] <- 1; for (e in d) d[[paste0("r", e)]] <- e; x * length(d) }, x)
})

test_that("a list to which nothing was added has no names", {
  counts <- function(use) eval(bquote(function(w = c("b", "a")) { l <- list(); for (x in w) l[[x]] <- 1; .(use) }))
  for (use in alist(length(names(l)), { s <- 0; for (k in names(l)) s <- s + l[[k]]; s }, paste(names(l), collapse = ","), "a" %in% names(l), { n <- names(l); if (length(n) > 0) n[1] else "none" })) {
    for (w in list(c("b", "a"), character())) expect_exactly_eager(counts(use), w)
  }
  for (use in alist(names(l), list(names(l), 1), rev(names(l)))) {
    program <- expect_same_as_eager(counts(use), c("b", "a"))
    expect_failure_of(program(character()), "program", "names may be NULL in R: ask length\\(\\) first")
  }
  expect_failure_of(jit_script(counts(quote(is.null(names(l))))), "compile", "ask length\\(\\) == 0")
})

v <- torch_tensor(c(-1, 2, 3))
m <- torch_tensor(matrix(c(1, -2, 3, 4, 5, -6), 2))

test_that("text and output are R's: 1 of 4", {
  expect_same_as_eager(function(n = 3L) paste0("a", n, TRUE, 2.5, 3), 3L)
  expect_same_as_eager(function(n = 3L) paste("a", n, n > 2), 3L)
  expect_same_as_eager(function(n = 3L) paste("a", n, sep = "-"), 3L)
  expect_same_as_eager(function(n = 3L, s = "x") paste0(s, s, n), 3L)
  expect_same_as_eager(function(n = 3L) paste(c("a", "b"), collapse = "+"), 3L)
  expect_same_as_eager(function(n = 3L, s = "q") paste(c("a", s), collapse = "+"), 3L)
  expect_same_as_eager(function(n = 3L, s = "q") paste0(c(s, "b"), collapse = ""), 3L)
  expect_same_as_eager(function(n = 3L) paste0("n", n/2), 4L)
  expect_same_as_eager(function(n = 3L) paste0("n", n/2), 3L)
  expect_same_as_eager(function(n = 3L) paste0("n", n * 2), 100000L)
  expect_same_as_eager(function(n = 3L) paste0("n", n * 1e+05), 1L)
  expect_same_as_eager(function(n = 3L) paste0("n", n * 123456), 1L)
  expect_same_as_eager(function(n = 3L) paste0("n", n * 100000L), 1L)
  expect_same_as_eager(function(n = 3L) paste0("n", n * 100000L), 3L)
  expect_same_as_eager(function(n = 3L) paste0("n", n), 100000L)
  expect_same_as_eager(function(n = 3L) paste0("n", n), -5L)
  expect_same_as_eager(function(n = 3L) paste0("", ""), 1L)
  expect_same_as_eager(function(x = 1.5) paste0("n", x), 3)
  expect_same_as_eager(function(x = 1.5) paste0("n", x), NaN)
  expect_same_as_eager(function(x = 1.5) paste0("n", x), Inf)
  expect_same_as_eager(function(x = 1.5) paste0("n", x), -Inf)
  expect_same_as_eager(function(x = 1.5) paste0("n", x), 1e+05)
  expect_same_as_eager(function(x = 1.5) paste0("n", x), 123456)
  expect_same_as_eager(function(x = 1.5) as.character(x), 2.5)
  expect_same_as_eager(function(n = 3L) sprintf("%d items", n), 3L)
})

test_that("text and output are R's: 2 of 4", {
  expect_same_as_eager(function(n = 3L) sprintf("%i of %s is %s", n, "x", n > 1), 3L)
  expect_same_as_eager(function(n = 3L) sprintf("%5d|", n), 3L)
  expect_same_as_eager(function(n = 3L) sprintf("%05d", n), 3L)
  expect_same_as_eager(function(n = 3L) sprintf("%d%%", n), 3L)
  expect_same_as_eager(function(n = 3L) sprintf("%s", n/2L), 4L)
  expect_same_as_eager(function(n = 3L) sprintf("%d", 3), 4L)
  expect_same_as_eager(function(n = 3L) sprintf("plain"), 4L)
  expect_same_as_eager(function(n = 3L) sprintf("%s", c("a", "b")), 4L)
  expect_same_as_eager(function(n = 3L) sprintf(fmt = "%d", n), 4L)
  expect_same_as_eager(function(n = 3L) sprintf("%.2f", 1.5), 4L)
  expect_same_as_eager(function(x = 1.5) sprintf("%.2f", x), 4)
  expect_same_as_eager(function(s = "é") sprintf("<%s>", s))
  expect_same_as_eager(function(n = 3L) sprintf("%+d", n), 5L)
  expect_same_as_eager(function(s = "abc") nchar(s, "bytes"), "héé")
  expect_same_as_eager(function(s = "abc") nchar(s, type = "bytes"), "")
  expect_same_as_eager(function(s = "abc") nchar("constant") + nchar(s, "bytes"), "")
  expect_same_as_eager(function(s = "abc") s == "abc", "abc")
  expect_same_as_eager(function(s = "abc") paste0(s, toupper("x")))
  expect_same_as_eager(function(s = "abc") length(s))
  expect_same_as_eager(function(s = "abc") as.character(s))
  expect_same_as_eager(function(s = "a") if (s != "") s else "none", "")
  expect_same_as_eager(function(s = "tab\t\"quoted\" \\ back\nnew") s)
  expect_same_as_eager(function(s = "%") paste0(s, "%d%s"))
  expect_same_as_eager(function(s = "x") rev(c(s, "b")))
  expect_same_as_eager(function(s = "x") is.character(s))
})

test_that("text and output are R's: 3 of 4", {
  expect_same_as_eager(function(s = "x") identical(s, "x"))
  expect_same_as_eager(function(s = "x") unlist(lapply(c("a", s), function(k) paste0(k, "!"))))
  expect_same_as_eager(function(s = "x") sapply(c("a", s), function(k) paste0(k, "!"), USE.NAMES = FALSE))
  expect_same_as_eager(function(s = "x") vapply(c("a", s), function(k) nchar(k, "bytes"), 1L, USE.NAMES = FALSE))
  expect_same_as_eager(function(s = "x") Reduce(paste0, c("a", s)))
  expect_same_as_eager(function(s = "x") s %in% c("x", "y"))
  expect_same_as_eager(function(n = 3L) {
    cat("n is", n, "\n")
    n
  })
  expect_same_as_eager(function(n = 3L) {
    cat("a", "b\n", sep = "")
    n
  })
  expect_same_as_eager(function(n = 3L) {
    cat("a\n", n, "\n")
    n
  })
  expect_same_as_eager(function(n = 3L) {
    cat(n, TRUE, 2.5, "\n")
    n
  })
  expect_same_as_eager(function(n = 3L) {
    cat("\n")
    n
  })
  expect_same_as_eager(function(n = 3L) {
    cat(n, "x\n", "y\n")
    n
  })
  expect_same_as_eager(function(n = 3L) {
    print(n)
    n
  })
  expect_same_as_eager(function(n = 3L) {
    print("a")
    n
  })
  expect_same_as_eager(function(n = 3L) {
    print(n > 1)
    n
  })
  expect_same_as_eager(function(n = 3L) {
    print(n/2L)
    n
  }, 4L)
  expect_same_as_eager(function(s = "a\"b") {
    print(s)
    1
  })
  expect_same_as_eager(function(n = 3L) {
    print(paste0("x", n))
    n
  })
  expect_same_as_eager(function(n = 3L) print(n))
  expect_same_as_eager(function(n = 3L) stop("bad ", n, "!"))
  expect_same_as_eager(function(n = 3L) stop("bad ", n, call. = FALSE))
  expect_same_as_eager(function(n = 3L) {
    if (n > 2) 
      stop("too big: ", n, " > ", 2)
    n
  }, 1L)
  expect_same_as_eager(function(n = 3L) {
    stopifnot(n > 5)
    n
  })
  expect_same_as_eager(function(n = 3L) {
    stopifnot(`n must be large` = n > 5)
    n
  })
  expect_same_as_eager(function(n = 3L) {
    stopifnot(n > 1, n < 3)
    n
  })
})

test_that("text and output are R's: 4 of 4", {
  expect_same_as_eager(function(n = 3L) {
    stopifnot(is.numeric(n), n > 1, TRUE)
    n
  })
  expect_same_as_eager(function(x) {
    stopifnot(x$ndim == 1, dim(x)[1] == 3)
    x
  }, v)
  expect_same_as_eager(function(x) {
    stopifnot(is_torch_tensor(x))
    x
  }, v)
  expect_same_as_eager(function(n = 3L) stop())
  expect_same_as_eager(function(n = 3L) stopifnot(n > 5))
  expect_same_as_eager(function(n = 3L) {
    for (i in 1:n) cat("i =", i, "\n")
    n
  })
  expect_same_as_eager(function(n = 3L) {
    m <- paste0("it is ", n)
    stop(m)
  })
  expect_same_as_eager(function(n = 3L) if (n > 5) 1 else stop("no"))
  expect_same_as_eager(function(n = 3L) switch(n, 1, 2, stop("three")))
  expect_same_as_eager(function(x) {
    cat("sum", x$sum()$item(), "\n")
    x
  }, v)
  expect_same_as_eager(function(n = 3L) {
    cat("a", n, "\n", sep = ",")
    n
  })
  expect_same_as_eager(function(n = 3L) {
    cat("a", n, "\n", sep = "")
    n
  })
})

test_that("what is written by name is known, or refused", {
  expect_same_as_eager(function(n = 2L) cat("a", n, "b\n", sep = "\n"))
  expect_same_as_eager(function(s = "x", n = 2L) {
    cat(s, n, sep = "\n")
    cat("a", "b\n", sep = ", ")
  })
  for (fn in list(
    function(n = 1) print(n, digits = 3), function(s = "a") print(s, quote = FALSE), function(n = 1L) message(n, appendLF = TRUE),
    function(s = "a") cat(s, "\n", fill = TRUE), function(s = "-") paste("x", "y", sep = s), function(s = "a") cat(s, "\n", sep = c(",", ""))
  )) {
    error <- expect_failure_of(jit_script(fn), "compile", "can't be translated|one string")
    expect_no_match(conditionMessage(error), "mistake of")
  }
})

# What `cat()` writes to the byte, by the end of lines too.
expect_same_bytes <- function(fn, ...) {
  written <- function(f) {
    path <- withr::local_tempfile()
    withr::with_output_sink(path, f(...))
    readChar(path, 1000)
  }
  expect_identical(written(jit_script(fn)), written(fn))
}

test_that("text leaves NULL and what has no elements out, as R does", {
  for (fn in list(
    function(n = 1L) cat("a", NULL, "\n"), function(n = 1L) cat(NULL, n, "a\n"), function(n = 1L) cat("a", character(0), n, "\n"),
    function(n = 1L) cat(NULL), function(n = 1L) cat("a", NULL, "\n", sep = ""), function(s = "x") cat(c("a", s), sep = "\n"),
    function(s = "x") cat(s, "b\n", sep = ",\n"), function(s = "x") cat(c("a", s), "\n"), function(n = 1L) cat(c("a", "b\n")),
    function(n = 1L) cat(n, NULL, sep = "\n"), function(n = 1L) cat(NULL, NULL, sep = "\n"), function(n = 2L) cat(seq_len(n), TRUE, "\n", sep = "-")
  )) {
    expect_same_bytes(fn)
  }
  expect_same_as_eager(function(s = "b", n = 1L) c(paste0(s, NULL, n), paste(n, NULL), paste(NULL, s, sep = "-"), paste0(character(0), n), paste0("a", list(), n)))
  expect_same_as_eager(function(n = 1L) paste(NULL, character(0)))
  expect_same_as_eager(function(n = 1L) paste(NULL, n, collapse = "+"))
  expect_same_as_eager(function(n = 1L) paste0("a", n, sep = "-"))
  expect_same_as_eager(function(n = 1L) paste0("a", NA, n))
  expect_same_as_eager(function(n = 1L) stop("a", NULL, c(n, 2L), list("b", "c")))
})

test_that("text of vectors is a vector", {
  for (v in list(c(1.5, 2, 1e5), numeric(), 3)) {
    types <- list(v = "List[float]")
    expect_same_as_eager(function(v) paste0("a", v), v, types = types)
    expect_same_as_eager(function(v) paste("a", v, sep = "-"), v, types = types)
    expect_same_as_eager(function(v) paste("a", v, collapse = "+"), v, types = types)
    expect_same_as_eager(function(v) paste0(v, v), v, types = types)
    expect_same_as_eager(function(v) sprintf("%.1f of %s", v, "a"), v, types = types)
    expect_same_as_eager(function(v) sprintf("%.1f%%|%s", v, v), v, types = types)
    expect_same_as_eager(function(v) stop("v: ", v), v, types = types)
  }
  expect_same_as_eager(function(n = 3L) paste0("layer", seq_len(n)))
  expect_same_as_eager(function(n = 3L) paste(c("a", "b"), n))
  expect_same_as_eager(function(n = 3L) sprintf("%s has %d", c("a", "b"), n))
  expect_same_as_eager(function(n = 3L) sprintf("%s", character(0)))
  expect_same_as_eager(function(n = 3L) sprintf("%5d|%i", n > 1, n > 5))
  expect_same_as_eager(function(n = 3L) sprintf(n, fmt = "%d"))
})

test_that("print() writes constants as R does", {
  for (fn in list(
    function(n = 1L) { print(NULL); n }, function(n = 1L) { print(list()); n }, function(n = 1L) { print(c(a = 1, b = 2.5)); n },
    function(n = 1L) { print(c(1.5, 2, 1000)); n }, function(n = 1L) { print(character(0)); n }, function(n = 1L) { print(NA); n },
    function(n = 1L) { print(c("a", "b")); n }
  )) {
    expect_same_as_eager(fn)
  }
})

test_that("stopifnot() of a vector asks all of it", {
  x <- torch_ones(3, 4)
  expect_same_as_eager(function(x) { stopifnot(dim(x) == c(3L, 4L)); x }, x)
  expect_same_as_eager(function(v) { stopifnot(v > 0, "too large" = v < 5); v }, c(1, 2), types = list(v = "List[float]"))
  program <- jit_script(function(v) { stopifnot(v > 2, "too large" = v < 5); v }, v = "List[float]")
  expect_error(program(c(1, 3)), "v > 2 are not all TRUE")
  expect_error(program(1), "v > 2 is not TRUE")
  expect_error(program(c(3, 7)), "too large")
  expect_identical(program(numeric()), numeric())
})

test_that("strings are asked by the names of arguments, and in vectors", {
  expect_same_as_eager(function(s = "axa") c(startsWith(prefix = "a", x = s), startsWith("b", x = s), endsWith(suffix = "a", s), startsWith("a", s)))
  for (v in list(c("a", "bb"), character())) {
    types <- list(v = "List[str]")
    expect_same_as_eager(function(v) list(nchar(v, "bytes"), startsWith(v, "a"), any(endsWith(v, "b"))), v, types = types)
    expect_same_as_eager(function(v) v[startsWith(v, "a")], v, types = types)
  }
  expect_same_as_eager(function(s = "x") c(nchar(s, "b"), nchar(c("a", s), type = "bytes")))
})

test_that("lists of numbers and strings are text", {
  expect_same_as_eager(function(s = "x") paste(list(s, 1.5, TRUE), "b"))
  expect_same_as_eager(function(s = "x") paste(list(a = s, b = 1L), collapse = "+"))
  expect_same_as_eager(function(s = "x") stop("a", list(s, 1, TRUE, 2.5)))
})

test_that("%d writes doubles that are whole", {
  expect_same_as_eager(function(epochs = 5) { for (e in 1:epochs) cat(sprintf("epoch %d/%d\n", e, epochs)); epochs })
  for (s in list(2.5, -4, 3e9, NaN, 0)) expect_same_as_eager(function(s = 2.5) if (is.nan(s)) "NaN" else sprintf("%3d|", s), s)
  expect_same_as_eager(function(x) { r <- list(id = 1L, score = x[1]$item()); sprintf("%d", r$id) }, torch_tensor(c(1, 2)))
})

test_that("print() of a tensor has the header that it has in R", {
  for (x in list(torch_tensor(c(1, 2.5, 3)), torch_tensor(1:3), torch_tensor(TRUE)$squeeze(), torch_ones(2, 2, 2), torch_zeros(0))) {
    expect_same_as_eager(function(x) { print(x); print(x + x); 1 }, x)
  }
})

test_that("print() escapes what has no sign of its own", {
  for (text in c("a\001b\033[0m\f\177", "a\u0085b\u00e9\a\b\v\r\n\t\\ \"q\"", "plain \u4e2d")) {
    expect_same_as_eager(function(s = "a") print(s), text)
  }
})

test_that("what print() and is.na() are given is computed once", {
  says <- function(k) { cat("E\n"); k }
  draws <- function(k) k + torch_rand(1)$item()
  expect_same_as_eager(function(n = 3L) { print(says(n)); n })
  expect_same_as_eager(function(s = "a") print(print(says(s))))
  expect_same_as_eager(function(d = 2.5) { print(draws(d)); torch_rand(1) })
  expect_same_as_eager(function(n = 3L) if (print(says(n)) > 2) 1 else 2)
  expect_same_as_eager(function(n = 3L) is.finite(c(says(n), 2L)))
  expect_same_as_eager(function(s = "a") any(is.na(c(says(s), s))))
  expect_same_as_eager(function(b = TRUE) is.infinite(c(says(b), b)))
  expect_failure_of(jit_script(function(x) print(x))(torch_tensor(2)$to(dtype = torch_cfloat())), "program", "complex tensors")
})

test_that("a carriage return goes into files and comes back", {
  path <- withr::local_tempfile(fileext = ".pt")
  back <- function(program) { jit_save(program, path); jit_load(path) }
  words <- c("a\rb", "z")
  expect_identical(back(jit_script(function(x) list("q\r\r\nz\r", words)))(torch_ones(1)), list("q\r\r\nz\r", words))
  module <- nn_module(initialize = function() { self$v <- "a\rb"; self$l <- list(a = "c\rd", b = 1) }, forward = function(x) list(self$v, self$l$a))
  expect_identical(back(jit_script(module()))(torch_ones(1)), list("a\rb", "c\rd"))
})

test_that("paste() begins shorter vectors again, and of nothing makes nothing", {
  none <- NULL
  for (use in alist(
    paste0("z", v, w), paste0(v, w), paste0(v, "z"), paste0(NULL, v), paste0(none, v, w), paste(NULL, v, collapse = "+"), paste(v, NULL, v), paste(character(0), v, w, sep = "-"),
    paste("z", NULL, v, sep = "-"), paste(c("y", "z"), v, sep = "-"), paste(c("y", "z", "x"), NULL, v, sep = "-"), paste(list(), v, w), paste(v, w, "k", collapse = "|"), paste("f", c("a", "b"), 1:4)
  )) {
    fn <- eval(bquote(function(v, w) .(use)))
    for (v in list(character(), "a", c("a", "b"))) for (w in list(character(), "p", c("p", "q"))) expect_same_as_eager(fn, v, w, types = list(v = "List[str]", w = "List[str]"))
  }
  expect_same_as_eager(function(v, n = 3L) paste(v, n, c(n, 2.5, 1), TRUE, sep = "_"), c(1, 2.5), types = list(v = "List[float]"))
})

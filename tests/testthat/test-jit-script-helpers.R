# Numbers as text, and rounded, against R itself.
set.seed(1)
numbers <- c(
  0, -0, 1, -1, 1e5, 123456, 0.1 + 0.2, 1 / 3, -2 / 3, 1e-4, 0.00012, 0.001, 0.1, 1e10, 12345678, 1.2e7, 1e14, 123456789012345,
  999999.5, 9999999.5, 0.99999999, 0.9999999999999999, 0.5, 1.5, 2.5, 0.125, 2.675, 1.005, 1.115, 123456.789, Inf, -Inf, NaN,
  round(runif(20, -100, 100), 3), runif(20, -10, 10), 10^runif(40, -4, 14.9), sample(1e6, 20) / 8,
  9.99999999e-5, 1e-5, -1.5e-7, 3.14159e-20, 1e-22, 1e-23, 2.5e-100, 1.7e-280, runif(60) * 10^-sample(5:60, 60, replace = TRUE), 10^-(5:30)
)
same_as_r <- function(fn, values) {
  program <- jit_script(fn)
  expect_identical(lapply(values, program), lapply(values, fn))
}

test_that("numbers become the text that R makes of them", {
  same_as_r(function(x = 1.5) paste0("<", x, ">"), numbers)
  same_as_r(function(x = 1.5) sprintf("%.2f|%f|%8.3f|%-9.1f|%+.0f|%08.2f|%.15f|%s", x, x, x, x, x, x, x, x), numbers)
  same_as_r(function(n = 1L) sprintf("%d|%5d|%-5d|%05d|%+d|%i|%f|%s|%4s|%%", n, n, n, n, n, n, n, n, n), list(0L, -1L, 12L, 123456L, -99999L))
  shown <- function(fn) lapply(numbers, function(x) capture.output(fn(x)))
  show <- function(x = 1.5) {
    cat("it is", x, "\n")
    print(x)
    x
  }
  expect_identical(shown(jit_script(show)), lapply(numbers, function(x) capture.output(show(x))[1:2]))
  # a counter is a double to R
  count <- function(n = 3L) {
    i <- 99998
    text <- ""
    for (j in seq_len(n)) {
      i <- i + 1
      text <- paste(text, i)
    }
    text
  }
  expect_identical(jit_script(count)(3L), count(3L))
  expect_failure_of(jit_script(function(x = 1.5) paste0(x))(1e-300), "program", "nearer to zero")
  for (format in c("%x", "%.2d", "%.2s", "%05s", "%.16f", "%*d")) {
    fn <- eval(bquote(function(x = 1.5, s = "a") sprintf(.(format), .(if (endsWith(format, "s")) quote(s) else quote(x)))))
    expect_failure_of(jit_script(fn), "compile", "can't be translated")
  }
})

test_that("round() takes digits", {
  values <- c(numbers, 2.5, 0.15, 0.25, 0.35, 1234.5, 5.015, -0.55)
  round_to <- function(x = 1.5, digits = 2L) round(x, digits)
  program <- jit_script(round_to)
  for (digits in -3:15) {
    expect_identical(lapply(values, program, digits), lapply(values, round_to, digits))
  }
  same_as_r(function(x = 1.5) round(x, 1) + round(x), values)
})

test_that("arguments are matched by their names", {
  expect_same_as_eager(function(s = "abc") c(startsWith(prefix = "ab", x = s), endsWith(suffix = "bc", x = s)))
  expect_same_as_eager(function(v) sum(unlist(use.names = FALSE, x = v)), c(1, 2), types = list(v = "List[float]"))
  expect_same_as_eager(function(a = 3) list(`%in%`(table = c(a, 2), x = 2), do.call(args = list(a, 2), what = `+`)))
  expect_same_as_eager(function(a = 3) { x <- list(p = 1, r = a); x$z <- NULL; x })
})

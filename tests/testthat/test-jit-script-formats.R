# sprintf() of all kinds, and strings that are read as numbers.

test_that("%e, %g and %f write what R writes", {
  withr::local_seed(1)
  values <- c(
    0, -0, 1, 10, 123456, 1234567, 0.0001, 0.00001234, 1e-10, 2.5, 0.5, 1.5, 1e15, 999999.5, 9.9999995, 99999.95, 0.1, 1 / 3, -2.75, Inf, -Inf, NaN, 1e-5,
    123.456, 5e-7, rnorm(20) * 10^sample(-8:12, 20, TRUE), 0.25, 0.125, 3.5e10, 2^53, 1e6, 1e5, 100000.5
  )
  for (format in c("%e", "%g", "%.2e", "%.3g", "%.0e", "%.10g", "%10.3e|", "%-12g|", "%+g", "%012.4g", "%.15g", "%5.1f", "%.1g", "%.0g")) {
    fn <- eval(bquote(function(a = 1) sprintf(.(format), a)))
    program <- jit_script(fn, a = "float")
    expect_identical(vapply(values, program, ""), vapply(values, fn, ""), label = format)
  }
  expect_failure_of(jit_script(function(a = 1) sprintf("%g", a))(1e-300), "program", "nearer to zero")
})

test_that("strings have widths", {
  expect_same_as_eager(function(s = "a") sprintf("%-10s|%6s|", s, "ab"), "hey")
  expect_same_as_eager(function(s = "a") sprintf("%3s|", s), "abcdef")
  expect_same_as_eager(function(v) sprintf("%-8s %g", v, 1.5), c("a", "bcd"), types = list(v = "List[str]"))
})

test_that("strings are read as numbers", {
  program <- jit_script(function(s = "a") list(as.numeric(s), as.integer(s)))
  for (s in c("1.5", " 2 ", "-3e5", "1e-3", ".5", "5.", "+7", "4.35", "0.1")) expect_identical(program(s), list(as.numeric(s), as.integer(s)))
  as_number <- jit_script(function(s = "a") as.numeric(s))
  for (s in c("Inf", "-inf", "NaN", "123456789012345678")) expect_identical(as_number(s), as.numeric(s))
  for (s in c("abc", "", "1e", "0x1A", "1.2.3", "1e400", "TRUE", "1L")) expect_failure_of(as_number(s), "program", "NA in R, or no decimal number")
  withr::local_seed(1)
  drawn <- sprintf("%.17g", rnorm(200) * 10^sample(-20:20, 200, TRUE))
  expect_identical(jit_script(function(v) as.numeric(v), v = "List[str]")(drawn), as.numeric(drawn))
  expect_same_as_eager(function(s = "a") sum(as.numeric(strsplit(s, ",", fixed = TRUE)[[1]])), "1,2.5,3")
})

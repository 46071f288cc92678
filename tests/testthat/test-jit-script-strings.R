# R's functions of strings, on strings and on each of a vector.

string_vectors <- list(
  c("b", "a", "b"), character(), "h\u00e9llo w\u00f6rld", "", c("", "a,b,", "x,,y", ",", ",,"), c("  a b\t\n", "\u00a0x "),
  c("\u65e5\u672c\u8a9e", "a\u00e9", "ABC xyz"), "aXbXc", c("a.b", "a*b", "aa aaa", "aaaaa")
)

expect_same_strings <- function(fn) {
  program <- jit_script(fn, v = "List[str]")
  for (v in string_vectors) for (i in 1:2) expect_identical(program(v), fn(v))
}

test_that("letters are counted and taken as R does, whatever the alphabet", {
  for (fn in list(
    function(v) nchar(v), function(v) nchar(v, "chars"), function(v) nchar(v, type = "bytes"), function(v) substr(v, 1, 2), function(v) substr(v, 2, 100),
    function(v) substr(v, 0, 1), function(v) substr(v, -3, 2.9), function(v) substr(v, 3, 2), function(v) substring(v, 2), function(v) substring(v, 2, 3),
    function(v) trimws(v), function(v) trimws(v, "left"), function(v) trimws(v, which = "right"), function(v) strrep(v, 3), function(v) strrep(v, 0),
    function(v) strrep("ab", nchar(v)), function(v) strrep(v, 2.9), function(v) v[nchar(v) > 1], function(v) v[order(-nchar(v))],
    function(v) vapply(v, nchar, 1L, USE.NAMES = FALSE), function(v) { i <- 2L; substr(v, i, i + 1L) }
  )) {
    expect_same_strings(fn)
  }
  expect_same_as_eager(function(s = "abc") substring(s, 1:3, 1:3))
  expect_error(jit_script(function(s = "a", n = -1) strrep(s, n))(), "invalid 'times' value", class = "torchscript_error")
})

test_that("strings are split as R does", {
  for (fn in list(
    function(v) strsplit(v, ",", fixed = TRUE), function(v) strsplit(v, ","), function(v) strsplit(v, ""), function(v) strsplit(v, " aa", fixed = TRUE),
    function(v) vapply(strsplit(v, ""), function(p) paste(rev(p), collapse = ""), ""), function(v) vapply(strsplit(v, ","), function(p) paste(p, collapse = "+"), ""),
    function(v) Filter(nzchar, v), function(v) { k <- 0; for (p in strsplit(v, ",")) k <- k + length(p); k },
    function(v) { n <- 0L; for (w in v) for (ch in strsplit(w, "")[[1]]) if (ch == "a") n <- n + 1L; n }
  )) {
    expect_same_strings(fn)
  }
  expect_same_as_eager(function(s = "x,y", sep = "\u00e9") c(strsplit(s, ",")[[1]], strsplit("a\u00e9b", sep, fixed = TRUE)[[1]], rev(strsplit(s, "")[[1]])))
  expect_same_as_eager(function(s = "x,y") {
    l <- strsplit(s, ",")
    a <- l[[1]]
    b <- l[[1]]
    a[1] <- "z"
    paste(c(a, b, l[[1]], unlist(l)), collapse = "|")
  })
  expect_same_as_eager(function(s = "x=1;y=2") {
    out <- c()
    for (part in strsplit(s, ";")[[1]]) out <- c(out, strsplit(part, "=")[[1]][1])
    out
  })
  expect_same_as_eager(function(v) unlist(strsplit(v, ",")), c("a,b", "c"), types = list(v = "List[str]"))
})

test_that("strings are found and replaced as they are", {
  for (fn in list(
    function(v) grepl("a", v), function(v) grepl("a.b", v, fixed = TRUE), function(v) grepl("", v, fixed = TRUE), function(v) sub("a", "<>", v), function(v) sub("b", "a$1", v),
    function(v) gsub("a", "bb", v), function(v) gsub("aa", "a", v, fixed = TRUE), function(v) gsub(".", "", v, fixed = TRUE), function(v) gsub("\u00e9", "e", v),
    function(v) gsub("a", "\\1", v, fixed = TRUE), function(v) sub("X", "", v)
  )) {
    expect_same_strings(fn)
  }
  expect_same_as_eager(function(s = "b") c(grepl(s, "abc", fixed = TRUE), grepl("z", s)))
  expect_same_as_eager(function(s = "aa") sub(x = s, pattern = "a", replacement = "b"))
  expect_error(jit_script(function(s = "") gsub(s, "-", "abc", fixed = TRUE))(), "zero-length pattern", class = "torchscript_error")
  for (case in list(
    list(function(s = "a") gsub("[a]", "b", s), "Regular expressions can't be translated. `fixed = TRUE`"), list(function(s = "a") grepl("^a", s), "startsWith"),
    list(function(s = "a") grepl("a$", s), "endsWith"), list(function(s = "a") gsub("a", "\\1", s), "backslash"), list(function(s = "a") grepl(s, "a"), "may be a regular"),
    list(function(s = "a") gsub("a", "b", s, ignore.case = TRUE), "`ignore.case`"), list(function(s = "a") strsplit(s, "."), "Regular expressions"),
    list(function(s = "a") grepl(c("a", "b"), s, fixed = TRUE), "must be one value"), list(function(s = "a") substr(s, 1:2, 2), "must be one value")
  )) {
    expect_failure_of(jit_script(case[[1]]), "compile", case[[2]])
  }
  expect_failure_of(jit_script(function(s) toupper(s), s = "Optional[str]"), "compile", "Ask is.null\\(\\) first")
})

test_that("letters of ASCII change their case, others stop the program", {
  expect_same_as_eager(function(v) c(toupper(v), tolower(v)), c("aB1", "", "Zz"), types = list(v = "List[str]"))
  expect_same_as_eager(function(s = "a") c(toupper("\u00e9"), tolower(s), do.call(toupper, list(s)), lapply(c(s, "b"), toupper)[[2]]))
  expect_error(jit_script(function(s = "\u00e9a") toupper(s))(), "letters of ASCII alone", class = "torchscript_error")
})

test_that("strings are found in vectors, each once, as in R", {
  for (fn in list(
    function(v) unique(v), function(v) duplicated(v), function(v) anyDuplicated(v), function(v) match(v, c("a", "b"), nomatch = 0L), function(v) match(v, v),
    function(v) setdiff(v, c("a", "")), function(v) union(v, c("a", "zz")), function(v) intersect(c("a", "b", "b", ""), v), function(v) setequal(v, rev(v)),
    function(v) is.element("a", v), function(v) nzchar(v), function(v) is.na(v), function(v) { u <- unique(v); u <- c(u, "new"); list(u, v) }
  )) {
    expect_same_strings(fn)
  }
})

test_that("white space is trimmed, and what programs print can be saved", {
  for (s in c(" \r x\n\t", "", "   ", "x", " \u00e9 ")) {
    expect_same_as_eager(function(s = "a") c(trimws(s), trimws(s, "left"), trimws(s, "right")), s)
    expect_same_as_eager(function(s = "a") trimws(paste0(trimws(s), " ", trimws(s, "left"))), s)
  }
  program <- jit_script(function(s = "a") {
    print(s)
    trimws(s)
  })
  path <- withr::local_tempfile(fileext = ".pt")
  jit_save(program, path)
  expect_output(expect_identical(jit_load(path)(" a\r"), "a"), "\" a\\\\r\"", fixed = FALSE)
})

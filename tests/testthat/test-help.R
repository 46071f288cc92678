pages <- tools::Rd_db("torchscript")
tags <- function(page) vapply(page, function(part) attr(part, "Rd_tag"), "")
aliases <- unlist(lapply(pages, function(page) {
  vapply(page[tags(page) == "\\alias"], function(part) as.character(part[[1]]), "")
}))
aliases <- gsub("\\%", "%", aliases, fixed = TRUE)

test_that("every exported name has a help page", {
  expect_identical(setdiff(getNamespaceExports("torchscript"), aliases), character())
})

test_that("a name has one page", {
  expect_identical(unname(aliases[duplicated(aliases)]), character())
})

test_that("every page of a function says what comes back and has an example", {
  for (name in names(pages)) {
    present <- tags(pages[[name]])
    if ("\\usage" %in% present) {
      expect_true("\\value" %in% present, info = name)
      expect_true("\\examples" %in% present, info = name)
    }
  }
})

# Constants of every type, in files that PyTorch made: dev/fixtures_constants.py.

constant_file <- function(kind) fixture(sprintf("constants/%s.pt", kind))

test_that("constants of every type give what PyTorch gives, at every call, and show the same code", {
  answers <- recorded("constants/constants.R")
  for (kind in names(answers)) {
    m <- jit_load(constant_file(kind))
    for (name in names(answers[[kind]]$code)) {
      method <- m[[paste0("get_", name)]]
      wanted <- answers[[kind]]$values[[name]]
      # the optimising executor differs from the first call
      for (i in 1:3) {
        value <- method()
        if (name == "member") value <- as.character(value)
        if (is.null(wanted)) expect_null(value, info = name) else expect_recorded(value, wanted, name)
      }
      expect_identical(sub("\n*$", "\n", paste(method$code, collapse = "\n")), answers[[kind]]$code[[name]], info = name)
    }
    expect_identical(m(1L), 8L)
    again <- jit_unserialize(jit_serialize(m))
    expect_identical(again$get_table(), m$get_table())
    expect_identical(again$get_text(), "na\u00efve \n\"quoted\"")
  }
})

test_that("Final attributes and those of __constants__ are members", {
  m <- jit_load(constant_file("final"))
  expect_identical(
    list(m$whole, m$large, m$real, m$flag, m$text, m$pair), list(7L, 2^40, 2.5, TRUE, "na\u00efve \n\"quoted\"", list(1L, "a"))
  )
  expect_null(m$nothing)
  expect_true(m$place == torch_device("cpu"))
  expect_identical(unlist(m$texts), c("x", "y"))
})

test_that("jit_inspect() tells the tensors among the constants", {
  frozen <- jit_inspect(constant_file("frozen"))$constants
  tensors <- frozen[frozen$type == "Tensor", ]
  expect_setequal(tensors$dtype, c("float32", "int64", "bool"))
  expect_setequal(tensors$bytes, c(8, 8, 1))
})

# Files of older archive versions, made by hand and read by PyTorch's own loader: dev/fixtures_versions.py.

test_that("files of every older version give PyTorch's numbers, or are refused as there", {
  for (case in recorded("versions/versions.R")) {
    path <- fixture(file.path("versions", case$file))
    answer <- function() {
      program <- jit_load(path)
      for (i in 1:3) result <- do.call(program, lapply(case$args, alive))
      result
    }
    if (identical(case$answer, "refused")) {
      expect_error(answer(), class = "torchscript_error", info = case$file)
    } else {
      expect_recorded(answer(), case$answer, paste(case$file, case$args[[1]]$dtype))
    }
  }
})

test_that("what a program of an older version means stays when it is saved again", {
  x <- torch_tensor(c(7L, -7L))
  again <- jit_unserialize(jit_serialize(jit_load(fixture("versions/div-3.pt"))))
  expect_equal(as.numeric(again(x, torch_tensor(c(2L, 2L)))), c(3, -3))
  again <- jit_unserialize(jit_serialize(jit_load(fixture("versions/linspace-7.pt"))))
  expect_identical(as.integer(dim(again(torch_ones(1)))), 100L)
})

test_that("a refusal tells what is wrong", {
  expect_failure_of(jit_load(fixture("versions/newer-11.pt")), "file", "version", "jit_load")
  expect_identical(jit_inspect(fixture("versions/div-2.pt"))$version, 2L)
})

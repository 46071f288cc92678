# `make fuzz` runs thousands of these.
test_that("random programs do in TorchScript what they do in R", {
  x <- torch_tensor(c(-1, 0.5, 2))
  for (seed in 1:200) {
    both <- run_both(random_script(seed), x, seed %% 5L, 1.5)
    expect_equal(both$program, both$r, tolerance = 1e-5, ignore_attr = TRUE, label = sprintf("the program of seed %d", seed))
    expect_identical(kinds_of(both$program), kinds_of(both$r), label = sprintf("the kinds of seed %d", seed))
  }
})

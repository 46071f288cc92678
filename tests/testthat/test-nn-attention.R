test_that("attention begins, answers and learns as PyTorch's does", {
  expect_recorded_modules("^nn_multihead_attention$")
})

test_that("the weights are those of the heads, or their mean", {
  attention <- nn_multihead_attention(4, 2, batch_first = TRUE)
  x <- torch_randn(2, 3, 4)
  mean <- attention(x, x, x)
  heads <- attention(x, x, x, avg_weights = FALSE)
  expect_identical(dim(heads[[2]]), c(2L, 2L, 3L, 3L))
  expect_equal(as_array(torch_mean(heads[[2]], 2)), as_array(mean[[2]]), tolerance = 1e-6)
  expect_equal(as_array(torch_sum(mean[[2]], 3)), matrix(1, 2, 3), tolerance = 1e-6)
  expect_null(attention(x, x, x, need_weights = FALSE)[[2]])
})

test_that("keys that are padding have no weight", {
  attention <- nn_multihead_attention(4, 2)
  x <- torch_randn(3, 1, 4)
  padding <- torch_tensor(matrix(c(FALSE, FALSE, TRUE), 1))
  out <- attention(x, x, x, key_padding_mask = padding)
  expect_identical(as_array(out[[2]])[1, , 3], c(0, 0, 0))
  alone <- attention(x, x[1:2, , ], x[1:2, , ])
  expect_equal(as_array(out[[1]]), as_array(alone[[1]]), tolerance = 1e-6)
})

test_that("dropout acts in training only", {
  attention <- nn_multihead_attention(4, 2, dropout = 0.5)
  x <- torch_randn(6, 1, 4)
  torch_manual_seed(1)
  one <- as_array(attention(x, x, x)[[1]])
  expect_false(identical(as_array(attention(x, x, x)[[1]]), one))
  attention$eval()
  expect_identical(as_array(attention(x, x, x)[[1]]), as_array(attention(x, x, x)[[1]]))
})

test_that("bad sizes are refused when the module is made", {
  expect_failure_of(nn_multihead_attention(10, 3), "value", "`embed_dim` must be a multiple of `num_heads`, 3, not 10")
  expect_failure_of(nn_multihead_attention(0, 1), "value", "`embed_dim` must be a whole number from 1")
  expect_failure_of(nn_multihead_attention(4, "two"), "value", "`num_heads` must be a whole number")
  expect_failure_of(nn_multihead_attention(4, 2, dropout = -1), "value", "`dropout` must be a number from 0 to 1")
  expect_failure_of(nn_multihead_attention(4, 2, batch_first = 1), "value", "`batch_first` must be TRUE or FALSE")
  attention <- nn_multihead_attention(4, 2)
  x <- torch_ones(3, 1, 4)
  expect_failure_of(attention(torch_ones(3, 1, 6), x, x), "value", "`query` must have 4 features")
  expect_failure_of(attention(x, x, x, attn_mask = torch_ones(2, 2)), "value", "`attn_mask` must have the shape")
})

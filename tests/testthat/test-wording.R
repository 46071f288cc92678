# libtorch's messages, with dimensions and positions as R counts them.

test_that("what is out of range is named as it was given", {
  x <- torch_tensor(rbind(c(1, 2, 3), c(4, 5, 6)))
  v <- torch_tensor(c(3, 1, 2))
  at <- function(...) torch_tensor(as.integer(c(...)))
  cases <- list(
    list(quote(torch_sum(x, 5)), "dimension 5 is out of range: it must be between 1 and 2, or between -2 and -1"),
    list(quote(torch_sum(x, -4)), "dimension -4 is out of range"),
    list(quote(torch_select(x, 1, 5)), "position 5 is out of range for dimension 1 of a tensor of shape [2, 3]"),
    list(quote(torch_select(x, 2, -9)), "position -9 is out of range for dimension 2"),
    list(quote(torch_narrow(v, 1, 3, 2)), "2 elements from position 3 on are more than the dimension's size 3 has"),
    list(quote(torch_narrow(v, 1, 9, 1)), "position 9 is out of range for size 3"),
    list(quote(torch_gather(v, 1, at(4))), "index 4 is out of bounds for dimension 1 with size 3"),
    list(quote(torch_scatter(v, 1, at(9), torch_tensor(1))), "index 9 is out of bounds for dimension 1 with size 3"),
    list(quote(torch_index(v, list(at(9)))), "index 9 is out of bounds for dimension 1 with size 3"),
    list(quote(torch_index_select(v, 1, at(4))), "a position is beyond the end of the dimension"),
    list(quote(torch_embedding(x, at(4))), "a position is beyond the end of the dimension"),
    list(quote(torch_take(v, at(7))), "position 7 is out of range: the tensor has 3 elements"),
    list(quote(x$index_copy(1, at(3), torch_ones(1, 3))), "index 3 is out of bounds for dimension 1 with size 2"),
    list(quote(torch_nll_loss(x, at(4, 1))), "target 4 is out of bounds: targets are classes from 1 on"),
    list(quote(torch_one_hot(at(4), 2)), "a class is greater than `num_classes`"),
    list(quote(torch_flip(x, c(2, 2))), "dimension 2 appears several times"),
    list(quote(torch_diagonal(x, dim1 = 2, dim2 = 2)), "must differ: they are 2 and 2"),
    list(quote(torch_kthvalue(v, 5)), "out of range for dimension 1"),
    list(quote(torch_movedim(x, c(1, 1), c(1, 2))), "repeated dimension in `source` ([1, 1])"),
    list(quote(torch_tensordot(x, x, list(1, 2))), "first has size 2 in dimension 1 and second has size 3 in dimension 2"),
    list(quote(x$unfold(1, 9, 1)), "at dimension 1 is 2 but size is 9"),
    list(quote(torch_rot90(x, 1, c(2, 2))), "but got 2 and 2"),
    list(quote(torch_embedding_bag(x, at(1, 9), at(0))), "index 2 of the input is 9, which is not between 1 and 2"),
    list(quote(torch_cat(list(x, torch_ones(3, 4)), 1)), "in dimension 1. Expected size 3 but got size 4 for tensor number 2"),
    list(quote(torch_stack(list(v, at(1, 2)))), "at entry 1 and [2] at entry 2"),
    list(quote(v$expand(c(2, 4))), "at dimension 2, where neither is 1"),
    list(quote(torch_max(torch_zeros(2, 0), 2)), "dimension 2 must not be empty"),
    list(quote(torch_hsplit(x, 2)), "along dimension 2, but"),
    list(quote(torch_cross(x, x, 1)), "dimension 1 must have length 3"),
    list(quote(x$permute(1, 2, 3)), "`dims` must name every dimension of the tensor once: it has 2, and 3 were given"),
    list(quote(torch_max(torch_zeros(0))), "an empty tensor has no such element: `dim` must say"),
    list(quote(torch_topk(v, 5)), "`k` is greater than the size of the dimension"),
    list(quote(torch_div(x, x, rounding_mode = "up")), "NULL, 'trunc' or 'floor' but found"),
    list(quote(torch_einsum("ij,jk->ik", list(x, x))), "for operand 2 which"),
    list(quote(torch_tensor(1L) %/% torch_tensor(0L)), "whole numbers can't be divided by zero"),
    list(quote(torch_tensor(TRUE) - torch_tensor(TRUE)), "Use torch_logical_xor() instead"),
    list(quote(-torch_tensor(TRUE)), "use `!` or torch_logical_not() instead"),
    list(quote(torch_unflatten(x, 2, c(2, 2))), "the size of dimension 2 (3)")
  )
  for (case in cases) {
    error <- tryCatch(eval(case[[1]]), error = identity)
    expect_s3_class(error, "torchscript_error")
    expect_true(
      grepl(case[[2]], conditionMessage(error), fixed = TRUE),
      label = paste0(deparse(case[[1]])[[1]], ": ", conditionMessage(error))
    )
  }
})

test_that("jit_ops counts from zero, in messages too", {
  v <- torch_tensor(c(3, 1, 2))
  expect_failure_of(jit_ops$aten$select(v, 0L, 7L), "index", "index 7 out of range.*at dimension 0")
  expect_failure_of(jit_ops$aten$sum(v, 5L), "index", "Dimension out of range")
})

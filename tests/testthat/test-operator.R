test_that("dimensions count from one, and from the end", {
  x <- torch_tensor(matrix(1:6, 2))
  expect_identical(as_array(torch_sum(x, dim = 1)), c(3L, 7L, 11L))
  expect_identical(as_array(torch_sum(x, dim = -1)), c(9L, 12L))
  expect_identical(torch_transpose(x, 1, 2)$shape, c(3L, 2L))
  expect_identical(torch_unsqueeze(x, 1)$shape, c(1L, 2L, 3L))
  expect_identical(x$permute(c(2, 1))$shape, c(3L, 2L))
  expect_failure_of(torch_sum(x, dim = 0), "index", "must not be 0", "torch_sum")
})

test_that("positions count from one, going in and coming out", {
  x <- torch_tensor(c(3, 1, 2))
  expect_identical(as_array(torch_argmax(x)), 1L)
  expect_identical(as_array(torch_sort(x)$indices), c(2L, 3L, 1L))
  expect_identical(as_array(torch_topk(x, 2)[[2]]), c(1L, 3L))
  expect_identical(as_array(torch_index_select(x, 1, torch_tensor(c(1L, 3L)))), c(3, 2))
  expect_identical(as_array(torch_gather(x, 1, torch_tensor(c(2L, 2L)))), c(1, 1))
  expect_identical(as_array(torch_nonzero(torch_tensor(c(0, 1, 2)))), matrix(2:3))
  expect_identical(as_array(x$select(1, 2)), 1)
  expect_identical(as_array(torch_narrow(x, 1, 2, 2)), c(1, 2))
})

test_that("results with several parts are named as the schema names them", {
  x <- torch_tensor(matrix(c(1, 5, 3, 2), 2))
  expect_named(torch_max(x, dim = 1), c("values", "indices"))
  expect_named(x$max(dim = 2), c("values", "indices"))
  expect_s3_class(torch_max(x), "torch_tensor")
  expect_identical(as_array(torch_max(x, other = torch_zeros(2, 2) + 2)), matrix(c(2, 5, 3, 2), 2))
})

test_that("every function of the table is an operator whose schema has its arguments", {
  table <- torchscript:::operator_table
  expect_gt(length(table), 600)
  beyond_the_schema <- c("requires_grad", "names", "...", "dims", "out_dim", "outdim", "memory_format", "size")
  for (entry in table) {
    operator <- torchscript:::operator_of_function(entry$name)
    arguments <- names(.Call(torchscript:::C_operator_arguments, operator))
    mine <- names(entry$formals)
    renamed <- match(mine, entry$variables)
    mine[!is.na(renamed)] <- names(entry$variables)[renamed[!is.na(renamed)]]
    expect_identical(setdiff(mine, c(arguments, beyond_the_schema)), character(), info = entry$name)
    expect_identical(names(formals(get(entry$name))), names(entry$formals), info = entry$name)
  }
})

test_that("every type of argument converts", {
  x <- torch_ones(2, 3, 4, 4)
  expect_identical(torch_zeros(2, layout = torch_strided())$shape, 2L)
  expect_true(x$is_contiguous())
  expect_true(x$contiguous(memory_format = torch_channels_last_format())$is_contiguous(memory_format = torch_channels_last_format()))
  a <- torch_generator(); a$set_current_seed(7)
  b <- torch_generator(); b$set_current_seed(7)
  draw <- function(g) as_array(torch_bernoulli(torch_full(20, 0.5), generator = g))
  expect_identical(draw(a), draw(b))
  # Tensor?[]: a missing index is NULL
  m <- torch_tensor(matrix(1:6, 2))
  expect_identical(as_array(jit_ops$aten$index(m, list(NULL, torch_tensor(c(0L, 2L))))), matrix(c(1L, 2L, 5L, 6L), 2))
  # Scalar[]
  powers <- jit_ops$aten$`_foreach_pow`(list(torch_tensor(2), torch_tensor(3)), list(3, 2))
  expect_identical(lapply(powers, as_array), list(8, 9))
  # one number fills int[2]
  expect_identical(torch_conv2d(x, torch_ones(5, 3, 3, 3), stride = 2, padding = 1)$shape, c(2L, 5L, 2L, 2L))
  expect_identical(torch_conv2d(x, torch_ones(5, 3, 3, 3), padding = "same")$shape, c(2L, 5L, 4L, 4L))
  expect_true(torch_zeros(2, dtype = "int16", device = "cpu")$dtype == torch_int16())
  expect_identical(torch_reshape(x, list(2, -1))$shape, c(2L, 48L))
})

test_that("wrong arguments are named", {
  x <- torch_ones(2)
  expect_failure_of(torch_relu(NULL), "type", "`self` must be a tensor, not NULL", "torch_relu")
  expect_failure_of(torch_relu(1), "type", "torch_tensor\\(self\\)")
  expect_failure_of(torch_relu(), "type", "missing", "torch_relu")
  expect_failure_of(torch_zeros(2.5), "value", "2.5", "torch_zeros")
  expect_failure_of(torch_cat(list(x, NULL)), "type", "tensors\\[\\[2\\]\\]", "torch_cat")
  expect_failure_of(torch_sum(x, keepdim = 3), "type", "keepdim")
  expect_error(torch_relu(x, nonsense = 1), "unused argument")
  expect_failure_of(x$sum(dim = "a"), "type", "dim")
  expect_failure_of(torch_zeros(2, device = "cuda:99"), "value", "CUDA")
  error <- expect_failure_of(torch_matmul(torch_ones(2, 3), torch_ones(2, 3)), "runtime", "shapes", "torch_matmul")
  expect_identical(error$operator, "aten::matmul")
})

test_that("requires_grad works for every creator", {
  for (x in list(torch_zeros(2, requires_grad = TRUE), torch_full(2, 1, requires_grad = TRUE),
                 torch_eye(2, requires_grad = TRUE), torch_arange(1, 2, requires_grad = TRUE),
                 torch_randn_like(torch_ones(2), requires_grad = TRUE))) {
    expect_true(x$requires_grad)
  }
})

test_that("what there is too much of, or of the wrong kind, is refused", {
  x <- torch_ones(2)
  expect_error(torch_relu(x, x), "unused argument")
  expect_error(x$relu(1), "unused argument")
  expect_failure_of(torch_zeros(2, dtype = 3.5), "type", "dtype", "torch_zeros")
  expect_failure_of(torch_zeros(2, layout = "a"), "type", "layout")
  expect_failure_of(torch_bernoulli(x, generator = 1), "type", "generator")
  expect_failure_of(x$contiguous(memory_format = "a"), "type", "memory_format")
  expect_failure_of(torch_sum(x, dim = NA_integer_), "value", "dim")
})

test_that("in-place operators return the object they were called on", {
  x <- torch_ones(2, 2)
  expect_identical(x$mul_(3), x)
  expect_identical(x$fill_diagonal_(0), x)
  expect_identical(torch_relu_(x), x)
  expect_identical(as_array(x), matrix(c(0, 3, 3, 0), 2))
  y <- torch_ones(2, 2)
  expect_false(identical(y$mul(3), y))
})

test_that("methods and functions are the same operator", {
  m <- matrix(c(3, 1, 2, 8, 5, 4), 2)
  x <- double_tensor(m)
  expect_identical(as_array(x$sum(dim = 2)), as_array(torch_sum(x, dim = 2)))
  expect_identical(as_array(x$argmax(dim = 2)), max.col(m))
  expect_identical(as_array(torch_argmin(x, dim = 1)), apply(m, 2, which.min))
  expect_identical(as_array(torch_sort(x, dim = 1)$values), apply(m, 2, sort))
  expect_identical(as_array(torch_sort(x, dim = 2, descending = TRUE)$indices)[1, ], order(-m[1, ]))
  expect_identical(as_array(torch_cumsum(x, dim = 1)), apply(m, 2, cumsum))
  expect_equal(as_array(torch_std(x, dim = 1)), apply(m, 2, stats::sd))
  expect_equal(as_array(linalg_inv(double_tensor(m[, 1:2]))), solve(m[, 1:2]))
  expect_equal(as_array(linalg_det(double_tensor(m[, 1:2]))), det(m[, 1:2]))
  expect_equal(as_array(torch_svd(x)[[2]]), svd(m)$d)
})

test_that("positions count from one in the less common operators too", {
  x <- torch_tensor(c(3, 0, 2))
  expect_identical(as_array(torch_kthvalue(x, 1)[[2]]), 2L)
  expect_identical(as_array(torch_nonzero_static(x, size = 2)), matrix(c(1L, 3L)))
  expect_identical(as_array(torch_take(x, torch_tensor(c(3L, 1L)))), c(2, 3))
  expect_identical(as_array(torch_scatter(torch_zeros(3), 1, torch_tensor(c(1L, 3L)), torch_tensor(c(5, 6)))), c(5, 0, 6))
  expect_identical(as_array(torch_index_fill(x, 1, torch_tensor(2L), 9)), c(3, 9, 2))
  expect_identical(as_array(torch_one_hot(torch_tensor(1:2))), matrix(c(1L, 0L, 0L, 1L), 2))
  expect_identical(as_array(torch_embedding(torch_eye(3), torch_tensor(c(3L, 1L)))), diag(3)[c(3, 1), ])
  expect_identical(as_array(torch_unique_consecutive(torch_tensor(c(5, 5, 7)), return_inverse = TRUE)[[2]]), c(1L, 1L, 2L))
  scores <- matrix(c(2, 0, 1, 3), 2)
  log_softmax <- scores - log(rowSums(exp(scores)))
  loss <- -mean(log_softmax[cbind(1:2, c(2, 1))])
  target <- torch_tensor(c(2L, 1L))
  expect_equal(torch_nll_loss(double_tensor(log_softmax), target)$item(), loss)
  expect_equal(torch_cross_entropy_loss(double_tensor(scores), target)$item(), loss)
})

test_that("dimensions are found by position", {
  x <- torch_zeros(2, 3, 4)
  expect_identical(torch_flatten(x, start_dim = 2)$shape, c(2L, 12L))
  expect_identical(torch_flatten(x, start_dim = 1, end_dim = 2)$shape, c(6L, 4L))
  expect_identical(torch_movedim(x, 1, 3)$shape, c(3L, 4L, 2L))
  expect_identical(torch_unsqueeze(x, -1)$shape, c(2L, 3L, 4L, 1L))
  expect_identical(torch_stack(list(x, x), 2)$shape, c(2L, 2L, 3L, 4L))
  expect_identical(torch_cat(list(x, x), 3)$shape, c(2L, 3L, 8L))
})

v <- torch_tensor(c(-1, 2, 3))
m <- torch_tensor(matrix(c(1, -2, 3, 4, 5, -6), 2))
a3 <- torch_arange(1, 24)$reshape(c(2, 3, 4))
i3 <- torch_tensor(c(1L, 3L))
ii <- torch_tensor(1:3)

test_that("tensors are those of eager code: 1 of 11", {
  expect_same_as_eager(function(x) x[-1], v)
  expect_same_as_eager(function(x) x[-2:-1], v)
  expect_same_as_eager(function(x) x[-1, -2], m)
  expect_same_as_eager(function(x) x[2, , drop = FALSE], m)
  expect_same_as_eager(function(x) x[, -1], m)
  expect_same_as_eager(function(x) x[1:2, 2:3], m)
  expect_same_as_eager(function(x) x[.., -1], a3)
  expect_same_as_eager(function(x) x[1, .., 2], a3)
  expect_same_as_eager(function(x) x[newaxis, ..], v)
  expect_same_as_eager(function(x) x[, newaxis, ], m)
  expect_same_as_eager(function(x) x[NULL], v)
  expect_same_as_eager(function(x) x[1:N:2], v)
  expect_same_as_eager(function(x) x[1:3:2], v)
  expect_same_as_eager(function(x) x[slc(1, Inf, 2)], v)
  expect_same_as_eager(function(x) x[c(1, 3)], v)
  expect_same_as_eager(function(x) x[c(1L, 3L), ], a3[1])
  expect_same_as_eager(function(x, i) x[i], v, i3)
  expect_same_as_eager(function(x, i) x[, i], m, i3)
  expect_same_as_eager(function(x) x[c(TRUE, FALSE, TRUE)], v)
  expect_same_as_eager(function(x) x[x > 0 & x < 3], v)
  expect_same_as_eager(function(x) x[!(x > 0)], v)
  expect_same_as_eager(function(x) x[torch_isnan(x)], v)
  expect_same_as_eager(function(x) x[[1]], v)
  expect_same_as_eager(function(x) x[[1]][[2]], m)
  expect_same_as_eager(function(x, i = 1L) x[i, i + 1L], m, 1L)
})

test_that("tensors are those of eager code: 2 of 11", {
  expect_same_as_eager(function(x, i = 1L) x[i, i + 1L], m, 2L)
  expect_same_as_eager(function(x, i = 1L) x[i, i + 1L], m, 5L)
  expect_same_as_eager(function(x, i = 1L) x[i:2, ], m, 1L)
  expect_same_as_eager(function(x, i = 1L) x[1:i, ], m, 2L)
  expect_same_as_eager(function(x, i = 1L, j = 2L) x[i:j], v, 2L, 3L)
  expect_same_as_eager(function(x, i = 1L) x[i:N], v, 2L)
  expect_same_as_eager(function(x, i = 1L) x[-i], v, 2L)
  expect_same_as_eager(function(x, i = 1L) x[-i:-1], v, 2L)
  expect_same_as_eager(function(x) x[5], v)
  expect_same_as_eager(function(x) x[1, 1, 1], m)
  expect_same_as_eager(function(x) x[2:2], v)
  expect_same_as_eager(function(x) x[2:9], v)
  expect_same_as_eager(function(x) {
    y <- x$clone()
    y[1, ] <- c(7, 8, 9)
    y
  }, m)
  expect_same_as_eager(function(x) {
    y <- x$clone()
    y[, 1] <- 0
    y[1] <- y[2]
    y
  }, m)
  expect_same_as_eager(function(x) {
    y <- x$clone()
    y[x > 0] <- -1
    y
  }, m)
  expect_same_as_eager(function(x) {
    y <- x$clone()
    y[c(1, 3)] <- torch_tensor(c(10, 20))
    y
  }, v)
  expect_same_as_eager(function(x) {
    y <- x$clone()
    y[2:3] <- x[1:2]
    y
  }, v)
  expect_same_as_eager(function(x) {
    y <- x$clone()
    y[-1] <- 99
    y
  }, v)
  expect_same_as_eager(function(x) {
    y <- x$clone()
    y[.., 2] <- 5
    y
  }, a3)
  expect_same_as_eager(function(x) {
    y <- x$clone()
    y[] <- 5
    y
  }, v)
  expect_same_as_eager(function(x, i = 2L) {
    y <- x$clone()
    y[i] <- i
    y
  }, v, 3L)
  expect_same_as_eager(function(x, i = 2L) {
    y <- x$clone()
    y[[i]] <- 0.5
    y
  }, v, 3L)
  expect_same_as_eager(function(x) {
    y <- x$clone()
    y[1][1] <- 5
    y
  }, m)
  expect_same_as_eager(function(x) {
    y <- x$clone()
    y[1:2, 2:3] <- torch_zeros(2, 2)
    y
  }, m)
  expect_same_as_eager(function(x) {
    z <- (x[1] <- 5)
    z
  }, v$clone())
})

test_that("tensors are those of eager code: 3 of 11", {
  expect_same_as_eager(function(x) {
    l <- list(x$clone())
    l[[1]][2] <- 50
    l[[1]]
  }, v)
  expect_same_as_eager(function(x) {
    l <- list(a = x$clone())
    l$a[2] <- 50
    l$a
  }, v)
  expect_same_as_eager(function(x) {
    y <- x$clone()
    for (i in 1:2) for (j in 1:3) y[i, j] <- i * 10 + j
    y
  }, m)
  expect_same_as_eager(function(x) {
    y <- x
    y[1] <- 42
    x
  }, v$clone())
  expect_same_as_eager(function(x) x$sum(dim = 1), m)
  expect_same_as_eager(function(x) x$sum(dim = -1), m)
  expect_same_as_eager(function(x) x$sum(dim = c(1, 2)), m)
  expect_same_as_eager(function(x) x$sum(1, TRUE), m)
  expect_same_as_eager(function(x) torch_sum(x, dim = -1, keepdim = TRUE), m)
  expect_same_as_eager(function(x, d = 1L) x$sum(d), m, 2L)
  expect_same_as_eager(function(x, d = 1L) x$sum(d), m, -1L)
  expect_same_as_eager(function(x, d = 1L) x$sum(d), m, 0L)
  expect_same_as_eager(function(x) x$sum(3), m)
  expect_same_as_eager(function(x) x$mean(), m)
  expect_same_as_eager(function(x) x$std(), m)
  expect_same_as_eager(function(x) x$var(1), m)
  expect_same_as_eager(function(x) torch_var(x, dim = 1, unbiased = FALSE), m)
  expect_same_as_eager(function(x) torch_max(x, dim = 1), m)
  expect_same_as_eager(function(x) x$min(dim = -1)[[1]], m)
  expect_same_as_eager(function(x) torch_max(x), m)
  expect_same_as_eager(function(x) torch_max(x, other = x * 2), m)
  expect_same_as_eager(function(x) torch_sort(x, descending = TRUE), v)
  expect_same_as_eager(function(x) x$sort()[[2]], v)
  expect_same_as_eager(function(x) torch_sort(x, dim = 1)$values, m)
  expect_same_as_eager(function(x) x$topk(2, dim = 2), m)
})

test_that("tensors are those of eager code: 4 of 11", {
  expect_same_as_eager(function(x) torch_argmax(x), m)
  expect_same_as_eager(function(x) torch_argmin(x, dim = 2), m)
  expect_same_as_eager(function(x) torch_nonzero(x > 0), m)
  expect_same_as_eager(function(x) torch_kthvalue(x, 2), v)
  expect_same_as_eager(function(x) torch_median(x, dim = 1)$indices, m)
  expect_same_as_eager(function(x) torch_unique_consecutive(x), v)
  expect_same_as_eager(function(x) torch_searchsorted(x, torch_tensor(2.5)), v)
  expect_same_as_eager(function(x) torch_where(x > 0), v)
  expect_same_as_eager(function(x) torch_bincount(x), ii)
  expect_same_as_eager(function(x) x$reshape(c(3, 2)), m)
  expect_same_as_eager(function(x) x$view(-1), m)
  expect_same_as_eager(function(x) x$view(c(-1, 2)), m)
  expect_same_as_eager(function(x) x$permute(c(3, 1, 2)), a3)
  expect_same_as_eager(function(x) x$transpose(1, 2), m)
  expect_same_as_eager(function(x) torch_transpose(x, -1, -2), a3)
  expect_same_as_eager(function(x) x$t(), m)
  expect_same_as_eager(function(x) x$unsqueeze(1), v)
  expect_same_as_eager(function(x) x$unsqueeze(-1), v)
  expect_same_as_eager(function(x) x$unsqueeze(2)$squeeze(2), v)
  expect_same_as_eager(function(x) x$squeeze(), v)
  expect_same_as_eager(function(x) x$flatten(), m)
  expect_same_as_eager(function(x) torch_flatten(x, start_dim = 2), a3)
  expect_same_as_eager(function(x) x$expand(c(2, 3)), v)
  expect_same_as_eager(function(x) x$"repeat"(c(2, 1)), v)
  expect_same_as_eager(function(x) torch_flip(x, 1), m)
})

test_that("tensors are those of eager code: 5 of 11", {
  expect_same_as_eager(function(x) torch_flip(x, c(1, 2)), m)
  expect_same_as_eager(function(x) torch_roll(x, 1, 1), m)
  expect_same_as_eager(function(x) x$narrow(1, 2, 2), v)
  expect_same_as_eager(function(x) torch_narrow(x, 2, 1, 2), m)
  expect_same_as_eager(function(x) x$select(2, 1), m)
  expect_same_as_eager(function(x) torch_index_select(x, 2, torch_tensor(c(1L, 3L))), m)
  expect_same_as_eager(function(x) torch_cat(list(x, x), dim = 1), m)
  expect_same_as_eager(function(x) torch_cat(list(x, x), -1), m)
  expect_same_as_eager(function(x) torch_stack(list(x, x), dim = 2), v)
  expect_same_as_eager(function(x) torch_stack(c(x, x)), v)
  expect_same_as_eager(function(x) torch_split(x, 2, dim = 2), m)
  expect_same_as_eager(function(x) torch_split(x, c(1, 2), dim = 2), m)
  expect_same_as_eager(function(x) torch_chunk(x, 2)[[2]], m)
  expect_same_as_eager(function(x) x$unbind(2), m)
  expect_same_as_eager(function(x) x$size(), m)
  expect_same_as_eager(function(x) x$size(-1), m)
  expect_same_as_eager(function(x) x$shape, m)
  expect_same_as_eager(function(x) x$shape[1], m)
  expect_same_as_eager(function(x) x$shape[[2]], m)
  expect_same_as_eager(function(x) x$shape[-1], m)
  expect_same_as_eager(function(x) x$ndim, m)
  expect_same_as_eager(function(x) x$dim(), m)
  expect_same_as_eager(function(x) x$numel(), m)
  expect_same_as_eager(function(x) length(x), m)
  expect_same_as_eager(function(x) nrow(x) * ncol(x) + NROW(x), m)
})

test_that("tensors are those of eager code: 6 of 11", {
  expect_same_as_eager(function(x) dim(x)[2], m)
  expect_same_as_eager(function(x) length(dim(x)), m)
  expect_same_as_eager(function(x) x$dtype == torch_float(), m)
  expect_same_as_eager(function(x) {
    s <- x$shape
    x$view(c(s[2], s[1]))
  }, m)
  expect_same_as_eager(function(x) torch_zeros(x$shape), m)
  expect_same_as_eager(function(x) torch_zeros(nrow(x), 2), m)
  expect_same_as_eager(function(x) torch_ones(c(2, ncol(x))), m)
  expect_same_as_eager(function(x) torch_zeros_like(x), m)
  expect_same_as_eager(function(x) torch_full(c(2, 2), 3.5), m)
  expect_same_as_eager(function(x) torch_full_like(x, 2), m)
  expect_same_as_eager(function(x) torch_eye(3), m)
  expect_same_as_eager(function(x) torch_arange(1, 5), m)
  expect_same_as_eager(function(x) torch_arange(0, 4, 2), m)
  expect_same_as_eager(function(x, n = 3L) torch_arange(1, n), m, 4L)
  expect_same_as_eager(function(x, n = 3L) torch_arange(1L, n), m, 4L)
  expect_same_as_eager(function(x) torch_linspace(0, 1, 5), m)
  expect_same_as_eager(function(x) torch_tensor(c(1, 2)), m)
  expect_same_as_eager(function(x) torch_tensor(1L), m)
  expect_same_as_eager(function(x) torch_tensor(2.5), m)
  expect_same_as_eager(function(x) torch_tensor(TRUE), m)
  expect_same_as_eager(function(x, k = 2) torch_tensor(k), m, 3)
  expect_same_as_eager(function(x, k = 2L) torch_tensor(c(k, 1L)), m, 3L)
  expect_same_as_eager(function(x, k = 2) torch_tensor(c(k, 1), dtype = torch_double()), m, 3)
  expect_same_as_eager(function(x) torch_tensor(matrix(1:4, 2)), m)
  expect_same_as_eager(function(x) torch_tensor(list(1, 2)), m)
})

test_that("tensors are those of eager code: 7 of 11", {
  expect_same_as_eager(function(x) torch_tensor(1:3, dtype = torch_float()), m)
  expect_same_as_eager(function(x) torch_randn(2, 2), m)
  expect_same_as_eager(function(x) torch_rand_like(x), m)
  expect_same_as_eager(function(x) torch_randint(1, 5, c(2, 2)), m)
  expect_same_as_eager(function(x) nnf_dropout(x, 0.5), m)
  expect_same_as_eager(function(x) torch_randperm(5), m)
  expect_same_as_eager(function(x) torch_scalar_tensor(3), m)
  expect_same_as_eager(function(x) torch_empty(0), m)
  expect_same_as_eager(function(x) x + 1L, ii)
  expect_same_as_eager(function(x) x/2L, ii)
  expect_same_as_eager(function(x) x %/% 2L, ii)
  expect_same_as_eager(function(x) x %% 2, v)
  expect_same_as_eager(function(x) x %/% 2, v)
  expect_same_as_eager(function(x) -x, v)
  expect_same_as_eager(function(x) x^2, v)
  expect_same_as_eager(function(x) 2^x, v)
  expect_same_as_eager(function(x) 1/x, v)
  expect_same_as_eager(function(x) 1 - x, ii)
  expect_same_as_eager(function(x) x * 0.5, ii)
  expect_same_as_eager(function(x) x > 1, v)
  expect_same_as_eager(function(x) 1 <= x, v)
  expect_same_as_eager(function(x) x == x, v)
  expect_same_as_eager(function(x) x != 2, v)
  expect_same_as_eager(function(x) !(x > 1), v)
  expect_same_as_eager(function(x) (x > 1) & (x < 3), v)
})

test_that("tensors are those of eager code: 8 of 11", {
  expect_same_as_eager(function(x) (x > 1) | x < 0, v)
  expect_same_as_eager(function(x) xor(x > 1, x < 3), v)
  expect_same_as_eager(function(x) x %*% x$t(), m)
  expect_same_as_eager(function(x) x %*% v, m)
  expect_same_as_eager(function(x) t(x), m)
  expect_same_as_eager(function(x) abs(x) + sqrt(abs(x)) + exp(x) + floor(x) + sign(x), v)
  expect_same_as_eager(function(x) c(max(x)$item(), min(x)$item(), sum(x)$item()), v)
  expect_same_as_eager(function(x) round(x/7, 2), v)
  expect_same_as_eager(function(x) log(abs(x), 2), v)
  expect_same_as_eager(function(x) log(abs(x)), v)
  expect_same_as_eager(function(x) cumsum(x), v)
  expect_same_as_eager(function(x) prod(x), v)
  expect_same_as_eager(function(x) mean(x), v)
  expect_same_as_eager(function(x) all(x > 0), v)
  expect_same_as_eager(function(x) any(x > 0), v)
  expect_same_as_eager(function(x) any(x > 0)$item(), v)
  expect_same_as_eager(function(x) rev(x), v)
  expect_same_as_eager(function(x) is.na(x), v)
  expect_same_as_eager(function(x, f = TRUE) ifelse(f, no = 1, yes = 2), v)
  expect_same_as_eager(function(x, n = 2L) ifelse(n > 1, 1.5, 2), v)
  expect_same_as_eager(function(x) torch_where(x > 0, x, 0), v)
  expect_same_as_eager(function(x) torch_where(x > 0, 1, 0), v)
  expect_same_as_eager(function(x) torch_clamp(x, min = 0), v)
  expect_same_as_eager(function(x) x$clamp(max = 2), v)
  expect_same_as_eager(function(x) torch_clamp(x, -1, 1), v)
})

test_that("tensors are those of eager code: 9 of 11", {
  expect_same_as_eager(function(x) as.numeric(x$sum()), v)
  expect_same_as_eager(function(x) as.integer(x[2]), v)
  expect_same_as_eager(function(x) as.integer(torch_argmax(x)), v)
  expect_same_as_eager(function(x) x$item(), v)
  expect_same_as_eager(function(x) x[1]$item() + 1, v)
  expect_same_as_eager(function(x) x[1]$item() + 1L, ii)
  expect_same_as_eager(function(x) x[2]$item() %/% 2L, ii)
  expect_same_as_eager(function(x) (x[1] > 0)$item(), v)
  expect_same_as_eager(function(x) if ((x[1] > 0)$item()) 1 else 2, v)
  expect_same_as_eager(function(x) if (x[1]$item() > 0) 1 else 2, v)
  expect_same_as_eager(function(x) if (torch_any(x > 0)$item()) 1 else 2, v)
  expect_same_as_eager(function(x) x$to(dtype = torch_int()), v)
  expect_same_as_eager(function(x) x$to(torch_double()), v)
  expect_same_as_eager(function(x) x$double()$float(), v)
  expect_same_as_eager(function(x) x$long(), v)
  expect_same_as_eager(function(x) x$bool(), v)
  expect_same_as_eager(function(x) x$type_as(torch_tensor(1L)), v)
  expect_same_as_eager(function(x) torch_gather(x, 2, torch_tensor(matrix(c(1L, 3L), 2))), m)
  expect_same_as_eager(function(x) x$scatter(2, torch_tensor(matrix(c(1L, 3L), 2)), 0), m)
  expect_same_as_eager(function(x) torch_scatter_add(x, 1, torch_tensor(matrix(1L, 1, 3)), torch_ones(1, 3)), m)
  expect_same_as_eager(function(x) torch_take_along_dim(x, torch_tensor(matrix(c(1L, 3L), 2)), 2), m)
  expect_same_as_eager(function(x) nnf_one_hot(torch_tensor(c(1L, 3L)), 3), m)
  expect_same_as_eager(function(x) nnf_embedding(torch_tensor(c(1L, 2L)), x), m)
  expect_same_as_eager(function(x) nnf_relu(x), v)
  expect_same_as_eager(function(x) nnf_softmax(x, dim = -1), m)
})

test_that("tensors are those of eager code: 10 of 11", {
  expect_same_as_eager(function(x) nnf_log_softmax(x, 1), m)
  expect_same_as_eager(function(x) nnf_nll_loss(nnf_log_softmax(x, 2), torch_tensor(c(1L, 3L))), m)
  expect_same_as_eager(function(x) nnf_cross_entropy(x, torch_tensor(c(1L, 3L)), reduction = "none"), m)
  expect_same_as_eager(function(x) nnf_pad(x, c(1, 1)), m)
  expect_same_as_eager(function(x) nnf_max_pool1d(x$unsqueeze(1), 2), m)
  expect_same_as_eager(function(x) nnf_conv1d(x$unsqueeze(1), torch_ones(1, 2, 1)), m)
  expect_same_as_eager(function(x) nnf_interpolate(x[newaxis, newaxis], scale_factor = 2), m)
  expect_same_as_eager(function(x) nnf_normalize(x, dim = 2), m)
  expect_same_as_eager(function(x) nnf_cosine_similarity(x, x + 1, dim = 2), m)
  expect_same_as_eager(function(x) torch_einsum("ij,kj->ik", list(x, x)), m)
  expect_same_as_eager(function(x) torch_matmul(x, x$t())$diagonal(), m)
  expect_same_as_eager(function(x) torch_tril(x), m)
  expect_same_as_eager(function(x) torch_meshgrid(list(x, x), indexing = "ij"), v)
  expect_same_as_eager(function(x) torch_norm(x, 2, dim = 1), m)
  expect_same_as_eager(function(x) x$norm(), m)
  expect_same_as_eager(function(x) linalg_norm(x), m)
  expect_same_as_eager(function(x) linalg_inv(x %*% x$t()), m)
  expect_same_as_eager(function(x) torch_cumsum(x, -1), m)
  expect_same_as_eager(function(x) torch_diff(x), v)
  expect_same_as_eager(function(x) torch_isfinite(x), v)
  expect_same_as_eager(function(x) torch_equal(x, x), v)
  expect_same_as_eager(function(x) torch_allclose(x, x), v)
  expect_same_as_eager(function(x) torch_logsumexp(x, 2), m)
  expect_same_as_eager(function(x) torch_addmm(x[, 1:2], x, x$t()), m)
  expect_same_as_eager(function(x) torch_bmm(x$unsqueeze(1), x$t()$unsqueeze(1)), m)
})

test_that("tensors are those of eager code: 11 of 11", {
  expect_same_as_eager(function(x) torch_outer(x, x), v)
  expect_same_as_eager(function(x) torch_dot(x, x), v)
  expect_same_as_eager(function(x) with_no_grad({
    y <- x * 2
    y + 1
  }), v)
  expect_same_as_eager(function(x) {
    with_no_grad({
      y <- x * 2
    })
    y
  }, v)
  expect_same_as_eager(function(x) x$requires_grad, v)
  expect_same_as_eager(function(x) {
    y <- x$detach()$requires_grad_(TRUE)
    with_no_grad({
      z <- y * 2
    })
    z$requires_grad
  }, v)
  expect_same_as_eager(function(x) x$device, v)
  expect_same_as_eager(function(x) x$is_cuda, v)
  expect_same_as_eager(function(x) x$contiguous()$is_contiguous(), v)
  expect_same_as_eager(function(x) is_torch_tensor(x), v)
  expect_same_as_eager(function(x) inherits(x, "torch_tensor"), v)
  expect_same_as_eager(function(x) as.list(x), m)
  expect_same_as_eager(function(x) lapply(as.list(x), function(r) r$sum()), m)
  expect_same_as_eager(function(x) length(x[x > 0]), v)
  expect_same_as_eager(function(x) x$masked_fill(x > 0, -1), v)
  expect_same_as_eager(function(x) torch_masked_select(x, x > 0), v)
  expect_same_as_eager(function(x) torch_zeros(2.5), v)
  expect_same_as_eager(function(x) x$cuda(), v)
  expect_same_as_eager(function(x) x$cpu(), v)
})

test_that("summaries take several tensors and numbers, leave out NaN, and go along a dimension", {
  with_nan <- torch_tensor(matrix(c(1, NaN, 3, 4, 5, -6), 2))
  for (x in list(v, m, ii, with_nan, v > 0)) {
    expect_same_as_eager(function(x) list(max(x, 0), max(x, 0L), min(x, x), sum(x, x), sum(x, 1.5), prod(x, TRUE)), x)
    expect_same_as_eager(function(x) list(any(x > 0, x < -5), all(x > 0, TRUE)), x)
    expect_same_as_eager(function(x) list(sum(x, na.rm = TRUE), max(x, na.rm = TRUE), sum(x, dim = 1), prod(x, dim = 1, keepdim = TRUE)), x)
    expect_same_as_eager(function(x, n = 3L, w = c(1, 2)) list(min(x, n), max(x, w)), x)
  }
  expect_same_as_eager(function(x) sum(x, dim = 2, na.rm = TRUE), with_nan)
  expect_failure_of(jit_script(function(x) max(x, dim = 1)), "compile", "torch_amax")
  expect_failure_of(jit_script(function(x) sum(x, along = 1)), "compile", "no argument `along`")
})

test_that("tensors that lists hold are changed in place, and each is made anew", {
  x <- torch_tensor(c(1, 2, 3))
  expect_same_as_eager(function(x) { l <- list(x * 2, x * 3); l[[1]]$add_(3); l }, x)
  expect_same_as_eager(function(x) { r <- list(out = x * 2, loss = x$sum()); r$out[r$out > 3] <- 0; r }, x)
  expect_same_as_eager(function(x) { r <- list(h = torch_zeros(3), c = torch_zeros(3)); for (i in 1:3) { r$h$add_(x); r$c$mul_(.5)$add_(x) }; r }, x)
  expect_same_as_eager(function(x) { s <- torch_sort(x); s[[1]][1] <- 0; s }, x)
  expect_same_as_eager(function(x) { l <- lapply(1:2, function(i) torch_zeros(3)); l[[1]]$add_(3); l }, x)
  expect_same_as_eager(function(x) { y <- nnf_dropout(x, 0.5, FALSE); y$mul_(2); x }, x)
  expect_same_as_eager(function(x) { a <- x * 2; b <- x * 2; a$add_(1); b }, x)
  zeros <- jit_script(function() torch_zeros(3))
  zeros()$add_(1)
  expect_identical(as_array(zeros()), c(0, 0, 0))
  w <- torch_tensor(c(1, 2), requires_grad = TRUE)
  twice <- jit_script(function(w) { with_no_grad(a <- w * 2); b <- w * 2; a * b })
  for (i in 1:3) expect_true(twice(w)$requires_grad)
  # leading dimensions of one element are left out, as in eager code
  expect_same_as_eager(function(x) { x[1] <- torch_tensor(5); x[2:3] <- torch_zeros(1, 2); x }, x)
  expect_same_as_eager(function(x) { x[1, ] <- x[2:2]; x[, 2] <- torch_ones(1, 2) * 3; x }, torch_ones(2, 2))
})

test_that("sizes one by one are whole numbers", {
  refused <- function(fn, ...) expect_failure_of(jit_script(fn, ...), "compile", "A size must be a whole number")
  refused(function(w) torch_zeros(2, w), w = "List[int]")
  refused(function(b = TRUE, n = 3L) torch_zeros(b, n))
  refused(function(x, b = TRUE) x$new_zeros(b, 2))
  expect_same_as_eager(function(n = 3L, m = 2L) torch_zeros(n, m))
  expect_same_as_eager(function(x, n = 3L) x$view(1, n), torch_ones(3))
})

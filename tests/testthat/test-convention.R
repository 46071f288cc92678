positions <- function(...) torch_tensor(as.integer(c(...)))

test_that("zero is no position, in any operator that takes some", {
  inputs <- c("L1", "L2", "IX", "CLASS", "LABELS", "COLUMNS", "CORNERS")
  rows <- names_table()
  mentions <- sprintf("\\b(%s)\\b", paste(inputs, collapse = "|"))
  calls <- unique(rows$call[grepl(mentions, rows$call)])
  expect_gt(length(calls), 40)
  refused <- function(call) {
    scope <- names_inputs()
    for (name in inputs) assign(name, torch_zeros_like(get(name, scope)), scope)
    error <- tryCatch(suppressWarnings(eval(parse(text = call, keep.source = FALSE)[[1]], scope)), error = identity)
    inherits(error, "torchscript_index_error") && grepl("must not hold 0.*positions count from 1", conditionMessage(error))
  }
  expect_identical(Filter(Negate(refused), calls), character())
  x <- torch_arange(1, 5)
  expect_failure_of(torch_select(x, 1, 0), "index", "`index` must not be 0", "torch_select")
  expect_failure_of(torch_narrow(x, 1, 0, 1), "index", "`start` must not be 0", "torch_narrow")
  expect_failure_of(torch_one_hot(positions(0, 1)), "index", "`self` must not hold 0", "torch_one_hot")
  expect_failure_of(torch_embedding(torch_eye(2), positions(1), padding_idx = 0), "index", "`padding_idx` must not be 0")
  expect_failure_of(linalg_tensorinv(torch_eye(4), ind = 0), "index", "`ind` must not be 0", "linalg_tensorinv")
  expect_failure_of(torch_quantize_per_channel(x, x, x$long(), 0, torch_qint8()), "index", "`axis` must not be 0")
})

test_that("negative positions count from the end where libtorch lets them", {
  x <- torch_arange(1, 5)
  expect_identical(torch_select(x, 1, -1)$item(), 5)
  expect_identical(as_array(torch_narrow(x, 1, -2, 2)), c(4, 5))
  expect_identical(as_array(torch_index(x, list(positions(-1, 1)))), c(5, 1))
  expect_identical(as_array(torch_take(x, positions(-1, 2))), c(5, 2))
  expect_identical(as_array(torch_index_fill(x, 1, positions(-1), 0)), c(1, 2, 3, 4, 0))
})

test_that("a slice includes its last element", {
  values <- as.double(1:6)
  x <- double_tensor(values)
  expect_identical(as_array(torch_slice(x, 1, 2, 4)), values[2:4])
  expect_identical(as_array(x$slice(1, 2)), values[2:6])
  expect_identical(as_array(x$slice(1, 1, -1)), values)
  expect_identical(as_array(x$slice(1, -3, -2)), values[4:5])
  expect_identical(as_array(x$slice(1, 1, 6, 2)), values[c(1, 3, 5)])
  expect_identical(as_array(x$slice(1, end = 3)), values[1:3])
  expect_identical(as_array(torch_slice_scatter(x, double_tensor(c(0, 0)), 1, 5, 6)), c(1, 2, 3, 4, 0, 0))
  expect_failure_of(x$slice(1, 1, 0), "index", "`end` must not be 0")
})

test_that("positions that come out are those of base R", {
  sorted <- c(1, 3, 5, 7)
  values <- c(0, 1, 4, 7, 9)
  x <- double_tensor(values)
  edges <- double_tensor(sorted)
  # findInterval() counts the elements before the place, which is one less than the place
  expect_identical(as_array(torch_searchsorted(edges, x, right = TRUE)), findInterval(values, sorted) + 1L)
  expect_identical(as_array(torch_searchsorted(edges, x)), findInterval(values, sorted, left.open = TRUE) + 1L)
  expect_identical(as_array(torch_bucketize(x, edges, right = TRUE)), findInterval(values, sorted) + 1L)
  shuffled <- double_tensor(c(5, 1, 7, 3))
  expect_identical(
    as_array(torch_searchsorted(shuffled, x, sorter = torch_argsort(shuffled))), as_array(torch_searchsorted(edges, x))
  )
  expect_identical(as_array(torch_repeat_interleave(repeats = positions(2, 0, 3))), rep(1:3, c(2, 0, 3)))
  lower <- as_array(torch_tril_indices(3, 4))
  expect_identical(lower[, order(lower[2, ], lower[1, ])], unname(t(which(lower.tri(matrix(0, 3, 4), TRUE), arr.ind = TRUE))))
  expect_identical(as_array(torch_triu_indices(2, 2, offset = 1)), matrix(c(1L, 2L)))
  set.seed(1)
  m <- matrix(stats::rnorm(12), 3)
  expect_identical(as_array(torch_argsort(double_tensor(m), dim = 1)), apply(m, 2, order))
  expect_identical(as_array(torch_nonzero(double_tensor(c(0, 2, 0, 3)))), matrix(c(2L, 4L)))
  expect_identical(as_array(torch_nonzero_static(double_tensor(c(0, 2)), size = 3)), matrix(c(2L, -1L, -1L)))
  quantized <- suppressWarnings(
    torch_quantize_per_channel(torch_ones(3, 4), torch_ones(4), positions(0, 0, 0, 0), 2, torch_qint8())
  )
  expect_identical(quantized$q_per_channel_axis(), 2L)
})

test_that("positions that came out go in again", {
  image <- torch_rand(1, 1, 4, 4, requires_grad = TRUE)
  pooled <- torch_max_pool2d_with_indices(image, 2, 2)
  back <- torch_max_unpool2d(pooled[[1]], pooled[[2]], c(4, 4))
  expect_identical(as_array(torch_max_pool2d(back, 2, 2)), as_array(pooled[[1]]))
  # the gradient that autograd computes by the positions that libtorch kept
  pooled[[1]]$sum()$backward()
  gradient <- image$detach()$max_pool2d_with_indices_backward(
    torch_ones_like(pooled[[1]]), c(2, 2), c(2, 2), c(0, 0), c(1, 1), FALSE, pooled[[2]]
  )
  expect_identical(as_array(gradient), as_array(image$grad))
  x <- torch_tensor(matrix(c(3, 1, 2, 9, 7, 8), 2))
  expect_identical(as_array(torch_gather(x, 2, torch_argsort(x, 2))), as_array(torch_sort(x, 2)[[1]]))
  expect_identical(as_array(torch_take_along_dim(x, torch_argmax(x, 2, TRUE), 2)), as_array(torch_amax(x, 2, TRUE)))
  sparse <- torch_tensor(matrix(c(0, 1, 2, 0), 2))$to_sparse()
  again <- torch_sparse_coo_tensor(sparse$indices(), sparse$values(), c(2, 2))
  expect_identical(as_array(again$to_dense()), matrix(c(0, 1, 2, 0), 2))
})

test_that("classes count from one, and the one that is left out too", {
  scores <- matrix(c(0.1, 0.7, 0.2, 0.3, 0.3, 0.4), 2, byrow = TRUE)
  x <- double_tensor(log(scores))
  expect_equal(torch_nll_loss(x, positions(2, 3))$item(), -mean(log(c(0.7, 0.4))))
  expect_equal(torch_nll_loss(x, positions(2, 3), ignore_index = 3)$item(), -log(0.7))
  expect_equal(torch_nll_loss(x, positions(2, -100))$item(), -log(0.7))
  expect_equal(torch_cross_entropy_loss(x, positions(2, 3), ignore_index = 2)$item(), -log(0.4))
  bytes <- torch_tensor(as.raw(c(2, 3)))
  expect_equal(torch_nll_loss(x, bytes)$item(), -mean(log(c(0.7, 0.4))))
  rows <- torch_embedding(torch_eye(3), positions(3, 1), padding_idx = 3)
  expect_identical(as_array(rows), diag(3)[c(3, 1), ])
  weight <- torch_eye(3)$requires_grad_()
  torch_embedding(weight, positions(3, 1), padding_idx = 3)$sum()$backward()
  expect_identical(rowSums(as_array(weight$grad)), c(3, 0, 0))
})

test_that("counts, distances and values are no positions", {
  x <- torch_arange(1, 6)
  # how many elements come before a cut, a row, a bag
  expect_identical(lapply(torch_tensor_split(x, c(1, 3)), as_array), list(1, c(2, 3), c(4, 5, 6)))
  expect_identical(as_array(suppressWarnings(torch_eye(3)$to_sparse_csr())$crow_indices()), 0:3)
  bags <- torch_embedding_bag(torch_eye(3), positions(1, 2, 3, 3), positions(0, 2))
  expect_identical(as_array(bags[[1]]), rbind(c(1, 1, 0), c(0, 0, 2)))
  expect_identical(as_array(torch_diagonal(torch_eye(3), offset = 1)), c(0, 0))
  expect_identical(as_array(torch_as_strided(x, 2, 1, storage_offset = 3)), c(4, 5))
  expect_identical(as_array(torch_bincount(positions(1, 1, 3))), c(0L, 2L, 0L, 1L))
  expect_setequal(as_array(torch_randperm(5)), 0:4)
  expect_identical(as_array(x$tile(2)), as.double(rep(1:6, 2)))
  # the labels of ctc_loss, with 0 for the blank: one way to say "1" in one step
  step <- torch_tensor(array(log(c(0.25, 0.75)), c(1, 1, 2)))
  loss <- torch_ctc_loss(step, torch_tensor(matrix(1L)), positions(1), positions(1))
  expect_equal(loss$item(), -log(0.75), tolerance = 1e-6)
})

# Every public operator of the registry: what is named like a position is one, or stands here with the reason.
not_positions <- list(
  "start and end of a range of values" = c("arange start", "arange end", "range start", "range end", "linspace start",
    "linspace end", "logspace start", "logspace end"),
  "the other end of an interpolation" = c("lerp end", "lerp_ end"),
  "repetitions" = "tile dims",
  "where to cut: elements before the cut" = c("tensor_split indices", "hsplit indices", "vsplit indices", "dsplit indices"),
  "elements before a bag or segment" = c("embedding_bag offsets", "segment_reduce offsets", "segment_reduce indices")
)

test_that("whatever is named like a position was decided on", {
  named <- paste0(
    "^(index|indices|[a-z]+_indices|sorter|target|start|end|dim|dims|dim[0-9]|axis[0-9]?|[a-z]+_axis|source|destination|",
    "dimension|dims_[a-z]+|start_dim|end_dim|ind|path|physical_layout|[a-z]+_idx|ignore_index|offsets)$"
  )
  no_class <- c(
    "binary_cross_entropy", "binary_cross_entropy_with_logits", "cosine_embedding_loss", "hinge_embedding_loss",
    "huber_loss", "kl_div", "l1_loss", "margin_ranking_loss", "mse_loss", "poisson_nll_loss", "smooth_l1_loss", "soft_margin_loss"
  )
  decided <- c(unlist(not_positions), paste(no_class, "target"))
  # other tensors that happen to have such a name
  values <- paste(c("index_add", "index_copy", "index_reduce", "masked_scatter", "put", "set"), "source")
  # how many elements come before a row
  counts <- paste(
    c("sparse_csr_tensor", "sparse_csc_tensor", "sparse_bsr_tensor", "sparse_bsc_tensor", "sparse_compressed_tensor"),
    c("crow_indices", "ccol_indices", "crow_indices", "ccol_indices", "compressed_indices")
  )
  operators <- .Call(torchscript:::C_operator_names, "aten")
  operators <- operators[!grepl("^_|_backward$|_jvp$|^cudnn|^miopen|^mkldnn", operators)]
  undecided <- unlist(lapply(operators, function(operator) {
    conventions <- .Call(torchscript:::C_operator_conventions, paste0("aten::", operator))
    found <- lapply(names(conventions), function(schema) {
      if (grepl("!\\) out", schema)) {
        return(NULL)
      }
      inside <- sub("^[^(]*[(](.*)[)] -> .*$", "\\1", schema)
      arguments <- strsplit(sub(", [*],.*!.*", "", gsub("\\[[^]]*\\]", "", inside)), ", ")[[1]]
      arguments <- sub("=.*", "", sub(".* ", "", arguments[grepl("^(Tensor|int|SymInt)", arguments)]))
      setdiff(arguments[grepl(named, arguments)], conventions[[schema]])
    })
    found <- unique(unlist(found))
    if (length(found) > 0) paste(sub("_$", "", operator), found)
  }))
  expect_identical(setdiff(undecided, c(decided, values, counts)), character())
})

collect <- function(dl) {
  batches <- list()
  loop(for (batch in dl) batches[[length(batches) + 1]] <- batch)
  batches
}
values <- function(batches, field = 1) lapply(batches, function(batch) as.numeric(as_array(batch[[field]])))
numbers <- function(n) tensor_dataset(double_tensor(seq_len(n)))
items <- dataset("items",
  initialize = function(n = 4) self$n <- n,
  .getitem = function(i) {
    list(t = torch_tensor(c(i, -i)), n = i, k = as.integer(i), flag = i > 2, s = letters[[i]], v = c(i, 0), inner = list(i, z = 2 * i))
  },
  .length = function() self$n
)

test_that("batches come in order, the last one short or left out", {
  dl <- dataloader(numbers(5), batch_size = 2)
  expect_true(is_dataloader(dl))
  expect_identical(length(dl), 3L)
  expect_equal(values(collect(dl)), list(c(1, 2), c(3, 4), 5))
  dl <- dataloader(numbers(5), batch_size = 2, drop_last = TRUE)
  expect_identical(length(dl), 2L)
  expect_equal(values(collect(dl)), list(c(1, 2), c(3, 4)))
})

test_that("items become batches element by element", {
  batch <- collect(dataloader(items(), batch_size = 3))[[1]]
  expect_named(batch, c("t", "n", "k", "flag", "s", "v", "inner"))
  expect_tensor_values(batch$t, matrix(c(1, 2, 3, -1, -2, -3), 3))
  expect_tensor_values(batch$n, c(1, 2, 3))
  expect_true(batch$k$dtype == torch_long())
  expect_identical(as_array(batch$flag), c(FALSE, FALSE, TRUE))
  expect_identical(batch$s, c("a", "b", "c"))
  expect_identical(dim(batch$v), c(3L, 2L))
  expect_named(batch$inner, c("", "z"))
  expect_tensor_values(batch$inner[[1]], c(1, 2, 3))
  expect_tensor_values(batch$inner$z, c(2, 4, 6))
})

test_that("batch_size = NULL gives single items", {
  batches <- collect(dataloader(items(2), batch_size = NULL))
  expect_length(batches, 2)
  expect_tensor_values(batches[[2]]$v, c(2, 0))
})

test_that("R's seed decides the order, which is another one in each pass", {
  dl <- dataloader(numbers(20), batch_size = 20, shuffle = TRUE)
  pass <- function() values(collect(dl))[[1]]
  set.seed(3)
  first <- pass()
  second <- pass()
  set.seed(3)
  expect_identical(pass(), first)
  set.seed(3)
  expect_equal(first, sample.int(20))
  expect_false(identical(first, second))
  expect_setequal(second, 1:20)
})

test_that("samplers decide the order and the batches", {
  given <- sampler("given",
    initialize = function(what) self$what <- what,
    .iter = function() as_iterator(self$what),
    .length = function() length(self$what)
  )
  dl <- dataloader(numbers(5), batch_size = 2, sampler = given(c(5, 1, 1)))
  expect_identical(length(dl), 2L)
  expect_equal(values(collect(dl)), list(c(5, 1), 1))
  dl <- dataloader(numbers(5), batch_sampler = given(list(c(2, 3), 5, c(1, 4, 2))))
  expect_identical(length(dl), 3L)
  expect_equal(values(collect(dl)), list(c(2, 3), 5, c(1, 4, 2)))
})

test_that("a function of the user's makes the batch", {
  dl <- dataloader(items(3), batch_size = 2, collate_fn = function(items) vapply(items, function(item) item$n, 0))
  expect_identical(collect(dl), list(c(1, 2), 3))
})

test_that("items that come one after another are batched as well", {
  count <- iterable_dataset("count",
    initialize = function(n) self$n <- n,
    .iter = function() as_iterator(as.numeric(seq_len(self$n)))
  )
  flat <- function(batches) lapply(batches, function(batch) as.numeric(as_array(batch)))
  expect_equal(flat(collect(dataloader(count(3), batch_size = 2))), list(c(1, 2), 3))
  expect_equal(flat(collect(dataloader(count(3), batch_size = 2, drop_last = TRUE))), list(c(1, 2)))
  expect_equal(flat(collect(dataloader(count(2), batch_size = NULL))), list(1, 2))
  expect_failure_of(dataloader(count(3), shuffle = TRUE), "value", "decides its order", "dataloader")
})

test_that("iterators are stepped by hand", {
  iter <- dataloader_make_iter(dataloader(numbers(2)))
  expect_tensor_values(dataloader_next(iter)[[1]], 1)
  expect_tensor_values(dataloader_next(iter)[[1]], 2)
  expect_null(dataloader_next(iter))
  expect_identical(dataloader_next(iter, completed = "done"), "done")
  expect_failure_of(dataloader_next(1), "type", "iterator", "dataloader_next")
  expect_failure_of(dataloader_make_iter(1), "type", "dataloader", "dataloader_make_iter")
})

test_that("workers give the same batches, in the same order", {
  skip_if_not_installed("callr")
  expected <- collect(dataloader(items(4), batch_size = 1))
  actual <- collect(dataloader(items(4), batch_size = 1, num_workers = 2))
  expect_identical(lapply(actual, function(batch) batch$s), lapply(expected, function(batch) batch$s))
  for (i in seq_along(expected)) for (field in c("t", "n", "k", "v")) expect_same_tensor(actual[[i]][[field]], expected[[i]][[field]])
})

test_that("workers know their globals, packages and seeds, and give errors as they were", {
  skip_if_not_installed("callr")
  failing <- dataset("failing",
    .getitem = function(i) {
      if (i == 4) rlang::abort("no such picture", class = "picture_error")
      list(base = offset + started, package = "package:tools" %in% search(), random = stats::runif(1))
    },
    .length = function() 5, parent_env = globalenv()
  )
  pass <- function() {
    set.seed(7)
    iter <- dataloader_make_iter(dataloader(
      failing(), batch_size = 2, num_workers = 1, worker_globals = list(offset = 10), worker_packages = "tools",
      worker_init_fn = function(worker) assign("started", worker, envir = globalenv())
    ))
    list(dataloader_next(iter), iter)
  }
  first <- pass()
  expect_tensor_values(first[[1]]$base, c(11, 11))
  expect_identical(as_array(first[[1]]$package), c(TRUE, TRUE))
  error <- expect_error(dataloader_next(first[[2]]), "no such picture", class = "picture_error")
  expect_identical(as.numeric(error$index), 4)
  expect_identical(as.numeric(error$worker), 1)
  expect_null(dataloader_next(first[[2]]))
  expect_equal(as_array(pass()[[1]]$random), as_array(first[[1]]$random))
})

test_that("arguments that exclude each other are refused", {
  ds <- numbers(3)
  order <- sampler(.iter = function() as_iterator(1:3), .length = function() 3)()
  expect_failure_of(dataloader(1:3), "type", "data set", "dataloader")
  expect_failure_of(dataloader(ds, batch_size = 0), "value", "batch_size", "dataloader")
  expect_failure_of(dataloader(ds, num_workers = -1), "value", "num_workers", "dataloader")
  expect_failure_of(dataloader(ds, sampler = order, shuffle = TRUE), "value", "shuffle", "dataloader")
  expect_failure_of(dataloader(ds, batch_size = 2, batch_sampler = order), "value", "batch_sampler", "dataloader")
  expect_failure_of(dataloader(ds, collate_fn = 1), "type", "collate_fn", "dataloader")
})

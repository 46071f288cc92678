times <- nn_module(
  "times",
  initialize = function(by) self$by <- nn_parameter(torch_tensor(by)),
  forward = function(x) x * self$by
)

test_that("nn_sequential calls its modules in order", {
  m <- nn_sequential(times(2), times(3), last = times(5))
  expect_identical(as.numeric(m(torch_tensor(1))), 30)
  expect_named(m$parameters, c("0.by", "1.by", "last.by"))
  expect_length(m, 3)
  expect_identical(as.numeric(m[[3]]$by), 5)
  expect_identical(as.numeric(m[["last"]]$by), 5)
  m[[2]] <- times(7)
  expect_identical(as.numeric(m(torch_tensor(1))), 70)
  expect_identical(as.numeric(nn_sequential()(torch_tensor(4))), 4)
  m$append(times(10))
  expect_identical(as.numeric(m(torch_tensor(1))), 700)
  expect_identical(as.numeric(nn_prune_head(m, 2)(torch_tensor(1))), 14)
})

test_that("nn_module_list holds modules by position", {
  m <- nn_module_list(list(times(1), times(2)))
  m$append(times(4))
  m$extend(list(times(5)))
  m$insert(3, times(3))
  expect_identical(vapply(as.list(m), function(module) as.numeric(module$by), 0, USE.NAMES = FALSE), c(1, 2, 3, 4, 5))
  expect_named(m$parameters, paste0(0:4, ".by"))
  expect_length(m, 5)
  total <- 0
  for (module in as.list(m)) total <- total + as.numeric(module$by)
  expect_identical(total, 15)
})

test_that("nn_module_dict holds modules by name", {
  m <- nn_module_dict(list(a = times(1), b = times(2)))
  expect_identical(m$keys(), c("a", "b"))
  expect_identical(as.numeric(m[["b"]]$by), 2)
  expect_identical(as.numeric(m$a$by), 1)
  m$update(list(c = times(3)))
  expect_true(m$contains("c"))
  expect_identical(as.numeric(m$pop("b")$by), 2)
  expect_identical(names(m$items()), c("a", "c"))
  m$clear()
  expect_length(m, 0)
})

test_that("what is no module, or not there, is refused", {
  expect_failure_of(nn_sequential(times), "type", "Element 1 must be a module")
  expect_failure_of(nn_module_list(list(1)), "type", "Element 1 must be a module")
  expect_failure_of(nn_module_dict(list(times(1))), "type", "must have a name")
  m <- nn_sequential(times(1))
  expect_failure_of(m[[2]], "index", "There is no module 2: this one has 1")
  expect_failure_of(nn_prune_head(m, 2), "value", "`head_size` must be between 0 and 1")
  expect_failure_of(nn_module_list()$insert(3, times(1)), "index", "`index` must be between 1 and 1")
})

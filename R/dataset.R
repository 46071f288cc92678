# Data sets and samplers: R6 objects with `.getitem`, `.getbatch`, `.length`, or `.iter`.
#' @include generator.R
NULL

#' Define a data set
#'
#' A data set gives items by number. `dataset()` defines a kind of data set by its methods and returns its generator;
#' `iterable_dataset()` defines one whose items come one after another. [dataloader()] makes batches of either.
#'
#' @section Methods to write:
#' - `.getitem(i)`: the item with number `i`, from 1: a tensor, numbers, or a list of them, with names or without.
#' - `.getbatch(i)`: many items at once, `i` being a vector of numbers: already a batch. It may stand for `.getitem`.
#' - `.length()`: how many items there are.
#' - `.iter()`, of an `iterable_dataset()`: a function that returns the next item at each call and at the end the symbol
#'   `.__exhausted__.`, which is what `coro::exhausted()` returns.
#'
#' `ds[i]` calls `.getitem`, or `.getbatch` for several numbers; `length(ds)` calls `.length`.
#'
#' @param name The class that the data sets get, before `dataset`; `NULL` for none.
#' @param inherit A generator whose members are inherited.
#' @param ... Methods and fields by name; for `tensor_dataset()` tensors of one first size, with names or without.
#' @param private,active Lists of private members and of active bindings.
#' @param parent_env The environment in which the methods look up what is not theirs.
#' @return `dataset()`, `iterable_dataset()`: a generator, a function with the arguments of `initialize` that returns a data
#'   set. `tensor_dataset()`: a data set whose items are lists of one slice of each tensor. `dataset_subset()`: a data set.
#' @section Errors: a `torchscript_value_error` for tensors whose first sizes differ, and for numbers that are no items.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/data.html)
#' @export
#' @examples
#' cars_data <- dataset(
#'   "cars_data",
#'   initialize = function() {
#'     self$speed <- torch_tensor(cars$speed)
#'     self$dist <- torch_tensor(cars$dist)
#'   },
#'   .getitem = function(i) list(x = self$speed[i], y = self$dist[i]),
#'   .length = function() nrow(cars)
#' )
#' ds <- cars_data()
#' length(ds)
#' ds[3]
#' length(dataset_subset(ds, 1:10))
dataset <- function(name = NULL, inherit = Dataset, ..., private = NULL, active = NULL, parent_env = parent.frame()) {
  define_class("dataset", name, inherit, list(...), private, active, parent_env)
}

Dataset <- R6::R6Class("dataset", lock_objects = FALSE, public = list(
  .getitem = function(index) {
    if (is.function(self$.getbatch)) {
      return(self$.getbatch(index))
    }
    abort_torchscript("This data set has no `.getitem` method.", "not_implemented", "dataset(.getitem = function(i) ...)")
  },
  .length = function() {
    abort_torchscript("This data set has no `.length` method.", "not_implemented", "dataset(.length = function() ...)")
  },
  print = function(...) {
    cat("<", class(self)[[1]], ">\n", sep = "")
    invisible(self)
  }
))

#' @rdname dataset
#' @export
iterable_dataset <- function(name, inherit = IterableDataset, ..., private = NULL, active = NULL,
                             parent_env = parent.frame()) {
  define_class("dataset", name, inherit, list(...), private, active, parent_env)
}

IterableDataset <- R6::R6Class("iterable_dataset", inherit = Dataset, lock_objects = FALSE, public = list(
  .iter = function() {
    abort_torchscript("This data set has no `.iter` method.", "not_implemented", "iterable_dataset(.iter = function() ...)")
  }
))

#' @export
length.dataset <- function(x) as.integer(x$.length())

#' @export
`[.dataset` <- function(x, i) {
  if (length(i) != 1 && is.function(x$.getbatch)) x$.getbatch(i) else x$.getitem(i)
}

#' @rdname dataset
#' @export
tensor_dataset <- dataset(
  "tensor_dataset",
  initialize = function(...) {
    self$tensors <- list(...)
    if (length(self$tensors) == 0) {
      abort_torchscript("A data set needs at least one tensor.", "value")
    }
    for (tensor in self$tensors) check_tensor(tensor, "...")
    sizes <- vapply(self$tensors, function(tensor) if (tensor$ndim > 0) tensor$size(1) else NA_real_, 0)
    if (anyNA(sizes) || any(sizes != sizes[[1]])) {
      abort_torchscript(
        sprintf("The tensors must have the same first size, not %s.", toString(sizes)), "value",
        "The first dimension counts the items."
      )
    }
  },
  .getitem = function(index) lapply(self$tensors, function(tensor) torch_select(tensor, 1, index)),
  .getbatch = function(index) {
    index <- torch_tensor(as.integer(index), dtype = torch_long())
    lapply(self$tensors, function(tensor) torch_index_select(tensor, 1, index))
  },
  .length = function() self$tensors[[1]]$size(1),
  parent_env = topenv()
)

#' @rdname dataset
#' @param dataset A data set.
#' @param indices The numbers of the items to keep, in their new order.
#' @export
dataset_subset <- dataset(
  "dataset_subset",
  initialize = function(dataset, indices) {
    check_dataset(dataset)
    if (!is.numeric(indices) || anyNA(indices) || any(indices < 1 | indices > length(dataset))) {
      abort_torchscript(
        sprintf("`indices` must be numbers from 1 to %d, not %s.", length(dataset), describe(indices)), "value",
        argument = "indices"
      )
    }
    self$dataset <- dataset
    self$indices <- indices
    if (is.function(dataset$.getbatch)) {
      self$.getbatch <- function(index) self$dataset$.getbatch(self$indices[index])
    }
  },
  .getitem = function(index) self$dataset$.getitem(self$indices[index]),
  .length = function() length(self$indices),
  parent_env = topenv()
)

check_dataset <- function(x) {
  if (!inherits(x, "dataset")) {
    abort_torchscript(
      sprintf("`dataset` must be a data set, not %s.", describe(x)), "type", "dataset() and tensor_dataset() make them.",
      argument = "dataset"
    )
  }
}

#' Define a sampler
#'
#' A sampler says in which order a [dataloader()] asks for items. Its methods are `.iter()`, which returns a function that
#' gives the next number at each call and at the end the symbol `.__exhausted__.`, and `.length()`. As a `batch_sampler` it
#' gives the vectors of numbers that make the batches.
#'
#' @inheritParams dataset
#' @param name The class that the samplers get; `NULL` for none.
#' @param ... Methods and fields by name.
#' @return A generator: a function with the arguments of `initialize` that returns a sampler.
#' @section Errors: a `torchscript_type_error` for members without names.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.Sampler)
#' @export
#' @examples
#' backwards <- sampler(
#'   "backwards",
#'   initialize = function(n) self$n <- n,
#'   .iter = function() {
#'     i <- self$n + 1
#'     function() if ((i <<- i - 1) > 0) i else quote(.__exhausted__.)
#'   },
#'   .length = function() self$n
#' )
#' dl <- dataloader(tensor_dataset(torch_arange(1, 4)), sampler = backwards(4))
#' dataloader_next(dataloader_make_iter(dl))
sampler <- function(name = NULL, inherit = Sampler, ..., private = NULL, active = NULL, parent_env = parent.frame()) {
  define_class("sampler", name, inherit, list(...), private, active, parent_env)
}

Sampler <- R6::R6Class("sampler", lock_objects = FALSE, public = list(
  .iter = function() {
    abort_torchscript("This sampler has no `.iter` method.", "not_implemented", "sampler(.iter = function() ...)")
  },
  .length = function() {
    abort_torchscript("This sampler has no `.length` method.", "not_implemented", "sampler(.length = function() ...)")
  }
))

#' @export
length.sampler <- function(x) as.integer(x$.length())

# The protocol of package coro: a function that returns the next value, and this symbol at the end.
exhausted <- function() quote(.__exhausted__.)
is_exhausted <- function(x) is.name(x) && identical(x, quote(.__exhausted__.))

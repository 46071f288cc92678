# Batches of a data set, here or in other R processes.
#' @include dataset.R
NULL

#' Batches of a data set
#'
#' A loader goes through a [dataset()] in batches. Each pass is an iterator: `loop()` and `enumerate()` make one, and so
#' does `for` in `coro::loop()`; `dataloader_make_iter()` and `dataloader_next()` are the steps by hand.
#'
#' Items become a batch element by element: tensors, and arrays and vectors of numbers, are stacked along a new first
#' dimension; numbers become one tensor; lists keep their shape and names; strings become a vector.
#'
#' Shuffling uses R's random numbers: `set.seed()` decides the order.
#'
#' @section Other processes:
#' With `num_workers` above 0 the items are fetched in as many R processes of package callr, in time while the batch before
#' is used, and come in the same order as without. A process gets a copy of the data set; what its methods use from the
#' global environment must be named in `worker_globals`, and packages that they attach in `worker_packages`. Its random
#' numbers follow from R's seed here. An error there is raised here as it was, with the fields `index`, the number of the
#' item, and `worker`.
#'
#' @param dataset A data set.
#' @param batch_size How many items make a batch; `NULL` for single items.
#' @param shuffle Whether the items come in a random order, another one for each pass.
#' @param sampler A [sampler()] that says in which order the items come.
#' @param batch_sampler A [sampler()] that gives the numbers of the items of each batch.
#' @param num_workers How many processes fetch items; 0 for this one.
#' @param collate_fn A function that makes a batch of a list of items, or of what `.getbatch` returned.
#' @param pin_memory Whether batches are put in memory from which CUDA copies fast; without CUDA there is none.
#' @param drop_last Whether a last batch that is not full is left out.
#' @param timeout After how many seconds of waiting for a process there is an error; -1 for never.
#' @param worker_init_fn A function that each process calls first, with its number, from 1.
#' @param worker_globals Names of objects that the processes need, or a named list of them.
#' @param worker_packages Names of packages that the processes attach.
#' @return `dataloader()`: a loader; `length()` of it is the number of batches. `dataloader_make_iter()`: an iterator.
#'   `dataloader_next()`: the next batch, or `completed` when there is none. `is_dataloader()`: `TRUE` or `FALSE`.
#' @section Errors: a `torchscript_type_error` or `torchscript_value_error` for arguments that are wrong or exclude each
#'   other; a `torchscript_runtime_error` when a process ends or takes too long.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.DataLoader)
#' @export
#' @examples
#' ds <- tensor_dataset(x = torch_randn(5, 3), y = torch_arange(1, 5))
#' dl <- dataloader(ds, batch_size = 2)
#' length(dl)
#' loop(for (batch in dl) print(batch$y))
#' iter <- dataloader_make_iter(dl)
#' dataloader_next(iter)$y
dataloader <- function(dataset, batch_size = 1, shuffle = FALSE, sampler = NULL, batch_sampler = NULL, num_workers = 0,
                       collate_fn = NULL, pin_memory = FALSE, drop_last = FALSE, timeout = -1, worker_init_fn = NULL,
                       worker_globals = NULL, worker_packages = NULL) {
  check_dataset(dataset)
  check_whole(batch_size, "batch_size", 1, null = TRUE)
  check_whole(num_workers, "num_workers", 0)
  iterable <- inherits(dataset, "iterable_dataset")
  if (iterable && (isTRUE(shuffle) || !is.null(sampler) || !is.null(batch_sampler))) {
    abort_torchscript("An iterable data set decides its order itself: `shuffle` and samplers can't be used.", "value")
  }
  if (iterable && num_workers > 0) {
    abort_torchscript("`num_workers` must be 0 for an iterable data set.", "value", argument = "num_workers")
  }
  if (!is.null(sampler) && isTRUE(shuffle)) {
    abort_torchscript("`shuffle` can't be used with `sampler`, which decides the order.", "value", argument = "shuffle")
  }
  if (!is.null(batch_sampler) && (!identical(as.numeric(batch_size), 1) || isTRUE(shuffle) || !is.null(sampler) || drop_last)) {
    abort_torchscript(
      "`batch_sampler` can't be used with `batch_size`, `shuffle`, `sampler` or `drop_last`.", "value",
      argument = "batch_sampler"
    )
  }
  for (fn in c("collate_fn", "worker_init_fn")) {
    if (!is.null(get(fn)) && !is.function(get(fn))) {
      abort_torchscript(sprintf("`%s` must be a function, not %s.", fn, describe(get(fn))), "type", argument = fn)
    }
  }
  if (is.character(worker_globals)) worker_globals <- mget(worker_globals, envir = parent.frame(), inherits = TRUE)
  loader <- list2env(list(
    dataset = dataset, batch_size = batch_size, shuffle = shuffle, sampler = sampler, batch_sampler = batch_sampler,
    num_workers = num_workers, collate_fn = collate_fn, pin_memory = pin_memory, drop_last = drop_last,
    timeout = timeout, worker_init_fn = worker_init_fn, worker_globals = worker_globals, worker_packages = worker_packages
  ), parent = emptyenv())
  structure(loader, class = "dataloader")
}

check_whole <- function(x, name, least, null = FALSE) {
  if ((null && is.null(x)) || (rlang::is_integerish(x, 1, finite = TRUE) && x >= least)) {
    return(invisible())
  }
  abort_torchscript(sprintf("`%s` must be a whole number of at least %d, not %s.", name, least, describe(x)), "value", argument = name)
}

#' @rdname dataloader
#' @param x Any object.
#' @export
is_dataloader <- function(x) inherits(x, "dataloader")

#' @export
length.dataloader <- function(x) {
  if (!is.null(x$batch_sampler)) {
    return(length(x$batch_sampler))
  }
  n <- if (is.null(x$sampler)) length(x$dataset) else length(x$sampler)
  if (is.null(x$batch_size)) {
    return(n)
  }
  as.integer(if (x$drop_last) n %/% x$batch_size else ceiling(n / x$batch_size))
}

#' @export
print.dataloader <- function(x, ...) {
  size <- if (is.null(x$batch_size)) "single items" else paste("batches of", x$batch_size)
  cat(sprintf("<dataloader> of a %s, %s\n", class(x$dataset)[[1]], size))
  invisible(x)
}

#' @rdname dataloader
#' @param dataloader A loader.
#' @export
dataloader_make_iter <- function(dataloader) {
  if (!is_dataloader(dataloader)) {
    abort_torchscript(sprintf("`dataloader` must be a dataloader, not %s.", describe(dataloader)), "type", argument = "dataloader")
  }
  advance <- if (inherits(dataloader$dataset, "iterable_dataset")) {
    iterable_batches(dataloader)
  } else if (dataloader$num_workers > 0) {
    worker_batches(dataloader, index_batches(dataloader))
  } else {
    indexed_batches(dataloader, index_batches(dataloader))
  }
  structure(list(advance = pinning(dataloader, advance)), class = "dataloader_iter")
}

#' @rdname dataloader
#' @param iter An iterator.
#' @param completed What is returned when there is no batch left.
#' @export
dataloader_next <- function(iter, completed = NULL) {
  if (!inherits(iter, "dataloader_iter")) {
    abort_torchscript(
      sprintf("`iter` must be an iterator, not %s.", describe(iter)), "type", "dataloader_make_iter() makes it.", argument = "iter"
    )
  }
  value <- iter$advance()
  if (is_exhausted(value)) completed else value
}

#' @export
print.dataloader_iter <- function(x, ...) {
  cat("<dataloader_iter>\n")
  invisible(x)
}

pinning <- function(loader, advance) {
  if (!loader$pin_memory || !cuda_is_available()) {
    return(advance)
  }
  function() map_tensors(advance(), function(x) x$pin_memory())
}

map_tensors <- function(x, f) {
  if (is_torch_tensor(x)) {
    return(f(x))
  }
  if (is.list(x)) x[] <- lapply(x, map_tensors, f)
  x
}

# The numbers of the items of one batch after another.
index_batches <- function(loader) {
  if (!is.null(loader$batch_sampler)) {
    next_batch <- loader$batch_sampler$.iter()
    return(function() {
      batch <- next_batch()
      if (is_exhausted(batch)) batch else unlist(batch)
    })
  }
  if (!is.null(loader$sampler)) {
    return(batched(loader$sampler$.iter(), loader, unlist))
  }
  n <- length(loader$dataset)
  numbers <- if (loader$shuffle) sample.int(n) else seq_len(n)
  if (is.null(loader$batch_size)) as_iterator(numbers) else number_batches(numbers, loader)
}

number_batches <- function(numbers, loader) {
  size <- as.integer(loader$batch_size)
  last <- if (loader$drop_last) length(numbers) %/% size * size else length(numbers)
  from <- 1L
  function() {
    if (from > last) {
      return(exhausted())
    }
    to <- min(from + size - 1L, last)
    batch <- numbers[from:to]
    from <<- to + 1L
    batch
  }
}

# `make` of a list of as many items as make a batch.
batched <- function(next_item, loader, make) {
  if (is.null(loader$batch_size)) {
    return(next_item)
  }
  done <- FALSE
  function() {
    if (done) {
      return(exhausted())
    }
    items <- list()
    while (length(items) < loader$batch_size) {
      item <- next_item()
      if (is_exhausted(item)) {
        done <<- TRUE
        break
      }
      items[[length(items) + 1L]] <- item
    }
    if (length(items) == 0 || (done && loader$drop_last)) exhausted() else make(items)
  }
}

iterable_batches <- function(loader) {
  next_item <- as_iterator(loader$dataset$.iter())
  if (is.null(loader$batch_size)) {
    convert <- if (is.null(loader$collate_fn)) as_tensors else loader$collate_fn
    return(function() {
      item <- next_item()
      if (is_exhausted(item)) item else convert(item)
    })
  }
  batched(next_item, loader, if (is.null(loader$collate_fn)) collate else loader$collate_fn)
}

indexed_batches <- function(loader, next_index) {
  fetch <- fetcher(loader$dataset, loader$batch_size, loader$collate_fn)
  function() {
    index <- next_index()
    if (is_exhausted(index)) index else fetch(index)
  }
}

# A function of the numbers of a batch. `getting(i, code)` evaluates what fetches item `i`.
fetcher <- function(dataset, batch_size, collate_fn, getting = function(i, code) code) {
  if (is.null(batch_size)) {
    convert <- if (is.null(collate_fn)) as_tensors else collate_fn
    return(function(i) getting(i, convert(dataset[i])))
  }
  if (is.function(dataset$.getbatch)) {
    convert <- if (is.null(collate_fn)) as_tensors else collate_fn
    return(function(index) convert(getting(index, dataset$.getbatch(index))))
  }
  convert <- if (is.null(collate_fn)) collate else collate_fn
  function(index) convert(lapply(index, function(i) getting(i, dataset$.getitem(i))))
}

# Numbers in lists at any depth become tensors.
as_tensors <- function(x) {
  if (is_torch_tensor(x)) {
    x
  } else if (is.list(x)) {
    lapply(x, as_tensors)
  } else if (is.numeric(x) || is.logical(x) || is.complex(x)) {
    torch_tensor(x)
  } else {
    x
  }
}

collate <- function(items) {
  first <- items[[1]]
  if (is_torch_tensor(first)) {
    torch_stack(items)
  } else if (is.list(first)) {
    by_name <- !is.null(names(first)) && !anyDuplicated(names(first)) && !"" %in% names(first)
    fields <- if (by_name) names(first) else seq_along(first)
    stats::setNames(lapply(fields, function(field) collate(lapply(items, `[[`, field))), names(first))
  } else if (is.numeric(first) || is.logical(first) || is.complex(first)) {
    if (length(first) == 1 && is.null(dim(first))) torch_tensor(unlist(items)) else torch_stack(lapply(items, torch_tensor))
  } else if (is.character(first)) {
    unlist(items)
  } else {
    items
  }
}

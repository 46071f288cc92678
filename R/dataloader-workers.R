# Items fetched in other R processes, in the order of the batches.
#' @include dataloader.R
NULL

# Each process works on one batch; the next one is asked for as soon as it has been read.
worker_batches <- function(loader, next_index) {
  if (!requireNamespace("callr", quietly = TRUE)) {
    abort_torchscript("`num_workers` needs package callr.", "library", "install.packages(\"callr\")")
  }
  workers <- new.env(parent = emptyenv())
  # no finalizer: callr's own ends the processes, and closing twice corrupts memory in processx
  workers$sessions <- list()
  asked <- 0
  given <- 0
  n <- loader$num_workers

  ask <- function() {
    index <- next_index()
    if (is_exhausted(index)) {
      return(FALSE)
    }
    workers$sessions[[asked %% n + 1]]$call(function(i) getNamespace("torchscript")$worker_fetch(i), list(index))
    asked <<- asked + 1
    TRUE
  }

  start <- function() {
    seed <- sample.int(.Machine$integer.max - n, 1)
    setup <- mget(c("dataset", "batch_size", "collate_fn", "worker_init_fn", "worker_globals", "worker_packages"), envir = loader)
    for (i in seq_len(n)) {
      session <- callr::r_session$new()
      workers$sessions[[i]] <- session
      session$call(
        function(setup, worker, seed) getNamespace("torchscript")$worker_start(setup, worker, seed),
        list(setup, i, seed + i)
      )
    }
    for (i in seq_len(n)) answer_of(workers$sessions[[i]], i, -1)
    for (i in seq_len(n)) if (!ask()) break
  }

  function() {
    if (is.null(workers$sessions)) {
      return(exhausted())
    }
    complete <- FALSE
    # nothing is left running behind an error
    on.exit(if (!complete) close_workers(workers))
    if (length(workers$sessions) == 0) start()
    if (given == asked) {
      return(exhausted())
    }
    worker <- given %% n + 1
    batch <- answer_of(workers$sessions[[worker]], worker, loader$timeout)
    given <<- given + 1
    ask()
    complete <- TRUE
    batch
  }
}

close_workers <- function(workers) {
  for (session in workers$sessions) session$close(grace = 0)
  workers$sessions <- NULL
}

answer_of <- function(session, worker, timeout) {
  waiting <- session$poll_process(if (timeout > 0) timeout * 1000 else -1)
  if (identical(waiting, "timeout")) {
    abort_torchscript(sprintf("Worker %d took longer than %s seconds.", worker, format(timeout)), "runtime", "See `timeout`.")
  }
  answer <- session$read()
  if (is.null(answer) || !identical(answer$code, 200L) && !identical(answer$code, 200)) {
    abort_torchscript(sprintf("Worker %d has ended: its R process is gone.", worker), "runtime")
  }
  if (!is.null(answer$error)) {
    abort_torchscript(sprintf("Worker %d failed: %s", worker, conditionMessage(answer$error)), "runtime")
  }
  result <- answer$result
  if (inherits(result, "worker_failure")) {
    condition <- result$condition
    condition$index <- result$index
    condition$worker <- worker
    where <- if (is.null(result$index)) "" else sprintf(" at item %s", toString(result$index))
    condition$message <- sprintf("%s\n(in worker %d%s)", condition$message, worker, where)
    stop(condition)
  }
  result
}

# In the worker: what is kept between calls.
worker_state <- new.env(parent = emptyenv())

worker_start <- function(setup, worker, seed) {
  failing({
    for (package in c("torchscript", setup$worker_packages)) {
      if (!paste0("package:", package) %in% search()) attachNamespace(package)
    }
    list2env(as.list(setup$worker_globals), envir = globalenv())
    set.seed(seed)
    torch_manual_seed(seed)
    worker_state$fetch <- fetcher(setup$dataset, setup$batch_size, setup$collate_fn, getting)
    if (!is.null(setup$worker_init_fn)) setup$worker_init_fn(worker)
    NULL
  })
}

worker_fetch <- function(index) {
  worker_state$index <- NULL
  failing(worker_state$fetch(index))
}

# Remembers which item is being fetched.
getting <- function(i, code) {
  worker_state$index <- i
  value <- force(code)
  worker_state$index <- NULL
  value
}

failing <- function(code) {
  tryCatch(code, error = function(condition) {
    # the calls in it hold frames of this process
    condition$trace <- NULL
    structure(list(condition = condition, index = worker_state$index), class = "worker_failure")
  })
}

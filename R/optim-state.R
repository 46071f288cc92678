# What an optimiser knows about each parameter.

# Parameters are told apart by the tensor that they stand for. They are asked for in order: the search begins behind the
# one found last.
OptimizerState <- R6::R6Class(
  "optimizer_state",
  public = list(
    # counts the changes, for those who keep what they have read
    version = 0,
    get = function(param) {
      at <- private$find(param)
      if (at > 0) private$values[[at]]
    },
    set = function(param, value) {
      at <- private$find(param)
      if (at == 0) {
        at <- length(private$params) + 1L
        private$params[[at]] <- param
      }
      private$values[[at]] <- value
      self$version <- self$version + 1
      invisible(self)
    },
    clear = function() {
      private$params <- list()
      private$values <- list()
      self$version <- self$version + 1
      invisible(self)
    },
    print = function(...) {
      cat(sprintf("<optimizer_state> of %d parameters\n", length(private$params)))
      invisible(self)
    }
  ),
  private = list(
    params = list(), values = list(), last = 0L,
    find = function(param) {
      n <- length(private$params)
      for (i in seq_len(n)) {
        at <- (private$last + i - 1L) %% n + 1L
        if (.Call(C_same_tensor, private$params[[at]], param)) {
          private$last <- at
          return(at)
        }
      }
      0L
    }
  )
)

optimizer_state_dict <- function(groups, state) {
  params <- unlist(lapply(groups, function(group) group$params), recursive = FALSE)
  values <- lapply(params, state$get)
  names(values) <- as.character(seq_along(params))
  ends <- cumsum(lengths(lapply(groups, function(group) group$params)))
  list(
    state = values[!vapply(values, is.null, NA)],
    param_groups = lapply(seq_along(groups), function(i) {
      group <- groups[[i]]
      n <- length(group$params)
      group$params <- seq_len(n) + ends[[i]] - n
      group
    })
  )
}

# Fills `state`; returns the groups with the saved options.
load_optimizer_state <- function(groups, state, state_dict, refer) {
  saved <- if (is.list(state_dict)) state_dict$param_groups
  if (!is.list(saved) || !is.list(state_dict$state)) {
    abort_torchscript("`state_dict` must be a list of `state` and `param_groups`.", "type", "optimizer$state_dict() makes it.")
  }
  if (length(saved) != length(groups)) {
    abort_torchscript(
      sprintf("`state_dict` has %d groups of parameters, and the optimizer has %d.", length(saved), length(groups)), "value"
    )
  }
  sizes <- lengths(lapply(groups, function(group) group$params))
  given <- lengths(lapply(saved, function(group) group$params))
  if (any(sizes != given)) {
    at <- which(sizes != given)[[1]]
    abort_torchscript(
      sprintf("Group %d of `state_dict` has %d parameters, and that of the optimizer has %d.", at, given[[at]], sizes[[at]]),
      "value"
    )
  }
  state$clear()
  for (i in seq_along(groups)) {
    params <- groups[[i]]$params
    for (p in seq_along(params)) {
      value <- state_dict$state[[as.character(saved[[i]]$params[[p]])]]
      if (!is.null(value)) {
        state$set(params[[p]], if (refer) value else state_for(params[[p]], value))
      }
    }
    saved[[i]]$params <- params
  }
  saved
}

# A copy of the saved state, in the parameter's dtype and on its device; counts of steps stay what they are.
state_for <- function(param, value) {
  for (name in names(value)) {
    if (is_torch_tensor(value[[name]])) {
      copy <- value[[name]]$detach()$clone()
      same <- name == "step" || !torch_is_floating_point(param)
      value[[name]] <- if (same) copy else copy$to(dtype = param$dtype, device = param$device)
    }
  }
  value
}

# What code does, as far as its text tells.

walk_calls <- function(expr, visit) {
  if (is.call(expr)) {
    if (!identical(visit(expr), FALSE)) for (part in as.list(expr)) if (!missing(part) && is.call(part)) walk_calls(part, visit)
  }
}

# The variable that an assignment to a part of it changes.
assigned_root <- function(target) {
  while (is.call(target)) target <- if (length(target) > 1) target[[2]]
  target
}

assigned_names <- function(expr) {
  found <- character()
  walk_calls(expr, function(call) {
    head <- call[[1]]
    if (identical(head, quote(`function`))) {
      found <<- c(found, super_assigned(call[[3]]))
      return(FALSE)
    }
    if (is.name(head) && as.character(head) %in% c("<-", "=", "<<-", "for")) {
      target <- assigned_root(call[[2]])
      found <<- c(found, as.character(target))
    } else if (is.name(head) && as.character(head) == "->") {
      found <<- c(found, as.character(call[[3]]))
    }
  })
  unique(found)
}
super_assigned <- function(body) {
  found <- character()
  walk_calls(body, function(call) {
    if (identical(call[[1]], quote(`<<-`))) {
      target <- assigned_root(call[[2]])
      found <<- c(found, as.character(target))
    }
  })
  found
}
# Variables that `<-` sets, or sets elements of, outside functions within.
locally_assigned <- function(expr) {
  found <- character()
  walk_calls(expr, function(call) {
    head <- call[[1]]
    if (identical(head, quote(`function`))) {
      return(FALSE)
    }
    if (is.name(head) && as.character(head) %in% c("<-", "=")) {
      target <- assigned_root(call[[2]])
      found <<- c(found, as.character(target))
    }
  })
  unique(found)
}
# Variables of which elements are set.
changed_in_place <- function(expr) {
  found <- character()
  walk_calls(expr, function(call) {
    head <- call[[1]]
    if (is.name(head) && as.character(head) %in% c("<-", "=", "<<-") && is.call(call[[2]])) {
      target <- assigned_root(call[[2]])
      found <<- c(found, as.character(target))
    }
  })
  unique(found)
}
# Whether code looks at a variable before it has given it a value.
reads_first <- function(exprs, name) {
  for (expr in exprs) {
    statements <- if (is.call(expr) && identical(expr[[1]], quote(`{`))) as.list(expr)[-1] else list(expr)
    for (statement in statements) {
      is_set <- is.call(statement) && (identical(statement[[1]], quote(`<-`)) || identical(statement[[1]], quote(`=`))) && identical(statement[[2]], as.name(name))
      if (is_set && !name %in% all.names(statement[[3]])) {
        return(FALSE)
      }
      # the counter of a loop is set before it is looked at there
      if (is.call(statement) && identical(statement[[1]], quote(`for`)) && identical(statement[[2]], as.name(name)) && !name %in% all.names(statement[[3]])) next
      if (name %in% looked_at(statement)) {
        return(TRUE)
      }
    }
  }
  FALSE
}
# All names but those that are only set.
looked_at <- function(expr) {
  found <- character()
  look <- function(expr) {
    if (is.name(expr)) {
      found <<- c(found, as.character(expr))
    } else if (is.call(expr)) {
      is_set <- is.name(expr[[1]]) && as.character(expr[[1]]) %in% c("<-", "=", "<<-") && is.name(expr[[2]])
      for (part in as.list(expr)[if (is_set) -(1:2) else TRUE]) if (!missing(part)) look(part)
    }
  }
  look(expr)
  found
}
has_call <- function(expr, names, into_loops = TRUE) {
  found <- FALSE
  walk_calls(expr, function(call) {
    head <- call[[1]]
    if (is.name(head) && as.character(head) %in% names) found <<- TRUE
    if (identical(head, quote(`function`))) {
      return(FALSE)
    }
    if (is.name(head)) {
      if (!into_loops && as.character(head) %in% c("for", "while", "repeat")) {
        return(FALSE)
      }
    }
  })
  found
}
# Whether code may do what is seen elsewhere: change a variable, a field or a tensor, write, draw random numbers, or end in an
# error. `within`: the functions that are being looked at; their own variables are nothing that is seen.
has_effects <- function(cx, scope, expr, within = list()) {
  found <- FALSE
  is_function <- length(within) > 0
  bodies <- lapply(within, function(code) code$body)
  walk_calls(expr, function(call) {
    if (identical(call[[1]], quote(`function`))) {
      # it may be called
      if (has_effects(cx, scope_within(cx, scope, call[[3]], as.list(call[[2]])), call[[3]], c(within, list(list(body = call[[3]], key = list(call[[3]])))))) found <<- TRUE
      return(FALSE)
    }
    names <- names_of_call(cx, scope, call)
    name <- names[[1]]
    is_own <- is_function && (name %in% c("return", "break", "next", "for") || name %in% c("<-", "=") && !is_of_module(cx, scope, call[[2]]) && !(is.call(call[[2]]) && is_argument_within(cx, scope, bodies, call[[2]])))
    found <<- found || name %in% effects && !is_own || any(names[-1] %in% effects) || any(grepl("[^_.]_$", names)) || any(grepl(random_functions, names)) ||
      writes_in_place(cx, scope, call, names) || any(vapply(codes_of_call(cx, scope, call), function(code) code_has_effects(cx, code, within), NA))
    !found
  })
  found
}
code_has_effects <- function(cx, code, within = list()) {
  if (isTRUE(code$is_unknown)) {
    return(TRUE)
  }
  if (isTRUE(code$is_package)) {
    return(does_of(code) != "nothing")
  }
  !is_within(code, within) && any(vapply(c(list(code$body), unname(code$scope$defaults)), function(part) has_effects(cx, code$scope, part, c(within, list(code))), NA))
}
is_within <- function(code, within) any(vapply(within, function(other) identical(other$key, code$key), NA))
effects <- c("<-", "<<-", "=", "->", "for", "return", "stop", "stopifnot", "break", "next", "cat", "print", "message", "warning", "abort", "backward", "torch_manual_seed")
random_functions <- "^torch_(rand|bernoulli|binomial|multinomial|normal|poisson|rrelu|scaled_dot)|^(multinomial|bernoulli)$|dropout|gumbel|^nnf_(rrelu|fractional|multi_head_attention|scaled_dot)|_(batch|instance)_norm$|^(runif|rnorm|sample)$"

# A layer of this package "draws" random numbers, "changes" its argument, or "counts" in buffers of its own, in training at
# least, or does "nothing" of it.
layer_does <- function(self) {
  if (inherits(self, c("script_module", "nn_module")) && !is.environment(self)) self <- self_of(self)
  name <- class(self)[[1]]
  has <- function(field) exists(field, envir = self, inherits = FALSE) && (is.numeric(self[[field]]) || is.logical(self[[field]])) && any(self[[field]] > 0)
  if (has("inplace") || has("max_norm")) {
    "changes"
  } else if (grepl("batch_norm|instance_norm", name)) {
    "counts"
  } else if (grepl("dropout|rrelu|gumbel|fractional", name) || has("dropout")) {
    "draws"
  } else {
    "nothing"
  }
}

# An argument `inplace` says that the first one is changed, and `max_norm` that the weight is. `names`: as names_of_call() gives them.
writes_in_place <- function(cx, scope, call, names) {
  option <- if (any(grepl("^nnf_embedding", names))) "max_norm" else "inplace"
  takes_inplace <- vapply(names, function(name) {
    fn <- if (grepl("^nnf_", name)) get0(name, topenv(), mode = "function")
    is.function(fn) && option %in% names(formals(fn))
  }, NA)
  if (!any(takes_inplace)) {
    return(FALSE)
  }
  # called by another function, or with what is not known here
  words <- all.names(call)
  is_direct <- takes_inplace[[1]] && !any(takes_inplace[-1]) && !"..." %in% words
  if (!is_direct) {
    literals <- FALSE
    walk_calls(call, function(part) if (any(vapply(as.list(part), isTRUE, NA)) || option %in% names(part)) literals <<- TRUE)
    return(literals || "..." %in% words)
  }
  fn <- get0(names[[1]], topenv(), mode = "function")
  matched <- tryCatch(match.call(fn, call), error = function(e) NULL)
  if (is.null(matched[[option]])) {
    return(FALSE)
  }
  if (option == "max_norm") TRUE else !isFALSE(value_here(cx, scope, matched$inplace))
}

# A part of `self` or of another module.
is_of_module <- function(cx, scope, target) {
  root <- assigned_root(target)
  identical(root, quote(self)) || is.name(root) && inherits(value_here(cx, scope, root), c("script_self", "nn_module"))
}

# An element of what a function did not make itself may be a tensor's.
is_argument_within <- function(cx, scope, bodies, target) {
  root <- assigned_root(target)
  # what is within a list may be another's
  is.name(root) && !is.name(target[[2]]) || is.name(root) && !as.character(root) %in% unlist(lapply(bodies, function(body) made_alone(cx, scope, body)))
}
made_here <- function(body) {
  found <- character()
  walk_calls(body, function(call) {
    if (is.name(call[[1]]) && as.character(call[[1]]) %in% c("<-", "=") && is.name(call[[2]])) found <<- c(found, as.character(call[[2]]))
  })
  found
}

# Functions of packages are told by their names.
is_of_packages <- function(fn) {
  home <- topenv(environment(fn))
  # testthat runs tests in copies of namespaces
  isNamespace(home) && identical(home, asNamespace(getNamespaceName(home)))
}

returns_from_loop <- function(expr) {
  found <- FALSE
  walk_calls(expr, function(call) {
    head <- call[[1]]
    if (identical(head, quote(`function`))) {
      return(FALSE)
    }
    if (is.name(head) && as.character(head) %in% c("for", "while", "repeat") && has_call(call, "return")) found <<- TRUE
    !found
  })
  found
}
has_return <- function(expr) has_call(expr, "return")
has_jump <- function(expr) has_call(expr, c("break", "next"), into_loops = FALSE)
always_returns <- function(expr) {
  if (!is.call(expr) || !is.name(expr[[1]])) {
    return(FALSE)
  }
  switch(as.character(expr[[1]]),
    return = , stop = TRUE,
    `{` = any(vapply(as.list(expr)[-1], always_returns, NA)),
    `if` = length(expr) > 3 && always_returns(expr[[3]]) && always_returns(expr[[4]]),
    FALSE
  )
}

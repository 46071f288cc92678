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
  walk_calls(expr, function(call) {
    head <- call[[1]]
    name <- called_name(head)
    if (identical(head, quote(`function`))) {
      # it may be called
      if (has_effects(cx, scope, call[[3]], c(within, list(call[[3]])))) found <<- TRUE
      return(FALSE)
    }
    is_own <- is_function && (name %in% c("return", "break", "next") || name %in% c("<-", "=") && !identical(assigned_root(call[[2]]), quote(self)) && !(is.call(call[[2]]) && is_argument_within(within, call[[2]])))
    if (name %in% effects && !is_own || grepl("[^_.]_$", name) || grepl(random_functions, name)) found <<- TRUE
    if (!found && runs_effects(cx, scope, head, within)) found <<- TRUE
    !found
  })
  # functions that are handed on may be called
  if (!found) for (name in setdiff(all.names(expr), "self")) if (runs_effects(cx, scope, as.name(name), within, of_lists = TRUE)) found <- TRUE
  found
}
effects <- c("<-", "<<-", "=", "->", "return", "stop", "stopifnot", "break", "next", "cat", "print", "message", "warning", "abort", "backward", "torch_manual_seed")
random_functions <- "^torch_(rand|bernoulli|multinomial|normal|poisson)|dropout|gumbel|^(runif|rnorm|sample)$"

# An element of what a function did not make itself may be a tensor's.
is_argument_within <- function(within, target) {
  root <- assigned_root(target)
  is.name(root) && !as.character(root) %in% unlist(lapply(within, function(body) made_here(body)))
}
made_here <- function(body) {
  found <- character()
  walk_calls(body, function(call) {
    if (is.name(call[[1]]) && as.character(call[[1]]) %in% c("<-", "=") && is.name(call[[2]])) found <<- c(found, as.character(call[[2]]))
  })
  found
}

runs_effects <- function(cx, scope, head, within, of_lists = FALSE) {
  if (of_lists && is.name(head)) {
    binding <- find_binding(cx, scope, as.character(head))$binding
    value <- if (identical(binding$kind, "term") && is_static(binding$term)) static_value(binding$term)
    for (closure in if (is.list(value)) closures_in(cx, value, list())) {
      if (!any(vapply(within, identical, NA, closure$body)) && has_effects(cx, closure$scope, closure$body, c(within, list(closure$body)))) {
        return(TRUE)
      }
    }
    return(FALSE)
  }
  inner <- called_body(cx, scope, head)
  !is.null(inner) && !any(vapply(within, identical, NA, inner$body)) && has_effects(cx, inner$scope, inner$body, c(within, list(inner$body)))
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

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
# Whether code may do what is seen elsewhere: change a variable or a tensor, write, or end in an error.
has_effects <- function(cx, scope, expr, within = list()) {
  found <- FALSE
  walk_calls(expr, function(call) {
    head <- call[[1]]
    name <- if (is.name(head)) as.character(head) else if (is.call(head) && identical(head[[1]], quote(`$`))) as.character(head[[3]]) else ""
    if (name == "function") {
      return(FALSE)
    }
    if (name %in% effects || grepl("[^_]_$", name) || is.name(head) && called_has_effects(cx, scope, name, within)) found <<- TRUE
    !found
  })
  found
}
effects <- c("<-", "<<-", "=", "->", "return", "stop", "stopifnot", "break", "next", "cat", "print", "message", "warning", "abort", "backward")

# `within`: the functions that are being looked at.
called_has_effects <- function(cx, scope, name, within) {
  binding <- find_binding(cx, scope, name)$binding
  value <- if (identical(binding$kind, "term") && is_static(binding$term)) static_value(binding$term)
  if (is.null(binding)) value <- get0(name, scope$env, mode = "function")
  is_closure <- inherits(value, "script_closure")
  if (!is_closure && (!is.function(value) || is.primitive(value) || is.object(value) || is_of_packages(value))) {
    return(FALSE)
  }
  body <- if (is_closure) value$body else body(value)
  if (any(vapply(within, identical, NA, body))) {
    return(FALSE)
  }
  inner <- if (is_closure) value$scope else list(id = 0L, prefix = "0 ", env = environment(value))
  # variables of its own are nothing that is seen
  length(super_assigned(body)) > 0 || has_visible_effects(cx, inner, body, c(within, list(body)))
}
has_visible_effects <- function(cx, scope, body, within) {
  local <- c("<-", "=", "->", "return", "break", "next")
  plain <- function(expr) {
    if (!is.call(expr)) {
      return(expr)
    }
    if (is.name(expr[[1]]) && as.character(expr[[1]]) %in% local) expr[[1]] <- quote(`(`)
    as.call(lapply(as.list(expr), function(part) if (missing(part)) part else plain(part)))
  }
  has_effects(cx, scope, plain(body), within)
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

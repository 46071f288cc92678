# R computes an argument when the function first asks for it, a program before the call. Where the difference could be seen,
# it is refused.

# `formals` and `body` are the function's, `inner` the scope that it sees.
# Gives the names of those that R computes in any case.
refuse_lazy_arguments <- function(cx, expr, scope, formals, body, inner) {
  parts <- argument_parts(formals, expr, with_dots = TRUE)
  parts <- Filter(function(part) is.call(part) && !identical(part[[1]], quote(`function`)), parts)
  if (length(parts) == 0) {
    return(character())
  }
  first <- looked_at_first(cx, inner, body)
  does <- vapply(parts, function(part) has_effects(cx, scope, part), NA)
  if (sum(does) > 1 || any(does) && !all(names(parts)[does] %in% intersect(first, computed_first(body)))) {
    refuse(cx, expr, "An argument that does something can't be translated: R does it when the function first asks for it.", "Do it before the call.")
  }
  changes <- changes_of(cx, inner, body)
  # functions that are given may be called
  for (part in as.list(expr)[-1]) {
    lent <- if (is.call(part) && identical(part[[1]], quote(`function`))) list(body = part[[3]], scope = scope) else if (is.name(part)) called_body(cx, scope, part)
    if (!is.null(lent)) {
      more <- changes_of(cx, lent$scope, lent$body)
      changes$fields <- c(changes$fields, more$fields)
      changes$names <- c(changes$names, more$names)
    }
  }
  given <- argument_parts(formals, expr)
  for (i in which(!names(parts) %in% first)) {
    name <- names(parts)[[i]]
    part <- parts[[i]]
    fields <- fields_in(part)
    # what the function changes of its arguments, it changes of what was given
    changed <- c(setdiff(changes$names, names(formals)), unlist(lapply(given[setdiff(if (changes$local) names(given) else intersect(names(given), changes$names), name)], function(part) if (is.language(part)) all.vars(part))))
    seen <- c(intersect(fields, changes$fields), intersect(setdiff(all.names(part), "self"), setdiff(changed, "self")))
    if (length(changes$fields) > 0 && calls_method(cx, scope, part)) seen <- c(seen, changes$fields)
    if (length(seen) > 0) refuse(cx, expr, sprintf("The function changes `%s`, which an argument of it uses.", seen[[1]]), "Give the argument a name before the call.")
  }
  first
}

# R's own functions and those of this package look at their arguments in the order of their formals, a program in that of the
# call.
refuse_order <- function(cx, expr, scope, formals) {
  parts <- as.list(expr)[-1]
  if (isTRUE(scope$is_package) || !any(nzchar(rlang::names2(parts)))) {
    return(invisible())
  }
  calls <- which(vapply(parts, function(part) is.call(part) && !identical(part[[1]], quote(`function`)), NA))
  does <- if (length(calls) > 1) calls[vapply(parts[calls], function(part) has_effects(cx, scope, part), NA)]
  if (length(does) == 0) {
    return(invisible())
  }
  numbered <- as.call(c(list(quote(f)), stats::setNames(as.list(seq_along(parts)), rlang::names2(parts))))
  matched <- tryCatch(match.call(as.function(c(formals, list(NULL))), numbered), error = function(e) NULL)
  order <- unlist(as.list(matched)[-1])
  writes <- any(vapply(parts[does], function(part) {
    changes <- changes_of(cx, scope, part)
    length(changes$fields) > 0 || length(changes$names) > 0 || changes$local
  }, NA))
  # what draws or writes out matters to its like alone
  if (is.unsorted(order[order %in% if (writes) calls else does])) {
    refuse(cx, expr, "Arguments that do something must stand in the function's own order: R computes them in that.", "Compute them before the call.")
  }
}

# The expressions of a call by the names of their formals; those in `...` are left out.
argument_parts <- function(formals, expr, with_dots = FALSE) {
  matched <- tryCatch(match.call(as.function(c(formals, list(NULL))), as.call(c(list(quote(f)), as.list(expr)[-1])), expand.dots = FALSE), error = function(e) NULL)
  parts <- as.list(matched)[-1]
  dots <- as.list(if (with_dots) parts$...)
  c(parts[setdiff(names(parts), "...")], stats::setNames(dots, rep("...", length(dots))))
}

# The arguments that a function looks at before it does anything else.
looked_at_first <- function(cx, scope, body) {
  statements <- if (is.call(body) && identical(body[[1]], quote(`{`))) as.list(body)[-1] else list(body)
  found <- set <- character()
  for (statement in statements) {
    is_set <- is.call(statement) && (identical(statement[[1]], quote(`<-`)) || identical(statement[[1]], quote(`=`)))
    value <- if (is_set) statement[[3]] else statement
    if (is.call(value) && identical(value[[1]], quote(`function`))) next
    if (is.call(value) && identical(value[[1]], quote(`if`))) {
      # its condition is looked at in any case
      if (only_looks(cx, scope, value[[2]])) found <- c(found, setdiff(all.names(value[[2]]), set))
      break
    }
    if (!only_looks(cx, scope, value)) break
    # an argument that is set before is not looked at
    found <- c(found, setdiff(all.names(value), set))
    if (is_set && is.name(statement[[2]])) set <- c(set, as.character(statement[[2]]))
    # an element or a field is set
    if (!identical(value, statement) && is.call(statement[[2]])) break
  }
  found
}
# What a function asks for before it has computed anything.
computed_first <- function(body) {
  while (is.call(body) && is.name(body[[1]]) && as.character(body[[1]]) %in% c("{", "(") && length(body) > 1) body <- body[[2]]
  if (is.call(body) && is.name(body[[1]]) && as.character(body[[1]]) %in% c("<-", "=") && length(body) == 3) body <- body[[3]]
  if (is.call(body) && identical(body[[1]], quote(`if`))) body <- body[[2]]
  if (!is.call(body)) {
    return(all.names(body))
  }
  found <- character()
  for (part in as.list(body)[if (is.call(body[[1]])) TRUE else -1]) {
    found <- c(found, if (is.call(part)) computed_first(part) else if (!missing(part)) all.names(part))
    # what comes after it is asked for later
    if (is.call(part) && !identical(part[[1]], quote(`function`))) break
  }
  found
}

only_looks <- function(cx, scope, expr) {
  plain <- TRUE
  walk_calls(expr, function(call) {
    head <- call[[1]]
    name <- if (is.name(head)) as.character(head) else ""
    is_method <- is.call(head) && identical(head[[1]], quote(`$`)) && is.null(called_body(cx, scope, head))
    if (!(is_method || name == "$" || name %in% looking_functions || startsWith(name, "torch_") || startsWith(name, "nnf_"))) plain <<- FALSE
    plain
  })
  plain && !has_effects(cx, scope, expr)
}

# What code changes that others see: fields of `self`, and tensors or variables by name. `local`: it may change what its own
# variables share with its arguments.
changes_of <- function(cx, scope, expr, within = list()) {
  fields <- names <- character()
  local <- FALSE
  note <- function(target) {
    field <- fields_in(target)
    root <- assigned_root(target)
    if (length(field) > 0) fields <<- c(fields, field) else if (is.name(root)) names <<- c(names, as.character(root)) else local <<- TRUE
  }
  add <- function(other) {
    fields <<- c(fields, other$fields)
    names <<- c(names, other$names)
    local <<- local || other$local || length(other$names) > 0
  }
  walk_calls(expr, function(call) {
    head <- call[[1]]
    name <- called_name(head)
    if (is.name(head) && name %in% c("<-", "=", "<<-") && (is.call(call[[2]]) || name == "<<-")) {
      note(call[[2]])
    } else if (grepl("[^_.]_$", name)) {
      target <- if (is.call(head)) head[[2]] else if (length(call) > 1) call[[2]]
      if (is.language(target)) note(target)
    }
    inner <- called_body(cx, scope, head)
    if (!is.null(inner) && !any(vapply(within, identical, NA, inner$body))) add(changes_of(cx, inner$scope, inner$body, c(within, list(inner$body))))
  })
  # a name of its own may stand for a part of an argument
  list(fields = unique(fields), names = unique(names), local = local || any(names %in% locally_assigned(expr)))
}

called_name <- function(head) {
  if (is.name(head)) as.character(head) else if (is.call(head) && length(head) == 3 && identical(head[[1]], quote(`$`))) as.character(head[[3]]) else ""
}

# The fields of `self` in an expression.
fields_in <- function(expr) {
  found <- character()
  walk_calls(expr, function(call) {
    if (length(call) == 3 && identical(call[[1]], quote(`$`)) && identical(call[[2]], quote(self))) found <<- c(found, as.character(call[[3]]))
  })
  found
}

calls_method <- function(cx, scope, expr) {
  found <- FALSE
  walk_calls(expr, function(call) {
    if (!is.null(called_body(cx, scope, call[[1]])) && is.call(call[[1]])) found <<- TRUE
  })
  found
}

# The function of the user's that a call would run: list(body, scope). NULL for all else.
called_body <- function(cx, scope, head) {
  value <- NULL
  if (is.name(head)) {
    binding <- find_binding(cx, scope, as.character(head))$binding
    value <- if (is.null(binding)) get0(as.character(head), scope$env, mode = "function") else if (identical(binding$kind, "term") && is_static(binding$term)) static_value(binding$term)
  } else if (is.call(head) && length(head) == 3 && identical(head[[1]], quote(`$`)) && is.name(head[[2]])) {
    binding <- find_binding(cx, scope, as.character(head[[2]]))$binding
    holder <- if (identical(binding$kind, "term") && is_static(binding$term)) static_value(binding$term)
    name <- as.character(head[[3]])
    if (inherits(holder, "script_self")) {
      value <- if (!inherits(holder$module, "script_module")) tryCatch(holder$self[[name]], error = function(e) NULL)
      if (!is.function(value) || is_nn_module(value)) {
        return(NULL)
      }
      return(if (!is_of_packages(value)) list(body = body(value), scope = scope))
    }
    if (is.list(holder) && !is.object(holder)) value <- holder[[name]]
  } else if (is.call(head) && identical(head[[1]], quote(`(`)) && is.call(head[[2]]) && identical(head[[2]][[1]], quote(`function`))) {
    return(list(body = head[[2]][[3]], scope = scope))
  }
  if (inherits(value, "script_closure")) {
    return(list(body = value$body, scope = value$scope))
  }
  if (is.function(value) && !is.primitive(value) && !is.object(value) && !is_of_packages(value)) {
    list(body = body(value), scope = list(id = 0L, prefix = "0 ", env = environment(value)))
  }
}

# The functions made here that a call may run: the one that is called, as `body`, and those that it calls or is given.
closures_of_call <- function(cx, body, parent, given) {
  found <- if (is.null(parent)) list() else closures_in(cx, structure(list(body = body, scope = parent), class = "script_closure"), list())
  for (term in given) if (is_static(term)) found <- closures_in(cx, static_value(term), found)
  found
}

# A function that is put in may change what is around it, and so may those that it calls or is given.
refuse_changed_arguments <- function(cx, closures, given, expr) {
  for (closure in closures) {
    for (name in unique(super_assigned(closure$body))) {
      key <- find_binding(cx, closure$scope, name)$key
      uses <- vapply(as.list(expr)[-1], function(part) is.call(part) && !identical(part[[1]], quote(`function`)) && name %in% all.names(part), NA)
      is_given <- vapply(given, function(term) !is.null(key) && identical(term$place, key), NA)
      if (any(uses, is_given)) refuse(cx, expr, sprintf("The function changes `%s`, which an argument of it uses.", name), "Give the argument a name before the call.")
    }
  }
}

# They look at all their arguments at once.
looking_functions <- c(
  "force", "(", "+", "-", "*", "/", "^", "%%", "%/%", "[", "[[", ":", "==", "!=", "<", ">", "<=", ">=", "!", "length", "c", "list",
  "abs", "sqrt", "exp", "log", "max", "min", "sum", "dim", "nrow", "ncol", "as.integer", "as.numeric", "paste0", "is.null"
)

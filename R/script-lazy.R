# R computes an argument when the function first asks for it, a program before the call. Where the difference could be seen,
# it is refused.

# `formals` and `body` are the function's, `inner` the scope that it sees.
# Gives the names of those that R computes in any case. `told`: the call of which it is told.
refuse_lazy_arguments <- function(cx, expr, scope, formals, body, inner, told = expr) {
  force(told)
  named <- argument_parts(formals, expr, with_dots = TRUE)
  expr <- with_defaults(cx, scope, expr)
  parts <- argument_parts(formals, expr, with_dots = TRUE)
  parts <- Filter(function(part) is.call(part) && !identical(part[[1]], quote(`function`)), parts)
  if (length(parts) == 0) {
    return(character())
  }
  inner <- scope_within(cx, inner, body, formals, argument_parts(formals, expr, with_dots = TRUE), scope)
  first <- asked_first(cx, inner, body, names(formals))
  refuse_open_defaults(cx, scope, formals, body, inner, named, told)
  does <- parts[vapply(parts, function(part) has_effects(cx, scope, part), NA)]
  if (length(does) > 0) refuse_effects(cx, expr, scope, formals, body, inner, does, first, asked_first(cx, inner, body, names(formals), until = "computed"), told)
  for (name in names(parts)) {
    if (computes_tensors(cx, scope, parts[[name]]) && escapes_no_grad(cx, inner, body, names(formals), name, parts[[name]])) {
      refuse(cx, told, sprintf("The function looks at `%s` within with_no_grad(), and lets it out.", squeeze_text(parts[[name]])), "Give the argument a name before the call.")
    }
  }
  statements <- if (is.call(body) && identical(body[[1]], quote(`{`))) as.list(body)[-1] else list(body)
  changes <- changes_of(cx, inner, as.call(c(list(quote(`{`)), unname(inner$defaults), statements)))
  # functions that are given may be called
  for (code in unlist(lapply(handed_values(cx, scope, expr), function(value) codes_of(cx, value)), recursive = FALSE)) {
    more <- if (isTRUE(code$is_unknown)) list(in_place = TRUE) else if (isTRUE(code$is_package)) list(in_place = does_of(code) == "changes") else changes_of(cx, code$scope, code$body)
    changes$in_place <- changes$in_place || more$in_place
    changes$fields <- c(changes$fields, more$fields)
    changes$names <- c(changes$names, more$names)
  }
  given <- argument_parts(formals, expr)
  # what is made for the call nothing else holds
  is_new <- vapply(given, function(part) makes_new(part) && !called_name(part[[1]]) %in% c("list", "c") && is.null(called_code(cx, scope, part[[1]])), NA)
  if (!changes$local && length(changes$fields) == 0 && all(changes$names %in% names(given)[is_new])) changes$in_place <- FALSE
  given <- given[!is_new]
  for (i in which(!names(parts) %in% first)) {
    name <- names(parts)[[i]]
    part <- parts[[i]]
    # what the function changes of its arguments, it changes of what was given
    changed <- c(setdiff(changes$names, names(formals)), unlist(lapply(given[setdiff(if (changes$local) names(given) else intersect(names(given), changes$names), name)], function(part) if (is.language(part)) all.vars(part))))
    seen <- intersect(names_within(cx, scope, part), setdiff(c(changes$fields, changed), c("self", "*")))
    if ("*" %in% changes$fields && has_member(cx, scope, part)) {
      refuse(cx, told, sprintf("The function calls a compiled one that changes something, and looks at `%s` after that.", squeeze_text(part)), "Give the argument a name before the call.")
    }
    if (length(seen) > 0) refuse(cx, told, sprintf("The function changes `%s`, which an argument of it uses.", seen[[1]]), "Give the argument a name before the call.")
    # what is changed may be what it was computed from, by another name
    if (changes$in_place && computes_tensors(cx, scope, part)) {
      refuse(cx, told, sprintf("The function changes tensors, and looks at `%s` after that.", squeeze_text(part)), "Give the argument a name before the call.")
    }
  }
  first
}

# Of the arguments those that do something. `first` and `computed`: the formals that the function asks for before it does
# anything itself, or computes anything.
refuse_effects <- function(cx, expr, scope, formals, body, inner, does, first, computed, told) {
  parts <- as.list(expr)[-1]
  changes <- lapply(does, function(part) changes_of_argument(cx, scope, part))
  # what changes fields alone that nothing here looks at might as well not
  writes <- is_seen_by(cx, scope, parts, does, changes, c(names_within(cx, inner, body), unlist(lapply(inner$defaults, all.names))))
  places <- order_of_formals(formals, parts)
  in_turn <- function(asked, names) {
    all(names %in% asked) && (length(names) < 2 || !"..." %in% names && !is.unsorted(places[names[order(match(names, asked))]]))
  }
  calls <- places[vapply(parts[places], is.call, NA)]
  if ("..." %in% names(does) && takes_dots_apart(cx, inner, body)) {
    refuse(cx, told, "An argument in `...` that does something can't be translated here: the function looks at each of them by itself.", "Do it before the call.")
  }
  if (!in_turn(first, names(does)) || !in_turn(computed, names(does)[writes]) || is.unsorted(calls)) {
    refuse(cx, told, "An argument that does something can't be translated: R does it when the function first asks for it.", "Do it before the call.")
  }
  # what it changes must not be seen by those that R asks for on the other side of it
  asked <- c(intersect(computed, names(places)), setdiff(names(places)[order(places)], computed))
  turns <- rank(match(names(places), asked) * length(parts) + ifelse(names(places) == "...", places, 0))
  for (j in which(writes)) for (i in seq_along(places)) {
    at <- Position(function(place) identical(parts[[place]], does[[j]]), places)
    part <- parts[[places[[i]]]]
    before <- places[[i]] < places[[at]]
    reads <- i != at && (is.call(part) || is.name(part) && as.character(part) %in% changes[[j]]$names)
    if (reads && before != (turns[[i]] < turns[[at]])) {
      refuse(cx, told, sprintf("R computes `%s` %s `%s` here, which does something.", squeeze_text(part), if (before) "after" else "before", squeeze_text(does[[j]])), "Compute them before the call.")
    }
  }
}
# Whether it looks at what is in `...` by its places, or hands it to a function of the user's that may.
takes_dots_apart <- function(cx, scope, body) {
  found <- any(grepl("^[.][.][0-9]+$|^[.]{3}elt$", names_within(cx, scope, body)))
  walk_calls(body, function(call) {
    if (any(vapply(as.list(call)[-1], identical, NA, quote(...))) && !is.null(called_code(cx, scope, call[[1]]))) found <<- TRUE
  })
  found
}
# Whether what each of `does` changes may be seen by the other parts of the call, or by `names` in the function.
is_seen_by <- function(cx, scope, parts, does, changes, names = character()) {
  vapply(seq_along(does), function(i) {
    change <- changes[[i]]
    if (change$local || change$in_place || length(change$names) > 0) {
      return(TRUE)
    }
    others <- Filter(function(part) is.language(part) && !identical(part, does[[i]]), parts)
    any(change$fields %in% c(names, unlist(lapply(others, function(part) names_within(cx, scope, part)))))
  }, NA)
}
# The places in a call of what the formals are given, in the order of the formals.
order_of_formals <- function(formals, parts) {
  numbered <- as.call(c(list(quote(f)), stats::setNames(as.list(seq_along(parts)), rlang::names2(parts))))
  matched <- tryCatch(match.call(as.function(c(formals, list(NULL))), numbered, expand.dots = FALSE), error = function(e) NULL)
  places <- as.list(matched)[-1]
  stats::setNames(unlist(places), rep(names(places), lengths(places)))
}

# Whether what an expression gives may depend on what is in tensors.
computes_tensors <- function(cx, scope, expr) {
  # a member is the tensor itself
  if (is.call(expr) && identical(expr[[1]], quote(`$`)) && is_of_module(cx, scope, expr) && !has_call_but_member(expr) && is.null(active_code(cx, scope, expr))) {
    return(FALSE)
  }
  any(vapply(all.names(expr), function(name) {
    binding <- find_binding(cx, scope, name)$binding
    if (is.null(binding)) {
      value <- value_here(cx, scope, as.name(name))
      return(length(codes_of(cx, value)) > 0 || is_torch_tensor(value) || is.list(value))
    }
    type <- binding$type %||% binding$term$type %||% "?"
    value <- if (is_static(binding$term)) static_value(binding$term)
    grepl("Tensor|[?]", type) || is.list(value) || is.environment(value) || is.function(value)
  }, NA))
}
# Whether it looks at a field of a module.
has_member <- function(cx, scope, expr) {
  found <- FALSE
  walk_calls(expr, function(call) if (is.name(call[[1]]) && as.character(call[[1]]) %in% c("$", "[[") && is_of_module(cx, scope, call)) found <<- TRUE)
  found
}
has_call_but_member <- function(expr) {
  found <- FALSE
  walk_calls(expr, function(call) if (!identical(call[[1]], quote(`$`))) found <<- TRUE)
  found
}

# Functions of R and of this package: `in_order`: they look at their arguments in the order of their formals, a program in that
# of the call. Others have an order of their own, and may leave some out unless `asks_all`.
refuse_order <- function(cx, expr, scope, formals, in_order, asks_all = FALSE) {
  told <- expr
  expr <- with_defaults(cx, scope, expr)
  parts <- as.list(expr)[-1]
  calls <- which(vapply(parts, function(part) is.call(part) && !identical(part[[1]], quote(`function`)), NA))
  if (isTRUE(scope$is_package) || length(calls) == 0 || in_order && !any(nzchar(rlang::names2(parts)))) {
    return(invisible())
  }
  does <- calls[vapply(parts[calls], function(part) has_effects(cx, scope, part), NA)]
  if (length(does) == 0) {
    return(invisible())
  }
  order <- order_of_formals(formals, parts)
  changes <- lapply(parts[does], function(part) changes_of_argument(cx, scope, part))
  writes <- any(is_seen_by(cx, scope, parts, parts[does], changes))
  # what draws or writes out matters to its like alone
  matters <- if (writes) union(calls, which(vapply(parts, function(part) is.name(part) && as.character(part) %in% unlist(lapply(changes, function(change) change$names)), NA))) else does
  if (in_order) {
    if (is.unsorted(order[order %in% matters])) refuse(cx, told, "Arguments that do something must stand in the function's own order: R computes them in that.", "Compute them before the call.")
    return(invisible())
  }
  if (asks_all && length(matters) == 1) {
    return(invisible())
  }
  # the first one is asked for first, and so are dots in front
  leading <- if (names(formals)[[1]] == "...") order[names(order) == "..."] else order[1]
  if (!all(matters %in% leading) || is.unsorted(leading[leading %in% matters])) {
    refuse(cx, told, "An argument that does something can't be translated here: the function asks for its arguments in an order of its own.", "Compute them before the call.")
  }
}
# Functions of R's that ask in the order of their formals.
asks_in_order <- c(
  "append", "paste", "paste0", "sprintf", "cat", "message", "warning", "stop", "identical", "head", "tail", "rep_len", "setdiff", "union", "intersect",
  "is.element", "match", "%in%", "%||%", "setequal", "isTRUE", "isFALSE", "startsWith", "endsWith", "strrep", "nchar", "substr", "substring", "atan2"
)

# A call with the defaults that names in its arguments stand for, where they are not computed yet: R computes them with it.
with_defaults <- function(cx, scope, expr) {
  formals <- character()
  around <- scope
  while (!is.null(around)) {
    formals <- c(formals, names(around$formals))
    around <- around$parent
  }
  replaced <- function(part, but = character()) {
    if (is.name(part) && !identical(part, quote(expr = )) && as.character(part) %in% setdiff(formals, but)) {
      default <- find_binding(cx, scope, as.character(part))$binding
      is_open <- identical(default$kind, "default") && is.language(default$expr)
      return(if (is_open) call("(", replaced(default$expr, c(but, as.character(part)))) else part)
    }
    if (is.call(part) && length(part) > 1 && !identical(part[[1]], quote(`function`))) {
      at <- if (identical(part[[1]], quote(`$`))) 2 else seq_along(part)[-1]
      for (i in at) if (!identical(part[[i]], quote(expr = )) && is.language(part[[i]])) part[[i]] <- replaced(part[[i]], but)
    }
    part
  }
  if (length(formals) == 0) expr else replaced(expr)
}

# A default that goes into a function by its name is computed when that asks for it, and is the same from then on.
refuse_open_defaults <- function(cx, scope, formals, body, inner, parts, told) {
  asked <- NULL
  for (i in seq_along(parts)) {
    for (name in if (is.language(parts[[i]])) all.names(parts[[i]])) {
      found <- find_binding(cx, scope, name)
      if (!identical(found$binding$kind, "default") || !is.language(found$binding$expr)) next
      if (is.null(asked)) asked <- asked_first(cx, inner, body, names(formals), enters_no_grad = FALSE)
      if (names(parts)[[i]] %in% asked || is_settled_default(cx, found) && !(computes_tensors(cx, found$scope, found$binding$expr) && "with_no_grad" %in% names_within(cx, inner, body))) next
      refuse(cx, told, sprintf("R computes the default of `%s` when the function first asks for it, and what it is may change until then.", name), sprintf("force(%s) before the call.", name))
    }
  }
}
# Nor is it computed where a function may not look at it.
refuse_unasked_defaults <- function(cx, scope, parts, told) {
  for (name in if (!isTRUE(scope$is_package)) unlist(lapply(Filter(is.language, parts), all.names))) {
    found <- find_binding(cx, scope, name)
    if (identical(found$binding$kind, "default") && is.language(found$binding$expr) && !is_settled_default(cx, found)) {
      refuse(cx, told, sprintf("R may not compute the default of `%s` here, and what it is may change.", name), sprintf("force(%s) before.", name))
    }
  }
}
# Whether it is the same whenever it is computed.
is_settled_default <- function(cx, found) {
  expr <- found$binding$expr
  !any(all.names(expr) %in% assigned_names(found$scope$body %||% found$scope$program)) && !has_effects(cx, found$scope, expr) && !looks_further(cx, found, expr)
}

# The expressions of a call by the names of their formals; those in `...` are left out.
argument_parts <- function(formals, expr, with_dots = FALSE) {
  matched <- tryCatch(match.call(as.function(c(formals, list(NULL))), as.call(c(list(quote(f)), as.list(expr)[-1])), expand.dots = FALSE), error = function(e) NULL)
  parts <- as.list(matched)[-1]
  dots <- as.list(if (with_dots) parts$...)
  c(parts[setdiff(names(parts), "...")], stats::setNames(dots, rep("...", length(dots))))
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
      is_given <- vapply(given, function(term) !is.null(key) && identical(term$place, key), NA)
      if (any(is_given)) refuse(cx, expr, sprintf("The function changes `%s`, which an argument of it uses.", name), "Give the argument a name before the call.")
    }
  }
}

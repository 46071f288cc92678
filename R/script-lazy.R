# R computes an argument when the function first asks for it, a program before the call. Where the difference could be seen,
# it is refused.

# `formals` and `body` are the function's, `inner` the scope that it sees.
# Gives the names of those that R computes in any case. `told`: the call of which it is told.
refuse_lazy_arguments <- function(cx, expr, scope, formals, body, inner, told = expr) {
  parts <- argument_parts(formals, expr, with_dots = TRUE)
  parts <- Filter(function(part) is.call(part) && !identical(part[[1]], quote(`function`)), parts)
  if (length(parts) == 0) {
    return(character())
  }
  first <- looked_at_first(cx, inner, body)
  does <- vapply(parts, function(part) has_effects(cx, scope, part), NA)
  if (sum(does) > 1 || any(does) && !all(names(parts)[does] %in% intersect(first, computed_first(cx, inner, body)))) {
    refuse(cx, told, "An argument that does something can't be translated: R does it when the function first asks for it.", "Do it before the call.")
  }
  refuse_asked_order(cx, expr, scope, formals, computed_first(cx, inner, body), names(parts)[does])
  for (name in setdiff(names(parts), "...")) {
    if (computes_tensors(cx, scope, parts[[name]]) && escapes_no_grad(cx, inner, body, name)) {
      refuse(cx, told, sprintf("The function looks at `%s` within with_no_grad(), and lets it out.", squeeze_text(parts[[name]])), "Give the argument a name before the call.")
    }
  }
  changes <- changes_of(cx, inner, body)
  # functions that are given may be called
  for (part in as.list(expr)[-1]) {
    lent <- if (is.call(part) && identical(part[[1]], quote(`function`))) list(body = part[[3]], scope = scope) else if (is.name(part)) called_body(cx, scope, part)
    if (!is.null(lent)) {
      more <- changes_of(cx, lent$scope, lent$body)
      changes$in_place <- changes$in_place || more$in_place
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
    seen <- c(intersect(fields, changes$fields), intersect(setdiff(names_within(cx, scope, part), "self"), setdiff(changed, "self")))
    if (length(changes$fields) > 0 && calls_method(cx, scope, part)) seen <- c(seen, changes$fields)
    if (length(seen) > 0) refuse(cx, told, sprintf("The function changes `%s`, which an argument of it uses.", seen[[1]]), "Give the argument a name before the call.")
    # what is changed may be what it was computed from, by another name
    if (changes$in_place && computes_tensors(cx, scope, part)) {
      refuse(cx, told, sprintf("The function changes tensors, and looks at `%s` after that.", squeeze_text(part)), "Give the argument a name before the call.")
    }
  }
  first
}

# What an argument that does something changes must not be seen by those that R asks for on the other side of it.
refuse_asked_order <- function(cx, expr, scope, formals, asked, does) {
  parts <- as.list(expr)[-1]
  order <- order_of_formals(formals, parts)
  places <- stats::setNames(seq_along(order), names(order))
  written <- Filter(function(name) changes_anything(changes_of(cx, scope, parts[[order[[name]]]])), intersect(does, names(order)))
  asked <- intersect(asked, names(order))
  asked <- match(names(order), c(asked, setdiff(names(order)[order(order)], asked)))
  for (name in written) for (other in setdiff(names(order), name)) {
    before <- order[[other]] < order[[name]]
    if (is.call(parts[[order[[other]]]]) && before != (asked[[places[[other]]]] < asked[[places[[name]]]])) {
      refuse(cx, expr, sprintf("R computes `%s` %s `%s` here, which does something.", squeeze_text(parts[[order[[other]]]]), if (before) "after" else "before", squeeze_text(parts[[order[[name]]]])), "Compute them before the call.")
    }
  }
}
# The places in a call of what the formals are given.
order_of_formals <- function(formals, parts) {
  numbered <- as.call(c(list(quote(f)), stats::setNames(as.list(seq_along(parts)), rlang::names2(parts))))
  matched <- tryCatch(match.call(as.function(c(formals, list(NULL))), numbered), error = function(e) NULL)
  unlist(as.list(matched)[-1])
}
changes_anything <- function(changes) length(changes$fields) > 0 || length(changes$names) > 0 || changes$local

# Whether what an argument gives, computed where it is first asked for, would be without a gradient, and is seen after that.
escapes_no_grad <- function(cx, scope, body, name, within = list()) {
  if (name %in% looked_at_first(cx, scope, body, enters_no_grad = FALSE)) {
    return(FALSE)
  }
  outside <- inside <- FALSE
  # `is_bare`: what stands here is the value itself, and goes on from here
  look <- function(expr, in_block, is_bare) {
    if (is.name(expr)) {
      if (identical(as.character(expr), name)) if (!in_block) outside <<- TRUE else inside <<- c(inside, is_bare)
      return(invisible())
    }
    if (!is.call(expr)) {
      return(invisible())
    }
    head <- expr[[1]]
    called <- if (is.name(head)) called_name(head) else ""
    in_block <- in_block || called == "with_no_grad"
    takes <- if (called == "$") {
      as.character(expr[[3]]) %in% c("requires_grad", "grad_fn", "is_leaf", "grad")
    } else {
      !(is.call(head) && identical(head[[1]], quote(`$`)) || called %in% setdiff(looking_functions, c("(", "force", "c", "list")) || grepl("^(torch|nnf)_", called))
    }
    lent <- if (takes) called_body(cx, scope, head)
    handed <- if (!is.null(lent$formals) && !any(vapply(within, identical, NA, lent$body))) argument_parts(lent$formals, expr)
    for (formal in names(handed)) {
      if (identical(handed[[formal]], as.name(name)) && !in_block && escapes_no_grad(cx, lent$scope, lent$body, formal, c(within, list(body)))) outside <<- inside <<- TRUE
    }
    if (is.call(head)) look(head, in_block, FALSE)
    for (part in as.list(expr)[-1]) if (!missing(part)) look(part, in_block, takes)
  }
  look(body, FALSE, FALSE)
  any(inside) || length(inside) > 1 && outside
}

# Whether what an expression gives may depend on what is in tensors.
computes_tensors <- function(cx, scope, expr) {
  any(vapply(all.names(expr), function(name) {
    binding <- find_binding(cx, scope, name)$binding
    if (is.null(binding)) {
      value <- get0(name, scope$env)
      return(!is.null(called_body(cx, scope, as.name(name))) || is_torch_tensor(value) || is.list(value))
    }
    type <- binding$type %||% binding$term$type %||% "?"
    value <- if (is_static(binding$term)) static_value(binding$term)
    grepl("Tensor|[?]", type) || is.list(value) || is.environment(value) || is.function(value)
  }, NA))
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
  order <- order_of_formals(formals, parts)
  writes <- any(vapply(parts[does], function(part) changes_anything(changes_of(cx, scope, part)), NA))
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
looked_at_first <- function(cx, scope, body, within = list(), enters_no_grad = TRUE) {
  found <- set <- character()
  # FALSE where something is done
  looks <- function(expr) {
    if (only_looks(cx, scope, expr)) found <<- c(found, setdiff(all.names(expr), set))
    only_looks(cx, scope, expr)
  }
  statement <- function(expr) {
    if (!is.call(expr)) {
      return(looks(expr))
    }
    head <- expr[[1]]
    name <- called_name(head)
    if (name == "with_no_grad" && !enters_no_grad) {
      return(FALSE)
    }
    if (is.name(head) && name %in% c("{", "(", "with_no_grad")) {
      for (part in as.list(expr)[-1]) if (!statement(part)) {
        return(FALSE)
      }
      return(name != "with_no_grad")
    }
    if (is.name(head) && name %in% c("<-", "=")) {
      target <- expr[[2]]
      is_function <- is.call(expr[[3]]) && identical(expr[[3]][[1]], quote(`function`))
      if (!is_function && !statement(expr[[3]])) {
        return(FALSE)
      }
      if (is.name(target)) set <<- c(set, as.character(target)) else for (part in as.list(target)[-(1:2)]) if (!missing(part)) looks(part)
      # an argument that is set before is not looked at; an element or a field is set
      return(is.name(target))
    }
    if (identical(head, quote(`if`))) {
      # its condition is looked at in any case
      statement(expr[[2]])
      return(FALSE)
    }
    if (looks(expr)) {
      return(TRUE)
    }
    if (is.call(head) && grepl("[^_.]_$", name)) {
      # a method that changes its tensor looks at what it is given before
      for (part in c(list(head[[2]]), as.list(expr)[-1])) if (!missing(part) && !looks(part)) break
      return(FALSE)
    }
    inner <- called_body(cx, scope, head)
    if (!is.null(inner$formals) && !any(vapply(within, identical, NA, inner$body))) {
      handed <- argument_parts(inner$formals, expr)
      for (part in handed[intersect(names(handed), looked_at_first(cx, inner$scope, inner$body, c(within, list(inner$body)), enters_no_grad))]) looks(part)
    }
    FALSE
  }
  statement(body)
  found
}
# What a function asks for before it has computed anything, in that order.
computed_first <- function(cx, scope, body, within = list()) {
  while (is.call(body) && is.name(body[[1]]) && as.character(body[[1]]) %in% c("{", "(", "with_no_grad") && length(body) > 1) body <- body[[2]]
  if (is.call(body) && is.name(body[[1]]) && as.character(body[[1]]) %in% c("<-", "=") && length(body) == 3) body <- body[[3]]
  if (is.call(body) && identical(body[[1]], quote(`if`))) body <- body[[2]]
  if (!is.call(body)) {
    return(all.names(body))
  }
  inner <- called_body(cx, scope, body[[1]])
  if (!is.null(inner)) {
    if (any(vapply(within, identical, NA, inner$body))) {
      return(character())
    }
    handed <- argument_parts(inner$formals, body)
    asked <- computed_first(cx, inner$scope, inner$body, c(within, list(inner$body)))
    return(unlist(lapply(handed[intersect(asked, names(handed))], function(part) if (is.name(part)) as.character(part))))
  }
  found <- character()
  for (part in as.list(body)[if (is.call(body[[1]])) TRUE else -1]) {
    found <- c(found, if (is.call(part)) computed_first(cx, scope, part, within) else if (!missing(part)) all.names(part))
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

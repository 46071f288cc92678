# What a function has from around it: values of R that become constants, tensors and modules of the program.

# A name that the function has from where it was made.
captured_term <- function(cx, scope, name, expr) {
  value <- tryCatch(get(name, envir = scope$env), error = function(e) {
    if (exists(name, envir = scope$env)) refuse(cx, expr, conditionMessage(e))
    if (name %in% scope$assigns) refuse(cx, expr, sprintf("`%s` has no value yet.", name), "Give it one before, such as NULL or a zero.")
    refuse(cx, expr, sprintf("There is no `%s`.", name))
  })
  capture_value(cx, value, name)
}

capture_value <- function(cx, value, name) {
  if (is.environment(value) && inherits(value, "nn_Module")) {
    return(static_term(cx$selves[[rlang::obj_address(value)]] %||% held_module(cx, callable(value), name)))
  }
  if (is_nn_module(value)) {
    return(static_term(held_module(cx, value, name)))
  }
  if (is.function(value) || is.environment(value)) {
    return(static_term(value))
  }
  if (is_torch_tensor(value) && (cx$unit$holds_tensors || value$requires_grad)) {
    return(held_tensor(cx, value, name))
  }
  if (is_torch_tensor(value)) {
    cx$unit$captures <- TRUE
    return(new_term("Tensor", constant_name(cx$unit, value, name), simple = TRUE))
  }
  if (is.list(value) && !is.object(value) && length(value) > 0 && all(vapply(value, is_torch_tensor, NA))) {
    return(make_list(cx, lapply(value, function(tensor) capture_value(cx, tensor, name)), as.name(name), NULL))
  }
  literal <- literal_term(value)
  literal %||% static_term(value)
}

# A list of R's that the program changes is one of the program's from there on, unless it has what only R has.
as_changed_list <- function(cx, scope, name, term) {
  is_changed <- is.list(static_value(term)) && !is.object(static_value(term)) && name %in% changed_in_place(scope$body %||% scope$program)
  (if (is_changed) list_of_constant(cx, static_value(term), as.name(name))) %||% term
}
list_of_constant <- function(cx, value, expr) {
  labels <- names(value)
  if (length(value) == 0 && !is.null(labels) || anyDuplicated(labels) || !all(is_field_name(labels))) {
    return(NULL)
  }
  parts <- lapply(value, function(part) {
    if (is.list(part) && !is.object(part)) {
      return(list_of_constant(cx, part, expr))
    }
    term <- if (!is.function(part)) capture_value(cx, part, "part")
    if (!is.null(term) && term$type != "static") term
  })
  if (!any(vapply(parts, is.null, NA))) make_list(cx, parts, expr, NULL)
}

# Tensors and compiled functions go to the compiler by name.
constant_name <- function(unit, value, name) {
  address <- rlang::obj_address(value)
  known <- unit$known_names[[address]]
  if (is.null(known)) {
    known <- sprintf("%s_c%d_%s", unit$name, length(unit$known) + 1L, identifier(name))
    unit$known[[known]] <- value
    unit$known_names[[address]] <- known
  }
  known
}

# What is looked at before the loop sets a variable of its name is in the first round that of what is around the function.
keep_captured <- function(cx, scope, condition, body, closures) {
  own <- locally_assigned(call("{", condition, body))
  walk_calls(body, function(call) {
    if (identical(call[[1]], quote(`for`))) own <<- c(own, as.character(call[[2]]))
    !identical(call[[1]], quote(`function`))
  })
  of_closures <- unlist(lapply(closures, function(closure) all.names(closure$body)))
  for (name in unique(own)) {
    found <- find_binding(cx, scope, name)
    # of the function around, or of what is around that
    if (if (is.null(found)) !exists(name, envir = scope$env) else identical(found$scope$id, scope$id)) next
    value <- if (is.null(found)) get(name, envir = scope$env) else if (found$binding$kind == "term" && is_static(found$binding$term)) static_value(found$binding$term)
    # a function is hidden by functions alone
    hides <- !is_callable(value) || sets_function(cx, scope, body, name)
    if (hides && (name %in% of_closures || reads_first(list(condition, body), name))) make_local_before(cx, scope, name, body, is_read = TRUE)
  }
}
# A variable of its own from before a loop or branch on, which R makes in it, or never.
make_local_before <- function(cx, scope, name, body, is_read = FALSE) {
  found <- find_binding(cx, scope, name)
  if (!is.null(found) && !isTRUE(scope$is_package)) {
    if (identical(found$binding$kind, "default") && is.language(found$binding$expr) && !is_settled_default(cx, found)) {
      refuse(cx, body, sprintf("`%s` is set here, whose default R may compute later, or never, and what it is may change.", name), sprintf("force(%s) before.", name))
    }
    # `<<-` sets the one around, and what looks at `name` here may mean that
    code <- scope$body %||% scope$program
    is_around <- !identical(found$scope$id, scope$id) && found$binding$kind %in% c("variable", "term", "default")
    if (is_around && name %in% unlist(lapply(c(list(code), lapply(called_closures(cx, scope, list(code)), function(closure) closure$body)), super_assigned))) {
      refuse(cx, body, sprintf("`<-` sets `%1$s` of the function here, and `<<-` the `%1$s` around it.", name), "Use another name for one of them.")
    }
  }
  make_local(cx, scope, name, body, is_read)
}
# Whether a variable may be set to a function.
sets_function <- function(cx, scope, expr, name) {
  found <- FALSE
  may_be_function <- function(value) {
    held <- value_here(cx, scope, value)
    is.function(held) || length(codes_of(cx, held)) > 0 || identical(find_binding(cx, scope, as.character(value))$binding$kind, "default")
  }
  walk_calls(expr, function(call) {
    is_set <- is.name(call[[1]]) && as.character(call[[1]]) %in% c("<-", "=", "for") && identical(call[[2]], as.name(name))
    is_loop <- is_set && identical(call[[1]], quote(`for`))
    if (is_set && (is.name(call[[3]]) && may_be_function(call[[3]]) || is.call(call[[3]]) && called_name(call[[3]][[1]]) %in% c("function", if (is_loop) c("list", "c", "rev")))) found <<- TRUE
    !found
  })
  found
}

# Of constants, also such as only R has (vectors with names, matrices), R itself gives the answer.
are_constants_of_r <- function(given) length(given) > 0 && all_static(given) && all(vapply(given, function(term) is_plain(static_value(term)), NA))
is_plain <- function(value) is.atomic(value) || is.list(value) && all(vapply(unclass(value), is_plain, NA))
answer_of_r <- function(cx, fn, given, expr) {
  value <- tryCatch(suppressWarnings(do.call(fn, lapply(given, static_value))), error = function(e) refuse(cx, expr, conditionMessage(e)))
  literal_term(value) %||% static_term(value)
}

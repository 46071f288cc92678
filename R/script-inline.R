# Functions put in where they are called.

# A function made here that uses nothing of what is around it may be a function of the program, and return from its loops.
closure_alone <- function(cx, closure) {
  own <- c(names(closure$formals), assigned_names(closure$body))
  around <- setdiff(all.names(as.call(c(list(closure$body), closure$formals))), own)
  if (any(vapply(around, function(name) !is.null(find_binding(cx, closure$scope, name)), NA)) || length(super_assigned(closure$body)) > 0) {
    return(NULL)
  }
  for (known in cx$unit$alone) if (identical(known$closure, closure)) {
    return(known$fn)
  }
  fn <- as.function(c(closure$formals, list(closure$body)), envir = closure$scope$env)
  cx$unit$alone <- c(cx$unit$alone, list(list(closure = closure, fn = fn)))
  fn
}

# What gives a function, or a list of them, can't be a function of the program: NULL. `run`: compiles it.
unless_gives_function <- function(cx, fn, run) {
  address <- rlang::obj_address(fn)
  if (address %in% cx$unit$givers) {
    return(NULL)
  }
  before <- as.list(cx$unit)[c("problems", "settled")]
  tryCatch(run(), script_gives_function = function(condition) {
    list2env(before, cx$unit)
    cx$unit$givers <- c(cx$unit$givers, address)
    NULL
  })
}
# Nothing happens where no call waits for it.
tell_gives_function <- function(cx, value) {
  if (is_callable(value) || length(closures_in(cx, value, list())) > 0) {
    signalCondition(structure(class = c("script_gives_function", "condition"), list(message = "a function is given", call = NULL)))
  }
}

# A function that is given back looks at the arguments of the function that made it when it is first called.
note_lent <- function(cx, closures, scope, matched, expr, from) {
  parts <- argument_parts(scope$formals, if (!is.null(from)) with_defaults(cx, from, expr) else expr)
  for (closure in closures) {
    used <- all.names(closure$body)
    dots <- any(grepl("^[.][.]([.]|[0-9]+)$", used))
    lazy <- Filter(function(name) {
      found <- find_binding(cx, closure$scope, name)
      value <- found$binding$term$value
      is_fixed <- !is.null(value) && !is_callable(value[[1]]) && !is.language(parts[[name]])
      identical(found$scope$id, scope$id) && found$binding$kind == "term" && !is_fixed
    }, intersect(used, names(matched$matched)))
    if (length(lazy) == 0 && !(dots && length(matched$dots) > 0)) next
    is_plain <- function(name) {
      part <- parts[[name]]
      value <- matched$matched[[name]]$value
      # a function without effects, made of what is looked after as well
      makes <- !is.null(value) && is_callable(value[[1]]) && !is.null(from) && !has_effects(cx, from, part)
      is_constant_field <- !is.null(value) && length(part) == 3 && identical(part[[1]], quote(`$`)) && identical(part[[2]], quote(self))
      is_constant_field || !is.call(part) || identical(part[[1]], quote(`function`)) || only_computes(part) || makes
    }
    computed <- parts[lazy[!vapply(lazy, is_plain, NA)]]
    if (length(computed) > 0) {
      refuse(cx, expr, sprintf("R computes `%s` when the function that is given back is first called.", squeeze_text(computed[[1]])), sprintf("force(%s) in the function that gives it.", c(lazy, "...")[[1]]))
    }
    of_tensors <- if (!is.null(from)) Filter(function(part) is.call(part) && computes_tensors(cx, from, part), parts[lazy])
    if (length(of_tensors) > 0) note_lent_tensor(cx, of_tensors[[1]], names(of_tensors)[[1]], expr)
    places <- lapply(c(matched$matched[lazy], if (dots) matched$dots), function(term) term$place)
    named <- if (!is.null(from)) unlist(lapply(as.list(expr)[-1], function(part) if (is.language(part)) all.vars(part)))
    keys <- c(unlist(places), unlist(lapply(named, function(name) find_binding(cx, from, name)$key)))
    for (key in unique(keys)) {
      if (cx$vars[[key]]$kind %in% c("variable", "term")) cx$vars[[key]]$lent <- c(argument = c(lazy, "...")[[1]], call = squeeze_text(expr))
    }
  }
}

# Refused where the program changes any tensor in place, or has a part without gradients.
note_lent_tensor <- function(cx, part, name, expr) {
  message <- sprintf("R computes `%s` when the function that is given back is first called, and the program changes tensors in place, or does without gradients.", squeeze_text(part))
  cx$unit$lent <- c(cx$unit$lent, list(new_problem(message, sprintf("force(%s) in the function that gives it.", name), expr, cx$statement)))
}

inline_call <- function(cx, formals, body, given, expr, parent = NULL, env = emptyenv(), is_package = FALSE, name = NULL,
                        generic = NULL, from = NULL) {
  enter_function(cx, expr)
  on.exit(cx$unit$depth <- cx$unit$depth - 1L)
  scope <- new_scope(cx, parent, env)
  scope$is_inline <- TRUE
  scope$is_package <- is_package || isTRUE(parent$is_package)
  scope$formals <- formals
  scope$body <- body
  matched <- match_given(cx, formals, given, expr, hands_on = !scope$is_package)
  if (!scope$is_package) refuse_changed_arguments(cx, closures_of_call(cx, body, parent, given), given, expr)
  for (formal in names(formals)) {
    if (formal == "...") {
      bind(cx, scope, "...", list(kind = "dots", terms = lapply(matched$dots, function(term) keep_term(cx, settled_item(cx, term)))))
    } else if (!is.null(matched$matched[[formal]])) {
      bind_term(cx, scope, formal, keep_term(cx, settled_item(cx, matched$matched[[formal]])))
    } else if (formal %in% matched$absent) {
      cx$absent[[scope_key(scope, formal)]] <- TRUE
      bind(cx, scope, formal, list(kind = "missing"))
    } else {
      cx$absent[[scope_key(scope, formal)]] <- TRUE
      bind(cx, scope, formal, unless_given(formals, formal, body))
    }
  }
  if (!is.null(generic)) bind_term(cx, scope, ".Generic", literal_term(generic))
  # what the function changes is a variable of its own, in all branches
  # and what it looks at before it gives a function that uses it has the value of now
  kept <- if (has_call(body, "function") && !scope$is_package) asked_first(cx, scope, body, names(formals))
  for (formal in intersect(names(matched$matched), c(assigned_names(body), kept))) {
    term <- read_variable(cx, scope, formal, as.name(formal))
    if (term$type == "static") term <- as_changed_list(cx, scope, formal, term)
    if (term$type %in% c("static", "?")) next
    cx$vars[[scope_key(scope, formal)]] <- NULL
    assign_variable(cx, scope, formal, term, expr)
    # R computes it when it is asked for
    cx$unread[[scope_key(scope, formal)]] <- NULL
  }
  result <- if (scope$is_package && !isTRUE(cx$in_package)) {
    cx$in_package <- TRUE
    on.exit(cx$in_package <- FALSE, add = TRUE)
    # what goes wrong in this package's own functions is told of the user's call
    tryCatch(block_value(cx, list(body), scope, is_body = TRUE), script_problem = function(p) {
      if (is_of_inside(p$problem, c(all.names(expr), names(formals), name))) {
        refuse(cx, expr, sprintf("`%s()` can't be translated with these arguments.", name %||% squeeze_text(expr[[1]], 40)), "Options that are constants may help.", silent = p$problem$silent)
      }
      refuse(cx, expr, p$message, p$problem$hint, p$problem$silent, p$problem$needs_known)
    })
  } else {
    block_value(cx, list(body), scope, is_body = TRUE)
  }
  if (!scope$is_package) run_arguments(cx, matched$matched, function(name) !is.null(cx$seen[[scope_key(scope, name)]]))
  if (is_static(result) && !scope$is_package) note_lent(cx, closures_in(cx, static_value(result), list()), scope, matched, expr, from)
  if (is_of_null(cx, result)) result$from_null <- TRUE
  # names of the function are not seen after it
  if (!is.null(result$place) && startsWith(result$place, scope$prefix)) result["place"] <- list(NULL)
  result
}

# Whether a problem speaks of what stands in a function of this package, and not in the user's call.
is_of_inside <- function(problem, seen) {
  if (startsWith(problem$message, "No form of")) {
    return(FALSE)
  }
  text <- paste(problem$message, problem$hint)
  mentioned <- gsub("`", "", regmatches(text, gregexpr("`[^`]+`", text))[[1]], fixed = TRUE)
  named <- gsub("[(].*|^[$]|[$].*|^self[$]", "", mentioned)
  any(!named %in% c(seen, "x", "input", "jit_unused", "with_no_grad", "")) ||
    grepl("lapply\\(\\) gives a list|count from one on|is not asked here|A condition must be", text)
}

# Arithmetic of variables: what they are is looked after.
only_computes <- function(expr) {
  plain <- TRUE
  walk_calls(expr, function(call) {
    if (!(is.name(call[[1]]) && as.character(call[[1]]) %in% looking_functions)) plain <<- FALSE
    plain
  })
  plain
}

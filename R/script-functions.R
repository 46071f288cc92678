# Functions of the user's: functions of the program, one for each set of types that they are called with.

call_user_function <- function(cx, fn, name, given, expr, from = NULL) {
  matched <- match_given(cx, formals(fn), given, expr, hands_on = TRUE)
  if (any_unknown(matched$matched)) {
    return(unknown_term())
  }
  # a function of a module knows the module
  around <- get0("self", environment(fn))
  needs_inline <- is.environment(around) && inherits(around, "nn_Module") || "..." %in% names(formals(fn)) || length(matched$absent) > 0 || any(vapply(matched$matched, function(term) term$type == "static", NA))
  put_in <- function() {
    within_itself(cx, list(body(fn), NULL), 4, name, expr)
    outer <- cx$inlined
    on.exit(cx$inlined <- outer)
    cx$inlined <- c(outer, list(list(body(fn), NULL)))
    inline_call(cx, formals(fn), body(fn), given, expr, env = environment(fn), name = name, from = from)
  }
  types <- lapply(matched$matched, function(term) if (term$type == "whole") "float" else as_kept_number(cx, term)$type)
  made <- if (!needs_inline) unless_gives_function(cx, fn, function() compile_once(cx$unit, fn, name, types, expr, cx))
  if (is.null(made)) {
    return(put_in())
  }
  matched$matched <- stop_if_nulls(cx, matched$matched, "")
  for (term in matched$matched) share_list(cx, term)
  if (made$returns == "?") {
    return(unknown_term())
  }
  order <- intersect(names(formals(fn)), names(types))
  codes <- vapply(order, function(label) need_code(cx, matched$matched[[label]], types[[label]], expr), "")
  if (length(codes) > 0) codes <- sprintf("%s=%s", made$labels[order], codes)
  # its label stands in its head, too
  is_read <- function(name) length(gregexpr(sprintf("\\b%s\\b", made$labels[[name]]), made$text)[[1]]) > 1
  run_arguments(cx, matched$matched[order], is_read)
  called_term(cx, made, sprintf("%s(%s)", made$name, paste(codes, collapse = ", ")))
}

enter_function <- function(cx, expr) {
  # R's own stack is what limits this
  stack <- Cstack_info()
  if (cx$unit$depth > 40 || isTRUE(stack[["current"]] > 0.8 * stack[["size"]])) refuse(cx, expr, "Functions call each other too deeply, or themselves.", "Write a loop.")
  cx$unit$depth <- cx$unit$depth + 1L
}

# With arguments that are known, a function that calls itself may come to an end.
within_itself <- function(cx, key, most, name, expr) {
  depth <- sum(vapply(cx$inlined, identical, NA, key))
  if (depth > 0) cx$recursions <- (cx$recursions %||% 0L) + 1L
  if (depth >= most || depth > 0 && cx$recursions > 20L) {
    refuse(cx, expr, sprintf("`%s()` calls itself, which TorchScript functions can't.", name %||% squeeze_text(expr[[1]])), "Write a loop.")
  }
}

# What the call `code` gives. `made$stops`: it never comes back.
called_term <- function(cx, made, code) {
  type <- made$returns
  if (isTRUE(made$stops)) {
    emit(cx, c(code, "raise RuntimeError(\"unreachable\")"))
    cx$dead <- TRUE
    return(unknown_term())
  }
  if (type == "None") {
    # NULL needs no text of its own: the call stands by itself
    emit(cx, code)
    return(none_term())
  }
  # a number is looked at twice, for its kind as well
  if (type == "number") {
    return(keep_term(cx, new_term("number", code)))
  }
  term <- new_term(type, code)
  term$from_null <- made$from_null
  term
}

compile_once <- function(unit, fn, name, types, expr, cx) {
  key <- paste(c(rlang::obj_address(fn), paste(names(types), types)), collapse = "|")
  if (key %in% unit$compiling) {
    refuse(cx, expr, sprintf("`%s()` calls itself, which TorchScript functions can't.", name), "Write a loop.")
  }
  if (is.null(unit$done[[key]])) {
    enter_function(cx, expr)
    unit$compiling <- c(unit$compiling, key)
    on.exit({
      unit$depth <- unit$depth - 1L
      unit$compiling <- setdiff(unit$compiling, key)
    })
    label <- sprintf("%s_%d", identifier(name), length(unit$done) + 1L)
    unit$done[[key]] <- compile_called(unit, fn, label, types, key)
  }
  if (is.null(cx$holder) && startsWith(unit$done[[key]]$name, "self.")) need_holder()
  unit$done[[key]]
}

# The function as text, in as many passes as its types need.
compile_function <- function(unit, fn, name, types, returns = NULL, defaults = NULL, prepare = NULL) {
  previous <- NULL
  problems <- unit$problems
  settled <- unit$settled
  on.exit({
    # found by this function's last pass, whatever passes there are of those that call it
    unit$settled <- unique(c(unit$settled, unit$problems[-seq_along(problems)], if (length(problems) == 0) unit$problems))
    unit$problems <- problems
  })
  for (pass in 1:12) {
    unit$problems <- problems
    cx <- new_compile_context(unit, name, previous)
    cx$is_entry <- !is.null(defaults)
    # from here on types become wider alone, so that they come to an end
    cx$widens <- pass > 4
    if (!is.null(returns)) {
      cx$returns <- returns
      cx$returns_given <- TRUE
    }
    labels <- compile_body(cx, fn, types, prepare)
    now <- list(declared = cx$declared, owned = cx$owned, returns = cx$returns, counters = cx$counters, vectors = cx$vectors)
    # nothing that was written early has turned out to be of another type
    settles <- identical(now, previous) || (pass == 1 && !cx$unsettled && length(cx$owned) == 0)
    if (settles) break
    previous <- now
  }
  if (!settles && length(unit$problems) == length(problems)) {
    note_problem(cx, new_problem(sprintf("The types in %s do not come to an end.", if (name == "fn") "the function" else sprintf("`%s()`", name)), "Give variables that change their type names of their own.", body(fn)))
  }
  result <- cx$returns
  # every way through it ends in stop()
  stops <- result == "?" && cx$dead && length(unit$problems) == length(problems)
  if (stops) result <- "None"
  is_first_problem <- function() length(unit$problems) == length(problems) && length(unit$settled) == length(settled)
  unfilled <- Find(function(declared) grepl("Slots[?]", declared$type, fixed = TRUE), cx$declared)
  if (!is.null(unfilled) && is_first_problem()) {
    note_problem(cx, new_problem(sprintf("It is not known what `%s` holds: none of its elements is set.", unfilled$name), "Begin with list().", body(fn)))
  }
  if (!is_known_type(result) || result == "Empty") {
    if (is_first_problem()) note_problem(cx, new_problem(sprintf("It is not known what %s returns.", if (name == "fn") "the function" else sprintf("`%s()`", name)), "`.returns` can say it.", body(fn)))
    result <- "Tensor"
  }
  result <- returned_type(result, cx$is_entry && !cx$returns_given)
  arguments <- vapply(names(types), function(label) {
    text <- sprintf("%s: %s", labels[[label]], script_type_text(unit, types[[label]]))
    if (is.null(defaults[[label]])) text else paste(text, "=", defaults[[label]])
  }, "")
  head <- sprintf("def %s(%s) -> %s:", name, paste(c(if (!is.null(prepare)) "self", arguments), collapse = ", "), script_type_text(unit, result))
  text <- paste(c(head, indented(cx$block$lines)), collapse = "\n")
  made <- list(name = name, labels = labels, returns = result, text = text, stops = stops, from_null = isTRUE(cx$returns_null))
  unit$functions[[name]] <- text
  made
}

compile_body <- function(cx, fn, types, prepare = NULL) {
  scope <- new_scope(cx, NULL, environment(fn) %||% baseenv())
  scope$formals <- formals(fn)
  scope$program <- body(fn)
  scope$assigns <- assigned_names(body(fn))
  if (!is.null(prepare)) prepare(cx, scope)
  labels <- vapply(names(types), function(name) new_name(cx, name), "")
  for (name in names(types)) {
    type <- types[[name]]
    key <- paste0(scope_key(scope, name), " argument")
    cx$declared[[key]] <- list(name = labels[[name]], type = type)
    bind(cx, scope, name, list(
      kind = "variable", name = labels[[name]], type = type, declared = type, version = key, owned = FALSE, r_name = name
    ))
  }
  for (name in setdiff(names(formals(fn)), names(types))) {
    cx$absent[[scope_key(scope, name)]] <- TRUE
    bind(cx, scope, name, unless_given(formals(fn), name, body(fn)))
  }
  # an argument that is given another value is a variable with a type of its own
  for (name in intersect(names(types), scope$assigns)) {
    term <- read_variable(cx, scope, name, as.name(name))
    cx$vars[[scope_key(scope, name)]] <- NULL
    declared <- types[[name]]
    term$type <- declared
    term$place <- NULL
    term$code <- labels[[name]]
    assign_variable(cx, scope, name, term, as.name(name))
  }
  do_tail(cx, body(fn), scope)
  labels
}

# ---- functions as values

# `call`: what takes the function.
callable_term <- function(cx, expr, scope, call = expr) {
  if (is.null(expr)) refuse(cx, call, "A function is needed here.", "function(x) ...")
  term <- translate(cx, expr, scope)
  # of `...`
  if (is_term(expr)) expr <- call
  if (term$type == "?") refuse(cx, expr, "It is not known which function this is.", silent = cx$recovers)
  value <- if (is_static(term)) static_value(term)
  if (rlang::is_string(value)) value <- function_named(cx, scope, value) %||% refuse(cx, expr, sprintf("There is no function `%s()`.", value))
  if (!is_callable(value)) refuse(cx, expr, "A function is needed here.", "function(x) ...")
  value
}

# As match.fun() finds it: other variables of that name do not count.
function_named <- function(cx, scope, name) {
  around <- scope
  while (!is.null(found <- find_binding(cx, around, name))) {
    term <- if (found$binding$kind == "term") found$binding$term
    if (!is.null(term) && is_static(term) && is_callable(static_value(term))) {
      return(static_value(term))
    }
    around <- found$scope$parent
  }
  get0(name, scope$env, mode = "function")
}

# The call of a function with terms. What goes wrong in it is told of the user's call `expr`.
call_callable <- function(cx, fn, given, expr, scope) {
  made <- as.call(c(list(fn), lapply(unname(given), identity)))
  names(made) <- c("", rlang::names2(given))
  told_of(cx, expr, call_function(cx, fn, made, scope, callable_name(cx, fn)))
}

told_of <- function(cx, expr, run) {
  before <- length(cx$unit$problems)
  tell <- function(problem) {
    if (is_made_here(problem$expr)) {
      problem$expr <- expr
      changes <- "^`[.]acc` is (.*) before the loop and (.*) in it[.]$"
      if (grepl(changes, problem$message)) problem$hint <- "Give it an `init` of the type that the function gives."
      problem$message <- sub(changes, "`Reduce()` begins with \\1, and the function gives \\2.", problem$message)
    }
    problem
  }
  tell_noted <- function() {
    is_new <- seq_along(cx$unit$problems) > before
    cx$unit$problems[is_new] <- lapply(cx$unit$problems[is_new], tell)
    any(is_new)
  }
  result <- tryCatch(run, script_problem = function(p) {
    is_known <- tell_noted()
    problem <- tell(p$problem)
    # what follows from a problem that is told
    silent <- problem$silent || is_known && is_made_here(p$problem$expr)
    refuse(cx, problem$expr, problem$message, problem$hint, silent, problem$needs_known)
  })
  tell_noted()
  result
}

# Code that holds terms or functions themselves, or names of reduce_function()'s.
is_made_here <- function(expr) {
  if (is.name(expr)) {
    return(as.character(expr) %in% own_names)
  }
  if (is.call(expr)) {
    for (part in as.list(expr)) if (!missing(part) && is_made_here(part)) return(TRUE)
    return(FALSE)
  }
  is.function(expr) || is_term(expr) || is_callable(expr)
}
own_names <- c(".f", ".acc", ".v", ".all")

callable_name <- function(cx, fn) {
  if (inherits(fn, "script_closure")) {
    for (key in names(cx$vars)) {
      binding <- cx$vars[[key]]
      if (identical(binding$kind, "term") && is_static(binding$term) && identical(static_value(binding$term), fn)) {
        return(sub("^[0-9]+ ", "", key))
      }
    }
    return("the function")
  }
  if (is.function(fn)) function_name(fn)
}
function_name <- function(fn) {
  for (name in names(script_entries())) if (identical(script_entries()[[name]]$fn, fn)) {
    return(name)
  }
  home <- topenv(environment(fn) %||% baseenv())
  for (env in c(topenv(), baseenv(), if (isNamespace(home)) home)) for (name in ls(env)) if (identical(env[[name]], fn)) {
    return(name)
  }
  "f"
}

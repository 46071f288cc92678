# Functions of the user's: functions of the program, one for each set of types that they are called with.

call_user_function <- function(cx, fn, name, given, expr) {
  matched <- match_given(cx, formals(fn), given, expr)
  if (any_unknown(matched$matched)) {
    return(unknown_term())
  }
  # a function of a module knows the module
  around <- get0("self", environment(fn))
  needs_inline <- is.environment(around) && inherits(around, "nn_Module") || "..." %in% names(formals(fn)) || any(vapply(matched$matched, function(term) term$type == "static", NA))
  if (needs_inline) {
    return(inline_call(cx, formals(fn), body(fn), given, expr, env = environment(fn), name = name))
  }
  for (term in matched$matched) if (!is.null(term$place) && is_container_type(term$type)) disown(cx, term$place)
  types <- lapply(matched$matched, function(term) if (term$type == "whole") "float" else term$type)
  made <- compile_once(cx$unit, fn, name, types, expr, cx)
  if (made$returns == "?") {
    return(unknown_term())
  }
  order <- intersect(names(formals(fn)), names(types))
  codes <- vapply(order, function(label) need_code(cx, matched$matched[[label]], types[[label]], expr), "")
  if (length(codes) > 0) codes <- sprintf("%s=%s", made$labels[order], codes)
  new_term(made$returns, sprintf("%s(%s)", made$name, paste(codes, collapse = ", ")))
}

compile_once <- function(unit, fn, name, types, expr, cx) {
  key <- paste(c(rlang::obj_address(fn), paste(names(types), types)), collapse = "|")
  if (key %in% unit$compiling) {
    refuse(cx, expr, sprintf("`%s()` calls itself, which TorchScript functions can't.", name), "Write a loop.")
  }
  if (is.null(unit$done[[key]])) {
    unit$compiling <- c(unit$compiling, key)
    on.exit(unit$compiling <- setdiff(unit$compiling, key))
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
    if (!is.null(returns)) {
      cx$returns <- returns
    }
    labels <- compile_body(cx, fn, types, prepare)
    now <- list(declared = cx$declared, owned = cx$owned, returns = cx$returns, counters = cx$counters, vectors = cx$vectors)
    # nothing that was written early has turned out to be of another type
    if (identical(now, previous) || (pass == 1 && !cx$unsettled && length(cx$owned) == 0)) break
    previous <- now
  }
  result <- cx$returns
  if (!is_known_type(result) || result == "Empty") {
    if (length(unit$problems) == length(problems) && length(unit$settled) == length(settled)) {
      unit$problems <- c(unit$problems, list(list(
        message = sprintf("It is not known what `%s` returns.", name), hint = "`.returns` can say it.", expr = body(fn),
        statement = NULL, silent = FALSE
      )))
    }
    result <- "Tensor"
  }
  result <- returned_type(result)
  arguments <- vapply(names(types), function(label) {
    text <- sprintf("%s: %s", labels[[label]], script_type_text(unit, types[[label]]))
    if (is.null(defaults[[label]])) text else paste(text, "=", defaults[[label]])
  }, "")
  head <- sprintf("def %s(%s) -> %s:", name, paste(c(if (!is.null(prepare)) "self", arguments), collapse = ", "), script_type_text(unit, result))
  text <- paste(c(head, indented(cx$block$lines)), collapse = "\n")
  made <- list(name = name, labels = labels, returns = result, text = text)
  unit$functions[[name]] <- text
  made
}

compile_body <- function(cx, fn, types, prepare = NULL) {
  scope <- new_scope(cx, NULL, environment(fn) %||% baseenv())
  scope$formals <- formals(fn)
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
    bind(cx, scope, name, unless_given(formals(fn), name, body(fn)))
  }
  # an argument that is given another value is a variable with a type of its own
  for (name in intersect(names(types), union(assigned_names(body(fn)), character()))) {
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

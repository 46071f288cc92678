# Statements: blocks and branches.
#' @include script-loops.R script-for.R script-returns.R
NULL

do_statement <- function(cx, expr, scope) {
  if (cx$dead) {
    return(invisible())
  }
  message <- problem_of(cx, scope, function() run_statement(cx, expr, scope))
  if (!is.null(message)) {
    # what this statement would have set is not asked for again
    cx$dead <- FALSE
    for (name in assigned_names(expr)) bind(cx, scope, name, list(kind = "unset", message = message, silent = TRUE))
  }
  invisible()
}

# Notes the problems of what `run` translates. The first one ends it: it runs once more for those that come after, and
# what has a problem is unknown then.
problem_of <- function(cx, scope, run) {
  before <- cx$vars
  tryCatch(
    {
      run()
      NULL
    },
    script_problem = function(p) {
      if (isTRUE(scope$is_package)) stop(p)
      note_problem(cx, p$problem)
      if (!cx$recovers) {
        cx$recovers <- TRUE
        on.exit(cx$recovers <- FALSE)
        cx$vars <- before
        tryCatch(run(), script_problem = function(p) note_problem(cx, p$problem))
      }
      p$message
    }
  )
}

run_statement <- function(cx, expr, scope) {
  head <- if (is.call(expr) && is.name(expr[[1]])) as.character(expr[[1]]) else ""
  statement <- script_statements[[head]]
  if (!is.null(statement) && is_base_function(cx, scope, head)) {
    return(statement(cx, expr, scope))
  }
  term <- translate(cx, expr, scope)
  if (cx$dead) {
    return(invisible())
  }
  if (isTRUE(scope$is_package)) emit(cx, if (!term$simple) term$code) else run_term(cx, term)
}

is_base_function <- function(cx, scope, name) {
  is.null(find_binding(cx, scope, name)) && identical(get0(name, scope$env, mode = "function"), get0(name, baseenv(), mode = "function"))
}

do_block <- function(cx, expr, scope) {
  if (is.call(expr) && identical(expr[[1]], quote(`{`))) {
    references <- attr(expr, "srcref")
    for (i in seq_along(expr)[-1]) {
      if (!is.null(references) && !isTRUE(scope$is_package)) cx$statement <- references[[i]]
      do_statement(cx, expr[[i]], scope)
    }
  } else {
    do_statement(cx, expr, scope)
  }
}

# ---- branches

# `run`: what to do with a branch; it gives a term, or nothing.
do_if <- function(cx, expr, scope, run) {
  condition <- translate_condition_or_note(cx, expr[[2]], scope)
  if (is_static(condition)) {
    branch <- if (static_value(condition)) expr[[3]] else if (length(expr) > 3) expr[[4]]
    return(run(branch))
  }
  label <- squeeze_text(expr[[2]], 40)
  with_names_around(cx, scope, expr, do_branches(
    cx, condition, function() run(expr[[3]]), function() run(if (length(expr) > 3) expr[[4]]),
    c(sprintf("where `%s` holds", label), sprintf("where `%s` does not hold", label)), expr
  ))
}

# What one branch alone sets is otherwise what the function has from around it: the pass before knows where that is read.
with_names_around <- function(cx, scope, expr, run) {
  names <- if (!isTRUE(scope$is_package)) Filter(function(name) (cx$vars[[scope_key(scope, name)]]$kind %||% "default") == "default", locally_assigned(expr))
  marks <- stats::setNames(paste("around", vapply(names, function(name) scope_key(scope, name), "")), names)
  is_known <- marks %in% cx$previous$counters
  for (name in names[is_known]) make_local_before(cx, scope, name, expr, is_read = TRUE)
  around <- lapply(names[!is_known], function(name) value_here(cx, scope, as.name(name)))
  is_default <- vapply(names[!is_known], function(name) !is.null(cx$vars[[scope_key(scope, name)]]), NA)
  result <- run
  for (i in seq_along(around)) {
    name <- names[!is_known][[i]]
    key <- scope_key(scope, name)
    is_around <- is_default[[i]] || !is.null(find_binding(cx, scope$parent, name)) || exists(name, envir = scope$env)
    # a function is known before the program runs, or not at all
    if (identical(cx$vars[[key]]$kind, "unset") && is.null(cx$vars[[key]]$loop) && is_around && !is_callable(around[[i]])) cx$vars[[key]]$loop <- marks[[name]]
  }
  result
}

# The branches may have problems of their own.
translate_condition_or_note <- function(cx, expr, scope) {
  if (!cx$recovers || isTRUE(scope$is_package)) {
    return(translate_condition(cx, expr, scope))
  }
  tryCatch(translate_condition(cx, expr, scope), script_problem = function(p) {
    note_problem(cx, p$problem)
    new_term("bool", "True", simple = TRUE)
  })
}

squeeze_text <- function(expr, width = 60) {
  text <- paste(trimws(deparse(expr, width.cutoff = 500L)), collapse = " ")
  if (nchar(text) > width) paste0(substr(text, 1, width - 3), "...") else text
}

# Both branches from the same state; their terms as one, in a variable.
do_branches <- function(cx, condition, yes, no, labels, expr) {
  branches <- list(list(run = yes, refined = condition$yes), list(run = no, refined = condition$no))
  state <- cx$vars
  unread <- cx$unread
  for (i in 1:2) {
    cx$vars <- state
    cx$unread <- unread
    cx$dead <- FALSE
    refine(cx, branches[[i]]$refined)
    branches[[i]]$lines <- in_block(cx, term <- branches[[i]]$run())
    if (is_term(term) && is_of_null(cx, term)) term$from_null <- TRUE
    branches[[i]]$term <- term
    branches[[i]]$dead <- cx$dead
    branches[[i]]$state <- if (!cx$dead) cx$vars
    branches[[i]]$unread <- cx$unread
  }
  branches <- stop_beside_null(cx, run_unmerged(cx, branches, state))
  dead <- vapply(branches, function(branch) branch$dead, NA)
  result <- merge_terms(cx, branches[!dead], expr)
  text <- lapply(seq_along(branches), function(i) {
    code <- if (!dead[[i]]) result$codes[[sum(!dead[seq_len(i)])]]
    kind <- if (!dead[[i]]) result$kinds[[sum(!dead[seq_len(i)])]]
    c(branches[[i]]$lines, if (!is.null(kind)) paste(result$term$item, "=", kind), if (!is.null(result$name)) paste(result$name, "=", code))
  })
  cx$dead <- FALSE
  # TorchScript wants what is new set in both branches, even where one leaves the loop
  leaves <- dead & vapply(branches, function(branch) any(grepl("^ *(break|continue)$", branch$lines)), NA)
  made <- NULL
  if (any(leaves) && !all(dead)) {
    placeholder <- if (!is.null(result$name)) placeholder_code(cx, result$term$type)
    made <- c(if (!is.null(placeholder)) paste(result$name, "=", placeholder), if (!is.null(result$kinds)) paste(result$term$item, "= 7"), placeholders(cx, state, lapply(branches[!dead], function(branch) branch$state)))
  }
  text <- lapply(seq_along(text), function(i) if (dead[[i]]) c(if (leaves[[i]]) made, branches[[i]]$lines) else text[[i]])
  if (length(text[[1]]) + length(text[[2]]) > 0) {
    emit(cx, c(sprintf("if %s:", condition$code), indented(text[[1]]), if (length(text[[2]]) > 0) c("else:", indented(text[[2]]))))
  }
  if (length(text[[1]]) + length(text[[2]]) == 0) run_term(cx, condition)
  cx$dead <- all(dead)
  cx$vars <- merge_states(cx, lapply(branches, function(branch) branch$state), labels, expr) %||% state
  # the result is the same list as a variable's
  for (branch in branches) if (!branch$dead && is_term(branch$term)) share_list(cx, branch$term)
  result$term
}

# Beside NULL what began as c() is known from it.
stop_beside_null <- function(cx, branches) {
  terms <- lapply(branches, function(branch) if (is_term(branch$term)) branch$term)
  if (any(vapply(terms, is.null, NA)) || !any(vapply(terms, function(term) term$type == "None" || is_optional_type(term$type), NA))) {
    return(branches)
  }
  lapply(branches, function(branch) {
    branch$lines <- c(branch$lines, in_block(cx, term <- stop_if_null(cx, branch$term)))
    branch$term <- term
    branch
  })
}

merge_terms <- function(cx, branches, expr) {
  terms <- lapply(branches, function(branch) if (is_term(branch$term)) branch$term)
  if (length(terms) == 0) {
    return(list(term = none_term()))
  }
  if (any(vapply(terms, is.null, NA))) {
    return(list())
  }
  same <- vapply(terms, function(term) is_static(term) && identical(term, terms[[1]]), NA)
  if (all(same)) {
    return(list(term = terms[[1]]))
  }
  only_r <- Find(function(term) term$type == "static", terms)
  if (!is.null(only_r)) {
    # with arguments that are known it may be known as well
    tell_gives_function(cx, static_value(only_r))
    refuse(cx, expr, "What only R has can't be chosen while the program runs.", "Call it in each branch.")
  }
  # c() is NULL
  terms <- lapply(terms, function(term) if (is_always_null(cx, term)) none_term() else term)
  terms <- as_vectors_of_one(cx, terms)
  # beside NULL a number keeps its kind by its type
  may_be_null <- any(term_types(terms) == "None" | startsWith(term_types(terms), "Optional["))
  if (may_be_null) terms <- lapply(terms, function(term) as_kept_number(cx, term))
  type <- if (may_be_null) join_all_parts(term_types(terms), widely = TRUE) else join_all_types(term_types(terms), widely = TRUE)
  # list() is no vector of no length
  is_empty_list <- vapply(terms, function(term) term$type == "Empty" && !is_of_null(cx, term), NA)
  if (any(is_empty_list) && any(startsWith(term_types(terms), "Vector"))) type <- NULL
  # nor is a number of open kind a vector of one
  if (any(vapply(terms, is_open_kind, NA)) && script_type_kind(required_type(type %||% "?")) == "Vector") type <- NULL
  if (is.null(type)) {
    words <- script_types_in_words(term_types(terms))
    refuse(cx, expr, sprintf("The branches give different things: %s.", paste(unique(words), collapse = " and ")), hint_of_null(cx, term_types(terms)))
  }
  if (type == "None") {
    return(list(term = none_term()))
  }
  name <- new_name(cx, "t")
  dtype <- merged_dtype(terms, type)
  kinds <- if (identical(dtype, "mixed") || identical(dtype, "unsure")) lapply(terms, function(term) kind_code(cx, term))
  if (any(vapply(kinds, is.null, NA))) kinds <- NULL
  result <- list(
    name = name, kinds = kinds, codes = lapply(terms, function(term) coerced_code(cx, term, type)),
    term = new_term(
      type, name,
      simple = TRUE, fresh = all(vapply(terms, function(term) term$fresh, NA)), dtype = dtype,
      lower = min(vapply(terms, function(term) as.double(term$lower), 0)),
      linear = if (is_whole_type(type)) list(base = name, offset = 0), parts = merged_parts(terms, type, name)
    )
  )
  if (any(vapply(terms, function(term) isTRUE(term$from_null), NA))) result$term$from_null <- TRUE
  if (any(vapply(terms, function(term) isTRUE(term$may_fail), NA))) result$term$may_fail <- TRUE
  if (!is.null(kinds)) result$term$item <- new_name(cx, paste0(name, "_kind"))
  if (type == "Tensor" && any(vapply(terms, function(term) is_registered(cx, term), NA))) result$term$registered <- TRUE
  result
}

# Names that are, or are not, NULL from here on.
refine <- function(cx, refined) {
  for (key in names(refined)) {
    binding <- cx$vars[[key]]
    if (is_part_key(key)) refine_part(cx, key, refined[[key]] == "there")
    if (identical(binding$kind, "field")) set_field_known(cx, key, refined[[key]] == "there")
    if (identical(binding$kind, "variable") && is_optional_type(binding$declared)) {
      binding$type <- if (refined[[key]] == "null") "None" else required_type(binding$declared)
      cx$vars[[key]] <- binding
    }
  }
}

# switch() as the branches that it is.
switch_as_if <- function(cx, expr, scope) {
  if (length(expr) < 3) refuse(cx, expr, "`switch()` has nothing to choose from.")
  chosen <- translate(cx, expr[[2]], scope)
  # R leaves out what is behind the point
  is_double <- chosen$type == "float" && !is_static(chosen)
  if (is_double) chosen <- new_term("int", sprintf("%s(%s)", helper(cx, "integer"), chosen$code))
  chosen <- keep_term(cx, chosen)
  cases <- as.list(expr)[-(1:2)]
  labels <- rlang::names2(cases)
  if (is_static(chosen)) {
    value <- static_value(chosen)
    if (!(is.character(value) || is.numeric(value) || is.logical(value)) || length(value) != 1 || is.na(value)) {
      refuse(cx, expr, sprintf("`switch()` needs a string or a whole number, not %s.", describe(value)))
    }
  }
  empty <- vapply(cases, function(case) identical(case, quote(expr = )), NA)
  # an empty case is the next one that is not
  if (chosen$type != "str" && any(empty)) refuse(cx, expr, "A case of `switch()` with a number can't be empty.", "Write out what it gives.")
  for (i in rev(seq_along(cases))) if (empty[[i]] && i < length(cases)) cases[i] <- cases[i + 1]
  if (any(vapply(cases, identical, NA, quote(expr = )))) refuse(cx, expr, "The last case of `switch()` is empty.")
  if (chosen$type == "str" && any(labels == "") && sum(labels == "") > 1) {
    refuse(cx, expr, "`switch()` has more than one default.")
  }
  if (is_static(chosen)) {
    value <- static_value(chosen)
    at <- if (is.character(value)) match(value, labels, nomatch = match("", labels, nomatch = 0L)) else if (value >= 1 && value <= length(cases)) trunc(value) else 0
    return(if (at > 0) cases[[at]])
  }
  if (!chosen$type %in% c("str", "int", "whole")) {
    hint <- if (is_optional_type(chosen$type)) "Ask is.null() first; a switch() that may choose nothing gives NULL, unless it has a default."
    refuse(cx, expr, sprintf("`switch()` needs a string or a whole number, not %s.", script_type_in_words(chosen$type)), hint)
  }
  # a name that messages may show
  name <- squeeze_text(if (is_double) call("trunc", expr[[2]]) else expr[[2]])
  if (is_double || !is.name(expr[[2]])) bind_term(cx, scope, name, chosen)
  is_text <- chosen$type == "str"
  default <- if (is_text && any(labels == "")) cases[[match("", labels)]]
  rest <- which(if (is_text) labels != "" else rep(TRUE, length(cases)))
  # match.arg() has left no others
  if (!is.null(chosen$choices) && all(chosen$choices %in% labels)) {
    rest <- rest[labels[rest] %in% chosen$choices]
    default <- cases[[max(rest)]]
    rest <- setdiff(rest, max(rest))
  }
  for (i in rev(rest)) {
    default <- call("if", call("==", as.name(name), if (is_text) labels[[i]] else i), cases[[i]], default)
    attr(default, "script_origin") <- expr
  }
  default
}

# A second side that leaves has no value; others must be TRUE or FALSE, which R asks where nothing reads it.
do_either <- function(cx, expr, scope, condition) {
  leaves <- is.call(expr[[3]]) && (has_jump(expr[[3]]) || has_return(expr[[3]]))
  if (leaves) do_statement(cx, call("if", condition, expr[[3]]), scope) else run_term(cx, translate(cx, expr, scope))
}

script_statements <- list(
  `{` = function(cx, expr, scope) do_block(cx, expr, scope),
  `(` = function(cx, expr, scope) do_statement(cx, expr[[2]], scope),
  `if` = function(cx, expr, scope) {
    do_if(cx, expr, scope, function(branch) {
      do_block(cx, branch, scope)
      NULL
    })
  },
  `for` = do_for, `while` = do_while,
  `repeat` = function(cx, expr, scope) {
    do_loop(cx, scope, expr[[2]], "while True:", assigned_names(expr), runs_once = TRUE)
  },
  `break` = do_jump, `next` = do_jump, `return` = do_return,
  switch = function(cx, expr, scope) do_block(cx, switch_as_if(cx, expr, scope), scope),
  `||` = function(cx, expr, scope) do_either(cx, expr, scope, call("!", expr[[2]])),
  `&&` = function(cx, expr, scope) do_either(cx, expr, scope, expr[[2]])
)

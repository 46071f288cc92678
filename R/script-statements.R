# Statements: blocks, branches, loops, returns.

do_statement <- function(cx, expr, scope) {
  if (cx$dead) {
    return(invisible())
  }
  before <- cx$vars
  tryCatch(run_statement(cx, expr, scope), script_problem = function(p) {
    if (isTRUE(scope$is_package)) stop(p)
    note_problem(cx, p$problem)
    # what this statement would have set is not asked for again
    cx$dead <- FALSE
    for (name in assigned_names(expr)) {
      bind(cx, scope, name, list(kind = "unset", message = p$message, silent = TRUE))
    }
  })
  invisible()
}

run_statement <- function(cx, expr, scope) {
  head <- if (is.call(expr) && is.name(expr[[1]])) as.character(expr[[1]]) else ""
  statement <- if (head != "" && is_base_function(cx, scope, head)) script_statements[[head]]
  if (!is.null(statement)) {
    return(statement(cx, expr, scope))
  }
  term <- translate(cx, expr, scope)
  if (!term$simple && !is.null(term$code) && !cx$dead) emit(cx, term$code)
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
  condition <- translate_condition(cx, expr[[2]], scope)
  if (is_static(condition)) {
    branch <- if (static_value(condition)) expr[[3]] else if (length(expr) > 3) expr[[4]]
    return(run(branch))
  }
  label <- squeeze_text(expr[[2]], 40)
  do_branches(
    cx, condition, function() run(expr[[3]]), function() run(if (length(expr) > 3) expr[[4]]),
    c(sprintf("where `%s` holds", label), sprintf("where `%s` does not hold", label)), expr
  )
}

squeeze_text <- function(expr, width = 60) {
  text <- paste(trimws(deparse(expr, width.cutoff = 500L)), collapse = " ")
  if (nchar(text) > width) paste0(substr(text, 1, width - 3), "...") else text
}

# Both branches from the same state; their terms as one, in a variable.
do_branches <- function(cx, condition, yes, no, labels, expr) {
  branches <- list(list(run = yes, refined = condition$yes), list(run = no, refined = condition$no))
  state <- cx$vars
  for (i in 1:2) {
    cx$vars <- state
    cx$dead <- FALSE
    refine(cx, branches[[i]]$refined)
    branches[[i]]$lines <- in_block(cx, term <- branches[[i]]$run())
    branches[[i]]$term <- term
    branches[[i]]$dead <- cx$dead
    branches[[i]]$state <- if (!cx$dead) cx$vars
  }
  dead <- vapply(branches, function(branch) branch$dead, NA)
  result <- merge_terms(cx, branches[!dead], expr)
  text <- lapply(seq_along(branches), function(i) {
    code <- if (!dead[[i]]) result$codes[[sum(!dead[seq_len(i)])]]
    c(branches[[i]]$lines, if (!is.null(result$name)) paste(result$name, "=", code))
  })
  cx$dead <- FALSE
  text <- lapply(seq_along(text), function(i) if (dead[[i]]) branches[[i]]$lines else text[[i]])
  if (length(text[[1]]) + length(text[[2]]) > 0) {
    emit(cx, c(sprintf("if %s:", condition$code), indented(text[[1]]), if (length(text[[2]]) > 0) c("else:", indented(text[[2]]))))
  }
  cx$dead <- all(dead)
  cx$vars <- merge_states(cx, lapply(branches, function(branch) branch$state), labels, expr) %||% state
  result$term
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
  if (any(vapply(terms, function(term) term$type == "static", NA))) {
    refuse(cx, expr, "What only R has can't be chosen while the program runs.", "Call it in each branch.")
  }
  type <- Reduce(function(a, b) if (!is.null(a)) join_types(a, b), lapply(terms, function(term) term$type))
  if (is.null(type)) {
    words <- vapply(terms, function(term) script_type_in_words(term$type), "")
    refuse(cx, expr, sprintf("The branches give different things: %s.", paste(unique(words), collapse = " and ")))
  }
  if (type == "None") {
    return(list(term = none_term()))
  }
  for (term in terms) if (!is.null(term$place) && is_container_type(term$type)) disown(cx, term$place)
  name <- new_name(cx, "t")
  dtypes <- unique(lapply(terms, function(term) term$dtype))
  list(
    name = name, codes = lapply(terms, function(term) coerced_code(cx, term, type)),
    term = new_term(
      type, name,
      simple = TRUE, fresh = all(vapply(terms, function(term) term$fresh, NA)), dtype = if (length(dtypes) == 1) dtypes[[1]],
      lower = min(vapply(terms, function(term) as.double(term$lower), 0)),
      linear = if (is_whole_type(type)) list(base = name, offset = 0)
    )
  )
}

# Names that are, or are not, NULL from here on.
refine <- function(cx, refined) {
  for (key in names(refined)) {
    binding <- cx$vars[[key]]
    if (identical(binding$kind, "variable") && is_optional_type(binding$declared)) {
      binding$type <- if (refined[[key]] == "null") "None" else required_type(binding$declared)
      cx$vars[[key]] <- binding
    }
  }
}

# ---- loops

do_loop <- function(cx, scope, body, header, names_assigned, begin = function() NULL, runs_once = FALSE) {
  cx$loops <- cx$loops + 1L
  id <- paste0("loop ", cx$loops)
  enter_loop(cx, scope, names_assigned, body, id)
  head <- cx$vars
  outer <- cx$loop
  cx$loop <- new.env(parent = emptyenv())
  cx$loop$breaks <- list()
  cx$loop$nexts <- list()
  on.exit(cx$loop <- outer)
  lines <- in_block(cx, {
    begin()
    do_block(cx, body, scope)
  })
  ends <- c(if (!cx$dead) list(cx$vars), cx$loop$nexts)
  for (state in ends) note_ownership(cx, head, state, id)
  check_loop_types(cx, head, ends, body)
  cx$dead <- FALSE
  before <- length(cx$block$lines)
  emit(cx, c(header, indented(lines)))
  states <- if (runs_once) cx$loop$breaks else c(list(head), ends, cx$loop$breaks)
  if (runs_once && length(states) == 0) {
    cx$dead <- TRUE
    return(invisible())
  }
  if (runs_once) declare_before(cx, head, states, before)
  labels <- rep("in the loop, which may not run", length(states))
  if (!runs_once) labels[[1]] <- "before it"
  cx$vars <- merge_states(cx, states, labels, body, "loop")
}

# At the head of a loop its variables are whatever any round leaves behind.
enter_loop <- function(cx, scope, names_assigned, body, id) {
  changed <- changed_in_place(body)
  for (name in unique(c(names_assigned, changed))) {
    found <- find_binding(cx, scope, name)
    if (is.null(found)) next
    if (found$binding$kind %in% c("term", "default") && found$scope$id == scope$id && name %in% names_assigned) {
      term <- read_variable(cx, scope, name, as.name(name))
      if (term$type == "static") next
      assign_variable(cx, scope, name, term, as.name(name))
      found <- find_binding(cx, scope, name)
    }
    binding <- found$binding
    if (binding$kind != "variable") next
    if (name %in% changed && is_container_type(binding$type) && !isTRUE(binding$owned)) {
      own_variable(cx, found$key)
      binding <- cx$vars[[found$key]]
    }
    mark <- paste(id, found$key)
    declared <- cx$previous$declared[[binding$version]]$type %||% binding$declared
    if (name %in% names_assigned) binding$type <- declared
    binding$declared <- declared
    binding["dtype"] <- list(NULL)
    binding["value"] <- list(NULL)
    binding$lower <- -Inf
    binding$owned <- isTRUE(binding$owned) && !isFALSE(cx$previous$owned[[mark]])
    cx$vars[[found$key]] <- binding
  }
}

note_ownership <- function(cx, head, state, id) {
  for (key in names(head)) {
    if (isTRUE(head[[key]]$owned) && !isTRUE(state[[key]]$owned)) cx$owned[[paste(id, key)]] <- FALSE
  }
}

# A variable that becomes something else in a loop can't be read in the next round.
check_loop_types <- function(cx, head, ends, body) {
  for (state in ends) {
    for (key in names(head)) {
      first <- head[[key]]
      then <- state[[key]]
      if (identical(first$kind, "variable") && identical(then$kind, "variable") && !identical(first$version, then$version)) {
        name <- sub("^[0-9]+ ", "", key)
        note_problem(cx, list(
          message = sprintf(
            "`%s` is %s before the loop and %s in it.", name, script_type_in_words(first$type), script_type_in_words(then$type)
          ),
          hint = if ("Tensor" %in% c(first$type, then$type)) "Begin with a tensor, such as torch_tensor(0)." else "Use another name in the loop.",
          expr = body, statement = cx$statement, silent = FALSE
        ))
      }
    }
  }
}

# TorchScript wants a value before a loop for what the loop always sets.
declare_before <- function(cx, head, states, before) {
  keys <- setdiff(Reduce(intersect, lapply(states, names)), names(head))
  lines <- character()
  for (key in keys) {
    binding <- states[[1]][[key]]
    if (binding$kind != "variable") next
    value <- placeholder_code(cx, cx$previous$declared[[binding$version]]$type %||% binding$declared)
    lines <- c(lines, if (!is.null(value)) paste(binding$name, "=", value))
  }
  cx$block$lines <- append(cx$block$lines, lines, before)
}

placeholder_code <- function(cx, type) {
  switch(script_type_kind(type),
    Tensor = "torch.zeros([0])", int = , whole = , dtype = "0", float = "0.", bool = "False", str = "\"\"",
    List = , Vector = , Dict = empty_code(cx, type),
    Optional = sprintf("torch.jit.annotate(%s, None)", script_type_text(cx$unit, type)),
    Tuple = , Record = {
      parts <- lapply(script_type_parts(type), function(part) placeholder_code(cx, part))
      if (!any(vapply(parts, is.null, NA))) tuple_code(cx, parts, type)
    }
  )
}

do_while <- function(cx, expr, scope) {
  assigned <- assigned_names(expr)
  whole <- call("{", call("if", expr[[2]], quote(NULL)), expr[[3]])
  condition <- NULL
  begin <- function() {
    condition <<- translate_condition(cx, expr[[2]], scope)
    if (is_static(condition)) {
      if (!static_value(condition)) emit(cx, "break")
      return(invisible())
    }
    cx$loop$breaks <- c(cx$loop$breaks, list(cx$vars))
    emit(cx, c(sprintf("if not (%s):", condition$code), "  break"))
    refine(cx, condition$yes)
  }
  always <- isTRUE(expr[[2]])
  if (isFALSE(expr[[2]])) {
    return(invisible())
  }
  do_loop(cx, scope, expr[[3]], "while True:", union(assigned, assigned_names(whole)), begin, runs_once = always)
}

do_for <- function(cx, expr, scope) {
  name <- as.character(expr[[2]])
  body <- expr[[4]]
  sequence <- translate_sequence(cx, expr[[3]], scope)
  assigned <- assigned_names(body)
  if (isTRUE(scope$is_package) && !is.null(sequence$known)) sequence$terms <- sequence$known
  if (!is.null(sequence$terms)) {
    return(unroll(cx, sequence$terms, name, body, scope))
  }
  counter <- new_name(cx, name)
  element <- sequence$element(counter)
  begin <- function() {
    if (name %in% assigned) {
      assign_variable(cx, scope, name, element, expr)
    } else {
      bind_term(cx, scope, name, element)
    }
  }
  before <- cx$vars[[scope_key(scope, name)]]
  do_loop(cx, scope, body, sprintf("for %s in %s:", counter, sequence$code), c(assigned, if (!is.null(before)) name), begin)
  bind(cx, scope, name, list(
    kind = "unset", message = sprintf("`%s` is not known after its loop, which may not have run.", name),
    hint = "Give its value to another variable in the loop, which has one before."
  ))
}

# Without a loop: what is gone through is known while compiling.
unroll <- function(cx, terms, name, body, scope) {
  if (has_jump(body)) {
    refuse(cx, body, "`break` and `next` can't be used in a loop over modules or lists of different things.", "Use `if`.")
  }
  for (term in terms) {
    if (cx$dead) break
    bind_term(cx, scope, name, term)
    do_block(cx, body, scope)
  }
}

do_jump <- function(cx, expr, scope) {
  kind <- as.character(expr[[1]])
  if (is.null(cx$loop)) refuse(cx, expr, sprintf("`%s` stands outside a loop.", kind))
  slot <- if (kind == "break") "breaks" else "nexts"
  cx$loop[[slot]] <- c(cx$loop[[slot]], list(cx$vars))
  emit(cx, if (kind == "break") "break" else "continue")
  cx$dead <- TRUE
}

# ---- returns

do_return <- function(cx, expr, scope) {
  if (isTRUE(scope$is_inline)) {
    refuse(cx, expr, "`return()` can't be used inside a loop of a function that is put in where it is called.", "Give the result a name and `break`.")
  }
  emit_return(cx, if (length(expr) > 1) translate(cx, expr[[2]], scope) else none_term(), expr)
}

emit_return <- function(cx, term, expr) {
  if (cx$dead) {
    return(invisible())
  }
  if (term$type == "static") refuse(cx, expr, sprintf("A program can't return %s.", describe(static_value(term))))
  joined <- join_types(cx$returns, term$type)
  if (is.null(joined)) {
    refuse(
      cx, expr, sprintf("The function returns %s here and %s elsewhere.", script_type_in_words(term$type), script_type_in_words(cx$returns)),
      "A program returns one type; list() or NULL may help."
    )
  }
  cx$returns <- joined
  final <- cx$previous$returns
  final <- if (is.null(join_types(final, joined))) joined else join_types(final, joined)
  code <- if (term$type == "?") term$code else coerced_code(cx, term, returned_type(final))
  if (is.null(code)) {
    refuse(cx, expr, sprintf("The function returns %s here, and `.returns` wants %s.", script_type_in_words(term$type), script_type_in_words(final)))
  }
  emit(cx, paste("return", code))
  cx$dead <- TRUE
}
# An R number is a double, however it was kept.
returned_type <- function(type) gsub("\\bwhole\\b", "float", type)

# A function's last expression.
do_tail <- function(cx, expr, scope) {
  head <- if (is.call(expr) && is.name(expr[[1]])) as.character(expr[[1]]) else ""
  if (cx$dead) {
    return(invisible())
  }
  if (head == "{") {
    references <- attr(expr, "srcref")
    n <- length(expr)
    for (i in seq_len(n)[-1]) {
      if (!is.null(references)) cx$statement <- references[[i]]
      if (i < n) do_statement(cx, expr[[i]], scope) else do_tail(cx, expr[[i]], scope)
    }
    if (n == 1) emit_return(cx, none_term(), expr)
    return(invisible())
  }
  tryCatch(
    switch(head,
      `if` = do_if(cx, expr, scope, function(branch) do_tail(cx, branch, scope)),
      `(` = , invisible = do_tail(cx, if (length(expr) > 1) expr[[2]], scope),
      return = do_return(cx, expr, scope),
      `for` = , `while` = , `repeat` = {
        run_statement(cx, expr, scope)
        emit_return(cx, none_term(), expr)
      },
      switch = do_tail(cx, switch_as_if(cx, expr, scope), scope),
      emit_return(cx, translate(cx, expr, scope), expr)
    ),
    script_problem = function(p) {
      note_problem(cx, p$problem)
      cx$dead <- TRUE
    }
  )
}

# The value of a block, where return() gives it too: what comes after a branch that may return goes into its branches.
block_value <- function(cx, exprs, scope) {
  for (i in seq_along(exprs)) {
    expr <- exprs[[i]]
    rest <- exprs[-seq_len(i)]
    head <- if (is.call(expr) && is.name(expr[[1]])) as.character(expr[[1]]) else ""
    if (head == "{" && (length(rest) == 0 || has_return(expr))) {
      return(block_value(cx, c(as.list(expr)[-1], rest), scope))
    }
    if (head == "return") {
      return(if (length(expr) > 1) translate(cx, expr[[2]], scope) else none_term())
    }
    if (head == "if" && (length(rest) == 0 || has_return(expr))) {
      return(do_if(cx, expr, scope, function(branch) {
        goes_on <- length(rest) > 0 && !always_returns(branch)
        block_value(cx, c(list(branch), if (goes_on) rest), scope)
      }))
    }
    if (head == "switch" && length(rest) == 0) {
      return(block_value(cx, list(switch_as_if(cx, expr, scope)), scope))
    }
    if (length(rest) == 0) {
      if (head %in% c("for", "while", "repeat")) {
        run_statement(cx, expr, scope)
        return(none_term())
      }
      return(translate(cx, expr, scope))
    }
    do_statement(cx, expr, scope)
    if (cx$dead) {
      return(none_term())
    }
  }
  none_term()
}

# ---- what code does, as far as its text tells

walk_calls <- function(expr, visit) {
  if (is.call(expr)) {
    if (!isFALSE(visit(expr))) for (part in as.list(expr)) if (!missing(part)) walk_calls(part, visit)
  }
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
      target <- call[[2]]
      while (is.call(target)) target <- target[[2]]
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
      target <- call[[2]]
      while (is.call(target)) target <- target[[2]]
      found <<- c(found, as.character(target))
    }
  })
  found
}
# Variables of which elements are set.
changed_in_place <- function(expr) {
  found <- character()
  walk_calls(expr, function(call) {
    head <- call[[1]]
    if (is.name(head) && as.character(head) %in% c("<-", "=", "<<-") && is.call(call[[2]])) {
      target <- call[[2]]
      while (is.call(target)) target <- target[[2]]
      found <<- c(found, as.character(target))
    }
  })
  unique(found)
}
has_call <- function(expr, names, into_loops = TRUE) {
  found <- FALSE
  walk_calls(expr, function(call) {
    head <- call[[1]]
    if (identical(head, quote(`function`))) {
      return(FALSE)
    }
    if (is.name(head)) {
      if (as.character(head) %in% names) found <<- TRUE
      if (!into_loops && as.character(head) %in% c("for", "while", "repeat")) {
        return(FALSE)
      }
    }
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

# switch() as the branches that it is.
switch_as_if <- function(cx, expr, scope) {
  if (length(expr) < 3) refuse(cx, expr, "`switch()` has nothing to choose from.")
  chosen <- keep_term(cx, translate(cx, expr[[2]], scope))
  cases <- as.list(expr)[-(1:2)]
  labels <- rlang::names2(cases)
  empty <- vapply(cases, function(case) identical(case, quote(expr = )), NA)
  # an empty case is the next one that is not
  for (i in rev(seq_along(cases))) if (empty[[i]] && i < length(cases)) cases[i] <- cases[i + 1]
  if (chosen$type == "str" && any(labels == "") && sum(labels == "") > 1) {
    refuse(cx, expr, "`switch()` has more than one default.")
  }
  if (is_static(chosen)) {
    value <- static_value(chosen)
    at <- if (is.character(value)) match(value, labels, nomatch = match("", labels, nomatch = 0L)) else if (value >= 1 && value <= length(cases)) trunc(value) else 0
    return(if (at > 0) cases[[at]])
  }
  if (!chosen$type %in% c("str", "int", "whole")) {
    refuse(cx, expr, sprintf("`switch()` needs a string or a whole number, not %s.", script_type_in_words(chosen$type)))
  }
  name <- sprintf(".switch%d", length(cx$vars))
  bind_term(cx, scope, name, chosen)
  is_text <- chosen$type == "str"
  default <- if (is_text && any(labels == "")) cases[[match("", labels)]]
  for (i in rev(which(if (is_text) labels != "" else rep(TRUE, length(cases))))) {
    default <- call("if", call("==", as.name(name), if (is_text) labels[[i]] else i), cases[[i]], default)
  }
  default
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
  switch = function(cx, expr, scope) do_block(cx, switch_as_if(cx, expr, scope), scope)
)

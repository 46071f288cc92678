# for: loops, or one after another where what is gone through must be known while compiling.

do_for <- function(cx, expr, scope) {
  name <- as.character(expr[[2]])
  body <- expr[[4]]
  sequence <- translate_sequence(cx, expr[[3]], scope)
  assigned <- assigned_names(body)
  if (isTRUE(scope$is_package) && !is.null(sequence$known)) sequence$terms <- sequence$known
  if (!is.null(sequence$terms)) {
    return(unroll(cx, sequence$terms, name, body, scope))
  }
  before <- cx$vars[[scope_key(scope, name)]]
  # what functions that are called make of it does not last beyond the round
  assigned <- c(assigned, unlist(lapply(called_closures(cx, scope, list(body)), function(closure) super_assigned(closure$body))))
  before_set(cx, scope, name, expr)
  loop <- rlang::obj_address(expr)
  is_kept <- loop %in% cx$previous$counters
  kept <- NULL
  is_written_out <- FALSE
  unless_needed_known(cx, sequence, function() {
    counter <- new_name(cx, name)
    element <- sequence$element(counter)
    if (is_kept) kept <<- new_kept_counter(cx, scope, name, element, expr)
    begin <- function() {
      if (is_kept) kept$note(element)
      if (name %in% assigned) {
        assign_variable(cx, scope, name, element, expr)
      } else {
        bind_term(cx, scope, name, element)
      }
      if (element$type == "Tensor" && !name %in% all.names(body) && !isTRUE(scope$is_package)) emit(cx, looking_code(cx, element))
    }
    do_loop(cx, scope, body, sprintf("for %s in %s:", counter, sequence$code), c(assigned, if (!is.null(before)) name, kept$names), begin, surely = isTRUE(sequence$surely) || length(sequence$values) > 0)
  }, function(values) {
    kept <<- NULL
    is_written_out <<- TRUE
    unroll(cx, values, name, body, scope)
  })
  # it has its last value
  if (is_written_out) {
    return(invisible())
  }
  if (is.null(kept)) {
    bind(cx, scope, name, list(
      kind = "unset", message = sprintf("`%s` is not known after its loop.", name), loop = if (!name %in% assigned) loop,
      hint = "The loop sets it as well: give its value to another variable."
    ))
  } else {
    kept$bind()
  }
}

# The last element of a loop under the name of its counter, for what comes after the loop.
new_kept_counter <- function(cx, scope, name, element, expr) {
  last <- paste0(".last_", name)
  ran <- paste0(".ran_", name)
  placeholder <- placeholder_code(cx, element$type)
  if (is.null(placeholder)) {
    refuse(cx, expr, sprintf("`%s` is not known after its loop.", name), "Give its value to another variable in the loop, which has one before.")
  }
  set <- function(variable, term) assign_variable(cx, scope, variable, term, expr)
  set(last, new_term(element$type, placeholder))
  set(ran, literal_term(FALSE))
  list(
    names = c(last, ran),
    note = function(element) {
      set(last, element)
      set(ran, literal_term(TRUE))
    },
    bind = function() {
      emit(cx, c(
        sprintf("if not %s:", read_variable(cx, scope, ran, expr)$code),
        sprintf("  raise RuntimeError(%s)", string_text(sprintf("the loop over `%s` did not run, so that it has no value after it", name)))
      ))
      set(name, read_variable(cx, scope, last, expr))
    }
  )
}

# A loop, as long as nothing in it must be known while compiling, such as which module of a list is meant. Otherwise,
# where it goes through known values, everything is as before and they are gone through one by one.
unless_needed_known <- function(cx, sequence, loop, one_by_one) {
  if (is.null(sequence$values)) {
    return(loop())
  }
  before <- as.list(cx, all.names = TRUE)
  lines <- cx$block$lines
  jumps <- if (!is.null(cx$loop)) as.list(cx$loop)
  problems <- cx$unit$problems
  needs_known <- function(problem) isTRUE(problem$needs_known)
  cx$may_know <- TRUE
  on.exit(cx$may_know <- before$may_know)
  result <- tryCatch(loop(), script_problem = identity)
  noted <- if (length(problems) > 0) cx$unit$problems[-seq_along(problems)] else cx$unit$problems
  if (inherits(result, "script_problem")) noted <- c(noted, list(result$problem))
  # a problem may follow from another
  if (!any(vapply(noted, needs_known, NA))) {
    return(if (inherits(result, "script_problem")) stop(result) else result)
  }
  list2env(before, cx)
  cx$block$lines <- lines
  if (!is.null(jumps)) list2env(jumps, cx$loop)
  cx$unit$problems <- problems
  one_by_one(sequence$values)
}

# Without a loop: what is gone through is known while compiling.
unroll <- function(cx, terms, name, body, scope) {
  left <- NULL
  if (has_jump(body)) {
    # what is left is not gone on with
    left <- if (has_call(body, "break", into_loops = FALSE)) as.name(paste("left", name, rlang::obj_address(body)))
    rounds <- without_next(list(if (is.null(left)) body else without_break(body, left)))
    if (is.null(rounds)) refuse(cx, body, "In a loop over modules or lists of different things `break` and `next` stand in branches alone, in few that do not end with them.", "Use `if`.")
    if (!is.null(left)) assign_variable(cx, scope, as.character(left), literal_term(FALSE), body)
    body <- as_block(rounds)
  }
  key <- scope_key(scope, name)
  # what an outer loop has as a variable stays one
  is_variable <- name %in% assigned_names(body) || identical(cx$loop$head[[key]]$kind, "variable") || !is.null(left)
  if (length(terms) == 0) {
    before_set(cx, scope, name, as.name(name))
    bind(cx, scope, name, list(kind = "unset", message = sprintf("`%s` is NULL after a loop over nothing.", name), hint = "Use another name there."))
  }
  begin <- function(i) {
    # a function made in one round may be called in the next
    if (i == 1 || calls_function_of_before(cx, scope, body)) before_set(cx, scope, name, as.name(name))
    if (is_variable && !terms[[i]]$type %in% c("static", "?")) {
      assign_variable(cx, scope, name, terms[[i]], as.name(name))
    } else {
      if (terms[[i]]$type == "static") refuse_change_in_loop(cx, scope, name, as.name(name))
      bind_term(cx, scope, name, terms[[i]])
    }
  }
  for (i in seq_along(terms)) {
    if (cx$dead) break
    if (is.null(left)) {
      begin(i)
      do_block(cx, body, scope)
    } else {
      # the variable stays what it was in the round that was left
      goes_on <- translate_condition(cx, call("!", left), scope)
      if (is_static_value(goes_on, FALSE)) break
      round <- function() {
        begin(i)
        do_block(cx, body, scope)
        NULL
      }
      if (is_static(goes_on)) round() else with_names_around(cx, scope, body, do_branches(cx, goes_on, round, function() NULL, c("where the loop goes on", "where it was left"), body))
    }
  }
}
# Whether code first looks at a function that it sets afterwards.
calls_function_of_before <- function(cx, scope, body) {
  any(vapply(made_here(body), function(name) {
    term <- find_binding(cx, scope, name)$binding$term
    !is.null(term) && is_static(term) && (is_callable(static_value(term)) || is.list(static_value(term))) && reads_first(list(body), name)
  }, NA))
}

# Statements without `next`: what comes after `if (...) next` becomes its other branch, and where neither always leaves both
# have it, for as many `copies`. NULL where that can't be told.
without_next <- function(exprs, copies = 4) {
  for (i in seq_along(exprs)) {
    expr <- exprs[[i]]
    rest <- exprs[-seq_len(i)]
    before <- exprs[seq_len(i - 1)]
    if (!has_jump(expr)) next
    if (identical(expr, quote(next))) {
      return(before)
    }
    head <- if (is.name(expr[[1]])) as.character(expr[[1]]) else ""
    if (head == "{") {
      inner <- without_next(c(as.list(expr)[-1], rest), copies)
      return(if (!is.null(inner)) c(before, inner))
    }
    origin <- expr
    # `test && break`
    if (head %in% c("&&", "||")) expr <- call("if", if (head == "&&") expr[[2]] else call("!", expr[[2]]), expr[[3]])
    if (!identical(expr[[1]], quote(`if`)) || has_jump(expr[[2]])) {
      return(NULL)
    }
    branches <- list(list(expr[[3]]), if (length(expr) > 3) list(expr[[4]]))
    leaves <- vapply(branches, always_skips, NA)
    if (!any(leaves) && length(rest) > 0) copies <- copies - 1
    if (copies < 0) {
      return(NULL)
    }
    branches[!leaves] <- lapply(branches[!leaves], c, rest)
    branches <- lapply(branches, without_next, copies)
    if (any(vapply(branches, is.null, NA))) {
      return(NULL)
    }
    chosen <- as.call(c(quote(`if`), expr[[2]], lapply(branches, as_block)))
    attr(chosen, "script_origin") <- origin
    return(c(before, list(chosen)))
  }
  exprs
}
without_break <- function(expr, left) {
  if (identical(expr, quote(break))) {
    return(call("{", call("<-", left, TRUE), quote(next)))
  }
  if (!is.call(expr) || is.name(expr[[1]]) && as.character(expr[[1]]) %in% c("for", "while", "repeat", "function")) {
    return(expr)
  }
  for (i in seq_along(expr)) if (is.call(expr[[i]])) expr[[i]] <- without_break(expr[[i]], left)
  expr
}
always_skips <- function(exprs) {
  last <- if (length(exprs) > 0) exprs[[length(exprs)]]
  if (is.call(last) && identical(last[[1]], quote(`{`))) always_skips(as.list(last)[-1]) else identical(last, quote(next))
}
as_block <- function(exprs) as.call(c(quote(`{`), exprs))

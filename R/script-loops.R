# Loops: what is known at their head, in their body and after them.

# `runs_once`: only `break` ends it. `surely`: there is a first round.
do_loop <- function(cx, scope, body, header, names_assigned, begin = function() NULL, runs_once = FALSE, condition = NULL, surely = FALSE) {
  id <- loop_id(body)
  # each round goes on with what the last one has made of it
  local <- locally_assigned(body)
  for (name in intersect(local, super_assigned(body))) {
    refuse(cx, body, sprintf("`%s` is set by `<-` and by `<<-` in one loop.", name), "Use another name for one of them.")
  }
  for (name in local) make_local_before(cx, scope, name, body)
  closures <- called_closures(cx, scope, list(body, condition))
  keep_captured(cx, scope, condition, body, closures)
  enter_loop(cx, scope, names_assigned, body, id, closures)
  head <- cx$vars
  outer <- cx$loop
  cx$loop <- new.env(parent = emptyenv())
  cx$loop$head <- head
  # of which function it is
  cx$loop$scope <- scope$id
  cx$loop$assigned <- unique(c(outer$assigned, names_assigned))
  note_writes(cx, scope, outer, c(list(body, condition), lapply(closures, function(closure) closure$body)))
  cx$loop$breaks <- list()
  # where the condition ends it
  cx$loop$ended <- list()
  cx$loop$nexts <- list()
  on.exit(cx$loop <- outer)
  # what only a loop sets that may not run is kept if it is asked for, with whether it did run; not within others, where it
  # may be there from a round before
  may_keep <- is.null(outer) && identical(cx$block, cx$whole)
  ran <- if (may_keep && paste("set in", id) %in% cx$previous$counters) new_name(cx, "ran")
  if (!is.null(ran)) emit(cx, paste(ran, "= False"))
  names_before <- cx$names
  lines <- in_block(cx, {
    begin()
    if (!is.null(ran)) emit(cx, paste(ran, "= True"))
    do_block(cx, body, scope)
    run_unread(cx, setdiff(names(cx$vars), names(head)))
  })
  ends <- c(if (!cx$dead) list(cx$vars), cx$loop$nexts)
  for (state in ends) note_ownership(cx, head, state, id)
  check_loop_types(cx, head, ends, body, condition, unlist(lapply(closures, function(closure) all.names(closure$body))))
  cx$dead <- FALSE
  before <- length(cx$block$lines)
  emit_loop(cx, header, lines)
  # what only the loop sets is kept if it is asked for: the pass before knows
  is_kept <- surely && id %in% cx$previous$counters
  has_run <- runs_once || is_kept
  states <- c(if (!has_run) list(head), if (!runs_once) ends, cx$loop$ended, cx$loop$breaks)
  if (has_run && length(states) == 0) {
    # TorchScript does not see that the loop ends by return() alone
    emit(cx, "raise RuntimeError(\"unreachable\")")
    cx$dead <- TRUE
    return(invisible())
  }
  if (has_run) declare_before(cx, head, states, before, setdiff(cx$names, names_before))
  left <- if (!has_run && !surely && may_keep) c(ends, cx$loop$breaks)
  if (!is.null(ran) && length(left) > 0) declare_before(cx, head, left, before)
  labels <- rep("in the loop, which may not run", length(states))
  if (!has_run) labels[[1]] <- "before it"
  cx$vars <- merge_states(cx, states, labels, body, "loop")
  if (surely && !is_kept) {
    for (key in setdiff(names(cx$vars), names(head))) if (identical(cx$vars[[key]]$kind, "unset")) cx$vars[[key]]$loop <- id
  }
  if (length(left) > 0) keep_set_in_loop(cx, head, merge_states(cx, left, rep("in the loop", length(left)), body, "loop"), ran, id)
}

# `set`: the state after a round. `ran`: the variable that says whether there was one; NULL in the pass before.
keep_set_in_loop <- function(cx, head, set, ran, id) {
  for (key in setdiff(names(set), names(head))) {
    binding <- set[[key]]
    if (!identical(binding$kind, "variable") || !identical(cx$vars[[key]]$kind, "unset")) next
    if (is.null(ran)) {
      cx$vars[[key]]$loop <- paste("set in", id)
    } else {
      binding$ran <- ran
      cx$vars[[key]] <- binding
    }
  }
}

# The interpreter of libtorch, and so PyTorch's, runs a loop with one result in the middle of what uses that result next:
# values that the loop needs may be gone by then. So something stands in between that the optimiser leaves alone.
emit_loop <- function(cx, header, lines) emit(cx, c(header, indented(lines), "torch.is_grad_enabled()"))
list_copy_code <- function(code, type) sprintf(if (startsWith(type, "Dict")) "%s.copy()" else "list(%s)", code)

# The names of lists that the code in a loop changes, and whether it may change tensors in place.
note_writes <- function(cx, scope, outer, exprs) {
  changed <- unique(unlist(lapply(exprs, changed_in_place)))
  is_list <- vapply(changed, function(name) {
    type <- find_binding(cx, scope, name)$binding$type
    !is.null(type) && (is_container_type(type) || script_type_kind(type) %in% c("Slots", "Record", "Tuple"))
  }, NA)
  cx$loop$changed <- unique(c(outer$changed, changed))
  cx$loop$writes <- isTRUE(outer$writes) || !all(is_list) || any(grepl("[^_.]_$", unlist(lapply(exprs, all.names))))
}

# At the head of a loop its variables are whatever any round leaves behind.
enter_loop <- function(cx, scope, names_assigned, body, id, closures = list()) {
  for (key in names(cx$vars)) {
    # some round leaves NULL behind
    if (isTRUE(cx$vars[[key]]$there) && isFALSE(cx$previous$owned[[paste(id, key)]])) set_field_known(cx, key, FALSE)
  }
  enter_loop_with(cx, scope, names_assigned, changed_in_place(body), id)
  # functions that are called change what is around them
  for (closure in closures) {
    names <- super_assigned(closure$body)
    enter_loop_with(cx, closure$scope, names, intersect(names, changed_in_place(closure$body)), id)
  }
}

# The functions made here that code may call, and those that they call.
called_closures <- function(cx, scope, exprs, found = list()) {
  for (name in names_that_may_be_called(exprs)) {
    if (name == "..." || grepl("^[.][.][0-9]+$", name)) {
      for (term in find_binding(cx, scope, "...")$binding$terms) if (is_static(term)) found <- closures_in(cx, static_value(term), found)
      next
    }
    at <- find_binding(cx, scope, name)
    binding <- at$binding
    if (identical(binding$kind, "term") && is_static(binding$term)) found <- closures_in(cx, static_value(binding$term), found)
    # a default that is not computed yet
    if (identical(binding$kind, "default") && is.language(binding$expr) && !any(vapply(found, function(closure) identical(closure$body, binding$expr), NA))) {
      found <- called_closures(cx, at$scope, list(binding$expr), c(found, list(structure(list(body = binding$expr, scope = at$scope), class = "script_closure"))))
    }
  }
  found
}
# do.call("f", ...) calls by a string.
names_that_may_be_called <- function(exprs) {
  found <- unlist(lapply(exprs, all.names))
  for (expr in exprs) {
    walk_calls(expr, function(call) {
      parts <- as.list(call)
      found <<- c(found, unlist(parts[vapply(parts, is.character, NA)]))
    })
  }
  unique(found)
}
closures_in <- function(cx, value, found) {
  if (inherits(value, "script_closure")) {
    key <- function(closure) list(closure$own %||% closure$body, closure$scope$id)
    if (any(vapply(found, function(closure) identical(key(closure), key(value)), NA))) {
      return(found)
    }
    # defaults are code that it may run
    code <- as.call(c(list(quote(`{`), value$body), unname(Filter(is.language, value$formals))))
    found <- c(found, list(structure(list(body = code, scope = value$scope, own = value$body), class = "script_closure")))
    return(called_closures(cx, value$scope, list(code), found))
  }
  if (is.list(value) && !is.object(value)) for (part in value) found <- closures_in(cx, part, found)
  found
}

enter_loop_with <- function(cx, scope, names_assigned, changed, id) {
  for (name in unique(c(names_assigned, changed))) {
    found <- find_binding(cx, scope, name)
    if (is.null(found)) next
    if (found$binding$kind %in% c("term", "default") && name %in% names_assigned) {
      term <- read_variable(cx, found$scope, name, as.name(name))
      if (term$type %in% c("static", "?")) next
      assign_variable(cx, found$scope, name, term, as.name(name))
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
    # what is not NULL before the loop, and not at the end of a round
    stays <- is_optional_type(declared) && !is_optional_type(binding$type) && binding$type != "None" && is.null(cx$previous$owned[[paste("null", mark)]])
    if (name %in% names_assigned) binding$type <- if (stays) required_type(declared) else declared
    binding$declared <- declared
    binding["dtype"] <- list(kind_beside_type(join_number_kinds(cx$previous$declared[[binding$version]]$kinds), binding$type))
    has_kind <- !is.null(binding$item) && is.null(cx$previous$owned[[paste("kind", mark)]])
    binding[c("value", "item", "filled", "choices")] <- list(NULL)
    binding$item <- if (has_kind) kind_variable(cx, binding$version, binding$type)
    binding["parts"] <- list(NULL)
    binding$lower <- -Inf
    binding$owned <- isTRUE(binding$owned) && !isFALSE(cx$previous$owned[[mark]])
    cx$vars[[found$key]] <- binding
  }
}

# The same in all passes.
loop_id <- function(body) paste("loop", paste(deparse(body, width.cutoff = 500L, nlines = 3L), collapse = " "))

note_ownership <- function(cx, head, state, id) {
  for (key in names(head)) {
    if (isTRUE(head[[key]]$owned) && !isTRUE(state[[key]]$owned)) cx$owned[[paste(id, key)]] <- FALSE
    if (!is.null(head[[key]]$item) && is.null(state[[key]]$item)) cx$owned[[paste("kind", id, key)]] <- TRUE
    type <- state[[key]]$type
    if (!is.null(type) && (type == "None" || is_optional_type(type)) && identical(head[[key]]$kind, "variable")) cx$owned[[paste("null", id, key)]] <- TRUE
    if (isTRUE(head[[key]]$there) && !isTRUE(state[[key]]$there)) cx$owned[[paste(id, key)]] <- FALSE
  }
}

# A variable that becomes something else in a loop can't be read in the next round. `of_closures`: the names in functions that
# it calls.
check_loop_types <- function(cx, head, ends, body, condition, of_closures) {
  tell <- function(message, hint) note_problem(cx, new_problem(message, hint, body, cx$statement))
  for (state in ends) {
    for (key in names(head)) {
      first <- head[[key]]
      then <- state[[key]]
      name <- sub("^[0-9]+ ", "", key)
      is_read <- function() name %in% of_closures || reads_first(list(condition, body), name)
      if (first$kind %in% c("variable", "term") && identical(then$kind, "unset") && is_read()) {
        if (!is.null(then$loop) && !then$loop %in% cx$counters) {
          # the counter of a loop within: the next pass keeps it
          cx$counters <- c(cx$counters, then$loop)
          cx$unsettled <- TRUE
        } else if (is.null(then$loop) && !isTRUE(then$silent)) {
          tell(paste(then$message, "The next round of the loop uses it."), then$hint)
        }
      }
      if (identical(first$kind, "term") && first$term$type == "static" && identical(then$kind, "variable") && is_read()) {
        tell(sprintf("`%s` is %s before the loop and %s in it.", name, describe(static_value(first$term)), script_type_in_words(then$type)), "Use another name in the loop.")
      }
      if (identical(first$kind, "variable") && identical(then$kind, "variable") && !identical(first$version, then$version)) {
        if (note_vectors(cx, list(first, then))) next
        words <- script_types_in_words(c(first$type, then$type))
        hint <- if (setequal(c(first$type, then$type), c("Tensor", "List[Tensor]"))) {
          sprintf("Begin with a list: %s <- list(...).", name)
        } else if ("Tensor" %in% c(first$type, then$type)) {
          "Begin with a tensor, such as torch_tensor(0)."
        } else {
          hint_of_names(c(first$type, then$type), "Use another name in the loop.")
        }
        tell(sprintf("`%s` is %s before the loop and %s in it.", name, words[[1]], words[[2]]), hint)
        cx$told <- union(cx$told, key)
      }
    }
  }
}

# libtorch does not see that a loop's next round writes to what this one leaves behind, and may take a new list or tensor for
# a constant. So it is written to at once, with nothing.
mark_written <- function(cx, name, code, type) {
  if (is.null(cx$loop)) {
    return(invisible())
  }
  if (type %in% "Tensor" && cx$loop$writes) {
    emit(cx, sprintf("%1$s.requires_grad_(%1$s.requires_grad)", code))
  } else if (script_type_kind(type) %in% c("List", "Vector") && name %in% cx$loop$changed) {
    emit(cx, sprintf("%s.extend(%s)", code, empty_code(cx, type)))
  }
}

# What is known of a number's size in one round of a loop may not hold in the next.
loop_bound <- function(cx, term) if (is.null(cx$loop)) term$lower else -Inf

refuse_change_in_loop <- function(cx, scope, name, expr) {
  known <- if (!is.null(cx$loop)) cx$loop$head[[scope_key(scope, name)]]
  if (!is.null(known) && known$kind %in% c("variable", "term")) {
    refuse(cx, expr, sprintf("`%s` is set anew in a loop, and what it is must be known before the program runs.", name), "Give it another name.")
  }
}

# TorchScript wants a value before a loop for what the loop always sets.
declare_before <- function(cx, head, states, before, made = character()) {
  cx$block$lines <- append(cx$block$lines, placeholders(cx, head, states, made), before)
}

# Values for the variables that all of these states have and `head` has not, and for the arguments that functions made there
# were given, by the names that were `made` there.
placeholders <- function(cx, head, states, made = character()) {
  keys <- setdiff(Reduce(intersect, lapply(states, names)), names(head))
  unlist(lapply(keys, function(key) {
    binding <- states[[1]][[key]]
    if (binding$kind == "term" && isTRUE(binding$term$code %in% made)) {
      value <- placeholder_code(cx, binding$term$type)
      return(if (!is.null(value)) paste(binding$term$code, "=", value))
    }
    value <- if (binding$kind == "variable") placeholder_code(cx, cx$previous$declared[[binding$version]]$type %||% binding$declared)
    if (!is.null(value)) c(paste(binding$name, "=", value), if (!is.null(binding$item)) paste(binding$item, "= 7"))
  }))
}

placeholder_code <- function(cx, type) {
  switch(script_type_kind(type),
    Tensor = "torch.zeros([0])", int = , whole = , dtype = , end = "0", float = , number = "0.", bool = "False", str = "\"\"",
    List = , Vector = , Dict = , Slots = empty_code(cx, type),
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
    cx$loop$ended <- list(cx$vars)
    emit(cx, c(sprintf("if not (%s):", condition$code), "  break"))
    refine(cx, condition$yes)
  }
  always <- isTRUE(expr[[2]])
  if (isFALSE(expr[[2]])) {
    return(invisible())
  }
  do_loop(cx, scope, expr[[3]], "while True:", union(assigned, assigned_names(whole)), begin, runs_once = always, condition = expr[[2]])
}

do_jump <- function(cx, expr, scope) {
  kind <- as.character(expr[[1]])
  if (!identical(cx$loop$scope, scope$id)) refuse(cx, expr, sprintf("`%s` stands outside a loop.", kind), if (!is.null(cx$loop)) "A function can't leave the loop that calls it: let it return what says so.")
  slot <- if (kind == "break") "breaks" else "nexts"
  cx$loop[[slot]] <- c(cx$loop[[slot]], list(cx$vars))
  run_unread(cx, setdiff(names(cx$vars), names(cx$loop$head)))
  emit(cx, if (kind == "break") "break" else "continue")
  cx$dead <- TRUE
}

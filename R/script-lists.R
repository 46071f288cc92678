# Lists, vectors and dictionaries: made, gone through, joined.

# list(...): with names a record; otherwise a list if its elements are of one type, and a tuple if not.
make_list <- function(cx, given, expr, scope) {
  if (length(given) == 0) {
    return(new_term("Empty", "[]", fresh = TRUE))
  }
  for (term in given) if (!is.null(term$place) && is_container_type(term$type)) disown(cx, term$place)
  labels <- rlang::names2(given)
  if (all(vapply(given, function(term) term$type == "static", NA))) {
    return(static_term(stats::setNames(lapply(given, static_value), if (any(labels != "")) labels)))
  }
  if (any(vapply(given, function(term) term$type == "static", NA))) refuse(cx, expr, "A list of a program can't hold what only R has.")
  types <- vapply(given, function(term) term$type, "")
  codes <- vapply(given, function(term) term$code, "")
  if (any(labels != "")) {
    if (any(labels == "") || anyDuplicated(labels)) refuse(cx, expr, "Either all elements of a list have names, each its own, or none.")
    type <- record_type(labels, types)
    if (!all(vapply(types, is_known_type, NA))) {
      return(new_term("?", "None", simple = TRUE))
    }
    return(new_term(type, tuple_code(cx, codes, type), parts = unname(given)))
  }
  if (length(unique(types)) == 1 || all(types %in% c("Tensor", "None", "Optional[Tensor]"))) {
    joined <- Reduce(join_types, types)
    codes <- vapply(given, function(term) coerced_code(cx, term, joined), "")
    type <- list_type_of(joined)
    text <- sprintf("torch.jit.annotate(%s, [%s])", script_type_text(cx$unit, type), paste(codes, collapse = ", "))
    return(new_term(type, text, fresh = TRUE, parts = unname(given)))
  }
  new_term(tuple_type(types), tuple_code(cx, codes, "Tuple"), parts = unname(given))
}

# c(...): a vector of numbers or strings; lists joined; of tensors a list, as in torch for R.
combine <- function(cx, given, expr, scope) {
  given <- Filter(function(term) term$type != "None", given)
  if (length(given) == 0) {
    return(if (length(expr) > 1) none_term() else new_term("Empty", "[]", fresh = TRUE))
  }
  if (any(vapply(given, function(term) term$type == "?", NA))) {
    return(unknown_term())
  }
  if (all(vapply(given, is_static, NA))) {
    value <- do.call(c, lapply(given, static_value))
    return(literal_term(value) %||% static_term(value))
  }
  if (any(rlang::names2(given) != "")) refuse(cx, expr, "`c()` with names is not translated.", "list() has names.")
  types <- vapply(given, function(term) term$type, "")
  scalars <- types %in% c("int", "whole", "float", "bool", "str")
  elements <- ifelse(scalars | types == "Tensor", types, vapply(given, function(term) {
    inner <- required_type(term$type)
    if (is_list_type(inner)) element_type(inner) else if (inner == "Empty") "?" else ""
  }, ""))
  if (any(elements == "")) refuse(cx, expr, sprintf("`c()` can't join %s.", script_type_in_words(types[elements == ""][[1]])))
  joined <- Reduce(function(a, b) if (!is.null(a)) join_types(a, b), elements)
  if (is.null(joined)) refuse(cx, expr, sprintf("`c()` can't join %s.", paste(unique(vapply(elements, script_type_in_words, "")), collapse = " and ")))
  if (!is_known_type(joined)) {
    return(new_term("Empty", "[]", fresh = TRUE))
  }
  is_vector <- all(scalars | startsWith(types, "Vector") | startsWith(types, "Optional[Vector") | types == "Empty") && joined != "Tensor"
  type <- sprintf("%s[%s]", if (is_vector) "Vector" else "List", joined)
  text <- script_type_text(cx$unit, type)
  pieces <- list()
  run <- character()
  flush <- function() {
    if (length(run) > 0) pieces[[length(pieces) + 1]] <<- sprintf("torch.jit.annotate(%s, [%s])", text, paste(run, collapse = ", "))
    run <<- character()
  }
  for (i in seq_along(given)) {
    term <- given[[i]]
    if (scalars[[i]] || types[[i]] == "Tensor") {
      run <- c(run, coerced_code(cx, term, joined))
      next
    }
    flush()
    if (is_optional_type(term$type)) {
      term <- keep_term(cx, term)
      there <- term_of_required(cx, term)
      pieces[[length(pieces) + 1]] <- sprintf("(%s if %s is None else %s)", empty_code(cx, type), term$code, coerced_code(cx, there, type))
    } else {
      pieces[[length(pieces) + 1]] <- coerced_code(cx, term, type)
    }
  }
  flush()
  code <- paste(unlist(pieces), collapse = " + ")
  parts <- if (all(scalars | types == "Tensor")) unname(given)
  # one list alone is the same list
  fresh <- length(pieces) > 1 || !is.null(parts)
  new_term(type, if (length(pieces) > 1) sprintf("(%s)", code) else code, fresh = fresh, parts = parts)
}

append_to <- function(cx, given, expr, scope) {
  matched <- match_given(cx, alist(x = , values = , after = ), given, expr)$matched
  if (!is.null(matched$after)) refuse(cx, expr, "`after` of append() is not translated.", "c(x[1:i], values, x[-(1:i)]).")
  combine(cx, matched[c("x", "values")], call("c", expr), scope)
}

length_of <- function(cx, given, expr, scope) {
  term <- given[[1]]
  if (is_static(term) && term$type == "static") {
    value <- static_value(term)
    return(literal_term(if (inherits(value, "script_self")) length(registered(value$self, "child")) else length(value)))
  }
  if (term$type == "Empty") term <- new_term("List[Tensor]", empty_code(cx, "List[Tensor]"))
  switch(script_type_kind(term$type),
    Tensor = new_term("int", sprintf("torch.numel(%s)", term$code), lower = 0),
    List = , Vector = , Dict = {
      code <- sprintf("len(%s)", term$code)
      new_term("int", code, linear = list(base = code, offset = 0), lower = 0)
    },
    Tuple = , Record = literal_term(length(script_type_parts(term$type))),
    int = , whole = , float = , bool = , str = literal_term(1L),
    None = literal_term(0L),
    `?` = unknown_term(),
    refuse(cx, expr, sprintf("`length()` does not apply to %s.", script_type_in_words(term$type)))
  )
}

shape_of <- function(cx, given, expr, scope) {
  if (given[[1]]$type != "Tensor") refuse(cx, expr, sprintf("`dim()` applies to tensors, not to %s.", script_type_in_words(given[[1]]$type)))
  new_term("Vector[int]", sprintf("torch.size(%s)", given[[1]]$code), fresh = TRUE)
}

extent_of <- function(position) {
  function(cx, given, expr, scope) {
    if (given[[1]]$type == "?") {
      return(unknown_term())
    }
    new_term("int", sprintf("torch.size(%s, %d)", need_code(cx, given[[1]], "Tensor", expr), position - 1), lower = 0)
  }
}

names_of <- function(cx, given, expr, scope) {
  term <- given[[1]]
  switch(script_type_kind(term$type),
    Dict = new_term("Vector[str]", sprintf("%s.keys()", term$code), fresh = TRUE),
    Record = literal_term(names(script_type_parts(term$type))),
    static = static_term(names(static_value(term))),
    None = , Empty = none_term(),
    refuse(cx, expr, sprintf("`names()` does not apply to %s.", script_type_in_words(term$type)))
  )
}

reversed <- function(cx, given, expr, scope) {
  term <- given[[1]]
  if (!is_list_type(term$type)) refuse(cx, expr, sprintf("`rev()` does not apply to %s.", script_type_in_words(term$type)))
  held <- keep_term(cx, term)
  item <- new_name(cx, "i")
  new_term(term$type, sprintf("[%s[len(%s) - 1 - %s] for %s in range(len(%s))]", held$code, held$code, item, item, held$code), fresh = TRUE)
}

is_in <- function(cx, given, expr, scope) {
  held <- given[[2]]
  if (startsWith(held$type, "Dict")) refuse(cx, expr, "`%in%` looks among values.", "names(x) gives the names.")
  if (!is_list_type(held$type)) refuse(cx, expr, sprintf("`%%in%%` needs a vector, not %s.", script_type_in_words(held$type)))
  type <- join_types(given[[1]]$type, element_type(held$type))
  if (is.null(type) || !type %in% c("int", "whole", "float", "str", "bool")) refuse(cx, expr, "`%in%` compares numbers with numbers, and strings with strings.")
  new_term("bool", sprintf("(%s in %s)", coerced_code(cx, given[[1]], type), coerced_code(cx, held, sprintf("Vector[%s]", type))))
}

# ---- going through

# What a loop goes through: list(code, element = function(counter) term), or list(terms) when it is known now.
translate_sequence <- function(cx, expr, scope) {
  head <- if (is.call(expr) && is.name(expr[[1]])) as.character(expr[[1]]) else ""
  if (head == "(") {
    return(translate_sequence(cx, expr[[2]], scope))
  }
  ranges <- list(seq_len = range_to, seq_along = range_along, `:` = range_between, seq = range_by, seq.int = range_by)
  if (head %in% names(ranges) && is_base_function(cx, scope, head)) {
    found <- ranges[[head]](cx, expr, scope)
    if (!is.null(found)) {
      return(found)
    }
  }
  sequence_of_term(cx, translate(cx, expr, scope), expr)
}

sequence_of_term <- function(cx, term, expr) {
  if (term$type == "static") {
    return(list(terms = static_elements(cx, term, expr)))
  }
  kind <- script_type_kind(term$type)
  if (kind %in% c("Tuple", "Record")) {
    return(list(terms = term_parts(cx, term)))
  }
  if (kind == "?") {
    return(list(code = "[0]", element = function(counter) unknown_term()))
  }
  if (kind == "None") {
    return(list(terms = list()))
  }
  type <- switch(kind, Tensor = "Tensor", List = , Vector = element_type(term$type), int = , whole = , float = , str = , bool = term$type)
  if (is.null(type)) {
    refuse(cx, expr, sprintf("A loop can't go through %s.", script_type_in_words(term$type)), if (kind == "Dict") "names(x) gives its names.")
  }
  if (kind %in% c("List", "Vector") && !is.null(term$place)) {
    disown(cx, term$place)
    # the loop goes through what the list was when it began
    if (!is.null(term$place)) {
      held <- new_name(cx, "t")
      emit(cx, paste(held, "=", term$code))
      term$code <- held
    }
  }
  code <- switch(kind, Tensor = sprintf("torch.unbind(%s, 0)", term$code), List = , Vector = term$code, sprintf("[%s]", term$code))
  known <- if (is_static(term)) lapply(static_value(term), literal_term)
  list(code = code, known = known, element = function(counter) {
    new_term(type, counter, simple = TRUE, dtype = term$dtype, linear = if (is_whole_type(type)) list(base = counter, offset = 0))
  })
}

static_elements <- function(cx, term, expr) {
  value <- static_value(term)
  if (inherits(value, "script_self")) {
    children <- registered(value$self, "child")
    return(unname(Map(function(name, child) child_term(cx, value, name, child), names(children), children)))
  }
  if (!is.list(value) && !is.vector(value)) refuse(cx, expr, sprintf("A loop can't go through %s.", describe(value)))
  lapply(unname(as.list(value)), function(element) capture_value(cx, element, "element"))
}

counted <- function(first, lower) {
  function(counter) linear_term(counter, first, "int", lower)
}

range_to <- function(cx, expr, scope) {
  n <- translate(cx, expr[[2]], scope)
  code <- need_code(cx, n, "int", expr, "The length")
  if (is_static(n) && static_value(n) < 0) refuse(cx, expr, "A length can't be negative.")
  if (n$lower < 0 && !is_static(n)) code <- sprintf("%s(%s)", helper(cx, "count"), code)
  list(code = sprintf("range(%s)", code), element = counted(1, 1))
}
range_along <- function(cx, expr, scope) {
  term <- translate(cx, expr[[2]], scope)
  n <- length_of(cx, list(term), expr, scope)
  if (term$type == "static") {
    return(list(terms = lapply(seq_len(static_value(n)), literal_term)))
  }
  if (term$type == "?") {
    return(list(code = "range(1)", element = counted(1, 1)))
  }
  list(code = sprintf("range(%s)", n$code), element = counted(1, 1))
}
range_between <- function(cx, expr, scope) {
  ends <- translate_in_order(cx, list(function() translate(cx, expr[[2]], scope), function() translate(cx, expr[[3]], scope)))
  if (any(vapply(ends, function(term) term$type == "?", NA))) {
    return(list(code = "range(1)", element = counted(1, 1)))
  }
  codes <- vapply(ends, function(term) need_code(cx, term, "int", expr, "An end of a range"), "")
  a <- ends[[1]]
  b <- ends[[2]]
  if (is_static(a) && is_static(b)) {
    from <- as.integer(static_value(a))
    to <- as.integer(static_value(b))
    if (from <= to) {
      return(list(code = sprintf("range(%d)", to - from + 1L), element = counted(from, from)))
    }
    return(list(code = sprintf("range(%d, %d, -1)", from, to - 1L), element = counted(0, to)))
  }
  if (is_static(a) && b$lower >= static_value(a)) {
    return(list(code = sprintf("range(%s, %s + 1)", codes[[1]], codes[[2]]), element = counted(0, static_value(a))))
  }
  # R counts down where the second end is less
  first <- new_name(cx, "t")
  last <- new_name(cx, "t")
  step <- new_name(cx, "t")
  emit(cx, c(sprintf("%s = %s", first, codes[[1]]), sprintf("%s = %s", last, codes[[2]]), sprintf("%s = 1 if %s >= %s else -1", step, last, first)))
  list(code = sprintf("range(%s, %s + %s, %s)", first, last, step, step), element = counted(0, min(a$lower, b$lower)))
}
range_by <- function(cx, expr, scope) {
  given <- match_given(cx, alist(from = , to = , by = , length.out = , along.with = ), given_arguments(cx, expr, scope), expr)$matched
  if (!is.null(given$along.with)) refuse(cx, expr, "`along.with` is not translated.", "seq_along() is.")
  if (!is.null(given$length.out) || is.null(given$to)) refuse(cx, expr, "`seq()` needs `from`, `to` and a whole `by`.", "seq_len() counts.")
  if (any(vapply(given, function(term) term$type == "?", NA))) {
    return(list(code = "range(1)", element = counted(1, 1)))
  }
  if (is.null(given$by)) {
    return(range_between(cx, call(":", given$from, given$to), scope))
  }
  if (!is_static(given$by) || !is_whole_double(as.double(static_value(given$by))) || static_value(given$by) == 0) {
    refuse(cx, expr, "`by` must be a whole number that is written out.")
  }
  by <- as.integer(static_value(given$by))
  codes <- vapply(given[c("from", "to")], function(term) need_code(cx, term, "int", expr, "An end of a range"), "")
  if (is_static(given$from) && is_static(given$to)) {
    if ((static_value(given$to) - static_value(given$from)) * by < 0) refuse(cx, expr, "wrong sign in 'by' argument")
  } else {
    first <- new_name(cx, "t")
    last <- new_name(cx, "t")
    emit(cx, c(
      sprintf("%s = %s", first, codes[[1]]), sprintf("%s = %s", last, codes[[2]]),
      sprintf("if (%s - %s) * %s < 0:", last, first, int_text(by)), "  raise ValueError(\"wrong sign in 'by' argument\")"
    ))
    codes <- c(first, last)
  }
  lower <- if (by > 0) given$from$lower else given$to$lower
  list(code = sprintf("range(%s, %s %s 1, %s)", codes[[1]], codes[[2]], if (by > 0) "+" else "-", int_text(by)), element = counted(0, lower))
}

# A range as a vector.
range_vector <- function(range) {
  force(range)
  function(cx, expr, scope) {
    found <- range(cx, expr, scope)
    if (!is.null(found$terms)) {
      return(combine(cx, found$terms, quote(c()), scope))
    }
    counter <- new_name(cx, "i")
    new_term("Vector[int]", sprintf("[%s for %s in %s]", found$element(counter)$code, counter, found$code), fresh = TRUE)
  }
}

# ---- functions of functions

callable_term <- function(cx, expr, scope) {
  term <- translate(cx, expr, scope)
  value <- if (is_static(term)) static_value(term)
  if (is.character(value) && length(value) == 1) value <- get0(value, scope$env, mode = "function")
  if (!is_callable(value)) refuse(cx, expr, "A function is needed here.", "function(x) ...")
  value
}

call_callable <- function(cx, fn, given, expr, scope) {
  name <- if (is.primitive(fn) || !inherits(fn, c("script_closure", "script_member"))) function_name(fn)
  made <- as.call(c(list(fn), lapply(unname(given), identity)))
  names(made) <- c("", rlang::names2(given))
  call_function(cx, fn, made, scope, name)
}
function_name <- function(fn) {
  for (name in names(script_table())) if (identical(script_table()[[name]]$fn, fn)) {
    return(name)
  }
  for (env in list(topenv(), baseenv())) for (name in ls(env)) if (identical(env[[name]], fn)) {
    return(name)
  }
  "f"
}

# Runs `body` for each element and collects what it gives.
collect <- function(cx, sequence, scope, body, changes, expr, named_like = NULL) {
  if (!is.null(sequence$terms)) {
    return(make_list(cx, lapply(sequence$terms, body), expr, scope))
  }
  cx$loops <- cx$loops + 1L
  id <- paste0("loop ", cx$loops)
  enter_loop(cx, scope, super_assigned(changes), changes, id)
  head <- cx$vars
  counter <- new_name(cx, "v")
  out <- new_name(cx, "out")
  term <- NULL
  outer <- cx$loop
  cx$loop <- new.env(parent = emptyenv())
  lines <- in_block(cx, term <- body(sequence$element(counter)))
  cx$loop <- outer
  if (!cx$dead) note_ownership(cx, head, cx$vars, id)
  cx$dead <- FALSE
  cx$vars <- merge_states(cx, list(head, cx$vars[names(head)]), c("before", "in the loop"), expr)
  if (term$type == "?") {
    return(unknown_term())
  }
  if (term$type %in% c("static", "None")) refuse(cx, expr, sprintf("The function gives %s for each element.", script_type_in_words(term$type)), if (term$type == "None") "Write a loop.")
  if (term$type == "Empty") term <- new_term("List[Tensor]", empty_code(cx, "List[Tensor]"))
  element <- if (term$type == "whole") "float" else term$type
  code <- coerced_code(cx, term, element)
  if (is.null(named_like)) {
    type <- list_type_of(element)
    emit(cx, c(
      sprintf("%s = %s", out, empty_code(cx, type)), sprintf("for %s in %s:", counter, sequence$code),
      indented(c(lines, sprintf("%s.append(%s)", out, code)))
    ))
  } else {
    type <- sprintf("Dict[str, %s]", element)
    emit(cx, c(
      sprintf("%s = %s", out, empty_code(cx, type)), sprintf("for %s in %s.keys():", named_like$key, named_like$code),
      indented(c(sprintf("%s = %s[%s]", counter, named_like$code, named_like$key), lines, sprintf("%s[%s] = %s", out, named_like$key, code)))
    ))
  }
  new_term(type, out, simple = TRUE, fresh = TRUE)
}

lapply_loop <- function(vector) {
  force(vector)
  function(cx, expr, scope) {
    matched <- matched_expressions(cx, if (vector) alist(X = , FUN = , FUN.VALUE = , ... = ) else alist(X = , FUN = , ... = ), expr)
    fn <- callable_term(cx, matched$FUN, scope)
    more <- lapply(matched$..., function(part) keep_term(cx, translate(cx, part, scope)))
    named_like <- NULL
    source <- matched$X
    sequence <- NULL
    if (!(is.call(source) && is.name(source[[1]]) && as.character(source[[1]]) %in% c("seq_len", "seq_along", ":", "seq"))) {
      term <- translate(cx, source, scope)
      if (startsWith(term$type, "Dict")) {
        held <- keep_term(cx, term)
        named_like <- list(code = held$code, key = new_name(cx, "k"))
        type <- element_type(term$type)
        sequence <- list(code = held$code, element = function(counter) new_term(type, counter, simple = TRUE))
      } else {
        if (startsWith(term$type, "Record")) {
          parts <- lapply(term_parts(cx, term), function(part) call_callable(cx, fn, c(list(part), more), expr, scope))
          return(make_list(cx, stats::setNames(parts, names(script_type_parts(term$type))), expr, scope))
        }
        sequence <- sequence_of_term(cx, term, source)
      }
    } else {
      sequence <- translate_sequence(cx, source, scope)
    }
    changes <- if (inherits(fn, "script_closure")) fn$body else quote(NULL)
    result <- collect(cx, sequence, scope, function(element) call_callable(cx, fn, c(list(element), more), expr, scope), changes, expr, named_like)
    if (vector) as_vector(cx, result, expr) else result
  }
}

as_vector <- function(cx, term, expr) {
  if (script_type_kind(term$type) == "List" && element_type(term$type) %in% c("int", "whole", "float", "bool", "str")) {
    term$type <- vector_type_of(element_type(term$type))
    return(term)
  }
  if (is_static(term) || startsWith(term$type, "Vector") || term$type == "?") {
    return(term)
  }
  refuse(cx, expr, sprintf("A vector can't be made of %s.", script_type_in_words(term$type)), "lapply() gives a list.")
}

# The expressions of a call under its formals' names.
matched_expressions <- function(cx, formals, expr) {
  definition <- as.function(c(formals, list(NULL)))
  matched <- tryCatch(match.call(definition, expr, expand.dots = FALSE), error = function(e) refuse(cx, expr, conditionMessage(e)))
  as.list(matched)[-1]
}

map_function <- function(cx, expr, scope) {
  matched <- matched_expressions(cx, alist(f = , ... = ), expr)
  fn <- callable_term(cx, matched$f, scope)
  sources <- lapply(matched$..., function(part) keep_term(cx, translate(cx, part, scope)))
  types <- vapply(sources, function(term) script_type_kind(term$type), "")
  if (any(types == "?")) {
    return(unknown_term())
  }
  if (any(types %in% c("Tuple", "static", "Record"))) {
    elements <- lapply(sources, function(term) sequence_of_term(cx, term, expr)$terms %||% term$parts)
    if (any(vapply(elements, is.null, NA)) || length(unique(lengths(elements))) != 1) refuse(cx, expr, "`Map()` needs lists of one kind and length.")
    return(make_list(cx, lapply(seq_along(elements[[1]]), function(i) call_callable(cx, fn, lapply(elements, `[[`, i), expr, scope)), expr, scope))
  }
  codes <- vapply(seq_along(sources), function(i) if (types[[i]] == "Tensor") sprintf("torch.unbind(%s, 0)", sources[[i]]$code) else sources[[i]]$code, "")
  held <- vapply(codes, function(code) keep_now(cx, new_term("List[Tensor]", code))$code, "")
  lengths <- sprintf("len(%s)", held)
  # R repeats the shorter
  if (length(held) > 1) emit(cx, c(sprintf("if %s:", paste(sprintf("%s != %s", lengths[-1], lengths[[1]]), collapse = " or ")), "  raise ValueError(\"Map() needs lists of one length\")"))
  index <- new_name(cx, "i")
  element_types <- vapply(sources, function(term) if (term$type == "Tensor") "Tensor" else element_type(term$type), "")
  sequence <- list(code = sprintf("range(%s)", lengths[[1]]), element = function(counter) counter)
  changes <- if (inherits(fn, "script_closure")) fn$body else quote(NULL)
  collect(cx, sequence, scope, function(counter) {
    given <- lapply(seq_along(held), function(i) new_term(element_types[[i]], sprintf("%s[%s]", held[[i]], counter), simple = TRUE))
    names(given) <- names(sources)
    call_callable(cx, fn, given, expr, scope)
  }, changes, expr)
}

filter_function <- function(cx, expr, scope) {
  matched <- matched_expressions(cx, alist(f = , x = ), expr)
  fn <- callable_term(cx, matched$f, scope)
  term <- translate(cx, matched$x, scope)
  if (term$type == "?") {
    return(term)
  }
  if (!is_list_type(term$type)) refuse(cx, expr, sprintf("`Filter()` goes through lists, not through %s.", script_type_in_words(term$type)))
  sequence <- sequence_of_term(cx, term, expr)
  counter <- new_name(cx, "v")
  out <- new_name(cx, "out")
  lines <- in_block(cx, test <- condition_of(cx, call_callable(cx, fn, list(sequence$element(counter)), expr, scope), expr))
  emit(cx, c(
    sprintf("%s = %s", out, empty_code(cx, term$type)), sprintf("for %s in %s:", counter, sequence$code),
    indented(c(lines, sprintf("if %s:", test$code), sprintf("  %s.append(%s)", out, counter)))
  ))
  new_term(term$type, out, simple = TRUE, fresh = TRUE)
}

reduce_function <- function(cx, expr, scope) {
  matched <- matched_expressions(cx, alist(f = , x = , init = , right = FALSE, accumulate = FALSE), expr)
  if (isTRUE(matched$accumulate) || isTRUE(matched$right)) refuse(cx, expr, "`Reduce()` is translated from the left, without `accumulate`.", "Write a loop.")
  fn <- callable_term(cx, matched$f, scope)
  body <- function(x, init) {
    made <- bquote({
      .acc <- .(init)
      for (.v in .(x)) .acc <- .f(.acc, .v)
      .acc
    })
    inner <- new_scope(cx, scope)
    bind_term(cx, inner, ".f", static_term(fn))
    inner$is_inline <- TRUE
    inner$is_package <- TRUE
    block_value(cx, list(made), inner)
  }
  x <- keep_term(cx, translate(cx, matched$x, scope))
  if (!is.null(matched$init)) {
    return(body(x, matched$init))
  }
  if (!is_list_type(x$type)) refuse(cx, expr, "`Reduce()` goes through lists.", "as.list() makes one of a tensor.")
  first <- new_term(element_type(x$type), sprintf("%s[0]", x$code))
  rest <- new_term(x$type, sprintf("%s[1:]", x$code), fresh = TRUE)
  body(rest, first)
}

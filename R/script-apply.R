# Functions that take functions: lapply() and its like become loops.
#' @include script-sequences.R
NULL

# Runs `body` for each element and collects what it gives. `changes`: the functions that it may call.
# `exact`: its numbers are doubles because they are in R, and not because they are made so.
collect <- function(cx, sequence, scope, body, changes, expr, named_like = NULL, exact = TRUE) {
  if (!is.null(sequence$terms)) {
    return(make_list(cx, terms_in_order(cx, length(sequence$terms), function(i) body(sequence$terms[[i]])), expr, scope))
  }
  id <- loop_id(expr)
  enter_loop(cx, scope, character(), quote(NULL), id, changes)
  head <- cx$vars
  counter <- new_name(cx, "v")
  out <- new_name(cx, "out")
  term <- NULL
  outer <- cx$loop
  cx$loop <- new.env(parent = emptyenv())
  cx$loop$head <- head
  note_writes(cx, scope, outer, lapply(changes, function(closure) closure$body))
  lines <- in_block(cx, {
    term <- stop_if_null(cx, body(sequence$element(counter)))
    run_unread(cx, setdiff(names(cx$vars), names(head)))
  })
  cx$loop <- outer
  # the list holds it now
  if (exact) lines <- c(lines, in_block(cx, term <- as_kept_number(cx, term)))
  share_list(cx, term)
  stops <- cx$dead
  if (!stops) note_ownership(cx, head, cx$vars, id)
  cx$dead <- FALSE
  cx$vars <- if (stops) head else merge_states(cx, list(head, cx$vars[names(head)]), c("before", "in the loop"), expr)
  if (stops) {
    # where it goes on, there was no element
    emit_loop(cx, sprintf("for %s in %s:", counter, if (is.null(named_like)) sequence$code else sprintf("%s.values()", named_like$code)), lines)
    return(new_term("Empty", "[]", fresh = TRUE))
  }
  if (term$type == "?") {
    return(unknown_term())
  }
  if (term$type %in% c("static", "None")) refuse(cx, expr, sprintf("The function gives %s for each element.", script_type_in_words(term$type)), if (term$type == "None") "Write a loop.")
  if (term$type == "Empty") term <- new_term("List[Tensor]", empty_code(cx, "List[Tensor]"))
  element <- if (term$type == "whole") "float" else term$type
  code <- coerced_code(cx, term, element)
  if (is.null(named_like)) {
    type <- list_type_of(element)
    emit(cx, sprintf("%s = %s", out, empty_code(cx, type)))
    emit_loop(cx, sprintf("for %s in %s:", counter, sequence$code), c(lines, sprintf("%s.append(%s)", out, code)))
  } else {
    type <- sprintf("Dict[str, %s]", element)
    emit(cx, sprintf("%s = %s", out, empty_code(cx, type)))
    emit_loop(cx, sprintf("for %s in %s.keys():", named_like$key, named_like$code), c(
      sprintf("%s = %s[%s]", counter, named_like$code, named_like$key), lines, sprintf("%s[%s] = %s", out, named_like$key, code)
    ))
  }
  new_term(type, out, simple = TRUE, fresh = TRUE)
}

# `kind`: "list", "simple" or "typed", for lapply(), sapply() and vapply().
lapply_loop <- function(kind) {
  force(kind)
  function(cx, expr, scope) {
    matched <- matched_expressions(cx, switch(kind,
      list = alist(X = , FUN = , ... = ),
      simple = alist(X = , FUN = , ... = , simplify = TRUE, USE.NAMES = TRUE),
      typed = alist(X = , FUN = , FUN.VALUE = , ... = , USE.NAMES = TRUE)
    ), expr, scope)
    if (!"X" %in% names(matched)) refuse(cx, expr, sprintf("`%s()` needs something to go through.", as.character(expr[[1]])))
    vector <- kind != "list" && !isFALSE(matched$simplify)
    if (!is.null(matched$simplify) && !is.logical(matched$simplify)) refuse(cx, expr, "`simplify` must be TRUE or FALSE, written out.")
    keeps_names <- kind != "list" && !isFALSE(matched$USE.NAMES)
    fn <- callable_term(cx, matched$FUN, scope, expr)
    for (part in as.list(with_defaults(cx, scope, as.call(c(list(quote(.f)), matched$..., matched$FUN.VALUE, matched$simplify, matched$USE.NAMES))))[-1]) {
      if (is.call(part) && has_effects(cx, scope, part)) refuse(cx, expr, "An argument that does something can't be translated: R does it when the function first asks for it.", "Do it before the call.")
    }
    refuse_unasked_defaults(cx, scope, matched$..., expr)
    code <- code_of(fn)
    if (!is.null(code)) refuse_lazy_arguments(cx, as.call(c(list(quote(.f), quote(X)), matched$...)), scope, code$formals, code$body, code$scope, told = expr)
    more <- lapply(matched$..., function(part) keep_term(cx, translate(cx, part, scope)))
    named_like <- NULL
    source <- matched$X
    sequence <- NULL
    if (!(is.call(source) && is.name(source[[1]]) && as.character(source[[1]]) %in% c("seq_len", "seq_along", ":", "seq"))) {
      term <- translate(cx, source, scope)
      labels <- names_of_constant(term)
      has_names <- script_type_kind(term$type) %in% c("Dict", "Record") || !is.null(labels)
      if (has_names && vector && kind == "typed" && !keeps_names) {
        if (is.null(labels)) term <- values_of(cx, term)
      } else if ((has_names && vector) || (keeps_names && term$type %in% c("Vector[str]", "str"))) {
        refuse(cx, expr, "A vector with names is no value of a program.", if (has_names) "lapply() gives a list with names, vapply() with `USE.NAMES = FALSE` a vector." else "`USE.NAMES = FALSE` leaves them out.")
      }
      if (startsWith(term$type, "Dict")) {
        held <- hold_value(cx, term)
        named_like <- list(code = held$code, key = new_name(cx, "k"))
        type <- element_type(term$type)
        sequence <- list(code = held$code, element = function(counter) new_term(type, counter, simple = TRUE))
      } else {
        if (startsWith(term$type, "Record")) labels <- names(script_type_parts(term$type))
        if (!is.null(labels) && !vector) {
          elements <- elements_now(cx, term, source)
          parts <- terms_in_order(cx, length(elements), function(i) call_callable(cx, fn, c(elements[i], more), expr, scope))
          return(make_list(cx, stats::setNames(parts, labels), expr, scope))
        }
        sequence <- sequence_of_term(cx, term, source)
      }
    } else {
      sequence <- translate_sequence(cx, source, scope)
    }
    if (isTRUE(scope$is_package) && !is.null(sequence$known)) sequence$terms <- sequence$known
    changes <- Reduce(function(found, term) if (is_static(term)) closures_in(cx, static_value(term), found) else found, more, closures_in(cx, fn, list()))
    body <- function(element) call_callable(cx, fn, c(list(element), more), expr, scope)
    result <- unless_needed_known(
      cx, sequence, function() collect(cx, sequence, scope, body, changes, expr, named_like, exact = kind != "typed"),
      function(values) collect(cx, list(terms = values), scope, body, changes, expr)
    )
    if (!vector || result$type == "?") {
      return(result)
    }
    if (result$type == "Empty") {
      return(if (kind == "typed") empty_like(cx, translate(cx, matched$FUN.VALUE, scope), expr) else result)
    }
    if (kind == "typed") vector_like(cx, as_vector(cx, result, expr), translate(cx, matched$FUN.VALUE, scope), expr) else simplified(cx, result, expr, scope)
  }
}

# sapply() and mapply() give a vector, but a list where there is no element.
simplified <- function(cx, list, expr, scope) {
  vector <- as_vector(cx, list, expr)
  if (!is_static(vector) && is.null(known_parts(vector)) && !isTRUE(scope$is_package)) {
    vector <- keep_term(cx, vector)
    name <- as.character(expr[[1]])
    problem <- sprintf("%s() of no elements is list() in R%s", name, if (name == "sapply") ": vapply() gives a vector" else "")
    emit(cx, c(sprintf("if len(%s) == 0:", vector$code), sprintf("  raise ValueError(%s)", string_text(problem))))
  }
  vector
}

# The elements of a list with names, without them.
values_of <- function(cx, term) {
  if (startsWith(term$type, "Dict")) {
    return(new_term(list_type_of(element_type(term$type)), sprintf("list(%s.values())", term$code), fresh = TRUE))
  }
  make_list(cx, term_parts(cx, term), quote(list()), NULL)
}

# The terms of a constant, a tuple or a record; NULL where they are not known.
elements_now <- function(cx, term, expr) {
  if (is_static(term) && is.atomic(static_value(term))) {
    return(lapply(unname(as.list(static_value(term))), function(value) literal_term(value) %||% static_term(value)))
  }
  sequence_of_term(cx, term, expr)$terms
}
names_of_constant <- function(term) {
  value <- if (is_static(term)) static_value(term)
  if (inherits(value, "script_self")) {
    return(if (inherits(value$module, "nn_module_dict")) names(registered(value$self, "child")))
  }
  if (is.atomic(value) || is.list(value)) names(value)
}

# vapply() takes what its FUN.VALUE is like, and numbers that R makes of others there.
vector_like <- function(cx, vector, like, expr) {
  type <- type_like(cx, like, expr)
  from <- element_type(vector$type)
  if (from == type || from == "?") {
    return(vector)
  }
  fits <- switch(type, float = c("int", "whole", "bool"), int = "bool")
  if (!from %in% fits) {
    refuse(
      cx, expr, sprintf("`FUN.VALUE` is %s, and the function gives %s.", script_type_in_words(type), script_type_in_words(from)),
      if (type == "int" && is_number_type(from)) "as.integer() makes a whole number."
    )
  }
  item <- new_name(cx, "v")
  new_term(vector_type_of(type), sprintf("[%s(%s) for %s in %s]", type, item, item, vector$code), fresh = TRUE)
}

type_like <- function(cx, like, expr) {
  value <- if (is_static(like)) static_value(like)
  type <- switch(typeof(value), double = "float", integer = "int", logical = "bool", character = "str")
  if (is.null(type) || length(value) != 1) refuse(cx, expr, "`FUN.VALUE` must be one number, string, or TRUE or FALSE, written out.")
  type
}
empty_like <- function(cx, like, expr) {
  type <- vector_type_of(type_like(cx, like, expr))
  new_term(type, empty_code(cx, type), fresh = TRUE)
}

as_vector <- function(cx, term, expr) {
  if (term$type == "List[number]") {
    return(new_term("Vector[float]", sprintf("%s(%s)", helper(cx, "doubles_of"), term$code), fresh = TRUE))
  }
  if (script_type_kind(term$type) == "List" && element_type(term$type) %in% c("int", "whole", "float", "bool", "str")) {
    term$type <- vector_type_of(element_type(term$type))
    return(term)
  }
  if (is_static(term) || startsWith(term$type, "Vector") || term$type == "?" || is_scalar_type(term$type)) {
    return(term)
  }
  # numbers of several kinds are numbers of one
  if (startsWith(term$type, "Tuple") && all(script_type_parts(term$type) %in% c("int", "whole", "float", "number"))) {
    if ("number" %in% script_type_parts(term$type)) {
      return(combine(cx, term_parts(cx, term), expr, NULL))
    }
    type <- list_type_of(Reduce(join_types, script_type_parts(term$type)))
    return(new_term(vector_type_of(element_type(type)), coerced_code(cx, term, type), fresh = TRUE, parts = term_parts(cx, term)))
  }
  has_names <- script_type_kind(term$type) %in% c("Dict", "Record")
  refuse(
    cx, expr, sprintf("A vector can't be made of %s.", script_type_in_words(term$type)),
    if (has_names) "vapply() with `USE.NAMES = FALSE` makes one of its elements." else "lapply() gives a list, Reduce(c, x) joins vectors."
  )
}

# The expressions of a call under its formals' names; `...` of the function around is put in.
matched_expressions <- function(cx, formals, expr, scope = NULL) {
  definition <- as.function(c(formals, list(NULL)))
  parts <- as.list(expr)
  dots <- if (!is.null(scope)) first_dots(parts)
  given <- if (!is.null(dots)) as.call(append(parts[-dots], dots_of(cx, scope, expr), dots - 1)) else expr
  matched <- tryCatch(match.call(definition, given, expand.dots = FALSE), error = function(e) refuse(cx, expr, conditionMessage(e)))
  as.list(matched)[-1]
}

filter_function <- function(cx, expr, scope) {
  matched <- matched_expressions(cx, alist(f = , x = ), expr, scope)
  fn <- callable_term(cx, matched$f, scope, expr)
  if (!"x" %in% names(matched)) refuse(cx, expr, "`Filter()` needs something to go through.")
  term <- list_to_filter(cx, stop_if_null(cx, translate(cx, matched$x, scope)), expr)
  if (term$type == "?") {
    return(term)
  }
  # nothing to go through
  if (term$type %in% c("None", "static")) {
    return(term)
  }
  if (term$type == "Empty") {
    return(new_term("Empty", "[]", fresh = TRUE))
  }
  named <- startsWith(term$type, "Dict")
  if (named) term <- hold_value(cx, term)
  sequence <- if (named) {
    list(code = sprintf("%s.keys()", term$code), element = function(key) new_term(element_type(term$type), sprintf("%s[%s]", term$code, key), simple = TRUE))
  } else {
    sequence_of_term(cx, term, expr)
  }
  if (!is.null(term$place)) disown(cx, term$place)
  id <- loop_id(expr)
  enter_loop(cx, scope, character(), quote(NULL), id, closures_in(cx, fn, list()))
  head <- cx$vars
  counter <- new_name(cx, "v")
  out <- new_name(cx, "out")
  lines <- in_block(cx, test <- condition_of(cx, call_callable(cx, fn, list(sequence$element(counter)), expr, scope), expr))
  stops <- cx$dead
  if (!stops) note_ownership(cx, head, cx$vars, id)
  cx$dead <- FALSE
  cx$vars <- if (stops) head else merge_states(cx, list(head, cx$vars[names(head)]), c("before", "in the loop"), expr)
  kept <- if (named) sprintf("  %s[%s] = %s[%s]", out, counter, term$code, counter) else sprintf("  %s.append(%s)", out, counter)
  emit(cx, sprintf("%s = %s", out, empty_code(cx, term$type)))
  emit_loop(cx, sprintf("for %s in %s:", counter, sequence$code), c(lines, if (!stops) c(sprintf("if %s:", test$code), kept)))
  new_term(term$type, out, simple = TRUE, fresh = TRUE)
}

# What Filter() goes through as one list, with names or without.
list_to_filter <- function(cx, term, expr) {
  if (has_lost_names(term)) {
    refuse(cx, expr, "A vector with names is no value of a program.", "unname() leaves them out.")
  }
  kind <- script_type_kind(term$type)
  if (kind == "static" && is.atomic(static_value(term))) refuse(cx, expr, sprintf("`Filter()` goes through lists and plain vectors, not through %s.", describe(static_value(term))), "as.vector() makes one.")
  if (kind %in% c("?", "None", "Empty", "List", "Vector", "Dict")) {
    return(term)
  }
  if (is_scalar_type(kind)) {
    return(vector_of_one(cx, term))
  }
  parts <- if (kind %in% c("Tuple", "Record", "static")) elements_now(cx, term, expr)
  if (is.null(parts)) {
    hint <- if (kind == "Tensor") "as.list() makes one of a tensor." else if (kind == "Optional") "Ask is.null() first."
    refuse(cx, expr, sprintf("`Filter()` goes through lists, not through %s.", script_type_in_words(term$type)), hint)
  }
  labels <- names_of_constant(term) %||% names(script_type_parts(term$type))
  if (length(parts) == 0) {
    return(make_list(cx, stats::setNames(list(), labels), expr, NULL))
  }
  # each element stays what it is
  types <- unique(returned_type(term_types(parts)))
  if (length(types) > 1 || "static" %in% types) refuse(cx, expr, "`Filter()` of a program goes through elements of one type.", "A loop with `if` goes through others.")
  type <- if (is.null(labels)) list_type_of(types) else sprintf("Dict[str, %s]", types)
  if (!is.null(labels)) term <- make_list(cx, stats::setNames(parts, labels), expr, NULL)
  if (kind == "static" && is.null(labels)) term <- make_list(cx, parts, expr, NULL)
  new_term(type, coerced_code(cx, term, type), fresh = TRUE)
}

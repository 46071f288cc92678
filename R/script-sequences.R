# What loops go through.

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
  term <- or_nothing(cx, term)
  if (!is.null(term$elements)) term <- term$elements
  if (term$type == "static") {
    return(list(terms = static_elements(cx, term, expr)))
  }
  if (startsWith(term$type, "Dict")) term <- values_of(cx, keep_term(cx, term))
  # one number, which keeps its kind
  if (is_open_kind(term)) {
    return(list(terms = list(hold_value(cx, term))))
  }
  kind <- script_type_kind(term$type)
  if (kind %in% c("Tuple", "Record")) {
    if (is.null(term$parts)) term <- hold_value(cx, term)
    return(list(terms = lapply(term_parts(cx, term), function(part) hold_value(cx, part))))
  }
  if (kind == "?") {
    return(list(code = "[0]", element = function(counter) unknown_term()))
  }
  if (kind %in% c("None", "Empty")) {
    return(list(terms = list()))
  }
  type <- switch(kind, Tensor = "Tensor", List = , Vector = element_type(term$type), int = , whole = , float = , str = , bool = term$type)
  if (is.null(type)) {
    refuse(cx, expr, sprintf("A loop can't go through %s.", script_type_in_words(term$type)), if (kind == "Optional") "Ask is.null() first.")
  }
  # what is gone through is what the list was when that began
  if (kind %in% c("List", "Vector") && !(is_static(term) && is.null(term$place))) term <- hold_value(cx, term)
  code <- switch(kind, Tensor = sprintf("torch.unbind(%s, 0)", term$code), List = , Vector = term$code, sprintf("[%s]", term$code))
  parts <- if (is.null(term$place)) known_parts(term)
  known <- if (is_static(term)) lapply(unname(static_value(term)), literal_term) else if (all_static(parts)) parts
  list(code = code, known = known, values = known, element = function(counter) {
    new_term(type, counter, simple = TRUE, dtype = term$dtype, linear = if (is_whole_type(type)) list(base = counter, offset = 0))
  })
}

# A list that may be NULL is one of no elements then.
or_nothing <- function(cx, term) {
  type <- required_type(term$type)
  if (!is_optional_type(term$type) || !is_list_type(type)) {
    return(term)
  }
  term <- keep_term(cx, term)
  if (!is.null(term$place)) disown(cx, term$place)
  new_term(type, sprintf("(%s if %s is None else %s)", empty_code(cx, type), term$code, term_of_required(cx, term)$code))
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

# `counts`: the text counts rounds, and not from a number that may be large.
counted <- function(first, lower, type = "int", counts = FALSE) {
  function(counter) linear_term(counter, first, type, lower, counts)
}

# What a loop over a few known numbers goes through, should it have to be written out.
whole_terms <- function(values) if (length(values) <= 512) lapply(values, literal_term)

range_to <- function(cx, expr, scope) {
  n <- translate(cx, expr[[2]], scope)
  if (is_number_type(n$type)) check_length(cx, n, expr)
  code <- need_code(cx, n, "int", expr, "The length")
  if (is_static(n) && static_value(n) < 0) refuse(cx, expr, "A length can't be negative.")
  if (n$lower < 0 && !is_static(n)) code <- sprintf("%s(%s)", helper(cx, "count"), code)
  list(code = sprintf("range(%s)", code), element = counted(1, 1, counts = TRUE), values = if (is_static(n)) whole_terms(seq_len(static_value(n))))
}
range_along <- function(cx, expr, scope) {
  term <- translate_held(cx, expr[[2]], scope)
  n <- length_of(cx, list(term), expr, scope)
  if (is_static(n)) run_term(cx, term)
  if (term$type == "static") {
    return(list(terms = lapply(seq_len(static_value(n)), literal_term)))
  }
  if (term$type == "?") {
    return(list(code = "range(1)", element = counted(1, 1, counts = TRUE)))
  }
  list(code = sprintf("range(%s)", n$code), known = if (is_static(n)) lapply(seq_len(static_value(n)), literal_term), element = counted(1, 1, counts = TRUE))
}
range_between <- function(cx, expr, scope) {
  ends <- translate_in_order(cx, list(function() translate(cx, expr[[2]], scope), function() translate(cx, expr[[3]], scope)))
  if (any_unknown(ends)) {
    return(list(code = "range(1)", element = counted(1, 1, counts = TRUE)))
  }
  for (term in ends) {
    if (is_static(term) && term$type == "float") refuse(cx, expr, sprintf("An end of a range must be a whole number, not %s.", describe(static_value(term))))
  }
  codes <- vapply(ends, function(term) need_code(cx, term, "int", expr, "An end of a range"), "")
  a <- ends[[1]]
  b <- ends[[2]]
  if (is_static(a) && is_static(b)) {
    from <- as.integer(static_value(a))
    to <- as.integer(static_value(b))
    values <- whole_terms(from:to)
    if (from <= to) {
      return(list(code = sprintf("range(%d)", to - from + 1L), element = counted(from, from, counts = TRUE), values = values, surely = TRUE))
    }
    return(list(code = sprintf("range(%d, %d, -1)", from, to - 1L), element = counted(0, to), values = values, surely = TRUE))
  }
  if (is_static(a) && b$lower >= static_value(a)) {
    return(list(code = sprintf("range(%s, %s + 1)", codes[[1]], codes[[2]]), element = counted(0, static_value(a), counts = static_value(a) < 2^30), surely = TRUE))
  }
  # R counts down where the second end is less
  first <- new_name(cx, "t")
  last <- new_name(cx, "t")
  step <- new_name(cx, "t")
  emit(cx, c(sprintf("%s = %s", first, codes[[1]]), sprintf("%s = %s", last, codes[[2]]), sprintf("%s = 1 if %s >= %s else -1", step, last, first)))
  list(code = sprintf("range(%s, %s + %s, %s)", first, last, step, step), element = counted(0, min(a$lower, b$lower)), surely = TRUE)
}
range_by <- function(cx, expr, scope) {
  refuse_order(cx, expr, scope, formals(seq.default), in_order = FALSE, asks_all = TRUE)
  given <- match_given(cx, alist(from = , to = , by = , length.out = , along.with = ), given_arguments(cx, expr, scope), expr)$matched
  if (!is.null(given$along.with)) refuse(cx, expr, "`along.with` is not translated.", "seq_along() is.")
  if (any_unknown(given)) {
    return(list(code = "range(1)", element = counted(1, 1, counts = TRUE)))
  }
  # an integer to begin with makes all of them such
  if (!is.null(given$length.out) && !is.null(given$from)) given$from <- as_double_number(cx, given$from, expr)
  # seq.int() has ways of its own
  is_seq <- !identical(expr[[1]], quote(seq.int))
  steps <- is_seq && !is.null(given$by) && "float" %in% c(given$from$type, given$by$type)
  if (!is.null(given$length.out) && is.null(given$to)) {
    return(if (steps) sequence_of_doubles(cx, "seq_steps", list(from = given$from %||% literal_term(1), by = given$by, length.out = given$length.out), expr) else range_of_length(cx, given, expr))
  }
  if (is_seq && !is.null(given$length.out) && !is.null(given$from) && is.null(given$by)) {
    return(sequence_of_doubles(cx, "seq_of_length", given[c("from", "to", "length.out")], expr))
  }
  if (length(given) == 1 && !is.null(given$from) && is_number_type(given$from$type)) {
    return(told_of(cx, expr, range_between(cx, call(":", literal_term(1L), given$from), scope)))
  }
  if (!is.null(given$length.out) || is.null(given$to) || is.null(given$from)) refuse(cx, expr, "`seq()` needs `from`, `to` and `by` or `length.out`.", "seq_len() counts.")
  if (steps) {
    return(sequence_of_doubles(cx, "seq_by", given[c("from", "to", "by")], expr))
  }
  if (is.null(given$by)) {
    return(told_of(cx, expr, range_between(cx, call(":", given$from, given$to), scope)))
  }
  by <- given$by
  if (is_static(by) && (!is_whole_double(as.double(static_value(by))) || static_value(by) == 0)) {
    refuse(cx, expr, "`by` must be a whole number, and not 0.")
  }
  codes <- vapply(given[c("from", "to", "by")], function(term) need_code(cx, term, "int", expr, "An end or step of a range"), "")
  if (is_static(given$from) && is_static(given$to) && is_static(by)) {
    if ((static_value(given$to) < static_value(given$from)) != (static_value(by) < 0) && static_value(given$to) != static_value(given$from)) refuse(cx, expr, "wrong sign in 'by' argument")
  } else {
    held <- vapply(1:3, function(i) new_name(cx, "t"), "")
    emit(cx, c(
      paste(held, "=", codes), if (!is_static(by)) c(sprintf("if %s == 0:", held[[3]]), "  raise ValueError(\"`by` is 0\")"),
      sprintf("if (%s - %s) * %s < 0:", held[[2]], held[[1]], held[[3]]), "  raise ValueError(\"wrong sign in 'by' argument\")"
    ))
    codes[1:2] <- held[1:2]
    if (!is_static(by)) codes[[3]] <- held[[3]]
  }
  past <- if (!is_static(by)) sprintf("+ (1 if %s > 0 else -1)", codes[[3]]) else if (static_value(by) > 0) "+ 1" else "- 1"
  lower <- if (!is_static(by)) min(given$from$lower, given$to$lower) else if (static_value(by) > 0) given$from$lower else given$to$lower
  ends <- given[c("from", "to", "by")]
  values <- if (all_static(ends)) whole_terms(as.integer(do.call(seq, unname(lapply(ends, static_value)))))
  # with a double among them the numbers are doubles
  type <- if (all(term_types(ends) == "int")) "int" else "whole"
  if (type == "whole" && !is.null(values)) values <- lapply(values, function(term) literal_term(as.double(static_value(term))))
  element <- counted(0, lower, type)
  open <- any(vapply(ends, is_open_kind, NA))
  if (open) {
    kind <- wider_kind_code(cx, ends)
    if (is.null(kind)) for (term in ends) refuse_mixed(cx, term, expr)
    kind <- keep_term(cx, new_term("dtype", kind %||% "7"))$code
    element <- function(counter) {
      term <- new_term("whole", counter, simple = TRUE, dtype = "mixed")
      term$item <- kind
      term
    }
  }
  # one that ends where it begins is of the kind of that end
  if (!open && type == "whole" && is.null(values) && "int" %in% term_types(ends[1:2])) {
    same <- sprintf(if (ends$from$type == "int") "%s == %s" else "%s == 0 and %s == 0", codes[[1]], codes[[2]])
    kind <- keep_term(cx, new_term("dtype", sprintf("(4 if %s else 7)", same)))$code
    element <- function(counter) {
      term <- new_term(type, counter, simple = TRUE, dtype = "mixed")
      term$item <- kind
      term
    }
  }
  list(code = sprintf("range(%s, %s %s, %s)", codes[[1]], codes[[2]], past, codes[[3]]), element = element, values = values, surely = TRUE)
}

# seq() of doubles: `fn` computes them as R does. Integers at the ends may give integers, which is known only when it runs.
sequence_of_doubles <- function(cx, fn, given, expr) {
  ends <- given[intersect(c("from", "to"), names(given))]
  for (term in given) refuse_mixed(cx, term, expr)
  apart <- all_static(ends) && static_value(ends[[1]]) != static_value(ends[[length(ends)]]) && any(term_types(ends) != "int")
  if (length(ends) == 2 && "int" %in% term_types(ends) && !apart) {
    refuse(cx, expr, "Whether `seq()` gives integers or doubles here is known only when it runs.", "as.numeric() makes doubles of both ends.")
  }
  codes <- vapply(names(given), function(name) need_code(cx, given[[name]], "float", expr, sprintf("`%s`", name)), "")
  held <- keep_term(cx, new_term("Vector[float]", sprintf("%s(%s)", helper(cx, fn), toString(codes))))
  list(code = held$code, element = function(counter) new_term("float", counter, simple = TRUE))
}

# So many steps from a number on.
range_of_length <- function(cx, given, expr) {
  if (any_unknown(given)) {
    return(list(code = "range(1)", element = counted(1, 1, counts = TRUE)))
  }
  from <- given$from %||% literal_term(1L)
  by <- given$by %||% literal_term(1L)
  if (!is_whole_type(from$type) || !is_whole_type(by$type)) refuse(cx, expr, "`from` and `by` must be whole numbers.")
  held <- lapply(list(from, by), function(term) keep_term(cx, term)$code)
  n <- given$length.out
  code <- need_code(cx, n, "int", expr, "The length")
  if (n$lower < 0) code <- sprintf("%s(%s)", helper(cx, "count"), code)
  # R counts in whole numbers unless it is given doubles: seq.int() whatever it is given
  counts <- if (is.null(given$by)) list(from, if (is.null(given$from)) from else n) else list(given$from %||% literal_term(1), by)
  type <- if (identical(expr[[1]], quote(seq.int)) || all(term_types(counts) == "int")) "int" else "whole"
  if (!is_static(n)) code <- keep_term(cx, new_term("int", code))$code
  list(code = sprintf("range(%s)", code), count = if (!is_static(n)) code, element = function(counter) new_term(type, sprintf("(%s + %s * %s)", held[[1]], counter, held[[2]])))
}

# A range as a vector.
range_vector <- function(range) {
  force(range)
  function(cx, expr, scope) {
    given <- known_terms(cx, function() given_arguments(cx, expr, scope))
    if (!is.null(given) && all(term_types(given) != "static")) {
      return(call_now(cx, get0(as.character(expr[[1]]), baseenv()), given, expr))
    }
    found <- range(cx, expr, scope)
    if (!is.null(found$terms)) {
      return(if (length(found$terms) == 0) literal_term(integer(0)) else combine(cx, found$terms, quote(c()), scope))
    }
    counter <- new_name(cx, "i")
    element <- as_double_number(cx, found$element(counter), expr)
    type <- returned_type(element$type)
    # of no doubles R makes integers
    if (!is.null(found$count) && type == "float") emit(cx, c(sprintf("if %s == 0:", found$count), "  raise ValueError(\"seq() of no doubles is a vector of integers in R\")"))
    new_term(vector_type_of(type), sprintf("[%s for %s in %s]", coerced_code(cx, element, type), counter, found$code), fresh = TRUE)
  }
}

# ---- Reduce()

reduce_function <- function(cx, expr, scope) {
  # `simplify` is not in all versions of R
  arguments <- c(alist(f = , x = , init = , right = FALSE, accumulate = FALSE), if ("simplify" %in% names(formals(Reduce))) list(simplify = TRUE))
  matched <- matched_expressions(cx, arguments, expr, scope)
  for (part in matched[intersect(names(matched), c("init", "right", "accumulate", "simplify"))]) {
    if (is.call(part) && has_effects(cx, scope, part)) refuse(cx, expr, "An argument that does something can't be translated here: the function asks for its arguments in an order of its own.", "Compute it before the call.")
  }
  flag <- function(name, default = FALSE) {
    given <- if (!is.null(matched[[name]])) translate(cx, matched[[name]], scope) else literal_term(default)
    if (!is_static(given) || !rlang::is_bool(static_value(given))) refuse(cx, expr, sprintf("`%s` must be known before the program runs.", name))
    static_value(given)
  }
  from_right <- flag("right")
  how <- list(from_right = from_right, accumulates = flag("accumulate"), simplifies = flag("simplify", TRUE))
  if (from_right && how$accumulates) refuse(cx, expr, "`Reduce()` accumulates from the left alone here.", "Write a loop.")
  fn <- callable_term(cx, matched$f, scope, expr)
  if (!"x" %in% names(matched)) refuse(cx, expr, "`Reduce()` needs something to go through.")
  x <- keep_term(cx, or_nothing(cx, translate(cx, matched$x, scope)))
  if (x$type == "Tensor") refuse(cx, expr, "`Reduce()` goes through lists, not through a tensor.", "as.list() makes one of a tensor.")
  init <- if ("init" %in% names(matched)) translate(cx, matched$init, scope)
  if (any_unknown(c(list(x), if (!is.null(init)) list(init)))) {
    return(unknown_term())
  }
  if (startsWith(x$type, "Dict")) x <- keep_term(cx, values_of(cx, x))
  if (is_list_type(x$type) && (is.null(known_parts(x)) || length(known_parts(x)) > 0)) {
    return(reduce_list(cx, fn, x, init, how, expr, scope))
  }
  kind <- script_type_kind(x$type)
  parts <- if (is_scalar_type(kind)) list(x) else if (kind %in% c("Tuple", "Record", "static")) elements_now(cx, x, expr) else list()
  if (!is_scalar_type(kind) && !kind %in% c("Tuple", "Record", "static", "None", "Empty", "List", "Vector")) {
    refuse(cx, expr, sprintf("`Reduce()` goes through lists, not through %s.", script_type_in_words(x$type)))
  }
  reduce_parts(cx, fn, parts, init, how, expr, scope)
}

# Of elements that are known: one call after another.
reduce_parts <- function(cx, fn, parts, init, how, expr, scope) {
  if (length(parts) == 0) {
    return(init %||% none_term())
  }
  if (how$from_right) parts <- rev(parts)
  if (!is.null(init)) parts <- c(list(init), parts)
  all <- list(keep_term(cx, parts[[1]]))
  for (part in parts[-1]) {
    last <- all[[length(all)]]
    all <- c(all, list(keep_now(cx, call_callable(cx, fn, if (how$from_right) list(part, last) else list(last, part), expr, scope))))
  }
  if (!how$accumulates) {
    return(all[[length(all)]])
  }
  if (any_unknown(all)) {
    return(unknown_term())
  }
  is_vector <- how$simplifies && all(vapply(all, function(term) is_scalar_type(term$type), NA))
  if (is_vector) combine(cx, all, quote(c(x)), scope) else make_list(cx, all, expr, scope)
}

reduce_list <- function(cx, fn, x, init, how, expr, scope) {
  is_filled <- length(known_parts(x)) > 0
  if (how$from_right) x <- keep_term(cx, reversed(cx, list(x), expr, scope))
  if (!is_filled && (is.null(init) || how$accumulates && !is_scalar_type(init$type))) {
    problem <- if (is.null(init)) "Reduce() of no elements is NULL in R: `init` is what it gives then" else "Reduce() of no elements gives `init` itself in R, not a list"
    emit(cx, c(sprintf("if len(%s) == 0:", x$code), sprintf("  raise ValueError(%s)", string_text(problem))))
  }
  if (is.null(init)) {
    init <- new_term(element_type(x$type), sprintf("%s[0]", x$code))
    x <- new_term(x$type, sprintf("%s[1:]", x$code), fresh = TRUE)
  }
  step <- if (how$from_right) quote(.f(.v, .acc)) else quote(.f(.acc, .v))
  made <- if (how$accumulates) {
    bquote({
      .acc <- .(init)
      .all <- .(if (how$simplifies && is_scalar_type(init$type)) quote(c(.acc)) else quote(list(.acc)))
      for (.v in .(x)) {
        .acc <- .(step)
        .all[[length(.all) + 1L]] <- .acc
      }
      .all
    })
  } else {
    bquote({
      .acc <- .(init)
      for (.v in .(x)) .acc <- .(step)
      .acc
    })
  }
  inner <- new_scope(cx, scope)
  bind_term(cx, inner, ".f", static_term(fn))
  inner$is_inline <- TRUE
  inner$is_package <- TRUE
  told_of(cx, expr, block_value(cx, list(made), inner))
}

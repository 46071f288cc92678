# R's vectors element by element: arithmetic, comparison, what repeats them and takes their ends.

is_vector_term <- function(term) startsWith(term$type, "Vector[")

# The terms that a list or vector is made of, where their number is known; otherwise NULL.
known_parts <- function(term) {
  if (is_list_type(term$type)) term$parts %||% if (is_static(term)) lapply(unname(as.list(static_value(term))), literal_term)
}

# What stands for the parts of a list once it is a variable: those that are known stay.
parts_of_variable <- function(term, type, name) {
  parts <- if (is_list_type(type)) known_parts(term)
  if (is.null(parts) || any(vapply(parts, is.null, NA))) {
    return(NULL)
  }
  lapply(seq_along(parts), function(i) {
    # of a constant in a variable the value, as the variable may become another
    constant <- if (is_static(parts[[i]])) if (is.null(parts[[i]]$place)) parts[[i]] else literal_term(static_value(parts[[i]]))
    constant %||% new_term(element_type(type), sprintf("%s[%d]", name, i - 1L), simple = TRUE)
  })
}

# Branches give lists of one length: the list after them has that length.
merged_parts <- function(terms, type, name) {
  parts <- lapply(terms, known_parts)
  if (!is_list_type(type) || any(vapply(parts, is.null, NA)) || length(unique(lengths(parts))) != 1) {
    return(NULL)
  }
  lapply(seq_along(parts[[1]]), function(i) new_term(element_type(type), sprintf("%s[%d]", name, i - 1L), simple = TRUE))
}

# Two vectors, of which the shorter may have one element alone. `known`: whether it is known to have more.
of_one_length <- function(cx, given, known) {
  codes <- vapply(given, function(term) term$code, "")
  names <- c(new_name(cx, "t"), new_name(cx, "t"))
  repeats <- lapply(which(!known), function(i) sprintf("  %s len(%s) == 1:|    %s = %s * len(%s)", if (i == which(!known)[[1]]) "if" else "elif", codes[[i]], names[[i]], codes[[i]], codes[[3 - i]]))
  emit(cx, c(
    paste(names, "=", codes), sprintf("if len(%s) != len(%s):", codes[[1]], codes[[2]]), unlist(strsplit(unlist(repeats), "|", fixed = TRUE)), "  else:",
    "    raise ValueError(\"vectors of different lengths: rep_len() makes them of one length\")"
  ))
  Map(function(term, name) utils::modifyList(term, list(code = name, simple = TRUE, place = NULL)), given, names)
}

# `run` for the elements of vectors of one length, and for numbers again and again. R repeats the shorter vector: a
# program stops, unless it has one element.
each_element <- function(cx, given, expr, run) {
  given <- lapply(unname(given), function(term) {
    parts <- if (is_vector_term(term)) known_parts(term)
    if (length(parts) == 1) parts[[1]] else term
  })
  vectors <- which(vapply(given, is_vector_term, NA))
  if (length(vectors) == 0) {
    return(run(given))
  }
  given <- lapply(given, function(term) keep_term(cx, term))
  parts <- lapply(given[vectors], known_parts)
  known <- !vapply(parts, is.null, NA)
  if (length(unique(lengths(parts[known]))) > 1) {
    refuse(cx, expr, sprintf("The vectors have %s elements.", paste(lengths(parts[known]), collapse = " and ")), "rep_len() makes them of one length.")
  }
  # of no elements the kind is that of what would be computed
  if (all(known) && length(parts[[1]]) > 0) {
    elements <- lapply(seq_along(parts[[1]]), function(i) {
      given[vectors] <- lapply(parts, function(part) part[[i]])
      run(given)
    })
    return(combine(cx, elements, quote(c(x)), NULL))
  }
  sizes <- vapply(given[vectors], function(term) sprintf("len(%s)", term$code), "")
  if (length(sizes) > 1) {
    given[vectors[1:2]] <- of_one_length(cx, given[vectors[1:2]], known[1:2])
    sizes <- vapply(given[vectors], function(term) sprintf("len(%s)", term$code), "")
  }
  i <- new_name(cx, "i")
  given[vectors] <- lapply(given[vectors], function(term) new_term(element_type(term$type), sprintf("%s[%s]", term$code, i), simple = TRUE))
  element <- NULL
  lines <- in_block(cx, element <- run(given))
  if (length(lines) > 0 && any(vapply(given, is_open_kind, NA))) refuse(cx, expr, "Whether a number beside this vector is an integer or a double is known only when the program runs.", "as.numeric() makes it a double, as.integer() an integer.")
  if (length(lines) > 0) refuse(cx, expr, "This can't be done with vectors.", "vapply() goes through their elements.")
  new_term(vector_type_of(element$type), sprintf("[%s for %s in range(%s)]", element$code, i, sizes[[1]]), fresh = TRUE)
}

# Where the other branches have vectors, a number is a vector of one.
as_vectors_of_one <- function(cx, terms) {
  if (!any(vapply(terms, is_vector_term, NA))) {
    return(terms)
  }
  lapply(terms, function(term) {
    scalar <- term$type %in% c("int", "whole", "float", "bool", "str") && !is_open_kind(term)
    if (scalar) new_term(vector_type_of(term$type), sprintf("[%s]", term$code), fresh = TRUE, parts = list(term)) else term
  })
}

# Whether code asks a variable for its elements, or for how many there are.
is_used_as_vector <- function(scope, name) {
  while (is.null(code <- scope$body %||% scope$program) && !is.null(scope$parent)) scope <- scope$parent
  found <- FALSE
  is_it <- function(expr) identical(expr, as.name(name))
  walk_calls(code, function(call) {
    parts <- as.list(call)[-1]
    head <- if (is.name(call[[1]])) as.character(call[[1]]) else ""
    found <<- found || length(parts) > 0 && (head %in% c("[", "[[", "seq_along", "length", "lapply", "sapply", "vapply") && is_it(parts[[1]]) ||
      head %in% of_all_elements && length(parts) == 1 && is_it(parts[[1]]) || head %in% c("for", "Map", "Filter", "Reduce") && is_it(parts[[2]]))
    !found
  })
  found
}

# ---- repeated, and the ends

repeat_elements <- function(cx, given, expr, scope) {
  matched <- match_given(cx, alist(x = , times = , length.out = , each = ), given, expr)$matched
  if (!is.null(matched$each)) matched$x <- repeated_each(cx, matched$x, matched$each, expr)
  if (!is.null(matched$length.out) && matched$length.out$type != "None") {
    return(repeat_to_length(cx, matched[c("x", "length.out")], expr, scope))
  }
  times <- matched$times
  if (!is.null(times) && is_vector_term(times) && is_list_type(matched$x$type) && !identical(length(known_parts(times)), 1L)) {
    x <- keep_term(cx, matched$x)
    at <- sprintf("%s(len(%s), %s)", helper(cx, "repeated_at"), x$code, operator_list(cx, times, "int", 0, expr, "times"))
    return(taken_at(cx, x, at))
  }
  repeated(cx, matched$x, times %||% literal_term(1L), expr, function(held, n) sprintf("(%s * %s)", held$code, n), function(size, n) size * n)
}

# rep(x, each = n): what else is asked for comes after it.
repeated_each <- function(cx, x, n, expr) {
  if ("?" %in% c(x$type, n$type)) {
    return(unknown_term())
  }
  if (!is_list_type(x$type)) {
    return(repeated(cx, x, n, expr, NULL, function(size, n) size * n))
  }
  if (!is_scalar_type(n$type) || n$type == "str") refuse(cx, expr, "How often must be one number.")
  if (is_number_type(n$type)) check_length(cx, n, expr)
  x <- keep_term(cx, x)
  if (is_static(n) && n$type == "float") n <- literal_term(trunc(static_value(n)))
  if (is_static(n) && static_value(n) < 0) refuse(cx, expr, "A number of elements can't be negative.")
  each <- need_code(cx, n, "int", expr, "How often")
  if (!is_static(n)) each <- keep_term(cx, new_term("int", sprintf("%s(%s)", helper(cx, "count"), each)))$code
  i <- new_name(cx, "i")
  new_term(x$type, sprintf("[%s[%s // %s] for %s in range(len(%s) * %s)]", x$code, i, each, i, x$code, each), fresh = TRUE)
}

repeat_to_length <- function(cx, given, expr, scope) {
  given <- match_given(cx, alist(x = , length.out = ), given, expr)$matched
  if (length(given) != 2) refuse(cx, expr, "`rep_len()` needs `x` and `length.out`.")
  item <- new_name(cx, "i")
  repeated(
    cx, given$x, given$length.out, expr,
    function(held, n) {
      size <- sprintf(if (length(known_parts(held)) > 0) "len(%s)" else paste0(helper(cx, "some"), "(len(%s))"), held$code)
      sprintf("[%s[%s %% %s] for %s in range(%s)]", held$code, item, size, item, n)
    }, function(size, n) n
  )
}

repeated <- function(cx, x, n, expr, code, length_of_result) {
  if ("?" %in% c(x$type, n$type)) {
    return(unknown_term())
  }
  if (is_number_type(n$type)) check_length(cx, n, expr)
  if (is_static(n) && n$type == "float") n <- literal_term(trunc(static_value(n)))
  scalar <- x$type %in% c("int", "whole", "float", "bool", "str")
  if (!scalar && !is_list_type(x$type)) refuse(cx, expr, sprintf("%s can't be repeated here.", script_type_in_words(x$type)), if (x$type == "Tensor") "torch_tile(x, n) repeats a tensor, torch_repeat_interleave(x, n) its elements.")
  if (!is.null(n$type) && (is_vector_term(n) || n$type == "str")) refuse(cx, expr, "How often must be one number.")
  x <- if (isTRUE(x$may_fail)) run_term(cx, x) else keep_term(cx, x)
  parts <- if (scalar) list(x) else known_parts(x)
  if (!is.null(parts) && length(parts) > 0 && is_static(n)) {
    size <- length_of_result(length(parts), static_value(n))
    if (size < 0) refuse(cx, expr, "A number of elements can't be negative.")
    if (size > 0 && size <= 64) {
      parts <- rep_len(parts, size)
      return(if (startsWith(x$type, "List")) make_list(cx, parts, expr, NULL) else combine(cx, parts, quote(c(x)), NULL))
    }
  }
  # a vector is of integers or of doubles from its beginning
  if (scalar) x <- as_double_number(cx, x, expr)
  times <- need_code(cx, n, "int", expr, "How often")
  if (!is_static(n) && n$lower < 0) times <- sprintf("%s(%s)", helper(cx, "count"), times)
  if (scalar) {
    return(new_term(vector_type_of(x$type), sprintf("[%s for %s in range(%s)]", x$code, new_name(cx, "i"), times), fresh = TRUE))
  }
  new_term(x$type, code(x, times), fresh = TRUE)
}

# head() and tail(): a negative `n` leaves out.
end_of_list <- function(first) {
  force(first)
  function(cx, given, expr, scope) {
    matched <- match_given(cx, alist(x = , n = ), given, expr)$matched
    x <- matched$x
    n <- matched$n %||% literal_term(6L)
    if (is_static(n) && n$type == "float") refuse(cx, expr, "`n` must be a whole number.")
    if ("?" %in% c(x$type, n$type)) {
      return(unknown_term())
    }
    if (is_scalar_type(x$type)) x <- vector_of_one(cx, x)
    chosen <- if (is_static(n)) choose_parts(cx, x, function(parts) (if (first) utils::head else utils::tail)(parts, static_value(n)), expr, scope)
    if (!is.null(chosen)) {
      return(chosen)
    }
    if (!is_list_type(x$type)) {
      refuse(cx, expr, sprintf("`%s()` does not apply to %s.", if (first) "head" else "tail", script_type_in_words(x$type)), if (x$type == "Tensor") "x[1:n] takes rows.")
    }
    x <- keep_term(cx, x)
    count <- need_code(cx, n, "int", expr, "`n`")
    size <- sprintf("len(%s)", x$code)
    if (is_static(n)) {
      k <- static_value(n)
      range <- if (first) {
        if (k >= 0) sprintf(":%s", int_text(k)) else sprintf(":max(%s - %s, 0)", size, int_text(-k))
      } else {
        if (k >= 0) sprintf("max(%s - %s, 0):", size, int_text(k)) else sprintf("%s:", int_text(-k))
      }
    } else {
      count <- keep_term(cx, new_term("int", count))$code
      left <- sprintf("max(%s - %s, 0)", size, if (first) sprintf("(-%s)", count) else count)
      range <- if (first) sprintf(":(%s if %s >= 0 else %s)", count, count, left) else sprintf("(%s if %s >= 0 else -%s):", left, count, count)
    }
    new_term(x$type, sprintf("%s[%s]", x$code, range), fresh = TRUE)
  }
}

# An element that is not known yet, by its name or position: all elements must be of one type.
part_by_name <- function(cx, held, i, expr) {
  types <- script_type_parts(held$type)
  by_name <- i$type == "str" && !is.null(names(types))
  # a loop may be written out, where each is what it is
  joined <- if (by_name || is_number_type(i$type) && !cx$may_know) join_all_parts(unname(types), widely = TRUE)
  if (is.null(joined)) {
    refuse(cx, expr, "An element of a list of different things must be known before the program runs.", "switch() chooses among them.", needs_known = TRUE)
  }
  joined <- returned_type(joined)
  if (by_name) {
    type <- sprintf("Dict[str, %s]", joined)
    return(dict_element(cx, keep_term(cx, new_term(type, coerced_code(cx, held, type))), i, expr))
  }
  list <- keep_term(cx, new_term(list_type_of(joined), coerced_code(cx, list_of_parts(cx, held), list_type_of(joined))))
  new_term(joined, sprintf("%s[%s]", list$code, item_code(cx, i, list, expr)))
}
# Without names.
list_of_parts <- function(cx, held) {
  parts <- term_parts(cx, held)
  new_term(tuple_type(term_types(parts)), "", parts = parts)
}

no_packed_sequence <- function(cx, expr, scope) {
  refuse(cx, expr, "A program has no packed sequences.", "The layer takes the padded tensor; its output at the lengths can be taken with torch_gather().")
}

# ---- what R asks of its vectors

whole_numbers <- function(cx, given, expr, scope) {
  matched <- match_given(cx, alist(x = , n = , finite = ), given, expr)$matched
  if (all_static(matched)) {
    return(call_now(cx, rlang::is_integerish, matched, expr))
  }
  type <- matched$x$type
  if (type == "?") {
    return(unknown_term())
  }
  whole <- is_whole_type(type) || (is_vector_term(matched$x) && is_whole_type(element_type(type)))
  # this package asks before an operator takes whole numbers, and that looks while the program runs
  whole <- whole || isTRUE(scope$is_package) && type %in% c("float", "Vector[float]")
  if (whole && is.null(matched$n)) {
    return(literal_term(TRUE))
  }
  if (whole && is_static(matched$n)) {
    size <- length_of(cx, matched["x"], expr, scope)
    return(comparison(cx, "==", list(size, literal_term(as.integer(static_value(matched$n)))), expr))
  }
  if (required_type(type) %in% c("float", "number", "int", "whole", "Vector[float]")) refuse(cx, expr, "Whether a number is whole is not asked here.", "x == floor(x).")
  literal_term(FALSE)
}

joined_text <- function(cx, given, expr, scope) {
  if (length(given) != 1 || !rlang::names2(given) %in% c("", "x")) refuse(cx, expr, "`toString()` takes a vector alone here.", "paste(x, collapse = \", \").")
  term <- given[[1]]
  if (term$type == "?") {
    return(unknown_term())
  }
  if (is_static(term) && term$type != "static") {
    return(literal_term(toString(static_value(term))))
  }
  if (!is_vector_term(term)) {
    return(text_term(cx, term, expr))
  }
  elements_as_text(cx, term, expr, "\", \"", 15L)
}

unlisted <- function(cx, given, expr, scope) {
  x <- match_given(cx, alist(x = , recursive = , use.names = ), given, expr)$matched$x
  if (holds_vectors(x)) joined_elements(cx, x, expr) else joined_numbers(cx, x, expr)
}
without_names <- function(cx, given, expr, scope) {
  term <- given[[1]]
  switch(script_type_kind(term$type),
    static = capture_value(cx, unname(static_value(term)), "element"),
    Record = make_list(cx, term_parts(cx, term), expr, scope),
    Dict = refuse(cx, expr, "`unname()` of a list with names that are not known can't be translated.", "lapply(names(x), function(name) x[[name]])."),
    term
  )
}

# Members of a module by their names.
members_by_name <- function(cx, expr, scope) {
  matched <- matched_expressions(cx, alist(x = , envir = ), expr)
  labels <- translate(cx, matched$x, scope)
  held <- translate(cx, matched$envir %||% quote(NULL), scope)
  if (!is_static(labels) || !is.character(static_value(labels)) || !is_static(held) || !inherits(static_value(held), "script_self")) {
    refuse(cx, expr, "`mget()` takes constant names, from `self`.", "`$` takes one member.")
  }
  make_list(cx, lapply(static_value(labels), function(name) self_member(cx, static_value(held), name, expr)), expr, scope)
}

# `[`, `[[` and `$`.

index_value <- function(cx, expr, scope) {
  held <- translate(cx, expr[[2]], scope)
  if (!is.null(held$elements)) held <- held$elements
  kind <- script_type_kind(held$type)
  switch(kind,
    Tensor = tensor_element(cx, held, expr, scope),
    List = , Vector = list_slice(cx, held, expr, scope),
    Tuple = , Record = part_of_record(cx, held, expr, scope),
    `?` = unknown_term(),
    static = , str = , int = , whole = , float = , bool = scalar_element(cx, held, expr, scope),
    Empty = if (length(cx$previous$declared) == 0) {
      # what comes into it later is not known yet
      cx$unsettled <- TRUE
      unknown_term()
    } else {
      refuse(cx, expr, "`[` does not apply to an empty list.", "numeric() or character() is a vector that has no elements yet.")
    },
    refuse(cx, expr, sprintf("`[` does not apply to %s.", script_type_in_words(held$type)), if (is_optional_type(held$type)) "Ask is.null() first." else "`[[` takes one element.")
  )
}

# What is indexed is read first: R may see it changed by its index, or not.
translate_index <- function(cx, held, index, expr, scope) index_in_order(cx, held, expr, function() translate(cx, index, scope))
# `run`: translates the index.
index_in_order <- function(cx, held, expr, run) {
  before <- length(cx$block$lines)
  index <- run()
  written <- cx$block$lines[seq_along(cx$block$lines) > before]
  if (length(written) > 0 && is_changed_by(held, written)) refuse(cx, expr, "The index changes what it is an index of.", "Compute the index before.")
  index
}
is_changed_by <- function(held, lines) {
  name <- regmatches(held$code, regexpr("^[A-Za-z_][A-Za-z0-9_]*", held$code))
  if (length(name) == 0 || is_static(held) && is.null(held$place)) {
    return(FALSE)
  }
  change <- if (held$type == "Tensor") "^ *%s =" else "^ *%s(\\[.*\\])*( =|[.](append|pop))"
  any(grepl(sprintf(change, name), lines))
}

scalar_element <- function(cx, held, expr, scope) {
  if (held$type != "static" && length(expr) == 3 && !identical(expr[[3]], quote(expr = ))) {
    # a number is a vector of one
    i <- translate_index(cx, held, expr[[3]], expr, scope)
    if (is_number_type(i$type) && !(is_static(i) && is_static(held))) {
      emit(cx, c(sprintf("if %s != 1:", need_code(cx, i, "int", expr, "A position")), "  raise IndexError(\"subscript out of bounds\")"))
      return(held)
    }
  }
  if (!is_static(held)) {
    refuse(cx, expr, sprintf("`[` does not apply to %s.", script_type_in_words(held$type)))
  }
  given <- given_arguments(cx, as.call(c(list(quote(f)), as.list(expr)[-(1:2)])), scope)
  if (!all_static(given)) refuse(cx, expr, "Elements of what only R has are taken by constants.", if ("str" %in% term_types(given)) "[[ takes one by its name.")
  value <- tryCatch(do.call(as.character(expr[[1]]), c(list(static_value(held)), lapply(given, static_value))), error = function(e) refuse(cx, expr, conditionMessage(e)))
  capture_value(cx, value, "element")
}

element_value <- function(cx, expr, scope) {
  held <- translate_held(cx, expr[[2]], scope)
  if (!is.null(held$elements)) held <- held$elements
  if (held$type == "?") {
    return(unknown_term())
  }
  kind <- script_type_kind(held$type)
  if (kind == "Tensor" && !(length(expr) == 3 && is.character(expr[[3]]))) {
    return(tensor_element(cx, held, expr, scope))
  }
  if (kind == "Tensor") {
    return(member_value(cx, held, expr[[3]], expr, scope))
  }
  if (length(expr) != 3) refuse(cx, expr, "`[[` takes one position here.")
  # it is asked for its length as well
  if (kind %in% c("List", "Vector") && is.null(held$parts) && !is_static(held) && !(is.numeric(expr[[3]]))) held <- keep_term(cx, held)
  if (kind == "static") {
    i <- translate(cx, expr[[3]], scope)
    if (!is_static(i)) {
      named <- if (i$type == "str") constant_by_name(cx, static_value(held), expr)
      if (!is.null(named)) {
        return(dict_element(cx, named, i, expr))
      }
      hint <- if (i$type == "str") "switch() chooses among them by name." else "A loop over seq_along() of them, or over a constant range, is written out."
      refuse(cx, expr, "Which of these is taken must be known before the program runs.", hint, needs_known = TRUE)
    }
    return(static_member(cx, static_value(held), static_value(i), expr, scope))
  }
  i <- translate_index(cx, held, expr[[3]], expr, scope)
  if (i$type == "?") {
    return(unknown_term())
  }
  if (is_static(held) && is_static(i) && is.character(static_value(i))) {
    return(scalar_element(cx, held, expr, scope))
  }
  switch(kind,
    List = , Vector = {
      parts <- held$parts %||% if (is_static(held)) lapply(static_value(held), literal_term)
      if (!is.null(parts) && is_static(i) && is.numeric(static_value(i)) && static_value(i) >= 1 && static_value(i) <= length(parts)) {
        return(settled_parts(cx, parts)[[static_value(i)]])
      }
      element <- new_term(element_type(held$type), sprintf("%s[%s]", held$code, item_code(cx, i, held, expr)))
      element$may_fail <- TRUE
      element
    },
    Slots = slot_value(cx, held, i, expr),
    Dict = dict_element(cx, held, i, expr),
    Tuple = , Record = {
      if (!is_static(i)) {
        return(part_by_name(cx, held, i, expr))
      }
      part_of(cx, held, static_value(i), expr)
    },
    int = , whole = , float = , bool = , str = if (is_static_value(i, 1) || is_static_value(i, 1L)) held else refuse(cx, expr, "subscript out of bounds"),
    refuse(cx, expr, sprintf("`[[` does not apply to %s.", script_type_in_words(held$type)), if (is_optional_type(held$type)) "Ask is.null() first.")
  )
}

# A constant list, or vector, with names as one of the program; NULL where its elements are of several types, or R's alone.
constant_by_name <- function(cx, value, expr) {
  if (is.object(value) || is.null(names(value)) || !(is.list(value) || is.atomic(value)) || anyDuplicated(names(value))) {
    return(NULL)
  }
  parts <- lapply(value, function(part) if (is_torch_tensor(part)) capture_value(cx, part, "element") else literal_term(part))
  if (any(vapply(parts, is.null, NA))) {
    return(NULL)
  }
  element <- join_all_parts(unname(term_types(parts)))
  if (!is.null(element)) {
    element <- returned_type(element)
    type <- sprintf("Dict[str, %s]", element)
    codes <- vapply(parts, function(part) coerced_code(cx, part, element), "")
    new_term(type, sprintf("torch.jit.annotate(%s, {%s})", script_type_text(cx$unit, type), toString(paste0(vapply(names(value), string_text, ""), ": ", codes))), fresh = TRUE)
  }
}

# Parts of which one is taken: the others are computed as well.
settled_parts <- function(cx, parts) lapply(parts, function(part) keep_term(cx, part))

# A position in a list: from one on, and not behind its end.
item_code <- function(cx, i, held, expr) {
  if (is_static(i)) {
    value <- static_value(i)
    if (!is.numeric(value) || length(value) != 1 || !is.finite(value) || value != trunc(value) || value < 1) refuse(cx, expr, "A position is a whole number, from one on.")
    return(int_text(value - 1))
  }
  if (is_whole_type(i$type) && i$lower >= 1) {
    linear <- linear_of(i)
    return(linear_term(linear$base, linear$offset - 1)$code)
  }
  sprintf("%s(%s, len(%s))", helper(cx, "item"), need_code(cx, i, "int", expr, "A position"), held$code)
}

list_slice <- function(cx, held, expr, scope) {
  if (length(expr) != 3) refuse(cx, expr, "A list has one dimension.")
  is_vector <- startsWith(held$type, "Vector")
  if (identical(expr[[3]], quote(expr = ))) {
    return(held)
  }
  index <- expr[[3]]
  head <- if (is.call(index) && is.name(index[[1]])) as.character(index[[1]]) else ""
  held <- keep_term(cx, held)
  falls <- head == ":" && is.numeric(index[[2]]) && is.numeric(index[[3]]) && index[[2]] > index[[3]]
  if (head == ":" && is_base_function(cx, scope, ":") && !falls) {
    ends <- translate_in_order(cx, lapply(2:3, function(end) function() translate_index(cx, held, index[[end]], expr, scope)))
    codes <- vapply(ends, function(term) keep_term(cx, new_term("int", need_code(cx, term, "int", expr), simple = is_static(term)))$code, "")
    # what is behind the end would be NA
    emit(cx, c(
      sprintf("if min(%1$s, %2$s) < 1 or max(%1$s, %2$s) > len(%3$s):", codes[[1]], codes[[2]], held$code),
      "  raise IndexError(\"subscript out of bounds: a range goes from one on, to the length at most\")"
    ))
    rising <- sprintf("%s[%s - 1:%s]", held$code, codes[[1]], codes[[2]])
    # R counts down where the second end is less
    if (!all_static(ends)) {
      back <- new_name(cx, "v")
      rising <- sprintf("(%1$s if %2$s <= %3$s else [%4$s[%2$s - 1 - %5$s] for %5$s in range(%2$s - %3$s + 1)])", rising, codes[[1]], codes[[2]], held$code, back)
    }
    return(new_term(held$type, rising, fresh = TRUE))
  }
  held <- stop_if_null(cx, held)
  known <- if (is_static(held)) known_terms(cx, function() list(translate(cx, index, scope)))
  if (!is.null(known)) {
    return(capture_value(cx, static_value(held)[static_value(known[[1]])], "element"))
  }
  i <- list_index(cx, held, index, expr, scope)
  if (is.null(i$one)) {
    return(elements_at(cx, held, i$several))
  }
  if (i$one$type == "?") {
    return(unknown_term())
  }
  element <- sprintf("%s[%s]", held$code, item_code(cx, i$one, held, expr))
  made <- if (is_vector) new_term(element_type(held$type), element) else new_term(held$type, sprintf("[%s]", element), fresh = TRUE)
  made$may_fail <- TRUE
  made
}

# Lists with names: joined, and named anew.

# c() of lists with names, and of values with names.
join_named_lists <- function(cx, given, expr, scope) {
  parts <- list()
  labels <- rlang::names2(given)
  for (i in seq_along(given)) {
    term <- given[[i]]
    if (startsWith(term$type, "Record") && labels[[i]] == "") {
      parts <- c(parts, stats::setNames(settled_parts(cx, term_parts(cx, term)), names(script_type_parts(term$type))))
    } else if (labels[[i]] != "" && (is_scalar_type(term$type) || term$type == "Tensor")) {
      parts <- c(parts, stats::setNames(list(term), labels[[i]]))
    } else if (term$type != "Empty") {
      refuse(cx, expr, sprintf("`c()` can't join a list with names and %s.", script_type_in_words(term$type)), "c(x, list(name = value)).")
    }
  }
  again <- names(parts)[duplicated(names(parts))]
  if (length(again) > 0) refuse(cx, expr, sprintf("`%s` would be in the list twice.", again[[1]]), sprintf("x$%s <- ... replaces it.", again[[1]]))
  make_list(cx, parts, expr, scope)
}

# setNames() and names(x) <-, of a list whose length is known.
set_names <- function(cx, given, expr, scope) {
  matched <- match_given(cx, alist(object = , nm = ), given, expr)$matched
  renamed(cx, matched$object %||% none_term(), matched$nm %||% none_term(), expr, scope)
}
renamed <- function(cx, term, labels, expr, scope) {
  if (any_unknown(list(term, labels))) {
    return(unknown_term())
  }
  if (!is_static(labels)) refuse(cx, expr, "Names must be known before the program runs.", "x[[name]] <- value sets an element by a name of the program.")
  labels <- static_value(labels)
  if (is.null(labels)) {
    return(without_names(cx, list(term), expr, scope))
  }
  if (is_vector_term(term) || is_scalar_type(term$type)) refuse(cx, expr, "A vector with names is no value of a program.", "as.list() of it may have names.")
  parts <- switch(script_type_kind(term$type), Record = , Tuple = term_parts(cx, term), List = known_parts(term))
  if (is.null(parts) && startsWith(term$type, "List[") && is.character(labels)) {
    held <- hold_value(cx, term)$code
    emit(cx, c(sprintf("if len(%s) != %d:", held, length(labels)), sprintf("  raise ValueError(\"there are %d names, and the list has another length\")", length(labels))))
    parts <- lapply(seq_along(labels), function(i) new_term(element_type(term$type), sprintf("%s[%d]", held, i - 1L)))
  }
  if (is.null(parts)) refuse(cx, expr, sprintf("%s can't get names here.", script_type_in_words(term$type)), "list(a = x, b = y).")
  if (!is.character(labels) || length(labels) != length(parts)) refuse(cx, expr, sprintf("There must be %d names, one for each element.", length(parts)))
  make_list(cx, stats::setNames(settled_parts(cx, parts), labels), expr, scope)
}

# modifyList(): what the second list has takes the place of what the first has by that name.
modified_list <- function(cx, given, expr, scope) {
  matched <- match_given(cx, alist(x = , val = , keep.null = ), given, expr)$matched
  lists <- unname(matched[c("x", "val")])
  if (any(vapply(lists, is.null, NA)) || !is.null(matched$keep.null)) refuse(cx, expr, "`modifyList()` takes two lists here.", "x$name <- value instead.")
  if (any_unknown(lists)) {
    return(unknown_term())
  }
  if (all_static(lists)) {
    return(answer_of_r(cx, utils::modifyList, lists, expr))
  }
  merge_records(cx, lists[[1]], lists[[2]], expr, scope)
}
merge_records <- function(cx, x, more, expr, scope) {
  elements <- lapply(list(x, more), function(term) {
    value <- if (term$type == "static") static_value(term)
    if (is.list(value) && !is.object(value)) term <- list_of_constant(cx, value, expr) %||% term
    # functions are what they are
    if (term$type == "static" && is.list(value) && !is.null(names(value))) {
      return(lapply(value, function(part) (if (!is.function(part)) literal_term(part)) %||% static_term(part)))
    }
    if (term$type == "Empty" && !is_of_null(cx, term)) {
      return(list())
    }
    if (!startsWith(term$type, "Record")) refuse(cx, expr, sprintf("`modifyList()` takes lists with known names here, not %s.", script_type_in_words(term$type)), "x$name <- value instead.")
    stats::setNames(settled_parts(cx, term_parts(cx, term)), names(script_type_parts(term$type)))
  })
  parts <- elements[[1]]
  for (name in names(elements[[2]])) {
    term <- elements[[2]][[name]]
    if (is_optional_type(term$type)) refuse(cx, expr, sprintf("`%s` may be NULL, which would remove the element.", name), "Ask is.null() first.")
    kinds <- vapply(list(parts[[name]], term), function(part) script_type_kind(part$type %||% "None"), "")
    is_list <- kinds %in% c("Record", "Tuple", "List", "Dict", "Empty")
    if (all(is_list)) {
      parts[[name]] <- merge_records(cx, parts[[name]], term, expr, scope)
    } else {
      parts[[name]] <- if (term$type != "None") term
    }
  }
  if ("static" %in% term_types(parts) && all_static(parts)) static_term(lapply(parts, static_value)) else make_list(cx, parts, expr, scope)
}

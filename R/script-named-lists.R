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

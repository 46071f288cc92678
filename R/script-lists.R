# Lists, vectors and dictionaries: made, joined.

# list(...): with names a record; otherwise a list if its elements are of one type, and a tuple if not.
make_list <- function(cx, given, expr, scope) {
  # c() is NULL
  given <- lapply(given, function(term) if (is_always_null(cx, term)) none_term() else term)
  # numbers that are no tensor's can't fail
  computes <- !is.null(scope) && !isTRUE(scope$is_package) & vapply(given, function(term) {
    !is_static(term) && is.null(term$place) && (term$type == "Tensor" || isTRUE(term$may_fail) || !is.null(term$code) && grepl("torch", term$code, fixed = TRUE) || !is_scalar_type(term$type))
  }, NA)
  for (i in seq_len(max(which(computes), 0))) {
    term <- given[[i]]
    if (computes[[i]]) {
      given[[i]] <- utils::modifyList(keep_term(cx, term), list(is_computed = is.null(term$looked_at)))
    } else if (!is_static(term) && !term$simple && !is.null(term$code) && is_known_type(term$type) && !term$type %in% c("None", "Empty")) {
      # what comes before it stays before it
      given[[i]] <- keep_term(cx, settled_item(cx, term))
    }
  }
  look_at_parts(cx, list_of_terms(cx, given, expr), given, expr, scope)
}
list_of_terms <- function(cx, given, expr) {
  if (length(given) == 0) {
    # R sees that there were names
    return(if (is.null(names(given))) new_term("Empty", "[]", fresh = TRUE) else static_term(stats::setNames(list(), character())))
  }
  for (term in given) share_list(cx, term)
  labels <- rlang::names2(given)
  if (all(vapply(given, function(term) term$type == "static", NA))) {
    return(static_term(stats::setNames(lapply(given, static_value), if (any(labels != "")) labels)))
  }
  if (any(vapply(given, function(term) term$type == "static", NA))) refuse(cx, expr, "A list of a program can't hold what only R has.")
  original <- given
  given <- lapply(given, function(term) as_kept_number(cx, term))
  types <- term_types(given)
  if (all(labels == "") && "number" %in% types && all(is_number_type(types) | types == "number")) types[] <- "number"
  codes <- vapply(given, function(term) term$code, "")
  if (any(labels != "")) {
    if (any(labels == "") || anyDuplicated(labels)) refuse(cx, expr, "Either all elements of a list have names, each its own, or none.")
    unfit <- labels[!is_field_name(labels)]
    if (length(unfit) > 0) refuse(cx, expr, sprintf("A list of a program can't have an element named `%s`.", unfit[[1]]), "Its names are letters, digits and `_`, and no words of Python's; unname() leaves names out.")
    type <- record_type(labels, types)
    if (!all(vapply(types, is_known_type, NA))) {
      return(new_term("?", "None", simple = TRUE))
    }
    return(new_term(type, tuple_code(cx, codes, type), parts = unname(original)))
  }
  if (length(unique(types)) == 1 || all(types %in% c("Tensor", "None", "Optional[Tensor]"))) {
    joined <- Reduce(join_types, types)
    codes <- vapply(given, function(term) coerced_code(cx, term, joined), "")
    type <- list_type_of(joined)
    text <- sprintf("torch.jit.annotate(%s, [%s])", script_type_text(cx$unit, type), paste(codes, collapse = ", "))
    return(new_term(type, text, fresh = TRUE, parts = unname(original)))
  }
  new_term(tuple_type(types), tuple_code(cx, codes, "Tuple"), parts = unname(original))
}

# c() of lists of different things: each element is known.
join_tuples <- function(cx, given, expr, scope) {
  if (any(rlang::names2(given) != "")) refuse(cx, expr, "`c()` with names is not translated.", "list() has names.")
  parts <- lapply(given, function(term) {
    if (is_scalar_type(term$type) || term$type == "Tensor") {
      return(list(term))
    }
    if (startsWith(term$type, "Tuple")) {
      return(settled_parts(cx, term_parts(cx, term)))
    }
    if (term$type == "Empty") list() else known_parts(term) %||% refuse(cx, expr, sprintf("`c()` can't join a list of different things and %s.", script_type_in_words(term$type)))
  })
  make_list(cx, unlist(parts, recursive = FALSE), expr, scope)
}
# `choose`: of the elements of a list of different things, with their names. NULL where it is another list.
choose_parts <- function(cx, term, choose, expr, scope) {
  kind <- script_type_kind(term$type)
  if (term$type == "Empty" && !is_of_null(cx, term)) {
    return(new_term("Empty", "[]", fresh = TRUE))
  }
  if (kind %in% c("Tuple", "Record")) {
    types <- script_type_parts(term$type)
    parts <- choose(stats::setNames(settled_parts(cx, term_parts(cx, term)), names(types)))
    if (length(parts) == 0 && kind == "Record") empty_dict(cx, types[[1]]) else make_list(cx, parts, expr, scope)
  }
}

is_field_name <- function(labels) grepl("^[A-Za-z][A-Za-z0-9_]*$", labels) & !labels %in% python_keywords

# An integer among doubles is one.
as_element <- function(cx, term, type) {
  if (term$type != "int" || !type %in% c("whole", "float")) {
    return(term)
  }
  if (is_static(term)) literal_term(as.double(static_value(term))) else new_term(type, coerced_code(cx, term, type), simple = term$simple && type == "whole", lower = term$lower)
}

# c(...): a vector of numbers or strings; lists joined; of tensors a list, as in torch for R.
combine <- function(cx, given, expr, scope) {
  given <- Filter(function(term) term$type != "None" && !is_always_null(cx, term), given)
  if (length(given) == 0) {
    return(if (length(expr) > 1) none_term() else new_term("Empty", "[]", fresh = TRUE, dtype = "null"))
  }
  if (any_unknown(given)) {
    return(unknown_term())
  }
  if (any(startsWith(term_types(given), "Record"))) {
    return(join_named_lists(cx, given, expr, scope))
  }
  if (any(startsWith(term_types(given), "Tuple"))) {
    return(join_tuples(cx, given, expr, scope))
  }
  of_list <- any(vapply(given, function(term) startsWith(term$type, "List[") || term$type == "Empty" && !is_of_null(cx, term), NA))
  given <- if (of_list) lapply(given, function(term) as_kept_number(cx, term)) else as_double_numbers(cx, given, expr)
  if (all_static(given)) {
    value <- do.call(c, lapply(given, function(term) if (is_callable(static_value(term))) list(static_value(term)) else static_value(term)))
    return(literal_term(value) %||% static_term(value))
  }
  if (any(rlang::names2(given) != "")) refuse(cx, expr, "`c()` with names is not translated.", "list() has names.")
  types <- term_types(given)
  scalars <- types %in% c("int", "whole", "float", "bool", "str", "number")
  elements <- ifelse(scalars | types == "Tensor", types, vapply(given, function(term) {
    inner <- required_type(term$type)
    if (is_list_type(inner)) element_type(inner) else if (inner %in% c("int", "whole", "float", "bool", "str")) inner else if (inner == "Empty") "?" else ""
  }, ""))
  if (any(elements == "")) refuse(cx, expr, sprintf("`c()` can't join %s.", script_type_in_words(types[elements == ""][[1]])))
  plain <- vapply(types, required_type, "")
  # of list() a list
  is_list <- startsWith(plain, "List[") | vapply(given, function(term) term$type == "Empty" && !is_of_null(cx, term), NA)
  joined <- if (any(is_list)) join_all_parts(elements) else join_all_types(elements)
  given <- stop_if_undecided(cx, given, elements, is_list, joined)
  if (is.null(joined) && !any(is_list) && all(elements %in% c("bool", "int", "whole", "float")) && !any(vapply(types, is_optional_type, NA))) {
    # TRUE is one among numbers
    converted <- lapply(given, function(term) if (grepl("bool", term$type, fixed = TRUE)) convert_number("int")(cx, list(term), expr, scope) else term)
    return(combine(cx, converted, expr, scope))
  }
  if (is.null(joined)) refuse(cx, expr, sprintf("`c()` can't join %s.", paste(unique(vapply(elements, script_type_in_words, "")), collapse = " and ")))
  if (!is_known_type(joined)) {
    return(new_term("Empty", "[]", fresh = TRUE))
  }
  # one element may be read alone
  given <- lapply(given, function(term) {
    fails <- isTRUE(term$may_fail) || term$type == "Tensor" && !term$simple && is.null(term$place) && !isTRUE(scope$is_package)
    if (fails) run_term(cx, term) else term
  })
  is_vector <- !any(is_list) && all(scalars | startsWith(plain, "Vector") | plain %in% c("int", "whole", "float", "bool", "str") | types == "Empty") && joined != "Tensor"
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
      piece <- if (is_list_type(there$type)) coerced_code(cx, there, type) else sprintf("torch.jit.annotate(%s, [%s])", text, coerced_code(cx, there, joined))
      pieces[[length(pieces) + 1]] <- sprintf("(%s if %s is None else %s)", empty_code(cx, type), term$code, piece)
    } else {
      pieces[[length(pieces) + 1]] <- coerced_code(cx, term, type)
    }
  }
  flush()
  code <- paste(unlist(pieces), collapse = " + ")
  parts <- if (all(scalars | types == "Tensor")) unname(if (is_vector) lapply(given, function(term) as_element(cx, term, joined)) else given)
  # one list alone is the same list
  fresh <- length(pieces) > 1 || !is.null(parts)
  place <- if (!fresh) Find(function(term) !is_scalar_type(term$type) && term$type != "Empty", given)$place
  made <- new_term(type, if (length(pieces) > 1) sprintf("(%s)", code) else code, fresh = fresh, parts = parts, place = place)
  made$has_elements <- any(scalars | types == "Tensor")
  made$from_null <- all(vapply(given, function(term) is_of_null(cx, term), NA))
  made
}

# c() gives a list where one is among its arguments, doubles where doubles are, and NULL where all are NULL. Where what says so
# may be NULL alone the program stops if it is.
stop_if_undecided <- function(cx, given, elements, is_list, joined) {
  of_null <- vapply(given, function(term) is_list_type(term$type) && is_of_null(cx, term), NA)
  may_be_null <- of_null | vapply(given, function(term) is_optional_type(term$type), NA)
  kinds <- ifelse(elements == "whole", "float", elements)
  questions <- list(
    if (!all(of_null)) rep(TRUE, length(given)),
    if (any(is_list) && !identical(joined, "Tensor")) is_list,
    if (any(kinds == "int") && !any(is_list)) kinds == "float",
    if (any(kinds == "bool") && !any(is_list)) kinds != "bool"
  )
  for (decides in unique(Filter(function(decides) any(decides) && all(may_be_null[decides]), questions))) {
    given[decides] <- lapply(given[decides], function(term) keep_term(cx, term))
    absent <- vapply(which(decides), function(i) sprintf(if (of_null[[i]]) "(len(%s) == 0)" else "(%s is None)", given[[i]]$code), "")
    message <- if (all(of_null[decides])) told_of_null(given[[which(decides)[[1]]]]) else "what may be NULL is NULL, and c() gives something else then: ask is.null() first"
    emit(cx, c(sprintf("if %s:", paste(absent, collapse = " and ")), sprintf("  raise ValueError(%s)", string_text(message))))
  }
  given
}

append_to <- function(cx, given, expr, scope) {
  matched <- match_given(cx, alist(x = , values = , after = ), given, expr)$matched
  if (is.null(matched$x) || is.null(matched$values)) refuse(cx, expr, "`append()` needs `x` and `values`.", "c(x, values).")
  if (!is.null(matched$after) && matched$x$type != "?") {
    x <- keep_term(cx, matched$x)
    if (!is_list_type(x$type)) refuse(cx, expr, sprintf("`after` of `append()` is for vectors and lists, not %s.", term_in_words(x)))
    after <- keep_term(cx, new_term("int", sprintf("%s(%s, len(%s))", helper(cx, "after"), need_code(cx, matched$after, "int", expr, "`after`"), x$code)))$code
    parts <- lapply(c("%s[:%s]", "%s[%s:]"), function(half) new_term(x$type, sprintf(half, x$code, after), fresh = TRUE))
    return(told_of(cx, expr, combine(cx, list(parts[[1]], matched$values, parts[[2]]), expr, scope)))
  }
  told_of(cx, expr, combine(cx, unname(matched[c("x", "values")]), expr, scope))
}

length_of <- function(cx, given, expr, scope) {
  term <- given[[1]]
  if (is_static(term) && term$type == "static") {
    value <- static_value(term)
    if (inherits(value, "script_self")) {
      if (!inherits(value$module, c("nn_module_list", "nn_module_dict", "nn_sequential"))) refuse(cx, expr, "`length()` does not apply to a module.")
      value <- registered(value$self, "child")
    }
    return(literal_term(if (is_callable(value)) 1L else length(value)))
  }
  if (term$type == "Empty") term <- new_term("List[Tensor]", empty_code(cx, "List[Tensor]"))
  if (!is.null(term$elements)) term <- term$elements
  if (is_optional_type(term$type)) {
    term <- keep_term(cx, term)
    size <- length_of(cx, list(term_of_required(cx, term)), expr, scope)
    return(new_term("int", sprintf("(0 if %s is None else %s)", term$code, size$code), lower = 0))
  }
  if (!is.null(parts <- known_parts(term))) {
    return(literal_term(length(parts)))
  }
  switch(script_type_kind(term$type),
    Tensor = new_term("int", sprintf("torch.numel(%s)", term$code), lower = 0),
    Slots = , List = , Vector = , Dict = {
      # a new one is its length
      code <- if (is_slots_type(term$type) && !term$simple) term$code else sprintf("len(%s)", term$code)
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
  if (given[[1]]$type == "static") {
    return(literal_term(dim(static_value(given[[1]]))))
  }
  if (given[[1]]$type != "Tensor") refuse(cx, expr, sprintf("`dim()` applies to tensors, not to %s.", script_type_in_words(given[[1]]$type)))
  new_term("Vector[int]", sprintf("torch.size(%s)", given[[1]]$code), fresh = TRUE)
}

extent_of <- function(position) {
  function(cx, given, expr, scope) {
    if (given[[1]]$type == "?") {
      return(unknown_term())
    }
    if (given[[1]]$type == "static") {
      return(literal_term(dim(static_value(given[[1]]))[position]))
    }
    new_term("int", sprintf("%s(%s, %d)", helper(cx, "extent"), need_code(cx, given[[1]], "Tensor", expr), position - 1), lower = 0)
  }
}

names_of <- function(cx, given, expr, scope) {
  term <- given[[1]]
  switch(script_type_kind(term$type),
    Dict = {
      # what began as list() has none before it has an element
      labels <- new_term("Vector[str]", sprintf("%s.keys()", term$code), fresh = TRUE)
      has_names <- !is.null(term$place) && !isTRUE(cx$declared[[cx$vars[[term$place]]$version %||% ""]]$begins_empty)
      labels[c("from_null", "is_names")] <- list(!has_names)
      labels
    },
    Record = literal_term(names(script_type_parts(term$type))),
    static = {
      value <- static_value(term)
      if (inherits(value, "script_self")) refuse(cx, expr, "`names()` of a module can't be translated.", "$keys() of an nn_module_dict() gives the names.")
      if (anyNA(names(value))) refuse(cx, expr, "A name is NA here, which a program does not have.")
      literal_term(names(value))
    },
    None = , Empty = none_term(),
    `?` = unknown_term(),
    refuse(cx, expr, sprintf("`names()` does not apply to %s.", script_type_in_words(term$type)))
  )
}

reversed <- function(cx, given, expr, scope) {
  term <- given[[1]]
  chosen <- choose_parts(cx, term, rev, expr, scope)
  if (!is.null(chosen)) {
    return(chosen)
  }
  if (!is_list_type(term$type)) refuse(cx, expr, sprintf("`rev()` does not apply to %s.", script_type_in_words(term$type)))
  held <- keep_term(cx, term)
  item <- new_name(cx, "i")
  new_term(term$type, sprintf("[%s[len(%s) - 1 - %s] for %s in range(len(%s))]", held$code, held$code, item, item, held$code), fresh = TRUE)
}

is_in <- function(cx, given, expr, scope) {
  held <- given[[2]]
  if (any_unknown(given)) {
    return(unknown_term())
  }
  if ("Tensor" %in% term_types(given)) refuse(cx, expr, "`%in%` compares numbers and strings, not tensors.", "torch_isin(elements = x, test_elements = y) asks it of tensors.")
  if (startsWith(held$type, "Dict")) refuse(cx, expr, "`%in%` looks among values.", "names(x) gives the names.")
  if (all_static(given) && held$type != "static") {
    value <- static_value(given[[1]]) %in% static_value(held)
    if (length(value) == 1) {
      return(literal_term(value))
    }
  }
  if (is_scalar_type(held$type)) held <- vector_of_one(cx, held)
  if (is_vector_term(given[[1]])) {
    held <- keep_term(cx, held)
    return(each_element(cx, given[1], expr, function(parts) is_in(cx, list(parts[[1]], new_term(held$type, held$code, simple = TRUE)), expr, scope)))
  }
  if (held$type %in% c("None", "Empty")) {
    if (!is_scalar_type(given[[1]]$type)) refuse(cx, expr, sprintf("`%%in%%` compares numbers and strings, not %s.", script_type_in_words(given[[1]]$type)))
    return(literal_term(FALSE))
  }
  if (!is_list_type(held$type)) refuse(cx, expr, sprintf("`%%in%%` needs a vector, not %s.", script_type_in_words(held$type)))
  type <- join_types(given[[1]]$type, element_type(held$type))
  if (is.null(type) || !type %in% c("int", "whole", "float", "str", "bool")) refuse(cx, expr, "`%in%` compares numbers with numbers, and strings with strings.")
  code <- coerced_code(cx, given[[1]], type)
  within <- coerced_code(cx, held, sprintf("Vector[%s]", type))
  item <- new_name(cx, "v")
  new_term("bool", switch(type,
    float = sprintf("%s(%s, %s)", helper(cx, "in_numbers"), code, within),
    # lists of flags have no `in`
    bool = sprintf("any([%s == %s for %s in %s])", item, keep_term(cx, new_term("bool", code))$code, item, within),
    sprintf("(%s in %s)", code, within)
  ))
}

# `[`, `[[`, `$` and their assignments.

index_value <- function(cx, expr, scope) {
  held <- translate(cx, expr[[2]], scope)
  kind <- script_type_kind(held$type)
  switch(kind,
    Tensor = tensor_element(cx, held, expr, scope),
    List = , Vector = list_slice(cx, held, expr, scope),
    Tuple = , Record = part_of_record(cx, held, expr, scope),
    `?` = unknown_term(),
    static = , str = , int = , whole = , float = , bool = scalar_element(cx, held, expr, scope),
    refuse(cx, expr, sprintf("`[` does not apply to %s.", script_type_in_words(held$type)), if (is_optional_type(held$type)) "Ask is.null() first." else "`[[` takes one element.")
  )
}

scalar_element <- function(cx, held, expr, scope) {
  if (!is_static(held)) {
    refuse(cx, expr, sprintf("`[` does not apply to %s.", script_type_in_words(held$type)))
  }
  given <- given_arguments(cx, as.call(c(list(quote(f)), as.list(expr)[-(1:2)])), scope)
  if (!all(vapply(given, is_static, NA))) refuse(cx, expr, "Elements of what only R has are taken by constants.")
  value <- tryCatch(do.call(as.character(expr[[1]]), c(list(static_value(held)), lapply(given, static_value))), error = function(e) refuse(cx, expr, conditionMessage(e)))
  capture_value(cx, value, "element")
}

element_value <- function(cx, expr, scope) {
  held <- translate(cx, expr[[2]], scope)
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
  if (kind == "static") {
    i <- translate(cx, expr[[3]], scope)
    if (!is_static(i)) refuse(cx, expr, "Which of these is taken must be known before the program runs.", "A loop over seq_along() of them, or over a constant range, is written out.", needs_known = TRUE)
    return(static_member(cx, static_value(held), static_value(i), expr, scope))
  }
  i <- translate(cx, expr[[3]], scope)
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
        return(parts[[static_value(i)]])
      }
      new_term(element_type(held$type), sprintf("%s[%s]", held$code, item_code(cx, i, held, expr)))
    },
    Dict = new_term(element_type(held$type), sprintf("%s[%s]", held$code, need_code(cx, i, "str", expr, "The name"))),
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

# A position in a list: from one on, and not behind its end.
item_code <- function(cx, i, held, expr) {
  if (is_static(i)) {
    value <- static_value(i)
    if (!is.numeric(value) || length(value) != 1 || value != trunc(value) || value < 1) refuse(cx, expr, "`[[` takes one position, from one on.")
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
  if (head == ":" && is_base_function(cx, scope, ":")) {
    ends <- translate_in_order(cx, list(function() translate(cx, index[[2]], scope), function() translate(cx, index[[3]], scope)))
    codes <- vapply(ends, function(term) keep_term(cx, new_term("int", need_code(cx, term, "int", expr), simple = is_static(term)))$code, "")
    # what is behind the end would be NA
    emit(cx, c(
      sprintf("if %s < 1 or %s < %s or %s > len(%s):", codes[[1]], codes[[2]], codes[[1]], codes[[2]], held$code),
      "  raise IndexError(\"subscript out of bounds: a range rises, from one on, to the length at most\")"
    ))
    return(new_term(held$type, sprintf("%s[%s - 1:%s]", held$code, codes[[1]], codes[[2]]), fresh = TRUE))
  }
  i <- translate(cx, index, scope)
  if (is_static(held) && is_static(i)) {
    return(capture_value(cx, static_value(held)[static_value(i)], "element"))
  }
  if (is_static(i) && length(static_value(i)) == 1 && is.numeric(static_value(i)) && static_value(i) < 0) {
    # a negative position leaves out
    at <- as.integer(-static_value(i))
    return(new_term(held$type, sprintf("(%s[:%d] + %s[%d:])", held$code, at - 1L, held$code, at), fresh = TRUE))
  }
  if (head == "-" && length(index) == 2 && is_number_type(i$type)) {
    return(all_but(cx, held, i, expr))
  }
  if (is_vector && is_number_type(i$type)) {
    return(new_term(element_type(held$type), sprintf("%s[%s]", held$code, item_code(cx, i, held, expr))))
  }
  if (!is_vector && is_number_type(i$type)) {
    return(new_term(held$type, sprintf("[%s[%s]]", held$code, item_code(cx, i, held, expr)), fresh = TRUE))
  }
  if (is_vector_term(i) && element_type(i$type) %in% c("int", "whole", "float")) {
    return(elements_at(cx, held, i, expr))
  }
  refuse(cx, expr, "A list is indexed by a position, a range `a:b`, or a negative constant.", "lapply() or a loop takes several.")
}

# ---- tensors

tensor_element <- function(cx, held, expr, scope) {
  index <- tensor_index(cx, expr, scope)
  if (index == "...") {
    return(held)
  }
  term <- new_term("Tensor", sprintf("%s[%s]", keep_term(cx, held)$code, index), dtype = held$dtype)
  term$is_copy <- isTRUE(attr(index, "copies"))
  term
}

tensor_index <- function(cx, expr, scope) {
  parts <- as.list(expr)[-(1:2)]
  drop <- TRUE
  if ("drop" %in% names(parts)) {
    given <- translate(cx, parts$drop, scope)
    if (!is_static(given) || !rlang::is_bool(static_value(given))) refuse(cx, expr, "`drop` must be known before the program runs.", "drop = FALSE.")
    drop <- static_value(given)
    parts$drop <- NULL
  }
  several <- 0L
  copies <- FALSE
  codes <- vapply(parts, function(part) {
    code <- index_part(cx, part, scope, drop, expr)
    several <<- several + isTRUE(attr(code, "positions"))
    copies <<- copies || !is.null(attr(code, "positions"))
    as.character(code)
  }, "")
  if (several > 1) {
    refuse(cx, expr, "Only one dimension can be indexed by several positions here.", "x[i, ][, j] takes all combinations, torch_index() pairs.")
  }
  if (sum(codes == "...") > 1) refuse(cx, expr, "Only one `..` can stand in an index.")
  structure(paste(codes, collapse = ", "), copies = copies)
}

index_part <- function(cx, part, scope, drop, expr) {
  if (identical(part, quote(expr = ))) {
    return(":")
  }
  if (is.call(part) && identical(part[[1]], quote(`:`))) {
    return(index_range(cx, part, scope, expr))
  }
  term <- translate(cx, part, scope)
  value <- if (is_static(term)) static_value(term)
  if (inherits(value, "torch_ellipsis")) {
    return("...")
  }
  if (inherits(value, "torch_newaxis") || term$type == "None") {
    return("None")
  }
  if (inherits(value, "torch_index_end")) {
    return(int_text(as.integer(unclass(value)) - 1L))
  }
  if (inherits(value, "torch_slice")) {
    ends <- lapply(value, function(end) if (inherits(end, "torch_index_end")) as.double(unclass(end)) - 1 else if (is.infinite(end)) -1 else end)
    codes <- c(position_code(cx, literal_term(ends$start), expr), position_code(cx, literal_term(ends$end), expr, 2))
    return(sprintf("%s:%s:%s", codes[[1]], codes[[2]], int_text(ends$step)))
  }
  if (term$type == "?") {
    return("0")
  }
  if (is_number_type(term$type)) {
    code <- position_code(cx, term, expr)
    if (!drop) {
      held <- keep_term(cx, new_term("int", code))$code
      return(sprintf("%s:(None if %s == -1 else %s + 1)", held, held, held))
    }
    return(code)
  }
  if (term$type == "Tensor") {
    return(structure(sprintf("%s(%s)", helper(cx, "positions_or_mask"), term$code), positions = !identical(term$dtype, "bool")))
  }
  if (is_list_type(term$type) && element_type(term$type) %in% c("int", "whole", "float", "bool")) {
    if (element_type(term$type) == "bool") {
      return(structure(sprintf("torch.tensor(%s)", term$code), positions = FALSE))
    }
    return(structure(sprintf("torch.tensor(%s)", operator_list(cx, term, "int", 1, expr, "index")), positions = TRUE))
  }
  if (term$type == "bool") refuse(cx, expr, "One TRUE or FALSE is no index.")
  refuse(cx, expr, sprintf("%s can't be an index.", script_type_in_words(term$type)))
}

index_range <- function(cx, part, scope, expr) {
  step <- "1"
  if (is.call(part[[2]]) && identical(part[[2]][[1]], quote(`:`))) {
    by <- translate(cx, part[[3]], scope)
    step <- need_code(cx, by, "int", expr, "The step")
    part <- part[[2]]
  }
  end_of <- function(term) {
    value <- if (is_static(term)) static_value(term)
    if (inherits(value, "torch_index_end")) literal_term(as.integer(unclass(value)) - 1L) else if (is.numeric(value) && length(value) == 1 && is.infinite(value)) literal_term(-1L) else term
  }
  ends <- translate_in_order(cx, list(function() end_of(translate(cx, part[[2]], scope)), function() end_of(translate(cx, part[[3]], scope))))
  if (any(vapply(ends, function(term) term$type == "?", NA))) {
    return(":")
  }
  if (all(vapply(ends, is_static, NA))) {
    values <- vapply(ends, function(term) as.double(static_value(term)), 0)
    if (values[[1]] * values[[2]] > 0 && values[[1]] > values[[2]]) refuse(cx, expr, "A falling range is no slice.", "rev() or torch_flip() turns round.")
    return(sprintf("%s:%s:%s", position_code(cx, ends[[1]], expr), position_code(cx, ends[[2]], expr, 2), step))
  }
  if (is_static(ends[[1]]) && static_value(ends[[1]]) > 0 && ends[[2]]$lower >= static_value(ends[[1]])) {
    return(sprintf("%s:%s:%s", position_code(cx, ends[[1]], expr), need_code(cx, ends[[2]], "int", expr), step))
  }
  first <- keep_term(cx, new_term("int", need_code(cx, ends[[1]], "int", expr), simple = is_static(ends[[1]])))$code
  if (is_static(ends[[2]])) {
    value <- static_value(ends[[2]])
    return(sprintf("%s(%s):%s:%s", helper(cx, "position"), first, if (value > 0) sprintf("%s(%s, %s)", helper(cx, "slice_end"), first, int_text(value)) else position_code(cx, ends[[2]], expr, 2), step))
  }
  last <- need_code(cx, ends[[2]], "int", expr)
  sprintf("%s(%s):%s(%s, %s):%s", helper(cx, "position"), first, helper(cx, "slice_end"), first, last, step)
}

# ---- assignment to parts

assign_to <- function(cx, target, term, scope, expr, index_scope = scope) {
  if (is.character(target)) target <- as.name(target)
  if (is.name(target)) {
    return(assign_variable(cx, scope, as.character(target), term, expr))
  }
  head <- if (is.call(target) && is.name(target[[1]])) as.character(target[[1]]) else ""
  if (head == "(") {
    return(assign_to(cx, target[[2]], term, scope, expr, index_scope))
  }
  if (!head %in% c("[", "[[", "$")) {
    refuse(cx, expr, sprintf("`%s(x) <-` can't be translated.", head), if (head == "names") "list() gives names." else NULL)
  }
  inner <- target[[2]]
  if (identical(inner, quote(self)) && head == "$") {
    held <- translate(cx, inner, scope)
    if (is_static(held) && inherits(static_value(held), "script_self")) {
      return(assign_member(cx, static_value(held), as.character(target[[3]]), term, expr))
    }
  }
  if (is.call(inner) && !(is.name(inner[[1]]) && as.character(inner[[1]]) %in% c("[", "[[", "$", "("))) {
    refuse(cx, expr, sprintf("Elements of `%s` can't be set.", squeeze_text(inner)), "Give it a name first.")
  }
  if (is.name(inner)) {
    make_local(cx, scope, as.character(inner), expr)
  } else if (scope$id != index_scope$id && !all(vapply(as.list(inner)[-(1:2)], function(i) is.name(inner[[2]]) && (!is.language(i) || identical(inner[[1]], quote(`$`))), NA))) {
    refuse(cx, expr, "`<<-` sets an element of an element by constants only.", "Take the inner list out, change it, and set it.")
  }
  held <- translate(cx, inner, scope)
  kind <- script_type_kind(held$type)
  if (kind == "?") {
    return(invisible())
  }
  if (kind == "Tensor") {
    if (head == "$") refuse(cx, expr, sprintf("`$%s <-` of a tensor can't be translated.", as.character(target[[3]])))
    kept <- keep_term(cx, held)
    index <- tensor_index(cx, target, index_scope)
    emit(cx, sprintf("%s[%s] = %s", kept$code, index, assigned_value(cx, term, expr, kept)))
    # elements at several positions are copies: they go back to where they are from
    if (isTRUE(held$is_copy)) assign_to(cx, inner, utils::modifyList(kept, list(is_copy = FALSE)), scope, expr, index_scope)
    return(invisible())
  }
  if (is_optional_type(term$type)) {
    refuse(cx, expr, "What is set here may be NULL, which would remove the element.", "Ask is.null() first.")
  }
  label <- if (head == "$") as.character(target[[3]])
  i <- if (head == "$") literal_term(label) else if (length(target) == 3 && !identical(target[[3]], quote(expr = ))) translate(cx, target[[3]], index_scope) else refuse(cx, expr, "One position is needed here.")
  if (head == "[" && !startsWith(held$type, "Vector") && kind != "Empty") refuse(cx, expr, "`[<-` of a list can't be translated.", "`[[<-` sets one element.")
  if (i$type == "?") {
    return(invisible())
  }
  key <- if (is.name(inner)) find_binding(cx, scope, as.character(inner))$key
  if (!is.null(term$place) && is_container_type(term$type)) disown(cx, term$place)
  switch(kind,
    Tuple = , Record = assign_part(cx, inner, held, i, term, scope, expr),
    List = , Vector = , Dict = , Empty = assign_element(cx, inner, held, key, i, term, scope, expr),
    refuse(cx, expr, sprintf("%s has no elements to set.", script_type_in_words(held$type)), if (is_optional_type(held$type)) "Ask is.null() first.")
  )
}

assigned_value <- function(cx, term, expr, target) {
  # a tensor of whole numbers would cut the fraction off
  if (term$type == "float" && !identical(target$dtype, "float")) {
    return(sprintf("%s(%s, %s)", helper(cx, "fraction_for"), target$code, term$code))
  }
  if (term$type %in% c("Tensor", "bool", "int", "float", "?")) {
    return(term$code)
  }
  if (term$type == "whole") {
    return(coerced_code(cx, term, "float"))
  }
  if (is_list_type(term$type) && element_type(term$type) %in% c("int", "float", "bool")) {
    return(sprintf("torch.tensor(%s)", term$code))
  }
  refuse(cx, expr, sprintf("Elements of a tensor can't be %s.", script_type_in_words(term$type)))
}

# A tuple or record is made anew.
assign_part <- function(cx, inner, held, i, term, scope, expr) {
  if (!is_static(i)) refuse(cx, expr, "An element of a list of different things must be known before the program runs.", "Begin with list() and set the elements by name in a loop: that has names which need not be known.")
  types <- script_type_parts(held$type)
  value <- static_value(i)
  at <- if (is.character(value)) match(value, names(types), nomatch = length(types) + 1L) else as.integer(value)
  if (at > length(types) + 1 || at < 1) refuse(cx, expr, "subscript out of bounds")
  parts <- term_parts(cx, held)
  if (term$type == "None" && at <= length(types)) {
    parts <- parts[-at]
    labels <- names(types)[-at]
  } else {
    parts[[at]] <- keep_term(cx, term)
    labels <- if (!is.null(names(types))) append(names(types), if (at > length(types)) value)
  }
  made <- make_list(cx, stats::setNames(parts, labels), expr, scope)
  assign_to(cx, inner, made, scope, expr)
}

assign_element <- function(cx, inner, held, key, i, term, scope, expr) {
  version <- if (!is.null(key)) cx$vars[[key]]$version
  expected <- if (!is.null(version)) cx$previous$declared[[version]]$type
  by_name <- i$type == "str"
  if (held$type == "Empty" && by_name && is_static(i) && !startsWith(expected %||% "", "Dict")) {
    made <- make_list(cx, stats::setNames(list(term), static_value(i)), expr, scope)
    return(assign_to(cx, inner, made, scope, expr))
  }
  element <- if (term$type == "whole" && by_name) "float" else term$type
  wanted <- if (by_name) sprintf("Dict[str, %s]", element) else sprintf("%s[%s]", if (startsWith(held$type, "Vector")) "Vector" else "List", element)
  if (by_name != startsWith(held$type, "Dict") && held$type != "Empty") {
    refuse(cx, expr, if (by_name) "A list without names has no elements by name." else "A list with names is set by name here.")
  }
  if (term$type == "None" && !is_optional_type(element_type(held$type))) {
    # R deletes what is set to NULL
    held_key <- own_target(cx, inner, held, key, scope, expr)
    emit(cx, if (by_name) sprintf("%s.pop(%s)", held_key$code, i$code) else sprintf("%s.pop(%s)", held_key$code, item_code(cx, i, held_key, expr)))
    held_key$done()
    return(invisible())
  }
  joined <- join_types(held$type, wanted)
  if (is.null(joined)) {
    refuse(cx, expr, sprintf("%s can't be put into %s.", script_type_in_words(term$type), script_type_in_words(held$type)))
  }
  if (!is.null(key)) {
    # the variable is of the type that holds the new element as well
    if (!identical(joined, cx$vars[[key]]$type) || held$type == "Empty") {
      binding <- cx$vars[[key]]
      declared <- cx$declared[[binding$version]]
      declared$type <- join_types(declared$type, joined) %||% joined
      cx$unsettled <- TRUE
      cx$declared[[binding$version]] <- declared
      binding$type <- join_types(joined, expected %||% joined) %||% joined
      binding$declared <- binding$type
      cx$vars[[key]] <- binding
      held$type <- binding$type
    }
  }
  target <- own_target(cx, inner, held, key, scope, expr)
  code <- if (term$type == "?") term$code else coerced_code(cx, term, if (held$type == "Empty") element else element_type(held$type))
  if (by_name) {
    emit(cx, sprintf("%s[%s] = %s", target$code, i$code, code))
  } else {
    emit_element(cx, target$code, i, code, expr)
  }
  target$done()
}

emit_element <- function(cx, list, i, code, expr) {
  size <- sprintf("len(%s)", list)
  linear <- if (is_whole_type(i$type)) linear_of(i)
  if (identical(linear$base, size) && linear$offset == 1) {
    emit(cx, sprintf("%s.append(%s)", list, code))
    return(invisible())
  }
  at <- keep_term(cx, new_term("int", sprintf("%s(%s, %s)", helper(cx, "slot"), need_code(cx, i, "int", expr, "A position"), size)))$code
  value <- keep_term(cx, new_term("Tensor", code))$code
  emit(cx, c(sprintf("if %s == %s:", at, size), sprintf("  %s.append(%s)", list, value), "else:", sprintf("  %s[%s] = %s", list, at, value)))
}

# The list to be changed, held by nothing else; `done()` puts it back where it came from.
own_target <- function(cx, inner, held, key, scope, expr) {
  if (!is.null(key) && cx$vars[[key]]$kind == "variable") {
    own_variable(cx, key)
    binding <- cx$vars[[key]]
    binding[c("value", "parts")] <- list(NULL)
    cx$vars[[key]] <- binding
    held[c("value", "parts")] <- list(NULL)
    held$code <- binding$name
    held$done <- function() invisible()
    return(held)
  }
  name <- new_name(cx, "t")
  emit(cx, sprintf("%s = %s", name, if (startsWith(held$type, "Dict")) sprintf("%s.copy()", held$code) else sprintf("list(%s)", held$code)))
  held$code <- name
  held$simple <- TRUE
  held$fresh <- TRUE
  held["place"] <- list(NULL)
  held["parts"] <- list(NULL)
  held$done <- function() assign_to(cx, inner, utils::modifyList(held, list(done = NULL)), scope, expr)
  held
}

# Assignment to parts: elements of tensors, lists, dictionaries and tuples, members of modules.

assign_to <- function(cx, target, term, scope, expr, index_scope = scope) {
  if (is.character(target)) target <- as.name(target)
  if (is.name(target)) {
    return(assign_variable(cx, scope, as.character(target), term, expr))
  }
  head <- if (is.call(target) && is.name(target[[1]])) as.character(target[[1]]) else ""
  if (head == "(") {
    return(assign_to(cx, target[[2]], term, scope, expr, index_scope))
  }
  if (is_slots_type(term$type)) refuse_slots(cx, expr)
  term <- stop_if_null(cx, term)
  # c() is NULL
  if (term$type == "Empty" && is_of_null(cx, term)) term <- none_term()
  if (head == "names" && length(target) == 2) {
    made <- renamed(cx, translate_held(cx, target[[2]], index_scope), term, expr, scope)
    return(assign_to(cx, target[[2]], made, scope, expr, index_scope))
  }
  if (!head %in% c("[", "[[", "$")) {
    refuse(cx, expr, sprintf("`%s(x) <-` can't be translated.", head), switch(head, dim = "x <- x$reshape(shape)."))
  }
  inner <- target[[2]]
  if (changes_unknown_field(cx, target, scope)) {
    return(invisible())
  }
  if (identical(inner, quote(self)) && head == "$") {
    held <- translate(cx, inner, scope)
    if (is_static(held) && inherits(static_value(held), "script_self")) {
      return(assign_member(cx, static_value(held), as.character(target[[3]]), term, expr))
    }
  }
  if (is.call(inner) && !(is.name(inner[[1]]) && as.character(inner[[1]]) %in% c("[", "[[", "$", "("))) {
    refuse(cx, expr, sprintf("Elements of `%s` can't be set.", squeeze_text(inner)), "Give it a name first.")
  }
  root <- assigned_root(inner)
  if (is.name(root) && (is.name(inner) || !is_of_module(cx, scope, inner))) make_local(cx, scope, as.character(root), expr, is_read = TRUE)
  if (!is.name(inner) && scope$id != index_scope$id && !all(vapply(as.list(inner)[-(1:2)], function(i) is.name(inner[[2]]) && (!is.language(i) || identical(inner[[1]], quote(`$`))), NA))) {
    refuse(cx, expr, "`<<-` sets an element of an element by constants only.", "Take the inner list out, change it, and set it.")
  }
  held <- held_or_nothing(cx, inner, head, term, scope)
  kind <- script_type_kind(held$type)
  if (kind == "?") {
    return(invisible())
  }
  if (kind %in% c("None", "Optional") && is.name(inner)) {
    begun <- begin_with_nothing(cx, held, head, term)
    if (!is.null(begun)) {
      assign_to(cx, inner, begun, scope, expr)
      return(assign_to(cx, target, term, scope, expr, index_scope))
    }
  }
  if (kind == "static" && is.name(inner) && identical(static_value(held), list())) {
    assign_to(cx, inner, new_term("Empty", "[]", fresh = TRUE), scope, expr)
    return(assign_to(cx, target, term, scope, expr, index_scope))
  }
  if (kind == "Tensor") {
    if (head == "$") refuse(cx, expr, sprintf("`$%s <-` of a tensor can't be translated.", as.character(target[[3]])))
    if ("drop" %in% names(target)) refuse(cx, expr, "`drop` has no meaning where elements are set.")
    kept <- keep_term(cx, held)
    note_write(cx, kept, expr)
    index <- index_in_order(cx, kept, expr, function() tensor_index(cx, kept, target, index_scope))
    value <- assigned_value(cx, term, expr, kept)
    # where elements are gathered the dtypes must agree
    if ((term$type == "Tensor" || term$type %in% c("Vector[int]", "Vector[bool]")) && isTRUE(attr(index, "copies"))) value <- sprintf("torch.to(%s, %s.dtype)", value, kept$code)
    # R's own assignment leaves leading dimensions of one element out
    there <- if (index == "...") kept$code else sprintf("%s[%s]", kept$code, index)
    if (term$type == "Tensor" && !isTRUE(attr(index, "copies"))) value <- sprintf("%s(%s, %s)", helper(cx, "fitted"), there, value)
    emit(cx, c(sprintf("%s[%s] = %s", kept$code, index, value), sprintf("%s(%s)", helper(cx, "written"), kept$code)))
    # elements at several positions are copies: they go back to where they are from
    if (isTRUE(held$is_copy)) {
      lines <- in_block(cx, assign_to(cx, inner, utils::modifyList(kept, list(is_copy = FALSE)), scope, expr, index_scope))
      # one position is a view
      emit(cx, if (is.null(held$unless_one)) lines else c(sprintf("if len(%s) != 1:", held$unless_one), indented(lines)))
    }
    return(invisible())
  }
  if (is_optional_type(term$type)) {
    refuse(cx, expr, "What is set here may be NULL, which would remove the element.", "Ask is.null() first.")
  }
  key <- if (is.name(inner)) find_binding(cx, scope, as.character(inner))$key
  refuse_lent(cx, key, as.character(inner), expr)
  if (head == "[" && kind == "Vector" && length(target) == 3 && !identical(target[[3]], quote(expr = ))) {
    index <- list_index(cx, held, target[[3]], expr, index_scope)
    if (is.null(index$one)) {
      return(assign_elements(cx, inner, held, key, index$several, term, scope, expr))
    }
    # what it means is known
    target[[3]] <- index$one
  }
  label <- if (head == "$") as.character(target[[3]])
  i <- if (head == "$") literal_term(label) else if (length(target) == 3 && !identical(target[[3]], quote(expr = ))) translate_index(cx, held, target[[3]], expr, index_scope) else refuse(cx, expr, "One position is needed here.")
  # a vector of one element, of which the program may not know that
  if (kind == "Vector" && is_vector_term(term) && is_number_type(i$type)) {
    return(assign_elements(cx, inner, held, key, sprintf("[%s]", need_code(cx, i, "int", expr, "A position")), term, scope, expr))
  }
  if (is_scalar_type(held$type) && head != "$" && is.name(inner) && !is.null(held$place) && !cx$vars[[held$place]]$version %in% cx$vectors) {
    return(is_vector_later(cx, cx$vars[[held$place]]$version))
  }
  if (is_scalar_type(held$type) && head != "$" && is.null(held$place)) {
    refuse(cx, expr, sprintf("`%s` is %s, of which no elements can be set.", squeeze_text(inner), script_type_in_words(held$type)), "Begin with a vector, or give it a name of its own.")
  }
  # one number or string at one position of a list
  is_one <- head == "[" && kind == "List" && is_scalar_type(term$type) && is_number_type(i$type)
  if (head == "[" && !startsWith(held$type, "Vector") && !is_one && !kind %in% c("Empty", "Slots")) refuse(cx, expr, "`[<-` of a list can't be translated.", "`[[<-` sets one element.")
  if (i$type == "?") {
    return(invisible())
  }
  if (head == "[" && i$type == "str" && kind == "Empty" && (is_of_null(cx, held) || !is.null(key) && isTRUE(cx$declared[[cx$vars[[key]]$version]]$from_null))) refuse(cx, expr, "A vector of a program has no names.", "Begin with list().")
  share_list(cx, term)
  switch(kind,
    Slots = if (head == "[[") assign_slot(cx, key, held, i, term, expr) else refuse(cx, expr, sprintf("`%s<-` of a list that is being filled can't be translated.", head), "`[[<-` sets one element."),
    Tuple = , Record = assign_part(cx, inner, held, i, term, scope, expr),
    List = , Vector = , Dict = , Empty = assign_element(cx, inner, held, key, i, term, scope, expr, head == "[" && is_scalar_type(term$type)),
    static = if (inherits(static_value(held), "script_self") && identical(static_value(held)$address, cx$own$address)) {
      refuse(cx, expr, "A field of the module is set by `self$` and its name alone.", sprintf("self$%s <- ...", if (is_static(i)) static_value(i) else "name"))
    } else if (inherits(static_value(held), "script_self")) {
      refuse(cx, expr, "Members of another module are set by its own methods alone.", "Give that module a method that sets it, and call the method.")
    } else if (identical(assigned_root(target), quote(private))) {
      refuse(cx, expr, "Private fields can't be changed by a program.", "Fields of `self` can.")
    } else if (is.list(static_value(held)) && !is.object(static_value(held)) && is_static(i) && (is_static(term) || term$type == "None")) {
      assign_to(cx, inner, static_term(changed_constant(cx, static_value(held), static_value(i), if (is_static(term)) static_value(term), expr)), scope, expr)
    } else {
      refuse(cx, expr, sprintf("%s can't be changed by a program.", describe(static_value(held))), if (is_plain(static_value(held))) "One that list() or c() makes in the program can.")
    },
    refuse(cx, expr, sprintf("%s has no elements to set.", script_type_in_words(held$type)), if (is_optional_type(held$type)) "Ask is.null() first." else if (kind == "None") "Begin with list(), or with a vector such as numeric().")
  )
}

# NULL that gets its first element becomes a list, or by `[` a vector of what is put in. NULL for all else, also where
# versions of R differ.
begin_with_nothing <- function(cx, held, head, term) {
  is_vector <- is_scalar_type(term$type) && head == "["
  type <- required_type(held$type)
  if (term$type %in% c("None", "static", "?") || head == "[" && !is_vector || head == "[[" && is_scalar_type(term$type)) {
    return(NULL)
  }
  if (type == "None" && is_vector) {
    type <- vector_type_of(returned_type(term$type))
    return(new_term(type, empty_code(cx, type), fresh = TRUE))
  }
  if (type %in% c("None", "Empty")) {
    return(new_term("Empty", "[]", fresh = TRUE))
  }
  # it would be one of integers where it is NULL
  if (is_vector && startsWith(type, "Vector") && returned_type(element_type(type)) != returned_type(term$type)) {
    return(NULL)
  }
  if (script_type_kind(type) %in% (if (is_vector) "Vector" else if (head == "$") "Dict" else c("List", "Dict"))) {
    new_term(type, sprintf("(%s if %s is None else torch._unwrap_optional(%s))", empty_code(cx, type), held$code, held$code))
  }
}

# What gets an element. An element with a name that is not there begins with nothing as well.
held_or_nothing <- function(cx, inner, head, term, scope) {
  element <- if (is.call(inner)) named_element(cx, inner, scope)
  if (is.null(element) || is_static_value(element$there, TRUE)) {
    return(translate_held(cx, inner, scope))
  }
  if (is_static(element$there)) {
    return(begin_with_nothing(cx, none_term(), head, term) %||% none_term())
  }
  value <- element$value()
  begun <- begin_with_nothing(cx, value, head, term)
  if (is.null(begun) || is_optional_type(value$type) || !identical(begun$type, value$type)) {
    return(translate_held(cx, inner, scope))
  }
  new_term(value$type, sprintf("(%s if %s else %s)", value$code, element$there$code, empty_code(cx, value$type)))
}

assigned_value <- function(cx, term, expr, target) {
  if (term$type %in% c("Tensor", "bool", "?") || term$type == "int" && is_static(term) && static_value(term) %in% 0:127) {
    return(term$code)
  }
  if (term$type == "int") {
    return(sprintf("%s(%s, %s)", helper(cx, "int_into"), target$code, term$code))
  }
  # in full precision; a tensor of whole numbers would cut the fraction off
  if (term$type %in% c("float", "whole")) {
    return(sprintf("%s(%s, %s)", helper(cx, "number_into"), target$code, coerced_code(cx, term, "float")))
  }
  if (startsWith(term$type, "Vector") && element_type(term$type) %in% c("float", "whole")) {
    return(sprintf("%s(%s, %s)", helper(cx, "vector_into"), target$code, coerced_code(cx, term, "Vector[float]")))
  }
  if (term$type == "Vector[int]") {
    return(sprintf("%s(%s, %s)", helper(cx, "ints_into"), target$code, term$code))
  }
  if (term$type == "Vector[bool]") {
    return(sprintf("torch.tensor(%s)", term$code))
  }
  refuse(cx, expr, sprintf("Elements of a tensor can't be %s.", script_type_in_words(term$type)))
}

# A tuple or record is made anew.
assign_part <- function(cx, inner, held, i, term, scope, expr) {
  if (i$type == "str" && !is_static(i) && is.name(inner)) {
    made <- dict_of_record(cx, held, if (term$type == "None") join_all_parts(unname(script_type_parts(held$type)), widely = TRUE) %||% "?" else term$type)
    if (!is.null(made)) {
      assign_to(cx, inner, made, scope, expr)
      key <- find_binding(cx, scope, as.character(inner))$key
      return(assign_element(cx, inner, read_variable(cx, scope, as.character(inner), expr), key, i, term, scope, expr))
    }
  }
  if (is_number_type(i$type) && !is_static(i) && is.name(inner) && !cx$may_know && startsWith(held$type, "Tuple")) {
    element <- join_all_parts(c(unname(script_type_parts(held$type)), term$type), widely = TRUE)
    if (!is.null(element) && !is_scalar_type(element) && term$type != "None") {
      type <- list_type_of(element)
      assign_to(cx, inner, new_term(type, coerced_code(cx, held, type), fresh = TRUE), scope, expr)
      key <- find_binding(cx, scope, as.character(inner))$key
      return(assign_element(cx, inner, read_variable(cx, scope, as.character(inner), expr), key, i, term, scope, expr))
    }
  }
  if (!is_static(i)) refuse(cx, expr, "An element of a list of different things must be known before the program runs.", "Begin with list() and set the elements by name in a loop: that has names which need not be known.")
  types <- script_type_parts(held$type)
  value <- static_value(i)
  at <- if (is.character(value)) match(value, names(types), nomatch = length(types) + 1L) else as.integer(value)
  if (at > length(types) + 1 || at < 1) refuse(cx, expr, "subscript out of bounds")
  # a field's element stays a double
  if (is_field_of_doubles(inner, if (at <= length(types)) types[[at]])) term <- as_double_number(cx, term, expr)
  if (is.character(value) && is.null(names(types)) && at > length(types)) refuse(cx, expr, "The list has no names, and gets one for one element alone.", "Begin with a list with names.")
  # R has none to remove
  if (term$type == "None" && at > length(types)) {
    return(invisible())
  }
  parts <- term_parts(cx, held)
  if (term$type == "None") {
    parts <- parts[-at]
    labels <- names(types)[-at]
  } else {
    if (!isTRUE(scope$is_package)) term <- run_term(cx, term)
    parts[[at]] <- keep_term(cx, term)
    labels <- if (!is.null(names(types))) append(names(types), if (at > length(types)) value)
  }
  # a list that loses all it had by name has no names, and not none at all
  made <- if (length(parts) == 0 && !is.null(labels)) empty_dict(cx, types[[1]]) else make_list(cx, stats::setNames(parts, labels), expr, scope)
  assign_to(cx, inner, made, scope, expr)
}
# What only R has is changed by R.
changed_constant <- function(cx, list, at, value, expr) {
  tryCatch(`[[<-`(list, at, value), error = function(e) refuse(cx, expr, conditionMessage(e)))
}
empty_dict <- function(cx, element) {
  type <- sprintf("Dict[str, %s]", returned_type(element))
  new_term(type, empty_code(cx, type), fresh = TRUE)
}

# `is_vector_element`: it is set by `[`.
is_field_of_doubles <- function(target, type) identical(assigned_root(target), quote(self)) && isTRUE(type %in% c("float", "whole"))

assign_element <- function(cx, inner, held, key, i, term, scope, expr, is_vector_element = FALSE) {
  if (term$type == "static" && is_callable(static_value(term))) {
    refuse(cx, expr, "A list that is filled while the program runs can't hold functions or modules.", "list(f, g), written out, can.")
  }
  version <- if (!is.null(key)) cx$vars[[key]]$version
  is_vector <- is_vector_term(held) || held$type == "Empty" && is_vector_element && isTRUE(cx$declared[[version %||% ""]]$from_null)
  if (is_vector_term(held)) {
    if (is_open_kind(term)) held <- keep_term(cx, held)
    term <- as_element_of(cx, held, term, expr)
    if (held$type == "Vector[int]" && term$type %in% c("float", "whole")) held <- widened_to_doubles(cx, held, key, inner, scope, expr)
  } else {
    term <- if (is_vector || is_field_of_doubles(inner, element_type(held$type))) as_double_number(cx, term, expr) else as_kept_number(cx, term)
  }
  expected <- if (!is.null(version)) cx$previous$declared[[version]]$type
  by_name <- i$type == "str"
  # of list() there is nothing to remove
  if (held$type == "Empty" && term$type == "None" && (by_name || is_static(i) && static_value(i) >= 1)) {
    return(invisible(run_term(cx, i)))
  }
  if (held$type == "Empty" && by_name && is_static(i) && !startsWith(expected %||% "", "Dict")) {
    made <- make_list(cx, stats::setNames(list(term), static_value(i)), expr, scope)
    return(assign_to(cx, inner, made, scope, expr))
  }
  element <- if (term$type == "whole" && by_name) "float" else term$type
  wanted <- if (by_name) sprintf("Dict[str, %s]", element) else sprintf("%s[%s]", if (is_vector) "Vector" else "List", if (is_vector) returned_type(element) else element)
  if (by_name != startsWith(held$type, "Dict") && held$type != "Empty") {
    refuse(cx, expr, if (by_name) "A list without names has no elements by name." else "A list with names is set by name here.")
  }
  if (term$type == "None" && is_vector_term(held)) refuse(cx, expr, "An element of a vector can't be NULL.", "v[-i] is the vector without it.")
  if (term$type == "None") {
    # R deletes what is set to NULL
    held_key <- own_target(cx, inner, held, key, scope, expr)
    remove_element(cx, held_key, i, expr)
    if (!is.null(version)) note_emptied(cx, version)
    held_key$done()
    return(invisible())
  }
  joined <- join_types(held$type, wanted)
  if (is.null(joined)) {
    joined <- join_types(held$type, wanted, widely = TRUE)
    if (!is.null(version)) is_vector_later(cx, version)
  }
  if (is.null(joined)) {
    words <- if (held$type == "Empty") script_type_in_words(term$type) else script_types_in_words(c(term$type, element_type(held$type)))
    refuse(cx, expr, sprintf("%s can't be put into %s.", words[[1]], script_type_in_words(held$type)))
  }
  if (!is.null(key)) {
    # the variable is of the type that holds the new element as well
    if (!identical(joined, cx$vars[[key]]$type) || held$type == "Empty") {
      widen_variable(cx, key, joined)
      held$type <- cx$vars[[key]]$type
    }
  }
  # what is empty is of no type yet
  if (held$type == "Empty" && is.null(key)) {
    held$code <- empty_code(cx, joined)
    held$type <- joined
  }
  if (is.null(key)) held <- widened_part(cx, held, joined)
  code <- if (term$type == "?") term$code else coerced_code(cx, term, if (held$type == "Empty") element else element_type(held$type))
  if (is.null(code)) refuse(cx, expr, sprintf("%s can't be put into %s.", script_type_in_words(term$type), script_type_in_words(held$type)))
  target <- own_target(cx, inner, held, key, scope, expr)
  if (by_name) {
    i <- keep_term(cx, i)
    check_name(cx, i, expr)
    emit(cx, sprintf("%s[%s] = %s", target$code, i$code, code))
  } else {
    emit_element(cx, target$code, i, code, expr)
  }
  target$done()
}

# A list within another holds values of `type` too: it is set back as such.
widened_part <- function(cx, held, type) {
  code <- if (identical(type, held$type)) held$code else coerced_code(cx, held, type)
  if (is.null(code)) {
    return(held)
  }
  held[c("code", "type", "simple")] <- list(code, type, FALSE)
  held
}

# The variable holds values of `type` too, from its beginning on in the next pass.
widen_variable <- function(cx, key, type) {
  binding <- cx$vars[[key]]
  declared <- cx$declared[[binding$version]]
  join <- function(a, b) join_types(a, b, widely = binding$version %in% cx$vectors)
  declared$type <- join(declared$type, type) %||% type
  cx$declared[[binding$version]] <- declared
  cx$unsettled <- TRUE
  expected <- cx$previous$declared[[binding$version]]$type
  binding$type <- join(type, expected %||% type) %||% type
  binding$declared <- binding$type
  cx$vars[[key]] <- binding
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
    note_unread(cx, key)
    if (is_optional_type(binding$declared)) held <- keep_term(cx, utils::modifyList(held, list(code = sprintf("torch._unwrap_optional(%s)", binding$name), simple = FALSE)))
    held$done <- function() invisible()
    return(held)
  }
  name <- new_name(cx, "t")
  emit(cx, sprintf("%s = %s", name, list_copy_code(held$code, held$type)))
  held$code <- name
  held$simple <- TRUE
  held$fresh <- TRUE
  held["place"] <- list(NULL)
  held["parts"] <- list(NULL)
  held$done <- function() assign_to(cx, inner, utils::modifyList(held, list(done = NULL)), scope, expr)
  held
}

# Elements of lists with names, which R may have or not.

# x[["name"]] and x$name of a dictionary. Where R has NULL a program stops.
dict_element <- function(cx, held, i, expr) {
  held <- keep_term(cx, held)
  key <- keep_term(cx, new_term("str", need_code(cx, i, "str", expr, "The name"), simple = i$simple))$code
  emit(cx, c(
    sprintf("if %s not in %s:", key, held$code),
    sprintf("  raise IndexError(\"there is no element `\" + %s + \"`: R has NULL here, and is.null() asks for it\")", key)
  ))
  new_term(element_type(held$type), sprintf("%s[%s]", held$code, key))
}

# An element that may be absent: list(there = <a condition>, value = function() <the element>). NULL for all else.
named_element <- function(cx, expr, scope) {
  if (!is_part_of_name(expr) || !is.call(expr)) {
    return(NULL)
  }
  by_dollar <- identical(expr[[1]], quote(`$`))
  held <- translate_held(cx, expr[[2]], scope)
  if (held$type == "static" && !by_dollar && !is.character(expr[[3]])) {
    named <- constant_by_name(cx, static_value(held), expr)
    if (!is.null(named)) held <- keep_term(cx, named)
  }
  kind <- script_type_kind(required_type(held$type))
  may_be_null <- is_optional_type(held$type)
  if (!kind %in% (if (may_be_null) c("Dict", "Empty") else c("Dict", "Record", "Empty", "None"))) {
    return(NULL)
  }
  label <- if (by_dollar) literal_term(as.character(expr[[3]])) else translate(cx, expr[[3]], scope)
  if (kind == "Dict") {
    key <- keep_term(cx, new_term("str", need_code(cx, label, "str", expr, "The name"), simple = label$simple))$code
    within <- if (may_be_null) sprintf("torch._unwrap_optional(%s)", held$code) else held$code
    there <- sprintf("(%s in %s)", key, within)
    if (by_dollar) there <- sprintf("(%s or %s(%s.keys(), %s))", there, helper(cx, "is_abbreviated"), within, key)
    if (may_be_null) there <- sprintf("(%s is not None and %s)", held$code, there)
    return(list(
      there = new_term("bool", there),
      value = function() new_term(element_type(required_type(held$type)), sprintf("%s[%s]", within, key))
    ))
  }
  if (label$type != "str") {
    return(NULL)
  }
  labels <- names(script_type_parts(held$type)) %||% character()
  if (length(labels) == 0) {
    run_term(cx, label)
    return(list(there = literal_term(FALSE), value = unknown_term))
  }
  if (is_static(label)) {
    if (by_dollar) refuse_abbreviation(cx, static_value(label), labels, expr)
    return(list(there = literal_term(static_value(label) %in% labels), value = function() part_of(cx, held, static_value(label), expr)))
  }
  texts <- vapply(labels, string_text, "")
  list(
    there = new_term("bool", sprintf("(%s in torch.jit.annotate(List[str], [%s]))", label$code, toString(texts))),
    value = function() part_by_name(cx, held, label, expr)
  )
}

# A variable, or an element of one that names and constants choose: it may be read twice.
is_part_of_name <- function(expr) {
  if (is.name(expr) || is_term(expr)) {
    return(TRUE)
  }
  is.call(expr) && length(expr) == 3 && is.name(expr[[1]]) && as.character(expr[[1]]) %in% c("[[", "$") &&
    !is.call(expr[[3]]) && is_part_of_name(expr[[2]])
}

# R takes `x$al` for `x$alpha`.
refuse_abbreviation <- function(cx, name, labels, expr) {
  longer <- labels[startsWith(labels, name)]
  if (!name %in% labels && length(longer) > 0) {
    refuse(cx, expr, sprintf("`$%s` may be short for `%s`.", name, longer[[1]]), sprintf("Write the whole name, or [[\"%s\"]].", name))
  }
}

# No element of R's has the name "".
check_name <- function(cx, key, expr) {
  if (is_static_value(key, "")) refuse(cx, expr, "\"\" is no name of an element.")
  if (!is_static(key)) emit(cx, c(sprintf("if %s == \"\":", key$code), "  raise IndexError(\"the empty string is no name of an element\")"))
}

# x[["name"]] <- NULL: where there is none R changes nothing.
remove_element <- function(cx, held, i, expr) {
  if (i$type == "str") {
    key <- keep_term(cx, i)$code
    return(emit(cx, c(sprintf("if %s in %s:", key, held$code), sprintf("  %s.pop(%s)", held$code, key))))
  }
  at <- keep_term(cx, new_term("int", need_code(cx, i, "int", expr, "A position")))$code
  emit(cx, c(
    sprintf("if %s < 1:", at), "  raise IndexError(\"subscript out of bounds\")",
    sprintf("if %s <= len(%s):", at, held$code), sprintf("  %s.pop(%s - 1)", held$code, at)
  ))
}

# A list whose names were known becomes one whose names are not, where all its elements are of one type.
dict_of_record <- function(cx, held, element) {
  joined <- join_record_and_dict(held$type, sprintf("Dict[str, %s]", if (element == "whole") "float" else element), widely = TRUE)
  if (is.null(joined)) {
    return(NULL)
  }
  joined <- returned_type(joined)
  new_term(joined, coerced_code(cx, held, joined), fresh = TRUE)
}

# ---- elements of lists with names that may be NULL

# An element that is not there is NULL among the arguments of c(), and of length().
translate_nullable <- function(cx, expr, scope, otherwise = translate_full) {
  element <- if (is.call(expr)) named_element(cx, expr, scope)
  if (is.null(element) || is_static_value(element$there, TRUE)) {
    return(otherwise(cx, expr, scope))
  }
  if (is_static(element$there)) {
    return(none_term())
  }
  value <- element$value()
  if (is_optional_type(value$type)) {
    return(translate_full(cx, expr, scope))
  }
  type <- optional_type(value$type)
  text <- script_type_text(cx$unit, type)
  new_term(type, sprintf("(torch.jit.annotate(%s, %s) if %s else torch.jit.annotate(%s, None))", text, value$code, element$there$code, text))
}

# Names of elements that may be NULL, and are not for now: `filled` of a binding. For refine(), the variable and the name.
part_key <- function(cx, expr, scope) {
  if (!is.call(expr) || length(expr) != 3 || !is.name(expr[[2]]) || !(identical(expr[[1]], quote(`$`)) || is.character(expr[[3]]))) {
    return(NULL)
  }
  found <- find_binding(cx, scope, as.character(expr[[2]]))
  if (identical(found$binding$kind, "variable") && startsWith(found$binding$type, "Record")) paste0(found$key, "$", as.character(expr[[3]]))
}
is_part_key <- function(key) grepl("$", key, fixed = TRUE)
variable_of_key <- function(key) sub("[$].*", "", key)
refine_part <- function(cx, key, there) {
  binding <- cx$vars[[variable_of_key(key)]]
  name <- sub("^[^$]*[$]", "", key)
  if (identical(binding$kind, "variable")) {
    cx$vars[[variable_of_key(key)]]$filled <- if (there) union(binding$filled, name) else setdiff(binding$filled, name)
  }
}
filled_of <- function(cx, held) {
  binding <- if (!is.null(held$place)) cx$vars[[held$place]]
  # and not of what it was before
  if (identical(binding$name, held$code)) binding$filled
}
# Of what was given, where the variable may hold NULL.
filled_parts <- function(given, declared) {
  if (!startsWith(given, "Record") || !startsWith(declared, "Record")) {
    return(NULL)
  }
  types <- script_type_parts(given)
  names(types)[!vapply(types, function(type) type == "None" || is_optional_type(type), NA)]
}

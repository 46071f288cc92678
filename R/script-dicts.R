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
  kind <- script_type_kind(held$type)
  if (!kind %in% c("Dict", "Record", "Empty")) {
    return(NULL)
  }
  label <- if (by_dollar) literal_term(as.character(expr[[3]])) else translate(cx, expr[[3]], scope)
  if (kind == "Dict") {
    key <- keep_term(cx, new_term("str", need_code(cx, label, "str", expr, "The name"), simple = label$simple))$code
    there <- sprintf("(%s in %s)", key, held$code)
    if (by_dollar) there <- sprintf("(%s or %s(%s.keys(), %s))", there, helper(cx, "is_abbreviated"), held$code, key)
    return(list(
      there = new_term("bool", there),
      value = function() new_term(element_type(held$type), sprintf("%s[%s]", held$code, key))
    ))
  }
  if (label$type != "str") {
    return(NULL)
  }
  labels <- names(script_type_parts(held$type)) %||% character()
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
  joined <- join_record_and_dict(held$type, sprintf("Dict[str, %s]", if (element == "whole") "float" else element))
  if (is.null(joined)) {
    return(NULL)
  }
  joined <- returned_type(joined)
  new_term(joined, coerced_code(cx, held, joined), fresh = TRUE)
}

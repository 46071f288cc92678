# Several elements of a vector or list at once: by positions, by what is left out, by TRUE and FALSE.

# What an index means: `one`, the term of a position; or `several`, the text of positions from one on.
list_index <- function(cx, held, index, expr, scope) {
  leaves_out <- is.call(index) && length(index) == 2 && identical(index[[1]], quote(`-`)) && is_base_function(cx, scope, "-")
  i <- translate_index(cx, held, if (leaves_out) index[[2]] else index, expr, scope)
  if (i$type == "?") {
    return(list(one = i))
  }
  value <- if (is_static(i)) static_value(i)
  if (is.numeric(value) && any(value < 0)) {
    if (any(value >= 0)) refuse(cx, expr, "An index has positions to take, or to leave out, not both.")
    i <- literal_term(-value)
    leaves_out <- !leaves_out
  }
  size <- sprintf("len(%s)", held$code)
  is_position <- is_number_type(if (is_vector_term(i)) element_type(i$type) else i$type)
  if (leaves_out && is_position) {
    out <- if (is_vector_term(i)) operator_list(cx, i, "int", 0, expr, "position") else sprintf("[%s]", need_code(cx, i, "int", expr, "A position"))
    return(list(several = sprintf("%s(%s, %s)", helper(cx, "left"), size, out)))
  }
  if (i$type == "Vector[bool]" && !leaves_out) {
    return(list(several = sprintf("%s(%s, %s)", helper(cx, "chosen"), size, i$code)))
  }
  if (i$type == "bool") refuse(cx, expr, "TRUE or FALSE alone can't choose elements.", if (is_static(i)) "Leave it out." else "if (test) x else x[-seq_along(x)].")
  if (!is_position) refuse(cx, expr, sprintf("A list is indexed by positions, a range `a:b`, or TRUE and FALSE, not by %s.", script_type_in_words(i$type)))
  if (is_vector_term(i)) list(several = operator_list(cx, i, "int", 0, expr, "position")) else list(one = stop_if_flag(cx, i, expr))
}

# x[i] for several positions: where R would have NA, a program stops.
elements_at <- function(cx, held, positions) {
  at <- new_name(cx, "i")
  code <- sprintf("%s[%s(%s, len(%s))]", held$code, helper(cx, "item"), at, held$code)
  new_term(held$type, sprintf("[%s for %s in %s]", code, at, positions), fresh = TRUE)
}

# x[i] <- value for several positions: one value for all of them, or one for each.
assign_elements <- function(cx, inner, held, key, positions, term, scope, expr) {
  is_one <- is_scalar_type(term$type)
  if (!is_one && !is_vector_term(term)) refuse(cx, expr, sprintf("Elements of a vector can't be %s.", script_type_in_words(term$type)))
  term <- as_element_of(cx, keep_term(cx, held), term, expr)
  element <- if (is_one) term$type else element_type(term$type)
  if (held$type == "Vector[int]" && element %in% c("float", "whole")) held <- widened_to_doubles(cx, held, key, inner, scope, expr)
  joined <- join_types(held$type, vector_type_of(if (element == "whole") "float" else element))
  if (is.null(joined)) refuse(cx, expr, sprintf("%s can't be put into %s.", script_type_in_words(term$type), script_type_in_words(held$type)))
  at <- keep_term(cx, new_term("Vector[int]", positions))$code
  if (!is.null(key) && !identical(joined, cx$vars[[key]]$type)) {
    widen_variable(cx, key, joined)
    held$type <- cx$vars[[key]]$type
  }
  if (is.null(key)) held <- widened_part(cx, held, joined)
  code <- coerced_code(cx, term, if (is_one) element_type(held$type) else held$type)
  if (!is_one && !is.null(term$place)) code <- sprintf("list(%s)", code)
  value <- keep_term(cx, new_term(if (is_one) element_type(held$type) else held$type, code))$code
  target <- own_target(cx, inner, held, key, scope, expr)
  i <- new_name(cx, "i")
  if (!is_one) emit(cx, c(sprintf("if len(%s) != len(%s):", value, at), "  raise ValueError(\"there must be one value for all positions, or one for each\")"))
  element <- sprintf("%s[%s(%s[%s], len(%s))]", target$code, helper(cx, "item"), at, i, target$code)
  emit_loop(cx, sprintf("for %s in range(len(%s)):", i, at), paste(element, "=", if (is_one) value else sprintf("%s[%s]", value, i)))
  target$done()
}

which_true <- function(cx, given, expr, scope) {
  mask <- given[[1]]
  if (mask$type == "?") {
    return(mask)
  }
  if (length(given) != 1 || !mask$type %in% c("Vector[bool]", "bool")) {
    refuse(cx, expr, sprintf("`which()` takes one vector of TRUE and FALSE, not %s.", script_type_in_words(mask$type)), if (mask$type == "Tensor") "torch_nonzero() finds positions.")
  }
  if (is_static(mask)) {
    return(literal_term(which(static_value(mask))))
  }
  if (mask$type == "bool") mask <- new_term("Vector[bool]", sprintf("[%s]", mask$code))
  mask <- keep_term(cx, mask)
  at <- new_name(cx, "i")
  where_true(cx, mask, at, "Vector[int]", sprintf("%s + 1", at))
}

# A loop over the positions `at`, that collects `code` where the mask is true.
where_true <- function(cx, mask, at, type, code) {
  out <- new_name(cx, "out")
  emit(cx, sprintf("%s = %s", out, empty_code(cx, type)))
  emit_loop(cx, sprintf("for %s in range(len(%s)):", at, mask$code), c(sprintf("if %s[%s]:", mask$code, at), sprintf("  %s.append(%s)", out, code)))
  new_term(type, out, simple = TRUE, fresh = TRUE)
}

# vector("list", n): a list with its length before it has elements, of type `Slots[T]`. Only where it is filled, measured
# and asked for single elements is it that; everywhere else it is the list of all its elements, and must be full.

new_slots <- function(cx, n, expr) {
  count <- need_code(cx, n, "int", expr, "The length")
  if (!is_static(n) && n$lower < 0) count <- sprintf("%s(%s)", helper(cx, "count"), count)
  new_term("Slots[?]", count, fresh = TRUE)
}

is_slots_type <- function(type) startsWith(type, "Slots[")

# An expression of which a part is wanted: a list with its length stays one.
translate_held <- function(cx, expr, scope) {
  if (is.name(expr)) read_variable(cx, scope, as.character(expr), expr) else translate(cx, expr, scope)
}

# A value: a new list with its length is none.
translate_full <- function(cx, expr, scope) {
  term <- translate(cx, expr, scope)
  if (is_slots_type(term$type)) refuse_slots(cx, expr)
  term
}
refuse_slots <- function(cx, expr) {
  refuse(cx, expr, "A list that is made by `vector()` must be a variable of its own.", "Begin with list(), or give it a name and fill it first.")
}

full_list <- function(cx, term) {
  if (!is_slots_type(term$type)) {
    return(term)
  }
  element <- element_type(term$type)
  if (!is_known_type(element)) {
    return(unknown_term())
  }
  item <- new_name(cx, "v")
  emit_loop(cx, sprintf("for %s in %s:", item, term$code), check_filled(item))
  new_term(list_type_of(element), sprintf("[torch._unwrap_optional(%s) for %s in %s]", item, item, term$code), fresh = TRUE)
}

# The text of a new one as a variable of `type`; nothing else is ever of such a type.
slots_code <- function(cx, term, type) {
  sprintf("(torch.jit.annotate(%s, [None]) * %s)", script_type_text(cx$unit, type), term$code)
}

slot_value <- function(cx, held, i, expr) {
  element <- element_type(held$type)
  if (!is_number_type(i$type) && i$type != "?") refuse(cx, expr, sprintf("A position is a whole number here, not %s.", term_in_words(i)))
  if (!is_known_type(element) || i$type == "?") {
    return(unknown_term())
  }
  at <- item_code(cx, i, held, expr)
  if (!is_static(i)) at <- keep_term(cx, new_term("int", at))$code
  item <- sprintf("%s[%s]", held$code, at)
  emit(cx, check_filled(item))
  new_term(element, sprintf("torch._unwrap_optional(%s)", item))
}

# Where R would go on with NULL a program stops.
check_filled <- function(item) {
  c(sprintf("if %s is None:", item), "  raise RuntimeError(\"an element of the list that vector() made is still NULL\")")
}

assign_slot <- function(cx, key, held, i, term, expr) {
  if (!is_number_type(i$type)) refuse(cx, expr, "A list made by `vector()` has no names.", "Begin with list(), and set elements by name.")
  if (term$type == "static") refuse(cx, expr, "A list that is filled while the program runs can't hold what only R has.")
  if (term$type == "None") refuse(cx, expr, "NULL can't be set here: it would remove the element.")
  if (is.null(key)) refuse_slots(cx, expr)
  term <- as_kept_number(cx, term)
  element <- if (term$type == "whole") "float" else term$type
  joined <- join_parts(element_type(held$type), element)
  if (is.null(joined)) {
    refuse(cx, expr, sprintf("%s can't be put into %s.", script_type_in_words(term$type), script_type_in_words(held$type)))
  }
  type <- sprintf("Slots[%s]", joined)
  if (!identical(type, cx$vars[[key]]$type)) widen_variable(cx, key, type)
  element <- element_type(cx$vars[[key]]$type)
  code <- if (term$type == "?") term$code else coerced_code(cx, term, element)
  emit_element(cx, held$code, i, sprintf("torch.jit.annotate(Optional[%s], %s)", script_type_text(cx$unit, element), code), expr)
}

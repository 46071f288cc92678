# Conditions: TRUE or FALSE, and what a test for NULL tells of its variable.

# A term of type bool; `yes` and `no` are the variables known to be "null" or "there" where it holds, or does not.
translate_condition <- function(cx, expr, scope) {
  head <- if (is.call(expr) && is.name(expr[[1]])) as.character(expr[[1]]) else ""
  if (head %in% c("(", "!", "&&", "||", "is.null") && is_base_function(cx, scope, head)) {
    return(switch(head,
      `(` = translate_condition(cx, expr[[2]], scope),
      `!` = negate_condition(cx, expr, scope),
      is.null = test_null(cx, expr, scope),
      join_conditions(cx, expr, scope, head)
    ))
  }
  condition_of(cx, translate(cx, expr, scope), expr)
}

condition_of <- function(cx, term, expr) {
  if (term$type == "?") {
    return(new_term("bool", "True", simple = TRUE))
  }
  if (is_static(term)) {
    value <- static_value(term)
    if (!(is.logical(value) || is.numeric(value)) || length(value) != 1 || is.na(value)) {
      refuse(cx, expr, sprintf("A condition must be TRUE or FALSE, not %s.", describe(value)))
    }
    return(literal_term(as.logical(value)))
  }
  if (is_number_type(term$type)) {
    zero <- if (term$type == "float") "0." else "0"
    code <- if (term$type == "float") sprintf("%s(%s)", helper(cx, "known"), term$code) else term$code
    return(new_term("bool", sprintf("(%s != %s)", code, zero)))
  }
  if (term$type == "Tensor") {
    refuse(cx, expr, "A condition must be TRUE or FALSE, not a tensor.", "$item() takes the value out of a tensor with one element.")
  }
  if (is_vector_term(term) && length(known_parts(term)) == 1) {
    return(condition_of(cx, known_parts(term)[[1]], expr))
  }
  if (term$type == "Vector[bool]" && is.null(known_parts(term))) {
    return(new_term("bool", sprintf("%s(%s)", helper(cx, "only_flag"), term$code)))
  }
  if (is_vector_term(term) || term$type == "Empty") {
    refuse(cx, expr, sprintf("A condition must be TRUE or FALSE, not %s.", script_type_in_words(term$type)), if (term$type == "Vector[bool]") "all() and any() make one of a vector.")
  }
  term$code <- need_code(cx, term, "bool", expr, "The condition")
  term$type <- "bool"
  term
}

negate_condition <- function(cx, expr, scope) negated(translate_condition(cx, expr[[2]], scope))
negated <- function(inner) {
  if (is_static(inner)) {
    return(literal_term(!static_value(inner)))
  }
  # libtorch reads "not in" in front of such a name
  term <- new_term("bool", sprintf(if (startsWith(inner$code, "in")) "(not (%s))" else "(not %s)", inner$code))
  term$yes <- inner$no
  term$no <- inner$yes
  term
}

test_null <- function(cx, expr, scope) {
  operand <- expr[[2]]
  # an element of a list with names is NULL where there is none
  if (is.call(operand) && length(operand) == 3 && (identical(operand[[1]], quote(`[[`)) || identical(operand[[1]], quote(`$`)))) {
    held <- translate_held(cx, operand[[2]], scope)
    # it is asked for again
    if (!is_part_of_name(operand[[2]])) operand[[2]] <- keep_term(cx, held)
    kind <- script_type_kind(held$type)
    if (kind == "Slots" && identical(operand[[1]], quote(`[[`))) {
      return(new_term("bool", sprintf("(%s[%s] is None)", held$code, item_code(cx, translate(cx, operand[[3]], scope), held, expr))))
    }
  }
  element <- named_element(cx, operand, scope)
  if (!is.null(element) && !is_static_value(element$there, TRUE)) {
    return(negated(element$there))
  }
  term <- if (is.name(operand)) {
    found <- find_binding(cx, scope, as.character(operand))
    if (identical(found$binding$kind, "missing")) refuse(cx, expr, sprintf("Argument `%s` is missing, with no default.", operand))
    translate(cx, operand, scope)
  } else {
    translate(cx, operand, scope)
  }
  if (is_always_null(cx, term)) term <- none_term()
  if (!is_optional_type(term$type) && term$type != "None" && is_of_null(cx, term)) {
    if (is_list_type(term$type) && !may_be_emptied(cx, term)) {
      return(new_term("bool", sprintf("(len(%s) == 0)", term$code)))
    }
    refuse(cx, expr, "A program does not know `c()` from a vector of no length.", "Begin with NULL, or ask length() == 0.")
  }
  if (term$type == "None" || !is_optional_type(term$type)) {
    if (term$type == "?") {
      return(new_term("bool", "True", simple = TRUE))
    }
    run_term(cx, term)
    return(literal_term(term$type == "None"))
  }
  test <- new_term("bool", sprintf("(%s is None)", term$code))
  if (!is.null(term$place)) {
    # libtorch would take the variable for what is not NULL in all of the branch
    if (becomes_null(cx, cx$vars[[term$place]]$version)) test$code <- sprintf("(%s == True)", test$code)
    test$yes <- stats::setNames("null", term$place)
    test$no <- stats::setNames("there", term$place)
  } else if (!is.null(key <- part_key(cx, operand, scope))) {
    test$yes <- stats::setNames("null", key)
    test$no <- stats::setNames("there", key)
  }
  test
}

join_conditions <- function(cx, expr, scope, head) {
  first <- translate_condition(cx, expr[[2]], scope)
  is_and <- head == "&&"
  if (is_static(first)) {
    # R does not look at the second
    if (static_value(first) != is_and) {
      return(first)
    }
    return(translate_condition(cx, expr[[3]], scope))
  }
  before <- cx$vars
  refine(cx, if (is_and) first$yes else first$no)
  asked <- cx$vars
  lines <- in_block(cx, second <- translate_condition(cx, expr[[3]], scope))
  after <- cx$vars
  cx$vars <- before
  told <- if (is_and) first$no else first$yes
  if (cx$dead) {
    # the second side leaves: what comes after has the first one decided
    cx$dead <- FALSE
    emit(cx, c(sprintf("if %s:", if (is_and) first$code else negated(first)$code), indented(lines)))
    refine(cx, told)
    return(literal_term(!is_and))
  }
  if (!identical(after, asked)) {
    # the second side may have set variables, of which the first one tells nothing then
    still <- function(refined) Filter(function(key) identical(after[[variable_of_key(key)]], asked[[variable_of_key(key)]]), names(refined))
    first$yes <- first$yes[still(first$yes)]
    first$no <- first$no[still(first$no)]
    refine(cx, told)
    holds <- sprintf(c("where `%s` holds", "where `%s` does not hold"), squeeze_text(expr[[2]], 40))
    cx$vars <- merge_states(cx, list(after, cx$vars), if (is_and) holds else rev(holds), expr)
  }
  if (length(lines) > 0) {
    name <- new_name(cx, "t")
    emit(cx, c(
      sprintf("%s = %s", name, if (is_and) "False" else "True"), sprintf("if %s:", if (is_and) first$code else negated(first)$code),
      indented(c(lines, paste(name, "=", second$code)))
    ))
    term <- new_term("bool", name, simple = TRUE)
  } else {
    term <- new_term("bool", sprintf("(%s %s %s)", first$code, if (is_and) "and" else "or", second$code))
  }
  if (is_and) term$yes <- c(first$yes, second$yes) else term$no <- c(first$no, second$no)
  term
}

# ---- stopifnot()

check_all <- function(cx, expr, scope) {
  labels <- rlang::names2(expr)
  named <- intersect(c("exprs", "exprObject", "local"), labels)
  if (length(named) > 0) refuse(cx, expr, sprintf("`%s` of stopifnot() can't be translated.", named[[1]]), "Give the conditions as arguments.")
  for (i in seq_along(expr)[-1]) {
    if (identical(expr[[i]], quote(...))) refuse(cx, expr, "`stopifnot()` of `...` can't be translated.", "Write its conditions out.")
    condition <- translate_claim(cx, expr[[i]], expr, scope)
    message <- string_text(labels[[i]])
    if (labels[[i]] == "") {
      claim <- first_line(expr[[i]])
      message <- string_text(sprintf("%s is not TRUE", claim))
      # R counts the elements
      if (!is.null(condition$vector)) {
        message <- sprintf("(%s if len(%s) == 1 else %s)", message, condition$vector, string_text(sprintf("%s are not all TRUE", claim)))
      }
    }
    if (is_static(condition)) {
      if (!static_value(condition)) {
        emit(cx, sprintf("raise RuntimeError(%s)", message))
        cx$dead <- TRUE
      }
      next
    }
    emit(cx, c(sprintf("if not (%s):", condition$code), sprintf("  raise RuntimeError(%s)", message)))
    refine(cx, condition$yes)
  }
  none_term()
}

# A condition, or a vector of them that must all hold.
translate_claim <- function(cx, claim, expr, scope) {
  before <- cx$vars
  in_block(cx, term <- translate(cx, claim, scope))
  cx$vars <- before
  cx$dead <- FALSE
  if (term$type == "Vector[bool]") {
    held <- keep_term(cx, translate(cx, claim, scope))
    condition <- new_term("bool", sprintf("all(%s)", held$code))
    condition$vector <- held$code
    return(condition)
  }
  if (!term$type %in% c("bool", "?", "Tensor") && !is_optional_type(term$type)) {
    what <- if (is_constant_vector(term) || term$type == "static") describe(static_value(term)) else script_type_in_words(term$type)
    refuse(cx, expr, sprintf("`stopifnot()` takes TRUE or FALSE, not %s.", what))
  }
  translate_condition(cx, claim, scope)
}

# As stopifnot() writes code.
first_line <- function(claim) {
  lines <- deparse(claim, width.cutoff = 60L)
  if (length(lines) > 1) paste(lines[[1]], "....") else lines
}

# isTRUE() and isFALSE().
is_flag <- function(cx, term, expr, of_flag) {
  if (term$type == "?") {
    return(unknown_term())
  }
  if (!is.null(term$tensor)) {
    # of a tensor's one element
    run_term(cx, keep_term(cx, term))
    term <- new_term("bool", sprintf("(%s.dtype == 11 and bool(%s))", term$tensor, term$tensor))
    if (!identical(of_flag, identity)) term$code <- sub(" and bool", " and not bool", term$code, fixed = TRUE)
    return(term)
  }
  refuse_unsure(cx, term, expr)
  if (is_optional_type(term$type)) refuse(cx, expr, "This may be NULL.", "Ask is.null() first.")
  if (term$type == "Vector[bool]") {
    # of one element
    parts <- known_parts(term)
    if (!is.null(parts)) {
      return(if (length(parts) == 1) of_flag(parts[[1]]) else literal_term(FALSE))
    }
    term <- keep_term(cx, term)
    one <- new_term("bool", sprintf("%s[0]", term$code))
    return(new_term("bool", sprintf("(len(%s) == 1 and %s)", term$code, of_flag(one)$code)))
  }
  if (term$type == "bool") of_flag(term) else literal_term(FALSE)
}

# Sums, products, extremes and means of numbers and vectors.

# sum(), min(), max() of numbers and vectors.
summary_function <- function(name) {
  force(name)
  function(cx, given, expr, scope) {
    given <- without_na_rm(cx, given, expr)
    listed <- Find(function(term) script_type_kind(term$type) %in% c("List", "Dict", "Tuple", "Record") || term$type == "Empty" && !is_of_null(cx, term), given)
    if (!is.null(listed)) refuse(cx, expr, sprintf("`%s()` does not apply to a list.", name), "unlist() makes a vector of one.")
    if (name %in% c("sum", "prod") && length(given) > 1) {
      # R rounds after each of them
      parts <- lapply(unname(given), function(term) if (is_vector_term(term)) summary_function(name)(cx, list(term), expr, scope) else as_number(cx, term, expr))
      if (name == "prod") parts <- lapply(parts, function(term) new_term("float", coerced_code(cx, term, "float")))
      total <- Reduce(function(a, b) arithmetic(cx, if (name == "sum") "+" else "*", list(a, b), expr), parts)
      return(if (name == "sum") never_negative_zero(cx, total) else total)
    }
    if (length(given) > 1 && any(vapply(given, is_vector_term, NA))) given <- list(combine(cx, given, quote(c(x)), scope))
    if (length(given) == 1 && is_list_type(given[[1]]$type)) {
      element <- element_type(given[[1]]$type)
      if (element == "bool") {
        given[[1]] <- convert_number("int")(cx, given, expr, scope)
        element <- "int"
      }
      if (!is_number_type(element)) refuse(cx, expr, sprintf("`%s()` takes numbers, not %s.", name, script_type_in_words(given[[1]]$type)))
      kept <- keep_term(cx, given[[1]])
      code <- switch(name,
        sum = sprintf("%s(%s)", helper(cx, switch(element, float = "sum_float", int = "sum_integer", "sum_int")), kept$code),
        prod = product_code(cx, kept, element),
        sprintf("%s(%s)", helper(cx, paste0(name, if (element == "float") "_float" else "_int")), kept$code)
      )
      result <- new_term(if (name == "prod") "float" else element, code)
      return(if (name == "sum") sum_of_null(cx, kept, result) else result)
    }
    terms <- lapply(given, function(term) as_number(cx, term, expr))
    if (length(terms) == 0) refuse(cx, expr, sprintf("`%s()` has nothing to work on.", name))
    if (name == "prod") terms <- lapply(terms, function(term) new_term("float", coerced_code(cx, term, "float")))
    if (name == "sum") {
      return(never_negative_zero(cx, unary_sign(cx, "+", terms[[1]], expr)))
    }
    if (name == "prod") {
      return(terms[[1]])
    }
    type <- Reduce(join_types, lapply(terms, function(term) term$type))
    codes <- vapply(terms, function(term) coerced_code(cx, term, type), "")
    lower <- vapply(terms, function(term) as.double(term$lower), 0)
    pair <- if (type == "float") sprintf("%s(%%s, %%s)", helper(cx, paste0("p", name))) else paste0(name, "(%s, %s)")
    result <- new_term(type, Reduce(function(a, b) sprintf(pair, a, b), codes), lower = if (name == "max") max(lower) else min(lower))
    if (any(vapply(terms, number_kind, "") == "double")) result else as_open_as(cx, result, terms)
  }
}
# A sum begins with zero.
never_negative_zero <- function(cx, term) {
  if (identical(number_kind(term), "double") && !is_static(term) && term$type == "float") new_term("float", sprintf("(0. + %s)", term$code)) else term
}
mean_of <- function(cx, given, expr, scope) {
  given <- without_na_rm(cx, given, expr)
  if (length(given) != 1 || !is_vector_term(given[[1]])) refuse(cx, expr, "`mean()` takes one vector or tensor.")
  vector <- if (element_type(given[[1]]$type) == "bool") convert_number("int")(cx, given, expr, scope) else given[[1]]
  if (!is_number_type(element_type(vector$type))) refuse(cx, expr, sprintf("`mean()` takes numbers, not %s.", script_type_in_words(vector$type)))
  # of integers R takes no second step
  new_term("float", sprintf("%s(%s)", helper(cx, if (vector$type == "Vector[int]") "mean_int" else "mean"), coerced_code(cx, vector, "Vector[float]")))
}
without_na_rm <- function(cx, given, expr) {
  if (!is.null(given$na.rm) && !is_static_value(given$na.rm, FALSE)) refuse(cx, expr, "`na.rm` can't be translated.", "Filter() leaves elements out.")
  given[rlang::names2(given) != "na.rm"]
}
product_code <- function(cx, term, element) {
  sprintf("%s(%s)", helper(cx, "product"), if (element == "float") term$code else coerced_code(cx, term, "Vector[float]"))
}

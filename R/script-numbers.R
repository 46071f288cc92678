# Arithmetic, comparison and mathematics of numbers; of tensors by their operators.

arithmetic <- function(cx, sign, given, expr) {
  if (any_unknown(given)) {
    return(unknown_term())
  }
  if (length(given) == 1) {
    return(unary_sign(cx, sign, given[[1]], expr))
  }
  a <- given[[1]]
  b <- given[[2]]
  if ("Tensor" %in% c(a$type, b$type)) {
    return(tensor_arithmetic(cx, sign, a, b, expr))
  }
  if (is_static(a) && is_static(b) && can_fold(a) && can_fold(b)) {
    value <- tryCatch(do.call(sign, list(static_value(a), static_value(b))), error = function(e) refuse(cx, expr, conditionMessage(e)))
    return(literal_term(value) %||% static_term(value))
  }
  if (is_vector_term(a) || is_vector_term(b)) {
    return(each_element(cx, list(a, b), expr, function(parts) arithmetic(cx, sign, parts, expr)))
  }
  if (is_index_end(a)) {
    return(offset_end(cx, sign, a, b, expr))
  }
  a <- as_number(cx, a, expr)
  b <- as_number(cx, b, expr)
  result <- number_arithmetic(cx, sign, a, b)
  # of numbers that may be integers one comes that may be, but for `/` and `^`
  kinds <- c(number_kind(a), number_kind(b))
  if (any(c("mixed", "unsure") %in% kinds) && !"double" %in% kinds && !sign %in% c("/", "^")) result <- as_open_result(cx, sign, result, list(a, b))
  result
}

number_arithmetic <- function(cx, sign, a, b) {
  whole <- is_whole_type(a$type) && is_whole_type(b$type)
  both_int <- a$type == "int" && b$type == "int"
  if (sign %in% c("+", "-") && whole) {
    return(add_whole(cx, sign, a, b, both_int))
  }
  if (whole && (both_int && sign == "*" || sign %in% c("%%", "%/%"))) {
    type <- if (both_int) "int" else "whole"
    code <- if (sign == "*") {
      as_r_integer(cx, sprintf("%s * %s", a$code, b$code))
    } else if (is_static(b) && static_value(b) != 0) {
      # what stands before `%` is computed twice
      if (sign == "%%") a <- keep_term(cx, a)
      sprintf("(%s %s %s)", a$code, if (sign == "%%") "%" else "//", b$code)
    } else if (both_int) {
      sprintf("%s(%s, %s)", helper(cx, if (sign == "%%") "modulo" else "floor_divide"), a$code, b$code)
    }
    if (!is.null(code)) {
      lower <- if (sign == "%%" && is_static(b) && static_value(b) > 0) 0 else if (sign == "*" && a$lower >= 0 && b$lower >= 0) a$lower * b$lower else -Inf
      return(new_term(type, code, lower = lower))
    }
  }
  rises <- is_static(b) && is_whole_double(as.double(static_value(b))) && static_value(b) >= 0
  if (sign == "^" && rises && static_value(b) == 2) {
    # as R does, which is exact
    a <- coerced_code(cx, keep_term(cx, a), "float")
    return(new_term("float", sprintf("(%s * %s)", a, a)))
  }
  a <- coerced_code(cx, a, "float")
  b <- coerced_code(cx, b, "float")
  new_term("float", switch(sign,
    # zero to a negative power is Inf in R
    # no power is a negative zero
    `^` = if (rises) sprintf("(%s ** %s + 0.)", a, b) else sprintf("%s(%s, %s)", helper(cx, "power"), a, b),
    `%%` = sprintf("%s(%s, %s)", helper(cx, "modulo_float"), a, b),
    `%/%` = sprintf("%s(%s, %s)", helper(cx, "floor_divide_float"), a, b),
    sprintf("(%s %s %s)", a, sign, b)
  ))
}

can_fold <- function(term) {
  value <- static_value(term)
  inherits(value, "torch_index_end") || ((is.numeric(value) || is.logical(value) || is.complex(value)) && !is.object(value))
}

# Sums of a number in a loop may grow without end, but only by what is added each time.
add_whole <- function(cx, sign, a, b, both_int) {
  type <- if (both_int) "int" else "whole"
  if (is_static(b) || (is_static(a) && sign == "+")) {
    if (is_static(a)) {
      held <- a
      a <- b
      b <- held
    }
    k <- static_value(b) * (if (sign == "-") -1 else 1)
    linear <- linear_of(a)
    offset <- linear$offset + k
    counts <- isTRUE(linear$counts)
    result <- linear_term(linear$base, offset, type, a$lower + k, counts)
    # a value of its own, whatever becomes of the variable
    result$simple <- is_static(result)
    # what counts elements or rounds of a loop has room above it, and what is not negative below it
    has_room <- if (k < 0) result$lower > -2^30 else offset < 2^30 && (counts || grepl("^(len\\(|torch[.](size|numel|dim)\\()", linear$base))
    if (both_int && !is_static(result) && result$linear$offset != 0 && !has_room) {
      result <- new_term("int", as_r_integer(cx, result$code), lower = result$lower)
    }
    return(result)
  }
  if (!both_int && a$type != "int" && b$type != "int") {
    return(new_term("float", sprintf("(%s %s %s)", coerced_code(cx, a, "float"), sign, coerced_code(cx, b, "float"))))
  }
  code <- sprintf("%s %s %s", a$code, sign, b$code)
  new_term(type, if (both_int) as_r_integer(cx, code) else sprintf("(%s)", code), lower = if (sign == "+") a$lower + b$lower else -Inf)
}
# R's integers have 32 bits, and are NA beyond them.
as_r_integer <- function(cx, code) sprintf("%s(%s)", helper(cx, "int"), code)

unary_sign <- function(cx, sign, a, expr) {
  if (a$type == "Tensor") {
    return(call_tensor_method(cx, tensor_generic(sign), sign, list(a), expr))
  }
  if (is_static(a) && can_fold(a)) {
    value <- do.call(sign, list(static_value(a)))
    return(literal_term(value) %||% static_term(value))
  }
  if (is_vector_term(a)) {
    return(each_element(cx, list(a), expr, function(parts) unary_sign(cx, sign, parts[[1]], expr)))
  }
  a <- as_number(cx, a, expr)
  if (sign == "+") {
    return(if (identical(a$dtype, "unsure")) as_open_as(cx, new_term("float", coerced_code(cx, a, "float")), list(a)) else a)
  }
  # minus zero is a double of its own
  if (a$type == "whole" && a$lower < 1) {
    negative <- new_term("float", sprintf("(-%s)", coerced_code(cx, a, "float")))
    return(if (is_open_kind(a)) as_open_result(cx, "negative", negative, list(a)) else negative)
  }
  as_open_result(cx, "negative", new_term(a$type, sprintf("(-%s)", a$code)), list(a))
}

as_number <- function(cx, term, expr, what = "This") {
  if (term$type == "bool") {
    return(new_term("int", sprintf("int(%s)", term$code), lower = 0))
  }
  if (is_number_type(term$type)) {
    return(term)
  }
  hint <- if (has_lost_names(term)) names_hint else if (term$type == "complex") "Tensors hold complex numbers." else if (is_list_type(term$type)) "Signs of R's vectors are not translated: use a tensor, or lapply()." else if (is_optional_type(term$type)) "Ask is.null() first."
  refuse(cx, expr, sprintf("%s is %s, and a number is needed.", what, term_in_words(term)), hint)
}

tensor_arithmetic <- function(cx, sign, a, b, expr) {
  # an array of one is a number
  as_one <- function(term) if (is_number_array(term) && length(static_value(term)) == 1) literal_term(as.vector(static_value(term))) else term
  a <- as_one(a)
  b <- as_one(b)
  mixed <- vapply(list(a, b), function(term) identical(term$dtype, "mixed") || identical(term$dtype, "unsure") && is.null(term$tensor), NA)
  if (any(mixed)) {
    # a number on the right goes as it is
    kept <- !sign %in% c("&", "|") & c(sign %in% names(mirrored_signs), TRUE) & !vapply(list(a, b), function(term) is.null(kind_code(cx, term)), NA)
    mixed <- mixed & !kept
  }
  if (any(mixed)) {
    # it makes no difference beside a tensor of doubles
    kept <- translate_in_order(cx, list(function() keep_term(cx, a), function() keep_term(cx, b)))
    emit(cx, sprintf("%s(%s)", helper(cx, "check_mixed"), kept[[which(!mixed)]]$code))
    kept[[which(mixed)]]["dtype"] <- list(NULL)
    a <- kept[[1]]
    b <- kept[[2]]
  }
  supplied <- list(without_lost_names(a), without_lost_names(b))
  a <- supplied[[1]]
  b <- supplied[[2]]
  for (i in 1:2) {
    term <- supplied[[i]]
    if (term$type == "Tensor" || is_number_type(term$type)) next
    if (is_optional_type(term$type)) refuse(cx, expr, sprintf("`%s` takes no value that may be NULL.", sign), "Ask is.null() first.")
    if ((term$type %in% c("None", "static", "str", "dtype", "Device") || script_type_kind(term$type) %in% c("List", "Tuple", "Record", "Dict", "Empty")) && !is_number_array(term)) {
      what <- if (term$type == "static") describe(static_value(term)) else script_type_in_words(term$type)
      refuse(cx, expr, sprintf("`%s` takes tensors and numbers, not %s.", sign, what))
    }
  }
  if (b$type == "Tensor" && is_number_type(a$type) && sign %in% names(mirrored_signs)) {
    # operators have their numbers on the right; R computes the left side first
    a <- keep_term(cx, a)
    if (sign == "-") {
      return(call_operator(cx, reversed_subtraction, list(self = b, other = a), expr))
    }
    sign <- mirrored_signs[[sign]]
    supplied <- list(b, a)
  }
  method <- tensor_generic(sign)
  # `-x` has a method of its own within that of `-`
  plan <- plan_of_function(method) %||% body(method)[[4]][[3]]
  names(supplied) <- plan_labels(plan)
  call_operator(cx, plan, supplied, expr)
}

is_number_array <- function(term) is_static(term) && is.numeric(static_value(term)) && !is.null(dim(static_value(term)))

# R's numbers, vectors and arrays beside a tensor: they keep their precision beside doubles, and take no part in the
# choice of the result's dtype.
numbers_as_tensors <- function(cx, supplied, expr) {
  arrays <- vapply(supplied, is_number_array, NA)
  numbers <- arrays | term_types(supplied) %in% c("int", "whole", "float", "Vector[bool]", "Vector[int]", "Vector[float]", "Vector[whole]")
  beside <- match("Tensor", term_types(supplied))
  if (is.na(beside) || !any(numbers)) {
    for (i in which(arrays)) supplied[[i]] <- capture_value(cx, torch_tensor(static_value(supplied[[i]])), "array")
    return(supplied)
  }
  # in their order
  for (i in seq_along(supplied)) if (i == beside || (numbers[[i]] && !is_static(supplied[[i]]))) supplied[[i]] <- keep_term(cx, supplied[[i]])
  for (term in supplied) refuse_mixed(cx, term, expr)
  x <- supplied[[beside]]$code
  supplied[numbers] <- lapply(supplied[numbers], function(term) {
    value <- if (is_static(term)) static_value(term)
    if (!is.null(term$tensor)) {
      return(new_term("Tensor", sprintf("torch.reshape(%s(%s), [])", helper(cx, "item_tensor"), term$tensor)))
    }
    code <- if (is_number_array(term) || is.numeric(value) && length(value) != 1) {
      array <- torch_tensor(value, dtype = if (is.double(value)) torch_double())
      sprintf("%s(%s, %s)", helper(cx, "array_for"), x, constant_name(cx$unit, array, "array"))
    } else {
      kind <- switch(term$type, int = "int", `Vector[bool]` = "flags", `Vector[int]` = "ints", `Vector[float]` = , `Vector[whole]` = "vector", "number")
      wanted <- switch(kind, int = "int", ints = "Vector[int]", flags = "Vector[bool]", vector = "Vector[float]", "float")
      sprintf("%s(%s, %s)", helper(cx, paste0(kind, "_for")), x, coerced_code(cx, term, wanted))
    }
    new_term("Tensor", code)
  })
  supplied
}

mirrored_signs <- c(`+` = "+", `*` = "*", `-` = "-", `==` = "==", `!=` = "!=", `<` = ">", `>` = "<", `<=` = ">=", `>=` = "<=")
reversed_subtraction <- list("aten::rsub", c(self = "self", other = "other"), list(quote(expr = ), quote(expr = )), c(TRUE, FALSE), NULL)

comparison <- function(cx, sign, given, expr) {
  if (any_unknown(given)) {
    return(unknown_term())
  }
  a <- given[[1]]
  b <- given[[2]]
  if ("Tensor" %in% c(a$type, b$type)) {
    return(tensor_arithmetic(cx, sign, a, b, expr))
  }
  if (is_static(a) && is_static(b)) {
    value <- tryCatch(do.call(sign, list(static_value(a), static_value(b))), error = function(e) refuse(cx, expr, conditionMessage(e)))
    return(literal_term(value) %||% static_term(value))
  }
  if (is_vector_term(a) || is_vector_term(b)) {
    return(each_element(cx, list(a, b), expr, function(parts) comparison(cx, sign, parts, expr)))
  }
  if (a$type == "str" && b$type == "str") {
    if (!sign %in% c("==", "!=")) refuse(cx, expr, "Strings can be compared with `==` and `!=` only: their order depends on the language.")
    return(new_term("bool", sprintf("(%s %s %s)", a$code, sign, b$code)))
  }
  if (a$type == b$type && a$type %in% c("bool", "dtype", "Device") && sign %in% c("==", "!=")) {
    return(new_term("bool", sprintf("(%s %s %s)", a$code, sign, b$code)))
  }
  a <- as_number(cx, a, expr)
  b <- as_number(cx, b, expr)
  if (is_whole_type(a$type) && is_whole_type(b$type)) {
    return(new_term("bool", sprintf("(%s %s %s)", a$code, sign, b$code)))
  }
  # where R would have NA, a program stops
  checked <- function(term) {
    code <- coerced_code(cx, term, "float")
    if ((is_static(term) && !is.nan(static_value(term))) || is_whole_type(term$type)) code else sprintf("%s(%s)", helper(cx, "known"), code)
  }
  new_term("bool", sprintf("(%s %s %s)", checked(a), sign, checked(b)))
}

# & and |: both sides are looked at.
both_sides <- function(cx, sign, given, expr) {
  if (any_unknown(given)) {
    return(unknown_term())
  }
  if ("Tensor" %in% term_types(given)) {
    return(tensor_arithmetic(cx, sign, given[[1]], given[[2]], expr))
  }
  if (all_static(given) && all(vapply(given, is_vector_term, NA))) {
    return(answer_of_r(cx, sign, unname(given), expr))
  }
  if (any(vapply(given, is_vector_term, NA))) {
    return(each_element(cx, given, expr, function(parts) both_sides(cx, sign, parts, expr)))
  }
  parts <- lapply(given, function(term) keep_term(cx, condition_of(cx, term, expr)))
  if (all_static(parts)) {
    return(literal_term(do.call(sign, unname(lapply(parts, static_value)))))
  }
  new_term("bool", sprintf("(%s %s %s)", parts[[1]]$code, if (sign == "&") "and" else "or", parts[[2]]$code))
}

# Functions of one number: `code` has %s for it, or is one of script_helpers(); `type` is the result's, or NULL for that of a whole argument.
number_function <- function(code, whole = NULL) {
  force(code)
  force(whole)
  run <- function(cx, given, expr, scope) {
    if (is_vector_term(given[[1]])) {
      return(each_element(cx, given[1], expr, function(parts) run(cx, parts, expr, scope)))
    }
    term <- as_number(cx, given[[1]], expr)
    if (identical(whole, "abs(%s)")) {
      if (is_whole_type(term$type) && !is_open_kind(term)) {
        return(new_term(term$type, sprintf(whole, term$code), lower = 0, dtype = term$dtype))
      }
      return(as_open_as(cx, new_term("float", sprintf(whole, coerced_code(cx, term, "float"))), list(term)))
    }
    # a double in R
    if (!is.null(whole) && is_whole_type(term$type)) {
      return(new_term("whole", sprintf(whole, term$code), lower = term$lower))
    }
    argument <- coerced_code(cx, term, "float")
    new_term("float", if (grepl("%s", code, fixed = TRUE)) sprintf(code, argument) else sprintf("%s(%s)", helper(cx, code), argument))
  }
  run
}

round_number <- function(cx, given, expr, scope) {
  given <- match_given(cx, alist(x = , digits = ), given, expr)$matched
  digits <- given$digits %||% literal_term(0L)
  if (is.null(given$x)) refuse(cx, expr, "`x` of `round()` is missing.")
  term <- as_number(cx, given$x, expr)
  if (is_whole_type(term$type) && is_static_value(digits, 0L)) {
    return(new_term("whole", term$code, simple = term$simple, lower = term$lower))
  }
  code <- coerced_code(cx, term, "float")
  if (is_static_value(digits, 0L) || is_static_value(digits, 0)) {
    return(new_term("float", sprintf("round(%s)", code)))
  }
  new_term("float", sprintf("%s(%s, %s)", helper(cx, "round"), code, need_code(cx, digits, "int", expr, "`digits`")))
}

round_numbers <- function(cx, given, expr, scope) {
  digits <- match_given(cx, alist(x = , digits = ), given, expr)$matched$digits
  if (!is.null(digits) && is_vector_term(digits) && length(known_parts(digits)) == 0) refuse(cx, expr, "`digits` may have no elements, where R stops.", "Give it one number.")
  of_elements(round_number, alist(x = , digits = ))(cx, given, expr, scope)
}

log_number <- function(cx, given, expr, scope) {
  given <- match_given(cx, alist(x = , base = ), given, expr)$matched
  x <- coerced_code(cx, as_number(cx, given$x, expr), "float")
  if (is.null(given$base)) {
    return(new_term("float", sprintf("math.log(%s)", x)))
  }
  new_term("float", sprintf("%s(%s, %s)", helper(cx, "log_base"), x, coerced_code(cx, as_number(cx, given$base, expr), "float")))
}

# as.integer() and its like.
convert_number <- function(type) {
  force(type)
  function(cx, given, expr, scope) {
    term <- given[[1]]
    from <- term$type
    if (from == "Tensor") {
      one <- sprintf("%s(%%s)", helper(cx, if (type == "int") "integer_item" else "only"))
      code <- switch(type, int = one, float = sprintf("float(%s)", one), str = sprintf("%s(%%s, 15)", helper(cx, "item_text")), sprintf("bool(%s)", one))
      number <- new_term(type, sprintf(code, term$code))
      # a loop goes through all of them
      item <- new_name(cx, "v")
      number$elements <- new_term(vector_type_of(type), sprintf("[%s for %s in %s(%s)]", sprintf(code, item), item, helper(cx, "elements"), term$code), fresh = TRUE)
      return(number)
    }
    if (type == "str") {
      if (is_static(term) && is.atomic(static_value(term)) && anyNA(static_value(term)) && !any(is.nan(static_value(term)))) refuse(cx, expr, "This is NA in R, which a program does not have.")
      return(text_term(cx, term, expr))
    }
    if (is_list_type(from)) {
      item <- new_name(cx, "v")
      lines <- if (is_scalar_type(element_type(from))) in_block(cx, inner <- convert_number(type)(cx, list(new_term(element_type(from), item, simple = TRUE)), expr, scope))
      if (!is_scalar_type(element_type(from)) || length(lines) > 0) refuse(cx, expr, sprintf("`%s()` does not take %s.", as.character(expr[[1]]), script_type_in_words(from)), "vapply() goes through the elements.")
      return(new_term(vector_type_of(type), sprintf("[%s for %s in %s]", inner$code, item, term$code), fresh = TRUE))
    }
    if (is_static(term)) {
      value <- suppressWarnings(switch(type, int = as.integer(static_value(term)), float = as.double(static_value(term)), as.logical(static_value(term))))
      literal <- literal_term(value)
      if (is.null(literal)) refuse(cx, expr, "This is NA in R, which a program does not have.")
      return(literal)
    }
    if (from == "str" && type == "bool") refuse(cx, expr, "Strings are not read as TRUE and FALSE.", "s %in% c(\"TRUE\", \"true\", \"T\").")
    if (from == "str") {
      number <- new_term("float", sprintf("%s(%s)", helper(cx, "number_of_text"), term$code))
      return(if (type == "int") new_term("int", sprintf("%s(%s)", helper(cx, "integer"), number$code)) else number)
    }
    if (!is.null(term$number)) term <- settled_item(cx, term)
    if (!is.null(term$tensor)) {
      return(convert_number(type)(cx, list(new_term("Tensor", term$tensor, simple = TRUE)), expr, scope))
    }
    term <- as_number(cx, term, expr)
    if (type == "float") {
      return(new_term("float", coerced_code(cx, term, "float")))
    }
    if (type == "bool") {
      return(condition_of(cx, term, expr))
    }
    if (term$type == "whole" && !is_static(term)) term <- new_term("int", as_r_integer(cx, term$code), lower = term$lower)
    if (is_whole_type(term$type)) utils::modifyList(term, list(type = "int")) else new_term("int", sprintf("%s(%s)", helper(cx, "integer"), term$code))
  }
}
# They take all that as.numeric() of a tensor gives, where others take one number.
of_all_elements <- c(
  "sum", "prod", "min", "max", "mean", "median", "var", "sd", "range", "rev", "sort", "order", "unique", "cumsum", "cumprod", "cummax", "cummin", "diff",
  "head", "tail", "which.max", "which.min", "any", "all", "which", "duplicated", "tabulate"
)

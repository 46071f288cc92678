# Which numbers of R a number of a program is: an integer, a double, or TRUE or FALSE that was in a tensor.
#
# A program keeps what may be one or the other as a double. Its kind goes with it: a dtype's number, in a variable of its own.

# Of a term or binding: "integer", "double", "mixed" where that is known only when it runs, "unsure" where it may be TRUE or
# FALSE as well. A number that is a double elsewhere is kept as one, whatever it is here.
number_kind <- function(x) {
  switch(x$type,
    int = "integer",
    number = "unsure",
    whole = , float = if (is.null(x$dtype)) "double" else x$dtype
  )
}
join_number_kinds <- function(kinds) {
  kinds <- unique(kinds)
  if (length(kinds) < 2) {
    return(kinds)
  }
  if ("unsure" %in% kinds) "unsure" else "mixed"
}
# What is left to say of a number of `type`.
kind_beside_type <- function(kind, type) {
  if (length(kind) == 1 && type %in% c("whole", "float") && kind != "double") kind
}
is_open_kind <- function(term) identical(number_kind(term), "mixed") || identical(number_kind(term), "unsure")

# TorchScript's own `number` is what it is when the program runs. Terms are read from it as doubles, by a tensor: libtorch's
# own conversion of a `number` takes no TRUE.
number_value_code <- function(code) sprintf("float(torch.scalar_tensor(%s, dtype=7))", code)
read_number <- function(term) {
  if (identical(term$type, "number")) {
    term$number <- term$code
    term$code <- number_value_code(term$code)
    term$type <- "float"
    term$dtype <- "unsure"
    term$simple <- FALSE
  }
  term
}

# The text of a number's kind; NULL where it is lost.
kind_code <- function(cx, term) {
  switch(number_kind(term) %||% "",
    integer = "4", double = "7",
    unsure = , mixed = if (!is.null(term$number)) {
      sprintf("%s(%s)", helper(cx, "kind_of"), term$number)
    } else if (!is.null(term$tensor)) {
      sprintf("%s(%s)", helper(cx, "item_kind"), term$tensor)
    } else {
      term$item
    }
  )
}
# That of what is computed of numbers.
wider_kind_code <- function(cx, terms) {
  codes <- lapply(terms, function(term) kind_code(cx, term))
  if (any(vapply(codes, is.null, NA))) {
    return(NULL)
  }
  codes <- unique(unlist(codes))
  if (length(codes) == 1) codes <- c(codes, "4")
  Reduce(function(a, b) sprintf("%s(%s, %s)", helper(cx, "wider_kind"), a, b), codes)
}

# Where integers have NA, and no negative zero. `sign`: of the arithmetic that gave it.
as_open_result <- function(cx, sign, term, terms) {
  term <- as_open_as(cx, term, terms)
  if (is.null(term$item) || !sign %in% c("+", "-", "*", "%%", "%/%", "negative")) {
    return(term)
  }
  term$item <- keep_term(cx, new_term("dtype", term$item))$code
  term$code <- sprintf("%s(%s, %s)", helper(cx, "as_kind"), coerced_code(cx, new_term(term$type, term$code), "float"), term$item)
  term$type <- "float"
  term$linear <- NULL
  term
}
# What is computed of numbers whose kind is open is a number too: TRUE counts as one.
as_open_as <- function(cx, term, terms) {
  if (!any(vapply(terms, is_open_kind, NA))) {
    term["dtype"] <- list(if (length(terms) == 1) terms[[1]]$dtype)
    return(term)
  }
  term$dtype <- "mixed"
  term$item <- wider_kind_code(cx, terms)
  term
}

# The text of a number as `number`; NULL where its kind is lost.
number_code <- function(cx, term) {
  if (!is_open_kind(term)) {
    # the type goes with it, since branches must agree on it
    is_int <- term$type == "int"
    return(sprintf("%s(%s)", helper(cx, if (is_int) "number_of_int" else "number_of_float"), if (is_int) term$code else coerced_code(cx, term, "float")))
  }
  if (!is.null(term$number)) {
    return(term$number)
  }
  if (identical(term$dtype, "unsure") && !is.null(term$tensor)) {
    return(sprintf("%s(%s)", helper(cx, "item_number"), term$tensor))
  }
  kind <- kind_code(cx, term)
  if (!is.null(kind)) sprintf("%s(%s, %s)", helper(cx, "number"), coerced_code(cx, term, "float"), kind)
}
# For what keeps it as it is, such as lists of different things and results.
as_kept_number <- function(cx, term) {
  code <- if (is_open_kind(term)) number_code(cx, term)
  if (is.null(code)) {
    return(term)
  }
  term[c("type", "code", "dtype", "simple", "number", "tensor", "item")] <- list("number", code, NULL, FALSE, NULL, NULL, NULL)
  term
}

# For what holds doubles alone, such as vectors: an integer among them stops the program. `beside`: the texts of how many
# doubles it joins, which make it one.
as_double_number <- function(cx, term, expr, beside = character()) {
  if (!is_open_kind(term)) {
    return(term)
  }
  kind <- kind_code(cx, term)
  if (is.null(kind)) {
    refuse_mixed(cx, term, expr)
    refuse_unsure(cx, term, expr)
  }
  count <- if (length(beside) > 0) paste(beside, collapse = " + ") else "0"
  new_term("float", sprintf("%s(%s, %s, %s)", helper(cx, "double"), coerced_code(cx, term, "float"), kind, count))
}
as_double_numbers <- function(cx, terms, expr) {
  # what is beside a vector of integers is to be one
  if (any(term_types(terms) == "Vector[int]") && !any(grepl("float|whole", term_types(terms)[!vapply(terms, is_open_kind, NA)]))) {
    return(lapply(terms, function(term) if (is_open_kind(term)) as_integer_number(cx, term) else term))
  }
  if (!any(vapply(terms, is_open_kind, NA)) || any(vapply(terms, function(term) term$type %in% c("float", "whole") && !is_open_kind(term), NA))) {
    return(terms)
  }
  is_vector <- vapply(terms, function(term) term$type %in% c("Vector[float]", "Vector[whole]"), NA)
  terms[is_vector] <- lapply(terms[is_vector], function(term) keep_term(cx, term))
  beside <- sprintf("len(%s)", vapply(terms[is_vector], function(term) term$code, ""))
  # one double among them makes doubles of all
  counts <- vapply(terms, function(term) {
    kind <- if (is_open_kind(term)) kind_code(cx, term)
    if (is.null(kind)) "" else sprintf("int(%s(%s))", helper(cx, "is_double_kind"), kind)
  }, "")
  for (i in seq_along(terms)) terms[[i]] <- as_double_number(cx, terms[[i]], expr, c(beside, counts[-i][nzchar(counts[-i])]))
  terms
}

# Beside integers a number that may be one must be one.
as_integer_number <- function(cx, term) {
  kind <- kind_code(cx, term)
  if (is.null(kind)) term else new_term("int", sprintf("%s(%s, %s)", helper(cx, "among_integers"), coerced_code(cx, term, "float"), kind))
}
as_element_of <- function(cx, vector, term, expr) {
  # R's vector stays what it is
  if (term$type == "int" && vector$type %in% c("Vector[float]", "Vector[whole]")) {
    return(new_term("float", coerced_code(cx, term, "float")))
  }
  if (term$type == "Vector[int]" && vector$type %in% c("Vector[float]", "Vector[whole]")) {
    return(new_term("Vector[float]", coerced_code(cx, term, "Vector[float]"), fresh = TRUE))
  }
  if (!is_open_kind(term)) {
    return(term)
  }
  if (vector$type == "Vector[int]") as_integer_number(cx, term) else as_double_number(cx, term, expr, if (grepl("float|whole", vector$type)) sprintf("len(%s)", vector$code))
}

# A vector of integers that gets a double is one of doubles from here on.
widened_to_doubles <- function(cx, held, key, inner, scope, expr) {
  made <- new_term("Vector[float]", coerced_code(cx, held, "Vector[float]"), fresh = TRUE)
  if (is.null(key)) {
    return(made)
  }
  assign_variable(cx, find_binding(cx, scope, as.character(inner))$scope, as.character(inner), made, expr)
  read_variable(cx, scope, as.character(inner), expr)
}

# is.integer() and its like, asked when the program runs. `test`: of a term; `of_kind`: integers and doubles differ for it.
is_of_open_kind <- function(cx, term, test, of_kind, expr) {
  holds <- function(type) if (test(new_term(type, "0"))) "True" else "False"
  # the kind alone would not draw the number, nor stop where there is none
  term <- keep_term(cx, term)
  run_term(cx, term)
  kind <- kind_code(cx, term)
  if (is.null(kind)) {
    refuse_unsure(cx, term, expr)
    if (of_kind) refuse_mixed(cx, term, expr)
    return(literal_term(test(new_term("float", "0."))))
  }
  kind <- keep_term(cx, new_term("dtype", kind))$code
  new_term("bool", sprintf("(%s if %s == 11 else (%s if %s < 5 else %s))", holds("bool"), kind, holds("int"), kind, holds("float")))
}

refuse_mixed <- function(cx, term, expr) {
  if (identical(term$dtype, "mixed")) {
    refuse(cx, expr, "Whether this is an integer or a double is known only when it runs.", "as.numeric() makes it a double; or begin with a double, 0 in place of 0L.")
  }
}
refuse_unsure <- function(cx, term, expr) {
  if (identical(term$dtype, "unsure")) {
    refuse(cx, expr, "Whether this is a number or TRUE or FALSE is in the tensor alone.", "as.numeric(), as.integer() and as.logical() of the tensor say it.")
  }
}

# Where a number is needed, and TRUE is none: of an element of a tensor that is known when the program runs.
stop_if_flag <- function(cx, term, expr) {
  if (!identical(term$dtype, "unsure")) {
    return(term)
  }
  kind <- kind_code(cx, term)
  if (is.null(kind)) refuse_unsure(cx, term, expr)
  emit(cx, c(sprintf("if %s == 11:", kind), "  raise ValueError(\"TRUE or FALSE comes where a number is needed: as.integer() makes it one\")"))
  term
}

# What `$item()` took out of a tensor, without the tensor: that may be changed.
settled_item <- function(cx, term) {
  if (!is.null(term$number)) {
    held <- new_name(cx, "n")
    emit(cx, paste(held, "=", term$number))
    term[c("number", "code")] <- list(held, number_value_code(held))
  }
  kind <- if (is_open_kind(term)) kind_code(cx, term)
  if (!is.null(kind) && !identical(kind, term$item) || !is.null(kind) && grepl("(", kind, fixed = TRUE)) {
    kind <- keep_term(cx, new_term("dtype", kind))$code
    term[c("number", "tensor")] <- list(NULL)
    term <- keep_term(cx, term)
    term$item <- kind
  }
  term
}

# The kind of a variable stands beside it where it is not always a double: the pass before knows.
kind_variable <- function(cx, version, type) {
  if (type != "float" && type != "whole") {
    return(NULL)
  }
  declared <- cx$declared[[version]]
  kinds <- union(declared$kinds, cx$previous$declared[[version]]$kinds)
  if (all(kinds == "double")) {
    return(NULL)
  }
  if (is.null(cx$kind_names[[version]])) cx$kind_names[[version]] <- new_name(cx, paste0(declared$name, "_kind"))
  cx$kind_names[[version]]
}

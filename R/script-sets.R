# Elements of vectors that are found in others, or were there before.
#' @include script-vector-functions.R
NULL

# Two vectors as vectors of what holds the elements of both; flags are numbers.
comparable_vectors <- function(cx, a, b, name, expr) {
  both <- list(vector_argument(cx, a, name, expr), vector_argument(cx, b, name, expr))
  types <- vapply(both, function(term) element_type(term$type), "")
  type <- join_types(types[[1]], types[[2]])
  if (is.null(type)) {
    refuse(cx, expr, sprintf("`%s()` compares numbers with numbers, and strings with strings.", name), "as.integer() makes numbers of TRUE and FALSE, as.character() strings of numbers.")
  }
  if (type == "bool") {
    both <- lapply(both, function(term) flags_as_numbers(cx, term))
    type <- "int"
  }
  lapply(both, function(term) {
    code <- coerced_code(cx, term, vector_type_of(type))
    keep_term(cx, new_term(vector_type_of(type), code, simple = identical(code, term$code)))
  })
}

# Positions, from one on, of the elements of one vector in another; 0 where there is none.
matches <- function(cx, x, table) keep_term(cx, new_term("Vector[int]", sprintf("%s(%s, %s)", helper_of(cx, "matches", x), x$code, table$code), fresh = TRUE))
matches_of_itself <- function(cx, term) {
  if (term$type == "Vector[bool]") term <- flags_as_numbers(cx, term)
  matches(cx, term, term)
}

unique_elements <- function(cx, matched, expr) {
  x <- vector_argument(cx, matched$x, "unique", expr)
  taken_at(cx, x, sprintf("%s(%s)", helper(cx, "firsts"), matches_of_itself(cx, x)$code))
}
repeated_elements <- function(cx, matched, expr) {
  at <- matches_of_itself(cx, vector_argument(cx, matched$x, "duplicated", expr))
  i <- new_name(cx, "i")
  new_term("Vector[bool]", sprintf("[%s[%s] != %s + 1 for %s in range(len(%s))]", at$code, i, i, i, at$code), fresh = TRUE)
}
first_repeated <- function(cx, matched, expr) {
  at <- matches_of_itself(cx, vector_argument(cx, matched$x, "anyDuplicated", expr))
  new_term("int", sprintf("%s(%s)", helper(cx, "first_repeated"), at$code), lower = 0)
}

match_elements <- function(cx, matched, expr) {
  if (is.null(matched$table)) refuse(cx, expr, "`match()` needs a table.")
  is_one <- is_scalar_type(matched$x$type)
  none <- if (!is.null(matched$nomatch)) keep_term(cx, new_term("int", need_code(cx, matched$nomatch, "int", expr, "`nomatch`"), simple = is_static(matched$nomatch)))$code
  both <- comparable_vectors(cx, matched$x, matched$table, "match", expr)
  at <- matches(cx, both[[1]], both[[2]])
  if (is.null(none)) at <- keep_term(cx, new_term("Vector[int]", sprintf("%s(%s)", helper(cx, "matched"), at$code), fresh = TRUE))
  if (!is.null(none) && none != "0") {
    item <- new_name(cx, "v")
    at <- keep_term(cx, new_term("Vector[int]", sprintf("[(%1$s if %1$s > 0 else %2$s) for %1$s in %3$s]", item, none, at$code), fresh = TRUE))
  }
  if (is_one) new_term("int", sprintf("%s[0]", at$code), lower = if (is.null(none)) 1 else if (none == "0") 0 else -Inf) else at
}

# Elements of `x` that are, or are not, in `y`, each once. Of what is in both R makes the type that holds both.
set_function <- function(name) {
  force(name)
  function(cx, matched, expr) {
    if (is.null(matched$y)) refuse(cx, expr, sprintf("`%s()` needs two vectors.", name))
    x <- vector_argument(cx, matched$x, name, expr)
    both <- comparable_vectors(cx, x, matched$y, name, expr)
    own <- matches(cx, both[[1]], both[[1]])
    other <- matches(cx, both[[1]], both[[2]])
    positions <- sprintf("%s(%s, %s, %s)", helper(cx, "firsts_where"), own$code, other$code, if (name == "setdiff") "False" else "True")
    as_flags <- x$type == "Vector[bool]"
    taken_at(cx, if (name == "setdiff" || as_flags) x else both[[1]], positions)
  }
}
union_of <- function(cx, matched, expr) {
  if (is.null(matched$y)) refuse(cx, expr, "`union()` needs two vectors.")
  parts <- lapply(matched[c("x", "y")], function(term) vector_argument(cx, term, "union", expr))
  if (is.null(join_types(element_type(parts$x$type), element_type(parts$y$type)))) comparable_vectors(cx, parts$x, parts$y, "union", expr)
  unique_elements(cx, list(x = combine(cx, unname(parts), quote(c(x)), NULL)), expr)
}
same_sets <- function(cx, matched, expr) {
  if (is.null(matched$y)) refuse(cx, expr, "`setequal()` needs two vectors.")
  both <- comparable_vectors(cx, matched$x, matched$y, "setequal", expr)
  missing <- vapply(list(both, rev(both)), function(pair) sprintf("(0 in %s)", matches(cx, pair[[1]], pair[[2]])$code), "")
  new_term("bool", sprintf("(not (%s))", paste(missing, collapse = " or ")))
}
is_element <- function(cx, matched, expr) {
  if (is.null(matched$table)) refuse(cx, expr, "`is.element()` needs a table.")
  is_in(cx, unname(matched[c("el", "table")]), expr, NULL)
}

# unlist() of vectors in a list, or of numbers of several kinds.
holds_vectors <- function(term) {
  if (startsWith(term$type, "List[Vector[")) {
    return(TRUE)
  }
  types <- if (startsWith(term$type, "Tuple")) script_type_parts(term$type) else character()
  length(types) > 0 && all(startsWith(types, "Vector[") | is_scalar_type(types))
}
joined_numbers <- function(cx, term, expr) {
  if (script_type_kind(term$type) == "List" && length(known_parts(term)) == 0) {
    term <- keep_term(cx, term)
    emit(cx, c(sprintf("if len(%s) == 0:", term$code), "  raise ValueError(\"unlist() of no elements is NULL in R\")"))
  }
  as_vector(cx, term, expr)
}
joined_elements <- function(cx, term, expr) {
  parts <- if (startsWith(term$type, "Tuple")) term_parts(cx, term) else known_parts(term)
  if (!is.null(parts) && length(parts) > 0) {
    return(combine(cx, parts, quote(c(x)), NULL))
  }
  out <- new_name(cx, "out")
  item <- new_name(cx, "v")
  held <- keep_term(cx, term)
  type <- element_type(term$type)
  emit(cx, c(sprintf("if len(%s) == 0:", held$code), "  raise ValueError(\"unlist() of no elements is NULL in R\")", sprintf("%s = %s", out, empty_code(cx, type))))
  emit_loop(cx, sprintf("for %s in %s:", item, held$code), sprintf("%s.extend(%s)", out, item))
  new_term(type, out, simple = TRUE, fresh = TRUE)
}

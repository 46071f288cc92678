# Vectors that begin as c(), which is NULL: while they are empty, a program has a vector of no length where R has NULL. Where
# that makes a difference the program stops.

# Whether what is empty began as c().
is_of_null <- function(cx, term) {
  identical(term$dtype, "null") || isTRUE(term$from_null) || !is.null(term$place) && isTRUE(cx$declared[[cx$vars[[term$place]]$version %||% ""]]$from_null)
}

# Whether nothing is ever put into it: the pass before knows.
is_always_null <- function(cx, term) {
  if (term$type != "Empty" || !is_of_null(cx, term)) {
    return(FALSE)
  }
  if (length(cx$previous$declared) == 0) cx$unsettled <- TRUE
  is.null(term$place) || identical(cx$previous$declared[[cx$vars[[term$place]]$version %||% ""]]$type, "Empty")
}

stop_if_null <- function(cx, term) {
  if (is_always_null(cx, term)) {
    return(none_term())
  }
  if (!is_list_type(term$type) || is_static(term) || isTRUE(cx$in_package) || !is_of_null(cx, term)) {
    return(term)
  }
  term <- keep_term(cx, term)
  emit(cx, c(
    sprintf("if len(%s) == 0:", term$code),
    sprintf("  raise ValueError(%s)", string_text(told_of_null(term)))
  ))
  term
}
told_of_null <- function(term) {
  if (isTRUE(term$is_names)) {
    return("the list has no elements, and its names may be NULL in R: ask length() first")
  }
  sprintf("what began as c() has no elements, and may be NULL in R: begin with %s", if (is_vector_term(term)) "numeric(), integer() or character()" else "list()")
}

# `name`: the function of the table that takes them.
stop_if_nulls <- function(cx, given, name) {
  if (name %in% takes_null || name %in% c("+", "-", "*", "/", "^") && gives_same_of_null(cx, given)) {
    return(given)
  }
  lapply(given, function(term) stop_if_null(cx, term))
}

# NULL is to them what a vector of no length is.
takes_null <- c(
  "c", "append", "length", "seq_along", "max", "min", "sum", "prod", "any", "all", "==", "!=", "<", ">", "<=", ">=", "%in%", "is.element",
  "paste", "paste0", "sprintf", "as.integer", "as.numeric", "as.double", "as.character", "as.logical", "unlist", "identity",
  "force", "invisible", "is.null"
)

# Arithmetic of NULL has the kind of its other side.
gives_same_of_null <- function(cx, given) {
  if (length(given) != 2) {
    return(FALSE)
  }
  of_null <- vapply(given, function(term) is_of_null(cx, term), NA)
  if (sum(of_null) != 1) {
    return(!any(of_null))
  }
  kind <- function(term) sub("whole", "float", if (is_vector_term(term)) element_type(term$type) else term$type)
  !is_open_kind(given[[which(!of_null)]]) && kind(given[[1]]) == kind(given[[2]])
}

# The sum of NULL is an integer, that of a vector which has lost its elements none.
sum_of_null <- function(cx, term, sum) {
  if (!is_of_null(cx, term) || !sum$type %in% c("float", "whole")) {
    return(sum)
  }
  if (may_be_emptied(cx, term)) {
    stop_if_null(cx, term)
    return(sum)
  }
  sum$dtype <- "mixed"
  sum$item <- keep_term(cx, new_term("dtype", sprintf("(4 if len(%s) == 0 else 7)", term$code)))$code
  sum
}

# A variable may be without elements and not NULL: the pass before knows.
note_emptied <- function(cx, version) {
  declared <- cx$declared[[version]]
  if (is.null(declared) || isTRUE(declared$emptied)) {
    return(invisible())
  }
  cx$declared[[version]]$emptied <- TRUE
  if (isTRUE(declared$from_null) && !isTRUE(cx$previous$declared[[version]]$emptied)) cx$unsettled <- TRUE
}
may_be_emptied <- function(cx, term) {
  if (!is_list_type(term$type)) {
    return(FALSE)
  }
  if (!is.null(term$place) && is_of_null(cx, term)) {
    version <- cx$vars[[term$place]]$version
    return(isTRUE(cx$declared[[version]]$emptied) || isTRUE(cx$previous$declared[[version]]$emptied))
  }
  !isTRUE(term$has_elements) && length(known_parts(term)) == 0
}

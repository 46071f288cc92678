# A term: what an R expression becomes. Its type, the text that computes it, and what is known of its value.

# `value`: list(<the R value>) where it is known while compiling. `simple`: the text may stand several times. `fresh`: no
# other variable holds this list. `linear`: list(base, offset), the text of a whole number and what is added to it.
# `lower`: the least that the number can be. `parts`: the terms that a tuple, record or literal list is made of. `place`:
# the key of the variable that it is read from.
new_term <- function(type, code, value = NULL, simple = FALSE, fresh = FALSE, linear = NULL, lower = -Inf, dtype = NULL,
                     parts = NULL, place = NULL, names = NULL) {
  term <- list(
    type = type, code = code, value = value, simple = simple, fresh = fresh, linear = linear, lower = lower, dtype = dtype,
    parts = parts, place = place, names = names
  )
  if (type == "number") read_number(term) else term
}

is_term <- function(x) is.list(x) && !is.null(x$type)
unknown_term <- function() new_term("?", "None", simple = TRUE)
none_term <- function() new_term("None", "None", list(NULL), simple = TRUE)
static_term <- function(value) new_term("static", NULL, list(value), simple = TRUE)
is_static <- function(term) !is.null(term$value)
static_value <- function(term) term$value[[1]]
is_static_value <- function(term, value) is_static(term) && identical(static_value(term), value)
term_types <- function(terms) vapply(terms, `[[`, "", "type")
# loops, since these are asked at every call
all_static <- function(terms) {
  for (term in terms) {
    if (is.null(term$value)) {
      return(FALSE)
    }
  }
  TRUE
}
any_unknown <- function(terms) {
  for (term in terms) {
    if (term$type == "?") {
      return(TRUE)
    }
  }
  FALSE
}

number_text <- function(x) {
  if (is.nan(x)) {
    "math.nan"
  } else if (is.infinite(x)) {
    if (x > 0) "math.inf" else "(-math.inf)"
  } else if (x == 0 && 1 / x < 0) {
    # libtorch takes it for the other zero, where it knows it before the program runs
    "math.copysign(0., -1. - float(torch.is_grad_enabled()))"
  } else if (abs(x) < 2.3e-308 && x != 0) {
    # nor does it read these
    sprintf("math.ldexp(%s, -200)", number_text(x * 2^200))
  } else if (x == trunc(x) && x >= 0 && x < 1e15) {
    sprintf("%.0f.", x)
  } else {
    text <- sprintf("%.15g", x)
    if (as.numeric(text) != x) text <- sprintf("%.17g", x)
    if (!grepl(".", text, fixed = TRUE) && !grepl("e", text, fixed = TRUE)) text <- paste0(text, ".")
    if (x < 0) sprintf("(%s)", text) else text
  }
}
int_text <- function(x) {
  # not format(): most of the time of a translation would be its own
  text <- sprintf("%.0f", x)
  if (x < 0) sprintf("(%s)", text) else text
}
string_text <- function(x) {
  escaped <- gsub("\\", "\\\\", enc2utf8(x), fixed = TRUE)
  escaped <- gsub("\"", "\\\"", escaped, fixed = TRUE)
  escaped <- gsub("\t", "\\t", gsub("\r", "\\015", gsub("\n", "\\n", escaped, fixed = TRUE), fixed = TRUE), fixed = TRUE)
  paste0("\"", escaped, "\"")
}

whole_limit <- 2^53
is_whole_double <- function(x) is.double(x) && is.finite(x) && x == trunc(x) && abs(x) < whole_limit && !identical(1 / x, -Inf)

# A constant of R's, or NULL where TorchScript has no literal for it.
literal_term <- function(x) {
  if (is.null(x)) {
    return(none_term())
  }
  if (is.object(x)) {
    return(literal_object(x))
  }
  # a value of a program has no names
  if (!is.atomic(x) || is.raw(x) || !all(names(attributes(x)) %in% "dim")) {
    return(NULL)
  }
  if (length(x) != 1 || !is.null(dim(x))) {
    return(literal_vector(x))
  }
  if (is.na(x) && !is.nan(x)) {
    return(NULL)
  }
  term <- switch(typeof(x),
    logical = new_term("bool", if (x) "True" else "False"),
    integer = new_term("int", int_text(x), linear = list(base = NULL, offset = x), lower = x),
    double = if (is_whole_double(x)) {
      new_term("whole", int_text(x), linear = list(base = NULL, offset = x), lower = x)
    } else {
      new_term("float", number_text(x))
    },
    character = new_term("str", string_text(x)),
    complex = new_term("complex", sprintf("complex(%s, %s)", number_text(Re(x)), number_text(Im(x))))
  )
  term$value <- list(x)
  term$simple <- TRUE
  term
}

literal_object <- function(x) {
  if (inherits(x, c("torch_dtype", "torch_layout", "torch_memory_format"))) {
    return(new_term("dtype", int_text(as.integer(unclass(x))), list(x), simple = TRUE))
  }
  if (inherits(x, "torch_device")) {
    return(new_term("Device", sprintf("torch.device(%s)", string_text(paste(c(x$type, x$index), collapse = ":"))), list(x), simple = TRUE))
  }
  if (inherits(x, "jit_scalar")) literal_term(unclass(x))
}

literal_vector <- function(x) {
  # libtorch makes no longer lists of what a program holds
  if (length(x) > 65535L) {
    return(NULL)
  }
  if (!is.null(dim(x)) || (anyNA(x) && !(is.double(x) && all(is.nan(x[is.na(x)])))) || is.complex(x)) {
    return(NULL)
  }
  parts <- lapply(unname(x), literal_term)
  type <- switch(typeof(x), logical = "bool", integer = "int", character = "str", double = "float")
  code <- if (is.double(x)) vapply(unname(x), number_text, "") else vapply(parts, function(part) part$code, "")
  text <- sprintf("torch.jit.annotate(List[%s], [%s])", type, paste(code, collapse = ", "))
  new_term(vector_type_of(type), text, list(x), fresh = TRUE, parts = parts)
}

# A whole number from the text of another and what is added to it. `counts`: the other counts the rounds of a loop, from a
# small number on.
linear_term <- function(base, offset, type = "int", lower = -Inf, counts = FALSE) {
  if (is.null(base)) {
    term <- literal_term(if (type == "int" && abs(offset) < 2^31) as.integer(offset) else as.double(offset))
    term$type <- type
    return(term)
  }
  code <- if (offset == 0) base else sprintf("(%s %s %s)", base, if (offset < 0) "-" else "+", format(abs(offset), scientific = FALSE))
  new_term(type, code, simple = offset == 0, linear = list(base = base, offset = offset, counts = counts), lower = lower)
}
linear_of <- function(term) term$linear %||% list(base = term$code, offset = 0)

# The text of `term` as a value of `type`; NULL where it can't be one.
coerced_code <- function(cx, term, type) {
  from <- term$type
  if (identical(from, type) || from == "?" || type == "?") {
    return(if (from == "Empty") empty_code(cx, type) else term$code)
  }
  if (type == "number") {
    return(if (is_number_type(from)) number_code(cx, term) %||% coerced_code(cx, term, "float"))
  }
  if (type == "float" && is_whole_type(from)) {
    return(if (is_static(term)) number_text(as.double(static_value(term))) else sprintf("float(%s)", term$code))
  }
  if (is_whole_type(type) && is_whole_type(from)) {
    return(term$code)
  }
  if (is_optional_type(type)) {
    inner <- if (from == "None") "None" else coerced_code(cx, if (is_optional_type(from)) term_of_required(cx, term) else term, required_type(type))
    if (is_optional_type(from) && script_type_text(cx$unit, from) == script_type_text(cx$unit, type)) {
      return(term$code)
    }
    if (is_optional_type(from)) {
      return(if (!is.null(inner)) sprintf("(torch.jit.annotate(%s, None) if %s is None else torch.jit.annotate(%s, %s))", script_type_text(cx$unit, type), term$code, script_type_text(cx$unit, type), inner))
    }
    return(if (!is.null(inner)) sprintf("torch.jit.annotate(%s, %s)", script_type_text(cx$unit, type), inner))
  }
  if (from == "Empty") {
    return(if (!is_scalar_type(type) && type != "Tensor") empty_code(cx, type))
  }
  kinds <- c(script_type_kind(from), script_type_kind(type))
  if (identical(kinds, c("Slots", "Slots"))) {
    return(slots_code(cx, term, type))
  }
  if (all(kinds %in% c("List", "Vector"))) {
    return(coerced_list(cx, term, element_type(from), element_type(type)))
  }
  if (kinds[[2]] == "Vector" && is_open_kind(term)) {
    return(NULL)
  }
  if (kinds[[2]] == "Vector" && is_scalar_type(from)) {
    code <- coerced_code(cx, term, element_type(type))
    return(if (!is.null(code)) sprintf("torch.jit.annotate(%s, [%s])", script_type_text(cx$unit, type), code))
  }
  if (identical(kinds, c("Dict", "Dict"))) {
    key <- new_name(cx, "k")
    held <- keep_term(cx, term)$code
    inner <- coerced_code(cx, new_term(element_type(from), sprintf("%s[%s]", held, key)), element_type(type))
    if (is.null(inner)) {
      return(NULL)
    }
    # libtorch's own grammar has no comprehension of two names
    return(sprintf("torch.jit.annotate(%s, {%s: %s for %s in %s.keys()})", script_type_text(cx$unit, type), key, inner, key, held))
  }
  if (identical(kinds, c("Record", "Dict"))) {
    values <- lapply(term_parts(cx, term), function(part) coerced_code(cx, part, element_type(type)))
    if (any(vapply(values, is.null, NA))) {
      return(NULL)
    }
    keys <- vapply(names(script_type_parts(from)), string_text, "")
    return(sprintf("torch.jit.annotate(%s, {%s})", script_type_text(cx$unit, type), paste0(keys, ": ", values, collapse = ", ")))
  }
  if (kinds[[1]] == kinds[[2]] && kinds[[1]] %in% c("Tuple", "Record")) {
    wanted <- script_type_parts(type)
    if (length(wanted) != length(script_type_parts(from)) || !identical(names(wanted), names(script_type_parts(from)))) {
      return(NULL)
    }
    parts <- Map(function(part, to) coerced_code(cx, part, to), term_parts(cx, term), unname(wanted))
    return(if (!any(vapply(parts, is.null, NA))) tuple_code(cx, parts, type))
  }
  if (identical(kinds, c("Tuple", "List"))) {
    parts <- lapply(term_parts(cx, term), function(part) coerced_code(cx, part, element_type(type)))
    return(if (!any(vapply(parts, is.null, NA))) sprintf("torch.jit.annotate(%s, [%s])", script_type_text(cx$unit, type), paste(parts, collapse = ", ")))
  }
  NULL
}

term_of_required <- function(cx, term) {
  term$code <- sprintf("torch._unwrap_optional(%s)", term$code)
  term$type <- required_type(term$type)
  read_number(term)
}

empty_code <- function(cx, type) {
  text <- script_type_text(cx$unit, type)
  sprintf("torch.jit.annotate(%s, %s)", text, if (startsWith(type, "Dict")) "{}" else "[]")
}

coerced_list <- function(cx, term, from, to) {
  if (script_type_text(cx$unit, from) == script_type_text(cx$unit, to)) {
    return(term$code)
  }
  if (!is.null(term$parts)) {
    parts <- lapply(term$parts, function(part) coerced_code(cx, part, to))
    return(if (!any(vapply(parts, is.null, NA))) sprintf("torch.jit.annotate(List[%s], [%s])", script_type_text(cx$unit, to), paste(parts, collapse = ", ")))
  }
  name <- new_name(cx, "v")
  inner <- coerced_code(cx, new_term(from, name, simple = TRUE), to)
  if (is.null(inner)) {
    return(NULL)
  }
  sprintf("torch.jit.annotate(List[%s], [%s for %s in %s])", script_type_text(cx$unit, to), inner, name, term$code)
}

tuple_code <- function(cx, codes, type) {
  if (startsWith(type, "Record")) {
    return(sprintf("%s(%s)", script_type_text(cx$unit, type), paste(codes, collapse = ", ")))
  }
  if (length(codes) == 1) sprintf("(%s,)", codes[[1]]) else sprintf("(%s)", paste(codes, collapse = ", "))
}

# The terms that a tuple or record consists of.
term_parts <- function(cx, term) {
  if (!is.null(term$parts)) {
    return(term$parts)
  }
  held <- keep_term(cx, term)
  types <- script_type_parts(term$type)
  # a variable may be another list before its part is used
  lapply(seq_along(types), function(i) new_term(types[[i]], sprintf("%s[%d]", held$code, i - 1), simple = is.null(held$place)))
}

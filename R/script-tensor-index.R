# `[` of tensors: an index of TorchScript for each index of R.

tensor_element <- function(cx, held, expr, scope) {
  held <- keep_term(cx, held)
  index <- index_in_order(cx, held, expr, function() tensor_index(cx, held, expr, scope))
  if (index == "...") {
    return(held)
  }
  code <- sprintf("%s[%s]", held$code, index)
  of_one <- attr(index, "of_one")
  # a vector of one is a number: its dimension goes, and what is selected is a view
  if (!is.null(of_one)) code <- sprintf("(%s[%s] if len(%s) == 1 else %s)", held$code, of_one$index, of_one$positions, code)
  term <- new_term("Tensor", code, dtype = held$dtype)
  term$is_copy <- isTRUE(attr(index, "copies"))
  term$unless_one <- of_one$positions
  term
}

# `held`: the tensor, in a variable.
tensor_index <- function(cx, held, expr, scope) {
  parts <- as.list(expr)[-(1:2)]
  if (length(parts) == 1 && identical(parts[[1]], quote(expr = ))) {
    return("...")
  }
  drop <- TRUE
  if ("drop" %in% names(parts)) {
    given <- translate(cx, parts$drop, scope)
    if (!is_static(given) || !rlang::is_bool(static_value(given))) refuse(cx, expr, "`drop` must be known before the program runs.", "drop = FALSE.")
    drop <- static_value(given)
    parts$drop <- NULL
  }
  made <- lapply(seq_along(parts), function(i) index_part(cx, parts[[i]], scope, drop, expr))
  kinds <- vapply(made, function(part) part$kind, "")
  if (sum(kinds %in% c("positions", "mask")) > 1) {
    refuse(cx, expr, "Only one dimension can be indexed by several positions or a mask here.", "Ranges written inside the brackets, as in x[a:b, c:d], are slices; x[i, ][, j] takes all combinations, torch_index() pairs.")
  }
  rest <- which(kinds == "rest")
  if (length(rest) > 1) refuse(cx, expr, "Only one `..` can stand in an index.")
  copies <- kinds %in% c("positions", "mask")
  if (any(copies[seq_along(kinds) > min(rest, Inf)])) {
    refuse(cx, expr, "Behind `..`, positions and masks can't be translated.", "Write an index for each dimension.")
  }
  codes <- vapply(seq_along(made), function(i) {
    code <- made[[i]]$code
    if (is.function(code)) code(held$code, dimension_of(kinds, i), is_last = i == length(made)) else code
  }, "")
  structure(paste(codes, collapse = ", "), copies = any(copies), of_one = index_of_one(cx, made, codes, function(i, position) {
    place <- sprintf("%s(%s, %d, %s)", helper(cx, "place"), held$code, dimension_of(kinds, i), position)
    if (drop) sprintf("%s(%s)", helper(cx, "position"), position) else sprintf("%1$s:%1$s + 1", place)
  }))
}

# The index for the case that a vector of positions turns out to hold one: list(index, positions).
index_of_one <- function(cx, made, codes, code_of_one) {
  for (i in seq_along(made)) {
    positions <- made[[i]]$positions
    if (!is.null(positions)) {
      codes[[i]] <- code_of_one(i, sprintf("int(%s[0])", positions))
      return(list(index = paste(codes, collapse = ", "), positions = positions))
    }
  }
}

# `positions`: the text of a vector whose length is known only when the program runs.
new_index_part <- function(code, kind = "range", positions = NULL) list(code = code, kind = kind, positions = positions)

# From zero, or from the end where `..` stands before.
dimension_of <- function(kinds, i) {
  takes <- !kinds %in% c("rest", "new")
  if ("rest" %in% kinds[seq_len(i)]) -sum(takes[i:length(kinds)]) else sum(takes[seq_len(i - 1)])
}

index_part <- function(cx, part, scope, drop, expr) {
  if (identical(part, quote(expr = ))) {
    return(new_index_part(":"))
  }
  if (is.call(part) && identical(part[[1]], quote(`:`))) {
    return(index_range(cx, part, scope, expr))
  }
  term <- stop_if_null(cx, translate(cx, part, scope))
  value <- if (is_static(term)) static_value(term)
  if (inherits(value, "torch_index_end")) term <- literal_term(position_of_end(cx, value, expr))
  special <- if (is.object(value)) special_index(cx, value, expr)
  if (!is.null(special)) {
    return(special)
  }
  if (term$type == "None") {
    return(new_index_part("None", "new"))
  }
  if (term$type == "?") {
    return(new_index_part("0", "position"))
  }
  if (term$type == "end") term <- counted_from_end(cx, term)
  term <- stop_if_flag_index(cx, term, expr)
  # a vector of one is a number
  if (is_vector_term(term) && element_type(term$type) != "bool" && length(known_parts(term)) == 1) term <- known_parts(term)[[1]]
  # its text may stand several times; a counter and what is added to it cost nothing
  is_counter <- is_whole_type(term$type) && grepl("^[A-Za-z_0-9]+$", term$linear$base %||% "")
  if (!is_static(term) && !is_counter) term <- keep_term(cx, term)
  if (is_number_type(term$type)) {
    if (drop) {
      return(new_index_part(position_code(cx, term, expr), "position"))
    }
    position <- keep_term(cx, new_term("int", need_code(cx, term, "int", expr, "A position"), simple = is_static(term)))$code
    place <- helper(cx, "place")
    return(new_index_part(function(x, dim, ...) sprintf("%1$s(%2$s, %3$d, %4$s):%1$s(%2$s, %3$d, %4$s) + 1", place, x, dim, position)))
  }
  if (term$type == "Tensor") {
    # TorchScript takes it for one dimension where another index follows
    code <- function(x, dim, is_last) sprintf("%s(%s)", helper(cx, if (is_last) "positions_or_mask" else "positions_or_flat_mask"), term$code)
    return(new_index_part(code, if (identical(term$dtype, "bool")) "mask" else "positions"))
  }
  if (startsWith(term$type, "Vector") && element_type(term$type) %in% c("int", "whole", "float", "bool")) {
    if (element_type(term$type) == "bool") {
      # of none the dtype is not seen
      return(new_index_part(sprintf("torch.tensor(%s, dtype=11)", term$code), "mask"))
    }
    if (element_type(term$type) != "int" && is.null(known_parts(term))) term <- keep_term(cx, new_term("Vector[int]", operator_list(cx, term, "int", 0, expr, "index")))
    positions <- if (is.null(known_parts(term))) term$code
    return(new_index_part(sprintf("torch.tensor(%s, dtype=4)", operator_list(cx, term, "int", 1, expr, "index")), "positions", positions))
  }
  if (term$type == "bool") refuse(cx, expr, "One TRUE or FALSE is no index.")
  what <- if (term$type == "static") describe(value) else script_type_in_words(term$type)
  hint <- if (is_optional_type(term$type)) "Ask is.null() first." else if (script_type_kind(term$type) %in% c("List", "Tuple", "Record")) "c() makes a vector of positions."
  refuse(cx, expr, sprintf("%s can't be an index.", what), hint)
}

stop_if_flag_index <- function(cx, term, expr) {
  if (is.null(term$tensor)) {
    return(stop_if_flag(cx, term, expr))
  }
  emit(cx, c(sprintf("if %s.dtype == 11:", term$tensor), "  raise IndexError(\"One TRUE or FALSE is no index.\")"))
  term
}

# `..`, newaxis, N and slc().
special_index <- function(cx, value, expr) {
  if (inherits(value, "torch_ellipsis")) {
    return(new_index_part("...", "rest"))
  }
  if (inherits(value, "torch_newaxis")) {
    return(new_index_part("None", "new"))
  }
  if (inherits(value, "torch_slice")) {
    start <- if (inherits(value$start, "torch_index_end")) position_of_end(cx, value$start, expr) else value$start
    end <- if (inherits(value$end, "torch_index_end")) position_of_end(cx, value$end, expr, is_last = TRUE) else value$end
    range_part(cx, literal_term(start), literal_term(if (is.infinite(end)) -1L else end), int_text(value$step), expr)
  }
}

# N is -1. A range may end behind it.
position_of_end <- function(cx, value, expr, is_last = FALSE) {
  behind <- as.integer(unclass(value))
  if (behind > 0 && !is_last) refuse(cx, expr, sprintf("There is no position `N + %d`: N is the last one.", behind))
  min(behind, 0L) - 1L
}

# N - k with a `k` of the program: a term of type `end`, whose code is how far behind the last position it is.
is_index_end <- function(term) term$type == "end" || is_static(term) && inherits(static_value(term), "torch_index_end")
offset_end <- function(cx, sign, end, offset, expr) {
  if (!sign %in% c("+", "-") || !is_number_type(offset$type)) refuse(cx, expr, "To `N` whole numbers are added, or taken from it.")
  base <- if (end$type == "end") end$code else int_text(as.integer(unclass(static_value(end))))
  new_term("end", sprintf("(%s %s %s)", base, sign, need_code(cx, offset, "int", expr)))
}
counted_from_end <- function(cx, term, is_last = FALSE) {
  new_term("int", sprintf("%s(%s)", helper(cx, if (is_last) "last_from_end" else "from_end"), term$code))
}

index_range <- function(cx, part, scope, expr) {
  step <- "1"
  if (is.call(part[[2]]) && identical(part[[2]][[1]], quote(`:`))) {
    by <- translate(cx, part[[3]], scope)
    step <- need_code(cx, by, "int", expr, "The step")
    part <- part[[2]]
  }
  end_of <- function(term, is_last) {
    value <- if (is_static(term)) static_value(term)
    if (inherits(value, "torch_index_end")) {
      literal_term(position_of_end(cx, value, expr, is_last))
    } else if (is.numeric(value) && length(value) == 1 && is.infinite(value)) {
      literal_term(-1L)
    } else if (term$type == "end") {
      counted_from_end(cx, term, is_last)
    } else {
      stop_if_flag_index(cx, term, expr)
    }
  }
  ends <- translate_in_order(cx, list(
    function() end_of(translate(cx, part[[2]], scope), FALSE),
    function() end_of(translate(cx, part[[3]], scope), TRUE)
  ))
  if (any_unknown(ends)) {
    return(new_index_part(":"))
  }
  if (all_static(ends)) {
    values <- vapply(ends, function(term) as.double(static_value(term)), 0)
    if (values[[1]] * values[[2]] > 0 && values[[1]] > values[[2]]) refuse(cx, expr, "A falling range is no slice.", "rev() or torch_flip() turns round.")
  }
  range_part(cx, ends[[1]], ends[[2]], step, expr)
}

# A range from one on ends where the tensor does. Of all others it is asked whether the tensor has their positions.
range_part <- function(cx, first, last, step, expr) {
  begins <- is_static_value(first, 1) || is_static_value(first, 1L)
  if (begins && (is_static(last) && static_value(last) >= -1 || last$lower >= 1)) {
    return(new_index_part(sprintf("0:%s:%s", position_code(cx, last, expr, 2), step)))
  }
  codes <- vapply(list(first, last), function(term) {
    if (is_static(term)) position_code(cx, term, expr)
    keep_term(cx, new_term("int", need_code(cx, term, "int", expr, "A position"), simple = is_static(term)))$code
  }, "")
  start <- helper(cx, "range_start")
  # what rises for sure has its end in front of the tensor's or is cut there
  rises <- is_static(last) && static_value(last) == -1 || is_static(first) && is_static(last) && static_value(last) > 0 ||
    is_static(first) && static_value(first) > 0 && last$lower >= static_value(first)
  end <- if (rises) position_code(cx, last, expr, 2) else helper(cx, "range_end")
  new_index_part(function(x, dim, ...) {
    from <- if (begins) "0" else sprintf("%s(%s, %d, %s)", start, x, dim, codes[[1]])
    to <- if (rises) end else sprintf("%s(%s, %d, %s, %s)", end, x, dim, codes[[1]], codes[[2]])
    sprintf("%s:%s:%s", from, to, step)
  })
}

# Map() and mapply(): a loop over several lists at once.

map_function <- function(cx, expr, scope) {
  map_over(cx, matched_expressions(cx, alist(f = , ... = ), expr, scope), expr, scope)
}

map_over <- function(cx, matched, expr, scope) {
  fn <- callable_term(cx, matched$f, scope, expr)
  sources <- lapply(matched$..., function(part) hold_value(cx, keep_term(cx, or_nothing(cx, translate(cx, part, scope)))))
  sources <- lapply(sources, function(term) {
    scalar <- term$type %in% c("int", "whole", "float", "bool", "str")
    if (is_optional_type(term$type)) refuse(cx, expr, sprintf("`%s()` can't go through what may be NULL.", as.character(expr[[1]])), "Ask is.null() first.")
    if (scalar) term <- as_double_number(cx, term, expr)
    if (scalar) combine(cx, list(if (term$type == "whole") new_term("float", coerced_code(cx, term, "float")) else utils::modifyList(term, list(value = NULL))), quote(c(x)), scope) else term
  })
  if (length(sources) == 0) refuse(cx, expr, sprintf("`%s()` has nothing to go through.", as.character(expr[[1]])))
  types <- vapply(sources, function(term) script_type_kind(term$type), "")
  if (any(types == "?")) {
    return(unknown_term())
  }
  # of nothing
  if (any(types %in% c("None", "Empty"))) {
    return(new_term("Empty", "[]", fresh = TRUE))
  }
  for (term in sources) {
    if (term$type == "Tensor") {
      emit(cx, c(sprintf("if torch.dim(%s) != 1:", term$code), "  raise ValueError(\"Map() goes through tensors of one dimension: as.list() makes a list of the rows of others\")"))
    }
  }
  if (is_static(sources[[1]]) && inherits(static_value(sources[[1]]), "script_self")) refuse(cx, expr, "`Map()` asks for the names of a module.", "$children of it is the list of those within.")
  first_names <- if (types[[1]] == "Record") names(script_type_parts(sources[[1]]$type)) else names_of_constant(sources[[1]])
  labels <- if (types[[1]] == "Dict") {
    sprintf("%s.keys()", sources[[1]]$code)
  } else if (!is.null(first_names)) {
    literal_term(first_names)$code
  } else if (sources[[1]]$type == "Vector[str]") {
    sources[[1]]$code
  }
  sources <- lapply(sources, function(term) if (startsWith(term$type, "Dict")) values_of(cx, term) else term)
  written_out <- function(elements) {
    if (any(vapply(elements, is.null, NA))) {
      known <- sources[!vapply(elements, is.null, NA)][1]
      refuse(cx, expr, sprintf("`%s()` goes through %s here, whose elements are known, and through what only the program knows.", as.character(expr[[1]]), if (length(known) > 0) script_type_in_words(known[[1]]$type) else "several"), "A loop over `seq_along()` of one of them.")
    }
    lengths <- lengths(elements)
    count <- if (min(lengths) == 0) 0 else max(lengths)
    if (any(count %% lengths != 0, na.rm = TRUE)) refuse(cx, expr, sprintf("The lists of `%s()` have %s elements.", as.character(expr[[1]]), paste(unique(lengths), collapse = " and ")))
    made <- terms_in_order(cx, count, function(i) call_callable(cx, fn, lapply(elements, function(parts) parts[[(i - 1) %% length(parts) + 1]]), expr, scope))
    if (!is.null(labels) && is.null(first_names) && all_static(sources[[1]]$parts)) first_names <- vapply(sources[[1]]$parts, static_value, "")
    if (!is.null(labels) && length(first_names) < count) refuse(cx, expr, sprintf("`%s()` names its result by its first list: that must be the longest, with names that are known.", as.character(expr[[1]])))
    make_list(cx, if (is.null(labels)) made else stats::setNames(made, first_names[seq_len(count)]), expr, scope)
  }
  if (any(types %in% c("Tuple", "static", "Record"))) {
    return(written_out(lapply(sources, function(term) elements_now(cx, term, expr) %||% term$parts)))
  }
  elements <- lapply(sources, known_parts)
  is_known <- !any(vapply(elements, is.null, NA)) && length(unique(lengths(elements))) == 1 && (is.null(labels) || !is.null(first_names))
  unless_needed_known(cx, list(values = if (is_known) elements), function() map_in_loop(cx, fn, sources, types, labels, expr, scope), written_out)
}

map_in_loop <- function(cx, fn, sources, types, labels, expr, scope) {
  codes <- vapply(seq_along(sources), function(i) if (types[[i]] == "Tensor") sprintf("torch.unbind(%s, 0)", sources[[i]]$code) else sources[[i]]$code, "")
  held <- vapply(codes, function(code) keep_now(cx, new_term("List[Tensor]", code))$code, "")
  lengths <- sprintf("len(%s)", held)
  count <- lengths[[1]]
  places <- function(counter) rep(counter, length(held))
  if (length(held) > 1) {
    # the shorter is repeated
    count <- new_name(cx, "n")
    emit(cx, c(
      sprintf("%s = max([%s])", count, toString(lengths)), sprintf("if min([%s]) == 0:", toString(lengths)), sprintf("  %s = 0", count),
      sprintf("elif %s:", paste(sprintf("%s %% %s != 0", count, lengths), collapse = " or ")),
      "  warnings.warn(\"longer argument not a multiple of length of shorter\")"
    ))
    if (!is.null(labels)) {
      emit(cx, c(sprintf("if %s != %s:", count, lengths[[1]]), "  raise ValueError(\"Map() names its result by its first list: that must be the longest\")"))
    }
    places <- function(counter) sprintf("%s %% %s", counter, lengths)
  }
  element_types <- vapply(sources, function(term) if (term$type == "Tensor") "Tensor" else element_type(term$type), "")
  sequence <- list(code = sprintf("range(%s)", count), element = places)
  changes <- closures_in(cx, fn, list())
  result <- collect(cx, sequence, scope, function(at) {
    given <- lapply(seq_along(held), function(i) new_term(element_types[[i]], sprintf("%s[%s]", held[[i]], at[[i]]), simple = TRUE))
    names(given) <- names(sources)
    call_callable(cx, fn, given, expr, scope)
  }, changes, expr)
  if (is.null(labels) || result$type == "?") result else with_names(cx, result, labels)
}

mapply_function <- function(cx, expr, scope) {
  matched <- matched_expressions(cx, alist(FUN = , ... = , MoreArgs = NULL, SIMPLIFY = TRUE, USE.NAMES = TRUE), expr, scope)
  flag <- function(name) {
    value <- matched[[name]] %||% TRUE
    if (!rlang::is_bool(value)) refuse(cx, expr, sprintf("`%s` must be TRUE or FALSE, written out.", name))
    value
  }
  if (!is.null(matched$MoreArgs)) refuse(cx, expr, "`MoreArgs` can't be translated.", "function(x, y) f(x, y, more) holds them.")
  result <- map_over(cx, list(f = matched$FUN, ... = matched$...), expr, scope)
  has_names <- script_type_kind(result$type) %in% c("Dict", "Record")
  if (has_names && !flag("USE.NAMES")) {
    result <- values_of(cx, result)
  } else if (has_names && flag("SIMPLIFY")) {
    refuse(cx, expr, "A vector with names is no value of a program.", "`USE.NAMES = FALSE` leaves them out, `SIMPLIFY = FALSE` gives a list.")
  }
  if (flag("SIMPLIFY") && !result$type %in% c("Empty", "?")) simplified(cx, result, expr, scope) else result
}

# R gives the result the names of the first list, or the strings that it goes through.
with_names <- function(cx, list, labels) {
  type <- sprintf("Dict[str, %s]", element_type(list$type))
  out <- new_name(cx, "out")
  label <- new_name(cx, "k")
  emit(cx, sprintf("%s = %s", out, empty_code(cx, type)))
  emit_loop(cx, sprintf("for %s in %s:", label, labels), c(
    sprintf("if %s in %s:", label, out), "  raise ValueError(\"Map() would give two elements one name\")",
    sprintf("%s[%s] = %s[len(%s)]", out, label, list$code, out)
  ))
  new_term(type, out, simple = TRUE, fresh = TRUE)
}

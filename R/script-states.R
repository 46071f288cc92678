# States of the variables, and their merging where branches meet.

# Of terms or bindings that become one of `type`.
merged_dtype <- function(parts, type) {
  kinds <- lapply(parts, number_kind)
  if (!any(vapply(kinds, is.null, NA))) {
    return(kind_beside_type(join_number_kinds(unlist(kinds)), type))
  }
  dtypes <- unique(lapply(parts, function(part) part$dtype))
  if (length(dtypes) == 1) dtypes[[1]]
}

merge_states <- function(cx, states, labels, expr, what = "if") {
  states <- states[!vapply(states, is.null, NA)]
  if (length(states) == 0) {
    return(NULL)
  }
  if (length(states) == 1) {
    return(states[[1]])
  }
  keys <- unique(unlist(lapply(states, names)))
  merged <- lapply(keys, function(key) {
    bindings <- lapply(states, function(state) state[[key]])
    note_vectors(cx, bindings)
    merge_bindings(cx, bindings, key, labels, what)
  })
  names(merged) <- keys
  merged
}

# A number, string or flag beside a vector of such is a vector of one, in lists too: the next pass knows.
note_vectors <- function(cx, bindings) {
  if (!all(vapply(bindings, function(binding) identical(binding$kind, "variable"), NA))) {
    return(FALSE)
  }
  versions <- vapply(bindings, function(binding) binding$version, "")
  types <- lapply(bindings, function(binding) binding$type)
  if (all(versions %in% cx$vectors) || !is.null(join_all_types(types)) || is.null(join_vectors(types))) {
    return(FALSE)
  }
  is_vector_later(cx, versions)
  TRUE
}
join_vectors <- function(types) {
  scalar <- vapply(types, is_scalar_type, NA)
  if (any(scalar) && all(scalar | startsWith(unlist(types), "Vector["))) {
    elements <- sub("^Vector\\[(.*)\\]$", "\\1", unlist(types))
    # beside an integer what may be one is one in the next pass
    return(join_all_types(elements))
  }
  join_all_types(types, widely = TRUE)
}

merge_bindings <- function(cx, bindings, key, labels, what) {
  name <- sub("^[0-9]+ ", "", key)
  first <- bindings[[1]]
  if (all(vapply(bindings[-1], identical, NA, first))) {
    return(first)
  }
  field <- Find(function(b) identical(b$kind, "field"), bindings)
  if (!is.null(field)) {
    field$there <- all(vapply(bindings, function(b) isTRUE(b$there), NA))
    return(field)
  }
  is_absent <- vapply(bindings, function(b) is.null(b) || b$kind %in% c("default", "missing"), NA)
  unset <- Find(function(b) identical(b$kind, "unset"), bindings)
  if (!is.null(unset)) {
    return(unset)
  }
  if (any(is_absent)) {
    defaults <- Filter(Negate(is.null), bindings)
    # an argument's default that only one branch has looked at
    if (any(vapply(defaults, function(b) identical(b$kind, "default"), NA)) && !any(vapply(defaults, function(b) identical(b$kind, "variable"), NA))) {
      default <- Find(function(b) b$kind == "default", defaults)
      if (!any(vapply(defaults, function(b) b$kind == "term" && isTRUE(b$changes), NA))) {
        return(default)
      }
      return(list(
        kind = "unset", message = sprintf("The default of `%s` uses what the function changes, or does something, and only one branch asks for it.", name),
        hint = sprintf("force(%s) before the branches.", name)
      ))
    }
    where <- unique(labels[!is_absent])
    return(list(
      kind = "unset", is_function = any(vapply(bindings, function(b) identical(b$kind, "term") && is_static(b$term) && is_callable(static_value(b$term)), NA)), message = sprintf("`%s` is set only %s.", name, paste(where, collapse = " and ")),
      hint = if (what == "loop") "Give it a value before the loop." else sprintf("Give it a value before, or %s as well.", paste(unique(labels[is_absent]), collapse = " and "))
    ))
  }
  kinds <- vapply(bindings, function(b) b$kind, "")
  versions <- vapply(bindings, function(b) b$version %||% "", "")
  if (all(kinds == "variable") && length(unique(versions)) == 1) {
    merged <- first
    type <- join_all_types(lapply(bindings, function(b) b$type))
    merged$type <- type %||% first$declared
    merged$declared <- Find(function(d) is_optional_type(d), lapply(bindings, function(b) b$declared)) %||% first$declared
    if (is_optional_type(merged$type)) merged$type <- merged$declared
    merged$owned <- all(vapply(bindings, function(b) isTRUE(b$owned), NA))
    merged$ran <- Find(Negate(is.null), lapply(bindings, function(b) b$ran))
    merged$lower <- min(vapply(bindings, function(b) as.double(b$lower %||% -Inf), 0))
    for (part in c("item", "choices")) if (length(unique(lapply(bindings, function(b) b[[part]]))) != 1) merged[part] <- list(NULL)
    merged["dtype"] <- list(merged_dtype(bindings, merged$type))
    if (length(unique(lapply(bindings, function(b) b$parts))) != 1) merged["parts"] <- list(NULL)
    merged$filled <- Reduce(intersect, lapply(bindings, function(b) b$filled))
    merged["value"] <- list(if (length(unique(lapply(bindings, function(b) b$value))) == 1) first$value)
    return(merged)
  }
  types <- vapply(bindings, function(b) b$type %||% b$term$type, "")
  if (all(types == "static")) {
    return(list(kind = "unset", is_function = TRUE, message = sprintf("`%s` is one thing or another that only R has, such as a function, which can't be chosen while the program runs.", name), hint = "Call it in each branch."))
  }
  words <- script_types_in_words(types)
  differs <- !duplicated(words)
  list(
    kind = "unset", is_function = "static" %in% types, silent = key %in% cx$told,
    message = sprintf("`%s` is %s.", name, paste(words[differs], labels[differs], collapse = " and ")),
    hint = hint_of_null(cx, types, hint_of_names(types, "Give the results names of their own, or make them of one type."))
  )
}

# Values that nothing reads: R computes them, with their errors and random draws, and libtorch would leave them out. So
# something looks at each.

# A term of which only what is known is used, or a part, or nothing: what its text does is done all the same. Gives the term
# that has been computed.
run_term <- function(cx, term) {
  if (is_static(term) || is.null(term$code) || term$type == "?") {
    return(invisible(term))
  }
  if (!term$simple || isTRUE(term$may_fail)) {
    term <- keep_term(cx, term)
    emit(cx, if (term$type == "None") term$code else looking_code(cx, term))
  } else if (!is.null(term$place)) {
    note_unread(cx, term$place)
  } else if (!is_scalar_type(term$type)) {
    emit(cx, looking_code(cx, term))
  }
  invisible(term)
}

# The statements that look at a value; none where it can't fail.
looking_code <- function(cx, term) {
  type <- term$type
  if (type %in% c("Tensor", "int", "float", "whole", "bool", "str", "dtype", "Device")) {
    name <- switch(type, Tensor = "written", whole = , dtype = "look_int", paste0("look_", tolower(type)))
    return(sprintf("%s(%s)", helper(cx, name), term$code))
  }
  element <- if (is_list_type(type)) element_type(type) else ""
  if (element %in% c("Tensor", "int", "float", "whole")) {
    name <- if (element == "Tensor") "look_tensors" else if (element == "float") "look_floats" else "look_ints"
    return(sprintf("%s(%s)", helper(cx, name), term$code))
  }
  if (is_container_type(type) && type != "Empty") {
    return(c(sprintf("if len(%s) < 0:", term$code), "  raise RuntimeError(\"unreachable\")"))
  }
  if (is_optional_type(type)) {
    lines <- looking_code(cx, term_of_required(cx, term))
    return(if (length(lines) > 0) c(sprintf("if %s is not None:", term$code), indented(lines)))
  }
  if (script_type_kind(type) %in% c("Tuple", "Record")) unlist(lapply(term_parts(cx, term), function(part) looking_code(cx, part)))
}

# A variable has got a value that nothing has read yet.
note_computed <- function(cx, key, term) {
  cx$unread[[key]] <- NULL
  # counters can't fail
  if (is_static(term) || term$simple && is.null(term$place) && is_scalar_type(term$type) && !isTRUE(term$may_fail)) {
    return(invisible())
  }
  cx$computed[[key]] <- TRUE
  cx$unread[[key]] <- cx$block
}
note_unread <- function(cx, key) if (!is.null(key) && isTRUE(cx$computed[[key]])) cx$unread[[key]] <- cx$block

# Looks at the variables `keys`, as they are in `state`.
run_unread <- function(cx, keys = names(cx$unread), state = cx$vars) {
  for (key in intersect(keys, names(cx$unread))) {
    cx$unread[[key]] <- NULL
    binding <- state[[key]]
    if (!identical(binding$kind, "variable") || cx$in_package) next
    lines <- looking_code(cx, variable_term(binding, key))
    emit(cx, lines)
  }
}

# What one of two branches alone sets, or another kind of thing in each, is not known after them.
run_unmerged <- function(cx, branches, state) {
  for (i in 1:2) {
    other <- branches[[3 - i]]
    keys <- Filter(function(key) {
      own <- branches[[i]]$state[[key]]
      identical(own$kind, "variable") && !(identical(other$state[[key]]$kind, "variable") && identical(own$version, other$state[[key]]$version))
    }, names(branches[[i]]$unread))
    if (length(keys) > 0) {
      cx$dead <- FALSE
      cx$unread <- branches[[i]]$unread
      branches[[i]]$lines <- c(branches[[i]]$lines, in_block(cx, run_unread(cx, keys, branches[[i]]$state)))
      branches[[i]]$unread <- cx$unread
    }
  }
  cx$unread <- utils::modifyList(as.list(branches[[1]]$unread), as.list(branches[[2]]$unread))
  branches
}

# Of a list one element may be read alone, so its elements are looked at where it is made. What the program returns is read.
# Lists among the arguments of a function are computed when it asks for them: `looks` are the lines for that.
look_at_parts <- function(cx, term, given, expr, scope) {
  if (is.null(scope) || isTRUE(scope$is_package) || !is.null(cx$result) && identical(expr, cx$result)) {
    return(term)
  }
  lines <- character()
  for (part in given) {
    lines <- c(lines, part$looks)
    if (!is.null(part$place)) note_unread(cx, part$place)
    if (!is.null(part$tensor)) lines <- c(lines, sprintf("%s(%s)", helper(cx, "one"), part$tensor))
    if (isTRUE(part$is_computed)) lines <- c(lines, looking_code(cx, part))
  }
  if (isTRUE(cx$is_lazy)) term$looks <- lines else emit(cx, lines)
  # a list within a list
  term$looked_at <- TRUE
  term
}

# The arguments of a function of the user's. `first`: the formals that R looks at in any case.
lazy_arguments <- function(cx, expr, scope, formals, first) {
  before <- cx$is_lazy
  cx$is_lazy <- TRUE
  given <- tryCatch(given_arguments(cx, expr, scope), finally = cx$is_lazy <- before)
  wanted <- names(formals)
  if (length(first) == 0 || isTRUE(before)) {
    return(given)
  }
  places <- stats::setNames(as.list(seq_along(given)), if (is.null(names(given))) rep("", length(given)) else names(given))
  matched <- tryCatch(as.list(match.call(as.function(c(formals, list(NULL))), as.call(c(list(quote(f)), places)), expand.dots = FALSE))[-1], error = function(e) NULL)
  for (i in unlist(c(matched[intersect(first, setdiff(names(matched), "..."))], if ("..." %in% first) matched$...))) {
    term <- given[[i]]
    if (is_static(term) || !is.null(term$place) || is.null(term$code) || is_scalar_type(term$type) || !is_known_type(term$type)) next
    given[[i]] <- keep_term(cx, term)
    emit(cx, c(term$looks, if (is.null(term$looked_at)) looking_code(cx, given[[i]])))
    given[[i]]["looks"] <- list(NULL)
  }
  given
}

# What a function was given and has not looked at, nothing may have read yet; of what it has looked at all is computed.
run_arguments <- function(cx, terms, is_read) {
  for (name in names(terms)) {
    term <- terms[[name]]
    if (is_read(name)) emit(cx, term$looks) else if (!is.null(term$place)) note_unread(cx, term$place)
  }
}

# Functions that take functions: lapply() and its like become loops.
#' @include script-sequences.R
NULL

callable_term <- function(cx, expr, scope) {
  term <- translate(cx, expr, scope)
  value <- if (is_static(term)) static_value(term)
  if (is.character(value) && length(value) == 1) value <- get0(value, scope$env, mode = "function")
  if (!is_callable(value)) refuse(cx, expr, "A function is needed here.", "function(x) ...")
  value
}

call_callable <- function(cx, fn, given, expr, scope) {
  name <- if (is.primitive(fn) || !inherits(fn, c("script_closure", "script_member"))) function_name(fn)
  made <- as.call(c(list(fn), lapply(unname(given), identity)))
  names(made) <- c("", rlang::names2(given))
  call_function(cx, fn, made, scope, name)
}
function_name <- function(fn) {
  for (name in names(script_entries())) if (identical(script_entries()[[name]]$fn, fn)) {
    return(name)
  }
  for (env in list(topenv(), baseenv())) for (name in ls(env)) if (identical(env[[name]], fn)) {
    return(name)
  }
  "f"
}

# Runs `body` for each element and collects what it gives. `changes`: the functions that it may call.
collect <- function(cx, sequence, scope, body, changes, expr, named_like = NULL) {
  if (!is.null(sequence$terms)) {
    return(make_list(cx, lapply(sequence$terms, body), expr, scope))
  }
  cx$loops <- cx$loops + 1L
  id <- paste0("loop ", cx$loops)
  enter_loop(cx, scope, character(), quote(NULL), id, changes)
  head <- cx$vars
  counter <- new_name(cx, "v")
  out <- new_name(cx, "out")
  term <- NULL
  outer <- cx$loop
  cx$loop <- new.env(parent = emptyenv())
  lines <- in_block(cx, term <- body(sequence$element(counter)))
  cx$loop <- outer
  # the list holds it now
  if (!is.null(term$place) && is_container_type(term$type)) disown(cx, term$place)
  if (!cx$dead) note_ownership(cx, head, cx$vars, id)
  cx$dead <- FALSE
  cx$vars <- merge_states(cx, list(head, cx$vars[names(head)]), c("before", "in the loop"), expr)
  if (term$type == "?") {
    return(unknown_term())
  }
  if (term$type %in% c("static", "None")) refuse(cx, expr, sprintf("The function gives %s for each element.", script_type_in_words(term$type)), if (term$type == "None") "Write a loop.")
  if (term$type == "Empty") term <- new_term("List[Tensor]", empty_code(cx, "List[Tensor]"))
  element <- if (term$type == "whole") "float" else term$type
  code <- coerced_code(cx, term, element)
  if (is.null(named_like)) {
    type <- list_type_of(element)
    emit(cx, sprintf("%s = %s", out, empty_code(cx, type)))
    emit_loop(cx, sprintf("for %s in %s:", counter, sequence$code), c(lines, sprintf("%s.append(%s)", out, code)))
  } else {
    type <- sprintf("Dict[str, %s]", element)
    emit(cx, sprintf("%s = %s", out, empty_code(cx, type)))
    emit_loop(cx, sprintf("for %s in %s.keys():", named_like$key, named_like$code), c(
      sprintf("%s = %s[%s]", counter, named_like$code, named_like$key), lines, sprintf("%s[%s] = %s", out, named_like$key, code)
    ))
  }
  new_term(type, out, simple = TRUE, fresh = TRUE)
}

# `kind`: "list", "simple" or "typed", for lapply(), sapply() and vapply().
lapply_loop <- function(kind) {
  force(kind)
  function(cx, expr, scope) {
    matched <- matched_expressions(cx, switch(kind,
      list = alist(X = , FUN = , ... = ),
      simple = alist(X = , FUN = , ... = , simplify = TRUE, USE.NAMES = TRUE),
      typed = alist(X = , FUN = , FUN.VALUE = , ... = , USE.NAMES = TRUE)
    ), expr)
    vector <- kind != "list" && !isFALSE(matched$simplify)
    if (!is.null(matched$simplify) && !is.logical(matched$simplify)) refuse(cx, expr, "`simplify` must be TRUE or FALSE, written out.")
    keeps_names <- kind != "list" && !isFALSE(matched$USE.NAMES)
    fn <- callable_term(cx, matched$FUN, scope)
    more <- lapply(matched$..., function(part) keep_term(cx, translate(cx, part, scope)))
    named_like <- NULL
    source <- matched$X
    sequence <- NULL
    if (!(is.call(source) && is.name(source[[1]]) && as.character(source[[1]]) %in% c("seq_len", "seq_along", ":", "seq"))) {
      term <- translate(cx, source, scope)
      has_names <- script_type_kind(term$type) %in% c("Dict", "Record")
      if (has_names && vector && kind == "typed" && !keeps_names) {
        term <- values_of(cx, term)
      } else if ((has_names && vector) || (keeps_names && term$type == "Vector[str]")) {
        refuse(cx, expr, "A vector with names is no value of a program.", if (has_names) "lapply() gives a list with names, vapply() with `USE.NAMES = FALSE` a vector." else "`USE.NAMES = FALSE` leaves them out.")
      }
      if (startsWith(term$type, "Dict")) {
        held <- hold_value(cx, term)
        named_like <- list(code = held$code, key = new_name(cx, "k"))
        type <- element_type(term$type)
        sequence <- list(code = held$code, element = function(counter) new_term(type, counter, simple = TRUE))
      } else {
        if (startsWith(term$type, "Record")) {
          parts <- lapply(sequence_of_term(cx, term, source)$terms, function(part) call_callable(cx, fn, c(list(part), more), expr, scope))
          return(make_list(cx, stats::setNames(parts, names(script_type_parts(term$type))), expr, scope))
        }
        sequence <- sequence_of_term(cx, term, source)
      }
    } else {
      sequence <- translate_sequence(cx, source, scope)
    }
    if (isTRUE(scope$is_package) && !is.null(sequence$known)) sequence$terms <- sequence$known
    changes <- closures_in(cx, fn, list())
    body <- function(element) call_callable(cx, fn, c(list(element), more), expr, scope)
    result <- unless_needed_known(
      cx, sequence, function() collect(cx, sequence, scope, body, changes, expr, named_like),
      function(values) collect(cx, list(terms = values), scope, body, changes, expr)
    )
    if (!vector || result$type == "?") {
      return(result)
    }
    result <- as_vector(cx, result, expr)
    if (kind == "typed") vector_like(cx, result, translate(cx, matched$FUN.VALUE, scope), expr) else result
  }
}

# The elements of a list with names, without them.
values_of <- function(cx, term) {
  if (startsWith(term$type, "Dict")) {
    return(new_term(list_type_of(element_type(term$type)), sprintf("list(%s.values())", term$code), fresh = TRUE))
  }
  make_list(cx, term_parts(cx, term), quote(list()), NULL)
}

# vapply() takes what its FUN.VALUE is like, and numbers that R makes of others there.
vector_like <- function(cx, vector, like, expr) {
  value <- if (is_static(like)) static_value(like)
  if (!is.atomic(value) || length(value) != 1) refuse(cx, expr, "`FUN.VALUE` must be one number, string, or TRUE or FALSE, written out.")
  type <- switch(typeof(value), double = "float", integer = "int", logical = "bool", character = "str")
  from <- element_type(vector$type)
  if (from == type || from == "?") {
    return(vector)
  }
  fits <- switch(type, float = c("int", "whole", "bool"), int = "bool")
  if (!from %in% fits) {
    refuse(
      cx, expr, sprintf("`FUN.VALUE` is %s, and the function gives %s.", script_type_in_words(type), script_type_in_words(from)),
      if (type == "int" && is_number_type(from)) "as.integer() makes a whole number."
    )
  }
  item <- new_name(cx, "v")
  new_term(vector_type_of(type), sprintf("[%s(%s) for %s in %s]", type, item, item, vector$code), fresh = TRUE)
}

as_vector <- function(cx, term, expr) {
  if (script_type_kind(term$type) == "List" && element_type(term$type) %in% c("int", "whole", "float", "bool", "str")) {
    term$type <- vector_type_of(element_type(term$type))
    return(term)
  }
  if (is_static(term) || startsWith(term$type, "Vector") || term$type == "?") {
    return(term)
  }
  refuse(cx, expr, sprintf("A vector can't be made of %s.", script_type_in_words(term$type)), "lapply() gives a list.")
}

# The expressions of a call under its formals' names.
matched_expressions <- function(cx, formals, expr) {
  definition <- as.function(c(formals, list(NULL)))
  matched <- tryCatch(match.call(definition, expr, expand.dots = FALSE), error = function(e) refuse(cx, expr, conditionMessage(e)))
  as.list(matched)[-1]
}

map_function <- function(cx, expr, scope) {
  matched <- matched_expressions(cx, alist(f = , ... = ), expr)
  fn <- callable_term(cx, matched$f, scope)
  sources <- lapply(matched$..., function(part) keep_term(cx, translate(cx, part, scope)))
  sources <- lapply(sources, function(term) {
    scalar <- term$type %in% c("int", "whole", "float", "bool", "str")
    if (scalar) combine(cx, list(if (term$type == "whole") new_term("float", coerced_code(cx, term, "float")) else utils::modifyList(term, list(value = NULL))), quote(c(x)), scope) else term
  })
  if (length(sources) == 0) refuse(cx, expr, "`Map()` has nothing to go through.")
  for (term in sources) if (!is.null(term$place) && is_container_type(term$type)) disown(cx, term$place)
  types <- vapply(sources, function(term) script_type_kind(term$type), "")
  if (any(types == "?")) {
    return(unknown_term())
  }
  labels <- if (types[[1]] == "Dict") sprintf("%s.keys()", sources[[1]]$code) else if (sources[[1]]$type == "Vector[str]") sources[[1]]$code
  first_names <- if (types[[1]] == "Record") names(script_type_parts(sources[[1]]$type))
  sources <- lapply(sources, function(term) if (startsWith(term$type, "Dict")) values_of(cx, term) else term)
  if (any(types %in% c("Tuple", "static", "Record"))) {
    elements <- lapply(sources, function(term) sequence_of_term(cx, term, expr)$terms %||% term$parts)
    if (any(vapply(elements, is.null, NA)) || length(unique(lengths(elements))) != 1) refuse(cx, expr, "`Map()` needs lists of one kind and length.")
    made <- lapply(seq_along(elements[[1]]), function(i) call_callable(cx, fn, lapply(elements, `[[`, i), expr, scope))
    if (!is.null(labels) && !is.null(sources[[1]]$parts)) first_names <- vapply(sources[[1]]$parts, function(part) as.character(static_value(part) %||% ""), "")
    if (!is.null(labels) && is.null(first_names)) refuse(cx, expr, "`Map()` needs lists of one kind and length.")
    return(make_list(cx, if (is.null(first_names)) made else stats::setNames(made, first_names), expr, scope))
  }
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
  matched <- matched_expressions(cx, alist(FUN = , ... = , MoreArgs = NULL, SIMPLIFY = TRUE, USE.NAMES = TRUE), expr)
  flag <- function(name) {
    value <- matched[[name]] %||% TRUE
    if (!rlang::is_bool(value)) refuse(cx, expr, sprintf("`%s` must be TRUE or FALSE, written out.", name))
    value
  }
  if (!is.null(matched$MoreArgs)) refuse(cx, expr, "`MoreArgs` can't be translated.", "function(x, y) f(x, y, more) holds them.")
  result <- map_function(cx, as.call(c(list(quote(Map), matched$FUN), matched$...)), scope)
  has_names <- script_type_kind(result$type) %in% c("Dict", "Record")
  if (has_names && !flag("USE.NAMES")) {
    result <- values_of(cx, result)
  } else if (has_names && flag("SIMPLIFY")) {
    refuse(cx, expr, "A vector with names is no value of a program.", "`USE.NAMES = FALSE` leaves them out, `SIMPLIFY = FALSE` gives a list.")
  }
  if (flag("SIMPLIFY")) as_vector(cx, result, expr) else result
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

filter_function <- function(cx, expr, scope) {
  matched <- matched_expressions(cx, alist(f = , x = ), expr)
  fn <- callable_term(cx, matched$f, scope)
  term <- translate(cx, matched$x, scope)
  if (term$type == "?") {
    return(term)
  }
  if (!is_list_type(term$type)) refuse(cx, expr, sprintf("`Filter()` goes through lists, not through %s.", script_type_in_words(term$type)))
  sequence <- sequence_of_term(cx, term, expr)
  if (!is.null(term$place)) disown(cx, term$place)
  cx$loops <- cx$loops + 1L
  id <- paste0("loop ", cx$loops)
  enter_loop(cx, scope, character(), quote(NULL), id, closures_in(cx, fn, list()))
  head <- cx$vars
  counter <- new_name(cx, "v")
  out <- new_name(cx, "out")
  lines <- in_block(cx, test <- condition_of(cx, call_callable(cx, fn, list(sequence$element(counter)), expr, scope), expr))
  note_ownership(cx, head, cx$vars, id)
  cx$vars <- merge_states(cx, list(head, cx$vars[names(head)]), c("before", "in the loop"), expr)
  emit(cx, sprintf("%s = %s", out, empty_code(cx, term$type)))
  emit_loop(cx, sprintf("for %s in %s:", counter, sequence$code), c(lines, sprintf("if %s:", test$code), sprintf("  %s.append(%s)", out, counter)))
  new_term(term$type, out, simple = TRUE, fresh = TRUE)
}

reduce_function <- function(cx, expr, scope) {
  matched <- matched_expressions(cx, alist(f = , x = , init = , right = FALSE, accumulate = FALSE), expr)
  flag <- function(name) {
    given <- if (!is.null(matched[[name]])) translate(cx, matched[[name]], scope)
    if (!is.null(given) && !(is_static(given) && rlang::is_bool(static_value(given)))) refuse(cx, expr, sprintf("`%s` must be known before the program runs.", name))
    !is.null(given) && static_value(given)
  }
  from_right <- flag("right")
  accumulates <- flag("accumulate")
  if (from_right && accumulates) refuse(cx, expr, "`Reduce()` accumulates from the left alone here.", "Write a loop.")
  fn <- callable_term(cx, matched$f, scope)
  body <- function(x, init) {
    step <- if (from_right) quote(.f(.v, .acc)) else quote(.f(.acc, .v))
    made <- if (accumulates) {
      bquote({
        .acc <- .(init)
        .all <- .(if (init$type %in% c("int", "whole", "float", "bool", "str")) quote(c(.acc)) else quote(list(.acc)))
        for (.v in .(x)) {
          .acc <- .(step)
          .all[[length(.all) + 1L]] <- .acc
        }
        .all
      })
    } else {
      bquote({
        .acc <- .(init)
        for (.v in .(x)) .acc <- .(step)
        .acc
      })
    }
    inner <- new_scope(cx, scope)
    bind_term(cx, inner, ".f", static_term(fn))
    inner$is_inline <- TRUE
    inner$is_package <- TRUE
    block_value(cx, list(made), inner)
  }
  x <- keep_term(cx, translate(cx, matched$x, scope))
  if (!is.null(matched$init)) {
    return(body(if (from_right) reversed(cx, list(x), expr, scope) else x, translate(cx, matched$init, scope)))
  }
  if (!is_list_type(x$type)) refuse(cx, expr, "`Reduce()` goes through lists.", "as.list() makes one of a tensor.")
  if (from_right) x <- keep_term(cx, reversed(cx, list(x), expr, scope))
  first <- new_term(element_type(x$type), sprintf("%s[0]", x$code))
  rest <- new_term(x$type, sprintf("%s[1:]", x$code), fresh = TRUE)
  body(rest, first)
}

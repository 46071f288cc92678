# The text being written, and the problems found: a problem ends the statement that has it, and the next one goes on.

new_block <- function() {
  block <- new.env(parent = emptyenv())
  block$lines <- character()
  block
}

emit <- function(cx, lines) {
  if (!cx$dead) cx$block$lines <- c(cx$block$lines, lines)
  invisible()
}

# The lines that `body` writes, apart.
in_block <- function(cx, body) {
  outer <- cx$block
  on.exit(cx$block <- outer)
  cx$block <- new_block()
  body
  cx$block$lines
}
indented <- function(lines) paste0("  ", if (length(lines) == 0) "pass" else lines)

# The term as a variable, so that its text may stand anywhere and is run once, here.
keep_term <- function(cx, term) {
  if (!is.null(term$number)) {
    return(settled_item(cx, term))
  }
  if (term$simple || is.null(term$code) || term$type %in% c("?", "None")) {
    return(term)
  }
  name <- new_name(cx, "t")
  code <- if (term$type == "Empty") empty_code(cx, "List[Tensor]") else term$code
  emit(cx, paste(name, "=", code))
  if (!is.null(term$parts) && script_type_kind(term$type) %in% c("Tuple", "Record")) {
    types <- script_type_parts(term$type)
    term$parts <- lapply(seq_along(types), function(i) new_term(types[[i]], sprintf("%s[%d]", name, i - 1), simple = TRUE))
  }
  # what the list is made of is not run again
  if (is_list_type(term$type) && !is.null(term$parts)) term["parts"] <- list(parts_of_variable(term, term$type, name))
  if (startsWith(term$code, "self.") && is_registered(cx, term)) term$registered <- TRUE
  term$code <- name
  term$simple <- TRUE
  if (!is.null(term$linear)) term$linear <- list(base = name, offset = 0)
  term
}

# The term as it is now: what comes next may give its variable another value, or its list other elements.
hold_value <- function(cx, term) {
  if (is.null(term$place)) {
    return(keep_term(cx, term))
  }
  share_list(cx, term)
  term[c("place", "simple")] <- list(NULL, FALSE)
  keep_term(cx, settled_item(cx, term))
}

# The terms that `run` gives, if they are constants and nothing else happens; otherwise NULL, and nothing has happened.
known_terms <- function(cx, run) {
  vars <- cx$vars
  dead <- cx$dead
  lines <- in_block(cx, terms <- run())
  if (length(lines) == 0 && !cx$dead && all_static(terms)) {
    return(terms)
  }
  cx$vars <- vars
  cx$dead <- dead
  NULL
}

# Translates several expressions in order. What one of them writes as statements runs after the ones before it.
translate_in_order <- function(cx, translators) {
  stats::setNames(terms_in_order(cx, length(translators), function(i) translators[[i]]()), names(translators))
}

lines_since <- function(cx, before) cx$block$lines[seq_along(cx$block$lines) > before]

# `run`: function(i), the term of the i-th.
terms_in_order <- function(cx, n, run) {
  terms <- vector("list", n)
  for (i in seq_len(n)) {
    before <- length(cx$block$lines)
    term <- run(i)
    if (length(cx$block$lines) > before) {
      written <- lines_since(cx, before)
      for (j in seq_len(i - 1)) {
        kept <- in_block(cx, held <- keep_now(cx, terms[[j]], written))
        cx$block$lines <- append(cx$block$lines, kept, before)
        before <- before + length(kept)
        terms[[j]] <- held
        # what comes after it may change it as well
        if (i < n) share_list(cx, held)
      }
    }
    terms[[i]] <- term
  }
  terms
}
keep_now <- function(cx, term, written = character()) {
  if (is.null(term$code) || is_static(term) && is.null(term$place) || term$type %in% c("?", "None", "Empty") || isTRUE(term$kept)) {
    return(term)
  }
  # a variable may be given another value by what comes next, and a list other elements
  if (!is.null(term$place) && script_type_kind(term$type) %in% c("List", "Vector", "Dict") && any(grepl(term$code, written, fixed = TRUE))) {
    term$code <- list_copy_code(term$code, term$type)
  }
  held <- keep_term(cx, utils::modifyList(settled_item(cx, term), list(simple = FALSE)))
  held$kept <- TRUE
  held
}

new_problem <- function(message, hint, expr, statement = NULL, silent = FALSE, needs_known = FALSE) {
  list(message = message, hint = hint, expr = expr, statement = statement, silent = silent, needs_known = needs_known)
}
# `needs_known`: it could be translated if more were known while compiling.
refuse <- function(cx, expr, message, hint = NULL, silent = FALSE, needs_known = FALSE) {
  # made of another call
  if (is.call(expr)) expr <- attr(expr, "script_origin") %||% expr
  if (identical(hint, "Ask is.null() first.") && may_choose_nothing(cx, expr)) hint <- "switch() gives NULL where nothing fits: of strings it takes a default, such as stop(\"unknown\"), and is.null() asks for it."
  problem <- new_problem(message, hint, expr, cx$statement, silent, needs_known)
  stop(structure(class = c("script_problem", "error", "condition"), list(message = message, call = NULL, problem = problem)))
}

# Whether a switch() is in code, or in a variable of it: one that may give NULL has no default.
may_choose_nothing <- function(cx, expr) {
  found <- FALSE
  walk_calls(expr, function(call) if (is_switch(call)) found <<- TRUE)
  names <- all.names(expr)
  # a loop has it from its last round
  found || any(vapply(union(names(cx$declared), names(cx$previous$declared)), function(key) (isTRUE(cx$declared[[key]]$may_choose_nothing) || isTRUE(cx$previous$declared[[key]]$may_choose_nothing)) && gsub("^[0-9]+ |'+$", "", key) %in% names, NA))
}
is_switch <- function(expr) {
  if (is.call(expr) && length(expr) == 3 && is.name(expr[[1]]) && as.character(expr[[1]]) %in% c("<-", "=", "<<-")) expr <- expr[[3]]
  is.call(expr) && identical(expr[[1]], quote(switch))
}

# A problem that does not end its statement.
note_problem <- function(cx, problem) {
  if (!problem$silent) cx$unit$problems <- c(cx$unit$problems, list(problem))
}

need_code <- function(cx, term, type, expr, what = "This") {
  if (term$type == "?") {
    return(term$code)
  }
  code <- if (term$type == "static") NULL else coerced_code(cx, term, type)
  if (is.null(code) && is_whole_type(type) && term$type == "float") code <- sprintf("%s(%s)", helper(cx, "whole"), term$code)
  if (is.null(code)) {
    hint <- if (is_optional_type(term$type)) "Ask is.null() first."
    if (term$type == "Tensor" && is_number_type(type)) hint <- "$item() takes the number out of a tensor."
    if (has_lost_names(term)) hint <- names_hint
    if (term$type == "Tensor" && type == "bool") hint <- "$item() takes the value out of a tensor with one element."
    refuse(cx, expr, sprintf("%s is %s, and %s is needed.", what, term_in_words(term), script_type_in_words(type)), hint)
  }
  code
}

# Text, output, warnings and errors of programs.

raise <- function(cx, given, expr, scope) {
  given <- given[!rlang::names2(given) %in% c("call.", "domain", "call", "class", "kind", "hint", "argument")]
  text <- text_of_terms(cx, given, expr)
  emit(cx, sprintf("raise RuntimeError(%s)", text))
  cx$dead <- TRUE
  none_term()
}

# An error of this package's own, whose text may say more than a program knows.
raise_own <- function(cx, expr, scope) {
  lines <- length(cx$block$lines)
  text <- tryCatch(text_of_terms(cx, list(translate(cx, expr[[2]], scope)), expr), script_problem = function(p) {
    cx$block$lines <- cx$block$lines[seq_len(lines)]
    string_text("wrong arguments")
  })
  emit(cx, sprintf("raise RuntimeError(%s)", text))
  cx$dead <- TRUE
  none_term()
}

# `digits`: the significant ones of numbers, 15 in text and 7 in what is shown.
text_of_terms <- function(cx, given, expr, sep = "", digits = 15L) {
  if (length(given) == 0) {
    return("\"\"")
  }
  codes <- vapply(given, function(term) text_term(cx, term, expr, digits)$code, "")
  paste0("(", paste(codes, collapse = if (sep == "") " + " else sprintf(" + %s + ", string_text(sep))), ")")
}

# As R writes it.
text_term <- function(cx, term, expr, digits = 15L) {
  if (is_static(term) && is.atomic(static_value(term)) && length(static_value(term)) == 1) {
    value <- static_value(term)
    return(literal_term(if (is.double(value)) format(value, digits = digits) else as.character(value)))
  }
  refuse_mixed(cx, term, expr)
  switch(term$type,
    str = term,
    int = new_term("str", sprintf("str(%s)", term$code)),
    bool = new_term("str", sprintf("(\"TRUE\" if %s else \"FALSE\")", term$code)),
    # a whole number is a double to R, that may write it as 1e+05
    whole = , float = if (!is.null(term$tensor)) {
      new_term("str", sprintf("%s(%s, %d)", helper(cx, "item_text"), term$tensor, digits))
    } else {
      new_term("str", sprintf("%s(%s, %d)", helper(cx, "number_text"), coerced_code(cx, term, "float"), digits))
    },
    `?` = new_term("str", "\"\""),
    refuse(cx, expr, sprintf("%s can't become text.", script_type_in_words(term$type)))
  )
}

separator <- function(cx, given, expr, default) {
  sep <- given[["sep"]]
  if (is.null(sep)) {
    return(default)
  }
  if (!is_static(sep) || !rlang::is_string(static_value(sep))) refuse(cx, expr, "`sep` must be one string that is known before the program runs.")
  static_value(sep)
}

write_output <- function(cx, given, expr, scope) {
  sep <- separator(cx, given, expr, " ")
  given <- lapply(unnamed_terms(cx, given, expr, "sep"), function(term) if (is_vector_term(term) && !is_static(term)) elements_as_text(cx, term, expr, string_text(sep), 7L) else term)
  n <- length(given)
  if (n > 0 && sep == "\n") {
    # R ends the last line then
    emit(cx, sprintf("print(%s)", text_of_terms(cx, given, expr, sep, digits = 7L)))
    return(none_term())
  }
  last <- if (n > 0 && is_static(given[[n]])) static_value(given[[n]]) else ""
  if (n > 0 && given[[n]]$type == "str" && !is_static(given[[n]])) {
    # its end is seen when it runs
    emit(cx, sprintf("%s(%s)", helper(cx, "write_line"), text_of_terms(cx, given, expr, sep, digits = 7L)))
    return(none_term())
  }
  if (!(is.character(last) && endsWith(last, "\n"))) {
    refuse(cx, expr, "`cat()` of a program writes whole lines.", "End it with \"\\n\".")
  }
  given[[n]] <- literal_term(sub("\n$", "", last))
  emit(cx, sprintf("print(%s)", text_of_terms(cx, given, expr, sep, digits = 7L)))
  none_term()
}

# `sep`: its code.
elements_as_text <- function(cx, term, expr, sep, digits) {
  item <- new_name(cx, "v")
  text <- text_term(cx, new_term(element_type(term$type), item, simple = TRUE), expr, digits)
  new_term("str", sprintf("%s.join([%s for %s in %s])", sep, text$code, item, term$code))
}

# What is written, without the arguments that say nothing of it; no other may be given by name.
unnamed_terms <- function(cx, given, expr, silent = character()) {
  labels <- rlang::names2(given)
  unknown <- setdiff(labels, c("", silent))
  if (length(unknown) > 0) refuse(cx, expr, sprintf("`%s` of `%s()` can't be translated.", unknown[[1]], as.character(expr[[1]])))
  unname(given[labels == ""])
}

print_value <- function(cx, given, expr, scope) {
  given <- unnamed_terms(cx, if (identical(names(given), "x")) unname(given) else given, expr)
  if (length(given) != 1) refuse(cx, expr, "`print()` takes one value here.")
  term <- given[[1]]
  if (term$type == "Tensor") {
    emit(cx, sprintf("print(%s)", term$code))
    return(term)
  }
  shown <- if (term$type == "str") sprintf("(\"[1] \" + %s(%s))", helper(cx, "quoted"), term$code) else sprintf("(\"[1] \" + %s)", text_term(cx, term, expr, digits = 7L)$code)
  emit(cx, sprintf("print(%s)", shown))
  term
}

check_all <- function(cx, expr, scope) {
  for (i in seq_along(expr)[-1]) {
    condition <- translate_condition(cx, expr[[i]], scope)
    if (is.call(expr[[i]]) || is.name(expr[[i]])) {
      in_block(cx, term <- translate(cx, expr[[i]], scope))
      if (!term$type %in% c("bool", "?")) refuse(cx, expr, sprintf("`stopifnot()` takes TRUE or FALSE, not %s.", script_type_in_words(term$type)))
    }
    message <- names(expr)[i] %||% ""
    if (message == "") message <- sprintf("%s is not TRUE", squeeze_text(expr[[i]], 200))
    if (is_static(condition)) {
      if (!static_value(condition)) {
        emit(cx, sprintf("raise RuntimeError(%s)", string_text(message)))
        cx$dead <- TRUE
      }
      next
    }
    emit(cx, c(sprintf("if not %s:", condition$code), sprintf("  raise RuntimeError(%s)", string_text(message))))
    refine(cx, condition$yes)
  }
  none_term()
}

format_text <- function(cx, given, expr, scope) {
  format <- if (is_static(given[[1]])) static_value(given[[1]]) else refuse(cx, expr, "The format must be a constant.")
  if (all_static(given)) {
    return(literal_term(do.call(sprintf, lapply(given, static_value))))
  }
  pieces <- regmatches(format, gregexpr("%%|%[^%a-zA-Z]*[a-zA-Z]", format))[[1]]
  texts <- regmatches(format, gregexpr("%%|%[^%a-zA-Z]*[a-zA-Z]", format), invert = TRUE)[[1]]
  codes <- string_text(texts[[1]])
  used <- 1L
  for (i in seq_along(pieces)) {
    if (pieces[[i]] == "%%") {
      codes <- c(codes, "\"%\"")
    } else {
      used <- used + 1L
      if (used > length(given)) refuse(cx, expr, "too few arguments")
      term <- given[[used]]
      codes <- c(codes, formatted_text(cx, pieces[[i]], term, expr))
    }
    codes <- c(codes, string_text(texts[[i + 1]]))
  }
  new_term("str", sprintf("(%s)", paste(codes[codes != "\"\""], collapse = " + ")))
}

# One `%...` of sprintf().
formatted_text <- function(cx, piece, term, expr) {
  parts <- regmatches(piece, regexec("^%([-+0]*)([0-9]*)([.][0-9]*)?([dsfi])$", piece))[[1]]
  if (length(parts) == 0) {
    refuse(cx, expr, sprintf("`%s` can't be translated.", piece), "%d, %s and %f can, with -, + and 0, a width, and digits for %f.")
  }
  kind <- parts[[5]]
  precision <- if (nzchar(parts[[4]])) as.integer(paste0("0", substring(parts[[4]], 2))) else 6L
  if (kind %in% c("d", "i", "s") && nzchar(parts[[4]]) || precision > 15) {
    refuse(cx, expr, sprintf("`%s` can't be translated.", piece), "Only %f takes digits, up to 15 of them.")
  }
  if (kind == "s" && (grepl("[+0]", parts[[2]]) || term$type == "str" && nzchar(parts[[3]]))) {
    refuse(cx, expr, sprintf("`%s` can't be translated for %s.", piece, script_type_in_words(term$type)), "Write `%s`: a program counts bytes, not letters.")
  }
  if (kind %in% c("d", "i") && !is_whole_type(term$type) && !term$type %in% c("bool", "?")) {
    refuse(cx, expr, sprintf("`%s` can't be translated for %s.", piece, script_type_in_words(term$type)), "%d writes whole numbers, %f others.")
  }
  text <- switch(kind,
    s = text_term(cx, term, expr)$code,
    f = sprintf("%s(%s, %d)", helper(cx, "fixed"), need_code(cx, term, "float", expr), precision),
    sprintf("str(%s)", need_code(cx, term, "int", expr))
  )
  if (!nzchar(parts[[2]]) && !nzchar(parts[[3]])) {
    return(text)
  }
  width <- if (nzchar(parts[[3]])) as.integer(parts[[3]]) else 0L
  sprintf("%s(%s, %d, %s)", helper(cx, "pad"), text, width, string_text(parts[[2]]))
}

paste_text <- function(default_sep) {
  function(cx, given, expr, scope) {
    if (length(given) > 0 && all(vapply(given, function(term) is_static(term) && term$type != "static", NA))) {
      return(call_now(cx, if (default_sep == "") paste0 else paste, given, expr))
    }
    labels <- rlang::names2(given)
    sep <- separator(cx, given, expr, default_sep)
    collapse <- given[["collapse"]]
    given <- unname(given[!labels %in% c("sep", "collapse")])
    if (length(given) == 1 && is_vector_term(given[[1]]) && !is.null(collapse)) {
      return(elements_as_text(cx, given[[1]], expr, need_code(cx, collapse, "str", expr), 15L))
    }
    if (!is.null(collapse) && collapse$type != "None") refuse(cx, expr, "`collapse` is for one vector of strings here.")
    if (length(given) == 0) refuse(cx, expr, "There is nothing to paste.")
    new_term("str", text_of_terms(cx, given, expr, sep))
  }
}

string_test <- function(method) {
  force(method)
  function(cx, given, expr, scope) {
    if (length(given) != 2) refuse(cx, expr, "Two strings are needed.")
    new_term("bool", sprintf("%s.%s(%s)", need_code(cx, given[[1]], "str", expr), method, need_code(cx, given[[2]], "str", expr)))
  }
}

count_bytes <- function(cx, given, expr, scope) {
  matched <- match_given(cx, alist(x = , type = ), given, expr)$matched
  if (is_static(matched$x)) {
    return(literal_term(nchar(static_value(matched$x), if (is.null(matched$type)) "chars" else static_value(matched$type))))
  }
  if (is.null(matched$type) || !is_static_value(matched$type, "bytes")) {
    refuse(cx, expr, "A program counts bytes, not letters.", "nchar(x, \"bytes\").")
  }
  new_term("int", sprintf("len(%s)", need_code(cx, matched$x, "str", expr)), lower = 0)
}

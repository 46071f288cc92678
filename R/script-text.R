# Text, output, warnings and errors of programs.

raise <- function(cx, given, expr, scope) {
  text <- text_of_terms(cx, unnamed_terms(cx, given, expr, c("call.", "domain")), expr)
  emit(cx, sprintf("raise RuntimeError(%s)", text))
  cx$dead <- TRUE
  # what it stands in is never computed
  unknown_term()
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
  codes <- vapply(given, function(term) one_text(cx, term, expr, sep, digits), "")
  paste0("(", paste(codes, collapse = if (sep == "") " + " else sprintf(" + %s + ", string_text(sep))), ")")
}

# The code of one string, of all elements; NULL has none.
one_text <- function(cx, term, expr, sep, digits) {
  if (is_constant_vector(term)) {
    if (digits < 15L && is.object(static_value(term))) refuse(cx, expr, sprintf("`cat()` of %s can't be translated.", describe(static_value(term))), "paste() makes text of it.")
    return(string_text(paste(constant_text(static_value(term), digits), collapse = sep)))
  }
  if (term$type %in% c("None", "Empty")) {
    return("\"\"")
  }
  term <- as_text_vector(cx, term, expr)
  (if (is_vector_term(term)) elements_as_text(cx, term, expr, string_text(sep), digits) else text_term(cx, term, expr, digits))$code
}

# A list of numbers and strings is to text what a vector of them is.
as_text_vector <- function(cx, term, expr) {
  kind <- script_type_kind(term$type)
  if (kind == "List" && is_scalar_type(element_type(term$type))) {
    term <- as_vector(cx, term, expr)
    return(term)
  }
  if (kind %in% c("Tuple", "Record") && all(vapply(script_type_parts(term$type), is_scalar_type, NA))) {
    return(combine(cx, lapply(term_parts(cx, term), function(part) text_term(cx, part, expr)), quote(c(x)), NULL))
  }
  term
}

is_constant_vector <- function(term) is_static(term) && is.atomic(static_value(term)) && !is.null(static_value(term))

# As R writes each element; it writes the numbers of a vector one by one.
constant_text <- function(value, digits) {
  if (digits < 15L && is.double(value) && !is.object(value)) vapply(unname(value), format, "", digits = digits) else paste0(value)
}

# As R writes it.
text_term <- function(cx, term, expr, digits = 15L) {
  if (is_constant_vector(term) && length(static_value(term)) == 1) {
    return(literal_term(constant_text(static_value(term), digits)))
  }
  if (!is.null(term$number)) term <- settled_item(cx, term)
  if (is.null(term$item)) refuse_mixed(cx, term, expr)
  switch(term$type,
    str = term,
    int = new_term("str", sprintf("str(%s)", term$code)),
    bool = new_term("str", sprintf("(\"TRUE\" if %s else \"FALSE\")", term$code)),
    # a whole number is a double to R, that may write it as 1e+05
    whole = , float = if (!is.null(term$tensor)) {
      new_term("str", sprintf("%s(%s, %d)", helper(cx, "item_text"), term$tensor, digits))
    } else if (!is.null(term$item)) {
      new_term("str", sprintf("%s(%s, %s, %d)", helper(cx, "number_text_as"), coerced_code(cx, term, "float"), term$item, digits))
    } else {
      refuse_unsure(cx, term, expr)
      new_term("str", sprintf("%s(%s, %d)", helper(cx, "number_text"), coerced_code(cx, term, "float"), digits))
    },
    `?` = new_term("str", "\"\""),
    refuse_text(cx, term, expr)
  )
}

refuse_text <- function(cx, term, expr) {
  words <- script_type_in_words(term$type)
  hint <- if (is_optional_type(term$type)) {
    "Ask is.null() first."
  } else {
    switch(script_type_kind(term$type),
      Tensor = "$item() takes the number out of a tensor with one element, print() writes a tensor.",
      Vector = "paste(x, collapse = \" \") makes one string of a vector.",
      List = , Tuple = , Record = , Dict = "Write its elements one by one."
    )
  }
  refuse(cx, expr, sprintf("%s can't become text.", sub("^s", "S", sub("^a", "A", words))), hint)
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
  given <- unnamed_terms(cx, given, expr, "sep")
  if (any_unknown(given)) {
    return(none_term())
  }
  for (term in given) {
    if (script_type_kind(term$type) %in% c("List", "Tuple", "Record", "Dict", "Empty")) refuse(cx, expr, "`cat()` writes numbers, strings and vectors, not lists.", "paste(x) makes strings of a list's elements.")
  }
  # R writes the separator before everything but NULL
  given <- given[term_types(given) != "None" | seq_along(given) == 1]
  n <- length(given)
  codes <- vapply(given, function(term) one_text(cx, term, expr, sep, 7L), "")
  written <- function(codes) paste0("(", paste(codes, collapse = if (sep == "") " + " else sprintf(" + %s + ", string_text(sep))), ")")
  if (grepl("\n", sep, fixed = TRUE)) {
    # R ends the last line then
    emit(cx, sprintf("print(%s)", if (n > 0) written(codes) else "\"\""))
    return(none_term())
  }
  if (all(term_types(given) == "None") || n == 1 && codes == "\"\"") {
    return(none_term())
  }
  last <- given[[n]]
  if (is_constant_vector(last)) {
    text <- paste(constant_text(static_value(last), 7L), collapse = sep)
    if (endsWith(text, "\n")) {
      codes[[n]] <- string_text(sub("\n$", "", text))
      emit(cx, sprintf("print(%s)", written(codes)))
      return(none_term())
    }
  } else if (last$type %in% c("str", "Vector[str]")) {
    # its end is seen when it runs
    emit(cx, sprintf("%s(%s)", helper(cx, "write_line"), written(codes)))
    return(none_term())
  }
  refuse(cx, expr, "`cat()` of a program writes whole lines.", "End it with \"\\n\".")
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
  if (term$type == "?") {
    return(term)
  }
  if (term$type == "Tensor") {
    term <- keep_term(cx, term)
    emit(cx, c(
      sprintf("if torch.is_complex(%s):", term$code), "  raise NotImplementedError(\"print() of complex tensors is R's alone\")",
      "print(\"torch_tensor\")", sprintf("print(%s)", term$code)
    ))
    return(term)
  }
  term <- keep_term(cx, term)
  shown <- if (term$type %in% c("None", "Empty")) {
    string_text(if (term$type == "None" || identical(term$dtype, "null")) "NULL" else "list()")
  } else if (is_constant_vector(term)) {
    withr::local_options(digits = 7, width = 80, scipen = 0)
    string_text(paste(utils::capture.output(print(static_value(term))), collapse = "\n"))
  } else if (term$type == "str") {
    sprintf("(\"[1] \" + %s(%s))", helper(cx, "quoted"), term$code)
  } else if (is_list_type(term$type) || script_type_kind(term$type) %in% c("Tuple", "Record", "Dict")) {
    refuse(
      cx, expr, sprintf("`print()` of %s can't be translated.", script_type_in_words(term$type)),
      if (is_vector_term(term)) "cat(x, \"\\n\") writes the elements of a vector." else "Print its elements one by one."
    )
  } else {
    sprintf("(\"[1] \" + %s)", text_term(cx, term, expr, digits = 7L)$code)
  }
  emit(cx, sprintf("print(%s)", shown))
  term
}

format_text <- function(cx, given, expr, scope) {
  matched <- match_given(cx, alist(fmt = , ... = ), given, expr)
  format <- matched$matched$fmt
  if (is.null(format)) refuse(cx, expr, "`sprintf()` needs a format.", "sprintf(\"%d\", n).")
  if (all_static(given)) {
    return(call_now(cx, sprintf, given, expr))
  }
  if (!is_static(format) || !rlang::is_string(static_value(format))) {
    refuse(cx, expr, "The format of `sprintf()` must be one string that is known before the program runs.")
  }
  terms <- lapply(unname(matched$dots), function(term) keep_term(cx, term))
  if (any_unknown(terms)) {
    return(unknown_term())
  }
  each_text(cx, terms, expr, function(terms) new_term("str", formatted(cx, static_value(format), terms, expr)))
}

# `run` of strings and numbers; where there are vectors of each of their elements. R has no text where one has none.
each_text <- function(cx, terms, expr, run) {
  parts <- lapply(terms, known_parts)
  none <- vapply(seq_along(terms), function(i) terms[[i]]$type == "None" || !is.null(parts[[i]]) && length(parts[[i]]) == 0, NA)
  if (any(none)) {
    return(literal_term(character()))
  }
  unlike <- Filter(function(term) is_vector_term(term), terms)
  if (length(unlike) > 2) {
    sizes <- vapply(unlike, function(term) sprintf("len(%s)", term$code), "")
    for (size in sizes[-(1:2)]) {
      emit(cx, c(sprintf("if %s != %s:", size, sizes[[1]]), "  raise ValueError(\"vectors of different lengths: rep_len() makes them of one length\")"))
    }
  }
  each_element(cx, terms, expr, run)
}

formatted <- function(cx, format, terms, expr) {
  pieces <- regmatches(format, gregexpr("%%|%[^%a-zA-Z]*[a-zA-Z]", format))[[1]]
  texts <- regmatches(format, gregexpr("%%|%[^%a-zA-Z]*[a-zA-Z]", format), invert = TRUE)[[1]]
  if (any(grepl("%", texts, fixed = TRUE))) refuse(cx, expr, "The format has a `%` that begins nothing.", "%% writes one.")
  for (piece in pieces) if (piece != "%%") format_parts(cx, piece, expr)
  wanted <- sum(pieces != "%%")
  if (wanted != length(terms)) {
    refuse(cx, expr, sprintf("The format is for %d %s, and %d %s given.", wanted, if (wanted == 1) "value" else "values", length(terms), if (length(terms) == 1) "is" else "are"))
  }
  codes <- string_text(texts[[1]])
  used <- 0L
  for (i in seq_along(pieces)) {
    if (pieces[[i]] == "%%") {
      codes <- c(codes, "\"%\"")
    } else {
      used <- used + 1L
      codes <- c(codes, formatted_text(cx, pieces[[i]], terms[[used]], expr))
    }
    codes <- c(codes, string_text(texts[[i + 1]]))
  }
  sprintf("(%s)", paste(codes[codes != "\"\""], collapse = " + "))
}

# One `%...` of sprintf().
format_parts <- function(cx, piece, expr) {
  parts <- regmatches(piece, regexec("^%([-+0]*)([0-9]*)([.][0-9]*)?([dsfieg])$", piece))[[1]]
  if (length(parts) == 0) {
    refuse(cx, expr, sprintf("`%s` can't be translated.", piece), "%d, %s, %f, %e and %g can, with -, + and 0, a width, and digits for numbers.")
  }
  parts
}
formatted_text <- function(cx, piece, term, expr) {
  parts <- format_parts(cx, piece, expr)
  kind <- parts[[5]]
  precision <- if (nzchar(parts[[4]])) as.integer(paste0("0", substring(parts[[4]], 2))) else 6L
  if (kind %in% c("d", "i", "s") && nzchar(parts[[4]]) || precision > 15) {
    refuse(cx, expr, sprintf("`%s` can't be translated.", piece), "%f, %e and %g take digits, up to 15 of them.")
  }
  if (kind == "s" && grepl("[+0]", parts[[2]])) {
    refuse(cx, expr, sprintf("`%s` can't be translated for %s.", piece, script_type_in_words(term$type)), "Write `%s`, with - and a width.")
  }
  if (is_optional_type(term$type)) refuse_text(cx, term, expr)
  if (kind %in% c("d", "i") && !term$type %in% c("int", "whole", "float", "bool", "?")) {
    refuse(cx, expr, sprintf("`%s` can't be translated for %s.", piece, script_type_in_words(term$type)), "%f writes it, or as.integer() makes a whole number.")
  }
  text <- switch(kind,
    s = text_term(cx, term, expr)$code,
    f = , e = , g = sprintf("%s(%s, %d)", helper(cx, switch(kind, f = "fixed", e = "exponential", "general")), need_code(cx, term, "float", expr), precision),
    switch(term$type,
      bool = sprintf("str(int(%s))", term$code), int = , `?` = sprintf("str(%s)", need_code(cx, term, "int", expr)),
      sprintf("%s(%s)", helper(cx, "whole_text"), coerced_code(cx, term, "float"))
    )
  )
  if (!nzchar(parts[[2]]) && !nzchar(parts[[3]])) {
    return(text)
  }
  width <- if (nzchar(parts[[3]])) as.integer(parts[[3]]) else 0L
  if (kind == "s" && term$type == "str") {
    # whether R counts letters or bytes is up to where it runs
    text <- sprintf("%s(%s, \"sprintf\")", helper(cx, "ascii"), text)
    return(sprintf("%s.%s(%d)", text, if (grepl("-", parts[[2]], fixed = TRUE)) "ljust" else "rjust", width))
  }
  sprintf("%s(%s, %d, %s)", helper(cx, "pad"), text, width, string_text(parts[[2]]))
}

paste_text <- function(default_sep) {
  function(cx, given, expr, scope) {
    if (length(given) > 0 && all(vapply(given, function(term) is_static(term) && term$type != "static", NA))) {
      return(call_now(cx, if (default_sep == "") paste0 else paste, given, expr))
    }
    labels <- rlang::names2(given)
    if ("recycle0" %in% labels) refuse(cx, expr, "`recycle0` can't be translated.")
    # paste0() writes what is called `sep` like all else
    sep <- if (default_sep == "") "" else separator(cx, given, expr, default_sep)
    collapse <- given[["collapse"]]
    given <- unname(given[!labels %in% c(if (default_sep != "") "sep", "collapse")])
    if (any_unknown(given)) {
      return(unknown_term())
    }
    if (length(given) == 0) refuse(cx, expr, "There is nothing to paste.")
    pasted <- paste_elements(cx, given, expr, sep)
    if (is.null(collapse) || collapse$type == "None") {
      return(pasted)
    }
    between <- need_code(cx, collapse, "str", expr, "`collapse`")
    if (is_vector_term(pasted)) elements_as_text(cx, pasted, expr, between, 15L) else pasted
  }
}

paste_elements <- function(cx, given, expr, sep) {
  given <- lapply(given, function(term) {
    # what only R has is text now
    if (term$type == "static" && is_constant_vector(term)) literal_term(constant_text(static_value(term), 15L)) else as_text_vector(cx, term, expr)
  })
  # nothing is no letter beside others
  is_empty <- vapply(given, function(term) term$type %in% c("None", "Empty") || length(known_parts(term) %||% 1) == 0, NA)
  if (all(is_empty)) {
    return(literal_term(character()))
  }
  given[is_empty] <- list(literal_term(""))
  is_vector <- vapply(given, is_vector_term, NA)
  text_of <- function(parts) new_term("str", text_of_terms(cx, parts, expr, sep))
  if (!any(is_vector)) {
    return(text_of(given))
  }
  given <- lapply(given, function(term) keep_term(cx, term))
  sizes <- unique(vapply(given[is_vector], function(term) length(known_parts(term)), 0L))
  if (length(sizes) == 1 && sizes > 0 || sum(!is_empty) == 1) {
    return(each_text(cx, given, expr, text_of))
  }
  texts <- vapply(seq_along(given), function(i) {
    if (is_empty[[i]]) empty_code(cx, "Vector[str]") else if (is_vector[[i]]) each_text(cx, given[i], expr, text_of)$code else sprintf("[%s]", text_of(given[i])$code)
  }, "")
  new_term("Vector[str]", sprintf("%s([%s], %s)", helper(cx, "pasted"), paste(texts, collapse = ", "), string_text(sep)), fresh = TRUE)
}

string_test <- function(method) {
  force(method)
  function(cx, given, expr, scope) {
    formals <- stats::setNames(rep(list(quote(expr = )), 2), c("x", if (method == "startswith") "prefix" else "suffix"))
    matched <- match_given(cx, formals, given, expr)$matched[names(formals)]
    if (any(vapply(matched, is.null, NA))) refuse(cx, expr, "Two strings are needed.")
    each_element(cx, matched, expr, function(parts) {
      new_term("bool", sprintf("%s.%s(%s)", need_code(cx, parts[[1]], "str", expr), method, need_code(cx, parts[[2]], "str", expr)))
    })
  }
}

count_letters <- function(cx, given, expr, scope) {
  matched <- match_given(cx, alist(x = , type = ), given, expr)$matched
  if (is.null(matched$x)) refuse(cx, expr, "`nchar()` needs a string.")
  type <- if (is.null(matched$type)) "chars" else if (is_static(matched$type)) static_value(matched$type)
  if (is_static(matched$x) && !is.null(type)) {
    return(call_now(cx, nchar, list(matched$x, literal_term(type)), expr))
  }
  if (!rlang::is_string(type) || !nzchar(type) || !startsWith("bytes", type) && !startsWith("chars", type)) {
    refuse(cx, expr, "A program counts letters and bytes, not how wide they are.", "nchar(x), or nchar(x, \"bytes\").")
  }
  count <- if (startsWith("chars", type)) helper(cx, "letters") else "len"
  each_element(cx, matched["x"], expr, function(parts) new_term("int", sprintf("%s(%s)", count, need_code(cx, parts[[1]], "str", expr)), lower = 0))
}

# R's functions of strings: their parts, and what is found in them. Letters are counted in UTF-8, as R counts them.
#' @include script-vector-functions.R
NULL

# The run of an entry, of a string or of each of a vector: `run`: function(cx, parts, expr) of the terms by the names of
# `formals`; those in `alone` must be one value.
# `check`: function(cx, held, expr), of the others.
string_function <- function(name, formals, run, alone = character(), untranslated = character(), check = NULL) {
  force(run)
  of <- names(formals)[[1]]
  vector_function(name, formals, function(cx, matched, expr) {
    for (argument in names(matched)) {
      term <- matched[[argument]]
      if (argument %in% alone && !is_scalar_type(term$type)) {
        refuse(cx, expr, sprintf("`%s` of `%s()` must be one value.", argument, name), if (is_optional_type(term$type)) "Ask is.null() first." else "substring() takes vectors."[name == "substr"])
      }
    }
    held <- matched[!names(matched) %in% alone]
    held <- lapply(held, function(term) if (is_scalar_type(term$type)) term else vector_argument(cx, term, name, expr, c("str", if (term$type != matched[[of]]$type) c("int", "whole", "float"))))
    if (!is.null(check)) held <- check(cx, held, expr)
    each_pair(cx, held, expr, function(parts) run(cx, c(parts, matched[names(matched) %in% alone]), expr))
  }, untranslated)
}

# each_element() of named terms.
each_pair <- function(cx, given, expr, run) {
  labels <- names(given)
  given <- lapply(given, function(term) keep_term(cx, term))
  sizes <- vapply(Filter(is_vector_term, given), function(term) sprintf("len(%s)", term$code), "")
  for (size in sizes[-(1:2)]) {
    emit(cx, c(sprintf("if %s != %s:", size, sizes[[1]]), "  raise ValueError(\"vectors of different lengths: rep_len() makes them of one length\")"))
  }
  each_element(cx, given, expr, function(parts) run(stats::setNames(parts, labels)))
}

need_string <- function(cx, term, expr, what = "This") need_code(cx, term, "str", expr, what)
# A number as a position: R leaves out what is behind the point.
need_count <- function(cx, term, expr, what) {
  if (term$type == "float") {
    return(if (is_static(term)) int_text(trunc(static_value(term))) else sprintf("%s(%s)", helper(cx, "integer"), term$code))
  }
  need_code(cx, term, "int", expr, sprintf("`%s`", what))
}

# ---- letters

letter_case <- function(name) {
  force(name)
  string_function(name, alist(x = ), function(cx, parts, expr) {
    new_term("str", sprintf("%s(%s, \"%s\").%s()", helper(cx, "ascii"), need_string(cx, parts$x, expr), name, substring(name, 3)))
  })
}

part_of_string <- function(name, formals, alone) {
  first <- names(formals)[[2]]
  last <- names(formals)[[3]]
  of <- names(formals)[[1]]
  string_function(name, formals, function(cx, parts, expr) {
    if (is.null(parts[[first]])) refuse(cx, expr, sprintf("`%s()` needs `%s`.", name, first))
    if (is.null(parts[[last]]) && name == "substr") refuse(cx, expr, "`substr()` needs `stop`.", "substring(x, start) goes to the end.")
    new_term("str", sprintf(
      "%s(%s, %s, %s)", helper(cx, "substring"), need_string(cx, parts[[of]], expr), need_count(cx, parts[[first]], expr, first),
      need_count(cx, parts[[last]] %||% literal_term(1000000L), expr, last)
    ))
  }, alone, check = function(cx, held, expr) check_positions(cx, held, of, expr))
}
# R takes no positions of no length, unless there is no string.
check_positions <- function(cx, held, of, expr) {
  held <- lapply(held, function(term) keep_term(cx, term))
  text <- held[[of]]
  for (term in Filter(is_vector_term, held[setdiff(names(held), of)])) {
    is_asked <- if (is_vector_term(text)) sprintf("len(%s) > 0 and ", text$code) else ""
    if (length(known_parts(term)) == 0) emit(cx, c(sprintf("if %slen(%s) == 0:", is_asked, term$code), "  raise ValueError(\"invalid substring arguments\")"))
  }
  held
}

trimmed <- function(cx, parts, expr) {
  which <- if (is.null(parts$which)) "both" else if (is_static(parts$which)) static_value(parts$which)
  if (!rlang::is_string(which) || !which %in% c("both", "left", "right")) refuse(cx, expr, "`which` must be \"both\", \"left\" or \"right\", written out.")
  flags <- ifelse(c("right", "left") == which, "False", "True")
  new_term("str", sprintf("%s(%s, %s)", helper(cx, "trimmed"), need_string(cx, parts$x, expr), toString(flags)))
}

repeated_string <- function(cx, parts, expr) {
  if (is.null(parts$times)) refuse(cx, expr, "`strrep()` needs `times`.")
  new_term("str", sprintf("%s(%s, %s)", helper(cx, "repeated"), need_string(cx, parts$x, expr), need_count(cx, parts$times, expr, "times")))
}

# ---- what is looked for

# The code of what is looked for, as it is. Without `fixed = TRUE` it is a regular expression, which is the same where it is
# known and has no signs of one.
plain_pattern <- function(cx, pattern, fixed, name, expr, replacement = NULL) {
  is_fixed <- is_known_flag(cx, fixed, "fixed", expr)
  value <- if (is_static(pattern)) static_value(pattern)
  if (!is.null(value) && !(rlang::is_string(value) && (is_fixed || !grepl("[][\\\\^$.|?*+(){}]", value)))) {
    hint <- "`fixed = TRUE` takes a string as it is."
    if (name == "grepl" && rlang::is_string(value) && grepl("^\\^[[:alnum:] _]+$", value)) hint <- sprintf("startsWith(x, \"%s\").", substring(value, 2))
    if (name == "grepl" && rlang::is_string(value) && grepl("^[[:alnum:] _]+\\$$", value)) hint <- sprintf("endsWith(x, \"%s\").", sub("\\$$", "", value))
    refuse(cx, expr, "Regular expressions can't be translated.", hint)
  }
  if (is.null(value) && !is_fixed) refuse(cx, expr, sprintf("What `%s()` looks for is known only when the program runs, and may be a regular expression.", name), "`fixed = TRUE` takes it as it is.")
  if (!is_fixed && !is.null(replacement) && !(is_static(replacement) && !grepl("\\", static_value(replacement), fixed = TRUE))) {
    refuse(cx, expr, "A backslash in the replacement means something without `fixed = TRUE`.")
  }
  need_string(cx, pattern, expr, if (name == "strsplit") "`split`" else "`pattern`")
}

# `pattern` comes first in R, and what it is looked for in may be a vector.
find_function <- function(name, formals, run) {
  force(run)
  vector_function(name, formals, function(cx, matched, expr) {
    for (argument in setdiff(names(formals), c("fixed", names(matched)))) refuse(cx, expr, sprintf("`%s()` needs `%s`.", name, argument))
    for (argument in setdiff(names(formals), "x")) {
      if (!is.null(matched[[argument]]) && !is_scalar_type(matched[[argument]]$type)) refuse(cx, expr, sprintf("`%s` of `%s()` must be one value.", argument, name))
    }
    pattern <- plain_pattern(cx, matched$pattern, matched$fixed, name, expr, matched$replacement)
    pattern <- keep_term(cx, new_term("str", pattern, simple = is_static(matched$pattern)))$code
    replacement <- if (!is.null(matched$replacement)) {
      keep_term(cx, new_term("str", need_string(cx, matched$replacement, expr, "`replacement`"), simple = is_static(matched$replacement)))$code
    }
    if (!is.null(replacement) && is_static_value(matched$pattern, "")) refuse(cx, expr, "The pattern has no letters.")
    x <- if (is_scalar_type(matched$x$type)) matched$x else vector_argument(cx, matched$x, name, expr, "str")
    each_element(cx, list(x), expr, function(parts) run(cx, need_string(cx, parts[[1]], expr), pattern, replacement))
  }, c("ignore.case", "perl", "value", "useBytes"))
}
is_found <- function(cx, x, pattern, replacement) new_term("bool", sprintf("(%s.find(%s) >= 0)", x, pattern))
replaced <- function(times) function(cx, x, pattern, replacement) new_term("str", sprintf("%s(%s, %s, %s, %d)", helper(cx, "replaced"), x, pattern, replacement, times))

# A list of vectors, one for each string.
split_strings <- function(cx, matched, expr) {
  if (is.null(matched$split)) refuse(cx, expr, "`strsplit()` needs `split`.")
  if (!is_scalar_type(matched$split$type)) refuse(cx, expr, "`split` of `strsplit()` must be one string.")
  x <- if (is_scalar_type(matched$x$type)) matched$x else vector_argument(cx, matched$x, "strsplit", expr, "str")
  split <- plain_pattern(cx, matched$split, matched$fixed, "strsplit", expr)
  fn <- helper(cx, "split")
  if (!is_vector_term(x)) {
    part <- keep_term(cx, new_term("Vector[str]", sprintf("%s(%s, %s)", fn, need_string(cx, x, expr), split)))
    return(make_list(cx, list(part), expr, NULL))
  }
  split <- keep_term(cx, new_term("str", split, simple = is_static(matched$split)))$code
  item <- new_name(cx, "v")
  new_term("List[Vector[str]]", sprintf("[%s(%s, %s) for %s in %s]", fn, item, split, item, x$code), fresh = TRUE)
}

string_entries <- function() {
  list(
    substr = entry("of strings, by positions of letters", run = part_of_string("substr", alist(x = , start = , stop = ), c("start", "stop"))),
    substring = entry("as substr(), to the end, and of vectors of positions", run = part_of_string("substring", alist(text = , first = , last = ), character())),
    strsplit = entry("at a string as it is; \"\" gives the letters", run = vector_function("strsplit", alist(x = , split = , fixed = ), split_strings, c("perl", "useBytes"))),
    toupper = entry("of ASCII letters; others stop the program", run = letter_case("toupper")), tolower = entry("as toupper()", run = letter_case("tolower")),
    trimws = entry("without white space at the ends", run = string_function("trimws", alist(x = , which = ), trimmed, "which", "whitespace")),
    strrep = entry("strings repeated", run = string_function("strrep", alist(x = , times = ), repeated_string)),
    grepl = entry("whether a string is within others, as it is", run = find_function("grepl", alist(pattern = , x = , fixed = ), is_found)),
    sub = entry("the first place where a string is, replaced", run = find_function("sub", alist(pattern = , replacement = , x = , fixed = ), replaced(1L))),
    gsub = entry("all places where a string is, replaced", run = find_function("gsub", alist(pattern = , replacement = , x = , fixed = ), replaced(-1L)))
  )
}

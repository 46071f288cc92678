# R's functions of vectors: in order, summed up, place by place. What is found in vectors is in script-sets.R, strings in script-strings.R.
#' @include script-vectors.R script-values.R script-text.R
NULL

# The run of an entry: `run`: function(cx, matched, expr) of the terms by the names of `formals`; `untranslated` are the
# arguments that R has besides.
vector_function <- function(name, formals, run, untranslated = character(), package = "base") {
  force(run)
  fn <- utils::getFromNamespace(name, package)
  all_formals <- c(formals, stats::setNames(rep(list(quote(expr = )), length(untranslated)), untranslated))
  function(cx, given, expr, scope) {
    if (any_unknown(given)) {
      return(unknown_term())
    }
    if (all_static(given)) {
      return(suppressWarnings(call_now(cx, fn, given, expr)))
    }
    refuse_tensors(cx, name, given, expr)
    found <- match_given(cx, all_formals, given, expr)
    matched <- found$matched
    wanted <- names(formals)[[1]]
    beyond <- intersect(untranslated, names(matched))
    for (argument in beyond) if (!is_as_by_default(name, argument, matched[[argument]])) refuse(cx, expr, sprintf("`%s` of `%s()` can't be translated.", argument, name))
    if (wanted == "...") matched$dots <- found$dots
    if (is.null(matched[[if (wanted == "...") "dots" else wanted]])) refuse(cx, expr, sprintf("`%s()` needs something to work on.", name))
    run(cx, matched, expr)
  }
}
# Arguments that are as R has them unless they are given.
is_as_by_default <- function(name, argument, term) {
  if (argument %in% c("na.rm", "perl", "useBytes", "fromLast", "incomparables", "ignore.case", "value", "index.return")) {
    return(is_static_value(term, FALSE))
  }
  name == "order" && argument == "na.last" && is_static_value(term, TRUE)
}

refuse_tensors <- function(cx, name, given, expr) {
  if (!"Tensor" %in% term_types(given)) {
    return(invisible())
  }
  hint <- if (name %in% names(instead_of_generics)) sprintf("%s instead.", instead_of_generics[[name]])
  refuse(cx, expr, sprintf("`%s()` of a tensor can't be translated.", name), hint)
}

# A term as a vector that may be looked at several times.
vector_argument <- function(cx, term, name, expr, elements = c("int", "whole", "float", "bool", "str")) {
  refuse_unsure(cx, term, expr)
  refuse_mixed(cx, term, expr)
  if (is_scalar_type(term$type)) term <- vector_of_one(cx, term)
  if (!is_vector_term(term) || !element_type(term$type) %in% elements) {
    hint <- if (is_optional_type(term$type)) {
      "Ask is.null() first."
    } else if (has_lost_names(term)) {
      names_hint
    } else if (term$type %in% c("None", "Empty")) {
      "numeric(0) and character(0) are vectors of nothing."
    } else if (is_vector_term(term) && name %in% c("sort", "order", "range")) {
      "The order of strings depends on the language."
    } else if (startsWith(term$type, "Vector[bool]")) {
      "as.integer() makes numbers of TRUE and FALSE."
    } else if (script_type_kind(term$type) %in% c("List", "Tuple")) {
      "unlist() makes a vector of a list."
    }
    what <- if (!"str" %in% elements) "vectors of numbers" else if (length(elements) == 1) "strings" else "vectors"
    refuse(cx, expr, sprintf("`%s()` takes %s here, not %s.", name, what, term_in_words(term)), hint)
  }
  keep_term(cx, term)
}

# The same of numbers; TRUE is one.
number_argument <- function(cx, term, name, expr, flags = TRUE) {
  term <- vector_argument(cx, term, name, expr, c("int", "whole", "float", if (flags) "bool"))
  if (term$type == "Vector[bool]") flags_as_numbers(cx, term) else term
}
flags_as_numbers <- function(cx, term) {
  item <- new_name(cx, "v")
  keep_term(cx, new_term("Vector[int]", sprintf("[int(%s) for %s in %s]", item, item, term$code), fresh = TRUE))
}
as_doubles <- function(cx, term) if (term$type == "Vector[float]") term else keep_term(cx, new_term("Vector[float]", coerced_code(cx, term, "Vector[float]"), fresh = TRUE))

# The name of a helper for the elements of `term`: TorchScript's functions have one type each.
helper_of <- function(cx, name, term) {
  helper(cx, paste0(name, "_", switch(element_type(term$type), int = , whole = "int", float = "float", str = "str")))
}
flag_code <- function(cx, term, expr, what) if (is.null(term)) "False" else need_code(cx, term, "bool", expr, sprintf("`%s`", what))

# Elements of a vector at the positions, from zero on, that `positions` gives.
taken_at <- function(cx, term, positions) {
  at <- new_name(cx, "i")
  new_term(term$type, sprintf("[%s[%s] for %s in %s]", term$code, at, at, positions), fresh = TRUE)
}

# ---- in order

sort_vector <- function(cx, matched, expr) {
  x <- vector_argument(cx, matched$x, "sort", expr, c("int", "whole", "float", "bool"))
  falls <- flag_code(cx, matched$decreasing, expr, "decreasing")
  if (x$type == "Vector[bool]") {
    item <- new_name(cx, "v")
    numbers <- flags_as_numbers(cx, x)
    return(new_term(x$type, sprintf("[%s == 1 for %s in %s(%s, %s)]", item, item, helper(cx, "sorted_int"), numbers$code, falls), fresh = TRUE))
  }
  new_term(x$type, sprintf("%s(%s, %s)", helper_of(cx, "sorted", x), x$code, falls), fresh = TRUE)
}

order_vector <- function(cx, matched, expr) {
  if (length(matched$dots) != 1 || any(nzchar(rlang::names2(matched$dots)))) {
    refuse(cx, expr, "`order()` takes one vector here.", "Ties keep their order: at <- order(b), then at[order(a[at])].")
  }
  x <- number_argument(cx, matched$dots[[1]], "order", expr)
  new_term("Vector[int]", sprintf("%s(%s, %s)", helper_of(cx, "order", x), x$code, flag_code(cx, matched$decreasing, expr, "decreasing")), fresh = TRUE)
}

position_of_most <- function(name) {
  force(name)
  function(cx, matched, expr) {
    x <- as_doubles(cx, number_argument(cx, matched$x, name, expr))
    item <- new_name(cx, "v")
    code <- if (name == "which.min") sprintf("[-%s for %s in %s]", item, item, x$code) else x$code
    new_term("int", sprintf("%s(%s, \"%s()\")", helper(cx, "which_max"), code, name), lower = 1)
  }
}

range_of <- function(cx, given, expr, scope) {
  given <- without_na_rm(cx, given, expr)
  refuse_tensors(cx, "range", given, expr)
  if (any(rlang::names2(given) == "finite")) refuse(cx, expr, "`finite` of `range()` can't be translated.")
  if (length(given) == 0) refuse(cx, expr, "`range()` has nothing to work on.")
  for (term in given) refuse_unsure(cx, term, expr)
  for (term in given) refuse_mixed(cx, term, expr)
  x <- if (length(given) == 1) given[[1]] else combine(cx, unname(given), quote(c(x)), scope)
  x <- number_argument(cx, x, "range", expr)
  ends <- vapply(c("min", "max"), function(end) sprintf("%s(%s)", helper_of(cx, end, x), x$code), "")
  new_term(x$type, sprintf("[%s]", toString(ends)), fresh = TRUE)
}

# ---- running sums, differences

running <- function(name) {
  force(name)
  function(cx, matched, expr) {
    x <- number_argument(cx, matched$x, name, expr)
    # a sum of whole doubles may leave what is whole
    if (name == "cumprod" || name == "cumsum" && x$type != "Vector[int]") x <- as_doubles(cx, x)
    new_term(x$type, sprintf("%s(%s)", helper_of(cx, name, x), x$code), fresh = TRUE)
  }
}

differences <- function(cx, matched, expr) {
  # of too few flags R gives flags
  x <- number_argument(cx, matched$x, "diff", expr, flags = FALSE)
  if (x$type != "Vector[int]") x <- as_doubles(cx, x)
  if (!is.null(matched$differences) && !is_static_value(matched$differences, 1L) && !is_static_value(matched$differences, 1)) {
    refuse(cx, expr, "`differences` of `diff()` can't be translated.", "diff(diff(x)).")
  }
  lag <- matched$lag %||% literal_term(1L)
  if (is_static(lag)) {
    if (!is.numeric(static_value(lag)) || length(static_value(lag)) != 1 || static_value(lag) < 1) refuse(cx, expr, "`lag` must be 1 or more.")
  }
  code <- need_code(cx, lag, "int", expr, "`lag`")
  if (!is_static(lag)) code <- keep_term(cx, new_term("int", sprintf("%s(%s)", helper(cx, "lag"), code)))$code
  i <- new_name(cx, "i")
  difference <- sprintf("%1$s[%2$s + %3$s] - %1$s[%2$s]", x$code, i, code)
  if (x$type == "Vector[int]") difference <- as_r_integer(cx, difference)
  new_term(x$type, sprintf("[%s for %s in range(max(len(%s) - %s, 0))]", difference, i, x$code, code), fresh = TRUE)
}

# ---- statistics

median_of <- function(cx, matched, expr) {
  x <- keep_term(cx, number_argument(cx, matched$x, "median", expr, flags = FALSE))
  median <- new_term("float", sprintf("%s(%s)", helper(cx, "median"), as_doubles(cx, x)$code))
  # of an odd number of integers it is one
  if (x$type == "Vector[int]") {
    median$dtype <- "mixed"
    median$item <- keep_term(cx, new_term("dtype", sprintf("(4 if len(%s) %% 2 == 1 else 7)", x$code)))$code
  }
  median
}

spread_of <- function(name) {
  force(name)
  function(cx, matched, expr) {
    x <- as_doubles(cx, number_argument(cx, matched$x, name, expr))
    variance <- sprintf("%s(%s, \"%s()\")", helper(cx, "variance"), x$code, name)
    new_term("float", if (name == "sd") sprintf("math.sqrt(%s)", variance) else variance)
  }
}

counts_of <- function(cx, matched, expr) {
  x <- number_argument(cx, matched$bin, "tabulate", expr, flags = FALSE)
  if (x$type == "Vector[float]") {
    # what is no integer is not counted
    item <- new_name(cx, "v")
    x <- keep_term(cx, new_term("Vector[int]", sprintf("[(int(%1$s) if abs(%1$s) < 2147483648. else 0) for %1$s in %2$s]", item, x$code)))
  }
  n <- if (is.null(matched$nbins)) sprintf("max([1] + %s)", x$code) else need_code(cx, matched$nbins, "int", expr, "`nbins`")
  new_term("Vector[int]", sprintf("%s(%s, %s)", helper(cx, "tabulate"), x$code, n), fresh = TRUE)
}

# The least or greatest of each place.
parallel_extreme <- function(name) {
  force(name)
  fn <- get(name, baseenv())
  function(cx, given, expr, scope) {
    if (all_static(given)) {
      return(call_now(cx, fn, given, expr))
    }
    given <- unname(without_na_rm(cx, given, expr))
    refuse_tensors(cx, name, given, expr)
    if (length(given) == 0) refuse(cx, expr, sprintf("`%s()` has nothing to work on.", name))
    # one double makes doubles of all
    is_double <- vapply(given, function(term) is_vector_term(term) && element_type(term$type) %in% c("whole", "float") || identical(number_kind(term), "double"), NA)
    for (term in given) {
      if (!is_vector_term(term)) as_number(cx, term, expr)
      if (!any(is_double)) refuse_unsure(cx, term, expr)
      if (!any(is_double)) refuse_mixed(cx, term, expr)
    }
    pair <- function(a, b) {
      each_element(cx, list(a, b), expr, function(parts) {
        parts <- lapply(parts, function(term) as_number(cx, term, expr))
        type <- join_types(parts[[1]]$type, parts[[2]]$type)
        codes <- vapply(parts, function(term) coerced_code(cx, term, type), "")
        fn <- if (type == "float") helper(cx, name) else substring(name, 2)
        new_term(type, sprintf("%s(%s, %s)", fn, codes[[1]], codes[[2]]))
      })
    }
    if (length(given) == 1) given <- rep(list(number_argument(cx, given[[1]], name, expr, flags = FALSE)), 2)
    Reduce(pair, given)
  }
}

# ---- each element

# `run`, of a vector for each of its elements; `formals`: the arguments that may be vectors.
of_elements <- function(run, formals) {
  force(run)
  force(formals)
  function(cx, given, expr, scope) {
    if (!any(vapply(given, is_vector_term, NA))) {
      return(run(cx, given, expr, scope))
    }
    matched <- match_given(cx, formals, given, expr)$matched
    each_element(cx, matched, expr, function(parts) run(cx, stats::setNames(parts, names(matched)), expr, scope))
  }
}

# is.na() and its like: `code` of doubles, `others` is what it is of all else, strings included if `of_strings`.
number_test <- function(name, code, others) {
  force(code)
  force(others)
  function(cx, given, expr, scope) {
    if (length(given) != 1) refuse(cx, expr, sprintf("`%s()` takes one vector.", name))
    if (given[[1]]$type == "Empty") refuse(cx, expr, sprintf("`%s()` does not apply to list().", name))
    each_element(cx, given, expr, function(parts) {
      term <- parts[[1]]
      if (term$type %in% c("int", "whole", "bool")) {
        return(literal_term(others))
      }
      if (term$type == "str" && name != "is.nan") {
        return(literal_term(FALSE))
      }
      new_term("bool", sprintf(code, need_code(cx, term, "float", expr)))
    })
  }
}

# ifelse() of a vector of TRUE and FALSE: as many elements as it has, of sides that are repeated.
choose_any <- function(cx, given, expr, scope) {
  found <- match_given(cx, alist(test = , yes = , no = ), given, expr)$matched[c("test", "yes", "no")]
  is_vector <- !is.null(found$test) && is_vector_term(found$test) && (is.null(known_parts(found$test)) || length(known_parts(found$test)) != 1)
  if (!is_vector || any(vapply(found, is.null, NA))) {
    return(choose_elements(cx, given, expr, scope))
  }
  if (any(vapply(as.list(expr)[-1], function(part) is.call(part) && has_effects(cx, scope, part), NA))) {
    refuse(cx, expr, "`ifelse()` of a vector may look at one side only, and here a side does something.", "Compute it before.")
  }
  if (any_unknown(found)) {
    return(unknown_term())
  }
  if (all_static(found)) {
    return(call_now(cx, ifelse, found, expr))
  }
  if (length(known_parts(found$test)) == 0 && !is.null(known_parts(found$test))) refuse(cx, expr, "`ifelse()` of no elements is logical(0) in R.", "logical()")
  refuse_tensors(cx, "ifelse", found[-1], expr)
  test <- keep_term(cx, found$test)
  if (test$type != "Vector[bool]") test <- keep_term(cx, each_element(cx, list(test), expr, function(parts) condition_of(cx, parts[[1]], expr)))
  sides <- lapply(found[c("yes", "no")], function(term) {
    if (!is_scalar_type(term$type)) {
      return(vector_argument(cx, term, "ifelse", expr))
    }
    refuse_unsure(cx, term, expr)
    refuse_mixed(cx, term, expr)
    keep_term(cx, term)
  })
  types <- vapply(sides, function(term) if (is_vector_term(term)) element_type(term$type) else term$type, "")
  kinds <- sub("whole", "float", types, fixed = TRUE)
  if (kinds[[1]] != kinds[[2]]) {
    refuse(
      cx, expr, sprintf("What `ifelse()` gives depends on the test: %s and %s.", script_type_in_words(vector_type_of(kinds[[1]])), script_type_in_words(vector_type_of(kinds[[2]]))),
      "Both sides must be integers, doubles, strings, or TRUE and FALSE: as.numeric() makes doubles."
    )
  }
  size <- sprintf("len(%s)", test$code)
  if (kinds[[1]] != "bool" && is.null(known_parts(found$test))) {
    emit(cx, c(sprintf("if %s == 0:", size), "  raise ValueError(\"ifelse() of no elements is logical(0) in R\")"))
  }
  type <- join_types(types[[1]], types[[2]])
  i <- new_name(cx, "i")
  codes <- vapply(c("yes", "no"), function(side) {
    term <- sides[[side]]
    if (!is_vector_term(term)) {
      return(coerced_code(cx, term, type))
    }
    asked <- if (side == "yes") sprintf("any(%s)", test$code) else sprintf("not all(%s)", test$code)
    emit(cx, c(sprintf("if len(%s) == 0 and %s:", term$code, asked), "  raise ValueError(\"ifelse() of a side without elements is NA in R\")"))
    coerced_code(cx, new_term(element_type(term$type), sprintf("%s[%s %% len(%s)]", term$code, i, term$code), simple = TRUE), type)
  }, "")
  code <- sprintf("[(%s if %s[%s] else %s) for %s in range(%s)]", codes[["yes"]], test$code, i, codes[["no"]], i, size)
  new_term(vector_type_of(type), code, fresh = TRUE)
}

vector_entries <- function() {
  sets <- alist(x = , y = )
  of_x <- alist(x = )
  extreme <- function(name) vector_function(name, of_x, position_of_most(name))
  cumulative <- function(name) vector_function(name, of_x, running(name))
  statistic <- function(name) vector_function(name, of_x, spread_of(name), c("y", "na.rm", "use")[if (name == "var") 1:3 else 2], "stats")
  set <- function(name, run = set_function(name)) vector_function(name, sets, run)
  list(
    sort = entry("of numbers, NaN left out; strings have no order of their own", run = vector_function("sort", alist(x = , decreasing = ), sort_vector, c("na.last", "method", "index.return"))),
    order = entry("positions of numbers in their order; NaN comes last", run = vector_function("order", alist(... = , decreasing = ), order_vector, c("na.last", "method"))),
    which.max = entry("the first position of the greatest; of nothing the program stops", run = extreme("which.max")),
    which.min = entry("the first position of the least; of nothing the program stops", run = extreme("which.min")),
    range = entry("the least and the greatest of vectors and numbers", run = range_of),
    cumsum = entry("sums so far", run = cumulative("cumsum")), cumprod = entry("products so far", run = cumulative("cumprod")),
    cummax = entry("the greatest so far", run = cumulative("cummax")), cummin = entry("the least so far", run = cumulative("cummin")),
    diff = entry("differences, at a `lag`", run = vector_function("diff", alist(x = , lag = , differences = ), differences)),
    median = entry("of numbers", run = vector_function("median", of_x, median_of, "na.rm", "stats")),
    var = entry("of one vector; where it is NA in R the program stops", run = statistic("var")), sd = entry("as var()", run = statistic("sd")),
    tabulate = entry("how often each whole number is there", run = vector_function("tabulate", alist(bin = , nbins = ), counts_of)),
    pmin = entry("the least of each place; vectors of one length or of one element", run = parallel_extreme("pmin")), pmax = entry("as pmin()", run = parallel_extreme("pmax")),
    unique = entry("each element once", run = vector_function("unique", of_x, unique_elements, c("incomparables", "fromLast"))),
    duplicated = entry("whether an element was there before", run = vector_function("duplicated", of_x, repeated_elements, c("incomparables", "fromLast"))),
    anyDuplicated = entry("the first position of an element that was there before, or 0", run = vector_function("anyDuplicated", of_x, first_repeated, c("incomparables", "fromLast"))),
    match = entry("positions; where there is none `nomatch`, or the program stops", run = vector_function("match", alist(x = , table = , nomatch = ), match_elements, "incomparables")),
    is.element = entry("as `%in%`", run = vector_function("is.element", alist(el = , table = ), is_element)),
    setdiff = entry("of numbers or strings", run = set("setdiff")), intersect = entry("of numbers or strings", run = set("intersect")),
    union = entry("of numbers or strings", run = set("union", union_of)), setequal = entry("of numbers or strings", run = set("setequal", same_sets))
  )
}

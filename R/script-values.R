# Values that are chosen, made or tested: branches, vectors, what is known while compiling.

without_gradient <- function(cx, expr, scope) {
  if (has_jump(expr[[2]])) refuse(cx, expr, "`break` and `next` can't leave `with_no_grad()`.", "Set a variable there, and leave the loop after it.")
  name <- new_name(cx, "t")
  term <- NULL
  lines <- in_block(cx, {
    term <- block_value(cx, list(expr[[2]]), scope)
    if (!is.null(term$code) && term$type != "None") emit(cx, paste(name, "=", term$code))
  })
  returns <- cx$dead
  # libtorch fails at what goes on in a block that may return
  if (!returns && has_return(expr[[2]])) refuse(cx, expr, "`return()` on some ways through `with_no_grad()` can't be translated here.", "Return what it gives after it.")
  cx$dead <- FALSE
  cx$unit$writes <- TRUE
  emit(cx, c("with torch.no_grad():", indented(lines)))
  cx$dead <- returns
  if (!is.null(term$code) && term$type != "None") {
    term$code <- name
    term$simple <- TRUE
    term["parts"] <- list(NULL)
  }
  term
}

choose_elements <- function(cx, given, expr, scope) {
  if (!"Tensor" %in% term_types(given[1]) && any(vapply(matched_expressions(cx, alist(test = , yes = , no = ), expr)[c("yes", "no")], function(part) is.call(part) && has_effects(cx, scope, part), NA))) {
    refuse(cx, expr, "`ifelse()` of TRUE or FALSE looks at one side only, and here a side does something.", "if (test) yes else no.")
  }
  given <- match_given(cx, alist(test = , yes = , no = ), given, expr)$matched[c("test", "yes", "no")]
  if (any(vapply(given, is.null, NA))) refuse(cx, expr, "`ifelse()` needs a test, `yes` and `no`.")
  test <- given$test
  if (test$type == "?") {
    return(test)
  }
  if (test$type == "Tensor") {
    return(call_planned(cx, plan_of_function(torch_where), formals(torch_where), unname(given), expr))
  }
  condition <- condition_of(cx, test, expr)
  for (term in given) {
    if (term$type == "?") {
      return(unknown_term())
    }
    # R gives as many elements as the test has
    if (!term$type %in% c("int", "whole", "float", "bool", "str")) refuse(cx, expr, sprintf("`ifelse()` of TRUE or FALSE gives one element, not %s.", script_type_in_words(term$type)), "if (test) yes else no.")
  }
  do_branches(cx, condition, function() given$yes, function() given$no, c("yes", "no"), expr)
}

or_else <- function(cx, expr, scope) {
  element <- named_element(cx, expr[[2]], scope)
  if (!is.null(element) && !is_static_value(element$there, TRUE)) {
    if (is_static(element$there)) {
      return(translate(cx, expr[[3]], scope))
    }
    return(do_branches(cx, element$there, element$value, function() translate(cx, expr[[3]], scope), c("", ""), expr))
  }
  first <- keep_term(cx, translate(cx, expr[[2]], scope))
  if (first$type == "None") {
    return(translate(cx, expr[[3]], scope))
  }
  if (!is_optional_type(first$type)) {
    return(first)
  }
  test <- new_term("bool", sprintf("(%s is not None)", first$code))
  do_branches(cx, test, function() term_of_required(cx, first), function() translate(cx, expr[[3]], scope), c("", ""), expr)
}

# `x %>% f(y)` as magrittr reads it: `.` is the left side, and the first argument unless it stands as one of them. It is
# computed when it is first asked for.
piped <- function(cx, expr, scope) {
  step <- expr[[3]]
  head <- if (is.call(step) && is.name(step[[1]])) as.character(step[[1]]) else ""
  if (head %in% c("function", "::", ":::", "$")) {
    if (head == "function" || !any(vapply(as.list(step)[-1], identical, NA, quote(.)))) {
      refuse(cx, expr, "`%>%` needs a call on its right side.", if (head == "function") "(function(x) ...)()" else sprintf("%s()", squeeze_text(step)))
    }
  }
  if (head == "(" || !is.call(step)) step <- as.call(list(step))
  is_placed <- head == "{" || any(vapply(as.list(step)[-1], identical, NA, quote(.)))
  if (!is_placed) step <- as.call(append(as.list(step), list(quote(.)), 1))
  own <- c(locally_assigned(step), if (has_call(step, c("for", "return", "break", "next"))) "return()")
  if (length(own) > 0) refuse(cx, expr, sprintf("The right side of `%%>%%` runs by itself, and what it does with `%s` is not seen after it.", own[[1]]), "Do it in a statement of its own.")
  left <- expr[[2]]
  at <- which(vapply(as.list(step), identical, NA, quote(.)))
  if (head != "{" && length(at) == 1 && sum(all.names(step) == ".") == 1) {
    # no more than the call that it stands for
    step[[at]] <- left
    return(translate(cx, step, scope))
  }
  if (is.call(left) && has_effects(cx, scope, left)) refuse(cx, expr, "The left side of `%>%` does something, and stands in several places of the right side.", "Give it a name before.")
  key <- scope_key(scope, ".")
  before <- cx$vars[[key]]
  bind_term(cx, scope, ".", keep_term(cx, translate(cx, left, scope)))
  term <- translate(cx, step, scope)
  cx$vars[[key]] <- before
  term
}

is_of_type <- function(test, of_kind = FALSE) {
  force(test)
  force(of_kind)
  function(cx, given, expr, scope) {
    term <- given[[1]]
    if (is_open_kind(term)) {
      return(is_of_open_kind(cx, term, test, of_kind, expr))
    }
    if (term$type == "?") {
      return(unknown_term())
    }
    if (is_optional_type(term$type)) {
      is_argument <- !is.null(term$place) && endsWith(cx$vars[[term$place]]$version %||% "", " argument")
      if (!is_argument && !isTRUE(scope$is_package) && required_type(term$type) %in% c("float", "number") && (of_kind || isTRUE(test(new_term("bool", ""))) != isTRUE(test(new_term("float", ""))))) {
        refuse(cx, expr, "What kind of number it is, or whether it is NULL, is not asked at once.", "Ask is.null() first.")
      }
      # of NULL it is FALSE
      if (!test(new_term(required_type(term$type), term$code))) {
        return(literal_term(FALSE))
      }
      there <- new_term("bool", sprintf("(%s is not None)", term$code))
      if (!is.null(term$place)) {
        there$yes <- stats::setNames("there", term$place)
        there$no <- stats::setNames("null", term$place)
      }
      return(there)
    }
    literal_term(test(term))
  }
}

numeric_of <- function(cx, given, expr, scope) {
  if (required_type(given[[1]]$type) == "Tensor" && given[[1]]$type != "Tensor") refuse(cx, expr, "This may be NULL.", "Ask is.null() first.")
  if (given[[1]]$type == "Tensor") {
    x <- keep_term(cx, given[[1]])$code
    return(new_term("bool", sprintf("(%s.dtype != 11 and not torch.is_complex(%s))", x, x)))
  }
  is_of_type(function(term) is_number_type(term$type) || term$type %in% c("dtype", "Vector[int]", "Vector[whole]", "Vector[float]"))(cx, given, expr, scope)
}

# `one_each`: R takes no vectors among them.
several <- function(one_each) function(cx, given, expr, scope) {
  given <- given[!rlang::names2(given) == "name"]
  if (length(given) > 1) {
    for (term in given) {
      is_number <- is_number_type(term$type) || !one_each && is_vector_term(term) && element_type(term$type) != "bool"
      if (!is_number && term$type != "?") refuse(cx, expr, sprintf("A size must be a whole number, not %s.", script_type_in_words(term$type)), "c() joins all of them.")
    }
  }
  if (length(given) == 1 && (is_list_type(given[[1]]$type) || startsWith(given[[1]]$type, "Tuple"))) {
    return(given[[1]])
  }
  if (length(given) == 0) {
    return(literal_term(integer()))
  }
  if (length(given) == 1 && (given[[1]]$type == "None" || is_optional_type(given[[1]]$type))) refuse(cx, expr, "A size must be a whole number, and not NULL.", if (is_optional_type(given[[1]]$type)) "Ask is.null() first.")
  # sizes are whole numbers, whatever a tensor held
  given <- lapply(unname(given), function(term) if (is_open_kind(term)) new_term("int", need_code(cx, stop_if_flag(cx, term, expr), "int", expr)) else term)
  combine(cx, given, quote(c(x)), scope)
}

as_list_of <- function(cx, given, expr, scope) {
  term <- given[[1]]
  if (is_optional_type(term$type)) refuse(cx, expr, "This may be NULL.", "Ask is.null() first.")
  if (term$type == "None") {
    return(new_term("Empty", "[]", fresh = TRUE))
  }
  switch(script_type_kind(term$type),
    Tensor = {
      x <- keep_term(cx, term)$code
      new_term("List[Tensor]", sprintf("(torch.unbind(%1$s, 0) if torch.dim(%1$s) > 0 else [%1$s])", x), fresh = TRUE)
    },
    Vector = {
      # its value is the vector's, which functions of constants would take for it
      if (is_static(term)) term["parts"] <- list(known_parts(term))
      term["value"] <- list(NULL)
      term$type <- list_type_of(element_type(term$type))
      term
    },
    static = static_term(as.list(static_value(term))),
    int = , whole = , float = , bool = , str = make_list(cx, list(term), expr, scope),
    term
  )
}

new_vector <- function(cx, given, expr, scope) {
  matched <- match_given(cx, alist(mode = , length = ), given, expr)$matched
  mode <- if (is.null(matched$mode)) "logical" else static_value(matched$mode)
  n <- matched$length %||% literal_term(0L)
  check_length(cx, n, expr)
  if (mode == "list") {
    if (is_static(n) && static_value(n) == 0) {
      return(new_term("Empty", "[]", fresh = TRUE))
    }
    return(new_slots(cx, n, expr))
  }
  filled_vector(mode)(cx, list(n), expr, scope)
}
check_length <- function(cx, n, expr) {
  if (!is_number_type(n$type) && n$type != "?") refuse(cx, expr, sprintf("A length must be one number, not %s.", script_type_in_words(n$type)))
  if (is_static(n) && !is.finite(static_value(n))) refuse(cx, expr, sprintf("A length must be a number, not %s.", static_value(n)))
}
filled_vector <- function(mode) {
  force(mode)
  function(cx, given, expr, scope) {
    type <- switch(mode, numeric = , double = "float", integer = "int", logical = "bool", character = "str", refuse(cx, expr, sprintf("A vector of mode %s can't be translated.", mode)))
    value <- switch(type, float = "0.", int = "0", bool = "False", "\"\"")
    n <- if (length(given) == 0) literal_term(0L) else given[[1]]
    check_length(cx, n, expr)
    if (is_static(n) && static_value(n) < 0) refuse(cx, expr, "A length can't be negative.")
    code <- need_code(cx, stop_if_flag(cx, n, expr), "int", expr, "The length")
    if (n$lower < 0) code <- sprintf("%s(%s)", helper(cx, "count"), code)
    new_term(vector_type_of(type), sprintf("[%s for %s in range(%s)]", value, new_name(cx, "i"), code), fresh = TRUE)
  }
}

call_listed <- function(cx, expr, scope) {
  matched <- matched_expressions(cx, alist(what = , args = , quote = , envir = ), expr, scope)
  fn <- callable_term(cx, matched$what, scope, expr)
  arguments <- matched$args
  if (is.null(arguments)) refuse(cx, expr, "`do.call()` needs a list of arguments.", "do.call(f, list(x, y)).")
  if (is.call(arguments) && identical(arguments[[1]], quote(list))) {
    # the list has all of them, whatever the function looks at
    given <- given_arguments(cx, arguments, scope)
    if (!isTRUE(scope$is_package)) given <- lapply(given, function(term) if (term$type == "Empty") term else run_term(cx, term))
  } else {
    term <- translate(cx, arguments, scope)
    if (term$type == "?") {
      return(term)
    }
    parts <- if (script_type_kind(term$type) %in% c("Tuple", "Record")) term_parts(cx, term)
    if (is.null(parts)) refuse(cx, expr, "`do.call()` needs a literal list of arguments.", "do.call(f, list(x, y)).")
    given <- stats::setNames(parts, names(script_type_parts(term$type)))
  }
  call_callable(cx, fn, given, expr, scope)
}

namespaced <- function(cx, expr, scope) {
  static_term(tryCatch(eval(expr, scope$env), error = function(e) refuse(cx, expr, conditionMessage(e))))
}

same_type <- function(...) is_of_type(function(term) term$type %in% c(...))

identical_values <- function(cx, given, expr, scope) {
  types <- term_types(given)
  if (length(given) != 2) refuse(cx, expr, "`identical()` compares two values.")
  if (all_static(given)) {
    return(literal_term(identical(static_value(given[[1]]), static_value(given[[2]]))))
  }
  if ("?" %in% types) {
    return(unknown_term())
  }
  for (term in given) {
    refuse_unsure(cx, term, expr)
    refuse_mixed(cx, term, expr)
  }
  of_r <- sub("whole", "float", types)
  scalars <- of_r %in% c("int", "float", "bool", "str")
  vectors <- grepl("^Vector\\[(int|float|bool|str)\\]$", of_r)
  if (all(scalars | vectors) && sub("^Vector\\[(.*)\\]$", "\\1", of_r[[1]]) != sub("^Vector\\[(.*)\\]$", "\\1", of_r[[2]])) {
    # R's 1 and 1L are not identical either
    return(literal_term(FALSE))
  }
  if (all(scalars) && of_r[[1]] == "float") {
    codes <- vapply(given, function(term) coerced_code(cx, term, "float"), "")
    return(new_term("bool", sprintf("%s(%s, %s)", helper(cx, "same_number"), codes[[1]], codes[[2]])))
  }
  if (all(vectors) && grepl("float", of_r[[1]])) {
    codes <- vapply(given, function(term) coerced_code(cx, term, "Vector[float]"), "")
    return(new_term("bool", sprintf("%s(%s, %s)", helper(cx, "same_numbers"), codes[[1]], codes[[2]])))
  }
  if (!(all(scalars) || all(vectors)) || grepl("float", of_r[[1]])) {
    refuse(
      cx, expr, sprintf("`identical()` can't compare %s.", paste(unique(vapply(types, script_type_in_words, "")), collapse = " with ")),
      if ("Tensor" %in% types) "torch_equal() compares tensors."
    )
  }
  new_term("bool", sprintf("(%s == %s)", given[[1]]$code, given[[2]]$code))
}

# sum(x) and its like: all elements, of several tensors and numbers too, or along `dim`.
summarise_tensor <- function(cx, name, given, expr) {
  labels <- rlang::names2(given)
  unknown <- setdiff(labels, c("", "dim", "keepdim", "na.rm"))
  if (length(unknown) > 0) refuse(cx, expr, sprintf("`%s()` of tensors has no argument `%s`.", name, unknown[[1]]))
  parts <- given[labels == ""]
  na_rm <- is_known_flag(cx, given$na.rm, "na.rm", expr)
  along <- given[labels %in% c("dim", "keepdim")]
  is_along <- length(along) > 0 && !is.null(along$dim) && along$dim$type != "None"
  if (is_along) {
    if (length(parts) > 1) refuse(cx, expr, sprintf("`%s()` takes one tensor with `dim`.", name))
    if (name %in% c("min", "max", "range")) {
      refuse(cx, expr, sprintf("`%s()` along a dimension can't be translated.", name), "torch_amax(x, dim) and torch_amin(x, dim) give the values.")
    }
    if (na_rm && name != "sum") refuse(cx, expr, sprintf("`%s()` can't leave out NaN along a dimension.", name))
    fn <- if (na_rm) torch_nansum else get(paste0("torch_", name), topenv())
    return(call_planned(cx, plan_of_function(fn), formals(fn), c(unname(parts), along), expr))
  }
  x <- if (length(parts) == 1) parts[[1]] else joined_tensor(cx, unname(parts), expr)
  if (na_rm) {
    x <- keep_term(cx, x)
    x <- new_term("Tensor", sprintf("torch.masked_select(%1$s, torch.logical_not(torch.isnan(%1$s)))", x$code), dtype = x$dtype)
  }
  if (name == "range") {
    x <- keep_term(cx, x)
    return(new_term("Tensor", sprintf("torch.stack([torch.min(%1$s), torch.max(%1$s)])", x$code), dtype = x$dtype))
  }
  fn <- get(paste0("torch_", name), topenv())
  call_planned(cx, plan_of_function(fn), formals(fn), list(x), expr)
}

# All elements of tensors, numbers and vectors in one tensor.
joined_tensor <- function(cx, parts, expr) {
  codes <- vapply(parts, function(part) {
    if (is_optional_type(part$type)) refuse(cx, expr, "One of these may be NULL.", "Ask is.null() first.")
    if (part$type != "Tensor") part <- make_tensor(cx, list(data = part), expr, NULL)
    sprintf("torch.flatten(%s)", part$code)
  }, "")
  new_term("Tensor", sprintf("torch.cat([%s])", paste(codes, collapse = ", ")))
}

is_known_flag <- function(cx, term, name, expr) {
  if (is.null(term)) {
    return(FALSE)
  }
  if (!is_static(term) || !rlang::is_bool(static_value(term))) refuse(cx, expr, sprintf("`%s` must be known before the program runs.", name))
  static_value(term)
}

any_of <- function(sign) {
  function(cx, given, expr, scope) {
    given <- without_na_rm(cx, given, expr)
    if (length(given) == 0) {
      return(literal_term(sign == "&"))
    }
    terms <- lapply(given, function(term) {
      if (term$type == "Vector[bool]") new_term("bool", sprintf("%s(%s)", if (sign == "&") "all" else "any", term$code)) else condition_of(cx, term, expr)
    })
    Reduce(function(a, b) both_sides(cx, sign, list(a, b), expr), unname(terms))
  }
}

# Values that are made or tested: tensors from R values, choices, what is known while compiling.

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
  if (!"Tensor" %in% term_types(given[1]) && any(vapply(as.list(expr)[-1], function(part) is.call(part) && has_effects(cx, scope, part), NA))) {
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

# `x %>% f(y)` as magrittr reads it: `.` is the left side, and the first argument unless it stands as one of them.
piped <- function(cx, expr, scope) {
  left <- keep_term(cx, translate(cx, expr[[2]], scope))
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
  key <- scope_key(scope, ".")
  before <- cx$vars[[key]]
  bind_term(cx, scope, ".", left)
  term <- translate(cx, step, scope)
  cx$vars[[key]] <- before
  term
}

is_of_type <- function(test, of_kind = FALSE) {
  force(test)
  force(of_kind)
  function(cx, given, expr, scope) {
    refuse_unsure(cx, given[[1]], expr)
    if (of_kind) refuse_mixed(cx, given[[1]], expr)
    term <- given[[1]]
    if (term$type == "?") {
      return(unknown_term())
    }
    if (is_optional_type(term$type)) {
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
  if (given[[1]]$type == "Tensor") {
    x <- keep_term(cx, given[[1]])$code
    return(new_term("bool", sprintf("(%s.dtype != 11 and not torch.is_complex(%s))", x, x)))
  }
  is_of_type(function(term) is_number_type(term$type) || term$type %in% c("Vector[int]", "Vector[float]"))(cx, given, expr, scope)
}

# torch_tensor(): a new tensor each time the program runs.
make_tensor <- function(cx, given, expr, scope) {
  matched <- match_given(cx, formals(torch_tensor), given, expr)$matched
  data <- matched$data
  if (is.null(data)) refuse(cx, expr, "Argument `data` is missing.")
  refuse_mixed(cx, data, expr)
  named <- if (!is.null(matched$dtype) && is_static(matched$dtype)) dtype_of_text(static_value(matched$dtype))
  if (!is.null(named)) matched$dtype <- literal_term(named)
  if (any_unknown(matched)) {
    return(unknown_term())
  }
  shape <- NULL
  nested <- nested_numbers(cx, data, expr)
  if (!is.null(nested)) {
    data <- nested$data
    shape <- nested$shape
  }
  code <- NULL
  has_dtype <- !is.null(matched$dtype) && matched$dtype$type != "None"
  dtype <- switch(sub("^(Vector|List)\\[(.*)\\]$", "\\2", data$type), int = "int", bool = "bool", NULL)
  value <- if (data$type %in% c("static", "complex") && is_static(data)) static_value(data)
  if (data$type == "Tensor") {
    code <- sprintf("torch.clone(torch.detach(%s))", data$code)
  } else if (is.numeric(value) || is.logical(value) || is.complex(value)) {
    # an array: what it is converted to may be more than the default
    exact <- if (has_dtype) if (is.double(value)) torch_double() else if (is.complex(value)) torch_cdouble()
    array <- tryCatch(torch_tensor(value, dtype = exact), torchscript_error = function(e) refuse(cx, expr, sentence_of(e)))
    code <- sprintf("torch.clone(%s)", constant_name(cx$unit, array, "array"))
  } else if (!is.null(data$tensor)) {
    code <- sprintf("%s(%s)", helper(cx, "item_tensor"), data$tensor)
  } else if (!is.null(data$item)) {
    code <- sprintf("%s(%s, %s)", helper(cx, "number_tensor"), data$code, data$item)
  } else if (identical(data$dtype, "unsure")) {
    refuse_unsure(cx, data, expr)
  } else if (is_number_type(data$type) || data$type == "bool") {
    # a number of R is a vector of one
    code <- sprintf("[%s]", if (data$type == "whole") coerced_code(cx, data, "float") else data$code)
  } else if (is_list_type(data$type) && element_type(data$type) %in% c("int", "whole", "float", "bool")) {
    code <- coerced_code(cx, data, if (element_type(data$type) == "whole") "List[float]" else data$type)
  }
  if (!is.null(code) && (startsWith(code, "[") || is_list_type(data$type))) {
    if (grepl("float|whole", data$type) && has_dtype) {
      code <- sprintf("%s(%s, %s)", helper(cx, "tensor_of"), code, need_code(cx, matched$dtype, "dtype", expr))
      dtype <- NULL
      has_dtype <- FALSE
    } else {
      # of none the dtype is not seen
      code <- sprintf("torch.tensor(%s%s)", code, switch(dtype %||% "", int = ", dtype=4", bool = ", dtype=11", ""))
    }
  }
  if (is.null(code)) refuse_tensor_data(cx, data, expr)
  if (length(shape) > 1) code <- sprintf("torch.reshape(%s, [%s])", code, toString(shape))
  if (has_dtype) {
    code <- sprintf("torch.to(%s, %s)", code, need_code(cx, matched$dtype, "dtype", expr))
    dtype <- NULL
  }
  if (!is.null(matched$device) && matched$device$type != "None") code <- sprintf("%s.to(%s)", code, need_code(cx, as_device(matched$device), "Device", expr))
  if (!is.null(matched$requires_grad) && !is_static_value(matched$requires_grad, FALSE)) {
    code <- sprintf("%s.requires_grad_(%s)", code, need_code(cx, matched$requires_grad, "bool", expr))
  }
  new_term("Tensor", code, dtype = dtype)
}

refuse_tensor_data <- function(cx, data, expr) {
  what <- if (is_static(data) && data$type == "static") describe(static_value(data)) else script_type_in_words(data$type)
  hint <- if (grepl("Tensor", data$type, fixed = TRUE)) {
    "torch_stack() joins tensors."
  } else if (grepl("^List\\[.*(int|whole|float|bool)", data$type)) {
    "torch_tensor(c(...))$reshape(shape) makes one of several dimensions."
  } else if (is_optional_type(data$type)) {
    "Ask is.null() first."
  }
  refuse(cx, expr, sprintf("A tensor can't be made of %s.", what), hint)
}

# A vector or list of numbers, or of such lists, whose parts are seen: its numbers as one vector, row by row, and the shape.
nested_numbers <- function(cx, data, expr) {
  if (data$type == "Empty" && is.null(data$dtype)) {
    return(list(data = new_term("List[float]", "torch.jit.annotate(List[float], [])")))
  }
  if (!script_type_kind(data$type) %in% c("List", "Tuple", "Record", "Vector")) {
    return(NULL)
  }
  leaves <- list()
  collect <- function(term) {
    if (is_number_type(term$type) || term$type == "bool") {
      leaves[[length(leaves) + 1]] <<- term
      return(integer())
    }
    parts <- switch(script_type_kind(term$type), List = , Vector = known_parts(term), Tuple = , Record = term_parts(cx, term))
    # what is no list of numbers, or has a length that is not seen
    if (is.null(parts)) {
      return(NULL)
    }
    shapes <- lapply(parts, collect)
    if (any(vapply(shapes, is.null, NA))) {
      return(NULL)
    }
    if (length(unique(shapes)) > 1) refuse(cx, expr, "All elements of a nested list must have one shape.")
    c(length(parts), if (length(shapes) > 0) shapes[[1]])
  }
  shape <- collect(data)
  if (is.null(shape) || length(leaves) == 0 || all_static(leaves) && startsWith(data$type, "Vector")) {
    return(NULL)
  }
  types <- term_types(leaves)
  type <- if (any(types %in% c("float", "whole"))) "float" else if (any(types == "int")) "int" else "bool"
  sure <- Filter(function(leaf) is.null(leaf$tensor), leaves)
  if (type == "float" && !any(term_types(sure) %in% c("float", "whole"))) for (leaf in leaves) refuse_unsure(cx, leaf, expr)
  codes <- vapply(leaves, function(leaf) {
    if (leaf$type == "bool" && type != "bool") leaf <- as_number(cx, leaf, expr)
    coerced_code(cx, leaf, type)
  }, "")
  text <- sprintf("torch.jit.annotate(List[%s], [%s])", type, paste(codes, collapse = ", "))
  list(data = new_term(list_type_of(type), text), shape = shape)
}

# A message of this package's own, as a sentence without its hint.
sentence_of <- function(e) {
  text <- sub("\n.*", "", conditionMessage(e))
  paste0(toupper(substr(text, 1, 1)), substring(text, 2), if (!grepl("[.]$", text)) ".")
}

as_device <- function(term) if (term$type == "str") new_term("Device", sprintf("torch.device(%s)", term$code)) else term

arange <- function(cx, given, expr, scope) {
  matched <- match_given(cx, formals(torch_arange), given, expr)$matched
  start <- matched$start
  end <- matched$end
  if (is.null(end)) {
    end <- start
    start <- literal_term(1L)
  }
  step <- matched$step %||% literal_term(1L)
  ends <- list(start, end, step)
  if (any_unknown(ends)) {
    return(unknown_term())
  }
  if (!is_static(step) || !is_whole_double(as.double(static_value(step))) || !all(vapply(ends[1:2], function(term) is_number_type(term$type), NA))) {
    refuse(cx, expr, "`torch_arange()` takes whole numbers here, and a step that is written out.")
  }
  for (term in ends[1:2]) {
    if (is_static(term) && term$type == "float") refuse(cx, expr, "`torch_arange()` takes whole numbers here, and a step that is written out.")
  }
  by <- as.integer(static_value(step))
  all_int <- all(vapply(ends, function(term) term$type == "int", NA))
  dtype <- if (!is.null(matched$dtype) && matched$dtype$type != "None") need_code(cx, matched$dtype, "dtype", expr) else if (!all_int) literal_term(torch_get_default_dtype())$code
  device <- if (!is.null(matched$device) && matched$device$type != "None") need_code(cx, as_device(matched$device), "Device", expr)
  if (!is.null(matched$layout) && matched$layout$type != "None") refuse(cx, expr, "`layout` of torch_arange() can't be translated.")
  more <- paste0(", ", c(if (!is.null(dtype)) "dtype=", if (!is.null(device)) "device="), c(dtype, device), collapse = "", recycle0 = TRUE)
  ends <- vapply(ends[1:2], function(term) need_code(cx, term, "int", expr), "")
  code <- sprintf("torch.arange(%s, %s %s 1, %s%s)", ends[[1]], ends[[2]], if (by > 0) "+" else "-", int_text(by), more)
  if (!is.null(matched$requires_grad) && !is_static_value(matched$requires_grad, FALSE)) {
    code <- sprintf("%s.requires_grad_(%s)", code, need_code(cx, matched$requires_grad, "bool", expr))
  }
  new_term("Tensor", code, dtype = if (all_int && is.null(matched$dtype)) "int")
}

several <- function(cx, given, expr, scope) {
  given <- given[!rlang::names2(given) == "name"]
  if (length(given) == 1 && (is_list_type(given[[1]]$type) || startsWith(given[[1]]$type, "Tuple"))) {
    return(given[[1]])
  }
  if (length(given) == 0) {
    return(literal_term(integer()))
  }
  combine(cx, unname(given), quote(c(x)), scope)
}

as_list_of <- function(cx, given, expr, scope) {
  term <- given[[1]]
  switch(script_type_kind(term$type),
    Tensor = {
      x <- keep_term(cx, term)$code
      new_term("List[Tensor]", sprintf("(torch.unbind(%1$s, 0) if torch.dim(%1$s) > 0 else [%1$s])", x), fresh = TRUE)
    },
    Vector = {
      term$type <- list_type_of(element_type(term$type))
      term
    },
    static = static_term(as.list(static_value(term))),
    term
  )
}

new_vector <- function(cx, given, expr, scope) {
  matched <- match_given(cx, alist(mode = , length = ), given, expr)$matched
  mode <- if (is.null(matched$mode)) "logical" else static_value(matched$mode)
  n <- matched$length %||% literal_term(0L)
  if (mode == "list") {
    if (is_static(n) && static_value(n) == 0) {
      return(new_term("Empty", "[]", fresh = TRUE))
    }
    return(new_slots(cx, n, expr))
  }
  filled_vector(mode)(cx, list(n), expr, scope)
}
filled_vector <- function(mode) {
  force(mode)
  function(cx, given, expr, scope) {
    type <- switch(mode, numeric = , double = "float", integer = "int", logical = "bool", character = "str", refuse(cx, expr, sprintf("A vector of mode %s can't be translated.", mode)))
    value <- switch(type, float = "0.", int = "0", bool = "False", "\"\"")
    n <- if (length(given) == 0) literal_term(0L) else given[[1]]
    if (is_static(n) && static_value(n) < 0) refuse(cx, expr, "A length can't be negative.")
    code <- need_code(cx, n, "int", expr, "The length")
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
    given <- given_arguments(cx, arguments, scope)
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

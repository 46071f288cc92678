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
    if (given[[1]]$type == "?") unknown_term() else literal_term(test(given[[1]]))
  }
}

numeric_of <- function(cx, given, expr, scope) {
  if (given[[1]]$type == "Tensor") {
    x <- keep_term(cx, given[[1]])$code
    return(new_term("bool", sprintf("(%s.dtype != 11 and not torch.is_complex(%s))", x, x)))
  }
  is_of_type(function(term) is_number_type(term$type) || term$type %in% c("Vector[int]", "Vector[float]"))(cx, given, expr, scope)
}

native_calls <- list(
  C_tensor_shape = function(cx, given, expr) new_term("Vector[int]", sprintf("torch.size(%s)", given[[1]]$code), fresh = TRUE),
  C_tensor_count = function(cx, given, expr) new_term("int", sprintf("torch.numel(%s)", given[[1]]$code), lower = 0),
  C_tensor_item = function(cx, given, expr) item_of(cx, given[[1]]),
  C_tensor_dtype = function(cx, given, expr) new_term("dtype", sprintf("%s.dtype", given[[1]]$code)),
  C_tensor_device = function(cx, given, expr) new_term("Device", sprintf("%s.device", given[[1]]$code)),
  C_default_dtype = function(cx, given, expr) literal_term(torch_get_default_dtype())
)

native_call <- function(cx, expr, scope) {
  name <- as.character(expr[[2]])
  translated <- native_calls[[name]]
  if (is.null(translated)) refuse(cx, expr, sprintf("`%s` reaches into R, and a program can't.", name))
  translated(cx, given_arguments(cx, expr[-1], scope), expr)
}

# torch_tensor(): a new tensor each time the program runs.
make_tensor <- function(cx, given, expr, scope) {
  matched <- match_given(cx, formals(torch_tensor), given, expr)$matched
  data <- matched$data
  refuse_mixed(cx, data, expr)
  named <- if (!is.null(matched$dtype) && is_static(matched$dtype)) dtype_of_text(static_value(matched$dtype))
  if (!is.null(named)) matched$dtype <- literal_term(named)
  if (data$type == "?") {
    return(unknown_term())
  }
  code <- NULL
  dtype <- switch(sub("^Vector\\[(.*)\\]$", "\\1", data$type), int = "int", bool = "bool", NULL)
  if (data$type == "Tensor") {
    code <- sprintf("torch.clone(torch.detach(%s))", data$code)
  } else if (data$type == "static" && (is.numeric(static_value(data)) || is.logical(static_value(data)))) {
    # an array
    value <- static_value(data)
    # what it is converted to may be more than the default
    exact <- if (is.double(value) && !is.null(matched$dtype) && matched$dtype$type != "None") torch_double()
    code <- sprintf("torch.clone(%s)", constant_name(cx$unit, torch_tensor(value, dtype = exact), "array"))
  } else if (!is.null(data$tensor)) {
    code <- sprintf("%s(%s)", helper(cx, "item_tensor"), data$tensor)
  } else if (is_number_type(data$type) || data$type == "bool") {
    # a number of R is a vector of one
    code <- sprintf("[%s]", if (data$type == "whole") coerced_code(cx, data, "float") else data$code)
  } else if (is_list_type(data$type) && element_type(data$type) %in% c("int", "whole", "float", "bool")) {
    code <- coerced_code(cx, data, if (element_type(data$type) == "whole") "List[float]" else data$type)
  }
  if (!is.null(code) && (startsWith(code, "[") || is_list_type(data$type))) {
    is_float <- grepl("float|whole", data$type)
    if (is_float && !is.null(matched$dtype) && matched$dtype$type != "None") {
      code <- sprintf("%s(%s, %s)", helper(cx, "tensor_of"), code, need_code(cx, matched$dtype, "dtype", expr))
      dtype <- NULL
      matched$dtype <- NULL
    } else {
      code <- sprintf("torch.tensor(%s)", code)
    }
  }
  if (is.null(code)) refuse(cx, expr, sprintf("A tensor can't be made of %s.", script_type_in_words(data$type)), "torch_stack() joins tensors.")
  if (!is.null(matched$dtype) && matched$dtype$type != "None") {
    code <- sprintf("torch.to(%s, %s)", code, need_code(cx, matched$dtype, "dtype", expr))
    dtype <- NULL
  }
  if (!is.null(matched$device) && matched$device$type != "None") code <- sprintf("%s.to(%s)", code, need_code(cx, as_device(matched$device), "Device", expr))
  if (!is.null(matched$requires_grad) && !is_static_value(matched$requires_grad, FALSE)) {
    code <- sprintf("%s.requires_grad_(%s)", code, need_code(cx, matched$requires_grad, "bool", expr))
  }
  new_term("Tensor", code, dtype = dtype)
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
    Tensor = new_term("List[Tensor]", sprintf("torch.unbind(%s, 0)", term$code), fresh = TRUE),
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
is_given <- function(cx, expr, scope) {
  name <- as.character(expr[[2]])
  found <- find_binding(cx, scope, name)
  if (is.null(found)) refuse(cx, expr, sprintf("`%s` is no argument.", name))
  if (cx$is_entry && is.null(found$scope$parent) && !isTRUE(found$scope$is_inline)) {
    refuse(cx, expr, sprintf("A program does not know whether `%s` was given.", name), sprintf("`%s = NULL` as its default, and is.null(%s).", name, name))
  }
  literal_term(found$binding$kind %in% c("missing", "default") || isTRUE(found$binding$is_default))
}

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

# sum(x) and its like: all elements, or along `dim`.
summarise_tensor <- function(cx, name, given, expr) {
  labels <- rlang::names2(given)
  given <- without_na_rm(cx, given, expr)
  if (sum(labels == "") != 1) refuse(cx, expr, sprintf("`%s()` takes one tensor here.", name), "torch_cat() joins several.")
  if (name %in% c("min", "max") && length(setdiff(labels, c("", "na.rm"))) > 0) refuse(cx, expr, sprintf("`%s()` along a dimension is `x$%s(dim)`.", name, name))
  fn <- get(paste0("torch_", name), topenv())
  call_planned(cx, plan_of_function(fn), formals(fn), given[labels != "na.rm"], expr)
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

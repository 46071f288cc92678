# Operators of libtorch in scripted code: R's functions carry the plan of their operator, and the plan is enough.

plan_of_function <- function(fn) plan_of_body(body(fn))
plan_of_body <- function(body) {
  if (is.call(body) && identical(body[[1]], quote(.External2)) && identical(body[[2]], quote(C_call_operator))) body[[3]]
}

# The plan's arguments are the variables of the scope.
call_plan_in_scope <- function(cx, plan, scope, expr) {
  labels <- plan_labels(plan)
  supplied <- list()
  for (i in seq_along(plan[[2]])) {
    variable <- plan[[2]][[i]]
    found <- find_binding(cx, scope, variable)
    if (is.null(found) || found$binding$kind == "missing") next
    supplied[[labels[[i]]]] <- read_variable(cx, scope, variable, as.name(variable))
  }
  call_operator(cx, plan, supplied, expr)
}

# The names that the operator's schema has for the variables.
plan_labels <- function(plan) {
  labels <- rlang::names2(plan[[2]])
  unnamed <- labels == ""
  if (any(unnamed)) labels[unnamed] <- plan[[2]][unnamed]
  labels
}

# The same without a scope in between.
call_planned <- function(cx, plan, formals, given, expr) {
  matched <- match_given(cx, formals, given, expr)
  if (length(matched$dots) > 0) refuse(cx, expr, "`...` must be empty.")
  labels <- plan_labels(plan)
  supplied <- list()
  for (i in seq_along(plan[[2]])) {
    variable <- plan[[2]][[i]]
    term <- matched$matched[[variable]]
    if (is.null(term) && !identical(formals[[variable]], quote(expr = ))) {
      value <- constant_default(formals[[variable]])
      term <- literal_term(value) %||% static_term(value)
    }
    if (!is.null(term)) supplied[[labels[[i]]]] <- term
  }
  call_operator(cx, plan, supplied, expr)
}

drawing_operators <- "^(rand|bernoulli|binomial|multinomial|normal|poisson|rrelu)|dropout"
# `whole`: which arguments are whole numbers; `does`: it draws, or changes a tensor.
operator_overloads <- local({
  known <- new.env(parent = emptyenv())
  function(name) {
    if (is.null(known[[name]])) {
      found <- .Call(C_operator_overloads, name)
      returns <- vapply(names(found), schema_returns, "", USE.NAMES = FALSE)
      does <- grepl("_$", name) || grepl(drawing_operators, sub("^aten::", "", name))
      assign(name, Map(function(overload, returns, schema) {
        c(overload, list(
          returned = returns, required = overload$names[overload$optional == 0], whole = grepl("\\bint\\b", overload$types), does = does,
          makes_new = !grepl("\\) -> .*\\([a-z]!?\\)", schema)
        ))
      }, unname(found), returns, names(found)), envir = known)
    }
    known[[name]]
  }
})

# What stands behind the arrow, as our types.
schema_returns <- function(schema) {
  text <- sub(".*\\) -> ", "", schema)
  if (grepl("\\(.*, ", text)) text <- sub(".* -> (\\(.*\\))$", "\\1", schema)
  text <- gsub("\\([a-z](!)?\\)", "", gsub("\\([a-z]!( -> .)?\\)", "", text))
  text <- gsub("^\\(|\\)$", "", text)
  types <- vapply(strsplit(text, ", ", fixed = TRUE)[[1]], function(part) {
    type <- sub(" .*", "", part)
    type <- gsub("\\bSymInt\\b", "int", type)
    if (grepl("\\[[0-9]*\\]$", type)) {
      inner <- sub("\\[[0-9]*\\]$", "", type)
      type <- if (inner == "Tensor") "List[Tensor]" else vector_type_of(inner)
    }
    switch(type, Scalar = "float", ScalarType = "dtype", type)
  }, "", USE.NAMES = FALSE)
  if (length(types) == 1) types else if (length(types) == 0) "None" else tuple_type(types)
}

call_operator <- function(cx, plan, supplied, expr) {
  for (term in supplied) {
    if (!is_known_type(term$type)) {
      return(unknown_term())
    }
  }
  supplied <- lapply(supplied, without_lost_names)
  if (!plan[[4]][[1]]) refuse(cx, expr, "Operators that count from zero can't be used here.")
  wants_gradient <- supplied$requires_grad
  supplied$requires_grad <- NULL
  overloads <- operator_overloads(plan[[1]])
  best <- best_overload(cx, plan, overloads, supplied, as_tensors = FALSE)
  if (is.null(best) && plan[[4]][[2]]) {
    # numbers become tensors where nothing else fits; a quotient is no whole number, and bytes hold no negative ones
    if (plan[[1]] == "aten::div" && supplied$self$type == "int") supplied$self <- new_term("float", coerced_code(cx, supplied$self, "float"))
    supplied <- numbers_as_tensors(cx, supplied, expr)
    best <- best_overload(cx, plan, overloads, supplied, as_tensors = TRUE)
  }
  label <- if (startsWith(plan[[1]], "aten::")) substring(plan[[1]], 7) else plan[[1]]
  if (is.null(best)) refuse_operator(cx, label, plan, supplied, overloads, expr)
  if (label == "view" && "dtype" %in% best$used) refuse(cx, expr, "`$view(dtype = )` can't be translated: TorchScript has no such form.", "$to(dtype = ) converts the values.")
  if (label == "pow" && identical(supplied$exponent$type, "bool") && supplied$self$type == "Tensor") {
    # TRUE leaves the dtype as it is; bools have no powers among themselves
    x <- keep_term(cx, supplied$self)
    return(new_term("Tensor", sprintf("torch.to(torch.pow(%1$s, int(%2$s)), %1$s.dtype)", x$code, supplied$exponent$code), dtype = x$dtype))
  }
  if (label == "full" && is.null(number_code(cx, supplied$fill_value))) refuse_unsure(cx, supplied$fill_value, expr)
  if (label == "full" && supplied$fill_value$type == "bool" && (is.null(supplied$dtype) || supplied$dtype$type == "None")) {
    supplied$dtype <- literal_term(torch_bool())
    best$used <- c(best$used, "dtype")
  }
  term <- write_operator(cx, label, best, overloads, supplied, expr)
  if (!is.null(wants_gradient) && !is_static_value(wants_gradient, FALSE)) {
    term$code <- sprintf("%s.requires_grad_(%s)", term$code, need_code(cx, wants_gradient, "bool", expr, "`requires_grad`"))
  }
  term
}

refuse_operator <- function(cx, label, plan, supplied, overloads, expr) {
  defaults <- stats::setNames(plan[[3]], plan_labels(plan))
  # what was given, and not what R's function adds by itself
  is_default <- vapply(names(supplied), function(name) {
    term <- supplied[[name]]
    is_static(term) && (term$type %in% c("None", "dtype") || same_constant(static_value(term), defaults[[name]]))
  }, NA)
  supplied <- supplied[!is_default]
  given <- paste(sprintf("`%s` is %s", names(supplied), vapply(supplied, function(term) script_type_in_words(term$type), "")), collapse = ", ")
  if (any(grepl("Optional[", term_types(supplied), fixed = TRUE))) {
    in_list <- any(grepl("List[Optional[", term_types(supplied), fixed = TRUE))
    refuse(cx, expr, sprintf("No form of `%s` takes these arguments: %s.", label, given), if (in_list) "Ask is.null() of each of them first, as in `is.null(a) || is.null(b)`." else "Ask is.null() first.")
  }
  # programs have no generators
  overloads <- Filter(function(overload) !any(grepl("Generator", overload$types[overload$optional == 0])), overloads)
  wanted <- vapply(overloads, function(overload) {
    shown <- overload$optional == 0 | overload$names %in% names(supplied)
    sprintf("%s(%s)", label, paste0(overload$names[shown], ": ", overload$types[shown], collapse = ", ", recycle0 = TRUE))
  }, "")
  refuse(
    cx, expr, sprintf("No form of `%s` takes these arguments: %s.", label, given),
    paste0("Its forms: ", paste(utils::head(unique(wanted), 4), collapse = "; "), ".")
  )
}

dtypes_of_results <- list(
  eq = "bool", ne = "bool", lt = "bool", le = "bool", gt = "bool", ge = "bool", logical_and = "bool", logical_or = "bool",
  logical_not = "bool", isnan = "bool", isfinite = "bool", isinf = "bool", all = "bool", any = "bool", allclose = "bool",
  argmax = "int", argmin = "int", argsort = "int", nonzero = "int",
  mean = "double", std = "double", var = "double", norm = "double", linalg_norm = "double", mse_loss = "double", cross_entropy_loss = "double",
  nll_loss = "double", binary_cross_entropy = "double"
)

write_operator <- function(cx, label, best, overloads, supplied, expr) {
  overload <- best$overload
  used <- which(overload$names %in% best$used)
  codes <- character(length(used))
  for (j in seq_along(used)) {
    i <- used[[j]]
    name <- overload$names[[i]]
    type <- overload$types[[i]]
    term <- supplied[[name]]
    if (overload$whole[[i]] || label %in% c("arange", "range", "linspace", "logspace")) term <- stop_if_flag(cx, term, expr)
    code <- operator_argument(cx, term, type, overload$base[[i]], expr, name, overload$fixed[[i]])
    # TorchScript has no TRUE among its numbers: it would be 1
    if (term$type == "bool" && type %in% c("number", "Scalar") && takes_tensor(overloads, name)) code <- sprintf("torch.tensor(%s)", code)
    # by position as long as none was left out
    codes[[j]] <- if (i == j && overload$keyword_only[[i]] == 0) code else paste0(name, "=", code)
  }
  if (endsWith(label, "_") && !is.null(supplied$self)) note_write(cx, supplied$self, expr)
  # some names of `torch` are functions of Python's with arguments of their own
  home <- if (startsWith(label, "_") || label %in% c("unique_consecutive", "tensordot")) "torch.ops.aten." else "torch."
  # libtorch takes a matrix for what is transposed twice
  called <- if (label == "t") helper(cx, "transposed") else paste0(home, label)
  term <- new_term(overload$returned, paste0(called, "(", paste(codes, collapse = ", "), ")"))
  if (overload$returned %in% c("None", "Tuple[]")) {
    emit(cx, term$code)
    return(none_term())
  }
  # what only its shape is asked of is drawn all the same
  if (overload$does && overload$returned == "Tensor") term <- written_now(cx, term)
  if (overload$returned == "Tensor") term["dtype"] <- list(dtypes_of_results[[label]])
  term$is_new <- overload$makes_new
  count_results(cx, term, overload)
}

takes_tensor <- function(overloads, name) {
  any(vapply(overloads, function(overload) name %in% overload$names && overload$types[[match(name, overload$names)]] == "Tensor", NA))
}

# Positions among the results count from one.
count_results <- function(cx, term, overload) {
  counted <- function(term, how) {
    if (how == 0) {
      return(term)
    }
    term$code <- switch(script_type_kind(term$type),
      Tensor = if (how == 1) sprintf("(%s + 1)", term$code) else sprintf("%s(%s)", helper(cx, "counted"), term$code),
      int = sprintf("(%s + 1)", term$code),
      List = sprintf("[v + 1 for v in %s]", term$code),
      term$code
    )
    term$simple <- FALSE
    term
  }
  if (length(overload$counts) < 2) {
    return(if (length(overload$counts) == 1) counted(term, overload$counts[[1]]) else term)
  }
  types <- script_type_parts(term$type)
  if (any(nzchar(overload$results))) term$type <- record_type(overload$results, types)
  held <- new_name(cx, "t")
  emit(cx, paste(held, "=", term$code))
  parts <- lapply(seq_along(types), function(i) {
    part <- counted(new_term(types[[i]], sprintf("%s[%d]", held, i - 1), simple = TRUE), overload$counts[[i]])
    if (overload$counts[[i]] != 0) part$dtype <- "int"
    part
  })
  term$parts <- parts
  term$code <- tuple_code(cx, vapply(parts, function(part) part$code, ""), term$type)
  term
}

operator_argument <- function(cx, term, type, base, expr, name, fixed = -1) {
  # most arguments
  if (base == 0 && type == "Tensor" && term$type == "Tensor") {
    return(term$code)
  }
  if (startsWith(type, "Optional[") && !is_optional_type(term$type)) {
    if (term$type == "None" || is_no_tensor(term, type)) {
      return("None")
    }
    type <- substr(type, 10, nchar(type) - 1)
  }
  if (startsWith(type, "List[")) {
    return(operator_list(cx, term, substr(type, 6, nchar(type) - 1), base, expr, name, fixed))
  }
  if (base %in% c(3, 4)) {
    return(sprintf("%s(%s)", helper(cx, if (base == 3) "positions" else "positions_or_mask"), need_code(cx, term, "Tensor", expr)))
  }
  if (type == "Tensor" && term$type != "Tensor") {
    if (is_optional_type(term$type)) {
      return(term$code)
    }
    refuse_mixed(cx, term, expr)
    return(if (term$type %in% c("float", "whole")) sprintf("torch.tensor(%s)", need_code(cx, term, "float", expr)) else sprintf("torch.tensor(%s)", term$code))
  }
  if (type == "int" && base != 0) {
    return(position_code(cx, term, expr, base))
  }
  if (type == "Device" && term$type == "str") {
    return(sprintf("torch.device(%s)", term$code))
  }
  if (type %in% c("number", "Scalar")) {
    if (is_open_kind(term)) {
      code <- number_code(cx, term)
      if (is.null(code)) refuse_mixed(cx, term, expr)
      if (!is.null(code)) {
        return(code)
      }
    }
    return(if (term$type == "whole") need_code(cx, term, "float", expr) else term$code)
  }
  if (term$type == "dtype") {
    return(term$code)
  }
  if (type == "ScalarType" && is_static(term)) {
    return(literal_term(dtype_of_text(static_value(term)))$code)
  }
  need_code(cx, term, if (is_optional_type(term$type)) optional_type(type) else type, expr, sprintf("`%s`", name))
}

operator_list <- function(cx, term, element, base, expr, name, fixed = -1) {
  one <- function(part) {
    if (base %in% c(3, 4)) operator_argument(cx, part, element, base, expr, name) else if (base != 0) position_code(cx, part, expr, base) else operator_argument(cx, part, element, 0, expr, name)
  }
  if (term$type == "Empty") {
    return(sprintf("torch.jit.annotate(List[%s], [])", if (element == "number") "float" else element))
  }
  if (!is_list_type(term$type) && !startsWith(term$type, "Tuple") && !startsWith(term$type, "Record")) {
    # one number stands for as many as the operator wants
    return(sprintf("[%s]", paste(rep(one(if (fixed > 1) keep_term(cx, term) else term), max(fixed, 1)), collapse = ", ")))
  }
  parts <- if (is_list_type(term$type)) term$parts else term_parts(cx, term)
  if (is.null(parts) && is_static(term)) parts <- lapply(static_value(term), literal_term)
  if (!is.null(parts)) {
    # c() of several makes numbers of TRUE and FALSE
    if (length(parts) == 1 && element == "int") parts <- list(stop_if_flag(cx, parts[[1]], expr))
    text <- vapply(parts, one, "")
    list_text <- sprintf("[%s]", paste(text, collapse = ", "))
    return(if (length(parts) == 0 || startsWith(element, "Optional")) sprintf("torch.jit.annotate(List[%s], %s)", element, list_text) else list_text)
  }
  from <- element_type(term$type)
  if (base == 0 && (from == element || (element == "number" && is_number_type(from)) || (element == "int" && is_whole_type(from)))) {
    return(term$code)
  }
  item <- new_name(cx, "v")
  inner <- one(new_term(from, item, simple = TRUE, linear = list(base = item, offset = 0)))
  sprintf("[%s for %s in %s]", inner, item, term$code)
}

# A position that R counts from one, as libtorch's; `base` 2: the last one of a range, which R includes.
position_code <- function(cx, term, expr, base = 1) {
  if (is_static(term)) {
    value <- static_value(term)
    if (!is.numeric(value) || length(value) != 1 || !is.finite(value) || value != trunc(value)) refuse(cx, expr, "A position must be a whole number.")
    if (value == 0) refuse(cx, expr, "Positions count from one: there is none at zero.")
    if (base == 2) {
      return(int_text(if (value > 0) value else if (value == -1) 9007199254740991 else value + 1))
    }
    return(int_text(if (value > 0) value - 1 else value))
  }
  linear <- linear_of(term)
  if (is_whole_type(term$type) && term$lower >= 1) {
    return(linear_term(linear$base, linear$offset - (base == 1))$code)
  }
  sprintf("%s(%s)", helper(cx, if (base == 2) "last_position" else "position"), need_code(cx, term, "int", expr, "A position"))
}

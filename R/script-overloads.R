# Which form of an operator takes the terms of a call.

best_overload <- function(cx, plan, overloads, supplied, as_tensors) {
  defaults <- plan[[3]]
  names(defaults) <- plan_labels(plan)
  best <- NULL
  for (overload in overloads) {
    fit <- fit_overload(cx, overload, supplied, defaults, as_tensors)
    if (is.null(fit) || (!is.null(best) && fit$cost >= best$cost)) next
    best <- fit
    best$overload <- overload
    # nothing fits better, and of equals it is the first
    if (fit$cost == 0) break
  }
  best
}

fit_overload <- function(cx, overload, supplied, defaults, as_tensors) {
  cost <- 0
  labels <- names(supplied)
  at <- match(labels, overload$names)
  used <- character()
  for (j in seq_along(supplied)) {
    i <- at[[j]]
    label <- labels[[j]]
    term <- supplied[[j]]
    # NULL by R's default is not given: the schema has its own
    if (!is.na(i) && term$type == "None" && is.null(defaults[[label]]) && overload$optional[[i]] != 0) next
    fit <- if (!is.na(i)) fit_cost(term, overload$types[[i]], overload$fixed[[i]], as_tensors) else NA
    if (is.na(fit)) {
      is_default <- is_static(term) && !identical(defaults[[label]], quote(expr = )) && same_constant(static_value(term), defaults[[label]])
      if (!is_default) {
        return(NULL)
      }
      next
    }
    cost <- cost + fit
    used <- c(used, label)
  }
  if (!all(overload$required %in% used)) {
    return(NULL)
  }
  list(cost = cost, used = used)
}
same_constant <- function(x, default) identical(x, default) || (is.numeric(x) && is.numeric(default) && length(x) == 1 && length(default) == 1 && !is.na(x) && !is.na(default) && x == default)

# How well a term fits a type of a schema; NA where it does not.
fit_cost <- function(term, type, fixed, as_tensors) {
  from <- term$type
  if (from == type) {
    return(0)
  }
  if (startsWith(type, "Optional[")) {
    if (from == "None" || is_no_tensor(term, type)) {
      return(0)
    }
    return(fit_cost(if (is_optional_type(from)) utils::modifyList(term, list(type = required_type(from))) else term, substr(type, 10, nchar(type) - 1), fixed, as_tensors))
  }
  if (startsWith(type, "List[")) {
    return(fit_list_cost(term, substr(type, 6, nchar(type) - 1), fixed))
  }
  value <- if (is_static(term)) static_value(term)
  switch(type,
    Tensor = if (from == "Tensor") 0 else if (as_tensors && (is_number_type(from) || from %in% c("bool", "Vector[float]", "Vector[int]", "Vector[bool]"))) 10 else NA,
    ScalarType = if (from == "dtype") 0 else if (!is.null(dtype_of_text(value))) 1 else NA,
    Layout = , MemoryFormat = , QScheme = if (from == "dtype") 0 else NA,
    int = switch(from, int = 0, dtype = 0, whole = 1, float = 2, NA),
    float = switch(from, float = 0, whole = 0, int = 1, NA),
    number = , Scalar = if (is_number_type(from) || from %in% c("bool", "complex")) 0 else NA,
    bool = if (from == "bool") 0 else NA,
    str = if (from == "str") 0 else NA,
    complex = if (from == "complex") 0 else NA,
    Device = if (from == "Device") 0 else if (from == "str") 1 else NA,
    Generator = NA,
    NA
  )
}

dtype_of_text <- function(text) {
  if (is.character(text) && length(text) == 1) tryCatch(.Call(C_dtype_named, text), torchscript_error = function(e) NULL)
}

# R's functions have list() where no tensor is given.
is_no_tensor <- function(term, type) term$type == "Empty" && type == "Optional[Tensor]"

fit_list_cost <- function(term, element, fixed) {
  from <- term$type
  if (from == "Empty") {
    return(0)
  }
  if (is_list_type(from)) {
    return(fit_cost(new_term(element_type(from), ""), element, -1, FALSE))
  }
  if (startsWith(from, "Tuple") || startsWith(from, "Record")) {
    return(sum(vapply(script_type_parts(from), function(type) as.double(fit_cost(new_term(type, ""), element, -1, FALSE)), 0)))
  }
  # one number is a vector of one, and repeated where the operator wants several
  if (is_number_type(from) || from == "bool") {
    return(1 + fit_cost(term, element, -1, FALSE))
  }
  NA
}

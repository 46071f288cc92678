# New tensors: torch_tensor() and torch_arange().

# torch_tensor(): a new tensor each time the program runs.
make_tensor <- function(cx, given, expr, scope) {
  matched <- match_given(cx, formals(torch_tensor), given, expr)$matched
  data <- matched$data
  if (is.null(data)) refuse(cx, expr, "Argument `data` is missing.")
  if (is.null(data$item)) refuse_mixed(cx, data, expr)
  if (!is.null(data$number)) data <- settled_item(cx, data)
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
    code <- sprintf("%s(%s, %s)", helper(cx, "number_tensor"), coerced_code(cx, data, "float"), data$item)
  } else if (identical(data$dtype, "unsure")) {
    refuse_unsure(cx, data, expr)
  } else if (is_number_type(data$type) || data$type == "bool") {
    # a number of R is a vector of one
    code <- sprintf("[%s]", if (data$type == "whole") coerced_code(cx, data, "float") else data$code)
  } else if (is_list_type(data$type) && element_type(data$type) %in% c("int", "whole", "float", "bool")) {
    code <- coerced_code(cx, data, if (element_type(data$type) == "whole") "List[float]" else data$type)
  }
  if (!is.null(code) && (startsWith(code, "[") || is_list_type(data$type))) {
    if (grepl("float|whole|int", data$type) && has_dtype) {
      code <- sprintf("%s(%s, %s)", helper(cx, if (grepl("int", data$type)) "tensor_of_ints" else "tensor_of"), code, need_code(cx, matched$dtype, "dtype", expr))
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
  sure <- Filter(function(leaf) !is_open_kind(leaf), leaves)
  if (type == "float" && !any(term_types(sure) %in% c("float", "whole"))) {
    for (leaf in leaves) {
      refuse_unsure(cx, leaf, expr)
      refuse_mixed(cx, leaf, expr)
    }
  }
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
  if (is.null(start)) refuse(cx, expr, "Argument `start` is missing.")
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
  kinds <- vapply(ends, number_kind, "")
  if (!"double" %in% kinds) for (term in ends) {
    refuse_mixed(cx, term, expr)
    refuse_unsure(cx, term, expr)
  }
  ends <- lapply(ends, function(term) stop_if_flag(cx, term, expr))
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

# The table: what each construct and function of R becomes.
#' @include script-lists.R script-numbers.R script-index.R script-members.R script-statements.R tensor-index.R
NULL

# `call`: function(cx, expr, scope) of the call itself; or `run`: function(cx, given, expr, scope) of its terms.
entry <- function(becomes, run = NULL, call = NULL, of_tensor = TRUE) {
  list(becomes = becomes, run = run, call = call, of_tensor = of_tensor)
}
as_statement <- function(name) {
  function(cx, expr, scope) {
    script_statements[[name]](cx, expr, scope)
    none_term()
  }
}
assignment <- function(cx, expr, scope) {
  target <- expr[[2]]
  value <- expr[[3]]
  term <- translate(cx, value, scope)
  assign_to(cx, target, term, scope, expr)
  if (is.name(target)) read_variable(cx, scope, as.character(target), expr) else term
}
super_assignment <- function(cx, expr, scope) {
  target <- expr[[2]]
  while (is.call(target)) target <- target[[2]]
  name <- as.character(target)
  found <- if (!is.null(scope$parent)) find_binding(cx, scope$parent, name)
  if (is.null(found)) refuse(cx, expr, sprintf("`<<-` finds no variable `%s` in the function around it.", name), "A program can't change what is outside it.")
  term <- translate(cx, expr[[3]], scope)
  assign_to(cx, expr[[2]], term, found$scope, expr)
  none_term()
}

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
  text <- tryCatch(text_of_terms(cx, list(translate(cx, expr[[2]], scope)), expr), script_problem = function(p) string_text("wrong arguments"))
  cx$block$lines <- cx$block$lines[seq_len(lines)]
  emit(cx, sprintf("raise RuntimeError(%s)", text))
  cx$dead <- TRUE
  none_term()
}

text_of_terms <- function(cx, given, expr, sep = "") {
  if (length(given) == 0) {
    return("\"\"")
  }
  codes <- vapply(given, function(term) text_term(cx, term, expr)$code, "")
  paste0("(", paste(codes, collapse = if (sep == "") " + " else sprintf(" + %s + ", string_text(sep))), ")")
}

# As R writes it. Numbers that are not whole have no such text in TorchScript.
text_term <- function(cx, term, expr) {
  if (is_static(term) && is.atomic(static_value(term)) && length(static_value(term)) == 1) {
    return(literal_term(as.character(static_value(term))))
  }
  switch(term$type,
    str = term,
    int = , whole = new_term("str", sprintf("str(%s)", term$code)),
    bool = new_term("str", sprintf("(\"TRUE\" if %s else \"FALSE\")", term$code)),
    float = new_term("str", sprintf("%s(%s)", helper(cx, "number_text"), term$code)),
    `?` = new_term("str", "\"\""),
    refuse(cx, expr, sprintf("%s can't become text.", script_type_in_words(term$type)))
  )
}

write_output <- function(cx, given, expr, scope) {
  labels <- rlang::names2(given)
  sep <- given[["sep"]]
  if (!is.null(sep) && !is_static(sep)) refuse(cx, expr, "`sep` must be a constant.")
  sep <- if (is.null(sep)) " " else static_value(sep)
  given <- given[labels == ""]
  n <- length(given)
  last <- if (n > 0 && is_static(given[[n]])) static_value(given[[n]]) else ""
  if (!(is.character(last) && endsWith(last, "\n"))) {
    refuse(cx, expr, "`cat()` of a program writes whole lines.", "End it with \"\\n\".")
  }
  given[[n]] <- literal_term(sub("\n$", "", last))
  emit(cx, sprintf("print(%s)", text_of_terms(cx, unname(given), expr, sep)))
  none_term()
}

print_value <- function(cx, given, expr, scope) {
  term <- given[[1]]
  if (term$type == "Tensor") {
    emit(cx, sprintf("print(%s)", term$code))
    return(term)
  }
  shown <- if (term$type == "str") sprintf("(\"[1] \\\"\" + %s + \"\\\"\")", term$code) else sprintf("(\"[1] \" + %s)", text_term(cx, term, expr)$code)
  emit(cx, sprintf("print(%s)", shown))
  term
}

check_all <- function(cx, expr, scope) {
  for (i in seq_along(expr)[-1]) {
    condition <- translate_condition(cx, expr[[i]], scope)
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
  if (all(vapply(given, is_static, NA))) {
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
      if (!pieces[[i]] %in% c("%d", "%i", "%s") || (pieces[[i]] != "%s" && !is_whole_type(term$type) && term$type != "?")) {
        refuse(cx, expr, sprintf("`%s` can't be translated for %s.", pieces[[i]], script_type_in_words(term$type)), "%d writes whole numbers, %s strings and numbers.")
      }
      codes <- c(codes, text_term(cx, term, expr)$code)
    }
    codes <- c(codes, string_text(texts[[i + 1]]))
  }
  new_term("str", sprintf("(%s)", paste(codes[codes != "\"\""], collapse = " + ")))
}

paste_text <- function(default_sep) {
  function(cx, given, expr, scope) {
    labels <- rlang::names2(given)
    sep <- if (is.null(given[["sep"]])) default_sep else static_value(given[["sep"]])
    collapse <- given[["collapse"]]
    given <- unname(given[!labels %in% c("sep", "collapse")])
    if (length(given) == 1 && identical(given[[1]]$type, "Vector[str]") && !is.null(collapse)) {
      return(new_term("str", sprintf("%s.join(%s)", need_code(cx, collapse, "str", expr), given[[1]]$code)))
    }
    if (!is.null(collapse) && collapse$type != "None") refuse(cx, expr, "`collapse` is for one vector of strings here.")
    new_term("str", text_of_terms(cx, given, expr, sep))
  }
}

without_gradient <- function(cx, expr, scope) {
  name <- new_name(cx, "t")
  outer <- cx$dead
  term <- NULL
  lines <- in_block(cx, {
    term <- block_value(cx, list(expr[[2]]), scope)
    if (!is.null(term$code) && term$type != "None") emit(cx, paste(name, "=", term$code))
  })
  emit(cx, c("with torch.no_grad():", indented(lines)))
  if (!is.null(term$code) && term$type != "None") {
    term$code <- name
    term$simple <- TRUE
    term["parts"] <- list(NULL)
  }
  term
}

choose_elements <- function(cx, given, expr, scope) {
  test <- given[[1]]
  if (test$type == "?") {
    return(test)
  }
  if (test$type == "Tensor") {
    return(call_planned(cx, plan_of_function(torch_where), formals(torch_where), unname(given), expr))
  }
  condition <- condition_of(cx, test, expr)
  do_branches(cx, condition, function() given[[2]], function() given[[3]], c("yes", "no"), expr)
}

or_else <- function(cx, expr, scope) {
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

is_of_type <- function(test) {
  function(cx, given, expr, scope) {
    if (given[[1]]$type == "?") unknown_term() else literal_term(test(given[[1]]))
  }
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
  if (!is.null(matched$device) && matched$device$type != "None") refuse(cx, expr, "`device` of torch_tensor() can't be translated.", "$to(device = ) after it.")
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
    constant <- constant_name(cx$unit, torch_tensor(value), "array")
    code <- sprintf("torch.clone(%s)", constant)
  } else if (is_number_type(data$type) || data$type == "bool") {
    # a number of R is a vector of one
    code <- sprintf("torch.tensor([%s])", if (data$type == "whole") coerced_code(cx, data, "float") else data$code)
  } else if (is_list_type(data$type) && element_type(data$type) %in% c("int", "whole", "float", "bool")) {
    code <- sprintf("torch.tensor(%s)", coerced_code(cx, data, if (element_type(data$type) == "whole") "List[float]" else data$type))
  }
  if (is.null(code)) refuse(cx, expr, sprintf("A tensor can't be made of %s.", script_type_in_words(data$type)), "torch_stack() joins tensors.")
  if (!is.null(matched$dtype) && matched$dtype$type != "None") {
    code <- sprintf("torch.to(%s, %s)", code, need_code(cx, matched$dtype, "dtype", expr))
    dtype <- NULL
  }
  if (!is.null(matched$requires_grad) && !is_static_value(matched$requires_grad, FALSE)) {
    code <- sprintf("%s.requires_grad_(%s)", code, need_code(cx, matched$requires_grad, "bool", expr))
  }
  new_term("Tensor", code, dtype = dtype)
}

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
  if (any(vapply(ends, function(term) term$type == "?", NA))) {
    return(unknown_term())
  }
  if (!is_static(step) || !is_whole_double(as.double(static_value(step))) || !all(vapply(ends[1:2], function(term) is_whole_type(term$type), NA))) {
    refuse(cx, expr, "`torch_arange()` takes whole numbers here, and a step that is written out.")
  }
  by <- as.integer(static_value(step))
  all_int <- all(vapply(ends, function(term) term$type == "int", NA))
  dtype <- if (!is.null(matched$dtype) && matched$dtype$type != "None") need_code(cx, matched$dtype, "dtype", expr) else if (!all_int) literal_term(torch_get_default_dtype())$code
  code <- sprintf("torch.arange(%s, %s %s 1, %s%s)", start$code, end$code, if (by > 0) "+" else "-", int_text(by), if (is.null(dtype)) "" else paste0(", dtype=", dtype))
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
    refuse(cx, expr, "A list of NULLs can't be translated.", "Begin with list() and set its elements one after the other.")
  }
  filled_vector(mode)(cx, list(n), expr, scope)
}
filled_vector <- function(mode) {
  force(mode)
  function(cx, given, expr, scope) {
    type <- switch(mode, numeric = , double = "float", integer = "int", logical = "bool", character = "str", refuse(cx, expr, sprintf("A vector of mode %s can't be translated.", mode)))
    value <- switch(type, float = "0.", int = "0", bool = "False", "\"\"")
    n <- if (length(given) == 0) literal_term(0L) else given[[1]]
    new_term(vector_type_of(type), sprintf("[%s for %s in range(%s)]", value, new_name(cx, "i"), need_code(cx, n, "int", expr, "The length")), fresh = TRUE)
  }
}

call_listed <- function(cx, expr, scope) {
  fn <- callable_term(cx, expr[[2]], scope)
  arguments <- expr[[3]]
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
  literal_term(found$binding$kind %in% c("missing", "default") || isTRUE(found$binding$is_default))
}

arithmetic_entry <- function(sign, becomes) {
  entry(becomes, run = function(cx, given, expr, scope) arithmetic(cx, sign, unname(given), expr), of_tensor = FALSE)
}
comparison_entry <- function(sign) {
  entry(sprintf("`%s`; a number that is NaN stops the program, as a condition that is NA does in R", sign), run = function(cx, given, expr, scope) comparison(cx, sign, unname(given), expr), of_tensor = FALSE)
}

build_script_table <- function() {
  force_constant <- function(value) function(cx, given, expr, scope) literal_term(value)
  table <- list(
    `<-` = entry("a variable; one that changes its type in a straight line is a new one", call = assignment),
    `=` = entry("as `<-`", call = assignment),
    `<<-` = entry("a variable of the function around a function", call = super_assignment),
    `{` = entry("its statements; the last one's value", call = function(cx, expr, scope) block_value(cx, as.list(expr)[-1], scope)),
    `(` = entry("its value", call = function(cx, expr, scope) translate(cx, expr[[2]], scope)),
    `function` = entry("put in where it is called", call = function(cx, expr, scope) {
      static_term(structure(list(formals = as.list(expr[[2]]), body = expr[[3]], scope = scope), class = "script_closure"))
    }),
    `if` = entry("a branch; as a value both sides have one type", call = function(cx, expr, scope) {
      do_if(cx, expr, scope, function(branch) block_value(cx, list(branch), scope))
    }),
    switch = entry("branches; a constant chooses now", call = function(cx, expr, scope) block_value(cx, list(switch_as_if(cx, expr, scope)), scope)),
    `for` = entry("a loop; over modules and lists of different things it is written out", call = as_statement("for")),
    `while` = entry("a loop", call = as_statement("while")),
    `repeat` = entry("a loop that `break` ends", call = as_statement("repeat")),
    `break` = entry("`break`", call = as_statement("break")),
    `next` = entry("`continue`", call = as_statement("next")),
    `return` = entry("`return`; in a function that is put in, its value", call = as_statement("return")),
    invisible = entry("its argument", run = function(cx, given, expr, scope) if (length(given) > 0) given[[1]] else none_term(), of_tensor = FALSE),
    identity = entry("its argument", run = function(cx, given, expr, scope) given[[1]], of_tensor = FALSE),
    force = entry("its argument", run = function(cx, given, expr, scope) given[[1]], of_tensor = FALSE),
    `+` = arithmetic_entry("+", "a sum"), `-` = arithmetic_entry("-", "a difference"), `*` = arithmetic_entry("*", "a product"),
    `/` = arithmetic_entry("/", "a quotient, never a whole number: `5L / 2L` is 2.5"),
    `^` = arithmetic_entry("^", "a power"), `%%` = arithmetic_entry("%%", "the remainder, with the divisor's sign"),
    `%/%` = arithmetic_entry("%/%", "the quotient, rounded down"),
    `==` = comparison_entry("=="), `!=` = comparison_entry("!="), `<` = comparison_entry("<"), `<=` = comparison_entry("<="),
    `>` = comparison_entry(">"), `>=` = comparison_entry(">="),
    `&&` = entry("`and`; the second side is looked at when the first holds", call = translate_condition),
    `||` = entry("`or`", call = translate_condition),
    `!` = entry("`not`; of a tensor `torch_logical_not()`", call = function(cx, expr, scope) {
      if (is.call(expr[[2]]) && is.name(expr[[2]][[1]]) && as.character(expr[[2]][[1]]) %in% c("&&", "||", "is.null", "!")) {
        return(translate_condition(cx, expr, scope))
      }
      term <- translate(cx, expr[[2]], scope)
      if (term$type == "Tensor") call_tensor_method(cx, tensor_generic("!"), "!", list(term), expr) else negated(condition_of(cx, term, expr))
    }),
    `&` = entry("both sides, of numbers and tensors", run = function(cx, given, expr, scope) both_sides(cx, "&", unname(given), expr), of_tensor = FALSE),
    `|` = entry("one of both sides, of numbers and tensors", run = function(cx, given, expr, scope) both_sides(cx, "|", unname(given), expr), of_tensor = FALSE),
    xor = entry("one of both, not the other", run = function(cx, given, expr, scope) new_term("bool", sprintf("(%s != %s)", condition_of(cx, given[[1]], expr)$code, condition_of(cx, given[[2]], expr)$code)), of_tensor = FALSE),
    isTRUE = entry("its argument, if that is TRUE or FALSE", run = function(cx, given, expr, scope) if (given[[1]]$type == "bool") given[[1]] else literal_term(FALSE), of_tensor = FALSE),
    isFALSE = entry("the opposite of its argument", run = function(cx, given, expr, scope) if (given[[1]]$type == "bool") negated(given[[1]]) else literal_term(FALSE), of_tensor = FALSE),
    `%in%` = entry("whether a number or string is in a vector", run = is_in, of_tensor = FALSE),
    is.null = entry("whether an optional value is there: within the branch it is", call = translate_condition),
    is_torch_tensor = entry("known while compiling", run = same_type("Tensor"), of_tensor = FALSE),
    is.numeric = entry("known while compiling", run = is_of_type(function(term) is_number_type(term$type) || term$type %in% c("Vector[int]", "Vector[float]")), of_tensor = FALSE),
    is.character = entry("known while compiling", run = same_type("str", "Vector[str]"), of_tensor = FALSE),
    is.logical = entry("known while compiling", run = same_type("bool", "Vector[bool]"), of_tensor = FALSE),
    is.list = entry("known while compiling", run = is_of_type(function(term) script_type_kind(term$type) %in% c("List", "Tuple", "Record", "Dict", "Empty") || is.list(term$value[[1]])), of_tensor = FALSE),
    is.function = entry("known while compiling", run = is_of_type(function(term) is_static(term) && is_callable(static_value(term))), of_tensor = FALSE),
    is_one = entry("known while compiling", run = is_of_type(function(term) is_number_type(term$type) || term$type == "bool"), of_tensor = FALSE),
    inherits = entry("known while compiling", run = function(cx, given, expr, scope) {
      term <- given[[1]]
      if (term$type == "?") {
        return(unknown_term())
      }
      classes <- if (is_static(term)) class(static_value(term)) else if (term$type == "Tensor") "torch_tensor" else character()
      literal_term(any(static_value(given[[2]]) %in% classes))
    }, of_tensor = FALSE),
    identical = entry("of two numbers, strings or vectors of one type", run = identical_values, of_tensor = FALSE),
    missing = entry("known while compiling", call = is_given),
    abs = entry("the absolute value", run = number_function("abs(%s)", "abs(%s)")), sqrt = entry("the root; NaN of negative numbers", run = number_function("math.sqrt(%s)")),
    exp = entry("", run = number_function("math.exp(%s)")), expm1 = entry("", run = number_function("math.expm1(%s)")),
    log = entry("with `base` too", run = log_number), log1p = entry("", run = number_function("math.log1p(%s)")),
    log2 = entry("", run = number_function("math.log2(%s)")), log10 = entry("", run = number_function("math.log10(%s)")),
    sin = entry("", run = number_function("math.sin(%s)")), cos = entry("", run = number_function("math.cos(%s)")),
    tan = entry("", run = number_function("math.tan(%s)")), asin = entry("", run = number_function("math.asin(%s)")),
    acos = entry("", run = number_function("math.acos(%s)")), atan = entry("", run = number_function("math.atan(%s)")),
    sinh = entry("", run = number_function("math.sinh(%s)")), cosh = entry("", run = number_function("math.cosh(%s)")),
    tanh = entry("", run = number_function("math.tanh(%s)")),
    floor = entry("rounded down", run = number_function("floor", "%s")), ceiling = entry("rounded up", run = number_function("ceiling", "%s")),
    trunc = entry("without what is behind the point", run = number_function("trunc", "%s")), sign = entry("", run = number_function("sign")),
    round = entry("to whole numbers, halves to the even one", run = round_number),
    sum = entry("of numbers, or of a vector", run = summary_function("sum")), prod = entry("of numbers, or of a vector", run = summary_function("prod")),
    min = entry("of numbers, or of a vector", run = summary_function("min")), max = entry("of numbers, or of a vector", run = summary_function("max")),
    any = entry("whether one of them holds", run = any_of("|")), all = entry("whether all of them hold", run = any_of("&")),
    is.nan = entry("", run = function(cx, given, expr, scope) new_term("bool", sprintf("math.isnan(%s)", need_code(cx, given[[1]], "float", expr)))),
    is.na = entry("", run = function(cx, given, expr, scope) new_term("bool", sprintf("math.isnan(%s)", need_code(cx, given[[1]], "float", expr)))),
    is.finite = entry("", run = function(cx, given, expr, scope) new_term("bool", sprintf("math.isfinite(%s)", need_code(cx, given[[1]], "float", expr)))),
    as.integer = entry("a whole number; of a tensor its one element", run = convert_number("int"), of_tensor = FALSE),
    as.numeric = entry("a number; of a tensor its one element", run = convert_number("float"), of_tensor = FALSE),
    as.double = entry("as as.numeric()", run = convert_number("float"), of_tensor = FALSE),
    as.logical = entry("TRUE or FALSE; of a tensor its one element", run = convert_number("bool"), of_tensor = FALSE),
    as.character = entry("text", run = convert_number("str"), of_tensor = FALSE),
    list = entry("a list; a tuple if its elements differ; with names a record", run = make_list, of_tensor = FALSE),
    c = entry("a vector; lists joined; of tensors a list", run = combine, of_tensor = FALSE),
    append = entry("as c()", run = append_to, of_tensor = FALSE),
    vector = entry("\"list\" of no length, or a vector of zeros", run = new_vector, of_tensor = FALSE),
    numeric = entry("a vector of zeros", run = filled_vector("numeric")), integer = entry("a vector of zeros", run = filled_vector("integer")),
    logical = entry("a vector of FALSE", run = filled_vector("logical")), character = entry("a vector of empty strings", run = filled_vector("character")),
    length = entry("how many; of a tensor all its elements", run = length_of, of_tensor = FALSE),
    dim = entry("the shape of a tensor", run = shape_of, of_tensor = FALSE), nrow = entry("", run = extent_of(1L), of_tensor = FALSE),
    ncol = entry("", run = extent_of(2L), of_tensor = FALSE), NROW = entry("", run = extent_of(1L), of_tensor = FALSE),
    names = entry("of a list with names", run = names_of, of_tensor = FALSE), rev = entry("of a list or vector", run = reversed),
    unlist = entry("a vector of a list of numbers or strings", run = function(cx, given, expr, scope) as_vector(cx, given[[1]], expr), of_tensor = FALSE),
    as.list = entry("of a tensor, along its first dimension", run = as_list_of, of_tensor = FALSE),
    seq_len = entry("whole numbers", call = range_vector(range_to)), seq_along = entry("whole numbers", call = range_vector(range_along)),
    `:` = entry("whole numbers, rising or falling", call = range_vector(range_between)), seq = entry("with a whole `by`", call = range_vector(range_by)),
    lapply = entry("a loop that makes a list", call = lapply_loop(FALSE)), sapply = entry("a loop that makes a vector", call = lapply_loop(TRUE)),
    vapply = entry("a loop that makes a vector", call = lapply_loop(TRUE)), Map = entry("a loop over several lists", call = map_function),
    Filter = entry("a loop that keeps elements", call = filter_function), Reduce = entry("a loop, from the left", call = reduce_function),
    do.call = entry("the call, of a list that is written out", call = call_listed),
    ifelse = entry("`torch_where()` of a tensor; of TRUE or FALSE a branch", run = choose_elements, of_tensor = FALSE),
    `[` = entry("elements of a tensor as in eager code; a range of a list", call = index_value),
    `[[` = entry("an element", call = element_value), `$` = entry("an element, a property, a method", call = dollar_value),
    .subset2 = entry("as `[[`", call = element_value),
    paste0 = entry("strings joined", run = paste_text(""), of_tensor = FALSE), paste = entry("strings joined", run = paste_text(" "), of_tensor = FALSE),
    sprintf = entry("with %d and %s", run = format_text, of_tensor = FALSE), nchar = entry("", run = function(cx, given, expr, scope) new_term("int", sprintf("len(%s)", need_code(cx, given[[1]], "str", expr)), lower = 0), of_tensor = FALSE),
    stop = entry("`raise RuntimeError`", run = raise, of_tensor = FALSE), stopifnot = entry("`raise` unless all hold", call = check_all),
    abort_torchscript = entry("", call = raise_own),
    warning = entry("a warning", run = function(cx, given, expr, scope) {
      emit(cx, sprintf("torch.warn(%s)", text_of_terms(cx, unname(given[!rlang::names2(given) %in% c("call.", "immediate.")]), expr)))
      none_term()
    }, of_tensor = FALSE),
    cat = entry("a line of output: it must end with \"\\n\"", run = write_output, of_tensor = FALSE), print = entry("output", run = print_value, of_tensor = FALSE),
    message = entry("a line of output", run = function(cx, given, expr, scope) {
      emit(cx, sprintf("print(%s)", text_of_terms(cx, unname(given), expr)))
      none_term()
    }, of_tensor = FALSE),
    with_no_grad = entry("`with torch.no_grad():`", call = without_gradient),
    torch_tensor = entry("a new tensor each time", run = make_tensor, of_tensor = FALSE), torch_arange = entry("of whole numbers", run = arange, of_tensor = FALSE),
    `%||%` = entry("the first unless it is NULL", call = or_else),
    `::` = entry("the function or value of a package", call = namespaced), `:::` = entry("as `::`", call = namespaced),
    .External2 = entry("", call = function(cx, expr, scope) call_plan_in_scope(cx, expr[[3]], scope, expr)),
    .Call = entry("", call = native_call),
    ...length = entry("known while compiling", call = function(cx, expr, scope) literal_term(length(dots_of(cx, scope)))),
    ...elt = entry("known while compiling", call = function(cx, expr, scope) dots_of(cx, scope)[[static_value(translate(cx, expr[[2]], scope))]]),
    several_numbers = entry("", run = several, of_tensor = FALSE), sizes_of = entry("", run = several, of_tensor = FALSE),
    check_tensor = entry("", run = function(cx, given, expr, scope) none_term(), of_tensor = FALSE),
    check_is_tensors = entry("", run = function(cx, given, expr, scope) none_term(), of_tensor = FALSE),
    check_dims = entry("", run = function(cx, given, expr, scope) none_term(), of_tensor = FALSE),
    warn_if_tracing = entry("", run = function(cx, given, expr, scope) none_term(), of_tensor = FALSE),
    refuse_dots = entry("", run = function(cx, given, expr, scope) none_term(), of_tensor = FALSE)
  )
  for (name in names(table)) {
    table[[name]]$fn <- get0(name, topenv(), mode = "function")
    table[[name]]$name <- name
  }
  table
}

# Made at the first use: it holds R's own functions, to be compared.
script_table <- local({
  table <- NULL
  function() {
    if (is.null(table)) table <<- build_script_table()
    table
  }
})

table_entry <- function(fn, name) {
  found <- if (!is.null(name)) script_table()[[name]]
  if (!is.null(found) && (identical(found$fn, fn) || identical(fn, get0(name, baseenv(), mode = "function")) || (name == "%||%" && isNamespace(topenv(environment(fn)))))) found
}

identical_values <- function(cx, given, expr, scope) {
  types <- vapply(given, function(term) term$type, "")
  if (all(vapply(given, is_static, NA))) {
    return(literal_term(identical(static_value(given[[1]]), static_value(given[[2]]))))
  }
  if ("?" %in% types) {
    return(unknown_term())
  }
  if (types[[1]] != types[[2]]) {
    # R's 1 and 1L are not identical either
    return(literal_term(FALSE))
  }
  if (!grepl("^(Vector\\[)?(int|bool|str)\\]?$", types[[1]])) {
    refuse(cx, expr, sprintf("`identical()` can't compare %s.", script_type_in_words(types[[1]])), "torch_equal() compares tensors.")
  }
  new_term("bool", sprintf("(%s == %s)", given[[1]]$code, given[[2]]$code))
}

# sum(x) and its like: all elements, or along `dim`.
summarise_tensor <- function(cx, name, given, expr) {
  labels <- rlang::names2(given)
  if (!is.null(given$na.rm) && !is_static_value(given$na.rm, FALSE)) refuse(cx, expr, "`na.rm` can't be translated for tensors.")
  if (sum(labels == "") != 1) refuse(cx, expr, sprintf("`%s()` takes one tensor here.", name), "torch_cat() joins several.")
  if (name %in% c("min", "max") && length(setdiff(labels, c("", "na.rm"))) > 0) refuse(cx, expr, sprintf("`%s()` along a dimension is `x$%s(dim)`.", name, name))
  fn <- get(paste0("torch_", name), topenv())
  call_planned(cx, plan_of_function(fn), formals(fn), given[labels != "na.rm"], expr)
}

any_of <- function(sign) {
  function(cx, given, expr, scope) {
    terms <- lapply(given, function(term) {
      if (term$type == "Vector[bool]") new_term("bool", sprintf("%s(%s)", if (sign == "&") "all" else "any", term$code)) else condition_of(cx, term, expr)
    })
    Reduce(function(a, b) both_sides(cx, sign, list(a, b), expr), unname(terms))
  }
}

call_entry <- function(cx, entry, expr, scope) {
  if (!is.null(entry$call)) {
    return(entry$call(cx, expr, scope))
  }
  given <- given_arguments(cx, expr, scope)
  if (entry$of_tensor && length(given) > 0) {
    types <- vapply(given, function(term) term$type, "")
    if ("Tensor" %in% types[1]) {
      name <- entry$name
      if (name %in% summary_generics) {
        return(summarise_tensor(cx, name, given, expr))
      }
      method <- tensor_generic(name)
      if (!is.null(method)) {
        return(call_tensor_method(cx, method, name, given, expr))
      }
    }
    if ("?" %in% types) {
      return(unknown_term())
    }
    folds <- all(vapply(given, is_static, NA)) && all(types != "static")
    if (folds && is.function(entry$fn)) {
      value <- tryCatch(suppressWarnings(do.call(entry$fn, lapply(given, static_value))), error = function(e) NULL)
      literal <- if (!is.null(value)) literal_term(value)
      if (!is.null(literal)) {
        return(literal)
      }
    }
  }
  entry$run(cx, given, expr, scope)
}

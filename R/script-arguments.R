# The arguments of a program: their types, and their defaults as TorchScript writes them.
#' @include script-errors.R
NULL

# list(types, defaults), by name. What a default says that is no value of a program, such as a function, stays out of the
# signature: it is known while compiling.
script_arguments <- function(unit, fn, given) {
  formals <- formals(fn)
  chosen <- chosen_by_match(body(fn))
  check_given_types(formals, given)
  types <- list()
  defaults <- list()
  for (name in names(formals)) {
    type <- if (!is.null(given[[name]])) check_given_type(name, given[[name]])
    if (identical(formals[[name]], quote(expr = ))) {
      types[[name]] <- type %||% "Tensor"
      next
    }
    value <- default_value(fn, name)
    # one of several strings, by match.arg()
    if (is.character(value) && length(value) > 1 && name %in% chosen) value <- value[[1]]
    term <- literal_term(value)
    if (is.list(value) && length(value) == 0) term <- new_term("Empty", "[]")
    if (is.null(term) && is.null(type) && !(is.atomic(value) && anyNA(value))) next
    type <- type %||% type_of_default(term, name, value)
    types[[name]] <- type
    defaults[[name]] <- code_of_default(unit, term, type, name, value)
  }
  without <- setdiff(names(types), names(defaults))
  early <- Find(function(name) any(match(without, names(types)) > match(name, names(types))), names(defaults))
  if (!is.null(early)) refuse_early_default(early, without[[length(without)]])
  list(types = types, defaults = defaults)
}

refuse_early_default <- function(name, behind) {
  abort_torchscript(
    sprintf("`%s` has a default, and `%s` behind it has none: a program's arguments with defaults are its last ones.", name, behind),
    "compile", sprintf("Put `%s` behind `%s`, or leave its default out.", name, behind)
  )
}

check_given_types <- function(formals, given) {
  if (length(given) > 0 && any(rlang::names2(given) == "")) {
    abort_torchscript("Types must have the names of their arguments.", "type", "jit_script(f, n = \"int\")")
  }
  unknown <- setdiff(names(given), names(formals))
  if (length(unknown) > 0) {
    abort_torchscript(sprintf("The function has no argument `%s`.", unknown[[1]]), "type", sprintf("Its arguments: %s.", toString(names(formals))))
  }
  if ("..." %in% names(formals)) {
    abort_torchscript("A program has no argument `...`.", "type", "A list of tensors is an argument of type \"List[Tensor]\".")
  }
}
check_given_type <- function(name, type) {
  if (!rlang::is_string(type)) {
    abort_torchscript(sprintf("The type of `%s` must be a string, not %s.", name, describe(type)), "type")
  }
  declared_script_type(type)
}

# The arguments that match.arg() looks at.
chosen_by_match <- function(body) {
  found <- character()
  walk_calls(body, function(call) {
    if (identical(call[[1]], quote(match.arg)) && length(call) > 1 && is.name(call[[2]])) found <<- c(found, as.character(call[[2]]))
  })
  found
}

is_given <- function(cx, expr, scope) {
  if (length(expr) != 2 || !is.name(expr[[2]])) refuse(cx, expr, "`missing()` takes the name of an argument.")
  name <- as.character(expr[[2]])
  found <- find_binding(cx, scope, name)
  if (is.null(found)) refuse(cx, expr, sprintf("`%s` is no argument.", name))
  # R says so as well
  if (!identical(found$scope$id, scope$id) || !name %in% names(scope$formals)) refuse(cx, expr, "`missing()` is for the function's own arguments.", sprintf("Ask missing(%s) in the function that has it, and give the answer a name.", name))
  if (name == "...") {
    return(literal_term(length(found$binding$terms) == 0))
  }
  if (cx$is_entry && is.null(found$scope$parent) && !isTRUE(found$scope$is_inline)) {
    refuse(cx, expr, sprintf("A program does not know whether `%s` was given.", name), sprintf("`%s = NULL` as its default, and is.null(%s).", name, name))
  }
  if (found$binding$kind == "unset") refuse(cx, expr, found$binding$message, found$binding$hint, isTRUE(found$binding$silent))
  if (name %in% cx$loop$assigned && !is.null(cx$loop$head[[found$key]])) refuse(cx, expr, sprintf("The loop sets `%s`, and R counts it as given from then on.", name), sprintf("Ask missing(%s) before the loop.", name))
  if (identical(found$binding$kind, "variable") && isTRUE(cx$absent[[found$key]]) && is_set_on_some_ways(scope$body %||% scope$program, name)) {
    refuse(cx, expr, sprintf("`%s` counts as given where it was set, which only some ways through the function do.", name), sprintf("Ask missing(%s) before.", name))
  }
  literal_term(found$binding$kind %in% c("missing", "default") || isTRUE(found$binding$is_default))
}

is_set_on_some_ways <- function(expr, name) {
  found <- FALSE
  walk_calls(expr, function(call) {
    if (identical(call[[1]], quote(`function`))) {
      return(FALSE)
    }
    if (is.name(call[[1]]) && as.character(call[[1]]) %in% c("if", "for", "while", "repeat", "switch", "&&", "||")) found <<- found || name %in% locally_assigned(call)
    !found
  })
  found
}

match_argument <- function(cx, expr, scope) {
  matched <- matched_expressions(cx, alist(arg = , choices = , several.ok = FALSE), expr)
  if (!is.null(matched$several.ok) && !isFALSE(matched$several.ok)) refuse(cx, expr, "`several.ok` can't be translated.")
  choices <- if (!is.null(matched$choices)) {
    translate(cx, matched$choices, scope)
  } else {
    translate(cx, if (is.name(matched$arg)) scope$formals[[as.character(matched$arg)]], scope)
  }
  choices <- if (is_static(choices)) static_value(choices)
  if (!is.character(choices)) refuse(cx, expr, "The choices of `match.arg()` must be strings that are known before the program runs.")
  term <- if (is_missing_argument(cx, matched$arg, scope)) none_term() else translate(cx, matched$arg, scope)
  if (is_static(term)) {
    value <- tryCatch(match.arg(static_value(term), choices), error = function(e) refuse(cx, expr, conditionMessage(e)))
    return(literal_term(value))
  }
  listed <- sprintf("torch.jit.annotate(List[str], [%s])", paste(vapply(choices, string_text, ""), collapse = ", "))
  if (term$type == "Vector[str]") {
    # all of them stand for the first
    given <- keep_term(cx, term)$code
    emit(cx, c(sprintf("if len(%s) != 1 and %s != %s:", given, given, listed), "  raise ValueError(\"'arg' must be of length 1\")"))
    code <- sprintf("(%s if %s == %s else %s(%s[0], %s))", string_text(choices[[1]]), given, listed, helper(cx, "match_arg"), given, listed)
  } else {
    code <- sprintf("%s(%s, %s)", helper(cx, "match_arg"), need_code(cx, term, "str", expr, "`arg`"), listed)
  }
  result <- new_term("str", code)
  result$choices <- choices
  result
}

# A default is computed now if it comes to the same at each call: constants, and what is made of them.
default_value <- function(fn, name) {
  default <- formals(fn)[[name]]
  env <- environment(fn) %||% baseenv()
  calls <- character()
  walk_calls(default, function(call) calls <<- c(calls, if (is.name(call[[1]])) as.character(call[[1]]) else ""))
  depends <- intersect(all.names(default), names(formals(fn)))
  if (length(depends) > 0 || !all(calls %in% constant_functions)) {
    abort_torchscript(
      sprintf("The default of `%s`, `%s`, can't be part of a program%s.", name, squeeze_text(default), if (length(depends) > 0) sprintf(": it depends on `%s`", depends[[1]]) else ""),
      "compile", sprintf("`%s = NULL` with a type such as \"Optional[float]\", and `if (is.null(%s)) %s <- %s` in the function.", name, name, name, squeeze_text(default))
    )
  }
  tryCatch(eval(default, env), error = function(e) {
    abort_torchscript(sprintf("The default of `%s` can't be computed: %s", name, conditionMessage(e)), "compile")
  })
}
constant_functions <- c(
  "(", "+", "-", "*", "/", "^", "%%", "%/%", "!", ":", "c", "list", "sqrt", "exp", "log", "log2", "log10", "abs", "round",
  "as.integer", "as.numeric", "integer", "numeric", "character", "logical", "function", "::",
  paste0("torch_", c(
    "float", "float32", "float64", "double", "half", "float16", "bfloat16", "long", "int", "int32", "int64", "short", "int16",
    "int8", "uint8", "bool", "cfloat", "cdouble", "strided", "contiguous_format", "preserve_format", "channels_last_format", "device"
  ))
)

type_of_default <- function(term, name, value) {
  if (is.null(term)) {
    abort_torchscript(sprintf("The default of `%s` is %s, which programs do not have.", name, describe(value)), "compile", "NULL is an optional argument, `NaN` a number.")
  }
  switch(term$type, None = "Optional[Tensor]", whole = "float", Empty = "List[Tensor]", term$type)
}

# A signature holds bare literals.
code_of_default <- function(unit, term, type, name, value) {
  if (is_optional_type(type)) {
    return(if (is.null(value)) "None" else code_of_default(unit, term, required_type(type), name, value))
  }
  code <- if (!is.null(term)) coerced_code(list(unit = unit), term, type)
  if (is.null(code)) {
    wanted <- script_type_in_words(type)
    abort_torchscript(
      sprintf("The default of `%s` is %s, and its type is %s.", name, describe(value), wanted), "compile",
      if (is.null(value)) sprintf("%s = \"Optional[%s]\" takes NULL.", name, script_type_text(unit, type)) else sprintf("Give `%s` a default that is %s, or another type.", name, wanted)
    )
  }
  if (is_list_type(type)) sub("^torch[.]jit[.]annotate\\(List\\[[^]]*\\]+, (.*)\\)$", "\\1", code) else gsub("^\\((.*)\\)$", "\\1", code)
}

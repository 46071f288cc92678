# What compiled functions and modules do besides giving their values, as their graphs tell.

# As layer_does(): "changes" tensors, lists or fields, "draws" random numbers or writes, or "nothing".
compiled_does <- function(cx, value) {
  key <- rlang::obj_address(environment(value))
  if (is.null(cx$unit$does[[key]])) {
    method <- if (inherits(value, "script_module")) script_forward(value) else value
    # what can't be known may change anything
    cx$unit$does[[key]] <- tryCatch(.Call(C_function_effects, environment(method)$handle), torchscript_error = function(e) "changes")
  }
  cx$unit$does[[key]]
}

# The text of a copy of what a list holds, lists within it too. `code`: it stands several times.
copied_code <- function(cx, code, type) {
  if (!grepl("List|Vector|Dict", type)) {
    return(code)
  }
  kind <- script_type_kind(type)
  if (kind == "Optional") {
    text <- script_type_text(cx$unit, type)
    inner <- copied_code(cx, sprintf("torch._unwrap_optional(%s)", code), required_type(type))
    return(sprintf("(torch.jit.annotate(%s, None) if %s is None else torch.jit.annotate(%s, %s))", text, code, text, inner))
  }
  if (kind == "Tuple") {
    types <- script_type_parts(type)
    return(tuple_code(cx, vapply(seq_along(types), function(i) copied_code(cx, sprintf("%s[%d]", code, i - 1L), types[[i]]), ""), type))
  }
  held <- new_name(cx, if (kind == "Dict") "k" else "v")
  # libtorch's own grammar has no comprehension of two names
  value <- if (kind == "Dict") sprintf("%s[%s]", code, held) else held
  inner <- copied_code(cx, value, element_type(type))
  if (identical(inner, value)) {
    return(list_copy_code(code, type))
  }
  if (kind == "Dict") {
    sprintf("torch.jit.annotate(%s, {%s: %s for %s in %s.keys()})", script_type_text(cx$unit, type), held, inner, held, code)
  } else {
    sprintf("[%s for %s in %s]", inner, value, code)
  }
}

# For the analyses: a function whose code is not R's.
compiled_code <- function(cx, value) {
  list(body = NULL, formals = list(), scope = list(), key = list(rlang::obj_address(environment(value))), is_package = TRUE, does = compiled_does(cx, value))
}
# What a function of a package, or a compiled one, does.
does_of <- function(code) if (is.null(code$does)) layer_does(code$scope$module$self) else code$does

# Gradients within programs.

gradients <- function(cx, given, expr, scope) {
  matched <- match_given(cx, formals(autograd_grad), given, expr)$matched
  for (name in c("outputs", "inputs")) if (is.null(matched[[name]])) refuse(cx, expr, sprintf("Argument `%s` is missing.", name))
  if (any_unknown(matched)) {
    return(unknown_term())
  }
  outputs <- listed_tensors(cx, matched$outputs, "outputs", expr)
  inputs <- listed_tensors(cx, matched$inputs, "inputs", expr)
  given_ones <- matched$grad_outputs
  # a NULL among them stands for ones
  weights <- if (is.null(given_ones) || given_ones$type == "None") "None" else coerced_code(cx, new_term("List[Tensor]", listed_tensors(cx, given_ones, "grad_outputs", expr)), "List[Optional[Tensor]]")
  flag <- function(name, default = "False") if (is.null(matched[[name]]) || matched[[name]]$type == "None") default else need_code(cx, matched[[name]], "bool", expr, sprintf("`%s`", name))
  create <- keep_term(cx, new_term("bool", flag("create_graph"), simple = is.null(matched$create_graph) || is_static(matched$create_graph)))$code
  retain <- flag("retain_graph", create)
  unused <- matched$allow_unused
  if (!is.null(unused) && !is_static(unused)) refuse(cx, expr, "`allow_unused` must be known before the program runs.", "allow_unused = TRUE.")
  code <- sprintf("torch.grad(%s, %s, %s, %s, %s, %s)", outputs, inputs, weights, retain, create, if (is_static_value(unused %||% literal_term(FALSE), TRUE)) "True" else "False")
  if (is_static_value(unused %||% literal_term(FALSE), TRUE)) {
    return(new_term("List[Optional[Tensor]]", code, fresh = TRUE))
  }
  # all are there
  new_term("List[Tensor]", sprintf("%s(%s)", helper(cx, "all_there"), code), fresh = TRUE)
}

listed_tensors <- function(cx, term, name, expr) {
  if (term$type == "Tensor") {
    return(sprintf("[%s]", term$code))
  }
  code <- if (script_type_kind(term$type) %in% c("List", "Tuple")) coerced_code(cx, term, "List[Tensor]")
  code %||% refuse(cx, expr, sprintf("`%s` must be a tensor, or a list of tensors without names, not %s.", name, term_in_words(term)), if (is_optional_type(term$type)) "Ask is.null() first.")
}

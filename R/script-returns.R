# Returns, and the value of a function or block: its last expression.

do_return <- function(cx, expr, scope) {
  if (isTRUE(scope$is_inline)) {
    refuse(cx, expr, "`return()` inside a loop or an expression can't be translated in a function that is put in where it is called.", "Give the result a name, and end with it; or let the function use nothing but its arguments.")
  }
  if (cx$is_entry && length(expr) > 1) cx$result <- expr[[2]]
  emit_return(cx, if (length(expr) > 1) translate_result(cx, expr[[2]], scope) else none_term(), expr)
}
# What a program gives for invisible(self), the end of a method for its effects, is NULL.
translate_result <- function(cx, expr, scope) {
  gives_itself <- cx$is_entry && is.call(expr) && identical(expr[[1]], quote(invisible)) && length(expr) == 2 && identical(expr[[2]], quote(self))
  if (gives_itself) none_term() else translate(cx, expr, scope)
}

emit_return <- function(cx, term, expr) {
  if (cx$dead) {
    return(invisible())
  }
  if (term$type == "static") tell_gives_function(cx, static_value(term))
  if (has_lost_names(term)) refuse(cx, expr, "A program can't return a vector with names.", "list() has names, unname() leaves them out.")
  if (term$type == "static" && inherits(static_value(term), "script_self")) refuse(cx, expr, "A program can't return a module.", "invisible(self) at the end of a method is NULL in a program.")
  if (term$type == "static" && is_callable(static_value(term))) refuse(cx, expr, "A program can't return a function.", "Is a pair of brackets missing?")
  if (term$type == "static") refuse(cx, expr, sprintf("A program can't return %s.", if (is.list(static_value(term)) && !is.object(static_value(term))) "a list of different things that R made" else describe(static_value(term))), "list() in the program makes one.")
  if (grepl("\\b(dtype|QScheme|Layout|MemoryFormat)\\b", term$type)) {
    refuse(cx, expr, sprintf("A program can't return %s: TorchScript has only its number.", script_type_in_words("dtype")), "Return a tensor of it.")
  }
  if (grepl("\\bend\\b", term$type)) refuse(cx, expr, sprintf("A program can't return %s.", script_type_in_words("end")))
  # c() is NULL
  if (is_always_null(cx, term)) term <- none_term()
  if (cx$is_entry) term <- stop_if_null(cx, term) else if (is_of_null(cx, term)) cx$returns_null <- TRUE
  type <- if (cx$returns_given) term$type else as_kept_number(cx, term)$type
  joined <- join_types(cx$returns, type, widely = TRUE)
  # an integer here and a double there
  if (!cx$returns_given && "int" %in% c(cx$returns, type) && any(c("float", "whole") %in% c(cx$returns, type))) joined <- "number"
  if (mixes_list_and_vector(cx$returns, type) && !is_of_null(cx, term) && !isTRUE(cx$returns_null)) joined <- NULL
  if (is.null(joined)) {
    refuse(
      cx, expr, sprintf("The function returns %s here and %s elsewhere.", script_type_in_words(term$type), script_type_in_words(cx$returns)),
      "A program returns one type; list() or NULL may help."
    )
  }
  if (cx$returns != "?" && !identical(cx$returns, joined)) cx$unsettled <- TRUE
  cx$returns <- joined
  final <- join_types(cx$previous$returns, joined, widely = TRUE) %||% joined
  if (is_optional_type(final)) term <- stop_if_null(cx, term)
  code <- if (term$type == "?") term$code else coerced_code(cx, term, returned_type(final, cx$is_entry && !cx$returns_given))
  if (is.null(code)) {
    wanted <- if (cx$returns_given) sprintf(", and `.returns` wants %s", script_type_in_words(final)) else ", and its elements are of another type elsewhere"
    refuse(cx, expr, sprintf("The function returns %s here%s.", script_type_in_words(term$type), wanted))
  }
  run_unread(cx)
  emit(cx, paste("return", code))
  cx$dead <- TRUE
}
# An R number is a double, however it was kept. `to_r`: the lists come back to R as lists, and not as vectors.
returned_type <- function(type, to_r = FALSE) {
  type <- gsub("\\bwhole\\b", "float", type)
  if (!to_r) {
    return(type)
  }
  gsub("\\bList\\[(str|bool|complex)\\]", "List[Optional[\\1]]", gsub("\\bList\\[(int|float)\\]", "List[number]", type))
}

# A function's last expression.
do_tail <- function(cx, expr, scope) {
  head <- if (is.call(expr) && is.name(expr[[1]])) as.character(expr[[1]]) else ""
  if (cx$dead) {
    return(invisible())
  }
  if (head == "{") {
    references <- attr(expr, "srcref")
    n <- length(expr)
    for (i in seq_len(n)[-1]) {
      if (!is.null(references)) cx$statement <- references[[i]]
      if (i < n) do_statement(cx, expr[[i]], scope) else do_tail(cx, expr[[i]], scope)
    }
    if (n == 1) emit_return(cx, none_term(), expr)
    return(invisible())
  }
  message <- problem_of(cx, scope, function() {
    switch(head,
      `if` = do_if(cx, expr, scope, function(branch) do_tail(cx, branch, scope)),
      invisible = if (is.call(if (length(expr) > 1) expr[[2]])) do_tail(cx, expr[[2]], scope) else emit_return(cx, translate_result(cx, expr, scope), expr),
      `(` = do_tail(cx, if (length(expr) > 1) expr[[2]], scope),
      return = do_return(cx, expr, scope),
      `for` = , `while` = , `repeat` = {
        run_statement(cx, expr, scope)
        emit_return(cx, none_term(), expr)
      },
      switch = do_tail(cx, switch_as_if(cx, expr, scope), scope),
      with_no_grad = if (has_return(expr) && !has_jump(expr) && identical(get0(head, scope$env), with_no_grad)) tail_without_gradient(cx, expr, scope) else emit_return(cx, translate(cx, expr, scope), expr),
      {
        if (cx$is_entry) cx$result <- expr
        emit_return(cx, translate(cx, expr, scope), expr)
      }
    )
  })
  if (!is.null(message)) cx$dead <- TRUE
}

tail_without_gradient <- function(cx, expr, scope) {
  lines <- in_block(cx, do_tail(cx, expr[[2]], scope))
  cx$dead <- FALSE
  cx$unit$writes <- TRUE
  emit(cx, c("with torch.no_grad():", indented(lines)))
  cx$dead <- TRUE
}

# The value of a block. `is_body`: it is the whole of a function that is put in, and return() gives its value too: what
# comes after a branch that may return goes into its branches.
block_value <- function(cx, exprs, scope, is_body = FALSE) {
  for (i in seq_along(exprs)) {
    expr <- exprs[[i]]
    rest <- exprs[-seq_len(i)]
    head <- if (is.call(expr) && is.name(expr[[1]])) as.character(expr[[1]]) else ""
    if (head == "{" && (length(rest) == 0 || is_body && has_return(expr))) {
      return(block_value(cx, c(as.list(expr)[-1], rest), scope, is_body))
    }
    if (head == "return" && is_body) {
      return(if (length(expr) > 1) translate(cx, expr[[2]], scope) else none_term())
    }
    if (head == "if" && (length(rest) == 0 || is_body && has_return(expr))) {
      return(do_if(cx, expr, scope, function(branch) {
        goes_on <- length(rest) > 0 && !always_returns(branch)
        block_value(cx, c(list(branch), if (goes_on) rest), scope, is_body)
      }))
    }
    if (head == "switch" && (length(rest) == 0 || is_body && has_return(expr))) {
      return(block_value(cx, c(list(switch_as_if(cx, expr, scope)), rest), scope, is_body))
    }
    if (length(rest) == 0) {
      if (head %in% c("for", "while", "repeat")) {
        run_statement(cx, expr, scope)
        return(none_term())
      }
      term <- translate(cx, expr, scope)
      # what comes after a return() has no value, and any use
      return(if (cx$dead) unknown_term() else term)
    }
    do_statement(cx, expr, scope)
    if (cx$dead) {
      return(unknown_term())
    }
  }
  none_term()
}

# Which of its arguments a function asks for, before it does something or has computed anything.

# `until`: "done", before it does anything that is seen, or "computed", before it computes from what it has asked for, or reads
# what is around it. `formals`: their names.
asked_first <- function(cx, scope, body, formals, within = list(), until = "done", enters_no_grad = TRUE) {
  found <- set <- character()
  # FALSE where it does something, or may
  ask <- function(expr) {
    if (missing(expr)) {
      return(TRUE)
    }
    if (is.name(expr)) {
      name <- as.character(expr)
      # `..1` and its like
      if (grepl("^[.][.][0-9]+$", name)) name <- "..."
      if (!name %in% set) found <<- c(found, name)
      if (!name %in% set && name %in% names(scope$defaults)) {
        # it is computed once
        set <<- c(set, name)
        return(ask(scope$defaults[[name]]))
      }
      around <- if (!name %in% c(formals, set)) find_binding(cx, scope, name)$binding
      if (identical(around$kind, "default") && is.call(around$expr) && !ask(around$expr)) {
        return(FALSE)
      }
      return(until == "done" || name %in% c(formals, set))
    }
    if (!is.call(expr)) {
      return(TRUE)
    }
    if (is_constant_here(cx, scope, expr)) {
      return(TRUE)
    }
    head <- expr[[1]]
    called <- if (is.name(head)) as.character(head) else ""
    switch(called,
      `function` = return(TRUE),
      `{` = , `(` = return(ask_all(as.list(expr)[-1])),
      with_no_grad = return(enters_no_grad && ask_all(as.list(expr)[-1])),
      `<-` = , `=` = return(ask_assigned(expr)),
      `if` = return(ask(expr[[2]]) && ask_branches(expr, list(expr[[3]], if (length(expr) > 3) expr[[4]]))),
      switch = return(ask(expr[[2]]) && ask_choices(expr)),
      `while` = , `&&` = , `||` = return(ask(expr[[2]]) && passes(expr)),
      `for` = return(ask(expr[[3]]) && passes(expr)),
      `repeat` = , `<<-` = return(FALSE),
      `return` = return(length(expr) > 1 && ask(expr[[2]]) && FALSE),
      `$` = return(ask(expr[[2]]) && (until == "done" || !is_of_module(cx, scope, expr)) && is.null(active_code(cx, scope, expr)))
    )
    code <- called_code(cx, scope, head)
    if (isTRUE(code$is_unknown) || is.null(code) && is_unknown_function(cx, scope, head)) {
      if (is.call(head)) ask(head)
      return(FALSE)
    }
    if (!is.null(code) && !isTRUE(code$is_package)) {
      return(ask_handed(code, expr) && !(isTRUE(code$hands_on) && does_itself(expr)))
    }
    name <- names_of_call(cx, scope, expr)[[1]]
    looks <- isTRUE(code$is_package) || is.call(head) && identical(head[[1]], quote(`$`)) && is_tensor_method(name, head[[2]]) || name %in% looking_functions || grepl("^(torch|nnf)_", name) || name %in% effects
    if (!looks || !(if (is.call(head) && is.null(code)) ask(head) else TRUE) || !ask_all(as.list(expr)[-1])) {
      return(FALSE)
    }
    (until == "done" || name %in% keeping_functions) && !does_itself(expr)
  }
  ask_all <- function(parts) {
    for (part in parts) if (!ask(part)) {
      return(FALSE)
    }
    TRUE
  }
  # What may not be run, and neither does anything nor leaves: what comes after it is asked for as well.
  passes <- function(expr) {
    goes_on <- until == "done" && !has_effects(cx, scope, expr, list(list(body = body, key = list(body)))) && !has_call(expr, c("return", "stop", "stopifnot")) && (enters_no_grad || !calls_no_grad(cx, scope, expr))
    if (goes_on) set <<- union(set, made_here(expr))
    goes_on
  }
  # what all of them ask for, before one of them does something
  ask_branches <- function(expr, branches) {
    before <- found
    known <- set
    goes_on <- TRUE
    asked <- list()
    for (i in seq_along(branches)) {
      found <<- character()
      set <<- known
      goes_on <- ask(branches[[i]]) && goes_on
      asked[[i]] <- found
    }
    found <<- c(before, Reduce(intersect, asked))
    set <<- union(known, made_here(expr))
    goes_on
  }
  # without an alternative for all else it may be none of them
  ask_choices <- function(expr) {
    choices <- as.list(expr)[-(1:2)]
    is_else <- rlang::names2(choices) == ""
    choices <- Filter(function(choice) !identical(choice, quote(expr = )), choices)
    any(is_else) && ask_branches(expr, choices)
  }
  ask_assigned <- function(expr) {
    target <- expr[[2]]
    if (!ask(expr[[3]])) {
      return(FALSE)
    }
    # an argument that is set before is not looked at
    if (is.name(target)) {
      set <<- c(set, as.character(target))
      return(TRUE)
    }
    # what stands behind `$` is no variable
    if (is.call(target) && !identical(target[[1]], quote(`$`))) ask_all(as.list(target)[-(1:2)])
    FALSE
  }
  ask_handed <- function(code, expr) {
    if (is_within(code, within)) {
      return(FALSE)
    }
    handed <- argument_parts(code$formals, expr)
    code <- code_called(cx, code, expr, scope)
    asked <- asked_first(cx, code$scope, code$body, names(code$formals), c(within, list(code)), until, enters_no_grad)
    own <- c(names(code$formals), made_here(code$body))
    for (name in unique(asked)) {
      # what it has from around it may be an argument of this function
      part <- if (name %in% names(handed)) handed[name] else if (!name %in% own) list(as.name(name))
      if (!is.null(part) && !ask(part[[1]])) {
        return(FALSE)
      }
    }
    until == "done" && (enters_no_grad || !calls_no_grad(cx, code$scope, code$body)) && !code_has_effects(cx, code, within)
  }
  # of what may be a tensor
  is_tensor_method <- function(name, of) {
    value <- value_here(cx, scope, of)
    is_held <- is_callable(value) || is.list(value) && !is_torch_tensor(value) || inherits(value, c("script_any", "nn_module"))
    !is_held && is_tensor_member(name)
  }
  does_itself <- function(expr) {
    bare <- as.call(c(list(expr[[1]]), lapply(as.list(expr)[-1], function(part) if (is.call(part)) quote(x) else part)))
    has_effects(cx, scope, bare)
  }
  ask(body)
  found
}

# Whether it is the same all the time, such as what is asked of a field that no method changes.
is_constant_here <- function(cx, scope, expr) {
  if (!is.language(expr)) {
    return(TRUE)
  }
  if (is.call(expr) && identical(expr[[1]], quote(`$`)) && identical(expr[[2]], quote(self))) {
    self <- value_here(cx, scope, quote(self))
    name <- as.character(expr[[3]])
    is_own <- inherits(self, "script_self") && !inherits(self$module, "script_module") && !name %in% self$changed && exists(name, envir = self$self, inherits = FALSE)
    return(is_own && name != "training" && !bindingIsActive(name, self$self) && is.atomic(self$self[[name]]))
  }
  compares <- c("==", "!=", "!", "(", "<", ">", "<=", ">=", "&&", "||", "is.null", "%in%", "c")
  is.call(expr) && is.name(expr[[1]]) && as.character(expr[[1]]) %in% compares && all(vapply(as.list(expr)[-1], function(part) is_constant_here(cx, scope, part), NA))
}

# They look at all their arguments at once.
looking_functions <- c(
  "force", "(", "+", "-", "*", "/", "^", "%%", "%/%", "[", "[[", ":", "==", "!=", "<", ">", "<=", ">=", "!", "length", "c", "list",
  "abs", "sqrt", "exp", "log", "max", "min", "sum", "dim", "nrow", "ncol", "as.integer", "as.numeric", "paste0", "is.null"
)
# And compute nothing of what is in tensors.
keeping_functions <- c("force", "(", "c", "list", "length", "dim", "nrow", "ncol", "is.null")

# Whether what an argument gives, computed where it is first asked for, would be without a gradient, and is seen after that.
# `part`: what stands in the call.
escapes_no_grad <- function(cx, scope, body, formals, name, part = NULL, within = list()) {
  if (length(within) == 0 && !calls_no_grad(cx, scope, body) || name %in% asked_first(cx, scope, body, formals, enters_no_grad = FALSE)) {
    return(FALSE)
  }
  holds <- is.call(part) && (identical(part[[1]], quote(list)) || identical(part[[1]], quote(c)))
  outside <- FALSE
  inside <- logical()
  # `is_bare`: what stands here is the value itself, or shares its memory, and goes on from here
  look <- function(expr, in_block, is_bare) {
    if (is.name(expr)) {
      is_it <- as.character(expr) == name || name == "..." && grepl("^[.][.][0-9]+$", as.character(expr))
      if (is_it) if (in_block) inside <<- c(inside, is_bare || holds) else outside <<- TRUE
      return(invisible())
    }
    if (!is.call(expr)) {
      return(invisible())
    }
    head <- expr[[1]]
    called <- called_name(head)
    in_block <- in_block || is.name(head) && called == "with_no_grad"
    takes <- !called %in% computing_functions && !grepl("[^_.]_$", called)
    if (is.name(head) && called == "function") {
      # it may be called within
      if (has_call(body, "with_no_grad") && name %in% all.names(expr[[3]])) inside <<- c(inside, TRUE)
      return(invisible())
    }
    for (code in if (!in_block) codes_of_call(cx, scope, expr)) {
      handed <- if (!isTRUE(code$is_package) && !isTRUE(code$is_unknown) && !is_within(code, within)) argument_parts(code$formals, expr)
      for (formal in names(handed)) {
        if (!identical(handed[[formal]], as.name(name)) || !calls_no_grad(cx, code$scope, code$body)) next
        if (formal %in% asked_first(cx, code$scope, code$body, names(code$formals), enters_no_grad = FALSE)) next
        inside <<- c(inside, escapes_no_grad(cx, code$scope, code$body, names(code$formals), formal, part, c(within, list(code))))
      }
      if (name == "..." && !isTRUE(code$is_package) && any(vapply(as.list(expr)[-1], identical, NA, quote(...))) && (isTRUE(code$is_unknown) || calls_no_grad(cx, code$scope, code$body))) inside <<- c(inside, TRUE)
    }
    # the one that is changed comes out
    if (is.call(head)) look(head[[2]], in_block, !called %in% computing_functions)
    for (part in as.list(expr)[-1]) if (!missing(part)) look(part, in_block, takes)
  }
  look(body, FALSE, FALSE)
  any(inside) || length(inside) > 0 && outside
}
calls_no_grad <- function(cx, scope, expr, within = list()) {
  found <- FALSE
  walk_calls(expr, function(call) {
    if (identical(call[[1]], quote(with_no_grad))) found <<- TRUE
    for (code in if (!found) codes_of_call(cx, scope, call)) {
      if (isTRUE(code$is_unknown)) found <<- TRUE else if (!isTRUE(code$is_package) && !is_within(code, within)) found <<- found || calls_no_grad(cx, code$scope, code$body, c(within, list(code)))
    }
    !found
  })
  found
}
# What they give is new.
computing_functions <- c(
  "+", "-", "*", "/", "^", "%%", "%/%", "%*%", "==", "!=", "<", ">", "<=", ">=", "!", "item", "sum", "mean", "norm", "abs", "sqrt", "exp", "log",
  "max", "min", "argmax", "argmin", "add", "sub", "mul", "div", "pow", "matmul", "mm", "mv", "dot", "length", "dim", "as.numeric", "as.integer", "cat", "print"
)

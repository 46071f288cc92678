# The functions that a call may run, as far as they are known before the program runs.

# The R value of an expression: a function, a module, a list of them; NULL where it is not known, or a variable of the
# program. `mode`: as of get0().
value_here <- function(cx, scope, expr, mode = "any") {
  if (is.name(expr)) {
    name <- as.character(expr)
    if (name %in% names(scope$locals)) {
      return(scope$locals[[name]])
    }
    binding <- find_binding(cx, scope, name)$binding
    if (is.null(binding)) {
      return(if (name == "self" && !is.null(scope$module)) scope$module else if (nzchar(name)) get0(name, scope$env, mode = mode))
    }
    return(if (identical(binding$kind, "term") && is_static(binding$term)) static_value(binding$term))
  }
  if (!is.call(expr) || !is.name(expr[[1]])) {
    return(if (is.atomic(expr)) expr)
  }
  head <- as.character(expr[[1]])
  if (head == "(") {
    return(value_here(cx, scope, expr[[2]], mode))
  }
  if (head == "function") {
    return(structure(list(formals = as.list(expr[[2]]), body = expr[[3]], scope = scope), class = "script_closure"))
  }
  if (head %in% c("::", ":::")) {
    return(get0(as.character(expr[[3]]), tryCatch(asNamespace(as.character(expr[[2]])), error = function(e) emptyenv())))
  }
  if (head == "list" && any(vapply(as.list(expr)[-1], identical, NA, quote(...)))) {
    return(values_of_dots(cx, scope))
  }
  if (head %in% c("if", "switch")) {
    return(any_of_values(lapply(as.list(expr)[-(1:2)], function(part) if (!missing(part)) value_here(cx, scope, part))))
  }
  if (head == "[" && length(expr) == 3) {
    held <- value_here(cx, scope, expr[[2]])
    return(if (is.list(held) && !is.object(held)) any_of_values(c(list(held), unname(held))))
  }
  if (head == "list") {
    return(lapply(as.list(expr)[-1], function(part) if (!missing(part)) value_here(cx, scope, part)))
  }
  if (head %in% c("$", "[[", ".subset2") && length(expr) == 3) {
    key <- if (head == "$") as.character(expr[[3]]) else value_here(cx, scope, expr[[3]])
    return(member_here(cx, value_here(cx, scope, expr[[2]]), key))
  }
  if (head == "c") {
    parts <- Filter(function(part) is_callable(part) || is.list(part), lapply(as.list(expr)[-1], function(part) if (!missing(part)) value_here(cx, scope, part)))
    return(if (length(parts) > 0) any_of_values(parts))
  }
  given_by_call(cx, scope, expr)
}
# The functions, and lists, that may be among `...`.
values_of_dots <- function(cx, scope) {
  if ("..." %in% names(scope$locals)) {
    return(scope$locals$...)
  }
  dots <- find_binding(cx, scope, "...")$binding
  if (is.null(dots)) {
    return(unknown_value)
  }
  any_of_values(lapply(Filter(is_static, dots$terms), static_value))
}
# The function that another one gives, or the list of them, where that is its last expression.
given_by_call <- function(cx, scope, expr) {
  within <- cx$unit$looks
  code <- if (length(within) < 12) code_of(value_here(cx, scope, expr[[1]], "function"))
  # what calls itself gives what it gives on other ways
  if (is.null(code) || any(vapply(within, identical, NA, code$body))) {
    return(NULL)
  }
  cx$unit$looks <- c(within, list(code$body))
  on.exit(cx$unit$looks <- within)
  last <- code$body
  while (is.call(last) && is.name(last[[1]]) && as.character(last[[1]]) %in% c("{", "(") && length(last) > 1) last <- last[[length(last)]]
  results <- list(last)
  walk_calls(code$body, function(call) {
    if (identical(call[[1]], quote(`function`))) {
      return(FALSE)
    }
    if (identical(call[[1]], quote(return)) && length(call) > 1) results <<- c(results, list(call[[2]]))
  })
  results <- Filter(function(result) !(is.call(result) && identical(result[[1]], quote(return))), results)
  gives <- function(result) is.name(result) || is.call(result) && is.name(result[[1]]) && as.character(result[[1]]) %in% c("function", "list", "c", "$", "[[", "if", "switch")
  if (!all(vapply(results, gives, NA))) {
    return(NULL)
  }
  inner <- code_called(cx, code, expr, scope)$scope
  values <- lapply(results, function(result) value_here(cx, inner, result))
  if (any(vapply(values, is.null, NA))) NULL else any_of_values(values)
}

# One of several values, of which it is not known which.
any_of_values <- function(values) {
  values <- Filter(Negate(is.null), values)
  if (length(values) == 1) values[[1]] else if (length(values) > 1) structure(list(values = values), class = "script_any")
}
values_of_any <- function(value) if (inherits(value, "script_any")) unlist(lapply(value$values, function(one) if (inherits(one, "script_any")) values_of_any(one) else list(one)), recursive = FALSE) else list(value)

# What a function's own variables and arguments may be, where they are functions, modules or lists of them: a scope that
# knows. `handed`: the expressions of a call of it in the scope `from`.
scope_within <- function(cx, scope, body, formals = list(), handed = list(), from = NULL) {
  locals <- list()
  add <- function(name, value) {
    is_known <- is_callable(value) || inherits(value, c("script_any", "script_unknown", "script_method", "script_member", "nn_module", "script_function")) || is.list(value) && !is.object(value)
    # what is no function is a variable all the same
    locals[name] <<- list(any_of_values(c(if (!is.null(locals[[name]])) values_of_any(locals[[name]]), if (is_known) list(value))))
  }
  inner <- function() {
    scope$locals <- utils::modifyList(as.list(scope$locals), locals, keep.null = TRUE)
    scope
  }
  for (name in setdiff(names(formals), "...")) {
    is_given <- name %in% names(handed)
    part <- if (is_given) handed[name] else formals[name]
    is_there <- is.language(part[[1]]) && !identical(part[[1]], quote(expr = ))
    add(name, if (is_there) value_here(cx, if (is_given) from else inner(), part[[1]]))
  }
  if ("..." %in% names(formals)) {
    # another function may have handed them on
    dots <- lapply(unname(handed[names(handed) == "..."]), function(part) {
      if (identical(part, quote(...))) values_of_dots(cx, from) else if (is.language(part)) value_here(cx, from, part)
    })
    locals["..."] <- list(if (is.null(from)) unknown_value else any_of_values(dots))
  }
  elements <- function(value) {
    if (inherits(value, "script_self")) {
      return(any_of_values(lapply(unname(registered(value$self, "child")), function(child) script_self_of(cx$unit, child, ""))))
    }
    if (is.list(value) && !is.object(value)) any_of_values(unname(value)) else value
  }
  visit <- function(expr) {
    walk_calls(expr, function(call) {
      if (identical(call[[1]], quote(`function`))) {
        walk_calls(call[[3]], function(within) {
          if (identical(within[[1]], quote(`<<-`))) add(as.character(assigned_root(within[[2]])), value_here(cx, inner(), within[[3]]) %||% unknown_value)
        })
        return(FALSE)
      }
      if (identical(call[[1]], quote(`for`))) add(as.character(call[[2]]), elements(value_here(cx, inner(), call[[3]])))
      if (is.name(call[[1]]) && as.character(call[[1]]) %in% c("<-", "=") && length(call) == 3) {
        root <- assigned_root(call[[2]])
        if (is.name(root) && !identical(root, quote(self))) add(as.character(root), value_here(cx, inner(), call[[3]]))
      }
    })
  }
  # what a loop gives may be used before the place that gives it
  visit(body)
  if (has_call(body, c("for", "while", "repeat"))) visit(body)
  scope <- inner()
  scope$defaults <- Filter(function(default) is.language(default) && !identical(default, quote(expr = )), as.list(formals)[setdiff(names(formals), c("...", names(handed)))])
  scope
}
# What may be any function, or a list of them.
unknown_value <- structure(list(), class = "script_unknown")

# `key`: a name or a place; NULL where it is not known.
member_here <- function(cx, holder, key) {
  if (inherits(holder, "script_any")) {
    # the list may be one of functions itself, which was set by its elements
    members <- lapply(holder$values, function(value) if (is_callable(value) || inherits(value, "script_method")) value else member_here(cx, value, key))
    return(any_of_values(members))
  }
  if (inherits(holder, "script_unknown")) {
    return(holder)
  }
  if (inherits(holder, "script_unit")) holder <- unclass(holder)
  is_key <- rlang::is_string(key) || rlang::is_scalar_integerish(key)
  if (inherits(holder, "script_self") && inherits(holder$module, "script_module")) holder <- holder$module
  if (inherits(holder, "script_module")) {
    kind <- if (is.character(key)) .Call(C_module_kind, environment(holder)$handle, key) else ""
    return(if (kind %in% c("method", "child")) holder[[key]])
  }
  if (is_nn_module(holder) && !inherits(holder, "script_module")) holder <- script_self_of(cx$unit, holder, "")
  if (inherits(holder, "script_self") && !inherits(holder$module, "script_module")) {
    if (!is_key) {
      return(any_of_values(lapply(unname(registered(holder$self, "child")), function(child) script_self_of(cx$unit, child, ""))))
    }
    # asking for it would run it
    if (is.character(key) && is_active(holder$self, key)) {
      return(NULL)
    }
    value <- tryCatch(if (is.character(key)) holder$self[[key]] else registered(holder$self, "child")[[key]], error = function(e) NULL)
    if (is.null(value) && is.character(key)) value <- registered(holder$self, "child")[[key]]
    if (is_nn_module(value)) {
      return(if (inherits(value, "script_module")) value else script_self_of(cx$unit, value, ""))
    }
    return(if (is.function(value) && !is.object(value)) structure(list(fn = value, module = holder), class = "script_method") else value)
  }
  if (is.list(holder) && !is.object(holder)) {
    if (is_key && !is.null(value <- tryCatch(holder[[key]], error = function(e) NULL))) value else any_of_values(unname(holder))
  }
}

# The code of functions: a list of list(body, formals, scope, key); empty for those of packages, which are told by their
# names. Of a module also that of all within it, as it may go through them.
codes_of <- function(cx, value) {
  if (inherits(value, "script_unknown")) {
    return(list(unknown_code))
  }
  if (inherits(value, "script_any")) {
    return(unlist(lapply(values_of_any(value), function(one) codes_of(cx, one)), recursive = FALSE))
  }
  if (inherits(value, c("script_function", "script_module"))) {
    return(list(compiled_code(cx, value)))
  }
  if (is_nn_module(value)) value <- script_self_of(cx$unit, value, "")
  if (inherits(value, "script_self")) {
    if (inherits(value$module, "script_module")) {
      return(list(compiled_code(cx, value$module)))
    }
    own <- list(code_of_method(value, value$self$forward))
    within <- unlist(lapply(unname(registered(value$self, "child")), function(child) codes_of(cx, child)), recursive = FALSE)
    if (identical(asked_module(cx, value, value$self$forward), value)) {
      return(c(own, within))
    }
    within[[1]]$hands_on <- TRUE
    return(c(within, own))
  }
  if (inherits(value, c("script_method", "script_member")) && is.function(value$fn)) {
    return(list(code_of_method(value$module, value$fn)))
  }
  if (is.list(value) && !is.object(value)) {
    return(unlist(lapply(unname(value), function(part) if (is.function(part) || is.list(part)) codes_of(cx, part)), recursive = FALSE))
  }
  code <- code_of(value)
  if (is.null(code)) list() else list(code)
}
code_of <- function(value) {
  if (inherits(value, "script_closure")) {
    return(list(body = value$body, formals = value$formals, scope = value$scope, key = list(value$body)))
  }
  if (is.function(value) && !is.primitive(value) && !is.object(value) && !is_of_packages(value)) {
    list(body = body(value), formals = formals(value), scope = list(id = 0L, prefix = "0 ", env = environment(value)), key = list(body(value)))
  }
}
# The module that looks at the arguments of a method: nn_sequential() hands them on to its first one as they are.
asked_module <- function(cx, self, fn) {
  hands_on <- inherits(self$module, "nn_sequential") && !inherits(self$module, "script_module") && identical(body(fn), body(self$self$forward)) && is_of_packages(fn)
  children <- if (hands_on) registered(self$self, "child")
  if (length(children) > 0) script_self_of(cx$unit, children[[1]], "") else self
}
code_of_method <- function(module, fn) {
  scope <- list(id = 0L, prefix = "0 ", env = environment(fn), module = module)
  list(body = body(fn), formals = formals(fn), scope = scope, key = list(body(fn), module$address), is_package = is_of_packages(fn))
}

# That of the function that a call runs; NULL where it is none of the user's.
called_code <- function(cx, scope, head) {
  value <- value_here(cx, scope, head, "function")
  if (inherits(value, c("script_any", "script_unknown"))) {
    return(unknown_code)
  }
  if (inherits(value, c("script_self", "script_function")) || is_nn_module(value)) {
    return(codes_of(cx, value)[1][[1]])
  }
  if (inherits(value, c("script_method", "script_member")) && is.function(value$fn)) {
    is_asked <- identical(asked_module(cx, value$module, value$fn), value$module)
    return(if (is_asked) code_of_method(value$module, value$fn) else codes_of(cx, value$module)[[1]])
  }
  code_of(value)
}

# Those of all that a call may run, each in the scope that it has then: also of functions that it is given, by their names
# as well. Of a call whose function is not known one that may do everything.
codes_of_call <- function(cx, scope, call) {
  value <- value_here(cx, scope, call[[1]], "function")
  found <- lapply(codes_of(cx, value), function(code) code_called(cx, code, call, scope))
  found <- c(found, active_code(cx, scope, call))
  if (is.null(value) && is_unknown_function(cx, scope, call[[1]])) found <- list(unknown_code)
  for (value in handed_values(cx, scope, call)) found <- c(found, lapply(codes_of(cx, value), function(code) code_called(cx, code, NULL, scope)))
  found
}
# Of a member that is an active binding: that of the function behind it, in a list.
active_code <- function(cx, scope, call) {
  key <- if (length(call) == 3 && is.name(call[[1]])) switch(as.character(call[[1]]), `$` = as.character(call[[3]]), `[[` = call[[3]])
  if (!rlang::is_string(key)) {
    return(NULL)
  }
  holder <- value_here(cx, scope, call[[2]])
  if (is_nn_module(holder) && !inherits(holder, "script_module")) holder <- script_self_of(cx$unit, holder, "")
  self <- if (inherits(holder, "script_self")) holder$self else holder
  if (!is_active(self, key)) {
    return(NULL)
  }
  module <- if (inherits(holder, "script_self")) holder else scope$module
  list(code_called(cx, code_of_method(module, activeBindingFunction(key, self)), NULL, scope))
}
# Of the user's modules, or of what is behind `super`.
is_active <- function(self, key) {
  is.environment(self) && !key %in% names(nn_Module$active) && exists(key, envir = self, inherits = FALSE) && bindingIsActive(key, self)
}
code_called <- function(cx, code, call, from) {
  if (isTRUE(code$is_package)) {
    return(code)
  }
  code$scope <- scope_within(cx, code$scope, code$body, code$formals, if (!is.null(call)) argument_parts(code$formals, call, with_dots = TRUE), if (!is.null(call)) from)
  code
}
unknown_code <- list(body = quote(function_not_known()), formals = list(), key = list("not known"), is_unknown = TRUE)
is_unknown_function <- function(cx, scope, head) {
  if (is.name(head)) {
    return(as.character(head) %in% names(scope$locals) && is.null(scope$locals[[as.character(head)]]))
  }
  if (is.call(head) && identical(head[[1]], quote(`$`))) {
    # what is no method of tensors is a function in a list
    return(is.name(head[[2]]) && as.character(head[[2]]) %in% names(scope$locals) && !is_tensor_member(as.character(head[[3]])))
  }
  is.call(head) && !identical(head[[1]], quote(`::`)) && !identical(head[[1]], quote(`function`))
}
is_tensor_member <- function(name) {
  # what is not found yet is made, and put in place of what has that name
  !is.null(script_tensor_members[[name]]) || !is.null(.subset2(tensor_members, name)) || !is.null(tryCatch(find_tensor_member(name), torchscript_error = function(e) NULL))
}
handed_values <- function(cx, scope, call) {
  # do.call() and its like run what they are given, whatever that is
  name <- if (is.name(call[[1]])) as.character(call[[1]]) else ""
  part <- if (name %in% names(takes_function)) function_given(call, takes_function[[name]])
  if (is.language(part) && !identical(part, quote(expr = )) && is.null(value_here(cx, scope, part, "function"))) {
    return(list(unknown_value))
  }
  if (is.name(call[[1]]) && as.character(call[[1]]) %in% calling_nothing) {
    return(list())
  }
  values <- lapply(as.list(call)[-1], function(part) {
    value <- if (!missing(part)) {
      if (rlang::is_string(part) && nzchar(part)) value_here(cx, scope, as.name(part), "function") else if (is.language(part)) value_here(cx, scope, part)
    }
    if (is.function(value) || inherits(value, special_callables) || inherits(value, c("script_method", "script_any", "script_unknown")) || is.list(value) && !is.object(value)) value
  })
  unlist(lapply(Filter(Negate(is.null), values), values_of_any), recursive = FALSE)
}

# Which of their arguments is the function.
takes_function <- c(do.call = 1, Map = 1, Filter = 1, Reduce = 1, mapply = 1, lapply = 2, sapply = 2, vapply = 2)
function_given <- function(call, at) {
  parts <- as.list(call)[-1]
  named <- intersect(c("FUN", "f", "what"), names(parts))
  if (length(named) > 0) parts[[named[[1]]]] else if (length(parts) >= at) parts[[at]]
}
calling_nothing <- c("function", "$", "[[", "[", ".subset2", "::", ":::", "<-", "=", "<<-", "list", "c", "length", "seq_along", "names", "is.null", "inherits", "identical", "rev")

# The name of a function of a package, whatever the call calls it.
name_of_function <- function(value, name = "") {
  if (!is.function(value) || is.object(value) || !(is.primitive(value) || is_of_packages(value))) {
    return(name)
  }
  home <- if (is.primitive(value)) baseenv() else topenv(environment(value))
  if (nzchar(name) && identical(get0(name, home, mode = "function", inherits = FALSE), value)) name else function_name(value)
}
called_name <- function(head) {
  if (is.name(head)) as.character(head) else if (is.call(head) && length(head) == 3 && identical(head[[1]], quote(`$`))) as.character(head[[3]]) else ""
}
names_of_call <- function(cx, scope, call) {
  head <- call[[1]]
  name <- called_name(head)
  # most are called by their own names
  value <- if (!is.call(head) || !identical(head[[1]], quote(`$`)) || is.name(head[[2]])) value_here(cx, scope, head, "function")
  if (inherits(value, "script_any")) {
    return(c(name, vapply(c(values_of_any(value), handed_values(cx, scope, call)), function(value) if (is.function(value)) name_of_function(value) else "", "")))
  }
  c(name_of_function(value, name), vapply(handed_values(cx, scope, call), function(value) if (is.function(value)) name_of_function(value) else "", ""))
}

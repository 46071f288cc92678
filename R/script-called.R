# The functions that a call may run, as far as they are known before the program runs.

# The R value of an expression: a function, a module, a list of them; NULL where it is not known, or a variable of the
# program. `mode`: as of get0().
value_here <- function(cx, scope, expr, mode = "any") {
  if (is.name(expr)) {
    name <- as.character(expr)
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
  if (head == "list") {
    return(lapply(as.list(expr)[-1], function(part) if (!missing(part)) value_here(cx, scope, part)))
  }
  if (head %in% c("$", "[[", ".subset2") && length(expr) == 3) {
    key <- if (head == "$") as.character(expr[[3]]) else value_here(cx, scope, expr[[3]])
    if (rlang::is_string(key) || rlang::is_scalar_integerish(key)) {
      return(member_here(cx, value_here(cx, scope, expr[[2]]), key))
    }
  }
  NULL
}
member_here <- function(cx, holder, key) {
  if (is_nn_module(holder) && !inherits(holder, "script_module")) holder <- script_self_of(cx$unit, holder, "")
  if (inherits(holder, "script_self") && !inherits(holder$module, "script_module")) {
    value <- tryCatch(if (is.character(key)) holder$self[[key]] else registered(holder$self, "child")[[key]], error = function(e) NULL)
    if (is_nn_module(value)) {
      return(if (inherits(value, "script_module")) value else script_self_of(cx$unit, value, ""))
    }
    return(if (is.function(value) && !is.object(value)) structure(list(fn = value, module = holder), class = "script_method") else value)
  }
  if (is.list(holder) && !is.object(holder)) tryCatch(holder[[key]], error = function(e) NULL)
}

# The code of functions: a list of list(body, formals, scope, key); empty for those of packages, which are told by their
# names. Of a module also that of all within it, as it may go through them.
codes_of <- function(cx, value) {
  if (is_nn_module(value) && !inherits(value, "script_module")) value <- script_self_of(cx$unit, value, "")
  if (inherits(value, "script_self")) {
    if (inherits(value$module, "script_module")) {
      return(list())
    }
    own <- list(code_of_method(value, value$self$forward))
    return(c(own, unlist(lapply(unname(registered(value$self, "child")), function(child) codes_of(cx, child)), recursive = FALSE)))
  }
  if (inherits(value, "script_method")) {
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
code_of_method <- function(module, fn) {
  scope <- list(id = 0L, prefix = "0 ", env = environment(fn), module = module)
  list(body = body(fn), formals = formals(fn), scope = scope, key = list(body(fn), module$address), is_package = is_of_packages(fn))
}

# That of the function that a call runs; NULL where it is none of the user's.
called_code <- function(cx, scope, head) {
  value <- value_here(cx, scope, head, "function")
  if (inherits(value, "script_self") || is_nn_module(value)) {
    return(codes_of(cx, value)[1][[1]])
  }
  if (inherits(value, "script_method")) code_of_method(value$module, value$fn) else code_of(value)
}

# Those of all that a call may run: also of functions that it is given, by their names as well.
codes_of_call <- function(cx, scope, call) {
  found <- codes_of(cx, value_here(cx, scope, call[[1]], "function"))
  for (value in handed_values(cx, scope, call)) found <- c(found, codes_of(cx, value))
  found
}
handed_values <- function(cx, scope, call) {
  if (is.name(call[[1]]) && as.character(call[[1]]) %in% calling_nothing) {
    return(list())
  }
  values <- lapply(as.list(call)[-1], function(part) {
    value <- if (!missing(part)) {
      if (rlang::is_string(part) && nzchar(part)) get0(part, scope$env, mode = "function") else if (is.language(part)) value_here(cx, scope, part)
    }
    if (is.function(value) || inherits(value, special_callables) || inherits(value, "script_method") || is.list(value) && !is.object(value)) value
  })
  Filter(Negate(is.null), values)
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
  c(name_of_function(value, name), vapply(handed_values(cx, scope, call), function(value) if (is.function(value)) name_of_function(value) else "", ""))
}

# What code changes, and the functions that it runs.

# What code changes that others see: fields of `self`, and tensors or variables by name. `local`: it may change what its own
# variables share with its arguments. `in_place`: it may change what is in tensors.
changes_of <- function(cx, scope, expr, within = list()) {
  fields <- names <- character()
  local <- in_place <- FALSE
  alone <- made_alone(expr)
  # `whole`: what is another thing after it
  note <- function(target, whole, writes) {
    if (is.name(whole) && as.character(whole) %in% alone) {
      return(invisible())
    }
    field <- fields_in(target)
    root <- assigned_root(target)
    in_place <<- in_place || writes
    if (length(field) > 0) fields <<- c(fields, field) else if (is.name(root)) names <<- c(names, as.character(root)) else local <<- TRUE
  }
  add <- function(other) {
    fields <<- c(fields, other$fields)
    names <<- c(names, other$names)
    local <<- local || other$local || length(other$names) > 0
    in_place <<- in_place || other$in_place
  }
  walk_calls(expr, function(call) {
    head <- call[[1]]
    name <- called_name(head)
    if (is.name(head) && name %in% c("<-", "=", "<<-") && (is.call(call[[2]]) || name == "<<-")) {
      note(call[[2]], if (is.call(call[[2]])) call[[2]][[2]], is.call(call[[2]]) && !identical(call[[2]][[1]], quote(`$`)))
    } else if (grepl("[^_.]_$", name)) {
      target <- if (is.call(head)) head[[2]] else if (length(call) > 1) call[[2]]
      if (is.language(target)) note(target, target, TRUE)
    }
    inner <- called_body(cx, scope, head)
    if (!is.null(inner) && !any(vapply(within, identical, NA, inner$body))) add(changes_of(cx, inner$scope, inner$body, c(within, list(inner$body))))
  })
  # a name of its own may stand for a part of an argument
  list(fields = unique(fields), names = unique(names), local = local || any(names %in% locally_assigned(expr)), in_place = in_place)
}

# Variables of tensors, lists and vectors that code makes itself, and that nothing else holds.
made_alone <- function(expr) {
  made <- kept <- character()
  walk_calls(expr, function(call) {
    if (is.name(call[[1]]) && as.character(call[[1]]) %in% c("<-", "=", "<<-") && is.name(call[[2]])) {
      name <- as.character(call[[2]])
      value <- call[[3]]
      # `+x` is x
      makes <- is.call(value) && grepl(makers, called_name(value[[1]])) && !(identical(value[[1]], quote(`+`)) && length(value) == 2)
      if (makes && !identical(call[[1]], quote(`<<-`))) made <<- c(made, name) else kept <<- c(kept, name)
    }
  })
  Filter(function(name) !reads_first(list(expr), name), unique(setdiff(made, kept)))
}
makers <- "^([-+*/^]|%%|%/%|c|list|vector|numeric|integer|logical|character|clone|torch_(tensor|empty|zeros|ones|full|arange|rand|randn|linspace|eye)|torch_(empty|zeros|ones|full|rand|randn)_like)$"

called_name <- function(head) {
  if (is.name(head)) as.character(head) else if (is.call(head) && length(head) == 3 && identical(head[[1]], quote(`$`))) as.character(head[[3]]) else ""
}

# The names in an expression, and in the functions that it calls.
names_within <- function(cx, scope, expr, within = list()) {
  found <- all.names(expr)
  walk_calls(expr, function(call) {
    inner <- called_body(cx, scope, call[[1]])
    if (!is.null(inner) && !any(vapply(within, identical, NA, inner$body))) {
      found <<- c(found, setdiff(names_within(cx, inner$scope, inner$body, c(within, list(inner$body))), c(names(inner$formals), made_here(inner$body))))
    }
  })
  unique(found)
}

# The fields of `self` in an expression.
fields_in <- function(expr) {
  found <- character()
  walk_calls(expr, function(call) {
    if (length(call) == 3 && identical(call[[1]], quote(`$`)) && identical(call[[2]], quote(self))) found <<- c(found, as.character(call[[3]]))
  })
  found
}

calls_method <- function(cx, scope, expr) {
  found <- FALSE
  walk_calls(expr, function(call) {
    if (!is.null(called_body(cx, scope, call[[1]])) && is.call(call[[1]])) found <<- TRUE
  })
  found
}

# The function of the user's that a call would run: list(body, formals, scope). NULL for all else.
called_body <- function(cx, scope, head) {
  value <- NULL
  if (is.name(head)) {
    binding <- find_binding(cx, scope, as.character(head))$binding
    value <- if (is.null(binding)) get0(as.character(head), scope$env, mode = "function") else if (identical(binding$kind, "term") && is_static(binding$term)) static_value(binding$term)
  } else if (is.call(head) && length(head) == 3 && identical(head[[1]], quote(`$`)) && is.name(head[[2]])) {
    binding <- find_binding(cx, scope, as.character(head[[2]]))$binding
    holder <- if (identical(binding$kind, "term") && is_static(binding$term)) static_value(binding$term)
    name <- as.character(head[[3]])
    if (inherits(holder, "script_self")) {
      value <- if (!inherits(holder$module, "script_module")) tryCatch(holder$self[[name]], error = function(e) NULL)
      if (!is.function(value) || is_nn_module(value)) {
        return(NULL)
      }
      return(if (!is_of_packages(value)) list(body = body(value), formals = formals(value), scope = scope))
    }
    if (is.list(holder) && !is.object(holder)) value <- holder[[name]]
  } else if (is.call(head) && identical(head[[1]], quote(`(`)) && is.call(head[[2]]) && identical(head[[2]][[1]], quote(`function`))) {
    return(list(body = head[[2]][[3]], scope = scope))
  }
  code_of(value)
}
code_of <- function(value) {
  if (inherits(value, "script_closure")) {
    return(list(body = value$body, formals = value$formals, scope = value$scope))
  }
  if (is.function(value) && !is.primitive(value) && !is.object(value) && !is_of_packages(value)) {
    list(body = body(value), formals = formals(value), scope = list(id = 0L, prefix = "0 ", env = environment(value)))
  }
}

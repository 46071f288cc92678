# What code changes: fields, variables and tensors that others see as well.

# What code changes that others see: fields of modules, and tensors or variables by name. `local`: it may change what its own
# variables share with its arguments. `in_place`: it may change what is in tensors. `set`: the variables that are others then.
changes_of <- function(cx, scope, expr, within = list()) {
  fields <- names <- set <- character()
  local <- in_place <- FALSE
  alone <- made_alone(cx, scope, expr)
  # `whole`: what is another thing after it
  note <- function(target, whole, writes) {
    if (is.name(whole) && as.character(whole) %in% alone) {
      return(invisible())
    }
    root <- assigned_root(target)
    # an element of a list is put in its place
    held <- if (is.name(root) && is.call(target) && is.name(whole)) find_binding(cx, scope, as.character(root))$binding$type
    in_place <<- in_place || writes && !(!is.null(held) && is_container_type(held))
    if (is_of_module(cx, scope, target)) fields <<- c(fields, members_in(target)) else if (is.name(root)) names <<- c(names, as.character(root)) else local <<- TRUE
  }
  add <- function(other) {
    fields <<- c(fields, other$fields)
    names <<- c(names, other$names)
    set <<- c(set, other$set)
    local <<- local || other$local || length(other$names) > 0
    in_place <<- in_place || other$in_place
  }
  walk_calls(expr, function(call) {
    head <- call[[1]]
    called <- names_of_call(cx, scope, call)
    name <- called[[1]]
    if (is.name(head) && name %in% c("<-", "=", "<<-") && (is.call(call[[2]]) || name == "<<-")) {
      set <<- c(set, as.character(assigned_root(call[[2]])))
      note(call[[2]], if (is.call(call[[2]])) call[[2]][[2]], is.call(call[[2]]) && !identical(call[[2]][[1]], quote(`$`)))
    } else if (grepl("[^_.]_$", name) || writes_in_place(cx, scope, call, called)) {
      target <- if (is.call(head) && grepl("_$", name)) head[[2]] else if (length(call) > 1) call[[if (grepl("^nnf_embedding", name) && length(call) > 2) 3 else 2]]
      # one that is made for it nothing else holds
      if (is.language(target) && !(makes_new(target) && !called_name(target[[1]]) %in% c("list", "c"))) note(target, target, TRUE)
      if (!grepl("[^_.]_$", name) && (!is.name(target) || any(nzchar(names(call)[2:3])))) local <<- in_place <<- TRUE
    }
    # given to another one, that calls it
    if (any(grepl("[^_.]_$", called[-1])) || grepl("_(batch|instance)_norm$", name)) local <<- in_place <<- TRUE
    for (code in codes_of_call(cx, scope, call)) {
      if (isTRUE(code$is_unknown)) {
        local <<- in_place <<- TRUE
      } else if (isTRUE(code$is_package)) {
        layer <- does_of(code)
        # any of its fields
        if (!is.null(code$does) && layer == "changes") fields <<- c(fields, "*")
        if (layer == "counts") fields <<- c(fields, layer_fields)
        if (layer == "changes" || layer == "counts" && sees_statistics(cx)) local <<- in_place <<- TRUE
      } else if (!is_within(code, within)) {
        for (part in c(list(code$body), unname(code$scope$defaults))) add(changes_of(cx, code$scope, part, c(within, list(code))))
      }
    }
  })
  # a name of its own may stand for a part of an argument
  list(fields = unique(fields), names = unique(names), set = unique(set), local = local || any(names %in% made_here(expr)), in_place = in_place)
}
# An argument is code of the caller's: it sets the caller's variables.
changes_of_argument <- function(cx, scope, expr) {
  changes <- changes_of(cx, scope, expr)
  own <- locally_assigned(expr)
  walk_calls(expr, function(call) {
    if (identical(call[[1]], quote(`for`))) own <<- c(own, as.character(call[[2]]))
    !identical(call[[1]], quote(`function`))
  })
  changes$names <- union(changes$names, own)
  changes$set <- union(changes$set, own)
  changes
}
changes_anything <- function(changes) length(changes$fields) > 0 || length(changes$names) > 0 || changes$local

# Variables of tensors, lists and vectors that code makes itself, and that nothing else holds.
made_alone <- function(cx, scope, expr) {
  made <- kept <- character()
  walk_calls(expr, function(call) {
    head <- if (is.name(call[[1]])) as.character(call[[1]]) else ""
    if (head == "function") {
      # it has variables of its own
      kept <<- c(kept, names(call[[2]]))
    } else if (head == "for") {
      kept <<- c(kept, as.character(call[[2]]))
    } else if (head %in% c("<-", "=", "<<-") && is.name(call[[2]])) {
      name <- as.character(call[[2]])
      makes <- head != "<<-" && makes_new(call[[3]]) && is.null(called_code(cx, scope, call[[3]][[1]]))
      if (makes) made <<- c(made, name) else kept <<- c(kept, name)
    }
  })
  Filter(function(name) !reads_first(list(expr), name) || is_made_before(expr, name), unique(setdiff(made, kept)))
}
# Whether it is given a new value before any of it is changed.
is_made_before <- function(expr, name) {
  for (statement in if (is.call(expr) && identical(expr[[1]], quote(`{`))) as.list(expr)[-1]) {
    if (is.call(statement) && is.name(statement[[1]]) && as.character(statement[[1]]) %in% c("<-", "=") && identical(statement[[2]], as.name(name))) {
      return(TRUE)
    }
    if (name %in% all.names(statement)) {
      return(FALSE)
    }
  }
  FALSE
}

# `+x` is x
makes_new <- function(expr) is.call(expr) && grepl(makers, called_name(expr[[1]])) && !(identical(expr[[1]], quote(`+`)) && length(expr) == 2)
makers <- "^([-+*/^]|[<>]=?|[=!]=|!|(new_)?(zeros|ones|full|empty)|cumsum|repeat_interleave|index_select|masked_fill|exp|log|sqrt|sum|mean|relu|tanh|sigmoid|matmul|mm|mv|gt|lt|ge|le|eq|ne|%%|%/%|c|list|vector|numeric|integer|logical|character|clone|torch_(tensor|empty|zeros|ones|full|arange|rand|randn|linspace|eye)|torch_(empty|zeros|ones|full|rand|randn)_like|torch_(relu|tanh|sigmoid|exp|log|sqrt|abs|add|sub|mul|div|pow|matmul|mm|mv|bmm|softmax|stack|cat|clamp|where|sum|mean|cumsum))$"

# The names in an expression, members included, and in the functions that it calls.
names_within <- function(cx, scope, expr, within = list()) {
  found <- all.names(expr)
  walk_calls(expr, function(call) {
    # self[["n"]]
    found <<- c(found, unlist(Filter(rlang::is_string, as.list(call)[-1])))
    for (code in codes_of_call(cx, scope, call)) {
      if (is_within(code, within) || isTRUE(code$is_unknown) || isTRUE(code$is_package)) next
      more <- names_within(cx, code$scope, code$body, c(within, list(code)))
      found <<- c(found, setdiff(more, c(names(code$formals), made_here(code$body))))
    }
  })
  unique(found)
}

# The members that stand behind `$`.
members_in <- function(expr) {
  found <- character()
  walk_calls(expr, function(call) {
    if (length(call) == 3 && identical(call[[1]], quote(`$`))) found <<- c(found, as.character(call[[3]]))
  })
  found
}

# What norm layers count in.
layer_fields <- c("running_mean", "running_var", "num_batches_tracked")

# Whether code of the user's may hold what norm layers count in by another name.
sees_statistics <- function(cx) {
  if (is.null(cx$unit$sees_statistics)) {
    # for those that ask within
    cx$unit$sees_statistics <- TRUE
    seen <- vapply(sources_of(cx$unit$source), function(fn) {
      scope <- list(id = 0L, prefix = "0 ", env = environment(fn))
      names <- names_within(cx, scope, body(fn))
      any(c(layer_fields, "buffers") %in% names) || !is_nn_module(cx$unit$source) && any(vapply(names, function(name) is_torch_tensor(value_here(cx, scope, as.name(name))), NA))
    }, NA)
    cx$unit$sees_statistics <- any(seen)
  }
  cx$unit$sees_statistics
}
# The function, or all methods of the user's modules.
sources_of <- function(source) {
  if (!is_nn_module(source)) {
    return(list(source))
  }
  self <- self_of(source)
  if (inherits(source, "script_module") || identical(topenv(environment(self$forward)), topenv())) {
    own <- list()
  } else {
    own <- c(methods_of(self), if (is.function(self$initialize)) self$initialize)
  }
  c(own, unlist(lapply(unname(registered(self, "child")), sources_of), recursive = FALSE))
}

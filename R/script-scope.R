# Where names lead, and what is known of variables at each point of the code.
#
# The state of all variables is one list in the context, `cx$vars`, so that branches can begin with the same state and be
# merged after. Its keys are the scope's number and the name. A binding is one of
#   list(kind = "variable", name, type, version, owned): a TorchScript variable;
#   list(kind = "term", term): an expression or a static value under a name;
#   list(kind = "default", expr), list(kind = "missing"): arguments not given;
#   list(kind = "unset", message, hint): a name that can't be used any more, and why; `loop` is the loop that it is from.

new_compile_context <- function(unit, name, previous = NULL) {
  cx <- new.env(parent = emptyenv())
  cx$unit <- unit
  cx$name <- name
  cx$vars <- list()
  cx$block <- cx$whole <- new_block()
  cx$dead <- FALSE
  cx$scopes <- 0L
  cx$names <- character()
  cx$declared <- list()
  cx$previous <- previous %||% list(declared = list(), owned = list(), returns = "?", counters = character(), vectors = character())
  cx$counters <- cx$previous$counters
  cx$unread <- list()
  cx$seen <- new.env(parent = emptyenv())
  cx$is_lazy <- FALSE
  cx$result <- NULL
  cx$kind_names <- list()
  cx$computed <- list()
  cx$absent <- list()
  cx$vectors <- cx$previous$vectors
  cx$owned <- cx$previous$owned
  cx$unsettled <- FALSE
  cx$widens <- FALSE
  cx$returns <- "?"
  cx$returns_given <- FALSE
  cx$loop <- NULL
  cx$statement <- NULL
  cx$inlined <- list()
  cx$in_package <- FALSE
  # a loop over known values is tried, and may be written out
  cx$may_know <- FALSE
  cx$recovers <- FALSE
  cx$selves <- list()
  cx$holder <- NULL
  cx$is_entry <- FALSE
  cx
}

new_scope <- function(cx, parent = NULL, env = emptyenv()) {
  cx$scopes <- cx$scopes + 1L
  # the number as text, made once: this is asked more often than all else
  list(id = cx$scopes, prefix = paste0(cx$scopes, " "), parent = parent, env = if (is.null(parent)) env else parent$env, loop = cx$loop)
}
scope_key <- function(scope, name) paste0(scope$prefix, name)

# A name for a variable of TorchScript that nothing else has.
new_name <- function(cx, wanted) {
  wanted <- identifier(wanted)
  # programs take arguments by R's names all the same
  if (wanted %in% python_words || !grepl("^[A-Za-z]", wanted)) wanted <- paste0("v_", wanted)
  name <- wanted
  n <- 1L
  while (name %in% cx$names) {
    n <- n + 1L
    name <- sprintf("%s_%d", wanted, n)
  }
  cx$names <- c(cx$names, name)
  name
}
python_keywords <- c(
  "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif",
  "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass",
  "raise", "return", "try", "while", "with", "yield"
)
python_words <- c(
  python_keywords, "self", "torch", "math", "float", "int", "bool", "str", "len", "range",
  "list", "dict", "print", "min", "max", "sum", "abs", "round", "sorted", "any", "all", "zip", "enumerate", "F", "Tensor",
  "ops", "CONSTANTS", "annotate", "inf", "nan", "pow", "ord", "chr", "hex", "oct", "bin", "divmod", "isinstance", "complex",
  "List", "Dict", "Tuple", "Optional", "Union", "Any", "type", "tuple", "unchecked_cast", "uninitialized", "fork", "wait"
)

find_binding <- function(cx, scope, name) {
  while (!is.null(scope)) {
    key <- scope_key(scope, name)
    binding <- cx$vars[[key]]
    if (!is.null(binding)) {
      return(list(key = key, binding = binding, scope = scope))
    }
    scope <- scope$parent
  }
  NULL
}

# R looks up the functions of its grammar as well, by these names.
grammar <- c("if", "for", "while", "repeat", "break", "next", "return", "function", "(", "{", "<-", "=", "<<-", "[", "[[", "$", "[<-", "[[<-", "$<-", "&&", "||")

bind <- function(cx, scope, name, binding) cx$vars[[scope_key(scope, name)]] <- binding
bind_term <- function(cx, scope, name, term) bind(cx, scope, name, list(kind = "term", term = term))

# The term for a name in an expression.
read_variable <- function(cx, scope, name, expr) {
  if (startsWith(name, "..") && grepl("^[.][.][0-9]+$", name)) {
    dots <- dots_of(cx, scope, expr)
    i <- as.integer(substring(name, 3))
    return(if (i <= length(dots)) dots[[i]] else refuse(cx, expr, sprintf("`...` has no argument %d.", i)))
  }
  found <- find_binding(cx, scope, name)
  if (is.null(found)) {
    return(captured_term(cx, scope, name, expr))
  }
  binding <- found$binding
  if (!is.null(cx$unread[[found$key]])) cx$unread[[found$key]] <- NULL
  if (binding$kind == "term") cx$seen[[found$key]] <- TRUE
  if (!is.null(binding$ran)) {
    emit(cx, c(sprintf("if not %s:", binding$ran), sprintf("  raise RuntimeError(%s)", string_text(sprintf(if (exists(name, envir = found$scope$env)) "`%1$s` is not known where the loop that sets it did not run: `%1$s <- %1$s` before the loop takes it from around the function" else "object '%s' not found: the loop that sets it did not run", name)))))
  }
  switch(binding$kind,
    variable = variable_term(binding, found$key),
    term = term_as_known(cx, binding$term),
    default = read_default(cx, found, name, expr),
    missing = refuse(cx, expr, sprintf("Argument `%s` is missing, with no default.", name)),
    unset = read_unset(cx, binding, expr)
  )
}

# R computes a default when the function first asks for it, and keeps what it is then.
read_default <- function(cx, found, name, expr) {
  binding <- found$binding
  # it may ask for itself
  cx$vars[[found$key]] <- list(kind = "unset", message = sprintf("The default of `%s` asks for itself.", name), hint = "Give it another name than what it is made of.")
  term <- translate(cx, binding$expr, found$scope)
  if (has_effects(cx, found$scope, binding$expr) || looks_further(cx, found, binding$expr)) binding$changes <- TRUE
  if (isTRUE(binding$changes) && !identical(cx$loop, found$scope$loop)) {
    refuse(cx, expr, sprintf("The default of `%s` uses what the function changes, or does something, and is first asked for in a loop.", name), sprintf("force(%s) before the loop.", name))
  }
  # the variable that it names may get another value
  if (isTRUE(binding$changes) && !is.null(term$place)) {
    term <- if (is_container_type(term$type)) new_term(term$type, list_copy_code(term$code, term$type), fresh = TRUE) else utils::modifyList(term, list(simple = FALSE, place = NULL, value = NULL))
  }
  if (is.null(term$value)) term <- keep_term(cx, settled_item(cx, term))
  if (!isTRUE(found$scope$is_package) && is.null(term$place)) run_term(cx, term)
  cx$vars[[found$key]] <- list(kind = "term", term = term, is_default = TRUE, changes = binding$changes)
  term
}

# Whether a default uses what is not the function's own, or tensors that it changes.
looks_further <- function(cx, found, expr) {
  for (name in all.names(expr)) {
    at <- find_binding(cx, found$scope, name)
    if (is.null(at)) next
    is_closure <- at$binding$kind == "term" && is_static(at$binding$term) && is_callable(static_value(at$binding$term))
    is_other <- !identical(at$scope$id, found$scope$id) && at$binding$kind %in% c("variable", "term") && !(at$binding$kind == "term" && is_static(at$binding$term))
    if (is_closure || is_other) {
      return(TRUE)
    }
  }
  is.call(expr) && length(found$scope$body) > 0 && (any(grepl("[^_.]_$", all.names(found$scope$body))) || changes_of(cx, found$scope, found$scope$body)$in_place)
}

# A loop keeps its last element if that is asked for: the next pass knows.
read_unset <- function(cx, binding, expr) {
  if (is.null(binding$loop)) refuse(cx, expr, binding$message, binding$hint, silent = isTRUE(binding$silent))
  cx$counters <- union(cx$counters, binding$loop)
  cx$unsettled <- TRUE
  unknown_term()
}

# Another name of a variable knows what a test has told of it since.
term_as_known <- function(cx, term) {
  if (!is.null(term$place) && is_optional_type(term$type)) {
    binding <- cx$vars[[term$place]]
    if (identical(binding$kind, "variable") && binding$name == term$code) {
      return(variable_term(binding, term$place))
    }
  }
  term
}

variable_term <- function(binding, key) {
  code <- binding$name
  type <- binding$type
  if (type == "None") {
    return(none_term())
  }
  # within a test for NULL the value is known to be there
  if (is_optional_type(binding$declared) && !is_optional_type(type)) {
    code <- sprintf("torch._unwrap_optional(%s)", code)
  }
  if (identical(binding$dtype, "integer") && type %in% c("whole", "float")) {
    if (type == "float") code <- sprintf("int(%s)", code)
    type <- "int"
    binding["dtype"] <- list(NULL)
  }
  term <- new_term(
    type, code,
    value = binding$value, simple = TRUE, place = key, dtype = binding$dtype,
    linear = if (is_whole_type(type)) list(base = code, offset = 0), lower = binding$lower %||% -Inf, parts = binding$parts
  )
  if (!is.null(binding$item)) term$item <- binding$item
  if (!is.null(binding$choices)) term$choices <- binding$choices
  if (isTRUE(binding$registered)) term$registered <- TRUE
  term
}

# What changes a tensor stands by itself.
written_now <- function(cx, term) {
  term <- keep_term(cx, term)
  emit(cx, sprintf("%s(%s)", helper(cx, "written"), term$code))
  term
}

# A tensor is changed in place. A function's program is translated once more then, with no constants; a module's own
# tensors are buffers.
note_write <- function(cx, target, expr) {
  cx$unit$writes <- TRUE
  note_unread(cx, target$place)
  if (!is.null(cx$unit$entries) && target$code %in% names(cx$unit$known)) {
    refuse(cx, expr, "A method can't change a tensor that is from around it, or in a list: the program has it as a constant.", "Register it with `self$register_buffer()`.")
  }
}

# ---- assignment

assign_variable <- function(cx, scope, name, term, expr) {
  if (cx$dead) {
    return(invisible())
  }
  key <- scope_key(scope, name)
  before <- cx$vars[[key]]
  before_set(cx, scope, name, expr)
  if (term$type == "static") term <- as_changed_list(cx, scope, name, term)
  if (term$type == "static" || (is_static(term) && is.function(static_value(term)))) {
    if (!isTRUE(scope$is_package) && is.atomic(static_value(term)) && length(static_value(term)) == 1 && is.na(static_value(term))) {
      refuse(cx, expr, "A program has no NA.", "NaN among numbers, -1, or NULL can stand for what is not there.")
    }
    if (name %in% grammar && !isTRUE(scope$is_package)) refuse(cx, expr, sprintf("`%s` is a part of R's grammar, and can't be a function of a program.", name), "Give it another name.")
    refuse_change_in_loop(cx, scope, name, expr)
    bind_term(cx, scope, name, term)
    return(invisible())
  }
  version <- if (!is.null(before) && before$kind == "variable") before$version else key
  if (!is.null(term$elements) && !version %in% cx$vectors && is_used_as_vector(scope, name)) is_vector_later(cx, version)
  if (version %in% cx$vectors && is_scalar_type(term$type)) term <- vector_of_one(cx, term)
  of_null <- is_of_null(cx, term)
  join <- function(a, b) {
    begins_with_null <- of_null || isTRUE(cx$declared[[version]]$from_null) || isTRUE(cx$previous$declared[[version]]$from_null)
    if (begins_with_null || !is_empty_beside_vector(a, b)) join_types(a, b, widely = version %in% cx$vectors)
  }
  repeat {
    declared <- cx$declared[[version]]
    expected <- cx$previous$declared[[version]]$type
    if (is_open_kind(term) && (is_optional_type(expected %||% declared$type %||% "") || identical(declared$type, "None"))) term <- as_kept_number(cx, term)
    type <- term$type
    joined <- if (is.null(declared)) type else join(declared$type, type)
    if (!is.null(joined) && (is.null(expected) || !is.null(join(joined, expected)))) break
    version <- paste0(version, "'")
  }
  if (is.null(declared)) {
    label <- cx$previous$declared[[version]]$name
    if (is.null(label) || label %in% cx$names) label <- new_name(cx, name) else cx$names <- c(cx$names, label)
    declared <- list(name = label)
  }
  if (!is.null(declared$type) && !identical(declared$type, joined)) cx$unsettled <- TRUE
  # what is put into it later is known from the pass before
  if (!is.null(expected) && (cx$widens || grepl("Empty|[?]", joined))) joined <- join(joined, expected)
  declared$type <- joined
  kind <- number_kind(term)
  if (!is.null(kind)) {
    now <- union(declared$kinds, c(kind, if (cx$widens) cx$previous$declared[[version]]$kinds))
    if (!is.null(declared$kinds) && !setequal(now, declared$kinds)) cx$unsettled <- TRUE
    declared$kinds <- now
  }
  declared$may_choose_nothing <- isTRUE(declared$may_choose_nothing) || is_switch(expr)
  declared$from_null <- isTRUE(declared$from_null) || is_of_null(cx, term)
  if (term$type == "Empty") declared$begins_empty <- TRUE
  cx$declared[[version]] <- declared
  if (may_be_emptied(cx, term)) note_emptied(cx, version)
  final <- if (is.null(expected)) joined else join(joined, expected)
  if (is_optional_type(final)) {
    term <- stop_if_null(cx, term)
    type <- term$type
  }
  if ((type == "None" || is_optional_type(type)) && identical(before$kind, "variable") && before$type != "None" && !is_optional_type(before$type)) note_null_later(cx, version)
  code <- coerced_code(cx, term, final)
  # libtorch would take it for what can't be NULL any more
  if (becomes_null(cx, version) && type != "None" && is_optional_type(final)) code <- sprintf("%s(%s)", as_optional(cx$unit, final), code)
  if (is.null(code)) refuse(cx, expr, sprintf("`%s` can't be %s here.", name, script_type_in_words(type)))
  share_list(cx, term)
  beside <- kind_variable(cx, version, final)
  kind_now <- if (!is.null(beside)) kind_code(cx, term)
  if (!is.null(kind_now)) emit(cx, paste(beside, "=", kind_now))
  if (!identical(code, declared$name)) emit(cx, paste(declared$name, "=", code))
  if (!isTRUE(scope$is_package)) note_computed(cx, key, term)
  mark_written(cx, name, declared$name, final)
  flow <- if (is_optional_type(final) && !is_optional_type(type)) (if (type == "None") "None" else required_type(final)) else final
  bind(cx, scope, name, list(
    kind = "variable", name = declared$name, type = flow, declared = final, version = version, r_name = name,
    owned = term$fresh || script_type_kind(type) == "Empty", value = if (!is_container_type(type) || isTRUE(scope$is_package)) term$value, dtype = if (is.null(kind)) term$dtype else kind_beside_type(kind, flow), lower = if (is_whole_type(final)) loop_bound(cx, term),
    item = if (!is.null(kind_now)) beside, filled = filled_parts(type, flow), choices = term$choices,
    # code of this package does not change the lists that it makes
    parts = if (isTRUE(scope$is_package)) parts_of_variable(term, final, declared$name), ran = before$ran,
    registered = if (type == "Tensor") is_registered(cx, term)
  ))
  if (!is.null(before$ran)) emit(cx, paste(before$ran, "= True"))
}

# Whatever sets a variable: what the value that it has now is there for.
before_set <- function(cx, scope, name, expr) {
  key <- scope_key(scope, name)
  refuse_lent(cx, key, name, expr)
  run_unread(cx, key)
}

# A variable went to a function that gave back another, which looks at it when it is called.
refuse_lent <- function(cx, key, name, expr) {
  lent <- if (!is.null(key)) cx$vars[[key]]$lent
  if (!is.null(lent)) {
    refuse(cx, expr, sprintf("`%s` went into `%s`, whose result may not have looked at it yet.", name, lent[["call"]]), sprintf("force(%s) in the function that gives a function.", lent[["argument"]]))
  }
}

# A number, string or flag that becomes a vector later is a vector of one from the start, in a list too: the next pass knows.
is_scalar_type <- function(type) type %in% c("int", "whole", "float", "bool", "str")
vector_of_one <- function(cx, term) {
  # as.numeric() of a tensor gives all there are
  if (!is.null(term$elements)) {
    return(term$elements)
  }
  term <- as_double_number(cx, term, quote(c(x)))
  type <- if (term$type == "whole") "float" else term$type
  new_term(vector_type_of(type), sprintf("torch.jit.annotate(List[%s], [%s])", type, coerced_code(cx, term, type)), fresh = TRUE)
}
is_vector_later <- function(cx, versions) {
  cx$vectors <- union(cx$vectors, versions)
  cx$unsettled <- TRUE
}

# A variable that becomes NULL again where another block has given it a value: the next pass knows.
note_null_later <- function(cx, version) {
  if (!becomes_null(cx, version)) is_vector_later(cx, paste("NULL", version))
}
becomes_null <- function(cx, version) paste("NULL", version) %in% cx$vectors
as_optional <- function(unit, type) {
  name <- sprintf("%s_optional_%s", unit$name, gsub("[^A-Za-z0-9]+", "_", type))
  text <- script_type_text(unit, type)
  unit$helpers[[name]] <- sprintf("def %s(x: %s) -> %s:\n  return x", name, text, text)
  name
}

# Changing a part of what the function around has makes a variable of this function's own. `is_read`: so does setting it where
# it may be looked at before, of what the function has from where it was made.
make_local <- function(cx, scope, name, expr, is_read = FALSE) {
  found <- find_binding(cx, scope, name)
  if (is.null(found) && is_read && exists(name, envir = scope$env)) {
    term <- captured_term(cx, scope, name, as.name(name))
    if (is_static(term) && is.list(static_value(term)) && !is.object(static_value(term))) {
      term <- list_of_constant(cx, static_value(term), as.name(name)) %||% term
    }
    if (term$type != "static") assign_variable(cx, scope, name, term, expr) else bind_term(cx, scope, name, term)
    return(invisible())
  }
  if (is.null(found) || !found$binding$kind %in% c("variable", "term", "default") || identical(found$scope$id, scope$id) && found$binding$kind == "variable") {
    return(invisible())
  }
  term <- read_variable(cx, scope, name, as.name(name))
  if (!term$type %in% c("static", "?")) assign_variable(cx, scope, name, term, expr)
}

disown <- function(cx, key) {
  binding <- cx$vars[[key]]
  if (identical(binding$kind, "variable") && isTRUE(binding$owned)) {
    binding$owned <- FALSE
    cx$vars[[key]] <- binding
  }
}

# The list is another variable's too from here on.
share_list <- function(cx, term) if (!is.null(term$place) && is_container_type(required_type(term$type))) disown(cx, term$place)

# Before a list is changed: no other variable may see it.
own_variable <- function(cx, key) {
  binding <- cx$vars[[key]]
  if (!isTRUE(binding$owned)) {
    code <- if (is_optional_type(binding$declared)) sprintf("torch._unwrap_optional(%s)", binding$name) else binding$name
    code <- list_copy_code(code, binding$type)
    if (becomes_null(cx, binding$version) && is_optional_type(binding$declared)) code <- sprintf("%s(%s)", as_optional(cx$unit, binding$declared), code)
    emit(cx, sprintf("%s = %s", binding$name, code))
    binding$owned <- TRUE
    cx$vars[[key]] <- binding
  }
}

# Fields of modules that methods change: attributes of the program's module, with a type for all that they come to hold.
#
# What begins with NULL or list() tells too little: its type is that of what methods set it to. So a module is translated
# anew until the types of all fields are known, `unit$fields`. That a field is not NULL at some point of the code is
# known as of variables: in `cx$vars`, of the kind "field".
#' @include script-scope.R
NULL

# Fields that methods assign: they live on in the program, and all others are constants.
changed_fields <- function(self) {
  found <- character()
  for (fn in methods_of(self)) {
    walk_calls(body(fn), function(call) {
      if (is.name(call[[1]]) && as.character(call[[1]]) %in% c("<-", "=", "<<-") && is.call(call[[2]])) {
        target <- call[[2]]
        while (is.call(target) && is.call(target[[2]])) target <- target[[2]]
        if (identical(target[[1]], quote(`$`)) && identical(target[[2]], quote(self))) found <<- c(found, as.character(target[[3]]))
      }
    })
  }
  unique(found)
}
# The user's: public, private and active ones.
methods_of <- function(self) {
  of <- function(env) {
    names <- setdiff(ls(env, all.names = TRUE, sorted = FALSE), c("initialize", setdiff(names(nn_Module$public_methods), "forward"), names(nn_Module$active)))
    sapply(names, function(name) if (bindingIsActive(name, env)) activeBindingFunction(name, env) else env[[name]], simplify = FALSE)
  }
  Filter(function(fn) is.function(fn) && !is_nn_module(fn), c(of(self), of(private_of(self))))
}

# `translated`: function(fields), which gives a unit.
with_settled_fields <- function(translated) {
  fields <- new.env()
  known <- function() mget(ls(fields, all.names = TRUE), envir = fields)
  for (pass in 1:8) {
    before <- known()
    unit <- translated(fields)
    if (!identical(known(), before)) next
    if (length(unit$unknown) == 0 || isTRUE(fields$.null)) break
    # what they are follows from what they are at first
    fields$.null <- TRUE
  }
  lost <- unique(c(unit$lost, if (!identical(known(), before)) unit$unknown))
  if (length(unit$settled) == 0 && length(lost) > 0) {
    unit$settled <- lapply(lost, function(name) new_problem(sprintf("It is not known what the field `%s` becomes.", name), "Give it a value of its later type in `initialize`.", as.name(name)))
  }
  unit
}

# Of its value now; "?" of NULL, and NULL of what can't change.
type_of_field <- function(value) {
  if (is_torch_tensor(value)) {
    return("Tensor")
  }
  if (is.null(value)) {
    return("?")
  }
  if (is.list(value) && !is.object(value)) {
    return(type_of_list_field(value))
  }
  if (!is.null(lost_in_field(value))) {
    return(NULL)
  }
  type <- if (is.atomic(value) && !is.object(value)) switch(typeof(value), double = "float", integer = "int", logical = "bool", character = "str")
  if (is.null(type) || length(value) == 1) type else vector_type_of(type)
}
# What a vector has that it would not have in the program.
lost_in_field <- function(value) {
  if (is.list(value) && !is.object(value)) {
    return(unlist(lapply(unname(value), lost_in_field))[1])
  }
  if (!is.atomic(value) || is.object(value)) {
    return(NULL)
  }
  if (!is.null(dim(value))) {
    return(c("A matrix or an array would be a vector there." = "register_buffer() of torch_tensor(x) keeps its shape."))
  }
  if (!is.null(names(value))) {
    return(c("A vector with names would lose them." = "list() has names."))
  }
  if (!is.null(attributes(value))) {
    return(c("A vector with attributes would lose them." = "as.vector() leaves them out."))
  }
  if (anyNA(value) && !is.double(value)) c("A program has no NA." = "NULL can stand for what is not there yet, and NaN among doubles.")
}
type_of_list_field <- function(value) {
  if (length(value) == 0) {
    return("Empty")
  }
  types <- lapply(value, type_of_field)
  if (any(vapply(types, is.null, NA)) || any(grepl("Empty|[?]", types))) {
    return(NULL)
  }
  labels <- names(value)
  if (is.null(labels)) {
    return(if (length(unique(types)) == 1 && !grepl("Record", types[[1]])) list_type_of(types[[1]]))
  }
  if (all(is_field_name(labels)) && !anyDuplicated(labels)) record_type(labels, unlist(types))
}

field_key <- function(self, name) paste("field", self$address, name)
changed_key <- function(self) paste("changed", self$address)

# `code`: how it is read.
field_term <- function(cx, self, name, code, expr) {
  type <- field_type(cx, self, name, expr)
  if (type == "?") {
    cx$unit$unknown <- c(cx$unit$unknown, name)
    return(if (isTRUE(cx$unit$fields$.null)) none_term() else unknown_term())
  }
  if (type == "Empty") {
    return(new_term("Empty", "[]"))
  }
  if (startsWith(type, "Record")) {
    return(record_of_field(cx, code, type))
  }
  if (!is_optional_type(type)) {
    return(new_term(type, code))
  }
  key <- field_key(self, name)
  if (is.null(cx$vars[[key]])) set_field_known(cx, key, FALSE)
  term <- new_term(type, code, place = key)
  if (cx$vars[[key]]$there) term_of_required(cx, term) else term
}

# The attribute is of another class than the program's own lists of that kind.
record_of_field <- function(cx, code, type) {
  types <- script_type_parts(type)
  parts <- lapply(seq_along(types), function(i) {
    part <- sprintf("%s[%d]", code, i - 1L)
    if (startsWith(types[[i]], "Record")) record_of_field(cx, part, types[[i]]) else new_term(types[[i]], part)
  })
  new_term(type, tuple_code(cx, vapply(parts, function(part) part$code, ""), type), parts = parts)
}

field_type <- function(cx, self, name, expr) {
  value <- self$self[[name]]
  type <- type_of_field(value)
  if (is.null(type)) {
    lost <- lost_in_field(value)
    if (length(lost) > 0) refuse(cx, expr, sprintf("The field `%s` can't be changed by a program. %s", name, names(lost)), lost[[1]])
    what <- describe(value)
    hint <- "Register a buffer, or give each of its elements a field."
    if (is.list(value) && !is.object(value)) {
      what <- "a list of different things"
      if (any(lengths(value) == 0 & !vapply(value, is.atomic, NA) | vapply(value, is.null, NA))) {
        what <- "a list with elements that begin with nothing"
        hint <- "Begin with vectors such as numeric(), or give each of its elements a field."
      }
    }
    refuse(cx, expr, sprintf("The field `%s` can't be changed by a program: it is %s.", name, what), hint)
  }
  assigned <- cx$unit$fields[[field_key(self, name)]]
  if (type == "?") {
    return(assigned %||% "?")
  }
  if (is.null(assigned)) type else joined_field(type, assigned)
}
joined_field <- function(type, assigned) {
  # a list that begins with nothing may get any names
  if (type == "Empty" && startsWith(assigned, "Record")) return(join_record_and_dict(assigned, "Dict[str, ?]"))
  join_types(type, assigned)
}

# Whether a double comes where a field has an integer.
becomes_double <- function(type, given) {
  if (type == "int") {
    return(given %in% c("float", "whole"))
  }
  kind <- script_type_kind(type)
  if (kind %in% c("List", "Vector", "Dict") && script_type_kind(given) == kind) {
    return(becomes_double(element_type(type), element_type(given)))
  }
  if (kind %in% c("Record", "Tuple") && script_type_kind(given) == kind) {
    parts <- list(script_type_parts(type), script_type_parts(given))
    return(length(parts[[1]]) == length(parts[[2]]) && any(mapply(becomes_double, parts[[1]], parts[[2]])))
  }
  FALSE
}

# Whether code that is none of the module's methods changes the field of `target`, which was not known: all is translated anew.
changes_unknown_field <- function(cx, target, scope) {
  while (is.call(target) && !(identical(target[[1]], quote(`$`)) && identical(target[[2]], quote(self)))) target <- if (length(target) > 1) target[[2]]
  held <- if (is.call(target)) translate(cx, quote(self), scope)
  self <- if (!is.null(held) && is_static(held)) static_value(held)
  name <- if (is.call(target)) as.character(target[[3]])
  if (!inherits(self, "script_self") || inherits(self$module, "script_module") || name %in% c(self$changed, unlist(private_of(self$self)$.registry)) || !exists(name, envir = self$self, inherits = FALSE)) {
    return(FALSE)
  }
  key <- changed_key(self)
  assign(key, union(cx$unit$fields[[key]], name), envir = cx$unit$fields)
  TRUE
}

set_field_known <- function(cx, key, there) cx$vars[[key]] <- list(kind = "field", there = there, version = key)

# A method that was called may have set a field to NULL.
forget_fields <- function(cx) {
  for (key in names(cx$vars)) {
    if (identical(cx$vars[[key]]$kind, "field") && isTRUE(cx$unit$fields[[paste(key, "nulled")]])) set_field_known(cx, key, FALSE)
  }
}

assign_member <- function(cx, self, name, term, expr) {
  r_self <- self$self
  kinds <- private_of(r_self)$.registry
  code <- member_code(self, name)
  if (is_active(r_self, name)) refuse(cx, expr, sprintf("`%s` is an active binding, and a program can't set it.", name), "Let a method do what it does.")
  if (startsWith(code, "getattr(") && !endsWith(code, paste0(".", script_name(name)))) refuse(cx, expr, sprintf("A program can't set a member named `%s`.", name), "Names of letters, digits and `_` can be set.")
  if (name %in% kinds$parameter) refuse(cx, expr, "A parameter can't be replaced by a program.", sprintf("with_no_grad(self$%s$copy_(x)) changes its values.", name))
  is_buffer <- name %in% kinds$buffer
  # c() is NULL
  if (term$type == "Empty" && is_of_null(cx, term)) term <- none_term()
  if (is_registered(cx, term)) {
    refuse(cx, expr, sprintf("R makes `%s` a parameter or buffer from here on, and a program can't.", name), "$clone() of it is a tensor as others.")
  }
  # a buffer stays one
  term <- stop_if_registered(cx, name, term, if (is_buffer) "parameter" else c("parameter", "buffer"))
  if (!is_buffer && !exists(name, envir = r_self, inherits = FALSE)) {
    refuse(cx, expr, sprintf("The module has no field `%s` before the program runs.", name), "Set it in `initialize`.")
  }
  if (is_buffer && is.null(r_self[[name]])) {
    refuse(cx, expr, sprintf("The buffer `%s` is NULL before the program runs, and can't become a tensor.", name), sprintf("Begin with a tensor, or with a field: self$%s <- NULL.", name))
  }
  if (!is_buffer) check_empty_field(cx, self, name, term, expr)
  if (!is_buffer) note_field(cx, self, name, term, expr)
  type <- if (is_buffer) "Tensor" else field_type(cx, self, name, expr)
  if (becomes_double(type, term$type)) {
    is_number <- type == "int" && rlang::is_integer(r_self[[name]], 1)
    refuse(
      cx, expr, sprintf("`self$%s` holds integers before the program runs, and gets a double.", name),
      if (is_number) sprintf("`self$%s <- %d` in `initialize`, a double; or integers here, such as 1L.", name, r_self[[name]]) else "Begin with doubles; or add integers here, such as 1L."
    )
  }
  # a field stays what it begins as
  if (grepl("\\bint\\b", term$type) && grepl("\\bfloat\\b", type) && !grepl("\\b(int|number)\\b", type)) {
    refuse(cx, expr, sprintf("`self$%s` holds doubles before the program runs, and can't hold integers.", name), "as.numeric() makes doubles of them; or begin with integers, such as 0L.")
  }
  if (mixes_list_and_vector(type, term$type) && !is_of_null(cx, term)) {
    words <- script_types_in_words(c(type, term$type))
    refuse(cx, expr, sprintf("`self$%s` holds %s before the program runs, and gets %s.", name, words[[1]], words[[2]]), "list() makes lists, c() and numeric() vectors: begin with the same.")
  }
  if (required_type(type) %in% c("float", "whole")) term <- as_double_number(cx, term, expr)
  if (grepl("\\bnumber\\b", term$type) && !grepl("\\bnumber\\b", type)) {
    refuse(cx, expr, sprintf("`self$%s` holds numbers of one kind, and gets one of which only the program knows what it is.", name), "as.numeric() or as.integer() say which is meant.")
  }
  share_list(cx, term)
  if (type %in% c("?", "Empty") || term$type == "?") {
    if (!term$type %in% c("None", "Empty")) cx$unit$lost <- c(cx$unit$lost, name)
    return(invisible())
  }
  value <- if (term$type != "static") coerced_code(cx, term, type)
  if (is.null(value) && identical(script_type_kind(term$type), script_type_kind(type))) {
    words <- script_types_in_words(c(term$type, type))
    refuse(cx, expr, sprintf("What `self$%s` gets is %s, and %s is needed.", name, words[[1]], words[[2]]))
  }
  if (is.null(value)) value <- need_code(cx, term, type, expr, sprintf("What `self$%s` gets", name))
  # a buffer has no gradient, as in R
  emit(cx, sprintf("%s = %s", code, if (is_buffer) sprintf("torch.detach(%s)", value) else value))
  if (is_optional_type(type)) set_field_known(cx, field_key(self, name), !is_optional_type(term$type) && term$type != "None")
}

# What comes out of a call, a list or an argument may be a parameter or buffer, which is known when the program runs.
stop_if_registered <- function(cx, name, term, kinds) {
  if (required_type(term$type) != "Tensor" || isTRUE(term$is_new) || is.null(cx$own)) {
    return(term)
  }
  all <- unlist(lapply(kinds, function(kind) registered_terms(cx, cx$own, kind)), recursive = FALSE)
  if (length(all) == 0) {
    return(term)
  }
  term <- keep_term(cx, term)
  message <- sprintf("R makes `%s` a parameter or buffer from here on, and a program can't: $clone() of it is a tensor as others", name)
  emit(cx, c(
    sprintf("if %s:", paste(sprintf("%s is %s", term$code, vapply(all, function(one) one$code, "")), collapse = " or ")),
    sprintf("  raise ValueError(%s)", string_text(message))
  ))
  term
}

# A method that keeps its argument in a field, and is given a parameter or buffer.
refuse_registered <- function(cx, fn, matched, expr) {
  for (name in names(matched)) {
    if (!is_registered(cx, matched[[name]])) next
    walk_calls(body(fn), function(call) {
      keeps <- is.name(call[[1]]) && as.character(call[[1]]) %in% c("<-", "=") && is.call(call[[2]]) && identical(call[[2]][[1]], quote(`$`)) && identical(call[[2]][[2]], quote(self))
      if (keeps && identical(call[[3]], as.name(name))) {
        refuse(cx, expr, sprintf("R makes `%s` a parameter or buffer from here on, and a program can't.", as.character(call[[2]][[3]])), "$clone() of it is a tensor as others.")
      }
    })
  }
}

# NULL and list() are no fields of one type, nor what is no list and list().
check_empty_field <- function(cx, self, name, term, expr) {
  begins <- type_of_field(self$self[[name]]) %||% "?"
  type <- term$type
  if (begins == "Empty" && (type == "None" || is_optional_type(type))) {
    refuse(cx, expr, sprintf("`self$%s` begins with list(), and can't become NULL.", name), "Set it to list(); or begin with NULL.")
  }
  if (begins == "Empty" && !script_type_kind(type) %in% c("List", "Dict", "Empty", "Record", "Tuple", "Slots", "static", "?")) {
    refuse(cx, expr, sprintf("`self$%s` begins with list(), and gets %s.", name, script_type_in_words(type)), "Begin with NULL, or with a value of that type.")
  }
  known <- required_type(cx$unit$fields[[field_key(self, name)]] %||% begins)
  if (type == "Empty" && !known %in% c("Empty", "?") && !script_type_kind(known) %in% c("List", "Dict", "Vector")) {
    refuse(cx, expr, sprintf("`self$%s` is %s elsewhere, and can't become list().", name, script_type_in_words(known)), "Begin with list(), or use another field.")
  }
  if (type == "Empty" && begins == "?" && isTRUE(cx$unit$fields$.null) && is.null(cx$unit$fields[[field_key(self, name)]])) {
    refuse(cx, expr, sprintf("It is not known what `self$%s` will hold.", name), "Begin with list() in `initialize`.")
  }
}
# Whether R has it among the parameters or buffers of a module.
is_registered <- function(cx, term) {
  if (isTRUE(term$registered)) {
    return(TRUE)
  }
  if (is.null(cx$own) || !identical(term$type, "Tensor") || is.null(term$code) || !grepl("^self([.]\\w+)+$", term$code)) {
    return(FALSE)
  }
  names <- strsplit(term$code, ".", fixed = TRUE)[[1]][-1]
  self <- cx$own$self
  for (name in names[-length(names)]) {
    child <- registered(self, "child")[[name]]
    if (is.null(child) || inherits(child, "script_module")) {
      return(FALSE)
    }
    self <- self_of(child)
  }
  names[[length(names)]] %in% vapply(unlist(private_of(self)$.registry[c("parameter", "buffer")]), script_name, "")
}

# Fields become wider by what is set: optional by NULL, and of the type that is set where they begin with nothing.
note_field <- function(cx, self, name, term, expr) {
  key <- field_key(self, name)
  begins <- type_of_field(self$self[[name]])
  known <- cx$unit$fields[[key]]
  # field_type() tells why
  if (is.null(begins)) {
    return(invisible())
  }
  type <- returned_type(as_kept_number(cx, term)$type)
  if (type == "None" || is_optional_type(type)) assign(paste(key, "nulled"), TRUE, envir = cx$unit$fields)
  if (begins %in% c("?", "Empty")) {
    if (type %in% c("?", "Empty", "static")) {
      return(invisible())
    }
    if (begins == "?") type <- optional_type(type)
    if (type == "None" && is.null(known)) {
      return(invisible())
    }
  } else if (type == "None" || is_optional_type(type)) {
    type <- optional_type(begins)
  } else {
    return(invisible())
  }
  joined <- if (is.null(known)) type else join_parts(known, type)
  if (is.null(joined)) {
    words <- script_types_in_words(c(type, known %||% type))
    refuse(cx, expr, sprintf("`self$%s` is %s here and %s elsewhere.", name, words[[1]], words[[2]]), "A field has one type.")
  }
  if (begins == "Empty") joined <- joined_field("Empty", joined) %||% joined
  if (grepl("Record|Tuple", joined)) {
    refuse(cx, expr, sprintf("The field `%s` begins with nothing, and can't become %s.", name, script_type_in_words(required_type(joined))), if (grepl("^Record|^Tuple", required_type(joined))) "Begin with a list that has all its elements." else "Give each of them a list of its own, such as `self$states <- list()` and `self$rewards <- list()`.")
  }
  assign(key, joined, envir = cx$unit$fields)
}

# Attributes of the types that were found.
declare_fields <- function(unit, self, handle) {
  for (name in unit$changed[[rlang::obj_address(self)]]) {
    if (!exists(name, envir = self, inherits = FALSE) || name %in% unlist(private_of(self)$.registry)) next
    value <- self[[name]]
    begins <- type_of_field(value)
    type <- unit$fields[[paste("field", rlang::obj_address(self), name)]]
    if (is.null(type) && identical(begins, "Empty")) type <- "List[Tensor]"
    # libtorch would take a list of numbers for a tuple, and the shapes of tensors into the type
    if (is.null(type) && startsWith(begins %||% "", "List[")) type <- begins
    if (is.null(type) && grepl("^Record.*(Tensor|List)", begins %||% "")) {
      type <- as_tuples(begins)
      value <- without_all_names(value)
    }
    if (is.null(type) || is.null(begins)) next
    if (!begins %in% c("?", "Empty") && !startsWith(begins, "Record")) type <- joined_field(begins, type)
    label <- script_name(name)
    if (.Call(C_module_kind, handle, label) != "") .Call(C_module_remove, handle, label)
    .Call(C_module_register, handle, label, "a", value, script_type_text(unit, type))
  }
}
as_tuples <- function(type) {
  parts <- script_type_parts(type)
  if (startsWith(type, "Record")) tuple_type(vapply(unname(parts), as_tuples, "")) else type
}
without_all_names <- function(value) if (is.list(value) && !is.object(value)) unname(lapply(value, without_all_names)) else value

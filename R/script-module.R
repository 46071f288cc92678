# Modules as programs: their methods compiled, each for the types that it is called with.
#' @include jit-script.R jit-trace-module.R
NULL

script_module_of <- function(module, types, methods) {
  translated <- function(holds_tensors) {
    with_settled_fields(function(fields) translated_module(module, types, methods, holds_tensors, fields))
  }
  unit <- translated(FALSE)
  # what changes a constant would be lost
  if (unit$writes && unit$captures) unit <- translated(TRUE)
  report_problems(unit)
  done <- new.env()
  handle <- native_module(module, NULL, done)
  define_methods(unit, module, done)
  new_script_module(handle, "compiled from an R module")
}

translated_module <- function(module, types, methods, holds_tensors, fields) {
  unit <- new_script_unit("r", module, holds_tensors, fields)
  self <- script_self_of(unit, module, "self")
  unit$entries <- paste(self$address, union("forward", methods))
  for (name in union("forward", methods)) {
    fn <- self$self[[name]]
    if (!is.function(fn)) {
      abort_torchscript(sprintf("The module has no method `%s`.", name), "type")
    }
    # layers of this package tell what is neither a tensor nor seen in a default
    wanted <- if (name == "forward") utils::modifyList(as.list(private_of(self$self)$script_types), types) else list()
    formals <- formals(fn)
    if ("..." %in% names(formals)) {
      # a container passes on what it is given
      fn <- eval(call("function", as.pairlist(alist(input = )), quote(self$forward(input))), list(self = self$self), baseenv())
      environment(fn) <- list2env(list(self = self$self), parent = baseenv())
    }
    arguments <- script_arguments(unit, fn, wanted)
    translating(compile_method(unit, self, fn, name, arguments$types, arguments$defaults))
  }
  unit
}

# A module as code sees it: `code` leads to it from the method being compiled.
script_self_of <- function(unit, module, code) {
  self <- self_of(module)
  address <- rlang::obj_address(self)
  if (is.null(unit$changed[[address]])) {
    unit$changed[[address]] <- union(changed_fields(self), unit$fields[[changed_key(list(address = address))]])
    check_member_names(self, script_name, names(methods_of(self)))
  }
  structure(list(module = module, self = self, address = address, code = code, changed = unit$changed[[address]]), class = "script_self")
}

# ---- methods

# `defaults`: of what the user calls; other methods get all their arguments.
compile_method <- function(unit, self, fn, name, types, defaults = NULL) {
  is_entry <- !is.null(defaults)
  key <- paste(c(self$address, name, is_entry, names(types), types), collapse = "|")
  if (key %in% unit$compiling) {
    return(NULL)
  }
  if (is.null(unit$methods[[key]])) {
    unit$compiling <- c(unit$compiling, key)
    on.exit(unit$compiling <- setdiff(unit$compiling, key))
    others <- sum(vapply(unit$methods, function(method) method$address == self$address && method$method == name, NA))
    # what the user calls has the name itself, whatever called it before
    is_reserved <- !is_entry && paste(self$address, name) %in% unit$entries
    is_word <- name %in% python_keywords
    if (is_word && is_entry) {
      abort_torchscript(sprintf("A program can't have a method named `%s`: TorchScript has another meaning for it.", name), "compile", "Give it another name.")
    }
    label <- if (is_entry || others == 0 && !is_reserved && !is_word) identifier(name) else free_label(unit, self, name, others + 1L + is_reserved)
    inside <- script_self_of(unit, self$module, "self")
    made <- compile_function(unit, fn, label, types, defaults = defaults, prepare = function(cx, scope) {
      bind_term(cx, scope, "self", static_term(inside))
      cx$selves[[inside$address]] <- inside
      cx$own <- inside
      cx$names <- c(cx$names, "self")
    })
    unit$functions[[label]] <- NULL
    unit$methods[[key]] <- c(made, list(address = self$address, method = name))
  }
  unit$methods[[key]]
}

# What the module has itself keeps its name.
free_label <- function(unit, self, name, n) {
  members <- identifier(c(ls(self$self), ls(private_of(self$self)), unlist(private_of(self$self)$.registry)))
  while ((label <- sprintf("%s_%d", identifier(name), n)) %in% members) n <- n + 1L
  label
}

call_method <- function(cx, self, name, given, expr, scope) {
  fn <- self$self[[name]]
  if (inherits(self$module, "script_module")) {
    method <- self$module[[name]]
    signature <- .Call(C_function_signature, environment(method)$handle)
    return(call_with_signature(cx, sprintf("%s.%s", self$code, name), signature, given, expr, compiled_does(cx, method) == "changes", keeps = TRUE))
  }
  if (inherits(fn, "script_unused")) {
    return(call_unused(cx, name))
  }
  matched <- match_given(cx, formals(fn), given, expr, hands_on = TRUE)
  if (any_unknown(given)) {
    return(unknown_term())
  }
  refuse_registered(cx, fn, matched$matched, expr)
  static <- any(vapply(matched$matched, function(term) term$type %in% c("static", "None"), NA))
  # what a layer of this package returns may depend on its flags
  is_layer <- identical(topenv(environment(fn)), topenv())
  static <- static || is_layer && any(vapply(matched$matched, function(term) term$type == "bool" && is_static(term), NA))
  # what a list of modules holds is known
  is_container <- name != "forward" && inherits(self$module, c("nn_module_dict", "nn_module_list"))
  if ("..." %in% names(formals(fn)) || length(matched$absent) > 0 || static || is_container) {
    return(inline_method(cx, self, fn, given, expr, scope))
  }
  types <- lapply(matched$matched, function(term) if (term$type == "whole") "float" else as_kept_number(cx, term)$type)
  types <- types[intersect(names(formals(fn)), names(types))]
  # NULL: what gives a function is put in
  made <- unless_gives_function(cx, fn, function() compile_method(cx$unit, self, fn, name, types) %||% list())
  if (is.null(made)) {
    return(inline_method(cx, self, fn, given, expr, scope))
  }
  if (length(made) == 0) refuse(cx, expr, sprintf("`self$%s()` calls itself, which methods of a program can't.", name), "Write a loop.")
  matched$matched <- stop_if_nulls(cx, matched$matched, "")
  for (term in matched$matched) share_list(cx, term)
  codes <- vapply(names(types), function(label) paste0(made$labels[[label]], "=", need_code(cx, matched$matched[[label]], types[[label]], expr)), "")
  term <- called_term(cx, made, sprintf("%s.%s(%s)", self$code, made$name, paste(codes, collapse = ", ")))
  forget_fields(cx)
  term
}

# Before its arguments are translated.
refuse_lazy_method <- function(cx, self, fn, expr, scope) {
  first <- asked_module(cx, self, fn)
  if (!identical(first, self)) {
    return(if (is.function(first$self$forward)) refuse_lazy_method(cx, first, first$self$forward, expr, scope))
  }
  if (inherits(self$module, "script_module") || inherits(fn, "script_unused") || isTRUE(scope$is_package) || is_of_packages(fn)) {
    return(invisible())
  }
  refuse_lazy_arguments(cx, expr, scope, formals(fn), body(fn), scope_of_method(cx, self, fn))
}

scope_of_method <- function(cx, self, fn) {
  scope <- new_scope(cx, NULL, environment(fn))
  bind_term(cx, scope, "self", static_term(self))
  scope
}

inline_method <- function(cx, self, fn, given, expr, from = NULL) {
  outer <- scope_of_method(cx, self, fn)
  outer$is_package <- identical(topenv(environment(fn)), topenv())
  # private methods see the module by the way that leads to it from here
  around <- cx$selves
  on.exit(cx$selves <- around)
  cx$selves[[self$address]] <- self
  outer$is_inline <- TRUE
  inline_call(cx, formals(fn), body(fn), given, expr, parent = outer, from = from)
}

call_unused <- function(cx, name) {
  emit(cx, sprintf("raise NotImplementedError(%s)", string_text(sprintf("%s() is marked with jit_unused() and is not in the program", name))))
  cx$dead <- TRUE
  none_term()
}

# ---- functions and modules that are compiled already

call_compiled <- function(cx, fn, given, expr, name) {
  handle <- environment(fn)$handle
  signature <- .Call(C_function_signature, handle)
  # a function from elsewhere is put in where it is called
  label <- constant_name(cx$unit, handle, name)
  call_with_signature(cx, label, signature, given, expr, compiled_does(cx, fn) == "changes")
}

# `changes`: it may change what it is given. `keeps`: what it gives may be what it has in a field.
call_with_signature <- function(cx, code, signature, given, expr, changes, keeps = FALSE) {
  if (changes) cx$unit$writes <- TRUE
  if (any(grepl("__torch__", c(signature$types, signature$returns), fixed = TRUE))) {
    refuse(cx, expr, "This program takes or returns a list with names, or an object: other programs can't use it.", "Call the R function that it was made from.")
  }
  types <- vapply(sub(" (inferred)", "", signature$types, fixed = TRUE), declared_script_type, "", USE.NAMES = FALSE)
  returns <- declared_script_type(sub(" (inferred)", "", signature$returns, fixed = TRUE))
  labels <- signature$arguments
  formals <- stats::setNames(rep(list(quote(expr = )), length(labels)), labels)
  matched <- match_given(cx, formals, given, expr)$matched
  missing <- setdiff(labels[signature$required], names(matched))
  if (length(missing) > 0) refuse(cx, expr, sprintf("Argument `%s` is missing.", missing[[1]]))
  # what it gives may be what it was given
  if (!changes) for (term in matched) share_list(cx, term)
  codes <- vapply(intersect(labels, names(matched)), function(label) {
    type <- types[[match(label, labels)]]
    code <- need_code(cx, matched[[label]], type, expr, sprintf("`%s`", label))
    # R gives a copy of a list
    paste0(label, "=", if (changes && grepl("List|Vector|Dict", type)) copied_code(cx, keep_term(cx, new_term(type, code))$code, type) else code)
  }, "")
  result <- called_term(cx, list(returns = returns), sprintf("%s(%s)", code, paste(codes, collapse = ", ")))
  # as after loops, which it may have
  if (!is.null(cx$loop) && !cx$dead) {
    result <- keep_term(cx, result)
    emit(cx, "torch.is_grad_enabled()")
  }
  if (!changes && !keeps || !grepl("List|Vector|Dict", returns)) {
    return(result)
  }
  new_term(returns, copied_code(cx, keep_term(cx, result)$code, returns), fresh = TRUE)
}

# ---- members

self_member <- function(cx, self, name, expr) {
  r_self <- self$self
  if (is.numeric(name) || inherits(self$module, c("nn_module_list", "nn_module_dict", "nn_sequential"))) {
    children <- registered(r_self, "child")
    at <- if (is.numeric(name)) name else match(name, names(children))
    if (is.numeric(name) && !isTRUE(at >= 1 && at <= length(children) && at == trunc(at))) refuse(cx, expr, sprintf("There is no module %s.", format(name)))
    if (!is.na(at)) {
      return(child_term(cx, self, names(children)[[at]], children[[at]]))
    }
  }
  if (inherits(self$module, "script_module")) {
    return(scripted_member(cx, self, name, expr))
  }
  if (name == "children") {
    children <- registered(r_self, "child")
    return(static_term(Map(function(name, child) static_value(child_term(cx, self, name, child)), names(children), children)))
  }
  if (name %in% c("parameters", "buffers")) {
    kind <- sub("s$", "", name)
    return(make_list(cx, registered_terms(cx, self, kind)[!is_repeated(registered_values(r_self, kind))], expr, NULL))
  }
  code <- member_code(self, name)
  if (name == "training") {
    return(new_term("bool", code, simple = FALSE))
  }
  kinds <- private_of(r_self)$.registry
  if (name %in% c(kinds$parameter, kinds$buffer)) {
    return(if (is.null(r_self[[name]])) none_term() else new_term("Tensor", code))
  }
  if (name %in% kinds$child) {
    return(child_term(cx, self, name, r_self[[name]]))
  }
  if (!exists(name, envir = r_self, inherits = FALSE)) {
    refuse(cx, expr, sprintf("The module has no member `%s`.", name), sprintf("Where it may be absent, `self$%s <- NULL` in `initialize` makes one.", name))
  }
  if (is_active(r_self, name)) {
    return(inline_method(cx, self, activeBindingFunction(name, r_self), list(), expr))
  }
  value <- r_self[[name]]
  if (is_nn_module(value)) {
    return(child_term(cx, self, name, value))
  }
  if (inherits(value, "script_function")) {
    return(static_term(value))
  }
  if (is.function(value)) {
    if (name %in% unscripted_methods && identical(body(value), body(nn_Module$public_methods[[name]]))) {
      hint <- if (name %in% c("train", "eval")) {
        "Call it before the program runs: `self$training` tells which it was."
      } else if (startsWith(name, "register_") || name == "add_module") {
        "Register it in `initialize`."
      } else {
        "Call it before the program runs, or after it."
      }
      refuse(cx, expr, sprintf("`$%s()` of a module can't be in a program.", name), hint)
    }
    return(static_term(member_function(function(cx, given, expr, scope) call_method(cx, self, name, given, expr, scope), fn = value, module = self)))
  }
  if (is_torch_tensor(value) && !name %in% self$changed) {
    return(new_term("Tensor", code))
  }
  if (name %in% self$changed) {
    return(field_term(cx, self, name, code, expr))
  }
  capture_value(cx, value, name)
}

# What every module has, and a program has not.
unscripted_methods <- setdiff(names(nn_Module$public_methods), c("initialize", "forward"))

# A member's name in TorchScript: a file could not be read again where it is a word of Python's.
script_name <- function(name) {
  label <- without_dots(name)
  paste0(label, ifelse(label %in% python_keywords, "_", ""))
}
member_code <- function(self, name) {
  label <- script_name(name)
  if (grepl("^[A-Za-z_][A-Za-z0-9_]*$", label)) sprintf("%s.%s", self$code, label) else sprintf("getattr(%s, %s)", self$code, string_text(label))
}

child_term <- function(cx, self, name, module) {
  static_term(script_self_of(cx$unit, module, member_code(self, name)))
}

# Its parameters or buffers, and those of its children, without their names: these have dots.
registered_terms <- function(cx, self, kind) {
  own <- names(registered(self$self, kind))
  children <- registered(self$self, "child")
  inner <- Map(function(name, child) registered_terms(cx, static_value(child_term(cx, self, name, child)), kind), names(children), children)
  unname(c(lapply(own, function(name) new_term("Tensor", member_code(self, name))), unlist(inner, recursive = FALSE)))
}

# The tensors themselves, in the same order: what stands in two places counts once.
registered_values <- function(self, kind) {
  unname(c(lapply(names(registered(self, kind)), function(name) self[[name]]), unlist(lapply(registered(self, "child"), function(child) registered_values(self_of(child), kind)), recursive = FALSE)))
}
is_repeated <- function(tensors) vapply(seq_along(tensors), function(i) !is.null(tensors[[i]]) && any(vapply(tensors[seq_len(i - 1)], identical, NA, tensors[[i]])), NA)

scripted_member <- function(cx, self, name, expr) {
  handle <- environment(self$module)$handle
  kind <- .Call(C_module_kind, handle, name)
  code <- member_code(self, name)
  if (kind == "method") {
    return(static_term(member_function(function(cx, given, expr, scope) call_method(cx, self, name, given, expr, scope))))
  }
  if (kind == "child") {
    return(child_term(cx, self, name, self$module[[name]]))
  }
  if (kind == "") refuse(cx, expr, sprintf("The module has no member `%s`.", name))
  if (kind == "constant") {
    return(capture_value(cx, .Call(C_module_attribute, handle, name), name))
  }
  type <- .Call(C_module_attribute_type, handle, name)
  if (grepl("__torch__", type, fixed = TRUE)) refuse(cx, expr, sprintf("The member `%s` of a TorchScript module can't be used here.", name), "Give the module a method that returns what is wanted of it.")
  new_term(declared_script_type(type), code)
}

# ---- the module of TorchScript

# Children first: a method is compiled against those that it calls.
define_methods <- function(unit, module, done, seen = new.env()) {
  self <- self_of(module)
  address <- rlang::obj_address(self)
  if (inherits(module, "script_module") || !is.null(seen[[address]])) {
    return(invisible())
  }
  assign(address, TRUE, envir = seen)
  for (child in registered(self, "child")) define_methods(unit, child, done, seen)
  handle <- done[[address]]
  changed <- unit$changed[[address]]
  fields <- module_fields(self)
  declare_fields(unit, self, handle)
  rename_words(handle, self, fields, done)
  .Call(C_module_fix, handle, script_name(setdiff(names(fields), c("training", changed))))
  for (name in names(unit$shared[[address]])) .Call(C_module_register, handle, name, "a", unit$shared[[address]][[name]], NULL)
  texts <- vapply(Filter(function(method) method$address == address, unit$methods), function(method) method$text, "")
  if (length(texts) == 0) {
    return(invisible())
  }
  definitions <- paste0(script_source(unit), "\n")
  tryCatch(
    .Call(C_module_define, handle, paste0(paste(c(source_mark, texts), collapse = "\n\n"), "\n"), definitions, if (length(unit$known) > 0) unit$known),
    torchscript_compile_error = function(e) refuse_source(e)
  )
}

rename_words <- function(handle, self, fields, done) {
  members <- c(registered(self, "parameter"), registered(self, "buffer"), registered(self, "child"), fields)
  for (name in intersect(names(members), python_keywords)) {
    kind <- .Call(C_module_kind, handle, name)
    if (kind == "") next
    value <- members[[name]]
    if (is_nn_module(value)) value <- if (inherits(value, "script_module")) environment(value)$handle else done[[rlang::obj_address(self_of(value))]]
    .Call(C_module_remove, handle, name)
    .Call(C_module_register, handle, script_name(name), switch(kind, parameter = "p", buffer = "b", "a"), value, list_type(value))
  }
}

#' Leave functions out of programs
#'
#' What [jit_script()] must not compile: a function or method marked so is called in R as ever, and in a program raises an
#' error when it is reached.
#'
#' @param fn A function.
#' @return `fn`, with the class `script_unused`.
#' @section Errors: a `torchscript_type_error` for what is no function.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/jit_language_reference.html)
#' @export
#' @examples
#' show_shape <- jit_unused(function(x) print(dim(x)))
#' f <- jit_script(function(x, verbose = FALSE) {
#'   if (verbose) show_shape(x)
#'   x + 1
#' })
#' f(torch_tensor(1))
jit_unused <- function(fn) {
  if (!is.function(fn)) {
    abort_torchscript(sprintf("`fn` must be a function, not %s.", describe(fn)), "type")
  }
  class(fn) <- c("script_unused", setdiff(oldClass(fn), "script_unused"))
  fn
}

# What a function takes from around it that can't be a constant of a program: modules, tensors that want gradients, and
# tensors that it changes.
# They become members of a module around the program, its holder, and functions that use them methods of that module.
#' @include script-module.R
NULL

# Begins with a plain function: most need no holder, and those that do are translated once more.
compile_with_holder <- function(unit, fn, arguments, returns) {
  compile <- function(name) compile_function(unit, fn, name, arguments$types, returns, arguments$defaults, enter_holder(unit))
  tryCatch(compile("fn"), script_needs_holder = function(condition) {
    unit$holder <- new_script_holder(unit)
    made <- compile("forward")
    keep_method(unit, made, "forward")
  })
}

new_script_holder <- function(unit) {
  # functions are saved as this module's `forward` by PyTorch too
  script_self_of(unit, nn_module("PlaceholderModule")(), "self")
}

# For compile_function(): the function is a method of the holder.
enter_holder <- function(unit) {
  if (!is.null(unit$holder)) function(cx, scope) cx$holder <- unit$holder
}

keep_method <- function(unit, made, key) {
  unit$functions[[made$name]] <- NULL
  unit$methods[[key]] <- c(made, list(address = unit$holder$address, method = made$name))
  made$name <- paste0("self.", made$name)
  made
}

# A function that the program calls: a method if it needs the holder.
compile_called <- function(unit, fn, label, types, key) {
  tryCatch(compile_function(unit, fn, label, types), script_needs_holder = function(condition) {
    if (is.null(unit$holder)) need_holder()
    keep_method(unit, compile_function(unit, fn, label, types, prepare = enter_holder(unit)), key)
  })
}

need_holder <- function() {
  stop(structure(class = c("script_needs_holder", "condition"), list(message = "a member of the holder is needed", call = NULL)))
}

# The name of the holder's member for this module or tensor.
held_name <- function(cx, value, name, kind) {
  if (!is.null(cx$unit$entries)) {
    what <- if (kind == "child") "A module from outside" else "A tensor from outside that requires gradients"
    refuse(cx, as.name(name), paste(what, "can't be used in a module's methods."), if (kind == "child") "Make it a member of the module; nn_module_list() holds several." else "Make it a member of the module.")
  }
  if (is.null(cx$holder)) need_holder()
  self <- cx$holder$self
  known <- Filter(function(member) identical(self[[member]], value), private_of(self)$.registry[[kind]])
  if (length(known) > 0) {
    return(known[[1]])
  }
  label <- sprintf("captured_%d", length(unlist(private_of(self)$.registry)) + 1L)
  register(self, label, kind, value)
  label
}

held_module <- function(cx, module, name = "module") {
  script_self_of(cx$unit, module, sprintf("self.%s", held_name(cx, module, name, "child")))
}

held_tensor <- function(cx, tensor, name) {
  if (!is.null(cx$unit$entries) && !tensor$requires_grad) {
    return(shared_tensor(cx, tensor, name))
  }
  kind <- if (tensor$requires_grad) "parameter" else "buffer"
  new_term("Tensor", sprintf("self.%s", held_name(cx, tensor, name, kind)))
}

# A tensor that a module's methods have from around them or from a list, where some tensor is changed in place: a member
# that the program shares with R. Functions have no members.
shared_tensor <- function(cx, tensor, name) {
  if (is.null(cx$own)) {
    return(new_term("Tensor", constant_name(cx$unit, tensor, name), simple = TRUE))
  }
  known <- cx$unit$shared[[cx$own$address]]
  label <- names(known)[vapply(known, identical, NA, tensor)]
  if (length(label) == 0) {
    n <- length(known) + 1L
    while (exists(label <- sprintf("captured_%d", n), envir = cx$own$self, inherits = FALSE)) n <- n + 1L
    cx$unit$shared[[cx$own$address]][[label]] <- tensor
  }
  new_term("Tensor", sprintf("self.%s", label[[1]]), simple = TRUE)
}

link_holder <- function(unit) {
  done <- new.env()
  handle <- native_module(unit$holder$module, NULL, done)
  define_methods(unit, unit$holder$module, done)
  .Call(C_module_method, handle, "forward")
}

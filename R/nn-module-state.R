# What a module holds, at any depth: listed, saved, moved, copied.
#' @include nn-module.R
NULL

# Members of one kind by name, those that are NULL left out.
registered <- function(self, kind) {
  if (is_script_self(self)) {
    return(script_registered(self, kind))
  }
  names <- private_of(self)$.registry[[kind]]
  members <- mget(names, envir = self)
  members[!vapply(members, is.null, NA)]
}

# function(kind) for every module at any depth, its name in front
module_tensors <- function(self, kind, recursive = TRUE, prefix = "") {
  own <- registered(self, kind)
  names(own) <- if (length(own) > 0) paste0(prefix, names(own))
  if (!recursive) {
    return(own)
  }
  children <- registered(self, "child")
  inner <- lapply(names(children), function(name) {
    module_tensors(self_of(children[[name]]), kind, TRUE, paste0(prefix, name, "."))
  })
  c(own, unlist(inner, recursive = FALSE))
}

# A tensor under two names counts once.
unique_tensors <- function(tensors) {
  if (length(tensors) == 0) {
    return(list())
  }
  tensors[!.Call(C_repeated_tensors, tensors)]
}

# The module itself first, then what is inside it, each once.
all_modules <- function(self) {
  found <- list(callable(self))
  seen <- rlang::obj_address(self)
  visit <- function(self, prefix) {
    children <- registered(self, "child")
    for (name in names(children)) {
      inner <- self_of(children[[name]])
      if (rlang::obj_address(inner) %in% seen) next
      seen <<- c(seen, rlang::obj_address(inner))
      found[[paste0(prefix, name)]] <<- children[[name]]
      visit(inner, paste0(prefix, name, "."))
    }
  }
  visit(self, "")
  found
}

module_state <- function(self, prefix, keepvars) {
  tensors <- c(module_tensors(self, "parameter", FALSE), Filter(is_persistent, module_tensors(self, "buffer", FALSE)))
  if (!keepvars) tensors <- lapply(tensors, function(tensor) tensor$detach())
  names(tensors) <- if (length(tensors) > 0) paste0(prefix, names(tensors))
  children <- registered(self, "child")
  inner <- lapply(names(children), function(name) children[[name]]$state_dict(paste0(prefix, name, "."), keepvars))
  c(tensors, unlist(inner, recursive = FALSE))
}

load_module_state <- function(self, state, strict, refer = FALSE) {
  if (!is.list(state) || is.null(names(state)) && length(state) > 0) {
    abort_torchscript(sprintf("`state_dict` must be a named list of tensors, not %s.", describe(state)), "type")
  }
  wanted <- c(module_tensors(self, "parameter"), Filter(is_persistent, module_tensors(self, "buffer")))
  missing <- setdiff(names(wanted), names(state))
  unexpected <- setdiff(names(state), names(wanted))
  if (strict && length(c(missing, unexpected)) > 0) {
    abort_torchscript(
      c(
        "`state_dict` is not of this module.",
        x = if (length(missing) > 0) sprintf("It lacks: %s.", shortened(missing)),
        x = if (length(unexpected) > 0) sprintf("It has besides: %s.", shortened(unexpected))
      ), "value", "strict = FALSE takes the names that both have."
    )
  }
  common <- intersect(names(wanted), names(state))
  for (name in common) {
    check_state_tensor(name, state[[name]], wanted[[name]])
  }
  local_no_grad()
  for (name in common) {
    if (refer) wanted[[name]]$set_data(state[[name]]) else wanted[[name]]$copy_(state[[name]])
  }
}

# Everything is checked before anything is changed.
check_state_tensor <- function(name, given, wanted) {
  if (!is_torch_tensor(given)) {
    abort_torchscript(sprintf("`state_dict$%s` must be a tensor, not %s.", name, describe(given)), "type")
  }
  if (!identical(dim(given), dim(wanted))) {
    abort_torchscript(
      sprintf("`state_dict$%s` has shape (%s), and the module's (%s).", name, toString(dim(given)), toString(dim(wanted))),
      "value"
    )
  }
}

shortened <- function(names, most = 6) {
  paste0(toString(utils::head(names, most)), if (length(names) > most) sprintf(" and %d more", length(names) - most))
}

move_module <- function(self, dtype, device, tensor, non_blocking) {
  if (!is.null(tensor)) {
    dtype <- tensor$dtype
    device <- tensor$device
  }
  moved <- function(x) {
    # whole numbers stay what they are: positions and counts
    wanted <- if (!is.null(dtype) && (x$dtype$is_floating_point || x$dtype$is_complex)) dtype else x$dtype
    x$to(dtype = wanted, device = device, non_blocking = non_blocking)
  }
  change_tensors(self, moved)
}

# In place: optimisers and other modules hold the same tensors.
change_tensors <- function(self, fn) {
  changed <- function(x) {
    result <- fn(x)
    if (!is_torch_tensor(result)) {
      abort_torchscript(sprintf("`fn` must return a tensor, not %s.", describe(result)), "type", argument = "fn")
    }
    result
  }
  local_no_grad()
  for (x in c(module_tensors(self, "parameter"), module_tensors(self, "buffer"))) {
    data <- changed(x$detach())
    grad <- if (!is.null(x$grad)) changed(x$grad)
    x$grad <- NULL
    x$set_data(data)
    x$grad <- grad
  }
}

#' Copy a module
#'
#' @param module A module.
#' @param deep Whether the parameters, buffers and children are copied too, or shared with `module`. What is shared inside
#'   it, such as a tied weight, is shared inside the copy.
#' @param ... Not used.
#' @param replace_values Not used; for code written for torch for R.
#' @return A module.
#' @export
#' @examples
#' model <- nn_sequential(nn_module(initialize = function() self$w <- nn_parameter(torch_ones(1)))())
#' copy <- clone_module(model, deep = TRUE)
clone_module <- function(module, deep = FALSE, ..., replace_values = TRUE) {
  check_module(module)
  copied_module(self_of(module), deep, new.env())
}

copied_module <- function(self, deep, done) {
  if (is_script_self(self)) {
    return(copied_script_module(callable(self)))
  }
  address <- rlang::obj_address(self)
  if (!is.null(done[[address]])) {
    return(done[[address]])
  }
  copy <- self$clone(deep = FALSE)
  base::assign(".callable", NULL, envir = private_of(copy))
  done[[address]] <- callable(copy)
  if (deep) {
    for (kind in c("parameter", "buffer")) {
      tensors <- registered(self, kind)
      for (name in names(tensors)) base::assign(name, copied_tensor(tensors[[name]], done), envir = copy)
    }
    children <- registered(self, "child")
    for (name in names(children)) base::assign(name, copied_module(self_of(children[[name]]), TRUE, done), envir = copy)
  }
  done[[address]]
}

copied_tensor <- function(tensor, done) {
  address <- rlang::obj_address(tensor)
  if (is.null(done[[address]])) {
    copy <- copied_values(tensor$detach(), done)
    done[[address]] <- if (is_nn_parameter(tensor)) nn_parameter(copy, tensor$requires_grad) else nn_buffer(copy, is_persistent(tensor))
  }
  done[[address]]
}

# Views of one storage are views of its one copy.
copied_values <- function(tensor, done) {
  if (!tensor$has_storage() || length(tensor) == 0 || tensor$is_quantized) {
    return(tensor$clone())
  }
  storage <- tensor$storage()
  key <- paste(storage$data_ptr(), format(tensor$dtype))
  if (is.null(done[[key]])) {
    done[[key]] <- tensor$as_strided(storage$size(), 1, 0)$clone()
  }
  done[[key]]$as_strided(tensor$shape, tensor$stride(), tensor$storage_offset())
}

print_module <- function(self) {
  count <- function(tensors) sum(vapply(tensors, function(tensor) length(tensor), 0))
  number <- function(n) format(n, big.mark = ",", scientific = FALSE)
  section <- function(title, lines) {
    if (length(lines) > 0) cat("\n", cli::rule(left = title), "\n", paste0(cli::symbol$bullet, " ", lines, "\n"), sep = "")
  }
  tensor_lines <- function(tensors) {
    vapply(names(tensors), function(name) {
      tensor <- tensors[[name]]
      sprintf("%s: %s [%s]", name, dtype_label(tensor$dtype), paste0("1:", dim(tensor), collapse = ", "))
    }, "")
  }
  cat("An `nn_module` containing ", number(count(self$parameters)), " parameters.\n", sep = "")
  children <- registered(self, "child")
  section("Modules", vapply(names(children), function(name) {
    sprintf("%s: <%s> #%s parameters", name, class(children[[name]])[[1]], number(count(children[[name]]$parameters)))
  }, ""))
  section("Parameters", tensor_lines(registered(self, "parameter")))
  section("Buffers", tensor_lines(registered(self, "buffer")))
  invisible(callable(self))
}

#' @export
print.nn_module <- function(x, ...) {
  self_of(x)$print()
  invisible(x)
}

# `x$name` and `x$name(...)`: of tensors, lists, modules and `self`.

dollar_value <- function(cx, expr, scope) {
  held <- translate(cx, expr[[2]], scope)
  name <- if (is.name(expr[[3]]) || is.character(expr[[3]])) as.character(expr[[3]]) else refuse(cx, expr, "A name must stand behind `$`.")
  member_value(cx, held, name, expr, scope)
}

member_value <- function(cx, held, name, expr, scope) {
  switch(script_type_kind(held$type),
    `?` = unknown_term(),
    Tensor = tensor_member(cx, held, name, expr, scope),
    Record = {
      refuse_abbreviation(cx, name, names(script_type_parts(held$type)), expr)
      part_of(cx, held, name, expr)
    },
    Dict = dict_element(cx, held, literal_term(name), expr),
    static = static_member(cx, static_value(held), name, expr, scope),
    dtype = dtype_member(cx, held, name, expr),
    Device = device_member(cx, held, name, expr),
    refuse(cx, expr, sprintf("%s has no `$%s`.", script_type_in_words(held$type), name), if (is_optional_type(held$type)) "Ask is.null() first.")
  )
}

# x$f(...) and self$f(...)
call_member <- function(cx, head, expr, scope) {
  if (!isTRUE(scope$is_package)) refuse_changed_receiver(cx, head, expr, scope)
  term <- translate(cx, head, scope)
  if (term$type == "?") {
    return(term)
  }
  if (!is_static(term) || !(is_callable(static_value(term)) || is_nn_module(static_value(term)))) {
    refuse(cx, expr, sprintf("`%s` is no function.", squeeze_text(head)))
  }
  call_function(cx, static_value(term), expr, scope)
}

# R takes what the method is of before it computes the arguments.
refuse_changed_receiver <- function(cx, head, expr, scope) {
  root <- assigned_root(head[[2]])
  calls <- Filter(function(part) is.call(part) && !identical(part[[1]], quote(`function`)), as.list(expr)[-1])
  if (!is.name(root) || length(calls) == 0 || inherits(value_here(cx, scope, root), "script_self")) {
    return(invisible())
  }
  if (as.character(root) %in% unlist(lapply(calls, function(part) changes_of_argument(cx, scope, part)$set))) {
    refuse(cx, expr, sprintf("An argument sets `%s`, whose method this is.", as.character(root)), "Do it before the call.")
  }
}

# `fn` and `module`: of a method.
member_function <- function(call, fn = NULL, module = NULL) structure(list(call = call, fn = fn, module = module), class = "script_member")

tensor_member <- function(cx, held, name, expr, scope) {
  own <- script_tensor_members[[name]]
  held <- keep_term(cx, held)
  if (!is.null(own)) {
    return(own(cx, held, expr))
  }
  member <- .subset2(tensor_members, name) %||% tryCatch(find_tensor_member(name), torchscript_error = function(e) {
    binding <- if (!is.null(held$place)) cx$vars[[held$place]]
    is_default <- !is.null(binding) && endsWith(binding$version, " argument") && binding$declared == "Optional[Tensor]"
    hint <- if (is_default) sprintf("`%s = NULL` is a tensor or NULL; another type is said, as in jit_script(f, %s = \"Optional[Dict[str, Tensor]]\").", binding$r_name, binding$r_name)
    refuse(cx, expr, conditionMessage(e), hint %||% e$hint)
  })
  inline_call(cx, formals(member), body(member), list(held), expr, env = environment(member), is_package = TRUE, name = name)
}

tensor_property <- function(type, code) {
  force(type)
  force(code)
  function(cx, held, expr) new_term(type, sprintf(code, held$code))
}
tensor_call <- function(run) {
  force(run)
  function(cx, held, expr) static_term(member_function(function(cx, given, expr, scope) run(cx, held, given, expr)))
}

item_of <- function(cx, held) {
  one <- sprintf("%s(%s)", helper(cx, "one"), held$code)
  switch(held$dtype %||% "float",
    bool = new_term("bool", sprintf("bool(%s)", one)),
    int = new_term("int", sprintf("int(%s)", one)),
    double = new_term("float", sprintf("float(%s)", one)),
    {
      # a number, or TRUE or FALSE: that is in the tensor alone
      held <- keep_term(cx, held)
      term <- new_term("float", sprintf("float(%s(%s))", helper(cx, "one"), held$code), dtype = "unsure")
      term$tensor <- held$code
      term
    }
  )
}
script_tensor_members <- list(
  shape = function(cx, held, expr) new_term("Vector[int]", sprintf("torch.size(%s)", held$code), fresh = TRUE),
  is_leaf = tensor_property("bool", "%s.is_leaf"),
  is_sparse = tensor_property("bool", "%s.is_sparse"),
  is_quantized = tensor_property("bool", "%s.is_quantized"),
  dtype = tensor_property("dtype", "%s.dtype"),
  device = tensor_property("Device", "%s.device"),
  ndim = function(cx, held, expr) new_term("int", sprintf("torch.dim(%s)", held$code), lower = 0),
  requires_grad = tensor_property("bool", "%s.requires_grad"),
  is_cuda = tensor_property("bool", "%s.is_cuda"),
  grad = function(cx, held, expr) refuse(cx, expr, "`$grad` can't be asked of a program's tensors: it may be NULL, and TorchScript does not see that.", "autograd_grad() gives gradients; or ask it before, or after."),
  dim = tensor_call(function(cx, held, given, expr) new_term("int", sprintf("torch.dim(%s)", held$code), lower = 0)),
  numel = tensor_call(function(cx, held, given, expr) new_term("int", sprintf("torch.numel(%s)", held$code), lower = 0)),
  item = tensor_call(function(cx, held, given, expr) item_of(cx, held)),
  size = tensor_call(function(cx, held, given, expr) {
    if (length(given) == 0) {
      return(new_term("Vector[int]", sprintf("torch.size(%s)", held$code), fresh = TRUE))
    }
    new_term("int", sprintf("torch.size(%s, %s)", held$code, position_code(cx, stop_if_flag(cx, given[[1]], expr), expr)), lower = 0)
  }),
  stride = tensor_call(function(cx, held, given, expr) {
    if (length(given) == 0) {
      return(new_term("Vector[int]", sprintf("%s.stride()", held$code), fresh = TRUE))
    }
    new_term("int", sprintf("%s.stride(%s)", held$code, position_code(cx, given[[1]], expr)))
  }),
  storage_offset = tensor_call(function(cx, held, given, expr) new_term("int", sprintf("%s.storage_offset()", held$code), lower = 0)),
  element_size = tensor_call(function(cx, held, given, expr) new_term("int", sprintf("%s.element_size()", held$code), lower = 1)),
  requires_grad_ = tensor_call(function(cx, held, given, expr) {
    new_term("Tensor", sprintf("%s.requires_grad_(%s)", held$code, if (length(given) == 0) "True" else need_code(cx, given[[1]], "bool", expr)))
  }),
  backward = tensor_call(function(cx, held, given, expr) refuse(cx, expr, "`$backward()` can't run inside a program.", "autograd_grad(loss, list(w)) gives the gradients; or call it on what the program returns.")),
  detach_ = tensor_call(function(cx, held, given, expr) new_term("Tensor", sprintf("torch.detach_(%s)", held$code))),
  copy_ = tensor_call(function(cx, held, given, expr) {
    note_write(cx, held, expr)
    written_now(cx, new_term("Tensor", sprintf("torch.copy_(%s, %s)", held$code, need_code(cx, given[[1]], "Tensor", expr, "`src`"))))
  })
)
for (.dtype in c("float", "double", "half", "bfloat16", "long", "int", "short", "bool")) {
  script_tensor_members[[.dtype]] <- local({
    made <- .dtype
    tensor_call(function(cx, held, given, expr) {
      dtype <- literal_term(get(paste0("torch_", made), topenv())())
      new_term("Tensor", sprintf("torch.to(%s, %s)", held$code, dtype$code), dtype = switch(made, bool = "bool", long = , int = , short = "int"))
    })
  })
}
rm(.dtype)

native_calls <- list(
  C_tensor_shape = function(cx, given, expr) new_term("Vector[int]", sprintf("torch.size(%s)", given[[1]]$code), fresh = TRUE),
  C_tensor_count = function(cx, given, expr) new_term("int", sprintf("torch.numel(%s)", given[[1]]$code), lower = 0),
  C_tensor_item = function(cx, given, expr) item_of(cx, given[[1]]),
  C_tensor_dtype = function(cx, given, expr) new_term("dtype", sprintf("%s.dtype", given[[1]]$code)),
  C_tensor_device = function(cx, given, expr) new_term("Device", sprintf("%s.device", given[[1]]$code)),
  C_tensor_layout = function(cx, given, expr) refuse(cx, expr, "A program does not know layouts.", "`x$is_sparse` can be asked."),
  C_default_dtype = function(cx, given, expr) literal_term(torch_get_default_dtype()),
  C_manual_seed = function(cx, given, expr) {
    emit(cx, sprintf("torch.manual_seed(%s)", need_code(cx, given[[1]], "int", expr, "`seed`")))
    none_term()
  }
)

# Generics that have R's own way in their methods.
script_tensor_generics <- list(
  range = function(cx, given, expr) summarise_tensor(cx, "range", given, expr),
  sort = function(cx, given, expr) {
    matched <- match_given(cx, alist(x = , decreasing = , ... = ), given, expr)
    if (length(matched$dots) > 0) refuse(cx, expr, "`sort()` of a tensor takes `decreasing` alone here.", "torch_sort(x, dim) has more.")
    x <- keep_term(cx, matched$matched$x)
    falls <- need_code(cx, matched$matched$decreasing %||% literal_term(FALSE), "bool", expr, "`decreasing`")
    emit(cx, c(sprintf("if torch.dim(%s) != 1:", x$code), "  raise ValueError(\"`sort()` needs a tensor with one dimension: torch_sort(x, dim) sorts along any.\")"))
    # as R does, without NaN
    new_term("Tensor", sprintf("torch.sort(torch.masked_select(%1$s, torch.logical_not(torch.isnan(%1$s))), 0, %2$s)[0]", x$code, falls), dtype = x$dtype)
  },
  unique = function(cx, given, expr) refuse(cx, expr, "`unique()` of a tensor can't be translated.", "torch_unique_consecutive(torch_sort(x, dim = 1)[[1]]) gives the values, sorted."),
  rep = function(cx, given, expr) refuse(cx, expr, "`rep()` of a tensor can't be translated.", "torch_tile(x, n) repeats the tensor, torch_repeat_interleave(x, n) each element."),
  split = function(cx, given, expr) refuse(cx, expr, "`split()` of a tensor can't be translated.", "torch_split() and torch_chunk() can."),
  summary = function(cx, given, expr) refuse(cx, expr, "`summary()` of a tensor can't be translated.", "Return the tensor."),
  all.equal = function(cx, given, expr) refuse(cx, expr, "`all.equal()` of tensors can't be translated.", "torch_allclose(x, y) compares within a tolerance.")
)

# Functions of R that have no method for tensors, or one that gives R's own vectors.
instead_of_generics <- c(
  outer = "torch_outer(x, y)", crossprod = "t(x) %*% y", tcrossprod = "x %*% t(y)", order = "torch_argsort(x)", var = "x$var()",
  sd = "x$std()", rowSums = "x$sum(2)", colSums = "x$sum(1)", rowMeans = "x$mean(2)", colMeans = "x$mean(1)",
  which.max = "x$argmax()", which.min = "x$argmin()", det = "linalg_det(x)", svd = "linalg_svd(x)", qr = "linalg_qr(x)",
  eigen = "linalg_eigh(x)", diag = "torch_diag(x)", norm = "linalg_norm(x)", pmin = "torch_minimum(x, y) or torch_clamp(x, max = 0)",
  pmax = "torch_maximum(x, y) or torch_clamp(x, min = 0)", is.element = "torch_isin(elements = x, test_elements = y)", matrix = "x$reshape(c(n, -1))",
  nchar = "x$numel()", array = "x$reshape(shape)", apply = "lapply(torch_unbind(x, dim), f)", tabulate = "torch_bincount(x)", fft = "torch_fft_fft(x)",
  bitwAnd = "torch_bitwise_and(x, y)", bitwOr = "torch_bitwise_or(x, y)", sample = "x[torch_randperm(x$size(1))]",
  complex = "torch_complex(real, imag)", Re = "torch_real(x)", Im = "torch_imag(x)", Mod = "torch_abs(x)", Arg = "torch_angle(x)",
  Conj = "torch_conj(x)", factorial = "torch_exp(torch_lgamma(x + 1))", NCOL = "ncol(x)", class = "inherits(x, what)"
)

# Functions of this package that are for R alone.
refuse_own <- function(cx, name, expr) {
  if (is.null(name)) {
    return(invisible())
  }
  is_init <- startsWith(name, "nn_init_") && endsWith(name, "_")
  is_clip <- startsWith(name, "nn_utils_clip_grad")
  is_local <- grepl("^local_", name) || name %in% c("with_autocast", "with_enable_grad")
  is_r <- grepl("^(jit|optim|lr|dataloader|dataset|autograd)(_|$)", name) || name %in% c("nn_parameter", "nn_buffer", "nn_module")
  if (!(is_init || is_clip || is_local || is_r)) {
    return(invisible())
  }
  hint <- if (is_init) {
    "Call it before the program runs; with_no_grad(x$fill_(0)) and its like can be in it."
  } else if (is_clip) {
    "Call it between `$backward()` and the step, outside of the program."
  } else if (is_local) {
    if (grepl("autocast", name, fixed = TRUE)) "Call the program within it." else "with_no_grad() can be in one."
  } else {
    "Call it outside of the program."
  }
  refuse(cx, expr, sprintf("`%s()` can't be in a program.", name), hint)
}

# What to do where R's own part of a function can't be in a program.
native_hints <- c(
  C_tensor_array = "Return the tensor: as_array() of it gives R's values.",
  C_is_alive = "Return the tensor: R prints it.",
  C_set_grad_mode = "with_no_grad() can be in a program.",
  C_cuda_is_available = "`x$is_cuda` tells where a tensor is.",
  C_cuda_device_count = "`x$is_cuda` tells where a tensor is.",
  C_grad_fn_at = "Ask it of what the program returns.",
  C_gradients = "Call it on what the program returns.",
  C_generator_state = "torch_manual_seed() can be in a program."
)

native_call <- function(cx, expr, scope) {
  name <- as.character(expr[[2]])
  translated <- native_calls[[name]]
  if (is.null(translated)) {
    hint <- native_hints[name]
    refuse(cx, expr, "R does this, and a program runs without R.", if (is.na(hint)) "Do it before the program runs, or after it." else unname(hint))
  }
  translated(cx, given_arguments(cx, expr[-1], scope), expr)
}

dtype_member <- function(cx, held, name, expr) {
  if (is_static(held)) {
    value <- tryCatch(do.call(`$`, list(static_value(held), name)), torchscript_error = function(e) refuse(cx, expr, sentence_of(e)))
    return(capture_value(cx, value, name))
  }
  switch(name,
    is_floating_point = new_term("bool", sprintf("(%s in [5, 6, 7, 15])", held$code)),
    is_complex = new_term("bool", sprintf("(%s in [8, 9, 10])", held$code)),
    refuse(cx, expr, sprintf("`$%s` of a dtype can't be translated.", name))
  )
}

device_member <- function(cx, held, name, expr) {
  if (is_static(held)) {
    return(capture_value(cx, static_value(held)[[name]], name))
  }
  if (name == "type") {
    return(new_term("str", sprintf("%s.type", held$code)))
  }
  refuse(cx, expr, sprintf("`$%s` of a device can't be translated.", name), "`$type` can, and devices are compared with `==`.")
}

static_member <- function(cx, object, name, expr, scope) {
  if (inherits(object, "script_self")) {
    # the `self` of a method is an environment
    if (is.numeric(name) && is.call(expr) && identical(expr[[2]], quote(self))) refuse(cx, expr, "`self` has no positions.", "self$children[[i]] is the i-th module within.")
    return(self_member(cx, object, name, expr))
  }
  # super$name
  if (is.environment(object) && is.character(name) && exists(name, envir = object, inherits = FALSE) && bindingIsActive(name, object)) {
    fn <- activeBindingFunction(name, object)
    return(call_user_function(cx, fn, name, list(), expr, from = scope))
  }
  # `$` takes a name for a longer one
  by_dollar <- is.list(object) && is.character(name) && is.call(expr) && identical(expr[[1]], quote(`$`))
  value <- tryCatch(if (by_dollar) eval(call("$", object, as.name(name)), baseenv()) else object[[name]], error = function(e) refuse(cx, expr, conditionMessage(e)))
  capture_value(cx, value, if (is.character(name)) name else "element")
}

part_of <- function(cx, held, i, expr) {
  if (length(i) != 1 || !(is.character(i) || is.numeric(i)) || is.na(i)) refuse(cx, expr, "One position or name is needed here.")
  types <- script_type_parts(held$type)
  at <- if (is.character(i)) match(i, names(types)) else if (i >= 1 && i <= length(types)) i else NA
  if (is.na(at)) {
    refuse(cx, expr, sprintf("There is no element `%s`.", i), if (!is.null(names(types))) sprintf("There are %s.", toString(names(types))))
  }
  part <- settled_parts(cx, term_parts(cx, held))[[at]]
  if (is_optional_type(part$type) && isTRUE(names(types)[at] %in% filled_of(cx, held))) term_of_required(cx, part) else part
}

# Several of different things: a list of its own.
part_of_record <- function(cx, held, expr, scope) {
  if (length(expr) != 3) refuse(cx, expr, "A list has one dimension.")
  i <- translate_index(cx, held, expr[[3]], expr, scope)
  if (!is_static(i)) refuse(cx, expr, "Which elements of a list of different things are taken must be known before the program runs.")
  parts <- term_parts(cx, held)
  labels <- names(script_type_parts(held$type))
  chosen <- tryCatch(stats::setNames(seq_along(parts), labels)[static_value(i)], error = function(e) refuse(cx, expr, conditionMessage(e)))
  if (anyNA(chosen)) refuse(cx, expr, "subscript out of bounds")
  if (length(chosen) == 0 && !is.null(labels)) {
    return(empty_dict(cx, script_type_parts(held$type)[[1]]))
  }
  make_list(cx, stats::setNames(settled_parts(cx, parts)[chosen], labels[chosen]), expr, scope)
}

# Expressions: names, constants and calls become terms.

translate <- function(cx, expr, scope) {
  if (cx$recovers && is.language(expr) && !isTRUE(scope$is_package)) {
    return(tryCatch(translate_expression(cx, expr, scope), script_problem = function(p) {
      note_problem(cx, p$problem)
      unknown_term()
    }))
  }
  translate_expression(cx, expr, scope)
}

translate_expression <- function(cx, expr, scope) {
  if (is.name(expr)) {
    return(full_list(cx, read_variable(cx, scope, as.character(expr), expr)))
  }
  if (!is.call(expr)) {
    return(if (is_term(expr)) expr else literal_term(expr) %||% static_term(expr))
  }
  head <- expr[[1]]
  if (is.name(head)) {
    name <- as.character(head)
    # R passes over variables that are no functions
    around <- scope
    while (!is.null(found <- find_binding(cx, around, name))) {
      if (identical(found$binding$kind, "unset") && !isTRUE(found$binding$is_function)) {
        around <- found$scope$parent
        next
      }
      term <- read_variable(cx, around, name, head)
      if (is_static(term) && (is_callable(static_value(term)))) {
        return(call_function(cx, static_value(term), expr, scope, if (inherits(static_value(term), "script_closure")) name))
      }
      around <- found$scope$parent
    }
    fn <- get0(name, scope$env, mode = "function")
    if (is.null(fn)) {
      # its arguments may have problems of their own
      if (cx$recovers) given_arguments(cx, expr, scope)
      refuse(cx, expr, sprintf("There is no function `%s()`.", name))
    }
    return(call_function(cx, fn, expr, scope, name))
  }
  if (is.call(head) && is.name(head[[1]]) && as.character(head[[1]]) %in% c("$", "[[", ".subset2")) {
    return(call_member(cx, head, expr, scope))
  }
  term <- translate(cx, head, scope)
  if (!is_static(term) || !is_callable(static_value(term))) {
    refuse(cx, expr, sprintf("`%s` is no function.", squeeze_text(head)))
  }
  # stats::sd() is sd()
  name <- if (is.call(head) && is.name(head[[1]]) && as.character(head[[1]]) %in% c("::", ":::")) as.character(head[[3]])
  call_function(cx, static_value(term), expr, scope, name)
}

is_callable <- function(x) is.function(x) || inherits(x, c("script_closure", "script_member", "script_self"))

# `table`: what R's own functions become; see script-table.R.
call_function <- function(cx, fn, expr, scope, name = NULL) {
  if (is.object(fn) && inherits(fn, special_callables)) {
    return(call_special(cx, fn, expr, scope, name))
  }
  # functions of packages keep their names, whatever the program calls them
  name <- if (is.null(name)) function_name(fn) else name_of_function(fn, name)
  entry <- table_entry(fn, name)
  if (!is.null(entry)) {
    return(call_entry(cx, entry, expr, scope))
  }
  if (is.primitive(fn)) {
    return(call_untabled(cx, fn, name %||% "this", expr, scope))
  }
  home <- topenv(environment(fn))
  if (identical(home, topenv())) {
    return(call_own(cx, fn, expr, scope, name))
  }
  if (environmentName(home) %in% own_packages_of_r || identical(name %in% pure_functions, TRUE) && isNamespace(home)) {
    return(call_untabled(cx, fn, name %||% "this", expr, scope))
  }
  if (isTRUE(scope$is_package)) {
    # what this package uses of others is no code of the user's
    given <- given_arguments(cx, expr, scope)
    if (all_static(given)) {
      return(call_now(cx, fn, given, expr))
    }
    refuse(cx, expr, "R does this, and a program runs without R.")
  }
  if (is_of_packages(fn) && name %in% c("abort", "cli_abort", "warn", "cli_warn", "inform", "cli_inform")) {
    refuse(cx, expr, sprintf("`%s()` can't be translated.", name), "stop(), warning() and message() can.")
  }
  first <- refuse_lazy_arguments(cx, expr, scope, formals(fn), body(fn), list(id = 0L, prefix = "0 ", env = environment(fn)))
  call_user_function(cx, fn, name %||% "f", lazy_arguments(cx, expr, scope, formals(fn), first), expr, from = scope)
}

# A function of this package.
call_own <- function(cx, fn, expr, scope, name) {
  plan <- plan_of_function(fn)
  refuse_order(cx, expr, scope, formals(fn), in_order = !is.null(plan))
  given <- stop_if_nulls(cx, given_arguments(cx, expr, scope), "")
  # what the compiler stands for is not known to R
  is_ours <- function(value) is.environment(value) || inherits(value, special_callables)
  known <- all_static(given) && !any(vapply(given, function(term) is_ours(static_value(term)), NA))
  # an operator makes its tensors each time the program runs
  if (known && is.null(plan) && !is.null(name) && (!name %in% getNamespaceExports(topenv()) || name %in% c("torch_device", "slc", "torch_finfo", "torch_iinfo"))) {
    return(call_now(cx, fn, given, expr))
  }
  if (!is.null(plan)) {
    return(call_planned(cx, plan, formals(fn), given, expr))
  }
  refuse_own(cx, name, expr)
  inline_call(cx, formals(fn), body(fn), given, expr, env = environment(fn), is_package = TRUE, name = name)
}

# What the compiler has made, programs and modules.
special_callables <- c(
  "script_closure", "script_member", "script_self", "script_unused", "script_function", "nn_module", "nn_module_generator"
)
call_special <- function(cx, fn, expr, scope, name) {
  if (inherits(fn, "nn_module_generator")) {
    refuse(cx, expr, "A program can't make a module.", "Make it before: a module from around the function becomes part of the program.")
  }
  if (inherits(fn, "script_closure")) {
    first <- if (!isTRUE(fn$scope$is_package) && !isTRUE(scope$is_package)) refuse_lazy_arguments(cx, expr, scope, fn$formals, fn$body, fn$scope)
    if (isTRUE(fn$scope$is_package)) refuse_order(cx, expr, scope, fn$formals, in_order = !is.null(plan_of_body(fn$body)))
    given <- if (isTRUE(fn$scope$is_package)) given_arguments(cx, expr, scope) else lazy_arguments(cx, expr, scope, fn$formals, first)
    alone <- if (returns_from_loop(fn$body)) closure_alone(cx, fn)
    if (!is.null(alone)) {
      return(call_user_function(cx, alone, name %||% "f", given, expr, from = scope))
    }
    within_itself(cx, list(fn$body, fn$scope$id), 8, name, expr)
    outer <- cx$inlined
    on.exit(cx$inlined <- outer)
    cx$inlined <- c(outer, list(list(fn$body, fn$scope$id)))
    return(inline_call(cx, fn$formals, fn$body, given, expr, parent = fn$scope, from = scope))
  }
  if (inherits(fn, "script_member")) {
    if (is.function(fn$fn)) refuse_lazy_method(cx, fn$module, fn$fn, expr, scope)
    return(fn$call(cx, stop_if_nulls(cx, given_arguments(cx, expr, scope), ""), expr, scope))
  }
  if (inherits(fn, "nn_module")) fn <- held_module(cx, fn, name)
  if (inherits(fn, "script_self")) {
    if (is.function(fn$self$forward)) refuse_lazy_method(cx, fn, fn$self$forward, expr, scope)
    return(call_method(cx, fn, "forward", given_arguments(cx, expr, scope), expr, scope))
  }
  if (inherits(fn, "script_unused")) {
    return(call_unused(cx, name %||% "the function"))
  }
  if (inherits(fn, "script_function")) {
    return(call_compiled(cx, fn, given_arguments(cx, expr, scope), expr, name %||% "compiled"))
  }
  refuse(cx, expr, sprintf("%s can't be called in a program.", describe(fn)))
}

# What these hold is translated by the table or not at all; functions of other packages are compiled like the user's.
own_packages_of_r <- c(
  "base", "stats", "utils", "methods", "graphics", "grDevices", "datasets", "tools", "parallel", "compiler", "grid", "splines",
  "stats4", "tcltk"
)

# A function of this package's own that has nothing to do with tensors.
call_now <- function(cx, fn, given, expr) {
  value <- tryCatch(do.call(fn, lapply(given, static_value)), error = function(e) refuse(cx, expr, conditionMessage(e)))
  literal_term(value) %||% static_term(value)
}

# A function of other packages: it has a method for tensors, or is called now if everything is known.
call_untabled <- function(cx, fn, name, expr, scope) {
  if (name %in% c("with", "within", "local", "eval", "tryCatch", "try", "Recall", "UseMethod", "on.exit", "quote", "substitute")) {
    refuse(cx, expr, sprintf("`%s()` can't be translated.", name), instead_of(name))
  }
  given <- given_arguments(cx, expr, scope)
  if (name %in% c("rbind", "cbind") && "Tensor" %in% term_types(given)) {
    refuse(cx, expr, sprintf("`%s()` of tensors can't be translated.", name), "torch_cat() and torch_stack() join them.")
  }
  if (length(given) > 0 && given[[1]]$type == "Tensor") {
    method <- tensor_generic(name)
    if (!is.null(method)) {
      return(call_tensor_method(cx, method, name, given, expr))
    }
  }
  if (any_unknown(given)) {
    return(unknown_term())
  }
  if (name %in% pure_functions && all_static(given)) {
    return(call_now(cx, fn, given, expr))
  }
  if ("Tensor" %in% term_types(given) && name %in% names(instead_of_generics)) {
    refuse(cx, expr, sprintf("`%s()` of a tensor can't be translated.", name), sprintf("%s instead.", instead_of_generics[[name]]))
  }
  if (name %in% names(instead_of_functions)) {
    refuse(cx, expr, sprintf("`%s()` can't be translated.", name), instead_of(name))
  }
  # a short name is near to many
  nearest <- if (nchar(name) > 3) nearest_names(name, grep("^[[:alpha:]]", setdiff(names(script_entries()), c("if", "for", "while", "repeat", "break", "next", "function")), value = TRUE))
  refuse(
    cx, expr, sprintf("`%s()` can't be translated.", name),
    if (length(nearest) > 0) sprintf("Did you mean %s?", paste0("`", nearest, "()`", collapse = " or "))
  )
}

# What a program has in their place.
instead_of_functions <- c(
  matrix = "torch_zeros(n, m), or torch_tensor(v)$reshape(c(n, m)),", array = "torch_zeros(shape)", runif = "torch_rand(n)", rnorm = "torch_randn(n)",
  sample = "torch_randperm(n), torch_randint() or torch_multinomial()", sample.int = "torch_randint()", rbinom = "torch_bernoulli()",
  table = "tabulate() or torch_bincount()", lengths = "vapply(x, length, 1L)", outer = "torch_outer()", format = "sprintf()",
  formatC = "sprintf()", prettyNum = "sprintf()", apply = "lapply(torch_unbind(x, dim), f)", quantile = "torch_quantile()", cor = "torch_corrcoef()",
  rank = "order(order(x)), where no two are equal,", Find = "Filter(f, x)[[1]]", Position = "which(vapply(x, f, TRUE))[1]", rep.int = "rep()", nargs = "missing()", merge = "a loop", Recall = "a loop", split = "lapply() over the groups",
  factorial = "prod(seq_len(n))", dnorm = "exp(-x^2 / 2) / sqrt(2 * pi)", utf8ToInt = "match() in a vector of letters", signif = "round()",
  with = "x$name", within = "x$name <- value", local = "(function() { ... })()", on.exit = "the statements themselves, where the function ends,",
  tryCatch = "an `if` that asks before, or tryCatch() around the call of the program,", try = "an `if` that asks before, or try() around the call of the program,",
  UseMethod = "the method itself, by its name,"
)

instead_of <- function(name) if (name %in% names(instead_of_functions)) sprintf("%s instead.", instead_of_functions[[name]])

# Without effects, and the same each time: called while compiling when all arguments are known.
pure_functions <- c(
  "prod", "nchar", "identical", "rev", "setdiff", "union", "is.numeric", "is.character", "is.logical", "as.vector", "seq",
  "is_integerish", "toupper", "tolower", "is.function", "inherits", "is.atomic", "is.object", "is.list", "names", "vapply",
  "is_string", "sub", "gsub", "cumsum", "cumprod", "diff", "order", "unname", "rbind", "cbind", "matrix", "outer",
  "t", "diag", "match", "as.numeric", "is_torch_device", "rep", "rep_len", "choose", "factorial", "gamma", "beta", "startsWith", "endsWith",
  "mean", "median", "var", "sd", "rowSums", "colSums", "rowMeans", "colMeans", "sort", "unique", "duplicated", "crossprod", "det", "solve",
  "%in%", "c", "list", "unlist", "is.na", "is.nan", "is.finite", "is.infinite", "trunc", "sign", "anyNA", "setequal", "which"
)

tensor_generic <- function(name) {
  method <- get0(paste0(name, ".torch_tensor"), topenv(), mode = "function", inherits = FALSE)
  if (!is.null(method)) {
    return(method)
  }
  math_functions[[name]] %||%
    if (name %in% math_generics) get0("Math.torch_tensor", topenv()) else if (name %in% summary_generics) get0("Summary.torch_tensor", topenv())
}
math_generics <- c("round", "log", "signif", "gamma", "trigamma", "cospi", "sinpi", "tanpi", "cumsum", "cumprod", "cummax", "cummin")
summary_generics <- c("sum", "prod", "max", "min", "range", "any", "all")

call_tensor_method <- function(cx, method, name, given, expr) {
  own <- script_tensor_generics[[name]]
  if (!is.null(own)) {
    return(own(cx, given, expr))
  }
  plan <- plan_of_function(method)
  if (!is.null(plan)) {
    return(call_planned(cx, plan, formals(method), given, expr))
  }
  inline_call(cx, formals(method), body(method), given, expr, env = environment(method), is_package = TRUE, name = name, generic = name)
}

# ---- arguments

# The terms of a call's arguments, named as given; `...` is put in.
given_arguments <- function(cx, expr, scope, translate_part = translate_full) {
  parts <- as.list(expr)[-1]
  labels <- rlang::names2(parts)
  # what is a term already
  terms <- vector("list", length(parts))
  dots <- first_dots(parts)
  if (!is.null(dots)) {
    more <- dots_of(cx, scope, expr)
    parts <- append(parts[-dots], rep(list(NULL), length(more)), dots - 1)
    labels <- append(labels[-dots], rlang::names2(more), dots - 1)
    terms <- append(terms[-dots], more, dots - 1)
  }
  given <- terms_in_order(cx, length(parts), function(i) {
    if (!is.null(terms[[i]])) {
      return(terms[[i]])
    }
    if (identical(parts[[i]], quote(expr = )) || is_missing_argument(cx, parts[[i]], scope)) {
      absent <- new_term("missing", NULL, simple = TRUE)
      # where it goes on by its name the default there does not count
      if (!identical(parts[[i]], quote(expr = )) && !isTRUE(scope$is_package)) absent$handed <- as.character(parts[[i]])
      return(absent)
    }
    translate_part(cx, parts[[i]], scope)
  })
  if (any(nzchar(labels))) names(given) <- labels
  given
}

first_dots <- function(parts) {
  for (i in seq_along(parts)) {
    if (identical(parts[[i]], quote(...))) {
      return(i)
    }
  }
  NULL
}

# R hands on that an argument was not given.
is_missing_argument <- function(cx, part, scope) {
  is.name(part) && identical(find_binding(cx, scope, as.character(part))$binding$kind, "missing")
}

dots_of <- function(cx, scope, expr) {
  dots <- find_binding(cx, scope, "...")$binding
  if (is.null(dots)) refuse(cx, expr, "There is no `...` here.", "Name it among the arguments of the function.")
  dots$terms
}
dots_element <- function(cx, expr, scope) {
  dots <- dots_of(cx, scope, expr)
  at <- if (length(expr) == 2) translate(cx, expr[[2]], scope)
  place <- if (!is.null(at) && is_static(at)) static_value(at)
  if (!rlang::is_scalar_integerish(place) || place < 1 || place > length(dots)) {
    refuse(cx, expr, sprintf("`...elt()` takes a constant from 1 to %d here, the number of arguments in `...`.", length(dots)), "list(...) has them as a list.")
  }
  dots[[place]]
}

# Which argument goes to which formal, as R matches them: list(matched = terms by formal, dots = the rest, absent = the formals
# of those that the function around it was not given). `hands_on`: the function may leave those out.
match_given <- function(cx, formals, given, expr, hands_on = FALSE) {
  labels <- rlang::names2(given)
  wanted <- names(formals)
  taken <- rep(FALSE, length(given))
  matched <- list()
  before_dots <- if ("..." %in% wanted) wanted[seq_len(match("...", wanted) - 1)] else wanted
  if (any(nzchar(labels))) {
    for (name in setdiff(wanted, "...")) {
      i <- match(TRUE, labels == name & !taken)
      if (!is.na(i)) {
        matched[[name]] <- given[[i]]
        taken[[i]] <- TRUE
      }
    }
    for (label in labels[labels != "" & !taken]) {
      if (sum(startsWith(setdiff(before_dots, names(matched)), label)) > 1) refuse(cx, expr, sprintf("`%s` is short for several arguments.", label), sprintf("The arguments are %s.", toString(wanted)))
    }
    for (name in setdiff(before_dots, names(matched))) {
      i <- which(labels != "" & !taken & startsWith(rep(name, length(labels)), labels))
      if (length(i) == 1) {
        matched[[name]] <- given[[i]]
        taken[[i]] <- TRUE
      }
    }
  }
  for (name in setdiff(before_dots, names(matched))) {
    i <- match(TRUE, labels == "" & !taken)
    if (is.na(i)) break
    matched[[name]] <- given[[i]]
    taken[[i]] <- TRUE
  }
  if (any(!taken) && !"..." %in% wanted) {
    what <- if (any(labels[!taken] != "")) sprintf("There is no argument `%s`.", labels[!taken & labels != ""][[1]]) else "There are too many arguments."
    refuse(cx, expr, what, sprintf("The arguments are %s.", toString(wanted)))
  }
  absent <- Filter(function(term) term$type == "missing" && !is.null(term$handed), matched)
  if (length(absent) > 0 && !hands_on) refuse(cx, expr, sprintf("Argument `%s` is missing, with no default.", absent[[1]]$handed))
  list(matched = matched[term_types(matched) != "missing"], dots = given[!taken], absent = names(absent))
}

# The binding of an argument that is not given. `changes`: what its default uses is not always the same in the function.
unless_given <- function(formals, name, body) {
  if (identical(formals[[name]], quote(expr = ))) {
    return(list(kind = "missing"))
  }
  default <- formals[[name]]
  list(kind = "default", expr = default, changes = is.language(default) && !(is.call(default) && identical(default[[1]], quote(`function`))) && any(all.names(default) %in% assigned_names(body)))
}

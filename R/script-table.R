# The table: what each construct and function of R becomes.
#' @include script-text.R script-values.R script-apply.R script-lists.R script-numbers.R script-index.R script-members.R script-statements.R script-vectors.R script-vector-functions.R script-sets.R script-strings.R tensor-index.R
NULL

# `call`: function(cx, expr, scope) of the call itself; or `run`: function(cx, given, expr, scope) of its terms.
# `argument`: how an argument becomes a term.
entry <- function(becomes, run = NULL, call = NULL, of_tensor = TRUE, of_constants = of_tensor, argument = translate_full) {
  list(becomes = becomes, run = run, call = call, of_tensor = of_tensor, of_constants = of_constants, argument = argument)
}
as_statement <- function(name) {
  function(cx, expr, scope) {
    script_statements[[name]](cx, expr, scope)
    none_term()
  }
}
assignment <- function(cx, expr, scope) {
  target <- expr[[2]]
  value <- expr[[3]]
  term <- translate(cx, value, scope)
  # its value may be asked for again
  if (!is.name(target)) term <- value_before_index(cx, term, target, scope, expr)
  assign_to(cx, target, term, scope, expr)
  if (cx$dead) {
    return(unknown_term())
  }
  if (is.name(target)) read_variable(cx, scope, as.character(target), expr) else term
}
# R computes the value first, and an index within another index twice.
value_before_index <- function(cx, term, target, scope, expr) {
  if (!has_effects(cx, scope, target)) {
    return(keep_term(cx, term))
  }
  if (is.call(target[[2]])) refuse(cx, expr, "An index that does something can't be part of a longer one here: R computes it twice.", "Compute the index before.")
  hold_value(cx, term)
}
super_assignment <- function(cx, expr, scope) {
  target <- expr[[2]]
  name <- as.character(assigned_root(target) %||% "")
  found <- if (!is.null(scope$parent)) find_binding(cx, scope$parent, name)
  if (is.null(found)) refuse(cx, expr, sprintf("`<<-` finds no variable `%s` in the function around it.", name), "A program can't change what is outside it.")
  term <- translate(cx, expr[[3]], scope)
  if (is.call(expr[[2]])) term <- value_before_index(cx, term, expr[[2]], scope, expr)
  assign_to(cx, expr[[2]], term, found$scope, expr, scope)
  if (cx$dead) {
    return(unknown_term())
  }
  if (is.call(expr[[2]])) term else read_variable(cx, found$scope, name, expr)
}

arithmetic_entry <- function(sign, becomes) {
  entry(becomes, run = function(cx, given, expr, scope) arithmetic(cx, sign, unname(given), expr), of_tensor = FALSE)
}
comparison_entry <- function(sign) {
  entry(sprintf("`%s`; a number that is NaN stops the program, as a condition that is NA does in R", sign), run = function(cx, given, expr, scope) comparison(cx, sign, unname(given), expr), of_tensor = FALSE)
}

# Functions that take functions call it by itself, not by its name.
condition_named <- function(name) {
  force(name)
  function(cx, expr, scope) {
    expr[[1]] <- as.name(name)
    translate_condition(cx, expr, scope)
  }
}

build_script_entries <- function() {
  force_constant <- function(value) function(cx, given, expr, scope) literal_term(value)
  table <- list(
    `<-` = entry("a variable; one that changes its type in a straight line is a new one", call = assignment),
    `=` = entry("as `<-`", call = assignment),
    `<<-` = entry("a variable of the function around a function", call = super_assignment),
    `{` = entry("its statements; the last one's value", call = function(cx, expr, scope) block_value(cx, as.list(expr)[-1], scope)),
    `(` = entry("its value", call = function(cx, expr, scope) translate(cx, expr[[2]], scope)),
    `function` = entry("put in where it is called", call = function(cx, expr, scope) {
      static_term(structure(list(formals = as.list(expr[[2]]), body = expr[[3]], scope = scope), class = "script_closure"))
    }),
    `if` = entry("a branch; as a value both sides have one type", call = function(cx, expr, scope) {
      do_if(cx, expr, scope, function(branch) block_value(cx, list(branch), scope))
    }),
    switch = entry("branches; a constant chooses now", call = function(cx, expr, scope) block_value(cx, list(switch_as_if(cx, expr, scope)), scope)),
    `for` = entry("a loop; over modules and lists of different things it is written out", call = as_statement("for")),
    `while` = entry("a loop", call = as_statement("while")),
    `repeat` = entry("a loop that `break` ends", call = as_statement("repeat")),
    `break` = entry("`break`", call = as_statement("break")),
    `next` = entry("`continue`", call = as_statement("next")),
    `return` = entry("`return`; in a function that is put in, its value", call = as_statement("return")),
    invisible = entry("its argument", run = function(cx, given, expr, scope) if (length(given) > 0) given[[1]] else none_term(), of_tensor = FALSE),
    identity = entry("its argument", run = function(cx, given, expr, scope) given[[1]], of_tensor = FALSE),
    force = entry("its argument", run = function(cx, given, expr, scope) given[[1]], of_tensor = FALSE),
    `+` = arithmetic_entry("+", "a sum"), `-` = arithmetic_entry("-", "a difference"), `*` = arithmetic_entry("*", "a product"),
    `/` = arithmetic_entry("/", "a quotient, never a whole number: `5L / 2L` is 2.5"),
    `^` = arithmetic_entry("^", "a power"), `%%` = arithmetic_entry("%%", "the remainder, with the divisor's sign"),
    `%/%` = arithmetic_entry("%/%", "the quotient, rounded down"),
    `==` = comparison_entry("=="), `!=` = comparison_entry("!="), `<` = comparison_entry("<"), `<=` = comparison_entry("<="),
    `>` = comparison_entry(">"), `>=` = comparison_entry(">="),
    `&&` = entry("`and`; the second side is looked at when the first holds", call = condition_named("&&")),
    `||` = entry("`or`", call = condition_named("||")),
    `!` = entry("`not`; of a tensor `torch_logical_not()`", call = function(cx, expr, scope) {
      if (is.call(expr[[2]]) && is.name(expr[[2]][[1]]) && as.character(expr[[2]][[1]]) %in% c("&&", "||", "is.null", "!")) {
        return(translate_condition(cx, expr, scope))
      }
      term <- translate(cx, expr[[2]], scope)
      if (are_constants_of_r(list(term))) {
        return(answer_of_r(cx, `!`, list(term), expr))
      }
      if (is_vector_term(term)) {
        return(each_element(cx, list(term), expr, function(parts) negated(condition_of(cx, parts[[1]], expr))))
      }
      if (term$type == "Tensor") call_tensor_method(cx, tensor_generic("!"), "!", list(term), expr) else negated(condition_of(cx, term, expr))
    }),
    `&` = entry("both sides, of numbers and tensors", run = function(cx, given, expr, scope) both_sides(cx, "&", unname(given), expr), of_tensor = FALSE, of_constants = TRUE),
    `|` = entry("one of both sides, of numbers and tensors", run = function(cx, given, expr, scope) both_sides(cx, "|", unname(given), expr), of_tensor = FALSE, of_constants = TRUE),
    xor = entry("one of both, not the other", run = function(cx, given, expr, scope) {
      if ("Tensor" %in% term_types(given)) {
        given <- lapply(unname(given), function(term) {
          if (term$type == "Tensor") term else new_term("Tensor", sprintf("torch.tensor(%s)", condition_of(cx, term, expr)$code))
        })
        return(call_planned(cx, plan_of_function(torch_logical_xor), formals(torch_logical_xor), given, expr))
      }
      each_element(cx, given, expr, function(parts) {
        new_term("bool", sprintf("(%s != %s)", condition_of(cx, parts[[1]], expr)$code, condition_of(cx, parts[[2]], expr)$code))
      })
    }, of_tensor = FALSE, of_constants = TRUE),
    isTRUE = entry("its argument, if that is TRUE or FALSE", run = function(cx, given, expr, scope) is_flag(cx, given[[1]], expr, identity), of_tensor = FALSE, of_constants = TRUE),
    isFALSE = entry("the opposite of its argument", run = function(cx, given, expr, scope) is_flag(cx, given[[1]], expr, negated), of_tensor = FALSE, of_constants = TRUE),
    `%in%` = entry("whether a number or string is in a vector", run = function(cx, given, expr, scope) {
      is_in(cx, unname(match_given(cx, alist(x = , table = ), given, expr)$matched[c("x", "table")]), expr, scope)
    }, of_tensor = FALSE),
    is.null = entry("whether an optional value is there: within the branch it is", call = condition_named("is.null")),
    is_torch_tensor = entry("known while compiling", run = same_type("Tensor"), of_tensor = FALSE),
    is.numeric = entry("known while compiling; of a tensor by its dtype", run = numeric_of, of_tensor = FALSE, of_constants = TRUE),
    is.character = entry("known while compiling", run = same_type("str", "Vector[str]"), of_tensor = FALSE, of_constants = TRUE),
    is.logical = entry("known while compiling", run = same_type("bool", "Vector[bool]"), of_tensor = FALSE, of_constants = TRUE),
    is.list = entry("known while compiling", run = is_of_type(function(term) script_type_kind(term$type) %in% c("List", "Tuple", "Record", "Dict", "Empty") || is.list(term$value[[1]])), of_tensor = FALSE),
    is.integer = entry("known while compiling", run = is_of_type(function(term) term$type %in% c("int", "dtype", "Vector[int]"), of_kind = TRUE), of_tensor = FALSE, of_constants = TRUE),
    is.double = entry("known while compiling", run = is_of_type(function(term) term$type %in% c("whole", "float", "Vector[whole]", "Vector[float]"), of_kind = TRUE), of_tensor = FALSE, of_constants = TRUE),
    is.function = entry("known while compiling", run = is_of_type(function(term) is_static(term) && is_callable(static_value(term))), of_tensor = FALSE),
    is_one = entry("known while compiling", run = is_of_type(function(term) is_number_type(term$type) || term$type == "bool"), of_tensor = FALSE),
    inherits = entry("known while compiling", run = function(cx, given, expr, scope) {
      term <- given[[1]]
      if (term$type == "?") {
        return(unknown_term())
      }
      given <- unname(match_given(cx, alist(x = , what = ), given, expr)$matched[c("x", "what")])
      term <- given[[1]]
      if (!is_static(given[[2]])) refuse(cx, expr, "The class must be known before the program runs.")
      if (!is_static(term) && !term$type %in% c("Tensor", "dtype", "Device") && !isTRUE(scope$is_package)) refuse(cx, expr, "`inherits()` can't be asked of a program's numbers, strings and lists.", "is.numeric() and its like can.")
      if (is_static(term)) {
        value <- static_value(term)
        classes <- if (inherits(value, "script_self")) class(value$module) else if (is_callable(value) && !is_nn_module(value)) "function" else class(value)
      } else {
        classes <- switch(term$type, Tensor = "torch_tensor", dtype = "torch_dtype", Device = "torch_device", character())
      }
      literal_term(any(static_value(given[[2]]) %in% classes))
    }, of_tensor = FALSE),
    identical = entry("of two numbers, strings or vectors of one type", run = identical_values, of_tensor = FALSE),
    missing = entry("known while compiling", call = is_given),
    abs = entry("the absolute value", run = number_function("abs(%s)", "abs(%s)")), sqrt = entry("the root; NaN of negative numbers", run = number_function("math.sqrt(%s)")),
    exp = entry("the exponential", run = number_function("math.exp(%s)")), expm1 = entry("`exp(x) - 1`", run = number_function("math.expm1(%s)")),
    log = entry("with `base` too", run = of_elements(log_number, alist(x = , base = ))), log1p = entry("`log(1 + x)`", run = number_function("math.log1p(%s)")),
    log2 = entry("of a number, as in R", run = number_function("log2")), log10 = entry("of a number, as in R", run = number_function("math.log10(%s)")),
    sin = entry("of a number, as in R", run = number_function("math.sin(%s)")), cos = entry("of a number, as in R", run = number_function("math.cos(%s)")),
    tan = entry("of a number, as in R", run = number_function("math.tan(%s)")), asin = entry("of a number, as in R", run = number_function("math.asin(%s)")),
    acos = entry("of a number, as in R", run = number_function("math.acos(%s)")), atan = entry("of a number, as in R", run = number_function("math.atan(%s)")),
    sinh = entry("of a number, as in R", run = number_function("math.sinh(%s)")), cosh = entry("of a number, as in R", run = number_function("math.cosh(%s)")),
    tanh = entry("of a number, as in R", run = number_function("math.tanh(%s)")),
    floor = entry("rounded down", run = number_function("floor", "%s")), ceiling = entry("rounded up", run = number_function("ceiling", "%s")),
    trunc = entry("without what is behind the point", run = number_function("trunc", "%s")), sign = entry("of a number, as in R", run = number_function("sign")),
    round = entry("to `digits` decimals, halves as R does", run = round_numbers),
    sum = entry("of numbers, or of a vector", run = summary_function("sum")), prod = entry("of numbers, or of a vector", run = summary_function("prod")),
    min = entry("of numbers, or of a vector", run = summary_function("min")), max = entry("of numbers, or of a vector", run = summary_function("max")),
    any = entry("whether one of them holds", run = any_of("|")), all = entry("whether all of them hold", run = any_of("&")),
    is.nan = entry("whether numbers are NaN", run = number_test("is.nan", "math.isnan(%s)", FALSE)),
    is.na = entry("whether numbers are NaN: programs have no NA", run = number_test("is.na", "math.isnan(%s)", FALSE)),
    anyNA = entry("whether a number is NaN", run = function(cx, given, expr, scope) {
      term <- given[[1]]
      if (is_static(term)) {
        return(literal_term(anyNA(static_value(term))))
      }
      type <- if (is_vector_term(term)) element_type(term$type) else term$type
      if (term$type == "Tensor") {
        return(new_term("bool", sprintf("bool(torch.any(torch.isnan(%s)))", term$code)))
      }
      if (type %in% c("int", "whole", "bool", "str")) {
        return(literal_term(FALSE))
      }
      if (term$type == "float") {
        return(new_term("bool", sprintf("math.isnan(%s)", term$code)))
      }
      if (type != "float") refuse(cx, expr, sprintf("`anyNA()` does not apply to %s.", script_type_in_words(term$type)))
      item <- new_name(cx, "v")
      new_term("bool", sprintf("any([math.isnan(%s) for %s in %s])", item, item, term$code))
    }, of_tensor = FALSE),
    is.finite = entry("of numbers", run = number_test("is.finite", "math.isfinite(%s)", TRUE)),
    is.infinite = entry("of numbers", run = number_test("is.infinite", "math.isinf(%s)", FALSE)),
    atan2 = entry("of two numbers, or of vectors", run = of_elements(function(cx, given, expr, scope) {
      given <- match_given(cx, alist(y = , x = ), given, expr)$matched
      new_term("float", sprintf("math.atan2(%s, %s)", need_code(cx, given$y, "float", expr), need_code(cx, given$x, "float", expr)))
    }, alist(y = , x = ))),
    mean = entry("of a vector; of a tensor all its elements", run = mean_of),
    nzchar = entry("whether strings have letters", run = of_elements(function(cx, given, expr, scope) new_term("bool", sprintf("(len(%s) > 0)", need_code(cx, given[[1]], "str", expr))), alist(x = )), of_tensor = FALSE),
    startsWith = entry("of two strings", run = string_test("startswith"), of_tensor = FALSE), endsWith = entry("of two strings", run = string_test("endswith"), of_tensor = FALSE),
    as.integer = entry("a whole number; of a tensor its one element, for a loop all", run = convert_number("int"), of_tensor = FALSE),
    as.numeric = entry("a number, of strings too; of a tensor its one element, for a loop all", run = convert_number("float"), of_tensor = FALSE),
    as.double = entry("as as.numeric()", run = convert_number("float"), of_tensor = FALSE),
    as.logical = entry("TRUE or FALSE; of a tensor its one element", run = convert_number("bool"), of_tensor = FALSE),
    as.character = entry("text", run = of_elements(convert_number("str"), alist(x = )), of_tensor = FALSE),
    list = entry("a list; a tuple if its elements differ; with names a record", run = make_list, of_tensor = FALSE),
    c = entry("a vector; lists joined; of tensors a list", run = combine, of_tensor = FALSE, argument = translate_nullable),
    append = entry("as c(), and with `after`", run = append_to, of_tensor = FALSE, argument = translate_nullable),
    vector = entry("\"list\": one that is filled before it is used; or a vector of zeros", run = new_vector, of_tensor = FALSE),
    numeric = entry("a vector of zeros", run = filled_vector("numeric")), integer = entry("a vector of zeros", run = filled_vector("integer")),
    logical = entry("a vector of FALSE", run = filled_vector("logical")), character = entry("a vector of empty strings", run = filled_vector("character")),
    length = entry("how many; of a tensor all its elements", run = length_of, of_tensor = FALSE, argument = function(cx, expr, scope) translate_nullable(cx, expr, scope, translate_held)),
    dim = entry("the shape of a tensor", run = shape_of, of_tensor = FALSE), nrow = entry("the size of the first dimension", run = extent_of(1L), of_tensor = FALSE, of_constants = TRUE),
    ncol = entry("the size of the second dimension", run = extent_of(2L), of_tensor = FALSE, of_constants = TRUE), NROW = entry("as nrow()", run = extent_of(1L), of_tensor = FALSE, of_constants = TRUE),
    names = entry("of a list with names", run = names_of, of_tensor = FALSE), rev = entry("of a list or vector", run = reversed),
    unlist = entry("a vector of a list of numbers, strings or vectors", run = unlisted, of_tensor = FALSE, of_constants = TRUE),
    as.list = entry("of a tensor, along its first dimension", run = as_list_of, of_tensor = FALSE),
    seq_len = entry("whole numbers", call = range_vector(range_to)), seq_along = entry("whole numbers", call = range_vector(range_along)),
    `:` = entry("whole numbers, rising or falling", call = range_vector(range_between)), seq = entry("numbers, with `by` or `length.out`", call = range_vector(range_by)),
    seq.int = entry("as seq(), of whole numbers", call = range_vector(range_by)),
    lapply = entry("a loop that makes a list", call = lapply_loop("list")), sapply = entry("a loop that makes a vector", call = lapply_loop("simple")),
    vapply = entry("a loop that makes a vector of what `FUN.VALUE` is like", call = lapply_loop("typed")), Map = entry("a loop over several lists", call = map_function),
    mapply = entry("as Map(), and a vector of what it gives", call = mapply_function),
    Filter = entry("a loop that keeps elements", call = filter_function), Reduce = entry("a loop, from the left", call = reduce_function),
    which = entry("the positions of TRUE in a vector", run = which_true, of_tensor = FALSE),
    match.arg = entry("the string among the choices; an argument that it chooses is a `str`", call = match_argument),
    rep = entry("a vector or list repeated", run = repeat_elements, of_tensor = FALSE),
    rep_len = entry("repeated to a length", run = repeat_to_length, of_tensor = FALSE),
    head = entry("the first of a list or vector", run = end_of_list(TRUE), of_tensor = FALSE),
    tail = entry("the last of a list or vector", run = end_of_list(FALSE), of_tensor = FALSE),
    setNames = entry("a list with other names", run = set_names, of_tensor = FALSE),
    modifyList = entry("a list with known names in which others take the place of some", run = modified_list, of_tensor = FALSE),
    unname = entry("a list without names", run = without_names, of_tensor = FALSE),
    is_integerish = entry("known while compiling", run = whole_numbers, of_tensor = FALSE),
    mget = entry("members of `self`, by constant names", call = members_by_name),
    toString = entry("the elements of a vector, in one string", run = joined_text, of_tensor = FALSE),
    describe = entry("", run = function(cx, given, expr, scope) new_term("str", "\"another value\""), of_tensor = FALSE),
    nn_utils_rnn_pack_padded_sequence = entry("", call = no_packed_sequence), nn_utils_rnn_pack_sequence = entry("", call = no_packed_sequence),
    nn_utils_rnn_pad_packed_sequence = entry("", call = no_packed_sequence),
    do.call = entry("the call, of a list that is written out", call = call_listed),
    ifelse = entry("`torch_where()` of a tensor; of TRUE or FALSE a branch; of a vector a vector of one kind", run = choose_any, of_tensor = FALSE),
    `[` = entry("elements of a tensor as in eager code; a range of a list", call = index_value),
    `[[` = entry("an element", call = element_value), `$` = entry("an element, a property, a method", call = dollar_value),
    .subset2 = entry("as `[[`", call = element_value),
    paste0 = entry("strings joined", run = paste_text(""), of_tensor = FALSE), paste = entry("strings joined", run = paste_text(" "), of_tensor = FALSE),
    sprintf = entry("with %d, %s, %f, %e and %g, with a width, - + 0, and up to 15 digits", run = format_text, of_tensor = FALSE), nchar = entry("letters, or with `type = \"bytes\"` bytes", run = count_letters, of_tensor = FALSE),
    stop = entry("`raise RuntimeError`", run = raise, of_tensor = FALSE), stopifnot = entry("`raise` unless all hold", call = check_all),
    abort_torchscript = entry("", call = raise_own),
    warning = entry("a warning; its value is the text", run = function(cx, given, expr, scope) {
      text <- keep_term(cx, new_term("str", text_of_terms(cx, unnamed_terms(cx, given, expr, c("call.", "immediate.")), expr)))
      emit(cx, sprintf("torch.warn(%s)", text$code))
      text
    }, of_tensor = FALSE),
    cat = entry("a line of output: it must end with \"\\n\"", run = write_output, of_tensor = FALSE), print = entry("output; of a tensor all its elements, and nothing of gradients", run = print_value, of_tensor = FALSE),
    message = entry("a line of output", run = function(cx, given, expr, scope) {
      emit(cx, sprintf("print(%s)", text_of_terms(cx, unnamed_terms(cx, given, expr), expr)))
      none_term()
    }, of_tensor = FALSE),
    autograd_grad = entry("the gradients; `inputs` must have been made to want one", run = gradients, of_tensor = FALSE),
    with_no_grad = entry("`with torch.no_grad():`", call = without_gradient),
    torch_tensor = entry("a new tensor each time", run = make_tensor, of_tensor = FALSE), torch_arange = entry("of whole numbers", run = arange, of_tensor = FALSE),
    `%||%` = entry("the first unless it is NULL", call = or_else),
    `%>%` = entry("the call on its right side, as magrittr reads it; `|>` is R's own", call = piped),
    `::` = entry("the function or value of a package", call = namespaced), `:::` = entry("as `::`", call = namespaced),
    .External2 = entry("", call = function(cx, expr, scope) {
      if (!is.list(expr[[3]])) refuse(cx, expr, "Code in another language can't be translated.")
      call_plan_in_scope(cx, expr[[3]], scope, expr)
    }),
    .Call = entry("", call = native_call),
    ...length = entry("known while compiling", call = function(cx, expr, scope) literal_term(length(dots_of(cx, scope, expr)))),
    ...elt = entry("known while compiling", call = dots_element),
    several_numbers = entry("", run = several(FALSE), of_tensor = FALSE), sizes_of = entry("", run = several(TRUE), of_tensor = FALSE),
    check_tensor = entry("", run = function(cx, given, expr, scope) none_term(), of_tensor = FALSE),
    check_is_tensors = entry("", run = function(cx, given, expr, scope) none_term(), of_tensor = FALSE),
    check_dims = entry("", run = function(cx, given, expr, scope) none_term(), of_tensor = FALSE),
    warn_if_tracing = entry("", run = function(cx, given, expr, scope) none_term(), of_tensor = FALSE),
    refuse_dots = entry("", run = function(cx, given, expr, scope) none_term(), of_tensor = FALSE)
  )
  table <- c(table, vector_entries(), string_entries())
  for (name in names(table)) {
    table[[name]]$fn <- get0(name, topenv(), mode = "function")
    table[[name]]$name <- name
  }
  table$is_integerish$fn <- rlang::is_integerish
  for (name in c("head", "tail", "modifyList")) table[[name]]$fn <- utils::getFromNamespace(name, "utils")
  for (name in c("median", "var", "sd")) table[[name]]$fn <- utils::getFromNamespace(name, "stats")
  table
}

# Made at the first use: it holds R's own functions, to be compared.
script_entries <- local({
  table <- NULL
  function() {
    if (is.null(table)) table <<- build_script_entries()
    table
  }
})

table_entry <- function(fn, name) {
  found <- if (!is.null(name)) script_entries()[[name]]
  if (!is.null(found) && (identical(found$fn, fn) || identical(fn, get0(name, baseenv(), mode = "function")) || (name == "%||%" && isNamespace(topenv(environment(fn)))))) found
}

call_entry <- function(cx, entry, expr, scope) {
  if (!is.null(entry$call)) {
    return(entry$call(cx, expr, scope))
  }
  if (entry$name == "ifelse") refuse_unasked_defaults(cx, scope, matched_expressions(cx, alist(test = , yes = , no = ), expr)[c("yes", "no")], expr)
  if (!is.primitive(entry$fn) && is.function(entry$fn) && entry$name != "ifelse") refuse_order(cx, expr, scope, formals(entry$fn), in_order = entry$name %in% asks_in_order && !(entry$name == "append" && length(expr) > 3) || !is.null(plan_of_function(entry$fn)))
  given <- stop_if_nulls(cx, given_arguments(cx, expr, scope, entry$argument), entry$name)
  if (length(given) == 1 && entry$name %in% of_all_elements || entry$name %in% c("c", "append")) given <- lapply(given, function(term) term$elements %||% term)
  if (entry$of_constants && are_constants_of_r(given)) {
    return(answer_of_r(cx, entry$fn, given, expr))
  }
  types <- term_types(given)
  absent <- match("missing", types)
  if (!is.na(absent) && !isTRUE(scope$is_package)) {
    refuse(cx, expr, sprintf("Argument %d of `%s()` is missing: it was not given to the function around it.", absent, entry$name))
  }
  if (entry$of_tensor && length(given) > 0) {
    if ("Tensor" %in% types[1]) {
      name <- entry$name
      if (name %in% summary_generics) {
        return(summarise_tensor(cx, name, given, expr))
      }
      method <- tensor_generic(name)
      if (!is.null(method)) {
        return(call_tensor_method(cx, method, name, given, expr))
      }
    }
    if ("?" %in% types) {
      return(unknown_term())
    }
  }
  before <- length(cx$block$lines)
  result <- entry$run(cx, given, expr, scope)
  # what gives NULL has done its work, and so has what stands in the text already
  if (is_static(result) && result$type != "None" && !cx$dead) {
    written <- lines_since(cx, before)
    for (term in given) if (is.null(term$code) || !any(grepl(term$code, written, fixed = TRUE))) run_term(cx, term)
  }
  result
}

#' What R becomes in programs
#'
#' What [jit_script()] makes of each construct and function of R. Besides these it takes every `torch_*()`, `nnf_*()` and
#' `linalg_*()` function and every method of tensors, by the operators that they call; functions of base R that have a method
#' for tensors, on tensors; the user's own functions; and functions of base R without side effects when all their arguments
#' are known. Everything else is refused, and told.
#'
#' @return A data frame: `construct`, and what it `becomes`.
#' @seealso [jit_script()], [torchscript_types()]
#' @eval script_table_help()
#' @export
#' @examples
#' head(script_table())
script_table <- function() {
  entries <- Filter(function(entry) nzchar(entry$becomes), script_entries())
  data.frame(
    construct = names(entries), becomes = vapply(entries, function(entry) entry$becomes, ""), row.names = NULL,
    stringsAsFactors = FALSE
  )
}

script_table_help <- function() {
  table <- script_table()
  lines <- sprintf("%s %s", formatC(table$construct, width = -14), table$becomes)
  escaped <- gsub("([\\\\{}%])", "\\\\\\1", lines)
  c("@section The table:", "\\preformatted{", escaped, "}")
}

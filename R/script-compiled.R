# What compiled functions and modules do besides giving their values, as their graphs tell.

# As layer_does(): "changes" tensors, lists or fields, "draws" random numbers or writes, or "nothing".
compiled_does <- function(cx, value) {
  key <- rlang::obj_address(environment(value))
  if (is.null(cx$unit$does[[key]])) {
    graph <- tryCatch(script_graph_text(value), torchscript_error = function(e) "prim::CallMethod")
    cx$unit$does[[key]] <- if (grepl("aten::[a-z0-9]\\w*[^_]_\\(|aten::(append|extend|insert|pop|clear|remove|Delete|_set_item|sort|reverse)\\(|prim::(SetAttr|CallMethod|CallFunction)|(batch|instance)_norm", graph)) {
      "changes"
    } else if (grepl("prim::Print|aten::(warn|manual_seed|rand|bernoulli|binomial|multinomial|normal|poisson|rrelu|dropout|gumbel|scaled_dot|lstm|gru|rnn_)|dropout", graph)) {
      "draws"
    } else {
      "nothing"
    }
  }
  cx$unit$does[[key]]
}
script_graph_text <- function(value) {
  if (inherits(value, "script_module")) value <- script_forward(value)
  .Call(C_function_inlined_graph, environment(value)$handle)
}

# For the analyses: a function whose code is not R's.
compiled_code <- function(cx, value) {
  list(body = NULL, formals = list(), scope = list(), key = list(rlang::obj_address(environment(value))), is_package = TRUE, does = compiled_does(cx, value))
}
# What a function of a package, or a compiled one, does.
does_of <- function(code) if (is.null(code$does)) layer_does(code$scope$module$self) else code$does

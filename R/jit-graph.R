# Programs as pictures: what native code tells of a graph, and Graphviz's language for it.
#' @include jit-function.R jit-module.R
NULL

# The text of a graph, with the program behind it.
script_graph <- function(handle, inlined) {
  text <- .Call(if (inlined) C_function_inlined_graph else C_function_graph, handle)
  structure(script_text(text), class = c("script_graph", "script_text"), program = handle, inlined = inlined)
}

#' Draw a program
#'
#' `plot()` draws the graph of a program: operators as rounded boxes with the constants and parameters that they use,
#' values as arrows with their dtype and shape where the program knows them, sub-modules as frames around their operators,
#' the branches of `if` and the bodies of loops as frames between their beginning and their end. `as_dot()` writes the same
#' in the language of Graphviz, for its programs and for web pages.
#'
#' Of a function or a module the graph is drawn with everything that it calls put in (`$inlined_graph`); `f$graph` is drawn
#' as it is. A traced module runs another method in each mode: the one of its current mode is drawn.
#'
#' Operators belong to the sub-module whose method they are part of, or whose parameters they use, and what stands between
#' operators of one sub-module belongs to it, too.
#'
#' @param x A graph (`f$graph`, `f$inlined_graph`), a [script_function] or a [script_module].
#' @param method Which method of a module: a string, or `NULL`, the default, for what a call of the module runs.
#' @param cex The size of text, at most: a number, 1 by default. Large graphs are made smaller until they fit the device.
#' @param ... For `plot()`, `main` and other arguments of [graphics::title()]; for `as_dot()` passed on between methods.
#' @return `as_dot()`: a string of class `script_text`, which prints as it is. `plot()`: `x`, invisibly.
#' @section Errors: a `torchscript_library_error` where the package igraph, which orders the boxes, is not installed;
#'   `as_dot()` does not need it. A `torchscript_type_error` for a method that the module does not have.
#' @seealso [Graphviz](https://graphviz.org/doc/info/lang.html)
#' @export
#' @examples
#' f <- jit_trace(function(x, y) torch_relu(x + 1) * y, torch_ones(2, 3), torch_ones(3))
#' as_dot(f$graph)
#' if (requireNamespace("igraph", quietly = TRUE)) plot(f)
as_dot <- function(x, ...) UseMethod("as_dot")

#' @rdname as_dot
#' @export
as_dot.script_graph <- function(x, ...) {
  script_text(dot_text(read_picture(attr(x, "program"), attr(x, "inlined"))))
}

#' @rdname as_dot
#' @export
as_dot.script_function <- function(x, ...) as_dot(x$inlined_graph, ...)

#' @rdname as_dot
#' @export
as_dot.script_module <- function(x, method = NULL, ...) as_dot(drawn_method(x, method), ...)

# The text of a source or of an optimised graph: there is no program behind it.
#' @export
plot.script_text <- function(x, ...) {
  abort_torchscript("This text can't be drawn.", "type", "plot(f$graph), plot(f$inlined_graph) and plot(f) draw programs.")
}

#' @export
as_dot.default <- function(x, ...) {
  abort_torchscript(
    sprintf("`x` must be a TorchScript function, module or graph, not %s.", describe(x)), "type",
    "jit_trace(), jit_compile() and jit_load() make programs; f$graph is a graph."
  )
}

# The method that a call of the module runs: a traced one has another for each mode.
drawn_method <- function(x, method) {
  handle <- environment(x)$handle
  is_method <- function(name) .Call(C_module_kind, handle, name) == "method"
  if (is.null(method)) {
    in_mode <- paste0(if (isTRUE(x$training)) "train" else "eval", "forward")
    return(if (is_method(in_mode)) script_method(x, in_mode) else script_forward(x))
  }
  if (!rlang::is_string(method) || !is_method(method)) {
    abort_torchscript(
      sprintf("`method` must be the name of a method of the module, not %s.", describe(method)), "type",
      sprintf("Its methods: %s.", toString(.Call(C_module_members, handle)$methods))
    )
  }
  script_method(x, method)
}

# Nodes (kind, label, path: the frames they are in, from the outermost), edges (from, to, label) and frames (id, label).
read_picture <- function(handle, inlined) {
  # an empty list of strings is a list in R
  table <- function(columns) as.data.frame(lapply(columns, unlist_or_empty), stringsAsFactors = FALSE)
  picture <- lapply(.Call(C_function_picture, handle, inlined), table)
  nodes <- picture$nodes
  blocks <- picture$blocks
  paths <- vector("list", nrow(nodes))
  frames <- list()
  add_frame <- function(id, label) if (is.null(frames[[id]])) frames[[id]] <<- label
  for (i in seq_len(nrow(nodes))) {
    block <- nodes$block[[i]]
    path <- character()
    above <- character()
    if (block > 0) {
      # a block stands beside its beginning, which comes before it
      head <- blocks$node[[block]]
      path <- c(paths[[head]], paste("block", block))
      above <- scope_parts(nodes$scope[[head]])
      add_frame(path[[length(path)]], blocks$label[[block]])
    }
    parts <- scope_parts(nodes$scope[[i]])
    shared <- seq_len(min(length(parts), length(above)))
    depth <- sum(cumprod(parts[shared] == above[shared]))
    for (n in seq_along(parts)[seq_along(parts) > depth]) {
      scope <- paste(parts[seq_len(n)], collapse = ".")
      path <- c(path, paste0(block, ":", scope))
      add_frame(path[[length(path)]], scope)
    }
    paths[[i]] <- path
  }
  nodes$path <- paths
  list(nodes = nodes, edges = picture$edges, frames = unlist(frames))
}

unlist_or_empty <- function(x) if (length(x) == 0) character() else unlist(x)

scope_parts <- function(scope) if (nzchar(scope)) strsplit(scope, ".", fixed = TRUE)[[1]] else character()

dot_text <- function(picture) {
  quoted <- function(text) {
    text <- gsub("\\", "\\\\", text, fixed = TRUE)
    text <- gsub("\"", "\\\"", text, fixed = TRUE)
    paste0("\"", gsub("\n", "\\n", text, fixed = TRUE), "\"")
  }
  nodes <- picture$nodes
  within <- vapply(nodes$path, function(path) if (length(path) > 0) path[[length(path)]] else "", "")
  own <- sprintf("n%d [label=%s%s];", seq_len(nrow(nodes)), quoted(nodes$label), dot_shapes[nodes$kind])
  # a frame is written where its first node stands
  write <- function(frame, depth, members) {
    indent <- strrep("  ", depth)
    lines <- paste0(indent, own[members[within[members] == frame]])
    if (!any(within[members] == frame)) lines <- character()
    inner <- vapply(nodes$path[members], function(path) if (length(path) >= depth) path[[depth]] else "", "")
    for (child in setdiff(unique(inner), "")) {
      lines <- c(
        lines, sprintf("%ssubgraph %s {", indent, quoted(paste("cluster", child))),
        sprintf("%s  label=%s;", indent, quoted(picture$frames[[child]])),
        write(child, depth + 1, members[inner == child]), paste0(indent, "}")
      )
    }
    lines
  }
  edges <- picture$edges
  labels <- ifelse(nzchar(edges$label), sprintf(" [label=%s]", quoted(edges$label)), "")
  arrows <- if (nrow(edges) > 0) sprintf("  n%d -> n%d%s;", edges$from, edges$to, labels)
  style <- c(
    "  graph [fontname=\"Helvetica\", style=\"rounded\", color=\"#8a8a8a\"];",
    "  node [fontname=\"Helvetica\", shape=box, style=\"rounded,filled\", fillcolor=\"#dce9f7\"];",
    "  edge [fontname=\"Helvetica\", fontsize=10];"
  )
  paste(c("digraph program {", style, write("", 1, seq_len(nrow(nodes))), arrows, "}"), collapse = "\n")
}

dot_shapes <- c(
  operator = "", input = ", shape=ellipse, fillcolor=\"#eeeeee\"", output = ", shape=ellipse, fillcolor=\"#eeeeee\"",
  "if" = ", fillcolor=\"#fbe9c6\"", loop = ", fillcolor=\"#fbe9c6\"", end = ", fillcolor=\"#fbe9c6\""
)

# The picture is read from the graph itself: what it says is compared with what the program is known to do.

picture_of <- function(f) read_picture(attr(f$inlined_graph, "program"), TRUE)
read_picture <- torchscript:::read_picture

branching <- function() {
  jit_compile("
def helper(x: Tensor) -> Tensor:
  return torch.relu(x) + 1

def g(x: Tensor, n: int, flag: bool) -> Tensor:
  y = x
  for i in range(n):
    if flag:
      y = helper(y) * i
    else:
      y = y - x
  return y
")$g
}
two_layers <- function() {
  net <- nn_module(
    "net",
    initialize = function() {
      self$first <- nn_sequential(nn_linear(3, 4), nn_relu(), nn_linear(4, 4))
      self$last <- nn_linear(4, 2)
    },
    forward = function(x) self$last(torch_tanh(self$first(x)))
  )
  traced <- jit_trace(net(), torch_randn(5, 3))
  traced$eval()
  traced
}

test_that("graphs are text as before, and know their program", {
  f <- jit_trace(function(x) torch_relu(x), torch_ones(2))
  expect_s3_class(f$graph, c("script_graph", "script_text"), exact = TRUE)
  expect_output(print(f$graph), "^graph\\(%x : Float\\(2")
  expect_identical(as.character(f$graph), format(f$graph))
  expect_null(attributes(as.character(f$graph)))
  expect_identical(as.character(f$code), format(f$code))
  expect_match(as.character(f$graph), "aten::relu")
  # through a file of R's as well
  again <- unserialize(serialize(f$graph, NULL))
  expect_identical(as.character(again), as.character(f$graph))
  expect_match(as_dot(again), "relu")
})

test_that("inlined graphs have everything that is called put in", {
  g <- branching()
  expect_match(g$graph, "CallFunction")
  expect_no_match(g$inlined_graph, "CallFunction")
  expect_match(g$inlined_graph, "aten::relu")
  # the program itself is not changed
  expect_match(g$graph, "CallFunction")
  traced <- two_layers()
  expect_match(traced$graph, "CallMethod")
  expect_no_match(traced$inlined_graph, "CallMethod")
  expect_true("inlined_graph" %in% names(traced))
})

test_that("nodes are operators with their constants, edges are values with their shapes", {
  f <- jit_trace(function(x, y) torch_relu(x + 1.5)$view(c(2, -1)) * y, torch_ones(2, 3), torch_ones(3))
  picture <- picture_of(f)
  expect_identical(
    picture$nodes$label,
    c("x: Float(2, 3)", "y: Float(3)", "add\nother: 1.5", "relu", "view\nsize: [2, -1]", "mul", "output: Float(2, 3)")
  )
  expect_identical(picture$nodes$kind, c("input", "input", rep("operator", 4), "output"))
  edges <- picture$edges
  said <- paste(edges$from, edges$to, edges$label)
  expect_setequal(
    said,
    c("1 3 Float(2, 3)", "3 4 Float(2, 3)", "4 5 Float(2, 3)", "5 6 Float(2, 3)", "2 6 Float(3)", "6 7 Float(2, 3)")
  )
})

test_that("an operator shows the parameters that it uses and is in their module's frame", {
  picture <- picture_of(two_layers()$evalforward)
  nodes <- picture$nodes
  expect_identical(
    sub("\n.*", "", nodes$label), c("x: Float(5, 3)", "linear", "relu", "linear", "tanh", "linear", "output: Float(5, 2)")
  )
  expect_identical(nodes$label[[2]], "linear\nweight: Float(4, 3)\nbias: Float(4)")
  # relu has no parameter: it stands between two operators of `first`; tanh stands between two modules
  expect_identical(nodes$scope, c("", "first.0", "first", "first.2", "", "last", ""))
  expect_identical(unname(picture$frames), c("first", "first.0", "first.2", "last"))
  expect_identical(lengths(nodes$path), c(0L, 2L, 1L, 2L, 0L, 1L, 0L))
})

test_that("PyTorch's own modules give their frames by the calls that were put in", {
  loaded <- jit_load(fixture("submodules.pt"))
  picture <- picture_of(loaded$forward)
  expect_gt(length(picture$frames), 0)
  children <- names(loaded$children)
  modules <- picture$frames[!startsWith(names(picture$frames), "block")]
  expect_setequal(sub("\\..*", "", modules), children)
  # even what only raises an error is in the frame of the module that raises it
  expect_gt(length(picture$nodes$path[[grep("RaiseException", picture$nodes$label)[[1]]]]), 3)
})

test_that("branches and loops are frames between a beginning and an end", {
  picture <- picture_of(branching())
  nodes <- picture$nodes
  expect_identical(nodes$kind, c(rep("input", 3), "loop", "if", rep("operator", 4), "end", "end", "output"))
  expect_identical(sort(unname(picture$frames)), c("body", "else", "then"))
  frames_of <- function(label) unname(picture$frames[nodes$path[[match(label, nodes$label)]]])
  expect_identical(frames_of("relu"), c("body", "then"))
  expect_identical(frames_of("sub"), c("body", "else"))
  expect_identical(frames_of("if"), "body")
  expect_identical(frames_of("end loop"), character())
  # every node can be reached from the inputs, and leads to the output
  reach <- function(from, to, start) {
    repeat {
      more <- union(start, to[from %in% start])
      if (length(more) == length(start)) return(sort(start))
      start <- more
    }
  }
  edges <- picture$edges
  expect_identical(reach(edges$from, edges$to, 1:3), seq_len(nrow(nodes)))
  expect_identical(reach(edges$to, edges$from, nrow(nodes)), seq_len(nrow(nodes)))
})

test_that("Graphviz text has every node, edge and frame", {
  g <- branching()
  text <- as_dot(g)
  expect_s3_class(text, "script_text")
  lines <- strsplit(text, "\n")[[1]]
  picture <- picture_of(g)
  expect_length(grep("^ *n[0-9]+ \\[label=", lines), nrow(picture$nodes))
  expect_length(grep("->", lines), nrow(picture$edges))
  expect_length(grep("subgraph \"cluster", lines), length(picture$frames))
  expect_identical(sum(endsWith(lines, "{")), sum(trimws(lines) == "}"))
  expect_identical(as.character(as_dot(g$inlined_graph)), as.character(text))
  expect_match(as_dot(g$graph), "helper()", fixed = TRUE)
  quoting <- jit_compile("def f(x: Tensor, mode: str) -> bool:\n  return mode == 'a\"b\\\\c'")$f
  expect_match(as_dot(quoting), "a\\\"b\\\\", fixed = TRUE)
  skip_if(Sys.which("dot") == "", "Graphviz is not installed")
  path <- withr::local_tempfile()
  writeLines(c(text), path)
  expect_identical(system2("dot", c("-Tplain", path), stdout = FALSE), 0L)
})

test_that("a module is drawn in its mode, or by a method's name", {
  traced <- jit_trace(nn_sequential(nn_linear(3, 2), nn_dropout(0.5)), torch_randn(2, 3))
  traced$train()
  expect_match(as_dot(traced), "train: True|dropout")
  in_train <- as_dot(traced)
  traced$eval()
  expect_false(identical(as.character(as_dot(traced)), as.character(in_train)))
  expect_identical(as.character(as_dot(traced, method = "trainforward")), as.character(in_train))
  expect_match(as_dot(traced, method = "forward"), "if training")
  expect_failure_of(as_dot(traced, method = "no"), "type", "name of a method", "as_dot")
  expect_failure_of(as_dot(1), "type", "`x` must be a TorchScript function", "as_dot")
})

# Boxes as left, top, right, bottom: one in each row.
boxes_of <- function(at, sizes) {
  centres <- do.call(rbind, at$centres[as.character(seq_len(nrow(sizes)))])
  cbind(centres - sizes / 2, centres + sizes / 2)
}
# Which boxes meet one, and which lie within it.
meeting <- function(boxes, one) {
  boxes[, 1] < one[[3]] - 1e-9 & one[[1]] + 1e-9 < boxes[, 3] & boxes[, 2] < one[[4]] - 1e-9 & one[[2]] + 1e-9 < boxes[, 4]
}
within_one <- function(boxes, one) {
  boxes[, 1] > one[[1]] - 1e-9 & boxes[, 2] > one[[2]] - 1e-9 & boxes[, 3] < one[[3]] + 1e-9 & boxes[, 4] < one[[4]] + 1e-9
}

test_that("nothing overlaps, frames hold what is in them, and lines keep out of strangers' boxes", {
  skip_if_not_installed("igraph")
  residual <- nn_module(
    "residual",
    initialize = function() {
      self$one <- nn_linear(3, 3)
      self$two <- nn_linear(3, 3)
    },
    forward = function(x) torch_relu(self$two(torch_relu(self$one(x))) + x)
  )
  deep <- jit_trace(nn_sequential(residual(), residual(), nn_linear(3, 1)), torch_randn(2, 3))
  constant <- jit_compile("def f(x: Tensor) -> int:\n  return 3")$f
  large <- jit_load(fixture("submodules.pt"))$forward
  for (f in list(branching(), two_layers()$evalforward, deep$evalforward, deep$forward, constant, large)) {
    picture <- picture_of(f)
    n <- nrow(picture$nodes)
    sizes <- cbind(0.5 + nchar(picture$nodes$label) / 20, 0.3 + 0.1 * (seq_len(n) %% 3))
    titles <- lapply(picture$frames, function(label) c(nchar(label) / 10, 0.15))
    at <- torchscript:::graph_layout(picture, sizes, titles)
    boxes <- boxes_of(at, sizes)
    expect_true(all(within_one(boxes, c(0, 0, at$size))))
    # each box meets itself alone
    expect_identical(vapply(seq_len(n), function(i) sum(meeting(boxes, boxes[i, ])), 0L), rep(1L, n))
    for (frame in names(at$frames)) {
      holds <- vapply(picture$nodes$path, function(path) frame %in% path, NA)
      expect_identical(unname(within_one(boxes, at$frames[[frame]])), holds)
      expect_identical(unname(meeting(boxes, at$frames[[frame]])), holds)
    }
    expect_length(at$routes, nrow(picture$edges))
    from <- boxes[picture$edges$from, , drop = FALSE]
    to <- boxes[picture$edges$to, , drop = FALSE]
    first <- t(vapply(at$routes, function(points) points[1, ], c(0, 0)))
    last <- t(vapply(at$routes, function(points) points[nrow(points), ], c(0, 0)))
    expect_equal(first, unname(cbind((from[, 1] + from[, 3]) / 2, from[, 4])), ignore_attr = TRUE)
    expect_equal(last, unname(cbind((to[, 1] + to[, 3]) / 2, to[, 2])), ignore_attr = TRUE)
    hits <- vapply(seq_along(at$routes), function(e) {
      # lines that run upwards, where frames make a circle, may cross
      if (last[e, 2] < first[e, 2]) return(0L)
      strangers <- boxes[-c(picture$edges$from[[e]], picture$edges$to[[e]]), , drop = FALSE]
      dense <- apply(at$routes[[e]], 2, function(z) approx(seq_along(z), z, n = 40 * length(z))$y)
      sum(apply(dense, 1, function(p) any(meeting(strangers, c(p, p)))))
    }, 0L)
    expect_identical(hits, rep(0L, nrow(picture$edges)))
  }
})

test_that("functions, modules and graphs are drawn", {
  skip_if_not_installed("igraph")
  path <- withr::local_tempfile(fileext = ".svg")
  grDevices::svg(path, 6, 8)
  withr::defer(grDevices::dev.off())
  before <- graphics::par("mar")
  g <- branching()
  expect_identical(expect_invisible(plot(g)), g)
  plot(g$graph, main = "g")
  expect_invisible(plot(two_layers()))
  plot(two_layers(), method = "trainforward", cex = 0.5)
  expect_identical(graphics::par("mar"), before)
  expect_failure_of(plot(g$code), "type", "can't be drawn", "plot")
  expect_failure_of(plot(g, cex = -1), "type", "`cex` must be a positive number")
})

test_that("without igraph the error says what to install", {
  answer <- in_fresh_r(function() {
    suppressPackageStartupMessages(library(torchscript))
    utils::assignInNamespace("has_igraph", function() FALSE, "torchscript")
    f <- jit_trace(function(x) x + 1, torch_ones(1))
    error <- tryCatch(plot(f), error = identity)
    list(class(error)[[1]], conditionMessage(error), nzchar(as_dot(f)))
  })
  expect_identical(answer[[1]], "torchscript_library_error")
  expect_match(answer[[2]], "igraph.*install.packages")
  expect_true(answer[[3]])
})

# A program's picture on R's own graphics device.
#' @include jit-graph.R
NULL

#' @rdname as_dot
#' @export
plot.script_graph <- function(x, cex = 1, ...) {
  check_drawable(cex)
  draw_picture(read_picture(attr(x, "program"), attr(x, "inlined")), cex, ...)
  invisible(x)
}

#' @rdname as_dot
#' @export
plot.script_function <- function(x, ...) {
  plot.script_graph(x$inlined_graph, ...)
  invisible(x)
}

#' @rdname as_dot
#' @export
plot.script_module <- function(x, method = NULL, ...) {
  plot.script_graph(drawn_method(x, method)$inlined_graph, ...)
  invisible(x)
}

check_drawable <- function(cex) {
  if (!is.numeric(cex) || length(cex) != 1 || is.na(cex) || cex <= 0) {
    abort_torchscript(sprintf("`cex` must be a positive number, not %s.", describe(cex)), "type")
  }
  if (!has_igraph()) {
    abort_torchscript(
      "The package igraph, which orders the boxes of a drawn graph, is not installed.", "library",
      "install.packages(\"igraph\"), or on Debian and Ubuntu: apt-get install r-cran-igraph. as_dot() needs no package."
    )
  }
}

picture_fills <- c(
  operator = "#dce9f7", input = "#eeeeee", output = "#eeeeee", "if" = "#fbe9c6", loop = "#fbe9c6", end = "#fbe9c6"
)

# Sizes of text in inches at cex 1: what the layout needs to know.
text_size <- function(labels, cex) {
  cbind(
    graphics::strwidth(labels, "inches", cex = cex),
    graphics::strheight(labels, "inches", cex = cex)
  )
}

# As the picture measures it: a box with room around its text, and to the right of its middle for what its arrow says.
picture_sizes <- function(picture) {
  boxes <- text_size(picture$nodes$label, 1) + rep(c(0.24, 0.16), each = nrow(picture$nodes))
  spoken <- tapply(text_size(picture$edges$label, 0.7)[, 1], factor(picture$edges$from, seq_len(nrow(boxes))), max)
  spoken[is.na(spoken)] <- 0
  titles <- lapply(picture$frames, function(label) text_size(label, 0.8)[1, ] + c(0.1, 0.05))
  list(boxes = boxes, cells = cbind(pmax(boxes[, 1], 2 * spoken + 0.2), boxes[, 2]), titles = titles)
}

draw_picture <- function(picture, cex, ..., main = NULL) {
  graphics::plot.new()
  before <- graphics::par(mar = c(0.3, 0.3, if (is.null(main)) 0.3 else 2, 0.3), xaxs = "i", yaxs = "i")
  on.exit(graphics::par(before))
  size <- picture_sizes(picture)
  at <- graph_layout(picture, size$cells, size$titles)
  # an inch of the layout, as measured at cex 1, is `cex` inches of the device
  room <- graphics::par("pin")
  cex <- min(cex, room / at$size)
  spare <- (room / cex - at$size) / 2
  graphics::plot.window(c(0, at$size[[1]]) + c(-1, 1) * spare[[1]], c(at$size[[2]], 0) + c(1, -1) * spare[[2]])
  for (frame in names(at$frames)) {
    corner <- at$frames[[frame]]
    rounded_box(corner[[1]], corner[[2]], corner[[3]], corner[[4]], col = NA, border = "#8a8a8a", lty = 1)
    graphics::text(corner[[1]] + 0.08, corner[[2]] + 0.13, picture$frames[[frame]], adj = c(0, 0.5), cex = 0.8 * cex, col = "#555555")
  }
  for (points in at$routes) draw_arrow(points, cex)
  draw_arrow_labels(picture, at, size, cex)
  for (i in seq_len(nrow(picture$nodes))) {
    centre <- at$centres[[as.character(i)]]
    half <- size$boxes[i, ] / 2
    kind <- picture$nodes$kind[[i]]
    radius <- if (kind %in% c("input", "output")) half[[2]] else 0.08
    rounded_box(
      centre[[1]] - half[[1]], centre[[2]] - half[[2]], centre[[1]] + half[[1]], centre[[2]] + half[[2]],
      radius, col = picture_fills[[kind]], border = "#44546a"
    )
    graphics::text(centre[[1]], centre[[2]], picture$nodes$label[[i]], cex = cex)
  }
  if (!is.null(main) || ...length() > 0) graphics::title(main = main, ...)
}

rounded_box <- function(left, top, right, bottom, radius = 0.08, ...) {
  angles <- seq(0, pi / 2, length.out = 8)
  corner <- function(x, y, from) cbind(x + radius * cos(from + angles), y + radius * sin(from + angles))
  points <- rbind(
    corner(right - radius, bottom - radius, 0), corner(left + radius, bottom - radius, pi / 2),
    corner(left + radius, top + radius, pi), corner(right - radius, top + radius, 3 * pi / 2)
  )
  graphics::polygon(points[, 1], points[, 2], ...)
}

draw_arrow <- function(points, cex) {
  n <- nrow(points)
  if (n > 2) {
    curve <- graphics::xspline(points[, 1], points[, 2], shape = c(0, rep(0.6, n - 2), 0), draw = FALSE)
    graphics::lines(curve$x, curve$y, col = "#44546a")
    m <- length(curve$x)
    points <- cbind(curve$x, curve$y)[c(max(1, m - 3), m), ]
  }
  # the head alone can't be drawn: the last piece goes with it
  graphics::arrows(points[1, 1], points[1, 2], points[2, 1], points[2, 2], length = 0.07 * cex, col = "#44546a")
}

# What a value is stands below the box that makes it, once; an input's own box says it.
draw_arrow_labels <- function(picture, at, size, cex) {
  edges <- picture$edges[nzchar(picture$edges$label) & picture$nodes$kind[picture$edges$from] != "input", ]
  edges <- edges[!duplicated(edges$from), ]
  for (e in seq_len(nrow(edges))) {
    i <- edges$from[[e]]
    centre <- at$centres[[as.character(i)]]
    graphics::text(
      centre[[1]] + 0.05, centre[[2]] + size$boxes[i, 2] / 2 + 0.11, edges$label[[e]], adj = c(0, 0.5), cex = 0.7 * cex,
      col = "#555555"
    )
  }
}

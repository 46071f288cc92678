# Where the boxes of a drawn program stand. A frame is laid out for itself, from its inside, and is one box to what is
# around it; a line that crosses its edge does so at a port, so that it meets no box on its way.

layout_gap <- 0.42 # between layers: room for a line of text, in inches
layout_space <- 0.2 # between boxes of a layer
layout_margin <- 0.14 # between a frame and what is in it

has_igraph <- function() requireNamespace("igraph", quietly = TRUE)

# `sizes`: width and height of each node, `titles` those of the frames' labels, in inches. Returns the size of the whole,
# centres of nodes, corners of frames, and a matrix of points for each edge; y grows downwards.
graph_layout <- function(picture, sizes, titles) {
  nodes <- picture$nodes
  edges <- picture$edges
  depth_of <- lengths(nodes$path)
  # the box that node i is, or is in, on a level
  item <- function(i, depth) if (depth_of[[i]] > depth) nodes$path[[i]][[depth + 1]] else as.character(i)
  inside <- function(i, frame, depth) depth == 0 || (depth_of[[i]] >= depth && nodes$path[[i]][[depth]] == frame)

  lay_frame <- function(frame, depth, members) {
    items <- vapply(members, item, "", depth = depth)
    groups <- split(members, factor(items, unique(items)))
    inner <- lapply(names(groups), function(name) {
      if (name %in% names(picture$frames)) lay_frame(name, depth + 1, groups[[name]])
    })
    names(inner) <- names(groups)
    size <- vapply(names(groups), function(name) {
      if (is.null(inner[[name]])) sizes[groups[[name]], ] else inner[[name]]$size
    }, c(0, 0))
    links <- frame_links(edges, members, function(i) item(i, depth))
    placed <- place_layers(names(groups), vapply(groups, min, 0), size, links)
    merge_frame(frame, groups, inner, placed, if (depth > 0) titles[[frame]])
  }
  whole <- lay_frame("", 0, seq_len(nrow(nodes)))
  whole$routes <- lapply(seq_len(nrow(edges)), function(e) route(nodes, edges$from[[e]], edges$to[[e]], whole, item, sizes))
  whole
}

# The lines between the boxes of one frame, and between them and its ports; each once.
frame_links <- function(edges, members, item) {
  from_in <- edges$from %in% members
  to_in <- edges$to %in% members
  ends <- function(e) {
    from <- if (from_in[[e]]) item(edges$from[[e]]) else paste("in", edges$from[[e]])
    to <- if (to_in[[e]]) item(edges$to[[e]]) else paste("out", edges$from[[e]])
    c(from, to)
  }
  links <- t(vapply(which(from_in | to_in), ends, c("", "")))
  links <- matrix(links, ncol = 2)
  unique(links[links[, 1] != links[, 2], , drop = FALSE])
}

# Layers from the top, by the longest way to each box; the lines that pass a layer get a point in it.
place_layers <- function(names, ranks, size, links) {
  ports_in <- unique(links[startsWith(links[, 1], "in "), 1])
  ports_out <- unique(links[startsWith(links[, 2], "out "), 2])
  vertices <- c(ports_in, names, ports_out)
  rank <- c(rep(0, length(ports_in)), ranks, rep(Inf, length(ports_out)))
  names(rank) <- vertices
  # frames can make circles: then a line runs upwards
  back <- rank[links[, 1]] > rank[links[, 2]]
  down <- links
  down[back, ] <- links[back, 2:1, drop = FALSE]
  layer <- stats::setNames(rep(0, length(vertices)), vertices)
  for (vertex in names[order(ranks)]) {
    layer[[vertex]] <- max(0, layer[down[down[, 2] == vertex, 1]]) + 1
  }
  layer[ports_out] <- max(layer) + 1

  lines <- list(down)
  points <- vector("list", nrow(down))
  for (l in seq_len(nrow(down))) {
    between <- seq_len(max(0, layer[[down[l, 2]]] - layer[[down[l, 1]]] - 1)) + layer[[down[l, 1]]]
    points[[l]] <- if (length(between) > 0) paste("via", l, between) else character()
    layer[points[[l]]] <- between
    chain <- c(down[l, 1], points[[l]], down[l, 2])
    lines[[l + 1]] <- cbind(chain[-length(chain)], chain[-1])
  }
  lines <- do.call(rbind, c(list(down[0, , drop = FALSE]), lines[-1]))
  width <- stats::setNames(rep(0.1, length(layer)), names(layer))
  height <- stats::setNames(rep(0, length(layer)), names(layer))
  width[names] <- size[1, ]
  height[names] <- size[2, ]
  x <- place_across(layer, lines, width)
  rows <- sort(unique(layer))
  tall <- vapply(rows, function(row) max(height[layer == row]), 0)
  # ports lie on the edge itself: half a gap is enough there
  before <- c(0, ifelse(utils::head(tall, -1) == 0 | tall[-1] == 0, layout_gap / 2, layout_gap))
  top <- cumsum(c(0, utils::head(tall, -1)) + before)
  y <- stats::setNames((top + tall / 2)[match(layer, rows)], names(layer))
  # past a tall box a line goes straight down
  paths <- lapply(seq_along(points), function(l) {
    row <- match(layer[points[[l]]], rows)
    at <- cbind(rep(x[points[[l]]], each = 2), c(rbind(top[row], top[row] + tall[row])))
    if (back[[l]]) at[rev(seq_len(nrow(at))), , drop = FALSE] else at
  })
  names(paths) <- paste(links[, 1], links[, 2], sep = "|")
  row <- match(layer, rows)
  list(
    x = x, y = y, width = width, paths = paths, bottom = max(top + tall), ports = c(ports_in, ports_out),
    top = stats::setNames(top[row], names(layer)), end = stats::setNames((top + tall)[row], names(layer))
  )
}

# igraph puts each layer in an order with few crossings; then every box goes as near to its neighbours as its own layer
# allows, which is an isotonic regression.
place_across <- function(layer, lines, width) {
  vertices <- names(layer)
  ends <- match(t(unique(lines)), vertices)
  graph <- igraph::make_graph(ends, n = length(vertices))
  # igraph counts layers from one, and one without anything in it is an error
  placed <- igraph::layout_with_sugiyama(graph, layers = match(layer, sort(unique(layer))), maxiter = 200)$layout
  order <- placed[seq_along(vertices), 1]
  rows <- lapply(split(seq_along(vertices), layer), function(row) row[order(order[row])])
  neighbours <- split(c(match(lines[, 2], vertices), match(lines[, 1], vertices)), factor(c(lines[, 1], lines[, 2]), vertices))
  offsets <- lapply(rows, function(row) cumsum(c(0, width[row][-1] / 2 + utils::head(width[row], -1) / 2 + layout_space)))
  x <- numeric(length(vertices))
  for (r in seq_along(rows)) x[rows[[r]]] <- offsets[[r]] - mean(range(offsets[[r]]))
  for (sweep in seq_len(12)) {
    for (r in if (sweep %% 2 == 1) seq_along(rows) else rev(seq_along(rows))) {
      row <- rows[[r]]
      wanted <- vapply(row, function(v) if (length(neighbours[[v]]) > 0) mean(x[neighbours[[v]]]) else x[[v]], 0)
      x[row] <- stats::isoreg(wanted - offsets[[r]])$yf + offsets[[r]]
    }
  }
  stats::setNames(x - min(x - width / 2), vertices)
}

# One frame with all inside it, as if it stood alone.
merge_frame <- function(frame, groups, inner, placed, title) {
  room <- if (is.null(title)) c(0, 0) else c(layout_margin, title[[2]] + layout_margin)
  across <- max(placed$x + placed$width / 2)
  # a short frame is as wide as its title
  shift <- if (is.null(title)) 0 else max(0, title[[1]] - across) / 2
  dx <- room[[1]] + shift
  dy <- room[[2]]
  size <- c(across + 2 * dx, placed$bottom + dy + (if (is.null(title)) 0 else layout_margin))
  out <- list(size = size, centres = list(), frames = list(), ports = list(), rows = list(), paths = list())
  for (name in names(groups)) {
    x <- placed$x[[name]] + dx
    y <- placed$y[[name]] + dy
    out$rows[[name]] <- c(x, placed$top[[name]] + dy, x, placed$end[[name]] + dy)
    below <- inner[[name]]
    if (is.null(below)) {
      out$centres[[name]] <- c(x, y)
      next
    }
    origin <- c(x, y) - below$size / 2
    moved <- function(points) lapply(points, function(at) at + rep(origin, length.out = length(at)))
    for (part in c("centres", "frames", "ports", "rows")) out[[part]] <- c(out[[part]], moved(below[[part]]))
    out$paths <- c(out$paths, lapply(below$paths, function(at) sweep(at, 2, origin, "+")))
  }
  if (!is.null(title)) {
    out$frames[[frame]] <- c(0, 0, size)
    for (port in placed$ports) {
      edge <- if (startsWith(port, "in ")) 0 else size[[2]]
      out$ports[[paste(frame, port, sep = "|")]] <- c(placed$x[[port]] + dx, edge)
    }
  }
  paths <- lapply(placed$paths, function(at) sweep(at, 2, c(dx, dy), "+"))
  if (length(paths) > 0) names(paths) <- paste(frame, names(paths), sep = "|")
  out$paths <- c(out$paths, paths)
  out
}

# The points of one line: out of the frames around its beginning, across, into those around its end. It leaves and meets
# every row of boxes straight, because others of the row may be taller.
route <- function(nodes, from, to, whole, item, sizes) {
  a <- nodes$path[[from]]
  b <- nodes$path[[to]]
  n <- seq_len(min(length(a), length(b)))
  shared <- sum(cumprod(a[n] == b[n]))
  centre <- function(i) whole$centres[[as.character(i)]]
  path <- function(frame, first, last) whole$paths[[paste(frame, first, last, sep = "|")]]
  port <- function(frame, name) whole$ports[[paste(frame, name, sep = "|")]]
  below <- function(at, name) c(at[[1]], whole$rows[[name]][[4]])
  above <- function(at, name) c(at[[1]], whole$rows[[name]][[2]])
  out <- paste("out", from)
  enter <- paste("in", from)

  at <- centre(from) + c(0, sizes[from, 2] / 2)
  points <- list(at)
  for (depth in rev(seq_along(a)[seq_along(a) > shared])) {
    frame <- a[[depth]]
    points <- c(points, list(below(at, item(from, depth)), path(frame, item(from, depth), out), port(frame, out)))
    at <- port(frame, out)
  }
  inwards <- seq_along(b)[seq_along(b) > shared]
  ends <- c(lapply(inwards, function(depth) port(b[[depth]], enter)), list(centre(to) - c(0, sizes[to, 2] / 2)))
  around <- if (shared > 0) a[[shared]] else ""
  points <- c(points, list(
    below(at, item(from, shared)), path(around, item(from, shared), item(to, shared)), above(ends[[1]], item(to, shared)), ends[[1]]
  ))
  for (i in seq_along(inwards)) {
    depth <- inwards[[i]]
    points <- c(points, list(path(b[[depth]], enter, item(to, depth)), above(ends[[i + 1]], item(to, depth)), ends[[i + 1]]))
  }
  points <- do.call(rbind, lapply(points, function(at) if (is.null(at)) NULL else matrix(at, ncol = 2)))
  # where nothing is taller the points coincide
  points[c(TRUE, rowSums(abs(diff(points))) > 1e-9), , drop = FALSE]
}

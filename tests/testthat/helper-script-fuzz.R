# Random programs, as R functions of a tensor, a whole number and a double. Every variable has one type, so that the
# programs are such as people write; what they compute is up to the seed.
random_script <- function(seed) {
  withr::local_seed(seed)
  counters <- character()
  loops <- 0L
  pick <- function(...) sample(c(...), 1)
  result <- "list(t, s, k, v, w, torch_stack(xs), torch_stack(ys), d[[\"z\"]], r$p, r$q, length(r$acc), q$p, text, is.integer(k), is.integer(s), is.integer(d[[\"z\"]]), is.integer(r$q))"
  number <- function(depth) {
    if (depth <= 0) {
      return(pick("a", "n", "k", "s", "1", "2", "0.5", "3L", counters))
    }
    x <- function() number(depth - sample(1:2, 1))
    switch(pick("leaf", "add", "mul", "div", "mod", "fun", "if", "index", "item", "minmax", "call"),
      call = call_of_own(),
      leaf = number(0),
      add = sprintf("(%s %s %s)", x(), pick("+", "-"), x()),
      mul = sprintf("(%s * %s)", x(), x()),
      div = sprintf("(%s / (abs(%s) + 1))", x(), x()),
      mod = sprintf("(%s %s %s)", x(), pick("%%", "%/%"), pick("3", "2L", "0.75", "-2")),
      fun = sprintf("%s(%s)", pick("abs", "floor", "ceiling", "round", "sin", "sign", "trunc"), x()),
      `if` = sprintf("(if (%s) %s else %s)", condition(depth - 1), x(), x()),
      index = pick("v[1]", "v[length(v)]", "v[2L]", "sum(v[-1])", "sum(v[-(1:2)])", "sum(v[v > 1])", "r$p[2]", "r$q", "length(r$acc)", "(if (is.null(d[[\"a\"]])) 1 else d[[\"a\"]])", "max(v, k)"),
      item = pick("t$sum()$item()", "(t > 0)$sum()$item()", "t$argmax()$item()"),
      minmax = sprintf("%s(%s, %s)", pick("min", "max"), x(), x())
    )
  }
  # functions of the program's own, which change its variables
  call_of_own <- function() pick("bump()", "add(n)", "add(a)", "add(0.5)", "scale_of(2)", "set_first(a)", "twice(n)", "twice(0.5)", "count()")
  condition <- function(depth) {
    if (depth > 0 && stats::runif(1) < 0.3) {
      return(switch(pick("and", "or", "not"),
        and = sprintf("(%s && %s)", condition(depth - 1), condition(depth - 1)),
        or = sprintf("(%s || %s)", condition(depth - 1), condition(depth - 1)),
        not = sprintf("!%s", condition(depth - 1))
      ))
    }
    sprintf("(%s %s %s)", number(depth - 1), pick("<", ">", "<=", ">=", "==", "!="), number(depth - 1))
  }
  tensor <- function(depth) {
    if (depth <= 0) {
      return(pick("x", "t", "t", "xs[[1]]", "xs[[length(xs)]]"))
    }
    y <- function() tensor(depth - sample(1:2, 1))
    switch(pick("leaf", "op", "scale", "fun", "row", "where", "if", "sapply"),
      leaf = tensor(0),
      op = sprintf("(%s %s %s)", y(), pick("+", "-", "*"), y()),
      scale = sprintf("(%s * %s)", y(), number(depth - 1)),
      fun = sprintf("%s(%s)", pick("torch_tanh", "torch_relu", "abs", "nnf_sigmoid", "torch_sin"), y()),
      row = sprintf("(%s + x[%s])", y(), pick("1", "-1", "2L")),
      where = sprintf("torch_where(%s > 0, %s, %s)", y(), y(), y()),
      `if` = sprintf("(if (%s) %s else %s)", condition(depth - 1), y(), y()),
      sapply = sprintf("Reduce(`+`, lapply(xs, function(e) e * %s))", number(0))
    )
  }
  statements <- function(depth, many, in_loop = FALSE) {
    vapply(seq_len(sample(many, 1)), function(i) statement(depth, in_loop), "")
  }
  block <- function(lines) paste0("{\n", paste0("  ", gsub("\n", "\n  ", lines), collapse = "\n"), "\n}")
  statement <- function(depth, in_loop) {
    kinds <- c("r", "several", "text", "s", "s", "t", "t", "k", "v", "xs", "copy", "d", "call", "apply", "return", if (depth > 0) c("if", "for", "while"), if (in_loop) c("break", "next", "jump"))
    switch(pick(kinds),
      s = sprintf("s <- %s", number(2)),
      t = sprintf("t <- %s", tensor(2)),
      k = sprintf("k <- k + %s", pick("1L", "2L")),
      v = sprintf("v[%s] <- %s", pick("1", "2L", "length(v)", "length(v) + 1"), number(1)),
      xs = sprintf("xs[[%s]] <- %s", pick("1", "length(xs) + 1", "length(xs)"), tensor(1)),
      copy = pick("w <- v\nw[1] <- w[1] + 1", "ys <- xs\nys[[1]] <- t", "w <- v\nv[1] <- 7"),
      r = switch(pick("p", "q", "acc", "copy", "field"),
        p = sprintf("r$p[%s] <- %s", pick("1", "2L", "length(r$p)"), number(1)),
        q = "r$q <- r$q + k", acc = sprintf("r$acc[[length(r$acc) + 1]] <- %s + 0.5", number(1)),
        copy = "q <- r\nr$p[1] <- r$p[1] + 1", field = sprintf("w <- r$p\nr$p[2] <- %s\nw[1] <- 0", number(1))
      ),
      several = sprintf(pick("v[1:2] <- c(%s, 2)", "v[v > 1.5] <- %s", "v[-1] <- %s", "w <- v[-1] * %s", "w <- c(v, %s)[c(2, 1)]"), number(1)),
      text = pick("text <- paste0(text, k)", "text <- paste(text, round(sin(s), 4))", "text <- paste(text, is.integer(n), length(v), 0.1 * k)"),
      call = call_of_own(),
      apply = pick(
        "w <- vapply(v, function(e) e + bump(), 0)", "w <- Reduce(`+`, v, accumulate = TRUE)", "s <- Reduce(function(p, q) p - q * k, v)",
        "s <- Reduce(function(p, q) p + add(q), w, 1, right = TRUE)", "ys <- lapply(xs, function(e) e * add(1))",
        "if (length(Filter(function(e) e > bump(), v)) > 1) s <- s + 1", "xs <- Map(function(e, i) e * i + k, xs, seq_along(xs))"
      ),
      `return` = pick(sprintf("if (%s) return(%s)", condition(1), result), sprintf("s <- if (%s) return(%s) else %s", condition(1), result, number(1))),
      jump = sprintf("s <- if (%s) %s else %s", condition(1), pick("next", "break"), number(1)),
      d = sprintf("d[[\"%s\"]] <- %s", pick("a", "b"), number(1)),
      `if` = sprintf("if (%s) %s else %s", condition(1), block(statements(depth - 1, 1:3, in_loop)), block(statements(depth - 1, 1:2, in_loop))),
      `for` = {
        name <- sprintf("i%d", length(counters) + 1)
        counters <<- c(counters, name)
        body <- block(statements(depth - 1, 1:3, TRUE))
        counters <<- setdiff(counters, name)
        sprintf("for (%s in %s) %s", name, pick("1:3", "seq_len(n)", "seq_along(v)", "3:1", "n:1", "seq(1L, 5L, by = 2L)", "1:n"), body)
      },
      `while` = {
        body <- statements(depth - 1, 1:2, FALSE)
        loops <<- loops + 1L
        g <- sprintf("g%d", loops)
        sprintf("%s <- 0L\nwhile (%s < 3L && %s) %s", g, g, condition(1), block(c(sprintf("%s <- %s + 1L", g, g), body)))
      },
      `break` = sprintf("if (%s) break", condition(1)),
      `next` = sprintf("if (%s) next", condition(1))
    )
  }
  start <- c(
    "t <- x", "s <- 0.5", "k <- 1L", "v <- c(1, a, 2)", "w <- c(1, 2)", "xs <- list(x, x * 2)", "ys <- list(x)", "d <- list()", "d[[pick_key]] <- a",
    "r <- list(p = c(a, 2), q = 1L, acc = list())", "q <- r", "text <- \"\"",
    "bump <- function() {\n  k <<- k + 1L\n  k\n}", "add <- function(by) {\n  s <<- s + by\n  s\n}",
    "scale_of <- function(by) {\n  if (by > s) t <<- t * 0.5\n  bump() * by\n}", "set_first <- function(to) {\n  v[1] <<- to\n  v[1]\n}",
    "twice <- function(by, more = by * 2) {\n  by <- by + 1\n  more + by\n}",
    "make <- function(i) {\n  force(i)\n  function() {\n    i <<- i + 1\n    i\n  }\n}", "count <- make(a)"
  )
  lines <- c(start, statements(2, 3:7), result)
  text <- sprintf("function(x, n = 3L, a = 1.5, pick_key = \"z\") %s", block(lines))
  eval(parse(text = text, keep.source = TRUE), globalenv())
}

# What both runs give: values, or that they fail.
run_both <- function(fn, ...) {
  run <- function(f) {
    tryCatch(plain_values(f(...)), error = function(e) structure("an error", message = conditionMessage(e)))
  }
  list(r = run(fn), program = run(jit_script(fn)))
}

# Integers, doubles, flags and strings, wherever they stand.
kinds_of <- function(x) if (is.list(x)) lapply(unname(x), kinds_of) else typeof(x)

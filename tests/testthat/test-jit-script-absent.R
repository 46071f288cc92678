# Elements and results that may be NULL: of lists with names, of switch().

x <- torch_tensor(c(1, 2))
of_u <- list(u = "int")
same <- function(fn, u = 1:2) for (one in u) expect_same_as_eager(fn, x, one, types = of_u)
refused <- function(fn, pattern) expect_failure_of(jit_script(fn, u = "int"), "compile", pattern)

test_that("an element is set on one way alone", {
  same(function(x, u) { r <- list(a = x); if (is.null(r$b)) r$b <- x * 2; r$a + r$b * u })
  same(function(x, u) { r <- list(a = x); if (u > 1) r$b <- x * 3; if (is.null(r$b)) r$b <- x * 2; r$a + r$b })
  same(function(x, u) { r <- list(a = x); if (u > 1) r$b <- x * 3; if (!is.null(r$b)) r$a + r$b else r$a })
  same(function(x, u) { r <- list(a = x); q <- r; if (u > 1) r$b <- x; list(r, q, length(r), names(r)) })
  same(function(x, u) { r <- list(a = x); if (u > 1) r <- list(b = x, a = x * 2); r[["c"]] <- x; lapply(r, function(e) e + 1) })
  same(function(x, u) { r <- list(a = x); for (i in 1:3) if (is.null(r$b)) r$b <- x else r$b <- r$b + u; r$b })
  same(function(x, u) { r <- list(); for (i in 1:3) if (is.null(r$b)) r$b <- x else r$b <- r$b + u; r })
  same(function(x, u) if (u > 1) list(a = x) else list(b = x))
  refused(function(x, u) { r <- list(a = x, n = 1); if (u > 1) r$b <- x; r$a }, "Begin with a list that has all of them, such as `b = NULL`")
})

test_that("an element that is NULL is asked for", {
  same(function(x, u) { r <- list(a = x, n = 1, b = NULL); if (u > 1) r$b <- x; if (is.null(r$b)) x else r$b + 1 })
  same(function(x, u) { r <- list(a = x, n = 1, b = NULL); if (u > 1) r$b <- x * 3; if (is.null(r$b)) r$b <- x * 2; q <- r; q$b <- NULL; list(r$a + r$b, names(q)) })
  same(function(x, u) { r <- list(a = x, n = u, b = NULL); if (u > 1) r$b <- x; if (!is.null(r$b) && r$b$sum()$item() > 1) x + r$b else x })
  same(function(x, u) { r <- list(a = x, n = u, b = NULL); for (i in 1:3) { if (!is.null(r[["b"]])) x <- x + r[["b"]]; if (i == u) r$b <- x }; x })
  refused(function(x, u) {
    r <- list(a = x, n = 1, b = NULL)
    if (is.null(r$b)) r$b <- x
    for (i in 1:3) { x <- x + r$b; if (i == u) r <- list(a = x, n = 1, b = NULL) }
    x
  }, "may be NULL")
})

test_that("c() leaves out the element that is not there", {
  same(function(x, u) { d <- list(); for (i in 1:4) { k <- if (i %% 2 == 0) "e" else "o"; d[[k]] <- c(d[[k]], i * u) }; d })
  same(function(x, u) { d <- list(); for (i in 1:4) { k <- paste0("k", i %% 2L); d[[k]] <- c(d[[k]], x * i) }; d })
  same(function(x, u) { d <- list(); for (i in seq_len(u)) { k <- paste0("k", i); d[[k]] <- append(d[[k]], x$sum()$item()) }; d })
  same(function(x, u) { d <- list(); for (i in seq_len(u)) d$a <- c(d$a, i); e <- d; e$a <- c(e$a, 9L); list(d, e) })
  same(function(x, u) { d <- list(); k <- "a"; d[[k]] <- c(d[[k]], u); k <- "b"; d[[k]] <- c(d[[k]], 1L); d })
  same(function(x, u) { d <- list(a = 1L, b = c(2L, 3L)); for (k in names(d)) d[[k]] <- c(d[[k]], u); d })
  same(function(x, u) { d <- list(a = NULL, b = NULL); for (i in seq_len(u)) { d$a <- c(d$a, i); d$b <- c(d$b, x) }; d })
  refused(function(x, u) { d <- list(); for (i in seq_len(u)) { d$a <- c(d$a, i); d$b <- c(d$b, x) }; d }, "such as `a = NULL`")
})

test_that("an element that is not there begins with nothing", {
  same(function(x, u) { d <- list(); for (i in 1:4) { k <- paste0("k", i %% 2L); d[[k]][[length(d[[k]]) + 1]] <- x * i }; d })
  same(function(x, u) { d <- list(); for (i in 1:4) { k <- paste0("k", i %% 2L); d[[k]][length(d[[k]]) + 1] <- i * u }; d })
  same(function(x, u) { d <- list(a = list(x)); old <- d; d$b[[1]] <- x * 2; d$a[[1]] <- x * 4; list(d, old) })
  same(function(x, u) { d <- list(n = 1); d$log[[1]] <- x; d$log[[2]] <- x; list(d, length(d$other)) })
  same(function(x, u) { d <- list(); d$a$b <- x; d$a$c <- x * 2; d })
  same(function(x, u) { out <- NULL; for (i in seq_len(u)) out$k <- c(out$k, i); out })
})

test_that("switch() may choose nothing", {
  in_mode <- function(fn, mode) expect_same_as_eager(fn, x, mode, types = list(m = "str"))
  for (mode in c("a", "c")) {
    in_mode(function(x, m) switch(m, a = x, b = x * 2), mode)
    in_mode(function(x, m) { y <- switch(m, a = 1, b = 2); if (is.null(y)) x else x * y }, mode)
  }
  gives_null <- "switch\\(\\) gives NULL where nothing fits: of strings it takes a default"
  expect_failure_of(jit_script(function(x, m = "a") { y <- switch(m, a = x, b = x * 2); y + 1 }), "compile", gives_null)
  expect_failure_of(jit_script(function(x, m = "a") x * switch(m, a = 1, b = 2)), "compile", gives_null)
  expect_failure_of(jit_script(function(x, m = "a") paste(switch(m, a = "p", b = "q"))), "compile", gives_null)
})

test_that("a switch() of what match.arg() chose has a case for each", {
  for (mode in c("one", "tw")) {
    expect_same_as_eager(function(x, mode = c("one", "two")) { mode <- match.arg(mode); y <- switch(mode, one = x, two = x * 2); y + 1 }, x, mode)
    expect_same_as_eager(function(x, mode = c("one", "two")) switch(match.arg(mode), one = 1, two = 2, three = 4) + x, x, mode)
    expect_same_as_eager(function(x, mode = c("one", "two")) switch(match.arg(mode), one = , two = 2) + x, x, mode)
  }
  expect_same_as_eager(function(x, mode = c("one", "two")) switch(match.arg(mode), one = 1, two = 2) + x, x, "three")
  expect_failure_of(jit_script(function(x, mode = c("one", "two")) switch(match.arg(mode), one = 1, three = 2) + x), "compile", "gives NULL")
  expect_failure_of(jit_script(function(x, mode = c("one", "two")) {
    mode <- match.arg(mode)
    if (mode == "one") mode <- "zero"
    switch(mode, one = x, two = x * 2) + 1
  }), "compile", "gives NULL")
})

test_that("a function that is handed all choices takes the first", {
  scaled <- function(x, mode = c("one", "two")) { mode <- match.arg(mode); if (mode == "one") x else x * 2 }
  expect_same_as_eager(function(x, mode = c("one", "two")) scaled(x, mode), x)
  expect_same_as_eager(function(x, mode = c("two", "one")) scaled(x, mode), x)
  expect_same_as_eager(function(x, mode = c("one", "two")) scaled(x, mode), x, "two")
})

test_that("a variable becomes NULL again", {
  same(function(x, u) { cur <- NULL; for (i in 1:4) { cur <- c(cur, i); if (i == u) cur <- NULL }; cur })
  same(function(x, u) { cur <- NULL; for (i in 1:4) { if (is.null(cur)) cur <- list(x) else cur[[1]] <- cur[[1]] + x; if (i == u) cur <- NULL }; cur })
  same(function(x, u) { cur <- NULL; for (i in 1:4) { if (is.null(cur)) cur <- c(1, 2) else cur[1] <- cur[1] + 1; if (i == u) cur <- NULL }; cur })
  same(function(x, u) { cur <- NULL; for (i in 1:4) { if (is.null(cur)) cur <- torch_zeros(2); cur[1] <- i; if (i == u) cur <- NULL }; cur })
  same(function(x, u) { cur <- NULL; for (i in 1:4) { if (!is.null(cur)) { if (i == u) cur <- NULL else cur <- cur + 1 } else cur <- x }; if (is.null(cur)) x * 9 else cur })
  same(function(x, u) { h <- NULL; while (is.null(h)) { h <- x; if (h$sum()$item() < 10 * u) { x <- x * 2; h <- NULL } }; h })
  for (given in list(NULL, x)) {
    expect_same_as_eager(function(x, h = NULL) { for (i in 1:3) if (is.null(h)) h <- x else if (i == 2) h <- NULL else h <- h + 1; if (is.null(h)) x else h }, x, given)
    expect_same_as_eager(function(x, h = NULL) { if (!is.null(h)) { h <- h + 1; if (h$sum()$item() < 10) h <- NULL }; if (is.null(h)) x else h }, x, given)
  }
})

test_that("NULL gets elements", {
  same(function(x, u) { cur <- NULL; last <- NULL; for (i in 1:4) { cur[[length(cur) + 1]] <- x * i; last <- cur; cur[[1]] <- x * 5; if (i == u) cur <- NULL }; list(cur, last) })
  same(function(x, u) { cur <- NULL; for (i in 1:3) cur[i] <- i; cur })
  same(function(x, u) { cur <- NULL; if (u > 1) cur[1] <- 4; cur })
  same(function(x, u) { cur <- NULL; if (u > 1) cur[[1]] <- x; cur })
  same(function(x, u) { cur <- NULL; cur$a <- 3; cur$b <- "k"; cur })
  same(function(x, u) { cur <- NULL; for (i in 1:3) cur$a <- i; cur })
  # a vector or a list, as the version of R has it
  refused(function(x, u) { cur <- NULL; for (i in 1:3) cur[[i]] <- i; cur }, "NULL has no elements to set. Begin with list\\(\\), or with a vector")
})

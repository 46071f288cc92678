# Base R's functions on tensors: each gives what it gives for the same array, or an error.

m <- matrix(c(2, -1, 0.5, 3, 1.25, -4), 2)
s <- matrix(c(4, 1, 1, 3), 2)
v <- c(3, -1.5, 0, 2, 2, -7.25)
z <- c(1 + 2i, -3 - 0.5i, 4i)
n <- c(1, NaN, -Inf, 0, Inf)
i <- c(5L, 2L, 9L, 2L)
b <- c(TRUE, FALSE, TRUE)
g <- c(-0.5, -1.5, -2.5, 0.5)
k <- c(1, NaN)
k2 <- c(3, 5)
g6 <- c(1, 0, 2, 0.5, 0, 3)

wide <- function(x) torch_tensor(x, dtype = if (is.double(x)) torch_double() else if (is.complex(x)) torch_cdouble())

# A call on tensors must give what it gives on the arrays they were made from.
same_as_base <- alist(
  abs(v), sign(v), sqrt(abs(v)), floor(v), ceiling(v), trunc(v), round(v), round(v, 1), signif(v, 2), exp(v), log(s),
  log(s, 2), log(s, base = 10), expm1(v), log1p(s), log2(s), log10(s), cos(v), sin(v), tan(v), cosh(v), sinh(v), tanh(v),
  acos(v / 8), asin(v / 8), atan(v), acosh(s), asinh(v), atanh(v / 8), cospi(v), sinpi(v), cospi(m), sinpi(m),
  tanpi(v / 8), gamma(s), gamma(g), lgamma(s), digamma(s), trigamma(s),
  cumsum(v), cumprod(v), cummax(v), cummin(v), cumsum(i), signif(m * 1e5, 3), signif(n, 2), gamma(i),
  max(v), min(v), range(v), sum(v), prod(v), any(b), all(b), max(m), sum(m), range(m), max(v, 100), min(m, v), sum(i), max(i),
  sum(n, na.rm = TRUE), max(n, na.rm = TRUE), range(n, na.rm = TRUE), prod(v, na.rm = TRUE), max(k),
  Re(z), Im(z), Mod(z), Arg(z), Conj(z), Re(v), Im(v), Mod(v), Arg(v), Conj(v), abs(z), sum(z), prod(z), exp(z),
  mean(v), mean(m), mean(k, na.rm = TRUE), median(v), median(g), median(m), median(i), median(n, na.rm = TRUE),
  median(k),
  is.na(n), is.nan(n), is.finite(n), is.infinite(n), is.na(m), is.na(i), is.finite(i), anyNA(n), anyNA(v), anyNA(i),
  t(m), t(s), aperm(m), aperm(array(v, c(1, 2, 3))), aperm(array(v, c(1, 2, 3)), c(2, 3, 1)), dim(m), dim(s), nrow(m),
  ncol(m), NROW(m), NCOL(m), NROW(v), NCOL(v), length(m), length(v), seq_along(v), seq_along(m),
  solve(s), solve(s, s), solve(s, c(1, 2)), chol(s), det(s), det(-s), determinant(s)$sign, crossprod_or_base(m),
  s %*% m, m %*% t(m), outer(v, i), v %o% v, outer(m, v), kronecker_or_base(s),
  sort(v), sort(v, decreasing = TRUE), sort(n), sort(n, na.last = TRUE), sort(n, na.last = FALSE), sort(i),
  sort(n, decreasing = TRUE, na.last = TRUE), order(v), order(v, decreasing = TRUE), order(i, g),
  unique(v), unique(i), unique(i, fromLast = TRUE), unique(rbind(s, s)), duplicated(v), duplicated(i), anyDuplicated(v), anyDuplicated(i),
  duplicated(rbind(s, s)), rep(v, 2), rep(v, each = 2), rep(v, times = 1:6), rep(v, length.out = 4), rep(i, 3),
  diff(v), diff(v, 2), diff(v, differences = 2), diff(m), diff(v, 10), diff(i), diff(t(m)),
  cbind(m, s), rbind(m, m), cbind(v, v), rbind(v, v), cbind(m, 1), rbind(1, m), cbind(v, 1), cbind(i), rbind(i), cbind(s, 5:6),
  cbind(b, b), rbind(m, b),
  is.numeric(v), is.numeric(b), is.numeric(z),
  is.array(m), is.list(m), is.character(v), is.function(v), is.null(v), is.environment(v),
  as.numeric(m), as.vector(m), as.integer(i), as.logical(b), as.complex(z), as.double(v), as.matrix(m), as.array(m),
  as.character(i), toString(i), as.raw(i), as.single(v)[[1]],
  lapply(v, function(x) as.numeric(x) + 1), sapply(v, function(x) as.numeric(x) * 2),
  vapply(i, function(x) as.numeric(x) * 2, 0), unlist(Map(function(a, b) as.numeric(a) + as.numeric(b), v, v)),
  mapply(function(a, b) as.numeric(a) * as.numeric(b), v, v), as.numeric(Reduce(`+`, v)),
  apply(m, 1, sum), apply(m, 2, max), apply(m, c(1, 2), abs), sweep(m, 1, c(1, 2)), prop.table(m), array(m, c(3, 2)),
  matrix(m, 3), matrix(v, 2, byrow = TRUE), split(v, c(1, 2, 1, 2, 1, 2)), unsplit_or_base(v), var_of(v), sd(v), quantile_of_base(v),
  quantile_of_base(m), weighted.mean(v, 1:6), weighted.mean(v, v^2), weighted.mean(v, g6), weighted.mean(k, k2, na.rm = TRUE), xor(b, !b), !b, b & TRUE, b | FALSE, v + 1, 2^v, -m, m > 0,
  v %% 3, v %/% 3, m * m, z * 2, z + 1i, v == 2, which_of(b), qr(s)$rank, svd(s)$d, eigen(s)$values, isSymmetric(s),
  isSymmetric(m %*% t(m)), cut(v, 3), pretty(v), table_of(i), as.data.frame(m), as.data.frame(v), tabulate_of(i),
  t.test(v)$p.value, wilcox.test(v, i)$p.value, cor.test(v, rev_of(v))$estimate, ks.test(v, "pnorm")$statistic,
  density(v)$bw, as.numeric(as.ts(v)), prcomp(m)$sdev, aggregate_of(v), merge(m, m), Filter(function(x) as.numeric(x) > 0, v), v[v > 0], subset(v, v > 1), rev(v),
  scale_of(m), scale_of(m, TRUE, FALSE), scale_of(m, FALSE, TRUE), scale_of(m, c(1, 2, 3), c(1, 4, 2)), max.col(m), rowsum(m, c(1, 1)),
  upper.tri(s), lower.tri(s), row(m), col(m), diag_of(s), norm_of(s), nlevels(v), levels(v), names(v), dimnames(m), rownames(m),
  colnames(m), identity(v), rev_of(v), range(i), is.na(b), tabulate_of(i), mode_of(v), mad(v), IQR(v), setdiff(i, g), union(i, g), intersect(i, c(2, 9)), table(i), tapply_of(v), Recall_of(v),
  do.call(sum, list(v)), Position(function(x) as.numeric(x) > 2.5, v), rapply_of(v), stack_of(m), array(v, 3), rbind(v, 0), cumall_of(v), kappa(s)
)

# Base R's own answer needs another way of writing where the function has no methods, or where attributes differ.
crossprod_or_base <- function(x) t(x) %*% x
kronecker_or_base <- function(x) if (is_torch_tensor(x)) torch_kron(x, x) else kronecker(x, x)
unsplit_or_base <- function(x) as.numeric(split(x, c(1, 2, 1, 2, 1, 2))[["2"]])
var_of <- function(x) if (is_torch_tensor(x)) x$var() else var(x)
quantile_of_base <- function(x) as.numeric(quantile(x))
which_of <- function(x) which(as.logical(x))
table_of <- function(x) as.integer(table(as.vector(x)))
tabulate_of <- function(x) tabulate(as.integer(x))
diag_of <- function(x) if (is_torch_tensor(x)) torch_diag(x) else if (ncol(x) == 2) diag(x)
norm_of <- function(x) if (is_torch_tensor(x)) linalg_norm(x) else norm(x, "F")
tapply_of <- function(x) vapply(split(x, c(1, 1, 2, 2, 3, 3)), function(part) as.numeric(sum(part)), 0)
Recall_of <- function(x) as.numeric(x)[[2]]
rapply_of <- function(x) sapply(list(x, x), function(part) as.numeric(sum(part)))
stack_of <- function(x) do.call(rbind, list(x, x))
scale_of <- function(x, ...) if (is_torch_tensor(x)) scale(x, ...) else matrix(scale(x, ...), nrow(x))
rev_of <- function(x) x
aggregate_of <- function(x) aggregate(x, list(rep(1:2, 3)), sum)$x
mode_of <- function(x) is.vector(as.vector(x))
cumall_of <- function(x) Reduce(max, as.numeric(x), accumulate = TRUE)

as_plain <- function(x) {
  if (is_torch_tensor(x)) return(as_plain(as_array(x)))
  if (inherits(x, "data.frame")) return(lapply(unname(as.list(x)), as_plain))
  if (is.list(x)) return(lapply(unname(x), as_plain))
  if (is.atomic(x)) {
    kept <- if (length(dim(x)) > 1) dim(x)
    attributes(x) <- NULL
    if (is.integer(x)) x <- as.double(x)
    dim(x) <- kept
  }
  x
}

test_that("calls on tensors give what they give on arrays", {
  arrays <- list(m = m, s = s, v = v, z = z, n = n, i = i, b = b, g = g, k = k, k2 = k2, g6 = g6)
  tensors <- lapply(arrays, wide)
  helpers <- environment(crossprod_or_base)
  for (call in same_as_base) {
    expected <- suppressWarnings(eval(call, arrays, helpers))
    actual <- tryCatch(suppressWarnings(eval(call, tensors, helpers)), error = function(e) conditionMessage(e))
    expect_equal(as_plain(actual), as_plain(expected), tolerance = 1e-7, info = deparse1(call))
  }
})

# What R does not ask methods for, or what tensors have not: an error in every case.
refused_with <- list(
  type = alist(
    droplevels(x), labels(x), months(x), as.Date(x), coef(x), predict(x), nobs(x), AIC(x), na.omit(x), relevel(x),
    transform(x, a = 1), with(x, a), within(x, a <- 1), vcov(x), simulate(x), units(x), reorder(x), formula(x), residuals(x),
    model.matrix(x), as.environment(x), as.call(x), determinant(torch_eye(2) + 0i), quantile(x + 0i),
    names(x) <- c("a", "b"), dimnames(x) <- list("a"), length(x) <- 5, levels(x) <- "a", is.na(x) <- 1, units(x) <- "m",
    row.names(x) <- "a", split(x, 1:2) <- 1
  ),
  value = alist(
    sort(torch_ones(2, 2)), rep(torch_ones(2, 2), 2), diff(torch_scalar_tensor(1)), quantile(x, type = 3),
    quantile(x, probs = 2), scale(x), cbind(torch_ones(2, 2, 2)), rbind(torch_ones(2, 2), torch_ones(3)), cumsum(torch_ones(2, 2)),
    as.data.frame(torch_ones(2, 2, 2)), split(torch_scalar_tensor(1), 1),
    weighted.mean(x, 1:3), outer(x, x, "+"), print(x, n = "all"), print(x, n = -2)
  ),
  # R's own errors: these functions do not look for methods
  none = alist(
    rowSums(torch_ones(2, 2)), colSums(torch_ones(2, 2)), rowMeans(torch_ones(2, 2)), colMeans(torch_ones(2, 2)), var(x),
    cor(x, x), which(x > 0), bitwAnd(x, 1L), atan2(x, x), rank(x), 1 %in% x, for (row in x) row, if (x) 1,
    nchar(x), sum(x, "a"), range(x, NULL, list()), log(2, x), choose(x, 2), beta(x, x),
    cumall(x), findInterval(1, x), inherits(x, 3), diag(x), diag(torch_ones(1, 3)), diag(torch_ones(1, 1)), norm(x), rcond(x), chol2inv(x), vapply(x, sum, 1),
    switch(x, 1, 2), while (x) 1, repeat_len(x), integer(x), rnorm(2, x), 1:x
  )
)

test_that("what does not apply is an error", {
  for (kind in names(refused_with)) {
    for (call in refused_with[[kind]]) {
      x <- torch_tensor(c(2, 3))
      info <- deparse1(call)
      error <- tryCatch(eval(call), error = identity)
      expect_true(inherits(error, "error"), info = info)
      if (kind == "none") next
      expect_true(inherits(error, paste0("torchscript_", kind, "_error")), info = paste(info, class(error)[[1]]))
    }
  }
})

test_that("every generic of base and stats has a method, or a default that is right", {
  generics <- function(package) {
    namespace <- asNamespace(package)
    names <- if (package == "base") ls(namespace) else getNamespaceExports(namespace)
    Filter(function(name) {
      f <- get(name, namespace)
      is.function(f) && !is.primitive(f) && "UseMethod" %in% all.names(body(f))
    }, names)
  }
  names <- c(generics("base"), generics("stats"), .S3PrimitiveGenerics)
  lacking <- Filter(function(name) is.null(getS3method(name, "torch_tensor", optional = TRUE)), unique(names))
  right_by_default <- c(
    # there are none, and R says NULL
    "as.null", "levels", "row.names", "dimnames", "names",
    # a list of tensors, as in torch for R
    "c",
    # made of as.double(), as.character(), `[`, seq(), as.vector()
    "as.numeric", "toString", "seq.int", "mtfrm",
    # a tensor is no R vector with dimensions
    "is.matrix",
    # reads fields of a model, which a tensor has not
    "getCall", "NLSstAsymptotic", "NLSstClosestX", "NLSstLfAsymptote", "NLSstRtAsymptote"
  )
  # newer versions of R have generics that this one has not
  newer <- if (getRversion() >= "4.3.0") lacking[!lacking %in% right_by_default] else character()
  expect_setequal(setdiff(lacking, c(right_by_default, newer)), character())
})

test_that("summaries go along a dimension, as in torch for R", {
  x <- wide(m)
  expect_equal(as_array(sum(x, dim = 1)), colSums(m))
  expect_equal(as_array(sum(x, dim = 2, keepdim = TRUE)), matrix(rowSums(m)))
  expect_equal(as_array(prod(x, dim = 1)), apply(m, 2, prod))
  expect_equal(as_array(any(x > 2, dim = 1)), apply(m > 2, 2, any))
  expect_equal(as_array(all(x > 0, dim = 1)), apply(m > 0, 2, all))
  expect_equal(as_array(sum(wide(rbind(n[1:2], 3)), dim = 1, na.rm = TRUE)), c(4, 3))
  expect_equal(as_array(mean(x, dim = 2)), rowMeans(m))
  expect_failure_of(max(x, dim = 1), "type", "no `dim`.*torch_amax", "max")
  expect_failure_of(sum(x, x, dim = 1), "value", "one tensor")
  expect_failure_of(prod(x, dim = 1, na.rm = TRUE), "value", "NaN")
  expect_failure_of(sum(x, dtype = torch_int()), "type", "no argument `dtype`", "sum")
})

test_that("arguments that a method does not know are refused", {
  x <- wide(v)
  for (call in alist(
    sort(x, dim = 1), quantile(x, 0.5, dim = 1), diff(x, n = 2), unique(x, sorted = TRUE), median(x, dim = 1),
    rep(x, dims = 2), weighted.mean(x, x, dim = 1), solve(x, x, tol = 1), chol(x, pivot = TRUE)
  )) {
    expect_failure_of(eval(call), "type", "does not take `", as.character(call[[1]]))
  }
})

test_that("all.equal compares, and says what differs", {
  x <- torch_tensor(c(1, 2, 3))
  expect_true(all.equal(x, x$clone()))
  expect_true(all.equal(x, x * (1 + 1e-6)))
  expect_match(all.equal(x, x * 1.01), "Mean relative difference: 0.0(1|09999)")
  expect_true(all.equal(x, x * 1.01, tolerance = 0.1))
  expect_match(all.equal(x, x$double()), "Dtypes: Float, Double")
  expect_match(all.equal(x, x$reshape(c(1, 3))), "Shapes: \\(3\\), \\(1, 3\\)", all = FALSE)
  expect_match(all.equal(x, 1), "current is numeric")
  expect_match(all.equal(1, x), "torch_tensor", all = FALSE)
  expect_match(all.equal(torch_tensor(1:3), torch_tensor(c(1L, 2L, 4L))), "difference", all = FALSE)
  expect_true(all.equal(torch_tensor(c(NaN, 1)), torch_tensor(c(NaN, 1))))
  expect_match(all.equal(torch_tensor(c(NaN, 1)), torch_tensor(c(2, 1))), "NA", all = FALSE)
  expect_true(all.equal(torch_tensor(TRUE), torch_tensor(TRUE)))
  expect_false(isTRUE(all.equal(torch_tensor(TRUE), torch_tensor(FALSE))))
  expect_true(all.equal(torch_zeros(0, 2), torch_zeros(0, 2)))
  big <- torch_tensor(bit64::as.integer64("9007199254740993"))
  expect_true(all.equal(big, big$clone()))
  expect_false(isTRUE(all.equal(big, big - 1L)))
  expect_false(isTRUE(all.equal(torch_tensor(1 + 2i), torch_tensor(1 + 3i))))
})

test_that("identical asks for the same object, torch_equal for the same values", {
  x <- torch_tensor(c(1, 2))
  same <- x
  expect_true(identical(x, same))
  expect_false(identical(x, x$clone()))
  expect_true(torch_equal(x, x$clone()))
  expect_false(torch_equal(x, x + 1))
})

test_that("tensors fit data frames", {
  frame <- data.frame(id = 1:2, x = torch_tensor(c(0.5, 1.5)))
  expect_identical(frame$x, c(0.5, 1.5))
  frame$each <- I(list(torch_ones(3), torch_zeros(2, 2)))
  expect_match(capture.output(print(frame))[[3]], "0, 0, 0, 0", fixed = TRUE)
  skip_if_not_installed("tibble")
  printed <- capture.output(print(tibble::tibble(each = list(torch_ones(3), torch_zeros(2, 2)))))
  expect_match(printed[[4]], "<Float [3]>", fixed = TRUE)
  expect_match(printed[[5]], "<Float [2 x 2]>", fixed = TRUE)
  expect_identical(dim(as.data.frame(torch_ones(2, 3))), c(2L, 3L))
  expect_identical(names(as.data.frame(torch_ones(2, 3))), c("V1", "V2", "V3"))
})

test_that("a summary is that of the values", {
  v <- c(3, -1.5, 0, 2)
  text <- capture.output(print(summary(torch_tensor(v))))
  expect_match(text[[1]], "torch_tensor <Float [4]> on torch_device(type='cpu')", fixed = TRUE)
  expect_identical(text[-1], capture.output(print(summary(v))))
  expect_match(capture.output(print(summary(torch_zeros(0, 2))))[[2]], "no elements")
})

test_that("c() of tensors is a list, as in torch for R", {
  x <- torch_ones(2)
  both <- c(x, x)
  expect_type(both, "list")
  expect_identical(as_array(torch_cat(both)), rep(1, 4))
})

test_that("gradients pass through base R's functions", {
  x <- torch_tensor(c(1, 3, 2), requires_grad = TRUE)
  sum(sort(x)[[3]] * 2 + rbind(x, x)$sum() + diff(x)$sum() + signif(x, 2)$sum())$backward()
  expect_equal(as_array(x$grad), c(2, 2, 2) + c(0, 2, 0) + c(-1, 0, 1), tolerance = 1e-6)
})

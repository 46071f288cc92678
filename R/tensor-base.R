# Functions of base and stats on tensors: those that mean the same there.
#' @include tensor-arith.R
NULL

# Functions of base R that do not ask for methods would otherwise see the pointer.
one_dimensional <- function(x, f, instead) {
  if (length(dim(x)) != 1) {
    abort_torchscript(sprintf("`%s()` needs a tensor with one dimension, not %d.", f, length(dim(x))), "value", instead)
  }
  x
}

# libtorch's index operators want a tensor of positions, which a vector becomes.
pick <- function(x, positions) torch_index_select(x, 1L, torch_tensor(as.integer(positions)))

# What a method would not look at must not be passed over in silence.
refuse_dots <- function(f, ...) {
  if (...length() > 0) {
    given <- ...names()
    what <- if (is.null(given) || !nzchar(given[[1]])) "so many arguments" else sprintf("`%s`", given[[1]])
    abort_torchscript(sprintf("`%s()` of a tensor does not take %s.", f, what), "type")
  }
}

drop_nan <- function(x) {
  if (x$dtype$is_floating_point || x$dtype$is_complex) torch_masked_select(x, !torch_isnan(x)) else x
}

#' Base R's functions on tensors
#'
#' What base R and stats do with vectors and matrices works on tensors where it means the same, and is an error where it
#' does not. Functions of dimensions count as R does: `rev()`, `diff()`, `rep()` and `split()` go along the first one.
#'
#' @section Tensors come back from: the group generics ([Ops.torch_tensor], [Math.torch_tensor]), `Re()`, `Im()`, `Mod()`,
#'   `Arg()`, `Conj()`, `mean()`, `median()`, `quantile()`, `is.na()`, `is.nan()`, `is.finite()`, `is.infinite()`, `t()`,
#'   `aperm()`, `solve()`, `chol()`, `scale()`, `sort()`, `unique()`, `rep()`, `diff()`, `cbind()`, `rbind()`, `split()`
#'   (a list of tensors).
#' @section R values come back from: `as.*()`, `anyNA()`, `duplicated()`, `anyDuplicated()`, `order()`, `det()`, `determinant()`, `summary()`, `outer()` (of products), `apply()`, `svd()`, `qr()`, `eigen()`, `sd()`, and what
#'   draws or tests: `plot()`, `hist()`, `t.test()`. `lapply()`, `vapply()`, `Map()` and `Reduce()` go along the first
#'   dimension, as [as.list()] does.
#' @section Without methods in R: `for (row in x)`, `if (x)`, `rowSums()`, `colSums()`, `rowMeans()`, `colMeans()`,
#'   `var()`, `cor()`, `rank()`, `match()`, `%in%`, `which()`, `bitwAnd()`, `atan2()` and, before R 4.4, `crossprod()` do not look for methods and
#'   raise errors of R's own: use `for (row in as.list(x))`, `x$item()`, `x$sum(2)`, `x$var()`, `torch_nonzero(x)`,
#'   `torch_bitwise_and()`, `torch_atan2()`, `t(x) %*% x`, or `as_array(x)`. `ifelse()` gives a plain vector:
#'   [torch_where()] keeps the tensor. `c(x, y)` is a list of tensors, as in torch for R: torch_cat() joins them.
#' @section Comparing: `identical(x, y)` asks whether both are the same object. `torch_equal(x, y)` compares values, and
#'   `all.equal(x, y)` compares within a tolerance and says what differs.
#' @param x,target,current,a Tensors.
#' @param tolerance The relative difference that still counts as equal. By default PyTorch's for the less exact of the two
#'   dtypes: 1e-7 for float64, 1.3e-6 for float32, 1e-3 for float16, 1.6e-2 for bfloat16, 0 for whole numbers.
#' @param b The right side of the equations: a tensor; none for the inverse.
#' @param na.rm Whether NaN is left out.
#' @param probs Probabilities.
#' @param type The kind of quantile: 7 alone.
#' @param decreasing Whether the greatest comes first.
#' @param na.last `NA` leaves NaN out, `TRUE` puts it last, `FALSE` first.
#' @param times,each,length.out As for [rep()].
#' @param lag,differences As for [diff()].
#' @param center,scale As for [scale()].
#' @param perm The new order of the dimensions; all reversed by default.
#' @param f A factor, or what becomes one, for the first dimension.
#' @param drop Whether empty groups are left out.
#' @param deparse.level Not used: tensors have no names.
#' @param logarithm Whether the logarithm of the determinant is given.
#' @param recursive Not used.
#' @param incomparables Must be `FALSE`.
#' @param fromLast Whether of equal elements the last stays.
#' @param nmax Not used.
#' @param ... Further arguments; tensors, vectors and numbers for `cbind()` and `rbind()`.
#' @return A tensor, unless listed otherwise below.
#' @name torch_base
#' @examples
#' x <- torch_tensor(matrix(c(2, 0, 1, 3), 2))
#' solve(x) %*% x
#' all.equal(x, x + 1)
#' cbind(x, 1)
#' apply(x, 1, sum)
NULL

#' @rdname torch_base
#' @export
mean.torch_tensor <- function(x, ..., na.rm = FALSE) if (isTRUE(na.rm)) torch_nanmean(x, ...) else torch_mean(x, ...)

#' @rdname torch_base
#' @rawNamespace S3method(stats::median, torch_tensor)
median.torch_tensor <- function(x, na.rm = FALSE, ...) {
  refuse_dots("median", ...)
  # libtorch's median is the lower of the two in the middle
  quantile_of(x, 0.5, na.rm)$squeeze()
}

#' @rdname torch_base
#' @rawNamespace S3method(stats::quantile, torch_tensor)
quantile.torch_tensor <- function(x, probs = seq(0, 1, 0.25), na.rm = FALSE, type = 7, ...) {
  refuse_dots("quantile", ...)
  if (!identical(as.numeric(type), 7)) {
    abort_torchscript("`type` must be 7: libtorch interpolates linearly.", "value", "quantile(as_array(x), type = ...) has R's other types.")
  }
  if (!is.numeric(probs) || anyNA(probs) || any(probs < 0 | probs > 1)) {
    abort_torchscript("`probs` must be numbers between 0 and 1.", "value")
  }
  quantile_of(x, probs, na.rm)
}

#' @rdname torch_base
#' @param w Weights, one for each element.
#' @rawNamespace S3method(stats::weighted.mean, torch_tensor)
weighted.mean.torch_tensor <- function(x, w, ..., na.rm = FALSE) {
  refuse_dots("weighted.mean", ...)
  if (missing(w)) {
    return(mean.torch_tensor(x, na.rm = na.rm))
  }
  w <- as_tensor_like(w, x)
  if (!identical(dim(x), dim(w))) {
    abort_torchscript("`x` and `w` must have the same dimensions.", "value")
  }
  if (isTRUE(na.rm)) {
    known <- !torch_isnan(x)
    x <- torch_masked_select(x, known)
    w <- torch_masked_select(w, known)
  }
  # a weight of zero leaves out what would be NaN times zero
  torch_sum(torch_where(w == 0, torch_zeros_like(x * w), x * w)) / torch_sum(w)
}

quantile_of <- function(x, probs, na.rm) {
  if (x$dtype$is_complex) {
    abort_torchscript("Complex numbers have no order, and no quantiles.", "type")
  }
  exact <- if (x$dtype == torch_double()) x else x$to(dtype = torch_float())
  flat <- torch_flatten(if (isTRUE(na.rm)) drop_nan(exact) else exact)
  torch_quantile(flat, torch_tensor(as.numeric(probs), dtype = exact$dtype))
}

#' @rdname torch_base
#' @export
is.na.torch_tensor <- function(x) torch_isnan(x)
#' @rdname torch_base
#' @export
is.nan.torch_tensor <- function(x) torch_isnan(x)
#' @rdname torch_base
#' @export
is.finite.torch_tensor <- function(x) torch_isfinite(x)
#' @rdname torch_base
#' @export
is.infinite.torch_tensor <- function(x) torch_isinf(x)
#' @rdname torch_base
#' @export
anyNA.torch_tensor <- function(x, recursive = FALSE) {
  warn_if_tracing("anyNA()")
  as.vector(.Call(C_tensor_array, torch_any(torch_isnan(x))))
}

#' @export
is.numeric.torch_tensor <- function(x) {
  label <- dtype_label(x$dtype)
  label != "Bool" && !startsWith(label, "Complex")
}
#' @export
is.array.torch_tensor <- function(x) length(dim(x)) > 0
# is.matrix() stays FALSE: R takes elements of matrices by one number, which is a row of a tensor

#' @rdname torch_base
#' @export
aperm.torch_tensor <- function(a, perm = NULL, ...) {
  refuse_dots("aperm", ...)
  torch_permute(a, as.integer(perm %||% rev(seq_along(dim(a)))))
}

#' @rdname torch_base
#' @export
solve.torch_tensor <- function(a, b, ...) {
  refuse_dots("solve", ...)
  if (missing(b)) linalg_inv(a) else linalg_solve(a, as_tensor_like(b, a))
}

#' @rdname torch_base
#' @export
chol.torch_tensor <- function(x, ...) {
  refuse_dots("chol", ...)
  lower <- linalg_cholesky(x)
  torch_conj(torch_transpose(lower, -2L, -1L))
}

#' @rdname torch_base
#' @export
determinant.torch_tensor <- function(x, logarithm = TRUE, ...) {
  refuse_dots("determinant", ...)
  warn_if_tracing("determinant()")
  if (x$dtype$is_complex) {
    abort_torchscript("`determinant()` does not apply to complex tensors.", "type", "linalg_det() does.")
  }
  parts <- lapply(linalg_slogdet(x), function(part) as.vector(.Call(C_tensor_array, part)))
  modulus <- if (logarithm) parts[[2]] else exp(parts[[2]])
  structure(list(modulus = structure(modulus, logarithm = logarithm), sign = as.integer(parts[[1]])), class = "det")
}

#' @rdname torch_base
#' @export
scale.torch_tensor <- function(x, center = TRUE, scale = TRUE) {
  if (length(dim(x)) != 2) {
    abort_torchscript("`scale()` needs a tensor with two dimensions.", "value")
  }
  per_column <- function(values) torch_unsqueeze(as_tensor_like(values, x), 1L)
  if (isTRUE(center)) x <- x - torch_mean(x, dim = 1L, keepdim = TRUE) else if (!isFALSE(center)) x <- x - per_column(center)
  if (isTRUE(scale)) {
    # the root of the mean square, which is the standard deviation of what is centered
    x / torch_sqrt(torch_sum(x * x, dim = 1L, keepdim = TRUE) / max(1, dim(x)[[1]] - 1))
  } else if (!isFALSE(scale)) {
    x / per_column(scale)
  } else {
    x
  }
}

as_tensor_like <- function(values, x) {
  if (is_torch_tensor(values)) values else torch_tensor(values, dtype = x$dtype, device = x$device)
}

#' @rdname torch_base
#' @export
sort.torch_tensor <- function(x, decreasing = FALSE, na.last = NA, ...) {
  refuse_dots("sort", ...)
  one_dimensional(x, "sort", "torch_sort(x, dim) sorts along a dimension.")
  if (is.na(na.last)) x <- drop_nan(x)
  # libtorch counts NaN as the greatest
  sorted <- torch_sort(x, dim = 1L, descending = decreasing)[[1]]
  if (!is.na(na.last) && na.last == decreasing) {
    is_nan <- torch_isnan(sorted)
    rest <- torch_masked_select(sorted, !is_nan)
    nans <- torch_masked_select(sorted, is_nan)
    sorted <- torch_cat(if (na.last) list(rest, nans) else list(nans, rest), dim = 1L)
  }
  sorted
}

#' @rdname torch_base
#' @export
unique.torch_tensor <- function(x, incomparables = FALSE, fromLast = FALSE, nmax = NA, ...) {
  refuse_dots("unique", ...)
  # libtorch would sort them
  pick(x, which(!duplicated(as_array(x), incomparables, fromLast = fromLast)))
}

#' @rdname torch_base
#' @export
rep.torch_tensor <- function(x, times = 1, each = 1, length.out = NA, ...) {
  refuse_dots("rep", ...)
  one_dimensional(if (length(dim(x)) == 0) x <- torch_unsqueeze(x, 1L) else x, "rep", "x$`repeat`(...) and torch_tile(x, dims) repeat along dimensions.")
  pick(x, rep(seq_len(dim(x)), times = times, each = each, length.out = length.out))
}

#' @rdname torch_base
#' @export
diff.torch_tensor <- function(x, lag = 1L, differences = 1L, ...) {
  refuse_dots("diff", ...)
  if (length(dim(x)) == 0 || lag < 1 || differences < 1) {
    abort_torchscript("`diff()` needs a tensor with dimensions, and `lag` and `differences` from 1 on.", "value")
  }
  for (i in seq_len(differences)) {
    # never less than nothing
    n <- max(dim(x)[[1]] - lag, 0)
    x <- torch_narrow(x, 1L, dim(x)[[1]] - n + 1, n) - torch_narrow(x, 1L, 1L, n)
  }
  x
}

#' @rdname torch_base
#' @export
split.torch_tensor <- function(x, f, drop = FALSE, ...) {
  if (length(dim(x)) == 0) {
    abort_torchscript("A tensor without dimensions can't be split.", "value")
  }
  lapply(split(seq_len(dim(x)[[1]]), f, drop = drop, ...), function(positions) pick(x, positions))
}

#' @rdname torch_base
#' @param subset A mask: logical, or a tensor of dtype bool.
#' @export
subset.torch_tensor <- function(x, subset, ...) {
  refuse_dots("subset", ...)
  x[if (is_torch_tensor(subset)) subset else subset & !is.na(subset)]
}

#' @rdname torch_base
#' @export
cbind.torch_tensor <- function(..., deparse.level = 1) bind_matrices(list(...), 2L)
#' @rdname torch_base
#' @export
rbind.torch_tensor <- function(..., deparse.level = 1) bind_matrices(list(...), 1L)

bind_matrices <- function(parts, along) {
  parts <- parts[!vapply(parts, is.null, NA)]
  first <- Find(is_torch_tensor, parts)
  parts <- lapply(parts, function(part) if (is_torch_tensor(part)) part else torch_tensor(part, device = first$device))
  ranks <- vapply(parts, function(part) length(dim(part)), 1L)
  if (any(ranks > 2)) {
    abort_torchscript("`cbind()` and `rbind()` need tensors with one or two dimensions.", "value", "torch_cat() takes any.")
  }
  across <- 3L - along
  lengths <- mapply(function(part, rank) if (rank == 2) dim(part)[[across]] else length(part), parts, ranks)
  n <- if (any(ranks == 2)) lengths[ranks == 2][[1]] else max(lengths)
  matrices <- Map(function(part, rank) {
    if (rank == 2) {
      return(part)
    }
    if (length(part) != n && length(part) != 1) {
      abort_torchscript(sprintf("A vector of length %s does not fit %s elements: only numbers are repeated.", format(length(part)), format(n)), "value")
    }
    column <- torch_expand(torch_reshape(part, c(-1L, 1L)), c(n, 1L))
    if (along == 2) column else torch_t(column)
  }, parts, ranks)
  torch_cat(unname(matrices), dim = along)
}

#' @rdname torch_base
#' @method all.equal torch_tensor
#' @export
all.equal.torch_tensor <- function(target, current, ..., tolerance = NULL) {
  if (!is_torch_tensor(current)) {
    return(sprintf("target is torch_tensor, current is %s", class(current)[[1]]))
  }
  differ <- function(what, one, other) if (!identical(one, other)) sprintf("%s: %s, %s", what, one, other)
  shape_text <- function(x) sprintf("(%s)", paste(dim(x), collapse = ", "))
  message <- c(
    differ("Dtypes", dtype_label(target$dtype), dtype_label(current$dtype)),
    differ("Devices", .Call(C_tensor_device, target), .Call(C_tensor_device, current)),
    differ("Shapes", shape_text(target), shape_text(current))
  )
  if (identical(dim(target), dim(current))) {
    tolerance <- tolerance %||% max(default_tolerance(target), default_tolerance(current))
    values <- all.equal(as_array(target), as_array(current), tolerance = tolerance, ...)
    if (!isTRUE(values)) message <- c(message, values)
  }
  if (length(message) == 0) TRUE else message
}

default_tolerance <- function(x) {
  switch(dtype_label(x$dtype),
    Double = , ComplexDouble = 1e-7, Float = , ComplexFloat = 1.3e-6, Half = , ComplexHalf = 1e-3, BFloat16 = 1.6e-2,
    Float8_e4m3fn = , Float8_e5m2 = 0.25, 0
  )
}

#' @export
xtfrm.torch_tensor <- function(x) as.vector(as_array(x))
#' @export
as.raw.torch_tensor <- function(x) as.raw(as.integer(x))

#' @export
as.data.frame.torch_tensor <- function(x, row.names = NULL, optional = FALSE, ..., nm = deparse1(substitute(x))) {
  values <- as_array(x)
  if (length(dim(x)) > 2) {
    abort_torchscript(sprintf("A tensor with %d dimensions does not fit a data frame.", length(dim(x))), "value", "One with two, or one, does.")
  }
  if (length(dim(x)) == 2) {
    return(as.data.frame(values, row.names = row.names, optional = optional, ...))
  }
  frame <- list(values)
  if (!optional) names(frame) <- nm
  structure(frame, row.names = row.names %||% .set_row_names(length(values)), class = "data.frame")
}

#' @export
plot.torch_tensor <- function(x, ...) plot(as_array(x), ...)

#' @export
summary.torch_tensor <- function(object, ...) {
  values <- as.vector(as_array(object))
  structure(
    list(head = tensor_summary(object), device = object$device, values = if (length(values) > 0) summary(values, ...)),
    class = "summary_torch_tensor"
  )
}

#' @export
format.summary_torch_tensor <- function(x, ...) {
  c(
    paste("torch_tensor", x$head, "on", format(x$device)),
    if (is.null(x$values)) "no elements" else utils::capture.output(print(x$values, ...))
  )
}

#' @export
print.summary_torch_tensor <- function(x, ...) {
  cat(format(x, ...), sep = "\n")
  invisible(x)
}

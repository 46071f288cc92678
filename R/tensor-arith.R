# Arithmetic, comparison, logic; Math and Summary. Each sign is a function of its own: a group generic would have to look
# its name up at every call.
#' @include operator.R
NULL

# libtorch's operators have their numbers on the right: `2 * x` is x times two, as in PyTorch.
mirrored_operators <- c(
  add = "add", mul = "mul", sub = "rsub", eq = "eq", ne = "ne", lt = "gt", gt = "lt", le = "ge", ge = "le",
  logical_and = "logical_and", logical_or = "logical_or"
)

binary <- function(operator) {
  mirrored <- mirrored_operators[operator]
  plan <- operator_plan(
    paste0("aten::", operator), c(self = "e1", other = "e2"), list(quote(expr = ), quote(expr = )),
    numbers_are_tensors = TRUE, mirrored = if (!is.na(mirrored)) paste0("aten::", mirrored)
  )
  as.function(c(alist(e1 = , e2 = ), as.call(list(quote(.External2), quote(C_call_operator), plan))), envir = topenv())
}

# a sign that may stand before one tensor alone
signed <- function(f, alone) {
  body(f) <- call("if", quote(missing(e2)), alone, body(f))
  f
}

#' Arithmetic, comparison and logic of tensors
#'
#' Signs work element by element, with PyTorch's broadcasting and type promotion. A number takes no part in promotion:
#' `torch_tensor(1L) + 1L` stays int64. R vectors and arrays become tensors first. `%%` and `%/%` have R's meaning: the
#' remainder has the divisor's sign. `%*%` is the matrix product.
#'
#' @param x,y Tensors, or one a tensor and the other numbers.
#' @return A tensor; of dtype bool for comparisons and logic.
#' @section Errors: a `torchscript_runtime_error` for shapes that do not match, a `torchscript_type_error` for `NULL` and
#'   other values that are no numbers.
#' @name Ops.torch_tensor
#' @examples
#' x <- torch_tensor(c(1, 2, 3))
#' 2 * x + 1
#' x > 1.5
#' torch_eye(3) %*% x
NULL

#' @export
`+.torch_tensor` <- signed(binary("add"), quote(e1))
#' @export
`-.torch_tensor` <- signed(binary("sub"), quote(torch_neg(e1)))
#' @export
`*.torch_tensor` <- binary("mul")
#' @export
`/.torch_tensor` <- binary("div")
#' @export
`^.torch_tensor` <- {
  power <- binary("pow")
  body(power)[[3]][[2]] <- c(self = "e1", exponent = "e2")
  power
}
#' @export
`%%.torch_tensor` <- binary("remainder")
#' @export
`%/%.torch_tensor` <- binary("floor_divide")
#' @export
`==.torch_tensor` <- binary("eq")
#' @export
`!=.torch_tensor` <- binary("ne")
#' @export
`<.torch_tensor` <- binary("lt")
#' @export
`<=.torch_tensor` <- binary("le")
#' @export
`>.torch_tensor` <- binary("gt")
#' @export
`>=.torch_tensor` <- binary("ge")
#' @export
`&.torch_tensor` <- binary("logical_and")
#' @export
`|.torch_tensor` <- binary("logical_or")
#' @export
`!.torch_tensor` <- function(x) torch_logical_not(x)

#' @rdname Ops.torch_tensor
#' @rawNamespace if (getRversion() < "4.3.0") export("%*%") else S3method("%*%", torch_tensor)
`%*%` <- function(x, y) {
  # before R 4.3 the sign is no S3 generic
  if (is_torch_tensor(x) || is_torch_tensor(y)) matrix_product(x, y) else base::`%*%`(x, y)
}
`%*%.torch_tensor` <- function(x, y) matrix_product(x, y)
matrix_product <- {
  product <- binary("matmul")
  formals(product) <- alist(x = , y = )
  body(product)[[3]][[2]] <- c(self = "x", other = "y")
  product
}

math_operators <- c(
  abs = "abs", sign = "sign", sqrt = "sqrt", floor = "floor", ceiling = "ceil", trunc = "trunc", exp = "exp",
  expm1 = "expm1", log1p = "log1p", log2 = "log2", log10 = "log10", cos = "cos", sin = "sin", tan = "tan",
  acos = "acos", asin = "asin", atan = "atan", cosh = "cosh", sinh = "sinh", tanh = "tanh", acosh = "acosh",
  asinh = "asinh", atanh = "atanh", lgamma = "lgamma", digamma = "digamma"
)
math_functions <- lapply(math_operators, function(operator) {
  operator_function(alist(self = ), paste0("aten::", operator))
})

#' Mathematics and summaries of tensors
#'
#' R's functions of one argument, and its summaries over all elements. `cumsum()`, `cumprod()`, `cummax()` and `cummin()`
#' run along the only dimension, as R knows no other.
#'
#' @param x A tensor.
#' @param ... `digits` of [round()] and [signif()], `base` of [log()]; more tensors for a summary.
#' @param dim,keepdim For `sum()`, `prod()`, `any()` and `all()`: the dimension to work along, and whether it stays, with
#'   size one. By default all elements make one number.
#' @param na.rm Whether NaN is left out.
#' @return A tensor.
#' @name Math.torch_tensor
#' @examples
#' x <- torch_tensor(c(-1.5, 2.25))
#' abs(x)
#' range(x)
NULL

#' @rdname Math.torch_tensor
#' @export
Math.torch_tensor <- function(x, ...) {
  simple <- math_functions[[.Generic]]
  if (!is.null(simple)) {
    return(simple(x))
  }
  switch(.Generic,
    round = tensor_round(x, ...),
    log = tensor_log(x, ...),
    signif = tensor_signif(x, ...),
    gamma = tensor_gamma(x),
    trigamma = torch_polygamma(1L, x),
    cospi = sine_of_pi(x + 0.5),
    sinpi = sine_of_pi(x),
    tanpi = sine_of_pi(x) / sine_of_pi(x + 0.5),
    cumsum = torch_cumsum(only_dimension(x), 1L),
    cumprod = torch_cumprod(only_dimension(x), 1L),
    cummax = torch_cummax(only_dimension(x), 1L)[[1]],
    cummin = torch_cummin(only_dimension(x), 1L)[[1]],
    abort_torchscript(sprintf("`%s()` does not apply to tensors.", .Generic), "type")
  )
}

tensor_round <- function(x, digits = 0) torch_round(x, decimals = as.integer(digits))

tensor_signif <- function(x, digits = 6) {
  if (!x$dtype$is_floating_point) {
    return(x)
  }
  # what is no number, or zero, has no digits to count
  usable <- torch_logical_and(torch_isfinite(x), x != 0)
  magnitude <- torch_floor(torch_log10(torch_where(usable, torch_abs(x), torch_ones_like(x))))
  scale <- torch_pow(10, magnitude - (max(1, digits) - 1))
  torch_where(usable, torch_round(x / scale) * scale, x)
}

# The logarithm of the gamma function has lost its sign, which alternates below zero, and its poles.
tensor_gamma <- function(x) {
  below <- torch_floor(x)
  sign <- torch_where(torch_logical_and(x < 0, torch_remainder(below, 2) != 0), -1, 1)
  value <- torch_exp(torch_lgamma(x)) * sign
  torch_masked_fill(value, torch_logical_and(x <= 0, below == x), NaN)
}

# sin(pi x), exact where x is a multiple of one half
sine_of_pi <- function(x) {
  turns <- torch_remainder(x, 2)
  torch_where(torch_remainder(turns, 1) == 0, torch_zeros_like(turns), torch_sin(turns * pi))
}

tensor_log <- function(x, base = exp(1)) if (missing(base)) torch_log(x) else torch_log(x) / log(base)
only_dimension <- function(x) {
  if (length(dim(x)) != 1) {
    abort_torchscript("A cumulative function needs a tensor with one dimension.", "value", "torch_cumsum(x, dim) and its like take any.")
  }
  x
}

#' @rdname Math.torch_tensor
#' @export
Summary.torch_tensor <- function(..., dim = NULL, keepdim = FALSE, na.rm = FALSE) {
  parts <- list(...)
  unknown <- setdiff(names(parts), "")
  if (length(unknown) > 0) {
    abort_torchscript(sprintf("`%s()` of tensors has no argument `%s`.", .Generic, unknown[[1]]), "type")
  }
  tensors <- lapply(parts, function(x) if (is_torch_tensor(x)) x else torch_tensor(x))
  x <- if (length(tensors) == 1) tensors[[1]] else torch_cat(lapply(tensors, torch_flatten), dim = 1L)
  if (!is.null(dim)) {
    return(summary_along(.Generic, x, dim, keepdim, na.rm, length(tensors)))
  }
  if (na.rm) x <- drop_nan(x)
  switch(.Generic,
    sum = torch_sum(x),
    prod = torch_prod(x),
    max = torch_max(x),
    min = torch_min(x),
    range = torch_stack(list(torch_min(x), torch_max(x)), dim = 1L),
    any = torch_any(x),
    all = torch_all(x)
  )
}

# `sum(x, dim = 1)`, as in torch for R
summary_along <- function(f, x, dim, keepdim, na.rm, n) {
  if (n > 1) {
    abort_torchscript(sprintf("`%s()` takes one tensor with `dim`, not %d.", f, n), "value")
  }
  if (na.rm && f != "sum") {
    abort_torchscript(sprintf("`%s()` can't leave out NaN along a dimension.", f), "value")
  }
  switch(f,
    sum = if (na.rm) torch_nansum(x, dim, keepdim) else torch_sum(x, dim, keepdim),
    prod = torch_prod(x, dim, keepdim),
    any = torch_any(x, dim, keepdim),
    all = torch_all(x, dim, keepdim),
    abort_torchscript(
      sprintf("`%s()` has no `dim`: it is over all elements.", f), "type",
      "x$max(dim) and x$min(dim) give values and positions, torch_amax(x, dim) and torch_amin(x, dim) values alone."
    )
  )
}

#' @rdname Math.torch_tensor
#' @param z A tensor.
#' @export
Complex.torch_tensor <- function(z) {
  is_complex <- z$dtype$is_complex
  switch(.Generic,
    Re = torch_real(z),
    Im = if (is_complex) torch_imag(z) else torch_zeros_like(z),
    Mod = torch_abs(z),
    Arg = torch_angle(z),
    Conj = torch_conj(z)
  )
}

#' @export
t.torch_tensor <- function(x) torch_t(x)

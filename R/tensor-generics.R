# The generics of base and stats that have no method by hand: some work on the tensor's values as an R array, and the
# others do not apply. Methods are made at load time, in a loop.
#' @include tensor-base.R
NULL

# R's own answer, from the values
applied_to_arrays <- list(
  base = c(
    "anyDuplicated", "as.single", "as.table", "by", "cut", "duplicated", "isSymmetric", "kappa", "merge", "pretty",
    "qr", "rowsum", "seq", "sequence"
  ),
  graphics = c(
    "barplot", "boxplot", "contour", "hist", "image", "lines", "mosaicplot", "pairs", "persp", "points"
  ),
  stats = c(
    "aggregate", "ansari.test", "ar.burg", "ar.yw", "as.dist", "as.ts", "bartlett.test", "cor.test", "cycle", "deltat",
    "density", "diffinv", "end", "fligner.test", "frequency", "friedman.test", "ftable", "kruskal.test", "ks.test",
    "lag", "monthplot", "mood.test", "pacf", "prcomp", "princomp", "qqnorm", "quade.test", "start", "t.test", "time",
    "var.test", "wilcox.test", "window"
  )
)

# What tensors have not: dimension names, levels, dates, a file, a fitted model
refused_generics <- list(
  base = c(
    "as.Date", "as.POSIXct", "as.POSIXlt", "as.call", "as.environment", "as.expression", "as.function", "close",
    "conditionCall", "conditionMessage", "dimnames<-", "droplevels", "flush", "getDLLRegisteredRoutines", "is.na<-",
    "julian", "labels", "length<-", "levels<-", "months", "names<-", "open", "quarters", "row.names<-", "seek", "split<-",
    "transform", "truncate", "units", "units<-", "weekdays", "with", "within"
  ),
  stats = c(
    "add1", "AIC", "alias", "anova", "as.dendrogram", "as.hclust", "as.stepfun", "BIC", "biplot", "case.names", "coef",
    "confint", "cooks.distance", "cophenetic", "deriv", "deriv3", "deviance", "df.residual", "dfbeta", "dfbetas",
    "drop1", "dummy.coef", "effects", "estVar", "extractAIC", "family", "fitted", "formula", "getInitial",
    "hatvalues", "influence", "kernapply", "knots", "logLik", "makepredictcall", "mauchly.test",
    "model.frame", "model.matrix", "model.tables", "na.action", "na.contiguous", "na.exclude", "na.fail", "na.omit",
    "napredict", "naprint", "naresid", "nobs", "ppr", "predict", "preplot", "profile", "proj", "relevel",
    "reorder", "residuals", "rstandard", "rstudent", "screeplot", "se.contrast", "selfStart", "sigma", "simulate",
    "sortedXyData", "SSD", "terms", "tsdiag", "tsSmooth", "TukeyHSD", "update", "variable.names", "vcov", "weights",
    "window<-"
  )
)

refusal_hints <- c(
  `length<-` = "torch_narrow() takes a part, nnf_pad() and torch_cat() make longer.",
  `names<-` = "Elements of tensors have no names.",
  `dimnames<-` = "Dimensions of tensors have no names.",
  `is.na<-` = "x[mask] <- NaN",
  na.omit = "torch_masked_select(x, !torch_isnan(x))"
)

array_method <- function(generic, package) {
  force(generic)
  force(package)
  function(x, ...) {
    values <- lapply(list(x, ...), function(value) if (is_torch_tensor(value)) as_array(value) else value)
    # functions that name their data after the call see short names in it, not the values
    variables <- names(values) %||% rep("", length(values))
    variables[[1]] <- "x"
    unnamed <- !nzchar(variables)
    variables[unnamed] <- utils::head(c("y", paste0("argument", seq_along(values))), sum(unnamed))
    given <- names(values) %||% rep("", length(values))
    call <- as.call(c(list(getExportedValue(package, generic)), stats::setNames(lapply(variables, as.name), given)))
    eval(call, list2env(stats::setNames(values, variables), parent = globalenv()))
  }
}

refusing_method <- function(generic) {
  force(generic)
  hint <- refusal_hints[generic]
  hint <- if (is.na(hint)) "as_array() gives the values as an R array." else unname(hint)
  function(x, ...) abort_torchscript(sprintf("`%s()` does not apply to tensors.", generic), "type", hint)
}

# Methods for these generics of base, stats and graphics; called by .onLoad().
register_generics <- function() {
  register <- function(names, package, make) {
    for (name in names) {
      registerS3method(name, "torch_tensor", make(name), envir = asNamespace(package))
    }
  }
  for (package in names(applied_to_arrays)) {
    register(applied_to_arrays[[package]], package, function(name) array_method(name, package))
  }
  for (package in names(refused_generics)) {
    register(refused_generics[[package]], package, refusing_method)
  }
  # since R 4.3, `x + y` with a class of another package on the other side may be ours
  if (getRversion() >= "4.3.0") {
    registerS3method("chooseOpsMethod", "torch_tensor", function(x, y, mx, my, cl, reverse) TRUE, baseenv())
  }
  # generics since R 4.4
  if (getRversion() >= "4.4.0") {
    registerS3method("crossprod", "torch_tensor", function(x, y = x, ...) matrix_product(t(x), y), baseenv())
    registerS3method("tcrossprod", "torch_tensor", function(x, y = x, ...) matrix_product(x, t(y)), baseenv())
  }
}

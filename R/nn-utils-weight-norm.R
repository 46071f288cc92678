# Weight normalization.
#' @include nn-module.R
NULL

#' Weight normalization
#'
#' Divides a parameter of a module into a magnitude (`weight_g`) and a direction (`weight_v`), which are trained in its
#' place. The parameter itself becomes a plain field that `$recompute()` brings up to date.
#'
#' @section Methods:
#' - `$new(name = "weight", dim = NULL)`: `name` is the parameter's; `dim` the dimension, counted from one, whose
#'   elements have a magnitude each; `NULL`: one magnitude for all.
#' - `$apply(module, name = NULL, dim = NULL)`: divides the parameter; `NULL` are those of `$new()`. Returns `module`.
#' - `$compute_weight(module, name = NULL, dim = NULL)`: returns what magnitude and direction make.
#' - `$recompute(module)`, `$call(module)`: puts that into the module: call it before the module in each step, so that
#'   gradients reach magnitude and direction.
#' - `$remove(module, name = NULL)`: makes the weight a parameter again. Returns `module`.
#' @return An object of class `nn_utils_weight_norm`.
#' @section Errors: a `torchscript_value_error` when the module has no such parameter.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.weight_norm.html)
#' @format An [R6::R6Class()] generator.
#' @name nn_utils_weight_norm
#' @export nn_utils_weight_norm
#' @examples
#' layer <- nn_module(
#'   initialize = function() self$weight <- nn_parameter(torch_randn(4, 3)),
#'   forward = function(x) nnf_linear(x, self$weight)
#' )()
#' norm <- nn_utils_weight_norm$new("weight", dim = 1)
#' norm$apply(layer)
#' names(layer$parameters)
#' norm$recompute(layer)
NULL

nn_utils_weight_norm <- R6::R6Class("nn_utils_weight_norm",
  public = list(
    name = NULL,
    dim = NULL,
    initialize = function(name = "weight", dim = NULL) {
      self$name <- name
      self$dim <- dim
    },
    compute_weight = function(module, name = NULL, dim = NULL) {
      name <- name %||% self$name
      g <- module[[paste0(name, "_g")]]
      v <- module[[paste0(name, "_v")]]
      if (is.null(g) || is.null(v)) no_parameter(paste0(name, "_g"))
      dim <- dim %||% self$dim
      if (is.null(dim)) torch_mul(v, torch_div(g, torch_norm(v))) else weight_of(v, g, dim)
    },
    apply = function(module, name = NULL, dim = NULL) {
      self$name <- name %||% self$name
      self$dim <- dim %||% self$dim
      name <- self$name
      weight <- module[[name]]
      if (!is_nn_parameter(weight)) no_parameter(name)
      v <- weight$detach()$clone()
      g <- if (is.null(self$dim)) torch_norm(v) else torch_norm_except_dim(v, 2L, self$dim)
      module$register_parameter(paste0(name, "_g"), nn_parameter(g))
      module$register_parameter(paste0(name, "_v"), nn_parameter(v))
      replace_member(module, name, NULL)
      self$recompute(module)
      invisible(module)
    },
    call = function(module) self$recompute(module),
    recompute = function(module) {
      replace_member(module, self$name, self$compute_weight(module))
      invisible(module)
    },
    remove = function(module, name = NULL) {
      name <- name %||% self$name
      weight <- self$compute_weight(module, name)$detach()
      for (part in paste0(name, c("_g", "_v"))) replace_member(module, part, NULL)
      replace_member(module, name, NULL)
      module$register_parameter(name, nn_parameter(weight))
      invisible(module)
    }
  )
)
weight_of <- operator_function(alist(v = , g = , dim = ), "aten::_weight_norm")

no_parameter <- function(name) {
  abort_torchscript(sprintf("The module must have a parameter `%s`.", name), "value", argument = "module")
}

# A plain field, or none, where a parameter was.
replace_member <- function(module, name, value) {
  self <- self_of(module)
  unregister(self, name)
  if (is.null(value)) rm_member(self, name) else base::assign(name, value, envir = self)
}

rm_member <- function(self, name) {
  if (exists(name, envir = self, inherits = FALSE)) rm(list = name, envir = self)
}

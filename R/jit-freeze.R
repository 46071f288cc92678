# Modules made ready to be used where nobody trains them: frozen, optimised, quantised. Each comes back as a new one.
#' @include jit-module.R
NULL

#' Freeze a module
#'
#' A frozen module has its parameters, buffers and other attributes as constants of its program, and the code of its
#' sub-modules put into its own. What the constants decide is computed once: branches on the mode are gone, dropout is
#' gone, and with `optimize_numerics` a batch normalisation becomes part of the convolution or linear layer before it.
#' What is left can't be trained; `mod` itself is not changed.
#'
#' @param mod A [script_module] in eval mode.
#' @param preserved_attrs Names of attributes and of methods besides `forward` to keep: a character vector or `NULL`, the
#'   default. A method that is not named is gone.
#' @param optimize_numerics Whether transformations are made that change results by rounding: `TRUE`, the default, or
#'   `FALSE`.
#' @return A [script_module].
#' @section Errors: a `torchscript_value_error` for a module in train mode; a `torchscript_type_error` when `mod` is not a
#'   TorchScript module, and for names that it does not have.
#' @seealso [jit_optimize_for_inference()]; [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.jit.freeze.html)
#' @export
#' @examples
#' net <- nn_sequential(nn_linear(4, 3), nn_dropout(), nn_linear(3, 1))
#' traced <- jit_trace(net, torch_randn(2, 4))
#' traced$eval()
#' frozen <- jit_freeze(traced)
#' frozen$graph
#' frozen(torch_ones(1, 4))
jit_freeze <- function(mod, preserved_attrs = NULL, optimize_numerics = TRUE) {
  handle <- check_deployable(mod)
  preserved_attrs <- check_members(mod, preserved_attrs, "preserved_attrs")
  if (!rlang::is_bool(optimize_numerics)) {
    abort_torchscript(sprintf("`optimize_numerics` must be TRUE or FALSE, not %s.", describe(optimize_numerics)), "type")
  }
  new_script_module(.Call(C_module_freeze, handle, preserved_attrs, optimize_numerics), "frozen")
}

#' Optimise a module for inference
#'
#' Freezes the module if it is not frozen, then rewrites it for the machine at hand: on processors, weights of convolutions
#' and linear layers are laid out as oneDNN wants them, and operators are fused. `mod` itself is not changed. How much is
#' gained depends on the model.
#'
#' @inheritParams jit_freeze
#' @param other_methods Methods besides `forward` to keep and to optimise: a character vector or `NULL`, the default.
#' @return A [script_module], for this machine: PyTorch has no way to write what was optimised to a file. Save the module
#'   that it was made from.
#' @section Errors: those of [jit_freeze()].
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.jit.optimize_for_inference.html)
#' @export
#' @examples
#' net <- nn_sequential(nn_conv2d(1, 4, 3), nn_relu())
#' traced <- jit_trace(net, torch_randn(1, 1, 8, 8))
#' traced$eval()
#' optimized <- jit_optimize_for_inference(traced)
#' optimized(torch_ones(1, 1, 4, 4))$shape
jit_optimize_for_inference <- function(mod, other_methods = NULL) {
  handle <- check_deployable(mod)
  other_methods <- check_members(mod, other_methods, "other_methods", methods = TRUE)
  new_script_module(.Call(C_module_optimize, handle, other_methods), "optimised for inference")
}

#' Quantise the linear layers of a module
#'
#' Weights become whole numbers of 8 bits with one scale for each layer, a quarter of the memory; inputs are quantised
#' when the layer is called, by their own range (hence *dynamic*), and results are `float` again. The module is frozen
#' first, and `mod` itself is not changed. The scales are those of PyTorch's `torch.ao.quantization.quantize_dynamic()`,
#' and the packed weights are attributes of the same class as there, so that PyTorch loads the saved file.
#'
#' @inheritParams jit_freeze
#' @param dtype What weights become: `torch_qint8()`, the default, or `torch_float16()`, which halves the memory and keeps
#'   more digits.
#' @return A [script_module] with `forward` alone; a message says how many layers were replaced.
#' @section Errors: those of [jit_freeze()], and a `torchscript_value_error` for a module without linear layers, or without
#'   a linear layer whose weight is known: one that the program computes can't be packed.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.ao.quantization.quantize_dynamic.html)
#' @export
#' @examples
#' net <- nn_sequential(nn_linear(16, 8), nn_relu(), nn_linear(8, 1))
#' traced <- jit_trace(net, torch_randn(2, 16))
#' traced$eval()
#' quantized <- jit_quantize_dynamic(traced)
#' quantized(torch_ones(1, 16))
jit_quantize_dynamic <- function(mod, dtype = torch_qint8()) {
  handle <- check_deployable(mod)
  half <- is_torch_dtype(dtype) && dtype == torch_float16()
  if (!half && !(is_torch_dtype(dtype) && dtype == torch_qint8())) {
    abort_torchscript(
      sprintf("`dtype` must be torch_qint8() or torch_float16(), not %s.", if (is_torch_dtype(dtype)) format(dtype) else describe(dtype)),
      "value"
    )
  }
  result <- .Call(C_module_quantize_dynamic, handle, half)
  if (result$replaced == 0) {
    abort_torchscript(
      "The module has no linear layer that can be quantised.", "value",
      "Only layers whose weight is a parameter of the module can be: nn_linear(), or nnf_linear() with an nn_parameter()."
    )
  }
  layers <- sprintf(ngettext(result$replaced, "%d linear layer", "%d linear layers"), result$replaced)
  rlang::inform(sprintf("Quantised %s to %s.", layers, format(dtype)), class = "torchscript_message")
  new_script_module(result$module, sprintf("quantised: %s", layers))
}

#' How programs are specialised for shapes
#'
#' When a program is fused into kernels, these are made for the shapes that it was called with (`STATIC`) or for any sizes
#' of the same rank (`DYNAMIC`). The strategy says how many specialisations of each kind are made, in order, before the
#' program runs without. It holds for all programs, from their next optimisation on. Programs on a CPU are not fused.
#'
#' @param strategy A named vector of whole numbers, such as `c(STATIC = 2, DYNAMIC = 10)`.
#' @return The previous strategy, an integer vector, invisibly.
#' @section Errors: a `torchscript_type_error` or `torchscript_value_error` for other values.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.jit.set_fusion_strategy.html)
#' @export
#' @examples
#' previous <- jit_set_fusion_strategy(c(STATIC = 2, DYNAMIC = 10))
#' previous
#' jit_set_fusion_strategy(previous)
jit_set_fusion_strategy <- function(strategy) {
  example <- "For example c(STATIC = 2, DYNAMIC = 10)."
  kinds <- toupper(rlang::names2(strategy))
  if (!is.numeric(strategy) || length(strategy) == 0) {
    abort_torchscript(sprintf("`strategy` must be a named vector of whole numbers, not %s.", describe(strategy)), "type", example)
  }
  if (!all(kinds %in% c("STATIC", "DYNAMIC"))) {
    abort_torchscript("The names of `strategy` must be STATIC or DYNAMIC.", "value", example)
  }
  if (anyNA(strategy) || any(strategy < 0 | strategy > 1000 | strategy != round(strategy))) {
    abort_torchscript("`strategy` must hold whole numbers from 0 to 1000.", "value", example)
  }
  previous <- .Call(C_set_fusion_strategy, as.integer(kinds == "DYNAMIC"), as.integer(strategy))
  invisible(stats::setNames(previous$depth, c("STATIC", "DYNAMIC")[previous$dynamic + 1L]))
}

# The handle of a module that can be frozen: TorchScript, in eval mode, with a method to run.
check_deployable <- function(mod) {
  if (!inherits(mod, "script_module")) {
    hint <- if (is_nn_module(mod)) "Make a program of it first: jit_trace()." else "jit_trace() and jit_load() make them."
    abort_torchscript(sprintf("`mod` must be a TorchScript module, not %s.", describe(mod)), "type", hint)
  }
  handle <- environment(mod)$handle
  if (.Call(C_module_kind, handle, "forward") != "method") {
    abort_torchscript("`mod` has no method `forward`.", "type", "A part of a traced module has only the methods traced for it.")
  }
  if (.Call(C_module_kind, handle, "training") != "" && isTRUE(.Call(C_module_attribute, handle, "training"))) {
    abort_torchscript(
      "`mod` is in train mode, and only a module in eval mode can be made ready for use.", "value", "Switch it first: mod$eval()."
    )
  }
  handle
}

check_members <- function(mod, names, argument, methods = FALSE) {
  if (is.null(names)) {
    return(character())
  }
  if (!is.character(names) || anyNA(names)) {
    abort_torchscript(sprintf("`%s` must be a character vector or NULL, not %s.", argument, describe(names)), "type")
  }
  kinds <- vapply(names, function(name) .Call(C_module_kind, environment(mod)$handle, name), "")
  unknown <- names[if (methods) kinds != "method" else !nzchar(kinds)]
  if (length(unknown) > 0) {
    what <- if (methods) "method" else "attribute or method"
    abort_torchscript(sprintf("`%s`: the module has no %s `%s`.", argument, what, unknown[[1]]), "type")
  }
  setdiff(names, "forward")
}

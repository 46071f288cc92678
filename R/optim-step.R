# One step for all parameters of a group together: few native calls, whatever the number of parameters.
#' @include optim.R
#' @include operator.R
NULL

# An operator by its schema, made when the package is built: jit_ops looks it up at run time.
direct_operator <- function(name) {
  plan <- operator_plan(paste0("aten::", name), character(), list(), r_conventions = FALSE)
  f <- as.function(alist(... = , .External(C_call_operator_directly, plan, ...)), envir = topenv())
  body(f)[[3]] <- plan
  f
}

for (name in c(
  "add", "add_", "sub", "sub_", "mul", "mul_", "div", "div_", "neg", "sqrt", "sqrt_", "sign", "lerp_", "addcmul", "addcmul_",
  "addcdiv_", "maximum_", "clamp_min_", "clamp_max_", "copy_", "zero_"
)) {
  assign(paste0("foreach_", name), direct_operator(paste0("_foreach_", name)))
}
rm(name)
fused_sgd_ <- direct_operator("_fused_sgd_")
fused_adam_ <- direct_operator("_fused_adam_")
fused_adamw_ <- direct_operator("_fused_adamw_")
fused_adagrad_ <- direct_operator("_fused_adagrad_")
contiguous <- direct_operator("contiguous")
is_contiguous <- direct_operator("is_contiguous")

# What our optimisers share. A subclass has in `private`
# - `slots(group)`: the names of what is remembered of a parameter;
# - `initial(group, param)`: a list of their first values;
# - `update(group, params, grads, slots, fused, fresh)`: the step, changing `params` and `slots` in place. `slots` is a list
#   by name of lists of tensors, one for each of `params`; `fused` says whether fused operators can be used, `fresh`
#   which parameters have their first values.
ForeachOptimizer <- R6::R6Class(
  "torch_foreach_optimizer",
  inherit = Optimizer, lock_objects = FALSE,
  public = list(
    step = function(closure = NULL) {
      loss <- loss_of(closure)
      with_no_grad(for (i in seq_along(self$param_groups)) private$step_group(i))
      invisible(loss)
    }
  ),
  private = list(
    # by group: `params`, `names`, `version`, `slots`, `fused`
    kept = list(),
    # whether sparse gradients can be used as they are
    takes_sparse = function(group) FALSE,
    slots = function(group) character(),
    initial = function(group, param) list(),
    step_group = function(i) {
      group <- self$param_groups[[i]]
      params <- group$params
      grads <- lapply(params, function(param) .Call(C_grad, param))
      none <- vapply(grads, is.null, NA)
      if (any(none)) {
        params <- params[!none]
        grads <- grads[!none]
      }
      if (length(params) == 0) {
        return()
      }
      kept <- private$slots_of(i, group, params)
      fused <- kept$fused
      sparse <- vapply(grads, function(grad) .Call(C_tensor_layout, grad) != 0L, NA)
      if (any(sparse)) {
        if (!private$takes_sparse(group)) {
          abort_torchscript(sprintf("%s can't use sparse gradients.", class(self)[[1]]), "value", "optim_sgd() without momentum can.")
        }
        fused <- FALSE
      }
      # the fused operators go through memory, whatever the strides
      if (fused) grads <- lapply(grads, contiguous)
      private$update(group, params, grads, kept$slots, fused, kept$fresh)
    },
    slots_of = function(i, group, params) {
      names <- private$slots(group)
      kept <- if (i <= length(private$kept)) private$kept[[i]]
      if (!is.null(kept) && kept$version == self$state$version && identical(kept$names, names) &&
        identical(kept$params, params)) {
        return(kept)
      }
      fresh <- logical(length(params))
      if (length(names) > 0) {
        for (p in seq_along(params)) {
          value <- self$state$get(params[[p]])
          missing <- setdiff(names, names(value))
          if (length(missing) > 0) {
            fresh[[p]] <- TRUE
            self$state$set(params[[p]], c(value, private$initial(group, params[[p]])[missing]))
          }
        }
      }
      values <- lapply(params, self$state$get)
      slots <- lapply(stats::setNames(nm = names), function(name) lapply(values, `[[`, name))
      kept <- list(
        params = params, names = names, version = self$state$version, slots = slots,
        fused = all(vapply(params, can_fuse, NA))
      )
      private$kept[[i]] <- c(kept, list(fresh = logical(length(params))))
      c(kept, list(fresh = fresh))
    }
  )
)

# On the CPU fused operators are loops over memory. On other devices they want one device and dtype; there the foreach
# operators are as good.
can_fuse <- function(param) {
  torch_is_floating_point(param) && .Call(C_tensor_device, param) == "cpu" && is_contiguous(param)
}

# Counts of steps are tensors, as the fused operators want them and PyTorch saves them.
step_count <- function() torch_scalar_tensor(0, dtype = torch_float())
zeros_for <- function(param) torch_zeros_like(param)
counts <- function(steps) vapply(steps, function(step) as.numeric(step$item()), 0)

with_decay <- function(grads, params, weight_decay) {
  if (weight_decay == 0) grads else foreach_add(grads, params, alpha = weight_decay)
}

# Complex parameters are optimised as pairs of numbers where an operator looks at magnitudes.
refuse_complex <- function(params, optimizer) {
  for (param in params) {
    if (torch_is_complex(param)) {
      abort_torchscript(sprintf("%s can't optimize complex parameters.", optimizer), "not_implemented")
    }
  }
}

# Gradients in half precision, kept away from zero by a factor.
#' @include cuda.R
NULL

#' Scale a loss so that gradients in half precision do not vanish
#'
#' `$scale(loss)` multiplies the loss, `$step(optimizer)` divides the gradients again and steps, unless one of them is
#' infinite or `NaN`, and `$update()` makes the factor smaller after such a step, greater after many good ones.
#'
#' @param init_scale The factor to begin with.
#' @param growth_factor,backoff_factor What the factor is multiplied with to grow and to shrink.
#' @param growth_interval After how many steps without infinite gradients it grows.
#' @param enabled Whether to scale at all. Without CUDA there is no need to: a warning says so, and the loss stays as it is.
#' @return An object with the methods `scale(outputs)` (a tensor or a list of them), `unscale_(optimizer)`,
#'   `step(optimizer, ...)`, `update(new_scale)`, `get_scale()`, `is_enabled()`, `state_dict()` and
#'   `load_state_dict(state_dict)`. An optimizer is what has `$param_groups`, each with `$params`, and `$step()`.
#' @section Errors: a `torchscript_value_error` for a second `unscale_()` or `step()` before `update()`.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/amp.html#gradient-scaling)
#' @export
#' @examples
#' scaler <- cuda_amp_grad_scaler(enabled = FALSE)
#' scaler$scale(torch_tensor(2))
cuda_amp_grad_scaler <- function(init_scale = 2^16, growth_factor = 2, backoff_factor = 0.5, growth_interval = 2000,
                                 enabled = TRUE) {
  if (enabled && !cuda_is_available()) {
    rlang::warn("There is no CUDA: gradients are not scaled.", class = "torchscript_warning")
    enabled <- FALSE
  }
  grad_scaler(init_scale, growth_factor, backoff_factor, growth_interval, enabled, "cuda")
}

grad_scaler <- function(init_scale, growth_factor, backoff_factor, growth_interval, enabled, device) {
  number <- function(value) torch_full(list(), value, dtype = torch_float(), device = device)
  scale <- if (enabled) number(init_scale)
  tracker <- if (enabled) torch_full(list(), 0L, dtype = torch_int(), device = device)
  # the optimizers that were unscaled since the last update: whether a gradient was infinite, whether they stepped
  seen <- list()
  find <- function(optimizer) {
    for (i in seq_along(seen)) if (identical(seen[[i]]$optimizer, optimizer)) {
      return(i)
    }
    NULL
  }
  gradients <- function(optimizer) {
    parameters <- unlist(lapply(optimizer$param_groups, function(group) group$params))
    Filter(Negate(is.null), lapply(parameters, function(parameter) parameter$grad))
  }
  unscale <- function(optimizer) {
    found_inf <- number(0)
    grads <- gradients(optimizer)
    if (length(grads) > 0) {
      jit_ops$aten$`_amp_foreach_non_finite_check_and_unscale_`(grads, found_inf, torch_reciprocal(scale))
    }
    seen[[length(seen) + 1]] <<- list(optimizer = optimizer, found_inf = found_inf, stepped = FALSE)
    length(seen)
  }
  scaled <- function(outputs) if (is_torch_tensor(outputs)) outputs * scale else lapply(outputs, scaled)

  methods <- list(
    scale = function(outputs) if (enabled) scaled(outputs) else outputs,
    unscale_ = function(optimizer) {
      if (!enabled) {
        return(invisible())
      }
      if (!is.null(find(optimizer))) {
        abort_torchscript("`$unscale_()` was called twice for this optimizer since the last `$update()`.", "value")
      }
      unscale(optimizer)
      invisible()
    },
    step = function(optimizer, ...) {
      if (!enabled) {
        return(optimizer$step(...))
      }
      i <- find(optimizer) %||% unscale(optimizer)
      if (seen[[i]]$stepped) {
        abort_torchscript("`$step()` was called twice for this optimizer since the last `$update()`.", "value")
      }
      seen[[i]]$stepped <<- TRUE
      if (seen[[i]]$found_inf$item() == 0) optimizer$step(...)
    },
    update = function(new_scale = NULL) {
      if (enabled && !is.null(new_scale)) {
        scale$copy_(if (is_torch_tensor(new_scale)) new_scale else number(new_scale))
      } else if (enabled) {
        if (length(seen) == 0) {
          abort_torchscript("`$update()` has nothing to go by.", "value", "Call `$step(optimizer)` before it.")
        }
        found_inf <- Reduce(`+`, lapply(seen, function(one) one$found_inf))
        interval <- as.integer(growth_interval)
        jit_ops$aten$`_amp_update_scale_`(scale, tracker, found_inf, growth_factor, backoff_factor, interval)
      }
      seen <<- list()
      invisible()
    },
    get_scale = function() if (enabled) scale$item() else 1,
    is_enabled = function() enabled,
    state_dict = function() {
      if (!enabled) {
        return(list())
      }
      list(
        scale = scale$item(), growth_factor = growth_factor, backoff_factor = backoff_factor,
        growth_interval = growth_interval, `_growth_tracker` = tracker$item()
      )
    },
    load_state_dict = function(state_dict) {
      if (enabled) {
        scale$copy_(number(state_dict$scale))
        tracker$fill_(state_dict$`_growth_tracker`)
        growth_factor <<- state_dict$growth_factor
        backoff_factor <<- state_dict$backoff_factor
        growth_interval <<- state_dict$growth_interval
      }
      invisible()
    }
  )
  structure(methods, class = "torch_grad_scaler")
}

#' @export
print.torch_grad_scaler <- function(x, ...) {
  cat("<grad_scaler> ", if (x$is_enabled()) paste("scale", format(x$get_scale())) else "not enabled", "\n", sep = "")
  invisible(x)
}

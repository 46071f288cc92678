# Optimisers that adapt the step of each element.
#' @include optim-step.R
NULL

#' Optimisers that adapt the step of each element
#'
#' `optim_adagrad()` divides by the root of the sum of all squared gradients, `optim_rmsprop()` by that of their running
#' mean, `optim_adadelta()` measures the steps in units of earlier steps, `optim_rprop()` uses only the signs of the
#' gradients, for whole-batch training, and `optim_asgd()` is gradient descent that keeps the mean of its parameters.
#'
#' @inheritParams optim_adam
#' @param rho,alpha How much of the running mean of squares is kept; in `optim_asgd()` the power of the decay of the rate.
#' @param lr_decay How the rate falls with the number of steps.
#' @param initial_accumulator_value What the sum of squares begins with.
#' @param momentum How much of the velocity is kept.
#' @param centered Whether the squared mean is taken off the mean of squares.
#' @param etas Two numbers: by what a step shrinks when the sign changes, and grows when it does not.
#' @param step_sizes Two numbers: the smallest and the largest step.
#' @param lambda How much the parameters decay.
#' @param t0 The step at which averaging begins.
#' @return An optimiser: see [optimizer()].
#' @section Errors: a `torchscript_value_error` for options out of range; the errors of [optimizer()].
#' @seealso PyTorch's pages: [Adadelta](https://docs.pytorch.org/docs/stable/generated/torch.optim.Adadelta.html),
#'   [Adagrad](https://docs.pytorch.org/docs/stable/generated/torch.optim.Adagrad.html),
#'   [RMSprop](https://docs.pytorch.org/docs/stable/generated/torch.optim.RMSprop.html),
#'   [Rprop](https://docs.pytorch.org/docs/stable/generated/torch.optim.Rprop.html),
#'   [ASGD](https://docs.pytorch.org/docs/stable/generated/torch.optim.ASGD.html)
#' @export
#' @examples
#' w <- torch_tensor(c(1, 2), requires_grad = TRUE)
#' opt <- optim_rmsprop(w, lr = 0.1)
#' torch_sum(w^2)$backward()
#' opt$step()
#' w
optim_adadelta <- optimizer(
  "optim_adadelta",
  inherit = ForeachOptimizer,
  initialize = function(params, lr = 1, rho = 0.9, eps = 1e-6, weight_decay = 0) {
    check_option(lr, "lr")
    check_option(rho, "rho", below = 1 + 1e-12)
    check_option(eps, "eps")
    check_option(weight_decay, "weight_decay")
    super$initialize(params, list(lr = lr, rho = rho, eps = eps, weight_decay = weight_decay))
  },
  private = list(
    slots = function(group) c("step", "square_avg", "acc_delta"),
    initial = function(group, param) list(step = step_count(), square_avg = zeros_for(param), acc_delta = zeros_for(param)),
    update = function(group, params, grads, slots, fused, fresh) {
      refuse_complex(params, "optim_adadelta")
      foreach_add_(slots$step, 1)
      grads <- with_decay(grads, params, group$weight_decay)
      running_square(slots$square_avg, grads, group$rho)
      delta <- foreach_add(slots$acc_delta, group$eps)
      foreach_sqrt_(delta)
      scale <- foreach_add(slots$square_avg, group$eps)
      foreach_sqrt_(scale)
      foreach_div_(delta, scale)
      foreach_mul_(delta, grads)
      running_square(slots$acc_delta, delta, group$rho)
      foreach_add_(params, delta, alpha = -group$lr)
    }
  ),
  parent_env = topenv()
)

running_square <- function(means, values, kept) {
  foreach_mul_(means, kept)
  foreach_addcmul_(means, values, values, 1 - kept)
}

#' @rdname optim_adadelta
#' @export
optim_adagrad <- optimizer(
  "optim_adagrad",
  inherit = ForeachOptimizer,
  initialize = function(params, lr = 0.01, lr_decay = 0, weight_decay = 0, initial_accumulator_value = 0, eps = 1e-10) {
    check_option(lr, "lr")
    check_option(lr_decay, "lr_decay")
    check_option(weight_decay, "weight_decay")
    check_option(initial_accumulator_value, "initial_accumulator_value")
    check_option(eps, "eps")
    super$initialize(params, list(
      lr = lr, lr_decay = lr_decay, weight_decay = weight_decay,
      initial_accumulator_value = initial_accumulator_value, eps = eps
    ))
  },
  private = list(
    slots = function(group) c("step", "sum"),
    initial = function(group, param) {
      list(step = step_count(), sum = torch_full_like(param, group$initial_accumulator_value))
    },
    update = function(group, params, grads, slots, fused, fresh) {
      foreach_add_(slots$step, 1)
      if (fused) {
        fused_adagrad_(
          params, grads, slots$sum, slots$step,
          lr = group$lr, lr_decay = group$lr_decay, weight_decay = group$weight_decay, eps = group$eps, maximize = FALSE
        )
      } else {
        refuse_complex(params, class(self)[[1]])
        grads <- with_decay(grads, params, group$weight_decay)
        foreach_addcmul_(slots$sum, grads, grads, 1)
        scale <- foreach_sqrt(slots$sum)
        foreach_add_(scale, group$eps)
        rates <- group$lr / (1 + (counts(slots$step) - 1) * group$lr_decay)
        foreach_addcdiv_(params, grads, scale, as.list(-rates))
      }
    }
  ),
  parent_env = topenv()
)

#' @rdname optim_adadelta
#' @export
optim_rmsprop <- optimizer(
  "optim_rmsprop",
  inherit = ForeachOptimizer,
  initialize = function(params, lr = 0.01, alpha = 0.99, eps = 1e-8, weight_decay = 0, momentum = 0, centered = FALSE) {
    check_option(lr, "lr")
    check_option(alpha, "alpha")
    check_option(eps, "eps")
    check_option(weight_decay, "weight_decay")
    check_option(momentum, "momentum")
    super$initialize(params, list(
      lr = lr, alpha = alpha, eps = eps, weight_decay = weight_decay, momentum = momentum, centered = centered
    ))
  },
  private = list(
    slots = function(group) {
      c("step", "square_avg", if (group$momentum > 0) "momentum_buffer", if (group$centered) "grad_avg")
    },
    initial = function(group, param) {
      list(
        step = step_count(), square_avg = zeros_for(param), momentum_buffer = zeros_for(param), grad_avg = zeros_for(param)
      )
    },
    update = function(group, params, grads, slots, fused, fresh) {
      refuse_complex(params, class(self)[[1]])
      foreach_add_(slots$step, 1)
      grads <- with_decay(grads, params, group$weight_decay)
      running_square(slots$square_avg, grads, group$alpha)
      if (group$centered) {
        foreach_lerp_(slots$grad_avg, grads, 1 - group$alpha)
        scale <- foreach_addcmul(slots$square_avg, slots$grad_avg, slots$grad_avg, -1)
        foreach_sqrt_(scale)
      } else {
        scale <- foreach_sqrt(slots$square_avg)
      }
      foreach_add_(scale, group$eps)
      if (group$momentum > 0) {
        foreach_mul_(slots$momentum_buffer, group$momentum)
        foreach_addcdiv_(slots$momentum_buffer, grads, scale, 1)
        foreach_add_(params, slots$momentum_buffer, alpha = -group$lr)
      } else {
        foreach_addcdiv_(params, grads, scale, -group$lr)
      }
    }
  ),
  parent_env = topenv()
)

#' @rdname optim_adadelta
#' @export
optim_rprop <- optimizer(
  "optim_rprop",
  inherit = ForeachOptimizer,
  initialize = function(params, lr = 0.01, etas = c(0.5, 1.2), step_sizes = c(1e-6, 50)) {
    check_option(lr, "lr")
    if (!is.numeric(etas) || length(etas) != 2 || etas[[1]] <= 0 || etas[[1]] >= 1 || etas[[2]] <= 1) {
      abort_torchscript("`etas` must be two numbers, the first between 0 and 1 and the second above 1.", "value", argument = "etas")
    }
    if (!is.numeric(step_sizes) || length(step_sizes) != 2) {
      abort_torchscript(sprintf("`step_sizes` must be two numbers, not %s.", describe(step_sizes)), "value", argument = "step_sizes")
    }
    super$initialize(params, list(lr = lr, etas = etas, step_sizes = step_sizes))
  },
  private = list(
    slots = function(group) c("step", "prev", "step_size"),
    initial = function(group, param) {
      list(step = step_count(), prev = zeros_for(param), step_size = torch_full_like(param, group$lr))
    },
    update = function(group, params, grads, slots, fused, fresh) {
      refuse_complex(params, "optim_rprop")
      foreach_add_(slots$step, 1)
      signs <- foreach_sign(foreach_mul(grads, slots$prev))
      factors <- lapply(signs, function(sign) {
        torch_where(sign > 0, group$etas[[2]], torch_where(sign < 0, group$etas[[1]], torch_ones_like(sign)))
      })
      foreach_mul_(slots$step_size, factors)
      foreach_clamp_min_(slots$step_size, group$step_sizes[[1]])
      foreach_clamp_max_(slots$step_size, group$step_sizes[[2]])
      # where the sign has changed there is no step, and the next one begins anew
      foreach_copy_(slots$prev, Map(function(grad, sign) grad$masked_fill(sign < 0, 0), grads, signs))
      foreach_addcmul_(params, foreach_sign(slots$prev), slots$step_size, -1)
    }
  ),
  parent_env = topenv()
)

#' @rdname optim_adadelta
#' @export
optim_asgd <- optimizer(
  "optim_asgd",
  inherit = ForeachOptimizer,
  initialize = function(params, lr = 0.01, lambda = 1e-4, alpha = 0.75, t0 = 1e6, weight_decay = 0) {
    check_option(lr, "lr")
    check_option(weight_decay, "weight_decay")
    super$initialize(params, list(lr = lr, lambda = lambda, alpha = alpha, t0 = t0, weight_decay = weight_decay))
  },
  private = list(
    slots = function(group) c("step", "ax"),
    initial = function(group, param) list(step = step_count(), ax = zeros_for(param)),
    update = function(group, params, grads, slots, fused, fresh) {
      done <- counts(slots$step)
      foreach_add_(slots$step, 1)
      grads <- with_decay(grads, params, group$weight_decay)
      # rate and weight of the mean follow from the number of steps done before
      rates <- group$lr / (1 + group$lambda * group$lr * done)^group$alpha
      weights <- 1 / pmax(1, done - group$t0)
      foreach_mul_(params, as.list(1 - group$lambda * rates))
      foreach_sub_(params, foreach_mul(grads, as.list(rates)))
      foreach_add_(slots$ax, foreach_mul(foreach_sub(params, slots$ax), as.list(weights)))
    }
  ),
  parent_env = topenv()
)

#' @rdname optim_adadelta
#' @export
optim_ignite_adagrad <- optimizer("optim_ignite_adagrad", inherit = optim_adagrad, parent_env = topenv())

#' @rdname optim_adadelta
#' @export
optim_ignite_rmsprop <- optimizer("optim_ignite_rmsprop", inherit = optim_rmsprop, parent_env = topenv())

# Adam and AdamW.
#' @include optim-step.R
NULL

#' Adam and AdamW
#'
#' Steps scaled by running means of the gradient and of its square. `optim_adam()` adds the weight decay to the gradient,
#' `optim_adamw()` shrinks the parameters instead.
#'
#' @inheritParams optim_sgd
#' @param lr Learning rate.
#' @param betas Two numbers: how much of the running means is kept, of the gradient and of its square.
#' @param eps Added to the denominator.
#' @param weight_decay How much the parameters are drawn to zero.
#' @param amsgrad Whether the largest mean of squares so far is used.
#' @return An optimiser: see [optimizer()].
#' @section Errors: a `torchscript_value_error` for options out of range; the errors of [optimizer()].
#' @seealso PyTorch's pages: [Adam](https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html),
#'   [AdamW](https://docs.pytorch.org/docs/stable/generated/torch.optim.AdamW.html)
#' @export
#' @examples
#' w <- torch_tensor(c(1, 2), requires_grad = TRUE)
#' opt <- optim_adam(w, lr = 0.1)
#' torch_sum(w^2)$backward()
#' opt$step()
#' w
optim_adam <- optimizer(
  "optim_adam",
  inherit = ForeachOptimizer,
  initialize = function(params, lr = 0.001, betas = c(0.9, 0.999), eps = 1e-8, weight_decay = 0, amsgrad = FALSE) {
    check_option(lr, "lr")
    check_option(eps, "eps")
    check_option(weight_decay, "weight_decay")
    check_betas(betas)
    super$initialize(params, list(lr = lr, betas = betas, eps = eps, weight_decay = weight_decay, amsgrad = amsgrad))
  },
  private = list(
    decoupled = FALSE,
    slots = function(group) c("step", "exp_avg", "exp_avg_sq", if (group$amsgrad) "max_exp_avg_sq"),
    initial = function(group, param) {
      list(
        step = step_count(), exp_avg = zeros_for(param), exp_avg_sq = zeros_for(param), max_exp_avg_sq = zeros_for(param)
      )
    },
    update = function(group, params, grads, slots, fused, fresh) {
      foreach_add_(slots$step, 1)
      if (!fused) {
        refuse_complex(params, class(self)[[1]])
        return(foreach_adam_step(group, params, grads, slots, private$decoupled))
      }
      fused_step <- if (private$decoupled) fused_adamw_ else fused_adam_
      fused_step(
        params, grads, slots$exp_avg, slots$exp_avg_sq,
        if (is.null(slots$max_exp_avg_sq)) list() else slots$max_exp_avg_sq, slots$step,
        lr = group$lr, beta1 = group$betas[[1]], beta2 = group$betas[[2]],
        weight_decay = group$weight_decay, eps = group$eps, amsgrad = group$amsgrad, maximize = FALSE
      )
    }
  ),
  parent_env = topenv()
)

foreach_adam_step <- function(group, params, grads, slots, decoupled) {
  steps <- counts(slots$step)
  if (decoupled) {
    foreach_mul_(params, 1 - group$lr * group$weight_decay)
  } else {
    grads <- with_decay(grads, params, group$weight_decay)
  }
  foreach_lerp_(slots$exp_avg, grads, 1 - group$betas[[1]])
  foreach_mul_(slots$exp_avg_sq, group$betas[[2]])
  foreach_addcmul_(slots$exp_avg_sq, grads, grads, 1 - group$betas[[2]])
  squares <- slots$exp_avg_sq
  if (group$amsgrad) {
    foreach_maximum_(slots$max_exp_avg_sq, squares)
    squares <- slots$max_exp_avg_sq
  }
  denominators <- foreach_sqrt(squares)
  foreach_div_(denominators, as.list(sqrt(1 - group$betas[[2]]^steps)))
  foreach_add_(denominators, group$eps)
  foreach_addcdiv_(params, slots$exp_avg, denominators, as.list(-group$lr / (1 - group$betas[[1]]^steps)))
}

#' @rdname optim_adam
#' @export
optim_adamw <- optimizer(
  "optim_adamw",
  inherit = optim_adam,
  initialize = function(params, lr = 0.001, betas = c(0.9, 0.999), eps = 1e-8, weight_decay = 0.01, amsgrad = FALSE) {
    super$initialize(params, lr, betas, eps, weight_decay, amsgrad)
  },
  private = list(decoupled = TRUE),
  parent_env = topenv()
)

#' @rdname optim_adam
#' @export
optim_ignite_adam <- optimizer("optim_ignite_adam", inherit = optim_adam, parent_env = topenv())

#' @rdname optim_adam
#' @export
optim_ignite_adamw <- optimizer("optim_ignite_adamw", inherit = optim_adamw, parent_env = topenv())

# Stochastic gradient descent.
#' @include optim-step.R
NULL

#' Stochastic gradient descent
#'
#' Each step subtracts `lr` times the gradient, or times a velocity that remembers earlier gradients.
#'
#' @param params A tensor, a list of tensors, or a list of groups: lists of `params` and of options of their own.
#' @param lr Learning rate; it must be given.
#' @param momentum How much of the velocity is kept.
#' @param dampening How much of the gradient is kept out of the velocity.
#' @param weight_decay Times the parameter is added to its gradient.
#' @param nesterov Whether the momentum is Nesterov's.
#' @return An optimiser: see [optimizer()].
#' @section Errors: a `torchscript_value_error` for options out of range, and for Nesterov's momentum without momentum or
#'   with dampening; the errors of [optimizer()].
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html)
#' @export
#' @examples
#' w <- torch_tensor(c(1, 2), requires_grad = TRUE)
#' opt <- optim_sgd(w, lr = 0.1)
#' for (i in 1:3) {
#'   opt$zero_grad()
#'   loss <- torch_sum(w^2)
#'   loss$backward()
#'   opt$step()
#' }
#' w
optim_sgd <- optimizer(
  "optim_sgd",
  inherit = ForeachOptimizer,
  initialize = function(params, lr = optim_required(), momentum = 0, dampening = 0, weight_decay = 0, nesterov = FALSE) {
    check_option(lr, "lr")
    check_option(momentum, "momentum")
    check_option(weight_decay, "weight_decay")
    if (nesterov && (momentum <= 0 || dampening != 0)) {
      abort_torchscript("`nesterov` needs a `momentum` above 0 and no `dampening`.", "value", argument = "nesterov")
    }
    super$initialize(params, list(
      lr = lr, momentum = momentum, dampening = dampening, weight_decay = weight_decay, nesterov = nesterov
    ))
  },
  private = list(
    takes_sparse = function(group) group$momentum == 0 && group$weight_decay == 0,
    slots = function(group) if (group$momentum != 0) "momentum_buffer" else character(),
    initial = function(group, param) list(momentum_buffer = zeros_for(param)),
    update = function(group, params, grads, slots, fused, fresh) {
      buffers <- slots$momentum_buffer
      # the first velocity is the gradient itself, undampened
      for (first in unique(fresh)) {
        at <- fresh == first
        step <- if (fused) fused_sgd_step else foreach_sgd_step
        step(group, params[at], grads[at], buffers[at], first)
      }
    }
  ),
  parent_env = topenv()
)

fused_sgd_step <- function(group, params, grads, buffers, first) {
  fused_sgd_(
    params, grads, if (is.null(buffers)) list() else buffers,
    weight_decay = group$weight_decay, momentum = group$momentum, lr = group$lr,
    dampening = group$dampening, nesterov = group$nesterov, maximize = FALSE, is_first_step = first
  )
}

foreach_sgd_step <- function(group, params, grads, buffers, first) {
  grads <- with_decay(grads, params, group$weight_decay)
  if (group$momentum != 0) {
    if (first) {
      foreach_copy_(buffers, grads)
    } else {
      foreach_mul_(buffers, group$momentum)
      foreach_add_(buffers, grads, alpha = 1 - group$dampening)
    }
    grads <- if (group$nesterov) foreach_add(grads, buffers, alpha = group$momentum) else buffers
  }
  foreach_add_(params, grads, alpha = -group$lr)
}

#' @rdname optim_sgd
#' @export
optim_ignite_sgd <- optimizer("optim_ignite_sgd", inherit = optim_sgd, parent_env = topenv())

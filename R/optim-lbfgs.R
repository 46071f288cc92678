# L-BFGS: one flat vector for all parameters.
#' @include optim.R
NULL

#' L-BFGS
#'
#' The limited-memory quasi-Newton method of Broyden, Fletcher, Goldfarb and Shanno. A step evaluates the loss several
#' times, so `$step()` needs a closure that clears the gradients, computes the loss, calls `$backward()` and returns the loss.
#'
#' @inheritParams optim_adam
#' @param max_iter The most iterations of a step.
#' @param max_eval The most evaluations of a step. Default: `max_iter * 1.25`.
#' @param tolerance_grad The step ends when no element of the gradient is larger.
#' @param tolerance_change The step ends when neither the loss nor a parameter changes more.
#' @param history_size How many earlier steps the curvature is estimated from.
#' @param line_search_fn `NULL` for steps of length `lr`, `"strong_wolfe"` for a line search.
#' @return An optimiser: see [optimizer()].
#' @section Errors: a `torchscript_value_error` for more than one group and for an unknown line search; a
#'   `torchscript_type_error` for a step without a closure.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.optim.LBFGS.html)
#' @export
#' @examples
#' w <- torch_tensor(c(-1, 2), requires_grad = TRUE)
#' opt <- optim_lbfgs(w, line_search_fn = "strong_wolfe")
#' opt$step(function() {
#'   opt$zero_grad()
#'   loss <- (1 - w[1])^2 + 100 * (w[2] - w[1]^2)^2
#'   loss$backward()
#'   loss
#' })
#' w
optim_lbfgs <- optimizer(
  "optim_lbfgs",
  initialize = function(params, lr = 1, max_iter = 20, max_eval = NULL, tolerance_grad = 1e-7, tolerance_change = 1e-9,
                        history_size = 100, line_search_fn = NULL) {
    check_option(lr, "lr")
    if (!is.null(line_search_fn) && !identical(line_search_fn, "strong_wolfe")) {
      abort_torchscript(
        sprintf("`line_search_fn` must be NULL or \"strong_wolfe\", not %s.", describe(line_search_fn)), "value",
        argument = "line_search_fn"
      )
    }
    super$initialize(params, list(
      lr = lr, max_iter = max_iter, max_eval = if (is.null(max_eval)) (max_iter * 5) %/% 4 else max_eval,
      tolerance_grad = tolerance_grad, tolerance_change = tolerance_change, history_size = history_size,
      line_search_fn = line_search_fn
    ))
    if (length(self$param_groups) != 1) {
      abort_torchscript("optim_lbfgs can't optimize more than one group of parameters.", "value", argument = "params")
    }
  },
  step = function(closure) {
    if (missing(closure) || !is.function(closure)) {
      abort_torchscript("`closure` must be a function that computes the loss: a step evaluates it several times.", "type", argument = "closure")
    }
    local_no_grad()
    group <- self$param_groups[[1]]
    evaluate <- function() {
      loss <- loss_of(closure)
      list(loss = loss, value = as.numeric(loss), grad = flat_gradient(group$params))
    }
    memory <- self$state$get(group$params[[1]])
    first <- evaluate()
    if (largest(first$grad) > group$tolerance_grad) {
      self$state$set(group$params[[1]], lbfgs_step(group, memory, first, evaluate))
    }
    invisible(first$loss)
  },
  parent_env = topenv()
)

largest <- function(x) as.numeric(torch_max(torch_abs(x)))
inner <- function(x, y) as.numeric(torch_dot(x, y))

flat_gradient <- function(params) {
  torch_cat(lapply(params, function(param) {
    grad <- .Call(C_grad, param)
    torch_flatten(if (is.null(grad)) torch_zeros_like(param) else grad$to_dense())
  }))
}

# Adds `length` times the flat `direction`.
move <- function(params, direction, length) {
  pieces <- torch_split(direction, vapply(params, function(param) param$numel(), 0))
  for (i in seq_along(params)) params[[i]]$add_(torch_reshape(pieces[[i]], params[[i]]$shape), alpha = length)
}

# `memory`: what the last step left; `now`: the loss and the gradient where the parameters are.
lbfgs_step <- function(group, memory, now, evaluate) {
  evaluations <- 1
  if (is.null(memory)) {
    memory <- list(n_iter = 0, func_evals = 0, old_dirs = list(), old_stps = list(), ro = numeric(), H_diag = 1)
  }
  for (iteration in seq_len(group$max_iter)) {
    memory <- lbfgs_direction(memory, now$grad, group$history_size)
    before <- now$value
    memory$prev_flat_grad <- now$grad$clone()
    slope <- inner(now$grad, memory$d)
    memory$t <- group$lr
    if (memory$n_iter == 1) memory$t <- min(1, 1 / as.numeric(torch_sum(torch_abs(now$grad)))) * group$lr
    if (slope > -group$tolerance_change) break

    used <- 0
    if (!is.null(group$line_search_fn)) {
      origin <- lapply(group$params, function(param) param$clone())
      at <- function(t) {
        move(group$params, memory$d, t)
        point <- evaluate()
        foreach_copy_(group$params, origin)
        list(t = t, value = point$value, grad = point$grad, slope = inner(point$grad, memory$d))
      }
      found <- strong_wolfe(
        at, memory$t, list(t = 0, value = now$value, grad = now$grad, slope = slope), largest(memory$d),
        group$tolerance_change, group$max_eval - evaluations
      )
      now[c("value", "grad")] <- found$point[c("value", "grad")]
      memory$t <- found$point$t
      used <- found$evaluations
      move(group$params, memory$d, memory$t)
    } else {
      move(group$params, memory$d, memory$t)
      # behind the last iteration nothing needs the loss
      if (iteration != group$max_iter) {
        now <- evaluate()
        used <- 1
      }
    }
    evaluations <- evaluations + used
    if (iteration == group$max_iter || evaluations >= group$max_eval ||
      largest(now$grad) <= group$tolerance_grad ||
      largest(memory$d) * abs(memory$t) <= group$tolerance_change ||
      abs(now$value - before) < group$tolerance_change) {
      break
    }
  }
  memory$func_evals <- memory$func_evals + evaluations
  memory$prev_loss <- before
  memory
}

# The direction from the gradient and the steps remembered: the two loops of L-BFGS.
lbfgs_direction <- function(memory, grad, history_size) {
  memory$n_iter <- memory$n_iter + 1
  if (memory$n_iter == 1) {
    memory$d <- torch_neg(grad)
    return(memory)
  }
  y <- grad - memory$prev_flat_grad
  s <- memory$d * memory$t
  ys <- inner(y, s)
  if (ys > 1e-10) {
    keep <- function(x) if (length(x) == history_size) x[-1] else x
    memory$old_dirs <- c(keep(memory$old_dirs), list(y))
    memory$old_stps <- c(keep(memory$old_stps), list(s))
    memory$ro <- c(keep(memory$ro), 1 / ys)
    memory$H_diag <- ys / inner(y, y)
  }
  d <- torch_neg(grad)
  weights <- numeric(length(memory$ro))
  for (i in rev(seq_along(memory$ro))) {
    weights[[i]] <- inner(memory$old_stps[[i]], d) * memory$ro[[i]]
    d$add_(memory$old_dirs[[i]], alpha = -weights[[i]])
  }
  d$mul_(memory$H_diag)
  for (i in seq_along(memory$ro)) {
    d$add_(memory$old_stps[[i]], alpha = weights[[i]] - inner(memory$old_dirs[[i]], d) * memory$ro[[i]])
  }
  memory$d <- d
  memory
}

# A step length that meets the strong Wolfe conditions. Points are lists of `t`, `value`, `grad` and `slope`; `at(t)`
# makes one.
strong_wolfe <- function(at, t, start, size, tolerance, most, c1 = 1e-4, c2 = 0.9) {
  too_high <- function(point) point$value > start$value + c1 * point$t * start$slope
  flat <- function(point) abs(point$slope) <= -c2 * start$slope
  before <- start
  point <- at(t)
  evaluations <- 1
  searched <- 0
  bracket <- NULL
  while (searched < most) {
    if (too_high(point) || (searched > 1 && point$value >= before$value)) {
      bracket <- list(before, point)
      break
    }
    if (flat(point)) {
      return(list(point = point, evaluations = evaluations))
    }
    if (point$slope >= 0) {
      bracket <- list(before, point)
      break
    }
    next_t <- cubic_minimum(before, point, point$t + 0.01 * (point$t - before$t), point$t * 10)
    before <- point
    point <- at(next_t)
    evaluations <- evaluations + 1
    searched <- searched + 1
  }
  if (is.null(bracket)) bracket <- list(start, point)
  if (bracket[[1]]$value > bracket[[2]]$value) bracket <- rev(bracket)

  # `bracket`: the lower end first
  stalled <- FALSE
  while (searched < most) {
    ends <- sort(c(bracket[[1]]$t, bracket[[2]]$t))
    if (diff(ends) * size < tolerance) break
    t <- cubic_minimum(bracket[[1]], bracket[[2]], ends[[1]], ends[[2]])
    # too near to an end twice, or outside: a tenth of the way in
    margin <- 0.1 * diff(ends)
    close <- min(ends[[2]] - t, t - ends[[1]]) < margin
    if (close && (stalled || t >= ends[[2]] || t <= ends[[1]])) {
      t <- if (abs(t - ends[[2]]) < abs(t - ends[[1]])) ends[[2]] - margin else ends[[1]] + margin
      stalled <- FALSE
    } else {
      stalled <- close
    }
    point <- at(t)
    evaluations <- evaluations + 1
    searched <- searched + 1
    if (too_high(point) || point$value >= bracket[[1]]$value) {
      bracket[[2]] <- point
      if (bracket[[1]]$value > bracket[[2]]$value) bracket <- rev(bracket)
    } else {
      if (flat(point)) {
        return(list(point = point, evaluations = evaluations))
      }
      if (point$slope * (bracket[[2]]$t - bracket[[1]]$t) >= 0) bracket[[2]] <- bracket[[1]]
      bracket[[1]] <- point
    }
  }
  list(point = bracket[[1]], evaluations = evaluations)
}

# Where the cubic through two points with their slopes is least, within the bounds.
cubic_minimum <- function(a, b, lower, upper) {
  d1 <- a$slope + b$slope - 3 * (a$value - b$value) / (a$t - b$t)
  square <- d1^2 - a$slope * b$slope
  if (is.na(square) || square < 0) {
    return((lower + upper) / 2)
  }
  d2 <- sqrt(square)
  t <- if (a$t <= b$t) {
    b$t - (b$t - a$t) * ((b$slope + d2 - d1) / (b$slope - a$slope + 2 * d2))
  } else {
    a$t - (a$t - b$t) * ((a$slope + d2 - d1) / (a$slope - b$slope + 2 * d2))
  }
  min(max(t, lower), upper)
}

# A softmax of many classes, the frequent ones first.
#' @include nn-container.R nn-linear.R
NULL

#' Softmax of many classes in clusters
#'
#' An approximate softmax for a large number of classes of very different frequencies: the head knows the most frequent
#' classes and the clusters of all others, which have fewer features the rarer they are. Classes are sorted by decreasing
#' frequency: class 1 is the most frequent.
#'
#' @param in_features A whole number: the features of the input.
#' @param n_classes A whole number: how many classes.
#' @param cutoffs Whole numbers, increasing and below `n_classes`: the last class of the head and of each cluster but the
#'   last. `c(10, 100)` has classes 1 to 10 in the head, 11 to 100 in the first cluster, and the others in the second.
#' @param div_value A number: each cluster has this many times fewer features than the one before.
#' @param head_bias Whether the head has a bias: `TRUE` or `FALSE`.
#' @return A module. Its `forward(input, target)` takes a tensor of batch, features and one of classes, counted from one
#'   (or both without the batch), and returns a list: `output`, the logarithm of the probability of each target, and `loss`,
#'   their mean with the sign changed. `$log_prob(input)` returns the logarithms of all probabilities: batch, classes.
#'   `$predict(input)` returns the most likely class, counted from one, of each member of the batch.
#' @section Errors: a `torchscript_value_error` for options that can't be, such as cutoffs that do not increase, and for
#'   tensors whose shapes do not go together; a `torchscript_index_error` for targets that are no classes.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveLogSoftmaxWithLoss.html)
#' @export
#' @examples
#' softmax <- nn_adaptive_log_softmax_with_loss(4, n_classes = 20, cutoffs = c(5, 10), div_value = 2)
#' x <- torch_randn(3, 4)
#' softmax(x, torch_tensor(c(1L, 7L, 20L)))
#' softmax$predict(x)
nn_adaptive_log_softmax_with_loss <- nn_module(
  "nn_adaptive_log_softmax_with_loss",
  initialize = function(in_features, n_classes, cutoffs, div_value = 4, head_bias = FALSE) {
    check_layer_options(
      in_features = in_features, n_classes = n_classes, div_value = div_value, head_bias = head_bias
    )
    self$in_features <- as.integer(in_features)
    self$n_classes <- as.integer(n_classes)
    self$cutoffs <- c(checked_cutoffs(cutoffs, self$n_classes), self$n_classes)
    self$div_value <- div_value
    self$head_bias <- head_bias
    self$shortlist_size <- self$cutoffs[[1]]
    self$n_clusters <- length(self$cutoffs) - 1L
    self$head_size <- self$shortlist_size + self$n_clusters
    features <- cluster_features(self$in_features, div_value, self$n_clusters)
    self$head <- nn_linear(self$in_features, self$head_size, bias = head_bias)
    self$tail <- nn_module_list()
    for (i in seq_len(self$n_clusters)) {
      self$tail$append(nn_sequential(
        nn_linear(self$in_features, features[[i]], bias = FALSE),
        nn_linear(features[[i]], self$cutoffs[[i + 1]] - self$cutoffs[[i]], bias = FALSE)
      ))
    }
  },
  reset_parameters = function() {
    self$apply(function(module) if (inherits(module, "nn_linear")) module$reset_parameters())
  },
  forward = function(input, target) private$with_loss(input, target),
  log_prob = function(input) private$all_classes(input, self$head(input)),
  predict = function(input) {
    # the head alone decides where it has a class in front
    scores <- self$head(input)
    best <- torch_argmax(scores, 2L)
    rare <- torch_flatten(torch_nonzero(torch_gt(best, self$shortlist_size)))
    if (dim(rare)[[1]] == 0) {
      return(best)
    }
    input <- torch_index_select(input, 1L, rare)
    scores <- torch_index_select(scores, 1L, rare)
    best$index_copy(1L, rare, torch_argmax(private$all_classes(input, scores), 2L))
  },
  private = list(
    with_loss = function(input, target) {
      unbatched <- private$checked_pair(input, target)
      if (unbatched) {
        input <- torch_unsqueeze(input, 1L)
        target <- torch_unsqueeze(target, 1L)
      }
      head <- torch_log_softmax(self$head(input), 2L)
      # each target's place in the head: itself, or that of its cluster
      place <- target
      tails <- torch_zeros_like(torch_select(head, 2L, 1L))
      found <- 0L
      for (i in seq_along(self$cutoffs)) {
        low <- if (i == 1) 0L else self$cutoffs[[i - 1]]
        rows <- torch_nonzero(torch_logical_and(torch_gt(target, low), torch_le(target, self$cutoffs[[i]])))
        rows <- torch_flatten(rows)
        count <- dim(rows)[[1]]
        found <- found + count
        if (i > 1 && count > 0) {
          within <- torch_unsqueeze(torch_sub(torch_index_select(target, 1L, rows), low), 2L)
          scores <- torch_log_softmax(self$tail[[i - 1L]](torch_index_select(input, 1L, rows)), 2L)
          tails <- torch_index_add(tails, 1L, rows, torch_squeeze(torch_gather(scores, 2L, within), 2L))
          place <- torch_index_fill(place, 1L, rows, self$shortlist_size + i - 1L)
        }
      }
      if (found != dim(target)[[1]]) {
        abort_torchscript(
          sprintf("`target` must have classes from 1 to %d, not from %s to %s.", self$n_classes,
            format(torch_min(target)$item()), format(torch_max(target)$item())), "index",
          argument = "target"
        )
      }
      output <- torch_add(torch_squeeze(torch_gather(head, 2L, torch_unsqueeze(place, 2L)), 2L), tails)
      loss <- torch_neg(torch_mean(output))
      list(output = if (unbatched) torch_squeeze(output, 1L) else output, loss = loss)
    },
    all_classes = function(input, scores) {
      head <- torch_log_softmax(scores, 2L)
      clusters <- lapply(seq_len(self$n_clusters), function(i) {
        cluster <- torch_narrow(head, 2L, self$shortlist_size + i, 1L)
        torch_add(torch_log_softmax(self$tail[[i]](input), 2L), cluster)
      })
      torch_cat(c(list(torch_narrow(head, 2L, 1L, self$shortlist_size)), clusters), 2L)
    },
    # Whether they are without a batch.
    checked_pair = function(input, target) {
      check_is_tensors(input = input, target = target)
      batch <- dim(input)
      batch <- batch[-length(batch)]
      if (length(batch) > 1 || !identical(as.integer(dim(target)), as.integer(batch))) {
        abort_torchscript(
          sprintf(
            "`target` must have one class for each row of `input`, not the shapes (%s) and (%s).",
            toString(dim(target)), toString(dim(input))
          ), "value",
          argument = "target"
        )
      }
      length(batch) == 0
    }
  )
)

checked_cutoffs <- function(cutoffs, n_classes) {
  cutoffs <- unlist(cutoffs)
  if (!is_whole(cutoffs, 1, seq_len(n_classes)) || is.unsorted(cutoffs, strictly = TRUE) || max(cutoffs) >= n_classes) {
    given <- if (is.numeric(cutoffs)) toString(cutoffs) else describe(cutoffs)
    abort_torchscript(
      sprintf("`cutoffs` must be whole numbers that increase, from 1 to at most %d, not %s.", n_classes - 1L, given),
      "value",
      argument = "cutoffs"
    )
  }
  as.integer(cutoffs)
}

cluster_features <- function(in_features, div_value, n_clusters) {
  features <- in_features %/% div_value^seq_len(n_clusters)
  bad <- which(!is.finite(features) | features < 1)
  if (length(bad) > 0) {
    abort_torchscript(
      sprintf("%d features divided by %s leave none for cluster %d.", in_features, format(div_value), bad[[1]]), "value",
      "Choose a smaller `div_value`, or fewer cutoffs.",
      argument = "div_value"
    )
  }
  as.integer(features)
}

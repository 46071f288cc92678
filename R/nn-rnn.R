# Recurrent layers.
#' @include nn-functional.R nn-utils.R
NULL

#' Recurrent layers
#'
#' `nn_rnn()` has the plain recurrence of Elman, `nn_lstm()` long short-term memory, `nn_gru()` gated recurrent units. They
#' can be stacked (`num_layers`) and run in both directions.
#'
#' The parameters of layer 0 are `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`, and those of the other
#' direction end in `_reverse`, as in PyTorch's files. With the same [torch_manual_seed()] their values are PyTorch's.
#'
#' @param input_size,hidden_size Whole numbers: the features of each element of the input, and of the state.
#' @param num_layers A whole number: how many layers, each fed with the output of the one before.
#' @param nonlinearity `"tanh"` (also for `NULL`) or `"relu"`.
#' @param bias Whether there are biases: `TRUE` or `FALSE`.
#' @param batch_first Whether the batch is the first dimension of input and output, in place of the second: `TRUE` or
#'   `FALSE`. States always have it second.
#' @param dropout A number from 0 to 1: the probability of each output to be dropped on its way to the next layer, in
#'   training.
#' @param bidirectional Whether a second set of layers reads the sequence from its end: `TRUE` or `FALSE`.
#' @param ... For `nn_lstm()` `proj_size`, a whole number: the features of the output, if they are to be fewer than those of
#'   the state; 0 (the default) for none. Nothing else.
#' @return A module. Its `forward(input, hx = NULL)` takes
#'   - `input`: a tensor of time, batch, features; without the batch for one sequence; or a packed sequence
#'     ([nn_utils_rnn_pack_sequence()]);
#'   - `hx`: the state to begin with, a tensor of layers (times directions), batch, features; for `nn_lstm()` a list of two
#'     such tensors, hidden state and cell; `NULL` for zeros.
#'
#'   It returns a list of two: the output of the last layer (packed if `input` was), the directions one behind the other
#'   in the last dimension, and the state at the end, shaped like `hx`.
#' @section Errors: a `torchscript_value_error` for options that can't be, and for inputs and states of other sizes; a
#'   `torchscript_type_error` for anything that is no tensor.
#' @seealso PyTorch's pages on [RNN](https://docs.pytorch.org/docs/stable/generated/torch.nn.RNN.html),
#'   [LSTM](https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html) and
#'   [GRU](https://docs.pytorch.org/docs/stable/generated/torch.nn.GRU.html)
#' @name nn_rnn
#' @examples
#' lstm <- nn_lstm(3, 5, num_layers = 2, batch_first = TRUE)
#' out <- lstm(torch_randn(4, 7, 3))
#' out[[1]]$shape
#' out[[2]][[1]]$shape
#' sequences <- list(torch_randn(4, 3), torch_randn(2, 3))
#' nn_gru(3, 5)(nn_utils_rnn_pack_sequence(sequences))[[1]]
NULL

# The operators of a kind of recurrence: for tensors, and for packed sequences.
recurrence <- function(name) {
  options <- alist(hx = , params = , has_biases = , num_layers = , dropout = , train = , bidirectional = )
  operator <- paste0("aten::", name)
  list(
    padded = operator_function(c(alist(input = ), options, alist(batch_first = )), operator),
    packed = operator_function(c(alist(data = , batch_sizes = ), options), operator)
  )
}

# Each with how many times the rows of its weights are those of the state.
recurrences <- list(
  rnn_tanh = list(operators = recurrence("rnn_tanh"), gates = 1L),
  rnn_relu = list(operators = recurrence("rnn_relu"), gates = 1L),
  lstm = list(operators = recurrence("lstm"), gates = 4L),
  gru = list(operators = recurrence("gru"), gates = 3L)
)

recurrent_module <- nn_module(
  "nn_rnn_base",
  initialize = function(mode, input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional,
                        proj_size = 0) {
    check_layer_options(
      input_size = input_size, hidden_size = hidden_size, num_layers = num_layers, bias = bias,
      batch_first = batch_first, dropout = dropout, bidirectional = bidirectional
    )
    self$mode <- mode
    self$input_size <- as.integer(input_size)
    self$hidden_size <- as.integer(hidden_size)
    self$num_layers <- as.integer(num_layers)
    self$bias <- bias
    self$batch_first <- batch_first
    self$dropout <- dropout
    self$bidirectional <- bidirectional
    self$proj_size <- checked_projection(proj_size, self$hidden_size)
    if (dropout > 0 && num_layers == 1) {
      rlang::warn("`dropout` drops what goes from layer to layer: one layer alone has none.", "torchscript_warning")
    }
    private$operators <- recurrences[[mode]]$operators
    private$output_size <- if (self$proj_size > 0) self$proj_size else self$hidden_size
    # of hidden state, and of the cell
    private$state_sizes <- if (mode == "lstm") c(private$output_size, self$hidden_size) else private$output_size
    if (mode == "lstm") private$script_types <- list(hx = "Optional[List[Tensor]]")
    private$state_rows <- self$num_layers * (if (self$bidirectional) 2L else 1L)
    private$add_weights()
    self$reset_parameters()
  },
  reset_parameters = function() {
    bound <- 1 / sqrt(self$hidden_size)
    for (weight in mget(private$weight_names, envir = self)) nn_init_uniform_(weight, -bound, bound)
  },
  forward = function(input, hx = NULL) {
    if (is_packed_sequence(input)) private$forward_packed(input, hx) else private$forward_padded(input, hx)
  },
  private = list(
    operators = NULL, output_size = NULL, state_sizes = NULL, state_rows = NULL, weight_names = NULL,
    script_types = NULL,
    add_weights = function() {
      directions <- if (self$bidirectional) c("", "_reverse") else ""
      rows <- recurrences[[self$mode]]$gates * self$hidden_size
      for (layer in seq_len(self$num_layers) - 1L) {
        columns <- if (layer == 0L) self$input_size else private$output_size * length(directions)
        for (direction in directions) {
          shapes <- list(weight_ih = c(rows, columns), weight_hh = c(rows, private$output_size))
          if (self$bias) shapes <- c(shapes, list(bias_ih = rows, bias_hh = rows))
          if (self$proj_size > 0) shapes$weight_hr <- c(self$proj_size, self$hidden_size)
          for (kind in names(shapes)) {
            name <- sprintf("%s_l%d%s", kind, layer, direction)
            self$register_parameter(name, nn_parameter(torch_empty(shapes[[kind]])))
            private$weight_names <- c(private$weight_names, name)
          }
        }
      }
    },
    # `.subset2(self, ...)`: `$` would look for a method of each class first
    forward_padded = function(input, hx) {
      sizes <- private$checked_sizes(input, 2:3)
      batch_first <- .subset2(self, "batch_first")
      batch_dim <- if (batch_first) 1L else 2L
      unbatched <- length(sizes) == 2L
      if (unbatched) input <- torch_unsqueeze(input, batch_dim)
      states <- if (is.null(hx)) {
        # made of the input's elements, so that a traced layer takes batches of every size
        zeros <- torch_zeros_like(torch_select(torch_select(input, 3L - batch_dim, 1L), 2L, 1L))
        zeros <- torch_unsqueeze(zeros, 2L)
        lapply(private$state_sizes, function(n) torch_contiguous(torch_expand(zeros, c(private$state_rows, -1L, n))))
      } else {
        given <- private$checked_states(hx, if (!unbatched) sizes[[batch_dim]])
        if (unbatched) lapply(given, torch_unsqueeze, 2L) else given
      }
      out <- private$operators$padded(
        input, one_or_all(states, private$state_sizes), mget(private$weight_names, envir = self), .subset2(self, "bias"),
        .subset2(self, "num_layers"), .subset2(self, "dropout"), .subset2(self, "training"),
        .subset2(self, "bidirectional"), batch_first
      )
      states <- unname(out[-1])
      if (!unbatched) {
        return(list(out[[1]], one_or_all(states, private$state_sizes)))
      }
      list(torch_squeeze(out[[1]], batch_dim), one_or_all(lapply(states, torch_squeeze, 2L), private$state_sizes))
    },
    forward_packed = function(input, hx) {
      private$checked_sizes(input$data, 2L)
      sorted <- input$sorted_indices
      batch <- if (is.null(sorted)) as.integer(input$batch_sizes$select(1L, 1L)$item()) else dim(sorted)
      states <- if (is.null(hx)) {
        lapply(private$state_sizes, function(n) input$data$new_zeros(c(private$state_rows, batch, n)))
      } else {
        given <- private$checked_states(hx, batch)
        if (is.null(sorted)) given else lapply(given, torch_index_select, 2L, sorted)
      }
      out <- private$operators$packed(
        input$data, input$batch_sizes, one_or_all(states, private$state_sizes), mget(private$weight_names, envir = self), self$bias,
        self$num_layers, self$dropout, self$training, self$bidirectional
      )
      states <- unname(out[-1])
      if (!is.null(sorted)) states <- lapply(states, torch_index_select, 2L, input$unsorted_indices)
      input$data <- out[[1]]
      list(input, one_or_all(states, private$state_sizes))
    },
    checked_sizes = function(input, ranks) {
      check_tensor(input, "input")
      sizes <- dim(input)
      rank <- length(sizes)
      if (!rank %in% ranks || sizes[[rank]] != .subset2(self, "input_size")) {
        abort_torchscript(
          sprintf(
            "`input` must have %s dimensions, the last of them of size %d, not the shape (%s).",
            paste(ranks, collapse = " or "), self$input_size, toString(sizes)
          ), "value",
          argument = "input"
        )
      }
      sizes
    },
    # The states as a list, of one or of two.
    checked_states = function(hx, batch) {
      sizes <- private$state_sizes
      states <- if (is.list(hx)) unname(hx) else list(hx)
      is_cell <- length(sizes) == 2L
      if (is.list(hx) != is_cell || length(states) != length(sizes) || !all(vapply(states, is_torch_tensor, NA))) {
        wanted <- if (is_cell) "a list of two tensors" else "a tensor"
        abort_torchscript(sprintf("`hx` must be %s, not %s.", wanted, describe(hx)), "type", argument = "hx")
      }
      for (i in seq_along(sizes)) {
        wanted <- c(private$state_rows, batch, sizes[[i]])
        if (!identical(dim(states[[i]]), wanted)) {
          abort_torchscript(
            sprintf(
              "`%s` must have the shape (%s), not (%s).", if (is_cell) sprintf("hx[[%d]]", i) else "hx",
              toString(wanted), toString(dim(states[[i]]))
            ), "value", "Layers times directions, batch, features of the state.",
            argument = "hx"
          )
        }
      }
      states
    }
  )
)

# A list inside, as it is outside: one state, or hidden state and cell.
one_or_all <- function(states, sizes) if (length(sizes) == 1L) states[[1]] else states

checked_projection <- function(proj_size, hidden_size) {
  if (!is_whole(proj_size, 0, 1) || proj_size >= hidden_size) {
    abort_torchscript(
      sprintf(
        "`proj_size` must be a whole number smaller than `hidden_size`, %d, not %s.", hidden_size, describe(proj_size)
      ), "value",
      argument = "proj_size"
    )
  }
  as.integer(proj_size)
}

no_more_arguments <- function(...) {
  if (...length() > 0) {
    abort_torchscript(
      sprintf("There is no argument `%s`.", rlang::names2(list(...))[[1]]), "type", "Only nn_lstm() has `proj_size`."
    )
  }
}

#' @rdname nn_rnn
#' @export
nn_rnn <- nn_module(
  "nn_rnn",
  inherit = recurrent_module,
  initialize = function(input_size, hidden_size, num_layers = 1, nonlinearity = NULL, bias = TRUE, batch_first = FALSE,
                        dropout = 0, bidirectional = FALSE, ...) {
    no_more_arguments(...)
    self$nonlinearity <- choice_of(nonlinearity %||% "tanh", c("tanh", "relu"), "nonlinearity")
    mode <- paste0("rnn_", self$nonlinearity)
    super$initialize(mode, input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional)
  }
)

#' @rdname nn_rnn
#' @export
nn_lstm <- nn_module(
  "nn_lstm",
  inherit = recurrent_module,
  initialize = function(input_size, hidden_size, num_layers = 1, bias = TRUE, batch_first = FALSE, dropout = 0,
                        bidirectional = FALSE, ...) {
    extra <- list(...)
    do.call(no_more_arguments, extra[rlang::names2(extra) != "proj_size"])
    super$initialize(
      "lstm", input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, extra$proj_size %||% 0
    )
  }
)

#' @rdname nn_rnn
#' @export
nn_gru <- nn_module(
  "nn_gru",
  inherit = recurrent_module,
  initialize = function(input_size, hidden_size, num_layers = 1, bias = TRUE, batch_first = FALSE, dropout = 0,
                        bidirectional = FALSE, ...) {
    no_more_arguments(...)
    super$initialize("gru", input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional)
  }
)

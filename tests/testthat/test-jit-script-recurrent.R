# Recurrent layers and attention as programs: of any length and batch, with and without a state, alone and inside.

same_values <- function(program, module, ...) {
  for (i in 1:2) expect_equal(plain_values(program(...)), plain_values(module(...)), tolerance = 1e-5)
}
or_default <- function(value, default) if (is.null(value)) default else value
copy_of <- function(module) clone_module(module, deep = TRUE)

recurrent_layers <- list(
  lstm = function(...) nn_lstm(3, 4, ...), gru = function(...) nn_gru(3, 4, ...), rnn = function(...) nn_rnn(3, 4, ...),
  relu = function(...) nn_rnn(3, 4, nonlinearity = "relu", ...)
)
recurrent_options <- list(
  list(), list(batch_first = TRUE), list(num_layers = 2, bidirectional = TRUE, bias = FALSE),
  list(num_layers = 2, batch_first = TRUE, bidirectional = TRUE)
)
state_of <- function(layer, batch, options) {
  rows <- or_default(options$num_layers, 1) * (if (isTRUE(options$bidirectional)) 2 else 1)
  state <- function() if (is.null(batch)) torch_randn(rows, 4) else torch_randn(rows, batch, 4)
  if (layer == "lstm") list(state(), state()) else state()
}

test_that("recurrent layers are programs", {
  torch_manual_seed(1)
  for (name in names(recurrent_layers)) {
    for (options in recurrent_options) {
      module <- do.call(recurrent_layers[[name]], options)
      program <- jit_script(copy_of(module))
      for (size in list(c(5, 2), c(2, 5), c(1, 1))) {
        x <- torch_randn(c(size, 3))
        batch <- if (isTRUE(options$batch_first)) size[[1]] else size[[2]]
        same_values(program, module, x)
        same_values(program, module, x, state_of(name, batch, options))
      }
      x <- torch_randn(6, 3)
      same_values(program, module, x)
      same_values(program, module, x, state_of(name, NULL, options))
    }
  }
})

test_that("projections, and inputs that do not fit", {
  torch_manual_seed(1)
  module <- nn_lstm(3, 4, num_layers = 2, proj_size = 2)
  program <- jit_script(copy_of(module))
  x <- torch_randn(5, 2, 3)
  # oneDNN can't, and says so
  suppressWarnings(same_values(program, module, x))
  suppressWarnings(same_values(program, module, x, list(torch_randn(2, 2, 2), torch_randn(2, 2, 4))))
  wanted <- "must have 2 or 3 dimensions, the last of them of size 3, not the shape .5, 2, 4."
  expect_failure_of(program(torch_randn(5, 2, 4)), "program", wanted)
  wrong <- list(torch_randn(2, 2, 2), torch_randn(2, 2, 3))
  expect_failure_of(program(x, wrong), "program", "must have the shape .2, 2, 4., not .2, 2, 3.")
  expect_failure_of(program(x, list(torch_randn(2, 2, 2))), "program", "a list of two tensors")
})

encoder_of_words <- nn_module(
  "words",
  initialize = function(layer) {
    self$embed <- nn_embedding(10, 3)
    self$layer <- layer
    self$head <- nn_linear(4, 2)
  },
  forward = function(words) {
    out <- self$layer(self$embed(words))
    self$head(out[[1]][-1])
  }
)
with_state <- nn_module(
  "with_state",
  initialize = function() {
    self$lstm <- nn_lstm(3, 4)
    self$gru <- nn_gru(3, 4)
  },
  forward = function(x) {
    first <- self$lstm(x)
    again <- self$lstm(x, first[[2]])
    begun <- self$gru(x, again[[2]][[1]])
    fresh <- self$gru(x)
    list(again[[1]], again[[2]][[2]], begun[[1]], fresh[[2]])
  }
)

test_that("recurrent layers inside other modules are programs", {
  torch_manual_seed(1)
  for (layer in lapply(recurrent_layers, function(make) make())) {
    module <- encoder_of_words(layer)
    program <- jit_script(copy_of(module))
    for (n in c(4, 7)) same_values(program, module, torch_tensor(matrix(rep_len(1:10, 2 * n), n)))
  }
  module <- with_state()
  program <- jit_script(copy_of(module))
  same_values(program, module, torch_randn(5, 2, 3))
  same_values(program, module, torch_randn(3, 1, 3))
})

test_that("gradients reach the parameters", {
  torch_manual_seed(1)
  module <- nn_lstm(3, 4)
  program <- jit_script(module)
  x <- torch_randn(5, 2, 3)
  program(x)[[1]]$sum()$backward()
  scripted <- as_array(module$weight_hh_l0$grad)
  module$zero_grad()
  module(x)[[1]]$sum()$backward()
  expect_equal(scripted, as_array(module$weight_hh_l0$grad), tolerance = 1e-6)
})

test_that("a packed sequence is no value of a program", {
  program <- jit_script(nn_gru(3, 4))
  packed <- nn_utils_rnn_pack_sequence(list(torch_randn(4, 3), torch_randn(2, 3)))
  expect_failure_of(program(packed), "type")
})

# ---- attention

test_that("attention is a program, with masks and without", {
  torch_manual_seed(1)
  kinds <- list(
    list(), list(batch_first = TRUE), list(bias = FALSE, add_bias_kv = TRUE, add_zero_attn = TRUE),
    list(kdim = 3, vdim = 5)
  )
  for (options in kinds) {
    module <- do.call(nn_multihead_attention, c(list(4, 2), options))$eval()
    program <- jit_script(copy_of(module))
    for (size in list(c(5, 2, 3), c(1, 3, 6))) {
      sizes <- function(n, features) {
        if (isTRUE(options$batch_first)) c(size[[2]], n, features) else c(n, size[[2]], features)
      }
      q <- torch_randn(sizes(size[[1]], 4))
      k <- torch_randn(sizes(size[[3]], or_default(options$kdim, 4)))
      v <- torch_randn(sizes(size[[3]], or_default(options$vdim, 4)))
      hidden <- torch_zeros(size[[2]], size[[3]])
      hidden[, size[[3]]] <- 1
      hidden <- hidden$to(dtype = torch_bool())
      scores <- torch_randn(size[[1]], size[[3]])
      same_values(program, module, q, k, v)
      same_values(program, module, q, k, v, hidden, need_weights = FALSE)
      same_values(program, module, q, k, v, attn_mask = scores, avg_weights = FALSE)
      same_values(program, module, q, k, v, hidden, TRUE, torch_randn(size[[2]] * 2, size[[1]], size[[3]]))
    }
    single <- torch_randn(5, 4)
    if (is.null(options$kdim)) same_values(program, module, single, single, single)
    expect_failure_of(program(q, k, v, attn_mask = torch_randn(7, 7)), "program", "attn_mask")
  }
})

test_that("the encoder of a transformer is a program", {
  torch_manual_seed(1)
  for (norm_first in c(FALSE, TRUE)) {
    for (activation in list("gelu", nn_tanh())) {
      layer <- nn_transformer_encoder_layer(
        4, 2, 8,
        dropout = 0, activation = activation, batch_first = TRUE, norm_first = norm_first, bias = norm_first
      )
      encoder <- nn_transformer_encoder(layer, 2, if (norm_first) nn_layer_norm(4))
      for (module in list(layer, encoder)) {
        program <- jit_script(copy_of(module))
        for (n in c(3, 6)) {
          x <- torch_randn(2, n, 4)
          causal <- torch_triu(torch_ones(n, n), diagonal = 1)$to(dtype = torch_bool())
          hidden <- torch_zeros(2, n)$to(dtype = torch_bool())
          hidden[2, n] <- TRUE
          same_values(program, module, x)
          same_values(program, module, x, causal)
          same_values(program, module, x, causal, hidden)
        }
      }
    }
  }
})

attending <- nn_module(
  "attending",
  initialize = function() {
    self$attention <- nn_multihead_attention(4, 2, batch_first = TRUE)
    self$lstm <- nn_lstm(4, 4, batch_first = TRUE, bidirectional = TRUE)
  },
  forward = function(x, mask = NULL) {
    plain <- self$attention(x, x, x, need_weights = FALSE)[[1]]
    out <- self$attention(plain, x, x, attn_mask = mask)
    list(self$lstm(out[[1]])[[1]], out[[2]])
  }
)

test_that("attention inside other modules is a program", {
  torch_manual_seed(1)
  module <- attending()$eval()
  program <- jit_script(copy_of(module))
  for (n in c(2, 5)) {
    same_values(program, module, torch_randn(3, n, 4))
    same_values(program, module, torch_randn(3, n, 4), torch_randn(n, n))
  }
})

# ---- sizes that are known when the program runs

test_that("images are resized in programs", {
  torch_manual_seed(1)
  modules <- list(
    nn_upsample(scale_factor = 2), nn_upsample(size = 7), nn_upsample(scale_factor = c(2, 3), mode = "bilinear"),
    nn_upsample(size = c(5, 9), mode = "bicubic", align_corners = TRUE), nn_upsample(size = c(3, 2), mode = "area"),
    nn_upsample(scale_factor = 0.5, mode = "area"), nn_upsample(scale_factor = 1.5, mode = "nearest-exact")
  )
  for (module in modules) {
    program <- jit_script(module)
    for (size in list(c(6, 6), c(4, 9))) same_values(program, module, torch_randn(c(2, 3, size)))
  }
  any_rank <- jit_script(nn_upsample(scale_factor = 2))
  for (rank in 1:3) {
    x <- torch_randn(rep(2, rank + 2))
    same_values(any_rank, nn_upsample(scale_factor = 2), x)
  }
  twice <- function(x) nnf_interpolate(x, size = tail(dim(x), 2) * 2L, mode = "bilinear")
  same_values(jit_script(twice), twice, torch_randn(1, 2, 3, 5))
})

test_that("PyTorch loads them", {
  skip_without_python()
  torch_manual_seed(1)
  directory <- withr::local_tempdir()
  path <- function(...) file.path(directory, paste0(...))
  x <- torch_randn(3, 5, 4)
  modules <- list(
    lstm = nn_lstm(4, 4, num_layers = 2, batch_first = TRUE, bidirectional = TRUE), gru = nn_gru(4, 3),
    encoder = nn_transformer_encoder(nn_transformer_encoder_layer(4, 2, 8, dropout = 0, batch_first = TRUE), 2),
    both = attending()$eval()
  )
  torch_save(x, path("x.pt"))
  expected <- lapply(names(modules), function(name) {
    jit_save(jit_script(copy_of(modules[[name]])), path(name, ".ts"))
    out <- modules[[name]](x)
    if (is_torch_tensor(out)) out else out[[1]]
  })
  output <- run_python(c(
    "x = torch.load(args[0])", "for path in args[1:]:", "  out = torch.jit.load(path)(x)",
    "  show(out if isinstance(out, torch.Tensor) else out[0])"
  ), c(path("x.pt"), path(names(modules), ".ts")))
  for (i in seq_along(modules)) expect_equal(shown(output[[i]]), row_major(expected[[i]]), tolerance = 1e-6)
})

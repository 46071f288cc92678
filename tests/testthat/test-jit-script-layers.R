# Every layer and every functional of the package, as a program and in R, on the same inputs.

line <- function() torch_randn(2, 4, 8)
plane <- function() torch_randn(2, 4, 6, 6)
volume <- function() torch_randn(1, 4, 4, 4, 4)
rows <- function() torch_randn(3, 4)
chance <- function() torch_rand(3, 4)
classes <- function() torch_tensor(c(2L, 1L, 4L))
signs <- function(...) torch_sign(torch_randn(...))

# Each a module (or several), and what `forward` is given.
layers <- alist(
  nn_adaptive_avg_pool1d = list(nn_adaptive_avg_pool1d(3), line()),
  nn_adaptive_avg_pool2d = list(nn_adaptive_avg_pool2d(c(3, 2)), plane()),
  nn_adaptive_avg_pool3d = list(nn_adaptive_avg_pool3d(2), volume()),
  nn_adaptive_log_softmax_with_loss = list(
    nn_adaptive_log_softmax_with_loss(4, 8, c(2, 5), div_value = 2), rows(), torch_tensor(c(1L, 4L, 8L))
  ),
  nn_adaptive_max_pool1d = list(nn_adaptive_max_pool1d(3), line()),
  nn_adaptive_max_pool2d = list(nn_adaptive_max_pool2d(3, return_indices = TRUE), plane()),
  nn_adaptive_max_pool3d = list(nn_adaptive_max_pool3d(2), volume()),
  nn_aum_loss = list(nn_aum_loss(), torch_randn(6), torch_tensor(c(1L, 0L, 1L, 0L, 1L, 1L))),
  nn_avg_pool1d = list(nn_avg_pool1d(2), line()),
  nn_avg_pool2d = list(nn_avg_pool2d(3, stride = 2, padding = 1), plane()),
  nn_avg_pool3d = list(nn_avg_pool3d(2), volume()),
  nn_batch_norm1d = list(nn_batch_norm1d(4), line()),
  nn_batch_norm2d = list(nn_batch_norm2d(4, momentum = NULL), plane()),
  nn_batch_norm3d = list(nn_batch_norm3d(4, track_running_stats = FALSE), volume()),
  nn_bce_loss = list(nn_bce_loss(), chance(), chance()),
  nn_bce_with_logits_loss = list(nn_bce_with_logits_loss(pos_weight = torch_tensor(c(1, 2, 3, 4))), rows(), chance()),
  nn_bilinear = list(nn_bilinear(4, 3, 2), rows(), torch_randn(3, 3)),
  nn_celu = list(nn_celu(), rows()),
  nn_contrib_sparsemax = list(nn_contrib_sparsemax(), rows()),
  nn_conv1d = list(nn_conv1d(4, 2, 3), line()),
  nn_conv2d = list(nn_conv2d(4, 2, 3, padding = "same", padding_mode = "reflect"), plane()),
  nn_conv3d = list(nn_conv3d(4, 2, 2, bias = FALSE), volume()),
  nn_conv_transpose1d = list(nn_conv_transpose1d(4, 2, 3), line()),
  nn_conv_transpose2d = list(nn_conv_transpose2d(4, 2, 3, stride = 2, output_padding = 1), plane()),
  nn_conv_transpose3d = list(nn_conv_transpose3d(4, 2, 2), volume()),
  nn_cosine_embedding_loss = list(nn_cosine_embedding_loss(), rows(), rows(), signs(3)),
  nn_cross_entropy_loss = list(nn_cross_entropy_loss(), rows(), classes()),
  nn_ctc_loss = list(
    nn_ctc_loss(), torch_randn(6, 2, 5)$log_softmax(3), torch_tensor(matrix(1:4, 2)), c(6L, 6L), c(2L, 2L)
  ),
  nn_dropout = list(nn_dropout(0), rows()),
  nn_dropout2d = list(nn_dropout2d(0.3), plane()),
  nn_dropout3d = list(nn_dropout3d(0.3), volume()),
  nn_elu = list(nn_elu(), rows()),
  nn_embedding = list(nn_embedding(5, 3, padding_idx = 2), classes()),
  nn_embedding_bag = list(nn_embedding_bag(5, 3), torch_tensor(matrix(c(1L, 2L, 3L, 4L), 2))),
  nn_flatten = list(nn_flatten(), plane()),
  nn_fractional_max_pool2d = list(nn_fractional_max_pool2d(2, output_size = 3), plane()),
  nn_fractional_max_pool3d = list(nn_fractional_max_pool3d(2, output_ratio = 0.5), volume()),
  nn_gelu = list(nn_gelu(), rows()),
  nn_glu = list(nn_glu(), rows()),
  nn_group_norm = list(nn_group_norm(2, 4), plane()),
  nn_gru = list(nn_gru(8, 3), line()),
  nn_hardshrink = list(nn_hardshrink(), rows()),
  nn_hardsigmoid = list(nn_hardsigmoid(), rows()),
  nn_hardswish = list(nn_hardswish(), rows()),
  nn_hardtanh = list(nn_hardtanh(), rows()),
  nn_hinge_embedding_loss = list(nn_hinge_embedding_loss(), rows(), signs(3, 4)),
  nn_identity = list(nn_identity(), rows()),
  nn_kl_div_loss = list(nn_kl_div_loss(), rows(), chance()),
  nn_l1_loss = list(nn_l1_loss(), rows(), rows()),
  nn_layer_norm = list(nn_layer_norm(c(6, 6)), plane()),
  nn_leaky_relu = list(nn_leaky_relu(), rows()),
  nn_linear = list(nn_linear(4, 2), rows()),
  nn_log_sigmoid = list(nn_log_sigmoid(), rows()),
  nn_log_softmax = list(nn_log_softmax(2), rows()),
  nn_lp_pool1d = list(nn_lp_pool1d(2, 2), line()$abs()),
  nn_lp_pool2d = list(nn_lp_pool2d(2, 2), plane()$abs()),
  nn_lstm = list(nn_lstm(8, 3), line()),
  nn_margin_ranking_loss = list(nn_margin_ranking_loss(), torch_randn(3), torch_randn(3), signs(3)),
  nn_max_pool1d = list(nn_max_pool1d(2), line()),
  nn_max_pool2d = list(nn_max_pool2d(2, return_indices = TRUE), plane()),
  nn_max_pool3d = list(nn_max_pool3d(2), volume()),
  nn_max_unpool1d = list(nn_max_unpool1d(2), torch_randn(1, 1, 2), torch_tensor(array(c(2L, 3L), c(1, 1, 2)))),
  nn_max_unpool2d = list(nn_max_unpool2d(2), torch_randn(1, 1, 1, 2), torch_tensor(array(c(2L, 7L), c(1, 1, 1, 2)))),
  nn_max_unpool3d = list(nn_max_unpool3d(2), torch_randn(1, 1, 1, 1, 1), torch_tensor(array(3L, rep(1, 5)))),
  nn_module_list = list(nn_sequence(nn_module_list(list(nn_linear(4, 4), nn_tanh()))), rows()),
  nn_module_dict = list(nn_sequence(nn_module_dict(list(a = nn_linear(4, 4), b = nn_tanh()))), rows()),
  nn_mse_loss = list(nn_mse_loss("sum"), rows(), rows()),
  nn_multi_margin_loss = list(nn_multi_margin_loss(), rows(), classes()),
  nn_multihead_attention = list(
    nn_multihead_attention(4, 2), torch_randn(5, 2, 4), torch_randn(3, 2, 4), torch_randn(3, 2, 4)
  ),
  nn_multilabel_margin_loss = list(
    nn_multilabel_margin_loss(), torch_randn(1, 4), torch_tensor(matrix(c(3L, 1L, -1L, 2L), 1))
  ),
  nn_multilabel_soft_margin_loss = list(nn_multilabel_soft_margin_loss(), rows(), torch_round(chance())),
  nn_nll_loss = list(nn_nll_loss(reduction = "none"), rows(), classes()),
  nn_pairwise_distance = list(nn_pairwise_distance(), rows(), rows()),
  nn_poisson_nll_loss = list(nn_poisson_nll_loss(), rows(), chance()),
  nn_prelu = list(nn_prelu(4), rows()),
  nn_prune_head = list(nn_prune_head(nn_sequential(nn_linear(4, 3), nn_relu(), nn_linear(3, 2)), 1), rows()),
  nn_relu = list(nn_relu(), rows()),
  nn_relu6 = list(nn_relu6(), rows()),
  nn_rnn = list(nn_rnn(8, 3, nonlinearity = "relu"), line()),
  nn_rrelu = list(nn_rrelu(), rows()),
  nn_selu = list(nn_selu(), rows()),
  nn_sequential = list(nn_sequential(nn_linear(4, 3), nn_relu()), rows()),
  nn_sigmoid = list(nn_sigmoid(), rows()),
  nn_silu = list(nn_silu(), rows()),
  nn_smooth_l1_loss = list(nn_smooth_l1_loss(), rows(), rows()),
  nn_soft_margin_loss = list(nn_soft_margin_loss(), rows(), signs(3, 4)),
  nn_softmax = list(nn_softmax(-1), rows()),
  nn_softmax2d = list(nn_softmax2d(), plane()),
  nn_softmin = list(nn_softmin(1), rows()),
  nn_softplus = list(nn_softplus(), rows()),
  nn_softshrink = list(nn_softshrink(), rows()),
  nn_softsign = list(nn_softsign(), rows()),
  nn_tanh = list(nn_tanh(), rows()),
  nn_tanhshrink = list(nn_tanhshrink(), rows()),
  nn_threshold = list(nn_threshold(0.1, 20), rows()),
  nn_transformer_encoder = list(
    nn_transformer_encoder(nn_transformer_encoder_layer(4, 2, 8), 2, nn_layer_norm(4)), torch_randn(5, 2, 4)
  ),
  nn_transformer_encoder_layer = list(nn_transformer_encoder_layer(4, 2, 8, activation = "gelu"), torch_randn(5, 2, 4)),
  nn_triplet_margin_loss = list(nn_triplet_margin_loss(), rows(), rows(), rows()),
  nn_triplet_margin_with_distance_loss = list(nn_triplet_margin_with_distance_loss(), rows(), rows(), rows()),
  nn_unflatten = list(nn_unflatten(2, c(2, 2)), rows()),
  nn_upsample = list(nn_upsample(scale_factor = 2, mode = "bilinear"), plane()),
  nn_utils_weight_norm = list(weight_normed(nn_linear(4, 2)), rows())
)

# Layers in a row, as the user writes them.
nn_sequence <- nn_module(
  "sequence",
  initialize = function(parts) self$parts <- parts,
  forward = function(x) {
    for (part in as.list(self$parts)) x <- part(x)
    x
  }
)

# Each the body of a function, and what it is called with.
functionals <- alist(
  nnf_adaptive_avg_pool1d = list(nnf_adaptive_avg_pool1d(x, 3), line()),
  nnf_adaptive_avg_pool2d = list(nnf_adaptive_avg_pool2d(x, c(3, 2)), plane()),
  nnf_adaptive_avg_pool3d = list(nnf_adaptive_avg_pool3d(x, 2), volume()),
  nnf_adaptive_max_pool1d = list(nnf_adaptive_max_pool1d(x, 3), line()),
  nnf_adaptive_max_pool2d = list(nnf_adaptive_max_pool2d(x, 3, return_indices = TRUE), plane()),
  nnf_adaptive_max_pool3d = list(nnf_adaptive_max_pool3d(x, 2), volume()),
  nnf_affine_grid = list(nnf_affine_grid(x, c(1, 1, 2, 2)), torch_randn(1, 2, 3)),
  nnf_alpha_dropout = list(nnf_alpha_dropout(x, 0.4, training = FALSE), rows()),
  nnf_area_under_min_fpr_fnr = list(
    nnf_area_under_min_fpr_fnr(x, y), torch_randn(6), torch_tensor(c(1L, 0L, 1L, 0L, 1L, 1L))
  ),
  nnf_avg_pool1d = list(nnf_avg_pool1d(x, 2), line()),
  nnf_avg_pool2d = list(nnf_avg_pool2d(x, c(2, 3)), plane()),
  nnf_avg_pool3d = list(nnf_avg_pool3d(x, 2), volume()),
  nnf_batch_norm = list(nnf_batch_norm(x, NULL, NULL, training = TRUE), plane()),
  nnf_bilinear = list(nnf_bilinear(x, y, z), rows(), torch_randn(3, 3), torch_randn(2, 4, 3)),
  nnf_binary_cross_entropy = list(nnf_binary_cross_entropy(x, y), chance(), chance()),
  nnf_binary_cross_entropy_with_logits = list(nnf_binary_cross_entropy_with_logits(x, y), rows(), chance()),
  nnf_celu = list(nnf_celu(x), rows()),
  nnf_celu_ = list(nnf_celu_(x), rows()),
  nnf_contrib_sparsemax = list(nnf_contrib_sparsemax(x), rows()),
  nnf_conv1d = list(nnf_conv1d(x, y), line(), torch_randn(2, 4, 3)),
  nnf_conv2d = list(nnf_conv2d(x, y, padding = "same"), plane(), torch_randn(2, 4, 3, 3)),
  nnf_conv3d = list(nnf_conv3d(x, y, stride = 2), volume(), torch_randn(2, 4, 2, 2, 2)),
  nnf_conv_tbc = list(nnf_conv_tbc(x, y, z), torch_randn(5, 2, 3), torch_randn(2, 3, 4), torch_randn(4)),
  nnf_conv_transpose1d = list(nnf_conv_transpose1d(x, y), line(), torch_randn(4, 2, 3)),
  nnf_conv_transpose2d = list(nnf_conv_transpose2d(x, y, stride = 2), plane(), torch_randn(4, 2, 3, 3)),
  nnf_conv_transpose3d = list(nnf_conv_transpose3d(x, y), volume(), torch_randn(4, 2, 2, 2, 2)),
  nnf_cosine_embedding_loss = list(nnf_cosine_embedding_loss(x, y, z), rows(), rows(), signs(3)),
  nnf_cosine_similarity = list(nnf_cosine_similarity(x, y), rows(), rows()),
  nnf_cross_entropy = list(nnf_cross_entropy(x, y), rows(), classes()),
  nnf_ctc_loss = list(
    nnf_ctc_loss(x, y, c(6L, 6L), c(2L, 2L)), torch_randn(6, 2, 5)$log_softmax(3), torch_tensor(matrix(1:4, 2))
  ),
  nnf_dropout = list(nnf_dropout(x, 0), rows()),
  nnf_dropout2d = list(nnf_dropout2d(x, 0.5, training = FALSE), plane()),
  nnf_dropout3d = list(nnf_dropout3d(x, 0.5, training = FALSE), volume()),
  nnf_elu = list(nnf_elu(x), rows()),
  nnf_elu_ = list(nnf_elu_(x), rows()),
  nnf_embedding = list(nnf_embedding(x, y), classes(), torch_randn(5, 3)),
  nnf_embedding_bag = list(nnf_embedding_bag(x, y), torch_tensor(matrix(c(1L, 2L, 3L, 4L), 2)), torch_randn(5, 3)),
  nnf_fold = list(nnf_fold(x, c(4, 5), c(2, 2)), torch_randn(1, 8, 12)),
  nnf_fractional_max_pool2d = list(nnf_fractional_max_pool2d(x, 2, output_size = c(3, 3)), plane()),
  nnf_fractional_max_pool3d = list(nnf_fractional_max_pool3d(x, 2, output_size = c(2, 2, 2)), volume()),
  nnf_gelu = list(nnf_gelu(x), rows()),
  nnf_glu = list(nnf_glu(x), rows()),
  nnf_grid_sample = list(nnf_grid_sample(x, y), plane(), torch_rand(2, 3, 3, 2)),
  nnf_group_norm = list(nnf_group_norm(x, 2), plane()),
  nnf_gumbel_softmax = list(nnf_gumbel_softmax(x), rows()),
  nnf_hardshrink = list(nnf_hardshrink(x), rows()),
  nnf_hardsigmoid = list(nnf_hardsigmoid(x), rows()),
  nnf_hardswish = list(nnf_hardswish(x), rows()),
  nnf_hardtanh = list(nnf_hardtanh(x), rows()),
  nnf_hardtanh_ = list(nnf_hardtanh_(x), rows()),
  nnf_hinge_embedding_loss = list(nnf_hinge_embedding_loss(x, y), rows(), signs(3, 4)),
  nnf_instance_norm = list(nnf_instance_norm(x), plane()),
  nnf_interpolate = list(nnf_interpolate(x, size = 9), plane()),
  nnf_kl_div = list(nnf_kl_div(x, y), rows(), chance()),
  nnf_l1_loss = list(nnf_l1_loss(x, y), rows(), rows()),
  nnf_layer_norm = list(nnf_layer_norm(x, 4), rows()),
  nnf_leaky_relu = list(nnf_leaky_relu(x), rows()),
  nnf_linear = list(nnf_linear(x, y), rows(), torch_randn(2, 4)),
  nnf_local_response_norm = list(nnf_local_response_norm(x, 2), plane()),
  nnf_log_softmax = list(nnf_log_softmax(x, 2), rows()),
  nnf_logsigmoid = list(nnf_logsigmoid(x), rows()),
  nnf_lp_pool1d = list(nnf_lp_pool1d(x, 2, 2), line()$abs()),
  nnf_lp_pool2d = list(nnf_lp_pool2d(x, 2, 2), plane()$abs()),
  nnf_margin_ranking_loss = list(nnf_margin_ranking_loss(x, y, z), torch_randn(3), torch_randn(3), signs(3)),
  nnf_max_pool1d = list(nnf_max_pool1d(x, 2), line()),
  nnf_max_pool2d = list(nnf_max_pool2d(x, 2, return_indices = TRUE), plane()),
  nnf_max_pool3d = list(nnf_max_pool3d(x, 2), volume()),
  nnf_max_unpool1d = list(nnf_max_unpool1d(x, y, 2), torch_randn(1, 1, 2), torch_tensor(array(c(2L, 3L), c(1, 1, 2)))),
  nnf_max_unpool2d = list(
    nnf_max_unpool2d(x, y, 2), torch_randn(1, 1, 1, 2), torch_tensor(array(c(2L, 7L), c(1, 1, 1, 2)))
  ),
  nnf_max_unpool3d = list(nnf_max_unpool3d(x, y, 2), torch_randn(1, 1, 1, 1, 1), torch_tensor(array(3L, rep(1, 5)))),
  nnf_mse_loss = list(nnf_mse_loss(x, y), rows(), rows()),
  nnf_multi_head_attention_forward = list(
    nnf_multi_head_attention_forward(x, x, x, 4, 2, y, NULL, NULL, NULL, FALSE, 0, z, NULL), torch_randn(5, 2, 4),
    torch_randn(12, 4), torch_randn(4, 4)
  ),
  nnf_multi_margin_loss = list(nnf_multi_margin_loss(x, y), rows(), classes()),
  nnf_multilabel_margin_loss = list(
    nnf_multilabel_margin_loss(x, y), torch_randn(1, 4), torch_tensor(matrix(c(3L, 1L, -1L, 2L), 1))
  ),
  nnf_multilabel_soft_margin_loss = list(nnf_multilabel_soft_margin_loss(x, y), rows(), torch_round(chance())),
  nnf_nll_loss = list(nnf_nll_loss(x, y), rows(), classes()),
  nnf_normalize = list(nnf_normalize(x), rows()),
  nnf_one_hot = list(nnf_one_hot(x, 5), classes()),
  nnf_pad = list(nnf_pad(x, c(1, 1), mode = "circular"), line()),
  nnf_pairwise_distance = list(nnf_pairwise_distance(x, y), rows(), rows()),
  nnf_pdist = list(nnf_pdist(x), rows()),
  nnf_pixel_shuffle = list(nnf_pixel_shuffle(x, 2), plane()),
  nnf_poisson_nll_loss = list(nnf_poisson_nll_loss(x, y), rows(), chance()),
  nnf_prelu = list(nnf_prelu(x, y), rows(), torch_tensor(0.2)),
  nnf_relu = list(nnf_relu(x), rows()),
  nnf_relu6 = list(nnf_relu6(x), rows()),
  nnf_relu_ = list(nnf_relu_(x), rows()),
  nnf_rrelu = list(nnf_rrelu(x), rows()),
  nnf_rrelu_ = list(nnf_rrelu_(x), rows()),
  nnf_selu = list(nnf_selu(x), rows()),
  nnf_selu_ = list(nnf_selu_(x), rows()),
  nnf_sigmoid = list(nnf_sigmoid(x), rows()),
  nnf_silu = list(nnf_silu(x), rows()),
  nnf_smooth_l1_loss = list(nnf_smooth_l1_loss(x, y), rows(), rows()),
  nnf_soft_margin_loss = list(nnf_soft_margin_loss(x, y), rows(), signs(3, 4)),
  nnf_softmax = list(nnf_softmax(x, 2), rows()),
  nnf_softmin = list(nnf_softmin(x, 1), rows()),
  nnf_softplus = list(nnf_softplus(x), rows()),
  nnf_softshrink = list(nnf_softshrink(x), rows()),
  nnf_softsign = list(nnf_softsign(x), rows()),
  nnf_tanhshrink = list(nnf_tanhshrink(x), rows()),
  nnf_threshold = list(nnf_threshold(x, 0.1, 20), rows()),
  nnf_threshold_ = list(nnf_threshold_(x, 0.1, 20), rows()),
  nnf_triplet_margin_loss = list(nnf_triplet_margin_loss(x, y, z), rows(), rows(), rows()),
  nnf_triplet_margin_with_distance_loss = list(nnf_triplet_margin_with_distance_loss(x, y, z), rows(), rows(), rows()),
  nnf_unfold = list(nnf_unfold(x, c(2, 3)), plane())
)

weight_normed <- function(layer) {
  nn_utils_weight_norm$new("weight", 1)$apply(layer)
  layer
}

# "same", or what is wrong. Twice: the optimiser changes what it runs.
compared <- function(compile, eager, inputs) {
  tryCatch(
    {
      program <- compile()
      for (i in 1:2) {
        answers <- lapply(list(eager, program), function(f) {
          torch_manual_seed(2)
          plain_values(do.call(f, lapply(inputs, function(x) if (is_torch_tensor(x)) x$clone() else x)))
        })
        difference <- all.equal(answers[[2]], answers[[1]], tolerance = 1e-6)
        if (!isTRUE(difference)) stop(paste(difference, collapse = "; "))
      }
      "same"
    },
    error = conditionMessage
  )
}

test_that("every layer is the same as a program", {
  for (name in names(layers)) {
    torch_manual_seed(1)
    case <- eval(layers[[name]])
    for (mode in c("training", "eval")) {
      if (mode == "eval") case[[1]]$eval()
      vectors <- vapply(case[-1], is.integer, NA)
      types <- stats::setNames(rep(list("List[int]"), sum(vectors)), names(formals(case[[1]]$forward))[which(vectors)])
      # what one learns in training the other must not know
      compile <- function() do.call(jit_script, c(list(clone_module(case[[1]], deep = TRUE)), types))
      expect_identical(compared(compile, case[[1]], unname(case[-1])), "same", label = paste(name, mode))
    }
  }
})

test_that("every functional is the same in a program", {
  for (name in names(functionals)) {
    torch_manual_seed(1)
    body <- functionals[[name]][[2]]
    inputs <- eval(as.call(c(list(quote(list)), as.list(functionals[[name]])[-(1:2)])))
    arguments <- stats::setNames(rep(list(quote(expr = )), length(inputs)), c("x", "y", "z")[seq_along(inputs)])
    fn <- as.function(c(arguments, body))
    expect_identical(compared(function() jit_script(fn), fn, inputs), "same", label = name)
  }
})

test_that("none is left out", {
  exported <- getNamespaceExports("torchscript")
  not_layers <- c(
    "nn_buffer", "nn_parameter", "nn_module", grep("^nn_init_|^nn_utils_", exported, value = TRUE)
  )
  tried <- setdiff(names(layers), "nn_utils_weight_norm")
  expect_setequal(union(tried, not_layers), grep("^nn_", exported, value = TRUE))
  expect_setequal(names(functionals), grep("^nnf_", exported, value = TRUE))
})

test_that("a field keeps the type that it has before the program runs", {
  counting <- function(k, forward) nn_module("counting", initialize = function() self$k <- k, forward = forward)()
  x <- torch_tensor(c(1, 2, 3))
  expect_failure_of(jit_script(counting(2L, function(x) {
    self$k <- self$k * 1.5
    x * self$k
  })), "compile", "`self\\$k` holds integers.*`self\\$k <- 2` in `initialize`")
  expect_failure_of(jit_script(counting(new.env(), function(x) {
    self$k <- 1
    x
  })), "compile", "The field `k` can't be changed by a program")
  for (k in list(2, 2L)) {
    step <- if (is.double(k)) {
      function(x) {
        self$k <- self$k * 1.5
        x * self$k
      }
    } else {
      function(x) {
        self$k <- self$k + x$size(1)
        x * self$k
      }
    }
    eager <- counting(k, step)
    program <- jit_script(counting(k, step))
    for (i in 1:3) expect_equal(as_array(program(x)), as_array(eager(x)))
  }
})

test_that("methods that all modules have are no part of a program", {
  bodies <- alist(
    self$eval(), self$train(FALSE), self$drop$eval(), self$to(dtype = torch_double()), self$zero_grad(), self$state_dict(),
    self$register_buffer("b", x), self$apply(identity), self$named_parameters()
  )
  for (body in bodies) {
    forward <- eval(bquote(function(x) {
      .(body)
      x
    }))
    module <- nn_module("module", initialize = function() self$drop <- nn_dropout(), forward = forward)()
    expect_failure_of(jit_script(module), "compile", "of a module can't be in a program[.] (Call|Register) it (before|in `initialize`)")
  }
})

test_that("members may be named by words of Python's", {
  named <- nn_module(
    "named",
    initialize = function() {
      self$`for` <- nn_linear(3, 3)
      self$lambda <- 2
      self$class <- nn_parameter(torch_ones(3))
      self$register_buffer("global", torch_ones(3))
      self$None <- 3L
      self$`x y` <- torch_ones(3)
    },
    forward = function(x) self$`return`(x),
    `return` = function(x) {
      self$global$add_(1)
      self$lambda <- self$lambda + 1
      y <- self$`for`(x) * self$lambda * self$class + self$global * self$None + self$`x y`
      for (p in self$parameters) y <- y + p$sum()
      y
    },
    unused = function(x) {
      self$`x y` <- x
      x
    }
  )
  torch_manual_seed(1)
  eager <- named()
  program <- jit_script(eager$clone(deep = TRUE))
  x <- torch_tensor(c(1, 2, 3))
  for (i in 1:3) expect_equal(as_array(program(x)), as_array(eager(x)), tolerance = 1e-6)
  path <- withr::local_tempfile(fileext = ".pt")
  jit_save(program, path)
  expect_equal(as_array(jit_load(path)(x)), as_array(eager(x)), tolerance = 1e-6)
  expect_setequal(names(program$state_dict()), c("class_", "global_", "for_.weight", "for_.bias"))
  expect_failure_of(jit_script(eager, methods = "unused"), "compile", "can't set a member named `x y`")
  expect_failure_of(jit_script(eager, methods = "return"), "compile", "a method named `return`")
})

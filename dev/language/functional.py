#= activations
def f(x: torch.Tensor):
    return [F.relu(x), F.relu6(x), F.elu(x), F.selu(x), F.gelu(x), F.gelu(x, approximate='tanh'), F.leaky_relu(x, 0.1), F.celu(x), F.silu(x), F.mish(x), F.hardtanh(x), F.hardswish(x), F.hardsigmoid(x), F.softplus(x), F.softsign(x), F.tanhshrink(x), F.logsigmoid(x), F.sigmoid(x), F.tanh(x), F.threshold(x, 0.1, 20.0), F.softshrink(x), F.hardshrink(x), F.relu(x, inplace=False)]
#: torch.tensor([-1.0, 0.25, 2.0])

#= softmax and its like
def f(x: torch.Tensor):
    return F.softmax(x, dim=0), F.log_softmax(x, dim=-1), F.softmin(x, 0), F.normalize(x, dim=0), F.softmax(x, 0, dtype=torch.float64), F.glu(x, 0)
#: torch.tensor([-1.0, 0.5])

#= dropout
def f(x: torch.Tensor):
    return F.dropout(x, 0.5, False), F.dropout(x, p=0.0), F.dropout(x, training=False), F.dropout2d(x, 0.5, training=False), F.alpha_dropout(x), F.feature_alpha_dropout(x, training=False)
#: torch.ones(1, 2, 2, 2)

#= losses with a reduction
def f(x: torch.Tensor, y: torch.Tensor):
    return [F.mse_loss(x, y), F.mse_loss(x, y, reduction='sum'), F.l1_loss(x, y, reduction='none'), F.smooth_l1_loss(x, y), F.huber_loss(x, y, reduction='mean', delta=0.5), F.binary_cross_entropy(x, y), F.binary_cross_entropy_with_logits(x, y, reduction='sum'), F.kl_div(x, y, reduction='batchmean'), F.poisson_nll_loss(x, y), F.soft_margin_loss(x, y), F.hinge_embedding_loss(x, y)]
#: torch.tensor([0.25, 0.5]), torch.tensor([0.0, 1.0])

#= losses of classes
def f(x: torch.Tensor, y: torch.Tensor, w: torch.Tensor):
    return [F.cross_entropy(x, y), F.cross_entropy(x, y, weight=w, reduction='sum'), F.cross_entropy(x, y, label_smoothing=0.1), F.cross_entropy(x, y, ignore_index=1), F.nll_loss(x, y), F.nll_loss(x, y, reduction='none'), F.multi_margin_loss(x, y)]
#: torch.tensor([[0.1, 0.2], [0.4, -0.3]]), torch.tensor([0, 1]), torch.tensor([0.5, 2.0])

#= a reduction that is none
def f(x: torch.Tensor):
    return F.mse_loss(x, x, reduction='most')
#: torch.ones(2)

#= losses of pairs
def f(x: torch.Tensor, y: torch.Tensor):
    return [F.cosine_similarity(x, y), F.pairwise_distance(x, y), F.triplet_margin_loss(x, y, x + 1), F.margin_ranking_loss(x, y, torch.ones(2, 2)), F.cosine_embedding_loss(x, y, torch.ones(2)), F.multilabel_soft_margin_loss(x, y)]
#: torch.tensor([[1.0, 2.0], [0.5, -1.0]]), torch.tensor([[0.0, 1.0], [1.0, 1.0]])

#= linear, bilinear, embedding, one_hot
def f(x: torch.Tensor):
    return F.linear(x, torch.ones(3, 2)), F.linear(x, torch.ones(3, 2), torch.ones(3)), F.embedding(torch.tensor([1, 0]), x), F.one_hot(torch.tensor([1, 0]), 3), F.one_hot(torch.tensor([1, 0])), F.bilinear(x, x, torch.ones(1, 2, 2))
#: torch.tensor([[1.0, 2.0], [0.5, -1.0]])

#= convolutions
def f(x: torch.Tensor):
    return F.conv2d(x, torch.ones(1, 1, 2, 2)), F.conv2d(x, torch.ones(1, 1, 2, 2), padding=1, stride=2), F.conv2d(x, torch.ones(1, 1, 3, 3), padding='same'), F.conv_transpose2d(x, torch.ones(1, 1, 2, 2)), F.conv1d(x[0, :, 0], torch.ones(1, 1, 2)), F.unfold(x, [2, 2])
#: torch.arange(9.0).reshape(1, 1, 3, 3)

#= pooling
def f(x: torch.Tensor):
    return F.max_pool2d(x, 2), F.max_pool2d(x, kernel_size=[2, 2], stride=1), F.avg_pool2d(x, 2), F.avg_pool2d(x, 2, stride=1), F.adaptive_avg_pool2d(x, [1, 1]), F.adaptive_max_pool2d(x, [1, 1]), F.max_pool1d(x[0], 2), F.adaptive_avg_pool2d(x, 1), F.lp_pool2d(x, 2.0, 2)
#: torch.arange(16.0).reshape(1, 1, 4, 4)

#= pooling with indices
def f(x: torch.Tensor):
    a, b = F.max_pool2d_with_indices(x, 2)
    return a, b
#: torch.arange(16.0).reshape(1, 1, 4, 4)

#= padding and interpolation
def f(x: torch.Tensor):
    return F.pad(x, [1, 0]), F.pad(x, [1, 0, 0, 1], value=5.0), F.pad(x, [1, 1, 1, 1], mode='reflect'), F.interpolate(x, scale_factor=2.0), F.interpolate(x, size=[3, 3], mode='bilinear', align_corners=False), F.pixel_shuffle(x.expand(1, 4, 2, 2), 2)
#: torch.arange(4.0).reshape(1, 1, 2, 2)

#= normalisation
def f(x: torch.Tensor):
    return F.layer_norm(x, [2]), F.batch_norm(x, torch.zeros(2), torch.ones(2)), F.batch_norm(x, None, None, training=True), F.group_norm(x, 1), F.instance_norm(x.unsqueeze(0)), F.local_response_norm(x.unsqueeze(0), 2), F.rms_norm(x, [2])
#: torch.tensor([[1.0, 2.0], [0.5, -1.0]])

#= attention
def f(x: torch.Tensor):
    return F.scaled_dot_product_attention(x, x, x), F.scaled_dot_product_attention(x, x, x, is_causal=True)
#: torch.tensor([[[1.0, 2.0], [0.5, -1.0]]])

#= torch.nn.functional by its full name
def f(x: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.relu(x) + nn.functional.relu(x)
#: torch.ones(2)

#= a function that torch.nn.functional has not
def f(x: torch.Tensor) -> torch.Tensor:
    return F.nonsense(x)
#: torch.ones(2)

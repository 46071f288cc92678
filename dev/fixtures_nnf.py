"""Functionals on fixed inputs, for tests/testthat/fixtures/nnf.R: see fixtures.py.

What R is given stands beside what PyTorch is asked, where they differ: R counts classes, rows and
dimensions from one. A case has the gradient of the first tensor too, where there is one.
"""

import re

import torch
import torch.nn.functional as F

from r_source import arguments, r_source

SEED = 7
X = torch.tensor([[-1.5, 0.25, 2.0], [3.25, -0.5, 1.0]])
Y = torch.tensor([[2.0, -1.0, 0.5], [1.0, 4.0, -3.0]])
P = torch.tensor([[0.125, 0.5, 0.875], [0.25, 0.75, 0.625]])
SIGNS = torch.tensor([1.0, -1.0])
SIGNS2 = torch.tensor([[1.0, -1.0, 1.0], [-1.0, -1.0, 1.0]])
CLASS = torch.tensor([2, 0])
W3 = torch.tensor([0.5, 1.0, 2.0])


def wave(*shape):
    n = torch.Size(shape).numel()
    return torch.sin(torch.arange(float(n)) * 1.7).mul(100).round().div(16).reshape(shape)


S1, S2, S3 = wave(2, 3, 7), wave(1, 2, 6, 5), wave(1, 2, 4, 5, 4)


def cases():
    """(R function, its arguments, PyTorch's answer as a function of the first tensor)."""
    yield from activations()
    yield from losses()
    yield from class_losses()
    yield from norms()
    yield from convolutions()
    yield from pools()
    yield from adaptive_pools()
    yield from embeddings()
    yield from vision()
    yield from attention()
    yield from random()


def same(name, *args, **kwargs):
    """R takes just what PyTorch does."""
    return f"nnf_{name}", args, kwargs, lambda x: getattr(F, name)(x, *args[1:], **kwargs)


def activations():
    for name in """relu relu6 elu celu selu hardtanh leaky_relu gelu silu sigmoid logsigmoid hardsigmoid hardswish
                   hardshrink softshrink softplus softsign tanhshrink rrelu""".split():
        yield same(name, X)
    for name in "relu_ elu_ celu_ selu_ hardtanh_ rrelu_".split():
        yield f"nnf_{name}", (X,), {}, lambda x, name=name: getattr(F, name)(x.clone())
    for name in "relu relu6 elu celu selu hardtanh leaky_relu silu hardsigmoid hardswish rrelu".split():
        yield f"nnf_{name}", (X,), {"inplace": True}, lambda x, name=name: getattr(F, name)(x)
    yield same("elu", X, alpha=0.5)
    yield same("celu", X, 2.0)
    yield same("hardtanh", X, -2.0, 0.5)
    yield same("leaky_relu", X, negative_slope=0.25)
    yield same("gelu", X, approximate="tanh")
    yield same("hardshrink", X, 1.0)
    yield same("softshrink", X, 0.25)
    yield same("softplus", X, 2.0, 3.0)
    yield same("threshold", X, 0.5, -2.0)
    yield "nnf_threshold_", (X, 0.5, 9.0), {}, lambda x: F.threshold(x, 0.5, 9.0)
    yield same("prelu", X, W3)
    for name in ("softmax", "softmin", "log_softmax"):
        yield f"nnf_{name}", (X, 1), {}, lambda x, name=name: getattr(F, name)(x, 0)
        yield same(name, X, -1)
        yield f"nnf_{name}", (X, 2), {"dtype": torch.float64}, lambda x, name=name: getattr(F, name)(
            x, 1, dtype=torch.float64
        )
    yield "nnf_log_softmax", (S1,), {}, lambda x: F.log_softmax(x, 0)
    yield "nnf_log_softmax", (S2,), {}, lambda x: F.log_softmax(x, 1)
    yield same("glu", S2[..., :4])
    yield "nnf_glu", (S2, 2), {}, lambda x: F.glu(x, 1)


def losses():
    for name in "mse_loss l1_loss smooth_l1_loss".split():
        for reduction in ("mean", "sum", "none"):
            yield same(name, X, Y, reduction=reduction)
    yield same("soft_margin_loss", X, SIGNS2)
    yield same("hinge_embedding_loss", X, SIGNS2, margin=2.0, reduction="sum")
    yield same("binary_cross_entropy", P, (Y > 0).float())
    yield same("binary_cross_entropy", P, (Y > 0).float(), P.flip(0), reduction="none")
    yield same("binary_cross_entropy_with_logits", X, P)
    yield same("binary_cross_entropy_with_logits", X, P, weight=W3, reduction="sum", pos_weight=W3)
    yield same("poisson_nll_loss", X, Y.abs())
    yield same("poisson_nll_loss", P, Y.abs(), log_input=False, full=True, reduction="none")
    for reduction in ("mean", "sum", "none", "batchmean"):
        yield same("kl_div", X, P, reduction=reduction)
    yield same("multilabel_soft_margin_loss", X, (Y > 0).float())
    yield same("multilabel_soft_margin_loss", X, (Y > 0).float(), W3, reduction="none")
    yield same("cosine_embedding_loss", X, Y, SIGNS, 0.25)
    yield same("cosine_embedding_loss", X, Y, SIGNS, reduction="none")
    yield same("margin_ranking_loss", X, Y, SIGNS2, 0.5)
    yield same("triplet_margin_loss", X, Y, X + 1)
    yield same("triplet_margin_loss", X, Y, X + 1, margin=2.0, p=1.0, swap=True, reduction="sum")
    yield same("triplet_margin_with_distance_loss", X, Y, X + 1, margin=2.0, reduction="none")
    yield same("triplet_margin_with_distance_loss", X, Y, X + 1, swap=True)
    yield same("cosine_similarity", X, Y)
    yield "nnf_cosine_similarity", (X, Y), {"dim": 1}, lambda x: F.cosine_similarity(x, Y, dim=0)
    yield same("pairwise_distance", X, Y)
    yield same("pairwise_distance", X, Y, 1.0, keepdim=True)
    yield same("pdist", torch.cat([X, Y]))
    yield same("pdist", torch.cat([X, Y]), 1.0)
    log_probs = F.log_softmax(wave(6, 2, 4), 2)
    labels = torch.tensor([[1, 2, 2], [3, 1, 0]])
    lengths = [6, 5], [3, 2]
    yield same("ctc_loss", log_probs, labels, *lengths)
    yield same("ctc_loss", log_probs, labels + 0, torch.tensor([6, 5]), torch.tensor([3, 2]), reduction="none")
    yield same("ctc_loss", log_probs, labels.clamp(max=2), *lengths, blank=3, reduction="sum", zero_infinity=True)


def class_losses():
    logp = F.log_softmax(X, 1)
    for reduction in ("mean", "sum", "none"):
        yield "nnf_cross_entropy", (X, CLASS + 1), {"reduction": reduction}, lambda x, r=reduction: F.cross_entropy(
            x, CLASS, reduction=r
        )
    yield "nnf_cross_entropy", (X, CLASS + 1, W3), {}, lambda x: F.cross_entropy(x, CLASS, W3)
    yield "nnf_cross_entropy", (X, CLASS + 1), {"ignore_index": 1}, lambda x: F.cross_entropy(x, CLASS, ignore_index=0)
    yield "nnf_cross_entropy", (X, P), {}, lambda x: F.cross_entropy(x, P)
    yield "nnf_cross_entropy", (X[0], CLASS[0] + 1), {}, lambda x: F.cross_entropy(x, CLASS[0])
    images = torch.tensor([[[0, 1, 1], [0, 0, 1]]])
    yield "nnf_cross_entropy", (S2[:, :, :2, :3], images + 1), {}, lambda x: F.cross_entropy(x, images)
    yield "nnf_cross_entropy", (X, torch.tensor([-100, 2])), {}, lambda x: F.cross_entropy(x, torch.tensor([-100, 1]))
    yield "nnf_nll_loss", (logp, CLASS + 1), {}, lambda x: F.nll_loss(x, CLASS)
    yield "nnf_nll_loss", (logp, CLASS + 1, W3), {"reduction": "none"}, lambda x: F.nll_loss(
        x, CLASS, W3, reduction="none"
    )
    yield "nnf_nll_loss", (logp, CLASS + 1), {"ignore_index": 3}, lambda x: F.nll_loss(x, CLASS, ignore_index=2)
    yield "nnf_nll_loss", (S2[:, :, :2, :3], images + 1), {}, lambda x: F.nll_loss(x, images)
    yield "nnf_multi_margin_loss", (X, CLASS + 1), {}, lambda x: F.multi_margin_loss(x, CLASS)
    yield "nnf_multi_margin_loss", (X, CLASS + 1, 2, 0.5, W3, "sum"), {}, lambda x: F.multi_margin_loss(
        x, CLASS, 2, 0.5, W3, reduction="sum"
    )
    labels = torch.tensor([[2, 0, -1], [1, -1, 0]])
    yield "nnf_multilabel_margin_loss", (X, torch.tensor([[3, 1, -1], [2, -1, 1]])), {}, lambda x: (
        F.multilabel_margin_loss(x, labels)
    )


def norms():
    mean, var = torch.tensor([0.5, -1.0]), torch.tensor([1.0, 4.0])
    yield same("batch_norm", S2, mean, var)
    yield same("batch_norm", S2, mean, var, var, mean, eps=0.1)
    yield "nnf_batch_norm", (S2, mean, var), {"training": True}, lambda x: F.batch_norm(
        x, mean.clone(), var.clone(), training=True
    )
    yield same("batch_norm", S2, None, None, training=True)
    yield same("instance_norm", S2)
    yield same("instance_norm", S2, mean, var, var, mean, use_input_stats=False)
    yield same("layer_norm", X, [3])
    yield "nnf_layer_norm", (X, 3, W3, W3), {"eps": 0.1}, lambda x: F.layer_norm(x, [3], W3, W3, eps=0.1)
    yield same("layer_norm", S2, [6, 5])
    yield same("group_norm", S2, 1)
    yield same("group_norm", S2, 2, mean, var)
    yield same("local_response_norm", S1, 2)
    yield same("local_response_norm", wave(2, 5, 3, 2), 3, 0.5, 0.5, 2.0)
    yield same("local_response_norm", wave(1, 4, 2, 1, 2), 2)
    yield same("normalize", X)
    yield "nnf_normalize", (X, 1.0, 1), {}, lambda x: F.normalize(x, 1.0, 0)


def convolutions():
    yield same("linear", X, wave(4, 3), wave(4))
    yield same("linear", X, wave(4, 3))
    yield same("linear", S1, wave(2, 7))
    yield same("bilinear", X, Y, wave(2, 3, 3), wave(2))
    yield same("conv1d", S1, wave(4, 3, 2))
    yield same("conv1d", S1, wave(6, 1, 2), wave(6), 2, 1, 2, 3)
    yield same("conv2d", S2, wave(3, 2, 3, 2), wave(3), stride=[2, 1], padding=[1, 0])
    yield same("conv2d", S2, wave(3, 2, 3, 3), padding="same")
    yield same("conv2d", S2, wave(2, 1, 2, 2), dilation=2, groups=2)
    yield same("conv3d", S3, wave(1, 2, 2, 3, 2), stride=2, padding=1)
    yield same("conv_transpose1d", S1, wave(3, 2, 2), wave(2), stride=2, output_padding=1)
    yield same("conv_transpose2d", S2, wave(2, 2, 3, 2), None, [2, 1], [1, 0], [1, 0], 2, 1)
    yield same("conv_transpose3d", S3, wave(2, 1, 2, 1, 2), wave(1), dilation=2)
    yield "nnf_conv_tbc", (S1, wave(2, 7, 2), wave(2)), {"pad": 1}, lambda x: torch.conv_tbc(
        x, wave(2, 7, 2), wave(2), 1
    )
    yield same("unfold", S2, 2)
    yield same("unfold", S2, [2, 3], dilation=[2, 1], padding=1, stride=[1, 2])
    yield same("fold", wave(1, 8, 12), [4, 5], 2)
    yield same("fold", wave(1, 4, 4), [4, 4], [2, 2], stride=2)


def pools():
    sizes = ((1, S1), (2, S2), (3, S3))
    for n, x in sizes:
        yield same(f"max_pool{n}d", x, 2)
        yield same(f"max_pool{n}d", x, 3, 2, 1, 1, True)
        yield f"nnf_max_pool{n}d", (x, 2, 1), {"return_indices": True}, lambda x, n=n: from_one(
            getattr(F, f"max_pool{n}d")(x, 2, 1, return_indices=True)
        )
        yield same(f"avg_pool{n}d", x, 2)
        yield same(f"avg_pool{n}d", x, 3, stride=2, padding=1, ceil_mode=True, count_include_pad=False)
        pooled, indices = getattr(F, f"max_pool{n}d")(x, 2, return_indices=True)
        unpool = getattr(F, f"max_unpool{n}d")
        size = list(x.shape[2:])
        yield f"nnf_max_unpool{n}d", (pooled, indices + 1, 2), {"output_size": size}, (
            lambda x, u=unpool, i=indices, s=size: u(x, i, 2, output_size=s)
        )
        even = x[(..., *[slice(s // 2 * 2) for s in size])]
        fitting, at = getattr(F, f"max_pool{n}d")(even, 2, return_indices=True)
        yield f"nnf_max_unpool{n}d", (fitting, at + 1, 2), {}, lambda x, u=unpool, i=at: u(x, i, 2)
    yield same("max_pool2d", S2, [3, 2], dilation=[1, 2])
    yield same("avg_pool2d", S2, [2, 3], divisor_override=5)
    yield same("lp_pool1d", S1.abs(), 2.0, 2)
    yield same("lp_pool1d", S1, 3.0, 2, stride=1)
    yield same("lp_pool2d", S2.abs(), 1.5, [2, 3], ceil_mode=True)
    yield same("lp_pool2d", S2, float("inf"), 2)
    yield same("lp_pool2d", S2, float("-inf"), 2)


def adaptive_pools():
    for n, x in ((1, S1), (2, S2), (3, S3)):
        for kind in ("avg", "max"):
            yield same(f"adaptive_{kind}_pool{n}d", x, 3)
        yield f"nnf_adaptive_max_pool{n}d", (x, 2), {"return_indices": True}, lambda x, n=n: from_one(
            getattr(F, f"adaptive_max_pool{n}d")(x, 2, return_indices=True)
        )
    yield same("adaptive_avg_pool2d", S2, [None, 2])
    yield same("adaptive_max_pool2d", S2, [2, None])
    yield same("adaptive_avg_pool3d", S3, [2, None, 1])
    samples2, samples3 = torch.tensor([[[0.25, 0.75], [0.5, 0.125]]]), torch.tensor([[[0.25, 0.75, 0.5]] * 2])
    yield "nnf_fractional_max_pool2d", (S2, 2), {"output_size": 3, "random_samples": samples2}, lambda x: (
        F.fractional_max_pool2d(x, 2, 3, _random_samples=samples2)
    )
    given = {"output_ratio": 0.5, "random_samples": samples3, "return_indices": True}
    yield "nnf_fractional_max_pool3d", (S3, 2), given, lambda x: from_one(
        F.fractional_max_pool3d(x, 2, None, [0.5] * 3, True, _random_samples=samples3)
    )
    yield "nnf_fractional_max_pool2d", (S2, 2), {"output_ratio": [0.5, 0.75]}, lambda x: F.fractional_max_pool2d(
        x, 2, output_ratio=[0.5, 0.75]
    )


def from_one(pooled):
    return [pooled[0], pooled[1] + 1]


def embeddings():
    weight, rows = wave(4, 3), torch.tensor([[2, 0, 3], [1, 1, 2]])
    flat, offsets = rows.reshape(-1), torch.tensor([0, 2, 2])
    samples = P.clone()

    def embedding(**kwargs):
        return lambda x: F.embedding(rows, x, **kwargs)

    def bag(input, **kwargs):
        return lambda x: F.embedding_bag(input, x, **kwargs)

    # gradients are those of the weight: it is named first
    given = {"weight": weight, "input": rows + 1}
    yield "nnf_embedding", (), given, embedding()
    yield "nnf_embedding", (), given | {"padding_idx": 3}, embedding(padding_idx=2)
    yield "nnf_embedding", (), given | {"padding_idx": -1}, embedding(padding_idx=-1)
    yield "nnf_embedding", (), given | {"scale_grad_by_freq": True}, embedding(scale_grad_by_freq=True)
    yield "nnf_embedding", (), given | {"max_norm": 2.0}, lambda x: F.embedding(
        rows, torch.embedding_renorm_(x.detach().clone(), rows, 2.0, 2.0)
    )
    for mode in ("mean", "sum", "max"):
        yield "nnf_embedding_bag", (), given | {"mode": mode}, bag(rows, mode=mode)
    bags = {"weight": weight, "input": flat + 1, "offsets": offsets}
    yield "nnf_embedding_bag", (), bags, bag(flat, offsets=offsets)
    yield "nnf_embedding_bag", (), bags | {"mode": "sum", "padding_idx": 2}, bag(
        flat, offsets=offsets, mode="sum", padding_idx=1
    )
    yield "nnf_embedding_bag", (), bags | {"include_last_offset": True}, bag(
        flat, offsets=offsets, include_last_offset=True
    )
    yield "nnf_embedding_bag", (), given | {"mode": "sum", "per_sample_weights": samples}, bag(
        rows, mode="sum", per_sample_weights=samples
    )
    yield "nnf_one_hot", (rows + 1,), {}, lambda x: F.one_hot(rows)
    yield "nnf_one_hot", (rows + 1, 6), {}, lambda x: F.one_hot(rows, 6)


def vision():
    yield same("pad", X, [1, 2])
    yield same("pad", X, [1, 0, 0, 2], value=9.0)
    yield same("pad", X, [-1, 0])
    for mode in ("reflect", "replicate", "circular"):
        yield same("pad", S1, [2, 1], mode)
        yield same("pad", S2, [1, 2, 2, 0], mode)
    for x, modes in ((S1, ["linear"]), (S2, ["bilinear", "bicubic"]), (S3, ["trilinear"])):
        for mode in ["nearest", "area", "nearest-exact"] + modes:
            yield same("interpolate", x, 3, mode=mode)
            yield same("interpolate", x, scale_factor=1.5, mode=mode)
        for mode in modes:
            yield same("interpolate", x, 5, mode=mode, align_corners=True)
    yield same("interpolate", S2, scale_factor=[1.5, 0.75], mode="bilinear", recompute_scale_factor=True)
    yield same("interpolate", S2, [3, 7])
    grid = torch.cat([wave(1, 3, 3, 1), wave(1, 3, 3, 1).flip(1)], -1) / 5
    for mode in ("bilinear", "nearest", "bicubic"):
        for padding in ("zeros", "border", "reflection"):
            yield same("grid_sample", S2, grid, mode, padding, False)
    yield same("grid_sample", S2, grid, align_corners=True)
    yield same("grid_sample", S3, wave(1, 2, 2, 2, 3) / 6)
    yield same("affine_grid", wave(2, 2, 3), [2, 1, 3, 4])
    yield same("affine_grid", wave(1, 3, 4), [1, 1, 2, 3, 2], align_corners=True)
    yield same("pixel_shuffle", wave(1, 8, 2, 3), 2)


def attention():
    q, k, v = wave(3, 2, 4) / 4, wave(5, 2, 4) / 3, wave(5, 2, 4) / 2
    w, b, out, ob = wave(12, 4) / 5, wave(12) / 5, wave(4, 4) / 5, wave(4)
    mask = torch.tensor([[False, True, False, False, True]] * 3)
    padding = torch.tensor([[False] * 5, [False, False, False, True, True]])
    bias = wave(1, 1, 4)

    def ask(x, k=k, v=v, w=w, b=b, bias=None, zero=False, **kwargs):
        return F.multi_head_attention_forward(x, k, v, 4, 2, w, b, bias, bias, zero, 0.0, out, ob, **kwargs)

    def case(**kwargs):
        bias, zero, fixed = kwargs.pop("bias", None), kwargs.pop("zero", False), kwargs
        given = (q, k, v, 4, 2, w, b, bias, bias, zero, 0.0, out, ob)
        renamed = {"avg_weights" if name == "average_attn_weights" else name: value for name, value in fixed.items()}
        return "nnf_multi_head_attention_forward", given, renamed, lambda x: ask(x, bias=bias, zero=zero, **fixed)

    yield case()
    yield case(need_weights=False)
    yield case(average_attn_weights=False)
    yield case(attn_mask=mask)
    yield case(attn_mask=wave(4, 3, 5))
    yield case(key_padding_mask=padding)
    yield case(key_padding_mask=padding, attn_mask=mask, bias=bias, zero=True)
    yield case(use_separate_proj_weight=True, q_proj_weight=w[:4], k_proj_weight=w[4:8], v_proj_weight=w[8:])
    yield case(static_k=wave(4, 5, 2), static_v=wave(4, 5, 2))
    alone = q[:, 0], k[:, 0], v[:, 0]
    yield "nnf_multi_head_attention_forward", (*alone, 4, 2, w, b, None, None, False, 0.0, out, ob), {
        "key_padding_mask": padding[1]
    }, lambda x: ask(x, *alone[1:], key_padding_mask=padding[1])
    first = [x.transpose(0, 1).contiguous() for x in (q, k, v)]
    yield "nnf_multi_head_attention_forward", (*first, 4, 2, w, b, None, None, False, 0.0, out, ob), {
        "batch_first": True
    }, lambda x: [y.transpose(0, 1) if i == 0 else y for i, y in enumerate(ask(x.transpose(0, 1), k, v))]


def random():
    """After `torch.manual_seed(SEED)` each."""
    yield same("dropout", S1)
    yield same("dropout", S1, 0.25, True)
    yield same("dropout", S1, 0.25, False)
    yield "nnf_dropout", (S1,), {"inplace": True}, lambda x: F.dropout(x)
    yield same("dropout2d", wave(2, 5, 2, 2))
    yield same("dropout3d", wave(2, 5, 1, 2, 2), 0.25)
    yield same("alpha_dropout", S1, training=True)
    yield same("alpha_dropout", S1)
    yield same("rrelu", X, training=True)
    yield same("gumbel_softmax", X)
    yield same("gumbel_softmax", X, tau=0.5, hard=True)
    yield "nnf_gumbel_softmax", (X,), {"dim": 1}, lambda x: F.gumbel_softmax(x, dim=0)


def first_tensor(args, kwargs):
    return args[0] if args else next(iter(kwargs.values()))


def functional_cases() -> list[str]:
    recorded = []
    for name, args, kwargs, ask in cases():
        given = arguments(args, kwargs)
        x = first_tensor(args, kwargs)
        # a leaf can't change in place
        differentiable = x.is_floating_point() and not name.endswith("_") and "inplace" not in kwargs
        x = x.detach().clone().requires_grad_(differentiable)
        torch.manual_seed(SEED)
        result = ask(x)
        gradient = "NULL"
        if differentiable:
            out = result if isinstance(result, torch.Tensor) else result[0]
            if out.requires_grad:
                (grad,) = torch.autograd.grad(out.square().sum(), x)
                gradient = r_source(grad)
        recorded.append(short(f'  list("{name}", {given}, {r_source(result)}, {gradient})'))
    return recorded


def short(text: str) -> str:
    """Eight digits are enough for what is compared as float32."""
    text = re.sub(r"-?\d+\.\d{8,}(e-?\d+)?", lambda found: f"{float(found[0]):.8g}", text)
    return re.sub(r"(?<=[0-9])\.0(?=[,)])", "", text)

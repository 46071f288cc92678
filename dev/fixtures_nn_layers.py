"""Layers in both modes, for tests/testthat/fixtures/nn-layers.R: see fixtures.py.

A case is the R generator and its arguments; what `forward` is given; PyTorch's answer in train mode
and then in eval mode, NULL where it is the same; the sum of each initial tensor of the state, and of each after the run in
train mode; and the sum of each gradient of the first answer's squares, the input's last.
"""

import torch
from torch import nn

from fixtures_nnf import SEED, short, wave
from r_source import arguments, r_source


def table(tensors) -> str:
    return r_source({key: float(f"{value.double().sum().item():.7g}") for key, value in tensors})


def case(name, cls, kwargs, inputs, asked=None, r_kwargs=None):
    torch.manual_seed(SEED)
    made = cls(**kwargs)
    before = table(made.state_dict().items())
    asked = [x.clone() for x in (inputs if asked is None else asked)]
    if asked[0].is_floating_point():
        asked[0].requires_grad_(True)
    torch.manual_seed(SEED)
    train = made(*[asked[0] * 1 if asked[0].is_floating_point() else asked[0], *asked[1:]])
    first = train[0] if isinstance(train, tuple) else train
    if first.requires_grad:
        first.square().sum().backward()
    gradients = [(key, p.grad) for key, p in made.named_parameters()]
    if asked[0].grad is not None:
        gradients.append(("input", asked[0].grad))
    after = table(made.state_dict().items())
    made.eval()
    torch.manual_seed(SEED)
    answer = made(*[x.detach() for x in asked])
    given = arguments([], kwargs if r_kwargs is None else r_kwargs)
    same = all(torch.equal(a, b) for a, b in zip(*(x if isinstance(x, tuple) else [x] for x in (train, answer))))
    second = "NULL" if same else r_answer(answer)
    parts = [f'"nn_{name}"', given, arguments(inputs, {}), r_answer(train), second, before, after]
    return short("  list(" + ", ".join([*parts, table(gradients)]) + ")")


def r_answer(answer) -> str:
    """Positions count from one in R."""
    return r_source([answer[0], answer[1] + 1] if isinstance(answer, tuple) else [answer])


def linears():
    x = wave(2, 3)
    yield case("linear", nn.Linear, {"in_features": 3, "out_features": 4}, [x])
    yield case("linear", nn.Linear, {"in_features": 3, "out_features": 2, "bias": False}, [wave(2, 2, 3)])
    sizes = {"in1_features": 3, "in2_features": 2, "out_features": 4}
    yield case("bilinear", nn.Bilinear, sizes, [x, wave(2, 2)])
    yield case("bilinear", nn.Bilinear, {**sizes, "bias": False}, [x, wave(2, 2)])
    yield case("identity", nn.Identity, {}, [x])
    yield case("flatten", nn.Flatten, {}, [wave(2, 2, 3)])
    yield case("flatten", nn.Flatten, {"start_dim": 0, "end_dim": 1}, [wave(2, 2, 3)], None, {"start_dim": 1, "end_dim": 2})
    options = {"dim": 1, "unflattened_size": [2, 3]}
    yield case("unflatten", nn.Unflatten, options, [wave(2, 6)], None, {**options, "dim": 2})
    yield case("pairwise_distance", nn.PairwiseDistance, {"p": 1.0, "keepdim": True}, [x, x.flip(0) + 1])
    yield case("upsample", nn.Upsample, {"scale_factor": 2.0}, [wave(1, 2, 3)])
    yield case("upsample", nn.Upsample, {"size": [3, 4], "mode": "bilinear", "align_corners": True}, [wave(1, 1, 2, 2)])


def activations():
    x = wave(2, 3, 4) * 3
    plain = "ReLU ReLU6 ELU CELU SELU LeakyReLU RReLU Hardtanh GELU SiLU Sigmoid Tanh LogSigmoid Hardsigmoid Hardswish"
    plain += " Softplus Hardshrink Softshrink Softsign Tanhshrink PReLU"
    names = {"LeakyReLU": "leaky_relu", "LogSigmoid": "log_sigmoid", "PReLU": "prelu"}
    for cls in plain.split():
        yield case(names.get(cls, cls.lower()), getattr(nn, cls), {}, [x])
    for name, cls in (("elu", nn.ELU), ("celu", nn.CELU)):
        yield case(name, cls, {"alpha": 0.5, "inplace": True}, [x])
    yield case("leaky_relu", nn.LeakyReLU, {"negative_slope": 0.25}, [x])
    yield case("rrelu", nn.RReLU, {"lower": 0.25, "upper": 0.5}, [x])
    yield case("hardtanh", nn.Hardtanh, {"min_val": -2.0, "max_val": 0.5}, [x])
    yield case("gelu", nn.GELU, {"approximate": "tanh"}, [x])
    yield case("softplus", nn.Softplus, {"beta": 2.0, "threshold": 1.0}, [x])
    yield case("hardshrink", nn.Hardshrink, {"lambd": 1.0}, [x])
    yield case("softshrink", nn.Softshrink, {"lambd": 1.0}, [x])
    yield case("threshold", nn.Threshold, {"threshold": 0.5, "value": -1.0}, [x])
    yield case("prelu", nn.PReLU, {"num_parameters": 3, "init": 0.5}, [x])
    yield case("glu", nn.GLU, {}, [x])
    yield case("glu", nn.GLU, {"dim": 0}, [x], None, {"dim": 1})
    for name, cls in (("softmax", nn.Softmax), ("log_softmax", nn.LogSoftmax), ("softmin", nn.Softmin)):
        yield case(name, cls, {"dim": 1}, [x], None, {"dim": 2})
    yield case("softmax2d", nn.Softmax2d, {}, [x])


def dropouts():
    yield case("dropout", nn.Dropout, {}, [wave(4, 5)])
    yield case("dropout", nn.Dropout, {"p": 0.25, "inplace": True}, [wave(4, 5)])
    yield case("dropout2d", nn.Dropout2d, {}, [wave(2, 3, 2, 2)])
    yield case("dropout3d", nn.Dropout3d, {}, [wave(2, 3, 1, 2, 2)])


SPATIAL = {1: (6,), 2: (5, 4), 3: (3, 4, 3)}


def convolutions():
    for n, size in SPATIAL.items():
        x = wave(2, 2, *size)
        conv, transposed = getattr(nn, f"Conv{n}d"), getattr(nn, f"ConvTranspose{n}d")
        sizes = {"in_channels": 2, "out_channels": 4, "kernel_size": 2}
        yield case(f"conv{n}d", conv, sizes, [x])
        yield case(f"conv{n}d", conv, {**sizes, "stride": 2, "padding": 1, "groups": 2, "bias": False}, [x])
        for mode in ("reflect", "replicate", "circular"):
            yield case(f"conv{n}d", conv, {**sizes, "padding": "same", "padding_mode": mode}, [x])
        yield case(f"conv{n}d", conv, {**sizes, "padding": "same", "dilation": 2}, [x])
        yield case(f"conv{n}d", conv, {**sizes, "padding": [1] * n, "padding_mode": "circular"}, [x])
        yield case(f"conv_transpose{n}d", transposed, sizes, [x])
        options = {**sizes, "stride": 2, "padding": 1, "output_padding": 1, "groups": 2, "bias": False, "dilation": 2}
        yield case(f"conv_transpose{n}d", transposed, options, [x])


def norms():
    for n, size in ((1, ()), (1, (4,)), (2, (2, 3)), (3, (2, 1, 2))):
        x = wave(3, 2, *size) * 2
        cls = getattr(nn, f"BatchNorm{n}d")
        yield case(f"batch_norm{n}d", cls, {"num_features": 2}, [x])
        yield case(f"batch_norm{n}d", cls, {"num_features": 2, "momentum": None, "eps": 0.01}, [x])
        yield case(f"batch_norm{n}d", cls, {"num_features": 2, "affine": False, "momentum": 0.5}, [x])
        yield case(f"batch_norm{n}d", cls, {"num_features": 2, "track_running_stats": False}, [x])
    yield case("group_norm", nn.GroupNorm, {"num_groups": 2, "num_channels": 4}, [wave(2, 4, 3)])
    yield case("group_norm", nn.GroupNorm, {"num_groups": 4, "num_channels": 4, "affine": False}, [wave(2, 4, 3)])
    yield case("layer_norm", nn.LayerNorm, {"normalized_shape": [3]}, [wave(2, 3)])
    options = {"normalized_shape": [4, 3], "eps": 0.01, "elementwise_affine": False}
    yield case("layer_norm", nn.LayerNorm, options, [wave(2, 4, 3)])


def pools():
    for n, size in SPATIAL.items():
        x = wave(1, 1, *((4,) * n))
        biggest, mean = getattr(nn, f"MaxPool{n}d"), getattr(nn, f"AvgPool{n}d")
        yield case(f"max_pool{n}d", biggest, {"kernel_size": 2}, [x])
        options = {"kernel_size": 2, "stride": 1, "padding": 1, "return_indices": True, "ceil_mode": True}
        yield case(f"max_pool{n}d", biggest, options, [x])
        yield case(f"avg_pool{n}d", mean, {"kernel_size": 2}, [x])
        options = {"kernel_size": 2, "stride": 2, "padding": 1, "ceil_mode": True, "count_include_pad": False}
        yield case(f"avg_pool{n}d", mean, options, [x])
        yield case(f"adaptive_avg_pool{n}d", getattr(nn, f"AdaptiveAvgPool{n}d"), {"output_size": 2}, [x])
        options = {"output_size": 2, "return_indices": True}
        yield case(f"adaptive_max_pool{n}d", getattr(nn, f"AdaptiveMaxPool{n}d"), options, [x])
        pooled, at = getattr(nn.functional, f"max_pool{n}d")(x, 2, return_indices=True)
        yield case(f"max_unpool{n}d", getattr(nn, f"MaxUnpool{n}d"), {"kernel_size": 2}, [pooled, at + 1], [pooled, at])
        if n < 3:
            options = {"norm_type": 2.0, "kernel_size": 2, "stride": 1}
            yield case(f"lp_pool{n}d", getattr(nn, f"LPPool{n}d"), options, [x])
        if n > 1:
            options = {"kernel_size": 2, "output_size": 2, "return_indices": True}
            yield case(f"fractional_max_pool{n}d", getattr(nn, f"FractionalMaxPool{n}d"), options, [x])
            options = {"kernel_size": 2, "output_ratio": [0.5] * n}
            yield case(f"fractional_max_pool{n}d", getattr(nn, f"FractionalMaxPool{n}d"), options, [x])


def embeddings():
    at = torch.tensor([[0, 2, 4], [4, 1, 0]])
    sizes = {"num_embeddings": 5, "embedding_dim": 2}
    yield case("embedding", nn.Embedding, sizes, [at + 1], [at])
    options = {**sizes, "padding_idx": 0, "scale_grad_by_freq": True}
    yield case("embedding", nn.Embedding, options, [at + 1], [at], {**options, "padding_idx": 1})
    yield case("embedding", nn.Embedding, {**sizes, "max_norm": 0.5, "norm_type": 1.0, "padding_idx": -1}, [at + 1], [at])
    for mode in ("sum", "mean", "max"):
        yield case("embedding_bag", nn.EmbeddingBag, {**sizes, "mode": mode}, [at + 1], [at])
    flat, begins = at.reshape(-1), torch.tensor([0, 4])
    options = {**sizes, "mode": "sum", "padding_idx": 4}
    yield case("embedding_bag", nn.EmbeddingBag, options, [flat + 1, begins], [flat, begins], {**options, "padding_idx": 5})


def layer_cases() -> list[str]:
    return [*linears(), *activations(), *dropouts(), *convolutions(), *norms(), *pools(), *embeddings()]

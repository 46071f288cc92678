"""Modules of losses, recurrence and attention, for tests/testthat/fixtures/nn-recurrent.R: see fixtures.py.

A case is the R generator and its arguments; what `forward` is given; PyTorch's answer as a flat
list; the sum of each initial parameter; and the sum of each gradient of the answers' squares, the
input's first. What R is given stands beside what PyTorch is asked, where they differ.
"""

import os

import torch
import torch.nn.functional as F
from torch import nn

from fixtures_nnf import CLASS, P, SEED, SIGNS, SIGNS2, W3, X, Y, short, wave
from r_source import arguments, r_source, write_cases


def flat(value) -> list:
    """What R returns as nested lists, as a list of tensors; None stays."""
    if isinstance(value, nn.utils.rnn.PackedSequence):
        return [value.data]
    if isinstance(value, (list, tuple)):
        return [item for part in value for item in flat(part)]
    return [value]


def case(name, module, kwargs, inputs, asked=None, r_kwargs=None):
    """`module`: makes PyTorch's; `kwargs`: its arguments, and R's unless `r_kwargs`; `asked`: what its forward is given."""
    torch.manual_seed(SEED)
    made = module(**kwargs)
    asked = list(inputs if asked is None else asked)
    first = asked[0]
    if isinstance(first, torch.Tensor):
        asked[0] = first = first.clone().requires_grad_(True)
    made.eval()
    answer = flat(made(*asked))
    sum(a.square().sum() for a in answer if a is not None and a.requires_grad).backward()
    state = {key: value.double().sum() for key, value in made.state_dict().items()}
    gradients = {key: p.grad.double().sum() for key, p in made.named_parameters() if p.grad is not None}
    grad = first.grad if isinstance(first, torch.Tensor) else None
    given = arguments([], kwargs if r_kwargs is None else r_kwargs)
    inputs = arguments(inputs, {}) if isinstance(inputs, (list, tuple)) else arguments([], inputs)
    sums = [r_source({k: rounded(v) for k, v in table.items()}) for table in (state, gradients)]
    parts = [f'"nn_{name}"', given, inputs, r_source(answer), *sums, r_source(grad)]
    return short("  list(" + ", ".join(parts) + ")")


def rounded(x: torch.Tensor) -> float:
    return float(f"{x.item():.7g}")


def losses():
    for name, cls in (("mse_loss", nn.MSELoss), ("l1_loss", nn.L1Loss), ("smooth_l1_loss", nn.SmoothL1Loss)):
        for reduction in ("mean", "sum", "none"):
            yield case(name, cls, {"reduction": reduction}, [X, Y])
    yield case("soft_margin_loss", nn.SoftMarginLoss, {}, [X, SIGNS2])
    yield case("hinge_embedding_loss", nn.HingeEmbeddingLoss, {"margin": 2.0, "reduction": "sum"}, [X, SIGNS2])
    positive = (Y > 0).float()
    yield case("bce_loss", nn.BCELoss, {}, [P, positive])
    yield case("bce_loss", nn.BCELoss, {"weight": W3, "reduction": "none"}, [P, positive])
    yield case("bce_with_logits_loss", nn.BCEWithLogitsLoss, {}, [X, P])
    weights = {"weight": W3, "reduction": "sum", "pos_weight": W3 + 1}
    yield case("bce_with_logits_loss", nn.BCEWithLogitsLoss, weights, [X, P])
    yield case("poisson_nll_loss", nn.PoissonNLLLoss, {}, [X, Y.abs()])
    counts = {"log_input": False, "full": True, "reduction": "none", "eps": 0.01}
    yield case("poisson_nll_loss", nn.PoissonNLLLoss, counts, [P, Y.abs()])
    for reduction in ("mean", "sum", "none", "batchmean"):
        yield case("kl_div_loss", nn.KLDivLoss, {"reduction": reduction}, [X, P])
    yield case("multilabel_soft_margin_loss", nn.MultiLabelSoftMarginLoss, {}, [X, positive])
    weights = {"weight": W3, "reduction": "none"}
    yield case("multilabel_soft_margin_loss", nn.MultiLabelSoftMarginLoss, weights, [X, positive])
    yield from class_losses()
    yield from comparing_losses()


def class_losses():
    logp = F.log_softmax(X, 1)
    for name, cls, x in (("cross_entropy_loss", nn.CrossEntropyLoss, X), ("nll_loss", nn.NLLLoss, logp)):
        yield case(name, cls, {}, [x, CLASS + 1], [x, CLASS])
        yield case(name, cls, {"weight": W3, "reduction": "sum"}, [x, CLASS + 1], [x, CLASS])
        yield case(name, cls, {"ignore_index": 2}, [x, CLASS + 1], [x, CLASS], {"ignore_index": 3})
    yield case("cross_entropy_loss", nn.CrossEntropyLoss, {"reduction": "none"}, [X, P])
    yield case("multi_margin_loss", nn.MultiMarginLoss, {}, [X, CLASS + 1], [X, CLASS])
    options = {"p": 2, "margin": 0.5, "weight": W3, "reduction": "none"}
    yield case("multi_margin_loss", nn.MultiMarginLoss, options, [X, CLASS + 1], [X, CLASS])
    labels = torch.tensor([[2, 0, -1], [1, -1, 0]])
    from_one = torch.tensor([[3, 1, -1], [2, -1, 1]])
    yield case("multilabel_margin_loss", nn.MultiLabelMarginLoss, {}, [X, from_one], [X, labels])


def comparing_losses():
    yield case("cosine_embedding_loss", nn.CosineEmbeddingLoss, {"margin": 0.25}, [X, Y, SIGNS])
    yield case("margin_ranking_loss", nn.MarginRankingLoss, {"margin": 0.5, "reduction": "none"}, [X, Y, SIGNS2])
    yield case("triplet_margin_loss", nn.TripletMarginLoss, {}, [X, Y, X + 1])
    options = {"margin": 2.0, "p": 1.0, "swap": True, "reduction": "sum", "eps": 0.001}
    yield case("triplet_margin_loss", nn.TripletMarginLoss, options, [X, Y, X + 1])
    options = {"margin": 2.0, "swap": True, "reduction": "none"}
    yield case("triplet_margin_with_distance_loss", nn.TripletMarginWithDistanceLoss, options, [X, Y, X + 1])
    log_probs = F.log_softmax(wave(6, 2, 4), 2)
    labels = torch.tensor([[1, 2, 2], [3, 1, 0]])
    yield case("ctc_loss", nn.CTCLoss, {}, [log_probs, labels, [6, 5], [3, 2]])
    options = {"blank": 3, "reduction": "none", "zero_infinity": True}
    yield case("ctc_loss", nn.CTCLoss, options, [log_probs, labels.clamp(max=2), [6, 2], [3, 2]])


def recurrences():
    x, one = wave(5, 2, 3), wave(4, 3)
    kinds = (("rnn", nn.RNN, {}), ("rnn", nn.RNN, {"nonlinearity": "relu"}), ("lstm", nn.LSTM, {}), ("gru", nn.GRU, {}))
    for name, cls, more in kinds:
        sizes = {"input_size": 3, "hidden_size": 4, **more}
        yield case(name, cls, sizes, [x])
        yield case(name, cls, {**sizes, "bias": False}, [one])
        deep = {**sizes, "num_layers": 2, "batch_first": True, "bidirectional": True, "dropout": 0.5}
        yield case(name, cls, deep, [wave(2, 5, 3), state(name, wave(4, 2, 4))])
        yield case(name, cls, {**sizes, "batch_first": True}, [one, state(name, wave(1, 4))])
    projected = {"input_size": 3, "hidden_size": 4, "num_layers": 2, "bidirectional": True, "proj_size": 2}
    yield case("lstm", nn.LSTM, projected, [x])
    yield case("lstm", nn.LSTM, projected, [x, [wave(4, 2, 2), wave(4, 2, 4)]])


def state(name, hx):
    return [hx, hx.flip(-1) / 2] if name == "lstm" else hx


def packed_cases():
    """R packs the sequences itself."""
    for name, cls in (("rnn", nn.RNN), ("lstm", nn.LSTM), ("gru", nn.GRU)):
        for lengths in ([5, 2, 2], [2, 5, 3]):
            options = {"input_size": 2, "hidden_size": 3, "num_layers": 2, "bidirectional": True}
            hx = None if lengths[0] == 5 else state(name, wave(4, 3, 3))
            sequences = [wave(n, 2) + n for n in lengths]
            packed = nn.utils.rnn.pack_sequence(sequences, enforce_sorted=False)
            yield case(f"{name}_packed", cls, options, [sequences, hx], [packed, hx])


def attention():
    """Masks by R's name for the argument; PyTorch takes them in the same order."""
    name, cls = "multihead_attention", nn.MultiheadAttention
    sizes = {"embed_dim": 4, "num_heads": 2}
    q, k = wave(3, 2, 4), wave(5, 2, 4) + 1
    yield case(name, cls, sizes, [q, q, q])
    yield case(name, cls, sizes, [q, k, k.flip(0)])
    yield case(name, cls, {**sizes, "bias": False, "dropout": 0.5}, [q[:, 0], k[:, 0], k[:, 1]])
    separate = {**sizes, "kdim": 3, "vdim": 2, "batch_first": True, "add_bias_kv": True, "add_zero_attn": True}
    padding = torch.tensor([[False, False, True, False, True], [True, False, False, False, False]])
    yield case(name, cls, separate, [wave(2, 3, 4), wave(2, 5, 3), wave(2, 5, 2), padding])
    mask = torch.ones(3, 5).triu(2).bool()
    yield case(name, cls, sizes, [q, k, k, padding, True, mask, False])
    yield case(name, cls, sizes, [q, k, k, None, False, mask])
    yield case(name, cls, sizes, [q, k, k, None, True, wave(4, 3, 5)])


def encoders():
    sizes = {"d_model": 4, "nhead": 2, "dim_feedforward": 6}
    name, cls = "transformer_encoder_layer", nn.TransformerEncoderLayer
    x = wave(3, 2, 4)
    yield case(name, cls, sizes, [x])
    mask = torch.ones(3, 3).triu(1).bool()
    padding = torch.tensor([[False, False, True], [False, False, False]])
    options = {"dropout": 0.5, "activation": "gelu", "layer_norm_eps": 0.01, "norm_first": True, "bias": False}
    yield case(name, cls, {**sizes, **options}, [x, mask, padding])
    yield case(name, cls, {**sizes, "batch_first": True}, [x, wave(6, 2, 2)])
    yield case(name, cls, sizes, [x[:, 0]])


def adaptive():
    name, cls = "adaptive_log_softmax_with_loss", nn.AdaptiveLogSoftmaxWithLoss
    sizes = {"in_features": 8, "n_classes": 12}
    classes = torch.tensor([0, 11, 5, 3])
    x = wave(4, 8)
    yield case(name, cls, {**sizes, "cutoffs": [4, 8], "div_value": 2.0}, [x, classes + 1], [x, classes])
    biased = {**sizes, "cutoffs": [2], "head_bias": True}
    yield case(name, cls, biased, [x, classes + 1], [x, classes])
    yield case(name, cls, biased, [x[0], classes[2] + 1], [x[0], classes[2]])
    yield case(name, cls, biased, [x, classes * 0 + 2], [x, classes * 0 + 1])


def recurrent_cases() -> list[str]:
    return [*losses(), *recurrences(), *packed_cases(), *attention(), *encoders(), *adaptive()]


if __name__ == "__main__":
    fixtures = os.path.join(os.path.dirname(__file__), "..", "tests", "testthat", "fixtures")
    write_cases(os.path.join(fixtures, "nn-recurrent.R"), "dev/fixtures.py", recurrent_cases())

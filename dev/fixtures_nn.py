"""Initial values, packed sequences, clipped gradients and normalized weights: see fixtures.py."""

import torch

from fixtures_nnf import S2, SEED, X, Y, short, wave
from r_source import arguments, r_source


def initial_values():
    """(R function, shape, arguments, PyTorch's name for it), for tests/testthat/fixtures/nn-init.R."""
    for shape in ([3, 5], [5, 3], [4, 2, 3]):
        yield "uniform_", shape, {"a": -1.0, "b": 2.0}
        yield "normal_", shape, {"mean": 1.0, "std": 0.5}
        yield "xavier_uniform_", shape, {"gain": 2.0}
        yield "xavier_normal_", shape, {}
        yield "kaiming_uniform_", shape, {"a": 0.5}
        yield "kaiming_uniform_", shape, {"mode": "fan_out", "nonlinearity": "relu"}
        yield "kaiming_normal_", shape, {"nonlinearity": "tanh"}
        yield "trunc_normal_", shape, {}
        yield "trunc_normal_", shape, {"mean": 1.0, "std": 2.0, "a": 0.0, "b": 3.0}
        yield "trunc_normal_", shape, {"a": 1.0, "b": 1.5}
        yield "trunc_normal_", shape, {"a": 3.0, "b": 5.0}
        yield "orthogonal_", shape, {"gain": 0.5}
        yield "constant_", shape, {"val": 0.25}
        yield "ones_", shape, {}
        yield "zeros_", shape, {}
    yield "eye_", [3, 4], {}
    yield "sparse_", [5, 3], {"sparsity": 0.5}
    yield "sparse_", [7, 2], {"sparsity": 0.1, "std": 2.0}
    yield "dirac_", [4, 2, 3], {}
    yield "dirac_", [4, 2, 3, 2], {"groups": 2}
    yield "dirac_", [2, 3, 1, 2, 3], {}


def initial_cases() -> list[str]:
    recorded = []
    for name, shape, kwargs in initial_values():
        torch.manual_seed(SEED)
        tensor = getattr(torch.nn.init, name)(torch.empty(shape), **kwargs)
        given = arguments([shape], kwargs)
        recorded.append(short(f'  list("nn_init_{name}", {given}, {r_source(tensor)}, {r_source(torch.rand(1))})'))
    return recorded


def utility_cases() -> list[str]:
    """For tests/testthat/fixtures/nn-utils.R: packed sequences, clipped gradients, normalized weights."""
    recorded = []

    def record(name, args, result):
        recorded.append(short(f'  list("{name}", {r_source(args)}, {r_source(result)})'))

    rnn = torch.nn.utils.rnn
    for batch_first in (False, True):
        for lengths in ([5, 3, 3, 1], [2, 5, 1, 4]):
            descending = lengths == sorted(lengths, reverse=True)
            x = wave(4, 5, 2) if batch_first else wave(5, 4, 2)
            packed = rnn.pack_padded_sequence(x, lengths, batch_first, descending)
            order = [None if i is None else i + 1 for i in (packed.sorted_indices, packed.unsorted_indices)]
            given = {"input": x, "lengths": lengths, "batch_first": batch_first, "enforce_sorted": descending}
            padded = rnn.pad_packed_sequence(packed, batch_first, -1.0, 6)
            record("packed", given, [packed.data, packed.batch_sizes, *order, *padded])
    for max_norm, norm_type in ((1.0, 2.0), (0.5, 1.0), (2.0, float("inf")), (100.0, 3.0)):
        gradients = [X.clone(), Y[0].clone()]
        parameters = [torch.zeros_like(g, requires_grad=True) for g in gradients]
        for parameter, gradient in zip(parameters, gradients):
            parameter.grad = gradient.clone()
        norm = torch.nn.utils.clip_grad_norm_(parameters, max_norm, norm_type)
        given = {"gradients": gradients, "max_norm": max_norm, "norm_type": norm_type}
        record("clipped", given, [norm, *[p.grad for p in parameters]])
    for dim in (0, 1, None):
        layer = torch.nn.Conv1d(2, 3, 2)
        layer.weight = torch.nn.Parameter(wave(3, 2, 2))
        layer = torch.nn.utils.weight_norm(layer, "weight", dim)
        with torch.no_grad():
            layer.weight_g.mul_(2.0)
        layer(S2[0, 0:2, :, 0]).square().sum().backward()
        given = {"weight": wave(3, 2, 2), "bias": layer.bias, "input": S2[0, 0:2, :, 0]}
        if dim is not None:
            given["dim"] = dim + 1
        record("normalized", given, [layer.weight_g, layer.weight, layer.weight_g.grad, layer.weight_v.grad])
    return recorded

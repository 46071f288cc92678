"""Operators on fixed inputs, for tests/testthat/fixtures/operators.R: see fixtures.py.

Dims and indices are 0-based, as in `torch.ops.aten` and in `jit_ops$aten`. Results that are
unique only up to a sign or an order (eigenvectors, singular vectors) are left out.
"""

import copy

import torch

from r_source import arguments, r_source

F64, I64, I32, BOOL, C64 = torch.float64, torch.int64, torch.int32, torch.bool, torch.complex64

X = torch.tensor([[-1.5, 0.0, 2.0], [3.25, -0.5, 1.0]])
Y = torch.tensor([[2.0, -1.0, 0.5], [1.0, 4.0, -3.0]])
P = torch.tensor([[0.1, 0.5, 0.9], [0.25, 1.0, 0.75]])
D = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.5]], dtype=F64)
V = torch.tensor([3.0, 1.0, 2.0])
S = torch.tensor([[4.0, 1.0, 0.5], [1.0, 3.0, -1.0], [0.5, -1.0, 2.0]])
I = torch.tensor([[1, -2, 3], [7, 5, -6]])
J = torch.tensor([[2, 3, 4], [-3, 2, 5]])
B = torch.tensor([[True, False, True], [False, False, True]])
C = torch.tensor([1 + 2j, -0.5j, 3 + 0j])
T3 = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
IMAGE = (torch.arange(32, dtype=torch.float32) * 7 % 11).reshape(1, 2, 4, 4)
KERNEL = (torch.arange(24, dtype=torch.float32) % 5 - 2).reshape(3, 2, 2, 2)
NAN = torch.tensor([1.0, float("nan"), float("-inf"), float("inf"), -0.0])

UNARY = """abs neg sign ceil floor trunc frac square sigmoid tanh sin cos atan sinh cosh asinh
exp exp2 expm1 erf erfc relu relu6 softplus mish silu gelu selu elu celu hardswish hardsigmoid
hardtanh leaky_relu logsigmoid log_sigmoid logical_not isfinite isnan signbit deg2rad rad2deg
round reciprocal sinc i0 digamma sum mean prod max min argmax argmin any all std var median norm
nonzero count_nonzero t numel dim flatten clone detach zeros_like ones_like contiguous""".split()

POSITIVE = "log log2 log10 log1p sqrt rsqrt lgamma acos asin atanh logit erfinv".split()

BINARY = """add sub mul div maximum minimum fmod remainder floor_divide atan2 hypot eq ne lt le gt
ge logical_and logical_or logical_xor copysign fmax fmin mse_loss l1_loss smooth_l1_loss
cosine_similarity cdist dist allclose equal isclose""".split()


def calls():
    """(operator, positional arguments, named arguments), one for each case."""
    known = set(torch._C._dispatch_get_all_op_names())

    def call(operator, *args, **kwargs):
        return operator, args, kwargs

    for name in UNARY:
        if any(op == f"aten::{name}" or op.startswith(f"aten::{name}.") for op in known):
            yield call(name, X)
    for name in POSITIVE:
        yield call(name, P)
    for name in BINARY:
        yield call(name, X, Y)
    yield from scalars_and_dtypes(call)
    yield from reductions(call)
    yield from shapes(call)
    yield from indexing(call)
    yield from linear_algebra(call)
    yield from networks(call)
    yield from creation(call)
    yield from in_place(call)


def scalars_and_dtypes(call):
    yield call("add", X, 2)
    yield call("add", X, Y, alpha=3)
    yield call("add", I, 1)
    yield call("add", I, 1.5)
    yield call("add", I, X)
    yield call("add", D, X)
    yield call("add", B, B)
    yield call("add", C, 1)
    yield call("sub", X, 0.5, alpha=2)
    yield call("rsub", X, 1.0)
    yield call("mul", I, J)
    yield call("mul", X, True)
    yield call("mul", C, 2j)
    yield call("div", I, J)
    yield call("div", I, J, rounding_mode="floor")
    yield call("div", I, J, rounding_mode="trunc")
    yield call("remainder", I, J)
    yield call("fmod", I, 3)
    yield call("pow", X, 2)
    yield call("pow", P, Y)
    yield call("pow", 2, X)
    yield call("pow", I, 2)
    yield call("bitwise_and", I, J)
    yield call("bitwise_xor", I, 5)
    yield call("bitwise_not", I)
    yield call("bitwise_left_shift", I, 2)
    yield call("bitwise_or", B, True)
    yield call("eq", X, 2.0)
    yield call("lt", I, 3)
    yield call("clamp", X, -1.0, 1.5)
    yield call("clamp", X, min=0)
    yield call("clamp", I, None, 3)
    yield call("clamp", X, Y, None)
    yield call("where", B, X, Y)
    yield call("where", B, X, 0.0)
    yield call("lerp", X, Y, 0.25)
    yield call("addcmul", X, X, Y, value=0.5)
    yield call("nan_to_num", NAN)
    yield call("nan_to_num", NAN, nan=0.5, posinf=9.0)
    yield call("isinf", NAN)
    yield call("_to_copy", X, dtype=F64)
    yield call("to", X, I64)
    yield call("to", I, dtype=torch.float16)
    yield call("to", X, "cpu", torch.bfloat16)
    yield call("type_as", I, D)
    yield call("real", C)
    yield call("imag", C)
    yield call("conj", C)
    yield call("abs", C)
    yield call("angle", C)
    yield call("complex", V, V + 1)
    yield call("view_as_real", C)
    yield call("abs", I)
    yield call("neg", D)
    yield call("exp", I)
    yield call("logical_not", B)


def reductions(call):
    yield call("sum", X, [0])
    yield call("sum", X, [0, 1], keepdim=True)
    yield call("sum", X, 1, True, dtype=F64)
    yield call("sum", I)
    yield call("sum", B)
    yield call("mean", X, [1])
    yield call("mean", X, [-1], True)
    yield call("mean", I, dtype=torch.float32)
    yield call("prod", X, 0)
    yield call("max", X, 1)
    yield call("min", X, 0, keepdim=True)
    yield call("max", X, Y)
    yield call("amax", X, [0])
    yield call("aminmax", X, dim=1)
    yield call("argmax", X, 1)
    yield call("argmin", X, -1, True)
    yield call("any", B, 0)
    yield call("all", B, 1)
    yield call("std", X, [1], correction=0)
    yield call("var", X, [0], unbiased=False)
    yield call("var_mean", X, [1])
    yield call("norm", X, 1)
    yield call("norm", X, 2, [1])
    yield call("linalg_vector_norm", X, 3, [0])
    yield call("cumsum", X, 1)
    yield call("cumprod", X, 0)
    yield call("cummax", X, 1)
    yield call("logsumexp", X, [1])
    yield call("logcumsumexp", X, 1)
    yield call("softmax", X, 1)
    yield call("log_softmax", X, -1, F64)
    yield call("sort", V)
    yield call("sort", X, 1, True)
    yield call("argsort", V, descending=True)
    yield call("topk", X, 2, 1)
    yield call("kthvalue", X, 2, 1)
    yield call("median", X, 1)
    yield call("mode", I, 0)
    yield call("quantile", X, 0.25, 1)
    yield call("bincount", torch.tensor([0, 1, 1, 3]), minlength=6)
    yield call("histc", X, 4, -2, 4)
    yield call("unique_consecutive", torch.tensor([1, 1, 2, 2, 1]), return_counts=True)
    yield call("_unique2", torch.tensor([3, 1, 3, 2]), return_inverse=True)
    yield call("searchsorted", torch.tensor([1.0, 2.0, 3.0]), V, right=True)


def shapes(call):
    yield call("reshape", X, [3, 2])
    yield call("reshape", X, [-1])
    yield call("view", T3, [6, 4])
    yield call("permute", T3, [2, 0, 1])
    yield call("transpose", T3, 0, 2)
    yield call("flatten", T3, 1)
    yield call("unflatten", T3, 2, [2, 2])
    yield call("squeeze", X.unsqueeze(0), 0)
    yield call("squeeze", X.reshape(1, 2, 1, 3))
    yield call("unsqueeze", X, -1)
    yield call("expand", V, [2, 3])
    yield call("repeat", V, [2, 2])
    yield call("repeat_interleave", V, 2)
    yield call("tile", V, [2])
    yield call("cat", [X, Y], 1)
    yield call("cat", [X, I])
    yield call("stack", [X, Y], -1)
    yield call("split", T3, 2, 2)
    yield call("split", T3, [1, 3], 2)
    yield call("chunk", V, 2)
    yield call("unbind", X, 1)
    yield call("flip", X, [0, 1])
    yield call("roll", X, [1], [1])
    yield call("rot90", X)
    yield call("movedim", T3, [0], [2])
    yield call("tril", S, -1)
    yield call("triu", S)
    yield call("diag", V)
    yield call("diagonal", S, 1)
    yield call("meshgrid", [V, V[:2]], indexing="ij")
    yield call("broadcast_tensors", [V, X])
    yield call("pad", X, [1, 2], "constant", 9.0)
    yield call("constant_pad_nd", X, [0, 1, 1, 0])
    yield call("size", T3)
    yield call("size", T3, 1)
    yield call("numel", T3)
    yield call("is_floating_point", X)
    yield call("item", V[:1])
    yield call("unfold", V, 0, 2, 1)


def indexing(call):
    rows = torch.tensor([1, 0, 1])
    yield call("select", X, 0, 1)
    yield call("slice", T3, 2, 1, 4, 2)
    yield call("slice", V, 0, None, -1)
    yield call("narrow", X, 1, 1, 2)
    yield call("index_select", X, 0, rows)
    yield call("index", X, [rows])
    yield call("index", X, [None, rows])
    yield call("index", X, [rows, rows])
    yield call("index_put", X, [rows, None], torch.tensor(1.0), True)
    yield call("masked_select", X, B)
    yield call("masked_fill", X, B, -9.0)
    yield call("gather", X, 1, torch.tensor([[0, 2], [1, 1]]))
    yield call("scatter", X, 1, torch.tensor([[0], [2]]), 5.0)
    yield call("scatter", X, 1, torch.tensor([[0], [2]]), 5.0, reduce="add")
    yield call("scatter_add", X, 0, torch.tensor([[0, 1, 1]]), Y)
    yield call("index_add", X, 0, torch.tensor([1, 0]), Y, alpha=2)
    yield call("take", X, torch.tensor([0, 5]))
    yield call("nonzero", B)
    yield call("embedding", X, rows)
    yield call("one_hot", rows, 3)


def linear_algebra(call):
    yield call("matmul", X, S)
    yield call("mm", X, S)
    yield call("mv", X, V)
    yield call("dot", V, V)
    yield call("outer", V, V)
    yield call("bmm", T3, T3.transpose(1, 2))
    yield call("addmm", V, X, S, beta=0.5, alpha=2)
    yield call("baddbmm", X[:, :1].reshape(2, 1, 1), T3, T3.transpose(1, 2))
    yield call("einsum", "ij,kj->ik", [X, Y])
    yield call("tensordot", X, S, [1], [0])
    yield call("kron", V, V[:2])
    yield call("linalg_cross", V, V.flip(0))
    yield call("linalg_inv", S)
    yield call("linalg_det", S)
    yield call("linalg_solve", S, V)
    yield call("linalg_cholesky", S)
    yield call("linalg_eigvalsh", S)
    yield call("linalg_svdvals", X)
    yield call("linalg_matrix_power", S, 3)
    yield call("linalg_norm", S, "fro")
    yield call("linalg_slogdet", S)
    yield call("trace", S)
    yield call("fft_rfft", V)
    yield call("fft_fft", V, norm="ortho")


def networks(call):
    bias = torch.tensor([0.5, -0.5, 1.0])
    target = torch.tensor([2, 0])
    yield call("linear", X, S, bias)
    yield call("linear", X, S)
    yield call("bilinear", X, Y, torch.stack([S, S.t()]), None)
    yield call("conv2d", IMAGE, KERNEL)
    yield call("conv2d", IMAGE, KERNEL, bias, [2, 1], [1, 1])
    yield call("conv2d", IMAGE, KERNEL, bias, padding="valid")
    yield call("conv1d", T3, torch.ones(2, 3, 2), stride=[2])
    yield call("conv_transpose2d", IMAGE, KERNEL.transpose(0, 1), bias, [2, 2])
    yield call("max_pool2d", IMAGE, [2, 2])
    yield call("max_pool2d_with_indices", IMAGE, [2, 2], [1, 1])
    yield call("avg_pool2d", IMAGE, [2], ceil_mode=True)
    yield call("adaptive_avg_pool2d", IMAGE, [1, 1])
    yield call("upsample_nearest2d", IMAGE, [8, 8])
    yield call("upsample_bilinear2d", IMAGE, [6, 6], False)
    yield call("pixel_unshuffle", IMAGE, 2)
    yield call("layer_norm", X, [3], bias, None)
    yield call("batch_norm", X, bias, None, V, V, False, 0.1, 1e-5, False)
    yield call("group_norm", IMAGE, 2)
    yield call("dropout", X, 0.5, False)
    yield call("prelu", X, V[1:2])
    yield call("glu", T3)
    yield call("threshold", X, 0.5, -1)
    yield call("leaky_relu", X, 0.2)
    yield call("gelu", X, approximate="tanh")
    yield call("softplus", X, 2, 3)
    yield call("cross_entropy_loss", X, target)
    yield call("cross_entropy_loss", X, target, bias.abs(), 0, label_smoothing=0.1)
    yield call("nll_loss", X, target)
    yield call("binary_cross_entropy", P, torch.tensor([[0.0, 1.0, 1.0], [1.0, 1.0, 0.0]]))
    yield call("binary_cross_entropy_with_logits", X, P)
    yield call("mse_loss", X, Y, 2)
    yield call("huber_loss", X, Y, delta=0.5)
    yield call("kl_div", X, P, 1, log_target=False)
    yield call("scaled_dot_product_attention", T3, T3, T3)


def creation(call):
    yield call("zeros", [2, 3])
    yield call("zeros", [2], dtype=I32)
    yield call("ones", [])
    yield call("full", [2, 2], 0.5)
    yield call("full", [2], 3)
    yield call("full", [2], True)
    yield call("arange", 5)
    yield call("arange", 1.0, 2.0, 0.25)
    yield call("arange", 2, 5, dtype=F64)
    yield call("linspace", 0, 1, 5)
    yield call("logspace", 0, 2, 3, 10.0)
    yield call("eye", 2, 3)
    yield call("full_like", I, 7)
    yield call("new_zeros", D, [2])
    yield call("scalar_tensor", 2.5)
    yield call("tril_indices", 3, 3)
    yield call("hann_window", 5)
    yield call("polar", V, V)
    yield call("cartesian_prod", [V, V[:2]])
    yield call("combinations", V)
    yield call("vander", V)


def in_place(call):
    yield call("add_", X, Y)
    yield call("mul_", I, 3)
    yield call("relu_", X)
    yield call("clamp_", X, 0.0)
    yield call("copy_", X, I)
    yield call("fill_", X, 2)
    yield call("zero_", I)
    yield call("index_fill_", X, 1, torch.tensor([0]), 4.0)
    yield call("masked_fill_", X, B, 0)
    yield call("add", X, Y, out=torch.empty(2, 3))


def operator_cases() -> list[str]:
    cases = []
    for operator, args, kwargs in calls():
        given = arguments(args, kwargs)
        # In-place operators write to their arguments.
        args, kwargs = copy.deepcopy((args, kwargs))
        result = getattr(torch.ops.aten, operator)(*args, **kwargs)
        cases.append(f'  list("{operator}", {given}, {r_source(named(operator, result))})')
    return cases


def named(operator: str, result):
    """Several results carry the names of the schema, which `torch.ops` drops."""
    if not isinstance(result, tuple):
        return result
    packet = getattr(torch.ops.aten, operator)
    schemas = [getattr(packet, overload)._schema for overload in packet.overloads()]
    for schema in schemas:
        names = [value.name for value in schema.returns]
        if len(names) == len(result) and all(names):
            return dict(zip(names, result))
    return result

"""One round of measurements in PyTorch: the same lines as bench/torchscript.R."""

import time

start = time.perf_counter()
import torch  # noqa: E402

print("load", time.perf_counter() - start)

import warnings  # noqa: E402

import numpy as np  # noqa: E402
from measure import measure  # noqa: E402

warnings.simplefilter("ignore")
torch.set_num_threads(1)

x = torch.tensor([-1.0, 0.0, 1.0])
relu = torch.relu
traced = torch.jit.trace(lambda x: torch.relu(x), (x,))
unit = torch.jit.CompilationUnit("def fn(x: Tensor):\n  return torch.relu(x)\n")


def deep(x):
    for _ in range(200):
        x = torch.relu(x * 1.01)
    return x


doubles = np.random.default_rng(1).standard_normal(1_000_000)
columns = np.asfortranarray(doubles.reshape(1000, 1000))
vector = torch.from_numpy(doubles).to(torch.float32)
matrix = vector.reshape(1000, 1000)


def call_traced(n):
    for _ in range(n):
        traced(x)


def call_relu(n):
    for _ in range(n):
        torch.relu(x)


def call_add(n):
    for _ in range(n):
        x + x


def call_sum(n):
    for _ in range(n):
        x.sum()


def call_compiled(n):
    for _ in range(n):
        unit.fn(x)


def call_trace(n):
    # Without the check, which traces again and compares: R does not do that.
    for _ in range(n):
        torch.jit.trace(deep, (x,), check_trace=False)


def call_tensor(n):
    for _ in range(n):
        torch.from_numpy(doubles).to(torch.float32)


def call_matrix(n):
    for _ in range(n):
        torch.from_numpy(columns).to(torch.float32, memory_format=torch.contiguous_format)


def call_array(n):
    for _ in range(n):
        vector.to(torch.float64).numpy()


def call_array_matrix(n):
    for _ in range(n):
        matrix.numpy().astype(np.float64, order="F")


single = torch.tensor([2.0])
small = torch.randn(3, 4)
weight = torch.tensor([0.5, -0.2, 0.1], requires_grad=True)


def call_index_one(n):
    for _ in range(n):
        x[0]


def call_index_range(n):
    for _ in range(n):
        x[0:2]


def call_index_column(n):
    for _ in range(n):
        small[:, 0]


def call_shape(n):
    for _ in range(n):
        x.shape


def call_item(n):
    for _ in range(n):
        single.item()


def call_tensor_small(n):
    for _ in range(n):
        torch.tensor([-1.0, 0.0, 1.0])


def call_relu_sum(n):
    for _ in range(n):
        x.relu().sum()


def call_chain(n):
    for _ in range(n):
        y = weight
        for _ in range(4):
            y = torch.tanh(y * weight + x) - 0.5
        loss = torch.mean(y)
        loss.backward()


measure("traced", call_traced, 5000)
measure("relu", call_relu, 5000)
measure("add", call_add, 5000)
measure("sum", call_sum, 5000)
measure("compiled", call_compiled, 5000)
measure("trace", call_trace, 3)
measure("tensor", call_tensor, 20)
measure("matrix", call_matrix, 20)
measure("array", call_array, 20)
measure("array_matrix", call_array_matrix, 10)
measure("index_one", call_index_one, 5000)
measure("index_range", call_index_range, 5000)
measure("index_column", call_index_column, 5000)
measure("shape", call_shape, 5000)
measure("item", call_item, 5000)
measure("tensor_small", call_tensor_small, 5000)
measure("relu_sum", call_relu_sum, 5000)
measure("chain", call_chain, 500)

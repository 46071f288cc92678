"""One round of measurements in PyTorch: the same lines as bench/torchscript.R.

Prints `name seconds` for every batch: seconds of one call, less those of an empty loop.
"""

import time

start = time.perf_counter()
import torch  # noqa: E402

print("load", time.perf_counter() - start)

import warnings  # noqa: E402

import numpy as np  # noqa: E402

warnings.simplefilter("ignore")
torch.set_num_threads(1)

BATCHES = 15


def seconds(loop, n):
    start = time.perf_counter()
    loop(n)
    return time.perf_counter() - start


def empty(n):
    for _ in range(n):
        pass


def measure(name, loop, n):
    loop(min(n, 100))
    for _ in range(BATCHES):
        print(name, (seconds(loop, n) - seconds(empty, n)) / n)


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

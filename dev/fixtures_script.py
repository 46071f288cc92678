"""Functions of jit_script()'s tests as PyTorch scripts them, for tests/testthat/fixtures/script.R: see fixtures.py.

Each has the name of the R function in test-jit-script-python.R. Positions that R gets are counted from one.
"""

import os

import torch
from torch import Tensor

from r_source import r_source

X = torch.tensor([-1.0, 0.5, 2.0])
M = torch.tensor([[1.0, 3.0, 5.0], [-2.0, 4.0, -6.0]])


def branch(x: Tensor):
    if bool(x.sum() > 0):
        return x * 2
    return x - 1


def running(x: Tensor):
    total = torch.zeros_like(x[0])
    rows = []
    for row in x.unbind():
        total = total + row
        rows.append(total)
    return torch.stack(rows)


def newton(a: float):
    x = a
    steps = 0
    while abs(x * x - a) > 1e-9:
        x = (x + a / x) / 2
        steps += 1
    return x, steps


def collatz(n: int):
    steps = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps


def floor_signs(a: int, b: int):
    return [a // b, a % b, -a // b, -a % b]


def greedy(m: Tensor, start: int):
    token = start
    tokens = [token]
    while len(tokens) < 5:
        token = int(m[(token - 1) % 2].argmax().item()) + 1
        tokens.append(token)
    return tokens


def power(m: Tensor):
    square = m @ m.t()
    v = torch.ones(2)
    for _ in range(30):
        w = square @ v
        v = w / w.norm()
    return v


def pad(m: Tensor):
    rows = []
    for i in range(3):
        rows.append(torch.cat([m[0, : i + 1], torch.zeros(2 - i)]))
    return torch.stack(rows)


def chosen(m: Tensor):
    best = m[0]
    for row in m.unbind():
        if bool(row.max() > best.max()):
            best = row
    return best, best.argmax() + 1


def factorial(n: int):
    f = 1.0
    for i in range(1, n + 1):
        f = f * float(i)
    return f


CALLS = {
    "branch": (branch, [X]),
    "branch_negative": (branch, [-X]),
    "running": (running, [M]),
    "newton": (newton, [7.0]),
    "collatz": (collatz, [27]),
    "floor_signs": (floor_signs, [7, 3]),
    "floor_signs_negative": (floor_signs, [7, -3]),
    "greedy": (greedy, [M, 1]),
    "power": (power, [M]),
    "pad": (pad, [M]),
    "chosen": (chosen, [M]),
    "factorial": (factorial, [25]),
}


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    path = os.path.join(here, "..", "tests", "testthat", "fixtures", "script.R")
    with open(path, "w", encoding="utf-8") as file:
        file.write("# Written by dev/fixtures_script.py: what PyTorch answers.\nlist(\n")
        lines = []
        for name, (function, arguments) in CALLS.items():
            answer = torch.jit.script(function)(*arguments)
            lines.append(f"  {name} = list(arguments = {r_source(list(arguments))}, answer = {r_source(answer)})")
        file.write(",\n".join(lines) + "\n)\n")


if __name__ == "__main__":
    main()

"""One round of measurements of scripted code in PyTorch: the same lines as bench/script.R."""

import torch
from measure import measure

torch.set_num_threads(1)
torch.manual_seed(1)
w = torch.randn(16, 16) / 4
x = torch.randn(1000, 16)


def recurrent(x: torch.Tensor, w: torch.Tensor):
    h = torch.zeros_like(x[0])
    for t in range(x.size(0)):
        h = torch.tanh(torch.mv(w, h) + x[t])
    return h


scripted = torch.jit.script(recurrent)


def call_script_loop(n):
    for _ in range(n):
        scripted(x, w)


def call_eager_loop(n):
    for _ in range(n):
        recurrent(x, w)


measure("script_loop", call_script_loop, 5)
measure("eager_loop", call_eager_loop, 1)

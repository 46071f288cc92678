"""Record PyTorch's random numbers for the functions and methods that R users call.

    python dev/fixtures_random.py

Writes tests/testthat/fixtures/random-functions.R: for every seed a stream of calls. `call` is the call in R, and
`result` is PyTorch's answer, with R's positions where R counts them from one. `g` is a generator with a seed of its own.
"""

import os

import torch

from r_source import r_source, write_cases

PROBABILITIES = [0.1, 0.5, 0.9, 0.25, 0.75]


def calls(g: torch.Generator):
    p = torch.tensor(PROBABILITIES)
    zeros = torch.zeros
    return [
        ("torch_rand(4)", lambda: torch.rand(4)),
        ("torch_rand(2, 20)", lambda: torch.rand(2, 20)),
        ("torch_rand(3, dtype = torch_double())", lambda: torch.rand(3, dtype=torch.float64)),
        ("torch_rand(3, dtype = torch_half())", lambda: torch.rand(3, dtype=torch.float16)),
        ("torch_randn(5)", lambda: torch.randn(5)),
        ("torch_randn(c(4, 5))", lambda: torch.randn(4, 5)),
        ("torch_randn(2, dtype = torch_cfloat())", lambda: torch.randn(2, dtype=torch.complex64)),
        ("torch_randint(1, 7, 6)", lambda: torch.randint(1, 7, [6])),
        ("torch_randint(-5L, 5L, c(2, 3))", lambda: torch.randint(-5, 5, [2, 3])),
        ("torch_randint(1, 7, 6, generator = g)", lambda: torch.randint(1, 7, [6], generator=g)),
        ("torch_randperm(10)", lambda: torch.randperm(10)),
        ("torch_bernoulli(p)", lambda: torch.bernoulli(p)),
        ("torch_bernoulli(p, generator = g)", lambda: torch.bernoulli(p, generator=g)),
        ("p$bernoulli(0.5)", lambda: torch.bernoulli(p, 0.5)),
        ("torch_normal(p, 2)", lambda: torch.normal(p, 2.0)),
        ("torch_normal(1, p)", lambda: torch.normal(1.0, p)),
        ("torch_normal(p, p)", lambda: torch.normal(p, p)),
        ("torch_normal(1, 2, c(2, 2))", lambda: torch.normal(1.0, 2.0, [2, 2])),
        ("torch_normal(p, p, generator = g)", lambda: torch.normal(p, p, generator=g)),
        ("torch_multinomial(p, 8, TRUE)", lambda: torch.multinomial(p, 8, True) + 1),
        ("torch_multinomial(p, 3)", lambda: torch.multinomial(p, 3) + 1),
        ("torch_multinomial(p, 3, generator = g)", lambda: torch.multinomial(p, 3, generator=g) + 1),
        ("torch_zeros(5)$exponential_(2)", lambda: zeros(5).exponential_(2)),
        ("torch_zeros(5)$uniform_(-1, 1)", lambda: zeros(5).uniform_(-1, 1)),
        ("torch_zeros(5)$uniform_(-1, 1, generator = g)", lambda: zeros(5).uniform_(-1, 1, generator=g)),
        ("torch_zeros(20)$normal_(1, 3)", lambda: zeros(20).normal_(1, 3)),
        ("torch_zeros(5)$geometric_(0.3)", lambda: zeros(5).geometric_(0.3)),
        ("torch_zeros(5)$log_normal_(0, 0.5)", lambda: zeros(5).log_normal_(0, 0.5)),
        ("torch_zeros(5)$cauchy_(0, 2)", lambda: zeros(5).cauchy_(0, 2)),
        ("torch_zeros(5)$random_(3, 9)", lambda: zeros(5).random_(3, 9)),
        ("torch_zeros(5)$random_(9)", lambda: zeros(5).random_(9)),
        ("torch_zeros(5)$bernoulli_(0.4)", lambda: zeros(5).bernoulli_(0.4)),
        ("torch_zeros(5)$bernoulli_(p)", lambda: zeros(5).bernoulli_(p)),
        ("torch_rand_like(p)", lambda: torch.rand_like(p)),
        ("torch_randn_like(p)", lambda: torch.randn_like(p)),
        ("torch_randint_like(p, 2, 9)", lambda: torch.randint_like(p, 2, 9)),
        ("torch_poisson(p * 10)", lambda: torch.poisson(p * 10)),
        ("torch_poisson(p * 10, generator = g)", lambda: torch.poisson(p * 10, generator=g)),
        ("torch_dropout(torch_ones(10), 0.5, TRUE)", lambda: torch.dropout(torch.ones(10), 0.5, True)),
        ("torch_rand(3, generator = g)", lambda: torch.rand(3, generator=g)),
        ("torch_randn(c(2, 2), generator = g)", lambda: torch.randn([2, 2], generator=g)),
        ("torch_rand(2)", lambda: torch.rand(2)),
    ]


def random_cases() -> list[str]:
    cases = []
    for seed in (0, 42, -7):
        torch.manual_seed(seed)
        g = torch.Generator()
        g.manual_seed(seed + 100)
        for call, answer in calls(g):
            cases.append(f"  list(seed = {seed}, call = quote({call}), result = {r_source(answer())})")
    return cases


if __name__ == "__main__":
    path = os.path.join(os.path.dirname(__file__), "..", "tests", "testthat", "fixtures", "random-functions.R")
    write_cases(path, "dev/fixtures_random.py", random_cases())

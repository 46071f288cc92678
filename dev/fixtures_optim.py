"""Trajectories of PyTorch's optimisers and schedulers, for tests/testthat/fixtures/optim.R and lr-scheduler.R.

    python dev/fixtures_optim.py

The problem: two parameters (a 2 x 3 matrix and a vector of 2), the loss of `loss()`; the gradients
come from the loss, so that later steps depend on earlier ones. Recorded are the parameters after
steps 1, 2, 5 and 20, in float64; of L-BFGS without a line search not after 20, where the last bits
of the processor's own arithmetic have grown to the second digit.
"""

import os
import warnings

import torch

from r_source import r_source, write_cases

FIXTURES = os.path.join(os.path.dirname(__file__), "..", "tests", "testthat", "fixtures")
STEPS = (1, 2, 5, 20)

# (name in R, PyTorch's class, options as R names them)
CASES = [
    ("sgd", torch.optim.SGD, [
        dict(lr=0.05), dict(lr=0.05, momentum=0.9), dict(lr=0.05, momentum=0.9, dampening=0.3),
        dict(lr=0.05, momentum=0.9, nesterov=True), dict(lr=0.05, momentum=0.5, weight_decay=0.1),
        dict(lr=0.05, weight_decay=0.1)]),
    ("adam", torch.optim.Adam, [
        dict(), dict(lr=0.05), dict(lr=0.05, betas=(0.7, 0.9), eps=1e-3), dict(lr=0.05, weight_decay=0.1),
        dict(lr=0.05, amsgrad=True), dict(lr=0.05, amsgrad=True, weight_decay=0.1)]),
    ("adamw", torch.optim.AdamW, [
        dict(), dict(lr=0.05, weight_decay=0.2), dict(lr=0.05, amsgrad=True)]),
    ("adadelta", torch.optim.Adadelta, [dict(), dict(lr=0.5, rho=0.7, eps=1e-3), dict(weight_decay=0.1)]),
    ("adagrad", torch.optim.Adagrad, [
        dict(), dict(lr=0.1, lr_decay=0.1), dict(lr=0.1, weight_decay=0.1, initial_accumulator_value=0.5, eps=1e-3)]),
    ("rmsprop", torch.optim.RMSprop, [
        dict(), dict(lr=0.02, alpha=0.8), dict(momentum=0.9), dict(centered=True), dict(weight_decay=0.1, eps=1e-3),
        dict(momentum=0.5, centered=True, weight_decay=0.1)]),
    ("rprop", torch.optim.Rprop, [dict(), dict(lr=0.1, etas=(0.4, 1.5)), dict(lr=0.1, step_sizes=(1e-3, 0.15))]),
    ("asgd", torch.optim.ASGD, [
        dict(), dict(lr=0.05, lambd=0.1, alpha=0.5, weight_decay=0.1), dict(lr=0.05, t0=3.0)]),
    ("lbfgs", torch.optim.LBFGS, [
        dict(lr=0.1, max_iter=4), dict(max_iter=3, line_search_fn="strong_wolfe"),
        dict(lr=0.1, max_iter=4, history_size=2), dict(lr=0.5, line_search_fn="strong_wolfe")]),
]


def start():
    w = torch.tensor([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]], dtype=torch.float64, requires_grad=True)
    b = torch.tensor([0.1, -0.2], dtype=torch.float64, requires_grad=True)
    return [w, b]


def loss(params):
    w, b = params
    x = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
    target = torch.tensor([1.0, -1.0], dtype=torch.float64)
    return ((torch.mv(w, x) + b - target) ** 2).sum() + 0.1 * (w ** 4).sum()


def trajectory(optimizer, params):
    recorded = {}
    grows = isinstance(optimizer, torch.optim.LBFGS) and optimizer.defaults["line_search_fn"] is None
    for step in range(1, max(STEPS) + 1):
        def closure():
            optimizer.zero_grad()
            value = loss(params)
            value.backward()
            return value
        optimizer.step(closure)
        if step in STEPS and not (grows and step > 5):
            recorded[str(step)] = [p.detach().clone() for p in params]
    return recorded


def optimizer_cases():
    cases = []
    for name, kind, sets in CASES:
        for options in sets:
            params = start()
            result = trajectory(kind(params, **options), params)
            given = {"lambda" if k == "lambd" else k: v for k, v in options.items()}
            cases.append(f'  list(name = "{name}", options = {r_source(given)}, params = {r_source(result)})')
    return cases


def sgd(groups=1, **options):
    return torch.optim.SGD(
        [{"params": [torch.zeros(1, requires_grad=True)], "lr": 0.5 / (i + 1)} for i in range(groups)], **options)


# (name in R, options, scheduler of an optimiser, how many steps)
def scheduler_cases():
    s = torch.optim.lr_scheduler
    cases = [
        ("lr_step", dict(step_size=3), lambda o: s.StepLR(o, 3), 2),
        ("lr_step", dict(step_size=2, gamma=0.5), lambda o: s.StepLR(o, 2, 0.5), 2),
        ("lr_cosine_annealing", dict(T_max=5), lambda o: s.CosineAnnealingLR(o, 5), 2),
        ("lr_cosine_annealing", dict(T_max=4, eta_min=0.01), lambda o: s.CosineAnnealingLR(o, 4, 0.01), 1),
        ("lr_one_cycle", dict(max_lr=0.3, total_steps=12), lambda o: s.OneCycleLR(o, 0.3, total_steps=12), 1),
        ("lr_one_cycle", dict(max_lr=0.3, epochs=4, steps_per_epoch=3, pct_start=0.5, anneal_strategy="linear",
                              div_factor=10, final_div_factor=100),
         lambda o: s.OneCycleLR(o, 0.3, epochs=4, steps_per_epoch=3, pct_start=0.5, anneal_strategy="linear",
                                div_factor=10, final_div_factor=100), 1),
        ("lr_one_cycle", dict(max_lr=[0.3, 0.2], total_steps=12, base_momentum=0.8, max_momentum=0.9),
         lambda o: s.OneCycleLR(o, [0.3, 0.2], total_steps=12, base_momentum=0.8, max_momentum=0.9), 2),
    ]
    out = []
    for name, options, make, groups in cases:
        optimizer = sgd(groups, lr=0.5, momentum=0.9)
        scheduler = make(optimizer)
        rates, momenta = [], []
        for i in range(12):
            rates.append([g["lr"] for g in optimizer.param_groups])
            momenta.append([g["momentum"] for g in optimizer.param_groups])
            optimizer.step()
            if i < 11:
                scheduler.step()
        out.append(f'  list(name = "{name}", options = {r_source(options)}, groups = {groups}L, '
                   f"rates = {r_source(rates)}, momenta = {r_source(momenta)})")
    return out + plateau_cases()


METRICS = [1.0, 0.9, 0.9, 0.95, 0.91, 0.9, 0.9, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6]


def plateau_cases():
    out = []
    for options in (dict(patience=1), dict(mode="max", patience=2, factor=0.5), dict(patience=1, cooldown=2),
                    dict(patience=1, threshold=0.2, threshold_mode="abs", min_lr=0.02), dict(patience=0, eps=0.01)):
        optimizer = sgd(1, lr=0.5)
        scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **options)
        rates = []
        for metric in METRICS:
            optimizer.step()
            scheduler.step(metric)
            rates.append([g["lr"] for g in optimizer.param_groups])
        out.append(f'  list(name = "lr_reduce_on_plateau", options = {r_source(options)}, groups = 1L, '
                   f"metrics = {r_source(METRICS)}, rates = {r_source(rates)})")
    return out


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    script = "dev/fixtures_optim.py"
    write_cases(os.path.join(FIXTURES, "optim.R"), script, optimizer_cases())
    write_cases(os.path.join(FIXTURES, "lr-scheduler.R"), script, scheduler_cases())

"""Files of `torch.save()` for torch_load(): what it must read, and what it must refuse."""

import collections

import torch


def saved_files(fixture) -> None:
    x = torch.arange(6.0).reshape(2, 3)
    model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.arange(1.0, parameter.numel() + 1).reshape(parameter.shape))
    values = {
        "plain": [None, True, 3, 0.5, "héllo", 1 - 2j, b"\x00\xff", -(2**40), [], {}],
        "ints": [1, -2, 2**31],
        "floats": [0.5, float("inf")],
        "texts": ("a", "b"),
        "by_number": {1: "one", 2.5: "more", True: "yes"},
        "ordered": collections.OrderedDict(b=1, a=2),
        "counted": collections.Counter("aab"),
        "shape": x.shape,
        "dtype": torch.bfloat16,
        "device": torch.device("cpu"),
        "x": x,
        "again": x,
        "row": x[1],
        "transposed": x.t(),
        "expanded": torch.tensor([7.0]).expand(2, 3),
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 4),
        "wants": torch.ones(2, requires_grad=True),
        "parameter": torch.nn.Parameter(torch.ones(1)),
        "frozen": torch.nn.Parameter(torch.ones(1), requires_grad=False),
        "conjugate": torch.tensor([1 + 2j]).conj(),
        "negative": torch.tensor([1 + 2j]).conj().imag,
        "state": model.state_dict(),
        "dtypes": {
            name: torch.tensor([0.0, 1.0, 2.0]).to(getattr(torch, name))
            for name in (
                "uint8 int8 int16 int32 int64 float16 float32 float64 complex32 complex64 complex128 bool bfloat16 "
                "float8_e5m2 float8_e4m3fn uint16 uint32 uint64"
            ).split()
        },
    }
    values["parameter"].note = "attributes go with the class"
    torch.save(values, fixture("torch_save.pt"))
    torch.save({"x": x, "n": 5}, fixture("torch_save_protocol4.pt"), pickle_protocol=4)
    torch.save(torch.nn.Linear(1, 1), fixture("python_object.pt"))


if __name__ == "__main__":
    import os

    here = os.path.join(os.path.dirname(__file__), "..", "tests", "testthat", "fixtures")
    saved_files(lambda name: os.path.join(here, name))

"""Make tests/testthat/fixtures/types: programs with every type of TorchScript, by PyTorch.

    python dev/fixtures_types.py

- `types.pt`: a module with a method `echo_<type>`, an attribute and, where there are such, a constant for each type;
- `raising.pt`: every kind of exception;
- `quantised.pt`, `frozen.pt`, `mobile.ptl`, `cuda.pt` (made to say that it was saved on CUDA), `extra.pt`: kinds of files;
- `custom.pt`: needs an operator that is nowhere;
- `old-<version>.pt`: the formats of earlier versions, by their number.

Run it with PYTHONHASHSEED=0 to get the same bytes.
"""

import enum
import os
import re
import warnings
import zipfile
from typing import Any, Dict, Final, List, NamedTuple, Optional, Tuple, Union

import torch

from script_file import drop_debug_records

HERE = os.path.join(os.path.dirname(__file__), "..", "tests", "testthat", "fixtures", "types")


class Colour(enum.Enum):
    RED = 1
    GREEN = 2


class Mode(enum.Enum):
    FAST = "fast"
    SLOW = "slow"


class Box(NamedTuple):
    left: float
    labels: List[str]
    corner: Optional[torch.Tensor] = None


@torch.jit.script
class Counter:
    def __init__(self, start: int):
        self.count = start
        self.seen: List[str] = []

    def add(self, name: str) -> int:
        self.count += 1
        self.seen.append(name)
        return self.count


# name: (type, a value for the attribute)
TYPES = {
    "tensor": ("torch.Tensor", "torch.tensor([1.0, 2.0])"),
    "int": ("int", "2**40"),
    "float": ("float", "2.5"),
    "complex": ("complex", "complex(1.0, -2.0)"),
    "bool": ("bool", "True"),
    "str": ("str", "'naïve'"),
    "device": ("torch.device", "torch.device('cpu')"),
    "dtype": ("torch.dtype", "torch.float64"),
    "optional": ("Optional[int]", "None"),
    "ints": ("List[int]", "[1, 2, 2**40]"),
    "floats": ("List[float]", "[1.5, 2.0]"),
    "bools": ("List[bool]", "[True, False]"),
    "strs": ("List[str]", "['a', 'b']"),
    "complexes": ("List[complex]", "[complex(1.0, 2.0)]"),
    "tensors": ("List[torch.Tensor]", "[torch.tensor(1), torch.tensor([2.0])]"),
    "optionals": ("List[Optional[str]]", "['a', None]"),
    "nested": ("List[List[int]]", "[[1, 2], []]"),
    "tuples": ("List[Tuple[str, int]]", "[('a', 1)]"),
    "tuple": ("Tuple[int, str, torch.Tensor]", "(1, 'a', torch.tensor(3))"),
    "single": ("Tuple[int]", "(1,)"),
    "named": ("Box", "Box(1.0, ['a'], None)"),
    "by_str": ("Dict[str, torch.Tensor]", "{'b': torch.tensor(1), 'a': torch.tensor(2)}"),
    "by_int": ("Dict[int, str]", "{3: 'c', 1: 'a'}"),
    "by_float": ("Dict[float, int]", "{0.5: 1}"),
    "by_bool": ("Dict[bool, str]", "{True: 'yes', False: 'no'}"),
    "dict_of_lists": ("Dict[str, List[int]]", "{'a': [1, 2], 'b': []}"),
    "colour": ("Colour", "Colour.GREEN"),
    "mode": ("Mode", "Mode.SLOW"),
    "colours": ("List[Colour]", "[Colour.RED, Colour.GREEN]"),
    "union": ("Union[int, List[int], str]", None),
    "any": ("Any", None),
}

METHODS = "".join(
    f"""
    @torch.jit.export
    def echo_{name}(self, x: {kind}) -> {kind}:
        return x
"""
    for name, (kind, _) in TYPES.items()
)
ATTRIBUTES = "".join(
    f"        self.{name} = torch.jit.Attribute({value}, {kind})\n" if value is not None and kind != "torch.dtype" else ""
    for name, (kind, value) in TYPES.items()
)
SOURCE = f"""
import torch

class Types(torch.nn.Module):
    whole: Final[int]
    names: Final[List[str]]
    def __init__(self):
        super().__init__()
        self.whole = 7
        self.names = ["x", "y"]
{ATTRIBUTES}
    def forward(self, x: torch.Tensor, mode: Mode, times: int = 2) -> torch.Tensor:
        if mode == Mode.SLOW:
            return x
        return x * times
{METHODS}
    @torch.jit.export
    def none(self) -> None:
        pass

    @torch.jit.export
    def make_counter(self, start: int) -> Counter:
        return Counter(start)

    @torch.jit.export
    def count_of(self, counter: Counter) -> int:
        return counter.count

    @torch.jit.export
    def twice(self, x: torch.Tensor) -> torch.Tensor:
        return x * 2

    @torch.jit.export
    def forked(self, x: torch.Tensor) -> torch.jit.Future[torch.Tensor]:
        return torch.jit.fork(self.twice, x)

    @torch.jit.export
    def waited(self, x: torch.jit.Future[torch.Tensor]) -> torch.Tensor:
        return torch.jit.wait(x)

    @torch.jit.export
    def grow(self, x: List[int], t: torch.Tensor) -> List[int]:
        x.append(3)
        t.add_(1)
        return x

    @torch.jit.export
    def say(self, x: int) -> int:
        print("x is", x)
        warnings.warn("x is odd")
        return x

    @torch.jit.export
    def extremes(self) -> List[int]:
        return [-9223372036854775807 - 1, 9223372036854775807]

    @torch.jit.export
    def least(self) -> int:
        return -9223372036854775807 - 1

    @torch.jit.export
    def odd_name(self, next: int, function: int, x_: int = 1) -> int:
        return next * 100 + function * 10 + x_
"""


class Raising(torch.nn.Module):
    def forward(self, kind: str) -> int:
        if kind == "ValueError":
            raise ValueError("a bad value: RuntimeError: not this")
        elif kind == "KeyError":
            raise KeyError("no such key")
        elif kind == "NotImplementedError":
            raise NotImplementedError("later")
        elif kind == "AssertionError":
            assert len(kind) == 0, "must be empty"
        elif kind == "empty":
            raise RuntimeError
        elif kind == "index":
            return [1, 2][len(kind)]
        elif kind == "operator":
            return int(torch.mm(torch.ones(2), torch.ones(2)).sum())
        return 1


def in_module(name, source, namespace):
    """Scripting wants the source of classes in a file."""
    path = os.path.join(HERE, name)
    with open(path, "w") as file:
        file.write(source)
    exec(compile(source, path, "exec"), namespace)
    return path


def rewritten(path, to, change):
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(to, "w", zipfile.ZIP_STORED) as new:
        for item in old.infolist():
            new.writestr(item.filename, change(item.filename, old.read(item)))


def main():
    os.makedirs(HERE, exist_ok=True)
    at = lambda name: os.path.join(HERE, name)
    namespace = dict(globals())
    source = in_module("types_source.py", SOURCE, namespace)
    torch.jit.save(torch.jit.script(namespace["Types"]()), at("types.pt"))
    os.remove(source)
    torch.jit.save(torch.jit.script(Raising()), at("raising.pt"))

    torch.manual_seed(1)
    net = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU(), torch.nn.Linear(3, 2)).eval()
    scripted = torch.jit.script(net)
    torch.jit.save(scripted, at("extra.pt"), _extra_files={"labels.txt": "cat\ndog", "bytes": b"\x00\x01"})
    torch.jit.save(torch.jit.freeze(scripted), at("frozen.pt"))
    scripted._save_for_lite_interpreter(at("mobile.ptl"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        quantised = torch.ao.quantization.quantize_dynamic(net, {torch.nn.Linear}, torch.qint8)
    torch.jit.save(torch.jit.script(quantised), at("quantised.pt"))
    # the pickle says where a storage was, in a short string
    rewritten(at("extra.pt"), at("cuda.pt"), lambda name, data: data.replace(b"X\x03\x00\x00\x00cpu", b"X\x06\x00\x00\x00cuda:0"))
    rewritten(
        at("extra.pt"), at("custom.pt"), lambda name, data: data.replace(b"torch.linear(", b"ops.my_library.linear(")
    )
    torch.save({"net": net(torch.ones(1, 4)).detach()}, at("answers.pt"))

    @torch.jit.script
    def divide(x: torch.Tensor, y: torch.Tensor):
        return torch.div(x, y)

    torch.jit.save(divide, at("new.pt"))
    for version in (2, 3, 5):
        rewritten(
            at("new.pt"), at(f"old-{version}.pt"),
            lambda name, data: b"%d\n" % version if re.search(r"(^|/)version$", name) else data,
        )
    os.remove(at("new.pt"))
    drop_debug_records(HERE)


if __name__ == "__main__":
    main()

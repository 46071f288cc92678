"""The programs behind tests/testthat/fixtures/*.pt: see fixtures.py."""

from typing import Dict, List, NamedTuple, Optional, Tuple

import torch
from torch import Tensor, nn


class Stats(NamedTuple):
    mean: Tensor
    n: int


class Types(nn.Module):
    """One method for each type that goes in and out."""

    scale: float
    names: List[str]

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([1.0, 2.0, 3.0]))
        self.register_buffer("offset", torch.tensor([0.5, 0.5, 0.5]))
        self.scale = 2.5
        self.names = ["a", "b"]

    def forward(self, x: Tensor) -> Tensor:
        return x * self.weight + self.offset

    @torch.jit.export
    def a_bool(self, x: bool, y: bool = True) -> bool:
        return x and y

    @torch.jit.export
    def an_int(self, x: int, by: int = 2) -> int:
        return x * by

    @torch.jit.export
    def a_float(self, x: float, by: float = 0.5) -> float:
        return x * by * self.scale

    @torch.jit.export
    def a_complex(self, x: complex) -> complex:
        return x * x

    @torch.jit.export
    def a_string(self, x: str, suffix: str = "!") -> str:
        return x + suffix

    @torch.jit.export
    def a_device(self, x: torch.device) -> torch.device:
        return x

    @torch.jit.export
    def on_device(self, x: Tensor, device: Optional[torch.device] = None) -> Tensor:
        return x.to(device) if device is not None else x

    @torch.jit.export
    def a_dtype(self, x: Tensor, dtype: int) -> Tensor:
        return x.to(dtype)

    @torch.jit.export
    def optional_tensor(self, x: Tensor, y: Optional[Tensor] = None) -> Tensor:
        return x if y is None else x + y

    @torch.jit.export
    def optional_int(self, x: Optional[int] = None) -> Optional[int]:
        return x if x is None else x + 1

    @torch.jit.export
    def optional_string(self, x: Optional[str]) -> str:
        return "none" if x is None else x

    @torch.jit.export
    def ints(self, x: List[int]) -> List[int]:
        return [i + 1 for i in x]

    @torch.jit.export
    def floats(self, x: List[float]) -> List[float]:
        return [i / 2 for i in x]

    @torch.jit.export
    def bools(self, x: List[bool]) -> List[bool]:
        return [not i for i in x]

    @torch.jit.export
    def strings(self, x: List[str]) -> List[str]:
        return [i + "?" for i in x]

    @torch.jit.export
    def tensors(self, x: List[Tensor]) -> List[Tensor]:
        return [t * 2 for t in x]

    @torch.jit.export
    def nested_ints(self, x: List[List[int]]) -> List[List[int]]:
        return [i + [0] for i in x]

    @torch.jit.export
    def optional_tensors(self, x: List[Optional[Tensor]]) -> int:
        n = 0
        for t in x:
            if t is not None:
                n += 1
        return n

    @torch.jit.export
    def a_tuple(self, x: Tuple[Tensor, int, str]) -> Tuple[str, Tensor, int]:
        return x[2], x[0], x[1]

    @torch.jit.export
    def nested_tuple(self, x: Tuple[Tensor, Tuple[Tensor, Tensor]]) -> Tuple[Tuple[Tensor, Tensor], Tensor]:
        return x[1], x[0]

    @torch.jit.export
    def named_tuple_out(self, x: Tensor) -> Stats:
        return Stats(x.mean(), x.numel())

    @torch.jit.export
    def named_tuple_in(self, x: Stats) -> Tensor:
        return x.mean * x.n

    @torch.jit.export
    def dict_of_tensors(self, x: Dict[str, Tensor]) -> Dict[str, Tensor]:
        return {key + "2": value * 2 for key, value in x.items()}

    @torch.jit.export
    def dict_of_ints(self, x: Dict[str, int]) -> Dict[str, int]:
        return {key: value + 1 for key, value in x.items()}

    @torch.jit.export
    def dict_by_int(self, x: Tensor, n: int) -> Dict[int, Tensor]:
        out: Dict[int, Tensor] = {}
        for i in range(n):
            out[i] = x + i
        return out

    @torch.jit.export
    def dict_by_int_in(self, x: Dict[int, Tensor]) -> Tensor:
        return x[1] - x[0]

    @torch.jit.export
    def nothing(self, x: Tensor) -> None:
        return None

    @torch.jit.export
    def no_arguments(self) -> float:
        return self.scale


class Residual(nn.Module):
    def __init__(self, n: int) -> None:
        super().__init__()
        self.linear = nn.Linear(n, n)
        self.norm = nn.BatchNorm1d(n)

    def forward(self, x: Tensor) -> Tensor:
        return x + torch.tanh(self.norm(self.linear(x)))


class Net(nn.Module):
    """Submodules, parameters and buffers."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.Sequential(Residual(3), Residual(3))
        self.dropout = nn.Dropout(0.5)
        self.head = nn.Linear(3, 2, bias=False)
        self.register_buffer("steps", torch.tensor(7))

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.dropout(self.blocks(x)))

    @torch.jit.export
    def features(self, x: Tensor) -> Tensor:
        return self.blocks(x)


class ControlFlow(nn.Module):
    def forward(self, x: Tensor, n: int = 3) -> Tensor:
        """A loop whose length is data, which tracing cannot record."""
        for i in range(n):
            if bool(x.sum() > 0):
                x = x - i
            else:
                x = x * 2
        return x

    @torch.jit.export
    def rows(self, x: Tensor) -> Tensor:
        out: List[Tensor] = []
        for row in x.unbind(0):
            out.append(row.sum())
        return torch.stack(out)

    @torch.jit.export
    def halve(self, x: float) -> int:
        n = 0
        while x > 1.0:
            x = x / 2
            n += 1
        return n

    @torch.jit.export
    def positive(self, x: int) -> int:
        if x <= 0:
            raise ValueError("x must be positive, 100% of the time")
        return x

    @torch.jit.export
    def asserted(self, x: Tensor) -> Tensor:
        assert x.dim() == 2, "x must be a matrix"
        return x.t()


def affine(x: Tensor, weight: Tensor, bias: Optional[Tensor] = None, scale: float = 1.0) -> Tensor:
    y = torch.mm(x, weight) * scale
    return y if bias is None else y + bias


def several(x: Tensor, y: Tensor) -> Tuple[Tensor, Tensor]:
    return x + y, x - y


def traced_dict(x: Dict[str, Tensor]) -> Tensor:
    return x["a"] + 10 * x["b"]

"""Record what PyTorch says about dtypes: promotion, limits, autocast.

    python dev/fixtures_dtypes.py

Writes tests/testthat/fixtures/dtypes.R, one case for each table.
"""

import os

import torch

from r_source import quoted, r_source, write_cases

DTYPES = [
    "uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64", "float16", "bfloat16", "float32",
    "float64", "complex32", "complex64", "complex128", "bool", "float8_e4m3fn", "float8_e5m2",
]  # fmt: skip
NUMBERS = {"integer": 2, "double": 2.5, "logical": True, "complex": 1 + 2j}


def name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def answer(question) -> str:
    """A dtype's name, or "error" where PyTorch refuses."""
    try:
        return name(question())
    except RuntimeError:
        return "error"


def row(answers) -> str:
    return "c(" + ", ".join(map(quoted, answers)) + ")"


def dtype_cases() -> list[str]:
    torch.set_default_dtype(torch.float32)
    cases = [f"  dtypes = {row(DTYPES)}"]
    for left in DTYPES:
        one = getattr(torch, left)
        others = [getattr(torch, right) for right in DTYPES]
        tensor = torch.empty(2, dtype=one)
        empty = [torch.empty(2, dtype=other) for other in others]
        scalar = [torch.empty((), dtype=other) for other in others]
        parts = {
            "promote": row(answer(lambda: torch.promote_types(one, other)) for other in others),
            "add": row(answer(lambda: (tensor + other).dtype) for other in empty),
            "with_scalar_tensor": row(answer(lambda: torch.result_type(tensor, other)) for other in scalar),
            "can_cast": "c(" + ", ".join("TRUE" if torch.can_cast(one, other) else "FALSE" for other in others) + ")",
            "with_number": row(answer(lambda: torch.result_type(tensor, number)) for number in NUMBERS.values()),
            "add_number": row(answer(lambda: (tensor + number).dtype) for number in NUMBERS.values()),
        }
        body = ", ".join(f"{key} = {value}" for key, value in parts.items())
        cases.append(f"  list(dtype = {quoted(left)}, {body})")
    for dtype in DTYPES:
        one = getattr(torch, dtype)
        try:
            info = torch.finfo(one)
            fields = ["bits", "max", "min", "eps", "tiny", "smallest_normal", "resolution"]
            kind = "finfo"
        except TypeError:
            if one == torch.bool:
                continue
            info = torch.iinfo(one)
            fields = ["bits", "max", "min"]
            kind = "iinfo"
        values = ", ".join(f"{field} = {quoted(repr(getattr(info, field)))}" for field in fields)
        cases.append(f"  list(dtype = {quoted(dtype)}, kind = {quoted(kind)}, fields = c({values}))")
    cases.extend(autocast_cases())
    return cases


def autocast_cases() -> list[str]:
    """The dtypes of results under autocast, and a product's values."""
    torch.manual_seed(1)
    x = torch.randn(3, 3)
    w = torch.randn(3, 3)
    calls = {
        "mm": lambda: torch.mm(x, w),
        "matmul": lambda: torch.matmul(x, w),
        "addmm": lambda: torch.addmm(x, x, w),
        "add": lambda: x + w,
        "exp": lambda: torch.exp(x),
        "softmax": lambda: torch.softmax(torch.mm(x, w), 1),
        "mse_loss": lambda: torch.nn.functional.mse_loss(torch.mm(x, w), w),
        "cat": lambda: torch.cat([torch.mm(x, w), x]),
        "linear": lambda: torch.nn.functional.linear(x, w),
        "relu": lambda: torch.relu(torch.mm(x, w)),
    }
    cases = []
    for dtype in (torch.bfloat16, torch.float16):
        with torch.autocast("cpu", dtype=dtype):
            answers = ", ".join(f"{key} = {quoted(name(call().dtype))}" for key, call in calls.items())
            product = torch.mm(x, w)
        cases.append(
            f"  list(autocast = {quoted(name(dtype))}, x = {r_source(x)}, w = {r_source(w)}, "
            f"dtypes = c({answers}), product = {r_source(product.float())})"
        )
    return cases


if __name__ == "__main__":
    path = os.path.join(os.path.dirname(__file__), "..", "tests", "testthat", "fixtures", "dtypes.R")
    write_cases(path, "dev/fixtures_dtypes.py", dtype_cases())

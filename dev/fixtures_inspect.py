"""Small programs for jit_inspect() and jit_audit(), and what PyTorch itself says of them.

Writes tests/testthat/fixtures/inspect/: run it from the top folder with the Python of dev/python-requirements.txt.
"""

import io
import pathlib
import zipfile

import torch
from torch import Tensor, nn

from r_source import r_source
from script_file import drop_debug_records

FOLDER = pathlib.Path("tests/testthat/fixtures/inspect")


class Net(nn.Module):
    names: list[str]
    weights: dict[str, float]

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 2)
        self.layers = nn.Sequential(nn.Conv1d(1, 2, 3), nn.BatchNorm1d(2))
        self.tied = self.fc.weight
        self.names = ["a", "b"]
        self.weights = {"a": 0.5}
        self.size = 4
        self.mode = "mean"
        self.small = nn.Parameter(torch.zeros(2, 2, dtype=torch.float16), requires_grad=False)
        self.register_buffer("mask", torch.ones(3, dtype=torch.bool))

    def forward(self, x: Tensor, n: int = 2, scale: float | None = None) -> Tensor:
        x = torch.relu(self.fc(x))
        for _ in range(n):
            x = torch.add(x, torch.tensor([1.0, 2.0]))
        if scale is not None:
            x = x * scale
        return torch.cat([x, x], 1)

    @torch.jit.export
    def describe(self, words: list[str]) -> dict[str, int]:
        counts: dict[str, int] = {}
        for word in words:
            counts[word] = len(word) + self.size
        return counts


class Plain(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x)


class Loop(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        while True:
            x = x + 1
        return x


class Long(nn.Module):
    def forward(self, x: Tensor, n: int) -> Tensor:
        for i in range(n):
            x = x + i
        for i in range(10):
            x = x + i
        return x


class Files(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        torch.ops.aten.save([x], "stolen")
        return torch.from_file("/etc/hostname", False, 4, dtype=torch.uint8)


class OnLoad(nn.Module):
    def __init__(self):
        super().__init__()
        self.size = 3

    def forward(self, x: Tensor) -> Tensor:
        return x

    @torch.jit.export
    def __getstate__(self) -> tuple[int, bool]:
        return self.size, self.training

    @torch.jit.export
    def __setstate__(self, state: tuple[int, bool]) -> None:
        self.size = state[0]
        self.training = state[1]
        while True:
            self.size += 1


class Memory(nn.Module):
    def forward(self, x: Tensor, n: int) -> Tensor:
        items = [1.0] * n
        print(" ".ljust(n))
        return torch.zeros([n, n]) + torch.tensor(items).repeat(n)


class Process(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        torch.manual_seed(1)
        x.resize_([10])
        future = torch.jit.fork(torch.relu, x)
        return torch.jit.wait(future).as_strided([2], [1], 0)


# Written by hand: what PyTorch's own compiler never writes, but its loader takes.
BY_HAND = {
    "alias": "    f = torch.save\n    f([x], \"stolen\")\n    return x\n",
    "module_alias": "    t = torch\n    t.save([x], \"stolen\")\n    return x\n",
    "getattr": "    getattr(torch, \"save\")([x], \"stolen\")\n    return x\n",
    "escaped": "    getattr(torch, \"s\\141ve\")([x], \"stolen\")\n    return x\n",
    "joined": "    getattr(torch, \"sa\" \"ve\")([x], \"stolen\")\n    return x\n",
    "constant": "    CONSTANTS.c0.save(\"stolen\")\n    return x\n",
    "annotate": "    annotate = torch.add\n    y = annotate(torch.save([x], \"stolen\"), x)\n    return x\n",
    "operators": "    ops.aten.save([x], \"stolen\")\n    return x\n",
    "method": "    [x].save(\"stolen\")\n    return x\n",
    "broken_line": "    torch.\\\n        save([x], \"stolen\")\n    return x\n",
    "comprehension": "    y = [torch.save([x], \"stolen\") for i in range(3)]\n    return x\n",
    "elsewhere": "    return ops.somewhere.fetch(x)\n",
    "custom_class": "    y = __torch__.torch.classes.evil.Thing(x)\n    return x\n",
    "unknown": "    return torch.no_such_operator(x)\n",
    "internal": "    return torch._unsafe_index(x, [x])\n",
    "handle": "    ops.profiler._record_function_exit(x)\n    return x\n",
    "million": "    for i in range(9223372036854775807):\n      x = torch.relu(x)\n    return x\n",
    "multiplied": "    items = [1, 2]\n    many = torch.mul(items, 1000000)\n    return x\n",
    "deep": "    return " + "(" * 5000 + "x" + ")" * 5000 + "\n",
    "chained": "    return " + "+".join(["x"] * 5000) + "\n",
    "no_python": "    import os\n    return x\n",
    "shadowed": "    save = x\n    print = x\n    return torch.relu(save)\n",
}


def replaced(data: bytes, record: str, text: str | bytes, drop: str = "") -> bytes:
    """The archive with the text in place of a record's, and without the records whose name has `drop` in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            if drop and drop in name:
                continue
            # the time of day would make another file each time
            info = zipfile.ZipInfo(name)
            new.writestr(info, text if name.endswith(record) else old.read(name))
    return out.getvalue()


def saved(module, **options) -> bytes:
    buffer = io.BytesIO()
    torch.jit.save(module, buffer, **options)
    return buffer.getvalue()


def facts(module) -> dict:
    def about(tensors):
        return {name: [str(x.dtype).replace("torch.", ""), *map(str, x.shape)] for name, x in tensors}

    functions = torch.jit.export_opnames(module)
    return {
        "state": about(module.state_dict().items()),
        "parameters": about(module.named_parameters(remove_duplicate=False)),
        "buffers": about(module.named_buffers(remove_duplicate=False)),
        "modules": [name for name, _ in module.named_modules(remove_duplicate=False) if name],
        "operators": sorted({name.split(".")[0] for name in functions}),
    }


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    expected = {}

    net = torch.jit.script(Net())
    (FOLDER / "net.pt").write_bytes(saved(net, _extra_files={"note.txt": "hello"}))
    expected["net"] = facts(net)
    frozen = torch.jit.freeze(torch.jit.script(Net().eval()), preserved_attrs=["describe"])
    (FOLDER / "frozen.pt").write_bytes(saved(frozen))
    expected["frozen"] = facts(frozen)
    traced = torch.jit.trace(nn.LSTM(2, 3), torch.ones(4, 1, 2))
    (FOLDER / "traced.pt").write_bytes(saved(traced))
    expected["traced"] = facts(traced)
    torch.backends.quantized.engine = "fbgemm"
    quantized = torch.ao.quantization.quantize_dynamic(nn.Sequential(nn.Linear(3, 2)), {nn.Linear})
    quantized = torch.jit.script(quantized)
    (FOLDER / "quantized.pt").write_bytes(saved(quantized))
    expected["quantized"] = {"operators": sorted({n.split(".")[0] for n in torch.jit.export_opnames(quantized)})}
    mobile = torch.jit.script(Net().eval())
    mobile._save_for_lite_interpreter(str(FOLDER / "mobile.pt"))
    expected["mobile"] = facts(mobile)
    (FOLDER / "function.pt").write_bytes(saved(torch.jit.script(lambda_function)))
    torch.save(nn.Linear(2, 2).state_dict(), FOLDER / "torch_save.pt")

    for module in (Loop, Long, Files, OnLoad, Memory, Process):
        (FOLDER / f"{module.__name__.lower()}.pt").write_bytes(saved(torch.jit.script(module())))
    plain = saved(torch.jit.script(Plain()))
    for name, body in BY_HAND.items():
        head = (
            "class Plain(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n"
            "  def forward(self: __torch__.Plain,\n    x: Tensor) -> Tensor:\n"
        )
        (FOLDER / f"hand_{name}.pt").write_bytes(replaced(plain, "/code/__torch__.py", head + body))
    old = (
        "op_version_set = 1\nimport __torch__.other\nclass Plain(Module):\n  __parameters__ = [\"weight\", ]\n"
        "  training : bool\n  weight : Tensor\n  def forward(self: __torch__.Plain,\n    x: Tensor) -> Tensor:\n"
        "    return torch.relu(x)\n"
    )
    (FOLDER / "hand_old.pt").write_bytes(replaced(plain, "/code/__torch__.py", old))
    bytecode = replaced((FOLDER / "mobile.pt").read_bytes(), "no such record", "", drop="/code/")
    (FOLDER / "bytecode.pt").write_bytes(bytecode)
    # an object of a class of C++, which its own code makes when the program is loaded
    thing = b"\x80\x02c__torch__\nPlain\n)\x81}(X\x01\x00\x00\x00ac__torch__.torch.classes.evil\nThing\n)\x81}bub."
    (FOLDER / "hand_object.pt").write_bytes(replaced(plain, "/data.pkl", thing))
    # an attribute that is a list which holds itself, and one of lists that hold each other twice
    start = b"\x80\x02c__torch__\nPlain\n)\x81}(X\x01\x00\x00\x00a"
    (FOLDER / "hand_cycle.pt").write_bytes(replaced(plain, "/data.pkl", start + b"]q\x01h\x01aub."))
    doubled = b"]q\x000" + b"".join(b"](h%ch%ceq%c0" % (i - 1, i - 1, i) for i in range(1, 60))
    (FOLDER / "hand_doubled.pt").write_bytes(replaced(plain, "/data.pkl", start + doubled + b"h%cub." % 59))
    # two programs under one name
    out = io.BytesIO(plain)
    with zipfile.ZipFile(out, "a") as archive:
        name = next(n for n in archive.namelist() if n.endswith("/code/__torch__.py"))
        archive.writestr(zipfile.ZipInfo(name.replace("code", "CODE")), "def f(x: Tensor) -> Tensor:\n  return x\n")
    (FOLDER / "hand_twice.pt").write_bytes(out.getvalue())

    text = "# Written by dev/fixtures_inspect.py: what PyTorch says of these programs.\n" + r_source(expected) + "\n"
    (FOLDER / "expected.R").write_text(text)
    drop_debug_records(str(FOLDER))


def lambda_function(x: Tensor, times: int = 3) -> Tensor:
    return torch.mul(x, times)


if __name__ == "__main__":
    main()

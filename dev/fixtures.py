"""Make tests/testthat/fixtures: TorchScript files by PyTorch, and PyTorch's answers.

    python dev/fixtures.py

- `*.pt`: programs, and files that are none (see `broken_files`);
- `programs.R`: what the programs answer;
- `torch_save*.pt`, `python_object.pt`: files of `torch.save()` (fixtures_save.py);
- `operators.R`: what operators answer (cases in fixtures_operators.py);
- `nnf.R`: what functionals answer (cases in fixtures_nnf.py);
- `nn-init.R`, `nn-utils.R`: initial values, clipping, packing, weight norm (fixtures_nn.py);
- `nn-recurrent.R`: modules of losses, recurrence and attention (fixtures_nn_recurrent.py);
- `random.R`: random numbers after `torch.manual_seed()`;
- `dtypes.R` and `random-functions.R`: see fixtures_dtypes.py and fixtures_random.py, which write them alone as well;
- `names.R`: what the calls of inst/names.txt answer (fixtures_names.py).

Run it with PYTHONHASHSEED=0 to get the same bytes: the order of a module's constants in a file
is that of a Python set. (legacy_pickle.pt differs all the same: it holds addresses.)
"""

import copy
import os
import shutil
import warnings

import torch

import fixtures_names
import fixtures_programs as programs
from fixtures_dtypes import dtype_cases
from fixtures_nn import initial_cases, utility_cases
from fixtures_nn_layers import layer_cases
from fixtures_nn_recurrent import recurrent_cases
from fixtures_nnf import functional_cases
from fixtures_operators import operator_cases
from fixtures_random import random_cases as random_surface_cases
from fixtures_save import saved_files
from r_source import arguments, quoted, r_source, write_cases
from script_file import save

FIXTURES = os.path.join(os.path.dirname(__file__), "..", "tests", "testthat", "fixtures")


def fixture(name: str) -> str:
    return os.path.join(FIXTURES, name)


class Recorder:
    """Saves programs and calls them once loaded, as R will."""

    def __init__(self) -> None:
        self.cases: list[str] = []

    def program(self, name: str, program):
        save(program, fixture(name))
        self.name = name
        self.loaded = torch.jit.load(fixture(name))

    def call(self, method: str, *args, **kwargs) -> None:
        given = arguments(args, kwargs)
        head = f'  list(file = "{self.name}", method = "{method}", args = {given}'
        function = getattr(self.loaded, method)
        try:
            with torch.no_grad():
                result = function(*copy.deepcopy(args), **copy.deepcopy(kwargs))
            self.cases.append(f"{head}, result = {r_source(result)})")
        except torch.jit.Error as error:
            message = str(error).strip().splitlines()[-1].split(": ", 1)[1]
            self.cases.append(f"{head}, error = {quoted(message)})")


def record_types(record: Recorder) -> None:
    x = torch.tensor([1.0, -2.0, 3.0])
    record.program("types.pt", torch.jit.script(programs.Types()))
    record.call("forward", x)
    record.call("forward", x=x)
    record.call("a_bool", True)
    record.call("a_bool", True, y=False)
    record.call("an_int", 21)
    record.call("an_int", 21, by=-1)
    record.call("an_int", x=2**40, by=4)
    record.call("a_float", 3.0)
    record.call("a_float", 0.1, 0.25)
    record.call("a_complex", 1 + 2j)
    record.call("a_string", "héllo")
    record.call("a_string", "100", suffix="%")
    record.call("a_device", torch.device("cpu"))
    record.call("on_device", x)
    record.call("on_device", x, torch.device("cpu"))
    record.call("a_dtype", x, torch.int64)
    record.call("optional_tensor", x)
    record.call("optional_tensor", x, None)
    record.call("optional_tensor", x, y=x)
    record.call("optional_int", 1)
    record.call("optional_int", None)
    record.call("optional_int")
    record.call("optional_string", None)
    record.call("optional_string", "some")
    record.call("ints", [1, 2, 3])
    record.call("ints", [1])
    record.call("ints", [])
    record.call("floats", [1.0, 2.5])
    record.call("bools", [True, False])
    record.call("strings", ["a", "b"])
    record.call("tensors", [x, x.reshape(1, 3)])
    record.call("tensors", [])
    record.call("nested_ints", [[1, 2], [3], []])
    record.call("optional_tensors", [x, None, x])
    record.call("a_tuple", (x, 5, "five"))
    record.call("nested_tuple", (x, (x + 1, x + 2)))
    record.call("named_tuple_out", x)
    record.call("named_tuple_in", programs.Stats(x, 3))
    record.call("dict_of_tensors", {"a": x, "b": x + 1})
    record.call("dict_of_ints", {"a": 1, "b": 2})
    record.call("dict_by_int", x, 2)
    record.call("dict_by_int_in", {0: x, 1: x * 3})
    record.call("nothing", x)
    record.call("no_arguments")


def record_programs(record: Recorder) -> None:
    x = torch.tensor([[1.0, -2.0, 3.0], [0.5, 0.25, -4.0]])
    w = torch.tensor([[1.0, 0.0], [2.0, -1.0], [0.5, 3.0]])

    # PyTorch drops the defaults of a function, which it wraps in a module to save it.
    record.program("function.pt", torch.jit.script(programs.affine))
    record.call("forward", x, w, None, 1.0)
    record.call("forward", x, w, torch.tensor([1.0, 2.0]), 0.5)
    record.call("forward", x, weight=w, bias=None, scale=-1.0)

    net = programs.Net().eval()
    record.program("submodules.pt", torch.jit.script(net))
    record.call("forward", x)
    record.call("features", x)

    record.program("control_flow.pt", torch.jit.script(programs.ControlFlow()))
    record.call("forward", x)
    record.call("forward", x, 5)
    record.call("rows", x)
    record.call("rows", w)
    record.call("halve", 100.0)
    record.call("positive", 3)
    record.call("positive", -3)
    record.call("asserted", x)
    record.call("asserted", x[0])

    y = x.flip(0)
    record.program("traced_function.pt", torch.jit.trace(programs.several, (x, y)))
    record.call("forward", x, y)
    record.call("forward", w, w * w)

    record.program("traced_module.pt", torch.jit.trace(net, x))
    record.call("forward", x)
    record.call("forward", torch.cat([x, y]))

    record.program("traced_dict.pt", torch.jit.trace(programs.traced_dict, ({"a": x, "b": y},)))
    record.call("forward", {"a": y, "b": x})


def broken_files() -> None:
    """Files that jit_load() must refuse, each for a reason of its own."""
    with open(fixture("types.pt"), "rb") as file:
        whole = file.read()
    with open(fixture("truncated.pt"), "wb") as file:
        file.write(whole[: len(whole) * 2 // 3])
    with open(fixture("empty.pt"), "wb"):
        pass
    with open(fixture("text.pt"), "w") as file:
        file.write("not a program\n" * 20)
    torch.save({"weight": torch.ones(2, 2)}, fixture("state_dict.pt"))
    torch.save({"weight": torch.ones(2)}, fixture("legacy_pickle.pt"), _use_new_zipfile_serialization=False)

    # From a PyTorch to come: the version is a record of its own, written last.
    reader = torch._C.PyTorchFileReader(fixture("function.pt"))
    writer = torch._C.PyTorchFileWriter(fixture("newer_version.pt"))
    writer.set_min_version(9999)
    for name in reader.get_all_records():
        if name not in ("version", ".data/serialization_id"):
            record = reader.get_record(name)
            writer.write_record(name, record, len(record))
    writer.write_end_of_file()


def random_cases() -> list[str]:
    calls = [
        ("rand", [3], {}),
        ("rand", [2, 20], {}),
        ("randn", [3], {}),
        ("randn", [2, 20], {}),
        ("randint", 10, [8], {}),
        ("randint", -5, 5, [2, 3], {}),
        ("randperm", 10, {}),
        ("bernoulli", torch.full((10,), 0.3), {}),
        ("multinomial", torch.tensor([0.1, 0.2, 0.7]), 8, True, {}),
        ("normal", torch.zeros(4), torch.tensor([1.0, 2.0, 3.0, 4.0]), {}),
        ("dropout", torch.ones(10), 0.5, True, {}),
        ("rand", [3], {"dtype": torch.float64}),
    ]
    cases = []
    for seed in (0, 1, 42, 2**40):
        torch.manual_seed(seed)
        # One stream for all: a generator that is seeded but drawn from once too
        # often is found by the second call.
        for operator, *args, kwargs in calls:
            result = getattr(torch.ops.aten, operator)(*args, **kwargs)
            cases.append(
                f'  list(seed = {seed}, operator = "{operator}", '
                f"args = {arguments(args, kwargs)}, result = {r_source(result)})"
            )
    return cases


def main() -> None:
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    torch.manual_seed(1)
    shutil.rmtree(FIXTURES, ignore_errors=True)
    os.makedirs(FIXTURES)

    record = Recorder()
    record_types(record)
    record_programs(record)
    broken_files()
    saved_files(fixture)
    write_cases(fixture("programs.R"), "dev/fixtures.py", record.cases)
    write_cases(fixture("random.R"), "dev/fixtures.py", random_cases())
    write_cases(fixture("operators.R"), "dev/fixtures.py", operator_cases())
    write_cases(fixture("dtypes.R"), "dev/fixtures_dtypes.py", dtype_cases())
    write_cases(fixture("random-functions.R"), "dev/fixtures_random.py", random_surface_cases())
    fixtures_names.main()
    write_cases(fixture("nnf.R"), "dev/fixtures.py", functional_cases())
    write_cases(fixture("nn-init.R"), "dev/fixtures.py", initial_cases())
    write_cases(fixture("nn-utils.R"), "dev/fixtures.py", utility_cases())
    write_cases(fixture("nn-layers.R"), "dev/fixtures.py", layer_cases())
    write_cases(fixture("nn-recurrent.R"), "dev/fixtures.py", recurrent_cases())


if __name__ == "__main__":
    main()

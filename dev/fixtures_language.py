"""Record what PyTorch makes of every feature of TorchScript's language reference.

    PYTHONHASHSEED=0 python dev/fixtures_language.py

Reads dev/language/*.py and writes tests/testthat/fixtures/language.R: for each feature its source, the arguments of its
function `f`, and the value that the scripted function gives; or `refused`, the class of
the error, if PyTorch does not compile it (then `value` is Python's own, where there is one); or `raised`,
the reason, if it does not run.
"""

import contextlib
import importlib.util
import io
import os
import re
import sys
import tempfile
import warnings

import torch

from r_source import arguments, quoted, r_source, write_cases

HERE = os.path.dirname(os.path.abspath(__file__))
PRELUDE = (
    "import math, typing, warnings, torch; import torch.nn as nn; import torch.nn.functional as F; from typing import *; "
    "from enum import Enum, IntEnum; from collections import namedtuple; from dataclasses import dataclass; "
    "from numbers import Number; from torch.jit import Future; import numpy as np; from torch import Tensor"
)


def expressions(path):
    with open(path) as file:
        for line in file.read().splitlines():
            if line and not line.startswith("# "):
                yield line, f"def f():\n    return {line}\n", ""


def definitions(path):
    """Blocks `#= name`, a source, and `#: arguments`."""
    with open(path) as file:
        for block in re.split(r"^#= ", file.read(), flags=re.M)[1:]:
            name, source = block.split("\n", 1)
            source, _, args = source.strip("\n").partition("\n#: ")
            yield name, source + "\n", args


def outcome(source, args, folder, number):
    """The feature's arguments and what became of it, as R source."""
    path = os.path.join(folder, f"feature_{number}.py")
    with open(path, "w") as file:
        # on the line of the source's first, so that lines keep their numbers
        file.write(f"exec({PRELUDE!r}, globals())\n" + source)
    given = eval(f"({args},)" if args else "()", {"torch": torch})
    try:
        spec = importlib.util.spec_from_file_location(f"feature_{number}", path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        scripted = torch.jit.script(module.f)
    except Exception as error:
        refused = f"refused = {quoted(type(error).__name__)}"
        try:
            return given, f"{refused}, value = {r_source(module.f(*given))}"
        except Exception:
            return given, refused
    try:
        return given, "value = " + r_source(scripted(*given))
    except Exception as error:
        lines = [line for line in str(error).splitlines() if line.strip()]
        reason = re.sub(r"^([\w.]*(Error|Exception|Wrong): )+", "", lines[-1] if "Traceback" in str(error) else lines[0])
        raised = f"raised = {quoted(reason)}"
        try:
            return given, f"{raised}, value = {r_source(module.f(*given))}"
        except Exception:
            return given, raised


def main():
    cases = []
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        folder_of = os.path.join(HERE, "language")
        for name in sorted(os.listdir(folder_of)):
            read = expressions if name == "expressions.py" else definitions
            for feature, source, args in read(os.path.join(folder_of, name)):
                given, became = outcome(source, args, folder, len(cases))
                assert ")---" not in source, source
                cases.append(
                    f'  list(\n    r"---({feature})---", r"---({source})---",\n    args = {arguments(given, {})}, {became}\n  )'
                )
    path = os.path.join(HERE, "..", "tests", "testthat", "fixtures", "language.R")
    write_cases(path, "dev/fixtures_language.py", cases)


if __name__ == "__main__":
    main()

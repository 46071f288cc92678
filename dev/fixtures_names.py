"""PyTorch's answers to the calls of inst/names.txt, for tests/testthat/fixtures/names.R: see fixtures.py.

    python dev/fixtures_names.py

A row's last column says what PyTorch is asked. Left empty it is the R call itself, read as Python: `$` is a dot, `TRUE` is
True, and dimensions by name lose one. `-` asks nothing, `error:` is R's own. Positions gain one: `one()`.
"""

import os
import re
import warnings

import torch

from r_source import quoted, r_source, write_cases

HERE = os.path.dirname(__file__)
TABLE = os.path.join(HERE, "..", "inst", "names.txt")
ANSWERS = os.path.join(HERE, "..", "tests", "testthat", "fixtures", "names.R")


def read_table():
    """The inputs, name -> Python, and the rows (call, Python)."""
    inputs, rows = {}, []
    with open(TABLE) as file:
        for line in file:
            line = line.rstrip("\n")
            if line.startswith("@"):
                name, rest = line[1:].split(" <- ", 1)
                inputs[name] = rest.split(" ~ ")[1].strip()
            elif line and not line.startswith("#"):
                # Python's `|` may stand in the last column
                name, kind, how, positions, call, python = (part.strip() for part in line.split("|", 5))
                rows.append((call, python))
    return inputs, rows


def python_of(call: str) -> str:
    text = re.sub(r"torch_(fft|linalg|special)_(\w+)\(", r"torch.\1.\2(", call)
    text = re.sub(r"\blinalg_(\w+)\(", r"torch.linalg.\1(", text)
    text = re.sub(r"\btorch_(float16|float32|float64|float|double|int64|int32|int|long|half|bfloat16)\(\)", r"torch.\1", text)
    text = re.sub(r"\btorch_(\w+)\(", r"torch.\1(", text)
    text = text.replace("$", ".").replace("`", "")
    for r, python in (("TRUE", "True"), ("FALSE", "False"), ("NULL", "None")):
        text = re.sub(rf"\b{r}\b", python, text)
    text = re.sub(r"\b(\d+)L\b", r"\1", text)
    text = re.sub(r"\b(dim\d?|dims|\w+_dim) = (\d+)", lambda m: f"{m[1]} = {int(m[2]) - 1}", text)
    return re.sub(
        r"\bdims = c\(([\d, ]+)\)", lambda m: f"dims = [{', '.join(str(int(n) - 1) for n in m[1].split(','))}]", text
    )


def parts_of(value):
    """PyTorch's named results as a dict, its views of sizes as lists."""
    if type(value).__module__ == "torch.return_types":
        names = re.findall(r"^(\w+)=", repr(value), re.MULTILINE)
        return dict(zip(names, value))
    return value


def one(value):
    """Positions as R counts them: a tensor of them, or the `indices` of a named result."""
    if isinstance(value, torch.Tensor):
        return value + 1
    return {name: part + 1 if name == "indices" else part for name, part in parts_of(value).items()}


def plus(values):
    """A value and its positions."""
    return [values[0], values[1] + 1]


def several(*values):
    return [*values]


def plain(value):
    value = parts_of(value)
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, torch.Tensor):
        return value.detach().resolve_conj().resolve_neg()
    return value


def answers():
    inputs, rows = read_table()
    cases, failed = [], 0
    for call, python in rows:
        if not call or python == "-" or python.startswith("error:"):
            continue
        torch.manual_seed(1)
        scope = {"torch": torch, "one": one, "plus": plus, "list": several, "c": several, "several": several}
        for name, source in inputs.items():
            scope[name] = eval(source, scope)
        torch.manual_seed(1)
        try:
            value = eval(python or python_of(call), scope)
            cases.append(f"  {quoted(call)} = {r_source(plain(value))}")
        except Exception as error:
            failed += 1
            print(f"{call}\n    {python or python_of(call)}\n    {str(error).splitlines()[0]}")
    if failed:
        raise SystemExit(f"{failed} calls failed")
    return cases


def main() -> None:
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    write_cases(ANSWERS, "dev/fixtures_names.py", answers())


if __name__ == "__main__":
    main()

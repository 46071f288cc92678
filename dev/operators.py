"""Write the schema of every operator in libtorch's registry, one a line, sorted.

    python dev/operators.py [FILE]

The list is what `getAllSortedOperatorsFor()` sees in a fresh process: use it to
look an operator up while working on the table of `torch_*` functions, and to see
what changed between two versions of libtorch (diff two lists).
"""

import sys

import torch


def main() -> None:
    schemas = sorted({str(schema) for schema in torch._C._jit_get_all_schemas()})
    text = "\n".join(schemas) + "\n"
    if len(sys.argv) > 1:
        with open(sys.argv[1], "w") as file:
            file.write(text)
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()

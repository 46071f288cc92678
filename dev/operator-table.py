"""Propose inst/operators.txt: the heads of the `torch_*` and `linalg_*` functions that are operators.

    python dev/operators.py schemas.txt
    python dev/operator-table.py schemas.txt r-torch-functions.txt > inst/operators.txt

The second list holds the functions that users of torch for R know, one a line, as `name(arguments)`: their arguments,
order and defaults win over the schema's. What is written by hand in R/ is left out. The table is checked in and may be
edited; run this again for a new version of libtorch and look at the difference.
"""

import re
import sys
from collections import OrderedDict

BY_HAND = {
    "torch_zeros", "torch_ones", "torch_empty", "torch_rand", "torch_randn", "torch_tensor", "torch_scalar_tensor",
    "torch_arange", "torch_save", "torch_nonzero", "torch_flatten", "torch_stft", "torch_tensor_split", "torch_hsplit", "torch_vsplit",
    "torch_dsplit", "torch_scatter", "torch_tensordot", "torch_pin_memory", "torch_set_data",
    "torch_backward", "torch_retain_grad", "torch_requires_grad_", "torch_to", "torch_item", "torch_dim", "torch_size",
    "torch_device", "torch_len", "torch_format", "torch_manual_seed", "torch_wait", "torch_grad", "torch_data",
    "torch_copy", "torch_find", "torch_clear", "torch_count", "torch_get", "torch_keys", "torch_pop", "torch_popitem",
    "torch_remove", "torch_set", "torch_setdefault", "torch_sorted", "torch_update", "torch_cpu", "torch_cuda",
    "torch_chalf", "torch_as_tensor", "torch_get_device", "torch_get_gradients", "torch_element_size",
    "torch_reverse", "torch_insert", "torch_extend", "torch_append", "torch_is_floating_point_", "torch_list", "torch_seed", "torch_is_grad_enabled", "torch_set_grad_enabled", "torch_percentFormat",
}
# argument of the R function -> argument of the schema
ALIASES = {"input": "self", "A": "self", "tensor": "self", "tensor1": "tensor", "tensor2": "other"}
ALIASES_OF = {
    "linalg_householder_product": {"A": "input"}, "linalg_lstsq": {"A": "self", "B": "b"},
    "linalg_tensorsolve": {"A": "self", "B": "other"},
}
FAMILIES = [
    ("Creation", r"(.*_like|.*_window|arange|range|linspace|logspace|eye|full|empty_strided|complex|polar|_indices|vander|"
                 r"sparse_.*tensor|from_file|normal|randint|randperm|bernoulli|multinomial|poisson|binomial)"),
    ("Linear algebra", r"(linalg_.*|mm|bmm|mv|matmul|dot|vdot|inner|outer|ger|addmm|addmv|addr|addbmm|baddbmm|"
                       r"chain_matmul|cholesky.*|det|logdet|slogdet|inverse|pinverse|qr|svd|lu.*|geqrf|orgqr|ormqr|"
                       r"triangular_solve|matrix_.*|kron|cross|trace|einsum|norm|cdist|pdist|dist|renorm|tri[lu])"),
    ("Reduction", r"(sum|mean|prod|std|var|std_mean|var_mean|max|min|amax|amin|aminmax|all|any|argmax|argmin|median|"
                  r"mode|nan(sum|mean|median|quantile)|quantile|logsumexp|count_nonzero|cum.*|logcumsumexp|histc|"
                  r"histogram.*|bincount|unique.*|corrcoef|cov|trapz|trapezoid|diff)"),
    ("Comparison and logic", r"(eq|ne|lt|le|gt|ge|less.*|greater.*|not_equal|equal|allclose|is.*|logical_.*|bitwise_.*|"
                             r"sort|argsort|msort|topk|kthvalue|searchsorted|bucketize|maximum|minimum|fmax|fmin|where)"),
    ("Shape and position", r"(reshape|view.*|squeeze|unsqueeze|flatten|unflatten|ravel|transpose|t|permute|movedim|"
                           r"moveaxis|swap.*|flip.*|rot90|roll|cat|concat.*|stack|[hvd]stack|column_stack|row_stack|"
                           r"chunk|split.*|[hvd]split|tensor_split|unsafe_.*|unbind|narrow.*|select.*|slice.*|index.*|"
                           r"gather|scatter.*|take.*|put|masked_.*|nonzero.*|argwhere|repeat.*|tile|expand.*|"
                           r"broadcast.*|as_strided.*|diag.*|block_diag|meshgrid|cartesian_prod|combinations|"
                           r"atleast_.*|pad|constant_pad_nd|unfold.*|one_hot|clone|contiguous)"),
    ("Neural network functions", r"(conv.*|.*_pool[123]d.*|.*norm.*|.*loss.*|dropout.*|.*_dropout.*|relu.*|r?relu_?|"
                                 r"[cs]?elu|gelu|silu|mish|hard.*|softmax|log_softmax|softplus|softshrink|softmin|glu|"
                                 r"prelu|leaky_relu|log_sigmoid|threshold|embedding.*|linear|bilinear|.*attention.*|"
                                 r"lstm.*|gru.*|rnn.*|upsample.*|grid_sampler.*|affine_grid.*|pixel_.*|channel_shuffle|"
                                 r"binary_cross_entropy.*|kl_div|cosine_similarity|pairwise_distance|col2im|im2col|"
                                 r".*shuffle.*)"),
    ("Fourier transforms and special functions", r"(fft_.*|special_.*|stft|istft)"),
    ("Quantization and sparse tensors", r"(quant.*|dequantize|q_.*|int_repr|fake_.*|sparse.*|.*sparse.*|coalesce|hspmm|"
                                        r"smm|sspaddmm)"),
]
LAST = "Pointwise mathematics and the rest"
INTERNAL = re.compile(
    r"(backward|_jvp|_copy$|^_|_$|cudnn|miopen|mkldnn|mkl_|mps_|xnn|fbgemm|^sym_|^to_|_for_|^quantized_(?!.*pool)|^batch_norm_|"
    r"native_|thnn|slow_conv|^conv_depthwise|^alias|^lift|^detach|record_stream|^set_|^new_|^rename|^refine|^align|"
    r"^has_|^is_(leaf|pinned|set_to|same_size|distributed|conj|neg|inference|signed|coalesced|vulkan|non_overlapping.*|strides_like.*)|^output_nr|"
    r"^retains|^stride|^numel|^storage|^dense_dim|^resize|^requires|^resolve|^item|^dict|^sum_to|^type_as|^result_type2)"
)


def split(text):
    parts, depth, part = [], 0, ""
    for c in text:
        depth += (c in "([") - (c in ")]")
        if c == "," and depth == 0:
            parts.append(part.strip())
            part = ""
        else:
            part += c
    return [p for p in parts + [part.strip()] if p and p != "*"]


def read_schemas(path):
    found = OrderedDict()
    for line in open(path):
        m = re.match(r"^aten::(\w+)(?:\.(\w+))?\((.*)\) -> (.*)$", line.strip())
        if m:
            found.setdefault(m[1], []).append((m[2] or "", split(m[3]), m[4]))
    return found


def name_of(argument):
    return argument.split("=")[0].split()[-1]


DIMENSIONS = {"dim", "dims", "dim0", "dim1", "dim2", "start_dim", "end_dim", "axis", "axis0", "axis1"}


def default_in_r(argument):
    if "=" not in argument:
        return None
    name, value = name_of(argument), argument.split("=", 1)[1]
    if value in ("None", "True", "False"):
        return {"None": "NULL", "True": "TRUE", "False": "FALSE"}[value]
    if re.fullmatch(r"-?\d+", value):
        number = int(value)
        return f"{number + 1 if name in DIMENSIONS and number >= 0 else number}L"
    if re.fullmatch(r"-?[\d.]+(e-?\d+)?", value):
        return repr(float(value))
    if value[0] in "'\"":
        return '"' + value[1:-1] + '"'
    return ""


def from_schema(name, overloads):
    arguments = OrderedDict()
    for _, declared, _ in overloads:
        for argument in declared:
            if "!) out" in argument or re.match(r"Dimname", argument) or "!)" in argument and "=" not in argument and name_of(argument) != "self":
                continue
            key = name_of(argument)
            value = default_in_r(argument)
            if key not in arguments:
                arguments[key] = value
            elif value is None or arguments[key] is None:
                arguments[key] = None
    return [key if not value else f"{key} = {value}" for key, value in arguments.items()]


def family(name):
    short = re.sub("^torch_", "", name)
    for title, pattern in FAMILIES:
        if re.fullmatch(pattern, short):
            return title
    return LAST


def main():
    schemas = read_schemas(sys.argv[1])
    known = OrderedDict()
    for line in open(sys.argv[2]):
        m = re.match(r"^((?:torch|linalg)_\w+)\((.*)\)$", line.strip())
        if m:
            known[m[1]] = split(m[2])
    families = OrderedDict((title, []) for title, _ in FAMILIES + [(LAST, "")])
    done = set()
    for name, arguments in known.items():
        operator = re.sub("^torch_", "", name)
        if operator not in schemas or name in BY_HAND:
            continue
        declared = {name_of(a) for _, args, _ in schemas[operator] for a in args}
        aliases = []
        for argument in arguments:
            key = argument.split("=")[0].strip()
            target = ALIASES_OF.get(name, ALIASES).get(key)
            if key not in declared and target in declared:
                aliases.append(f"{target} = {key}")
        comment = "  # " + ", ".join(aliases) if aliases else ""
        families[family(name)].append(f"{name}({', '.join(arguments)}){comment}")
        done.add(operator)
    for operator, overloads in schemas.items():
        name = operator if operator.startswith("linalg_") else "torch_" + operator
        tensors = any("Tensor" in " ".join(a) + r for _, a, r in overloads)
        usable = [o for o in overloads if "Tensor" in " ".join(o[1]) + o[2] and not any("!) out" in a for a in o[1])]
        if operator in done or operator[0].isupper() or INTERNAL.search(operator) or name in BY_HAND or not tensors or not usable:
            continue
        families[family(name)].append(f"{name}({', '.join(from_schema(operator, usable))})")
    print("# The functions that are operators of libtorch, by family: proposed by dev/operator-table.py, then edited.")
    print("# `# schema = argument` behind a line: the R argument has another name than the schema's.")
    for title, lines in families.items():
        print(f"\n## {title}")
        for line in sorted(set(lines)):
            print(line)


main()

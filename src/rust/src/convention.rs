//! R's conventions at the R surface: which arguments and results count from one. Names decide, with few exceptions,
//! because libtorch names its arguments consistently. `jit_ops` and programs do not pass through here.
//!
//! What is no position stays as libtorch has it: sizes, counts (`k`, `length`, `crow_indices`: how many elements come
//! before a row), distances (`offset`, `storage_offset`, the `offsets` of bags), the places to cut of `tensor_split` (how
//! many elements come before the cut), and values (`randperm`, `bincount`, the labels of `ctc_loss` with its `blank`).

use crate::types::{Argument, Base, TypeKind};

/// Whole numbers that name a dimension, whatever the operator.
const DIMENSIONS: &[&str] = &[
    "dim",
    "dims",
    "dim0",
    "dim1",
    "dim2",
    "start_dim",
    "end_dim",
    "axis",
    "axis0",
    "axis1",
    "ch_axis",
    "source",
    "destination",
    "dimension",
    "dims_self",
    "dims_other",
    "out_dim",
    "physical_layout",
];

/// Those that are named like dimensions, but are none.
const COUNTS: &[(&str, &[&str])] = &[("dims", &["tile"])];

/// Whole numbers that name a position along a dimension, a class or a row: the argument, and its operators.
const POSITIONS: &[(&str, &[&str])] = &[
    ("index", &["select", "select_scatter"]),
    ("start", &["narrow", "slice", "slice_inverse", "slice_scatter"]),
    // the first dimension of the second group
    ("ind", &["linalg_tensorinv"]),
    ("ignore_index", &["cross_entropy_loss", "nll_loss", "nll_loss2d", "nll_loss_nd"]),
    ("padding_idx", &["embedding", "embedding_dense", "embedding_sparse", "embedding_bag"]),
    ("fill_value", &["nonzero_static"]),
    // which operands are contracted next
    ("path", &["einsum"]),
];

/// Positions of a last element, which R includes and libtorch does not.
const LAST: &[(&str, &[&str])] = &[("end", &["slice", "slice_inverse", "slice_scatter"])];

/// Tensors of positions: the argument, and its operators.
const POSITION_TENSORS: &[(&str, &[&str])] = &[
    (
        "index",
        &[
            "gather",
            "scatter",
            "scatter_add",
            "scatter_reduce",
            "index_select",
            "index_add",
            "index_copy",
            "index_fill",
            "index_reduce",
            "take",
            "put",
        ],
    ),
    (
        "indices",
        &[
            "take_along_dim",
            "index",
            "index_put",
            "embedding",
            "embedding_dense",
            "embedding_sparse",
            "embedding_renorm",
            "embedding_bag",
            "max_unpool2d",
            "max_unpool3d",
            "max_pool2d_with_indices",
            "max_pool3d_with_indices",
            "adaptive_max_pool2d",
            "adaptive_max_pool3d",
            "fractional_max_pool2d",
            "fractional_max_pool3d",
            "cummaxmin",
            "value_selecting_reduction",
            "sparse_coo_tensor",
        ],
    ),
    (
        "target",
        &["nll_loss", "nll_loss_nd", "nll_loss2d", "cross_entropy_loss", "multi_margin_loss", "multilabel_margin_loss"],
    ),
    ("start", &["narrow"]),
    ("self", &["one_hot"]),
    ("sorter", &["searchsorted"]),
    ("col_indices", &["sparse_csr_tensor", "sparse_bsr_tensor"]),
    ("row_indices", &["sparse_csc_tensor", "sparse_bsc_tensor"]),
    ("plain_indices", &["sparse_compressed_tensor"]),
];

/// Results that are positions: which result, and its operators.
const POSITION_RESULTS: &[(usize, &[&str])] = &[
    (
        0,
        &[
            "argmax",
            "argmin",
            "argsort",
            "argwhere",
            "nonzero",
            "nonzero_numpy",
            "nonzero_static",
            "multinomial",
            "searchsorted",
            "bucketize",
            "tril_indices",
            "triu_indices",
            "indices",
            "_indices",
            "col_indices",
            "row_indices",
            "q_per_channel_axis",
            // without a tensor to repeat: how often each position is repeated
            "repeat_interleave.Tensor",
        ],
    ),
    (
        1,
        &[
            "sort",
            "topk",
            "max",
            "min",
            "median",
            "nanmedian",
            "mode",
            "kthvalue",
            "cummax",
            "cummin",
            "_unique",
            "_unique2",
            "unique_dim",
            "unique_consecutive",
            "unique_dim_consecutive",
            "max_pool1d_with_indices",
            "max_pool2d_with_indices",
            "max_pool3d_with_indices",
            "adaptive_max_pool1d",
            "adaptive_max_pool2d",
            "adaptive_max_pool3d",
            "fractional_max_pool2d",
            "fractional_max_pool3d",
            "embedding_bag",
        ],
    ),
    (3, &["embedding_bag"]),
];

/// Results where -1 says that there is none.
const MAY_BE_NONE: &[(usize, &[&str])] = &[(0, &["nonzero_static"]), (3, &["embedding_bag"])];

fn listed<Key: PartialEq + ?Sized>(table: &[(&Key, &[&str])], key: &Key, operator: &str) -> bool {
    table.iter().any(|(k, operators)| *k == key && operators.contains(&operator))
}

fn listed_result(table: &[(usize, &[&str])], result: usize, operator: &str) -> bool {
    table.iter().any(|(i, operators)| *i == result && operators.contains(&operator))
}

/// The operator that another one, in place or of its gradient, goes with.
fn stem(operator: &str) -> &str {
    let operator = operator.strip_suffix('_').unwrap_or(operator);
    if operator == "index_copy" {
        return operator;
    }
    ["_backward", "_forward", "_copy"].iter().find_map(|suffix| operator.strip_suffix(suffix)).unwrap_or(operator)
}

/// The convention of an argument of `operator` (without its namespace).
pub fn base(operator: &str, argument: &Argument) -> Base {
    let operator = stem(operator);
    let kind = argument.kind.required();
    let element = match kind.kind {
        TypeKind::List => kind.children[0].required().kind,
        other => other,
    };
    let name = argument.name.as_str();
    match element {
        // tensordot counts how many dimensions when it gets one number; its schema has lists alone
        TypeKind::Int if DIMENSIONS.contains(&name) && !listed(COUNTS, name, operator) => Base::One,
        TypeKind::Int if listed(POSITIONS, name, operator) => Base::One,
        TypeKind::Int if listed(LAST, name, operator) => Base::Last,
        TypeKind::Tensor if listed(POSITION_TENSORS, name, operator) => Base::OneTensor,
        _ => Base::Zero,
    }
}

/// How the positions of a result are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// They are none.
    AsTheyAre,
    FromOne,
    /// And negative ones stay: they say that there is none.
    FromOneOrNone,
}

pub fn counts(operator: &str, overload: &str, result: usize) -> Counts {
    // a gradient is no position
    let operator = operator.strip_suffix("_copy").unwrap_or(operator);
    let of_overload = format!("{operator}.{overload}");
    match listed_result(POSITION_RESULTS, result, operator) || listed_result(POSITION_RESULTS, result, &of_overload) {
        false => Counts::AsTheyAre,
        true if listed_result(MAY_BE_NONE, result, operator) => Counts::FromOneOrNone,
        true => Counts::FromOne,
    }
}

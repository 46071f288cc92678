//! R's conventions at the R surface: which arguments and results count from one. Names decide, with few exceptions,
//! because libtorch names its arguments consistently. `jit_ops` and programs do not pass through here.

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
    "source",
    "destination",
    "dimension",
    "dims_self",
    "dims_other",
    "out_dim",
];

/// Whole numbers that name a position along a dimension, by operator.
const POSITIONS: &[(&str, &str)] = &[
    ("select", "index"),
    ("select_copy", "index"),
    ("select_scatter", "index"),
    ("narrow", "start"),
    ("narrow_copy", "start"),
];

/// Tensors of positions, by operator.
const POSITION_TENSORS: &[(&str, &str)] = &[
    ("gather", "index"),
    ("scatter", "index"),
    ("scatter_", "index"),
    ("scatter_add", "index"),
    ("scatter_add_", "index"),
    ("scatter_reduce", "index"),
    ("scatter_reduce_", "index"),
    ("index_select", "index"),
    ("index_add", "index"),
    ("index_add_", "index"),
    ("index_copy", "index"),
    ("index_copy_", "index"),
    ("index_fill", "index"),
    ("index_fill_", "index"),
    ("index_reduce", "index"),
    ("index_reduce_", "index"),
    ("take", "index"),
    ("put", "index"),
    ("put_", "index"),
    ("take_along_dim", "indices"),
    ("index", "indices"),
    ("index_put", "indices"),
    ("index_put_", "indices"),
    ("embedding", "indices"),
    ("embedding_bag", "indices"),
    ("one_hot", "self"),
    ("nll_loss", "target"),
    ("nll_loss_nd", "target"),
    ("nll_loss2d", "target"),
    ("cross_entropy_loss", "target"),
    ("multi_margin_loss", "target"),
    ("max_unpool2d", "indices"),
    ("max_unpool3d", "indices"),
];

/// Results that are positions: the index of the result, by operator.
const POSITION_RESULTS: &[(&str, usize)] = &[
    ("argmax", 0),
    ("argmin", 0),
    ("argsort", 0),
    ("argwhere", 0),
    ("nonzero", 0),
    ("nonzero_numpy", 0),
    ("nonzero_static", 0),
    ("multinomial", 0),
    ("sort", 1),
    ("msort", 1),
    ("topk", 1),
    ("max", 1),
    ("min", 1),
    ("median", 1),
    ("nanmedian", 1),
    ("mode", 1),
    ("kthvalue", 1),
    ("cummax", 1),
    ("cummin", 1),
    ("_unique", 1),
    ("_unique2", 1),
    ("unique_dim", 1),
    ("unique_consecutive", 1),
    ("unique_dim_consecutive", 1),
    ("max_pool1d_with_indices", 1),
    ("max_pool2d_with_indices", 1),
    ("max_pool3d_with_indices", 1),
    ("adaptive_max_pool1d", 1),
    ("adaptive_max_pool2d", 1),
    ("adaptive_max_pool3d", 1),
    ("fractional_max_pool2d", 1),
    ("fractional_max_pool3d", 1),
];

/// The convention of an argument of `operator` (without its namespace).
pub fn base(operator: &str, argument: &Argument) -> Base {
    let kind = argument.kind.required();
    let element = match kind.kind {
        TypeKind::List => kind.children[0].required().kind,
        other => other,
    };
    let listed = |table: &[(&str, &str)]| table.iter().any(|(o, a)| *o == operator && *a == argument.name);
    match element {
        // tensordot counts how many dimensions when it gets one number; its schema has lists alone
        TypeKind::Int if DIMENSIONS.contains(&argument.name.as_str()) || listed(POSITIONS) => Base::One,
        TypeKind::Tensor if listed(POSITION_TENSORS) => Base::OneTensor,
        _ => Base::Zero,
    }
}

pub fn result_counts_from_one(operator: &str, result: usize) -> bool {
    POSITION_RESULTS.iter().any(|(o, i)| *o == operator && *i == result)
}

/// libtorch's words about dimensions and positions, which it counts from zero, as R counts them.
pub fn in_r_terms(text: &str) -> Option<String> {
    let number = |text: &str| text.trim().parse::<i64>().ok();
    let shift = |value: i64| if value >= 0 { value + 1 } else { value };
    if let Some(rest) = text.strip_prefix("Dimension out of range (expected to be in range of [") {
        let (range, given) = rest.split_once("], but got ")?;
        let (least, most) = range.split_once(',')?;
        let (least, most, given) = (number(least)?, number(most)?, number(given.split(')').next()?)?);
        return Some(format!(
            "dimension {} is out of range: it must be between 1 and {}, or between {least} and -1",
            shift(given),
            shift(most)
        ));
    }
    // "index 4 is out of bounds for dimension 0 with size 4", with words before it in some operators
    let (before, rest) = text.split_once("index ")?;
    let (given, rest) = rest.split_once(" is out of bounds")?;
    let given = shift(number(given)?);
    match rest.strip_prefix(" for dimension ").and_then(|rest| rest.split_once(" with size ")) {
        Some((dimension, size)) => Some(format!(
            "{before}index {given} is out of bounds for dimension {} with size {size}",
            shift(number(dimension)?)
        )),
        None => Some(format!("{before}index {given} is out of bounds{rest}")),
    }
}

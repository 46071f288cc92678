//! libtorch's messages name dimensions and positions counted from zero; R users count from one.

/// A message of libtorch's, cut at its holes, and what R users read. `{p}` is a position or dimension, which is shifted,
/// `{n}` a number or other text that stays, `{l}` a list of positions; `$1` is what stood in the first hole. A pattern
/// may stand anywhere in the message.
const MESSAGES: &[(&str, &str)] = &[
    (
        "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of \
         dimensions i.e. input.dim() = {n} is not equal to len(dims) = {n}",
        "permute(): `dims` must name every dimension of the tensor once: it has $1, and $2 were given",
    ),
    (
        "Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument.",
        "an empty tensor has no such element: `dim` must say over which dimension",
    ),
    ("selected index k out of range", "`k` is greater than the size of the dimension"),
    ("ZeroDivisionError", "whole numbers can't be divided by zero"),
    ("to be one of None, 'trunc', or 'floor' but found", "to be NULL, 'trunc' or 'floor' but found"),
    ("for operand {p} which", "for operand $1 which"),
    ("Use the `^` or `logical_xor()` operator instead", "Use torch_logical_xor() instead"),
    ("use the `~` or `logical_not()` operator instead", "use `!` or torch_logical_not() instead"),
    (
        "Dimension out of range (expected to be in range of [{n}, {p}], but got {p})",
        "dimension $3 is out of range: it must be between 1 and $2, or between $1 and -1",
    ),
    (
        "Dimension specified as {p} but tensor has no dimensions",
        "dimension $1 is asked for, but the tensor has no dimensions",
    ),
    (
        "select(): index {p} out of range for tensor of size {n} at dimension {p}",
        "position $1 is out of range for dimension $3 of a tensor of shape $2",
    ),
    (
        "index {p} is out of bounds for dimension {p} with size {n}",
        "index $1 is out of bounds for dimension $2 with size $3",
    ),
    ("list index out of range", "subscript out of bounds: the list or vector has no element there"),
    ("index {p} is out of bounds", "index $1 is out of bounds"),
    ("index out of range in self", "a position is beyond the end of the dimension"),
    (
        "out of range: tried to access index {p} on a tensor of {n} elements.",
        "position $1 is out of range: the tensor has $2 elements",
    ),
    (
        "start out of range (expected to be in range of [{n}, {n}], but got {p})",
        "position $3 is out of range for size $2",
    ),
    (
        "start ({p}) + length ({n}) exceeds dimension size ({n}).",
        "$2 elements from position $1 on are more than the dimension's size $3 has",
    ),
    ("Target {p} is out of bounds.", "target $1 is out of bounds: targets are classes from 1 on, and there are fewer"),
    ("Class values must be smaller than num_classes.", "a class is greater than `num_classes`"),
    ("dim {p} appears multiple times", "dimension $1 appears several times"),
    (
        "diagonal dimensions cannot be identical {p}, {p}",
        "the two dimensions of a diagonal must differ: they are $1 and $2",
    ),
    ("out of range for dimension {p}", "out of range for dimension $1"),
    ("repeated dim in `source` ({l})", "repeated dimension in `source` ($1)"),
    ("repeated dim in `destination` ({l})", "repeated dimension in `destination` ($1)"),
    (
        "first has size {n} in dim {p} and second has size {n} in dim {p}",
        "first has size $1 in dimension $2 and second has size $3 in dimension $4",
    ),
    ("at dimension {p} is {n} but size is {n}", "at dimension $1 is $2 but size is $3"),
    ("at dimension {p}", "at dimension $1"),
    (
        "in dimension {p}. Expected size {n} but got size {n} for tensor number {p} in the list",
        "in dimension $1. Expected size $2 but got size $3 for tensor number $4 in the list",
    ),
    (
        "Channel axis out of range in per channel affine quantization. Got: {p}Expected: [0, {n})",
        "axis $1 is out of range: it must be between 1 and $2",
    ),
    ("but got dim0 = {p} and dim1 = {p}", "but got $1 and $2"),
    (
        "Index {p} of input takes value {p} which is not in the valid range [0, {n})",
        "index $1 of the input is $2, which is not between 1 and $3",
    ),
    ("Found an invalid max index: {p} ", "position $1 of a greatest element is out of range "),
    ("inputs dimension {p} must have length", "inputs dimension $1 must have length"),
    ("the size of dim {p} (", "the size of dimension $1 ("),
    ("at non-singleton dimension {p}", "at dimension $1, where neither is 1"),
    ("but got {n} at entry {p} and {n} at entry {p}", "but got $1 at entry $2 and $3 at entry $4"),
    ("Expected reduction dim {p} to have non-zero size", "dimension $1 must not be empty"),
    ("along dimension {p}, but", "along dimension $1, but"),
    ("apart from dimension {p}", "apart from dimension $1"),
    ("tensor number {p} in the list", "tensor number $1 in the list"),
];

/// The message as R counts; None where it names no position.
pub fn in_r_terms(text: &str) -> Option<String> {
    MESSAGES.iter().find_map(|(pattern, words)| reworded(text, pattern, words))
}

fn reworded(text: &str, pattern: &str, words: &str) -> Option<String> {
    let first = pattern.split('{').next()?;
    // the pattern's first words may come earlier in the text, with something else behind them
    text.match_indices(first).find_map(|(start, _)| {
        let (holes, end) = fill(&text[start..], pattern)?;
        let mut filled = words.to_string();
        for (i, hole) in holes.iter().enumerate() {
            filled = filled.replace(&format!("${}", i + 1), hole);
        }
        Some(format!("{}{filled}{}", &text[..start], &text[start + end..]))
    })
}

/// What stands in the holes, and where the pattern ends.
fn fill(text: &str, pattern: &str) -> Option<(Vec<String>, usize)> {
    let mut holes = Vec::new();
    let mut at = 0;
    let mut rest = pattern;
    loop {
        let Some((literal, after)) = rest.split_once('{') else {
            return text[at..].strip_prefix(rest).map(|_| (holes, at + rest.len()));
        };
        text[at..].strip_prefix(literal)?;
        at += literal.len();
        let (kind, after) = after.split_once('}')?;
        let next = after.split('{').next()?;
        let length = match (kind, next.is_empty()) {
            ("p", _) => text[at..].find(|c: char| !(c.is_ascii_digit() || c == '-')).unwrap_or(text.len() - at),
            (_, true) => text[at..].find(|c: char| !(c.is_ascii_digit() || c == '-')).unwrap_or(text.len() - at),
            _ => text[at..].find(next)?,
        };
        let hole = &text[at..at + length];
        holes.push(match kind {
            "p" => shifted(hole)?,
            "l" => hole.split_inclusive(|c: char| !(c.is_ascii_digit() || c == '-')).map(shifted_part).collect(),
            _ => hole.to_string(),
        });
        at += length;
        rest = after;
    }
}

fn shifted(number: &str) -> Option<String> {
    let value = number.trim().parse::<i64>().ok()?;
    Some(if value >= 0 { value + 1 } else { value }.to_string())
}

/// A number with the sign behind it.
fn shifted_part(part: &str) -> String {
    let digits = part.trim_end_matches(|c: char| !(c.is_ascii_digit() || c == '-'));
    match shifted(digits) {
        Some(number) => format!("{number}{}", &part[digits.len()..]),
        None => part.to_string(),
    }
}

//! Dtypes: their names, and what they can hold.

use crate::error::{Error, Kind, Result};
use crate::r::*;
use crate::routine;
use crate::shim;
use crate::tensor::DEVICES;
use crate::to_r::integers;
use std::ffi::c_int;

/// libtorch's codes of the dtypes, under the names that users write and that R prints.
pub const DTYPES: &[(&str, &str, c_int)] = &[
    ("uint8", "Byte", 0),
    ("int8", "Char", 1),
    ("int16", "Short", 2),
    ("int32", "Int", 3),
    ("int64", "Long", 4),
    ("float16", "Half", 5),
    ("float32", "Float", 6),
    ("float64", "Double", 7),
    ("complex32", "ComplexHalf", 8),
    ("complex64", "ComplexFloat", 9),
    ("complex128", "ComplexDouble", 10),
    ("bool", "Bool", 11),
    ("qint8", "QInt8", 12),
    ("quint8", "QUInt8", 13),
    ("qint32", "QInt32", 14),
    ("bfloat16", "BFloat16", 15),
    ("float8_e5m2", "Float8_e5m2", 23),
    ("float8_e4m3fn", "Float8_e4m3fn", 24),
    ("uint16", "UInt16", 27),
    ("uint32", "UInt32", 28),
    ("uint64", "UInt64", 29),
];
const ALIASES: &[(&str, &str)] = &[
    ("float", "float32"),
    ("double", "float64"),
    ("half", "float16"),
    ("long", "int64"),
    ("int", "int32"),
    ("short", "int16"),
    ("byte", "uint8"),
    ("char", "int8"),
    ("cfloat32", "complex32"),
    ("cfloat64", "complex64"),
    ("cfloat128", "complex128"),
    ("cfloat", "complex64"),
    ("cdouble", "complex128"),
    ("chalf", "complex32"),
];

/// A torch_dtype object, or the name of one.
pub unsafe fn dtype_code(x: SEXP) -> Option<c_int> {
    if TYPEOF(x) == SEXPTYPE::INTSXP && Rf_xlength(x) == 1 && inherits(x, "torch_dtype") {
        return Some(*INTEGER(x));
    }
    let name = string(x).filter(|_| Rf_xlength(x) == 1)?;
    let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name.as_str(), |(_, name)| name);
    DTYPES.iter().find(|(known, r_name, _)| *known == name || *r_name == name).map(|(.., code)| *code)
}

pub unsafe fn mk_dtype(code: c_int) -> SEXP {
    let out = Rf_protect(Rf_ScalarInteger(code));
    set_class(out, &["torch_dtype"]);
    Rf_unprotect(1);
    out
}

/// As dtype_code(); a string that is the name of nothing is an error that says which names there are.
pub unsafe fn dtype_named(x: SEXP) -> Result<Option<c_int>> {
    let code = dtype_code(x);
    if code.is_some() || TYPEOF(x) != SEXPTYPE::STRSXP || Rf_xlength(x) != 1 {
        return Ok(code);
    }
    let name = string(x).unwrap_or_default();
    // where an overload takes a device in the same place its name is meant
    if DEVICES.contains(&name.split(':').next().unwrap_or("")) {
        return Ok(None);
    }
    let names = || DTYPES.iter().map(|(_, r_name, _)| *r_name).chain(ALIASES.iter().map(|(alias, _)| *alias));
    let known = DTYPES.iter().map(|(name, ..)| *name).chain(names());
    let nearest =
        known.map(|known| (edits(&name.to_lowercase(), &known.to_lowercase()), edits(&name, known), known)).min();
    let hint = match nearest {
        Some((edits, _, nearest)) if edits <= 2 => format!("did you mean \"{nearest}\"?"),
        _ => {
            let names: Vec<&str> = DTYPES.iter().map(|(name, ..)| *name).collect();
            format!("valid dtypes: {}", names.join(", "))
        }
    };
    Err(Error::new(Kind::Value, format!("`dtype` must be a dtype, not the string \"{name}\""))
        .hint(hint)
        .argument("dtype"))
}

pub unsafe fn required_dtype(x: SEXP) -> Result<c_int> {
    dtype_named(x)?.ok_or_else(|| {
        let text = format!("`dtype` must be a dtype such as torch_float(), not {}", describe(x));
        Error::new(Kind::Type, text).argument("dtype")
    })
}

/// How many letters differ, are missing, too many, or have changed places with a neighbour.
fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = match (i, j) {
                (0, j) => j,
                (i, 0) => i,
                _ => {
                    let same = usize::from(a[i - 1] != b[j - 1]);
                    let mut least = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + same);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        least = least.min(rows[i - 2][j - 2] + 1);
                    }
                    least
                }
            };
        }
    }
    rows[a.len()][b.len()]
}

/// Numbers that the dtype cannot hold: libtorch would wrap them around. Fractions are cut off, as in PyTorch.
pub unsafe fn refuse_unfit(x: SEXP, dtype: c_int) -> Result<()> {
    if (12..=14).contains(&dtype) {
        return Err(Error::new(Kind::Type, "numbers can't become a quantized tensor by their dtype alone")
            .hint("torch_quantize_per_tensor(x, scale, zero_point, dtype) says how"));
    }
    let mut limits = shim::DtypeLimits::default();
    shim::ts_dtype_describe(dtype, &mut limits);
    if limits.kind != 2 {
        return Ok(());
    }
    let n = Rf_xlength(x) as usize;
    let unfit = match TYPEOF(x) {
        SEXPTYPE::INTSXP => std::slice::from_raw_parts(INTEGER(x), n)
            .iter()
            .find(|v| (**v as i64) < limits.least || (**v > 0 && **v as u64 > limits.most))
            .map(|v| v.to_string()),
        SEXPTYPE::REALSXP if inherits(x, "integer64") => std::slice::from_raw_parts(REAL(x) as *const i64, n)
            .iter()
            .find(|v| **v < limits.least || (**v > 0 && **v as u64 > limits.most))
            .map(|v| v.to_string()),
        SEXPTYPE::REALSXP => {
            // 2^63 - 1 and 2^64 - 1 are no doubles: the next greater ones do not fit
            let (least, beyond) = (limits.least as f64, (limits.most as u128 + 1) as f64);
            std::slice::from_raw_parts(REAL(x), n)
                .iter()
                .find(|v| v.trunc() < least || v.trunc() >= beyond)
                .map(|v| v.to_string())
        }
        _ => None,
    };
    match unfit {
        Some(value) => {
            let name = DTYPES.iter().find(|(.., code)| *code == dtype).map_or("", |(name, ..)| name);
            let text = format!("the data hold {value}, which {name} can't hold");
            Err(Error::new(Kind::Value, text).hint(format!("{name} goes from {} to {}", limits.least, limits.most)))
        }
        None => Ok(()),
    }
}

routine!(
    /// The code of a dtype or of its name.
    named(x) { Ok(mk_dtype(required_dtype(x)?)) }
);

routine!(
    /// What torch_finfo() (`floating`) and torch_iinfo() show; NULL for a dtype of the other kind.
    limits(dtype, floating) {
        let mut limits = shim::DtypeLimits::default();
        shim::ts_dtype_describe(required_dtype(dtype)?, &mut limits);
        match (limits.kind, is_true(floating)) {
            (1, true) => Ok(named_list(
                &["bits", "max", "min", "eps", "tiny", "smallest_normal", "resolution"],
                |i| match i {
                    0 => Rf_ScalarInteger(limits.bits),
                    1 => Rf_ScalarReal(limits.max),
                    2 => Rf_ScalarReal(limits.min),
                    3 => Rf_ScalarReal(limits.eps),
                    6 => Rf_ScalarReal(limits.resolution),
                    _ => Rf_ScalarReal(limits.tiny),
                },
            )),
            (2, false) => Ok(named_list(&["bits", "max", "min"], |i| match i {
                0 => Rf_ScalarInteger(limits.bits),
                // not even an integer64 holds 2^64 - 1
                1 => i64::try_from(limits.most).map_or_else(|_| Rf_ScalarReal(limits.most as f64), |most| integers(&[most])),
                // R's integer64 has NA in the place of the least: the double is exact
                _ if limits.least == i64::MIN => Rf_ScalarReal(limits.least as f64),
                _ => integers(&[limits.least]),
            })),
            _ => Ok(R_NilValue),
        }
    }
);

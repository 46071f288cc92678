//! A value that does not fit its type, and the message that says so in R's words.

use crate::error::{Error, Kind as ErrorKind};
use crate::handle::{self, Kind};
use crate::r::*;
use crate::types::{Type, TypeKind};

/// Why a value does not fit its type; the message is made later, if no other overload takes it.
#[derive(Debug)]
pub enum Mismatch {
    Type,
    Missing,
    NotWhole(f64),
    OutOfRange(f64),
    Zero,
    /// A tensor of positions, one of which is zero.
    HoldsZero,
    Length {
        wanted: usize,
        given: usize,
    },
    Name(String),
    /// An entry without a name, or two of one name.
    Unnamed,
    Twice(String),
    At(String, Box<Mismatch>),
    /// A value of the right kind that says something impossible, for which there is an error already.
    Invalid(Error),
    /// A failure of libtorch's.
    Failure(Error),
}

impl Mismatch {
    /// The error for argument `name` of `operator`.
    pub unsafe fn into_error(self, name: &str, wanted: &Type, given: SEXP) -> Error {
        let value = |text: String| Error::new(ErrorKind::Value, text);
        let (place, mismatch) = self.innermost(String::new());
        let error = match mismatch {
            Mismatch::Failure(error) | Mismatch::Invalid(error) => return error,
            Mismatch::Missing => value(format!("`{name}{place}` must not be NA")),
            Mismatch::NotWhole(v) => value(format!("`{name}{place}` must be a whole number, not {}", number_text(v))),
            Mismatch::OutOfRange(v) if v.is_infinite() => {
                value(format!("`{name}{place}` must be a whole number, not {}", number_text(v)))
            }
            Mismatch::OutOfRange(v) => {
                value(format!("`{name}{place}` is {}: too large for a double to hold it exactly", number_text(v)))
                    .hint("use bit64::as.integer64() for whole numbers beyond 2^53")
            }
            Mismatch::Zero => Error::new(ErrorKind::Index, format!("`{name}{place}` must not be 0"))
                .hint("dimensions and positions count from 1; negative ones count from the end"),
            Mismatch::HoldsZero => Error::new(ErrorKind::Index, format!("`{name}{place}` must not hold 0"))
                .hint("positions count from 1; negative ones count from the end"),
            Mismatch::Length { wanted, given } => {
                value(format!("`{name}{place}` must have {wanted} elements, not {given}"))
            }
            Mismatch::Unnamed => value(format!("every element of `{name}{place}` must have a name")),
            Mismatch::Twice(label) => value(format!("`{name}{place}` has two elements named `{label}`")),
            Mismatch::Name(field) => value(format!("`{name}{place}` has no usable element named `{field}`")),
            _ => {
                let given = element_at(given, &place);
                let error = Error::new(
                    ErrorKind::Type,
                    format!(
                        "`{name}{place}` must be {}, not {}",
                        element_type(wanted, &place).in_r_words(),
                        describe(given)
                    ),
                );
                let numeric = is_number(given);
                let wants_tensor = element_type(wanted, &place).required().kind == TypeKind::Tensor;
                if handle::is(given, Kind::Tensor) && handle::get(given, Kind::Tensor).is_none() {
                    Error::new(ErrorKind::Handle, format!("`{name}{place}` is a tensor that is no longer alive"))
                } else if wants_tensor && numeric {
                    error.hint(format!("make a tensor of it first: torch_tensor({name})"))
                } else {
                    error
                }
            }
        };
        error.argument(name)
    }
    pub fn innermost(self, place: String) -> (String, Mismatch) {
        match self {
            Mismatch::At(inner, mismatch) => mismatch.innermost(format!("{place}{inner}")),
            other => (place, other),
        }
    }
}

fn steps(place: &str) -> usize {
    place.matches("[[").count() + place.matches('$').count()
}
fn element_type<'a>(wanted: &'a Type, place: &str) -> &'a Type {
    let mut kind = wanted;
    for _ in 0..steps(place) {
        kind = kind.required();
        match kind.children.last() {
            Some(child) => kind = child,
            None => break,
        }
    }
    kind
}
pub unsafe fn element_at(given: SEXP, place: &str) -> SEXP {
    let mut value = given;
    for step in place.split(['$', ']']).filter(|step| !step.is_empty()) {
        if TYPEOF(value) != SEXPTYPE::VECSXP {
            break;
        }
        let i = match step.strip_prefix("[[") {
            Some(index) => index.parse::<usize>().unwrap_or(1) - 1,
            None => names(value).and_then(|names| names.iter().position(|name| name == step)).unwrap_or(0),
        };
        value = VECTOR_ELT(value, i as R_xlen_t);
    }
    value
}

pub unsafe fn is_number(x: SEXP) -> bool {
    matches!(TYPEOF(x), SEXPTYPE::INTSXP | SEXPTYPE::REALSXP | SEXPTYPE::LGLSXP)
}

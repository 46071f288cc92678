//! R value -> IValue where no schema says what is wanted: `Any` arguments, and the values of a trace.

use crate::error::{Error, Kind as ErrorKind, Result};
use crate::from_r::{whole, Conversion, Converted};
use crate::from_r_object::is_object;
use crate::handle::{self, Kind};
use crate::mismatch::{element_at, Mismatch};
use crate::r::*;
use crate::shim::{self, Value};
use crate::types::Base;
use std::ffi::c_void;

impl Conversion {
    /// Without a type to go by: as the value looks. Vectors of length one are scalars.
    pub(crate) unsafe fn guess(&mut self, x: SEXP) -> Converted {
        if handle::is(x, Kind::Tensor) {
            return self.tensor(x, Base::Zero);
        }
        if is_object(x) {
            return self.carried(x);
        }
        if let Some(declared) = self.declared(x) {
            return declared;
        }
        let one = Rf_xlength(x) == 1;
        match TYPEOF(x) {
            SEXPTYPE::NILSXP => Ok(Value::none()),
            SEXPTYPE::STRSXP if one => self.text(x),
            SEXPTYPE::RAWSXP => self.text(x),
            SEXPTYPE::LGLSXP | SEXPTYPE::INTSXP | SEXPTYPE::REALSXP | SEXPTYPE::CPLXSXP if one => self.scalar(x),
            SEXPTYPE::STRSXP => self.convert_as(x, "List[str]"),
            SEXPTYPE::LGLSXP => self.convert_as(x, "List[bool]"),
            SEXPTYPE::CPLXSXP => self.convert_as(x, "List[complex]"),
            SEXPTYPE::INTSXP | SEXPTYPE::REALSXP => {
                let items = (0..Rf_xlength(x)).map(|i| whole(x, i));
                match items.collect::<std::result::Result<Vec<i64>, Mismatch>>() {
                    Ok(ints) if TYPEOF(x) == SEXPTYPE::INTSXP => Ok(self.keep_ints(shim::INTS, ints)),
                    _ if TYPEOF(x) == SEXPTYPE::REALSXP => {
                        self.doubles.push(std::slice::from_raw_parts(REAL(x), Rf_xlength(x) as usize).to_vec());
                        let kept = &self.doubles[self.doubles.len() - 1];
                        Ok(Value::array(shim::DOUBLES, kept.as_ptr() as *mut c_void, kept.len()))
                    }
                    _ => Err(Mismatch::Type),
                }
            }
            SEXPTYPE::VECSXP => self.guess_list(x),
            _ => Err(Mismatch::Type),
        }
    }

    /// An unnamed list is a List[Tensor] or a tuple; a named one a Dict[str, Tensor] or, where its elements are not all
    /// tensors, a named tuple.
    unsafe fn guess_list(&mut self, x: SEXP) -> Converted {
        let n = Rf_xlength(x) as usize;
        let mut values = Vec::with_capacity(n);
        for i in 0..n {
            values.push(
                self.guess(VECTOR_ELT(x, i as R_xlen_t))
                    .map_err(|mismatch| Mismatch::At(format!("[[{}]]", i + 1), Box::new(mismatch)))?,
            );
        }
        let all_tensors = n > 0 && values.iter().all(|value| value.tag == shim::TENSOR);
        let is_tuple = self.lists_are_tuples || !all_tensors || inherits(x, "jit_tuple");
        match (is_tuple, names(x)) {
            (true, Some(labels)) => {
                let fields = self.keep_fields(&labels);
                let tuple = self.keep_values(shim::TUPLE, values, n, fields);
                Ok(Value { reserved: shim::EXTRA_IS_FIELDS, ..tuple })
            }
            (true, None) => Ok(self.keep_values(shim::TUPLE, values, n, std::ptr::null())),
            (false, Some(labels)) => {
                let mut entries = Vec::with_capacity(2 * n);
                for (label, value) in labels.into_iter().zip(values) {
                    entries.push(self.keep_text(shim::STRING, label));
                    entries.push(value);
                }
                Ok(self.keep_values(shim::DICT, entries, n, std::ptr::null()))
            }
            (false, None) => Ok(self.keep_values(shim::LIST, values, n, std::ptr::null())),
        }
    }
}

/// Converts values that no schema describes: the inputs of a trace.
pub unsafe fn untyped(conversion: &mut Conversion, name: &str, x: SEXP) -> Result<Value> {
    conversion.guess(x).map_err(|mismatch| {
        let (place, mismatch) = mismatch.innermost(String::new());
        match mismatch {
            Mismatch::Failure(error) => error,
            _ => Error::new(
                ErrorKind::Type,
                format!("`{name}{place}` can't be a value of a program: it is {}", describe(element_at(x, &place))),
            )
            .argument(name),
        }
    })
}

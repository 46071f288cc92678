//! Indices of dimensions as steps for the shim.

use crate::error::{Error, Kind as ErrorKind, Result};
use crate::from_r::{whole, Conversion};
use crate::index::{Bound, Part};
use crate::r::*;
use crate::shim::{self, IndexStep, Tensor};
use crate::{tensor, trace};
use std::ffi::{c_int, c_void};
use std::ptr::null;

/// A dimension of the tensor, for messages and checks.
#[derive(Clone, Copy)]
struct Dimension {
    number: usize,
    size: i64,
}

impl Dimension {
    fn refuse(self, position: f64) -> Error {
        let elements = if self.size == 1 { "element" } else { "elements" };
        Error::new(
            ErrorKind::Index,
            format!(
                "position {} is out of range: dimension {} has {} {elements}",
                number_text(position),
                self.number,
                self.size
            ),
        )
    }
    /// As libtorch counts; from the end when it was given so, because programs generalise better.
    fn position(self, given: f64) -> Result<i64> {
        if given.is_nan() {
            return Err(Error::new(ErrorKind::Value, "an index must not be NA"));
        }
        if given != given.trunc() {
            return Err(Error::new(
                ErrorKind::Value,
                format!("an index must be a whole number, not {}", number_text(given)),
            ));
        }
        if given == 0.0 {
            return Err(Error::new(ErrorKind::Index, "positions count from 1, or from -1 at the end: 0 is none"));
        }
        match given.abs() <= self.size as f64 {
            true => Ok(if given > 0.0 { given as i64 - 1 } else { given as i64 }),
            false => Err(self.refuse(given)),
        }
    }
    fn one(self, bound: Bound) -> Result<i64> {
        match bound {
            Bound::At(given) => self.position(given),
            Bound::Last(behind) if behind > 0.0 => Err(self.refuse(self.size as f64 + behind)),
            Bound::Last(behind) => self.position(behind - 1.0),
        }
    }
    /// libtorch's start and end of a slice. An end beyond the last element means the last; so does a start right
    /// behind it, with nothing left.
    fn slice(self, start: Bound, end: Bound) -> Result<(i64, i64)> {
        let start = match start {
            Bound::At(given) if given == self.size as f64 + 1.0 => self.size,
            other => self.one(other)?,
        };
        let end = match end {
            Bound::At(given) if given > self.size as f64 && given == given.trunc() => i64::MAX,
            Bound::Last(behind) if behind >= 0.0 => i64::MAX,
            Bound::At(-1.0) => i64::MAX,
            other => self.one(other)? + 1,
        };
        Ok((start, end))
    }
}

#[derive(Default)]
pub struct Steps {
    pub all: Vec<IndexStep>,
    pub conversion: Conversion,
    /// The dimension of the view where the next step works.
    pub dim: usize,
}

impl Steps {
    fn push(&mut self, kind: c_int, start: i64, end: i64, step: i64, tensor: *const Tensor) {
        self.all.push(IndexStep { kind, dim: self.dim as c_int, start, end, step, tensor });
    }

    unsafe fn gather(&mut self, kind: c_int, x: *mut Tensor, takes: usize) -> Result<()> {
        trace::lift(R_NilValue, x)?;
        self.push(kind, 0, 0, 0, x);
        self.dim += takes;
        Ok(())
    }

    unsafe fn positions(&mut self, positions: &[i64]) -> Result<()> {
        let (data, length) = (positions.as_ptr() as *const c_void, std::mem::size_of_val(positions));
        let sizes = [positions.len() as i64];
        let mut made = std::ptr::null_mut();
        shim::call(|e| shim::ts_tensor_from_bytes(data, length, sizes.as_ptr(), 1, 4, 0, &mut made, e))?;
        self.conversion.keep_tensor(made);
        self.gather(shim::INDEX_POSITIONS, made, 1)
    }

    unsafe fn vector(&mut self, x: SEXP, dimension: Dimension) -> Result<()> {
        let n = Rf_xlength(x) as usize;
        if TYPEOF(x) != SEXPTYPE::LGLSXP {
            let from_zero = |i: usize| {
                let given = if is_na(x, i) { f64::NAN } else { whole_or_fraction(x, i) };
                let position = dimension.position(given)?;
                Ok(if position < 0 { position + dimension.size } else { position })
            };
            return self.positions(&(0..n).map(from_zero).collect::<Result<Vec<i64>>>()?);
        }
        let mask = std::slice::from_raw_parts(LOGICAL(x), n);
        if mask.contains(&R_NaInt) {
            return Err(Error::new(ErrorKind::Value, "a mask must not hold NA"));
        }
        if n as i64 != dimension.size {
            let Dimension { number, size } = dimension;
            return Err(Error::new(
                ErrorKind::Index,
                format!(
                    "a mask must have as many elements as the dimension: dimension {number} has {size}, the mask {n}"
                ),
            ));
        }
        let chosen = mask.iter().enumerate().filter(|(_, flag)| **flag != 0).map(|(i, _)| i as i64);
        self.positions(&chosen.collect::<Vec<i64>>())
    }

    unsafe fn slice(&mut self, part: &Part, dimension: Dimension) -> Result<()> {
        let Part::Slice { start, end, step, descends } = part else { return Ok(()) };
        if !(*step >= 1.0 && *step == step.trunc()) {
            return Err(Error::new(ErrorKind::Value, format!("the step must be a whole number from 1 on, not {step}"))
                .hint("torch_flip() turns a tensor round"));
        }
        if let (true, Bound::At(first), Bound::At(last)) = (*descends, *start, *end) {
            if first > last && first * last >= 0.0 {
                let (first, last) = (dimension.position(first)?, dimension.position(last)?);
                let absolute = |position: i64| if position < 0 { position + dimension.size } else { position };
                let down = (absolute(last)..=absolute(first)).rev().step_by(*step as usize);
                return self.positions(&down.collect::<Vec<i64>>());
            }
        }
        let (first, behind) = dimension.slice(*start, *end)?;
        self.push(shim::INDEX_SLICE, first, behind, *step as i64, null());
        self.dim += 1;
        Ok(())
    }

    pub unsafe fn add(&mut self, part: &Part, sizes: &[i64], source: usize, drop: bool) -> Result<()> {
        let dimension = Dimension { number: source + 1, size: sizes.get(source).copied().unwrap_or(0) };
        match part {
            Part::All | Part::Rest => self.dim += 1,
            Part::New => {
                self.push(shim::INDEX_NEW, 0, 0, 0, null());
                self.dim += 1;
            }
            Part::One(given) => {
                let position = dimension.one(*given)?;
                match drop {
                    true => self.push(shim::INDEX_SELECT, position, 0, 0, null()),
                    false => {
                        let end = if position == -1 { i64::MAX } else { position + 1 };
                        self.push(shim::INDEX_SLICE, position, end, 1, null());
                        self.dim += 1;
                    }
                }
            }
            Part::Slice { .. } => self.slice(part, dimension)?,
            Part::Vector(x) => self.vector(*x, dimension)?,
            Part::Array(x) => {
                let is_mask = TYPEOF(*x) == SEXPTYPE::LGLSXP;
                let made = tensor::make(*x, if is_mask { 11 } else { 4 }, None, false)?;
                self.conversion.keep_tensor(made);
                let kind = if is_mask { shim::INDEX_MASK } else { shim::INDEX_POSITIONS_FROM_ONE };
                self.gather(kind, made, part.takes())?;
            }
            Part::Tensor(x) if shim::ts_tensor_dtype(*x) == 11 => {
                if part.takes() == 0 {
                    return Err(Error::new(ErrorKind::Index, "a mask without dimensions selects nothing"));
                }
                self.gather(shim::INDEX_MASK, *x, part.takes())?;
            }
            Part::Tensor(x) => self.gather(shim::INDEX_POSITIONS_FROM_ONE, *x, 1)?,
        }
        Ok(())
    }
}

unsafe fn is_na(x: SEXP, i: usize) -> bool {
    TYPEOF(x) == SEXPTYPE::INTSXP && *INTEGER(x).add(i) == R_NaInt
}
unsafe fn whole_or_fraction(x: SEXP, i: usize) -> f64 {
    match TYPEOF(x) {
        SEXPTYPE::INTSXP => *INTEGER(x).add(i) as f64,
        _ if inherits(x, "integer64") => whole(x, i as R_xlen_t).map_or(f64::NAN, |v| v as f64),
        _ => *REAL(x).add(i),
    }
}

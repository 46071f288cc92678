//! R vectors and lists as lists, tuples, dicts and unions of what their type says.

use crate::from_r::{shifted, whole, Conversion, Converted};
use crate::mismatch::{is_number, Mismatch};
use crate::r::*;
use crate::shim::{self, Value};
use crate::types::{Base, Type, TypeKind};
use std::ffi::c_void;

impl Conversion {
    pub(crate) unsafe fn list(&mut self, x: SEXP, wanted: &Type, fixed: i32, base: Base) -> Converted {
        let element = &wanted.children[0];
        let n = Rf_xlength(x);
        let is_list = TYPEOF(x) == SEXPTYPE::VECSXP;
        // one value is a scalar first
        self.cost += (n == 1 && !is_list) as u32;
        match element.kind {
            TypeKind::Int if is_number(x) && TYPEOF(x) != SEXPTYPE::LGLSXP => {
                let ints = (0..n).map(|i| whole(x, i).and_then(|v| shifted(v, base)));
                let mut ints = ints.collect::<std::result::Result<Vec<i64>, Mismatch>>()?;
                if n == 1 && fixed > 1 {
                    ints = vec![ints[0]; fixed as usize];
                }
                Ok(self.keep_ints(shim::INTS, ints))
            }
            TypeKind::Float if is_number(x) && TYPEOF(x) != SEXPTYPE::LGLSXP => {
                let doubles = match TYPEOF(x) {
                    SEXPTYPE::REALSXP if !inherits(x, "integer64") => {
                        std::slice::from_raw_parts(REAL(x), n as usize).to_vec()
                    }
                    _ => {
                        let doubles = (0..n).map(|i| whole(x, i).map(|v| v as f64));
                        doubles.collect::<std::result::Result<Vec<f64>, Mismatch>>()?
                    }
                };
                self.doubles.push(doubles);
                let kept = &self.doubles[self.doubles.len() - 1];
                Ok(Value::array(shim::DOUBLES, kept.as_ptr() as *mut c_void, kept.len()))
            }
            TypeKind::Bool if TYPEOF(x) == SEXPTYPE::LGLSXP => {
                let flags = std::slice::from_raw_parts(LOGICAL(x), n as usize);
                if flags.contains(&R_NaInt) {
                    return Err(Mismatch::Missing);
                }
                Ok(self.keep_ints(shim::BOOLS, flags.iter().map(|flag| *flag as i64).collect()))
            }
            // the elements of a vector have a type, however few they are
            TypeKind::Variable => match (TYPEOF(x), string(Rf_getAttrib(x, symbol("jit_type")))) {
                (_, Some(text)) if text.starts_with("List[") => self.convert_as(x, &text),
                (SEXPTYPE::STRSXP, _) => self.convert_as(x, "List[str]"),
                (SEXPTYPE::LGLSXP, _) => self.convert_as(x, "List[bool]"),
                (SEXPTYPE::CPLXSXP, _) => self.convert_as(x, "List[complex]"),
                (SEXPTYPE::REALSXP, _) if !inherits(x, "integer64") => self.convert_as(x, "List[float]"),
                (SEXPTYPE::INTSXP | SEXPTYPE::REALSXP, _) => self.convert_as(x, "List[int]"),
                (SEXPTYPE::VECSXP, _) => {
                    // one with names is a dictionary first
                    self.cost += names(x).is_some() as u32;
                    self.elements(x, element, wanted, fixed, base)
                }
                _ => Err(Mismatch::Type),
            },
            TypeKind::Int | TypeKind::Float | TypeKind::Bool if !is_list => Err(Mismatch::Type),
            // an atomic vector of anything else: each of its elements in turn
            _ if is_number(x) || matches!(TYPEOF(x), SEXPTYPE::STRSXP | SEXPTYPE::CPLXSXP) => {
                let mut protect = Protect::new();
                let items = protect.keep(as_list(x));
                self.elements(items, element, wanted, fixed, base)
            }
            _ if is_list => self.elements(x, element, wanted, fixed, base),
            _ => Err(Mismatch::Type),
        }
    }

    unsafe fn elements(&mut self, x: SEXP, element: &Type, wanted: &Type, fixed: i32, base: Base) -> Converted {
        let n = Rf_xlength(x) as usize;
        let mut values = Vec::with_capacity(n);
        for i in 0..n {
            values.push(self.element(x, i, element, base)?);
        }
        // lists of plain numbers have a form of their own
        match element.kind {
            TypeKind::Int => {
                let mut ints: Vec<i64> = values.iter().map(|v| v.v.i).collect();
                if n == 1 && fixed > 1 {
                    ints = vec![ints[0]; fixed as usize];
                }
                Ok(self.keep_ints(shim::INTS, ints))
            }
            TypeKind::Bool => Ok(self.keep_ints(shim::BOOLS, values.iter().map(|v| v.v.i).collect())),
            _ => Ok(self.keep_values(shim::LIST, values, n, wanted.children[0].raw as *const c_void)),
        }
    }

    unsafe fn element(&mut self, x: SEXP, i: usize, element: &Type, base: Base) -> Converted {
        self.convert(VECTOR_ELT(x, i as R_xlen_t), element, -1, base).map_err(|mismatch| {
            let place = match names(x).and_then(|names| names.get(i).cloned()).filter(|name| !name.is_empty()) {
                Some(name) => format!("${name}"),
                None => format!("[[{}]]", i + 1),
            };
            Mismatch::At(place, Box::new(mismatch))
        })
    }

    pub(crate) unsafe fn tuple(&mut self, x: SEXP, wanted: &Type) -> Converted {
        let mut protect = Protect::new();
        let x = match TYPEOF(x) {
            SEXPTYPE::VECSXP => x,
            _ if is_number(x) || matches!(TYPEOF(x), SEXPTYPE::STRSXP | SEXPTYPE::CPLXSXP) => {
                self.cost += 1;
                protect.keep(as_list(x))
            }
            _ => return Err(Mismatch::Type),
        };
        let (n, given) = (wanted.children.len(), Rf_xlength(x) as usize);
        if n != given {
            return Err(Mismatch::Length { wanted: n, given });
        }
        // a named tuple takes a list in any order, by its names
        let labels = names(x).filter(|_| !wanted.fields.is_empty());
        let mut values = Vec::with_capacity(n);
        for (i, child) in wanted.children.iter().enumerate() {
            let from = match &labels {
                Some(labels) => labels
                    .iter()
                    .position(|label| *label == wanted.fields[i])
                    .ok_or_else(|| Mismatch::Name(wanted.fields[i].clone()))?,
                None => i,
            };
            values.push(self.element(x, from, child, Base::Zero)?);
        }
        let extra = if wanted.fields.is_empty() { std::ptr::null() } else { wanted.raw as *const c_void };
        Ok(self.keep_values(shim::TUPLE, values, n, extra))
    }

    pub(crate) unsafe fn dict(&mut self, x: SEXP, wanted: &Type) -> Converted {
        if wanted.children[1].kind == TypeKind::Variable {
            if let Some(text) = string(Rf_getAttrib(x, symbol("jit_type"))).filter(|text| text.starts_with("Dict[")) {
                return self.convert_as(x, &text);
            }
        }
        let n = Rf_xlength(x) as usize;
        let mut protect = Protect::new();
        let x = match TYPEOF(x) {
            SEXPTYPE::VECSXP => x,
            _ if is_number(x) || TYPEOF(x) == SEXPTYPE::STRSXP => {
                self.cost += 1;
                let list = protect.keep(as_list(x));
                Rf_setAttrib(list, R_NamesSymbol, Rf_getAttrib(x, R_NamesSymbol));
                list
            }
            _ => return Err(Mismatch::Type),
        };
        let mut values = Vec::with_capacity(2 * n);
        let given = Rf_getAttrib(x, symbol("keys"));
        let keys = if TYPEOF(given) == SEXPTYPE::NILSXP { given } else { protect.keep(as_list(given)) };
        let labels = match TYPEOF(keys) {
            SEXPTYPE::NILSXP => names(x).or((n == 0).then(Vec::new)).ok_or(Mismatch::Type)?,
            _ => names(x).unwrap_or_default(),
        };
        for i in 0..n {
            values.push(match TYPEOF(keys) {
                SEXPTYPE::NILSXP if labels[i].is_empty() => return Err(Mismatch::Unnamed),
                SEXPTYPE::NILSXP if labels[..i].contains(&labels[i]) => {
                    return Err(Mismatch::Twice(labels[i].clone()));
                }
                SEXPTYPE::NILSXP => self.key(&labels[i], wanted.children[0].kind)?,
                _ => self
                    .convert(VECTOR_ELT(keys, i as R_xlen_t), &wanted.children[0], -1, Base::Zero)
                    .map_err(|_| Mismatch::Name(labels.get(i).cloned().unwrap_or_default()))?,
            });
            values.push(self.element(x, i, &wanted.children[1], Base::Zero)?);
        }
        Ok(self.keep_values(shim::DICT, values, n, wanted.raw as *const c_void))
    }

    fn key(&mut self, label: &str, kind: TypeKind) -> Converted {
        let unfit = || Mismatch::Name(label.to_string());
        match kind {
            TypeKind::Int => label.parse().map(Value::int).map_err(|_| unfit()),
            TypeKind::Float => label.parse().map(Value::double).map_err(|_| unfit()),
            TypeKind::Bool => match label {
                "TRUE" => Ok(Value::bool(true)),
                "FALSE" => Ok(Value::bool(false)),
                _ => Err(unfit()),
            },
            TypeKind::Str | TypeKind::Any => Ok(self.keep_text(shim::STRING, label)),
            _ => Err(unfit()),
        }
    }

    pub(crate) unsafe fn union(&mut self, x: SEXP, wanted: &Type) -> Converted {
        // the nearest of the types, and of several as near the first
        let before = self.cost;
        let mut nearest: Option<(u32, Value)> = None;
        for child in &wanted.children {
            self.cost = before;
            if let Ok(value) = self.convert(x, child, -1, Base::Zero) {
                if nearest.as_ref().is_none_or(|(cost, _)| self.cost < *cost) {
                    nearest = Some((self.cost, value));
                }
            }
        }
        let (cost, value) = nearest.ok_or(Mismatch::Type)?;
        self.cost = cost;
        Ok(value)
    }
}

/// A vector as a list of vectors of length one.
unsafe fn as_list(x: SEXP) -> SEXP {
    if TYPEOF(x) == SEXPTYPE::VECSXP {
        return x;
    }
    let list = Rf_protect(Rf_coerceVector(x, SEXPTYPE::VECSXP));
    if inherits(x, "integer64") {
        for i in 0..Rf_xlength(list) {
            set_class(VECTOR_ELT(list, i), &["integer64"]);
        }
    }
    Rf_unprotect(1);
    list
}

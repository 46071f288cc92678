//! R value -> IValue, guided by the wanted type. The only converter in.

use crate::dtype::dtype_named;
use crate::error::{Error, Kind as ErrorKind};
use crate::handle::{self, Kind};
use crate::mismatch::{is_number, Mismatch};
use crate::program::Object;
use crate::r::*;
use crate::shim::{self, Value};
use crate::tensor;
use crate::trace;
use crate::types::{Base, Type, TypeKind};
use std::ffi::{c_char, c_int, c_void, CString};

pub(crate) type Converted = std::result::Result<Value, Mismatch>;

/// Owns what converted values point to, until the call is over.
#[derive(Default)]
pub struct Conversion {
    ints: Vec<Vec<i64>>,
    pub(crate) doubles: Vec<Vec<f64>>,
    values: Vec<Vec<Value>>,
    texts: Vec<CString>,
    fields: Vec<Vec<*const c_char>>,
    tensors: Made,
    /// How far the values are from what was given: overloads with less are preferred.
    pub cost: u32,
    /// R numbers may stand for tensors: arithmetic.
    pub numbers_are_tensors: bool,
    /// The floating dtype that vectors take then, from the tensor beside them.
    pub like: Option<c_int>,
    /// Without a type to go by, an unnamed list of tensors is a tuple rather than a list.
    pub(crate) lists_are_tuples: bool,
}

/// Tensors made on the way.
#[derive(Default)]
struct Made(Vec<*mut shim::Tensor>);

impl Made {
    fn clear(&mut self) {
        for tensor in self.0.drain(..) {
            // SAFETY: owned, and the call that borrowed it is over
            unsafe { shim::ts_tensor_free(tensor) }
        }
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        self.clear();
    }
}

/// The number of a whole R number, of whatever R type.
pub(crate) unsafe fn whole(x: SEXP, i: R_xlen_t) -> std::result::Result<i64, Mismatch> {
    match TYPEOF(x) {
        SEXPTYPE::INTSXP => match *INTEGER(x).offset(i) {
            v if v == R_NaInt => Err(Mismatch::Missing),
            v => Ok(v as i64),
        },
        SEXPTYPE::REALSXP if inherits(x, "integer64") => match *(REAL(x).offset(i) as *const i64) {
            i64::MIN => Err(Mismatch::Missing),
            v => Ok(v),
        },
        SEXPTYPE::REALSXP => {
            let v = *REAL(x).offset(i);
            if R_IsNA(v) != 0 || v.is_nan() {
                Err(Mismatch::Missing)
            } else if v != v.trunc() {
                Err(Mismatch::NotWhole(v))
            } else if v.abs() >= 9.007_199_254_740_992e15 {
                Err(Mismatch::OutOfRange(v))
            } else {
                Ok(v as i64)
            }
        }
        _ => Err(Mismatch::Type),
    }
}

pub(crate) unsafe fn object_value(native: *mut c_void) -> Value {
    Value::pointer(shim::OBJECT, (*(native as *const Object)).native as *mut c_void)
}

fn shifted(value: i64, base: Base) -> std::result::Result<i64, Mismatch> {
    match (base, value) {
        (Base::One | Base::Last, 0) => Err(Mismatch::Zero),
        (Base::One, v) if v > 0 => Ok(v - 1),
        // libtorch has no number for "up to the end"; any that is too large will do
        (Base::Last, -1) => Ok(i64::MAX),
        (Base::Last, v) if v < 0 => Ok(v + 1),
        (_, v) => Ok(v),
    }
}

impl Conversion {
    pub fn for_operator(numbers_are_tensors: bool) -> Conversion {
        Conversion { numbers_are_tensors, ..Conversion::default() }
    }
    pub fn for_results() -> Conversion {
        Conversion { lists_are_tuples: true, ..Conversion::default() }
    }
    pub fn clear(&mut self) {
        self.tensors.clear();
        self.ints.clear();
        self.doubles.clear();
        self.values.clear();
        self.texts.clear();
        self.fields.clear();
        self.cost = 0;
    }

    pub(crate) fn keep_ints(&mut self, tag: i32, ints: Vec<i64>) -> Value {
        self.ints.push(ints);
        let kept = &self.ints[self.ints.len() - 1];
        Value::array(tag, kept.as_ptr() as *mut c_void, kept.len())
    }
    pub(crate) fn keep_values(&mut self, tag: i32, values: Vec<Value>, length: usize, extra: *const c_void) -> Value {
        self.values.push(values);
        let kept = &self.values[self.values.len() - 1];
        Value { extra, ..Value::array(tag, kept.as_ptr() as *mut c_void, length) }
    }
    pub(crate) fn keep_text(&mut self, tag: i32, text: String) -> Converted {
        let length = text.len();
        let text = CString::new(text).map_err(|_| Mismatch::Type)?;
        self.texts.push(text);
        Ok(Value::array(tag, self.texts[self.texts.len() - 1].as_ptr() as *mut c_void, length))
    }
    /// Names as TorchScript's identifiers, as an array of C strings.
    pub(crate) fn keep_fields(&mut self, labels: &[String]) -> std::result::Result<*const c_void, Mismatch> {
        let mut fields = Vec::with_capacity(labels.len());
        for (i, label) in labels.iter().enumerate() {
            let mut name: String =
                label.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).collect();
            if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit() || c == '_') {
                name = format!("field_{}{name}", i + 1);
            }
            self.keep_text(shim::STRING, name)?;
            fields.push(self.texts[self.texts.len() - 1].as_ptr());
        }
        self.fields.push(fields);
        Ok(self.fields[self.fields.len() - 1].as_ptr() as *const c_void)
    }
    pub(crate) fn keep_tensor(&mut self, tensor: *mut shim::Tensor) -> Value {
        self.tensors.0.push(tensor);
        Value::pointer(shim::TENSOR, tensor as *mut c_void)
    }

    /// Converts `x` to `wanted`. `fixed` is the length that one value is repeated to, or less than one.
    pub unsafe fn convert(&mut self, x: SEXP, wanted: &Type, fixed: i32, base: Base) -> Converted {
        match wanted.kind {
            TypeKind::Tensor => self.tensor(x, base),
            TypeKind::Optional => match TYPEOF(x) {
                SEXPTYPE::NILSXP => Ok(Value::none()),
                _ => self.convert(x, &wanted.children[0], fixed, base),
            },
            TypeKind::Int => self.int(x, base),
            TypeKind::Float => self.float(x),
            TypeKind::Number => self.scalar(x),
            TypeKind::Complex => match TYPEOF(x) {
                SEXPTYPE::CPLXSXP => self.scalar(x),
                _ => {
                    self.cost += 1;
                    let real = self.float(x)?.v.d;
                    Ok(Value { tag: shim::COMPLEX, v: shim::Payload { complex: [real, 0.0] }, ..Value::none() })
                }
            },
            TypeKind::Bool => match TYPEOF(x) == SEXPTYPE::LGLSXP && Rf_xlength(x) == 1 {
                true if *LOGICAL(x) == R_NaInt => Err(Mismatch::Missing),
                true => Ok(Value::bool(*LOGICAL(x) != 0)),
                false => Err(Mismatch::Type),
            },
            TypeKind::Str => match string(x).filter(|_| Rf_xlength(x) == 1) {
                Some(text) => self.keep_text(shim::STRING, text),
                None => Err(Mismatch::Type),
            },
            TypeKind::Dtype => match dtype_named(x).map_err(Mismatch::Failure)? {
                Some(code) => Ok(Value::int(code as i64)),
                None => Err(Mismatch::Type),
            },
            TypeKind::Layout => self.tagged_int(x, "torch_layout"),
            TypeKind::MemoryFormat => self.tagged_int(x, "torch_memory_format"),
            TypeKind::QScheme => self.tagged_int(x, "torch_qscheme"),
            TypeKind::Device => match tensor::device_name(x).map_err(Mismatch::Failure)? {
                Some(name) => self.keep_text(shim::DEVICE, name),
                None => Err(Mismatch::Type),
            },
            TypeKind::Generator => match handle::get(x, Kind::Generator) {
                Some(native) => Ok(Value::pointer(shim::GENERATOR, native)),
                None => Err(Mismatch::Type),
            },
            TypeKind::None => match TYPEOF(x) {
                SEXPTYPE::NILSXP => Ok(Value::none()),
                _ => Err(Mismatch::Type),
            },
            TypeKind::List => self.list(x, wanted, fixed, base),
            TypeKind::Tuple => self.tuple(x, wanted),
            TypeKind::Dict => self.dict(x, wanted),
            TypeKind::Union => self.union(x, wanted),
            TypeKind::Any | TypeKind::Variable => self.guess(x),
            _ => match handle::get(x, Kind::Object) {
                Some(native) => Ok(object_value(native)),
                None => Err(Mismatch::Type),
            },
        }
    }

    pub(crate) unsafe fn tensor(&mut self, x: SEXP, base: Base) -> Converted {
        let Some(native) = handle::get(x, Kind::Tensor) else { return self.number_as_tensor(x) };
        let native = native as *mut shim::Tensor;
        if trace::running() {
            shim::call(|e| shim::ts_trace_lift(native, e)).map_err(Mismatch::Failure)?;
        }
        if base != Base::OneTensor || !tensor::is_integer(native) {
            return Ok(Value::pointer(shim::TENSOR, native as *mut c_void));
        }
        let mut result = std::ptr::null_mut();
        match shim::call(|e| shim::ts_tensor_positions(native, &mut result, e)) {
            Ok(()) => Ok(self.keep_tensor(result)),
            Err(Error::Failure { kind: ErrorKind::Index, .. }) => Err(Mismatch::HoldsZero),
            Err(error) => Err(Mismatch::Failure(error)),
        }
    }

    unsafe fn number_as_tensor(&mut self, x: SEXP) -> Converted {
        if !self.numbers_are_tensors || !(is_number(x) || TYPEOF(x) == SEXPTYPE::CPLXSXP) {
            return Err(Mismatch::Type);
        }
        self.cost += 10;
        let mut result = std::ptr::null_mut();
        if Rf_xlength(x) == 1 && TYPEOF(Rf_getAttrib(x, R_DimSymbol)) == SEXPTYPE::NILSXP {
            let value = self.scalar(x)?;
            shim::call(|e| shim::ts_tensor_scalar(&value, &mut result, e)).map_err(Mismatch::Failure)?;
        } else {
            // beside a tensor of doubles an R vector keeps its precision, and in a product the dtypes must agree
            let dtype = self.like.filter(|_| TYPEOF(x) != SEXPTYPE::CPLXSXP && TYPEOF(x) != SEXPTYPE::LGLSXP);
            result = tensor::make(x, dtype.unwrap_or(-1), None, false).map_err(Mismatch::Failure)?;
        }
        Ok(self.keep_tensor(result))
    }

    unsafe fn int(&mut self, x: SEXP, base: Base) -> Converted {
        if Rf_xlength(x) != 1 || TYPEOF(x) == SEXPTYPE::LGLSXP {
            return Err(Mismatch::Type);
        }
        self.cost += (TYPEOF(x) != SEXPTYPE::INTSXP) as u32;
        Ok(Value::int(shifted(whole(x, 0)?, base)?))
    }

    unsafe fn float(&mut self, x: SEXP) -> Converted {
        if Rf_xlength(x) != 1 {
            return Err(Mismatch::Type);
        }
        match TYPEOF(x) {
            SEXPTYPE::REALSXP if !inherits(x, "integer64") => Ok(Value::double(*REAL(x))),
            SEXPTYPE::INTSXP | SEXPTYPE::REALSXP => {
                self.cost += 1;
                Ok(Value::double(whole(x, 0)? as f64))
            }
            _ => Err(Mismatch::Type),
        }
    }

    /// PyTorch's `Scalar`: whatever number it is.
    pub(crate) unsafe fn scalar(&mut self, x: SEXP) -> Converted {
        if Rf_xlength(x) != 1 {
            return Err(Mismatch::Type);
        }
        match TYPEOF(x) {
            SEXPTYPE::REALSXP if !inherits(x, "integer64") => Ok(Value::double(*REAL(x))),
            SEXPTYPE::INTSXP | SEXPTYPE::REALSXP => Ok(Value::int(whole(x, 0)?)),
            SEXPTYPE::LGLSXP if *LOGICAL(x) == R_NaInt => Err(Mismatch::Missing),
            SEXPTYPE::LGLSXP => Ok(Value::bool(*LOGICAL(x) != 0)),
            SEXPTYPE::CPLXSXP => {
                let z = *COMPLEX(x);
                Ok(Value { tag: shim::COMPLEX, v: shim::Payload { complex: [z.r, z.i] }, ..Value::none() })
            }
            _ => Err(Mismatch::Type),
        }
    }

    unsafe fn tagged_int(&mut self, x: SEXP, class: &str) -> Converted {
        match TYPEOF(x) == SEXPTYPE::INTSXP && Rf_xlength(x) == 1 && inherits(x, class) {
            true => Ok(Value::int(*INTEGER(x) as i64)),
            false => Err(Mismatch::Type),
        }
    }

    unsafe fn list(&mut self, x: SEXP, wanted: &Type, fixed: i32, base: Base) -> Converted {
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
            TypeKind::Int | TypeKind::Float | TypeKind::Bool if !is_list => Err(Mismatch::Type),
            // an atomic vector of anything else: each of its elements in turn
            _ if is_number(x) || matches!(TYPEOF(x), SEXPTYPE::STRSXP | SEXPTYPE::CPLXSXP) => {
                let mut protect = Protect::new();
                let items = protect.keep(Rf_coerceVector(x, SEXPTYPE::VECSXP));
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

    unsafe fn tuple(&mut self, x: SEXP, wanted: &Type) -> Converted {
        let mut protect = Protect::new();
        let x = match TYPEOF(x) {
            SEXPTYPE::VECSXP => x,
            _ if is_number(x) || TYPEOF(x) == SEXPTYPE::STRSXP => protect.keep(Rf_coerceVector(x, SEXPTYPE::VECSXP)),
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

    unsafe fn dict(&mut self, x: SEXP, wanted: &Type) -> Converted {
        let n = Rf_xlength(x) as usize;
        let mut protect = Protect::new();
        let x = match TYPEOF(x) {
            SEXPTYPE::VECSXP => x,
            _ if is_number(x) || TYPEOF(x) == SEXPTYPE::STRSXP => {
                let list = protect.keep(Rf_coerceVector(x, SEXPTYPE::VECSXP));
                Rf_setAttrib(list, R_NamesSymbol, Rf_getAttrib(x, R_NamesSymbol));
                list
            }
            _ => return Err(Mismatch::Type),
        };
        let Some(labels) = names(x).or((n == 0).then(Vec::new)) else { return Err(Mismatch::Type) };
        let mut values = Vec::with_capacity(2 * n);
        for (i, label) in labels.into_iter().enumerate() {
            values.push(self.key(label, wanted.children[0].kind)?);
            values.push(self.element(x, i, &wanted.children[1], Base::Zero)?);
        }
        Ok(self.keep_values(shim::DICT, values, n, wanted.raw as *const c_void))
    }

    fn key(&mut self, label: String, kind: TypeKind) -> Converted {
        let unfit = || Mismatch::Name(label.clone());
        match kind {
            TypeKind::Int => label.parse().map(Value::int).map_err(|_| unfit()),
            TypeKind::Float => label.parse().map(Value::double).map_err(|_| unfit()),
            TypeKind::Bool => match label.as_str() {
                "TRUE" => Ok(Value::bool(true)),
                "FALSE" => Ok(Value::bool(false)),
                _ => Err(unfit()),
            },
            _ => self.keep_text(shim::STRING, label),
        }
    }

    unsafe fn union(&mut self, x: SEXP, wanted: &Type) -> Converted {
        for child in &wanted.children {
            if let Ok(value) = self.convert(x, child, -1, Base::Zero) {
                return Ok(value);
            }
        }
        Err(Mismatch::Type)
    }
}

//! R value -> IValue, guided by the wanted type. The only converter in.

use crate::dtype::dtype_named;
use crate::error::{Error, Kind as ErrorKind};
use crate::handle::{self, Kind};
use crate::mismatch::{is_number, Mismatch};
use crate::r::*;
use crate::shim::{self, Value};
use crate::tensor;
use crate::trace;
use crate::types::{Base, Type, TypeKind};
use std::ffi::{c_char, c_int, c_void};

pub(crate) type Converted = std::result::Result<Value, Mismatch>;

/// Owns what converted values point to, until the call is over.
#[derive(Default)]
pub struct Conversion {
    ints: Vec<Vec<i64>>,
    pub(crate) doubles: Vec<Vec<f64>>,
    values: Vec<Vec<Value>>,
    /// Each ends with a NUL, and may hold others.
    texts: Vec<Vec<u8>>,
    fields: Vec<Vec<*const c_char>>,
    made: Made,
    /// How far the values are from what was given: overloads with less are preferred.
    pub cost: u32,
    /// R numbers may stand for tensors: arithmetic.
    pub numbers_are_tensors: bool,
    /// The floating dtype that vectors take then, from the tensor beside them.
    pub like: Option<c_int>,
    /// Without a type to go by, an unnamed list of tensors is a tuple rather than a list.
    pub(crate) lists_are_tuples: bool,
}

/// What was made on the way.
#[derive(Default)]
struct Made {
    tensors: Vec<*mut shim::Tensor>,
    objects: Vec<*mut shim::Object>,
    types: Vec<*mut shim::TypeOwner>,
}

impl Made {
    fn clear(&mut self) {
        // SAFETY: owned, and the call that borrowed them is over
        unsafe {
            self.tensors.drain(..).for_each(|tensor| shim::ts_tensor_free(tensor));
            self.objects.drain(..).for_each(|object| shim::ts_object_free(object));
            self.types.drain(..).for_each(|owner| shim::ts_type_free(owner));
        }
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        self.clear();
    }
}

/// -2^63
pub(crate) const LEAST: f64 = -9_223_372_036_854_775_808.0;

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
            } else if v == LEAST {
                // integer64 calls it NA, and a double holds it exactly
                Ok(i64::MIN)
            } else if v.abs() >= 9.007_199_254_740_992e15 {
                Err(Mismatch::OutOfRange(v))
            } else {
                Ok(v as i64)
            }
        }
        _ => Err(Mismatch::Type),
    }
}

pub(crate) fn shifted(value: i64, base: Base) -> std::result::Result<i64, Mismatch> {
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
        self.made.clear();
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
    pub(crate) fn keep_text(&mut self, tag: i32, text: impl Into<Vec<u8>>) -> Value {
        let mut text = text.into();
        let length = text.len();
        text.push(0);
        self.texts.push(text);
        Value::array(tag, self.texts[self.texts.len() - 1].as_ptr() as *mut c_void, length)
    }
    /// Names as TorchScript's identifiers, as an array of C strings.
    pub(crate) fn keep_fields(&mut self, labels: &[String]) -> *const c_void {
        let mut fields = Vec::with_capacity(labels.len());
        for (i, label) in labels.iter().enumerate() {
            let mut name: String =
                label.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).collect();
            if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit() || c == '_') {
                name = format!("field_{}{name}", i + 1);
            }
            self.keep_text(shim::STRING, name);
            fields.push(self.texts[self.texts.len() - 1].as_ptr() as *const c_char);
        }
        self.fields.push(fields);
        self.fields[self.fields.len() - 1].as_ptr() as *const c_void
    }
    pub(crate) fn keep_tensor(&mut self, tensor: *mut shim::Tensor) -> Value {
        self.made.tensors.push(tensor);
        Value::pointer(shim::TENSOR, tensor as *mut c_void)
    }
    pub(crate) fn keep_object(&mut self, object: *mut shim::Object) -> Value {
        self.made.objects.push(object);
        Value::pointer(shim::OBJECT, object as *mut c_void)
    }
    pub(crate) fn keep_type(&mut self, owner: *mut shim::TypeOwner) {
        self.made.types.push(owner);
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
            TypeKind::Str => self.text(x),
            TypeKind::Dtype => match dtype_named(x).map_err(Mismatch::Failure)? {
                Some(code) => Ok(Value::int(code as i64)),
                None => Err(Mismatch::Type),
            },
            TypeKind::Layout => self.tagged_int(x, "torch_layout"),
            TypeKind::MemoryFormat => self.tagged_int(x, "torch_memory_format"),
            TypeKind::QScheme => self.tagged_int(x, "torch_qscheme"),
            TypeKind::Device => match tensor::device_name(x).map_err(Mismatch::Invalid)? {
                Some(name) => Ok(self.keep_text(shim::DEVICE, name)),
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
            TypeKind::Enum => self.member(x, wanted),
            TypeKind::Class => self.instance(x, wanted),
            TypeKind::Future => self.future(x, wanted),
            _ => self.object(x, wanted),
        }
    }

    /// Strings are bytes there. A raw vector is one, for those that R's strings can't hold.
    pub(crate) unsafe fn text(&mut self, x: SEXP) -> Converted {
        match TYPEOF(x) {
            SEXPTYPE::STRSXP if Rf_xlength(x) == 1 && STRING_ELT(x, 0) == R_NaString => Err(Mismatch::Missing),
            SEXPTYPE::STRSXP if Rf_xlength(x) == 1 => Ok(self.keep_text(shim::STRING, bytes_of(STRING_ELT(x, 0)))),
            SEXPTYPE::RAWSXP => {
                let bytes = std::slice::from_raw_parts(RAW(x), Rf_xlength(x) as usize);
                Ok(self.keep_text(shim::STRING, bytes))
            }
            _ => Err(Mismatch::Type),
        }
    }

    pub(crate) unsafe fn tensor(&mut self, x: SEXP, base: Base) -> Converted {
        let Some(native) = handle::get(x, Kind::Tensor) else { return self.number_as_tensor(x) };
        let native = native as *mut shim::Tensor;
        trace::lift(x, native).map_err(Mismatch::Failure)?;
        let counted = match base {
            Base::OneTensor => tensor::is_integer(native) || tensor::is_byte(native),
            Base::OneTensorOrMask => tensor::is_integer(native),
            _ => false,
        };
        if !counted {
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
        if Rf_xlength(x) != 1 || TYPEOF(x) == SEXPTYPE::LGLSXP || inherits(x, "factor") {
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
}

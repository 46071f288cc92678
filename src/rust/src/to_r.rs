//! IValue -> R value. The only converter out. Values are consumed.

use crate::handle::{self, Kind};
use crate::module::Object;
use crate::r::*;
use crate::routine::call_r;
use crate::shim::{self, borrow_text, Value};
use std::ffi::c_char;

const EXACT_IN_DOUBLE: i64 = 1 << 53;

/// An R vector of whole numbers that holds every one exactly: integer, else double, else integer64.
pub unsafe fn integers(values: &[i64]) -> SEXP {
    let n = values.len() as R_xlen_t;
    let fits = |limit: i64| values.iter().all(|v| v.abs() <= limit && *v != i64::MIN);
    if fits(i32::MAX as i64) {
        let out = Rf_allocVector(SEXPTYPE::INTSXP, n);
        for (i, value) in values.iter().enumerate() {
            *INTEGER(out).add(i) = *value as i32;
        }
        return out;
    }
    let exact = fits(EXACT_IN_DOUBLE);
    let out = Rf_protect(Rf_allocVector(SEXPTYPE::REALSXP, n));
    for (i, value) in values.iter().enumerate() {
        *REAL(out).add(i) = if exact { *value as f64 } else { f64::from_bits(*value as u64) };
    }
    if !exact {
        set_class(out, &["integer64"]);
        call_r("load_bit64", R_NilValue);
    }
    Rf_unprotect(1);
    out
}

unsafe fn text(value: &Value) -> SEXP {
    let bytes = std::slice::from_raw_parts(value.v.p as *const u8, value.length as usize);
    let out = mk_string(&String::from_utf8_lossy(bytes));
    shim::ts_value_free(value as *const Value as *mut Value, 1);
    out
}

unsafe fn list(value: &Value, first: usize, step: usize) -> SEXP {
    let children = value.children();
    let out = Rf_protect(Rf_allocVector(SEXPTYPE::VECSXP, value.length as R_xlen_t));
    for i in 0..value.length as usize {
        let child = &children[first + i * step];
        SET_VECTOR_ELT(out, i as R_xlen_t, convert(child));
        disown(child);
    }
    Rf_unprotect(1);
    out
}

/// What convert() took over must not be freed with its parent.
unsafe fn disown(value: &Value) {
    (*(value as *const Value as *mut Value)).tag = shim::NONE;
}

/// A list whose elements are all strings, numbers or flags of length one becomes a vector, as R users expect of List[str].
unsafe fn simplified(list: SEXP, children: &[i32]) -> SEXP {
    let Some(first) = children.first().copied() else { return list };
    if !children.iter().all(|tag| *tag == first) {
        return list;
    }
    match first {
        shim::STRING => Rf_coerceVector(list, SEXPTYPE::STRSXP),
        shim::COMPLEX => Rf_coerceVector(list, SEXPTYPE::CPLXSXP),
        _ => list,
    }
}

pub unsafe fn convert(value: &Value) -> SEXP {
    match value.tag {
        shim::TENSOR => handle::new(Kind::Tensor, value.v.p),
        shim::INT => integers(&[value.v.i]),
        shim::DOUBLE => Rf_ScalarReal(value.v.d),
        shim::BOOL => mk_logical(value.v.i != 0),
        shim::COMPLEX => {
            let out = Rf_allocVector(SEXPTYPE::CPLXSXP, 1);
            *COMPLEX(out) = Rcomplex { r: value.v.complex[0], i: value.v.complex[1] };
            out
        }
        shim::STRING => text(value),
        shim::DEVICE => call_r("torch_device", text(value)),
        shim::GENERATOR => handle::new(Kind::Generator, value.v.p),
        shim::INTS => {
            let out = integers(std::slice::from_raw_parts(value.v.p as *const i64, value.length as usize));
            shim::ts_value_free(value as *const Value as *mut Value, 1);
            out
        }
        shim::DOUBLES => {
            let out = Rf_allocVector(SEXPTYPE::REALSXP, value.length as R_xlen_t);
            std::ptr::copy_nonoverlapping(value.v.p as *const f64, REAL(out), value.length as usize);
            shim::ts_value_free(value as *const Value as *mut Value, 1);
            out
        }
        shim::BOOLS => {
            let out = Rf_allocVector(SEXPTYPE::LGLSXP, value.length as R_xlen_t);
            for i in 0..value.length as usize {
                *LOGICAL(out).add(i) = *(value.v.p as *const i64).add(i) as i32;
            }
            shim::ts_value_free(value as *const Value as *mut Value, 1);
            out
        }
        shim::LIST => {
            let tags: Vec<i32> = value.children().iter().map(|child| child.tag).collect();
            let out = Rf_protect(list(value, 0, 1));
            shim::ts_value_free(value as *const Value as *mut Value, 1);
            let out = simplified(out, &tags);
            Rf_unprotect(1);
            out
        }
        shim::TUPLE => {
            let out = Rf_protect(list(value, 0, 1));
            if !value.extra.is_null() {
                let names = std::slice::from_raw_parts(value.extra as *const *const c_char, value.length as usize);
                let names: Vec<&str> = names.iter().map(|name| borrow_text(*name)).collect();
                Rf_setAttrib(out, R_NamesSymbol, mk_strings(&names));
            }
            shim::ts_value_free(value as *const Value as *mut Value, 1);
            Rf_unprotect(1);
            out
        }
        shim::DICT => {
            let keys = Rf_protect(list(value, 0, 2));
            let out = Rf_protect(list(value, 1, 2));
            shim::ts_value_free(value as *const Value as *mut Value, 1);
            let names = Rf_protect(Rf_coerceVector(keys, SEXPTYPE::STRSXP));
            Rf_setAttrib(out, R_NamesSymbol, names);
            Rf_unprotect(3);
            out
        }
        shim::BYTES => {
            let out = crate::save::mk_raw(std::slice::from_raw_parts(value.v.p as *const u8, value.length as usize));
            shim::ts_value_free(value as *const Value as *mut Value, 1);
            out
        }
        shim::DTYPE => crate::dtype::mk_dtype(value.v.i as i32),
        shim::OBJECT => object(value.v.p as *mut shim::Object),
        _ => R_NilValue,
    }
}

/// A module becomes a callable script_module; anything else stays opaque, to be handed back.
pub unsafe fn object(native: *mut shim::Object) -> SEXP {
    let is_module = shim::ts_object_is_module(native) != 0;
    let handle = Object::new(native).into_handle();
    call_r(if is_module { "new_script_module" } else { "new_script_object" }, handle)
}

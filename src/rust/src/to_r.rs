//! IValue -> R value. The only converter out. Values are consumed.

use crate::handle::{self, Kind};
use crate::module::Object;
use crate::r::*;
use crate::routine::call_r;
use crate::shim::{self, borrow_text, Value};
use crate::types::TypeKind;
use std::ffi::c_char;

const EXACT_IN_DOUBLE: i64 = 1 << 53;

/// An R vector of whole numbers that holds every one exactly: integer, else double, else integer64.
pub unsafe fn integers(values: &[i64]) -> SEXP {
    let n = values.len() as R_xlen_t;
    let fits = |limit: i64| values.iter().all(|v| v.unsigned_abs() <= limit as u64);
    if fits(i32::MAX as i64) {
        let out = Rf_allocVector(SEXPTYPE::INTSXP, n);
        for (i, value) in values.iter().enumerate() {
            *INTEGER(out).add(i) = *value as i32;
        }
        return out;
    }
    // the least of all is integer64's NA, but a double holds it
    let exact = values.iter().all(|v| v.unsigned_abs() <= EXACT_IN_DOUBLE as u64 || *v == i64::MIN);
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
    let out = match std::str::from_utf8(bytes) {
        // R's strings hold no NUL
        _ if bytes.contains(&0) => crate::save::mk_raw(bytes),
        Ok(text) => mk_string(text),
        Err(_) => mk_bytes(bytes),
    };
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
unsafe fn simplified(list: SEXP, element: i32, children: &[i32]) -> SEXP {
    let tag = match TypeKind::from_shim(element) {
        TypeKind::Str => shim::STRING,
        TypeKind::Complex => shim::COMPLEX,
        // of a list without a type only its elements tell
        TypeKind::Tensor => match children.first() {
            Some(first) if children.iter().all(|tag| tag == first) => *first,
            _ => return list,
        },
        _ => return list,
    };
    let is_raw = |i: R_xlen_t| TYPEOF(VECTOR_ELT(list, i)) == SEXPTYPE::RAWSXP;
    match tag {
        shim::STRING if (0..Rf_xlength(list)).any(is_raw) => list,
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
            let out = simplified(out, value.reserved, &tags);
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
            let kind = TypeKind::from_shim(value.reserved);
            let is_raw = |i: R_xlen_t| TYPEOF(VECTOR_ELT(keys, i)) == SEXPTYPE::RAWSXP;
            if !matches!(kind, TypeKind::Str | TypeKind::Tensor) || (0..Rf_xlength(keys)).any(is_raw) {
                // names can't hold these keys
                let parts = named_list(&["keys", "values"], |i| if i == 0 { keys } else { out });
                let dict = call_r("new_jit_dict", parts);
                Rf_unprotect(2);
                return dict;
            }
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

/// A module becomes a callable script_module, an object of a class its fields and methods; anything else stays opaque, to
/// be handed back.
pub unsafe fn object(native: *mut shim::Object) -> SEXP {
    const WRAPPERS: [&str; 4] = ["new_script_value", "new_script_module", "new_script_object", "new_script_enum"];
    let kind = shim::ts_object_kind(native) as usize;
    call_r(WRAPPERS[kind], Object::new(native).into_handle())
}

//! R's C API: extendr-ffi, what it lacks, and small helpers to read and build R values.

#![allow(non_snake_case)]

use crate::error::{Error, Kind, Result};
use std::ffi::{c_char, c_int, c_void, CStr, CString};

pub use extendr_ffi::*;

#[repr(C)]
pub struct R_allocator_t {
    pub mem_alloc: unsafe extern "C" fn(*mut R_allocator_t, usize) -> *mut c_void,
    pub mem_free: unsafe extern "C" fn(*mut R_allocator_t, *mut c_void),
    pub res: *mut c_void,
    pub data: *mut c_void,
}

// extendr-ffi's SEXPREC is opaque, and non-exhaustive besides
#[allow(improper_ctypes)]
extern "C" {
    pub fn Rf_allocVector3(kind: c_int, length: R_xlen_t, allocator: *mut R_allocator_t) -> SEXP;
    pub fn Rf_eval(call: SEXP, env: SEXP) -> SEXP;
    pub fn Rf_findVarInFrame(env: SEXP, symbol: SEXP) -> SEXP;
    pub fn Rf_findVar(symbol: SEXP, env: SEXP) -> SEXP;
    pub fn CLOENV(closure: SEXP) -> SEXP;
    pub fn R_PromiseExpr(promise: SEXP) -> SEXP;
    pub fn PRENV(promise: SEXP) -> SEXP;
    pub fn R_ContinueUnwind(token: SEXP) -> !;
    pub fn R_gc();
    fn Rf_translateCharUTF8(charsxp: SEXP) -> *const c_char;
    fn Rf_getCharCE(charsxp: SEXP) -> cetype_t;
    pub fn Rf_ScalarReal(value: f64) -> SEXP;
    pub fn Rf_ScalarLogical(value: c_int) -> SEXP;
    /// unwind.c: 0 and a value in `out`, or 1 when R is unwinding and `token` holds the jump.
    fn tsr_unwind_protect(
        body: unsafe extern "C" fn(*mut c_void) -> SEXP,
        data: *mut c_void,
        token: SEXP,
        out: *mut SEXP,
    ) -> c_int;
}

/// Protects values until it is dropped. R itself resets the protection stack when it jumps.
pub struct Protect(c_int);

impl Protect {
    pub fn new() -> Self {
        Protect(0)
    }
    pub fn keep(&mut self, value: SEXP) -> SEXP {
        self.0 += 1;
        // SAFETY: balanced by the drop below
        unsafe { Rf_protect(value) }
    }
}

impl Drop for Protect {
    fn drop(&mut self) {
        // SAFETY: exactly what keep() protected
        unsafe { Rf_unprotect(self.0) }
    }
}

/// Runs `body` so that a jump of R's ends it: `Err(token)` then, to be continued when every Rust frame is gone.
pub unsafe fn unwind_protect(
    body: unsafe extern "C" fn(*mut c_void) -> SEXP,
    data: *mut c_void,
    token: SEXP,
) -> std::result::Result<SEXP, SEXP> {
    let mut out = R_NilValue;
    match tsr_unwind_protect(body, data, token, &mut out) {
        0 => Ok(out),
        _ => Err(token),
    }
}

pub fn symbol(name: &str) -> SEXP {
    let name = CString::new(name).unwrap_or_default();
    // SAFETY: a symbol lives for ever
    unsafe { Rf_install(name.as_ptr()) }
}

pub unsafe fn mk_char(text: &str) -> SEXP {
    // R strings end at a NUL
    let text = text.split('\0').next().unwrap_or("");
    Rf_mkCharLenCE(text.as_ptr() as *const c_char, text.len() as c_int, cetype_t::CE_UTF8)
}

/// A string whose bytes are no valid UTF-8.
pub unsafe fn mk_bytes(bytes: &[u8]) -> SEXP {
    let out = Rf_protect(Rf_mkCharLenCE(bytes.as_ptr() as *const c_char, bytes.len() as c_int, cetype_t::CE_BYTES));
    let string = Rf_allocVector(SEXPTYPE::STRSXP, 1);
    SET_STRING_ELT(string, 0, out);
    Rf_unprotect(1);
    string
}

pub unsafe fn mk_string(text: &str) -> SEXP {
    mk_strings(&[text])
}

pub unsafe fn mk_strings<S: AsRef<str>>(texts: &[S]) -> SEXP {
    let out = Rf_protect(Rf_allocVector(SEXPTYPE::STRSXP, texts.len() as R_xlen_t));
    for (i, text) in texts.iter().enumerate() {
        SET_STRING_ELT(out, i as R_xlen_t, mk_char(text.as_ref()));
    }
    Rf_unprotect(1);
    out
}

pub unsafe fn mk_logical(value: bool) -> SEXP {
    Rf_ScalarLogical(value as c_int)
}

/// A named list; the values need no protection by the caller when each is made inside `build`.
pub unsafe fn named_list(names: &[&str], mut build: impl FnMut(usize) -> SEXP) -> SEXP {
    let out = Rf_protect(Rf_allocVector(SEXPTYPE::VECSXP, names.len() as R_xlen_t));
    for i in 0..names.len() {
        let value = build(i);
        SET_VECTOR_ELT(out, i as R_xlen_t, value);
    }
    let labels = Rf_protect(mk_strings(names));
    Rf_setAttrib(out, R_NamesSymbol, labels);
    Rf_unprotect(2);
    out
}

pub unsafe fn set_class(value: SEXP, classes: &[&str]) {
    Rf_protect(value);
    let class = Rf_protect(mk_strings(classes));
    Rf_setAttrib(value, R_ClassSymbol, class);
    Rf_unprotect(2);
}

pub unsafe fn text_of(charsxp: SEXP) -> String {
    let is_latin1 = Rf_getCharCE(charsxp) == cetype_t::CE_LATIN1;
    let text = if is_latin1 { Rf_translateCharUTF8(charsxp) } else { R_CHAR(charsxp) };
    CStr::from_ptr(text).to_string_lossy().into_owned()
}

/// The bytes of a string, in UTF-8 where R knows its encoding.
pub unsafe fn bytes_of(charsxp: SEXP) -> Vec<u8> {
    let is_latin1 = Rf_getCharCE(charsxp) == cetype_t::CE_LATIN1;
    let text = if is_latin1 { Rf_translateCharUTF8(charsxp) } else { R_CHAR(charsxp) };
    CStr::from_ptr(text).to_bytes().to_vec()
}

/// The first string of a character vector.
pub unsafe fn string(value: SEXP) -> Option<String> {
    if TYPEOF(value) != SEXPTYPE::STRSXP || Rf_xlength(value) < 1 || STRING_ELT(value, 0) == R_NaString {
        return None;
    }
    Some(text_of(STRING_ELT(value, 0)))
}

pub unsafe fn strings(value: SEXP) -> Vec<String> {
    if TYPEOF(value) != SEXPTYPE::STRSXP {
        return Vec::new();
    }
    (0..Rf_xlength(value)).map(|i| text_of(STRING_ELT(value, i))).collect()
}

pub unsafe fn names(value: SEXP) -> Option<Vec<String>> {
    let names = Rf_getAttrib(value, R_NamesSymbol);
    (TYPEOF(names) == SEXPTYPE::STRSXP).then(|| strings(names))
}

pub unsafe fn is_true(value: SEXP) -> bool {
    TYPEOF(value) == SEXPTYPE::LGLSXP && Rf_xlength(value) == 1 && *LOGICAL(value) == 1
}

/// TRUE or FALSE, and nothing else.
pub unsafe fn flag(value: SEXP, argument: &str) -> Result<bool> {
    match TYPEOF(value) == SEXPTYPE::LGLSXP && Rf_xlength(value) == 1 && *LOGICAL(value) != R_NaInt {
        true => Ok(*LOGICAL(value) != 0),
        false => {
            let text = format!("`{argument}` must be TRUE or FALSE, not {}", describe(value));
            Err(Error::new(Kind::Type, text).argument(argument))
        }
    }
}

pub unsafe fn number(value: SEXP) -> Option<f64> {
    if Rf_xlength(value) != 1 {
        return None;
    }
    match TYPEOF(value) {
        SEXPTYPE::INTSXP | SEXPTYPE::LGLSXP if *INTEGER_or_logical(value) != R_NaInt => {
            Some(*INTEGER_or_logical(value) as f64)
        }
        SEXPTYPE::REALSXP => Some(*REAL(value)),
        _ => None,
    }
}

/// INTEGER() refuses logical vectors, LOGICAL() integer ones; both hold ints.
pub unsafe fn INTEGER_or_logical(value: SEXP) -> *mut c_int {
    if TYPEOF(value) == SEXPTYPE::LGLSXP {
        LOGICAL(value)
    } else {
        INTEGER(value)
    }
}

pub unsafe fn inherits(value: SEXP, class: &str) -> bool {
    let classes = Rf_getAttrib(value, R_ClassSymbol);
    TYPEOF(classes) == SEXPTYPE::STRSXP
        && (0..Rf_xlength(classes))
            .any(|i| CStr::from_ptr(R_CHAR(STRING_ELT(classes, i))).to_bytes() == class.as_bytes())
}

/// A number as R would print it.
pub fn number_text(value: f64) -> String {
    match value.abs() {
        size if size.is_infinite() => if value > 0.0 { "Inf" } else { "-Inf" }.into(),
        size if size >= 1e15 || (size < 1e-5 && size > 0.0) => format!("{value:e}"),
        _ => value.to_string(),
    }
}

/// What the value is, in R's words, for messages: `a character vector of length 2`.
pub unsafe fn describe(value: SEXP) -> String {
    let length = Rf_xlength(value);
    if let Some(class) = string(Rf_getAttrib(value, R_ClassSymbol)) {
        return match class.as_str() {
            "torch_tensor" => "a tensor".into(),
            "factor" => "a factor".into(),
            "data.frame" | "tbl_df" => "a data frame".into(),
            _ => format!("an object of class <{class}>"),
        };
    }
    let one = |single: &str, many: &str| match length {
        1 => single.to_string(),
        _ => format!("{many} of length {length}"),
    };
    match TYPEOF(value) {
        SEXPTYPE::NILSXP => "NULL".into(),
        SEXPTYPE::LGLSXP => match (length == 1).then(|| *LOGICAL(value)) {
            Some(1) => "TRUE".into(),
            Some(0) => "FALSE".into(),
            Some(_) => "NA".into(),
            None => one("", "a logical vector"),
        },
        SEXPTYPE::INTSXP => match (length == 1).then(|| *INTEGER(value)) {
            Some(v) if v == R_NaInt => "NA".into(),
            Some(v) => format!("the integer {v}"),
            None => one("", "an integer vector"),
        },
        SEXPTYPE::REALSXP => match (length == 1).then(|| *REAL(value)) {
            Some(v) if R_IsNA(v) != 0 => "NA".into(),
            Some(v) => format!("the number {}", number_text(v)),
            None => one("", "a numeric vector"),
        },
        SEXPTYPE::CPLXSXP => one("a complex number", "a complex vector"),
        SEXPTYPE::STRSXP => match string(value).filter(|_| length == 1) {
            Some(text) => format!("the string \"{text}\""),
            None => one("NA", "a character vector"),
        },
        SEXPTYPE::VECSXP => format!("a list of length {length}"),
        SEXPTYPE::RAWSXP => one("a raw byte", "a raw vector"),
        SEXPTYPE::CLOSXP | SEXPTYPE::BUILTINSXP | SEXPTYPE::SPECIALSXP => "a function".into(),
        SEXPTYPE::ENVSXP => "an environment".into(),
        SEXPTYPE::EXTPTRSXP => "an external pointer".into(),
        _ if value == R_MissingArg => "an empty argument".into(),
        SEXPTYPE::SYMSXP | SEXPTYPE::LANGSXP => "an unevaluated expression".into(),
        _ => "an R object of another kind".into(),
    }
}

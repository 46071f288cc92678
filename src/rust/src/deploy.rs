//! Modules made ready to be used: frozen, optimised, quantised.

use crate::error::Result;
use crate::module::{module, Object};
use crate::program::c_string;
use crate::r::*;
use crate::routine;
use crate::shim::{self, Value};
use crate::to_r;
use std::ffi::{c_char, c_int, CString};
use std::ptr::null_mut;

unsafe fn c_strings(x: SEXP) -> Result<Vec<CString>> {
    strings(x).iter().map(|text| c_string(text)).collect()
}
fn pointers(texts: &[CString]) -> Vec<*const c_char> {
    texts.iter().map(|text| text.as_ptr()).collect()
}

routine!(freeze(x, preserved, numerics) {
    let (native, names, mut frozen) = (module(x)?, c_strings(preserved)?, null_mut());
    let (pointers, numerics) = (pointers(&names), is_true(numerics) as c_int);
    let count = pointers.len() as c_int;
    shim::call(|e| shim::ts_module_freeze(native, pointers.as_ptr(), count, numerics, &mut frozen, e))?;
    Ok(Object::new(frozen).into_handle())
});
routine!(optimize_for_inference(x, methods) {
    let (native, names, mut optimized) = (module(x)?, c_strings(methods)?, null_mut());
    let pointers = pointers(&names);
    let count = pointers.len() as c_int;
    shim::call(|e| shim::ts_module_optimize(native, pointers.as_ptr(), count, &mut optimized, e))?;
    Ok(Object::new(optimized).into_handle())
});
routine!(
    /// The module, and how many layers were replaced in it.
    quantize_dynamic(x, half) {
        let (native, mut replaced, mut quantized) = (module(x)?, 0, null_mut());
        let half = is_true(half) as c_int;
        shim::call(|e| shim::ts_module_quantize_dynamic(native, half, &mut replaced, &mut quantized, e))?;
        let mut quantized = Some(Object::new(quantized));
        Ok(named_list(&["module", "replaced"], |i| match i {
            0 => quantized.take().map_or(R_NilValue, |module| module.into_handle()),
            _ => Rf_ScalarInteger(replaced),
        }))
    }
);
routine!(
    /// Two integer vectors of one length: 1 for dynamic shapes, and how many specialisations. Returns the previous ones.
    set_fusion_strategy(dynamic, depths) {
        let count = Rf_xlength(depths) as c_int;
        let mut previous = Value::none();
        shim::call(|e| shim::ts_set_fusion_strategy(INTEGER(dynamic), INTEGER(depths), count, &mut previous, e))?;
        Ok(to_r::convert(&previous))
    }
);

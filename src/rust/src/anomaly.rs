//! Anomaly detection: where in the user's program a function of the graph was made.

use crate::callback;
use crate::r::*;
use crate::routine;
use crate::shim;
use std::ffi::{c_int, c_void, CString};
use std::ptr::null_mut;

pub unsafe fn initialise() {
    shim::ts_anomaly_describe(describe_call);
}

routine!(mode() { Ok(mk_logical(shim::ts_anomaly_mode() != 0)) });
routine!(
    /// Sets the mode and returns the one before.
    set_mode(enabled) {
        let (before, enabled) = (shim::ts_anomaly_mode() != 0, flag(enabled, "enabled")?);
        shim::ts_set_anomaly_mode(enabled as c_int);
        Ok(mk_logical(before))
    }
);

unsafe extern "C" fn ask(_: *mut c_void) -> SEXP {
    let call = Rf_protect(Rf_lcons(symbol("describe_call"), R_NilValue));
    let value = Rf_eval(call, routine::namespace());
    Rf_unprotect(1);
    value
}

/// Called by libtorch for every function that joins the graph while the mode is on.
unsafe extern "C" fn describe_call() -> shim::Text {
    if !callback::on_r_thread() {
        return null_mut();
    }
    let mut protect = Protect::new();
    let token = protect.keep(R_MakeUnwindCont());
    match unwind_protect(ask, null_mut(), token).ok().and_then(|value| string(value)) {
        Some(text) => shim::ts_string_copy(CString::new(text).unwrap_or_default().as_ptr()),
        None => null_mut(),
    }
}

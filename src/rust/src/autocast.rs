//! Automatic mixed precision.

use crate::dtype::{mk_dtype, required_dtype};
use crate::error::{Error, Kind, Result};
use crate::r::*;
use crate::routine;
use crate::shim::{self, Autocast};
use crate::tensor::device_name;
use std::ffi::CString;

unsafe fn device_type(x: SEXP) -> Result<CString> {
    let name = device_name(x)?.filter(|name| !name.contains(':')).ok_or_else(|| {
        let text = format!("`device_type` must be a device type such as \"cpu\", not {}", describe(x));
        Error::new(Kind::Type, text).argument("device_type")
    })?;
    Ok(CString::new(name).unwrap_or_default())
}

unsafe fn state_of(device: &CString) -> Result<Autocast> {
    let mut state = Autocast::default();
    shim::call(|e| shim::ts_autocast_get(device.as_ptr(), &mut state, e))?;
    Ok(state)
}

unsafe fn as_list(state: Autocast) -> SEXP {
    named_list(&["enabled", "dtype", "cache_enabled"], |i| match i {
        0 => mk_logical(state.enabled != 0),
        1 => mk_dtype(state.dtype),
        _ => mk_logical(state.cache != 0),
    })
}

routine!(
    /// Enters a region; returns the state before it.
    enter(device, dtype, enabled, cache) {
        let name = device_type(device)?;
        let before = state_of(&name)?;
        let mut state = Autocast { enabled: flag(enabled, "enabled")? as i32, ..before };
        if TYPEOF(dtype) != SEXPTYPE::NILSXP {
            state.dtype = required_dtype(dtype)?;
        }
        if TYPEOF(cache) != SEXPTYPE::NILSXP {
            state.cache = flag(cache, "cache_enabled")? as i32;
        }
        // float16 and bfloat16: what the kernels have been made for
        if state.enabled != 0 && !matches!(state.dtype, 5 | 15) {
            return Err(Error::new(Kind::Value, "`dtype` must be torch_bfloat16() or torch_float16() for autocast")
                .argument("dtype"));
        }
        shim::call(|e| shim::ts_autocast_set(name.as_ptr(), &state, 1, e))?;
        Ok(as_list(before))
    }
);

routine!(
    /// Leaves a region: back to the state before it.
    leave(device, before) {
        let name = device_type(device)?;
        let state = Autocast {
            enabled: is_true(VECTOR_ELT(before, 0)) as i32,
            dtype: required_dtype(VECTOR_ELT(before, 1))?,
            cache: is_true(VECTOR_ELT(before, 2)) as i32,
        };
        shim::call(|e| shim::ts_autocast_set(name.as_ptr(), &state, -1, e))?;
        Ok(R_NilValue)
    }
);

routine!(state(device) { Ok(as_list(state_of(&device_type(device)?)?)) });

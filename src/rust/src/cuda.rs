//! CUDA and the other backends: what this libtorch has, and the few calls about a device as a whole. R has checked that
//! CUDA is there before it comes here.

use crate::error::{Error, Kind as ErrorKind, Result};
use crate::handle::{self, Kind};
use crate::r::*;
use crate::routine;
use crate::shim;
use std::ffi::{c_int, c_void, CString};
use std::ptr::null_mut;

/// How many numbers ts_cuda_memory_stats() gives: TS_CUDA_STATS in shim.h.
const STATS: usize = 99;

/// The device's index; -1 is the current device.
unsafe fn index_of(x: SEXP) -> Result<c_int> {
    match number(x) {
        Some(index) if (-1.0..128.0).contains(&index) && index == index.trunc() => Ok(index as c_int),
        _ => {
            Err(Error::new(ErrorKind::Value, "`device` must be a CUDA device or its index from 0 on")
                .argument("device"))
        }
    }
}

routine!(backend(name) {
    let name = CString::new(string(name).unwrap_or_default()).unwrap_or_default();
    Ok(crate::to_r::integers(&[shim::ts_backend(name.as_ptr())]))
});

routine!(device_count() { Ok(Rf_ScalarInteger(shim::ts_cuda_device_count())) });

routine!(current_device() {
    let mut index = 0;
    shim::call(|e| shim::ts_cuda_current_device(&mut index, e))?;
    Ok(Rf_ScalarInteger(index))
});

routine!(runtime_version() {
    let mut version = 0;
    shim::call(|e| shim::ts_cuda_runtime_version(&mut version, e))?;
    Ok(crate::to_r::integers(&[version]))
});

routine!(synchronize(index) {
    let index = index_of(index)?;
    shim::call(|e| shim::ts_cuda_synchronize(index, e))?;
    Ok(R_NilValue)
});

routine!(empty_cache() {
    shim::call(|e| shim::ts_cuda_empty_cache(e))?;
    Ok(R_NilValue)
});

routine!(
    /// The default generator of a device.
    generator(index) {
        let index = index_of(index)?;
        let mut generator = null_mut();
        shim::call(|e| shim::ts_cuda_generator(index, &mut generator, e))?;
        Ok(handle::new(Kind::Generator, generator as *mut c_void))
    }
);

routine!(capability(index) {
    let index = index_of(index)?;
    let (mut major, mut minor) = (0, 0);
    shim::call(|e| shim::ts_cuda_capability(index, &mut major, &mut minor, e))?;
    Ok(crate::to_r::integers(&[major as i64, minor as i64]))
});

routine!(memory_stats(index) {
    let index = index_of(index)?;
    let mut stats = [0i64; STATS];
    shim::call(|e| shim::ts_cuda_memory_stats(index, stats.as_mut_ptr(), e))?;
    Ok(crate::to_r::integers(&stats))
});

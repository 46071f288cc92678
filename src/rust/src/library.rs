//! Which libtorch this is, and how many threads it uses.

use crate::error::{Error, Kind, Result};
use crate::r::*;
use crate::routine;
use crate::shim::{self, borrow_text};
use std::ffi::c_int;

routine!(version() {
    Ok(named_list(&["built", "loaded", "path"], |i| match i {
        0 => mk_string(borrow_text(shim::ts_version_built())),
        1 => mk_string(borrow_text(shim::ts_version_loaded())),
        _ => mk_string(borrow_text(shim::ts_library_path())),
    }))
});

routine!(cuda_is_available() { Ok(mk_logical(shim::ts_cuda_is_available() != 0)) });

routine!(threads(interop) { Ok(Rf_ScalarInteger(shim::ts_threads(is_true(interop) as c_int))) });

fn thread_count(value: Option<f64>) -> Result<c_int> {
    match value {
        Some(count) if count >= 1.0 && count == count.trunc() && count <= 4096.0 => Ok(count as c_int),
        given => {
            let kind = if given.is_none() { Kind::Type } else { Kind::Value };
            Err(Error::new(kind, "`num_threads` must be a whole number from 1 on").argument("num_threads"))
        }
    }
}

routine!(set_threads(count, interop) {
    let count = thread_count(number(count))?;
    shim::call(|e| shim::ts_set_threads(count, is_true(interop) as c_int, e))?;
    Ok(R_NilValue)
});

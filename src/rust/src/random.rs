//! Generators, beside what autograd.rs has of them.

use crate::error::Result;
use crate::handle::{self, Kind};
use crate::r::*;
use crate::routine;
use crate::shim;
use crate::to_r::integers;
use std::ffi::{c_int, c_void};
use std::ptr::{null, null_mut};

routine!(
    /// Seeds a generator (the default one for NULL) from the system's randomness; returns the seed.
    generator_reseed(x) {
        let generator = match TYPEOF(x) {
            SEXPTYPE::NILSXP => null(),
            _ => handle::expect(x, Kind::Generator, "a generator")? as *const shim::Generator,
        };
        let mut seed = 0;
        shim::call(|e| shim::ts_generator_reseed(generator, &mut seed, e))?;
        Ok(integers(&[seed]))
    }
);

/// Runs `body` with the default generator of a CUDA device.
unsafe fn with_cuda(index: SEXP, body: impl FnOnce(*mut shim::Generator, *mut shim::RawError) -> c_int) -> Result<()> {
    let index = number(index).unwrap_or(-1.0) as c_int;
    let mut generator = null_mut();
    shim::call(|e| shim::ts_cuda_generator(index, &mut generator, e))?;
    let outcome = shim::call(|e| body(generator, e));
    shim::ts_generator_free(generator);
    outcome
}

routine!(cuda_state(index) {
    let mut state = null_mut();
    with_cuda(index, |generator, e| shim::ts_generator_state(generator, &mut state, e))?;
    Ok(handle::new(Kind::Tensor, state as *mut c_void))
});
routine!(cuda_set_state(index, state) {
    let state = handle::tensor(state)?;
    with_cuda(index, |generator, e| shim::ts_generator_set_state(generator, state, e))?;
    Ok(R_NilValue)
});

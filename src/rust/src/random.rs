//! Generators, beside what autograd.rs has of them.

use crate::handle::{self, Kind};
use crate::r::*;
use crate::routine;
use crate::shim;
use crate::to_r::integers;
use std::ptr::null;

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

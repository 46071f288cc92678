//! The time that operators take. Nothing here runs while they do: the shim counts.

use crate::r::*;
use crate::routine;
use crate::shim::{self, Value};
use crate::to_r;

routine!(start() {
    shim::call(|e| shim::ts_profile_start(e))?;
    Ok(R_NilValue)
});
routine!(
    /// Vectors `operator`, `calls`, `total` and `self`, the times in milliseconds.
    stop() {
        let mut value = Value::none();
        shim::call(|e| shim::ts_profile_stop(&mut value, e))?;
        Ok(to_r::convert(&value))
    }
);

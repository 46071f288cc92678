//! Functions written in R as parts of the graph: what forward made is handed to libtorch, with backward to call later.

use crate::autograd::{self, tensors};
use crate::callback::{self, Run};
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::handle::{self, Kind};
use crate::r::*;
use crate::routine;
use crate::shim::{self, Forward, Tensor, Tensors};
use std::ffi::{c_int, c_void, CString};
use std::ptr::null_mut;

/// R has matched the gradients with the inputs, or says in words why it can't.
unsafe fn gradients(value: SEXP, outputs: &mut [*mut Tensor]) -> Result<()> {
    if TYPEOF(value) == SEXPTYPE::STRSXP {
        let mut words = strings(value).into_iter();
        let error = Error::new(ErrorKind::Value, words.next().unwrap_or_default());
        return Err(match words.next() {
            Some(hint) => error.hint(hint),
            None => error,
        });
    }
    for (i, output) in outputs.iter_mut().enumerate() {
        *output = callback::output(VECTOR_ELT(value, i as R_xlen_t)).unwrap_or(null_mut());
    }
    Ok(())
}

fn borrowed(tensors: &[*const Tensor]) -> Tensors {
    Tensors { items: tensors.as_ptr(), count: tensors.len() as c_int }
}

routine!(
    /// wrap(tensors, tracked, materialize, name, state): the outputs as parts of the graph. `tensors` is a list of lists.
    wrap(all, tracked, materialize, name, state) {
        let part = |i: usize, name: &str| tensors(VECTOR_ELT(all, i as R_xlen_t), name, false);
        let (inputs, outputs) = (part(0, "inputs")?, part(1, "outputs")?);
        let (dirty, non_differentiable) = (part(2, "mark_dirty")?, part(3, "mark_non_differentiable")?);
        let saved = part(4, "save_for_backward")?;
        let name = CString::new(string(name).unwrap_or_default()).unwrap_or_default();
        let record = Forward {
            name: name.as_ptr(),
            inputs: borrowed(&inputs),
            outputs: borrowed(&outputs),
            dirty: borrowed(&dirty),
            non_differentiable: borrowed(&non_differentiable),
            saved: borrowed(&saved),
            tracked: flag(tracked, "tracked")? as c_int,
            materialize: flag(materialize, "value")? as c_int,
        };
        let backward = callback::keep(state, Run { function: "run_backward", finish: gradients });
        let mut wrapped = vec![null_mut(); outputs.len()];
        shim::call(|e| shim::ts_autograd_function(&record, backward, wrapped.as_mut_ptr(), e)).map_err(autograd::reworded)?;
        let given = VECTOR_ELT(all, 1);
        let out = Rf_protect(Rf_allocVector(SEXPTYPE::VECSXP, wrapped.len() as R_xlen_t));
        for (i, tensor) in wrapped.into_iter().enumerate() {
            // the same tensor is the same R object
            let value = match std::ptr::eq(tensor, outputs[i]) {
                true => {
                    shim::ts_tensor_free(tensor);
                    VECTOR_ELT(given, i as R_xlen_t)
                }
                false => handle::new(Kind::Tensor, tensor as *mut c_void),
            };
            SET_VECTOR_ELT(out, i as R_xlen_t, value);
        }
        Rf_unprotect(1);
        Ok(out)
    }
);

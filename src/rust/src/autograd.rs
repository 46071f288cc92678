//! Gradients, gradient mode, generators.

use crate::error::{Error, Kind as ErrorKind, Result};
use crate::handle::{self, Kind};
use crate::r::*;
use crate::routine;
use crate::shim::{self, take_text};
use std::ffi::{c_int, c_void};
use std::ptr::{null, null_mut};

routine!(mode() { Ok(mk_logical(shim::ts_grad_mode() != 0)) });
routine!(
    /// Sets the mode and returns the one before.
    set_mode(enabled) {
        let (before, enabled) = (shim::ts_grad_mode() != 0, flag(enabled, "enabled")?);
        shim::ts_set_grad_mode(enabled as c_int);
        Ok(mk_logical(before))
    }
);
routine!(requires_grad(x) { Ok(mk_logical(shim::ts_requires_grad(handle::tensor(x)?) != 0)) });
routine!(set_requires_grad(x, value) {
    let (tensor, value) = (handle::tensor(x)?, flag(value, "requires_grad")?);
    shim::call(|e| shim::ts_set_requires_grad(tensor, value as c_int, e))?;
    Ok(x)
});
routine!(is_leaf(x) { Ok(mk_logical(shim::ts_is_leaf(handle::tensor(x)?) != 0)) });
routine!(grad(x) { Ok(or_null(shim::ts_grad(handle::tensor(x)?))) });
routine!(set_grad(x, value) {
    let tensor = handle::tensor(x)?;
    let grad = match TYPEOF(value) {
        SEXPTYPE::NILSXP => null_mut(),
        _ if handle::is(value, Kind::Tensor) => handle::tensor(value)?,
        _ => {
            let text = format!("`$grad` must be a tensor or NULL, not {}", describe(value));
            return Err(Error::new(ErrorKind::Type, text));
        }
    };
    shim::call(|e| shim::ts_set_grad(tensor, grad, e))?;
    Ok(x)
});
routine!(grad_fn(x) {
    match shim::ts_grad_fn(handle::tensor(x)?) {
        name if name.is_null() => Ok(R_NilValue),
        name => Ok(mk_string(&take_text(name))),
    }
});
routine!(retain_grad(x) {
    let tensor = handle::tensor(x)?;
    shim::call(|e| shim::ts_retain_grad(tensor, e))?;
    Ok(x)
});

unsafe fn or_null(tensor: *mut shim::Tensor) -> SEXP {
    match tensor.is_null() {
        true => R_NilValue,
        false => handle::new(Kind::Tensor, tensor as *mut c_void),
    }
}

/// A list of tensors; NULL elements stay null pointers.
unsafe fn tensors(list: SEXP, argument: &str) -> Result<Vec<*const shim::Tensor>> {
    (0..Rf_xlength(list))
        .map(|i| match VECTOR_ELT(list, i) {
            element if TYPEOF(element) == SEXPTYPE::NILSXP => Ok(null()),
            element => match handle::get(element, Kind::Tensor) {
                Some(native) => Ok(native as *const shim::Tensor),
                None => {
                    Err(Error::new(ErrorKind::Type, format!("`{argument}` must be tensors, not {}", describe(element)))
                        .argument(argument))
                }
            },
        })
        .collect()
}

routine!(backward(outputs, gradients, retain_graph, create_graph, inputs) {
    let outputs = tensors(outputs, "tensors")?;
    let gradients = tensors(gradients, "grad_tensors")?;
    let inputs = tensors(inputs, "inputs")?;
    let gradients_or_null = if gradients.is_empty() { null() } else { gradients.as_ptr() };
    let retain = flag(retain_graph, "retain_graph")? as c_int;
    let create = flag(create_graph, "create_graph")? as c_int;
    shim::call(|e| {
        let (count, input_count) = (outputs.len() as c_int, inputs.len() as c_int);
        shim::ts_backward(outputs.as_ptr(), count, gradients_or_null, retain, create, inputs.as_ptr(), input_count, e)
    })?;
    Ok(R_NilValue)
});

routine!(gradients(outputs, inputs, gradients, retain_graph, create_graph, allow_unused) {
    let outputs = tensors(outputs, "outputs")?;
    let inputs = tensors(inputs, "inputs")?;
    let gradients = tensors(gradients, "grad_outputs")?;
    let gradients_or_null = if gradients.is_empty() { null() } else { gradients.as_ptr() };
    let retain = flag(retain_graph, "retain_graph")? as c_int;
    let create = flag(create_graph, "create_graph")? as c_int;
    let unused = flag(allow_unused, "allow_unused")? as c_int;
    let mut results = vec![null_mut(); inputs.len()];
    shim::call(|e| {
        let (count, input_count) = (outputs.len() as c_int, inputs.len() as c_int);
        let to = results.as_mut_ptr();
        shim::ts_gradients(outputs.as_ptr(), count, gradients_or_null, inputs.as_ptr(), input_count, retain, create, unused, to, e)
    })?;
    let out = Rf_protect(Rf_allocVector(SEXPTYPE::VECSXP, results.len() as R_xlen_t));
    for (i, result) in results.into_iter().enumerate() {
        SET_VECTOR_ELT(out, i as R_xlen_t, or_null(result));
    }
    Rf_unprotect(1);
    Ok(out)
});

unsafe fn seed_of(seed: SEXP) -> Result<i64> {
    let value = match TYPEOF(seed) == SEXPTYPE::REALSXP && inherits(seed, "integer64") && Rf_xlength(seed) == 1 {
        true => Some(*(REAL(seed) as *const i64)),
        false => number(seed).filter(|v| *v == v.trunc() && v.abs() < 9.3e18).map(|v| v as i64),
    };
    value.ok_or_else(|| {
        Error::new(ErrorKind::Value, format!("`seed` must be a whole number, not {}", describe(seed))).argument("seed")
    })
}

unsafe fn generator_of(x: SEXP) -> Result<*mut shim::Generator> {
    match TYPEOF(x) {
        SEXPTYPE::NILSXP => Ok(null_mut()),
        _ => Ok(handle::expect(x, Kind::Generator, "a generator")? as *mut shim::Generator),
    }
}

routine!(manual_seed(seed) {
    shim::ts_manual_seed(seed_of(seed)?);
    Ok(R_NilValue)
});
routine!(generator() { Ok(handle::new(Kind::Generator, shim::ts_generator_new() as *mut c_void)) });
routine!(generator_seed(x) { Ok(crate::to_r::integers(&[shim::ts_generator_seed(generator_of(x)?)])) });
routine!(generator_set_seed(x, seed) {
    shim::ts_generator_set_seed(generator_of(x)?, seed_of(seed)?);
    Ok(x)
});
routine!(
    /// The state of a generator, of the default one for NULL.
    generator_state(x) {
        let generator = generator_of(x)?;
        let mut state = null_mut();
        shim::call(|e| shim::ts_generator_state(generator, &mut state, e))?;
        Ok(handle::new(Kind::Tensor, state as *mut c_void))
    }
);
routine!(generator_set_state(x, state) {
    let (generator, state) = (generator_of(x)?, handle::tensor(state)?);
    shim::call(|e| shim::ts_generator_set_state(generator, state, e))?;
    Ok(R_NilValue)
});

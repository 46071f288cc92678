//! Hooks: R functions that see a gradient on its way, and may put another in its place.

use crate::autograd;
use crate::callback::{self, Run};
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::handle;
use crate::r::*;
use crate::routine;
use crate::shim::{self, Callback, RawError, Tensor};
use std::collections::HashMap;
use std::ffi::c_int;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};

/// Number -> the native hook, as an address. Only R's thread takes the lock.
static HOOKS: Mutex<Option<HashMap<u64, usize>>> = Mutex::new(None);
static NEXT: AtomicU64 = AtomicU64::new(1);

fn hooks() -> MutexGuard<'static, Option<HashMap<u64, usize>>> {
    HOOKS.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// NULL leaves the gradient as it is, and so does what a function returns that was called for its effect. A number may be
/// meant as a gradient: that is not guessed.
unsafe fn replacement(value: SEXP, outputs: &mut [*mut Tensor]) -> Result<()> {
    if let Some(tensor) = callback::output(value) {
        outputs[0] = tensor;
        return Ok(());
    }
    match TYPEOF(value) {
        SEXPTYPE::INTSXP | SEXPTYPE::REALSXP | SEXPTYPE::CPLXSXP => Err(callback::type_error(
            format!("a hook must return a tensor or NULL, not {}", describe(value)),
            "end it with NULL to leave the gradient as it is",
        )),
        _ => Ok(()),
    }
}

unsafe fn nothing(_: SEXP, _: &mut [*mut Tensor]) -> Result<()> {
    Ok(())
}

type Register = unsafe extern "C" fn(*const Tensor, Callback, *mut *mut shim::Hook, *mut RawError) -> c_int;

unsafe fn register_by(how: Register, run: Run, x: SEXP, function: SEXP) -> Result<SEXP> {
    let tensor = handle::tensor(x)?;
    let callback = callback::keep(function, run);
    let mut hook = null_mut();
    shim::call(|e| how(tensor, callback, &mut hook, e))?;
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    callback::set_number(callback, number);
    hooks().get_or_insert_with(HashMap::new).insert(number, hook as usize);
    Ok(Rf_ScalarReal(number as f64))
}

routine!(
    /// register(tensor, function): the hook's number.
    register(x, function) {
        register_by(shim::ts_hook_register, Run { function: "run_hook", finish: replacement }, x, function)
    }
);
routine!(register_post_accumulate(x, function) {
    register_by(shim::ts_hook_register_post_accumulate, Run { function: "run_hook", finish: nothing }, x, function)
});

/// The native hook is gone.
pub unsafe fn forget(number: u64) {
    if let Some(hook) = hooks().as_mut().and_then(|all| all.remove(&number)) {
        shim::ts_hook_free(hook as *mut shim::Hook);
    }
}

routine!(remove(number_of_hook) {
    let number = number(number_of_hook).unwrap_or_default() as u64;
    let hook = hooks().as_ref().and_then(|all| all.get(&number).copied());
    if let Some(hook) = hook {
        shim::ts_hook_remove(hook as *const shim::Hook);
    }
    callback::release_waiting();
    Ok(R_NilValue)
});

routine!(
    /// function_at(tensor, path): the name of the function that made the tensor, and of those that lead there.
    function_at(x, path) {
        let tensor = handle::tensor(x)?;
        let path = match TYPEOF(path) {
            SEXPTYPE::INTSXP => std::slice::from_raw_parts(INTEGER(path), Rf_xlength(path) as usize).to_vec(),
            _ => return Err(Error::new(ErrorKind::Type, "`path` must be an integer vector")),
        };
        let mut edges = -1;
        let mut name = null_mut();
        shim::call(|e| shim::ts_grad_fn_at(tensor, path.as_ptr(), path.len() as c_int, &mut edges, &mut name, e))?;
        match name.is_null() {
            true => Ok(R_NilValue),
            false => {
                let name = shim::take_text(name);
                Ok(named_list(&["name", "edges"], |i| match i {
                    0 => mk_string(&name),
                    _ => Rf_ScalarReal(edges as f64),
                }))
            }
        }
    }
);
routine!(detach_in_place(x) {
    let tensor = handle::tensor(x)?;
    shim::call(|e| shim::ts_detach_in_place(tensor, e)).map_err(autograd::reworded)?;
    Ok(x)
});

//! R functions that native code owns and calls: hooks, backward functions. They are kept in one R list. A tensor may die
//! inside R's sweep or on a thread of libtorch's, where nothing of R's may be called: what is to be released waits in a
//! chain for the next safe point.

use crate::error::{Error, Kind as ErrorKind, Result};
use crate::handle::{self, Kind};
use crate::r::*;
use crate::routine;
use crate::shim::{self, Callback, Tensor};
use std::ffi::{c_char, c_int, c_void};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};

/// What native code holds for an R value: its place in the list of kept values.
pub struct Kept {
    place: R_xlen_t,
    run: Run,
    /// A hook's number; 0 for none.
    number: u64,
    /// The next one that waits to be released.
    next: *mut Kept,
}
/// Turns the value that the R function returned into tensors, as many as there are places for.
pub type Finish = unsafe fn(value: SEXP, outputs: &mut [*mut Tensor]) -> Result<()>;
/// The R code to evaluate, with the kept value and the tensors that native code hands over.
#[derive(Clone, Copy)]
pub struct Run {
    pub function: &'static str,
    pub finish: Finish,
}

static LIST: AtomicPtr<SEXPREC> = AtomicPtr::new(null_mut());
static RELEASED: AtomicPtr<Kept> = AtomicPtr::new(null_mut());
static R_THREAD: AtomicUsize = AtomicUsize::new(0);
/// Only R's thread takes this lock, and never inside a sweep.
static FREE: Mutex<Vec<R_xlen_t>> = Mutex::new(Vec::new());
/// The first place holds the token of a jump that is on its way through libtorch.
const TOKEN: R_xlen_t = 0;

static FAILURE: AtomicPtr<Error> = AtomicPtr::new(null_mut());

extern "C" {
    fn pthread_self() -> usize;
}

pub unsafe fn initialise() {
    R_THREAD.store(pthread_self(), Ordering::Relaxed);
    let list = Rf_allocVector(SEXPTYPE::VECSXP, 64);
    R_PreserveObject(list);
    LIST.store(list, Ordering::Relaxed);
    free_places().extend((TOKEN + 1..64).rev());
}

/// R's API is R's thread's alone.
pub fn on_r_thread() -> bool {
    // SAFETY: always succeeds
    unsafe { pthread_self() == R_THREAD.load(Ordering::Relaxed) }
}

fn free_places() -> MutexGuard<'static, Vec<R_xlen_t>> {
    FREE.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn list() -> SEXP {
    LIST.load(Ordering::Relaxed)
}

unsafe fn grow() {
    let (old, length) = (list(), Rf_xlength(list()));
    let new = Rf_protect(Rf_allocVector(SEXPTYPE::VECSXP, 2 * length));
    for i in 0..length {
        SET_VECTOR_ELT(new, i, VECTOR_ELT(old, i));
    }
    R_PreserveObject(new);
    LIST.store(new, Ordering::Relaxed);
    R_ReleaseObject(old);
    Rf_unprotect(1);
    free_places().extend((length..2 * length).rev());
}

/// The value lives until native code releases what it gets here.
pub unsafe fn keep(value: SEXP, run: Run) -> Callback {
    release_waiting();
    if free_places().is_empty() {
        grow();
    }
    let place = free_places().pop().unwrap_or(TOKEN);
    SET_VECTOR_ELT(list(), place, value);
    let kept = Box::into_raw(Box::new(Kept { place, run, number: 0, next: null_mut() }));
    Callback { context: kept as *mut c_void, call, release }
}

/// Says which hook it is that native code holds.
pub unsafe fn set_number(callback: Callback, number: u64) {
    (*(callback.context as *mut Kept)).number = number;
}

/// From any thread, at any time: without a lock, without R.
unsafe extern "C" fn release(context: *mut c_void) {
    let kept = context as *mut Kept;
    let mut first = RELEASED.load(Ordering::Relaxed);
    loop {
        (*kept).next = first;
        match RELEASED.compare_exchange_weak(first, kept, Ordering::Release, Ordering::Relaxed) {
            Ok(_) => return,
            Err(other) => first = other,
        }
    }
}

/// At every safe point: drops what died since the last one.
#[inline(always)]
pub unsafe fn release_waiting() {
    if !RELEASED.load(Ordering::Relaxed).is_null() {
        drop_waiting();
    }
}

#[cold]
#[inline(never)]
unsafe fn drop_waiting() {
    let mut next = RELEASED.swap(null_mut(), Ordering::Acquire);
    while !next.is_null() {
        // SAFETY: put there by release(), which gave it away
        let kept = Box::from_raw(next);
        SET_VECTOR_ELT(list(), kept.place, R_NilValue);
        free_places().push(kept.place);
        crate::hook::forget(kept.number);
        next = kept.next;
    }
}

routine!(
    /// How many R values native code owns at the moment.
    count() {
        release_waiting();
        let length = Rf_xlength(list()) as usize - 1;
        Ok(Rf_ScalarReal((length - free_places().len()) as f64))
    }
);

/// The failure that a callback left on its way out of libtorch. The outermost routine raises it, whatever libtorch made
/// of the exception between.
#[inline(always)]
pub fn failure() -> Option<Error> {
    if FAILURE.load(Ordering::Relaxed).is_null() {
        return None;
    }
    // SAFETY: made by Box::into_raw() in fail(), and taken once
    Some(*unsafe { Box::from_raw(FAILURE.swap(null_mut(), Ordering::Relaxed)) })
}

unsafe fn fail(error: Error) -> c_int {
    if let Error::Unwinding(token) = &error {
        SET_VECTOR_ELT(list(), TOKEN, *token);
    }
    drop(failure());
    FAILURE.store(Box::into_raw(Box::new(error)), Ordering::Relaxed);
    shim::UNWINDING
}

/// Plain data alone: R may jump out of the call.
struct Call {
    value: SEXP,
    function: &'static str,
    inputs: *const *mut Tensor,
    count: c_int,
}

unsafe extern "C" fn evaluate(data: *mut c_void) -> SEXP {
    let call = &*(data as *const Call);
    let tensors = Rf_protect(Rf_allocVector(SEXPTYPE::VECSXP, call.count as R_xlen_t));
    for i in 0..call.count as usize {
        let tensor = *call.inputs.add(i);
        if !tensor.is_null() {
            SET_VECTOR_ELT(tensors, i as R_xlen_t, handle::new(Kind::Tensor, tensor as *mut c_void));
        }
    }
    let arguments = Rf_protect(Rf_cons(tensors, R_NilValue));
    let arguments = Rf_protect(Rf_cons(call.value, arguments));
    let expression = Rf_protect(Rf_lcons(symbol(call.function), arguments));
    let value = Rf_eval(expression, routine::namespace());
    Rf_unprotect(4);
    value
}

const WRONG_THREAD: &std::ffi::CStr =
    c"a hook or a backward function written in R was called from another thread than R's own, where R can't run";

unsafe extern "C" fn call(
    context: *mut c_void,
    inputs: *const *mut Tensor,
    count: c_int,
    outputs: *mut *mut Tensor,
    output_count: c_int,
    failure: *mut *const c_char,
) -> c_int {
    if !on_r_thread() {
        for i in 0..count as usize {
            if !(*inputs.add(i)).is_null() {
                shim::ts_tensor_free(*inputs.add(i));
            }
        }
        *failure = WRONG_THREAD.as_ptr();
        return shim::ERROR;
    }
    let kept = &*(context as *const Kept);
    let (run, value) = (kept.run, VECTOR_ELT(list(), kept.place));
    let mut protect = Protect::new();
    // the function may remove itself while it runs
    protect.keep(value);
    let token = protect.keep(R_MakeUnwindCont());
    let mut call = Call { value, function: run.function, inputs, count };
    match unwind_protect(evaluate, &mut call as *mut Call as *mut c_void, token) {
        Err(token) => fail(Error::Unwinding(token)),
        Ok(value) => {
            protect.keep(value);
            let outputs = match output_count {
                0 => &mut [],
                n => std::slice::from_raw_parts_mut(outputs, n as usize),
            };
            match (run.finish)(value, outputs) {
                Ok(()) => 0,
                Err(error) => fail(error),
            }
        }
    }
}

/// A tensor or NULL, as one more reference for native code.
pub unsafe fn output(value: SEXP) -> Option<*mut Tensor> {
    if TYPEOF(value) == SEXPTYPE::NILSXP {
        return Some(null_mut());
    }
    handle::get(value, Kind::Tensor).map(|native| shim::ts_tensor_share(native as *const Tensor))
}

pub fn type_error(message: String, hint: &str) -> Error {
    Error::new(ErrorKind::Type, message).hint(hint)
}

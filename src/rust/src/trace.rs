//! Tracing an R closure: it runs inside R_UnwindProtect, so that every way out of it that R knows stays R's.

use crate::error::{Error, Kind as ErrorKind, Result};
use crate::from_r::Conversion;
use crate::handle::{self, Kind};
use crate::module::module;
use crate::program::Program;
use crate::r::*;
use crate::routine;
use crate::shim::{self, Value};
use crate::to_r;
use crate::untyped::untyped;
use std::ffi::{c_char, c_int, c_void, CString};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, Ordering};

static RUNNING: AtomicBool = AtomicBool::new(false);

/// Whether jit_trace() is at work: a cheap question, asked at every conversion.
#[inline(always)]
pub fn running() -> bool {
    RUNNING.load(Ordering::Relaxed)
}

/// A tensor that a program under way uses: it may become a parameter or, where `x` is an `nn_buffer()`, a buffer of it.
#[inline(always)]
pub unsafe fn lift(x: SEXP, tensor: *const shim::Tensor) -> Result<()> {
    if !running() {
        return Ok(());
    }
    let is_buffer = inherits(x, "nn_buffer") as c_int;
    shim::call(|e| shim::ts_trace_lift(tensor, is_buffer, e))
}

/// Holds the flag for the time of a trace.
struct Running;
impl Running {
    fn start() -> Running {
        RUNNING.store(true, Ordering::Relaxed);
        Running
    }
}
impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.store(false, Ordering::Relaxed);
    }
}

routine!(is_tracing() { Ok(mk_logical(running())) });

struct Context {
    closure: SEXP,
    token: SEXP,
    /// A list that keeps the closure's value from the collector until the trace is over.
    keep: SEXP,
    conversion: Conversion,
    error: Option<Error>,
}

/// Plain data alone: R may jump out of the call.
struct Call {
    closure: SEXP,
    inputs: *mut Value,
    count: c_int,
}

unsafe extern "C" fn call_closure(data: *mut c_void) -> SEXP {
    let call = &*(data as *const Call);
    let mut protected = 1;
    let mut arguments = Rf_protect(R_NilValue);
    for i in (0..call.count as isize).rev() {
        let input = Rf_protect(to_r::convert(&*call.inputs.offset(i)));
        arguments = Rf_protect(Rf_cons(input, arguments));
        protected += 2;
    }
    let expression = Rf_protect(Rf_lcons(call.closure, arguments));
    let value = Rf_eval(expression, R_GlobalEnv);
    Rf_unprotect(protected + 1);
    value
}

unsafe extern "C" fn closure(context: *mut c_void, inputs: *mut Value, count: c_int, result: *mut Value) -> c_int {
    let context = &mut *(context as *mut Context);
    let mut call = Call { closure: context.closure, inputs, count };
    match unwind_protect(call_closure, &mut call as *mut Call as *mut c_void, context.token) {
        Err(_) => 2,
        Ok(value) => {
            SET_VECTOR_ELT(context.keep, 0, value);
            match result_value(&mut context.conversion, value) {
                Ok(converted) => {
                    *result = converted;
                    0
                }
                // libtorch abandons the trace as it would for an R error; the error itself waits here
                Err(error) => {
                    context.error = Some(error);
                    2
                }
            }
        }
    }
}

/// Named lists become named tuples: TorchScript can keep the names there, whatever the elements are.
unsafe fn result_value(conversion: &mut Conversion, value: SEXP) -> Result<Value> {
    let is_tensor = handle::is(value, Kind::Tensor);
    if !is_tensor && !(TYPEOF(value) == SEXPTYPE::VECSXP && (!Rf_isObject_bool(value) || inherits(value, "jit_tuple")))
    {
        return Err(Error::new(
            ErrorKind::Trace,
            format!("a traced function must return tensors or lists of tensors, not {}", describe(value)),
        ));
    }
    let converted = untyped(conversion, "result", value)?;
    refuse_other_than_tensors(&converted)?;
    Ok(converted)
}

#[allow(non_snake_case)]
unsafe fn Rf_isObject_bool(value: SEXP) -> bool {
    Rf_isObject(value) == Rboolean::TRUE
}

unsafe fn refuse_other_than_tensors(value: &Value) -> Result<()> {
    match value.tag {
        shim::TENSOR => Ok(()),
        shim::TUPLE | shim::LIST => value.children().iter().try_for_each(|child| refuse_other_than_tensors(child)),
        _ => Err(Error::new(ErrorKind::Trace, "a traced function must return tensors or lists of tensors alone")
            .hint("what R computed besides is not part of the program: return it as a tensor, or leave it out")),
    }
}

unsafe fn input_value(conversion: &mut Conversion, name: &str, x: SEXP) -> Result<Value> {
    let value = untyped(conversion, name, x)?;
    match other_than_tensor(&value, x, name) {
        Some((place, given)) => Err(Error::new(
            ErrorKind::Type,
            format!(
                "`{place}` must be a tensor or a list of tensors to be an input of a trace, not {}",
                describe(given)
            ),
        )
        .argument(name)
        .hint("leave it out to make it a constant of the program, or wrap it: torch_tensor()")),
        None => Ok(value),
    }
}

/// The first value that is no tensor, and how R reaches it.
unsafe fn other_than_tensor(value: &Value, x: SEXP, place: &str) -> Option<(String, SEXP)> {
    match value.tag {
        shim::TENSOR => None,
        shim::TUPLE | shim::LIST | shim::DICT => {
            let step = if value.tag == shim::DICT { 2 } else { 1 };
            let labels = names(x).unwrap_or_default();
            value.children().iter().skip(step - 1).step_by(step).enumerate().find_map(|(i, child)| {
                let inner = match labels.get(i).filter(|label| !label.is_empty()) {
                    Some(label) => format!("{place}${label}"),
                    None => format!("{place}[[{}]]", i + 1),
                };
                other_than_tensor(child, VECTOR_ELT(x, i as R_xlen_t), &inner)
            })
        }
        _ => Some((place.to_string(), x)),
    }
}

routine!(
    /// trace(module, function, inputs, names, strict, name): the handle of the traced function, or of the method that it
    /// has become of the module. The second name is the first without the mode that is traced.
    trace(owner, function, inputs, names, strict, name) {
        if running() {
            return Err(Error::new(ErrorKind::Trace, "jit_trace() can't be used while a trace is running")
                .hint("trace the inner function first, and call it from the outer one"));
        }
        let mut protect = Protect::new();
        let token = protect.keep(R_MakeUnwindCont());
        let keep = protect.keep(Rf_allocVector(SEXPTYPE::VECSXP, 1));
        let names = strings(names);
        let owner = if TYPEOF(owner) == SEXPTYPE::NILSXP { null_mut() } else { module(owner)? };
        let mut conversion = Conversion::default();
        let mut values = Vec::with_capacity(names.len());
        for (i, name) in names.iter().enumerate() {
            values.push(input_value(&mut conversion, name, VECTOR_ELT(inputs, i as R_xlen_t))?);
        }
        let labels: Vec<CString> = names.iter().map(|n| CString::new(n.as_str()).unwrap_or_default()).collect();
        let label_pointers: Vec<*const c_char> = labels.iter().map(|label| label.as_ptr()).collect();
        let own_names = strings(name).into_iter().map(|name| CString::new(name).unwrap_or_default());
        let own_names: Vec<CString> = own_names.collect();
        let [own_name, method] = &own_names[..] else { return Err(Error::new(ErrorKind::Type, "two names are needed")) };
        let mut context = Context {
            closure: function,
            token,
            keep,
            conversion: Conversion::for_results(),
            error: None,
        };
        let mut traced = null_mut();
        let outcome = {
            let _running = Running::start();
            shim::call(|e| {
                let (count, strict) = (values.len() as c_int, is_true(strict) as c_int);
                let context = &mut context as *mut Context as *mut c_void;
                let (name, method) = (own_name.as_ptr(), method.as_ptr());
                shim::ts_trace(owner, values.as_ptr(), count, label_pointers.as_ptr(), closure, context, strict, name, method, &mut traced, e)
            })
        };
        match (outcome, context.error.take()) {
            (Err(Error::Unwinding(_)), Some(error)) => return Err(error),
            (Err(Error::Unwinding(_)), None) => return Err(Error::Unwinding(token)),
            (outcome, _) => outcome?,
        }
        let program = Program::new(traced)?;
        Ok(handle::new(Kind::Function, Box::into_raw(Box::new(program)) as *mut c_void))
    }
);

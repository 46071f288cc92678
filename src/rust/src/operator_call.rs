//! The hot path: arguments found, an overload chosen, the operator called, its results wrapped.

use crate::binding::{bind, gather, no_overload, Fit, Misfit, Supplied, MOST};
use crate::convention::Counts;
use crate::device;
use crate::error::{Error, Kind, Result};
use crate::from_r::Conversion;
use crate::handle;
use crate::memory;
use crate::mismatch::Mismatch;
use crate::operator::{Overload, Plan};
use crate::r::*;
use crate::shim::{self, Value};
use crate::tensor;
use crate::to_r;
use std::ffi::c_int;
use std::mem::MaybeUninit;

const MOST_RESULTS: usize = 16;

/// Whether a constant given by the user is the formal's default; R cannot tell us whether it was missing.
unsafe fn equals_default(value: SEXP, default: SEXP) -> bool {
    if value == default {
        return true;
    }
    if TYPEOF(value) != TYPEOF(default) || Rf_xlength(value) != Rf_xlength(default) {
        return false;
    }
    match (TYPEOF(value), Rf_xlength(value)) {
        (SEXPTYPE::VECSXP, n) => n == 0,
        (SEXPTYPE::LGLSXP, 1) => *LOGICAL(value) == *LOGICAL(default),
        (SEXPTYPE::INTSXP, 1) => *INTEGER(value) == *INTEGER(default),
        (SEXPTYPE::REALSXP, 1) => *REAL(value) == *REAL(default),
        (SEXPTYPE::STRSXP, 1) => STRING_ELT(value, 0) == STRING_ELT(default, 0),
        (SEXPTYPE::INTSXP | SEXPTYPE::REALSXP, _) => R_compute_identical(value, default, 16) == Rboolean::TRUE,
        _ => false,
    }
}

unsafe fn wrap(overload: &Overload, plan: &Plan, i: usize, value: &Value, supplied: &[Supplied]) -> Result<SEXP> {
    let declared = overload.returns.get(i);
    if value.tag == shim::TENSOR {
        // an in-place operator, or one that had nothing to do, returns the very object it was given
        for item in supplied {
            if handle::get(item.value, handle::Kind::Tensor) == Some(value.v.p) {
                shim::ts_tensor_free(value.v.p as *mut shim::Tensor);
                return Ok(item.value);
            }
        }
    }
    let counts = declared.map_or(Counts::AsTheyAre, |d| d.counts);
    if plan.r_conventions && counts != Counts::AsTheyAre {
        return Ok(to_r::convert(&count_from_one(*value, counts)?));
    }
    if value.tag == shim::INT && declared.is_some_and(|d| d.is_dtype) {
        return Ok(crate::dtype::mk_dtype(value.v.i as c_int));
    }
    Ok(to_r::convert(value))
}

/// Positions as R counts them: of a tensor, or of each tensor of a list.
unsafe fn count_from_one(value: Value, counts: Counts) -> Result<Value> {
    match value.tag {
        shim::TENSOR => {
            let tensor = value.v.p as *mut shim::Tensor;
            let mut shifted = std::ptr::null_mut();
            let or_none = (counts == Counts::FromOneOrNone) as c_int;
            let outcome = shim::call(|e| shim::ts_tensor_count_from_one(tensor, or_none, &mut shifted, e));
            shim::ts_tensor_free(tensor);
            outcome?;
            Ok(Value::pointer(shim::TENSOR, shifted as *mut _))
        }
        shim::LIST => {
            for (i, child) in value.children().iter().enumerate() {
                *(value.v.p as *mut Value).add(i) = count_from_one(*child, counts)?;
            }
            Ok(value)
        }
        shim::INT => Ok(Value::int(value.v.i + 1)),
        _ => Ok(value),
    }
}

unsafe fn call_overload(overload: &Overload, plan: &Plan, values: &[Value], supplied: &[Supplied]) -> Result<SEXP> {
    let on_default = device::default_device().filter(|_| plan.r_conventions);
    let on_default = on_default.and_then(|name| device::with_default(overload, values, name));
    let values = on_default.as_deref().unwrap_or(values);
    let mut room = [const { MaybeUninit::<Value>::uninit() }; MOST_RESULTS];
    let results = room.as_mut_ptr() as *mut Value;
    let mut count: c_int = 0;
    let n = values.len() as c_int;
    let call = |count: &mut c_int| {
        shim::call(|e| {
            let capacity = MOST_RESULTS as c_int;
            shim::ts_overload_call(overload.raw, values.as_ptr(), n, results, capacity, count, e)
        })
    };
    let mut outcome = call(&mut count);
    if let Err(Error::Failure { kind: Kind::Memory, .. }) = outcome {
        // tensors that R has not swept yet may be all that is in the way
        memory::release();
        outcome = call(&mut count);
    }
    outcome.map_err(|error| {
        let error = if plan.r_conventions { error.reword(crate::wording::in_r_terms) } else { error };
        match error.to_string().contains("can't be told, because it is empty") {
            true => error.hint("say it: jit_list(list(), type = \"List[int]\"), or jit_dict() with a `type`"),
            false => error,
        }
        .operator(&plan.operator.name)
    })?;
    // the shim has filled as many as it counted
    let results = std::slice::from_raw_parts(results, count as usize);
    match count {
        0 => Ok(R_NilValue),
        1 => wrap(overload, plan, 0, &results[0], supplied),
        _ => {
            let mut protect = Protect::new();
            let out = protect.keep(Rf_allocVector(SEXPTYPE::VECSXP, count as R_xlen_t));
            for (i, result) in results.iter().enumerate() {
                SET_VECTOR_ELT(out, i as R_xlen_t, wrap(overload, plan, i, result, supplied)?);
            }
            if overload.returns.iter().any(|declared| !declared.name.is_empty()) {
                let names: Vec<&str> = overload.returns.iter().map(|declared| declared.name.as_str()).collect();
                Rf_setAttrib(out, R_NamesSymbol, mk_strings(&names));
            }
            Ok(out)
        }
    }
}

unsafe fn call(plan: &Plan, supplied: &[Supplied]) -> Result<SEXP> {
    memory::safe_point();
    let mut conversion = Conversion::default();
    let mut values = [const { MaybeUninit::<Value>::uninit() }; MOST];
    // first as given; numbers become tensors only where no overload takes them as they are
    for numbers_are_tensors in [false, true] {
        if numbers_are_tensors && !plan.numbers_are_tensors {
            break;
        }
        conversion.numbers_are_tensors = numbers_are_tensors;
        if numbers_are_tensors {
            conversion.like = supplied.iter().find_map(|item| tensor::floating_dtype(item.value));
        }
        let mut best: Option<(u32, &Overload)> = None;
        for overload in plan.overloads() {
            match bind(&overload.arguments, supplied, plan.r_conventions, &mut conversion, room(&mut values, overload))
            {
                Fit::Exact => return call_overload(overload, plan, room(&mut values, overload), supplied),
                Fit::Loose(cost) if best.is_none_or(|(least, _)| cost < least) => best = Some((cost, overload)),
                Fit::Loose(_) => {}
                // a failure of libtorch's is not about this overload
                Fit::No(_, Misfit::Value(_, _, Mismatch::Failure(error))) => return Err(error),
                Fit::No(..) => {}
            }
        }
        if let Some((_, overload)) = best {
            bind(&overload.arguments, supplied, plan.r_conventions, &mut conversion, room(&mut values, overload));
            return call_overload(overload, plan, room(&mut values, overload), supplied);
        }
    }
    Err(no_overload(plan, supplied))
}

/// As many values as the overload has arguments. bind() fills every one of them before any is read.
fn room<'a>(values: &'a mut [MaybeUninit<Value>; MOST], overload: &Overload) -> &'a mut [Value] {
    let n = overload.arguments.len().min(MOST);
    // SAFETY: any bytes are a Value (plain numbers and pointers), and bind() writes before anyone reads
    unsafe { std::slice::from_raw_parts_mut(values.as_mut_ptr() as *mut Value, n) }
}

#[inline]
unsafe fn is_tensor(item: &Supplied) -> bool {
    handle::get(item.value, handle::Kind::Tensor).is_some()
}

/// Forces what stands in a frame for an argument. R may jump: nothing here needs dropping.
#[inline]
unsafe fn force(value: SEXP, env: SEXP) -> SEXP {
    match TYPEOF(value) {
        SEXPTYPE::PROMSXP => Rf_eval(value, env),
        _ => value,
    }
}

/// `.External2(C_call_operator, <plan>)`: the arguments are the variables of the calling function's frame, `self` of
/// the frame around it for a method.
pub unsafe extern "C" fn from_frame(_call: SEXP, _op: SEXP, arguments: SEXP, env: SEXP) -> SEXP {
    let description = CAR(CDR(arguments));
    // plain data alone until the closure below: R may jump while promises are forced
    let mut supplied = [Supplied::NONE; MOST];
    let mut count = 0;
    let mut requires_grad = R_NilValue;
    let requires_grad_symbol = requires_grad_symbol();
    let plan = match Plan::of(description) {
        Ok(plan) => plan,
        Err(error) => return crate::routine::finish(|| Err(error)),
    };
    for planned in &plan.arguments {
        let mut value = Rf_findVarInFrame(env, planned.variable);
        if value == R_UnboundValue {
            value = Rf_findVar(planned.variable, env);
        }
        if value == R_MissingArg || value == R_UnboundValue {
            continue;
        }
        let value = force(value, env);
        if planned.symbol == requires_grad_symbol {
            requires_grad = value;
            continue;
        }
        let is_default = planned.default != R_MissingArg && equals_default(value, planned.default);
        supplied[count] = Supplied { symbol: planned.symbol, value, is_default };
        count += 1;
    }
    let plan = match &plan.mirrored {
        Some(mirrored) if count == 2 && !is_tensor(&supplied[0]) && is_tensor(&supplied[1]) => {
            supplied.swap(0, 1);
            for (item, planned) in supplied.iter_mut().zip(&mirrored.arguments) {
                item.symbol = planned.symbol;
            }
            mirrored
        }
        _ => plan,
    };
    crate::routine::finish(|| {
        let requires_grad = requires_grad != R_NilValue && flag(requires_grad, "requires_grad")?;
        let value = call(plan, &supplied[..count]).map_err(|error| plan.in_r_names(error))?;
        if requires_grad {
            if let Some(tensor) = handle::get(value, handle::Kind::Tensor) {
                let mut protect = Protect::new();
                protect.keep(value);
                shim::call(|e| shim::ts_set_requires_grad(tensor as *const shim::Tensor, 1, e))?;
            }
        }
        Ok(value)
    })
}

fn requires_grad_symbol() -> SEXP {
    use std::sync::atomic::{AtomicPtr, Ordering};
    static SYMBOL: AtomicPtr<SEXPREC> = AtomicPtr::new(std::ptr::null_mut());
    let known = SYMBOL.load(Ordering::Relaxed);
    if !known.is_null() {
        return known;
    }
    let made = symbol("requires_grad");
    SYMBOL.store(made, Ordering::Relaxed);
    made
}

/// `.External(C_call_operator_directly, <plan>, ...)`: positional and named, as in the schema.
pub unsafe extern "C" fn from_arguments(arguments: SEXP) -> SEXP {
    crate::routine::finish(|| {
        let plan = Plan::of(CAR(CDR(arguments)))?;
        call(plan, gather(CDR(CDR(arguments))).items())
    })
}

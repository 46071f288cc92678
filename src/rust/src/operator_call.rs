//! The hot path: arguments found, an overload chosen, the operator called, its results wrapped.

use crate::convention::Counts;
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
use crate::types::{Argument, Base};
use std::ffi::c_int;
use std::mem::MaybeUninit;

/// The registry's longest schema has 30 arguments.
pub const MOST: usize = 32;
const MOST_RESULTS: usize = 16;

#[derive(Clone, Copy)]
pub struct Supplied {
    /// The argument's name, or null: positional.
    pub symbol: SEXP,
    pub value: SEXP,
    /// It equals the R function's default: an overload without this argument may ignore it.
    pub is_default: bool,
}

impl Supplied {
    const NONE: Supplied = Supplied { symbol: std::ptr::null_mut(), value: std::ptr::null_mut(), is_default: false };
}

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

/// Whether one binding of the schema can take the supplied values, and how well.
pub enum Fit {
    Exact,
    Loose(u32),
    /// The first argument that does not fit, counted in bindings that did.
    No(usize, Misfit),
}
pub enum Misfit {
    /// No such argument.
    Unknown(SEXP),
    TooMany,
    Lacks(usize),
    Value(usize, SEXP, Mismatch),
}

/// Binds and converts the supplied values to the schema's arguments; `values` gets one for each.
pub unsafe fn bind(
    schema: &[Argument],
    supplied: &[Supplied],
    r_conventions: bool,
    conversion: &mut Conversion,
    values: &mut [Value],
) -> Fit {
    conversion.clear();
    values.fill(Value::default());
    // an argument without a value yet still stands at its default
    let bound = |values: &[Value], i: usize| values[i].tag != shim::DEFAULT;
    let mut place = 0;
    for (taken, item) in supplied.iter().enumerate() {
        let found = if item.symbol != R_NilValue {
            match schema.iter().position(|argument| argument.symbol == item.symbol) {
                Some(i) if !bound(values, i) => i,
                _ if item.is_default => continue,
                _ => return Fit::No(taken, Misfit::Unknown(item.symbol)),
            }
        } else {
            while place < schema.len() && bound(values, place) {
                place += 1;
            }
            if place == schema.len() || schema[place].keyword_only {
                return Fit::No(taken, Misfit::TooMany);
            }
            place
        };
        let argument = &schema[found];
        if item.is_default && argument.has_default {
            continue;
        }
        let base = if r_conventions { argument.base } else { Base::Zero };
        match conversion.convert(item.value, &argument.kind, argument.fixed, base) {
            Ok(value) => values[found] = value,
            Err(mismatch) => return Fit::No(taken, Misfit::Value(found, item.value, mismatch)),
        }
    }
    for (i, argument) in schema.iter().enumerate() {
        if !bound(values, i) && !argument.has_default {
            return Fit::No(supplied.len(), Misfit::Lacks(i));
        }
    }
    match conversion.cost {
        0 => Fit::Exact,
        cost => Fit::Loose(cost),
    }
}

impl Misfit {
    /// The error of one schema.
    pub unsafe fn into_error(self, function: &str, schema: &[Argument]) -> Error {
        match self {
            Misfit::Unknown(name) => {
                let name = text_of(PRINTNAME(name));
                let error = Error::new(Kind::Type, format!("`{function}()` has no argument `{name}`")).argument(&name);
                let known: Vec<&str> = schema.iter().map(|argument| argument.name.as_str()).collect();
                if known.is_empty() {
                    return error.hint("it takes no arguments");
                }
                error.hint(format!("its arguments: {}", known.join(", ")))
            }
            Misfit::TooMany => {
                let most = schema.iter().filter(|argument| !argument.keyword_only).count();
                Error::new(Kind::Type, format!("`{function}()` takes at most {most} arguments without names"))
            }
            Misfit::Lacks(i) => {
                let argument = &schema[i];
                Error::new(
                    Kind::Type,
                    format!("`{}` is missing: it must be {}", argument.name, argument.kind.in_r_words()),
                )
                .argument(&argument.name)
            }
            Misfit::Value(i, given, mismatch) => mismatch.into_error(&schema[i].name, &schema[i].kind, given),
        }
    }
}

/// No overload takes the values: the one that got furthest says why, all are listed.
#[cold]
unsafe fn no_overload(plan: &Plan, supplied: &[Supplied]) -> Error {
    let operator = plan.operator;
    // overloads that write to `out` are PyTorch's own way; R has assignment
    let usable = |overload: &&Overload| !overload.arguments.iter().any(|argument| argument.is_out);
    let mut candidates: Vec<&Overload> = plan.overloads().filter(usable).collect();
    if candidates.is_empty() {
        candidates = plan.overloads().collect();
    }
    let mut conversion = Conversion::for_operator(plan.numbers_are_tensors);
    let mut values = [Value::none(); MOST];
    let mut best: Option<(usize, Misfit, &Overload)> = None;
    for overload in &candidates {
        let n = overload.arguments.len();
        let fit = bind(&overload.arguments, supplied, plan.r_conventions, &mut conversion, &mut values[..n]);
        let Fit::No(reached, misfit) = fit else { continue };
        // a value that is nearly right says more than one of the wrong kind
        let nearly = matches!(&misfit, Misfit::Value(_, _, mismatch) if !matches!(mismatch, Mismatch::Type));
        let reached = 2 * reached + nearly as usize;
        if best.as_ref().is_none_or(|(most, ..)| reached > *most) {
            best = Some((reached, misfit, overload));
        }
    }
    let Some((_, misfit, overload)) = best else {
        return Error::new(Kind::Type, format!("`{}` can't be called on tensors", operator.name))
            .operator(&operator.name);
    };
    let short = operator.name.split("::").last().unwrap_or(&operator.name);
    let of_another_kind = matches!(&misfit, Misfit::Value(_, _, Mismatch::Type) | Misfit::Unknown(_) | Misfit::TooMany);
    let error = misfit.into_error(short, &overload.arguments).operator(&operator.name);
    if !of_another_kind || candidates.len() == 1 {
        return error;
    }
    let texts: Vec<&str> = candidates.iter().map(|overload| overload.text.as_str()).collect();
    error.hint(format!("it can be called as\n{}", texts.join("\n")))
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
        return Ok(crate::tensor::mk_dtype(value.v.i as c_int));
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
        error.operator(&plan.operator.name)
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
    crate::routine::finish(|| {
        let requires_grad = requires_grad != R_NilValue && flag(requires_grad, "requires_grad")?;
        let value = call(plan, &supplied[..count])?;
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

/// The values of a call's pairlist, with their names.
pub unsafe fn gather(mut rest: SEXP) -> Gathered {
    let mut gathered = Gathered { few: [Supplied::NONE; 8], many: Vec::new(), count: 0 };
    while rest != R_NilValue {
        let item = Supplied { symbol: TAG(rest), value: CAR(rest), is_default: false };
        match gathered.few.get_mut(gathered.count) {
            Some(place) => *place = item,
            None => {
                if gathered.many.is_empty() {
                    gathered.many.extend_from_slice(&gathered.few);
                }
                gathered.many.push(item);
            }
        }
        gathered.count += 1;
        rest = CDR(rest);
    }
    gathered
}

/// A few values without an allocation, or many.
pub struct Gathered {
    few: [Supplied; 8],
    many: Vec<Supplied>,
    count: usize,
}

impl Gathered {
    pub fn items(&self) -> &[Supplied] {
        match self.many.is_empty() {
            true => &self.few[..self.count],
            false => &self.many,
        }
    }
}

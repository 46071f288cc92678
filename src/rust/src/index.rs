//! `x[...]` and `x[...] <- value`: what stands between the brackets becomes steps for the shim.

use crate::error::{Error, Kind as ErrorKind, Result};
use crate::from_r::{whole, Conversion};
use crate::handle::{self, Kind};
use crate::index_steps::Steps;
use crate::mismatch::is_number;
use crate::r::*;
use crate::shim::{self, Tensor};
use crate::types::Base;
use crate::{memory, routine, tensor, trace};
use std::ffi::{c_int, c_void};
use std::mem::MaybeUninit;
use std::sync::OnceLock;

/// libtorch's tensors have at most as many dimensions.
const MOST: usize = 64;

/// One end of a range: a position, or so many behind the last one (`N`, `N - 1`).
#[derive(Clone, Copy)]
pub enum Bound {
    At(f64),
    Last(f64),
}

/// Plain data: R may jump while it is read.
#[derive(Clone, Copy)]
enum Item {
    All,
    Value(SEXP),
    Range(Bound, Bound, f64),
}

pub enum Part {
    All,
    Rest,
    New,
    One(Bound),
    /// `descends`: counting down is meant, not an empty range.
    Slice {
        start: Bound,
        end: Bound,
        step: f64,
        descends: bool,
    },
    Vector(SEXP),
    Array(SEXP),
    Tensor(*mut Tensor),
}

struct Symbols {
    dots: SEXP,
    colon: SEXP,
    x: SEXP,
    drop: SEXP,
    value: SEXP,
}
// SAFETY: R's symbols are never freed, and only R's thread reads them
unsafe impl Send for Symbols {}
unsafe impl Sync for Symbols {}

fn symbols() -> &'static Symbols {
    static SYMBOLS: OnceLock<Symbols> = OnceLock::new();
    SYMBOLS.get_or_init(|| Symbols {
        dots: symbol("..."),
        colon: symbol(":"),
        x: symbol("x"),
        drop: symbol("drop"),
        value: symbol("value"),
    })
}

unsafe fn forced(value: SEXP, env: SEXP) -> SEXP {
    match TYPEOF(value) {
        SEXPTYPE::PROMSXP => Rf_eval(value, env),
        _ => value,
    }
}

unsafe fn bound(value: SEXP) -> Option<Bound> {
    if Rf_xlength(value) != 1 {
        return None;
    }
    match (TYPEOF(value), Rf_isObject(value) == Rboolean::TRUE) {
        (SEXPTYPE::INTSXP | SEXPTYPE::REALSXP, false) => number(value).map(Bound::At),
        (SEXPTYPE::REALSXP, true) if inherits(value, "torch_index_end") => Some(Bound::Last(*REAL(value))),
        (SEXPTYPE::REALSXP, true) if inherits(value, "integer64") => whole(value, 0).ok().map(|v| Bound::At(v as f64)),
        _ => None,
    }
}

unsafe fn is_colon(expression: SEXP) -> bool {
    TYPEOF(expression) == SEXPTYPE::LANGSXP && CAR(expression) == symbols().colon && Rf_xlength(expression) == 3
}

/// `start:end` and `start:end:step` as they were typed: a slice, which is a view, and whose ends may be negative.
unsafe fn typed_range(expression: SEXP, env: SEXP) -> Option<Item> {
    let (mut ends, mut step) = (expression, 1.0);
    if is_colon(CAR(CDR(expression))) {
        let Some(Bound::At(given)) = bound(Rf_eval(CAR(CDR(CDR(expression))), env)) else { return None };
        (ends, step) = (CAR(CDR(expression)), given);
    }
    let start = bound(Rf_eval(CAR(CDR(ends)), env))?;
    let end = bound(Rf_eval(CAR(CDR(CDR(ends))), env))?;
    Some(Item::Range(start, end, step))
}

unsafe fn item(value: SEXP, env: SEXP) -> Item {
    if value == R_MissingArg {
        return Item::All;
    }
    if TYPEOF(value) == SEXPTYPE::PROMSXP {
        // the promise of a value known already has no environment any more
        let (expression, home) = (R_PromiseExpr(value), PRENV(value));
        if is_colon(expression) && TYPEOF(home) == SEXPTYPE::ENVSXP {
            if let Some(range) = typed_range(expression, home) {
                return range;
            }
        }
    }
    Item::Value(forced(value, env))
}

/// What stands between the brackets. Its room is left as it is: it is larger than all the rest of a call.
struct Items {
    room: [MaybeUninit<Item>; MOST],
    /// Perhaps more than there is room for.
    count: usize,
}

impl Items {
    fn new() -> Items {
        Items { room: [const { MaybeUninit::uninit() }; MOST], count: 0 }
    }
    /// From `...` of a calling frame. R may jump.
    unsafe fn read(&mut self, env: SEXP) {
        let mut rest = Rf_findVarInFrame(env, symbols().dots);
        // its first cell is of a type of its own, or the missing argument stands for none at all
        while matches!(TYPEOF(rest), SEXPTYPE::DOTSXP | SEXPTYPE::LISTSXP) {
            if let Some(place) = self.room.get_mut(self.count) {
                place.write(item(CAR(rest), env));
            }
            self.count += 1;
            rest = CDR(rest);
        }
    }
    fn all(&self) -> &[Item] {
        // SAFETY: read() has written as many
        unsafe { std::slice::from_raw_parts(self.room.as_ptr() as *const Item, self.count.min(MOST)) }
    }
}

unsafe fn classify(value: SEXP) -> Result<Part> {
    if let Some(native) = handle::get(value, Kind::Tensor) {
        let native = native as *mut Tensor;
        let dtype = shim::ts_tensor_dtype(native);
        return match dtype == 11 || (0..=4).contains(&dtype) {
            true => Ok(Part::Tensor(native)),
            false => Err(Error::new(ErrorKind::Type, "a tensor that selects must hold whole numbers or be a mask")
                .hint("convert it: x$to(dtype = torch_long())")),
        };
    }
    if let Some(single) = bound(value) {
        if TYPEOF(Rf_getAttrib(value, R_DimSymbol)) == SEXPTYPE::NILSXP {
            return Ok(Part::One(single));
        }
    }
    let is_object = Rf_isObject(value) == Rboolean::TRUE;
    match TYPEOF(value) {
        SEXPTYPE::NILSXP => return Ok(Part::New),
        SEXPTYPE::LGLSXP | SEXPTYPE::INTSXP | SEXPTYPE::REALSXP if !is_object || inherits(value, "integer64") => {
            return Ok(match Rf_xlength(Rf_getAttrib(value, R_DimSymbol)) {
                0 | 1 => Part::Vector(value),
                _ => Part::Array(value),
            })
        }
        SEXPTYPE::VECSXP if inherits(value, "torch_slice") && Rf_xlength(value) == 3 => {
            if let (Some(start), Some(end), Some(step)) =
                (bound(VECTOR_ELT(value, 0)), bound(VECTOR_ELT(value, 1)), number(VECTOR_ELT(value, 2)))
            {
                let end = match end {
                    Bound::At(v) if v == f64::INFINITY => Bound::Last(0.0),
                    other => other,
                };
                return Ok(Part::Slice { start, end, step, descends: false });
            }
        }
        _ if is_object && inherits(value, "torch_newaxis") => return Ok(Part::New),
        _ if is_object && inherits(value, "torch_ellipsis") => return Ok(Part::Rest),
        _ => {}
    }
    Err(Error::new(ErrorKind::Type, format!("an index can't be {}", describe(value)))
        .hint("positions, TRUE and FALSE, tensors of these, slc(), `..`, newaxis, N or nothing select elements"))
}

impl Part {
    pub unsafe fn takes(&self) -> usize {
        match self {
            Part::New | Part::Rest => 0,
            Part::Array(x) if TYPEOF(*x) == SEXPTYPE::LGLSXP => Rf_xlength(Rf_getAttrib(*x, R_DimSymbol)) as usize,
            Part::Tensor(tensor) if shim::ts_tensor_dtype(*tensor) == 11 => shim::ts_tensor_rank(*tensor) as usize,
            _ => 1,
        }
    }
}

unsafe fn steps_of(x: *const Tensor, items: &Items, drop: bool) -> Result<Steps> {
    let rank = shim::ts_tensor_rank(x) as usize;
    let mut room = [0i64; MOST];
    let sizes = room.get_mut(..rank).unwrap_or_default();
    shim::call(|e| shim::ts_tensor_sizes(x, sizes.as_mut_ptr(), e))?;
    let mut parts = Vec::with_capacity(items.count.min(MOST));
    for item in items.all() {
        parts.push(match item {
            Item::All => Part::All,
            Item::Value(value) => classify(*value)?,
            Item::Range(start, end, step) => Part::Slice { start: *start, end: *end, step: *step, descends: true },
        });
    }
    let mut taken = 0;
    for part in &parts {
        taken += part.takes();
    }
    // `x[]` is everything, of a tensor without dimensions too
    if items.count > MOST || (taken > rank && !(rank == 0 && matches!(parts[..], [Part::All]))) {
        let dimensions = if rank == 1 { "dimension" } else { "dimensions" };
        let indices = if taken == 1 { "index was" } else { "indices were" };
        let text = format!("the tensor has {rank} {dimensions}, and {} {indices} given", taken.max(items.count));
        return Err(Error::new(ErrorKind::Index, text));
    }
    if parts.iter().filter(|part| matches!(part, Part::Rest)).count() > 1 {
        return Err(Error::new(ErrorKind::Index, "`..` can stand between the brackets only once"));
    }
    let mut steps = Steps::default();
    let mut source = 0;
    for part in &parts {
        let takes = if matches!(part, Part::Rest) { rank - taken } else { part.takes() };
        match part {
            Part::Rest => steps.dim += takes,
            _ => steps.add(part, sizes, source, drop)?,
        }
        source += takes;
    }
    Ok(steps)
}

unsafe fn self_and_steps(x: SEXP, items: &Items, drop: SEXP) -> Result<(*mut Tensor, Steps)> {
    memory::safe_point();
    let native = handle::tensor(x)?;
    trace::lift(x, native)?;
    let drop = drop == R_UnboundValue || flag(drop, "drop")?;
    Ok((native, steps_of(native, items, drop)?))
}

/// `.External2(C_index)`: `x`, `...` and `drop` of the calling frame.
pub unsafe extern "C" fn get(_call: SEXP, _op: SEXP, _arguments: SEXP, env: SEXP) -> SEXP {
    let x = forced(Rf_findVarInFrame(env, symbols().x), env);
    let mut items = Items::new();
    items.read(env);
    let drop = forced(Rf_findVarInFrame(env, symbols().drop), env);
    routine::finish(|| {
        let (native, steps) = self_and_steps(x, &items, drop)?;
        let mut result = std::ptr::null_mut();
        shim::call(|e| shim::ts_index(native, steps.all.as_ptr(), steps.all.len() as c_int, &mut result, e))
            .map_err(|error| error.reword(crate::wording::in_r_terms))?;
        Ok(handle::new(Kind::Tensor, result as *mut c_void))
    })
}

/// What is assigned, as a tensor; an R value takes the dtype of the tensor it goes into.
unsafe fn assigned(conversion: &mut Conversion, value: SEXP, into: *const Tensor) -> Result<*const Tensor> {
    if handle::is(value, Kind::Tensor) {
        let converted = conversion.tensor(value, Base::Zero).map_err(|_| refuse_value(value))?;
        return Ok(converted.v.p as *const Tensor);
    }
    let is_complex = TYPEOF(value) == SEXPTYPE::CPLXSXP;
    if !is_number(value) && !is_complex && TYPEOF(value) != SEXPTYPE::RAWSXP {
        return Err(refuse_value(value));
    }
    let dtype = shim::ts_tensor_dtype(into);
    if is_complex && !(8..=10).contains(&dtype) {
        return Err(Error::new(ErrorKind::Value, "complex numbers can't be assigned to a tensor of real ones"));
    }
    if TYPEOF(value) == SEXPTYPE::REALSXP && !inherits(value, "integer64") && (0..=4).contains(&dtype) {
        let values = std::slice::from_raw_parts(REAL(value), Rf_xlength(value) as usize);
        if let Some(fraction) = values.iter().find(|v| **v != v.trunc()) {
            let text = format!("{fraction} can't be assigned to a tensor of whole numbers");
            return Err(
                Error::new(ErrorKind::Value, text).hint("convert the tensor first: x$to(dtype = torch_float())")
            );
        }
    }
    let made = tensor::make(value, dtype, None, false)?;
    conversion.keep_tensor(made);
    trace::lift(R_NilValue, made)?;
    Ok(made)
}

unsafe fn refuse_value(value: SEXP) -> Error {
    Error::new(
        ErrorKind::Type,
        format!("only numbers and tensors can be assigned to elements, not {}", describe(value)),
    )
    .argument("value")
}

/// `.External2(C_index_assign)`: `x`, `...` and `value` of the calling frame.
pub unsafe extern "C" fn assign(_call: SEXP, _op: SEXP, _arguments: SEXP, env: SEXP) -> SEXP {
    let x = forced(Rf_findVarInFrame(env, symbols().x), env);
    let mut items = Items::new();
    items.read(env);
    let value = forced(Rf_findVarInFrame(env, symbols().value), env);
    routine::finish(|| {
        let (native, mut steps) = self_and_steps(x, &items, R_UnboundValue)?;
        let value = assigned(&mut steps.conversion, value, native)?;
        shim::call(|e| shim::ts_index_assign(native, steps.all.as_ptr(), steps.all.len() as c_int, value, e))
            .map_err(|error| error.reword(crate::wording::in_r_terms))?;
        Ok(x)
    })
}

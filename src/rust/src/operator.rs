//! Operators of the registry: resolved by name once, described to R.

use crate::convention::{self, Counts};
use crate::error::{Error, Kind, Result};
use crate::r::*;
use crate::routine;
use crate::shim::{self, borrow_text, take_text, RawSchema};
use crate::types::{Argument, Base, TypeKind};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::{c_void, CString};

pub struct Return {
    pub name: String,
    pub counts: Counts,
    pub is_dtype: bool,
}

pub struct Overload {
    pub raw: *const shim::Overload,
    pub arguments: Vec<Argument>,
    pub returns: Vec<Return>,
    pub text: String,
    /// Works on tensors; the language's own overloads, for numbers and lists, do not.
    pub is_dispatched: bool,
}

pub struct Operator {
    pub name: String,
    pub overloads: Vec<Overload>,
}

/// How one R function calls an operator: which variables of its frame are which arguments.
pub struct Plan {
    pub operator: &'static Operator,
    pub arguments: Vec<Planned>,
    /// R's conventions (positions from one), or libtorch's own.
    pub r_conventions: bool,
    pub numbers_are_tensors: bool,
    /// For a number before a tensor: the same function, with the tensor first.
    pub mirrored: Option<Box<Plan>>,
}
pub struct Planned {
    /// In the frame of the R function.
    pub variable: SEXP,
    /// In the schema.
    pub symbol: SEXP,
    /// The formal's default, or R_MissingArg.
    pub default: SEXP,
}

unsafe fn read_overload(name: &str, raw: *const shim::Overload) -> Result<Overload> {
    let mut schema: RawSchema = std::mem::zeroed();
    shim::call(|e| shim::ts_overload_schema(raw, &mut schema, e))?;
    let text = take_text(schema.text);
    let mut arguments = Vec::with_capacity(schema.arguments as usize);
    for i in 0..schema.arguments {
        let mut argument = Argument::read(|a, e| shim::ts_overload_argument(raw, i, a, e))?;
        argument.base = convention::base(name, &argument);
        arguments.push(argument);
    }
    if shim::ts_overload_is_vararg(raw) != 0 {
        arguments.resize_with(crate::binding::MOST, Argument::more);
    }
    let returns = (0..schema.returns)
        .map(|i| Return {
            name: borrow_text(shim::ts_overload_return_name(raw, i)).to_string(),
            counts: convention::counts(name, overload_name(&text), i as usize),
            is_dtype: TypeKind::from_shim(shim::ts_overload_return_kind(raw, i)) == TypeKind::Dtype,
        })
        .collect();
    Ok(Overload { raw, arguments, returns, text, is_dispatched: shim::ts_overload_is_dispatched(raw) != 0 })
}

/// `Tensor` of `aten::add.Tensor(...)`; empty where an operator has one overload.
fn overload_name(schema: &str) -> &str {
    let head = schema.split('(').next().unwrap_or(schema);
    head.split_once('.').map_or("", |(_, name)| name)
}

thread_local! {
    static FOUND: RefCell<HashMap<String, &'static Operator>> = RefCell::new(HashMap::new());
}

/// The operator of this qualified name; it lives as long as the process.
pub unsafe fn find(name: &str) -> Result<&'static Operator> {
    if let Some(found) = FOUND.with(|table| table.borrow().get(name).copied()) {
        return Ok(found);
    }
    let text = CString::new(name).map_err(|_| Error::new(Kind::Value, "an operator's name holds a NUL"))?;
    let mut raw = vec![std::ptr::null(); 256];
    let mut count = 0;
    shim::call(|e| shim::ts_operator_find(text.as_ptr(), raw.as_mut_ptr(), 256, &mut count, e))?;
    if count == 0 {
        return Err(Error::new(Kind::Value, format!("libtorch has no operator `{name}`")));
    }
    let short = name.split("::").last().unwrap_or(name);
    let mut overloads = Vec::with_capacity(count as usize);
    for overload in &raw[..count as usize] {
        overloads.push(read_overload(short, *overload)?);
    }
    let operator: &'static Operator = Box::leak(Box::new(Operator { name: name.to_string(), overloads }));
    FOUND.with(|table| table.borrow_mut().insert(name.to_string(), operator));
    Ok(operator)
}

impl Plan {
    /// R's functions are about tensors; `jit_ops` reaches every overload.
    pub fn overloads(&self) -> impl Iterator<Item = &'static Overload> + '_ {
        self.operator.overloads.iter().filter(|overload| overload.is_dispatched || !self.r_conventions)
    }
    /// An error about an argument calls it what the R function does.
    pub unsafe fn in_r_names(&self, mut error: Error) -> Error {
        if let Error::Failure { message, context, .. } = &mut error {
            for planned in self.arguments.iter().filter(|planned| planned.variable != planned.symbol) {
                let name = text_of(PRINTNAME(planned.symbol));
                if context.argument.as_ref() == Some(&name) {
                    let known = text_of(PRINTNAME(planned.variable));
                    *message = message.replace(&format!("`{name}`"), &format!("`{known}`"));
                    let hint = context.hint.take();
                    context.hint = hint.map(|hint| hint.replace(&format!("({name})"), &format!("({known})")));
                    context.argument = Some(known);
                    break;
                }
            }
        }
        error
    }
    /// The plan behind the description that an R function carries in its body: name, variables (named by schema
    /// argument), defaults, flags, mirrored operator. Its last element is ours: the plan, made at the first call in this
    /// process.
    #[inline]
    pub unsafe fn of(description: SEXP) -> Result<&'static Plan> {
        if TYPEOF(description) != SEXPTYPE::VECSXP || Rf_xlength(description) != 6 {
            return Err(Error::new(Kind::Internal, "an operator without its plan"));
        }
        let made = VECTOR_ELT(description, 5);
        if TYPEOF(made) == SEXPTYPE::EXTPTRSXP {
            let plan = R_ExternalPtrAddr(made) as *const Plan;
            if !plan.is_null() {
                return Ok(&*plan);
            }
        }
        Plan::make(description)
    }
    #[cold]
    unsafe fn make(description: SEXP) -> Result<&'static Plan> {
        let name = string(VECTOR_ELT(description, 0)).unwrap_or_default();
        let names = VECTOR_ELT(description, 1);
        let defaults = VECTOR_ELT(description, 2);
        let flags = VECTOR_ELT(description, 3);
        let operator = find(&name)?;
        if Rf_xlength(names) > crate::binding::MOST as R_xlen_t {
            return Err(Error::new(Kind::Internal, format!("`{name}` is planned with too many arguments")));
        }
        let variables = strings(names);
        let schema_names = crate::r::names(names).unwrap_or_else(|| variables.clone());
        let arguments = variables.iter().zip(&schema_names).enumerate().map(|(i, (variable, name))| Planned {
            variable: symbol(variable),
            symbol: symbol(if name.is_empty() { variable } else { name }),
            default: VECTOR_ELT(defaults, i as R_xlen_t),
        });
        let flags = |i: isize| *LOGICAL(flags).offset(i) != 0;
        let arguments: Vec<Planned> = arguments.collect();
        let (r_conventions, numbers_are_tensors) = (flags(0), flags(1));
        let mirrored = match (string(VECTOR_ELT(description, 4)), &arguments[..]) {
            (Some(name), [first, second]) => Some(Box::new(Plan {
                operator: find(&name)?,
                arguments: vec![
                    Planned { variable: second.variable, ..*first },
                    Planned { variable: first.variable, ..*second },
                ],
                r_conventions,
                numbers_are_tensors,
                mirrored: None,
            })),
            _ => None,
        };
        let plan = Plan { operator, arguments, r_conventions, numbers_are_tensors, mirrored };
        let plan: &'static Plan = Box::leak(Box::new(plan));
        let pointer = R_MakeExternalPtr(plan as *const Plan as *mut c_void, symbol("torch_operator"), R_NilValue);
        SET_VECTOR_ELT(description, 5, pointer);
        Ok(plan)
    }
}

routine!(
    /// All operators of a namespace, or all namespaces for NULL.
    names(space) {
        let space = string(space).and_then(|space| CString::new(space).ok());
        let text = take_text(shim::ts_operator_names(space.as_ref().map_or(std::ptr::null(), |s| s.as_ptr())));
        let lines: Vec<&str> = text.lines().collect();
        Ok(mk_strings(&lines))
    }
);

routine!(
    schemas(name) {
        let operator = find(&string(name).unwrap_or_default())?;
        let texts: Vec<&str> = operator.overloads.iter().map(|overload| overload.text.as_str()).collect();
        Ok(mk_strings(&texts))
    }
);

/// The default as an R constant, or the empty argument where R has none.
unsafe fn default_in_r(argument: &Argument) -> SEXP {
    let value = argument.default;
    let shift = |v: i64| if argument.base == Base::One && v >= 0 { v + 1 } else { v };
    match (argument.has_default, value.tag) {
        (true, shim::NONE) => R_NilValue,
        (true, shim::INT) if matches!(argument.kind.required().kind, TypeKind::Int | TypeKind::Number) => {
            crate::to_r::integers(&[shift(value.v.i)])
        }
        (true, shim::DOUBLE) => Rf_ScalarReal(value.v.d),
        (true, shim::BOOL) => mk_logical(value.v.i != 0),
        (true, shim::STRING) => {
            let bytes = std::slice::from_raw_parts(value.v.p as *const u8, value.length as usize);
            mk_string(&String::from_utf8_lossy(bytes))
        }
        _ => R_MissingArg,
    }
}

routine!(
    /// The arguments of all overloads, each name once, in the order of the first overload that has it: what the formals
    /// of an R function for the operator are. The values are the defaults.
    arguments(name) {
        let operator = find(&string(name).unwrap_or_default())?;
        let mut seen: Vec<&Argument> = Vec::new();
        let mut required = Vec::new();
        for overload in operator.overloads.iter().filter(|overload| overload.is_dispatched) {
            for argument in overload.arguments.iter().filter(|argument| !argument.is_out) {
                match seen.iter().position(|other| other.symbol == argument.symbol) {
                    // a default in one overload alone is none: the formal must be able to stay missing
                    Some(i) => required[i] |= !argument.has_default,
                    None => {
                        required.push(!argument.has_default);
                        seen.push(argument);
                    }
                }
            }
        }
        let names: Vec<&str> = seen.iter().map(|argument| argument.name.as_str()).collect();
        Ok(named_list(&names, |i| if required[i] { R_MissingArg } else { default_in_r(seen[i]) }))
    }
);

routine!(
    /// Which arguments and results of an operator are positions that R counts from one: the name of an argument or the
    /// number of a result, for each overload, whose schema is its name.
    conventions(name) {
        let operator = find(&string(name).unwrap_or_default())?;
        let overloads: Vec<&Overload> = operator.overloads.iter().filter(|overload| overload.is_dispatched).collect();
        let texts: Vec<&str> = overloads.iter().map(|overload| overload.text.as_str()).collect();
        Ok(named_list(&texts, |i| {
            let arguments = overloads[i].arguments.iter().filter(|argument| argument.base != Base::Zero && !argument.is_out);
            let mut found: Vec<String> = arguments.map(|argument| argument.name.clone()).collect();
            let results = overloads[i].returns.iter().enumerate();
            found.extend(results.filter(|(_, r)| r.counts != Counts::AsTheyAre).map(|(i, _)| (i + 1).to_string()));
            let found: Vec<&str> = found.iter().map(String::as_str).collect();
            mk_strings(&found)
        }))
    }
);

routine!(
    /// What a compiler of R must know of an operator: its overloads as R's functions may call them.
    overloads(name) {
        let operator = find(&string(name).unwrap_or_default())?;
        let overloads = operator.overloads.iter().filter(|o| o.is_dispatched && !o.arguments.iter().any(|a| a.is_out));
        let overloads: Vec<&Overload> = overloads.collect();
        let texts: Vec<&str> = overloads.iter().map(|overload| overload.text.as_str()).collect();
        Ok(named_list(&texts, |i| {
            let arguments = &overloads[i].arguments;
            let names: Vec<&str> = arguments.iter().map(|argument| argument.name.as_str()).collect();
            let types: Vec<String> = arguments.iter().map(|argument| argument.kind.text()).collect();
            let results: Vec<&str> = overloads[i].returns.iter().map(|result| result.name.as_str()).collect();
            named_list(&["names", "types", "optional", "fixed", "base", "results", "counts", "keyword_only"], |part| match part {
                0 => mk_strings(&names),
                1 => mk_strings(&types),
                2 => crate::to_r::integers(&arguments.iter().map(|a| a.has_default as i64).collect::<Vec<_>>()),
                3 => crate::to_r::integers(&arguments.iter().map(|a| a.fixed as i64).collect::<Vec<_>>()),
                4 => crate::to_r::integers(&arguments.iter().map(|a| a.base as i64).collect::<Vec<_>>()),
                5 => mk_strings(&results),
                7 => crate::to_r::integers(&arguments.iter().map(|a| a.keyword_only as i64).collect::<Vec<_>>()),
                _ => crate::to_r::integers(&overloads[i].returns.iter().map(|r| r.counts as i64).collect::<Vec<_>>()),
            })
        }))
    }
);

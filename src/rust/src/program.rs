//! Programs: functions compiled, called and shown.

use crate::binding::{bind, dots, gather, Fit, Misfit};
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::from_r::Conversion;
use crate::handle::{self, Kind};
use crate::memory;
use crate::r::*;
use crate::routine;
use crate::shim::{self, borrow_text, take_text, RawSchema, Value};
use crate::to_r;
use crate::types::Argument;
use crate::untyped::untyped;
use std::ffi::{c_int, c_void, CString};
use std::ptr::{null, null_mut};

/// A function with its schema, read once.
pub struct Program {
    pub native: *mut shim::Function,
    arguments: Vec<Argument>,
    schema: String,
}

impl Drop for Program {
    fn drop(&mut self) {
        // SAFETY: owned
        unsafe { shim::ts_function_free(self.native) }
    }
}

impl Program {
    /// Takes `native` over.
    pub unsafe fn new(native: *mut shim::Function) -> Result<Program> {
        let mut program = Program { native, arguments: Vec::new(), schema: String::new() };
        let mut schema: RawSchema = std::mem::zeroed();
        shim::call(|e| shim::ts_function_schema(native, &mut schema, e))?;
        program.schema = take_text(schema.text);
        for i in 0..schema.arguments {
            program.arguments.push(Argument::read(|a, e| shim::ts_function_argument(native, i, a, e))?);
        }
        Ok(program)
    }
    pub unsafe fn name(&self) -> &str {
        borrow_text(shim::ts_function_name(self.native))
    }
    pub unsafe fn into_handle(self) -> SEXP {
        handle::new(Kind::Function, Box::into_raw(Box::new(self)) as *mut c_void)
    }
}

pub unsafe fn program(x: SEXP) -> Result<&'static Program> {
    Ok(&*(handle::expect(x, Kind::Function, "a TorchScript function")? as *const Program))
}
pub fn c_string(text: &str) -> Result<CString> {
    CString::new(text).map_err(|_| Error::new(ErrorKind::Value, "a text holds a NUL"))
}

/// `.External2(C_call_function, <function>)`: `...` of the calling frame.
pub unsafe extern "C" fn call_function(_call: SEXP, _op: SEXP, arguments: SEXP, env: SEXP) -> SEXP {
    let supplied = dots(env);
    crate::routine::finish(|| call(program(CAR(CDR(arguments)))?, supplied))
}

pub unsafe fn call(program: &Program, arguments: SEXP) -> Result<SEXP> {
    let mut supplied = gather(arguments);
    memory::safe_point();
    let mut conversion = Conversion::default();
    let n = program.arguments.len();
    let mut few = [Value::none(); 8];
    let mut many = Vec::new();
    let values: &mut [Value] = if n <= few.len() {
        &mut few[..n]
    } else {
        many.resize(n, Value::none());
        &mut many
    };
    let mut fit = bind(&program.arguments, supplied.items(), false, &mut conversion, values);
    if matches!(fit, Fit::No(_, Misfit::Unknown(_))) && supplied.rename(&program.arguments) {
        fit = bind(&program.arguments, supplied.items(), false, &mut conversion, values);
    }
    if let Fit::No(_, misfit) = fit {
        return Err(misfit.into_error(program.name(), &program.arguments));
    }
    let mut result = Value::none();
    shim::call(|e| shim::ts_function_call(program.native, values.as_ptr(), n as c_int, &mut result, e))
        .map_err(|error| program_error(error, program))?;
    Ok(to_r::convert(&result))
}

/// The interpreter's report: the reason stands last in it, after the program's own traceback.
unsafe fn program_error(error: Error, program: &Program) -> Error {
    let Error::Failure { kind, message, context } = &error else { return error };
    let class = context.raised.as_ref().map_or("RuntimeError", |(_, class)| class.as_str());
    let marks =
        [format!("\n{class}: "), "\nRuntimeError: ".into(), "\ntorch.jit.Error: ".into(), "RuntimeError: ".into()];
    let Some((traceback, rest)) = marks.iter().find_map(|mark| message.split_once(mark.as_str())) else {
        return error.operator(program.name());
    };
    let kind = if *kind == ErrorKind::Runtime { ErrorKind::Program } else { *kind };
    let (class, reason) = match &context.raised {
        Some((reason, class)) if !class.is_empty() => (Some(class.as_str()), reason.as_str()),
        _ => exception_of(rest),
    };
    let failure = match (reason.trim(), class) {
        ("", Some(class)) => Error::new(kind, format!("the program raised {class}")),
        (reason, _) => Error::new(kind, reason),
    };
    let failure = match traceback.contains("File \"<from R>\"") {
        true => failure.reword(crate::wording::in_r_terms),
        false => failure,
    };
    let failure = match class {
        Some(class) => failure.raised(String::new(), class.to_string()),
        None => failure,
    };
    let is_frame = |line: &&str| !line.contains("operation failed") && !line.starts_with("Traceback of TorchScript");
    let frames: Vec<&str> = traceback.lines().filter(is_frame).collect();
    match frames.join("\n").trim_matches('\n') {
        "" => failure.operator(program.name()),
        frames => failure.operator(program.name()).traceback(frames),
    }
}

/// The class that stands before the reason in programs that were not compiled by Python.
fn exception_of(text: &str) -> (Option<&str>, &str) {
    match text.split_once(':') {
        Some((class, reason))
            if ["Error", "Exception", "Exit", "Iteration", "Warning"].iter().any(|end| class.ends_with(end))
                && class.chars().all(char::is_alphanumeric) =>
        {
            (Some(class), reason)
        }
        _ => (None, text),
    }
}

pub fn compile_error(error: Error) -> Error {
    match error {
        Error::Failure { message, context, .. } => Error::Failure { kind: ErrorKind::Compile, message, context },
        other => other,
    }
}

/// What source may use besides its own definitions: a named list of values and functions.
pub unsafe fn with_known<T>(known: SEXP, body: impl FnOnce(&[shim::Known]) -> Result<T>) -> Result<T> {
    let names = crate::r::names(known).unwrap_or_default();
    let names: Vec<CString> = names.iter().map(|name| c_string(name)).collect::<Result<_>>()?;
    let mut conversion = Conversion::default();
    let mut items = Vec::with_capacity(names.len());
    for (i, name) in names.iter().enumerate() {
        let x = VECTOR_ELT(known, i as R_xlen_t);
        let function: *const shim::Function =
            handle::get(x, Kind::Function).map_or(null(), |p| (*(p as *const Program)).native as *const shim::Function);
        let value = if function.is_null() { untyped(&mut conversion, "value", x)? } else { Value::none() };
        items.push(shim::Known { name: name.as_ptr(), value, function });
    }
    body(&items)
}

routine!(compile(source, known) {
    let source = c_string(&string(source).unwrap_or_default())?;
    let mut unit = null_mut();
    with_known(known, |known| {
        let n = known.len() as c_int;
        shim::call(|e| shim::ts_compile(source.as_ptr(), known.as_ptr(), n, &mut unit, e)).map_err(compile_error)
    })?;
    let names = take_text(shim::ts_unit_names(unit));
    let names: Vec<&str> = names.lines().collect();
    let functions = names.iter().map(|name| {
        let name = c_string(name)?;
        let mut native = null_mut();
        shim::call(|e| shim::ts_unit_function(unit, name.as_ptr(), &mut native, e))?;
        Program::new(native)
    });
    let functions: Result<Vec<Program>> = functions.collect();
    // the functions keep the unit alive
    shim::ts_unit_free(unit);
    let mut functions = functions?.into_iter();
    Ok(named_list(&names, |_| functions.next().map_or(R_NilValue, |function| function.into_handle())))
});

/// An argument's default as Python writes it; an empty text where there is none.
unsafe fn default_text(argument: &Argument) -> String {
    let value = &argument.default;
    match value.tag {
        _ if !argument.has_default => String::new(),
        shim::NONE => "None".into(),
        shim::INT => value.v.i.to_string(),
        shim::DOUBLE => format!("{:?}", value.v.d),
        shim::BOOL => if value.v.i != 0 { "True" } else { "False" }.into(),
        shim::STRING => {
            let bytes = std::slice::from_raw_parts(value.v.p as *const u8, value.length as usize);
            format!("{:?}", String::from_utf8_lossy(bytes))
        }
        _ => "...".into(),
    }
}

routine!(
    /// Name, schema, argument names, their types, which must be given, and what the others are by default.
    signature(x) {
        let program = program(x)?;
        let arguments = &program.arguments;
        let names: Vec<&str> = arguments.iter().map(|argument| argument.name.as_str()).collect();
        let types: Vec<String> = arguments.iter().map(|argument| argument.kind.text()).collect();
        Ok(named_list(&["name", "schema", "returns", "arguments", "types", "required", "defaults"], |i| match i {
            0 => mk_string(program.name()),
            1 => mk_string(&program.schema),
            2 => mk_string(&take_text(shim::ts_function_returns(program.native))),
            3 => mk_strings(&names),
            4 => mk_strings(&types),
            6 => mk_strings(&arguments.iter().map(|argument| default_text(argument)).collect::<Vec<_>>()),
            _ => {
                let out = Rf_allocVector(SEXPTYPE::LGLSXP, arguments.len() as R_xlen_t);
                for (i, argument) in arguments.iter().enumerate() {
                    *LOGICAL(out).add(i) = !argument.has_default as c_int;
                }
                out
            }
        }))
    }
);

routine!(graph(x) {
    let program = program(x)?;
    let mut text = null_mut();
    shim::call(|e| shim::ts_function_graph(program.native, &mut text, e))?;
    Ok(mk_string(&take_text(text)))
});
routine!(code(x) {
    let program = program(x)?;
    let mut text = null_mut();
    shim::call(|e| shim::ts_function_code(program.native, &mut text, e))?;
    Ok(mk_string(&take_text(text)))
});
routine!(last_graph() { Ok(mk_string(&take_text(shim::ts_last_graph()))) });
routine!(is_function(x) { Ok(mk_logical(handle::is(x, Kind::Function))) });

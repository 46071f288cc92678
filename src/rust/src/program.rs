//! Programs: functions and modules compiled, called, shown, saved and loaded.

use crate::binding::{bind, gather, Fit};
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::file;
use crate::from_r::Conversion;
use crate::handle::{self, Kind};
use crate::memory;
use crate::r::*;
use crate::routine;
use crate::save::mk_raw;
use crate::shim::{self, borrow_text, take_bytes, take_text, RawSchema, Value};
use crate::to_r;
use crate::types::Argument;
use once_cell::unsync::OnceCell;
use std::ffi::{c_int, c_void, CString};
use std::ptr::{null, null_mut};

/// A function with its schema, read once.
pub struct Program {
    native: *mut shim::Function,
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
    unsafe fn name(&self) -> &str {
        borrow_text(shim::ts_function_name(self.native))
    }
    unsafe fn into_handle(self) -> SEXP {
        handle::new(Kind::Function, Box::into_raw(Box::new(self)) as *mut c_void)
    }
}

unsafe fn program(x: SEXP) -> Result<&'static Program> {
    Ok(&*(handle::expect(x, Kind::Function, "a TorchScript function")? as *const Program))
}
/// A module or another value of libtorch's, with its `forward` once it has been called.
pub struct Object {
    pub native: *mut shim::Object,
    forward: OnceCell<Program>,
}
impl Object {
    /// Takes `native` over.
    pub fn new(native: *mut shim::Object) -> Object {
        Object { native, forward: OnceCell::new() }
    }
    pub unsafe fn into_handle(self) -> SEXP {
        handle::new(Kind::Object, Box::into_raw(Box::new(self)) as *mut c_void)
    }
    unsafe fn method(&self, name: &str) -> Result<Program> {
        let name = c_string(name)?;
        let mut native = null_mut();
        shim::call(|e| shim::ts_module_method(self.native, name.as_ptr(), &mut native, e))?;
        Program::new(native)
    }
}
impl Drop for Object {
    fn drop(&mut self) {
        // SAFETY: owned
        unsafe { shim::ts_object_free(self.native) }
    }
}

unsafe fn object(x: SEXP) -> Result<&'static Object> {
    Ok(&*(handle::expect(x, Kind::Object, "a TorchScript module")? as *const Object))
}
unsafe fn module(x: SEXP) -> Result<*mut shim::Object> {
    Ok(object(x)?.native)
}
fn c_string(text: &str) -> Result<CString> {
    CString::new(text).map_err(|_| Error::new(ErrorKind::Value, "a text holds a NUL"))
}

/// `.External(C_call_function, <function>, ...)`.
pub unsafe extern "C" fn call_function(arguments: SEXP) -> SEXP {
    crate::routine::finish(|| call(program(CAR(CDR(arguments)))?, CDR(CDR(arguments))))
}

/// `.External(C_call_module, <module>, ...)`: its `forward`.
pub unsafe extern "C" fn call_module(arguments: SEXP) -> SEXP {
    crate::routine::finish(|| {
        let object = object(CAR(CDR(arguments)))?;
        let forward = object.forward.get_or_try_init(|| object.method("forward")).map_err(|error| match error {
            Error::Failure { message, .. } if message.contains("is not defined") => {
                Error::new(ErrorKind::Type, "this module has no method `forward`, so it can't be called")
                    .hint("print it to see the methods that it has")
            }
            other => other,
        })?;
        call(forward, CDR(CDR(arguments)))
    })
}

unsafe fn call(program: &Program, arguments: SEXP) -> Result<SEXP> {
    let supplied = gather(arguments);
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
    if let Fit::No(_, misfit) = bind(&program.arguments, supplied.items(), false, &mut conversion, values) {
        return Err(misfit.into_error(program.name(), &program.arguments));
    }
    let mut result = Value::none();
    shim::call(|e| shim::ts_function_call(program.native, values.as_ptr(), n as c_int, &mut result, e))
        .map_err(|error| program_error(error, program))?;
    Ok(to_r::convert(&result))
}

/// The interpreter's report: the message is its last line, the program's own traceback the hint.
unsafe fn program_error(error: Error, program: &Program) -> Error {
    let Error::Failure { kind, message, .. } = &error else { return error };
    let Some((traceback, message)) =
        message.rsplit_once("RuntimeError: ").or_else(|| message.rsplit_once("torch.jit.Error: "))
    else {
        return error.operator(program.name());
    };
    let kind = if *kind == ErrorKind::Runtime { ErrorKind::Program } else { *kind };
    let failure = Error::new(kind, message.trim()).operator(program.name());
    let is_frame = |line: &&str| !line.contains("operation failed") && !line.starts_with("Traceback of TorchScript");
    let frames: Vec<&str> = traceback.lines().filter(is_frame).collect();
    match frames.join("\n").trim_end() {
        "" => failure,
        frames => failure.hint(format!("in the program:\n{frames}")),
    }
}

routine!(compile(source) {
    let source = c_string(&string(source).unwrap_or_default())?;
    let mut unit = null_mut();
    shim::call(|e| shim::ts_compile(source.as_ptr(), &mut unit, e)).map_err(|error| match error {
        Error::Failure { message, context, .. } => Error::Failure { kind: ErrorKind::Compile, message, context },
        other => other,
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

routine!(
    /// Name, schema, argument names, their types, and which must be given.
    signature(x) {
        let program = program(x)?;
        let arguments = &program.arguments;
        let names: Vec<&str> = arguments.iter().map(|argument| argument.name.as_str()).collect();
        let types: Vec<String> = arguments.iter().map(|argument| argument.kind.text()).collect();
        Ok(named_list(&["name", "schema", "returns", "arguments", "types", "required"], |i| match i {
            0 => mk_string(program.name()),
            1 => mk_string(&program.schema),
            2 => mk_string(&take_text(shim::ts_function_returns(program.native))),
            3 => mk_strings(&names),
            4 => mk_strings(&types),
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

/// To a file where `path` is given, else to memory.
unsafe fn write(x: SEXP, path: Option<&CString>) -> Result<Vec<u8>> {
    let (mut bytes, mut length) = (null_mut(), 0);
    let to = path.map_or(null(), |path| path.as_ptr());
    if handle::is(x, Kind::Function) {
        let program = program(x)?;
        shim::call(|e| shim::ts_function_save(program.native, to, &mut bytes, &mut length, e))?;
    } else {
        let module = module(x)?;
        shim::call(|e| shim::ts_module_save(module, to, &mut bytes, &mut length, e))?;
    }
    Ok(if path.is_some() { Vec::new() } else { take_bytes(bytes, length) })
}

routine!(
    save(x, path) {
        let path = string(path).unwrap_or_default();
        file::replace(&path, |unfinished| write(x, Some(&c_string(unfinished)?)).map(|_| ()))?;
        Ok(R_NilValue)
    }
);

unsafe fn load_from(path: Option<&CString>, bytes: &[u8]) -> Result<*mut shim::Object> {
    let mut module = null_mut();
    let from = path.map_or(null(), |path| path.as_ptr());
    shim::call(|e| shim::ts_load(from, bytes.as_ptr() as *const c_void, bytes.len(), &mut module, e))?;
    Ok(module)
}

/// A file that was saved from a function is a function again. Takes `module` over.
unsafe fn function_or_module(module: *mut shim::Object) -> Result<SEXP> {
    let mut function = null_mut();
    let outcome = shim::call(|e| shim::ts_module_as_function(module, &mut function, e));
    if outcome.is_ok() && function.is_null() {
        return Ok(Object::new(module).into_handle());
    }
    shim::ts_object_free(module);
    outcome?;
    Ok(Program::new(function)?.into_handle())
}

routine!(
    /// Loads a file (its path), or an archive in memory (a raw vector).
    load(source) {
        if TYPEOF(source) == SEXPTYPE::RAWSXP {
            let bytes = std::slice::from_raw_parts(RAW(source), Rf_xlength(source) as usize);
            return function_or_module(load_from(None, bytes)?);
        }
        let path = string(source).unwrap_or_default();
        let module = load_from(Some(&c_string(&path)?), &[]).map_err(|error| unreadable(error, &path))?;
        function_or_module(module)
    }
);

/// Why a file could not be loaded, in words for the one who has it.
fn unreadable(error: Error, path: &str) -> Error {
    let text = error.to_string();
    let start = std::fs::File::open(path).and_then(|mut file| {
        let mut start = [0u8; 4];
        std::io::Read::read(&mut file, &mut start).map(|_| start)
    });
    let is_archive = start.is_ok_and(|start| start.starts_with(b"PK"));
    let (why, hint) = match () {
        _ if text.contains("maximum supported version") || text.contains("newer") => {
            ("it was written by a newer version of PyTorch".to_string(), "save it again with PyTorch 2.13 or older")
        }
        _ if !is_archive => (
            "it is not a TorchScript file".to_string(),
            "a TorchScript file is made by jit_save() here or torch.jit.save() in PyTorch",
        ),
        _ if text.contains("central directory")
            || text.contains("reading zip archive")
            || text.contains("failed finding") =>
        {
            ("it is damaged or was cut off".to_string(), "copy or download it again")
        }
        _ if text.contains("constants.pkl") || text.contains("file not found") => (
            "it holds saved tensors or a pickle, but no TorchScript program".to_string(),
            "save the program with torch.jit.save(), not torch.save()",
        ),
        _ => (text.lines().next().unwrap_or("").to_string(), "was it made by torch.jit.save()?"),
    };
    Error::new(ErrorKind::File, format!("can't load '{path}': {why}")).hint(hint).path(path)
}

unsafe fn raw_bytes<'a>(payload: SEXP) -> &'a [u8] {
    std::slice::from_raw_parts(RAW(payload), Rf_xlength(payload) as usize)
}

/// What saveRDS() keeps of a function: the archive of its module, and which method of it it is.
pub unsafe fn serialize_function(program: &Program) -> Result<SEXP> {
    let (mut bytes, mut length) = (null_mut(), 0);
    shim::call(|e| shim::ts_function_save(program.native, null(), &mut bytes, &mut length, e))?;
    let bytes = take_bytes(bytes, length);
    Ok(named_list(&["archive", "method"], |i| if i == 0 { mk_raw(&bytes) } else { mk_string(program.name()) }))
}
pub unsafe fn unserialize_function(payload: SEXP) -> Result<Program> {
    let module = load_from(None, raw_bytes(VECTOR_ELT(payload, 0)))?;
    let mut native = null_mut();
    let methods = take_text(shim::ts_module_methods(module));
    let name = string(VECTOR_ELT(payload, 1)).unwrap_or_default();
    // a function was saved as the `forward` of a module of its own
    let name = if methods.lines().any(|method| method == name) { name } else { "forward".into() };
    let name = c_string(&name)?;
    let outcome = shim::call(|e| shim::ts_module_method(module, name.as_ptr(), &mut native, e));
    shim::ts_object_free(module);
    outcome?;
    Program::new(native)
}
pub unsafe fn serialize_object(native: *const shim::Object) -> Result<SEXP> {
    if shim::ts_object_is_module(native) == 0 {
        let kind = take_text(shim::ts_object_text(native));
        return Err(Error::new(ErrorKind::Handle, format!("a {kind} value can't be saved outside its program")));
    }
    let (mut bytes, mut length) = (null_mut(), 0);
    shim::call(|e| shim::ts_module_save(native, null(), &mut bytes, &mut length, e))?;
    Ok(mk_raw(&take_bytes(bytes, length)))
}
pub unsafe fn unserialize_object(payload: SEXP) -> Result<*mut shim::Object> {
    load_from(None, raw_bytes(payload))
}

routine!(
    /// The names of methods, parameters, buffers, sub-modules and other attributes.
    module_members(x) {
        let module = module(x)?;
        let methods = take_text(shim::ts_module_methods(module));
        let attributes = take_text(shim::ts_module_attributes(module));
        let of_kind = |kind: char| -> Vec<&str> {
            attributes.lines().filter_map(|line| line.strip_suffix(kind)).map(|name| name.trim_end()).collect()
        };
        Ok(named_list(&["methods", "parameters", "buffers", "children", "attributes"], |i| match i {
            0 => mk_strings(&methods.lines().collect::<Vec<&str>>()),
            1 => mk_strings(&of_kind('p')),
            2 => mk_strings(&of_kind('b')),
            3 => mk_strings(&of_kind('m')),
            _ => mk_strings(&of_kind('a')),
        }))
    }
);
routine!(module_method(x, name) { Ok(object(x)?.method(&string(name).unwrap_or_default())?.into_handle()) });
routine!(is_function(x) { Ok(mk_logical(handle::is(x, Kind::Function))) });
routine!(module_attribute(x, name) {
    let (module, name) = (module(x)?, c_string(&string(name).unwrap_or_default())?);
    let mut value = Value::none();
    shim::call(|e| shim::ts_module_attribute(module, name.as_ptr(), &mut value, e))?;
    Ok(to_r::convert(&value))
});
routine!(module_train(x, mode) {
    let module = module(x)?;
    shim::call(|e| shim::ts_module_train(module, is_true(mode) as c_int, e))?;
    Ok(x)
});
routine!(module_type(x) { Ok(mk_string(&take_text(shim::ts_module_type(module(x)?)))) });

//! Programs written to files or memory, and read back.

use crate::error::{Error, Kind as ErrorKind, Result};
use crate::file;
use crate::handle::{self, Kind};
use crate::module::{module, Object};
use crate::program::{c_string, program, Program};
use crate::r::*;
use crate::routine;
use crate::save::mk_raw;
use crate::shim::{self, take_bytes, take_text};
use std::ffi::{c_int, c_void, CString};
use std::ptr::{null, null_mut};

/// To a file where `path` is given, else to memory.
unsafe fn write(x: SEXP, path: Option<&CString>, mobile: bool) -> Result<Vec<u8>> {
    let (mut bytes, mut length) = (null_mut(), 0);
    let to = path.map_or(null(), |path| path.as_ptr());
    if handle::is(x, Kind::Function) {
        let program = program(x)?;
        shim::call(|e| shim::ts_function_save(program.native, to, mobile as c_int, &mut bytes, &mut length, e))?;
    } else {
        let module = module(x)?;
        shim::call(|e| shim::ts_module_save(module, to, mobile as c_int, &mut bytes, &mut length, e))?;
    }
    Ok(if path.is_some() { Vec::new() } else { take_bytes(bytes, length) })
}

routine!(
    save(x, path, mobile) {
        let (path, mobile) = (string(path).unwrap_or_default(), is_true(mobile));
        file::replace(&path, |unfinished| write(x, Some(&c_string(unfinished)?), mobile).map(|_| ()))?;
        Ok(R_NilValue)
    }
);
routine!(
    /// The bytes that a file would have.
    serialize(x) { Ok(mk_raw(&write(x, None, false)?)) }
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
            return function_or_module(load_from(None, bytes).map_err(|error| unreadable(error, "raw vector", bytes))?);
        }
        let path = string(source).unwrap_or_default();
        let module = load_from(Some(&c_string(&path)?), &[])
            .map_err(|error| unreadable(error, &format!("'{path}'"), &start_of(&path)).path(&path))?;
        function_or_module(module)
    }
);

fn start_of(path: &str) -> [u8; 4] {
    let mut start = [0u8; 4];
    if let Ok(mut file) = std::fs::File::open(path) {
        // a file that can't be read is no archive either
        let _ = std::io::Read::read(&mut file, &mut start);
    }
    start
}

/// Why a file could not be loaded, in words for the one who has it.
fn unreadable(error: Error, source: &str, start: &[u8]) -> Error {
    let text = error.to_string();
    let is_archive = start.starts_with(b"PK");
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
    Error::new(ErrorKind::File, format!("can't load {source}: {why}")).hint(hint)
}

unsafe fn raw_bytes<'a>(payload: SEXP) -> &'a [u8] {
    std::slice::from_raw_parts(RAW(payload), Rf_xlength(payload) as usize)
}

/// What saveRDS() keeps of a function: the archive of its module, and which method of it it is.
pub unsafe fn serialize_function(program: &Program) -> Result<SEXP> {
    let (mut bytes, mut length) = (null_mut(), 0);
    shim::call(|e| shim::ts_function_save(program.native, null(), 0, &mut bytes, &mut length, e))?;
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
    if shim::ts_object_kind(native) != shim::OBJECT_MODULE {
        let kind = take_text(shim::ts_object_text(native));
        return Err(Error::new(ErrorKind::Handle, format!("a {kind} value can't be saved outside its program")));
    }
    let (mut bytes, mut length) = (null_mut(), 0);
    shim::call(|e| shim::ts_module_save(native, null(), 0, &mut bytes, &mut length, e))?;
    Ok(mk_raw(&take_bytes(bytes, length)))
}
pub unsafe fn unserialize_object(payload: SEXP) -> Result<*mut shim::Object> {
    load_from(None, raw_bytes(payload))
}

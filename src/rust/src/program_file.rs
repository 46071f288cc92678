//! Programs written to files or memory, and read back.

use crate::archive::{Archive, Source};
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::file;
use crate::from_r::Conversion;
use crate::handle::{self, Kind};
use crate::module::{module, Object};
use crate::program::{c_string, program, Program};
use crate::r::*;
use crate::routine;
use crate::save::{device_or_null, mk_raw, open, unloadable};
use crate::shim::{self, take_bytes, take_text, Value};
use std::ffi::{c_int, c_void, CString};
use std::ptr::{null, null_mut};

/// To a file where `path` is given, else to memory.
unsafe fn write(x: SEXP, path: Option<&CString>, mobile: bool, extra: SEXP) -> Result<Vec<u8>> {
    let (mut bytes, mut length) = (null_mut(), 0);
    let mut conversion = Conversion::default();
    let extra = match TYPEOF(extra) {
        SEXPTYPE::NILSXP => None,
        _ => Some(
            conversion
                .convert_as(extra, "Dict[str, str]")
                .map_err(|_| Error::new(ErrorKind::Type, "`extra_files` must be a list of strings or raw vectors"))?,
        ),
    };
    let extra = extra.as_ref().map_or(null(), |extra| extra as *const Value);
    let to = path.map_or(null(), |path| path.as_ptr());
    if handle::is(x, Kind::Function) {
        let program = program(x)?;
        shim::call(|e| shim::ts_function_save(program.native, to, mobile as c_int, extra, &mut bytes, &mut length, e))?;
    } else {
        let module = module(x)?;
        shim::call(|e| shim::ts_module_save(module, to, mobile as c_int, extra, &mut bytes, &mut length, e))?;
    }
    Ok(if path.is_some() { Vec::new() } else { take_bytes(bytes, length) })
}

routine!(
    save(x, path, mobile, extra) {
        let (path, mobile) = (string(path).unwrap_or_default(), is_true(mobile));
        file::replace(&path, |unfinished| write(x, Some(&c_string(unfinished)?), mobile, extra).map(|_| ()))?;
        Ok(R_NilValue)
    }
);
routine!(
    /// The bytes that a file would have.
    serialize(x, mobile, extra) { Ok(mk_raw(&write(x, None, is_true(mobile), extra)?)) }
);

unsafe fn load_from(path: Option<&CString>, bytes: &[u8], device: Option<&CString>) -> Result<*mut shim::Object> {
    let mut module = null_mut();
    let from = path.map_or(null(), |path| path.as_ptr());
    let device = device.map_or(null(), |device| device.as_ptr());
    shim::call(|e| shim::ts_load(from, bytes.as_ptr() as *const c_void, bytes.len(), device, &mut module, e))?;
    Ok(module)
}

/// libtorch does not look at the checksums of records: a damaged weight would be a wrong answer.
fn check_records(source: &dyn Source) -> Result<()> {
    let archive = Archive::open(source)?;
    let names: Vec<&str> = archive.names().collect();
    names.into_iter().try_for_each(|name| archive.unpack(name).map(|_| ()))
}
fn is_archive(start: &[u8]) -> bool {
    start.starts_with(b"PK")
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
    load(source, device) {
        let device = device_or_null(device).map_err(|error| error.reword(|text| Some(text.replace("`device`", "`map_location`"))))?;
        if device.as_ref().is_some_and(|name| name.starts_with("cuda")) && shim::ts_cuda_is_available() == 0 {
            return Err(Error::new(ErrorKind::Value, "CUDA is asked for, but there is none").hint("map_location = \"cpu\""));
        }
        let device = device.map(|name| c_string(&name)).transpose()?;
        if TYPEOF(source) == SEXPTYPE::RAWSXP {
            let bytes = raw_bytes(source);
            let checked = if is_archive(bytes) { check_records(&bytes) } else { Ok(()) };
            let loaded = checked.and_then(|_| load_from(None, bytes, device.as_ref()));
            return function_or_module(loaded.map_err(|error| unreadable(error, "this raw vector", bytes))?);
        }
        let path = string(source).unwrap_or_default();
        let start = start_of(&path);
        let checked = if is_archive(&start) { open(&path).and_then(|file| check_records(&file)) } else { Ok(()) };
        let module = checked
            .and_then(|_| load_from(Some(&c_string(&path)?), &[], device.as_ref()))
            .map_err(|error| unreadable(error, &format!("'{path}'"), &start).path(&path))?;
        function_or_module(module)
    }
);
routine!(
    /// The records that were put beside the program, as raw vectors.
    extra_files(source) {
        let contents = |source: &dyn Source| -> Result<Vec<(String, Vec<u8>)>> {
            let archive = Archive::open(source)?;
            let names = archive.names().filter_map(|name| name.strip_prefix("extra/").map(|short| (name, short)));
            names.map(|(name, short)| Ok((short.to_string(), archive.unpack(name)?))).collect()
        };
        let files = match string(source) {
            Some(path) => open(&path).and_then(|file| contents(&file)).map_err(|error| unloadable(error, &path))?,
            None => contents(&raw_bytes(source))?,
        };
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        Ok(named_list(&names, |i| mk_raw(&files[i].1)))
    }
);

fn missing_operator(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("Unknown builtin op: ")?;
    Some(rest.split(['.', '\n', ' ']).next()?.to_string())
}

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
    let is_archive = is_archive(start);
    if matches!(&error, Error::Failure { kind: ErrorKind::File, .. }) {
        return error.reword(|text| Some(format!("can't load {source}: {text}")));
    }
    let (why, hint) = match () {
        _ if missing_operator(&text).is_some() => (
            format!(
                "it uses the operator `{}`, which this libtorch does not have",
                missing_operator(&text).unwrap_or_default()
            ),
            "a library that was loaded in Python when the program was made brings it",
        ),
        _ if text.contains("torch.classes.") || text.contains("__torch__.torch.classes") => (
            format!("it uses a class of C++ that this libtorch does not have: {}", text.lines().next().unwrap_or("")),
            "a library that was loaded in Python when the program was made brings it",
        ),
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
    shim::call(|e| shim::ts_function_save(program.native, null(), 0, null(), &mut bytes, &mut length, e))?;
    let bytes = take_bytes(bytes, length);
    Ok(named_list(&["archive", "method"], |i| if i == 0 { mk_raw(&bytes) } else { mk_string(program.name()) }))
}
pub unsafe fn unserialize_function(payload: SEXP) -> Result<Program> {
    let module = load_from(None, raw_bytes(VECTOR_ELT(payload, 0)), None)?;
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
    shim::call(|e| shim::ts_module_save(native, null(), 0, null(), &mut bytes, &mut length, e))?;
    Ok(mk_raw(&take_bytes(bytes, length)))
}
pub unsafe fn unserialize_object(payload: SEXP) -> Result<*mut shim::Object> {
    load_from(None, raw_bytes(payload), None)
}

//! TorchScript modules: called, and looked into.

use crate::error::{Error, Kind as ErrorKind, Result};
use crate::handle::{self, Kind};
use crate::program::{c_string, call, Program};
use crate::r::*;
use crate::routine;
use crate::shim::{self, take_text, Value};
use crate::to_r;
use once_cell::unsync::OnceCell;
use std::ffi::{c_int, c_void};
use std::ptr::null_mut;

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
    pub unsafe fn method(&self, name: &str) -> Result<Program> {
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
pub unsafe fn module(x: SEXP) -> Result<*mut shim::Object> {
    Ok(object(x)?.native)
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

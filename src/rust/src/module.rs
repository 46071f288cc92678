//! TorchScript modules: called, and looked into.

use crate::binding::dots;
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::from_r::Conversion;
use crate::handle::{self, Kind};
use crate::program::{c_string, call, compile_error, Program};
use crate::r::*;
use crate::routine;
use crate::shim::{self, borrow_text, take_text, Value};
use crate::to_r;
use crate::types::{Argument, Base};
use crate::untyped::untyped;
use once_cell::unsync::OnceCell;
use std::collections::HashSet;
use std::ffi::{c_char, c_int, c_void, CString};
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
/// A module, or an object of a script class.
pub unsafe fn module(x: SEXP) -> Result<*mut shim::Object> {
    let native = object(x)?.native;
    match shim::ts_object_kind(native) {
        shim::OBJECT_MODULE | shim::OBJECT_INSTANCE => Ok(native),
        _ => Err(Error::new(ErrorKind::Type, "this value of a program has no members")),
    }
}

/// `.External2(C_call_module, <module>)`: its `forward`, with `...` of the calling frame.
pub unsafe extern "C" fn call_module(_call: SEXP, _op: SEXP, arguments: SEXP, env: SEXP) -> SEXP {
    let supplied = dots(env);
    crate::routine::finish(|| {
        let object = object(CAR(CDR(arguments)))?;
        let forward = object.forward.get_or_try_init(|| object.method("forward")).map_err(|error| match error {
            Error::Failure { message, .. } if message.contains("is not defined") => {
                Error::new(ErrorKind::Type, "this module has no method `forward`, so it can't be called").hint(
                    "a part of a traced module has only the methods that were traced themselves: jit_trace() it alone",
                )
            }
            other => other,
        })?;
        call(forward, supplied)
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
        Ok(named_list(&["methods", "parameters", "buffers", "children", "attributes", "constants"], |i| match i {
            0 => mk_strings(&methods.lines().collect::<Vec<&str>>()),
            1 => mk_strings(&of_kind('p')),
            2 => mk_strings(&of_kind('b')),
            3 => mk_strings(&of_kind('m')),
            4 => mk_strings(&of_kind('a')),
            _ => mk_strings(&of_kind('c')),
        }))
    }
);
routine!(
    /// What `name` is in this module: "method", "parameter", "buffer", "child", "attribute", "constant", or "" for nothing.
    module_kind(x, name) {
        let (native, name) = (module(x)?, c_string(&string(name).unwrap_or_default())?);
        Ok(mk_string(borrow_text(shim::ts_module_kind(native, name.as_ptr()))))
    }
);
routine!(module_method(x, name) { Ok(object(x)?.method(&string(name).unwrap_or_default())?.into_handle()) });
routine!(module_attribute(x, name) {
    let (module, name) = (module(x)?, c_string(&string(name).unwrap_or_default())?);
    let mut value = Value::none();
    shim::call(|e| shim::ts_module_attribute(module, name.as_ptr(), &mut value, e))?;
    Ok(to_r::convert(&value))
});
routine!(
    /// The type of a parameter, buffer or attribute, as TorchScript writes it.
    module_attribute_type(x, name) {
        let (native, name) = (module(x)?, c_string(&string(name).unwrap_or_default())?);
        let attribute = Argument::read(|a, e| shim::ts_module_attribute_type(native, name.as_ptr(), a, e))?;
        Ok(mk_string(&attribute.kind.text()))
    }
);
/// An attribute takes what its type says, as an argument does.
unsafe fn typed_value(
    native: *mut shim::Object,
    name: &CString,
    value: SEXP,
    conversion: &mut Conversion,
) -> Result<Value> {
    let attribute = Argument::read(|a, e| shim::ts_module_attribute_type(native, name.as_ptr(), a, e))?;
    conversion
        .convert(value, &attribute.kind, attribute.fixed, Base::Zero)
        .map_err(|mismatch| mismatch.into_error(&name.to_string_lossy(), &attribute.kind, value))
}
routine!(
    /// Adds or sets a member: kind "p" a parameter, "b" a buffer, "c" a constant, "a" an attribute or a module; `type` is
    /// the text of a new attribute's type, or NULL.
    module_register(x, name, kind, value, wanted) {
        let (native, name) = (module(x)?, c_string(&string(name).unwrap_or_default())?);
        let kind = string(kind).and_then(|kind| kind.bytes().next()).unwrap_or(b'a');
        let wanted = string(wanted).map(|text| c_string(&text)).transpose()?;
        if let Some(text) = &wanted {
            shim::call(|e| shim::ts_module_declare(native, name.as_ptr(), text.as_ptr(), e))?;
        }
        let mut conversion = Conversion::default();
        let has = || shim::ts_module_has(native, name.as_ptr()) != 0;
        let converted = match kind {
            b'a' if has() => typed_value(native, &name, value, &mut conversion),
            _ => untyped(&mut conversion, "value", value),
        };
        let outcome = converted.and_then(|converted| {
            shim::call(|e| shim::ts_module_register(native, name.as_ptr(), kind as c_char, &converted, e))
        });
        if outcome.is_err() && wanted.is_some() {
            shim::call(|e| shim::ts_module_remove(native, name.as_ptr(), e))?;
        }
        outcome?;
        Ok(x)
    }
);
routine!(module_remove(x, name) {
    let (native, name) = (module(x)?, c_string(&string(name).unwrap_or_default())?);
    shim::call(|e| shim::ts_module_remove(native, name.as_ptr(), e))?;
    Ok(x)
});
routine!(
    /// What the program does not look up again can't be changed behind its back: attributes become constants.
    module_fix(x, names) {
        let native = module(x)?;
        for name in strings(names) {
            let name = c_string(&name)?;
            shim::call(|e| shim::ts_module_fix(native, name.as_ptr(), e))?;
        }
        Ok(x)
    }
);
routine!(
    /// An empty module, whose type stands beside that of another module (or NULL).
    module_new(name, beside) {
        let name = c_string(&string(name).unwrap_or_default())?;
        let beside = if TYPEOF(beside) == SEXPTYPE::NILSXP { null_mut() } else { module(beside)? };
        let mut made = null_mut();
        shim::call(|e| shim::ts_module_new(name.as_ptr(), beside, &mut made, e))?;
        Ok(Object::new(made).into_handle())
    }
);
routine!(module_define(x, source, definitions, known) {
    let (native, source) = (module(x)?, c_string(&string(source).unwrap_or_default())?);
    let definitions = c_string(&string(definitions).unwrap_or_default())?;
    crate::program::with_known(known, |known| {
        let (n, known) = (known.len() as c_int, known.as_ptr());
        let definitions = definitions.as_ptr();
        shim::call(|e| shim::ts_module_define(native, source.as_ptr(), definitions, known, n, e)).map_err(compile_error)
    })?;
    Ok(x)
});
routine!(module_branch(x, name, train, eval) {
    let native = module(x)?;
    let text = |x| c_string(&string(x).unwrap_or_default());
    let (name, train, eval) = (text(name)?, text(train)?, text(eval)?);
    shim::call(|e| shim::ts_module_branch(native, name.as_ptr(), train.as_ptr(), eval.as_ptr(), e))?;
    Ok(x)
});
routine!(module_clone(x) {
    let (native, mut copy) = (module(x)?, null_mut());
    shim::call(|e| shim::ts_module_clone(native, &mut copy, e))?;
    Ok(Object::new(copy).into_handle())
});
routine!(
    /// Which tensors of a list are the same as one before.
    repeated_tensors(x) {
        let n = Rf_xlength(x);
        let out = Rf_allocVector(SEXPTYPE::LGLSXP, n);
        let mut seen = HashSet::new();
        for i in 0..n {
            *LOGICAL(out).add(i as usize) = !seen.insert(handle::tensor(VECTOR_ELT(x, i))?) as c_int;
        }
        Ok(out)
    }
);
routine!(module_train(x, mode) {
    let module = module(x)?;
    shim::call(|e| shim::ts_module_train(module, is_true(mode) as c_int, e))?;
    Ok(x)
});
routine!(
    /// Class, name and value of a member of an enum.
    enum_value(x) {
        let (mut class, mut name, mut value) = (null_mut(), null_mut(), Value::none());
        let native = object(x)?.native;
        shim::call(|e| shim::ts_enum_value(native, &mut class, &mut name, &mut value, e))?;
        let (class, name) = (take_text(class), take_text(name));
        Ok(named_list(&["class", "name", "value"], |i| match i {
            0 => mk_string(&class),
            1 => mk_string(&name),
            _ => to_r::convert(&value),
        }))
    }
);
routine!(object_text(x) { Ok(mk_string(&take_text(shim::ts_object_text(object(x)?.native)))) });
routine!(module_type(x) { Ok(mk_string(&take_text(shim::ts_module_type(module(x)?)))) });

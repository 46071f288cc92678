//! Values that R has no type for: objects of script classes, enums, futures, and what a program made and R only carries.

use crate::error::{Error, Kind as ErrorKind};
use crate::from_r::{Conversion, Converted};
use crate::handle::{self, Kind};
use crate::mismatch::Mismatch;
use crate::module::Object;
use crate::program::c_string;
use crate::r::*;
use crate::shim::{self, Value};
use crate::types::{Base, Type};
use std::ffi::c_void;
use std::ptr::null_mut;

/// The handle of an R value that stands for an object of libtorch's: itself, or what a script module's closure holds.
unsafe fn handle_of(x: SEXP) -> SEXP {
    if TYPEOF(x) == SEXPTYPE::CLOSXP && inherits(x, "script_module") {
        return Rf_findVarInFrame(CLOENV(x), symbol("handle"));
    }
    x
}

pub(crate) unsafe fn is_object(x: SEXP) -> bool {
    handle::is(handle_of(x), Kind::Object)
}

impl Conversion {
    /// As it is.
    pub(crate) unsafe fn carried(&mut self, x: SEXP) -> Converted {
        match handle::get(handle_of(x), Kind::Object) {
            Some(native) => Ok(Value::pointer(shim::OBJECT, (*(native as *const Object)).native as *mut c_void)),
            None => Err(Mismatch::Type),
        }
    }

    pub(crate) unsafe fn object(&mut self, x: SEXP, wanted: &Type) -> Converted {
        let value = self.carried(x)?;
        // the interpreter trusts the types of what it is given
        match shim::ts_object_is_a(value.v.p as *const shim::Object, wanted.raw) {
            0 => Err(Mismatch::Type),
            _ => Ok(value),
        }
    }

    /// A member of an enum, itself or by its name.
    pub(crate) unsafe fn member(&mut self, x: SEXP, wanted: &Type) -> Converted {
        if is_object(x) {
            return self.object(x, wanted);
        }
        let Some(name) = string(x).filter(|_| Rf_xlength(x) == 1) else { return Err(Mismatch::Type) };
        let name = c_string(&name).map_err(Mismatch::Failure)?;
        let mut member = null_mut();
        shim::call(|e| shim::ts_enum_member(wanted.raw, name.as_ptr(), &mut member, e)).map_err(Mismatch::Failure)?;
        if member.is_null() {
            return Err(Mismatch::Type);
        }
        Ok(self.keep_object(member))
    }

    /// An object of the class, or a named list of its fields in any order.
    pub(crate) unsafe fn instance(&mut self, x: SEXP, wanted: &Type) -> Converted {
        if is_object(x) {
            return self.object(x, wanted);
        }
        let (wanted_names, Some(given_names)) = (wanted.names(), names(x)) else { return Err(Mismatch::Type) };
        if TYPEOF(x) != SEXPTYPE::VECSXP || shim::ts_type_is_open(wanted.raw) == 0 {
            return Err(Mismatch::Type);
        }
        let n = wanted_names.len();
        if given_names.len() != n {
            return Err(Mismatch::Length { wanted: n, given: given_names.len() });
        }
        let mut values = Vec::with_capacity(n);
        for (i, name) in wanted_names.into_iter().enumerate() {
            // read here, not with the class: a class may contain itself
            let field = Type::read(shim::ts_type_child(wanted.raw, i as i32));
            let Some(from) = given_names.iter().position(|given| *given == name) else {
                return Err(Mismatch::Name(name));
            };
            values.push(
                self.convert(VECTOR_ELT(x, from as R_xlen_t), &field, -1, Base::Zero)
                    .map_err(|mismatch| Mismatch::At(format!("${name}"), Box::new(mismatch)))?,
            );
        }
        Ok(self.keep_values(shim::FIELDS, values, n, wanted.raw as *const c_void))
    }

    /// A future came back as its value, and goes in as one that is done.
    pub(crate) unsafe fn future(&mut self, x: SEXP, wanted: &Type) -> Converted {
        let Some(element) = wanted.children.first() else { return Err(Mismatch::Type) };
        let value = self.convert(x, element, -1, Base::Zero)?;
        Ok(self.keep_values(shim::FUTURE, vec![value], 1, element.raw as *const c_void))
    }

    /// A value that says its type itself: jit_list(type = ), jit_dict(type = ).
    pub(crate) unsafe fn declared(&mut self, x: SEXP) -> Option<Converted> {
        let text = string(Rf_getAttrib(x, symbol("jit_type")))?;
        Some(self.convert_as(x, &text))
    }

    /// To the type of this text.
    pub(crate) unsafe fn convert_as(&mut self, x: SEXP, text: &str) -> Converted {
        let mut owner = null_mut();
        c_string(text)
            .and_then(|text| shim::call(|e| shim::ts_type_parse(text.as_ptr(), &mut owner, e)))
            .map_err(|_| Mismatch::Failure(Error::new(ErrorKind::Type, format!("the type `{text}` can't be read"))))?;
        self.keep_type(owner);
        let wanted = Type::read(shim::ts_type_owned(owner));
        self.convert(x, &wanted, -1, Base::Zero)
            .map_err(|mismatch| Mismatch::Failure(mismatch.into_error("value", &wanted, x)))
    }
}

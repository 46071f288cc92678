//! The device on which tensors are made where none is given.

use crate::error::{Error, Kind};
use crate::operator::Overload;
use crate::r::*;
use crate::routine;
use crate::shim::{self, Value};
use crate::tensor::device_name;
use crate::types::TypeKind;
use std::ffi::{c_void, CString};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};

/// Its name; null for libtorch's own default. R's thread alone reads and sets it.
static DEFAULT: AtomicPtr<CString> = AtomicPtr::new(null_mut());

#[inline]
pub fn default_device() -> Option<&'static CString> {
    // SAFETY: set_default() never frees a name, of which there are few
    unsafe { DEFAULT.load(Ordering::Relaxed).as_ref() }
}

/// `values` with the default device, where `overload` makes a tensor out of no other and is told no device.
#[cold]
pub fn with_default(overload: &Overload, values: &[Value], name: &'static CString) -> Option<Vec<Value>> {
    let place = overload
        .arguments
        .iter()
        .position(|argument| argument.kind.required().kind == TypeKind::Device && argument.name == "device")?;
    let follows_a_tensor = overload.arguments.iter().any(|argument| argument.name == "self");
    if follows_a_tensor || !matches!(values.get(place)?.tag, shim::NONE | shim::DEFAULT) {
        return None;
    }
    let mut values = values.to_vec();
    values[place] = Value::array(shim::DEVICE, name.as_ptr() as *mut c_void, name.as_bytes().len());
    Some(values)
}

routine!(
    /// Sets the default device, or none for NULL; returns the one before.
    set_default(device) {
        let before = default_device().map(|name| name.to_string_lossy().into_owned());
        let name = match (device_name(device)?, TYPEOF(device)) {
            (None, SEXPTYPE::NILSXP) => null_mut(),
            (Some(name), _) => Box::into_raw(Box::new(CString::new(name).unwrap_or_default())),
            (None, _) => {
                let text = format!("`device` must be a device such as \"cpu\", not {}", describe(device));
                return Err(Error::new(Kind::Type, text).argument("device"));
            }
        };
        DEFAULT.store(name, Ordering::Relaxed);
        Ok(before.map_or(R_NilValue, |name| mk_string(&name)))
    }
);

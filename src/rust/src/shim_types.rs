//! What crosses the C header (shim/shim.h): values, descriptions, codes.

use std::ffi::{c_char, c_int, c_void};

macro_rules! opaque {
    ($($name:ident),*) => { $(
        #[repr(C)]
        pub struct $name { _private: [u8; 0] }
    )* };
}
opaque!(Type, TypeOwner, Tensor, Overload, Object, Function, Unit, Generator, Storage, Hook);

pub const ERROR: c_int = 1;
pub const UNWINDING: c_int = 2;

pub const NONE: i32 = 0;
pub const DEFAULT: i32 = 1;
pub const TENSOR: i32 = 2;
pub const INT: i32 = 3;
pub const DOUBLE: i32 = 4;
pub const BOOL: i32 = 5;
pub const COMPLEX: i32 = 6;
pub const STRING: i32 = 7;
pub const DEVICE: i32 = 8;
pub const GENERATOR: i32 = 9;
pub const INTS: i32 = 10;
pub const DOUBLES: i32 = 11;
pub const BOOLS: i32 = 12;
pub const LIST: i32 = 13;
pub const TUPLE: i32 = 14;
pub const DICT: i32 = 15;
pub const OBJECT: i32 = 16;
/// Made only by us, for values of files: bytes, and a dtype by its code.
pub const BYTES: i32 = 18;
pub const DTYPE: i32 = 19;
pub const FUTURE: i32 = 20;
pub const OBJECT_MODULE: c_int = 1;
pub const OBJECT_INSTANCE: c_int = 2;
pub const FIELDS: i32 = 21;
/// In `reserved` of a tuple: `extra` is an array of field names, not a type.
pub const EXTRA_IS_FIELDS: i32 = 1;

pub const CHANGES: c_int = 1;
pub const DRAWS: c_int = 2;

pub const INDEX_SELECT: c_int = 0;
pub const INDEX_SLICE: c_int = 1;
pub const INDEX_NEW: c_int = 2;
pub const INDEX_POSITIONS: c_int = 3;
pub const INDEX_POSITIONS_FROM_ONE: c_int = 4;
pub const INDEX_MASK: c_int = 5;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct IndexStep {
    pub kind: c_int,
    pub dim: c_int,
    pub start: i64,
    pub end: i64,
    pub step: i64,
    pub tensor: *const Tensor,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub union Payload {
    pub i: i64,
    pub d: f64,
    pub complex: [f64; 2],
    pub p: *mut c_void,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Value {
    pub tag: i32,
    pub reserved: i32,
    pub length: i64,
    pub v: Payload,
    pub extra: *const c_void,
}

impl Value {
    pub const fn none() -> Value {
        Value { tag: NONE, reserved: 0, length: 0, v: Payload { i: 0 }, extra: std::ptr::null() }
    }
    pub const fn default() -> Value {
        Value { tag: DEFAULT, ..Value::none() }
    }
    pub fn int(i: i64) -> Value {
        Value { tag: INT, v: Payload { i }, ..Value::none() }
    }
    pub fn double(d: f64) -> Value {
        Value { tag: DOUBLE, v: Payload { d }, ..Value::none() }
    }
    pub fn bool(b: bool) -> Value {
        Value { tag: BOOL, v: Payload { i: b as i64 }, ..Value::none() }
    }
    pub fn pointer(tag: i32, p: *mut c_void) -> Value {
        Value { tag, v: Payload { p }, ..Value::none() }
    }
    pub fn array(tag: i32, p: *mut c_void, length: usize) -> Value {
        Value { tag, length: length as i64, v: Payload { p }, ..Value::none() }
    }
    /// The children of a list, tuple or dict.
    pub unsafe fn children(&self) -> &[Value] {
        let n = if self.tag == DICT { 2 * self.length } else { self.length };
        std::slice::from_raw_parts(self.v.p as *const Value, n as usize)
    }
}

#[repr(C)]
pub struct RawError {
    pub kind: i32,
    pub message: *mut c_char,
    pub reason: *mut c_char,
    pub raised: *mut c_char,
}

#[repr(C)]
pub struct RawArgument {
    pub name: *const c_char,
    pub kind: *const Type,
    pub fixed: i32,
    pub has_default: i32,
    pub keyword_only: i32,
    pub is_written: i32,
    pub is_out: i32,
    pub default_value: Value,
}

/// How a tensor lies in its storage; offset and strides count elements.
#[repr(C)]
pub struct RawLayout {
    pub sizes: *const i64,
    pub strides: *const i64,
    pub offset: i64,
    pub rank: i32,
    pub dtype: i32,
    pub requires_grad: i32,
    pub bits: i32,
}
pub const BIT_CONJUGATE: i32 = 1;
pub const BIT_NEGATIVE: i32 = 2;

#[repr(C)]
pub struct RawSchema {
    pub arguments: i32,
    pub returns: i32,
    pub text: *mut c_char,
}

#[repr(C)]
#[derive(Default)]
pub struct DtypeLimits {
    pub kind: i32,
    pub bits: i32,
    pub max: f64,
    pub min: f64,
    pub eps: f64,
    pub tiny: f64,
    pub resolution: f64,
    pub least: i64,
    pub most: u64,
}

#[repr(C)]
#[derive(Default, Clone, Copy)]
pub struct Autocast {
    pub enabled: i32,
    pub dtype: i32,
    pub cache: i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Callback {
    pub context: *mut c_void,
    pub call: unsafe extern "C" fn(
        *mut c_void,
        *const *mut Tensor,
        c_int,
        *mut *mut Tensor,
        c_int,
        *mut *const c_char,
    ) -> c_int,
    pub release: unsafe extern "C" fn(*mut c_void),
}

#[repr(C)]
pub struct Tensors {
    pub items: *const *const Tensor,
    pub count: c_int,
}

#[repr(C)]
pub struct Forward {
    pub name: *const c_char,
    pub inputs: Tensors,
    pub outputs: Tensors,
    pub dirty: Tensors,
    pub non_differentiable: Tensors,
    pub saved: Tensors,
    pub tracked: c_int,
    pub materialize: c_int,
}

pub type Closure = unsafe extern "C" fn(*mut c_void, *mut Value, c_int, *mut Value) -> c_int;
pub type Text = *mut c_char;

/// A name that source may use besides its own definitions.
#[repr(C)]
pub struct Known {
    pub name: *const c_char,
    pub value: Value,
    /// Or null.
    pub function: *const Function,
}

//! The C face of the shim (shim/shim.h), and the step from its outcomes to `Result`.

use crate::error::{Error, Kind, Result};
use std::ffi::{c_char, c_int, c_void, CStr};

macro_rules! opaque {
    ($($name:ident),*) => { $(
        #[repr(C)]
        pub struct $name { _private: [u8; 0] }
    )* };
}
opaque!(Type, Tensor, Overload, Object, Function, Unit, Generator, Storage, Hook);

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
/// In `reserved` of a tuple: `extra` is an array of field names, not a type.
pub const EXTRA_IS_FIELDS: i32 = 1;

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
    kind: i32,
    message: *mut c_char,
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

extern "C" {
    pub fn ts_value_free(values: *mut Value, count: c_int);
    fn ts_string_free(text: Text);
    pub fn ts_initialise();
    pub fn ts_version_built() -> *const c_char;
    pub fn ts_version_loaded() -> *const c_char;
    pub fn ts_cuda_is_available() -> c_int;
    pub fn ts_backend(name: *const c_char) -> i64;
    pub fn ts_cuda_device_count() -> c_int;
    pub fn ts_cuda_current_device(index: *mut c_int, error: *mut RawError) -> c_int;
    pub fn ts_cuda_runtime_version(version: *mut i64, error: *mut RawError) -> c_int;
    pub fn ts_cuda_synchronize(index: c_int, error: *mut RawError) -> c_int;
    pub fn ts_cuda_empty_cache(error: *mut RawError) -> c_int;
    pub fn ts_cuda_capability(index: c_int, major: *mut c_int, minor: *mut c_int, error: *mut RawError) -> c_int;
    pub fn ts_cuda_memory_stats(index: c_int, stats: *mut i64, error: *mut RawError) -> c_int;
    pub fn ts_library_path() -> *const c_char;
    pub fn ts_warning_count() -> c_int;
    pub fn ts_warning_take() -> Text;
    pub fn ts_memory_live() -> i64;
    pub fn ts_memory_since() -> i64;
    pub fn ts_memory_since_reset();
    pub fn ts_memory_release_cache();
    pub fn ts_block_take(size: usize) -> *mut c_void;
    pub fn ts_block_free(block: *mut c_void);
    pub fn ts_threads(interop: c_int) -> c_int;
    pub fn ts_set_threads(count: c_int, interop: c_int, error: *mut RawError) -> c_int;

    pub fn ts_type_kind(t: *const Type) -> c_int;
    pub fn ts_type_children(t: *const Type) -> c_int;
    pub fn ts_type_child(t: *const Type, i: c_int) -> *const Type;
    pub fn ts_type_field(t: *const Type, i: c_int) -> *const c_char;
    pub fn ts_type_text(t: *const Type) -> Text;

    pub fn ts_operator_find(
        name: *const c_char,
        overloads: *mut *const Overload,
        capacity: c_int,
        count: *mut c_int,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_overload_schema(o: *const Overload, schema: *mut RawSchema, error: *mut RawError) -> c_int;
    pub fn ts_overload_argument(o: *const Overload, i: c_int, a: *mut RawArgument, error: *mut RawError) -> c_int;
    pub fn ts_overload_return_name(o: *const Overload, i: c_int) -> *const c_char;
    pub fn ts_overload_is_dispatched(o: *const Overload) -> c_int;
    pub fn ts_overload_return_kind(o: *const Overload, i: c_int) -> c_int;
    pub fn ts_overload_call(
        o: *const Overload,
        arguments: *const Value,
        count: c_int,
        results: *mut Value,
        capacity: c_int,
        returned: *mut c_int,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_operator_names(name_space: *const c_char) -> Text;

    pub fn ts_tensor_from_columns(
        data: *const c_void,
        kind: c_int,
        sizes: *const i64,
        rank: c_int,
        dtype: c_int,
        device: *const c_char,
        requires_grad: c_int,
        tensor: *mut *mut Tensor,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_tensor_to_columns(t: *const Tensor, kind: c_int, data: *mut c_void, error: *mut RawError) -> c_int;
    pub fn ts_tensor_from_bytes(
        data: *const c_void,
        length: usize,
        sizes: *const i64,
        rank: c_int,
        dtype: c_int,
        requires_grad: c_int,
        tensor: *mut *mut Tensor,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_tensor_to_bytes(t: *const Tensor, data: *mut c_void, length: usize, error: *mut RawError) -> c_int;
    pub fn ts_tensor_free(t: *mut Tensor);
    pub fn ts_tensor_retain(t: *const Tensor) -> *mut Tensor;
    pub fn ts_tensor_dtype(t: *const Tensor) -> c_int;
    pub fn ts_tensor_rank(t: *const Tensor) -> c_int;
    pub fn ts_tensor_sizes(t: *const Tensor, sizes: *mut i64, error: *mut RawError) -> c_int;
    pub fn ts_tensor_count(t: *const Tensor) -> i64;
    pub fn ts_tensor_element_size(t: *const Tensor) -> i64;
    pub fn ts_tensor_layout(t: *const Tensor) -> c_int;
    pub fn ts_tensor_device(t: *const Tensor) -> Text;
    pub fn ts_tensor_print(t: *const Tensor, width: c_int, text: *mut Text, error: *mut RawError) -> c_int;
    pub fn ts_tensor_type_text(t: *const Tensor) -> Text;
    pub fn ts_tensor_edges(t: *const Tensor, items: i64, result: *mut *mut Tensor, error: *mut RawError) -> c_int;
    pub fn ts_dtype_describe(dtype: c_int, limits: *mut DtypeLimits);
    pub fn ts_autocast_get(device: *const c_char, state: *mut Autocast, error: *mut RawError) -> c_int;
    pub fn ts_autocast_set(
        device: *const c_char,
        state: *const Autocast,
        nesting: c_int,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_tensor_integer_range(
        t: *const Tensor,
        least: *mut i64,
        greatest: *mut i64,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_index(
        t: *const Tensor,
        steps: *const IndexStep,
        count: c_int,
        result: *mut *mut Tensor,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_index_assign(
        t: *const Tensor,
        steps: *const IndexStep,
        count: c_int,
        value: *const Tensor,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_tensor_count_from_one(
        t: *const Tensor,
        or_none: c_int,
        result: *mut *mut Tensor,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_tensor_positions(t: *const Tensor, result: *mut *mut Tensor, error: *mut RawError) -> c_int;
    pub fn ts_tensor_scalar(value: *const Value, result: *mut *mut Tensor, error: *mut RawError) -> c_int;
    pub fn ts_default_dtype() -> c_int;
    pub fn ts_set_default_dtype(dtype: c_int, error: *mut RawError) -> c_int;

    pub fn ts_tensor_storage(t: *const Tensor, storage: *mut *mut Storage, error: *mut RawError) -> c_int;
    pub fn ts_tensor_has_storage(t: *const Tensor) -> c_int;
    pub fn ts_tensor_strides(t: *const Tensor, strides: *mut i64, offset: *mut i64, error: *mut RawError) -> c_int;
    pub fn ts_tensor_bits(t: *const Tensor) -> c_int;
    pub fn ts_storage_free(s: *mut Storage);
    pub fn ts_storage_size(s: *const Storage) -> usize;
    pub fn ts_storage_data(s: *const Storage) -> *const c_void;
    pub fn ts_storage_device(s: *const Storage) -> Text;
    pub fn ts_storage_is_borrowed(s: *const Storage) -> c_int;
    pub fn ts_storage_new(
        size: usize,
        storage: *mut *mut Storage,
        data: *mut *mut c_void,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_storage_borrow(
        data: *const c_void,
        size: usize,
        release: unsafe extern "C" fn(*mut c_void),
        context: *mut c_void,
        storage: *mut *mut Storage,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_storage_to(
        s: *const Storage,
        device: *const c_char,
        result: *mut *mut Storage,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_tensor_from_storage(
        s: *const Storage,
        layout: *const RawLayout,
        tensor: *mut *mut Tensor,
        error: *mut RawError,
    ) -> c_int;

    pub fn ts_grad_mode() -> c_int;
    pub fn ts_set_grad_mode(enabled: c_int);
    pub fn ts_requires_grad(t: *const Tensor) -> c_int;
    pub fn ts_set_requires_grad(t: *const Tensor, value: c_int, error: *mut RawError) -> c_int;
    pub fn ts_is_leaf(t: *const Tensor) -> c_int;
    pub fn ts_grad(t: *const Tensor) -> *mut Tensor;
    pub fn ts_set_grad(t: *const Tensor, grad: *const Tensor, error: *mut RawError) -> c_int;
    pub fn ts_grad_fn_at(t: *const Tensor, path: *const c_int, length: c_int, edges: *mut c_int) -> Text;
    pub fn ts_tensor_share(t: *const Tensor) -> *mut Tensor;
    pub fn ts_detach_in_place(t: *const Tensor, error: *mut RawError) -> c_int;
    pub fn ts_anomaly_mode() -> c_int;
    pub fn ts_set_anomaly_mode(enabled: c_int);
    pub fn ts_anomaly_describe(describe: unsafe extern "C" fn() -> Text);
    pub fn ts_string_copy(text: *const c_char) -> Text;
    pub fn ts_hook_register(t: *const Tensor, c: Callback, hook: *mut *mut Hook, error: *mut RawError) -> c_int;
    pub fn ts_hook_register_post_accumulate(
        t: *const Tensor,
        c: Callback,
        hook: *mut *mut Hook,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_hook_remove(hook: *const Hook);
    pub fn ts_hook_free(hook: *mut Hook);
    pub fn ts_autograd_function(
        record: *const Forward,
        backward: Callback,
        outputs: *mut *mut Tensor,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_retain_grad(t: *const Tensor, error: *mut RawError) -> c_int;
    pub fn ts_backward(
        tensors: *const *const Tensor,
        count: c_int,
        gradients: *const *const Tensor,
        retain_graph: c_int,
        create_graph: c_int,
        inputs: *const *const Tensor,
        input_count: c_int,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_gradients(
        outputs: *const *const Tensor,
        count: c_int,
        gradients: *const *const Tensor,
        inputs: *const *const Tensor,
        input_count: c_int,
        retain_graph: c_int,
        create_graph: c_int,
        allow_unused: c_int,
        results: *mut *mut Tensor,
        error: *mut RawError,
    ) -> c_int;

    pub fn ts_manual_seed(seed: i64);
    pub fn ts_generator_new() -> *mut Generator;
    pub fn ts_cuda_generator(index: c_int, generator: *mut *mut Generator, error: *mut RawError) -> c_int;
    pub fn ts_generator_free(g: *mut Generator);
    pub fn ts_generator_seed(g: *const Generator) -> i64;
    pub fn ts_generator_set_seed(g: *mut Generator, seed: i64);
    pub fn ts_generator_reseed(g: *const Generator, seed: *mut i64, error: *mut RawError) -> c_int;
    pub fn ts_generator_state(g: *const Generator, state: *mut *mut Tensor, error: *mut RawError) -> c_int;
    pub fn ts_generator_set_state(g: *mut Generator, state: *const Tensor, error: *mut RawError) -> c_int;

    pub fn ts_trace(
        inputs: *const Value,
        count: c_int,
        names: *const *const c_char,
        closure: Closure,
        context: *mut c_void,
        strict: c_int,
        name: *const c_char,
        function: *mut *mut Function,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_trace_lift(t: *const Tensor, error: *mut RawError) -> c_int;
    pub fn ts_function_free(f: *mut Function);
    pub fn ts_function_schema(f: *const Function, schema: *mut RawSchema, error: *mut RawError) -> c_int;
    pub fn ts_function_argument(f: *const Function, i: c_int, a: *mut RawArgument, error: *mut RawError) -> c_int;
    pub fn ts_function_returns(f: *const Function) -> Text;
    pub fn ts_function_name(f: *const Function) -> *const c_char;
    pub fn ts_function_call(
        f: *const Function,
        arguments: *const Value,
        count: c_int,
        result: *mut Value,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_function_graph(f: *const Function, text: *mut Text, error: *mut RawError) -> c_int;
    pub fn ts_function_code(f: *const Function, text: *mut Text, error: *mut RawError) -> c_int;
    pub fn ts_last_graph() -> Text;
    pub fn ts_function_save(
        f: *const Function,
        path: *const c_char,
        bytes: *mut Text,
        length: *mut usize,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_compile(source: *const c_char, unit: *mut *mut Unit, error: *mut RawError) -> c_int;
    pub fn ts_unit_free(unit: *mut Unit);
    pub fn ts_unit_names(unit: *const Unit) -> Text;
    pub fn ts_unit_function(
        unit: *const Unit,
        name: *const c_char,
        function: *mut *mut Function,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_load(
        path: *const c_char,
        bytes: *const c_void,
        length: usize,
        module: *mut *mut Object,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_module_save(
        module: *const Object,
        path: *const c_char,
        bytes: *mut Text,
        length: *mut usize,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_module_as_function(m: *const Object, function: *mut *mut Function, error: *mut RawError) -> c_int;
    pub fn ts_module_methods(m: *const Object) -> Text;
    pub fn ts_module_attributes(m: *const Object) -> Text;
    pub fn ts_module_type(m: *const Object) -> Text;
    pub fn ts_module_method(
        m: *const Object,
        name: *const c_char,
        function: *mut *mut Function,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_module_attribute(m: *const Object, name: *const c_char, value: *mut Value, error: *mut RawError)
        -> c_int;
    pub fn ts_module_train(m: *const Object, mode: c_int, error: *mut RawError) -> c_int;
    pub fn ts_object_is_module(o: *const Object) -> c_int;
    pub fn ts_object_text(o: *const Object) -> Text;
    pub fn ts_object_free(o: *mut Object);
}

/// Calls the shim and turns its outcome into a result. A jump of R's is known to the caller, who holds the token.
#[inline]
pub fn call(body: impl FnOnce(*mut RawError) -> c_int) -> Result<()> {
    let mut error = RawError { kind: 0, message: std::ptr::null_mut() };
    match body(&mut error) {
        0 => Ok(()),
        UNWINDING => Err(Error::Unwinding(std::ptr::null_mut())),
        _ => {
            // SAFETY: on failure the message is ours
            let text = unsafe { take_text(error.message) };
            Err(Error::from_libtorch(Kind::from_shim(error.kind), &text))
        }
    }
}

/// Takes over a text that the shim made; NULL is the empty text.
pub unsafe fn take_text(text: Text) -> String {
    if text.is_null() {
        return String::new();
    }
    let owned = CStr::from_ptr(text).to_string_lossy().into_owned();
    ts_string_free(text);
    owned
}

/// Takes over bytes that the shim made.
pub unsafe fn take_bytes(bytes: Text, length: usize) -> Vec<u8> {
    let owned = std::slice::from_raw_parts(bytes as *const u8, length).to_vec();
    ts_string_free(bytes);
    owned
}

pub unsafe fn borrow_text<'a>(text: *const c_char) -> &'a str {
    if text.is_null() {
        return "";
    }
    CStr::from_ptr(text).to_str().unwrap_or("")
}

//! The C face of the shim (shim/shim.h), and the step from its outcomes to `Result`.

use crate::error::{Error, Kind, Result};
use std::ffi::{c_char, c_int, c_void, CStr};

pub use crate::shim_program::*;
pub use crate::shim_types::*;

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
    pub fn ts_message_count() -> c_int;
    pub fn ts_message_take(is_printed: *mut c_int) -> Text;
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
    pub fn ts_type_is_open(t: *const Type) -> c_int;
    pub fn ts_type_names(t: *const Type) -> Text;
    pub fn ts_type_parse(text: *const c_char, made: *mut *mut TypeOwner, error: *mut RawError) -> c_int;
    pub fn ts_type_owned(t: *const TypeOwner) -> *const Type;
    pub fn ts_type_free(t: *mut TypeOwner);
    pub fn ts_operator_find(
        name: *const c_char,
        overloads: *mut *const Overload,
        capacity: c_int,
        count: *mut c_int,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_overload_is_vararg(o: *const Overload) -> c_int;
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
    pub fn ts_grad_fn_at(
        t: *const Tensor,
        path: *const c_int,
        length: c_int,
        edges: *mut c_int,
        name: *mut Text,
        error: *mut RawError,
    ) -> c_int;
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
}

/// Calls the shim and turns its outcome into a result. A jump of R's is known to the caller, who holds the token.
#[inline]
pub fn call(body: impl FnOnce(*mut RawError) -> c_int) -> Result<()> {
    let none = std::ptr::null_mut();
    let mut error = RawError { kind: 0, message: none, reason: none, raised: none };
    match body(&mut error) {
        0 => Ok(()),
        UNWINDING => Err(Error::Unwinding(std::ptr::null_mut())),
        _ => {
            // SAFETY: on failure the message is ours
            let (text, is_raised) =
                unsafe { (take_text(error.message), !error.reason.is_null() || !error.raised.is_null()) };
            let failure = Error::from_libtorch(Kind::from_shim(error.kind), &text);
            match is_raised {
                // SAFETY: as above
                true => unsafe { Err(failure.raised(take_text(error.reason), take_text(error.raised))) },
                false => Err(failure),
            }
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

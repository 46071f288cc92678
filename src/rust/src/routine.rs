//! The outermost frame of every native call: outcomes become R values or R conditions here and nowhere else, and the
//! one table of routines stands here.

use crate::error::{Error, Kind, Result};
use crate::r::*;
use crate::{
    anomaly, autocast, autograd, autograd_function, callback, cuda, device, dtype, hook, index, library, memory,
    module, operator, operator_call, program, program_file, random, shim, tensor, trace,
};
use std::ffi::{c_char, c_int, c_void};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};

/// The package's namespace, where R's side of errors and wrappers is found.
static NAMESPACE: AtomicPtr<SEXPREC> = AtomicPtr::new(null_mut());

pub fn namespace() -> SEXP {
    NAMESPACE.load(Ordering::Relaxed)
}

/// Calls a function of the package with one argument.
pub unsafe fn call_r(function: &str, argument: SEXP) -> SEXP {
    Rf_protect(argument);
    let arguments = Rf_protect(Rf_cons(argument, R_NilValue));
    let call = Rf_protect(Rf_lcons(symbol(function), arguments));
    let value = Rf_eval(call, namespace());
    Rf_unprotect(3);
    value
}

/// Runs `body`; nothing that must be dropped is alive when R jumps.
#[inline(always)]
pub unsafe fn finish(body: impl FnOnce() -> Result<SEXP>) -> SEXP {
    let outcome = catch_unwind(AssertUnwindSafe(body));
    if let Some(error) = callback::failure() {
        drop(outcome);
        raise(error);
    }
    match outcome {
        Ok(Ok(value)) => {
            if shim::ts_message_count() > 0 {
                deliver_messages(value);
            }
            value
        }
        Ok(Err(error)) => raise(error),
        Err(panic) => {
            let text = panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(|text| text.to_string()))
                .unwrap_or_default();
            drop(panic);
            raise(
                Error::new(Kind::Internal, format!("torchscript met a defect of its own: {text}"))
                    .hint("please report it with the call that led here"),
            )
        }
    }
}

#[cold]
#[inline(never)]
unsafe fn raise(error: Error) -> ! {
    if let Error::Unwinding(token) = error {
        R_ContinueUnwind(token);
    }
    let failure = Rf_protect(error.to_list());
    drop(error);
    // what libtorch warned of before it failed explains the failure
    if shim::ts_message_count() > 0 {
        deliver_messages(R_NilValue);
    }
    call_r("raise_failure", failure);
    // raise_failure() never returns; R needs a definite end all the same
    Rf_error(c"%s".as_ptr(), c"torchscript could not raise its error".as_ptr())
}

#[cold]
#[inline(never)]
unsafe fn deliver_messages(value: SEXP) {
    Rf_protect(value);
    loop {
        let mut is_printed = 0;
        let text = shim::ts_message_take(&mut is_printed);
        if text.is_null() {
            break;
        }
        let message = Rf_protect(mk_string(&shim::take_text(text)));
        call_r(if is_printed != 0 { "print_output" } else { "signal_warning" }, message);
        Rf_unprotect(1);
    }
    Rf_unprotect(1);
}

/// Defines a routine for `.Call()`.
#[macro_export]
macro_rules! routine {
    ($(#[$meta:meta])* $name:ident($($argument:ident),*) $body:block) => {
        $(#[$meta])*
        pub unsafe extern "C" fn $name($($argument: $crate::r::SEXP),*) -> $crate::r::SEXP {
            $crate::routine::finish(|| $body)
        }
    };
}

type Any = *const c_void;

macro_rules! table {
    ($($name:literal, $function:expr, $arguments:expr;)*) => {
        [ $( (concat!($name, "\0"), $function as Any, $arguments), )* ]
    };
}

routine!(set_namespace(env) {
    R_PreserveObject(env);
    NAMESPACE.store(env, Ordering::Relaxed);
    Ok(R_NilValue)
});

routine!(describe_value(x) { Ok(mk_string(&describe(x))) });

unsafe fn definitions(rows: &[(&str, Any, c_int)]) -> Vec<R_CallMethodDef> {
    let mut all: Vec<R_CallMethodDef> = rows
        .iter()
        .map(|(name, function, count)| R_CallMethodDef {
            name: name.as_ptr() as *const c_char,
            // SAFETY: R casts it back to the routine's own type, by the number of arguments
            fun: std::mem::transmute::<Any, DL_FUNC>(*function),
            numArgs: *count,
        })
        .collect();
    all.push(R_CallMethodDef { name: std::ptr::null(), fun: None, numArgs: 0 });
    all
}

/// Called by R_init_torchscript (entrypoint.c), once.
#[no_mangle]
pub unsafe extern "C" fn tsr_initialise(dll: *mut DllInfo) {
    std::panic::set_hook(Box::new(|_| {}));
    shim::ts_initialise();
    crate::handle::initialise(dll);
    callback::initialise();
    anomaly::initialise();
    let calls = definitions(&table![
        "C_set_namespace", set_namespace, 1;
        "C_describe", describe_value, 1;
        "C_library_version", library::version, 0;
        "C_cuda_is_available", library::cuda_is_available, 0;
        "C_backend", cuda::backend, 1;
        "C_cuda_device_count", cuda::device_count, 0;
        "C_cuda_current_device", cuda::current_device, 0;
        "C_cuda_runtime_version", cuda::runtime_version, 0;
        "C_cuda_synchronize", cuda::synchronize, 1;
        "C_cuda_empty_cache", cuda::empty_cache, 0;
        "C_cuda_generator", cuda::generator, 1;
        "C_cuda_capability", cuda::capability, 1;
        "C_cuda_memory_stats", cuda::memory_stats, 1;
        "C_threads", library::threads, 1;
        "C_set_threads", library::set_threads, 2;
        "C_memory", memory::usage, 0;
        "C_operator_names", operator::names, 1;
        "C_operator_schemas", operator::schemas, 1;
        "C_operator_arguments", operator::arguments, 1;
        "C_operator_conventions", operator::conventions, 1;
        "C_operator_overloads", operator::overloads, 1;
        "C_tensor", tensor::from_array, 4;
        "C_tensor_array", tensor::to_array, 1;
        "C_tensor_item", tensor::item, 1;
        "C_tensor_text", tensor::text, 2;
        "C_tensor_type_text", tensor::type_text, 1;
        "C_tensor_edges", tensor::edges, 2;
        "C_dtype_named", dtype::named, 1;
        "C_dtype_limits", dtype::limits, 2;
        "C_set_default_device", device::set_default, 1;
        "C_autocast_enter", autocast::enter, 4;
        "C_autocast_leave", autocast::leave, 2;
        "C_autocast_state", autocast::state, 1;
        "C_generator_reseed", random::generator_reseed, 1;
        "C_tensor_shape", tensor::shape, 1;
        "C_tensor_dtype", tensor::dtype, 1;
        "C_tensor_device", tensor::device, 1;
        "C_tensor_layout", tensor::layout, 1;
        "C_tensor_count", tensor::count, 1;
        "C_tensor_element_size", tensor::element_size, 1;
        "C_is_alive", tensor::is_alive, 1;
        "C_same_tensor", tensor::same, 2;
        "C_default_dtype", tensor::default_dtype, 0;
        "C_set_default_dtype", tensor::set_default_dtype, 1;
        "C_grad_mode", autograd::mode, 0;
        "C_set_grad_mode", autograd::set_mode, 1;
        "C_requires_grad", autograd::requires_grad, 1;
        "C_set_requires_grad", autograd::set_requires_grad, 2;
        "C_is_leaf", autograd::is_leaf, 1;
        "C_grad", autograd::grad, 1;
        "C_set_grad", autograd::set_grad, 2;
        "C_grad_fn_at", hook::function_at, 2;
        "C_hook_register", hook::register, 2;
        "C_hook_register_post_accumulate", hook::register_post_accumulate, 2;
        "C_hook_remove", hook::remove, 1;
        "C_detach_in_place", hook::detach_in_place, 1;
        "C_callback_count", callback::count, 0;
        "C_anomaly_mode", anomaly::mode, 0;
        "C_set_anomaly_mode", anomaly::set_mode, 1;
        "C_autograd_function", autograd_function::wrap, 5;
        "C_retain_grad", autograd::retain_grad, 1;
        "C_backward", autograd::backward, 6;
        "C_gradients", autograd::gradients, 6;
        "C_manual_seed", autograd::manual_seed, 1;
        "C_generator", autograd::generator, 0;
        "C_generator_seed", autograd::generator_seed, 1;
        "C_generator_set_seed", autograd::generator_set_seed, 2;
        "C_generator_state", autograd::generator_state, 1;
        "C_generator_set_state", autograd::generator_set_state, 2;
        "C_is_tracing", trace::is_tracing, 0;
        "C_trace", trace::trace, 6;
        "C_compile", program::compile, 2;
        "C_function_signature", program::signature, 1;
        "C_function_graph", program::graph, 1;
        "C_function_code", program::code, 1;
        "C_last_graph", program::last_graph, 0;
        "C_save", program_file::save, 4;
        "C_serialize", program_file::serialize, 3;
        "C_load", program_file::load, 2;
        "C_extra_files", program_file::extra_files, 1;
        "C_is_function", program::is_function, 1;
        "C_function_inlined_graph", crate::graph::inlined_graph, 1;
        "C_function_effects", crate::graph::effects, 1;
        "C_function_picture", crate::graph::picture, 2;
        "C_profile_start", crate::profile::start, 0;
        "C_profile_stop", crate::profile::stop, 0;
        "C_module_freeze", crate::deploy::freeze, 3;
        "C_module_optimize", crate::deploy::optimize_for_inference, 2;
        "C_module_quantize_dynamic", crate::deploy::quantize_dynamic, 2;
        "C_set_fusion_strategy", crate::deploy::set_fusion_strategy, 2;
        "C_module_kind", module::module_kind, 2;
        "C_module_new", module::module_new, 2;
        "C_module_register", module::module_register, 5;
        "C_module_fix", module::module_fix, 2;
        "C_module_remove", module::module_remove, 2;
        "C_module_define", module::module_define, 4;
        "C_module_branch", module::module_branch, 4;
        "C_module_clone", module::module_clone, 1;
        "C_repeated_tensors", module::repeated_tensors, 1;
        "C_module_members", module::module_members, 1;
        "C_module_method", module::module_method, 2;
        "C_module_attribute", module::module_attribute, 2;
        "C_module_attribute_type", module::module_attribute_type, 2;
        "C_module_train", module::module_train, 2;
        "C_module_type", module::module_type, 1;
        "C_enum_value", module::enum_value, 1;
        "C_object_text", module::object_text, 1;
        "C_safe_save", crate::safetensors::safe_save, 3;
        "C_safe_load", crate::safetensors::safe_load, 2;
        "C_torch_save", crate::save::torch_save, 2;
        "C_torch_load", crate::save::torch_load, 2;
        "C_inspect", crate::inspect::inspect, 1;
        "C_tensor_view", crate::buffer::tensor_view, 4;
        "C_tensor_from_buffer", crate::buffer::tensor_from_buffer, 3;
        "C_buffer_from_tensor", crate::buffer::buffer_from_tensor, 1;
        "C_storage", crate::storage::storage_description, 1;
        "C_has_storage", crate::storage::has_storage, 1;
        "C_data_pointer", crate::storage::data_pointer, 1;
        "C_storage_offset", crate::storage::storage_offset, 1;
    ]);
    // these find their own arguments: in the caller's frame, or in the call
    let externals = definitions(&table![
        "C_call_operator", operator_call::from_frame, 1;
        "C_index", index::get, 0;
        "C_index_assign", index::assign, 0;
        "C_call_operator_directly", operator_call::from_arguments, -1;
        "C_call_function", program::call_function, -1;
        "C_call_module", module::call_module, -1;
    ]);
    R_registerRoutines(dll, std::ptr::null(), calls.as_ptr(), std::ptr::null(), externals.as_ptr());
    R_useDynamicSymbols(dll, Rboolean::FALSE);
    R_forceSymbols(dll, Rboolean::TRUE);
}

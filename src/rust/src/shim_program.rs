//! The part of the shim's C face that is about programs (shim/shim_program.h).

use crate::shim_types::*;
use std::ffi::{c_char, c_int, c_void};

extern "C" {
    pub fn ts_trace(
        module: *const Object,
        inputs: *const Value,
        count: c_int,
        names: *const *const c_char,
        closure: Closure,
        context: *mut c_void,
        strict: c_int,
        name: *const c_char,
        method: *const c_char,
        function: *mut *mut Function,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_trace_lift(t: *const Tensor, is_buffer: c_int, error: *mut RawError) -> c_int;
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
    pub fn ts_function_inlined_graph(f: *const Function, text: *mut Text, error: *mut RawError) -> c_int;
    pub fn ts_function_effects(f: *const Function, effects: *mut c_int, error: *mut RawError) -> c_int;
    pub fn ts_function_picture(f: *const Function, inlined: c_int, picture: *mut Value, error: *mut RawError) -> c_int;
    pub fn ts_profile_start(error: *mut RawError) -> c_int;
    pub fn ts_profile_stop(profile: *mut Value, error: *mut RawError) -> c_int;
    pub fn ts_last_graph() -> Text;
    pub fn ts_function_save(
        f: *const Function,
        path: *const c_char,
        mobile: c_int,
        extra: *const Value,
        bytes: *mut Text,
        length: *mut usize,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_compile(
        source: *const c_char,
        known: *const Known,
        n: c_int,
        unit: *mut *mut Unit,
        error: *mut RawError,
    ) -> c_int;
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
        device: *const c_char,
        module: *mut *mut Object,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_module_save(
        module: *const Object,
        path: *const c_char,
        mobile: c_int,
        extra: *const Value,
        bytes: *mut Text,
        length: *mut usize,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_module_as_function(m: *const Object, function: *mut *mut Function, error: *mut RawError) -> c_int;
    pub fn ts_module_new(
        name: *const c_char,
        beside: *const Object,
        module: *mut *mut Object,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_module_register(
        m: *const Object,
        name: *const c_char,
        kind: c_char,
        value: *const Value,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_module_declare(m: *const Object, name: *const c_char, kind: *const c_char, error: *mut RawError)
        -> c_int;
    pub fn ts_module_kind(m: *const Object, name: *const c_char) -> *const c_char;
    pub fn ts_module_has(m: *const Object, name: *const c_char) -> c_int;
    pub fn ts_module_remove(m: *const Object, name: *const c_char, error: *mut RawError) -> c_int;
    pub fn ts_module_fix(m: *const Object, name: *const c_char, error: *mut RawError) -> c_int;
    pub fn ts_module_define(
        m: *const Object,
        source: *const c_char,
        definitions: *const c_char,
        known: *const Known,
        n: c_int,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_module_branch(
        m: *const Object,
        name: *const c_char,
        train: *const c_char,
        eval: *const c_char,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_module_clone(m: *const Object, copy: *mut *mut Object, error: *mut RawError) -> c_int;
    pub fn ts_module_attribute_type(
        m: *const Object,
        name: *const c_char,
        kind: *mut RawArgument,
        error: *mut RawError,
    ) -> c_int;
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
    pub fn ts_object_kind(o: *const Object) -> c_int;
    pub fn ts_object_is_a(o: *const Object, t: *const Type) -> c_int;
    pub fn ts_enum_member(t: *const Type, name: *const c_char, member: *mut *mut Object, error: *mut RawError)
        -> c_int;
    pub fn ts_enum_value(
        o: *const Object,
        type_name: *mut Text,
        name: *mut Text,
        value: *mut Value,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_module_freeze(
        m: *const Object,
        preserved: *const *const c_char,
        count: c_int,
        numerics: c_int,
        frozen: *mut *mut Object,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_module_optimize(
        m: *const Object,
        methods: *const *const c_char,
        count: c_int,
        optimized: *mut *mut Object,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_module_quantize_dynamic(
        m: *const Object,
        half: c_int,
        replaced: *mut c_int,
        quantized: *mut *mut Object,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_set_fusion_strategy(
        is_dynamic: *const c_int,
        depths: *const c_int,
        count: c_int,
        previous: *mut Value,
        error: *mut RawError,
    ) -> c_int;
    pub fn ts_object_text(o: *const Object) -> Text;
    pub fn ts_object_free(o: *mut Object);
    pub fn ts_source_walk(
        text: *const c_char,
        length: usize,
        name: *const c_char,
        lines: *mut Text,
        error: *mut RawError,
    ) -> c_int;
}

/* The part of shim.h that is about programs: traced, compiled, loaded, looked into. Included by it. */
#pragma once
#include "shim.h"
#ifdef __cplusplus
extern "C" {
#endif

/* ---- programs ---- */
/* Runs the traced closure. `inputs` become the callee's; `result` is borrowed until the trace is over. */
typedef int (*ts_closure)(void *context, ts_value *inputs, int count, ts_value *result);
/* with a module: becomes its method `name`; with NULL: a function. A named result has its type named after `method` */
int ts_trace(const ts_object *module, const ts_value *inputs, int count, const char *const *names, ts_closure closure,
             void *context, int strict, const char *name, const char *method, ts_function **function, ts_error *error);
/* while tracing: makes a parameter of a tensor that is not yet part of the graph and wants gradients, or a buffer */
int ts_trace_lift(const ts_tensor *tensor, int is_buffer, ts_error *error);

void ts_function_free(ts_function *function);
int ts_function_schema(const ts_function *function, ts_schema *schema, ts_error *error);
int ts_function_argument(const ts_function *function, int i, ts_argument *argument, ts_error *error);
char *ts_function_returns(const ts_function *function); /* its type, as Python writes it; owned */
const char *ts_function_name(const ts_function *function);
int ts_function_call(const ts_function *function, const ts_value *arguments, int count, ts_value *result,
                     ts_error *error);
int ts_function_graph(const ts_function *function, char **text, ts_error *error);
/* with the functions and methods that it calls put in */
int ts_function_inlined_graph(const ts_function *function, char **text, ts_error *error);
/* changes: a tensor, list or field; draws: or writes something out */
enum { TS_CHANGES = 1, TS_DRAWS = 2 };
int ts_function_effects(const ts_function *function, int *effects, ts_error *error);
/* records of lists: "nodes", "edges" and "blocks" */
int ts_function_picture(const ts_function *function, int inlined, ts_value *picture, ts_error *error);
int ts_function_code(const ts_function *function, char **text, ts_error *error);
char *ts_last_graph(void); /* the optimised graph that ran last; owned */
/* mobile: with the bytecode that PyTorch's mobile runtime wants */
/* `extra`: a dict of further records, name and content, or NULL */
int ts_function_save(const ts_function *function, const char *path, int mobile, const ts_value *extra, char **bytes,
                     size_t *length, ts_error *error);

/* Operators that this thread calls are timed from start to stop; `profile`: a record of lists */
int ts_profile_start(ts_error *error);
int ts_profile_stop(ts_value *profile, ts_error *error);

/* What source may use besides its own definitions: a value, or a function, which is inlined. */
typedef struct {
  const char *name;
  ts_value value;
  const ts_function *function; /* or NULL */
} ts_known;
int ts_compile(const char *source, const ts_known *known, int n, ts_unit **unit, ts_error *error);
void ts_unit_free(ts_unit *unit);
char *ts_unit_names(const ts_unit *unit); /* owned, one a line */
int ts_unit_function(const ts_unit *unit, const char *name, ts_function **function, ts_error *error);

/* from a file, or from memory when path is NULL; device NULL: where it was saved from, if there is such a device */
int ts_load(const char *path, const void *bytes, size_t length, const char *device, ts_object **module,
            ts_error *error);
int ts_module_save(const ts_object *module, const char *path, int mobile, const ts_value *extra, char **bytes,
                   size_t *length, ts_error *error);
/* the function that this file was saved from, or NULL when it holds a module */
int ts_module_as_function(const ts_object *module, ts_function **function, ts_error *error);
/* an empty module, in the same unit as `beside` unless that is NULL */
int ts_module_new(const char *name, const ts_object *beside, ts_object **module, ts_error *error);
/* adds or sets; kind p: parameter, b: buffer, c: constant, a: attribute or child, of the value's type if it is new */
int ts_module_register(const ts_object *module, const char *name, char kind, const ts_value *value, ts_error *error);
/* a new attribute of the type that the text says, without a value */
int ts_module_declare(const ts_object *module, const char *name, const char *type, ts_error *error);
/* method, parameter, buffer, child, attribute, constant, or an empty text; not owned */
const char *ts_module_kind(const ts_object *module, const char *name);
int ts_module_has(const ts_object *module, const char *name); /* an attribute */
int ts_module_remove(const ts_object *module, const char *name, ts_error *error);
/* an attribute becomes a constant, unless it is shared with others or files can't hold it as one */
int ts_module_fix(const ts_object *module, const char *name, ts_error *error);
/* `definitions`: functions, classes and constants that the methods in `source` use. */
int ts_module_define(const ts_object *module, const char *source, const char *definitions, const ts_known *known, int n,
                     ts_error *error);
/* the method `name`, which calls one of two others by the mode */
int ts_module_branch(const ts_object *module, const char *name, const char *train, const char *eval, ts_error *error);
int ts_module_clone(const ts_object *module, ts_object **copy, ts_error *error);
char *ts_module_methods(const ts_object *module);    /* owned, one a line */
char *ts_module_attributes(const ts_object *module); /* owned, "name kind" a line; kind p, b, m, a or c */
char *ts_module_type(const ts_object *module);       /* owned */
int ts_module_method(const ts_object *module, const char *name, ts_function **function, ts_error *error);
int ts_module_attribute(const ts_object *module, const char *name, ts_value *value, ts_error *error);
/* its type alone, as an argument; borrowed from the module */
int ts_module_attribute_type(const ts_object *module, const char *name, ts_argument *type, ts_error *error);
int ts_module_train(const ts_object *module, int mode, ts_error *error);
enum { TS_OBJECT_OTHER, TS_OBJECT_MODULE, TS_OBJECT_INSTANCE, TS_OBJECT_ENUM };
int ts_object_kind(const ts_object *object);
int ts_object_is_a(const ts_object *object, const ts_type *type);
/* the member of an enum type that has this name */
int ts_enum_member(const ts_type *type, const char *name, ts_object **member, ts_error *error);
int ts_enum_value(const ts_object *member, char **type, char **name, ts_value *value, ts_error *error);
/* New modules, whose `forward` and the methods named go on without the attributes that became constants */
int ts_module_freeze(const ts_object *module, const char *const *preserved, int count, int numerics, ts_object **frozen,
                     ts_error *error);
int ts_module_optimize(const ts_object *module, const char *const *methods, int count, ts_object **optimized,
                       ts_error *error);
/* half: weights of 16 bits instead of 8 */
int ts_module_quantize_dynamic(const ts_object *module, int half, int *replaced, ts_object **quantized,
                               ts_error *error);
/* `previous`: a record of two lists, "dynamic" and "depth" */
int ts_set_fusion_strategy(const int *is_dynamic, const int *depths, int count, ts_value *previous, ts_error *error);
char *ts_object_text(const ts_object *object); /* owned */
void ts_object_free(ts_object *object);

/* what stands in TorchScript source, which is parsed and not compiled: a line for each class, function, field, call,
   name, sign and loop, with its kind, where it stands (`Class.method`), its name, its line and its text, by tabs; owned
 */
int ts_source_walk(const char *text, size_t length, const char *name, char **lines, ts_error *error);

#ifdef __cplusplus
}
#endif

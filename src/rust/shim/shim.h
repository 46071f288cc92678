/* The C face of the shim: what Rust sees of libtorch. Neither R nor Rust is known on the other side of it.
 *
 * Every function that can fail returns one of the three outcomes and, for TS_ERROR, fills `error`, whose message the
 * caller frees with ts_string_free(). Ownership: "owned" pointers are the caller's to free, "borrowed" ones are not. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

enum { TS_OK = 0, TS_ERROR = 1, TS_UNWINDING = 2 };

enum {
  TS_ERROR_OTHER = 0,
  TS_ERROR_RUNTIME = 1,
  TS_ERROR_NOT_IMPLEMENTED = 2,
  TS_ERROR_INDEX = 3,
  TS_ERROR_MEMORY = 4,
  TS_ERROR_TYPE = 5,
  TS_ERROR_VALUE = 6,
  TS_ERROR_COMPILE = 7,
  TS_ERROR_PROGRAM = 8, /* an exception that the TorchScript program raised */
  TS_ERROR_LINALG = 9
};

typedef struct ts_error {
  int32_t kind;
  char *message; /* owned */
  /* of an exception that a program raised: what it said alone, and its class in Python; owned, or NULL */
  char *reason;
  char *raised;
} ts_error;

/* ---- values: one tagged struct in both directions ---- */
enum {
  TS_NONE = 0,
  TS_DEFAULT = 1, /* in only: the schema's default */
  TS_TENSOR = 2,
  TS_INT = 3,
  TS_DOUBLE = 4,
  TS_BOOL = 5,
  TS_COMPLEX = 6,
  TS_STRING = 7,
  TS_DEVICE = 8, /* as its name */
  TS_GENERATOR = 9,
  TS_INTS = 10,
  TS_DOUBLES = 11,
  TS_BOOLS = 12,
  TS_LIST = 13,
  TS_TUPLE = 14,
  TS_DICT = 15,   /* `length` keys and values, alternating: 2 * length children */
  TS_OBJECT = 16, /* any other IValue; a module too */
  TS_STORAGE = 17,
  TS_BYTES = 18, /* this and the next are known to ts_value_free() only */
  TS_DTYPE = 19,
  TS_FUTURE = 20, /* in: one that is done, its value the only child; out, futures are waited for */
  TS_FIELDS = 21  /* in: an object of the class `extra` with these fields, in the order of its attributes */
};

typedef struct ts_type ts_type; /* borrowed from the schema that it is part of */
typedef struct ts_type_owner ts_type_owner;
typedef struct ts_tensor ts_tensor;     /* one reference to a TensorImpl */
typedef struct ts_overload ts_overload; /* owned by the process: never freed */
typedef struct ts_object ts_object;     /* an IValue on the heap */
typedef struct ts_function ts_function; /* a function, or a method with its module */
typedef struct ts_unit ts_unit;         /* a compilation unit */
typedef struct ts_generator ts_generator;
typedef struct ts_storage ts_storage; /* one reference to a StorageImpl */

typedef struct ts_value {
  int32_t tag;
  /* in, of a tuple: 1 when `extra` is an array of field names rather than a type; out: the kind of a list's elements or
   * of a dict's keys, TS_T_... */
  int32_t reserved;
  int64_t length;
  union {
    int64_t i;
    double d;
    double complex[2];
    void *p;
  } v;
  /* in: the type of the list (TS_LIST), tuple or dict; out: field names of a named tuple (`length` C strings) or NULL
   */
  const void *extra;
} ts_value;

/* In: everything borrowed. Out: everything owned, freed by ts_value_free(). */
void ts_value_free(ts_value *values, int count);
void ts_string_free(char *text);

/* ---- library ---- */
void ts_initialise(void);
const char *ts_version_built(void);
const char *ts_version_loaded(void);
const char *ts_library_path(void);
int ts_cuda_is_available(void);
int64_t ts_backend(const char *name); /* whether it is there, or its version; -1: no such backend */
/* These need CUDA to be available; a negative index is the current device. */
int ts_cuda_device_count(void);
int ts_cuda_current_device(int *index, ts_error *error);
int ts_cuda_runtime_version(int64_t *version, ts_error *error);
int ts_cuda_synchronize(int index, ts_error *error);
int ts_cuda_empty_cache(ts_error *error);
int ts_cuda_generator(int index, ts_generator **generator, ts_error *error);
int ts_cuda_capability(int index, int *major, int *minor, ts_error *error);
#define TS_CUDA_STATS 99
int ts_cuda_memory_stats(int index, int64_t *stats, ts_error *error); /* room for TS_CUDA_STATS */
/* What programs and libtorch had to say, warnings and printed text, in its order. */
int ts_message_count(void);
char *ts_message_take(int *is_printed); /* owned; NULL when there is none */

/* ---- memory and threads ---- */
int64_t ts_memory_live(void);
int64_t ts_memory_since(void); /* bytes handed out since the last reset */
void ts_memory_since_reset(void);
void ts_memory_release_cache(void);
/* a block for something of Rust's, from the blocks kept warm where possible */
void *ts_block_take(size_t size);
void ts_block_free(void *block);
int ts_threads(int interop);
int ts_set_threads(int count, int interop, ts_error *error);

/* ---- types and schemas ---- */
enum {
  TS_T_TENSOR,
  TS_T_INT,
  TS_T_FLOAT,
  TS_T_COMPLEX,
  TS_T_BOOL,
  TS_T_STRING,
  TS_T_NUMBER,
  TS_T_DTYPE,
  TS_T_LAYOUT,
  TS_T_MEMORY_FORMAT,
  TS_T_DEVICE,
  TS_T_GENERATOR,
  TS_T_ANY,
  TS_T_NONE,
  TS_T_OPTIONAL,
  TS_T_LIST,
  TS_T_TUPLE,
  TS_T_DICT,
  TS_T_CLASS,
  TS_T_UNION,
  TS_T_VARIABLE,
  TS_T_STORAGE,
  TS_T_STREAM,
  TS_T_ENUM,
  TS_T_FUTURE,
  TS_T_QSCHEME,
  TS_T_OTHER
};
int ts_type_kind(const ts_type *type);
int ts_type_children(const ts_type *type);
const ts_type *ts_type_child(const ts_type *type, int i);
const char *ts_type_field(const ts_type *type, int i); /* named tuple: the field's name, else NULL; borrowed */
char *ts_type_text(const ts_type *type);               /* owned */
int ts_type_is_open(const ts_type *type);              /* a class whose objects can be made of their fields */
char *ts_type_names(const ts_type *type); /* an enum's members, or a class's attributes; owned, one a line */
/* from its text; owned */
int ts_type_parse(const char *text, ts_type_owner **type, ts_error *error);
const ts_type *ts_type_owned(const ts_type_owner *type);
void ts_type_free(ts_type_owner *type);

typedef struct ts_argument {
  const char *name;    /* borrowed */
  const ts_type *type; /* borrowed; the real type: ScalarType, Layout and MemoryFormat are told from int */
  int32_t fixed;       /* int[2]: 2; else -1 */
  int32_t has_default;
  int32_t keyword_only;
  int32_t is_written; /* the alias annotation says that the argument is written to */
  int32_t is_out;
  ts_value default_value; /* owned by the schema's reader */
} ts_argument;
typedef struct ts_schema {
  int32_t arguments;
  int32_t returns;
  char *text; /* owned */
} ts_schema;

/* ---- operators ---- */
/* overloads in the order in which Python resolves them; `overloads` has room for `capacity`; returns how many there are
 */
int ts_operator_find(const char *name, const ts_overload **overloads, int capacity, int *count, ts_error *error);
int ts_overload_schema(const ts_overload *overload, ts_schema *schema, ts_error *error);
int ts_overload_is_vararg(const ts_overload *overload);
int ts_overload_argument(const ts_overload *overload, int i, ts_argument *argument, ts_error *error);
const char *ts_overload_return_name(const ts_overload *overload, int i); /* borrowed, may be "" */
/* 0: an operator of the language itself, for values that are no tensors */
int ts_overload_is_dispatched(const ts_overload *overload);
int ts_overload_return_kind(const ts_overload *overload, int i); /* of its real type, TS_T_... */
/* `arguments` holds one value for each argument of the schema */
int ts_overload_call(const ts_overload *overload, const ts_value *arguments, int count, ts_value *results, int capacity,
                     int *returned, ts_error *error);
/* all names of a namespace ("aten"), or all namespaces for NULL; owned, one a line */
char *ts_operator_names(const char *name_space);

/* ---- tensors ---- */
enum { TS_R_LOGICAL = 0, TS_R_INTEGER = 1, TS_R_DOUBLE = 2, TS_R_COMPLEX = 3, TS_R_RAW = 4, TS_R_INTEGER64 = 5 };
int ts_tensor_from_columns(const void *data, int kind, const int64_t *sizes, int rank, int dtype, const char *device,
                           int requires_grad, ts_tensor **tensor, ts_error *error);
int ts_tensor_to_columns(const ts_tensor *tensor, int kind, void *data, ts_error *error);
int ts_tensor_from_bytes(const void *data, size_t length, const int64_t *sizes, int rank, int dtype, int requires_grad,
                         ts_tensor **tensor, ts_error *error);
int ts_tensor_to_bytes(const ts_tensor *tensor, void *data, size_t length, ts_error *error);
void ts_tensor_free(ts_tensor *tensor);
ts_tensor *ts_tensor_retain(const ts_tensor *tensor); /* another reference to it; owned */
int ts_tensor_dtype(const ts_tensor *tensor);
int ts_tensor_rank(const ts_tensor *tensor);
int ts_tensor_sizes(const ts_tensor *tensor, int64_t *sizes, ts_error *error);
int64_t ts_tensor_count(const ts_tensor *tensor);
int64_t ts_tensor_element_size(const ts_tensor *tensor);
int ts_tensor_layout(const ts_tensor *tensor);
char *ts_tensor_device(const ts_tensor *tensor);
int ts_tensor_print(const ts_tensor *tensor, int width, char **text, ts_error *error);
char *ts_tensor_type_text(const ts_tensor *tensor); /* "CPUFloatType"; owned */
int ts_tensor_edges(const ts_tensor *tensor, int64_t items, ts_tensor **result, ts_error *error);
int ts_tensor_integer_range(const ts_tensor *tensor, int64_t *least, int64_t *greatest, ts_error *error);
// One step of a selection. `dim` is the dimension of what the views before it have left. Views use `start`, `end` and
// `step` as libtorch's slices do; the others gather by `tensor`.
enum {
  TS_INDEX_SELECT,
  TS_INDEX_SLICE,
  TS_INDEX_NEW,
  TS_INDEX_POSITIONS,
  TS_INDEX_POSITIONS_FROM_ONE,
  TS_INDEX_MASK,
};
typedef struct {
  int kind;
  int dim;
  int64_t start, end, step;
  const ts_tensor *tensor;
} ts_index_step;
int ts_index(const ts_tensor *self, const ts_index_step *steps, int count, ts_tensor **result, ts_error *error);
int ts_index_assign(const ts_tensor *self, const ts_index_step *steps, int count, const ts_tensor *value,
                    ts_error *error);
// Positions as R counts them; with `or_none` the negative ones stay.
int ts_tensor_count_from_one(const ts_tensor *tensor, int or_none, ts_tensor **result, ts_error *error);
int ts_tensor_positions(const ts_tensor *tensor, ts_tensor **result, ts_error *error);
int ts_tensor_scalar(const ts_value *value, ts_tensor **result, ts_error *error);
int ts_default_dtype(void);
int ts_set_default_dtype(int dtype, ts_error *error);

/* ---- storages: the memory behind tensors ---- */
enum { TS_BIT_CONJUGATE = 1, TS_BIT_NEGATIVE = 2 };
/* how a tensor lies in its storage; offset and strides count elements */
typedef struct ts_layout {
  const int64_t *sizes;
  const int64_t *strides;
  int64_t offset;
  int32_t rank;
  int32_t dtype;
  int32_t requires_grad;
  int32_t bits;
} ts_layout;
int ts_tensor_storage(const ts_tensor *tensor, ts_storage **storage, ts_error *error); /* owned */
int ts_tensor_has_storage(const ts_tensor *tensor);
int ts_tensor_strides(const ts_tensor *tensor, int64_t *strides, int64_t *offset, ts_error *error);
int ts_tensor_bits(const ts_tensor *tensor);
void ts_storage_free(ts_storage *storage);
size_t ts_storage_size(const ts_storage *storage); /* in bytes */
const void *ts_storage_data(const ts_storage *storage);
char *ts_storage_device(const ts_storage *storage); /* owned */
/* whether it still stands over memory that is not libtorch's */
int ts_storage_is_borrowed(const ts_storage *storage);
/* memory not yet written, to be filled through `data` */
int ts_storage_new(size_t size, ts_storage **storage, void **data, ts_error *error);
/* over the caller's memory, which is never written: the first write copies it. `release` is called once, on any
 * thread, when it is no longer needed */
int ts_storage_borrow(const void *data, size_t size, void (*release)(void *), void *context, ts_storage **storage,
                      ts_error *error);
int ts_storage_to(const ts_storage *storage, const char *device, ts_storage **result, ts_error *error);
/* the caller has checked that the layout lies within the storage */
int ts_tensor_from_storage(const ts_storage *storage, const ts_layout *layout, ts_tensor **tensor, ts_error *error);
/* ---- dtypes ---- */
enum { TS_LIMITS_NONE = 0, TS_LIMITS_FLOATING = 1, TS_LIMITS_WHOLE = 2 };
typedef struct ts_dtype_limits {
  int32_t kind;
  int32_t bits;
  double max, min, eps, tiny, resolution; /* of a floating dtype */
  int64_t least;                          /* of a whole one */
  uint64_t most;
} ts_dtype_limits;
void ts_dtype_describe(int dtype, ts_dtype_limits *limits);

/* ---- autocast ---- */
typedef struct ts_autocast {
  int32_t enabled, dtype, cache;
} ts_autocast;
int ts_autocast_get(const char *device, ts_autocast *state, ts_error *error);
/* `nesting`: 1 to enter a region, -1 to leave it */
int ts_autocast_set(const char *device, const ts_autocast *state, int nesting, ts_error *error);

/* ---- autograd ---- */
int ts_grad_mode(void);
void ts_set_grad_mode(int enabled);
int ts_requires_grad(const ts_tensor *tensor);
int ts_set_requires_grad(const ts_tensor *tensor, int value, ts_error *error);
int ts_is_leaf(const ts_tensor *tensor);
ts_tensor *ts_grad(const ts_tensor *tensor); /* owned or NULL */
int ts_set_grad(const ts_tensor *tensor, const ts_tensor *grad, ts_error *error);
int ts_retain_grad(const ts_tensor *tensor, ts_error *error);
int ts_backward(const ts_tensor *const *tensors, int count, const ts_tensor *const *gradients, int retain_graph,
                int create_graph, const ts_tensor *const *inputs, int input_count, ts_error *error);
/* `results`: one for each input, NULL where the input was not used and allow_unused */
int ts_gradients(const ts_tensor *const *outputs, int count, const ts_tensor *const *gradients,
                 const ts_tensor *const *inputs, int input_count, int retain_graph, int create_graph, int allow_unused,
                 ts_tensor **results, ts_error *error);

/* a reference more; owned */
ts_tensor *ts_tensor_share(const ts_tensor *tensor);
int ts_detach_in_place(const ts_tensor *tensor, ts_error *error);
int ts_anomaly_mode(void);
void ts_set_anomaly_mode(int enabled);
/* `describe` says where in the caller's program it is called; an owned text of ts_string_copy(), NULL when it can't say
 */
void ts_anomaly_describe(char *(*describe)(void));
char *ts_string_copy(const char *text);
/* the function that made a tensor, and from there along `path`, counted from zero; -1 edges: no such function */
/* An owned name or NULL. Fails for a view whose history was lost. */
int ts_grad_fn_at(const ts_tensor *tensor, const int *path, int length, int *edges, char **name, ts_error *error);

/* ---- functions of the caller's in the graph ---- */
/* `call` takes over `inputs` (NULL: no gradient) and fills `outputs`, which become libtorch's. Its outcome is TS_OK,
 * TS_UNWINDING, or TS_ERROR with a constant text in `failure`. `release` may come at any time, on any thread. */
typedef struct ts_callback {
  void *context;
  int (*call)(void *context, ts_tensor *const *inputs, int count, ts_tensor **outputs, int output_count,
              const char **failure);
  void (*release)(void *context);
} ts_callback;
typedef struct ts_hook ts_hook; /* does not keep the hook alive */
int ts_hook_register(const ts_tensor *tensor, ts_callback callback, ts_hook **hook, ts_error *error);
int ts_hook_register_post_accumulate(const ts_tensor *tensor, ts_callback callback, ts_hook **hook, ts_error *error);
void ts_hook_remove(const ts_hook *hook);
void ts_hook_free(ts_hook *hook);

typedef struct ts_tensors {
  const ts_tensor *const *items;
  int count;
} ts_tensors;
/* What forward made of `inputs`: `outputs` come back as parts of the graph, owned. `backward` is called with a gradient
 * for each output and then the saved tensors, and gives a gradient for each input. */
typedef struct ts_forward {
  const char *name;
  ts_tensors inputs, outputs, dirty, non_differentiable, saved;
  int tracked; /* whether gradients were recorded when forward was called */
  int materialize;
} ts_forward;
int ts_autograd_function(const ts_forward *record, ts_callback backward, ts_tensor **outputs, ts_error *error);

/* ---- random numbers ---- */
void ts_manual_seed(int64_t seed);
ts_generator *ts_generator_new(void);
void ts_generator_free(ts_generator *generator);
int64_t ts_generator_seed(const ts_generator *generator);
void ts_generator_set_seed(ts_generator *generator, int64_t seed);
/* a seed from the system's randomness, which it returns; NULL: the default generator, here and below */
int ts_generator_reseed(const ts_generator *generator, int64_t *seed, ts_error *error);
int ts_generator_state(const ts_generator *generator, ts_tensor **state, ts_error *error);
int ts_generator_set_state(ts_generator *generator, const ts_tensor *state, ts_error *error);

#ifdef __cplusplus
}
#endif

#include "shim_program.h"

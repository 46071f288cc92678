// What the shim's files share: the guard that turns every exception into an outcome, and the two converters.
#pragma once
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>
#include <ATen/core/stack.h>
#include <c10/util/Exception.h>
#include <torch/csrc/jit/api/module.h>

#include <cstring>
#include <string>

#include "shim.h"

namespace torch::jit {
struct Resolver;
}

namespace shim {

// Thrown through libtorch when a closure says that R is unwinding. libtorch's autograd engine puts itself in order
// after standard exceptions alone.
struct Unwinding : std::exception {
  const char *what() const noexcept override { return "R is unwinding"; }
};

int report(ts_error *error) noexcept;  // to be called inside a catch block
char *copy(const std::string &text);

template <class F>
int guard(ts_error *error, F &&body) noexcept {
  try {
    body();
    return TS_OK;
  } catch (...) {
    return report(error);
  }
}

// A ts_tensor is one counted reference to a TensorImpl, and at::Tensor is exactly that pointer.
static_assert(sizeof(at::Tensor) == sizeof(void *), "at::Tensor is one pointer");
inline ts_tensor *give(at::Tensor tensor) { return reinterpret_cast<ts_tensor *>(tensor.unsafeReleaseTensorImpl()); }
inline at::Tensor take(ts_tensor *tensor) {
  if (tensor == nullptr) return {};
  return at::Tensor(c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim(
      reinterpret_cast<c10::TensorImpl *>(tensor)));
}
// Lent, not counted: the destructor gives the count back untouched.
class Borrowed {
 public:
  explicit Borrowed(const ts_tensor *tensor) : tensor_(take(const_cast<ts_tensor *>(tensor))) {}
  ~Borrowed() { tensor_.unsafeReleaseTensorImpl(); }
  Borrowed(const Borrowed &) = delete;
  Borrowed &operator=(const Borrowed &) = delete;
  const at::Tensor &operator*() const { return tensor_; }
  const at::Tensor *operator->() const { return &tensor_; }

 private:
  at::Tensor tensor_;
};

// What is done for R itself, such as copies to and from its memory, is no part of a program: neither the tracer nor
// autograd may see it.
struct Unseen {
  at::tracer::impl::NoTracerDispatchMode tracer;
  at::AutoDispatchBelowADInplaceOrView autograd;
};

c10::IValue to_ivalue(const ts_value &value);
// The type, counted again.
c10::TypePtr shared_type(const void *type);
// `value` is consumed. A named tuple that was in a file has its names in the declared type alone.
void from_ivalue(c10::IValue &&value, ts_value *result, const c10::Type *declared = nullptr);
// A named tuple: how the shim hands over several things at once.
c10::IValue record(std::vector<std::pair<std::string, c10::IValue>> fields);

// One stack is kept from call to call, because its allocation costs as much as a small operator. A nested call (an
// autograd hook) finds it taken and makes its own.
class KeptStack {
 public:
  KeptStack() { stack_.swap(kept()); }
  ~KeptStack() {
    stack_.clear();
    stack_.swap(kept());
  }
  torch::jit::Stack &operator*() { return stack_; }

 private:
  static torch::jit::Stack &kept() {
    static thread_local torch::jit::Stack stack;
    return stack;
  }
  torch::jit::Stack stack_;
};

void describe(const c10::Argument &argument, ts_argument *description);
void describe(const c10::FunctionSchema &schema, ts_schema *description);

// Makes libtorch's CPU allocator ours: memory.cpp
void count_memory();
// At the start alone: it registers operators anew.
void check_integer_division();

std::string lines(const std::vector<std::string> &items);

}  // namespace shim

struct ts_object {
  c10::IValue value;
};
// A function of a compilation unit, or a method: then `self` is its module. Either way the owner is kept alive.
struct ts_function {
  std::shared_ptr<torch::jit::CompilationUnit> unit;
  torch::jit::Function *function;
  std::optional<torch::jit::Module> self;
  mutable std::optional<bool> gradient_free = std::nullopt;  // of its graph, once it was asked for
};

namespace shim {

// Gives the values of a call the types that the schema's type variables stand for in it.
bool has_variables(const c10::FunctionSchema &schema);
void resolve_variables(const c10::FunctionSchema &schema, std::vector<c10::IValue> &values);

// The module as which PyTorch saves a function.
inline constexpr const char *placeholder = "__torch__.PlaceholderModule";

// Objects of script classes are looked into as modules are.
inline torch::jit::Module module_of(const ts_object *object) { return torch::jit::Module(object->value.toObject()); }
std::shared_ptr<torch::jit::Graph> graph_of(const ts_function *function);
// Whether no tensor of this call can come to want gradients.
bool is_gradient_free(const ts_function *function, const torch::jit::Stack &arguments);
// Calls a program while a trace is running: the stack's arguments become its result.
void call_in_trace(const ts_function *function, torch::jit::Stack &stack);
// PyTorch writes modules optimised for inference to files that nobody can read.
void check_portable(const torch::jit::Module &module);
// What names mean in source whose definitions go to `unit`.
std::shared_ptr<torch::jit::Resolver> source_resolver(const std::shared_ptr<torch::jit::CompilationUnit> &unit,
                                                      const char *definitions, const ts_known *known, int n);

}  // namespace shim

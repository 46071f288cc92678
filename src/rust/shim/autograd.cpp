// Gradients, gradient mode, random numbers.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/variable.h>

#include "hook.h"
#include "internal.h"

using shim::Borrowed;

namespace {
torch::autograd::variable_list variables(const ts_tensor *const *tensors, int count) {
  torch::autograd::variable_list list;
  list.reserve(count);
  for (int i = 0; i < count; i++) list.push_back(tensors[i] == nullptr ? at::Tensor() : *Borrowed(tensors[i]));
  return list;
}
at::Generator generator_of(const ts_generator *generator) {
  return generator == nullptr ? at::detail::getDefaultCPUGenerator()
                              : *reinterpret_cast<const at::Generator *>(generator);
}
}  // namespace

int ts_grad_mode(void) { return c10::GradMode::is_enabled(); }
void ts_set_grad_mode(int enabled) { c10::GradMode::set_enabled(enabled != 0); }
int ts_requires_grad(const ts_tensor *tensor) { return Borrowed(tensor)->requires_grad(); }
int ts_set_requires_grad(const ts_tensor *tensor, int value, ts_error *error) {
  return shim::guard(error, [&] {
    Borrowed handle(tensor);
    TORCH_CHECK(value != 0 || handle->is_leaf(),
                "you can only change the requires_grad of a leaf tensor: use $detach() to leave the graph");
    handle->set_requires_grad(value != 0);
  });
}
int ts_is_leaf(const ts_tensor *tensor) { return Borrowed(tensor)->is_leaf(); }
ts_tensor *ts_grad(const ts_tensor *tensor) {
  Borrowed handle(tensor);
  // asking a tensor inside the graph for its gradient makes libtorch warn; the answer is the same
  if (!handle->is_leaf() && !handle->retains_grad()) return nullptr;
  const at::Tensor &grad = handle->grad();
  return grad.defined() ? shim::give(grad) : nullptr;
}
int ts_set_grad(const ts_tensor *tensor, const ts_tensor *grad, ts_error *error) {
  return shim::guard(error, [&] {
    Borrowed handle(tensor);
    if (grad == nullptr) {
      handle->mutable_grad() = at::Tensor();
      return;
    }
    TORCH_CHECK(handle->sizes() == Borrowed(grad)->sizes(), "the gradient has sizes ", Borrowed(grad)->sizes(),
                ", but its tensor has ", handle->sizes());
    TORCH_CHECK(handle->scalar_type() == Borrowed(grad)->scalar_type(), "the gradient has the dtype ",
                Borrowed(grad)->scalar_type(), ", but its tensor has ", handle->scalar_type());
    TORCH_CHECK(handle->device() == Borrowed(grad)->device(), "the gradient is on ", Borrowed(grad)->device(),
                ", but its tensor is on ", handle->device());
    TORCH_CHECK(handle->unsafeGetTensorImpl() != Borrowed(grad)->unsafeGetTensorImpl(),
                "a tensor can't be its own gradient");
    handle->mutable_grad() = *Borrowed(grad);
  });
}
int ts_retain_grad(const ts_tensor *tensor, ts_error *error) {
  return shim::guard(error, [&] { Borrowed(tensor)->retain_grad(); });
}
int ts_detach_in_place(const ts_tensor *tensor, ts_error *error) {
  return shim::guard(error, [&] { Borrowed(tensor)->detach_(); });
}
ts_tensor *ts_tensor_share(const ts_tensor *tensor) { return shim::give(*Borrowed(tensor)); }
int ts_grad_fn_at(const ts_tensor *tensor, const int *path, int length, int *edges, char **name, ts_error *error) {
  return shim::guard(error, [&] {
    *edges = -1;
    *name = nullptr;
    auto fn = Borrowed(tensor)->grad_fn();
    for (int i = 0; i < length && fn != nullptr; i++) {
      if (path[i] < 0 || path[i] >= static_cast<int>(fn->num_outputs())) return;
      fn = fn->next_edge(path[i]).function;
    }
    if (fn == nullptr) return;
    *edges = static_cast<int>(fn->num_outputs());
    *name = shim::copy(fn->name());
  });
}
int ts_backward(const ts_tensor *const *tensors, int count, const ts_tensor *const *gradients, int retain_graph,
                int create_graph, const ts_tensor *const *inputs, int input_count, ts_error *error) {
  return shim::guard(error, [&] {
    auto leaves = variables(inputs, input_count);
    shim::Pass pass(retain_graph != 0, leaves);
    torch::autograd::backward(variables(tensors, count), variables(gradients, gradients == nullptr ? 0 : count),
                              retain_graph != 0, create_graph != 0, leaves);
  });
}
int ts_gradients(const ts_tensor *const *outputs, int count, const ts_tensor *const *gradients,
                 const ts_tensor *const *inputs, int input_count, int retain_graph, int create_graph, int allow_unused,
                 ts_tensor **results, ts_error *error) {
  return shim::guard(error, [&] {
    auto wanted = variables(inputs, input_count);
    shim::Pass pass(retain_graph != 0, wanted);
    auto grads =
        torch::autograd::grad(variables(outputs, count), wanted, variables(gradients, gradients == nullptr ? 0 : count),
                              retain_graph != 0, create_graph != 0, allow_unused != 0);
    for (int i = 0; i < input_count; i++) results[i] = grads[i].defined() ? shim::give(grads[i]) : nullptr;
  });
}

void ts_manual_seed(int64_t seed) { at::manual_seed(static_cast<uint64_t>(seed)); }
ts_generator *ts_generator_new(void) {
  return reinterpret_cast<ts_generator *>(new at::Generator(at::detail::createCPUGenerator()));
}
void ts_generator_free(ts_generator *generator) { delete reinterpret_cast<at::Generator *>(generator); }
int64_t ts_generator_seed(const ts_generator *generator) {
  return static_cast<int64_t>(generator_of(generator).current_seed());
}
void ts_generator_set_seed(ts_generator *generator, int64_t seed) {
  generator_of(generator).set_current_seed(static_cast<uint64_t>(seed));
}
int ts_generator_reseed(const ts_generator *generator, int64_t *seed, ts_error *error) {
  return shim::guard(error, [&] { *seed = static_cast<int64_t>(generator_of(generator).seed()); });
}
int ts_generator_state(const ts_generator *generator, ts_tensor **state, ts_error *error) {
  return shim::guard(error, [&] { *state = shim::give(generator_of(generator).get_state()); });
}
int ts_generator_set_state(ts_generator *generator, const ts_tensor *state, ts_error *error) {
  return shim::guard(error, [&] { generator_of(generator).set_state(*Borrowed(state)); });
}

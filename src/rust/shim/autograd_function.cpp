// A function of the caller's as a node of the graph: it did forward, and does backward when the engine comes by.
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/saved_variable.h>

#include <unordered_set>

#include "callback.h"

using shim::Borrowed;
using torch::autograd::SavedVariable;
using torch::autograd::variable_list;

namespace {

struct FunctionNode final : torch::autograd::Node {
  FunctionNode(std::string own_name, const ts_callback &callback, bool materializes)
      : backward(callback), label(std::move(own_name)), materialize(materializes) {}
  shim::Callback backward;
  std::string label;
  bool materialize;
  bool released = false;
  std::vector<torch::autograd::VariableInfo> results;
  std::vector<SavedVariable> saved;

  std::string name() const override { return label; }
  void release_variables() override {
    saved.clear();
    released = true;
  }
  variable_list apply(variable_list &&grads) override {
    TORCH_CHECK(!released || count == 0, torch::autograd::ERR_BACKWARD_TWICE);
    variable_list given = std::move(grads);
    at::OptionalDeviceGuard guard;
    for (size_t i = 0; materialize && i < given.size(); i++) {
      if (!given[i].defined()) given[i] = results[i].zeros(guard);
    }
    for (const auto &each : saved) given.push_back(each.unpack(getptr()));
    return backward(given, num_outputs());
  }
  size_t count = 0;  // of what was saved
};

variable_list list(const ts_tensors &tensors) {
  variable_list all;
  for (int i = 0; i < tensors.count; i++) all.push_back(*Borrowed(tensors.items[i]));
  return all;
}
std::unordered_set<at::TensorImpl *> set(const ts_tensors &tensors) {
  std::unordered_set<at::TensorImpl *> all;
  for (int i = 0; i < tensors.count; i++) all.insert(Borrowed(tensors.items[i])->unsafeGetTensorImpl());
  return all;
}

}  // namespace

int ts_autograd_function(const ts_forward *record, ts_callback callback, ts_tensor **outputs, ts_error *error) {
  return shim::guard(error, [&] {
    auto node = c10::make_intrusive<FunctionNode>(record->name, callback, record->materialize != 0);
    variable_list inputs = list(record->inputs);
    if (record->tracked != 0) {
      node->set_next_edges(torch::autograd::collect_next_edges(inputs));
      node->clear_input_metadata();
    }
    auto dirty = list(record->dirty);
    for (const auto &tensor : dirty) torch::autograd::impl::bump_version(tensor);
    std::vector<std::optional<at::Tensor>> raw;
    for (auto &output : list(record->outputs)) raw.emplace_back(std::move(output));
    auto no_forward_mode = [](const variable_list &, const variable_list &) -> variable_list {
      TORCH_CHECK(false, "a function made by autograd_function() has no forward-mode derivative");
    };
    auto view = [](const at::Tensor &x) { return x.view_as(x); };
    c10::intrusive_ptr<torch::autograd::Node> in_graph;
    if (record->tracked != 0) in_graph = node;
    auto wrapped = torch::autograd::_wrap_outputs(inputs, set(record->non_differentiable), set(record->dirty), raw,
                                                  in_graph, no_forward_mode, {}, view, false);
    if (record->tracked != 0) {
      for (const auto &output : wrapped) node->results.emplace_back(*output);
      for (const auto &tensor : list(record->saved)) {
        node->saved.emplace_back(tensor, tensor.defined() && tensor.grad_fn().get() == node.get());
      }
      node->count = node->saved.size();
    }
    for (size_t i = 0; i < wrapped.size(); i++) outputs[i] = shim::give(*wrapped[i]);
  });
}

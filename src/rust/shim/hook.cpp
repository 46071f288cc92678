// Hooks: functions of the caller's that see, and may replace, a gradient on its way.
#include "hook.h"

#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/saved_variable.h>

#include <algorithm>
#include <utility>

#include "callback.h"

using shim::Borrowed;
using shim::Callback;
using torch::autograd::Node;
namespace impl = torch::autograd::impl;

namespace {

struct Hook {
  explicit Hook(const ts_callback &own) : callback(std::make_shared<Callback>(own)) {}
  std::shared_ptr<Callback> callback;  // none: released with the graph
  const Node *node = nullptr;          // whose output the tensor is; none for a leaf
  std::function<void()> detach;
};

// While a hook runs, the lists are only marked: libtorch walks along them.
thread_local int running = 0;
struct Running {
  Running() { running++; }
  ~Running() { running--; }
};

thread_local shim::Pass *pass = nullptr;

// `hook` by value: it may remove itself while it runs.
at::Tensor run(std::shared_ptr<Hook> hook, const at::Tensor &grad) {
  if (!grad.defined()) return {};
  Running now;
  auto callback = hook->callback;
  TORCH_CHECK(callback != nullptr, torch::autograd::ERR_BACKWARD_TWICE);
  if (pass != nullptr && hook->node != nullptr) pass->met(hook->node, [hook] { hook->callback.reset(); });
  at::Tensor result = (*callback)({grad}, 1)[0];
  TORCH_CHECK(!result.defined() || result.sizes() == grad.sizes(),
              "a hook must return a gradient of the shape that it was given, ", grad.sizes(), ", not ", result.sizes());
  return result;
}

using Hooks = std::vector<std::shared_ptr<Hook>>;
struct AfterAccumulation : torch::autograd::PostAccumulateGradHook {
  std::shared_ptr<Hooks> hooks = std::make_shared<Hooks>();
  void operator()(const at::Tensor &tensor) override {
    Hooks all = *hooks;
    for (const auto &hook : all) (*hook->callback)({tensor}, 0);
  }
};

void check_wants_gradient(const at::Tensor &tensor) {
  TORCH_CHECK(tensor.requires_grad(), "a hook needs a tensor that requires a gradient");
}

}  // namespace

struct ts_hook {
  std::weak_ptr<Hook> hook;
};

namespace shim {

// After a pass that frees the graph, the hooks inside it are of no more use than what the graph had saved: they go as
// well, and with them what an R closure holds. A node whose gradient was merely asked for has not been freed.
Pass::Pass(bool keeps_graph, const torch::autograd::variable_list &inputs) : keeps_graph_(keeps_graph), outer_(pass) {
  for (const auto &input : inputs) {
    if (input.defined() && input.grad_fn() != nullptr) asked_for_.push_back(input.grad_fn().get());
  }
  pass = this;
}
Pass::~Pass() {
  pass = outer_;
  for (const auto &release : met_) release();
}
void Pass::met(const Node *node, std::function<void()> release) {
  if (keeps_graph_ || std::find(asked_for_.begin(), asked_for_.end(), node) != asked_for_.end()) return;
  met_.push_back(std::move(release));
}

}  // namespace shim

int ts_hook_register(const ts_tensor *tensor, ts_callback callback, ts_hook **result, ts_error *error) {
  return shim::guard(error, [&] {
    auto hook = std::make_shared<Hook>(callback);
    const at::Tensor self = *Borrowed(tensor);
    check_wants_gradient(self);
    hook->node = self.grad_fn().get();
    size_t place = self.register_hook([hook](const at::Tensor &grad) { return run(hook, grad); });
    std::weak_ptr<torch::autograd::hooks_list> list = impl::materialize_autograd_meta(self)->cpp_hooks_list_;
    hook->detach = [list, place] {
      auto hooks = list.lock();
      if (hooks == nullptr) return;
      (*hooks)[place] = nullptr;
      while (running == 0 && !hooks->empty() && hooks->back() == nullptr) hooks->pop_back();
    };
    *result = new ts_hook{hook};
  });
}

int ts_hook_register_post_accumulate(const ts_tensor *tensor, ts_callback callback, ts_hook **result, ts_error *error) {
  return shim::guard(error, [&] {
    auto hook = std::make_shared<Hook>(callback);
    const at::Tensor self = *Borrowed(tensor);
    check_wants_gradient(self);
    TORCH_CHECK(self.is_leaf(), "only a leaf accumulates gradients: this tensor is a result");
    auto *after = dynamic_cast<AfterAccumulation *>(impl::post_acc_grad_hooks(self).get());
    if (after == nullptr) {
      auto made = std::make_unique<AfterAccumulation>();
      after = made.get();
      impl::set_post_acc_grad_hooks(self, std::move(made));
    }
    after->hooks->push_back(hook);
    std::weak_ptr<Hooks> list = after->hooks;
    hook->detach = [list, own = hook.get()] {
      auto hooks = list.lock();
      if (hooks == nullptr) return;
      hooks->erase(std::remove_if(hooks->begin(), hooks->end(), [&](const auto &each) { return each.get() == own; }),
                   hooks->end());
    };
    *result = new ts_hook{hook};
  });
}

void ts_hook_remove(const ts_hook *hook) {
  auto alive = hook->hook.lock();
  if (alive == nullptr || alive->detach == nullptr) return;
  // once: the place may soon be another's
  std::exchange(alive->detach, nullptr)();
}
void ts_hook_free(ts_hook *hook) { delete hook; }

// Anomaly detection: each function of the graph remembers the call in the caller's program that made it.
#include <torch/csrc/autograd/anomaly_mode.h>
#include <torch/csrc/autograd/engine.h>
#include <torch/csrc/autograd/function.h>

#include <atomic>

#include "internal.h"

using torch::autograd::AnomalyMode;

namespace {

std::atomic<char *(*)(void)> describe_call{nullptr};

// libtorch's own would remember C++ frames.
struct Made final : torch::autograd::AnomalyMetadata {
  std::string call;
  c10::intrusive_ptr<torch::autograd::Node> parent;
  void store_stack() override {
    auto describe = describe_call.load();
    char *text = describe == nullptr ? nullptr : describe();
    call = text == nullptr ? "" : text;
    ts_string_free(text);
  }
  void assign_parent(const c10::intrusive_ptr<torch::autograd::Node> &node) override { parent = node; }
  void print_stack(const std::string &name) override {
    std::string message = name + " failed in the backward pass";
    if (!call.empty()) message += "; the call that made it: " + call;
    if (parent != nullptr) message += "; made in the backward pass of " + parent->name();
    TORCH_WARN(message);
  }
};

struct Engine final : torch::autograd::Engine {
  std::unique_ptr<torch::autograd::AnomalyMetadata> make_anomaly_metadata() override {
    return std::make_unique<Made>();
  }
};
torch::autograd::Engine &engine() {
  // never destroyed: its threads may outlive everything
  static auto *own = new Engine();
  return *own;
}

}  // namespace

void ts_anomaly_describe(char *(*describe)(void)) {
  describe_call = describe;
  torch::autograd::set_default_engine_stub(engine);
}
int ts_anomaly_mode(void) { return AnomalyMode::is_enabled(); }
void ts_set_anomaly_mode(int enabled) { AnomalyMode::set_enabled(enabled != 0); }

// A function of the caller's that libtorch calls: hooks, backward functions. Freed with the graph that it belongs to.
#pragma once
#include <torch/csrc/autograd/variable.h>

#include "internal.h"

namespace shim {

class Callback {
 public:
  explicit Callback(const ts_callback &callback) : callback_(callback) {}
  Callback(const Callback &) = delete;
  Callback &operator=(const Callback &) = delete;
  ~Callback() { callback_.release(callback_.context); }

  torch::autograd::variable_list operator()(const torch::autograd::variable_list &inputs, size_t wanted) const {
    std::vector<ts_tensor *> given, results(wanted, nullptr);
    given.reserve(inputs.size());
    for (const auto &input : inputs) given.push_back(input.defined() ? give(input) : nullptr);
    const char *failure = nullptr;
    int outcome = callback_.call(callback_.context, given.data(), static_cast<int>(given.size()), results.data(),
                                 static_cast<int>(wanted), &failure);
    torch::autograd::variable_list outputs;
    outputs.reserve(wanted);
    for (auto *result : results) outputs.push_back(take(result));
    if (outcome == TS_UNWINDING) throw Unwinding();
    TORCH_CHECK(outcome == TS_OK, failure);
    return outputs;
  }

 private:
  ts_callback callback_;
};

}  // namespace shim

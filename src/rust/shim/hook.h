// One backward pass, as the hooks that it meets see it.
#pragma once
#include <torch/csrc/autograd/variable.h>

#include <functional>
#include <vector>

namespace shim {

class Pass {
 public:
  Pass(bool keeps_graph, const torch::autograd::variable_list &inputs);
  ~Pass();
  Pass(const Pass &) = delete;
  Pass &operator=(const Pass &) = delete;
  void met(const torch::autograd::Node *node, std::function<void()> release);

 private:
  bool keeps_graph_;
  Pass *outer_;
  std::vector<const torch::autograd::Node *> asked_for_;
  std::vector<std::function<void()>> met_;
};

}  // namespace shim

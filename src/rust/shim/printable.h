// Constants that libtorch's printer writes so that its parser reads something else.
#pragma once
#include <torch/csrc/jit/api/module.h>

#include <vector>

namespace shim {

bool is_misread(const c10::IValue &value);

// While it lives, the code of a module computes them from constants that are read as they are written.
class Printable {
 public:
  explicit Printable(const torch::jit::Module &module);
  ~Printable();
  Printable(const Printable &) = delete;
  Printable &operator=(const Printable &) = delete;

 private:
  Printable() = default;
  struct Replaced {
    torch::jit::Node *constant;
    std::vector<torch::jit::Node *> made;  // what stands for it, last the value itself
  };
  std::vector<Replaced> replaced_;
};

}  // namespace shim

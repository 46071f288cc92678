// What `torch`, `math` and their parts hold for source.
#pragma once
#include <torch/csrc/jit/frontend/sugared_value.h>

#include <functional>
#include <string>

namespace shim {

// Finds what the source of python_library.cpp defines, by its whole name.
using FindInLibrary = std::function<torch::jit::SugaredValuePtr(const std::string &)>;
// The module of this name; NULL if there is none.
torch::jit::SugaredValuePtr python_module(const std::string &name, const FindInLibrary &find);
// What PyTorch defines by source, and we by our own: contexts and the functions of torch.nn.functional that are no
// operators, or have other arguments than these. NULL for all others.
const char *library_source(const std::string &name);
// The type that is written so in source; NULL if it is none of torch's.
c10::TypePtr type_of_torch(const std::string &name);

}  // namespace shim

// What a drawn graph says of types, values and arguments.
#pragma once
#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>

#include <string>

namespace shim {

std::string type_text(const c10::Type &type);  // empty for a tensor of which nothing is known
std::string tensor_text(const at::Tensor &tensor);
std::string constant_text(const c10::IValue &value);
// Whether the argument has the value that everyone expects of it, so that a label need not tell.
bool is_usual(const std::string &argument, const std::string &value);

}  // namespace shim

// Names that source may use besides its own definitions: values, and functions from elsewhere.
#pragma once
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/frontend/sugared_value.h>
#include <torch/csrc/jit/passes/inliner.h>

#include <map>

#include "internal.h"

namespace shim {

// A function from elsewhere is copied into the unit: nothing then depends on where it came from. It is called there,
// since a graph with loops can't be put into one whose loops are still being made.
inline torch::jit::Function *copied_function(const ts_function *function, const std::string &name,
                                             torch::jit::CompilationUnit &unit) {
  const c10::QualifiedName qualified("__torch__", name);
  if (auto *made = unit.find_function(qualified)) return made;
  auto graph = graph_of(function)->copy();
  torch::jit::Inline(*graph);
  auto schema = function->function->getSchema();
  auto arguments = schema.arguments();
  if (function->self) {
    TORCH_CHECK(
        !graph->inputs().at(0)->hasUses(),
        "this program has members of its own, and can't be called in another: ", "give it to a module as a field");
    graph->eraseInput(0);
    arguments.erase(arguments.begin());
  }
  auto *made = unit.create_function(qualified, std::move(graph));
  made->setSchema(schema.cloneWithArguments(std::move(arguments)));
  return made;
}

// One such name. The function is R's, which holds it while it compiles.
struct Known {
  c10::IValue constant;
  const ts_function *function;
  torch::jit::SugaredValuePtr value(const std::string &name, torch::jit::GraphFunction &m,
                                    const torch::jit::SourceRange &at, torch::jit::CompilationUnit &unit) const {
    if (function == nullptr) {
      auto *value = m.graph()->insertConstant(constant, at);
      // lists of tensors take tensors of any shape
      if (constant.isTensor()) value->setType(c10::TensorType::get());
      return std::make_shared<torch::jit::SimpleValue>(value);
    }
    return std::make_shared<torch::jit::FunctionValue>(copied_function(function, name, unit));
  }
};

inline std::map<std::string, Known> known_names(const ts_known *known, int n) {
  std::map<std::string, Known> names;
  for (int i = 0; i < n; i++) {
    const bool is_function = known[i].function != nullptr;
    names[known[i].name] = Known{is_function ? c10::IValue() : to_ivalue(known[i].value), known[i].function};
  }
  return names;
}

}  // namespace shim

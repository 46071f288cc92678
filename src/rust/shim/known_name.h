// Names that source may use besides its own definitions: values, and functions from elsewhere.
#pragma once
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/frontend/schema_matching.h>
#include <torch/csrc/jit/frontend/sugared_value.h>
#include <torch/csrc/jit/passes/inliner.h>

#include <map>

#include "internal.h"

namespace shim {

// A function from elsewhere is put in where it is called: nothing then depends on where it came from.
struct InlinedFunction final : torch::jit::SugaredValue {
  InlinedFunction(const c10::FunctionSchema &schema, std::shared_ptr<torch::jit::Graph> graph)
      : schema_(schema), graph_(std::move(graph)) {}
  std::string kind() const override { return "function"; }
  torch::jit::SugaredValuePtr call(const torch::jit::SourceRange &at, torch::jit::GraphFunction &m,
                                   at::ArrayRef<torch::jit::NamedValue> args,
                                   at::ArrayRef<torch::jit::NamedValue> kwargs, size_t) override {
    const auto matched = torch::jit::matchSchema(schema_, at, *m.graph(), args, kwargs);
    const auto outputs = torch::jit::insertGraph(*m.graph(), *graph_, matched.inputs);
    return std::make_shared<torch::jit::SimpleValue>(outputs.at(0));
  }

 private:
  const c10::FunctionSchema &schema_;
  std::shared_ptr<torch::jit::Graph> graph_;
};

// One such name. The function is R's, which holds it while it compiles.
struct Known {
  c10::IValue constant;
  const ts_function *function;
  torch::jit::SugaredValuePtr value(torch::jit::GraphFunction &m, const torch::jit::SourceRange &at) const {
    if (function == nullptr) {
      auto *value = m.graph()->insertConstant(constant, at);
      // lists of tensors take tensors of any shape
      if (constant.isTensor()) value->setType(c10::TensorType::get());
      return std::make_shared<torch::jit::SimpleValue>(value);
    }
    auto graph = graph_of(function)->copy();
    torch::jit::Inline(*graph);
    return std::make_shared<InlinedFunction>(function->function->getSchema(), std::move(graph));
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

// Modules made ready to be used: frozen, optimised, quantised. Every one is a module of its own.
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/quantize_per_tensor.h>
#include <c10/util/Exception.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/fuse_linear.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <limits>

#include "internal.h"

using c10::IValue;
using torch::jit::Graph;
using torch::jit::Module;
using torch::jit::Node;
using torch::jit::Value;

namespace {

std::vector<std::string> strings(const char *const *texts, int count) { return {texts, texts + count}; }

IValue call_operator(const char *name, std::vector<IValue> arguments) {
  torch::jit::Stack stack(std::move(arguments));
  c10::Dispatcher::singleton().findSchemaOrThrow(name, "").callBoxed(stack);
  return stack.front();
}

// libtorch tells whoever makes quantised tensors that they will go; the user of a quantised module makes none.
struct Silence final : c10::WarningHandler {
  void process(const c10::Warning &) override {}
};

// What PyTorch's observer of weights makes of them: symmetric, one scale for all, computed in single precision.
at::Tensor quantized_weight(const at::Tensor &weight) {
  at::Tensor real = weight.to(at::kFloat);
  float largest = real.numel() == 0 ? 0.f : real.abs().max().item<float>();
  float scale = std::max(largest / (255.f / 2.f), std::numeric_limits<float>::epsilon());
  Silence silence;
  c10::WarningUtils::WarningHandlerGuard quiet(&silence);
  return at::quantize_per_tensor(real, scale, 0, at::kQInt8);
}

struct Linear {
  Node *node;
  Value *input;
  at::Tensor weight;
  std::optional<at::Tensor> bias;
};

std::optional<at::Tensor> constant_tensor(const Value *value) {
  auto constant = torch::jit::toIValue(value);
  if (!constant || !constant->isTensor()) return std::nullopt;
  return constant->toTensor();
}

bool is_one(const Value *value) {
  auto constant = torch::jit::toIValue(value);
  return constant && constant->isScalar() && constant->toScalar().toDouble() == 1;
}

// A matrix, as layers have: quantised kernels know no others.
bool fits(const std::optional<at::Tensor> &weight, const std::optional<at::Tensor> &bias) {
  return weight && weight->dim() == 2 && weight->scalar_type() == at::kFloat && weight->device().is_cpu() &&
         (!bias || bias->dim() == 1);
}

std::optional<Linear> linear_of(Node *node) {
  if (node->matches("aten::linear(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor")) {
    auto weight = constant_tensor(node->input(1));
    auto bias = constant_tensor(node->input(2));
    bool known = bias || node->input(2)->mustBeNone();
    if (known && fits(weight, bias)) return Linear{node, node->input(0), *weight, bias};
  }
  // what is left of a linear layer where the transposed weight was made a constant
  if (node->matches("aten::addmm(Tensor self, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1) -> Tensor")) {
    auto bias = constant_tensor(node->input(0));
    auto weight = constant_tensor(node->input(2));
    if (bias && is_one(node->input(3)) && is_one(node->input(4)) && fits(weight, bias)) {
      return Linear{node, node->input(1), weight->t().contiguous(), bias};
    }
  }
  return std::nullopt;
}

void find_linears(torch::jit::Block *block, std::vector<Linear> &found) {
  for (Node *node : block->nodes()) {
    if (auto linear = linear_of(node)) found.push_back(std::move(*linear));
    for (torch::jit::Block *inner : node->blocks()) find_linears(inner, found);
  }
}

// The packed weights are an attribute, as in PyTorch's quantised modules.
void quantize(Module &module, Graph &graph, const Linear &linear, const std::string &name, bool half) {
  IValue weight = half ? linear.weight.to(at::kFloat) : quantized_weight(linear.weight);
  IValue bias = linear.bias ? IValue(linear.bias->to(at::kFloat)) : IValue();
  IValue packed = call_operator(half ? "quantized::linear_prepack_fp16" : "quantized::linear_prepack", {weight, bias});
  module.register_attribute(name, packed.type(), packed);

  torch::jit::WithInsertPoint before(linear.node);
  Value *parameters = graph.insertNode(graph.createGetAttr(graph.inputs()[0], name))->output();
  std::vector<Value *> inputs{linear.input, parameters};
  // older kernels overflow with all eight bits: PyTorch's modules ask for seven
  if (!half) inputs.push_back(graph.insertConstant(true));
  const char *kind = half ? "quantized::linear_dynamic_fp16" : "quantized::linear_dynamic";
  Node *replacement = graph.insertNode(graph.create(c10::Symbol::fromQualString(kind), inputs, 1));
  replacement->output()->setType(linear.node->output()->type());
  linear.node->output()->replaceAllUsesWith(replacement->output());
  linear.node->destroy();
}

bool holds_machine_layout(const torch::jit::Block *block) {
  for (const Node *node : block->nodes()) {
    if (node->kind() == c10::prim::ConstantMKLDNNTensor) return true;
    for (const torch::jit::Block *inner : node->blocks()) {
      if (holds_machine_layout(inner)) return true;
    }
  }
  return false;
}

}  // namespace

void shim::check_portable(const Module &module) {
  for (const auto &method : module.get_methods()) {
    TORCH_CHECK_VALUE(!holds_machine_layout(method.graph()->block()),
                      "a module that was optimised for inference is for this machine and can't be saved: save the "
                      "module that it was made from");
  }
}

int ts_module_freeze(const ts_object *object, const char *const *preserved, int count, int numerics, ts_object **frozen,
                     ts_error *error) {
  return shim::guard(error, [&] {
    *frozen =
        new ts_object{torch::jit::freeze(shim::module_of(object), strings(preserved, count), numerics != 0)._ivalue()};
  });
}
int ts_module_optimize(const ts_object *object, const char *const *methods, int count, ts_object **optimized,
                       ts_error *error) {
  return shim::guard(error, [&] {
    // a frozen module would be changed in place; one that is not is frozen with what is asked for
    Module given = shim::module_of(object);
    Module module = given.hasattr("training") ? torch::jit::freeze(given, strings(methods, count)) : given.clone();
    *optimized = new ts_object{torch::jit::optimize_for_inference(module, strings(methods, count))._ivalue()};
  });
}
int ts_module_quantize_dynamic(const ts_object *object, int half, int *replaced, ts_object **quantized,
                               ts_error *error) {
  return shim::guard(error, [&] {
    Module given = shim::module_of(object);
    Module module = given.hasattr("training") ? torch::jit::freeze(given) : given.clone();
    auto graph = module.get_method("forward").graph();
    torch::jit::FuseLinear(graph);
    std::vector<Linear> found;
    find_linears(graph->block(), found);
    int number = 0;
    for (const Linear &linear : found) {
      std::string name;
      do {
        name = "packed_params_" + std::to_string(++number);
      } while (module.hasattr(name));
      quantize(module, *graph, linear, name, half != 0);
    }
    torch::jit::EliminateDeadCode(graph);
    *replaced = static_cast<int>(found.size());
    *quantized = new ts_object{module._ivalue()};
  });
}

int ts_set_fusion_strategy(const int *is_dynamic, const int *depths, int count, ts_value *previous, ts_error *error) {
  return shim::guard(error, [&] {
    torch::jit::FusionStrategy strategy;
    for (int i = 0; i < count; i++) {
      strategy.emplace_back(
          is_dynamic[i] != 0 ? torch::jit::FusionBehavior::DYNAMIC : torch::jit::FusionBehavior::STATIC,
          static_cast<size_t>(depths[i]));
    }
    // only this executor fuses: see ts_initialise()
    if (ts_cuda_is_available() != 0) torch::jit::getProfilingMode() = true;
    c10::List<int64_t> was_dynamic, was_depth;
    for (const auto &[behavior, depth] : torch::jit::setFusionStrategy(strategy)) {
      was_dynamic.push_back(behavior == torch::jit::FusionBehavior::DYNAMIC ? 1 : 0);
      was_depth.push_back(static_cast<int64_t>(depth));
    }
    shim::from_ivalue(shim::record({{"dynamic", was_dynamic}, {"depth", was_depth}}), previous);
  });
}

// What a program does besides giving its value.
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/runtime/operator.h>

#include "internal.h"

using torch::jit::Block;
using torch::jit::Node;

namespace {

// Batch and instance norm write to their statistics, and their schemas do not say so.
bool changes(const Node &node) {
  switch (node.kind()) {
    case c10::prim::SetAttr:
    case c10::prim::CallMethod:
    case c10::prim::CallFunction:
    case c10::prim::fork: return true;
    default: break;
  }
  const std::string name = node.kind().toUnqualString();
  const bool counts = name.find("batch_norm") != std::string::npos || name.find("instance_norm") != std::string::npos;
  const auto *schema = node.maybeSchema();
  return counts || (schema != nullptr && schema->is_mutable());
}

bool draws(const Node &node) {
  if (node.isNondeterministic()) return true;
  const auto *op = node.maybeOperator();
  if (op == nullptr || op->schema().name().rfind("aten::", 0) != 0) return false;
  const auto handle = c10::Dispatcher::singleton().findSchema(op->schema().operator_name());
  return handle && handle->hasTag(at::Tag::nondeterministic_seeded);
}

int effects_of(const Block &block) {
  int effects = 0;
  for (const Node *node : block.nodes()) {
    if (changes(*node)) effects |= TS_CHANGES;
    const bool writes_out = node->hasSideEffects() && node->kind() != c10::prim::RaiseException;
    if (writes_out || draws(*node)) effects |= TS_DRAWS;
    for (const Block *inner : node->blocks()) effects |= effects_of(*inner);
  }
  return effects;
}

}  // namespace

int ts_function_effects(const ts_function *function, int *effects, ts_error *error) {
  return shim::guard(error, [&] {
    auto graph = shim::graph_of(function)->copy();
    torch::jit::Inline(*graph);
    *effects = effects_of(*graph->block());
  });
}

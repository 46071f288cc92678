// Programs in which no tensor can come to want gradients: they run below autograd, which then only costs time.
#include <torch/csrc/autograd/VariableTypeUtils.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>

#include <algorithm>
#include <string_view>

#include "internal.h"

using c10::IValue;
using torch::jit::Block;
using torch::jit::Node;

namespace {

// Not a tensor that autograd must hear of, here or inside.
bool is_plain(const IValue &value) {
  if (value.isTensor()) {
    const at::Tensor &tensor = value.toTensor();
    return !tensor.defined() ||
           (!tensor.requires_grad() && !tensor.is_nested() && !torch::autograd::isFwGradDefined(tensor));
  }
  if (!value.isPtrType() || value.isString()) return true;
  if (value.isTensorList() || value.isList()) {
    for (const IValue &element : value.toListRef()) {
      if (!is_plain(element)) return false;
    }
    return true;
  }
  if (value.isTuple()) {
    const auto &elements = value.toTupleRef().elements();
    return std::all_of(elements.begin(), elements.end(), is_plain);
  }
  return value.isIntList() || value.isDoubleList() || value.isBoolList() || value.isDevice();
}

bool holds(const Node *node, const char *part) {
  return std::string_view(node->kind().toUnqualString()).find(part) != std::string_view::npos;
}

// Operators take no part in autograd unless a tensor that they are given does. These are the exceptions.
bool begins_gradients(const Node *node) {
  if (node->kind() == c10::aten::grad || holds(node, "requires_grad") || holds(node, "backward") ||
      holds(node, "retain_grad") || holds(node, "set_data") || holds(node, "dual") || holds(node, "nested")) {
    return true;
  }
  const auto *schema = node->maybeSchema();
  if (schema == nullptr) return true;
  auto position = schema->argumentIndexWithName("requires_grad");
  if (!position) return false;
  auto given = torch::jit::constant_as<bool>(node->input(*position));
  return !given || *given;
}

bool stays_gradient_free(const Block *block);

bool stays_gradient_free(const Node *node) {
  using namespace c10;
  switch (node->kind()) {
    case prim::Constant: {
      auto value = torch::jit::toIValue(node->output());
      return node->output()->type()->cast<FunctionType>() != nullptr || (value && is_plain(*value));
    }
    case prim::CallFunction: {
      auto type = node->input(0)->type()->cast<FunctionType>();
      auto *called = type == nullptr ? nullptr : torch::jit::tryToGraphFunction(*type->function());
      return called != nullptr && stays_gradient_free(called->graph()->block());
    }
    // no value of theirs is new, or it is no tensor
    case prim::If:
    case prim::Loop:
    case prim::ListConstruct:
    case prim::ListUnpack:
    case prim::TupleConstruct:
    case prim::TupleUnpack:
    case prim::TupleIndex:
    case prim::TupleSlice:
    case prim::DictConstruct:
    case prim::NumToTensor:
    case prim::Print:
    case prim::RaiseException:
    case prim::Uninitialized:
    case prim::unchecked_cast:
    case prim::unchecked_unwrap_optional:
    case prim::min:
    case prim::max:
    case prim::device:
    case prim::dtype:
    case prim::layout: break;
    default:
      if (!node->kind().is_aten() || begins_gradients(node)) return false;
  }
  auto blocks = node->blocks();
  return std::all_of(blocks.begin(), blocks.end(), [](const Block *block) { return stays_gradient_free(block); });
}

bool stays_gradient_free(const Block *block) {
  auto nodes = block->nodes();
  return std::all_of(nodes.begin(), nodes.end(), [](const Node *node) { return stays_gradient_free(node); });
}

}  // namespace

bool shim::is_gradient_free(const ts_function *function, const torch::jit::Stack &arguments) {
  // the parameters of a module are no arguments, and may change
  if (function->self) return false;
  if (!function->gradient_free) {
    function->gradient_free = stays_gradient_free(torch::jit::toGraphFunction(*function->function).graph()->block());
  }
  return *function->gradient_free && std::all_of(arguments.begin(), arguments.end(), is_plain);
}

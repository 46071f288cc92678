#include "printable.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>

#include <cfloat>
#include <cmath>
#include <unordered_set>

using c10::IValue;
using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

namespace {

// Whole doubles from 1e10 on have no point, as integers: those with an exponent behind them are read as doubles. What
// is less than the least normal number is not read at all.
bool is_misread(double number) {
  const double size = std::abs(number);
  return (size >= 1e10 && size < 1e17 && size == std::trunc(size)) || (size > 0 && size < DBL_MIN);
}

}  // namespace

bool shim::is_misread(const IValue &value) {
  if (value.isDouble()) return ::is_misread(value.toDouble());
  // the printer writes \r as an octal number that the parser does not take
  if (value.isString()) return value.toStringRef().find('\r') != std::string::npos;
  if (value.isTuple()) {
    for (const auto &part : value.toTupleRef().elements()) {
      if (is_misread(part)) return true;
    }
  }
  if (value.isList()) {
    for (const IValue part : value.toListRef()) {
      if (is_misread(part)) return true;
    }
  }
  return false;
}

namespace {

using shim::is_misread;

// Powers of two take nothing off the last bits. `made`: the nodes, each after those that it needs.
Value *spell(Graph &graph, const IValue &value, std::vector<Node *> &made) {
  const auto note = [&](Value *result) {
    made.push_back(result->node());
    return result;
  };
  if (!is_misread(value)) return note(graph.insertConstant(value));
  if (value.isDouble()) {
    const double number = value.toDouble();
    const int exponent = std::abs(number) < 1 ? -200 : 24;
    Value *part = note(graph.insertConstant(std::ldexp(number, -exponent)));
    return note(graph.insert(c10::aten::mul, {part, note(graph.insertConstant(std::ldexp(1.0, exponent)))}));
  }
  if (value.isString()) {
    const std::string &text = value.toStringRef();
    const size_t at = text.find('\r');
    Value *before = note(graph.insertConstant(text.substr(0, at)));
    Value *mark = note(graph.insert(c10::aten::chr, {note(graph.insertConstant(13))}));
    Value *start = note(graph.insert(c10::aten::add, {before, mark}));
    return note(graph.insert(c10::aten::add, {start, spell(graph, text.substr(at + 1), made)}));
  }
  std::vector<Value *> parts;
  if (value.isTuple()) {
    for (const auto &part : value.toTupleRef().elements()) parts.push_back(spell(graph, part, made));
    // only those with names want to be told their type
    auto type = value.type()->cast<c10::TupleType>();
    if (type && !type->schema()) type = nullptr;
    return note(graph.insertNode(graph.createTuple(parts, type))->output());
  }
  for (const IValue part : value.toListRef()) parts.push_back(spell(graph, part, made));
  const auto type = value.type()->expectRef<c10::ListType>().getElementType();
  return note(graph.insertNode(graph.createList(type, parts))->output());
}

// Every piece of code that is written with a module.
class Codes {
 public:
  explicit Codes(const torch::jit::Module &module) { add(module.type()); }
  const std::vector<torch::jit::Function *> &functions() const { return functions_; }
  const std::vector<Node *> &constants() const { return constants_; }

 private:
  void add(const c10::TypePtr &type) {
    if (auto held = type->cast<c10::ClassType>(); held && types_.insert(held.get()).second) {
      for (auto *method : held->methods()) add(method);
      for (size_t i = 0; i < held->numAttributes(); i++) add(held->getAttribute(i));
    }
    if (auto called = type->cast<c10::FunctionType>()) add(called->function());
    for (const auto &part : type->containedTypes()) {
      if (!type->cast<c10::ClassType>()) add(part);
    }
  }
  void add(torch::jit::Function *function) {
    auto *code = torch::jit::tryToGraphFunction(*function);
    if (code == nullptr || !seen_.insert(function).second) return;
    functions_.push_back(function);
    add(*code->graph()->block());
  }
  void add(const Block &block) {
    for (Node *node : const_cast<Block &>(block).nodes()) {
      if (node->kind() == c10::prim::Constant) {
        const auto value = torch::jit::toIValue(node->output());
        if (value && is_misread(*value)) constants_.push_back(node);
      }
      for (const auto *output : node->outputs()) add(output->type());
      for (const auto *inner : node->blocks()) add(*inner);
      if (node->hasAttribute(c10::attr::Subgraph)) add(*node->g(c10::attr::Subgraph)->block());
    }
  }
  std::unordered_set<const c10::ClassType *> types_;
  std::unordered_set<const torch::jit::Function *> seen_;
  std::vector<torch::jit::Function *> functions_;
  std::vector<Node *> constants_;
};

// A default is written as it is.
void check_defaults(const torch::jit::Function &function) {
  for (const auto &argument : function.getSchema().arguments()) {
    TORCH_CHECK_VALUE(!argument.default_value() || !is_misread(*argument.default_value()), "the default of `",
                      argument.name(),
                      "` can't be saved, since libtorch reads something else in its own files: let the function set it "
                      "where it is not given");
  }
}

}  // namespace

namespace shim {

Printable::Printable(const torch::jit::Module &module) : Printable() {
  const Codes codes(module);
  for (const auto *function : codes.functions()) check_defaults(*function);
  for (Node *constant : codes.constants()) {
    torch::jit::WithInsertPoint at(constant);
    replaced_.push_back({constant, {}});
    const IValue value = *torch::jit::toIValue(constant->output());
    constant->output()->replaceAllUsesWith(spell(*constant->owningGraph(), value, replaced_.back().made));
  }
}

Printable::~Printable() {
  for (auto &[constant, made] : replaced_) {
    if (made.empty()) continue;
    made.back()->output()->replaceAllUsesWith(constant->output());
    for (auto node = made.rbegin(); node != made.rend(); node++) (*node)->destroy();
  }
}

}  // namespace shim

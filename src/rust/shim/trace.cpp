// Tracing: a closure runs, libtorch records the operators.
#include <ATen/ops/alias.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/csrc/jit/ir/ir.h>

#include "internal.h"

using c10::IValue;
using torch::jit::Stack;
namespace tracer = torch::jit::tracer;

namespace {

// The module that takes the tensors which the closure brings with it and which want gradients: constants cannot.
struct Lifted {
  torch::jit::Module module{c10::QualifiedName("__torch__.PlaceholderModule"),
                            std::make_shared<torch::jit::CompilationUnit>()};
  int count = 0;
};
thread_local Lifted *lifted = nullptr;
struct Lifting {
  explicit Lifting(Lifted *target) { lifted = target; }
  ~Lifting() { lifted = nullptr; }
};

// Every tensor of a result needs a place in the graph; one that the closure merely passes on gets it from alias().
IValue in_graph(const IValue &value) {
  if (value.isTensor()) {
    if (tracer::getTracingState()->hasValue(value)) return value;
    ts_error error{};
    ts_tensor *tensor = shim::give(value.toTensor());
    int outcome = ts_trace_lift(tensor, &error);
    ts_tensor_free(tensor);
    if (outcome != TS_OK) {
      std::string message = error.message;
      ts_string_free(error.message);
      TORCH_CHECK(false, message);
    }
    return tracer::getTracingState()->hasValue(value) ? value : IValue(at::alias(value.toTensor()));
  }
  if (value.isTuple()) {
    const auto &tuple = value.toTupleRef();
    std::vector<IValue> elements;
    for (const auto &element : tuple.elements()) elements.push_back(in_graph(element));
    if (tuple.type()->schema() != nullptr) return c10::ivalue::Tuple::createNamed(std::move(elements), tuple.type());
    return c10::ivalue::Tuple::create(std::move(elements));
  }
  return value;
}

// The tracer forgets the field names of tuples: they are put back on the nodes that build the result.
void name_fields(torch::jit::Value *value, const IValue &result, const std::string &name) {
  auto *node = value->node();
  if (!result.isTuple() || node->kind() != c10::prim::TupleConstruct) return;
  const auto &tuple = result.toTupleRef();
  std::vector<c10::TypePtr> types;
  for (size_t i = 0; i < tuple.elements().size(); i++) {
    name_fields(node->inputs()[i], tuple.elements()[i], name + "_" + std::to_string(i + 1));
    types.push_back(node->inputs()[i]->type());
  }
  auto schema = tuple.type()->schema();
  if (schema == nullptr) {
    value->setType(c10::TupleType::create(types));
    return;
  }
  std::vector<std::string> fields;
  for (const auto &argument : schema->arguments()) fields.push_back(argument.name());
  value->setType(c10::TupleType::createNamed(c10::QualifiedName("__torch__." + name), fields, types));
}

}  // namespace

int ts_trace_lift(const ts_tensor *tensor, ts_error *error) {
  return shim::guard(error, [&] {
    const auto &state = tracer::getTracingState();
    if (state == nullptr || lifted == nullptr) return;
    at::Tensor value = *shim::Borrowed(tensor);
    if (!value.requires_grad() || state->hasValue(value)) return;
    std::string name = "captured_" + std::to_string(++lifted->count);
    lifted->module.register_parameter(name, value, false);
    // at the graph's beginning: the tensor may be used in any block that follows
    auto *self = state->graph->inputs().at(0);
    torch::jit::WithInsertPoint guard(state->graph->block()->param_node()->next());
    auto *attribute = state->graph->insertNode(state->graph->createGetAttr(self, name))->output();
    state->setValue(value, attribute);
  });
}

int ts_trace(const ts_value *inputs, int count, const char *const *names, ts_closure closure, void *context, int strict,
             const char *name, ts_function **function, ts_error *error) {
  return shim::guard(error, [&] {
    Lifted target;
    Lifting lifting(&target);
    target.module.register_attribute("training", c10::BoolType::get(), true);
    Stack stack;
    for (int i = 0; i < count; i++) stack.push_back(shim::to_ivalue(inputs[i]));
    std::vector<std::string> argument_names(names, names + count);
    IValue result;
    auto run = [&](Stack arguments) -> Stack {
      std::vector<ts_value> values(arguments.size());
      for (size_t i = 0; i < arguments.size(); i++) shim::from_ivalue(std::move(arguments[i]), &values[i]);
      ts_value returned{};
      int outcome = closure(context, values.data(), static_cast<int>(values.size()), &returned);
      if (outcome == TS_UNWINDING) throw shim::Unwinding{};
      result = in_graph(shim::to_ivalue(returned));
      return {result};
    };
    auto nameless = [](const at::Tensor &) { return std::string(); };
    auto traced = tracer::trace(std::move(stack), run, nameless, strict != 0, false, &target.module, argument_names);
    auto graph = traced.first->graph;
    name_fields(graph->outputs().at(0), result, std::string(name) + "_result");
    if (target.count > 0) {
      auto unit = target.module._ivalue()->compilation_unit();
      auto *method = unit->create_function(c10::QualifiedName(*target.module.type()->name(), "forward"), graph);
      target.module.type()->addMethod(method);
      *function = new ts_function{unit, method, target.module};
      return;
    }
    graph->eraseInput(0);
    auto unit = std::make_shared<torch::jit::CompilationUnit>();
    auto *made = unit->create_function(c10::QualifiedName(std::string("__torch__.") + name), graph);
    *function = new ts_function{unit, made, std::nullopt};
  });
}

// Tracing: a closure runs, libtorch records the operators. Programs that it calls become part of the graph whole, with
// their control flow.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/alias.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/inliner.h>

#include "internal.h"

using c10::IValue;
using c10::QualifiedName;
using torch::jit::Module;
using torch::jit::Stack;
namespace tracer = torch::jit::tracer;

namespace {

// The module that is traced, or, for a function, one that takes what the closure brings with it: tensors that want
// gradients, which constants cannot, buffers and other modules.
struct Target {
  torch::jit::Module module;
  int captured = 0;

  std::string name() {
    std::string free;
    do free = "captured_" + std::to_string(++captured);
    while (module.hasattr(free));
    return free;
  }
};
thread_local Target *target = nullptr;

// As in PyTorch the closure gets copies: what it does in place would change the caller's tensors.
IValue copied(const IValue &value) {
  if (value.isTensor()) {
    const auto &tensor = value.toTensor();
    return tensor.detach().clone().set_requires_grad(tensor.requires_grad());
  }
  if (value.isTensorList()) {
    c10::List<at::Tensor> copies;
    for (const auto &tensor : value.toTensorVector()) copies.push_back(copied(tensor).toTensor());
    return copies;
  }
  if (value.isTuple()) {
    std::vector<IValue> copies;
    for (const auto &element : value.toTupleRef().elements()) copies.push_back(copied(element));
    const auto &type = value.toTupleRef().type();
    if (type->schema() != nullptr) return c10::ivalue::Tuple::createNamed(std::move(copies), type);
    return c10::ivalue::Tuple::create(std::move(copies));
  }
  if (value.isGenericDict()) {
    const auto &dict = value.toGenericDict();
    c10::impl::GenericDict copies(dict.keyType(), dict.valueType());
    for (const auto &entry : dict) copies.insert(entry.key(), copied(entry.value()));
    return copies;
  }
  return value;
}

// What running the closure changes besides, put back at the end: buffers and the state of the random numbers.
class SideEffects {
 public:
  explicit SideEffects(const torch::jit::Module &module) : generator_(at::detail::getDefaultCPUGenerator()) {
    for (const auto &buffer : module.buffers()) keep(buffer);
    std::lock_guard<std::mutex> lock(generator_.mutex());
    random_ = generator_.get_state();
  }
  void keep(const at::Tensor &buffer) {
    shim::Unseen unseen;
    buffers_.emplace_back(buffer, buffer.clone());
  }
  ~SideEffects() {
    try {
      shim::Unseen unseen;
      for (const auto &[buffer, before] : buffers_) buffer.copy_(before);
      std::lock_guard<std::mutex> lock(generator_.mutex());
      generator_.set_state(random_);
    } catch (const std::exception &) {
      // a closure that made a buffer unwritable keeps it as it left it
    }
  }

 private:
  at::Generator generator_;
  std::vector<std::pair<at::Tensor, at::Tensor>> buffers_;
  at::Tensor random_;
};
thread_local SideEffects *side_effects = nullptr;

template <class T>
struct Set {
  Set(T *&place, T *value) : place_(place) { place_ = value; }
  ~Set() { place_ = nullptr; }
  T *&place_;
};

// The graph's value for something that becomes an attribute of the traced module. At the graph's beginning: it may be
// used in any block that follows.
void capture(const tracer::TracingState &state, const std::string &name, const IValue &value) {
  auto *self = state.graph->inputs().at(0);
  torch::jit::WithInsertPoint guard(state.graph->block()->param_node()->next());
  auto *attribute = state.graph->insertNode(state.graph->createGetAttr(self, name))->output();
  tracer::getTracingState()->setValue(value, attribute);
}

// Every tensor of a result needs a place in the graph; one that the closure merely passes on gets it from alias().
IValue in_graph(const IValue &value) {
  if (value.isTensor()) {
    if (tracer::getTracingState()->hasValue(value)) return value;
    ts_error error{};
    ts_tensor *tensor = shim::give(value.toTensor());
    int outcome = ts_trace_lift(tensor, 0, &error);
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

// Ties what a program returned to the value that stands for it in the graph. Numbers are no part of a trace.
void set_value(const IValue &result, torch::jit::Value *value) {
  const auto &state = tracer::getTracingState();
  auto &graph = *state->graph;
  if (result.isTensor()) {
    state->setValue(result, value);
  } else if (result.isTensorList()) {
    auto *unpacked = graph.insertNode(graph.createListUnpack(value, result.toTensorVector().size()));
    for (size_t i = 0; i < unpacked->outputs().size(); i++) {
      state->setValue(result.toTensorVector()[i], unpacked->output(i));
    }
  } else if (result.isTuple()) {
    auto *unpacked = graph.insertNode(graph.createTupleUnpack(value));
    for (size_t i = 0; i < unpacked->outputs().size(); i++) {
      set_value(result.toTupleRef().elements()[i], unpacked->output(i));
    }
  } else if (result.isGenericDict()) {
    for (const auto &entry : result.toGenericDict()) {
      auto *item = graph.insert(c10::aten::__getitem__, {value, graph.insertConstant(entry.key())});
      set_value(entry.value(), item);
    }
  } else if (!result.isNone()) {
    TORCH_WARN("A program that is called in a trace returned a ", result.type()->repr_str(),
               ": the trace goes on with this value as a constant.");
  }
}

}  // namespace

void shim::call_in_trace(const ts_function *function, Stack &stack) {
  auto state = tracer::getTracingState();
  // the graph itself, not a call of it: the function's owner may not outlive the program
  auto callee = shim::graph_of(function)->copy();
  torch::jit::Inline(*callee);
  if (function->self && target != nullptr && !state->hasValue(stack[0])) {
    const std::string name = target->name();
    target->module.register_module(name, *function->self);
    for (const auto &buffer : function->self->buffers()) side_effects->keep(buffer);
    capture(*state, name, stack[0]);
  }
  std::vector<torch::jit::Value *> inputs;
  for (const auto &argument : stack) inputs.push_back(tracer::getValueTrace(argument));
  auto outputs = torch::jit::insertGraph(*state->graph, *callee, inputs);
  {
    // an error ends the whole trace: there is nothing to go on with then
    tracer::setTracingState(nullptr);
    function->function->run(stack);
    tracer::setTracingState(state);
  }
  set_value(stack.front(), outputs.at(0));
}

int ts_trace_lift(const ts_tensor *tensor, int is_buffer, ts_error *error) {
  return shim::guard(error, [&] {
    const auto &state = tracer::getTracingState();
    if (state == nullptr || target == nullptr) return;
    at::Tensor value = *shim::Borrowed(tensor);
    if (!(value.requires_grad() || is_buffer != 0) || state->hasValue(value)) return;
    const std::string name = target->name();
    if (is_buffer != 0) {
      side_effects->keep(value);
      target->module.register_buffer(name, value);
    } else {
      target->module.register_parameter(name, value, false);
    }
    capture(*state, name, value);
  });
}

int ts_trace(const ts_object *module, const ts_value *inputs, int count, const char *const *names, ts_closure closure,
             void *context, int strict, const char *name, const char *method, ts_function **function, ts_error *error) {
  return shim::guard(error, [&] {
    Target traced_module{
        module != nullptr ? shim::module_of(module)
                          : Module(QualifiedName(shim::placeholder), std::make_shared<torch::jit::CompilationUnit>())};
    if (module == nullptr) traced_module.module.register_attribute("training", c10::BoolType::get(), true);
    Set<Target> target_set(target, &traced_module);
    SideEffects effects(traced_module.module);
    Set<SideEffects> effects_set(side_effects, &effects);
    Stack stack;
    for (int i = 0; i < count; i++) stack.push_back(copied(shim::to_ivalue(inputs[i])));
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
    auto traced =
        tracer::trace(std::move(stack), run, nameless, strict != 0, false, &traced_module.module, argument_names);
    auto graph = traced.first->graph;
    name_fields(graph->outputs().at(0), result, std::string(method) + "_result");
    if (module != nullptr || traced_module.captured > 0) {
      Module owner = traced_module.module;
      auto unit = owner._ivalue()->compilation_unit();
      auto *made =
          unit->create_function(QualifiedName(*owner.type()->name(), module != nullptr ? name : "forward"), graph);
      owner.type()->addMethod(made);
      *function = new ts_function{unit, made, owner};
      return;
    }
    graph->eraseInput(0);
    auto unit = std::make_shared<torch::jit::CompilationUnit>();
    auto *made = unit->create_function(QualifiedName(std::string("__torch__.") + name), graph);
    *function = new ts_function{unit, made, std::nullopt};
  });
}

// Programs: functions called and shown.
#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/export.h>
#include <torch/csrc/jit/serialization/import.h>
#include <torch/csrc/jit/serialization/python_print.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <set>
#include <sstream>
#include <stdexcept>

#include "internal.h"

using c10::IValue;
using c10::QualifiedName;
using torch::jit::Module;

std::shared_ptr<torch::jit::Graph> shim::graph_of(const ts_function *function) {
  return torch::jit::toGraphFunction(*function->function).graph();
}

void ts_function_free(ts_function *function) { delete function; }
const char *ts_function_name(const ts_function *function) { return function->function->name().c_str(); }
char *ts_function_returns(const ts_function *function) {
  const auto &returns = function->function->getSchema().returns();
  return shim::copy(returns.empty() ? "None" : returns[0].type()->repr_str());
}
int ts_function_schema(const ts_function *function, ts_schema *schema, ts_error *error) {
  return shim::guard(error, [&] {
    const auto &declared = function->function->getSchema();
    // the module is no argument for the caller
    const auto &arguments = declared.arguments();
    shim::describe(function->self ? declared.cloneWithArguments({arguments.begin() + 1, arguments.end()}) : declared,
                   schema);
  });
}
int ts_function_argument(const ts_function *function, int i, ts_argument *argument, ts_error *error) {
  return shim::guard(error, [&] {
    shim::describe(function->function->getSchema().arguments().at(i + (function->self ? 1 : 0)), argument);
  });
}
int ts_function_call(const ts_function *function, const ts_value *arguments, int count, ts_value *result,
                     ts_error *error) {
  return shim::guard(error, [&] {
    shim::KeptStack kept;
    torch::jit::Stack &stack = *kept;
    int first = function->self ? 1 : 0;
    stack.reserve(count + first);
    if (first == 1) stack.emplace_back(function->self->_ivalue());
    const auto &declared = function->function->getSchema().arguments();
    for (int i = 0; i < count; i++) {
      if (arguments[i].tag == TS_DEFAULT) {
        stack.emplace_back(*declared[i + first].default_value());
      } else {
        stack.emplace_back(shim::to_ivalue(arguments[i]));
      }
    }
    if (torch::jit::tracer::isTracing()) {
      shim::call_in_trace(function, stack);
    } else if (shim::is_gradient_free(function, stack)) {
      // what views and changes in place note about themselves stays: that is another layer
      at::AutoDispatchBelowAutograd no_autograd;
      function->function->run(stack);
    } else {
      function->function->run(stack);
    }
    const auto &returns = function->function->getSchema().returns();
    shim::from_ivalue(std::move(stack.front()), result, returns.empty() ? nullptr : returns[0].type().get());
  });
}
int ts_function_graph(const ts_function *function, char **text, ts_error *error) {
  return shim::guard(error, [&] { *text = shim::copy(shim::graph_of(function)->toString(false)); });
}
int ts_function_code(const ts_function *function, char **text, ts_error *error) {
  return shim::guard(error, [&] {
    std::vector<at::IValue> constants;
    torch::jit::PrintDepsTable types;
    torch::jit::PythonPrint printer(constants, types);
    if (function->self) {
      printer.printMethod(*function->function);
    } else {
      printer.printFunction(*function->function);
    }
    *text = shim::copy(printer.str());
  });
}
char *ts_last_graph(void) {
  auto graph = torch::jit::lastExecutedOptimizedGraph();
  return shim::copy(graph == nullptr ? std::string() : graph->toString(false));
}

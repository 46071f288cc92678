// Programs: functions compiled, called, shown.
#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/frontend/resolver.h>
#include <torch/csrc/jit/frontend/sugared_value.h>
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

namespace {

// What names mean in source, beyond PyTorch's C++ default: the exceptions that Python code raises, and `math`.
struct SourceResolver final : torch::jit::Resolver {
  std::shared_ptr<torch::jit::SugaredValue> resolveValue(const std::string &name, torch::jit::GraphFunction &m,
                                                         const torch::jit::SourceRange &loc) override {
    static const std::set<std::string> exceptions{
        "Exception",           "RuntimeError",   "ValueError", "TypeError",       "IndexError",       "KeyError",
        "NotImplementedError", "AssertionError", "OSError",    "ArithmeticError", "ZeroDivisionError"};
    if (exceptions.count(name) > 0) return std::make_shared<torch::jit::ExceptionValue>(name);
    if (name == "math") return std::make_shared<torch::jit::BuiltinModule>("aten");
    return native_->resolveValue(name, m, loc);
  }

 private:
  std::shared_ptr<torch::jit::Resolver> native_ = torch::jit::nativeResolver();
};

}  // namespace

std::shared_ptr<torch::jit::Resolver> shim::source_resolver() { return std::make_shared<SourceResolver>(); }

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
struct ts_unit {
  std::shared_ptr<torch::jit::CompilationUnit> unit;
};
int ts_compile(const char *source, ts_unit **unit, ts_error *error) {
  return shim::guard(error, [&] {
    auto made = std::make_shared<torch::jit::CompilationUnit>();
    // under the prefix that the file format expects, so that functions which call each other can be saved
    made->define(QualifiedName("__torch__"), source, shim::source_resolver(), nullptr);
    *unit = new ts_unit{std::move(made)};
  });
}
void ts_unit_free(ts_unit *unit) { delete unit; }
char *ts_unit_names(const ts_unit *unit) {
  std::vector<std::string> names;
  for (auto *function : unit->unit->get_functions()) names.push_back(function->name());
  return shim::copy(shim::lines(names));
}
int ts_unit_function(const ts_unit *unit, const char *name, ts_function **function, ts_error *error) {
  return shim::guard(error, [&] {
    auto *found = unit->unit->find_function(QualifiedName(QualifiedName("__torch__"), name));
    TORCH_CHECK(found != nullptr, "no function '", name, "'");
    found->ensure_defined();
    *function = new ts_function{unit->unit, found, std::nullopt};
  });
}

// Programs: functions and modules compiled, called, shown, saved, loaded.
#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/frontend/resolver.h>
#include <torch/csrc/jit/frontend/sugared_value.h>
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

const char *const placeholder = "__torch__.PlaceholderModule";

std::shared_ptr<torch::jit::Graph> graph_of(const ts_function *function) {
  return torch::jit::toGraphFunction(*function->function).graph();
}
Module module_of(const ts_object *object) { return object->value.toModule(); }

// PyTorch saves a function as the `forward` of a module without attributes. The schema goes with it, for the defaults.
Module as_module(const ts_function *function) {
  if (function->self) return *function->self;
  Module module{QualifiedName(placeholder), std::make_shared<torch::jit::CompilationUnit>()};
  module.register_attribute("training", c10::BoolType::get(), true);
  auto graph = graph_of(function)->copy();
  graph->insertInput(0, "self")->setType(module._ivalue()->type());
  auto *method =
      module._ivalue()->compilation_unit()->create_function(QualifiedName(*module.type()->name(), "forward"), graph);
  const auto &schema = function->function->getSchema();
  std::vector<c10::Argument> arguments{c10::Argument("self", module.type())};
  arguments.insert(arguments.end(), schema.arguments().begin(), schema.arguments().end());
  method->setSchema(c10::FunctionSchema("forward", "", std::move(arguments), schema.returns()));
  module.type()->addMethod(method);
  return module;
}

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

// A file that a program is written to. libtorch's own writer throws from a destructor when the disk is full, which ends
// the process: here every write claims to succeed, and the first failure is told at the end.
class OutputFile {
 public:
  explicit OutputFile(const char *path) : file_(fopen(path, "wb")) {
    if (file_ == nullptr) failure_ = errno;
  }
  ~OutputFile() {
    if (file_ != nullptr) fclose(file_);
  }
  size_t write(const void *data, size_t length) {
    if (failure_ == 0 && fwrite(data, 1, length, file_) != length) failure_ = errno;
    return length;
  }
  void finish() {
    if (failure_ == 0 && (fflush(file_) != 0 || fsync(fileno(file_)) != 0)) failure_ = errno;
    if (failure_ != 0) throw std::runtime_error(std::strerror(failure_));
  }

 private:
  FILE *file_;
  int failure_ = 0;
};

void save(const Module &module, const char *path, char **bytes, size_t *length) {
  if (path != nullptr) {
    OutputFile file(path);
    torch::jit::ExportModule(module, [&](const void *data, size_t count) { return file.write(data, count); });
    file.finish();
    return;
  }
  std::string text;
  torch::jit::ExportModule(module, [&](const void *data, size_t count) {
    text.append(static_cast<const char *>(data), count);
    return count;
  });
  *bytes = static_cast<char *>(malloc(text.size() + 1));
  std::memcpy(*bytes, text.data(), text.size());
  *length = text.size();
}

}  // namespace

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
    function->function->run(stack);
    shim::from_ivalue(std::move(stack.front()), result);
  });
}
int ts_function_graph(const ts_function *function, char **text, ts_error *error) {
  return shim::guard(error, [&] { *text = shim::copy(graph_of(function)->toString(false)); });
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
int ts_function_save(const ts_function *function, const char *path, char **bytes, size_t *length, ts_error *error) {
  return shim::guard(error, [&] { save(as_module(function), path, bytes, length); });
}

struct ts_unit {
  std::shared_ptr<torch::jit::CompilationUnit> unit;
};
int ts_compile(const char *source, ts_unit **unit, ts_error *error) {
  return shim::guard(error, [&] {
    auto made = std::make_shared<torch::jit::CompilationUnit>();
    // under the prefix that the file format expects, so that functions which call each other can be saved
    made->define(QualifiedName("__torch__"), source, std::make_shared<SourceResolver>(), nullptr);
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

int ts_load(const char *path, const void *bytes, size_t length, ts_object **module, ts_error *error) {
  return shim::guard(error, [&] {
    if (path != nullptr) {
      *module = new ts_object{torch::jit::load(path, c10::Device(c10::kCPU))._ivalue()};
      return;
    }
    std::istringstream stream(std::string(static_cast<const char *>(bytes), length));
    *module = new ts_object{torch::jit::load(stream, c10::Device(c10::kCPU))._ivalue()};
  });
}
int ts_module_save(const ts_object *module, const char *path, char **bytes, size_t *length, ts_error *error) {
  return shim::guard(error, [&] { save(module_of(module), path, bytes, length); });
}
int ts_module_as_function(const ts_object *object, ts_function **function, ts_error *error) {
  return shim::guard(error, [&] {
    *function = nullptr;
    Module module = module_of(object);
    const std::string name = module.type()->name()->qualifiedName();
    auto method = module.find_method("forward");
    if (!method || name.rfind(placeholder, 0) != 0) return;
    *function = new ts_function{module._ivalue()->compilation_unit(), &method->function(), module};
  });
}
char *ts_module_methods(const ts_object *object) {
  std::vector<std::string> names;
  for (const auto &method : module_of(object).get_methods()) names.push_back(method.name());
  return shim::copy(shim::lines(names));
}
char *ts_module_attributes(const ts_object *object) {
  Module module = module_of(object);
  const auto &type = module.type();
  std::vector<std::string> names;
  for (size_t i = 0; i < type->numAttributes(); i++) {
    const char *kind = type->is_parameter(i)                ? " p"
                       : type->is_buffer(i)                 ? " b"
                       : type->getAttribute(i)->is_module() ? " m"
                                                            : " a";
    names.push_back(type->getAttributeName(i) + kind);
  }
  for (size_t i = 0; i < type->numConstants(); i++) names.push_back(type->getConstantName(i) + " a");
  return shim::copy(shim::lines(names));
}
char *ts_module_type(const ts_object *object) { return shim::copy(module_of(object).type()->name()->name()); }
int ts_module_method(const ts_object *object, const char *name, ts_function **function, ts_error *error) {
  return shim::guard(error, [&] {
    Module module = module_of(object);
    auto method = module.get_method(name);
    *function = new ts_function{module._ivalue()->compilation_unit(), &method.function(), module};
  });
}
int ts_module_attribute(const ts_object *object, const char *name, ts_value *value, ts_error *error) {
  return shim::guard(error, [&] {
    Module module = module_of(object);
    auto constant = module.type()->findConstantSlot(name);
    shim::from_ivalue(constant ? module.type()->getConstant(*constant) : module.attr(name), value);
  });
}
int ts_module_train(const ts_object *object, int mode, ts_error *error) {
  return shim::guard(error, [&] { module_of(object).train(mode != 0); });
}

// Programs written to files or memory, and read back.
#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/serialization/export.h>
#include <torch/csrc/jit/serialization/import.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <sstream>
#include <stdexcept>

#include "internal.h"
#include "printable.h"

using c10::QualifiedName;
using torch::jit::Module;

namespace {

// PyTorch saves a function as the `forward` of a module without attributes. The schema goes with it, for the defaults.
Module as_module(const ts_function *function) {
  if (function->self) return *function->self;
  Module module{QualifiedName(shim::placeholder), std::make_shared<torch::jit::CompilationUnit>()};
  module.register_attribute("training", c10::BoolType::get(), true);
  auto graph = shim::graph_of(function)->copy();
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

torch::jit::ExtraFilesMap extra_files(const ts_value *extra) {
  torch::jit::ExtraFilesMap files;
  if (extra == nullptr) return files;
  for (const auto &entry : shim::to_ivalue(*extra).toGenericDict()) {
    files[entry.key().toStringRef()] = entry.value().toStringRef();
  }
  return files;
}

void save(const Module &module, const char *path, int mobile, const ts_value *extra, char **bytes, size_t *length) {
  shim::check_portable(module);
  const shim::Printable printable(module);
  if (path != nullptr) {
    OutputFile file(path);
    torch::jit::ExportModule(
        module, [&](const void *data, size_t count) { return file.write(data, count); }, extra_files(extra),
        mobile != 0);
    file.finish();
    return;
  }
  std::string text;
  torch::jit::ExportModule(
      module,
      [&](const void *data, size_t count) {
        text.append(static_cast<const char *>(data), count);
        return count;
      },
      extra_files(extra), mobile != 0);
  *bytes = static_cast<char *>(malloc(text.size() + 1));
  std::memcpy(*bytes, text.data(), text.size());
  *length = text.size();
}

}  // namespace

int ts_function_save(const ts_function *function, const char *path, int mobile, const ts_value *extra, char **bytes,
                     size_t *length, ts_error *error) {
  return shim::guard(error, [&] { save(as_module(function), path, mobile, extra, bytes, length); });
}
int ts_load(const char *path, const void *bytes, size_t length, const char *device, ts_object **module,
            ts_error *error) {
  return shim::guard(error, [&] {
    std::optional<c10::Device> wanted;
    if (device != nullptr) {
      wanted = c10::Device(device);
    } else if (ts_cuda_is_available() == 0) {
      wanted = c10::Device(c10::kCPU);
    }
    if (path != nullptr) {
      *module = new ts_object{torch::jit::load(path, wanted)._ivalue()};
      return;
    }
    std::istringstream stream(std::string(static_cast<const char *>(bytes), length));
    *module = new ts_object{torch::jit::load(stream, wanted)._ivalue()};
  });
}
int ts_module_save(const ts_object *module, const char *path, int mobile, const ts_value *extra, char **bytes,
                   size_t *length, ts_error *error) {
  return shim::guard(error, [&] { save(shim::module_of(module), path, mobile, extra, bytes, length); });
}
int ts_module_as_function(const ts_object *object, ts_function **function, ts_error *error) {
  return shim::guard(error, [&] {
    *function = nullptr;
    Module module = shim::module_of(object);
    const std::string name = module.type()->name()->qualifiedName();
    auto method = module.find_method("forward");
    if (!method || name.rfind(shim::placeholder, 0) != 0) return;
    *function = new ts_function{module._ivalue()->compilation_unit(), &method->function(), module};
  });
}

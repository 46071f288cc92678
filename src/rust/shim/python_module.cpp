#include "python_module.h"

#include <ATen/core/jit_type.h>
#include <torch/csrc/jit/frontend/builtin_functions.h>
#include <torch/csrc/jit/frontend/error_report.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/runtime/operator.h>
#include <torch/custom_class.h>

#include <limits>
#include <map>
#include <set>

using namespace torch::jit;

namespace {

const std::map<std::string, double> numbers = {{"pi", 3.141592653589793},
                                               {"e", 2.718281828459045},
                                               {"tau", 6.283185307179586},
                                               {"inf", std::numeric_limits<double>::infinity()},
                                               {"nan", std::numeric_limits<double>::quiet_NaN()}};
const std::map<std::string, at::ScalarType> dtypes = {{"uint8", at::kByte},
                                                      {"int8", at::kChar},
                                                      {"int16", at::kShort},
                                                      {"short", at::kShort},
                                                      {"int32", at::kInt},
                                                      {"int", at::kInt},
                                                      {"int64", at::kLong},
                                                      {"long", at::kLong},
                                                      {"uint16", at::kUInt16},
                                                      {"uint32", at::kUInt32},
                                                      {"uint64", at::kUInt64},
                                                      {"float16", at::kHalf},
                                                      {"half", at::kHalf},
                                                      {"float32", at::kFloat},
                                                      {"float", at::kFloat},
                                                      {"float64", at::kDouble},
                                                      {"double", at::kDouble},
                                                      {"complex32", at::kComplexHalf},
                                                      {"chalf", at::kComplexHalf},
                                                      {"complex64", at::kComplexFloat},
                                                      {"cfloat", at::kComplexFloat},
                                                      {"complex128", at::kComplexDouble},
                                                      {"cdouble", at::kComplexDouble},
                                                      {"bool", at::kBool},
                                                      {"bfloat16", at::kBFloat16},
                                                      {"qint8", at::kQInt8},
                                                      {"quint8", at::kQUInt8},
                                                      {"qint32", at::kQInt32},
                                                      {"float8_e5m2", at::kFloat8_e5m2},
                                                      {"float8_e4m3fn", at::kFloat8_e4m3fn},
                                                      {"float8_e5m2fnuz", at::kFloat8_e5m2fnuz},
                                                      {"float8_e4m3fnuz", at::kFloat8_e4m3fnuz}};
const std::map<std::string, int64_t> layouts = {
    {"strided", static_cast<int64_t>(at::kStrided)},
    {"sparse_coo", static_cast<int64_t>(at::kSparse)},
    {"sparse_csr", static_cast<int64_t>(at::kSparseCsr)},
    {"sparse_csc", static_cast<int64_t>(at::kSparseCsc)},
    {"sparse_bsr", static_cast<int64_t>(at::kSparseBsr)},
    {"sparse_bsc", static_cast<int64_t>(at::kSparseBsc)},
    {"contiguous_format", static_cast<int64_t>(at::MemoryFormat::Contiguous)},
    {"preserve_format", static_cast<int64_t>(at::MemoryFormat::Preserve)},
    {"channels_last", static_cast<int64_t>(at::MemoryFormat::ChannelsLast)},
    {"channels_last_3d", static_cast<int64_t>(at::MemoryFormat::ChannelsLast3d)}};
const std::set<std::string> modules = {
    "torch",     "torch.jit",     "torch.nn",       "torch.nn.functional",     "torch.linalg",  "torch.fft",
    "torch.ops", "torch.special", "torch.autograd", "torch.autograd.profiler", "torch.profiler"};
// Functions that PyTorch writes in Python, and their kin among the operators.
const std::map<std::string, const char *> instead = {
    {"torch.lu", "torch.linalg.lu_factor()"},
    {"torch.tensordot", "torch.matmul() or torch.einsum()"},
    {"torch.cuda", "`x.is_cuda`"},
    {"torch.backends", "an argument"},
    {"torch.nn.init", "methods such as `x.fill_(1.0)`"},
    {"torch.__version__", "an argument"},
};

SugaredValuePtr constant(GraphFunction &m, const SourceRange &at, const IValue &value) {
  return std::make_shared<SimpleValue>(m.graph()->insertConstant(value, at));
}
// What a call gives that is decided when the source is compiled.
struct ConstantCall final : SugaredValue {
  explicit ConstantCall(bool value) : value_(value) {}
  std::string kind() const override { return "function"; }
  SugaredValuePtr call(const SourceRange &at, GraphFunction &m, at::ArrayRef<NamedValue>, at::ArrayRef<NamedValue>,
                       size_t) override {
    return constant(m, at, value_);
  }

 private:
  bool value_;
};

struct PythonModule final : SugaredValue {
  PythonModule(std::string name, shim::FindInLibrary find) : name_(std::move(name)), find_(std::move(find)) {}
  std::string kind() const override { return "module " + name_; }
  SugaredValuePtr attr(const SourceRange &at, GraphFunction &m, const std::string &field) override {
    const std::string whole = name_ + "." + field;
    if (auto found = find_(whole)) return found;
    if (modules.count(whole) > 0) return std::make_shared<PythonModule>(whole, find_);
    const auto other = instead.find(whole);
    if (other != instead.end()) {
      throw ErrorReport(at) << whole << " is Python's own, and can't be compiled here: use " << other->second;
    }
    if (name_ == "torch") return torch(at, m, field);
    if (name_ == "torch.jit") return jit(at, field);
    if (name_ == "torch.ops") return std::make_shared<PythonModule>(whole, find_);
    if (name_.rfind("torch.ops.", 0) == 0) return op(at, name_.substr(10), field);
    if (name_ == "math" || name_ == "cmath") {
      const auto number = numbers.find(field);
      return number != numbers.end() ? constant(m, at, number->second)
                                     : known(at, whole, field == "remainder" ? "mathremainder" : field);
    }
    if (name_ == "warnings") {
      return field == "warn" ? std::make_shared<BuiltinFunction>(c10::Symbol::aten("warn"), std::nullopt)
                             : refuse(at, whole);
    }
    if (name_ == "torch.nn.functional") return known(at, whole, field);
    if (name_ == "torch.linalg" || name_ == "torch.fft" || name_ == "torch.special") {
      return known(at, whole, name_.substr(6) + "_" + field);
    }
    return refuse(at, whole);
  }

 private:
  SugaredValuePtr refuse(const SourceRange &at, const std::string &whole) const {
    throw ErrorReport(at) << whole << " can't be used in compiled source";
  }
  static bool is_operator(const c10::Symbol &symbol) {
    return !getAllOperatorsFor(symbol).empty() || !getAllBuiltinFunctionsFor(symbol).empty();
  }
  SugaredValuePtr known(const SourceRange &at, const std::string &whole, const std::string &name) const {
    const auto symbol = c10::Symbol::aten(name);
    if (!is_operator(symbol)) throw ErrorReport(at) << whole << "() is no function that source can use";
    return std::make_shared<BuiltinFunction>(symbol, std::nullopt);
  }
  SugaredValuePtr op(const SourceRange &at, const std::string &space, const std::string &field) const {
    const auto symbol = c10::Symbol::fromQualString(space + "::" + field);
    if (!is_operator(symbol)) throw ErrorReport(at) << "there is no operator " << space << "::" << field;
    return std::make_shared<BuiltinFunction>(symbol, std::nullopt);
  }
  SugaredValuePtr torch(const SourceRange &at, GraphFunction &m, const std::string &field) const {
    const auto number = numbers.find(field);
    if (number != numbers.end() && field != "tau") return constant(m, at, number->second);
    const auto dtype = dtypes.find(field);
    if (dtype != dtypes.end()) return constant(m, at, static_cast<int64_t>(dtype->second));
    const auto layout = layouts.find(field);
    if (layout != layouts.end()) return constant(m, at, layout->second);
    return BuiltinModule("aten").attr(at, m, field);
  }
  SugaredValuePtr jit(const SourceRange &at, const std::string &field) const {
    if (field == "fork" || field == "_fork") return SpecialFormValue::create(prim::fork);
    if (field == "wait" || field == "_wait") return std::make_shared<BuiltinFunction>(aten::wait, std::nullopt);
    if (field == "annotate") return SpecialFormValue::create(prim::annotate);
    if (field == "isinstance") return SpecialFormValue::create(prim::isinstance);
    if (field == "is_scripting") return std::make_shared<ConstantCall>(true);
    if (field == "is_tracing") return std::make_shared<ConstantCall>(false);
    return refuse(at, "torch.jit." + field);
  }
  std::string name_;
  shim::FindInLibrary find_;
};

}  // namespace

SugaredValuePtr shim::python_module(const std::string &name, const FindInLibrary &find) {
  if (name == "F") return std::make_shared<PythonModule>("torch.nn.functional", find);
  if (name == "nn") return std::make_shared<PythonModule>("torch.nn", find);
  if (name == "torch" || name == "math" || name == "cmath" || name == "warnings") {
    return std::make_shared<PythonModule>(name, find);
  }
  return nullptr;
}

c10::TypePtr shim::type_of_torch(const std::string &name) {
  const std::string custom = "torch.classes.";
  if (name.rfind(custom, 0) == 0) return getCustomClass("__torch__." + name);
  if (name == "torch.device") return c10::DeviceObjType::get();
  if (name == "torch.dtype") return c10::IntType::get();
  if (name == "torch.Generator" || name == "Generator") return c10::GeneratorType::get();
  if (name == "torch.FloatTensor" || name == "torch.LongTensor") return c10::TensorType::get();
  return nullptr;
}

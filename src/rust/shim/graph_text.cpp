// What a drawn graph says of types, values and arguments.
#include "graph_text.h"

#include <ATen/core/function_schema.h>
#include <ATen/ops/item.h>

#include <charconv>
#include <sstream>
#include <unordered_map>

using c10::IValue;

std::string shim::type_text(const c10::Type &type) {
  if (const auto *tuple = type.castRaw<c10::TupleType>(); tuple != nullptr && tuple->schema() != nullptr) {
    std::string names;
    for (const auto &field : tuple->schema()->arguments()) names += (names.empty() ? "" : ", ") + field.name();
    return "(" + names + ")";
  }
  const auto *named = type.castRaw<c10::NamedType>();
  if (named != nullptr && named->name()) return named->name()->name();
  const auto *tensor = type.castRaw<c10::TensorType>();
  if (tensor == nullptr) return type.annotation_str();
  if (!tensor->scalarType()) return "";
  std::ostringstream text;
  text << c10::toString(*tensor->scalarType());
  if (auto dims = tensor->sizes().sizes()) {
    text << '(';
    for (size_t i = 0; i < dims->size(); i++) {
      if (i > 0) text << ", ";
      if ((*dims)[i]) {
        text << *(*dims)[i];
      } else {
        text << '*';
      }
    }
    text << ')';
  }
  return text.str();
}

std::string shim::tensor_text(const at::Tensor &tensor) {
  if (!tensor.defined()) return "None";
  if (tensor.numel() == 1 && tensor.dim() == 0 && tensor.device().is_cpu() && !tensor.is_quantized()) {
    return constant_text(IValue(tensor.item()));
  }
  std::ostringstream text;
  text << c10::toString(tensor.scalar_type()) << '(';
  for (int64_t i = 0; i < tensor.dim(); i++) text << (i > 0 ? ", " : "") << tensor.size(i);
  text << ')';
  return text.str();
}

// The shortest text that is this number and no other.
static std::string number_text(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

std::string shim::constant_text(const IValue &value) {
  if (value.isDouble()) return number_text(value.toDouble());
  if (value.isTensor()) return tensor_text(value.toTensor());
  if (value.isObject() || value.isCapsule()) return value.type()->annotation_str();
  if (value.isList() || value.isTuple()) {
    std::string text;
    auto add = [&](const IValue &item) { text += (text.empty() ? "" : ", ") + constant_text(item); };
    if (value.isTuple()) {
      for (const IValue &item : value.toTupleRef().elements()) add(item);
      return "(" + text + ")";
    }
    for (const IValue &item : value.toListRef()) add(item);
    return "[" + text + "]";
  }
  std::ostringstream text;
  text << value;
  return text.str();
}

// What says nothing new: switches of libtorch's own, and what an argument is when nobody asks for anything else, which
// the schemas of internal operators such as aten::_convolution do not tell.
bool shim::is_usual(const std::string &argument, const std::string &value) {
  static const std::unordered_map<std::string, const char *> usual{
      {"benchmark", ""},  {"deterministic", ""},   {"cudnn_enabled", ""},  {"cudnn_enable", ""},
      {"allow_tf32", ""}, {"stride", "1"},         {"dilation", "1"},      {"groups", "1"},
      {"padding", "0"},   {"output_padding", "0"}, {"ceil_mode", "False"}, {"transposed", "False"}};
  auto known = usual.find(argument);
  if (known == usual.end()) return false;
  std::string expected = known->second;
  if (expected.empty() || value == expected) return true;
  if (expected.size() > 1 || value.front() != '[' || value == "[]") return false;
  return value.find_first_not_of("[, ]" + expected) == std::string::npos &&
         value.find(expected + expected) == std::string::npos;
}

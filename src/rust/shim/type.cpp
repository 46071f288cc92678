// Types and schemas, as libtorch declares them.
#include <ATen/core/function_schema.h>
#include <ATen/core/jit_type.h>
#include <torch/csrc/jit/frontend/script_type_parser.h>

#include <sstream>

#include "internal.h"

using c10::TypeKind;

namespace {
const c10::Type *type_of(const ts_type *type) { return reinterpret_cast<const c10::Type *>(type); }
}  // namespace

int ts_type_kind(const ts_type *type) {
  switch (type_of(type)->kind()) {
    case TypeKind::TensorType: return TS_T_TENSOR;
    case TypeKind::IntType:
    case TypeKind::SymIntType: return TS_T_INT;
    case TypeKind::FloatType:
    case TypeKind::SymFloatType: return TS_T_FLOAT;
    case TypeKind::ComplexType: return TS_T_COMPLEX;
    case TypeKind::BoolType:
    case TypeKind::SymBoolType: return TS_T_BOOL;
    case TypeKind::StringType: return TS_T_STRING;
    case TypeKind::NumberType: return TS_T_NUMBER;
    case TypeKind::ScalarTypeType: return TS_T_DTYPE;
    case TypeKind::LayoutType: return TS_T_LAYOUT;
    case TypeKind::MemoryFormatType: return TS_T_MEMORY_FORMAT;
    case TypeKind::DeviceObjType: return TS_T_DEVICE;
    case TypeKind::GeneratorType: return TS_T_GENERATOR;
    case TypeKind::AnyType: return TS_T_ANY;
    case TypeKind::NoneType: return TS_T_NONE;
    case TypeKind::OptionalType: return TS_T_OPTIONAL;
    case TypeKind::ListType: return TS_T_LIST;
    case TypeKind::TupleType: return TS_T_TUPLE;
    case TypeKind::DictType: return TS_T_DICT;
    case TypeKind::ClassType:
    case TypeKind::InterfaceType: return TS_T_CLASS;
    case TypeKind::UnionType: return TS_T_UNION;
    case TypeKind::VarType: return TS_T_VARIABLE;
    case TypeKind::StorageType: return TS_T_STORAGE;
    case TypeKind::StreamObjType: return TS_T_STREAM;
    case TypeKind::EnumType: return TS_T_ENUM;
    case TypeKind::FutureType: return TS_T_FUTURE;
    case TypeKind::QSchemeType: return TS_T_QSCHEME;
    default: return TS_T_OTHER;
  }
}
int ts_type_children(const ts_type *type) {
  // an Optional lists its element and None: the element alone is of interest
  return type_of(type)->kind() == TypeKind::OptionalType ? 1 : static_cast<int>(type_of(type)->containedTypes().size());
}
const ts_type *ts_type_child(const ts_type *type, int i) {
  const c10::Type *t = type_of(type);
  if (t->kind() == TypeKind::OptionalType) {
    return reinterpret_cast<const ts_type *>(t->castRaw<c10::OptionalType>()->getElementType().get());
  }
  return reinterpret_cast<const ts_type *>(t->containedTypes()[i].get());
}
const char *ts_type_field(const ts_type *type, int i) {
  const auto *tuple = type_of(type)->castRaw<c10::TupleType>();
  if (tuple == nullptr || tuple->schema() == nullptr) return nullptr;
  return tuple->schema()->arguments()[i].name().c_str();
}
char *ts_type_text(const ts_type *type) { return shim::copy(type_of(type)->repr_str()); }
int ts_type_is_open(const ts_type *type) {
  const auto *fields = type_of(type)->castRaw<c10::ClassType>();
  // a holder of C++'s has a class too, one without attributes
  return fields != nullptr && !fields->is_module() &&
         fields->name()->qualifiedName().find("__torch__.torch.classes") == std::string::npos;
}
char *ts_type_names(const ts_type *type) {
  std::vector<std::string> names;
  if (const auto *members = type_of(type)->castRaw<c10::EnumType>()) {
    for (const auto &member : members->enumNamesValues()) names.push_back(member.first);
  } else if (const auto *fields = type_of(type)->castRaw<c10::ClassType>()) {
    for (size_t i = 0; i < fields->numAttributes(); i++) names.push_back(fields->getAttributeName(i));
  }
  return shim::copy(shim::lines(names));
}

struct ts_type_owner {
  c10::TypePtr type;
};
int ts_type_parse(const char *text, ts_type_owner **type, ts_error *error) {
  return shim::guard(error, [&] {
    *type =
        new ts_type_owner{torch::jit::ScriptTypeParser(shim::source_resolver(nullptr, "", nullptr, 0)).parseType(text)};
  });
}
const ts_type *ts_type_owned(const ts_type_owner *owner) {
  return reinterpret_cast<const ts_type *>(owner->type.get());
}
void ts_type_free(ts_type_owner *owner) { delete owner; }

namespace shim {

void describe(const c10::Argument &argument, ts_argument *description) {
  std::memset(description, 0, sizeof *description);
  description->name = argument.name().c_str();
  description->type = reinterpret_cast<const ts_type *>(argument.real_type().get());
  description->fixed = argument.N() ? static_cast<int32_t>(*argument.N()) : -1;
  description->keyword_only = argument.kwarg_only();
  description->is_written = argument.alias_info() != nullptr && argument.alias_info()->isWrite();
  description->is_out = argument.is_out();
  if (argument.default_value()) {
    description->has_default = 1;
    from_ivalue(c10::IValue(*argument.default_value()), &description->default_value);
  }
}
void describe(const c10::FunctionSchema &schema, ts_schema *description) {
  std::ostringstream text;
  text << schema;
  description->arguments = static_cast<int32_t>(schema.arguments().size());
  description->returns = static_cast<int32_t>(schema.returns().size());
  description->text = copy(text.str());
}

}  // namespace shim

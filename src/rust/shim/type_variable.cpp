// Type variables of a schema (`append.t(t[] self, t el) -> t[]`), resolved from the values of a call.
#include <ATen/core/function_schema.h>
#include <ATen/core/jit_type.h>

#include <cmath>

#include "internal.h"

using c10::IValue;
using c10::TypePtr;

namespace {

TypePtr unified(const std::vector<TypePtr> &types) {
  TypePtr all = types.front();
  for (const auto &type : types) {
    if (type == nullptr || type->hasFreeVariables()) return nullptr;
    auto both = c10::unifyTypes(all, type);
    if (!both) return c10::AnyType::get();
    all = *both;
  }
  return all;
}

// The type of a value, or null: an empty list that was made for a type variable has none yet.
TypePtr type_of(const IValue &value) {
  if (value.isList() && value.toList().elementType()->hasFreeVariables()) {
    auto list = value.toListRef();
    std::vector<TypePtr> types;
    for (const IValue &item : list) types.push_back(type_of(item));
    TypePtr element = types.empty() ? nullptr : unified(types);
    return element == nullptr ? nullptr : c10::ListType::create(element);
  }
  if (value.isGenericDict() && value.toGenericDict().valueType()->hasFreeVariables()) {
    auto dict = value.toGenericDict();
    std::vector<TypePtr> types;
    for (const auto &entry : dict) types.push_back(type_of(entry.value()));
    TypePtr element = types.empty() ? nullptr : unified(types);
    if (element == nullptr || dict.keyType()->hasFreeVariables()) return nullptr;
    return c10::DictType::create(dict.keyType(), element);
  }
  auto type = value.type();
  return type->hasFreeVariables() ? nullptr : type;
}

void set_type(const IValue &value, const TypePtr &type) {
  if (auto list = type->cast<c10::ListType>(); list && value.isList()) {
    value.toList().unsafeSetElementType(list->getElementType());
  } else if (auto dict = type->cast<c10::DictType>(); dict && value.isGenericDict()) {
    value.toGenericDict().unsafeSetKeyType(dict->getKeyType());
    value.toGenericDict().unsafeSetValueType(dict->getValueType());
  }
}

// A number beside a list of numbers takes their type where it keeps its value.
void as_number(IValue &value, const TypePtr &type) {
  if (value.isInt() && type->kind() == c10::TypeKind::FloatType) {
    value = static_cast<double>(value.toInt());
  } else if (value.isDouble() && type->kind() == c10::TypeKind::IntType) {
    double number = value.toDouble();
    if (number == std::trunc(number) && std::abs(number) < 9007199254740992.0) value = static_cast<int64_t>(number);
  }
}

}  // namespace

namespace shim {

bool has_variables(const c10::FunctionSchema &schema) {
  for (const auto &argument : schema.arguments()) {
    if (argument.type()->hasFreeVariables()) return true;
  }
  return false;
}

void resolve_variables(const c10::FunctionSchema &schema, std::vector<IValue> &values) {
  c10::TypeEnv known;
  const auto &arguments = schema.arguments();
  // What holds elements says most; then single values; empty lists learn from the others.
  for (bool single : {false, true}) {
    for (size_t i = 0; i < values.size(); i++) {
      TypePtr formal = arguments[i].type();
      if (!formal->hasFreeVariables() || (formal->kind() == c10::TypeKind::VarType) != single) continue;
      if (single) {
        auto found = known.find(formal->expectRef<c10::VarType>().name());
        if (found != known.end()) as_number(values[i], found->second);
      }
      TypePtr actual = type_of(values[i]);
      if (actual == nullptr) continue;
      auto match = c10::matchTypeVariables(formal, actual, known);
      TypePtr wanted = match.success() ? c10::tryEvalTypeVariables(formal, known) : nullptr;
      TORCH_CHECK_TYPE(wanted != nullptr && actual->isSubtypeOf(*wanted), "`", arguments[i].name(), "` is of type ",
                       actual->repr_str(), ", which does not go with the other arguments of ", schema);
      set_type(values[i], wanted);
    }
  }
  for (size_t i = 0; i < values.size(); i++) {
    TypePtr formal = arguments[i].type();
    if (!formal->hasFreeVariables() || type_of(values[i]) != nullptr) continue;
    TypePtr wanted = c10::tryEvalTypeVariables(formal, known);
    if (wanted != nullptr) {
      set_type(values[i], wanted);
      continue;
    }
    // the number of elements can be told without their type, a list of them can't
    for (const auto &result : schema.returns()) {
      TORCH_CHECK_TYPE(!result.type()->hasFreeVariables(), "the type of the elements of `", arguments[i].name(),
                       "` can't be told, because it is empty");
    }
  }
}

}  // namespace shim

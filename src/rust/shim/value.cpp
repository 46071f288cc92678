// Values: ts_value -> IValue and back; errors; text.
#include <ATen/core/Generator.h>
#include <ATen/core/List.h>
#include <torch/csrc/jit/frontend/error_report.h>
#include <torch/csrc/jit/runtime/jit_exception.h>

#include "internal.h"

using c10::IValue;

namespace shim {

char *copy(const std::string &text) { return strdup(text.c_str()); }

std::string lines(const std::vector<std::string> &items) {
  std::string text;
  for (const auto &item : items) {
    if (!text.empty()) text += '\n';
    text += item;
  }
  return text;
}

IValue record(std::vector<std::pair<std::string, IValue>> fields) {
  std::vector<std::string> names;
  std::vector<c10::TypePtr> types;
  std::vector<IValue> values;
  for (auto &[name, value] : fields) {
    names.push_back(name);
    types.push_back(value.type());
    values.push_back(std::move(value));
  }
  auto type = c10::TupleType::createNamed(c10::QualifiedName("record"), names, types);
  return c10::ivalue::Tuple::createNamed(std::move(values), std::move(type));
}

int report(ts_error *error) noexcept {
  auto fill = [&](int kind, const char *message) {
    error->kind = kind;
    error->message = strdup(message != nullptr ? message : "unknown error");
    return TS_ERROR;
  };
  try {
    throw;
  } catch (const Unwinding &) {
    return TS_UNWINDING;
  } catch (const torch::jit::ErrorReport &e) {
    return fill(TS_ERROR_COMPILE, e.what());
  } catch (const torch::jit::JITException &e) {
    if (e.getOriginalMsg()) error->reason = copy(*e.getOriginalMsg());
    if (e.getPythonClassName()) error->raised = copy(*e.getPythonClassName());
    return fill(TS_ERROR_PROGRAM, e.what());
  } catch (const c10::NotImplementedError &e) {
    return fill(TS_ERROR_NOT_IMPLEMENTED, e.what_without_backtrace());
  } catch (const c10::IndexError &e) {
    return fill(TS_ERROR_INDEX, e.what_without_backtrace());
  } catch (const c10::OutOfMemoryError &e) {
    return fill(TS_ERROR_MEMORY, e.what_without_backtrace());
  } catch (const c10::LinAlgError &e) {
    return fill(TS_ERROR_LINALG, e.what_without_backtrace());
  } catch (const c10::TypeError &e) {
    return fill(TS_ERROR_TYPE, e.what_without_backtrace());
  } catch (const c10::ValueError &e) {
    return fill(TS_ERROR_VALUE, e.what_without_backtrace());
  } catch (const c10::Error &e) {
    const char *text = e.what_without_backtrace();
    // the CPU allocator reports exhaustion as a plain error
    const char *asked = std::strstr(text, "you tried to allocate ");
    if (asked == nullptr) return fill(TS_ERROR_RUNTIME, text);
    double bytes = std::strtod(asked + std::strlen("you tried to allocate "), nullptr);
    char message[80];
    std::snprintf(message, sizeof message, "not enough memory: %.6g GB were asked for at once", bytes / 1e9);
    return fill(TS_ERROR_MEMORY, message);
  } catch (const std::bad_alloc &) {
    return fill(TS_ERROR_MEMORY, "not enough memory");
  } catch (const std::exception &e) {
    return fill(TS_ERROR_RUNTIME, e.what());
  } catch (...) {
    return fill(TS_ERROR_OTHER, "an exception of unknown type left libtorch");
  }
}

c10::TypePtr shared_type(const void *type) {
  auto *plain = const_cast<c10::Type *>(static_cast<const c10::Type *>(type));
  if (auto *shared = dynamic_cast<c10::SharedType *>(plain)) return shared->shared_from_this();
  return c10::SingletonTypePtr<c10::Type>(plain);
}

namespace {
template <class T, class S>
IValue list_of(const ts_value &value) {
  const auto *data = static_cast<const S *>(value.v.p);
  c10::List<T> list;
  list.reserve(value.length);
  for (int64_t i = 0; i < value.length; i++) list.push_back(static_cast<T>(data[i]));
  return list;
}
IValue list_value(const ts_value &value) {
  const auto *items = static_cast<const ts_value *>(value.v.p);
  const auto *element = static_cast<const c10::Type *>(value.extra);
  if (element == nullptr || element->kind() == c10::TypeKind::TensorType) {
    c10::List<at::Tensor> list;
    list.reserve(value.length);
    for (int64_t i = 0; i < value.length; i++) list.push_back(to_ivalue(items[i]).toTensor());
    return list;
  }
  c10::impl::GenericList list(shared_type(element));
  list.reserve(value.length);
  for (int64_t i = 0; i < value.length; i++) list.push_back(to_ivalue(items[i]));
  return list;
}
// A named tuple of a type that nobody has declared: it is named after its fields.
IValue named_tuple(std::vector<IValue> elements, const char *const *names) {
  std::vector<std::string> fields;
  std::vector<c10::TypePtr> types;
  std::string name = "__torch__.Fields";
  for (size_t i = 0; i < elements.size(); i++) {
    fields.emplace_back(names[i]);
    types.push_back(elements[i].type());
    name += "_" + fields.back();
  }
  auto type = c10::TupleType::createNamed(c10::QualifiedName(name), fields, types);
  return c10::ivalue::Tuple::createNamed(std::move(elements), type);
}
IValue tuple_value(const ts_value &value) {
  const auto *items = static_cast<const ts_value *>(value.v.p);
  std::vector<IValue> elements;
  elements.reserve(value.length);
  for (int64_t i = 0; i < value.length; i++) elements.push_back(to_ivalue(items[i]));
  if (value.reserved == 1) return named_tuple(std::move(elements), static_cast<const char *const *>(value.extra));
  if (value.extra != nullptr) {
    return c10::ivalue::Tuple::createNamed(std::move(elements), shared_type(value.extra)->cast<c10::TupleType>());
  }
  return c10::ivalue::Tuple::create(std::move(elements));
}
IValue dict_value(const ts_value &value) {
  const auto *items = static_cast<const ts_value *>(value.v.p);
  c10::TypePtr key = c10::StringType::get(), element = c10::TensorType::get();
  if (value.extra != nullptr) {
    auto type = shared_type(value.extra)->cast<c10::DictType>();
    key = type->getKeyType();
    element = type->getValueType();
  }
  c10::impl::GenericDict dict(key, element);
  for (int64_t i = 0; i < value.length; i++) dict.insert(to_ivalue(items[2 * i]), to_ivalue(items[2 * i + 1]));
  return dict;
}
// An object whose class runs no code here: its fields are set as they are.
IValue fields_value(const ts_value &value) {
  const auto *items = static_cast<const ts_value *>(value.v.p);
  auto type = shared_type(value.extra)->expect<c10::ClassType>();
  auto object = c10::ivalue::Object::create(c10::StrongTypePtr(type->compilation_unit(), type), value.length);
  for (int64_t i = 0; i < value.length; i++) object->setSlot(i, to_ivalue(items[i]));
  return object;
}
IValue future_value(const ts_value &value) {
  auto future = c10::make_intrusive<c10::ivalue::Future>(shared_type(value.extra));
  future->markCompleted(to_ivalue(*static_cast<const ts_value *>(value.v.p)));
  return future;
}
}  // namespace

IValue to_ivalue(const ts_value &value) {
  switch (value.tag) {
    case TS_NONE: return {};
    case TS_TENSOR: return *Borrowed(static_cast<const ts_tensor *>(value.v.p));
    case TS_INT: return value.v.i;
    case TS_DOUBLE: return value.v.d;
    case TS_BOOL: return value.v.i != 0;
    case TS_COMPLEX: return c10::complex<double>(value.v.complex[0], value.v.complex[1]);
    case TS_STRING: return std::string(static_cast<const char *>(value.v.p), value.length);
    case TS_DEVICE: return c10::Device(std::string(static_cast<const char *>(value.v.p), value.length));
    case TS_GENERATOR: return *static_cast<const at::Generator *>(value.v.p);
    case TS_INTS: return list_of<int64_t, int64_t>(value);
    case TS_DOUBLES: return list_of<double, double>(value);
    case TS_BOOLS: return list_of<bool, int64_t>(value);
    case TS_LIST: return list_value(value);
    case TS_TUPLE: return tuple_value(value);
    case TS_DICT: return dict_value(value);
    case TS_FUTURE: return future_value(value);
    case TS_FIELDS: return fields_value(value);
    case TS_OBJECT: return static_cast<const ts_object *>(value.v.p)->value;
    default: TORCH_CHECK(false, "internal: a value of unknown tag ", value.tag);
  }
}

namespace {
int kind_of(const c10::Type &type) { return ts_type_kind(reinterpret_cast<const ts_type *>(&type)); }
ts_value *children(ts_value *result, int tag, size_t length, size_t count) {
  result->tag = tag;
  result->length = static_cast<int64_t>(length);
  auto *items = static_cast<ts_value *>(calloc(count == 0 ? 1 : count, sizeof(ts_value)));
  result->v.p = items;
  return items;
}
template <class T, class L>
void vector_out(ts_value *result, int tag, const L &list) {
  result->tag = tag;
  result->length = static_cast<int64_t>(list.size());
  auto *data = static_cast<T *>(malloc(sizeof(T) * (list.size() + 1)));
  for (size_t i = 0; i < list.size(); i++) data[i] = static_cast<T>(list.get(i));
  result->v.p = data;
}
void text_out(ts_value *result, int tag, const std::string &text) {
  result->tag = tag;
  result->length = static_cast<int64_t>(text.size());
  auto *data = static_cast<char *>(malloc(text.size() + 1));
  std::memcpy(data, text.c_str(), text.size() + 1);
  result->v.p = data;
}
const c10::Type *part(const c10::Type *type, size_t i) {
  return type != nullptr && i < type->containedTypeSize() ? type->containedType(i).get() : nullptr;
}
void tuple_out(const c10::ivalue::Tuple &tuple, ts_value *result, const c10::Type *declared) {
  size_t n = tuple.elements().size();
  auto *items = children(result, TS_TUPLE, n, n);
  for (size_t i = 0; i < n; i++) from_ivalue(IValue(tuple.elements()[i]), items + i, part(declared, i));
  auto schema = tuple.type()->schema();
  if (schema == nullptr && declared != nullptr && declared->kind() == c10::TypeKind::TupleType) {
    schema = declared->castRaw<c10::TupleType>()->schema();
  }
  if (schema == nullptr) return;
  auto **names = static_cast<char **>(calloc(n + 1, sizeof(char *)));
  for (size_t i = 0; i < n; i++) names[i] = copy(schema->arguments()[i].name());
  result->extra = names;
}
}  // namespace

void from_ivalue(IValue &&value, ts_value *result, const c10::Type *declared) {
  std::memset(result, 0, sizeof *result);
  while (declared != nullptr &&
         (declared->kind() == c10::TypeKind::OptionalType || declared->kind() == c10::TypeKind::FutureType)) {
    declared = declared->kind() == c10::TypeKind::OptionalType
                   ? declared->castRaw<c10::OptionalType>()->getElementType().get()
                   : part(declared, 0);
  }
  while (value.isFuture() || value.isAwait()) {
    if (value.isAwait()) {
      value = value.toAwait()->wait();
      continue;
    }
    auto future = value.toFuture();
    future->waitAndThrow();
    value = future->value();
  }
  if (value.isTensor()) {
    at::Tensor tensor = std::move(value).toTensor();
    if (!tensor.defined()) return;  // an undefined tensor is R's NULL
    result->tag = TS_TENSOR;
    result->v.p = give(std::move(tensor));
  } else if (value.isNone()) {
    result->tag = TS_NONE;
  } else if (value.isInt()) {
    result->tag = TS_INT;
    result->v.i = value.toInt();
  } else if (value.isSymInt()) {
    result->tag = TS_INT;
    result->v.i = value.toSymInt().guard_int(__FILE__, __LINE__);
  } else if (value.isDouble()) {
    result->tag = TS_DOUBLE;
    result->v.d = value.toDouble();
  } else if (value.isBool()) {
    result->tag = TS_BOOL;
    result->v.i = value.toBool();
  } else if (value.isComplexDouble()) {
    auto number = value.toComplexDouble();
    result->tag = TS_COMPLEX;
    result->v.complex[0] = number.real();
    result->v.complex[1] = number.imag();
  } else if (value.isString()) {
    text_out(result, TS_STRING, value.toStringRef());
  } else if (value.isDevice()) {
    text_out(result, TS_DEVICE, value.toDevice().str());
  } else if (value.isGenerator()) {
    result->tag = TS_GENERATOR;
    result->v.p = new at::Generator(value.toGenerator());
  } else if (value.isIntList()) {
    vector_out<int64_t>(result, TS_INTS, value.toIntList());
  } else if (value.isDoubleList()) {
    vector_out<double>(result, TS_DOUBLES, value.toDoubleList());
  } else if (value.isBoolList()) {
    vector_out<int64_t>(result, TS_BOOLS, value.toBoolList());
  } else if (value.isTuple()) {
    tuple_out(value.toTupleRef(), result, declared);
  } else if (value.isList()) {
    auto list = value.toListRef();
    auto *items = children(result, TS_LIST, list.size(), list.size());
    result->reserved = kind_of(*value.toList().elementType());
    for (size_t i = 0; i < list.size(); i++) from_ivalue(IValue(list[i]), items + i, part(declared, 0));
  } else if (value.isGenericDict()) {
    auto dict = value.toGenericDict();
    auto *items = children(result, TS_DICT, dict.size(), 2 * dict.size());
    result->reserved = kind_of(*dict.keyType());
    for (const auto &entry : dict) {
      from_ivalue(IValue(entry.key()), items++);
      from_ivalue(IValue(entry.value()), items++, part(declared, 1));
    }
  } else {
    result->tag = TS_OBJECT;
    result->v.p = new ts_object{std::move(value)};
  }
}

}  // namespace shim

void ts_value_free(ts_value *values, int count) {
  for (int i = 0; i < count; i++) {
    ts_value &value = values[i];
    switch (value.tag) {
      case TS_TENSOR: ts_tensor_free(static_cast<ts_tensor *>(value.v.p)); break;
      case TS_GENERATOR: ts_generator_free(static_cast<ts_generator *>(value.v.p)); break;
      case TS_OBJECT: ts_object_free(static_cast<ts_object *>(value.v.p)); break;
      case TS_STRING:
      case TS_DEVICE:
      case TS_INTS:
      case TS_DOUBLES:
      case TS_BOOLS:
      case TS_BYTES: free(value.v.p); break;
      case TS_LIST:
      case TS_TUPLE:
      case TS_DICT: {
        int64_t n = value.tag == TS_DICT ? 2 * value.length : value.length;
        ts_value_free(static_cast<ts_value *>(value.v.p), static_cast<int>(n));
        free(value.v.p);
        if (auto **names = static_cast<char **>(const_cast<void *>(value.extra))) {
          for (int64_t j = 0; j < n; j++) free(names[j]);
          free(names);
        }
        break;
      }
      default: break;
    }
    value.tag = TS_NONE;
  }
}
void ts_string_free(char *text) { free(text); }
char *ts_string_copy(const char *text) { return strdup(text); }
void ts_object_free(ts_object *object) { delete object; }
int ts_object_kind(const ts_object *object) {
  if (object->value.isEnum()) return TS_OBJECT_ENUM;
  if (!object->value.isObject()) return TS_OBJECT_OTHER;
  return object->value.isModule() ? TS_OBJECT_MODULE : TS_OBJECT_INSTANCE;
}
int ts_object_is_a(const ts_object *object, const ts_type *type) {
  return object->value.type()->isSubtypeOf(*reinterpret_cast<const c10::Type *>(type));
}
char *ts_object_text(const ts_object *object) {
  bool has_type = object->value.isObject() || object->value.isEnum();
  return shim::copy(has_type ? object->value.type()->repr_str() : object->value.tagKind());
}
int ts_enum_member(const ts_type *type, const char *name, ts_object **member, ts_error *error) {
  return shim::guard(error, [&] {
    auto members = shim::shared_type(type)->expect<c10::EnumType>();
    *member = nullptr;
    for (const auto &known : members->enumNamesValues()) {
      if (known.first != name) continue;
      auto holder = c10::make_intrusive<c10::ivalue::EnumHolder>(members, known.first, known.second);
      *member = new ts_object{IValue(std::move(holder))};
    }
  });
}
int ts_enum_value(const ts_object *member, char **type, char **name, ts_value *value, ts_error *error) {
  return shim::guard(error, [&] {
    auto holder = member->value.toEnumHolder();
    *type = shim::copy(member->value.type()->expect<c10::EnumType>()->qualifiedClassName().name());
    *name = shim::copy(holder->name());
    shim::from_ivalue(IValue(holder->value()), value);
  });
}

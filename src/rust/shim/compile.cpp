// Source compiled: functions, script classes, named tuples and enums, in any order.
#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/frontend/error_report.h>
#include <torch/csrc/jit/frontend/resolver.h>
#include <torch/csrc/jit/frontend/script_type_parser.h>
#include <torch/csrc/jit/frontend/sugared_value.h>
#include <torch/csrc/jit/ir/ir.h>

#include <map>
#include <set>

#include "internal.h"
#include "known_name.h"
#include "python_module.h"
#include "python_parser.h"

using namespace torch::jit;
using c10::QualifiedName;

namespace {
SugaredValuePtr constant(GraphFunction &m, const SourceRange &at, const IValue &value) {
  return std::make_shared<SimpleValue>(m.graph()->insertConstant(value, at));
}

const std::set<std::string> exceptions{
    "Exception",           "RuntimeError",   "ValueError",    "TypeError",       "IndexError",        "KeyError",
    "NotImplementedError", "AssertionError", "OSError",       "ArithmeticError", "ZeroDivisionError", "LookupError",
    "AttributeError",      "NameError",      "OverflowError", "StopIteration",   "TimeoutError",      "IOError",
    "FloatingPointError",  "MemoryError",    "UnicodeError",  "BufferError",     "EOFError",          "ImportError"};

// A class whose static methods can be called on it.
struct ScriptClass final : ClassValue {
  using ClassValue::ClassValue;
  SugaredValuePtr attr(const SourceRange &at, GraphFunction &m, const std::string &field) override {
    if (auto *found = type_->findStaticMethod(field)) return std::make_shared<FunctionValue>(found);
    return ClassValue::attr(at, m, field);
  }
};

struct Definitions : std::enable_shared_from_this<Definitions>, Resolver {
  // Not owned: the unit's functions may keep their resolver.
  CompilationUnit *unit = nullptr;
  std::weak_ptr<CompilationUnit> shared;
  std::map<std::string, Def> functions;
  std::map<std::string, shim::PythonClass> classes;
  std::map<std::string, IValue> constants;
  std::map<std::string, shim::Known> known;
  std::map<std::string, c10::TypePtr> types;
  std::vector<std::string> order;

  SugaredValuePtr resolveValue(const std::string &name, GraphFunction &m, const SourceRange &at) override {
    if (is_exception_class(name)) return std::make_shared<ExceptionValue>(name);
    if (functions.count(name) > 0) return std::make_shared<FunctionValue>(function(name));
    const auto given = known.find(name);
    if (given != known.end()) return given->second.value(name, m, at, *unit);
    if (auto type = resolveType(name, at)) return value_of(type);
    const auto found = constants.find(name);
    if (found != constants.end()) return constant(m, at, found->second);
    if (exceptions.count(name) > 0) return std::make_shared<ExceptionValue>(name);
    return shim::python_module(name, [this](const std::string &whole) { return in_library(whole); });
  }
  c10::TypePtr resolveType(const std::string &name, const SourceRange &) override {
    const auto known = types.find(name);
    if (known != types.end()) return known->second;
    if (auto type = shim::type_of_torch(name)) return type;
    const auto found = classes.find(name);
    if (found == classes.end() || is_exception_class(name)) return nullptr;
    // the methods of a module are compiled one by one
    const QualifiedName qualified("__torch__", name);
    if (auto made = unit == nullptr ? nullptr : unit->get_type(qualified)) return types[name] = made;
    return type(found->second, qualified);
  }

  bool is_exception_class(const std::string &name) const {
    const auto own = classes.find(name);
    return own != classes.end() && exceptions.count(base_of(own->second.definition)) > 0;
  }
  Function *function(const std::string &name) {
    const QualifiedName qualified("__torch__", name);
    if (auto *found = unit->find_function(qualified)) return found;
    unit->define(QualifiedName("__torch__"), {}, {}, {functions.at(name)}, {shared_from_this()}, nullptr);
    return unit->find_function(qualified);
  }

  // A function for R that makes an object, a named tuple, or the list of an enum's members.
  void constructor(const std::string &name) {
    const auto type = types.at(name);
    auto graph = std::make_shared<Graph>();
    std::vector<c10::Argument> arguments;
    c10::TypePtr returned = type;
    Value *made = nullptr;
    if (auto members = type->cast<c10::EnumType>()) {
      std::vector<Value *> values;
      for (const auto &member : members->enumNamesValues()) {
        values.push_back(graph->insertConstant(
            IValue(c10::make_intrusive<c10::ivalue::EnumHolder>(members, member.first, member.second))));
      }
      made = graph->insertNode(graph->createList(type, values))->output();
      returned = c10::ListType::create(type);
    } else if (auto fields = type->cast<c10::TupleType>()) {
      arguments = fields->schema()->arguments();
      std::vector<Value *> values;
      for (const auto &argument : arguments)
        values.push_back(graph->addInput(argument.name())->setType(argument.type()));
      made = graph->insertNode(graph->createTuple(values, fields))->output();
    } else {
      auto object = type->expect<c10::ClassType>();
      auto *init = object->findMethod("__init__");
      if (init == nullptr) return;
      const auto &declared = init->getSchema().arguments();
      arguments.assign(declared.begin() + 1, declared.end());
      made = graph->insertNode(graph->createObject(object))->output();
      std::vector<Value *> values{made};
      for (const auto &argument : arguments)
        values.push_back(graph->addInput(argument.name())->setType(argument.type()));
      auto *call = graph->insertNode(graph->create(prim::CallMethod, values));
      call->s_(attr::name, "__init__")->output()->setType(c10::NoneType::get());
    }
    graph->registerOutput(made);
    auto *function = unit->create_function(QualifiedName("__torch__.__new__", name), graph);
    function->setSchema(c10::FunctionSchema(name, "", arguments, {c10::Argument("", returned)}));
  }

 private:
  SugaredValuePtr value_of(const c10::TypePtr &type) const {
    if (auto found = type->cast<c10::EnumType>()) return std::make_shared<SugaredEnumClass>(found);
    if (auto found = type->cast<c10::TupleType>()) return std::make_shared<NamedTupleConstructor>(found);
    return std::make_shared<ScriptClass>(type->expect<c10::ClassType>());
  }
  static std::string base_of(const ClassDef &definition) {
    if (!definition.superclass().present()) return "";
    const auto base = definition.superclass().get();
    return base.kind() == TK_VAR ? Var(base).name().name() : base.range().text().str();
  }
  // What PyTorch writes in Python, under its own name.
  SugaredValuePtr in_library(const std::string &whole) {
    const char *text = unit == nullptr ? nullptr : shim::library_source(whole);
    if (text == nullptr) return nullptr;
    const QualifiedName qualified("__torch__." + whole);
    if (auto *found = unit->find_function(qualified)) return std::make_shared<FunctionValue>(found);
    const auto made = types.find(whole);
    if (made != types.end()) return value_of(made->second);
    const auto parsed = shim::parse_python(text);
    if (!parsed.classes.empty()) return value_of(class_(parsed.classes[0], qualified, whole));
    unit->define(QualifiedName(qualified.prefix()), {}, {}, {parsed.functions.at(0)}, {shared_from_this()}, nullptr);
    return std::make_shared<FunctionValue>(unit->find_function(qualified));
  }
  c10::TypePtr type(const shim::PythonClass &made, const QualifiedName &name) {
    const ClassDef &definition = made.definition;
    const std::string base = base_of(definition);
    if (made.is_interface) {
      unit->define_interface(name, definition, shared_from_this());
      return types[name.name()] = unit->get_interface(name);
    }
    if (base.empty() || base == "object") return class_(made, name, name.name());
    if (base == "NamedTuple" || base == "typing.NamedTuple") return named_tuple(definition, name);
    if (base == "Enum" || base == "IntEnum" || base == "enum.Enum") return enum_(definition, name);
    if (base.find("Module") != std::string::npos) {
      throw ErrorReport(definition) << "source can't define a network: make it with nn_module(), then use jit_script() "
                                       "or jit_trace()";
    }
    throw ErrorReport(definition)
        << "a class can't inherit in TorchScript, but of NamedTuple, Enum and exceptions: repeat "
           "what `"
        << base << "` has";
  }
  c10::TypePtr annotated(const Expr &type) { return ScriptTypeParser(shared_from_this()).parseTypeFromExpr(type); }

  c10::TypePtr class_(const shim::PythonClass &written, const QualifiedName &name, const std::string &key) {
    auto made = c10::ClassType::create(name, shared);
    unit->register_type(made);
    types[key] = made;
    std::vector<Def> methods, statics;
    for (const auto &statement : written.definition.body()) {
      if (statement.kind() == TK_ASSIGN) {
        const Assign field(statement);
        if (!field.type().present() || field.lhs().kind() != TK_VAR) {
          throw ErrorReport(statement) << "a field of a class is declared with its type, as in `x: int`";
        }
        if (field.rhs().present()) throw ErrorReport(statement) << "a field's value is given in `__init__`";
        made->addAttribute(Var(field.lhs()).name().name(), annotated(field.type().get()));
      } else if (statement.kind() == TK_DEF) {
        const Def method(statement.tree());
        (written.statics.count(method.range().start()) > 0 ? statics : methods).push_back(method);
      }
    }
    for (const auto &method : statics) {
      unit->define(name, {}, {}, {method}, {shared_from_this()}, nullptr);
      made->addStaticMethod(unit->find_function(QualifiedName(name, method.name().name())));
    }
    std::vector<Property> properties;
    if (written.definition.properties().present()) {
      for (const auto &property : written.definition.properties().get()) properties.push_back(property);
    }
    const SimpleSelf self(made);
    unit->define(name, properties, std::vector<ResolverPtr>(properties.size(), shared_from_this()), methods,
                 std::vector<ResolverPtr>(methods.size(), shared_from_this()), &self);
    return made;
  }
  c10::TypePtr named_tuple(const ClassDef &definition, const QualifiedName &name) {
    std::vector<std::string> names;
    std::vector<c10::TypePtr> field_types;
    std::vector<IValue> defaults;
    for (const auto &statement : definition.body()) {
      if (statement.kind() != TK_ASSIGN) continue;
      const Assign field(statement);
      if (!field.type().present()) throw ErrorReport(statement) << "a field of a NamedTuple needs a type";
      names.push_back(Var(field.lhs()).name().name());
      field_types.push_back(annotated(field.type().get()));
      if (field.rhs().present()) {
        auto value = literal(field.rhs().get());
        if (value.isInt() && field_types.back()->kind() == c10::TypeKind::FloatType) {
          value = static_cast<double>(value.toInt());
        }
        defaults.push_back(std::move(value));
      }
    }
    auto made = c10::TupleType::createNamed(name, names, field_types, defaults);
    unit->register_type(made);
    return types[name.name()] = made;
  }
  c10::TypePtr enum_(const ClassDef &definition, const QualifiedName &name) {
    std::vector<c10::EnumNameValue> members;
    for (const auto &statement : definition.body()) {
      if (statement.kind() != TK_ASSIGN) continue;
      const Assign member(statement);
      members.emplace_back(Var(member.lhs()).name().name(), literal(member.rhs().get()));
      if (members.back().second.tagKind() != members[0].second.tagKind()) {
        throw ErrorReport(statement) << "the members of an Enum have values of one type";
      }
    }
    if (members.empty()) throw ErrorReport(definition) << "an Enum needs members";
    auto made = c10::EnumType::create(name, members[0].second.type(), members, shared);
    unit->register_type(made);
    return types[name.name()] = made;
  }

 public:
  static IValue literal(const Expr &value) {
    switch (value.kind()) {
      case TK_CONST: {
        const Const number(value);
        if (number.isIntegral()) return number.asIntegral();
        if (number.isFloatingPoint()) return number.asFloatingPoint();
        break;
      }
      case TK_STRINGLITERAL: return StringLiteral(value).text();
      case TK_TRUE: return true;
      case TK_FALSE: return false;
      case TK_NONE: return IValue();
      case TK_UNARY_MINUS: {
        const auto inner = literal(Expr(value.tree()->tree(0)));
        if (inner.isInt()) return -inner.toInt();
        if (inner.isDouble()) return -inner.toDouble();
        break;
      }
      default: break;
    }
    throw ErrorReport(value) << "a number, a string, True, False or None is wanted here";
  }
};

}  // namespace

std::shared_ptr<Resolver> shim::source_resolver(const std::shared_ptr<CompilationUnit> &unit, const char *source,
                                                const ts_known *known, int n) {
  auto definitions = std::make_shared<Definitions>();
  definitions->unit = unit.get();
  definitions->shared = unit;
  definitions->known = shim::known_names(known, n);
  auto parsed = shim::parse_python(source);
  for (const auto &made : parsed.functions) definitions->functions.emplace(made.name().name(), made);
  for (const auto &made : parsed.classes) definitions->classes.emplace(made.definition.name().name(), made);
  for (const auto &made : parsed.constants) definitions->constants[made.first] = Definitions::literal(made.second);
  definitions->order = std::move(parsed.order);
  return definitions;
}

struct ts_unit {
  std::shared_ptr<CompilationUnit> unit;
  std::vector<std::string> names;
};
int ts_compile(const char *source, const ts_known *known, int n, ts_unit **unit, ts_error *error) {
  return shim::guard(error, [&] {
    auto made = std::make_shared<CompilationUnit>();
    auto definitions = std::static_pointer_cast<Definitions>(shim::source_resolver(made, source, known, n));
    std::vector<std::string> names;
    for (const auto &name : definitions->order) {
      if (definitions->functions.count(name) > 0) {
        definitions->function(name);
        names.push_back(name);
        continue;
      }
      if (definitions->is_exception_class(name)) continue;
      const auto type = definitions->resolveType(name, SourceRange());
      if (type->kind() == c10::TypeKind::InterfaceType) continue;
      definitions->constructor(name);
      if (made->find_function(QualifiedName("__torch__.__new__", name)) == nullptr) continue;
      // the sign tells R that the members are wanted, not the function
      names.push_back((type->kind() == c10::TypeKind::EnumType ? "=" : "") + name);
    }
    *unit = new ts_unit{std::move(made), std::move(names)};
  });
}
void ts_unit_free(ts_unit *unit) { delete unit; }
char *ts_unit_names(const ts_unit *unit) { return shim::copy(shim::lines(unit->names)); }
int ts_unit_function(const ts_unit *unit, const char *name, ts_function **function, ts_error *error) {
  return shim::guard(error, [&] {
    const std::string plain = name[0] == '=' ? name + 1 : name;
    auto *found = unit->unit->find_function(QualifiedName("__torch__", plain));
    if (found == nullptr) found = unit->unit->find_function(QualifiedName("__torch__.__new__", plain));
    TORCH_CHECK(found != nullptr, "no function '", plain, "'");
    found->ensure_defined();
    *function = new ts_function{unit->unit, found, std::nullopt};
  });
}

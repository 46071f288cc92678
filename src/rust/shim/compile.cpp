// Source compiled: functions, script classes, named tuples and enums, in any order.
#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/frontend/error_report.h>
#include <torch/csrc/jit/frontend/parser.h>
#include <torch/csrc/jit/frontend/resolver.h>
#include <torch/csrc/jit/frontend/script_type_parser.h>
#include <torch/csrc/jit/frontend/sugared_value.h>
#include <torch/csrc/jit/ir/ir.h>

#include <limits>
#include <map>
#include <set>

#include "internal.h"
#include "known_name.h"
#include "python_text.h"

using namespace torch::jit;
using c10::QualifiedName;

namespace {
SugaredValuePtr constant(GraphFunction &m, const SourceRange &at, const IValue &value) {
  return std::make_shared<SimpleValue>(m.graph()->insertConstant(value, at));
}

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
                                                      {"float16", at::kHalf},
                                                      {"half", at::kHalf},
                                                      {"float32", at::kFloat},
                                                      {"float", at::kFloat},
                                                      {"float64", at::kDouble},
                                                      {"double", at::kDouble},
                                                      {"complex64", at::kComplexFloat},
                                                      {"bool", at::kBool},
                                                      {"complex128", at::kComplexDouble},
                                                      {"bfloat16", at::kBFloat16}};
const std::map<std::string, int64_t> layouts = {
    {"strided", static_cast<int64_t>(at::kStrided)},
    {"sparse_coo", static_cast<int64_t>(at::kSparse)},
    {"contiguous_format", static_cast<int64_t>(at::MemoryFormat::Contiguous)},
    {"preserve_format", static_cast<int64_t>(at::MemoryFormat::Preserve)},
    {"channels_last", static_cast<int64_t>(at::MemoryFormat::ChannelsLast)}};

// What `math` and the modules of `torch` hold beyond the operators of one namespace.
struct PythonModule final : SugaredValue {
  using Find = std::function<SugaredValuePtr(const std::string &)>;
  PythonModule(std::string name, Find find) : name_(std::move(name)), find_(std::move(find)) {}
  std::string kind() const override { return "module " + name_; }
  SugaredValuePtr attr(const SourceRange &at, GraphFunction &m, const std::string &field) override {
    if (name_ == "torch" || name_ == "math") {
      const auto number = numbers.find(field);
      if (number != numbers.end()) return constant(m, at, number->second);
    }
    if (name_ == "torch") return torch(at, m, field);
    if (name_ == "torch.jit") {
      if (field == "fork") return SpecialFormValue::create(prim::fork);
      if (field == "annotate") return SpecialFormValue::create(prim::annotate);
      if (field == "isinstance") return SpecialFormValue::create(prim::isinstance);
      if (field == "wait") return std::make_shared<BuiltinFunction>(aten::wait, std::nullopt);
      throw ErrorReport(at) << "torch.jit." << field << " is not known";
    }
    if (name_ == "torch.nn") return field == "functional" ? part("torch.nn.functional") : refuse(at, field);
    const std::string prefix = name_ == "math" || name_ == "torch.nn.functional" ? "" : name_.substr(6) + "_";
    return BuiltinModule("aten").attr(at, m, prefix + field);
  }

 private:
  SugaredValuePtr part(const std::string &name) const { return std::make_shared<PythonModule>(name, find_); }
  SugaredValuePtr refuse(const SourceRange &at, const std::string &field) const {
    throw ErrorReport(at) << name_ << "." << field << " can't be used in compiled source";
  }
  SugaredValuePtr torch(const SourceRange &at, GraphFunction &m, const std::string &field) const {
    static const std::set<std::string> parts{"jit", "nn", "linalg", "fft", "special"};
    if (parts.count(field) > 0) return part("torch." + field);
    if (auto found = find_(field)) return found;
    const auto dtype = dtypes.find(field);
    if (dtype != dtypes.end()) return constant(m, at, static_cast<int64_t>(dtype->second));
    const auto layout = layouts.find(field);
    if (layout != layouts.end()) return constant(m, at, layout->second);
    return BuiltinModule("aten").attr(at, m, field);
  }
  std::string name_;
  Find find_;
};

// A class whose static methods can be called on it.
struct ScriptClass final : ClassValue {
  using ClassValue::ClassValue;
  SugaredValuePtr attr(const SourceRange &at, GraphFunction &m, const std::string &field) override {
    if (auto *found = type_->findStaticMethod(field)) return std::make_shared<FunctionValue>(found);
    return ClassValue::attr(at, m, field);
  }
};

// The contexts as PyTorch compiles them, under PyTorch's names.
std::string grad_mode(const std::string &name, const char *enabled) {
  return "class " + name + ":\n  def __init__(self) -> None:\n    self.prev = False\n" +
         "  def __enter__(self) -> None:\n    self.prev = torch.is_grad_enabled()\n    torch.set_grad_enabled(" +
         enabled + ")\n  def __exit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None:\n" +
         "    torch.set_grad_enabled(self.prev)\n";
}

struct Definitions : std::enable_shared_from_this<Definitions>, Resolver {
  // Not owned: the unit's functions may keep their resolver.
  CompilationUnit *unit = nullptr;
  std::weak_ptr<CompilationUnit> shared;
  std::map<std::string, Def> functions;
  std::map<std::string, ClassDef> classes;
  std::map<std::string, IValue> constants;
  std::map<std::string, shim::Known> known;
  std::map<std::string, c10::TypePtr> types;
  std::set<size_t> static_lines;
  std::vector<std::string> order;

  SugaredValuePtr resolveValue(const std::string &name, GraphFunction &m, const SourceRange &at) override {
    static const std::set<std::string> exceptions{
        "Exception",           "RuntimeError",   "ValueError", "TypeError",       "IndexError",       "KeyError",
        "NotImplementedError", "AssertionError", "OSError",    "ArithmeticError", "ZeroDivisionError"};
    if (functions.count(name) > 0) return std::make_shared<FunctionValue>(function(name));
    const auto given = known.find(name);
    if (given != known.end()) return given->second.value(m, at);
    if (auto type = resolveType(name, at)) return value_of(type);
    const auto found = constants.find(name);
    if (found != constants.end()) return constant(m, at, found->second);
    if (exceptions.count(name) > 0) return std::make_shared<ExceptionValue>(name);
    const bool is_functional = name == "F";
    if (name != "torch" && name != "math" && !is_functional) return nullptr;
    return std::make_shared<PythonModule>(is_functional ? "torch.nn.functional" : name,
                                          [this](const std::string &field) {
                                            const bool is_context = field == "no_grad" || field == "enable_grad";
                                            return is_context && unit != nullptr ? value_of(context(field)) : nullptr;
                                          });
  }
  c10::TypePtr resolveType(const std::string &name, const SourceRange &) override {
    const auto known = types.find(name);
    if (known != types.end()) return known->second;
    const auto found = classes.find(name);
    if (found == classes.end()) return nullptr;
    // the methods of a module are compiled one by one
    const QualifiedName qualified("__torch__", name);
    if (auto made = unit == nullptr ? nullptr : unit->get_type(qualified)) return types[name] = made;
    return type(found->second, qualified);
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
  c10::TypePtr context(const std::string &name) {
    const auto known = types.find("torch." + name);
    if (known != types.end()) return known->second;
    Parser parser(std::make_shared<Source>(grad_mode(name, name == "no_grad" ? "False" : "True")));
    return class_(ClassDef(parser.parseClass()), QualifiedName("__torch__.torch.autograd.grad_mode", name),
                  "torch." + name, false);
  }
  c10::TypePtr type(const ClassDef &definition, const QualifiedName &name) {
    std::string base;
    if (definition.superclass().present()) {
      const auto range = definition.superclass().get().range();
      base = definition.superclass().get().kind() == TK_VAR ? Var(definition.superclass().get()).name().name()
                                                            : range.text().str();
    }
    if (base.empty() || base == "object") return class_(definition, name, name.name(), true);
    if (base == "NamedTuple") return named_tuple(definition, name);
    if (base == "Enum") return enum_(definition, name);
    if (base.find("Module") != std::string::npos) {
      throw ErrorReport(definition) << "source can't define a network: make it with nn_module(), then use jit_script() "
                                       "or jit_trace()";
    }
    throw ErrorReport(definition) << "a class can be a NamedTuple or an Enum, not a " << base;
  }
  c10::TypePtr annotated(const Expr &type) { return ScriptTypeParser(shared_from_this()).parseTypeFromExpr(type); }

  c10::TypePtr class_(const ClassDef &definition, const QualifiedName &name, const std::string &key, bool is_users) {
    auto made = c10::ClassType::create(name, shared);
    unit->register_type(made);
    types[key] = made;
    std::vector<Def> methods, statics;
    for (const auto &statement : definition.body()) {
      if (statement.kind() == TK_ASSIGN) {
        const Assign field(statement);
        if (!field.type().present() || field.lhs().kind() != TK_VAR) {
          throw ErrorReport(statement) << "a field of a class is declared with its type, as in `x: int`";
        }
        if (field.rhs().present()) throw ErrorReport(statement) << "a field's value is given in `__init__`";
        made->addAttribute(Var(field.lhs()).name().name(), annotated(field.type().get()));
      } else if (statement.kind() == TK_DEF) {
        const Def method(statement);
        const auto &at = method.range();
        const bool is_static = is_users && static_lines.count(at.source()->lineno_for_offset(at.start())) > 0;
        (is_static ? statics : methods).push_back(method);
      }
    }
    for (const auto &method : statics) {
      unit->define(name, {}, {}, {method}, {shared_from_this()}, nullptr);
      made->addStaticMethod(unit->find_function(QualifiedName(name, method.name().name())));
    }
    const SimpleSelf self(made);
    unit->define(name, {}, {}, methods, std::vector<ResolverPtr>(methods.size(), shared_from_this()), &self);
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

void read(const std::shared_ptr<Definitions> &definitions, const std::string &text) {
  Parser parser(std::make_shared<Source>(text, "<string>", 1));
  Lexer &lexer = parser.lexer();
  while (lexer.cur().kind != TK_EOF) {
    switch (lexer.cur().kind) {
      case TK_NEWLINE: lexer.next(); break;
      case TK_DEF: {
        Def made(parser.parseFunction(false));
        const std::string name = made.name().name();
        if (!definitions->functions.emplace(name, made).second) {
          throw ErrorReport(made) << "the source defines `" << name << "` twice";
        }
        definitions->order.push_back(name);
        break;
      }
      case TK_CLASS_DEF: {
        ClassDef made(parser.parseClass());
        const std::string name = made.name().name();
        if (!definitions->classes.emplace(name, made).second) {
          throw ErrorReport(made) << "the source defines `" << name << "` twice";
        }
        definitions->order.push_back(name);
        break;
      }
      case TK_STRINGLITERAL: parser.parseExp(); break;
      case TK_IDENT: {
        const std::string name = lexer.next().text();
        if (lexer.nextIf(':')) parser.parseExp();
        lexer.expect('=');
        definitions->constants[name] = Definitions::literal(parser.parseExp());
        break;
      }
      default: throw ErrorReport(lexer.cur().range) << "only functions, classes and constants can stand here";
    }
  }
}

}  // namespace

std::shared_ptr<Resolver> shim::source_resolver(const std::shared_ptr<CompilationUnit> &unit, const char *source,
                                                const ts_known *known, int n) {
  auto definitions = std::make_shared<Definitions>();
  definitions->unit = unit.get();
  definitions->shared = unit;
  definitions->known = shim::known_names(known, n);
  const auto text = shim::plain_text(source);
  definitions->static_lines = text.static_lines;
  read(definitions, text.text);
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
      const auto type = definitions->resolveType(name, SourceRange());
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

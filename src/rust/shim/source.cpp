// Reads TorchScript source as text: libtorch's own parser makes the trees, and nothing of them is compiled or run.
#include <torch/csrc/jit/frontend/lexer.h>
#include <torch/csrc/jit/frontend/parser.h>
#include <torch/csrc/jit/frontend/tree_views.h>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "internal.h"
#include "source_names.h"

using namespace shim::source;

namespace {

// What operators that are written as signs are called.
const std::map<int, const char *> signs = {
    {'+', "add"},
    {'-', "sub"},
    {'*', "mul"},
    {'/', "div"},
    {'%', "remainder"},
    {'@', "matmul"},
    {'<', "lt"},
    {'>', "gt"},
    {'&', "__and__"},
    {'|', "__or__"},
    {'^', "__xor__"},
    {'~', "bitwise_not"},
    {TK_LE, "le"},
    {TK_GE, "ge"},
    {TK_EQ, "eq"},
    {TK_NE, "ne"},
    {TK_POW, "pow"},
    {TK_FLOOR_DIV, "floordiv"},
    {TK_IS, "__is__"},
    {TK_ISNOT, "__isnot__"},
    {TK_NOT, "__not__"},
    {TK_UNARY_MINUS, "neg"},
    {TK_IN, "__contains__"},
    {TK_LSHIFT, "__lshift__"},
    {TK_RSHIFT, "__rshift__"},
    {TK_SUBSCRIPT, "__getitem__"},
    {TK_SLICE_EXPR, "slice"},
};
// Calls whose argument at this position is a type.
const std::map<std::string, size_t> typed = {
    {"annotate", 0}, {"unchecked_cast", 0}, {"uninitialized", 0}, {"isinstance", 1}};
// Names that mean something everywhere: they are told even where a variable has the same name.
const std::set<std::string> reserved = {"torch",     "ops",   "fork",      "awaitable", "print",
                                        "__torch__", "range", "rangelist", "getattr",   "CONSTANTS"};

class Walk {
 public:
  Walk(const std::string &text, std::shared_ptr<Source> source)
      : text_{&text}, source_(std::move(source)), names_(text_, {}) {}

  void unit(const TreeRef &tree) {
    if (tree->kind() == TK_CLASS_DEF) {
      class_(tree);
    } else {
      walk(tree);
    }
  }
  std::string out;

 private:
  // One line: kind, scope, name, line, what stands there.
  void emit(const char *kind, const std::string &name, const TreeRef &at, const std::string &extra = "") {
    out += kind;
    for (const std::string &field :
         {scope_, name, std::to_string(source_->lineno_for_offset(at->range().start()) + 1), extra}) {
      out += '\t';
      for (char c : field) out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    out += '\n';
  }
  void class_(const TreeRef &tree) {
    const std::string name = ident(tree->tree(0));
    const auto &superclass = tree->tree(1)->trees();
    emit("class", name, tree, superclass.empty() ? "" : text_(superclass[0]));
    scope_ = name;
    // the fields first, for the methods that use them
    for (const auto &statement : tree->tree(2)->trees()) {
      if (statement->kind() == TK_ASSIGN) field(statement);
    }
    names_ = Names(text_, fields_);
    for (size_t i = 2; i < tree->trees().size(); ++i) {
      for (const auto &statement : tree->tree(i)->trees()) {
        if (statement->kind() != TK_ASSIGN) walk(statement);
      }
    }
    scope_.clear();
    fields_.clear();
    names_ = Names(text_, {});
  }
  // `name : type`, `__annotations__["name"] = type`, `__parameters__ = ["name", ]`, `NAME = value`.
  void field(const TreeRef &tree) {
    const TreeRef left = tree->tree(0)->tree(0);
    const auto &right = tree->tree(1)->trees();
    const auto &type = tree->tree(2)->trees();
    if (left->kind() == TK_SUBSCRIPT && variable(left->tree(0)) == "__annotations__" && !right.empty() &&
        left->tree(1)->tree(0)->kind() == TK_STRINGLITERAL) {
      declare(left->tree(1)->tree(0)->tree(0)->stringValue(), right[0], left);
      return;
    }
    const std::string name = variable(left);
    if (!type.empty()) {
      declare(name, type[0], left);
    } else if (name.rfind("__", 0) == 0 && !right.empty() && right[0]->kind() == TK_LIST_LITERAL) {
      emit("list", name, left);
      for (const auto &item : right[0]->tree(0)->trees()) {
        if (item->kind() == TK_STRINGLITERAL) emit(name.c_str(), item->tree(0)->stringValue(), left);
      }
    } else {
      emit("field", name, left);
    }
    if (!right.empty()) walk(right[0]);
  }
  void declare(const std::string &name, const TreeRef &type, const TreeRef &at) {
    const std::string text = text_(type, 1000);
    emit("field", name, at, text);
    if (Names::is_sequence_type(text)) fields_.insert(name);
    this->type(type);
  }

  void def(const TreeRef &tree) {
    const TreeRef decl = tree->tree(1);
    const std::string name = ident(tree->tree(0));
    emit("def", name, tree, schema(name, decl));
    const std::string outer_scope = scope_;
    const auto outer_names = names_;
    const double outer_trips = trips_;
    scope_ += (scope_.empty() ? "" : ".") + name;
    trips_ = 1;
    names_.add(tree);
    walk(decl);
    walk(tree->tree(2));
    scope_ = outer_scope, names_ = outer_names, trips_ = outer_trips;
  }
  std::string schema(const std::string &name, const TreeRef &decl) const {
    std::string schema = name + "(";
    bool is_first = true;
    for (const auto &param : decl->tree(0)->trees()) {
      const auto &type = param->tree(1)->trees(), &value = param->tree(2)->trees();
      if (!is_first) schema += ", ";
      is_first = false;
      schema += ident(param->tree(0));
      if (!type.empty()) schema += ": " + text_(type[0], 1000);
      if (!value.empty()) schema += " = " + text_(value[0], 1000);
    }
    const auto &returns = decl->tree(1)->trees();
    return schema + ")" + (returns.empty() ? "" : " -> " + text_(returns[0], 1000));
  }

  static bool is_range(const TreeRef &tree) { return tree->kind() == TK_APPLY && variable(tree->tree(0)) == "range"; }
  // The body of a loop runs as often as all loops around it together.
  void loop(const TreeRef &iterated, const std::vector<TreeRef> &body) {
    emit("for", "for", iterated, text_(iterated));
    walk(iterated);
    const double outer = trips_;
    const TreeRef inner = iterated->kind() == TK_LIST && iterated->trees().size() == 1 ? iterated->tree(0) : iterated;
    if (is_range(inner)) trips_ *= std::max(1.0, names_.count(inner));
    for (const auto &part : body) walk(part);
    trips_ = outer;
  }
  void repeated(const TreeRef &operands, const TreeRef &at) {
    for (const auto &operand : operands->trees()) {
      if (names_.is_sequence(operand)) return emit("repeat", "mul", at, text_(at));
    }
  }

  // What stands where a type does is compared, not run.
  void type(const TreeRef &tree) {
    if (tree->isAtom()) return;
    if (tree->kind() == TK_APPLY) return walk(tree);
    if (tree->kind() == '.') {
      TreeRef base;
      emit("type", dotted(tree, &base), tree);
      if (base) walk(base);
      return;
    }
    for (const auto &child : tree->trees()) type(child);
  }

  void call(const TreeRef &tree) {
    const TreeRef callee = tree->tree(0);
    size_t type_at = SIZE_MAX;
    if (is_getattr(tree)) {
      chain("name", tree, tree);
      return;
    }
    if (is_chain(callee)) {
      // a variable that is called was given its value somewhere, and is told there
      const std::string alias = variable(callee);
      const bool is_local = names_.is_local(alias) && reserved.count(alias) == 0;
      const bool is_bounded = is_range(tree) && names_.count(tree) * trips_ <= longest_loop;
      const std::string name = chain(is_local ? "local" : is_bounded ? "bounded" : "call", callee, tree);
      const auto found = typed.find(name);
      if (found != typed.end() && !is_local) type_at = found->second;
      if (ends_with(name, ".mul") || ends_with(name, ".mul_")) {
        repeated(tree->tree(1), tree);
      }
    } else {
      emit("call", "()", tree, text_(tree));
      walk(callee);
    }
    const auto &arguments = tree->tree(1)->trees();
    for (size_t i = 0; i < arguments.size(); ++i) {
      if (i == type_at) {
        type(arguments[i]);
      } else {
        walk(arguments[i]);
      }
    }
    walk(tree->tree(2));
  }
  std::string chain(const char *kind, const TreeRef &tree, const TreeRef &whole) {
    TreeRef base;
    std::string name = dotted(tree, &base);
    emit(kind, name, tree, text_(whole));
    if (base) walk(base);
    return name;
  }

  void walk(const TreeRef &tree) {
    if (tree->isAtom()) return;
    const int kind = tree->kind();
    const auto sign = signs.find(kind);
    if (sign != signs.end()) emit("sign", sign->second, tree, text_(tree));
    switch (kind) {
      case TK_DEF: return def(tree);
      case TK_CLASS_DEF: return class_(tree);
      case TK_APPLY: return call(tree);
      case '.': chain("name", tree, tree); return;
      case TK_VAR: {
        const std::string &name = ident(tree->tree(0));
        if (!names_.is_local(name) || reserved.count(name) > 0) emit("name", name, tree, name);
        return;
      }
      case TK_IDENT:
      case TK_CONST:
      case TK_STRINGLITERAL: return;
      case TK_PARAM:
        type(tree->tree(1));
        walk(tree->tree(2));
        return;
      case TK_DECL:
        walk(tree->tree(0));
        type(tree->tree(1));
        return;
      case TK_ASSIGN:
        walk(tree->tree(0));
        walk(tree->tree(1));
        if (tree->trees().size() > 2) type(tree->tree(2));
        return;
      case TK_AUG_ASSIGN:
        if (tree->tree(1)->kind() == '*' && (names_.is_sequence(tree->tree(0)) || names_.is_sequence(tree->tree(2)))) {
          emit("repeat", "mul", tree, text_(tree));
        }
        break;
      case '*': repeated(tree, tree); break;
      case TK_WHILE: emit("while", "while", tree, text_(tree->tree(0))); break;
      case TK_FOR: return loop(tree->tree(1), {tree->tree(0), tree->tree(2)});
      case TK_LIST_COMP: return loop(tree->tree(2), {tree->tree(0), tree->tree(1)});
      case TK_DICT_COMP: return loop(tree->tree(3), {tree->tree(0), tree->tree(1), tree->tree(2)});
      case TK_RAISE: emit("raise", "raise", tree, text_(tree)); break;
      default: break;
    }
    for (const auto &child : tree->trees()) walk(child);
  }

  Text text_;
  std::shared_ptr<Source> source_;
  std::string scope_;
  // of the class that are lists or texts
  std::set<std::string> fields_;
  Names names_;
  // how often the loops around run what stands here
  double trips_ = 1;
};

// As libtorch's importer reads a file: a version in old ones, imports, then classes and functions.
std::string walk_source(const std::string &text, const std::string &name) {
  auto source = std::make_shared<Source>(text, name);
  {
    Depth depth;
    Lexer lexer(source);
    for (; lexer.cur().kind != TK_EOF; lexer.next()) depth.see(lexer.cur().kind);
  }
  Parser parser(source);
  Lexer &lexer = parser.lexer();
  Walk walk(text, source);
  if (lexer.cur().kind == TK_IDENT && lexer.cur().text() == "op_version_set") {
    lexer.next();
    lexer.expect('=');
    lexer.expect(TK_NUMBER);
    lexer.expect(TK_NEWLINE);
  }
  while (lexer.cur().kind != TK_EOF) {
    switch (lexer.cur().kind) {
      case TK_IMPORT:
        while (lexer.cur().kind != TK_NEWLINE && lexer.cur().kind != TK_EOF) lexer.next();
        if (lexer.cur().kind == TK_NEWLINE) lexer.next();
        break;
      case TK_CLASS_DEF: walk.unit(parser.parseClass()); break;
      case TK_DEF: walk.unit(parser.parseFunction(false)); break;
      default: throw std::runtime_error("it holds more than classes and functions");
    }
  }
  return std::move(walk.out);
}

}  // namespace

int ts_source_walk(const char *text, size_t length, const char *name, char **lines, ts_error *error) {
  int outcome = TS_OK;
  const auto body = [&] {
    outcome = shim::guard(error, [&] { *lines = shim::copy(walk_source(std::string(text, length), name)); });
  };
  // R may have used up most of its stack: a thread has one of its own
  const int started = shim::guard(error, [&] { std::thread(body).join(); });
  return started == TS_OK ? outcome : started;
}

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

using namespace torch::jit;

namespace {

// libtorch's parser recurses, and so do the destructors of its trees: a deep source would end the process. No tree is
// deeper than the tokens between two commas, summed over the brackets around them.
constexpr size_t deepest = 2000, most_brackets = 200, most_blocks = 100;

class Depth {
 public:
  void see(int kind) {
    switch (kind) {
      case TK_NEWLINE: open_.assign(1, {}); return;
      case TK_INDENT: check(++blocks_ <= most_blocks); return;
      case TK_DEDENT: --blocks_; return;
      case TK_ELIF: check(++branches_ <= deepest); break;
      case ',':
        open_.back().most = open_.back().all();
        open_.back().running = 0;
        return;
      case '(':
      case '[':
      case '{':
        open_.push_back({});
        check(open_.size() <= most_brackets);
        return;
      case ')':
      case ']':
      case '}':
        if (open_.size() > 1) {
          const size_t inner = open_.back().all();
          open_.pop_back();
          open_.back().running += inner;
        }
        break;
      default: break;
    }
    check(++open_.back().running <= deepest);
  }

 private:
  struct Level {
    size_t running = 0, most = 0;
    size_t all() const { return std::max(running, most); }
  };
  static void check(bool is_fine) {
    if (!is_fine) throw std::runtime_error("it is nested too deeply");
  }
  std::vector<Level> open_{1};
  size_t blocks_ = 0, branches_ = 0;
};

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
  Walk(const std::string &text, std::shared_ptr<Source> source) : text_(text), source_(std::move(source)) {}

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
  std::string text(const TreeRef &tree, size_t most = 200) const {
    if (tree->isAtom()) return tree->stringValue();
    const size_t start = std::min(tree->range().start(), text_.size());
    size_t length = std::min(tree->range().end(), text_.size()) - start;
    // the ranges of calls leave their last brackets out
    long open = 0;
    for (size_t i = start; i < start + length; ++i) open += is_in(text_[i], "([{") - is_in(text_[i], ")]}");
    for (; open > 0 && start + length < text_.size() && is_in(text_[start + length], ")]}, \n"); ++length) {
      open -= is_in(text_[start + length], ")]}");
    }
    if (length <= most) return text_.substr(start, length);
    // not within a letter of several bytes
    while (most > 0 && (static_cast<unsigned char>(text_[start + most]) & 0xc0) == 0x80) --most;
    return text_.substr(start, most) + "...";
  }
  static bool ends_with(const std::string &text, const std::string &end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
  }
  static int is_in(char c, const char *set) { return c != 0 && std::strchr(set, c) != nullptr; }
  static const std::string &ident(const TreeRef &tree) { return tree->tree(0)->stringValue(); }
  static bool is_variable(const TreeRef &tree) { return tree->kind() == TK_VAR; }
  static std::string variable(const TreeRef &tree) { return is_variable(tree) ? ident(tree->tree(0)) : ""; }

  // `getattr(x, "name")` is `x.name`.
  static bool is_getattr(const TreeRef &tree) {
    return tree->kind() == TK_APPLY && variable(tree->tree(0)) == "getattr" && tree->tree(1)->trees().size() >= 2 &&
           tree->tree(1)->tree(1)->kind() == TK_STRINGLITERAL;
  }
  static bool is_chain(const TreeRef &tree) { return tree->kind() == '.' || is_variable(tree) || is_getattr(tree); }
  // `a.b.c`; of what is no name, `.c`. `base` becomes the expression that is no name.
  static std::string dotted(TreeRef tree, TreeRef *base) {
    std::string name;
    for (;;) {
      if (tree->kind() == '.') {
        name = "." + ident(tree->tree(1)) + name;
        tree = tree->tree(0);
      } else if (is_getattr(tree)) {
        name = "." + tree->tree(1)->tree(1)->tree(0)->stringValue() + name;
        tree = tree->tree(1)->tree(0);
      } else if (is_variable(tree)) {
        return ident(tree->tree(0)) + name;
      } else {
        *base = tree;
        return name;
      }
    }
  }

  void class_(const TreeRef &tree) {
    const std::string name = ident(tree->tree(0));
    const auto &superclass = tree->tree(1)->trees();
    emit("class", name, tree, superclass.empty() ? "" : text(superclass[0]));
    scope_ = name;
    // the fields first, for the methods that use them
    for (const auto &statement : tree->tree(2)->trees()) {
      if (statement->kind() == TK_ASSIGN) field(statement);
    }
    for (size_t i = 2; i < tree->trees().size(); ++i) {
      for (const auto &statement : tree->tree(i)->trees()) {
        if (statement->kind() != TK_ASSIGN) walk(statement);
      }
    }
    scope_.clear();
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
    const std::string text = this->text(type, 1000);
    emit("field", name, at, text);
    if (is_sequence_type(text)) sequence_fields_.insert(name);
    this->type(type);
  }

  void def(const TreeRef &tree) {
    const TreeRef decl = tree->tree(1);
    const std::string name = ident(tree->tree(0));
    emit("def", name, tree, schema(name, decl));
    const std::string outer_scope = scope_;
    const auto outer_locals = locals_, outer_sequences = sequences_;
    scope_ += (scope_.empty() ? "" : ".") + name;
    for (const auto &param : decl->tree(0)->trees()) {
      locals_.insert(ident(param->tree(0)));
      for (const auto &type : param->tree(1)->trees()) {
        if (is_sequence_type(text(type))) sequences_.insert(ident(param->tree(0)));
      }
    }
    // a name given later may stand for an earlier one
    for (int round = 0; round < 3; ++round) collect(tree->tree(2));
    walk(decl);
    walk(tree->tree(2));
    scope_ = outer_scope, locals_ = outer_locals, sequences_ = outer_sequences;
  }
  std::string schema(const std::string &name, const TreeRef &decl) const {
    std::string schema = name + "(";
    bool is_first = true;
    for (const auto &param : decl->tree(0)->trees()) {
      const auto &type = param->tree(1)->trees(), &value = param->tree(2)->trees();
      if (!is_first) schema += ", ";
      is_first = false;
      schema += ident(param->tree(0));
      if (!type.empty()) schema += ": " + text(type[0], 1000);
      if (!value.empty()) schema += " = " + text(value[0], 1000);
    }
    const auto &returns = decl->tree(1)->trees();
    return schema + ")" + (returns.empty() ? "" : " -> " + text(returns[0], 1000));
  }

  // The names that a function gives to values, and which of them are lists or texts.
  void collect(const TreeRef &tree) {
    if (tree->isAtom()) return;
    const auto name_all = [&](const TreeRef &targets) { targets_of(targets); };
    switch (tree->kind()) {
      case TK_ASSIGN: {
        name_all(tree->tree(0));
        const auto &right = tree->tree(1)->trees();
        if (!right.empty() && is_sequence(right[0])) {
          for (const auto &target : tree->tree(0)->trees()) sequences_.insert(variable(target));
        }
        break;
      }
      case TK_FOR: name_all(tree->tree(0)); break;
      case TK_LIST_COMP: name_all(tree->tree(1)); break;
      case TK_DICT_COMP: name_all(tree->tree(2)); break;
      case TK_WITH_ITEM: name_all(tree->tree(1)); break;
      default: break;
    }
    for (const auto &child : tree->trees()) collect(child);
  }
  void targets_of(const TreeRef &tree) {
    if (tree->isAtom()) return;
    if (is_variable(tree)) {
      locals_.insert(ident(tree->tree(0)));
    } else if (tree->kind() != '.' && tree->kind() != TK_SUBSCRIPT) {
      for (const auto &child : tree->trees()) targets_of(child);
    }
  }
  static bool is_sequence_type(const std::string &type) {
    return type.rfind("List", 0) == 0 || type == "str" || type.rfind("Optional[List", 0) == 0 ||
           type == "Optional[str]";
  }
  // Is it seen to be a list or a text? Multiplied, those grow to any size.
  bool is_sequence(const TreeRef &tree) const {
    switch (tree->kind()) {
      case TK_LIST_LITERAL:
      case TK_STRINGLITERAL:
      case TK_LIST_COMP: return true;
      case TK_VAR: return sequences_.count(ident(tree->tree(0))) > 0;
      case '.': return sequence_fields_.count(ident(tree->tree(1))) > 0;
      case TK_IF_EXPR: return is_sequence(tree->tree(1)) || is_sequence(tree->tree(2));
      case TK_APPLY: {
        TreeRef base;
        const std::string name = dotted(tree->tree(0), &base);
        const auto &arguments = tree->tree(1)->trees();
        if (name == "annotate" || name == "unchecked_cast") {
          return !arguments.empty() && is_sequence_type(text(arguments[0]));
        }
        static const std::set<std::string> makers = {"str", "list", "torch.list", "torch.str", "torch.format"};
        if (makers.count(name) > 0) return true;
        return name == "torch.add" && !arguments.empty() && is_sequence(arguments[0]);
      }
      case '+':
      case '*':
        return std::any_of(tree->trees().begin(), tree->trees().end(), [&](const auto &t) { return is_sequence(t); });
      default: return false;
    }
  }
  void repeated(const TreeRef &operands, const TreeRef &at) {
    for (const auto &operand : operands->trees()) {
      if (is_sequence(operand)) return emit("repeat", "mul", at, text(at));
    }
  }

  // What stands where a type does is compared, not run.
  void type(const TreeRef &tree) {
    if (tree->isAtom()) return;
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
      const std::string variable = this->variable(callee);
      const bool is_local = locals_.count(variable) > 0 && reserved.count(variable) == 0;
      const std::string name = chain(is_local ? "local" : "call", callee, tree);
      const auto found = typed.find(name);
      if (found != typed.end()) type_at = found->second;
      if (ends_with(name, ".mul") || ends_with(name, ".mul_")) {
        repeated(tree->tree(1), tree);
      }
    } else {
      emit("call", "()", tree, text(tree));
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
    emit(kind, name, tree, text(whole));
    if (base) walk(base);
    return name;
  }

  void walk(const TreeRef &tree) {
    if (tree->isAtom()) return;
    const int kind = tree->kind();
    const auto sign = signs.find(kind);
    if (sign != signs.end()) emit("sign", sign->second, tree, text(tree));
    switch (kind) {
      case TK_DEF: return def(tree);
      case TK_CLASS_DEF: return class_(tree);
      case TK_APPLY: return call(tree);
      case '.': chain("name", tree, tree); return;
      case TK_VAR: {
        const std::string &name = ident(tree->tree(0));
        if (locals_.count(name) == 0 || reserved.count(name) > 0) emit("name", name, tree, name);
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
        if (tree->tree(1)->kind() == '*' && (is_sequence(tree->tree(0)) || is_sequence(tree->tree(2)))) {
          emit("repeat", "mul", tree, text(tree));
        }
        break;
      case '*': repeated(tree, tree); break;
      case TK_WHILE: emit("while", "while", tree, text(tree->tree(0))); break;
      case TK_FOR: emit("for", "for", tree, text(tree->tree(1))); break;
      case TK_LIST_COMP: emit("for", "for", tree, text(tree->tree(2))); break;
      case TK_DICT_COMP: emit("for", "for", tree, text(tree->tree(3))); break;
      case TK_RAISE: emit("raise", "raise", tree, text(tree)); break;
      default: break;
    }
    for (const auto &child : tree->trees()) walk(child);
  }

  const std::string &text_;
  std::shared_ptr<Source> source_;
  std::string scope_;
  std::set<std::string> locals_, sequences_, sequence_fields_;
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

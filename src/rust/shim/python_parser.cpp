// Functions, classes and constants of Python.
#include "python_parser.h"

#include "python_statement.h"

using namespace torch::jit;

namespace {

using shim::Token;
using shim::TokenKind;

class Parser : public shim::StatementParser {
 public:
  using StatementParser::StatementParser;

  shim::PythonSource module() {
    while (now().kind != Kind::End) {
      const std::string word = now().text;
      if (now().kind == Kind::Newline || now().kind == Kind::Text) {
        ++at_;
      } else if (word == "import" || word == "from") {
        while (now().kind != Kind::Newline && now().kind != Kind::End) ++at_;
      } else if (is("@") || word == "def" || word == "class") {
        definition();
      } else if (shim::not_in_torchscript(word) != nullptr && !is_after("=") && !is_after(":")) {
        throw error() << shim::not_in_torchscript(word);
      } else if (now().kind == Kind::Name && (is_after("=") || is_after(":"))) {
        constant();
      } else if (now().kind == Kind::Indent) {
        throw error() << "this line is indented, and belongs to nothing";
      } else {
        throw error() << "only functions, classes and constants can stand here";
      }
    }
    return std::move(module_);
  }

 private:
  void once(const std::string &name, const SourceRange &at) {
    const auto &order = module_.order;
    if (std::find(order.begin(), order.end(), name) != order.end()) {
      throw ErrorReport(at) << "the source defines `" << name << "` twice";
    }
    module_.order.push_back(name);
  }
  // Dotted names of decorators, without their arguments.
  std::set<std::string> decorators(const std::set<std::string> &known) {
    std::set<std::string> found;
    while (take("@")) {
      const size_t start = now().start;
      std::string text = name();
      while (take(".")) text += "." + name();
      if (text.rfind("torch.jit.", 0) == 0) text = text.substr(10);
      if (text.size() > 7 && text.compare(text.size() - 7, 7, ".setter") == 0) text = "setter";
      if (text == "ignore") {
        throw ErrorReport(range(start)) << "a function that is ignored runs in Python, which is not here: take it out";
      }
      if (text == "dataclass") {
        throw ErrorReport(range(start))
            << "a dataclass gets its methods from Python: write `__init__`, or a NamedTuple";
      }
      if (text == "classmethod") {
        throw ErrorReport(range(start)) << "TorchScript has no class methods: write a @staticmethod or a function";
      }
      if (known.count(text) == 0) {
        throw ErrorReport(range(start)) << "the decorator `@" << text << "` can't be compiled: take it out";
      }
      if (is("(")) throw error() << "the decorator `@" << text << "` takes no arguments here";
      found.insert(text);
      if (now().kind != Kind::Newline) throw unexpected("the end of the line");
      ++at_;
    }
    return found;
  }
  void definition() {
    const auto found = decorators({"script", "export", "unused", "interface"});
    const auto at = here();
    if (is("class")) {
      class_(found.count("interface") > 0);
    } else if (is("def")) {
      const Def made = def(found.count("unused") > 0);
      once(made.name().name(), at);
      module_.functions.push_back(made);
    } else {
      throw is("async") ? error() << shim::not_in_torchscript("async") : unexpected("`def` or `class`");
    }
  }
  void constant() {
    const size_t start = now().start;
    const std::string key = name();
    if (take(":")) type();
    want("=");
    const Expr value = expressions();
    if (value.kind() == TK_APPLY && Apply(value).callee().kind() == TK_VAR &&
        Var(Apply(value).callee()).name().name() == "namedtuple") {
      named_tuple(start, key, Apply(value));
    } else {
      module_.constants.insert_or_assign(key, value);
    }
    end_of_statement();
  }
  // `namedtuple("Pair", ["a", "b"])`: as PyTorch takes it, of tensors.
  void named_tuple(size_t start, const std::string &key, const Apply &made) {
    const auto whole = range(start);
    const auto inputs = made.inputs();
    std::vector<Stmt> fields;
    if (inputs.size() != 2 || (inputs[1].kind() != TK_LIST_LITERAL && inputs[1].kind() != TK_TUPLE_LITERAL)) {
      throw ErrorReport(whole) << "namedtuple() wants a name and a list of names: or write a class of NamedTuple";
    }
    for (const auto &item : inputs[1].tree()->tree(0)->trees()) {
      if (item->kind() != TK_STRINGLITERAL) throw ErrorReport(whole) << "the fields of a namedtuple() are strings";
      const Expr tensor = var(start, "Tensor"), field = var(start, StringLiteral(item).text());
      fields.push_back(Assign::create(whole, Exprs::create(whole, {field}), Maybe<Expr>::create(whole),
                                      Maybe<Expr>::create(whole, tensor)));
    }
    once(key, whole);
    const Expr base = var(start, "NamedTuple");
    module_.classes.push_back({ClassDef::create(whole, Ident::create(whole, key), Maybe<Expr>::create(whole, base),
                                                Stmts::create(whole, fields)),
                               {},
                               false});
  }

  void class_(bool is_interface) {
    const size_t start = now().start;
    want("class");
    const size_t name_at = now().start;
    const std::string called = name();
    const Ident ident = Ident::create(range(name_at), called);
    auto base = Maybe<Expr>::create(range(name_at));
    if (take("(") && !is(")")) {
      const Expr first = expression();
      base = Maybe<Expr>::create(first.range(), first);
      if (is(",")) throw error() << "a class can have one superclass in TorchScript";
    }
    if (before().text != called) want(")");
    std::vector<Stmt> body;
    std::set<size_t> statics;
    std::map<std::string, std::pair<std::optional<Def>, std::optional<Def>>> properties;
    block([&] {
      const auto found = decorators({"staticmethod", "property", "setter", "export", "unused"});
      if (!is("def")) {
        if (!found.empty()) throw unexpected("`def`");
        return statement(body, true);
      }
      const size_t at = now().start;
      const Def method = def(found.count("unused") > 0);
      auto &property = properties[method.name().name()];
      if (found.count("property") > 0) {
        property.first = method;
      } else if (found.count("setter") > 0) {
        property.second = method.withName("__" + method.name().name() + "_setter");
      } else {
        if (found.count("staticmethod") > 0) statics.insert(at);
        body.push_back(Stmt(method.tree()));
      }
    });
    const auto whole = range(start);
    std::vector<Property> made;
    for (const auto &property : properties) {
      const auto &getter = property.second.first, &setter = property.second.second;
      if (!getter) continue;
      made.push_back(Property::create(whole, Ident::create(whole, property.first),
                                      getter->withName("__" + property.first + "_getter"),
                                      setter ? Maybe<Def>::create(whole, *setter) : Maybe<Def>::create(whole)));
    }
    once(called, ident.range());
    // ClassDef::create() with properties is not among the symbols of libtorch
    const auto list = Maybe<List<Property>>::create(whole, List<Property>::create(whole, made));
    const TreeRef tree = Compound::create(
        TK_CLASS_DEF, whole, {ident, base, Stmts::create(whole, body), list, Maybe<List<Assign>>::create(whole)});
    module_.classes.push_back({ClassDef(tree), std::move(statics), is_interface});
  }

  Def def(bool is_unused) {
    const size_t start = now().start;
    want("def");
    const size_t name_at = now().start;
    const std::string called = name();
    const Ident ident = Ident::create(range(name_at), called);
    want("(");
    std::vector<Param> params;
    bool is_named = false;
    while (!is(")")) {
      const size_t at = now().start;
      if (is("/")) throw error() << "TorchScript has no `/` among the arguments: take it out";
      if (is("**") || (is("*") && !is_after(","))) {
        throw error() << "a function can't take any number of arguments: write a list or a dictionary";
      }
      if (take("*")) {
        is_named = true;
        want(",");
        continue;
      }
      const std::string argument = name();
      const Ident ident_of = Ident::create(range(at), argument);
      auto type_of = no_type(), value = no_type();
      if (take(":")) type_of = maybe(type());
      if (take("=")) value = maybe(expression());
      const bool is_last = !take(",");
      comment(before(), [&] { type_of = maybe(type()); });
      params.push_back(Param::create(range(at), ident_of, type_of, value, is_named));
      if (is_last) break;
    }
    want(")");
    auto returned = no_type();
    if (take("->")) returned = maybe(type());
    if (!is(":")) throw unexpected("`:`");
    const auto whole = range(start);
    // the comment stands on the line of `def` or on the next
    for (size_t i = at_; i < std::min(at_ + 2, tokens_.size()); ++i) {
      comment(tokens_[i], [&] { returned = signature_comment(params); });
    }
    std::vector<Stmt> body;
    block([&] { statement(body, false); });
    if (is_unused) {
      const Expr text =
          StringLiteral::create(whole, "This Python function is annotated to be ignored and cannot be run");
      const Expr raised = Apply::create(whole, var(start, "RuntimeError"), Exprs::create(whole, {text}),
                                        List<Attribute>::create(whole, {}));
      body = {Raise::create(whole, raised)};
    }
    const Decl decl = Decl::create(whole, List<Param>::create(whole, params), returned);
    return Def::create(range(start), ident, decl, Stmts::create(whole, body));
  }
  Maybe<Expr> signature_comment(std::vector<Param> &params) {
    want("(");
    std::vector<Expr> types;
    const bool is_each = take("...");
    while (!is_each && !is(")")) {
      types.push_back(type());
      if (!take(",")) break;
    }
    want(")");
    want("->");
    const Expr returned = type();
    // a method's `self` has no type
    const size_t first = params.size() > types.size() ? params.size() - types.size() : 0;
    if (!is_each && (types.size() > params.size() || first > 1))
      throw error() << "one type for each argument is wanted";
    for (size_t i = 0; i < types.size(); ++i) params[first + i] = params[first + i].withType(maybe(types[i]));
    return maybe(returned);
  }

  shim::PythonSource module_;
};

}  // namespace

std::shared_ptr<Source> shim::named_source(const std::string &text) {
  const std::string mark = "# source: ";
  const bool is_named = text.compare(0, mark.size(), mark) == 0;
  const std::string name = is_named ? text.substr(mark.size(), text.find('\n') - mark.size()) : "<string>";
  return std::make_shared<Source>(text, name, 1);
}

shim::PythonSource shim::parse_python(const std::string &text) {
  auto source = named_source(text);
  return ::Parser(source, text, python_tokens(source, text, 0, text.size(), false)).module();
}

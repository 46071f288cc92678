#include "python_statement.h"

using namespace torch::jit;

namespace shim {
namespace {

// What Python has and TorchScript has not, and what to write instead.
const std::map<std::string, const char *> refused = {
    {"try", "TorchScript has no `try`: test before, or let the error reach R"},
    {"global", "a function can't change a global variable: give it as an argument, and return it"},
    {"nonlocal", "a function can't change another's variable: give it as an argument, and return it"},
    {"def", "a function can't be defined within a function: define it beside"},
    {"class", "a class can't be defined within a function or a class: define it beside"},
    {"async", "TorchScript has no `async`: use torch.jit.fork()"},
    {"match", "TorchScript has no `match`: use `if` and `elif`"},
    {"import", "a function can't import: what can be used is there without"},
    {"from", "a function can't import: what can be used is there without"}};
const std::map<std::string, int> augmented = {{"+=", '+'},        {"-=", '-'},        {"*=", '*'},    {"/=", '/'},
                                              {"%=", '%'},        {"|=", '|'},        {"&=", '&'},    {"^=", '^'},
                                              {"<<=", TK_LSHIFT}, {">>=", TK_RSHIFT}, {"**=", TK_POW}};

}  // namespace

const char *not_in_torchscript(const std::string &word) {
  const auto found = refused.find(word);
  return found == refused.end() ? nullptr : found->second;
}

StatementParser::Stmts StatementParser::suite() {
  const auto at = here();
  std::vector<Stmt> body;
  block([&] { statement(body, false); });
  return Stmts::create(at, body);
}
void StatementParser::end_of_statement() {
  if (take(";")) {
    if (now().kind == Kind::Newline) ++at_;
    return;
  }
  if (now().kind == Kind::Newline) {
    ++at_;
  } else if (now().kind != Kind::End) {
    throw unexpected("the end of the line");
  }
}

void StatementParser::statement(std::vector<Stmt> &out, bool is_field) {
  const size_t start = now().start;
  const std::string word = now().kind == Kind::Name ? now().text : "";
  if (not_in_torchscript(word) != nullptr && !is_after("=") && !is_after(".") && !is_after("(") && !is_after(",") &&
      !is_after("[") && !is_after(")") && !is_after(":")) {
    throw error() << not_in_torchscript(word);
  }
  if (word == "try") throw error() << not_in_torchscript(word);
  if (now().kind == Kind::Indent) throw error() << "this line is indented, and belongs to nothing";
  if (take("if")) return out.push_back(branches(start));
  if (take("while")) {
    const Expr condition = expression();
    const Stmts body = suite();
    no_else();
    return out.push_back(While::create(range(start), condition, body));
  }
  if (take("for")) {
    const Expr target = targets();
    want("in");
    const Expr over = expressions();
    const Stmts body = suite();
    no_else();
    const auto whole = range(start);
    return out.push_back(For::create(whole, Exprs::create(whole, {target}), Exprs::create(whole, {over}), body));
  }
  if (take("with")) return out.push_back(with(start));
  simple(out, start, is_field);
  end_of_statement();
}
Stmt StatementParser::branches(size_t start) {
  const Expr condition = expression();
  const Stmts body = suite();
  const size_t at = now().start;
  std::vector<Stmt> other;
  if (++branches_ > 200) throw error() << "it is nested too deeply";
  if (take("elif")) {
    other.push_back(branches(at));
  } else if (take("else")) {
    block([&] { statement(other, false); });
  }
  --branches_;
  return If::create(range(start), condition, body, Stmts::create(range(at), other));
}
void StatementParser::no_else() {
  if (is("else")) throw error() << "a loop can't have an `else` in TorchScript: set a flag before `break`";
}
Stmt StatementParser::with(size_t start) {
  std::vector<WithItem> items;
  do {
    const size_t at = now().start;
    const Expr object = expression();
    auto variable = Maybe<Var>::create(here());
    if (take("as")) {
      const size_t name_at = now().start;
      const std::string called = name();
      variable = Maybe<Var>::create(range(name_at), Var(var(name_at, called)));
    }
    items.push_back(WithItem::create(range(at), object, variable));
  } while (take(","));
  const Stmts body = suite();
  return With::create(range(start), List<WithItem>::create(range(start), items), body);
}

void StatementParser::simple(std::vector<Stmt> &out, size_t start, bool is_field) {
  const auto is_end = [&] { return now().kind == Kind::Newline || now().kind == Kind::End || is(";"); };
  if (take("pass")) return out.push_back(Pass::create(range(start)));
  if (take("break")) return out.push_back(Break::create(range(start)));
  if (take("continue")) return out.push_back(Continue::create(range(start)));
  if (take("return")) {
    const Expr value = is_end() ? leaf(TK_NONE, start) : expressions();
    return out.push_back(Return::create(range(start), value));
  }
  if (take("raise")) {
    if (is_end()) throw error() << "`raise` needs an exception";
    const Expr value = expression();
    if (is("from")) throw error() << "`raise` can't name a cause in TorchScript";
    return out.push_back(Raise::create(range(start), value));
  }
  if (take("assert")) {
    const Expr test = expression();
    const auto text = take(",") ? maybe(expression()) : no_type();
    return out.push_back(Assert::create(range(start), test, text));
  }
  if (take("del")) {
    std::vector<Expr> targets;
    do targets.push_back(expression());
    while (take(",") && !is_end());
    return out.push_back(Delete::create(range(start), Exprs::create(range(start), targets)));
  }
  assignment(out, start, is_field);
}
void StatementParser::assignment(std::vector<Stmt> &out, size_t start, bool is_field) {
  Expr value = expressions();
  std::vector<Expr> left;
  if (take(":")) {
    const Expr declared = type();
    if (!is("=") && !is_field) throw error() << "a variable is declared with its first value: write `x: int = 1`";
    const auto right = take("=") ? maybe(expressions()) : no_type();
    return out.push_back(Assign::create(range(start), Exprs::create(range(start), {value}), right, maybe(declared)));
  }
  if (is("//=") || is("@=")) {
    const std::string sign = now().text.substr(0, now().text.size() - 1);
    throw error() << "TorchScript has no `" << now().text << "`: write `a = a " << sign << " b`";
  }
  const auto found = augmented.find(now().text);
  if (found != augmented.end() && now().kind == Kind::Sign) {
    const AugAssignKind kind(Compound::create(found->second, here(), {}));
    ++at_;
    const Expr right = expressions();
    return out.push_back(AugAssign::create(range(start), value, kind, right));
  }
  while (take("=")) {
    left.push_back(value);
    value = expressions();
  }
  auto declared = no_type();
  const bool is_text = value.kind() == TK_STRINGLITERAL;
  if (!is_text) comment(before(), [&] { declared = maybe(type()); });
  if (!left.empty()) {
    for (auto &target : left) {
      if (target.kind() == TK_LIST_LITERAL) {
        target = TupleLiteral::create(target.range(), ListLiteral(target).inputs());
      }
    }
    return out.push_back(Assign::create(range(start), Exprs::create(range(start), left), maybe(value), declared));
  }
  // a text alone is a comment
  if (!is_text) out.push_back(ExprStmt::create(range(start), value));
}

}  // namespace shim

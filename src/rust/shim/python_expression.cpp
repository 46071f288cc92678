#include "python_expression.h"

using namespace torch::jit;

namespace shim {
namespace {

// libtorch's emitter and the destructors of trees recurse: a deep source would end the process.
constexpr size_t deepest = 200;
const std::set<std::string> keywords{"and",    "as",   "assert", "async",  "await",  "break",   "class", "continue",
                                     "def",    "del",  "elif",   "else",   "except", "finally", "for",   "from",
                                     "global", "if",   "import", "in",     "is",     "lambda",  "not",   "nonlocal",
                                     "or",     "pass", "raise",  "return", "try",    "while",   "with",  "yield"};
const std::vector<std::map<std::string, int>> binaries = {
    {{"|", '|'}},
    {{"^", '^'}},
    {{"&", '&'}},
    {{"<<", TK_LSHIFT}, {">>", TK_RSHIFT}},
    {{"+", '+'}, {"-", '-'}},
    {{"*", '*'}, {"/", '/'}, {"//", TK_FLOOR_DIV}, {"%", '%'}, {"@", '@'}},
};
const std::map<std::string, int> comparisons = {{"<", '<'},    {">", '>'},    {"<=", TK_LE}, {">=", TK_GE},
                                                {"==", TK_EQ}, {"!=", TK_NE}, {"in", TK_IN}, {"is", TK_IS}};

}  // namespace

ErrorReport ExpressionParser::unexpected(const std::string &wanted) const {
  ErrorReport report(here());
  const bool is_end = now().kind == Kind::Newline || now().kind == Kind::End;
  report << "expected " << wanted << " but found ";
  if (is_end) {
    report << "the end of the line";
  } else if (now().kind == Kind::Indent || now().kind == Kind::Dedent) {
    report << "other indentation";
  } else {
    report << "`" << now().text << "`";
  }
  return report;
}
std::string ExpressionParser::name() {
  if (now().kind != Kind::Name || keywords.count(now().text) > 0) throw unexpected("a name");
  return tokens_[at_++].text;
}
Expr ExpressionParser::var(size_t start, const std::string &name) const {
  return Var::create(range(start), Ident::create(range(start), name));
}
Expr ExpressionParser::tuple(size_t start, const std::vector<Expr> &items) const {
  return TupleLiteral::create(range(start), Exprs::create(range(start), items));
}

Expr ExpressionParser::expression() {
  if (is("lambda")) throw error() << "TorchScript has no lambda: define a function";
  if (is("yield") || is("await")) throw error() << "TorchScript has no `" << now().text << "`";
  if (++depth_ > deepest) throw error() << "it is nested too deeply";
  const size_t start = now().start;
  Expr made = either();
  if (take("if")) {
    const Expr condition = either();
    want("else");
    const Expr other = expression();
    made = TernaryIf::create(range(start), condition, made, other);
  }
  if (is(":=")) throw error() << "TorchScript has no `:=`: assign on a line before";
  --depth_;
  return made;
}
Expr ExpressionParser::expressions() {
  const size_t start = now().start;
  std::vector<Expr> items{starred()};
  if (!is(",")) return items[0];
  while (take(",")) {
    if (now().kind == Kind::Newline || now().kind == Kind::End || is("=") || is(")") || is("]") || is(";")) break;
    items.push_back(starred());
  }
  return tuple(start, items);
}
Expr ExpressionParser::targets() {
  const size_t start = now().start;
  std::vector<Expr> items{postfix()};
  if (!is(",")) return items[0];
  while (take(",") && !is("in")) items.push_back(postfix());
  return tuple(start, items);
}
Expr ExpressionParser::type() {
  is_type_ = true;
  const Expr made = expression();
  is_type_ = false;
  return made;
}
Expr ExpressionParser::starred() {
  const size_t start = now().start;
  if (!take("*")) return expression();
  const Expr inner = either();
  return Starred::create(range(start), inner);
}

Expr ExpressionParser::either() {
  const size_t start = now().start;
  Expr left = both();
  while (take("or")) {
    const Expr right = both();
    left = BinOp::create(range(start), TK_OR, left, right);
  }
  return left;
}
Expr ExpressionParser::both() {
  const size_t start = now().start;
  Expr left = negation();
  while (take("and")) {
    const Expr right = negation();
    left = BinOp::create(range(start), TK_AND, left, right);
  }
  return left;
}
Expr ExpressionParser::negation() {
  const size_t start = now().start;
  if (!take("not")) return comparison();
  if (++depth_ > deepest) throw error() << "it is nested too deeply";
  const Expr inner = negation();
  --depth_;
  return UnaryOp::create(range(start), TK_NOT, inner);
}
// `a < b < c` is `a < b and b < c`
Expr ExpressionParser::comparison() {
  const size_t start = now().start;
  Expr left = binary(0);
  std::optional<Expr> all;
  for (;;) {
    const bool is_not_in = is("not") && is_after("in");
    const auto found = comparisons.find(now().text);
    if (!is_not_in && (found == comparisons.end() || !is(found->first.c_str()))) return all.value_or(left);
    int kind = is_not_in ? TK_IN : found->second;
    at_ += is_not_in ? 2 : 1;
    if (kind == TK_IS && take("not")) kind = TK_ISNOT;
    const Expr right = binary(0);
    Expr one = BinOp::create(range(start), kind, left, right);
    if (is_not_in) one = UnaryOp::create(range(start), TK_NOT, one);
    all = all ? Expr(BinOp::create(range(start), TK_AND, *all, one)) : one;
    left = right;
  }
}
Expr ExpressionParser::binary(size_t level) {
  if (level == binaries.size()) return unary();
  const size_t start = now().start;
  Expr left = binary(level + 1);
  for (size_t operands = 0;; ++operands) {
    const auto found = binaries[level].find(now().text);
    if (found == binaries[level].end() || now().kind != Kind::Sign) return left;
    if (operands > 10 * deepest) throw error() << "it is nested too deeply";
    ++at_;
    const Expr right = binary(level + 1);
    left = BinOp::create(range(start), found->second, left, right);
  }
}
Expr ExpressionParser::unary() {
  const size_t start = now().start;
  if (is("+")) throw error() << "TorchScript has no sign `+` before a value: leave it out";
  const int kind = take("-") ? TK_UNARY_MINUS : take("~") ? '~' : 0;
  if (kind == 0) return power();
  if (++depth_ > deepest) throw error() << "it is nested too deeply";
  const Expr inner = unary();
  --depth_;
  return UnaryOp::create(range(start), kind, inner);
}
Expr ExpressionParser::power() {
  const size_t start = now().start;
  const Expr base = postfix();
  if (!take("**")) return base;
  const Expr exponent = unary();
  return BinOp::create(range(start), TK_POW, base, exponent);
}

Expr ExpressionParser::postfix() {
  const size_t start = now().start;
  Expr made = atom();
  for (size_t links = 0;; ++links) {
    if (links > 10 * deepest) throw error() << "it is nested too deeply";
    if (take(".")) {
      const size_t at = now().start;
      const std::string field = name();
      const Ident selector = Ident::create(range(at), field);
      // the modules of types are no part of their names
      const bool is_typing = is_type_ && made.kind() == TK_VAR && Var(made).name().name() == "typing";
      made = is_typing ? var(at, field) : Expr(Select::create(range(start), made, selector));
    } else if (is("(")) {
      made = call(made, start);
    } else if (is("[")) {
      made = subscript(made, start);
    } else {
      return made;
    }
  }
}
Expr ExpressionParser::call(const Expr &callee, size_t start) {
  want("(");
  std::vector<Expr> inputs;
  std::vector<Attribute> named;
  while (!is(")")) {
    const size_t at = now().start;
    if (is("**")) throw error() << "arguments can't be taken from a dictionary: write them out";
    if (now().kind == Kind::Name && is_after("=")) {
      const std::string key = name();
      const Ident ident = Ident::create(range(at), key);
      want("=");
      const Expr value = expression();
      named.push_back(Attribute::create(range(at), ident, value));
    } else {
      Expr value = starred();
      if (is("for")) value = comprehension(at, value);
      if (!named.empty()) throw ErrorReport(range(at)) << "an argument without a name follows one with a name";
      inputs.push_back(value);
    }
    if (!take(",")) break;
  }
  want(")");
  const auto whole = range(start);
  return Apply::create(whole, callee, Exprs::create(whole, inputs), List<Attribute>::create(whole, named));
}
Expr ExpressionParser::subscript(const Expr &value, size_t start) {
  want("[");
  const size_t first = now().start;
  std::vector<Expr> items;
  while (!is("]")) {
    items.push_back(slice());
    if (!take(",")) break;
  }
  if (items.empty()) throw unexpected("an index");
  const auto inner = range(first);
  want("]");
  return Subscript::create(range(start), value, Exprs::create(inner, items));
}
Expr ExpressionParser::slice() {
  const size_t start = now().start;
  std::vector<Maybe<Expr>> parts;
  const auto part = [&] {
    const bool is_there = !is(":") && !is("]") && !is(",");
    if (is_there) {
      const Expr made = expression();
      parts.push_back(Maybe<Expr>::create(made.range(), made));
    } else {
      parts.push_back(Maybe<Expr>::create(here()));
    }
  };
  if (!is(":")) {
    const Expr first = starred();
    if (!is(":")) return first;
    parts.push_back(Maybe<Expr>::create(first.range(), first));
  } else {
    parts.push_back(Maybe<Expr>::create(here()));
  }
  want(":");
  part();
  if (take(":")) {
    part();
  } else {
    parts.push_back(Maybe<Expr>::create(here()));
  }
  return SliceExpr::create(range(start), parts[0], parts[1], parts[2]);
}

Expr ExpressionParser::atom() {
  const size_t start = now().start;
  switch (now().kind) {
    case Kind::Number: {
      const std::string text = now().text;
      ++at_;
      return Const::create(range(start), text);
    }
    case Kind::Text: return string();
    case Kind::Sign:
      if (is("(")) return bracketed();
      if (is("[")) return listed();
      if (is("{")) return braced();
      if (take("...")) return Dots::create(range(start));
      break;
    case Kind::Name:
      if (take("True")) return leaf(TK_TRUE, start);
      if (take("False")) return leaf(TK_FALSE, start);
      if (take("None")) return leaf(TK_NONE, start);
      if (is("lambda")) throw error() << "TorchScript has no lambda: define a function";
      if (keywords.count(now().text) == 0) {
        const std::string called = name();
        return var(start, called);
      }
      break;
    default: break;
  }
  throw unexpected("a value");
}
// Texts that stand side by side are one.
Expr ExpressionParser::string() {
  const size_t start = now().start;
  if (is_type_) {
    const size_t first = now().inner_start, last = now().inner_end;
    const Expr made = within(first, last, [&] { return expression(); });
    ++at_;
    return made;
  }
  std::vector<TextPart> parts;
  for (; now().kind == Kind::Text; ++at_) parts.insert(parts.end(), now().parts.begin(), now().parts.end());
  const auto whole = range(start);
  std::vector<Expr> values;
  std::string format, letters;
  const auto flush = [&] {
    // the format has no other way to hold a pair of braces
    const bool is_pair = letters.find("{}") != std::string::npos;
    if (is_pair) values.push_back(StringLiteral::create(whole, letters));
    format += is_pair ? "{}" : letters;
    letters.clear();
  };
  bool is_plain = true;
  for (const auto &part : parts) is_plain = is_plain && !part.is_expression;
  for (const auto &part : parts) {
    if (!part.is_expression) {
      letters += part.letters;
      continue;
    }
    flush();
    values.push_back(within(part.start, part.end, [&] { return expressions(); }));
    format += "{}";
  }
  if (is_plain) return StringLiteral::create(whole, letters);
  flush();
  const Expr text = StringLiteral::create(whole, format);
  const Expr method = Select::create(whole, text, Ident::create(whole, "format"));
  return Apply::create(whole, method, Exprs::create(whole, values), List<Attribute>::create(whole, {}));
}
Expr ExpressionParser::bracketed() {
  const size_t start = now().start;
  want("(");
  std::vector<Expr> items;
  bool has_comma = false;
  while (!is(")")) {
    items.push_back(starred());
    if (is("for")) items.back() = comprehension(start, items.back());
    if (!take(",")) break;
    has_comma = true;
  }
  want(")");
  return items.size() == 1 && !has_comma ? items[0] : tuple(start, items);
}
Expr ExpressionParser::listed() {
  const size_t start = now().start;
  want("[");
  std::vector<Expr> items;
  while (!is("]")) {
    items.push_back(starred());
    if (items.size() == 1 && is("for")) {
      const Expr made = comprehension(start, items[0]);
      want("]");
      return made;
    }
    if (!take(",")) break;
  }
  want("]");
  return ListLiteral::create(range(start), Exprs::create(range(start), items));
}
Expr ExpressionParser::braced() {
  const size_t start = now().start;
  want("{");
  std::vector<Expr> keys, values;
  while (!is("}")) {
    if (is("**")) throw error() << "a dictionary can't hold another's elements: use update()";
    keys.push_back(expression());
    if (!is(":")) throw error() << "TorchScript has no sets: write a list, or a dictionary with `key: value`";
    want(":");
    values.push_back(expression());
    if (keys.size() == 1 && is("for")) {
      const auto over = generator();
      want("}");
      return DictComp::create(range(start), keys[0], values[0], over.first, over.second);
    }
    if (!take(",")) break;
  }
  want("}");
  const auto whole = range(start);
  return DictLiteral::create(whole, Exprs::create(whole, keys), Exprs::create(whole, values));
}
Expr ExpressionParser::comprehension(size_t start, const Expr &item) {
  const auto over = generator();
  return ListComp::create(range(start), item, over.first, over.second);
}
std::pair<Expr, Expr> ExpressionParser::generator() {
  want("for");
  const Expr target = targets();
  want("in");
  const Expr over = either();
  if (is("if")) throw error() << "a comprehension can't have an `if` in TorchScript: write a loop";
  if (is("for")) throw error() << "a comprehension can have one `for` in TorchScript: write a loop";
  return {target, over};
}

}  // namespace shim

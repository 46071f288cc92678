// Expressions of Python.
#pragma once
#include <torch/csrc/jit/frontend/error_report.h>
#include <torch/csrc/jit/frontend/tree_views.h>

#include <map>
#include <optional>
#include <set>

#include "python_lexer.h"

namespace shim {

class ExpressionParser {
 public:
  ExpressionParser(std::shared_ptr<torch::jit::Source> source, const std::string &text, std::vector<Token> tokens)
      : source_(std::move(source)), text_(text), tokens_(std::move(tokens)) {}

 protected:
  using Expr = torch::jit::Expr;
  using Exprs = torch::jit::List<Expr>;
  using Kind = TokenKind;

  const Token &now() const { return tokens_[at_]; }
  const Token &before() const { return tokens_[at_ == 0 ? 0 : at_ - 1]; }
  bool is(const char *text) const {
    return (now().kind == Kind::Sign || now().kind == Kind::Name) && now().text == text;
  }
  bool is_after(const char *text) const { return at_ + 1 < tokens_.size() && tokens_[at_ + 1].text == text; }
  bool take(const char *text) { return is(text) && ++at_ > 0; }
  void want(const char *text) {
    if (!take(text)) throw unexpected(text);
  }
  torch::jit::ErrorReport unexpected(const std::string &wanted) const;
  std::string name();
  torch::jit::SourceRange range(size_t start) const { return {source_, start, std::max(start + 1, before().end)}; }
  torch::jit::SourceRange here() const { return {source_, now().start, std::max(now().start + 1, now().end)}; }
  torch::jit::ErrorReport error() const { return torch::jit::ErrorReport(here()); }

  Expr expression();
  // with commas: a tuple
  Expr expressions();
  // what `for` gives values to
  Expr targets();
  // an expression in which strings are types
  Expr type();
  // a part of the source that is an expression by itself: within an f-string, a comment, a string that is a type
  template <class F>
  auto within(size_t start, size_t end, F &&body) {
    auto tokens = python_tokens(source_, text_, start, end, true);
    const size_t at = at_;
    tokens_.swap(tokens);
    at_ = 0;
    auto made = body();
    if (now().kind != Kind::End) throw unexpected("the end");
    tokens_.swap(tokens);
    at_ = at;
    return made;
  }
  Expr var(size_t start, const std::string &name) const;
  Expr leaf(int kind, size_t start) const { return Expr(torch::jit::Compound::create(kind, range(start), {})); }
  Expr tuple(size_t start, const std::vector<Expr> &items) const;

  std::shared_ptr<torch::jit::Source> source_;
  const std::string &text_;
  std::vector<Token> tokens_;
  size_t at_ = 0;

 private:
  Expr either();
  Expr both();
  Expr negation();
  Expr comparison();
  Expr binary(size_t level);
  Expr unary();
  Expr power();
  Expr postfix();
  Expr atom();
  Expr string();
  Expr bracketed();
  Expr listed();
  Expr braced();
  Expr call(const Expr &callee, size_t start);
  Expr subscript(const Expr &value, size_t start);
  Expr slice();
  Expr comprehension(size_t start, const Expr &item);
  std::pair<Expr, Expr> generator();
  Expr starred();

  size_t depth_ = 0;
  bool is_type_ = false;
};

}  // namespace shim

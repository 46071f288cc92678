// Statements of Python.
#pragma once
#include "python_expression.h"

namespace shim {

// Why a word of Python can't be used, and what to write instead; NULL for all others.
const char *not_in_torchscript(const std::string &word);

class StatementParser : public ExpressionParser {
 public:
  using ExpressionParser::ExpressionParser;

 protected:
  using Stmt = torch::jit::Stmt;
  using Stmts = torch::jit::List<Stmt>;
  template <class T>
  using Maybe = torch::jit::Maybe<T>;

  Maybe<Expr> no_type() const { return Maybe<Expr>::create(here()); }
  Maybe<Expr> maybe(const Expr &expr) const { return Maybe<Expr>::create(expr.range(), expr); }
  // A `# type:` after a token.
  template <class F>
  void comment(const Token &last, F &&body) {
    const size_t start = last.inner_start, end = last.inner_end;
    if (end == 0 || last.kind == Kind::Text) return;
    within(start, end, [&] {
      body();
      return true;
    });
  }
  // `body` is called for each statement, or line of them.
  template <class F>
  void block(F &&body) {
    if (++blocks_ > 50) throw error() << "it is nested too deeply";
    want(":");
    if (now().kind != Kind::Newline) {
      do body();
      while (before().text == ";" && now().kind != Kind::Newline);
    } else {
      ++at_;
      if (now().kind != Kind::Indent) throw error() << "expected an indented block";
      ++at_;
      while (now().kind != Kind::Dedent && now().kind != Kind::End) body();
      if (now().kind == Kind::Dedent) ++at_;
    }
    --blocks_;
  }
  void end_of_statement();
  // `is_field`: in a class, where `x: int` needs no value
  void statement(std::vector<Stmt> &out, bool is_field);

 private:
  Stmts suite();
  Stmt branches(size_t start);
  void no_else();
  Stmt with(size_t start);
  void simple(std::vector<Stmt> &out, size_t start, bool is_field);
  void assignment(std::vector<Stmt> &out, size_t start, bool is_field);

  size_t blocks_ = 0, branches_ = 0;
};

}  // namespace shim

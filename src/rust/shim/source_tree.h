// The parts of libtorch's syntax trees that source.cpp asks for.
#pragma once
#include <torch/csrc/jit/frontend/lexer.h>
#include <torch/csrc/jit/frontend/tree.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

namespace shim::source {

using namespace torch::jit;

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

inline bool ends_with(const std::string &text, const std::string &end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}
inline int is_in(char c, const char *set) { return c != 0 && std::strchr(set, c) != nullptr; }
inline const std::string &ident(const TreeRef &tree) { return tree->tree(0)->stringValue(); }
inline bool is_variable(const TreeRef &tree) { return tree->kind() == TK_VAR; }
inline std::string variable(const TreeRef &tree) { return is_variable(tree) ? ident(tree->tree(0)) : ""; }

// `getattr(x, "name")` is `x.name`.
inline bool is_getattr(const TreeRef &tree) {
  return tree->kind() == TK_APPLY && variable(tree->tree(0)) == "getattr" && tree->tree(1)->trees().size() >= 2 &&
         tree->tree(1)->tree(1)->kind() == TK_STRINGLITERAL;
}
inline bool is_chain(const TreeRef &tree) { return tree->kind() == '.' || is_variable(tree) || is_getattr(tree); }
// `a.b.c`; of what is no name, `.c`. `base` becomes the expression that is no name.
inline std::string dotted(TreeRef tree, TreeRef *base) {
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

// The source of trees.
struct Text {
  const std::string *all;

  std::string operator()(const TreeRef &tree, size_t most = 200) const {
    if (tree->isAtom()) return tree->stringValue();
    const size_t start = std::min(tree->range().start(), all->size());
    size_t length = std::min(tree->range().end(), all->size()) - start;
    // the ranges of calls leave their last brackets out
    long open = 0;
    for (size_t i = start; i < start + length; ++i) open += is_in((*all)[i], "([{") - is_in((*all)[i], ")]}");
    for (; open > 0 && start + length < all->size() && is_in((*all)[start + length], ")]}, \n"); ++length) {
      open -= is_in((*all)[start + length], ")]}");
    }
    if (length <= most) return all->substr(start, length);
    // not within a letter of several bytes
    while (most > 0 && (static_cast<unsigned char>((*all)[start + most]) & 0xc0) == 0x80) --most;
    return all->substr(start, most) + "...";
  }
};

}  // namespace shim::source

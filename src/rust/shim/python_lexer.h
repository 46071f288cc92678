// Python source as tokens. libtorch's own lexer knows neither f-strings nor most escapes and forms of numbers.
#pragma once
#include <torch/csrc/jit/frontend/source_range.h>

#include <memory>
#include <string>
#include <vector>

namespace shim {

enum class TokenKind { Name, Number, Text, Sign, Newline, Indent, Dedent, End };

// Part of a text: letters, or what stands between the braces of an f-string.
struct TextPart {
  bool is_expression;
  std::string letters;
  size_t start, end;
};
struct Token {
  TokenKind kind;
  std::string text;
  size_t start, end;
  std::vector<TextPart> parts = {};
  // of a text: between its quotes; of all others: of a `# type:` that follows
  size_t inner_start = 0, inner_end = 0;
};

// The tokens of a part of the source; of an expression, where lines and indentation mean nothing.
std::vector<Token> python_tokens(const std::shared_ptr<torch::jit::Source> &source, const std::string &text,
                                 size_t start, size_t end, bool is_expression);

}  // namespace shim

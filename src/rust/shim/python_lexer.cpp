#include "python_lexer.h"

#include <torch/csrc/jit/frontend/error_report.h>

#include <algorithm>
#include <cctype>

using shim::TextPart;
using shim::Token;
using shim::TokenKind;
using torch::jit::ErrorReport;
using torch::jit::Source;
using torch::jit::SourceRange;

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
// bytes of letters beyond ASCII count as letters
bool is_letter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || (c & 0x80) != 0; }

void append_utf8(std::string &out, unsigned long code) {
  const auto byte = [&](unsigned long value) { out += static_cast<char>(value); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) return byte(0xc0 | code >> 6), byte(0x80 | (code & 0x3f));
  if (code < 0x10000) return byte(0xe0 | code >> 12), byte(0x80 | (code >> 6 & 0x3f)), byte(0x80 | (code & 0x3f));
  byte(0xf0 | code >> 18), byte(0x80 | (code >> 12 & 0x3f)), byte(0x80 | (code >> 6 & 0x3f));
  byte(0x80 | (code & 0x3f));
}

class PythonLexer {
 public:
  PythonLexer(std::shared_ptr<Source> source, const std::string &text, size_t start, size_t end, bool is_expression)
      : source_(std::move(source)), text_(text), at_(start), end_(end), open_(is_expression ? 1 : 0) {}

  std::vector<Token> tokens() {
    if (open_ == 0) line_start();
    while (at_ < end_) token();
    if (open_ == 0 && !tokens_.empty() && tokens_.back().kind != TokenKind::Newline) add(TokenKind::Newline, at_);
    for (; open_ == 0 && indents_.size() > 1; indents_.pop_back()) add(TokenKind::Dedent, at_);
    add(TokenKind::End, at_);
    return std::move(tokens_);
  }

 private:
  ErrorReport error(size_t start, size_t end) const {
    return ErrorReport(SourceRange(source_, start, std::min(end, text_.size())));
  }
  char here(size_t ahead = 0) const { return at_ + ahead < end_ ? text_[at_ + ahead] : '\0'; }
  bool begins(const std::string &with) const { return text_.compare(at_, with.size(), with) == 0; }
  void add(TokenKind kind, size_t start) {
    tokens_.push_back(Token{kind, text_.substr(start, at_ - start), start, at_});
  }

  // Indentation, of lines that hold something.
  void line_start() {
    for (;;) {
      const size_t start = at_;
      size_t width = 0;
      for (; here() == ' ' || here() == '\t'; ++at_) width += here() == '\t' ? 8 - width % 8 : 1;
      if (here() == '#') comment();
      if (here() == '\r') ++at_;
      if (here() == '\n') {
        ++at_;
        continue;
      }
      if (at_ >= end_) return;
      if (indents_.empty()) indents_.push_back(width);
      if (width > indents_.back()) {
        indents_.push_back(width);
        add(TokenKind::Indent, start);
      }
      while (width < indents_.back()) {
        indents_.pop_back();
        if (indents_.empty() || width > indents_.back()) throw error(start, at_) << "the indentation fits no block";
        add(TokenKind::Dedent, start);
      }
      return;
    }
  }
  void comment() {
    const size_t end = std::min(text_.find('\n', at_), end_);
    const std::string mark = "# type:";
    if (begins(mark) && !begins("# type: ignore") && !tokens_.empty() && tokens_.back().kind != TokenKind::Text) {
      tokens_.back().inner_start = at_ + mark.size();
      tokens_.back().inner_end = end;
    }
    at_ = end;
  }

  void token() {
    const char c = here();
    const size_t start = at_;
    if (c == ' ' || c == '\t' || c == '\r' || c == '\f') {
      ++at_;
    } else if (c == '\\' && (here(1) == '\n' || (here(1) == '\r' && here(2) == '\n'))) {
      at_ += here(1) == '\n' ? 2 : 3;
    } else if (c == '#') {
      comment();
    } else if (c == '\n') {
      ++at_;
      if (open_ > 0) return;
      add(TokenKind::Newline, start);
      line_start();
    } else if (is_digit(c) || (c == '.' && is_digit(here(1)))) {
      number();
    } else if (is_text()) {
      string();
    } else if (is_letter(c)) {
      while (is_letter(here())) ++at_;
      add(TokenKind::Name, start);
    } else {
      sign();
    }
  }
  void sign() {
    const size_t start = at_;
    for (const char *known : {"...", "**=", "//=", "<<=", ">>=", "**", "//", "<<", ">>", "<=", ">=", "==",
                              "!=",  "->",  "+=",  "-=",  "*=",  "/=", "%=", "&=", "|=", "^=", "@=", ":="}) {
      if (!begins(known)) continue;
      at_ += std::char_traits<char>::length(known);
      return add(TokenKind::Sign, start);
    }
    const char c = here();
    ++at_;
    if (std::string("+-*/%@&|^~<>()[]{},:.;=").find(c) == std::string::npos) {
      throw error(start, at_) << "Python has no sign `" << c << "`";
    }
    if (c == '(' || c == '[' || c == '{') ++open_;
    if ((c == ')' || c == ']' || c == '}') && --open_ < 0)
      throw error(start, at_) << "nothing opens this `" << c << "`";
    add(TokenKind::Sign, start);
  }

  void number() {
    const size_t start = at_;
    const char form = static_cast<char>(std::tolower(here(1)));
    const int base = here() != '0' ? 10 : form == 'x' ? 16 : form == 'o' ? 8 : form == 'b' ? 2 : 10;
    if (base != 10) {
      at_ += 2;
      while (is_letter(here())) ++at_;
    } else {
      while (is_letter(here()) || here() == '.' ||
             ((here() == '+' || here() == '-') && std::tolower(text_[at_ - 1]) == 'e'))
        ++at_;
    }
    std::string digits = text_.substr(start, at_ - start);
    digits.erase(std::remove(digits.begin(), digits.end(), '_'), digits.end());
    size_t used = 0;
    try {
      if (base != 10) {
        const bool is_whole =
            digits.find_first_not_of(base == 16 ? "0123456789abcdefABCDEF" : "01234567", 2) == std::string::npos;
        digits = std::to_string(std::stoll(digits.substr(2), nullptr, base));
        used = is_whole ? digits.size() : 0;
      } else if (digits.find_first_not_of("0123456789") == std::string::npos) {
        used = digits.size();
        // libtorch takes a leading zero for an octal number, Python refuses it
        if (digits.size() > 1 && digits[0] == '0') used = digits.find_first_not_of('0') == std::string::npos ? used : 0;
      } else {
        const bool is_imaginary = digits.back() == 'j' || digits.back() == 'J';
        std::stod(digits, &used);
        if (is_imaginary) digits.back() = 'j', ++used;
        if (!is_imaginary && digits.find_first_of(".eE") == std::string::npos) used = 0;
      }
    } catch (const std::exception &) {
      used = 0;
    }
    if (used != digits.size()) throw error(start, at_) << "this is no number that TorchScript knows";
    add(TokenKind::Number, start);
    tokens_.back().text = digits;
  }

  bool is_text() const {
    size_t ahead = 0;
    for (; ahead < 2 && std::string("rRbBuUfF").find(here(ahead)) != std::string::npos && here(ahead) != '\0';) ++ahead;
    return here(ahead) == '"' || here(ahead) == '\'';
  }
  void string() {
    const size_t start = at_;
    bool is_raw = false, is_format = false;
    for (; here() != '"' && here() != '\''; ++at_) {
      const int letter = std::tolower(here());
      if (letter == 'b') throw error(start, at_ + 1) << "TorchScript has no bytes: write a string";
      is_raw = is_raw || letter == 'r';
      is_format = is_format || letter == 'f';
    }
    const std::string one(1, here());
    const std::string quote = begins(one + one + one) ? one + one + one : one;
    at_ += quote.size();
    const size_t inner = at_;
    while (at_ < end_ && !begins(quote)) {
      if (here() == '\n' && quote.size() == 1) break;
      at_ += here() == '\\' ? 2 : 1;
    }
    if (at_ >= end_ || !begins(quote)) throw error(start, inner) << "this string is not closed";
    const size_t inner_end = at_;
    at_ += quote.size();
    add(TokenKind::Text, start);
    tokens_.back().inner_start = inner;
    tokens_.back().inner_end = inner_end;
    tokens_.back().parts = parts(inner, inner_end, is_raw, is_format);
  }
  std::vector<TextPart> parts(size_t start, size_t end, bool is_raw, bool is_format) const {
    std::vector<TextPart> made;
    std::string letters;
    for (size_t i = start; i < end;) {
      const char c = text_[i];
      if (is_format && (c == '{' || c == '}')) {
        if (i + 1 < end && text_[i + 1] == c) {
          letters += c;
          i += 2;
          continue;
        }
        if (c == '}') throw error(i, i + 1) << "a `}` of an f-string is not opened: write `}}`";
        made.push_back({false, letters, i, i});
        letters.clear();
        const size_t close = field_end(i + 1, end);
        made.push_back({true, "", i + 1, close});
        i = close + 1;
      } else if (c == '\\' && !is_raw) {
        escape(letters, i, end);
      } else {
        letters += c;
        ++i;
      }
    }
    made.push_back({false, letters, end, end});
    return made;
  }
  size_t field_end(size_t start, size_t end) const {
    int open = 0;
    char quote = '\0';
    for (size_t i = start; i < end; ++i) {
      const char c = text_[i], after = i + 1 < end ? text_[i + 1] : '\0';
      if (quote != '\0') {
        if (c == quote) quote = '\0';
        continue;
      }
      if (c == '"' || c == '\'') quote = c;
      if (c == '}' && open == 0) return i;
      if (c == '(' || c == '[' || c == '{') ++open;
      if (c == ')' || c == ']' || c == '}') --open;
      const bool is_self = c == '=' && after == '}' && std::string("=!<>").find(text_[i - 1]) == std::string::npos;
      if (open == 0 && (c == ':' || (c == '!' && after != '=') || is_self)) {
        throw error(start, i + 1) << "TorchScript can't format within an f-string: write `{x}`, round the number first";
      }
    }
    throw error(start - 1, end) << "a `{` of an f-string is not closed: write `{{`";
  }
  void escape(std::string &out, size_t &i, size_t end) const {
    const char c = i + 1 < end ? text_[i + 1] : '\0';
    static const std::string plain = "\\'\"abfnrtv", meant = "\\'\"\a\b\f\n\r\t\v";
    const size_t start = i;
    const auto digits = [&](size_t from, size_t most, int base) {
      size_t used = 0;
      const std::string text = text_.substr(from, std::min(most, end - from));
      const auto is_one = [&](char d) { return base == 16 ? std::isxdigit(d) != 0 : d >= '0' && d < '8'; };
      while (used < text.size() && is_one(text[used])) ++used;
      if (used == 0 || (base == 16 && used < most)) throw error(start, start + 2) << "this escape needs more digits";
      i = from + used;
      return std::stoul(text.substr(0, used), nullptr, base);
    };
    if (c == '\n') {
      i += 2;
    } else if (plain.find(c) != std::string::npos && c != '\0') {
      out += meant[plain.find(c)];
      i += 2;
    } else if (c == 'x' || c == 'u' || c == 'U') {
      append_utf8(out, digits(i + 2, c == 'x' ? 2 : c == 'u' ? 4 : 8, 16));
    } else if (c >= '0' && c < '8') {
      append_utf8(out, digits(i + 1, 3, 8));
    } else if (c == 'N') {
      throw error(start, start + 2) << "names of letters are not known: write \\u with the letter's number";
    } else {
      // Python keeps the backslash of an escape that it does not know
      out += '\\';
      ++i;
    }
  }

  std::shared_ptr<Source> source_;
  const std::string &text_;
  size_t at_, end_;
  int open_;
  std::vector<size_t> indents_;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<shim::Token> shim::python_tokens(const std::shared_ptr<Source> &source, const std::string &text,
                                             size_t start, size_t end, bool is_expression) {
  return PythonLexer(source, text, start, end, is_expression).tokens();
}

// Imports and decorators are taken out, f-strings become calls of format().
#include "python_text.h"

#include <c10/util/Exception.h>

namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool begins(const std::string &text, size_t at, const char *with) { return text.rfind(with, at) == at; }

// What stands between the quotes of an f-string, as a format and its arguments.
std::string formatted(const std::string &body, const std::string &quote, size_t line) {
  std::string format, arguments;
  for (size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if ((c == '{' || c == '}') && i + 1 < body.size() && body[i + 1] == c) {
      format += c;
      ++i;
    } else if (c == '{') {
      int open = 0;
      std::string expression;
      for (++i; i < body.size() && (open > 0 || body[i] != '}'); ++i) {
        if (body[i] == '(' || body[i] == '[') ++open;
        if (body[i] == ')' || body[i] == ']') --open;
        TORCH_CHECK(open > 0 || (body[i] != ':' && !(body[i] == '!' && i + 1 < body.size() && body[i + 1] != '=')),
                    "line ", line + 1, ": TorchScript can't format within an f-string, as in `{", expression, body[i],
                    "`. Write `{x}`, or round the number first");
        expression += body[i];
      }
      TORCH_CHECK(i < body.size(), "line ", line + 1, ": a `{` of an f-string is not closed");
      arguments += (arguments.empty() ? "" : ", ") + expression;
      format += "{}";
    } else {
      format += c;
    }
  }
  return arguments.empty() ? quote + format + quote : "(" + quote + format + quote + ").format(" + arguments + ")";
}

}  // namespace

shim::PlainText shim::plain_text(const std::string &source) {
  PlainText plain;
  std::string &out = plain.text;
  size_t line = 0;
  bool starts = true, is_static = false;
  int open = 0;
  for (size_t i = 0; i < source.size();) {
    const char c = source[i];
    if (c == '\n') {
      starts = open == 0;
      ++line;
    } else if (c == '#' || (starts && (c == '@' || begins(source, i, "import ") || begins(source, i, "from ")))) {
      const std::string rest = source.substr(i, source.find('\n', i) - i);
      if (c == '@') {
        const bool is_known = begins(rest, 0, "@torch.jit.script") || begins(rest, 0, "@torch.jit.export") ||
                              begins(rest, 0, "@staticmethod");
        TORCH_CHECK(is_known, "line ", line + 1, ": the decorator `", rest, "` can't be compiled");
        is_static = is_static || begins(rest, 0, "@staticmethod");
      }
      // type comments must stay
      out += c == '#' ? rest : std::string(rest.size(), ' ');
      i += rest.size();
      continue;
    } else if (c == '"' || c == '\'') {
      const std::string quote =
          begins(source, i, "\"\"\"") || begins(source, i, "'''") ? std::string(3, c) : std::string(1, c);
      size_t end = i + quote.size();
      while (end < source.size() && !begins(source, end, quote.c_str())) end += source[end] == '\\' ? 2 : 1;
      TORCH_CHECK(end < source.size(), "line ", line + 1, ": a string is not closed");
      const std::string body = source.substr(i + quote.size(), end - i - quote.size());
      const bool is_format = i > 0 && source[i - 1] == 'f' && (i < 2 || !is_word(source[i - 2]));
      if (is_format) {
        out.pop_back();
        out += formatted(body, quote, line);
      } else {
        out += quote + body + quote;
      }
      for (char inner : body) line += inner == '\n';
      i = end + quote.size();
      starts = false;
      continue;
    } else if (c != ' ' && c != '\t') {
      if (starts && is_static && begins(source, i, "def ")) {
        plain.static_lines.insert(line);
        is_static = false;
      }
      open += (c == '(' || c == '[' || c == '{') - (c == ')' || c == ']' || c == '}');
      starts = false;
    }
    out += c;
    ++i;
  }
  return plain;
}

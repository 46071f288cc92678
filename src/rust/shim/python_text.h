// Python that libtorch's parser does not know, put in words that it does.
#pragma once
#include <set>
#include <string>

namespace shim {

struct PlainText {
  std::string text;
  // lines of `def`s below a @staticmethod, from 0
  std::set<size_t> static_lines;
};
// Lines keep their numbers.
PlainText plain_text(const std::string &source);

}  // namespace shim

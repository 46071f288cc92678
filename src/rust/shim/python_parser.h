// Python source as libtorch's trees. libtorch's own parser takes `and` and `or` to bind alike, `2 ** 3 ** 2` from the
// left and `1 < x < 3` as `(1 < x) < 3`: programs that mean something else than in Python, where Python parses them.
#pragma once
#include <torch/csrc/jit/frontend/tree_views.h>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace shim {

struct PythonClass {
  torch::jit::ClassDef definition;
  // where the `def`s of static methods begin
  std::set<size_t> statics;
  bool is_interface;
};
struct PythonSource {
  std::vector<torch::jit::Def> functions;
  std::vector<PythonClass> classes;
  std::map<std::string, torch::jit::Expr> constants;
  // of functions and classes
  std::vector<std::string> order;
};
// A first line `# source: name` is what tracebacks call it.
std::shared_ptr<torch::jit::Source> named_source(const std::string &text);
PythonSource parse_python(const std::string &text);
PythonSource parse_python(const std::string &text);

}  // namespace shim

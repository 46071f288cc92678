// A program's graph as plain vectors, to be drawn: constants and parameters are part of their operator's label.
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/inliner.h>

#include <algorithm>
#include <limits>
#include <set>
#include <sstream>
#include <unordered_map>

#include "graph_text.h"
#include "internal.h"

using c10::IValue;
using shim::constant_text;
using shim::tensor_text;
using shim::type_text;
using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

namespace {

std::vector<std::string> parts_of(const std::string &path) {
  std::vector<std::string> parts;
  std::istringstream stream(path);
  for (std::string part; std::getline(stream, part, '.');) parts.push_back(part);
  return parts;
}
std::string joined(const std::vector<std::string> &parts) {
  std::string path;
  for (const auto &part : parts) path += (path.empty() ? "" : ".") + part;
  return path;
}
std::string common_path(const std::string &a, const std::string &b) {
  auto first = parts_of(a), second = parts_of(b);
  size_t n = 0;
  while (n < first.size() && n < second.size() && first[n] == second[n]) n++;
  first.resize(n);
  return joined(first);
}
std::string parent_path(const std::string &path) {
  auto dot = path.rfind('.');
  return dot == std::string::npos ? "" : path.substr(0, dot);
}

// What stands for a value in a label, when no node of the picture makes it.
struct Folded {
  std::string text;
  bool is_member = false;  // of the program's module: then `text` is its path
  std::string type;
};

class Picture {
 public:
  Picture(const Graph &graph, const std::optional<torch::jit::Module> &self) : self_(self) {
    for (size_t i = 0; i < graph.inputs().size(); i++) {
      const Value *input = graph.inputs()[i];
      if (i == 0 && self) {
        folded_[input] = {"", true, ""};
        continue;
      }
      int64_t id = add("input", with_type(input_name(*input), type_text(*input->type())), "", 0);
      made_by_[input] = id;
    }
    read(*graph.block(), 0);
    for (const Value *output : graph.outputs()) {
      auto constant = folded_.find(output);
      int64_t id = add("output",
                       constant == folded_.end() ? with_type("output", type_text(*output->type()))
                                                 : "output: " + constant->second.text,
                       "", 0);
      connect(output, id);
    }
    spread_scopes();
  }

  IValue value() const {
    auto nodes = shim::record({{"kind", kinds_}, {"label", labels_}, {"scope", scope_list()}, {"block", blocks_}});
    auto edges = shim::record({{"from", from_}, {"to", to_}, {"label", edge_labels_}});
    auto blocks = shim::record({{"node", block_nodes_}, {"label", block_labels_}});
    return shim::record({{"nodes", nodes}, {"edges", edges}, {"blocks", blocks}});
  }

 private:
  // libtorch numbers the versions of a name
  static std::string input_name(const Value &input) {
    std::string name = input.debugName();
    auto dot = name.rfind('.');
    bool numbered = dot != std::string::npos && name.find_first_not_of("0123456789", dot + 1) == std::string::npos;
    return numbered ? name.substr(0, dot) : name;
  }
  static std::string with_type(const std::string &name, const std::string &type) {
    return type.empty() ? name : name + ": " + type;
  }
  std::vector<std::string> scope_list() const {
    std::vector<std::string> list;
    for (const auto &scope : scopes_) list.push_back(scope.value_or(""));
    return list;
  }

  // Nodes and blocks are counted from one; block 0 is the graph itself.
  int64_t add(const char *kind, const std::string &label, std::optional<std::string> scope, int64_t block) {
    kinds_.push_back(std::string(kind));
    labels_.push_back(label);
    scopes_.push_back(std::move(scope));
    blocks_.push_back(block);
    return static_cast<int64_t>(scopes_.size());
  }
  void connect(int64_t from, int64_t to, const std::string &label) {
    from_.push_back(from);
    to_.push_back(to);
    edge_labels_.push_back(label);
  }
  void connect(const Value *value, int64_t to) {
    auto found = made_by_.find(value);
    if (found == made_by_.end()) return;
    // one arrow is enough for a value that is used twice by the same operator
    if (drawn_.insert({value, to}).second) connect(found->second, to, type_text(*value->type()));
  }

  void read(const Block &block, int64_t number) {
    for (const Node *node : block.nodes()) {
      if (fold(node)) continue;
      if (node->kind() == c10::prim::If || node->kind() == c10::prim::Loop) {
        read_control(node, number);
        continue;
      }
      int64_t id = add("operator", label(node), scope(node), number);
      for (const Value *input : node->inputs()) connect(input, id);
      for (const Value *output : node->outputs()) made_by_[output] = id;
    }
  }

  // Constants, the module's members, and lists of such: no nodes of their own.
  bool fold(const Node *node) {
    if (node->outputs().size() != 1) return false;
    const Value *output = node->output();
    if (node->kind() == c10::prim::Constant) {
      auto function = output->type()->cast<c10::FunctionType>();
      auto value = function ? std::nullopt : torch::jit::toIValue(output);
      folded_[output] = {function ? function->function()->name() : value ? constant_text(*value) : "", false, ""};
      return true;
    }
    if (node->kind() == c10::prim::GetAttr) {
      auto owner = folded_.find(node->input());
      if (owner == folded_.end() || !owner->second.is_member) return false;
      std::string path = owner->second.text;
      path += (path.empty() ? "" : ".") + node->s(c10::attr::name);
      folded_[output] = {path, true, member_type(path)};
      return true;
    }
    bool is_list = node->kind() == c10::prim::ListConstruct;
    if (!is_list && node->kind() != c10::prim::TupleConstruct) return false;
    std::string text;
    for (const Value *input : node->inputs()) {
      auto item = folded_.find(input);
      if (item == folded_.end()) return false;
      text += (text.empty() ? "" : ", ") + item->second.text;
    }
    folded_[output] = {is_list ? "[" + text + "]" : "(" + text + ")", false, ""};
    return true;
  }

  std::string member_type(const std::string &path) const {
    IValue value = self_->_ivalue();
    for (const auto &part : parts_of(path)) {
      if (!value.isObject() || !value.toObjectRef().type()->hasAttribute(part)) return "";
      value = value.toObjectRef().getAttr(part);
    }
    return value.isTensor() ? tensor_text(value.toTensor()) : "";
  }

  void read_control(const Node *node, int64_t block) {
    bool is_if = node->kind() == c10::prim::If;
    int64_t head =
        add(is_if ? "if" : "loop", is_if ? "if" + condition(node->input(0)) : loop_label(node), scope(node), block);
    for (const Value *input : node->inputs()) connect(input, head);
    for (size_t i = 0; i < node->blocks().size(); i++) {
      const Block *inner = node->blocks()[i];
      block_nodes_.push_back(head);
      block_labels_.push_back(!is_if ? "body" : i == 0 ? "then" : "else");
      for (const Value *input : inner->inputs()) made_by_[input] = head;
      size_t start = scopes_.size(), edge = from_.size();
      int64_t number = static_cast<int64_t>(block_nodes_.size());
      read(*inner, number);
      start_from(head, number, start, edge);
    }
    if (node->outputs().empty()) return;
    int64_t end = add("end", is_if ? "end if" : "end loop", scopes_[head - 1], block);
    for (const Block *inner : node->blocks()) {
      for (const Value *output : inner->outputs()) connect(output, end);
    }
    for (const Value *output : node->outputs()) made_by_[output] = end;
    // a branch that only hands something on leaves the end without a line from its beginning
    if (std::find(to_.begin(), to_.end(), end) == to_.end()) connect(head, end, "");
  }

  // The nodes of a block that wait for nothing in it come after its head all the same.
  void start_from(int64_t head, int64_t block, size_t first, size_t first_edge) {
    std::set<int64_t> reached;
    for (size_t i = first_edge; i < from_.size(); i++) {
      if (from_[i] > static_cast<int64_t>(first) || from_[i] == head) reached.insert(to_[i]);
    }
    for (size_t i = first; i < scopes_.size(); i++) {
      int64_t id = static_cast<int64_t>(i) + 1;
      if (blocks_[i] == block && reached.count(id) == 0) connect(head, id, "");
    }
  }
  std::string condition(const Value *value) const {
    auto known = folded_.find(value);
    return known == folded_.end() ? "" : " " + known->second.text;
  }
  std::string loop_label(const Node *node) const {
    auto count = torch::jit::toIValue(node->input(0));
    if (!count || !count->isInt()) return "for";
    if (count->toInt() == std::numeric_limits<int64_t>::max()) return "while";
    return "for " + std::to_string(count->toInt());
  }

  std::string operator_name(const Node *node) const {
    if (node->kind() == c10::prim::CallMethod) {
      auto owner = folded_.find(node->input(0));
      std::string path = owner == folded_.end() ? "" : owner->second.text;
      return path + (path.empty() ? "" : ".") + node->s(c10::attr::name) + "()";
    }
    if (node->kind() == c10::prim::CallFunction) {
      auto function = folded_.find(node->input(0));
      return (function == folded_.end() ? "" : function->second.text) + "()";
    }
    if (node->kind() == c10::prim::ListConstruct) return "list";
    if (node->kind() == c10::prim::TupleConstruct) return "tuple";
    if (node->kind() == c10::prim::GetAttr) return "$" + node->s(c10::attr::name);
    return node->kind().is_aten() ? node->kind().toUnqualString() : node->kind().toQualString();
  }

  // The operator, and a line for each argument that the label alone tells of.
  std::string label(const Node *node) const {
    std::string text = operator_name(node);
    const auto *schema = node->maybeSchema();
    bool is_call = node->kind() == c10::prim::CallMethod || node->kind() == c10::prim::CallFunction;
    for (size_t i = is_call ? 1 : 0; i < node->inputs().size(); i++) {
      auto found = folded_.find(node->input(i));
      if (found == folded_.end()) continue;
      const Folded &value = found->second;
      if (schema == nullptr || i >= schema->arguments().size()) {
        text += "\n" + (value.type.empty() ? value.text : value.text + " " + value.type);
        continue;
      }
      const auto &argument = schema->arguments()[i];
      if (argument.default_value() && constant_text(*argument.default_value()) == value.text) continue;
      if (shim::is_usual(argument.name(), value.text)) continue;
      text += "\n" + argument.name() + ": " + argument_text(argument, value);
    }
    return text;
  }
  static std::string argument_text(const c10::Argument &argument, const Folded &value) {
    if (value.is_member) {
      std::string name = value.text.substr(value.text.rfind('.') + 1);
      if (value.type.empty()) return value.text;
      return name == argument.name() ? value.type : name + " " + value.type;
    }
    auto kind = argument.real_type()->kind();
    if (const auto *optional = argument.real_type()->castRaw<c10::OptionalType>()) {
      kind = optional->getElementType()->kind();
    }
    bool is_number = !value.text.empty() && value.text.find_first_not_of("0123456789") == std::string::npos;
    if (kind == c10::TypeKind::ScalarTypeType && is_number) {
      return c10::toString(static_cast<c10::ScalarType>(std::stoi(value.text)));
    }
    return value.text;
  }

  // The sub-module that an operator belongs to: by the calls that led to it, by the scope that a trace gave it, or by
  // the parameters that it uses.
  std::optional<std::string> scope(const Node *node) const {
    if (node->callstack()) {
      std::vector<std::string> names;
      for (const auto &entry : (*node->callstack())->vec()) {
        const auto &instance = std::get<torch::jit::kModuleInstanceInfo>(entry);
        if (!instance) continue;
        std::string name = instance->instance_name();
        if (!name.empty() && name != "SELF" && name.find('(') == std::string::npos) names.push_back(name);
      }
      if (!names.empty()) return joined(names);
    }
    std::string traced = node->scopeName();
    traced = traced.substr(traced.rfind('/') + 1);
    const std::string root = "__module.";
    if (traced.rfind(root, 0) == 0) return traced.substr(root.size());
    std::optional<std::string> common;
    for (const Value *input : node->inputs()) {
      auto member = folded_.find(input);
      if (member == folded_.end() || !member->second.is_member || member->second.text.empty()) continue;
      std::string owner = parent_path(member->second.text);
      common = common ? common_path(*common, owner) : owner;
    }
    return common;
  }

  // An operator without a sub-module of its own belongs to the one that both what comes before and what comes after it
  // are in.
  void spread_scopes() {
    size_t n = scopes_.size();
    std::vector<std::optional<std::string>> before(scopes_), after(scopes_);
    auto take = [](std::optional<std::string> &into, const std::optional<std::string> &other) {
      if (other) into = into ? common_path(*into, *other) : *other;
    };
    for (size_t node = 0; node < n; node++) {
      for (size_t i = 0; !scopes_[node] && i < from_.size(); i++) {
        if (to_[i] == static_cast<int64_t>(node) + 1) take(before[node], before[from_[i] - 1]);
      }
    }
    for (size_t node = n; node-- > 0;) {
      for (size_t i = 0; !scopes_[node] && i < from_.size(); i++) {
        if (from_[i] == static_cast<int64_t>(node) + 1) take(after[node], after[to_[i] - 1]);
      }
    }
    for (size_t node = 0; node < n; node++) {
      if (scopes_[node]) continue;
      // nothing comes after what only raises errors
      scopes_[node] = !before[node] ? "" : after[node] ? common_path(*before[node], *after[node]) : *before[node];
    }
  }

  const std::optional<torch::jit::Module> &self_;
  std::unordered_map<const Value *, Folded> folded_;
  std::unordered_map<const Value *, int64_t> made_by_;
  std::set<std::pair<const Value *, int64_t>> drawn_;
  std::vector<std::string> kinds_, labels_, edge_labels_, block_labels_;
  std::vector<std::optional<std::string>> scopes_;
  std::vector<int64_t> blocks_, from_, to_, block_nodes_;
};

std::shared_ptr<Graph> graph_to_show(const ts_function *function, int inlined) {
  auto graph = shim::graph_of(function);
  if (inlined == 0) return graph;
  auto copy = graph->copy();
  torch::jit::Inline(*copy);
  return copy;
}

}  // namespace

int ts_function_inlined_graph(const ts_function *function, char **text, ts_error *error) {
  return shim::guard(error, [&] { *text = shim::copy(graph_to_show(function, 1)->toString(false)); });
}
int ts_function_picture(const ts_function *function, int inlined, ts_value *picture, ts_error *error) {
  return shim::guard(error, [&] {
    auto graph = graph_to_show(function, inlined);
    shim::from_ivalue(Picture(*graph, function->self).value(), picture);
  });
}

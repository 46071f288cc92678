// What the names in one function of TorchScript stand for, as far as its text tells.
#pragma once
#include <cmath>
#include <cstdlib>
#include <map>
#include <set>

#include "source_tree.h"

namespace shim::source {

// A loop of literal length, with those around it, is none to speak of up to here.
constexpr double longest_loop = 10000, unbounded = HUGE_VAL;

inline double number(const TreeRef &tree) {
  if (tree->kind() == TK_UNARY_MINUS) return -number(tree->tree(0));
  return tree->kind() == TK_CONST ? std::strtod(tree->tree(0)->stringValue().c_str(), nullptr) : unbounded;
}

class Names {
 public:
  // `fields`: those of the class that are lists or texts.
  Names(const Text &text, const std::set<std::string> &fields) : text_(text), fields_(fields) {}

  // A function within another knows the other's names.
  void add(const TreeRef &def) {
    for (const auto &param : def->tree(1)->tree(0)->trees()) {
      const std::string &name = ident(param->tree(0));
      locals_.insert(name);
      ++assigned_[name];
      for (const auto &type : param->tree(1)->trees()) {
        if (is_sequence_type(text_(type))) sequences_.insert(name);
      }
    }
    count_names(def->tree(2));
    // a name given later may stand for an earlier one
    for (int round = 0; round < 3; ++round) collect(def->tree(2));
  }
  bool is_local(const std::string &name) const { return locals_.count(name) > 0; }

  static bool is_sequence_type(const std::string &type) {
    return type.rfind("List", 0) == 0 || type == "str" || type.rfind("Optional[List", 0) == 0 ||
           type == "Optional[str]";
  }
  // Is it seen to be a list or a text? Multiplied, those grow to any size.
  bool is_sequence(const TreeRef &tree) const {
    switch (tree->kind()) {
      case TK_LIST_LITERAL:
      case TK_STRINGLITERAL:
      case TK_LIST_COMP: return true;
      case TK_VAR: return sequences_.count(ident(tree->tree(0))) > 0;
      case '.': return fields_.count(ident(tree->tree(1))) > 0;
      case TK_IF_EXPR: return is_sequence(tree->tree(1)) || is_sequence(tree->tree(2));
      case TK_APPLY: {
        TreeRef base;
        const std::string name = dotted(tree->tree(0), &base);
        const auto &arguments = tree->tree(1)->trees();
        if (name == "annotate" || name == "unchecked_cast") {
          return !arguments.empty() && is_sequence_type(text_(arguments[0]));
        }
        static const std::set<std::string> makers = {
            "str",          "list",        "torch.list",      "torch.str",   "torch.format",     "torch.keys",
            "torch.values", "torch.items", "torch.split",     "torch.join",  "torch.splitlines", "torch.replace",
            "torch.rsplit", "torch.upper", "ops.prim.tolist", "torch.lower", "torch.strip",      "torch.center",
        };
        if (makers.count(name) > 0 || (name == "torch.size" && arguments.size() == 1)) return true;
        if (name == "torch.slice" && !arguments.empty()) return is_sequence(arguments[0]);
        return name == "torch.add" && !arguments.empty() && is_sequence(arguments[0]);
      }
      case '+':
      case '*':
        return std::any_of(tree->trees().begin(), tree->trees().end(), [&](const auto &t) { return is_sequence(t); });
      default: return false;
    }
  }
  // Is it the length of what is there already, or the least of several, as zip() compiles to?
  bool is_length(const TreeRef &tree) const {
    if (is_variable(tree)) {
      const std::string &name = ident(tree->tree(0));
      return lengths_.count(name) > 0 && times(assigned_, name) == 1;
    }
    if (tree->kind() == TK_LIST_LITERAL) {
      const auto &items = tree->tree(0)->trees();
      return std::any_of(items.begin(), items.end(), [&](const auto &item) { return is_length(item); });
    }
    if (tree->kind() != TK_APPLY) return false;
    TreeRef base;
    const std::string name = dotted(tree->tree(0), &base);
    const auto &arguments = tree->tree(1)->trees();
    if (name == "torch.len" || name == "len" || name == "torch.dim") return arguments.size() == 1;
    if (name == "ops.prim.min" && arguments.size() == 1) {
      // a list that is used again may have been changed
      const bool is_kept = is_variable(arguments[0]) && times(used_, ident(arguments[0]->tree(0))) != 2;
      return is_length(arguments[0]) && !is_kept;
    }
    return (name == "torch.sub" || name == "torch.add") && arguments.size() == 2 && is_length(arguments[0]) &&
           number(arguments[1]) <= longest_loop;
  }
  // How many numbers a call of range() gives, as far as its text tells; what depends on a length counts as one.
  double count(const TreeRef &call) const {
    const auto &arguments = call->tree(1)->trees();
    if (!call->tree(2)->trees().empty() || arguments.empty() || arguments.size() > 2) return unbounded;
    if (arguments.size() == 1 && is_length(arguments[0])) return 1;
    const double first = number(arguments[0]);
    const double last = arguments.size() == 1 ? first : number(arguments[1]);
    if (first == unbounded || last == unbounded) return unbounded;
    return std::max(0.0, arguments.size() == 1 ? first : last - first);
  }

 private:
  // The names that a function gives to values, and which of them are lists or texts.
  void collect(const TreeRef &tree) {
    if (tree->isAtom()) return;
    const auto name_all = [&](const TreeRef &targets) { targets_of(targets); };
    switch (tree->kind()) {
      case TK_DEF: locals_.insert(ident(tree->tree(0))); break;
      case TK_ASSIGN: {
        name_all(tree->tree(0));
        const auto &right = tree->tree(1)->trees();
        if (!right.empty() && is_sequence(right[0])) {
          for (const auto &target : tree->tree(0)->trees()) sequences_.insert(variable(target));
        }
        if (!right.empty() && tree->tree(0)->trees().size() == 1 && is_length(right[0])) {
          lengths_.insert(variable(tree->tree(0)->tree(0)));
        }
        break;
      }
      case TK_FOR: name_all(tree->tree(0)); break;
      case TK_LIST_COMP: name_all(tree->tree(1)); break;
      case TK_DICT_COMP: name_all(tree->tree(2)); break;
      case TK_WITH_ITEM: name_all(tree->tree(1)); break;
      default: break;
    }
    for (const auto &child : tree->trees()) collect(child);
  }
  void targets_of(const TreeRef &tree) {
    if (tree->isAtom()) return;
    if (is_variable(tree)) {
      locals_.insert(ident(tree->tree(0)));
    } else if (tree->kind() != '.' && tree->kind() != TK_SUBSCRIPT) {
      for (const auto &child : tree->trees()) targets_of(child);
    }
  }

  // How often each name is used, and given a value.
  void count_names(const TreeRef &tree) {
    if (tree->isAtom()) return;
    if (is_variable(tree)) ++used_[ident(tree->tree(0))];
    switch (tree->kind()) {
      case TK_ASSIGN:
      case TK_FOR:
      case TK_AUG_ASSIGN: count_targets(tree->tree(0)); break;
      case TK_LIST_COMP: count_targets(tree->tree(1)); break;
      case TK_DICT_COMP: count_targets(tree->tree(2)); break;
      default: break;
    }
    for (const auto &child : tree->trees()) count_names(child);
  }
  void count_targets(const TreeRef &tree) {
    if (tree->isAtom()) return;
    if (is_variable(tree)) ++assigned_[ident(tree->tree(0))];
    for (const auto &child : tree->trees()) count_targets(child);
  }
  static int times(const std::map<std::string, int> &counts, const std::string &name) {
    const auto found = counts.find(name);
    return found == counts.end() ? 0 : found->second;
  }

  Text text_;
  std::set<std::string> fields_, locals_, sequences_, lengths_;
  std::map<std::string, int> assigned_, used_;
};

}  // namespace shim::source

// Operators: found in libtorch's registry by name, called boxed.
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/jit/runtime/operator.h>

#include <set>

#include "internal.h"

using torch::jit::Stack;

// Registered with the dispatcher, or (len, Int, and other operators of the language itself) with the JIT alone.
struct ts_overload {
  std::shared_ptr<torch::jit::Operator> owner;
  std::optional<c10::OperatorHandle> dispatched = std::nullopt;
  mutable torch::jit::Operation operation = [](torch::jit::Stack &) {};
  bool has_variables = false;
};

int ts_operator_find(const char *name, const ts_overload **overloads, int capacity, int *count, ts_error *error) {
  return shim::guard(error, [&] {
    *count = 0;
    for (auto &op : torch::jit::getAllSortedOperatorsFor(c10::Symbol::fromQualString(name))) {
      if (!op->hasOperation()) continue;
      TORCH_CHECK(*count < capacity, "internal: more overloads of ", name, " than there is room for");
      auto overload = std::make_unique<ts_overload>(ts_overload{op});
      const auto &schema = op->schema();
      if (op->isC10Op()) {
        overload->dispatched = c10::Dispatcher::singleton().findSchema({schema.name(), schema.overload_name()});
      }
      if (!overload->dispatched) {
        overload->operation = op->getOperation();
        overload->has_variables = shim::has_variables(schema);
      }
      overloads[(*count)++] = overload.release();
    }
  });
}
int ts_overload_schema(const ts_overload *overload, ts_schema *schema, ts_error *error) {
  return shim::guard(error, [&] { shim::describe(overload->owner->schema(), schema); });
}
int ts_overload_is_vararg(const ts_overload *overload) { return overload->owner->schema().is_vararg(); }
int ts_overload_argument(const ts_overload *overload, int i, ts_argument *argument, ts_error *error) {
  return shim::guard(error, [&] { shim::describe(overload->owner->schema().arguments().at(i), argument); });
}
const char *ts_overload_return_name(const ts_overload *overload, int i) {
  return overload->owner->schema().returns()[i].name().c_str();
}
int ts_overload_is_dispatched(const ts_overload *overload) { return overload->dispatched.has_value(); }
int ts_overload_return_kind(const ts_overload *overload, int i) {
  return ts_type_kind(reinterpret_cast<const ts_type *>(overload->owner->schema().returns()[i].real_type().get()));
}

int ts_overload_call(const ts_overload *overload, const ts_value *arguments, int count, ts_value *results, int capacity,
                     int *returned, ts_error *error) {
  return shim::guard(error, [&] {
    shim::KeptStack kept;
    Stack &stack = *kept;
    stack.reserve(count + 1);
    const auto &schema = overload->owner->schema();
    for (int i = 0; i < count; i++) {
      // past the schema's own arguments, of an operator that takes any number
      if (arguments[i].tag == TS_DEFAULT && i >= static_cast<int>(schema.arguments().size())) break;
      if (arguments[i].tag == TS_DEFAULT) {
        stack.emplace_back(*schema.arguments()[i].default_value());
      } else {
        stack.emplace_back(shim::to_ivalue(arguments[i]));
      }
    }
    if (overload->dispatched) {
      overload->dispatched->callBoxed(&stack);
    } else {
      if (overload->has_variables) shim::resolve_variables(schema, stack);
      // such an operator finds the number of its arguments on top of them
      if (schema.is_vararg()) stack.emplace_back(static_cast<int64_t>(stack.size()));
      overload->operation(stack);
    }
    TORCH_CHECK(static_cast<int>(stack.size()) <= capacity, "internal: more results than there is room for");
    *returned = static_cast<int>(stack.size());
    for (size_t i = 0; i < stack.size(); i++) shim::from_ivalue(std::move(stack[i]), results + i);
  });
}

char *ts_operator_names(const char *name_space) {
  std::set<std::string> names;
  for (const auto &op : torch::jit::getAllOperators()) {
    // without an operation of its own it is a mark in graphs, made for a node
    if (!op->hasOperation()) continue;
    const std::string &name = op->schema().name();
    auto colons = name.find("::");
    if (colons == std::string::npos) continue;
    if (name_space == nullptr) {
      names.insert(name.substr(0, colons));
    } else if (name.compare(0, colons, name_space) == 0) {
      names.insert(name.substr(colons + 2));
    }
  }
  return shim::copy(shim::lines({names.begin(), names.end()}));
}

// Division of whole numbers in programs. libtorch leaves `1 % 0`, and the least integer by -1, to the processor, whose
// trap ends the process: here the operators that divide look at their divisor first.
#include <torch/csrc/jit/runtime/jit_exception.h>
#include <torch/csrc/jit/runtime/operator.h>

#include <array>
#include <limits>
#include <vector>

#include "internal.h"

namespace {

using torch::jit::Operation;
using torch::jit::Operator;
using torch::jit::Stack;

// What the least integer by -1 is: a quotient that no integer holds, no remainder, a common divisor of 1.
enum class Least { too_large, zero, one };

// The divisor of `gcd` may be 0, and either number may be the divisor.
bool divides_least(int64_t number, int64_t divisor, Least least) {
  constexpr int64_t lowest = std::numeric_limits<int64_t>::min();
  return (number == lowest && divisor == -1) || (least == Least::one && number == -1 && divisor == lowest);
}

// Returns whether the result is already there.
bool checked(Stack &stack, Least least) {
  const c10::IValue &divisor = stack[stack.size() - 1];
  const c10::IValue &number = stack[stack.size() - 2];
  if (!divisor.isInt() || !number.isInt()) return false;
  if (divisor.toInt() == 0 && least != Least::one) {
    throw torch::jit::JITException("division by 0", "ZeroDivisionError", "division by 0");
  }
  if (!divides_least(number.toInt(), divisor.toInt(), least)) return false;
  if (least == Least::too_large) {
    const char *reason = "the quotient is 2^63, which no int holds";
    throw torch::jit::JITException(reason, "OverflowError", reason);
  }
  stack.pop_back();
  stack.back() = c10::IValue(int64_t{least == Least::one});
  return true;
}

}  // namespace

void shim::check_integer_division() {
  constexpr std::array<std::pair<const char *, Least>, 5> dividing = {
      {{"aten::remainder", Least::zero},
       {"aten::floordiv", Least::too_large},
       {"aten::divmod", Least::too_large},
       {"aten::gcd", Least::one},
       {"aten::__round_to_zero_floordiv", Least::too_large}}};
  for (const auto &[name, least] : dividing) {
    // A copy: the list is libtorch's own, and changes below.
    const std::vector<std::shared_ptr<Operator>> overloads =
        torch::jit::getAllOperatorsFor(c10::Symbol::fromQualString(name));
    // All of them anew: an overload is chosen by the order in which they came.
    for (const auto &overload : overloads) torch::jit::deregisterOperator(overload->schema());
    for (const auto &overload : overloads) {
      const c10::FunctionSchema &schema = overload->schema();
      if (overload->isC10Op() || !overload->hasOperation() || schema.arguments().size() != 2) {
        torch::jit::registerOperator(Operator(*overload));
        continue;
      }
      Operation divide = overload->getOperation();
      auto guarded = [divide, least = least](Stack &stack) mutable {
        if (!checked(stack, least)) divide(stack);
      };
      torch::jit::registerOperator(Operator(schema.name(), schema.overload_name(), schema.arguments(), schema.returns(),
                                            Operation(guarded), overload->aliasAnalysisKind()));
    }
  }
}

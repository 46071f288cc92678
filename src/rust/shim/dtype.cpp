// What a dtype can hold.
#include <c10/core/ScalarType.h>
#include <torch/headeronly/util/BFloat16.h>

#include <cmath>
#include <limits>

#include "internal.h"

namespace {
template <class T>
void floating(ts_dtype_limits *limits) {
  using Limits = std::numeric_limits<T>;
  limits->kind = TS_LIMITS_FLOATING;
  limits->bits = 8 * sizeof(T);
  limits->max = static_cast<double>(Limits::max());
  limits->min = static_cast<double>(Limits::lowest());
  limits->eps = static_cast<double>(Limits::epsilon());
  limits->tiny = static_cast<double>(Limits::min());
  limits->resolution = std::pow(10, -Limits::digits10);
}
template <class T>
void whole(ts_dtype_limits *limits) {
  limits->kind = TS_LIMITS_WHOLE;
  limits->bits = 8 * sizeof(T);
  limits->least = static_cast<int64_t>(std::numeric_limits<T>::min());
  limits->most = static_cast<uint64_t>(std::numeric_limits<T>::max());
}
}  // namespace

void ts_dtype_describe(int dtype, ts_dtype_limits *limits) {
  *limits = ts_dtype_limits{};
  // a complex number is two of its part's
  switch (c10::toRealValueType(static_cast<c10::ScalarType>(dtype))) {
    case c10::ScalarType::Double: return floating<double>(limits);
    case c10::ScalarType::Float: return floating<float>(limits);
    case c10::ScalarType::Half: return floating<c10::Half>(limits);
    case c10::ScalarType::BFloat16: return floating<c10::BFloat16>(limits);
    case c10::ScalarType::Float8_e5m2: return floating<c10::Float8_e5m2>(limits);
    case c10::ScalarType::Float8_e4m3fn: return floating<c10::Float8_e4m3fn>(limits);
    case c10::ScalarType::Byte:
    case c10::ScalarType::QUInt8: return whole<uint8_t>(limits);
    case c10::ScalarType::Char:
    case c10::ScalarType::QInt8: return whole<int8_t>(limits);
    case c10::ScalarType::Short: return whole<int16_t>(limits);
    case c10::ScalarType::Int:
    case c10::ScalarType::QInt32: return whole<int32_t>(limits);
    case c10::ScalarType::Long: return whole<int64_t>(limits);
    case c10::ScalarType::UInt16: return whole<uint16_t>(limits);
    case c10::ScalarType::UInt32: return whole<uint32_t>(limits);
    case c10::ScalarType::UInt64: return whole<uint64_t>(limits);
    default: return;
  }
}

// What operators cost: every call that libtorch reports is timed, with what ran inside it taken off.
#include <ATen/record_function.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <unordered_map>

#include "internal.h"

namespace {

using Clock = std::chrono::steady_clock;

struct Total {
  int64_t calls = 0;
  int64_t inclusive = 0;
  int64_t self = 0;
};

// A call that is going on. It lives with libtorch's own record of the call, on the thread that makes it.
struct Span : at::ObserverContext {
  Clock::time_point start;
  Span *outer = nullptr;
  const char *name = nullptr;
  int64_t inside = 0;
};

thread_local Span *innermost = nullptr;
// Threads that a program forks inherit the callback, and report while R's thread does.
std::mutex mutex;
std::unordered_map<std::string, Total> &totals() {
  static std::unordered_map<std::string, Total> all;
  return all;
}
at::CallbackHandle running = at::INVALID_CALLBACK_HANDLE;

std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction &call) noexcept {
  try {
    auto span = std::make_unique<Span>();
    span->outer = innermost;
    span->name = call.name();
    innermost = span.get();
    span->start = Clock::now();
    return span;
  } catch (...) {
    return nullptr;  // no memory: this call goes uncounted
  }
}

bool is_inside_its_own_kind(const Span *span) {
  for (const Span *outer = span->outer; outer != nullptr; outer = outer->outer) {
    if (std::strcmp(outer->name, span->name) == 0) return true;
  }
  return false;
}

void end(const at::RecordFunction &, at::ObserverContext *context) noexcept {
  auto *span = static_cast<Span *>(context);
  if (span == nullptr || span != innermost) return;
  int64_t elapsed = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - span->start).count();
  innermost = span->outer;
  if (span->outer != nullptr) span->outer->inside += elapsed;
  try {
    bool counted = is_inside_its_own_kind(span);
    std::lock_guard<std::mutex> lock(mutex);
    Total &total = totals()[span->name];
    total.calls += 1;
    total.self += elapsed - span->inside;
    if (!counted) total.inclusive += elapsed;
  } catch (...) {
    // no memory: this call goes uncounted
  }
}

}  // namespace

int ts_profile_start(ts_error *error) {
  return shim::guard(error, [&] {
    TORCH_CHECK_VALUE(running == at::INVALID_CALLBACK_HANDLE, "a profile is being taken already");
    {
      std::lock_guard<std::mutex> lock(mutex);
      totals().clear();
    }
    running = at::addThreadLocalCallback(
        at::RecordFunctionCallback(&begin, &end).scopes({at::RecordScope::FUNCTION}).needsIds(false));
  });
}
int ts_profile_stop(ts_value *profile, ts_error *error) {
  return shim::guard(error, [&] {
    if (running != at::INVALID_CALLBACK_HANDLE) at::removeCallback(running);
    running = at::INVALID_CALLBACK_HANDLE;
    std::lock_guard<std::mutex> lock(mutex);
    std::vector<std::pair<std::string, Total>> sorted(totals().begin(), totals().end());
    totals().clear();
    std::sort(sorted.begin(), sorted.end(), [](const auto &a, const auto &b) {
      return a.second.self != b.second.self ? a.second.self > b.second.self : a.first < b.first;
    });
    c10::List<std::string> names;
    c10::List<int64_t> calls;
    c10::List<double> inclusive, self;
    for (const auto &[name, total] : sorted) {
      names.push_back(name);
      calls.push_back(total.calls);
      inclusive.push_back(static_cast<double>(total.inclusive) / 1e6);
      self.push_back(static_cast<double>(total.self) / 1e6);
    }
    shim::from_ivalue(shim::record({{"operator", names}, {"calls", calls}, {"total", inclusive}, {"self", self}}),
                      profile);
  });
}

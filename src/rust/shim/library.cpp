// The library as a whole: which libtorch it is, its warnings, its threads, CUDA, and what happens at a fork.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <pthread.h>
#include <torch/csrc/inductor/aoti_torch/c/shim.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/runtime/operator.h>
#include <torch/csrc/jit/runtime/print_handler.h>
#include <torch/headeronly/version.h>

#include <atomic>
#include <deque>
#include <mutex>

#include "internal.h"

namespace {

// libtorch's warnings become R's, and what programs print reaches R's output, but only once R is on top again.
struct Messages final : c10::WarningHandler {
  struct Message {
    std::string text;
    bool is_printed;
  };
  std::mutex mutex;
  std::deque<Message> waiting;
  std::atomic<int> count{0};
  void add(const std::string &text, bool is_printed) {
    std::lock_guard<std::mutex> lock(mutex);
    if (is_printed && !waiting.empty() && waiting.back().is_printed) {
      waiting.back().text += text;
    } else {
      waiting.push_back({text, is_printed});
    }
    count = static_cast<int>(waiting.size());
  }
  void process(const c10::Warning &warning) override { add(warning.msg(), false); }
};
Messages messages;

// A forked child has none of the pool's threads: parallel work in it would wait for ever.
bool in_child = false;
void after_fork() {
  in_child = true;
  at::set_num_threads(1);
}

// libtorch's own torch.device(type, index) takes its arguments in the wrong order when it runs.
void repair_device_operator() {
  // A copy: the list is libtorch's own, and changes below.
  const std::vector<std::shared_ptr<torch::jit::Operator>> overloads =
      torch::jit::getAllOperatorsFor(c10::Symbol::fromQualString("aten::device"));
  for (const auto &overload : overloads) {
    if (overload->schema().overload_name() != "with_index") continue;
    const c10::FunctionSchema schema = overload->schema();
    const auto aliases = overload->aliasAnalysisKind();
    torch::jit::deregisterOperator(schema);
    auto make = [](torch::jit::Stack &stack) {
      const int64_t index = torch::jit::pop(stack).toInt();
      c10::Device device(torch::jit::pop(stack).toStringRef());
      device.set_index(static_cast<c10::DeviceIndex>(index));
      torch::jit::push(stack, device);
    };
    torch::jit::registerOperator(torch::jit::Operator(schema.name(), schema.overload_name(), schema.arguments(),
                                                      schema.returns(), torch::jit::Operation(make), aliases));
  }
}

}  // namespace

void ts_initialise(void) {
  static bool done = false;
  if (done) return;
  done = true;
  shim::count_memory();
  shim::check_integer_division();
  repair_device_operator();
  c10::WarningUtils::set_warning_handler(&messages);
  // Its profiling executor takes tensors that are changed in place through lists or loops for others: it merges equal
  // expressions, turns them into constants and leaves changes out. On a CPU it is no faster.
  torch::jit::getProfilingMode() = false;
  torch::jit::setPrintHandler([](const std::string &text) { messages.add(text, true); });
  pthread_atfork(nullptr, nullptr, after_fork);
}

int ts_message_count(void) { return messages.count.load(std::memory_order_relaxed); }
char *ts_message_take(int *is_printed) {
  std::lock_guard<std::mutex> lock(messages.mutex);
  if (messages.waiting.empty()) return nullptr;
  char *text = shim::copy(messages.waiting.front().text);
  *is_printed = messages.waiting.front().is_printed;
  messages.waiting.pop_front();
  messages.count = static_cast<int>(messages.waiting.size());
  return text;
}

int ts_threads(int interop) { return interop != 0 ? at::get_num_interop_threads() : at::get_num_threads(); }
int ts_set_threads(int count, int interop, ts_error *error) {
  return shim::guard(error, [&] {
    TORCH_CHECK(!in_child || count == 1,
                "a forked process must stay at one thread: libtorch's threads did not come along");
    if (interop != 0) {
      // once they run libtorch refuses any number, the present one too
      if (count != at::get_num_interop_threads()) at::set_num_interop_threads(count);
    } else {
      at::set_num_threads(count);
    }
  });
}

const char *ts_version_built(void) { return TORCH_VERSION; }
const char *ts_version_loaded(void) {
  static std::string text;
  uint64_t version = aoti_torch_abi_version();
  text = std::to_string(version >> 56) + "." + std::to_string((version >> 48) & 255) + "." +
         std::to_string((version >> 40) & 255);
  return text.c_str();
}
const char *ts_library_path(void) {
  Dl_info info;
  return dladdr(reinterpret_cast<void *>(&aoti_torch_abi_version), &info) != 0 ? info.dli_fname : "";
}

// The CPU library comes first and alone; CUDA's is opened when somebody asks for it, if it stands beside.
int ts_cuda_is_available(void) {
  static void *cuda = [] {
    std::string path = ts_library_path();
    path.resize(path.rfind('/') + 1);
    return dlopen((path + "libtorch_cuda.so").c_str(), RTLD_NOW | RTLD_GLOBAL);
  }();
  try {
    return cuda != nullptr && at::hasCUDA();
  } catch (...) {
    return 0;
  }
}

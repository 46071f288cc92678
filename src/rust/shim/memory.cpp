// Memory that R's collector cannot see: counted, and a bounded set of freed blocks kept warm. Threads, fork, warnings,
// and which libtorch this is.
#include <ATen/Parallel.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>
#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <torch/csrc/inductor/aoti_torch/c/shim.h>
#include <torch/headeronly/version.h>

#include <atomic>
#include <deque>
#include <mutex>

#include "internal.h"

namespace {

std::atomic<int64_t> live{0}, since{0};

// Blocks of at least 64 KiB come from mmap or move the heap's top; touching their fresh pages costs more than most
// arithmetic on them. Freed ones are kept by size class (eight to a power of two), up to a bound in all.
class WarmBlocks {
 public:
  static constexpr size_t smallest = size_t{1} << 16, largest = size_t{1} << 27, bound = size_t{1} << 28;

  static size_t rounded_up(size_t size) { return keeps(size) ? (size + step(size) - 1) / step(size) * step(size) : size; }
  void *take(size_t wanted) {
    if (!keeps(wanted)) return nullptr;
    size_t size = rounded_up(wanted);
    std::unique_lock<std::mutex> lock(mutex_, std::try_to_lock);
    if (!lock) return nullptr;
    auto &blocks = blocks_[slot(size)];
    for (size_t i = blocks.size(); i-- > 0;) {
      if (blocks[i].size != size) continue;
      void *data = blocks[i].data;
      blocks.erase(blocks.begin() + static_cast<std::ptrdiff_t>(i));
      kept_ -= size;
      return data;
    }
    return nullptr;
  }
  // Runs inside R's sweep as well, so it never waits: a lock that is taken means that the block is simply freed.
  bool keep(void *data, size_t usable) {
    if (!keeps(usable)) return false;
    size_t size = usable / step(usable) * step(usable);  // malloc gives a little more than asked, less than a step
    std::unique_lock<std::mutex> lock(mutex_, std::try_to_lock);
    if (!lock || kept_ + size > bound) return false;
    blocks_[slot(size)].push_back({data, size});
    kept_ += size;
    return true;
  }
  void release() {
    std::lock_guard<std::mutex> lock(mutex_);
    for (auto &blocks : blocks_) {
      for (auto &block : blocks) c10::free_cpu(block.data);
      blocks.clear();
    }
    kept_ = 0;
  }

 private:
  struct Block {
    void *data;
    size_t size;
  };
  static bool keeps(size_t size) { return size >= smallest && size <= largest; }
  static size_t slot(size_t size) { return 63 - __builtin_clzll(size); }
  static size_t step(size_t size) { return size_t{1} << (slot(size) - 3); }
  std::mutex mutex_;
  size_t kept_ = 0;
  std::vector<Block> blocks_[64];
};
WarmBlocks warm;

void release(void *data) {
  if (data == nullptr) return;
  size_t size = malloc_usable_size(data);
  live.fetch_sub(static_cast<int64_t>(size), std::memory_order_relaxed);
  if (!warm.keep(data, size)) c10::free_cpu(data);
}

struct CountingAllocator final : c10::Allocator {
  c10::DataPtr allocate(size_t wanted) override {
    void *data = warm.take(wanted);
    if (data == nullptr) data = c10::alloc_cpu(WarmBlocks::rounded_up(wanted));
    if (data != nullptr) {
      auto size = static_cast<int64_t>(malloc_usable_size(data));
      live.fetch_add(size, std::memory_order_relaxed);
      since.fetch_add(size, std::memory_order_relaxed);
    }
    return {data, data, &release, c10::Device(c10::kCPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &release; }
  void copy_data(void *to, const void *from, std::size_t count) const override { default_copy_data(to, from, count); }
};
CountingAllocator allocator;

// libtorch's warnings become R's, but only once R is on top again.
struct Warnings final : c10::WarningHandler {
  std::mutex mutex;
  std::deque<std::string> waiting;
  std::atomic<int> count{0};
  void process(const c10::Warning &warning) override {
    std::lock_guard<std::mutex> lock(mutex);
    waiting.push_back(warning.msg());
    count = static_cast<int>(waiting.size());
  }
};
Warnings warnings;

// A forked child has none of the pool's threads: parallel work in it would wait for ever.
bool in_child = false;
void after_fork() {
  in_child = true;
  at::set_num_threads(1);
}

}  // namespace

void ts_initialise(void) {
  static bool done = false;
  if (done) return;
  done = true;
  c10::SetCPUAllocator(&allocator, 10);
  c10::WarningUtils::set_warning_handler(&warnings);
  pthread_atfork(nullptr, nullptr, after_fork);
}

int64_t ts_memory_live(void) { return live.load(std::memory_order_relaxed); }
int64_t ts_memory_since(void) { return since.load(std::memory_order_relaxed); }
void ts_memory_since_reset(void) { since.store(0, std::memory_order_relaxed); }
void ts_memory_release_cache(void) { warm.release(); }

int ts_warning_count(void) { return warnings.count.load(std::memory_order_relaxed); }
char *ts_warning_take(void) {
  std::lock_guard<std::mutex> lock(warnings.mutex);
  if (warnings.waiting.empty()) return nullptr;
  char *text = shim::copy(warnings.waiting.front());
  warnings.waiting.pop_front();
  warnings.count = static_cast<int>(warnings.waiting.size());
  return text;
}

int ts_threads(int interop) { return interop != 0 ? at::get_num_interop_threads() : at::get_num_threads(); }
int ts_set_threads(int count, int interop, ts_error *error) {
  return shim::guard(error, [&] {
    TORCH_CHECK(!in_child || count == 1, "a forked process must stay at one thread: libtorch's threads did not come along");
    if (interop != 0) {
      at::set_num_interop_threads(count);
    } else {
      at::set_num_threads(count);
    }
  });
}

const char *ts_version_built(void) { return TORCH_VERSION; }
const char *ts_version_loaded(void) {
  static std::string text;
  uint64_t version = aoti_torch_abi_version();
  text = std::to_string(version >> 56) + "." + std::to_string((version >> 48) & 255) + "." + std::to_string((version >> 40) & 255);
  return text.c_str();
}
const char *ts_library_path(void) {
  Dl_info info;
  return dladdr(reinterpret_cast<void *>(&aoti_torch_abi_version), &info) != 0 ? info.dli_fname : "";
}

// Memory that R's collector cannot see: counted, and a bounded set of freed blocks kept warm.
#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>
#include <malloc.h>

#include <atomic>
#include <mutex>

#include "internal.h"

namespace {

std::atomic<int64_t> live{0}, since{0};

// Blocks of at least 64 KiB come from mmap or move the heap's top; touching their fresh pages costs more than most
// arithmetic on them. Freed ones are kept by size class (eight to a power of two), up to a bound in all.
class WarmBlocks {
 public:
  static constexpr size_t smallest = size_t{1} << 16, largest = size_t{1} << 27, bound = size_t{1} << 28;

  static size_t rounded_up(size_t size) {
    return keeps(size) ? (size + step(size) - 1) / step(size) * step(size) : size;
  }
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
    if (!lock) return false;
    // room is made at the cost of sizes that were in use before, not of this one
    for (auto &blocks : blocks_) {
      while (kept_ + size > bound && !blocks.empty() && blocks.front().size != size) {
        kept_ -= blocks.front().size;
        c10::free_cpu(blocks.front().data);
        blocks.erase(blocks.begin());
      }
    }
    if (kept_ + size > bound) return false;
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

// Small blocks come and go with every operator, and go in bursts, when R sweeps. malloc is slow at both: an aligned
// allocation splits a larger chunk, and a burst of frees joins them again. Freed ones wait here instead, chained
// through their own first bytes, by size in steps of 64.
class SmallBlocks {
 public:
  static constexpr size_t step = 64, largest = 1024, bound = size_t{1} << 26;

  void *take(size_t wanted) {
    if (wanted == 0 || wanted > largest || !lock()) return nullptr;
    size_t slot = (wanted - 1) / step;
    Block *block = first_[slot];
    if (block != nullptr) {
      first_[slot] = block->next;
      kept_ -= (slot + 1) * step;
    }
    unlock();
    return block;
  }
  bool keep(void *data, size_t usable) {
    size_t size = usable / step * step;
    if (size == 0 || size > largest || kept_ + size > bound || !lock()) return false;
    auto *block = static_cast<Block *>(data);
    block->next = first_[size / step - 1];
    first_[size / step - 1] = block;
    kept_ += size;
    unlock();
    return true;
  }
  static size_t rounded_up(size_t wanted) {
    return wanted > 0 && wanted <= largest ? (wanted + step - 1) / step * step : wanted;
  }
  void release() {
    while (!lock()) {
    }
    for (auto &first : first_) {
      for (Block *block = first; block != nullptr;) {
        Block *next = block->next;
        c10::free_cpu(block);
        block = next;
      }
      first = nullptr;
    }
    kept_ = 0;
    unlock();
  }

 private:
  struct Block {
    Block *next;
  };
  // never waits, for the sweep's sake: who finds it taken goes to malloc
  bool lock() { return !taken_.test_and_set(std::memory_order_acquire); }
  void unlock() { taken_.clear(std::memory_order_release); }
  std::atomic_flag taken_ = ATOMIC_FLAG_INIT;
  size_t kept_ = 0;
  Block *first_[largest / step] = {};
};
SmallBlocks small;

void count_taken(void *data) {
  auto size = static_cast<int64_t>(malloc_usable_size(data));
  live.fetch_add(size, std::memory_order_relaxed);
  since.fetch_add(size, std::memory_order_relaxed);
}
size_t count_freed(void *data) {
  size_t size = malloc_usable_size(data);
  live.fetch_sub(static_cast<int64_t>(size), std::memory_order_relaxed);
  return size;
}

void release(void *data) {
  if (data == nullptr) return;
  size_t size = count_freed(data);
  if (!small.keep(data, size) && !warm.keep(data, size)) c10::free_cpu(data);
}

struct CountingAllocator final : c10::Allocator {
  c10::DataPtr allocate(size_t wanted) override {
    void *data = wanted <= SmallBlocks::largest ? small.take(wanted) : warm.take(wanted);
    if (data == nullptr) data = c10::alloc_cpu(WarmBlocks::rounded_up(SmallBlocks::rounded_up(wanted)));
    if (data != nullptr) count_taken(data);
    return {data, data, &release, c10::Device(c10::kCPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &release; }
  void copy_data(void *to, const void *from, std::size_t count) const override { default_copy_data(to, from, count); }
};
CountingAllocator allocator;

}  // namespace

void shim::count_memory() { c10::SetCPUAllocator(&allocator, 10); }

int64_t ts_memory_live(void) { return live.load(std::memory_order_relaxed); }
int64_t ts_memory_since(void) { return since.load(std::memory_order_relaxed); }
void ts_memory_since_reset(void) { since.store(0, std::memory_order_relaxed); }
void ts_memory_release_cache(void) {
  small.release();
  warm.release();
}

// R does not count what comes from an allocator of ours: it is counted here.
void *ts_block_take(size_t size) {
  void *data = warm.take(size);
  if (data == nullptr) data = malloc(WarmBlocks::rounded_up(size));
  if (data != nullptr) count_taken(data);
  return data;
}
void ts_block_free(void *block) {
  if (!warm.keep(block, count_freed(block))) free(block);
}

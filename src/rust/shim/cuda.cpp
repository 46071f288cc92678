// CUDA as far as libtorch's CPU library knows it through its hooks, and what else this libtorch was built with.
#include <ATen/Context.h>
#include <ATen/DeviceAccelerator.h>
#include <dlfcn.h>

#include "internal.h"

namespace {
const at::CUDAHooksInterface &hooks() { return at::detail::getCUDAHooks(); }
at::DeviceIndex device_of(int index) {
  return index < 0 ? hooks().current_device() : static_cast<at::DeviceIndex>(index);
}
}  // namespace

int64_t ts_backend(const char *name) {
  std::string wanted(name);
  if (wanted == "mkl") return at::hasMKL();
  if (wanted == "mkldnn") return at::hasMKLDNN();
  if (wanted == "openmp") return at::hasOpenMP();
  if (wanted == "mps") return at::hasMPS();
  if (wanted == "cudnn") return at::Context::hasCuDNN();
  if (wanted == "cudnn_version") return at::Context::hasCuDNN() ? at::Context::versionCuDNN() : -1;
  return -1;
}

int ts_cuda_device_count(void) { return ts_cuda_is_available() != 0 ? hooks().getNumGPUs() : 0; }
int ts_cuda_current_device(int *index, ts_error *error) {
  return shim::guard(error, [&] { *index = hooks().current_device(); });
}
int ts_cuda_runtime_version(int64_t *version, ts_error *error) {
  return shim::guard(error, [&] { *version = hooks().versionCUDART(); });
}
int ts_cuda_synchronize(int index, ts_error *error) {
  return shim::guard(error, [&] { hooks().deviceSynchronize(device_of(index)); });
}
int ts_cuda_empty_cache(ts_error *error) {
  return shim::guard(error, [] { at::getDeviceAllocator(at::kCUDA)->emptyCache(); });
}
int ts_cuda_generator(int index, ts_generator **generator, ts_error *error) {
  return shim::guard(error, [&] {
    auto found = hooks().getDefaultGenerator(static_cast<at::DeviceIndex>(index));
    *generator = reinterpret_cast<ts_generator *>(new at::Generator(found));
  });
}
// The runtime came into the process with libtorch's CUDA library; its header need not be there.
int ts_cuda_capability(int index, int *major, int *minor, ts_error *error) {
  return shim::guard(error, [&] {
    using Attribute = int (*)(int *, int, int);
    auto attribute = reinterpret_cast<Attribute>(dlsym(RTLD_DEFAULT, "cudaDeviceGetAttribute"));
    TORCH_CHECK(attribute != nullptr, "the CUDA runtime is not in this process");
    constexpr int kMajor = 75;
    constexpr int kMinor = 76;
    int device = device_of(index);
    bool known = attribute(major, kMajor, device) == 0 && attribute(minor, kMinor, device) == 0;
    TORCH_CHECK(known, "the CUDA runtime knows no device ", device);
  });
}
int ts_cuda_memory_stats(int index, int64_t *stats, ts_error *error) {
  return shim::guard(error, [&] {
    auto all = at::getDeviceAllocator(at::kCUDA)->getDeviceStats(device_of(index));
    int64_t *next = stats;
    for (const auto *kinds : {&all.allocation, &all.segment, &all.active, &all.inactive_split, &all.allocated_bytes,
                              &all.reserved_bytes, &all.active_bytes, &all.inactive_split_bytes}) {
      for (const auto &stat : *kinds) {
        for (int64_t value : {stat.current, stat.peak, stat.allocated, stat.freed}) *next++ = value;
      }
    }
    *next++ = all.num_alloc_retries;
    *next++ = all.num_ooms;
    *next++ = all.max_split_size;
  });
}

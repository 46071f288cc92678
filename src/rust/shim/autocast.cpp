// Automatic mixed precision: the state that libtorch's autocast kernels look at.
#include <ATen/autocast_mode.h>

#include "internal.h"

int ts_autocast_get(const char *device, ts_autocast *state, ts_error *error) {
  return shim::guard(error, [&] {
    auto type = c10::Device(std::string(device)).type();
    TORCH_CHECK_VALUE(at::autocast::is_autocast_available(type), "there is no autocast on ", device);
    state->enabled = at::autocast::is_autocast_enabled(type);
    state->dtype = static_cast<int>(at::autocast::get_autocast_dtype(type));
    state->cache = at::autocast::is_autocast_cache_enabled();
  });
}
int ts_autocast_set(const char *device, const ts_autocast *state, int nesting, ts_error *error) {
  return shim::guard(error, [&] {
    auto type = c10::Device(std::string(device)).type();
    at::autocast::set_autocast_enabled(type, state->enabled != 0);
    at::autocast::set_autocast_dtype(type, static_cast<at::ScalarType>(state->dtype));
    at::autocast::set_autocast_cache_enabled(state->cache != 0);
    if (nesting > 0) {
      at::autocast::increment_nesting();
    } else if (at::autocast::decrement_nesting() == 0) {
      // the casts of weights are kept until the outermost region ends
      at::autocast::clear_cache();
    }
  });
}

// Tensors as text, in libtorch's format.
#include <ATen/core/Formatting.h>
#include <ATen/ops/cat.h>

#include <sstream>

#include "internal.h"

using shim::Borrowed;

int ts_tensor_print(const ts_tensor *tensor, int width, char **text, ts_error *error) {
  return shim::guard(error, [&] {
    shim::Unseen unseen;
    std::ostringstream stream;
    at::print(stream, Borrowed(tensor)->detach(), width);
    *text = shim::copy(stream.str());
  });
}
char *ts_tensor_type_text(const ts_tensor *tensor) { return shim::copy(Borrowed(tensor)->toString()); }
// The first and the last `items` along every dimension that has more than twice as many.
int ts_tensor_edges(const ts_tensor *tensor, int64_t items, ts_tensor **result, ts_error *error) {
  return shim::guard(error, [&] {
    shim::Unseen unseen;
    at::Tensor edges = Borrowed(tensor)->detach();
    for (int64_t dim = 0; dim < edges.dim(); dim++) {
      int64_t size = edges.size(dim);
      if (size <= 2 * items) continue;
      edges = at::cat({edges.narrow(dim, 0, items), edges.narrow(dim, size - items, items)}, dim);
    }
    *result = shim::give(std::move(edges));
  });
}

// Selections of a tensor: views first, then what has to be gathered, each index along dimensions of its own.
#include <ATen/ATen.h>
#include <torch/csrc/jit/frontend/tracer.h>

#include "internal.h"

namespace {

// One index that gathers: the tensor's own dimensions lie along `width` dimensions of the result.
struct Gathered {
  int64_t dim;    // the first dimension that it takes from the view
  int64_t taken;  // how many it takes: more than one for a mask of that many dimensions
  int64_t width;
  std::vector<at::Tensor> positions;  // one for each dimension taken
};

// Positions that R counts, from one or from the end, as libtorch's.
at::Tensor from_zero(const at::Tensor &positions, int64_t dim, int64_t size) {
  if (!torch::jit::tracer::isTracing() && positions.numel() > 0) {
    auto [least, greatest] = at::aminmax(positions);
    int64_t low = least.item<int64_t>(), high = greatest.item<int64_t>();
    TORCH_CHECK_INDEX(low >= -size && high <= size, "position ", high > size ? high : low,
                      " is out of range: dimension ", dim + 1, " has ", size, size == 1 ? " element" : " elements");
    TORCH_CHECK_INDEX(!at::eq(positions, 0).any().item<bool>(),
                      "positions count from 1, or from -1 at the end: 0 is none");
  }
  at::Tensor wide = positions.to(at::kLong);
  return at::where(at::gt(wide, 0), at::sub(wide, 1), at::add(wide, size));
}

Gathered gathered(const at::Tensor &view, const ts_index_step &step) {
  at::Tensor index = *shim::Borrowed(step.tensor);
  if (step.kind == TS_INDEX_MASK) {
    for (int64_t i = 0; i < index.dim(); ++i) {
      TORCH_CHECK_INDEX(index.size(i) == view.size(step.dim + i),
                        "a mask must have as many elements as the dimension: ", "dimension ", step.dim + i + 1, " has ",
                        view.size(step.dim + i), ", the mask ", index.size(i));
    }
    return {step.dim, index.dim(), 1, at::nonzero_numpy(index)};
  }
  if (step.kind == TS_INDEX_POSITIONS_FROM_ONE) index = from_zero(index, step.dim, view.size(step.dim));
  return {step.dim, 1, index.dim(), {index}};
}

// The indices of at::index(): every index broadcasts along dimensions of its own, so that they select as R's do (all
// combinations). The dimensions between the first and the last get indices too: libtorch moves the result's dimensions
// to the front when there is a gap.
c10::List<std::optional<at::Tensor>> combined(const at::Tensor &view, std::vector<Gathered> &all) {
  int64_t first = all.front().dim, last = all.back().dim + all.back().taken;
  std::vector<Gathered> whole;
  size_t next = 0;
  for (int64_t dim = first; dim < last;) {
    if (next < all.size() && all[next].dim == dim) {
      dim += all[next].taken;
      whole.push_back(std::move(all[next++]));
    } else {
      whole.push_back({dim, 1, 1, {at::arange(view.size(dim), at::TensorOptions(at::kLong))}});
      ++dim;
    }
  }
  int64_t after = 0;
  for (auto &index : whole) after += index.width;
  c10::List<std::optional<at::Tensor>> indices;
  for (int64_t dim = 0; dim < first; ++dim) indices.push_back(std::nullopt);
  for (auto &index : whole) {
    after -= index.width;
    for (auto &positions : index.positions) {
      auto shape = positions.sizes().vec();
      shape.insert(shape.end(), static_cast<size_t>(after), 1);
      indices.push_back(after == 0 ? positions : positions.reshape(shape));
    }
  }
  return indices;
}

at::Tensor view_of(const at::Tensor &self, const ts_index_step *steps, int count, std::vector<Gathered> &gathers) {
  at::Tensor view = self;
  for (int i = 0; i < count; ++i) {
    const auto &step = steps[i];
    switch (step.kind) {
      case TS_INDEX_SELECT: view = at::select(view, step.dim, step.start); break;
      case TS_INDEX_SLICE: view = at::slice(view, step.dim, step.start, step.end, step.step); break;
      case TS_INDEX_NEW: view = at::unsqueeze(view, step.dim); break;
      default: break;
    }
  }
  for (int i = 0; i < count; ++i) {
    if (steps[i].kind >= TS_INDEX_POSITIONS) gathers.push_back(gathered(view, steps[i]));
  }
  return view;
}

std::string shape_of(c10::IntArrayRef sizes) {
  std::ostringstream text;
  text << "(";
  for (size_t i = 0; i < sizes.size(); ++i) text << (i > 0 ? ", " : "") << sizes[i];
  text << ")";
  return text.str();
}

void check_fits(const at::Tensor &value, c10::IntArrayRef selection) {
  auto shape = value.sizes();
  // dimensions of one element in front add nothing
  while (shape.size() > selection.size() && shape.front() == 1) shape = shape.slice(1);
  bool fits = shape.size() <= selection.size();
  for (size_t i = 1; fits && i <= shape.size(); ++i) {
    int64_t given = shape[shape.size() - i];
    fits = given == 1 || given == selection[selection.size() - i];
  }
  TORCH_CHECK_VALUE(fits, "a value of shape ", shape_of(value.sizes()), " can't be assigned to a selection of shape ",
                    shape_of(selection));
}

}  // namespace

int ts_index(const ts_tensor *self, const ts_index_step *steps, int count, ts_tensor **result, ts_error *error) {
  return shim::guard(error, [&] {
    std::vector<Gathered> gathers;
    at::Tensor view = view_of(*shim::Borrowed(self), steps, count, gathers);
    if (gathers.empty()) {
      *result = shim::give(count == 0 ? at::alias(view) : std::move(view));
    } else if (gathers.size() == 1 && gathers[0].taken == 1 && gathers[0].width == 1) {
      *result = shim::give(at::index_select(view, gathers[0].dim, gathers[0].positions[0]));
    } else {
      *result = shim::give(at::index(view, combined(view, gathers)));
    }
  });
}

int ts_index_assign(const ts_tensor *self, const ts_index_step *steps, int count, const ts_tensor *value,
                    ts_error *error) {
  return shim::guard(error, [&] {
    std::vector<Gathered> gathers;
    at::Tensor view = view_of(*shim::Borrowed(self), steps, count, gathers);
    at::Tensor given = *shim::Borrowed(value);
    if (gathers.empty()) {
      check_fits(given, view.sizes());
      while (given.dim() > view.dim()) given = at::squeeze(given, 0);
      view.copy_(given);
      return;
    }
    int64_t first = gathers.front().dim, last = gathers.back().dim + gathers.back().taken;
    auto indices = combined(view, gathers);
    std::vector<int64_t> selection = view.sizes().slice(0, static_cast<size_t>(first)).vec();
    std::vector<int64_t> block;
    for (size_t i = 0; i < indices.size(); ++i) {
      std::optional<at::Tensor> index = indices.get(i);
      if (index.has_value()) block = block.empty() ? index->sizes().vec() : at::infer_size(block, index->sizes());
    }
    selection.insert(selection.end(), block.begin(), block.end());
    for (int64_t dim = last; dim < view.dim(); ++dim) selection.push_back(view.size(dim));
    check_fits(given, selection);
    while (given.dim() > static_cast<int64_t>(selection.size())) given = at::squeeze(given, 0);
    at::index_put_(view, indices, given.to(view.options()));
  });
}

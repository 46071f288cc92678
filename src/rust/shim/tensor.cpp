// Tensors: made from column-major data and written back to it, described, printed.
#include <ATen/ScalarOps.h>
#include <ATen/ops/add.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/eq.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/gt.h>
#include <ATen/ops/lift_fresh.h>
#include <ATen/ops/max.h>
#include <ATen/ops/min.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/view_as_complex.h>
#include <ATen/ops/view_as_real.h>
#include <c10/core/DefaultDtype.h>
#include <torch/csrc/autograd/variable.h>
#include <torch/csrc/jit/frontend/tracer.h>

#include "internal.h"

using shim::Borrowed;

namespace {
std::vector<int64_t> column_strides(c10::IntArrayRef sizes) {
  std::vector<int64_t> strides(sizes.size());
  int64_t stride = 1;
  for (size_t i = 0; i < sizes.size(); i++) {
    strides[i] = stride;
    stride *= sizes[i];
  }
  return strides;
}
at::ScalarType element_type(int kind) {
  switch (kind) {
    case TS_R_LOGICAL:
    case TS_R_INTEGER: return at::kInt;
    case TS_R_DOUBLE: return at::kDouble;
    case TS_R_RAW: return at::kByte;
    default: return at::kLong;
  }
}
// R's memory as a tensor. Complex numbers are pairs of doubles in a last dimension of their own, because libtorch's
// kernels want complex data aligned to 16 bytes and R gives 8.
at::Tensor columns(void *data, int kind, c10::IntArrayRef sizes) {
  auto strides = column_strides(sizes);
  if (kind != TS_R_COMPLEX) return at::from_blob(data, sizes, strides, at::TensorOptions().dtype(element_type(kind)));
  auto shape = sizes.vec();
  for (auto &stride : strides) stride *= 2;
  shape.push_back(2);
  strides.push_back(1);
  return at::from_blob(data, shape, strides, at::TensorOptions().dtype(at::kDouble));
}
void fill(at::Tensor &tensor, const at::Tensor &data, int kind) {
  if (kind != TS_R_COMPLEX) {
    tensor.copy_(data);
  } else if (tensor.is_complex()) {
    at::view_as_real(tensor).copy_(data);
  } else {
    // the aligned copy is complex again, and is refused or converted as libtorch does
    tensor.copy_(at::view_as_complex(data.clone(at::MemoryFormat::Contiguous)));
  }
}
// A constant of the traced program must be born in the program: lift_fresh is the operator that says so.
ts_tensor *newborn(at::Tensor tensor, bool requires_grad) {
  if (torch::jit::tracer::isTracing()) tensor = at::lift_fresh(tensor);
  if (requires_grad) tensor.set_requires_grad(true);
  return shim::give(std::move(tensor));
}
}  // namespace

int ts_tensor_from_columns(const void *data, int kind, const int64_t *sizes, int rank, int dtype, const char *device,
                           int requires_grad, ts_tensor **tensor, ts_error *error) {
  return shim::guard(error, [&] {
    c10::IntArrayRef shape(sizes, rank);
    at::Tensor result;
    {
      shim::Unseen unseen;
      auto options = at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype));
      if (device != nullptr) options = options.device(c10::Device(std::string(device)));
      result = at::empty(shape, options);
      if (result.numel() > 0) fill(result, columns(const_cast<void *>(data), kind, shape), kind);
    }
    *tensor = newborn(std::move(result), requires_grad != 0);
  });
}
int ts_tensor_to_columns(const ts_tensor *tensor, int kind, void *data, ts_error *error) {
  return shim::guard(error, [&] {
    shim::Unseen unseen;
    at::Tensor source = *Borrowed(tensor);
    if (source.numel() == 0) return;
    at::Tensor dense = source.layout() == at::kStrided ? source : source.to_dense();
    if (dense.is_quantized()) dense = dense.dequantize();
    if (dense.is_complex()) dense = at::view_as_real(dense.resolve_conj().to(at::kComplexDouble));
    columns(data, kind, source.sizes()).copy_(dense);
  });
}
int ts_tensor_from_bytes(const void *data, size_t length, const int64_t *sizes, int rank, int dtype, int requires_grad,
                         ts_tensor **tensor, ts_error *error) {
  return shim::guard(error, [&] {
    at::Tensor result;
    {
      shim::Unseen unseen;
      result = at::empty(c10::IntArrayRef(sizes, rank), at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype)));
      TORCH_CHECK(result.nbytes() == length, "expected ", result.nbytes(), " bytes of tensor data, got ", length);
      if (length > 0) std::memcpy(result.mutable_data_ptr(), data, length);
    }
    *tensor = newborn(std::move(result), requires_grad != 0);
  });
}
int ts_tensor_to_bytes(const ts_tensor *tensor, void *data, size_t length, ts_error *error) {
  return shim::guard(error, [&] {
    shim::Unseen unseen;
    at::Tensor source = Borrowed(tensor)->detach().resolve_conj().resolve_neg();
    if (source.layout() != at::kStrided) source = source.to_dense();
    source = source.cpu().contiguous();
    TORCH_CHECK(source.nbytes() == length, "the tensor holds ", source.nbytes(), " bytes, not ", length);
    if (length > 0) std::memcpy(data, source.const_data_ptr(), length);
  });
}

void ts_tensor_free(ts_tensor *tensor) {
  at::Tensor(
      c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>::reclaim(reinterpret_cast<at::TensorImpl *>(tensor)));
}
int ts_tensor_dtype(const ts_tensor *tensor) { return static_cast<int>(Borrowed(tensor)->scalar_type()); }
int ts_tensor_rank(const ts_tensor *tensor) { return static_cast<int>(Borrowed(tensor)->dim()); }
int ts_tensor_sizes(const ts_tensor *tensor, int64_t *sizes, ts_error *error) {
  return shim::guard(error, [&] {
    auto shape = Borrowed(tensor)->sizes();
    std::copy(shape.begin(), shape.end(), sizes);
  });
}
int64_t ts_tensor_count(const ts_tensor *tensor) { return Borrowed(tensor)->numel(); }
int64_t ts_tensor_element_size(const ts_tensor *tensor) { return static_cast<int64_t>(Borrowed(tensor)->itemsize()); }
int ts_tensor_layout(const ts_tensor *tensor) { return static_cast<int>(Borrowed(tensor)->layout()); }
char *ts_tensor_device(const ts_tensor *tensor) { return shim::copy(Borrowed(tensor)->device().str()); }

int ts_tensor_integer_range(const ts_tensor *tensor, int64_t *least, int64_t *greatest, ts_error *error) {
  return shim::guard(error, [&] {
    shim::Unseen unseen;
    at::Tensor source = *Borrowed(tensor);
    *least = *greatest = 0;
    if (source.numel() == 0) return;
    at::Tensor dense = source.layout() == at::kStrided ? source : source.to_dense();
    // libtorch cannot compare unsigned numbers; those beyond an int64 come out negative
    if (dense.scalar_type() != at::kLong) dense = dense.to(at::kLong);
    *least = dense.min().item<int64_t>();
    *greatest = dense.max().item<int64_t>();
  });
}

int ts_tensor_count_from_one(const ts_tensor *tensor, int or_none, ts_tensor **result, ts_error *error) {
  return shim::guard(error, [&] {
    Borrowed positions(tensor);
    at::Tensor counted = or_none != 0 ? at::add(*positions, at::ge(*positions, 0).to(positions->scalar_type()))
                                      : at::add(*positions, at::Scalar(1));
    *result = shim::give(std::move(counted));
  });
}
// Positions that count from one, and from the end when negative, as libtorch counts them. Zero is none.
int ts_tensor_positions(const ts_tensor *tensor, ts_tensor **result, ts_error *error) {
  return shim::guard(error, [&] {
    Borrowed positions(tensor);
    if (!torch::jit::tracer::isTracing() && positions->numel() > 0 && at::eq(*positions, 0).any().item<bool>()) {
      TORCH_CHECK_INDEX(false, "positions count from 1, or from -1 at the end: 0 is none");
    }
    *result = shim::give(at::sub(*positions, at::gt(*positions, 0).to(positions->scalar_type())));
  });
}
// A number where a tensor is wanted: a tensor that takes no part in type promotion, as in PyTorch.
int ts_tensor_scalar(const ts_value *value, ts_tensor **result, ts_error *error) {
  return shim::guard(error, [&] {
    at::Scalar scalar = shim::to_ivalue(*value).toScalar();
    at::Tensor tensor = at::scalar_tensor(scalar, at::TensorOptions().dtype(scalar.type()));
    tensor.unsafeGetTensorImpl()->set_wrapped_number(true);
    *result = shim::give(std::move(tensor));
  });
}

int ts_default_dtype(void) { return static_cast<int>(c10::get_default_dtype_as_scalartype()); }
int ts_set_default_dtype(int dtype, ts_error *error) {
  return shim::guard(error,
                     [&] { c10::set_default_dtype(c10::scalarTypeToTypeMeta(static_cast<at::ScalarType>(dtype))); });
}

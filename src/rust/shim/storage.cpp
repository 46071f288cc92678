// Storages: the memory behind tensors, whole and shared.
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/lift_fresh.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/StorageImpl.h>
#include <torch/csrc/jit/frontend/tracer.h>

#include "internal.h"

using shim::Borrowed;

// One counted reference to a StorageImpl; c10::Storage is exactly that pointer.
static_assert(sizeof(c10::Storage) == sizeof(void *), "c10::Storage is one pointer");

namespace {
c10::StorageImpl *impl(const ts_storage *storage) {
  return reinterpret_cast<c10::StorageImpl *>(const_cast<ts_storage *>(storage));
}
c10::Storage shared(const ts_storage *storage) {
  return c10::Storage(c10::intrusive_ptr<c10::StorageImpl>::reclaim_copy(impl(storage)));
}
ts_storage *give(c10::Storage storage) { return reinterpret_cast<ts_storage *>(storage.unsafeReleaseStorageImpl()); }

// What is done to memory here is no part of a program.
struct Unseen {
  at::tracer::impl::NoTracerDispatchMode tracer;
  at::AutoDispatchBelowADInplaceOrView autograd;
};

// The storage's bytes as a tensor.
at::Tensor bytes_of(const ts_storage *storage) {
  auto options = at::TensorOptions().dtype(at::kByte).device(impl(storage)->device());
  return at::empty({0}, options).set_(shared(storage), 0, {static_cast<int64_t>(impl(storage)->nbytes())}, {1});
}

// Memory that is not ours is only read: before the first write through libtorch the storage gets a copy of its own.
void copy_before_write(c10::StorageImpl *storage) {
  size_t count = storage->nbytes();
  c10::DataPtr own = c10::GetCPUAllocator()->allocate(count);
  std::memcpy(own.get(), storage->data_ptr().get(), count);
  storage->set_data_ptr_noswap(std::move(own));
}
}  // namespace

ts_tensor *ts_tensor_retain(const ts_tensor *tensor) { return shim::give(*Borrowed(tensor)); }
int ts_tensor_storage(const ts_tensor *tensor, ts_storage **storage, ts_error *error) {
  return shim::guard(error, [&] { *storage = give(Borrowed(tensor)->storage()); });
}
int ts_tensor_has_storage(const ts_tensor *tensor) { return Borrowed(tensor)->has_storage(); }
int ts_tensor_strides(const ts_tensor *tensor, int64_t *strides, int64_t *offset, ts_error *error) {
  return shim::guard(error, [&] {
    auto all = Borrowed(tensor)->strides();
    std::copy(all.begin(), all.end(), strides);
    *offset = Borrowed(tensor)->storage_offset();
  });
}
int ts_tensor_bits(const ts_tensor *tensor) {
  return (Borrowed(tensor)->is_conj() ? TS_BIT_CONJUGATE : 0) | (Borrowed(tensor)->is_neg() ? TS_BIT_NEGATIVE : 0);
}

void ts_storage_free(ts_storage *storage) { c10::intrusive_ptr<c10::StorageImpl>::reclaim(impl(storage)); }
size_t ts_storage_size(const ts_storage *storage) { return impl(storage)->nbytes(); }
const void *ts_storage_data(const ts_storage *storage) { return impl(storage)->data_ptr().get(); }
char *ts_storage_device(const ts_storage *storage) { return shim::copy(impl(storage)->device().str()); }
int ts_storage_is_borrowed(const ts_storage *storage) { return impl(storage)->has_materializer(); }

int ts_storage_new(size_t size, ts_storage **storage, void **data, ts_error *error) {
  return shim::guard(error, [&] {
    auto made = c10::make_intrusive<c10::StorageImpl>(
        c10::StorageImpl::use_byte_size_t(), c10::SymInt(static_cast<int64_t>(size)), c10::GetCPUAllocator(), true);
    *data = made->mutable_data();
    *storage = give(c10::Storage(std::move(made)));
  });
}
int ts_storage_borrow(const void *data, size_t size, void (*release)(void *), void *context, ts_storage **storage,
                      ts_error *error) {
  return shim::guard(error, [&] {
    c10::DataPtr pointer(const_cast<void *>(data), context, release, c10::Device(c10::kCPU));
    auto made = c10::make_intrusive<c10::StorageImpl>(c10::StorageImpl::use_byte_size_t(),
                                                      c10::SymInt(static_cast<int64_t>(size)), std::move(pointer),
                                                      c10::GetCPUAllocator(), true);
    made->set_materializer(copy_before_write);
    *storage = give(c10::Storage(std::move(made)));
  });
}
int ts_storage_to(const ts_storage *storage, const char *device, ts_storage **result, ts_error *error) {
  return shim::guard(error, [&] {
    Unseen unseen;
    *result = give(bytes_of(storage).to(c10::Device(std::string(device))).storage());
  });
}
int ts_tensor_from_storage(const ts_storage *storage, const ts_layout *layout, ts_tensor **tensor, ts_error *error) {
  return shim::guard(error, [&] {
    at::Tensor result;
    {
      Unseen unseen;
      auto options =
          at::TensorOptions().dtype(static_cast<at::ScalarType>(layout->dtype)).device(impl(storage)->device());
      result = at::empty({0}, options)
                   .set_(shared(storage), layout->offset, c10::IntArrayRef(layout->sizes, layout->rank),
                         c10::IntArrayRef(layout->strides, layout->rank));
      if ((layout->bits & TS_BIT_CONJUGATE) != 0) result._set_conj(true);
      if ((layout->bits & TS_BIT_NEGATIVE) != 0) result._set_neg(true);
    }
    if (torch::jit::tracer::isTracing()) result = at::lift_fresh(result);
    if (layout->requires_grad != 0) result.set_requires_grad(true);
    *tensor = shim::give(std::move(result));
  });
}

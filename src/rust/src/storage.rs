//! Storages: the memory behind tensors. Views of one storage share what is written.

use crate::error::{Error, Kind as ErrorKind, Result};
use crate::handle;
use crate::r::*;
use crate::routine;
use crate::shim::{self, take_text, RawLayout};
use crate::tensor;
use std::ffi::{c_int, c_void, CString};
use std::ptr::null_mut;

/// One reference to a storage.
pub struct Storage(*mut shim::Storage);

impl Drop for Storage {
    fn drop(&mut self) {
        // SAFETY: owned
        unsafe { shim::ts_storage_free(self.0) }
    }
}

impl Storage {
    pub unsafe fn of(tensor: *const shim::Tensor) -> Result<Storage> {
        let mut storage = null_mut();
        shim::call(|e| shim::ts_tensor_storage(tensor, &mut storage, e))?;
        Ok(Storage(storage))
    }
    /// New memory, filled by `fill`.
    pub fn filled(size: usize, fill: impl FnOnce(&mut [u8]) -> Result<()>) -> Result<Storage> {
        let (mut storage, mut data) = (null_mut(), null_mut());
        // SAFETY: the shim gives `size` bytes, which nobody else knows yet; they are cleared where `fill` fails to write
        unsafe {
            shim::call(|e| shim::ts_storage_new(size, &mut storage, &mut data, e))?;
            let made = Storage(storage);
            if size > 0 {
                fill(std::slice::from_raw_parts_mut(data as *mut u8, size))?;
            }
            Ok(made)
        }
    }
    /// Over memory that `release(context)` lets go of; nothing is ever written to it.
    pub unsafe fn over(
        data: *const c_void,
        size: usize,
        release: unsafe extern "C" fn(*mut c_void),
        context: *mut c_void,
    ) -> Result<Storage> {
        let mut storage = null_mut();
        shim::call(|e| shim::ts_storage_borrow(data, size, release, context, &mut storage, e))?;
        Ok(Storage(storage))
    }
    /// Which storage it is: two are the same one when these are.
    pub fn identity(&self) -> usize {
        self.0 as usize
    }
    pub fn size(&self) -> usize {
        // SAFETY: alive
        unsafe { shim::ts_storage_size(self.0) }
    }
    pub fn device(&self) -> String {
        // SAFETY: alive
        unsafe { take_text(shim::ts_storage_device(self.0)) }
    }
    /// The bytes of a storage on the CPU.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: alive as long as `self`, and libtorch writes only when it is called
        unsafe {
            match self.size() {
                0 => &[],
                size => std::slice::from_raw_parts(shim::ts_storage_data(self.0) as *const u8, size),
            }
        }
    }
    pub fn to(&self, device: &str) -> Result<Storage> {
        let device = CString::new(device).map_err(|_| Error::new(ErrorKind::Value, "a device's name holds a NUL"))?;
        let mut result = null_mut();
        // SAFETY: alive; the result is owned
        unsafe { shim::call(|e| shim::ts_storage_to(self.0, device.as_ptr(), &mut result, e))? };
        Ok(Storage(result))
    }
    /// A tensor over this storage, owned by the caller.
    pub fn tensor(&self, layout: &Layout) -> Result<*mut shim::Tensor> {
        match layout.extent() {
            Some(extent) if extent <= self.size() => {}
            _ => return Err(Error::new(ErrorKind::Value, "a tensor reaches beyond its storage")),
        }
        let raw = RawLayout {
            sizes: layout.sizes.as_ptr(),
            strides: layout.strides.as_ptr(),
            offset: layout.offset,
            rank: layout.sizes.len() as i32,
            dtype: layout.dtype,
            requires_grad: layout.requires_grad as i32,
            bits: layout.bits,
        };
        let mut tensor = null_mut();
        // SAFETY: the layout lies within the storage
        unsafe { shim::call(|e| shim::ts_tensor_from_storage(self.0, &raw, &mut tensor, e))? };
        Ok(tensor)
    }
}

/// How a tensor lies in its storage; offset and strides count elements.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    pub dtype: c_int,
    pub sizes: Vec<i64>,
    pub strides: Vec<i64>,
    pub offset: i64,
    pub requires_grad: bool,
    pub bits: c_int,
}

impl Layout {
    pub unsafe fn of(t: *const shim::Tensor) -> Result<Layout> {
        let sizes = tensor::sizes(t)?;
        let (mut strides, mut offset) = (vec![0; sizes.len()], 0);
        shim::call(|e| shim::ts_tensor_strides(t, strides.as_mut_ptr(), &mut offset, e))?;
        Ok(Layout {
            dtype: shim::ts_tensor_dtype(t),
            sizes,
            strides,
            offset,
            requires_grad: shim::ts_requires_grad(t) != 0,
            bits: shim::ts_tensor_bits(t),
        })
    }
    /// Row by row, without gaps, as PyTorch lays tensors out.
    pub fn contiguous(dtype: c_int, sizes: Vec<i64>) -> Layout {
        let mut strides = vec![1i64; sizes.len()];
        for i in (1..sizes.len()).rev() {
            strides[i - 1] = strides[i].saturating_mul(sizes[i].max(1));
        }
        Layout { dtype, sizes, strides, ..Layout::default() }
    }
    /// Column by column, as R lays arrays out.
    pub fn by_columns(dtype: c_int, sizes: Vec<i64>) -> Layout {
        let mut strides = vec![1i64; sizes.len()];
        for i in 1..sizes.len() {
            strides[i] = strides[i - 1].saturating_mul(sizes[i - 1].max(1));
        }
        Layout { dtype, sizes, strides, ..Layout::default() }
    }
    /// How many bytes of the storage it reaches, from its start; None for what can't be.
    pub fn extent(&self) -> Option<usize> {
        let positive = |values: &[i64]| values.iter().all(|value| *value >= 0);
        if self.offset < 0
            || !positive(&self.sizes)
            || !positive(&self.strides)
            || self.sizes.len() != self.strides.len()
        {
            return None;
        }
        let mut last = self.offset;
        for (size, stride) in self.sizes.iter().zip(&self.strides) {
            last = last.checked_add((size - 1).max(0).checked_mul(*stride)?)?;
        }
        // the number of elements must be a number, whatever the strides
        self.count()?;
        let elements = if self.sizes.contains(&0) { self.offset } else { last.checked_add(1)? };
        usize::try_from(elements).ok()?.checked_mul(element_size(self.dtype)?)
    }
    pub fn count(&self) -> Option<i64> {
        self.sizes.iter().try_fold(1i64, |product, size| product.checked_mul(*size))
    }
}

/// In bytes; None for a dtype that we do not know.
pub fn element_size(dtype: c_int) -> Option<usize> {
    Some(match dtype {
        0 | 1 | 11 | 12 | 13 | 23 | 24 => 1,
        2 | 5 | 15 | 27 => 2,
        3 | 6 | 8 | 14 | 28 => 4,
        4 | 7 | 9 | 29 => 8,
        10 => 16,
        _ => return None,
    })
}

routine!(
    /// Where the storage is, its size in bytes, its device, and whether it is still R's own memory.
    storage_description(x) {
        let native = handle::tensor(x)?;
        if shim::ts_tensor_has_storage(native) == 0 {
            return Err(Error::new(ErrorKind::Type, "this tensor has no storage").hint("a sparse tensor has none"));
        }
        let storage = Storage::of(native)?;
        let address = mk_address(shim::ts_storage_data(storage.0) as usize);
        Rf_protect(address);
        let out = named_list(&["data_ptr", "size", "device", "is_borrowed"], |i| match i {
            0 => address,
            1 => Rf_ScalarReal(storage.size() as f64),
            2 => mk_string(&storage.device()),
            _ => mk_logical(shim::ts_storage_is_borrowed(storage.0) != 0),
        });
        Rf_unprotect(1);
        Ok(out)
    }
);
routine!(has_storage(x) { Ok(mk_logical(shim::ts_tensor_has_storage(handle::tensor(x)?) != 0)) });
routine!(
    /// The address of the first element.
    data_pointer(x) {
        let native = handle::tensor(x)?;
        if shim::ts_tensor_has_storage(native) == 0 {
            return Err(Error::new(ErrorKind::Type, "this tensor has no storage").hint("a sparse tensor has none"));
        }
        let (storage, layout) = (Storage::of(native)?, Layout::of(native)?);
        let offset = layout.offset as usize * shim::ts_tensor_element_size(native) as usize;
        Ok(mk_address(shim::ts_storage_data(storage.0) as usize + offset))
    }
);
routine!(
    /// The steps between neighbours along each dimension, in elements, and where the first element lies.
    strides(x) {
        let layout = Layout::of(handle::tensor(x)?)?;
        Ok(named_list(&["stride", "offset"], |i| match i {
            0 => crate::to_r::integers(&layout.strides),
            _ => crate::to_r::integers(&[layout.offset]),
        }))
    }
);

/// As text: a number would invite arithmetic.
unsafe fn mk_address(address: usize) -> SEXP {
    mk_string(&format!("{address:#x}"))
}

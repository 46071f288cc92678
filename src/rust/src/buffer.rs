//! Tensors over R's own memory. The R vector stays alive as long as the storage does, and is never changed through it: R
//! copies it before it writes to it, and libtorch before it does.

use crate::dtype;
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::from_r::whole;
use crate::handle::{self, Kind};
use crate::r::*;
use crate::routine;
use crate::shim;
use crate::storage::{element_size, Layout, Storage};
use crate::tensor;
use std::ffi::{c_int, c_void};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};

/// An R vector that a storage stands over. Kept by R as an element of KEPT; let go of from a free callback, which may run
/// inside R's sweep or on another thread: that only links it to the chain RELEASED, and the next safe point does the rest.
struct Keeper {
    slot: R_xlen_t,
    next: *mut Keeper,
}
static RELEASED: AtomicPtr<Keeper> = AtomicPtr::new(null_mut());

/// An R list whose elements are the vectors; an element that is free holds the place of the next free one.
static KEPT: AtomicPtr<SEXPREC> = AtomicPtr::new(null_mut());

unsafe extern "C" fn release(keeper: *mut c_void) {
    let keeper = keeper as *mut Keeper;
    let mut first = RELEASED.load(Ordering::Relaxed);
    loop {
        (*keeper).next = first;
        match RELEASED.compare_exchange_weak(first, keeper, Ordering::Release, Ordering::Relaxed) {
            Ok(_) => return,
            Err(now) => first = now,
        }
    }
}

/// At the start of every operator call, and before a new view: R's vectors that nothing stands over any more.
#[inline(always)]
pub unsafe fn safe_point() {
    if !RELEASED.load(Ordering::Relaxed).is_null() {
        let_go();
    }
}

#[cold]
#[inline(never)]
unsafe fn let_go() {
    let mut keeper = RELEASED.swap(null_mut(), Ordering::Acquire);
    while !keeper.is_null() {
        let owned = Box::from_raw(keeper);
        keeper = owned.next;
        let kept = KEPT.load(Ordering::Relaxed);
        // the chain of free elements starts at element 0
        SET_VECTOR_ELT(kept, owned.slot, VECTOR_ELT(kept, 0));
        SET_VECTOR_ELT(kept, 0, Rf_ScalarReal(owned.slot as f64));
    }
}

/// Where `x` is kept from now on.
unsafe fn keep(x: SEXP) -> R_xlen_t {
    let mut kept = KEPT.load(Ordering::Relaxed);
    let free = if kept.is_null() { 0 } else { *REAL(VECTOR_ELT(kept, 0)) as R_xlen_t };
    if free != 0 {
        SET_VECTOR_ELT(kept, 0, VECTOR_ELT(kept, free));
        SET_VECTOR_ELT(kept, free, x);
        return free;
    }
    let used = if kept.is_null() { 1 } else { Rf_xlength(kept) };
    let larger = Rf_allocVector(SEXPTYPE::VECSXP, 2 * used + 16);
    R_PreserveObject(larger);
    for i in 1..used {
        SET_VECTOR_ELT(larger, i, VECTOR_ELT(kept, i));
    }
    // the new elements, chained; 0 ends the chain
    let total = Rf_xlength(larger);
    for i in used..total {
        let next = if i + 1 < total { i + 1 } else { 0 };
        SET_VECTOR_ELT(larger, i, Rf_ScalarReal(next as f64));
    }
    SET_VECTOR_ELT(larger, 0, Rf_ScalarReal(used as f64));
    if !kept.is_null() {
        R_ReleaseObject(kept);
    }
    KEPT.store(larger, Ordering::Relaxed);
    kept = larger;
    SET_VECTOR_ELT(kept, 0, VECTOR_ELT(kept, used));
    SET_VECTOR_ELT(kept, used, x);
    used
}

/// A storage over the elements of `x`, an atomic vector.
unsafe fn storage_over(x: SEXP, size: usize) -> Result<Storage> {
    safe_point();
    if size == 0 {
        return Storage::filled(0, |_| Ok(()));
    }
    let data = DATAPTR_RO(x);
    // R copies it before it changes it, whoever asks
    MARK_NOT_MUTABLE(x);
    let keeper = Box::into_raw(Box::new(Keeper { slot: keep(x), next: null_mut() }));
    Storage::over(data, size, release, keeper as *mut c_void).inspect_err(|_| release(keeper as *mut c_void))
}

/// The dtype that R's vectors have without a copy.
unsafe fn own_dtype(x: SEXP) -> Option<c_int> {
    Some(match TYPEOF(x) {
        _ if inherits(x, "factor") => return None,
        SEXPTYPE::INTSXP => 3,
        SEXPTYPE::REALSXP if inherits(x, "integer64") => 4,
        SEXPTYPE::REALSXP => 7,
        SEXPTYPE::RAWSXP => 0,
        _ => return None,
    })
}

unsafe fn refuse_missing(x: SEXP) -> Result<()> {
    let n = Rf_xlength(x) as usize;
    let found = match own_dtype(x) {
        Some(3) => std::slice::from_raw_parts(INTEGER(x), n).contains(&R_NaInt),
        Some(4) => std::slice::from_raw_parts(REAL(x) as *const i64, n).contains(&i64::MIN),
        _ => false,
    };
    tensor::refuse_missing(found, "an integer")
}

fn needs_copy(what: String) -> Error {
    Error::new(ErrorKind::Value, format!("`copy` can't be FALSE: {what}"))
        .hint("doubles are float64, integers int32, integer64 int64, raw bytes uint8, all on the CPU; anything else is a copy")
        .argument("copy")
}

routine!(
    /// A tensor over an R vector, matrix or array, by columns as R lays it out.
    tensor_view(x, dtype, device, requires_grad) {
        let own = own_dtype(x).ok_or_else(|| needs_copy(format!("`data` is {}", describe(x))))?;
        if TYPEOF(dtype) != SEXPTYPE::NILSXP && dtype::dtype_code(dtype) != Some(own) {
            let name = dtype::DTYPES.iter().find(|(.., code)| *code == own).map_or("", |(name, ..)| name);
            return Err(needs_copy(format!("R's numbers here are of dtype {name}, not of the one asked for")));
        }
        if tensor::device_name(device)?.is_some_and(|name| name != "cpu") {
            return Err(needs_copy("R's memory is on the CPU".into()));
        }
        refuse_missing(x)?;
        let mut layout = Layout::by_columns(own, tensor::dims(x));
        layout.requires_grad = flag(requires_grad, "requires_grad")?;
        let size = Rf_xlength(x) as usize * element_size(own).unwrap_or(1);
        let tensor = storage_over(x, size)?.tensor(&layout)?;
        Ok(handle::new(Kind::Tensor, tensor as *mut c_void))
    }
);

routine!(
    /// A tensor over the bytes of a raw vector, row by row.
    tensor_from_buffer(buffer, shape, dtype) {
        if TYPEOF(buffer) != SEXPTYPE::RAWSXP {
            let text = format!("`buffer` must be a raw vector, not {}", describe(buffer));
            return Err(Error::new(ErrorKind::Type, text).argument("buffer"));
        }
        let code = dtype::dtype_code(dtype).ok_or_else(|| {
            let text = format!("`dtype` must be a dtype, not {}", describe(dtype));
            Error::new(ErrorKind::Type, text).hint("such as torch_float(), or its name, \"float32\"").argument("dtype")
        })?;
        let size = element_size(code).filter(|_| !(12..=14).contains(&code)).ok_or_else(|| {
            Error::new(ErrorKind::Type, "`dtype` can't be a quantized one").argument("dtype")
        })?;
        let sizes = (0..Rf_xlength(shape)).map(|i| whole(shape, i).ok().filter(|size| *size >= 0));
        let sizes = sizes.collect::<Option<Vec<i64>>>().ok_or_else(|| {
            let text = format!("`shape` must be whole numbers from 0, not {}", describe(shape));
            Error::new(ErrorKind::Value, text).argument("shape")
        })?;
        let layout = Layout::contiguous(code, sizes);
        let bytes = std::slice::from_raw_parts(RAW(buffer), Rf_xlength(buffer) as usize);
        let needed = layout.count().and_then(|count| (count as usize).checked_mul(size));
        if needed != Some(bytes.len()) {
            let needed = needed.map_or("more than there can be".into(), |needed| needed.to_string());
            return Err(Error::new(ErrorKind::Value, format!("`buffer` has {} bytes, and `shape` needs {needed}", bytes.len()))
                .hint(format!("an element takes {size}"))
                .argument("buffer"));
        }
        if code == 11 && bytes.iter().any(|byte| *byte > 1) {
            return Err(Error::new(ErrorKind::Value, "`buffer` must hold only 0 and 1 for dtype bool").argument("buffer"));
        }
        // libtorch's kernels want complex numbers of 16 bytes at multiples of 16; R gives 8
        let storage = match size > 8 && DATAPTR_RO(buffer) as usize % size != 0 {
            true => Storage::filled(bytes.len(), |into| {
                into.copy_from_slice(bytes);
                Ok(())
            })?,
            false => storage_over(buffer, bytes.len())?,
        };
        Ok(handle::new(Kind::Tensor, storage.tensor(&layout)? as *mut c_void))
    }
);

routine!(
    /// The elements' bytes, row by row.
    buffer_from_tensor(x) {
        let native = handle::tensor(x)?;
        let length = (shim::ts_tensor_count(native) * shim::ts_tensor_element_size(native)) as usize;
        let bytes = Rf_protect(Rf_allocVector(SEXPTYPE::RAWSXP, length as R_xlen_t));
        let copied = shim::call(|e| shim::ts_tensor_to_bytes(native, RAW(bytes) as *mut c_void, length, e));
        Rf_unprotect(1);
        copied?;
        Ok(bytes)
    }
);

//! R's collector is told of memory that it cannot see.

use crate::r::*;
use crate::routine;
use crate::routine::call_r;
use crate::shim;
use std::ffi::{c_int, c_void};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// Bytes of tensors made since the last collection after which the collector is asked.
const THRESHOLD: i64 = 300 << 20;
static LIVE_AFTER: AtomicI64 = AtomicI64::new(0);
static COLLECTIONS: AtomicU64 = AtomicU64::new(0);

/// At the start of every operator call: nothing native is half-made here, so R may sweep.
#[inline(always)]
pub unsafe fn safe_point() {
    crate::buffer::safe_point();
    crate::callback::release_waiting();
    if shim::ts_memory_since() > THRESHOLD {
        collect(THRESHOLD);
    }
}

/// Before an R vector is made from our blocks: R, which does not count these, would have collected about as soon.
#[inline]
pub unsafe fn vector_safe_point() {
    const VECTOR_THRESHOLD: i64 = 64 << 20;
    if shim::ts_memory_since() > VECTOR_THRESHOLD {
        collect(VECTOR_THRESHOLD);
    }
}

#[cold]
#[inline(never)]
unsafe fn collect(threshold: i64) {
    shim::ts_memory_since_reset();
    let before = shim::ts_memory_live();
    // far below the last level nothing has piled up: the memory was freed and taken again
    if before < LIVE_AFTER.load(Ordering::Relaxed) + threshold / 2 {
        return;
    }
    COLLECTIONS.fetch_add(1, Ordering::Relaxed);
    // a young collection finds what the loop at hand has left behind
    call_r("collect_young", R_NilValue);
    if shim::ts_memory_live() > before / 2 {
        R_gc();
    }
    LIVE_AFTER.store(shim::ts_memory_live(), Ordering::Relaxed);
}

/// Everything that can be had: after libtorch ran out of memory.
#[cold]
pub unsafe fn release() {
    R_gc();
    shim::ts_memory_release_cache();
}

unsafe extern "C" fn take_block(_: *mut R_allocator_t, size: usize) -> *mut c_void {
    shim::ts_block_take(size)
}
unsafe extern "C" fn free_block(_: *mut R_allocator_t, block: *mut c_void) {
    shim::ts_block_free(block)
}

/// An R vector. A large one comes from blocks that tensors have left warm: to touch fresh pages would cost several times
/// the copy into it.
pub unsafe fn allocate_vector(kind: SEXPTYPE, length: R_xlen_t) -> SEXP {
    if length < 1 << 14 {
        return Rf_allocVector(kind, length);
    }
    let mut allocator =
        R_allocator_t { mem_alloc: take_block, mem_free: free_block, res: null_mut(), data: null_mut() };
    Rf_allocVector3(kind as c_int, length, &mut allocator)
}

routine!(
    /// Bytes alive in tensors, and how often the collector was asked because of them.
    usage() {
        Ok(named_list(&["live", "collections"], |i| match i {
            0 => Rf_ScalarReal(shim::ts_memory_live() as f64),
            _ => Rf_ScalarReal(COLLECTIONS.load(Ordering::Relaxed) as f64),
        }))
    }
);

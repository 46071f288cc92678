//! R objects that own something native: an external pointer whose `prot` is an ALTREP object over a RAWSXP with an
//! allocator of its own. The sweep that frees the RAWSXP frees the native object (no finalizer, no weak reference), and
//! ALTREP's serialization lets the object live through saveRDS() and into other processes.

use crate::error::{Error, Kind as ErrorKind, Result};
use crate::r::*;
use crate::{module, program, program_file, shim, tensor};
use std::ffi::{c_int, c_void};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Kind {
    Tensor = 0,
    Function = 1,
    Object = 2,
    Generator = 3,
}
const KINDS: [Kind; 4] = [Kind::Tensor, Kind::Function, Kind::Object, Kind::Generator];

impl Kind {
    fn name(self) -> &'static str {
        ["torch_tensor", "torchscript_function", "torchscript_object", "torch_generator"][self as usize]
    }
    /// What R sees as the class: the two programs are wrapped by R closures, which carry the class.
    fn class(self) -> Option<&'static str> {
        matches!(self, Kind::Tensor | Kind::Generator).then(|| self.name())
    }
    fn free(self) -> unsafe extern "C" fn(*mut R_allocator_t, *mut c_void) {
        [free_tensor, free_function, free_object, free_generator][self as usize]
    }
}

/// R symbols and class vectors, made once and kept for ever.
struct Statics {
    tags: [AtomicPtr<SEXPREC>; 4],
    classes: [AtomicPtr<SEXPREC>; 4],
    state_class: AtomicPtr<SEXPREC>,
}
static STATICS: Statics = Statics {
    tags: [const { AtomicPtr::new(null_mut()) }; 4],
    classes: [const { AtomicPtr::new(null_mut()) }; 4],
    state_class: AtomicPtr::new(null_mut()),
};

/// The RAWSXP's bytes: what it owns, to be found again from the ALTREP object.
#[repr(C)]
struct Owner {
    kind: usize,
    native: *mut c_void,
}

// The RAWSXPs are all of one size, and only R's thread makes and frees them: freed ones wait in a chain for the next.
const WAITING_AT_MOST: usize = 1 << 20;
static WAITING: AtomicPtr<c_void> = AtomicPtr::new(null_mut());
static WAITING_COUNT: AtomicUsize = AtomicUsize::new(0);
static OWNER_SIZE: AtomicUsize = AtomicUsize::new(0);

unsafe extern "C" fn allocate(_: *mut R_allocator_t, size: usize) -> *mut c_void {
    let first = WAITING.load(Ordering::Relaxed);
    if first.is_null() || OWNER_SIZE.load(Ordering::Relaxed) != size {
        OWNER_SIZE.store(size, Ordering::Relaxed);
        return libc_malloc(size);
    }
    // SAFETY: put there by release(), which wrote the next one into it
    WAITING.store(*(first as *mut *mut c_void), Ordering::Relaxed);
    WAITING_COUNT.fetch_sub(1, Ordering::Relaxed);
    first
}
unsafe fn release(memory: *mut c_void) {
    if WAITING_COUNT.load(Ordering::Relaxed) >= WAITING_AT_MOST {
        return libc_free(memory);
    }
    *(memory as *mut *mut c_void) = WAITING.load(Ordering::Relaxed);
    WAITING.store(memory, Ordering::Relaxed);
    WAITING_COUNT.fetch_add(1, Ordering::Relaxed);
}
extern "C" {
    #[link_name = "malloc"]
    fn libc_malloc(size: usize) -> *mut c_void;
    #[link_name = "free"]
    fn libc_free(memory: *mut c_void);
}
// These run inside R's sweep: they must call nothing of R's.
unsafe extern "C" fn free_tensor(allocator: *mut R_allocator_t, memory: *mut c_void) {
    shim::ts_tensor_free((*allocator).data as *mut shim::Tensor);
    release(memory);
}
unsafe extern "C" fn free_function(allocator: *mut R_allocator_t, memory: *mut c_void) {
    drop(Box::from_raw((*allocator).data as *mut program::Program));
    release(memory);
}
unsafe extern "C" fn free_object(allocator: *mut R_allocator_t, memory: *mut c_void) {
    drop(Box::from_raw((*allocator).data as *mut module::Object));
    release(memory);
}
unsafe extern "C" fn free_generator(allocator: *mut R_allocator_t, memory: *mut c_void) {
    shim::ts_generator_free((*allocator).data as *mut shim::Generator);
    release(memory);
}

unsafe fn new_state(kind: Kind, native: *mut c_void) -> SEXP {
    let mut allocator = R_allocator_t { mem_alloc: allocate, mem_free: kind.free(), res: null_mut(), data: native };
    let raw = Rf_protect(Rf_allocVector3(
        SEXPTYPE::RAWSXP as c_int,
        std::mem::size_of::<Owner>() as R_xlen_t,
        &mut allocator,
    ));
    *(RAW(raw) as *mut Owner) = Owner { kind: kind as usize, native };
    let class = R_altrep_class_t { ptr: STATICS.state_class.load(Ordering::Relaxed) };
    let state = R_new_altrep(class, raw, R_NilValue);
    Rf_unprotect(1);
    state
}

unsafe fn owner(state: SEXP) -> *mut Owner {
    RAW(R_altrep_data1(state)) as *mut Owner
}

/// The R object that owns `native` from now on.
pub unsafe fn new(kind: Kind, native: *mut c_void) -> SEXP {
    let state = Rf_protect(new_state(kind, native));
    let handle = R_MakeExternalPtr(native, STATICS.tags[kind as usize].load(Ordering::Relaxed), state);
    if kind.class().is_some() {
        Rf_protect(handle);
        Rf_setAttrib(handle, R_ClassSymbol, STATICS.classes[kind as usize].load(Ordering::Relaxed));
        Rf_unprotect(1);
    }
    Rf_unprotect(1);
    handle
}

/// Whether `value` is a handle of this kind; it may still have to be restored.
#[inline]
pub unsafe fn is(value: SEXP, kind: Kind) -> bool {
    TYPEOF(value) == SEXPTYPE::EXTPTRSXP
        && R_ExternalPtrTag(value) == STATICS.tags[kind as usize].load(Ordering::Relaxed)
}

/// The native object, restored from `prot` at the first use after unserializing; None when it is no such handle.
#[inline]
pub unsafe fn get(value: SEXP, kind: Kind) -> Option<*mut c_void> {
    if !is(value, kind) {
        return None;
    }
    let native = R_ExternalPtrAddr(value);
    if !native.is_null() {
        return Some(native);
    }
    let state = R_ExternalPtrProtected(value);
    if ALTREP(state) == 0 || (*owner(state)).kind != kind as usize {
        return None;
    }
    let native = (*owner(state)).native;
    R_SetExternalPtrAddr(value, native);
    Some(native)
}

pub unsafe fn expect(value: SEXP, kind: Kind, wanted: &str) -> Result<*mut c_void> {
    match get(value, kind) {
        Some(native) => Ok(native),
        None if is(value, kind) => Err(Error::new(ErrorKind::Handle, format!("this {wanted} is no longer alive"))
            .hint("it was saved by something that can't keep it: make or load it again")),
        None => Err(Error::new(ErrorKind::Type, format!("expected {wanted}, not {}", crate::r::describe(value)))),
    }
}

pub unsafe fn tensor(value: SEXP) -> Result<*mut shim::Tensor> {
    Ok(expect(value, Kind::Tensor, "a tensor")? as *mut shim::Tensor)
}

/// The payload from which `state_read` makes the object again.
unsafe extern "C" fn state_write(state: SEXP) -> SEXP {
    let owner = &*owner(state);
    let kind = KINDS[owner.kind];
    crate::routine::finish(|| {
        let mut protect = Protect::new();
        let payload = match kind {
            Kind::Tensor => tensor::serialize(owner.native as *const shim::Tensor)?,
            Kind::Function => program_file::serialize_function(&*(owner.native as *const program::Program))?,
            Kind::Object => program_file::serialize_object((*(owner.native as *const module::Object)).native)?,
            Kind::Generator => {
                let mut state = null_mut();
                shim::call(|e| shim::ts_generator_state(owner.native as *const shim::Generator, &mut state, e))?;
                let payload = tensor::serialize(state);
                shim::ts_tensor_free(state);
                payload?
            }
        };
        let payload = protect.keep(payload);
        Ok(named_list(&["kind", "payload"], |i| if i == 0 { mk_string(kind.name()) } else { payload }))
    })
}

unsafe extern "C" fn state_read(_class: SEXP, written: SEXP) -> SEXP {
    crate::routine::finish(|| {
        let name = string(VECTOR_ELT(written, 0)).unwrap_or_default();
        let payload = VECTOR_ELT(written, 1);
        let native = match KINDS.iter().find(|kind| kind.name() == name) {
            Some(Kind::Tensor) => (Kind::Tensor, tensor::unserialize(payload)? as *mut c_void),
            Some(Kind::Function) => {
                (Kind::Function, Box::into_raw(Box::new(program_file::unserialize_function(payload)?)) as *mut c_void)
            }
            Some(Kind::Object) => {
                let object = module::Object::new(program_file::unserialize_object(payload)?);
                (Kind::Object, Box::into_raw(Box::new(object)) as *mut c_void)
            }
            Some(Kind::Generator) => {
                let state = tensor::unserialize(payload)?;
                let generator = shim::ts_generator_new();
                let outcome = shim::call(|e| shim::ts_generator_set_state(generator, state, e));
                shim::ts_tensor_free(state);
                if outcome.is_err() {
                    shim::ts_generator_free(generator);
                }
                outcome?;
                (Kind::Generator, generator as *mut c_void)
            }
            None => return Err(Error::new(ErrorKind::Handle, format!("a saved object of unknown kind '{name}'"))),
        };
        Ok(new_state(native.0, native.1))
    })
}

unsafe extern "C" fn state_length(_: SEXP) -> R_xlen_t {
    1
}
unsafe extern "C" fn state_data(state: SEXP, _writable: Rboolean) -> *mut c_void {
    owner(state) as *mut c_void
}
unsafe extern "C" fn state_element(_: SEXP, _: R_xlen_t) -> Rbyte {
    0
}

pub unsafe fn initialise(dll: *mut DllInfo) {
    for kind in KINDS {
        STATICS.tags[kind as usize].store(symbol(kind.name()), Ordering::Relaxed);
        let class = mk_string(kind.name());
        R_PreserveObject(class);
        MARK_NOT_MUTABLE(class);
        STATICS.classes[kind as usize].store(class, Ordering::Relaxed);
    }
    // R finds the class by these two names when it reads an object back, and loads the namespace for it
    let class = R_make_altraw_class(c"handle".as_ptr(), c"torchscript".as_ptr(), dll);
    R_set_altrep_Length_method(class, Some(state_length));
    R_set_altrep_Serialized_state_method(class, Some(state_write));
    R_set_altrep_Unserialize_method(class, Some(state_read));
    R_set_altvec_Dataptr_method(class, Some(state_data));
    R_set_altraw_Elt_method(class, Some(state_element));
    STATICS.state_class.store(class.ptr, Ordering::Relaxed);
}

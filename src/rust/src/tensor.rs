//! Tensors: made from R arrays and turned back into them, described, kept.

use crate::device::default_device;
use crate::dtype::{mk_dtype, required_dtype};
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::handle::{self, Kind};
use crate::r::*;
use crate::routine;
use crate::shim::{self, take_text};
use crate::to_r::integers;
use std::ffi::{c_int, c_void, CString};
use std::ptr::null_mut;

pub const DEVICES: &[&str] = &["cpu", "cuda", "mps", "meta", "xpu", "xla", "mkldnn", "hpu", "mtia", "vulkan"];

/// A torch_device object (its type and index), or the name of one; None when it is neither.
pub unsafe fn device_name(x: SEXP) -> Result<Option<String>> {
    let name = match TYPEOF(x) == SEXPTYPE::VECSXP && inherits(x, "torch_device") && Rf_xlength(x) == 2 {
        true => string(VECTOR_ELT(x, 0)).map(|kind| match number(VECTOR_ELT(x, 1)) {
            Some(index) => format!("{kind}:{index}"),
            None => kind,
        }),
        false => string(x).filter(|_| Rf_xlength(x) == 1),
    };
    if let Some(name) = &name {
        let (kind, index) = name.split_once(':').unwrap_or((name, "0"));
        if !DEVICES.contains(&kind) || index.parse::<u16>().is_err() {
            return Err(Error::new(ErrorKind::Value, format!("`device` must be a device, not the string \"{name}\""))
                .hint(format!("valid types: {}; an index may follow, as in \"cuda:0\"", DEVICES.join(", ")))
                .argument("device"));
        }
        if kind == "cuda" {
            // opens CUDA's library, if there is one
            shim::ts_cuda_is_available();
        }
    }
    Ok(name)
}

/// The dtype of a floating tensor; None for anything else.
pub unsafe fn floating_dtype(x: SEXP) -> Option<c_int> {
    let dtype = shim::ts_tensor_dtype(handle::get(x, Kind::Tensor)? as *const shim::Tensor);
    matches!(dtype, 5..=7 | 15).then_some(dtype)
}

pub unsafe fn is_integer(tensor: *const shim::Tensor) -> bool {
    (1..=4).contains(&shim::ts_tensor_dtype(tensor))
}

pub fn sizes(tensor: *const shim::Tensor) -> Result<Vec<i64>> {
    // SAFETY: room for as many sizes as there are dimensions
    unsafe {
        let mut sizes = vec![0; shim::ts_tensor_rank(tensor) as usize];
        shim::call(|e| shim::ts_tensor_sizes(tensor, sizes.as_mut_ptr(), e))?;
        Ok(sizes)
    }
}

pub unsafe fn dims(x: SEXP) -> Vec<i64> {
    let dim = Rf_getAttrib(x, R_DimSymbol);
    match TYPEOF(dim) {
        SEXPTYPE::INTSXP => (0..Rf_xlength(dim)).map(|i| *INTEGER(dim).offset(i) as i64).collect(),
        _ => vec![Rf_xlength(x) as i64],
    }
}

pub fn refuse_missing(found: bool, kind: &str) -> Result<()> {
    match found {
        true => Err(Error::new(ErrorKind::Value, format!("the data hold NA, which {kind} tensor can't hold"))
            .hint("replace the NAs first, or use as.numeric(): NA becomes NaN there")),
        false => Ok(()),
    }
}

/// A tensor with the values of an R vector, matrix or array. `dtype` -1: R's default for the kind of data.
pub unsafe fn make(x: SEXP, dtype: c_int, device: Option<&CString>, requires_grad: bool) -> Result<*mut shim::Tensor> {
    let n = Rf_xlength(x) as usize;
    let (data, kind, default): (*const c_void, c_int, c_int) = match TYPEOF(x) {
        SEXPTYPE::LGLSXP => {
            refuse_missing(std::slice::from_raw_parts(LOGICAL(x), n).contains(&R_NaInt), "a logical")?;
            (LOGICAL(x) as *const c_void, 0, 11)
        }
        SEXPTYPE::INTSXP => {
            if inherits(x, "factor") {
                return Err(Error::new(ErrorKind::Type, "a factor can't become a tensor as it is")
                    .hint("use as.integer() for its codes"));
            }
            refuse_missing(std::slice::from_raw_parts(INTEGER(x), n).contains(&R_NaInt), "an integer")?;
            (INTEGER(x) as *const c_void, 1, 4)
        }
        SEXPTYPE::REALSXP if inherits(x, "integer64") => {
            let values = std::slice::from_raw_parts(REAL(x) as *const i64, n);
            refuse_missing(values.contains(&i64::MIN), "an integer")?;
            (REAL(x) as *const c_void, 5, 4)
        }
        SEXPTYPE::REALSXP => {
            let whole_dtype = (0..=4).contains(&dtype) || dtype == 11 || (27..=29).contains(&dtype);
            if whole_dtype {
                let values = std::slice::from_raw_parts(REAL(x), n);
                refuse_missing(values.iter().any(|v| v.is_nan()), "an integer or logical")?;
            }
            (REAL(x) as *const c_void, 2, shim::ts_default_dtype())
        }
        SEXPTYPE::CPLXSXP => {
            let default = if shim::ts_default_dtype() == 7 { 10 } else { 9 };
            (COMPLEX(x) as *const c_void, 3, default)
        }
        SEXPTYPE::RAWSXP => (RAW(x) as *const c_void, 4, 0),
        _ => {
            return Err(Error::new(ErrorKind::Type, format!("can't make a tensor of {}", describe(x))).hint(
                "numbers, logicals, complex numbers, raw bytes, integer64, arrays and nested lists of them can be",
            ))
        }
    };
    let sizes = dims(x);
    if dtype >= 0 && dtype != default {
        crate::dtype::refuse_unfit(x, dtype)?;
    }
    let dtype = if dtype < 0 { default } else { dtype };
    let mut tensor = null_mut();
    shim::call(|e| {
        let device = device.map_or(std::ptr::null(), |name| name.as_ptr());
        let (rank, grad) = (sizes.len() as c_int, requires_grad as c_int);
        shim::ts_tensor_from_columns(data, kind, sizes.as_ptr(), rank, dtype, device, grad, &mut tensor, e)
    })?;
    Ok(tensor)
}

routine!(from_array(x, dtype, device, requires_grad) {
    crate::memory::safe_point();
    let code = if TYPEOF(dtype) == SEXPTYPE::NILSXP { -1 } else { required_dtype(dtype)? };
    let device = match (device_name(device)?, TYPEOF(device)) {
        (None, SEXPTYPE::NILSXP) => default_device().cloned(),
        (Some(name), _) => CString::new(name).ok(),
        (None, _) => {
            let text = format!("`device` must be a device such as \"cpu\", not {}", describe(device));
            return Err(Error::new(ErrorKind::Type, text).argument("device"));
        }
    };
    let tensor = make(x, code, device.as_ref(), flag(requires_grad, "requires_grad")?)?;
    Ok(handle::new(Kind::Tensor, tensor as *mut c_void))
});

/// An R vector of the tensor's values in column-major order; with its dimensions, when there are two or more and they
/// are wanted.
unsafe fn array(tensor: *const shim::Tensor, with_dim: bool) -> Result<SEXP> {
    let n = shim::ts_tensor_count(tensor) as R_xlen_t;
    let mut protect = Protect::new();
    let copy = |out: SEXP, kind: c_int, data: *mut c_void| -> Result<SEXP> {
        shim::call(|e| shim::ts_tensor_to_columns(tensor, kind, data, e)).map(|_| out)
    };
    let dtype = shim::ts_tensor_dtype(tensor);
    let out = match dtype {
        11 => {
            let out = protect.keep(crate::memory::allocate_vector(SEXPTYPE::LGLSXP, n));
            copy(out, 0, LOGICAL(out) as *mut c_void)?
        }
        0..=2 | 27 => {
            let out = protect.keep(crate::memory::allocate_vector(SEXPTYPE::INTSXP, n));
            copy(out, 1, INTEGER(out) as *mut c_void)?
        }
        3 | 4 | 28 | 29 => whole_numbers(tensor, n, dtype, &mut protect)?,
        8..=10 => {
            let out = protect.keep(crate::memory::allocate_vector(SEXPTYPE::CPLXSXP, n));
            copy(out, 3, COMPLEX(out) as *mut c_void)?
        }
        _ => {
            let out = protect.keep(crate::memory::allocate_vector(SEXPTYPE::REALSXP, n));
            copy(out, 2, REAL(out) as *mut c_void)?
        }
    };
    let sizes = if with_dim { sizes(tensor)? } else { Vec::new() };
    if sizes.len() > 1 {
        if sizes.iter().any(|size| *size > i32::MAX as i64) {
            return Err(Error::new(ErrorKind::Value, "a dimension is too large for an R array"));
        }
        let dim = protect.keep(integers(&sizes));
        Rf_setAttrib(out, R_DimSymbol, dim);
    }
    Ok(out)
}

/// Integer where every value fits, double where it is exact, integer64 otherwise.
unsafe fn whole_numbers(tensor: *const shim::Tensor, n: R_xlen_t, dtype: c_int, protect: &mut Protect) -> Result<SEXP> {
    let (mut least, mut greatest) = (0, 0);
    shim::call(|e| shim::ts_tensor_integer_range(tensor, &mut least, &mut greatest, e))?;
    if dtype == 29 && least < 0 {
        return Err(Error::new(ErrorKind::Value, "the tensor holds numbers beyond 2^63, which R can't hold exactly"));
    }
    let within = |limit: i64| least >= -limit && greatest <= limit;
    let (kind, r_kind) = match (within(i32::MAX as i64), within(1 << 53)) {
        (true, _) => (SEXPTYPE::INTSXP, 1),
        (_, true) => (SEXPTYPE::REALSXP, 2),
        _ => (SEXPTYPE::REALSXP, 5),
    };
    let out = protect.keep(crate::memory::allocate_vector(kind, n));
    let data = if r_kind == 1 { INTEGER(out) as *mut c_void } else { REAL(out) as *mut c_void };
    shim::call(|e| shim::ts_tensor_to_columns(tensor, r_kind, data, e))?;
    if r_kind == 5 {
        set_class(out, &["integer64"]);
        crate::routine::call_r("load_bit64", R_NilValue);
    }
    Ok(out)
}

routine!(to_array(x) {
    crate::memory::vector_safe_point();
    array(handle::tensor(x)?, true)
});

routine!(
    /// The one number of a tensor.
    item(x) {
        let tensor = handle::tensor(x)?;
        if crate::trace::running() {
            crate::routine::call_r("warn_if_tracing", mk_string("$item()"));
        }
        match shim::ts_tensor_count(tensor) {
            1 => array(tensor, false),
            n => Err(Error::new(
                ErrorKind::Value,
                format!("`$item()` needs a tensor with one element, and this one has {n}"),
            )),
        }
    }
);

routine!(text(x, width) {
    let (tensor, width) = (handle::tensor(x)?, number(width).unwrap_or(80.0) as c_int);
    let mut text = null_mut();
    shim::call(|e| shim::ts_tensor_print(tensor, width, &mut text, e))?;
    Ok(mk_string(&take_text(text)))
});
routine!(type_text(x) { Ok(mk_string(&take_text(shim::ts_tensor_type_text(handle::tensor(x)?)))) });
routine!(edges(x, items) {
    let (tensor, items) = (handle::tensor(x)?, number(items).unwrap_or(3.0) as i64);
    let mut edges = null_mut();
    shim::call(|e| shim::ts_tensor_edges(tensor, items, &mut edges, e))?;
    Ok(handle::new(Kind::Tensor, edges as *mut c_void))
});

routine!(shape(x) { Ok(integers(&sizes(handle::tensor(x)?)?)) });
routine!(dtype(x) { Ok(mk_dtype(shim::ts_tensor_dtype(handle::tensor(x)?))) });
routine!(device(x) { Ok(mk_string(&take_text(shim::ts_tensor_device(handle::tensor(x)?)))) });
routine!(layout(x) { Ok(Rf_ScalarInteger(shim::ts_tensor_layout(handle::tensor(x)?))) });
routine!(count(x) { Ok(integers(&[shim::ts_tensor_count(handle::tensor(x)?)])) });
routine!(element_size(x) { Ok(integers(&[shim::ts_tensor_element_size(handle::tensor(x)?)])) });
routine!(is_alive(x) { Ok(mk_logical(handle::get(x, Kind::Tensor).is_some())) });
routine!(same(x, y) { Ok(mk_logical(handle::tensor(x)? == handle::tensor(y)?)) });
routine!(default_dtype() { Ok(mk_dtype(shim::ts_default_dtype())) });
routine!(set_default_dtype(dtype) {
    let code = Some(required_dtype(dtype)?).filter(|code| matches!(code, 5..=7 | 15)).ok_or_else(|| {
        Error::new(ErrorKind::Type, "the default dtype must be a floating dtype").hint("torch_float() or torch_double()")
    })?;
    shim::call(|e| shim::ts_set_default_dtype(code, e))?;
    Ok(R_NilValue)
});

/// What saveRDS() keeps of a tensor: dtype, shape, bytes in row-major order, requires_grad.
pub unsafe fn serialize(tensor: *const shim::Tensor) -> Result<SEXP> {
    let mut protect = Protect::new();
    let length = (shim::ts_tensor_count(tensor) * shim::ts_tensor_element_size(tensor)) as usize;
    let bytes = protect.keep(Rf_allocVector(SEXPTYPE::RAWSXP, length as R_xlen_t));
    shim::call(|e| shim::ts_tensor_to_bytes(tensor, RAW(bytes) as *mut c_void, length, e))?;
    let shape = protect.keep(integers(&sizes(tensor)?));
    Ok(named_list(&["dtype", "shape", "requires_grad", "bytes"], |i| match i {
        0 => Rf_ScalarInteger(shim::ts_tensor_dtype(tensor)),
        1 => shape,
        2 => mk_logical(shim::ts_requires_grad(tensor) != 0),
        _ => bytes,
    }))
}

pub unsafe fn unserialize(payload: SEXP) -> Result<*mut shim::Tensor> {
    let (dtype, shape) = (VECTOR_ELT(payload, 0), VECTOR_ELT(payload, 1));
    let sizes: Vec<i64> = (0..Rf_xlength(shape))
        .map(|i| match TYPEOF(shape) {
            SEXPTYPE::INTSXP => *INTEGER(shape).offset(i) as i64,
            _ => *REAL(shape).offset(i) as i64,
        })
        .collect();
    let (requires_grad, bytes) = (is_true(VECTOR_ELT(payload, 2)), VECTOR_ELT(payload, 3));
    let mut tensor = null_mut();
    shim::call(|e| {
        let (data, length) = (RAW(bytes) as *const c_void, Rf_xlength(bytes) as usize);
        let (rank, grad) = (sizes.len() as c_int, requires_grad as c_int);
        shim::ts_tensor_from_bytes(data, length, sizes.as_ptr(), rank, *INTEGER(dtype), grad, &mut tensor, e)
    })?;
    Ok(tensor)
}

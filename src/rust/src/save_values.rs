//! The values of `torch.save()` files: from R, and from a pickle to what `to_r` takes.

use crate::dtype;
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::from_r::{whole, Conversion};
use crate::handle::{self, Kind};
use crate::mismatch::Mismatch;
use crate::pickle::{Heap, Item, Node};
use crate::pickle_world::Global;
use crate::r::*;
use crate::shim::{self, Value};
use crate::tensor;
use std::ffi::c_void;

/// Deeper than any file that was made on purpose; a list that holds itself gets here.
const DEEPEST: usize = 1000;

fn unsavable(place: &str, what: &str, hint: &str) -> Error {
    Error::new(ErrorKind::Type, format!("`obj{place}` can't be saved: it is {what}")).hint(hint).argument("obj")
}

impl Conversion {
    /// R data as a file keeps them: a vector of length one is a scalar, any other a list; a named list is a dict.
    pub unsafe fn data(&mut self, x: SEXP, place: &str, depth: usize) -> Result<Value> {
        if depth > DEEPEST {
            return Err(unsavable("", "nested too deeply", "1000 levels are the most"));
        }
        if handle::is(x, Kind::Tensor) {
            return Ok(Value::pointer(shim::TENSOR, handle::tensor(x)? as *mut c_void));
        }
        if let Some(class) = string(Rf_getAttrib(x, R_ClassSymbol)) {
            match class.as_str() {
                "integer64" | "jit_scalar" | "jit_tuple" => {}
                "torch_dtype" => {
                    let code = dtype::dtype_code(x).unwrap_or(-1);
                    return Ok(Value { tag: shim::DTYPE, ..Value::int(code as i64) });
                }
                "torch_device" => {
                    let name = tensor::device_name(x)?.unwrap_or_default();
                    return self.keep(shim::DEVICE, name, place);
                }
                "script_function" | "script_module" => {
                    return Err(unsavable(place, "a TorchScript program", "jit_save() saves programs"))
                }
                _ if inherits(x, "nn_module") => {
                    let hint =
                        "torch_save(module$state_dict(), path) saves its tensors, saveRDS() the whole module for R";
                    return Err(unsavable(place, "a module", hint));
                }
                _ => return Err(unsavable(place, &describe(x), "take the tensors and plain values out of it")),
            }
        }
        if TYPEOF(Rf_getAttrib(x, R_DimSymbol)) != SEXPTYPE::NILSXP {
            return Err(unsavable(place, "an array", "make it a tensor: torch_tensor()"));
        }
        let n = Rf_xlength(x) as usize;
        match TYPEOF(x) {
            SEXPTYPE::NILSXP => Ok(Value::none()),
            SEXPTYPE::RAWSXP => Ok(Value::array(shim::BYTES, RAW(x) as *mut c_void, n)),
            SEXPTYPE::VECSXP => self.data_list(x, place, depth),
            SEXPTYPE::LGLSXP | SEXPTYPE::INTSXP | SEXPTYPE::REALSXP | SEXPTYPE::CPLXSXP | SEXPTYPE::STRSXP => {
                if let Some(labels) = names(x) {
                    let values = (0..n).map(|i| self.element_of(x, i, place)).collect::<Result<Vec<Value>>>()?;
                    return self.data_dict(labels, values, place);
                }
                if n == 1 {
                    return self.element_of(x, 0, place);
                }
                self.data_vector(x, place)
            }
            SEXPTYPE::CLOSXP | SEXPTYPE::BUILTINSXP | SEXPTYPE::SPECIALSXP => {
                Err(unsavable(place, "a function", "jit_trace() makes a program of it, and jit_save() saves that"))
            }
            _ => Err(unsavable(place, &describe(x), "tensors, numbers, texts, and lists of them can be")),
        }
    }

    fn keep(&mut self, tag: i32, text: String, place: &str) -> Result<Value> {
        match text.contains('\0') {
            true => Err(unsavable(place, "a text with a NUL", "leave the NUL out")),
            false => Ok(self.keep_text(tag, text)),
        }
    }

    unsafe fn element_of(&mut self, x: SEXP, i: usize, place: &str) -> Result<Value> {
        let missing = || unsavable(place, "NA", "PyTorch has no NA: use NULL or NaN");
        let at = i as R_xlen_t;
        Ok(match TYPEOF(x) {
            SEXPTYPE::STRSXP if STRING_ELT(x, at) == R_NaString => return Err(missing()),
            SEXPTYPE::STRSXP => return self.keep(shim::STRING, text_of(STRING_ELT(x, at)), place),
            SEXPTYPE::LGLSXP if *LOGICAL(x).add(i) == R_NaInt => return Err(missing()),
            SEXPTYPE::LGLSXP => Value::bool(*LOGICAL(x).add(i) != 0),
            SEXPTYPE::CPLXSXP => {
                let z = *COMPLEX(x).add(i);
                Value { tag: shim::COMPLEX, v: shim::Payload { complex: [z.r, z.i] }, ..Value::none() }
            }
            SEXPTYPE::REALSXP if !inherits(x, "integer64") => Value::double(*REAL(x).add(i)),
            _ => match whole(x, at) {
                Ok(number) => Value::int(number),
                Err(Mismatch::Missing) => return Err(missing()),
                Err(_) => return Err(unsavable(place, &describe(x), "tensors and plain values can be")),
            },
        })
    }

    unsafe fn data_vector(&mut self, x: SEXP, place: &str) -> Result<Value> {
        let n = Rf_xlength(x) as usize;
        if TYPEOF(x) == SEXPTYPE::REALSXP && !inherits(x, "integer64") {
            // R's own memory: the value is written while `x` is alive
            return Ok(Value::array(shim::DOUBLES, REAL(x) as *mut c_void, n));
        }
        let values = (0..n).map(|i| self.element_of(x, i, place)).collect::<Result<Vec<Value>>>()?;
        let ints = |values: &[Value]| values.iter().map(|value| value.v.i).collect();
        Ok(match TYPEOF(x) {
            SEXPTYPE::LGLSXP => self.keep_ints(shim::BOOLS, ints(&values)),
            SEXPTYPE::INTSXP | SEXPTYPE::REALSXP => self.keep_ints(shim::INTS, ints(&values)),
            _ => self.keep_values(shim::LIST, values, n, std::ptr::null()),
        })
    }

    /// A list of scalars of one kind would come back as a vector: it goes as a tuple, which does not.
    unsafe fn data_list(&mut self, x: SEXP, place: &str, depth: usize) -> Result<Value> {
        let n = Rf_xlength(x) as usize;
        let labels = names(x);
        let mut values = Vec::with_capacity(n);
        for i in 0..n {
            let place = match labels.as_ref().map(|labels| labels[i].as_str()).filter(|label| !label.is_empty()) {
                Some(label) => format!("{place}${label}"),
                None => format!("{place}[[{}]]", i + 1),
            };
            values.push(self.data(VECTOR_ELT(x, i as R_xlen_t), &place, depth + 1)?);
        }
        if inherits(x, "jit_tuple") {
            return Ok(self.keep_values(shim::TUPLE, values, n, std::ptr::null()));
        }
        if let Some(labels) = labels {
            return self.data_dict(labels, values, place);
        }
        let scalars = [shim::INT, shim::DOUBLE, shim::BOOL, shim::STRING, shim::COMPLEX];
        let would_simplify = values.iter().all(|value| value.tag == values[0].tag && scalars.contains(&value.tag));
        let tag = if n > 0 && would_simplify { shim::TUPLE } else { shim::LIST };
        Ok(self.keep_values(tag, values, n, std::ptr::null()))
    }

    fn data_dict(&mut self, labels: Vec<String>, values: Vec<Value>, place: &str) -> Result<Value> {
        let n = values.len();
        let mut seen = std::collections::HashSet::new();
        if let Some(label) = labels.iter().find(|label| label.is_empty() || !seen.insert(label.as_str())) {
            let which =
                if label.is_empty() { "an element has none".into() } else { format!("\"{label}\" is there twice") };
            return Err(Error::new(
                ErrorKind::Value,
                format!("the names of `obj{place}` must tell its elements apart: {which}"),
            )
            .hint("name all elements, or none")
            .argument("obj"));
        }
        let mut entries = Vec::with_capacity(2 * n);
        for (label, value) in labels.iter().zip(values) {
            entries.push(self.keep(shim::STRING, label.clone(), place)?);
            entries.push(value);
        }
        Ok(self.keep_values(shim::DICT, entries, n, std::ptr::null()))
    }
}

extern "C" {
    fn malloc(size: usize) -> *mut c_void;
}

/// A value of ours, in memory that the shim frees.
pub struct Owned(Value);
impl Drop for Owned {
    fn drop(&mut self) {
        // SAFETY: owned, and made of malloc's blocks as the shim's own values are
        unsafe { shim::ts_value_free(&mut self.0, 1) }
    }
}
impl Owned {
    pub fn release(mut self) -> Value {
        std::mem::replace(&mut self.0, Value::none())
    }
    fn array<T: Copy>(tag: i32, items: &[T], length: usize) -> Owned {
        // SAFETY: a byte more than the items need, which is zero: texts end there
        unsafe {
            let size = std::mem::size_of_val(items);
            let block = malloc(size + 1) as *mut u8;
            assert!(!block.is_null(), "not enough memory");
            std::ptr::copy_nonoverlapping(items.as_ptr() as *const u8, block, size);
            *block.add(size) = 0;
            Owned(Value::array(tag, block as *mut c_void, length))
        }
    }
    /// Takes `tensor` over.
    pub fn tensor(tensor: *mut shim::Tensor) -> Owned {
        Owned(Value::pointer(shim::TENSOR, tensor as *mut c_void))
    }
    pub fn text(tag: i32, text: &str) -> Result<Owned> {
        if text.contains('\0') {
            return Err(Error::new(ErrorKind::File, "it holds a text with a NUL, which R can't hold"));
        }
        Ok(Owned::array(tag, text.as_bytes(), text.len()))
    }
    pub fn children(tag: i32, children: Vec<Owned>, length: usize) -> Owned {
        let values: Vec<Value> = children.into_iter().map(Owned::release).collect();
        Owned::array(tag, &values, length)
    }
}

/// Values out of a pickle. Shared parts are made once for each place, so `left` bounds how many there may be in all.
pub struct Outgoing<'a> {
    pub heap: &'a Heap<Global>,
    pub left: usize,
}

type Entry = Item<Global>;

impl Outgoing<'_> {
    pub fn value(&mut self, item: Entry, depth: usize) -> Result<Owned> {
        if depth > DEEPEST || self.left == 0 {
            let what = "its lists are nested too deeply, or one holds itself";
            return Err(Error::new(ErrorKind::File, what));
        }
        self.left -= 1;
        let node = match item {
            Item::None => return Ok(Owned(Value::none())),
            Item::Bool(value) => return Ok(Owned(Value::bool(value))),
            Item::Int(value) => return Ok(Owned(Value::int(value))),
            Item::Float(value) => return Ok(Owned(Value::double(value))),
            Item::Complex(complex) => {
                return Ok(Owned(Value { tag: shim::COMPLEX, v: shim::Payload { complex }, ..Value::none() }))
            }
            Item::Dtype(code) => return Ok(Owned(Value { tag: shim::DTYPE, ..Value::int(code as i64) })),
            Item::Global(_) => {
                return Err(Error::new(ErrorKind::File, "it holds a Python class, which R has no use for"))
            }
            Item::Node(_) => self.heap.node(item),
        };
        match node {
            Some(Node::Text(text)) => Owned::text(shim::STRING, text),
            Some(Node::Device(name)) => Owned::text(shim::DEVICE, name),
            Some(Node::Bytes(bytes)) => Ok(Owned::array(shim::BYTES, bytes, bytes.len())),
            Some(Node::Size(sizes)) => Ok(Owned::array(shim::INTS, sizes, sizes.len())),
            Some(Node::List(items)) => self.list(items, depth),
            Some(Node::Tuple(items)) => Ok(Owned::children(shim::TUPLE, self.all(items, depth)?, items.len())),
            Some(Node::Dict(pairs)) => self.dict(pairs, depth),
            // SAFETY: the heap's reference is alive; the value gets one of its own
            Some(Node::Tensor(tensor)) => Ok(Owned::tensor(unsafe { shim::ts_tensor_retain(tensor.0) })),
            Some(Node::Storage(..)) => {
                Err(Error::new(ErrorKind::File, "it holds a bare storage").hint("save a tensor over it instead"))
            }
            // torch_load()'s world makes no objects
            Some(Node::Object { .. }) | None => Err(crate::archive::damaged("its pickle makes no sense")),
        }
    }

    fn all(&mut self, items: &[Entry], depth: usize) -> Result<Vec<Owned>> {
        items.iter().map(|item| self.value(*item, depth + 1)).collect()
    }

    fn list(&mut self, items: &[Entry], depth: usize) -> Result<Owned> {
        let n = items.len();
        let of = |tag, values: Option<Vec<i64>>| values.filter(|_| n > 0).map(|values| Owned::array(tag, &values, n));
        let ints = items.iter().map(|item| if let Item::Int(value) = item { Some(*value) } else { None }).collect();
        let flags = items.iter().map(|item| if let Item::Bool(value) = item { Some(*value as i64) } else { None });
        let floats = items.iter().map(|item| if let Item::Float(value) = item { Some(*value) } else { None });
        if let Some(vector) = of(shim::INTS, ints).or_else(|| of(shim::BOOLS, flags.collect())) {
            return Ok(vector);
        }
        match floats.collect::<Option<Vec<f64>>>().filter(|_| n > 0) {
            Some(floats) => Ok(Owned::array(shim::DOUBLES, &floats, n)),
            None => Ok(Owned::children(shim::LIST, self.all(items, depth)?, n)),
        }
    }

    fn dict(&mut self, pairs: &[(Entry, Entry)], depth: usize) -> Result<Owned> {
        let mut children = Vec::with_capacity(2 * pairs.len());
        for (key, value) in pairs {
            let key = match (key, self.heap.text(*key)) {
                (_, Some(text)) => text.to_string(),
                (Item::Int(key), _) => key.to_string(),
                (Item::Float(key), _) => key.to_string(),
                (Item::Bool(key), _) => if *key { "TRUE" } else { "FALSE" }.to_string(),
                _ => {
                    return Err(Error::new(ErrorKind::File, "it holds a dict whose keys are neither texts nor numbers"))
                }
            };
            children.push(Owned::text(shim::STRING, &key)?);
            children.push(self.value(*value, depth + 1)?);
        }
        Ok(Owned::children(shim::DICT, children, pairs.len()))
    }
}

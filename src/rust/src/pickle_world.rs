//! The names that a pickle may use, and what they make: tensors of libtorch and plain values. No other name is followed.

use crate::archive::{damaged, Archive};
use crate::dtype::DTYPES;
use crate::error::{Error, Kind, Result};
use crate::pickle::{Heap, Item, Node, Tensor, World};
use crate::shim;
use crate::storage::{element_size, Layout, Storage};
use std::collections::HashMap;
use std::rc::Rc;

/// What can be called, or stands for a class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Global {
    OrderedDict,
    Counter,
    List,
    Complex,
    Encode,
    Bytes,
    Size,
    Device,
    /// A class of storages, by the dtype of its elements; uint8 for the untyped one.
    Storage(i32),
    Tensor,
    TensorV2,
    TensorV3,
    Parameter,
    ParameterClass,
    TensorClass,
    FromType,
    /// C++ marks the types of its lists: the value is the first argument.
    First,
}

pub type Value = Item<Global>;

/// Under Python 2's names as well: pickles of protocol 2 have them.
const GLOBALS: &[(&str, &str, Global)] = &[
    ("collections", "OrderedDict", Global::OrderedDict),
    ("collections", "Counter", Global::Counter),
    ("builtins", "set", Global::List),
    ("__builtin__", "set", Global::List),
    ("builtins", "frozenset", Global::List),
    ("__builtin__", "frozenset", Global::List),
    ("builtins", "complex", Global::Complex),
    ("__builtin__", "complex", Global::Complex),
    ("builtins", "bytes", Global::Bytes),
    ("__builtin__", "bytes", Global::Bytes),
    ("builtins", "bytearray", Global::Bytes),
    ("__builtin__", "bytearray", Global::Bytes),
    ("_codecs", "encode", Global::Encode),
    ("torch", "Size", Global::Size),
    ("torch", "device", Global::Device),
    ("torch", "Tensor", Global::TensorClass),
    ("torch._utils", "_rebuild_tensor", Global::Tensor),
    ("torch._utils", "_rebuild_tensor_v2", Global::TensorV2),
    ("torch._utils", "_rebuild_tensor_v3", Global::TensorV3),
    ("torch._utils", "_rebuild_parameter", Global::Parameter),
    ("torch._utils", "_rebuild_parameter_with_state", Global::Parameter),
    ("torch._tensor", "_rebuild_from_type_v2", Global::FromType),
    ("torch.nn.parameter", "Parameter", Global::ParameterClass),
    ("torch.jit._pickle", "restore_type_tag", Global::First),
    ("torch.jit._pickle", "build_intlist", Global::First),
    ("torch.jit._pickle", "build_doublelist", Global::First),
    ("torch.jit._pickle", "build_boollist", Global::First),
    ("torch.jit._pickle", "build_tensorlist", Global::First),
];

/// The storage classes that PyTorch names after a dtype; the dtypes added later have the untyped one.
pub const STORAGES: &[(&str, i32)] = &[
    ("ByteStorage", 0),
    ("CharStorage", 1),
    ("ShortStorage", 2),
    ("IntStorage", 3),
    ("LongStorage", 4),
    ("HalfStorage", 5),
    ("FloatStorage", 6),
    ("DoubleStorage", 7),
    ("ComplexFloatStorage", 9),
    ("ComplexDoubleStorage", 10),
    ("BoolStorage", 11),
    ("BFloat16Storage", 15),
];
pub const UNTYPED: &str = "UntypedStorage";

/// Reads what a pickle names from the archive around it.
pub struct Loader<'a> {
    archive: &'a Archive<'a>,
    /// Where storages go; None leaves them where they were saved.
    device: Option<String>,
    storages: HashMap<String, Rc<Storage>>,
}

fn unfit(name: &str) -> Error {
    damaged(format!("it calls {name} as PyTorch never does"))
}

fn refused(what: String) -> Error {
    Error::new(Kind::File, format!("it holds {what}, and only tensors and plain values can be loaded"))
}

impl<'a> Loader<'a> {
    pub fn new(archive: &'a Archive<'a>, device: Option<String>) -> Loader<'a> {
        Loader { archive, device, storages: HashMap::new() }
    }

    fn storage(&mut self, key: &str, location: &str, size: usize) -> Result<Rc<Storage>> {
        if let Some(storage) = self.storages.get(key) {
            return Ok(storage.clone());
        }
        let name = format!("data/{key}");
        if self.archive.size(&name)? != size as u64 {
            return Err(damaged(format!("the record '{name}' has not {size} bytes")));
        }
        let mut storage = Storage::filled(size, |into| self.archive.read_into(&name, into))?;
        let device = self.device.as_deref().unwrap_or(location);
        if device != "cpu" {
            storage = storage.to(device)?;
        }
        let storage = Rc::new(storage);
        self.storages.insert(key.to_string(), storage.clone());
        Ok(storage)
    }

    /// storage, offset, sizes, strides, requires_grad, hooks; the dtype in version 3; then flags.
    fn tensor(&self, heap: &mut Heap<Global>, arguments: &[Value], dtype: Option<i32>, flags: usize) -> Result<Value> {
        let fail = || unfit("torch._utils._rebuild_tensor_v2");
        let [storage, Item::Int(offset), sizes, strides, rest @ ..] = arguments else { return Err(fail()) };
        let Some(Node::Storage(storage, declared)) = heap.node(*storage) else { return Err(fail()) };
        let flag = |name: &str| match arguments.get(flags).and_then(|item| heap.node(*item)) {
            Some(Node::Dict(pairs)) => {
                pairs.iter().any(|(key, value)| heap.text(*key) == Some(name) && *value == Item::Bool(true))
            }
            _ => false,
        };
        let layout = Layout {
            dtype: dtype.unwrap_or(*declared),
            sizes: heap.ints(*sizes).ok_or_else(fail)?,
            strides: heap.ints(*strides).ok_or_else(fail)?,
            offset: *offset,
            requires_grad: rest.first() == Some(&Item::Bool(true)),
            bits: if flag("conj") { shim::BIT_CONJUGATE } else { 0 } | if flag("neg") { shim::BIT_NEGATIVE } else { 0 },
        };
        let tensor = storage.tensor(&layout).map_err(|error| damaged(error.to_string()))?;
        Ok(heap.keep(Node::Tensor(Tensor(tensor))))
    }

    /// A parameter is its tensor, which wants gradients.
    fn parameter(&self, heap: &mut Heap<Global>, arguments: &[Value]) -> Result<Value> {
        let fail = || unfit("torch._utils._rebuild_parameter");
        let [data, rest @ ..] = arguments else { return Err(fail()) };
        let Some(Node::Tensor(tensor)) = heap.node(*data) else { return Err(fail()) };
        let wants = rest.first() != Some(&Item::Bool(false));
        // SAFETY: the heap keeps it alive
        unsafe { shim::call(|e| shim::ts_set_requires_grad(tensor.0, wants as i32, e)) }
            .map_err(|error| damaged(error.to_string()))?;
        Ok(*data)
    }
}

impl World<Global> for Loader<'_> {
    fn global(&mut self, module: &str, name: &str) -> Result<Value> {
        if let Some((.., global)) = GLOBALS.iter().find(|(m, n, _)| *m == module && *n == name) {
            return Ok(Item::Global(*global));
        }
        if module == "torch" {
            if let Some((.., code)) = DTYPES.iter().find(|(known, ..)| *known == name) {
                return Ok(Item::Dtype(*code));
            }
            if let Some((_, code)) = STORAGES.iter().find(|(known, _)| *known == name) {
                return Ok(Item::Global(Global::Storage(*code)));
            }
        }
        if module == "torch.storage" && name == UNTYPED {
            return Ok(Item::Global(Global::Storage(0)));
        }
        let error = match (module, name) {
            ("torch._utils", "_rebuild_sparse_tensor") => refused("a sparse tensor".into())
                .hint("save it as a dense one in PyTorch: tensor.to_dense()"),
            ("torch._utils", "_rebuild_qtensor") => refused("a quantized tensor".into())
                .hint("save its numbers in PyTorch: tensor.dequantize()"),
            _ if module.starts_with("numpy") => refused(format!("an object of numpy (`{module}.{name}`)"))
                .hint("in Python, save torch.from_numpy(array), or a plain number, instead"),
            _ => refused(format!("a Python object that is made by `{module}.{name}`")).hint(
                "no Python code is run here. In Python, save model.state_dict() with torch.save(), or the program itself \
                 with torch.jit.save(), which jit_load() reads",
            ),
        };
        Err(error)
    }

    fn call(&mut self, heap: &mut Heap<Global>, callable: Global, arguments: &[Value]) -> Result<Value> {
        let first = arguments.first().copied();
        Ok(match callable {
            Global::OrderedDict | Global::Counter => {
                let pairs = match first.map(|first| heap.node(first)) {
                    None => Some(Vec::new()),
                    Some(Some(Node::Dict(pairs))) => Some(pairs.clone()),
                    // older Pythons give the pairs as lists of two
                    Some(Some(Node::List(pairs))) => pairs
                        .iter()
                        .map(|pair| match heap.elements(*pair) {
                            Some([key, value]) => Some((*key, *value)),
                            _ => None,
                        })
                        .collect(),
                    _ => None,
                };
                heap.keep(Node::Dict(pairs.ok_or_else(|| unfit("collections.OrderedDict"))?))
            }
            Global::List => {
                let items = match first {
                    Some(items) => heap.elements(items).ok_or_else(|| unfit("set"))?.to_vec(),
                    None => Vec::new(),
                };
                heap.keep(Node::List(items))
            }
            Global::Complex => match arguments {
                [Item::Float(real), Item::Float(imaginary)] => Item::Complex([*real, *imaginary]),
                _ => return Err(unfit("complex")),
            },
            Global::Encode | Global::Bytes => heap.keep(Node::Bytes(bytes(heap, arguments)?)),
            Global::Size => {
                let sizes = first.and_then(|sizes| heap.ints(sizes)).ok_or_else(|| unfit("torch.Size"))?;
                heap.keep(Node::Size(sizes))
            }
            Global::Device => match (first.and_then(|kind| heap.text(kind)), arguments.get(1)) {
                (Some(kind), None | Some(Item::None)) => heap.keep(Node::Device(kind.to_string())),
                (Some(kind), Some(Item::Int(index))) => heap.keep(Node::Device(format!("{kind}:{index}"))),
                _ => return Err(unfit("torch.device")),
            },
            Global::Tensor | Global::TensorV2 => self.tensor(heap, arguments, None, 6)?,
            Global::TensorV3 => match arguments.get(6) {
                Some(Item::Dtype(dtype)) => self.tensor(heap, arguments, Some(*dtype), 7)?,
                _ => return Err(unfit("torch._utils._rebuild_tensor_v3")),
            },
            Global::Parameter | Global::ParameterClass => self.parameter(heap, arguments)?,
            // function, class, its arguments, attributes: a tensor to which Python has given attributes
            Global::FromType => match arguments {
                [Item::Global(function), Item::Global(Global::TensorClass | Global::ParameterClass), inner, ..]
                    if matches!(function, Global::TensorV2 | Global::TensorV3 | Global::Parameter) =>
                {
                    let inner = heap.elements(*inner).ok_or_else(|| unfit("_rebuild_from_type_v2"))?.to_vec();
                    self.call(heap, *function, &inner)?
                }
                _ => return Err(unfit("torch._tensor._rebuild_from_type_v2")),
            },
            Global::First => first.ok_or_else(|| unfit("torch.jit._pickle"))?,
            Global::Storage(_) | Global::TensorClass => return Err(unfit("a class")),
        })
    }

    /// ("storage", class, key, location, number of elements)
    fn persistent(&mut self, heap: &mut Heap<Global>, id: Value) -> Result<Value> {
        let fail = || unfit("a storage");
        let Some([kind, Item::Global(Global::Storage(dtype)), key, location, Item::Int(count)]) = heap.elements(id)
        else {
            return Err(fail());
        };
        let (Some("storage"), Some(key), Some(location)) = (heap.text(*kind), heap.text(*key), heap.text(*location))
        else {
            return Err(fail());
        };
        let size =
            usize::try_from(*count).ok().zip(element_size(*dtype)).and_then(|(count, size)| count.checked_mul(size));
        let (dtype, key, location) = (*dtype, key.to_string(), location.to_string());
        let storage = self.storage(&key, &location, size.ok_or_else(fail)?)?;
        Ok(heap.keep(Node::Storage(storage, dtype)))
    }
}

/// Of `_codecs.encode(text, "latin1")`, `bytes()`, `bytearray(bytes)`, `bytearray(text, "latin-1")`.
fn bytes(heap: &Heap<Global>, arguments: &[Value]) -> Result<Vec<u8>> {
    let fail = || unfit("bytes");
    match arguments.first().map(|first| heap.node(*first)) {
        None => Ok(Vec::new()),
        Some(Some(Node::Bytes(bytes))) => Ok(bytes.clone()),
        Some(Some(Node::Text(text))) => {
            let bytes = text.chars().map(|letter| u8::try_from(letter as u32));
            bytes.collect::<std::result::Result<Vec<u8>, _>>().map_err(|_| fail())
        }
        _ => Err(fail()),
    }
}

//! Writes values as the pickle of a `torch.save()` file, of protocol 2, with nothing in it that PyTorch's own
//! `weights_only` reader would refuse.

use crate::dtype::DTYPES;
use crate::error::{Error, Kind, Result};
use crate::pickle_world::{STORAGES, UNTYPED};
use crate::shim::{self, Value};
use crate::storage::{element_size, Layout, Storage};
use std::collections::HashMap;

/// What is written once and referred to after.
#[derive(PartialEq, Eq, Hash)]
enum Known {
    Text(String),
    Global(&'static str, String),
    Tensor(usize),
}

#[derive(Default)]
pub struct Pickler {
    pub bytes: Vec<u8>,
    memo: HashMap<Known, u32>,
    /// In the order of their keys, with the dtype that PyTorch will take them to be of.
    pub storages: Vec<(Storage, Option<i32>)>,
    keys: HashMap<usize, usize>,
}

/// The pickle of `value`, and the storages that it refers to.
pub unsafe fn write(value: &Value) -> Result<Pickler> {
    let mut pickler = Pickler::default();
    pickler.bytes.extend_from_slice(&[0x80, 2]);
    pickler.value(value)?;
    pickler.bytes.push(b'.');
    Ok(pickler)
}

fn dtype_name(code: i32) -> Option<&'static str> {
    DTYPES.iter().find(|(.., known)| *known == code).map(|(name, ..)| *name)
}

impl Pickler {
    fn opcode(&mut self, opcode: u8) {
        self.bytes.push(opcode);
    }
    fn int(&mut self, value: i64) {
        let bytes = value.to_le_bytes();
        if let Ok(small) = u8::try_from(value) {
            self.bytes.extend_from_slice(&[b'K', small]);
        } else if let Ok(small) = i32::try_from(value) {
            self.opcode(b'J');
            self.bytes.extend_from_slice(&small.to_le_bytes());
        } else {
            self.bytes.extend_from_slice(&[0x8a, 8]);
            self.bytes.extend_from_slice(&bytes);
        }
    }
    fn float(&mut self, value: f64) {
        self.opcode(b'G');
        self.bytes.extend_from_slice(&value.to_be_bytes());
    }
    fn bool(&mut self, value: bool) {
        self.opcode(if value { 0x88 } else { 0x89 });
    }
    /// Whether it was written before: then it is referred to.
    fn recall(&mut self, known: &Known) -> bool {
        let Some(place) = self.memo.get(known).copied() else { return false };
        match u8::try_from(place) {
            Ok(place) => self.bytes.extend_from_slice(&[b'h', place]),
            Err(_) => {
                self.opcode(b'j');
                self.bytes.extend_from_slice(&place.to_le_bytes());
            }
        }
        true
    }
    fn remember(&mut self, known: Known) {
        let place = self.memo.len() as u32;
        match u8::try_from(place) {
            Ok(place) => self.bytes.extend_from_slice(&[b'q', place]),
            Err(_) => {
                self.opcode(b'r');
                self.bytes.extend_from_slice(&place.to_le_bytes());
            }
        }
        self.memo.insert(known, place);
    }
    fn text(&mut self, text: &str) {
        let known = Known::Text(text.to_string());
        if !self.recall(&known) {
            self.opcode(b'X');
            self.bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
            self.bytes.extend_from_slice(text.as_bytes());
            self.remember(known);
        }
    }
    fn global(&mut self, module: &'static str, name: &str) {
        let known = Known::Global(module, name.to_string());
        if !self.recall(&known) {
            self.bytes.extend_from_slice(format!("c{module}\n{name}\n").as_bytes());
            self.remember(known);
        }
    }
    fn int_tuple(&mut self, values: &[i64]) {
        self.opcode(b'(');
        for value in values {
            self.int(*value);
        }
        self.opcode(b't');
    }

    unsafe fn value(&mut self, value: &Value) -> Result<()> {
        match value.tag {
            shim::NONE => self.opcode(b'N'),
            shim::BOOL => self.bool(value.v.i != 0),
            shim::INT => self.int(value.v.i),
            shim::DOUBLE => self.float(value.v.d),
            shim::COMPLEX => {
                self.global("__builtin__", "complex");
                self.float(value.v.complex[0]);
                self.float(value.v.complex[1]);
                self.bytes.extend_from_slice(&[0x86, b'R']);
            }
            shim::STRING => self.text(text_of(value)),
            shim::DEVICE => {
                self.global("torch", "device");
                self.text(text_of(value));
                self.bytes.extend_from_slice(&[0x85, b'R']);
            }
            shim::DTYPE => {
                let name = dtype_name(value.v.i as i32);
                self.global("torch", name.ok_or_else(|| Error::new(Kind::Type, "PyTorch has no such dtype"))?);
            }
            shim::BYTES => self.byte_string(std::slice::from_raw_parts(value.v.p as *const u8, value.length as usize)),
            shim::INTS | shim::DOUBLES | shim::BOOLS => {
                self.bytes.extend_from_slice(b"](");
                for i in 0..value.length as usize {
                    match value.tag {
                        shim::INTS => self.int(*(value.v.p as *const i64).add(i)),
                        shim::BOOLS => self.bool(*(value.v.p as *const i64).add(i) != 0),
                        _ => self.float(*(value.v.p as *const f64).add(i)),
                    }
                }
                self.opcode(b'e');
            }
            shim::LIST => {
                self.bytes.extend_from_slice(b"](");
                self.all(value.children())?;
                self.opcode(b'e');
            }
            shim::TUPLE => {
                self.opcode(b'(');
                self.all(value.children())?;
                self.opcode(b't');
            }
            shim::DICT => {
                self.bytes.extend_from_slice(b"}(");
                self.all(value.children())?;
                self.opcode(b'u');
            }
            shim::TENSOR => self.tensor(value.v.p as *const shim::Tensor)?,
            tag => return Err(Error::new(Kind::Internal, format!("a value of tag {tag} has no place in a file"))),
        }
        Ok(())
    }
    unsafe fn all(&mut self, values: &[Value]) -> Result<()> {
        values.iter().try_for_each(|value| self.value(value))
    }

    /// Python 2 had no type for bytes: they go as the text with these letters.
    fn byte_string(&mut self, bytes: &[u8]) {
        self.global("_codecs", "encode");
        self.text(&bytes.iter().map(|byte| *byte as char).collect::<String>());
        self.text("latin1");
        self.bytes.extend_from_slice(&[0x86, b'R']);
    }

    unsafe fn tensor(&mut self, tensor: *const shim::Tensor) -> Result<()> {
        let known = Known::Tensor(tensor as usize);
        if self.recall(&known) {
            return Ok(());
        }
        if shim::ts_tensor_has_storage(tensor) == 0 || shim::ts_tensor_layout(tensor) != 0 {
            return Err(
                Error::new(Kind::Type, "a sparse tensor can't be saved").hint("make it dense first: x$to_dense()")
            );
        }
        let layout = Layout::of(tensor)?;
        if (12..=14).contains(&layout.dtype) {
            return Err(
                Error::new(Kind::Type, "a quantized tensor can't be saved").hint("take its numbers: x$dequantize()")
            );
        }
        let unknown = || Error::new(Kind::Type, format!("a tensor of dtype {} can't be saved", layout.dtype));
        let (name, size) = dtype_name(layout.dtype).zip(element_size(layout.dtype)).ok_or_else(unknown)?;
        let storage = Storage::of(tensor)?;
        if storage.device() == "meta" {
            return Err(Error::new(Kind::Type, "a tensor on the meta device can't be saved: it has no values"));
        }
        let class = STORAGES.iter().find(|(_, code)| *code == layout.dtype).map(|(class, _)| *class);
        let class = class.filter(|_| storage.size() % size == 0);
        // PyTorch gives a storage the dtype under which it first meets it
        let key = *self.keys.entry(storage.identity()).or_insert(self.storages.len());
        let location = storage.device();
        let count = storage.size() / if class.is_some() { size } else { 1 };
        if key == self.storages.len() {
            self.storages.push((storage, class.map(|_| layout.dtype)));
        }
        let is_typed = self.storages[key].1 == Some(layout.dtype);

        self.global("torch._utils", if is_typed { "_rebuild_tensor_v2" } else { "_rebuild_tensor_v3" });
        self.bytes.extend_from_slice(b"((");
        self.text("storage");
        match class.filter(|_| is_typed) {
            Some(class) => self.global("torch", class),
            None => self.global("torch.storage", UNTYPED),
        }
        self.text(&key.to_string());
        self.text(&location);
        self.int(if is_typed { count } else { self.storages[key].0.size() } as i64);
        self.bytes.extend_from_slice(b"tQ");
        self.int(layout.offset);
        self.int_tuple(&layout.sizes);
        self.int_tuple(&layout.strides);
        self.bool(layout.requires_grad);
        // the hooks: none
        self.global("collections", "OrderedDict");
        self.bytes.extend_from_slice(b")R");
        if !is_typed {
            self.global("torch", name);
        }
        if layout.bits != 0 {
            self.bytes.extend_from_slice(b"}(");
            for (bit, name) in [(shim::BIT_CONJUGATE, "conj"), (shim::BIT_NEGATIVE, "neg")] {
                if layout.bits & bit != 0 {
                    self.text(name);
                    self.bool(true);
                }
            }
            self.opcode(b'u');
        }
        self.bytes.extend_from_slice(b"tR");
        self.remember(known);
        Ok(())
    }
}

unsafe fn text_of(value: &Value) -> &str {
    let bytes = std::slice::from_raw_parts(value.v.p as *const u8, value.length as usize);
    std::str::from_utf8(bytes).unwrap_or_default()
}

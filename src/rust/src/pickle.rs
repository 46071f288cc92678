//! Reads the pickles of `torch.save()` without running anything that they name: the machine knows the opcodes, and a
//! `World` the few names that it admits (pickle_world.rs).

use crate::archive::damaged;
use crate::error::{Error, Kind, Result};
use crate::shim;
use crate::storage::Storage;
use std::collections::HashMap;
use std::rc::Rc;

/// Where a node stands in the heap.
pub type Place = usize;

/// A value of a pickle. Whatever holds other values stands in the heap: there it can be shared, and even hold itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Item<G> {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Complex([f64; 2]),
    Dtype(i32),
    Node(Place),
    /// A name that may be called.
    Global(G),
}

pub enum Node<G> {
    Text(String),
    Bytes(Vec<u8>),
    List(Vec<Item<G>>),
    Tuple(Vec<Item<G>>),
    Dict(Vec<(Item<G>, Item<G>)>),
    /// A shape.
    Size(Vec<i64>),
    Device(String),
    /// A storage, and the dtype of its elements.
    Storage(Rc<Storage>, i32),
    Tensor(Tensor),
    /// What a world that follows no name keeps of a call or an object.
    Object {
        name: G,
        arguments: Vec<Item<G>>,
        state: Option<Item<G>>,
    },
}

/// One reference to a tensor.
pub struct Tensor(pub *mut shim::Tensor);
impl Drop for Tensor {
    fn drop(&mut self) {
        // SAFETY: owned
        unsafe { shim::ts_tensor_free(self.0) }
    }
}

pub struct Heap<G>(Vec<Node<G>>);

impl<G: Copy> Heap<G> {
    pub fn new() -> Heap<G> {
        Heap(Vec::new())
    }
    pub fn keep(&mut self, node: Node<G>) -> Item<G> {
        self.0.push(node);
        Item::Node(self.0.len() - 1)
    }
    pub fn node(&self, item: Item<G>) -> Option<&Node<G>> {
        match item {
            Item::Node(place) => self.0.get(place),
            _ => None,
        }
    }
    fn node_mut(&mut self, item: Item<G>) -> Option<&mut Node<G>> {
        match item {
            Item::Node(place) => self.0.get_mut(place),
            _ => None,
        }
    }
    pub fn text(&self, item: Item<G>) -> Option<&str> {
        match self.node(item) {
            Some(Node::Text(text)) => Some(text),
            _ => None,
        }
    }
    /// The elements of a tuple or list.
    pub fn elements(&self, item: Item<G>) -> Option<&[Item<G>]> {
        match self.node(item) {
            Some(Node::Tuple(items) | Node::List(items)) => Some(items),
            _ => None,
        }
    }
    /// The whole numbers of a tuple or list.
    pub fn ints(&self, item: Item<G>) -> Option<Vec<i64>> {
        let ints = self.elements(item)?.iter().map(|element| match element {
            Item::Int(value) => Some(*value),
            _ => None,
        });
        ints.collect()
    }
}

/// What names mean.
pub trait World<G> {
    fn global(&mut self, module: &str, name: &str) -> Result<Item<G>>;
    fn call(&mut self, heap: &mut Heap<G>, callable: G, arguments: &[Item<G>]) -> Result<Item<G>>;
    fn persistent(&mut self, heap: &mut Heap<G>, id: Item<G>) -> Result<Item<G>>;
}

struct Machine<'a, G> {
    bytes: &'a [u8],
    heap: &'a mut Heap<G>,
    stack: Vec<Item<G>>,
    marks: Vec<usize>,
    memo: HashMap<u32, Item<G>>,
}

/// The value that the pickle describes.
pub fn read<G: Copy>(bytes: &[u8], heap: &mut Heap<G>, world: &mut dyn World<G>) -> Result<Item<G>> {
    let mut machine = Machine { bytes, heap, stack: Vec::new(), marks: Vec::new(), memo: HashMap::new() };
    loop {
        let opcode = machine.byte()?;
        if opcode == b'.' {
            return machine.pop();
        }
        machine.step(opcode, world)?;
    }
}

fn broken() -> Error {
    damaged("its pickle makes no sense")
}

impl<'a, G: Copy> Machine<'a, G> {
    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        if count > self.bytes.len() {
            return Err(damaged("its pickle ends too early"));
        }
        let (head, tail) = self.bytes.split_at(count);
        self.bytes = tail;
        Ok(head)
    }
    fn byte(&mut self) -> Result<u8> {
        Ok(self.take(1)?[0])
    }
    /// A little-endian number without sign.
    fn number(&mut self, count: usize) -> Result<u64> {
        Ok(self.take(count)?.iter().rev().fold(0, |number, byte| number << 8 | *byte as u64))
    }
    fn counted(&mut self, count: usize) -> Result<&'a [u8]> {
        let length = usize::try_from(self.number(count)?).map_err(|_| broken())?;
        self.take(length)
    }
    fn line(&mut self) -> Result<&'a str> {
        let end = self.bytes.iter().position(|byte| *byte == b'\n').ok_or_else(broken)?;
        let line = &self.take(end + 1)?[..end];
        std::str::from_utf8(line).map_err(|_| broken())
    }
    fn push(&mut self, item: Item<G>) {
        self.stack.push(item);
    }
    fn pop(&mut self) -> Result<Item<G>> {
        self.stack.pop().ok_or_else(broken)
    }
    fn top(&self) -> Result<Item<G>> {
        self.stack.last().copied().ok_or_else(broken)
    }
    fn pop_to_mark(&mut self) -> Result<Vec<Item<G>>> {
        let mark = self.marks.pop().filter(|mark| *mark <= self.stack.len()).ok_or_else(broken)?;
        Ok(self.stack.split_off(mark))
    }
    fn keep(&mut self, node: Node<G>) {
        let item = self.heap.keep(node);
        self.push(item);
    }
    fn text(&mut self, bytes: &[u8]) -> Result<()> {
        let text = std::str::from_utf8(bytes).map_err(|_| damaged("a text is not UTF-8"))?;
        self.keep(Node::Text(text.to_string()));
        Ok(())
    }
    fn tuple(&mut self, count: usize) -> Result<()> {
        let from = self.stack.len().checked_sub(count).ok_or_else(broken)?;
        let items = self.stack.split_off(from);
        self.keep(Node::Tuple(items));
        Ok(())
    }
    fn put(&mut self, place: u64) -> Result<()> {
        let item = self.top()?;
        self.memo.insert(place as u32, item);
        Ok(())
    }
    fn get(&mut self, place: u64) -> Result<()> {
        let item = *self.memo.get(&(place as u32)).ok_or_else(broken)?;
        self.push(item);
        Ok(())
    }
    fn append(&mut self, items: Vec<Item<G>>) -> Result<()> {
        let list = self.top()?;
        match self.heap.node_mut(list) {
            Some(Node::List(list)) => list.extend(items),
            _ => return Err(broken()),
        }
        Ok(())
    }
    fn set(&mut self, items: Vec<Item<G>>) -> Result<()> {
        let dict = self.top()?;
        match self.heap.node_mut(dict) {
            Some(Node::Dict(dict)) if items.len() % 2 == 0 => {
                dict.extend(items.chunks_exact(2).map(|pair| (pair[0], pair[1])));
            }
            _ => return Err(broken()),
        }
        Ok(())
    }
    fn pairs(&mut self, items: Vec<Item<G>>) -> Result<()> {
        self.keep(Node::Dict(Vec::new()));
        self.set(items)
    }
    /// A whole number of any width, which must fit 64 bits.
    fn long(&mut self, width: usize) -> Result<()> {
        let bytes = self.counted(width)?;
        let fill = if bytes.last().is_some_and(|byte| *byte >= 0x80) { 0xff } else { 0 };
        let mut wide = [fill; 8];
        let needed = bytes.iter().rposition(|byte| *byte != fill).map_or(0, |last| last + 1);
        if needed > 8 || (needed == 8 && (bytes[7] >= 0x80) != (fill == 0xff)) {
            return Err(Error::new(Kind::File, "it holds a whole number beyond 64 bits, for which R has no type"));
        }
        wide[..needed].copy_from_slice(&bytes[..needed]);
        self.push(Item::Int(i64::from_le_bytes(wide)));
        Ok(())
    }
    fn named(&mut self, world: &mut dyn World<G>, module: &str, name: &str) -> Result<()> {
        let item = world.global(module, name)?;
        self.push(item);
        Ok(())
    }
    fn call(&mut self, world: &mut dyn World<G>) -> Result<()> {
        let (arguments, callable) = (self.pop()?, self.pop()?);
        let arguments = self.heap.elements(arguments).ok_or_else(broken)?.to_vec();
        let Item::Global(callable) = callable else { return Err(broken()) };
        let result = world.call(self.heap, callable, &arguments)?;
        self.push(result);
        Ok(())
    }
    /// The attributes of an object: of what we know only an OrderedDict, a tensor or a parameter can have some, and none
    /// that a value in R would have.
    fn build(&mut self) -> Result<()> {
        let attributes = self.pop()?;
        let object = self.top()?;
        match self.heap.node_mut(object) {
            Some(Node::Object { state, .. }) => {
                *state = Some(attributes);
                Ok(())
            }
            Some(Node::Dict(_) | Node::Tensor(_)) => Ok(()),
            _ => Err(broken()),
        }
    }

    fn step(&mut self, opcode: u8, world: &mut dyn World<G>) -> Result<()> {
        match opcode {
            0x80 => match self.byte()? {
                2..=5 => {}
                other => return Err(Error::new(Kind::File, format!("its pickle is of protocol {other}, not 2 to 5"))),
            },
            // FRAME: the length of what follows
            0x95 => self.take(8).map(|_| ())?,
            b'N' => self.push(Item::None),
            0x88 => self.push(Item::Bool(true)),
            0x89 => self.push(Item::Bool(false)),
            b'K' => self.number(1).map(|value| self.push(Item::Int(value as i64)))?,
            b'M' => self.number(2).map(|value| self.push(Item::Int(value as i64)))?,
            b'J' => self.number(4).map(|value| self.push(Item::Int(value as u32 as i32 as i64)))?,
            0x8a => self.long(1)?,
            0x8b => self.long(4)?,
            b'G' => {
                let value = self.take(8)?.iter().fold(0u64, |number, byte| number << 8 | *byte as u64);
                self.push(Item::Float(f64::from_bits(value)));
            }
            b'X' => self.counted(4).and_then(|bytes| self.text(bytes))?,
            0x8c => self.counted(1).and_then(|bytes| self.text(bytes))?,
            0x8d => self.counted(8).and_then(|bytes| self.text(bytes))?,
            // SHORT_BINSTRING, BINSTRING: texts of Python 2
            b'U' => self.counted(1).and_then(|bytes| self.text(bytes))?,
            b'T' => self.counted(4).and_then(|bytes| self.text(bytes))?,
            b'C' => self.counted(1).map(|bytes| self.keep(Node::Bytes(bytes.to_vec())))?,
            b'B' => self.counted(4).map(|bytes| self.keep(Node::Bytes(bytes.to_vec())))?,
            // BINBYTES8, BYTEARRAY8
            0x8e | 0x96 => self.counted(8).map(|bytes| self.keep(Node::Bytes(bytes.to_vec())))?,
            b'(' => self.marks.push(self.stack.len()),
            b'0' => self.pop().map(|_| ())?,
            b'1' => self.pop_to_mark().map(|_| ())?,
            b'2' => self.top().map(|item| self.push(item))?,
            // EMPTY_SET is a list here: R has no sets
            b']' | 0x8f => self.keep(Node::List(Vec::new())),
            b')' => self.tuple(0)?,
            0x85..=0x87 => self.tuple(opcode as usize - 0x84)?,
            b't' => self.pop_to_mark().map(|items| self.keep(Node::Tuple(items)))?,
            b'l' | 0x91 => self.pop_to_mark().map(|items| self.keep(Node::List(items)))?,
            b'}' => self.keep(Node::Dict(Vec::new())),
            b'd' => self.pop_to_mark().and_then(|items| self.pairs(items))?,
            b'a' => self.pop().and_then(|item| self.append(vec![item]))?,
            // APPENDS, ADDITEMS
            b'e' | 0x90 => self.pop_to_mark().and_then(|items| self.append(items))?,
            b's' => {
                let (value, key) = (self.pop()?, self.pop()?);
                self.set(vec![key, value])?;
            }
            b'u' => self.pop_to_mark().and_then(|items| self.set(items))?,
            b'q' => self.number(1).and_then(|place| self.put(place))?,
            b'r' => self.number(4).and_then(|place| self.put(place))?,
            0x94 => self.put(self.memo.len() as u64)?,
            b'h' => self.number(1).and_then(|place| self.get(place))?,
            b'j' => self.number(4).and_then(|place| self.get(place))?,
            b'c' => {
                let (module, name) = (self.line()?, self.line()?);
                self.named(world, module, name)?;
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                let text = |item| self.heap.text(item).map(str::to_string).ok_or_else(broken);
                let (module, name) = (text(module)?, text(name)?);
                self.named(world, &module, &name)?;
            }
            // REDUCE, NEWOBJ
            b'R' | 0x81 => self.call(world)?,
            b'b' => self.build()?,
            b'Q' => {
                let id = self.pop()?;
                let item = world.persistent(self.heap, id)?;
                self.push(item);
            }
            other => return Err(damaged(format!("its pickle has the unknown opcode {other:#04x}"))),
        }
        Ok(())
    }
}

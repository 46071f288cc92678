//! What the pickles of a TorchScript program hold: objects by the names of their classes and tensors by their shapes.
//! No name is followed and no weight is read.

use crate::archive::{damaged, Archive};
use crate::dtype::DTYPES;
use crate::error::{Error, Kind, Result};
use crate::pickle::{self, Heap, Item, Node, World};
use crate::pickle_world::STORAGES;
use crate::storage::element_size;
use std::collections::HashMap;

/// A name's place among those that were met.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Name(usize);
pub type Value = Item<Name>;

/// Makes plain structures of whatever is named.
#[derive(Default)]
pub struct Describer {
    names: Vec<String>,
    places: HashMap<String, usize>,
}
/// Of the objects that stand for storages.
const STORAGE: &str = "(storage)";

impl Describer {
    fn name(&mut self, name: String) -> Name {
        let next = self.names.len();
        let place = *self.places.entry(name.clone()).or_insert(next);
        if place == next {
            self.names.push(name);
        }
        Name(place)
    }
    pub fn text(&self, name: Name) -> &str {
        self.names.get(name.0).map_or("", String::as_str)
    }
}
impl World<Name> for Describer {
    fn global(&mut self, module: &str, name: &str) -> Result<Value> {
        let name = if module.is_empty() { name.to_string() } else { format!("{module}.{name}") };
        Ok(Item::Global(self.name(name)))
    }
    fn call(&mut self, heap: &mut Heap<Name>, name: Name, arguments: &[Value]) -> Result<Value> {
        Ok(heap.keep(Node::Object { name, arguments: arguments.to_vec(), state: None }))
    }
    fn persistent(&mut self, heap: &mut Heap<Name>, id: Value) -> Result<Value> {
        let name = self.name(STORAGE.into());
        Ok(heap.keep(Node::Object { name, arguments: vec![id], state: None }))
    }
}

/// A value: of an object's attribute, or in the list of constants.
#[derive(Default)]
pub struct Row {
    pub path: String,
    /// The class of the object that holds it, and under which name.
    pub class: String,
    pub attribute: String,
    pub kind: &'static str,
    /// The class of an object, or what a plain value is, in words.
    pub text: String,
    pub shape: Vec<i64>,
    pub dtype: &'static str,
    pub device: String,
    /// Which record the numbers are in.
    pub storage: String,
    pub bytes: f64,
    pub requires_grad: bool,
}

struct Reader<'a> {
    archive: &'a Archive<'a>,
    folder: &'static str,
    heap: Heap<Name>,
    world: Describer,
    rows: Vec<Row>,
    /// How many more letters the rows may have together.
    room: usize,
}

/// Objects can be shared, and so be reached on more ways than there are bytes in the file.
const MOST: usize = 1_000_000;
const MOST_LETTERS: usize = 1 << 27;
const DEEPEST: usize = 200;
const LONGEST_TEXT: usize = 60;

/// The values of a pickle, those that hold others before what they hold.
pub fn read(archive: &Archive, record: &str, folder: &'static str, root: &str) -> Result<Vec<Row>> {
    let (mut heap, mut world) = (Heap::new(), Describer::default());
    let value = pickle::read(&archive.unpack(record)?, &mut heap, &mut world)?;
    let mut reader = Reader { archive, folder, heap, world, rows: Vec::new(), room: MOST_LETTERS };
    reader.value(value, Row { path: root.into(), ..Row::default() }, 0)?;
    Ok(reader.rows)
}

fn clipped(text: &str) -> String {
    match text.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.into(),
    }
}

impl Reader<'_> {
    /// Adds `row`, filled with what `value` is, and what it holds.
    fn value(&mut self, value: Value, mut row: Row, depth: usize) -> Result<()> {
        let letters = row.path.len() + row.class.len() + row.attribute.len();
        self.room = self.room.saturating_sub(letters);
        if self.rows.len() >= MOST || depth > DEEPEST || self.room == 0 {
            return Err(Error::new(Kind::File, "its objects hold each other without end, or nearly so"));
        }
        (row.kind, row.text) = match value {
            Item::None => ("None", "None".into()),
            Item::Bool(value) => ("bool", if value { "True" } else { "False" }.into()),
            Item::Int(value) => ("int", value.to_string()),
            Item::Float(value) => ("float", value.to_string()),
            Item::Complex([real, imaginary]) => ("complex", format!("{real}{imaginary:+}j")),
            Item::Dtype(code) => ("int", code.to_string()),
            Item::Global(name) => ("class", self.world.text(name).into()),
            Item::Node(_) => return self.node(value, row, depth),
        };
        self.rows.push(row);
        Ok(())
    }

    fn node(&mut self, value: Value, mut row: Row, depth: usize) -> Result<()> {
        let mut held: Vec<(String, Value)> = match self.heap.node(value) {
            Some(Node::Text(text)) => {
                (row.kind, row.text) = ("str", format!("\"{}\"", clipped(text)));
                Vec::new()
            }
            Some(Node::Bytes(bytes)) => {
                (row.kind, row.text) = ("bytes", bytes.len().to_string());
                Vec::new()
            }
            Some(Node::List(items)) => {
                (row.kind, row.text) = ("list", items.len().to_string());
                numbered(items)
            }
            Some(Node::Tuple(items)) => {
                (row.kind, row.text) = ("tuple", items.len().to_string());
                numbered(items)
            }
            Some(Node::Dict(pairs)) => {
                (row.kind, row.text) = ("dict", pairs.len().to_string());
                pairs.iter().map(|(key, value)| (format!("[{}]", self.key(*key)), *value)).collect()
            }
            Some(Node::Object { name, arguments, state }) => {
                let (name, arguments, state) = (*name, arguments.clone(), *state);
                return self.object(name, &arguments, state, row, depth);
            }
            _ => return Err(damaged("its pickle makes no sense")),
        };
        let path = row.path.clone();
        self.rows.push(row);
        // numbers and texts in lists are too many to be told one by one; the constants themselves are a list, too
        let is_constants = self.folder == "constants" && depth == 0;
        held.retain(|(_, item)| is_constants || self.is_object(*item));
        for (place, item) in held {
            let row = Row { path: format!("{path}{place}"), ..Row::default() };
            self.value(item, row, depth + 1)?;
        }
        Ok(())
    }
    fn is_object(&self, item: Value) -> bool {
        let node = self.heap.node(item);
        matches!(node, Some(Node::Object { .. } | Node::List(_) | Node::Tuple(_) | Node::Dict(_)))
    }
    fn key(&self, key: Value) -> String {
        match key {
            Item::Int(value) => value.to_string(),
            Item::Float(value) => value.to_string(),
            Item::Bool(value) => value.to_string(),
            key => self.heap.text(key).map_or("...".into(), |text| format!("\"{}\"", clipped(text))),
        }
    }

    fn object(
        &mut self,
        name: Name,
        arguments: &[Value],
        state: Option<Value>,
        mut row: Row,
        depth: usize,
    ) -> Result<()> {
        let name = self.world.text(name).to_string();
        let short = name.strip_prefix("torch._utils.").unwrap_or(&name);
        match (short, arguments) {
            ("_rebuild_parameter" | "_rebuild_parameter_with_state", [tensor, ..]) => {
                return self.value(*tensor, row, depth + 1)
            }
            ("_rebuild_sparse_tensor", [_, parts]) => {
                // indices, values, shape
                let parts = self.heap.elements(*parts).map(<[Value]>::to_vec).unwrap_or_default();
                let [indices, values, shape, ..] = parts[..] else { return Err(self.unfit(&name)) };
                row.shape = self.heap.ints(shape).ok_or_else(|| self.unfit(&name))?;
                (row.kind, row.text) = ("tensor", "sparse".into());
                let at = self.rows.len();
                self.rows.push(row);
                for part in [indices, values] {
                    self.value(part, Row { path: self.rows[at].path.clone(), ..Row::default() }, depth + 1)?;
                }
                self.rows[at].bytes = self.rows.drain(at + 1..).map(|part| part.bytes).sum();
                return Ok(());
            }
            (_, [storage, Item::Int(_), sizes, _, rest @ ..]) if short.starts_with("_rebuild_") => {
                self.tensor(*storage, *sizes, rest, &mut row).ok_or_else(|| self.unfit(&name))?;
                self.check_storage(&row)?;
                self.rows.push(row);
                return Ok(());
            }
            ("torch.device", [device, rest @ ..]) => {
                let index = rest.first().map_or(String::new(), |index| format!(":{}", self.key(*index)));
                (row.kind, row.text) = ("Device", format!("{}{index}", self.heap.text(*device).unwrap_or("?")));
                self.rows.push(row);
                return Ok(());
            }
            (_, [inner, ..]) if name.starts_with("torch.jit._pickle.") => return self.value(*inner, row, depth + 1),
            ("collections.OrderedDict", [] | [_]) => {
                (row.kind, row.text) = ("dict", "0".into());
            }
            _ => (row.kind, row.text) = ("object", name.clone()),
        }
        let path = row.path.clone();
        self.rows.push(row);
        let attributes: Vec<(String, Value)> = match state {
            Some(state) => match self.heap.node(state) {
                Some(Node::Dict(pairs)) => {
                    pairs.iter().map(|(key, value)| (self.heap.text(*key).unwrap_or("?").to_string(), *value)).collect()
                }
                // of an object that has a __getstate__() of its own
                _ => vec![("(state)".into(), state)],
            },
            None => numbered(arguments),
        };
        for (attribute, value) in attributes {
            let separator = if path.is_empty() || attribute.starts_with('[') { "" } else { "." };
            let path = format!("{path}{separator}{attribute}");
            self.value(value, Row { path, class: name.clone(), attribute, ..Row::default() }, depth + 1)?;
        }
        Ok(())
    }

    /// Storage, offset, sizes, strides; then whether it wants gradients, after the quantizer where there is one.
    fn tensor(&self, storage: Value, sizes: Value, rest: &[Value], row: &mut Row) -> Option<()> {
        row.kind = "tensor";
        row.shape = self.heap.ints(sizes)?;
        let count = row.shape.iter().try_fold(1i64, |count, size| count.checked_mul(*size))?;
        row.requires_grad = rest.contains(&Item::Bool(true));
        let Some(Node::Object { arguments, .. }) = self.heap.node(storage) else { return None };
        let [_, Item::Global(class), key, device, Item::Int(_)] = self.heap.elements(*arguments.first()?)? else {
            return None;
        };
        let class = self.world.text(*class).strip_prefix("torch.").unwrap_or("");
        // the third version names the dtype, since its storage does not
        let named = rest.iter().find_map(|item| match item {
            Item::Global(name) => self.world.text(*name).strip_prefix("torch."),
            _ => None,
        });
        let code = match STORAGES.iter().find(|(known, _)| *known == class) {
            Some((_, code)) => Some(*code),
            None => DTYPES
                .iter()
                .find(|(dtype, kind, _)| Some(*dtype) == named || class.strip_suffix("Storage") == Some(kind))
                .map(|(.., code)| *code),
        };
        let (dtype, ..) = DTYPES.iter().find(|(.., known)| Some(*known) == code).unwrap_or(&("unknown", "", -1));
        row.dtype = dtype;
        // four bits an element, as in 4-bit embeddings, are in no table
        row.bytes = code.and_then(element_size).map_or(f64::NAN, |size| count as f64 * size as f64);
        row.device = self.heap.text(*device)?.into();
        row.storage = match self.heap.text(*key)? {
            key if key.contains('/') => key.into(),
            key => format!("{}/{key}", self.folder),
        };
        Some(())
    }
    fn check_storage(&self, row: &Row) -> Result<()> {
        match row.bytes > 0.0 && row.device != "meta" && !self.archive.has(&row.storage) {
            true => Err(damaged(format!("it has no record '{}'", row.storage))),
            false => Ok(()),
        }
    }
    fn unfit(&self, name: &str) -> Error {
        damaged(format!("it calls {name} as PyTorch never does"))
    }
}

fn numbered(items: &[Value]) -> Vec<(String, Value)> {
    items.iter().enumerate().map(|(i, item)| (format!("[{}]", i + 1), *item)).collect()
}

/// The functions in the bytecode of a file for mobile, each with an empty operator first and then with its own.
pub fn bytecode(archive: &Archive, record: &str) -> Result<Vec<(String, String)>> {
    let (mut heap, mut world) = (Heap::new(), Describer::default());
    let root = pickle::read(&archive.unpack(record)?, &mut heap, &mut world)?;
    let unfit = || damaged(format!("the record '{record}' makes no sense"));
    let mut found = Vec::new();
    for function in heap.elements(root).ok_or_else(unfit)? {
        // the first element is the format's version
        let Some([name, table, ..]) = heap.elements(*function) else { continue };
        let name = heap.text(*name).ok_or_else(unfit)?;
        found.push((name.to_string(), String::new()));
        for entry in heap.elements(*table).ok_or_else(unfit)? {
            let Some([key, operators]) = heap.elements(*entry) else { return Err(unfit()) };
            if heap.text(*key) != Some("operators") {
                continue;
            }
            for operator in heap.elements(*operators).ok_or_else(unfit)? {
                let operator = heap.elements(*operator).and_then(|parts| heap.text(*parts.first()?));
                found.push((name.to_string(), operator.ok_or_else(unfit)?.to_string()));
            }
        }
    }
    Ok(found)
}

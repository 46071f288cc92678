//! TorchScript's types, read once from a schema.

use crate::error::Result;
use crate::r::{symbol, SEXP};
use crate::shim::{self, borrow_text, take_text, RawArgument, Value};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum TypeKind {
    Tensor = 0,
    Int,
    Float,
    Complex,
    Bool,
    Str,
    Number,
    Dtype,
    Layout,
    MemoryFormat,
    Device,
    Generator,
    Any,
    None,
    Optional,
    List,
    Tuple,
    Dict,
    Class,
    Union,
    Variable,
    Storage,
    Stream,
    Enum,
    Future,
    QScheme,
    Other,
}

impl TypeKind {
    pub fn from_shim(kind: i32) -> TypeKind {
        use TypeKind::*;
        const ALL: [TypeKind; 27] = [
            Tensor,
            Int,
            Float,
            Complex,
            Bool,
            Str,
            Number,
            Dtype,
            Layout,
            MemoryFormat,
            Device,
            Generator,
            Any,
            None,
            Optional,
            List,
            Tuple,
            Dict,
            Class,
            Union,
            Variable,
            Storage,
            Stream,
            Enum,
            Future,
            QScheme,
            Other,
        ];
        ALL.get(kind as usize).copied().unwrap_or(Other)
    }
}

pub struct Type {
    pub kind: TypeKind,
    pub children: Vec<Type>,
    /// The field names of a named tuple.
    pub fields: Vec<String>,
    /// Borrowed from the schema, which outlives this.
    pub raw: *const shim::Type,
}

impl Type {
    pub unsafe fn read(raw: *const shim::Type) -> Type {
        let n = shim::ts_type_children(raw);
        let kind = TypeKind::from_shim(shim::ts_type_kind(raw));
        // a class lists its attributes' types, and may contain itself
        let n = if kind == TypeKind::Class { 0 } else { n };
        let children = (0..n).map(|i| Type::read(shim::ts_type_child(raw, i))).collect();
        let fields = (0..n)
            .map(|i| shim::ts_type_field(raw, i))
            .filter(|name| !name.is_null())
            .map(|name| borrow_text(name).to_string())
            .collect();
        Type { kind, children, fields, raw }
    }
    /// The members of an enum, or the attributes of a class.
    pub fn names(&self) -> Vec<String> {
        // SAFETY: `raw` lives as long as its schema
        let names = unsafe { take_text(shim::ts_type_names(self.raw)) };
        names.lines().map(str::to_string).collect()
    }
    pub fn text(&self) -> String {
        if self.raw.is_null() {
            return "Any".into();
        }
        // SAFETY: `raw` lives as long as its schema
        unsafe { take_text(shim::ts_type_text(self.raw)) }
    }
    /// The type without `Optional`.
    pub fn required(&self) -> &Type {
        match (self.kind, self.children.first()) {
            (TypeKind::Optional, Some(child)) => child.required(),
            _ => self,
        }
    }
    /// What an R user would give, for messages.
    pub fn in_r_words(&self) -> String {
        let child = |i: usize| self.children.get(i).map(Type::in_r_words).unwrap_or_default();
        match self.kind {
            TypeKind::Tensor => "a tensor".into(),
            TypeKind::Int => "a whole number".into(),
            TypeKind::Float | TypeKind::Number => "a number".into(),
            TypeKind::Complex => "a complex number".into(),
            TypeKind::Bool => "TRUE or FALSE".into(),
            TypeKind::Str => "a string".into(),
            TypeKind::Dtype => "a dtype such as torch_float()".into(),
            TypeKind::Layout => "a layout such as torch_strided()".into(),
            TypeKind::MemoryFormat => "a memory format such as torch_contiguous_format()".into(),
            TypeKind::Device => "a device such as \"cpu\"".into(),
            TypeKind::Generator => "a generator from torch_generator()".into(),
            TypeKind::None => "NULL".into(),
            TypeKind::Optional => format!("{} or NULL", child(0)),
            TypeKind::List => match self.children.first().map(|c| c.required().kind) {
                Some(TypeKind::Int) => "a vector of whole numbers".into(),
                Some(TypeKind::Float | TypeKind::Number) => "a numeric vector".into(),
                Some(TypeKind::Bool) => "a logical vector".into(),
                Some(TypeKind::Str) => "a character vector".into(),
                Some(TypeKind::Tensor) => "a list of tensors".into(),
                _ => format!("a list, each element of it {}", child(0)),
            },
            TypeKind::Tuple if !self.fields.is_empty() => format!("a list with the names {}", self.fields.join(", ")),
            TypeKind::Tuple => format!("a list of {} elements", self.children.len()),
            TypeKind::Dict if !self.children.first().is_some_and(|key| key.kind == TypeKind::Str) => {
                format!("a jit_dict(), each key {} and each value {}", child(0), child(1))
            }
            TypeKind::Dict => format!("a named list, each element of it {}", child(1)),
            TypeKind::Union => {
                let kinds: Vec<String> = self.children.iter().map(Type::in_r_words).collect();
                kinds.join(" or ")
            }
            TypeKind::Enum => {
                let members: Vec<String> = self.names().iter().map(|name| format!("\"{name}\"")).collect();
                format!("one of {}", members.join(", "))
            }
            TypeKind::Class => {
                format!("an object of class {} or a list with the names {}", self.text(), self.names().join(", "))
            }
            TypeKind::Future => child(0),
            TypeKind::Any | TypeKind::Variable => "a value that TorchScript has a type for".into(),
            _ => format!("a value of type {}", self.text()),
        }
    }
}

/// Which of R's conventions stands between the user's value and libtorch's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// As it is.
    Zero,
    /// Counts dimensions or positions from one; negative counts from the end.
    One,
    /// The position of a last element, which R includes and libtorch does not; negative counts from the end.
    Last,
    /// A tensor of positions that count from one.
    OneTensor,
    /// The same; one of uint8 is a mask.
    OneTensorOrMask,
}

pub struct Argument {
    pub name: String,
    pub symbol: SEXP,
    pub kind: Type,
    /// `int[2]`: 2; one value is repeated to fill it.
    pub fixed: i32,
    pub has_default: bool,
    /// Kept for printing and for the formals of methods.
    pub default: Value,
    pub keyword_only: bool,
    pub is_out: bool,
    pub base: Base,
}

impl Argument {
    /// One of those after the last that has a name, of an operator that takes any number.
    pub fn more() -> Argument {
        let symbol = symbol("...");
        let kind = Type { kind: TypeKind::Any, children: Vec::new(), fields: Vec::new(), raw: std::ptr::null() };
        let default = Value::default();
        let (name, base) = ("...".to_string(), Base::Zero);
        Argument { name, symbol, kind, fixed: -1, has_default: true, default, keyword_only: false, is_out: false, base }
    }
    pub unsafe fn read(fill: impl FnOnce(*mut RawArgument, *mut shim::RawError) -> i32) -> Result<Argument> {
        let mut raw: RawArgument = std::mem::zeroed();
        shim::call(|error| fill(&mut raw, error))?;
        let name = borrow_text(raw.name).to_string();
        Ok(Argument {
            symbol: symbol(&name),
            name,
            kind: Type::read(raw.kind),
            fixed: raw.fixed,
            has_default: raw.has_default != 0,
            default: raw.default_value,
            keyword_only: raw.keyword_only != 0,
            is_out: raw.is_out != 0,
            base: Base::Zero,
        })
    }
}

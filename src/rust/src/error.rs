//! Every failure, as a value until the outermost routine hands it to R.

use crate::r::*;
use thiserror::Error;

/// Which subclass of `torchscript_error` R raises. The shim's kinds map onto it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Runtime,
    NotImplemented,
    Index,
    Memory,
    Type,
    Value,
    Compile,
    Program,
    Linalg,
    Trace,
    File,
    Handle,
    Internal,
}

impl Kind {
    pub fn from_shim(kind: i32) -> Kind {
        match kind {
            1 => Kind::Runtime,
            2 => Kind::NotImplemented,
            3 => Kind::Index,
            4 => Kind::Memory,
            5 => Kind::Type,
            6 => Kind::Value,
            7 => Kind::Compile,
            8 => Kind::Program,
            9 => Kind::Linalg,
            _ => Kind::Runtime,
        }
    }
    fn class(self) -> &'static str {
        match self {
            Kind::Runtime => "torchscript_runtime_error",
            Kind::NotImplemented => "torchscript_not_implemented_error",
            Kind::Index => "torchscript_index_error",
            Kind::Memory => "torchscript_memory_error",
            Kind::Type => "torchscript_type_error",
            Kind::Value => "torchscript_value_error",
            Kind::Compile => "torchscript_compile_error",
            Kind::Program => "torchscript_program_error",
            Kind::Linalg => "torchscript_linalg_error",
            Kind::Trace => "torchscript_trace_error",
            Kind::File => "torchscript_file_error",
            Kind::Handle => "torchscript_handle_error",
            Kind::Internal => "torchscript_internal_error",
        }
    }
}

#[derive(Debug, Default, Clone)]
pub struct Context {
    pub hint: Option<String>,
    pub operator: Option<String>,
    pub argument: Option<String>,
    pub path: Option<String>,
    /// What the exception of a program said, and its class in Python.
    pub raised: Option<(String, String)>,
    /// Where in the program it happened.
    pub traceback: Option<String>,
}

#[derive(Debug, Error)]
pub enum Error {
    /// R jumped out of a closure that libtorch called; the token continues the jump.
    #[error("R is unwinding")]
    Unwinding(SEXP),
    #[error("{message}")]
    Failure { kind: Kind, message: String, context: Box<Context> },
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub fn new(kind: Kind, message: impl Into<String>) -> Error {
        Error::Failure { kind, message: message.into(), context: Box::default() }
    }
    /// libtorch's own text, without C++ frames, as valid UTF-8.
    pub fn from_libtorch(kind: Kind, text: &str) -> Error {
        let mut text = text;
        for cut in ["Exception raised from ", "\nC++ CapturedTraceback"] {
            text = text.split(cut).next().unwrap_or(text);
        }
        let text = text.trim();
        // an interpreter's message names the C++ class of the exception first
        let text = text.strip_prefix("std::exception: ").unwrap_or(text);
        let kernel = if text.contains("is not linked with support for cuda") || text.starts_with("CUDA is asked") {
            Some(("", "CUDA"))
        } else {
            no_kernel(text)
        };
        match kernel {
            Some((_, "CUDA")) => Error::new(Kind::Value, "CUDA is asked for, but there is none")
                .hint("no GPU is found, or this libtorch was built without CUDA: see cuda_is_available()"),
            Some((operator, backend)) => {
                Error::new(Kind::NotImplemented, format!("`{operator}` has no implementation for {backend} tensors"))
            }
            None => match text.split_once("\" not implemented for '") {
                // the name of the kernel's loop comes first
                Some((_, dtype)) => Error::new(
                    Kind::NotImplemented,
                    format!("libtorch has no implementation of this for dtype {}", dtype.trim_end_matches('\'')),
                )
                .hint("convert first: x$to(dtype = torch_float()) or another dtype"),
                None => Error::new(kind, text),
            },
        }
    }
    pub fn hint(self, hint: impl Into<String>) -> Error {
        self.with(|context| context.hint = Some(hint.into()))
    }
    pub fn operator(self, name: &str) -> Error {
        self.with(|context| context.operator = Some(name.to_string()))
    }
    pub fn argument(self, name: &str) -> Error {
        self.with(|context| context.argument = Some(name.to_string()))
    }
    pub fn raised(self, reason: String, class: String) -> Error {
        self.with(|context| context.raised = Some((reason, class)))
    }
    pub fn traceback(self, text: &str) -> Error {
        self.with(|context| context.traceback = Some(text.to_string()))
    }
    pub fn path(self, path: &str) -> Error {
        self.with(|context| context.path = Some(path.to_string()))
    }
    /// Another message, where `words` has one.
    pub fn reword(mut self, words: impl FnOnce(&str) -> Option<String>) -> Error {
        if let Error::Failure { message, .. } = &mut self {
            if let Some(other) = words(message) {
                *message = other;
            }
        }
        self
    }
    fn with(mut self, change: impl FnOnce(&mut Context)) -> Error {
        if let Error::Failure { context, .. } = &mut self {
            change(context);
        }
        self
    }
    /// The plain list from which R makes the condition.
    pub unsafe fn to_list(&self) -> SEXP {
        let Error::Failure { kind, message, context } = self else { return R_NilValue };
        let optional = |text: &Option<String>| match text {
            Some(text) => mk_string(text),
            None => R_NilValue,
        };
        let fields = ["class", "message", "hint", "operator", "argument", "path", "raised", "traceback"];
        named_list(&fields, |i| match i {
            0 => mk_string(kind.class()),
            1 => mk_string(message),
            2 => optional(&context.hint),
            3 => optional(&context.operator),
            4 => optional(&context.argument),
            5 => optional(&context.path),
            // "builtins.ValueError"
            6 => optional(&context.raised.as_ref().and_then(|(_, class)| class.rsplit('.').next().map(str::to_string))),
            _ => optional(&context.traceback),
        })
    }
}

/// The operator and the backend of libtorch's report that one has no kernel for the other: it lists all that have.
fn no_kernel(text: &str) -> Option<(&str, &str)> {
    let mut parts = text.strip_prefix("Could not run '")?.split('\'');
    let operator = parts.next()?;
    Some((operator, parts.nth(1)?))
}

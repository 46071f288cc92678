//! The Rust core of the R package `torchscript`. The road: R value -> `from_r` -> operator or program -> `to_r`.

mod autocast;
mod autograd;
mod binding;
mod convention;
mod device;
mod dtype;
mod error;
mod from_r;
mod handle;
mod index;
mod library;
mod memory;
mod mismatch;
mod operator;
mod operator_call;
mod program;
mod r;
mod random;
mod routine;
mod shim;
mod tensor;
mod to_r;
mod trace;
mod types;
mod untyped;

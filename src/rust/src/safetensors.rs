//! Safetensors files: a header in JSON, read and checked by the crate of the format's authors, and the tensors' bytes,
//! which go straight between the file and the tensors' memory.

use crate::archive::Source;
use crate::dtype::DTYPES;
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::file;
use crate::handle::{self, Kind};
use crate::r::*;
use crate::routine;
use crate::save::{device_or_null, mk_raw, open, unloadable};
use crate::save_values::Owned;
use crate::shim;
use crate::storage::{element_size, Layout, Storage};
use crate::to_r;
use ::safetensors::tensor::{Dtype, Metadata, TensorInfo};
use std::borrow::Cow;
use std::ffi::c_void;
use std::io::{self, Write};

const CODES: &[(Dtype, i32)] = &[
    (Dtype::U8, 0),
    (Dtype::I8, 1),
    (Dtype::I16, 2),
    (Dtype::I32, 3),
    (Dtype::I64, 4),
    (Dtype::F16, 5),
    (Dtype::F32, 6),
    (Dtype::F64, 7),
    (Dtype::C64, 9),
    (Dtype::BOOL, 11),
    (Dtype::BF16, 15),
    (Dtype::F8_E5M2, 23),
    (Dtype::F8_E4M3, 24),
    (Dtype::U16, 27),
    (Dtype::U32, 28),
    (Dtype::U64, 29),
];
/// What the format's own reader allows.
const LONGEST_HEADER: u64 = 100_000_000;

fn argument_error(kind: ErrorKind, text: String) -> Error {
    Error::new(kind, text).argument("tensors")
}

struct Entry {
    name: String,
    native: *const shim::Tensor,
    dtype: Dtype,
    layout: Layout,
    size: usize,
}

impl Entry {
    unsafe fn of(name: String, x: SEXP) -> Result<Entry> {
        let Some(native) = handle::get(x, Kind::Tensor) else {
            let text = format!("`tensors${name}` must be a tensor, not {}", describe(x));
            return Err(argument_error(ErrorKind::Type, text));
        };
        let native = native as *const shim::Tensor;
        let code = shim::ts_tensor_dtype(native);
        let Some((dtype, _)) = CODES.iter().find(|(_, known)| *known == code) else {
            let dtype = DTYPES.iter().find(|(.., known)| *known == code).map_or("of this kind", |(name, ..)| name);
            let text = format!("`tensors${name}` can't be saved: the format has no dtype {dtype}");
            return Err(argument_error(ErrorKind::Type, text));
        };
        if shim::ts_tensor_has_storage(native) == 0 {
            let text = format!("`tensors${name}` can't be saved: it is sparse");
            return Err(argument_error(ErrorKind::Type, text).hint("make it dense first: x$to_dense()"));
        }
        let layout = Layout::of(native)?;
        let size = (shim::ts_tensor_count(native) * shim::ts_tensor_element_size(native)) as usize;
        Ok(Entry { name, native, dtype: *dtype, layout, size })
    }
    /// The elements row by row; copied only where they do not lie so.
    unsafe fn bytes<'a>(&self, storage: &'a Storage) -> Result<Cow<'a, [u8]>> {
        let plain = Layout::contiguous(self.layout.dtype, self.layout.sizes.clone());
        if storage.device() == "cpu" && self.layout.bits == 0 && self.layout.strides == plain.strides {
            let start = self.layout.offset as usize * element_size(self.layout.dtype).unwrap_or(1);
            if let Some(bytes) = storage.bytes().get(start..start + self.size) {
                return Ok(Cow::Borrowed(bytes));
            }
        }
        let mut bytes = vec![0u8; self.size];
        shim::call(|e| shim::ts_tensor_to_bytes(self.native, bytes.as_mut_ptr() as *mut c_void, self.size, e))?;
        Ok(Cow::Owned(bytes))
    }
}

unsafe fn entries(tensors: SEXP) -> Result<Vec<Entry>> {
    let n = Rf_xlength(tensors);
    let labels = names(tensors).or((n == 0).then(Vec::new)).filter(|_| TYPEOF(tensors) == SEXPTYPE::VECSXP);
    let Some(labels) = labels else {
        let text = format!("`tensors` must be a named list of tensors, not {}", describe(tensors));
        return Err(argument_error(ErrorKind::Type, text));
    };
    let mut seen = std::collections::HashSet::new();
    if let Some(name) = labels.iter().find(|name| name.is_empty() || *name == "__metadata__" || !seen.insert(*name)) {
        let text = format!("`tensors` must have names that differ, and \"{name}\" can't be one of them");
        return Err(argument_error(ErrorKind::Value, text));
    }
    let entries = labels.into_iter().enumerate().map(|(i, name)| Entry::of(name, VECTOR_ELT(tensors, i as R_xlen_t)));
    let mut entries = entries.collect::<Result<Vec<Entry>>>()?;
    // readers want each tensor at a multiple of its element's size: the widest first
    entries.sort_by_key(|entry| std::cmp::Reverse(element_size(entry.layout.dtype)));
    Ok(entries)
}

unsafe fn header(entries: &[Entry], metadata: SEXP) -> Result<Vec<u8>> {
    let mut offset = 0;
    let infos = entries.iter().map(|entry| {
        let start = offset;
        offset += entry.size;
        let shape = entry.layout.sizes.iter().map(|size| *size as usize).collect();
        (entry.name.clone(), TensorInfo { dtype: entry.dtype, shape, data_offsets: (start, offset) })
    });
    let infos = infos.collect();
    let keys = names(metadata).unwrap_or_default();
    let pairs = keys.into_iter().zip(strings(metadata)).collect();
    let failed = |error: String| Error::new(ErrorKind::Internal, format!("the header can't be made: {error}"));
    let header = Metadata::new((TYPEOF(metadata) != SEXPTYPE::NILSXP).then_some(pairs), infos);
    let mut header = serde_json::to_vec(&header.map_err(|error| failed(error.to_string()))?)
        .map_err(|error| failed(error.to_string()))?;
    // the data start at a multiple of 8
    header.resize(header.len().next_multiple_of(8), b' ');
    let mut all = (header.len() as u64).to_le_bytes().to_vec();
    all.extend_from_slice(&header);
    Ok(all)
}

unsafe fn write(out: &mut dyn Write, header: &[u8], entries: &[Entry]) -> io::Result<()> {
    let plain = |error: Error| io::Error::other(error.to_string());
    out.write_all(header)?;
    for entry in entries {
        let storage = Storage::of(entry.native).map_err(plain)?;
        out.write_all(&entry.bytes(&storage).map_err(plain)?)?;
    }
    Ok(())
}

routine!(
    /// To a file, or to a raw vector where `path` is NULL.
    safe_save(tensors, path, metadata) {
        let entries = entries(tensors)?;
        let header = header(&entries, metadata)?;
        let Some(path) = string(path) else {
            let mut bytes = Vec::new();
            write(&mut bytes, &header, &entries).map_err(|error| Error::new(ErrorKind::File, error.to_string()))?;
            return Ok(mk_raw(&bytes));
        };
        file::replace_with(&path, |out| write(out, &header, &entries))?;
        Ok(R_NilValue)
    }
);

routine!(
    /// The tensors and the metadata of a file (its path) or a raw vector.
    safe_load(source, device) {
        let device = device_or_null(device)?;
        let value = match string(source) {
            Some(path) => open(&path).and_then(|file| load(&file, device)).map_err(|error| unloadable(error, &path))?,
            None => {
                let bytes = std::slice::from_raw_parts(RAW(source), Rf_xlength(source) as usize);
                load(&bytes, device)
                    .map_err(|error| error.reword(|text| Some(format!("can't load this raw vector: {text}"))))?
            }
        };
        Ok(to_r::convert(&value.release()))
    }
);

fn unfit(why: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::File, format!("it is no safetensors file, or a damaged one ({why})"))
        .hint("torch_load() reads files of torch.save(), jit_load() TorchScript programs")
}

fn load(source: &dyn Source, device: Option<String>) -> Result<Owned> {
    let unread = |error: io::Error| unfit(error);
    let length = source.length().map_err(unread)?;
    if length < 8 {
        return Err(unfit("it is too short"));
    }
    let mut first = [0; 8];
    source.read_at(0, &mut first).map_err(unread)?;
    let size = u64::from_le_bytes(first);
    if size > LONGEST_HEADER || size > length - 8 {
        return Err(unfit("it has no header where one should be"));
    }
    let header = source.bytes_at(8, size as usize).map_err(unread)?;
    let metadata: Metadata = serde_json::from_slice(&header).map_err(unfit)?;
    let start = 8 + size;
    if metadata.data_len() as u64 != length - start {
        let text = format!("{} bytes of data are announced, {} are there", metadata.data_len(), length - start);
        return Err(unfit(text));
    }
    let mut tensors = Vec::new();
    for name in metadata.offset_keys() {
        let Some(info) = metadata.info(&name) else { continue };
        let tensor = tensor(source, start, info, device.as_deref())
            .map_err(|error| error.reword(|text| Some(format!("its tensor '{name}' {text}"))))?;
        tensors.push(Owned::text(shim::STRING, &name)?);
        tensors.push(tensor);
    }
    let mut notes: Vec<(&String, &String)> = metadata.metadata().iter().flatten().collect();
    notes.sort();
    let mut texts = Vec::new();
    for text in notes.iter().flat_map(|(key, note)| [*key, *note]) {
        texts.push(Owned::text(shim::STRING, text)?);
    }
    let (count, notes) = (tensors.len() / 2, Owned::children(shim::DICT, texts, notes.len()));
    Ok(Owned::children(shim::TUPLE, vec![Owned::children(shim::DICT, tensors, count), notes], 2))
}

fn tensor(source: &dyn Source, start: u64, info: &TensorInfo, device: Option<&str>) -> Result<Owned> {
    let code = CODES.iter().find(|(dtype, _)| *dtype == info.dtype).map(|(_, code)| *code).ok_or_else(|| {
        Error::new(ErrorKind::File, format!("has the dtype {}, which libtorch has not on a CPU", info.dtype))
    })?;
    let (from, to) = info.data_offsets;
    let mut storage = Storage::filled(to - from, |into| {
        source.read_at(start + from as u64, into).map_err(|error| Error::new(ErrorKind::File, error.to_string()))?;
        match code == 11 && into.iter().any(|byte| *byte > 1) {
            true => Err(Error::new(ErrorKind::File, "has flags that are neither 0 nor 1")),
            false => Ok(()),
        }
    })?;
    if let Some(device) = device.filter(|device| *device != "cpu") {
        storage = storage.to(device)?;
    }
    let sizes = info.shape.iter().map(|size| *size as i64).collect();
    Ok(Owned::tensor(storage.tensor(&Layout::contiguous(code, sizes))?))
}

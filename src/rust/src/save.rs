//! Files of `torch.save()`: an archive with a pickle, and a record for each storage.

use crate::archive::{damaged, Archive, Source, Writer};
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::file;
use crate::from_r::Conversion;
use crate::pickle::{self, Heap};
use crate::pickle_world::Loader;
use crate::pickle_write::{self, Pickler};
use crate::r::*;
use crate::routine;
use crate::save_values::{Outgoing, Owned};
use crate::tensor;
use crate::to_r;
use std::fs::File;
use std::io::{self, Write};

/// Of the archive's layout, as torch.save() writes it today; and the newest that we know how to read.
const VERSION: &[u8] = b"3\n";
const NEWEST: u64 = 10;
/// A value that stands in many places is made for each: no more of them than this, beyond those that the pickle spells out.
const SHARED_VALUES: usize = 1 << 22;

fn write_archive<W: Write>(out: W, pickler: &Pickler) -> io::Result<W> {
    let mut archive = Writer::new(out);
    archive.add("data.pkl", &pickler.bytes)?;
    archive.add(".format_version", b"1")?;
    archive.add(".storage_alignment", b"64")?;
    archive.add("byteorder", b"little")?;
    for (key, (storage, _)) in pickler.storages.iter().enumerate() {
        let name = format!("data/{key}");
        match storage.device() == "cpu" {
            true => archive.add(&name, storage.bytes())?,
            false => {
                archive.add(&name, storage.to("cpu").map_err(|error| io::Error::other(error.to_string()))?.bytes())?
            }
        }
    }
    archive.add("version", VERSION)?;
    archive.finish()
}

routine!(
    /// To a file, or to a raw vector where `path` is NULL.
    torch_save(x, path) {
        let mut conversion = Conversion::default();
        let value = conversion.data(x, "", 0)?;
        let pickler = pickle_write::write(&value)?;
        let Some(path) = string(path) else {
            let bytes = write_archive(Vec::new(), &pickler);
            return Ok(mk_raw(&bytes.map_err(|error| Error::new(ErrorKind::File, error.to_string()))?));
        };
        file::replace_with(&path, |out| write_archive(out, &pickler).map(|_| ()))?;
        Ok(R_NilValue)
    }
);

routine!(
    /// From a file (its path) or a raw vector; `device` NULL leaves tensors where they were saved.
    torch_load(source, device) {
        let device = match TYPEOF(device) {
            SEXPTYPE::NILSXP => None,
            _ => Some(tensor::device_name(device)?.ok_or_else(|| {
                let text = format!("`device` must be a device or NULL, not {}", describe(device));
                Error::new(ErrorKind::Type, text).argument("device")
            })?),
        };
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

pub fn open(path: &str) -> Result<File> {
    File::open(path).map_err(|error| Error::new(ErrorKind::File, format!("it can't be opened: {error}")))
}
pub fn unloadable(error: Error, path: &str) -> Error {
    error.reword(|text| Some(format!("can't load '{path}': {text}"))).path(path)
}

fn load(source: &dyn Source, device: Option<String>) -> Result<Owned> {
    refuse_other_formats(source)?;
    let archive = Archive::open(source)?;
    let is_program = archive.has("constants.pkl");
    if is_program || !archive.has("data.pkl") {
        let what = if is_program { "it is a TorchScript program" } else { "it is a zip archive without a 'data.pkl'" };
        let hint = if is_program { "load it with jit_load()" } else { "was it made by torch.save() or torch_save()?" };
        return Err(Error::new(ErrorKind::File, what).hint(hint));
    }
    let plain = |name: &str| match archive.has(name) {
        true => archive.read(name).map(|bytes| Some(String::from_utf8_lossy(&bytes).trim().to_string())),
        false => Ok(None),
    };
    if plain("byteorder")?.is_some_and(|order| order != "little") {
        return Err(Error::new(ErrorKind::File, "its numbers are in big-endian order").hint("save it again on a PC"));
    }
    let version = plain("version")?.or(plain(".data/version")?).map(|version| version.parse::<u64>());
    match version {
        Some(Ok(version)) if version > NEWEST => {
            return Err(Error::new(ErrorKind::File, "it was written by a newer version of PyTorch")
                .hint("save it again with PyTorch 2.13 or older"))
        }
        Some(Err(_)) => return Err(damaged("its version is no number")),
        _ => {}
    }
    let bytes = archive.read("data.pkl")?;
    let mut heap = Heap::new();
    let root = pickle::read(&bytes, &mut heap, &mut Loader::new(&archive, device))?;
    Outgoing { heap: &heap, left: SHARED_VALUES.saturating_add(bytes.len()) }.value(root, 0)
}

/// What the first bytes tell about a file that is no zip archive.
fn refuse_other_formats(source: &dyn Source) -> Result<()> {
    let length = source.length().map_err(|error| Error::new(ErrorKind::File, format!("it can't be read: {error}")))?;
    let start = source.bytes_at(0, length.min(16) as usize);
    let start = start.map_err(|error| Error::new(ErrorKind::File, format!("it can't be read: {error}")))?;
    // a pickled number that PyTorch put first before it wrote archives
    const OLD: [u8; 12] = [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
    let (what, hint) = match start.as_slice() {
        [b'P', b'K', ..] => return Ok(()),
        [] => ("it is empty", "was its writing broken off?"),
        [0x80, _, rest @ ..] if rest.starts_with(&OLD) => (
            "it is in the format that PyTorch wrote before version 1.6",
            "convert it in Python: torch.save(torch.load(path), path)",
        ),
        [0x80, 0..=5, ..] => {
            ("it is a pickle of Python's own", "load it in Python, and save its tensors with torch.save()")
        }
        [_, _, _, _, _, _, _, _, b'{', ..] => ("it looks like a safetensors file", "load it with safe_load_file()"),
        [0x1f, 0x8b, ..] | [b'B', b'Z', b'h', ..] | [0xfd, b'7', b'z', ..] | [b'X', b'\n', ..] => {
            ("it looks like R data or a compressed file", "readRDS() and load() read R data")
        }
        _ => {
            ("it is not a file of torch.save()", "such a file is made by torch_save() here or torch.save() in PyTorch")
        }
    };
    Err(Error::new(ErrorKind::File, what).hint(hint))
}

pub unsafe fn mk_raw(bytes: &[u8]) -> SEXP {
    let out = Rf_allocVector(SEXPTYPE::RAWSXP, bytes.len() as R_xlen_t);
    std::ptr::copy_nonoverlapping(bytes.as_ptr(), RAW(out), bytes.len());
    out
}

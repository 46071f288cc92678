//! What a file of a TorchScript program holds, told without running anything of it.

use crate::archive::{damaged, Archive, Source};
use crate::error::{Error, Kind, Result};
use crate::inspect_values::{bytecode, read, Row};
use crate::program::c_string;
use crate::r::*;
use crate::routine;
use crate::save::open;
use crate::shim::{self, take_text};
use std::ffi::c_char;
use std::ptr::null_mut;

/// Something that stands in the source.
struct Mark {
    fields: [String; 5],
    record: String,
}

struct Contents {
    records: Vec<(String, f64)>,
    texts: Vec<(&'static str, Option<String>)>,
    marks: Vec<Mark>,
    values: Vec<Row>,
    constants: Vec<Row>,
}

/// Small records of one line.
const TEXTS: &[(&str, &[&str])] = &[
    ("version", &["version", ".data/version"]),
    ("serialization_id", &[".data/serialization_id"]),
    ("byteorder", &["byteorder"]),
    ("producer", &["producer"]),
];

fn contents(source: &dyn Source) -> Result<Contents> {
    refuse_other_formats(source)?;
    let archive = Archive::open(source)?;
    archive.check_unambiguous()?;
    if archive.has("model.json") {
        return Err(Error::new(Kind::File, "it is in the format that PyTorch wrote before version 1.4")
            .hint("load and save it with a PyTorch of that time or later"));
    }
    let has_program = archive.has("constants.pkl") || archive.has("bytecode.pkl");
    if !archive.has("data.pkl") || !has_program {
        let what = "it holds saved tensors or a pickle, but no TorchScript program";
        return Err(Error::new(Kind::File, what).hint("torch_load() reads files of torch.save()"));
    }
    let mut records = Vec::new();
    for name in archive.names() {
        records.push((name.to_string(), archive.size(name)? as f64));
    }
    let text = |names: &[&str]| match names.iter().find(|name| archive.has(name)) {
        Some(name) => archive.unpack(name).map(|bytes| Some(String::from_utf8_lossy(&bytes).trim().to_string())),
        None => Ok(None),
    };
    let texts = TEXTS.iter().map(|(name, records)| Ok((*name, text(records)?))).collect::<Result<_>>()?;
    let mut marks = Vec::new();
    for (name, _) in &records {
        let folded = name.to_lowercase();
        if folded.starts_with("code/") && folded.ends_with(".py") {
            walk(&archive.unpack(name)?, name, &mut marks)?;
        }
    }
    if archive.has("bytecode.pkl") {
        for (function, operator) in bytecode(&archive, "bytecode.pkl")? {
            let fields = ["bytecode".into(), function, operator, String::new(), String::new()];
            marks.push(Mark { fields, record: "bytecode.pkl".into() });
        }
    }
    let constants = match archive.has("constants.pkl") {
        true => read(&archive, "constants.pkl", "constants", "constants")?,
        false => Vec::new(),
    };
    Ok(Contents { values: read(&archive, "data.pkl", "data", "")?, records, texts, marks, constants })
}

fn walk(text: &[u8], record: &str, marks: &mut Vec<Mark>) -> Result<()> {
    let name = c_string(record)?;
    let mut lines = null_mut();
    // SAFETY: the text lives through the call, and the lines become ours
    let lines = unsafe {
        let start = text.as_ptr() as *const c_char;
        shim::call(|e| shim::ts_source_walk(start, text.len(), name.as_ptr(), &mut lines, e)).map(|_| take_text(lines))
    };
    let lines = lines.map_err(|error| {
        // the parser's message, without the lines of source that follow
        let text = error.to_string();
        let why = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("").trim_end_matches(':').to_string();
        Error::new(Kind::File, format!("its record '{record}' is no TorchScript that can be parsed: {why}"))
            .hint("don't use it: no PyTorch writes such source")
    })?;
    for line in lines.lines() {
        let mut parts = line.splitn(5, '\t').map(str::to_string);
        let fields = [(); 5].map(|_| parts.next().unwrap_or_default());
        marks.push(Mark { fields, record: record.into() });
    }
    Ok(())
}

/// What the first bytes tell about a file that is no zip archive.
fn refuse_other_formats(source: &dyn Source) -> Result<()> {
    let length = source.length().map_err(|error| damaged(error.to_string()))?;
    let start = source.bytes_at(0, length.min(16) as usize).map_err(|error| damaged(error.to_string()))?;
    let (what, hint) = match start.as_slice() {
        [b'P', b'K', ..] => return Ok(()),
        [] => ("it is empty", "was its writing broken off?"),
        [_, _, _, _, b'P', b'T', b'M', b'F', ..] => {
            ("it is a flatbuffer for mobile", "look into the archive from which it was made")
        }
        [0x80, 0..=5, ..] => ("it is a pickle, and no TorchScript program", "torch_load() reads files of torch.save()"),
        _ => (
            "it is not a TorchScript file",
            "a TorchScript file is made by jit_save() here or torch.jit.save() in PyTorch",
        ),
    };
    Err(Error::new(Kind::File, what).hint(hint))
}

unsafe fn texts<T>(items: &[T], text: impl Fn(&T) -> &str) -> SEXP {
    let texts: Vec<&str> = items.iter().map(text).collect();
    mk_strings(&texts)
}
unsafe fn numbers(values: &[f64]) -> SEXP {
    let out = Rf_allocVector(SEXPTYPE::REALSXP, values.len() as R_xlen_t);
    for (i, value) in values.iter().enumerate() {
        *REAL(out).add(i) = *value;
    }
    out
}

unsafe fn mk_rows(rows: &[Row]) -> SEXP {
    let names = ["path", "class", "attribute", "kind", "text", "shape", "dtype", "device", "storage", "bytes", "grad"];
    named_list(&names, |i| match i {
        0 => texts(rows, |row| &row.path),
        1 => texts(rows, |row| &row.class),
        2 => texts(rows, |row| &row.attribute),
        3 => texts(rows, |row| row.kind),
        4 => texts(rows, |row| &row.text),
        5 => {
            let out = Rf_protect(Rf_allocVector(SEXPTYPE::VECSXP, rows.len() as R_xlen_t));
            for (i, row) in rows.iter().enumerate() {
                let sizes: Vec<f64> = row.shape.iter().map(|size| *size as f64).collect();
                SET_VECTOR_ELT(out, i as R_xlen_t, numbers(&sizes));
            }
            Rf_unprotect(1);
            out
        }
        6 => texts(rows, |row| row.dtype),
        7 => texts(rows, |row| &row.device),
        8 => texts(rows, |row| &row.storage),
        9 => numbers(&rows.iter().map(|row| row.bytes).collect::<Vec<f64>>()),
        _ => {
            let out = Rf_allocVector(SEXPTYPE::LGLSXP, rows.len() as R_xlen_t);
            for (i, row) in rows.iter().enumerate() {
                *LOGICAL(out).add(i) = row.requires_grad as i32;
            }
            out
        }
    })
}

unsafe fn mk_marks(marks: &[Mark]) -> SEXP {
    named_list(&["kind", "scope", "name", "line", "text", "record"], |i| match i {
        3 => numbers(&marks.iter().map(|mark| mark.fields[3].parse().unwrap_or(f64::NAN)).collect::<Vec<f64>>()),
        5 => texts(marks, |mark| &mark.record),
        i => texts(marks, |mark| &mark.fields[i]),
    })
}

unsafe fn mk_contents(contents: &Contents) -> SEXP {
    let labels: Vec<&str> = contents.texts.iter().map(|(name, _)| *name).collect();
    named_list(&["records", "texts", "marks", "values", "constants"], |i| match i {
        0 => named_list(&["name", "size"], |i| match i {
            0 => texts(&contents.records, |(name, _)| name),
            _ => numbers(&contents.records.iter().map(|(_, size)| *size).collect::<Vec<f64>>()),
        }),
        1 => named_list(&labels, |i| contents.texts[i].1.as_deref().map_or(R_NilValue, |text| mk_string(text))),
        2 => mk_marks(&contents.marks),
        3 => mk_rows(&contents.values),
        _ => mk_rows(&contents.constants),
    })
}

routine!(
    /// Of a file (its path) or an archive in memory (a raw vector).
    inspect(source) {
        let contents = match string(source) {
            Some(path) => open(&path).and_then(|file| contents(&file)).map_err(|error| {
                error.reword(|text| Some(format!("can't look into '{path}': {text}"))).path(&path)
            })?,
            None => {
                let bytes = std::slice::from_raw_parts(RAW(source), Rf_xlength(source) as usize);
                contents(&bytes)
                    .map_err(|error| error.reword(|text| Some(format!("can't look into this raw vector: {text}"))))?
            }
        };
        Ok(mk_contents(&contents))
    }
);

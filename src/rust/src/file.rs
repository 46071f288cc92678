//! Files that are replaced as a whole.

use crate::error::{Error, Kind, Result};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};

/// Lets `write` make a file beside `path`, which takes its place at the end: whatever happens on the way, the old file
/// stays whole.
pub fn replace(path: &str, write: impl FnOnce(&str) -> Result<()>) -> Result<()> {
    // the file behind a link, not the link, is replaced
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.into());
    let unfinished = format!("{}.{}.part", target.display(), std::process::id());
    let written = match fs::metadata(&target) {
        Ok(found) if !found.is_file() => Err(Error::new(Kind::File, "it is no regular file")),
        _ => write(&unfinished).and_then(|_| fs::rename(&unfinished, &target).map_err(unwritten)),
    };
    written.map_err(|error| {
        let _ = fs::remove_file(&unfinished);
        // what can't be saved at all can't be saved elsewhere
        if matches!(error, Error::Failure { kind: Kind::Value, .. }) {
            return error;
        }
        Error::new(Kind::File, format!("can't save to '{path}': {error}"))
            .hint("is the folder there and writable, and has the disk room? an older file of this name is untouched")
            .path(path)
    })
}

/// The same for what is written piece by piece; it is on the disk when this returns.
pub fn replace_with(path: &str, write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> Result<()> {
    replace(path, |unfinished| {
        let file = File::create(unfinished).map_err(unwritten)?;
        let mut out = BufWriter::with_capacity(1 << 20, file);
        write(&mut out).and_then(|_| out.flush()).and_then(|_| out.get_ref().sync_all()).map_err(unwritten)
    })
}

fn unwritten(error: io::Error) -> Error {
    Error::new(Kind::File, error.to_string())
}

//! Zip archives as PyTorch writes them: records that are stored, not compressed, under one folder, each at a multiple of
//! 64 bytes. libtorch's own reader does not look at the checksums, so here they are.

use crate::error::{Error, Kind, Result};
use crate::inflate::inflate;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const END_64: u32 = 0x0606_4b50;
const LOCATOR_64: u32 = 0x0706_4b50;
/// In a field of 32 bits: the value is in the extra field of 64 bits.
const ELSEWHERE: u64 = 0xffff_ffff;
const STORED: u64 = 0;
const DEFLATED: u64 = 8;
/// No byte that is packed stands for more.
const BEST_RATIO: u64 = 1040;
const ALIGNMENT: u64 = 64;
/// The names are UTF-8.
const FLAGS: u16 = 0x0800;

/// Bytes that are read from anywhere: a file, or memory.
pub trait Source {
    fn length(&self) -> io::Result<u64>;
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()>;

    fn bytes_at(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        // room is made only for what is there
        match offset.checked_add(length as u64) {
            Some(end) if end <= self.length()? => {}
            _ => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
        let mut bytes = vec![0; length];
        self.read_at(offset, &mut bytes)?;
        Ok(bytes)
    }
}
impl Source for File {
    fn length(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        self.read_exact_at(into, offset)
    }
}
impl Source for &[u8] {
    fn length(&self) -> io::Result<u64> {
        Ok(self.len() as u64)
    }
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let end = start.saturating_add(into.len());
        into.copy_from_slice(self.get(start..end).ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

pub fn damaged(what: impl std::fmt::Display) -> Error {
    Error::new(Kind::File, format!("it is damaged or was cut off ({what})")).hint("copy or download it again")
}
fn unread(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => damaged("it ends too early"),
        _ => Error::new(Kind::File, format!("it can't be read: {error}")),
    }
}

/// Little-endian numbers, one after the other; zeros beyond the end, which no check lets through.
struct Fields<'a>(&'a [u8]);
impl Fields<'_> {
    fn number(&mut self, bytes: usize) -> u64 {
        let (head, tail) = self.0.split_at(bytes.min(self.0.len()));
        self.0 = tail;
        head.iter().rev().fold(0, |number, byte| number << 8 | *byte as u64)
    }
    fn skip(&mut self, bytes: usize) {
        self.0 = &self.0[bytes.min(self.0.len())..];
    }
}

struct Record {
    header: u64,
    size: u64,
    packed: u64,
    checksum: u32,
    method: u64,
}
impl Record {
    fn is_stored(&self) -> bool {
        self.method == STORED && self.packed == self.size
    }
    fn check(&self, name: &str, bytes: &[u8]) -> Result<()> {
        match crc32fast::hash(bytes) == self.checksum {
            true => Ok(()),
            false => Err(damaged(format!("the checksum of the record '{name}' is wrong"))),
        }
    }
}

pub struct Archive<'a> {
    source: &'a dyn Source,
    records: BTreeMap<String, Record>,
    /// Two records that a reader may take for one another.
    ambiguous: Option<String>,
}

impl<'a> Archive<'a> {
    pub fn open(source: &'a dyn Source) -> Result<Archive<'a>> {
        let (start, size, count) = directory(source)?;
        let bytes = source.bytes_at(start, size).map_err(unread)?;
        let mut fields = Fields(&bytes);
        let mut records = BTreeMap::new();
        let (mut folders, mut folded, mut ambiguous) = (BTreeSet::new(), BTreeSet::new(), None);
        for _ in 0..count {
            let (name, record) = central_entry(&mut fields)?;
            // all lie in one folder, named after the file
            let (folder, name) = name.split_once('/').unwrap_or(("", name.as_str()));
            folders.insert(folder.to_string());
            // libtorch's reader takes no notice of capitals
            if !folded.insert(name.to_lowercase()) || folders.len() > 1 {
                ambiguous = Some(name.to_string());
            }
            records.insert(name.to_string(), record);
        }
        Ok(Archive { source, records, ambiguous })
    }
    /// An error where another reader could see other records under the same names.
    pub fn check_unambiguous(&self) -> Result<()> {
        match &self.ambiguous {
            None => Ok(()),
            Some(name) => Err(Error::new(
                Kind::File,
                format!("its record '{name}' stands twice or beside another folder, as PyTorch never writes it"),
            )
            .hint("such a file can show one program to one reader and another to the next: don't use it")),
        }
    }
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.records.keys().map(String::as_str)
    }
    pub fn has(&self, name: &str) -> bool {
        self.records.contains_key(name)
    }
    fn record(&self, name: &str) -> Result<&Record> {
        self.records.get(name).ok_or_else(|| damaged(format!("it has no record '{name}'")))
    }
    pub fn size(&self, name: &str) -> Result<u64> {
        Ok(self.record(name)?.size)
    }
    pub fn read(&self, name: &str) -> Result<Vec<u8>> {
        let size = self.size(name)?;
        if size > self.source.length().map_err(unread)? {
            return Err(damaged(format!("the record '{name}' is longer than the file")));
        }
        let mut bytes = vec![0; size as usize];
        self.read_into(name, &mut bytes)?;
        Ok(bytes)
    }
    /// `into` has the record's size.
    pub fn read_into(&self, name: &str, into: &mut [u8]) -> Result<()> {
        let record = self.record(name)?;
        if !record.is_stored() {
            return Err(Error::new(
                Kind::File,
                format!("its record '{name}' is compressed, as PyTorch never writes it"),
            )
            .hint("it was packed by another program: unpack it and zip it with `zip -0`"));
        }
        self.source.read_at(self.start(name, record)?, into).map_err(unread)?;
        record.check(name, into)
    }
    /// Where the record's bytes begin.
    fn start(&self, name: &str, record: &Record) -> Result<u64> {
        let header = self.source.bytes_at(record.header, 30).map_err(unread)?;
        let mut fields = Fields(&header);
        if fields.number(4) != LOCAL as u64 {
            return Err(damaged(format!("the record '{name}' is not where it should be")));
        }
        fields.skip(22);
        Ok(record.header + 30 + fields.number(2) + fields.number(2))
    }
    /// As read(), and unpacked: PyTorch compresses the source of programs.
    pub fn unpack(&self, name: &str) -> Result<Vec<u8>> {
        let record = self.record(name)?;
        if record.method != DEFLATED {
            return self.read(name);
        }
        let packed = usize::try_from(record.packed).map_err(|_| damaged("a record is too long"))?;
        let packed = self.source.bytes_at(self.start(name, record)?, packed).map_err(unread)?;
        if record.size > BEST_RATIO * (packed.len() as u64 + 1) {
            return Err(damaged(format!("the record '{name}' claims to be too long")));
        }
        let bytes = inflate(&packed, record.size as usize);
        let bytes = bytes.ok_or_else(|| damaged(format!("the record '{name}' can't be unpacked")))?;
        record.check(name, &bytes)?;
        Ok(bytes)
    }
}

/// Where the central directory starts, its size, and how many records it lists.
fn directory(source: &dyn Source) -> Result<(u64, usize, u64)> {
    let length = source.length().map_err(unread)?;
    // the end record is followed by a comment of at most 65535 bytes
    let tail = length.min(22 + 65535);
    let bytes = source.bytes_at(length - tail, tail as usize).map_err(unread)?;
    let at = bytes.windows(4).rposition(|window| window == END.to_le_bytes());
    let at = at.ok_or_else(|| damaged("its directory is missing"))?;
    let mut fields = Fields(bytes.get(at + 10..at + 22).ok_or_else(|| damaged("it ends too early"))?);
    let (mut count, mut size, mut start) = (fields.number(2), fields.number(4), fields.number(4));
    if at as u64 + 22 + fields.number(2) != tail {
        return Err(damaged("it ends too early"));
    }
    if at >= 20 {
        let mut locator = Fields(&bytes[at - 20..at]);
        if locator.number(4) == LOCATOR_64 as u64 {
            locator.skip(4);
            let end = source.bytes_at(locator.number(8), 56).map_err(unread)?;
            let mut fields = Fields(&end);
            if fields.number(4) != END_64 as u64 {
                return Err(damaged("its directory is not where it should be"));
            }
            fields.skip(28);
            (count, size, start) = (fields.number(8), fields.number(8), fields.number(8));
        }
    }
    let size = usize::try_from(size).map_err(|_| damaged("its directory is too long"))?;
    Ok((start, size, count))
}

fn central_entry(fields: &mut Fields) -> Result<(String, Record)> {
    if fields.number(4) != CENTRAL as u64 {
        return Err(damaged("its directory is incomplete"));
    }
    fields.skip(6);
    let method = fields.number(2);
    fields.skip(4);
    let checksum = fields.number(4) as u32;
    let (mut packed, mut size) = (fields.number(4), fields.number(4));
    let (name, extra, comment) = (fields.number(2) as usize, fields.number(2) as usize, fields.number(2) as usize);
    fields.skip(8);
    let mut header = fields.number(4);
    let name_bytes = fields.0.get(..name).ok_or_else(|| damaged("its directory is incomplete"))?;
    let name_text = String::from_utf8_lossy(name_bytes).into_owned();
    fields.skip(name);
    let mut extras = Fields(&fields.0[..extra.min(fields.0.len())]);
    while extras.0.len() >= 4 {
        let (kind, length) = (extras.number(2), extras.number(2) as usize);
        let mut values = Fields(&extras.0[..length.min(extras.0.len())]);
        if kind == 1 {
            for value in [&mut size, &mut packed, &mut header] {
                if *value == ELSEWHERE {
                    *value = values.number(8);
                }
            }
        }
        extras.skip(length);
    }
    fields.skip(extra + comment);
    Ok((name_text, Record { header, size, packed, checksum, method }))
}

struct Written {
    name: String,
    header: u64,
    size: u64,
    checksum: u32,
}

/// Writes an archive, record by record.
pub struct Writer<W: Write> {
    out: W,
    position: u64,
    written: Vec<Written>,
}

fn number(out: &mut Vec<u8>, value: u64, bytes: usize) {
    out.extend_from_slice(&value.to_le_bytes()[..bytes]);
}

impl<W: Write> Writer<W> {
    pub fn new(out: W) -> Writer<W> {
        Writer { out, position: 0, written: Vec::new() }
    }
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.position += bytes.len() as u64;
        self.out.write_all(bytes)
    }
    pub fn add(&mut self, name: &str, data: &[u8]) -> io::Result<()> {
        let entry = Written {
            name: format!("archive/{name}"),
            header: self.position,
            size: data.len() as u64,
            checksum: crc32fast::hash(data),
        };
        let mut extra = Vec::new();
        if entry.size >= ELSEWHERE {
            number(&mut extra, 1, 2);
            number(&mut extra, 16, 2);
            number(&mut extra, entry.size, 8);
            number(&mut extra, entry.size, 8);
        }
        // a field of PyTorch's fills up to the alignment
        let unpadded = self.position + 30 + entry.name.len() as u64 + extra.len() as u64 + 4;
        let padding = unpadded.next_multiple_of(ALIGNMENT) - unpadded;
        extra.extend_from_slice(b"FB");
        number(&mut extra, padding, 2);
        extra.resize(extra.len() + padding as usize, b'Z');

        let mut header = Vec::new();
        number(&mut header, LOCAL as u64, 4);
        entry.fixed_fields(&mut header, extra.len());
        header.extend_from_slice(entry.name.as_bytes());
        header.extend_from_slice(&extra);
        self.put(&header)?;
        self.put(data)?;
        self.written.push(entry);
        Ok(())
    }
    pub fn finish(mut self) -> io::Result<W> {
        let start = self.position;
        let mut bytes = Vec::new();
        for entry in &self.written {
            entry.central(&mut bytes);
        }
        let (count, size) = (self.written.len() as u64, bytes.len() as u64);
        self.put(&bytes)?;
        let end = self.position;
        let mut bytes = Vec::new();
        if start >= ELSEWHERE || count >= 0xffff {
            number(&mut bytes, END_64 as u64, 4);
            number(&mut bytes, 44, 8);
            number(&mut bytes, 45, 2);
            number(&mut bytes, 45, 2);
            number(&mut bytes, 0, 8);
            for value in [count, count, size, start] {
                number(&mut bytes, value, 8);
            }
            number(&mut bytes, LOCATOR_64 as u64, 4);
            number(&mut bytes, 0, 4);
            number(&mut bytes, end, 8);
            number(&mut bytes, 1, 4);
        }
        number(&mut bytes, END as u64, 4);
        number(&mut bytes, 0, 4);
        for _ in 0..2 {
            number(&mut bytes, count.min(0xffff), 2);
        }
        number(&mut bytes, size.min(ELSEWHERE), 4);
        number(&mut bytes, start.min(ELSEWHERE), 4);
        number(&mut bytes, 0, 2);
        self.put(&bytes)?;
        Ok(self.out)
    }
}

impl Written {
    /// What both headers hold, from the version needed to the length of the extra field.
    fn fixed_fields(&self, out: &mut Vec<u8>, extra: usize) {
        let is_large = self.size >= ELSEWHERE || self.header >= ELSEWHERE;
        number(out, if is_large { 45 } else { 0 }, 2);
        number(out, FLAGS as u64, 2);
        // stored; no time, so that the same objects make the same file
        number(out, 0, 6);
        number(out, self.checksum as u64, 4);
        for _ in 0..2 {
            number(out, self.size.min(ELSEWHERE), 4);
        }
        number(out, self.name.len() as u64, 2);
        number(out, extra as u64, 2);
    }
    fn central(&self, out: &mut Vec<u8>) {
        let mut extra = Vec::new();
        if self.size >= ELSEWHERE || self.header >= ELSEWHERE {
            let mut values = Vec::new();
            if self.size >= ELSEWHERE {
                number(&mut values, self.size, 8);
                number(&mut values, self.size, 8);
            }
            if self.header >= ELSEWHERE {
                number(&mut values, self.header, 8);
            }
            number(&mut extra, 1, 2);
            number(&mut extra, values.len() as u64, 2);
            extra.extend_from_slice(&values);
        }
        number(out, CENTRAL as u64, 4);
        number(out, 45, 2);
        self.fixed_fields(out, extra.len());
        for bytes in [2, 2, 2, 4] {
            number(out, 0, bytes);
        }
        number(out, self.header.min(ELSEWHERE), 4);
        out.extend_from_slice(self.name.as_bytes());
        out.extend_from_slice(&extra);
    }
}

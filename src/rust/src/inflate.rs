//! Unpacks what zip archives pack: DEFLATE, as RFC 1951 describes it. Plain rather than fast, for the source of programs.

const LENGTHS: [u16; 29] =
    [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_BITS: [u8; 29] = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCES: [u16; 30] = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
    8193, 12289, 16385, 24577,
];
/// The order in which a block gives the lengths of the codes of lengths.
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const LONGEST: usize = 15;

struct Bits<'a> {
    bytes: &'a [u8],
    held: u32,
    count: u32,
}
impl Bits<'_> {
    fn take(&mut self, count: u32) -> Option<usize> {
        while self.count < count {
            let (byte, rest) = self.bytes.split_first()?;
            self.bytes = rest;
            self.held |= (*byte as u32) << self.count;
            self.count += 8;
        }
        let value = self.held & ((1 << count) - 1);
        self.held >>= count;
        self.count -= count;
        Some(value as usize)
    }
}

/// A canonical Huffman code: how many codes there are of each length, and the symbols in their order.
struct Code {
    counts: [usize; LONGEST + 1],
    symbols: Vec<usize>,
}
impl Code {
    fn new(lengths: &[u8]) -> Option<Code> {
        let mut counts = [0; LONGEST + 1];
        lengths.iter().for_each(|length| counts[*length as usize] += 1);
        counts[0] = 0;
        let mut left = 1i64;
        for count in &counts[1..] {
            left = left * 2 - *count as i64;
            if left < 0 {
                return None;
            }
        }
        let used = (0..lengths.len()).filter(|symbol| lengths[*symbol] > 0);
        let mut symbols: Vec<usize> = used.collect();
        symbols.sort_by_key(|symbol| lengths[*symbol]);
        Some(Code { counts, symbols })
    }
    fn next(&self, bits: &mut Bits) -> Option<usize> {
        let (mut code, mut first, mut index) = (0, 0, 0);
        for count in &self.counts[1..] {
            code |= bits.take(1)?;
            if code < first + count {
                return self.symbols.get(index + code - first).copied();
            }
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        None
    }
}

/// The codes of a block that brings its own: of literals and lengths, and of distances.
fn codes(bits: &mut Bits) -> Option<(Code, Code)> {
    let (literals, distances, count) = (bits.take(5)? + 257, bits.take(5)? + 1, bits.take(4)? + 4);
    let mut lengths = [0; 19];
    for place in &ORDER[..count] {
        lengths[*place] = bits.take(3)? as u8;
    }
    let code = Code::new(&lengths)?;
    let mut lengths = Vec::new();
    while lengths.len() < literals + distances {
        let (value, times) = match code.next(bits)? {
            16 => (*lengths.last()?, 3 + bits.take(2)?),
            17 => (0, 3 + bits.take(3)?),
            18 => (0, 11 + bits.take(7)?),
            length => (length as u8, 1),
        };
        lengths.resize(lengths.len() + times, value);
    }
    let (literals, rest) = lengths.split_at(literals);
    Some((Code::new(literals)?, Code::new(rest.get(..distances)?)?))
}

fn fixed_codes() -> Option<(Code, Code)> {
    let lengths: Vec<u8> = (0..288).map(|symbol| 8 + (symbol > 143) as u8 - 2 * (symbol > 255) as u8).collect();
    let lengths: Vec<u8> = lengths.iter().enumerate().map(|(at, length)| if at > 279 { 8 } else { *length }).collect();
    Some((Code::new(&lengths)?, Code::new(&[5; 30])?))
}

/// The bytes, of which there must be `size`; None where they make no sense.
pub fn inflate(packed: &[u8], size: usize) -> Option<Vec<u8>> {
    let mut bits = Bits { bytes: packed, held: 0, count: 0 };
    let mut out = Vec::new();
    loop {
        let is_last = bits.take(1)? == 1;
        let (literals, distances) = match bits.take(2)? {
            0 => {
                // stored: from the next whole byte
                (bits.held, bits.count) = (0, 0);
                let (length, check) = (bits.take(16)?, bits.take(16)?);
                if length != !check & 0xffff || length > bits.bytes.len() || out.len() + length > size {
                    return None;
                }
                let (block, rest) = bits.bytes.split_at(length);
                out.extend_from_slice(block);
                bits.bytes = rest;
                if is_last {
                    break;
                }
                continue;
            }
            1 => fixed_codes()?,
            2 => codes(&mut bits)?,
            _ => return None,
        };
        loop {
            match literals.next(&mut bits)? {
                256 => break,
                literal if literal < 256 => out.push(literal as u8),
                symbol => {
                    let length = *LENGTHS.get(symbol - 257)? as usize;
                    let length = length + bits.take(LENGTH_BITS[symbol - 257] as u32)?;
                    let symbol = distances.next(&mut bits)?;
                    let distance = *DISTANCES.get(symbol)? as usize;
                    let distance = distance + bits.take((symbol as u32 / 2).saturating_sub(1))?;
                    let from = out.len().checked_sub(distance)?;
                    if out.len() + length > size {
                        return None;
                    }
                    (0..length).for_each(|i| out.push(out[from + i]));
                }
            }
            if out.len() > size {
                return None;
            }
        }
        if is_last {
            break;
        }
    }
    (out.len() == size).then_some(out)
}

//! How an image is laid out: a header, the directory, and sections of bytes, each with its check sum.
//!
//! | bytes | what |
//! |---|---|
//! | 0 to 8 | [`MAGIC`] |
//! | 8 to 12 | [`VERSION`] |
//! | 12 to 16 | [`ORDER`], which another machine reads as something else |
//! | 16 to 24 | how many bytes the file has |
//! | 24 to 32 | how many bytes the directory has |
//! | 32 to 36 | the check sum of the directory |
//! | 36 to 60 | zeros |
//! | 60 to 64 | the check sum of all before it |
//!
//! The directory has a name, a length and a check sum for each section. It and the sections follow one another, each from
//! the next multiple of 64 bytes on; between them are zeros. So every byte is accounted for, and no place is written down
//! that could lead astray. Check sums are CRC-32, which finds every damage of up to four bytes in a row.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};
use std::ops::Range;

use crc32fast::Hasher;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::bad_image::BadImage;

/// What an image begins with: no text does, and a line end that was converted is noticed.
pub(crate) const MAGIC: [u8; 8] = *b"\x89HCOUNT\n";

/// The version of all that is written here.
const VERSION: u32 = 3;

/// Four bytes whose order is that of the machine's numbers.
const ORDER: u32 = 0x0a0b_0c0d;

const HEADER: usize = 64;

/// What sections begin at multiples of.
const ALIGNMENT: usize = 64;

/// Bytes that one thread sums up in some tenths of a millisecond.
const SUMMED_AT_ONCE: usize = 1 << 20;

/// Whether images are read and written here: numbers are as they are in memory.
pub(super) fn fits_machine() -> bool {
    cfg!(all(target_endian = "little", target_pointer_width = "64"))
}

/// What is said where they are not.
pub(super) const OTHER_MACHINE: &str = "table images are read and written on little-endian 64-bit machines only: \
     write Parquet in its place, which every machine reads";

/// A section in the directory.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    name: String,
    length: u64,
    #[serde(with = "postcard::fixint::le")]
    sum: u32,
}

/// A section that is to be written: its name, and its bytes part by part.
pub(super) struct Section<'t> {
    name: String,
    parts: Vec<Cow<'t, [u8]>>,
}

impl<'t> Section<'t> {
    pub(super) fn new(name: impl Into<String>, parts: Vec<Cow<'t, [u8]>>) -> Self {
        Self { name: name.into(), parts }
    }

    fn length(&self) -> usize {
        self.parts.iter().map(|part| part.len()).sum()
    }

    fn sum(&self) -> u32 {
        let mut hasher = Hasher::new();
        self.parts.iter().for_each(|part| hasher.update(part));
        hasher.finalize()
    }
}

/// Bytes that are summed up on all threads.
fn summed(bytes: &[u8]) -> Hasher {
    let sum = |bytes: &[u8]| {
        let mut hasher = Hasher::new();
        hasher.update(bytes);
        hasher
    };
    if bytes.len() <= SUMMED_AT_ONCE {
        return sum(bytes);
    }
    bytes.par_chunks(SUMMED_AT_ONCE).map(sum).reduce(Hasher::new, |mut all, part| {
        all.combine(&part);
        all
    })
}

fn header(length: usize, directory: &[u8]) -> [u8; HEADER] {
    let mut header = [0; HEADER];
    header[..8].copy_from_slice(&MAGIC);
    header[8..12].copy_from_slice(&VERSION.to_ne_bytes());
    header[12..16].copy_from_slice(&ORDER.to_ne_bytes());
    header[16..24].copy_from_slice(&(length as u64).to_ne_bytes());
    header[24..32].copy_from_slice(&(directory.len() as u64).to_ne_bytes());
    header[32..36].copy_from_slice(&crc32fast::hash(directory).to_ne_bytes());
    let sum = crc32fast::hash(&header[..60]);
    header[60..].copy_from_slice(&sum.to_ne_bytes());
    header
}

/// Writes sections, which have names of their own each.
pub(super) fn write(sections: &[Section<'_>], out: &mut dyn Write) -> io::Result<()> {
    let entry = |section: &Section<'_>| Entry {
        name: section.name.clone(),
        length: section.length() as u64,
        sum: section.sum(),
    };
    let entries: Vec<Entry> = sections.par_iter().map(entry).collect();
    let directory = postcard::to_extend(&entries, Vec::new()).map_err(io::Error::other)?;
    let ends = |at: usize, section: &Section<'_>| at.next_multiple_of(ALIGNMENT) + section.length();
    let length = sections.iter().fold(HEADER + directory.len(), ends);
    out.write_all(&header(length, &directory))?;
    out.write_all(&directory)?;
    let mut at = HEADER + directory.len();
    for section in sections {
        out.write_all(&[0; ALIGNMENT][..at.next_multiple_of(ALIGNMENT) - at])?;
        at = ends(at, section);
        section.parts.iter().try_for_each(|part| out.write_all(part))?;
    }
    out.flush()
}

/// The sections of an image, of which none has been looked at.
pub(super) struct Directory {
    sections: HashMap<String, (Range<usize>, u32)>,
}

impl Directory {
    /// Of an image whose header, directory and length are right.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, BadImage> {
        if !fits_machine() {
            return Err(BadImage::OtherMachine);
        }
        if !bytes.starts_with(&MAGIC) {
            return Err(BadImage::NoImage);
        }
        let header: &[u8; HEADER] =
            bytes.first_chunk().ok_or(BadImage::CutShort { expected: HEADER as u64, found: bytes.len() })?;
        let four = |at: usize| [header[at], header[at + 1], header[at + 2], header[at + 3]];
        let number = |at: usize| u32::from_ne_bytes(four(at));
        let long = |at: usize| u64::from(number(at)) | u64::from(number(at + 4)) << 32;
        if number(12) == ORDER.swap_bytes() {
            return Err(BadImage::BigEndian);
        }
        if number(60) != crc32fast::hash(&header[..60]) || number(12) != ORDER {
            return Err(BadImage::damaged("its header does not agree with its check sum"));
        }
        if number(8) != VERSION {
            return Err(BadImage::OtherVersion { found: number(8), read: VERSION });
        }
        let (length, of_directory) = (long(16), long(24));
        if (bytes.len() as u64) < length {
            return Err(BadImage::CutShort { expected: length, found: bytes.len() });
        }
        if bytes.len() as u64 > length {
            let more = bytes.len() as u64 - length;
            return Err(BadImage::damaged(&format!("it has {more} bytes behind its end")));
        }
        let end = usize::try_from(of_directory).ok().and_then(|length| HEADER.checked_add(length));
        let directory = end.and_then(|end| bytes.get(HEADER..end));
        let directory = directory.filter(|directory| crc32fast::hash(directory) == number(32));
        let directory =
            directory.ok_or_else(|| BadImage::damaged("its directory does not agree with its check sum"))?;
        Self::laid_out(directory, bytes).ok_or_else(|| BadImage::damaged("its directory does not describe it"))
    }

    /// The sections, if together they are all of the image.
    fn laid_out(directory: &[u8], bytes: &[u8]) -> Option<Self> {
        let (entries, []) = postcard::take_from_bytes::<Vec<Entry>>(directory).ok()? else { return None };
        let mut sections = HashMap::with_capacity(entries.len());
        let mut end = HEADER + directory.len();
        for Entry { name, length, sum } in entries {
            let start = end.checked_next_multiple_of(ALIGNMENT)?;
            if bytes.get(end..start)?.iter().any(|byte| *byte != 0) {
                return None;
            }
            end = start.checked_add(usize::try_from(length).ok()?)?;
            bytes.get(start..end)?;
            if sections.insert(name, (start..end, sum)).is_some() {
                return None;
            }
        }
        (end == bytes.len()).then_some(Self { sections })
    }

    /// The names of the sections, in no order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.sections.keys().map(String::as_str)
    }

    /// Where a section is whose bytes agree with its check sum.
    pub(super) fn section(&self, name: &str, bytes: &[u8]) -> Result<Range<usize>, BadImage> {
        let Some((range, sum)) = self.sections.get(name) else {
            return Err(BadImage::damaged(&format!("it has no `{name}`")));
        };
        if summed(&bytes[range.clone()]).finalize() != *sum {
            return Err(BadImage::damaged(&format!("`{name}` does not agree with its check sum")));
        }
        Ok(range.clone())
    }
}

/// Makes the check sums of an image agree with its bytes, so that what is behind them is tried.
#[cfg(any(test, feature = "arbitrary"))]
pub fn mend_image(image: &mut [u8]) -> Option<()> {
    let of_directory = u64::from_ne_bytes(image.get(24..32)?.try_into().ok()?);
    let end = HEADER.checked_add(usize::try_from(of_directory).ok()?)?;
    let (mut entries, _) = postcard::take_from_bytes::<Vec<Entry>>(image.get(HEADER..end)?).ok()?;
    let mut at = end;
    for entry in &mut entries {
        let start = at.checked_next_multiple_of(ALIGNMENT)?;
        at = start.checked_add(usize::try_from(entry.length).ok()?)?;
        entry.sum = crc32fast::hash(image.get(start..at)?);
    }
    // A damaged directory may be read and not be written as it was: then it stays.
    let directory =
        postcard::to_extend(&entries, Vec::new()).ok().filter(|directory| directory.len() == end - HEADER)?;
    image[HEADER..end].copy_from_slice(&directory);
    let header = header(image.len(), &directory);
    image[..HEADER].copy_from_slice(&header);
    Some(())
}

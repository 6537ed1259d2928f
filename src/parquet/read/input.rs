//! Where the bytes of a file come from: any place of it, on any thread.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Mutex, PoisonError};

use bytes::{Buf, Bytes};
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

/// A file, or what was read of an input that knows no places.
pub(crate) enum FileBytes {
    /// Its threads share one place, which each of them sets before it reads.
    File(Mutex<File>, u64),
    Memory(Bytes),
}

impl FileBytes {
    pub(crate) fn file(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Self::File(Mutex::new(file), length))
    }

    /// The bytes of a range.
    pub(super) fn bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let end = start.checked_add(length as u64).filter(|end| *end <= self.len());
        let end = end.ok_or_else(|| ParquetError::EOF("it refers to bytes past its end".to_owned()))?;
        match self {
            Self::Memory(bytes) => Ok(bytes.slice(start as usize..end as usize)),
            Self::File(file, _) => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                let mut bytes = Vec::with_capacity(length);
                file.seek(SeekFrom::Start(start))?;
                let read = Read::by_ref(&mut *file).take(length as u64).read_to_end(&mut bytes)?;
                if read < length {
                    return Err(ParquetError::EOF("it became shorter while it was read".to_owned()));
                }
                Ok(bytes.into())
            }
        }
    }
}

impl Length for FileBytes {
    fn len(&self) -> u64 {
        match self {
            Self::File(_, length) => *length,
            Self::Memory(bytes) => bytes.len() as u64,
        }
    }
}

impl ChunkReader for FileBytes {
    type T = bytes::buf::Reader<Bytes>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        let length = usize::try_from(self.len().saturating_sub(start)).unwrap_or(usize::MAX);
        self.bytes(start, length).map(Buf::reader)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        self.bytes(start, length)
    }
}

/// The bytes of one column of a row group, at their places of the file.
pub(super) struct Slice {
    start: u64,
    bytes: Bytes,
}

/// The most bytes that a page may unpack to: many times what anybody writes.
const LARGEST_PAGE: i64 = 256 * 1024 * 1024;

impl Slice {
    pub(super) fn read(input: &FileBytes, (start, length): (u64, u64)) -> Result<Self> {
        let fits = usize::try_from(length).map_err(|_| ParquetError::EOF("a column larger than memory".to_owned()))?;
        Ok(Self { start, bytes: input.bytes(start, fits)? })
    }

    fn from(&self, start: u64) -> Result<Bytes> {
        let at = start.checked_sub(self.start).and_then(|at| usize::try_from(at).ok());
        let at = at.filter(|at| *at <= self.bytes.len());
        at.map(|at| self.bytes.slice(at..)).ok_or_else(|| ParquetError::EOF("a page outside of its column".to_owned()))
    }
}

impl Length for Slice {
    fn len(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }
}

impl ChunkReader for Slice {
    type T = bytes::buf::Reader<Bytes>;

    /// From where a page begins, and only where room for it may be made: a few bytes can claim to be gigabytes.
    fn get_read(&self, start: u64) -> Result<Self::T> {
        let bytes = self.from(start)?;
        match unpacked_size(&bytes) {
            Some(0..=LARGEST_PAGE) => Ok(bytes.reader()),
            Some(size) => Err(ParquetError::General(format!("a page of {size} bytes, and 256 MiB is the most"))),
            None => Err(ParquetError::General("a page that does not begin with its size".to_owned())),
        }
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let bytes = self.from(start)?;
        if length > bytes.len() {
            return Err(ParquetError::EOF("a page that is cut short".to_owned()));
        }
        Ok(bytes.slice(..length))
    }
}

/// What a page's header says it unpacks to: the second of its fields, in Thrift's compact protocol.
fn unpacked_size(header: &[u8]) -> Option<i64> {
    // A field begins with its distance from the one before and its type: the next one, a number of 32 bits.
    const NEXT_NUMBER: u8 = 0x15;
    let (_kind, rest) = number(header.strip_prefix(&[NEXT_NUMBER])?)?;
    let (size, _) = number(rest.strip_prefix(&[NEXT_NUMBER])?)?;
    Some(size)
}

/// A number of seven bits a byte, the lowest first, whose lowest bit is the sign; and what comes behind it.
fn number(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let mut number = 0_u64;
    for (at, byte) in bytes.iter().enumerate().take(9) {
        number |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some(((number >> 1) as i64 ^ -((number & 1) as i64), &bytes[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_of_a_page_stands_in_its_header() {
        for (header, expected) in [
            (&[0x15, 0x00, 0x15, 0x08, 0x15][..], Some(4)),
            (&[0x15, 0x04, 0x15, 0x80, 0x80, 0x80, 0x80, 0x02], Some(1 << 28)),
            (&[0x15, 0x00, 0x15, 0x01], Some(-1)),
            (&[0x15, 0x00, 0x25, 0x01], None),
            (&[0x15, 0x80], None),
            (&[], None),
        ] {
            assert_eq!(unpacked_size(header), expected, "{header:?}");
        }
    }
}

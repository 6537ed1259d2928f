//! The bytes of an image: a file that is mapped, or what was read of a stream.
//!
//! A map is the file itself. That has a price that no program can avoid: whoever changes the file in place while it is
//! mapped changes bytes that were looked at already, which Rust promises nobody does; who cuts it short ends the process
//! at the next page that is gone (`SIGBUS`). What can be done is done: an image is never written in place, but beside and
//! moved ([`Table::save`](crate::Table::save)), and then those who have the former mapped keep the former; and whatever a
//! byte says, it is looked at by code that is bounded and safe, so that a changed byte is a wrong answer or a panic. To
//! map a file is the one `unsafe` here: that its bytes are numbers of some size is asked of them each time.

use std::fs::File;
use std::io;
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;

use memmap2::Mmap;
use zerocopy::{FromBytes, IntoBytes};

use crate::table::slab::SlabElement;

/// The bytes of an image.
#[derive(Debug)]
pub(crate) struct Map(Origin);

#[derive(Debug)]
enum Origin {
    File(Mmap),
    /// In words, so that numbers are where they can be.
    Memory {
        words: Vec<u64>,
        length: usize,
    },
}

impl Map {
    /// Of a file.
    #[allow(unsafe_code)]
    pub(crate) fn of_file(file: &File) -> io::Result<Self> {
        // SAFETY: nobody changes the file in place while it is mapped. Nothing here does, and whoever opens an image is told
        // that nothing else may: `Table::open` says so.
        let map = unsafe { Mmap::map(file)? };
        Ok(Self(Origin::File(map)))
    }

    /// Of bytes that are no file's.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Self {
        let mut words = vec![0; bytes.len().div_ceil(size_of::<u64>())];
        words.as_mut_bytes()[..bytes.len()].copy_from_slice(bytes);
        Self(Origin::Memory { words, length: bytes.len() })
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        match &self.0 {
            Origin::File(map) => map,
            Origin::Memory { words, length } => &words.as_bytes()[..*length],
        }
    }
}

/// Values one behind the other somewhere in an image.
#[derive(Clone, Debug)]
pub(crate) struct MappedSlice<T> {
    map: Arc<Map>,
    range: Range<usize>,
    values: PhantomData<fn() -> T>,
}

impl<T: SlabElement> MappedSlice<T> {
    /// The values that a range of bytes is, if it is there and is whole values of the type, where such can stand.
    pub(crate) fn new(map: &Arc<Map>, range: Range<usize>) -> Option<Self> {
        <[T]>::ref_from_bytes(map.bytes().get(range.clone())?).ok()?;
        Some(Self { map: Arc::clone(map), range, values: PhantomData })
    }

    #[inline]
    pub(crate) fn as_slice(&self) -> &[T] {
        // OK because `new` has looked, and a map keeps its place and its length.
        self.map.bytes().get(self.range.clone()).and_then(|bytes| <[T]>::ref_from_bytes(bytes).ok()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_where_they_are_whole_and_can_be() {
        let map = Arc::new(Map::of_bytes(&[1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3]));
        assert_eq!(map.bytes().len(), 17);
        let words = |range| MappedSlice::<u64>::new(&map, range).map(|words| words.as_slice().to_vec());
        for (range, expected) in [
            (0..16, Some(vec![1, 2])),
            (8..16, Some(vec![2])),
            (16..16, Some(vec![])),
            (4..12, None),
            (0..12, None),
            (8..24, None),
            (99..99, None),
        ] {
            assert_eq!(words(range.clone()), expected, "{range:?}");
        }
        assert_eq!(MappedSlice::<u8>::new(&map, 15..17).unwrap().as_slice(), [0, 3]);
    }
}

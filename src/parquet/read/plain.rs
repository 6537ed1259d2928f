//! Values one behind the other, in the physical types.

use bytes::Bytes;
use parquet::basic::Type as Physical;

use super::damage::Damage;
use crate::columnar::{Raw, ValueDictionary};

/// Values in the encoding PLAIN, read from the front.
pub(super) struct PlainValues {
    bytes: Bytes,
    /// In bytes; of booleans, in bits.
    at: usize,
    physical: Physical,
    /// How many bytes each has, where those are as many for all and the type does not say.
    width: usize,
}

impl PlainValues {
    pub(super) fn new(bytes: Bytes, physical: Physical, width: usize) -> Self {
        Self { bytes, at: 0, physical, width }
    }

    /// The next value, if there is one.
    pub(super) fn next(&mut self) -> Option<Raw<'_>> {
        if self.physical == Physical::BOOLEAN {
            let byte = *self.bytes.get(self.at / 8)?;
            let bit = byte >> (self.at % 8) & 1;
            self.at += 1;
            return Some(Raw::Bool(bit == 1));
        }
        let (start, end) = value_at(&self.bytes, self.at, self.physical, self.width)?;
        self.at = end;
        raw(&self.bytes[start..end], self.physical)
    }
}

/// The values that the pages of a column refer to.
#[derive(Default)]
pub(super) struct Dictionary {
    bytes: Bytes,
    /// Where each is.
    places: Vec<(u32, u32)>,
    physical: Option<Physical>,
}

impl Dictionary {
    pub(super) fn new(bytes: Bytes, count: usize, physical: Physical, width: usize) -> Result<Self, Damage> {
        let mut places = Vec::with_capacity(count.min(bytes.len()));
        let mut at = 0;
        for _ in 0..count {
            let (start, end) = value_at(&bytes, at, physical, width).ok_or_else(Damage::cut_short)?;
            // OK because no page has 4 GiB.
            places.push((start as u32, end as u32));
            at = end;
        }
        Ok(Self { bytes, places, physical: Some(physical) })
    }
}

impl ValueDictionary for Dictionary {
    fn len(&self) -> usize {
        self.places.len()
    }

    fn look<R>(&self, place: u32, look: impl FnOnce(Raw<'_>) -> R) -> Option<R> {
        let ((start, end), physical) = self.places.get(place as usize).zip(self.physical)?;
        raw(&self.bytes[*start as usize..*end as usize], physical).map(look)
    }
}

/// Where the bytes of the value are that begins at `at`.
fn value_at(bytes: &[u8], at: usize, physical: Physical, width: usize) -> Option<(usize, usize)> {
    let (start, length) = match physical {
        // Dictionaries of booleans are not a thing.
        Physical::BOOLEAN => return None,
        Physical::INT32 | Physical::FLOAT => (at, 4),
        Physical::INT64 | Physical::DOUBLE => (at, 8),
        Physical::INT96 => (at, 12),
        Physical::FIXED_LEN_BYTE_ARRAY => (at, width),
        Physical::BYTE_ARRAY => {
            let length = u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?);
            (at + 4, length as usize)
        }
    };
    let end = start.checked_add(length).filter(|end| *end <= bytes.len())?;
    Some((start, end))
}

fn raw(bytes: &[u8], physical: Physical) -> Option<Raw<'_>> {
    Some(match physical {
        Physical::BOOLEAN => return None,
        Physical::INT32 => Raw::Int(i32::from_le_bytes(bytes.try_into().ok()?).into()),
        Physical::INT64 => Raw::Int(i64::from_le_bytes(bytes.try_into().ok()?)),
        Physical::FLOAT => Raw::from_f32(f32::from_le_bytes(bytes.try_into().ok()?)),
        Physical::DOUBLE => Raw::Float(f64::from_le_bytes(bytes.try_into().ok()?)),
        Physical::INT96 | Physical::BYTE_ARRAY | Physical::FIXED_LEN_BYTE_ARRAY => Raw::Bytes(bytes),
    })
}

//! One column of a row group: its pages, one after the other.

use bytes::Bytes;
use parquet::basic::{Encoding, Type as Physical};
use parquet::column::page::{Page, PageReader};
use parquet::file::metadata::ColumnChunkMetaData;

use super::damage::{Damage, guarded};
use super::input::FileBytes;
use super::pages::{ColumnPages, PageMemory};
use super::plain::{Dictionary, PlainValues};
use super::rle_bit_packed::RleBitPacked;
use super::whole::WholeColumn;
use crate::columnar::{Raw, RowVisitor, ScalarSource};

/// The values of a column of a row group, read from the front.
pub(super) struct Chunk {
    pages: PagesOf,
    physical: Physical,
    width: usize,
    /// The definition level of a value, and of nothing else.
    max_definition_level: u32,
    dictionary: Dictionary,
    page: DataPage,
    // Kept from one call to the next for their room.
    levels: Vec<u32>,
    places: Vec<u32>,
}

enum PagesOf {
    Each(Box<ColumnPages>),
    /// Encodings that save what a dictionary cannot, and that few write: their values come as plain ones.
    Whole(Box<WholeColumn>),
}

/// What is left of a page.
pub(super) struct DataPage {
    pub(super) rows: usize,
    pub(super) levels: Levels,
    pub(super) values: PageValues,
}

/// Which rows of a page have a value.
pub(super) enum Levels {
    All,
    Encoded(RleBitPacked),
    /// From one on.
    Known(Vec<u32>, usize),
}

/// The values of a page that are there.
pub(super) enum PageValues {
    /// Places in the dictionary.
    Places(RleBitPacked),
    Plain(PlainValues),
    /// Booleans, as numbers.
    Bits(RleBitPacked),
}

impl Chunk {
    pub(super) fn open(input: &FileBytes, column: &ColumnChunkMetaData, memory: &PageMemory) -> Result<Self, Damage> {
        let descriptor = column.column_descr();
        let physical = descriptor.physical_type();
        let width = usize::try_from(descriptor.type_length()).unwrap_or(0);
        let max_definition_level = u32::try_from(descriptor.max_def_level()).unwrap_or(0);
        if physical == Physical::FIXED_LEN_BYTE_ARRAY && width == 0 {
            // Any number of them needs no bytes.
            return Err(Damage::new("values of no bytes"));
        }
        let pages = ColumnPages::open(input, column, memory)?;
        #[allow(deprecated)] // bits: of levels that are not there, in what older libraries write
        let is_read_by_page = |encoding| {
            use Encoding::{BIT_PACKED, PLAIN, PLAIN_DICTIONARY, RLE, RLE_DICTIONARY};
            matches!(encoding, PLAIN | PLAIN_DICTIONARY | RLE_DICTIONARY | RLE | BIT_PACKED)
        };
        let pages = if column.encodings().all(is_read_by_page) {
            PagesOf::Each(Box::new(pages))
        } else {
            PagesOf::Whole(Box::new(WholeColumn::new(column.column_descr_ptr(), pages)))
        };
        Ok(Self {
            pages,
            physical,
            width,
            max_definition_level,
            dictionary: Dictionary::default(),
            page: DataPage {
                rows: 0,
                levels: Levels::All,
                values: PageValues::Plain(PlainValues::new(Bytes::new(), physical, width)),
            },
            levels: Vec::new(),
            places: Vec::new(),
        })
    }

    fn read_from_page(&mut self, rows: usize, into: &mut impl RowVisitor) -> Result<(), Damage> {
        let Self { page, levels, places, dictionary, max_definition_level, .. } = self;
        levels.clear();
        let all = match &mut page.levels {
            Levels::All => true,
            Levels::Encoded(encoded) => {
                encoded.read(rows, levels)?;
                false
            }
            Levels::Known(known, from) => {
                levels.extend(known.get(*from..*from + rows).unwrap_or_default());
                *from += rows;
                false
            }
        };
        let present = if all { rows } else { levels.iter().filter(|level| *level == max_definition_level).count() };
        match &mut page.values {
            PageValues::Places(encoded) => {
                places.clear();
                encoded.read(present, places)?;
                let mut next = places.iter();
                spread(rows, present, levels, *max_definition_level, into, |into| match next.next() {
                    Some(place) => Ok(into.place(*place, dictionary)?),
                    None => Err(Damage::cut_short()),
                })
            }
            PageValues::Bits(encoded) => {
                places.clear();
                encoded.read(present, places)?;
                let mut next = places.iter();
                spread(rows, present, levels, *max_definition_level, into, |into| {
                    next.next().map(|bit| into.value(Raw::Bool(*bit != 0))).ok_or_else(Damage::cut_short)
                })
            }
            PageValues::Plain(values) => spread(rows, present, levels, *max_definition_level, into, |into| {
                values.next().map(|value| into.value(value)).ok_or_else(Damage::cut_short)
            }),
        }
    }

    fn next_page(&mut self, into: &mut impl RowVisitor) -> Result<(), Damage> {
        let page = match &mut self.pages {
            PagesOf::Whole(column) => {
                self.page = column.next()?;
                return Ok(());
            }
            PagesOf::Each(pages) => guarded(|| Ok(pages.get_next_page()?))?,
        };
        match page.ok_or_else(|| Damage::new("a column has fewer rows than its row group"))? {
            Page::DictionaryPage { buf, num_values, .. } => {
                self.dictionary = Dictionary::new(buf, num_values as usize, self.physical, self.width)?;
                into.new_dictionary();
            }
            Page::DataPage { mut buf, num_values, encoding, def_level_encoding, .. } => {
                let mut levels = Levels::All;
                if self.max_definition_level > 0 {
                    if def_level_encoding != Encoding::RLE {
                        return Err(Damage::unsupported(
                            "the Parquet data has levels in an encoding that is no longer read",
                        ));
                    }
                    let length = buf.get(..4).and_then(|four| four.try_into().ok()).map(u32::from_le_bytes);
                    let length = length.ok_or_else(Damage::cut_short)? as usize;
                    let mut rest = buf.split_off(4);
                    if length > rest.len() {
                        return Err(Damage::cut_short());
                    }
                    buf = rest.split_off(length);
                    levels = self.levels(rest)?;
                }
                self.begin(num_values, levels, buf, encoding)?;
            }
            Page::DataPageV2 { mut buf, num_values, encoding, def_levels_byte_len, rep_levels_byte_len, .. } => {
                let (repeated, defined) = (rep_levels_byte_len as usize, def_levels_byte_len as usize);
                if repeated.saturating_add(defined) > buf.len() {
                    return Err(Damage::cut_short());
                }
                let mut rest = buf.split_off(repeated);
                let values = rest.split_off(defined);
                let levels = if self.max_definition_level > 0 { self.levels(rest)? } else { Levels::All };
                self.begin(num_values, levels, values, encoding)?;
            }
        }
        Ok(())
    }

    fn levels(&self, bytes: Bytes) -> Result<Levels, Damage> {
        Ok(Levels::Encoded(RleBitPacked::new(bytes, u32::BITS - self.max_definition_level.leading_zeros())?))
    }

    fn begin(&mut self, rows: u32, levels: Levels, mut bytes: Bytes, encoding: Encoding) -> Result<(), Damage> {
        let values = match encoding {
            Encoding::PLAIN => PageValues::Plain(PlainValues::new(bytes, self.physical, self.width)),
            Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY => {
                // A page without any value may do without the bits of each.
                let bits = bytes.first().copied().unwrap_or(0);
                let places = bytes.split_off(bytes.len().min(1));
                PageValues::Places(RleBitPacked::new(places, bits.into())?)
            }
            Encoding::RLE if self.physical == Physical::BOOLEAN => {
                let bits = bytes.split_off(bytes.len().min(4));
                PageValues::Bits(RleBitPacked::new(bits, 1)?)
            }
            other => return Err(Damage::unsupported(format!("the Parquet data has values encoded as {other}"))),
        };
        self.page = DataPage { rows: rows as usize, levels, values };
        Ok(())
    }
}

impl ScalarSource for Chunk {
    type Failure = Damage;

    fn read(&mut self, mut rows: usize, into: &mut impl RowVisitor) -> Result<(), Damage> {
        while rows > 0 {
            if self.page.rows == 0 {
                self.next_page(into)?;
                continue;
            }
            let now = rows.min(self.page.rows);
            self.read_from_page(now, into)?;
            self.page.rows -= now;
            rows -= now;
        }
        Ok(())
    }
}

/// Hands on a value for each row that has one.
fn spread<R: RowVisitor>(
    rows: usize,
    present: usize,
    levels: &[u32],
    max_definition_level: u32,
    into: &mut R,
    mut value: impl FnMut(&mut R) -> Result<(), Damage>,
) -> Result<(), Damage> {
    // With no look at the levels where nothing is absent.
    if present == rows {
        return (0..rows).try_for_each(|_| value(into));
    }
    levels.iter().try_for_each(|level| {
        if *level == max_definition_level {
            return value(into);
        }
        into.none();
        Ok(())
    })
}

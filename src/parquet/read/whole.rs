//! Columns in encodings that only the format's library reads: as pages of plain values.

use bytes::Bytes;
use parquet::basic::Type as Physical;
use parquet::column::reader::{ColumnReader, get_column_reader};
use parquet::data_type::AsBytes;
use parquet::schema::types::ColumnDescPtr;

use super::chunk::{DataPage, Levels, PageValues};
use super::damage::{Damage, guarded};
use super::pages::{Allowance, ColumnPages};
use super::plain::PlainValues;

/// How many rows become a page.
const ROWS: usize = 8 * 1024;

/// As many of texts: a few bytes may say that each is all of the one before, however long that is.
pub(super) const ROWS_OF_TEXTS: usize = 64;

/// The most bytes that the texts may have that are read at one time.
const MOST_BYTES: usize = 256 * 1024 * 1024;

/// The most entries that the maps may have that are read at one time.
const MOST_ENTRIES: u64 = 16 << 20;

/// The values of a column, whatever their encoding.
pub(super) struct WholeColumn {
    reader: ColumnReader,
    physical: Physical,
    width: usize,
    pub(super) max_definition_level: i16,
    repeats: bool,
    allowance: Allowance,
}

/// Some rows of it.
pub(super) struct Records {
    pub(super) rows: usize,
    /// The definition level of each value, and of each row without one; empty where every row has a value.
    pub(super) levels: Vec<i16>,
    /// With each of them, whether it is in the row of the one before; nothing where none is.
    pub(super) repeated: Vec<i16>,
    pub(super) values: PlainValues,
}

impl WholeColumn {
    pub(super) fn new(descriptor: ColumnDescPtr, pages: ColumnPages) -> Self {
        Self {
            allowance: pages.allowance(),
            physical: descriptor.physical_type(),
            width: usize::try_from(descriptor.type_length()).unwrap_or(0),
            max_definition_level: descriptor.max_def_level(),
            repeats: descriptor.max_rep_level() > 0,
            reader: get_column_reader(descriptor, Box::new(pages)),
        }
    }

    /// The next rows as a page.
    pub(super) fn next(&mut self) -> Result<DataPage, Damage> {
        let Records { rows, levels, values, .. } = self.records(ROWS)?;
        let levels = if self.max_definition_level > 0 {
            // OK because levels are never negative.
            Levels::Known(levels.into_iter().map(|level| level as u32).collect(), 0)
        } else {
            Levels::All
        };
        Ok(DataPage { rows, levels, values: PageValues::Plain(values) })
    }

    /// The next rows, at most `most`.
    pub(super) fn records(&mut self, most: usize) -> Result<Records, Damage> {
        let (mut levels, mut repeated, mut bytes) = (Vec::new(), Vec::new(), Vec::new());
        let (defines, repeats) = (self.max_definition_level > 0, self.repeats);
        let most = if self.physical == Physical::BYTE_ARRAY { most.min(ROWS_OF_TEXTS) } else { most };
        if repeats {
            self.allowance.renew(MOST_ENTRIES);
        }
        let rows = guarded(|| {
            /// Reads values, and appends each as it is in the encoding PLAIN.
            macro_rules! read {
                ($reader:ident, $value:ident => $plain:expr) => {{
                    let mut values = Vec::new();
                    let (levels, repeated) = (defines.then_some(&mut levels), repeats.then_some(&mut repeated));
                    let (rows, ..) = $reader.read_records(most, levels, repeated, &mut values)?;
                    for $value in &values {
                        $plain
                    }
                    rows
                }};
            }
            Ok(match &mut self.reader {
                ColumnReader::BoolColumnReader(reader) => {
                    let mut flags = 0;
                    read!(reader, flag => {
                        if flags % 8 == 0 {
                            bytes.push(0);
                        }
                        if let Some(last) = bytes.last_mut() {
                            *last |= u8::from(*flag) << (flags % 8);
                        }
                        flags += 1;
                    })
                }
                ColumnReader::Int32ColumnReader(reader) => {
                    read!(reader, value => bytes.extend_from_slice(&value.to_le_bytes()))
                }
                ColumnReader::Int64ColumnReader(reader) => {
                    read!(reader, value => bytes.extend_from_slice(&value.to_le_bytes()))
                }
                ColumnReader::FloatColumnReader(reader) => {
                    read!(reader, value => bytes.extend_from_slice(&value.to_le_bytes()))
                }
                ColumnReader::DoubleColumnReader(reader) => {
                    read!(reader, value => bytes.extend_from_slice(&value.to_le_bytes()))
                }
                ColumnReader::Int96ColumnReader(reader) => {
                    read!(reader, value => bytes.extend_from_slice(value.as_bytes()))
                }
                ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                    read!(reader, value => bytes.extend_from_slice(value.data()))
                }
                ColumnReader::ByteArrayColumnReader(reader) => {
                    read!(reader, value => {
                        if value.len() > MOST_BYTES.saturating_sub(bytes.len()) {
                            return Err(Damage::new("texts of more than 256 MiB in 64 rows"));
                        }
                        bytes.extend_from_slice(&(value.len() as u32).to_le_bytes());
                        bytes.extend_from_slice(value.data());
                    })
                }
            })
        })?;
        if rows == 0 {
            return Err(Damage::new("a column has fewer rows than its row group"));
        }
        let values = PlainValues::new(Bytes::from(bytes), self.physical, self.width);
        Ok(Records { rows, levels, repeated, values })
    }
}

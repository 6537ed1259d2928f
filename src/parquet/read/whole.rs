//! Columns in encodings that only the format's library reads: as pages of plain values.

use bytes::Bytes;
use parquet::basic::Type as Physical;
use parquet::column::page::PageReader;
use parquet::column::reader::{ColumnReader, get_column_reader};
use parquet::data_type::AsBytes;
use parquet::schema::types::ColumnDescPtr;

use super::chunk::{DataPage, Levels, PageValues};
use super::damage::{Damage, guarded};
use super::plain::PlainValues;

/// How many rows become a page.
const ROWS: usize = 8 * 1024;

/// The values of a column, whatever their encoding.
pub(super) struct WholeColumn {
    reader: ColumnReader,
    physical: Physical,
    width: usize,
    there: i16,
}

impl WholeColumn {
    pub(super) fn new(descriptor: ColumnDescPtr, pages: Box<dyn PageReader>) -> Self {
        Self {
            physical: descriptor.physical_type(),
            width: usize::try_from(descriptor.type_length()).unwrap_or(0),
            there: descriptor.max_def_level(),
            reader: get_column_reader(descriptor, pages),
        }
    }

    /// The next rows as a page.
    pub(super) fn next(&mut self) -> Result<DataPage, Damage> {
        let (mut levels, mut bytes) = (Vec::new(), Vec::new());
        let with_levels = self.there > 0;
        let rows = guarded(|| {
            /// Reads values, and appends each as it is in the encoding PLAIN.
            macro_rules! read {
                ($reader:ident, $value:ident => $plain:expr) => {{
                    let mut values = Vec::new();
                    let levels = with_levels.then_some(&mut levels);
                    let (rows, ..) = $reader.read_records(ROWS, levels, None, &mut values)?;
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
                        // OK because no page has 4 GiB.
                        bytes.extend_from_slice(&(value.len() as u32).to_le_bytes());
                        bytes.extend_from_slice(value.data());
                    })
                }
            })
        })?;
        if rows == 0 {
            return Err(Damage::new("a column has fewer rows than its row group"));
        }
        let levels = if with_levels {
            // OK because levels are never negative.
            Levels::Known(levels.into_iter().map(|level: i16| level as u32).collect(), 0)
        } else {
            Levels::All
        };
        let values = PageValues::Plain(PlainValues::new(Bytes::from(bytes), self.physical, self.width));
        Ok(DataPage { rows, levels, values })
    }
}

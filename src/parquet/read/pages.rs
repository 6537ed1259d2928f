//! The pages of a column of a row group, of which no more is unpacked at one time than there may be.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parquet::basic::{Compression, Encoding};
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::serialized_reader::SerializedPageReader;

use super::damage::{Damage, guarded};
use super::input::{FileBytes, Slice};
use crate::limits::MAX_RECORD_BYTES;

/// The most bytes that the pages may unpack to that are open in a row group at one time: one of each column, and its
/// dictionary. A few bytes can unpack to gigabytes.
const MOST_UNPACKED: u64 = 1 << 30;

/// The most bytes that the columns may have that are read of a row group.
const MOST_PACKED: u64 = 4 << 30;

/// The most bytes of a page of texts of which each is told by what it shares with the one before: a few bytes can say that
/// it is all of that.
const LARGEST_OF_DELTAS: usize = MAX_RECORD_BYTES;

/// Whether pages that are packed so can be unpacked; if not, what to do about it.
pub(super) fn can_unpack(packing: Compression) -> Result<(), Damage> {
    let name = match packing {
        Compression::BROTLI(_) => "brotli",
        Compression::LZO => "LZO",
        _ => return Ok(()),
    };
    Err(Damage::unsupported(format!(
        "the Parquet data is packed with {name}, which is not read; write it with zstd, as DuckDB does by \
         `COPY (FROM 'FILE') TO 'NEW.parquet' (COMPRESSION zstd)`"
    )))
}

/// How much of a row group is in memory.
#[derive(Clone, Default)]
pub(super) struct PageMemory {
    unpacked: Arc<AtomicU64>,
    packed: Arc<AtomicU64>,
}

impl PageMemory {
    /// One page takes the place of another.
    fn swap(&self, before: &mut u64, now: usize) -> Result<()> {
        let now = now as u64;
        self.unpacked.fetch_sub(*before, Ordering::Relaxed);
        *before = now;
        let all = self.unpacked.fetch_add(now, Ordering::Relaxed) + now;
        if all > MOST_UNPACKED {
            return Err(ParquetError::General(
                "the pages of a row group unpack to more than 1 GiB at one time".to_owned(),
            ));
        }
        Ok(())
    }

    fn add_packed(&self, length: u64) -> Result<()> {
        let all = self.packed.fetch_add(length, Ordering::Relaxed).saturating_add(length);
        if all > MOST_PACKED {
            return Err(ParquetError::General("a row group of more than 4 GiB".to_owned()));
        }
        Ok(())
    }
}

/// Reads the pages of a column.
pub(super) struct ColumnPages {
    pages: SerializedPageReader<Slice>,
    memory: PageMemory,
    /// How many bytes the dictionary has, and the page in hand.
    dictionary: u64,
    page: u64,
    /// How many values the pages had that were read.
    values: Arc<AtomicU64>,
    /// The most of them, for now.
    most_values: Arc<AtomicU64>,
}

/// Says how many values more may be read.
pub(super) struct Allowance {
    values: Arc<AtomicU64>,
    most_values: Arc<AtomicU64>,
}

impl Allowance {
    /// From here on, pages of `values` values may be read.
    pub(super) fn renew(&self, values: u64) {
        self.most_values.store(self.values.load(Ordering::Relaxed).saturating_add(values), Ordering::Relaxed);
    }
}

impl ColumnPages {
    pub(super) fn open(input: &FileBytes, column: &ColumnChunkMetaData, memory: &PageMemory) -> Result<Self, Damage> {
        let rows = usize::try_from(column.num_values()).unwrap_or(0);
        // The metadata's own check of it panics where it makes no sense.
        let range = guarded(|| Ok(column.byte_range()))?;
        memory.add_packed(range.1)?;
        let slice = Arc::new(Slice::read(input, range)?);
        Ok(Self {
            pages: SerializedPageReader::new(slice, column, rows, None)?,
            memory: memory.clone(),
            dictionary: 0,
            page: 0,
            values: Arc::default(),
            most_values: Arc::new(u64::MAX.into()),
        })
    }

    pub(super) fn allowance(&self) -> Allowance {
        Allowance { values: Arc::clone(&self.values), most_values: Arc::clone(&self.most_values) }
    }
}

impl PageReader for ColumnPages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.pages.get_next_page()?;
        let Some(read) = &page else { return Ok(page) };
        let length = read.buffer().len();
        if read.encoding() == Encoding::DELTA_BYTE_ARRAY && length > LARGEST_OF_DELTAS {
            return Err(ParquetError::General(
                "a page of texts with more than 16 MiB, told by what they share".to_owned(),
            ));
        }
        if read.is_dictionary_page() {
            self.memory.swap(&mut self.dictionary, length)?;
            return Ok(page);
        }
        self.memory.swap(&mut self.page, length)?;
        let values = u64::from(read.num_values());
        if self.values.fetch_add(values, Ordering::Relaxed).saturating_add(values)
            > self.most_values.load(Ordering::Relaxed)
        {
            return Err(ParquetError::General("rows with more entries than any map has".to_owned()));
        }
        Ok(page)
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.pages.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.pages.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        self.pages.at_record_boundary()
    }
}

impl Iterator for ColumnPages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

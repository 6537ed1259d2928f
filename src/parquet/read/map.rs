//! Custom fields as one map: two columns, of which a row has any number of entries.

use parquet::file::metadata::ColumnChunkMetaData;

use super::damage::Damage;
use super::input::FileBytes;
use super::pages::{ColumnPages, PageMemory};
use super::plain::Raw;
use super::whole::{Records, WholeColumn};

/// The entries of the maps of a row group, read from the front.
pub(super) struct MapChunk {
    keys: WholeColumn,
    values: WholeColumn,
}

impl MapChunk {
    pub(super) fn open(
        input: &FileBytes,
        keys: &ColumnChunkMetaData,
        values: &ColumnChunkMetaData,
        memory: &PageMemory,
    ) -> Result<Self, Damage> {
        let open = |column: &ColumnChunkMetaData| {
            Ok::<_, Damage>(WholeColumn::new(column.column_descr_ptr(), ColumnPages::open(input, column, memory)?))
        };
        Ok(Self { keys: open(keys)?, values: open(values)? })
    }

    /// Visits the entries of `rows` rows: the row, the key, and the value where there is one.
    pub(super) fn read(
        &mut self,
        rows: usize,
        each: &mut dyn FnMut(usize, Raw<'_>, Option<Raw<'_>>),
    ) -> Result<(), Damage> {
        let mut first = 0;
        while first < rows {
            let mut keys = self.keys.records(rows - first)?;
            let mut values = self.values.records(keys.rows)?;
            if values.rows != keys.rows || values.levels.len() != keys.levels.len() {
                return Err(Damage::new("a map has not as many keys as values"));
            }
            let mut row = first;
            for at in 0..keys.levels.len() {
                if at > 0 && keys.repeated.get(at) == Some(&0) {
                    row += 1;
                }
                if keys.levels[at] < self.keys.max_definition_level {
                    continue;
                }
                let value = match values.levels[at] == self.values.max_definition_level {
                    true => Some(values.values.next().ok_or_else(Damage::cut_short)?),
                    false => None,
                };
                let Records { values: keys, .. } = &mut keys;
                let key = keys.next().ok_or_else(Damage::cut_short)?;
                each(row, key, value);
            }
            first += keys.rows;
        }
        Ok(())
    }
}

//! From a table to a file.

use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::{Compression, Repetition, ZstdLevel};
use parquet::column::writer::{ColumnCloseResult, ColumnWriter, get_column_writer};
use parquet::data_type::ByteArray;
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder, WriterPropertiesPtr};
use parquet::file::writer::{SerializedFileWriter, SerializedPageWriter, TrackedWrite};
use parquet::schema::types::{ColumnDescPtr, ColumnPath, Type, TypePtr};
use rayon::prelude::*;

use super::metadata::{FileGuarantees, WRITER, json_to_key_value};
use super::schema::{self, Plain};
use crate::catalogue::{TextField, TimeField};
use crate::columnar::{IS_MEMBERSHIP, WrittenType, column_name};
use crate::estimate::{Sample, SampleInfo};
use crate::table::shard::MOST;
use crate::table::{CellRef, ColumnId, RowBlock, Table, TableCells};

/// Rows of a row group: about as many as others write, and as many as two shards hold when they are read.
const GROUP: usize = 2 * MOST;

/// The rows of a group that is ended early, where the next contacts are on other lists.
const EARLY: usize = GROUP / 4;

/// Writes a table as Parquet: flat, a row a membership, with the columns of CSV and the types of their values.
///
/// What is written can be read again by [`RecordReader`](crate::RecordReader), with the same contacts, and by whatever
/// reads Parquet. Contacts stand in the order in which they were first seen, but those on the same lists together. A field
/// that no record gave has no column, so that whoever asks the file for it is told, as they were of the records. Where
/// some records say whether a contact is valid or on the do-not-call list and others do not, the file says of those what
/// counts then, yes and no; read after another file of the same contact, it says so of both. A table does not know whether its contacts are a sample:
/// where [`ReadReport::drawn`](crate::records::ReadReport::drawn) says so, [`write_sample`] keeps it. `progress` is told from time to time how many rows have
/// been written.
///
/// # Errors
///
/// The first error of `out`, as it is; what was written before it stays written, and is no file that can be read.
///
/// ```
/// use headcount::records::{Input, write_parquet};
/// use headcount::{Population, RecordReader};
///
/// let csv = "phone_number,list_id,click_count,custom_fields.state\n+1,7,12,CA\n+1,8,,\n+2,7,1,\n";
/// let table = RecordReader::new().table([Input::new("contacts.csv", csv.as_bytes())])?;
/// let mut file = Vec::new();
/// write_parquet(&table, &mut file, &mut |_| {})?;
///
/// let again = RecordReader::new().contacts(Input::new("contacts.parquet", &file[..])).collect::<Result<Population, _>>()?;
/// assert_eq!((again.memberships(), again.contacts().len()), (3, 2));
/// assert_eq!(again.get("+1").map(|contact| contact.memberships[0].click_count), Some(12));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_parquet(table: &Table, mut out: impl Write, progress: &mut dyn FnMut(u64)) -> io::Result<()> {
    ParquetLayout::of(&table.compacted(), None)?.write(&mut out, progress)
}

/// Writes a sample as [`write_parquet`] does a table; the file's metadata has what was drawn, and
/// [`ReadReport::drawn`](crate::records::ReadReport::drawn) tells it to whoever reads the file.
///
/// # Errors
///
/// As [`write_parquet`].
pub fn write_sample(sample: &Sample, mut out: impl Write, progress: &mut dyn FnMut(u64)) -> io::Result<()> {
    ParquetLayout::of(&sample.table().compacted(), Some(sample.drawn()))?.write(&mut out, progress)
}

/// A file before it is written.
struct ParquetLayout<'t> {
    cells: TableCells<'t>,
    promise: FileGuarantees,
    columns: Vec<WrittenColumn>,
    schema: TypePtr,
}

/// A column, and where its values come from.
enum WrittenColumn {
    Phone,
    IsMembership,
    TableCells {
        id: ColumnId,
        written: WrittenType,
        /// The column's dictionary as it is written.
        values: Vec<Plain>,
    },
}

impl<'t> ParquetLayout<'t> {
    fn of(table: &'t Table, drawn: Option<SampleInfo>) -> Result<Self> {
        let cells = table.cells();
        let promise = FileGuarantees {
            contacts: table.len() as u64,
            memberships: table.memberships(),
            all_in_e164: table.is_all_in_e164(),
            drawn,
        };
        let phone_number = ColumnId::Text(TextField::PhoneNumber);
        let mut columns = vec![WrittenColumn::Phone];
        let mut types = vec![schema::column(WrittenType::Text, phone_number.name(), Repetition::REQUIRED)?];
        let parts = cells.parts();
        let rows: usize = parts.iter().map(|part| cells.rows(part)).sum();
        if rows as u64 > promise.memberships {
            columns.push(WrittenColumn::IsMembership);
            types.push(schema::column(WrittenType::Boolean, IS_MEMBERSHIP, Repetition::REQUIRED)?);
        }
        for id in cells.columns().into_iter().filter(|id| table.gives(id)) {
            let values = cells.values(&id);
            let written = WrittenType::of(&id, values.iter().copied().chain(cells.values_of_overflow(&id)));
            types.push(schema::column(written, &column_name(&id), Repetition::OPTIONAL)?);
            let values = values.into_iter().map(|cell| written.value(cell).into()).collect();
            columns.push(WrittenColumn::TableCells { id, written, values });
        }
        let schema = Arc::new(Type::group_type_builder("contacts").with_fields(types).build()?);
        Ok(Self { cells, promise, columns, schema })
    }

    fn write(&self, out: &mut dyn Write, progress: &mut dyn FnMut(u64)) -> io::Result<()> {
        let properties = self.properties()?;
        let mut file = SerializedFileWriter::new(Vec::new(), Arc::clone(&self.schema), Arc::clone(&properties))?;
        let mut written = 0;
        for group in self.groups() {
            let descriptors = file.schema_descr().columns().to_vec();
            // Column by column on all threads, and group by group, so that one of them is in memory.
            let columns = self.columns.par_iter().zip(descriptors);
            let columns: Vec<_> = columns
                .map(|(column, descriptor)| self.chunk(column, &group, descriptor, &properties))
                .collect::<Result<_>>()?;
            let mut rows = file.next_row_group()?;
            for (bytes, close) in columns {
                rows.append_column(&bytes, close)?;
            }
            rows.close()?;
            file.flush()?;
            out.write_all(file.inner())?;
            file.inner_mut().clear();
            written += group.iter().map(|part| self.cells.rows(part) as u64).sum::<u64>();
            progress(written);
        }
        out.write_all(&file.into_inner()?)?;
        out.flush()
    }

    fn properties(&self) -> Result<WriterPropertiesPtr> {
        let properties = WriterProperties::builder()
            .set_created_by(WRITER.to_owned())
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_key_value_metadata(Some(vec![self.promise.to_key_value(), json_to_key_value(self.json_columns())]))
            // The offsets of pages serve those who look for single rows.
            .set_offset_index_disabled(true);
        // Hardly an instant comes twice, and a phone number a few times in a row and never again: a dictionary would
        // hold nearly all of them.
        let times = TimeField::ALL.iter().map(|field| ColumnId::Time(*field));
        let distinct = times.chain([ColumnId::Text(TextField::PhoneNumber)]);
        let without = |properties: WriterPropertiesBuilder, id: ColumnId| {
            properties.set_column_dictionary_enabled(ColumnPath::from(id.name()), false)
        };
        Ok(Arc::new(distinct.fold(properties, without).build()))
    }

    /// The names of the columns whose texts are JSON.
    fn json_columns(&self) -> impl Iterator<Item = &str> {
        let is_json =
            |column: &WrittenColumn| matches!(column, WrittenColumn::TableCells { written: WrittenType::Json, .. });
        let columns = self.columns.iter().zip(self.schema.get_fields());
        columns.filter(move |(column, _)| is_json(column)).map(|(_, of_type)| of_type.name())
    }

    /// The parts of each row group. A group ends where it is full, or where it is worth its while and the next contacts
    /// are on other lists: so the least and the greatest list of a group say much.
    fn groups(&self) -> Vec<Vec<RowBlock>> {
        let mut groups = Vec::new();
        let mut group: Vec<RowBlock> = Vec::new();
        let mut rows = 0;
        for part in self.cells.parts() {
            let others = group.last().is_some_and(|last| last.lists.first() != part.lists.first());
            let mut rest = Some(part);
            if rows >= EARLY && others {
                groups.push(std::mem::take(&mut group));
                rows = 0;
            }
            while let Some(part) = rest {
                let (fits, more) = self.cells.split(part, GROUP - rows);
                rows += self.cells.rows(&fits);
                group.push(fits);
                rest = more;
                if rest.is_some() || rows >= GROUP {
                    groups.push(std::mem::take(&mut group));
                    rows = 0;
                }
            }
        }
        groups.push(group);
        groups.retain(|group| !group.is_empty());
        groups
    }

    /// A column of a row group as it stands in the file.
    fn chunk(
        &self,
        column: &WrittenColumn,
        group: &[RowBlock],
        descriptor: ColumnDescPtr,
        properties: &WriterPropertiesPtr,
    ) -> Result<(bytes::Bytes, ColumnCloseResult)> {
        let mut bytes = TrackedWrite::new(Vec::new());
        let pages = Box::new(SerializedPageWriter::new(&mut bytes));
        let mut writer = get_column_writer(descriptor, Arc::clone(properties), pages);
        for part in group {
            self.write_part(column, part, &mut writer)?;
        }
        let close = writer.close()?;
        Ok((bytes.into_inner()?.into(), close))
    }

    fn write_part(&self, column: &WrittenColumn, part: &RowBlock, writer: &mut ColumnWriter<'_>) -> Result<()> {
        let WrittenColumn::TableCells { id, written, values } = column else {
            return self.write_phones(column, part, writer);
        };
        /// The values that are there, and for each row whether one is.
        macro_rules! write {
            ($writer:ident, $variant:ident, $clone:expr) => {{
                let (mut present, mut levels) = (Vec::new(), Vec::new());
                self.cells.column(id, part, &mut |cell| {
                    levels.push(i16::from(cell.is_some()));
                    match cell {
                        Some(CellRef::Value(at)) => present.extend(match &values[at] {
                            Plain::$variant(value) => Some($clone(value)),
                            _ => None,
                        }),
                        Some(CellRef::Cell(cell)) => present.extend(match written.value(cell).into() {
                            Plain::$variant(value) => Some(value),
                            _ => None,
                        }),
                        None => {}
                    }
                });
                $writer.write_batch(&present, Some(&levels), None)
            }};
        }
        match writer {
            ColumnWriter::BoolColumnWriter(writer) => write!(writer, Boolean, bool::clone),
            ColumnWriter::Int64ColumnWriter(writer) => write!(writer, Int64, i64::clone),
            ColumnWriter::DoubleColumnWriter(writer) => write!(writer, Double, f64::clone),
            ColumnWriter::ByteArrayColumnWriter(writer) => write!(writer, Bytes, ByteArray::clone),
            _ => return Err(ParquetError::NYI("a column of another type".to_owned())),
        }
        .map(drop)
    }

    /// The columns that say whose the row is, and have a value in each.
    fn write_phones(&self, column: &WrittenColumn, part: &RowBlock, writer: &mut ColumnWriter<'_>) -> Result<()> {
        match (column, writer) {
            (WrittenColumn::Phone, ColumnWriter::ByteArrayColumnWriter(writer)) => {
                let mut phones: Vec<ByteArray> = Vec::new();
                self.cells.phones(part, &mut |phone, _| match phones.last() {
                    Some(last) if last.data() == phone.as_bytes() => phones.push(last.clone()),
                    _ => phones.push(phone.into()),
                });
                writer.write_batch(&phones, None, None)
            }
            (WrittenColumn::IsMembership, ColumnWriter::BoolColumnWriter(writer)) => {
                let mut flags = Vec::new();
                self.cells.phones(part, &mut |_, is_membership| flags.push(is_membership));
                writer.write_batch(&flags, None, None)
            }
            _ => Err(ParquetError::NYI("a column of another type".to_owned())),
        }
        .map(drop)
    }
}

//! Records as files of Parquet, one for each table of a schema.

use std::collections::BTreeMap;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical, ZstdLevel};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, FixedLenByteArray};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};

use super::Refusal;
use super::ddl::is_always_there;
use super::dialect::{Dialect, Syntax};
use super::file_loads::{Stored, file_name};
use super::names;
use super::rows::{Cell, Reason, RowMaker};
use super::schema::SqlSchema;
use super::tables::{Column, Table, tables};
use crate::contact::Contact;

/// The rows of a row group.
const GROUP: usize = 100_000;

/// The digits of a whole number, and the bytes that hold as many.
const DIGITS: i32 = 20;
const BYTES: usize = 9;

/// Contacts as the rows of the tables of a schema, in a file of Parquet for each table: what it is called, and its bytes.
///
/// [`parquet_loads`](super::parquet_loads) has the statements that load them.
///
/// A contact's memberships are in it, and contacts without any are left out, as [`inserts`](super::inserts) says.
///
/// ```
/// use headcount::Contact;
/// use headcount::sql::{Dialect, SqlSchema, parquet_files};
///
/// let contact: Contact = serde_json::from_str(r#"{"phone_number": "+15550000001", "lists": [{"list_id": 7}]}"#)?;
/// let files = parquet_files(Dialect::DuckDb, &SqlSchema::default(), [&contact])?;
/// let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
/// assert_eq!(names, ["memberships.parquet", "custom_values.parquet"]);
/// assert!(files.iter().all(|(_, bytes)| bytes.starts_with(b"PAR1")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// A dialect whose engine reads no Parquet, or not the columns of the schema; else as [`inserts`](super::inserts).
pub fn parquet_files<'a>(
    dialect: Dialect,
    schema: &SqlSchema,
    contacts: impl IntoIterator<Item = &'a Contact>,
) -> Result<Vec<(&'static str, Vec<u8>)>, Refusal> {
    let refused = |reason: String| Refusal::of_loading(dialect, reason);
    names::check(dialect, schema).map_err(refused)?;
    let files = dialect.syntax().files().map_err(|reason| refused(reason.into()))?;
    let tables = tables(schema);
    let mut made = Vec::new();
    for table in &tables {
        let stored = table.columns.iter().map(|column| files.stored(Stored::of(column.holds)));
        let stored = stored.collect::<Result<Vec<_>, _>>().map_err(|reason| refused(reason.into()))?;
        let file = TableFile::of(table, &stored, dialect.syntax());
        made.push(file.map_err(|error| refused(error.to_string()))?);
    }
    let mut maker = RowMaker::new(dialect);
    for contact in contacts {
        let put = &mut |table: usize, cells: Vec<Cell<'_>>| made[table].add(&cells, dialect.syntax());
        maker
            .add(contact, &tables, put)
            .map_err(|reason| refused(format!("{reason}, of the contact {}", contact.phone_number.escape_debug())))?;
    }
    let whole = made.into_iter().map(|file| Ok((file.name, file.finish()?)));
    whole.collect::<ParquetResult<_>>().map_err(|error| refused(error.to_string()))
}

/// The file of a table.
struct TableFile {
    name: &'static str,
    out: SerializedFileWriter<Vec<u8>>,
    /// The columns that are in no row group yet.
    columns: Vec<Pending>,
    rows: usize,
}

impl TableFile {
    /// `stored` is what its columns have.
    fn of(table: &Table<'_>, stored: &[Stored], syntax: &dyn Syntax) -> ParquetResult<Self> {
        let each = table.columns.iter().zip(stored).map(|(column, stored)| of_column(column, *stored, syntax));
        let fields = each.collect::<ParquetResult<_>>()?;
        let schema = Arc::new(Type::group_type_builder("schema").with_fields(fields).build()?);
        let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?));
        Ok(Self {
            name: file_name(table.rows),
            out: SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties.build()))?,
            columns: stored.iter().copied().map(Pending::of).collect(),
            rows: 0,
        })
    }

    fn add(&mut self, cells: &[Cell<'_>], syntax: &dyn Syntax) -> Result<(), Reason> {
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            column.add(cell, syntax)?;
        }
        self.rows += 1;
        if self.rows == GROUP { self.end_group().map_err(|error| error.to_string().into()) } else { Ok(()) }
    }

    fn end_group(&mut self) -> ParquetResult<()> {
        let mut group = self.out.next_row_group()?;
        self.columns.iter_mut().try_for_each(|column| column.write(&mut group))?;
        group.close()?;
        self.rows = 0;
        Ok(())
    }

    fn finish(mut self) -> ParquetResult<Vec<u8>> {
        if self.rows > 0 {
            self.end_group()?;
        }
        self.out.into_inner()
    }
}

/// The type of a column. One that is never NULL says so: there are engines that take no other file for it.
fn of_column(column: &Column<'_>, stored: Stored, syntax: &dyn Syntax) -> ParquetResult<TypePtr> {
    let text = |name: &str| scalar(name, Physical::BYTE_ARRAY, Some(LogicalType::String), Repetition::REQUIRED);
    let group = |name: &str, repetition, of, fields| {
        let group = Type::group_type_builder(name).with_repetition(repetition).with_fields(fields);
        group.with_logical_type(of).build().map(Arc::new)
    };
    let there = if is_always_there(syntax, column.holds) { Repetition::REQUIRED } else { Repetition::OPTIONAL };
    let (physical, logical) = match stored {
        Stored::Key => (Physical::INT64, None),
        Stored::Whole => (Physical::FIXED_LEN_BYTE_ARRAY, Some(LogicalType::decimal(0, DIGITS))),
        Stored::Double => (Physical::DOUBLE, None),
        Stored::Flag => (Physical::BOOLEAN, None),
        Stored::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Stored::Instant => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MICROS))),
        Stored::Texts => {
            let elements = group("list", Repetition::REPEATED, None, vec![text("element")?])?;
            return group(column.name, Repetition::OPTIONAL, Some(LogicalType::List), vec![elements]);
        }
        Stored::Map => {
            let pairs = group("key_value", Repetition::REPEATED, None, vec![text("key")?, text("value")?])?;
            return group(column.name, Repetition::OPTIONAL, Some(LogicalType::Map), vec![pairs]);
        }
    };
    scalar(column.name, physical, logical, there)
}

fn scalar(name: &str, physical: Physical, logical: Option<LogicalType>, there: Repetition) -> ParquetResult<TypePtr> {
    let mut column = Type::primitive_type_builder(name, physical).with_repetition(there);
    if physical == Physical::FIXED_LEN_BYTE_ARRAY {
        column = column.with_length(BYTES as i32).with_precision(DIGITS).with_scale(0);
    }
    column.with_logical_type(logical).build().map(Arc::new)
}

/// Values of a column, with the levels that say which of them are there: 0 where it is NULL; of an array or a map, 1 where it has no
/// elements.
struct Pending {
    stored: Stored,
    values: Values,
    /// Of a map: the other values are its keys.
    map_values: Vec<ByteArray>,
    defined: Vec<i16>,
    repeated: Vec<i16>,
}

enum Values {
    Int64(Vec<i64>),
    Decimal(Vec<FixedLenByteArray>),
    Double(Vec<f64>),
    Flag(Vec<bool>),
    Text(Vec<ByteArray>),
}

impl Pending {
    fn of(stored: Stored) -> Self {
        let values = match stored {
            Stored::Key | Stored::Instant => Values::Int64(Vec::new()),
            Stored::Whole => Values::Decimal(Vec::new()),
            Stored::Double => Values::Double(Vec::new()),
            Stored::Flag => Values::Flag(Vec::new()),
            Stored::Text | Stored::Texts | Stored::Map => Values::Text(Vec::new()),
        };
        Self { stored, values, map_values: Vec::new(), defined: Vec::new(), repeated: Vec::new() }
    }

    fn add(&mut self, cell: &Cell<'_>, syntax: &dyn Syntax) -> Result<(), Reason> {
        let text = |text: &str| super::load::held(syntax, text).map(ByteArray::from);
        let mut level = 1;
        match (&mut self.values, cell) {
            (_, Cell::Null) => level = 0,
            (Values::Text(values), Cell::Texts(elements)) if self.stored == Stored::Text => {
                values.push(serde_json::to_string(elements).map_err(|error| error.to_string())?.as_str().into());
            }
            (Values::Text(values), Cell::Map(pairs)) if self.stored == Stored::Text => {
                let pairs: BTreeMap<_, _> = pairs.iter().map(|(key, value)| (key, value)).collect();
                values.push(serde_json::to_string(&pairs).map_err(|error| error.to_string())?.as_str().into());
            }
            (Values::Int64(values), Cell::Whole(whole)) => {
                values.push(i64::try_from(*whole).map_err(|_| Reason::from("a number has more than 64 bits"))?);
            }
            (Values::Int64(values), Cell::Instant(micros)) => values.push(*micros),
            (Values::Decimal(values), Cell::Whole(whole)) => {
                // Big-endian, of as many bytes as the type has.
                let bytes = whole.to_be_bytes();
                values.push(bytes[bytes.len() - BYTES..].to_vec().into());
            }
            (Values::Double(values), Cell::Double(double)) => values.push(*double),
            (Values::Flag(values), Cell::Flag(flag)) => values.push(*flag),
            (Values::Text(values), Cell::Text(written)) => values.push(text(written)?),
            (Values::Text(values), Cell::Texts(elements)) => {
                for element in elements {
                    values.push(text(element)?);
                }
                self.add_levels(elements.len());
                return Ok(());
            }
            (Values::Text(keys), Cell::Map(pairs)) => {
                for (key, value) in pairs {
                    keys.push(text(key)?);
                    self.map_values.push(text(value)?);
                }
                self.add_levels(pairs.len());
                return Ok(());
            }
            _ => return Err("a value is of another type than its column".into()),
        }
        self.defined.push(level);
        self.repeated.push(0);
        Ok(())
    }

    /// The levels of an array, or of a map, with so many elements.
    fn add_levels(&mut self, len: usize) {
        if len == 0 {
            self.defined.push(1);
            self.repeated.push(0);
        }
        for i in 0..len {
            self.defined.push(2);
            self.repeated.push(i16::from(i > 0));
        }
    }

    fn write(&mut self, group: &mut SerializedRowGroupWriter<'_, Vec<u8>>) -> ParquetResult<()> {
        let pending = std::mem::replace(self, Self::of(self.stored));
        let (defined, repeated) = (Some(&pending.defined[..]), Some(&pending.repeated[..]));
        let mut put = |values: &Values| {
            let missing = || ParquetError::General("there are more columns than the file has".to_owned());
            let mut column = group.next_column()?.ok_or_else(missing)?;
            match (column.untyped(), values) {
                (ColumnWriter::Int64ColumnWriter(out), Values::Int64(values)) => {
                    out.write_batch(values, defined, repeated)
                }
                (ColumnWriter::FixedLenByteArrayColumnWriter(out), Values::Decimal(values)) => {
                    out.write_batch(values, defined, repeated)
                }
                (ColumnWriter::DoubleColumnWriter(out), Values::Double(values)) => {
                    out.write_batch(values, defined, repeated)
                }
                (ColumnWriter::BoolColumnWriter(out), Values::Flag(values)) => {
                    out.write_batch(values, defined, repeated)
                }
                (ColumnWriter::ByteArrayColumnWriter(out), Values::Text(values)) => {
                    out.write_batch(values, defined, repeated)
                }
                _ => return Err(ParquetError::NYI("a column of another type".to_owned())),
            }?;
            column.close()
        };
        put(&pending.values)?;
        if pending.stored == Stored::Map { put(&Values::Text(pending.map_values)) } else { Ok(()) }
    }
}

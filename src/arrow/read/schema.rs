//! What the columns of record batches are: by their names what they mean, by their types what can be made of their values.

use std::collections::BTreeSet;

use arrow_schema::{DataType, Field, Schema, TimeUnit};

use super::nested::NestedType;
use super::{BatchColumns, BatchStream};
use crate::arrow::types::JSON;
use crate::catalogue::CUSTOM_PREFIX;
use crate::columnar::{
    Column, ColumnType, ColumnsFound, JSON_COLUMNS, KnownColumns, Meaning, TimestampUnit, WrongColumn, json_columns,
};
use crate::contact::Conventions;
use crate::value::ValueKind;

/// Where the values of a column are.
#[derive(Clone, Debug)]
pub(crate) struct ArrayPlace {
    /// Which of the columns of each batch.
    pub(super) column: usize,
    /// Which of the fields of that column, where it is a struct of which each is a column.
    pub(super) child: Option<usize>,
    /// Of a list, a struct or a map, what it is made of.
    pub(super) nested: Option<NestedType>,
}

impl BatchColumns {
    /// The columns that are known by their names, or everything that is wrong with them.
    pub(crate) fn of(stream: &BatchStream<'_>, conventions: &Conventions) -> Result<Self, Vec<WrongColumn>> {
        let json = json_columns(stream.schema().metadata().get(JSON_COLUMNS).map(String::as_str));
        let mut sorter = ColumnSorter {
            conventions,
            json: json.map_err(|wrong| vec![wrong])?,
            found: ColumnsFound::default(),
            wrong: Vec::new(),
            not_read: Vec::new(),
        };
        sorter.schema(stream.schema());
        let ColumnSorter { found, wrong, not_read, .. } = sorter;
        let KnownColumns { read: columns, unfit } = found.known("record batches")?;
        Ok(Self { columns, unfit, wrong, not_read })
    }
}

struct ColumnSorter<'c> {
    conventions: &'c Conventions,
    /// The columns whose texts are JSON though their types do not say so.
    json: BTreeSet<String>,
    found: ColumnsFound<ArrayPlace>,
    wrong: Vec<(ArrayPlace, WrongColumn)>,
    not_read: Vec<(ArrayPlace, String, Option<ValueKind>)>,
}

impl ColumnSorter<'_> {
    fn schema(&mut self, schema: &Schema) {
        for (column, field) in schema.fields().iter().enumerate() {
            let place = ArrayPlace { column, child: None, nested: None };
            match (Meaning::of(field.name(), &self.conventions.names), field.data_type()) {
                (None, of_type) => self.not_read.push((place, field.name().clone(), kind(field, of_type))),
                (Some(Meaning::CustomFields), DataType::Struct(fields)) => {
                    for (child, field) in fields.iter().enumerate() {
                        let place = ArrayPlace { child: Some(child), ..place.clone() };
                        let meaning = Meaning::Custom(field.name().clone());
                        self.column(place, format!("{CUSTOM_PREFIX}{}", field.name()), meaning, field);
                    }
                }
                (Some(meaning), _) => self.column(place, field.name().clone(), meaning, field),
            }
        }
    }

    fn column(&mut self, place: ArrayPlace, name: String, meaning: Meaning, field: &Field) {
        let is_nested = match (&meaning, field.data_type()) {
            (Meaning::CustomFields, DataType::Map(..)) => true,
            (Meaning::Custom(_), of_type) => is_nested(of_type),
            _ => false,
        };
        let of_type = match is_nested {
            true => NestedType::of(field).map(|nested| (ColumnType::Json, Some(nested))),
            false => self.scalar(&meaning, field).map(|kind| (kind, None)),
        };
        match of_type {
            Ok((kind, nested)) => {
                self.found.column(Column { place: ArrayPlace { nested, ..place }, name, meaning, kind });
            }
            // No row has a value.
            Err(_) if *field.data_type() == DataType::Null && !meaning.is_phone_number() => {}
            Err(reason) if meaning.is_always_asked() && !meaning.is_phone_number() => {
                self.wrong.push((place, WrongColumn { name: Some(name), reason }));
            }
            Err(reason) => self.found.unfit(place, name, &meaning, reason),
        }
    }

    fn scalar(&self, meaning: &Meaning, field: &Field) -> Result<ColumnType, String> {
        let found = match field.data_type() {
            // Whose row it is takes bytes for each row, so that no few bytes are any number of contacts.
            DataType::RunEndEncoded(..) if meaning.is_phone_number() => Err("run-end encoded".to_owned()),
            _ => match scalar_type(field) {
                Ok(ColumnType::Text) if self.json.contains(field.name()) => Ok(ColumnType::Json),
                found => found,
            },
        };
        meaning.accept(found, self.conventions.epoch)
    }
}

/// The kind of a column's values, as far as its type tells.
fn kind(field: &Field, of_type: &DataType) -> Option<ValueKind> {
    match of_type {
        DataType::Struct(_) | DataType::Map(..) => Some(ValueKind::Object),
        of_type if is_nested(of_type) => Some(ValueKind::Array),
        _ => scalar_type(field).ok().map(ColumnType::values),
    }
}

fn is_nested(of_type: &DataType) -> bool {
    matches!(
        of_type,
        DataType::Struct(_)
            | DataType::List(_)
            | DataType::LargeList(_)
            | DataType::FixedSizeList(..)
            | DataType::Map(..)
    )
}

/// What the scalars of a field stand for; of others, what their type is called.
pub(super) fn scalar_type(field: &Field) -> Result<ColumnType, String> {
    let of_type = match field.data_type() {
        DataType::Dictionary(_, values) => values,
        DataType::RunEndEncoded(_, values) => values.data_type(),
        plain => plain,
    };
    let is_json = field.extension_type_name() == Some(JSON);
    let called = match of_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View if is_json => return Ok(ColumnType::Json),
        DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View
        | DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView => return Ok(ColumnType::Text),
        DataType::Boolean => return Ok(ColumnType::Boolean),
        DataType::UInt64 => return Ok(ColumnType::Uint(64)),
        of_type if of_type.is_integer() => return Ok(ColumnType::Int),
        of_type if of_type.is_floating() => return Ok(ColumnType::Float),
        DataType::Decimal32(_, scale)
        | DataType::Decimal64(_, scale)
        | DataType::Decimal128(_, scale)
        | DataType::Decimal256(_, scale) => match u32::try_from(*scale) {
            Ok(scale @ ..=38) => return Ok(ColumnType::Decimal(scale)),
            _ => "decimal",
        },
        DataType::Date32 | DataType::Date64 => return Ok(ColumnType::Date),
        DataType::Timestamp(unit, _) => {
            return Ok(ColumnType::Timestamp(match unit {
                TimeUnit::Second => TimestampUnit::Seconds,
                TimeUnit::Millisecond => TimestampUnit::Millis,
                TimeUnit::Microsecond => TimestampUnit::Micros,
                TimeUnit::Nanosecond => TimestampUnit::Nanos,
            }));
        }
        DataType::Time32(_) | DataType::Time64(_) => "time",
        DataType::Duration(_) => "duration",
        DataType::Interval(_) => "interval",
        DataType::FixedSizeBinary(_) => "fixed-size binary",
        DataType::Struct(_) => "a struct",
        DataType::Union(..) => "union",
        DataType::Null => "null",
        _ => "a list or a map",
    };
    Err(called.to_owned())
}

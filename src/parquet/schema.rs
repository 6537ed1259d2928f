//! The columns that a table is written in, as Parquet names types and stores values.

use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::schema::types::{Type, TypePtr};

use crate::columnar::{WrittenType, WrittenValue};

/// A value as it is stored.
#[derive(Clone, Debug)]
pub(super) enum Plain {
    Boolean(bool),
    Int64(i64),
    Double(f64),
    Bytes(ByteArray),
}

impl From<WrittenValue<'_>> for Plain {
    fn from(value: WrittenValue<'_>) -> Self {
        match value {
            WrittenValue::Boolean(flag) => Self::Boolean(flag),
            WrittenValue::Int64(value) => Self::Int64(value),
            WrittenValue::Double(value) => Self::Double(value),
            WrittenValue::Text(text) => Self::Bytes(text.into_owned().into_bytes().into()),
        }
    }
}

/// A column of a type and a name.
pub(super) fn column(written: WrittenType, name: &str, repetition: Repetition) -> Result<TypePtr, ParquetError> {
    let (physical, logical) = match written {
        WrittenType::Boolean => (Physical::BOOLEAN, None),
        WrittenType::Int64 => (Physical::INT64, None),
        WrittenType::Uint64 => (Physical::INT64, Some(LogicalType::integer(64, false))),
        WrittenType::Double => (Physical::DOUBLE, None),
        WrittenType::Timestamp => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MICROS))),
        // That it is JSON says the file's metadata: ClickHouse takes a column of type JSON for one of objects.
        WrittenType::Text | WrittenType::Json => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
    };
    let column = Type::primitive_type_builder(name, physical).with_repetition(repetition);
    column.with_logical_type(logical).build().map(Arc::new)
}

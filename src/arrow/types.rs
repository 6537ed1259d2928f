//! The types that columns leave in.

use std::collections::HashMap;

use arrow_schema::{DataType, Field, TimeUnit};

use crate::columnar::WrittenType;

/// The name of the extension type of texts that are JSON.
pub(super) const JSON: &str = "arrow.json";

/// A column of records, which may have nulls or not.
pub(super) fn field(name: &str, written: WrittenType, nullable: bool) -> Field {
    let of_type = match written {
        WrittenType::Boolean => DataType::Boolean,
        WrittenType::Int64 => DataType::Int64,
        WrittenType::Uint64 => DataType::UInt64,
        WrittenType::Double => DataType::Float64,
        WrittenType::Timestamp => timestamp(),
        WrittenType::Text | WrittenType::Json => DataType::Utf8,
    };
    let field = Field::new(name, of_type, nullable);
    if written != WrittenType::Json {
        return field;
    }
    let extension = [("ARROW:extension:name", JSON), ("ARROW:extension:metadata", "")];
    field.with_metadata(HashMap::from(extension.map(|(key, value)| (key.to_owned(), value.to_owned()))))
}

/// Instants, to the microsecond.
pub(super) fn timestamp() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

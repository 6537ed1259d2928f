//! The types that a table's columns are written in.

use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::schema::types::{Type, TypePtr};

use super::CUSTOM;
use crate::number::Number;
use crate::table::{Cell, ColumnId};
use crate::value::Value;

/// What the values of a column are written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColumnEncoding {
    Boolean,
    Int64,
    Uint64,
    Double,
    Timestamp,
    Text,
    /// Each value as the JSON that it is, where no other type holds all of them.
    Json,
}

/// A value as it is written.
#[derive(Clone, Debug)]
pub(super) enum Plain {
    Boolean(bool),
    Int64(i64),
    Double(f64),
    Bytes(ByteArray),
}

impl ColumnEncoding {
    /// The narrowest type that loses nothing of a column's values.
    pub(super) fn of<'t>(id: &ColumnId, mut values: impl Iterator<Item = Cell<'t>>) -> Self {
        match id {
            ColumnId::Active | ColumnId::Flag(_) => Self::Boolean,
            ColumnId::List => Self::Int64,
            ColumnId::Time(_) => Self::Timestamp,
            ColumnId::Text(_) => Self::Text,
            ColumnId::Count(_) => {
                let past_the_end = |cell| matches!(cell, Cell::Count(count) if i64::try_from(count).is_err());
                if values.any(past_the_end) { Self::Uint64 } else { Self::Int64 }
            }
            // As DOUBLE wherever that can be, so that the type depends on the values as seldom as can be.
            ColumnId::Amount(_) => Kinds::of(values).narrowest(&[Self::Double, Self::Int64]),
            ColumnId::Custom(_) => Kinds::of(values).narrowest(&[Self::Text, Self::Boolean, Self::Int64, Self::Double]),
        }
    }

    /// A value of a column of this type.
    pub(super) fn plain(self, cell: Cell<'_>) -> Plain {
        match (self, cell) {
            (Self::Json, Cell::Custom(value)) => Plain::Bytes(value.to_string().into_bytes().into()),
            (Self::Json, Cell::Amount(number)) => Plain::Bytes(Value::from(number).to_string().into_bytes().into()),
            (_, Cell::Flag(flag) | Cell::Custom(&Value::Bool(flag))) => Plain::Boolean(flag),
            (_, Cell::Instant(value) | Cell::List(value)) => Plain::Int64(value),
            // Whoever reads a UINT64 takes the bits back.
            (_, Cell::Count(count)) => Plain::Int64(count as i64),
            (Self::Int64, Cell::Amount(number) | Cell::Custom(&Value::Number(number))) => {
                Plain::Int64(number.to_i64().unwrap_or_default())
            }
            (_, Cell::Amount(number) | Cell::Custom(&Value::Number(number))) => Plain::Double(number.to_f64()),
            (_, Cell::Text(text)) => Plain::Bytes(text.into()),
            (_, Cell::Custom(Value::Text(text))) => Plain::Bytes(text.as_str().into()),
            (_, Cell::Custom(value)) => Plain::Bytes(value.to_string().into_bytes().into()),
        }
    }

    /// A column of this type.
    pub(super) fn column(self, id: &ColumnId) -> Result<TypePtr, ParquetError> {
        let name = match id {
            ColumnId::Custom(_) => format!("{CUSTOM}{}", id.name()),
            _ => id.name().to_owned(),
        };
        self.named(&name, Repetition::OPTIONAL)
    }

    /// A column of this type and name.
    pub(super) fn named(self, name: &str, repetition: Repetition) -> Result<TypePtr, ParquetError> {
        let (physical, logical) = match self {
            Self::Boolean => (Physical::BOOLEAN, None),
            Self::Int64 => (Physical::INT64, None),
            Self::Uint64 => (Physical::INT64, Some(LogicalType::integer(64, false))),
            Self::Double => (Physical::DOUBLE, None),
            Self::Timestamp => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MICROS))),
            Self::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Self::Json => (Physical::BYTE_ARRAY, Some(LogicalType::Json)),
        };
        let column = Type::primitive_type_builder(name, physical).with_repetition(repetition);
        column.with_logical_type(logical).build().map(Arc::new)
    }
}

/// Which types hold all of some values.
struct Kinds {
    text: bool,
    boolean: bool,
    whole: bool,
    double: bool,
}

impl Kinds {
    fn of<'t>(values: impl Iterator<Item = Cell<'t>>) -> Self {
        let mut kinds = Self { text: true, boolean: true, whole: true, double: true };
        for cell in values {
            let number = match cell {
                Cell::Amount(number) | Cell::Custom(&Value::Number(number)) => Some(number),
                _ => None,
            };
            kinds.text &= matches!(cell, Cell::Custom(Value::Text(_)));
            kinds.boolean &= matches!(cell, Cell::Custom(Value::Bool(_)));
            kinds.whole &= number.is_some_and(|number| number.to_i64().is_some());
            // A whole number past 2^53 may be a double, and yet nobody who reads one there can tell that it is exact.
            kinds.double &= number.is_some_and(|number| Number::from_f64(number.to_f64()) == Some(number));
        }
        kinds
    }

    /// The first that holds all.
    fn narrowest(&self, order: &[ColumnEncoding]) -> ColumnEncoding {
        let holds = |kind: &ColumnEncoding| match kind {
            ColumnEncoding::Text => self.text,
            ColumnEncoding::Boolean => self.boolean,
            ColumnEncoding::Int64 => self.whole,
            ColumnEncoding::Double => self.double,
            _ => false,
        };
        order.iter().copied().find(holds).unwrap_or(ColumnEncoding::Json)
    }
}

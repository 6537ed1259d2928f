//! The types that a table's columns are written in, and their values.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::WrongColumn;
#[cfg(feature = "parquet")]
use crate::catalogue::CUSTOM_PREFIX;
use crate::error::Shown;
use crate::number::Number;
use crate::table::{Cell, ColumnId};
use crate::value::Value;

/// The key of a file's metadata that names the columns whose texts are JSON, as an array in JSON; record batches that were
/// made of the file have it mostly, too.
pub(crate) const JSON_COLUMNS: &str = "headcount.json_columns";

/// The names of the columns whose texts are JSON, of what the metadata says. Where that makes no sense, nobody knows of a text
/// what it is.
pub(crate) fn json_columns(said: Option<&str>) -> Result<BTreeSet<String>, WrongColumn> {
    let Some(said) = said else { return Ok(BTreeSet::new()) };
    serde_json::from_str(said).map_err(|_| {
        let found = Shown(said);
        let reason = format!(
            "the metadata `{JSON_COLUMNS}` says which columns are JSON: expected an array of their names, found `{found}`"
        );
        WrongColumn { name: None, reason }
    })
}

/// What the values of a column are written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WrittenType {
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
pub(crate) enum WrittenValue<'t> {
    Boolean(bool),
    Int64(i64),
    Double(f64),
    Text(Cow<'t, str>),
}

/// What a column is called.
#[cfg(feature = "parquet")]
pub(crate) fn column_name(id: &ColumnId) -> Cow<'_, str> {
    match id {
        ColumnId::Custom(_) => format!("{CUSTOM_PREFIX}{}", id.name()).into(),
        _ => id.name().into(),
    }
}

impl WrittenType {
    /// The narrowest type that loses nothing of a column's values.
    pub(crate) fn of<'t>(id: &ColumnId, mut values: impl Iterator<Item = Cell<'t>>) -> Self {
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
    pub(crate) fn value(self, cell: Cell<'_>) -> WrittenValue<'_> {
        match (self, cell) {
            (Self::Json, Cell::Custom(value)) => WrittenValue::Text(value.to_string().into()),
            (Self::Json, Cell::Amount(number)) => WrittenValue::Text(Value::from(number).to_string().into()),
            (_, Cell::Flag(flag) | Cell::Custom(&Value::Bool(flag))) => WrittenValue::Boolean(flag),
            (_, Cell::Instant(value) | Cell::List(value)) => WrittenValue::Int64(value),
            // Whoever reads a number without a sign takes the bits back.
            (_, Cell::Count(count)) => WrittenValue::Int64(count as i64),
            (Self::Int64, Cell::Amount(number) | Cell::Custom(&Value::Number(number))) => {
                WrittenValue::Int64(number.to_i64().unwrap_or_default())
            }
            (_, Cell::Amount(number) | Cell::Custom(&Value::Number(number))) => WrittenValue::Double(number.to_f64()),
            (_, Cell::Text(text)) => WrittenValue::Text(text.into()),
            (_, Cell::Custom(Value::Text(text))) => WrittenValue::Text(text.as_str().into()),
            (_, Cell::Custom(value)) => WrittenValue::Text(value.to_string().into()),
        }
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
    fn narrowest(&self, order: &[WrittenType]) -> WrittenType {
        let holds = |kind: &WrittenType| match kind {
            WrittenType::Text => self.text,
            WrittenType::Boolean => self.boolean,
            WrittenType::Int64 => self.whole,
            WrittenType::Double => self.double,
            _ => false,
        };
        order.iter().copied().find(holds).unwrap_or(WrittenType::Json)
    }
}

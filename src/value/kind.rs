//! The kinds of values, by what a filter may compare them with.

use serde::Serialize;

use crate::number::Number;
use crate::time::parse_micros;
use crate::value::Value;

/// A kind of values, by what a filter may compare them with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ValueKind {
    /// True or false.
    Boolean,
    /// A number.
    Number,
    /// A text that is a number as JSON writes one: it compares with numbers, too.
    NumberText,
    /// A text that is neither a number nor a time.
    Text,
    /// A text that is an ISO 8601 date or time: a custom field may be asked for it.
    TimeText,
    /// An instant.
    Time,
    /// An array: what holds for one of its elements holds for it.
    Array,
    /// An object: it only exists.
    Object,
}

impl ValueKind {
    #[cfg(feature = "records")]
    const ALL: [Self; 8] = [
        Self::Boolean,
        Self::Number,
        Self::NumberText,
        Self::Text,
        Self::TimeText,
        Self::Time,
        Self::Array,
        Self::Object,
    ];

    /// The name that it serializes as.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Number => "number",
            Self::NumberText => "number_text",
            Self::Text => "text",
            Self::TimeText => "time_text",
            Self::Time => "time",
            Self::Array => "array",
            Self::Object => "object",
        }
    }

    pub(crate) fn of(value: &Value) -> Self {
        match value {
            Value::Bool(_) => Self::Boolean,
            Value::Number(_) => Self::Number,
            Value::Text(text) => Self::of_text(text),
            Value::Array(_) => Self::Array,
            Value::Object(_) => Self::Object,
        }
    }

    pub(crate) fn of_text(text: &str) -> Self {
        if Number::from_text(text).is_some() {
            Self::NumberText
        } else if parse_micros(text).is_some() {
            Self::TimeText
        } else {
            Self::Text
        }
    }
}

/// How many values there are of each kind.
#[cfg(feature = "records")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct KindCounts([u64; ValueKind::ALL.len()]);

#[cfg(feature = "records")]
impl KindCounts {
    /// Adds values of one kind.
    pub(crate) fn add(&mut self, kind: ValueKind, values: u64) {
        self.0[kind as usize] += values;
    }

    pub(crate) fn add_all(&mut self, others: &Self) {
        self.0.iter_mut().zip(others.0).for_each(|(values, more)| *values += more);
    }

    /// The kinds that there are, each with how many values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (ValueKind, u64)> {
        ValueKind::ALL.into_iter().zip(self.0).filter(|(_, values)| *values > 0)
    }
}

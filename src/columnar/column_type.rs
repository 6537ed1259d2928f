//! The types of columns: what their values stand for, however they are stored.

use crate::value::ValueKind;

/// What the values of a column stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ColumnType {
    Text,
    Json,
    Boolean,
    Int,
    /// Without a sign, in this number of bits.
    Uint(u32),
    Float,
    /// Whole numbers with this number of digits behind the point.
    Decimal(u32),
    Date,
    Timestamp(TimestampUnit),
    /// Nanoseconds of a day, and the day: as times were written before there were others.
    #[cfg_attr(not(feature = "parquet"), expect(dead_code, reason = "only Parquet has them"))]
    Int96,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimestampUnit {
    #[cfg_attr(not(feature = "arrow"), expect(dead_code, reason = "only record batches have them"))]
    Seconds,
    Millis,
    Micros,
    Nanos,
}

impl ColumnType {
    /// What people call it.
    pub(super) fn called(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Json => "JSON",
            Self::Boolean => "boolean",
            Self::Int | Self::Uint(_) => "integer",
            Self::Float => "float",
            Self::Decimal(_) => "decimal",
            Self::Date => "date",
            Self::Timestamp(_) | Self::Int96 => "timestamp",
        }
    }

    /// The kind of its values; of texts, which may be of several, that of most.
    pub(crate) fn values(self) -> ValueKind {
        match self {
            Self::Text | Self::Json => ValueKind::Text,
            Self::Boolean => ValueKind::Boolean,
            Self::Int | Self::Uint(_) | Self::Float | Self::Decimal(_) => ValueKind::Number,
            Self::Date | Self::Timestamp(_) | Self::Int96 => ValueKind::Time,
        }
    }

    /// Whether a value is a number, or may be one.
    pub(super) fn is_number(self) -> bool {
        matches!(self, Self::Int | Self::Uint(_) | Self::Float | Self::Decimal(_) | Self::Json)
    }

    pub(super) fn is_time(self) -> bool {
        matches!(self, Self::Timestamp(_) | Self::Date | Self::Int96)
    }
}

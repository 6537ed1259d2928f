//! Records that come column by column: from the pages of Parquet, or from the arrays of Arrow, into shards of a table.
//!
//! What a column means is told by its name ([`meaning`]), what can be made of its values by its type ([`column_type`]);
//! [`columns`] finds those that are read, and everything that is wrong with them. Whoever holds the values hands them on as
//! they are stored ([`source`]), and [`fill`] makes columns of a shard of them, by [`convert`]. A value of a dictionary is
//! looked at once, however many rows have it.

mod column_type;
mod columns;
mod convert;
mod fill;
mod meaning;
mod retain;
mod source;
mod written;

pub(crate) use self::column_type::{ColumnType, TimestampUnit};
pub(crate) use self::columns::{Column, ColumnsFound, KnownColumns, UnfitColumn, WrongColumn};
pub(crate) use self::convert::value;
pub(crate) use self::fill::{BadRow, FillFailure, Filled, fill};
#[cfg(feature = "parquet")]
pub(crate) use self::meaning::IS_MEMBERSHIP;
pub(crate) use self::meaning::Meaning;
pub(crate) use self::source::{
    ColumnSource, NestedSource, NotInDictionary, Raw, RowVisitor, ScalarSource, ValueDictionary,
};
#[cfg(feature = "parquet")]
pub(crate) use self::written::column_name;
pub(crate) use self::written::{JSON_COLUMNS, WrittenType, WrittenValue, json_columns};
use crate::table::shard::Shard;

/// Some rows of an input.
pub(crate) struct RowsRead {
    pub(crate) shard: Shard,
    /// The place in the input of the first row.
    pub(crate) start: u64,
    /// The rows that are no records, with their places in the input.
    pub(crate) bad: Vec<(u64, BadRow)>,
    /// The keys that some row gives a value, a bit for each.
    pub(crate) given: u64,
}

//! Arrow: record batches of others become tables, and answers leave as record batches.
//!
//! # In
//!
//! Record batches are an input of records like any other: [`Input::batches`](crate::records::Input::batches) takes a
//! [`RecordBatchReader`], whether its batches are in memory or come through Arrow's C data interface from Python, DuckDB,
//! Polars, Spark or DataFusion. A [`RecordReader`](crate::RecordReader) reads them as it reads files: with the same settings,
//! the same notes, and errors that name the row, counted from 1 over all batches.
//!
//! A row is a membership, with its contact's fields beside it; columns are named as those of Parquet are.
//!
//! | column | types that are read |
//! |---|---|
//! | `phone_number` (`phone`, `msisdn`), and other texts | Utf8, Binary |
//! | `list_id`, counts and amounts | integers, floats, Decimal; Utf8 as a cell of CSV |
//! | times | Timestamp of any unit and zone, Date; Utf8 in ISO 8601; numbers where [`epoch`](crate::RecordReader::epoch) says their unit |
//! | flags, `active` | Boolean, integers 0 and 1, Utf8 as a cell of CSV |
//! | `custom_fields.KEY` | any of these, and lists, structs and maps of them |
//! | `custom_fields` | a struct or a map; Utf8 that is JSON |
//! | `is_membership` | Boolean: false in the one row of a contact without memberships |
//!
//! Utf8 and Binary may be large or views. Each may be a dictionary, whose values are then looked at once and not for each
//! row, or run-end encoded but for phone numbers. Texts of the extension type `arrow.json` are JSON,
//! and those of the columns that the schema's metadata names under `headcount.json_columns`. A timestamp without a zone is in
//! UTC. A null is no value, and a column of type Null has none. Other columns, and those of other types, are not read, and told
//! by a [note](crate::Notes); where a filter asks for one,
//! [`refuse_unfit_columns`](crate::records::refuse_unfit_columns) makes an error of it.
//!
//! # Out
//!
//! [`phone_numbers`] and [`members`] are streams of batches; [`sizes`], [`breakdown`], [`breakdown_nodes`] and [`timeline`]
//! are a batch each. None of them borrows anything, so that each may be handed to whoever takes a C stream:
//!
//! ```
//! use arrow_array::RecordBatchReader;
//! use arrow_array::ffi_stream::{RecordBatchStreamReader, FFI_ArrowArrayStream};
//! use headcount::records::Input;
//! use headcount::{Audience, EvalContext, Table, arrow};
//!
//! let csv = "phone_number,list_id,click_count\n+14155550101,101,3\n+14155550102,101,1\n";
//! let table = Table::read([Input::new("contacts.csv", csv.as_bytes())])?;
//! let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
//! let audience = Audience::of("click_count >= 1".parse()?);
//! let members = table.members(&audience, &cx);
//!
//! // What another program is given, and what it makes of it.
//! let rows = arrow::members(&members, ["phone_number", "list_id", "click_count"], &audience, &cx)?;
//! let stream = FFI_ArrowArrayStream::new(Box::new(rows));
//! let theirs = RecordBatchStreamReader::try_new(stream)?;
//! assert_eq!(theirs.schema().field(2).name(), "click_count");
//!
//! // And the way back.
//! let again = Table::read([Input::batches("members", theirs)])?;
//! assert_eq!(again.size(&audience, &cx), table.size(&audience, &cx));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Types
//!
//! Columns of records have the types that they have in Parquet: texts Utf8; `list_id` and counts Int64, but a count past
//! its end UInt64; times Timestamp in microseconds, UTC; flags Boolean; amounts Float64 where each is exactly one, else
//! Int64, else JSON; custom fields Utf8, Boolean, Int64 or Float64 where all are such, else JSON. Which of them it is follows from
//! all values of the table, not from those of the members. JSON is Utf8 with the extension type `arrow.json`.

mod members;
pub(crate) mod read;
mod reports;
#[cfg(test)]
mod tests;
mod types;

#[cfg(doc)]
use arrow_array::RecordBatchReader;

pub use self::members::{MemberBatches, members, phone_numbers};
pub use self::reports::{breakdown, breakdown_nodes, sizes, timeline};

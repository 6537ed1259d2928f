//! Who is in this audience, and how many are they?
//!
//! An audience is a filter — nested AND and OR groups of conditions on time, counts, revenue, custom fields, lists and
//! do-not-call state — and the lists it is asked on. headcount reads the filter as JSON or as text, asks it of contacts,
//! and counts.
//!
//! ```
//! use headcount::{Audience, Contact, EvalContext};
//!
//! let audience = Audience::of("last_clicked_at within 30 days and click_count >= 3".parse()?);
//! let contact: Contact = serde_json::from_str(
//!     r#"{"phone_number": "+14155559876", "list_id": 101, "click_count": 3, "last_clicked_at": "2025-11-01"}"#,
//! )?;
//! let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
//! assert!(audience.contains(&contact, &cx));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! - [`Filter`] is what is asked, [`Audience`] a filter with its source lists. Both are read from JSON and from text,
//!   with every problem told at once ([`Errors`]), and written in both.
//! - [`Filter::warnings`] tells what is right and hardly meant: conditions that contradict one another, say.
//! - [`EvalContext`] is the circumstances: the instant that counts as now, and the [`Semantics`]. The library never reads
//!   the clock.
//! - [`Audience::contains`] is the definition of who is in; [`Audience::explain`] tells why.
//! - [`Matcher`] asks one contact after another, fast; a record of your own type too ([`Record`]).
//! - [`AudienceSet`] tells which of many audiences hold a contact: a hundred thousand, asked at once.
#![cfg_attr(feature = "table", doc = "- [`Table`] holds millions in columns: built once, counted often.")]
#![cfg_attr(
    feature = "table",
    doc = "- [`Table::breakdown`] tells why a size is what it is, [`Table::compare`] how audiences overlap."
)]
#![cfg_attr(
    feature = "table",
    doc = "- [`Live`] keeps sizes true while contacts change and time passes, and tells who enters and who leaves."
)]
#![cfg_attr(feature = "records", doc = "- [`RecordReader`] reads files of contact records.")]
//!
//! What it does not do: send anything, store anything, or talk to a network. What a filter means, and which of that is
//! documented by the platform, stands in `grammar.md`.
//!
//! # Features
//!
//! - `records` (default): files of contact records.
//! - `table` (default): populations in columns, on all cores.
//! - `image`: tables and live audiences saved as they are in memory, and opened by mapping the file (`Table::save`,
//!   `Table::open`, `Live::save`, `Live::open`).
//! - `parquet`: Parquet in and out, which is packed with zstd too.
//! - `arrow`: record batches in and out (`headcount::arrow`).
//! - `phones`: phone numbers of a region, however they are written, as E.164.
//! - `zstd`: files of records that are packed with zstd, which is a library in C.
//! - `sql`: filters and audiences as SQL (`headcount::sql`).
//! - `interop`: filters to and from the forms of others (`headcount::interop`).
//! - `tracing`: spans around what takes time.
//! - `proptest`: strategies for property tests (`headcount::testing`).
//! - `arbitrary`: filters, contacts and populations from bytes, for fuzz targets.

// The kernel's vector twins and the map of a file are the places that may say otherwise.
#![deny(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod absent;
#[cfg(feature = "arbitrary")]
mod arbitrary;
mod audience;
#[cfg(feature = "table")]
mod breakdown;
mod by_list;
#[cfg(any(feature = "arbitrary", feature = "proptest"))]
mod cases;
mod catalogue;
mod check;
mod checked;
#[cfg(any(feature = "arrow", feature = "parquet"))]
mod columnar;
mod complement;
mod contact;
#[cfg(feature = "table")]
mod description;
mod draft;
#[cfg(feature = "table")]
mod estimate;
mod eval;
mod fingerprint;
mod json;
mod limits;
mod logic;
mod note;
mod number;
#[cfg(feature = "table")]
mod overlap;
#[cfg(feature = "parquet")]
mod parquet;
mod parts;
mod plan;
mod population;
#[cfg(feature = "records")]
mod progress;
#[cfg(feature = "table")]
mod reconcile;
#[cfg(any(feature = "interop", feature = "sql"))]
mod refusal;
mod settings;
mod size;
mod span;
#[cfg(any(feature = "records", feature = "table"))]
mod stop;
mod tenant;
mod text;
mod time;
#[cfg(feature = "table")]
mod timeline;
mod value;
mod warnings;

#[cfg(feature = "table")]
pub mod analysis;
#[cfg(feature = "arrow")]
pub mod arrow;
pub mod audience_set;
pub mod error;
pub mod explain;
pub mod filter;
#[cfg(feature = "interop")]
pub mod interop;
#[cfg(feature = "table")]
pub mod live;
pub mod matcher;
#[cfg(feature = "records")]
pub mod records;
pub mod semantics;
#[cfg(feature = "sql")]
pub mod sql;
#[cfg(feature = "table")]
pub mod table;
#[cfg(feature = "proptest")]
pub mod testing;

/// The calendar that instants are of: `headcount::chrono::DateTime<Utc>` is the type that this library takes.
pub use chrono;

pub use crate::audience::{Audience, Status};
pub use crate::audience_set::AudienceSet;
pub use crate::contact::{Contact, Membership};
pub use crate::error::Errors;
pub use crate::filter::Filter;
pub use crate::fingerprint::Fingerprint;
pub use crate::limits::Limits;
#[cfg(feature = "table")]
pub use crate::live::Live;
pub use crate::matcher::{Matcher, Record};
pub use crate::note::Notes;
pub use crate::number::Number;
pub use crate::population::Population;
#[cfg(feature = "records")]
pub use crate::records::RecordReader;
pub use crate::semantics::{EvalContext, Semantics};
pub use crate::size::Size;
#[cfg(any(feature = "records", feature = "table"))]
pub use crate::stop::StopToken;
#[cfg(feature = "table")]
pub use crate::table::{SharedTable, Table, TableBuilder};
pub use crate::value::Value;
pub use crate::warnings::Warnings;

/// The README's examples, run as tests.
#[cfg(all(doctest, feature = "table"))]
#[doc = include_str!("../README.md")]
struct Readme;

/// The examples of the page for services, run as tests.
#[cfg(all(doctest, feature = "table"))]
#[doc = include_str!("../docs/service.md")]
struct Service;

/// The examples of the page on live audiences, run as tests.
#[cfg(all(doctest, feature = "image"))]
#[doc = include_str!("../docs/live.md")]
struct LivePage;

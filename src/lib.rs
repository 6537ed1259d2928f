//! Who is in this audience, and how many are they?
//!
//! An audience is a filter — nested AND and OR groups of conditions on time, counts, revenue, custom fields, lists and
//! do-not-call state — and the lists it is asked on. headcount reads the filter as JSON or as text, asks it of contacts,
//! and counts.

// The kernel's vector twin is the one place that may say otherwise.
#![deny(unsafe_code)]

mod audience;
mod catalogue;
mod check;
mod complement;
mod contact;
mod draft;
mod error;
mod eval;
mod explain;
mod filter;
mod fingerprint;
mod json;
mod limits;
mod matcher;
mod number;
mod parts;
mod plan;
mod population;
#[cfg(feature = "records")]
mod records;
mod semantics;
mod size;
#[cfg(feature = "table")]
mod table;
mod text;
mod time;
mod value;

#[cfg(feature = "generate")]
pub mod generate;

pub use crate::audience::{Audience, Status};
pub use crate::catalogue::{AmountField, CountField, Field, FlagField, Spelling, TextField, TimeField};
pub use crate::contact::{Contact, Membership};
pub use crate::error::{Code, Errors, Place, Problem};
pub use crate::explain::{Explanation, MembershipExplanation, Node, Scope};
pub use crate::filter::{
    Asked, Bound, Comparison, Condition, CustomKey, CustomTest, FieldTest, Filter, Group, Junction, ListTest, Literal,
    OneOf, Order, Test, TextTest, TimeTest,
};
pub use crate::fingerprint::Fingerprint;
pub use crate::limits::Limits;
pub use crate::matcher::{Matcher, Record};
pub use crate::number::{NotANumber, Number};
pub use crate::plan::{Plan, ValueRef};
pub use crate::population::Population;
#[cfg(feature = "records")]
pub use crate::records::{OnError, ReadReport, RecordReader};
pub use crate::semantics::{Evaluation, MissingNegation, Semantics, Subscription, TextCase, Unit};
pub use crate::size::Size;
#[cfg(feature = "table")]
pub use crate::table::{Members, Table, TableBuilder};
pub use crate::time::{Moment, Span, SpanUnit, parse_time};
pub use crate::value::Value;

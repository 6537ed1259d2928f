//! The forms of others: what a front end edits, and what their engines ask (feature `interop`).
//!
//! - [`Filter::from_react_querybuilder`](crate::Filter::from_react_querybuilder) and
//!   [`Filter::to_react_querybuilder`](crate::Filter::to_react_querybuilder) read and write the queries of
//!   [react-querybuilder](https://react-querybuilder.js.org).
//! - [`elasticsearch`] writes audiences in Elasticsearch's query DSL.
//! - [`cel`] writes audiences in the Common Expression Language.
//!
//! The last two ask contacts in one shape, which [`document`] makes. Each condition is said exactly, or refused by name.

pub mod cel;
mod document;
pub mod elasticsearch;
mod question;
pub(crate) mod react_querybuilder;

pub use self::document::document;

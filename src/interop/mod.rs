//! The forms of others: what a front end edits (feature `interop`).
//!
//! [`Filter::from_react_querybuilder`](crate::Filter::from_react_querybuilder) and
//! [`Filter::to_react_querybuilder`](crate::Filter::to_react_querybuilder) read and write the JSON of
//! [react-querybuilder](https://react-querybuilder.js.org). What has no exact counterpart is refused by name.

mod react_querybuilder;

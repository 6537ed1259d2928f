//! The forms of others: what is read means what it should, and what is written is read again or asked again.

#![cfg(feature = "interop")]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod cel;
mod elasticsearch;
mod page;
mod react_querybuilder;

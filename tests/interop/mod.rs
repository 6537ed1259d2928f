//! The forms of others: what is read means what it should, and what is written is read again or asked again.

#![cfg(feature = "interop")]
mod config;
mod elasticsearch;
mod grid;
mod page;
mod react_querybuilder;

//! What headcount writes, held against somebody else's reading of it: expressions of CEL, and JSON Schemas.
//!
//! A crate of its own, because these readers take longer to compile than all that they are asked about.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

#[allow(dead_code, reason = "shared with tests that use all of it")]
#[path = "../../../tests/cases/mod.rs"]
mod cases;
mod cel;
#[path = "../../../tests/interop/config.rs"]
mod config;
#[path = "../../../tests/interop/grid.rs"]
mod grid;
mod schema;
mod suite_schema;

//! What the library promises, asked from outside: one program, so that it is linked once. README.md tells what is where.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod answer;
#[allow(dead_code, reason = "shared with crates that use all of it")]
mod cases;
mod contributing;
mod engines;
mod grammar;
mod hostile;
mod interop;
mod laws;
mod limits;
mod messages;
#[cfg(feature = "table")]
mod notes;
mod parquet;
mod plans;
mod reconcile;
mod robustness;
mod scale;
mod suite;
mod warnings;

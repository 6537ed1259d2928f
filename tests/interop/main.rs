//! The forms of others: what is read means what it should, and what is written is read again or asked again.

#![cfg(feature = "interop")]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod cel;
mod elasticsearch;
mod grid;
mod page;
mod react_querybuilder;

use proptest::prelude::ProptestConfig;
use proptest::test_runner::FileFailurePersistence;

/// So many cases, unless `PROPTEST_CASES` says otherwise; what has failed is kept.
fn config(cases: u32) -> ProptestConfig {
    let persistence = FileFailurePersistence::WithSource("regressions");
    let config = ProptestConfig {
        failure_persistence: Some(Box::new(persistence)),
        // What a language refuses is no case of it.
        max_global_rejects: 1_000_000,
        ..ProptestConfig::default()
    };
    if std::env::var_os("PROPTEST_CASES").is_some() { config } else { ProptestConfig { cases, ..config } }
}

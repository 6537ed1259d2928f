//! What holds of every filter, every population, every `now` and every reading, by every engine.
//!
//! `PROPTEST_CASES` sets how many of each are tried; `scripts/laws` tries a million (filter, contact) pairs of each.

mod answers;
mod audience_sets;
#[cfg(feature = "table")]
mod breakdown;
mod cases;
#[cfg(feature = "table")]
mod changes;
mod fingerprints;
mod forms;
#[cfg(feature = "image")]
mod image;
#[cfg(feature = "table")]
mod live;
#[cfg(feature = "table")]
mod members;
#[cfg(feature = "table")]
mod notes;
#[cfg(feature = "table")]
mod overlaps;
#[cfg(all(feature = "arrow", feature = "image", feature = "parquet"))]
mod record_forms;
mod sources;
#[cfg(feature = "table")]
mod timelines;
mod warnings;

use proptest::prelude::ProptestConfig;
use proptest::test_runner::FileFailurePersistence;

fn config() -> ProptestConfig {
    let persistence = FileFailurePersistence::WithSource("regressions");
    let config = ProptestConfig { failure_persistence: Some(Box::new(persistence)), ..ProptestConfig::default() };
    // With nearly five contacts to a population, some three hundred (filter, contact) pairs; `scripts/laws` asks a million.
    if std::env::var_os("PROPTEST_CASES").is_some() { config } else { ProptestConfig { cases: 64, ..config } }
}

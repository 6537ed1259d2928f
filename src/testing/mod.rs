//! Strategies for property tests, of code that builds on this library as of the library itself (feature `proptest`).
//!
//! Filters and contacts draw from the same few values, so that conditions hold about half the time; beside those, each
//! strategy now and then makes anything at all: hostile texts, numbers at the edge of exactness, instants at both ends
//! of the calendar. What fails shrinks to few conditions, few contacts and short values.
//!
//! - [`filters`], [`conditions`], [`audiences`]: what is asked.
//! - [`contacts`], [`memberships`], [`records`], [`populations`]: of whom. [`contacts_for`] and [`populations_for`] aim at
//!   one filter: their values stand on its literals, just before and just behind.
//! - [`FieldScope`]: filters and contacts limited to certain fields, custom fields and lists; [`assert_record_agrees`] tests with them
//!   that a service's own [`Record`](crate::Record) answers as it should.
//! - [`evaluations`], [`semantics`], [`instants`], [`instants_near`]: in which circumstances.
//! - [`values`], [`numbers`], [`texts`]: what all of these are made of.
//!
//! The types themselves implement proptest's `Arbitrary`, so that `any::<Filter>()` works too.
//!
//! # A service checks its own code
//!
//! A service that answers an audience by code of its own, in SQL say, asks the definition whether it is right:
//!
//! ```
//! use headcount::testing::{noon, populations_for};
//! use headcount::{Audience, EvalContext, Population};
//! use proptest::test_runner::TestRunner;
//!
//! let audience = Audience::of("click_count >= 3 and last_clicked_at within 30 days".parse()?);
//! let cx = EvalContext::at(noon());
//! let recent = cx.now - chrono::Duration::days(30)..=cx.now;
//! let count_clickers = |population: &Population| {
//!     let clicks = |contact: &&headcount::Contact| {
//!         let mut active = contact.memberships.iter().filter(|on| on.active);
//!         active.any(|on| on.click_count >= 3 && on.last_clicked_at.is_some_and(|at| recent.contains(&at)))
//!     };
//!     population.contacts().iter().filter(clicks).count() as u64
//! };
//! TestRunner::default().run(&populations_for(&audience.filter, &cx, 0..8), |population| {
//!     proptest::prop_assert_eq!(count_clickers(&population), population.size(&audience, &cx).value);
//!     Ok(())
//! })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod any;
mod circumstances;
mod filters;
mod records;
mod scope;
mod targeted;
mod values;

pub use self::circumstances::{evaluations, instants, instants_near, noon, semantics, spans};
pub use self::filters::{audiences, conditions, filters, source_lists};
pub use self::records::{contacts, memberships, populations, records};
pub use self::scope::{FieldScope, assert_record_agrees};
pub use self::targeted::{contacts_for, populations_for};
pub use self::values::{counts, custom_keys, list_ids, numbers, texts, values};

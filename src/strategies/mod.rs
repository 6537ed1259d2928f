//! Strategies for property tests, of code that builds on this library as of the library itself (feature `proptest`).
//!
//! Filters and contacts draw from the same few values, so that conditions hold about half the time; beside those, each
//! strategy now and then makes anything at all: hostile texts, numbers at the edge of exactness, instants at both ends
//! of the calendar. What fails shrinks to few conditions, few contacts and short values.
//!
//! - [`filters`], [`conditions`], [`audiences`]: what is asked.
//! - [`contacts`], [`memberships`], [`records`], [`populations`]: of whom. [`contacts_for`] and [`populations_for`] aim at
//!   one filter: their values stand on its literals, just before and just behind.
//! - [`evaluations`], [`semantics`], [`instants`], [`instants_near`]: in which circumstances.
//! - [`values`], [`numbers`], [`texts`]: what all of these are made of.
//!
//! The types themselves implement proptest's `Arbitrary`, so that `any::<Filter>()` works too.
//!
//! # A service checks its own SQL
//!
//! A service that answers an audience in SQL asks the definition whether it is right:
//!
//! ```
//! use headcount::strategies::{noon, populations_for};
//! use headcount::{Audience, EvalContext};
//! use proptest::test_runner::TestRunner;
//!
//! const COUNT: &str = "SELECT count(DISTINCT phone_number) FROM memberships
//!     WHERE active AND click_count >= 3 AND last_clicked_at BETWEEN :now - 30 * 86400 * 1000000 AND :now";
//!
//! let audience = Audience::of("click_count >= 3 and last_clicked_at within 30 days".parse()?);
//! let cx = EvalContext::at(noon());
//! TestRunner::default().run(&populations_for(&audience.filter, &cx, 0..8), |population| {
//!     let db = rusqlite::Connection::open_in_memory().unwrap();
//!     db.execute_batch("CREATE TABLE memberships (phone_number, active, click_count, last_clicked_at)").unwrap();
//!     for contact in population.contacts() {
//!         for on in &contact.memberships {
//!             let clicked = on.last_clicked_at.map(|at| at.timestamp_micros());
//!             let row = (&contact.phone_number, on.active, on.click_count.min(1 << 60) as i64, clicked);
//!             db.execute("INSERT INTO memberships VALUES (?, ?, ?, ?)", row).unwrap();
//!         }
//!     }
//!     let counted: i64 = db.query_row(COUNT, [cx.now.timestamp_micros()], |row| row.get(0)).unwrap();
//!     proptest::prop_assert_eq!(counted, population.size(&audience, &cx).value as i64);
//!     Ok(())
//! })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod any;
mod circumstances;
mod filters;
mod records;
mod targeted;
mod values;

pub use self::circumstances::{evaluations, instants, instants_near, noon, semantics, spans};
pub use self::filters::{audiences, conditions, filters, source_lists};
pub use self::records::{contacts, memberships, populations, records};
pub use self::targeted::{contacts_for, populations_for};
pub use self::values::{counts, custom_keys, list_ids, numbers, texts, values};

//! Synthetic populations and audiences, for tests, benchmarks and demos.
//!
//! ```
//! use headcount::generate::{Population, PopulationFormat};
//!
//! let mut out = Vec::new();
//! Population::new(3, 42).write(PopulationFormat::Ndjson, &mut out, &mut |_| {})?;
//! assert_eq!(out.iter().filter(|&&byte| byte == b'\n').count(), 3);
//! assert!(out.starts_with(b"{\"phone_number\":\"+1"));
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # The same bytes, everywhere
//!
//! The same arguments give the same bytes on every machine and with every version of this library; a
//! test holds hashes of them. Random bits come from [`rand_pcg`], whose generators are portable;
//! each contact has a generator of its own that starts from the seed and the contact's number, so
//! a contact does not depend on how many there are, and a smaller population is the beginning of a
//! larger one with the same seed (in NDJSON and CSV to the byte). What is not uniform is sampled
//! with integers and tables: no floating point, no platform's `ln`. The clock is never read: every
//! age is counted back from [`REFERENCE_INSTANT`].
//!
//! # What is in a population
//!
//! - 1 to 4 memberships a contact, 1.6 on average, on different lists among 101 to 106, of which each
//!   is smaller than the one before.
//! - 12% of memberships are inactive, 2% of contacts are do-not-call, 3% are not valid.
//! - Ages of sign-ups, sends, clicks and revenue are exponential, none older than the sign-up, no
//!   sign-up older than 2,000 days. 55% of memberships never clicked; the others have a
//!   `click_count` from 1 to their `send_count`. Nothing was sent to some of the newest.
//! - 8% have revenue: a `revenue_total` (in dollars, to the cent), a `conversion_count`, a
//!   `last_revenue_at`. All others have neither revenue nor conversions: both are 0.
//! - Custom fields: `first_name` (2,000 different ones, not all of them ASCII), `state` (50 codes of
//!   two letters, `CA` the most frequent), `source` (20), `cohort` (month of the sign-up,
//!   `2024-03`), `tier` (`gold`, `silver`, `bronze`; 40% absent), `ltv` (a number; 70%
//!   absent; one in ten a JSON string), `last_purchase` (a date; 80% absent).
//! - A contact's `state` is sometimes another one on another list; `first_name` never is.
//!
//! Times are UTC to the second and are written without a zone, as the platform writes them:
//! `2025-11-01T18:05:32`.

mod audiences;
mod calendar;
mod distributions;
mod population;
mod questions;
#[cfg(feature = "parquet")]
mod table;
#[cfg(test)]
mod tests;
mod vocabulary;
mod write;

use std::io;

pub use self::audiences::{Audiences, audiences};

/// The instant at which every population and audience was made: no time in them is later.
///
/// Ask filters at this `now` to find the proportions that the [module](self) promises. UTC.
///
/// ```
/// use headcount::generate::REFERENCE_INSTANT;
///
/// assert_eq!(REFERENCE_INSTANT, "2025-11-15T08:30:00Z");
/// ```
pub const REFERENCE_INSTANT: &str = "2025-11-15T08:30:00Z";

/// [`REFERENCE_INSTANT`] in seconds since 1970-01-01T00:00:00Z.
///
/// ```
/// use headcount::generate::REFERENCE_UNIX_SECONDS;
///
/// assert_eq!(REFERENCE_UNIX_SECONDS % 86_400, (8 * 60 + 30) * 60);
/// ```
pub const REFERENCE_UNIX_SECONDS: i64 = 1_763_195_400;

/// A synthetic population: so many memberships, decided by the seed.
///
/// A small value that describes the population; memberships come into being while
/// [`write`](Population::write) runs, and none is kept, so that its size is limited by the disk alone.
///
/// Phone numbers are `+1` and ten digits. No two contacts share one, among the first 6.4 billion
/// contacts; after those they come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Population {
    memberships: u64,
    seed: u64,
}

/// What a [`Population`] is written as. Each is read back by the library's readers of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PopulationFormat {
    /// One membership on each line, as an item of the contacts API's pages: its contact's fields
    /// stand beside its own. A key without a value is absent.
    Ndjson,
    /// A header and one membership on each line, custom fields as `custom_fields.KEY` columns. A cell
    /// without a value is empty. No cell needs quotes, lines end in a line feed.
    Csv,
    /// The contacts API's pages of 1,000 items, `{"contacts": […], "pagination": {…}}`, each a JSON
    /// document on a line of its own. A population of nobody is one page without items.
    Pages,
    /// What [`write_parquet`](crate::records::write_parquet) makes of any of them, the contacts in its order. The
    /// population is held in memory; the bytes are those of one version of this library, the contacts those of all.
    #[cfg(feature = "parquet")]
    Parquet,
}

impl Population {
    /// A population of exactly this many memberships.
    ///
    /// The last contact is on fewer lists than it would be, where the number ends with it.
    ///
    /// ```
    /// use headcount::generate::Population;
    ///
    /// assert_eq!(Population::new(1_000, 7), Population::new(1_000, 7));
    /// assert_ne!(Population::new(1_000, 7), Population::new(1_000, 8));
    /// ```
    #[must_use]
    pub const fn new(memberships: u64, seed: u64) -> Self {
        Self { memberships, seed }
    }

    /// Writes the population.
    ///
    /// The output is written in large pieces and flushed at the end, so it needs no buffer of its
    /// own. After each piece and at the end, `progress` is told how many memberships were written
    /// so far, counted from the start.
    ///
    /// # Errors
    ///
    /// The first error of `out`, as it is; what was written before it stays written.
    ///
    /// ```
    /// use headcount::generate::{Population, PopulationFormat};
    ///
    /// let mut csv = Vec::new();
    /// let mut written = 0;
    /// Population::new(5, 42).write(PopulationFormat::Csv, &mut csv, &mut |so_far| written = so_far)?;
    ///
    /// let csv = String::from_utf8(csv).expect("everything written is UTF-8");
    /// assert!(csv.starts_with("phone_number,list_number,list_id,active,"));
    /// assert_eq!(csv.lines().count(), 1 + 5);
    /// assert_eq!(written, 5);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn write(
        &self,
        format: PopulationFormat,
        out: &mut dyn io::Write,
        progress: &mut dyn FnMut(u64),
    ) -> io::Result<()> {
        write::population(self, format, out, progress)
    }
}

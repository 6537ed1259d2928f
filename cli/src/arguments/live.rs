//! The command that follows audiences while contacts change and time passes.

use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::{Args, value_parser};

use super::asking::Readings;
use super::inputs::{Audiences, Records};
use super::instants::{parse_seconds, parse_time};

/// Tell who enters and who leaves audiences, while updates of the contacts come in and time passes.
///
/// Updates are NDJSON: a record with a key `at` beside its own, the instant at which it is known. What is late is applied
/// at once: the clock never runs back. It moves with the updates alone, and everybody whom time alone puts into an audience
/// or out of it comes or goes at the microsecond at which that is so.
///
/// Events are NDJSON on standard output, in the order of their instants, of one instant in that of the audiences, then of
/// phone numbers. They are written as soon as no further update is waiting. An audience is named by its id, else by its
/// name, else by its place from 0.
///
/// An update that makes no sense is told on standard error, and changes nothing; the others are applied all the same, and
/// the exit status is 1 in the end, unless --on-error skip. An interrupt or a termination signal ends the command once it has
/// written the events of what it has applied.
///
/// With --save it goes on where it was, also after it was killed or the machine went down: from the file, the next time it is
/// started in the same way. Events that were written after the last save are then written again, the same in the same order;
/// each line says its `number`, so that whoever reads drops a line whose number is not above the last.
#[derive(Args)]
#[command(after_help = "\
Updates:
  {\"at\": TIME, \"phone_number\": …, …}   a record, which is merged as a later one is
  {\"at\": TIME, \"remove\": NUMBER}       the contact is no more
  {\"at\": TIME}                         so late it is
  {\"at\": TIME, \"sizes\": true}          answered by {\"at\": TIME, \"sizes\": {AUDIENCE: SIZE, …}}

Events:
  {\"at\": TIME, \"audience\": …, \"phone_number\": …, \"event\": \"entered\"|\"left\", \"cause\": \"update\"|\"time\"|\"edit\"}
  with --save, each line has \"number\": N behind all else, counted from 1 over all runs

Examples:
  headcount watch --audience audiences.json contacts.parquet < updates.ndjson
  queue read | headcount watch --audience audiences.json contacts.parquet --stats | webhook
  headcount watch --audience audiences.json contacts.csv --updates day.ndjson --from 2025-11-15 --until 2025-11-16
  headcount watch --audience audiences.json contacts.parquet --updates log.ndjson --save live.headcount")]
pub(crate) struct Watch {
    #[command(flatten)]
    pub(crate) audiences: Audiences,
    /// The updates; `-` is standard input
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub(crate) updates: PathBuf,
    /// The instant at which the records are as they are, and the clock begins: a time such as 2025-11-15T08:30:00Z; now
    /// unless given
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) from: Option<DateTime<Utc>>,
    /// Move the clock to this instant once there are no more updates
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) until: Option<DateTime<Utc>>,
    /// Save the audiences, the contacts, the clock and the place in the updates to this file, at first, from time to time and
    /// in the end; where it is there, go on from it, and read neither records nor --from. Audiences that are others than those
    /// in it are told as edits
    #[arg(long, value_name = "FILE")]
    pub(crate) save: Option<PathBuf>,
    /// How often it is saved, while updates go on
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = parse_seconds, requires = "save")]
    pub(crate) save_every: Duration,
    /// Which line, of all updates that there ever were, is the first of this input: those that are saved are passed over. It
    /// is to be said of standard input, where something was saved; a file begins with line 1 unless this is given
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(1..), requires = "save")]
    pub(crate) first_line: Option<u64>,
    /// Tell on standard error how many updates and events there were, how far the clock is behind and how much memory is
    /// taken: every 10 seconds, or as often as is said, and in the end
    #[arg(
        long,
        value_name = "SECONDS",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "10",
        value_parser = value_parser!(u64).range(1..)
    )]
    pub(crate) stats: Option<u64>,
    #[command(flatten)]
    pub(crate) readings: Readings,
    #[command(flatten)]
    pub(crate) records: Records,
}

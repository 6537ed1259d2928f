//! Commands that answer with sizes, or with who is counted.

use chrono::TimeDelta;
use clap::{Args, value_parser};
use headcount::analysis::Confidence;

use super::asking::{Asking, Now, Readings};
use crate::commands::members::Column;

use super::choices::{MembersFormat, Tabular};
use super::drawing::{Drawing, confidence};
use super::inputs::{Audiences, OneAudience, Records, Sets};
use super::instants::{Until, length};

/// Count the contacts in audiences.
///
/// With --and or --except it counts those of each audience who are, or are not, in others too, each by its own source
/// lists, at the same instant and by the same readings; --source-lists is for the audiences that are counted.
#[derive(Args)]
#[command(after_help = "\
Examples:
  headcount size --audience examples/audience.json examples/contacts.json --now cached
  headcount size --filter 'click_count >= 3 and not on_dnc' contacts.csv more.ndjson.gz
  headcount size --audience audiences.json --except suppressed.json contacts.parquet
  zstd -dc contacts.zst | headcount size --audience audiences.json - --format json")]
pub(crate) struct Size {
    #[command(flatten)]
    pub(crate) audiences: Audiences,
    #[command(flatten)]
    pub(crate) sets: Sets,
    #[command(flatten)]
    pub(crate) asking: Asking,
    #[command(flatten)]
    pub(crate) records: Records,
    /// Count so many times, and tell the median of the times it took
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u32).range(1..))]
    pub(crate) repeat: u32,
    #[command(flatten)]
    pub(crate) tabular: Tabular,
}

/// Tell how the size of one audience changes from now on, if nobody does anything.
///
/// With the records as they are, somebody comes or goes only as time passes the edge of a window. Without a step every
/// change is written: the first instant at which the size is another one, to the microsecond.
#[derive(Args)]
#[command(after_help = "\
Examples:
  headcount timeline --audience examples/audience.json examples/contacts.json --from cached --to 30d
  headcount timeline --filter 'last_sent_at within 7 days' contacts.csv --to 2026-01-01 --step 1d --format csv")]
pub(crate) struct Timeline {
    #[command(flatten)]
    pub(crate) audience: OneAudience,
    /// The first instant that counts as now: a time such as 2025-11-15T08:30:00Z, or `cached`, the audience's
    /// cached_size_updated_at; the clock unless given
    #[arg(long, value_name = "TIME|cached", value_parser = Now::parse)]
    pub(crate) from: Option<Now>,
    /// The last instant that counts as now: a time, or how long after the first, such as 90d, 12h or 45min
    #[arg(long, value_name = "TIME|LENGTH", value_parser = Until::parse, default_value = "90d")]
    pub(crate) to: Until,
    /// Write the size at the first instant and at every so much time after it, in place of every change
    #[arg(long, value_name = "LENGTH", value_parser = length)]
    pub(crate) step: Option<TimeDelta>,
    #[command(flatten)]
    pub(crate) readings: Readings,
    #[command(flatten)]
    pub(crate) records: Records,
    #[command(flatten)]
    pub(crate) tabular: Tabular,
}

/// Estimate the sizes of audiences from a sample of the contacts, and tell how far off that may be.
///
/// Whole contacts are sampled, by a hash of their phone numbers; all records are read to find them, and only they are
/// kept. The size lies in the interval as surely as the confidence says, also where it is small or nobody was found.
#[derive(Args)]
#[command(after_help = "\
Examples:
  headcount estimate --audience audiences.json contacts.ndjson.gz --margin 1%
  headcount sample contacts.ndjson.gz --margin 1% -o sample.parquet
  headcount estimate --audience audiences.json sample.parquet")]
pub(crate) struct Estimate {
    #[command(flatten)]
    pub(crate) audiences: Audiences,
    #[command(flatten)]
    pub(crate) drawing: Drawing,
    /// How sure each interval is to have the size in it
    #[arg(long, value_name = "PERCENT", value_parser = confidence, default_value = "95%")]
    pub(crate) confidence: Confidence,
    #[command(flatten)]
    pub(crate) asking: Asking,
    #[command(flatten)]
    pub(crate) records: Records,
    #[command(flatten)]
    pub(crate) tabular: Tabular,
}

/// List the phone numbers in one audience, in the order in which the records name them first.
///
/// Members are contacts: --and and --except compare who is in each audience by its own source lists, at the same instant
/// and by the same readings as the audience; --source-lists is for the audience alone.
#[derive(Args)]
#[command(after_help = "\
Examples:
  headcount members --audience examples/audience.json examples/contacts.json --now cached
  headcount members --filter has_revenue --except suppressed.json --except-filter 'list = 103' contacts.csv
  headcount members --filter 'list = 101 and has_revenue' contacts.csv --format csv")]
pub(crate) struct Members {
    #[command(flatten)]
    pub(crate) audience: OneAudience,
    #[command(flatten)]
    pub(crate) sets: Sets,
    #[command(flatten)]
    pub(crate) asking: Asking,
    #[command(flatten)]
    pub(crate) records: Records,
    /// What is written of each member: names of fields, `list_id`, `active` and `custom_fields.KEY`; there is a row for
    /// each matching membership where one of them is a membership's
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = Column::parse)]
    pub(crate) columns: Option<Vec<Column>>,
    /// How the members are written; plain unless --columns are given, and CSV then
    #[arg(long, value_enum)]
    pub(crate) format: Option<MembersFormat>,
    /// Begin CSV with a byte-order mark, so that Excel reads it as UTF-8
    #[arg(long)]
    pub(crate) bom: bool,
}

/// List the audiences that a contact is in, or that each contact is in.
///
/// All audiences are asked at once, each condition that they have in common once. In JSON there is a line for each contact,
/// with the audiences' ids; an audience without one is named by its name, or else by its place from 0.
#[derive(Args)]
#[command(after_help = "\
Examples:
  headcount which --phone +14155550101 --audience examples/audiences.json examples/contacts.json
  headcount which --all --audience audiences.json contacts.parquet --format json")]
pub(crate) struct Which {
    #[command(flatten)]
    pub(crate) whom: Whom,
    #[command(flatten)]
    pub(crate) audiences: Audiences,
    #[command(flatten)]
    pub(crate) asking: Asking,
    #[command(flatten)]
    pub(crate) records: Records,
    #[command(flatten)]
    pub(crate) tabular: Tabular,
}

/// Whose audiences are listed.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Whom {
    /// The contact's phone number, as the records have it
    #[arg(long, value_name = "NUMBER")]
    pub(crate) phone: Option<String>,
    /// Every contact, in the order in which the records name them first
    #[arg(long)]
    all: bool,
}

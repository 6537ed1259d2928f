//! Commands that tell why a size is what it is.

use std::path::PathBuf;

use clap::{Args, value_parser};
use headcount::analysis::UntracedChanges;

use super::asking::Asking;
use super::choices::{ExplanationFormat, Tabular, untraced_changes};
use super::inputs::{Audiences, OneAudience, Records};

/// Explain why one contact is in an audience, or is not.
#[derive(Args)]
#[command(after_help = "\
Examples:
  headcount why --phone +14155550101 --audience examples/audience.json examples/contacts.json --now cached
  headcount why --phone +14155550101 --filter 'list = 101' contacts.csv --format json")]
pub(crate) struct Why {
    /// The contact's phone number, as the records have it
    #[arg(long, value_name = "NUMBER")]
    pub(crate) phone: String,
    #[command(flatten)]
    pub(crate) audience: OneAudience,
    #[command(flatten)]
    pub(crate) asking: Asking,
    #[command(flatten)]
    pub(crate) records: Records,
    /// How the explanation is written
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ExplanationFormat,
}

/// Explain why an audience is as large as it is.
///
/// First come those who are not in the audience, by the reason why, then the filter as a tree. Of each group and
/// condition: how many it holds for alone; how many there are if the filter ends with it, which are the ones still left
/// down the members of an AND, and the ones reached so far down those of an OR; and how many more there would be without
/// it, below zero for a member of an OR, which lets people in.
#[derive(Args)]
#[command(after_help = "\
Examples:
  headcount explain --audience examples/audience.json examples/contacts.json --now cached
  headcount explain --filter 'click_count >= 3 and has_revenue' contacts.csv --format json")]
pub(crate) struct Explain {
    #[command(flatten)]
    pub(crate) audience: OneAudience,
    #[command(flatten)]
    pub(crate) asking: Asking,
    #[command(flatten)]
    pub(crate) records: Records,
    #[command(flatten)]
    pub(crate) tabular: Tabular,
}

/// Compare audiences: how many contacts they share, and how many are in one of them only.
///
/// Of three audiences or more the table has every choice of them that somebody is in and in no other, the largest first.
#[derive(Args)]
#[command(after_help = "\
Examples:
  headcount compare --audience examples/audiences.json examples/contacts.json --now 2025-11-15T08:30:00Z
  headcount compare --filter has_revenue --filter 'click_count >= 3' contacts.csv --format csv")]
pub(crate) struct Compare {
    #[command(flatten)]
    pub(crate) audiences: Audiences,
    #[command(flatten)]
    pub(crate) asking: Asking,
    #[command(flatten)]
    pub(crate) records: Records,
    /// How many choices of audiences the table shows; JSON and CSV have them all
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) patterns: usize,
    #[command(flatten)]
    pub(crate) tabular: Tabular,
}

/// Hold cached sizes against the records: can they have been right, and how were they counted?
///
/// Records are younger than cached sizes. What a click, a message or a purchase after the instant of a cached size
/// overwrote is only bounded, so the answer is the least and the most that the size can have been then. It is worked out
/// under every way to read a filter; those that explain all cached sizes are told as flags.
///
/// What records carry no time of may have changed since without a trace, and is bounded too: a membership that is
/// inactive may have been active, and the reverse. Only of whoever was removed no record tells: any number more may have
/// been in. --assume-unchanged says what did not change, and narrows the bounds.
#[derive(Args)]
#[command(after_help = "\
Examples:
  headcount reconcile --audience examples/audiences.json examples/contacts.json
  headcount reconcile --audience audiences.json contacts.parquet --assume-unchanged all
  headcount reconcile --audience audiences.json contacts.csv --assume-unchanged custom_fields,memberships --format json

What may have changed without a trace:
  subscription   somebody opted out of a list, or in again
  on_dnc         a number came onto the do-not-call list, or off it
  flags          is_valid, in_workflow
  texts          carrier, line_type, timezone, signup_method, list_number
  custom_fields  any custom field
  activity       counts and amounts of a membership without a time of its last click, message or purchase
  memberships    a membership without signup_date was added; a contact or a membership was removed")]
pub(crate) struct Reconcile {
    #[command(flatten)]
    pub(crate) audiences: Audiences,
    /// What did not change without a trace since the cached sizes; nothing unless given
    #[arg(long, value_name = "CHANGE,…", value_delimiter = ',', value_parser = untraced_changes())]
    assume_unchanged: Vec<UntracedChanges>,
    #[command(flatten)]
    pub(crate) asking: Asking,
    #[command(flatten)]
    pub(crate) records: Records,
    #[command(flatten)]
    pub(crate) tabular: Tabular,
}

impl Reconcile {
    /// What is assumed not to have changed without a trace.
    pub(crate) fn unchanged(&self) -> UntracedChanges {
        self.assume_unchanged.iter().flat_map(|changes| changes.iter()).collect()
    }
}

/// Write all there is to say of audiences as one page, for people who would rather look than read.
///
/// It is HTML that stands alone: it asks no network for anything, needs no JavaScript, and can be printed.
#[derive(Args)]
#[command(after_help = "\
Examples:
  headcount report --audience examples/audiences.json examples/contacts.json -o report.html
  headcount report --audience audiences.json contacts.parquet --days 90 -o report.html")]
pub(crate) struct Report {
    #[command(flatten)]
    pub(crate) audiences: Audiences,
    #[command(flatten)]
    pub(crate) asking: Asking,
    #[command(flatten)]
    pub(crate) records: Records,
    /// How many days the charts look ahead
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = value_parser!(u16).range(1..=3650))]
    pub(crate) days: u16,
    /// The file to write, which appears once it is whole; `-` is standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
}

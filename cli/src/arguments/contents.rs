//! The command that tells what records have in them.

use std::path::PathBuf;

use clap::Args;

use super::choices::Tabular;
use super::inputs::Records;

/// Tell what is in records, before anything is asked of them.
///
/// Of each column and custom field: what it is read as, how many have a value, how many values differ, the least, the
/// greatest and the most frequent. Then values that most others are not like, names that are not read, what is taken
/// where no record gives a value, lists, and the forms of phone numbers. A value in a table is cut where it is long; JSON
/// has everything, CSV has the columns.
#[derive(Args)]
#[command(after_help = "\
Examples:
  headcount describe examples/contacts.csv
  headcount describe export.csv more.ndjson.gz --format json
  headcount describe export.csv -o export.html")]
pub(crate) struct Describe {
    #[command(flatten)]
    pub(crate) records: Records,
    #[command(flatten)]
    pub(crate) tabular: Tabular,
    /// Write a page of HTML to this file, which appears once it is whole; `-` is standard output
    #[arg(short, long, value_name = "FILE", conflicts_with_all = ["format", "bom"])]
    pub(crate) output: Option<PathBuf>,
}

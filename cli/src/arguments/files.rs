//! Commands that write files of records, or what a shell reads.

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use clap_complete::Shell;
use headcount::sql::Dialect;

use super::choices::{LoadBy, RecordsFormat, dialect};
use super::drawing::Drawing;
use super::inputs::Records;

/// Keep a sample of the contacts as Parquet, to estimate from.
///
/// The file knows its seed and how many contacts it was drawn of.
#[derive(Args)]
#[command(after_help = "\
Examples:
  headcount sample contacts.ndjson.gz --share 1% -o sample.parquet
  headcount estimate --audience audiences.json sample.parquet")]
pub(crate) struct Sample {
    #[command(flatten)]
    pub(crate) drawing: Drawing,
    #[command(flatten)]
    pub(crate) records: Records,
    /// The file to write, which appears once it is whole; `-` is standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
}

/// Write contact records as Parquet or as a table image, which the other commands load faster.
///
/// A name that ends in `.headcount` makes a table image: the contacts as they are in memory, which are mapped and answer at
/// once. It is for this machine and this version; Parquet is for everybody.
///
/// What was read several times for a contact and a list is in the file once. Contacts on the same lists stand together.
/// Records of the same contacts are best imported at once: what none of them says is worked out then, once for all. A
/// sample stays a sample, of which `estimate` knows how many contacts it stands for.
#[derive(Args)]
#[command(after_help = "\
Examples:
  headcount import contacts.ndjson.gz more.csv -o contacts.parquet
  headcount import contacts.parquet -o contacts.headcount
  headcount size --audience audiences.json contacts.headcount")]
pub(crate) struct Import {
    #[command(flatten)]
    pub(crate) records: Records,
    /// The file to write, which appears once it is whole; `-` is standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
}

/// Write the SQL that brings contact records into the tables which `ddl` makes and `sql` asks.
///
/// What was read several times for a contact and a list is there once.
#[derive(Args)]
#[command(after_help = "\
Examples:
  headcount load --dialect postgresql --by copy contacts.ndjson.gz | psql --single-transaction
  headcount load --dialect duckdb --schema schema.json --to load.sql contacts.csv
  headcount load --dialect bigquery --by parquet --to export --at gs://crm/export contacts.ndjson.gz

The tables have no rows before. Where there are indexes, they are best made afterwards.")]
pub(crate) struct Load {
    #[command(flatten)]
    pub(crate) records: Records,
    /// Whose SQL is written
    #[arg(long, value_parser = dialect())]
    pub(crate) dialect: Dialect,
    /// A file that says, in JSON, what tables and columns are called and where custom fields are
    #[arg(long, value_name = "FILE")]
    pub(crate) schema: Option<PathBuf>,
    /// How rows are written
    #[arg(long, value_enum, default_value_t)]
    pub(crate) by: LoadBy,
    /// The file to write, which appears once it is whole; `-` is standard output. With `--by parquet`, a folder
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub(crate) to: PathBuf,
    /// With `--by parquet`: where the files will be to the engine, as s3://bucket/folder; else where they are written
    #[arg(long, value_name = "LOCATION")]
    pub(crate) at: Option<String>,
}

/// Write contact records as the documents that `query` asks, one on each line.
///
/// What was read several times for a contact and a list is there once.
#[derive(Args)]
#[command(after_help = "\
Examples:
  headcount documents examples/contacts.json
  headcount documents contacts.ndjson.gz more.csv > documents.ndjson")]
pub(crate) struct Documents {
    #[command(flatten)]
    pub(crate) records: Records,
}

/// Make up contacts or audiences, the same ones for the same seed.
#[derive(Args)]
#[command(group(ArgGroup::new("what").args(["memberships", "audiences"]).required(true)))]
#[command(after_help = "\
Examples:
  headcount generate --memberships 1000000 --seed 42 --format ndjson -o contacts.ndjson
  headcount generate --audiences 20 --seed 42 -o audiences.ndjson
  headcount size contacts.ndjson --audience audiences.ndjson --now 2025-11-15T08:30:00Z

No time in what is made up is later than 2025-11-15T08:30:00Z.")]
pub(crate) struct Generate {
    /// Write contacts, with so many memberships
    #[arg(long, value_name = "N")]
    pub(crate) memberships: Option<u64>,
    /// Write so many audiences, one JSON object on each line
    #[arg(long, value_name = "N", conflicts_with = "format")]
    pub(crate) audiences: Option<usize>,
    /// Where the random numbers begin
    #[arg(long, value_name = "S", default_value_t = 42)]
    pub(crate) seed: u64,
    /// What the contacts are written as
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: RecordsFormat,
    /// The file to write, which appears once it is whole; `-` is standard output
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    pub(crate) output: PathBuf,
}

/// Write a shell's completions of this command.
#[derive(Args)]
#[command(after_help = "\
Example:
  headcount completions bash > ~/.local/share/bash-completion/completions/headcount")]
pub(crate) struct Completions {
    /// The shell
    pub(crate) shell: Shell,
}

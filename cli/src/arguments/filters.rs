//! Commands on filters, which need no records.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{ArgGroup, Args};
use headcount::Semantics;
use headcount::sql::Dialect;

use super::asking::Asking;
use super::choices::{
    ConvertFrom, ConvertTo, DdlPart, MissingNegation, ProblemsFormat, QueryLanguage, SchemaOf, StatementFormat,
    TextCase, dialect,
};
use super::inputs::Audiences;
use super::instants::parse_time;

/// Find everything that is wrong with audiences and filters, and what is right and hardly meant.
#[derive(Args)]
#[command(group(ArgGroup::new("sources").args(["file", "filter"]).required(true).multiple(true)))]
#[command(after_help = "\
Examples:
  headcount check examples/audience.json examples/filter.txt
  headcount check --filter 'clickcount > 3' --format json
  headcount check audiences.json --deny-warnings

What is found is the result: it goes to standard output, and the exit code is 1 if anything is wrong. Warnings leave it
at 0 unless they are denied.")]
pub(crate) struct Check {
    /// Files of audiences or filters, in JSON or text; `-` is standard input
    #[arg(id = "file", value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// A filter, in text or JSON; may be given several times
    #[arg(id = "filter", long, value_name = "TEXT")]
    pub(crate) filters: Vec<String>,
    /// What relative times count back from: a time such as 2025-11-15T08:30:00Z; the clock unless given
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) now: Option<DateTime<Utc>>,
    /// Whether `neq`, `not_within` and other negations match where there is no value
    #[arg(long, value_enum, default_value_t)]
    missing_negation: MissingNegation,
    /// Whether "ca" is another text than "CA"
    #[arg(long, value_enum, default_value_t)]
    text_case: TextCase,
    /// Exit with 1 where there are warnings, too
    #[arg(long)]
    pub(crate) deny_warnings: bool,
    /// How the problems are written
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ProblemsFormat,
}

impl Check {
    /// The semantics that the flags come to: those that may decide whether a condition can hold.
    pub(crate) fn semantics(&self) -> Semantics {
        Semantics {
            missing_negation: self.missing_negation.into(),
            text_case: self.text_case.into(),
            ..Semantics::default()
        }
    }
}

/// Write filters in another form.
///
/// Of an audience only the filter is written, and a note says where its source lists are lost; `--to audience` writes it
/// whole. Each filter is on a line of its own; a single one in JSON is spread over several lines, as every filter is with
/// `text-lines`, where an empty line stands between two. What has no exact counterpart in a form is an error that names
/// it. Of what a front end delivers, the warnings of `check` about values, such as a
/// number in quotes, are told on standard error.
#[derive(Args)]
#[command(after_help = "\
Examples:
  headcount convert examples/audience.json --to text
  headcount convert examples/query.json --from react-querybuilder --to text
  echo 'click_count@101 >= 3' | headcount convert - --to json-request")]
pub(crate) struct Convert {
    /// A file of audiences or filters, in JSON or text; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The form to read, if it is none of audiences and filters
    #[arg(long, value_enum, value_name = "FORM")]
    pub(crate) from: Option<ConvertFrom>,
    /// The form to write
    #[arg(long, value_enum, value_name = "FORM")]
    pub(crate) to: ConvertTo,
    /// Exit with 1 where there are notes, too
    #[arg(long)]
    pub(crate) deny_notes: bool,
}

/// Write the JSON Schema of filters or of audiences.
///
/// What it refuses, `check` refuses too, and says why; grammar.md tells the little that it cannot refuse.
#[derive(Args)]
#[command(after_help = "\
Examples:
  headcount schema > filter.schema.json
  headcount schema audience > audience.schema.json")]
pub(crate) struct Schema {
    /// What is described
    #[arg(value_enum, default_value_t)]
    pub(crate) of: SchemaOf,
}

/// Write audiences as SQL, for a database that has the contacts.
///
/// What a dialect cannot say exactly is an error that names the condition. Several audiences are counted by one statement.
#[derive(Args)]
#[command(after_help = "\
Examples:
  headcount sql --dialect postgresql --audience examples/audience.json --now cached
  headcount sql --dialect spark --filter 'click_count >= 3 and not on_dnc' --members --inline
  headcount sql --dialect duckdb --audience audiences.json --schema warehouse.json --format json

`headcount ddl` describes the tables that are asked; --schema has other names for them, such as
{\"memberships\": [\"crm\", \"subscribers\"], \"columns\": {\"click_count\": \"clicks\"}}.")]
pub(crate) struct Sql {
    /// Whose SQL is written
    #[arg(long, value_parser = dialect())]
    pub(crate) dialect: Dialect,
    #[command(flatten)]
    pub(crate) audiences: Audiences,
    #[command(flatten)]
    pub(crate) asking: Asking,
    /// Ask how many there are; so it is unless told otherwise
    #[arg(long, conflicts_with = "members")]
    count: bool,
    /// Ask for the phone numbers in one audience
    #[arg(long)]
    pub(crate) members: bool,
    /// Write values into the statement, in the dialect's quotes, and not as parameters
    #[arg(long)]
    pub(crate) inline: bool,
    /// A file that says, in JSON, what tables and columns are called and where custom fields are
    #[arg(long, value_name = "FILE")]
    pub(crate) schema: Option<PathBuf>,
    /// How the statement is written
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: StatementFormat,
}

/// Write the SQL that makes the tables which `sql` asks, and proposes keys and indexes for them.
#[derive(Args)]
#[command(after_help = "\
Example:
  headcount ddl --dialect postgresql | psql

--schema has other names, contacts in a table of their own, or custom fields elsewhere than in rows, such as
{\"custom_fields\": {\"json\": {\"column\": \"extra\"}}}.")]
pub(crate) struct Ddl {
    /// Whose SQL is written
    #[arg(long, value_parser = dialect())]
    pub(crate) dialect: Dialect,
    /// A file that says, in JSON, what tables and columns are called and where custom fields are
    #[arg(long, value_name = "FILE")]
    pub(crate) schema: Option<PathBuf>,
    /// Write only a part of it
    #[arg(long, value_enum)]
    pub(crate) only: Option<DdlPart>,
    /// How the statements are written
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: StatementFormat,
}

/// Write audiences in the query language of another engine.
///
/// What the language cannot say exactly is an error that names the condition. Several audiences are on a line each.
#[derive(Args)]
#[command(after_help = "\
Examples:
  headcount query --language elasticsearch --audience examples/audience.json --now cached
  headcount query --language cel --filter 'click_count >= 3 and not on_dnc'

Both ask contacts as `headcount documents` writes them. In CEL, `now` is a variable of the expression.")]
pub(crate) struct Query {
    /// Whose language is written
    #[arg(long, value_enum)]
    pub(crate) language: QueryLanguage,
    #[command(flatten)]
    pub(crate) audiences: Audiences,
    #[command(flatten)]
    pub(crate) asking: Asking,
}

/// Write the mapping of the Elasticsearch index that `query` asks.
#[derive(Args)]
#[command(after_help = "\
Example:
  headcount mapping > mapping.json")]
pub(crate) struct Mapping {}

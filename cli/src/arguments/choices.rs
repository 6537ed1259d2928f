//! Arguments that are one of a few names, those of the library's choices in its own words.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use headcount::analysis::{UntracedChange, UntracedChanges};
use headcount::sql::Dialect;
use headcount_generate::PopulationFormat;

#[derive(Clone, Copy, Default, ValueEnum)]
pub(crate) enum MissingNegation {
    /// They do: `neq` is exactly what `eq` is not
    #[default]
    Matches,
    /// They do not, as in SQL
    Fails,
}

impl From<MissingNegation> for headcount::semantics::MissingNegation {
    fn from(choice: MissingNegation) -> Self {
        match choice {
            MissingNegation::Matches => Self::Matches,
            MissingNegation::Fails => Self::Fails,
        }
    }
}

#[derive(Clone, Copy, Default, ValueEnum)]
pub(crate) enum TextCase {
    /// It is
    #[default]
    Sensitive,
    /// It is not
    Insensitive,
}

impl From<TextCase> for headcount::semantics::TextCase {
    fn from(choice: TextCase) -> Self {
        match choice {
            TextCase::Sensitive => Self::Sensitive,
            TextCase::Insensitive => Self::Insensitive,
        }
    }
}

#[derive(Clone, Copy, Default, ValueEnum)]
pub(crate) enum Subscription {
    /// Those that are active
    #[default]
    Active,
    /// All of them
    Any,
}

impl From<Subscription> for headcount::semantics::Subscription {
    fn from(choice: Subscription) -> Self {
        match choice {
            Subscription::Active => Self::ActiveOnly,
            Subscription::Any => Self::Any,
        }
    }
}

#[derive(Clone, Copy, Default, ValueEnum)]
pub(crate) enum Unit {
    /// Contacts with a membership that satisfies the filter
    #[default]
    Contacts,
    /// Memberships that satisfy the filter
    Memberships,
}

impl From<Unit> for headcount::semantics::Unit {
    fn from(choice: Unit) -> Self {
        match choice {
            Unit::Contacts => Self::Contacts,
            Unit::Memberships => Self::Memberships,
        }
    }
}

#[derive(Clone, Copy, Default, ValueEnum)]
pub(crate) enum OnError {
    /// Every such record is an error
    #[default]
    Fail,
    /// Such records are left out, counted and told
    Skip,
}

impl From<OnError> for headcount::records::OnError {
    fn from(choice: OnError) -> Self {
        match choice {
            OnError::Fail => Self::Fail,
            OnError::Skip => Self::Skip,
        }
    }
}

#[derive(Clone, Copy, Default, ValueEnum)]
pub(crate) enum TableFormat {
    /// For people
    #[default]
    Table,
    /// One object with everything
    Json,
    /// A header, and one row for each row of the table
    Csv,
}

/// How a table is written.
#[derive(Clone, Copy, Args)]
pub(crate) struct Tabular {
    /// How the result is written
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: TableFormat,
    /// Begin CSV with a byte-order mark, so that Excel reads it as UTF-8
    #[arg(long)]
    pub(crate) bom: bool,
}

#[derive(Clone, Copy, Default, ValueEnum)]
pub(crate) enum MembersFormat {
    /// One phone number on each line
    #[default]
    Plain,
    /// The same below the header `phone_number`
    Csv,
    /// One object with `phone_number` on each line
    Ndjson,
}

#[derive(Clone, Copy, Default, ValueEnum)]
pub(crate) enum ProblemsFormat {
    /// Drawn over the source, for people
    #[default]
    Text,
    /// One array of objects
    Json,
}

#[derive(Clone, Copy, Default, ValueEnum)]
pub(crate) enum ExplanationFormat {
    /// A tree, for people
    #[default]
    Text,
    /// One object
    Json,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum ConvertTo {
    /// Text on one line
    Text,
    /// Text over several lines
    TextLines,
    /// JSON as responses spell it: `conditionType`, `listId`
    Json,
    /// JSON as requests spell it: `condition_type`, `list_id`
    JsonRequest,
    /// JSON of audiences, whole: with name, source lists and cached size
    Audience,
    /// A query of react-querybuilder
    ReactQuerybuilder,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum ConvertFrom {
    /// Queries of react-querybuilder, one or several after each other
    ReactQuerybuilder,
}

#[derive(Clone, Copy, Default, ValueEnum)]
pub(crate) enum SchemaOf {
    /// A filter, in the keys of requests or of responses
    #[default]
    Filter,
    /// An audience, with the filter in it
    Audience,
}

#[derive(Clone, Copy, Default, ValueEnum)]
pub(crate) enum RecordsFormat {
    /// One membership on each line, as a JSON object
    #[default]
    Ndjson,
    /// A header and one membership on each line
    Csv,
    /// The contacts API's pages, one on each line
    Pages,
    /// What `import` makes of any of them
    Parquet,
}

impl From<RecordsFormat> for PopulationFormat {
    fn from(choice: RecordsFormat) -> Self {
        match choice {
            RecordsFormat::Ndjson => Self::Ndjson,
            RecordsFormat::Csv => Self::Csv,
            RecordsFormat::Pages => Self::Pages,
            RecordsFormat::Parquet => Self::Parquet,
        }
    }
}

/// Reads a dialect of SQL by the name that the library gives it.
pub(crate) fn dialect() -> impl TypedValueParser<Value = Dialect> {
    let names = Dialect::ALL.iter().map(|dialect| PossibleValue::new(dialect.name()).help(dialect.to_string()));
    PossibleValuesParser::new(names).try_map(|name| Dialect::from_name(&name).ok_or("no dialect has this name"))
}

/// Reads kinds of change by the names that the library gives them; `all` is every one.
pub(crate) fn untraced_changes() -> impl TypedValueParser<Value = UntracedChanges> {
    let names = UntracedChange::ALL.map(|change| PossibleValue::new(change.name()));
    let every = PossibleValue::new("all");
    PossibleValuesParser::new(names.into_iter().chain([every])).map(|name| {
        let known = UntracedChange::ALL.into_iter().filter(|change| name == "all" || change.name() == name);
        known.collect()
    })
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum QueryLanguage {
    /// Elasticsearch's query DSL, of the index that `mapping` describes
    Elasticsearch,
    /// The Common Expression Language, of one contact
    Cel,
}

#[derive(Clone, Copy, Default, ValueEnum)]
pub(crate) enum LoadBy {
    /// Statements that insert a few hundred rows each
    #[default]
    Insert,
    /// What psql copies, which PostgreSQL reads several times as fast
    Copy,
    /// A folder with a Parquet file for each table, and the statements that load them in load.sql
    Parquet,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DdlPart {
    /// The tables, without what is proposed for them
    Tables,
    /// The keys and indexes that are proposed beside them, best made once there are rows
    Indexes,
}

#[derive(Clone, Copy, Default, ValueEnum)]
pub(crate) enum StatementFormat {
    /// The statement, and below it the parameters as comments
    #[default]
    Sql,
    /// One object with `statement` and `parameters`; of tables an array of them
    Json,
}

//! What may be typed. What it means is the commands' business.

mod choices;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::thread;

use chrono::{DateTime, TimeDelta, Utc};
use clap::{ArgGroup, Args, Parser, Subcommand, value_parser};
use clap_complete::Shell;
use headcount::{Confidence, Semantics, Share, Take};

pub(crate) use self::choices::{
    ConvertTo, Dialect, ExplanationFormat, MembersFormat, ProblemsFormat, RecordsFormat, SchemaOf, StatementFormat,
    TableFormat,
};
use self::choices::{MissingNegation, OnError, Subscription, TextCase, Unit};

/// Who is in this audience, and how many are they?
#[derive(Parser)]
#[command(
    name = "headcount",
    version,
    max_term_width = 120,
    after_help = "\
Results go to standard output, everything else to standard error.
Exit codes: 0 fine, 1 an input is wrong, 2 the arguments are."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Size(Size),
    Timeline(Timeline),
    Estimate(Estimate),
    Sample(Sample),
    Members(Members),
    Check(Check),
    Convert(Convert),
    Why(Why),
    Explain(Explain),
    Compare(Compare),
    Reconcile(Reconcile),
    Report(Report),
    Import(Import),
    Generate(Generate),
    Schema(Schema),
    Sql(Sql),
    Ddl(Ddl),
    Completions(Completions),
}

/// Count the contacts in audiences.
#[derive(Args)]
#[command(after_help = "\
Examples:
  headcount size --audience examples/audience.json examples/contacts.json --now cached
  headcount size --filter 'click_count >= 3 and not on_dnc' contacts.csv more.ndjson.gz
  zstd -dc contacts.zst | headcount size --audience audiences.json - --format json")]
pub(crate) struct Size {
    #[command(flatten)]
    pub(crate) audiences: Audiences,
    #[command(flatten)]
    pub(crate) asking: Asking,
    #[command(flatten)]
    pub(crate) records: Records,
    /// Count so many times, and tell the median of the times it took
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u32).range(1..))]
    pub(crate) repeat: u32,
    /// How the sizes are written
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: TableFormat,
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
    /// How the sizes are written
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: TableFormat,
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
    /// How the estimates are written
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: TableFormat,
}

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

/// Which contacts are sampled.
#[derive(Args)]
pub(crate) struct Drawing {
    /// Sample so many that, at a confidence of 95% or the one asked for, no interval reaches further than so much of all
    /// contacts to either side of its middle; 1% unless a share is given
    #[arg(long, value_name = "PERCENT", value_parser = share, conflicts_with = "share")]
    pub(crate) margin: Option<Share>,
    /// Sample about so much of the contacts
    #[arg(long, value_name = "PERCENT", value_parser = share)]
    pub(crate) share: Option<Share>,
    /// What the sample is drawn by: the same seed draws the same contacts, 42 unless given
    #[arg(long, value_name = "S")]
    pub(crate) seed: Option<u64>,
}

impl Drawing {
    /// How much is sampled.
    pub(crate) fn take(&self, confidence: Confidence) -> Take {
        match (self.share, self.margin) {
            (Some(share), _) => Take::Share(share),
            (None, Some(margin)) => Take::Contacts(confidence.contacts_for(margin)),
            (None, None) => Take::Contacts(Share::new(0.01).map_or(u64::MAX, |margin| confidence.contacts_for(margin))),
        }
    }

    /// Whether it says anything.
    pub(crate) fn is_given(&self) -> bool {
        self.margin.is_some() || self.share.is_some() || self.seed.is_some()
    }
}

/// List the phone numbers in one audience, in the order in which the records name them first.
#[derive(Args)]
#[command(after_help = "\
Examples:
  headcount members --audience examples/audience.json examples/contacts.json --now cached
  headcount members --filter 'list = 101 and has_revenue' contacts.csv --format csv")]
pub(crate) struct Members {
    #[command(flatten)]
    pub(crate) audience: OneAudience,
    #[command(flatten)]
    pub(crate) asking: Asking,
    #[command(flatten)]
    pub(crate) records: Records,
    /// How the members are written
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: MembersFormat,
}

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
    /// Whether `neq`, `not_in`, `not_contains` and `not_within` match where there is no value
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
/// Of an audience it is the filter that is written. Each filter is on a line of its own; a single one in JSON is spread
/// over several lines, as every filter is with `text-lines`, where an empty line stands between two.
#[derive(Args)]
#[command(after_help = "\
Examples:
  headcount convert examples/audience.json --to text
  echo 'click_count@101 >= 3' | headcount convert - --to json-request")]
pub(crate) struct Convert {
    /// A file of audiences or filters, in JSON or text; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The form to write
    #[arg(long, value_enum, value_name = "FORM")]
    pub(crate) to: ConvertTo,
}

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
    /// How the explanation is written; in CSV it is the filter alone
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: TableFormat,
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
    /// How the comparison is written
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: TableFormat,
}

/// Hold cached sizes against the records: can they have been right, and how were they counted?
///
/// Records are younger than cached sizes. What a click, a message or a purchase after the instant of a cached size
/// overwrote is only bounded, so the answer is the least and the most that the size can have been then. It is worked out
/// under every way to read a filter; those that explain all cached sizes are told as flags.
#[derive(Args)]
#[command(after_help = "\
Examples:
  headcount reconcile --audience examples/audiences.json examples/contacts.json
  headcount reconcile --audience audiences.json contacts.parquet --subscription any --format json")]
pub(crate) struct Reconcile {
    #[command(flatten)]
    pub(crate) audiences: Audiences,
    #[command(flatten)]
    pub(crate) asking: Asking,
    #[command(flatten)]
    pub(crate) records: Records,
    /// How it is written
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: TableFormat,
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

/// Write contact records as Parquet, which the other commands load faster.
///
/// What was read several times for a contact and a list is in the file once. Contacts on the same lists stand together.
#[derive(Args)]
#[command(after_help = "\
Examples:
  headcount import contacts.ndjson.gz more.csv -o contacts.parquet
  headcount size --audience audiences.json contacts.parquet")]
pub(crate) struct Import {
    #[command(flatten)]
    pub(crate) records: Records,
    /// The file to write, which appears once it is whole; `-` is standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
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
    #[arg(long, value_enum)]
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
    /// A file that says, in JSON, what tables and columns are called
    #[arg(long, value_name = "FILE")]
    pub(crate) schema: Option<PathBuf>,
    /// How the statement is written
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: StatementFormat,
}

/// Write the SQL that makes the tables which `sql` asks.
#[derive(Args)]
#[command(after_help = "\
Example:
  headcount ddl --dialect postgresql | psql")]
pub(crate) struct Ddl {
    /// Whose SQL is written
    #[arg(long, value_enum)]
    pub(crate) dialect: Dialect,
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

/// Which contacts are asked.
#[derive(Args)]
pub(crate) struct Records {
    /// Files of contact records, one population together: API pages, NDJSON, CSV, each also as .gz or .zst, and
    /// Parquet; `-` is standard input
    #[arg(id = "records", value_name = "RECORDS", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// What is done about a record that makes no sense
    #[arg(long, value_enum, default_value_t)]
    pub(crate) on_error: OnError,
    /// How many threads read and count; one for each core unless given
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

impl Records {
    /// How many threads are to read and to count.
    pub(crate) fn threads(&self) -> usize {
        let cores = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        self.threads.unwrap_or_else(cores).get()
    }
}

/// Which audiences are asked for.
#[derive(Args)]
#[group(required = true, multiple = true)]
pub(crate) struct Audiences {
    /// A file of audiences or of a filter, in JSON or text; `-` is standard input; may be given several times
    #[arg(id = "audience", long, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// A filter, in text or JSON; may be given several times
    #[arg(id = "filter", long, value_name = "TEXT")]
    pub(crate) filters: Vec<String>,
}

/// Which audience is asked for.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub(crate) struct OneAudience {
    /// A file of one audience or filter, in JSON or text; `-` is standard input
    #[arg(id = "audience", long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// A filter, in text or JSON
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Option<String>,
}

/// The circumstances in which audiences are asked for.
#[derive(Args)]
pub(crate) struct Asking {
    /// What relative times count back from: a time such as 2025-11-15T08:30:00Z, or `cached`, each audience's
    /// cached_size_updated_at; the clock unless given
    #[arg(long, value_name = "TIME|cached", value_parser = Now::parse)]
    pub(crate) now: Option<Now>,
    #[command(flatten)]
    pub(crate) readings: Readings,
}

/// How audiences are read, whatever the instant.
#[derive(Args)]
pub(crate) struct Readings {
    /// The lists whose memberships are asked, in place of the audience's own
    #[arg(long, value_name = "LIST,…", value_delimiter = ',')]
    pub(crate) source_lists: Option<Vec<i64>>,
    /// Whether `neq`, `not_in`, `not_contains` and `not_within` match where there is no value
    #[arg(long, value_enum, default_value_t)]
    missing_negation: MissingNegation,
    /// Whether "ca" is another text than "CA"
    #[arg(long, value_enum, default_value_t)]
    text_case: TextCase,
    /// Which memberships take part
    #[arg(long, value_enum, default_value_t)]
    subscription: Subscription,
    /// What a size is a number of; members, comparisons and reasons why are of contacts whatever it is
    #[arg(long, value_enum, default_value_t)]
    unit: Unit,
}

impl Readings {
    /// Whether a size is to be a number of memberships.
    pub(crate) fn counts_memberships(&self) -> bool {
        matches!(self.unit, Unit::Memberships)
    }

    /// The semantics that the flags come to.
    pub(crate) fn semantics(&self) -> Semantics {
        Semantics {
            missing_negation: self.missing_negation.into(),
            text_case: self.text_case.into(),
            subscription: self.subscription.into(),
            unit: self.unit.into(),
        }
    }
}

/// The flags that [`Readings::semantics`] makes these semantics of; none for the defaults.
pub(crate) fn flags(semantics: &Semantics) -> Vec<&'static str> {
    let given = [
        (semantics.missing_negation == headcount::MissingNegation::Fails, "--missing-negation fails"),
        (semantics.text_case == headcount::TextCase::Insensitive, "--text-case insensitive"),
        (semantics.subscription == headcount::Subscription::Any, "--subscription any"),
        (semantics.unit == headcount::Unit::Memberships, "--unit memberships"),
    ];
    given.into_iter().filter(|(is_given, _)| *is_given).map(|(_, flag)| flag).collect()
}

/// What relative times count back from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Now {
    /// An instant.
    At(DateTime<Utc>),
    /// Each audience's `cached_size_updated_at`.
    Cached,
}

impl Now {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "cached" => Ok(Self::Cached),
            _ => headcount::parse_time(text)
                .map(Self::At)
                .ok_or_else(|| "expected a date or time such as 2025-11-15T08:30:00Z, or `cached`".to_owned()),
        }
    }
}

fn parse_time(text: &str) -> Result<DateTime<Utc>, String> {
    headcount::parse_time(text).ok_or_else(|| "expected a date or time such as 2025-11-15T08:30:00Z".to_owned())
}

/// The end of a range of instants.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Until {
    /// An instant.
    At(DateTime<Utc>),
    /// So long after the beginning.
    After(TimeDelta),
}

impl Until {
    fn parse(text: &str) -> Result<Self, String> {
        let instant = headcount::parse_time(text).map(Self::At);
        instant.or_else(|| length(text).ok().map(Self::After)).ok_or_else(|| {
            "expected a date or time such as 2025-11-15T08:30:00Z, or a length such as 90d, 12h or 45min".to_owned()
        })
    }
}

/// A part of a hundred: `1%`, `0.5%`; the sign may be left out.
fn percent(text: &str) -> Option<f64> {
    let number: f64 = text.strip_suffix('%').unwrap_or(text).trim_end().parse().ok()?;
    Some(number / 100.0)
}

fn share(text: &str) -> Result<Share, String> {
    percent(text).and_then(Share::new).ok_or_else(|| "expected a part of a hundred such as 1%, at most 100%".to_owned())
}

fn confidence(text: &str) -> Result<Confidence, String> {
    let confidence = percent(text).and_then(Confidence::new);
    confidence.ok_or_else(|| "expected a part of a hundred such as 95%, below 100%".to_owned())
}

/// A length of time, as filters write it.
fn length(text: &str) -> Result<TimeDelta, String> {
    let (amount, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let minutes = match unit.trim() {
        "d" | "day" | "days" => 24 * 60,
        "h" | "hour" | "hours" => 60,
        "min" | "minute" | "minutes" => 1,
        _ => 0,
    };
    let amount: Option<i64> = amount.parse().ok();
    let length = amount.and_then(|amount| TimeDelta::try_minutes(amount.checked_mul(minutes)?));
    length
        .filter(|length| *length > TimeDelta::zero())
        .ok_or_else(|| "expected a length of time such as 90d, 12h or 45min".to_owned())
}

/// Whether a file's name stands for standard input or output.
pub(crate) fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn flags_are_read_as_the_semantics_they_are_of() {
        for bits in 0..16 {
            let semantics = Semantics {
                missing_negation: [headcount::MissingNegation::Matches, headcount::MissingNegation::Fails][bits & 1],
                text_case: [headcount::TextCase::Sensitive, headcount::TextCase::Insensitive][bits >> 1 & 1],
                subscription: [headcount::Subscription::ActiveOnly, headcount::Subscription::Any][bits >> 2 & 1],
                unit: [headcount::Unit::Contacts, headcount::Unit::Memberships][bits >> 3],
            };
            let typed = format!("headcount size --filter is_valid {} c.csv", flags(&semantics).join(" "));
            let Command::Size(read) = Arguments::parse_from(typed.split_whitespace()).command else {
                panic!("{typed} is no size")
            };
            assert_eq!(read.asking.readings.semantics(), semantics, "{typed}");
        }
    }

    #[test]
    fn the_arguments_contradict_nothing() {
        Arguments::command().debug_assert();
    }
}

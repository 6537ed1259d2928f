//! What is read: records, and audiences.

use std::fmt;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;
use std::thread;

use clap::Args;
use headcount::RecordReader;
use headcount::records::{EpochUnit, NameMap, PhoneRegion, Separator};

use super::choices::OnError;
use crate::failure::Failure;

/// Which contacts are asked.
#[derive(Args)]
pub(crate) struct Records {
    /// Files of contact records, one population together: API pages, NDJSON, CSV, each also as .gz or .zst,
    /// Parquet, and table images that `import` wrote; `-` is standard input; of a folder, all files in it, and what folders named `key=value` say
    #[arg(id = "records", value_name = "RECORDS", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// What is done about a record that makes no sense
    #[arg(long, value_enum, default_value_t)]
    pub(crate) on_error: OnError,
    /// The most records that --on-error skip may leave out: a number, or a share of all such as 5%
    #[arg(long, value_name = "N|P%")]
    pub(crate) max_skipped: Option<MaxSkipped>,
    /// Exit with status 1 where there is a note on the records; the output is written all the same
    #[arg(long)]
    pub(crate) deny_notes: bool,
    /// Names of columns and keys that mean another, such as 'Phone=phone_number,State=custom_fields.state'
    #[arg(long, value_name = "NAME=FIELD,…")]
    pub(crate) map: Option<NameMap>,
    /// What numbers count that stand for times: seconds, milliseconds or microseconds since 1970
    #[arg(long, value_name = "s|ms|us")]
    pub(crate) epoch: Option<EpochUnit>,
    /// Read every phone number as one of this region (ISO 3166, such as US) or with a country code, into E.164
    #[arg(long, value_name = "REGION")]
    pub(crate) phones: Option<PhoneRegion>,
    /// What stands between the cells of CSV: a character, or `tab`; what the header shows unless given
    #[arg(long, value_name = "CHARACTER")]
    pub(crate) delimiter: Option<Separator>,
    /// Texts of CSV that are no value, such as 'NULL,N/A,\N'
    #[arg(long, value_name = "TEXTS", value_delimiter = ',')]
    pub(crate) null: Vec<String>,
    /// How many threads read and count; one for each core unless given
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

impl Records {
    /// What reads them.
    pub(crate) fn reader(&self) -> RecordReader {
        let mut reader = RecordReader::new().on_error(self.on_error.into()).threads(self.threads()).nulls(&self.null);
        if let Some(names) = &self.map {
            reader = reader.names(names.clone());
        }
        if let Some(unit) = self.epoch {
            reader = reader.epoch(unit);
        }
        if let Some(region) = self.phones {
            reader = reader.phones(region);
        }
        match self.delimiter {
            Some(separator) => reader.separator(separator),
            None => reader,
        }
    }

    /// Whether all records are in one file, so that nobody in it stands in another again.
    pub(crate) fn is_one_file(&self) -> bool {
        matches!(&*self.files, [only] if !only.is_dir())
    }

    /// A phone number that was typed, as the records have it.
    pub(crate) fn phone_number(&self, typed: &str) -> Result<String, Failure> {
        let Some(region) = self.phones else { return Ok(typed.to_owned()) };
        region.e164(typed).map_err(|error| Failure::Unfit(error.to_string()))
    }

    /// How many threads are to read and to count.
    pub(crate) fn threads(&self) -> usize {
        let cores = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        self.threads.unwrap_or_else(cores).get()
    }
}

/// The most records that may be left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum MaxSkipped {
    /// A number of records.
    Records(u64),
    /// A share of all records, in percent.
    Percent(f64),
}

impl MaxSkipped {
    /// Whether it is fine to leave out `skipped` of `all` records.
    pub(crate) fn allows(self, skipped: u64, all: u64) -> bool {
        match self {
            Self::Records(most) => skipped <= most,
            Self::Percent(most) => skipped as f64 * 100.0 <= most * all as f64,
        }
    }
}

impl FromStr for MaxSkipped {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "expected a number of records, such as 20, or a share of them, such as 5%".to_owned();
        match text.strip_suffix('%') {
            None => text.parse().map(Self::Records).map_err(|_| wrong()),
            Some(percent) => match percent.trim_end().parse() {
                Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(Self::Percent(percent)),
                _ => Err(wrong()),
            },
        }
    }
}

impl fmt::Display for MaxSkipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Records(most) => most.fmt(f),
            Self::Percent(most) => write!(f, "{most}%"),
        }
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

/// Which of an audience's members are wanted: those who are, or are not, in other audiences.
#[derive(Args)]
pub(crate) struct Sets {
    /// Only those who are in the audiences of this file too, whatever their lists; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) and: Vec<PathBuf>,
    /// Only those who are in the audience of this filter too, on any list; may be given several times
    #[arg(long, value_name = "TEXT")]
    pub(crate) and_filter: Vec<String>,
    /// Nobody who is in an audience of this file, whatever its lists; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) except: Vec<PathBuf>,
    /// Nobody who is in the audience of this filter, on any list; may be given several times
    #[arg(long, value_name = "TEXT")]
    pub(crate) except_filter: Vec<String>,
}

impl Sets {
    /// The files of audiences.
    pub(crate) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.and.iter().chain(&self.except)
    }
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
